/* reading: what a test of lang needs around it: memory, diagnostics, and ways to
 * say in one line what is expected of them. */
#ifndef PRM_TESTS_LANG_READING_H
#define PRM_TESTS_LANG_READING_H

#include "../base/unit.h"

#include "lang/yaml_tree.h"

#include <stdio.h>
#include <string.h>

typedef struct reading {
    prm__alloc alloc;
    prm__arena arena;
    prm__lang lang;
    const prm__yaml_node *root; /* NULL when there is no tree */
} reading;

static inline void reading_open(reading *r, const char *text, size_t size)
{
    memset(r, 0, sizeof *r);
    prm__alloc_init(&r->alloc, NULL);
    prm__arena_init(&r->arena, &r->alloc);
    r->lang.diag = prm__diag_new(NULL, "t", text, size);
    assert_non_null(r->lang.diag);
    r->lang.alloc = &r->alloc;
    r->lang.arena = &r->arena;
    r->root = prm__yaml_read(&r->lang, r->lang.diag->text, (uint32_t)size);
}

static inline void reading_text(reading *r, const char *text)
{
    reading_open(r, text, strlen(text));
}

static inline void reading_close(reading *r)
{
    prm_diagnostics_free(r->lang.diag);
    prm__arena_free(&r->arena);
    assert_int_equal(r->alloc.held, 0);
}

/* Appends "NUMBER LINE:COLUMN-END hint; " of every diagnostic, in the order of the text. */
static inline void reading_findings(reading *r, char *out, size_t capacity)
{
    prm__diag_sort(r->lang.diag);
    out[0] = '\0';
    for (size_t i = 0; i < prm_diagnostics_count(r->lang.diag); i++) {
        prm_diagnostic one = {.size = sizeof one};
        assert_int_equal(prm_diagnostics_get(r->lang.diag, i, &one), PRM_OK);
        size_t used = strlen(out);
        snprintf(out + used, capacity - used, "%s%u %u:%u-%u", i > 0 ? "; " : "", one.number, one.line,
                 one.column, one.end_column);
        used = strlen(out);
        if (one.hint.size > 0)
            snprintf(out + used, capacity - used, " %.*s", (int)one.hint.size, one.hint.data);
    }
}

/* Everything reported is this, in the form above. */
static inline void reading_expect(reading *r, const char *expected)
{
    char found[4096];
    reading_findings(r, found, sizeof found);
    assert_string_equal(found, expected);
    assert_false(r->lang.diag->exhausted);
}

#endif
