#include "testsection.h"

#include "testjourney.h"

static const test_section_shape testsection_shapes[TEST_SECTIONS] = {
    [TEST_LEDGER] = {"ledger", "these rows and no others, in any order", NULL, &testrow_postings,
                     "an amount of this kind", 1},
    [TEST_CONTAINS] = {"contains", "these rows, whatever else there is", NULL, &testrow_postings,
                       "an amount of this kind", 0},
    [TEST_JOURNAL] = {"journal", "these postings and no others, in their order", NULL, &testrow_postings,
                      "an amount of this kind", 1},
    [TEST_TOTALS] = {"totals", "the net of each kind named, per recipient", &testkeys_of_totals, NULL,
                     "the net of this kind", 0},
    [TEST_RATES] = {"rates", "the commission rate at a time", &testkeys_of_rate, NULL, NULL, 0},
    [TEST_RANKS] = {"ranks", "the rank at a time", &testkeys_of_rank, NULL, NULL, 0},
    [TEST_PROGRESS] = {"progress", "who is how far with a rule, at the clock", NULL, &testquestion_rows, NULL,
                       0},
    [TEST_JOURNEY] = {"journey", "who stands where on the journey, at the clock", NULL, &testjourney_rows,
                      NULL, 0},
    [TEST_ERRORS] = {"errors", "all errors of a program that does not compile", &testkeys_of_error, NULL,
                     NULL, 0},
    [TEST_REJECTED] = {"rejected", "the ids of the events that are malformed or in conflict", NULL, NULL,
                       NULL, 0},
};

const test_section_shape *testsection_shape(test_section section)
{
    return &testsection_shapes[section];
}

const test_key *testsection_key(const test_section_shape *shape, size_t index)
{
    if (shape->keys != NULL)
        return index < shape->keys->count ? &shape->keys->items[index] : NULL;
    return shape->table != NULL && index < shape->table->count ? &shape->table->columns[index].key : NULL;
}
