/* compile journey: `journey:`, the stages that a rep comes to on its way, in their order. A stage
 * becomes a row of the rules, behind them all: asked as a rule that is reached once in the life
 * of its subject, and without any outcome, so that no ledger can tell whether it is there. */
#include "compile/rule.h"
#include "compile/schema_tables.h"

#include <string.h>

enum { STAGE_TITLE, STAGE_WHEN, STAGE_KEYS };

static const prm__schema_key stage_keys[STAGE_KEYS] = {
    [STAGE_TITLE] = {"title", PRM_SCHEMA_TEXT, 0, "what people call the stage", "First lead", NULL},
    [STAGE_WHEN] =
        {"when", PRM_SCHEMA_MAPPING, PRM_SCHEMA_REQUIRED,
         "write for example `when: {count: lead.registered, at_least: 1}`: what a rep has done then",
         "{count: lead.registered, at_least: 1}", NULL},
};

const prm__schema prm__keys_of_stage = {
    "a stage", stage_keys, STAGE_KEYS, "{when: {count: lead.registered, at_least: 1}}", 0, NULL};

static bool journey_name(prm__compiler *c, const prm__yaml_node *node)
{
    if (node->key_size > 0 && node->key_size <= PRM_LIMIT_TEXT_BYTES)
        return true;
    prm__diag_report(c->lang.diag, node->key_size == 0 ? PRM_DIAG_BAD_NAME : PRM_DIAG_TEXT_TOO_LONG,
                     node->key_span, NULL, "a stage has a name of 1 to %d bytes", PRM_LIMIT_TEXT_BYTES);
    return false;
}

static bool journey_read(prm__compiler *c, prm__compile_rule *stage, const prm__yaml_node *title)
{
    const prm__window_keys life = {NULL, NULL, NULL};
    bool ok = journey_name(c, stage->node);
    ok = prm__rule_title(c, title, &stage->row.title) && ok;
    if (!prm__compile_window(c, life, PRM_KIND_REP, &stage->row.window))
        return false;
    stage->context = prm__compile_context_of("`when`", PRM_KIND_REP, stage->row.window);
    return stage->values[PRM_RULE_WHEN] != NULL && prm__rule_trigger(c, stage) && ok;
}

static void journey_stage(prm__compiler *c, const prm__yaml_node *node, uint32_t line)
{
    const prm__yaml_node *values[STAGE_KEYS];
    prm__compile_rule stage;
    memset(&stage, 0, sizeof stage);
    if (!prm__schema_read(&c->lang, node, &prm__keys_of_stage, values, NULL))
        return;
    stage.node = node;
    stage.values[PRM_RULE_WHEN] = values[STAGE_WHEN];
    stage.row = prm__rule_row(line);
    stage.row.subject = PRM_KIND_REP;
    stage.row.form = PRM_FORM_STAGE;
    c->rule = node->key;
    c->in_journey = true;
    stage.row.text = prm__compile_text(c, node->key, node->key_size);
    if (journey_read(c, &stage, values[STAGE_TITLE]))
        prm__rule_keep(c, &stage);
    c->in_journey = false;
}

void prm__compile_journey(prm__compiler *c, const prm__yaml_node *node)
{
    prm__rule_lines lines = {0, 1};
    uint32_t count = 0;
    if (node == NULL)
        return;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        if (++count > PRM_STAGES || c->builder.rules.count >= PRM_LIMIT_RULES) {
            prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_STAGES, child->key_span, NULL,
                             "a journey has at most %d stages, and with the rules of the program %d",
                             PRM_STAGES, PRM_LIMIT_RULES);
            return;
        }
        journey_stage(c, child, prm__rule_line(c, &lines, child->key_span.start));
        if (c->lang.diag->exhausted)
            return;
    }
}
