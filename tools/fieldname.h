/* Names of event types and fields, for messages about those that a program does not have. */
#ifndef TOOLS_FIELDNAME_H
#define TOOLS_FIELDNAME_H

#include "memory.h"

/* 1 for a field of the program, and for id, type and time. */
int fieldname_known(const prm_program *program, prm_text name);

/* The field of the program that `name` may be a slip of; an empty C string when there is
 * none. NUL-terminated. */
prm_text fieldname_nearest(const prm_program *program, prm_text name);

/* The event type of the program that `name` may be a slip of, or an empty text. */
prm_text fieldname_nearest_type(const prm_program *program, prm_text name);

#endif
