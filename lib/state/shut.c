#include "state/shut.h"
#include "base/sort.h"
#include "engine/checkpoint.h"
#include "engine/closed.h"

#define SHUT_MARKS (PRM_EVENT_DEAD | PRM_EVENT_CLOSED)

/* ---- Which ---- */

static int shut_compare(const void *a, const void *b, const void *context)
{
    return prm__engine_compare_events(context, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Whether nothing can come of a void any more: it is settled, and what it names is, or is a void itself. */
static bool shut_is_done(const prm__snapshot *snapshot, uint32_t handle, bool *matches)
{
    const prm_engine *engine = snapshot->engine;
    prm__view view;
    prm__engine_view(engine, handle, &view);
    prm_text id = prm__engine_text(engine, prm__engine_view_text(engine, &view, PRM_NAME_EVENT));
    uint32_t target = prm__store_find(&engine->store, engine->layouts, id);
    if (view.event->time >= snapshot->closed || target == PRM_NO_INDEX)
        return false;
    const prm__event *event = prm__engine_event(engine, target);
    bool is_void = engine->program->types[event->type].role == PRM_ROLE_EVENT_VOIDED;
    *matches = is_void || event->marks & PRM_EVENT_VOIDED;
    return is_void || event->time < snapshot->closed;
}

static prm_status shut_new_voids(prm__snapshot *snapshot)
{
    prm__vec *voids = &snapshot->roll.voids;
    const uint32_t **all = voids->data;
    size_t open = 0;
    for (size_t i = 0; i < voids->count; i++) {
        bool matches;
        if (!shut_is_done(snapshot, *all[i], &matches)) {
            all[open++] = all[i];
            continue;
        }
        PRM_TRY(prm__vec_append(&snapshot->shut, &all[i], 1));
        snapshot->unmatched += !matches;
    }
    voids->count = open;
    return PRM_OK;
}

prm_status prm__shut_voids(prm__snapshot *snapshot)
{
    prm_engine *engine = snapshot->engine;
    uint32_t handle = engine->closed_voids;
    snapshot->unmatched = engine->closed_unmatched;
    PRM_TRY(prm__vec_reserve(&snapshot->shut_voids, engine->closed_void_count));
    for (uint32_t i = 0; i < engine->closed_void_count; i++) {
        PRM_TRY(prm__vec_append(&snapshot->shut_voids, &handle, 1));
        handle = prm__closed_next(engine, handle);
    }
    for (uint32_t i = 0; i < engine->closed_void_count; i++) {
        const uint32_t *at = prm__vec_at(&snapshot->shut_voids, i);
        PRM_TRY(prm__vec_append(&snapshot->shut, &at, 1));
    }
    if (!snapshot->closing)
        return PRM_OK;
    PRM_TRY(shut_new_voids(snapshot));
    PRM_TRY(prm__vec_reserve(&snapshot->shut, snapshot->shut.count));
    const void **items = snapshot->shut.data;
    if (snapshot->shut.count)
        prm__sort_pointers(items, items + snapshot->shut.count, snapshot->shut.count, shut_compare, engine);
    return PRM_OK;
}

/* The closed events of a partner: those that were closed before, and then what becomes it now. */
static prm_status shut_number_partner(prm__snapshot *snapshot, const prm__partner *partner)
{
    const prm_engine *engine = snapshot->engine;
    const prm__base *base = prm__checkpoint_base(engine, partner);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    uint32_t handle = base ? base->first : 0, count = 0;
    for (uint32_t i = 0; base && i < base->events; i++, count++) {
        PRM_TRY(prm__vec_append(&snapshot->shut_handles, &handle, 1));
        handle = prm__closed_next(engine, handle);
    }
    for (uint32_t i = 0; i < prm__snapshot_first(snapshot, partner); i++)
        if (!entries[i].forwarded) {
            PRM_TRY(prm__vec_append(&snapshot->shut_handles, &entries[i].event, 1));
            count++;
        }
    return prm__vec_append(&snapshot->shut_counts, &count, 1);
}

prm_status prm__shut_number(prm__snapshot *snapshot)
{
    const prm_engine *engine = snapshot->engine;
    PRM_TRY(prm__vec_reserve(&snapshot->named, engine->store.top));
    if (engine->store.top)
        memset(snapshot->named.data, 0, engine->store.top);
    char *named = snapshot->named.data;
    for (size_t i = 0; i < snapshot->roll.partners.count; i++) {
        const prm__partner *partner = prm__roll_partner(&snapshot->roll, i);
        PRM_TRY(shut_number_partner(snapshot, partner));
        for (uint32_t j = 0; j < prm__snapshot_base_outcomes(snapshot, partner); j++) {
            const prm__outcome *outcome = prm__snapshot_base_outcome(snapshot, partner, j);
            if (outcome->event != PRM_NONE)
                named[outcome->event] = 1;
        }
    }
    const uint32_t *handles = snapshot->shut_handles.data;
    for (uint32_t i = 0; i < snapshot->shut_handles.count; i++)
        PRM_VEC(snapshot->ordinal_of, uint32_t)[handles[i]] = i;
    return PRM_OK;
}

/* ---- Writing ---- */

static uint32_t shut_marks(const prm__snapshot *snapshot, uint32_t handle)
{
    bool named = PRM_VEC(snapshot->named, char)[handle] != 0;
    uint32_t marks = prm__engine_event(snapshot->engine, handle)->marks;
    return (marks & PRM_EVENT_DEAD) | (named ? PRM_EVENT_NAMED : PRM_EVENT_BRIEF);
}

static prm_status shut_name_event(prm__snapshot *snapshot, uint32_t handle)
{
    const prm_engine *engine = snapshot->engine;
    const prm__event *event = prm__engine_event(engine, handle);
    const prm__layout *layout = prm__store_layout(event, engine->layouts);
    for (uint64_t slots = prm__closed_slots(engine, event->type, shut_marks(snapshot, handle)); slots;
         slots &= slots - 1) {
        uint32_t key = prm__event_narrow(event, layout->at[(uint32_t)__builtin_ctzll(slots)]);
        if (key)
            PRM_TRY(prm__snapshot_name(snapshot, key));
    }
    return PRM_OK;
}

prm_status prm__shut_name(prm__snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->shut_counts.count; i++)
        if (PRM_VEC(snapshot->shut_counts, uint32_t)[i])
            PRM_TRY(prm__snapshot_name(snapshot, prm__roll_partner(&snapshot->roll, i)->key));
    for (size_t i = 0; i < snapshot->shut_handles.count; i++)
        PRM_TRY(shut_name_event(snapshot, PRM_VEC(snapshot->shut_handles, uint32_t)[i]));
    return PRM_OK;
}

static void shut_put_event(const prm__snapshot *snapshot, uint32_t handle, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    const prm__event *event = prm__engine_event(engine, handle);
    const prm__layout *layout = prm__store_layout(event, engine->layouts);
    uint32_t marks = shut_marks(snapshot, handle);
    prm_text id = prm__store_id(event, layout);
    prm__wire_put_64(out, (uint64_t)event->time);
    prm__wire_put_16(out, event->type);
    prm__wire_put_8(out, (uint8_t)marks);
    prm__wire_put_8(out, (uint8_t)id.size);
    prm__wire_put(out, id.data, id.size);
    prm__wire_put_64(out, prm__closed_content(engine, event));
    for (uint64_t slots = prm__closed_slots(engine, event->type, marks); slots; slots &= slots - 1) {
        uint32_t key = prm__event_narrow(event, layout->at[(uint32_t)__builtin_ctzll(slots)]);
        prm__wire_put_32(out, key ? prm__snapshot_place(snapshot, key) + 1 : 0);
    }
}

prm_status prm__shut_put(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const uint32_t *counts = snapshot->shut_counts.data, *handles = snapshot->shut_handles.data;
    const uint32_t *const *voids = snapshot->shut.data;
    uint32_t partners = 0;
    if (snapshot->closed == INT64_MIN)
        return PRM_OK;
    for (size_t i = 0; i < snapshot->shut_counts.count; i++)
        partners += counts[i] > 0;
    prm__wire_put_64(out, (uint64_t)snapshot->closed);
    prm__wire_put_64(out, snapshot->unmatched);
    prm__wire_put_32(out, partners);
    for (size_t i = 0; i < snapshot->shut_counts.count; i++) {
        if (!counts[i])
            continue;
        prm__wire_put_32(out, prm__snapshot_place(snapshot, prm__roll_partner(&snapshot->roll, i)->key));
        prm__wire_put_32(out, counts[i]);
        for (uint32_t j = 0; j < counts[i]; j++)
            shut_put_event(snapshot, *handles++, out);
    }
    prm__wire_put_32(out, (uint32_t)snapshot->shut.count);
    for (size_t i = 0; i < snapshot->shut.count; i++)
        shut_put_event(snapshot, *voids[i], out);
    return PRM_OK;
}

/* ---- Reading ---- */

#define SHUT_EVENT_LEAST 21 /* bytes */

uint32_t prm__shut_key(prm_engine *engine, const prm__vec *texts, uint32_t written, bool *sound)
{
    *sound = written <= texts->count;
    if (!*sound || !written)
        return 0;
    const prm_text *text = prm__vec_at(texts, written - 1);
    *sound = text->size <= PRM_LIMIT_TEXT_BYTES;
    return *sound ? prm__intern_key(&engine->texts, text->data, text->size) : 0;
}

static prm_status shut_take_event(prm_engine *engine, const prm__vec *texts, uint32_t partner,
                                  uint32_t *handle, prm__wire_in *in)
{
    prm__closed closed = {.partner = partner};
    closed.time = (int64_t)prm__wire_take_64(in);
    closed.type = (uint32_t)prm__wire_number(in, 2);
    closed.marks = (uint32_t)prm__wire_number(in, 1);
    closed.id.size = (size_t)prm__wire_number(in, 1);
    closed.id.data = prm__wire_take(in, closed.id.size);
    closed.content = prm__wire_take_64(in);
    uint32_t form = closed.marks & PRM_EVENT_CLOSED;
    if (in->short_of || closed.id.size == 0 || closed.time >= engine->closed || closed.time < -PRM_TIME_MAX ||
        closed.type >= engine->program->types_count || closed.marks & ~(uint32_t)SHUT_MARKS ||
        (form != PRM_EVENT_BRIEF && form != PRM_EVENT_NAMED) ||
        (engine->program->types[closed.type].role == PRM_ROLE_EVENT_VOIDED) != (partner == PRM_NONE))
        return PRM_E_STATE;
    for (uint64_t slots = prm__closed_slots(engine, closed.type, form); slots; slots &= slots - 1) {
        bool sound;
        uint32_t written = prm__wire_take_32(in);
        uint32_t key = prm__shut_key(engine, texts, written, &sound);
        if (in->short_of || !sound)
            return PRM_E_STATE;
        if (written && !key)
            return PRM_E_MEMORY;
        closed.texts[(uint32_t)__builtin_ctzll(slots)] = key;
    }
    return prm__closed_add(engine, &closed, handle);
}

/* `count` events in their order; *first is the handle of the first. */
static prm_status shut_take_events(prm_engine *engine, const prm__vec *texts, uint32_t partner,
                                   uint32_t count, prm__vec *handles, uint32_t *first, prm__wire_in *in)
{
    uint32_t last = PRM_NONE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t handle;
        PRM_TRY(shut_take_event(engine, texts, partner, &handle, in));
        if (last == PRM_NONE)
            *first = handle;
        else if (prm__engine_compare_events(engine, last, handle) >= 0)
            return PRM_E_STATE;
        last = handle;
        if (handles)
            PRM_TRY(prm__vec_append(handles, &handle, 1));
    }
    return PRM_OK;
}

static prm_status shut_take_partner(prm_engine *engine, const prm__vec *texts, prm__vec *handles,
                                    prm__vec *spans, prm__wire_in *in)
{
    bool sound;
    uint32_t place = prm__wire_take_32(in), count = prm__wire_take_32(in);
    if (in->short_of || place >= texts->count || count == 0 || count > in->left / SHUT_EVENT_LEAST ||
        ((const prm_text *)prm__vec_at(texts, place))->size == 0)
        return PRM_E_STATE;
    uint32_t key = prm__shut_key(engine, texts, place + 1, &sound);
    if (!key)
        return sound ? PRM_E_MEMORY : PRM_E_STATE;
    prm__shut_span *last = spans->count ? prm__vec_at(spans, spans->count - 1) : NULL;
    if (last && prm__bytes_compare(prm__engine_text(engine, prm__engine_partner(engine, last->partner)->key),
                                   prm__engine_text(engine, key)) >= 0)
        return PRM_E_STATE;
    prm__shut_span span = {prm__engine_partner_of(engine, key), 0, count};
    if (span.partner == PRM_NONE)
        return PRM_E_MEMORY;
    PRM_TRY(shut_take_events(engine, texts, span.partner, count, handles, &span.first, in));
    return prm__vec_append(spans, &span, 1);
}

prm_status prm__shut_take(prm_engine *engine, const prm__vec *texts, prm__vec *handles, prm__vec *spans,
                          prm__wire_in *in)
{
    if (in->left == 0)
        return PRM_OK;
    engine->closed = (int64_t)prm__wire_take_64(in);
    engine->closed_unmatched = prm__wire_take_64(in);
    uint32_t partners = prm__wire_take_32(in);
    if (in->short_of || engine->closed == INT64_MIN)
        return PRM_E_STATE;
    for (uint32_t i = 0; i < partners; i++)
        PRM_TRY(shut_take_partner(engine, texts, handles, spans, in));
    uint32_t voids = prm__wire_take_32(in);
    if (in->short_of || voids > in->left / SHUT_EVENT_LEAST || engine->closed_unmatched > voids)
        return PRM_E_STATE;
    engine->closed_void_count = voids;
    PRM_TRY(shut_take_events(engine, texts, PRM_NONE, voids, NULL, &engine->closed_voids, in));
    return in->left || in->short_of ? PRM_E_STATE : PRM_OK;
}
