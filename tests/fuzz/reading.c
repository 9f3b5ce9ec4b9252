#define _GNU_SOURCE
#include "reading.h"

#include "map.h"
#include "testfile.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct memory_file {
    int descriptor;
    char path[40];
} memory_file;

static prm_program *program;
static FILE *nowhere;

static void file_open(memory_file *file, const void *data, size_t size)
{
    file->descriptor = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(file->descriptor >= 0);
    FUZZ_CHECK(write(file->descriptor, data, size) == (ssize_t)size);
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->descriptor);
}

static void check_counts(const feed *work, const mapping *map)
{
    prm_counts counts = {.size = sizeof counts};
    FUZZ_CHECK(prm_engine_counts(work->engine, &counts) == PRM_OK);
    FUZZ_CHECK(counts.events == work->tally.made);
    FUZZ_CHECK(work->source.findings->count ==
               counts.rejected + work->tally.unreadable + work->tally.unmapped);
    if (map == NULL)
        FUZZ_CHECK(work->tally.mapped + work->tally.without + work->tally.unmapped == 0);
    else
        FUZZ_CHECK(work->tally.mapped <= work->tally.made);
}

static void read_mapped(const uint8_t *data, size_t size, events_format format, const mapping *map)
{
    memory_file file;
    prm_engine *engine = NULL;
    progressbar bar = {0};
    findings list = {.out = nowhere, .shown = FINDINGS_SHOWN, .bar = &bar, .sorted = 1};
    FUZZ_CHECK(prm_engine_new(program, NULL, &engine, NULL) == PRM_OK);
    file_open(&file, data, size);
    feed work = {.engine = engine,
                 .source = {.program = program, .map = map, .format = format, .findings = &list},
                 .batch_size = 7,
                 .bar = &bar};
    work.source.tally = &work.tally;
    FUZZ_CHECK(feed_file(&work, file.path) == FEED_DONE);
    check_counts(&work, map);
    findings_close(&list);
    feed_free(&work);
    close(file.descriptor);
    prm_engine_free(engine);
}

void fuzz_read_events(const uint8_t *data, size_t size, events_format format)
{
    read_mapped(data, size, format, NULL);
}

/* The size of what stands before the line of "---". */
static size_t mapping_size(const uint8_t *data, size_t size)
{
    const uint8_t *line = memmem(data, size, "\n---\n", 5);
    return line == NULL ? size : (size_t)(line - data) + 1;
}

void fuzz_read_mapping(const uint8_t *data, size_t size, events_format format)
{
    mapping map;
    memory_file file;
    size_t head = mapping_size(data, size);
    file_open(&file, data, head);
    int good = map_load(&map, file.path, program);
    FUZZ_CHECK(good == (map.doc.problems == 0) && (good || map.doc.messages.size > 0));
    if (good && head < size)
        read_mapped(data + head + 4, size - head - 4, format, &map);
    map_free(&map);
    close(file.descriptor);
}

void fuzz_read_tests(const uint8_t *data, size_t size)
{
    test_file tests;
    memory_file file;
    file_open(&file, data, size);
    int good = testfile_read(&tests, file.path);
    FUZZ_CHECK(good || tests.doc.messages.size > 0);
    testfile_free(&tests);
    close(file.descriptor);
}

void fuzz_read_begin(void)
{
    if (program != NULL)
        return;
    nowhere = fopen("/dev/null", "w");
    FUZZ_CHECK(nowhere != NULL);
    FUZZ_CHECK(prm_program_load("tests/scenarios/custom-events.yaml", NULL, &program, NULL, NULL) == PRM_OK);
}
