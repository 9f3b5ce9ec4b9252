/* The tool's memory. Unlike the library the tool may end the process, so that
 * running out of memory is handled here, once: a message and exit status 1. */
#ifndef TOOLS_MEMORY_H
#define TOOLS_MEMORY_H

#include <stddef.h>

#include <prm/prm.h>

/* Zeroed bytes; never NULL. The caller frees them with free. */
void *memory_take(size_t size);

/* Makes room for `need` elements of `element` bytes in the malloc'ed `block`,
 * at least doubling *capacity when it grows. Returns the block, moved or not. */
void *memory_grow(void *block, size_t *capacity, size_t need, size_t element);

/* A C string on its own, freed with free. */
char *memory_string(const char *data, size_t size);

/* ---- Arenas: many small texts that die together ---------------------------- */

typedef struct arena_block arena_block;

/* All zeros is an empty arena. */
typedef struct arena {
    arena_block *first;
    arena_block *current;
    size_t used; /* bytes of the current block */
} arena;

/* `size` bytes aligned for any object, valid until reset or free. */
void *arena_take(arena *owner, size_t size);

/* A copy of `text` followed by a NUL that is not counted. */
prm_text arena_text(arena *owner, prm_text text);

/* Where an arena stands, and back there: what was taken since is forgotten. */
typedef struct arena_place {
    arena_block *current;
    size_t used;
} arena_place;

arena_place arena_here(const arena *owner);
void arena_rewind(arena *owner, arena_place place);

/* Forgets all texts and keeps the blocks for the next ones. */
void arena_reset(arena *owner);
void arena_free(arena *owner);

/* ---- Buffers: one text that grows ------------------------------------------- */

/* All zeros is an empty buffer. */
typedef struct buffer {
    char *data;
    size_t size;
    size_t capacity;
} buffer;

void buffer_put(buffer *out, const char *data, size_t size);
void buffer_string(buffer *out, const char *string);
void buffer_byte(buffer *out, char byte);
void buffer_repeat(buffer *out, char byte, size_t count);
void buffer_format(buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_free(buffer *out);

/* ---- Texts ------------------------------------------------------------------- */

prm_text text_of(const char *string);
int text_same(prm_text a, prm_text b);
int text_is(prm_text a, const char *string);
/* Bytewise, shorter first where one begins the other. */
int text_compare(prm_text a, prm_text b);

#endif
