#include "state/replay.h"
#include "base/error.h"
#include "engine/answer.h"
#include "engine/ingest.h"
#include "engine/intake.h"
#include "state/roll.h"

#define PRM_REPLAY_BATCH 8192
#define PRM_REPLAY_FIELDS 32768
#define PRM_REPLAY_DIGITS 40

void prm__replay_init(prm__replay *replay, prm_engine *engine, prm_error *error)
{
    memset(replay, 0, sizeof *replay);
    replay->engine = engine;
    replay->error = error;
    prm__vec_init(&replay->events, &engine->alloc, sizeof(prm_event));
    prm__vec_init(&replay->fields, &engine->alloc, sizeof(prm_field));
    prm__vec_init(&replay->digits, &engine->alloc, PRM_REPLAY_DIGITS);
    prm__vec_init(&replay->answers, &engine->alloc, sizeof(prm_answer));
}

void prm__replay_free(prm__replay *replay)
{
    prm__vec_free(&replay->events);
    prm__vec_free(&replay->fields);
    prm__vec_free(&replay->digits);
    prm__vec_free(&replay->answers);
}

/* ---- Handing in ---- */

static prm_status replay_refuse(const prm__replay *replay, const prm_event *event, const prm_answer *answer)
{
    char why[256];
    prm__answer_explain(replay->engine, event, answer, why, sizeof why);
    return prm__error_set(replay->error, PRM_E_EVENT, "event %.*s: %s", (int)event->id_size,
                          event->id_size ? event->id : "", answer->diagnostic ? why : "it is there twice");
}

/* Vecs have moved while they grew, so what points into them is set at the end. */
static void replay_point(prm__replay *replay)
{
    prm_event *events = replay->events.data;
    prm_field *fields = replay->fields.data;
    char *digits = replay->digits.data;
    for (size_t i = 0; i < replay->fields.count; i++)
        if (fields[i].kind == PRM_VALUE_TEXT && fields[i].number) {
            fields[i].text = digits;
            fields[i].text_size = (size_t)fields[i].number;
            digits += PRM_REPLAY_DIGITS;
        }
    for (size_t i = 0; i < replay->events.count; i++) {
        events[i].fields = fields;
        fields += events[i].field_count;
    }
}

prm_status prm__replay_finish(prm__replay *replay)
{
    size_t count = replay->events.count;
    if (count == 0)
        return PRM_OK;
    replay->answers.count = 0;
    PRM_TRY(prm__vec_reserve(&replay->answers, count));
    PRM_TRY(prm__intern_open_notes(&replay->engine->texts));
    replay_point(replay);
    const prm_event *events = replay->events.data;
    prm_answer *answers = replay->answers.data;
    PRM_TRY(prm__ingest(replay->engine, events, count, replay->engine->clock, answers));
    for (size_t i = 0; i < count; i++) {
        if (answers[i].answer != PRM_ACCEPTED)
            return replay_refuse(replay, &events[i], &answers[i]);
        replay->dropped += answers[i].dropped;
    }
    replay->events.count = 0;
    replay->fields.count = 0;
    replay->digits.count = 0;
    return PRM_OK;
}

prm_status prm__replay_event(prm__replay *replay, uint32_t type, int64_t time, prm_text id)
{
    if (replay->events.count >= PRM_REPLAY_BATCH || replay->fields.count >= PRM_REPLAY_FIELDS)
        PRM_TRY(prm__replay_finish(replay));
    prm_event event = {.type = type, .id = id.data, .id_size = id.size, .time = time};
    return prm__vec_append(&replay->events, &event, 1);
}

static prm_status replay_field(prm__replay *replay, const prm_field *field)
{
    PRM_TRY(prm__vec_append(&replay->fields, field, 1));
    prm_event *events = replay->events.data;
    events[replay->events.count - 1].field_count++;
    return PRM_OK;
}

/* A text is made known first: then it need not outlive the call. */
prm_status prm__replay_text(prm__replay *replay, uint32_t name, prm_text text)
{
    prm_field field = {.field = name, .kind = PRM_VALUE_NAME};
    field.number = prm__intern_key(&replay->engine->texts, text.data, text.size);
    return field.number ? replay_field(replay, &field) : PRM_E_MEMORY;
}

prm_status prm__replay_number(prm__replay *replay, uint32_t name, uint32_t kind, int64_t number)
{
    prm_field field = {.field = name, .kind = kind, .number = number};
    return replay_field(replay, &field);
}

prm_status prm__replay_decimal(prm__replay *replay, uint32_t name, prm__decimal value)
{
    if (value == (int64_t)value)
        return prm__replay_number(replay, name, PRM_VALUE_E12, (int64_t)value);
    char *digits = prm__vec_push(&replay->digits);
    if (!digits)
        return PRM_E_MEMORY;
    prm_field field = {.field = name, .kind = PRM_VALUE_TEXT};
    field.number = (int64_t)prm__decimal_write(value, digits); /* its size until it is handed in */
    return replay_field(replay, &field);
}

/* ---- A whole engine ---- */

/* What the types and fields of one program are in another. */
typedef struct prm__replay_map {
    prm__replay *replay;
    prm_engine *from;
    uint32_t *types; /* by type: that of the same name, or PRM_NO_INDEX */
    uint32_t *names;
} prm__replay_map;

static prm_status replay_value(const prm__replay_map *map, const prm__view *view, uint32_t slot,
                               uint32_t name)
{
    prm__replay *replay = map->replay;
    const prm_engine *from = map->from;
    const void *at = prm__view_at(view, slot);
    uint32_t narrow = 0, kind = PRM_VALUE_INTEGER;
    int64_t middle = 0;
    prm__decimal wide;
    uint32_t field_type = from->program->slots[from->program->types[view->type].first_slot + slot].field_type;
    if (prm__intake_is_cleared(from, view, slot, field_type))
        return prm__replay_text(replay, name, (prm_text){"", 0});
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:
        memcpy(&narrow, at, sizeof narrow);
        return prm__replay_text(replay, name, prm__engine_text(from, narrow));
    case PRM_FIELD_BOOLEAN:
        memcpy(&narrow, at, sizeof narrow);
        return prm__replay_number(replay, name, PRM_VALUE_BOOLEAN, narrow == PRM_BOOLEAN_TRUE);
    case PRM_FIELD_INTEGER:
        break;
    case PRM_FIELD_MONEY:
        kind = PRM_VALUE_MINOR;
        break;
    case PRM_FIELD_TIME:
        kind = PRM_VALUE_TIME;
        break;
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        memcpy(&wide, at, sizeof wide);
        return prm__replay_decimal(replay, name, wide);
    }
    memcpy(&middle, at, sizeof middle);
    return prm__replay_number(replay, name, kind, middle);
}

/* `partner` is the name of the event's partner; empty for a void. */
static prm_status replay_event(const prm__replay_map *map, uint32_t handle, prm_text partner)
{
    const prm_engine *from = map->from;
    prm__view view;
    prm__engine_view(from, handle, &view);
    const prm__p_type *type = &from->program->types[view.type];
    if (map->types[view.type] == PRM_NO_INDEX) {
        map->replay->ignored++;
        return PRM_OK;
    }
    PRM_TRY(prm__replay_event(map->replay, map->types[view.type], view.event->time,
                              prm__engine_event_id(from, view.event)));
    if (partner.size)
        PRM_TRY(prm__replay_text(map->replay, PRM_NAME_PARTNER, partner));
    for (uint32_t slot = 0; slot < type->slot_count; slot++) {
        uint32_t name = map->names[from->program->slots[type->first_slot + slot].name];
        if (!prm__view_has(&view, slot))
            continue;
        if (name == PRM_NO_INDEX)
            map->replay->dropped++;
        else
            PRM_TRY(replay_value(map, &view, slot, name));
    }
    return PRM_OK;
}

static prm_status replay_roll(const prm__replay_map *map, const prm__roll *roll)
{
    for (size_t i = 0; i < roll->partners.count; i++) {
        const prm__partner *partner = prm__roll_partner(roll, i);
        const prm__entry *entries = prm__list_data(&map->from->pool, &partner->entries);
        for (uint32_t j = 0; j < partner->entries.count; j++)
            if (!entries[j].forwarded)
                PRM_TRY(replay_event(map, entries[j].event, prm__engine_text(map->from, partner->key)));
    }
    for (size_t i = 0; i < roll->voids.count; i++)
        PRM_TRY(replay_event(map, prm__roll_void(roll, i), (prm_text){NULL, 0}));
    return prm__replay_finish(map->replay);
}

static void replay_map_names(const prm__replay_map *map)
{
    const prm_program *from = map->from->program, *to = map->replay->engine->program;
    for (uint32_t i = 0; i < from->types_count; i++) {
        prm_text text = prm__program_text(from, from->types[i].text);
        map->types[i] = prm__program_find_type(to, text.data, text.size);
    }
    for (uint32_t i = 0; i < from->names_count; i++) {
        prm_text text = prm__program_text(from, from->names[i].text);
        map->names[i] = prm__program_find_name(to, text.data, text.size);
    }
}

prm_status prm__replay_engine(prm__replay *replay, prm_engine *from)
{
    prm__alloc *alloc = &replay->engine->alloc;
    size_t types = (size_t)from->program->types_count + 1, names = (size_t)from->program->names_count + 1;
    prm__replay_map map = {replay, from, NULL, NULL};
    prm__roll roll;
    map.types = prm__alloc_get(alloc, types, sizeof *map.types);
    map.names = prm__alloc_get(alloc, names, sizeof *map.names);
    prm_status status = prm__roll_init(&roll, from);
    if (!map.types || !map.names)
        status = PRM_E_MEMORY;
    if (status == PRM_OK) {
        replay_map_names(&map);
        status = replay_roll(&map, &roll);
    }
    prm__roll_free(&roll);
    if (map.types)
        prm__alloc_release(alloc, map.types, types, sizeof *map.types);
    if (map.names)
        prm__alloc_release(alloc, map.names, names, sizeof *map.names);
    return status;
}

prm_status prm__replay_settle(prm_engine *engine, int64_t clock, bool clock_follows, uint64_t next)
{
    PRM_TRY(prm__ingest(engine, NULL, 0, clock, NULL));
    prm__intern_close_notes(&engine->texts);
    prm__vec_free(&engine->journal);
    engine->journal_first = next;
    engine->clock_follows = clock_follows;
    return PRM_OK;
}
