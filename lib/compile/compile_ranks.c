/* compile ranks: `ranks:`, a ladder of levels with the condition by which each is reached
 * and the rates that it brings. A level that is wrong keeps its place, so that rules that
 * name it are not wrong too. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

#define RANKS_LEVELS_MOST 100
#define RANKS_KEEP_MOST 1000

static const char *const ranks_promotes[] = {"close", "now"};
static const prm__choices ranks_promote_choices = {ranks_promotes, 2, false};

enum { RANKS_PER, RANKS_PROMOTE, RANKS_KEEP, RANKS_LEVELS, RANKS_KEYS };

static const prm__schema_key ranks_keys[RANKS_KEYS] = {
    [RANKS_PER] = {"per", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                   "write for example `per: quarter`: ranks are reviewed at the end of each", "quarter",
                   &prm__choices_of_period},
    [RANKS_PROMOTE] = {"promote", PRM_SCHEMA_TEXT, 0,
                       "now: as soon as a level is reached; close: at the review", "now",
                       &ranks_promote_choices},
    [RANKS_KEEP] = {"keep", PRM_SCHEMA_WHOLE, 0, "how many failing reviews in a row are forgiven", "1", NULL},
    [RANKS_LEVELS] = {"levels", PRM_SCHEMA_MAPPING, PRM_SCHEMA_REQUIRED,
                      "write the levels from the lowest up, such as `bronze: {}`", "{bronze: {}}", NULL},
};

const prm__schema prm__keys_of_ranks = {
    "`ranks`", ranks_keys, RANKS_KEYS, "{per: quarter, levels: {bronze: {}}}", 0, NULL};

enum { LEVEL_WHEN, LEVEL_RATE, LEVEL_BY_PRODUCT, LEVEL_KEYS };

static const prm__schema_key level_keys[LEVEL_KEYS] = {
    [LEVEL_WHEN] = {"when", PRM_SCHEMA_MAPPING, 0, "what a partner reaches in a window for this level",
                    "{sum: amount, of: deal.won, at_least: 1000000}", NULL},
    [LEVEL_RATE] = {"rate", PRM_SCHEMA_RATE, 0, "the commission rate of this level", "15%", NULL},
    [LEVEL_BY_PRODUCT] = {"by_product", PRM_SCHEMA_MAPPING, 0, "rates by product at this level",
                          "{crm: 15%, ma: 20%}", NULL},
};

const prm__schema prm__keys_of_level = {
    "a rank", level_keys, LEVEL_KEYS, "{when: {sum: amount, of: deal.won, at_least: 1000000}, rate: 15%}",
    0,        NULL};

/* ---- Levels ---- */

static bool ranks_level_name(prm__compiler *c, const prm__yaml_node *node)
{
    if (node->key_size > 0 && node->key_size <= PRM_LIMIT_TEXT_BYTES)
        return true;
    prm__diag_report(c->lang.diag, node->key_size == 0 ? PRM_DIAG_BAD_NAME : PRM_DIAG_TEXT_TOO_LONG,
                     node->key_span, NULL, "a rank has a name of 1 to %d bytes", PRM_LIMIT_TEXT_BYTES);
    return false;
}

/* Everyone starts at the first level; each further one is reached. */
static void ranks_place(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *when, bool first,
                        uint64_t meant)
{
    int shown = prm__lang_shown(node->key, node->key_size);
    if (first && when != NULL)
        prm__diag_report(c->lang.diag, PRM_DIAG_RANKS, when->key_span,
                         "put a level without `when` before it, such as `bronze: {}`",
                         "everyone starts at the first level, so `%.*s` has no condition", shown, node->key);
    if (!first && (meant & PRM_SCHEMA_BIT(LEVEL_WHEN)) == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_RANKS, node->key_span,
                         "write for example `when: {sum: amount, of: deal.won, at_least: 1000000}`",
                         "nothing says how a partner reaches `%.*s`", shown, node->key);
}

/* The rate takes the place of the base rate, so a sign would promise something else. */
static void ranks_rate(prm__compiler *c, const prm__yaml_node *node, prm__p_level *level)
{
    bool sign = false;
    if (!prm__scalar_rate(&c->lang, node, "rate", &level->rate, &sign))
        return;
    if (sign)
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span,
                         prm__lang_format(&c->lang,
                                          "write the whole rate; `%.*s` would be added only in a rule",
                                          prm__lang_shown(node->text, node->size), node->text),
                         "the rate of a rank takes the place of the base rate, and has no sign");
    level->has_rate = 1;
    prm__compile_reference(c, node, "rate", level->rate);
}

static void ranks_without_commission(prm__compiler *c, const prm__yaml_node *node)
{
    if (node != NULL && !c->has_commission)
        prm__diag_report(c->lang.diag, PRM_DIAG_NO_COMMISSION, node->key_span,
                         "add `commission:` to the program",
                         "the program has no commission whose rate could change");
}

/* A review looks at the window that ends; what is said of it holds for `promote: now` as well. */
static void ranks_condition(prm__compiler *c, const prm__yaml_node *node, uint32_t window,
                            prm__p_level *level)
{
    prm__compile_context context = prm__compile_context_of("`when`", PRM_KIND_PARTNER, window);
    context.no_every = "a rank is reached or not, and not again and again";
    context.by_clock = "at the review of ranks";
    c->looked.count = 0;
    if (!prm__compile_condition(c, node, &context))
        return;
    level->first_condition = context.first_condition;
    level->condition_count = context.condition_count;
}

static void ranks_level(prm__compiler *c, const prm__yaml_node *node, uint32_t window, prm__p_level *level)
{
    const prm__yaml_node *values[LEVEL_KEYS];
    uint64_t meant;
    bool first = c->builder.levels.count == 0;
    if (!prm__schema_read(&c->lang, node, &prm__keys_of_level, values, &meant))
        return;
    ranks_place(c, node, values[LEVEL_WHEN], first, meant);
    if (values[LEVEL_WHEN] != NULL && !first)
        ranks_condition(c, values[LEVEL_WHEN], window, level);
    if (values[LEVEL_RATE] != NULL)
        ranks_rate(c, values[LEVEL_RATE], level);
    if (values[LEVEL_BY_PRODUCT] != NULL)
        prm__compile_product_rates(c, values[LEVEL_BY_PRODUCT]);
    ranks_without_commission(c, values[values[LEVEL_RATE] != NULL ? LEVEL_RATE : LEVEL_BY_PRODUCT]);
}

static bool ranks_add(prm__compiler *c, const prm__yaml_node *node, uint32_t window)
{
    prm__p_level level = {
        .text = prm__compile_text(c, node->key, node->key_size),
        .first_rate = (uint32_t)c->builder.product_rates.count,
    };
    ranks_level_name(c, node);
    ranks_level(c, node, window, &level);
    level.rate_count = (uint32_t)c->builder.product_rates.count - level.first_rate;
    prm__p_level *row = prm__compile_push(c, &c->builder.levels);
    if (row != NULL)
        *row = level;
    return row != NULL;
}

static void ranks_levels(prm__compiler *c, const prm__yaml_node *node, uint32_t window)
{
    if (node->count == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_RANKS, node->key_span, "write for example `bronze: {}`",
                         "there is no level to start at");
    for (const prm__yaml_node *child = node->first; child != NULL && !c->lang.diag->exhausted;
         child = child->next) {
        if (c->builder.levels.count == RANKS_LEVELS_MOST) {
            prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_LEVELS, child->key_span, NULL,
                             "a program has at most %d ranks", RANKS_LEVELS_MOST);
            return;
        }
        ranks_add(c, child, window);
    }
}

/* ---- The whole ---- */

static void ranks_options(prm__compiler *c, const prm__yaml_node *const *values, prm__p_ranks *row)
{
    int32_t keep = 0;
    if (values[RANKS_PROMOTE] != NULL)
        prm__scalar_choice(&c->lang, values[RANKS_PROMOTE], "promote", &ranks_promote_choices,
                           &row->promote_now);
    if (values[RANKS_KEEP] != NULL)
        prm__scalar_integer(&c->lang, values[RANKS_KEEP], "keep", 0, RANKS_KEEP_MOST, &keep);
    row->keep = (uint32_t)keep;
}

void prm__compile_ranks(prm__compiler *c, const prm__yaml_node *node)
{
    const prm__yaml_node *values[RANKS_KEYS];
    if (node == NULL || !prm__schema_read(&c->lang, node, &prm__keys_of_ranks, values, NULL))
        return;
    prm__p_ranks row = {.present = 1};
    uint32_t window = PRM_NO_INDEX;
    const prm__window_keys keys = {values[RANKS_PER], NULL, NULL};
    if (keys.per != NULL && prm__compile_window(c, keys, PRM_KIND_PARTNER, &window))
        row.period = ((const prm__p_window *)prm__vec_at(&c->builder.windows, window))->period;
    ranks_options(c, values, &row);
    if (values[RANKS_LEVELS] != NULL)
        ranks_levels(c, values[RANKS_LEVELS], window);
    c->builder.head.ranks = row;
}

/* ---- Levels by name ---- */

bool prm__compile_find_level(prm__compiler *c, const prm__yaml_node *node, uint32_t *level)
{
    const char *names[RANKS_LEVELS_MOST];
    uint32_t count = (uint32_t)c->builder.levels.count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t text = PRM_VEC(c->builder.levels, const prm__p_level)[i].text;
        const prm__p_text *row = prm__vec_at(&c->builder.texts, text);
        names[i] = prm__lang_text(&c->lang, PRM_VEC(c->builder.bytes, const char) + row->offset, row->size);
        if (names[i] == NULL)
            return false;
        if (row->size == node->size && memcmp(names[i], node->text, row->size) == 0) {
            *level = i;
            return true;
        }
    }
    if (c->vocabulary.has_ranks && count == 0)
        return false; /* what is wrong with them was said */
    prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_RANK, node->span,
                     count == 0 ? "add `ranks:` to the program"
                                : prm__lang_suggest(&c->lang, node->text, node->size, names, count, NULL),
                     count == 0 ? "the program has no ranks, so there is no rank `%.*s`"
                                : "there is no rank `%.*s`",
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}
