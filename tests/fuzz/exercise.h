/* exercise: what is done with an engine or a program, whatever it came from, and what must
 * hold of it. */
#ifndef PRM_TESTS_FUZZ_EXERCISE_H
#define PRM_TESTS_FUZZ_EXERCISE_H

#include "fuzz.h"

#include <prm/prm.h>

/* An allocator that counts what it holds and fails when told to. */
typedef struct fuzz_memory {
    prm_allocator host;
    uint64_t bytes;
    uint64_t fail_in;  /* the allocation that fails, from 1; 0: none */
    uint64_t fail_all; /* 1: and then all after it, until this is 0 */
    uint64_t failed;
} fuzz_memory;

void fuzz_memory_init(fuzz_memory *memory);

/* What was posted, as a sum in which a reversal takes away what its grant has added: equal for
 * journal and ledger. */
typedef struct fuzz_net {
    uint64_t sum;
    uint64_t rows; /* grants less reversals */
    uint64_t next; /* the first posting that is not in it */
} fuzz_net;

/* Adds the postings since; checks that their numbers are without gaps. */
void fuzz_net_follow(fuzz_net *net, prm_engine *engine);

/* Checks that the ledger is in order and is what was posted, that the counts add up, and that
 * the answers to questions can be read. Returns a hash of every column of the ledger. */
uint64_t fuzz_engine_check(fuzz_net *net, prm_engine *engine);

/* Events made from `seed` out of the types and fields of a program, which outlives them. */
typedef struct fuzz_events fuzz_events;
fuzz_events *fuzz_events_make(const prm_program *program, uint64_t seed); /* freed with free() */
const prm_event *fuzz_events_list(const fuzz_events *events, size_t *count);

/* Hands in events made from `seed`. */
void fuzz_engine_feed(prm_engine *engine, uint64_t seed);

/* Lists the program, and runs an engine over events made from `seed` out of the types and
 * fields that it declares. `compiled`: 0 for hostile bytes, which may lack names and ask for more
 * than the compiler lets a program have. */
void fuzz_program_exercise(prm_program *program, uint64_t seed, int compiled);

/* Compiles hostile text, checks what is said about it, and exercises what compiles. */
void fuzz_text_exercise(const char *text, size_t size, uint64_t seed);

uint64_t fuzz_hash(uint64_t hash, const void *data, size_t size);

#endif
