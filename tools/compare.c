#include "compare.h"

/* Each side of a pair is an entry of its own, because the same outcome may fall into another month
 * on the other side. Entries are sorted by what the level asks about, and a run of equal ones is a
 * line; within it they are in the order of rules, which tell where a change comes from. */

#include <inttypes.h>
#include <stdlib.h>

/* ---- Pairs ---------------------------------------------------------------------- */

static int compare_id_order(const void *a, const void *b)
{
    const net_row *first = *(const net_row *const *)a;
    const net_row *second = *(const net_row *const *)b;
    return text_compare(first->id, second->id);
}

static const net_row **compare_sorted(const net *ledger)
{
    const net_row **rows = memory_take((ledger->count + 1) * sizeof(const net_row *));
    for (size_t i = 0; i < ledger->count; i++)
        rows[i] = &ledger->rows[i];
    qsort(rows, ledger->count, sizeof(const net_row *), compare_id_order);
    return rows;
}

/* As a reversal and a new grant would tell: all that a posting says but its instant. */
static int compare_is_same(const net_row *a, const net_row *b)
{
    return text_same(a->kind, b->kind) && text_same(a->partner, b->partner) && text_same(a->rep, b->rep) &&
           text_same(a->what, b->what) && a->amount == b->amount && a->rate == b->rate &&
           a->rate_added == b->rate_added && a->from == b->from && a->until == b->until &&
           a->payable == b->payable;
}

void compare_open(compare *out, const prm_program *program, const net *a, const net *b)
{
    const net_row **first = compare_sorted(a);
    const net_row **second = compare_sorted(b);
    *out = (compare){.program = program};
    out->pairs = memory_take((a->count + b->count + 1) * sizeof *out->pairs);
    for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
        int order = i == a->count ? 1 : k == b->count ? -1 : text_compare(first[i]->id, second[k]->id);
        compare_pair pair = {order <= 0 ? first[i] : NULL, order >= 0 ? second[k] : NULL, COMPARE_SAME};
        if (order != 0)
            pair.state = order < 0 ? COMPARE_REMOVED : COMPARE_ADDED;
        else if (!compare_is_same(pair.a, pair.b))
            pair.state = COMPARE_CHANGED;
        i += order <= 0;
        k += order >= 0;
        out->pairs[out->count++] = pair;
    }
    free(first);
    free(second);
}

void compare_close(compare *from)
{
    free(from->pairs);
    arena_free(&from->texts);
    *from = (compare){0};
}

/* ---- Entries ---------------------------------------------------------------------- */

typedef struct compare_entry {
    prm_text key;
    const net_row *row;
    int is_b;
    compare_state state;
} compare_entry;

static prm_text compare_key(const net_row *row, compare_level level)
{
    switch (level) {
    case COMPARE_TOTAL:
        break;
    case COMPARE_RULE:
        return row->rule;
    case COMPARE_MONTH:
        return row->month;
    case COMPARE_PARTNER:
        return row->partner;
    }
    return (prm_text){"", 0};
}

/* Outcomes without an amount say something of their rule alone. */
static void compare_add_entry(compare_entry *entries, size_t *count, const compare_pair *pair, int is_b,
                              compare_level level)
{
    const net_row *row = is_b ? pair->b : pair->a;
    if (row != NULL && (row->has_amount || level == COMPARE_RULE))
        entries[(*count)++] = (compare_entry){compare_key(row, level), row, is_b, pair->state};
}

static int compare_line_order(const compare_entry *first, const compare_entry *second)
{
    int order = text_compare(first->key, second->key);
    return order != 0 ? order : text_compare(first->row->kind, second->row->kind);
}

static int compare_entry_order(const void *a, const void *b)
{
    int order = compare_line_order(a, b);
    return order != 0
               ? order
               : text_compare(((const compare_entry *)a)->row->rule, ((const compare_entry *)b)->row->rule);
}

/* ---- Reasons ------------------------------------------------------------------------ */

typedef struct compare_share {
    prm_text rule;
    sum change;
} compare_share;

enum { COMPARE_SHARES = 3 };

static sum compare_size(sum value)
{
    return value < 0 ? -value : value;
}

/* Keeps the largest, the largest first. */
static void compare_keep_share(compare_share *shares, compare_share one)
{
    for (size_t i = 0; i < COMPARE_SHARES; i++) {
        if (compare_size(one.change) <= compare_size(shares[i].change))
            continue;
        compare_share smaller = shares[i];
        shares[i] = one;
        one = smaller;
    }
}

/* The rules that a line's change comes from. */
static void compare_say_rules(const compare *from, const compare_entry *entries, size_t count, int money,
                              buffer *out)
{
    char text[SUM_TEXT];
    compare_share shares[COMPARE_SHARES] = {{{"", 0}, 0}};
    size_t rules = 0;
    for (size_t i = 0; i < count;) {
        compare_share one = {entries[i].row->rule, 0};
        for (; i < count && text_same(entries[i].row->rule, one.rule); i++)
            one.change += entries[i].is_b ? (sum)entries[i].row->amount : -(sum)entries[i].row->amount;
        rules += one.change != 0;
        compare_keep_share(shares, one);
    }
    for (size_t i = 0; i < COMPARE_SHARES && shares[i].change != 0; i++) {
        prm_text change = sum_change_text(from->program, shares[i].change, money, text);
        buffer_format(out, "%s%.*s %.*s", i > 0 ? ", " : "", (int)shares[i].rule.size, shares[i].rule.data,
                      (int)change.size, change.data);
    }
    if (rules > COMPARE_SHARES)
        buffer_format(out, ", and %zu more rules", rules - COMPARE_SHARES);
}

static void compare_say_count(buffer *out, uint64_t count, const char *what)
{
    if (count > 0)
        buffer_format(out, "%s%" PRIu64 " %s", out->size > 0 ? ", " : "", count, what);
}

static void compare_say_outcomes(const compare_line *line, buffer *out)
{
    if (line->outcomes_a == 0)
        buffer_string(out, "only in B");
    else if (line->outcomes_b == 0)
        buffer_string(out, "only in A");
    compare_say_count(out, line->added, "more");
    compare_say_count(out, line->removed, "fewer");
    compare_say_count(out, line->changed, line->counted ? "of another amount or date" : "otherwise");
}

/* The rules whose rates and ranks differ, which is why commissions do. */
static void compare_say_rates(const compare_line *lines, size_t count, buffer *out)
{
    const char *separator = "; from ";
    for (size_t i = 0; i < count; i++) {
        int rates = text_is(lines[i].kind, "rate") || text_is(lines[i].kind, "rank");
        if (!rates || lines[i].added + lines[i].removed + lines[i].changed == 0)
            continue;
        buffer_format(out, "%s%.*s", separator, (int)lines[i].key.size, lines[i].key.data);
        separator = ", ";
    }
    if (separator[0] == ';')
        buffer_string(out, "; from its own terms");
}

static int compare_is_commission(prm_text rule)
{
    return text_is(rule, "commission") || text_is(rule, "override");
}

/* ---- Lines ---------------------------------------------------------------------------- */

static void compare_count(compare_line *line, const compare_entry *entry)
{
    line->counted = entry->row->has_amount != 0;
    line->money = entry->row->money != 0;
    *(entry->is_b ? &line->b : &line->a) += entry->row->amount;
    *(entry->is_b ? &line->outcomes_b : &line->outcomes_a) += 1;
    line->added += entry->state == COMPARE_ADDED;
    line->removed += entry->state == COMPARE_REMOVED;
    line->changed += entry->state == COMPARE_CHANGED && entry->is_b;
}

static compare_line compare_make_line(compare *from, const compare_entry *entries, size_t count,
                                      compare_level level)
{
    buffer why = {0};
    compare_line line = {.key = entries[0].key, .kind = entries[0].row->kind};
    for (size_t i = 0; i < count; i++)
        compare_count(&line, &entries[i]);
    if (level == COMPARE_RULE)
        compare_say_outcomes(&line, &why);
    else
        compare_say_rules(from, entries, count, line.money, &why);
    line.why = arena_text(&from->texts, (prm_text){why.data, why.size});
    buffer_free(&why);
    return line;
}

/* Gains first, then losses; what has no amounts last. */
static int compare_gain_order(const void *a, const void *b)
{
    const compare_line *first = a;
    const compare_line *second = b;
    sum change = second->b - second->a - (first->b - first->a);
    if (first->counted != second->counted)
        return first->counted ? -1 : 1;
    if (change != 0)
        return change > 0 ? 1 : -1;
    int order = text_compare(first->key, second->key);
    return order != 0 ? order : text_compare(first->kind, second->kind);
}

static void compare_add_rates(compare *from, compare_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!compare_is_commission(lines[i].key) ||
            lines[i].changed + lines[i].added + lines[i].removed == 0 || lines[i].outcomes_a == 0 ||
            lines[i].outcomes_b == 0)
            continue;
        buffer why = {0};
        buffer_put(&why, lines[i].why.data, lines[i].why.size);
        compare_say_rates(lines, count, &why);
        lines[i].why = arena_text(&from->texts, (prm_text){why.data, why.size});
        buffer_free(&why);
    }
}

compare_line *compare_add_up(compare *from, compare_level level, size_t *count)
{
    size_t entry_count = 0;
    compare_entry *entries = memory_take((2 * from->count + 1) * sizeof *entries);
    for (size_t i = 0; i < from->count; i++) {
        compare_add_entry(entries, &entry_count, &from->pairs[i], 0, level);
        compare_add_entry(entries, &entry_count, &from->pairs[i], 1, level);
    }
    qsort(entries, entry_count, sizeof *entries, compare_entry_order);
    compare_line *lines = memory_take((entry_count + 1) * sizeof *lines);
    *count = 0;
    for (size_t i = 0, end; i < entry_count; i = end) {
        for (end = i + 1; end < entry_count && compare_line_order(&entries[i], &entries[end]) == 0; end++)
            continue;
        lines[(*count)++] = compare_make_line(from, entries + i, end - i, level);
    }
    free(entries);
    if (level == COMPARE_RULE)
        compare_add_rates(from, lines, *count);
    if (level == COMPARE_RULE || level == COMPARE_PARTNER)
        qsort(lines, *count, sizeof *lines, compare_gain_order);
    return lines;
}
