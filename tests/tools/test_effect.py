#!/usr/bin/env python3
"""prm effect, with shares and means that are worked out by hand.

    test_effect.py PRM [unittest arguments]     PRM is the path of the tool
"""

import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile
import unittest

PRM = ""

PROGRAM = """\
prm: 1
program: effect
currency: JPY
timezone: UTC
attributes:
  partner: {segment: text, staff: integer}
rules:
  push:
    for: partner
    active: {from: 2026-06-01, until: 2026-06-30}
    eligible: partner.segment == "gold"
    when: {count: meeting.held, at_least: 3}
    then: {cash: 1000}
  always:
    for: partner
    when: {count: meeting.held, at_least: 3}
    then: {cash: 1}
"""

# Meetings before, during and after, and the segment and day of joining. e5 changes to gold in the campaign.
PARTNERS = {
    "e1": ("gold", "2020-01-01", (1, 4, 2)),
    "e2": ("gold", "2024-01-01", (2, 3, 2)),
    "e3": ("gold", "2026-01-01", (0, 2, 0)),
    "e4": ("gold", "2026-01-01", (1, 1, 1)),
    "n1": ("base", "2026-01-01", (1, 1, 1)),
    "n2": ("base", "2026-01-01", (3, 4, 3)),
    "n3": ("", "2026-01-01", (0, 0, 0)),
}
DAYS = ("2026-05-10", "2026-06-10", "2026-07-10")


def events():
    lines = ["id,type,time,partner,segment,staff"]
    for name, (segment, joined, counts) in PARTNERS.items():
        lines.append("j-%s,partner.joined,%s,%s,%s,5" % (name, joined, name, segment))
        for day, count in zip(DAYS, counts):
            lines += ["%s-%s-%d,meeting.held,%s,%s,," % (name, day, i, day, name) for i in range(count)]
    lines.append("last,portal.login,2026-07-31,e1,,")
    lines.append("size,partner.updated,2026-06-05,e1,,9")
    lines.append("late,partner.updated,2026-07-05,e2,,9")
    return "\n".join(lines) + "\n"


class Effect(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        for name, text in (("program.yaml", PROGRAM), ("events.csv", events())):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def prm(self, *words, status=0):
        done = subprocess.run([PRM, "effect", "program.yaml", "--events", "events.csv", *words],
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def rows(self, *words):
        return list(csv.DictReader(io.StringIO(self.prm("--format", "csv", *words)[0])))

    def test_reach(self):
        reach = {(row["attribute"], row["value"]): (row["partners"], row["reached"], row["mean"])
                 for row in self.rows("--rule", "push", "--by", "segment", "--by", "staff") if row["part"] == "reach"}
        self.assertEqual(reach, {
            ("", ""): ("4", "2", "50.00"),
            ("segment", "gold"): ("4", "2", "50.00"),
            ("staff", "5"): ("3", "1", "33.33"),
            ("staff", "9"): ("1", "1", "100.00"),
            ("contract age", "under 1 year"): ("2", "0", "0.00"),
            ("contract age", "1 to 3 years"): ("1", "1", "100.00"),
            ("contract age", "over 3 years"): ("1", "1", "100.00"),
        })

    def test_interval_of_reach(self):
        """Wilson's, for 2 of 4: 15.00 to 85.00."""
        row = self.rows("--rule", "push")[0]
        self.assertEqual((row["low"], row["high"]), ("15.00", "85.00"))

    def test_activity(self):
        rows = {(row["part"], row["group"], row["period"]): row for row in self.rows("--rule", "push")
                if row["measure"] == "meetings per 30 days"}
        eligible = [counts for segment, _, counts in PARTNERS.values() if segment == "gold"]
        others = [counts for segment, _, counts in PARTNERS.values() if segment != "gold"]
        for group, counts in (("eligible", eligible), ("not eligible", others)):
            for at, period in enumerate(("before", "during", "after")):
                numbers = [one[at] for one in counts]
                row = rows["activity", group, period]
                half = 1.96 * statistics.stdev(numbers) / len(numbers) ** 0.5
                self.assertEqual(row["partners"], str(len(numbers)))
                self.assertEqual(row["days"], "30.00")
                self.assertAlmostEqual(float(row["mean"]), statistics.mean(numbers), delta=0.006)
                self.assertAlmostEqual(float(row["low"]), statistics.mean(numbers) - half, delta=0.006)
                self.assertAlmostEqual(float(row["high"]), statistics.mean(numbers) + half, delta=0.006)
        rise = [[one[1] - one[0] for one in counts] for counts in (eligible, others)]
        doubt = sum(statistics.variance(one) / len(one) for one in rise) ** 0.5 * 1.96
        mean = statistics.mean(rise[0]) - statistics.mean(rise[1])
        row = rows["difference", "eligible - not eligible", "during - before"]
        self.assertAlmostEqual(float(row["mean"]), mean, delta=0.006)
        self.assertAlmostEqual(float(row["low"]), mean - doubt, delta=0.006)
        self.assertAlmostEqual(float(row["high"]), mean + doubt, delta=0.006)

    def test_short_after(self):
        """What is not over counts the days that are known."""
        rows = [row for row in self.rows("--rule", "push", "--clock", "2026-06-16") if row["part"] == "activity"]
        self.assertEqual({row["period"] for row in rows}, {"before", "during"})
        self.assertEqual({row["days"] for row in rows if row["period"] == "during"}, {"15.00"})

    def test_dates(self):
        """A rule without a campaign, reached in June by e1 and e2; everybody is eligible, so nobody compares."""
        rows = self.rows("--rule", "always", "--from", "2026-06-01", "--until", "2026-06-30")
        self.assertEqual({row["group"] for row in rows}, {"eligible"})
        self.assertEqual((rows[0]["partners"], rows[0]["reached"]), ("7", "2"))

    def test_misuse(self):
        for words, says in (((), "--rule R is missing"), (("--rule", "pull"), "no rule 'pull'"),
                            (("--rule", "always"), "--from DATE is missing"),
                            (("--rule", "push", "--from", "soon"), "--from: "),
                            (("--rule", "push", "--from", "2026-07-02"), "ends before it begins")):
            with self.subTest(words=words):
                self.assertIn(says, self.prm(*words, status=2)[1])


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
