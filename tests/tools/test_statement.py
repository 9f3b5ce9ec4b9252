#!/usr/bin/env python3
"""prm statement, with amounts that are worked out by hand.

    test_statement.py PRM [unittest arguments]     PRM is the path of the tool
"""

import csv
import html.parser
import io
import os
import subprocess
import sys
import tempfile
import unittest

PRM = ""

PROGRAM = """\
prm: 1
program: statement
title: Partner <program> & more
currency: USD
timezone: Asia/Tokyo
commission: {on: deal.won, of: amount, base: 10%}
rules:
  bonus: {title: 初回ボーナス, for: partner, when: {count: deal.won, at_least: 1}, then: {cash: 50, hold: 30d}}
  card: {for: rep, per: month, when: {count: deal.won, at_least: 1}, then: {gift_card: 20}}
"""

# June: 1000 (100 payable, 50 held until July 1). July: 300; d1 reduced by 200, so 20 back and 80 anew.
# August: d1 cancelled, so 80 back, and with d2 nothing else: the bonus stands, for d2 is won in July.
# September: 100 won, which does not make up for what is carried. October: 900 won.
EVENTS = """\
id,type,time,partner,rep,deal,amount
w1,deal.won,2026-06-01T10:00:00+09:00,acme,sato,d1,1000
w2,deal.won,2026-07-10,acme,,d2,300
r1,deal.refunded,2026-07-20,acme,,d1,200
c1,deal.cancelled,2026-08-05,acme,,d1,
w3,deal.won,2026-09-30T23:59:59+09:00,acme,,d3,100
w4,deal.won,2026-10-01,acme,,d4,900
x1,deal.won,2026-10-01,globex,,d5,70
"""


class Page(html.parser.HTMLParser):
    """Texts, and the addresses that the page would load."""

    def __init__(self):
        super().__init__()
        self.texts = []
        self.loads = []

    def handle_starttag(self, tag, attrs):
        self.loads += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.texts.append(data)


class Statement(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        for name, text in (("program.yaml", PROGRAM), ("events.csv", EVENTS)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def prm(self, *words, status=0, env=None):
        done = subprocess.run([PRM, "statement", "program.yaml", "--events", "events.csv", *words],
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              env={**os.environ, "LC_ALL": "C", **(env or {})})
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def lines(self, month, *words, partner="acme"):
        out, _ = self.prm("--month", month, "--partner", partner, "--format", "csv", *words)
        return [(row["status"], row["rep"], row["rule"], row["kind"], row["amount"], row["reason"])
                for row in csv.DictReader(io.StringIO(out))]

    def test_earned_and_held(self):
        self.assertEqual(self.lines("2026-06"), [
            ("payable", "", "commission", "cash", "100.00", "earned on 2026-06-01"),
            ("total", "", "", "cash", "100.00", "to be paid"),
            ("held", "", "bonus", "cash", "50.00", "held until 2026-07-02"),
            ("payable", "sato", "card", "gift_card", "20.00", "earned on 2026-06-01"),
            ("total", "sato", "", "gift_card", "20.00", "to be paid"),
        ])

    def test_japanese(self):
        """The page and the table are, by --lang or by the environment; what machines read is not."""
        asked = ("--month", "2026-07", "--partner", "acme", "--quiet")
        out = self.prm(*asked, "--html", "-", "--lang", "ja")[0]
        page = Page()
        page.feed(out)
        said = " | ".join(text for text in page.texts if text.strip())
        for part in ("支払明細書 2026-07", "金額の単位は USD、日付は Asia/Tokyo の日付です。",
                     "内容 | 理由 | イベント | 種類 | 金額",
                     "支払 | 初回ボーナス | 2026-06-01 から保留していた分 | w1 | 現金 | 50.00",
                     "支払 | 販売手数料 | 2026-06-01 獲得分の訂正 | w1 | 現金 | 80.00",
                     "取消 | 販売手数料 | 2026-06-01 獲得分を訂正のため取消 | w1 | 現金 | -100.00",
                     "合計 | 支払額 | 現金 | 60.00"):
            self.assertIn(part, said)
        self.assertIn('<html lang="ja">', out)
        self.assertEqual(self.prm(*asked, "--html", "-", env={"LC_ALL": "ja_JP.UTF-8"})[0], out)
        for month, parts in (("2026-06", ("区分", "保留", "2026-07-02 まで保留")),
                             ("2026-08", ("成立しなくなったため取消", "支払なし（翌月へ繰越）")),
                             ("2026-09", ("繰越", "前月までの繰越（取消が支払を上回った分）"))):
            table = self.prm("--month", month, "--format", "table", "--quiet", "--lang", "ja")[0]
            for part in parts:
                self.assertIn(part, table)
        nothing = self.prm("--month", "2026-03", "--html", "-", "--lang", "ja", "--quiet")[0]
        self.assertIn("支払、保留、取消はありません。", nothing)
        self.assertEqual(self.prm(*asked, "--format", "csv", "--lang", "ja"), self.prm(*asked, "--format", "csv"))
        self.assertIn("--lang is en or ja", self.prm(*asked, "--lang", "fr", status=2)[1])

    def test_corrected(self):
        self.assertEqual(self.lines("2026-07"), [
            ("payable", "", "bonus", "cash", "50.00", "was held since 2026-06-01"),
            ("payable", "", "commission", "cash", "80.00", "corrected: earned on 2026-06-01"),
            ("payable", "", "commission", "cash", "30.00", "earned on 2026-07-10"),
            ("reversed", "", "commission", "cash", "-100.00", "replaced by a correction: earned on 2026-06-01"),
            ("total", "", "", "cash", "60.00", "to be paid"),
        ])

    def test_carried(self):
        """80 of the commission and the bonus, now held from July on, are taken back; 20 by the rep."""
        self.assertEqual(self.lines("2026-08"), [
            ("payable", "", "bonus", "cash", "50.00", "corrected: earned on 2026-07-10"),
            ("reversed", "", "bonus", "cash", "-50.00", "replaced by a correction: earned on 2026-06-01"),
            ("reversed", "", "commission", "cash", "-80.00", "no longer earned: earned on 2026-06-01"),
            ("total", "", "", "cash", "-80.00", "nothing is paid: carried to the next month"),
            ("reversed", "sato", "card", "gift_card", "-20.00", "no longer earned: earned on 2026-06-01"),
            ("total", "sato", "", "gift_card", "-20.00", "nothing is paid: carried to the next month"),
        ])
        carried = "from earlier months: more was taken back than was payable"
        self.assertEqual(self.lines("2026-09"), [
            ("payable", "", "commission", "cash", "10.00", "earned on 2026-09-30"),
            ("carried", "", "", "cash", "-80.00", carried),
            ("total", "", "", "cash", "-70.00", "nothing is paid: carried to the next month"),
            ("carried", "sato", "", "gift_card", "-20.00", carried),
            ("total", "sato", "", "gift_card", "-20.00", "nothing is paid: carried to the next month"),
        ])
        self.assertEqual(self.lines("2026-10")[:3], [
            ("payable", "", "commission", "cash", "90.00", "earned on 2026-10-01"),
            ("carried", "", "", "cash", "-70.00", carried),
            ("total", "", "", "cash", "20.00", "to be paid"),
        ])

    def test_what_is_paid_is_what_stands(self):
        """Over all months, what is paid less what is carried is the ledger."""
        paid = {}
        for month in ["2026-%02d" % number for number in range(5, 13)]:
            carried = {}
            for status, rep, _, kind, amount, _ in self.lines(month):
                if status == "total":
                    paid[rep, kind] = paid.get((rep, kind), 0) + max(0, float(amount))
                    carried[rep, kind] = min(0, float(amount))
        self.assertEqual(paid, {("", "cash"): 180.0, ("sato", "gift_card"): 20.0})
        self.assertEqual(carried, {("sato", "gift_card"): -20.0})

    def test_all_partners(self):
        out, _ = self.prm("--month", "2026-10", "--format", "csv")
        self.assertEqual([line.split(",")[1] for line in out.splitlines()[1:] if line.startswith("total")],
                         ["acme", "acme", "globex"])

    def test_clock(self):
        """A month that is not over shows what stands so far."""
        self.assertEqual(self.lines("2026-07", "--clock", "2026-07-05")[-1],
                         ("total", "", "", "cash", "50.00", "to be paid"))

    def test_empty(self):
        self.assertEqual(self.lines("2025-01"), [])
        self.assertIn("Nothing is payable", self.prm("--month", "2025-01", "--html", "-")[0])

    def test_page(self):
        out, _ = self.prm("--month", "2026-07", "--partner", "acme", "--html", "-", "--quiet")
        page = Page()
        page.feed(out)
        for text in ("Statement 2026-07", "Partner <program> & more", "初回ボーナス", "was held since 2026-06-01",
                     "60.00", "acme"):
            self.assertIn(text, page.texts)
        self.assertEqual(page.loads, [])
        self.prm("--month", "2026-07", "--html", "page.html")
        with open(os.path.join(self.folder, "page.html"), encoding="utf-8") as file:
            self.assertTrue(file.read().startswith("<!doctype html>"))
        self.assertIn("prm: none/page.html: ", self.prm("--month", "2026-07", "--html", "none/page.html", status=1)[1])

    def test_misuse(self):
        for words, says in (((), "--month M is missing"), (("--month", "2026-13"), "--month is a month"),
                            (("--month", "June"), "--month is a month"), (("--month", "9999-12"), "is the last")):
            with self.subTest(words=words):
                self.assertIn(says, self.prm(*words, status=2)[1])


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
