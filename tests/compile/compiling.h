/* compiling: programs for tests of the compiler: the text after a head of three
 * lines (so it begins in line 4), and the program or the findings it gives. */
#ifndef PRM_TESTS_COMPILE_COMPILING_H
#define PRM_TESTS_COMPILE_COMPILING_H

#include "../base/unit.h"

#include "program/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMPILING_HEAD "prm: 1\nprogram: p\ncurrency: JPY\n"

/* The program of LANGUAGE, section 1. */
static const char compiling_sample[] =
    "prm: 1\n"
    "program: saas-partner-2026\n"
    "title: SaaSパートナープログラム 2026\n"
    "currency: JPY\n"
    "timezone: Asia/Tokyo\n"
    "fiscal_year: april\n"
    "week: monday\n"
    "month_closes: 31\n"
    "commission:\n"
    "  on: deal.won\n"
    "  of: amount\n"
    "  base: 15%\n"
    "  min: 10%\n"
    "  max: 40%\n"
    "rules:\n"
    "  course-in-30-days:\n"
    "    title: 30日以内に全員のコース受講が完了したら手数料率を上げる\n"
    "    for: partner\n"
    "    within: 30d of partner.joined\n"
    "    when: {coverage: course.completed, where: course == \"basics\", at_least: 100%}\n"
    "    then: {rate: +5%}\n"
    "  ten-leads:\n"
    "    for: rep\n"
    "    when: {count: lead.registered, at_least: 10}\n"
    "    then: {gift_card: 5000}\n"
    "  thirty-meetings:\n"
    "    for: partner\n"
    "    per: month\n"
    "    when: {count: meeting.held, at_least: 30}\n"
    "    then: {cash: 100000}\n"
    "  cross-sell:\n"
    "    for: customer\n"
    "    within: 90d\n"
    "    when: {distinct: product, of: deal.won, at_least: 2}\n"
    "    then: {cash: 30000}\n"
    "  referral-first-order:\n"
    "    for: partner\n"
    "    when: {count: deal.won, at_least: 1}\n"
    "    then: {cash: amount * 10%, to: referrer}\n";

/* Compiles the whole text; says what was found when it does not compile. */
static inline prm_program *compiling_whole(const char *text)
{
    prm_program *program = NULL;
    prm_error error;
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, NULL, &error);
    if (status != PRM_OK)
        fail_msg("%s", error.message);
    return program;
}

static inline prm_program *compiling(const char *body)
{
    char *text = malloc(strlen(COMPILING_HEAD) + strlen(body) + 1);
    assert_non_null(text);
    strcpy(text, COMPILING_HEAD);
    strcat(text, body);
    prm_program *program = compiling_whole(text);
    free(text);
    return program;
}

/* What is said of programs that are right but for that: test_lint.c has cases of all of them, and
 * the others leave them alone. */
static inline bool compiling_is_lint(uint32_t number)
{
    return (number >= 522 && number <= 539) || (number >= 547 && number <= 559);
}

/* "NUMBER LINE:COLUMN hint" of every diagnostic but lints, separated by "; ". */
static inline void compiling_findings(const prm_diagnostics *diagnostics, char *out, size_t capacity)
{
    out[0] = '\0';
    for (size_t i = 0; i < prm_diagnostics_count(diagnostics); i++) {
        prm_diagnostic one = {.size = sizeof one};
        assert_int_equal(prm_diagnostics_get(diagnostics, i, &one), PRM_OK);
        if (compiling_is_lint(one.number))
            continue;
        size_t used = strlen(out);
        snprintf(out + used, capacity - used, "%s%u %u:%u%s%.*s", used > 0 ? "; " : "", one.number, one.line,
                 one.column, one.hint.size > 0 ? " " : "", (int)one.hint.size, one.hint.data);
    }
}

#endif
