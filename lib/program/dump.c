/* dump: a program in a readable form, one line for each row, with names instead of
 * indices where there are any. For tests and for whoever wants to know what a program
 * became; the same program always gives the same listing. */
#include "program/dump_out.h"

static const char *const dump_roles[] = {"fact",       "partner.joined", "partner.updated", "partner.left",
                                         "rep.joined", "rep.updated",    "rep.left",        "event.voided"};
static const char *const dump_value_types[] = {"error", "boolean", "number", "text", "time"};

/* ---- The head ---- */

static void dump_product_rates(prm__dump_out *out, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        dump_word(out, "product rate ");
        dump_quoted(out, out->program->product_rates[i].product);
        dump_word(out, " ");
        dump_number(out, out->program->product_rates[i].rate);
        dump_word(out, "\n");
    }
}

static void dump_slices(prm__dump_out *out)
{
    const prm_program *program = out->program;
    const prm__p_commission *row = &program->head->commission;
    if (program->brackets_count > 0) {
        dump_word(out, "brackets for ");
        dump_kind_name(out, row->bracket_kind);
        dump_per(out, row->bracket_period);
        dump_piece(out, " at %" PRIu32 "\n", row->bracket_offset);
    }
    for (uint32_t i = 0; i < program->brackets_count; i++) {
        dump_word(out, "bracket from ");
        dump_number(out, program->brackets[i].from);
        dump_amount(out, "rate", program->brackets[i].rate);
        dump_word(out, "\n");
    }
    for (uint32_t i = 0; i < program->overrides_count; i++) {
        dump_piece(out, "override level %" PRIu32, i + 1);
        dump_amount(out, "rate", program->overrides[i].rate);
        dump_word(out, "\n");
    }
}

static void dump_commission(prm__dump_out *out)
{
    const prm__p_commission *row = &out->program->head->commission;
    if (row->present == 0)
        return;
    dump_word(out, "commission base ");
    dump_number(out, row->base);
    dump_label(out, "of", row->of);
    dump_label(out, "where", row->filter);
    if (row->min != INT64_MIN)
        dump_amount(out, "min", row->min);
    if (row->max != INT64_MAX)
        dump_amount(out, "max", row->max);
    dump_piece(out, " rounding %s", DUMP_PICK(dump_roundings, row->rounding));
    if (row->window != PRM_NO_INDEX) {
        dump_word(out, " for ");
        dump_kind_name(out, row->kind);
        dump_label(out, "window", row->window);
        dump_piece(out, " at %" PRIu32, row->window_offset);
    }
    dump_word(out, "\n");
    dump_product_rates(out, 0, row->rate_count);
    dump_slices(out);
}

static void dump_ranks(prm__dump_out *out)
{
    const prm__p_ranks *row = &out->program->head->ranks;
    if (row->present == 0)
        return;
    dump_word(out, "ranks");
    dump_per(out, row->period);
    dump_piece(out, " promote %s keep %" PRIu32 " at %" PRIu32 "\n", row->promote_now ? "now" : "close",
               row->keep, row->offset);
    for (uint32_t i = 0; i < out->program->levels_count; i++) {
        const prm__p_level *level = &out->program->levels[i];
        dump_piece(out, "level #%" PRIu32 " ", i);
        dump_text(out, level->text);
        prm__dump_conditions(out, level->first_condition, level->condition_count);
        if (level->has_rate)
            dump_amount(out, "rate", level->rate);
        dump_word(out, "\n");
        dump_product_rates(out, level->first_rate, level->rate_count);
    }
}

static void dump_head(prm__dump_out *out)
{
    const prm__p_head *head = out->program->head;
    dump_word(out, "program ");
    dump_quoted(out, head->name);
    dump_word(out, " title ");
    dump_quoted(out, head->title);
    dump_word(out, " currency ");
    dump_quoted(out, head->currency);
    dump_piece(out, " digits %" PRIu32 " timezone ", head->minor_digits);
    dump_quoted(out, head->timezone);
    dump_piece(out,
               "\ncalendar week %" PRId32 " fiscal month %" PRId32 " closes %" PRId32 " transitions %" PRIu32
               "\n",
               head->first_weekday, head->fiscal_month, head->month_closes, out->program->transitions_count);
    dump_commission(out);
    dump_ranks(out);
}

/* ---- Types and fields ---- */

static void dump_attributes(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->attributes_count; i++) {
        const prm__p_attribute *row = &out->program->attributes[i];
        dump_piece(out, "attribute #%" PRIu32 " ", i);
        dump_attribute_name(out, i);
        dump_piece(out, ": %s place %" PRIu32 "\n", prm__program_field_type_name(row->field_type),
                   row->place);
    }
}

static void dump_slots(prm__dump_out *out, const prm__p_type *type)
{
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &out->program->slots[type->first_slot + i];
        dump_word(out, i == 0 ? " " : ", ");
        dump_name(out, slot->name);
        dump_piece(out, "%s: %s%s", slot->required ? "" : "?", prm__program_field_type_name(slot->field_type),
                   slot->attribute == PRM_NO_INDEX ? "" : " attribute");
    }
}

static void dump_link(prm__dump_out *out, const char *label, uint32_t type, uint32_t name)
{
    if (type == PRM_NO_INDEX)
        return;
    dump_piece(out, " %s ", label);
    dump_type_name(out, type);
    dump_word(out, " by ");
    dump_name(out, name);
}

static void dump_type(prm__dump_out *out, uint32_t index)
{
    const prm__p_type *type = &out->program->types[index];
    dump_piece(out, "type #%" PRIu32 " ", index);
    dump_type_name(out, index);
    dump_piece(out, " %s rank %" PRIu32 " {", DUMP_PICK(dump_roles, type->role), type->rank);
    dump_slots(out, type);
    dump_word(out, " }");
    dump_link(out, "voids", type->voids, type->voids_name);
    if (type->voids_within.count != 0) {
        dump_word(out, " within ");
        dump_duration(out, type->voids_within);
    }
    dump_link(out, "reduces", type->reduces, type->reduces_name);
    dump_word(out, type->earns ? " earns" : "");
    for (uint32_t i = 0; i < type->route_count; i++)
        dump_label(out, "measure", out->program->routes[type->first_route + i].measure);
    for (uint32_t i = 0; i < type->ask_count; i++)
        dump_label(out, "rule", out->program->asks[type->first_ask + i].rule);
    for (uint32_t i = 0; i < type->anchor_count; i++)
        dump_label(out, "anchor", type->first_anchor + i);
    dump_word(out, "\n");
}

/* ---- Subjects ---- */

static void dump_kinds(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->kinds_count; i++) {
        const prm__p_kind *kind = &out->program->kinds[i];
        dump_piece(out, "kind #%" PRIu32 " ", i);
        dump_kind_name(out, i);
        dump_piece(out, " record %" PRIu32 "%s\n", kind->record_size, kind->has_rates ? " rates" : "");
    }
}

static void dump_anchors(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->anchors_count; i++) {
        const prm__p_anchor *anchor = &out->program->anchors[i];
        dump_piece(out, "anchor #%" PRIu32 " ", i);
        dump_type_name(out, anchor->type);
        dump_word(out, " for ");
        dump_kind_name(out, anchor->kind);
        dump_piece(out, " at %" PRIu32 "\n", anchor->offset);
    }
}

static void dump_windows(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->windows_count; i++) {
        const prm__p_window *window = &out->program->windows[i];
        const char *key = prm__catalog_window(window->kind)->key;
        dump_piece(out, "window #%" PRIu32, i);
        dump_per(out, window->period);
        dump_piece(out, " %s", key[0] == '\0' ? "life" : key);
        if (window->duration.count != 0) {
            dump_word(out, " ");
            dump_duration(out, window->duration);
        }
        dump_label(out, "anchor", window->anchor);
        dump_word(out, "\n");
    }
}

static void dump_actives(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->actives_count; i++) {
        const prm__p_active *active = &out->program->actives[i];
        dump_piece(out, "active #%" PRIu32, i);
        if (active->from != INT64_MIN)
            dump_piece(out, " from %" PRId64, active->from);
        if (active->until != INT64_MAX)
            dump_piece(out, " until %" PRId64, active->until);
        dump_word(out, "\n");
    }
}

static void dump_measures(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->measures_count; i++) {
        const prm__p_measure *measure = &out->program->measures[i];
        dump_piece(out, "measure #%" PRIu32 " %s", i, prm__catalog_measure(measure->kind)->key);
        if (measure->name != PRM_NO_INDEX) {
            dump_word(out, " ");
            dump_name(out, measure->name);
        }
        dump_word(out, " for ");
        dump_kind_name(out, measure->subject);
        dump_label(out, "window", measure->window);
        dump_label(out, "where", measure->filter);
        dump_label(out, "active", measure->active);
        if (measure->inner != PRM_NO_INDEX)
            prm__dump_conditions(out, measure->inner, 1);
        dump_piece(out, " at %" PRIu32 "\n", measure->offset);
    }
}

/* ---- Expressions ---- */

static void dump_operation(prm__dump_out *out, uint32_t word)
{
    static const char *const names[PRM_OPERATION_COUNT] = {
#define DUMP_OPERATION(name, pops, pushes) #name,
        PRM_OPERATIONS(DUMP_OPERATION)
#undef DUMP_OPERATION
    };
    uint32_t operation = word & 0xFF, operand = word >> 8;
    if (operation == PRM_OP_NUMBER) {
        dump_number(out, out->program->consts[operand]);
    } else if (operation == PRM_OP_TEXT) {
        dump_quoted(out, operand);
    } else if (operation == PRM_OP_BOOLEAN) {
        dump_word(out, operand ? "true" : "false");
    } else {
        dump_word(out, names[operation]);
    }
    if (operation == PRM_OP_FIELD || operation == PRM_OP_HAS_FIELD) {
        dump_word(out, ":");
        dump_name(out, operand);
    } else if (operation == PRM_OP_ATTRIBUTE || operation == PRM_OP_HAS_ATTRIBUTE) {
        dump_word(out, ":");
        dump_attribute_name(out, operand);
    } else if (operation == PRM_OP_MEASURE) {
        dump_piece(out, ":#%" PRIu32, operand);
    } else if (operation == PRM_OP_CALL) {
        dump_piece(out, ":%s", prm__catalog_function(operand)->name);
    }
}

/* As the machine runs it: postfix. */
static void dump_exprs(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->exprs_count; i++) {
        const prm__p_expr *expr = &out->program->exprs[i];
        dump_piece(out, "expr #%" PRIu32 " %s depth %" PRIu32 ":", i,
                   DUMP_PICK(dump_value_types, expr->result), expr->depth);
        for (uint32_t j = 0; j < expr->word_count; j++) {
            dump_word(out, " ");
            dump_operation(out, out->program->code[expr->first_word + j]);
        }
        dump_word(out, "\n");
    }
}

size_t prm__program_dump(const prm_program *program, char *buffer, size_t capacity)
{
    prm__dump_out out = {program, buffer, capacity, 0};
    dump_head(&out);
    dump_attributes(&out);
    for (uint32_t i = 0; i < program->types_count; i++)
        dump_type(&out, i);
    dump_kinds(&out);
    dump_anchors(&out);
    dump_windows(&out);
    dump_actives(&out);
    dump_measures(&out);
    prm__dump_rules(&out);
    dump_exprs(&out);
    if (capacity > 0)
        buffer[out.size < capacity ? out.size : capacity - 1] = '\0';
    return out.size;
}
