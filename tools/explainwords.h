/* What an explanation calls things, in English and Japanese. */
#ifndef TOOLS_EXPLAINWORDS_H
#define TOOLS_EXPLAINWORDS_H

#include "memory.h"

typedef enum explain_language { EXPLAIN_ENGLISH, EXPLAIN_JAPANESE } explain_language;

/* The language named "en" or "ja", or a locale such as "ja_JP.UTF-8"; 0 when it is neither. */
int explainwords_language(const char *name, explain_language *out);

/* Event types, as a list "a, b", the way that people say it: "leads registered, meetings held". Those that
 * a program has declared stand as they are. */
void explainwords_types(buffer *out, explain_language language, prm_text types);

/* A kind of outcome: "gift card", ギフトカード. */
prm_text explainwords_kind(explain_language language, prm_text kind);

/* What a condition compares (PRM_FACT_CONDITION), and with what: "at least {target}". */
const char *explainwords_measure(explain_language language, prm_text measure);
const char *explainwords_compare(explain_language language, uint32_t code);

/* What else is asked (PRM_FACT_CHECK). */
const char *explainwords_check(explain_language language, prm_text check);

/* A state of progress, as a whole sentence. */
const char *explainwords_state(explain_language language, uint32_t state);

#endif
