/* compile head: the keys of a program itself: name, money, calendar. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "compile/currency.h"
#include "lang/scalars.h"

#include <string.h>

static const prm__schema_key head_keys[PRM_HEAD_KEYS] = {
    [PRM_HEAD_PRM] = {"prm", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                      "write `prm: 1`, the version of the language"},
    [PRM_HEAD_PROGRAM] = {"program", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                          "write for example `program: partner-2026`"},
    [PRM_HEAD_TITLE] = {"title", PRM_SCHEMA_TEXT, 0, "what people call the program"},
    [PRM_HEAD_CURRENCY] = {"currency", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                           "write for example `currency: JPY`"},
    [PRM_HEAD_TIMEZONE] = {"timezone", PRM_SCHEMA_TEXT, 0,
                           "an IANA name such as Asia/Tokyo, or an offset such as +09:00"},
    [PRM_HEAD_FISCAL_YEAR] = {"fiscal_year", PRM_SCHEMA_TEXT, 0, "its first month, such as april"},
    [PRM_HEAD_WEEK] = {"week", PRM_SCHEMA_TEXT, 0, "its first day, such as monday"},
    [PRM_HEAD_MONTH_CLOSES] = {"month_closes", PRM_SCHEMA_TEXT, 0, "the closing day, 1 to 31"},
    [PRM_HEAD_ROUNDING] = {"rounding", PRM_SCHEMA_TEXT, 0, "down, up, half_up or half_even"},
    [PRM_HEAD_REFERENCE_RATE] = {"reference_rate", PRM_SCHEMA_TEXT, 0,
                                 "what the vendor's own sales people get, such as 30%: higher rates are "
                                 "warned of"},
    [PRM_HEAD_EVENTS] = {"events", PRM_SCHEMA_MAPPING, 0,
                         "event types of the program's own, and fields of built-in ones"},
    [PRM_HEAD_ATTRIBUTES] = {"attributes", PRM_SCHEMA_MAPPING, 0, "attributes of partners and reps"},
    [PRM_HEAD_REWARDS] = {"rewards", PRM_SCHEMA_MAPPING, 0,
                          "kinds of reward besides cash, gift_card and points"},
    [PRM_HEAD_MEASURES] = {"measures", PRM_SCHEMA_MAPPING, 0, "measures by name, for `value`"},
    [PRM_HEAD_COMMISSION] = {"commission", PRM_SCHEMA_MAPPING, 0, "what each sale earns"},
    [PRM_HEAD_RANKS] = {"ranks", PRM_SCHEMA_MAPPING, 0, "ranks of partners"},
    [PRM_HEAD_RULES] = {"rules", PRM_SCHEMA_MAPPING, 0, "rules by name"},
};

const prm__schema prm__keys_of_program = {"a program", head_keys, PRM_HEAD_KEYS, 0};

/* ---- Choices ---- */

bool prm__compile_rounding(prm__compiler *c, const prm__yaml_node *node, uint32_t *rounding)
{
    static const char *const names[] = {
        [PRM_ROUND_DOWN] = "down",
        [PRM_ROUND_UP] = "up",
        [PRM_ROUND_HALF_UP] = "half_up",
        [PRM_ROUND_HALF_EVEN] = "half_even",
    };
    return prm__scalar_choice(&c->lang, node, "rounding", names, sizeof names / sizeof names[0], rounding);
}

static bool head_fiscal_year(prm__compiler *c, const prm__yaml_node *node)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    uint32_t month = 0;
    if (node != NULL && !prm__scalar_choice(&c->lang, node, "fiscal_year", months, 12, &month))
        return false;
    c->builder.head.fiscal_month = (int32_t)month + 1;
    return true;
}

static bool head_week(prm__compiler *c, const prm__yaml_node *node)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    uint32_t day = 0;
    if (node != NULL && !prm__scalar_choice(&c->lang, node, "week", days, 7, &day))
        return false;
    c->builder.head.first_weekday = (int32_t)day;
    return true;
}

static bool head_month_closes(prm__compiler *c, const prm__yaml_node *node)
{
    c->builder.head.month_closes = 31;
    return node == NULL ||
           prm__scalar_integer(&c->lang, node, "month_closes", 1, 31, &c->builder.head.month_closes);
}

/* ---- Texts ---- */

static bool head_version(prm__compiler *c, const prm__yaml_node *node)
{
    if (node == NULL || (node->size == 1 && node->text[0] == '1'))
        return node != NULL;
    prm__diag_report(c->lang.diag, PRM_DIAG_VERSION, node->span, "write `prm: 1`",
                     "this is version 1 of the language, not `%.*s`", prm__lang_shown(node->text, node->size),
                     node->text);
    return false;
}

/* A text of the head, empty when it is absent. */
static bool head_text(prm__compiler *c, const prm__yaml_node *node, const char *key, uint32_t *text)
{
    if (node != NULL && !prm__scalar_text(&c->lang, node, key))
        return false;
    *text = node == NULL ? c->empty_text : prm__compile_text(c, node->text, node->size);
    return *text != PRM_NO_INDEX;
}

static bool head_name(prm__compiler *c, const prm__yaml_node *node)
{
    if (node == NULL)
        return false;
    if (node->size == 0) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->span, NULL, "a program has a name");
        return false;
    }
    return head_text(c, node, "program", &c->builder.head.name);
}

static bool head_currency(prm__compiler *c, const prm__yaml_node *node)
{
    if (node == NULL)
        return false;
    if (prm__currency_digits(node->text, node->size, &c->builder.head.minor_digits))
        return head_text(c, node, "currency", &c->builder.head.currency);
    prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_CURRENCY, node->span,
                     "write an ISO 4217 code such as JPY, USD or EUR", "there is no currency `%.*s`",
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

static bool head_timezone(prm__compiler *c, const prm__yaml_node *node, const char *zoneinfo)
{
    const char *name = node != NULL ? node->text : "UTC";
    size_t size = node != NULL ? node->size : strlen("UTC");
    prm_status status = prm__caltime_zone_read(zoneinfo, name, size, &c->builder.transitions);
    if (status == PRM_E_MEMORY)
        return prm__lang_exhausted(&c->lang);
    if (status != PRM_OK) {
        prm__diag_report(
            c->lang.diag, PRM_DIAG_UNKNOWN_TIMEZONE, node != NULL ? node->span : (prm__span){0, 0},
            status == PRM_E_IO ? "its file in the system's time zone database cannot be read"
                               : "write an IANA name such as Asia/Tokyo, or an offset such as +09:00",
            "there is no time zone `%.*s`", prm__lang_shown(name, size), name);
        return false;
    }
    c->builder.head.is_utc = strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0;
    c->builder.head.timezone = prm__compile_text(c, name, size);
    c->calendar.zone.transitions = c->builder.transitions.data;
    c->calendar.zone.count = (uint32_t)c->builder.transitions.count;
    return c->builder.head.timezone != PRM_NO_INDEX;
}

static bool head_reference_rate(prm__compiler *c, const prm__yaml_node *node)
{
    if (node == NULL || !prm__scalar_rate(&c->lang, node, "reference_rate", &c->reference_rate, NULL))
        return node == NULL;
    if (c->reference_rate > 0)
        return true;
    c->reference_rate = 0;
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, "write for example `reference_rate: 30%`",
                     "`reference_rate` is a rate above zero, not `%.*s`",
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

bool prm__compile_head(prm__compiler *c, const prm__yaml_node *root, const char *zoneinfo,
                       const prm__yaml_node **values)
{
    if (!prm__schema_read(&c->lang, root, &prm__keys_of_program, values, NULL))
        return false;
    bool ok = head_version(c, values[PRM_HEAD_PRM]);
    ok = head_name(c, values[PRM_HEAD_PROGRAM]) && ok;
    ok = head_text(c, values[PRM_HEAD_TITLE], "title", &c->builder.head.title) && ok;
    ok = head_currency(c, values[PRM_HEAD_CURRENCY]) && ok;
    ok = head_timezone(c, values[PRM_HEAD_TIMEZONE], zoneinfo) && ok;
    ok = head_fiscal_year(c, values[PRM_HEAD_FISCAL_YEAR]) && ok;
    ok = head_week(c, values[PRM_HEAD_WEEK]) && ok;
    ok = head_month_closes(c, values[PRM_HEAD_MONTH_CLOSES]) && ok;
    if (values[PRM_HEAD_ROUNDING] != NULL)
        ok = prm__compile_rounding(c, values[PRM_HEAD_ROUNDING], &c->rounding) && ok;
    return head_reference_rate(c, values[PRM_HEAD_REFERENCE_RATE]) && ok;
}
