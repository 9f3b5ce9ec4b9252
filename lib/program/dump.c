/* dump: a program in a readable form, one line for each row, with names instead of
 * indices where there are any. For tests and for whoever wants to know what a program
 * became; the same program always gives the same listing. */
#include "program/program.h"
#include "program/program_rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A C string cut at `capacity`, and the size that it would have. */
typedef struct dump_out {
    const prm_program *program;
    char *buffer;
    size_t capacity;
    size_t size;
} dump_out;

static void dump_bytes(dump_out *out, const char *bytes, size_t size)
{
    if (out->size < out->capacity) {
        size_t room = out->capacity - out->size;
        memcpy(out->buffer + out->size, bytes, size < room ? size : room);
    }
    out->size += size;
}

/* Pieces of at most 100 bytes. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
dump_piece(dump_out *out, const char *format, ...)
{
    char piece[128];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    if (size > 0)
        dump_bytes(out, piece, (size_t)size < sizeof piece ? (size_t)size : sizeof piece - 1);
}

static void dump_word(dump_out *out, const char *word)
{
    dump_bytes(out, word, strlen(word));
}

/* In quotes; what would not stand on one line as a number. */
static void dump_quoted(dump_out *out, uint32_t text)
{
    prm_text value = prm__program_text(out->program, text);
    dump_word(out, "\"");
    for (size_t i = 0; i < value.size; i++) {
        char byte = value.data[i];
        if (byte == '"' || byte == '\\')
            dump_piece(out, "\\%c", byte);
        else if ((unsigned char)byte < 0x20 || byte == 0x7F)
            dump_piece(out, "\\x%02x", (unsigned)(unsigned char)byte);
        else
            dump_bytes(out, &byte, 1);
    }
    dump_word(out, "\"");
}

static void dump_text(dump_out *out, uint32_t text)
{
    prm_text value = prm__program_text(out->program, text);
    dump_bytes(out, value.data, value.size);
}

static void dump_number(dump_out *out, prm__decimal value)
{
    char digits[48];
    dump_bytes(out, digits, prm__decimal_write(value, digits));
}

/* ---- Names of things ---- */

#define DUMP_PICK(names, index) dump_pick(names, sizeof(names) / sizeof(names)[0], index)

static const char *dump_pick(const char *const *names, size_t count, uint32_t index)
{
    return index < count ? names[index] : "?";
}

static const char *const dump_field_types[] = {"text", "boolean", "integer", "money",
                                               "time", "decimal", "percent"};
static const char *const dump_roles[] = {"fact",       "partner.joined", "partner.updated", "partner.left",
                                         "rep.joined", "rep.updated",    "rep.left",        "event.voided"};
static const char *const dump_periods[] = {"",     "day",  "week",           "month",       "quarter",
                                           "half", "year", "fiscal_quarter", "fiscal_half", "fiscal_year"};
static const char *const dump_recipients[] = {"subject",  "rep",    "partner",
                                              "referrer", "parent", "parent.parent"};
static const char *const dump_roundings[] = {"down", "up", "half_up", "half_even"};
static const char *const dump_froms[] = {"next", "now", "period", "next_period"};
static const char *const dump_value_types[] = {"error", "boolean", "number", "text", "time"};

static void dump_name(dump_out *out, uint32_t name)
{
    dump_text(out, out->program->names[name].text);
}

static void dump_type_name(dump_out *out, uint32_t type)
{
    dump_text(out, out->program->types[type].text);
}

static void dump_attribute_name(dump_out *out, uint32_t index)
{
    const prm__p_attribute *attribute = &out->program->attributes[index];
    dump_word(out, attribute->owner == PRM_OWNER_REP ? "rep." : "partner.");
    dump_text(out, attribute->text);
}

static void dump_kind_name(dump_out *out, uint32_t index)
{
    const prm__p_kind *kind = &out->program->kinds[index];
    if (kind->key_count == 0)
        dump_word(out, "partner");
    for (uint32_t i = 0; i < kind->key_count; i++) {
        dump_word(out, i == 0 ? "" : "+");
        dump_name(out, kind->keys[i]);
    }
}

static void dump_duration(dump_out *out, prm__duration duration)
{
    static const char *const units[] = {"ms", "d", "mo"};
    dump_piece(out, "%" PRId64 "%s", duration.count, DUMP_PICK(units, duration.unit));
}

static void dump_label(dump_out *out, const char *label, uint32_t index)
{
    if (index != PRM_NO_INDEX)
        dump_piece(out, " %s #%" PRIu32, label, index);
}

/* ---- The head ---- */

static void dump_commission(dump_out *out)
{
    const prm__p_commission *row = &out->program->head->commission;
    if (row->present == 0)
        return;
    dump_word(out, "commission base ");
    dump_number(out, row->base);
    dump_label(out, "of", row->of);
    dump_label(out, "where", row->filter);
    if (row->min != INT64_MIN) {
        dump_word(out, " min ");
        dump_number(out, row->min);
    }
    if (row->max != INT64_MAX) {
        dump_word(out, " max ");
        dump_number(out, row->max);
    }
    dump_piece(out, " rounding %s\n", DUMP_PICK(dump_roundings, row->rounding));
    for (uint32_t i = 0; i < out->program->product_rates_count; i++) {
        dump_word(out, "product rate ");
        dump_quoted(out, out->program->product_rates[i].product);
        dump_word(out, " ");
        dump_number(out, out->program->product_rates[i].rate);
        dump_word(out, "\n");
    }
}

static void dump_head(dump_out *out)
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
}

/* ---- Types and fields ---- */

static void dump_attributes(dump_out *out)
{
    for (uint32_t i = 0; i < out->program->attributes_count; i++) {
        const prm__p_attribute *row = &out->program->attributes[i];
        dump_piece(out, "attribute #%" PRIu32 " ", i);
        dump_attribute_name(out, i);
        dump_piece(out, ": %s place %" PRIu32 "\n", DUMP_PICK(dump_field_types, row->field_type), row->place);
    }
}

static void dump_slots(dump_out *out, const prm__p_type *type)
{
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &out->program->slots[type->first_slot + i];
        dump_word(out, i == 0 ? " " : ", ");
        dump_name(out, slot->name);
        dump_piece(out, "%s: %s%s", slot->required ? "" : "?", DUMP_PICK(dump_field_types, slot->field_type),
                   slot->attribute == PRM_NO_INDEX ? "" : " attribute");
    }
}

static void dump_link(dump_out *out, const char *label, uint32_t type, uint32_t name)
{
    if (type == PRM_NO_INDEX)
        return;
    dump_piece(out, " %s ", label);
    dump_type_name(out, type);
    dump_word(out, " by ");
    dump_name(out, name);
}

static void dump_type(dump_out *out, uint32_t index)
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

static void dump_kinds(dump_out *out)
{
    for (uint32_t i = 0; i < out->program->kinds_count; i++) {
        const prm__p_kind *kind = &out->program->kinds[i];
        dump_piece(out, "kind #%" PRIu32 " ", i);
        dump_kind_name(out, i);
        dump_piece(out, " record %" PRIu32 "%s\n", kind->record_size, kind->has_rates ? " rates" : "");
    }
}

static void dump_anchors(dump_out *out)
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

static void dump_windows(dump_out *out)
{
    for (uint32_t i = 0; i < out->program->windows_count; i++) {
        const prm__p_window *window = &out->program->windows[i];
        const char *key = prm__catalog_window(window->kind)->key;
        dump_piece(out, "window #%" PRIu32, i);
        if (window->period != PRM_PERIOD_NONE)
            dump_piece(out, " per %s", DUMP_PICK(dump_periods, window->period));
        dump_piece(out, " %s", key[0] == '\0' ? "life" : key);
        if (window->duration.count != 0) {
            dump_word(out, " ");
            dump_duration(out, window->duration);
        }
        dump_label(out, "anchor", window->anchor);
        dump_word(out, "\n");
    }
}

static void dump_measures(dump_out *out)
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
        dump_piece(out, " at %" PRIu32 "\n", measure->offset);
    }
}

/* ---- Rules ---- */

static void dump_condition(dump_out *out, const prm__p_condition *condition)
{
    dump_label(out, "measure", condition->measure);
    dump_word(out, " at_least ");
    if (condition->attribute == PRM_NO_INDEX)
        dump_number(out, condition->threshold);
    else
        dump_attribute_name(out, condition->attribute);
}

static void dump_rule(dump_out *out, uint32_t index)
{
    const prm__p_rule *rule = &out->program->rules[index];
    dump_piece(out, "rule #%" PRIu32 " ", index);
    dump_text(out, rule->text);
    dump_piece(out, " line %" PRIu32 " title ", rule->line);
    dump_quoted(out, rule->title);
    dump_word(out, " for ");
    dump_kind_name(out, rule->subject);
    dump_label(out, "window", rule->window);
    for (uint32_t i = 0; i < rule->each_type_count; i++) {
        dump_word(out, i == 0 ? " each " : ", ");
        dump_type_name(out, out->program->type_lists[rule->first_each_type + i]);
    }
    dump_label(out, "where", rule->each_filter);
    if (rule->condition != PRM_NO_INDEX)
        dump_condition(out, &out->program->conditions[rule->condition]);
    dump_label(out, "eligible", rule->eligible);
    dump_piece(out, "%s at %" PRIu32 "\n", rule->asks_roster ? " roster" : "", rule->offset);
}

static void dump_rate(dump_out *out, const prm__p_action *action)
{
    dump_word(out, action->added ? "rate added " : "rate ");
    dump_number(out, action->rate);
    if (action->product != PRM_NO_INDEX) {
        dump_word(out, " product ");
        dump_quoted(out, action->product);
    }
    if (action->group != PRM_NO_INDEX) {
        dump_word(out, " group ");
        dump_quoted(out, action->group);
    }
    dump_piece(out, " from %s", DUMP_PICK(dump_froms, action->from));
    if (action->lasts == PRM_LASTS_DURATION) {
        dump_word(out, " lasts ");
        dump_duration(out, action->duration);
    } else if (action->lasts == PRM_LASTS_PERIOD) {
        dump_word(out, " lasts period");
    } else if (action->lasts == PRM_LASTS_UNTIL) {
        dump_piece(out, " until %" PRId64, action->until);
    }
}

static void dump_reward(dump_out *out, const prm__p_action *action)
{
    const prm__p_reward *reward = &out->program->rewards[action->reward];
    dump_text(out, reward->text);
    dump_piece(out, " %s", reward->money ? "money" : "points");
    dump_label(out, "amount", action->amount);
    dump_piece(out, " to %s rounding %s", DUMP_PICK(dump_recipients, action->to),
               DUMP_PICK(dump_roundings, action->rounding));
    if (action->duration.count != 0) {
        dump_word(out, " hold ");
        dump_duration(out, action->duration);
    }
}

static void dump_actions(dump_out *out, const prm__p_rule *rule)
{
    for (uint32_t i = 0; i < rule->action_count; i++) {
        const prm__p_action *action = &out->program->actions[rule->first_action + i];
        dump_word(out, "  then ");
        if (action->kind == PRM_ACTION_RATE)
            dump_rate(out, action);
        else
            dump_reward(out, action);
        dump_word(out, "\n");
    }
}

/* ---- Expressions ---- */

static void dump_operation(dump_out *out, uint32_t word)
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
    } else if (operation == PRM_OP_CALL) {
        dump_piece(out, ":%s", prm__catalog_function(operand)->name);
    }
}

/* As the machine runs it: postfix. */
static void dump_exprs(dump_out *out)
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
    dump_out out = {program, buffer, capacity, 0};
    dump_head(&out);
    dump_attributes(&out);
    for (uint32_t i = 0; i < program->types_count; i++)
        dump_type(&out, i);
    dump_kinds(&out);
    dump_anchors(&out);
    dump_windows(&out);
    dump_measures(&out);
    for (uint32_t i = 0; i < program->rules_count; i++) {
        dump_rule(&out, i);
        dump_actions(&out, &program->rules[i]);
    }
    dump_exprs(&out);
    if (capacity > 0)
        buffer[out.size < capacity ? out.size : capacity - 1] = '\0';
    return out.size;
}
