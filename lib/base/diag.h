/* diag: what a compilation has to say: numbered diagnostics with spans into the
 * program text, rendered with source line and caret. Numbers are stable and
 * live in one registry (diag_numbers.h); each carries its severity. */
#ifndef PRM_BASE_DIAG_H
#define PRM_BASE_DIAG_H

#include "base/arena.h"
#include "base/diag_numbers.h"
#include "base/vec.h"

/* Byte offsets into the text; end exclusive. */
typedef struct prm__span {
    uint32_t start;
    uint32_t end;
} prm__span;

/* The public handle. Owns a copy of the text and all messages. */
struct prm_diagnostics {
    prm__alloc alloc;
    prm__arena arena;
    prm__vec list;    /* prm__diag_entry, in the order reported until sorted */
    const char *file; /* C string */
    const char *text; /* the program text */
    size_t size;
    uint32_t errors;
    bool exhausted; /* memory ran out while reporting: compilation must fail with PRM_E_MEMORY */
};

typedef struct prm__diag_entry {
    prm__span span;
    uint32_t number;
    uint32_t severity;
    const char *message; /* C strings in the arena */
    const char *hint;    /* "" without one */
} prm__diag_entry;

/* A new list for `text`, copied; `file` NULL: "program". NULL when memory ran out. Free with
 * prm_diagnostics_free. */
prm_diagnostics *prm__diag_new(const prm_allocator *host, const char *file, const char *text, size_t size);

/* Reports; printf-like through vsnprintf. `hint` may be NULL. Messages and hints may quote
 * any bytes of the program: they are cut at 400 bytes on a code point, and control
 * characters and what is not UTF-8 become question marks. Never fails visibly: see
 * `exhausted`. Reports at most 100 entries, then one that says so; `errors` counts all. */
#if defined(__GNUC__)
__attribute__((format(printf, 5, 6)))
#endif
void prm__diag_report(prm_diagnostics *diag, prm__diag_number number, prm__span span, const char *hint,
                      const char *format, ...);

/* Sorts by place in the text, at one place in the order reported; called once, at the end. */
void prm__diag_sort(prm_diagnostics *diag);

/* The candidate nearest to `word` by edit distance (Damerau-Levenshtein in code points, at most a
 * third of the word's length, 1 for two letters, and at most 3, ignoring ASCII case), the first of
 * equally near ones, or NULL. `names` are C strings. Words of more than 64 code points are near to none. */
const char *prm__diag_nearest(const char *word, size_t size, const char *const *names, size_t count);

#endif
