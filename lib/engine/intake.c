#include "engine/intake.h"
#include "base/diag_numbers.h"
#include "base/utf8.h"
#include "engine/note.h"
#include <string.h>

/* Stands for "no value any more" where an attribute is no text. */
#define PRM_CLEARED_MIDDLE INT64_MIN
#define PRM_CLEARED_WIDE (-PRM_DECIMAL_LIMIT)

/* One event on its way into the room at the top of the store. */
typedef struct prm__intake {
    prm_engine *engine;
    const prm_event *event;
    prm__warm *warm;
    uint32_t type;
    const prm__layout *layout;
    char *record;
    uint64_t seen;    /* slots that have a value */
    uint32_t partner; /* text key */
    uint32_t index;   /* of the partner, or PRM_NONE while it is not known */
    prm_answer *answer;
} prm__intake;

static const prm__p_slot *intake_slot(const prm__intake *in, uint32_t slot)
{
    const prm_program *program = in->engine->program;
    return &program->slots[program->types[in->type].first_slot + slot];
}

static void intake_reject(prm_answer *answer, prm__diag_number number, uint32_t field)
{
    answer->answer = PRM_REJECTED;
    answer->diagnostic = (uint32_t)number;
    answer->field = field;
}

uint32_t prm__intake_type(const prm_engine *engine, const prm_event *event)
{
    if (event->type != PRM_NONE)
        return event->type < engine->program->types_count ? event->type : PRM_NO_INDEX;
    uint32_t key = prm__intern_find(&engine->texts, event->type_name, event->type_name_size);
    return key && key <= engine->known_keys ? engine->type_of_key[key] : PRM_NO_INDEX;
}

uint32_t prm__intake_name(const prm_engine *engine, const prm_field *field)
{
    if (field->field != PRM_NONE)
        return field->field < engine->program->names_count ? field->field : PRM_NO_INDEX;
    uint32_t key = prm__intern_find(&engine->texts, field->name, field->name_size);
    return key && key <= engine->known_keys ? engine->name_of_key[key] : PRM_NO_INDEX;
}

/* ---- One value ---- */

/* The key of a text that may be new. */
static prm__diag_number intake_new_text(prm_engine *engine, const char *text, size_t size, uint32_t *key,
                                        prm_status *status)
{
    if (size > PRM_LIMIT_TEXT_BYTES)
        return PRM_DIAG_EVENT_TEXT_TOO_LONG;
    uint64_t hash = prm__intern_hash(&engine->texts, text, size);
    const prm__intern_slot *known = prm__intern_look(&engine->texts, text, size, hash);
    if (known) {
        *key = known->key;
        return 0; /* it was valid when it was new */
    }
    if (!prm__utf8_valid(text, size))
        return PRM_DIAG_EVENT_NOT_UTF8;
    *key = prm__intern_add(&engine->texts, text, size, hash);
    if (!*key)
        *status = PRM_E_MEMORY;
    return 0;
}

static prm__diag_number intake_text(prm_engine *engine, const prm_field *field, uint32_t *key,
                                    prm_status *status)
{
    if (field->kind == PRM_VALUE_NAME) {
        if (field->number <= 0 || field->number > (int64_t)prm__intern_count(&engine->texts))
            return PRM_DIAG_EVENT_NAME_UNKNOWN;
        *key = (uint32_t)field->number;
        return 0;
    }
    if (field->kind == PRM_VALUE_TEXT)
        return intake_new_text(engine, field->text, field->text_size, key, status);
    if (field->kind != PRM_VALUE_INTEGER)
        return PRM_DIAG_EVENT_FIELD_TYPE;
    char digits[24];
    size_t size = prm__decimal_write_minor(field->number, 0, digits);
    return intake_new_text(engine, digits, size, key, status);
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
        *out = field->number ? PRM_BOOLEAN_TRUE : PRM_BOOLEAN_FALSE;
        return 0;
    }
    if (field->kind != PRM_VALUE_TEXT)
        return PRM_DIAG_EVENT_FIELD_TYPE;
    if (field->text_size == 4 && memcmp(field->text, "true", 4) == 0)
        *out = PRM_BOOLEAN_TRUE;
    else if (field->text_size == 5 && memcmp(field->text, "false", 5) == 0)
        *out = PRM_BOOLEAN_FALSE;
    else
        return PRM_DIAG_EVENT_FIELD_TYPE;
    return 0;
}

/* Reads a value that is no text by its declared type, and writes it to its place. */
static prm__diag_number intake_value(const prm__intake *in, const prm_field *field, uint32_t field_type,
                                     uint32_t slot)
{
    char *at = in->record + in->layout->at[slot];
    prm__diag_number number = PRM_DIAG_EVENT_FIELD_TYPE;
    uint32_t narrow = 0;
    int64_t middle = 0;
    prm__decimal wide = 0;
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_BOOLEAN:
        number = intake_boolean(field, &narrow);
        memcpy(at, &narrow, sizeof narrow);
        return number;
    case PRM_FIELD_INTEGER:
        number = intake_integer(in->engine, field, &middle);
        break;
    case PRM_FIELD_MONEY:
        number = intake_money(in->engine, field, &middle);
        break;
    case PRM_FIELD_TIME:
        number = intake_time(in->engine, field, &middle);
        break;
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        number = intake_decimal(in->engine, field, field_type == PRM_FIELD_PERCENT, &wide);
        memcpy(at, &wide, sizeof wide);
        return number;
    case PRM_FIELD_TEXT: /* LCOV_EXCL_LINE a text has its own reader */
        return number;   /* LCOV_EXCL_LINE so */
    }
    memcpy(at, &middle, sizeof middle);
    return number;
}

static void intake_keep_text(prm__intake *in, uint32_t slot, uint32_t key)
{
    if (in->layout->at[slot])
        memcpy(in->record + in->layout->at[slot], &key, sizeof key);
    else
        in->partner = key; /* it goes to the head of the record, later */
}

/* The same for a text. */
static prm__diag_number intake_text_field(prm__intake *in, const prm_field *field, uint32_t slot,
                                          prm_status *status)
{
    uint32_t key = 0;
    prm__diag_number number = intake_text(in->engine, field, &key, status);
    intake_keep_text(in, slot, key);
    return number;
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

static void intake_clear(const prm__intake *in, uint32_t field_type, uint32_t slot)
{
    char *at = in->record + in->layout->at[slot];
    uint32_t narrow = field_type == PRM_FIELD_TEXT ? in->engine->empty_key : PRM_BOOLEAN_CLEARED;
    int64_t middle = PRM_CLEARED_MIDDLE;
    prm__decimal wide = PRM_CLEARED_WIDE;
    if (field_type <= PRM_FIELD_BOOLEAN)
        memcpy(at, &narrow, sizeof narrow);
    else if (field_type <= PRM_FIELD_TIME)
        memcpy(at, &middle, sizeof middle);
    else
        memcpy(at, &wide, sizeof wide);
}

bool prm__intake_is_cleared(const prm_engine *engine, const prm__view *view, uint32_t slot,
                            uint32_t field_type)
{
    const void *at = prm__view_at(view, slot);
    uint32_t narrow;
    int64_t middle;
    prm__decimal wide;
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:
    case PRM_FIELD_BOOLEAN:
        memcpy(&narrow, at, sizeof narrow);
        return narrow == (field_type == PRM_FIELD_TEXT ? engine->empty_key : PRM_BOOLEAN_CLEARED);
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

/* A text that is known, and what is left with it: whom it names. */
typedef struct prm__intake_known {
    uint32_t key; /* 0: it is not known */
    uint64_t note;
} prm__intake_known;

static void intake_keep_known(prm__intake *in, const prm__text_field *place, prm__intake_known known)
{
    uint64_t note = known.note;
    if (!place->at) {
        in->partner = known.key;
        in->index = prm__note_is_partner(note) ? prm__note_owner(note) : PRM_NONE;
        return;
    }
    memcpy(in->record + place->at, &known.key, sizeof known.key);
    if (place->kind < PRM_WARM_KINDS) {
        in->warm->notes[place->kind] = note;
        in->warm->noted |= 1U << place->kind;
    }
}

/* Field `index`, of which something was found out ahead. */
static prm__intake_known intake_look(const prm__intake *in, uint32_t index)
{
    const prm__intern *texts = &in->engine->texts;
    const prm_field *field = &in->event->fields[index];
    if (in->warm->names >> index & 1)
        return (prm__intake_known){(uint32_t)field->number, *prm__intern_note_of(texts, field->number)};
    const prm__intern_slot *slot = prm__intern_look_short(texts, field->text, field->text_size,
                                                          in->warm->fields[index]);
    return slot ? (prm__intake_known){slot->key, prm__intern_note(slot)} : (prm__intake_known){0, 0};
}

/* Takes fields from `index` on as long as they are what nearly every field is: a short text that is
 * known, with its hash worked out ahead, or a name's handle, for a slot that has no value yet. Gives the
 * first that is not so; nothing was done about that one. */
static uint32_t intake_known_texts(prm__intake *in, uint32_t index)
{
    const prm__plan *plan = &in->engine->plans[in->type];
    const prm__text_field *places = prm__plan_texts(in->engine, plan);
    const prm_field *fields = in->event->fields;
    const uint64_t *ahead = in->warm->fields;
    const uint32_t names = plan->text_count;
    uint32_t count = in->event->field_count < PRM_WARM_FIELDS ? in->event->field_count : PRM_WARM_FIELDS;
    uint64_t seen = in->seen;
    for (; index < count && ahead[index] && fields[index].field < names; index++) {
        const prm__text_field *place = &places[fields[index].field];
        if (!(place->slot & ~seen))
            break;
        prm__intake_known known = intake_look(in, index);
        if (!known.key)
            break;
        seen |= place->slot;
        intake_keep_known(in, place, known);
    }
    in->seen = seen;
    return index;
}

/* Field `index` of the event into its slot; false when it rejects the event. */
static bool intake_field(prm__intake *in, uint32_t index, prm_status *status)
{
    const prm_engine *engine = in->engine;
    const prm_field *field = &in->event->fields[index];
    if (field->kind > PRM_VALUE_NAME) {
        intake_reject(in->answer, PRM_DIAG_EVENT_FIELD_TYPE, index);
        return false;
    }
    uint32_t name = prm__intake_name(engine, field);
    uint32_t slot = name == PRM_NO_INDEX ? PRM_NO_INDEX : prm__engine_slot(engine, in->type, name);
    if (slot == PRM_NO_INDEX) {
        in->answer->dropped++;
        return true;
    }
    bool empty = intake_empty(engine, field);
    const prm__p_slot *row = intake_slot(in, slot);
    if (empty && !intake_clears(engine, in->type, row))
        return true;
    if (in->seen >> slot & 1) {
        intake_reject(in->answer, PRM_DIAG_EVENT_FIELD_TWICE, index);
        return false;
    }
    in->seen |= (uint64_t)1 << slot;
    if (empty) {
        intake_clear(in, row->field_type, slot);
        return true;
    }
    prm__diag_number number = in->layout->texts >> slot & 1 ? intake_text_field(in, field, slot, status)
                                                            : intake_value(in, field, row->field_type, slot);
    if (number)
        intake_reject(in->answer, number, index);
    return !number;
}

static bool intake_complete(const prm__intake *in)
{
    uint64_t missing = in->layout->required & ~in->seen;
    if (!missing)
        return true;
    uint32_t slot = (uint32_t)__builtin_ctzll(missing);
    intake_reject(in->answer, PRM_DIAG_EVENT_FIELD_MISSING, intake_slot(in, slot)->name);
    return false;
}

/* The rest of the record: head, presence mask and id. The partner is made when new. */
static prm_status intake_finish(const prm__intake *in)
{
    uint32_t partner = PRM_NONE;
    if (in->engine->program->types[in->type].role != PRM_ROLE_EVENT_VOIDED) {
        partner = in->index != PRM_NONE ? in->index : prm__engine_partner_of(in->engine, in->partner);
        if (partner == PRM_NONE)
            return PRM_E_MEMORY;
        prm__warm_partner(in->engine, in->warm, in->type, partner);
    }
    uint64_t mask = in->seen & ~in->layout->narrow;
    uint32_t short_mask = (uint32_t)mask;
    if (in->layout->mask_size == 4)
        memcpy(in->record + in->layout->mask_at, &short_mask, sizeof short_mask);
    else if (in->layout->mask_size)
        memcpy(in->record + in->layout->mask_at, &mask, sizeof mask);
    prm__bytes_copy(in->record + in->layout->id_at, in->event->id, in->event->id_size);
    *(prm__event *)(void *)in->record = (prm__event){in->event->time, partner, (uint16_t)in->type,
                                                     (uint8_t)in->event->id_size, 0};
    return PRM_OK;
}

/* The event's type, or an answer that there is none. */
static uint32_t intake_known_type(const prm_engine *engine, const prm_event *event, prm_answer *answer)
{
    prm__diag_number number = intake_envelope(event);
    if (number || (event->type == PRM_NONE && event->type_name_size == 0)) {
        intake_reject(answer, number ? number : PRM_DIAG_EVENT_TYPE_MISSING, PRM_NONE);
        return PRM_NO_INDEX;
    }
    uint32_t type = prm__intake_type(engine, event);
    if (type == PRM_NO_INDEX && event->type != PRM_NONE)
        intake_reject(answer, PRM_DIAG_EVENT_NAME_UNKNOWN, PRM_NONE);
    else if (type == PRM_NO_INDEX)
        answer->answer = PRM_IGNORED;
    return type;
}

/* Empties the values of a record, in steps of 16 bytes: of the room after it nothing is taken yet. */
static void intake_empty_record(prm__event *record, const prm__layout *layout)
{
    for (uint32_t at = (uint32_t)sizeof *record; at < layout->id_at; at += 16)
        memset((char *)record + at, 0, 16);
}

prm_status prm__intake_read(prm_engine *engine, const prm_event *event, prm__warm *warm, prm_answer *answer,
                            size_t *size)
{
    *answer = (prm_answer){PRM_ACCEPTED, 0, PRM_NONE, 0};
    prm_status status = PRM_OK;
    uint32_t type = intake_known_type(engine, event, answer);
    if (type == PRM_NO_INDEX)
        return PRM_OK;
    prm__event *record = prm__store_room(&engine->store);
    if (!record)
        return PRM_E_MEMORY;
    prm__intake in;
    in.engine = engine;
    in.event = event;
    in.warm = warm;
    in.type = type;
    in.layout = &engine->layouts[type];
    in.record = (char *)record;
    in.seen = 0;
    in.partner = 0;
    in.index = PRM_NONE;
    in.answer = answer;
    intake_empty_record(record, in.layout);
    for (uint32_t i = 0; (i = intake_known_texts(&in, i)) < event->field_count; i++)
        if (!intake_field(&in, i, &status) || status != PRM_OK)
            return status;
    if (!intake_complete(&in))
        return PRM_OK;
    *size = ((size_t)in.layout->id_at + event->id_size + 7) & ~(size_t)7;
    return intake_finish(&in);
}
