/* The JSON Schema (draft 7) of files of program tests. */
#ifndef TOOLS_TESTSCHEMA_H
#define TOOLS_TESTSCHEMA_H

#include "memory.h"

/* Appends the schema. It refuses nothing that the reader takes; what only the reader
 * can tell, such as whether a time is one, it leaves to that. */
void testschema_write(buffer *out);

#endif
