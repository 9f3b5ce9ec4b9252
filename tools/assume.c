#include "assume.h"

/* After k events of a partner and type, the nearest whole number to k times the scale has been
 * let through; every k-th event gives the difference to the one before. Scales are whole
 * numbers of millionths. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "findings.h"

#define ASSUME_ONE UINT64_C(1000000)

enum { ASSUME_DIGITS = 4, ASSUME_MOST_PERCENT = 10000, ASSUME_LINKS = 65536 };

typedef struct assume_scale {
    prm_text type;
    uint64_t factor; /* millionths */
} assume_scale;

/* How many events of one type a partner has had. */
typedef struct assume_count assume_count;
struct assume_count {
    assume_count *next;
    prm_text partner;
    size_t scale;
    uint64_t events;
};

struct assume {
    yamldoc doc;
    assume_scale *scales;
    size_t scale_count;
    arena counted;
    assume_count *links[ASSUME_LINKS];
    event_batch made;
};

/* ---- The file ------------------------------------------------------------------- */

/* "120%", or "+20%" and "-10%" of change, into millionths; 0 when it is none of these. */
static int assume_read_factor(prm_text text, uint64_t *out)
{
    int sign = text.size > 0 && (text.data[0] == '+' || text.data[0] == '-');
    uint64_t value = 0;
    size_t digits = 0;
    size_t fraction = 0;
    int point = 0;
    size_t at = (size_t)sign;
    for (; at < text.size && text.data[at] != '%'; at++) {
        if (text.data[at] == '.' && !point) {
            point = 1;
            continue;
        }
        if (text.data[at] < '0' || text.data[at] > '9' || value > UINT64_C(1000000000) ||
            fraction == ASSUME_DIGITS)
            return 0;
        value = value * 10 + (uint64_t)(text.data[at] - '0');
        digits++;
        fraction += (size_t)point;
    }
    if (digits == 0 || at + 1 != text.size)
        return 0;
    for (; fraction < ASSUME_DIGITS; fraction++)
        value *= 10;
    if (value > ASSUME_MOST_PERCENT * ASSUME_ONE / 100)
        return 0;
    if (sign && text.data[0] == '-' && value > ASSUME_ONE)
        return 0;
    *out = !sign ? value : text.data[0] == '+' ? ASSUME_ONE + value : ASSUME_ONE - value;
    return 1;
}

static void assume_read_scale(assume *what, const prm_program *program, const yamldoc_node *node)
{
    assume_scale *scale = &what->scales[what->scale_count++];
    scale->type = node->key;
    if (prm_program_type(program, node->key.data, node->key.size) == PRM_NONE)
        yamldoc_problem(&what->doc, node->key_line, node->key_column, "the program knows no event type '%s'",
                        node->key.data);
    if (yamldoc_expect(&what->doc, node, YAMLDOC_TEXT, "a scale") &&
        !assume_read_factor(node->text, &scale->factor))
        yamldoc_problem_at(
            &what->doc, node,
            "a scale is a percentage from 0%% to %d%%, as 120%%, or a change, as +20%% or -10%%",
            (int)ASSUME_MOST_PERCENT);
}

static void assume_read(assume *what, const prm_program *program)
{
    static const char *const keys[] = {"assume", "scale"};
    yamldoc *doc = &what->doc;
    if (!yamldoc_expect(doc, doc->root, YAMLDOC_MAP, "a file of assumptions"))
        return;
    yamldoc_check_keys(doc, doc->root, keys, 2);
    const yamldoc_node *version = yamldoc_child(doc->root, "assume");
    const yamldoc_node *scale = yamldoc_child(doc->root, "scale");
    if (version == NULL || !text_is(version->text, "1"))
        yamldoc_problem(doc, 1, 1, "'assume: 1' is missing: the version of this kind of file");
    if (scale == NULL) {
        yamldoc_problem(doc, 1, 1, "'scale' is missing: event types with their percentages");
        return;
    }
    if (!yamldoc_expect(doc, scale, YAMLDOC_MAP, "'scale'"))
        return;
    what->scales = memory_take((scale->count + 1) * sizeof *what->scales);
    for (const yamldoc_node *node = scale->first; node != NULL; node = node->next)
        assume_read_scale(what, program, node);
}

assume *assume_load(const char *path, const prm_program *program, int *status)
{
    assume *what = memory_take(sizeof *what);
    if (yamldoc_read_file(&what->doc, path))
        assume_read(what, program);
    if (what->doc.missing != 0)
        fprintf(stderr, "prm: %s: %s\n", path, strerror(what->doc.missing));
    else
        findings_write_safe(stderr, (prm_text){what->doc.messages.data, what->doc.messages.size});
    *status = what->doc.missing != 0 ? CLI_MISUSE : what->doc.problems > 0 ? CLI_FINDINGS : CLI_DONE;
    if (*status == CLI_DONE)
        return what;
    assume_free(what);
    return NULL;
}

void assume_free(assume *what)
{
    if (what == NULL)
        return;
    yamldoc_free(&what->doc);
    free(what->scales);
    arena_free(&what->counted);
    batch_free(&what->made);
    free(what);
}

/* ---- Events ------------------------------------------------------------------------ */

static prm_text assume_partner(const prm_event *event)
{
    for (uint32_t i = 0; i < event->field_count; i++)
        if (text_is((prm_text){event->fields[i].name, event->fields[i].name_size}, "partner"))
            return (prm_text){event->fields[i].text, event->fields[i].text_size};
    return (prm_text){"", 0};
}

static size_t assume_link(prm_text partner, size_t scale)
{
    uint64_t hash = UINT64_C(14695981039346656037) + scale;
    for (size_t i = 0; i < partner.size; i++)
        hash = (hash ^ (unsigned char)partner.data[i]) * UINT64_C(1099511628211);
    return (size_t)((hash ^ hash >> 32) % ASSUME_LINKS);
}

static assume_count *assume_count_of(assume *what, prm_text partner, size_t scale)
{
    assume_count **link = &what->links[assume_link(partner, scale)];
    for (assume_count *one = *link; one != NULL; one = one->next)
        if (one->scale == scale && text_same(one->partner, partner))
            return one;
    assume_count *one = arena_take(&what->counted, sizeof *one);
    *one = (assume_count){.next = *link, .partner = arena_text(&what->counted, partner), .scale = scale};
    *link = one;
    return one;
}

/* How often the event is to be there. */
static uint64_t assume_times(assume *what, const prm_event *event)
{
    prm_text type = {event->type_name, event->type_name_size};
    size_t at = 0;
    while (at < what->scale_count && !text_same(what->scales[at].type, type))
        at++;
    if (at == what->scale_count)
        return 1;
    assume_count *count = assume_count_of(what, assume_partner(event), at);
    uint64_t factor = what->scales[at].factor;
    uint64_t before = (count->events * factor + ASSUME_ONE / 2) / ASSUME_ONE;
    count->events++;
    return (count->events * factor + ASSUME_ONE / 2) / ASSUME_ONE - before;
}

static void assume_copy(event_batch *to, const prm_event *event, event_origin origin, uint64_t copy)
{
    buffer id = {0};
    buffer_put(&id, event->id, event->id_size);
    if (copy > 1)
        buffer_format(&id, "+%" PRIu64, copy);
    batch_begin(to, origin);
    batch_set_type(to, event->type, (prm_text){event->type_name, event->type_name_size});
    batch_set_id(to, (prm_text){id.data, id.size});
    batch_set_time(to, event->time);
    for (uint32_t i = 0; i < event->field_count; i++) {
        const prm_field *field = &event->fields[i];
        prm_text name = batch_text(to, (prm_text){field->name, field->name_size});
        batch_add_field(to, field->field, name, (prm_text){field->text, field->text_size});
    }
    buffer_free(&id);
}

void assume_apply(assume *what, event_batch *batch)
{
    batch_clear(&what->made);
    for (size_t i = 0; i < batch->count; i++) {
        uint64_t times = assume_times(what, &batch->events[i]);
        for (uint64_t copy = 1; copy <= times; copy++)
            assume_copy(&what->made, &batch->events[i], batch->origins[i], copy);
    }
    event_batch assumed = what->made;
    what->made = *batch;
    *batch = assumed;
    batch_seal(batch);
}
