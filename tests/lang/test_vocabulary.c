/* Tests of lang/vocabulary: the built-in event types, as the language's table says. */
#include "reading.h"

#include "lang/vocabulary.h"

/* Memory for a vocabulary of its own. */
typedef struct words {
    reading reading;
    prm__vocabulary vocabulary;
} words;

static void words_open(words *w)
{
    reading_text(&w->reading, "a: b\n");
    assert_true(prm__vocab_init(&w->vocabulary, &w->reading.lang));
}

static void words_close(words *w)
{
    prm__vocab_free(&w->vocabulary);
    reading_close(&w->reading);
}

/* The fields of a type in their order: "partner rep? score?:decimal". */
static void expect_fields(const words *w, const char *type, const char *expected)
{
    char found[512] = "";
    uint32_t index = prm__vocab_find_type(&w->vocabulary, type, strlen(type));
    assert_int_not_equal(index, PRM_VOCAB_NONE);
    const prm__vec *fields = &prm__vocab_type_at(&w->vocabulary, index)->fields;
    for (size_t i = 0; i < fields->count; i++) {
        const prm__vocab_field *field = prm__vec_at(fields, i);
        bool text = field->type == PRM_VOCAB_TEXT;
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s%s%s%s", i > 0 ? " " : "",
                 prm__vocab_name_at(&w->vocabulary, field->name), field->required ? "" : "?", text ? "" : ":",
                 text ? "" : prm__vocab_field_type_names[field->type]);
        assert_ptr_equal(prm__vocab_field_of(&w->vocabulary, index, field->name), field);
    }
    assert_string_equal(found, expected);
}

static void test_builtin_types(void **state)
{
    (void)state;
    words w;
    words_open(&w);
    assert_int_equal(w.vocabulary.types.count, 20);
    expect_fields(&w, "partner.joined", "partner referrer? parent?");
    expect_fields(&w, "partner.updated", "partner referrer? parent?");
    expect_fields(&w, "partner.left", "partner");
    expect_fields(&w, "partner.referred", "partner candidate?");
    expect_fields(&w, "rep.joined", "partner rep");
    expect_fields(&w, "rep.updated", "partner rep");
    expect_fields(&w, "rep.left", "partner rep");
    expect_fields(&w, "course.completed", "partner rep course score?:decimal");
    expect_fields(&w, "lead.registered", "partner rep? customer? lead? product?");
    expect_fields(&w, "meeting.held", "partner rep? customer? lead? product?");
    expect_fields(&w, "deal.won", "partner rep? customer? deal? product? quantity?:integer amount?:money");
    expect_fields(&w, "deal.lost", "partner rep? customer? deal? product? quantity?:integer amount?:money");
    expect_fields(&w, "deal.cancelled", "partner deal");
    expect_fields(&w, "deal.refunded", "partner deal amount:money");
    expect_fields(&w, "deal.upsold", "partner rep? customer? deal? product? amount?:money");
    expect_fields(&w, "invoice.paid", "partner rep? customer? deal? product? amount?:money");
    expect_fields(&w, "portal.login", "partner rep?");
    expect_fields(&w, "document.downloaded", "partner rep? document?");
    expect_fields(&w, "seminar.attended", "partner rep?");
    expect_fields(&w, "event.voided", "event partner?");
    words_close(&w);
}

static void test_voids(void **state)
{
    (void)state;
    words w;
    words_open(&w);
    uint32_t won = prm__vocab_find_type(&w.vocabulary, "deal.won", 8);
    uint32_t deal = prm__vocab_find_name(&w.vocabulary, "deal", 4);
    for (uint32_t i = 0; i < w.vocabulary.types.count; i++) {
        const prm__vocab_type *type = prm__vocab_type_at(&w.vocabulary, i);
        bool voids = strcmp(type->name, "deal.cancelled") == 0;
        bool reduces = strcmp(type->name, "deal.refunded") == 0;
        assert_int_equal(type->voids, voids ? won : PRM_VOCAB_NONE);
        assert_int_equal(type->voids_name, voids ? deal : PRM_VOCAB_NONE);
        assert_int_equal(type->reduces, reduces ? won : PRM_VOCAB_NONE);
        assert_int_equal(type->reduces_name, reduces ? deal : PRM_VOCAB_NONE);
    }
    words_close(&w);
}

static void test_attributes(void **state)
{
    (void)state;
    words w;
    bool full = false;
    words_open(&w);
    assert_true(prm__vocab_add_attribute(&w.vocabulary, 0, "target", 6, PRM_VOCAB_DECIMAL, &full));
    assert_true(prm__vocab_add_attribute(&w.vocabulary, 0, "segment", 7, PRM_VOCAB_TEXT, &full));
    assert_true(prm__vocab_add_attribute(&w.vocabulary, 0, "vip", 3, PRM_VOCAB_BOOLEAN, &full));
    assert_true(prm__vocab_add_attribute(&w.vocabulary, 1, "segment", 7, PRM_VOCAB_INTEGER, &full));
    assert_false(full);
    expect_fields(&w, "partner.joined", "partner referrer? parent? segment? vip?:boolean target?:decimal");
    expect_fields(&w, "partner.updated", "partner referrer? parent? segment? vip?:boolean target?:decimal");
    expect_fields(&w, "rep.joined", "partner rep segment?:integer");
    expect_fields(&w, "rep.updated", "partner rep segment?:integer");
    expect_fields(&w, "rep.left", "partner rep");
    assert_int_equal(prm__vocab_find_attribute(&w.vocabulary, 0, "segment", 7), 1);
    assert_int_equal(prm__vocab_find_attribute(&w.vocabulary, 1, "segment", 7), 3);
    assert_int_equal(prm__vocab_find_attribute(&w.vocabulary, 1, "vip", 3), PRM_VOCAB_NONE);
    words_close(&w);
}

static void test_room_for_attributes(void **state)
{
    (void)state;
    words w;
    words_open(&w);
    char name[16];
    bool full = false;
    int count = 0;
    while (!full) {
        snprintf(name, sizeof name, "a%d", count++);
        assert_true(prm__vocab_add_attribute(&w.vocabulary, 1, name, strlen(name), PRM_VOCAB_TEXT, &full));
    }
    assert_int_equal(count - 1, PRM_LIMIT_FIELDS - 2);
    assert_int_equal(w.vocabulary.attributes.count, PRM_LIMIT_FIELDS - 2);
    words_close(&w);
}

static prm_text text_of(const char *text)
{
    return (prm_text){text, (uint32_t)strlen(text)};
}

/* Fields of a program's own stand in the order of their width, behind the partner. */
static void test_own_types(void **state)
{
    (void)state;
    words w;
    uint32_t type = 0, won = 0;
    bool full = false;
    words_open(&w);
    assert_true(prm__vocab_add_type(&w.vocabulary, "order.placed!", 12, &type));
    assert_int_equal(prm__vocab_find_type(&w.vocabulary, "order.placed", 12), type);
    assert_string_equal(prm__vocab_type_at(&w.vocabulary, type)->name, "order.placed");
    assert_int_equal(prm__vocab_type_at(&w.vocabulary, type)->role, PRM_VOCAB_FACT);
    assert_int_equal(prm__vocab_type_at(&w.vocabulary, type)->voids, PRM_VOCAB_NONE);
    assert_int_equal(prm__vocab_type_at(&w.vocabulary, type)->reduces, PRM_VOCAB_NONE);
    expect_fields(&w, "order.placed", "partner");
    assert_true(prm__vocab_add_field(&w.vocabulary, type, text_of("amount"), PRM_VOCAB_MONEY, true, &full));
    assert_true(prm__vocab_add_field(&w.vocabulary, type, text_of("share"), PRM_VOCAB_PERCENT, false, &full));
    assert_true(prm__vocab_add_field(&w.vocabulary, type, text_of("order"), PRM_VOCAB_TEXT, true, &full));
    expect_fields(&w, "order.placed", "partner order amount:money share?:percent");
    won = prm__vocab_find_type(&w.vocabulary, "deal.won", 8);
    assert_true(prm__vocab_add_field(&w.vocabulary, won, text_of("region"), PRM_VOCAB_TEXT, false, &full));
    assert_false(full);
    expect_fields(&w, "deal.won",
                  "partner rep? customer? deal? product? region? quantity?:integer amount?:money");
    words_close(&w);
}

static void test_room_for_fields(void **state)
{
    (void)state;
    words w;
    uint32_t type = 0;
    char name[16];
    bool full = false;
    int count = 0;
    words_open(&w);
    assert_true(prm__vocab_add_type(&w.vocabulary, "a.b", 3, &type));
    while (!full) {
        snprintf(name, sizeof name, "a%d", count++);
        assert_true(prm__vocab_add_field(&w.vocabulary, type, text_of(name), PRM_VOCAB_TEXT, false, &full));
    }
    assert_int_equal(count - 1, PRM_LIMIT_FIELDS - 1);
    assert_int_equal(prm__vocab_type_at(&w.vocabulary, type)->fields.count, PRM_LIMIT_FIELDS);
    words_close(&w);
}

static void test_names(void **state)
{
    (void)state;
    words w;
    words_open(&w);
    static const char *const fixed[] = {"partner",  "rep",    "customer", "product",
                                        "referrer", "parent", "event",    "amount"};
    for (uint32_t i = 0; i < PRM_VOCAB_FIXED_NAMES; i++)
        assert_int_equal(prm__vocab_find_name(&w.vocabulary, fixed[i], strlen(fixed[i])), i);
    assert_int_equal(prm__vocab_find_name(&w.vocabulary, "none", 4), PRM_VOCAB_NONE);
    assert_int_equal(prm__vocab_find_type(&w.vocabulary, "deal", 4), PRM_VOCAB_NONE);
    words_close(&w);
    assert_true(prm__vocab_is_reserved("value", 5));
    assert_true(prm__vocab_is_reserved("startsWith", 10));
    assert_false(prm__vocab_is_reserved("segment", 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_builtin_types), cmocka_unit_test(test_voids),
        cmocka_unit_test(test_attributes),    cmocka_unit_test(test_room_for_attributes),
        cmocka_unit_test(test_own_types),     cmocka_unit_test(test_room_for_fields),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
