#include "net.h"

/* Rows come in the order of time, so that the month is seldom worked out anew. */

#include <stdlib.h>
#include <string.h>

enum { NET_TIME = 64 };

prm_text net_month(const prm_program *program, int64_t time, char *out)
{
    char text[NET_TIME];
    size_t size = prm_program_write_time(program, time, text, sizeof text);
    size = size < NET_MONTH ? size : NET_MONTH;
    memcpy(out, text, size);
    out[size] = '\0';
    return (prm_text){out, size};
}

/* The month of `time`; that of the row before where it is the same. */
static prm_text net_note_month(net *ledger, const prm_program *program, int64_t time)
{
    char month[NET_MONTH + 1];
    prm_text text = net_month(program, time, month);
    if (ledger->count > 0 && text_same(text, ledger->rows[ledger->count - 1].month))
        return ledger->rows[ledger->count - 1].month;
    return arena_text(&ledger->texts, text);
}

static net_row net_row_of(const prm_row *row)
{
    return (net_row){
        .rule = row->rule,
        .kind = row->kind,
        .partner = row->recipient_partner,
        .rep = row->recipient_rep,
        .line = row->partner,
        .what = row->rank.size > 0 ? row->rank : row->text,
        .event = row->event,
        .amount = row->amount,
        .rate = row->rate,
        .at = row->at,
        .from = row->from,
        .until = row->until,
        .payable = row->payable,
        .has_amount = row->has_amount,
        .has_rate = row->has_rate,
        .rate_added = row->rate_added,
        .money = row->money,
    };
}

prm_status net_take(net *out, prm_engine *engine, prm_error *error)
{
    prm_row row = {.size = sizeof row};
    const prm_program *program = prm_engine_program(engine);
    *out = (net){0};
    prm_status status = prm_engine_ledger(engine, &out->source, error);
    if (status != PRM_OK)
        return status;
    out->rows = memory_take((prm_rows_count(out->source) + 1) * sizeof *out->rows);
    while (prm_rows_next(out->source, &row) > 0) {
        net_row *one = &out->rows[out->count];
        *one = net_row_of(&row);
        one->id = arena_text(&out->texts, row.id);
        one->month = net_note_month(out, program, row.at);
        out->count++;
    }
    return PRM_OK;
}

void net_free(net *ledger)
{
    free(ledger->rows);
    prm_rows_free(ledger->source);
    arena_free(&ledger->texts);
    *ledger = (net){0};
}
