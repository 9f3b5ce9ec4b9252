/* diff: what a call has to post. The outcomes of each touched partner are compared
 * with the former ones by identity: what is new is granted, what is gone is
 * reversed, what has changed its content is reversed and granted anew. */
#ifndef PRM_ENGINE_DIFF_H
#define PRM_ENGINE_DIFF_H

#include "engine/engine.h"

/* Collects into engine->posts what the touched partners have to post, and writes it
 * behind the end of the journal, reversals first, each group in ledger order; the
 * journal's count is the caller's to raise.
 * PRM_E_INTERNAL when the postings would not lead from the old rows to the new. */
PRM_MUST_USE prm_status prm__diff_collect(prm_engine *engine);

#endif
