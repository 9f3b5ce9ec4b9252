/* sort: pointers in order, equal ones as they stood; and bytes, by which texts are ordered. */
#include "base/sort.h"
#include "base/bytes.h"
#include "unit.h"

#include <stdlib.h>

typedef struct item {
    uint32_t key;
    uint32_t place;
} item;

static int compare_items(const void *a, const void *b, const void *context)
{
    const item *left = a, *right = b;
    assert_int_equal(*(const int *)context, 42);
    return left->key < right->key ? -1 : left->key > right->key;
}

static void check_sorted(size_t count, uint32_t keys, uint64_t seed)
{
    const int context = 42;
    item *items = calloc(count + 1, sizeof *items);
    const void **pointers = calloc(count * 2 + 1, sizeof *pointers);
    assert_true(items && pointers);
    for (size_t i = 0; i < count; i++) {
        items[i] = (item){(uint32_t)(unit_random(&seed) >> 40) % keys, (uint32_t)i};
        pointers[i] = &items[i];
    }
    prm__sort_pointers(pointers, pointers + count, count, compare_items, &context);
    uint64_t places = 0;
    for (size_t i = 0; i < count; i++) {
        const item *now = pointers[i], *before = i ? pointers[i - 1] : NULL;
        if (before)
            assert_true(before->key < now->key || (before->key == now->key && before->place < now->place));
        places += now->place;
    }
    assert_int_equal(places, count ? (uint64_t)count * (count - 1) / 2 : 0);
    free(items);
    free(pointers);
}

static void any_number_of_items_is_sorted_and_stable(void **state)
{
    (void)state;
    for (size_t count = 0; count < 70; count++)
        for (uint32_t keys = 1; keys < 40; keys += 6)
            check_sorted(count, keys, count * 100 + keys + 1);
    check_sorted(10000, 50, 5);
    check_sorted(10000, 1000000, 6);
}

static prm_text text_of(const char *text, size_t size)
{
    return (prm_text){text, size};
}

static void texts_compare_bytewise(void **state)
{
    (void)state;
    assert_int_equal(prm__bytes_compare(text_of(NULL, 0), text_of(NULL, 0)), 0);
    assert_true(prm__bytes_compare(text_of(NULL, 0), text_of("a", 1)) < 0);
    assert_true(prm__bytes_compare(text_of("ab", 2), text_of("a", 1)) > 0);
    assert_true(prm__bytes_compare(text_of("ab", 2), text_of("b", 1)) < 0);
    assert_true(prm__bytes_compare(text_of("\xe3", 1), text_of("z", 1)) > 0); /* unsigned */
    assert_int_equal(prm__bytes_compare(text_of("same", 4), text_of("same", 4)), 0);
}

static void equality_sees_every_byte(void **state)
{
    (void)state;
    char a[24], b[24];
    for (size_t size = 0; size <= sizeof a; size++) {
        for (size_t i = 0; i < sizeof a; i++)
            a[i] = b[i] = (char)('a' + i);
        assert_true(prm__bytes_same(a, b, size));
        for (size_t i = 0; i < size; i++) {
            b[i] ^= 1;
            assert_false(prm__bytes_same(a, b, size));
            b[i] ^= 1;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_items_is_sorted_and_stable),
        cmocka_unit_test(texts_compare_bytewise),
        cmocka_unit_test(equality_sees_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
