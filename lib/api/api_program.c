/* api, programs: checks of handles, sizes and NULL around a compiled program, and the
 * small texts that need no engine. No logic. */
#include "program/program.h"
#include "base/error.h"
#include "base/utf8.h"

#include <string.h>

/* Windows and rates at the ends of time may begin or end outside of it. */
#define API_TIME_MARGIN (3 * 366 * PRM_MS_PER_DAY)

/* The size of prm_rule in its first version: what a caller's must have at least. Fields
 * appended later are filled only where the caller's size covers them. */
#define API_SIZE_RULE (4 * sizeof(uint32_t) + 2 * sizeof(prm_text))

const char *prm_status_name(int32_t status)
{
    switch ((prm_status)status) {
    case PRM_OK:
        return "PRM_OK";
    case PRM_E_ARGUMENT:
        return "PRM_E_ARGUMENT";
    case PRM_E_MEMORY:
        return "PRM_E_MEMORY";
    case PRM_E_IO:
        return "PRM_E_IO";
    case PRM_E_PROGRAM:
        return "PRM_E_PROGRAM";
    case PRM_E_EVENT:
        return "PRM_E_EVENT";
    case PRM_E_CLOCK:
        return "PRM_E_CLOCK";
    case PRM_E_LIMIT:
        return "PRM_E_LIMIT";
    case PRM_E_NOT_FOUND:
        return "PRM_E_NOT_FOUND";
    case PRM_E_INTERNAL:
        return "PRM_E_INTERNAL";
    case PRM_E_STATE:
        return "PRM_E_STATE";
    case PRM_E_MISMATCH:
        return "PRM_E_MISMATCH";
    case PRM_E_UNSUPPORTED:
        return "PRM_E_UNSUPPORTED";
    }
    return "PRM_E_UNKNOWN";
}

#define API_TEXT_OF(x) #x
#define API_VERSION_TEXT(major, minor, patch) API_TEXT_OF(major) "." API_TEXT_OF(minor) "." API_TEXT_OF(patch)

const char *prm_version(void)
{
    return API_VERSION_TEXT(PRM_VERSION_MAJOR, PRM_VERSION_MINOR, PRM_VERSION_PATCH);
}

const char *prm_state_name(uint32_t state)
{
    static const char *const names[] = {
        "unknown",
        [PRM_STATE_OPEN] = "open",
        [PRM_STATE_REACHED] = "reached",
        [PRM_STATE_MISSED] = "missed",
        [PRM_STATE_WAITING] = "waiting",
        [PRM_STATE_NOT_ELIGIBLE] = "not_eligible",
        [PRM_STATE_INACTIVE] = "inactive",
    };
    return names[state < sizeof names / sizeof names[0] ? state : 0];
}

/* ---- Programs ---- */

prm_program *prm_program_ref(prm_program *program)
{
    return prm__program_ref(program);
}

void prm_program_unref(prm_program *program)
{
    prm__program_unref(program);
}

static prm_text api_program_text(const prm_program *program, uint32_t text)
{
    return prm__program_text(program, text);
}

static const prm_text api_no_text = {NULL, 0};

prm_text prm_program_name(const prm_program *program)
{
    return program == NULL ? api_no_text : api_program_text(program, program->head->name);
}

prm_text prm_program_title(const prm_program *program)
{
    return program == NULL ? api_no_text : api_program_text(program, program->head->title);
}

prm_text prm_program_currency(const prm_program *program)
{
    return program == NULL ? api_no_text : api_program_text(program, program->head->currency);
}

prm_text prm_program_timezone(const prm_program *program)
{
    return program == NULL ? api_no_text : api_program_text(program, program->head->timezone);
}

uint32_t prm_program_minor_digits(const prm_program *program)
{
    return program == NULL ? 0 : program->head->minor_digits;
}

uint64_t prm_program_hash(const prm_program *program)
{
    return program == NULL ? 0 : program->hash;
}

uint32_t prm_program_rule_count(const prm_program *program)
{
    return program == NULL ? 0 : program->first_stage;
}

prm_status prm_program_rule(const prm_program *program, uint32_t index, prm_rule *out)
{
    if (program == NULL || out == NULL || out->size < API_SIZE_RULE || index >= program->first_stage)
        return PRM_E_ARGUMENT;
    const prm__p_rule *rule = &program->rules[index];
    out->line = rule->line;
    out->name = prm__program_text(program, rule->text);
    out->title = prm__program_text(program, rule->title);
    out->tiers = rule->tier_count;
    out->outcomes = (rule->then.action_count ? PRM_OUTCOME_OF_THEN : 0U) |
                    (rule->otherwise.action_count ? PRM_OUTCOME_OF_ELSE : 0U) |
                    (rule->remind.action_count ? PRM_OUTCOME_OF_REMIND : 0U);
    return PRM_OK;
}

uint32_t prm_program_stage_count(const prm_program *program)
{
    return program == NULL ? 0 : program->rules_count - program->first_stage;
}

prm_status prm_program_stage(const prm_program *program, uint32_t index, prm_stage *out)
{
    if (out == NULL || out->size < sizeof *out || index >= prm_program_stage_count(program))
        return PRM_E_ARGUMENT;
    const prm__p_rule *stage = &program->rules[program->first_stage + index];
    out->line = stage->line;
    out->name = prm__program_text(program, stage->text);
    out->title = prm__program_text(program, stage->title);
    return PRM_OK;
}

uint32_t prm_program_type(const prm_program *program, const char *name, size_t size)
{
    if (program == NULL || (name == NULL && size > 0))
        return PRM_NONE;
    return prm__program_find_type(program, name, size);
}

uint32_t prm_program_field(const prm_program *program, const char *name, size_t size)
{
    if (program == NULL || (name == NULL && size > 0))
        return PRM_NONE;
    return prm__program_find_name(program, name, size);
}

prm_text prm_program_rank_name(const prm_program *program, uint32_t index)
{
    if (program == NULL || index >= program->levels_count)
        return (prm_text){"", 0};
    return prm__program_text(program, program->levels[index].text);
}

uint32_t prm_program_type_count(const prm_program *program)
{
    return program == NULL ? 0 : program->types_count;
}

prm_status prm_program_type_get(const prm_program *program, uint32_t type, prm_type *out)
{
    if (program == NULL || out == NULL || out->size < sizeof *out || type >= program->types_count)
        return PRM_E_ARGUMENT;
    out->fields = program->types[type].slot_count;
    out->name = prm__program_text(program, program->types[type].text);
    return PRM_OK;
}

prm_status prm_program_type_field(const prm_program *program, uint32_t type, uint32_t index,
                                  prm_type_field *out)
{
    if (program == NULL || out == NULL || out->size < sizeof *out || type >= program->types_count ||
        index >= program->types[type].slot_count)
        return PRM_E_ARGUMENT;
    const prm__p_slot *slot = &program->slots[program->types[type].first_slot + index];
    const char *name = prm__program_field_type_name(slot->field_type);
    out->field = slot->name;
    out->name = prm__program_text(program, program->names[slot->name].text);
    out->type = (prm_text){name, strlen(name)};
    out->required = slot->required;
    out->reserved = 0;
    return PRM_OK;
}

size_t prm_program_dump(const prm_program *program, char *buffer, size_t capacity)
{
    if (program == NULL || (buffer == NULL && capacity > 0))
        return 0;
    return prm__program_dump(program, buffer, capacity);
}

/* ---- Times ---- */

/* As much of a text as a message shows, in bytes. */
static int api_shown(const char *text, size_t size)
{
    return size == 0 ? 0 : (int)prm__utf8_floor(text, size, 40);
}

static const char *api_time_problem(prm__time_problem problem)
{
    switch (problem) {
    case PRM_TIME_OUT_OF_RANGE:
        return "lies outside of the years 1970 to 9999";
    case PRM_TIME_NO_SUCH_DAY:
        return "is no time: the calendar has no such day";
    case PRM_TIME_LEAP_SECOND:
        return "has 60 seconds: write 59, or the next minute";
    case PRM_TIME_WITHOUT_OFFSET:
        return "has no offset from UTC: add Z, or an offset such as +09:00";
    case PRM_TIME_NOT_ONE:
        break;
    }
    return "is no time: write 2026-06-20T10:00:00+09:00, a date, or Unix seconds";
}

prm_status prm_program_read_time(const prm_program *program, const char *text, size_t size, int64_t *out,
                                 prm_error *error)
{
    if (program == NULL || out == NULL || (text == NULL && size > 0))
        return prm__error_set(error, PRM_E_ARGUMENT, "prm_program_read_time: an argument is NULL");
    if (size > 0 && prm__caltime_read(&program->calendar.zone, text, size, out))
        return PRM_OK;
    return prm__error_set(error, PRM_E_EVENT, "\"%.*s\" %s", api_shown(text, size), size > 0 ? text : "",
                          api_time_problem(prm__caltime_problem(text, size)));
}

prm_status prm_program_read_local_time(const prm_program *program, const char *text, size_t size,
                                       int64_t *out, prm_error *error)
{
    if (program == NULL || out == NULL || (text == NULL && size > 0))
        return prm__error_set(error, PRM_E_ARGUMENT, "prm_program_read_local_time: an argument is NULL");
    if (size > 0 && prm__caltime_read_local(&program->calendar.zone, text, size, out))
        return PRM_OK;
    return prm__error_set(error, PRM_E_EVENT, "\"%.*s\" is no local time: write 2026-06-20T10:00:00",
                          api_shown(text, size), size > 0 ? text : "");
}

/* ---- Writing ---- */

/* Longer than anything written below. */
#define API_WRITE_BYTES 64

/* Hands out a text of `size` bytes as a C string; 0 when it does not fit. */
static size_t api_write(const char *text, size_t size, char *buffer, size_t capacity)
{
    if (buffer == NULL || capacity <= size)
        return 0;
    memcpy(buffer, text, size);
    buffer[size] = '\0';
    return size;
}

size_t prm_program_write_time(const prm_program *program, int64_t time, char *buffer, size_t capacity)
{
    char text[API_WRITE_BYTES];
    if (program == NULL || time < PRM_TIME_MIN - API_TIME_MARGIN || time > PRM_TIME_MAX + API_TIME_MARGIN)
        return 0;
    size_t size = prm__caltime_write(&program->calendar.zone, program->calendar.is_utc != 0, time, text);
    return api_write(text, size, buffer, capacity);
}

size_t prm_program_write_money(const prm_program *program, int64_t minor, char *buffer, size_t capacity)
{
    char text[API_WRITE_BYTES];
    if (program == NULL)
        return 0;
    return api_write(text, prm__decimal_write_minor(minor, program->head->minor_digits, text), buffer,
                     capacity);
}

size_t prm_write_rate(int64_t rate_e12, int32_t added, char *buffer, size_t capacity)
{
    char text[API_WRITE_BYTES];
    size_t size = 0;
    if (added != 0 && rate_e12 >= 0)
        text[size++] = '+';
    size += prm__decimal_write((prm__decimal)rate_e12 * 100, text + size);
    text[size++] = '%';
    return api_write(text, size, buffer, capacity);
}

size_t prm_write_decimal(prm_decimal value, char *buffer, size_t capacity)
{
    char text[API_WRITE_BYTES];
    prm__decimal number = (prm__decimal)value.high * ((prm__decimal)1 << 64) + (prm__decimal)value.low;
    if (number >= PRM_DECIMAL_LIMIT || number <= -PRM_DECIMAL_LIMIT)
        return 0;
    return api_write(text, prm__decimal_write(number, text), buffer, capacity);
}
