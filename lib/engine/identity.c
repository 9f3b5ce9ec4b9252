#include "engine/identity.h"
#include "engine/subject.h"
#include <string.h>

#define PRM_IDENTITY_REST 64 /* date, action and separators */

prm_text prm__identity_rule(const prm_engine *engine, const prm__outcome *outcome)
{
    if (outcome->rule == PRM_RULE_COMMISSION)
        return (prm_text){"commission", 10};
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
    if (outcome->occasion != PRM_OCCASION_LIFE) {
        *at++ = '@';
        at += prm__caltime_write_date((int32_t)outcome->occasion, at);
    }
    return at;
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
    if (outcome->action > 0) {
        *at++ = '/';
        at += prm__decimal_write_minor(outcome->action + 1, 0, at);
    }
    return (size_t)(at - buffer);
}
