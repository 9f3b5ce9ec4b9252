/* life: what a host does with prm, from the text of a program to rows as text, through the public header
 * alone. What comes out is the same wherever it runs. */
#ifndef PRM_TESTS_GUEST_LIFE_H
#define PRM_TESTS_GUEST_LIFE_H

#include <prm/prm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char life_program[] =
    "prm: 1\n"
    "program: life\n"
    "currency: USD\n"
    "timezone: Europe/Berlin\n"
    "attributes: {partner: {share: decimal, city: text}}\n"
    "commission: {on: deal.won, of: amount, base: 12.5%}\n"
    "rules:\n"
    "  istanbul: {when: {count: deal.won, where: 'partner.city == \"ISTANBUL\"', at_least: 2}, then: {cash: "
    "1.25}}\n"
    "  half: {each: deal.won, where: 'partner.share * 2 > 0.75', then: {cash: amount * 1.5%}}\n"
    "  more: {per: month, when: {sum: amount, of: deal.won, at_least: 1000.5}, then: {rate: +2.5%, from: "
    "period}}\n";

static const char life_broken[] =
    "prm: 1\nprogram: x\ncurrency: EUR\nrules:\n  a: {wenn: {count: deal.won}}\n";

/* id, type, date, and the fields: partner, city, share, amount */
static const char *const life_events[][7] = {
    {"e1", "partner.joined", "2026-03-01", "kaya", "ISTANBUL", "0.375", ""},
    {"e2", "deal.won", "2026-03-02T10:00:00Z", "kaya", "", "", "999.99"},
    {"e3", "partner.joined", "2026-03-03", "mair", "istanbul", "0.376", ""},
    {"e4", "deal.won", "2026-03-29T01:30:00Z", "mair", "", "", "1234.5"},
    {"e5", "deal.won", "2026-03-30", "kaya", "", "", "0.51"},
    {"e6", "deal.won", "2026-03-30", "kaya", "", "", "12,5"}, /* no number */
};

#define LIFE_TEXT 8192

typedef struct life_text {
    char data[LIFE_TEXT];
    size_t size;
} life_text;

static inline void life_put(life_text *out, const char *data, size_t size)
{
    if (size > sizeof out->data - 1 - out->size)
        size = sizeof out->data - 1 - out->size;
    if (size)
        memcpy(out->data + out->size, data, size);
    out->size += size;
    out->data[out->size] = '\0';
}

static inline void life_line(life_text *out, const char *text)
{
    life_put(out, text, strlen(text));
    life_put(out, "\n", 1);
}

static inline void life_rows(life_text *out, const prm_program *program, prm_rows *rows)
{
    prm_row row = {.size = sizeof row};
    char text[64];
    while (prm_rows_next(rows, &row) > 0) {
        life_put(out, row.id.data, row.id.size);
        life_put(out, " ", 1);
        life_put(out, text, prm_program_write_time(program, row.at, text, sizeof text));
        life_put(out, " ", 1);
        if (row.has_amount)
            life_put(out, text, prm_program_write_money(program, row.amount, text, sizeof text));
        if (row.has_rate)
            life_put(out, text, prm_write_rate(row.rate, (int32_t)row.rate_added, text, sizeof text));
        life_put(out, "\n", 1);
    }
    prm_rows_free(rows);
}

static inline int life_give(prm_engine *engine, const char *const *words, life_text *out)
{
    static const char *const names[] = {"partner", "city", "share", "amount"};
    const prm_program *program = prm_engine_program(engine);
    prm_field fields[4];
    prm_answer answer;
    char why[300];
    prm_event event = {.type = PRM_NONE, .type_name = words[1], .type_name_size = strlen(words[1])};
    for (int i = 0; i < 4; i++)
        if (*words[3 + i])
            fields[event.field_count++] = (prm_field){
                PRM_NONE, PRM_VALUE_TEXT, names[i], strlen(names[i]), words[3 + i], strlen(words[3 + i]), 0};
    event.id = words[0];
    event.id_size = strlen(words[0]);
    event.fields = fields;
    if (prm_program_read_time(program, words[2], strlen(words[2]), &event.time, NULL) != PRM_OK ||
        prm_engine_ingest(engine, &event, 1, sizeof event, &answer, NULL) != PRM_OK)
        return 0;
    if (answer.answer == PRM_REJECTED) {
        prm_engine_answer_text(engine, &event, &answer, why, sizeof why);
        life_line(out, why);
    }
    return 1;
}

static inline int life_engine(prm_program *program, life_text *out)
{
    prm_engine *engine = NULL, *loaded = NULL;
    prm_rows *rows = NULL;
    size_t size = 0;
    int good = prm_engine_new(program, NULL, &engine, NULL) == PRM_OK;
    for (size_t i = 0; i < sizeof life_events / sizeof *life_events && good; i++)
        good = life_give(engine, life_events[i], out);
    good = good && prm_engine_save(engine, NULL, 0, &size, NULL) == PRM_OK;
    char *bytes = malloc(size + 1);
    good = good && bytes && prm_engine_save(engine, bytes, size, &size, NULL) == PRM_OK &&
           prm_engine_load(program, NULL, bytes, size, &loaded, NULL) == PRM_OK &&
           prm_engine_ledger(loaded, &rows, NULL) == PRM_OK;
    if (good)
        life_rows(out, program, rows);
    free(bytes);
    prm_engine_free(engine);
    prm_engine_free(loaded);
    return good;
}

static inline void life_findings(life_text *out)
{
    prm_program *program = NULL;
    prm_diagnostics *list = NULL;
    char text[400];
    prm_error error;
    if (prm_program_compile(life_broken, strlen(life_broken), NULL, &program, &list, &error) == PRM_OK)
        life_line(out, "a broken program was taken");
    for (size_t i = 0; i < prm_diagnostics_count(list); i++) {
        prm_diagnostics_render(list, i, text, sizeof text);
        life_line(out, text);
    }
    prm_diagnostics_free(list);
    prm_program_unref(program);
}

/* A whole life; 0 when a call failed that must not. */
static inline int life_live(life_text *out)
{
    prm_program *program = NULL;
    prm_error error;
    out->size = 0;
    if (prm_program_compile(life_program, strlen(life_program), NULL, &program, NULL, &error) != PRM_OK) {
        life_line(out, error.message);
        return 0;
    }
    int good = life_engine(program, out);
    prm_program_unref(program);
    life_findings(out);
    return good;
}

#endif
