/* The rule that --rule names. */
#ifndef TOOLS_RULEOPTION_H
#define TOOLS_RULEOPTION_H

#include "session.h"

/* Its index into *out, PRM_NONE without the option. CLI_DONE, or CLI_MISUSE with its message written. */
int ruleoption_find(const session *work, uint32_t *out);

#endif
