#include "engine/tally.h"
#include "engine/amend.h"
#include "engine/checkpoint.h"
#include "engine/subject.h"

static uint64_t tally_list(const prm__list *list)
{
    return list->block ? (uint64_t)16 << list->size_class : 0;
}

static uint64_t tally_vec(const prm__vec *vec)
{
    return (uint64_t)vec->capacity * vec->element;
}

static uint64_t tally_subjects_of(const prm_engine *engine, const prm__partner *partner)
{
    uint64_t count = 0;
    for (uint32_t handle = partner->first_subject; handle != PRM_NONE;) {
        const prm__subject *subject = prm__subject_at(engine, handle);
        count += (subject->flags & PRM_SUBJECT_EXISTS) != 0;
        handle = subject->next;
    }
    return count;
}

void prm__tally(const prm_engine *engine, prm_counts *out)
{
    uint32_t size = out->size;
    *out = engine->counts;
    out->size = size;
    out->unmatched = prm__void_unmatched(engine) + engine->closed_unmatched;
    out->waiting = prm__void_waiting(engine);
    out->outcomes = engine->outcome_rows;
    out->postings = engine->journal_first - 1 + prm__engine_postings(engine);
    out->bytes = engine->alloc.held + (engine->shell ? engine->shell->alloc.held : 0);
    out->event_bytes = prm__store_bytes(&engine->store);
    out->subject_bytes = (uint64_t)engine->subjects.chunks.count *
                             ((uint64_t)16 << engine->subjects.chunk_shift) +
                         engine->subjects.slot_count * 2 * sizeof(uint32_t) + tally_vec(&engine->partners);
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__base *base = prm__checkpoint_base(engine, partner);
        out->partners += partner->entries.count > 0 || base;
        out->unmatched += base ? base->unmatched : 0;
        out->subjects += tally_subjects_of(engine, partner);
        out->unmatched += partner->unmatched;
        out->waiting += partner->entries.count - partner->folded;
        out->event_bytes += tally_list(&partner->entries);
    }
}
