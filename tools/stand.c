#include "stand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define STAND_DAY INT64_C(86400000)

/* ---- States ---------------------------------------------------------------------- */

static stand_state stand_state_of(const stand_line *line, uint32_t stages, int64_t days)
{
    if (line->rep.size > 0 && line->stage == stages - 1)
        return STAND_ARRIVED;
    if (line->idle_days < 0)
        return STAND_NOT_STARTED;
    return line->idle_days < days ? STAND_ACTIVE : STAND_STOPPED;
}

static stand_line stand_line_of(const prm_journey *row, int64_t clock, uint32_t stages, int64_t days)
{
    stand_line line = {.partner = row->partner,
                       .rep = row->rep,
                       .stage = row->stage,
                       .since = row->since,
                       .last = row->last,
                       .idle_days = row->last == PRM_NO_TIME ? -1 : (clock - row->last) / STAND_DAY};
    line.state = stand_state_of(&line, stages, days);
    return line;
}

/* ---- Sales ------------------------------------------------------------------------ */

typedef struct stand_sale {
    prm_text partner;
    uint64_t won;
    sum revenue;
} stand_sale;

static int stand_sale_order(const void *a, const void *b)
{
    return text_compare(((const stand_sale *)a)->partner, ((const stand_sale *)b)->partner);
}

/* What each partner has sold, by name; to be freed. */
static stand_sale *stand_sales(stand *all, size_t *count)
{
    prm_row row = {.size = sizeof row};
    size_t found = 0;
    stand_sale *sales = memory_take((prm_rows_count(all->sold) + 1) * sizeof *sales);
    while (prm_rows_next(all->sold, &row) > 0) {
        int won = text_is(row.rule, PROBE_WON);
        if (won || row.money)
            sales[found++] = (stand_sale){row.partner, (uint64_t)won, won ? 0 : row.amount};
    }
    qsort(sales, found, sizeof *sales, stand_sale_order);
    *count = 0;
    for (size_t i = 0; i < found; i++) {
        all->won += sales[i].won;
        all->revenue += sales[i].revenue;
        if (*count > 0 && text_same(sales[*count - 1].partner, sales[i].partner)) {
            sales[*count - 1].won += sales[i].won;
            sales[*count - 1].revenue += sales[i].revenue;
        } else {
            sales[(*count)++] = sales[i];
        }
    }
    return sales;
}

/* Gives the lines of partners what these have sold; who has left gets a line for it. */
static void stand_add_sales(stand *all, prm_text partner)
{
    size_t count;
    stand_sale *sales = stand_sales(all, &count);
    size_t lines = all->count;
    all->lines = realloc(all->lines, (all->count + count + 1) * sizeof *all->lines);
    if (all->lines == NULL) {
        fputs("prm: out of memory\n", stderr);
        exit(1);
    }
    for (size_t i = 0, at = 0; i < count; i++) {
        if (partner.size > 0 && !text_same(partner, sales[i].partner))
            continue;
        while (at < lines && text_compare(all->lines[at].partner, sales[i].partner) < 0)
            at++;
        stand_line *line = at < lines ? &all->lines[at] : NULL;
        if (line == NULL || !text_same(line->partner, sales[i].partner)) {
            line = &all->lines[all->count++];
            *line = (stand_line){.partner = sales[i].partner,
                                 .stage = PRM_NONE,
                                 .since = PRM_NO_TIME,
                                 .last = PRM_NO_TIME,
                                 .idle_days = -1,
                                 .state = STAND_LEFT};
        }
        line->won = sales[i].won;
        line->revenue = sales[i].revenue;
    }
    free(sales);
}

/* ---- The whole ---------------------------------------------------------------------- */

static void stand_read(stand *all, const prm_engine *engine, int64_t days)
{
    prm_journey row = {.size = sizeof row};
    uint32_t stages = prm_program_stage_count(prm_engine_program(engine));
    stand_line *partner = NULL;
    all->lines = memory_take((prm_rows_count(all->journey) + 1) * sizeof *all->lines);
    while (prm_rows_next_journey(all->journey, &row) > 0) {
        stand_line *line = &all->lines[all->count++];
        *line = stand_line_of(&row, prm_engine_clock(engine), stages, days);
        partner = row.rep.size > 0 ? partner : line;
        partner->reps += row.rep.size > 0;
    }
}

prm_status stand_take(stand *out, prm_engine *engine, prm_engine *shadow, prm_text partner, int64_t days,
                      prm_error *error)
{
    *out = (stand){0};
    prm_status status = prm_engine_journey(engine, partner, &out->journey, error);
    if (status != PRM_OK)
        return status;
    stand_read(out, engine, days);
    if (shadow == NULL)
        return PRM_OK;
    status = prm_engine_ledger(shadow, &out->sold, error);
    if (status == PRM_OK)
        stand_add_sales(out, partner);
    return status;
}

void stand_free(stand *all)
{
    free(all->lines);
    prm_rows_free(all->journey);
    prm_rows_free(all->sold);
    *all = (stand){0};
}

stand_funnel stand_count(const stand *all, size_t first, size_t end)
{
    stand_funnel funnel = {.here = {0}};
    for (size_t i = first; i < end; i++) {
        const stand_line *line = &all->lines[i];
        if (line->rep.size == 0)
            continue;
        size_t place = line->stage == PRM_NONE ? 0 : (size_t)line->stage + 1;
        funnel.here[place]++;
        funnel.stopped[place] += line->state == STAND_STOPPED;
        for (size_t k = 0; k <= place; k++)
            funnel.came[k]++;
    }
    return funnel;
}

size_t stand_end(const stand *all, size_t first)
{
    size_t end = first + 1;
    while (end < all->count && all->lines[end].rep.size > 0)
        end++;
    return end;
}
