#include "testkeys.h"

#define TESTKEYS(list)                                                                                       \
    {                                                                                                        \
        list, sizeof(list) / sizeof(list)[0]                                                                 \
    }

static const char *testkeys_arrival(size_t index)
{
    return index == 0 ? "as written" : NULL;
}

static const test_key testkeys_file[] = {
    {"program", TEST_FORM_VALUES, 0,
     "the program, by a path beside this file; of a list each test runs with every one", NULL},
    {"given", TEST_FORM_EVENTS, 0, "events that every test begins with", NULL},
    {"tests", TEST_FORM_TESTS, 1, "tests by their names", NULL},
};

static const test_key testkeys_case[] = {
    {"program", TEST_FORM_VALUES, 0, "the program of this test, instead of that of the file", NULL},
    {"events", TEST_FORM_EVENTS, 0, "what happens, behind the given events", NULL},
    {"clock", TEST_FORM_TIME, 0, "how far time has passed; the latest event's time without it", NULL},
    {"expect", TEST_FORM_EXPECT, 1, "what must come of it", NULL},
    {"arrival", TEST_FORM_VALUE, 0, "as written: in no other orders of arrival", testkeys_arrival},
    {"todo", TEST_FORM_VALUE, 0, "why the test may fail", NULL},
};

static const test_key testkeys_source[] = {
    {"file", TEST_FORM_VALUE, 1, "CSV or NDJSON, by a path beside this file", NULL},
    {"map", TEST_FORM_VALUE, 0, "the mapping that makes events of its rows", NULL},
};

static const test_key testkeys_event[] = {
    {"id", TEST_FORM_VALUE, 0, "e1, e2, ... without it, by the event's place; the given ones first", NULL},
    {"at", TEST_FORM_TIME, 1,
     "when it happens: RFC 3339, or a date for its first instant in the program's zone", NULL},
    {"type", TEST_FORM_VALUE, 1, "the event type, such as deal.won", NULL},
    {"repeat", TEST_FORM_NUMBER, 0, "so many events, a step of `every` apart", NULL},
    {"every", TEST_FORM_STEP, 0, "the step between repeated events: 1d, 2w, 1mo, 1y, 12h, 30m or 45s", NULL},
    {"time", TEST_FORM_NEVER, 0, "the time of an event is written 'at' here", NULL},
};

static const test_key testkeys_totals[] = {
    {"partner", TEST_FORM_VALUE, 1, "who receives, or whose rep does", NULL},
    {"rep", TEST_FORM_VALUE, 0, "the rep who receives", NULL},
};

static const test_key testkeys_rate[] = {
    {"partner", TEST_FORM_VALUE, 1, "whose rate", NULL},
    {"rep", TEST_FORM_VALUE, 0, "for deals of this rep", NULL},
    {"customer", TEST_FORM_VALUE, 0, "for deals with this customer", NULL},
    {"product", TEST_FORM_VALUE, 0, "for deals of this product", NULL},
    {"at", TEST_FORM_TIME, 1, "when, after all that happens at that instant", NULL},
    {"rate", TEST_FORM_RATE, 1, "the whole rate, such as 20%", NULL},
};

static const test_key testkeys_rank[] = {
    {"partner", TEST_FORM_VALUE, 1, "whose rank", NULL},
    {"at", TEST_FORM_TIME, 1, "when, after all that happens at that instant", NULL},
    {"rank", TEST_FORM_VALUE, 1, "the rank, such as silver", NULL},
};

static const test_key testkeys_error[] = {
    {"line", TEST_FORM_NUMBER, 0, "the line of the program, from 1", NULL},
    {"column", TEST_FORM_NUMBER, 0, "the column, from 1", NULL},
    {"number", TEST_FORM_NUMBER, 0, "the number of the finding, such as 204", NULL},
    {"says", TEST_FORM_VALUE, 0, "a part of the message or of its hint", NULL},
};

const test_keys testkeys_of_file = TESTKEYS(testkeys_file);
const test_keys testkeys_of_case = TESTKEYS(testkeys_case);
const test_keys testkeys_of_source = TESTKEYS(testkeys_source);
const test_keys testkeys_of_event = TESTKEYS(testkeys_event);
const test_keys testkeys_of_totals = TESTKEYS(testkeys_totals);
const test_keys testkeys_of_rate = TESTKEYS(testkeys_rate);
const test_keys testkeys_of_rank = TESTKEYS(testkeys_rank);
const test_keys testkeys_of_error = TESTKEYS(testkeys_error);

int testkeys_may_be(const test_key *key, prm_text text)
{
    const char *choice;
    for (size_t i = 0; (choice = key->choice(i)) != NULL; i++)
        if (text_is(text, choice))
            return 1;
    return 0;
}
