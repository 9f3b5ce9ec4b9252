#include "engine/explain_id.h"
#include "engine/explain_facts.h"
#include "engine/forward.h"
#include "engine/identity.h"
#include "engine/progress.h"
#include "engine/subject.h"
#include <string.h>

/* ---- Reading ---- */

typedef struct id_reader {
    const char *at;
    const char *end;
} id_reader;

static int id_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* The name up to the next separator, decoded; its size is 0 where it is none. */
static prm_text id_name(prm_explanation *into, id_reader *reader)
{
    size_t size = 0;
    char *room = prm__facts_room(into, (size_t)(reader->end - reader->at) + 1);
    while (room && reader->at < reader->end && !strchr(":@!#~^+/\",", *reader->at)) {
        char byte = *reader->at++;
        if (byte == '%') {
            int high = reader->end - reader->at >= 2 ? id_digit(reader->at[0]) : -1;
            int low = high >= 0 ? id_digit(reader->at[1]) : -1;
            if (low < 0)
                return (prm_text){NULL, 0};
            byte = (char)(high * 16 + low);
            reader->at += 2;
        }
        room[size++] = byte;
    }
    return (prm_text){room, size};
}

static bool id_is(prm_text text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static uint32_t id_rule(const prm_program *program, prm_text name)
{
    if (id_is(name, "commission"))
        return PRM_RULE_COMMISSION;
    if (id_is(name, "override"))
        return PRM_RULE_OVERRIDE;
    if (id_is(name, "ranks"))
        return PRM_RULE_RANKS;
    for (uint32_t i = 0; i < program->first_stage; i++) {
        prm_text text = prm__program_text(program, program->rules[i].text);
        if (text.size == name.size && memcmp(text.data, name.data, name.size) == 0)
            return i;
    }
    return PRM_NO_INDEX;
}

static uint32_t id_key(const prm_engine *engine, prm_text text)
{
    return text.size ? prm__intern_find(&engine->texts, text.data, text.size) : 0;
}

static prm_status id_read_event(prm_explanation *into, id_reader *reader, prm__id_parts *parts)
{
    const prm_engine *engine = into->engine;
    prm_text name = id_name(into, reader);
    if (!name.size || parts->rule == PRM_RULE_RANKS)
        return PRM_E_NOT_FOUND;
    parts->event = prm__store_find(&engine->store, engine->layouts, name);
    if (parts->event == PRM_NO_INDEX)
        return PRM_E_NOT_FOUND;
    parts->partner = prm__engine_event(engine, parts->event)->partner;
    return parts->partner == PRM_NONE ? PRM_E_NOT_FOUND : PRM_OK;
}

/* The last instant of the occasion, if the clock has come so far. */
static int64_t id_instant(prm_engine *engine, uint32_t rule, id_reader *reader)
{
    const prm_program *program = engine->program;
    uint32_t period = rule == PRM_RULE_RANKS ? program->head->ranks.period
                                             : program->windows[program->rules[rule].window].period;
    int64_t time = engine->clock;
    int32_t days;
    if (reader->at >= reader->end || *reader->at != '@')
        return time;
    reader->at++;
    if (reader->end - reader->at >= 10 && period != PRM_PERIOD_NONE &&
        prm__caltime_read_date(reader->at, 10, &days)) {
        int64_t start = prm__caltime_day_start(&program->calendar.zone, days);
        time = prm__engine_window(engine, period, start)->end - 1;
    } else {
        size_t size = 0;
        while (reader->at + size < reader->end && !strchr("#~^/", reader->at[size]))
            size++;
        if (!prm__caltime_read(&program->calendar.zone, reader->at, size, &time))
            time = engine->clock;
    }
    return time < engine->clock ? time : engine->clock;
}

static prm_status id_read_subject(prm_explanation *into, id_reader *reader, prm__id_parts *parts)
{
    prm_engine *engine = into->engine;
    const prm_program *program = engine->program;
    uint32_t keys[PRM_KIND_KEYS] = {0}, kind = PRM_KIND_PARTNER;
    if (parts->rule == PRM_RULE_COMMISSION || parts->rule == PRM_RULE_OVERRIDE)
        return PRM_E_NOT_FOUND;
    if (parts->rule < PRM_RULE_RANKS)
        kind = program->rules[parts->rule].subject;
    else if (!program->head->ranks.present)
        return PRM_E_NOT_FOUND;
    parts->partner = prm__engine_find_partner(engine, id_key(engine, id_name(into, reader)));
    for (uint32_t i = 0; i < program->kinds[kind].key_count; i++) {
        if (reader->at >= reader->end || *reader->at++ != ':')
            return PRM_E_NOT_FOUND;
        keys[i] = id_key(engine, id_name(into, reader));
    }
    if (parts->partner == PRM_NONE)
        return PRM_E_NOT_FOUND;
    parts->subject = prm__subject_find(engine, kind, parts->partner, keys);
    parts->at = id_instant(engine, parts->rule, reader);
    return parts->subject == PRM_NONE ? PRM_E_NOT_FOUND : PRM_OK;
}

prm_status prm__id_read(prm_explanation *into, prm_text id, prm__id_parts *parts)
{
    id_reader reader = {id.data, id.data + id.size};
    *parts = (prm__id_parts){PRM_NO_INDEX, PRM_NONE, PRM_NONE, PRM_NONE, into->engine->clock};
    prm_text name = id_name(into, &reader);
    PRM_TRY(into->status);
    parts->rule = name.size ? id_rule(into->engine->program, name) : PRM_NO_INDEX;
    if (parts->rule == PRM_NO_INDEX || reader.at >= reader.end)
        return PRM_E_NOT_FOUND;
    char separator = *reader.at++;
    if (separator == '!')
        return id_read_event(into, &reader, parts);
    return separator == ':' ? id_read_subject(into, &reader, parts) : PRM_E_NOT_FOUND;
}

/* ---- Finding ---- */

static const prm__outcome *id_find_in(prm_explanation *into, prm_text id, const prm__id_parts *parts,
                                      uint32_t index)
{
    const prm_engine *engine = into->engine;
    const prm__list *list = &prm__engine_partner(engine, index)->outcomes;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, list), *found = NULL;
    for (uint32_t i = 0; i < list->count; i++) {
        const prm__outcome *outcome = &outcomes[i];
        bool same = parts->event == PRM_NONE ? outcome->subject == parts->subject
                                             : outcome->event == parts->event;
        if (outcome->rule != parts->rule || !same || (found && !prm__outcome_is_row(outcome)))
            continue;
        prm_text text = prm__facts_identity(into, outcome, index);
        if (text.size == id.size && memcmp(text.data, id.data, id.size) == 0)
            found = outcome; /* of several spells of one instant only the last may be a row */
    }
    return found;
}

const prm__outcome *prm__id_find(prm_explanation *into, prm_text id, prm__id_parts *parts)
{
    const prm__outcome *found = id_find_in(into, id, parts, parts->partner);
    if (found || parts->event == PRM_NONE)
        return found;
    const prm__forward *forward = prm__forward_of(into->engine, parts->partner, parts->event);
    for (uint32_t i = 0; forward && !found && i < 2; i++) {
        uint32_t above = prm__engine_find_partner(into->engine, forward->above[i]);
        if (!forward->above[i] || above == PRM_NONE)
            continue;
        found = id_find_in(into, id, parts, above);
        if (found)
            parts->partner = above;
    }
    return found;
}

/* ---- The nearest ---- */

static bool id_matches(const prm_engine *engine, const prm__subject *subject, const uint32_t *names)
{
    static const uint32_t fields[] = {PRM_NAME_REP, PRM_NAME_CUSTOMER, PRM_NAME_PRODUCT};
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t j = 0; names[i] && j < kind->key_count; j++)
            if (kind->keys[j] == fields[i] && subject->keys[j] != names[i])
                return false;
    return true;
}

/* Whether the first one is nearer to its target; without targets by name. */
static bool id_is_nearer(const prm_engine *engine, const prm__progress_item *a, const prm__progress_item *b)
{
    bool first = a->has_value && a->target > 0, second = b->has_value && b->target > 0;
    int order = (int)second - (int)first;
    if (first && second)
        order = prm__decimal_compare_fractions(b->value, b->target, a->value, a->target);
    if (order == 0)
        order = prm__subject_compare(engine, prm__subject_at(engine, a->subject),
                                     prm__subject_at(engine, b->subject));
    return order < 0;
}

uint32_t prm__id_nearest(prm_engine *engine, uint32_t rule, uint32_t partner, const uint32_t *names)
{
    const prm__p_rule *row = &engine->program->rules[rule];
    prm__progress_item best = {.subject = PRM_NONE};
    for (uint32_t handle = prm__engine_partner(engine, partner)->first_subject; handle != PRM_NONE;
         handle = prm__subject_at(engine, handle)->next) {
        const prm__subject *subject = prm__subject_at(engine, handle);
        if (subject->kind != row->subject || !(subject->flags & PRM_SUBJECT_EXISTS) ||
            !id_matches(engine, subject, names))
            continue;
        prm__progress_item item;
        memset(&item, 0, sizeof item);
        item.rule = rule;
        item.partner = partner;
        item.subject = handle;
        prm__progress_fill(engine, row, &item);
        if (best.subject == PRM_NONE || id_is_nearer(engine, &item, &best))
            best = item;
    }
    return best.subject;
}
