/* Expressions: the first byte says where in a fixed program the rest stands. */
#include "exercise.h"

#include <string.h>

typedef struct frame {
    const char *before; /* the expression comes in single quotes behind it */
    const char *after;
} frame;

#define HEAD                                                                                                 \
    "prm: 1\nprogram: fuzz\ncurrency: USD\ntimezone: UTC\n"                                                  \
    "events: {test.taken: {partner: text, score?: decimal, share?: percent, passed?: boolean, on?: time, "   \
    "n?: integer, note?: text}}\n"                                                                           \
    "attributes: {partner: {segment: text, target: integer, since: time}, rep: {level: integer}}\n"          \
    "measures: {won: {count: deal.won}, sold: {sum: amount, of: deal.won}}\n"

static const frame frames[] = {
    {HEAD "rules: {a: {each: deal.won, where: ", ", then: {cash: 1}}}\n"},
    {HEAD "rules: {a: {each: test.taken, where: ", ", then: {cash: 1}}}\n"},
    {HEAD "rules: {a: {each: deal.won, then: {cash: ", "}}}\n"},
    {HEAD "rules: {a: {each: test.taken, then: {points: ", "}}}\n"},
    {HEAD "rules: {a: {for: rep, per: month, eligible: ", ", when: {count: deal.won, at_least: 2}, then: "
                                                          "{cash: 5}}}\n"},
    {HEAD "rules: {a: {per: month, when: {value: ", ", at_least: 2}, then: {cash: value * 2}}}\n"},
    {HEAD "rules: {a: {per: month, when: {any: [{count: deal.won, at_least: 2}, {is: ",
     "}]}, then: {points: 5}}}\n"},
    {HEAD "rules: {a: {when: {sum: amount, of: deal.won, where: ",
     ", every: 1000}, then: {points: value}}}\n"},
    {HEAD "commission: {on: deal.won, of: amount, base: 5%, where: ", "}\n"},
    {HEAD "commission: {on: deal.won, base: 5%, of: ", "}\n"},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes bytes = {data, size};
    const frame *around = &frames[fuzz_below(&bytes, FUZZ_COUNT(frames))];
    size_t before = strlen(around->before), after = strlen(around->after), used = before;
    char *text = malloc(before + 2 * size + after + 2);
    FUZZ_CHECK(text != NULL);
    memcpy(text, around->before, before);
    text[used++] = '\'';
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] == '\'')
            text[used++] = '\'';
        text[used++] = (char)bytes.data[i];
    }
    text[used++] = '\'';
    memcpy(text + used, around->after, after);
    fuzz_text_exercise(text, used + after, fuzz_hash(2, data, size));
    free(text);
    return 0;
}
