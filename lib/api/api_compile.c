/* api compile: the public doors to compiling: arguments, files, and who owns the
 * diagnostics. */
#include "base/error.h"
#include "compile/compile.h"
#include "compile/schema_tables.h"

#include <stdio.h>
#include <string.h>

#define API_COMPILE_CHUNK ((size_t)64 * 1024)

/* The caller's options as this version knows them: absent ones are zero; options of a
 * later version are refused unless they are zero too. */
static bool api_compile_options(const prm_compile_options *options, prm_compile_options *out)
{
    memset(out, 0, sizeof *out);
    if (options == NULL)
        return true;
    if (options->size < sizeof options->size)
        return false;
    size_t known = options->size < sizeof *out ? options->size : sizeof *out;
    memcpy(out, options, known);
    for (size_t i = known; i < options->size; i++)
        if (((const char *)options)[i] != 0)
            return false;
    return out->reserved == 0;
}

/* Fills `error` from the first error among the diagnostics. */
static prm_status api_compile_error(const prm_diagnostics *diag, prm_status status, prm_error *error)
{
    for (size_t i = 0; i < prm_diagnostics_count(diag); i++) {
        prm_diagnostic first = {.size = sizeof first};
        if (prm_diagnostics_get(diag, i, &first) != PRM_OK || first.severity != PRM_SEVERITY_ERROR)
            continue;
        prm__error_set(error, status, "%.*s:%u:%u: %.*s", (int)first.file.size, first.file.data, first.line,
                       first.column, (int)first.message.size, first.message.data);
        if (error != NULL) {
            error->diagnostic = first.number;
            error->line = first.line;
            error->column = first.column;
        }
        return status;
    }
    return prm__error_set(error, status, /* LCOV_EXCL_LINE what fails otherwise has reported an error */
                          "the program cannot be compiled");
}

static prm_status api_compile_too_large(prm_diagnostics *diag)
{
    prm__diag_report(diag, PRM_DIAG_PROGRAM_TOO_LARGE, (prm__span){0, 0}, NULL,
                     "the program text is larger than %d bytes", PRM_LIMIT_PROGRAM_BYTES);
    return diag->exhausted ? PRM_E_MEMORY : PRM_E_LIMIT;
}

static prm_status api_compile_finish(prm_diagnostics *diag, prm_status status, prm_error *error)
{
    if (status == PRM_OK)
        return PRM_OK;
    if (status == PRM_E_MEMORY)
        return prm__error_memory(error);
    if (status == PRM_E_INTERNAL)
        return prm__error_set(error, status, /* LCOV_EXCL_LINE a defect of the compiler */
                              "the compiler made a program that its verifier refuses");
    return api_compile_error(diag, status, error);
}

/* Texts that are too large are answered without a copy of them. */
static prm_status api_compile_text(const char *text, size_t size, const prm_compile_options *options,
                                   prm_program **out, prm_diagnostics **diagnostics, prm_error *error)
{
    bool too_large = size > PRM_LIMIT_PROGRAM_BYTES;
    const char *file = options->file_name != NULL ? options->file_name : "program";
    prm_diagnostics *diag = prm__diag_new(options->allocator, file, text, too_large ? 0 : size);
    if (diag == NULL)
        return prm__error_memory(error);
    prm_status status = too_large ? api_compile_too_large(diag)
                                  : prm__compile(diag, options->zoneinfo_directory, options->allocator, out);
    prm__diag_sort(diag);
    status = api_compile_finish(diag, status, error);
    if (diagnostics != NULL && status != PRM_E_MEMORY)
        *diagnostics = diag;
    else
        prm_diagnostics_free(diag);
    return status;
}

prm_status prm_program_compile(const char *text, size_t size, const prm_compile_options *options,
                               prm_program **out, prm_diagnostics **diagnostics, prm_error *error)
{
    prm_compile_options known;
    if (diagnostics != NULL)
        *diagnostics = NULL;
    if (out == NULL || (text == NULL && size > 0) || !api_compile_options(options, &known))
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "a text, its size, options or a place for the program is wrong");
    *out = NULL;
    return api_compile_text(text, size, &known, out, diagnostics, error);
}

/* Reads a file, but no more than one byte beyond the limit. */
static prm_status api_compile_read(FILE *file, prm__vec *bytes)
{
    while (bytes->count <= PRM_LIMIT_PROGRAM_BYTES) {
        size_t room = PRM_LIMIT_PROGRAM_BYTES + 1 - bytes->count;
        size_t chunk = room < API_COMPILE_CHUNK ? room : API_COMPILE_CHUNK;
        PRM_TRY(prm__vec_reserve(bytes, chunk));
        size_t got = fread(prm__vec_at(bytes, bytes->count), 1, chunk, file);
        bytes->count += got;
        if (got < chunk)
            return ferror(file) ? PRM_E_IO : PRM_OK;
    }
    return PRM_OK;
}

static prm_status api_compile_file(FILE *file, const prm_compile_options *options, prm_program **out,
                                   prm_diagnostics **diagnostics, prm_error *error)
{
    prm__alloc alloc;
    prm__vec bytes;
    prm__alloc_init(&alloc, options->allocator);
    prm__vec_init(&bytes, &alloc, 1);
    prm_status status = api_compile_read(file, &bytes);
    if (status == PRM_OK)
        status = api_compile_text(bytes.data, bytes.count, options, out, diagnostics, error);
    else if (status == PRM_E_MEMORY)
        prm__error_memory(error);
    else
        prm__error_set(error, status, "%s: cannot be read", options->file_name);
    prm__vec_free(&bytes);
    return status;
}

prm_status prm_program_load(const char *path, const prm_compile_options *options, prm_program **out,
                            prm_diagnostics **diagnostics, prm_error *error)
{
    prm_compile_options known;
    if (diagnostics != NULL)
        *diagnostics = NULL;
    if (path == NULL || out == NULL || !api_compile_options(options, &known))
        return prm__error_set(error, PRM_E_ARGUMENT, "a path, options or a place for the program is wrong");
    *out = NULL;
    if (known.file_name == NULL)
        known.file_name = path;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return prm__error_set(error, PRM_E_IO, "%s: cannot be opened", path);
    prm_status status = api_compile_file(file, &known, out, diagnostics, error);
    fclose(file);
    return status;
}

size_t prm_schema(uint32_t which, char *buffer, size_t capacity)
{
    if (which != PRM_SCHEMA_PROGRAM || (buffer == NULL && capacity > 0))
        return 0;
    return prm__schema_write(buffer, capacity);
}
