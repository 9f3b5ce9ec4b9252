/* span: whether a program looks across partners. Where it does not, a partner's ledger is a function of
 * its own events, and the partner can be kept and evaluated by itself. */
#ifndef PRM_STATE_SPAN_H
#define PRM_STATE_SPAN_H

#include "program/program.h"

/* What makes the ledger of one partner depend on another's events, for people ("rule top is a
 * contest..."); NULL when nothing does. *rule is the index of the rule that does it, or PRM_NO_INDEX. */
const char *prm__span_reason(const prm_program *program, uint32_t *rule);

#endif
