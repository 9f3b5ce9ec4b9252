#include "testerrors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testmatch.h"
#include "testvalue.h"

/* Warnings and notes are no errors; tests say nothing of them. */

static void testerrors_write_text(buffer *out, prm_text text)
{
    buffer_put(out, text.data, text.size);
}

static void testerrors_render(const prm_diagnostics *diagnostics, size_t index, buffer *out)
{
    size_t size = prm_diagnostics_render(diagnostics, index, NULL, 0);
    char *text = memory_take(size + 1);
    prm_diagnostics_render(diagnostics, index, text, size + 1);
    buffer_put(out, text, size);
    if (size == 0 || text[size - 1] != '\n')
        buffer_byte(out, '\n');
    free(text);
}

void testerrors_write(const test_program *program, buffer *details)
{
    size_t count = program->diagnostics == NULL ? 0 : prm_diagnostics_count(program->diagnostics);
    for (size_t i = 0; i < count; i++)
        testerrors_render(program->diagnostics, i, details);
    if (count == 0)
        buffer_format(details, "%s\n", program->error.message);
}

/* The errors among the diagnostics; the caller frees them. */
static prm_diagnostic *testerrors_collect(const test_program *program, size_t *count)
{
    size_t all = program->diagnostics == NULL ? 0 : prm_diagnostics_count(program->diagnostics);
    prm_diagnostic *errors = memory_take((all + 1) * sizeof *errors);
    *count = 0;
    for (size_t i = 0; i < all; i++) {
        prm_diagnostic one = {.size = sizeof one};
        if (prm_diagnostics_get(program->diagnostics, i, &one) == PRM_OK &&
            one.severity == PRM_SEVERITY_ERROR)
            errors[(*count)++] = one;
    }
    return errors;
}

static int testerrors_says(prm_text text, prm_text part)
{
    for (size_t i = 0; i + part.size <= text.size; i++)
        if (part.size == 0 || memcmp(text.data + i, part.data, part.size) == 0)
            return 1;
    return 0;
}

static int testerrors_is_number(const yamldoc_node *row, const char *key, uint32_t came)
{
    char text[16];
    const yamldoc_node *node = yamldoc_child(row, key);
    if (node == NULL)
        return 1;
    int size = snprintf(text, sizeof text, "%" PRIu32, came);
    return testvalue_same(node->text, (prm_text){text, (size_t)size});
}

static int testerrors_fits(const yamldoc_node *row, const prm_diagnostic *error)
{
    const yamldoc_node *says = yamldoc_child(row, "says");
    return testerrors_is_number(row, "line", error->line) &&
           testerrors_is_number(row, "column", error->column) &&
           testerrors_is_number(row, "number", error->number) &&
           (says == NULL || testerrors_says(error->message, says->text) ||
            testerrors_says(error->hint, says->text));
}

static void testerrors_write_missing(const yamldoc_node *row, buffer *details)
{
    buffer_format(details, "errors, line %" PRIu32 ": missing\n  expected", row->line);
    for (const yamldoc_node *node = row->first; node != NULL; node = node->next)
        buffer_format(details, " %s: %s%s", node->key.data, node->text.data, node->next == NULL ? "\n" : ",");
}

static void testerrors_write_unexpected(const prm_diagnostic *error, buffer *details)
{
    buffer_format(details,
                  "errors: unexpected\n  came     line: %" PRIu32 ", column: %" PRIu32 ", number: %" PRIu32
                  ": ",
                  error->line, error->column, error->number);
    testerrors_write_text(details, error->message);
    if (error->hint.size > 0) {
        buffer_string(details, "; ");
        testerrors_write_text(details, error->hint);
    }
    buffer_byte(details, '\n');
}

static int testerrors_compare(const yamldoc_node *section, const prm_diagnostic *errors, size_t count,
                              buffer *details)
{
    size_t i = 0;
    unsigned char *fits = memory_take(section->count * count + 1);
    size_t *found = memory_take((section->count + 1) * sizeof *found);
    size_t *taken = memory_take((count + 1) * sizeof *taken);
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next, i++)
        for (size_t j = 0; j < count; j++)
            fits[i * count + j] = (unsigned char)testerrors_fits(row, &errors[j]);
    size_t pairs = testmatch_largest(fits, section->count, count, found, taken);
    i = 0;
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next, i++)
        if (found[i] == TESTMATCH_NONE)
            testerrors_write_missing(row, details);
    for (size_t j = 0; j < count; j++)
        if (taken[j] == TESTMATCH_NONE)
            testerrors_write_unexpected(&errors[j], details);
    free(fits);
    free(found);
    free(taken);
    return pairs == section->count && pairs == count;
}

int testerrors_check(const test_program *program, const yamldoc_node *section, buffer *details)
{
    size_t count;
    if (program->program != NULL) {
        buffer_format(details, "errors, line %" PRIu32 ": %s compiles\n", section->line, program->path);
        return 0;
    }
    if (program->error.status == PRM_E_IO) {
        testerrors_write(program, details);
        return 0;
    }
    prm_diagnostic *errors = testerrors_collect(program, &count);
    int good = testerrors_compare(section, errors, count, details);
    free(errors);
    return good;
}
