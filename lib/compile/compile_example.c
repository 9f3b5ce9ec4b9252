/* compile example: where a span of time ends, shown on one that begins at a fixed day.
 * The examples are kept until the program is known to be right: they are notes, and
 * must not take the place of errors. */
#include "compile/compiler.h"

#include <string.h>

#define EXAMPLE_MOST 100 /* no more are shown */
#define EXAMPLE_TIME_BYTES 32

/* The beginning of each example: 2026-06-01. */
static int64_t example_start(const prm__compiler *c)
{
    return prm__caltime_day_start(&c->calendar.zone, prm__caltime_days(2026, 6, 1));
}

/* A day for calendar lengths, whose end is the same for all of it; else an instant. */
static void example_write_start(const prm__compiler *c, prm__duration duration, char *text)
{
    if (duration.unit != PRM_UNIT_MS)
        prm__caltime_write_date(prm__caltime_days(2026, 6, 1), text);
    else
        prm__caltime_write(&c->calendar.zone, c->builder.head.is_utc != 0, example_start(c), text);
}

void prm__compile_example(prm__compiler *c, prm__span span, const char *key, prm_text words,
                          prm__duration duration)
{
    char from[EXAMPLE_TIME_BYTES], to[EXAMPLE_TIME_BYTES];
    if (c->calendar.zone.count == 0 || c->examples.count == EXAMPLE_MOST)
        return; /* the zone was refused */
    prm__compile_example_row *row = prm__compile_push(c, &c->examples);
    if (row == NULL)
        return;
    example_write_start(c, duration, from);
    prm__caltime_write(&c->calendar.zone, c->builder.head.is_utc != 0,
                       prm__duration_end(&c->calendar.zone, duration, example_start(c)), to);
    row->span = span;
    row->text = prm__lang_format(&c->lang, "%s: %s %.*s: from %s up to, not including, %s",
                                 c->rule != NULL ? c->rule : "program", key,
                                 prm__lang_shown(words.data, words.size), words.data, from, to);
}

void prm__compile_show_examples(prm__compiler *c)
{
    for (size_t i = 0; i < c->examples.count; i++) {
        const prm__compile_example_row *row = prm__vec_at(&c->examples, i);
        prm__diag_report(c->lang.diag, PRM_DIAG_WINDOW_EXAMPLE, row->span, NULL, "%s", row->text);
    }
}
