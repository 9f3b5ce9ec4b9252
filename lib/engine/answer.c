#include "engine/answer.h"
#include "base/decimal.h"
#include "base/diag_numbers.h"
#include "engine/intake.h"
#include <stdio.h>

static const char *answer_type_name(uint32_t field_type)
{
    static const char *const names[] = {
        "a text",           "true or false", "an integer", "an amount of money",
        "a time or a date", "a number",      "a percent"};
    return names[field_type];
}

static const char *answer_meaning(uint32_t diagnostic)
{
    switch (diagnostic) {
#define PRM_ANSWER_MEANING(name, number, severity, meaning)                                                  \
    case number:                                                                                             \
        return meaning;
        PRM_DIAGNOSTICS(PRM_ANSWER_MEANING)
#undef PRM_ANSWER_MEANING
    default:       /* LCOV_EXCL_LINE answers have numbers of the list */
        return ""; /* LCOV_EXCL_LINE so */
    }
}

/* The culprit's declared type, when the answer is about one. */
static uint32_t answer_culprit_type(const prm_engine *engine, const prm_event *event, uint32_t index)
{
    uint32_t type = prm__intake_type(engine, event);
    uint32_t name = prm__intake_name(engine, &event->fields[index]);
    if (type == PRM_NO_INDEX || name == PRM_NO_INDEX)
        return PRM_FIELD_TEXT;
    uint32_t slot = prm__engine_slot(engine, type, name);
    return slot == PRM_NO_INDEX
               ? PRM_FIELD_TEXT
               : engine->program->slots[engine->program->types[type].first_slot + slot].field_type;
}

static int answer_shown(size_t size)
{
    return size > 60 ? 60 : (int)size;
}

static int answer_explain_field(const prm_engine *engine, const prm_event *event, const prm_answer *answer,
                                char *buffer, size_t capacity)
{
    const prm_field *field = &event->fields[answer->field];
    prm_text name = {field->name, field->name_size};
    uint32_t index = prm__intake_name(engine, field);
    if (index != PRM_NO_INDEX)
        name = prm__program_text(engine->program, engine->program->names[index].text);
    char number[24];
    const char *value = field->text;
    size_t size = field->text_size;
    if (field->kind != PRM_VALUE_TEXT) {
        size = prm__decimal_write_minor(field->number, 0, number);
        value = number;
    }
    if (answer->diagnostic == PRM_DIAG_EVENT_NOT_UTF8)
        size = 0;
    const char *needed = "";
    if (answer->diagnostic == PRM_DIAG_EVENT_FIELD_TYPE)
        needed = answer_type_name(answer_culprit_type(engine, event, answer->field));
    return snprintf(buffer, capacity, "%s: field \"%.*s\" has \"%.*s\"%s%s",
                    answer_meaning(answer->diagnostic), answer_shown(name.size), name.size ? name.data : "",
                    answer_shown(size), size ? value : "", *needed ? ", but should be " : "", needed);
}

size_t prm__answer_explain(const prm_engine *engine, const prm_event *event, const prm_answer *answer,
                           char *buffer, size_t capacity)
{
    static const char *const answers[] = {"", "accepted", "duplicate", "ignored", "rejected", "too late"};
    int size = 0;
    if (answer->answer == PRM_IGNORED) {
        size = snprintf(buffer, capacity, "ignored: the program knows no event type \"%.*s\"",
                        answer_shown(event->type_name_size), event->type_name_size ? event->type_name : "");
    } else if (answer->answer == PRM_ACCEPTED || answer->answer == PRM_DUPLICATE || !answer->diagnostic) {
        size = snprintf(buffer, capacity, "%s",
                        answer->answer <= PRM_TOO_LATE ? answers[answer->answer] : "");
    } else if (answer->diagnostic == PRM_DIAG_EVENT_FIELD_MISSING) {
        prm_text name = {NULL, 0};
        if (answer->field < engine->program->names_count)
            name = prm__program_text(engine->program, engine->program->names[answer->field].text);
        size = snprintf(buffer, capacity, "%s: \"%.*s\"", answer_meaning(answer->diagnostic), (int)name.size,
                        name.size ? name.data : "");
    } else if (answer->field < event->field_count) {
        size = answer_explain_field(engine, event, answer, buffer, capacity);
    } else {
        size = snprintf(buffer, capacity, "%s: event \"%.*s\"", answer_meaning(answer->diagnostic),
                        answer_shown(answer->diagnostic == PRM_DIAG_EVENT_NOT_UTF8 ? 0 : event->id_size),
                        event->id_size ? event->id : "");
    }
    return size < 0 ? 0 : (size_t)size;
}
