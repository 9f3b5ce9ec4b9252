/* Reading what bases.c writes: as an enemy's. Every count is held against the bytes left, every index against what
 * it is one of, every number against what the engine computes with. Orders are checked at the end, when the whole is
 * written again and compared. */
#include "state/bases.h"
#include "catalog/keyset.h"
#include "catalog/total.h"
#include "engine/balance.h"
#include "engine/budget.h"
#include "engine/checkpoint.h"
#include "engine/measure.h"
#include "engine/subject.h"

#define BASES_COUNT_MAX (UINT64_C(1) << 60) /* so that a few more do not overflow */
#define BASES_MONEY INT64_C(1000000000000000000)
#define BASES_DAYS 3000000 /* more than to the year 9999 */

/* A reader: what cannot be is noted, and zeros are read from then on. */
typedef struct bases_reader {
    prm_engine *engine;
    const prm__vec *texts;   /* of prm_text */
    const prm__vec *handles; /* of uint32_t: closed events */
    const prm__vec *spans;   /* of prm__shut_span */
    size_t next_span;
    prm__wire_in *in;
    prm__vec subjects; /* of uint32_t: the partner's, in order */
    prm__vec lasts;    /* of prm__base_last */
    prm__vec chains;   /* of bases_chain */
    prm_status status;
} bases_reader;

/* The newest of a chain of rates, and whose it is. */
typedef struct bases_chain {
    uint32_t subject;
    uint32_t outcome;
} bases_chain;

static bool bases_check(bases_reader *reader, bool sound)
{
    if (reader->status == PRM_OK && (!sound || reader->in->short_of))
        reader->status = PRM_E_STATE;
    return reader->status == PRM_OK;
}

static void bases_try(bases_reader *reader, prm_status status)
{
    if (reader->status == PRM_OK)
        reader->status = status;
}

/* ---- Parts ---- */

static bool bases_take_any(bases_reader *reader)
{
    uint64_t any = prm__wire_number(reader->in, 1);
    return bases_check(reader, any <= 1) && any == 1;
}

/* A text that must be there, unless it is `optional`. */
static uint32_t bases_take_text(bases_reader *reader, bool optional)
{
    bool sound;
    uint32_t written = prm__wire_take_32(reader->in);
    uint32_t key = prm__shut_key(reader->engine, reader->texts, written, &sound);
    if (bases_check(reader, sound && (written || optional)) && written && !key)
        bases_try(reader, PRM_E_MEMORY);
    return key;
}

/* An instant, or one of the ends of time; ends of windows lie a while behind the last instant. */
static int64_t bases_take_time(bases_reader *reader)
{
    int64_t time = (int64_t)prm__wire_take_64(reader->in);
    bases_check(reader, time == INT64_MIN || time == INT64_MAX ||
                            (time >= -2 * PRM_TIME_MAX && time <= 2 * PRM_TIME_MAX));
    return time;
}

static uint64_t bases_take_count(bases_reader *reader)
{
    uint64_t count = prm__wire_take_64(reader->in);
    bases_check(reader, count <= BASES_COUNT_MAX);
    return count;
}

static prm__decimal bases_take_decimal(bases_reader *reader)
{
    uint64_t low = prm__wire_take_64(reader->in);
    prm__decimal value =
        (prm__decimal)((__extension__(unsigned __int128) prm__wire_take_64(reader->in) << 64) | low);
    bases_check(reader, value == PRM_TOTAL_LOST || (value >= -PRM_TOTAL_BOUND && value <= PRM_TOTAL_BOUND));
    return value;
}

/* The value of an event or an attribute. */
static prm__decimal bases_take_value(bases_reader *reader)
{
    prm__decimal value = bases_take_decimal(reader);
    bases_check(reader, prm__total_is_number(value));
    return value;
}

/* How many things follow, of so many bytes at the least. */
static uint32_t bases_take_many(bases_reader *reader, size_t least)
{
    uint32_t count = prm__wire_take_32(reader->in);
    return bases_check(reader, count <= reader->in->left / least) ? count : 0;
}

/* ---- Measures ---- */

static uint32_t bases_take_key(bases_reader *reader, bool texts, prm__decimal *number)
{
    *number = 0;
    if (texts)
        return bases_take_text(reader, false);
    *number = bases_take_value(reader);
    if (reader->status != PRM_OK)
        return 0;
    uint32_t key = prm__intern_key(&reader->engine->numbers, (const char *)number, sizeof *number);
    if (!key)
        bases_try(reader, PRM_E_MEMORY);
    return key;
}

static void bases_take_set(bases_reader *reader, prm__keyset *set, bool texts)
{
    prm__pool *pool = &reader->engine->pool;
    uint32_t count = bases_take_many(reader, 8);
    for (uint32_t i = 0; i < count && reader->status == PRM_OK; i++) {
        prm__decimal number;
        uint32_t key = bases_take_key(reader, texts, &number), times = prm__wire_take_32(reader->in);
        if (bases_check(reader, times > 0 && !prm__keyset_has(set, pool, key)))
            bases_try(reader, prm__keyset_restore(set, pool, key, times));
    }
}

static void bases_take_shape(bases_reader *reader, const char *shape, char *at)
{
    for (; *shape; shape++) {
        if (*shape == 'd' || *shape == 'v') {
            prm__decimal value = *shape == 'd' ? bases_take_decimal(reader) : bases_take_value(reader);
            memcpy(at, &value, sizeof value);
            at += sizeof value;
            continue;
        }
        uint64_t word = *shape == 'n'   ? bases_take_count(reader)
                        : *shape == 't' ? (uint64_t)bases_take_time(reader)
                                        : 0;
        memcpy(at, &word, sizeof word);
        at += sizeof word;
    }
}

static void bases_take_queue(bases_reader *reader, prm__measure_state *state, bool keyed, bool texts)
{
    uint32_t count = bases_take_many(reader, 12);
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < count && reader->status == PRM_OK; i++) {
        prm__queued queued = {0, bases_take_time(reader), 0, 0};
        if (keyed)
            queued.key = bases_take_key(reader, texts, &queued.number);
        else
            queued.number = bases_take_value(reader);
        if (bases_check(reader, queued.end >= last))
            bases_try(reader, prm__measure_queue(reader->engine, state, &queued));
        last = queued.end;
    }
}

static void bases_take_measure(bases_reader *reader, uint32_t measure, char *at)
{
    const prm_program *program = reader->engine->program;
    const prm__p_measure *row = &program->measures[measure];
    const prm__measure_def *def = prm__catalog_measure(row->kind);
    prm__measure_state *state = (prm__measure_state *)(void *)at;
    if (!bases_take_any(reader))
        return;
    bool texts = def->keyed && prm__bases_has_texts(program, measure);
    state->window_start = bases_take_time(reader);
    if (prm__catalog_window(program->windows[row->window].kind)->rolling) {
        bases_take_queue(reader, state, def->keyed, texts);
    } else {
        state->end = bases_take_time(reader);
        state->queue_count = prm__wire_take_32(reader->in);
    }
    if (def->keyed)
        bases_take_set(reader, (prm__keyset *)(void *)(state + 1), texts);
    else
        bases_take_shape(reader, def->shape, (char *)(state + 1));
}

/* ---- The record of a subject ---- */

static void bases_take_rule(bases_reader *reader, const prm__p_rule *rule, char *at)
{
    prm__rule_more state = {.reached = 0};
    size_t size = prm__form_has_more(rule->form) ? sizeof state : sizeof state.base;
    if (!bases_take_any(reader))
        return;
    state.base.fired = bases_take_time(reader);
    state.base.end = bases_take_time(reader);
    if (size == sizeof state) {
        state.reached = (int64_t)prm__wire_take_64(reader->in);
        state.inside = (int64_t)prm__wire_take_64(reader->in);
        state.noted = bases_take_time(reader);
        bool any = rule->form == PRM_FORM_TIERS; /* a mask */
        bases_check(reader, state.inside >= 0 && state.inside <= 2 &&
                                (any || (state.reached >= -2 * PRM_TIME_MAX &&
                                         state.reached <= (int64_t)BASES_COUNT_MAX)));
    }
    bases_check(reader, state.base.fired != INT64_MIN);
    memcpy(at, &state, size);
}

static void bases_take_rules(bases_reader *reader, uint32_t kind, char *record)
{
    const prm_program *program = reader->engine->program;
    for (uint32_t i = 0; i < program->rules_count; i++) {
        const prm__p_rule *rule = &program->rules[i];
        if (rule->subject == kind)
            bases_take_rule(reader, rule, record + rule->offset);
        if (!rule->limit_times || rule->limit_kind != kind || !bases_take_any(reader))
            continue;
        prm__limit_state limit = {bases_take_time(reader), bases_take_count(reader)};
        memcpy(record + rule->limit_offset, &limit, sizeof limit);
    }
}

static void bases_take_head(bases_reader *reader, uint32_t kind, char *record)
{
    const prm_program *program = reader->engine->program;
    const prm__p_commission *commission = &program->head->commission;
    if (commission->present && commission->window != PRM_NO_INDEX && commission->kind == kind) {
        int64_t end = bases_take_time(reader);
        memcpy(record + commission->window_offset, &end, sizeof end);
    }
    if (commission->present && program->brackets_count && commission->bracket_kind == kind) {
        prm__bracket_state bracket = {bases_take_time(reader), 0, bases_take_value(reader)};
        memcpy(record + commission->bracket_offset, &bracket, sizeof bracket);
    }
    if (program->head->ranks.present && kind == PRM_KIND_PARTNER) {
        prm__rank_state rank = {.level = prm__wire_take_32(reader->in)};
        rank.failures = prm__wire_take_32(reader->in);
        bases_check(reader, rank.level < program->levels_count && rank.failures <= INT32_MAX);
        memcpy(record + program->head->ranks.offset, &rank, sizeof rank);
    }
}

static bool bases_is_text(const prm_program *program, uint32_t owner, uint32_t place)
{
    for (uint32_t i = 0; i < program->attributes_count; i++)
        if (program->attributes[i].owner == owner && program->attributes[i].place == place)
            return program->attributes[i].field_type == PRM_FIELD_TEXT;
    return false;
}

static void bases_take_attributes(bases_reader *reader, uint32_t kind, char *at)
{
    const prm_engine *engine = reader->engine;
    uint32_t count = kind <= PRM_KIND_REP ? engine->attribute_counts[kind] : 0;
    for (uint32_t i = 0; i < count; i++, at += sizeof(prm__attribute_state)) {
        if (!bases_take_any(reader))
            continue;
        prm__attribute_state state = {.number = bases_take_value(reader), .present = 1};
        state.key = bases_take_text(reader, true);
        bases_check(reader, (state.key != 0) == bases_is_text(engine->program, kind, i));
        memcpy(at, &state, sizeof state);
    }
    if (kind == PRM_KIND_REP && engine->has_clock) {
        int64_t left = bases_take_time(reader);
        memcpy(at, &left, sizeof left);
    }
}

static void bases_take_record(bases_reader *reader, uint32_t kind, char *record)
{
    const prm_engine *engine = reader->engine;
    const prm_program *program = engine->program;
    for (uint32_t i = 0; i < program->anchors_count; i++) {
        if (program->anchors[i].kind != kind || !bases_take_any(reader))
            continue;
        prm__anchor_state state = {bases_take_time(reader), 0, 1};
        bases_check(reader, state.time < engine->closed && state.time >= -PRM_TIME_MAX);
        memcpy(record + program->anchors[i].offset, &state, sizeof state);
    }
    for (uint32_t i = engine->kind_measures[kind]; i != PRM_NO_INDEX; i = engine->next_measure[i])
        bases_take_measure(reader, i, record + program->measures[i].offset);
    bases_take_rules(reader, kind, record);
    bases_take_head(reader, kind, record);
    bases_take_attributes(reader, kind, record + program->kinds[kind].record_size);
}

/* ---- Subjects ---- */

static void bases_take_chains(bases_reader *reader, uint32_t subject, uint32_t outcomes)
{
    uint32_t count = bases_take_many(reader, 4);
    for (uint32_t i = 0; i < count && reader->status == PRM_OK; i++) {
        bases_chain chain = {subject, prm__wire_take_32(reader->in)};
        if (bases_check(reader, chain.outcome < outcomes))
            bases_try(reader, prm__vec_append(&reader->chains, &chain, 1));
    }
}

/* Whether the names of a new subject follow those of the one before. */
static bool bases_follows(const bases_reader *reader, uint32_t handle)
{
    const prm_engine *engine = reader->engine;
    if (reader->subjects.count == 0)
        return true;
    const prm__subject *last = prm__subject_at(
        engine, PRM_VEC(reader->subjects, uint32_t)[reader->subjects.count - 1]);
    const prm__subject *next = prm__subject_at(engine, handle);
    if (last->kind != next->kind)
        return last->kind < next->kind;
    for (uint32_t i = 0; i < engine->program->kinds[next->kind].key_count; i++)
        if (last->keys[i] != next->keys[i])
            return prm__bytes_compare(prm__engine_text(engine, last->keys[i]),
                                      prm__engine_text(engine, next->keys[i])) < 0;
    return false;
}

static uint32_t bases_take_names(bases_reader *reader, uint32_t partner, uint32_t kind)
{
    prm_engine *engine = reader->engine;
    uint32_t keys[PRM_KIND_KEYS] = {0};
    for (uint32_t i = 0; i < engine->program->kinds[kind].key_count; i++)
        keys[i] = bases_take_text(reader, false);
    if (reader->status != PRM_OK)
        return PRM_NONE;
    uint32_t handle = prm__subject_get(engine, kind, partner, keys, prm__subject_hash(kind, partner, keys));
    if (handle == PRM_NONE)
        bases_try(reader, PRM_E_MEMORY);
    else if (bases_check(reader, bases_follows(reader, handle)))
        bases_try(reader, prm__vec_append(&reader->subjects, &handle, 1));
    return handle;
}

static void bases_take_subject(bases_reader *reader, uint32_t partner, uint32_t outcomes)
{
    prm_engine *engine = reader->engine;
    uint32_t kind = (uint32_t)prm__wire_number(reader->in, 2);
    if (!bases_check(reader, kind < engine->program->kinds_count))
        return;
    uint32_t handle = bases_take_names(reader, partner, kind);
    uint32_t flags = (uint32_t)prm__wire_number(reader->in, 1);
    if (!bases_check(reader, flags <= (PRM_SUBJECT_EXISTS | PRM_SUBJECT_LEFT | PRM_SUBJECT_ROSTER)))
        return;
    if (kind == PRM_KIND_PARTNER)
        prm__engine_partner(engine, partner)->subject = handle;
    else if (flags & PRM_SUBJECT_EXISTS)
        prm__subject_exist(engine, handle);
    prm__subject_at(engine, handle)->flags = (uint16_t)flags;
    bases_take_chains(reader, handle, outcomes);
    if (bases_take_any(reader))
        bases_take_record(reader, kind, (char *)(prm__subject_at(engine, handle) + 1));
}

/* The subject that is written as its place + 1, or 0 for none. */
static uint32_t bases_take_subject_of(bases_reader *reader)
{
    uint32_t written = prm__wire_take_32(reader->in);
    if (!bases_check(reader, written <= reader->subjects.count) || !written)
        return PRM_NONE;
    return PRM_VEC(reader->subjects, uint32_t)[written - 1];
}

/* ---- Outcomes ---- */

static bool bases_kind_sound(const prm_program *program, const prm__outcome *outcome)
{
    if (outcome->rule == PRM_RULE_COMMISSION)
        return outcome->kind == PRM_OUTCOME_COMMISSION && outcome->by_event;
    if (outcome->rule == PRM_RULE_OVERRIDE)
        return outcome->kind == PRM_OUTCOME_OVERRIDE && outcome->by_event && outcome->ordinal > 0 &&
               outcome->ordinal <= program->overrides_count;
    bool level = outcome->number >= 0 && outcome->number < program->levels_count;
    if (outcome->rule == PRM_RULE_RANKS)
        return outcome->kind == PRM_OUTCOME_RANK && level && program->head->ranks.present;
    if (outcome->rule >= program->rules_count ||
        outcome->action >= program->rules[outcome->rule].action_count)
        return false;
    const prm__p_action *action =
        &program->actions[program->rules[outcome->rule].first_action + outcome->action];
    static const uint8_t kinds[PRM_ACTION_KINDS] = {[PRM_ACTION_RATE] = PRM_OUTCOME_RATE,
                                                    [PRM_ACTION_REWARD] = PRM_OUTCOME_REWARD,
                                                    [PRM_ACTION_RANK] = PRM_OUTCOME_RANK,
                                                    [PRM_ACTION_NOTICE] = PRM_OUTCOME_NOTICE};
    return (outcome->kind == PRM_OUTCOME_NONE || outcome->kind == kinds[action->kind]) &&
           (action->kind != PRM_ACTION_RANK || level);
}

/* Whether identity and figures can be those of an outcome that lies before `closed`. */
static bool bases_outcome_sound(const bases_reader *reader, const prm__outcome *outcome)
{
    const prm_engine *engine = reader->engine;
    const prm_program *program = engine->program;
    bool rule = outcome->rule < program->rules_count;
    bool spell = rule && program->rules[outcome->rule].form == PRM_FORM_WHILE;
    int64_t bound = spell ? PRM_TIME_MAX : BASES_DAYS;
    bool occasion = outcome->occasion == PRM_OCCASION_LIFE ||
                    (outcome->occasion >= -bound && outcome->occasion <= bound);
    bool who = outcome->by_event <= 1 && outcome->kind <= PRM_OUTCOME_NOTICE &&
               (outcome->by_event ? outcome->event != PRM_NONE : outcome->subject != PRM_NONE);
    bool number = rule || (outcome->number > -BASES_MONEY && outcome->number < BASES_MONEY);
    if (rule && program->rules[outcome->rule].subject < program->kinds_count && outcome->subject != PRM_NONE)
        who &= prm__subject_at(engine, outcome->subject)->kind == program->rules[outcome->rule].subject;
    return occasion && who && number && outcome->at < engine->closed && outcome->at >= -PRM_TIME_MAX &&
           outcome->level < (program->levels_count ? program->levels_count : 1) &&
           bases_kind_sound(program, outcome);
}

/* A rate that it follows, or none; what it wants; what it is taken of. */
static void bases_take_more(bases_reader *reader, const prm__outcome *outcomes, uint32_t index,
                            prm__outcome *outcome)
{
    const prm_program *program = reader->engine->program;
    uint32_t older;
    switch (prm__bases_more_of(program, outcome->rule, outcome->action)) {
    case PRM_BASES_RATE:
        older = prm__wire_take_32(reader->in);
        if (bases_check(reader, older <= index && outcome->subject != PRM_NONE) && older)
            bases_check(reader, prm__bases_more_of(program, outcomes[older - 1].rule,
                                                   outcomes[older - 1].action) == PRM_BASES_RATE);
        outcome->more.rate.older = older;
        break;
    case PRM_BASES_CLAIM:
        outcome->more.claim.wanted = (int64_t)prm__wire_take_64(reader->in);
        outcome->more.claim.latent = (uint32_t)prm__wire_number(reader->in, 1);
        bases_check(reader, outcome->more.claim.wanted >= 0 && outcome->more.claim.wanted <= BASES_MONEY &&
                                outcome->more.claim.latent <= PRM_OUTCOME_NOTICE);
        break;
    case PRM_BASES_AMOUNT:
        outcome->more.base = bases_take_value(reader);
        break;
    }
}

/* The event that is written as its number + 1, or 0 for none; it is kept as one that an outcome names. */
static uint32_t bases_take_event(bases_reader *reader)
{
    uint32_t written = prm__wire_take_32(reader->in);
    if (!bases_check(reader, written <= reader->handles->count) || !written)
        return PRM_NONE;
    uint32_t handle = PRM_VEC(*reader->handles, uint32_t)[written - 1];
    bases_check(reader, (prm__engine_event(reader->engine, handle)->marks & PRM_EVENT_NAMED) != 0);
    return handle;
}

static void bases_take_outcome(bases_reader *reader, uint32_t partner, uint32_t index)
{
    prm_engine *engine = reader->engine;
    prm__outcome outcome, *outcomes;
    memset(&outcome, 0, sizeof outcome);
    outcome.kind = (uint8_t)prm__wire_number(reader->in, 1);
    outcome.by_event = (uint8_t)prm__wire_number(reader->in, 1);
    outcome.action = (uint16_t)prm__wire_number(reader->in, 2);
    outcome.rule = prm__wire_take_32(reader->in);
    outcome.subject = bases_take_subject_of(reader);
    outcome.event = bases_take_event(reader);
    outcome.ordinal = prm__wire_take_32(reader->in);
    outcome.level = prm__wire_take_32(reader->in);
    outcome.to_partner = bases_take_text(reader, true);
    outcome.to_rep = bases_take_text(reader, true);
    outcome.occasion = (int64_t)prm__wire_take_64(reader->in);
    outcome.number = (int64_t)prm__wire_take_64(reader->in);
    outcome.at = bases_take_time(reader);
    outcome.from = bases_take_time(reader);
    outcome.until = bases_take_time(reader);
    outcome.running = PRM_NO_INDEX;
    prm__partner *owner = prm__engine_partner(engine, partner);
    outcomes = prm__list_data(&engine->pool, &owner->outcomes);
    if (!bases_check(reader, bases_outcome_sound(reader, &outcome) &&
                                 (index == 0 || outcomes[index - 1].at <= outcome.at)))
        return;
    bases_take_more(reader, outcomes, index, &outcome);
    bases_try(reader, prm__list_reserve(&engine->pool, &owner->outcomes, sizeof outcome, 1));
    if (reader->status != PRM_OK)
        return;
    outcomes = prm__list_data(&engine->pool, &owner->outcomes);
    outcomes[owner->outcomes.count++] = outcome;
    prm__balance balance = prm__balance_of(&outcome, 1);
    owner->rows += (uint32_t)balance.rows;
    owner->posted += balance.sum;
    engine->outcome_rows += balance.rows;
}

/* Ties the chains together: each rate is the newest of one at the most, and of its own subject's. */
static void bases_tie(bases_reader *reader, uint32_t partner)
{
    const prm_engine *engine = reader->engine;
    const bases_chain *chains = reader->chains.data;
    prm__outcome *outcomes = prm__list_data(&engine->pool, &prm__engine_partner(engine, partner)->outcomes);
    for (size_t i = reader->chains.count; i-- > 0 && reader->status == PRM_OK;) {
        prm__outcome *newest = &outcomes[chains[i].outcome];
        prm__subject *subject = prm__subject_at(engine, chains[i].subject);
        bool rate = prm__bases_more_of(engine->program, newest->rule, newest->action) == PRM_BASES_RATE;
        if (!bases_check(reader, rate && newest->subject == chains[i].subject && !newest->reserved))
            return;
        newest->reserved = 1;
        newest->more.rate.next_chain = subject->rates;
        subject->rates = chains[i].outcome + 1;
    }
    for (size_t i = 0; i < reader->chains.count && reader->status == PRM_OK; i++)
        outcomes[chains[i].outcome].reserved = 0;
}

/* ---- A partner ---- */

static void bases_take_agenda(bases_reader *reader, prm__partner *partner)
{
    prm_engine *engine = reader->engine;
    uint32_t count = bases_take_many(reader, 16);
    prm__agenda last = {INT64_MIN, 0, 0};
    for (uint32_t i = 0; i < count && reader->status == PRM_OK; i++) {
        prm__agenda item = {.time = bases_take_time(reader)};
        item.rule = prm__wire_take_32(reader->in);
        item.subject = bases_take_subject_of(reader);
        const prm_program *program = engine->program;
        if (!bases_check(reader, item.rule < program->rules_count && item.time >= engine->closed &&
                                     item.time <= PRM_TIME_MAX && item.time >= last.time &&
                                     (item.time > last.time || item.rule >= last.rule)))
            return;
        if (item.subject != PRM_NONE)
            bases_check(reader,
                        prm__subject_at(engine, item.subject)->kind == program->rules[item.rule].subject);
        bases_try(reader, prm__list_reserve(&engine->pool, &partner->agenda, sizeof item, 1));
        if (reader->status != PRM_OK)
            return;
        ((prm__agenda *)prm__list_data(&engine->pool, &partner->agenda))[partner->agenda.count++] = item;
        last = item;
    }
}

static void bases_take_roster(bases_reader *reader, prm__partner *partner)
{
    prm_engine *engine = reader->engine;
    uint32_t count = bases_take_many(reader, 4), last = 0;
    for (uint32_t i = 0; i < count && reader->status == PRM_OK; i++) {
        uint32_t rep = bases_take_text(reader, false);
        if (!bases_check(reader, !last || prm__bytes_compare(prm__engine_text(engine, last),
                                                             prm__engine_text(engine, rep)) < 0))
            return;
        bases_try(reader, prm__list_reserve(&engine->pool, &partner->roster, sizeof rep, 1));
        if (reader->status != PRM_OK)
            return;
        ((uint32_t *)prm__list_data(&engine->pool, &partner->roster))[partner->roster.count++] = rep;
        last = rep;
    }
}

static void bases_take_lasts(bases_reader *reader)
{
    uint32_t count = bases_take_many(reader, 12);
    reader->lasts.count = 0;
    for (uint32_t i = 0; i < count && reader->status == PRM_OK; i++) {
        prm__base_last last = {.rep = bases_take_text(reader, true)};
        last.time = bases_take_time(reader);
        if (bases_check(reader, last.time >= -PRM_TIME_MAX && last.time < reader->engine->closed))
            bases_try(reader, prm__vec_append(&reader->lasts, &last, 1));
    }
}

/* What of the partner stands outside of its subjects. */
static void bases_take_links(bases_reader *reader, prm__partner *partner, prm__base *base)
{
    uint32_t flags = (uint32_t)prm__wire_number(reader->in, 1);
    base->left = (uint32_t)prm__wire_number(reader->in, 1);
    base->parent = bases_take_text(reader, true);
    partner->referrer = bases_take_text(reader, true);
    partner->parent = bases_take_text(reader, true);
    base->unmatched = prm__wire_take_32(reader->in);
    partner->last_time = bases_take_time(reader);
    partner->asked_at = bases_take_time(reader);
    partner->clocked = bases_take_time(reader);
    partner->boundary = bases_take_time(reader);
    int64_t closed = reader->engine->closed;
    bases_check(reader, flags <= 3 && base->left <= 1 && partner->last_time < closed &&
                            partner->asked_at < closed && partner->clocked < closed &&
                            partner->boundary >= closed);
    partner->flags |= (flags & 1 ? PRM_PARTNER_LEFT : 0) | (flags & 2 ? PRM_PARTNER_EXISTS : 0);
    partner->flags |= PRM_PARTNER_REWOUND;
}

/* The closed events of a partner, which come in the same order. */
static void bases_take_span(bases_reader *reader, uint32_t partner, prm__base *base)
{
    const prm__shut_span *span = reader->next_span < reader->spans->count
                                     ? prm__vec_at(reader->spans, reader->next_span)
                                     : NULL;
    if (!span || span->partner != partner)
        return;
    base->first = span->first;
    base->events = span->events;
    reader->next_span++;
}

static void bases_take_partner(bases_reader *reader)
{
    prm_engine *engine = reader->engine;
    prm__base base = {0, 0, 0, 0, 0, 0};
    uint32_t key = bases_take_text(reader, false);
    if (!bases_check(reader, prm__engine_text(engine, key).size > 0))
        return;
    uint32_t index = prm__engine_partner_of(engine, key);
    if (index == PRM_NONE) {
        bases_try(reader, PRM_E_MEMORY);
        return;
    }
    if (!bases_check(reader, !prm__checkpoint_base(engine, prm__engine_partner(engine, index))))
        return;
    reader->subjects.count = 0;
    reader->chains.count = 0;
    bases_take_span(reader, index, &base);
    bases_take_links(reader, prm__engine_partner(engine, index), &base);
    base.outcomes = bases_take_many(reader, 74);
    uint32_t subjects = bases_take_many(reader, 8);
    for (uint32_t i = 0; i < subjects && reader->status == PRM_OK; i++)
        bases_take_subject(reader, index, base.outcomes);
    for (uint32_t i = 0; i < base.outcomes && reader->status == PRM_OK; i++)
        bases_take_outcome(reader, index, i);
    const prm__partner *partner = prm__engine_partner(engine, index);
    bases_check(reader, !(partner->flags & PRM_PARTNER_EXISTS) || partner->subject != PRM_NONE);
    if (reader->status == PRM_OK)
        bases_tie(reader, index);
    bases_take_agenda(reader, prm__engine_partner(engine, index));
    bases_take_roster(reader, prm__engine_partner(engine, index));
    bases_take_lasts(reader);
    if (bases_check(reader, true))
        bases_try(reader, prm__checkpoint_settle(engine, index, &base, &reader->lasts));
}

prm_status prm__bases_take(prm_engine *engine, const prm__vec *texts, const prm__vec *handles,
                           const prm__vec *spans, prm__wire_in *in)
{
    bases_reader reader = {.engine = engine, .texts = texts, .handles = handles, .spans = spans, .in = in};
    if (engine->closed == INT64_MIN)
        return in->left ? PRM_E_STATE : PRM_OK;
    prm__vec_init(&reader.subjects, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&reader.chains, &engine->alloc, sizeof(bases_chain));
    prm__vec_init(&reader.lasts, &engine->alloc, sizeof(prm__base_last));
    uint32_t partners = bases_take_many(&reader, 4);
    for (uint32_t i = 0; i < partners && reader.status == PRM_OK; i++)
        bases_take_partner(&reader);
    bases_check(&reader, in->left == 0 && reader.next_span == spans->count);
    prm__vec_free(&reader.subjects);
    prm__vec_free(&reader.chains);
    prm__vec_free(&reader.lasts);
    prm__budget_all_again(engine);
    return reader.status;
}
