#include "engine/identity.h"
#include "engine/subject.h"
#include <string.h>

#define PRM_IDENTITY_REST 96 /* date or time, action and separators */

prm_text prm__identity_rule(const prm_engine *engine, const prm__outcome *outcome)
{
    switch (outcome->rule) {
    case PRM_RULE_RANKS:
        return (prm_text){"ranks", 5};
    case PRM_RULE_COMMISSION:
        return (prm_text){"commission", 10};
    case PRM_RULE_OVERRIDE:
        return (prm_text){"override", 8};
    default:
        break;
    }
    return prm__program_text(engine->program, engine->program->rules[outcome->rule].text);
}

size_t prm__identity_size(const prm_engine *engine, const prm__outcome *outcome, uint32_t partner)
{
    size_t size = prm__identity_rule(engine, outcome).size;
    if (outcome->by_event)
        return (size + prm__engine_event(engine, outcome->event)->id_size) * 3 + PRM_IDENTITY_REST;
    size += prm__engine_text(engine, prm__engine_partner(engine, partner)->key).size;
    const prm__subject *subject = prm__subject_at(engine, outcome->subject);
    for (uint32_t i = 0; i < engine->program->kinds[subject->kind].key_count; i++)
        size += prm__engine_text(engine, subject->keys[i]).size;
    return size * 3 + PRM_IDENTITY_REST;
}

static char *identity_encode(char *at, prm_text text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte > 0x20 && byte != 0x7F && !strchr("%:@!#~^+/\",", byte)) {
            *at++ = (char)byte;
            continue;
        }
        *at++ = '%';
        *at++ = digits[byte >> 4];
        *at++ = digits[byte & 15];
    }
    return at;
}

static char *identity_subject(const prm_engine *engine, const prm__outcome *outcome, uint32_t partner,
                              char *at)
{
    const prm__subject *subject = prm__subject_at(engine, outcome->subject);
    *at++ = ':';
    at = identity_encode(at, prm__engine_text(engine, prm__engine_partner(engine, partner)->key));
    for (uint32_t i = 0; i < engine->program->kinds[subject->kind].key_count; i++) {
        *at++ = ':';
        at = identity_encode(at, prm__engine_text(engine, subject->keys[i]));
    }
    if (outcome->occasion == PRM_OCCASION_LIFE)
        return at;
    *at++ = '@';
    const prm__calendar *calendar = &engine->program->calendar;
    if (outcome->rule < PRM_RULE_RANKS && engine->program->rules[outcome->rule].form == PRM_FORM_WHILE)
        return at + prm__caltime_write(&calendar->zone, calendar->is_utc, outcome->occasion, at);
    return at + prm__caltime_write_date((int32_t)outcome->occasion, at);
}

static char *identity_number(char *at, char mark, uint32_t number)
{
    *at++ = mark;
    return at + prm__decimal_write_minor((int64_t)number, 0, at);
}

static char *identity_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

/* What the outcome is among those of its occasion: a multiple, a tier or place, the end or its
 * reminder, and the place in `then`. */
static char *identity_action(const prm_engine *engine, const prm__outcome *outcome, char *at)
{
    const prm_program *program = engine->program;
    if (outcome->rule >= PRM_RULE_RANKS) {
        char mark = outcome->rule == PRM_RULE_RANKS ? '~' : '#';
        if (outcome->ordinal)
            at = identity_number(at, mark, outcome->ordinal);
        return outcome->action ? identity_number(at, '/', outcome->action + 1U) : at;
    }
    const prm__p_action *action =
        &program->actions[program->rules[outcome->rule].first_action + outcome->action];
    if (outcome->ordinal)
        at = identity_number(at, '#', outcome->ordinal);
    switch ((prm__block_kind)action->block) {
    case PRM_BLOCK_THEN:
        break;
    case PRM_BLOCK_ELSE:
        at = identity_text(at, "+else");
        break;
    case PRM_BLOCK_REMIND:
        at = identity_text(at, "+remind");
        break;
    case PRM_BLOCK_TIER:
        at = identity_number(at, '~', action->number);
        break;
    case PRM_BLOCK_PLACE:
        at = identity_number(at, '^', action->number);
        break;
    }
    return action->place ? identity_number(at, '/', action->place + 1) : at;
}

size_t prm__identity_write(const prm_engine *engine, const prm__outcome *outcome, uint32_t partner,
                           char *buffer)
{
    char *at = identity_encode(buffer, prm__identity_rule(engine, outcome));
    if (outcome->by_event) {
        *at++ = '!';
        const prm__event *event = prm__engine_event(engine, outcome->event);
        at = identity_encode(at, prm__engine_event_id(engine, event));
    } else {
        at = identity_subject(engine, outcome, partner, at);
    }
    at = identity_action(engine, outcome, at);
    return (size_t)(at - buffer);
}
