#include "probe.h"

/* Keys are carried over as flow style with every scalar in double quotes, which is
 * what JSON writes: a scalar's meaning depends on where it stands, not on its quotes. */

#include <string.h>

#include "jsontext.h"
#include "yamldoc.h"

const probe_stage probe_stages[PROBE_STAGES] = {
    {"joined", "partner.joined", "joined"},       {"login", "portal.login", "logged in"},
    {"course", "course.completed", "learned"},    {"lead", "lead.registered", "registered leads"},
    {"meeting", "meeting.held", "held meetings"}, {PROBE_WON, "deal.won", "won deals"},
};

static void probe_open_node(buffer *out, const yamldoc_node *node)
{
    if (node->key.data != NULL) {
        jsontext_put(out, node->key);
        buffer_string(out, ": ");
    }
    if (node->kind == YAMLDOC_TEXT)
        jsontext_put(out, node->text);
    else
        buffer_string(out, node->kind == YAMLDOC_MAP ? "{" : "[");
}

static void probe_close_node(buffer *out, const yamldoc_node *node)
{
    if (node->kind != YAMLDOC_TEXT)
        buffer_string(out, node->kind == YAMLDOC_MAP ? "}" : "]");
}

/* The node with all that is in it: down, then on, then up. */
static void probe_put_node(buffer *out, const yamldoc_node *top)
{
    const yamldoc_node *node = top;
    for (;;) {
        probe_open_node(out, node);
        if (node->first != NULL) {
            node = node->first;
            continue;
        }
        probe_close_node(out, node);
        while (node != top && node->next == NULL) {
            node = node->parent;
            probe_close_node(out, node);
        }
        if (node == top)
            return;
        buffer_string(out, ", ");
        node = node->next;
    }
}

/* The key of `map`, on a line of its own; nothing without it. */
static void probe_carry(buffer *out, const yamldoc_node *map, const char *key, const char *indent)
{
    const yamldoc_node *node = yamldoc_child(map, key);
    if (node == NULL)
        return;
    buffer_string(out, indent);
    probe_put_node(out, node);
    buffer_byte(out, '\n');
}

static void probe_write(buffer *out, const yamldoc_node *root, const prm_program *program, int plain)
{
    const yamldoc_node *commission = plain ? NULL : yamldoc_child(root, "commission");
    prm_text currency = prm_program_currency(program);
    prm_text zone = prm_program_timezone(program);
    buffer_string(out, "prm: 1\nprogram: probe\ncurrency: ");
    jsontext_put(out, currency);
    buffer_string(out, "\ntimezone: ");
    jsontext_put(out, zone);
    buffer_byte(out, '\n');
    probe_carry(out, root, "events", "");
    probe_carry(out, root, "attributes", "");
    buffer_string(out, "commission:\n  base: 100%\n");
    if (commission == NULL) {
        buffer_string(out, "  on: deal.won\n  of: amount\n");
    } else {
        probe_carry(out, commission, "on", "  ");
        probe_carry(out, commission, "of", "  ");
        probe_carry(out, commission, "where", "  ");
    }
    buffer_string(out, "rules:\n");
    for (size_t i = 0; i < PROBE_STAGES; i++)
        buffer_format(out, "  %s: {each: %s, then: {points: 1}}\n", probe_stages[i].rule,
                      probe_stages[i].type);
}

static prm_status probe_try(const yamldoc_node *root, const prm_program *program, int plain,
                            prm_program **out, prm_error *error)
{
    buffer text = {0};
    probe_write(&text, root, program, plain);
    prm_status status = prm_program_compile(text.data, text.size, NULL, out, NULL, error);
    buffer_free(&text);
    return status;
}

prm_status probe_compile(const char *path, const prm_program *program, prm_program **out, prm_error *error)
{
    yamldoc doc;
    yamldoc_read_file(&doc, path);
    /* what a commission says of ranks has no meaning here: then the amount of deal.won it is */
    prm_status status = probe_try(doc.root, program, 0, out, error);
    if (status == PRM_E_PROGRAM)
        status = probe_try(doc.root, program, 1, out, error);
    yamldoc_free(&doc);
    return status;
}

prm_status probe_add_up(prm_engine *engine, probe_figures *out, prm_error *error)
{
    prm_row row = {.size = sizeof row};
    prm_rows *rows = NULL;
    *out = (probe_figures){0};
    prm_status status = prm_engine_ledger(engine, &rows, error);
    if (status != PRM_OK)
        return status;
    while (prm_rows_next(rows, &row) > 0) {
        if (text_is(row.rule, PROBE_WON))
            out->won++;
        else if (row.money)
            out->revenue += row.amount;
    }
    prm_rows_free(rows);
    return PRM_OK;
}
