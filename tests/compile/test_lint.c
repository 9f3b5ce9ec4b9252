/* What is said of programs that compile: each finding where it is certain, and none where a little
 * change makes it right. Texts stand behind the head, so they begin in line 4. */
#include "compiling.h"

#include "base/diag_numbers.h"

typedef struct lint_case {
    const char *body;
    const char *expected; /* "NUMBER LINE:COLUMN", separated by "; "; nothing: none */
} lint_case;

#define RULE "rules:\n  a: "
#define RATES "commission: {on: deal.won, of: amount, base: 10%, min: 5%, max: 20%}\n" RULE
#define REFERENCE "reference_rate: 30%\ncommission: {on: deal.won, of: amount, base: 10%}\n"
#define RATIO "measures: {won: {count: deal.won}, lost: {count: deal.lost}}\n" RULE

/* ---- Out of range ---- */

static const lint_case ranges[] = {
    /* The subject fixes the field. */
    {RULE "{for: customer, when: {distinct: customer, of: deal.won, at_least: 2}, then: {cash: 1}}",
     "522 5:73"},
    {RULE "{for: customer, when: {distinct: product, of: deal.won, at_least: 2}, then: {cash: 1}}", ""},
    {RULE "{for: customer, when: {distinct: customer, of: deal.won, at_least: 1}, then: {cash: 1}}", ""},
    {RULE
     "{for: customer, when: {distinct: customer, for: partner, of: deal.won, at_least: 2}, then: {cash: 1}}",
     ""},
    {RULE "{when: {distinct: partner, of: deal.won, at_least: 2}, then: {cash: 1}}", "522 5:57"},
    {RULE "{for: referrer, when: {distinct: partner, of: deal.won, at_least: 2}, then: {cash: 1}}", ""},
    {RULE "{for: rep, when: {covered: course.completed, at_least: 2}, then: {cash: 1}}", "522 5:61"},
    {RULE "{when: {covered: course.completed, at_least: 2}, then: {cash: 1}}", ""},
    {RULE "{for: customer, when: {distinct: customer, of: deal.won, every: 2}, then: {cash: 1}}", "522 5:70"},
    {RULE "{for: customer, when: {distinct: customer, of: deal.won}, tiers: [{at_least: 1, then: {cash: 1}}, "
          "{at_least: 2, then: {cash: 2}}]}",
     "522 5:115"},

    /* `where` fixes it. */
    {RULE "{when: {distinct: product, of: deal.won, where: product == 'crm', at_least: 2}, then: {cash: 1}}",
     "522 5:82"},
    {RULE
     "{when: {distinct: product, of: deal.won, where: \"product in ['crm', 'ma']\", more_than: 2}, then: "
     "{cash: 1}}",
     "522 5:93"},
    {RULE "{when: {distinct: product, of: deal.won, where: \"product in ['crm', 'ma']\", at_least: 2}, then: "
          "{cash: 1}}",
     ""},
    {RULE "{when: {distinct: product, of: deal.won, where: product != 'crm', at_least: 2}, then: {cash: 1}}",
     ""},
    {RULE "{when: {distinct: product, of: deal.won, where: customer == 'crm', at_least: 2}, then: {cash: 1}}",
     ""},
    {RULE
     "{when: {distinct: product, of: deal.won, where: product == 'crm' || amount > 5, at_least: 2}, then: "
     "{cash: 1}}",
     ""},
    {RULE
     "{where: amount > 5 && 'crm' == product, when: {distinct: product, of: deal.won, at_least: 2}, then: "
     "{cash: 1}}",
     "522 5:96"},

    /* Values that `where` bounds. */
    {RULE "{when: {average: score, of: course.completed, where: score <= 60, at_least: 80}, then: {cash: 1}}",
     "522 5:82"},
    {RULE "{when: {average: score, of: course.completed, where: score >= 60, at_least: 80}, then: {cash: 1}}",
     ""},
    {RULE "{when: {average: score, of: course.completed, where: 80 >= score, at_least: 80}, then: {cash: 1}}",
     ""},
    {RULE
     "{when: {minimum: score, of: course.completed, where: 60 <= score && score < 90, less_than: 50}, then: "
     "{cash: 1}}",
     "522 5:97"},
    {RULE "{when: {sum: amount, of: deal.won, where: amount <= 60, at_least: 80}, then: {cash: 1}}", ""},
    {RULE "{when: {sum: amount, of: deal.won, where: amount < 0, at_least: 80}, then: {cash: 1}}",
     "522 5:70"},

    /* Nothing is below nothing. */
    {RULE "{per: month, at: close, when: {count: deal.won, less_than: 0}, then: {cash: 1}}", "522 5:65"},
    {RULE "{per: month, at: close, when: {count: deal.won, less_than: 1}, then: {cash: 1}}", ""},
    {RULE "{per: month, at: close, when: {sum: amount, of: deal.won, less_than: 0}, then: {cash: 1}}", ""},

    /* A share of a whole. */
    {RATIO "{when: {value: won / (won + lost), at_least: 30}, then: {cash: 1}}", "522 6:51"},
    {RATIO "{when: {value: won / (won + lost), at_least: 30%}, then: {cash: 1}}", ""},
    {RATIO "{when: {value: won / (won + lost) * 100, at_least: 30}, then: {cash: 1}}", ""},
    {RATIO "{when: {value: won / (won + lost) * 100, more_than: 100}, then: {cash: 1}}", "522 6:58"},
    {RATIO "{when: {value: won / lost, at_least: 30}, then: {cash: 1}}", ""},
    {RATIO "{when: {value: won / (won - lost), at_least: 30}, then: {cash: 1}}", ""},
    {RATIO "{when: {value: won - lost, at_least: 30}, then: {cash: 1}}", ""},

    /* A campaign with too few windows. */
    {RULE
     "{active: {from: 2026-04-01, until: 2026-05-31}, when: {streak: {count: deal.won, at_least: 3}, per: "
     "month, at_least: 3}, then: {cash: 1}}",
     "522 5:123"},
    {RULE
     "{active: {from: 2026-04-01, until: 2026-06-01}, when: {streak: {count: deal.won, at_least: 3}, per: "
     "month, at_least: 3}, then: {cash: 1}}",
     ""},
    {RULE
     "{active: {from: 2026-04-01}, when: {streak: {count: deal.won, at_least: 3}, per: month, at_least: 3}, "
     "then: {cash: 1}}",
     ""},
    {RULE "{per: month, when: {streak: {distinct: rep, of: deal.won, where: rep == 'a', at_least: 2}, "
          "at_least: 3}, "
          "then: {cash: 1}}",
     "522 5:93"},

    /* In a tree, and in ranks. */
    {RULE
     "{when: {all: [{count: deal.won, at_least: 1}, {any: [{count: deal.lost, at_least: 1}, {not: {distinct: "
     "partner, of: deal.won, at_least: 2}}]}]}, then: {cash: 1}}",
     "522 5:142"},
    {"ranks: {per: month, levels: {a: {}, b: {when: {distinct: partner, of: deal.won, at_least: 2}}}}\n",
     "522 4:91"},
    {"attributes: {partner: {goal: integer}}\n" RULE
     "{when: {distinct: partner, of: deal.won, at_least: partner.goal}, then: {cash: 1}}",
     ""},
};

/* ---- Contradictions, `else`, `remind` ---- */

static const lint_case conditions[] = {
    {RULE
     "{per: month, at: close, when: {all: [{count: deal.won, at_least: 10}, {count: deal.won, at_most: 5}]}, "
     "then: {cash: 1}}",
     "523 5:103"},
    {RULE "{per: month, at: close, when: {all: [{count: deal.won, at_least: 5}, {count: deal.won, less_than: "
          "5}]}, "
          "then: {cash: 1}}",
     "523 5:104"},
    {RULE
     "{per: month, at: close, when: {all: [{count: deal.won, at_least: 5}, {count: deal.won, at_most: 5}]}, "
     "then: {cash: 1}}",
     ""},
    {RULE
     "{per: month, at: close, when: {any: [{count: deal.won, at_least: 10}, {count: deal.won, at_most: 5}]}, "
     "then: {cash: 1}}",
     ""},
    {RULE "{per: month, at: close, when: {all: [{count: deal.won, at_least: 10}, {count: deal.won, where: "
          "amount > "
          "5, at_most: 5}]}, then: {cash: 1}}",
     ""},
    {RULE
     "{per: month, at: close, when: {all: [{count: deal.won, at_least: 10}, {not: {count: deal.won, at_most: "
     "5}}]}, then: {cash: 1}}",
     ""},

    {RULE "{per: month, at: close, when: {count: deal.won, at_least: 0}, then: {cash: 1}, else: {cash: 2}}",
     "552 5:64"},
    {RULE "{per: month, at: close, when: {is: true}, then: {cash: 1}}", ""},
    {RULE "{per: month, at: close, when: {is: true}, then: {cash: 1}, else: {cash: 2}}", "531 5:65"},
    {RULE "{per: month, at: close, when: {covered: course.completed, more_than: -1}, then: {cash: 1}}",
     "552 5:75"},
    {RULE
     "{for: rep, per: month, at: close, when: {distinct: rep, of: deal.won, at_most: 1}, then: {cash: 1}}",
     "552 5:85"},
    {RULE "{per: month, at: close, when: {count: deal.won, at_most: 1}, then: {cash: 1}}", ""},
    {RULE "{per: month, at: close, when: {coverage: course.completed, at_least: 0%}, then: {cash: 1}}", ""},
    {RULE "{per: month, at: close, when: {sum: amount, of: deal.won, at_least: 0}, then: {cash: 1}}", ""},
    {RULE "{per: month, at: close, when: {count: deal.won, at_least: 1}, then: {cash: 1}, else: {cash: 2}}",
     ""},
    {RULE
     "{per: month, at: close, when: {average: amount, of: deal.won, where: amount > 5, at_least: 0}, then: "
     "{cash: 1}, else: {cash: 2}}",
     ""},
    {RULE "{per: month, at: close, when: {all: [{count: deal.won, at_least: 0}, {coverage: course.completed, "
          "at_most: 100%}]}, then: {cash: 1}, else: {cash: 2}}",
     "552 5:71"},

    {RULE
     "{per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: 31d, notice: x}}",
     "530 5:91"},
    {RULE
     "{per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: 30d, notice: x}}",
     ""},
    {RULE
     "{within: 7d of partner.joined, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: "
     "2w, notice: x}}",
     "530 5:109"},
    {RULE
     "{within: 7d of partner.joined, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: "
     "7d, notice: x}}",
     ""},
    {RULE
     "{per: quarter, within: 1mo of partner.joined, when: {count: deal.won, at_least: 1}, then: {cash: 1}, "
     "remind: {before: 2mo, notice: x}}",
     "530 5:124"},
    {RULE
     "{per: week, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: 168h, notice: x}}",
     ""},
    {RULE
     "{per: year, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: 1y, notice: x}}",
     ""},

    {RULE "{each: partner.left, then: {notice: x}}", "536 5:13"},
    {RULE "{for: rep, each: [rep.left, partner.left], then: {notice: x}}", "536 5:23"},
    {RULE "{each: rep.left, then: {notice: x}}", ""},
    {RULE "{each: [partner.left, partner.joined], then: {notice: x}}", ""},
    {RULE "{for: parent, each: partner.left, then: {notice: x}}", ""},
};

/* ---- Tiers, places, amounts, limits ---- */

#define PICK RULE "{per: month, at: close, pick: highest, when: {count: deal.won}, tiers: "
#define TIERS RULE "{when: {count: deal.won}, tiers: "

static const lint_case amounts[] = {
    {PICK "[{at_least: 1, then: {cash: 500}}, {at_least: 5, then: {cash: 50}}]}", "524 5:139"},
    {PICK "[{at_least: 1, then: {cash: 500}}, {at_least: 5, then: {cash: 500}}]}", ""},
    {PICK "[{at_least: 1, then: {cash: 500}}, {at_least: 5, then: {points: 50}}]}", ""},
    {PICK "[{at_least: 1, then: {cash: 500}}, {at_least: 5, then: [{cash: 50}, {points: 5}]}]}", ""},
    {PICK "[{at_least: 1, then: {cash: value * 500}}, {at_least: 5, then: {cash: 50}}]}", ""},
    {TIERS "[{at_least: 1, then: {cash: 500}}, {at_least: 5, then: {cash: 50}}]}", ""},
    {RATES
     "{when: {count: deal.won}, tiers: [{at_least: 1, then: {rate: 15%}}, {at_least: 5, then: {rate: 12%}}]}",
     "524 6:101"},
    {RATES
     "{when: {count: deal.won}, tiers: [{at_least: 1, then: {rate: +5%}}, {at_least: 5, then: {rate: +2%}}]}",
     ""},
    {RATES
     "{when: {count: deal.won}, tiers: [{at_least: 1, then: {rate: 15%}}, {at_least: 5, then: {rate: 12%, "
     "product: x}}]}",
     ""},
    {RULE "{per: month, contest: {by: {count: deal.won}, places: [{cash: 5}, {cash: 50}]}}", "524 5:79"},
    {RULE "{per: month, contest: {by: {count: deal.won}, places: [{cash: 5}, {cash: 5}]}}", ""},
    {RULE "{per: month, contest: {by: {count: deal.won}, places: [{notice: x}, {cash: 50}]}}", ""},

    {"attributes: {partner: {goal: integer, high: integer}}\n" RULE
     "{when: {count: deal.won}, tiers: [{at_least: partner.goal, then: {cash: 1}}, {at_least: partner.goal, "
     "then: "
     "{cash: 5}}]}",
     "548 4:39; 525 6:94"},
    {"attributes: {partner: {goal: integer, high: integer}}\n" RULE
     "{when: {count: deal.won}, tiers: [{at_least: partner.goal, then: {cash: 1}}, {at_least: partner.high, "
     "then: "
     "{cash: 5}}]}",
     ""},
    {TIERS "[{at_least: 5, then: {cash: 5}}, {at_least: 6, then: {cash: 6}}]}", ""},

    {RULE "{each: deal.won, then: {cash: 500}, max: 100}", "533 5:47"},
    {RULE "{each: deal.won, then: {cash: 100}, max: 100}", ""},
    {RULE "{each: deal.won, then: {cash: amount * 10%}, max: 100}", ""},
    {RULE "{each: deal.won, then: {points: 500}, max: 100}", "!"},
    {RULE "{each: deal.won, then: [{points: 500}, {cash: amount}], max: 100}", ""},
    {RULE "{each: deal.won, then: {cash: 500}, budget: 499}", "532 5:50"},
    {RULE "{each: deal.won, then: {cash: 500}, budget: 500}", ""},
    {RULE "{each: deal.won, then: {cash: amount}, budget: 5}", ""},
    {RULE "{each: deal.won, then: {cash: 5 * 100}, max: 400, budget: 450}", "533 5:51"},

    {TIERS "[{at_least: 1, then: {cash: 1}}, {at_least: 5, then: {cash: 5}}], limit: {times: 1}}",
     "534 5:120"},
    {TIERS "[{at_least: 1, then: {cash: 1}}, {at_least: 5, then: {cash: 5}}], limit: {times: 2}}", ""},
    {TIERS "[{at_least: 1, then: {cash: 1}}, {at_least: 5, then: {cash: 5}}], limit: {times: 1, per: month}}",
     ""},
    {TIERS "[{at_least: 1, then: {notice: x}}, {at_least: 5, then: {cash: 5}}], limit: {times: 1}}",
     "534 5:122"},
    {TIERS "[{at_least: 1, then: {cash: 1, to: parent}}, {at_least: 5, then: {cash: 5}}], limit: {times: 1}}",
     ""},
    {TIERS "[{at_least: 1, then: {cash: amount}}, {at_least: 5, then: {cash: 5}}], limit: {times: 1}}", ""},
    {PICK "[{at_least: 1, then: {cash: 1}}, {at_least: 5, then: {cash: 5}}], limit: {times: 1}}", ""},
    {RULE "{when: {count: deal.won, every: 5}, then: {cash: 5}, limit: {times: 1}}", "534 5:74"},
    {RULE "{when: {count: deal.won, every: 5}, then: {cash: 5}, limit: {times: 2}}", ""},
    {RULE "{when: {count: deal.won, every: 5}, then: {cash: 5}, limit: {times: 1, per: month}}", ""},

    {RULE "{when: {count: deal.won, at_least: 5}, then: {cash: 5}, limit: {times: 3}}", "535 5:77"},
    {RULE
     "{per: month, when: {count: deal.won, at_least: 5}, then: {cash: 5}, limit: {times: 1, per: month}}",
     "535 5:89"},
    {RULE "{per: month, when: {count: deal.won, at_least: 5}, then: {cash: 5}, limit: {times: 3}}", ""},
    {RULE "{per: month, when: {count: deal.won, at_least: 5}, then: {cash: 5}, limit: {times: 3, per: year}}",
     ""},
    {RULE
     "{for: rep, when: {count: deal.won, at_least: 5}, then: {cash: 5}, limit: {times: 3, for: partner}}",
     ""},
    {RULE "{each: deal.won, then: {cash: 5}, limit: {times: 3}}", ""},
};

/* ---- Rates ---- */

#define BRACKETS "commission:\n  on: deal.won\n  of: amount\n  brackets: {rates: [{from: 0, rate: 10%}, "

static const lint_case rates[] = {
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: +15%}}", "526 6:58"},
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: +10%}}", ""},
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: -6%}}", "526 6:58"},
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: -5%}}", ""},
    {RATES "{when: {count: deal.won, at_least: 5}, then: [{rate: +15%}, {rate: -5%}]}", ""},
    {RATES "{when: {count: deal.won, at_least: 5}, then: [{rate: +15%}, {rate: 5%}]}", ""},
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: 25%}}", "526 6:58"},
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: 4%}}", "526 6:58"},
    {RATES "{when: {count: deal.won, at_least: 5}, then: [{rate: 25%}, {rate: -5%}]}", ""},
    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: 20%}}", ""},
    {RATES
     "{when: {count: deal.won}, tiers: [{at_least: 1, then: {rate: +1%}}, {at_least: 5, then: [{notice: x}, "
     "{rate: +11%}]}]}",
     "526 6:115"},
    {RATES
     "{per: month, at: close, when: {count: deal.won, at_least: 5}, then: {notice: x}, else: {rate: -7%}}",
     "526 6:100"},
    {"commission: {on: deal.won, of: amount, base: 30%, max: 20%}\n", "526 4:46"},
    {"commission: {on: deal.won, of: amount, base: 10%, by_product: {a: 30%, b: 15%}, max: 20%}\n",
     "526 4:67"},
    {"commission: {on: deal.won, of: amount, base: 10%, max: 20%}\nranks: {per: month, levels: {a: {rate: "
     "25%}, b: "
     "{when: {count: deal.won, at_least: 5}, rate: 20%, by_product: {x: 30%}}}}\n",
     "526 5:40; 526 5:115"},

    {BRACKETS "{from: 1000, rate: 8%}]}\n", "547 7:63"},
    {BRACKETS "{from: 1000, rate: 10%}]}\n", "547 7:63"},
    {BRACKETS "{from: 1000, rate: 12%}]}\n", ""},
    {"commission: {on: deal.won, of: amount, base: 10%, brackets: {rates: [{from: 10, rate: 5%}, {from: 20, "
     "rate: "
     "6%}]}}\n",
     "547 4:87"},
    {"commission: {on: deal.won, of: amount, base: 10%, brackets: {rates: [{from: 10, rate: 15%}, {from: 20, "
     "rate: "
     "16%}]}}\n",
     ""},

    {"commission: {on: deal.won, of: amount, base: 10%}\n" RULE
     "{active: {from: 2026-04-10}, when: {count: deal.won, at_least: 5}, then: {rate: +1%, from: "
     "next_period, "
     "until: 2026-04-30}}",
     "508"},
    {"commission: {on: deal.won, of: amount, base: 10%}\n" RULE
     "{active: {from: 2026-04-10}, when: {count: deal.won, at_least: 5}, then: {rate: +1%, from: "
     "next_period, "
     "until: 2026-05-01}}",
     ""},
    {"commission: {on: deal.won, of: amount, base: 10%}\n" RULE
     "{active: {until: 2026-04-10}, when: {count: deal.won, at_least: 5}, then: {rate: +1%, from: "
     "next_period, "
     "until: 2026-04-30}}",
     ""},
    {"commission: {on: deal.won, of: amount, base: 10%}\n" RULE
     "{active: {from: 2026-04-10}, when: {count: deal.won, at_least: 5}, then: {rate: +1%, from: "
     "next_period, "
     "until: 2026-04-01}}",
     "508"},
    {"commission: {on: deal.won, of: amount, base: 10%}\n" RULE
     "{active: {from: 2026-04-10}, when: {count: deal.won, at_least: 5}, then: {rate: +1%, until: "
     "2026-04-30}}",
     ""},

    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: {rate: 31%}}", "544"},
    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: {rate: 30%}}", ""},
    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: {rate: +21%}}", "544"},
    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: {rate: +20%}}", ""},
    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: [{rate: +21%}, {rate: -1%}]}", ""},
    {"reference_rate: 30%\ncommission: {on: deal.won, of: amount, base: 10%, max: 30%}\n" RULE
     "{when: {count: deal.won, at_least: 5}, then: {rate: 35%}}",
     "526 7:58"},
    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: [{rate: +15%}, {rate: +6%}]}", "544"},
    {REFERENCE RULE "{when: {count: deal.won, at_least: 5}, then: [{rate: +15%}, {rate: +5%}]}", ""},
    {REFERENCE RULE
     "{when: {count: deal.won, at_least: 5}, then: [{rate: +15%, group: g}, {rate: +6%, group: g}]}",
     ""},
    {REFERENCE RULE
     "{when: {count: deal.won, at_least: 5}, then: [{rate: +15%, lasts: 9d}, {rate: +6%, lasts: "
     "9d}]}",
     ""},

    {RATES "{when: {count: deal.won, at_least: 5}, then: {rate: +1%, group: g}}", "528 6:70"},
    {RATES "{when: {count: deal.won, at_least: 5}, then: [{rate: +1%, group: g}, {rate: +2%, group: g}]}",
     ""},
    {RATES "{when: {count: deal.won, every: 5}, then: {rate: +1%, group: g}}", ""},
};

/* ---- Rules and ranks in each other's way ---- */

#define CLOSE(threshold)                                                                                     \
    "{exclusive: e, per: month, at: close, when: {count: deal.won, " threshold "}, then: {cash: 1}}\n"
#define EACH(more) "{exclusive: e, each: deal.won" more ", then: {cash: 1}}\n"
#define REACH(more) "{exclusive: e, when: {count: deal.won, at_least: " more "}, then: {cash: 1}}\n"
#define TWO(a, b) RULE a "  b: " b
#define RANKS "ranks: {per: month, levels: {a: {}, b: {when: {count: deal.won, at_least: "

static const lint_case shadows[] = {
    {TWO(CLOSE("at_least: 10"), CLOSE("at_least: 20")), "527 6:18"},
    {TWO(CLOSE("at_least: 10"), CLOSE("at_least: 10")), "527 6:18"},
    {TWO(CLOSE("at_least: 10"), CLOSE("more_than: 10")), "527 6:18"},
    {TWO(CLOSE("more_than: 10"), CLOSE("at_least: 10")), ""},
    {TWO(CLOSE("at_most: 10"), CLOSE("less_than: 10")), "527 6:18"},
    {TWO(CLOSE("at_most: 10"), CLOSE("at_least: 10")), ""},
    {TWO(CLOSE("at_least: 20"), CLOSE("at_least: 10")), ""},
    {RULE CLOSE("at_least: 30") "  b: " CLOSE("at_least: 10") "  c: " CLOSE("at_least: 20"), "527 7:18"},
    /* Reached along the way, each has an event of its own. */
    {TWO(REACH("10"), REACH("20")), ""},
    {TWO(REACH("10"), REACH("10")), "527 6:18"},
    {TWO(REACH("10"), REACH("10, where: amount > 5")), ""},
    {TWO("{exclusive: e, limit: {times: 1, for: partner, per: month}, when: {count: deal.won, at_least: 10}, "
         "then: "
         "{cash: 1}}\n",
         REACH("10")),
     "535 5:36"},
    {TWO(EACH(""), EACH(", where: amount > 5")), "527 6:18"},
    {TWO(EACH(", where: amount > 5"), EACH("")), ""},
    {TWO(EACH(", where: amount > 5"), EACH(", where: amount > 5, per: month")), "527 6:18"},
    {TWO(EACH(", active: {from: 2026-04-01}"), EACH("")), ""},
    {TWO(EACH(""), EACH(", active: {from: 2026-04-01}")), "527 6:18"},
    {TWO(EACH(", eligible: amount > 5"), EACH("")), ""},
    {TWO(EACH(""), EACH(", eligible: amount > 5, for: rep")), ""},
    {TWO(EACH(""), EACH(", eligible: amount > 5")), "527 6:18"},
    {TWO(EACH(", when: {count: deal.lost, at_least: 5}"), EACH(", when: {count: deal.lost, at_least: 9}")),
     "527 6:18"},
    {TWO(EACH(", when: {count: deal.lost, at_least: 9}"), EACH(", when: {count: deal.lost, at_least: 5}")),
     ""},
    {TWO(EACH(", limit: {times: 5}"), EACH("")), ""},
    {TWO("{exclusive: e, each: deal.lost, then: {cash: 1}}\n", EACH("")), ""},
    {TWO("{exclusive: f, each: deal.won, then: {cash: 1}}\n", EACH("")), "528 5:18; 528 6:18"},
    {RULE EACH(""), "528 5:18"},

    {RANKS "5}}, c: {when: {count: deal.won, at_least: 5}}}}\n", "529 4:47"},
    {RANKS "5}}, c: {when: {count: deal.won, at_least: 4}}}}\n", "529 4:47"},
    {RANKS "5}}, c: {when: {count: deal.won, at_least: 6}}}}\n", ""},
    {RANKS "5}}, c: {when: {count: deal.lost, at_least: 4}}}}\n", ""},
    {RANKS "5}}, c: {when: {count: deal.won, at_least: 9}}, d: {when: {count: deal.won, at_least: 7}}}}\n",
     "529 4:90"},
};

/* ---- Journeys ---- */

#define JOURNEY "journey:\n  a: {when: {count: lead.registered, at_least: 3}}\n"

static const lint_case journeys[] = {
    {JOURNEY "  b: {when: {count: lead.registered, at_least: 2}}", "553 6:13"},
    {JOURNEY "  b: {when: {count: lead.registered, at_least: 3}}", "553 6:13"},
    {JOURNEY "  b: {when: {count: lead.registered, at_least: 4}}", ""},
    {JOURNEY "  b: {when: {count: deal.won, at_least: 2}}", ""},
    {JOURNEY
     "  b: {when: {count: deal.won, at_least: 2}}\n  c: {when: {count: lead.registered, more_than: 2}}",
     "553 7:13"},
    {RULE "{each: deal.won, then: {cash: 1}}\n" JOURNEY
          "  b: {when: {distinct: rep, of: deal.won, at_least: 2}}",
     "522 8:53"},
    {"attributes: {rep: {target: integer}}\njourney: {a: {when: {count: deal.won, at_least: rep.target}}}",
     ""},
};

/* ---- What nothing uses ---- */

static const lint_case unused[] = {
    {"attributes: {partner: {a: text, b: integer, c: integer, d: text}, rep: {a: text}}\n" RULE
     "{each: deal.won, eligible: partner.a == 'x', when: {count: deal.won, at_least: partner.b}, then: "
     "{cash: 1}}",
     "548 4:45; 548 4:57; 548 4:73"},
    {"attributes: {partner: {a: text, b: text}}\n" RULE
     "{each: partner.joined, eligible: has(partner.a), where: b == 'x', then: {cash: 1}}",
     ""},
    {"rewards: {miles: points, vouchers: money}\n" RULE "{each: deal.won, then: {miles: 5}}", "549 4:26"},
    {"rewards: {miles: points}\n" RULE "{per: month, contest: {by: {count: deal.won}, places: [{miles: 5}]}}",
     ""},
    {"events: {quiz.passed: {partner: text}}\n" RULE "{each: deal.won, then: {cash: 5}}", "550 4:10"},
    {"events: {quiz.passed: {partner: text}}\n" RULE
     "{while: always, then: {rank: x}}\nranks: {per: month, levels: "
     "{x: {}}}\n",
     "550 4:10"},
    {"events: {quiz.passed: {partner: text}}\n" RULE "{each: quiz.passed, then: {cash: 5}}", ""},
    {"events: {quiz.passed: {partner: text}}\n" RULE
     "{after: quiz.passed, when: {count: deal.won, at_least: 1}, then: {cash: 5}}",
     ""},
    {"events: {order.placed: {partner: text, order: text}, order.back: {partner: text, order: text, voids: "
     "order.placed by order}}\n",
     ""},
    {"events: {quiz.passed: {partner: text, rep?: text, score: integer, place?: text}}\n" RULE
     "{each: quiz.passed, then: {cash: score}}",
     "551 4:67"},
    {"events: {quiz.passed: {partner: text, room: text}}\n" RULE
     "{for: room, each: quiz.passed, then: {cash: 5}}",
     ""},
    {"events: {deal.won: {region?: text, tax?: money}}\n" RULE
     "{when: {sum: tax, of: deal.won, at_least: 5}, then: {cash: 5}}",
     "551 4:21"},
};

/* ---- Running them ---- */

typedef struct lint_group {
    const lint_case *cases;
    size_t count;
} lint_group;

static const lint_group groups[] = {
    {ranges, UNIT_COUNT(ranges)},     {conditions, UNIT_COUNT(conditions)}, {amounts, UNIT_COUNT(amounts)},
    {rates, UNIT_COUNT(rates)},       {shadows, UNIT_COUNT(shadows)},       {unused, UNIT_COUNT(unused)},
    {journeys, UNIT_COUNT(journeys)},
};

/* Lints as "NUMBER LINE:COLUMN"; of other warnings the number alone; "!" for errors. All lints but
 * notes have advice. */
static void lints_of(const char *text, char *out, size_t capacity)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL);
    snprintf(out, capacity, "%s", status == PRM_OK ? "" : "!");
    for (size_t i = 0; status == PRM_OK && i < prm_diagnostics_count(diagnostics); i++) {
        prm_diagnostic one = {.size = sizeof one};
        assert_int_equal(prm_diagnostics_get(diagnostics, i, &one), PRM_OK);
        size_t used = strlen(out);
        const char *between = used > 0 ? "; " : "";
        if (one.number == 511)
            continue;
        if (!compiling_is_lint(one.number)) {
            snprintf(out + used, capacity - used, "%s%u", between, one.number);
            continue;
        }
        assert_true(one.hint.size > 0 || one.severity == PRM_SEVERITY_NOTE);
        assert_int_not_equal(one.severity, PRM_SEVERITY_ERROR);
        snprintf(out + used, capacity - used, "%s%u %u:%u", between, one.number, one.line, one.column);
    }
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static bool lint_case_holds(const lint_case *one)
{
    char text[4096], found[1024];
    snprintf(text, sizeof text, "%s%s", COMPILING_HEAD, one->body);
    lints_of(text, found, sizeof found);
    if (strcmp(found, one->expected) == 0)
        return true;
    print_error("%s\n  expected %s\n  found    %s\n", one->body, one->expected, found);
    return false;
}

static void test_cases(void **state)
{
    (void)state;
    bool ok = true;
    for (size_t g = 0; g < UNIT_COUNT(groups); g++)
        for (size_t i = 0; i < groups[g].count; i++)
            ok = lint_case_holds(&groups[g].cases[i]) && ok;
    assert_true(ok);
}

static bool has_case(uint32_t number)
{
    char prefix[16];
    snprintf(prefix, sizeof prefix, "%u ", number);
    for (size_t g = 0; g < UNIT_COUNT(groups); g++)
        for (size_t i = 0; i < groups[g].count; i++)
            if (strstr(groups[g].cases[i].expected, prefix) != NULL)
                return true;
    return false;
}

#define NUMBER(name, number, severity, meaning) number,

static void test_every_lint_has_a_case(void **state)
{
    static const uint32_t numbers[] = {PRM_DIAGNOSTICS(NUMBER)};
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(numbers); i++)
        if (compiling_is_lint(numbers[i]) && !has_case(numbers[i]))
            fail_msg("lint %u has no case", numbers[i]);
}

/* A program with errors is told of these alone. */
static void test_errors_first(void **state)
{
    char found[256];
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    const char *text = COMPILING_HEAD "rewards: {miles: points}\n" RULE "{each: deal.wonn, then: {cash: 1}}";
    (void)state;
    assert_int_equal(prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL),
                     PRM_E_PROGRAM);
    assert_int_equal(prm_diagnostics_count(diagnostics), 1);
    compiling_findings(diagnostics, found, sizeof found);
    assert_string_equal(found, "301 6:13 did you mean `deal.won`?");
    prm_diagnostics_free(diagnostics);
}

/* Many rules of one name, each held against those before it. */
static void test_many_rules(void **state)
{
    enum { RULES = 8000, ROOM = RULES * 120 };
    char found[4096];
    char *text = malloc(ROOM);
    (void)state;
    assert_non_null(text);
    size_t size = (size_t)snprintf(text, ROOM, "%srules:\n", COMPILING_HEAD);
    for (int i = 0; i < RULES; i++)
        size += (size_t)snprintf(text + size, ROOM - size,
                                 "  r%d: {exclusive: e, per: month, at: close, when: {count: deal.won, "
                                 "at_least: %d}, then: {cash: 1}}\n",
                                 i, 2 * RULES - i);
    lints_of(text, found, sizeof found);
    assert_string_equal(found, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_every_lint_has_a_case),
        cmocka_unit_test(test_errors_first),
        cmocka_unit_test(test_many_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
