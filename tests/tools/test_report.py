#!/usr/bin/env python3
"""prm report: what the page says, that it needs nothing else, and how a browser shows it.

    test_report.py PRM [unittest arguments]     PRM is the path of the tool
"""

import html
import html.parser
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PRM = ""

PROGRAM = """\
prm: 1
program: report
title: パートナー <プログラム> & more
currency: JPY
timezone: Asia/Tokyo
commission: {on: deal.won, of: amount, base: 10%}
rules:
  ten-leads: {for: rep, when: {count: lead.registered, at_least: 10}, then: {gift_card: 5000}}
  per-deal: {each: deal.won, then: {cash: 1000}}
  stars: {each: deal.won, then: {points: 3}}
"""

# Three partners come; two have leads; one wins 1,000,000 and 500,000, of which 100,000 are refunded.
EVENTS = """\
id,type,time,partner,rep,deal,amount
j1,partner.joined,2026-05-01,とても長い名前の販売代理店株式会社アクメホールディングス,,,
j2,partner.joined,2026-05-02,globex,,,
j3,partner.joined,2026-05-03,initech,,,
l1,lead.registered,2026-05-10,とても長い名前の販売代理店株式会社アクメホールディングス,佐藤,,
l2,lead.registered,2026-05-11,globex,sato,,
l3,lead.registered,2026-05-12,globex,sato,,
w1,deal.won,2026-05-20,globex,sato,d1,1000000
w2,deal.won,2026-06-20,globex,sato,d2,500000
w3,deal.won,2026-06-21,globex,,d3,70000
r1,deal.refunded,2026-06-22,globex,,d2,100000
c1,deal.cancelled,2026-06-22,globex,,d3,
"""


class Page(html.parser.HTMLParser):
    VOID = {"meta", "rect", "path", "br"}

    def __init__(self):
        super().__init__()
        self.open = []
        self.texts = []
        self.loads = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if data.strip() and (not self.open or self.open[-1] != "style"):
            self.texts.append(data)


class Report(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        for name, text in (("program.yaml", PROGRAM), ("events.csv", EVENTS)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def prm(self, *words, status=0, env=None):
        done = subprocess.run([PRM, "report", "program.yaml", "--events", "events.csv", *words],
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              env={**os.environ, "LC_ALL": "C", **(env or {})})
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def page(self, *words):
        self.prm("-o", "report.html", *words)
        with open(os.path.join(self.folder, "report.html"), encoding="utf-8") as file:
            return file.read()

    def test_says(self):
        page = Page()
        page.feed(self.page())
        self.assertEqual(page.open, [])
        said = " | ".join(page.texts)
        for part in ("パートナー <プログラム> & more",
                     "142,000 | paid out | ", "1,400,000 | revenue", "10.14% | of revenue", "2 | deals won",
                     "71,000 | per deal won", "3 | partners | ", "1 | partners paid",
                     "joined | 3 partners, 3 in all | registered leads | 2 partners, 3 in all | "
                     "won deals | 1 partner, 2 in all",
                     "commission | 140,000 | 2 | per-deal | 2,000 | 2",
                     "The first 1 of 1 partners receive 100.00%.",
                     "globex | 142,000 | 100.00%",
                     "globex / sato | 2 of 10"):
            self.assertIn(part, said)
        self.assertNotIn("stars", said)

    def test_japanese(self):
        """By --lang, or by the environment; nothing of the page is English but names."""
        out, _ = self.prm("-o", "-", "--quiet", "--lang", "ja")
        page = Page()
        page.feed(out)
        self.assertEqual(page.open, [])
        self.assertIn('<html lang="ja">', out)
        said = " | ".join(page.texts)
        for part in ("142,000 | 支払総額 | ", "10.14% | 売上に対する割合", "71,000 | 受注1件あたり",
                     "契約 | 3 社、のべ 3 件 | リード登録 | 2 社、のべ 3 件 | 受注 | 1 社、のべ 2 件",
                     "販売手数料 | 140,000 | 2 | per-deal | 2,000 | 2",
                     "1 社のうち上位 1 社が 100.00% を受け取っています。", "globex / sato | 2 / 10",
                     "時点。金額の単位は JPY。"):
            self.assertIn(part, said)
        words = set(re.findall(r"[A-Za-z][a-z]+", said)) - {"globex", "sato", "per", "deal", "ten", "leads", "more"}
        self.assertEqual(words, set())
        self.assertEqual(self.prm("-o", "-", "--quiet", env={"LC_ALL": "ja_JP.UTF-8"})[0], out)
        self.assertIn("--lang is en or ja", self.prm("-o", "-", "--lang", "fr", status=2)[1])

    def test_needs_nothing(self):
        text = self.page()
        page = Page()
        page.feed(text)
        self.assertEqual(page.loads, [])
        self.assertNotIn("script", page.tags)
        self.assertNotRegex(text, r"https?:|url\(|@import")
        for part in ("prefers-color-scheme:dark", "@media print", 'name="viewport"'):
            self.assertIn(part, text)

    def test_columns(self):
        """The columns are as high as the months' amounts: June has 41,000 of May's 101,000."""
        text = self.page()
        chart = text[text.index("<title>Payouts by month and rule"):]
        chart = chart[:chart.index("</svg>")]
        found = [(float(x), float(height)) for x, height in
                 re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)"', chart)]
        columns = {}
        for x, height in found:
            columns[x] = columns.get(x, 0) + height
        may, june = [columns[x] for x in sorted(columns)]
        self.assertAlmostEqual(may, 190, delta=0.2)
        self.assertAlmostEqual(june, 190 * 41 / 101, delta=0.2)

    def test_nothing(self):
        with open(os.path.join(self.folder, "events.csv"), "w", encoding="utf-8") as file:
            file.write("id,type,time\n")
        out, _ = self.prm("-o", "-", "--quiet")
        page = Page()
        page.feed(out)
        self.assertEqual(page.open, [])
        self.assertIn("0", page.texts)

    def test_misuse(self):
        self.assertIn("--output FILE is missing", self.prm(status=2)[1])
        self.assertIn("prm: none/x.html: ", self.prm("-o", "none/x.html", status=1)[1])


@unittest.skipUnless(shutil.which("chromium"), "chromium is not installed")
class Browser(Report):
    """In headless Chromium: drawn, and nowhere wider than the phone or the sheet of paper."""

    def chromium(self, *words):
        return subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                               "--user-data-dir=" + os.path.join(self.folder, "profile"), *words],
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=240, check=True)

    def test_fits(self):
        self.fits()

    def test_fits_in_japanese(self):
        """With the stages of a journey, whose titles are long."""
        stages = "".join("  s%d: {title: %s, when: {count: deal.won, at_least: %d}}\n" %
                         (number, "とても長い名前の段階" * number, number) for number in (1, 2, 3, 4))
        with open(os.path.join(self.folder, "program.yaml"), "a", encoding="utf-8") as file:
            file.write("journey:\n" + stages)
        self.fits("--lang", "ja")

    def fits(self, *words):
        page = self.page(*words)
        frames = "".join('<iframe style="width:%dpx;height:600px;border:0" srcdoc="%s"></iframe>' %
                         (width, html.escape(page)) for width in (340, 700, 1200))
        with open(os.path.join(self.folder, "frames.html"), "w", encoding="utf-8") as file:
            file.write("<meta charset=utf-8>" + frames + """<script>
                onload = () => { document.body.dataset.widths = [...document.querySelectorAll("iframe")].map(f => {
                    const d = f.contentDocument;
                    const small = [...d.querySelectorAll("svg text")].filter(t => t.getBoundingClientRect().height < 9);
                    const cut = [...d.querySelectorAll("svg rect, svg text")].filter(t =>
                        t.getBoundingClientRect().right > f.clientWidth + 1);
                    const boxes = [...d.querySelectorAll("svg text")].map(t => t.getBoundingClientRect());
                    const over = boxes.filter((a, i) => boxes.some((b, k) => k > i && a.left < b.right - 1 &&
                        b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3));
                    cut.push(...over);
                    return [f.clientWidth, d.documentElement.scrollWidth, small.length, cut.length,
                            d.querySelectorAll("svg").length].join("/"); }).join(" "); }
                </script>""")
        out = self.chromium("--dump-dom", "--virtual-time-budget=5000", "frames.html").stdout.decode()
        measured = re.search(r'data-widths="([^"]*)"', out)
        self.assertIsNotNone(measured, "the page did not load")
        charts = page.count("<svg")
        self.assertEqual(measured.group(1), "340/340/0/0/%d 700/700/0/0/%d 1200/1200/0/0/%d" % (charts, charts, charts))

    def test_prints(self):
        self.page()
        self.chromium("--print-to-pdf=report.pdf", "report.html")
        with open(os.path.join(self.folder, "report.pdf"), "rb") as file:
            self.assertTrue(file.read().startswith(b"%PDF"))


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
