/* A host of prm in one file, valid as C11 and as C++17: compiles a program,
 * hands it events, moves the clock, takes news about the past, and prints what
 * came of it. With an argument it compiles that file instead of its own text.
 *
 *     cc host.c $(pkg-config --cflags --libs prm) -o host && ./host
 */
#include <prm/prm.h>
#include <stdio.h>
#include <string.h>

static const char text[] =
    "prm: 1\nprogram: host-example\ncurrency: JPY\ncommission: {on: deal.won, of: amount, base: 15%}\n"
    "rules:\n"
    "  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 5000}}\n"
    "  first-deal: {when: {count: deal.won, at_least: 1}, then: {rate: +5%}}\n";

/* What a back end would read from its own tables; "" is a field left out. */
static const struct fact {
    const char *id, *type, *time, *fields[4]; /* partner, rep, deal, amount */
} facts[] = {
    {"e1", "partner.joined", "2026-06-01", {"acme", "", "", ""}},
    {"e2", "lead.registered", "2026-06-02", {"acme", "sato", "", ""}},
    {"e3", "lead.registered", "2026-06-04T15:00:00+09:00", {"acme", "sato", "", ""}},
    {"e4", "deal.won", "2026-06-10", {"acme", "sato", "d1", "1000000"}},
    {"e4", "deal.won", "2026-06-10", {"acme", "sato", "d1", "1000000"}},
    {"e5", "deal.won", "2026-06-20", {"acme", "", "d2", "200000"}},
    {"e6", "deal.won", "2026-06-21", {"", "", "d3", "200000"}},
    {"e7", "webinar.watched", "2026-06-22", {"acme", "", "", ""}},
    {"e8", "deal.refunded", "2026-06-25", {"acme", "", "d1", "400000"}},
};

/* Hands one event in and says how it was taken; 0 when the engine fails. */
static int ingest(prm_engine *engine, const prm_program *program, const struct fact *fact, prm_error *error)
{
    static const char *const answers[] = {"", "accepted", "duplicate", "ignored", "rejected", "too late"};
    static const char *const names[] = {"partner", "rep", "deal", "amount"};
    prm_field fields[4];
    prm_event event;
    prm_answer answer;
    char why[256] = "";
    memset(fields, 0, sizeof fields); /* field values are PRM_VALUE_TEXT, read by their declared type */
    for (int i = 0; i < 4; i++) {
        fields[i].field = PRM_NONE; /* by name; prm_program_field gives a handle once and for all */
        fields[i].name = names[i], fields[i].name_size = strlen(names[i]);
        fields[i].text = fact->fields[i], fields[i].text_size = strlen(fact->fields[i]);
    }
    event.type = PRM_NONE, event.type_name = fact->type, event.type_name_size = strlen(fact->type);
    event.id = fact->id, event.id_size = strlen(fact->id);
    event.fields = fields, event.field_count = 4;
    if (prm_program_read_time(program, fact->time, strlen(fact->time), &event.time, error) != PRM_OK ||
        prm_engine_ingest(engine, &event, 1, sizeof event, &answer, error) != PRM_OK)
        return 0;
    if (answer.answer == PRM_REJECTED)
        prm_engine_answer_text(engine, &event, &answer, why, sizeof why);
    printf("%s %s: %s%s%s\n", fact->id, fact->type, answers[answer.answer], *why ? ", " : "", why);
    return 1;
}

/* Prints and frees rows. */
static void print(const char *title, const prm_program *program, prm_rows *rows)
{
    prm_row row;
    char what[64];
    puts(title);
    for (row.size = sizeof row; prm_rows_next(rows, &row) > 0;) {
        (void)(row.has_rate ? prm_write_rate(row.rate, row.rate_added != 0, what, sizeof what)
                            : prm_program_write_money(program, row.amount, what, sizeof what));
        printf("  %s %.*s %s to %.*s, id %.*s\n", row.op == PRM_REVERSE ? "reverse" : "grant",
               (int)row.kind.size, row.kind.data, what, (int)row.recipient_partner.size,
               row.recipient_partner.data, (int)row.id.size, row.id.data);
    }
    prm_rows_free(rows);
}

static int evaluate(prm_engine *engine, const prm_program *program, prm_error *error)
{
    const prm_text partner = {"acme", 4}, any = {NULL, 0};
    prm_rows *rows = NULL;
    int64_t clock = 0, rate = 0;
    char percent[64];
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (!ingest(engine, program, &facts[i], error))
            return 0;
    if (prm_program_read_time(program, "2026-07-01", 10, &clock, error) != PRM_OK ||
        prm_engine_advance(engine, clock, error) != PRM_OK ||
        prm_engine_rate(engine, partner, any, any, any, clock, &rate, error) != PRM_OK)
        return 0;
    prm_write_rate(rate, 0, percent, sizeof percent);
    printf("rate of acme on July 1: %s\n", percent);
    if (prm_engine_journal(engine, 1, &rows, error) != PRM_OK)
        return 0;
    print("journal", program, rows);
    if (prm_engine_ledger(engine, &rows, error) != PRM_OK)
        return 0;
    print("ledger", program, rows);
    return 1;
}

int main(int count, char **arguments)
{
    prm_program *program = NULL;
    prm_engine *engine = NULL;
    prm_diagnostics *found = NULL;
    prm_error error;
    prm_status status = count > 1 ? prm_program_load(arguments[1], NULL, &program, &found, &error)
                                  : prm_program_compile(text, strlen(text), NULL, &program, &found, &error);
    for (size_t i = 0; i < prm_diagnostics_count(found); i++) {
        char shown[2048];
        prm_diagnostics_render(found, i, shown, sizeof shown);
        fputs(shown, stderr);
    }
    int done = status == PRM_OK && prm_engine_new(program, NULL, &engine, &error) == PRM_OK &&
               evaluate(engine, program, &error);
    if (!done)
        fprintf(stderr, "host: %s\n", error.message);
    prm_engine_free(engine);
    prm_program_unref(program);
    prm_diagnostics_free(found);
    return done ? 0 : 1;
}
