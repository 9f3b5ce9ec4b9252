#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "input.h"
#include "memory.h"

/* ---- Reading ---------------------------------------------------------------- */

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

/* What the status of a compilation comes to. */
static void load_settle(prm_status status, const prm_error *error, load_result *out)
{
    out->status = status == PRM_OK ? CLI_DONE : status == PRM_E_IO ? CLI_MISUSE : CLI_FINDINGS;
    if (status != PRM_OK && prm_diagnostics_count(out->diagnostics) == 0)
        snprintf(out->reason, sizeof out->reason, "%s", error->message);
}

void load_read(const char *path, load_result *out)
{
    prm_error error = {0};
    *out = (load_result){0};
    prm_status status = prm_program_load(path, NULL, &out->program, &out->diagnostics, &error);
    load_settle(status, &error, out);
    int reason = out->reason[0] != '\0' && status == PRM_E_IO ? load_reason(path) : 0;
    if (reason == 0)
        return;
    snprintf(out->reason, sizeof out->reason, "%s", strerror(reason));
    out->is_file = 1;
}

void load_read_input(load_result *out)
{
    prm_error error = {0};
    prm_compile_options options = {.size = sizeof options, .file_name = "standard input"};
    input in;
    *out = (load_result){0};
    int reason = input_open(&in, "-");
    if (reason == 0) {
        /* one byte more than a program may have: enough for the compiler to say so */
        while (in.end - in.begin <= PRM_LIMIT_PROGRAM_BYTES && input_more(&in))
            continue;
        reason = in.error;
        if (reason == 0)
            load_settle(prm_program_compile(in.data == NULL ? "" : in.data + in.begin, in.end - in.begin,
                                            &options, &out->program, &out->diagnostics, &error),
                        &error, out);
        input_close(&in);
    }
    if (reason == 0)
        return;
    out->status = CLI_MISUSE;
    out->is_file = 1;
    snprintf(out->reason, sizeof out->reason, "%s", strerror(reason));
}

void load_free(load_result *result)
{
    prm_diagnostics_free(result->diagnostics);
    prm_program_unref(result->program);
    *result = (load_result){0};
}

/* ---- Saying ----------------------------------------------------------------- */

/* The library renders diagnostics; here they only find their way out. */
static void load_write(const prm_diagnostics *diagnostics, size_t index, load_tally *tally)
{
    prm_diagnostic one = {.size = sizeof one};
    if (prm_diagnostics_get(diagnostics, index, &one) != PRM_OK || one.number == LOAD_EXAMPLE)
        return;
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

void load_say(const char *path, const load_result *result, load_tally *tally)
{
    size_t count = prm_diagnostics_count(result->diagnostics);
    for (size_t i = 0; i < count; i++)
        load_write(result->diagnostics, i, tally);
    if (result->reason[0] == '\0')
        return;
    if (result->is_file)
        fprintf(stderr, "prm: %s: %s\n", path, result->reason);
    else
        fprintf(stderr, "prm: %s\n", result->reason);
    if (tally != NULL)
        tally->errors++;
}

int load_program(const char *path, prm_program **out, load_tally *tally)
{
    load_result result;
    load_read(path, &result);
    load_say(path, &result, tally);
    *out = result.program;
    result.program = NULL;
    int status = result.status;
    load_free(&result);
    return status;
}
