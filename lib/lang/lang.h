/* lang: what every part of reading a program shares: where findings go, and
 * memory that lives as long as the compilation. Memory that ran out is noted in
 * the diagnostics (`exhausted`), so that readers may go on with what they have:
 * the compilation fails with PRM_E_MEMORY at its end, whatever else it found. */
#ifndef PRM_LANG_LANG_H
#define PRM_LANG_LANG_H

#include "base/diag.h"

typedef struct prm__lang {
    prm_diagnostics *diag;
    prm__alloc *alloc;
    prm__arena *arena;
} prm__lang;

/* Notes that memory ran out. Always false, to be returned. */
bool prm__lang_exhausted(prm__lang *lang);

/* True for PRM_OK; anything else is memory that ran out, and noted. */
bool prm__lang_check(prm__lang *lang, prm_status status);

/* Zeroed memory from the arena; NULL, noted, when it ran out. */
void *prm__lang_get(prm__lang *lang, size_t size);

/* A copy with a NUL behind it; NULL, noted, when memory ran out. */
char *prm__lang_text(prm__lang *lang, const char *text, size_t size);

/* "a, b or c" of the names, one at least. */
const char *prm__lang_list(prm__lang *lang, const char *const *names, uint32_t count);

/* The hint "did you mean `...`?" for the candidate nearest to `word`, or `otherwise`
 * (may be NULL) when none is near. */
const char *prm__lang_suggest(prm__lang *lang, const char *word, size_t size, const char *const *names,
                              size_t count, const char *otherwise);

/* How much of a text a message shows, for `%.*s`: programs may have very long ones. */
int prm__lang_shown(const char *text, size_t size);

/* A formatted C string in the arena; "" when memory ran out. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
const char *
prm__lang_format(prm__lang *lang, const char *format, ...);

#endif
