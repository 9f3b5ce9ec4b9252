/* api/columns: rows of columns are taken as the same events by themselves are. */
#include "../engine/engine_rig.h"

#include "../base/failing_alloc.h"

#define BASE                                                                                                 \
    "timezone: Asia/Tokyo\n"                                                                                 \
    "attributes: {partner: {segment: text}}\n"                                                               \
    "commission: {on: deal.won, of: amount, base: 10%}\n"                                                    \
    "rules:\n"                                                                                               \
    "  first: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 50}}\n"              \
    "  agencies: {each: deal.won, where: partner.segment == \"agency\", then: {cash: 7}}\n"

#define ROWS 6
#define HOUR INT64_C(3600000)

enum { ID, TYPE, TIME, PARTNER, REP, AMOUNT, SEGMENT, COLUMNS };

/* Six rows of every kind of column; a test changes what it is about. */
typedef struct sheet {
    prm_column columns[COLUMNS];
    prm_column types, partners;
} sheet;

static const int32_t id_offsets[] = {0, 2, 4, 6, 8, 10, 12};
static const int32_t type_offsets[] = {0, 14, 29, 37};
static const int8_t type_places[] = {0, 1, 1, 2, 2, 2};
static const int64_t times[] = {0, 1000 * HOUR, 1001 * HOUR, 1002 * HOUR, 1003 * HOUR, 1004 * HOUR};
static const int64_t partner_offsets[] = {0, 4, 8};
static const uint16_t partner_places[] = {0, 0, 0, 0, 1, 1};
static const uint8_t has_rep[] = {0x1E}; /* rows 1 to 4 */
static const int32_t amounts[] = {0, 0, 0, 1000, 2000, 3000};
static const uint8_t has_amount[] = {0x38}; /* rows 3 to 5 */
static const uint8_t has_segment[] = {0x01};

static void open_sheet(sheet *s)
{
    *s = (sheet){
        .types = {.layout = PRM_LAYOUT_TEXT32,
                  .values = type_offsets,
                  .bytes = "partner.joinedlead.registereddeal.won",
                  .rows = 3},
        .partners = {.layout = PRM_LAYOUT_TEXT64, .values = partner_offsets, .bytes = "acmebeta", .rows = 2}};
    s->columns[ID] = (prm_column){
        .role = PRM_COLUMN_ID, .layout = PRM_LAYOUT_TEXT32, .values = id_offsets, .bytes = "e0e1e2e3e4e5"};
    s->columns[TYPE] = (prm_column){
        .role = PRM_COLUMN_TYPE, .layout = PRM_LAYOUT_INT8, .values = type_places, .dictionary = &s->types};
    s->columns[TIME] = (prm_column){
        .role = PRM_COLUMN_TIME, .layout = PRM_LAYOUT_INT64, .kind = PRM_VALUE_TIME, .values = times};
    s->columns[PARTNER] = (prm_column){.layout = PRM_LAYOUT_UINT16,
                                       .name = "partner",
                                       .name_size = 7,
                                       .values = partner_places,
                                       .dictionary = &s->partners};
    s->columns[REP] = (prm_column){.layout = PRM_LAYOUT_PADDED,
                                   .width = 4,
                                   .name = "rep",
                                   .name_size = 3,
                                   .values = "----satosatomei\0mei\0----",
                                   .valid = has_rep};
    s->columns[AMOUNT] = (prm_column){.layout = PRM_LAYOUT_INT32,
                                      .kind = PRM_VALUE_INTEGER,
                                      .name = "amount",
                                      .name_size = 6,
                                      .values = amounts,
                                      .valid = has_amount};
    s->columns[SEGMENT] = (prm_column){.layout = PRM_LAYOUT_PADDED,
                                       .width = 6,
                                       .name = "segment",
                                       .name_size = 7,
                                       .values = "agency------------------------------",
                                       .valid = has_segment};
    for (int i = 0; i < COLUMNS; i++)
        s->columns[i].rows = ROWS;
}

static prm_status take(const rig *r, const sheet *s, prm_answer *answers, uint64_t *row, prm_error *error)
{
    return prm_engine_ingest_columns(r->engine, s->columns, COLUMNS, sizeof s->columns[0], 1, answers, row,
                                     error);
}

#define LEDGER                                                                                               \
    "first:acme:sato acme/sato gift_card 50\n"                                                               \
    "agencies!e3 acme cash 7\n"                                                                              \
    "commission!e3 acme cash 100\n"                                                                          \
    "commission!e4 beta cash 200\n"                                                                          \
    "commission!e5 beta cash 300\n"

static void rows_are_events(void **state)
{
    (void)state;
    rig r, same;
    sheet s;
    prm_answer answers[ROWS];
    prm_error error;
    uint64_t row = 0;
    rig_open(&r, BASE);
    open_sheet(&s);
    assert_int_equal(take(&r, &s, answers, &row, &error), PRM_OK);
    assert_true(row == UINT64_MAX);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(answers[i].answer, PRM_ACCEPTED);
        assert_int_equal(answers[i].dropped, 0);
    }
    rig_ledger(&r, LEDGER);
    rig_open(&same, BASE);
    rig_give(&same,
             "e0 0 partner.joined partner=acme segment=agency; e1 3600000 lead.registered partner=acme "
             "rep=sato; e2 3603600 lead.registered partner=acme rep=sato; e3 3607200 deal.won "
             "partner=acme rep=mei amount=1000; e4 3610800 deal.won partner=beta rep=mei amount=2000; "
             "e5 3614400 deal.won partner=beta amount=3000");
    rig_ledger(&same, LEDGER);
    assert_int_equal(take(&same, &s, answers, NULL, NULL), PRM_OK); /* the same events: no news */
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(answers[i].answer, PRM_DUPLICATE);
    rig_close(&same);
    rig_close(&r);
}

static void slices_begin_where_they_say(void **state)
{
    (void)state;
    rig r;
    sheet s;
    rig_open(&r, BASE);
    open_sheet(&s);
    for (int i = 0; i < COLUMNS; i++) {
        s.columns[i].first = 4;
        s.columns[i].rows = 2;
    }
    assert_int_equal(take(&r, &s, NULL, NULL, NULL), PRM_OK);
    rig_ledger(&r, "commission!e4 beta cash 200\ncommission!e5 beta cash 300\n");
    rig_close(&r);
}

static void batches_are_one_call(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_column both[2 * COLUMNS];
    prm_answer answers[ROWS];
    uint64_t row = 0;
    rig_open(&r, BASE);
    open_sheet(&s);
    for (int i = 0; i < COLUMNS; i++) {
        both[i] = both[COLUMNS + i] = s.columns[i];
        both[i].rows = 2;
        both[COLUMNS + i].first = 2;
        both[COLUMNS + i].rows = ROWS - 2;
    }
    both[COLUMNS + TIME].valid = has_rep; /* row 5 has no time */
    assert_int_equal(
        prm_engine_ingest_columns(r.engine, both, COLUMNS, sizeof both[0], 2, answers, &row, NULL),
        PRM_E_EVENT);
    assert_int_equal(row, 5);
    assert_int_equal(rig_counts(&r).events, 0);
    both[COLUMNS + TIME].valid = NULL;
    assert_int_equal(
        prm_engine_ingest_columns(r.engine, both, COLUMNS, sizeof both[0], 2, answers, &row, NULL), PRM_OK);
    assert_int_equal(answers[5].answer, PRM_ACCEPTED);
    rig_ledger(&r, LEDGER);
    assert_int_equal(prm_engine_ingest_columns(r.engine, NULL, 0, sizeof both[0], 0, NULL, NULL, NULL),
                     PRM_OK);
    rig_close(&r);
}

/* What row 3 pays with another column of amounts. */
static void amounts_pay(const prm_column *amount, const char *expected)
{
    rig r;
    sheet s;
    rig_open(&r, "currency: USD\n" BASE);
    open_sheet(&s);
    s.columns[AMOUNT] = *amount;
    for (int i = 0; i < COLUMNS; i++) {
        s.columns[i].first += i == AMOUNT ? 0 : 3;
        s.columns[i].rows = 1;
    }
    s.columns[AMOUNT].name = "amount", s.columns[AMOUNT].name_size = 6;
    assert_int_equal(take(&r, &s, NULL, NULL, NULL), PRM_OK);
    rig_ledger(&r, expected);
    rig_close(&r);
}

static void numbers_of_every_layout(void **state)
{
    (void)state;
    static const int16_t shorts[] = {0, 30};
    static const uint8_t bytes[] = {0, 30};
    static const uint32_t words[] = {0, 30};
    static const int64_t wide[] = {0, 3000};
    static const uint64_t beyond[] = {0, UINT64_MAX};
    const char *three = "commission!e3 acme cash 3.00\n", *none = "";
    prm_column column = {.kind = PRM_VALUE_INTEGER, .first = 1};
    column.layout = PRM_LAYOUT_INT16, column.values = shorts;
    amounts_pay(&column, three);
    column.layout = PRM_LAYOUT_UINT8, column.values = bytes;
    amounts_pay(&column, three);
    column.layout = PRM_LAYOUT_UINT32, column.values = words;
    amounts_pay(&column, three);
    column.layout = PRM_LAYOUT_INT64, column.kind = PRM_VALUE_MINOR, column.values = wide;
    amounts_pay(&column, three);
    column.layout = PRM_LAYOUT_UINT64, column.kind = PRM_VALUE_INTEGER, column.values = beyond;
    amounts_pay(&column, none); /* rejected: too large */
    column.layout = PRM_LAYOUT_NONE, column.values = NULL;
    amounts_pay(&column, none);
}

static void decimals_of_128_bits(void **state)
{
    (void)state;
    static const struct {
        int64_t low, high;
        int32_t scale;
        const char *pays;
    } cases[] = {
        {3000, 0, 2, "commission!e3 acme cash 3.00\n"},
        {30, 0, 0, "commission!e3 acme cash 3.00\n"},
        {10, 0, 2, "commission!e3 acme cash 0.01\n"},
        {-3000, -1, 2, "commission!e3 acme cash -3.00\n"},
        {INT64_C(3000000000000000000), 0, 17, "commission!e3 acme cash 3.00\n"},
        {3001, 0, 3, ""}, /* finer than a cent */
        {0, INT64_MIN, 0, ""},
        {0, INT64_MIN, 38, ""},
    };
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        prm_column column = {.layout = PRM_LAYOUT_DECIMAL, .scale = cases[i].scale, .values = &cases[i].low};
        amounts_pay(&column, cases[i].pays);
    }
}

static void views_are_texts(void **state)
{
    (void)state;
    static const char far[] = "....30.0000000000";
    const char *buffers[] = {far};
    union {
        struct {
            int32_t size;
            char text[12];
        } near;
        struct {
            int32_t size;
            char prefix[4];
            int32_t buffer, offset;
        } away;
    } views[] = {{.near = {2, "30"}}, {.away = {13, "30.0", 0, 4}}};
    prm_column column = {.layout = PRM_LAYOUT_VIEW, .values = views, .bytes = buffers};
    amounts_pay(&column, "commission!e3 acme cash 3.00\n");
    column.first = 1;
    amounts_pay(&column, "commission!e3 acme cash 3.00\n");
}

/* The clock after row 1 alone, with another column of times. */
static int64_t clock_after(const prm_column *time)
{
    rig r;
    sheet s;
    rig_open(&r, BASE);
    open_sheet(&s);
    s.columns[TIME] = *time;
    s.columns[TIME].role = PRM_COLUMN_TIME;
    for (int i = 0; i < COLUMNS; i++) {
        s.columns[i].first += i == TIME ? 0 : 1;
        s.columns[i].rows = 1;
    }
    prm_answer answer;
    assert_int_equal(take(&r, &s, &answer, NULL, NULL), PRM_OK);
    int64_t clock = answer.answer == PRM_ACCEPTED ? prm_engine_clock(r.engine) : -1;
    rig_close(&r);
    return clock;
}

static void times_of_every_tick(void **state)
{
    (void)state;
    static const int64_t day = 20600, second = 1780000000, far = INT64_MAX, early = -1;
    static const int64_t nano = INT64_C(1780000000123999999);
    static const int32_t offsets[] = {0, 10};
    prm_column column = {.layout = PRM_LAYOUT_INT64, .kind = PRM_VALUE_TIME};
    column.tick = PRM_TICK_DAY, column.values = &day; /* begins nine hours earlier in Tokyo */
    assert_true(clock_after(&column) == day * 24 * HOUR - 9 * HOUR);
    column.tick = PRM_TICK_SECOND, column.values = &second;
    assert_true(clock_after(&column) == second * 1000);
    column.local = 1;
    assert_true(clock_after(&column) == second * 1000 - 9 * HOUR);
    column.local = 0, column.tick = PRM_TICK_NANOSECOND, column.values = &nano;
    assert_true(clock_after(&column) == second * 1000 + 123);
    column.tick = PRM_TICK_MICROSECOND;
    assert_true(clock_after(&column) == -1); /* the year 58376 */
    column.kind = PRM_VALUE_INTEGER, column.values = &second;
    assert_true(clock_after(&column) == second * 1000);
    column.values = &far;
    assert_true(clock_after(&column) == -1);
    column.kind = PRM_VALUE_TIME, column.tick = PRM_TICK_DAY;
    assert_true(clock_after(&column) == -1);
    column.tick = PRM_TICK_NANOSECOND, column.values = &early; /* the millisecond before 1970 */
    assert_true(clock_after(&column) == -1);
    column = (prm_column){.layout = PRM_LAYOUT_TEXT32, .values = offsets, .bytes = "2026-06-01"};
    assert_true(clock_after(&column) == INT64_C(1780239600000));
}

/* Bits are read as booleans, in a column and as places of a dictionary's entries they are none. */
static void booleans_are_bits(void **state)
{
    (void)state;
    rig r;
    sheet s;
    static const uint8_t bits[] = {0x2A}; /* rows 1, 3 and 5 */
    rig_open(&r, "events: {deal.won: {first?: boolean}}\n"
                 "rules:\n  firsts: {each: deal.won, where: first, then: {cash: 7}}\n"
                 "  others: {each: deal.won, where: \"!first\", then: {cash: 3}}\n");
    open_sheet(&s);
    s.columns[SEGMENT] = (prm_column){.layout = PRM_LAYOUT_BITS,
                                      .kind = PRM_VALUE_BOOLEAN,
                                      .name = "first",
                                      .name_size = 5,
                                      .values = bits,
                                      .rows = ROWS};
    assert_int_equal(take(&r, &s, NULL, NULL, NULL), PRM_OK);
    rig_ledger(&r, "firsts!e3 acme cash 7\nothers!e4 beta cash 3\nfirsts!e5 beta cash 7\n");
    rig_close(&r);
}

/* What lies before any time that there is stays outside of all limits, and does not wrap around. */
static void times_before_all_times(void **state)
{
    (void)state;
    static const int64_t least[] = {INT64_MIN + 1, INT64_MIN + 1, INT64_MIN + 1,
                                    INT64_MIN + 1, INT64_MIN + 1, INT64_MIN + 1};
    static const uint32_t ticks[] = {PRM_TICK_DAY, PRM_TICK_SECOND, PRM_TICK_MILLISECOND,
                                     PRM_TICK_MICROSECOND, PRM_TICK_NANOSECOND};
    for (size_t i = 0; i < UNIT_COUNT(ticks); i++) {
        rig r;
        sheet s;
        prm_answer answers[ROWS];
        rig_open(&r, BASE);
        open_sheet(&s);
        s.columns[TIME].values = least;
        s.columns[TIME].tick = ticks[i];
        assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
        for (int j = 0; j < ROWS; j++) {
            assert_int_equal(answers[j].answer, PRM_REJECTED);
            assert_int_equal(answers[j].diagnostic, 606);
        }
        rig_close(&r);
    }
}

/* Cells that are not there, where a type or a dictionary's place should be. */
static void cells_that_are_missing(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_answer answers[ROWS];
    static const uint8_t but_two[] = {0x3B}, but_five[] = {0x1F};
    rig_open(&r, BASE);
    open_sheet(&s);
    s.columns[TYPE].valid = but_two;
    s.columns[PARTNER].valid = but_five;
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    assert_int_equal(answers[1].answer, PRM_ACCEPTED);
    assert_int_equal(answers[2].answer, PRM_REJECTED);
    assert_int_equal(answers[2].diagnostic, 612);
    assert_int_equal(answers[5].answer, PRM_REJECTED);
    assert_int_equal(answers[5].diagnostic, 604);
    rig_ledger(&r, "agencies!e3 acme cash 7\ncommission!e3 acme cash 100\ncommission!e4 beta cash 200\n");
    rig_close(&r);
}

static void a_culprit_is_a_column(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_answer answers[ROWS];
    char why[256];
    static const int32_t offsets[] = {0, 1, 2, 3, 4, 8, 10};
    rig_open(&r, BASE);
    open_sheet(&s);
    s.columns[AMOUNT].layout = PRM_LAYOUT_TEXT32, s.columns[AMOUNT].values = offsets;
    s.columns[AMOUNT].bytes = "0005many50";
    s.columns[AMOUNT].valid = NULL;
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    assert_int_equal(answers[0].dropped, 1); /* joining has no amount */
    assert_int_equal(answers[4].answer, PRM_REJECTED);
    assert_int_equal(answers[4].field, AMOUNT);
    size_t size = prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 4, &answers[4], why,
                                                sizeof why);
    assert_int_equal(size, strlen(why));
    assert_non_null(strstr(why, "\"amount\" has \"many\""));
    s.columns[PARTNER].layout = PRM_LAYOUT_NONE;
    s.columns[PARTNER].dictionary = NULL;
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    assert_int_equal(answers[1].diagnostic, 604);
    assert_int_equal(answers[1].field, prm_program_field(r.program, "partner", 7));
    prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 1, &answers[1], why, sizeof why);
    assert_non_null(strstr(why, "partner"));
    assert_int_equal(prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 99, &answers[1], why, 9), 0);
    assert_int_equal(prm_engine_column_answer_text(NULL, s.columns, COLUMNS, 1, &answers[1], why, 9), 0);
    assert_int_equal(prm_engine_column_answer_text(r.engine, NULL, 0, 1, &answers[1], why, 9), 0);
    assert_int_equal(prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 1, NULL, why, 9), 0);
    assert_int_equal(prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 1, &answers[1], NULL, 9), 0);
    s.columns[ID].role = 9; /* no columns that a call would have taken */
    assert_int_equal(prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 1, &answers[1], why, 9), 0);
    rig_close(&r);
    rig_open(&r, BASE);
    open_sheet(&s);
    s.partners.rows = 1; /* row 4 names the second */
    prm_answer rejected = {.answer = PRM_REJECTED, .diagnostic = 605, .field = AMOUNT};
    assert_int_equal(prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 4, &rejected, why, 9), 0);
    rejected.field = REP; /* which row 0 does not have */
    assert_true(prm_engine_column_answer_text(r.engine, s.columns, COLUMNS, 0, &rejected, why, sizeof why) >
                0);
    rig_close(&r);
}

static void dictionaries_of_what_is_no_handle(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_answer answers[ROWS];
    static const int32_t offsets[] = {0, 2, 4};
    static const int64_t entries[] = {10, 20};
    rig_open(&r, BASE);
    open_sheet(&s);
    s.partners.layout = PRM_LAYOUT_TEXT32, s.partners.values = offsets, s.partners.bytes = "ok\xFF\xFE";
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    assert_int_equal(answers[3].answer, PRM_ACCEPTED);
    assert_int_equal(answers[4].answer, PRM_REJECTED); /* not UTF-8 */
    assert_int_equal(answers[4].field, PARTNER);
    rig_close(&r);

    rig_open(&r, BASE);
    open_sheet(&s);
    s.types.bytes = "partner.joinedlead.registereddeal.wom";
    prm_column numbers = {
        .layout = PRM_LAYOUT_INT64, .kind = PRM_VALUE_INTEGER, .values = entries, .rows = 2};
    s.columns[AMOUNT] = s.columns[PARTNER];
    s.columns[AMOUNT].name = "amount", s.columns[AMOUNT].name_size = 6;
    s.columns[AMOUNT].dictionary = &numbers;
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    assert_int_equal(answers[5].answer, PRM_IGNORED);
    s.types.bytes = "partner.joinedlead.registereddeal.won";
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    rig_ledger(&r, "first:acme:sato acme/sato gift_card 50\nagencies!e3 acme cash 7\n"
                   "commission!e3 acme cash 1\ncommission!e4 beta cash 2\ncommission!e5 beta cash 2\n");
    rig_close(&r);
}

/* A row that leads to a missing entry has no value. */
static void entries_that_are_missing(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_answer answers[ROWS];
    static const uint8_t first[] = {0x01};
    rig_open(&r, BASE);
    open_sheet(&s);
    s.partners.valid = first;
    assert_int_equal(take(&r, &s, answers, NULL, NULL), PRM_OK);
    assert_int_equal(answers[3].answer, PRM_ACCEPTED);
    assert_int_equal(answers[4].answer, PRM_REJECTED);
    assert_int_equal(answers[4].diagnostic, 604);
    rig_ledger(&r, "first:acme:sato acme/sato gift_card 50\nagencies!e3 acme cash 7\n"
                   "commission!e3 acme cash 100\n");
    rig_close(&r);
}

/* Where all texts are empty there need be no bytes; where one is not, there must. */
static void texts_without_bytes(void **state)
{
    (void)state;
    static const int32_t narrow[] = {0, 0, 0, 0, 0, 0, 0}, narrow_one[] = {0, 0, 0, 0, 0, 0, 1};
    static const int64_t wide[] = {0, 0, 0, 0, 0, 0, 0}, wide_one[] = {0, 0, 0, 0, 0, 0, 1};
    static const struct {
        uint32_t layout;
        const void *empty, *not_empty;
    } cases[] = {{PRM_LAYOUT_TEXT32, narrow, narrow_one}, {PRM_LAYOUT_TEXT64, wide, wide_one}};
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        rig r;
        sheet s;
        rig_open(&r, BASE);
        open_sheet(&s);
        s.columns[REP].layout = cases[i].layout;
        s.columns[REP].valid = NULL;
        s.columns[REP].values = cases[i].not_empty;
        s.columns[REP].bytes = NULL;
        assert_int_equal(take(&r, &s, NULL, NULL, NULL), PRM_E_ARGUMENT);
        s.columns[REP].values = cases[i].empty;
        assert_int_equal(take(&r, &s, NULL, NULL, NULL), PRM_OK);
        rig_ledger(&r, "agencies!e3 acme cash 7\ncommission!e3 acme cash 100\n"
                       "commission!e4 beta cash 200\ncommission!e5 beta cash 300\n");
        rig_close(&r);
    }
}

/* Two batches over one dictionary, of long texts, which go as handles, and of short ones. */
static void batches_share_a_dictionary(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_column both[2 * COLUMNS], copy;
    static const int64_t offsets[] = {0, 26, 30};
    rig_open(&r, BASE);
    open_sheet(&s);
    s.partners.values = offsets;
    s.partners.bytes = "a-partner-with-a-long-namebeta";
    copy = s.partners; /* another struct of the same memory */
    for (int i = 0; i < COLUMNS; i++) {
        both[i] = both[COLUMNS + i] = s.columns[i];
        both[i].rows = 4;
        both[COLUMNS + i].first = 4;
        both[COLUMNS + i].rows = 2;
    }
    both[COLUMNS + PARTNER].dictionary = &copy;
    assert_int_equal(prm_engine_ingest_columns(r.engine, both, COLUMNS, sizeof both[0], 2, NULL, NULL, NULL),
                     PRM_OK);
    rig_ledger(&r, "first:a-partner-with-a-long-name:sato a-partner-with-a-long-name/sato gift_card 50\n"
                   "agencies!e3 a-partner-with-a-long-name cash 7\n"
                   "commission!e3 a-partner-with-a-long-name cash 100\n"
                   "commission!e4 beta cash 200\n"
                   "commission!e5 beta cash 300\n");
    rig_close(&r);
}

/* Fails so, at that row, and takes nothing. */
#define REFUSED(expected, at, sheet)                                                                         \
    do {                                                                                                     \
        prm_error error;                                                                                     \
        uint64_t row = 7;                                                                                    \
        assert_int_equal(take(&r, sheet, NULL, &row, &error), expected);                                     \
        assert_true(row == (at));                                                                            \
        assert_true(strlen(error.message) > 5);                                                              \
        assert_int_equal(rig_counts(&r).events, 0);                                                          \
    } while (0)

static void what_is_refused(void **state)
{
    (void)state;
    rig r;
    sheet s;
    static const uint8_t four[] = {0xEF};
    static const int32_t text[] = {0, 1, 2, 3, 4, 5, 6};
    rig_open(&r, BASE);
    open_sheet(&s), s.columns[TIME].valid = four;
    REFUSED(PRM_E_EVENT, 4, &s);
    open_sheet(&s), s.columns[TIME].layout = PRM_LAYOUT_TEXT32, s.columns[TIME].values = text;
    s.columns[TIME].bytes = "0000x0";
    REFUSED(PRM_E_EVENT, 4, &s);
    open_sheet(&s), s.partners.rows = 1;
    REFUSED(PRM_E_ARGUMENT, 4, &s);
    open_sheet(&s), s.partners.bytes = NULL;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[REP].rows = 5;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[REP].role = PRM_COLUMN_ID;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[ID].role = PRM_COLUMN_FIELD;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[REP].layout = 99;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[REP].role = PRM_COLUMN_TIME + 1;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[REP].name = NULL;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[TYPE].role = PRM_COLUMN_FIELD;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[TIME].role = PRM_COLUMN_FIELD;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[TIME].kind = PRM_VALUE_BOOLEAN;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[AMOUNT].layout = PRM_LAYOUT_DECIMAL, s.columns[AMOUNT].scale = -1;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[AMOUNT].layout = PRM_LAYOUT_DECIMAL, s.columns[AMOUNT].scale = 39;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[PARTNER].values = NULL;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[AMOUNT].kind = PRM_VALUE_NAME;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[AMOUNT].values = NULL;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.partners.dictionary = &s.types;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[PARTNER].layout = PRM_LAYOUT_TEXT32;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s), s.columns[ID] = s.columns[TIME], s.columns[ID].role = PRM_COLUMN_ID;
    REFUSED(PRM_E_ARGUMENT, UINT64_MAX, &s);
    open_sheet(&s);
    assert_int_equal(prm_engine_ingest_columns(r.engine, s.columns, COLUMNS, 8, 1, NULL, NULL, NULL),
                     PRM_E_ARGUMENT);
    assert_int_equal(
        prm_engine_ingest_columns(NULL, s.columns, COLUMNS, sizeof(prm_column), 1, NULL, NULL, NULL),
        PRM_E_ARGUMENT);
    assert_int_equal(prm_engine_ingest_columns(r.engine, NULL, 1, sizeof(prm_column), 1, NULL, NULL, NULL),
                     PRM_E_ARGUMENT);
    rig_close(&r);
}

static void more_columns_than_fields(void **state)
{
    (void)state;
    rig r;
    sheet s;
    prm_column many[3 + PRM_LIMIT_FIELDS + 1];
    prm_error error;
    rig_open(&r, BASE);
    open_sheet(&s);
    memcpy(many, s.columns, 3 * sizeof many[0]);
    for (size_t i = 3; i < UNIT_COUNT(many); i++)
        many[i] = s.columns[i == 3 ? PARTNER : REP];
    assert_int_equal(
        prm_engine_ingest_columns(r.engine, many, UNIT_COUNT(many), sizeof many[0], 1, NULL, NULL, &error),
        PRM_E_ARGUMENT);
    assert_non_null(strstr(error.message, "64"));
    assert_int_equal(rig_counts(&r).events, 0);
    rig_close(&r);
}

/* The n-th allocation fails, for every n, and the call is made again. */
static void take_failing(const sheet *s, const char *ledger)
{
    prm_status status = PRM_E_MEMORY;
    for (uint64_t at = 1; status != PRM_OK; at++) {
        failing_alloc failing;
        failing_alloc_init(&failing, 0);
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &failing.host};
        rig r = {.program = rig_program(BASE)};
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        failing.fail_at = failing.calls + at;
        status = take(&r, s, NULL, NULL, NULL);
        failing.fail_at = 0;
        if (status != PRM_OK) {
            assert_int_equal(status, PRM_E_MEMORY);
            rig_ledger(&r, "");
            assert_int_equal(take(&r, s, NULL, NULL, NULL), PRM_OK);
        }
        rig_ledger(&r, ledger);
        rig_close(&r);
        assert_int_equal(failing.bytes, 0);
    }
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    sheet s;
    static const int64_t offsets[] = {0, 4, 1004};
    static char names[1005], ledger[3000];
    open_sheet(&s);
    take_failing(&s, LEDGER);
    memset(names, 'x', sizeof names - 1); /* a long text is kept as its handle is asked for */
    memcpy(names, "acme", 4);
    s.partners.values = offsets, s.partners.bytes = names;
    snprintf(ledger, sizeof ledger,
             "first:acme:sato acme/sato gift_card 50\nagencies!e3 acme cash 7\ncommission!e3 acme cash 100\n"
             "commission!e4 %s cash 200\ncommission!e5 %s cash 300\n",
             names + 4, names + 4);
    take_failing(&s, ledger);
}

static void sizes_of_structs(void **state)
{
    (void)state;
    assert_int_equal(prm_struct_size("prm_event"), sizeof(prm_event));
    assert_int_equal(prm_struct_size("prm_row"), sizeof(prm_row));
    assert_int_equal(prm_struct_size("prm_rows"), 0);
    assert_int_equal(prm_struct_size(""), 0);
    assert_int_equal(prm_struct_size(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_events),
        cmocka_unit_test(slices_begin_where_they_say),
        cmocka_unit_test(batches_are_one_call),
        cmocka_unit_test(numbers_of_every_layout),
        cmocka_unit_test(decimals_of_128_bits),
        cmocka_unit_test(views_are_texts),
        cmocka_unit_test(booleans_are_bits),
        cmocka_unit_test(times_of_every_tick),
        cmocka_unit_test(times_before_all_times),
        cmocka_unit_test(cells_that_are_missing),
        cmocka_unit_test(more_columns_than_fields),
        cmocka_unit_test(a_culprit_is_a_column),
        cmocka_unit_test(dictionaries_of_what_is_no_handle),
        cmocka_unit_test(entries_that_are_missing),
        cmocka_unit_test(texts_without_bytes),
        cmocka_unit_test(batches_share_a_dictionary),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(memory_that_runs_out),
        cmocka_unit_test(sizes_of_structs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
