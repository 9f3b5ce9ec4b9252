#include "strptime.h"

/* A pattern is a row of items, each of which eats a piece of the text. Numbers
 * take as many digits as are there up to their most, and all of them where two
 * numbers stand together. */

#include <stdio.h>
#include <string.h>

static const char pattern_conversions[] = "YymdjbBHIpMSfzs%";
static const char pattern_numbers[] = "YymdjHIMSfs";

/* What a text has given so far, before it is put together. */
typedef struct pattern_state {
    civil_time time;
    int32_t year_day; /* %j, else 0 */
    int32_t half;     /* %p: 1 AM, 2 PM, else 0 */
    int32_t hour_12;  /* %I, else 0 */
    const char *at;
    const char *end;
} pattern_state;

static int pattern_is(const char *set, char conversion)
{
    return conversion != '\0' && strchr(set, conversion) != NULL;
}

static int pattern_has(const time_pattern *pattern, const char *set)
{
    for (size_t i = 0; i < pattern->count; i++)
        if (pattern_is(set, pattern->items[i].conversion))
            return 1;
    return 0;
}

static int pattern_check(time_pattern *pattern, char *reason, size_t capacity)
{
    int month_day = pattern_has(pattern, "mbB") && pattern_has(pattern, "d");
    pattern->has_instant = pattern_has(pattern, "s");
    pattern->has_time = pattern_has(pattern, "HIMSf");
    pattern->has_zone = pattern_has(pattern, "z");
    if (pattern->has_instant)
        return 1;
    if (!pattern_has(pattern, "Yy") || !(month_day || pattern_has(pattern, "j"))) {
        snprintf(reason, capacity, "the pattern makes no date: it needs %%Y, %%m and %%d, or %%s");
        return 0;
    }
    if (pattern_has(pattern, "I") != pattern_has(pattern, "p")) {
        snprintf(reason, capacity, "%%I and %%p go together");
        return 0;
    }
    if (pattern->has_time && !pattern_has(pattern, "HI")) {
        snprintf(reason, capacity, "minutes or seconds without an hour");
        return 0;
    }
    return 1;
}

int pattern_compile(time_pattern *out, prm_text text, arena *owner, char *reason, size_t capacity)
{
    *out = (time_pattern){.items = arena_take(owner, (text.size + 1) * sizeof(pattern_item))};
    for (size_t i = 0; i < text.size; i++) {
        pattern_item item = {.literal = text.data[i]};
        if (text.data[i] == '%') {
            i++;
            if (i == text.size || !pattern_is(pattern_conversions, text.data[i])) {
                snprintf(reason, capacity, "unknown conversion '%%%.*s' in the pattern", (int)(i < text.size),
                         text.data + i);
                return 0;
            }
            item.conversion = text.data[i] == '%' ? '\0' : text.data[i];
        }
        pattern_item *last = out->count > 0 ? &out->items[out->count - 1] : NULL;
        if (last != NULL && pattern_is(pattern_numbers, last->conversion) &&
            pattern_is(pattern_numbers, item.conversion))
            last->fixed = item.fixed = 1;
        out->items[out->count++] = item;
    }
    return pattern_check(out, reason, capacity);
}

/* A number of `least` to `most` digits; -1 when there is none. */
static int64_t pattern_number(pattern_state *state, int least, int most)
{
    int64_t value = 0;
    int digits = 0;
    while (digits < most && state->at < state->end && *state->at >= '0' && *state->at <= '9') {
        value = value * 10 + (*state->at++ - '0');
        digits++;
    }
    return digits < least ? -1 : value;
}

static int pattern_put(pattern_state *state, int32_t *out, int least, int most, int32_t low, int32_t high)
{
    int64_t value = pattern_number(state, least, most);
    *out = (int32_t)value;
    return value >= low && value <= high;
}

static char pattern_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

/* The bytes of `word` that the text begins with, whatever their case. */
static size_t pattern_common(const pattern_state *state, const char *word)
{
    size_t size = 0;
    while (word[size] != '\0' && state->at + size < state->end &&
           pattern_lower(state->at[size]) == word[size])
        size++;
    return size;
}

static int pattern_month(pattern_state *state)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    for (int32_t i = 0; i < 12; i++) {
        size_t common = pattern_common(state, months[i]);
        if (common < 3)
            continue;
        state->at += common == strlen(months[i]) ? common : 3;
        state->time.month = i + 1;
        return 1;
    }
    return 0;
}

static int pattern_half(pattern_state *state)
{
    state->half = pattern_common(state, "am") == 2 ? 1 : pattern_common(state, "pm") == 2 ? 2 : 0;
    state->at += 2;
    return state->half != 0;
}

static int pattern_zone(pattern_state *state)
{
    int32_t hours;
    int32_t minutes;
    if (state->at < state->end && *state->at == 'Z') {
        state->at++;
        return 1;
    }
    if (state->at == state->end || (*state->at != '+' && *state->at != '-'))
        return 0;
    int32_t sign = *state->at++ == '-' ? -1 : 1;
    if (!pattern_put(state, &hours, 2, 2, 0, 23))
        return 0;
    state->at += state->at < state->end && *state->at == ':';
    if (!pattern_put(state, &minutes, 2, 2, 0, 59))
        return 0;
    state->time.zone_seconds = sign * (hours * 3600 + minutes * 60);
    return 1;
}

static int pattern_fraction(pattern_state *state)
{
    const char *start = state->at;
    int64_t value = pattern_number(state, 1, 9);
    for (int64_t digits = state->at - start; digits < 9 && value > 0; digits++)
        value *= 10;
    state->time.milliseconds = (int32_t)(value / 1000000);
    return value >= 0;
}

static int pattern_short_year(pattern_state *state)
{
    if (!pattern_put(state, &state->time.year, 2, 2, 0, 99))
        return 0;
    state->time.year += state->time.year < 69 ? 2000 : 1900;
    return 1;
}

static int pattern_take(pattern_state *state, const pattern_item *item)
{
    civil_time *time = &state->time;
    int least = item->fixed ? 2 : 1;
    switch (item->conversion) {
    case 'Y':
        return pattern_put(state, &time->year, 4, 4, 0, 9999);
    case 'y':
        return pattern_short_year(state);
    case 'm':
        return pattern_put(state, &time->month, least, 2, 1, 12);
    case 'd':
        return pattern_put(state, &time->day, least, 2, 1, 31);
    case 'j':
        return pattern_put(state, &state->year_day, item->fixed ? 3 : 1, 3, 1, 366);
    case 'H':
        return pattern_put(state, &time->hour, least, 2, 0, 23);
    case 'I':
        return pattern_put(state, &state->hour_12, least, 2, 1, 12);
    case 'M':
        return pattern_put(state, &time->minute, least, 2, 0, 59);
    case 'S':
        return pattern_put(state, &time->second, least, 2, 0, 59);
    case 'b':
    case 'B':
        return pattern_month(state);
    case 'p':
        return state->end - state->at >= 2 && pattern_half(state);
    case 'f':
        return pattern_fraction(state);
    case 'z':
        return pattern_zone(state);
    case 's':
        return (time->instant = pattern_number(state, 1, 12)) >= 0;
    default:
        return state->at < state->end && *state->at++ == item->literal;
    }
}

static int32_t pattern_month_days(int32_t year, int32_t month)
{
    static const int32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Turns %j and %I %p into what they mean; 0 when there is no such day. */
static int pattern_settle(pattern_state *state)
{
    civil_time *time = &state->time;
    if (state->hour_12 > 0)
        time->hour = state->hour_12 % 12 + (state->half == 2 ? 12 : 0);
    if (state->year_day > 0) {
        time->month = 1;
        time->day = state->year_day;
        while (time->month < 12 && time->day > pattern_month_days(time->year, time->month))
            time->day -= pattern_month_days(time->year, time->month++);
    }
    return time->day <= pattern_month_days(time->year, time->month);
}

int pattern_read(const time_pattern *pattern, prm_text text, civil_time *out, char *reason, size_t capacity)
{
    pattern_state state = {.at = text.data, .end = text.data + text.size};
    for (size_t i = 0; i < pattern->count; i++) {
        if (pattern_take(&state, &pattern->items[i]))
            continue;
        if (pattern->items[i].conversion != '\0')
            snprintf(reason, capacity, "it does not fit %%%c", pattern->items[i].conversion);
        else
            snprintf(reason, capacity, "'%c' is missing", pattern->items[i].literal);
        return 0;
    }
    if (state.at != state.end) {
        snprintf(reason, capacity, "text is left over");
        return 0;
    }
    if (!pattern->has_instant && !pattern_settle(&state)) {
        snprintf(reason, capacity, "there is no such day");
        return 0;
    }
    *out = state.time;
    return 1;
}

/* Years begin in March here, so that the leap day comes last; 400 years repeat. */
int64_t civil_days(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = year - (month <= 2);
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}
