#include "state/snapshot.h"
#include "base/hash.h"
#include "base/sort.h"
#include "engine/checkpoint.h"
#include "engine/rows.h"
#include "state/bases.h"
#include "state/settled.h"
#include "state/shut.h"

#define PRM_SNAPSHOT_AHEAD 8 /* events */

/* ---- Texts: which are named, and their order ---- */

prm_status prm__snapshot_name(prm__snapshot *snapshot, uint32_t key)
{
    uint32_t *known = PRM_VEC(snapshot->key_of, uint32_t) + key;
    if (*known)
        return PRM_OK;
    prm_text text = prm__engine_text(snapshot->engine, key);
    *known = prm__intern_key(&snapshot->texts, text.data, text.size);
    return *known ? PRM_OK : PRM_E_MEMORY;
}

static prm_status snapshot_name_event(prm__snapshot *snapshot, uint32_t handle)
{
    const prm__event *event = prm__engine_event(snapshot->engine, handle);
    const prm__layout *layout = &snapshot->engine->layouts[event->type];
    for (uint64_t texts = layout->texts & layout->narrow; texts; texts &= texts - 1) {
        uint32_t key = prm__event_narrow(event, layout->at[(uint32_t)__builtin_ctzll(texts)]);
        if (key)
            PRM_TRY(prm__snapshot_name(snapshot, key));
    }
    return PRM_OK;
}

/* ---- What is closed ---- */

uint32_t prm__snapshot_first(const prm__snapshot *snapshot, const prm__partner *partner)
{
    const prm_engine *engine = snapshot->engine;
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    uint32_t low = 0, high = snapshot->closing ? partner->entries.count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (prm__engine_event(engine, entries[middle].event)->time < snapshot->closed)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool prm__snapshot_has_base(const prm__snapshot *snapshot, const prm__partner *partner)
{
    return prm__checkpoint_base(snapshot->engine, partner) || (snapshot->closing && partner->folded);
}

uint32_t prm__snapshot_base_outcomes(const prm__snapshot *snapshot, const prm__partner *partner)
{
    const prm__base *base = prm__checkpoint_base(snapshot->engine, partner);
    return snapshot->closing ? partner->outcomes.count : base ? base->outcomes : 0;
}

const prm__outcome *prm__snapshot_base_outcome(const prm__snapshot *snapshot, const prm__partner *partner,
                                               uint32_t index)
{
    const prm_engine *engine = snapshot->engine;
    if (!snapshot->closing)
        return prm__checkpoint_outcome(engine, partner, index);
    return (const prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + index;
}

/* The partner's own events that are not closed. */
static uint32_t snapshot_own(const prm__snapshot *snapshot, const prm__partner *partner)
{
    const prm__entry *entries = prm__list_data(&snapshot->engine->pool, &partner->entries);
    uint32_t own = 0;
    for (uint32_t i = prm__snapshot_first(snapshot, partner); i < partner->entries.count; i++)
        own += !entries[i].forwarded;
    return own;
}

/* Fetches the event some places ahead: the events of a partner lie scattered. */
static void snapshot_fetch(const prm_engine *engine, const prm__partner *partner, uint32_t at)
{
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    if (at + PRM_SNAPSHOT_AHEAD < partner->entries.count)
        __builtin_prefetch(prm__engine_event(engine, entries[at + PRM_SNAPSHOT_AHEAD].event));
}

static prm_status snapshot_name_events(prm__snapshot *snapshot)
{
    const prm_engine *engine = snapshot->engine;
    for (size_t i = 0; i < snapshot->roll.partners.count; i++) {
        const prm__partner *partner = prm__roll_partner(&snapshot->roll, i);
        const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
        if (snapshot_own(snapshot, partner))
            PRM_TRY(prm__snapshot_name(snapshot, partner->key));
        for (uint32_t j = prm__snapshot_first(snapshot, partner); j < partner->entries.count; j++) {
            snapshot_fetch(engine, partner, j);
            if (!entries[j].forwarded)
                PRM_TRY(snapshot_name_event(snapshot, entries[j].event));
        }
    }
    for (size_t i = 0; i < snapshot->roll.voids.count; i++)
        PRM_TRY(snapshot_name_event(snapshot, prm__roll_void(&snapshot->roll, i)));
    return PRM_OK;
}

static prm_status snapshot_name_row(prm__snapshot *snapshot, const prm_row *row)
{
    const prm_text *texts = prm__written_texts(row);
    for (size_t i = 0; i < PRM_ROW_TEXTS; i++) {
        uint32_t key = prm__intern_key(&snapshot->texts, texts[i].data, texts[i].size);
        if (!key)
            return PRM_E_MEMORY;
        PRM_TRY(prm__vec_append(&snapshot->postings, &key, 1));
    }
    return PRM_OK;
}

static prm_status snapshot_name_postings(prm__snapshot *snapshot)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    PRM_TRY(prm__rows_journal(snapshot->engine, 1, &rows));
    prm_status status = PRM_OK;
    while (status == PRM_OK && prm__rows_next(rows, &row))
        status = snapshot_name_row(snapshot, &row);
    prm__rows_free(rows);
    return status;
}

static int snapshot_compare_texts(const void *a, const void *b, const void *context)
{
    (void)context;
    return prm__bytes_compare(*(const prm_text *)a, *(const prm_text *)b);
}

static prm_status snapshot_sort_texts(prm__snapshot *snapshot)
{
    const prm_text *texts = snapshot->texts.texts.data;
    size_t count = snapshot->texts.texts.count; /* with the place of "no text", once there is any */
    count -= count > 0;
    PRM_TRY(prm__vec_reserve(&snapshot->sorted, count * 2));
    PRM_TRY(prm__vec_reserve(&snapshot->place_of, count + 1));
    const void **sorted = snapshot->sorted.data;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &texts[i + 1];
    if (count)
        prm__sort_pointers(sorted, sorted + count, count, snapshot_compare_texts, NULL);
    snapshot->sorted.count = count;
    uint32_t *places = snapshot->place_of.data;
    for (size_t i = 0; i < count; i++)
        places[(const prm_text *)sorted[i] - texts] = (uint32_t)i;
    uint32_t *key_of = snapshot->key_of.data; /* from here on one look leads to a text's place */
    for (size_t i = 0; i < prm__intern_count(&snapshot->engine->texts) + (size_t)1; i++)
        key_of[i] = key_of[i] ? places[key_of[i]] : 0;
    return PRM_OK;
}

/* Places of events, by which settled ones are named. */
static prm_status snapshot_number(prm__snapshot *snapshot)
{
    const prm_engine *engine = snapshot->engine;
    if (engine->settled == INT64_MIN)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(&snapshot->ordinal_of, engine->store.top));
    uint32_t *ordinals = snapshot->ordinal_of.data;
    for (size_t i = 0; i < snapshot->roll.partners.count; i++) {
        const prm__partner *partner = prm__roll_partner(&snapshot->roll, i);
        const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
        for (uint32_t j = prm__snapshot_first(snapshot, partner); j < partner->entries.count; j++) {
            if (entries[j].forwarded)
                continue;
            PRM_TRY(prm__vec_append(&snapshot->handles, &entries[j].event, 1));
            ordinals[entries[j].event] = snapshot->events++;
        }
    }
    return prm__shut_number(snapshot);
}

/* Names, sorts and numbers all that is written. */
static prm_status snapshot_ready(prm__snapshot *snapshot)
{
    prm_engine *engine = snapshot->engine;
    PRM_TRY(prm__roll_init(&snapshot->roll, engine));
    size_t keys = (size_t)prm__intern_count(&engine->texts) + 1;
    PRM_TRY(prm__vec_reserve(&snapshot->key_of, keys));
    memset(snapshot->key_of.data, 0, keys * sizeof(uint32_t));
    PRM_TRY(snapshot_number(snapshot));
    PRM_TRY(prm__shut_voids(snapshot));
    PRM_TRY(snapshot_name_events(snapshot));
    PRM_TRY(snapshot_name_postings(snapshot));
    PRM_TRY(prm__settled_name(snapshot));
    PRM_TRY(prm__shut_name(snapshot));
    PRM_TRY(prm__bases_name(snapshot));
    return snapshot_sort_texts(snapshot);
}

static void snapshot_begin(prm__snapshot *snapshot, prm_engine *engine)
{
    prm__alloc *alloc = &engine->alloc;
    memset(snapshot, 0, sizeof *snapshot);
    snapshot->engine = engine;
    snapshot->format = PRM_SNAPSHOT_FORMAT;
    snapshot->closed = engine->closed;
    snapshot->clock = engine->clock;
    prm__intern_init(&snapshot->texts, alloc, engine->texts.seed);
    prm__vec_init(&snapshot->key_of, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->sorted, alloc, sizeof(void *));
    prm__vec_init(&snapshot->place_of, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->postings, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->handles, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->ordinal_of, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->shut, alloc, sizeof(void *));
    prm__vec_init(&snapshot->shut_handles, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->shut_voids, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->shut_counts, alloc, sizeof(uint32_t));
    prm__vec_init(&snapshot->named, alloc, 1);
}

prm_status prm__snapshot_init(prm__snapshot *snapshot, prm_engine *engine)
{
    snapshot_begin(snapshot, engine);
    return snapshot_ready(snapshot);
}

prm_status prm__snapshot_init_closing(prm__snapshot *snapshot, prm_engine *engine, int64_t clock)
{
    snapshot_begin(snapshot, engine);
    snapshot->closing = true;
    snapshot->closed = engine->settled;
    snapshot->clock = clock;
    return snapshot_ready(snapshot);
}

void prm__snapshot_free(prm__snapshot *snapshot)
{
    prm__roll_free(&snapshot->roll);
    prm__intern_free(&snapshot->texts);
    prm__vec_free(&snapshot->key_of);
    prm__vec_free(&snapshot->sorted);
    prm__vec_free(&snapshot->place_of);
    prm__vec_free(&snapshot->postings);
    prm__vec_free(&snapshot->handles);
    prm__vec_free(&snapshot->ordinal_of);
    prm__vec_free(&snapshot->shut);
    prm__vec_free(&snapshot->shut_handles);
    prm__vec_free(&snapshot->shut_voids);
    prm__vec_free(&snapshot->shut_counts);
    prm__vec_free(&snapshot->named);
}

/* ---- Sections ---- */

static prm_status snapshot_put_state(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    const prm_counts *counts = &engine->counts;
    prm__wire_put_64(out, (uint64_t)snapshot->clock);
    prm__wire_put_32(out, engine->clock_follows ? 1 : 0);
    prm__wire_put_64(out, counts->duplicate);
    prm__wire_put_64(out, counts->ignored);
    prm__wire_put_64(out, counts->rejected);
    prm__wire_put_64(out, counts->too_late);
    prm__wire_put_64(out, counts->dropped_fields);
    prm__wire_put_64(out, engine->journal_first);
    return PRM_OK;
}

static prm_status snapshot_put_texts(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const prm_text *const *texts = snapshot->sorted.data;
    size_t count = snapshot->sorted.count, end = 0;
    prm__wire_put_32(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        end += texts[i]->size;
        prm__wire_put_32(out, (uint32_t)end);
    }
    if (end > UINT32_MAX)
        return PRM_E_LIMIT; /* LCOV_EXCL_LINE texts of 4 GiB are more than a test can hold */
    for (size_t i = 0; i < count; i++)
        prm__wire_put(out, texts[i]->data, texts[i]->size);
    return PRM_OK;
}

/* The value of a slot, by its width; texts by their place. */
static void snapshot_put_value(const prm__snapshot *snapshot, const prm__view *view, uint32_t slot,
                               uint32_t field_type, prm__wire_out *out)
{
    const void *at = prm__view_at(view, slot);
    uint32_t narrow;
    int64_t middle;
    prm__decimal wide;
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:
        memcpy(&narrow, at, sizeof narrow);
        prm__wire_put_32(out, prm__snapshot_place(snapshot, narrow));
        return;
    case PRM_FIELD_BOOLEAN:
        memcpy(&narrow, at, sizeof narrow);
        prm__wire_put_8(out, (uint8_t)narrow);
        return;
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_TIME:
        memcpy(&middle, at, sizeof middle);
        prm__wire_put_64(out, (uint64_t)middle);
        return;
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        break;
    }
    memcpy(&wide, at, sizeof wide);
    prm__wire_put_64(out, (uint64_t)wide);
    prm__wire_put_64(out, (uint64_t)(wide >> 64));
}

static void snapshot_put_event(const prm__snapshot *snapshot, uint32_t handle, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    const prm__event *event = prm__engine_event(engine, handle);
    const prm__p_type *type = &engine->program->types[event->type];
    prm__view view = {event, &engine->layouts[event->type], handle, event->type, 0};
    uint64_t mask = 0;
    for (uint32_t slot = 0; slot < type->slot_count; slot++)
        mask |= (uint64_t)prm__view_has(&view, slot) << slot;
    prm_text id = prm__engine_event_id(engine, event);
    prm__wire_put_64(out, (uint64_t)event->time);
    prm__wire_put_16(out, event->type);
    prm__wire_put_8(out, (uint8_t)id.size);
    prm__wire_put(out, id.data, id.size);
    prm__wire_put_u64(out, mask, prm__snapshot_mask(type));
    for (; mask; mask &= mask - 1) {
        uint32_t slot = (uint32_t)__builtin_ctzll(mask);
        snapshot_put_value(snapshot, &view, slot, engine->program->slots[type->first_slot + slot].field_type,
                           out);
    }
}

static prm_status snapshot_put_events(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    uint32_t partners = 0;
    for (size_t i = 0; i < snapshot->roll.partners.count; i++)
        partners += snapshot_own(snapshot, prm__roll_partner(&snapshot->roll, i)) > 0;
    prm__wire_put_32(out, partners);
    for (size_t i = 0; i < snapshot->roll.partners.count; i++) {
        const prm__partner *partner = prm__roll_partner(&snapshot->roll, i);
        const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
        uint32_t own = snapshot_own(snapshot, partner);
        if (!own)
            continue;
        prm__wire_put_32(out, prm__snapshot_place(snapshot, partner->key));
        prm__wire_put_32(out, own);
        for (uint32_t j = prm__snapshot_first(snapshot, partner); j < partner->entries.count; j++) {
            snapshot_fetch(engine, partner, j);
            if (!entries[j].forwarded)
                snapshot_put_event(snapshot, entries[j].event, out);
        }
    }
    return PRM_OK;
}

static prm_status snapshot_put_voids(const prm__snapshot *snapshot, prm__wire_out *out)
{
    prm__wire_put_32(out, (uint32_t)snapshot->roll.voids.count);
    for (size_t i = 0; i < snapshot->roll.voids.count; i++)
        snapshot_put_event(snapshot, prm__roll_void(&snapshot->roll, i), out);
    return PRM_OK;
}

static void snapshot_put_posting(const prm__snapshot *snapshot, const prm_row *row, const uint32_t *keys,
                                 prm__wire_out *out)
{
    int flags = (row->has_amount ? PRM_POSTING_AMOUNT : 0) | (row->has_rate ? PRM_POSTING_RATE : 0) |
                (row->rate_added ? PRM_POSTING_ADDED : 0) | (row->money ? PRM_POSTING_MONEY : 0);
    prm__wire_put_8(out, (uint8_t)row->op);
    prm__wire_put_8(out, (uint8_t)flags);
    for (size_t i = 0; i < PRM_ROW_TEXTS; i++)
        prm__wire_put_32(out, PRM_VEC(snapshot->place_of, uint32_t)[keys[i]]);
    prm__wire_put_64(out, (uint64_t)row->amount);
    prm__wire_put_64(out, (uint64_t)row->rate);
    prm__wire_put_64(out, (uint64_t)row->at);
    prm__wire_put_64(out, (uint64_t)row->from);
    prm__wire_put_64(out, (uint64_t)row->until);
    prm__wire_put_64(out, (uint64_t)row->payable);
}

static prm_status snapshot_put_postings(const prm__snapshot *snapshot, prm__wire_out *out)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    const uint32_t *keys = snapshot->postings.data;
    PRM_TRY(prm__rows_journal(snapshot->engine, 1, &rows));
    prm__wire_put_64(out, rows->count);
    for (; prm__rows_next(rows, &row); keys += PRM_ROW_TEXTS)
        snapshot_put_posting(snapshot, &row, keys, out);
    prm__rows_free(rows);
    return PRM_OK;
}

/* ---- The whole ---- */

static size_t snapshot_sections(const prm__snapshot *snapshot)
{
    return snapshot->format == 1 ? PRM_SNAPSHOT_CLOSED : PRM_SNAPSHOT_SECTIONS;
}

/* The head, for sections that begin at `starts` and the end of the last. Their hashes are of what was
 * written, or of what is compared with, which is the same unless it differs anyway. */
static void snapshot_put_head(const prm__snapshot *snapshot, const size_t *starts, prm__wire_out *out)
{
    size_t total = starts[snapshot_sections(snapshot)];
    const char *base = out->to ? out->to : out->like;
    size_t sections = snapshot_sections(snapshot), end = PRM_SNAPSHOT_HEAD_OF(sections) - 8;
    bool there = base && total <= out->room;
    prm__wire_out head = *out;
    head.size = 0;
    prm__wire_put(&head, PRM_SNAPSHOT_MAGIC, 8);
    prm__wire_put_32(&head, snapshot->format);
    prm__wire_put_32(&head, ~snapshot->format);
    prm__wire_put_64(&head, snapshot->engine->program->hash);
    prm__wire_put_64(&head, total);
    for (size_t i = 0; i < sections; i++) {
        size_t size = starts[i + 1] - starts[i];
        prm__wire_put_64(&head, size);
        prm__wire_put_64(&head, there ? prm__hash_bytes(base + starts[i], size, i) : 0);
    }
    prm__wire_put_64(&head, there ? prm__hash_bytes(base, end, sections) : 0);
    out->differs = head.differs;
}

prm_status prm__snapshot_write(const prm__snapshot *snapshot, prm__wire_out *out)
{
    static prm_status (*const sections[])(const prm__snapshot *, prm__wire_out *) = {
        snapshot_put_state, snapshot_put_texts,    snapshot_put_events, snapshot_put_voids,
        prm__settled_put,   snapshot_put_postings, prm__shut_put,       prm__bases_put};
    size_t starts[PRM_SNAPSHOT_SECTIONS + 1], count = snapshot_sections(snapshot);
    out->size = PRM_SNAPSHOT_HEAD_OF(count);
    for (size_t i = 0; i < count; i++) {
        starts[i] = out->size;
        PRM_TRY(sections[i](snapshot, out));
    }
    starts[count] = out->size;
    snapshot_put_head(snapshot, starts, out);
    return PRM_OK;
}

prm_status prm__snapshot_bytes(const prm__snapshot *snapshot, prm__vec *bytes)
{
    prm__wire_out measured = {.to = NULL};
    PRM_TRY(prm__snapshot_write(snapshot, &measured));
    bytes->count = 0;
    PRM_TRY(prm__vec_reserve(bytes, measured.size));
    prm__wire_out out = {.to = bytes->data, .room = measured.size};
    PRM_TRY(prm__snapshot_write(snapshot, &out));
    bytes->count = out.size;
    return PRM_OK;
}

prm_status prm__snapshot_save(prm_engine *engine, prm__vec *bytes)
{
    prm__snapshot snapshot;
    prm_status status = prm__snapshot_init(&snapshot, engine);
    if (status == PRM_OK)
        status = prm__snapshot_bytes(&snapshot, bytes);
    prm__snapshot_free(&snapshot);
    return status;
}
