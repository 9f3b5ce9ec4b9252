/* The programs that a run of tests meets, each compiled once, with what the tests want to know of
 * them: their kinds of rewards, and which rules, ranks and brackets the tests come to. */
#ifndef TOOLS_TESTPROGRAM_H
#define TOOLS_TESTPROGRAM_H

#include "testbrackets.h"

typedef struct test_rule {
    prm_text name;
    size_t place; /* in the file */
    uint32_t tiers;
    uint32_t outcomes;    /* PRM_OUTCOME_OF_... that it has */
    uint32_t fired;       /* of these, those that a test fired */
    uint64_t tiers_fired; /* bit i: tier or place i + 1 */
    int contest;          /* a place was seen: they are places */
} test_rule;

typedef struct test_rank {
    prm_text name;
    int reached;
} test_rank;

typedef struct test_program {
    char *path;
    prm_program *program;         /* NULL when it does not compile */
    prm_diagnostics *diagnostics; /* may be NULL */
    prm_error error;              /* where there is no program */
    arena texts;
    prm_text *kinds; /* of rewards: the built-in ones, then those that it declares */
    size_t kind_count;
    test_rule *rules; /* sorted by name */
    size_t rule_count;
    test_rank *ranks; /* but for the first, which everyone has */
    size_t rank_count;
    test_bracket *brackets;
    size_t bracket_count;
} test_program;

/* All zeros at the start. */
typedef struct test_programs {
    test_program **items; /* in the order in which they were first asked for */
    size_t count;
    size_t capacity;
} test_programs;

/* The program at `path`, the same for all paths to one file; never NULL, lives as long as the list. */
test_program *testprogram_get(test_programs *all, const char *path);

/* Notes that the rule of this name had the outcome of this identity; "commission" and the
 * like pass. */
void testprogram_note_fired(test_program *program, prm_text rule, prm_text id);

/* Notes that a partner had the rank of this name. */
void testprogram_note_rank(test_program *program, prm_text rank);

/* Appends what of the rule no test fires, each part behind `separator` but the first:
 * "bonus", "bonus tier 2", "bonus place 2", "bonus else". Returns how many parts that are. */
size_t testprogram_write_unfired(buffer *out, const test_rule *rule, const char *separator);

/* Appends likewise the ranks that no test gives and the brackets that none uses: "rank gold",
 * "bracket from 1000000", behind `separator` where `parts` come before. Returns how many parts there
 * are in all. */
size_t testprogram_write_unreached(buffer *out, const test_program *program, const char *separator,
                                   size_t parts);

/* Whether the program has a rule of this name. */
int testprogram_has_rule(const test_program *program, prm_text rule);

/* Whether it has a rank of this name. */
int testprogram_has_rank(const test_program *program, prm_text rank);

/* Whether the program has a reward of this kind. */
int testprogram_has_kind(const test_program *program, prm_text kind);

/* Adds "; did you mean ..." where one of the names is near to `word`. */
void testprogram_suggest(prm_text word, const prm_text *names, size_t count, buffer *problems);

/* The same among its rules and the `count` others, and among its ranks. */
void testprogram_suggest_rule(const test_program *program, prm_text rule, const char *const *others,
                              size_t count, buffer *problems);
void testprogram_suggest_rank(const test_program *program, prm_text rank, buffer *problems);

/* Adds "; did you mean ..." where one of its kinds, or of the `count` others, is
 * near to `kind`. */
void testprogram_suggest_kind(const test_program *program, prm_text kind, const prm_text *others,
                              size_t count, buffer *problems);

void testprogram_free_all(test_programs *all);

#endif
