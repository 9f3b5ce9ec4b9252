#include "load.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "memory.h"

/* The library renders diagnostics; here they only find their way out. */

static void load_write(const prm_diagnostics *diagnostics, size_t index, load_tally *tally)
{
    prm_diagnostic one = {.size = sizeof one};
    size_t size = prm_diagnostics_render(diagnostics, index, NULL, 0);
    char *text = memory_take(size + 1);
    prm_diagnostics_render(diagnostics, index, text, size + 1);
    fputs(text, stderr);
    if (size == 0 || text[size - 1] != '\n')
        fputc('\n', stderr);
    free(text);
    if (tally == NULL || prm_diagnostics_get(diagnostics, index, &one) != PRM_OK)
        return;
    tally->errors += one.severity == PRM_SEVERITY_ERROR;
    tally->warnings += one.severity == PRM_SEVERITY_WARNING;
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
        fprintf(stderr, "prm: %s\n", error.message);
        if (tally != NULL)
            tally->errors++;
    }
    return status == PRM_E_IO ? CLI_MISUSE : CLI_FINDINGS;
}
