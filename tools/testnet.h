/* The promise of the journal: its net is the ledger. */
#ifndef TOOLS_TESTNET_H
#define TOOLS_TESTNET_H

#include "testrow.h"

/* Whether every reversal takes back, in full, the grant of the same identity
 * that stands, no identity is granted twice, and what stands at the end is the
 * ledger. The first break of it is added to `details`; then 0. */
int testnet_check(const test_rows *journal, const test_rows *ledger, buffer *details);

#endif
