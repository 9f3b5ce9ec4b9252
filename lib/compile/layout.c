/* layout: what can be decided only once all rules are there: the order of anchors,
 * the places of states in the subjects' records, and from each event type the
 * measures that count it and the rules that it asks. */
#include "compile/compiler.h"

#include "base/sort.h"

#include <string.h>

/* ---- Anchors, sorted by type and kind ---- */

static int layout_compare_anchors(const void *a, const void *b, const void *context)
{
    (void)context;
    const prm__p_anchor *left = a, *right = b;
    if (left->type != right->type)
        return left->type < right->type ? -1 : 1;
    return left->kind < right->kind ? -1 : left->kind > right->kind;
}

/* Sorts the rows; windows name them by their new places. */
static bool layout_anchors(prm__compiler *c)
{
    prm__vec *anchors = &c->builder.anchors;
    size_t count = anchors->count;
    if (count == 0)
        return true;
    const void **rows = prm__lang_get(&c->lang, 2 * count * sizeof *rows);
    prm__p_anchor *sorted = prm__lang_get(&c->lang, count * sizeof *sorted);
    uint32_t *places = prm__lang_get(&c->lang, count * sizeof *places);
    if (rows == NULL || sorted == NULL || places == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        rows[i] = prm__vec_at(anchors, i);
    prm__sort_pointers(rows, rows + count, count, layout_compare_anchors, NULL);
    for (uint32_t i = 0; i < count; i++) {
        const prm__p_anchor *row = rows[i];
        sorted[i] = *row;
        places[row - (const prm__p_anchor *)anchors->data] = i;
    }
    memcpy(anchors->data, sorted, count * sizeof *sorted);
    for (size_t i = 0; i < c->builder.windows.count; i++) {
        prm__p_window *window = prm__vec_at(&c->builder.windows, i);
        if (window->anchor != PRM_NO_INDEX)
            window->anchor = places[window->anchor];
    }
    return true;
}

static void layout_type_anchors(prm__compiler *c)
{
    const prm__p_anchor *anchors = c->builder.anchors.data;
    uint32_t at = 0;
    for (uint32_t i = 0; i < c->builder.types.count; i++) {
        prm__p_type *type = prm__vec_at(&c->builder.types, i);
        type->first_anchor = at;
        while (at < c->builder.anchors.count && anchors[at].type == i)
            at++;
        type->anchor_count = at - type->first_anchor;
    }
}

/* ---- Records ---- */

#define LAYOUT_ALIGNMENT 16u

/* The largest record that offsets of 32 bits reach, with room to spare. */
#define LAYOUT_RECORD_MAX (UINT32_C(1) << 30)

/* Takes `size` bytes of a kind's record. */
static bool layout_take(prm__compiler *c, uint32_t kind, size_t size, uint32_t *offset)
{
    prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    *offset = row->record_size;
    if (size > LAYOUT_RECORD_MAX - row->record_size)
        return false; /* LCOV_EXCL_LINE a megabyte of text has no such number of measures */
    row->record_size += (uint32_t)((size + LAYOUT_ALIGNMENT - 1) / LAYOUT_ALIGNMENT * LAYOUT_ALIGNMENT);
    return true;
}

static bool layout_measures(prm__compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->builder.measures.count && ok; i++) {
        prm__p_measure *row = prm__vec_at(&c->builder.measures, i);
        size_t size = sizeof(prm__measure_state) + prm__catalog_measure(row->kind)->state_size;
        ok = layout_take(c, row->subject, size, &row->offset);
    }
    return ok;
}

static bool layout_rules(prm__compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->builder.rules.count && ok; i++) {
        prm__p_rule *row = prm__vec_at(&c->builder.rules, i);
        ok = layout_take(c, row->subject,
                         prm__form_has_more(row->form) ? sizeof(prm__rule_more) : sizeof(prm__rule_state),
                         &row->offset);
    }
    return ok;
}

/* What rules keep in records of other kinds. */
static bool layout_limits(prm__compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->builder.rules.count && ok; i++) {
        prm__p_rule *row = prm__vec_at(&c->builder.rules, i);
        if (row->limit_times > 0)
            ok = layout_take(c, row->limit_kind, sizeof(prm__limit_state), &row->limit_offset);
    }
    return ok;
}

/* What the head keeps in records: commission and ranks. */
static bool layout_head(prm__compiler *c)
{
    prm__p_commission *commission = &c->builder.head.commission;
    prm__p_ranks *ranks = &c->builder.head.ranks;
    bool ok = true;
    if (commission->present != 0 && commission->window != PRM_NO_INDEX)
        ok = layout_take(c, commission->kind, sizeof(int64_t), &commission->window_offset);
    if (ok && commission->present != 0 && c->builder.brackets.count > 0)
        ok = layout_take(c, commission->bracket_kind, sizeof(prm__bracket_state),
                         &commission->bracket_offset);
    if (ok && ranks->present != 0)
        ok = layout_take(c, PRM_KIND_PARTNER, sizeof(prm__rank_state), &ranks->offset);
    return ok;
}

/* Anchors, then measures side by side, then rules and their limits, then the rest. */
static bool layout_records(prm__compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->builder.anchors.count && ok; i++) {
        prm__p_anchor *row = prm__vec_at(&c->builder.anchors, i);
        ok = layout_take(c, row->kind, sizeof(prm__anchor_state), &row->offset);
    }
    return ok && layout_measures(c) && layout_rules(c) && layout_limits(c) && layout_head(c);
}

/* ---- Routes and asks ---- */

/* Where a section's rows of one type begin, and how many there are. */
typedef struct layout_range {
    uint32_t first;
    uint32_t count;
} layout_range;

/* Groups the pairs by type into `rows` (rows of one number each), which keep their order.
 * One range per type; NULL when memory ran out. */
static layout_range *layout_group(prm__compiler *c, const prm__vec *pairs, prm__vec *rows)
{
    size_t types = c->builder.types.count;
    layout_range *ranges = prm__lang_get(&c->lang, types * sizeof *ranges);
    if (ranges == NULL || !prm__lang_check(&c->lang, prm__vec_reserve(rows, pairs->count)))
        return NULL;
    const prm__compile_pair *pair = pairs->data;
    for (size_t i = 0; i < pairs->count; i++)
        ranges[pair[i].type].count++;
    for (size_t i = 1; i < types; i++)
        ranges[i].first = ranges[i - 1].first + ranges[i - 1].count;
    for (size_t i = 0; i < types; i++)
        ranges[i].count = 0;
    rows->count = pairs->count;
    uint32_t *out = rows->data;
    for (size_t i = 0; i < pairs->count; i++) {
        layout_range *range = &ranges[pair[i].type];
        out[range->first + range->count++] = pair[i].row;
    }
    return ranges;
}

_Static_assert(sizeof(prm__p_route) == sizeof(uint32_t) && sizeof(prm__p_ask) == sizeof(uint32_t),
               "routes and asks are numbers of rows");

static bool layout_listeners(prm__compiler *c)
{
    const layout_range *routes = layout_group(c, &c->routes, &c->builder.routes);
    const layout_range *asks = layout_group(c, &c->asks, &c->builder.asks);
    if (routes == NULL || asks == NULL)
        return false;
    for (size_t i = 0; i < c->builder.types.count; i++) {
        prm__p_type *type = prm__vec_at(&c->builder.types, i);
        type->first_route = routes[i].first;
        type->route_count = routes[i].count;
        type->first_ask = asks[i].first;
        type->ask_count = asks[i].count;
    }
    return true;
}

bool prm__compile_layout(prm__compiler *c)
{
    if (!layout_anchors(c))
        return false;
    layout_type_anchors(c);
    return layout_records(c) && layout_listeners(c);
}
