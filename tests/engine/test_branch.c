/* branch: filters that ask for one text lead an event to their takes and listeners alone. */
#include "engine_rig.h"

#include "engine/plan.h"

#define COURSES 40

/* A rule for each course, with `more` behind each; others listen to every course. */
static void open_courses(rig *r, const char *where)
{
    rig_text text = {.size = 0};
    RIG_PRINT(&text, "rules:\n  any-three:\n    for: partner\n"
                     "    when: {count: course.completed, at_least: 3}\n    then: {points: 3}\n");
    for (unsigned i = 0; i < COURSES; i++)
        RIG_PRINT(
            &text,
            "  c%u:\n    for: rep\n    when: {count: course.completed, where: '%s\"k%u\"', at_least: 2}\n"
            "    then: {points: 1}\n",
            i, where, i);
    RIG_PRINT(&text, "  each-high:\n    for: rep\n    each: course.completed\n    where: score >= 90\n"
                     "    then: {points: 9}\n");
    rig_open(r, text.data);
}

static const prm__plan *plan_of(const rig *r, const char *type)
{
    return &r->engine->plans[prm_program_type(r->program, type, strlen(type))];
}

static const char attended[] = "a 2026-01-01 course.completed partner=p rep=x course=k1 score=95;"
                               "b 2026-01-02 course.completed partner=p rep=x course=k2 score=10;"
                               "c 2026-01-03 course.completed partner=p rep=x course=k1 score=10;"
                               "d 2026-01-04 course.completed partner=p rep=y course=k1 score=99;"
                               "e 2026-01-05 course.completed partner=p rep=x course=other score=10";

static const char granted[] = "each-high!a p/x points 9\n"
                              "any-three:p p points 3\n"
                              "c1:p:x p/x points 1\n"
                              "each-high!d p/y points 9\n";

static void an_event_goes_to_its_own_text_alone(void **state)
{
    (void)state;
    rig r;
    open_courses(&r, "course == ");
    const prm__plan *plan = plan_of(&r, "course.completed");
    assert_int_equal(plan->fork_count, 1);
    assert_int_equal(plan->take_count, 1);     /* of any-three */
    assert_int_equal(plan->listener_count, 2); /* any-three, each-high */
    assert_int_equal(r.engine->branches.count, COURSES);
    for (size_t i = 0; i < COURSES; i++) {
        const prm__branch *branch = prm__vec_at(&r.engine->branches, i);
        assert_int_equal(branch->take_count, 1);
        assert_int_equal(branch->listener_count, 1);
    }
    rig_give_each(&r, attended);
    rig_ledger(&r, granted);
    rig_close(&r);
}

/* More may be asked beside the text, on either side; what is asked in the alternative leads nowhere. */
static void the_text_may_stand_among_others(void **state)
{
    (void)state;
    static const char *const leading[] = {"has(rep) && course == ", "score > 5 && has(rep) && course == "};
    rig r;
    for (size_t i = 0; i < sizeof leading / sizeof leading[0]; i++) {
        open_courses(&r, leading[i]);
        assert_int_equal(r.engine->branches.count, COURSES);
        rig_give_each(&r, attended);
        rig_ledger(&r, granted);
        rig_close(&r);
    }
    open_courses(&r, "!has(rep) || course == ");
    assert_int_equal(plan_of(&r, "course.completed")->fork_count, 0);
    assert_int_equal(r.engine->branches.count, 0);
    rig_give_each(&r, attended);
    rig_ledger(&r, granted);
    rig_close(&r);
}

/* Rules of a branch and others fire in the order of the file: who comes first takes the name. */
static void the_order_of_the_file_holds_across_branches(void **state)
{
    (void)state;
    rig_text text = {.size = 0};
    RIG_PRINT(&text, "rules:\n");
    for (unsigned i = 0; i < COURSES; i++)
        RIG_PRINT(
            &text,
            "  r%u:\n    for: rep\n    exclusive: one\n    when: {count: course.completed%s, at_least: 1}\n"
            "    then: {points: %u}\n",
            i, i % 2 == 0 || i < 3 ? ", where: 'course == \"k\"'" : "", i + 1);
    rig r;
    rig_open(&r, text.data);
    rig_give(&r, "a 2026-01-01 course.completed partner=p rep=x course=k");
    rig_give(&r, "b 2026-01-02 course.completed partner=p rep=y course=l");
    rig_ledger(&r, "r0:p:x p/x points 1\nr3:p:y p/y points 4\n");
    rig_close(&r);
}

/* A type whose events are led by two of their texts, beside one that is led by a text in the same place:
 * each event goes to the branches of its own type, and to each of them once. */
static void a_type_may_fork_twice(void **state)
{
    (void)state;
    static const struct {
        const char *name, *type, *before, *after; /* the text stands between */
    } kinds[] = {{"mc", "meeting.held", "customer == ", ""},
                 {"dc", "deal.won", "", " == customer"},
                 {"dp", "deal.won", "product == ", ""}};
    rig r;
    rig_text text = {.size = 0};
    RIG_PRINT(&text, "rules:\n");
    for (size_t i = 0; i < UNIT_COUNT(kinds); i++)
        for (unsigned j = 0; j < COURSES; j++)
            RIG_PRINT(&text, "  %s%u: {when: {count: %s, where: '%s\"k%u\"%s', every: 1}, then: {cash: 1}}\n",
                      kinds[i].name, j, kinds[i].type, kinds[i].before, j, kinds[i].after);
    rig_open(&r, text.data);
    assert_int_equal(plan_of(&r, "meeting.held")->fork_count, 1);
    assert_int_equal(plan_of(&r, "deal.won")->fork_count, 2);
    rig_give_each(&r, "a 2026-01-01 meeting.held partner=p customer=k1;"
                      "b 2026-01-02 deal.won partner=p customer=k2 product=k3;"
                      "c 2026-01-03 deal.won partner=p customer=k2 product=none");
    rig_ledger(&r, "mc1:p#1 p cash 1\n"
                   "dc2:p#1 p cash 1\n"
                   "dp3:p#1 p cash 1\n"
                   "dc2:p#2 p cash 1\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_goes_to_its_own_text_alone),
        cmocka_unit_test(the_text_may_stand_among_others),
        cmocka_unit_test(the_order_of_the_file_holds_across_branches),
        cmocka_unit_test(a_type_may_fork_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
