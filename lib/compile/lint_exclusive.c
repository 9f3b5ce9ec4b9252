/* lint exclusive: rules of one `exclusive` name of which a later one never has an outcome, since
 * an earlier one fires whenever it does; and names that stand alone. Each rule looks
 * for such an earlier one by keys made of all that must be the same, so that the work
 * grows with the rules and not with their pairs. */
#include "compile/lint.h"

#include "base/intern.h"

#include <string.h>

/* What an earlier rule may lack that the later one has: it fires the more for it. */
enum { EXCLUSIVE_NO_ELIGIBLE = 1, EXCLUSIVE_NO_FILTER = 2, EXCLUSIVE_NO_WINDOW = 4, EXCLUSIVE_CHOICES = 8 };

/* How the conditions are compared. */
enum { EXCLUSIVE_NONE, EXCLUSIVE_SAME, EXCLUSIVE_SINGLE };

typedef struct exclusive_reading {
    prm__compiler *c;
    prm__intern keys;
    prm__vec firsts; /* by key: index into `rules` of the rule that fires the most */
    const prm__lint_rule *rules;
} exclusive_reading;

/* ---- Keys ---- */

static bool exclusive_word(exclusive_reading *r, uint32_t word)
{
    uint32_t *row = prm__compile_push(r->c, &r->c->words);
    if (row != NULL)
        *row = word;
    return row != NULL;
}

static bool exclusive_decimal(exclusive_reading *r, prm__decimal number)
{
    uint32_t words[sizeof number / sizeof(uint32_t)];
    memcpy(words, &number, sizeof words);
    return prm__lang_check(&r->c->lang, prm__vec_append(&r->c->words, words, sizeof words / sizeof words[0]));
}

static bool exclusive_conditions(exclusive_reading *r, const prm__p_rule *row, uint32_t mode)
{
    bool ok = true;
    for (uint32_t i = 0; i < row->condition_count; i++) {
        const prm__p_condition *one = prm__vec_at(&r->c->builder.conditions, row->first_condition + i);
        bool below = one->kind <= PRM_CONDITION_MORE_THAN;
        ok = exclusive_word(r, one->measure) && exclusive_word(r, one->expr) && ok;
        ok = exclusive_word(r, mode == EXCLUSIVE_SINGLE ? below : one->kind) && ok;
        if (mode == EXCLUSIVE_SAME)
            ok = exclusive_word(r, one->attribute) && exclusive_decimal(r, one->threshold) && ok;
    }
    return ok;
}

/* A window that is the whole life is none. */
static uint32_t exclusive_window(const prm__compiler *c, const prm__p_rule *row)
{
    const prm__p_window *window = prm__vec_at(&c->builder.windows, row->window);
    bool life = window->kind == PRM_WINDOW_LIFE && window->period == PRM_PERIOD_NONE;
    return life ? PRM_NO_INDEX : row->window;
}

static bool exclusive_key(exclusive_reading *r, const prm__p_rule *row, uint32_t without, uint32_t mode)
{
    const uint32_t *types = r->c->builder.type_lists.data;
    r->c->words.count = 0;
    bool bare = (without & EXCLUSIVE_NO_WINDOW) != 0;
    const uint32_t words[] = {
        row->exclusive,
        row->subject,
        row->form << 1 | row->at_close,
        mode,
        (without & EXCLUSIVE_NO_ELIGIBLE) != 0 ? PRM_NO_INDEX : row->eligible,
        (without & EXCLUSIVE_NO_FILTER) != 0 ? PRM_NO_INDEX : row->each_filter,
        bare ? PRM_NO_INDEX : exclusive_window(r->c, row),
        bare ? PRM_NO_INDEX : row->active,
        row->each_type_count,
    };
    bool ok = true;
    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++)
        ok = exclusive_word(r, words[i]) && ok;
    for (uint32_t i = 0; i < row->each_type_count; i++)
        ok = exclusive_word(r, types[row->first_each_type + i]) && ok;
    return mode == EXCLUSIVE_NONE ? ok : exclusive_conditions(r, row, mode) && ok;
}

static prm_text exclusive_bytes(const exclusive_reading *r)
{
    return (prm_text){r->c->words.data, r->c->words.count * sizeof(uint32_t)};
}

/* ---- The rules before ---- */

static bool exclusive_implied(const prm__compiler *c, const prm__p_rule *later, const prm__p_rule *earlier)
{
    return prm__lint_implied(c, later->first_condition, later->condition_count, earlier->first_condition,
                             earlier->condition_count);
}

/* An earlier rule of this key that fires whenever the rule does; NULL without one. */
static const prm__lint_rule *exclusive_find(exclusive_reading *r, const prm__p_rule *row, uint32_t without,
                                            uint32_t mode)
{
    if (!exclusive_key(r, row, without, mode))
        return NULL;
    prm_text bytes = exclusive_bytes(r);
    uint32_t key = prm__intern_find(&r->keys, bytes.data, bytes.size);
    if (key == 0)
        return NULL;
    const prm__lint_rule *earlier = &r->rules[PRM_VEC(r->firsts, const uint32_t)[key - 1]];
    if (mode == EXCLUSIVE_NONE || exclusive_implied(r->c, row, earlier->row))
        return earlier;
    return NULL;
}

/* Asked once, at the close or at an event, a lower threshold holds wherever a higher one does;
 * what is reached along the way is reached at another event. */
static bool exclusive_compares(const prm__p_rule *row)
{
    return row->condition_count == 1 && (row->at_close != 0 || row->form == PRM_FORM_EACH);
}

static const prm__lint_rule *exclusive_before(exclusive_reading *r, const prm__p_rule *row)
{
    const prm__lint_rule *found = NULL;
    bool each = row->form == PRM_FORM_EACH;
    for (uint32_t without = 0; without < EXCLUSIVE_CHOICES && found == NULL; without++) {
        if (!each && without > EXCLUSIVE_NO_ELIGIBLE)
            break;
        if (each)
            found = exclusive_find(r, row, without, EXCLUSIVE_NONE);
        if (found == NULL && row->condition_count > 0 && (without & EXCLUSIVE_NO_WINDOW) == 0)
            found = exclusive_find(r, row, without, EXCLUSIVE_SAME);
        if (found == NULL && exclusive_compares(row) && (without & EXCLUSIVE_NO_WINDOW) == 0)
            found = exclusive_find(r, row, without, EXCLUSIVE_SINGLE);
    }
    return found;
}

/* Later rules are held against the rule; of those of one key, against the one that fires the most. */
static void exclusive_add(exclusive_reading *r, uint32_t index, uint32_t mode)
{
    const prm__p_rule *row = r->rules[index].row;
    if (!exclusive_key(r, row, 0, mode))
        return;
    prm_text bytes = exclusive_bytes(r);
    uint32_t key = prm__intern_key(&r->keys, bytes.data, bytes.size);
    if (!prm__lang_check(&r->c->lang, key == 0 ? PRM_E_MEMORY : PRM_OK))
        return;
    if (key > r->firsts.count) {
        uint32_t *first = prm__compile_push(r->c, &r->firsts);
        if (first != NULL)
            *first = index;
        return;
    }
    uint32_t *first = prm__vec_at(&r->firsts, key - 1);
    if (mode == EXCLUSIVE_SINGLE && exclusive_implied(r->c, r->rules[*first].row, row))
        *first = index;
}

static void exclusive_one(exclusive_reading *r, uint32_t index)
{
    prm__compiler *c = r->c;
    prm__lint_rule rule = r->rules[index];
    const prm__p_rule *row = rule.row;
    if (row->form != PRM_FORM_REACH && row->form != PRM_FORM_EACH)
        return;
    const prm__lint_rule *before = exclusive_before(r, row);
    if (before != NULL)
        prm__diag_report(c->lang.diag, PRM_DIAG_SHADOWED, prm__lint_key(rule, "exclusive")->span,
                         "put the rule that is harder to reach first",
                         "`%.*s` fires whenever this rule does and stands before it, so the `then` of this "
                         "rule never comes to anything",
                         prm__lang_shown(before->node->key, before->node->key_size), before->node->key);
    if (row->limit_times != 0)
        return; /* refused by its limit it leaves the name to the next one */
    if (row->condition_count == 0)
        exclusive_add(r, index, EXCLUSIVE_NONE);
    else
        exclusive_add(r, index, EXCLUSIVE_SAME);
    if (exclusive_compares(row))
        exclusive_add(r, index, EXCLUSIVE_SINGLE);
}

/* ---- Names that stand alone ---- */

/* How many rules have each name; by text. NULL, noted, when memory ran out. */
static uint32_t *exclusive_counts(prm__compiler *c, prm__lint_rules rules)
{
    uint32_t *counts = prm__lang_get(&c->lang, (c->builder.texts.count + 1) * sizeof *counts);
    for (uint32_t i = 0; counts != NULL && i < rules.count; i++)
        if (rules.rules[i].row->exclusive != PRM_NO_INDEX)
            counts[rules.rules[i].row->exclusive]++;
    return counts;
}

static void exclusive_alone(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *node = prm__lint_key(rule, "exclusive");
    prm__diag_report(c->lang.diag, PRM_DIAG_NAME_ALONE, node->span, "correct the name, or leave it out",
                     "no other rule is `exclusive: %s`, so it excludes nothing", prm__lint_written(c, node));
}

void prm__lint_exclusive(prm__compiler *c, prm__lint_rules rules)
{
    exclusive_reading r = {.c = c, .rules = rules.rules};
    uint32_t *counts = exclusive_counts(c, rules);
    if (counts == NULL)
        return;
    prm__intern_init(&r.keys, c->lang.alloc, 0);
    prm__vec_init(&r.firsts, c->lang.alloc, sizeof(uint32_t));
    for (uint32_t i = 0; i < rules.count && !c->lang.diag->exhausted; i++) {
        uint32_t name = rules.rules[i].row->exclusive;
        if (name != PRM_NO_INDEX && counts[name] == 1)
            exclusive_alone(c, rules.rules[i]);
        else if (name != PRM_NO_INDEX)
            exclusive_one(&r, i);
    }
    prm__vec_free(&r.firsts);
    prm__intern_free(&r.keys);
}
