/* error: filling the caller's prm_error. A NULL error is fine everywhere. */
#ifndef PRM_BASE_ERROR_H
#define PRM_BASE_ERROR_H

#include <prm/prm.h>

/* Fills *error and returns `status`. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
prm_status
prm__error_set(prm_error *error, prm_status status, const char *format, ...);

/* The one message for memory that ran out. */
prm_status prm__error_memory(prm_error *error);

#endif
