#include "testfile.h"

/* The tree of nodes is walked once, from the top; a part with a problem is left
 * out of the model, and the reading goes on, so that all problems show at once. */

#include <inttypes.h>
#include <string.h>

#include "suggest.h"
#include "testsection.h"

enum { TESTFILE_REPEAT = 100000, TESTFILE_NUMBER = 1000000000, TESTFILE_STEP = 1000000 };

#define TESTFILE_COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ---- Keys ------------------------------------------------------------------------- */

enum { TESTFILE_KEYS = 32 }; /* of one mapping at the most */

static void testfile_check_keys(yamldoc *doc, const yamldoc_node *map, const test_keys *keys)
{
    const char *names[TESTFILE_KEYS];
    for (size_t i = 0; i < keys->count; i++)
        names[i] = keys->items[i].name;
    yamldoc_check_keys(doc, map, names, keys->count);
}

static const test_key *testfile_find_key(const test_keys *keys, prm_text name)
{
    for (size_t i = 0; i < keys->count; i++)
        if (text_is(name, keys->items[i].name))
            return &keys->items[i];
    return NULL;
}

/* ---- Scalars ---------------------------------------------------------------------- */

/* The whole number that `text` begins with and its digits in *used; -1 when it
 * begins with none, or with one of more than ten digits. */
static int64_t testfile_digits(prm_text text, size_t *used)
{
    int64_t value = 0;
    *used = 0;
    while (*used < text.size && text.data[*used] >= '0' && text.data[*used] <= '9' && *used < 11)
        value = value * 10 + (text.data[(*used)++] - '0');
    return *used == 0 || *used > 10 ? -1 : value;
}

static int testfile_number(yamldoc *doc, const yamldoc_node *node, int64_t most, int64_t *out)
{
    size_t used;
    if (!yamldoc_expect(doc, node, YAMLDOC_TEXT, node->key.data))
        return 0;
    *out = testfile_digits(node->text, &used);
    if (used == node->text.size && *out >= 1 && *out <= most)
        return 1;
    yamldoc_problem_at(doc, node, "'%s' is a whole number from 1 to %" PRId64 " here, not '%s'",
                       node->key.data, most, node->text.data);
    return 0;
}

static int testfile_read_step(yamldoc *doc, const yamldoc_node *node, test_step *out)
{
    static const struct {
        const char *name;
        test_unit unit;
        int64_t size;
    } units[] = {
        {"d", TEST_DAYS, 1},
        {"w", TEST_DAYS, 7},
        {"mo", TEST_MONTHS, 1},
        {"y", TEST_MONTHS, 12},
        {"h", TEST_MILLISECONDS, 3600000},
        {"m", TEST_MILLISECONDS, 60000},
        {"s", TEST_MILLISECONDS, 1000},
    };
    size_t used;
    if (!yamldoc_expect(doc, node, YAMLDOC_TEXT, "'every'"))
        return 0;
    int64_t count = testfile_digits(node->text, &used);
    prm_text rest = {node->text.data + used, node->text.size - used};
    for (size_t i = 0; count >= 1 && count <= TESTFILE_STEP && i < TESTFILE_COUNT(units); i++) {
        if (!text_is(rest, units[i].name))
            continue;
        *out = (test_step){units[i].unit, count * units[i].size};
        return 1;
    }
    yamldoc_problem_at(doc, node, "'%s' is no step; write 1d, 2w, 1mo, 1y, 12h, 30m or 45s", node->text.data);
    return 0;
}

/* A path written in the file stands beside it, unless it is absolute. */
static prm_text testfile_beside(test_file *file, prm_text name)
{
    const char *path = file->doc.file;
    const char *slash = strrchr(path, '/');
    buffer text = {0};
    if (slash != NULL && (name.size == 0 || name.data[0] != '/'))
        buffer_put(&text, path, (size_t)(slash - path) + 1);
    buffer_put(&text, name.data, name.size);
    prm_text copy = arena_text(&file->memory, (prm_text){text.data, text.size});
    buffer_free(&text);
    return copy;
}

/* The text of a key that must be one with something in it; empty where the key
 * is missing or wrong. */
static prm_text testfile_text(yamldoc *doc, const yamldoc_node *map, const char *key)
{
    const yamldoc_node *node = yamldoc_child(map, key);
    if (node == NULL || !yamldoc_expect(doc, node, YAMLDOC_TEXT, key))
        return (prm_text){0};
    if (node->text.size == 0)
        yamldoc_problem_at(doc, node, "'%s' is empty", key);
    return node->text;
}

/* ---- Events ------------------------------------------------------------------------- */

static void testfile_check_fields(yamldoc *doc, const yamldoc_node *node)
{
    for (const yamldoc_node *child = node->first; child != NULL; child = child->next) {
        const test_key *key = testfile_find_key(&testkeys_of_event, child->key);
        if (key != NULL && key->form == TEST_FORM_NEVER)
            yamldoc_problem(doc, child->key_line, child->key_column, "%s", key->doc);
        else
            yamldoc_expect(doc, child, YAMLDOC_TEXT, child->key.data);
    }
}

static void testfile_read_repeat(yamldoc *doc, const yamldoc_node *node, test_event *out)
{
    int64_t count = 0;
    const yamldoc_node *repeat = yamldoc_child(node, "repeat");
    const yamldoc_node *every = yamldoc_child(node, "every");
    if (repeat == NULL && every == NULL)
        return;
    if (repeat == NULL || every == NULL) {
        yamldoc_problem_at(doc, node, "'repeat' and 'every' go together: repeat: 10, every: 1d");
        return;
    }
    if (testfile_number(doc, repeat, TESTFILE_REPEAT, &count) && testfile_read_step(doc, every, &out->every))
        out->repeat = (uint32_t)count;
}

/* A needed key that is not there, and one that may have been meant for it. */
static void testfile_miss(yamldoc *doc, const yamldoc_node *node, const char *key)
{
    const yamldoc_node *near = NULL;
    for (const yamldoc_node *child = node->first; child != NULL && near == NULL; child = child->next) {
        prm_text name = text_of(key);
        near = testfile_find_key(&testkeys_of_event, child->key) == NULL &&
                       suggest_nearest(child->key, &name, 1) == 0
                   ? child
                   : NULL;
    }
    if (near != NULL)
        yamldoc_problem(doc, near->key_line, near->key_column,
                        "the event has no '%s'; did you mean it by '%s'?", key, near->key.data);
    else
        yamldoc_problem_at(doc, node, "the event has no '%s'", key);
}

static void testfile_read_event(yamldoc *doc, const yamldoc_node *node, test_event *out)
{
    *out = (test_event){.node = node};
    if (!yamldoc_expect(doc, node, YAMLDOC_MAP, "an event"))
        return;
    testfile_check_fields(doc, node);
    out->id = testfile_text(doc, node, "id");
    out->at = testfile_text(doc, node, "at");
    out->type = testfile_text(doc, node, "type");
    for (size_t i = 0; i < testkeys_of_event.count; i++) {
        const test_key *key = &testkeys_of_event.items[i];
        if (key->needed && yamldoc_child(node, key->name) == NULL)
            testfile_miss(doc, node, key->name);
    }
    testfile_read_repeat(doc, node, out);
}

static void testfile_read_events(test_file *file, const yamldoc_node *node, test_events *out)
{
    yamldoc *doc = &file->doc;
    if (node == NULL)
        return;
    if (node->kind == YAMLDOC_MAP) {
        testfile_check_keys(doc, node, &testkeys_of_source);
        prm_text path = testfile_text(doc, node, "file");
        prm_text map = testfile_text(doc, node, "map");
        if (yamldoc_child(node, "file") == NULL)
            yamldoc_problem_at(doc, node, "a list of events, or {file: EVENTS, map: MAPPING}");
        out->file = testfile_beside(file, path);
        if (map.size > 0)
            out->map = testfile_beside(file, map);
        return;
    }
    if (!yamldoc_expect(doc, node, YAMLDOC_LIST, node->key.data))
        return;
    out->items = arena_take(&file->memory, (node->count + 1) * sizeof *out->items);
    for (const yamldoc_node *child = node->first; child != NULL; child = child->next)
        testfile_read_event(doc, child, &out->items[out->count++]);
}

/* ---- What is expected ------------------------------------------------------------------ */

/* Its keys; kinds of rewards among them are checked once the program is known. */
static void testfile_check_row_keys(yamldoc *doc, const yamldoc_node *row, const test_section_shape *shape)
{
    const char *names[TESTFILE_KEYS];
    const test_key *key;
    size_t count = 0;
    for (; (key = testsection_key(shape, count)) != NULL; count++)
        names[count] = key->name;
    if (shape->kinds == NULL)
        yamldoc_check_keys(doc, row, names, count);
    for (size_t i = 0; (key = testsection_key(shape, i)) != NULL; i++)
        if (key->needed && yamldoc_child(row, key->name) == NULL)
            yamldoc_problem_at(doc, row, "a row of '%s' needs '%s'", shape->name, key->name);
}

static void testfile_check_value(yamldoc *doc, const yamldoc_node *node, const test_section_shape *shape)
{
    int64_t number;
    const test_key *key = shape->keys != NULL ? testfile_find_key(shape->keys, node->key) : NULL;
    if (key != NULL && key->form == TEST_FORM_NUMBER)
        testfile_number(doc, node, TESTFILE_NUMBER, &number);
    else
        yamldoc_expect(doc, node, YAMLDOC_TEXT, node->key.data);
}

static void testfile_check_row(yamldoc *doc, const yamldoc_node *row, const test_section_shape *shape)
{
    if (testsection_key(shape, 0) == NULL) {
        yamldoc_expect(doc, row, YAMLDOC_TEXT, "an id in 'rejected'");
        return;
    }
    if (!yamldoc_expect(doc, row, YAMLDOC_MAP, "an expected row"))
        return;
    if (row->count == 0)
        yamldoc_problem_at(doc, row, "a row that names nothing fits anything");
    for (const yamldoc_node *child = row->first; child != NULL; child = child->next)
        testfile_check_value(doc, child, shape);
    testfile_check_row_keys(doc, row, shape);
}

static void testfile_check_section(yamldoc *doc, const yamldoc_node *node, test_section section)
{
    const test_section_shape *shape = testsection_shape(section);
    if (!yamldoc_expect(doc, node, YAMLDOC_LIST, shape->name))
        return;
    for (const yamldoc_node *row = node->first; row != NULL; row = row->next)
        testfile_check_row(doc, row, shape);
    if (node->count == 0 && !shape->may_be_empty)
        yamldoc_problem_at(doc, node, "'%s' names nothing; leave it out", shape->name);
}

static void testfile_read_expect(test_file *file, const yamldoc_node *node, test_case *out)
{
    const char *names[TEST_SECTIONS];
    yamldoc *doc = &file->doc;
    for (size_t i = 0; i < TEST_SECTIONS; i++)
        names[i] = testsection_shape((test_section)i)->name;
    const yamldoc_node *expect = yamldoc_child(node, "expect");
    if (expect == NULL) {
        yamldoc_problem(doc, node->key_line, node->key_column, "the test has no 'expect'");
        return;
    }
    if (!yamldoc_expect(doc, expect, YAMLDOC_MAP, "'expect'"))
        return;
    yamldoc_check_keys(doc, expect, names, TEST_SECTIONS);
    if (expect->count == 0)
        yamldoc_problem_at(doc, expect, "the test expects nothing");
    for (size_t i = 0; i < TEST_SECTIONS; i++) {
        out->expect[i] = yamldoc_child(expect, names[i]);
        if (out->expect[i] != NULL)
            testfile_check_section(doc, out->expect[i], (test_section)i);
    }
    const yamldoc_node *errors = out->expect[TEST_ERRORS];
    if (errors != NULL && (expect->count > 1 || yamldoc_child(node, "events") != NULL))
        yamldoc_problem_at(doc, errors, "'errors' stands alone: a program with errors takes no events");
}

/* ---- Tests ------------------------------------------------------------------------------- */

/* One program or a list of them; 0 when `node` is neither. */
static int testfile_read_programs(test_file *file, const yamldoc_node *node, test_case *out)
{
    yamldoc *doc = &file->doc;
    const yamldoc_node *first = node;
    if (node->kind == YAMLDOC_MAP)
        return yamldoc_expect(doc, node, YAMLDOC_TEXT, "'program'");
    if (node->kind == YAMLDOC_LIST)
        first = node->first;
    size_t count = node->kind == YAMLDOC_LIST ? node->count : 1;
    prm_text *paths = arena_take(&file->memory, (count + 1) * sizeof *paths);
    out->programs = paths;
    out->program_count = 0;
    for (const yamldoc_node *at = first; out->program_count < count; at = at->next) {
        if (!yamldoc_expect(doc, at, YAMLDOC_TEXT, "a program"))
            return 0;
        if (at->text.size == 0)
            yamldoc_problem_at(doc, at, "the program's path is empty");
        paths[out->program_count++] = testfile_beside(file, at->text);
    }
    if (count == 0)
        yamldoc_problem_at(doc, node, "no program is named");
    return 1;
}

static void testfile_read_arrival(yamldoc *doc, const yamldoc_node *node, test_case *out)
{
    const yamldoc_node *arrival = yamldoc_child(node, "arrival");
    if (arrival == NULL)
        return;
    out->as_written = arrival->kind == YAMLDOC_TEXT &&
                      testkeys_may_be(testfile_find_key(&testkeys_of_case, arrival->key), arrival->text);
    if (!out->as_written)
        yamldoc_problem_at(doc, arrival, "the one thing that 'arrival' can be is 'as written'");
}

static void testfile_read_case(test_file *file, const yamldoc_node *node, const test_case *defaults,
                               test_case *out)
{
    yamldoc *doc = &file->doc;
    *out = *defaults;
    out->name = node->key;
    out->line = node->key_line;
    if (!yamldoc_expect(doc, node, YAMLDOC_MAP, "a test"))
        return;
    testfile_check_keys(doc, node, &testkeys_of_case);
    const yamldoc_node *program = yamldoc_child(node, "program");
    if (program != NULL)
        testfile_read_programs(file, program, out);
    else if (defaults->programs == NULL)
        yamldoc_problem(doc, node->key_line, node->key_column,
                        "neither the file nor this test has a 'program'");
    testfile_read_events(file, yamldoc_child(node, "events"), &out->events);
    testfile_text(doc, node, "clock");
    out->clock = yamldoc_child(node, "clock");
    out->todo = testfile_text(doc, node, "todo");
    testfile_read_arrival(doc, node, out);
    testfile_read_expect(file, node, out);
}

static void testfile_read_cases(test_file *file, const test_case *defaults)
{
    yamldoc *doc = &file->doc;
    const yamldoc_node *tests = yamldoc_child(doc->root, "tests");
    if (tests == NULL) {
        yamldoc_problem(doc, 0, 0, "there is no 'tests'");
        return;
    }
    if (!yamldoc_expect(doc, tests, YAMLDOC_MAP, "'tests'"))
        return;
    if (tests->count == 0)
        yamldoc_problem_at(doc, tests, "'tests' is empty");
    file->cases = arena_take(&file->memory, (tests->count + 1) * sizeof *file->cases);
    for (const yamldoc_node *node = tests->first; node != NULL; node = node->next)
        testfile_read_case(file, node, defaults, &file->cases[file->count++]);
}

int testfile_read(test_file *file, const char *path)
{
    test_case defaults = {.program_count = 0};
    *file = (test_file){.count = 0};
    if (!yamldoc_read_file(&file->doc, path))
        return 0;
    yamldoc *doc = &file->doc;
    if (!yamldoc_expect(doc, doc->root, YAMLDOC_MAP, "a file of tests"))
        return 0;
    if (yamldoc_child(doc->root, "prm") != NULL) {
        yamldoc_problem(doc, 0, 0, "this is a program; its tests are in a file of their own, NAME.test.yaml");
        return 0;
    }
    testfile_check_keys(doc, doc->root, &testkeys_of_file);
    const yamldoc_node *program = yamldoc_child(doc->root, "program");
    if (program != NULL)
        testfile_read_programs(file, program, &defaults);
    testfile_read_events(file, yamldoc_child(doc->root, "given"), &file->given);
    testfile_read_cases(file, &defaults);
    return doc->problems == 0;
}

void testfile_free(test_file *file)
{
    yamldoc_free(&file->doc);
    arena_free(&file->memory);
}
