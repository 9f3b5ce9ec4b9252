/* zones: small excerpts of real zones around what is odd in them, and made-up ones, as
 * transition tables that no tzdata release can change. */
#ifndef PRM_TESTS_BASE_ZONES_H
#define PRM_TESTS_BASE_ZONES_H

#include "base/caltime.h"

#include "unit.h"

#define ZONES_HOURS(hours) ((hours)*INT64_C(3600000))
#define ZONES_MINUTES(minutes) ((minutes)*INT64_C(60000))

static const prm__transition zones_utc[] = {{INT64_MIN, 0}};
static const prm__transition zones_tokyo[] = {{INT64_MIN, ZONES_HOURS(9)}};
/* 2026: an hour is skipped at 02:00 on March 8 and repeated at 02:00 on November 1. */
static const prm__transition zones_new_york[] = {
    {INT64_MIN, ZONES_HOURS(-5)},
    {INT64_C(1772953200000), ZONES_HOURS(-4)},
    {INT64_C(1793512800000), ZONES_HOURS(-5)},
};
/* 2018-11-04 begins at 01:00; 23:00 to 24:00 comes twice on 2019-02-16. */
static const prm__transition zones_sao_paulo[] = {
    {INT64_MIN, ZONES_HOURS(-3)},
    {INT64_C(1541300400000), ZONES_HOURS(-2)},
    {INT64_C(1550368800000), ZONES_HOURS(-3)},
};
/* 2022-03-27 begins at 01:00; 23:00 to 24:00 comes twice on 2022-10-29. */
static const prm__transition zones_beirut[] = {
    {INT64_MIN, ZONES_HOURS(2)},
    {INT64_C(1648332000000), ZONES_HOURS(3)},
    {INT64_C(1667077200000), ZONES_HOURS(2)},
};
/* 2010-11-07, one minute old, goes back to 23:01 of the day before. */
static const prm__transition zones_st_johns[] = {
    {INT64_MIN, ZONES_MINUTES(-150)},
    {INT64_C(1289097060000), ZONES_MINUTES(-210)},
};
/* There was no 2011-12-30. */
static const prm__transition zones_apia[] = {
    {INT64_MIN, ZONES_HOURS(-10)},
    {INT64_C(1325239200000), ZONES_HOURS(14)},
};
/* There was no 1993-08-21. */
static const prm__transition zones_kwajalein[] = {
    {INT64_MIN, ZONES_HOURS(-12)},
    {INT64_C(745934400000), ZONES_HOURS(12)},
};
/* Until 1972-01-07 the offset had seconds: -00:44:30. */
static const prm__transition zones_monrovia[] = {
    {INT64_MIN, -INT64_C(2670000)},
    {INT64_C(63593070000), 0},
};
/* Made up: at noon of 2000-01-02 it is noon of 2000-01-01 again. */
static const prm__transition zones_twice[] = {
    {INT64_MIN, ZONES_HOURS(14)},
    {INT64_C(946764000000), ZONES_HOURS(-10)},
};
/* Made up: back and forth within hours, over midnights. */
static const prm__transition zones_nervous[] = {
    {INT64_MIN, ZONES_HOURS(0)},
    {INT64_C(946684800000), ZONES_HOURS(-3)}, /* 2000-01-01T00:00Z */
    {INT64_C(946692000000), ZONES_HOURS(5)},
    {INT64_C(946706400000), ZONES_HOURS(-12)},
    {INT64_C(946713600000), ZONES_HOURS(14)},
    {INT64_C(946720800000), ZONES_HOURS(-1)},
    {INT64_C(946771200000), ZONES_HOURS(1)},
};

typedef struct zones_row {
    const char *name;
    prm__zone zone;
} zones_row;

#define ZONES_OF(table)                                                                                      \
    {                                                                                                        \
        table, (uint32_t)UNIT_COUNT(table)                                                                   \
    }

static const zones_row zones_all[] = {
    {"utc", ZONES_OF(zones_utc)},           {"tokyo", ZONES_OF(zones_tokyo)},
    {"new york", ZONES_OF(zones_new_york)}, {"sao paulo", ZONES_OF(zones_sao_paulo)},
    {"beirut", ZONES_OF(zones_beirut)},     {"st john's", ZONES_OF(zones_st_johns)},
    {"apia", ZONES_OF(zones_apia)},         {"kwajalein", ZONES_OF(zones_kwajalein)},
    {"monrovia", ZONES_OF(zones_monrovia)}, {"twice", ZONES_OF(zones_twice)},
    {"nervous", ZONES_OF(zones_nervous)},
};

static inline prm__zone zones_find(const char *name)
{
    for (size_t i = 0; i < UNIT_COUNT(zones_all); i++)
        if (strcmp(zones_all[i].name, name) == 0)
            return zones_all[i].zone;
    fail_msg("no zone %s", name);
    return zones_all[0].zone;
}

#endif
