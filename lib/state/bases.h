/* bases: the section of what each partner's fold knew at the end of closed time, and the outcomes before it.
 * It holds no handle and no key of the engine that wrote it: texts stand by their places, events by their
 * numbers among the closed ones, subjects and outcomes by their numbers among the partner's, sets in order. */
#ifndef PRM_STATE_BASES_H
#define PRM_STATE_BASES_H

#include "state/shut.h"

/* Names the texts that the section needs. */
PRM_MUST_USE prm_status prm__bases_name(prm__snapshot *snapshot);

PRM_MUST_USE prm_status prm__bases_put(const prm__snapshot *snapshot, prm__wire_out *out);

/* Reads the section into an engine that has the closed events (in order, `handles`; by partner, `spans`) and
 * no others. PRM_E_STATE when it cannot be; PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__bases_take(prm_engine *engine, const prm__vec *texts, const prm__vec *handles,
                                        const prm__vec *spans, prm__wire_in *in);

/* What follows `more` of an outcome: see prm__outcome. */
typedef enum prm__bases_more { PRM_BASES_RATE, PRM_BASES_CLAIM, PRM_BASES_AMOUNT } prm__bases_more;

static inline prm__bases_more prm__bases_more_of(const prm_program *program, uint32_t rule, uint32_t action)
{
    if (rule == PRM_RULE_COMMISSION || rule == PRM_RULE_OVERRIDE)
        return PRM_BASES_AMOUNT;
    bool rate = rule < program->rules_count &&
                program->actions[program->rules[rule].first_action + action].kind == PRM_ACTION_RATE;
    return rate ? PRM_BASES_RATE : PRM_BASES_CLAIM;
}

/* Whether the keys of a measure are texts, and not numbers that it tells apart. */
bool prm__bases_has_texts(const prm_program *program, uint32_t measure);

#endif
