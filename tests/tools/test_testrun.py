#!/usr/bin/env python3
"""`prm test` end to end: what passes, what fails and how it says so, and files
of tests that are broken.

    test_testrun.py PRM [FICKLE] [unittest arguments]

PRM is the path of the tool; FICKLE (a library, named *.so) makes the engine
break its promises where an event asks for it, for tests that must notice.
"""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
import xml.etree.ElementTree

PRM = ""
FICKLE = ""

PROGRAM = """\
prm: 1
program: tested
currency: USD
timezone: America/New_York
rewards: {stars: points}
commission: {on: deal.won, of: amount, base: 10%}
rules:
  two-leads:
    for: rep
    when: {count: lead.registered, at_least: 2}
    then: {gift_card: 50}
  faster:
    when: {count: meeting.held, at_least: 3}
    then: {rate: +5%, lasts: 30d}
  star:
    each: seminar.attended
    then: {stars: 1}
"""

BROKEN = """\
prm: 1
program: broken
currency: USD
rules:
  a:
    when: {count: lead.registerd, at_least: 1}
    then: {cash: 1}
  b:
    when: {count: lead.registered, at_least: 1}
    then: {chash: 1}
"""

DEAL = "{at: 2026-01-05, type: deal.won, partner: p, rep: sato, amount: 1500}"


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("program.yaml", PROGRAM)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))
        return path

    def prm(self, *arguments, preload=None):
        env = dict(os.environ)
        if preload:
            env["LD_PRELOAD"] = preload
        done = subprocess.run([PRM, "test", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", cwd=self.folder, env=env, check=False)
        return done.returncode, done.stdout, done.stderr

    def run_text(self, text, *arguments, **options):
        self.write("x.test.yaml", text)
        return self.prm("x.test.yaml", *arguments, **options)

    def run_test(self, body, head="program: program.yaml", **options):
        """One test named `it` with this body, its lines beginning in line 4."""
        body = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
        return self.run_text("%s\ntests:\n  it:\n%s\n" % (head, body), **options)

    def passes(self, body, **options):
        status, out, err = self.run_test(body, **options)
        self.assertEqual((status, err), (0, ""), out)
        self.assertIn("  ok      it\n", out)
        self.assertIn("1 passed, 0 failed\n", out)
        return out

    def fails(self, body, *parts, **options):
        status, out, err = self.run_test(body, **options)
        self.assertEqual((status, err), (1, ""), out)
        self.assertIn("  FAILED  it\n", out)
        self.assertIn("0 passed, 1 failed\n", out)
        for part in parts:
            self.assertIn(part, out)
        return out

    def refused(self, text, *parts):
        """A file that cannot be read as tests."""
        status, out, err = self.run_text(text)
        self.assertEqual((status, err), (1, ""), out)
        self.assertIn("x.test.yaml\n  FAILED  the file can be read\n", out)
        self.assertIn("0 passed, 1 failed\n", out)
        for part in parts:
            self.assertIn(part, out)


class Ledger(Case):
    def test_exact(self):
        self.passes("""
            events: [%s]
            expect: {ledger: [{rule: commission, kind: cash, cash: 150, recipient: p, at: 2026-01-05}]}
            """ % DEAL)

    def test_nothing(self):
        self.passes("expect: {ledger: []}")

    def test_values_compare_by_what_they_say(self):
        self.write("rates.yaml", PROGRAM.replace("lasts: 30d", "until: 2026-02-01"))
        self.passes("""
            events:
              - %s
              - {at: 2026-01-06, type: meeting.held, partner: p, repeat: 3, every: 1h}
            expect:
              ledger:
                - {amount: 150.0, at: 2026-01-05T05:00:00.000Z}
                - {rate: +0.05, from: 2026-01-06T02:00:00-05:00, until: 2026-02-02, payable: "", rep: ""}
            """ % DEAL, head="program: rates.yaml")

    def test_a_difference_is_shown_with_both_rows(self):
        self.fails("""
            events: [%s]
            expect: {ledger: [{rule: commission, cash: 200, rep: sato}]}
            """ % DEAL,
                   "ledger, line 5: differs in cash: expected 200, came 150.00\n",
                   "  expected {rule: commission, cash: 200, rep: sato}\n",
                   "  came     {rule: commission, partner: p, rep: sato, recipient: p, cash: 150.00, "
                   "at: 2026-01-05T00:00:00-05:00, event: e1, id: commission!e1}\n")

    def test_each_named_key_counts(self):
        keys = {"rule": "two-leads", "kind": "points", "partner": "q", "rep": "ito", "customer": "Kita",
                "product": "crm", "recipient": "p/sato", "amount": "151", "rate": "20%",
                "at": "2026-01-06", "from": "2026-01-05", "until": "2026-01-05", "payable": "2026-01-05",
                "event": "e2", "id": "commission!e2", "op": "reverse", "cash": "150.01", "stars": "150"}
        for key, value in keys.items():
            with self.subTest(key):
                self.fails("""
                    events: [%s]
                    expect: {ledger: [{%s: %s}]}
                    """ % (DEAL, key, value), "ledger, line 5: missing\n", "ledger: unexpected\n")

    def test_missing_and_unexpected(self):
        out = self.fails("""
            events: [%s]
            expect: {ledger: [{rule: star, event: e9}]}
            """ % DEAL, "ledger, line 5: missing\n            expected {rule: star, event: e9}\n",
                         "ledger: unexpected\n            came     {rule: commission,")
        self.assertNotIn("differs", out)

    def test_rows_find_the_right_partners(self):
        # Whoever takes the first row that fits leaves none for the last row.
        self.passes("""
            events:
              - {at: 2026-01-05, type: seminar.attended, partner: p}
              - {at: 2026-01-06, type: seminar.attended, partner: p}
              - {at: 2026-01-07, type: seminar.attended, partner: q}
            expect: {ledger: [{stars: 1}, {partner: p}, {event: e1}]}
            """)

    def test_one_row_does_not_stand_for_two(self):
        self.fails("""
            events: [%s]
            expect: {contains: [{partner: p}, {rule: commission}]}
            """ % DEAL, "contains, line 5: missing\n")

    def test_contains_leaves_others_alone(self):
        body = """
            events:
              - {at: 2026-01-05, type: seminar.attended, partner: p, repeat: 2, every: 1d}
            expect: {%s: [{event: e1-2}]}
            """
        self.passes(body % "contains")
        self.fails(body % "ledger", "ledger: unexpected\n")

    def test_long_differences_are_cut(self):
        out = self.fails("""
            events: [{at: 2026-01-05, type: seminar.attended, partner: p, repeat: 25, every: 1d}]
            expect: {ledger: []}
            """, "ledger: and 5 more differences\n")
        self.assertEqual(out.count("ledger: unexpected"), 20)

    def test_the_nearest_unmet_condition(self):
        self.fails("""
            events:
              - {at: 2026-01-05, type: lead.registered, partner: p, rep: ito}
              - {at: 2026-01-05, type: meeting.held, partner: p, repeat: 2, every: 1d}
            expect:
              ledger: [{rule: two-leads, gift_card: 50}, {rule: faster, partner: p}]
              totals: [{partner: p, rep: ito, gift_card: 50}]
            """, "nearest unmet condition: two-leads, partner p, rep ito: 1 of 2, open\n",
                   "nearest unmet condition: faster, partner p: 2 of 3, open\n",
                   "totals, line 9: p/ito: gift_card: expected 50, came 0\n            nearest unmet condition: ")

    def test_the_nearest_of_several(self):
        out = self.fails("""
            events:
              - {at: 2026-01-05, type: meeting.held, partner: far}
              - {at: 2026-01-05, type: meeting.held, partner: near, repeat: 2, every: 1d}
            expect: {ledger: [{rule: faster}]}
            """, "nearest unmet condition: faster, partner near: 2 of 3, open\n")
        self.assertNotIn("partner far", out)

    def test_a_rule_that_does_not_exist(self):
        self.fails("expect: {ledger: [{rule: fastest}]}", """
          x.test.yaml:4:30: error: program.yaml has no rule 'fastest'; did you mean 'faster'?
                  expect: {ledger: [{rule: fastest}]}
                                           ^
""")
        self.fails("expect: {contains: [{rule: comission}]}", "did you mean 'commission'?\n")
        self.fails("expect: {contains: [{rule: bonus}]}", "program.yaml has no rule 'bonus'\n")
        self.fails("expect: {progress: [{rule: two-lead, partner: p}]}",
                   "x.test.yaml:4:32: error: program.yaml has no rule 'two-lead'; did you mean 'two-leads'?\n")
        self.fails("expect: {progress: [{rule: commission, partner: p}]}",
                   "x.test.yaml:4:32: error: program.yaml has no rule 'commission'\n")

    def test_a_rank_that_does_not_exist(self):
        self.fails("expect: {ledger: [{rank: gold}]}", "x.test.yaml:4:30: error: 'gold' is no rank of program.yaml\n")
        self.write("ranks.yaml", PROGRAM + "ranks: {per: quarter, levels: {bronze: {}, silver: "
                   "{when: {count: deal.won, at_least: 1}}}}\n")
        head = "program: ranks.yaml"
        self.fails("expect: {contains: [{rank: silvr}]}", "'silvr' is no rank of ranks.yaml; did you mean 'silver'?",
                   head=head)
        self.fails("expect: {ranks: [{partner: p, at: 1970-01-01, rank: silvr}]}",
                   "x.test.yaml:4:57: error: 'silvr' is no rank of ranks.yaml; did you mean 'silver'?", head=head)
        self.fails("expect: {ranks: [{partner: p, at: 1970-01-01, rank: silver}]}",
                   "x.test.yaml:4:22: error: the rank at a time after the clock is not known yet\n", head=head)

    def test_a_key_that_is_nothing(self):
        self.fails("expect: {ledger: [{rule: star, custmer: Kita}]}",
                   "x.test.yaml:4:36: error: 'custmer' is neither a column nor a kind of reward of program.yaml; "
                   "did you mean 'customer'?\n")
        self.fails("expect: {contains: [{satrs: 1}]}", "did you mean 'stars'?\n")

    def test_values_that_are_none(self):
        for value, part in {"at: soon": "'soon' in 'at' is no time", "rate: lots": "'lots' in 'rate' is no rate",
                            "cash: 1e3": "'1e3' in 'cash' is no amount", "op: grants": "'grants' in 'op' is none of grant, "
                            "reverse; did you mean 'grant'?",
                            "rate: +5.": "is no rate", "amount: one": "'one' in 'amount' is no number"}.items():
            with self.subTest(value):
                self.fails("expect: {contains: [{%s}]}" % value, "x.test.yaml:4:%d: error: " % (27 + value.index(" ")),
                           part)

    def test_forgotten_fields_and_types_are_noted(self):
        self.fails("""
            events:
              - {at: 2026-01-05, type: deal.won, partner: p, prodct: crm, amount: 10}
              - {at: 2026-01-05, type: deal.one, partner: p}
            expect: {ledger: []}
            """, "note: line 5: event e1: fields that the program does not declare for deal.won were dropped "
                 "(prodct)\n",
                   "note: line 6: event e2 was ignored: the program does not know the type deal.one; "
                   "did you mean deal.won?\n")

    def test_they_are_noted_where_the_test_passes(self):
        body = """
            events:
              - {at: 2026-01-05, type: deal.one, partner: p}
            expect: {ledger: []}
            """
        note = "note: line 5: event e1 was ignored: the program does not know the type deal.one; " \
               "did you mean deal.won?\n"
        self.assertIn("  ok      it\n          " + note, self.passes(body))
        status, out, _ = self.run_text("program: program.yaml\ntests:\n  it:\n%s"
                                       % textwrap.indent(textwrap.dedent(body).strip(), "    "), "--format", "tap")
        self.assertEqual(status, 0)
        self.assertIn("ok 1 - x.test.yaml: it\n# " + note, out)

    def test_files_may_hold_more_than_the_program_knows(self):
        self.write("more.csv", "id,type,time,partner,colour\na,deal.one,2026-01-05,p,\n"
                               "b,deal.won,2026-01-05,p,red\n")
        self.assertNotIn("note: line", self.passes("events: {file: more.csv}\nexpect: {ledger: []}"))


class Journal(Case):
    BODY = """
        events:
          - {at: 2026-01-05, type: deal.won, partner: p, deal: d1, amount: 100}
          - {at: 2026-01-06, type: deal.refunded, partner: p, deal: d1, amount: 40}
        expect:
          journal:
            - {op: grant, cash: 10}
            - {op: %s, cash: 10, event: e1}
            - {op: grant, cash: 6}
        """

    def test_in_order(self):
        self.passes(self.BODY % "reverse")

    def test_another_op(self):
        self.fails(self.BODY % "grant", "journal, line 10: differs in op: expected grant, came reverse\n",
                   "came     {op: reverse, rule: commission")

    def test_one_too_few(self):
        out = self.fails("""
            events: [{at: 2026-01-05, type: seminar.attended, partner: p, repeat: 3, every: 1d}]
            expect: {journal: [{event: e1-1}, {event: e1-3}]}
            """, "journal: unexpected\n            came     {op: grant, rule: star", "event: e1-2")
        self.assertEqual(out.count("journal"), 1)

    def test_one_too_many(self):
        out = self.fails("""
            events: [{at: 2026-01-05, type: seminar.attended, partner: p, repeat: 2, every: 1d}]
            expect: {journal: [{event: e1-1}, {event: e1-0}, {event: e1-2}]}
            """, "journal, line 5: missing\n            expected {event: e1-0}\n")
        self.assertEqual(out.count("journal"), 1)

    def test_order_counts(self):
        self.fails("""
            events: [{at: 2026-01-05, type: seminar.attended, partner: p, repeat: 2, every: 1d}]
            expect: {journal: [{event: e1-2}, {event: e1-1}]}
            """, "differs in event: expected e1-2, came e1-1")


class Questions(Case):
    def test_totals(self):
        self.passes("""
            events:
              - %s
              - {at: 2026-01-05, type: deal.won, partner: p, amount: 100}
              - {at: 2026-01-05, type: lead.registered, partner: p, rep: sato, repeat: 2, every: 1d}
              - {at: 2026-01-05, type: seminar.attended, partner: p}
            expect:
              totals:
                - {partner: p, cash: 160, gift_card: 0, stars: 1}
                - {partner: p, rep: sato, gift_card: 50.00}
                - {partner: unknown, cash: 0}
            """ % DEAL)

    def test_a_wrong_total(self):
        self.fails("""
            events: [%s]
            expect: {totals: [{partner: p, cash: 151}]}
            """ % DEAL, "totals, line 5: p: cash: expected 151, came 150.00\n")

    def test_totals_of_nothing(self):
        self.fails("expect: {totals: [{partner: p}]}", "x.test.yaml:4:23: error: a row of totals names a kind")
        self.fails("expect: {totals: [{partner: p, satrs: 1}]}",
                   "x.test.yaml:4:36: error: 'satrs' is no kind of reward of program.yaml; did you mean 'stars'?\n")
        self.fails("expect: {totals: [{partner: p, cash: much}]}", "x.test.yaml:4:42: error: 'much' in 'cash' is no amount, such as 5000 or 12.50\n")

    RATES = """
        events: [{at: 2026-01-05, type: meeting.held, partner: p, repeat: 3, every: 1h}]
        clock: 2026-03-01
        expect:
          rates:
            - {partner: p, at: 2026-01-05, rate: 10%%}
            - {partner: p, rep: sato, product: crm, customer: Kita, at: 2026-01-05T02:00:00-05:00, rate: %s}
            - {partner: q, at: %s, rate: 0.1}
        """

    def test_rates(self):
        self.passes(self.RATES % ("15%", "2026-03-01"))

    def test_a_wrong_rate(self):
        self.fails(self.RATES % ("16%", "2026-03-01"),
                   "rates, line 9: expected 16% at 2026-01-05T02:00:00-05:00, came 15%\n")

    def test_a_rate_after_the_clock(self):
        self.fails(self.RATES % ("15%", "2026-03-02"), "x.test.yaml:10:11: error: the rate of a time after the clock is not known yet\n")

    def test_a_rate_is_the_whole_of_it(self):
        self.fails(self.RATES % ("+5%", "2026-03-01"), "x.test.yaml:9:102: error: the rate is the whole one")

    def test_rates_without_commission(self):
        self.write("plain.yaml", PROGRAM.replace("commission:", "# commission:")
                   .replace("then: {rate: +5%, lasts: 30d}", "then: {cash: 1}"))
        self.fails("expect: {rates: [{partner: p, at: 1970-01-01, rate: 0%}]}", "x.test.yaml:4:22: error: ",
                   head="program: plain.yaml")

    PROGRESS = """
        events: [{at: 2026-01-05, type: lead.registered, partner: p, rep: sato}]
        expect: {progress: [{rule: two-leads, partner: p, rep: sato, value: %s, target: 2.0, state: %s}]}
        """

    def test_progress(self):
        self.passes(self.PROGRESS % ("1", "open"))
        self.passes(self.PROGRESS % ("100%", "open"))

    def test_wrong_progress(self):
        self.fails(self.PROGRESS % ("2", "reached"),
                   "progress, line 5: differs in value: expected 2, came 1; state: expected reached, came open\n")

    def test_a_state_that_is_none(self):
        self.fails(self.PROGRESS % ("1", "opened"), "x.test.yaml:5:96: error: 'opened' in 'state' is none of open, reached, missed, waiting, "
                   "not_eligible, inactive; did you mean 'open'?\n")

    def test_a_subject_that_does_not_exist(self):
        self.fails("""
            events: [{at: 2026-01-05, type: lead.registered, partner: p, rep: sato}]
            expect: {progress: [{rule: two-leads, partner: q, state: open}]}
            """, "progress, line 5: missing\n")

    def test_a_rank_needs_ranks(self):
        self.fails("expect: {ranks: [{partner: p, at: 2026-01-01, rank: gold}]}",
                   "x.test.yaml:4:22: error: the program has no ranks\n")


class Errors(Case):
    def setUp(self):
        super().setUp()
        self.write("broken.yaml", BROKEN)

    def errors(self, rows):
        return {"body": "expect: {errors: [%s]}" % rows, "head": "program: broken.yaml"}

    def test_all_of_them(self):
        self.passes(**self.errors("{line: 6, says: lead.registered}, {line: 10, column: 12}"))

    def test_in_any_order_and_by_number(self):
        _, out, _ = self.run_test(**self.errors("{line: 99}"))
        number = out.split("number: ")[1].split(":")[0]
        self.passes(**self.errors("{line: 10}, {number: %s}" % number))

    def test_one_is_not_there(self):
        self.fails(*["expect: {errors: [{line: 6}, {line: 10}, {line: 7, says: amount}]}",
                     "errors, line 4: missing\n            expected line: 7, says: amount\n"],
                   head="program: broken.yaml")

    def test_one_is_not_named(self):
        out = self.fails("expect: {errors: [{line: 6}]}", "errors: unexpected\n            came     line: 10, ",
                         head="program: broken.yaml")
        self.assertNotIn("missing", out)

    def test_a_program_that_compiles(self):
        self.fails("expect: {errors: [{line: 6}]}", "errors, line 4: program.yaml compiles\n")

    def test_a_program_that_does_not(self):
        self.fails("expect: {ledger: []}", "broken.yaml:6:", "did you mean", head="program: broken.yaml")

    def test_a_program_that_is_not_there(self):
        self.fails("expect: {ledger: []}", "nowhere.yaml", head="program: nowhere.yaml")
        self.fails("expect: {errors: [{line: 1}]}", "nowhere.yaml", head="program: nowhere.yaml")


class Events(Case):
    def test_ids_by_place_the_given_first(self):
        self.passes("""
            events:
              - {id: own, at: 2026-01-05, type: seminar.attended, partner: p}
              - {at: 2026-01-05, type: seminar.attended, partner: p}
              - {id: mine, at: 2026-01-05, type: seminar.attended, partner: p, repeat: 2, every: 1d}
            expect: {ledger: [{event: e1}, {event: own}, {event: e3}, {event: mine-1}, {event: mine-2}]}
            """, head="program: program.yaml\ngiven: [{at: 2026-01-05, type: seminar.attended, partner: p}]")

    def repeats(self, at, every, expected):
        self.passes("""
            events: [{at: %s, type: seminar.attended, partner: p, repeat: %d, every: %s}]
            expect: {ledger: [%s]}
            """ % (at, len(expected), every,
                   ", ".join("{event: e1-%d, at: %s}" % (i + 1, t) for i, t in enumerate(expected))))

    def test_days_keep_their_local_time(self):
        # The clocks of New York change on March 8 and November 1, 2026.
        self.repeats("2026-03-07T09:30:00.5-05:00", "1d",
                     ["2026-03-07T09:30:00.5-05:00", "2026-03-08T09:30:00.5-04:00", "2026-03-09T09:30:00.5-04:00"])
        self.repeats("2026-10-25T12:00:00Z", "1w", ["2026-10-25T08:00:00-04:00", "2026-11-01T08:00:00-05:00"])

    def test_a_local_time_that_is_skipped(self):
        self.repeats("2026-03-07T02:30:00-05:00", "1d", ["2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00"])

    def test_dates_stay_first_instants(self):
        self.repeats("2026-03-07", "1d", ["2026-03-07", "2026-03-08", "2026-03-09"])

    def test_months_are_clamped_and_counted_from_the_start(self):
        self.repeats("2028-01-31", "1mo", ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"])
        self.repeats("2028-02-29T10:00:00-05:00", "1y", ["2028-02-29T10:00:00-05:00", "2029-02-28T10:00:00-05:00"])
        self.repeats("2026-11-15", "2mo", ["2026-11-15", "2027-01-15"])

    def test_hours_are_exact(self):
        self.repeats("2026-03-07T23:00:00-05:00", "6h", ["2026-03-07T23:00:00-05:00", "2026-03-08T06:00:00-04:00"])
        self.repeats("2026-01-01T00:00:00Z", "90m", ["2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"])
        self.repeats("2026-01-01T00:00:00Z", "45s", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:45Z"])

    def test_repeats_that_never_end(self):
        self.fails("""
            events: [{at: 9990-01-01, type: seminar.attended, partner: p, repeat: 20, every: 1y}]
            expect: {contains: [{event: e1-1}]}
            """, "x.test.yaml:4:14: error: the repeats go beyond the year 9999\n")

    def test_a_time_that_is_none(self):
        self.fails("""
            events: [{at: tomorrow, type: seminar.attended, partner: p}]
            expect: {ledger: []}
            """, "x.test.yaml:4:19: error: at: ")
        self.fails("""
            clock: tomorrow
            expect: {ledger: []}
            """, "x.test.yaml:4:12: error: clock: ")

    def test_events_after_the_clock_wait(self):
        body = """
            events: [{at: 2026-01-05, type: seminar.attended, partner: p, repeat: 3, every: 1d}]
            %s
            expect: {ledger: [%s]}
            """
        self.passes(body % ("clock: 2026-01-06", "{event: e1-1}, {event: e1-2}"))
        self.passes(body % ("", "{event: e1-1}, {event: e1-2}, {event: e1-3}"))

    def test_a_file(self):
        self.write("data/events.csv", """\
            type,time,partner,colour
            seminar.attended,2026-01-05,p,blue
            seminar.attended,2026-01-06,q,red
            """)
        self.passes("""
            events: {file: data/events.csv}
            expect: {ledger: [{partner: p, event: e2}, {partner: q, event: e3}, {partner: given}]}
            """, head="program: program.yaml\ngiven: [{at: 2026-01-05, type: seminar.attended, partner: given}]")

    def test_a_mapped_file(self):
        self.write("export.csv", "No,Who,When\n7,p,2026-01-05\n8,q,2026-01-06\n")
        self.write("map.yaml", """\
            mapping: 1
            events:
              - {type: seminar.attended, id: "visit-{No}", time: "{When}", fields: {partner: "{Who}"}}
            """)
        self.passes("""
            events: {file: export.csv, map: map.yaml}
            expect: {ledger: [{partner: p, event: visit-7}, {partner: q, event: visit-8}]}
            """)

    def test_files_that_are_wrong(self):
        self.fails("""
            events: {file: nowhere.csv}
            expect: {ledger: []}
            """, "nowhere.csv: No such file or directory\n")
        self.write("bad.csv", "type,time,partner\nseminar.attended,soon,p\n")
        self.fails("""
            events: {file: bad.csv}
            expect: {ledger: []}
            """, "soon")

    def test_a_rejected_event_is_an_error(self):
        body = """
            events:
              - {at: 2026-01-05, type: deal.won, partner: p, amount: a lot}
              - {at: 2026-01-05, type: seminar.attended, partner: p}
            expect: {ledger: [{event: e2}]%s}
            """
        self.fails(body % "", "line 5: event e1 was rejected: ", "amount")
        self.passes(body % ", rejected: [e1]")
        self.fails(body % ", rejected: [e1, e2]", "rejected, line 7: event e2 was not rejected\n")
        self.fails(body % ", rejected: [e1, e1]", "rejected, line 7: event e1 was not rejected\n")

    def test_the_first_of_one_id_stays_in_every_order(self):
        self.passes("""
            events:
              - {id: a, at: 2026-01-05, type: seminar.attended, partner: first}
              - {id: b, at: 2026-01-04, type: seminar.attended, partner: other}
              - {id: a, at: 2026-01-03, type: seminar.attended, partner: second}
              - {id: c, at: 2026-01-02, type: seminar.attended, partner: other}
              - {id: a, at: 2026-01-05, type: seminar.attended, partner: first}
            expect: {ledger: [{event: a, partner: first}, {event: b}, {event: c}], rejected: [a]}
            """)


class Arrival(Case):
    """With a library between tool and engine that breaks promises."""

    def setUp(self):
        super().setUp()
        if not FICKLE:
            self.skipTest("no fickle library was given")

    ORDER = """
        events:
          - {id: a, at: 2026-01-05, type: seminar.attended, partner: p}
          - {id: fickle, at: 2026-01-06, type: seminar.attended, partner: p}
        %s
        expect: {contains: [{event: a}]}
        """

    def test_a_ledger_that_depends_on_it(self):
        self.fails(self.ORDER % "", "the ledger depends on the order of arrival\n",
                   "  as written: {rule: star, partner: p, ", "  otherwise : no such row\n",
                   "  arrival: reversed\n            order: fickle a\n", preload=FICKLE)

    def test_only_as_written(self):
        self.passes(self.ORDER % "arrival: as written", preload=FICKLE)

    def journal(self, event, part):
        self.fails("""
            events:
              - {id: a, at: 2026-01-05, type: deal.won, partner: p, deal: d1, amount: 100}
              - {id: %s, at: 2026-01-06, type: deal.won, partner: p, deal: d2, amount: 100}
              - {at: 2026-01-07, type: deal.refunded, partner: p, deal: d2, amount: 50}
            arrival: as written
            expect: {contains: [{event: a}]}
            """ % event, part, preload=FICKLE)

    def test_a_journal_that_does_not_net(self):
        self.journal("fickle-grant", "the journal: the reversal differs from its grant\n")
        self.journal("fickle-last", "the journal: what stands is not what the ledger has\n")


class Files(Case):
    def test_unknown_keys(self):
        self.refused("""\
            program: program.yaml
            tests:
              it:
                event: []
                expect: {ledgre: []}
            """, "x.test.yaml:4:5: error: unknown key 'event'; did you mean 'events'?",
                     "x.test.yaml:5:14: error: unknown key 'ledgre'; did you mean 'ledger'?")
        self.refused("program: program.yaml\ntests: {it: {expect: {ledger: []}, because: x}}\n", """
          x.test.yaml:2:36: error: unknown key 'because'; the keys here are program, events, clock, expect, arrival, todo
              tests: {it: {expect: {ledger: []}, because: x}}
                                                 ^
""")

    def test_all_problems_at_once(self):
        self.refused("""\
            progam: program.yaml
            tests:
              a: {expect: {}}
              b: {expect: {ledger: [{}]}, arrival: shuffled}
              c: {expect: {rates: [{partner: p}]}}
              d: {expect: {progress: [{rule: star, vlaue: 1}]}}
              e: {}
              f: {expect: {ledger: yes}}
              g: {expect: {totals: [], errors: [{line: one}]}, todo: ""}
              h: []
            """, "1:1: error: unknown key 'progam'; did you mean 'program'?",
                     "3:15: error: the test expects nothing",
                     "neither the file nor this test has a 'program'",
                     "4:25: error: a row that names nothing fits anything",
                     "'arrival' can be is 'as written'",
                     "a row of 'rates' needs 'at'", "a row of 'rates' needs 'rate'",
                     "unknown key 'vlaue'; did you mean 'value'?",
                     "7:3: error: the test has no 'expect'",
                     "ledger is a list here",
                     "'totals' names nothing; leave it out",
                     "'line' is a whole number from 1 to",
                     "'errors' stands alone",
                     "'todo' is empty",
                     "10:6: error: a test is a mapping")

    def test_events(self):
        self.refused("""\
            program: program.yaml
            given: {file: ""}
            tests:
              a:
                events:
                  - {type: deal.won, time: 2026-01-05}
                  - {at: 2026-01-05}
                  - {at: 2026-01-05, tpye: deal.won, tipe: deal.won}
                  - {ta: 2026-01-05, type: deal.won}
                  - {at: 2026-01-05, type: deal.won, repeat: 3}
                  - {at: 2026-01-05, type: deal.won, repeat: 0, every: 1d}
                  - {at: 2026-01-05, type: deal.won, repeat: 2, every: 1x}
                  - {at: 2026-01-05, type: deal.won, product: [crm]}
                  - deal.won
                expect: {ledger: []}
            """, "2:15: error: 'file' is empty", "6:26: error: the time of an event is written 'at' here",
                     "6:9: error: the event has no 'at'", "7:9: error: the event has no 'type'",
                     "8:26: error: the event has no 'type'; did you mean it by 'tpye'?",
                     "9:10: error: the event has no 'at'; did you mean it by 'ta'?",
                     "10:9: error: 'repeat' and 'every' go together",
                     "'repeat' is a whole number from 1 to 100000", "'1x' is no step",
                     "13:51: error: product is a text here", "14:9: error: an event is a mapping")

    def test_no_tests(self):
        self.refused("program: program.yaml\n", "there is no 'tests'")
        self.refused("program: program.yaml\ntests: {}\n", "'tests' is empty")
        self.refused("[]\n", "a file of tests is a mapping")
        self.refused("program: [program.yaml\n", "error: ")
        self.refused("program: []\ntests: {a: {expect: {ledger: []}}}\n", "no program is named")

    def test_the_same_name_twice(self):
        self.refused("""\
            program: program.yaml
            tests:
              it: {expect: {ledger: []}}
              it: {expect: {ledger: []}}
            """, "the key 'it' stands here twice (first in line 3)")

    def test_a_broken_file_does_not_stop_the_others(self):
        self.write("a.test.yaml", "tests: 1\n")
        self.write("b.test.yaml", "program: program.yaml\ntests: {it: {expect: {ledger: []}}}\n")
        status, out, _ = self.prm(".")
        self.assertEqual(status, 1)
        self.assertIn("1 passed, 1 failed\n", out)

    def test_several_programs(self):
        self.write("other.yaml", PROGRAM.replace("base: 10%", "base: 20%"))
        status, out, _ = self.run_text("""\
            program: [program.yaml, other.yaml]
            tests:
              it:
                events: [%s]
                expect: {ledger: [{cash: 150}]}
              alone:
                program: other.yaml
                events: [%s]
                expect: {ledger: [{cash: 300}]}
            """ % (DEAL, DEAL))
        self.assertEqual(status, 1)
        self.assertIn("  ok      it [program.yaml]\n  FAILED  it [other.yaml]\n", out)
        self.assertIn("  ok      alone\n", out)
        self.assertIn("2 passed, 1 failed\n", out)

    def test_todo(self):
        status, out, _ = self.run_text("""\
            program: program.yaml
            tests:
              later: {todo: not there yet, expect: {contains: [{rule: star}]}}
              done: {todo: was not there, expect: {ledger: []}}
            """)
        self.assertEqual(status, 0, out)
        self.assertIn("  todo    later (not there yet)\n", out)
        self.assertIn("  ok      done\n          passes now; it was marked todo: was not there\n", out)
        self.assertIn("1 passed, 0 failed, 1 to do, 1 marked todo but passing\n", out)


class CommandLine(Case):
    TWO = """\
        program: program.yaml
        tests:
          the first & "one" <#1>:
            events: [{at: 2026-01-05, type: seminar.attended, partner: p}]
            expect: {ledger: [{event: e1}]}
          the second:
            events: [{at: 2026-01-05, type: seminar.attended, partner: "\\e[31m"}]
            expect: {ledger: []}
          the third: {todo: "later # on", expect: {contains: [{rule: star}]}}
        """

    def test_filter(self):
        status, out, _ = self.run_text(self.TWO, "--filter", "first")
        self.assertEqual(status, 0)
        self.assertIn("1 passed, 0 failed\n", out)
        self.assertNotIn("second", out)
        self.assertNotIn("note:", out)

    def test_filter_of_nothing(self):
        status, out, err = self.run_text(self.TWO, "--filter", "tenth")
        self.assertEqual((status, out, err), (2, "", "prm: no test's name contains 'tenth'\n"))

    def test_rules_that_nothing_fires(self):
        _, out, _ = self.run_text(self.TWO)
        self.assertIn("note: program.yaml: no test fires two-leads, faster\n", out)

    def test_one_program_by_two_paths(self):
        """What one file fires is fired, whatever path another one names the program by."""
        two = '{id: l%d, at: 2026-06-0%d, type: lead.registered, partner: acme, rep: sato}'
        self.write("more/leads.test.yaml", "program: ../program.yaml\ntests:\n  leads:\n    events: [%s, %s]\n"
                   "    expect: {totals: [{partner: acme, rep: sato, gift_card: 50}]}\n" % (two % (1, 1), two % (2, 2)))
        self.write("a.test.yaml", self.TWO)
        _, out, _ = self.prm("a.test.yaml", "more/leads.test.yaml")
        self.assertEqual([line for line in out.splitlines() if line.startswith("note:")],
                         ["note: program.yaml: no test fires faster"])

    def test_many_rules_that_nothing_fires(self):
        rules = "".join("  rule-%03d: {each: deal.won, then: {cash: 1}}\n" % i for i in range(200))
        self.write("many.yaml", "prm: 1\nprogram: many\ncurrency: JPY\nrules:\n" + rules)
        _, out, _ = self.run_text("program: many.yaml\ntests: {it: {expect: {ledger: []}}}\n")
        names = ", ".join("rule-%03d" % i for i in range(200))
        self.assertIn("\nnote: many.yaml: no test fires %s\n1 passed" % names, out)

    def test_places_that_nobody_takes(self):
        self.write("contest.yaml", """\
            prm: 1
            program: contest
            currency: JPY
            rules:
              best:
                per: month
                contest: {by: {sum: amount, of: deal.won}, places: [{cash: 3}, {cash: 2}, {cash: 1}]}
            """)
        _, out, _ = self.run_text("""\
            program: contest.yaml
            tests:
              it:
                events: [{at: 2026-01-05, type: deal.won, partner: p, amount: 1}]
                clock: 2026-02-01
                expect: {ledger: [{rule: best}]}
            """)
        self.assertIn("note: contest.yaml: no test fires best place 2, best place 3\n", out)

    LADDER = """\
        # brackets and ranks, 段階
        prm: 1
        program: ladder
        currency: JPY
        commission:
          on: deal.won
          of: amount
          max: 30%
          brackets: {rates: [{from: 0, rate: "10%"}, {from: 100, rate: 20%}, {from: 1000, rate: 30%}]}
        ranks:
          per: month
          promote: now
          levels:
            bronze: {}
            silver: {when: {sum: amount, of: deal.won, at_least: 500}}
            gold: {when: {sum: amount, of: deal.won, at_least: 5000}}
        rules: {star: {each: seminar.attended, then: {points: 1}}}
        """

    def ladder(self, *amounts):
        """What the note says is not covered by deals of these amounts."""
        self.write("ladder.yaml", self.LADDER)
        body = "program: ladder.yaml\ntests:\n"
        for amount in amounts:
            body += ("  of %s:\n    events: [{at: 2026-01-05, type: deal.won, partner: p, amount: %s}]\n"
                     "    expect: {contains: [{rule: commission}]}\n" % (amount, amount))
        return self.run_text(body)[1]

    def test_ranks_and_brackets_that_no_test_comes_to(self):
        note = "note: ladder.yaml: no test fires star, rank silver, rank gold, bracket from %s\n"
        self.assertIn(note % "100, bracket from 1000", self.ladder(50))
        self.assertIn(note % "100, bracket from 1000", self.ladder(100))
        self.assertIn(note % "1000", self.ladder(50, 150))
        self.assertIn("note: ladder.yaml: no test fires star, rank gold, bracket from 1000\n", self.ladder(1000))
        self.assertIn("note: ladder.yaml: no test fires star\n", self.ladder(600, 6000))

    def test_what_no_test_fires_in_other_formats(self):
        _, out, _ = self.run_text(self.TWO, "--format", "tap")
        self.assertIn("# note: program.yaml: no test fires two-leads, faster\n1..3\n", out)
        _, out, _ = self.run_text(self.TWO, "--format", "junit")
        suites = xml.etree.ElementTree.fromstring(out.encode()).findall("testsuite")
        self.assertEqual([suite.attrib for suite in suites[1:]],
                         [{"name": "program.yaml", "tests": "0", "failures": "0"}])
        self.assertEqual(suites[1].find("properties/property").attrib,
                         {"name": "no test fires", "value": "two-leads, faster"})
        _, out, _ = self.run_text(self.TWO, "--format", "junit", "--filter", "first")
        self.assertNotIn("no test fires", out)

    def test_a_program_in_place_of_its_tests(self):
        status, out, _ = self.prm("program.yaml")
        self.assertEqual(status, 1)
        self.assertIn("program.yaml: error: this is a program; its tests are in a file of their own, "
                      "NAME.test.yaml\n", out)
        self.assertNotIn("unknown key", out)

    def test_no_control_characters_get_out(self):
        for form in ("human", "tap", "junit"):
            _, out, _ = self.run_text(self.TWO, "--format", form)
            self.assertNotIn("\x1b", out)
            self.assertIn("?[31m", out)

    def test_tap(self):
        status, out, _ = self.run_text(self.TWO, "--format", "tap")
        self.assertEqual(status, 1)
        lines = [line for line in out.splitlines() if not line.startswith("# ")]
        self.assertEqual(lines, ["TAP version 13",
                                 'ok 1 - x.test.yaml: the first & "one" <\\#1>',
                                 "not ok 2 - x.test.yaml: the second",
                                 "not ok 3 - x.test.yaml: the third # todo later \\# on",
                                 "1..3"])
        self.assertIn("# ledger: unexpected\n", out)

    def test_junit(self):
        status, out, _ = self.run_text(self.TWO, "--format", "junit")
        self.assertEqual(status, 1)
        root = xml.etree.ElementTree.fromstring(out.encode())
        suite = root.find("testsuite")
        self.assertEqual(suite.attrib, {"name": "x.test.yaml", "tests": "3", "failures": "1"})
        self.assertEqual([case.get("name") for case in suite],
                         ['the first & "one" <#1>', "the second", "the third"])
        self.assertIn("ledger: unexpected\n", suite[1].find("failure").text)
        self.assertEqual(suite[1].find("failure").get("message"), "ledger: unexpected")
        self.assertEqual(suite[2].find("skipped").get("message"), "later # on")

    def test_folders(self):
        one = "program: %sprogram.yaml\ntests: {it: {expect: {ledger: []}}}\n"
        self.write("b.test.yaml", one % "")
        self.write("a/z.test.yaml", one % "../")
        self.write("a/deep/y.test.yaml", one % "../../")
        self.write("a/.hidden/n.test.yaml", "broken")
        self.write("a/test.yaml", "broken")
        os.symlink(self.folder, os.path.join(self.folder, "a", "loop"))
        status, out, _ = self.prm(".")
        self.assertEqual(status, 0, out)
        files = [line for line in out.splitlines() if line.endswith(".test.yaml")]
        self.assertEqual(files, ["./a/deep/y.test.yaml", "./a/z.test.yaml", "./b.test.yaml"])

    def test_misuse(self):
        os.mkdir(os.path.join(self.folder, "empty"))
        for arguments, message in ((["nowhere"], "prm: nowhere: No such file or directory\n"),
                                   (["empty"], "prm: empty: no *.test.yaml in it\n"),
                                   ([".", "--format", "html"], "--format is human, tap or junit, not 'html'"),
                                   ([], "prm test")):
            status, out, err = self.prm(*arguments)
            self.assertEqual((status, out), (2, ""), err)
            self.assertIn(message, err)

    def test_the_same_every_time(self):
        self.write("x.test.yaml", self.TWO)
        self.assertEqual(self.prm("x.test.yaml"), self.prm("x.test.yaml"))


class Documentation(Case):
    def test_its_example(self):
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        with open(os.path.join(root, "docs", "testing-programs.md"), encoding="utf-8") as file:
            blocks = [block.split("\n", 1)[1] for block in file.read().split("```")[1::2]]
        self.write("program.yaml", blocks[0])
        self.write("program.test.yaml", blocks[1])
        self.assertEqual(self.prm("program.test.yaml"), (1, blocks[2], ""))


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    if len(sys.argv) > 1 and sys.argv[1].endswith(".so"):
        FICKLE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
