/* lang: memory and hints for the readers of a program. */
#include "lang/lang.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool prm__lang_exhausted(prm__lang *lang)
{
    lang->diag->exhausted = true;
    return false;
}

bool prm__lang_check(prm__lang *lang, prm_status status)
{
    return status == PRM_OK || prm__lang_exhausted(lang);
}

void *prm__lang_get(prm__lang *lang, size_t size)
{
    void *block = prm__arena_get(lang->arena, size);
    if (block == NULL)
        prm__lang_exhausted(lang);
    return block;
}

char *prm__lang_text(prm__lang *lang, const char *text, size_t size)
{
    char *copy = prm__arena_text(lang->arena, text, size);
    if (copy == NULL)
        prm__lang_exhausted(lang);
    return copy;
}

const char *prm__lang_suggest(prm__lang *lang, const char *word, size_t size, const char *const *names,
                              size_t count, const char *otherwise)
{
    const char *near = prm__diag_nearest(word, size, names, count);
    return near != NULL ? prm__lang_format(lang, "did you mean `%s`?", near) : otherwise;
}

#define LANG_SHOWN_BYTES 60

int prm__lang_shown(const char *text, size_t size)
{
    return (int)prm__utf8_floor(text, size, LANG_SHOWN_BYTES);
}

#define LANG_FORMAT_BYTES 400

const char *prm__lang_format(prm__lang *lang, const char *format, ...)
{
    char buffer[LANG_FORMAT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (size < 0)
        return ""; /* LCOV_EXCL_LINE no format here has what vsnprintf fails on */
    const char *copy = prm__lang_text(lang, buffer, strlen(buffer));
    return copy != NULL ? copy : "";
}

const char *prm__lang_list(prm__lang *lang, const char *const *names, uint32_t count)
{
    const char *list = names[0];
    for (uint32_t i = 1; i < count; i++)
        list = prm__lang_format(lang, "%s%s%s", list, i + 1 < count ? ", " : " or ", names[i]);
    return list;
}
