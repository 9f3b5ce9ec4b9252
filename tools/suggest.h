/* "Did you mean": the candidate nearest to a word that nobody knows. */
#ifndef TOOLS_SUGGEST_H
#define TOOLS_SUGGEST_H

#include <stddef.h>

#include <prm/prm.h>

/* The index of the candidate nearest to `word`, or `count` when none is near
 * enough to be worth a mention. Words above 64 bytes have no near one. */
size_t suggest_nearest(prm_text word, const prm_text *candidates, size_t count);

#endif
