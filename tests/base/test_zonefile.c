/* Tests of base/zonefile and base/zonerule. Files are made here, byte by byte; expected
 * changes were computed by Python's zoneinfo from the same rules (by date(1) where these
 * count days from 0, which zoneinfo takes for days from 1). What the system's own
 * files say is asked for long gone years only, which no new release changes; where the
 * system has no files, these tests are skipped. */
#include "base/zonefile.h"

#include "base/zonerule.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#include "failing_alloc.h"

/* ---- Making files ---- */

enum { FILE_TIMES = 8 };

typedef struct file_spec {
    char version; /* 0, '2', ... */
    uint32_t time_count;
    int64_t times[FILE_TIMES];
    unsigned char indices[FILE_TIMES];
    uint32_t type_count;
    int32_t offsets[FILE_TIMES];
    uint32_t leap_count;
    const char *footer; /* with its line ends */
} file_spec;

typedef struct file_bytes {
    unsigned char data[1024];
    size_t size;
} file_bytes;

static void put(file_bytes *file, uint64_t value, int width)
{
    assert_true(file->size + (size_t)width <= sizeof file->data);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        file->data[file->size++] = (unsigned char)(value >> shift);
}

static void put_block(file_bytes *file, const file_spec *spec, int width)
{
    put(file, 0x545A6966, 4);
    put(file, (unsigned char)spec->version, 1);
    for (int i = 0; i < 15; i++)
        put(file, 0, 1);
    const uint32_t counts[] = {spec->type_count, spec->type_count, spec->leap_count,
                               spec->time_count, spec->type_count, 4};
    for (size_t i = 0; i < UNIT_COUNT(counts); i++)
        put(file, counts[i], 4);
    for (uint32_t i = 0; i < spec->time_count; i++)
        put(file, (uint64_t)spec->times[i], width);
    for (uint32_t i = 0; i < spec->time_count; i++)
        put(file, spec->indices[i], 1);
    for (uint32_t i = 0; i < spec->type_count; i++) {
        put(file, (uint32_t)spec->offsets[i], 4);
        put(file, 0, 2);
    }
    put(file, 0x4C4D5400, 4);
    for (uint32_t i = 0; i < spec->leap_count; i++)
        put(file, 0, width), put(file, 0, 4);
    for (uint32_t i = 0; i < 2 * spec->type_count; i++)
        put(file, 0, 1);
}

static file_bytes make_file(const file_spec *spec)
{
    file_bytes file = {{0}, 0};
    put_block(&file, spec, 4);
    if (spec->version == 0)
        return file;
    put_block(&file, spec, 8);
    for (const char *at = spec->footer; *at != '\0'; at++)
        put(&file, (unsigned char)*at, 1);
    return file;
}

/* New York as a slim file has it, much shortened: four changes, and the rule for the rest. */
static const file_spec new_york = {'2',
                                   4,
                                   {-2717650800, 1143961200, 1162101600, 1173596400},
                                   {1, 2, 1, 2},
                                   3,
                                   {-17762, -18000, -14400},
                                   0,
                                   "\nEST5EDT,M3.2.0,M11.1.0\n"};

/* ---- Reading them ---- */

typedef struct reading {
    prm__alloc alloc;
    prm__vec transitions;
} reading;

static void reading_init(reading *reader, const prm_allocator *host)
{
    prm__alloc_init(&reader->alloc, host);
    prm__vec_init(&reader->transitions, &reader->alloc, sizeof(prm__transition));
}

/* Of an exact copy, so that the sanitizer sees a byte read too far. */
static prm_status parse(reading *reader, const unsigned char *bytes, size_t size)
{
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    prm_status status = prm__zonefile_parse(copy, size, &reader->transitions);
    free(copy);
    return status;
}

static prm_status parse_spec(reading *reader, const file_spec *spec)
{
    file_bytes file = make_file(spec);
    return parse(reader, file.data, file.size);
}

static prm__zone zone_of(const reading *reader)
{
    return (prm__zone){PRM_VEC(reader->transitions, prm__transition), (uint32_t)reader->transitions.count};
}

/* What every table promises. */
static void assert_sound(const reading *reader)
{
    prm__zone zone = zone_of(reader);
    assert_true(zone.count >= 1 && zone.count < 17000);
    assert_true(zone.transitions[0].at == INT64_MIN);
    for (uint32_t i = 0; i < zone.count; i++) {
        assert_true(zone.transitions[i].offset <= 26 * INT64_C(3600000));
        assert_true(zone.transitions[i].offset >= -26 * INT64_C(3600000));
        if (i == 0)
            continue;
        assert_true(zone.transitions[i].at > zone.transitions[i - 1].at);
        assert_true(zone.transitions[i].offset != zone.transitions[i - 1].offset);
        assert_true(zone.transitions[i].at >= INT64_C(-63158400000));
    }
}

static void assert_offset(const reading *reader, int64_t seconds, int64_t offset)
{
    prm__zone zone = zone_of(reader);
    int64_t found = prm__caltime_offset(&zone, seconds * 1000);
    if (found != offset * 1000)
        fail_msg("at %lld: %lld", (long long)seconds, (long long)found);
}

static void test_reads_a_slim_file(void **state)
{
    (void)state;
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, &new_york), PRM_OK);
    assert_sound(&reader);
    assert_offset(&reader, -63158400, -18000);
    assert_offset(&reader, 1143961199, -18000);
    assert_offset(&reader, 1143961200, -14400);
    assert_offset(&reader, 1162101600, -18000);
    assert_offset(&reader, 1173596400, -14400);
    assert_offset(&reader, 1194155999, -14400); /* from here on by the rule: 2007-11-04 */
    assert_offset(&reader, 1194156000, -18000);
    assert_offset(&reader, 1772953199, -18000);
    assert_offset(&reader, 1772953200, -14400);
    assert_offset(&reader, 253365515999, -14400);
    assert_offset(&reader, 253365516000, -18000);
    assert_offset(&reader, 253402300800, -18000); /* the first instant of the year 10000 */
    assert_offset(&reader, 253402300800 + 200 * 86400, -14400);
    prm__vec_free(&reader.transitions);
}

static void test_reads_version_1(void **state)
{
    (void)state;
    file_spec spec = new_york;
    spec.version = 0;
    spec.times[0] = -1717650800;
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_sound(&reader);
    assert_offset(&reader, 0, -18000);
    assert_offset(&reader, 1143961200, -14400);
    assert_offset(&reader, 1162101600, -18000);
    assert_offset(&reader, 4000000000, -14400); /* no rule: the last offset stays */
    prm__vec_free(&reader.transitions);
}

static void test_first_type_holds_before_all_transitions(void **state)
{
    (void)state;
    file_spec spec = {'3', 1, {1000000000}, {1}, 2, {3600, 7200}, 0, "\n<+02>-2\n"};
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_int_equal(reader.transitions.count, 2);
    assert_offset(&reader, 999999999, 3600);
    assert_offset(&reader, 1000000000, 7200);
    spec.footer = "\n\n"; /* the file does not know how it goes on */
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_int_equal(reader.transitions.count, 2);
    assert_offset(&reader, 9000000000, 7200);
    spec.time_count = 0;
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_int_equal(reader.transitions.count, 1);
    assert_offset(&reader, 9000000000, 3600);
    prm__vec_free(&reader.transitions);
}

static void test_transitions_of_no_effect_are_left_out(void **state)
{
    (void)state;
    file_spec spec = {
        '2',          5, {-3000000000, -1000000000, 100, 200, 300}, {1, 0, 1, 2, 1}, 3, {0, 3600, 3600}, 0,
        "\n<+01>-1\n"};
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_sound(&reader);
    assert_int_equal(reader.transitions.count, 2);
    assert_offset(&reader, 99, 0);
    assert_offset(&reader, 100, 3600);
    prm__vec_free(&reader.transitions);
}

/* ---- Rules ---- */

typedef struct rule_change {
    int64_t at, offset; /* seconds */
} rule_change;

/* The changes of 2024, 2025 and 9998. */
typedef struct rule_row {
    const char *rule;
    rule_change changes[6];
} rule_row;

static const rule_row rule_rows[] = {
    {"EST5EDT,M3.2.0,M11.1.0",
     {{1710054000, -14400},
      {1730613600, -18000},
      {1741503600, -14400},
      {1762063200, -18000},
      {253344956400, -14400},
      {253365516000, -18000}}},
    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
     {{1712415600, 37800},
      {1728142200, 39600},
      {1743865200, 37800},
      {1759591800, 39600},
      {253347318000, 37800},
      {253363044600, 39600}}},
    {"IST-1GMT0,M10.5.0,M3.5.0/1",
     {{1711846800, 3600},
      {1729990800, 0},
      {1743296400, 3600},
      {1761440400, 0},
      {253346749200, 3600},
      {253364893200, 0}}},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
     {{1711846800, -3600},
      {1729990800, -7200},
      {1743296400, -3600},
      {1761440400, -7200},
      {253346749200, -3600},
      {253364893200, -7200}}},
    {"IST-2IDT,M3.4.4/26,M10.5.0",
     {{1711670400, 10800},
      {1729983600, 7200},
      {1743120000, 10800},
      {1761433200, 7200},
      {253346572800, 10800},
      {253364886000, 7200}}},
    {"NZST-12NZDT,M9.5.0,M4.1.0/3",
     {{1712412000, 43200},
      {1727532000, 46800},
      {1743861600, 43200},
      {1758981600, 46800},
      {253347314400, 43200},
      {253362434400, 46800}}},
    {"AAA3BBB,J60/0,J300",
     {{1709262000, -7200},
      {1730001600, -10800},
      {1740798000, -7200},
      {1761537600, -10800},
      {253344337200, -7200},
      {253365076800, -10800}}},
    {"AAA-3BBB,59,300/26:30:15",
     {{1709161200, 14400},
      {1730068215, 10800},
      {1740783600, 14400},
      {1761690615, 10800},
      {253344322800, 14400},
      {253365229815, 10800}}},
    {"EET-2EEST,M3.5.0/-167,M10.5.6/167",
     {{1711234800, 10800},
      {1730491200, 7200},
      {1742684400, 10800},
      {1761940800, 7200},
      {253346137200, 10800},
      {253365998400, 7200}}},
    {"XYZ+3:30:30ZYX2:15,M2.5.0,M2.1.1",
     {{1707106500, -12630},
      {1708839030, -8100},
      {1738556100, -12630},
      {1740288630, -8100},
      {253342008900, -12630},
      {253343741430, -8100}}},
};

static void test_rules_as_python_reads_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(rule_rows); i++) {
        char footer[64];
        assert_true(snprintf(footer, sizeof footer, "\n%s\n", rule_rows[i].rule) < 64);
        file_spec spec = {'3', 0, {0}, {0}, 1, {0}, 0, footer};
        reading reader;
        reading_init(&reader, NULL);
        assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
        assert_sound(&reader);
        const rule_change *changes = rule_rows[i].changes;
        for (size_t k = 0; k < 6; k++) {
            assert_offset(&reader, changes[k].at, changes[k].offset);
            assert_offset(&reader, changes[k].at - 1, changes[k == 0 ? 1 : k - 1].offset);
        }
        assert_true(reader.transitions.count > 16000);
        prm__vec_free(&reader.transitions);
    }
}

static void test_daylight_time_that_never_ends(void **state)
{
    (void)state;
    file_spec spec = {'3', 0, {0}, {0}, 1, {0}, 0, "\nEST5EDT,0/0,J365/25\n"};
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_int_equal(reader.transitions.count, 1);
    assert_offset(&reader, 0, -14400);
    assert_offset(&reader, 1704085200, -14400);
    prm__vec_free(&reader.transitions);
}

static void test_reads_the_parts_of_a_rule(void **state)
{
    (void)state;
    prm__zonerule rule;
    assert_true(prm__zonerule_read("JST-9", 5, &rule));
    assert_int_equal(rule.standard, 32400);
    assert_false(rule.has_daylight);
    static const struct {
        const char *text;
        int64_t standard, daylight;
    } rows[] = {
        {"EST5EDT,M3.2.0,M11.1.0", -18000, -14400},
        {"<-0330>3:30<-0230>,M3.2.0,M11.1.0", -12600, -9000},
        {"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45", 45900, 49500},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", 3600, 0},
        {"abc+24XYZ-24:59:59,J1/+1,0/-167:59:59", -86400, 89999},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_true(prm__zonerule_read(rows[i].text, strlen(rows[i].text), &rule));
        assert_true(rule.has_daylight);
        assert_int_equal(rule.standard, rows[i].standard);
        assert_int_equal(rule.daylight, rows[i].daylight);
    }
    assert_int_equal(rule.start.form, PRM_ZONEDAY_JULIAN);
    assert_int_equal(rule.start.seconds, 3600);
    assert_int_equal(rule.end.form, PRM_ZONEDAY_ORDINAL);
    assert_int_equal(rule.end.seconds, -604799);
}

static void test_refuses_what_is_no_rule(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "E",
        "ES5",
        "EST",
        "EST+",
        "EST25",
        "EST5EDT",
        "EST5EDT,",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M3.2.0,M11.1.0 ",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,M3.2,M11.1.0",
        "EST5EDT,J0,J300",
        "EST5EDT,J366,J300",
        "EST5EDT,366,J300",
        "EST5EDT,1/168,J300",
        "EST5EDT,1/-168,J300",
        "EST5EDT,1/2:60,J300",
        "EST5EDT,1/2:00:60,J300",
        "EST5EDT,1/,J300",
        "EST5ED,1,2",
        "<EST5EDT,1,2",
        "<>5",
        "<ab>5",
        "<a b>5",
        "5EST",
        ":America/New_York",
        "EST5:",
        "EST5:0:",
        "EST5E1T,1,2",
        "EST5EDT4,M3.2.0,M11.1.0x",
        "EST0005",
        "EST5\nEDT",
    };
    for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
        prm__zonerule rule;
        if (prm__zonerule_read(bad[i], strlen(bad[i]), &rule))
            fail_msg("reads %s", bad[i]);
    }
}

/* ---- Hostile files ---- */

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    file_bytes file = make_file(&new_york);
    reading reader;
    reading_init(&reader, NULL);
    for (size_t size = 0; size < file.size; size++) {
        assert_int_equal(parse(&reader, file.data, size), PRM_E_IO);
        assert_int_equal(reader.transitions.count, 0);
    }
    prm__vec_free(&reader.transitions);
}

static void test_every_changed_byte_is_harmless(void **state)
{
    (void)state;
    file_bytes file = make_file(&new_york);
    reading reader;
    reading_init(&reader, NULL);
    static const unsigned char values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF, '\n', ',', '9'};
    for (size_t at = 0; at < file.size; at++)
        for (size_t k = 0; k < UNIT_COUNT(values); k++) {
            file_bytes changed = file;
            changed.data[at] = values[k];
            prm_status status = parse(&reader, changed.data, changed.size);
            if (status == PRM_OK)
                assert_sound(&reader);
            else
                assert_int_equal(status, PRM_E_IO);
        }
    prm__vec_free(&reader.transitions);
}

static void assert_refused(const file_spec *spec)
{
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, spec), PRM_E_IO);
    assert_int_equal(reader.transitions.count, 0);
    prm__vec_free(&reader.transitions);
}

static void test_refuses_unsound_files(void **state)
{
    (void)state;
    file_spec spec = new_york;
    spec.leap_count = 1;
    assert_refused(&spec);
    spec = new_york;
    spec.times[2] = spec.times[1];
    assert_refused(&spec);
    spec = new_york;
    spec.times[2] = spec.times[1] - 1;
    assert_refused(&spec);
    spec = new_york;
    spec.indices[3] = 3;
    assert_refused(&spec);
    spec = new_york;
    spec.type_count = 0;
    spec.time_count = 0;
    assert_refused(&spec);
    spec = new_york;
    spec.offsets[2] = 26 * 3600 + 1;
    assert_refused(&spec);
    spec = new_york;
    spec.offsets[0] = INT32_MIN;
    assert_refused(&spec);
    static const char *const footers[] = {"",
                                          "\n",
                                          "XJST-9\n",
                                          "\nJST-9",
                                          "\nJST\n",
                                          "\nEST5EDT\n",
                                          "\nEST5EDT30,M3.2.0,M11.1.0\n",
                                          "\nEST30EDT5,M3.2.0,M11.1.0\n"};
    for (size_t i = 0; i < UNIT_COUNT(footers); i++) {
        spec = new_york;
        spec.footer = footers[i];
        assert_refused(&spec);
    }
}

static void test_times_of_any_size_fit(void **state)
{
    (void)state;
    file_spec spec = {'2', 3, {INT64_MIN, 0, INT64_MAX}, {0, 1, 2}, 3, {-93600, 93600, 0}, 0, "\n<+00>0\n"};
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_sound(&reader);
    assert_int_equal(reader.transitions.count, 2);
    assert_offset(&reader, -1, -93600);
    assert_offset(&reader, 253402300800, 93600);
    spec.footer = "\nEST5EDT,M3.2.0,M11.1.0\n";
    assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
    assert_int_equal(reader.transitions.count, 2);
    prm__vec_free(&reader.transitions);
}

static void test_times_keep_all_their_bits(void **state)
{
    (void)state;
    static const int64_t times[] = {-5, 7, 2147483647, 4294967301, 253402300799};
    for (size_t i = 0; i < UNIT_COUNT(times); i++) {
        file_spec spec = {'2', 1, {times[i]}, {1}, 2, {-1, 1}, 0, "\n\n"};
        spec.version = i < 3 ? 0 : '2';
        reading reader;
        reading_init(&reader, NULL);
        assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
        assert_offset(&reader, times[i] - 1, -1);
        assert_offset(&reader, times[i], 1);
        spec.version = '2';
        assert_int_equal(parse_spec(&reader, &spec), PRM_OK);
        assert_offset(&reader, times[i] - 1, -1);
        assert_offset(&reader, times[i], 1);
        prm__vec_free(&reader.transitions);
    }
}

/* ---- Names and files ---- */

static prm_status zone_read(reading *reader, const char *directory, const char *name)
{
    return prm__caltime_zone_read(directory, name, strlen(name), &reader->transitions);
}

static void test_utc_and_offsets_need_no_file(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t seconds;
    } rows[] = {{"UTC", 0},         {"+00:00", 0},     {"-00:00", 0},     {"+09:00", 32400},
                {"-03:30", -12600}, {"+23:59", 86340}, {"-23:59", -86340}};
    reading reader;
    reading_init(&reader, NULL);
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_int_equal(zone_read(&reader, "/nonexistent", rows[i].name), PRM_OK);
        assert_sound(&reader);
        assert_int_equal(reader.transitions.count, 1);
        assert_offset(&reader, 0, rows[i].seconds);
    }
    prm__vec_free(&reader.transitions);
}

static void test_refuses_names(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "/etc/passwd",
        "../zoneinfo/UTC",
        "Asia/../UTC",
        "Asia/",
        "Asia//Tokyo",
        "/UTC",
        ".",
        "..",
        "zone.tab",
        "Asia/Tokyo ",
        " UTC",
        "Asia Tokyo",
        "Asia/T\xC5\x8Dky\xC5\x8D",
        "localtime",
        "posixrules",
        "No/Such_Zone",
        "+24:00",
        "+09:60",
        "+9:00",
        "+0900",
        "09:00",
        "+09:00:00",
        "+aa:bb",
        "Asia\\Tokyo",
        "%s",
        "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    reading reader;
    reading_init(&reader, NULL);
    for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
        assert_int_equal(zone_read(&reader, NULL, bad[i]), PRM_E_NOT_FOUND);
        assert_int_equal(reader.transitions.count, 0);
    }
    assert_int_equal(prm__caltime_zone_read(NULL, NULL, 0, &reader.transitions), PRM_E_NOT_FOUND);
    assert_int_equal(prm__caltime_zone_read(NULL, "UTC\0", 4, &reader.transitions), PRM_E_NOT_FOUND);
    assert_int_equal(zone_read(&reader, "/nonexistent", "Asia/Tokyo"), PRM_E_NOT_FOUND);
    prm__vec_free(&reader.transitions);
}

static void test_files_that_are_no_zones(void **state)
{
    (void)state;
    reading reader;
    reading_init(&reader, NULL);
    assert_int_equal(zone_read(&reader, "/dev", "null"), PRM_E_IO); /* empty */
    assert_int_equal(zone_read(&reader, "/dev", "zero"), PRM_E_IO); /* without end */
    assert_int_equal(zone_read(&reader, "/", "dev"), PRM_E_NOT_FOUND);
    assert_int_equal(zone_read(&reader, "/dev/null", "UTC/x"), PRM_E_NOT_FOUND);
    assert_int_equal(reader.transitions.count, 0);
    prm__vec_free(&reader.transitions);
}

typedef struct system_row {
    const char *name;
    int64_t first; /* the offset at 1970-01-01T00:00Z */
    rule_change changes[7];
} system_row;

static const system_row system_rows[] = {
    {"Asia/Tokyo", 32400, {{0, 0}}},
    {"America/New_York",
     -18000,
     {{9961200, -14400},
      {25682400, -18000},
      {562140000, -18000},
      {846396000, -18000},
      {1112511600, -14400},
      {1647154800, -14400},
      {1667714400, -18000}}},
    {"Europe/London",
     3600,
     {{57722400, 0},
      {69818400, 3600},
      {593571600, 0},
      {859683600, 3600},
      {1130634000, 0},
      {1648342800, 3600},
      {1667091600, 0}}},
    {"Europe/Dublin",
     3600,
     {{57722400, 0},
      {69818400, 3600},
      {593571600, 0},
      {859683600, 3600},
      {1130634000, 0},
      {1648342800, 3600},
      {1667091600, 0}}},
    {"America/Sao_Paulo",
     -10800,
     {{499748400, -7200},
      {511236000, -10800},
      {844570800, -7200},
      {1036292400, -7200},
      {1203213600, -10800},
      {1541300400, -7200},
      {1550368800, -10800}}},
    {"Asia/Beirut",
     7200,
     {{78012000, 10800},
      {86734800, 7200},
      {704671200, 10800},
      {954021600, 10800},
      {1193518800, 7200},
      {1648332000, 10800},
      {1667077200, 7200}}},
    {"Pacific/Apia",
     -39600,
     {{1285498800, -36000},
      {1301752800, -39600},
      {1380376800, 50400},
      {1443276000, 50400},
      {1506175200, 50400},
      {1601128800, 50400},
      {1617458400, 46800}}},
    {"Australia/Lord_Howe",
     36000,
     {{352216800, 37800},
      {372785400, 41400},
      {794329200, 37800},
      {1017500400, 37800},
      {1238857200, 37800},
      {1648911600, 37800},
      {1664638200, 39600}}},
    {"Asia/Kathmandu", 19800, {{504901800, 20700}}},
    {"Africa/Monrovia", -2670, {{63593070, 0}}},
    {"Pacific/Kwajalein", -43200, {{745934400, 43200}}},
    {"America/St_Johns",
     -12600,
     {{9955800, -9000},
      {25677000, -12600},
      {562127460, -12600},
      {846383460, -12600},
      {1112499060, -9000},
      {1647149400, -9000},
      {1667709000, -12600}}},
    {"Etc/GMT+10", -36000, {{0, 0}}},
    {"Asia/Kolkata", 19800, {{0, 0}}},
};

static void test_the_systems_zones(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(system_rows); i++) {
        reading reader;
        reading_init(&reader, NULL);
        assert_int_equal(zone_read(&reader, NULL, system_rows[i].name), PRM_OK);
        assert_sound(&reader);
        assert_offset(&reader, 0, system_rows[i].first);
        for (size_t k = 0; k < 7 && system_rows[i].changes[k].at != 0; k++) {
            prm__zone zone = zone_of(&reader);
            int64_t at = system_rows[i].changes[k].at;
            assert_offset(&reader, at, system_rows[i].changes[k].offset);
            assert_true(prm__caltime_offset(&zone, at * 1000 - 1) != system_rows[i].changes[k].offset * 1000);
        }
        prm__vec_free(&reader.transitions);
    }
}

static void test_reading_survives_every_failed_allocation(void **state)
{
    (void)state;
    bool done = false;
    size_t n = 1;
    for (; !done; n++) {
        failing_alloc failing;
        failing_alloc_init(&failing, n);
        reading reader;
        reading_init(&reader, &failing.host);
        prm_status status = zone_read(&reader, NULL, "America/New_York");
        done = status == PRM_OK;
        if (!done) {
            assert_int_equal(status, PRM_E_MEMORY);
            assert_int_equal(reader.transitions.count, 0);
            assert_int_equal(zone_read(&reader, NULL, "America/New_York"), PRM_OK);
        }
        assert_sound(&reader);
        prm__vec_free(&reader.transitions);
        assert_int_equal(failing.bytes, 0);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_slim_file),
        cmocka_unit_test(test_reads_version_1),
        cmocka_unit_test(test_first_type_holds_before_all_transitions),
        cmocka_unit_test(test_transitions_of_no_effect_are_left_out),
        cmocka_unit_test(test_rules_as_python_reads_them),
        cmocka_unit_test(test_daylight_time_that_never_ends),
        cmocka_unit_test(test_reads_the_parts_of_a_rule),
        cmocka_unit_test(test_refuses_what_is_no_rule),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_every_changed_byte_is_harmless),
        cmocka_unit_test(test_refuses_unsound_files),
        cmocka_unit_test(test_times_of_any_size_fit),
        cmocka_unit_test(test_times_keep_all_their_bits),
        cmocka_unit_test(test_utc_and_offsets_need_no_file),
        cmocka_unit_test(test_refuses_names),
        cmocka_unit_test(test_files_that_are_no_zones),
        cmocka_unit_test(test_the_systems_zones),
        cmocka_unit_test(test_reading_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
