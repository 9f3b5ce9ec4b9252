#include "limit.h"
#include "kept.h"
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400000)
#define TOKYO (9 * INT64_C(3600000))
#define RECENT 16 /* wins of one customer that are looked at for cross-selling */

typedef struct name_slot {
    uint64_t words[2]; /* the text, padded with zeros: at most 16 bytes */
    uint32_t id;       /* + 1; 0: free */
} name_slot;

typedef struct limit_partner {
    int64_t course_end, month_end;
    uint32_t referrer, reps, passed, meetings;
    bool rate, bonus, referred;
} limit_partner;

typedef struct limit_rep {
    uint32_t leads;
    bool on_roster, passed, card;
} limit_rep;

typedef struct limit_win {
    int64_t end;
    uint32_t product;
} limit_win;

typedef struct limit_customer {
    limit_win wins[RECENT];
    uint32_t count;
    bool fired;
} limit_customer;

typedef struct limit_row {
    uint32_t rule, who;
    int64_t amount, at;
} limit_row;

struct limit {
    uint32_t fields[WORKLOAD_NAMES];
    uint32_t types[WORKLOAD_TYPES];
    name_slot *names;
    size_t mask; /* of the slots, twice as many as there are names */
    uint32_t name_count;
    limit_partner *partners;
    limit_rep *reps;
    limit_customer *customers;
    limit_row *rows;
    size_t row_count;
    size_t row_room;
    limit_kind kind;
    kept *events; /* of LIMIT_KEPT */
};

limit *limit_new(const prm_program *program, const workload_options *options, limit_kind kind)
{
    static const char *const fields[] = {"partner", "rep",     "referrer", "customer",
                                         "deal",    "product", "amount",   "course"};
    static const char *const types[] = {"partner.joined",  "rep.joined",   "course.completed",
                                        "lead.registered", "meeting.held", "deal.won"};
    size_t names = (size_t)options->partners * (1 + options->reps + options->customers) + 16, slots = 16;
    limit *all = calloc(1, sizeof *all);
    if (!all)
        return NULL;
    while (slots < names * 2)
        slots *= 2;
    all->mask = slots - 1;
    all->row_room = options->activity * 2;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        all->fields[i] = prm_program_field(program, fields[i], strlen(fields[i]));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        all->types[i] = prm_program_type(program, types[i], strlen(types[i]));
    all->names = calloc(slots, sizeof *all->names);
    all->partners = calloc(names, sizeof *all->partners);
    all->reps = calloc(names, sizeof *all->reps);
    all->customers = calloc(names, sizeof *all->customers);
    all->rows = calloc(all->row_room, sizeof *all->rows);
    all->kind = kind;
    all->events = kind == LIMIT_KEPT ? kept_new((uint32_t)names) : NULL;
    return all;
}

void limit_free(limit *all)
{
    free(all->names);
    free(all->partners);
    free(all->reps);
    free(all->customers);
    free(all->rows);
    kept_free(all->events);
    free(all);
}

uint64_t limit_rows(const limit *all)
{
    return all->row_count;
}

static uint32_t name_find(limit *all, const prm_field *field)
{
    uint64_t words[2] = {0, 0};
    memcpy(words, field->text, field->text_size < 16 ? field->text_size : 16);
    uint64_t hash = (words[0] ^ words[1] << 7) * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t at = (size_t)(hash >> 36) & all->mask;; at = (at + 1) & all->mask) {
        name_slot *slot = &all->names[at];
        if (!slot->id) {
            slot->words[0] = words[0];
            slot->words[1] = words[1];
            slot->id = ++all->name_count;
        } else if (slot->words[0] != words[0] || slot->words[1] != words[1]) {
            continue;
        }
        return slot->id - 1;
    }
}

static uint32_t name_id(limit *all, const prm_field *field)
{
    return all->kind == LIMIT_NAMES ? (uint32_t)field->number : name_find(all, field);
}

static void grant(limit *all, uint32_t rule, uint32_t who, int64_t amount, int64_t at)
{
    if (amount > 0 && all->row_count < all->row_room)
        all->rows[all->row_count++] = (limit_row){rule, who, amount, at};
}

static int64_t day_end(int64_t time, int64_t days)
{
    return ((time + TOKYO) / DAY + days + 1) * DAY - TOKYO;
}

/* The first instant of the next month in Tokyo; from days to civil and back as in
 * Hinnant, "chrono-compatible low-level date algorithms". */
static int64_t next_month(int64_t time)
{
    int64_t z = (time + TOKYO) / DAY + 719468;
    int64_t era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t next = mp == 11 ? 0 : mp + 1, year = yoe + era * 400 + (mp == 11);
    int64_t first = (153 * next + 2) / 5;
    int64_t in_era = year - year / 400 * 400;
    int64_t days = year / 400 * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + first - 719468;
    return days * DAY - TOKYO;
}

static void take_course(limit_partner *partner, limit_rep *rep, limit *all, uint32_t who, int64_t time)
{
    if (time >= partner->course_end || rep->passed)
        return;
    rep->passed = true;
    partner->passed += rep->on_roster;
    if (partner->passed == partner->reps && !partner->rate) {
        partner->rate = true;
        grant(all, 1, who, 5, time);
    }
}

static void take_meeting(limit *all, uint32_t who, int64_t time)
{
    limit_partner *partner = &all->partners[who];
    if (time >= partner->month_end) {
        partner->month_end = next_month(time);
        partner->meetings = 0;
        partner->bonus = false;
    }
    if (++partner->meetings >= 30 && !partner->bonus) {
        partner->bonus = true;
        grant(all, 3, who, 100000, time);
    }
}

static void take_win(limit *all, uint32_t who, limit_partner *partner, uint32_t customer, uint32_t product,
                     int64_t amount, int64_t time)
{
    limit_customer *buyer = &all->customers[customer];
    uint32_t live = 0;
    bool other = false;
    for (uint32_t i = 0; i < buyer->count; i++)
        if (buyer->wins[i].end > time) {
            other |= buyer->wins[i].product != product;
            buyer->wins[live++] = buyer->wins[i];
        }
    if (live < RECENT)
        buyer->wins[live++] = (limit_win){day_end(time, 90), product};
    buyer->count = live;
    if (other && !buyer->fired) {
        buyer->fired = true;
        grant(all, 4, customer, 30000, time);
    }
    if (!partner->referred) {
        partner->referred = true;
        if (partner->referrer)
            grant(all, 5, partner->referrer, amount / 10, time);
    }
    grant(all, 0, who, amount * (partner->rate ? 20 : 15) / 100, time);
}

/* An event's names, which are its first fields but for the deal and the amount. */
typedef struct limit_who {
    uint32_t partner;
    uint32_t rep; /* or the referrer of a partner that joins */
    uint32_t customer;
    uint32_t product;
} limit_who;

static limit_who find_names(limit *all, const prm_event *event)
{
    const prm_field *fields = event->fields;
    limit_who who = {name_id(all, &fields[0]), 0, 0, 0};
    if (event->field_count > 1)
        who.rep = name_id(all, &fields[1]);
    if (event->field_count > 2 && event->type != all->types[2])
        who.customer = name_id(all, &fields[2]);
    if (event->type == all->types[5])
        who.product = name_id(all, &fields[4]);
    return who;
}

static bool take_event(limit *all, const prm_event *event)
{
    const prm_field *fields = event->fields;
    limit_who who = find_names(all, event);
    if (all->kind == LIMIT_KEPT) {
        bool is_new;
        kept_names names = {who.partner, who.rep, who.customer, who.product};
        if (!kept_take(all->events, event, &names, &is_new))
            return false;
        if (!is_new)
            return true;
    }
    limit_partner *partner = &all->partners[who.partner];
    limit_rep *rep = &all->reps[who.rep];
    if (event->type == all->types[0]) {
        partner->course_end = day_end(event->time, 30);
        partner->referrer = event->field_count > 1 ? who.rep + 1 : 0;
    } else if (event->type == all->types[1]) {
        rep->on_roster = true;
        partner->reps++;
    } else if (event->type == all->types[2]) {
        if (fields[2].text[0] == 'b')
            take_course(partner, rep, all, who.partner, event->time);
    } else if (event->type == all->types[3]) {
        if (++rep->leads >= 10 && !rep->card) {
            rep->card = true;
            grant(all, 2, who.rep, 5000, event->time);
        }
    } else if (event->type == all->types[4]) {
        take_meeting(all, who.partner, event->time);
    } else {
        take_win(all, who.partner, partner, who.customer, who.product, fields[5].number, event->time);
    }
    return true;
}

void limit_prepare(limit *all, workload *load)
{
    for (size_t i = 0; all->kind == LIMIT_NAMES && i < load->fields_used; i++)
        if (load->fields[i].kind == PRM_VALUE_TEXT && !workload_is_new(load, &load->fields[i]))
            load->fields[i].number = name_find(all, &load->fields[i]);
}

bool limit_take(limit *all, const workload *load)
{
    for (size_t i = 0; i < load->count; i++)
        if (!take_event(all, &load->events[i]))
            return false;
    return true;
}
