#include "memory.h"

/* Memory that is given or ends the process, and the two shapes in which the
 * tool keeps texts: arenas (many, freed together) and buffers (one, growing). */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024, MEMORY_ALIGNMENT = 16 };

struct arena_block {
    arena_block *next;
    size_t capacity;
    _Alignas(MEMORY_ALIGNMENT) char bytes[];
};

static void *memory_or_exit(void *block)
{
    if (block != NULL)
        return block;
    fputs("prm: out of memory\n", stderr);
    exit(1);
}

void *memory_take(size_t size)
{
    return memory_or_exit(calloc(size == 0 ? 1 : size, 1));
}

void *memory_grow(void *block, size_t *capacity, size_t need, size_t element)
{
    if (need <= *capacity)
        return block;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < need && wanted <= SIZE_MAX / 2)
        wanted *= 2;
    if (wanted < need || wanted > SIZE_MAX / element)
        memory_or_exit(NULL);
    block = memory_or_exit(realloc(block, wanted * element));
    *capacity = wanted;
    return block;
}

char *memory_string(const char *data, size_t size)
{
    char *copy = memory_take(size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

static arena_block *arena_block_new(size_t size)
{
    size_t capacity = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
    arena_block *block = memory_or_exit(malloc(sizeof *block + capacity));
    block->next = NULL;
    block->capacity = capacity;
    return block;
}

/* Makes `current` a block with `size` free bytes; a kept block that is too
 * small is passed over until the next reset. */
static void arena_advance(arena *owner, size_t size)
{
    arena_block **link = owner->current == NULL ? &owner->first : &owner->current->next;
    while (*link != NULL && (*link)->capacity < size)
        link = &(*link)->next;
    if (*link == NULL)
        *link = arena_block_new(size);
    owner->current = *link;
    owner->used = 0;
}

void *arena_take(arena *owner, size_t size)
{
    if (size > SIZE_MAX - MEMORY_ALIGNMENT)
        memory_or_exit(NULL);
    size = (size + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
    if (owner->current == NULL || owner->current->capacity - owner->used < size)
        arena_advance(owner, size);
    void *place = owner->current->bytes + owner->used;
    owner->used += size;
    return place;
}

prm_text arena_text(arena *owner, prm_text text)
{
    char *copy = arena_take(owner, text.size + 1);
    if (text.size > 0)
        memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    return (prm_text){copy, text.size};
}

arena_place arena_here(const arena *owner)
{
    return (arena_place){owner->current, owner->used};
}

void arena_rewind(arena *owner, arena_place place)
{
    owner->current = place.current;
    owner->used = place.used;
}

void arena_reset(arena *owner)
{
    owner->current = NULL;
    owner->used = 0;
}

void arena_free(arena *owner)
{
    for (arena_block *block = owner->first, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    *owner = (arena){0};
}

void buffer_put(buffer *out, const char *data, size_t size)
{
    if (size == 0)
        return;
    if (size > SIZE_MAX - out->size)
        memory_or_exit(NULL);
    out->data = memory_grow(out->data, &out->capacity, out->size + size, 1);
    memcpy(out->data + out->size, data, size);
    out->size += size;
}

void buffer_string(buffer *out, const char *string)
{
    buffer_put(out, string, strlen(string));
}

void buffer_byte(buffer *out, char byte)
{
    buffer_put(out, &byte, 1);
}

void buffer_repeat(buffer *out, char byte, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_byte(out, byte);
}

void buffer_format(buffer *out, const char *format, ...)
{
    va_list list;
    va_list again;
    va_start(list, format);
    va_copy(again, list);
    int size = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (size > 0) {
        out->data = memory_grow(out->data, &out->capacity, out->size + (size_t)size + 1, 1);
        vsnprintf(out->data + out->size, (size_t)size + 1, format, again);
        out->size += (size_t)size;
    }
    va_end(again);
}

void buffer_free(buffer *out)
{
    free(out->data);
    *out = (buffer){0};
}

prm_text text_of(const char *string)
{
    return (prm_text){string, strlen(string)};
}

int text_same(prm_text a, prm_text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int text_is(prm_text a, const char *string)
{
    return text_same(a, text_of(string));
}

int text_compare(prm_text a, prm_text b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}
