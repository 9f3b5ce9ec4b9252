/* What json-c does not tell of a line: looked up in the line as it was written. */
#ifndef TOOLS_NDJSONRAW_H
#define TOOLS_NDJSONRAW_H

#include "memory.h"

/* The first \uD800 to \uDFFF that is not half of a pair, as its six bytes; an empty
 * text when there is none. */
prm_text ndjsonraw_lone_surrogate(prm_text line);

/* A key that one object has twice, written alike both times; an empty text when there is
 * none. The line is JSON. */
prm_text ndjsonraw_twin(prm_text line);

#endif
