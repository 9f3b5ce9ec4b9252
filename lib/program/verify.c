/* verify: a block as hostile bytes. Whatever passes can be evaluated without a further
 * check: nothing in it names a row that is not there, no expression leaves its stack, no
 * state overlaps another. Checking is linear in the block (rows of subjects: times kinds).
 *
 * First the frame, by which the sections are known to lie in the block; then the rows,
 * kinds of row that others rely on first. */
#include "program/program.h"
#include "program/program_rows.h"
#include "base/utf8.h"

#include <string.h>

/* No zone has ever been further from UTC. */
#define VERIFY_OFFSET_MAX (2 * PRM_MS_PER_DAY)

/* ---- The frame ---- */

static bool verify_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Sections follow one another, with zeros up to the next multiple of 16. */
static const char *verify_sections(const char *block, size_t size)
{
    static const size_t row_sizes[PRM_SECTION_COUNT] = {
#define VERIFY_ROW_SIZE(name, type) sizeof(type),
        PRM_PROGRAM_SECTIONS(VERIFY_ROW_SIZE)
#undef VERIFY_ROW_SIZE
    };
    const prm__p_head *head = (const void *)block;
    size_t end = sizeof *head;
    for (uint32_t i = 0; i < PRM_SECTION_COUNT; i++) {
        size_t start = PRM_PROGRAM_ALIGN(end);
        if (start > size || head->offsets[i] != start || !verify_zero(block + end, start - end))
            return "a section is not where it belongs";
        if (head->counts[i] == PRM_NO_INDEX || head->counts[i] > (size - start) / row_sizes[i])
            return "a section does not fit";
        end = start + head->counts[i] * row_sizes[i];
    }
    if (PRM_PROGRAM_ALIGN(end) != size || !verify_zero(block + end, size - end))
        return "the size is not that of the sections";
    return NULL;
}

/* The engine keeps numbers of types, kinds and places in `then` in 16 bits. */
static const char *verify_counts(const prm_program *program)
{
    if (program->types_count > UINT16_MAX || program->kinds_count > UINT16_MAX)
        return "there are too many event types or kinds of subject";
    if (program->rules_count > PRM_LIMIT_RULES)
        return "there are too many rules";
    for (uint32_t i = 0; i < program->rules_count; i++)
        if (program->rules[i].action_count > UINT16_MAX)
            return "a rule has too many actions";
    return NULL;
}

static const char *verify_frame(const void *block, size_t size)
{
    static const char magic[8] = PRM_PROGRAM_MAGIC;
    const prm__p_head *head = block;
    if (((uintptr_t)block & 15) != 0)
        return "the block is not aligned";
    if (size < sizeof *head || memcmp(head->magic, magic, sizeof magic) != 0)
        return "it is no program";
    if (head->format != PRM_PROGRAM_FORMAT)
        return "it has another format";
    return verify_sections(block, size);
}

/* ---- Texts, calendar ---- */

/* Texts lie in `bytes` one after the other, so that each byte is checked once. */
static const char *verify_texts(const prm_program *program)
{
    uint32_t end = 0;
    for (uint32_t i = 0; i < program->texts_count; i++) {
        prm__p_text text = program->texts[i];
        if (text.offset != end || text.size > program->bytes_count - end)
            return "a text is not where it belongs";
        if (!prm__utf8_valid(program->bytes + text.offset, text.size))
            return "a text is not UTF-8";
        end += text.size;
    }
    return end == program->bytes_count ? NULL : "there are bytes of no text";
}

static const char *verify_head(const prm_program *program)
{
    const prm__p_head *head = program->head;
    uint32_t texts = program->texts_count;
    if (head->name >= texts || head->title >= texts || head->currency >= texts || head->timezone >= texts)
        return "the head names no text";
    if (head->minor_digits > 4)
        return "the currency has too many digits";
    if (head->first_weekday < 0 || head->first_weekday > 6 || head->fiscal_month < 1 ||
        head->fiscal_month > 12 || head->month_closes < 1 || head->month_closes > 31 || head->is_utc < 0 ||
        head->is_utc > 1)
        return "the calendar is wrong";
    return NULL;
}

static const char *verify_zone(const prm_program *program)
{
    const prm__transition *rows = program->transitions;
    if (program->transitions_count == 0 || rows[0].at != INT64_MIN)
        return "the time zone has no beginning";
    for (uint32_t i = 0; i < program->transitions_count; i++) {
        if (i > 0 && rows[i].at <= rows[i - 1].at)
            return "the time zone is not sorted";
        if (rows[i].offset > VERIFY_OFFSET_MAX || rows[i].offset < -VERIFY_OFFSET_MAX)
            return "a time zone's offset is too large";
    }
    return NULL;
}

/* ---- Expressions ---- */

typedef struct verify_effect {
    int32_t pops, pushes;
} verify_effect;

static bool verify_operand(const prm_program *program, uint32_t operation, uint32_t operand)
{
    switch ((prm__operation)operation) {
    case PRM_OP_NUMBER:
        return operand < program->consts_count;
    case PRM_OP_TEXT:
        return operand < program->texts_count;
    case PRM_OP_BOOLEAN:
        return operand <= 1;
    case PRM_OP_FIELD:
    case PRM_OP_HAS_FIELD:
        return operand < program->names_count;
    case PRM_OP_ATTRIBUTE:
    case PRM_OP_HAS_ATTRIBUTE:
        return operand < program->attributes_count;
    case PRM_OP_CALL:
        return prm__catalog_function(operand) != NULL;
    case PRM_OP_MEASURE:
        return operand < program->measures_count;
    case PRM_OP_RANK:
        return operand == 0 && program->head->ranks.present != 0;
    case PRM_OP_VALUE:
    case PRM_OP_NOT:
    case PRM_OP_NEGATE:
    case PRM_OP_ADD:
    case PRM_OP_SUBTRACT:
    case PRM_OP_MULTIPLY:
    case PRM_OP_DIVIDE:
    case PRM_OP_REMAINDER:
    case PRM_OP_EQUAL:
    case PRM_OP_NOT_EQUAL:
    case PRM_OP_LESS:
    case PRM_OP_LESS_EQUAL:
    case PRM_OP_GREATER:
    case PRM_OP_GREATER_EQUAL:
    case PRM_OP_AND:
    case PRM_OP_OR:
    case PRM_OP_CHOOSE:
        return operand == 0;
    case PRM_OPERATION_COUNT: /* LCOV_EXCL_LINE the caller has looked */
        break;                /* LCOV_EXCL_LINE so */
    }
    return false; /* LCOV_EXCL_LINE */
}

static verify_effect verify_effect_of(uint32_t operation, uint32_t operand)
{
    static const verify_effect effects[PRM_OPERATION_COUNT] = {
#define VERIFY_EFFECT(name, pops, pushes) {pops, pushes},
        PRM_OPERATIONS(VERIFY_EFFECT)
#undef VERIFY_EFFECT
    };
    verify_effect effect = effects[operation];
    if (operation == PRM_OP_CALL)
        effect.pops = (int32_t)prm__catalog_function(operand)->argument_count;
    return effect;
}

static const char *verify_code(const prm_program *program, const prm__p_expr *expr)
{
    int32_t depth = 0;
    for (uint32_t i = 0; i < expr->word_count; i++) {
        uint32_t word = program->code[expr->first_word + i];
        uint32_t operation = word & 0xFF, operand = word >> 8;
        if (operation >= PRM_OPERATION_COUNT || !verify_operand(program, operation, operand))
            return "an operation is wrong";
        verify_effect effect = verify_effect_of(operation, operand);
        if (depth < effect.pops)
            return "an expression takes more than there is";
        depth += effect.pushes - effect.pops;
        if (depth > (int32_t)expr->depth)
            return "an expression needs more than it says";
    }
    return depth == 1 ? NULL : "an expression has not one result";
}

const char *prm__verify_expressions(const prm_program *program)
{
    for (uint32_t i = 0; i < program->consts_count; i++)
        if (program->consts[i] >= PRM_DECIMAL_LIMIT || program->consts[i] <= -PRM_DECIMAL_LIMIT)
            return "a number is too large";
    uint64_t words = 0;
    for (uint32_t i = 0; i < program->exprs_count; i++) {
        const prm__p_expr *expr = &program->exprs[i];
        words += expr->word_count;
        if (!prm__verify_range(expr->first_word, expr->word_count, program->code_count) ||
            words > program->code_count)
            return "an expression has no code";
        if (expr->depth > PRM_EXPR_STACK || expr->result == PRM_TYPE_ERROR || expr->result > PRM_TYPE_TIME)
            return "an expression is wrong";
        const char *wrong = verify_code(program, expr);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* ---- All of it ---- */

const char *prm__program_verify(const void *block, size_t size)
{
    static const char *(*const parts[])(const prm_program *) = {
        verify_counts,
        verify_texts,
        verify_head,
        verify_zone,
        prm__verify_expressions,
        prm__verify_types,
        prm__verify_subjects,
        prm__verify_conditions,
        prm__verify_streaks,
        prm__verify_owners,
        prm__verify_commission,
        prm__verify_rules,
        prm__verify_hangers,
        prm__verify_records,
        prm__verify_unmeasured,
    };
    const char *wrong = verify_frame(block, size);
    if (wrong != NULL)
        return wrong;
    prm_program view;
    memset(&view, 0, sizeof view);
    view.block = (void *)(uintptr_t)block; /* only read */
    view.size = size;
    prm__program_point(&view);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && wrong == NULL; i++)
        wrong = parts[i](&view);
    return wrong;
}
