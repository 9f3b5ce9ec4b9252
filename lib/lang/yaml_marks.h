/* yaml_marks: libyaml counts code points of lines; diagnostics want bytes. */
#ifndef PRM_LANG_YAML_MARKS_H
#define PRM_LANG_YAML_MARKS_H

#include "lang/lang.h"

/* A cursor through the text. Marks come nearly in order, so that finding all of
 * them takes time linear in the text, even when it is one line. */
typedef struct prm__yaml_marks {
    const char *text;
    uint32_t size;
    uint32_t line;   /* of the cursor, from 0 */
    uint32_t column; /* in code points, from 0 */
    uint32_t at;     /* in bytes */
} prm__yaml_marks;

void prm__yaml_marks_init(prm__yaml_marks *marks, const char *text, uint32_t size);

/* The byte offset of a line and a column as libyaml counts them. */
uint32_t prm__yaml_marks_offset(prm__yaml_marks *marks, size_t line, size_t column);

#endif
