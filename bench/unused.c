#include "unused.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED_BYTES (64 * 1024)

static const char unused_keys[] =
    "\n"
    "  unused-every: {for: rep, when: {count: quiz.passed, every: 10}, then: {gift_card: 500}}\n"
    "  unused-each: {each: quiz.passed, where: score >= 80, then: {stars: 1}, limit: {times: 3, per: year}}\n"
    "  unused-tiers:\n"
    "    per: quarter\n"
    "    when: {sum: score, of: quiz.passed}\n"
    "    tiers: [{at_least: 100, then: {cash: 1000}}, {at_least: 500, then: {rate: +1%, lasts: period}}]\n"
    "  unused-average: {per: fiscal_half, when: {average: score, of: quiz.passed, more_than: 90}, then: "
    "{points: 5}}\n"
    "  unused-covered: {when: {covered: quiz.passed, at_least: 3}, then: {cash: 5000}, max: 9000, budget: "
    "90000}\n"
    "  unused-streak: {when: {streak: {count: quiz.passed, at_least: 2}, per: month, at_least: 3}, then: "
    "{cash: 1}}\n"
    "  unused-ratio: {when: {value: passed / (passed + failed), at_least: 80%}, then: {notice: well done}}\n"
    "  unused-rolling: {for: [rep, topic], within: 30d, when: {distinct: topic, of: quiz.passed, at_least: "
    "1},\n"
    "    then: {stars: 2}}\n"
    "  unused-all: {when: {all: [{count: quiz.passed, at_least: 5}, {not: {is: partner.region == 'x'}}]},\n"
    "    eligible: has(partner.region), exclusive: one, then: {cash: 10}}\n"
    "  unused-first: {after: quiz.passed, when: {count: quiz.failed, at_least: 2}, exclusive: one, then: "
    "{cash: 20}}\n"
    "events:\n"
    "  quiz.passed: {partner: text, rep: text, topic: text, score: integer}\n"
    "  quiz.failed: {partner: text, rep: text, topic: text}\n"
    "  quiz.withdrawn: {partner: text, topic: text, voids: quiz.passed by topic, within: 90d}\n"
    "attributes: {partner: {region: text}}\n"
    "rewards: {stars: points}\n"
    "measures: {passed: {count: quiz.passed}, failed: {count: quiz.failed}}\n";

prm_program *unused_beside(const char *path)
{
    static char text[UNUSED_BYTES];
    prm_program *program = NULL;
    prm_error error;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return NULL;
    }
    size_t size = fread(text, 1, sizeof text - sizeof unused_keys, file);
    fclose(file);
    memcpy(text + size, unused_keys, sizeof unused_keys);
    if (prm_program_compile(text, size + sizeof unused_keys - 1, NULL, &program, NULL, &error) == PRM_OK)
        return program;
    fprintf(stderr, "bench: %s with more behind it: %s\n", path, error.message);
    return NULL;
}
