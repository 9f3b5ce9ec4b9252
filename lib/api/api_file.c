/* api, files: an engine's state as a file that a crash cannot lose. Apart from reading a program's text,
 * the only input and output of the library. What stands at the name is replaced as a whole and only
 * after the new bytes are on the disk; the generation before stays beside it. */
#include "api/guard.h"
#include "base/error.h"
#include "state/restore.h"
#include "state/snapshot.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PRM_FILE_PATH 4000 /* bytes of a path at the most */
#define PRM_FILE_CHUNK ((size_t)1 << 16)

/* The names that belong to one state. */
typedef struct prm__file_names {
    char path[PRM_FILE_PATH + 16];
    char fresh[PRM_FILE_PATH + 16];    /* the new bytes, until they have the name */
    char previous[PRM_FILE_PATH + 16]; /* the generation before */
    char second[PRM_FILE_PATH + 16];   /* a second name of what is to become the generation before */
    char folder[PRM_FILE_PATH + 16];
} prm__file_names;

static prm_status file_names(const char *path, prm__file_names *names, prm_error *error)
{
    size_t size = path ? strlen(path) : 0;
    if (size == 0 || size > PRM_FILE_PATH)
        return prm__error_set(error, PRM_E_ARGUMENT, "a path of 1 to %d bytes is needed", PRM_FILE_PATH);
    snprintf(names->path, sizeof names->path, "%s", path);
    snprintf(names->fresh, sizeof names->fresh, "%s.new", path);
    snprintf(names->previous, sizeof names->previous, "%s.previous", path);
    snprintf(names->second, sizeof names->second, "%s.second", path);
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) : 0;
    if (!slash)
        snprintf(names->folder, sizeof names->folder, ".");
    else
        snprintf(names->folder, sizeof names->folder, "%.*s", folder ? (int)folder : 1, path);
    return PRM_OK;
}

static prm_status file_fail(prm_error *error, const char *what, const char *path)
{
    return prm__error_set(error, PRM_E_IO, "%s: cannot %s (error %d)", path, what, errno);
}

/* ---- Saving ---- */

static bool file_write_all(int file, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(file, bytes, size < PRM_FILE_CHUNK * 64 ? size : PRM_FILE_CHUNK * 64);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

/* What a crash has left at the new name goes first and is not written into: it may be a second name
 * of the state itself. */
static prm_status file_write(const prm__file_names *names, const prm__vec *bytes, prm_error *error)
{
    unlink(names->fresh);
    int file = open(names->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return file_fail(error, "make the file", names->fresh);
    bool good = file_write_all(file, bytes->data, bytes->count) && fsync(file) == 0;
    int reason = errno;
    good = close(file) == 0 && good;
    if (good)
        return PRM_OK;
    unlink(names->fresh);
    errno = reason;
    return file_fail(error, "write", names->fresh);
}

/* Gives what stands at the path its second name, without taking the first away, so that something
 * stands there at every moment. Where the file system knows no second names, the first is taken away:
 * loading then finds the generation before. */
static bool file_keep_previous(const prm__file_names *names)
{
    unlink(names->second);
    if (link(names->path, names->second) != 0)
        return errno == ENOENT || rename(names->path, names->previous) == 0;
    bool renamed = rename(names->second, names->previous) == 0;
    unlink(names->second); /* still there when both were already one file */
    return renamed;
}

/* Flushes the folder, so that the names last as well. Not every file system can; then there is
 * nothing more to do. */
static void file_flush_folder(const prm__file_names *names)
{
    int folder = open(names->folder, O_RDONLY | O_CLOEXEC);
    if (folder < 0)
        return;
    int flushed = fsync(folder);
    (void)flushed;
    close(folder);
}

static prm_status file_replace(const prm__file_names *names, prm_error *error)
{
    if (!file_keep_previous(names))
        return file_fail(error, "keep the generation before", names->path);
    if (rename(names->fresh, names->path) != 0)
        return file_fail(error, "put the new state in place", names->path);
    file_flush_folder(names);
    return PRM_OK;
}

static prm_status file_save(prm_engine *engine, const prm__file_names *names, prm_error *error)
{
    prm__vec bytes;
    prm__vec_init(&bytes, &engine->alloc, 1);
    prm_status status = prm__snapshot_save(engine, &bytes);
    if (status != PRM_OK)
        prm__guard_fail(error, status);
    else
        status = file_write(names, &bytes, error);
    prm__vec_free(&bytes);
    return status == PRM_OK ? file_replace(names, error) : status;
}

prm_status prm_file_save(prm_engine *engine, const char *path, prm_error *error)
{
    prm__file_names names;
    PRM_TRY(prm__guard_engine(engine, error));
    PRM_TRY(file_names(path, &names, error));
    return file_save(engine, &names, error);
}

/* ---- Loading ---- */

static prm_status file_read_all(FILE *file, const char *path, prm__vec *bytes, prm_error *error)
{
    while (!feof(file)) {
        if (prm__vec_reserve(bytes, PRM_FILE_CHUNK) != PRM_OK)
            return prm__error_memory(error);
        bytes->count += fread(prm__vec_at(bytes, bytes->count), 1, bytes->capacity - bytes->count, file);
        if (ferror(file))
            return file_fail(error, "read", path);
    }
    return PRM_OK;
}

static prm_status file_read(const char *path, prm__vec *bytes, prm_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return prm__error_set(error, PRM_E_NOT_FOUND, "%s: there is no such file", path);
    if (!file)
        return file_fail(error, "open", path);
    prm_status status = file_read_all(file, path, bytes, error);
    fclose(file);
    return status;
}

static prm_status file_load_one(prm_program *program, const prm_engine_options *options, const char *path,
                                prm_engine **out, prm_error *error)
{
    prm__alloc alloc;
    prm__vec bytes;
    prm_error why = {.status = 0};
    prm__alloc_init(&alloc, options ? options->allocator : NULL);
    prm__vec_init(&bytes, &alloc, 1);
    prm_status status = file_read(path, &bytes, error);
    if (status == PRM_OK) {
        status = prm__restore(program, options, bytes.count ? bytes.data : "", bytes.count, out, &why);
        if (status == PRM_E_MEMORY || status == PRM_E_INTERNAL)
            prm__guard_fail(error, status);
        else if (status != PRM_OK)
            prm__error_set(error, status, "%.400s: %s", path, why.message);
    }
    prm__vec_free(&bytes);
    return status;
}

prm_status prm_file_load(prm_program *program, const prm_engine_options *options, const char *path,
                         prm_engine **out, int32_t *previous, prm_error *error)
{
    prm__file_names names;
    if (!program || !out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a program and a place for the engine are needed");
    PRM_TRY(prm__guard_options(options, error));
    PRM_TRY(file_names(path, &names, error));
    if (previous)
        *previous = 0;
    prm_error first = {.status = 0}, second = {.status = 0};
    prm_status status = file_load_one(program, options, names.path, out, &first);
    if (status == PRM_E_NOT_FOUND || status == PRM_E_STATE) {
        prm_status other = file_load_one(program, options, names.previous, out, &second);
        if (other == PRM_OK) {
            prm__error_set(error, PRM_OK, "%s; the generation before it was taken", first.message);
            if (previous)
                *previous = 1;
            return PRM_OK;
        }
        if (status == PRM_E_NOT_FOUND && other != PRM_E_NOT_FOUND) {
            status = other;
            first = second;
        }
    }
    if (status != PRM_OK && error)
        *error = first;
    return status;
}
