#include "engine/lifetime.h"
#include "engine/across.h"
#include "engine/amend.h"
#include "engine/branch.h"
#include "engine/checkpoint.h"
#include "engine/clock.h"
#include "engine/closed.h"
#include "engine/forward.h"
#include "engine/link.h"
#include "engine/need.h"
#include "engine/order.h"
#include "engine/plan.h"
#include "engine/settle.h"
#include "engine/subject.h"
#include <string.h>

/* Interns the program's texts, and notes which keys are types and field names. */
static prm_status lifetime_texts(prm_engine *engine)
{
    const prm_program *program = engine->program;
    engine->program_keys = prm__alloc_zeroed(&engine->alloc, program->texts_count, sizeof(uint32_t));
    if (!engine->program_keys)
        return PRM_E_MEMORY;
    for (uint32_t i = 0; i < program->texts_count; i++) {
        prm_text text = prm__program_text(program, i);
        engine->program_keys[i] = prm__intern_key(&engine->texts, text.data, text.size);
        if (!engine->program_keys[i])
            return PRM_E_MEMORY;
    }
    engine->empty_key = prm__intern_key(&engine->texts, "", 0);
    if (!engine->empty_key)
        return PRM_E_MEMORY; /* LCOV_EXCL_LINE the compiler gives every program the empty text */
    engine->known_keys = prm__intern_count(&engine->texts);
    engine->type_of_key = prm__alloc_get(&engine->alloc, engine->known_keys + 1, sizeof(uint32_t));
    engine->name_of_key = prm__alloc_get(&engine->alloc, engine->known_keys + 1, sizeof(uint32_t));
    if (!engine->type_of_key || !engine->name_of_key)
        return PRM_E_MEMORY;
    memset(engine->type_of_key, 0xFF, (engine->known_keys + 1) * sizeof(uint32_t));
    memset(engine->name_of_key, 0xFF, (engine->known_keys + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < program->types_count; i++)
        engine->type_of_key[engine->program_keys[program->types[i].text]] = i;
    for (uint32_t i = 0; i < program->names_count; i++)
        engine->name_of_key[engine->program_keys[program->names[i].text]] = i;
    return PRM_OK;
}

static uint32_t lifetime_width(uint32_t field_type)
{
    return field_type <= PRM_FIELD_BOOLEAN ? 4 : field_type <= PRM_FIELD_TIME ? 8 : 16;
}

/* Slots are sorted by width, so a walk in their order packs them. */
static void lifetime_layout(const prm_program *program, const prm__p_type *type, prm__layout *layout)
{
    memset(layout, 0, sizeof *layout);
    layout->amount_slot = PRM_NO_INDEX;
    uint32_t at = (uint32_t)sizeof(prm__event);
    for (uint32_t slot = 0; slot < type->slot_count; slot++) {
        const prm__p_slot *row = &program->slots[type->first_slot + slot];
        uint64_t bit = (uint64_t)1 << slot;
        uint32_t width = lifetime_width(row->field_type);
        if (row->required)
            layout->required |= bit;
        if (row->field_type == PRM_FIELD_TEXT)
            layout->texts |= bit;
        if (slot == 0 && type->role != PRM_ROLE_EVENT_VOIDED)
            continue; /* the partner stands in the head */
        if (width == 4)
            layout->narrow |= bit;
        else
            layout->mask_size = type->slot_count <= 32 ? 4 : 8;
        if (row->name == PRM_NAME_AMOUNT && row->field_type == PRM_FIELD_MONEY)
            layout->amount_slot = slot;
        layout->at[slot] = (uint16_t)at;
        at += width;
    }
    layout->mask_at = at;
    layout->id_at = at + layout->mask_size;
}

/* Where events of a type carry a subject's key, as byte offset, 0 for nowhere: only a
 * text does. */
static uint16_t lifetime_key_at(const prm_engine *engine, uint32_t type, uint32_t name)
{
    const prm_program *program = engine->program;
    uint32_t slot = prm__program_slot(program, type, name);
    if (slot == PRM_NO_INDEX)
        return 0;
    bool text = program->slots[program->types[type].first_slot + slot].field_type == PRM_FIELD_TEXT;
    return text ? engine->layouts[type].at[slot] : 0;
}

/* Which slots are by themselves the key of a subject. */
static void lifetime_key_slots(const prm_engine *engine, uint32_t type)
{
    const prm_program *program = engine->program;
    prm__layout *layout = &engine->layouts[type];
    memset(layout->kind, PRM_NO_KIND, sizeof layout->kind);
    for (uint32_t kind = PRM_KIND_REP; kind < program->kinds_count && kind < PRM_NO_KIND; kind++) {
        const prm__p_kind *row = &program->kinds[kind];
        uint32_t slot = row->key_count == 1 ? prm__program_slot(program, type, row->keys[0]) : PRM_NO_INDEX;
        if (slot != PRM_NO_INDEX && layout->at[slot] && layout->kind[slot] == PRM_NO_KIND)
            layout->kind[slot] = (uint8_t)kind;
    }
}

static void lifetime_types(prm_engine *engine)
{
    const prm_program *program = engine->program;
    for (uint32_t type = 0; type < program->types_count; type++) {
        const prm__p_type *row = &program->types[type];
        lifetime_layout(program, row, &engine->layouts[type]);
        if (row->voids != PRM_NO_INDEX)
            engine->type_is_target[row->voids] = 1;
        if (row->reduces != PRM_NO_INDEX)
            engine->type_is_target[row->reduces] = 1;
        lifetime_key_slots(engine, type);
        engine->layouts[type].types = program->types_count;
        for (uint32_t kind = 0; kind < program->kinds_count; kind++)
            for (uint32_t i = 0; i < program->kinds[kind].key_count; i++)
                engine->key_at[(type * (size_t)program->kinds_count + kind) * PRM_KIND_KEYS + i] =
                    lifetime_key_at(engine, type, program->kinds[kind].keys[i]);
    }
    prm__closed_layouts(engine);
}

static void lifetime_measures(prm_engine *engine)
{
    const prm_program *program = engine->program;
    for (uint32_t kind = 0; kind < program->kinds_count; kind++)
        engine->kind_measures[kind] = PRM_NO_INDEX;
    for (uint32_t i = program->measures_count; i-- > 0;) {
        uint32_t kind = program->measures[i].subject;
        engine->next_measure[i] = engine->kind_measures[kind];
        engine->kind_measures[kind] = i;
    }
}

/* An array of at least one element, so that an empty section is no failure. */
static void *lifetime_array(prm_engine *engine, size_t count, size_t size)
{
    return prm__alloc_zeroed(&engine->alloc, count ? count : 1, size);
}

/* Which slot has a field, for every type and name, unless that is too much. */
static prm_status lifetime_slots(prm_engine *engine)
{
    const prm_program *program = engine->program;
    size_t size = (size_t)program->types_count * program->names_count;
    if (size > PRM_SLOT_TABLE_MAX)
        return PRM_OK;
    engine->slot_of = lifetime_array(engine, size, 1);
    if (!engine->slot_of)
        return PRM_E_MEMORY;
    memset(engine->slot_of, PRM_NO_SLOT, size);
    for (uint32_t type = 0; type < program->types_count; type++) {
        const prm__p_type *row = &program->types[type];
        for (uint32_t slot = 0; slot < row->slot_count; slot++)
            engine->slot_of[(size_t)type * program->names_count +
                            program->slots[row->first_slot + slot].name] = (uint8_t)slot;
    }
    return PRM_OK;
}

static prm_status lifetime_tables(prm_engine *engine)
{
    const prm_program *program = engine->program;
    PRM_TRY(lifetime_slots(engine));
    size_t keys = (size_t)program->types_count * program->kinds_count * PRM_KIND_KEYS;
    engine->layouts = lifetime_array(engine, program->types_count * PRM_CLOSED_FORMS,
                                     sizeof *engine->layouts);
    engine->type_is_target = lifetime_array(engine, program->types_count, 1);
    engine->key_at = lifetime_array(engine, keys, sizeof *engine->key_at);
    engine->needs = lifetime_array(engine, keys / PRM_KIND_KEYS, sizeof *engine->needs);
    engine->plans = lifetime_array(engine, program->types_count, sizeof *engine->plans);
    engine->kind_measures = lifetime_array(engine, program->kinds_count, sizeof(uint32_t));
    engine->at_subjects = lifetime_array(engine, program->kinds_count, sizeof(uint32_t));
    engine->counted_for = lifetime_array(engine, program->kinds_count, sizeof(uint32_t));
    engine->taken = lifetime_array(engine, program->texts_count, sizeof *engine->taken);
    engine->next_measure = lifetime_array(engine, program->measures_count, sizeof(uint32_t));
    engine->counted = lifetime_array(engine, program->measures_count, sizeof(uint64_t));
    engine->group_best = lifetime_array(engine, program->texts_count, sizeof *engine->group_best);
    if (!engine->layouts || !engine->type_is_target || !engine->key_at || !engine->needs || !engine->plans ||
        !engine->kind_measures || !engine->at_subjects || !engine->next_measure || !engine->counted ||
        !engine->group_best || !engine->counted_for || !engine->taken)
        return PRM_E_MEMORY;
    lifetime_types(engine);
    lifetime_measures(engine);
    prm__need_init(engine);
    return prm__plan_init(engine);
}

static void lifetime_free_array(prm_engine *engine, void *array, size_t count, size_t size)
{
    if (array)
        prm__alloc_release(&engine->alloc, array, count ? count : 1, size);
}

static void lifetime_free_tables(prm_engine *engine)
{
    const prm_program *program = engine->program;
    size_t keys = (size_t)program->types_count * program->kinds_count * PRM_KIND_KEYS;
    lifetime_free_array(engine, engine->slot_of, (size_t)program->types_count * program->names_count, 1);
    lifetime_free_array(engine, engine->layouts, program->types_count * PRM_CLOSED_FORMS,
                        sizeof *engine->layouts);
    lifetime_free_array(engine, engine->type_is_target, program->types_count, 1);
    lifetime_free_array(engine, engine->key_at, keys, sizeof *engine->key_at);
    lifetime_free_array(engine, engine->needs, keys / PRM_KIND_KEYS, sizeof *engine->needs);
    lifetime_free_array(engine, engine->plans, program->types_count, sizeof *engine->plans);
    lifetime_free_array(engine, engine->kind_measures, program->kinds_count, sizeof(uint32_t));
    lifetime_free_array(engine, engine->at_subjects, program->kinds_count, sizeof(uint32_t));
    lifetime_free_array(engine, engine->counted_for, program->kinds_count, sizeof(uint32_t));
    lifetime_free_array(engine, engine->taken, program->texts_count, sizeof *engine->taken);
    lifetime_free_array(engine, engine->next_measure, program->measures_count, sizeof(uint32_t));
    lifetime_free_array(engine, engine->counted, program->measures_count, sizeof(uint64_t));
    lifetime_free_array(engine, engine->group_best, program->texts_count, sizeof *engine->group_best);
    prm__alloc_release(&engine->alloc, engine->program_keys, program->texts_count, sizeof(uint32_t));
    if (engine->type_of_key)
        prm__alloc_release(&engine->alloc, engine->type_of_key, engine->known_keys + 1, sizeof(uint32_t));
    if (engine->name_of_key)
        prm__alloc_release(&engine->alloc, engine->name_of_key, engine->known_keys + 1, sizeof(uint32_t));
}

static void lifetime_vecs(prm_engine *engine)
{
    prm__alloc *alloc = &engine->alloc;
    prm__vec_init(&engine->subjects.chunks, alloc, sizeof(char *));
    prm__vec_init_lines(&engine->partners, alloc, sizeof(prm__partner));
    prm__vec_init(&engine->partner_of_key, alloc, sizeof(uint32_t));
    prm__vec_init(&engine->text_fields, alloc, sizeof(prm__text_field));
    prm__vec_init(&engine->aims, alloc, sizeof(prm__aim));
    prm__vec_init(&engine->plan_takes, alloc, sizeof(prm__take));
    prm__vec_init(&engine->listeners, alloc, sizeof(prm__listener));
    prm__vec_init(&engine->due, alloc, sizeof(prm__due));
    prm__vec_init(&engine->touched, alloc, sizeof(prm__touched));
    prm__vec_init(&engine->passed, alloc, sizeof(prm__due));
    prm__vec_init(&engine->posts, alloc, sizeof(prm__order_item));
    prm__vec_init(&engine->order_items, alloc, sizeof(prm__order_item));
    prm__vec_init(&engine->sorting, alloc, sizeof(void *));
    prm__vec_init(&engine->identities, alloc, sizeof(uint32_t));
    prm__vec_init(&engine->entry_copy, alloc, sizeof(prm__entry));
    prm__vec_init(&engine->journal, alloc, sizeof(prm__posting));
    prm__vec_init(&engine->subject_list, alloc, sizeof(uint32_t));
}

static void lifetime_free_vecs(prm_engine *engine)
{
    prm__vec *const vecs[] = {
        &engine->partners,    &engine->partner_of_key, &engine->due,         &engine->touched,
        &engine->passed,      &engine->posts,          &engine->order_items, &engine->sorting,
        &engine->identities,  &engine->entry_copy,     &engine->journal,     &engine->subject_list,
        &engine->text_fields, &engine->aims,           &engine->plan_takes,  &engine->listeners};
    for (size_t i = 0; i < sizeof vecs / sizeof vecs[0]; i++)
        prm__vec_free(vecs[i]);
}

/* Rooms that look through the program once. */
static prm_status lifetime_rooms(prm_engine *engine)
{
    prm_status status = prm__clock_init(engine);
    prm_status across = prm__across_init(engine), forward = prm__forward_init(engine);
    if (status == PRM_OK)
        status = across;
    return status == PRM_OK ? forward : status;
}

prm_status prm__engine_new(prm_program *program, const prm_engine_options *options, prm_engine **out)
{
    prm__alloc alloc;
    prm__alloc_init(&alloc, options ? options->allocator : NULL);
    prm_engine *engine = prm__alloc_zeroed(&alloc, 1, sizeof *engine);
    if (!engine)
        return PRM_E_MEMORY;
    engine->alloc = alloc;
    engine->program = prm__program_ref(program);
    engine->clock_follows = options ? options->clock_follows : 1;
    engine->journal_first = 1;
    uint64_t seed = options ? options->hash_seed : 0;
    prm__intern_init(&engine->texts, &engine->alloc, seed);
    prm__intern_init(&engine->numbers, &engine->alloc, seed);
    prm__store_init(&engine->store, &engine->alloc, seed);
    prm__pool_init(&engine->pool, &engine->alloc);
    lifetime_vecs(engine);
    prm__written_init(&engine->written, &engine->alloc, options ? options->hash_seed : 0);
    prm__amend_init(engine);
    prm__link_init(engine);
    prm__settle_init(engine);
    prm__checkpoint_init(engine);
    prm__branch_init(engine);
    prm_status status = lifetime_rooms(engine);
    if (status == PRM_OK)
        status = lifetime_texts(engine);
    if (status == PRM_OK)
        status = lifetime_tables(engine);
    if (status == PRM_OK)
        status = prm__subjects_init(engine);
    if (status != PRM_OK) {
        prm__engine_free(engine);
        return status;
    }
    *out = engine;
    return PRM_OK;
}

/* All that an engine holds, but for its own block. */
static void lifetime_free_content(prm_engine *engine)
{
    prm__subjects_free(engine);
    prm__clock_free(engine);
    prm__across_free(engine);
    prm__forward_free(engine);
    prm__settle_free(engine);
    prm__checkpoint_free(engine);
    prm__branch_free(engine);
    prm__link_free(engine);
    prm__amend_free(engine);
    lifetime_free_vecs(engine);
    lifetime_free_tables(engine);
    prm__pool_free(&engine->pool);
    prm__store_free(&engine->store);
    prm__intern_free(&engine->numbers);
    prm__intern_free(&engine->texts);
    prm__written_free(&engine->written);
    prm__program_unref(engine->program);
}

static void lifetime_free_block(prm_engine *engine)
{
    if (!engine)
        return;
    prm__alloc alloc = engine->alloc;
    prm__alloc_release(&alloc, engine, 1, sizeof *engine);
}

void prm__engine_free(prm_engine *engine)
{
    if (!engine)
        return;
    lifetime_free_content(engine);
    lifetime_free_block(engine->shell);
    lifetime_free_block(engine);
}

/* Each room's parts point at the `alloc` of the block in which they were made. So that block stays:
 * what is made from now on counts its memory in one, what was made before in the other, and the sum
 * is right. */
void prm__engine_replace(prm_engine *engine, prm_engine *with)
{
    prm__alloc alloc = engine->alloc, with_alloc = with->alloc;
    prm_engine *former_shell = engine->shell;
    prm_engine former = *engine;
    *engine = *with;
    engine->alloc = alloc;
    engine->shell = with;
    *with = former;
    with->alloc = with_alloc;
    with->shell = NULL;
    lifetime_free_content(with);
    if (former_shell) {
        engine->alloc.held += former_shell->alloc.held;
        engine->alloc.held -= sizeof *former_shell;
        prm__alloc host = former_shell->alloc;
        prm__alloc_release(&host, former_shell, 1, sizeof *former_shell);
    }
}
