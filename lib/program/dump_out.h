/* What the files about the listing share: writing into a bounded buffer, and the names of
 * things. */
#ifndef PRM_PROGRAM_DUMP_OUT_H
#define PRM_PROGRAM_DUMP_OUT_H

#include "program/program.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A C string cut at `capacity`, and the size that it would have. */
typedef struct prm__dump_out {
    const prm_program *program;
    char *buffer;
    size_t capacity;
    size_t size;
} prm__dump_out;

static inline void dump_bytes(prm__dump_out *out, const char *bytes, size_t size)
{
    if (out->size < out->capacity) {
        size_t room = out->capacity - out->size;
        memcpy(out->buffer + out->size, bytes, size < room ? size : room);
    }
    out->size += size;
}

/* Pieces of at most 100 bytes. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline void
dump_piece(prm__dump_out *out, const char *format, ...)
{
    char piece[128];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (size > 0)
        dump_bytes(out, piece, (size_t)size < sizeof piece ? (size_t)size : sizeof piece - 1);
}

static inline void dump_word(prm__dump_out *out, const char *word)
{
    dump_bytes(out, word, strlen(word));
}

/* In quotes; what would not stand on one line as a number. */
static inline void dump_quoted(prm__dump_out *out, uint32_t text)
{
    prm_text value = prm__program_text(out->program, text);
    dump_word(out, "\"");
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.data[i];
        if (byte == '"' || byte == '\\')
            dump_piece(out, "\\%c", byte);
        else if ((unsigned char)byte < 0x20 || byte == 0x7F)
            dump_piece(out, "\\x%02x", (unsigned)(unsigned char)byte);
        else
            dump_bytes(out, &byte, 1);
    }
    dump_word(out, "\"");
}

static inline void dump_text(prm__dump_out *out, uint32_t text)
{
    prm_text value = prm__program_text(out->program, text);
    dump_bytes(out, value.data, value.size);
}

static inline void dump_number(prm__dump_out *out, prm__decimal value)
{
    char digits[48];
    dump_bytes(out, digits, prm__decimal_write(value, digits));
}

/* ---- Names of things ---- */

#define DUMP_PICK(names, index) dump_pick(names, sizeof(names) / sizeof(names)[0], index)

static inline const char *dump_pick(const char *const *names, size_t count, uint32_t index)
{
    return index < count ? names[index] : "?";
}

static const char *const dump_periods[] = {"",     "day",  "week",           "month",       "quarter",
                                           "half", "year", "fiscal_quarter", "fiscal_half", "fiscal_year"};
static const char *const dump_roundings[] = {"down", "up", "half_up", "half_even"};

static inline void dump_name(prm__dump_out *out, uint32_t name)
{
    dump_text(out, out->program->names[name].text);
}

static inline void dump_type_name(prm__dump_out *out, uint32_t type)
{
    dump_text(out, out->program->types[type].text);
}

static inline void dump_attribute_name(prm__dump_out *out, uint32_t index)
{
    const prm__p_attribute *attribute = &out->program->attributes[index];
    dump_word(out, attribute->owner == PRM_OWNER_REP ? "rep." : "partner.");
    dump_text(out, attribute->text);
}

static inline void dump_kind_name(prm__dump_out *out, uint32_t index)
{
    static const char *const links[] = {"partner", "referrer", "parent"};
    const prm__p_kind *kind = &out->program->kinds[index];
    if (kind->key_count == 0)
        dump_word(out, DUMP_PICK(links, kind->link));
    for (uint32_t i = 0; i < kind->key_count; i++) {
        dump_word(out, i == 0 ? "" : "+");
        dump_name(out, kind->keys[i]);
    }
}

static inline void dump_duration(prm__dump_out *out, prm__duration duration)
{
    static const char *const units[] = {"ms", "d", "mo"};
    dump_piece(out, "%" PRId64 "%s", duration.count, DUMP_PICK(units, duration.unit));
}

static inline void dump_label(prm__dump_out *out, const char *label, uint32_t index)
{
    if (index != PRM_NO_INDEX)
        dump_piece(out, " %s #%" PRIu32, label, index);
}

/* A label with a number, a text or a period, where there is one. */
static inline void dump_amount(prm__dump_out *out, const char *label, prm__decimal value)
{
    dump_piece(out, " %s ", label);
    dump_number(out, value);
}

static inline void dump_named(prm__dump_out *out, const char *label, uint32_t text)
{
    if (text == PRM_NO_INDEX)
        return;
    dump_piece(out, " %s ", label);
    dump_quoted(out, text);
}

static inline void dump_per(prm__dump_out *out, uint32_t period)
{
    if (period != PRM_PERIOD_NONE)
        dump_piece(out, " per %s", DUMP_PICK(dump_periods, period));
}

/* A run of conditions. */
void prm__dump_conditions(prm__dump_out *out, uint32_t first, uint32_t count);

/* Every rule with its tiers and actions. */
void prm__dump_rules(prm__dump_out *out);

#endif
