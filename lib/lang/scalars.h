/* scalars: texts of a program read by the type of their place. Each function
 * reports what is wrong and returns false, leaving its result alone. `key` names
 * the place in messages. */
#ifndef PRM_LANG_SCALARS_H
#define PRM_LANG_SCALARS_H

#include "base/caltime.h"
#include "base/decimal.h"
#include "lang/yaml_tree.h"

/* Free text of at most PRM_LIMIT_TEXT_BYTES. */
bool prm__scalar_text(prm__lang *lang, const prm__yaml_node *node, const char *key);

/* What a key may say. */
typedef struct prm__choices {
    const char *const *names;
    uint32_t count;
    bool open; /* something else may stand there too: these are what is most often meant */
} prm__choices;

/* One of the choices, as its index. */
bool prm__scalar_choice(prm__lang *lang, const prm__yaml_node *node, const char *key,
                        const prm__choices *choices, uint32_t *out);

/* A whole number from `least` to `most`. */
bool prm__scalar_integer(prm__lang *lang, const prm__yaml_node *node, const char *key, int32_t least,
                         int32_t most, int32_t *out);

/* A number, or a percentage ("80%" is 0.8). */
bool prm__scalar_number(prm__lang *lang, const prm__yaml_node *node, const char *key, prm__decimal *out);

/* A rate in e12; `*sign` (may be NULL) tells whether it was written with one. */
bool prm__scalar_rate(prm__lang *lang, const prm__yaml_node *node, const char *key, int64_t *rate,
                      bool *sign);

/* "30d"; of the text's bytes [from, to). */
bool prm__scalar_duration(prm__lang *lang, const prm__yaml_node *node, const char *key, uint32_t from,
                          uint32_t to, prm__duration *out);

/* A plain date, in days. */
bool prm__scalar_date(prm__lang *lang, const prm__yaml_node *node, const char *key, int32_t *days);

/* The place of the scalar's bytes [from, to) in the source: exact where the text
 * stands there as it is, else the whole scalar. */
prm__span prm__scalar_span(const prm__yaml_node *node, uint32_t from, uint32_t to);

/* Whether a text is a name that expressions can use: letters, digits, underscores, no digit first. */
bool prm__scalar_is_identifier(const char *text, size_t size);

#endif
