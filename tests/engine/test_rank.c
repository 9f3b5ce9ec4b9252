/* rank: promotions, reviews, and what a rank is worth. */
#include "engine_rig.h"

#define LEVELS                                                                                               \
    "  levels:\n"                                                                                            \
    "    bronze: {}\n"                                                                                       \
    "    silver: {when: {sum: amount, of: deal.won, at_least: 100}, rate: 15%}\n"                            \
    "    gold: {when: {sum: amount, of: deal.won, at_least: 300}, rate: 20%, by_product: {ma: 22%}}\n"
#define RANKS                                                                                                \
    "commission: {on: deal.won, of: amount, base: 10%, by_product: {ma: 12%, crm: 13%}}\nranks:\n  per: "    \
    "quarter\n"
#define DEAL(id, time, amount) #id " " time " deal.won partner=a amount=" #amount "; "

static prm_text rank_of(const rig *r, const char *partner, const char *time)
{
    prm_text rank = {NULL, 0};
    prm_error error;
    if (prm_engine_rank(r->engine, rig_as_text(partner), rig_time(r, time, strlen(time)), &rank, &error) !=
        PRM_OK)
        fail_msg("%s", error.message);
    return rank;
}

#define RANK(r, partner, time, expected)                                                                     \
    do {                                                                                                     \
        prm_text rank_text = rank_of(r, partner, time);                                                      \
        assert_int_equal(rank_text.size, strlen(expected));                                                  \
        assert_memory_equal(rank_text.data, expected, rank_text.size);                                       \
    } while (0)

static void promoted_at_the_close(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS LEVELS);
    rig_give(&r, DEAL(1, "2026-01-10", 100) DEAL(2, "2026-02-10", 200) DEAL(3, "2026-03-31", 0));
    rig_ledger(&r, "commission!1 a cash 10\ncommission!2 a cash 20\n");
    RANK(&r, "a", "2026-03-31", "bronze");
    rig_give(&r, DEAL(4, "2026-04-01", 1000));
    rig_ledger(&r, "commission!1 a cash 10\n"
                   "commission!2 a cash 20\n"
                   "ranks:a@2026-01-01 a rank gold\n"
                   "commission!4 a cash 200\n");
    RANK(&r, "a", "2026-03-31T23:59:59Z", "bronze");
    RANK(&r, "a", "2026-04-01", "gold");
    rig_close(&r);
}

/* The commission of the promoting event still has the rate before it. */
static void promoted_at_once(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS "  promote: now\n" LEVELS);
    rig_give(&r, DEAL(1, "2026-01-10", 100) DEAL(2, "2026-01-11", 200) DEAL(3, "2026-01-12", 100));
    rig_ledger(&r, "ranks:a@2026-01-01~2 a rank silver\n"
                   "commission!1 a cash 10\n"
                   "ranks:a@2026-01-01~3 a rank gold\n"
                   "commission!2 a cash 30\n"
                   "commission!3 a cash 20\n");
    RANK(&r, "a", "2026-01-10", "silver");
    rig_give(&r, DEAL(4, "2026-04-01", 100)); /* the review of the first quarter finds it at its rank */
    rig_ledger(&r, "ranks:a@2026-01-01~2 a rank silver\n"
                   "commission!1 a cash 10\n"
                   "ranks:a@2026-01-01~3 a rank gold\n"
                   "commission!2 a cash 30\n"
                   "commission!3 a cash 20\n"
                   "commission!4 a cash 20\n");
    rig_close(&r);
}

/* One level at a time, each at a review that fails; windows without any event fail too. */
static void down_one_level_at_a_failing_review(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS LEVELS);
    rig_give(&r, DEAL(1, "2026-01-10", 300));
    rig_advance(&r, "2027-12-31");
    rig_ledger(&r, "commission!1 a cash 30\n"
                   "ranks:a@2026-01-01 a rank gold\n"
                   "ranks:a@2026-04-01 a rank silver\n"
                   "ranks:a@2026-07-01 a rank bronze\n");
    RANK(&r, "a", "2026-07-01", "silver");
    RANK(&r, "a", "2026-10-01", "bronze");
    rig_close(&r);
}

/* With keep: 1 two failures in a row step down; a pass, or a step down, starts the count anew. */
static void failures_in_a_row_are_forgiven(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS "  keep: 1\n" LEVELS);
    rig_give(&r, DEAL(1, "2026-01-10", 300) /* gold; Q2 fails: forgiven */
             DEAL(2, "2026-07-10", 300)     /* Q3 passes; Q4 fails: forgiven */
             DEAL(3, "2027-01-10", 299));   /* Q1 of 2027 fails again: down; Q2: forgiven, Q3: down */
    rig_advance(&r, "2027-07-01");
    RANK(&r, "a", "2027-03-31", "gold");
    RANK(&r, "a", "2027-04-01", "silver");
    RANK(&r, "a", "2027-07-01", "silver");
    rig_advance(&r, "2027-10-01");
    rig_ledger(&r, "commission!1 a cash 30\n"
                   "ranks:a@2026-01-01 a rank gold\n"
                   "commission!2 a cash 60\n"
                   "commission!3 a cash 59\n"
                   "ranks:a@2027-01-01 a rank silver\n"
                   "ranks:a@2027-07-01 a rank bronze\n");
    rig_close(&r);
}

/* A rank's by_product, its rate, the program's by_product, the base. */
static void what_a_rank_is_worth(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS "  promote: now\n" LEVELS
                       "rules:\n  set: {each: lead.registered, then: {rate: 30%, lasts: 1d}}\n");
    rig_give(&r, "b1 2026-01-01 deal.won partner=a amount=10 product=crm; "
                 "s 2026-01-02 deal.won partner=a amount=90 product=ma; "
                 "s1 2026-01-03 deal.won partner=a amount=100 product=ma; "
                 "g 2026-01-04 deal.won partner=a amount=100; "
                 "g1 2026-01-05 deal.won partner=a amount=100 product=ma; "
                 "g2 2026-01-06 deal.won partner=a amount=100 product=crm; "
                 "l 2026-01-07 lead.registered partner=a; "
                 "g3 2026-01-08 deal.won partner=a amount=100 product=ma");
    rig_ledger(&r, "commission!b1 a cash 1\n"
                   "ranks:a@2026-01-01~2 a rank silver\n"
                   "commission!s a cash 10\n"
                   "commission!s1 a cash 15\n"
                   "ranks:a@2026-01-01~3 a rank gold\n"
                   "commission!g a cash 15\n"
                   "commission!g1 a cash 22\n"
                   "commission!g2 a cash 20\n"
                   "set!l a rate 30% 2026-01-07..2026-01-09\n"
                   "commission!g3 a cash 30\n");
    rig_close(&r);
}

static void a_rank_can_be_asked_about(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             RANKS "  promote: now\n" LEVELS "rules:\n"
                   "  gold: {each: deal.won, where: partner.rank == \"gold\", then: {points: 1}}\n"
                   "  then: {each: deal.won, then: {points: \"partner.rank == 'gold' ? 3 : 2\"}}\n"
                   "  eligible: {each: deal.won, eligible: partner.rank != \"bronze\", then: {points: 4}}\n");
    rig_give(&r, DEAL(1, "2026-01-10", 300) DEAL(2, "2026-01-11", 0) "o 2026-01-12 deal.won partner=b");
    rig_ledger(&r, "ranks:a@2026-01-01~3 a rank gold\n"
                   "then!1 a points 3\n" /* a filter sees the rank before the event, the rest what it made */
                   "eligible!1 a points 4\n"
                   "commission!1 a cash 30\n"
                   "gold!2 a points 1\n"
                   "then!2 a points 3\n"
                   "eligible!2 a points 4\n"
                   "then!o b points 2\n");
    rig_close(&r);
}

static void a_void_takes_the_rank_away(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS LEVELS);
    rig_give(&r, DEAL(1, "2026-01-10", 100) DEAL(2, "2026-04-10", 1000));
    rig_journal(&r, 1,
                "+ commission!1 a cash 10\n"
                "+ ranks:a@2026-01-01 a rank silver\n"
                "+ commission!2 a cash 150\n");
    rig_give(&r, "v 2026-04-11 event.voided event=1");
    rig_journal(&r, 4,
                "- commission!1 a cash 10\n"
                "- ranks:a@2026-01-01 a rank silver\n"
                "- commission!2 a cash 150\n"
                "+ commission!2 a cash 100\n");
    rig_give(&r, DEAL(3, "2026-03-31T23:59:59Z", 100)); /* late, and just inside */
    rig_journal(&r, 8,
                "- commission!2 a cash 100\n"
                "+ commission!3 a cash 10\n"
                "+ ranks:a@2026-01-01 a rank silver\n"
                "+ commission!2 a cash 150\n");
    rig_close(&r);
}

/* Reviews begin with the window of the first event, and pass by who has left. */
static void who_has_left_is_not_reviewed(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS LEVELS);
    rig_give(&r,
             DEAL(1, "2026-01-10",
                  100) "x 2026-03-31 partner.left partner=a; "
                       "y 2026-04-10 partner.joined partner=a; " DEAL(
                           2, "2026-04-11",
                           300) "z 2026-07-02 partner.left partner=a; w 2026-11-01 partner.joined partner=a");
    rig_advance(&r, "2026-12-31");
    rig_ledger(&r, "commission!1 a cash 10\ncommission!2 a cash 30\nranks:a@2026-04-01 a rank gold\n");
    rig_advance(&r, "2027-01-01"); /* one failure for the last quarter only */
    RANK(&r, "a", "2027-01-01", "silver");
    rig_close(&r);
}

/* A rule may raise or lower the rank; a later review starts from there. */
static void a_rule_sets_the_rank(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS LEVELS "rules:\n"
                              "  up: {each: seminar.attended, then: {rank: gold}}\n"
                              "  down: {each: deal.lost, then: {rank: bronze}}\n");
    rig_give(&r,
             "s 2026-01-01 seminar.attended partner=a; " DEAL(
                 1, "2026-01-02",
                 100) "l 2026-01-03 deal.lost partner=a; " DEAL(2, "2026-01-04",
                                                                100) "t 2026-02-01 seminar.attended "
                                                                     "partner=a; " DEAL(3, "2026-07-01", 0));
    rig_ledger(&r, "up!s a rank gold\n"
                   "commission!1 a cash 20\n"
                   "down!l a rank bronze\n"
                   "commission!2 a cash 10\n"
                   "up!t a rank gold\n"
                   "ranks:a@2026-01-01 a rank silver\n" /* 200 is no gold: one level down */
                   "ranks:a@2026-04-01 a rank bronze\n");
    rig_close(&r);
}

/* Of the rank of reviews and the one that a spell lends the higher holds. */
static void a_spell_lends_a_rank(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RANKS LEVELS
             "rules:\n"
             "  lend: {within: 36h, while: {count: meeting.held, at_least: 1}, then: {rank: silver}}\n");
    rig_give(&r, "m 2026-01-01 meeting.held partner=a; " DEAL(1, "2026-01-02", 100)
                     DEAL(2, "2026-01-02T12:00:00Z", 200)
                         DEAL(3, "2026-04-01",
                              100) "n 2026-04-02 meeting.held partner=a; " DEAL(4, "2026-04-03", 100));
    rig_ledger(&r, "lend:a@2026-01-01T00:00:00Z a rank silver ..2026-01-02T12:00:00Z\n"
                   "commission!1 a cash 15\n"
                   "commission!2 a cash 20\n"
                   "ranks:a@2026-01-01 a rank gold\n"
                   "commission!3 a cash 20\n"
                   "lend:a@2026-04-02T00:00:00Z a rank silver\n"
                   "commission!4 a cash 20\n");
    RANK(&r, "a", "2026-01-02", "silver");
    RANK(&r, "a", "2026-01-02T12:00:00Z", "bronze");
    RANK(&r, "a", "2026-04-02", "gold");
    rig_close(&r);
}

static void without_ranks_or_events(void **state)
{
    (void)state;
    rig r;
    prm_text rank;
    prm_error error;
    rig_open(&r, RANKS LEVELS);
    rig_give(&r, DEAL(1, "2026-01-10", 1));
    RANK(&r, "stranger", "2026-01-10", "bronze");
    assert_int_equal(
        prm_engine_rank(r.engine, rig_as_text("a"), rig_time(&r, "2026-01-11", 10), &rank, &error),
        PRM_E_CLOCK);
    rig_close(&r);
    rig_open(&r, "rules:\n  x: {each: deal.won, then: {points: 1}}\n");
    assert_int_equal(prm_engine_rank(r.engine, rig_as_text("a"), 0, &rank, &error), PRM_E_NOT_FOUND);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promoted_at_the_close),
        cmocka_unit_test(promoted_at_once),
        cmocka_unit_test(down_one_level_at_a_failing_review),
        cmocka_unit_test(failures_in_a_row_are_forgiven),
        cmocka_unit_test(what_a_rank_is_worth),
        cmocka_unit_test(a_rank_can_be_asked_about),
        cmocka_unit_test(a_void_takes_the_rank_away),
        cmocka_unit_test(who_has_left_is_not_reviewed),
        cmocka_unit_test(a_rule_sets_the_rank),
        cmocka_unit_test(a_spell_lends_a_rank),
        cmocka_unit_test(without_ranks_or_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
