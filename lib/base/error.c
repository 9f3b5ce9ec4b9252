/* error: one way to fill a prm_error, so that no field of an earlier failure
 * survives in it. */
#include "base/error.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

prm_status prm__error_set(prm_error *error, prm_status status, const char *format, ...)
{
    if (error == NULL)
        return status;
    memset(error, 0, sizeof *error);
    error->status = (int32_t)status;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (size < 0)
        error->message[0] = '\0'; /* LCOV_EXCL_LINE no format here has what vsnprintf fails on */
    else if ((size_t)size >= sizeof error->message) {
        /* One byte more than is kept, so that the floor sees whether a code point is cut. */
        size_t kept = strlen(error->message);
        error->message[prm__utf8_floor(error->message, kept, kept - 1)] = '\0';
    }
    return status;
}

prm_status prm__error_memory(prm_error *error)
{
    return prm__error_set(error, PRM_E_MEMORY, "memory ran out");
}
