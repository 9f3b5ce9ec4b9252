/* diag_numbers: the one registry of stable numbers. A number is never given a
 * new meaning; new ones are added at the end of their group. 1xx are about
 * YAML, 2xx about structure, 3xx about names, 4xx about expressions, 5xx about
 * rules, 6xx about events (answers, not diagnostics of a compilation). */
#ifndef PRM_BASE_DIAG_NUMBERS_H
#define PRM_BASE_DIAG_NUMBERS_H

#include <prm/prm.h>

/* X(name, number, severity, meaning) */
#define PRM_DIAGNOSTICS(X)                                                                                   \
    X(YAML_SYNTAX, 101, PRM_SEVERITY_ERROR, "the text is not YAML")                                          \
    X(YAML_ANCHOR, 102, PRM_SEVERITY_ERROR, "anchors are refused")                                           \
    X(YAML_ALIAS, 103, PRM_SEVERITY_ERROR, "aliases are refused")                                            \
    X(YAML_TAG, 104, PRM_SEVERITY_ERROR, "tags are refused")                                                 \
    X(YAML_MERGE_KEY, 105, PRM_SEVERITY_ERROR, "merge keys are refused")                                     \
    X(YAML_DUPLICATE_KEY, 106, PRM_SEVERITY_ERROR, "a key stands twice in one mapping")                      \
    X(YAML_NESTING, 107, PRM_SEVERITY_ERROR, "the text is nested deeper than 32 levels")                     \
    X(YAML_ENCODING, 108, PRM_SEVERITY_ERROR, "the text is not UTF-8")                                       \
    X(YAML_DOCUMENTS, 109, PRM_SEVERITY_ERROR, "a program is exactly one YAML document")                     \
    X(PROGRAM_TOO_LARGE, 110, PRM_SEVERITY_ERROR, "the program text is larger than 1 MiB")                   \
    X(YAML_KEY_NOT_TEXT, 111, PRM_SEVERITY_ERROR, "a key of a mapping is not a text")                        \
    X(UNKNOWN_KEY, 201, PRM_SEVERITY_ERROR, "this place has no such key")                                    \
    X(MISSING_KEY, 202, PRM_SEVERITY_ERROR, "a key that this place needs is missing")                        \
    X(WRONG_TYPE, 203, PRM_SEVERITY_ERROR, "a text, list or mapping stands where another is needed")         \
    X(BAD_VALUE, 204, PRM_SEVERITY_ERROR, "the value is none of those that this key takes")                  \
    X(CONFLICTING_KEYS, 206, PRM_SEVERITY_ERROR, "keys that exclude each other stand together")              \
    X(TOO_MANY_RULES, 207, PRM_SEVERITY_ERROR, "the program has more than 10000 rules")                      \
    X(TOO_MANY_FIELDS, 208, PRM_SEVERITY_ERROR, "an event type has more than 64 fields")                     \
    X(BAD_NAME, 209, PRM_SEVERITY_ERROR, "the text is not a name")                                           \
    X(BAD_DURATION, 210, PRM_SEVERITY_ERROR, "the text is not a duration such as 30d, 2w, 3mo, 1y, 720h")    \
    X(BAD_DATE, 211, PRM_SEVERITY_ERROR, "the text is not a date or time of the years 1970 to 9999")         \
    X(BAD_NUMBER, 212, PRM_SEVERITY_ERROR, "the text is not a number, or one too large or too fine")         \
    X(UNKNOWN_TIMEZONE, 213, PRM_SEVERITY_ERROR, "there is no such time zone, or its file is unreadable")    \
    X(UNKNOWN_CURRENCY, 214, PRM_SEVERITY_ERROR, "the text is not an ISO 4217 currency")                     \
    X(VERSION, 215, PRM_SEVERITY_ERROR, "the program is of another version of the language")                 \
    X(RESERVED_WORD, 216, PRM_SEVERITY_ERROR, "a reserved word was declared as a name")                      \
    X(TEXT_TOO_LONG, 217, PRM_SEVERITY_ERROR, "a text is longer than 4 KiB")                                 \
    X(TOO_MANY_TYPES, 218, PRM_SEVERITY_ERROR, "the program has more than 1000 event types")                 \
    X(FIELD_REDECLARED, 219, PRM_SEVERITY_ERROR, "a field is declared again in another way")                 \
    X(TOO_MANY_MEASURES, 220, PRM_SEVERITY_ERROR, "the program has more than 200 named measures")            \
    X(TOO_MANY_LEVELS, 221, PRM_SEVERITY_ERROR, "the program has more than 100 ranks")                       \
    X(TOO_MANY_STAGES, 222, PRM_SEVERITY_ERROR, "the journey has more than 64 stages")                       \
    X(UNKNOWN_EVENT_TYPE, 301, PRM_SEVERITY_ERROR, "there is no such event type")                            \
    X(UNKNOWN_FIELD, 302, PRM_SEVERITY_ERROR, "the event type has no such field")                            \
    X(UNKNOWN_ATTRIBUTE, 303, PRM_SEVERITY_ERROR, "no such attribute is declared")                           \
    X(UNKNOWN_REWARD, 304, PRM_SEVERITY_ERROR, "there is no such reward kind")                               \
    X(UNKNOWN_NAME, 305, PRM_SEVERITY_ERROR, "an expression uses a name that nothing has")                   \
    X(FIELD_NOT_TEXT, 306, PRM_SEVERITY_ERROR, "a text field is needed here")                                \
    X(UNKNOWN_MEASURE, 307, PRM_SEVERITY_ERROR, "no such measure is named")                                  \
    X(UNKNOWN_RANK, 308, PRM_SEVERITY_ERROR, "there is no such rank")                                        \
    X(EXPR_SYNTAX, 401, PRM_SEVERITY_ERROR, "the expression does not parse")                                 \
    X(EXPR_TYPE, 402, PRM_SEVERITY_ERROR, "the expression mixes types, or has another than needed")          \
    X(EXPR_QUOTE_THIS, 403, PRM_SEVERITY_ERROR, "YAML took the expression apart: quote it")                  \
    X(EXPR_NUMBER, 404, PRM_SEVERITY_ERROR, "a number in an expression is too large or too fine")            \
    X(EXPR_STRING, 405, PRM_SEVERITY_ERROR, "a text in an expression has no end, or a bad escape")           \
    X(EXPR_DEPTH, 406, PRM_SEVERITY_ERROR, "the expression is nested deeper than 32 levels")                 \
    X(EXPR_UNKNOWN_FUNCTION, 407, PRM_SEVERITY_ERROR, "there is no such function")                           \
    X(EXPR_ARGUMENTS, 408, PRM_SEVERITY_ERROR, "the function takes other arguments")                         \
    X(EXPR_TOO_LARGE, 409, PRM_SEVERITY_ERROR, "the expression is too large")                                \
    X(RULE_NO_TRIGGER, 501, PRM_SEVERITY_ERROR, "the rule needs a measure bounded from below")               \
    X(RULE_ANCHOR, 502, PRM_SEVERITY_ERROR, "the event type cannot anchor this subject")                     \
    X(RULE_RECIPIENT, 503, PRM_SEVERITY_ERROR, "the rule has no such recipient")                             \
    X(RULE_RATE, 504, PRM_SEVERITY_ERROR, "the rate cannot stand in this rule")                              \
    X(RULE_SUBJECT, 505, PRM_SEVERITY_ERROR, "the rule's events do not carry its subject")                   \
    X(RULE_WINDOW, 506, PRM_SEVERITY_ERROR, "the windows do not go together")                                \
    X(RULE_WITHOUT_OUTCOME, 507, PRM_SEVERITY_ERROR, "the rule can never have an outcome")                   \
    X(RATE_NEVER_HOLDS, 508, PRM_SEVERITY_WARNING, "the rate ends before it can take effect")                \
    X(NO_COMMISSION, 509, PRM_SEVERITY_WARNING, "a rate in a program without commission changes nothing")    \
    X(RATE_WITHOUT_PERCENT, 510, PRM_SEVERITY_WARNING, "a rate of 100% or more is written without %")        \
    X(WINDOW_EXAMPLE, 511, PRM_SEVERITY_NOTE, "where a span of time ends, by an example")                    \
    X(NEVER_HOLDS, 512, PRM_SEVERITY_WARNING, "a condition is never true, or an amount never above zero")    \
    X(RULE_FORM, 513, PRM_SEVERITY_ERROR, "a key of the rule needs another one beside it")                   \
    X(RULE_NO_END, 514, PRM_SEVERITY_ERROR, "nothing tells when the rule's occasion ends")                   \
    X(RULE_CONDITION, 515, PRM_SEVERITY_ERROR, "the condition cannot have this here")                        \
    X(RULE_TIERS, 516, PRM_SEVERITY_ERROR, "the tiers do not ascend")                                        \
    X(RULE_ACTION, 517, PRM_SEVERITY_ERROR, "the action cannot stand in this rule")                          \
    X(RULE_LIMIT, 518, PRM_SEVERITY_ERROR, "the limit cannot apply to this rule")                            \
    X(RULE_STREAK, 519, PRM_SEVERITY_ERROR, "the streak is not of a measure by calendar windows")            \
    X(TOO_MANY_LINK_FILTERS, 520, PRM_SEVERITY_ERROR, "rules down the chain have more than 60 filters")      \
    X(FIELD_WITHOUT_EVENT, 521, PRM_SEVERITY_WARNING, "an event's field is named where there is no event")   \
    X(OUT_OF_RANGE, 522, PRM_SEVERITY_WARNING, "a threshold lies beyond what its measure can be")            \
    X(CONTRADICTION, 523, PRM_SEVERITY_WARNING, "conditions that exclude each other must both hold")         \
    X(MORE_GIVES_LESS, 524, PRM_SEVERITY_WARNING, "a higher tier, or a better place, gives less")            \
    X(TIER_TWICE, 525, PRM_SEVERITY_WARNING, "two tiers have one threshold")                                 \
    X(RATE_ALWAYS_CUT, 526, PRM_SEVERITY_WARNING, "min or max holds back a rate in every case")              \
    X(SHADOWED, 527, PRM_SEVERITY_WARNING, "an exclusive rule before it always takes the name")              \
    X(NAME_ALONE, 528, PRM_SEVERITY_WARNING, "an exclusive name or a group has one member only")             \
    X(RANK_PASSED_OVER, 529, PRM_SEVERITY_WARNING, "a rank is never reached without a higher one")           \
    X(REMIND_AT_ONCE, 530, PRM_SEVERITY_WARNING, "a reminder always comes as its occasion begins")           \
    X(ELSE_NEVER, 531, PRM_SEVERITY_WARNING, "else never happens, since the rule always fires")              \
    X(BUDGET_BELOW_GRANT, 532, PRM_SEVERITY_WARNING, "the budget is less than a single grant")               \
    X(MAX_ALWAYS_CUTS, 533, PRM_SEVERITY_WARNING, "max is less than an amount that never varies")            \
    X(LIMIT_BELOW_TIERS, 534, PRM_SEVERITY_WARNING, "the limit lets some tiers or multiples never through")  \
    X(LIMIT_NEVER_MET, 535, PRM_SEVERITY_WARNING, "the rule cannot fire as often as its limit allows for")   \
    X(FIRES_AT_LEAVING, 536, PRM_SEVERITY_WARNING, "a rule is asked as its subject leaves")                  \
    X(EVENT_LINK, 540, PRM_SEVERITY_ERROR, "an event type cannot void or reduce that one")                   \
    X(BRACKETS, 541, PRM_SEVERITY_ERROR, "the brackets do not go up from one to the next")                   \
    X(BASE_NEVER_APPLIES, 542, PRM_SEVERITY_WARNING, "beside brackets the base rate is of no use")           \
    X(MEASURE_UNUSED, 543, PRM_SEVERITY_WARNING, "no value uses this named measure")                         \
    X(ABOVE_REFERENCE_RATE, 544, PRM_SEVERITY_WARNING, "a rate is above the reference rate")                 \
    X(RANKS, 545, PRM_SEVERITY_ERROR, "the ranks do not make a ladder")                                      \
    X(COMMISSION_WINDOW, 546, PRM_SEVERITY_ERROR, "the commission has no such window")                       \
    X(BRACKET_NOT_HIGHER, 547, PRM_SEVERITY_NOTE, "a bracket's rate is not above that of the one below")     \
    X(ATTRIBUTE_UNUSED, 548, PRM_SEVERITY_WARNING, "nothing uses this attribute")                            \
    X(REWARD_UNUSED, 549, PRM_SEVERITY_WARNING, "no rule gives this reward")                                 \
    X(TYPE_UNUSED, 550, PRM_SEVERITY_WARNING, "nothing uses this event type")                                \
    X(FIELD_UNUSED, 551, PRM_SEVERITY_WARNING, "nothing uses this field")                                    \
    X(ALWAYS_HOLDS, 552, PRM_SEVERITY_WARNING, "a condition holds in every case")                            \
    X(STAGE_BEHIND, 553, PRM_SEVERITY_WARNING, "a stage is never reached later than one before it")          \
    X(EVENT_ID_MISSING, 601, PRM_SEVERITY_ERROR, "the event has no id")                                      \
    X(EVENT_ID_TOO_LONG, 602, PRM_SEVERITY_ERROR, "the event's id is longer than 128 bytes")                 \
    X(EVENT_CONFLICT, 603, PRM_SEVERITY_ERROR, "an event with this id and other content was accepted")       \
    X(EVENT_FIELD_MISSING, 604, PRM_SEVERITY_ERROR, "a required field is missing")                           \
    X(EVENT_FIELD_TYPE, 605, PRM_SEVERITY_ERROR, "a field's value is not of its type")                       \
    X(EVENT_TIME_RANGE, 606, PRM_SEVERITY_ERROR, "the time lies outside of the years 1970 to 9999")          \
    X(EVENT_MONEY_TOO_FINE, 607, PRM_SEVERITY_ERROR, "money is finer than the currency's minor unit")        \
    X(EVENT_NUMBER_TOO_LARGE, 608, PRM_SEVERITY_ERROR, "a number's magnitude is 10^18 or beyond")            \
    X(EVENT_TEXT_TOO_LONG, 609, PRM_SEVERITY_ERROR, "a text field is longer than 4 KiB")                     \
    X(EVENT_NOT_UTF8, 610, PRM_SEVERITY_ERROR, "a text is not UTF-8, or has a NUL")                          \
    X(EVENT_FIELD_TWICE, 611, PRM_SEVERITY_ERROR, "a field was given twice")                                 \
    X(EVENT_TYPE_MISSING, 612, PRM_SEVERITY_ERROR, "the event has no type")                                  \
    X(EVENT_NAME_UNKNOWN, 613, PRM_SEVERITY_ERROR, "a handle is not one of this engine or program")          \
    X(EVENT_TOO_LATE, 614, PRM_SEVERITY_ERROR, "it lies before the time that is settled")                    \
    X(EVENT_OF_SETTLED, 615, PRM_SEVERITY_ERROR, "what it voids or reduces is settled")                      \
    X(TOO_MANY_DIAGNOSTICS, 901, PRM_SEVERITY_NOTE, "only the first 100 are shown")

typedef enum prm__diag_number {
#define PRM_DIAG_ROW(name, number, severity, meaning) PRM_DIAG_##name = number,
    PRM_DIAGNOSTICS(PRM_DIAG_ROW)
#undef PRM_DIAG_ROW
} prm__diag_number;

#endif
