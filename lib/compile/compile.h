/* compile: a program text becomes a program. Everything that a rule's form means
 * is decided here; an engine sees only the rows of the program. */
#ifndef PRM_COMPILE_COMPILE_H
#define PRM_COMPILE_COMPILE_H

#include "base/diag.h"
#include "program/program.h"

/* Compiles the text of `diag`, which receives everything found. `zoneinfo` may be NULL:
 * the system's. PRM_E_PROGRAM: errors were reported. PRM_E_MEMORY, PRM_E_INTERNAL. */
PRM_MUST_USE prm_status prm__compile(prm_diagnostics *diag, const char *zoneinfo, const prm_allocator *host,
                                     prm_program **out);

#endif
