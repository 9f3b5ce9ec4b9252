#include "testarrival.h"

/* The shuffles come from a generator of our own, so that a failure can be had
 * again on any machine. */

#include <stdio.h>
#include <stdlib.h>

enum {
    TESTARRIVAL_WRITTEN,
    TESTARRIVAL_AT_ONCE,
    TESTARRIVAL_REVERSED,
    TESTARRIVAL_SHUFFLED, /* and all after it */
};

/* A late event costs what it re-folds, so long reversed inputs come in fewer,
 * larger calls. */
enum { TESTARRIVAL_CALLS = 500, TESTARRIVAL_FEW = 7 };

/* FNV-1a. */
static uint64_t testarrival_hash(prm_text text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    return hash;
}

/* SplitMix64. */
static uint64_t testarrival_random(test_arrival *arrival)
{
    uint64_t value = arrival->seed += UINT64_C(0x9E3779B97F4A7C15);
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

static void testarrival_reverse(test_arrival *arrival)
{
    for (size_t i = 0; i < arrival->count; i++)
        arrival->order[i] = arrival->count - 1 - i;
}

static void testarrival_shuffle(test_arrival *arrival)
{
    for (size_t i = arrival->count; i > 1; i--) {
        size_t other = (size_t)(testarrival_random(arrival) % i);
        size_t index = arrival->order[i - 1];
        arrival->order[i - 1] = arrival->order[other];
        arrival->order[other] = index;
    }
}

/* ---- Events of one id ----------------------------------------------------------- */

typedef struct testarrival_seat {
    prm_text id;
    size_t index;    /* of the event */
    size_t position; /* in the order of arrival */
} testarrival_seat;

static int testarrival_seat_order(const void *a, const void *b)
{
    const testarrival_seat *first = a;
    const testarrival_seat *second = b;
    int order = text_compare(first->id, second->id);
    if (order != 0)
        return order;
    return (first->index > second->index) - (first->index < second->index);
}

static int testarrival_size_order(const void *a, const void *b)
{
    size_t first = *(const size_t *)a;
    size_t second = *(const size_t *)b;
    return (first > second) - (first < second);
}

/* Lets the events of one id, `count` seats in the order as written, share their
 * positions in that order. */
static void testarrival_share(test_arrival *arrival, const testarrival_seat *seats, size_t count)
{
    size_t *positions = memory_take(count * sizeof *positions);
    for (size_t i = 0; i < count; i++)
        positions[i] = seats[i].position;
    qsort(positions, count, sizeof *positions, testarrival_size_order);
    for (size_t i = 0; i < count; i++)
        arrival->order[positions[i]] = seats[i].index;
    free(positions);
}

static void testarrival_keep_ids(test_arrival *arrival, const prm_event *events)
{
    size_t count = arrival->count;
    testarrival_seat *seats = memory_take((count + 1) * sizeof *seats);
    for (size_t i = 0; i < count; i++) {
        const prm_event *event = &events[arrival->order[i]];
        seats[i] = (testarrival_seat){{event->id, event->id_size}, arrival->order[i], i};
    }
    qsort(seats, count, sizeof *seats, testarrival_seat_order);
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && text_same(seats[from].id, seats[to].id))
            to++;
        if (to - from > 1)
            testarrival_share(arrival, seats + from, to - from);
    }
    free(seats);
}

/* ---- Arrivals ------------------------------------------------------------------------ */

static void testarrival_arrange(test_arrival *arrival, size_t number)
{
    switch (number) {
    case TESTARRIVAL_WRITTEN:
        snprintf(arrival->name, sizeof arrival->name, "as written");
        arrival->call = 1;
        break;
    case TESTARRIVAL_AT_ONCE:
        snprintf(arrival->name, sizeof arrival->name, "all in one call");
        arrival->call = arrival->count;
        break;
    case TESTARRIVAL_REVERSED:
        snprintf(arrival->name, sizeof arrival->name, "reversed");
        arrival->call = arrival->count / TESTARRIVAL_CALLS + 1;
        arrival->clock = TESTARRIVAL_FIRST;
        testarrival_reverse(arrival);
        break;
    default:
        snprintf(arrival->name, sizeof arrival->name, "shuffled, number %zu", number - TESTARRIVAL_REVERSED);
        arrival->clock = (testarrival_clock)(number % 3);
        testarrival_shuffle(arrival);
        break;
    }
}

void testarrival_make(test_arrival *out, size_t number, prm_text test, const prm_event *events, size_t count)
{
    *out = (test_arrival){.count = count, .seed = testarrival_hash(test) + number};
    out->order = memory_take((count + 1) * sizeof *out->order);
    for (size_t i = 0; i < count; i++)
        out->order[i] = i;
    testarrival_arrange(out, number);
    if (count > 0 && number >= TESTARRIVAL_REVERSED)
        testarrival_keep_ids(out, events);
}

size_t testarrival_next(test_arrival *arrival)
{
    size_t left = arrival->count - arrival->given;
    size_t size = arrival->call > 0 ? arrival->call
                                    : 1 + (size_t)(testarrival_random(arrival) % TESTARRIVAL_FEW);
    if (size > left)
        size = left;
    arrival->given += size;
    return size;
}

void testarrival_free(test_arrival *arrival)
{
    free(arrival->order);
    arrival->order = NULL;
}
