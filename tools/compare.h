/* Two ledgers of the same events side by side: outcome by outcome by their identities, and
 * added up by what they have in common. */
#ifndef TOOLS_COMPARE_H
#define TOOLS_COMPARE_H

#include "net.h"
#include "sum.h"

typedef enum compare_state { COMPARE_SAME, COMPARE_CHANGED, COMPARE_ADDED, COMPARE_REMOVED } compare_state;

/* One outcome; `a` or `b` is NULL where that side does not have it. */
typedef struct compare_pair {
    const net_row *a;
    const net_row *b;
    compare_state state;
} compare_pair;

typedef enum compare_level { COMPARE_TOTAL, COMPARE_RULE, COMPARE_MONTH, COMPARE_PARTNER } compare_level;

enum { COMPARE_LEVELS = 4 };

/* What all outcomes of one kind come to that agree in what the level asks about. */
typedef struct compare_line {
    prm_text key; /* the rule, month or partner; empty for the total */
    prm_text kind;
    int counted; /* it has amounts */
    int money;
    sum a;
    sum b;
    uint64_t outcomes_a;
    uint64_t outcomes_b;
    uint64_t added;
    uint64_t removed;
    uint64_t changed;
    prm_text why;
} compare_line;

/* All zeros is an empty one. */
typedef struct compare {
    const prm_program *program; /* whose currency amounts are in */
    compare_pair *pairs;
    size_t count;
    arena texts;
} compare;

/* Both ledgers outlive `out`. */
void compare_open(compare *out, const prm_program *program, const net *a, const net *b);

/* The lines of a level, to be freed; rules and partners by what they gain, months by time. Their
 * texts live as long as the comparison and its ledgers. */
compare_line *compare_add_up(compare *from, compare_level level, size_t *count);

void compare_close(compare *from);

#endif
