/* rule: one rule while it is read: its keys, and what its parts know of each other. */
#ifndef PRM_COMPILE_RULE_H
#define PRM_COMPILE_RULE_H

#include "compile/compiler.h"

enum {
    PRM_RULE_TITLE,
    PRM_RULE_FOR,
    PRM_RULE_WHERE,
    PRM_RULE_ELIGIBLE,
    PRM_RULE_WHEN,
    PRM_RULE_EACH,
    PRM_RULE_WHILE,
    PRM_RULE_TIERS,
    PRM_RULE_CONTEST,
    PRM_RULE_PER,
    PRM_RULE_WITHIN,
    PRM_RULE_AFTER,
    PRM_RULE_AT,
    PRM_RULE_PICK,
    PRM_RULE_THEN,
    PRM_RULE_ELSE,
    PRM_RULE_REMIND,
    PRM_RULE_ACTIVE,
    PRM_RULE_LIMIT,
    PRM_RULE_MAX,
    PRM_RULE_BUDGET,
    PRM_RULE_EXCLUSIVE,
    PRM_RULE_KEYS
};

/* What stands at keys of a rule that other files than that of its table read. */
extern const prm__choices prm__choices_of_while;
extern const prm__choices prm__choices_of_at;
extern const prm__choices prm__choices_of_pick;

typedef struct prm__compile_rule {
    prm__p_rule row;
    const prm__yaml_node *node;
    const prm__yaml_node *values[PRM_RULE_KEYS];
    uint64_t meant; /* keys that stand there, or were meant */
    prm__compile_context context;
    prm__type_set asks;           /* the events at which it is asked */
    prm__type_set events;         /* those that its expressions may name fields of */
    const prm__yaml_node *places; /* of a contest, or NULL */
    const char *by_clock;         /* where it fires without an event, for messages; or NULL */
    bool has_rates;
    bool has_money;
    bool has_value; /* it has a single number, if perhaps a wrong one */
} prm__compile_rule;

/* ---- compile_rule.c ---- */

/* Lines up to a place; rules are read in order, so that the text is gone through once. Begins as
 * {0, 1}. */
typedef struct prm__rule_lines {
    uint32_t at;
    uint32_t line;
} prm__rule_lines;

uint32_t prm__rule_line(const prm__compiler *c, prm__rule_lines *lines, uint32_t at);

/* A row that asks for nothing and does nothing. */
prm__p_rule prm__rule_row(uint32_t line);

/* `title`; NULL is the empty text. */
bool prm__rule_title(prm__compiler *c, const prm__yaml_node *node, uint32_t *title);

/* Appends the rule's row to those of the program, with the events that ask it. */
bool prm__rule_keep(prm__compiler *c, prm__compile_rule *rule);

/* ---- compile_form.c ---- */

/* What makes the rule fire, and that its keys go together. The window must be known, or none. */
bool prm__rule_decide(prm__compiler *c, prm__compile_rule *rule);

/* Says that a key stands in a rule where it has no sense. Always false. */
bool prm__rule_refuse(prm__compiler *c, const prm__compile_rule *rule, uint32_t key, const char *hint,
                      const char *why);

/* Whether the occasion has an end: the key that needs one is refused without. */
bool prm__rule_has_end(prm__compiler *c, const prm__compile_rule *rule, uint32_t key);

/* ---- compile_trigger.c ---- */

/* `when`, `each`, `while`, or the measure of a contest; which events ask the rule. */
bool prm__rule_trigger(prm__compiler *c, prm__compile_rule *rule);

/* The measure that a contest compares. */
bool prm__rule_contest_by(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule);

/* ---- compile_tiers.c ---- */

bool prm__rule_tiers(prm__compiler *c, prm__compile_rule *rule);

/* The measure of a contest; its places are read with the actions. */
bool prm__rule_contest(prm__compiler *c, prm__compile_rule *rule);
bool prm__rule_places(prm__compiler *c, prm__compile_rule *rule);

/* ---- compile_action.c ---- */

/* Where actions stand. */
typedef struct prm__action_place {
    const char *key;      /* "then", for messages */
    uint32_t block;       /* prm__block_kind */
    uint32_t number;      /* of the tier or place, from 1; else 0 */
    const char *by_clock; /* where they are carried out without an event; or NULL */
} prm__action_place;

/* A mapping or a list of mappings: actions of the rule, behind those that it has. */
bool prm__rule_block(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule,
                     const prm__action_place *place, prm__p_block *out);

/* A notice of this text. */
bool prm__rule_notice(prm__compiler *c, const prm__yaml_node *text, prm__compile_rule *rule,
                      const prm__action_place *place, prm__p_block *out);

/* ---- compile_limits.c ---- */

/* `active`, before the measures, which take it over. */
bool prm__rule_active(prm__compiler *c, prm__compile_rule *rule);

/* `remind`, which is the last block of actions. */
bool prm__rule_remind(prm__compiler *c, prm__compile_rule *rule);

/* `limit`, `max`, `budget`, `exclusive`; once all actions are known. */
bool prm__rule_limits(prm__compiler *c, prm__compile_rule *rule);

#endif
