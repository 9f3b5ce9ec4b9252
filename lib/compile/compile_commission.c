/* compile commission: what each sale earns, before rules change the rate. */
#include "compile/compiler.h"

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
    [COMMISSION_ON] = {"on", PRM_SCHEMA_TEXTS, PRM_SCHEMA_REQUIRED,
                       "the event type that earns, such as deal.won"},
    [COMMISSION_OF] = {"of", PRM_SCHEMA_EXPR, PRM_SCHEMA_REQUIRED, "what the rate is of, such as amount"},
    [COMMISSION_WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "which of these events earn"},
    [COMMISSION_BASE] = {"base", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                         "the rate where nothing else says one, such as 15%"},
    [COMMISSION_BY_PRODUCT] = {"by_product", PRM_SCHEMA_MAPPING, 0, "rates by product"},
    [COMMISSION_MIN] = {"min", PRM_SCHEMA_TEXT, 0, "the lowest rate that rules can lead to"},
    [COMMISSION_MAX] = {"max", PRM_SCHEMA_TEXT, 0, "the highest rate that rules can lead to"},
    [COMMISSION_FOR] = {"for", PRM_SCHEMA_TEXTS, PRM_SCHEMA_NOT_YET, "whose anchor `within` uses"},
    [COMMISSION_WITHIN] = {"within", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "how long commission is earned"},
    [COMMISSION_BRACKETS] = {"brackets", PRM_SCHEMA_MAPPING, PRM_SCHEMA_NOT_YET, "marginal rates"},
    [COMMISSION_OVERRIDE] = {"override", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "shares for those above"},
};

static bool commission_rate(prm__compiler *c, const prm__yaml_node *node, const char *key, int64_t *rate)
{
    return node == NULL || prm__scalar_rate(&c->lang, node, key, rate, NULL);
}

static void commission_by_product(prm__compiler *c, const prm__yaml_node *node)
{
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        int64_t rate;
        if (child->key_size == 0 || child->key_size > PRM_LIMIT_TEXT_BYTES) {
            prm__diag_report(c->lang.diag, child->key_size == 0 ? PRM_DIAG_BAD_NAME : PRM_DIAG_TEXT_TOO_LONG,
                             child->key_span, NULL, "a product is a text of 1 to %d bytes",
                             PRM_LIMIT_TEXT_BYTES);
            continue;
        }
        if (!prm__schema_check(&c->lang, child, PRM_SCHEMA_TEXT, child->key) ||
            !prm__scalar_rate(&c->lang, child, "by_product", &rate, NULL))
            continue;
        prm__p_product_rate *row = prm__compile_push(c, &c->builder.product_rates);
        uint32_t product = prm__compile_text(c, child->key, child->key_size);
        if (row != NULL && product != PRM_NO_INDEX)
            *row = (prm__p_product_rate){.product = product, .rate = rate};
    }
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
        commission_by_product(c, values[COMMISSION_BY_PRODUCT]);
}

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
    const prm__scope scope = {&c->vocabulary, types.types, types.count, false,
                              types.open || types.count == 0};
    bool ok = values[COMMISSION_OF] != NULL &&
              prm__compile_expr(c, values[COMMISSION_OF], "of", &scope, PRM_TYPE_NUMBER, &row->of);
    return prm__compile_filter(c, values[COMMISSION_WHERE], NULL, types, &row->filter) && ok;
}

void prm__compile_commission(prm__compiler *c, const prm__yaml_node *node)
{
    const prm__schema schema = {"`commission`", commission_keys, COMMISSION_KEYS, 0};
    const prm__yaml_node *values[COMMISSION_KEYS];
    if (node == NULL || !prm__schema_read(&c->lang, node, &schema, values, NULL))
        return;
    prm__p_commission row = {
        .present = 1,
        .of = PRM_NO_INDEX,
        .filter = PRM_NO_INDEX,
        .rounding = c->rounding,
        .min = INT64_MIN,
        .max = INT64_MAX,
    };
    commission_rates(c, values, &row);
    bool known = values[COMMISSION_ON] != NULL && commission_types(c, values[COMMISSION_ON]);
    if (!commission_exprs(c, values, &row) || !known)
        return;
    c->builder.head.commission = row;
    for (uint32_t i = 0; i < c->commission_types.count; i++)
        PRM_VEC(c->builder.types, prm__p_type)[c->commission_types.types[i]].earns = 1;
}
