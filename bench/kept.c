#include "kept.h"
#include <stdlib.h>
#include <string.h>

#define CHUNK 4096 /* records that are made room for at a time */
#define TEXT 16

typedef struct kept_record {
    int64_t time;
    int64_t amount;
    kept_names names;
    uint32_t type;
    uint32_t before; /* + 1: the partner's event before this one; 0: none */
    char id[TEXT];   /* padded with zeros */
    char deal[TEXT];
} kept_record;

typedef struct kept_slot {
    uint32_t record; /* + 1; 0: free */
    uint32_t tag;
} kept_slot;

struct kept {
    kept_record **chunks;
    size_t chunk_count;
    uint32_t count;
    kept_slot *slots; /* over the ids */
    uint32_t slot_count;
    uint32_t *last; /* by partner */
};

kept *kept_new(uint32_t partners)
{
    kept *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    all->slot_count = 1024;
    all->slots = calloc(all->slot_count, sizeof *all->slots);
    all->last = calloc(partners, sizeof *all->last);
    if (all->slots && all->last)
        return all;
    kept_free(all);
    return NULL;
}

void kept_free(kept *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->chunk_count; i++)
        free(all->chunks[i]);
    free(all->chunks);
    free(all->slots);
    free(all->last);
    free(all);
}

static kept_record *record_at(const kept *all, uint32_t index)
{
    return &all->chunks[index / CHUNK][index % CHUNK];
}

static bool grow_slots(kept *all)
{
    uint32_t count = all->slot_count * 2;
    kept_slot *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < all->slot_count; i++) {
        uint32_t at = all->slots[i].tag & (count - 1);
        while (all->slots[i].record && slots[at].record)
            at = (at + 1) & (count - 1);
        if (all->slots[i].record)
            slots[at] = all->slots[i];
    }
    free(all->slots);
    all->slots = slots;
    all->slot_count = count;
    return true;
}

static bool grow_records(kept *all)
{
    kept_record **chunks = realloc(all->chunks, (all->chunk_count + 1) * sizeof(kept_record *));
    if (!chunks)
        return false;
    all->chunks = chunks;
    kept_record *chunk = malloc(CHUNK * sizeof(kept_record));
    if (!chunk)
        return false;
    chunks[all->chunk_count++] = chunk;
    return true;
}

static void copy_text(char *to, const char *text, size_t size)
{
    memset(to, 0, TEXT);
    memcpy(to, text, size < TEXT ? size : TEXT);
}

/* The place of an id, free when it is not known. */
static kept_slot *find_slot(const kept *all, const char *id, uint32_t tag)
{
    for (uint32_t at = tag & (all->slot_count - 1);; at = (at + 1) & (all->slot_count - 1)) {
        kept_slot *slot = &all->slots[at];
        if (!slot->record ||
            (slot->tag == tag && memcmp(record_at(all, slot->record - 1)->id, id, TEXT) == 0))
            return slot;
    }
}

static uint32_t hash_id(const char *id)
{
    uint64_t words[2];
    memcpy(words, id, sizeof words);
    uint64_t hash = (words[0] ^ words[1] << 7) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(hash >> 32);
}

bool kept_take(kept *all, const prm_event *event, const kept_names *names, bool *is_new)
{
    char id[TEXT];
    copy_text(id, event->id, event->id_size);
    if (all->count + all->count / 2 >= all->slot_count && !grow_slots(all))
        return false;
    if (all->count == all->chunk_count * CHUNK && !grow_records(all))
        return false;
    uint32_t tag = hash_id(id);
    kept_slot *slot = find_slot(all, id, tag);
    *is_new = slot->record == 0;
    if (!*is_new)
        return true;
    kept_record *record = record_at(all, all->count);
    *record = (kept_record){.time = event->time, .names = *names, .type = event->type};
    memcpy(record->id, id, TEXT);
    if (event->field_count > 5) {
        copy_text(record->deal, event->fields[3].text, event->fields[3].text_size);
        record->amount = event->fields[5].number;
    }
    record->before = all->last[names->partner];
    *slot = (kept_slot){++all->count, tag};
    all->last[names->partner] = all->count;
    return true;
}
