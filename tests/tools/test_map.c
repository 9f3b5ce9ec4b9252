/* Mappings: rows to events, times in the program's zone, and every mistake in a
 * mapping file named in one pass. */
#include "map.h"

#include "scratch.h"

static const char map_program_text[] = "prm: 1\nprogram: map\ncurrency: USD\ntimezone: America/New_York\n"
                                       "rules:\n  leads:\n    for: partner\n    when: {count: "
                                       "lead.registered, at_least: 1}\n    then: {cash: 1}\n";

typedef struct map_fixture {
    char folder[40];
    char path[80];
    prm_program *program;
    mapping map;
    int loaded;
    map_state state;
    event_batch batch;
    buffer out;
} map_fixture;

static void fixture_write(const map_fixture *fixture, const char *name, const char *text)
{
    char path[120];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void fixture_open(map_fixture *fixture, const char *mapping_text)
{
    *fixture = (map_fixture){.folder = "/tmp/prm-test-XXXXXX"};
    assert_non_null(mkdtemp(fixture->folder));
    fixture_write(fixture, "teams.csv", "agent,manager,office\nkim,Ann,east\nlee,Bob,west\nnew,,east\n");
    fixture_write(fixture, "twice.csv", "agent,manager\nkim,Ann\nkim,Bob\n");
    fixture_write(fixture, "map.yaml", mapping_text);
    snprintf(fixture->path, sizeof fixture->path, "%s/map.yaml", fixture->folder);
    assert_int_equal(prm_program_compile(map_program_text, sizeof map_program_text - 1, NULL,
                                         &fixture->program, NULL, NULL),
                     PRM_OK);
    fixture->loaded = map_load(&fixture->map, fixture->path, fixture->program);
}

static void fixture_close(map_fixture *fixture)
{
    char path[120];
    static const char *const names[] = {"teams.csv", "twice.csv", "map.yaml"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", fixture->folder, names[i]);
        unlink(path);
    }
    rmdir(fixture->folder);
    map_state_free(&fixture->state);
    batch_free(&fixture->batch);
    buffer_free(&fixture->out);
    map_free(&fixture->map);
    prm_program_unref(fixture->program);
}

/* Writes the batch's events as "type id seconds field=value ...;". */
static const char *fixture_events(map_fixture *fixture)
{
    fixture->out.size = 0;
    batch_seal(&fixture->batch);
    for (size_t i = 0; i < fixture->batch.count; i++) {
        const prm_event *event = &fixture->batch.events[i];
        buffer_format(&fixture->out, "%.*s %.*s %d", (int)event->type_name_size, event->type_name,
                      (int)event->id_size, event->id, (int)(event->time / 1000));
        for (uint32_t f = 0; f < event->field_count; f++)
            buffer_format(&fixture->out, " %.*s=%.*s", (int)event->fields[f].name_size, event->fields[f].name,
                          (int)event->fields[f].text_size, event->fields[f].text);
        buffer_string(&fixture->out, ";");
    }
    buffer_byte(&fixture->out, '\0');
    return fixture->out.data;
}

/* The value of the column in "name=value" texts; empty where they have none. */
static prm_text row_value(const char *const *pairs, size_t count, prm_text column)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(pairs[i], column.data, column.size) == 0 && pairs[i][column.size] == '=')
            return text_of(pairs[i] + column.size + 1);
    return (prm_text){"", 0};
}

/* Maps one row; returns its events, or why there are none. */
static const char *fixture_row(map_fixture *fixture, const char *const *pairs, size_t count)
{
    prm_text texts[16];
    for (size_t i = 0; i < fixture->map.column_count; i++)
        texts[i] = row_value(pairs, count, fixture->map.columns[i].name);
    batch_clear(&fixture->batch);
    switch (map_apply(&fixture->map, &fixture->state, fixture->program, texts, &fixture->batch,
                      (event_origin){"rows", 7})) {
    case MAP_EMPTY:
        return "none";
    case MAP_FAILED:
        assert_int_equal(fixture->batch.count, 0);
        return fixture->state.reason;
    case MAP_MADE:
        break;
    }
    assert_int_equal(fixture->batch.origins[0].line, 7);
    return fixture_events(fixture);
}

#define EXPECT_ROW(fixture, expected, ...)                                                                   \
    do {                                                                                                     \
        const char *row_pairs[] = {__VA_ARGS__};                                                             \
        assert_string_equal(fixture_row(fixture, row_pairs, sizeof row_pairs / sizeof row_pairs[0]),         \
                            expected);                                                                       \
    } while (0)

static void test_rows(void **state)
{
    (void)state;
    map_fixture f;
    fixture_open(
        &f, "mapping: 1\n"
            "rename:\n  product: {GTXPro: GTX Pro}\n"
            "tables:\n  manager: {file: teams.csv, key: agent, value: manager}\n"
            "time: \"%Y-%m-%d\"\n"
            "events:\n"
            "  - type: lead.registered\n    when: {engaged: present}\n    id: \"{no}-lead\"\n"
            "    time: \"{engaged}\"\n"
            "    fields: {partner: {table: manager, of: \"{agent}\"}, product: \"{product}\"}\n"
            "  - type: deal.won\n    when: {stage: [Won, Closed], closed: present}\n    id: \"{{{no}}}\"\n"
            "    time: {text: \"{closed}\", format: \"%d/%m/%Y\"}\n"
            "    fields: {partner: {table: manager, of: \"{agent}\"}, deal: \"no. {no}\"}\n");
    assert_true(f.loaded);
    EXPECT_ROW(&f, "lead.registered 7-lead 1767243600 partner=Ann product=GTX Pro;", "product=GTXPro",
               "engaged=2026-01-01", "no=7", "agent=kim", "stage=Open");
    EXPECT_ROW(&f,
               "lead.registered 7-lead 1767243600 partner=Bob product=MG;"
               "deal.won {7} 1782878400 partner=Bob deal=no. 7;",
               "product=MG", "engaged=2026-01-01", "no=7", "agent=lee", "stage=Closed", "closed=1/7/2026");
    EXPECT_ROW(&f, "deal.won {7} 1782878400 partner=Bob deal=no. 7;", "product=MG", "no=7", "agent=lee",
               "stage=Won", "closed=01/07/2026");
    EXPECT_ROW(&f, "none", "product=MG", "no=7", "agent=lee", "stage=Lost", "closed=01/07/2026");
    EXPECT_ROW(&f, "none", "product=MG", "no=7", "agent=lee", "stage=Won");
    /* an empty product, and a manager that the table gives as empty, are missing */
    EXPECT_ROW(&f, "lead.registered 7-lead 1767243600;", "engaged=2026-01-01", "no=7", "agent=new",
               "stage=Open");
    EXPECT_ROW(&f, "lead.registered 7-lead 1767243600;", "engaged=2026-01-01", "no=7", "stage=Open");
    EXPECT_ROW(&f, "the table 'manager' has no 'max'", "engaged=2026-01-01", "no=7", "agent=max",
               "stage=Open");
    /* one event that fails takes the row's others with it */
    EXPECT_ROW(&f, "the time '31/02/2026': there is no such day", "engaged=2026-01-01", "no=7", "agent=kim",
               "stage=Won", "closed=31/02/2026");
    fixture_close(&f);
}

static void test_empty_envelope(void **state)
{
    (void)state;
    map_fixture f;
    fixture_open(
        &f,
        "mapping: 1\nevents:\n"
        "  - {type: \"{kind}\", id: \"{no}\", time: \"{at}\", when: {skip: absent}, fields: {partner: x}}\n");
    assert_true(f.loaded);
    EXPECT_ROW(&f, "deal.won 1 1767225600 partner=x;", "kind=deal.won", "no=1", "at=2026-01-01T00:00:00Z");
    EXPECT_ROW(&f, "deal.won 1 1767225600 partner=x;", "kind=deal.won", "no=1", "at=1767225600");
    EXPECT_ROW(&f, "none", "kind=deal.won", "no=1", "at=2026-01-01", "skip=yes");
    EXPECT_ROW(&f, "the event's type is empty", "no=1", "at=2026-01-01");
    EXPECT_ROW(&f, "column 'no', of which the id is made, is empty", "kind=deal.won", "at=2026-01-01");
    EXPECT_ROW(&f, "the event's time is empty", "kind=deal.won", "no=1");
    fixture_close(&f);
    /* rows that share the rest of the id would be duplicates of each other */
    fixture_open(&f, "mapping: 1\nrename:\n  no: {none: \"\"}\nevents:\n"
                     "  - {type: deal.won, id: \"{region}-{no}-w\", time: \"{at}\"}\n");
    assert_true(f.loaded);
    EXPECT_ROW(&f, "deal.won e-1-w 1767225600;", "region=e", "no=1", "at=1767225600");
    EXPECT_ROW(&f, "column 'no', of which the id is made, is empty", "region=e", "at=1767225600");
    EXPECT_ROW(&f, "column 'no', of which the id is made, is empty", "region=e", "no=none", "at=1767225600");
    EXPECT_ROW(&f, "column 'region', of which the id is made, is empty", "no=1", "at=1767225600");
    fixture_close(&f);
}

static void test_local_times(void **state)
{
    (void)state;
    static const struct {
        const char *local;
        int64_t seconds;
    } cases[] = {
        {"2026-07-01 12:00", 1782921600}, /* 16:00Z */
        {"2026-01-15 12:00", 1768496400}, /* 17:00Z */
        {"2026-03-08 01:59", 1772953140}, /* 06:59Z, the last minute of winter time */
        {"2026-03-08 02:30", 1772953200}, /* skipped: the instant after the gap, 07:00Z */
        {"2026-03-08 03:00", 1772953200}, /* 07:00Z, the first minute of summer time */
        {"2026-11-01 00:59", 1793509140}, /* 04:59Z */
        {"2026-11-01 01:30", 1793511000}, /* twice: the earlier, 05:30Z */
        {"2026-11-01 02:00", 1793516400}, /* 07:00Z */
        {"2026-11-02 00:00", 1793595600}, /* 05:00Z */
    };
    map_fixture f;
    fixture_open(&f, "mapping: 1\ntime: \"%Y-%m-%d %H:%M\"\nevents:\n"
                     "  - {type: deal.won, id: \"{at}\", time: \"{at}\", fields: {partner: x}}\n");
    assert_true(f.loaded);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char local[40];
        char expected[80];
        snprintf(local, sizeof local, "at=%s", cases[i].local);
        snprintf(expected, sizeof expected, "deal.won %s %d partner=x;", cases[i].local,
                 (int)cases[i].seconds);
        EXPECT_ROW(&f, expected, local);
    }
    batch_clear(&f.batch);
    prm_text early = text_of("1960-01-01 00:00");
    assert_int_equal(map_apply(&f.map, &f.state, f.program, &early, &f.batch, (event_origin){"rows", 1}),
                     MAP_FAILED);
    assert_non_null(
        strstr(f.state.reason, "the time '1960-01-01 00:00': the year is not between 1970 and 9999"));
    fixture_close(&f);
}

/* Times that bring their own zone are not the program's affair. */
static void test_zoned_times(void **state)
{
    (void)state;
    map_fixture f;
    fixture_open(&f, "mapping: 1\nevents:\n"
                     "  - {type: deal.won, id: \"a{epoch}\",\n"
                     "     time: {text: \"{at}\", format: \"%Y-%m-%d %H:%M %z\"}}\n"
                     "  - {type: deal.won, id: \"b{epoch}\", time: {text: \"{epoch}\", format: \"%s\"}}\n");
    assert_true(f.loaded);
    EXPECT_ROW(&f, "deal.won a5 1782921600;deal.won b5 5;", "at=2026-07-02 01:00 +0900", "epoch=5");
    EXPECT_ROW(&f, "the time '1969-12-31 23:59 Z': the year is not between 1970 and 9999",
               "at=1969-12-31 23:59 Z", "epoch=5");
    EXPECT_ROW(&f, "the time '253402300800': the year is not between 1970 and 9999",
               "at=2026-07-02 01:00 +0900", "epoch=253402300800");
    fixture_close(&f);
}

static void problem_expect(const char *mapping_text, const char *const *expected, size_t count)
{
    map_fixture f;
    fixture_open(&f, mapping_text);
    assert_false(f.loaded);
    buffer_byte(&f.map.doc.messages, '\0');
    for (size_t i = 0; i < count; i++)
        if (strstr(f.map.doc.messages.data, expected[i]) == NULL)
            fail_msg("'%s' is not in:\n%s", expected[i], f.map.doc.messages.data);
    assert_int_equal(f.map.doc.problems, count);
    fixture_close(&f);
}

#define EXPECT_PROBLEMS(text, ...)                                                                           \
    do {                                                                                                     \
        const char *expected_problems[] = {__VA_ARGS__};                                                     \
        problem_expect(text, expected_problems, sizeof expected_problems / sizeof expected_problems[0]);     \
    } while (0)

/* All mistakes of one file at once, each with its place. */
static void test_problems(void **state)
{
    (void)state;
    EXPECT_PROBLEMS(
        "mapping: 2\n"
        "rename:\n  product: GTX\n"
        "tabels: {}\n"
        "tables:\n"
        "  a: {file: nope.csv, key: agent, value: manager}\n"
        "  b: {file: teams.csv, key: agnt, value: manager}\n"
        "  c: {file: teams.csv, key: agent, valu: manager}\n"
        "  d: {file: twice.csv, key: agent, value: manager}\n"
        "time: \"%Y-%q\"\n"
        "events:\n"
        "  - type: deal.won\n    when: {x: {a: b}}\n    id: \"{no\"\n    time: \"{a}}b\"\n"
        "  - id: \"{}\"\n    time: {text: \"{a}\", format: \"%m/%d\"}\n"
        "    fields:\n"
        "      id: x\n"
        "      partner: {table: e, of: \"{s}\"}\n"
        "      rep: [x]\n"
        "      rep: y\n",
        "map.yaml:1:10: error: version 1 of mapping files is expected",
        "map.yaml:3:12: error: a column's renaming is a mapping of keys to values here, not a text",
        "map.yaml:4:1: error: unknown key 'tabels'; did you mean 'tables'?",
        "nope.csv: No such file or directory\n      a: {file: nope.csv",
        "teams.csv has no column 'agnt'; did you mean 'agent'?\n      b: {file",
        "map.yaml:8:36: error: unknown key 'valu'; did you mean 'value'?",
        "map.yaml:8:6: error: 'value' is missing", "twice.csv gives 'kim' two values",
        "map.yaml:10:7: error: unknown conversion '%q' in the pattern",
        "map.yaml:13:15: error: a value, a list of values, 'present' or 'absent' is expected",
        "map.yaml:14:9: error: '{' without '}'; a brace itself is written '{{'",
        "map.yaml:15:11: error: '}' without '{'; a brace itself is written '}}'",
        "map.yaml:16:5: error: 'type' is missing",
        "map.yaml:16:9: error: a column's name is expected between '{' and '}'",
        "map.yaml:17:33: error: the pattern makes no date",
        "map.yaml:19:7: error: 'id' stands beside 'fields', not in it",
        "map.yaml:20:24: error: no table 'e' under 'tables'",
        "map.yaml:21:12: error: a field is a text here, not a list",
        "map.yaml:22:7: error: the key 'rep' stands here twice (first in line 21)");
}

static void test_problem_places(void **state)
{
    (void)state;
    EXPECT_PROBLEMS("mapping: 1\ntables:\n  d: {file: twice.csv, key: agent, value: manager}\nevents: []\n",
                    "twice.csv gives 'kim' two values", "map.yaml:4:9: error: 'events' is empty");
    EXPECT_PROBLEMS("mapping: 1\n", "'events' is missing");
    EXPECT_PROBLEMS("mapping: 1\nevents:\n  - {id: {a}-b, time: x, type: y}\n", "must be quoted");
    EXPECT_PROBLEMS(
        "mapping: 1\nevents:\n  - {id: {a: b}, time: x, type: y}\n",
        "map.yaml:3:10: error: 'id' is a text here, not a mapping of keys to values; quote a text");
    EXPECT_PROBLEMS("mapping: 1\nevents:\n  - {id: &x a, time: x, type: y}\n", "anchors are not taken here");
    EXPECT_PROBLEMS("mapping: 1\nevents:\n  - {id: !!str a, time: x, type: y}\n", "tags are not taken here");
    EXPECT_PROBLEMS("mapping: 1\nevents:\n  - {id: *a, time: x, type: y}\n", "aliases are not taken here");
    EXPECT_PROBLEMS("mapping: 1\n---\nmapping: 1\n", "a second document");
    EXPECT_PROBLEMS("", "the file is empty");
    EXPECT_PROBLEMS("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested too deeply");
    EXPECT_PROBLEMS("mapping: 1\nmapping: 1\nevents: [{type: a, id: \"{b}\", time: c}]\n",
                    "map.yaml:2:1: error: the key 'mapping' stands here twice (first in line 1)");
    EXPECT_PROBLEMS("mapping: 1\ntables: {manager: {file: teams.csv, key: agent, value: manager}}\nevents:\n"
                    "  - {type: a, id: \"{b}\", time: c, fields: {partner: {table: manger, of: x}}}\n",
                    "no table 'manger'; did you mean 'manager'?");
    EXPECT_PROBLEMS("mapping: 1\nevents:\n  - {type: deal.won, id: all, time: \"{at}\"}\n",
                    "map.yaml:3:26: error: the id names no column, so all rows would make the same event");
}

/* What the program drops from every event is said once, when the mapping is read. */
static void test_unknown_fields(void **state)
{
    (void)state;
    map_fixture f;
    fixture_open(&f, "mapping: 1\nevents:\n  - type: deal.won\n    id: \"{no}\"\n    time: \"{at}\"\n"
                     "    fields: {partner: x, amont: \"{value}\", colour: red}\n"
                     "  - {type: deal.wonn, id: \"{no}\", time: \"{at}\", fields: {price: x}}\n");
    assert_true(f.loaded);
    buffer_byte(&f.map.doc.messages, '\0');
    const char *said = f.map.doc.messages.data;
    assert_non_null(strstr(said, "map.yaml:6:26: "
                                 "warning: the program has no field 'amont'; did you mean 'amount'?\n"));
    assert_non_null(strstr(said, "map.yaml:6:44: warning: the program has no field 'colour'\n"));
    assert_non_null(strstr(
        said,
        "the program knows no event type 'deal.wonn': such events are ignored; did you mean 'deal.won'?"));
    assert_null(strstr(said, "'partner'"));
    assert_null(strstr(said, "'price'"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),           cmocka_unit_test(test_empty_envelope),
        cmocka_unit_test(test_local_times),    cmocka_unit_test(test_zoned_times),
        cmocka_unit_test(test_problems),       cmocka_unit_test(test_problem_places),
        cmocka_unit_test(test_unknown_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
