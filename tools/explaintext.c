#include "explaintext.h"

/* Each kind of fact has a line in each language, with places for what it says: {who}, {value}, {at}, ...
 * The sentences stand together here, so that a translator sees all of them. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXPLAIN_TEXT = 80, EXPLAIN_EVENTS = 12 };

typedef struct explain_writer {
    buffer *out;
    const prm_program *program;
    explain_language language;
    const prm_fact *facts;
    size_t count;
    prm_fact fact; /* the one under way */
    int64_t from;  /* the period that was told last */
    int64_t until;
    prm_decimal base; /* of the commission */
    uint64_t hidden;  /* events of the condition under way that are not shown one by one */
    uint64_t left;    /* of these, still to come */
} explain_writer;

/* ---- What stands in a place ---- */

static void explain_digits(buffer *out, const char *text, size_t size)
{
    size_t at = size > 0 && text[0] == '-';
    size_t whole = at;
    while (whole < size && text[whole] >= '0' && text[whole] <= '9')
        whole++;
    buffer_put(out, text, at);
    for (; at < size; at++) {
        buffer_byte(out, text[at]);
        if (at + 1 < whole && (whole - at - 1) % 3 == 0)
            buffer_byte(out, ',');
    }
}

static void explain_currency(const explain_writer *to)
{
    prm_text currency = prm_program_currency(to->program);
    int yen = to->language == EXPLAIN_JAPANESE && text_is(currency, "JPY");
    buffer_byte(to->out, ' ');
    if (yen)
        buffer_string(to->out, "円");
    else
        buffer_put(to->out, currency.data, currency.size);
}

/* A decimal in the unit of the fact: money, a share, or a plain number. */
static void explain_number(const explain_writer *to, prm_decimal value)
{
    char text[EXPLAIN_TEXT];
    size_t size;
    if (to->fact.has & PRM_HAS_SHARE && (value.high == 0 || value.high == -1)) {
        size = prm_write_rate((int64_t)value.low, 0, text, sizeof text);
        buffer_put(to->out, text, size);
        return;
    }
    size = prm_write_decimal(value, text, sizeof text);
    explain_digits(to->out, text, size);
    if (to->fact.has & PRM_HAS_MONEY)
        explain_currency(to);
}

static void explain_amount(const explain_writer *to, int64_t amount)
{
    char text[EXPLAIN_TEXT];
    if (!(to->fact.has & PRM_HAS_MONEY)) {
        size_t size = (size_t)snprintf(text, sizeof text, "%" PRId64, amount);
        explain_digits(to->out, text, size);
        return;
    }
    explain_digits(to->out, text, prm_program_write_money(to->program, amount, text, sizeof text));
    explain_currency(to);
}

/* "2026-06-20 10:00", without what is zero. */
static void explain_time(const explain_writer *to, int64_t time)
{
    char text[EXPLAIN_TEXT];
    if (time == PRM_NO_TIME || prm_program_write_time(to->program, time, text, sizeof text) < 19)
        return;
    buffer_put(to->out, text, 10);
    if (memcmp(text + 11, "00:00:00", 8) == 0)
        return;
    buffer_byte(to->out, ' ');
    buffer_put(to->out, text + 11, memcmp(text + 16, ":00", 3) == 0 ? 5 : 8);
}

/* An end that is no part of the time before it: the day before, where it is midnight. */
static void explain_last(const explain_writer *to, int64_t time)
{
    char text[EXPLAIN_TEXT];
    if (time == PRM_NO_TIME || prm_program_write_time(to->program, time, text, sizeof text) < 19)
        return;
    if (memcmp(text + 11, "00:00:00", 8) == 0 &&
        prm_program_write_time(to->program, time - 1, text, sizeof text) >= 19)
        buffer_put(to->out, text, 10);
    else
        explain_time(to, time);
}

static void explain_span(const explain_writer *to)
{
    int japanese = to->language == EXPLAIN_JAPANESE;
    if (to->fact.from != PRM_NO_TIME && !japanese)
        buffer_string(to->out, "from ");
    explain_time(to, to->fact.from);
    if (japanese)
        buffer_string(to->out, "〜");
    else if (to->fact.until != PRM_NO_TIME)
        buffer_string(to->out, to->fact.from == PRM_NO_TIME ? "to " : " to ");
    explain_last(to, to->fact.until);
}

static void explain_names(const explain_writer *to, const prm_fact *fact)
{
    const prm_text names[] = {fact->rep, fact->customer, fact->product};
    size_t before = to->out->size;
    buffer_put(to->out, fact->partner.data, fact->partner.size);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].size == 0)
            continue;
        if (to->out->size > before)
            buffer_byte(to->out, '/');
        buffer_put(to->out, names[i].data, names[i].size);
    }
}

static prm_decimal explain_difference(prm_decimal a, prm_decimal b)
{
    uint64_t low = a.low - b.low;
    return (prm_decimal){a.high - b.high - (a.low < b.low), low};
}

static void explain_rate_text(const explain_writer *to, int32_t added)
{
    char text[EXPLAIN_TEXT];
    buffer_put(to->out, text, prm_write_rate(to->fact.rate, added, text, sizeof text));
}

static void explain_line(explain_writer *to, const char *template);

static int explain_place_of_text(explain_writer *to, const char *name, size_t size)
{
    const prm_fact *fact = &to->fact;
    const struct {
        const char *name;
        prm_text text;
    } texts[] = {{"name", fact->name}, {"id", fact->id}, {"event", fact->event}, {"rank", fact->text}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strlen(texts[i].name) == size && memcmp(texts[i].name, name, size) == 0) {
            buffer_put(to->out, texts[i].text.data, texts[i].text.size);
            return 1;
        }
    return 0;
}

static void explain_place(explain_writer *to, const char *name, size_t size)
{
    const prm_fact *fact = &to->fact;
    prm_text place = {name, size};
    if (explain_place_of_text(to, name, size))
        return;
    if (text_is(place, "title"))
        buffer_put(to->out, fact->text.size ? fact->text.data : fact->name.data,
                   fact->text.size ? fact->text.size : fact->name.size);
    else if (text_is(place, "who"))
        explain_names(to, fact);
    else if (text_is(place, "value"))
        explain_number(to, fact->value);
    else if (text_is(place, "target"))
        explain_number(to, fact->target);
    else if (text_is(place, "missing"))
        explain_number(to, explain_difference(fact->target, fact->value));
    else if (text_is(place, "amount"))
        explain_amount(to, fact->amount);
    else if (text_is(place, "wanted"))
        explain_amount(to, (int64_t)fact->number);
    else if (text_is(place, "rate"))
        explain_rate_text(to, fact->kind == PRM_FACT_RATE_ADDED || fact->code == 1);
    else if (text_is(place, "number"))
        buffer_format(to->out, "%" PRIu64, fact->number);
    else if (text_is(place, "at"))
        explain_time(to, fact->at);
    else if (text_is(place, "from"))
        explain_time(to, fact->from);
    else if (text_is(place, "span"))
        explain_span(to);
    else if (text_is(place, "kind"))
        buffer_put(to->out, explainwords_kind(to->language, fact->type).data,
                   explainwords_kind(to->language, fact->type).size);
    else if (text_is(place, "text"))
        explainwords_types(to->out, to->language, fact->text);
    else if (text_is(place, "type"))
        explainwords_types(to->out, to->language, fact->type);
    else if (text_is(place, "measure"))
        explain_line(to, explainwords_measure(to->language, fact->name));
    else if (text_is(place, "compare"))
        explain_line(to, explainwords_compare(to->language, fact->code));
    else if (text_is(place, "check"))
        explain_line(to, explainwords_check(to->language, fact->name));
}

/* The measure's and the comparison's own words have places that stand for plain texts alone, so this nests
 * once. */
static void explain_line(explain_writer *to, const char *template)
{
    for (const char *at = template; *at != '\0'; at++) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end == NULL) {
            buffer_byte(to->out, *at);
            continue;
        }
        explain_place(to, at + 1, (size_t)(end - at - 1));
        at = end;
    }
}

/* A line of its own, in the language; deeper facts stand further in. */
static void explain_say(explain_writer *to, uint32_t depth, const char *english, const char *japanese)
{
    buffer_repeat(to->out, ' ', (size_t)depth * 2);
    explain_line(to, to->language == EXPLAIN_JAPANESE ? japanese : english);
    buffer_byte(to->out, '\n');
}

/* ---- Heads ---- */

/* The rule by its title, where it has one. */
static void explain_rule_line(explain_writer *to)
{
    prm_fact *fact = &to->fact;
    if (text_is(fact->name, "commission"))
        explain_say(to, 1, "Commission", "販売手数料");
    else if (text_is(fact->name, "override"))
        explain_say(to, 1, "Share of the commission base of partners below",
                    "傘下パートナーの販売に対する手数料");
    else if (text_is(fact->name, "ranks"))
        explain_say(to, 1, "Rank", "ランク");
    else if (fact->text.size > 0)
        explain_say(to, 1, "{rank} ({name})", "{rank} ({name})");
    else
        explain_say(to, 1, "Rule {name}", "ルール {name}");
}

static void explain_outcome(explain_writer *to)
{
    prm_fact *fact = &to->fact;
    prm_fact whole = *fact;
    const prm_fact *next = to->count > 1 ? &to->facts[1] : fact;
    if (next->kind == PRM_FACT_RECIPIENT) {
        fact->partner = next->partner;
        fact->rep = next->rep;
        fact->customer = (prm_text){NULL, 0};
        fact->product = (prm_text){NULL, 0};
    }
    if (text_is(fact->type, "rate"))
        explain_say(to, 0, "{who}: commission rate {rate}, {span}", "{who}: 手数料率 {rate}、{span}");
    else if (fact->has & PRM_HAS_AMOUNT)
        explain_say(to, 0, "{who}: {amount}, {kind}", "{who}: {kind} {amount}");
    else
        explain_say(to, 0, "{who}: {kind}", "{who}: {kind}");
    *fact = whole;
    explain_rule_line(to);
    explain_say(to, 1, "Date: {at}", "日付: {at}");
    if (fact->has & PRM_HAS_AMOUNT && fact->from != PRM_NO_TIME)
        explain_say(to, 1, "Payable from {from}", "支払可能日: {from}");
}

static void explain_missing(explain_writer *to)
{
    prm_fact *fact = &to->fact;
    explain_say(to, 0, "{who}: nothing was granted", "{who}: 付与はありません");
    explain_rule_line(to);
    if (fact->code != 0)
        explain_say(to, 1, explainwords_state(EXPLAIN_ENGLISH, fact->code),
                    explainwords_state(EXPLAIN_JAPANESE, fact->code));
}

/* ---- What was asked ---- */

static void explain_condition(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    uint32_t depth = fact->depth;
    to->hidden = fact->number > EXPLAIN_EVENTS ? fact->number - EXPLAIN_EVENTS : 0;
    to->left = to->hidden;
    if (text_is(fact->name, "is")) {
        explain_say(to, depth, fact->holds ? "- {measure}: holds" : "- {measure}: does not hold",
                    fact->holds ? "- {measure}: 満たしています" : "- {measure}: 満たしていません");
    } else if (!(fact->has & PRM_HAS_VALUE)) {
        explain_say(to, depth, "- {measure}: no value yet; asked for: {compare}",
                    "- {measure}: まだ値がありません。条件: {compare}");
    } else if (fact->code == 0) {
        explain_say(to, depth, "- {measure}: {value}", "- {measure}: {value}");
    } else if (!fact->holds && fact->has & PRM_HAS_TARGET && fact->code == PRM_COMPARE_AT_LEAST) {
        explain_say(to, depth, "- {measure}: {value} of {target}; {missing} more needed",
                    "- {measure}: {target} のうち {value}。あと {missing}");
    } else {
        explain_say(to, depth, "- {measure}: {value}; asked for: {compare}",
                    "- {measure}: {value}。条件: {compare}");
    }
}

static void explain_event(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    if (to->left > 0 && fact->depth > 1) {
        to->left--;
        to->fact.number = to->hidden;
        if (to->left == 0)
            explain_say(to, fact->depth,
                        "... {number} earlier ones, and the last:", "… 以前の {number} 件と、直近:");
        return;
    }
    if (fact->depth == 1)
        explain_say(to, 1, "Event: {event} ({type}), {at}", "イベント: {event} ({type})、{at}");
    else if (fact->has & PRM_HAS_VALUE)
        explain_say(to, fact->depth, "{at}  {event}  {type}  {who}  {value}",
                    "{at}  {event}  {type}  {who}  {value}");
    else
        explain_say(to, fact->depth, "{at}  {event}  {type}  {who}", "{at}  {event}  {type}  {who}");
}

static void explain_window(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    if (fact->holds && fact->from == to->from && fact->until == to->until)
        return;
    to->from = fact->from;
    to->until = fact->until;
    if (!fact->holds)
        explain_say(to, fact->depth, "The period begins with the first of: {type}. There is none yet.",
                    "期間は最初の{type}から始まります。まだありません。");
    else if (fact->event.size > 0)
        explain_say(to, fact->depth, "Period: {span} (since {event}, {type})",
                    "期間: {span} ({event} {type} から)");
    else
        explain_say(to, fact->depth, "Period: {span}", "期間: {span}");
}

static void explain_join(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    static const char *const english[][2] = {{"All of these (not all hold):", "All of these:"},
                                             {"One of these (none holds):", "One of these:"},
                                             {"Not this (but it holds):", "Not this:"}};
    static const char *const japanese[][2] = {
        {"次のすべて (未達あり):", "次のすべて:"},
        {"次のいずれか (すべて未達):", "次のいずれか:"},
        {"次に当てはまらないこと (当てはまっています):", "次に当てはまらないこと:"}};
    uint32_t which = fact->kind - PRM_FACT_ALL;
    explain_say(to, fact->depth, english[which][fact->holds != 0], japanese[which][fact->holds != 0]);
}

static void explain_asked(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    switch (fact->kind) {
    case PRM_FACT_RECIPIENT:
        if (!fact->holds)
            explain_say(to, 1, "There is nobody to receive it: nobody is named, or has left.",
                        "受取人がいません (指定がないか、離脱しています)。");
        else if (fact->text.size > 0)
            explain_say(to, 1, "\"{rank}\"", "「{rank}」");
        break;
    case PRM_FACT_REP:
        explain_say(to, fact->depth, fact->holds ? "{who}: done" : "{who}: not yet",
                    fact->holds ? "{who}: 済" : "{who}: 未");
        break;
    case PRM_FACT_CHECK:
        explain_say(to, fact->depth, fact->holds ? "- {check}: yes" : "- {check}: no",
                    fact->holds ? "- {check}: はい" : "- {check}: いいえ");
        break;
    case PRM_FACT_LIMIT:
        explain_say(to, 1,
                    fact->holds ? "- Limit: {number} of {target} were used before this one"
                                : "- Limit: all {target} are used up",
                    fact->holds ? "- 上限: {target} 回のうち、これより前に {number} 回"
                                : "- 上限: {target} 回に達しています");
        break;
    case PRM_FACT_EXCLUSIVE:
        explain_say(to, 1,
                    fact->holds ? "- It goes before the other rules of the group {name}"
                                : "- At the same moment rule {rank} of the group {name} went before it",
                    fact->holds ? "- グループ {name} の他のルールより優先"
                                : "- 同時に、グループ {name} のルール {rank} が優先されました");
        break;
    case PRM_FACT_BUDGET:
        explain_say(
            to, 1, "- Budget: {value}, of which {target} were used before; wanted {wanted}, granted {amount}",
            "- 予算: {value} (使用済み {target})。必要額 {wanted}、付与額 {amount}");
        break;
    case PRM_FACT_PLACE:
        explain_say(to, 1, fact->holds ? "> {number}. {who}  {value}" : "  {number}. {who}  {value}",
                    fact->holds ? "> {number} 位 {who}  {value}" : "  {number} 位 {who}  {value}");
        break;
    case PRM_FACT_RANK:
        explain_say(to, 1, "{name} -> {rank} ({span})", "{name} → {rank} ({span})");
        break;
    default:
        break;
    }
}

/* ---- What it amounts to ---- */

/* Base times rate, and what came of it. */
static void explain_product(explain_writer *to)
{
    const prm_fact *head = &to->facts[0];
    to->fact.value = to->base;
    to->fact.amount = head->amount;
    to->fact.has |= PRM_HAS_MONEY;
    if (head->has & PRM_HAS_AMOUNT)
        explain_say(to, 1, "Amount: {value} x {rate} = {amount}", "金額: {value} × {rate} = {amount}");
}

static void explain_rate(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    switch (fact->kind) {
    case PRM_FACT_BASE:
        to->base = fact->value;
        explain_say(to, 1, "From: {value}, {event} ({type}), {at}",
                    "対象額: {value}、{event} ({type})、{at}");
        explain_say(to, 1, "Rate:", "料率:");
        break;
    case PRM_FACT_RATE_BASE:
        explain_say(to, 2, "{rate}  base rate", "{rate}  基本料率");
        break;
    case PRM_FACT_RATE_PRODUCT:
        explain_say(to, 2, "{rate}  rate of the product {who}", "{rate}  商品 {who} の料率");
        break;
    case PRM_FACT_RATE_RANK:
        explain_say(to, 2, "{rate}  rate of the rank {name}", "{rate}  ランク {name} の料率");
        break;
    case PRM_FACT_RATE_SET:
        explain_say(to, 2, "{rate}  set by {title}, {span}", "{rate}  {title} による設定、{span}");
        break;
    case PRM_FACT_RATE_BRACKET:
        explain_say(to, 2, "{rate}  on {value} (of the total from {target} on)",
                    "{rate}  {value} に対して (累計 {target} から)");
        break;
    case PRM_FACT_RATE_OVERRIDE:
        explain_say(to, 2, "{rate}  share of level {number}", "{rate}  {number} 段目の手数料");
        explain_product(to);
        break;
    case PRM_FACT_RATE_ADDED:
        explain_say(to, 2,
                    fact->holds ? "{rate}  {title}, {span}"
                                : "({rate}  {title}: not counted, another of its group is higher)",
                    fact->holds ? "{rate}  {title}、{span}"
                                : "({rate}  {title}: 同じグループのより高い料率があるため対象外)");
        break;
    case PRM_FACT_RATE_LIMIT:
        explain_say(to, 2, text_is(fact->name, "max") ? "at most {rate}" : "at least {rate}",
                    text_is(fact->name, "max") ? "上限 {rate}" : "下限 {rate}");
        break;
    case PRM_FACT_RATE:
        explain_say(to, 2, "= {rate}", "= {rate}");
        explain_product(to);
        break;
    case PRM_FACT_SETTLED:
        explain_say(to, 1, "Closed: what was posted before {at} stays.",
                    "締め済み: {at} より前の計上は変わりません。");
        break;
    default:
        explain_say(to, 1, fact->holds ? "Amount: {amount}" : "No amount comes of it.",
                    fact->holds ? "金額: {amount}" : "金額がありません。");
        break;
    }
}

/* ---- What was, and what changed ---- */

static void explain_change(explain_writer *to)
{
    const prm_fact *fact = &to->fact;
    switch (fact->kind) {
    case PRM_FACT_POSTING:
        if (fact->has & PRM_HAS_AMOUNT)
            explain_say(to, 1,
                        fact->code == PRM_GRANT ? "- posting {number}: granted {amount}"
                                                : "- posting {number}: took {amount} back",
                        fact->code == PRM_GRANT ? "- 計上 {number}: {amount} を付与"
                                                : "- 計上 {number}: {amount} を取消");
        else
            explain_say(to, 1,
                        fact->code == PRM_GRANT ? "- posting {number}: granted"
                                                : "- posting {number}: taken back",
                        fact->code == PRM_GRANT ? "- 計上 {number}: 付与" : "- 計上 {number}: 取消");
        break;
    case PRM_FACT_VOIDED:
        explain_say(to, 1, "- {event} ({type}, {at}) no longer counts: {id} took it back",
                    "- {event} ({type}、{at}) は {id} により無効になりました");
        break;
    case PRM_FACT_REDUCED:
        explain_say(to, fact->depth, "{event} was reported with {value}; {id} has lowered it to {amount}",
                    "{event} は当初 {value}、{id} により {amount} に減額");
        break;
    case PRM_FACT_LATE:
        explain_say(to, 1, "- {event} ({type}, {at}) was reported late",
                    "- {event} ({type}、{at}) は遅れて報告されました");
        break;
    case PRM_FACT_FIRED:
        explain_say(to, 1,
                    fact->holds ? "It has granted something on {at}: {id}"
                                : "It was reached on {at}, but nothing came of it.",
                    fact->holds ? "{at} に付与済みです: {id}"
                                : "{at} に達成しましたが、付与はありませんでした。");
        break;
    default:
        explain_say(to, 1, "The nearest it came before: {value} of {target}, on {at} (period {span})",
                    "これまでの最高: {target} のうち {value}、{at} (期間 {span})");
        break;
    }
}

static void explain_fact(explain_writer *to)
{
    uint32_t kind = to->fact.kind;
    if (kind == PRM_FACT_OUTCOME)
        explain_outcome(to);
    else if (kind == PRM_FACT_MISSING)
        explain_missing(to);
    else if (kind == PRM_FACT_CONDITION)
        explain_condition(to);
    else if (kind == PRM_FACT_EVENT)
        explain_event(to);
    else if (kind == PRM_FACT_WINDOW)
        explain_window(to);
    else if (kind >= PRM_FACT_ALL && kind <= PRM_FACT_NOT)
        explain_join(to);
    else if (kind >= PRM_FACT_POSTING)
        explain_change(to);
    else if (kind >= PRM_FACT_BASE && kind < PRM_FACT_RANK)
        explain_rate(to);
    else
        explain_asked(to);
}

void explaintext_write(buffer *out, const prm_program *program, const prm_explanation *explanation,
                       explain_language language)
{
    explain_writer to = {.out = out, .program = program, .language = language};
    to.count = prm_explanation_count(explanation);
    prm_fact *facts = memory_take(to.count * sizeof *facts);
    for (size_t i = 0; i < to.count; i++) {
        facts[i].size = sizeof facts[i];
        if (prm_explanation_get(explanation, i, &facts[i]) != PRM_OK)
            facts[i].kind = 0;
    }
    to.facts = facts;
    to.from = INT64_MAX; /* of no fact */
    for (size_t i = 0; i < to.count; i++) {
        to.fact = facts[i];
        explain_fact(&to);
    }
    free(facts);
}
