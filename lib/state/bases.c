#include "state/bases.h"
#include "base/sort.h"
#include "catalog/keyset.h"
#include "engine/checkpoint.h"
#include "engine/journey.h"
#include "engine/link.h"
#include "engine/measure.h"
#include "engine/subject.h"

/* A subject of the partner that is written. */
typedef struct bases_subject {
    uint32_t handle;
    uint32_t rates;
    uint32_t flags;
    const char *record; /* NULL: it is empty, but something names it */
    prm__wire_in more;  /* what its measures hold besides */
} bases_subject;

/* A writer: its first walk names texts, the others write. */
typedef struct bases_writer {
    const prm__snapshot *snapshot;
    prm__snapshot *naming;
    const prm_engine *engine;
    prm__wire_out *out;
    prm__vec now;      /* of char: what a partner knows that is being closed */
    prm__vec subjects; /* of bases_subject: the partner's */
    prm__vec order;    /* of const bases_subject *: these in order */
    prm__vec pointers; /* of const void *: the same of what follows */
    prm__vec entries;  /* of prm__keyset_entry: of a set */
    prm__vec agenda;   /* of prm__agenda */
    prm__vec lasts;    /* of prm__base_last */
    prm__vec last_of;  /* of uint32_t: by text key, the place + 1 among these, or 0 */
    prm__vec roster;   /* of uint32_t */
    prm__vec
        place_of; /* of uint32_t: by handle, the subject's place + 1 in its partner's order; 0: not named */
    prm_status status;
} bases_writer;

bool prm__bases_has_texts(const prm_program *program, uint32_t measure)
{
    const prm__p_measure *row = &program->measures[measure];
    if (prm__catalog_measure(row->kind)->field == PRM_MEASURE_REP_FIELD)
        return true;
    for (uint32_t type = 0; type < program->types_count; type++)
        for (uint32_t i = 0; i < program->types[type].route_count; i++) {
            uint32_t slot = PRM_NO_INDEX;
            if (program->routes[program->types[type].first_route + i].measure == measure)
                slot = prm__program_slot(program, type, row->name);
            if (slot != PRM_NO_INDEX)
                return program->slots[program->types[type].first_slot + slot].field_type == PRM_FIELD_TEXT;
        }
    return false;
}

/* ---- Parts ---- */

static void bases_fail(bases_writer *writer, prm_status status)
{
    if (writer->status == PRM_OK)
        writer->status = status;
}

static void bases_put_text(bases_writer *writer, uint32_t key)
{
    if (writer->naming && key)
        bases_fail(writer, prm__snapshot_name(writer->naming, key));
    prm__wire_put_32(writer->out,
                     key && !writer->naming ? prm__snapshot_place(writer->snapshot, key) + 1 : 0);
}

static void bases_put_time(bases_writer *writer, int64_t time)
{
    prm__wire_put_64(writer->out, (uint64_t)time);
}

static void bases_put_decimal(bases_writer *writer, prm__decimal value)
{
    prm__wire_put_64(writer->out, (uint64_t)value);
    prm__wire_put_64(writer->out, (uint64_t)(value >> 64));
}

/* Whether there is anything in a part, which is said first. */
static bool bases_put_any(bases_writer *writer, bool any)
{
    prm__wire_put_8(writer->out, any);
    return any;
}

static bool bases_any(const void *part, size_t size)
{
    const char *bytes = part;
    bool any = false;
    for (size_t i = 0; i < size; i++)
        any |= bytes[i] != 0;
    return any;
}

/* Sorts items by pointers, which has room for them; NULL when memory ran out. */
static const void **bases_sort(bases_writer *writer, const prm__vec *items, prm__vec *room,
                               prm__compare *compare)
{
    bases_fail(writer, prm__vec_reserve(room, items->count * 2 + 1));
    if (writer->status != PRM_OK)
        return NULL;
    const void **pointers = room->data;
    for (size_t i = 0; i < items->count; i++)
        pointers[i] = prm__vec_at(items, i);
    if (items->count)
        prm__sort_pointers(pointers, pointers + items->count, items->count, compare, writer);
    return pointers;
}

/* ---- Measures ---- */

static int bases_compare_texts(const void *a, const void *b, const void *context)
{
    const bases_writer *writer = context;
    return prm__bytes_compare(prm__engine_text(writer->engine, *(const uint32_t *)a),
                              prm__engine_text(writer->engine, *(const uint32_t *)b));
}

static prm__decimal bases_number(const prm_engine *engine, uint32_t key)
{
    prm__decimal number;
    memcpy(&number, prm__intern_text(&engine->numbers, key).data, sizeof number);
    return number;
}

static int bases_compare_numbers(const void *a, const void *b, const void *context)
{
    const bases_writer *writer = context;
    prm__decimal left = bases_number(writer->engine, *(const uint32_t *)a);
    prm__decimal right = bases_number(writer->engine, *(const uint32_t *)b);
    return left < right ? -1 : left > right;
}

static void bases_put_key(bases_writer *writer, uint32_t key, bool texts)
{
    if (texts)
        bases_put_text(writer, key);
    else
        bases_put_decimal(writer, bases_number(writer->engine, key));
}

/* A set of keys, of which those in a table lie at `table`. */
static void bases_put_set(bases_writer *writer, const prm__keyset *set, const char *table, bool texts)
{
    prm__keyset_entry only = {set->key_or_class, set->times};
    writer->entries.count = 0;
    if (!table && set->count)
        bases_fail(writer, prm__vec_append(&writer->entries, &only, 1));
    for (uint32_t i = 0; table && i < PRM_KEYSET_PLACES(set->key_or_class); i++) {
        memcpy(&only, table + i * sizeof only, sizeof only);
        if (only.key)
            bases_fail(writer, prm__vec_append(&writer->entries, &only, 1));
    }
    const void **sorted = bases_sort(writer, &writer->entries, &writer->pointers,
                                     texts ? bases_compare_texts : bases_compare_numbers);
    prm__wire_put_32(writer->out, (uint32_t)writer->entries.count);
    for (size_t i = 0; sorted && i < writer->entries.count; i++) {
        const prm__keyset_entry *entry = sorted[i];
        bases_put_key(writer, entry->key, texts);
        prm__wire_put_32(writer->out, entry->times);
    }
}

static void bases_put_shape(bases_writer *writer, const char *shape, const char *at)
{
    for (; *shape; shape++) {
        prm__decimal value;
        uint64_t word;
        if (*shape == 'd' || *shape == 'v') {
            memcpy(&value, at, sizeof value);
            bases_put_decimal(writer, value);
            at += sizeof value;
            continue;
        }
        memcpy(&word, at, sizeof word);
        if (*shape != '-')
            prm__wire_put_64(writer->out, word);
        at += sizeof word;
    }
}

/* The events in a rolling window, the oldest first. */
static void bases_put_queue(bases_writer *writer, const prm__measure_state *state, const char *block,
                            bool keyed, bool texts)
{
    uint32_t room = block ? (16U << state->queue_class) / (uint32_t)sizeof(prm__queued) : 0;
    prm__wire_put_32(writer->out, state->queue_count);
    for (uint32_t i = 0; block && i < state->queue_count; i++) {
        prm__queued queued;
        memcpy(&queued, block + ((state->queue_head + i) & (room - 1)) * sizeof queued, sizeof queued);
        bases_put_time(writer, queued.end);
        if (keyed)
            bases_put_key(writer, queued.key, texts);
        else
            bases_put_decimal(writer, queued.number);
    }
}

static void bases_put_measure(bases_writer *writer, uint32_t measure, const char *at, prm__wire_in *more)
{
    const prm_program *program = writer->engine->program;
    const prm__p_measure *row = &program->measures[measure];
    const prm__measure_def *def = prm__catalog_measure(row->kind);
    bool rolling = prm__catalog_window(program->windows[row->window].kind)->rolling;
    prm__measure_state state;
    prm__keyset set = {0, 0, 0, 0};
    memcpy(&state, at, sizeof state);
    if (def->keyed)
        memcpy(&set, at + sizeof state, sizeof set);
    const char *block = state.queue ? prm__wire_take(more, (size_t)PRM_POOL_UNIT << state.queue_class) : NULL;
    const char *table = set.block ? prm__wire_take(more, (size_t)PRM_POOL_UNIT << set.key_or_class) : NULL;
    if (rolling && !state.queue_count)
        state.end = 0;
    bool any = state.window_start || state.end || state.queue_count ||
               bases_any(at + sizeof state, def->state_size);
    if (!bases_put_any(writer, any))
        return;
    bool texts = def->keyed && prm__bases_has_texts(program, measure);
    bases_put_time(writer, state.window_start);
    if (rolling) {
        bases_put_queue(writer, &state, block, def->keyed, texts);
    } else {
        bases_put_time(writer, state.end);
        prm__wire_put_32(writer->out, state.queue_count);
    }
    if (def->keyed)
        bases_put_set(writer, &set, table, texts);
    else
        bases_put_shape(writer, def->shape, at + sizeof state);
}

/* Passes by what the measures of a subject hold besides its record. */
static void bases_skip_measures(const prm_engine *engine, uint32_t kind, const char *record, prm__wire_in *in)
{
    for (uint32_t i = engine->kind_measures[kind]; i != PRM_NO_INDEX; i = engine->next_measure[i]) {
        const prm__p_measure *row = &engine->program->measures[i];
        prm__measure_state state;
        prm__keyset set = {0, 0, 0, 0};
        memcpy(&state, record + row->offset, sizeof state);
        if (prm__catalog_measure(row->kind)->keyed)
            memcpy(&set, record + row->offset + sizeof state, sizeof set);
        if (state.queue)
            (void)prm__wire_take(in, (size_t)PRM_POOL_UNIT << state.queue_class);
        if (set.block)
            (void)prm__wire_take(in, (size_t)PRM_POOL_UNIT << set.key_or_class);
    }
}

/* ---- The record of a subject ---- */

static void bases_put_rules(bases_writer *writer, uint32_t kind, const char *record)
{
    const prm_program *program = writer->engine->program;
    for (uint32_t i = 0; i < program->rules_count; i++) {
        const prm__p_rule *rule = &program->rules[i];
        prm__rule_more state = {.reached = 0};
        prm__limit_state limit;
        size_t size = prm__form_has_more(rule->form) ? sizeof state : sizeof state.base;
        if (rule->subject == kind) {
            memcpy(&state, record + rule->offset, size);
            if (bases_put_any(writer, bases_any(&state, sizeof state))) {
                bases_put_time(writer, state.base.fired);
                bases_put_time(writer, state.base.end);
                for (const int64_t *at = &state.reached; size == sizeof state && at <= &state.noted; at++)
                    bases_put_time(writer, *at);
            }
        }
        if (rule->limit_times && rule->limit_kind == kind) {
            memcpy(&limit, record + rule->limit_offset, sizeof limit);
            if (bases_put_any(writer, bases_any(&limit, sizeof limit))) {
                bases_put_time(writer, limit.window_start);
                prm__wire_put_64(writer->out, limit.grants);
            }
        }
    }
}

static void bases_put_head(bases_writer *writer, uint32_t kind, const char *record)
{
    const prm_program *program = writer->engine->program;
    const prm__p_commission *commission = &program->head->commission;
    if (commission->present && commission->window != PRM_NO_INDEX && commission->kind == kind) {
        int64_t end;
        memcpy(&end, record + commission->window_offset, sizeof end);
        bases_put_time(writer, end);
    }
    if (commission->present && program->brackets_count && commission->bracket_kind == kind) {
        prm__bracket_state bracket;
        memcpy(&bracket, record + commission->bracket_offset, sizeof bracket);
        bases_put_time(writer, bracket.window_start);
        bases_put_decimal(writer, bracket.sum);
    }
    if (program->head->ranks.present && kind == PRM_KIND_PARTNER) {
        prm__rank_state rank;
        memcpy(&rank, record + program->head->ranks.offset, sizeof rank);
        prm__wire_put_32(writer->out, rank.level);
        prm__wire_put_32(writer->out, rank.failures);
    }
}

/* Attributes, and when a rep has left, lie behind the record. */
static void bases_put_attributes(bases_writer *writer, uint32_t kind, const char *at)
{
    const prm_engine *engine = writer->engine;
    uint32_t count = kind <= PRM_KIND_REP ? engine->attribute_counts[kind] : 0;
    for (uint32_t i = 0; i < count; i++, at += sizeof(prm__attribute_state)) {
        prm__attribute_state state;
        memcpy(&state, at, sizeof state);
        if (!bases_put_any(writer, state.present != 0))
            continue;
        bases_put_decimal(writer, state.number);
        bases_put_text(writer, state.key);
    }
    int64_t left;
    if (kind == PRM_KIND_REP && engine->has_clock) {
        memcpy(&left, at, sizeof left);
        bases_put_time(writer, left);
    }
}

static void bases_put_record(bases_writer *writer, uint32_t kind, bases_subject *subject)
{
    const prm_engine *engine = writer->engine;
    const prm_program *program = engine->program;
    prm__wire_in more = subject->more;
    const char *record = subject->record;
    for (uint32_t i = 0; i < program->anchors_count; i++) {
        prm__anchor_state state;
        if (program->anchors[i].kind != kind)
            continue;
        memcpy(&state, record + program->anchors[i].offset, sizeof state);
        if (bases_put_any(writer, state.set != 0))
            bases_put_time(writer, state.time);
    }
    for (uint32_t i = engine->kind_measures[kind]; i != PRM_NO_INDEX; i = engine->next_measure[i])
        bases_put_measure(writer, i, record + program->measures[i].offset, &more);
    bases_put_rules(writer, kind, record);
    bases_put_head(writer, kind, record);
    bases_put_attributes(writer, kind, record + program->kinds[kind].record_size);
}

/* ---- The subjects of a partner ---- */

static int bases_compare_subjects(const void *a, const void *b, const void *context)
{
    const bases_writer *writer = context;
    const prm__subject *left = prm__subject_at(writer->engine, ((const bases_subject *)a)->handle);
    const prm__subject *right = prm__subject_at(writer->engine, ((const bases_subject *)b)->handle);
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    for (uint32_t i = 0; i < writer->engine->program->kinds[left->kind].key_count; i++)
        if (left->keys[i] != right->keys[i])
            return prm__bytes_compare(prm__engine_text(writer->engine, left->keys[i]),
                                      prm__engine_text(writer->engine, right->keys[i]));
    return 0;
}

static void bases_add_subject(bases_writer *writer, const bases_subject *subject)
{
    uint32_t *place = PRM_VEC(writer->place_of, uint32_t) + subject->handle;
    if (*place || writer->status != PRM_OK)
        return;
    *place = 1;
    bases_fail(writer, prm__vec_append(&writer->subjects, subject, 1));
}

/* All that something names: what the fold knows, the agenda, or an outcome. Gives them in order. */
static const void **bases_subjects(bases_writer *writer, const prm__partner *partner,
                                   const prm__checkpoint_head *head, const char *agenda, prm__wire_in *in)
{
    const prm_engine *engine = writer->engine;
    writer->subjects.count = 0;
    for (uint32_t i = 0; i < head->subjects; i++) {
        prm__checkpoint_subject one;
        const char *from = prm__wire_take(in, sizeof one);
        memcpy(&one, from, sizeof one);
        uint32_t kind = prm__subject_at(engine, one.handle)->kind;
        bases_subject subject = {one.handle, one.rates, one.flags, NULL, {NULL, 0, false}};
        subject.record = prm__wire_take(in, engine->subjects.sizes[kind] - sizeof(prm__subject));
        subject.more = *in;
        bases_skip_measures(engine, kind, subject.record, in);
        bases_add_subject(writer, &subject);
    }
    for (uint32_t i = 0; i < head->agenda; i++) {
        prm__agenda item;
        memcpy(&item, agenda + i * sizeof item, sizeof item);
        bases_subject subject = {.handle = item.subject};
        if (item.subject != PRM_NONE)
            bases_add_subject(writer, &subject);
    }
    for (uint32_t i = 0; i < prm__snapshot_base_outcomes(writer->snapshot, partner); i++) {
        bases_subject subject = {.handle = prm__snapshot_base_outcome(writer->snapshot, partner, i)->subject};
        if (subject.handle != PRM_NONE)
            bases_add_subject(writer, &subject);
    }
    const void **sorted = bases_sort(writer, &writer->subjects, &writer->order, bases_compare_subjects);
    for (uint32_t i = 0; sorted && i < writer->subjects.count; i++)
        PRM_VEC(writer->place_of, uint32_t)[((const bases_subject *)sorted[i])->handle] = i + 1;
    return sorted;
}

/* The chains of rates of a subject, by the newest of each. */
static void bases_put_chains(bases_writer *writer, const prm__partner *partner, uint32_t rates)
{
    uint32_t count = 0;
    for (uint32_t at = rates; at;
         at = prm__snapshot_base_outcome(writer->snapshot, partner, at - 1)->more.rate.next_chain)
        count++;
    prm__wire_put_32(writer->out, count);
    for (uint32_t at = rates; at;
         at = prm__snapshot_base_outcome(writer->snapshot, partner, at - 1)->more.rate.next_chain)
        prm__wire_put_32(writer->out, at - 1);
}

static void bases_put_subjects(bases_writer *writer, const prm__partner *partner, const void **sorted)
{
    const prm_engine *engine = writer->engine;
    prm__wire_put_32(writer->out, (uint32_t)writer->subjects.count);
    for (size_t i = 0; i < writer->subjects.count; i++) {
        bases_subject one = *(const bases_subject *)sorted[i];
        const prm__subject *subject = prm__subject_at(engine, one.handle);
        prm__wire_put_16(writer->out, subject->kind);
        for (uint32_t j = 0; j < engine->program->kinds[subject->kind].key_count; j++)
            bases_put_text(writer, subject->keys[j]);
        prm__wire_put_8(writer->out, (uint8_t)one.flags);
        bases_put_chains(writer, partner, one.rates);
        if (bases_put_any(writer, one.record != NULL))
            bases_put_record(writer, subject->kind, &one);
    }
}

/* ---- Agenda, roster, outcomes ---- */

static int bases_compare_agenda(const void *a, const void *b, const void *context)
{
    const prm__agenda *left = a, *right = b;
    (void)context;
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    return left->subject < right->subject ? -1 : left->subject > right->subject;
}

static void bases_put_agenda(bases_writer *writer, const char *agenda, uint32_t count)
{
    writer->agenda.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        prm__agenda item;
        memcpy(&item, agenda + i * sizeof item, sizeof item);
        item.subject = item.subject == PRM_NONE ? 0 : PRM_VEC(writer->place_of, uint32_t)[item.subject];
        bases_fail(writer, prm__vec_append(&writer->agenda, &item, 1));
    }
    const void **sorted = bases_sort(writer, &writer->agenda, &writer->pointers, bases_compare_agenda);
    prm__wire_put_32(writer->out, count);
    for (uint32_t i = 0; sorted && i < count; i++) {
        const prm__agenda *item = sorted[i];
        bases_put_time(writer, item->time);
        prm__wire_put_32(writer->out, item->rule);
        prm__wire_put_32(writer->out, item->subject);
    }
}

static void bases_put_roster(bases_writer *writer, const char *roster, uint32_t count)
{
    writer->roster.count = 0;
    if (count)
        bases_fail(writer, prm__vec_append(&writer->roster, roster, count));
    const void **sorted = bases_sort(writer, &writer->roster, &writer->pointers, bases_compare_texts);
    prm__wire_put_32(writer->out, count);
    for (uint32_t i = 0; sorted && i < count; i++)
        bases_put_text(writer, *(const uint32_t *)sorted[i]);
}

static void bases_note_last(bases_writer *writer, uint32_t rep, int64_t time)
{
    uint32_t *place = PRM_VEC(writer->last_of, uint32_t) + rep;
    prm__base_last last = {rep, 0, time};
    if (*place) {
        ((prm__base_last *)prm__vec_at(&writer->lasts, *place - 1))->time = time;
        return;
    }
    bases_fail(writer, prm__vec_append(&writer->lasts, &last, 1));
    *place = writer->status == PRM_OK ? (uint32_t)writer->lasts.count : 0;
}

/* Those of the base, and what becomes settled now. */
static void bases_collect_lasts(bases_writer *writer, const prm__partner *partner)
{
    const prm_engine *engine = writer->engine;
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    const prm__vec *before = prm__checkpoint_base(engine, partner) ? prm__checkpoint_lasts(engine, partner)
                                                                   : NULL;
    writer->lasts.count = 0;
    for (size_t i = 0; before && i < before->count; i++) {
        const prm__base_last *last = prm__vec_at(before, i);
        bases_note_last(writer, last->rep, last->time);
    }
    for (uint32_t i = 0; i < prm__snapshot_first(writer->snapshot, partner); i++) {
        const prm__event *event = prm__engine_event(engine, entries[i].event);
        uint32_t keys[PRM_KIND_KEYS];
        if (!prm__journey_is_activity(engine, &entries[i]))
            continue;
        bases_note_last(writer, 0, event->time);
        if (prm__subject_keys(engine, event, PRM_KIND_REP, keys))
            bases_note_last(writer, keys[0], event->time);
    }
}

/* When the partner and each of its reps were last active. */
static void bases_put_lasts(bases_writer *writer, const prm__partner *partner)
{
    bases_collect_lasts(writer, partner);
    const void **sorted = bases_sort(writer, &writer->lasts, &writer->pointers, bases_compare_texts);
    prm__wire_put_32(writer->out, (uint32_t)writer->lasts.count);
    for (size_t i = 0; sorted && i < writer->lasts.count; i++) {
        const prm__base_last *last = sorted[i];
        bases_put_text(writer, last->rep);
        bases_put_time(writer, last->time);
        PRM_VEC(writer->last_of, uint32_t)[last->rep] = 0;
    }
}

static void bases_put_outcome(bases_writer *writer, const prm__outcome *outcome)
{
    const prm__snapshot *snapshot = writer->snapshot;
    bool has_event = outcome->event != PRM_NONE;
    prm__wire_put_8(writer->out, outcome->kind);
    prm__wire_put_8(writer->out, outcome->by_event);
    prm__wire_put_16(writer->out, outcome->action);
    prm__wire_put_32(writer->out, outcome->rule);
    prm__wire_put_32(writer->out, outcome->subject == PRM_NONE
                                      ? 0
                                      : PRM_VEC(writer->place_of, uint32_t)[outcome->subject]);
    prm__wire_put_32(writer->out,
                     has_event ? PRM_VEC(snapshot->ordinal_of, uint32_t)[outcome->event] + 1 : 0);
    prm__wire_put_32(writer->out, outcome->ordinal);
    prm__wire_put_32(writer->out, outcome->level);
    bases_put_text(writer, outcome->to_partner);
    bases_put_text(writer, outcome->to_rep);
    bases_put_time(writer, outcome->occasion);
    prm__wire_put_64(writer->out, (uint64_t)outcome->number);
    bases_put_time(writer, outcome->at);
    bases_put_time(writer, outcome->from);
    bases_put_time(writer, outcome->until);
    switch (prm__bases_more_of(writer->engine->program, outcome->rule, outcome->action)) {
    case PRM_BASES_RATE:
        prm__wire_put_32(writer->out, outcome->more.rate.older);
        break;
    case PRM_BASES_CLAIM:
        prm__wire_put_64(writer->out, (uint64_t)outcome->more.claim.wanted);
        prm__wire_put_8(writer->out, (uint8_t)outcome->more.claim.latent);
        break;
    case PRM_BASES_AMOUNT:
        bases_put_decimal(writer, outcome->more.base);
        break;
    }
}

/* ---- A partner ---- */

static void bases_put_links(bases_writer *writer, const prm__partner *partner,
                            const prm__checkpoint_head *head)
{
    const prm_engine *engine = writer->engine;
    const prm__base *base = prm__checkpoint_base(engine, partner);
    uint32_t unmatched = base ? base->unmatched : 0, left = base ? base->left : 0,
             parent = base ? base->parent : 0;
    if (writer->snapshot->closing) {
        unmatched += partner->unmatched;
        left = prm__link_has_left(engine, partner->key, writer->snapshot->closed - 1);
        parent = prm__link_parent(engine, partner->key, writer->snapshot->closed - 1);
    }
    prm__wire_put_8(writer->out, (uint8_t)left);
    bases_put_text(writer, parent);
    bases_put_text(writer, head->referrer);
    bases_put_text(writer, head->parent);
    prm__wire_put_32(writer->out, unmatched);
}

static void bases_put_partner(bases_writer *writer, const prm__partner *partner)
{
    const prm_engine *engine = writer->engine;
    prm_text bytes = {NULL, 0};
    if (writer->snapshot->closing) {
        bases_fail(writer, prm__checkpoint_now(engine, partner, &writer->now));
        bytes = (prm_text){writer->now.data, writer->now.count};
    } else {
        bytes = prm__checkpoint_base_bytes(engine, partner);
    }
    if (writer->status != PRM_OK)
        return;
    prm__wire_in in = {bytes.data, bytes.size, false};
    prm__checkpoint_head head;
    memcpy(&head, prm__wire_take(&in, sizeof head), sizeof head);
    const char *roster = prm__wire_take(&in, head.roster * sizeof(uint32_t));
    const char *agenda = prm__wire_take(&in, head.agenda * sizeof(prm__agenda));
    const void **sorted = bases_subjects(writer, partner, &head, agenda, &in);
    if (!sorted || writer->status != PRM_OK)
        return;
    bases_put_text(writer, partner->key);
    prm__wire_put_8(writer->out, (uint8_t)(head.flags & PRM_PARTNER_LEFT ? 1 : 0) |
                                     (uint8_t)(head.flags & PRM_PARTNER_EXISTS ? 2 : 0));
    bases_put_links(writer, partner, &head);
    bases_put_time(writer, head.last_time);
    bases_put_time(writer, head.asked_at);
    bases_put_time(writer, head.clocked);
    bases_put_time(writer, head.boundary);
    uint32_t outcomes = prm__snapshot_base_outcomes(writer->snapshot, partner);
    prm__wire_put_32(writer->out, outcomes);
    bases_put_subjects(writer, partner, sorted);
    for (uint32_t i = 0; i < outcomes; i++)
        bases_put_outcome(writer, prm__snapshot_base_outcome(writer->snapshot, partner, i));
    bases_put_agenda(writer, agenda, head.agenda);
    bases_put_roster(writer, roster, head.roster);
    bases_put_lasts(writer, partner);
    for (size_t i = 0; i < writer->subjects.count; i++)
        PRM_VEC(writer->place_of, uint32_t)
    [((const bases_subject *)prm__vec_at(&writer->subjects, i))->handle] = 0;
}

static void bases_put_all(bases_writer *writer)
{
    const prm__snapshot *snapshot = writer->snapshot;
    prm_engine *engine = snapshot->engine;
    uint32_t partners = 0, units = engine->subjects.top;
    bases_fail(writer, prm__vec_reserve(&writer->place_of, units));
    if (writer->status == PRM_OK && units)
        memset(writer->place_of.data, 0, units * sizeof(uint32_t));
    size_t keys = (size_t)prm__intern_count(&engine->texts) + 1;
    bases_fail(writer, prm__vec_reserve(&writer->last_of, keys));
    if (writer->status == PRM_OK)
        memset(writer->last_of.data, 0, keys * sizeof(uint32_t));
    for (size_t i = 0; i < snapshot->roll.partners.count; i++)
        partners += prm__snapshot_has_base(snapshot, prm__roll_partner(&snapshot->roll, i));
    prm__wire_put_32(writer->out, partners);
    for (size_t i = 0; i < snapshot->roll.partners.count && writer->status == PRM_OK; i++) {
        const prm__partner *partner = prm__roll_partner(&snapshot->roll, i);
        if (prm__snapshot_has_base(snapshot, partner))
            bases_put_partner(writer, partner);
    }
}

static prm_status bases_walk(const prm__snapshot *snapshot, prm__snapshot *naming, prm__wire_out *out)
{
    prm_engine *engine = snapshot->engine;
    bases_writer writer = {.snapshot = snapshot, .naming = naming, .engine = engine, .out = out};
    if (snapshot->closed == INT64_MIN)
        return PRM_OK;
    prm__vec_init(&writer.now, &engine->alloc, 1);
    prm__vec_init(&writer.subjects, &engine->alloc, sizeof(bases_subject));
    prm__vec_init(&writer.pointers, &engine->alloc, sizeof(void *));
    prm__vec_init(&writer.place_of, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&writer.order, &engine->alloc, sizeof(void *));
    prm__vec_init(&writer.entries, &engine->alloc, sizeof(prm__keyset_entry));
    prm__vec_init(&writer.agenda, &engine->alloc, sizeof(prm__agenda));
    prm__vec_init(&writer.roster, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&writer.lasts, &engine->alloc, sizeof(prm__base_last));
    prm__vec_init(&writer.last_of, &engine->alloc, sizeof(uint32_t));
    bases_put_all(&writer);
    prm__vec_free(&writer.now);
    prm__vec_free(&writer.subjects);
    prm__vec_free(&writer.pointers);
    prm__vec_free(&writer.place_of);
    prm__vec_free(&writer.order);
    prm__vec_free(&writer.entries);
    prm__vec_free(&writer.agenda);
    prm__vec_free(&writer.roster);
    prm__vec_free(&writer.lasts);
    prm__vec_free(&writer.last_of);
    return writer.status;
}

prm_status prm__bases_name(prm__snapshot *snapshot)
{
    prm__wire_out nowhere = {.to = NULL};
    return bases_walk(snapshot, snapshot, &nowhere);
}

prm_status prm__bases_put(const prm__snapshot *snapshot, prm__wire_out *out)
{
    return bases_walk(snapshot, NULL, out);
}
