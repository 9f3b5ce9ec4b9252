/* Each diagnostic of a compilation by the smallest text that gives it: exactly one, with
 * its place and hint. A number without such a text must say here why it has none. */
#include "base/diag.h"

#include "compiling.h"

/* A rule in line 5, so that what is wrong with it stands in line 5 or 6. */
#define RULE "rules:\n  a: "
#define LEADS "when: {count: lead.registered, at_least: 1}"

typedef struct finding_case {
    const char *body;     /* after the head of three lines; whole texts begin with `=` */
    const char *expected; /* findings: number, line:column, hint */
} finding_case;

static const finding_case cases[] = {
    /* YAML */
    {RULE "{ " LEADS " then: {cash: 1}}\n", "101 5:52"},
    {RULE "&x {" LEADS ", then: {cash: 1}}\n", "102 5:6 if this is a text or an expression, quote it"},
    {"title: *x\nrules: {}\n", "103 4:8 if this is a text or an expression, quote it"},
    {"title: !x y\nrules: {}\n", "104 4:8 if this is a text or an expression, quote it"},
    {RULE "{<<: {}, " LEADS ", then: {cash: 1}}\n", "105 5:7 write the keys out"},
    {"rules: {}\ntitle: a\nrules: {}\n", "106 6:1"},
    {"rules: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n", "107 4:39"},
    {"title: \xFE\n", "108 4:8 save the file as UTF-8"},
    {"rules: {}\n---\n", "109 5:1 put each program into a file of its own"},
    {"=", "109 1:1"},
    {"? [a]\n: b\nrules: {}\n", "111 4:3 if this is an expression, quote it from its start to its end"},

    /* Structure */
    {"rulez: {}\n", "201 4:1 did you mean `rules`?"},
    {"colour: red\nrules: {}\n",
     "201 4:1 write one of prm, program, title, currency, timezone, fiscal_year, week, month_closes, "
     "rounding, reference_rate, events, attributes, rewards, measures, commission, ranks, rules or journey"},
    {RULE "{fro: rep, " LEADS ", then: {cash: 1}}\n", "201 5:7 did you mean `for`?"},
    {RULE "{when: {cuont: deal.won, at_least: 1}, then: {cash: 1}}\n", "201 5:14 did you mean `count`?"},
    {RULE "{when: {count: deal.won, atleast: 1}, then: {cash: 1}}\n", "201 5:31 did you mean `at_least`?"},
    {RULE "{" LEADS ", then: {cash: 1, hodl: 3d}}\n", "201 5:68 did you mean `hold`?"},
    {"commission: {on: deal.won, off: amount, base: 5%}\n", "201 4:28 did you mean `of`?"},
    {"=program: p\ncurrency: JPY\n", "202 1:1 write `prm: 1`, the version of the language"},
    {"=prm: 1\n", "202 1:1 the program's name, such as `program: partner-2026`; "
                  "202 1:1 what its money is in, by ISO 4217, such as `currency: JPY`"},
    {RULE "{" LEADS "}\n", "202 5:3 write for example `then: {cash: 5000}`"},
    {RULE "{" LEADS ", then: {to: rep}}\n", "202 5:58 write for example `{cash: 5000}` or `{rate: +5%}`"},
    {RULE "{when: {sum: amount, at_least: 1}, then: {cash: 1}}\n",
     "202 5:14 write for example `of: deal.won`"},
    {"commission: {on: deal.won, of: amount}\n", "202 4:1 the rate where nothing else says one"},
    {"rules: []\n", "203 4:8 write for example `rules: {ten-leads: {when: {count: lead.registered, at_least: "
                    "10}, then: {cash: 5000}}}`"},
    {"rules:\n", "203 4:1 write for example `rules: {ten-leads: {when: {count: lead.registered, at_least: "
                 "10}, then: {cash: 5000}}}`"},
    {"title: [a]\n", "203 4:8 write for example `title: Partners 2026`"},
    {RULE "1\n",
     "203 5:6 write for example `a: {when: {count: deal.won, at_least: 10}, then: {cash: 5000}}`"},
    {RULE "{when: 1, then: {cash: 1}}\n",
     "203 5:13 write for example `when: {count: deal.won, at_least: 10}`"},
    {RULE "{" LEADS ", then: 1}\n", "203 5:58 write for example `then: {cash: 5000}`"},
    {"week: moonday\nrules: {}\n", "204 4:7 did you mean `monday`?"},
    {"week: mon\nrules: {}\n", "204 4:7 did you mean `monday`?"},
    {"fiscal_year: 4\nrules: {}\n", "204 4:14"},
    {"month_closes: 32\nrules: {}\n", "204 4:15"},
    {"rounding: nearest\nrules: {}\n", "204 4:11"},
    {"rewards: {stars: integer}\n", "204 4:18"},
    {"attributes: {rep: {a: string}}\n", "204 4:23"},
    {"commission: {on: deal.won, of: amount, base: 5%, min: 5%, max: 4%}\n", "204 4:55"},
    {RULE "{per: fortnight, " LEADS ", then: {cash: 1}}\n", "204 5:12"},
    {RULE "{within: 30d from deal.won, " LEADS ", then: {cash: 1}}\n",
     "204 5:19 write for example `30d` or `30d of partner.joined`"},
    {RULE "{within: 30d of, " LEADS ", then: {cash: 1}}\n",
     "204 5:19 write for example `30d` or `30d of partner.joined`"},
    {RULE "{for: [rep, rep], " LEADS ", then: {cash: 1}}\n", "204 5:18"},
    {RULE "{for: [rep, customer, lead, product, deal], each: deal.won, then: {cash: 1}}\n", "204 5:43"},
    {RULE "{when: {sum: product, of: deal.won, at_least: 1}, then: {cash: 1}}\n", "204 5:19"},
    {RULE "{" LEADS ", then: {cash: 1, to: boss}}\n", "204 5:72"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{" LEADS ", then: {rate: +1%, from: then}}\n",
     "204 6:76"},
    {RULE "{" LEADS ", then: {cash: 1, points: 1}}\n", "206 5:68 keep one of the two"},
    {RULE "{" LEADS ", then: {cash: 1, group: x}}\n", "206 5:68"},
    {RULE "{when: {count: deal.won, coverage: deal.won, at_least: 1}, then: {cash: 1}}\n",
     "206 5:31 keep one of the two"},
    {RULE "{when: {count: deal.won, of: deal.won, at_least: 1}, then: {cash: 1}}\n",
     "206 5:31 keep one of the two"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{" LEADS
     ", then: {rate: +1%, lasts: 3d, until: 2026-01-01}}\n",
     "206 6:81 keep one of the two"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{" LEADS ", then: {rate: +1%, hold: 3d}}\n",
     "206 6:70"},
    {"attributes: {partner: {a-b: text}}\n",
     "209 4:24 names have letters, digits and underscores, and begin with no digit"},
    {"rewards: {1st: money}\n", "209 4:11 names have letters, digits, `_` and `-`, and begin with a letter"},
    {RULE "{" LEADS ", then: {cash: 1}}\n  '': {" LEADS ", then: {cash: 1}}\n", "209 6:3"},
    {"=prm: 1\nprogram: ''\ncurrency: JPY\n", "209 2:10"},
    {RULE "{within: 30x, " LEADS ", then: {cash: 1}}\n", "210 5:15"},
    {RULE "{within: 30 days of partner.joined, " LEADS ", then: {cash: 1}}\n",
     "210 5:15 did you mean `30d`?"},
    {RULE "{within: 3 months, " LEADS ", then: {cash: 1, hold: 2weeks}}\n",
     "210 5:15 did you mean `3mo`?; 210 5:92 did you mean `2w`?"},
    {RULE "{within: 0d of deal.won, " LEADS ", then: {cash: 1}}\n", "210 5:15"},
    {RULE "{" LEADS ", then: {cash: 1, hold: soon}}\n", "210 5:74"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{" LEADS
     ", then: {rate: +1%, until: 2026-02-29}}\n",
     "211 6:77"},
    {"commission: {on: deal.won, of: amount, base: much}\n", "212 4:46"},
    {"commission: {on: deal.won, of: amount, base: 5%, by_product: {a: b}}\n", "212 4:66"},
    {RULE "{when: {count: deal.won, at_least: many}, then: {cash: 1}}\n", "212 5:41"},
    {"timezone: Asia/Tokio\nrules: {}\n",
     "213 4:11 write an IANA name such as Asia/Tokyo, or an offset such as +09:00"},
    {"=prm: 1\nprogram: p\ncurrency: YEN\n", "214 3:11 write an ISO 4217 code such as JPY, USD or EUR"},
    {"=prm: 2\nprogram: p\ncurrency: JPY\n", "215 1:6 write `prm: 1`"},
    {"attributes: {partner: {value: text, referrer: text, rank: text}, rep: {min: integer}}\n",
     "216 4:24; 216 4:37; 216 4:72"},
    {"rewards: {cash: money, rate: points}\n", "216 4:11; 216 4:24"},
    {"rules:\n  commission: {" LEADS ", then: {cash: 1}}\n", "216 5:3"},
    {"events: {deal.won: {amount: text}}\n", "219 4:29 leave it out, or give the field another name"},

    /* Names */
    {RULE "{when: {count: lead.registred, at_least: 1}, then: {cash: 1}}\n",
     "301 5:21 did you mean `lead.registered`?"},
    {RULE "{after: partner.join, " LEADS ", then: {cash: 1}}\n", "301 5:14 did you mean `partner.joined`?"},
    {RULE "{within: 3d of x.y, " LEADS ", then: {cash: 1}}\n", "301 5:21"},
    {RULE "{each: [deal.won, deal.one], then: {cash: 1}}\n", "301 5:24 did you mean `deal.won`?"},
    {"commission: {on: deal.wun, of: amount, base: 5%}\n", "301 4:18 did you mean `deal.won`?"},
    {RULE "{for: custmer, " LEADS ", then: {cash: 1}}\n", "302 5:12 did you mean `customer`?"},
    {RULE "{when: {distinct: prodct, of: deal.won, at_least: 1}, then: {cash: 1}}\n",
     "302 5:24 did you mean `product`?"},
    {RULE "{when: {sum: amount, of: meeting.held, at_least: 1}, then: {cash: 1}}\n", "302 5:19"},
    {RULE "{when: {coverage: deal.cancelled, at_least: 1}, then: {cash: 1}}\n", "302 5:24"},
    {RULE "{when: {count: deal.won, at_least: partner.goal}, then: {cash: 1}}\n",
     "303 5:41 declare it under `attributes`"},
    {RULE "{eligible: partner.segment == 'x', " LEADS ", then: {cash: 1}}\n",
     "303 5:17 declare it: `attributes: {partner: {segment: text}}`"},
    {RULE "{" LEADS ", then: {gift_crad: 1}}\n", "304 5:59 did you mean `gift_card`?"},
    {RULE "{" LEADS ", then: {cash: 1, holidays: 1}}\n",
     "201 5:68 beside `cash` write one of to, hold or rounding"},
    {"commission: {on: deal.won, of: amount, base: 1%}\n" RULE "{" LEADS
     ", then: {wait_until: 3d, rate: +1%}}\n",
     "201 6:59 beside `rate` write one of product, from, lasts, until or group"},
    {RULE "{" LEADS ", then: {notice: x, mailbox: y}}\n", "201 5:70 nothing else stands beside `notice`"},
    {RULE "{" LEADS ", then: {holidays: 1}}\n",
     "304 5:59 declare it under `rewards`, or write one of cash, gift_card or points"},
    {"rewards: {stars: points}\n" RULE "{" LEADS ", then: {hold: 30d, holidays: 1}}\n",
     "304 6:70 declare it under `rewards`, or write one of cash, gift_card, points or stars"},
    {RULE "{trigger: {count: deal.won, at_least: 1}, then: {cash: 1}}\n",
     "201 5:7 write one of title, for, where, eligible, when, each, while, tiers, contest, per, within, "
     "after, at, pick, then, else, remind, active, limit, max, budget or exclusive"},
    {RULE "{" LEADS ", reward: {cash: 1}}\n",
     "201 5:52 write one of title, for, where, eligible, when, each, while, tiers, contest, per, within, "
     "after, at, pick, then, else, remind, active, limit, max, budget or exclusive"},
    {RULE "{trigger: {count: deal.won, at_least: 1}, gives: {cash: 1}}\n",
     "201 5:7 write one of title, for, where, eligible, when, each, while, tiers, contest, per, within, "
     "after, at, pick, then, else, remind, active, limit, max, budget or exclusive; 201 5:48 write one of "
     "title, for, where, eligible, when, each, while, tiers, contest, per, within, after, at, pick, then, "
     "else, remind, active, limit, max, budget or exclusive"},
    {RULE "{" LEADS ", colour: red}\n",
     "202 5:3 write for example `then: {cash: 5000}`; 201 5:52 write one of title, for, where, eligible, "
     "when, each, while, tiers, contest, per, within, after, at, pick, then, else, remind, active, limit, "
     "max, budget or exclusive"},
    {RULE "{when: {howmany: deal.won, at_least: 1}, then: {cash: 1}}\n",
     "201 5:14 write one of count, sum, distinct, coverage, average, minimum, maximum, covered, streak, "
     "value, of, where, per, within, after, for, at_least, more_than, at_most, less_than, every, all, any, "
     "not or is"},
    {RULE "{when: {count: deal.won, threshold: 1}, then: {cash: 1}}\n",
     "201 5:31 write one of count, sum, distinct, coverage, average, minimum, maximum, covered, streak, "
     "value, of, where, per, within, after, for, at_least, more_than, at_most, less_than, every, all, any, "
     "not or is"},
    {"commission: {on: deal.won, of: amount, percentage: 15%}\n",
     "201 4:40 write one of on, of, where, base, by_product, min, max, for, within, brackets or override"},
    {RULE "{eligible: patner.segment == 'x', " LEADS ", then: {cash: 1}}\n",
     "305 5:17 did you mean `partner.segment`?"},
    {RULE "{each: deal.won, where: amont > 1, then: {cash: 1}}\n", "305 5:30 did you mean `amount`?"},
    {RULE "{each: deal.won, then: {cash: value}}\n", "305 5:36"},
    {RULE "{for: amount, each: deal.won, then: {cash: 1}}\n", "306 5:12"},
    {"measures: {won: {count: deal.won}}\n" RULE "{when: {value: wan * 2, at_least: 1}, then: {cash: 1}}\n",
     "307 6:21 did you mean `won`?"},
    {RULE "{each: deal.won, then: {rank: gold}}\n", "308 5:36 add `ranks:` to the program"},

    /* What stands beside a misspelt event type is read for the one that was meant, or for any. */
    {RULE "{each: deal.wun, where: amont > 1, then: {cash: amount + prodct}}\n",
     "301 5:13 did you mean `deal.won`?; 305 5:30 did you mean `amount`?; 305 5:63 did you mean `product`?"},
    {RULE "{each: x.y, where: colour == 'a' && amount >, then: {cash: 1}}\n", "301 5:13; 401 5:50"},
    {RULE "{each: [deal.cancelled, x.y], where: colour > 1, then: {cash: weight, to: rep}}\n", "301 5:30"},
    {RULE "{when: {count: x.y, where: colour + 1, at_least: 1}, then: {cash: value}}\n", "301 5:21"},
    {RULE "{where: amont > 1, when: {sum: amount, of: deal.wun, where: prodct == 'x', at_least: 1}, "
          "then: {cash: 1}}\n",
     "305 5:14 did you mean `amount`?; 301 5:49 did you mean `deal.won`?; 305 5:66 did you mean `product`?"},
    {"commission: {on: x.y, of: amont *, where: a ==, base: 5%}\n", "301 4:18; 401 4:34; 401 4:47"},
    {"commission: {on: deal.wun, of: amont, base: 5%}\n",
     "301 4:18 did you mean `deal.won`?; 305 4:32 did you mean `amount`?"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{" LEADS
     ", then: {rate: +1%, lasts: soon, until: 2026-01-01}}\n",
     "210 6:77; 206 6:83 keep one of the two"},

    /* Expressions */
    {RULE "{each: deal.won, where: amount >, then: {cash: 1}}\n", "401 5:38"},
    {RULE "{each: deal.won, where: amount > 'x', then: {cash: product}}\n", "402 5:30; 402 5:57"},
    {"attributes: {partner: {tier: text}}\n" RULE
     "{when: {count: deal.won, at_least: partner.tier}, then: {cash: 1}}\n",
     "402 6:41"},
    {RULE "{each: deal.won, where: !has(rep), then: {cash: 1}}\n", "403 5:30 quote this expression"},
    {RULE "{each: deal.won, then: {cash: min(amount, 5)}}\n", "403 5:36 quote this expression"},
    {RULE "{each: deal.won, where: {a: b}, then: {cash: 1}}\n", "403 5:30 quote this expression"},
    {RULE "{each: deal.won, then: {cash: 1000000000000000000}}\n", "404 5:36"},
    {RULE "{each: deal.won, where: product == 'x, then: {cash: 1}}\n", "405 5:41"},
    {RULE "{each: deal.won, then: {cash: "
          "((((((((((((((((((((((((((((((((( 1 )))))))))))))))))))))))))))))))))}}\n",
     "406 5:70"},
    {RULE "{each: deal.won, where: product.has('x'), then: {cash: 1}}\n", "407 5:38"},
    {RULE "{each: deal.won, where: product.contains(), then: {cash: 1}}\n",
     "408 5:30 x.contains(y): whether the text y occurs in x; \"\" occurs in every text."},
    {RULE
     "\n    each: deal.won\n    then: {cash: 1}\n"
     "    where: (((true in [true, true, true, true]) in [true, true, true, true]) in [true, true, true, "
     "true]) "
     "in [true, true, true, true] && ((((true in [true, true, true, true]) in [true, true, true, true]) in "
     "[true, true, true, true]) in [true, true, true, true, true, true, true, true, true]) in [true, true, "
     "true, "
     "true, true, true, true, true, true, true, true, true, true]\n",
     "409 8:12 put less on the left side of `in`"},

    /* Rules */
    {RULE "{then: {cash: 1}}\n", "501 5:3 write for example `when: {count: deal.won, at_least: 10}`"},
    {RULE "{when: {at_least: 1}, then: {cash: 1}}\n",
     "501 5:7 write for example `{count: deal.won, at_least: 10}`"},
    {RULE "{when: {count: deal.won}, then: {cash: 1}}\n", "501 5:7 write for example `at_least: 10`"},
    {RULE "{when: {count: deal.won, at_least: 0}, then: {cash: 1}}\n",
     "501 5:41 write a threshold above zero, or `each` for every event"},
    {RULE "{when: {coverage: deal.won, at_least: -1%}, then: {cash: 1}}\n",
     "501 5:44 write a threshold above zero, or `each` for every event"},
    {RULE "{within: 3d of event.voided, " LEADS ", then: {cash: 1}}\n", "502 5:21"},
    {RULE "{each: deal.cancelled, then: {cash: 1, to: rep}}\n", "503 5:49"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE
     "{for: product, each: deal.won, then: {rate: +1%, product: x}}\n",
     "504 6:55"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{" LEADS ", then: {rate: 1%, group: x}}\n",
     "504 6:69"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{for: lead, " LEADS ", then: {rate: +1%}}\n",
     "504 6:70"},
    {RULE "{for: customer, when: {count: portal.login, at_least: 1}, then: {cash: 1}}\n", "505 5:36"},
    {RULE "{for: rep, each: deal.cancelled, then: {cash: 1}}\n", "505 5:23"},
    {RULE "{when: {count: event.voided, at_least: 1}, then: {cash: 1}}\n", "505 5:21"},
    {RULE "{when: {count: deal.won, for: rep, at_least: 1}, then: {cash: 1}}\n", "505 5:36"},
    {"attributes: {rep: {goal: integer}}\n" RULE
     "{when: {count: deal.won, at_least: rep.goal}, then: {cash: 1}}\n",
     "505 6:41"},
    {"commission: {on: event.voided, of: 5, base: 5%}\n", "505 4:18"},
    {RULE "{within: 3d, after: deal.won, " LEADS ", then: {cash: 1}}\n", "506 5:19 keep one of the two"},
    {RULE "{when: {coverage: course.completed, at_least: 100}, then: {cash: 1}}\n",
     "507 5:52 a coverage is a share: everybody is 100%"},
    {RULE "{" LEADS ", then: {rate: +1%}}\n", "509 5:59 add `commission:` to the program"},
    {"commission: {on: deal.won, of: amount, base: 15, min: 1, max: 0.99999, by_product: {a: 150%, b: "
     "+5}}\n" RULE "{" LEADS ", then: {rate: -1.5}}\n",
     "510 4:46 did you mean `15%`?; 510 4:55 did you mean `1%`?; 204 4:55; 510 4:97 did you mean `+5%`?; "
     "510 6:65 did you mean `-1.5%`?"},
    {"timezone: Asia/Tokyo\n" RULE "{within: 30d of partner.joined, " LEADS ", then: {cash: 1, hold: 1mo}}\n",
     "511 6:15; 511 6:105"},
    {"commission: {on: deal.won, of: amount, base: 100%, max: 1500%}\n", ""},
    {RULE "{each: deal.won, where: false && amount > 1, then: [{cash: 3 - 4}, {cash: amount * 0}]}\n",
     "512 5:30; 512 5:65"},
    {RULE "{each: deal.won, where: amount > 1 || true, then: {cash: '1 > 2 ? amount : 0'}}\n", "512 5:63"},
    {RULE "{each: deal.won, eligible: \"'a' == 'b'\", " LEADS ", then: {cash: 1}}\n", "512 5:33"},
    {RULE "{where: '!(1 < 2)', each: deal.won, " LEADS ", then: {cash: 1}}\n", "512 5:14"},
    {RULE "{when: {count: deal.won, where: 1 / 2 > 5 % 3, at_least: 1}, then: {cash: 1}}\n", "512 5:38"},
    {RULE "{each: deal.won, where: 1 / 0 > 1, then: {cash: 'min(0, 1)'}}\n", ""},
    {RULE "{each: deal.won, then: {cash: 1}, pick: highest}\n", "513 5:40 leave out `pick`"},
    {RULE "{" LEADS ", then: {cash: 1}, at: close}\n",
     "514 5:69 write for example `per: month`, or `within: 30d of partner.joined`"},
    {RULE "{each: deal.won, when: {count: deal.won, every: 2}, then: {cash: 1}}\n", "515 5:47"},
    {RULE
     "{when: {count: deal.won}, tiers: [{at_least: 2, then: {cash: 1}}, {at_least: 1, then: {cash: 2}}]}\n",
     "516 5:83 write the tiers from the lowest to the highest"},
    {RULE "{while: always, then: {cash: 1}}\n", "517 5:29 write `when` instead of `while`"},
    {RULE "{each: deal.won, then: {points: 1}, max: 5}\n", "518 5:42 leave it out"},
    {RULE "{when: {streak: {count: deal.won, at_least: 1}, at_least: 3}, then: {cash: 1}}\n",
     "519 5:14 write for example `per: month` beside `streak`"},
    {RULE "{per: month, at: close, " LEADS ", then: {cash: size(lead)}}\n",
     "521 5:88 name attributes such as `partner.segment`, or ask `has(field)` first"},
    {"commission: {on: deal.won, of: amount, base: 5%}\n" RULE "{active: {from: 2026-04-01}, " LEADS
     ", then: {rate: +1%, until: 2026-03-31}}\n",
     "508 6:105 write a later day"},
    {"events: {deal.cancelled: {voids: deal.lost by deal}}\n", "540 4:34"},
    {"commission: {on: deal.won, of: amount, brackets: {rates: [{from: 1, rate: 5%}]}}\n",
     "541 4:66 let the first bracket begin `from: 0`, or add `base`"},
    {"commission: {on: deal.won, of: amount, base: 5%, brackets: {rates: [{from: 0, rate: 5%}]}}\n",
     "542 4:40 leave `base` out: the brackets say the rate of every sale"},
    {"measures: {won: {count: deal.won}}\n",
     "543 4:12 write for example `when: {value: won, at_least: 10}`, or remove it"},
    {"reference_rate: 3%\ncommission: {on: deal.won, of: amount, base: 5%}\n",
     "544 5:46 partners would get more than the vendor's own sales people: lower it, or raise "
     "`reference_rate`"},
    {"ranks: {per: month, levels: {a: {}, b: {}}}\n",
     "545 4:37 write for example `when: {sum: amount, of: deal.won, at_least: 1000000}`"},
    {"commission: {on: deal.won, of: amount, base: 5%, within: 1y}\n",
     "546 4:58 write for example `1y of deal.won`"},
};

/* Those that need a text too long to be written here; each has a test below or beside this. */
static const uint32_t elsewhere[] = {
    PRM_DIAG_PROGRAM_TOO_LARGE, PRM_DIAG_TOO_MANY_RULES,       PRM_DIAG_TOO_MANY_FIELDS,
    PRM_DIAG_TEXT_TOO_LONG,     PRM_DIAG_TOO_MANY_DIAGNOSTICS, PRM_DIAG_TOO_MANY_TYPES,
    PRM_DIAG_TOO_MANY_MEASURES, PRM_DIAG_TOO_MANY_LEVELS,      PRM_DIAG_TOO_MANY_LINK_FILTERS,
    PRM_DIAG_TOO_MANY_STAGES,
};

static void findings_of(const char *text, size_t size, char *out, size_t capacity)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    prm_status status = prm_program_compile(text, size, NULL, &program, &diagnostics, &error);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
    compiling_findings(diagnostics, out, capacity);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static void test_each_number(void **state)
{
    (void)state;
    bool ok = true;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[4096], found[2048];
        bool whole = cases[i].body[0] == '=';
        snprintf(text, sizeof text, "%s%s", whole ? "" : COMPILING_HEAD, cases[i].body + (whole ? 1 : 0));
        findings_of(text, strlen(text), found, sizeof found);
        if (strcmp(found, cases[i].expected) != 0) {
            print_error("%s  expected %s\n  found    %s\n", text, cases[i].expected, found);
            ok = false;
        }
    }
    assert_true(ok);
}

static bool is_among(uint32_t number, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

static bool has_case(uint32_t number)
{
    char prefix[16], later[16];
    snprintf(prefix, sizeof prefix, "%u ", number);
    snprintf(later, sizeof later, "; %u ", number);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        if (strncmp(cases[i].expected, prefix, strlen(prefix)) == 0 ||
            strstr(cases[i].expected, later) != NULL)
            return true;
    return false;
}

typedef struct registry_row {
    uint32_t number;
    const char *meaning;
} registry_row;

#define REGISTRY_ROW(name, number, severity, meaning) {number, meaning},
static const registry_row registry[] = {PRM_DIAGNOSTICS(REGISTRY_ROW)};
#undef REGISTRY_ROW

/* 6xx are answers to events, which no program text gives; lints have their own tests. */
static void test_every_number_has_a_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(registry); i++) {
        uint32_t number = registry[i].number;
        if (number / 100 == 6 || compiling_is_lint(number) ||
            is_among(number, elsewhere, UNIT_COUNT(elsewhere)))
            continue;
        if (!has_case(number))
            fail_msg("diagnostic %u has no case", number);
    }
}

/* A table row of the documentation for each number, with the registry's meaning, and none besides. */
static void test_documentation(void **state)
{
    (void)state;
    static char text[64 * 1024];
    FILE *file = fopen("docs/diagnostics.md", "rb");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    size_t rows = 0;
    for (const char *at = strstr(text, "\n| "); at != NULL; at = strstr(at + 1, "\n| "))
        rows += at[3] >= '0' && at[3] <= '9';
    assert_int_equal(rows, UNIT_COUNT(registry));
    for (size_t i = 0; i < UNIT_COUNT(registry); i++) {
        char row[256];
        snprintf(row, sizeof row, "\n| %u | %s | ", registry[i].number, registry[i].meaning);
        if (strstr(text, row) == NULL)
            fail_msg("docs/diagnostics.md has no row %s", row + 1);
    }
}

/* `count` times the pattern, with its number, behind the head. */
static char *repeated(const char *before, const char *pattern, int count, const char *after)
{
    size_t capacity = strlen(COMPILING_HEAD) + strlen(before) + strlen(after) +
                      (size_t)count * (strlen(pattern) + 8) + 1;
    char *text = malloc(capacity);
    assert_non_null(text);
    size_t size = (size_t)snprintf(text, capacity, "%s%s", COMPILING_HEAD, before);
    for (int i = 0; i < count; i++) {
        const char *hole = strchr(pattern, '#');
        size += (size_t)snprintf(text + size, capacity - size, "%.*s%d%s", (int)(hole - pattern), pattern, i,
                                 hole + 1);
    }
    snprintf(text + size, capacity - size, "%s", after);
    return text;
}

static void expect_repeated(const char *before, const char *pattern, int count, const char *after,
                            const char *expected)
{
    char found[4096];
    char *text = repeated(before, pattern, count, after);
    findings_of(text, strlen(text), found, sizeof found);
    assert_string_equal(found, expected);
    free(text);
}

static void test_limits(void **state)
{
    (void)state;
    const char *rule = "  r#: {" LEADS ", then: {cash: 1}}\n";
    expect_repeated("rules:\n", rule, PRM_LIMIT_RULES, "", "");
    expect_repeated("rules:\n", rule, PRM_LIMIT_RULES + 1, "", "207 10005:3");
    const char *attribute = "    a#: text\n";
    expect_repeated("attributes:\n  partner:\n", attribute, PRM_LIMIT_FIELDS - 3, "", "");
    expect_repeated("attributes:\n  partner:\n", attribute, PRM_LIMIT_FIELDS - 2, "", "208 67:5");
    expect_repeated("rewards:\n", "  k#: points\n", 50, "", "");
    expect_repeated("rewards:\n", "  k#: points\n", 51, "", "208 55:3");
    expect_repeated("title: ", "#", 1, "", "");
}

static void test_long_texts(void **state)
{
    (void)state;
    enum { LONG = PRM_LIMIT_TEXT_BYTES + 1 };
    static char name[LONG + 1];
    static char text[8 * LONG];
    char found[512];
    memset(name, 'x', LONG);
    snprintf(text, sizeof text,
             COMPILING_HEAD
             "title: %s\ncommission:\n  on: deal.won\n  of: amount\n  base: 1%%\n  by_product:\n"
             "    ? %s\n    : 1%%\n"
             "rules:\n  ? %s\n  : {title: %s, " LEADS ", then: {rate: +1%%, product: %s, group: %s}}\n",
             name, name, name, name, name, name);
    findings_of(text, strlen(text), found, sizeof found);
    assert_string_equal(found, "217 4:8; 217 10:7; 217 13:5; 217 14:13; 217 14:4184; 217 14:8290");
}

static void test_more_than_a_hundred(void **state)
{
    (void)state;
    char found[16 * 1024];
    char *text = repeated("rules:\n", "  r#: 1\n", 150, "");
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    assert_int_equal(prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL),
                     PRM_E_PROGRAM);
    assert_int_equal(prm_diagnostics_count(diagnostics), 101);
    compiling_findings(diagnostics, found, sizeof found);
    assert_non_null(strstr(found, "; 901 "));
    prm_diagnostics_free(diagnostics);
    free(text);
}

/* The message of the only finding. */
static void expect_message(const char *text, size_t size, const char *expected)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_diagnostic one = {.size = sizeof one};
    prm_status status = prm_program_compile(text, size, NULL, &program, &diagnostics, NULL);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
    assert_int_equal(prm_diagnostics_count(diagnostics), 1);
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, &one), PRM_OK);
    if (one.message.size != strlen(expected) || memcmp(one.message.data, expected, one.message.size) != 0)
        fail_msg("%.*s", (int)one.message.size, one.message.data);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

#define EXPECT_MESSAGE(text, expected) expect_message(text, sizeof(text) - 1, expected)

static void test_messages(void **state)
{
    (void)state;
    EXPECT_MESSAGE("prm: 1\0", "this is a NUL byte");
    EXPECT_MESSAGE("- a\n", "a program takes a mapping, but here is a list");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "1\n", "`a` takes a mapping, but here is one value");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{for: [], " LEADS ", then: {cash: 1}}\n",
                   "`for` takes one value or a list of values, but here is an empty list");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{" LEADS ", then: []}\n",
                   "`then` takes a mapping or a list of mappings, but here is an empty list");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{when: {count: [], at_least: 1}, then: {cash: 1}}\n",
                   "`count` takes one value or a list of values, but here is an empty list");
    EXPECT_MESSAGE(COMPILING_HEAD "commission: {on: deal.won, of: amount, base: 15}\n",
                   "a rate of `15` is 1500%");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{each: deal.won, then: {cash: 0}}\n",
                   "`cash` is never above zero, so nothing comes of it");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{each: deal.won, then: {cash: 10%}}\n",
                   "`cash` is rounded to zero, so nothing comes of it");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{each: deal.won, then: {points: 0.99}}\n",
                   "`points` is rounded to zero, so nothing comes of it");
    EXPECT_MESSAGE(COMPILING_HEAD RULE "{each: deal.won, then: [{cash: 0.1, rounding: up}, {points: 0.5}]}\n",
                   "`points` is rounded to zero, so nothing comes of it");
}

/* Everything wrong with a text, in one pass and in its order. */
static void test_all_errors_of_one_text(void **state)
{
    (void)state;
    static const char text[] = "prm: 3\n"
                               "programm: p\n"
                               "currency: YEN\n"
                               "timezone: Asia/Tokio\n"
                               "week: moonday\n"
                               "attributes: {partner: {value: text}}\n"
                               "commission:\n"
                               "  on: deal.won\n"
                               "  of: amont\n"
                               "  base: ten\n"
                               "rules:\n"
                               "  a:\n"
                               "    fro: rep\n"
                               "    per: fortnight\n"
                               "    when: {count: lead.registred, at_least: x}\n"
                               "    then: {gift_crad: 5000}\n"
                               "  b:\n"
                               "    each: deal.won\n"
                               "    where: amount > \"x\"\n"
                               "    then: [{cash: prodct, to: boss}, {rate: +5, from: nxt}]\n"
                               "  c: {when: {count: deal.won, at_least: 1}}\n";
    char found[4096];
    findings_of(text, strlen(text), found, sizeof found);
    assert_string_equal(found, "215 1:6 write `prm: 1`; "
                               "201 2:1 did you mean `program`?; "
                               "214 3:11 write an ISO 4217 code such as JPY, USD or EUR; "
                               "213 4:11 write an IANA name such as Asia/Tokyo, or an offset such as +09:00; "
                               "204 5:7 did you mean `monday`?; "
                               "216 6:24; "
                               "305 9:7 did you mean `amount`?; "
                               "212 10:9; "
                               "201 13:5 did you mean `for`?; "
                               "204 14:10; "
                               "301 15:19 did you mean `lead.registered`?; "
                               "212 15:45; "
                               "304 16:12 did you mean `gift_card`?; "
                               "402 19:12; "
                               "305 20:19 did you mean `product`?; "
                               "204 20:31; "
                               "510 20:45 did you mean `+5%`?; "
                               "204 20:55 did you mean `next`?; "
                               "202 21:3 write for example `then: {cash: 5000}`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_number),   cmocka_unit_test(test_every_number_has_a_case),
        cmocka_unit_test(test_documentation), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_texts),    cmocka_unit_test(test_more_than_a_hundred),
        cmocka_unit_test(test_messages),      cmocka_unit_test(test_all_errors_of_one_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
