/* Sentences in English and Japanese, side by side where they are said, with places {0} to {9} for what
 * they speak of, since the two do not have these in one order. */
#ifndef TOOLS_WORDS_H
#define TOOLS_WORDS_H

#include "explainwords.h"

/* The one of the language. */
const char *words_pick(explain_language language, const char *english, const char *japanese);

/* Appends a sentence, with `places` in its places. */
void words_put(buffer *out, const char *sentence, const prm_text *places);

/* A sentence of the language that lives as long as `owner`. */
prm_text words_say(arena *owner, explain_language language, const char *english, const char *japanese,
                   const prm_text *places);

/* What people call the rules that have no title: commission and override. Others keep their name. */
prm_text words_rule(explain_language language, prm_text name);

#endif
