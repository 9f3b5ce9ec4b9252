/* victim: the sample's block, to be changed in one place or in many before it is verified. */
#ifndef PRM_TESTS_PROGRAM_VICTIM_H
#define PRM_TESTS_PROGRAM_VICTIM_H

#include "sample.h"

#include <stdlib.h>

/* A copy of the sample's block, with rows that may be changed. */
typedef struct victim {
    prm_program *sound;
    prm__p_head *head;
    size_t size;
} victim;

static inline victim victim_new(void)
{
    victim it = {NULL, NULL, 0};
    assert_int_equal(sample_build(NULL, &it.sound), PRM_OK);
    it.size = it.sound->size;
    it.head = malloc(it.size);
    assert_non_null(it.head);
    memcpy(it.head, it.sound->block, it.size);
    return it;
}

static inline void victim_free(victim *it)
{
    prm__program_unref(it->sound);
    free(it->head);
}

#define ROWS(section, type) ((type *)(void *)((char *)it.head + it.head->offsets[PRM_SECTION_##section]))
#define TYPE(index) ROWS(types, prm__p_type)[index]
#define SLOT(index) ROWS(slots, prm__p_slot)[index]
#define ATTRIBUTE(index) ROWS(attributes, prm__p_attribute)[index]
#define KIND(index) ROWS(kinds, prm__p_kind)[index]
#define ANCHOR(index) ROWS(anchors, prm__p_anchor)[index]
#define WINDOW(index) ROWS(windows, prm__p_window)[index]
#define MEASURE(index) ROWS(measures, prm__p_measure)[index]
#define CONDITION(index) ROWS(conditions, prm__p_condition)[index]
#define RULE(index) ROWS(rules, prm__p_rule)[index]
#define ACTION(index) ROWS(actions, prm__p_action)[index]
#define TIER(index) ROWS(tiers, prm__p_tier)[index]
#define LEVEL(index) ROWS(levels, prm__p_level)[index]
#define ACTIVE(index) ROWS(actives, prm__p_active)[index]
#define BRACKET(index) ROWS(brackets, prm__p_bracket)[index]
#define COMMISSION it.head->commission
#define RANKS it.head->ranks
#define EXPR(index) ROWS(exprs, prm__p_expr)[index]
#define CODE(index) ROWS(code, uint32_t)[index]

/* After `change`, and after that alone, the verifier says `says`. */
#define REFUSES(says, change)                                                                                \
    do {                                                                                                     \
        victim it = victim_new();                                                                            \
        assert_null(prm__program_verify(it.head, it.size));                                                  \
        change;                                                                                              \
        const char *said = prm__program_verify(it.head, it.size);                                            \
        if (said == NULL || strcmp(said, says) != 0)                                                         \
            fail_msg("line %d: %s: said \"%s\"", __LINE__, #change, said == NULL ? "sound" : said);          \
        victim_free(&it);                                                                                    \
    } while (0)

/* `change` leaves a sound program. */
#define TAKES(change)                                                                                        \
    do {                                                                                                     \
        victim it = victim_new();                                                                            \
        change;                                                                                              \
        const char *said = prm__program_verify(it.head, it.size);                                            \
        if (said != NULL)                                                                                    \
            fail_msg("line %d: %s: said \"%s\"", __LINE__, #change, said);                                   \
        victim_free(&it);                                                                                    \
    } while (0)

#endif
