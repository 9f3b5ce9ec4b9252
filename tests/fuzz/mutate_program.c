/* Changes program text as its writers would: by lines, keys and values, so that more of it
 * still compiles than after changes of bytes, which it gets half of the time. */
#include "fuzz.h"

#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

static const char *const words[] = {"0",
                                    "1",
                                    "2",
                                    "3",
                                    "12",
                                    "1000",
                                    "50%",
                                    "+5%",
                                    "0.5",
                                    "-1",
                                    "999999999999",
                                    "true",
                                    "always",
                                    "month",
                                    "week",
                                    "day",
                                    "quarter",
                                    "year",
                                    "life",
                                    "30d",
                                    "2w",
                                    "6mo",
                                    "48h",
                                    "1y",
                                    "partner",
                                    "rep",
                                    "customer",
                                    "product",
                                    "referrer",
                                    "parent",
                                    "deal.won",
                                    "meeting.held",
                                    "course.completed",
                                    "lead.registered",
                                    "partner.joined",
                                    "rep.joined",
                                    "deal.cancelled",
                                    "event.voided",
                                    "[deal.won, meeting.held]",
                                    "amount",
                                    "amount * 5%",
                                    "value * 10",
                                    "amount > 100 && rep != \"\"",
                                    "partner.segment == \"gold\"",
                                    "now",
                                    "next",
                                    "period",
                                    "next_period",
                                    "close",
                                    "highest",
                                    "bonus",
                                    "silver",
                                    "2026-07-01",
                                    "Asia/Tokyo",
                                    "America/New_York",
                                    "UTC",
                                    "JPY",
                                    "USD",
                                    "KWD",
                                    "{cash: 100}",
                                    "{rate: +5%, lasts: period}",
                                    "{rank: gold}",
                                    "{points: value}",
                                    "{notice: \"x\"}",
                                    "[{cash: 1}, {points: 2}]",
                                    "{count: deal.won, at_least: 3}",
                                    "{sum: amount, of: deal.won, at_least: 1000}",
                                    "{distinct: product, of: deal.won, at_least: 2}",
                                    "{coverage: course.completed, at_least: 50%}",
                                    "{average: amount, of: deal.won, at_least: 5}",
                                    "{streak: {count: deal.won, at_least: 1}, per: month, at_least: 2}",
                                    "{value: won, at_least: 1}",
                                    "{is: partner.target > 4}",
                                    "{not: {count: deal.won, at_least: 1}}",
                                    "{times: 2, for: partner, per: month}",
                                    "{before: 7d, notice: \"soon\"}",
                                    "\"\"",
                                    "{}",
                                    "[]"};

static const char *const keys[] = {
    "    for: rep\n",
    "    for: customer\n",
    "    for: referrer\n",
    "    per: month\n",
    "    per: week\n",
    "    at: close\n",
    "    within: 30d of partner.joined\n",
    "    within: 10d\n",
    "    after: course.completed\n",
    "    each: deal.won\n",
    "    when: {count: deal.won, at_least: 2}\n",
    "    then: {cash: 10}\n",
    "    else: {notice: \"no\"}\n",
    "    remind: {before: 5d, notice: \"soon\"}\n",
    "    while: always\n",
    "    where: amount > 10\n",
    "    eligible: partner.rank == \"gold\"\n",
    "    exclusive: bonus\n",
    "    limit: {times: 1, per: month}\n",
    "    budget: 100\n",
    "    max: 50\n",
    "    pick: highest\n",
    "    active: {from: 2026-07-01, until: 2026-08-01}\n",
    "    rolling: 30d\n",
    "    tiers: [{at_least: 2, then: {points: 1}}, {at_least: 5, then: {points: 2}}]\n",
    "    contest: {by: {count: deal.won}, places: [{cash: 5}, {points: 1}]}\n",
    "month_closes: 20\n",
    "fiscal_year: april\n",
    "  more:\n",
    "rules:\n",
    "attributes: {partner: {segment: text, target: integer}}\n",
    "measures: {won: {count: deal.won}}\n",
    "rewards: {stars: points}\n",
    "events: {deal.won: {region?: text}}\n",
    "commission: {on: deal.won, of: amount, base: 10%}\n",
    "ranks: {per: month, levels: {bronze: {}, gold: {when: {count: deal.won, at_least: 2}, rate: 20%}}}\n"};

typedef struct piece {
    size_t start;
    size_t size;
} piece;

static unsigned draw(unsigned *seed, size_t limit)
{
    *seed = *seed * 1664525 + 1013904223;
    return limit == 0 ? 0 : (unsigned)((*seed >> 8) % limit);
}

/* A line, its end included. */
static piece any_line(const uint8_t *data, size_t size, unsigned *seed)
{
    size_t start = draw(seed, size), end = start;
    while (start > 0 && data[start - 1] != '\n')
        start--;
    while (end < size && data[end] != '\n')
        end++;
    return (piece){start, end + (end < size) - start};
}

/* What stands behind a ": ", up to a comma, bracket or line's end; nothing when there is none. */
static piece any_value(const uint8_t *data, size_t size, unsigned *seed)
{
    size_t start = draw(seed, size);
    while (start + 1 < size && !(data[start] == ':' && data[start + 1] == ' '))
        start++;
    if (start + 2 >= size)
        return (piece){0, 0};
    size_t end = start + 2;
    while (end < size && strchr(",}]\n", data[end]) == NULL)
        end++;
    return (piece){start + 2, end - start - 2};
}

/* Puts `text` in the place of a piece; leaves all as it was where there is no room. */
static size_t replace(uint8_t *data, size_t size, size_t max_size, piece at, const void *text,
                      size_t text_size)
{
    if (size - at.size + text_size > max_size)
        return size;
    memmove(data + at.start + text_size, data + at.start + at.size, size - at.start - at.size);
    memcpy(data + at.start, text, text_size);
    return size - at.size + text_size;
}

/* Copies a piece into a place of another. */
static size_t copy(uint8_t *data, size_t size, size_t max_size, piece from, piece to)
{
    uint8_t kept[512];
    if (from.size > sizeof kept)
        return size;
    memcpy(kept, data + from.start, from.size);
    return replace(data, size, max_size, to, kept, from.size);
}

static size_t change(uint8_t *data, size_t size, size_t max_size, unsigned *seed)
{
    piece line = any_line(data, size, seed), other = any_line(data, size, seed), value;
    const char *text;
    switch (draw(seed, 7)) {
    case 0:
        return replace(data, size, max_size, line, "", 0);
    case 1:
        return copy(data, size, max_size, line, (piece){other.start, 0});
    case 2:
        return copy(data, size, max_size, line, other);
    case 3:
        text = keys[draw(seed, FUZZ_COUNT(keys))];
        return replace(data, size, max_size, (piece){line.start, 0}, text, strlen(text));
    case 4:
        value = any_value(data, size, seed);
        return copy(data, size, max_size, any_value(data, size, seed), value);
    default:
        value = any_value(data, size, seed);
        text = words[draw(seed, FUZZ_COUNT(words))];
        return value.start == 0 ? size : replace(data, size, max_size, value, text, strlen(text));
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    unsigned random = seed;
    if (size == 0 || draw(&random, 3) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    for (unsigned changes = 1 + draw(&random, 3); changes > 0 && size > 0; changes--)
        size = change(data, size, max_size, &random);
    return size;
}
