#include "engine/branch.h"
#include "base/hash.h"

#define BRANCH_FIRST_SLOTS 16U

void prm__branch_init(prm_engine *engine)
{
    prm__vec_init(&engine->branches, &engine->alloc, sizeof(prm__branch));
}

void prm__branch_free(prm_engine *engine)
{
    prm__vec_free(&engine->branches);
    prm__alloc_release(&engine->alloc, engine->branch_slots, engine->branch_slot_count, sizeof(uint32_t));
}

/* ---- What a filter asks for ---- */

/* A value on the stack of an expression, as far as it matters here. */
typedef struct branch_value {
    prm__branch_key at; /* a boolean that holds only with this text in this slot */
    uint32_t slot;      /* a text field, or PRM_NO_INDEX */
    uint32_t key;       /* a text, or 0 */
} branch_value;

static const branch_value branch_unknown = {{PRM_NO_INDEX, 0}, PRM_NO_INDEX, 0};

static branch_value branch_field(const prm_engine *engine, uint32_t type, uint32_t name)
{
    branch_value value = branch_unknown;
    uint32_t slot = name == PRM_NAME_PARTNER ? PRM_NO_INDEX : prm__engine_slot(engine, type, name);
    if (slot != PRM_NO_INDEX && engine->layouts[type].texts >> slot & 1 &&
        engine->layouts[type].narrow >> slot & 1)
        value.slot = slot;
    return value;
}

static branch_value branch_equal(const branch_value *a, const branch_value *b)
{
    branch_value value = branch_unknown;
    if (a->slot != PRM_NO_INDEX && b->key)
        value.at = (prm__branch_key){a->slot, b->key};
    else if (b->slot != PRM_NO_INDEX && a->key)
        value.at = (prm__branch_key){b->slot, a->key};
    return value;
}

static branch_value branch_step(const prm_engine *engine, uint32_t type, uint32_t word,
                                const branch_value *arguments)
{
    branch_value value = branch_unknown;
    switch (word & 0xFF) {
    case PRM_OP_TEXT:
        value.key = engine->program_keys[word >> 8];
        return value;
    case PRM_OP_FIELD:
        return branch_field(engine, type, word >> 8);
    case PRM_OP_EQUAL:
        return branch_equal(&arguments[0], &arguments[1]);
    case PRM_OP_AND:
        value.at = arguments[arguments[0].at.slot == PRM_NO_INDEX].at;
        return value;
    default:
        return value;
    }
}

#define BRANCH_POPS(name, pops, pushes) pops,
static const int8_t branch_pops[] = {PRM_OPERATIONS(BRANCH_POPS)};
#undef BRANCH_POPS

static uint32_t branch_argument_count(uint32_t word)
{
    uint32_t operation = word & 0xFF;
    return operation == PRM_OP_CALL ? prm__catalog_function(word >> 8)->argument_count
                                    : (uint32_t)branch_pops[operation];
}

prm__branch_key prm__branch_of_filter(const prm_engine *engine, uint32_t type, uint32_t filter)
{
    branch_value stack[PRM_EXPR_STACK];
    const prm_program *program = engine->program;
    uint32_t depth = 0;
    if (filter == PRM_NO_INDEX)
        return branch_unknown.at;
    const prm__p_expr *expr = &program->exprs[filter];
    for (uint32_t i = 0; i < expr->word_count; i++) {
        uint32_t word = program->code[expr->first_word + i];
        depth -= branch_argument_count(word);
        stack[depth] = branch_step(engine, type, word, &stack[depth]);
        depth++;
    }
    return stack[0].at;
}

/* ---- The index ---- */

static uint32_t *branch_probe(uint32_t *slots, uint32_t count, const prm__branch *branches, uint32_t type,
                              prm__branch_key at)
{
    uint32_t place = (uint32_t)prm__hash_pair((uint64_t)type << 8 | at.slot, at.key);
    for (;; place++) {
        uint32_t *slot = &slots[place & (count - 1)];
        const prm__branch *branch = *slot ? &branches[*slot - 1] : NULL;
        if (!branch || (branch->type == type && branch->at.slot == at.slot && branch->at.key == at.key))
            return slot;
    }
}

static prm_status branch_grow(prm_engine *engine)
{
    uint32_t count = engine->branch_slot_count ? engine->branch_slot_count * 2 : BRANCH_FIRST_SLOTS;
    uint32_t *slots = prm__alloc_zeroed(&engine->alloc, count, sizeof *slots);
    const prm__branch *branches = engine->branches.data;
    if (!slots)
        return PRM_E_MEMORY;
    for (size_t i = 0; i < engine->branches.count; i++)
        *branch_probe(slots, count, branches, branches[i].type, branches[i].at) = (uint32_t)i + 1;
    prm__alloc_release(&engine->alloc, engine->branch_slots, engine->branch_slot_count, sizeof *slots);
    engine->branch_slots = slots;
    engine->branch_slot_count = count;
    return PRM_OK;
}

prm_status prm__branch_add(prm_engine *engine, const prm__branch *branch)
{
    if ((engine->branches.count + 1) * 2 > engine->branch_slot_count)
        PRM_TRY(branch_grow(engine));
    PRM_TRY(prm__vec_append(&engine->branches, branch, 1));
    *branch_probe(engine->branch_slots, engine->branch_slot_count, engine->branches.data, branch->type,
                  branch->at) = (uint32_t)engine->branches.count;
    return PRM_OK;
}

const prm__branch *prm__branch_find(const prm_engine *engine, uint32_t type, prm__branch_key at)
{
    const prm__branch *branches = engine->branches.data;
    if (!engine->branch_slot_count)
        return NULL; /* LCOV_EXCL_LINE where a type forks there are branches */
    uint32_t index = *branch_probe(engine->branch_slots, engine->branch_slot_count, branches, type, at);
    return index ? &branches[index - 1] : NULL;
}
