/* diag: collecting diagnostics, finding their place in the text, and suggesting
 * what may have been meant. What people see is in diag_render.c. */
#include "base/diag.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DIAG_ENTRIES_MAX 100
#define DIAG_MESSAGE_MAX 400

/* ---- Collecting ---- */

prm_diagnostics *prm__diag_new(const prm_allocator *host, const char *file, const char *text, size_t size)
{
    prm__alloc alloc;
    prm__alloc_init(&alloc, host);
    prm_diagnostics *diag = prm__alloc_zeroed(&alloc, 1, sizeof *diag);
    if (diag == NULL)
        return NULL;
    diag->alloc = alloc;
    prm__arena_init(&diag->arena, &diag->alloc);
    prm__vec_init(&diag->list, &diag->alloc, sizeof(prm__diag_entry));
    if (file == NULL)
        file = "program";
    diag->file = prm__arena_text(&diag->arena, file, strlen(file));
    diag->text = prm__arena_text(&diag->arena, text, size);
    diag->size = size;
    if (diag->file == NULL || diag->text == NULL) {
        prm_diagnostics_free(diag);
        return NULL;
    }
    return diag;
}

void prm_diagnostics_free(prm_diagnostics *diagnostics)
{
    if (diagnostics == NULL)
        return;
    prm__vec_free(&diagnostics->list);
    prm__arena_free(&diagnostics->arena);
    prm__alloc alloc = diagnostics->alloc;
    prm__alloc_release(&alloc, diagnostics, 1, sizeof *diagnostics);
}

static uint32_t diag_severity(prm__diag_number number)
{
    switch (number) {
#define DIAG_ROW(name, row_number, severity, meaning)                                                        \
    case PRM_DIAG_##name:                                                                                    \
        return severity;
        PRM_DIAGNOSTICS(DIAG_ROW)
#undef DIAG_ROW
    }
    return PRM_SEVERITY_ERROR; /* LCOV_EXCL_LINE every number is above */
}

/* Makes `text` safe to be shown anywhere, in its place. */
static void diag_clean(char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t step = prm__utf8_decode(text + at, size - at, &code);
        bool malformed = step == 1 && code > 0x7F;
        if (malformed || prm__utf8_is_command(code))
            memset(text + at, '?', step);
        at += step;
    }
}

/* A clean copy of at most DIAG_MESSAGE_MAX bytes; NULL when memory ran out. */
static const char *diag_copy(prm_diagnostics *diag, const char *text)
{
    size_t size = prm__utf8_floor(text, strlen(text), DIAG_MESSAGE_MAX);
    char *copy = prm__arena_text(&diag->arena, text, size);
    if (copy != NULL)
        diag_clean(copy);
    return copy;
}

static void diag_add(prm_diagnostics *diag, prm__diag_number number, prm__span span, const char *hint,
                     const char *message)
{
    prm__diag_entry entry;
    entry.span = span;
    entry.number = number;
    entry.severity = diag_severity(number);
    entry.message = diag_copy(diag, message);
    entry.hint = diag_copy(diag, hint == NULL ? "" : hint);
    if (entry.message == NULL || entry.hint == NULL || prm__vec_append(&diag->list, &entry, 1) != PRM_OK)
        diag->exhausted = true;
}

void prm__diag_report(prm_diagnostics *diag, prm__diag_number number, prm__span span, const char *hint,
                      const char *format, ...)
{
    if (diag_severity(number) == PRM_SEVERITY_ERROR)
        diag->errors++;
    if (diag->list.count > DIAG_ENTRIES_MAX)
        return;
    if (diag->list.count == DIAG_ENTRIES_MAX) {
        prm__span end = {(uint32_t)diag->size, (uint32_t)diag->size};
        diag_add(diag, PRM_DIAG_TOO_MANY_DIAGNOSTICS, end, NULL,
                 "there is more to say; this is the first 100");
        return;
    }
    char message[DIAG_MESSAGE_MAX + 8];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    diag_add(diag, number, span, hint, size < 0 ? "" : message);
}

/* By insertion: there are a hundred at most, nearly in order. */
void prm__diag_sort(prm_diagnostics *diag)
{
    prm__diag_entry *entries = PRM_VEC(diag->list, prm__diag_entry);
    for (size_t i = 1; i < diag->list.count; i++) {
        prm__diag_entry entry = entries[i];
        size_t k = i;
        for (; k > 0 && entries[k - 1].span.start > entry.span.start; k--)
            entries[k] = entries[k - 1];
        entries[k] = entry;
    }
}

/* ---- Places ---- */

typedef struct diag_line {
    uint32_t number; /* from 1 */
    size_t start;    /* without a byte order mark */
    size_t end;      /* without the line end */
} diag_line;

/* The line that holds byte `at`; a line end ("\n", "\r\n" or "\r") belongs to its line. */
static diag_line diag_find_line(const char *text, size_t size, size_t at)
{
    diag_line line = {1, 0, 0};
    for (size_t i = 0; i < at; i++) {
        bool within_crlf = text[i] == '\r' && i + 1 < size && text[i + 1] == '\n';
        if (text[i] != '\n' && (text[i] != '\r' || within_crlf))
            continue;
        line.number++;
        line.start = i + 1;
    }
    line.end = line.start;
    while (line.end < size && text[line.end] != '\n' && text[line.end] != '\r')
        line.end++;
    if (line.start == 0 && line.end >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        line.start = 3;
    return line;
}

/* Code points from `start` to `end`; a byte that is not UTF-8 counts as one. */
static uint32_t diag_columns(const char *text, size_t start, size_t end)
{
    uint32_t columns = 0;
    for (; start < end; columns++) {
        uint32_t code;
        start += prm__utf8_decode(text + start, end - start, &code);
    }
    return columns;
}

static size_t diag_clamp(size_t value, size_t least, size_t most)
{
    return value < least ? least : value > most ? most : value;
}

static void diag_fill_place(const prm_diagnostics *diag, prm__span span, prm_diagnostic *out)
{
    diag_line line = diag_find_line(diag->text, diag->size, diag_clamp(span.start, 0, diag->size));
    size_t start = diag_clamp(span.start, line.start, line.end);
    size_t end = diag_clamp(span.end, start, line.end);
    out->line = line.number;
    out->column = diag_columns(diag->text, line.start, start) + 1;
    out->end_column = out->column + diag_columns(diag->text, start, end);
    if (out->end_column == out->column)
        out->end_column++;
    out->source.data = diag->text + line.start;
    out->source.size = line.end - line.start;
}

size_t prm_diagnostics_count(const prm_diagnostics *diagnostics)
{
    return diagnostics == NULL ? 0 : diagnostics->list.count;
}

static prm_text diag_text(const char *text)
{
    return (prm_text){text, strlen(text)};
}

prm_status prm_diagnostics_get(const prm_diagnostics *diagnostics, size_t index, prm_diagnostic *out)
{
    if (out == NULL || out->size < sizeof *out || index >= prm_diagnostics_count(diagnostics))
        return PRM_E_ARGUMENT;
    const prm__diag_entry *entry = &PRM_VEC(diagnostics->list, prm__diag_entry)[index];
    out->severity = entry->severity;
    out->number = entry->number;
    out->file = diag_text(diagnostics->file);
    out->message = diag_text(entry->message);
    out->hint = diag_text(entry->hint);
    diag_fill_place(diagnostics, entry->span, out);
    return PRM_OK;
}

/* ---- Suggesting ---- */

#define DIAG_WORD_MAX 64

/* A word as code points, in lower case as far as ASCII goes. */
typedef struct diag_word {
    uint32_t codes[DIAG_WORD_MAX];
    size_t count;
} diag_word;

static bool diag_word_read(const char *text, size_t size, diag_word *word)
{
    word->count = 0;
    for (size_t at = 0; at < size; word->count++) {
        if (word->count == DIAG_WORD_MAX)
            return false;
        uint32_t code;
        at += prm__utf8_decode(text + at, size - at, &code);
        word->codes[word->count] = code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
    }
    return true;
}

static size_t diag_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, substitutions and swaps of neighbours that make a of b. */
static size_t diag_distance(const diag_word *a, const diag_word *b)
{
    size_t rows[3][DIAG_WORD_MAX + 1]; /* of the prefixes of a with i, i - 1 and i - 2 codes */
    for (size_t k = 0; k <= b->count; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= a->count; i++) {
        size_t *row = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *before_that = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= b->count; k++) {
            bool same = a->codes[i - 1] == b->codes[k - 1];
            row[k] = diag_least(before[k - 1] + !same, diag_least(before[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && a->codes[i - 1] == b->codes[k - 2] && a->codes[i - 2] == b->codes[k - 1])
                row[k] = diag_least(row[k], before_that[k - 2] + 1);
        }
    }
    return rows[a->count % 3][b->count];
}

const char *prm__diag_nearest(const char *word, size_t size, const char *const *names, size_t count)
{
    diag_word wanted, candidate;
    if (!diag_word_read(word, size, &wanted))
        return NULL;
    /* The first distance that is too far. One mistake is near even in a word of two letters, such as
     * `pr` for `per`, as long as some letter is right. */
    size_t limit = wanted.count < 3 ? wanted.count : diag_least(wanted.count / 3, 3) + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!diag_word_read(names[i], strlen(names[i]), &candidate))
            continue;
        size_t distance = diag_distance(&wanted, &candidate);
        if (distance < limit && distance < candidate.count) {
            limit = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
