#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "input.h"
#include "memory.h"

/* The library renders diagnostics; here they only find their way out. */

static void load_write(const prm_diagnostics *diagnostics, size_t index, load_tally *tally)
{
    prm_diagnostic one = {.size = sizeof one};
    if (prm_diagnostics_get(diagnostics, index, &one) != PRM_OK || one.number == 511)
        return; /* examples of windows: `prm check` shows them, a line each */
    size_t size = prm_diagnostics_render(diagnostics, index, NULL, 0);
    char *text = memory_take(size + 1);
    prm_diagnostics_render(diagnostics, index, text, size + 1);
    fputs(text, stderr);
    if (size == 0 || text[size - 1] != '\n')
        fputc('\n', stderr);
    free(text);
    if (tally == NULL)
        return;
    tally->errors += one.severity == PRM_SEVERITY_ERROR;
    tally->warnings += one.severity == PRM_SEVERITY_WARNING;
}

/* Why the file cannot be opened or read, as an errno; 0 when it can after all. */
static int load_reason(const char *path)
{
    input in;
    int reason = input_open(&in, path);
    if (reason == 0) {
        input_more(&in);
        reason = in.error;
        input_close(&in);
    }
    return reason;
}

int load_program(const char *path, prm_program **out, load_tally *tally)
{
    prm_error error;
    prm_diagnostics *diagnostics = NULL;
    prm_status status = prm_program_load(path, NULL, out, &diagnostics, &error);
    size_t count = diagnostics == NULL ? 0 : prm_diagnostics_count(diagnostics);
    for (size_t i = 0; i < count; i++)
        load_write(diagnostics, i, tally);
    prm_diagnostics_free(diagnostics);
    if (status == PRM_OK)
        return CLI_DONE;
    if (count == 0) {
        int reason = status == PRM_E_IO ? load_reason(path) : 0;
        if (reason != 0)
            fprintf(stderr, "prm: %s: %s\n", path, strerror(reason));
        else
            fprintf(stderr, "prm: %s\n", error.message);
        if (tally != NULL)
            tally->errors++;
    }
    return status == PRM_E_IO ? CLI_MISUSE : CLI_FINDINGS;
}
