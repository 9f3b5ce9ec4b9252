/* note: the number that is left with a text in engine->texts: whom the text names. It is
 * found where the text is found, so an event's partner and subjects are known without a look at
 * them. A text that names several leads to the latest one; for the others, and for what does not
 * fit into the number, the subjects' own index is asked. */
#ifndef PRM_ENGINE_NOTE_H
#define PRM_ENGINE_NOTE_H

#include <stdbool.h>
#include <stdint.h>

/* From the low end: 3 bits, 1 for a partner and the kind + 1 for a subject; the partner's index;
 * the subject's handle. */
#define PRM_NOTE_KINDS 7U /* kinds of subjects below this can be noted */
#define PRM_NOTE_OWNER_AT 3
#define PRM_NOTE_HANDLE_AT 28
#define PRM_NOTE_OWNERS (UINT32_C(1) << (PRM_NOTE_HANDLE_AT - PRM_NOTE_OWNER_AT))
#define PRM_NOTE_HANDLES (UINT32_C(1) << 28)

/* A partner's name; 0 when the index does not fit. */
static inline uint64_t prm__note_partner(uint32_t partner)
{
    return partner < PRM_NOTE_OWNERS ? 1 | (uint64_t)partner << PRM_NOTE_OWNER_AT : 0;
}

/* The only key of a subject of `kind`, which is not the partner's own, that is marked as existing;
 * 0 when it does not fit. */
static inline uint64_t prm__note_subject(uint32_t kind, uint32_t partner, uint32_t handle)
{
    if (kind >= PRM_NOTE_KINDS || partner >= PRM_NOTE_OWNERS || handle >= PRM_NOTE_HANDLES)
        return 0;
    return (kind + 1) | (uint64_t)partner << PRM_NOTE_OWNER_AT | (uint64_t)handle << PRM_NOTE_HANDLE_AT;
}

static inline bool prm__note_is_partner(uint64_t note)
{
    return (note & 7) == 1;
}

static inline uint32_t prm__note_owner(uint64_t note)
{
    return (uint32_t)(note >> PRM_NOTE_OWNER_AT) & (PRM_NOTE_OWNERS - 1);
}

/* Whether it leads to a subject of that kind and partner. */
static inline bool prm__note_leads_to(uint64_t note, uint32_t kind, uint32_t partner)
{
    uint64_t who = note & ((UINT64_C(1) << PRM_NOTE_HANDLE_AT) - 1);
    return who == ((kind + 1) | (uint64_t)partner << PRM_NOTE_OWNER_AT);
}

static inline uint32_t prm__note_handle(uint64_t note)
{
    return (uint32_t)(note >> PRM_NOTE_HANDLE_AT);
}

#endif
