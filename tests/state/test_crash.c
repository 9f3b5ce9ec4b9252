/* What a crash may leave on the disk, all of it: the calls that saving makes go to a disk that is modelled
 * here (the linker puts disk_* in the place of open, write, fsync and so on). Before each of them the
 * power fails in every way that the model knows, and from each of these disks a host starts again: it finds
 * the old state or the new one, runs again, saves, and is not safe from the next failure either.
 *
 * The model: a file's bytes are any mixture of written and not until fsync has returned. Names last once
 * their folder was flushed. Until then
 *   in order:  the first so many of the changes of names have come about,
 *   reordered: any of them,
 *   torn:      each name stands for anything that it stood for since, whatever the others do. */
#define _POSIX_C_SOURCE 200809L
#include "state_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define WHOLE "tests/state/whole.yaml"
#define FOLDER "/crash-model" /* not there in truth */
#define PATH FOLDER "/a.state"
#define NAMES 4
#define FILES 24
#define CHANGES 24
#define FD 5000

enum { NAME_PATH, NAME_FRESH, NAME_PREVIOUS, NAME_SECOND };
static const char *const name_ends[NAMES] = {"", ".new", ".previous", ".second"};

typedef enum order { IN_ORDER, REORDERED, TORN } order;

/* What a name stands for: a file's number, or 0. */
typedef struct names {
    int file[NAMES];
} names;

typedef enum change_kind { CREATE, LINK, RENAME, UNLINK } change_kind;

typedef struct change {
    change_kind kind;
    int from; /* names */
    int to;
    int file; /* that the name `to` then stands for */
} change;

typedef struct disk {
    state_bytes files[FILES];
    bool flushed[FILES];
    int file_count; /* file 0 is none */
    names now;
    names durable;
    change changes[CHANGES]; /* since the folder was flushed */
    int change_count;
    bool no_links; /* a file system without second names */
    bool lies;     /* flushing a file does nothing */
    int power;     /* calls until it fails; -1: it does not */
    bool is_out;   /* it has failed */
    bool once;     /* it is but a call that fails: the disk was full, say */
} disk;

static disk *the_disk;

/* ---- The calls ---- */

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __wrap_write(int file, const void *bytes, size_t size);
int __wrap_fsync(int file);
int __wrap_close(int file);
int __wrap_rename(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_unlink(const char *path);
int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int file, const void *bytes, size_t size);
int __real_fsync(int file);
int __real_close(int file);
int __real_rename(const char *from, const char *to);
int __real_link(const char *from, const char *to);
int __real_unlink(const char *path);

static bool is_model(const char *path)
{
    return strncmp(path, FOLDER, strlen(FOLDER)) == 0;
}

static int name_of(const char *path)
{
    for (int i = 0; i < NAMES; i++)
        if (strncmp(path, PATH, strlen(PATH)) == 0 && strcmp(path + strlen(PATH), name_ends[i]) == 0)
            return i;
    fail_msg("%s: a name that saving has no business with", path);
    return 0;
}

static int refuse(int reason)
{
    errno = reason;
    return -1;
}

/* Whether the power still holds for this call. */
static bool powered(void)
{
    if (the_disk->power == 0)
        the_disk->is_out = true;
    bool fails = the_disk->power == 0 || (the_disk->is_out && !the_disk->once);
    if (the_disk->power >= 0)
        the_disk->power--;
    return !fails;
}

static void change_name(change_kind kind, int from, int to, int file)
{
    assert_true(the_disk->change_count < CHANGES);
    the_disk->changes[the_disk->change_count++] = (change){kind, from, to, file};
}

static void apply_change(names *to, const change *one)
{
    if (one->kind == UNLINK || one->kind == RENAME)
        to->file[one->from] = 0;
    if (one->kind != UNLINK)
        to->file[one->to] = one->file;
}

static void do_change(change_kind kind, int from, int to, int file)
{
    change_name(kind, from, to, file);
    apply_change(&the_disk->now, &the_disk->changes[the_disk->change_count - 1]);
}

int __wrap_open(const char *path, int flags, ...)
{
    if (!is_model(path))
        return __real_open(path, flags, 0600);
    if (!powered())
        return refuse(EIO);
    if (strcmp(path, FOLDER) == 0)
        return FD;
    int name = name_of(path), file = the_disk->now.file[name];
    assert_true(flags & O_CREAT);
    if (file && flags & O_EXCL)
        return refuse(EEXIST);
    if (!file) {
        file = ++the_disk->file_count;
        assert_true(file < FILES);
        do_change(CREATE, 0, name, file);
    }
    free(the_disk->files[file].data); /* O_TRUNC, or new */
    the_disk->files[file] = (state_bytes){NULL, 0};
    the_disk->flushed[file] = false;
    return FD + file;
}

/* What `open` is where files may be large. */
int __wrap_open64(const char *path, int flags, ...)
{
    return __wrap_open(path, flags);
}

/* At most so many bytes at a time, as a disk may. */
ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
    static bool interrupted; /* a signal comes before every write */
    if (file < FD)
        return __real_write(file, bytes, size);
    interrupted = !interrupted;
    if (interrupted)
        return refuse(EINTR);
    if (!powered())
        return refuse(EIO);
    state_bytes *to = &the_disk->files[file - FD];
    size = size < 1500 ? size : 1500;
    to->data = realloc(to->data, to->size + size);
    assert_non_null(to->data);
    memcpy(to->data + to->size, bytes, size);
    to->size += size;
    the_disk->flushed[file - FD] = false;
    return (ssize_t)size;
}

int __wrap_fsync(int file)
{
    if (file < FD)
        return __real_fsync(file);
    if (!powered())
        return refuse(EIO);
    if (file > FD) {
        the_disk->flushed[file - FD] = !the_disk->lies;
        return 0;
    }
    the_disk->durable = the_disk->now;
    the_disk->change_count = 0;
    return 0;
}

int __wrap_close(int file)
{
    return file < FD ? __real_close(file) : 0;
}

int __wrap_rename(const char *from, const char *to)
{
    if (!is_model(from))
        return __real_rename(from, to);
    if (!powered())
        return refuse(EIO);
    int source = name_of(from), target = name_of(to);
    if (!the_disk->now.file[source])
        return refuse(ENOENT);
    if (the_disk->now.file[source] != the_disk->now.file[target]) /* else POSIX has it do nothing */
        do_change(RENAME, source, target, the_disk->now.file[source]);
    return 0;
}

int __wrap_link(const char *from, const char *to)
{
    if (!is_model(from))
        return __real_link(from, to);
    if (!powered())
        return refuse(EIO);
    int source = name_of(from), target = name_of(to);
    if (!the_disk->now.file[source])
        return refuse(ENOENT);
    if (the_disk->no_links)
        return refuse(EPERM);
    if (the_disk->now.file[target])
        return refuse(EEXIST);
    do_change(LINK, source, target, the_disk->now.file[source]);
    return 0;
}

int __wrap_unlink(const char *path)
{
    if (!is_model(path))
        return __real_unlink(path);
    if (!powered())
        return refuse(EIO);
    int name = name_of(path);
    if (!the_disk->now.file[name])
        return refuse(ENOENT);
    do_change(UNLINK, name, name, 0);
    return 0;
}

/* ---- Disks ---- */

static void disk_copy(disk *to, const disk *from)
{
    *to = *from;
    for (int i = 1; i <= from->file_count; i++) {
        to->files[i].data = malloc(from->files[i].size + 1);
        assert_non_null(to->files[i].data);
        if (from->files[i].size)
            memcpy(to->files[i].data, from->files[i].data, from->files[i].size);
    }
}

static void disk_free(disk *one)
{
    for (int i = 1; i <= one->file_count; i++)
        free(one->files[i].data);
    *one = (disk){.power = -1};
}

/* ---- What may be left of one ---- */

#define WAYS 9 /* in which a file that was not flushed may be left */

static state_bytes torn(state_bytes file, int way)
{
    const size_t sizes[WAYS] = {file.size, 0,         1,         file.size / 2, file.size - (file.size > 0),
                                file.size, file.size, file.size, file.size};
    state_bytes out = {calloc(file.size + 1, 1), sizes[way]};
    assert_non_null(out.data);
    size_t half = file.size / 2, from = way == 6 ? half : 0, to = way == 5 ? half : file.size;
    if (way != 7 && out.size)
        memcpy(out.data + from, file.data + from, (to < out.size ? to : out.size) - from);
    if (way == 8 && out.size >= 1024) /* a block in its middle that never came */
        memset(out.data + out.size / 2, 0, 512);
    return out;
}

typedef struct search search;
typedef void (*visit)(search *under, const names *left, const disk *from);

/* States that hosts may find, and how often each was. */
struct search {
    prm_program *program;
    const facts *set;
    order order;
    int depth;         /* failures that follow one another */
    state_bytes olds;  /* what the host had saved; none: size 0 */
    state_bytes fresh; /* what it was saving */
    size_t states;
    size_t were_old;
    size_t were_new;
    size_t fell_back;
    uint64_t *seen;
    size_t seen_count;
    size_t seen_capacity;
    char folder[64];
};

static void visit_changes(search *under, const disk *from, visit each)
{
    names left;
    int count = from->change_count;
    if (under->order == IN_ORDER)
        for (int done = 0; done <= count; done++) {
            left = from->durable;
            for (int i = 0; i < done; i++)
                apply_change(&left, &from->changes[i]);
            each(under, &left, from);
        }
    for (int which = 0; under->order == REORDERED && which < 1 << count; which++) {
        left = from->durable;
        for (int i = 0; i < count; i++)
            if (which >> i & 1)
                apply_change(&left, &from->changes[i]);
        each(under, &left, from);
    }
    if (under->order != TORN)
        return;
    int values[NAMES][CHANGES + 1], counts[NAMES];
    left = from->durable;
    for (int name = 0; name < NAMES; name++) {
        values[name][0] = left.file[name];
        counts[name] = 1;
    }
    for (int i = 0; i < count; i++) {
        apply_change(&left, &from->changes[i]);
        for (int name = 0; name < NAMES; name++)
            if (values[name][counts[name] - 1] != left.file[name])
                values[name][counts[name]++] = left.file[name];
    }
    for (int a = 0; a < counts[0]; a++)
        for (int b = 0; b < counts[1]; b++)
            for (int c = 0; c < counts[2]; c++)
                for (int d = 0; d < counts[3]; d++) {
                    left = (names){{values[0][a], values[1][b], values[2][c], values[3][d]}};
                    each(under, &left, from);
                }
}

static uint64_t hash_bytes(uint64_t hash, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)data[i]) * UINT64_C(0x100000001B3);
    return (hash ^ size) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Whether this disk was not there before in this search, after the same old state. */
static bool is_news(search *under, const disk *left)
{
    uint64_t hash = hash_bytes((uint64_t)under->depth, under->olds.data, under->olds.size);
    for (int name = 0; name < NAMES; name++) {
        int file = left->now.file[name];
        hash = hash_bytes(hash, (const char *)&file, sizeof file);
        if (file)
            hash = hash_bytes(hash, left->files[file].data, left->files[file].size);
    }
    for (size_t i = 0; i < under->seen_count; i++)
        if (under->seen[i] == hash)
            return false;
    if (under->seen_count == under->seen_capacity) {
        under->seen_capacity = under->seen_capacity * 2 + 64;
        under->seen = realloc(under->seen, under->seen_capacity * sizeof *under->seen);
        assert_non_null(under->seen);
    }
    under->seen[under->seen_count++] = hash;
    return true;
}

/* ---- The host that starts again ---- */

/* Loads what is on the disk, by way of true files; NULL where there is nothing. */
static prm_engine *load_from(search *under, const disk *left, int32_t *previous)
{
    char path[100], name[120];
    prm_engine *engine = NULL;
    prm_error error;
    snprintf(path, sizeof path, "%s/a.state", under->folder);
    for (int i = 0; i < NAMES; i++) {
        int number = left->now.file[i];
        snprintf(name, sizeof name, "%s%s", path, name_ends[i]);
        unlink(name);
        if (!number)
            continue;
        FILE *file = fopen(name, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(left->files[number].data, 1, left->files[number].size, file),
                         left->files[number].size);
        fclose(file);
    }
    prm_status status = prm_file_load(under->program, NULL, path, &engine, previous, &error);
    if (status != PRM_OK && status != PRM_E_NOT_FOUND)
        fail_msg("neither state: %s", error.message);
    return engine;
}

static bool is_state(prm_engine *engine, state_bytes expected)
{
    if (!engine || !expected.size)
        return !engine && !expected.size;
    state_bytes bytes = state_save(engine);
    bool same = bytes.size == expected.size && memcmp(bytes.data, expected.data, bytes.size) == 0;
    free(bytes.data);
    return same;
}

static void run_and_fail(search *under, const disk *start, prm_engine *engine, size_t events);

/* From a disk as a failure has left it: the old state or the new one; and then the run again, with all
 * its events, which ends in the same state as if nothing had been. */
static void start_again(search *under, const disk *left)
{
    if (!is_news(under, left))
        return;
    int32_t previous = 0;
    prm_engine *engine = load_from(under, left, &previous);
    bool is_old = is_state(engine, under->olds), is_new = is_state(engine, under->fresh);
    under->states++;
    under->were_old += is_old;
    under->were_new += is_new;
    under->fell_back += previous != 0;
    if (!is_old && !is_new)
        fail_msg("a state that is neither the old one nor the new");
    if (under->depth > 0) {
        search deeper = *under;
        deeper.depth--;
        deeper.olds = is_old ? under->olds : under->fresh;
        if (!engine)
            engine = state_engine(under->program, 1, 1);
        run_and_fail(&deeper, left, engine, deeper.depth ? 24 : 36);
        under->states = deeper.states;
        under->were_old = deeper.were_old;
        under->were_new = deeper.were_new;
        under->fell_back = deeper.fell_back;
        under->seen = deeper.seen;
        under->seen_count = deeper.seen_count;
        under->seen_capacity = deeper.seen_capacity;
    }
    prm_engine_free(engine);
}

/* The files that have not been flushed, in every way that they may be left; they are few. */
static void visit_contents(search *under, const names *left, const disk *from)
{
    int open_files[FILES], count = 0, ways = 1;
    for (int i = 1; i <= from->file_count; i++)
        for (int name = 0; name < NAMES; name++)
            if (left->file[name] == i && !from->flushed[i]) {
                open_files[count++] = i;
                ways *= WAYS;
                break;
            }
    assert_true(count <= 3);
    for (int way = 0; way < ways; way++) {
        disk after;
        disk_copy(&after, from);
        after.now = after.durable = *left;
        after.change_count = 0;
        after.power = -1;
        after.is_out = false;
        for (int i = 0, rest = way; i < count; i++, rest /= WAYS) {
            state_bytes *file = &after.files[open_files[i]];
            state_bytes now = torn(*file, rest % WAYS);
            free(file->data);
            *file = now;
            after.flushed[open_files[i]] = true; /* what is there now, stays */
        }
        start_again(under, &after);
        disk_free(&after);
    }
}

/* Ingests so many of the events, those that it has too, and saves; with the power failing before each
 * call. In the end it is saved, and lasts. */
static void run_and_fail(search *under, const disk *start, prm_engine *engine, size_t events)
{
    state_ingest(engine, under->set->events, events);
    under->fresh = state_save(engine);
    for (int calls = 0;; calls++) {
        disk now;
        disk_copy(&now, start);
        now.power = calls;
        the_disk = &now;
        prm_error error;
        prm_status status = prm_file_save(engine, PATH, &error);
        the_disk = NULL;
        bool is_out = now.is_out;
        if (!is_out && status != PRM_OK)
            fail_msg("%s", error.message);
        if (!is_out && !now.lies) { /* it lasts */
            under->olds = under->fresh;
        }
        visit_changes(under, &now, visit_contents);
        disk_free(&now);
        if (!is_out)
            break;
        assert_true(calls < 40);
    }
    free(under->fresh.data);
    under->fresh = (state_bytes){NULL, 0};
}

static void search_all(order how, int depth, bool no_links, bool lies, search *under)
{
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    facts_make(set, 2, 40);
    *under = (search){.program = state_program(WHOLE), .set = set, .order = how, .depth = depth};
    snprintf(under->folder, sizeof under->folder, "/tmp/prm-crash-XXXXXX");
    assert_non_null(mkdtemp(under->folder));
    disk start = {.power = -1, .no_links = no_links};
    prm_engine *engine = state_engine(under->program, 1, 1);
    if (lies) { /* from a state that was flushed */
        state_ingest(engine, set->events, 4);
        the_disk = &start;
        assert_int_equal(prm_file_save(engine, PATH, NULL), PRM_OK);
        the_disk = NULL;
        under->olds = state_save(engine);
        start.lies = true;
    }
    state_bytes first = under->olds;
    run_and_fail(under, &start, engine, 6);
    free(first.data);
    disk_free(&start);
    prm_engine_free(engine);
    for (int i = 0; i < NAMES; i++) {
        char name[120];
        snprintf(name, sizeof name, "%s/a.state%s", under->folder, name_ends[i]);
        unlink(name);
    }
    assert_int_equal(rmdir(under->folder), 0);
    printf("%zu disks: %zu with the old state, %zu with the new; %zu fell back\n", under->states,
           under->were_old, under->were_new, under->fell_back);
    assert_true(under->states > 20 && under->were_old > 10 && under->were_new > 0);
    free(under->seen);
    free(set);
    prm_program_unref(under->program);
}

static void names_in_order(void **state)
{
    (void)state;
    search done;
    search_all(IN_ORDER, 2, false, false, &done);
}

static void names_reordered(void **state)
{
    (void)state;
    search done;
    search_all(REORDERED, 2, false, false, &done);
}

static void names_torn(void **state)
{
    (void)state;
    search done;
    search_all(TORN, 2, false, false, &done);
}

static void no_second_names(void **state)
{
    (void)state;
    search done;
    search_all(IN_ORDER, 2, true, false, &done);
    assert_true(done.fell_back > 0);
    search_all(REORDERED, 2, true, false, &done);
}

/* Even then the generation before holds; and that it is needed shows that the model does tear. */
static void a_disk_that_does_not_flush(void **state)
{
    (void)state;
    search done;
    search_all(IN_ORDER, 0, false, true, &done);
    assert_true(done.fell_back > 3);
}

/* ---- Calls that fail while the power holds ---- */

/* Whether it is the only generation, or the newest, that the disk has. */
static void check_disk(search *under, disk *now, state_bytes expected)
{
    int32_t previous = 0;
    prm_engine *engine = load_from(under, now, &previous);
    assert_true(is_state(engine, expected));
    assert_int_equal(previous, 0);
    prm_engine_free(engine);
}

/* What was there is there still where saving says that it failed, and the next try succeeds. */
static void a_call_that_fails(void **state)
{
    (void)state;
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    facts_make(set, 2, 40);
    search under = {.program = state_program(WHOLE), .set = set};
    snprintf(under.folder, sizeof under.folder, "/tmp/prm-crash-XXXXXX");
    assert_non_null(mkdtemp(under.folder));
    disk start = {.power = -1};
    prm_engine *engine = state_engine(under.program, 1, 1);
    size_t failed = 0;
    state_ingest(engine, set->events, 4);
    the_disk = &start;
    assert_int_equal(prm_file_save(engine, PATH, NULL), PRM_OK);
    state_bytes old = state_save(engine);
    state_ingest(engine, set->events, 12);
    state_bytes fresh = state_save(engine);
    for (int calls = 0, more = 1; more; calls++) {
        disk now;
        prm_error error = {.status = PRM_OK};
        disk_copy(&now, &start);
        now.power = calls;
        now.once = true;
        the_disk = &now;
        prm_status status = prm_file_save(engine, PATH, &error);
        more = now.is_out;
        failed += status != PRM_OK;
        assert_int_equal(error.status, status);
        assert_true(status == PRM_OK || (more && status == PRM_E_IO));
        check_disk(&under, &now, status == PRM_OK ? fresh : old);
        now.power = -1;
        assert_int_equal(prm_file_save(engine, PATH, NULL), PRM_OK);
        check_disk(&under, &now, fresh);
        the_disk = NULL;
        disk_free(&now);
        assert_true(calls < 40);
    }
    assert_true(failed >= 5);
    for (int i = 0; i < NAMES; i++) {
        char name[120];
        snprintf(name, sizeof name, "%s/a.state%s", under.folder, name_ends[i]);
        unlink(name);
    }
    assert_int_equal(rmdir(under.folder), 0);
    free(old.data);
    free(fresh.data);
    disk_free(&start);
    prm_engine_free(engine);
    prm_program_unref(under.program);
    free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_in_order),
        cmocka_unit_test(names_reordered),
        cmocka_unit_test(names_torn),
        cmocka_unit_test(no_second_names),
        cmocka_unit_test(a_disk_that_does_not_flush),
        cmocka_unit_test(a_call_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
