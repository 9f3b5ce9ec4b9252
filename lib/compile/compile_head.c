/* compile head: the keys of a program itself: name, money, calendar. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "compile/currency.h"
#include "lang/scalars.h"

#include <string.h>

/* ---- Choices ---- */

static const char *const head_versions[] = {"1"};
static const prm__choices head_version_choices = {head_versions, 1, false};

static const char *const head_months[] = {"january",   "february", "march",    "april",
                                          "may",       "june",     "july",     "august",
                                          "september", "october",  "november", "december"};
static const prm__choices head_month_choices = {head_months, 12, false};

static const char *const head_days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};
static const prm__choices head_day_choices = {head_days, 7, false};

static const char *const head_roundings[] = {
    [PRM_ROUND_DOWN] = "down",
    [PRM_ROUND_UP] = "up",
    [PRM_ROUND_HALF_UP] = "half_up",
    [PRM_ROUND_HALF_EVEN] = "half_even",
};
const prm__choices prm__choices_of_rounding = {head_roundings, 4, false};

static const prm__schema_key head_keys[PRM_HEAD_KEYS] = {
    [PRM_HEAD_PRM] = {"prm", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                      "write `prm: 1`, the version of the language", "1", &head_version_choices},
    [PRM_HEAD_PROGRAM] = {"program", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                          "the program's name, such as `program: partner-2026`", "partner-2026", NULL},
    [PRM_HEAD_TITLE] = {"title", PRM_SCHEMA_TEXT, 0, "what people call the program", "Partners 2026", NULL},
    [PRM_HEAD_CURRENCY] = {"currency", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED,
                           "what its money is in, by ISO 4217, such as `currency: JPY`", "JPY", NULL},
    [PRM_HEAD_TIMEZONE] = {"timezone", PRM_SCHEMA_TEXT, 0,
                           "an IANA name such as Asia/Tokyo, or an offset such as +09:00; UTC without it",
                           "Asia/Tokyo", NULL},
    [PRM_HEAD_FISCAL_YEAR] = {"fiscal_year", PRM_SCHEMA_TEXT, 0,
                              "the first month of the fiscal year; january without it", "april",
                              &head_month_choices},
    [PRM_HEAD_WEEK] = {"week", PRM_SCHEMA_TEXT, 0, "the first day of the week; monday without it", "monday",
                       &head_day_choices},
    [PRM_HEAD_MONTH_CLOSES] = {"month_closes", PRM_SCHEMA_WHOLE, 0,
                               "the closing day of months, 1 to 31; their last day without it", "20", NULL},
    [PRM_HEAD_ROUNDING] = {"rounding", PRM_SCHEMA_TEXT, 0,
                           "how amounts become whole minor units; down without it", "half_up",
                           &prm__choices_of_rounding},
    [PRM_HEAD_REFERENCE_RATE] = {"reference_rate", PRM_SCHEMA_RATE, 0,
                                 "what the vendor's own sales people get, such as 30%: higher rates are "
                                 "warned of",
                                 "30%", NULL},
    [PRM_HEAD_EVENTS] = {"events", PRM_SCHEMA_MAPPING, 0,
                         "event types of the program's own, and fields of built-in ones",
                         "{quiz.passed: {partner: text, score: integer}}", NULL},
    [PRM_HEAD_ATTRIBUTES] = {"attributes", PRM_SCHEMA_MAPPING, 0,
                             "what joined and updated events say of partners and reps, for conditions",
                             "{partner: {segment: text}}", NULL},
    [PRM_HEAD_REWARDS] = {"rewards", PRM_SCHEMA_MAPPING, 0,
                          "kinds of reward besides cash, gift_card and points", "{stars: points}", NULL},
    [PRM_HEAD_MEASURES] = {"measures", PRM_SCHEMA_MAPPING, 0, "measures by name, for `value`",
                           "{won: {count: deal.won}}", NULL},
    [PRM_HEAD_COMMISSION] = {"commission", PRM_SCHEMA_MAPPING, 0, "what each sale earns",
                             "{on: deal.won, of: amount, base: 15%}", NULL},
    [PRM_HEAD_RANKS] = {"ranks", PRM_SCHEMA_MAPPING, 0,
                        "ranks of partners, how they are reached and what they bring",
                        "{per: quarter, levels: {bronze: {}}}", NULL},
    [PRM_HEAD_RULES] = {"rules", PRM_SCHEMA_MAPPING, 0, "rules by name, in the order in which they are asked",
                        "{ten-leads: {when: {count: lead.registered, at_least: 10}, then: {cash: 5000}}}",
                        NULL},
    [PRM_HEAD_JOURNEY] = {"journey", PRM_SCHEMA_MAPPING, 0,
                          "the stages that a rep comes to on its way, in their order, for `prm journey`",
                          "{lead: {when: {count: lead.registered, at_least: 1}}}", NULL},
};

const prm__schema prm__keys_of_program = {"a program", head_keys, PRM_HEAD_KEYS, "prm: 1", 0, NULL};

/* ---- Calendar and rounding ---- */

bool prm__compile_rounding(prm__compiler *c, const prm__yaml_node *node, uint32_t *rounding)
{
    return prm__scalar_choice(&c->lang, node, "rounding", &prm__choices_of_rounding, rounding);
}

static bool head_fiscal_year(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t month = 0;
    if (node != NULL && !prm__scalar_choice(&c->lang, node, "fiscal_year", &head_month_choices, &month))
        return false;
    c->builder.head.fiscal_month = (int32_t)month + 1;
    return true;
}

static bool head_week(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t day = 0;
    if (node != NULL && !prm__scalar_choice(&c->lang, node, "week", &head_day_choices, &day))
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
    if (node == NULL || strcmp(node->text, head_versions[0]) == 0)
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
