/* Charts as SVG within a page. Positions are all that doubles are for here; what is shown as a number comes as
 * text. A chart is as wide as a phone and grows a little on wider screens. */
#ifndef TOOLS_CHART_H
#define TOOLS_CHART_H

#include "memory.h"

/* One horizontal bar: a label over it, and what it amounts to at its end. */
typedef struct chart_bar {
    prm_text label;
    prm_text value;
    double share; /* of the full width, 0 to 1 */
} chart_bar;

void chart_bars(buffer *out, prm_text title, const chart_bar *bars, size_t count, int tracked);

enum { CHART_SERIES = 6 };

/* Columns side by side, each of stacked parts: parts[column * series + place]. The series have names, the columns
 * labels; `most` tells what the highest column amounts to. */
typedef struct chart_stack {
    const prm_text *series;
    size_t series_count; /* at most CHART_SERIES */
    const prm_text *labels;
    const double *parts;
    size_t count;
    prm_text most;
} chart_stack;

void chart_columns(buffer *out, prm_text title, const chart_stack *stack);

/* How much of the whole the first so-and-so many have: shares of it, the largest first. `axis` says so below it,
 * `all` where it ends. */
void chart_curve(buffer *out, prm_text title, prm_text axis, prm_text all, const double *shares,
                 size_t count);

#endif
