/* wire: bytes for outside, little-endian whatever the host is. The writer never writes
 * beyond its room: it goes on counting, so that the same code measures, writes, and
 * compares with bytes that are there. The reader never reads beyond its bytes: it
 * gives zeros from then on and remembers that it ran out. */
#ifndef PRM_BASE_WIRE_H
#define PRM_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct prm__wire_out {
    char *to;         /* where to write; NULL: nowhere */
    const char *like; /* what to compare with; NULL: nothing */
    size_t room;      /* bytes at `to` or `like` */
    size_t size;      /* bytes so far, beyond the room too */
    bool differs;     /* from `like` */
} prm__wire_out;

static inline void prm__wire_put(prm__wire_out *out, const void *from, size_t size)
{
    size_t at = out->size;
    out->size += size;
    if (size == 0 || (!out->to && !out->like))
        return;
    if (at > out->room || size > out->room - at)
        out->differs = true;
    else if (out->to)
        memcpy(out->to + at, from, size);
    else if (memcmp(out->like + at, from, size) != 0)
        out->differs = true;
}

static inline void prm__wire_put_u64(prm__wire_out *out, uint64_t value, size_t size)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    prm__wire_put(out, bytes, size);
}

static inline void prm__wire_put_8(prm__wire_out *out, uint8_t value)
{
    prm__wire_put(out, &value, 1);
}

static inline void prm__wire_put_16(prm__wire_out *out, uint16_t value)
{
    prm__wire_put_u64(out, value, 2);
}

static inline void prm__wire_put_32(prm__wire_out *out, uint32_t value)
{
    prm__wire_put_u64(out, value, 4);
}

static inline void prm__wire_put_64(prm__wire_out *out, uint64_t value)
{
    prm__wire_put_u64(out, value, 8);
}

typedef struct prm__wire_in {
    const char *at;
    size_t left;
    bool short_of; /* more was asked for than there was */
} prm__wire_in;

/* The next `size` bytes, or NULL when there are not so many. */
static inline const char *prm__wire_take(prm__wire_in *in, size_t size)
{
    if (size > in->left) {
        in->short_of = true;
        in->left = 0;
        return NULL;
    }
    const char *at = in->at;
    in->at += size;
    in->left -= size;
    return at;
}

/* A number of `size` bytes, at most 8. */
static inline uint64_t prm__wire_number(prm__wire_in *in, size_t size)
{
    const unsigned char *at = (const unsigned char *)prm__wire_take(in, size);
    uint64_t value = 0;
    for (size_t i = 0; at && i < size; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static inline uint32_t prm__wire_take_32(prm__wire_in *in)
{
    return (uint32_t)prm__wire_number(in, 4);
}

static inline uint64_t prm__wire_take_64(prm__wire_in *in)
{
    return prm__wire_number(in, 8);
}

#endif
