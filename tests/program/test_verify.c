/* Tests of the verifier: each thing that it must refuse, one at a time. The frame, texts,
 * commission, expressions, event types, subjects, and what hangs on event types. */
#include "program/program.h"

#include "../base/unit.h"

#include "victim.h"

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
    REFUSES(says, it.head->commission.of = 10);
    REFUSES(says, it.head->commission.of = 1);
    REFUSES(says, it.head->commission.filter = 0);
    TAKES(it.head->commission.filter = PRM_NO_INDEX);
    REFUSES("the commission's rounding is wrong", it.head->commission.rounding = 4);
    REFUSES("the commission is neither there nor not", it.head->commission.present = 2);
    REFUSES("an event type is wrong", it.head->commission.present = 0); /* deal.won earns */
    REFUSES("a product's rate is wrong", ROWS(product_rates, prm__p_product_rate)[0].product = PRM_NO_INDEX);
    REFUSES("a product's rate is wrong", ROWS(product_rates, prm__p_product_rate)[0].reserved = 1);
    REFUSES("a product's rate is wrong", ROWS(product_rates, prm__p_product_rate)[1].rate = INT64_MIN);
    REFUSES("a product's rate belongs to nobody", LEVEL(1).rate_count = 0);
    REFUSES("a level's rates are wrong", COMMISSION.rate_count = 0);
    REFUSES("the commission is neither there nor not", COMMISSION.reserved = 1);
    REFUSES("there are rates without a commission", COMMISSION.present = 0; TYPE(2).earns = 0);
    says = "the commission's window is wrong";
    REFUSES(says, COMMISSION.window = 5);
    REFUSES(says, COMMISSION.window = 4); /* it has no anchor */
    REFUSES(says, COMMISSION.kind = 4);
    REFUSES(says, COMMISSION.kind = SAMPLE_KIND_REFERRER);
    REFUSES(says, COMMISSION.window_offset = 148);
    TAKES(COMMISSION.window = PRM_NO_INDEX; COMMISSION.kind = 4; COMMISSION.window_offset = 1);
    says = "the brackets are wrong";
    REFUSES(says, COMMISSION.bracket_kind = 4);
    REFUSES(says, COMMISSION.bracket_kind = SAMPLE_KIND_REFERRER);
    REFUSES(says, COMMISSION.bracket_period = PRM_PERIOD_FISCAL_YEAR + 1);
    REFUSES(says, COMMISSION.bracket_offset = 168);
    says = "a bracket is wrong";
    REFUSES(says, BRACKET(1).from = 0);
    REFUSES(says, BRACKET(0).from = -1);
    REFUSES(says, BRACKET(1).from = PRM_DECIMAL_LIMIT);
    REFUSES(says, BRACKET(1).rate = INT64_MIN);
    REFUSES(says, BRACKET(1).reserved = 1);
    REFUSES("an override is wrong", ROWS(overrides, prm__p_override)[1].rate = INT64_MIN);
    /* What earns carries no amount as a key. */
    REFUSES("an event type's commission is wrong", KIND(2).keys[0] = PRM_NAME_AMOUNT; TYPE(2).route_count = 0;
            TYPE(2).ask_count = 0);
}

static void test_expressions(void **state)
{
    (void)state;
    REFUSES("a number is too large", ROWS(consts, prm__decimal)[1] = PRM_DECIMAL_LIMIT);
    REFUSES("a number is too large", ROWS(consts, prm__decimal)[1] = -PRM_DECIMAL_LIMIT);
    TAKES(ROWS(consts, prm__decimal)[1] = 1 - PRM_DECIMAL_LIMIT);
    REFUSES("an expression has no code", EXPR(9).word_count++);
    REFUSES("an expression has no code", EXPR(9).first_word = UINT32_MAX);
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
        SAMPLE_WORD(MEASURE, 6),
        SAMPLE_WORD(RANK, 1),
    };
    for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
        REFUSES("an operation is wrong", CODE(0) = wrong[i]);
    REFUSES("an operation is wrong", CODE(3) = SAMPLE_WORD(GREATER, 1));
    REFUSES("an operation is wrong", RANKS.present = 0); /* and expression 9 asks for it */
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
    REFUSES(says, KIND(3).link = PRM_LINK_PARENT + 1);
    REFUSES(says, KIND(3).key_count = 1);
    REFUSES(says, KIND(2).link = PRM_LINK_PARENT); /* it has a key */
    REFUSES("two kinds of subject are one", KIND(2).key_count = 0; KIND(2).link = PRM_LINK_REFERRER);
    REFUSES("the kinds of partner and rep are missing", KIND(0).link = PRM_LINK_PARENT);
    REFUSES("a campaign is over before it begins", ACTIVE(0).until = ACTIVE(0).from);
    REFUSES("a campaign is over before it begins", ACTIVE(1).until = INT64_MIN);
    REFUSES("an anchor is wrong", ANCHOR(0).type = 6);
    REFUSES("an anchor is wrong", ANCHOR(0).kind = 4);
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
    REFUSES(says, MEASURE(0).subject = 4);
    REFUSES(says, MEASURE(0).window = 5);
    REFUSES(says, MEASURE(0).name = 0);
    REFUSES(says, MEASURE(1).name = PRM_NO_INDEX);
    REFUSES(says, MEASURE(2).name = PRM_NAME_CUSTOMER);
    REFUSES(says, MEASURE(3).name = PRM_NO_INDEX);
    REFUSES(says, MEASURE(2).filter = 10);
    REFUSES(says, MEASURE(2).filter = 0);
    REFUSES(says, MEASURE(0).offset = 24);
    REFUSES(says, ANCHOR(0).kind = PRM_KIND_REP); /* a customer has no rep */
    REFUSES(says, ANCHOR(0).kind = SAMPLE_KIND_REFERRER);
    REFUSES(says, MEASURE(0).active = 2);
    REFUSES(says, MEASURE(0).inner = 5);
    REFUSES(says, MEASURE(4).inner = PRM_NO_INDEX);
    REFUSES(says, MEASURE(4).name = PRM_NAME_AMOUNT);
    REFUSES(says, MEASURE(5).name = PRM_NO_INDEX);
    TAKES(WINDOW(0) = WINDOW(2); WINDOW(0).period = PRM_PERIOD_MONTH; RULE(9).form = PRM_FORM_EVERY);
    says = "a streak is wrong";
    REFUSES(says, MEASURE(4).inner = 16);
    REFUSES(says, MEASURE(4).inner = 4);  /* bare */
    REFUSES(says, MEASURE(4).inner = 6);  /* itself */
    REFUSES(says, MEASURE(4).inner = 7);  /* of an expression */
    REFUSES(says, MEASURE(4).inner = 12); /* of another subject, and later */
    REFUSES(says, MEASURE(4).inner = 2);  /* over another window */
    REFUSES(says, MEASURE(4).subject = SAMPLE_KIND_CUSTOMER);
    REFUSES(says, MEASURE(4).window = 4);
    REFUSES(says, WINDOW(1).period = PRM_PERIOD_NONE);
    REFUSES(says, WINDOW(1) = WINDOW(2); WINDOW(1).period = PRM_PERIOD_MONTH);
    REFUSES(says, MEASURE(2).kind = PRM_MEASURE_STREAK; MEASURE(2).name = PRM_NO_INDEX; MEASURE(2).inner = 5;
            MEASURE(2).window = 1; CONDITION(5).measure = 2); /* of itself, and 4 of a streak */
}

static void test_routes(void **state)
{
    (void)state;
    const char *says = "an event type's measures are wrong";
    REFUSES(says, ROWS(routes, prm__p_route)[1].measure = 0);
    REFUSES(says, ROWS(routes, prm__p_route)[5].measure = 6);
    REFUSES(says, TYPE(2).first_route = 1);
    REFUSES(says, MEASURE(3).name = PRM_NAME_PRODUCT); /* a sum of texts */
    says = "an event type's rules are wrong";
    REFUSES(says, ROWS(asks, prm__p_ask)[2].rule = 0);
    REFUSES(says, ROWS(asks, prm__p_ask)[10].rule = SAMPLE_RULES);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frame),           cmocka_unit_test(test_texts_and_head),
        cmocka_unit_test(test_commission),      cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_names_and_slots), cmocka_unit_test(test_voids),
        cmocka_unit_test(test_subjects),        cmocka_unit_test(test_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
