/* store: every accepted event once; the id decides, and the last ones can be taken back. */
#include "engine_rig.h"

#include "engine/intake.h"
#include "engine/store.h"

#define PROGRAM "commission: {on: deal.won, of: amount, base: 10%}\n"
#define DEAL "d1 2026-01-05 deal.won partner=acme customer=kato amount=1000"

/* Offers one event to the store, as a call does before anything else. */
static prm__store_result take(const rig *r, const char *text, uint32_t *handle)
{
    rig_events set;
    prm__warm warm[PRM_WARM_GROUP];
    prm_answer answer;
    size_t size = 0;
    prm_engine *engine = r->engine;
    rig_read(r, text, &set);
    prm__warm_events(engine, set.events, 1, warm);
    assert_int_equal(prm__intake_read(engine, set.events, warm, &answer, &size), PRM_OK);
    assert_int_equal(answer.answer, PRM_ACCEPTED);
    return prm__store_take(&engine->store, engine->layouts,
                           (prm_text){set.events[0].id, set.events[0].id_size}, warm[0].id, size, handle);
}

static uint32_t find(const rig *r, const char *id)
{
    return prm__store_find(&r->engine->store, r->engine->layouts, rig_as_text(id));
}

static void an_event_is_found_by_its_id(void **state)
{
    (void)state;
    rig r;
    uint32_t handle;
    rig_open(&r, PROGRAM);
    assert_int_equal(find(&r, "d1"), PRM_NO_INDEX);
    assert_int_equal(take(&r, DEAL, &handle), PRM_STORE_NEW);
    assert_int_equal(find(&r, "d1"), handle);
    assert_int_equal(find(&r, "d"), PRM_NO_INDEX);
    assert_int_equal(find(&r, "d10"), PRM_NO_INDEX);
    const prm__event *event = prm__engine_event(r.engine, handle);
    prm_text id = prm__engine_event_id(r.engine, event);
    assert_int_equal(id.size, 2);
    assert_memory_equal(id.data, "d1", 2);
    rig_close(&r);
}

static void a_view_gives_back_what_was_given(void **state)
{
    (void)state;
    rig r;
    uint32_t handle;
    prm__view view;
    rig_open(&r, PROGRAM);
    assert_int_equal(take(&r, DEAL, &handle), PRM_STORE_NEW);
    prm__engine_view(r.engine, handle, &view);
    assert_int_equal(view.amount, 1000);
    prm_text customer = prm__engine_text(r.engine, prm__engine_view_text(r.engine, &view, PRM_NAME_CUSTOMER));
    assert_int_equal(customer.size, 4);
    assert_memory_equal(customer.data, "kato", 4);
    assert_int_equal(prm__engine_view_text(r.engine, &view, PRM_NAME_PRODUCT), 0);
    rig_close(&r);
}

static void the_same_again_is_the_same(void **state)
{
    (void)state;
    rig r;
    uint32_t first, second = 77;
    rig_open(&r, PROGRAM);
    assert_int_equal(take(&r, DEAL, &first), PRM_STORE_NEW);
    uint32_t top = r.engine->store.top;
    assert_int_equal(take(&r, DEAL, &second), PRM_STORE_SAME);
    assert_int_equal(
        take(&r, "d1 2026-01-05T00:00:00Z deal.won amount=1000.00 customer=kato partner=acme", &second),
        PRM_STORE_SAME);
    assert_int_equal(r.engine->store.top, top);
    assert_int_equal(second, 77);
    rig_close(&r);
}

static void any_other_content_is_a_conflict(void **state)
{
    static const char *const others[] = {
        "d1 2026-01-05T00:00:00.001Z deal.won partner=acme customer=kato amount=1000",
        "d1 2026-01-05 deal.upsold partner=acme customer=kato amount=1000",
        "d1 2026-01-05 deal.won partner=zeta customer=kato amount=1000",
        "d1 2026-01-05 deal.won partner=acme customer=ito amount=1000",
        "d1 2026-01-05 deal.won partner=acme customer=kato amount=1001",
        "d1 2026-01-05 deal.won partner=acme customer=kato",
        "d1 2026-01-05 deal.won partner=acme customer=kato amount=1000 product=crm",
        "d1 2026-01-05 deal.won partner=acme product=kato amount=1000",
    };
    (void)state;
    rig r;
    uint32_t handle;
    rig_open(&r, PROGRAM);
    assert_int_equal(take(&r, DEAL, &handle), PRM_STORE_NEW);
    for (size_t i = 0; i < UNIT_COUNT(others); i++)
        assert_int_equal(take(&r, others[i], &handle), PRM_STORE_CONFLICT);
    rig_close(&r);
}

static void marks_are_no_content(void **state)
{
    (void)state;
    rig r;
    uint32_t handle;
    rig_open(&r, PROGRAM);
    assert_int_equal(take(&r, DEAL, &handle), PRM_STORE_NEW);
    prm__store_event(&r.engine->store, handle)->marks |= PRM_EVENT_VOIDED | PRM_EVENT_MATCHED;
    assert_int_equal(take(&r, DEAL, &handle), PRM_STORE_SAME);
    rig_close(&r);
}

static void the_last_are_taken_back(void **state)
{
    (void)state;
    rig r;
    uint32_t first, second, third;
    rig_open(&r, PROGRAM);
    assert_int_equal(take(&r, DEAL, &first), PRM_STORE_NEW);
    uint32_t mark = r.engine->store.top;
    assert_int_equal(take(&r, "d2 2026-01-06 deal.won partner=acme", &second), PRM_STORE_NEW);
    assert_int_equal(take(&r, "d3 2026-01-07 meeting.held partner=acme rep=sato", &third), PRM_STORE_NEW);
    prm__store_undo(&r.engine->store, r.engine->layouts, mark);
    assert_int_equal(find(&r, "d1"), first);
    assert_int_equal(find(&r, "d2"), PRM_NO_INDEX);
    assert_int_equal(find(&r, "d3"), PRM_NO_INDEX);
    assert_int_equal(take(&r, "d2 2026-02-02 deal.lost partner=acme", &third), PRM_STORE_NEW);
    rig_close(&r);
}

/* Enough for several chunks and growths of the index; then all but the first thousand are
 * taken back, and found no more. */
static void many_are_kept_and_taken_back(void **state)
{
    (void)state;
    enum { ALL = 5000, KEPT = 1000 };
    static uint32_t handles[ALL];
    rig r;
    uint32_t mark = 0;
    char text[128], id[16];
    rig_open(&r, PROGRAM);
    for (uint32_t i = 0; i < ALL; i++) {
        if (i == KEPT)
            mark = r.engine->store.top;
        snprintf(text, sizeof text, "e%u 2026-01-05 deal.won partner=acme customer=c%u amount=%u", i, i % 7,
                 i);
        assert_int_equal(take(&r, text, &handles[i]), PRM_STORE_NEW);
    }
    prm__store_undo(&r.engine->store, r.engine->layouts, mark);
    for (uint32_t i = 0; i < ALL; i++) {
        snprintf(id, sizeof id, "e%u", i);
        assert_int_equal(find(&r, id), i < KEPT ? handles[i] : PRM_NO_INDEX);
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_found_by_its_id),  cmocka_unit_test(a_view_gives_back_what_was_given),
        cmocka_unit_test(the_same_again_is_the_same),   cmocka_unit_test(any_other_content_is_a_conflict),
        cmocka_unit_test(marks_are_no_content),         cmocka_unit_test(the_last_are_taken_back),
        cmocka_unit_test(many_are_kept_and_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
