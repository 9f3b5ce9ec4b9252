#include "explainsheet.h"

#include <inttypes.h>

#include "memory.h"

enum { EXPLAIN_COLUMNS = 21, EXPLAIN_CELL = 64, EXPLAIN_CELLS = 9 };

static const sheet_column explain_columns[EXPLAIN_COLUMNS] = {
    {"depth", SHEET_NUMBER},  {"fact", SHEET_TEXT},  {"holds", SHEET_NUMBER},  {"name", SHEET_TEXT},
    {"text", SHEET_TEXT},     {"is", SHEET_TEXT},    {"value", SHEET_NUMBER},  {"target", SHEET_NUMBER},
    {"amount", SHEET_NUMBER}, {"rate", SHEET_RIGHT}, {"number", SHEET_NUMBER}, {"event", SHEET_TEXT},
    {"type", SHEET_TEXT},     {"at", SHEET_TEXT},    {"from", SHEET_TEXT},     {"until", SHEET_TEXT},
    {"partner", SHEET_TEXT},  {"rep", SHEET_TEXT},   {"customer", SHEET_TEXT}, {"product", SHEET_TEXT},
    {"id", SHEET_TEXT},
};

/* What the code of a fact means: a comparison, a state, a direction. */
static prm_text explain_code(const prm_fact *fact)
{
    static const char *const compares[] = {"",          "at_least", "more_than", "at_most",
                                           "less_than", "every",    "most"};
    if (fact->kind == PRM_FACT_CONDITION && fact->code <= PRM_COMPARE_MOST)
        return text_of(compares[fact->code]);
    if (fact->kind == PRM_FACT_MISSING && fact->code != 0)
        return text_of(prm_state_name(fact->code));
    if (fact->kind == PRM_FACT_POSTING)
        return text_of(fact->code == PRM_REVERSE ? "reverse" : "grant");
    return (prm_text){"", 0};
}

static prm_text explain_cell_time(const prm_program *program, int64_t time, char *room)
{
    return (prm_text){room,
                      time == PRM_NO_TIME ? 0 : prm_program_write_time(program, time, room, EXPLAIN_CELL)};
}

static prm_text explain_cell_number(int64_t number, char *room)
{
    return (prm_text){room, (size_t)snprintf(room, EXPLAIN_CELL, "%" PRId64, number)};
}

static void explain_row(sheet *out, const prm_program *program, const prm_fact *fact)
{
    char room[EXPLAIN_CELLS][EXPLAIN_CELL];
    prm_text cells[EXPLAIN_COLUMNS] = {
        explain_cell_number(fact->depth, room[0]),
        text_of(prm_fact_name(fact->kind)),
        text_of(fact->holds ? "1" : "0"),
        fact->name,
        fact->text,
        explain_code(fact),
        {room[1], fact->has & PRM_HAS_VALUE ? prm_write_decimal(fact->value, room[1], EXPLAIN_CELL) : 0},
        {room[2], fact->has & PRM_HAS_TARGET ? prm_write_decimal(fact->target, room[2], EXPLAIN_CELL) : 0},
        {room[3], 0},
        {room[4], 0},
        explain_cell_number((int64_t)fact->number, room[5]),
        fact->event,
        fact->type,
        explain_cell_time(program, fact->at, room[6]),
        explain_cell_time(program, fact->from, room[7]),
        explain_cell_time(program, fact->until, room[8]),
        fact->partner,
        fact->rep,
        fact->customer,
        fact->product,
        fact->id,
    };
    if (fact->has & PRM_HAS_AMOUNT && fact->has & PRM_HAS_MONEY)
        cells[8].size = prm_program_write_money(program, fact->amount, room[3], EXPLAIN_CELL);
    else if (fact->has & PRM_HAS_AMOUNT)
        cells[8] = explain_cell_number(fact->amount, room[3]);
    if (fact->has & PRM_HAS_RATE)
        cells[9].size = prm_write_rate(fact->rate, fact->code == 1 || fact->kind == PRM_FACT_RATE_ADDED,
                                       room[4], EXPLAIN_CELL);
    sheet_row(out, cells);
}

void explainsheet_write(const prm_program *program, const prm_explanation *explanation, sheet_format format)
{
    sheet *out = sheet_open(stdout, format, explain_columns, EXPLAIN_COLUMNS, sheet_terminal_width());
    for (size_t i = 0; i < prm_explanation_count(explanation); i++) {
        prm_fact fact = {.size = sizeof fact};
        if (prm_explanation_get(explanation, i, &fact) == PRM_OK)
            explain_row(out, program, &fact);
    }
    sheet_close(out);
}
