/* facts: random but repeatable sets of events for property tests, with what makes
 * engines stumble: ties in time, month edges of one millisecond, voids before their
 * events, cancellations, partial refunds, late links, reps and partners that leave
 * and come back. Ids never conflict. */
#ifndef PRM_TESTS_PROPERTY_FACTS_H
#define PRM_TESTS_PROPERTY_FACTS_H

#include <prm/prm.h>

#define FACTS_MAX 160
#define FACT_FIELDS 8

typedef struct facts {
    prm_event events[FACTS_MAX];
    prm_field fields[FACTS_MAX][FACT_FIELDS];
    char text[FACTS_MAX * 256];
    size_t used;
    size_t count;
} facts;

/* `count` (at most FACTS_MAX) events from `seed`. */
void facts_make(facts *set, uint64_t seed, size_t count);

/* The ledger as text, one line a row with every column, to be freed with free(). */
char *facts_ledger(prm_engine *engine);

/* Fails the running test unless the net of the journal is the ledger. */
void facts_check_journal(prm_engine *engine);

#endif
