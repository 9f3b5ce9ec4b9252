/* totals: the ledger added up by whom it goes to and what it is. */
#ifndef PRM_ENGINE_TOTALS_H
#define PRM_ENGINE_TOTALS_H

#include "engine/rows.h"

/* PRM_E_MEMORY; PRM_E_LIMIT when a total is beyond what a prm_decimal holds. */
PRM_MUST_USE prm_status prm__totals_rows(prm_engine *engine, bool by_rule, prm_rows **out);

/* The next one into *out, `size` set; false at the end. */
bool prm__totals_next(prm_rows *rows, prm_total *out);

#endif
