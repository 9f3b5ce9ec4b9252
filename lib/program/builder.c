/* builder: what a compiler fills, one vec per section, becomes one block of bytes.
 * Sections are laid out in their fixed order, each 16-byte aligned, everything between
 * them zero, so that equal programs have equal bytes. */
#include "program/program.h"
#include "program/program_rows.h"
#include "base/hash.h"

#include <string.h>

/* Rows without hidden padding, whose bytes would be anything. */
_Static_assert(sizeof(prm__p_type) == 16 * 4 + 16, "prm__p_type has padding");
_Static_assert(sizeof(prm__p_kind) == (4 + PRM_KIND_KEYS) * 4, "prm__p_kind has padding");
_Static_assert(sizeof(prm__p_window) == 4 * 4 + 16, "prm__p_window has padding");
_Static_assert(sizeof(prm__p_active) == 2 * 8, "prm__p_active has padding");
_Static_assert(sizeof(prm__p_measure) == 8 * 4, "prm__p_measure has padding");
_Static_assert(sizeof(prm__p_condition) == 16 + 4 * 4, "prm__p_condition has padding");
_Static_assert(sizeof(prm__p_tier) == 16 + 4 * 4, "prm__p_tier has padding");
_Static_assert(sizeof(prm__p_rule) == 36 * 4 + 16 + 2 * 8, "prm__p_rule has padding");
_Static_assert(sizeof(prm__p_action) == 16 * 4 + 2 * 8 + 16, "prm__p_action has padding");
_Static_assert(sizeof(prm__p_product_rate) == 2 * 4 + 8, "prm__p_product_rate has padding");
_Static_assert(sizeof(prm__p_bracket) == 16 + 2 * 8, "prm__p_bracket has padding");
_Static_assert(sizeof(prm__p_level) == 4 * 4 + 8 + 2 * 4, "prm__p_level has padding");
_Static_assert(sizeof(prm__p_commission) == 4 * 4 + 3 * 8 + 8 * 4, "prm__p_commission has padding");
_Static_assert(sizeof(prm__p_ranks) == 6 * 4, "prm__p_ranks has padding");
_Static_assert(sizeof(prm__p_head) ==
                   8 + 10 * 4 + sizeof(prm__p_commission) + sizeof(prm__p_ranks) + PRM_SECTION_COUNT * 12,
               "prm__p_head has padding");

/* States in a record, which are aligned to 16 bytes. */
_Static_assert(sizeof(prm__measure_state) % 16 == 0 && sizeof(prm__rule_state) % 16 == 0 &&
                   sizeof(prm__rule_more) % 16 == 0 && sizeof(prm__limit_state) % 16 == 0 &&
                   sizeof(prm__bracket_state) % 16 == 0 && sizeof(prm__rank_state) % 16 == 0,
               "a state has no place between two others");

#define BUILDER_FIRST_PLACES 64u

void prm__builder_init(prm__builder *builder, prm__alloc *alloc)
{
    memset(builder, 0, sizeof *builder);
    builder->alloc = alloc;
#define BUILDER_INIT(name, type) prm__vec_init(&builder->name, alloc, sizeof(type));
    PRM_PROGRAM_SECTIONS(BUILDER_INIT)
#undef BUILDER_INIT
    prm__vec_init(&builder->text_places, alloc, sizeof(uint32_t));
}

void prm__builder_free(prm__builder *builder)
{
#define BUILDER_FREE(name, type) prm__vec_free(&builder->name);
    PRM_PROGRAM_SECTIONS(BUILDER_FREE)
#undef BUILDER_FREE
    prm__vec_free(&builder->text_places);
}

/* ---- Texts ---- */

static bool builder_text_is(const prm__builder *builder, uint32_t index, const char *text, size_t size)
{
    prm__p_text row = PRM_VEC(builder->texts, prm__p_text)[index];
    return row.size == size &&
           (size == 0 || memcmp(prm__vec_at(&builder->bytes, row.offset), text, size) == 0);
}

/* The place of a text in the table: where it is, or the gap for it. */
static uint32_t *builder_text_place(prm__builder *builder, const char *text, size_t size)
{
    uint32_t *places = PRM_VEC(builder->text_places, uint32_t);
    uint64_t mask = builder->text_places.count - 1;
    uint64_t at = prm__hash_bytes(text, size, 0) & mask;
    while (places[at] != 0 && !builder_text_is(builder, places[at] - 1, text, size))
        at = (at + 1) & mask;
    return &places[at];
}

/* Keeps the table at most half full with one more text. */
static prm_status builder_text_grow(prm__builder *builder)
{
    size_t places = builder->text_places.count;
    if (builder->texts.count + 1 <= places / 2)
        return PRM_OK;
    size_t more = places == 0 ? BUILDER_FIRST_PLACES : places;
    PRM_TRY(prm__vec_reserve(&builder->text_places, more));
    builder->text_places.count = places + more;
    memset(builder->text_places.data, 0, (places + more) * sizeof(uint32_t));
    for (uint32_t i = 0; i < builder->texts.count; i++) {
        prm__p_text row = PRM_VEC(builder->texts, prm__p_text)[i];
        *builder_text_place(builder, PRM_VEC(builder->bytes, char) + row.offset, row.size) = i + 1;
    }
    return PRM_OK;
}

uint32_t prm__builder_text(prm__builder *builder, const char *text, size_t size)
{
    if (size > UINT32_MAX - builder->bytes.count || builder->texts.count >= PRM_NO_INDEX - 1)
        return PRM_NO_INDEX;
    if (builder_text_grow(builder) != PRM_OK)
        return PRM_NO_INDEX;
    uint32_t *place = builder_text_place(builder, text, size);
    if (*place != 0)
        return *place - 1;
    if (prm__vec_reserve(&builder->texts, 1) != PRM_OK)
        return PRM_NO_INDEX;
    uint32_t offset = (uint32_t)builder->bytes.count;
    if (prm__vec_append(&builder->bytes, text, size) != PRM_OK)
        return PRM_NO_INDEX;
    prm__p_text *row = prm__vec_push(&builder->texts); /* reserved above */
    row->offset = offset;
    row->size = (uint32_t)size;
    *place = (uint32_t)builder->texts.count;
    return *place - 1;
}

/* ---- The block ---- */

/* Fills what the head says about the sections; returns the size of the block, 0 when a
 * section has more rows than can be counted. */
static size_t builder_layout(prm__builder *builder)
{
    static const char magic[8] = PRM_PROGRAM_MAGIC;
    prm__p_head *head = &builder->head;
    memcpy(head->magic, magic, sizeof magic);
    head->format = PRM_PROGRAM_FORMAT;
    size_t size = PRM_PROGRAM_ALIGN(sizeof *head);
#define BUILDER_LAYOUT(name, type)                                                                           \
    if (builder->name.count >= PRM_NO_INDEX)                                                                 \
        return 0;                                                                                            \
    head->offsets[PRM_SECTION_##name] = size;                                                                \
    head->counts[PRM_SECTION_##name] = (uint32_t)builder->name.count;                                        \
    size += PRM_PROGRAM_ALIGN(builder->name.count * sizeof(type));
    PRM_PROGRAM_SECTIONS(BUILDER_LAYOUT) /* LCOV_EXCL_BR_LINE rows beyond 32 bits fit into no test */
#undef BUILDER_LAYOUT
    return size;
}

static void builder_fill(const prm__builder *builder, char *block)
{
    memcpy(block, &builder->head, sizeof builder->head);
#define BUILDER_FILL(name, type)                                                                             \
    if (builder->name.count > 0)                                                                             \
        memcpy(block + builder->head.offsets[PRM_SECTION_##name], builder->name.data,                        \
               builder->name.count * sizeof(type));
    PRM_PROGRAM_SECTIONS(BUILDER_FILL)
#undef BUILDER_FILL
}

prm_status prm__builder_finish(prm__builder *builder, const prm_allocator *host, prm_program **out)
{
    size_t size = builder_layout(builder);
    if (size == 0)
        return PRM_E_INTERNAL; /* LCOV_EXCL_LINE rows beyond 32 bits fit into no test */
    prm_program *program = prm__program_new(host, size);
    if (program == NULL)
        return PRM_E_MEMORY;
    builder_fill(builder, program->block);
    prm_status status = prm__program_open(program);
    if (status != PRM_OK) {
        prm__program_unref(program);
        return status == PRM_E_PROGRAM ? PRM_E_INTERNAL : status;
    }
    *out = program;
    return PRM_OK;
}
