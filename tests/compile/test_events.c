/* Tests of `events:`: types of a program's own, fields added to built-in ones, what voids
 * and reduces what, and everything that can be wrong with them. */
#include "compiling.h"

static const prm__p_type *type_of(const prm_program *program, const char *name)
{
    uint32_t type = prm__program_find_type(program, name, strlen(name));
    assert_int_not_equal(type, PRM_NO_INDEX);
    return &program->types[type];
}

static const char *const field_types[] = {
    [PRM_FIELD_TEXT] = "",
    [PRM_FIELD_BOOLEAN] = ":boolean",
    [PRM_FIELD_INTEGER] = ":integer",
    [PRM_FIELD_MONEY] = ":money",
    [PRM_FIELD_TIME] = ":time",
    [PRM_FIELD_DECIMAL] = ":decimal",
    [PRM_FIELD_PERCENT] = ":percent",
};

/* The fields of a type in their order: "partner rep? score?:decimal". */
static void expect_fields(const prm_program *program, const char *name, const char *expected)
{
    char found[512] = "";
    const prm__p_type *type = type_of(program, name);
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &program->slots[type->first_slot + i];
        prm_text text = prm__program_text(program, program->names[slot->name].text);
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s%s%s", i > 0 ? " " : "",
                 (int)text.size, text.data, slot->required ? "" : "?", field_types[slot->field_type]);
    }
    assert_string_equal(found, expected);
}

static void expect_name(const prm_program *program, uint32_t name, const char *expected)
{
    prm_text text = prm__program_text(program, program->names[name].text);
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void test_types(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "events:\n"
        "  quiz.passed: {partner: text, rep: text, score: integer, open?: time}\n"
        "  deal.won: {region?: text, margin?: percent}\n"
        "  partner.audited: {good: boolean, partner: text}\n"
        "  event.voided: {reason?: text}\n"
        "  注文: {partner: text}\n");
    expect_fields(program, "quiz.passed", "partner rep score:integer open?:time");
    expect_fields(
        program, "deal.won",
        "partner rep? customer? deal? product? region? quantity?:integer amount?:money margin?:percent");
    expect_fields(program, "partner.audited", "partner good:boolean");
    expect_fields(program, "event.voided", "event partner? reason?");
    expect_fields(program, "注文", "partner");
    assert_int_equal(type_of(program, "quiz.passed")->role, PRM_ROLE_FACT);
    assert_int_equal(type_of(program, "quiz.passed")->rank, 2);
    assert_int_equal(type_of(program, "partner.audited")->rank, 0);
    prm_program_unref(program);
}

/* A field declared again with its own type may become required. */
static void test_again(void **state)
{
    (void)state;
    prm_program *program = compiling("attributes: {partner: {segment: text}}\n"
                                     "events:\n"
                                     "  deal.won: {amount: money, customer?: text, partner: text}\n"
                                     "  partner.joined: {segment: text}\n");
    expect_fields(program, "deal.won",
                  "partner rep? customer? deal? product? quantity?:integer amount:money");
    expect_fields(program, "partner.joined", "partner referrer? parent? segment");
    expect_fields(program, "partner.updated", "partner referrer? parent? segment?");
    prm_program_unref(program);
}

static void test_links(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "events:\n"
        "  order.returned: {partner: text, order: text, voids: order.placed by order, within: 90d}\n"
        "  order.credited: {partner: text, order: text, amount: money, reduces: order.placed by order}\n"
        "  order.placed: {partner: text, order: text, amount: money}\n"
        "  return.refused: {partner: text, order: text, voids: order.returned by order}\n"
        "  deal.cancelled: {within: 2w}\n");
    const prm__p_type *returned = type_of(program, "order.returned");
    const prm__p_type *credited = type_of(program, "order.credited");
    const prm__p_type *placed = type_of(program, "order.placed");
    assert_ptr_equal(&program->types[returned->voids], placed);
    expect_name(program, returned->voids_name, "order");
    assert_int_equal(returned->voids_within.count, 90);
    assert_int_equal(returned->voids_within.unit, PRM_UNIT_DAY);
    assert_int_equal(returned->reduces, PRM_NO_INDEX);
    assert_ptr_equal(&program->types[credited->reduces], placed);
    expect_name(program, credited->reduces_name, "order");
    assert_int_equal(credited->voids, PRM_NO_INDEX);
    assert_int_equal(credited->voids_within.count, 0);
    assert_ptr_equal(&program->types[type_of(program, "return.refused")->voids], returned);
    assert_int_equal(type_of(program, "deal.cancelled")->voids_within.count, 14);
    prm_program_unref(program);
}

/* ---- What is wrong ---- */

typedef struct wrong_case {
    const char *rows; /* of `events`, one per line from line 5 on */
    const char *findings;
} wrong_case;

static const wrong_case wrong_cases[] = {
    /* Names */
    {"  order placed: {partner: text}\n", "209 5:3 write one word, such as `order.placed`"},
    {"  '': {partner: text}\n", "209 5:3 write one word, such as `order.placed`"},
    {"  a.b: {partner: text, a-b: text}\n", "209 5:24 names have letters, digits and underscores, and begin "
                                            "with no digit; `?` behind the name makes "
                                            "the field optional"},
    {"  a.b: {partner: text, '?': text}\n", "209 5:24 names have letters, digits and underscores, and begin "
                                            "with no digit; `?` behind the name makes "
                                            "the field optional"},
    {"  a.b: {partner: text, id: text, time?: time, value: text}\n",
     "216 5:24 choose another name; 216 5:34 choose another name; 216 5:47 choose another name"},

    /* Types */
    {"  a.b: text\n", "203 5:8 write for example `a.b: {partner: text, order: text, amount: money}`"},
    {"  a.b: {}\n", "202 5:3 add `partner: text`"},
    {"  deal.wom: {region?: text}\n", "202 5:3 did you mean `deal.won`?"},
    {"  a.b: {partner: text, c: string}\n", "204 5:27"},
    {"  a.b: {partner: text, c: moeny}\n", "204 5:27 did you mean `money`?"},
    {"  a.b: {partner: text, c: {d: text}}\n", "203 5:27 write for example `c: text`"},

    /* Fields that mean something already */
    {"  a.b: {partner: integer, rep: decimal, customer: money}\n",
     "219 5:18 write `partner: text`; 219 5:32 write `rep: text`; 219 5:51 write `customer: text`"},
    {"  a.b: {partner?: text}\n", "219 5:9 write `partner: text`"},
    {"  deal.won: {amount: text}\n", "219 5:22 leave it out, or give the field another name"},
    {"  course.completed: {course?: text}\n", "219 5:22 leave it out"},

    /* Links */
    {"  a.b: {partner: text, deal: text, voids: deal.won}\n",
     "204 5:43 write for example `order.placed by order`"},
    {"  a.b: {partner: text, deal: text, voids: deal.won by deal or so}\n",
     "204 5:43 write for example `order.placed by order`"},
    {"  a.b: {partner: text, deal: text, voids: [deal.won by deal]}\n",
     "203 5:43 write for example `voids: order.placed by order`"},
    {"  a.b: {partner: text, deal: text, voids: deal.wun by deal}\n", "301 5:43 did you mean `deal.won`?"},
    {"  a.b: {partner: text, voids: deal.won by deal}\n",
     "302 5:43 the two types match by a field of the same name: add `deal: text`"},
    {"  a.b: {partner: text, order: text, voids: deal.won by order}\n",
     "302 5:56 the two types match by a field of the same name: add `order: text`"},
    {"  a.b: {partner: text, quantity: integer, voids: deal.won by quantity}\n", "306 5:62"},
    {"  a.b: {partner: text, deal: text, reduces: deal.won by deal}\n", "540 5:45 add `amount: money` to it"},
    {"  a.b: {partner: text, deal: text, amount: money, reduces: deal.cancelled by deal}\n",
     "540 5:60 add `amount: money` to it"},
    {"  a.b: {partner: text, deal: text, amount: money, voids: deal.won by deal, reduces: deal.won by "
     "deal}\n",
     "540 5:85"},
    {"  deal.cancelled: {voids: deal.lost by deal}\n", "540 5:27"},
    {"  partner.left: {voids: deal.won by partner}\n", "540 5:25"},
    {"  a.b: {partner: text, event: text, voids: event.voided by event}\n", "540 5:44"},
    {"  a.b: {partner: text, within: 90d}\n",
     "540 5:24 write for example `voids: order.placed by order` beside it"},
    {"  deal.refunded: {within: 90d}\n",
     "540 5:19 write for example `voids: order.placed by order` beside it"},
    {"  a.b: {partner: text, deal: text, voids: deal.won by deal, within: 90 days}\n",
     "210 5:69 did you mean `90d`?"},
    {"  a.b: {partner: text, c: text, voids: a.b by c}\n",
     "540 5:3 a single event is voided by its id, with `event.voided`"},
    {"  a.b: {partner: text, c: text, voids: c.d by c}\n  c.d: {partner: text, c: text, voids: a.b by c}\n"
     "  e.f: {partner: text, c: text, voids: a.b by c}\n",
     "540 5:3 a single event is voided by its id, with `event.voided`; 540 6:3 a single event is voided by "
     "its "
     "id, with `event.voided`"},
};

static void findings_of(const char *text, char *out, size_t capacity)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, &error);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
    compiling_findings(diagnostics, out, capacity);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static void test_wrong(void **state)
{
    (void)state;
    bool ok = true;
    for (size_t i = 0; i < UNIT_COUNT(wrong_cases); i++) {
        char text[1024], found[1024];
        snprintf(text, sizeof text, COMPILING_HEAD "events:\n%s", wrong_cases[i].rows);
        findings_of(text, found, sizeof found);
        if (strcmp(found, wrong_cases[i].findings) != 0) {
            print_error("%s  expected %s\n  found    %s\n", wrong_cases[i].rows, wrong_cases[i].findings,
                        found);
            ok = false;
        }
    }
    assert_true(ok);
}

/* a0 is voided by a1, a1 by a2, ... */
static void chain_of(uint32_t length, char *text, size_t capacity)
{
    snprintf(text, capacity, COMPILING_HEAD "events:\n  a0: {partner: text, k: text}\n");
    for (uint32_t i = 1; i < length; i++)
        snprintf(text + strlen(text), capacity - strlen(text),
                 "  a%u: {partner: text, k: text, voids: a%u by k}\n", i, i - 1);
}

static void test_chains(void **state)
{
    (void)state;
    char text[8192], found[256];
    chain_of(32, text, sizeof text);
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "");
    chain_of(33, text, sizeof text);
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "540 37:3");
}

static void test_room(void **state)
{
    (void)state;
    static char text[65536];
    char found[256];
    snprintf(text, sizeof text, COMPILING_HEAD "events:\n  a.b: {partner: text");
    for (int i = 0; i < 64; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",\n f%d: text", i);
    strcat(text, "}\n");
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "208 69:2");
    snprintf(text, sizeof text, COMPILING_HEAD "events:\n");
    for (int i = 0; i < 981; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "  t%d: {partner: text}\n", i);
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "218 985:3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types), cmocka_unit_test(test_again),  cmocka_unit_test(test_links),
        cmocka_unit_test(test_wrong), cmocka_unit_test(test_chains), cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
