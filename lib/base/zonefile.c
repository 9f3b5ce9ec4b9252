/* zonefile: finding a zone's file, and reading it. Version 1 has a block of data with
 * 32-bit times; later ones repeat it with 64 bits and end with a rule for the time
 * after the last transition, which is expanded up to the year 10000.
 *
 * Transitions of before 1968 are folded into the first: the earliest window that holds
 * PRM_TIME_MIN, a fiscal year in a zone west of UTC, begins after that. */
#include "base/zonefile.h"

#include "base/zonerule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ZONEFILE_BYTES_MAX ((size_t)256 * 1024) /* the largest real ones have 4 KiB */
#define ZONEFILE_NAME_MAX 64
#define ZONEFILE_FIRST_YEAR 1968
#define ZONEFILE_LAST_YEAR 10000
#define ZONEFILE_FIRST_SECOND INT64_C(-63158400)   /* 1968-01-01 */
#define ZONEFILE_LAST_SECOND INT64_C(253433923200) /* 10001-01-01 */
#define ZONEFILE_OFFSET_MAX (26 * INT64_C(3600))

/* ---- Collecting transitions ---- */

/* Adds "from `seconds` on, `offset` seconds", which is not before those added yet; one
 * at the same instant replaces it, and what changes nothing is left out. */
static prm_status zonefile_add(prm__vec *transitions, int64_t seconds, int64_t offset)
{
    if (seconds >= ZONEFILE_LAST_SECOND)
        return PRM_OK;
    int64_t at = seconds < ZONEFILE_FIRST_SECOND ? INT64_MIN : seconds * 1000;
    prm__transition *list = transitions->data;
    size_t count = transitions->count;
    if (count > 0 && list[count - 1].at == at)
        transitions->count = --count;
    if (count > 0 && list[count - 1].offset == offset * 1000)
        return PRM_OK;
    prm__transition *transition = prm__vec_push(transitions);
    if (transition == NULL)
        return PRM_E_MEMORY;
    transition->at = at;
    transition->offset = offset * 1000;
    return PRM_OK;
}

/* ---- The rule for what follows ---- */

static bool zonefile_offset_is_sound(int64_t seconds)
{
    return seconds >= -ZONEFILE_OFFSET_MAX && seconds <= ZONEFILE_OFFSET_MAX;
}

/* Adds those changes of the rule that come after `last`, merging starts and ends. Where the
 * end of one year's daylight time meets the start of the next, it never ends. */
static prm_status zonefile_expand(const prm__zonerule *rule, int64_t last, prm__vec *transitions)
{
    int32_t start_year = ZONEFILE_FIRST_YEAR - 2;
    if (last > ZONEFILE_FIRST_SECOND)
        start_year = prm__caltime_civil((int32_t)(last / 86400)).year - 2;
    int32_t end_year = start_year;
    while (start_year <= ZONEFILE_LAST_YEAR || end_year <= ZONEFILE_LAST_YEAR) {
        int64_t start = prm__zonerule_start(rule, start_year);
        int64_t end = prm__zonerule_end(rule, end_year);
        bool is_end = end < start || (end == start && end_year < start_year);
        int64_t at = is_end ? end : start;
        if (is_end)
            end_year++;
        else
            start_year++;
        if (at > last)
            PRM_TRY(zonefile_add(transitions, at, is_end ? rule->standard : rule->daylight));
    }
    return PRM_OK;
}

/* Adds what the footer, "\nRULE\n", says of the time after `last`. */
static prm_status zonefile_footer(const unsigned char *footer, size_t size, int64_t last,
                                  prm__vec *transitions)
{
    if (size < 2 || footer[0] != '\n')
        return PRM_E_IO;
    const unsigned char *end = memchr(footer + 1, '\n', size - 1);
    if (end == NULL)
        return PRM_E_IO;
    size_t rule_size = (size_t)(end - footer) - 1;
    if (rule_size == 0)
        return PRM_OK;
    prm__zonerule rule;
    if (!prm__zonerule_read((const char *)footer + 1, rule_size, &rule)) /* its offsets are below 26 hours */
        return PRM_E_IO;
    if (last == INT64_MIN)
        PRM_TRY(zonefile_add(transitions, last, rule.standard));
    if (!rule.has_daylight || last >= ZONEFILE_LAST_SECOND)
        return PRM_OK;
    return zonefile_expand(&rule, last, transitions);
}

/* ---- The file's blocks ---- */

#define ZONEFILE_HEAD 44
#define ZONEFILE_TYPE 6 /* bytes of one local time type */

typedef struct zonefile_block {
    const unsigned char *times;
    const unsigned char *indices; /* of types, one for each time */
    const unsigned char *types;
    uint32_t time_count;
    uint32_t type_count;
    uint32_t leap_count;
    uint32_t time_size; /* 4 or 8 */
    uint32_t version;
    const unsigned char *end;
} zonefile_block;

static uint32_t zonefile_u32(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t zonefile_i32(const unsigned char *bytes)
{
    uint32_t value = zonefile_u32(bytes);
    return value <= INT32_MAX ? (int64_t)value : (int64_t)value - ((int64_t)UINT32_MAX + 1);
}

static int64_t zonefile_i64(const unsigned char *bytes)
{
    return zonefile_i32(bytes) * ((int64_t)UINT32_MAX + 1) + zonefile_u32(bytes + 4);
}

/* Lays the block out and checks that all of it is there; its contents are not read yet. */
static bool zonefile_read_block(const unsigned char *bytes, size_t size, uint32_t time_size,
                                zonefile_block *block)
{
    if (size < ZONEFILE_HEAD || memcmp(bytes, "TZif", 4) != 0)
        return false;
    uint64_t ut_count = zonefile_u32(bytes + 20);
    uint64_t standard_count = zonefile_u32(bytes + 24);
    uint64_t char_count = zonefile_u32(bytes + 40);
    block->leap_count = zonefile_u32(bytes + 28);
    block->time_count = zonefile_u32(bytes + 32);
    block->type_count = zonefile_u32(bytes + 36);
    block->time_size = time_size;
    block->version = bytes[4];
    uint64_t times_size = (uint64_t)block->time_count * time_size;
    uint64_t needed = times_size + block->time_count + (uint64_t)block->type_count * ZONEFILE_TYPE +
                      char_count + block->leap_count * (uint64_t)(time_size + 4) + standard_count + ut_count;
    if (needed > size - ZONEFILE_HEAD)
        return false;
    block->times = bytes + ZONEFILE_HEAD;
    block->indices = block->times + times_size;
    block->types = block->indices + block->time_count;
    block->end = bytes + ZONEFILE_HEAD + needed;
    return true;
}

static int64_t zonefile_time(const zonefile_block *block, uint32_t index)
{
    const unsigned char *bytes = block->times + (size_t)index * block->time_size;
    return block->time_size == 8 ? zonefile_i64(bytes) : zonefile_i32(bytes);
}

/* The offset of type `index` in seconds; false when there is no such type, or it is unsound. */
static bool zonefile_type_offset(const zonefile_block *block, uint32_t index, int64_t *offset)
{
    if (index >= block->type_count)
        return false;
    *offset = zonefile_i32(block->types + (size_t)index * ZONEFILE_TYPE);
    return zonefile_offset_is_sound(*offset);
}

/* Adds the block's own transitions; the first type holds before them. */
static prm_status zonefile_add_block(const zonefile_block *block, prm__vec *transitions)
{
    int64_t offset;
    if (block->leap_count != 0 || !zonefile_type_offset(block, 0, &offset))
        return PRM_E_IO;
    PRM_TRY(zonefile_add(transitions, INT64_MIN, offset));
    for (uint32_t i = 0; i < block->time_count; i++) {
        int64_t time = zonefile_time(block, i);
        if ((i > 0 && time <= zonefile_time(block, i - 1)) ||
            !zonefile_type_offset(block, block->indices[i], &offset))
            return PRM_E_IO;
        PRM_TRY(zonefile_add(transitions, time, offset));
    }
    return PRM_OK;
}

static prm_status zonefile_parse_all(const unsigned char *bytes, size_t size, prm__vec *transitions)
{
    zonefile_block block;
    if (!zonefile_read_block(bytes, size, 4, &block))
        return PRM_E_IO;
    if (block.version == 0)
        return zonefile_add_block(&block, transitions);
    size_t rest = size - (size_t)(block.end - bytes);
    if (!zonefile_read_block(block.end, rest, 8, &block))
        return PRM_E_IO;
    PRM_TRY(zonefile_add_block(&block, transitions));
    int64_t last = block.time_count == 0 ? INT64_MIN : zonefile_time(&block, block.time_count - 1);
    return zonefile_footer(block.end, size - (size_t)(block.end - bytes), last, transitions);
}

prm_status prm__zonefile_parse(const unsigned char *bytes, size_t size, prm__vec *transitions)
{
    transitions->count = 0;
    prm_status status = zonefile_parse_all(bytes, size, transitions);
    if (status != PRM_OK)
        transitions->count = 0;
    return status;
}

/* ---- Names and files ---- */

static const char *const zonefile_directories[] = {
    "/usr/share/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
};

static bool zonefile_is_name_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '+' || c == '/';
}

static bool zonefile_is_text(const char *text, const char *name, size_t size)
{
    return strlen(text) == size && memcmp(text, name, size) == 0;
}

/* A name that may be put behind a directory. "localtime" and "posixrules" lie among the
 * zones, but mean another one on each machine. */
static bool zonefile_is_name(const char *name, size_t size)
{
    if (size == 0 || size > ZONEFILE_NAME_MAX || name[0] == '/' || name[size - 1] == '/')
        return false;
    for (size_t i = 0; i < size; i++)
        if (!zonefile_is_name_byte(name[i]) || (name[i] == '/' && name[i - 1] == '/'))
            return false;
    return !zonefile_is_text("localtime", name, size) && !zonefile_is_text("posixrules", name, size);
}

/* "+09:00" in seconds. */
static bool zonefile_fixed_offset(const char *name, size_t size, int64_t *seconds)
{
    if (size != 6 || (name[0] != '+' && name[0] != '-') || name[3] != ':')
        return false;
    int32_t digits[4];
    for (size_t i = 0; i < 4; i++) {
        char c = name[i < 2 ? i + 1 : i + 2];
        if (c < '0' || c > '9')
            return false;
        digits[i] = c - '0';
    }
    int32_t hours = digits[0] * 10 + digits[1];
    int32_t minutes = digits[2] * 10 + digits[3];
    *seconds = (hours * INT64_C(60) + minutes) * (name[0] == '-' ? -60 : 60);
    return hours <= 23 && minutes <= 59;
}

/* Appends all of the file to `bytes`. */
static prm_status zonefile_read_stream(FILE *file, prm__vec *bytes)
{
    for (;;) {
        PRM_TRY(prm__vec_reserve(bytes, 4096));
        errno = 0;
        size_t got = fread(prm__vec_at(bytes, bytes->count), 1, bytes->capacity - bytes->count, file);
        bytes->count += got;
        if (ferror(file))
            return errno == EISDIR ? PRM_E_NOT_FOUND : PRM_E_IO;
        if (got == 0)
            return PRM_OK;
        if (bytes->count > ZONEFILE_BYTES_MAX)
            return PRM_E_IO;
    }
}

/* `path` is a C string. */
static prm_status zonefile_load(const char *path, prm__vec *transitions)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return errno == ENOENT || errno == ENOTDIR ? PRM_E_NOT_FOUND
               : errno == ENOMEM                   ? PRM_E_MEMORY
                                                   : PRM_E_IO;
    prm__vec bytes;
    prm__vec_init(&bytes, transitions->alloc, 1);
    prm_status status = zonefile_read_stream(file, &bytes);
    (void)fclose(file);
    if (status == PRM_OK)
        status = prm__zonefile_parse(bytes.data, bytes.count, transitions);
    prm__vec_free(&bytes);
    return status;
}

static prm_status zonefile_load_from(const char *directory, const char *name, size_t size,
                                     prm__vec *transitions)
{
    prm__vec path;
    prm__vec_init(&path, transitions->alloc, 1);
    prm_status status = prm__vec_append(&path, directory, strlen(directory));
    if (status == PRM_OK)
        status = prm__vec_append(&path, "/", 1);
    if (status == PRM_OK)
        status = prm__vec_append(&path, name, size);
    if (status == PRM_OK)
        status = prm__vec_append(&path, "", 1);
    if (status == PRM_OK)
        status = zonefile_load(path.data, transitions);
    prm__vec_free(&path);
    return status;
}

prm_status prm__caltime_zone_read(const char *directory, const char *name, size_t size, prm__vec *transitions)
{
    transitions->count = 0;
    int64_t offset = 0;
    if (size == 3 && memcmp(name, "UTC", 3) == 0)
        return zonefile_add(transitions, INT64_MIN, 0);
    if (zonefile_fixed_offset(name, size, &offset))
        return zonefile_add(transitions, INT64_MIN, offset);
    if (!zonefile_is_name(name, size))
        return PRM_E_NOT_FOUND;
    if (directory != NULL)
        return zonefile_load_from(directory, name, size, transitions);
    prm_status status = PRM_E_NOT_FOUND;
    for (size_t i = 0; i < sizeof zonefile_directories / sizeof zonefile_directories[0]; i++) {
        status = zonefile_load_from(zonefile_directories[i], name, size, transitions);
        if (status != PRM_E_NOT_FOUND)
            break;
    }
    return status;
}
