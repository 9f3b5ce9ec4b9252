/* forge: snapshots as an enemy makes them: sound ones, changed, with the hashes that belong to it. */
#ifndef PRM_TESTS_FUZZ_FORGE_H
#define PRM_TESTS_FUZZ_FORGE_H

#include "exercise.h"

typedef struct fuzz_state {
    uint8_t *data; /* freed with free() */
    size_t size;
    size_t capacity;
} fuzz_state;

/* The engine's bytes, with room for more. */
fuzz_state fuzz_forge_save(prm_engine *engine);

/* A sound snapshot of a few events; every other one with time settled. */
fuzz_state fuzz_forge_make(prm_program *program, uint32_t which);

/* One change in one section: other bytes, fewer or more; the section's size is kept true. */
void fuzz_forge_change(fuzz_bytes *bytes, fuzz_state *state);

/* Good hashes for what stands there now. */
void fuzz_forge_seal(fuzz_state *state);

#endif
