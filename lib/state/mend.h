/* mend: what has to be posted so that one ledger becomes another, by identity and as rows that
 * stand for themselves: for a host whose net is not what it should be, and for an engine that gets
 * another program. */
#ifndef PRM_STATE_MEND_H
#define PRM_STATE_MEND_H

#include "engine/engine.h"

/* Adds to `out` what leads from `net` (`count` rows, of which each identity has at most one) to the
 * ledger of `engine`: first the reversals, those of identities that the ledger has in its order and
 * then the others by id, then the grants in ledger order. A reversal is the net's row. PRM_E_MEMORY;
 * PRM_E_ARGUMENT when an identity is there twice: *twice is the index of the second. */
PRM_MUST_USE prm_status prm__mend(prm_engine *engine, const prm_row *net, size_t count, prm__written *out,
                                  size_t *twice);

/* The same from the ledger of `from`. */
PRM_MUST_USE prm_status prm__mend_engine(prm_engine *engine, prm_engine *from, prm__written *out);

#endif
