#include "chart.h"

/* Coordinates are those of a drawing 360 units wide. The colour of a series is a name of the page's style. */

#include "page.h"

enum {
    CHART_WIDTH = 360,
    CHART_ROW = 40,
    CHART_BAR = 14,
    CHART_HEIGHT = 190,
    CHART_TOP = 20,
    CHART_FOOT = 22
};

static const char *const chart_colors[CHART_SERIES] = {"one", "two", "three", "four", "five", "six"};

static void chart_open(buffer *out, prm_text title, size_t height)
{
    buffer_format(out, "<figure>\n<svg viewBox=\"0 0 %d %zu\" role=\"img\"><title>", (int)CHART_WIDTH,
                  height);
    page_text(out, title);
    buffer_string(out, "</title>\n");
}

static void chart_close(buffer *out)
{
    buffer_string(out, "</svg>\n</figure>\n");
}

static void chart_rect(buffer *out, double x, double y, double width, double height, const char *color)
{
    buffer_format(
        out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" fill=\"var(--%s)\"/>\n", x,
        y, width, height, color);
}

/* `anchor`: start, middle or end. */
static void chart_label(buffer *out, double x, double y, const char *anchor, const char *style, prm_text text)
{
    buffer_format(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchor, style);
    page_text(out, text);
    buffer_string(out, "</text>\n");
}

static double chart_within(double share)
{
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

void chart_bars(buffer *out, prm_text title, const chart_bar *bars, size_t count, int tracked)
{
    chart_open(out, title, count * CHART_ROW);
    for (size_t i = 0; i < count; i++) {
        double top = (double)(i * CHART_ROW);
        chart_label(out, 0, top + 14, "start", "", bars[i].label);
        chart_label(out, CHART_WIDTH, top + 14, "end", "soft", bars[i].value);
        if (tracked)
            chart_rect(out, 0, top + 20, CHART_WIDTH, CHART_BAR, "line");
        chart_rect(out, 0, top + 20, CHART_WIDTH * chart_within(bars[i].share), CHART_BAR, "one");
    }
    chart_close(out);
}

static void chart_legend(buffer *out, const chart_stack *stack)
{
    buffer_string(out, "<ul class=\"key\">\n");
    for (size_t i = 0; i < stack->series_count; i++) {
        buffer_format(out, "<li><i style=\"background:var(--%s)\"></i>", chart_colors[i]);
        page_text(out, stack->series[i]);
        buffer_string(out, "</li>\n");
    }
    buffer_string(out, "</ul>\n");
}

/* The height of the highest column. */
static double chart_most(const chart_stack *stack)
{
    double most = 0;
    for (size_t i = 0; i < stack->count; i++) {
        double total = 0;
        for (size_t k = 0; k < stack->series_count; k++)
            total += stack->parts[i * stack->series_count + k];
        most = total > most ? total : most;
    }
    return most > 0 ? most : 1;
}

static void chart_column(buffer *out, const chart_stack *stack, size_t column, double most, double step)
{
    double foot = CHART_TOP + CHART_HEIGHT;
    double gap = step > 8 ? step * 0.2 : 0;
    for (size_t k = 0; k < stack->series_count; k++) {
        double height = stack->parts[column * stack->series_count + k] / most * CHART_HEIGHT;
        if (height <= 0)
            continue;
        foot -= height;
        chart_rect(out, (double)column * step + gap / 2, foot, step - gap, height, chart_colors[k]);
    }
}

void chart_columns(buffer *out, prm_text title, const chart_stack *stack)
{
    double most = chart_most(stack);
    double step = (double)CHART_WIDTH / (double)(stack->count == 0 ? 1 : stack->count);
    size_t every = (stack->count + 5) / 6; /* labels that find room */
    step = step > 60 ? 60 : step;
    chart_open(out, title, CHART_TOP + CHART_HEIGHT + CHART_FOOT);
    chart_label(out, 0, CHART_TOP - 7, "start", "soft", stack->most);
    buffer_format(out, "<path class=\"line\" d=\"M0 %d.5H%dM0 %d.5H%d\"/>\n", (int)CHART_TOP - 1,
                  (int)CHART_WIDTH, (int)(CHART_TOP + CHART_HEIGHT), (int)CHART_WIDTH);
    for (size_t i = 0; i < stack->count; i++) {
        chart_column(out, stack, i, most, step);
        if (i % every == 0)
            chart_label(out, (double)i * step + 2, CHART_TOP + CHART_HEIGHT + 16, "start", "soft",
                        stack->labels[i]);
    }
    chart_close(out);
    chart_legend(out, stack);
}

void chart_curve(buffer *out, prm_text title, prm_text axis, prm_text all, const double *shares, size_t count)
{
    double sum = 0;
    double foot = CHART_TOP + CHART_HEIGHT;
    chart_open(out, title, CHART_TOP + CHART_HEIGHT + CHART_FOOT);
    buffer_format(out, "<path class=\"line\" fill=\"none\" d=\"M0 %.1fH%dM0 %.1fL%d %d\"/>\n", foot,
                  (int)CHART_WIDTH, foot, (int)CHART_WIDTH, (int)CHART_TOP);
    buffer_format(out, "<path fill=\"none\" stroke=\"var(--one)\" stroke-width=\"2.5\" d=\"M0 %.1f", foot);
    for (size_t i = 0; i < count; i++) {
        sum += shares[i];
        buffer_format(out, "L%.1f %.1f", (double)(i + 1) / (double)count * CHART_WIDTH,
                      foot - chart_within(sum) * CHART_HEIGHT);
    }
    buffer_string(out, "\"/>\n");
    chart_label(out, 0, CHART_TOP - 7, "start", "soft", text_of("100%"));
    chart_label(out, 0, foot + 16, "start", "soft", axis);
    chart_label(out, CHART_WIDTH, foot + 16, "end", "soft", all);
    chart_close(out);
}
