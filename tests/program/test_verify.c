/* Tests of the verifier: each thing that it must refuse, one at a time, and hostile blocks
 * by the thousand. Whatever passes is listed, which follows every index that it has. */
#include "program/program.h"

#include "../base/unit.h"

#include "sample.h"

#include <stdlib.h>

/* ---- One wrong thing at a time ---- */

/* A copy of the sample's block, with rows that may be changed. */
typedef struct victim {
    prm_program *sound;
    prm__p_head *head;
    size_t size;
} victim;

static victim victim_new(void)
{
    victim it = {NULL, NULL, 0};
    assert_int_equal(sample_build(NULL, &it.sound), PRM_OK);
    it.size = it.sound->size;
    it.head = malloc(it.size);
    assert_non_null(it.head);
    memcpy(it.head, it.sound->block, it.size);
    return it;
}

static void victim_free(victim *it)
{
    prm__program_unref(it->sound);
    free(it->head);
}

#define ROWS(section, type) ((type *)(void *)((char *)it.head + it.head->offsets[PRM_SECTION_##section]))
#define TYPE(index) ROWS(types, prm__p_type)[index]
#define SLOT(index) ROWS(slots, prm__p_slot)[index]
#define ATTRIBUTE(index) ROWS(attributes, prm__p_attribute)[index]
#define KIND(index) ROWS(kinds, prm__p_kind)[index]
#define ANCHOR(index) ROWS(anchors, prm__p_anchor)[index]
#define WINDOW(index) ROWS(windows, prm__p_window)[index]
#define MEASURE(index) ROWS(measures, prm__p_measure)[index]
#define CONDITION(index) ROWS(conditions, prm__p_condition)[index]
#define RULE(index) ROWS(rules, prm__p_rule)[index]
#define ACTION(index) ROWS(actions, prm__p_action)[index]
#define EXPR(index) ROWS(exprs, prm__p_expr)[index]
#define CODE(index) ROWS(code, uint32_t)[index]

/* After `change`, and after that alone, the verifier says `says`. */
#define REFUSES(says, change)                                                                                \
    do {                                                                                                     \
        victim it = victim_new();                                                                            \
        assert_null(prm__program_verify(it.head, it.size));                                                  \
        change;                                                                                              \
        const char *said = prm__program_verify(it.head, it.size);                                            \
        if (said == NULL || strcmp(said, says) != 0)                                                         \
            fail_msg("line %d: %s: said \"%s\"", __LINE__, #change, said == NULL ? "sound" : said);          \
        victim_free(&it);                                                                                    \
    } while (0)

/* `change` leaves a sound program. */
#define TAKES(change)                                                                                        \
    do {                                                                                                     \
        victim it = victim_new();                                                                            \
        change;                                                                                              \
        const char *said = prm__program_verify(it.head, it.size);                                            \
        if (said != NULL)                                                                                    \
            fail_msg("line %d: %s: said \"%s\"", __LINE__, #change, said);                                   \
        victim_free(&it);                                                                                    \
    } while (0)

static void test_frame(void **state)
{
    (void)state;
    REFUSES("it is no program", it.head->magic[3] = ' ');
    REFUSES("it is no program", it.size = sizeof(prm__p_head) - 1);
    REFUSES("it has another format", it.head->format++);
    REFUSES("a section is not where it belongs", it.head->offsets[0] += 16);
    REFUSES("a section is not where it belongs", it.head->offsets[PRM_SECTION_rules] -= 16);
    REFUSES("a section is not where it belongs", it.head->offsets[PRM_SECTION_rules] = UINT64_MAX - 15);
    REFUSES("a section is not where it belongs", it.head->counts[PRM_SECTION_rules]--);
    REFUSES("a section does not fit", it.head->counts[PRM_SECTION_rules] = UINT32_MAX);
    REFUSES("a section does not fit", it.head->counts[PRM_SECTION_bytes] += 16);
    REFUSES("the size is not that of the sections", it.size -= 16; it.head->counts[PRM_SECTION_bytes] -= 40);
    /* Zeroed alignment, between sections and at the end. */
    REFUSES("a section is not where it belongs", ((char *)&ANCHOR(1))[0] = 1);
    REFUSES("the size is not that of the sections", ((char *)it.head)[it.size - 1] = 1);
}

static void test_texts_and_head(void **state)
{
    (void)state;
    REFUSES("a text is not where it belongs", ROWS(texts, prm__p_text)[2].offset++);
    REFUSES("a text is not where it belongs", ROWS(texts, prm__p_text)[2].size = UINT32_MAX);
    REFUSES("there are bytes of no text",
            ROWS(texts, prm__p_text)[it.head->counts[PRM_SECTION_texts] - 1].size--);
    REFUSES("a text is not UTF-8", ROWS(bytes, char)[3] = '\0');
    REFUSES("a text is not UTF-8", ROWS(bytes, char)[3] = (char)0xFF);
    REFUSES("the head names no text", it.head->name = PRM_NO_INDEX);
    REFUSES("the head names no text", it.head->title = it.head->counts[PRM_SECTION_texts]);
    REFUSES("the head names no text", it.head->currency = PRM_NO_INDEX);
    REFUSES("the head names no text", it.head->timezone = PRM_NO_INDEX);
    REFUSES("the currency has too many digits", it.head->minor_digits = 5);
    REFUSES("the calendar is wrong", it.head->first_weekday = 7);
    REFUSES("the calendar is wrong", it.head->first_weekday = -1);
    REFUSES("the calendar is wrong", it.head->fiscal_month = 0);
    REFUSES("the calendar is wrong", it.head->fiscal_month = 13);
    REFUSES("the calendar is wrong", it.head->month_closes = 0);
    REFUSES("the calendar is wrong", it.head->month_closes = 32);
    REFUSES("the calendar is wrong", it.head->is_utc = 2);
    REFUSES("the time zone has no beginning", ROWS(transitions, prm__transition)[0].at++);
    REFUSES("the time zone is not sorted", ROWS(transitions, prm__transition)[2].at = 1000000000000);
    REFUSES("a time zone's offset is too large", ROWS(transitions, prm__transition)[1].offset = 172800001);
    REFUSES("a time zone's offset is too large", ROWS(transitions, prm__transition)[1].offset = INT64_MIN);
}

static void test_commission(void **state)
{
    (void)state;
    const char *says = "the commission's expression is wrong";
    REFUSES(says, it.head->commission.of = PRM_NO_INDEX);
    REFUSES(says, it.head->commission.of = 8);
    REFUSES(says, it.head->commission.of = 1);
    REFUSES(says, it.head->commission.filter = 0);
    TAKES(it.head->commission.filter = PRM_NO_INDEX);
    REFUSES("the commission's rounding is wrong", it.head->commission.rounding = 4);
    REFUSES("the commission is neither there nor not", it.head->commission.present = 2);
    REFUSES("an event type is wrong", it.head->commission.present = 0); /* deal.won earns */
    REFUSES("a product's rate is wrong", ROWS(product_rates, prm__p_product_rate)[0].product = PRM_NO_INDEX);
    REFUSES("a product's rate is wrong", ROWS(product_rates, prm__p_product_rate)[0].reserved = 1);
}

static void test_expressions(void **state)
{
    (void)state;
    REFUSES("a number is too large", ROWS(consts, prm__decimal)[1] = PRM_DECIMAL_LIMIT);
    REFUSES("a number is too large", ROWS(consts, prm__decimal)[1] = -PRM_DECIMAL_LIMIT);
    TAKES(ROWS(consts, prm__decimal)[1] = 1 - PRM_DECIMAL_LIMIT);
    REFUSES("an expression has no code", EXPR(7).word_count++);
    REFUSES("an expression has no code", EXPR(7).first_word = UINT32_MAX);
    REFUSES("an expression has no code", EXPR(0) = EXPR(5)); /* too much in all */
    REFUSES("an expression has not one result", EXPR(0).word_count = 0);
    REFUSES("an expression has not one result", EXPR(6).word_count = 0);
    REFUSES("an expression has not one result", CODE(3) = SAMPLE_WORD(NUMBER, 0); EXPR(1).depth = 3);
    REFUSES("an expression takes more than there is", CODE(2) = SAMPLE_WORD(GREATER, 0));
    REFUSES("an expression takes more than there is", CODE(4) = SAMPLE_WORD(CALL, 0));
    REFUSES("an expression needs more than it says", EXPR(1).depth = 1);
    REFUSES("an expression needs more than it says", EXPR(0).depth = 0);
    TAKES(EXPR(1).depth = PRM_EXPR_STACK);
    REFUSES("an expression is wrong", EXPR(1).depth = PRM_EXPR_STACK + 1);
    REFUSES("an expression is wrong", EXPR(2).result = PRM_TYPE_ERROR);
    REFUSES("an expression is wrong", EXPR(2).result = PRM_TYPE_TIME + 1);
    const uint32_t wrong[] = {
        (uint32_t)PRM_OPERATION_COUNT,
        0xFF,
        SAMPLE_WORD(NUMBER, 4),
        SAMPLE_WORD(TEXT, UNIT_COUNT(sample_texts)),
        SAMPLE_WORD(BOOLEAN, 2),
        SAMPLE_WORD(FIELD, PRM_NAMES_FIXED + 3),
        SAMPLE_WORD(HAS_FIELD, 0xFFFFFF),
        SAMPLE_WORD(ATTRIBUTE, 2),
        SAMPLE_WORD(HAS_ATTRIBUTE, 2),
        SAMPLE_WORD(VALUE, 1),
        SAMPLE_WORD(CALL, 6),
    };
    for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
        REFUSES("an operation is wrong", CODE(0) = wrong[i]);
    REFUSES("an operation is wrong", CODE(3) = SAMPLE_WORD(GREATER, 1));
}

static void test_names_and_slots(void **state)
{
    (void)state;
    REFUSES("a name has no text", ROWS(names, prm__p_name)[8].text = PRM_NO_INDEX);
    REFUSES("a fixed name is another one", ROWS(names, prm__p_name)[PRM_NAME_AMOUNT].text = 1);
    REFUSES("an attribute is wrong", ATTRIBUTE(0).text = PRM_NO_INDEX);
    REFUSES("an attribute is wrong", ATTRIBUTE(0).owner = 2);
    REFUSES("an attribute is wrong", ATTRIBUTE(0).place = 1);
    REFUSES("an attribute is wrong", ATTRIBUTE(1).field_type = PRM_FIELD_PERCENT + 1);
    const char *says = "an event type is wrong";
    REFUSES(says, TYPE(0).text = PRM_NO_INDEX);
    REFUSES(says, TYPE(2).earns = 2);
    REFUSES(says, TYPE(5).first_slot = 19);
    REFUSES(says, TYPE(5).slot_count = UINT32_MAX);
    REFUSES(says, TYPE(0).slot_count = 0);
    REFUSES(says, TYPE(0).role = PRM_ROLE_EVENT_VOIDED + 1);
    REFUSES(says, TYPE(0).rank = 3);
    REFUSES(says, TYPE(0).role = PRM_ROLE_FACT);         /* it sets attributes */
    REFUSES(says, TYPE(3).role = PRM_ROLE_REP_LEFT);     /* of no rep */
    REFUSES(says, TYPE(3).role = PRM_ROLE_EVENT_VOIDED); /* of no event */
    REFUSES(says, TYPE(5).role = PRM_ROLE_FACT);         /* its first slot is not the partner */
    REFUSES(says, SLOT(4).required = 0);
    REFUSES(says, SLOT(4).required = 2);
    REFUSES(says, SLOT(3).name = PRM_NAMES_FIXED + 3);
    REFUSES(says, SLOT(8).name = PRM_NAME_CUSTOMER);        /* doubled */
    REFUSES(says, SLOT(8).field_type = PRM_FIELD_BOOLEAN);  /* rep is a text */
    REFUSES(says, SLOT(10).field_type = PRM_FIELD_DECIMAL); /* wider than the next */
    REFUSES(says, SLOT(12).field_type = PRM_FIELD_PERCENT + 1);
    REFUSES(says, SLOT(3).attribute = 2);
    REFUSES(says, SLOT(3).attribute = 1);
    REFUSES(says, SLOT(3).field_type = PRM_FIELD_MONEY); /* the attribute is an integer */
    REFUSES(says, SLOT(12).attribute = 0);
    TAKES(SLOT(12).field_type = PRM_FIELD_INTEGER; TYPE(4).reduces = PRM_NO_INDEX);
}

static void test_voids(void **state)
{
    (void)state;
    const char *says = "a void or reduction is wrong";
    REFUSES(says, TYPE(3).voids = 6);
    REFUSES(says, TYPE(3).voids = SAMPLE_TYPE_VOIDED);
    REFUSES(says, TYPE(3).voids_name = SAMPLE_NAME_TARGET);
    REFUSES(says, TYPE(3).voids_name = PRM_NO_INDEX);
    REFUSES(says, TYPE(3).voids_within.count = -1);
    REFUSES(says, TYPE(3).voids_within.unit = PRM_UNIT_MONTH + 1);
    REFUSES(says, TYPE(3).voids_within.reserved = 1);
    REFUSES(says, TYPE(3).voids = PRM_NO_INDEX); /* but within */
    REFUSES(says, TYPE(3).reduces = SAMPLE_TYPE_WON; TYPE(3).reduces_name = SAMPLE_NAME_DEAL);
    REFUSES(says, TYPE(0).voids = 0; TYPE(0).voids_name = PRM_NAME_PARTNER);
    REFUSES(says, TYPE(4).reduces_name = PRM_NAME_REP);
    REFUSES(says, TYPE(4).reduces = SAMPLE_TYPE_CANCELLED); /* has no amount */
    REFUSES(says, SLOT(12).field_type = PRM_FIELD_INTEGER);
    REFUSES(says, SLOT(17).field_type = PRM_FIELD_INTEGER);
    REFUSES("voids go round in a ring", TYPE(3).voids = 3);
    REFUSES("voids go round in a ring", TYPE(2).voids = 3; TYPE(2).voids_name = SAMPLE_NAME_DEAL);
    TAKES(TYPE(4).reduces = PRM_NO_INDEX; TYPE(4).voids = 3; TYPE(4).voids_name = SAMPLE_NAME_DEAL);
}

static void test_subjects(void **state)
{
    (void)state;
    const char *says = "the kinds of partner and rep are missing";
    REFUSES(says, KIND(0).key_count = 1);
    REFUSES(says, KIND(1).keys[0] = PRM_NAME_CUSTOMER);
    REFUSES(says, KIND(1).key_count = 2);
    says = "a kind of subject is wrong";
    REFUSES(says, KIND(2).key_count = PRM_KIND_KEYS + 1);
    REFUSES(says, KIND(2).key_count = 2; KIND(2).keys[1] = PRM_NAME_CUSTOMER);
    REFUSES(says, KIND(2).keys[0] = PRM_NAME_PARTNER);
    REFUSES(says, KIND(2).keys[0] = PRM_NAMES_FIXED + 3);
    REFUSES(says, KIND(2).record_size += 8);
    REFUSES(says, KIND(2).record_size = (UINT32_C(1) << 30) + 16);
    REFUSES(says, KIND(2).has_rates = 2);
    REFUSES("an anchor is wrong", ANCHOR(0).type = 6);
    REFUSES("an anchor is wrong", ANCHOR(0).kind = 3);
    REFUSES("an anchor is wrong", ANCHOR(0).offset = 4);
    says = "a window is wrong";
    REFUSES(says, WINDOW(0).kind = PRM_WINDOW_KINDS);
    REFUSES(says, WINDOW(0).period = PRM_PERIOD_FISCAL_YEAR + 1);
    REFUSES(says, WINDOW(0).anchor = 0);
    REFUSES(says, WINDOW(0).reserved = 1);
    REFUSES(says, WINDOW(0).duration.count = 1);
    REFUSES(says, WINDOW(2).duration.count = 0);
    REFUSES(says, WINDOW(2).duration.count = -1);
    REFUSES(says, WINDOW(2).anchor = 1);
    REFUSES(says, WINDOW(2).anchor = PRM_NO_INDEX);
    REFUSES(says, WINDOW(3).duration.unit = 3);
    says = "a measure is wrong";
    REFUSES(says, MEASURE(0).kind = PRM_MEASURE_KINDS);
    REFUSES(says, MEASURE(0).subject = 3);
    REFUSES(says, MEASURE(0).window = 4);
    REFUSES(says, MEASURE(0).name = 0);
    REFUSES(says, MEASURE(1).name = PRM_NO_INDEX);
    REFUSES(says, MEASURE(2).name = PRM_NAME_CUSTOMER);
    REFUSES(says, MEASURE(3).name = PRM_NO_INDEX);
    REFUSES(says, MEASURE(2).filter = 8);
    REFUSES(says, MEASURE(2).filter = 0);
    REFUSES(says, MEASURE(0).offset = 24);
    REFUSES(says, ANCHOR(0).kind = PRM_KIND_REP); /* a customer has no rep */
}

static void test_records(void **state)
{
    (void)state;
    const char *says = "states of a subject overlap";
    REFUSES(says, MEASURE(0).offset = 0);
    REFUSES(says, MEASURE(2).offset = 64);
    REFUSES(says, RULE(0).offset = 56);
    REFUSES(says, RULE(3).offset = 120);
    REFUSES(says, ANCHOR(0).offset = 8);
    REFUSES(says, MEASURE(2).offset = 0); /* not ascending */
    says = "a subject's record is too small";
    REFUSES(says, KIND(0).record_size = 128);
    REFUSES(says, KIND(1).record_size = 0);
    REFUSES(says, RULE(3).offset = 152);
    REFUSES(says, RULE(3).offset = UINT32_MAX - 7);
    REFUSES(says, MEASURE(2).offset = UINT32_MAX - 15);
    TAKES(RULE(3).offset = 144);
    REFUSES("states of a subject overlap", RULE(4).subject = PRM_KIND_PARTNER; RULE(4).condition = 0;
            RULE(4).offset = 128);
}

static void test_rules(void **state)
{
    (void)state;
    const char *says = "a rule is wrong";
    REFUSES(says, RULE(0).text = PRM_NO_INDEX);
    REFUSES(says, RULE(0).title = PRM_NO_INDEX);
    REFUSES(says, RULE(0).subject = 3);
    REFUSES(says, RULE(0).window = 4);
    REFUSES(says, RULE(0).each = 2);
    REFUSES(says, RULE(2).each = 0); /* and no condition */
    REFUSES(says, RULE(2).each_filter = 0);
    REFUSES(says, RULE(2).first_each_type = 1);
    REFUSES(says, RULE(2).each_type_count = UINT32_MAX);
    REFUSES(says, RULE(0).condition = 4);
    REFUSES(says, RULE(0).condition = 1); /* a customer's measure for a partner */
    TAKES(RULE(1).condition = 0);         /* a partner's for a customer */
    REFUSES(says, RULE(0).eligible = 0);
    REFUSES(says, RULE(0).offset = 68);
    REFUSES(says, RULE(0).asks_roster = 2);
    REFUSES(says, RULE(0).reserved = 1);
    REFUSES("a rule's actions are wrong", RULE(0).first_action = 5);
    REFUSES("a rule's actions are wrong", KIND(0).has_rates = 0);
    REFUSES("rows belong to two owners", RULE(4).action_count = 2);
    REFUSES("a list of event types is wrong", ROWS(type_lists, uint32_t)[0] = 6);
    says = "a condition is wrong";
    REFUSES(says, CONDITION(0).kind = 1);
    REFUSES(says, CONDITION(0).measure = 4);
    REFUSES(says, CONDITION(0).attribute = 1); /* a boolean */
    REFUSES(says, CONDITION(0).attribute = 2);
    REFUSES(says, CONDITION(0).reserved = 1);
    REFUSES(says, CONDITION(1).threshold = PRM_DECIMAL_LIMIT);
    REFUSES(says, CONDITION(1).threshold = -PRM_DECIMAL_LIMIT);
}

static void test_actions(void **state)
{
    (void)state;
    const char *says = "an action is wrong";
    REFUSES(says, ACTION(0).kind = PRM_ACTION_KINDS);
    REFUSES(says, ACTION(0).to = PRM_TO_GRANDPARENT + 1);
    REFUSES(says, ACTION(0).rounding = 4);
    REFUSES(says, ACTION(0).reward = 0);
    REFUSES(says, ACTION(0).amount = 0);
    REFUSES(says, ACTION(0).added = 2);
    REFUSES(says, ACTION(0).product = UNIT_COUNT(sample_texts));
    REFUSES(says, ACTION(0).group = UNIT_COUNT(sample_texts));
    REFUSES(says, ACTION(0).from = PRM_FROM_NEXT_PERIOD + 1);
    REFUSES(says, ACTION(0).lasts = PRM_LASTS_UNTIL + 1);
    REFUSES(says, ACTION(0).lasts = PRM_LASTS_DURATION); /* of nothing */
    REFUSES(says, ACTION(0).rate = INT64_MIN);
    REFUSES(says, ACTION(4).until = -1);
    REFUSES(says, ACTION(4).until = PRM_TIME_MAX + 2);
    TAKES(ACTION(4).until = PRM_TIME_MAX + 1);
    REFUSES(says, ACTION(2).reward = 2);
    REFUSES(says, ACTION(2).amount = PRM_NO_INDEX);
    REFUSES(says, ACTION(2).amount = 1);
    REFUSES(says, ACTION(2).duration.count = -1);
    REFUSES("a reward is wrong", ROWS(rewards, prm__p_reward)[0].text = PRM_NO_INDEX);
    REFUSES("a reward is wrong", ROWS(rewards, prm__p_reward)[0].money = 2);
}

static void test_routes(void **state)
{
    (void)state;
    const char *says = "an event type's measures are wrong";
    REFUSES(says, ROWS(routes, prm__p_route)[1].measure = 0);
    REFUSES(says, ROWS(routes, prm__p_route)[3].measure = 4);
    REFUSES(says, TYPE(2).first_route = 1);
    REFUSES(says, MEASURE(3).name = PRM_NAME_PRODUCT); /* a sum of texts */
    says = "an event type's rules are wrong";
    REFUSES(says, ROWS(asks, prm__p_ask)[2].rule = 0);
    REFUSES(says, ROWS(asks, prm__p_ask)[5].rule = 5);
    REFUSES(says, TYPE(2).first_ask = 2);
    REFUSES("rows belong to two owners", TYPE(0).route_count = 1);
    REFUSES("rows belong to two owners", TYPE(0).ask_count = 1);
    REFUSES("rows belong to two owners", RULE(0).each_type_count = 1);
    REFUSES("an anchor belongs to no event type", TYPE(0).anchor_count = 0);
    REFUSES("an event type's anchors are wrong", TYPE(0).anchor_count = 0; TYPE(2).anchor_count = 1);
    REFUSES("an event type's anchors are wrong", TYPE(0).first_anchor = 1);
    /* The keys of its subjects are texts: not so when the customer's key is the amount. */
    REFUSES("an event type's measures are wrong", KIND(2).keys[0] = PRM_NAME_AMOUNT);
    /* Where nothing asks, a key may be anything. */
    TAKES(KIND(2).keys[0] = SAMPLE_NAME_TARGET);
    REFUSES("an event type's rules are wrong", KIND(2).keys[0] = SAMPLE_NAME_CERTIFIED;
            ROWS(asks, prm__p_ask)[0].rule = 1);
}

/* ---- Hostile blocks ---- */

/* If a block passes, everything in it can be followed. Returns whether it did. */
static bool follow(const void *block, size_t size)
{
    static char listing[20000];
    prm_program *program = NULL;
    prm_status status = prm__program_from_bytes(block, size, NULL, &program);
    if (status != PRM_OK) {
        assert_int_equal(status, PRM_E_PROGRAM);
        return false;
    }
    assert_true(prm__program_dump(program, listing, sizeof listing) > 0);
    for (uint32_t i = 0; i < program->types_count; i++) {
        prm_text text = prm__program_text(program, program->types[i].text);
        assert_true(prm__program_find_type(program, text.data, text.size) <= i);
        assert_int_equal(prm__program_slot(program, i, PRM_NO_INDEX), PRM_NO_INDEX);
    }
    prm__program_unref(program);
    return true;
}

/* Exact sizes on the heap: a step outside is seen by the sanitizer. */
static void test_every_length(void **state)
{
    (void)state;
    victim it = victim_new();
    for (size_t size = 0; size < it.size; size++) {
        void *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut, it.head, size);
        if (size >= sizeof(prm__p_head))
            assert_non_null(prm__program_verify(cut, size));
        assert_false(follow(cut, size));
        free(cut);
    }
    char *longer = calloc(1, it.size + 16);
    assert_non_null(longer);
    memcpy(longer, it.head, it.size);
    assert_false(follow(longer, it.size + 16));
    assert_false(follow(longer, it.size + 1));
    assert_non_null(prm__program_verify(longer + 8, it.size));
    free(longer);
    victim_free(&it);
}

static void test_every_bit(void **state)
{
    (void)state;
    victim it = victim_new();
    size_t passed = 0;
    for (size_t i = 0; i < it.size * 8; i++) {
        ((unsigned char *)it.head)[i / 8] ^= (unsigned char)(1u << i % 8);
        passed += follow(it.head, it.size);
        ((unsigned char *)it.head)[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    assert_true(follow(it.head, it.size));
    /* Letters, rates, titles and the like may differ; most of it may not. */
    assert_in_range(passed, it.size / 8, it.size * 4);
    victim_free(&it);
}

static void test_every_byte(void **state)
{
    (void)state;
    const unsigned char bytes[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    victim it = victim_new();
    for (size_t i = 0; i < it.size; i++) {
        unsigned char old = ((unsigned char *)it.head)[i];
        for (size_t j = 0; j < UNIT_COUNT(bytes); j++) {
            ((unsigned char *)it.head)[i] = bytes[j];
            follow(it.head, it.size);
        }
        ((unsigned char *)it.head)[i] = old;
    }
    victim_free(&it);
}

/* Counts and offsets that agree with one another, rows that are read as others. */
static void test_sections_of_other_sizes(void **state)
{
    (void)state;
    victim it = victim_new();
    prm__p_head before = *it.head;
    for (uint32_t i = 0; i < PRM_SECTION_COUNT; i++)
        for (uint32_t more = 1; more <= 64; more++) {
            it.head->counts[i] = before.counts[i] + more;
            follow(it.head, it.size);
            for (uint32_t j = i + 1; j < PRM_SECTION_COUNT; j++)
                it.head->offsets[j] += 16;
            follow(it.head, it.size);
            it.head->counts[i] = before.counts[i] - (more < before.counts[i] ? more : before.counts[i]);
            follow(it.head, it.size);
            *it.head = before;
        }
    victim_free(&it);
}

/* Several words at once, with the values that indices, counts and offsets stumble over. */
static void test_random_words(void **state)
{
    (void)state;
    const uint32_t words[] = {0,  1,   2,   3,          4,          5,          8,         16,
                              64, 255, 256, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};
    victim it = victim_new();
    uint32_t *block = (uint32_t *)(void *)it.head;
    uint64_t random = 11;
    size_t passed = 0;
    for (int round = 0; round < 40000; round++) {
        memcpy(it.head, it.sound->block, it.size);
        for (uint64_t changes = 1 + unit_random(&random) % 3; changes > 0; changes--) {
            /* Rows rather than the head: behind it. */
            size_t at = sizeof(prm__p_head) / 4 +
                        unit_random(&random) % ((it.size - sizeof(prm__p_head)) / 4);
            uint64_t draw = unit_random(&random);
            block[at] = draw % 4 == 0 ? block[(draw >> 8) % (it.size / 4)]
                                      : words[(draw >> 8) % UNIT_COUNT(words)];
        }
        passed += follow(it.head, it.size);
    }
    assert_in_range(passed, 500, 20000);
    victim_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),
        cmocka_unit_test(test_texts_and_head),
        cmocka_unit_test(test_commission),
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_names_and_slots),
        cmocka_unit_test(test_voids),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_sections_of_other_sizes),
        cmocka_unit_test(test_random_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
