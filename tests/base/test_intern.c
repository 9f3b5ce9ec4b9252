/* intern: equal texts have one key, keys count up from 1, texts never move. */
#include "base/intern.h"
#include "unit.h"

#include "failing_alloc.h"

#include <stdio.h>
#include <string.h>

static void keys_count_up_in_the_order_of_first_sight(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__intern intern;
    prm__alloc_init(&alloc, NULL);
    prm__intern_init(&intern, &alloc, 7);
    assert_int_equal(prm__intern_find(&intern, "acme", 4), 0);
    assert_int_equal(prm__intern_key(&intern, "acme", 4), 1);
    assert_int_equal(prm__intern_key(&intern, "", 0), 2);
    assert_int_equal(prm__intern_key(&intern, "acm", 3), 3);
    assert_int_equal(prm__intern_key(&intern, "acme", 4), 1);
    assert_int_equal(prm__intern_key(&intern, "", 0), 2);
    assert_int_equal(prm__intern_find(&intern, "acm", 3), 3);
    assert_int_equal(prm__intern_find(&intern, "acmf", 4), 0);
    assert_int_equal(prm__intern_count(&intern), 3);
    assert_int_equal(prm__intern_text(&intern, 0).size, 0);
    prm__intern_free(&intern);
    assert_int_equal(alloc.held, 0);
}

/* Lengths around 8 and 16 bytes, where comparing changes its way, with one byte changed anywhere. */
static void one_byte_makes_another_text(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__intern intern;
    char text[40];
    prm__alloc_init(&alloc, NULL);
    prm__intern_init(&intern, &alloc, 1);
    for (size_t size = 1; size < sizeof text; size++) {
        memset(text, 'a', sizeof text);
        uint32_t key = prm__intern_key(&intern, text, size);
        for (size_t at = 0; at < size; at++) {
            text[at] = 'b';
            assert_int_not_equal(prm__intern_key(&intern, text, size), key);
            text[at] = 'a';
        }
        assert_int_equal(prm__intern_key(&intern, text, size), key);
    }
    prm__intern_free(&intern);
}

static void texts_stay_where_they_are(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__intern intern;
    char text[16];
    prm__alloc_init(&alloc, NULL);
    prm__intern_init(&intern, &alloc, 1);
    uint32_t first = prm__intern_key(&intern, "first", 5);
    const char *where = prm__intern_text(&intern, first).data;
    for (int i = 0; i < 20000; i++) {
        size_t size = (size_t)snprintf(text, sizeof text, "%d", i);
        uint32_t key = prm__intern_key(&intern, text, size);
        prm_text known = prm__intern_text(&intern, key);
        assert_int_equal(known.size, size);
        assert_memory_equal(known.data, text, size);
    }
    assert_ptr_equal(prm__intern_text(&intern, first).data, where);
    prm__intern_free(&intern);
}

/* What the owner leaves with a text stays with it, however many come after it. */
static void notes_stay_with_their_text(void **state)
{
    (void)state;
    const char *const texts[] = {"", "sato", "a name of more than sixteen bytes"};
    prm__alloc alloc;
    prm__intern intern;
    char text[16];
    prm__alloc_init(&alloc, NULL);
    prm__intern_init(&intern, &alloc, 3);
    assert_null(prm__intern_look(&intern, "sato", 4, prm__intern_hash(&intern, "sato", 4)));
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t key = prm__intern_key(&intern, texts[i], strlen(texts[i]));
        prm__intern_leave(&intern, key, (UINT64_C(1) << 55) + i);
    }
    for (int i = 0; i < 1000; i++)
        (void)prm__intern_key(&intern, text, (size_t)snprintf(text, sizeof text, "%d", i));
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t hash = prm__intern_hash(&intern, texts[i], strlen(texts[i]));
        const prm__intern_slot *slot = prm__intern_look(&intern, texts[i], strlen(texts[i]), hash);
        assert_non_null(slot);
        assert_int_equal(slot->key, i + 1);
        assert_true(prm__intern_note(slot) == (UINT64_C(1) << 55) + i);
    }
    uint64_t hash = prm__intern_hash(&intern, "7", 1);
    assert_true(prm__intern_note(prm__intern_look(&intern, "7", 1, hash)) == 0);
    assert_null(prm__intern_look(&intern, "sata", 4, prm__intern_hash(&intern, "sata", 4)));
    prm__intern_free(&intern);
}

/* A text that no chunk has room for gets one of its own. */
static void texts_larger_than_a_chunk(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    prm__alloc alloc;
    prm__intern intern;
    prm__alloc_init(&alloc, NULL);
    prm__intern_init(&intern, &alloc, 9);
    char *large = malloc(SIZE);
    assert_non_null(large);
    memset(large, 'x', SIZE);
    assert_int_equal(prm__intern_key(&intern, "before", 6), 1);
    assert_int_equal(prm__intern_key(&intern, large, SIZE), 2);
    assert_int_equal(prm__intern_key(&intern, "behind", 6), 3);
    assert_int_equal(prm__intern_key(&intern, large, SIZE - 1), 4);
    assert_int_equal(prm__intern_find(&intern, large, SIZE), 2);
    prm_text kept = prm__intern_text(&intern, 2);
    assert_int_equal(kept.size, SIZE);
    assert_memory_equal(kept.data, large, SIZE);
    prm__intern_free(&intern);
    free(large);
}

/* By key notes are found from when that is opened until it is closed, of texts before and after. */
static void notes_are_found_by_key(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__intern intern;
    char text[40];
    prm__alloc_init(&alloc, NULL);
    prm__intern_init(&intern, &alloc, 3);
    assert_int_equal(prm__intern_open_notes(&intern), PRM_OK); /* there is no text yet */
    assert_null(prm__intern_note_of(&intern, 1));
    for (uint32_t i = 1; i <= 1000; i++) {
        size_t size = (size_t)snprintf(text, sizeof text, i % 2 ? "%u" : "a text of more than a slot %u", i);
        uint32_t key = prm__intern_key(&intern, text, size);
        if (i % 3)
            prm__intern_leave(&intern, key, i);
        if (i == 500)
            assert_int_equal(prm__intern_open_notes(&intern), PRM_OK);
        assert_true((prm__intern_note_of(&intern, key) != NULL) == (i >= 500));
    }
    assert_int_equal(prm__intern_open_notes(&intern), PRM_OK);
    for (uint32_t i = 1; i <= 1000; i++)
        assert_true(*prm__intern_note_of(&intern, i) == (i % 3 ? i : 0));
    assert_null(prm__intern_note_of(&intern, 0));
    assert_null(prm__intern_note_of(&intern, -1));
    assert_null(prm__intern_note_of(&intern, 1001));
    prm__intern_close_notes(&intern);
    assert_null(prm__intern_note_of(&intern, 1));
    prm__intern_free(&intern);
    assert_int_equal(alloc.held, 0);
}

static void failing_memory_loses_nothing(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at < 20; fail_at++) {
        failing_alloc failing;
        prm__alloc alloc;
        prm__intern intern;
        char text[16];
        failing_alloc_init(&failing, fail_at);
        prm__alloc_init(&alloc, &failing.host);
        prm__intern_init(&intern, &alloc, 9);
        uint32_t failures = 0;
        for (int i = 0; i < 3000; i++) {
            size_t size = (size_t)snprintf(text, sizeof text, "text %d", i);
            uint32_t key = prm__intern_key(&intern, text, size);
            if (!key) {
                failures++;
                key = prm__intern_key(&intern, text, size);
            }
            assert_int_equal(key, i + 1);
            if (prm__intern_open_notes(&intern) != PRM_OK) {
                failures++;
                assert_int_equal(prm__intern_open_notes(&intern), PRM_OK);
            }
        }
        assert_int_equal(failures, 1);
        prm__intern_free(&intern);
        assert_int_equal(failing.bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_count_up_in_the_order_of_first_sight),
        cmocka_unit_test(one_byte_makes_another_text),
        cmocka_unit_test(texts_stay_where_they_are),
        cmocka_unit_test(notes_stay_with_their_text),
        cmocka_unit_test(notes_are_found_by_key),
        cmocka_unit_test(texts_larger_than_a_chunk),
        cmocka_unit_test(failing_memory_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
