#include "engine/intake.h"
#include "base/diag_numbers.h"
#include "base/utf8.h"
#include <stdio.h>
#include <string.h>

/* Stands for "no value any more" where an attribute is no text. */
#define PRM_CLEARED_MIDDLE INT64_MIN
#define PRM_CLEARED_BOOLEAN 2U
#define PRM_CLEARED_WIDE (-PRM_DECIMAL_LIMIT)

/* The values of one event, by slot, before they are packed. */
typedef struct prm__intake {
    uint64_t mask;
    uint32_t narrow[PRM_LIMIT_FIELDS];
    int64_t middle[PRM_LIMIT_FIELDS];
    prm__decimal wide[PRM_LIMIT_FIELDS];
} prm__intake;

static void intake_reject(prm_answer *answer, prm__diag_number number, uint32_t field)
{
    answer->answer = PRM_REJECTED;
    answer->diagnostic = (uint32_t)number;
    answer->field = field;
}

static uint32_t intake_type(const prm_engine *engine, const prm_event *event)
{
    if (event->type != PRM_NONE)
        return event->type < engine->program->types_count ? event->type : PRM_NO_INDEX;
    uint32_t key = prm__intern_find(&engine->texts, event->type_name, event->type_name_size);
    return key && key <= engine->known_keys ? engine->type_of_key[key] : PRM_NO_INDEX;
}

static uint32_t intake_name(const prm_engine *engine, const prm_field *field)
{
    if (field->field != PRM_NONE)
        return field->field < engine->program->names_count ? field->field : PRM_NO_INDEX;
    uint32_t key = prm__intern_find(&engine->texts, field->name, field->name_size);
    return key && key <= engine->known_keys ? engine->name_of_key[key] : PRM_NO_INDEX;
}

/* ---- One value ---- */

static prm__diag_number intake_text(prm_engine *engine, const prm_field *field, uint32_t *key, prm_status *status)
{
    if (field->kind == PRM_VALUE_NAME) {
        if (field->number <= 0 || field->number > (int64_t)prm__intern_count(&engine->texts))
            return PRM_DIAG_EVENT_NAME_UNKNOWN;
        *key = (uint32_t)field->number;
        return 0;
    }
    char digits[24];
    const char *text = field->text;
    size_t size = field->text_size;
    if (field->kind == PRM_VALUE_INTEGER) {
        size = prm__decimal_write_minor(field->number, 0, digits);
        text = digits;
    } else if (field->kind != PRM_VALUE_TEXT) {
        return PRM_DIAG_EVENT_FIELD_TYPE;
    }
    if (size > PRM_LIMIT_TEXT_BYTES)
        return PRM_DIAG_EVENT_TEXT_TOO_LONG;
    if (!prm__utf8_valid(text, size))
        return PRM_DIAG_EVENT_NOT_UTF8;
    *key = prm__intern_key(&engine->texts, text, size);
    if (!*key)
        *status = PRM_E_MEMORY;
    return 0;
}

/* A number of any numeric kind as a decimal. */
static prm__diag_number intake_decimal(const prm_engine *engine, const prm_field *field, bool percent,
                                       prm__decimal *out)
{
    switch (field->kind) {
    case PRM_VALUE_INTEGER:
        *out = (prm__decimal)field->number * PRM_DECIMAL_ONE;
        break;
    case PRM_VALUE_E12:
        *out = field->number;
        break;
    case PRM_VALUE_MINOR:
        *out = prm__decimal_from_minor(field->number, engine->program->head->minor_digits);
        break;
    case PRM_VALUE_TEXT:
        switch (prm__decimal_read(field->text, field->text_size, percent, out)) {
        case PRM_DECIMAL_READ:
            break;
        case PRM_DECIMAL_TOO_LARGE:
            return PRM_DIAG_EVENT_NUMBER_TOO_LARGE;
        case PRM_DECIMAL_TOO_FINE:
        case PRM_DECIMAL_MALFORMED:
            return PRM_DIAG_EVENT_FIELD_TYPE;
        }
        break;
    default:
        return PRM_DIAG_EVENT_FIELD_TYPE;
    }
    return *out >= PRM_DECIMAL_LIMIT || *out <= -PRM_DECIMAL_LIMIT ? PRM_DIAG_EVENT_NUMBER_TOO_LARGE : 0;
}

static prm__diag_number intake_money(const prm_engine *engine, const prm_field *field, int64_t *minor)
{
    const int64_t limit = INT64_C(1000000000000000000);
    uint32_t digits = engine->program->head->minor_digits;
    if (field->kind == PRM_VALUE_MINOR) {
        *minor = field->number;
        return *minor >= limit || *minor <= -limit ? PRM_DIAG_EVENT_NUMBER_TOO_LARGE : 0;
    }
    prm__decimal value = 0;
    if (field->kind == PRM_VALUE_TEXT) {
        prm__decimal_reading reading = prm__decimal_read(field->text, field->text_size, false, &value);
        if (reading == PRM_DECIMAL_TOO_FINE)
            return PRM_DIAG_EVENT_MONEY_TOO_FINE;
        if (reading != PRM_DECIMAL_READ)
            return reading == PRM_DECIMAL_TOO_LARGE ? PRM_DIAG_EVENT_NUMBER_TOO_LARGE
                                                    : PRM_DIAG_EVENT_FIELD_TYPE;
    } else {
        prm__diag_number number = intake_decimal(engine, field, false, &value);
        if (number)
            return number;
    }
    if (!prm__decimal_to_minor(value, digits, PRM_ROUND_DOWN, minor))
        return PRM_DIAG_EVENT_NUMBER_TOO_LARGE;
    return prm__decimal_from_minor(*minor, digits) == value ? 0 : PRM_DIAG_EVENT_MONEY_TOO_FINE;
}

static prm__diag_number intake_integer(const prm_engine *engine, const prm_field *field, int64_t *out)
{
    prm__decimal value;
    if (field->kind == PRM_VALUE_MINOR)
        return PRM_DIAG_EVENT_FIELD_TYPE;
    prm__diag_number number = intake_decimal(engine, field, false, &value);
    if (number)
        return number;
    if (value % PRM_DECIMAL_ONE != 0)
        return PRM_DIAG_EVENT_FIELD_TYPE;
    *out = (int64_t)(value / PRM_DECIMAL_ONE);
    return 0;
}

static prm__diag_number intake_time(const prm_engine *engine, const prm_field *field, int64_t *out)
{
    if (field->kind == PRM_VALUE_TEXT) {
        bool read = prm__caltime_read(&engine->program->calendar.zone, field->text, field->text_size, out);
        return read ? 0 : PRM_DIAG_EVENT_FIELD_TYPE;
    }
    if (field->kind != PRM_VALUE_TIME && field->kind != PRM_VALUE_INTEGER)
        return PRM_DIAG_EVENT_FIELD_TYPE;
    if (field->kind == PRM_VALUE_INTEGER && (field->number < 0 || field->number > PRM_TIME_MAX / 1000))
        return PRM_DIAG_EVENT_TIME_RANGE;
    *out = field->kind == PRM_VALUE_INTEGER ? field->number * 1000 : field->number;
    return *out < PRM_TIME_MIN || *out > PRM_TIME_MAX ? PRM_DIAG_EVENT_TIME_RANGE : 0;
}

static prm__diag_number intake_boolean(const prm_field *field, uint32_t *out)
{
    if (field->kind == PRM_VALUE_BOOLEAN && (field->number == 0 || field->number == 1)) {
        *out = (uint32_t)field->number;
        return 0;
    }
    if (field->kind != PRM_VALUE_TEXT)
        return PRM_DIAG_EVENT_FIELD_TYPE;
    if (field->text_size == 4 && memcmp(field->text, "true", 4) == 0)
        *out = 1;
    else if (field->text_size == 5 && memcmp(field->text, "false", 5) == 0)
        *out = 0;
    else
        return PRM_DIAG_EVENT_FIELD_TYPE;
    return 0;
}

static prm__diag_number intake_value(prm_engine *engine, const prm_field *field, uint32_t field_type, uint32_t slot,
                                     prm__intake *values, prm_status *status)
{
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:
        return intake_text(engine, field, &values->narrow[slot], status);
    case PRM_FIELD_BOOLEAN:
        return intake_boolean(field, &values->narrow[slot]);
    case PRM_FIELD_INTEGER:
        return intake_integer(engine, field, &values->middle[slot]);
    case PRM_FIELD_MONEY:
        return intake_money(engine, field, &values->middle[slot]);
    case PRM_FIELD_TIME:
        return intake_time(engine, field, &values->middle[slot]);
    case PRM_FIELD_DECIMAL:
        return intake_decimal(engine, field, false, &values->wide[slot]);
    case PRM_FIELD_PERCENT:
        return intake_decimal(engine, field, true, &values->wide[slot]);
    }
    return PRM_DIAG_EVENT_FIELD_TYPE;
}

/* ---- Clearing ---- */

static bool intake_empty(const prm_engine *engine, const prm_field *field)
{
    if (field->kind == PRM_VALUE_NAME)
        return field->number == (int64_t)engine->empty_key;
    return field->kind == PRM_VALUE_TEXT && field->text_size == 0;
}

/* Attributes and links are cleared by an empty text; other fields are then missing. */
static bool intake_clears(const prm_engine *engine, uint32_t type, const prm__p_slot *slot)
{
    uint32_t role = engine->program->types[type].role;
    bool link = slot->name == PRM_NAME_REFERRER || slot->name == PRM_NAME_PARENT;
    return slot->attribute != PRM_NO_INDEX ||
           (link && (role == PRM_ROLE_PARTNER_JOINED || role == PRM_ROLE_PARTNER_UPDATED));
}

static void intake_clear(const prm_engine *engine, uint32_t field_type, uint32_t slot, prm__intake *values)
{
    values->narrow[slot] = field_type == PRM_FIELD_TEXT ? engine->empty_key : PRM_CLEARED_BOOLEAN;
    values->middle[slot] = PRM_CLEARED_MIDDLE;
    values->wide[slot] = PRM_CLEARED_WIDE;
}

bool prm__intake_is_cleared(const prm_engine *engine, const prm__view *view, uint32_t slot, uint32_t field_type)
{
    const void *at = prm__view_at(view, slot);
    uint32_t narrow;
    int64_t middle;
    prm__decimal wide;
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:
    case PRM_FIELD_BOOLEAN:
        memcpy(&narrow, at, sizeof narrow);
        return narrow == (field_type == PRM_FIELD_TEXT ? engine->empty_key : PRM_CLEARED_BOOLEAN);
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_TIME:
        memcpy(&middle, at, sizeof middle);
        return middle == PRM_CLEARED_MIDDLE;
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        break;
    }
    memcpy(&wide, at, sizeof wide);
    return wide == PRM_CLEARED_WIDE;
}

/* ---- The event ---- */

static prm__diag_number intake_envelope(const prm_event *event)
{
    if (event->id_size == 0)
        return PRM_DIAG_EVENT_ID_MISSING;
    if (event->id_size > PRM_LIMIT_ID_BYTES)
        return PRM_DIAG_EVENT_ID_TOO_LONG;
    if (!prm__utf8_valid(event->id, event->id_size))
        return PRM_DIAG_EVENT_NOT_UTF8;
    if (event->time < PRM_TIME_MIN || event->time > PRM_TIME_MAX)
        return PRM_DIAG_EVENT_TIME_RANGE;
    return 0;
}

/* Field `index` of the event into its slot; false when it rejects the event. */
static bool intake_field(prm_engine *engine, const prm_event *event, uint32_t type_index, uint32_t index,
                         prm__intake *values, prm_answer *answer, prm_status *status)
{
    const prm__p_type *type = &engine->program->types[type_index];
    const prm_field *field = &event->fields[index];
    if (field->kind > PRM_VALUE_NAME) {
        intake_reject(answer, PRM_DIAG_EVENT_FIELD_TYPE, index);
        return false;
    }
    uint32_t name = intake_name(engine, field);
    uint32_t slot = name == PRM_NO_INDEX ? PRM_NO_INDEX : prm__program_slot(engine->program, type_index, name);
    if (slot == PRM_NO_INDEX) {
        answer->dropped++;
        return true;
    }
    const prm__p_slot *row = &engine->program->slots[type->first_slot + slot];
    bool empty = intake_empty(engine, field);
    if (empty && !intake_clears(engine, type_index, row))
        return true;
    if (values->mask >> slot & 1) {
        intake_reject(answer, PRM_DIAG_EVENT_FIELD_TWICE, index);
        return false;
    }
    values->mask |= (uint64_t)1 << slot;
    if (empty) {
        intake_clear(engine, row->field_type, slot, values);
        return true;
    }
    prm__diag_number number = intake_value(engine, field, row->field_type, slot, values, status);
    if (number)
        intake_reject(answer, number, index);
    return !number;
}

static bool intake_complete(const prm_engine *engine, uint32_t type_index, const prm__intake *values,
                            prm_answer *answer)
{
    const prm__p_type *type = &engine->program->types[type_index];
    for (uint32_t slot = 0; slot < type->slot_count; slot++) {
        const prm__p_slot *row = &engine->program->slots[type->first_slot + slot];
        if (row->required && !(values->mask >> slot & 1)) {
            intake_reject(answer, PRM_DIAG_EVENT_FIELD_MISSING, row->name);
            return false;
        }
    }
    return true;
}

/* Packs the record; gives its size. The partner stands in the head, not in a slot. */
static size_t intake_pack(prm_engine *engine, const prm_event *event, uint32_t type, uint32_t partner,
                          const prm__intake *values, prm__event *record)
{
    const prm__layout *layout = &engine->layouts[type];
    uint64_t mask = values->mask;
    if (partner != PRM_NONE)
        mask &= ~(uint64_t)1;
    *record = (prm__event){event->time, partner, (uint16_t)type, (uint8_t)event->id_size, 0};
    char *at = (char *)(record + 1);
    memcpy(at, &mask, layout->mask_size);
    at += layout->mask_size;
    for (uint64_t rest = mask; rest; rest &= rest - 1) {
        uint32_t slot = (uint32_t)__builtin_ctzll(rest);
        uint64_t bit = (uint64_t)1 << slot;
        if (layout->narrow & bit) {
            memcpy(at, &values->narrow[slot], 4);
            at += 4;
        } else if (layout->middle & bit) {
            memcpy(at, &values->middle[slot], 8);
            at += 8;
        } else {
            memcpy(at, &values->wide[slot], 16);
            at += 16;
        }
    }
    memcpy(at, event->id, event->id_size);
    return prm__store_size(record, layout);
}

prm_status prm__intake_read(prm_engine *engine, const prm_event *event, prm_answer *answer, size_t *size)
{
    *answer = (prm_answer){PRM_ACCEPTED, 0, PRM_NONE, 0};
    prm_status status = PRM_OK;
    prm__intake values;
    values.mask = 0;
    prm__diag_number number = intake_envelope(event);
    if (number || (event->type == PRM_NONE && event->type_name_size == 0)) {
        intake_reject(answer, number ? number : PRM_DIAG_EVENT_TYPE_MISSING, PRM_NONE);
        return PRM_OK;
    }
    uint32_t type = intake_type(engine, event);
    if (type == PRM_NO_INDEX) {
        if (event->type != PRM_NONE)
            intake_reject(answer, PRM_DIAG_EVENT_NAME_UNKNOWN, PRM_NONE);
        else
            answer->answer = PRM_IGNORED;
        return PRM_OK;
    }
    for (uint32_t i = 0; i < event->field_count; i++)
        if (!intake_field(engine, event, type, i, &values, answer, &status) || status != PRM_OK)
            return status;
    if (!intake_complete(engine, type, &values, answer))
        return PRM_OK;
    prm__event *record = prm__store_room(&engine->store);
    if (!record)
        return PRM_E_MEMORY;
    uint32_t partner = PRM_NONE;
    if (engine->program->types[type].role != PRM_ROLE_EVENT_VOIDED) {
        partner = prm__engine_partner_of(engine, values.narrow[0]);
        if (partner == PRM_NONE)
            return PRM_E_MEMORY;
    }
    *size = intake_pack(engine, event, type, partner, &values, record);
    return PRM_OK;
}

/* ---- Reasons ---- */

static const char *intake_type_name(uint32_t field_type)
{
    static const char *const names[] = {"a text",           "true or false", "an integer", "an amount of money",
                                        "a time or a date", "a number",      "a percent"};
    return names[field_type];
}

static const char *intake_meaning(uint32_t diagnostic)
{
    switch (diagnostic) {
#define PRM_INTAKE_MEANING(name, number, severity, meaning)                                                  \
    case number:                                                                                             \
        return meaning;
        PRM_DIAGNOSTICS(PRM_INTAKE_MEANING)
#undef PRM_INTAKE_MEANING
    default:
        return "";
    }
}

/* The culprit's declared type, when the answer is about one. */
static uint32_t intake_culprit_type(const prm_engine *engine, const prm_event *event, uint32_t index)
{
    uint32_t type = intake_type(engine, event);
    uint32_t name = intake_name(engine, &event->fields[index]);
    if (type == PRM_NO_INDEX || name == PRM_NO_INDEX)
        return PRM_FIELD_TEXT;
    uint32_t slot = prm__program_slot(engine->program, type, name);
    return slot == PRM_NO_INDEX ? PRM_FIELD_TEXT
                                : engine->program->slots[engine->program->types[type].first_slot + slot].field_type;
}

static int intake_shown(size_t size)
{
    return size > 60 ? 60 : (int)size;
}

static int intake_explain_field(const prm_engine *engine, const prm_event *event, const prm_answer *answer,
                                char *buffer, size_t capacity)
{
    const prm_field *field = &event->fields[answer->field];
    prm_text name = {field->name, field->name_size};
    uint32_t index = intake_name(engine, field);
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
        needed = intake_type_name(intake_culprit_type(engine, event, answer->field));
    return snprintf(buffer, capacity, "%s: field \"%.*s\" has \"%.*s\"%s%s", intake_meaning(answer->diagnostic),
                    intake_shown(name.size), name.size ? name.data : "", intake_shown(size), size ? value : "",
                    *needed ? ", but should be " : "", needed);
}

size_t prm__intake_explain(const prm_engine *engine, const prm_event *event, const prm_answer *answer, char *buffer,
                           size_t capacity)
{
    static const char *const answers[] = {"", "accepted", "duplicate", "ignored", "rejected", "too late"};
    int size = 0;
    if (answer->answer == PRM_IGNORED) {
        size = snprintf(buffer, capacity, "ignored: the program knows no event type \"%.*s\"",
                        intake_shown(event->type_name_size), event->type_name_size ? event->type_name : "");
    } else if (answer->answer != PRM_REJECTED) {
        size = snprintf(buffer, capacity, "%s", answer->answer <= PRM_TOO_LATE ? answers[answer->answer] : "");
    } else if (answer->diagnostic == PRM_DIAG_EVENT_FIELD_MISSING) {
        prm_text name = {NULL, 0};
        if (answer->field < engine->program->names_count)
            name = prm__program_text(engine->program, engine->program->names[answer->field].text);
        size = snprintf(buffer, capacity, "%s: \"%.*s\"", intake_meaning(answer->diagnostic), (int)name.size,
                        name.size ? name.data : "");
    } else if (answer->field < event->field_count) {
        size = intake_explain_field(engine, event, answer, buffer, capacity);
    } else {
        size = snprintf(buffer, capacity, "%s: event \"%.*s\"", intake_meaning(answer->diagnostic),
                        intake_shown(answer->diagnostic == PRM_DIAG_EVENT_NOT_UTF8 ? 0 : event->id_size),
                        event->id_size ? event->id : "");
    }
    return size < 0 ? 0 : (size_t)size;
}
