/* compile commission: what each sale earns, before rules change the rate. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

enum {
    COMMISSION_ON,
    COMMISSION_OF,
    COMMISSION_WHERE,
    COMMISSION_BASE,
    COMMISSION_BY_PRODUCT,
    COMMISSION_MIN,
    COMMISSION_MAX,
    COMMISSION_FOR,
    COMMISSION_WITHIN,
    COMMISSION_BRACKETS,
    COMMISSION_OVERRIDE,
    COMMISSION_KEYS
};

static const prm__schema_key commission_keys[COMMISSION_KEYS] = {
    [COMMISSION_ON] = {"on", PRM_SCHEMA_TEXTS, PRM_SCHEMA_REQUIRED | PRM_SCHEMA_TYPES,
                       "the event type that earns, such as deal.won", "deal.won", NULL},
    [COMMISSION_OF] = {"of", PRM_SCHEMA_EXPR, PRM_SCHEMA_REQUIRED, "what the rate is of, such as amount",
                       "amount", NULL},
    [COMMISSION_WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "which of these events earn", "amount >= 10000", NULL},
    [COMMISSION_BASE] = {"base", PRM_SCHEMA_RATE, PRM_SCHEMA_DEGREE, "the rate where nothing else says one",
                         "15%", NULL},
    [COMMISSION_BY_PRODUCT] = {"by_product", PRM_SCHEMA_MAPPING, 0, "rates by product", "{crm: 15%, ma: 20%}",
                               NULL},
    [COMMISSION_MIN] = {"min", PRM_SCHEMA_RATE, 0, "the lowest rate that rules can lead to", "10%", NULL},
    [COMMISSION_MAX] = {"max", PRM_SCHEMA_RATE, 0, "the highest rate that rules can lead to", "40%", NULL},
    [COMMISSION_FOR] = {"for", PRM_SCHEMA_TEXTS, 0, "whose first event opens `within`", "customer",
                        &prm__choices_of_subject},
    [COMMISSION_WITHIN] = {"within", PRM_SCHEMA_SPAN, 0, "how long commission is earned", "1y of deal.won",
                           NULL},
    [COMMISSION_BRACKETS] = {"brackets", PRM_SCHEMA_MAPPING, PRM_SCHEMA_DEGREE,
                             "marginal rates: each slice of the running sum at its own",
                             "{rates: [{from: 0, rate: 10%}, {from: 1000000, rate: 15%}]}", NULL},
    [COMMISSION_OVERRIDE] = {"override", PRM_SCHEMA_RATES, 0,
                             "rates for the parent, the parent's parent, ..., on top", "[2%, 1%]", NULL},
};

const prm__schema prm__keys_of_commission = {
    "`commission`", commission_keys, COMMISSION_KEYS, "{on: deal.won, of: amount, base: 15%}", 0, NULL};

enum { BRACKETS_FOR, BRACKETS_PER, BRACKETS_RATES, BRACKETS_KEYS };

static const prm__schema_key bracket_keys[BRACKETS_KEYS] = {
    [BRACKETS_FOR] = {"for", PRM_SCHEMA_TEXTS, 0, "whose running sum; partner without it", "customer",
                      &prm__choices_of_subject},
    [BRACKETS_PER] = {"per", PRM_SCHEMA_TEXT, 0, "a calendar window, in which the sum begins anew", "quarter",
                      &prm__choices_of_period},
    [BRACKETS_RATES] = {"rates", PRM_SCHEMA_MAPPINGS, PRM_SCHEMA_REQUIRED,
                        "the slices from the lowest up, such as "
                        "`rates: [{from: 0, rate: 10%}, {from: 1000000, rate: 15%}]`",
                        "[{from: 0, rate: 10%}, {from: 1000000, rate: 15%}]", NULL},
};

const prm__schema prm__keys_of_brackets = {"`brackets`",
                                           bracket_keys,
                                           BRACKETS_KEYS,
                                           "{rates: [{from: 0, rate: 10%}, {from: 1000000, rate: 15%}]}",
                                           0,
                                           NULL};

enum { BRACKET_FROM, BRACKET_RATE, BRACKET_KEYS };

static const prm__schema_key bracket_rate_keys[BRACKET_KEYS] = {
    [BRACKET_FROM] = {"from", PRM_SCHEMA_NUMBER, PRM_SCHEMA_REQUIRED,
                      "where the slice begins, such as 1000000", "1000000", NULL},
    [BRACKET_RATE] = {"rate", PRM_SCHEMA_RATE, PRM_SCHEMA_REQUIRED, "the rate of the slice, such as 15%",
                      "15%", NULL},
};

const prm__schema prm__keys_of_bracket = {
    "a bracket", bracket_rate_keys, BRACKET_KEYS, "{from: 1000000, rate: 15%}", 0, NULL};

#define BRACKETS_MOST 100 /* an engine looks at each for every sale */

/* ---- Rates ---- */

#define COMMISSION_NUMBER_BYTES 40

void prm__compile_reference(prm__compiler *c, const prm__yaml_node *node, const char *key, int64_t rate)
{
    char high[COMMISSION_NUMBER_BYTES], reference[COMMISSION_NUMBER_BYTES];
    if (c->reference_rate == 0 || rate <= c->reference_rate)
        return;
    prm__decimal_write((prm__decimal)rate * 100, high);
    prm__decimal_write((prm__decimal)c->reference_rate * 100, reference);
    prm__diag_report(c->lang.diag, PRM_DIAG_ABOVE_REFERENCE_RATE, node->span,
                     "partners would get more than the vendor's own sales people: lower it, or raise "
                     "`reference_rate`",
                     "`%s` is %s%%, above the reference rate of %s%%", key, high, reference);
}

/* A rate of the program's own, held against the reference rate. */
static bool commission_rate(prm__compiler *c, const prm__yaml_node *node, const char *key, int64_t *rate)
{
    if (node == NULL || !prm__scalar_rate(&c->lang, node, key, rate, NULL))
        return node == NULL;
    prm__compile_reference(c, node, key, *rate);
    return true;
}

static void commission_product_rate(prm__compiler *c, const prm__yaml_node *node)
{
    int64_t rate;
    if (node->key_size == 0 || node->key_size > PRM_LIMIT_TEXT_BYTES) {
        prm__diag_report(c->lang.diag, node->key_size == 0 ? PRM_DIAG_BAD_NAME : PRM_DIAG_TEXT_TOO_LONG,
                         node->key_span, NULL, "a product is a text of 1 to %d bytes", PRM_LIMIT_TEXT_BYTES);
        return;
    }
    if (!prm__schema_check(&c->lang, node, PRM_SCHEMA_RATE, node->key, "15%") ||
        !commission_rate(c, node, "by_product", &rate))
        return;
    prm__p_product_rate *row = prm__compile_push(c, &c->builder.product_rates);
    uint32_t product = prm__compile_text(c, node->key, node->key_size);
    if (row != NULL && product != PRM_NO_INDEX)
        *row = (prm__p_product_rate){.product = product, .rate = rate};
}

void prm__compile_product_rates(prm__compiler *c, const prm__yaml_node *node)
{
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next)
        commission_product_rate(c, child);
}

/* The rates, and that they leave something between them. */
static void commission_rates(prm__compiler *c, const prm__yaml_node *const *values, prm__p_commission *row)
{
    bool ok = commission_rate(c, values[COMMISSION_BASE], "base", &row->base);
    ok = commission_rate(c, values[COMMISSION_MIN], "min", &row->min) && ok;
    ok = commission_rate(c, values[COMMISSION_MAX], "max", &row->max) && ok;
    if (ok && row->min > row->max)
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, values[COMMISSION_MIN]->span, NULL,
                         "`min` is higher than `max`");
    if (values[COMMISSION_BY_PRODUCT] != NULL)
        prm__compile_product_rates(c, values[COMMISSION_BY_PRODUCT]);
    row->rate_count = (uint32_t)c->builder.product_rates.count;
}

/* Something says a rate for every sale. */
static void commission_base(prm__compiler *c, const prm__yaml_node *node, uint64_t meant)
{
    if ((meant & (PRM_SCHEMA_BIT(COMMISSION_BASE) | PRM_SCHEMA_BIT(COMMISSION_BRACKETS))) == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, node->key_span,
                         commission_keys[COMMISSION_BASE].doc,
                         "`commission` needs the key `base`, or `brackets`");
}

/* ---- Brackets ---- */

static bool commission_add_bracket(prm__compiler *c, prm__decimal from, int64_t rate)
{
    prm__p_bracket *bracket = prm__compile_push(c, &c->builder.brackets);
    if (bracket != NULL)
        *bracket = (prm__p_bracket){.from = from, .rate = rate};
    return bracket != NULL;
}

static bool commission_wrong_bracket(prm__compiler *c, const prm__yaml_node *node, const char *hint,
                                     const char *what)
{
    prm__diag_report(c->lang.diag, PRM_DIAG_BRACKETS, node->span, hint, "%s", what);
    return false;
}

/* Where a slice begins: above the one before it; the first one at 0, unless `base` is there
 * for what lies below. */
static bool commission_from(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *base,
                            const prm__p_commission *row)
{
    const prm__vec *brackets = &c->builder.brackets;
    prm__decimal from;
    if (!prm__scalar_number(&c->lang, node, "from", &from))
        return false;
    if (from < 0)
        return commission_wrong_bracket(c, node, NULL,
                                        "`from` is an amount of money, and cannot be negative");
    if (brackets->count > 0 && from <= PRM_VEC(*brackets, const prm__p_bracket)[brackets->count - 1].from)
        return commission_wrong_bracket(c, node, "put the brackets in order, the lowest first",
                                        "`from` is not above that of the bracket before it");
    if (brackets->count == 0 && from > 0 && base == NULL)
        return commission_wrong_bracket(c, node, "let the first bracket begin `from: 0`, or add `base`",
                                        "nothing says the rate of what lies below the first bracket");
    if (brackets->count == 0 && from > 0 && !commission_add_bracket(c, 0, row->base))
        return false;
    return commission_add_bracket(c, from, 0);
}

/* A bracket whose `from` is wrong is left out; its rate is read for its own errors. */
static void commission_bracket(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *base,
                               const prm__p_commission *row)
{
    const prm__yaml_node *values[BRACKET_KEYS];
    int64_t rate = 0;
    if (!prm__schema_read(&c->lang, node, &prm__keys_of_bracket, values, NULL))
        return; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    bool ok = values[BRACKET_FROM] != NULL && commission_from(c, values[BRACKET_FROM], base, row);
    if (values[BRACKET_RATE] != NULL && commission_rate(c, values[BRACKET_RATE], "rate", &rate) && ok)
        PRM_VEC(c->builder.brackets, prm__p_bracket)[c->builder.brackets.count - 1].rate = rate;
}

/* The running sum is of the partner, or of something within it. */
static void commission_bracket_kind(prm__compiler *c, const prm__yaml_node *node, prm__p_commission *row)
{
    if (!prm__compile_subject(c, node, &row->bracket_kind))
        return;
    const prm__p_kind *kind = prm__vec_at(&c->builder.kinds, row->bracket_kind);
    if (kind->link != PRM_LINK_NONE)
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, "write `for: partner`",
                         "a running sum is of those who earn, not of those above them");
}

static void commission_brackets(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *base,
                                prm__p_commission *row)
{
    const prm__yaml_node *values[BRACKETS_KEYS];
    if (node == NULL || !prm__schema_read(&c->lang, node, &prm__keys_of_brackets, values, NULL))
        return;
    commission_bracket_kind(c, values[BRACKETS_FOR], row);
    if (values[BRACKETS_PER] != NULL)
        prm__compile_period(c, values[BRACKETS_PER], &row->bracket_period);
    const prm__yaml_node *rates = values[BRACKETS_RATES];
    if (rates == NULL)
        return;
    if (rates->kind == PRM_YAML_LIST && rates->count > BRACKETS_MOST) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BRACKETS, rates->key_span, NULL,
                         "a commission has at most %d brackets", BRACKETS_MOST);
        return;
    }
    for (const prm__yaml_node *each = prm__schema_first(rates); each != NULL;
         each = prm__schema_next(rates, each))
        commission_bracket(c, each, base, row);
    const prm__vec *brackets = &c->builder.brackets;
    if (base != NULL && brackets->count > 0 && brackets->count <= rates->count)
        prm__diag_report(c->lang.diag, PRM_DIAG_BASE_NEVER_APPLIES, base->key_span,
                         "leave `base` out: the brackets say the rate of every sale",
                         "`base` never applies, since the brackets begin at 0");
}

/* ---- Overrides ---- */

static void commission_override(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t count = 0;
    if (node == NULL)
        return;
    for (const prm__yaml_node *each = prm__schema_first(node); each != NULL;
         each = prm__schema_next(node, each)) {
        int64_t rate;
        if (++count > PRM_OVERRIDES) {
            prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, each->span, NULL,
                             "`override` reaches at most %d levels up", PRM_OVERRIDES);
            return;
        }
        if (!prm__scalar_rate(&c->lang, each, "override", &rate, NULL))
            continue;
        if (rate < 0)
            prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, each->span, NULL,
                             "an override is a share of the amount, and cannot be negative");
        prm__p_override *row = prm__compile_push(c, &c->builder.overrides);
        if (row != NULL)
            row->rate = rate;
    }
}

/* ---- The window ---- */

static bool commission_wrong_window(prm__compiler *c, prm__span span, const char *hint, const char *what)
{
    prm__diag_report(c->lang.diag, PRM_DIAG_COMMISSION_WINDOW, span, hint, "%s", what);
    return false;
}

static bool commission_carries(const prm__compiler *c, uint32_t kind)
{
    const prm__type_set types = c->commission_types;
    for (uint32_t i = 0; i < types.count; i++)
        if (prm__compile_carries(c, types.types[i], kind))
            return true;
    return types.count == 0;
}

/* `for`: whose first event opens the window; some event that earns must belong to it. */
static bool commission_for(prm__compiler *c, const prm__yaml_node *node, uint32_t *kind)
{
    if (!prm__compile_subject(c, node, kind))
        return false;
    if (((const prm__p_kind *)prm__vec_at(&c->builder.kinds, *kind))->link == PRM_LINK_NONE &&
        commission_carries(c, *kind))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                     "no event that earns commission belongs to a subject `for: %s`",
                     prm__compile_kind_name(c, *kind));
    return false;
}

static bool commission_window(prm__compiler *c, const prm__yaml_node *subject, const prm__yaml_node *within,
                              uint64_t meant, prm__p_commission *row)
{
    bool ok = commission_for(c, subject, &row->kind);
    if (within == NULL) {
        if (subject != NULL && (meant & PRM_SCHEMA_BIT(COMMISSION_WITHIN)) == 0)
            return commission_wrong_window(c, subject->key_span,
                                           "add for example `within: 1y of deal.won`, or leave `for` out",
                                           "`for` says whose first event opens `within`, which is missing");
        return ok;
    }
    if (!prm__compile_window(c, (prm__window_keys){NULL, within, NULL}, row->kind, &row->window))
        return false;
    const prm__p_window *window = prm__vec_at(&c->builder.windows, row->window);
    if (window->kind == PRM_WINDOW_WITHIN)
        return ok;
    return commission_wrong_window(
        c, within->span,
        prm__lang_format(&c->lang, "write for example `%.*s of deal.won`",
                         prm__lang_shown(within->text, within->size), within->text),
        "`within` says how long commission is earned, but not from which event on");
}

/* ---- The whole ---- */

static bool commission_has_partner(const prm__compiler *c, uint32_t type, uint32_t context)
{
    (void)context;
    return prm__compile_carries(c, type, PRM_KIND_PARTNER);
}

static bool commission_types(prm__compiler *c, const prm__yaml_node *node)
{
    prm__type_set types;
    bool known = prm__compile_type_set(c, node, &types);
    if (!prm__compile_filter_types(c, types, &c->commission_types, commission_has_partner, 0))
        return false;
    if (c->commission_types.count == types.count)
        return known;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                     "`event.voided` belongs to no partner, so it earns no commission");
    return false;
}

static bool commission_exprs(prm__compiler *c, const prm__yaml_node *const *values, prm__p_commission *row)
{
    const prm__type_set types = c->commission_types;
    const prm__scope scope = prm__compile_scope(c, types, false);
    bool ok = values[COMMISSION_OF] != NULL &&
              prm__compile_expr(c, values[COMMISSION_OF], "of", &scope, PRM_TYPE_NUMBER, &row->of);
    return prm__compile_filter(c, values[COMMISSION_WHERE], NULL, types, &row->filter) && ok;
}

void prm__compile_commission(prm__compiler *c, const prm__yaml_node *node)
{
    const prm__yaml_node *values[COMMISSION_KEYS];
    uint64_t meant;
    if (node == NULL || !prm__schema_read(&c->lang, node, &prm__keys_of_commission, values, &meant))
        return;
    prm__p_commission row = {
        .present = 1,
        .of = PRM_NO_INDEX,
        .filter = PRM_NO_INDEX,
        .rounding = c->rounding,
        .min = INT64_MIN,
        .max = INT64_MAX,
        .window = PRM_NO_INDEX,
    };
    commission_base(c, node, meant);
    commission_rates(c, values, &row);
    commission_brackets(c, values[COMMISSION_BRACKETS], values[COMMISSION_BASE], &row);
    commission_override(c, values[COMMISSION_OVERRIDE]);
    bool known = values[COMMISSION_ON] != NULL && commission_types(c, values[COMMISSION_ON]);
    known = commission_window(c, values[COMMISSION_FOR], values[COMMISSION_WITHIN], meant, &row) && known;
    if (!commission_exprs(c, values, &row) || !known)
        return;
    c->builder.head.commission = row;
    for (uint32_t i = 0; i < c->commission_types.count; i++)
        PRM_VEC(c->builder.types, prm__p_type)[c->commission_types.types[i]].earns = 1;
}
