#include "again.h"

/* A name has one slot, by its length and ends; another one of the same slot takes it over. Two
 * instants with the same date and the same offset from UTC differ by what their clocks show. */

#include <string.h>

enum {
    AGAIN_NAME_BYTES = 1024 * 1024, /* of names held: only a hostile file has more */
    AGAIN_DATE = 11,                /* "2026-06-01T" */
    AGAIN_CLOCK = 19                /* and "10:00:00" */
};

static again_name *again_slot(again_name *slots, prm_text text)
{
    unsigned place = (unsigned)text.size * 5;
    if (text.size > 0)
        place += (unsigned char)text.data[0] * 3u + (unsigned char)text.data[text.size - 1] +
                 (unsigned char)text.data[text.size / 2] * 7u;
    return &slots[place % AGAIN_SLOTS];
}

/* A new name in the slot; one that there is no room for is not held. */
static again_name again_learn(again *known, again_name *slot, prm_text text, uint32_t handle)
{
    if (text.size > AGAIN_NAME_BYTES - known->name_bytes)
        return (again_name){text, handle};
    known->name_bytes += text.size;
    *slot = (again_name){arena_text(&known->names, text), handle};
    return *slot;
}

static int again_knows(const again_name *slot, prm_text text)
{
    return slot->name.data != NULL && text_same(slot->name, text);
}

again_name again_type(again *known, prm_text text)
{
    again_name *slot = again_slot(known->types, text);
    if (again_knows(slot, text))
        return *slot;
    return again_learn(known, slot, text, prm_program_type(known->program, text.data, text.size));
}

again_name again_field(again *known, prm_text text)
{
    again_name *slot = again_slot(known->fields, text);
    if (again_knows(slot, text))
        return *slot;
    return again_learn(known, slot, text, prm_program_field(known->program, text.data, text.size));
}

/* Two digits below `most`; -1 when they are none. */
static int32_t again_pair(const char *text, int32_t most)
{
    int32_t tens = text[0] - '0';
    int32_t ones = text[1] - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || tens * 10 + ones >= most)
        return -1;
    return tens * 10 + ones;
}

/* What the clock of an RFC 3339 text shows, in ms without fractions; -1 when it has none. */
static int32_t again_clock(prm_text text)
{
    if (text.size <= AGAIN_CLOCK || text.data[13] != ':' || text.data[16] != ':')
        return -1;
    int32_t hours = again_pair(text.data + AGAIN_DATE, 24);
    int32_t minutes = again_pair(text.data + 14, 60);
    int32_t seconds = again_pair(text.data + 17, 60);
    if (hours < 0 || minutes < 0 || seconds < 0)
        return -1;
    return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/* Whether date, offset and fraction are those of the text that is known. */
static int again_is_day(const again *known, prm_text text)
{
    return known->midnight != PRM_NO_TIME && text.size == known->time_size && text.size > AGAIN_CLOCK &&
           memcmp(text.data, known->time_text, AGAIN_DATE) == 0 &&
           memcmp(text.data + AGAIN_CLOCK, known->time_text + AGAIN_CLOCK, text.size - AGAIN_CLOCK) == 0;
}

static void again_learn_time(again *known, prm_text text, int64_t time)
{
    known->time_size = 0;
    if (text.size > AGAIN_TIME_BYTES)
        return;
    int32_t clock = again_clock(text);
    memcpy(known->time_text, text.data, text.size);
    known->time_size = text.size;
    known->time = time;
    known->midnight = clock < 0 ? PRM_NO_TIME : time - clock;
    if (known->midnight < 0 || text.data[0] == '9') /* the first and the last days that there are */
        known->midnight = PRM_NO_TIME;
}

prm_status again_time(again *known, prm_text text, int64_t *out, prm_error *error)
{
    if (known->time_size > 0 && text.size == known->time_size &&
        memcmp(text.data, known->time_text, text.size) == 0) {
        *out = known->time;
        return PRM_OK;
    }
    if (known->time_size > 0 && again_is_day(known, text)) {
        int32_t clock = again_clock(text);
        if (clock >= 0) {
            *out = known->midnight + clock;
            return PRM_OK;
        }
    }
    prm_status status = prm_program_read_time(known->program, text.data, text.size, out, error);
    if (status == PRM_OK)
        again_learn_time(known, text, *out);
    return status;
}

void again_free(again *known)
{
    arena_free(&known->names);
}
