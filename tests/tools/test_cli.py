#!/usr/bin/env python3
"""The command line as its users meet it: exit statuses, columns, bad input.

    test_cli.py PRM [unittest arguments]     PRM is the path of the tool
"""

import csv
import fcntl
import io
import json
import os
import pty
import random
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

PRM = ""

PROGRAM = """\
prm: 1
program: cli
currency: USD
timezone: Asia/Tokyo
commission:
  on: deal.won
  of: amount
  base: 10%
rules:
  two-leads:
    for: rep
    when: {count: lead.registered, at_least: 2}
    then: {gift_card: 50}
  faster:
    for: partner
    when: {count: lead.registered, at_least: 3}
    then: {rate: +5%, lasts: 30d}
"""

COLUMNS = ("op,rule,kind,partner,rep,customer,product,recipient,amount,rate,rank,at,from,until,payable,"
           "event,id")

EVENTS = """\
id,type,time,partner,rep,customer,deal,product,amount
l1,lead.registered,2026-06-01,acme,sato,,,,
l2,lead.registered,2026-06-02T10:00:00+09:00,acme,sato,,,,
l3,lead.registered,1780390800,acme,kato,,,,
w1,deal.won,2026-06-03,acme,sato,globex,d1,crm,1000
w2,deal.won,2026-06-04,acme,sato,globex,d2,crm,10.55
"""

LEDGER = COLUMNS + """
grant,two-leads,gift_card,acme,sato,,,acme/sato,50.00,,,2026-06-02T10:00:00+09:00,,,,l2,two-leads:acme:sato
grant,faster,rate,acme,,,,acme,,+5%,,2026-06-02T18:00:00+09:00,2026-06-02T18:00:00+09:00,2026-07-03T00:00:00+09:00,,l3,faster:acme
grant,commission,cash,acme,sato,globex,crm,acme,150.00,,,2026-06-03T00:00:00+09:00,,,,w1,commission!w1
grant,commission,cash,acme,sato,globex,crm,acme,1.58,,,2026-06-04T00:00:00+09:00,,,,w2,commission!w2
"""

MAPPING = """\
mapping: 1
tables:
  manager: {file: teams.csv, key: agent, value: manager}
time: "%d/%m/%Y"
events:
  - type: deal.won
    when: {stage: Won}
    id: "{no}"
    time: "{closed}"
    fields: {partner: {table: manager, of: "{agent}"}, amount: "{value}"}
"""


def is_object(line):
    """Whether the line is one JSON object without doubled keys and lone surrogates."""
    def members(pairs):
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a key occurs twice")
        return dict(pairs)

    def refuse(word):
        raise ValueError(word)

    try:
        found = json.loads(line, object_pairs_hook=members, parse_constant=refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except ValueError:
        return False
    return isinstance(found, dict)


class Case(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.write("program.yaml", PROGRAM)
        self.write("events.csv", EVENTS)

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode()
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)
        return name

    def prm(self, *words, status=0, stdin=b""):
        """Runs the tool in the test's folder and returns what it wrote."""
        done = subprocess.run([PRM, *words], cwd=self.folder, input=stdin, capture_output=True, timeout=120)
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def run_events(self, content, *words, name="bad.csv", status=1):
        return self.prm("run", "program.yaml", "--events", self.write(name, content), *words, status=status)


class Usage(Case):
    def test_help(self):
        for words in (("help",), ("--help",), ("-h",)):
            out, errors = self.prm(*words)
            self.assertIn("prm check", out)
            self.assertEqual(errors, "")
        for verb in ("run", "check", "progress"):
            for words in (("help", verb), (verb, "--help"), (verb, "-h")):
                out, _ = self.prm(*words)
                self.assertTrue(out.startswith("prm %s PROGRAM" % verb), out)
        out, _ = self.prm("help", "run")
        self.assertIn("  --format table|csv|ndjson  of the output", out)
        self.assertIn("  --quiet                    no summary", out)

    def complete(self, *words):
        """What bash would offer for the last word."""
        script = ("source <(%s manual bash); COMP_WORDS=(prm %s); COMP_CWORD=%d; _prm; echo \"${COMPREPLY[*]}\"" %
                  (PRM, " ".join("'%s'" % word for word in words), len(words)))
        return subprocess.check_output(["bash", "-c", script], cwd=self.folder).decode().split()

    def test_completion(self):
        self.assertEqual(self.complete("pro"), ["progress"])
        self.assertEqual(self.complete("help", "st"), ["statement"])
        self.assertEqual(self.complete("run", "--tot"), ["--totals"])
        self.assertEqual(self.complete("run", "x", "--format", ""), ["table", "csv", "ndjson"])
        self.assertEqual(self.complete("run", "prog"), ["program.yaml"])

    def test_manual(self):
        """Every verb and option stands in the man page and in each completion."""
        out, _ = self.prm("help")
        verbs = re.findall(r"(?m)^  prm ([a-z]+) ", out)
        texts = {kind: self.prm("manual", kind)[0] for kind in ("man", "bash", "zsh", "fish")}
        for verb in verbs:
            if verb == "help":
                continue
            options = re.findall(r"(?m)^  --([a-z-]+)", self.prm("help", verb)[0])
            self.assertIn("help", options)
            for kind, text in texts.items():
                with self.subTest(verb=verb, kind=kind):
                    self.assertIn(verb, text)
                    for option in options:
                        wanted = {"man": "\\fB\\-\\-" + option.replace("-", "\\-") + "\\fR",
                                  "fish": " -l " + option}.get(kind, "--" + option)
                        self.assertIn(wanted, text)
        self.assertIn("there is man, bash", self.prm("manual", "tcsh", status=2)[1])

    def test_version(self):
        out, _ = self.prm("--version")
        self.assertRegex(out, r"^prm \d+\.\d+\.\d+\n$")

    def test_misuse(self):
        cases = (
            ((), "a verb is missing"),
            (("rnu",), "did you mean 'run'?"),
            (("banana",), "unknown verb 'banana'"),
            (("run",), "PROGRAM is missing"),
            (("run", "program.yaml"), "--events FILE is missing"),
            (("run", "program.yaml", "more.yaml"), "'more.yaml' is too much"),
            (("run", "program.yaml", "--evnts", "x"), "did you mean '--events'?"),
            (("run", "program.yaml", "-e", "x"), "two hyphens"),
            (("run", "program.yaml", "--events"), "--events needs a value"),
            (("run", "program.yaml", "--ledger=x"), "--ledger takes no value"),
            (("run", "program.yaml", "--clock", "1", "--clock", "2"), "--clock is given twice"),
            (("run", "program.yaml", "--ledger", "--journal"), "exclude each other"),
            (("run", "program.yaml", "--events", "-", "--events", "-"), "only once"),
            (("run", "program.yaml", "--events", "events.csv", "--format", "xml"), "--format is table, csv"),
            (("run", "program.yaml", "--events", "events.csv", "--input", "xml"), "--input is csv"),
            (("run", "program.yaml", "--events", "events.csv", "--batch", "0"), "--batch takes a number"),
            (("run", "program.yaml", "--events", "events.csv", "--clock", "soon"), "prm run: --clock: "),
            (("run", "program.yaml", "--events", "absent.csv"),
             "prm: absent.csv: No such file or directory\n"),
            (("run", "program.yaml", "--events", "."), "prm: .: Is a directory\n"),
            (("run", "absent.yaml", "--events", "events.csv"), "prm: absent.yaml: No such file or directory\n"),
            (("run", ".", "--events", "events.csv"), "prm: .: Is a directory\n"),
            (("run", "program.yaml", "--events", "events.csv", "--map", "absent.map"),
             "prm: absent.map: No such file or directory\n"),
            (("progress", "program.yaml", "--events", "events.csv", "--rule", "two-leeds"),
             "did you mean 'two-leads'?"),
            (("check", "absent.yaml"), "prm: absent.yaml: No such file or directory\n"),
        )
        for words, message in cases:
            with self.subTest(words=words):
                out, errors = self.prm(*words, status=2)
                self.assertEqual(out, "")
                self.assertIn(message, errors)


CHECKED = """program.yaml: cli: 2 rules, USD, Asia/Tokyo
  faster: lasts 30d: from 2026-06-01 up to, not including, 2026-07-02T00:00:00+09:00
"""


class Check(Case):
    def test_good(self):
        out, errors = self.prm("check", "program.yaml", "program.yaml")
        self.assertEqual(out, CHECKED * 2)
        self.assertEqual(errors, "")

    def test_errors_with_carets(self):
        self.write("bad.yaml", PROGRAM.replace("when: {count: lead.registered, at_least: 2}",
                                               "whne: {count: lead.registered, at_least: 2}"))
        out, errors = self.prm("check", "bad.yaml", "program.yaml", status=1)
        self.assertEqual(out, CHECKED)
        self.assertIn("bad.yaml:12:5", errors)
        self.assertIn("whne", errors)
        self.assertRegex(errors, r"\n *(\| *)?\^")
        self.assertRegex(errors, r"\d+ errors?, \d+ warnings?\n$")
        self.prm("run", "bad.yaml", "--events", "events.csv", status=1)

    def test_warnings(self):
        self.write("odd.yaml", PROGRAM.replace("rules:", "rewards: {miles: points}\nrules:", 1))
        out, errors = self.prm("check", "odd.yaml")
        self.assertTrue(out.startswith("odd.yaml: cli: 2 rules"), out)
        self.assertIn("warning 549: no rule gives the reward `miles`", errors)
        self.assertTrue(errors.endswith("0 errors, 1 warning\n"), errors)

    def test_standard_input(self):
        out, errors = self.prm("check", "-", stdin=PROGRAM.encode())
        self.assertEqual(out, CHECKED.replace("program.yaml", "-"))
        self.assertEqual(errors, "")
        out, errors = self.prm("check", "-", stdin=PROGRAM.replace("when:", "whne:", 1).encode(), status=1)
        self.assertEqual(out, "")
        self.assertIn("standard input:12:5: error 201", errors)
        _, errors = self.prm("check", "-", stdin=b"#" * (1 << 20) + b"#", status=1)
        self.assertIn("error 110", errors)
        out, errors = self.prm("check", "-", "-", stdin=PROGRAM.encode(), status=2)
        self.assertIn("only once", errors)


KEYS = ["file", "line", "column", "end_line", "end_column", "severity", "code", "message", "hint"]


class CheckJson(Case):
    def check(self, *paths, status=0, **more):
        out, errors = self.prm("check", "--format", "json", *paths, status=status, **more)
        self.assertEqual(errors, "")
        found = json.loads(out)
        for one in found:
            self.assertEqual(list(one), KEYS)
        return found

    def test_notes(self):
        self.assertEqual(self.check("program.yaml"), [{
            "file": "program.yaml", "line": 17, "column": 30, "end_line": 17, "end_column": 33,
            "severity": "note", "code": 511,
            "message": "faster: lasts 30d: from 2026-06-01 up to, not including, 2026-07-02T00:00:00+09:00",
            "hint": ""}])

    def test_nothing(self):
        self.write("plain.yaml", "prm: 1\nprogram: p\ncurrency: JPY\n")
        out, _ = self.prm("check", "--format=json", "plain.yaml")
        self.assertEqual(out, "[]\n")

    def test_errors_and_warnings(self):
        self.write("bad.yaml", PROGRAM.replace("when: {count", "whne: {count", 1))
        self.write("odd.yaml", PROGRAM.replace("rules:", "rewards: {miles: points}\nrules:", 1))
        found = [one for one in self.check("bad.yaml", "odd.yaml", status=1) if one["severity"] != "note"]
        self.assertEqual([(one["file"], one["line"], one["column"], one["end_line"], one["end_column"],
                           one["severity"], one["code"], one["hint"]) for one in found],
                         [("bad.yaml", 12, 5, 12, 9, "error", 201, "did you mean `when`?"),
                          ("odd.yaml", 9, 11, 9, 16, "warning", 549, "give it in a rule, or remove it")])

    def test_texts(self):
        name = 'q"\\\x01\n報.yaml'
        self.write(name, PROGRAM.replace("lead.registered", "コース", 1))
        found = self.check(name, status=1)
        self.assertEqual({one["file"] for one in found}, {name})
        broken = b"\xff.yaml"
        with open(os.path.join(os.fsencode(self.folder), broken), "wb") as file:
            file.write(b"prm: \xe5\xa0\n")
        found = self.check(os.fsdecode(broken), status=1)
        self.assertEqual({one["file"] for one in found}, {"\ufffd.yaml"})

    def test_no_file(self):
        found = self.check("absent.yaml", "program.yaml", status=2)
        self.assertEqual(found[0], {"file": "absent.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2,
                                    "severity": "error", "code": 0, "message": "No such file or directory",
                                    "hint": ""})
        self.assertEqual([one["code"] for one in found[1:]], [511])

    def test_standard_input(self):
        found = self.check("-", stdin=PROGRAM.replace("when:", "whne:", 1).encode(), status=1)
        self.assertEqual({(one["file"], one["code"]) for one in found if one["severity"] == "error"}, {("-", 201)})

    def test_format(self):
        _, errors = self.prm("check", "--format", "xml", "program.yaml", status=2)
        self.assertIn("--format is human or json, not 'xml'", errors)


class Run(Case):
    def test_columns(self):
        out, errors = self.prm("run", "program.yaml", "--events", "events.csv")
        self.assertEqual(out, LEDGER)
        self.assertEqual(errors, "events 5: accepted 5, duplicate 0, ignored 0, rejected 0, too late 0\n"
                                 "unreadable 0, dropped fields 0, unmatched voids 0, waiting 0\n")

    def test_same_ledger_from_every_format(self):
        rows = list(csv.DictReader(io.StringIO(EVENTS)))
        flat = []
        cloud = []
        for row in rows:
            fields = {k: v for k, v in row.items() if k not in ("id", "type", "time")}
            fields = {k: v or None for k, v in fields.items()}
            if fields["amount"]:
                fields["amount"] = "@" + fields["amount"] + "@"
            envelope = {"id": row["id"], "type": row["type"], "time": row["time"]}
            flat.append({**envelope, **fields})
            cloud.append({"specversion": "1.0", "source": "crm", **envelope, "data": fields})
        for name, objects in (("flat.ndjson", flat), ("cloud.jsonl", cloud)):
            text = "".join(json.dumps(o) + "\n" for o in objects).replace('"@', "").replace('@"', "")
            with self.subTest(name=name):
                self.assertIn('"amount": 10.55', text)
                out, _ = self.prm("run", "program.yaml", "--events", self.write(name, text))
                self.assertEqual(out, LEDGER)
                out, _ = self.prm("run", "program.yaml", "--events", "-", stdin=text.encode())
                self.assertEqual(out, LEDGER)
                self.write("unnamed", text)
                out, _ = self.prm("run", "program.yaml", "--events=unnamed", "--input", "ndjson")
                self.assertEqual(out, LEDGER)
        variants = (EVENTS, "\ufeff" + EVENTS, EVENTS.replace("\n", "\r\n"), EVENTS.replace("acme", '"acme"'),
                    EVENTS.rstrip("\n"), EVENTS.replace("\n", "\n\n"))
        for text in variants:
            out, _ = self.prm("run", "program.yaml", "--events", "-", stdin=text.encode())
            self.assertEqual(out, LEDGER)

    def test_several_files(self):
        lines = EVENTS.splitlines(True)
        self.write("a.csv", "".join(lines[:3]))
        self.write("b.csv", lines[0] + "".join(lines[3:]))
        out, _ = self.prm("run", "program.yaml", "--events", "b.csv", "--events", "a.csv")
        self.assertEqual(out, LEDGER)

    def test_batches_do_not_matter(self):
        for size in ("1", "2", "65536"):
            out, _ = self.prm("run", "program.yaml", "--events", "events.csv", "--batch", size)
            self.assertEqual(out, LEDGER)

    def test_clock(self):
        out, errors = self.prm("run", "program.yaml", "--events", "events.csv", "--clock", "2026-06-03")
        self.assertEqual(out.splitlines(), LEDGER.splitlines()[:4])
        self.assertIn("waiting 1\n", errors)
        out, errors = self.prm("run", "program.yaml", "--events", "events.csv", "--clock", "2030-01-01")
        self.assertEqual(out, LEDGER)
        self.assertIn("waiting 0\n", errors)

    def test_journal(self):
        cancelled = EVENTS + "c1,deal.cancelled,2026-06-05,acme,,,d1,,\n"
        self.write("cancelled.csv", cancelled)
        out, _ = self.prm("run", "program.yaml", "--events", "cancelled.csv", "--journal")
        rows = [(r["op"], r["id"], r["amount"]) for r in csv.DictReader(io.StringIO(out))]
        self.assertEqual(rows, [
            ("grant", "two-leads:acme:sato", "50.00"), ("grant", "faster:acme", ""),
            ("grant", "commission!w1", "150.00"), ("grant", "commission!w2", "1.58"),
            ("reverse", "commission!w1", "150.00")])
        out, _ = self.prm("run", "program.yaml", "--events", "cancelled.csv")
        self.assertNotIn("commission!w1", out)

    def test_totals(self):
        out, _ = self.prm("run", "program.yaml", "--events", "events.csv", "--totals")
        self.assertEqual(out, "partner,rep,kind,amount,commission,rewards,outcomes\n"
                              "acme,,cash,151.58,151.58,0.00,2\n"
                              "acme,sato,gift_card,50.00,0.00,50.00,1\n")

    def test_ndjson_output(self):
        out, _ = self.prm("run", "program.yaml", "--events", "events.csv", "--format", "ndjson")
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(rows[0], {"op": "grant", "rule": "two-leads", "kind": "gift_card", "partner": "acme",
                                   "rep": "sato", "recipient": "acme/sato", "amount": 50.0,
                                   "at": "2026-06-02T10:00:00+09:00", "event": "l2",
                                   "id": "two-leads:acme:sato"})
        self.assertIn('"amount":150.00', out)

    def test_table(self):
        out, _ = self.prm("run", "program.yaml", "--events", "events.csv", "--format", "table", "--quiet")
        lines = out.splitlines()
        self.assertEqual(lines[0].split()[:4], ["rule", "kind", "partner", "rep"])
        self.assertNotIn("rank", lines[0])
        end = lines[0].index("amount") + len("amount")
        self.assertEqual([line[:end].endswith(amount) for line, amount in zip(lines[3:], ("150.00", "1.58"))],
                         [True, True])

    def test_nothing_to_do(self):
        out, errors = self.run_events("id,type,time,partner\n", status=0)
        self.assertEqual(out, COLUMNS + "\n")
        self.assertIn("events 0:", errors)

    def test_quiet(self):
        _, errors = self.prm("run", "program.yaml", "--events", "events.csv", "--quiet")
        self.assertEqual(errors, "")


class Output(Case):
    def many(self):
        rows = "".join("m%d,deal.won,2026-06-01,acme,,,,,1\n" % i for i in range(20000))
        self.write("many.csv", EVENTS.splitlines(True)[0] + rows)

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("there is no /dev/full here")
        for words in (("check", "program.yaml"), ("run", "program.yaml", "--events", "events.csv"), ("help",)):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PRM, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE,
                                      timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"prm: standard output: ", done.stderr)

    def test_reader_goes_away(self):
        self.many()
        with subprocess.Popen([PRM, "run", "program.yaml", "--events", "many.csv", "--quiet"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(process.wait(60), 1)

    def test_table_on_a_terminal(self):
        master, slave = open_terminal()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 70, 0, 0))
        self.write("long.csv", EVENTS.replace("globex", "山田商事株式会社と、とても長い名前の会社"))
        done = subprocess.run([PRM, "run", "program.yaml", "--events", "long.csv"], cwd=self.folder, stdout=slave,
                              stderr=subprocess.PIPE, timeout=60)
        os.close(slave)
        out = read_terminal(master)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = out.replace("\r", "").splitlines()
        self.assertTrue(lines[0].startswith("rule"), out)
        self.assertIn("…", out)

    def test_progress_bar(self):
        for environment, shown in (({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False)):
            master, slave = open_terminal()
            with subprocess.Popen([PRM, "run", "program.yaml", "--events", "-", "--batch", "1"], cwd=self.folder,
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave,
                                  env={**os.environ, **environment}) as process:
                os.close(slave)
                process.stdin.write(EVENTS.encode())
                process.stdin.flush()
                time.sleep(1.2)
                process.stdin.write(b"w3,deal.won,2026-06-05,acme,,,,,1\n" * 2)
                process.stdin.close()
                self.assertEqual(process.wait(60), 0)
            out = read_terminal(master)
            self.assertEqual("\rreading  " in out, shown, out)
            if shown:  # wiped before the summary
                self.assertIn("\revaluating 7 events ...\033[K\r\033[Kevents 7:", out)
            else:
                self.assertNotIn("evaluating", out)


def open_terminal():
    """Both ends of a terminal; a bare chroot has none to give."""
    try:
        return pty.openpty()
    except OSError as error:
        raise unittest.SkipTest("no pseudo-terminal here: %s" % error) from error


def read_terminal(master):
    out = b""
    try:
        while True:
            piece = os.read(master, 4096)
            if not piece:
                break
            out += piece
    except OSError:
        pass
    os.close(master)
    return out.decode()


class BadInput(Case):
    HEADER = "id,type,time,partner,amount\n"
    GOOD = "g1,deal.won,2026-06-01,acme,1\n"

    def expect(self, content, *messages, accepted=1, name="bad.csv", words=(), extra=""):
        """The messages are all there is, beside `accepted` good events and the summary."""
        out, errors = self.run_events(content, *words, name=name)
        lines = [line for line in errors.splitlines()
                 if not line.startswith(("events ", "unreadable ", "rows "))]
        self.assertEqual(lines, ["%s:%s" % (name, m) for m in messages])
        self.assertIn("accepted %d," % accepted, errors)
        return errors

    def test_cells(self):
        self.expect(self.HEADER + "x1,deal.won,2026-06-01\n" + self.GOOD,
                    "2: 3 cells where the header has 5")
        self.expect(self.HEADER + self.GOOD + "x1,deal.won,2026-06-01,acme,1,,\n",
                    "3: 7 cells where the header has 5")
        self.expect(self.HEADER + self.GOOD + "x1,deal.w", "3: 2 cells where the header has 5")

    def test_quotes(self):
        self.expect(self.HEADER + 'x1,deal.won,2026-06-01,"acme,1\n' + self.GOOD,
                    "2: a quote is opened here and not closed")
        self.expect(self.HEADER + 'x1,deal.won,2026-06-01,"ac"me,1\n' + self.GOOD,
                    "2: text stands after a closing quote")

    def test_bytes(self):
        self.expect(self.HEADER.encode() + b"x1,deal.won,2026-06-01,ac\0me,1\n" + self.GOOD.encode(),
                    "2: a NUL byte")
        self.expect(self.HEADER.encode() + b"x1,deal.won,2026-06-01,ac\xffme,1\n" + self.GOOD.encode(),
                    "2: byte 0xFF is not UTF-8")

    def test_long_line(self):
        self.expect(self.HEADER + "x1,deal.won,2026-06-01,%s,1\n" % ("a" * 10000000) + self.GOOD,
                    "2: the record is longer than 1048576 bytes")
        good = '{"id":"g1","type":"deal.won","time":"2026-06-01","partner":"acme","amount":1}\n'
        self.expect('{"id":"%s"}\n' % ("a" * 10000000) + good, "1: the line is longer than 1048576 bytes",
                    name="bad.ndjson")

    def test_headers(self):
        self.expect("", " the file is empty", accepted=0)
        self.expect("", " the file is empty", accepted=0, name="bad.ndjson")
        self.expect("id,type,time,id\n", "1: two columns are named 'id'", accepted=0)
        self.expect("id,tpye,time,partner\n", "1: the header has no column 'type'; did you mean 'tpye'?",
                    accepted=0)
        self.expect("id,time,partner\n", "1: the header has no column 'type'", accepted=0)
        self.expect("Id,Type,Time\n", "1: the header has no column 'id'; did you mean 'Id'?",
                    "1: the header has no column 'type'; did you mean 'Type'?",
                    "1: the header has no column 'time'; did you mean 'Time'?", accepted=0)
        missing = "1: the first line is no header: id, type and time are missing"
        for content in ("a,b\n1,2\n", self.GOOD, "g1,deal.won,2026-06-01,acme,\n", "x,x,2026-06-01\n"):
            self.expect(content, missing, accepted=0)
        self.expect("id,type,time,\n", "1: a column without a name", accepted=0)

    def test_line_ends_and_encodings(self):
        self.expect((self.HEADER + self.GOOD).replace("\n", "\r"),
                    "1: lines end with CR only; save the file with LF or CRLF", accepted=0)
        for codec in ("utf-16-le", "utf-16-be"):
            for name, line in (("bad.csv", "1:"), ("bad.ndjson", "")):
                self.expect(("\ufeff" + self.HEADER).encode(codec), line + " the file is UTF-16; save it as UTF-8",
                            accepted=0, name=name)
        quoted = self.HEADER.replace("amount", 'amount,"two\rlines"') + self.GOOD.replace(",1\n", ",1,\n")
        self.assertIn("accepted 1,", self.run_events(quoted, status=0)[1])

    def test_unknown_columns(self):
        _, errors = self.run_events(self.HEADER.replace("amount", "amont") + self.GOOD, status=0)
        self.assertEqual(errors.splitlines()[0],
                         "bad.csv:1: warning: column 'amont' is no field of the program; did you mean 'amount'?")
        _, errors = self.run_events("id,type,time,partner,a1,a2,a3,a4,a5,a6,a7\n", status=0)
        self.assertEqual(errors.count("warning:"), 1)
        self.assertIn("columns 'a1', 'a2', 'a3', 'a4', 'a5' and 2 more are no fields of the program\n", errors)
        _, errors = self.run_events("id,type,time,partner,region,reb\n", status=0)
        self.assertIn("columns 'region', 'reb' (did you mean 'rep'?) are no fields of the program\n", errors)

    def test_ignored_types(self):
        rows = ("deal.wonn", "foo.bar", "deal.wonn")
        _, errors = self.run_events(self.HEADER + "".join(
            "i%d,%s,2026-06-01,acme,\n" % (i, rows[i]) for i in range(3)), status=0)
        self.assertIn(" ignored 3 (deal.wonn 2: did you mean deal.won?, foo.bar 1), rejected 0", errors)
        _, errors = self.run_events(self.HEADER + "".join(
            "i%d,t%d,2026-06-01,acme,\n" % (i, i % 70) for i in range(140)), status=0)
        self.assertIn(" ignored 140 (t0 2, t1 2, t10 2, t11 2, t12 2, ...), rejected 0", errors)
        _, errors = self.run_events(self.HEADER + "i,\x1b[31m,2026-06-01,acme,\n", status=0)
        self.assertIn(" ignored 1 (?[31m 1), ", errors)

    def test_findings_in_the_order_of_lines(self):
        content = self.HEADER + "x1,deal.won,2026-06-01,,1\nbroken\nx3,deal.won,2026-06-01,acme,much\nbroken\n"
        _, errors = self.run_events(content)
        self.assertEqual([line.split(":")[1] for line in errors.splitlines()[:4]], ["2", "3", "4", "5"])
        _, errors = self.run_events(self.HEADER + "x1,deal.won,2026-06-01,,1\nbroken\n" * 30)
        self.assertEqual([int(line.split(":")[1]) for line in errors.splitlines()[:20]], list(range(2, 22)))
        self.assertIn("... and 40 more", errors)

    def test_envelopes(self):
        self.expect(self.HEADER + ",deal.won,2026-06-01,acme,1\nx2,,2026-06-01,acme,1\nx3,deal.won,,acme,1\n" + self.GOOD,
                    "2: the event has no id", "3: the event has no type", "4: the event has no time")
        errors = self.run_events(self.HEADER + "x1,deal.won,01/06/2026,acme,1\n" + self.GOOD)[1]
        self.assertRegex(errors, r"(?m)^bad\.csv:2: ")
        self.assertEqual(errors.count("01/06/2026"), 1)
        self.assertIn("unreadable 1,", errors)

    def test_ndjson(self):
        good = '{"id":"g1","type":"deal.won","time":"2026-06-01","partner":"acme","amount":1}\n'
        self.expect('{"id":"x1"\n' + good, "1: the JSON ends too early", name="bad.ndjson")
        self.expect("[]\n" + good, "1: a list, where one JSON object per line is expected", name="bad.ndjson")
        self.expect(good + good.replace("g1", "x1").replace('"acme"', '{"a":1}'),
                    "2: 'partner' holds an object or a list", name="bad.ndjson")
        self.expect('{"specversion":"1.0","id":"x","type":"deal.won","time":"2026-06-01","data":"text"}\n' + good,
                    "1: the CloudEvent's 'data' is not an object", name="bad.ndjson")
        self.expect(good.replace("g1", "x1").replace("acme", "ac\\u0000me") + good,
                    "1: a NUL character in 'partner'", name="bad.ndjson")

    def test_ndjson_is_json(self):
        """Python's reader and ours agree on which of many mutilated lines are objects."""
        seed = ('{"id":"g1","type":"deal.won","time":"2026-06-01","partner":"a\\u00e9\\uD83C\\uDF81\\n","amount":-1.5e+2,'
                '"x":{"y":[1,true,false,null,{}],"z":""}, "v" : [ ] }')
        chance = random.Random(5)
        lines = [seed]
        for _ in range(3000):
            line = list(seed)
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(len(line))
                line[at:at + chance.randrange(2)] = chance.choice(list('{}[]",:\\u09eE+-.tfn Dd8') + [""])
            lines.append("".join(line))
        lines = [line for line in lines if line.strip()]
        _, errors = self.run_events("\n".join(lines) + "\n", "--all-errors", name="bad.ndjson")
        broken = {int(found.group(1)) for found in re.finditer(
            r"(?m)^bad\.ndjson:(\d+): (?:not JSON|the JSON ends|a list, where|not a JSON object|the key '|\\u\w+ is half)",
            errors)}
        self.assertEqual(broken, {number for number, line in enumerate(lines, 1) if not is_object(line)})
        self.assertGreater(len(broken), 1000)
        self.assertLess(len(broken), 2900)

    def test_rejected(self):
        out, errors = self.run_events(self.HEADER + "x1,deal.won,2026-06-01,,1\nx2,deal.won,2026-06-01,acme,much\n" +
                                      self.GOOD)
        self.assertRegex(errors, r"(?m)^bad.csv:2: .*partner")
        self.assertRegex(errors, r"(?m)^bad.csv:3: .*amount")
        self.assertIn("events 3: accepted 1, duplicate 0, ignored 0, rejected 2, too late 0", errors)
        self.assertIn("commission!g1", out)

    def test_counts(self):
        content = ("id,type,time,partner,amount,region\n"
                   "a,deal.won,2026-06-01,acme,1,east\n"
                   "a,deal.won,2026-06-01,acme,1,east\n"
                   "a,deal.won,2026-06-01,acme,2,east\n"
                   "b,weather.changed,2026-06-01,acme,,\n"
                   "c,event.voided,2026-06-01,acme,,\n"
                   "broken\n")
        _, errors = self.run_events(content)
        self.assertIn("events 5: accepted 1, duplicate 1, ignored 1 (weather.changed 1), rejected 2, too late 0\n", errors)
        self.assertIn("unreadable 1, ", errors)

    def test_unmatched_voids(self):
        _, errors = self.run_events("id,type,time,partner,deal\nc,deal.cancelled,2026-06-01,acme,d9\n", status=0)
        self.assertIn("unmatched voids 1,", errors)

    def test_only_the_first_errors_are_shown(self):
        content = self.HEADER + "x\n" * 50
        _, errors = self.run_events(content)
        self.assertEqual(errors.count("bad.csv:"), 20)
        self.assertIn("... and 30 more (--all-errors shows them all)\n", errors)
        _, errors = self.run_events(content, "--all-errors")
        self.assertEqual(errors.count("bad.csv:"), 50)

    def test_terminal_is_safe(self):
        _, errors = self.run_events(self.HEADER + "x1,deal.won,\x1b[31mred,acme,1\n")
        self.assertNotIn("\x1b", errors)
        self.assertIn("?[31mred", errors)


class State(Case):
    """--state: runs in parts are the run of the whole."""

    def parts(self, *sizes):
        """The events in files of so many rows each."""
        head, *rows = EVENTS.splitlines(keepends=True)
        names = []
        for number, size in enumerate(sizes):
            names.append(self.write("part-%d.csv" % number, head + "".join(rows[:size])))
            del rows[:size]
        self.assertEqual(rows, [])
        return names

    def run_state(self, *words, status=0, program="program.yaml"):
        return self.prm("run", program, "--state", "a.state", *words, status=status)

    def test_parts_are_the_whole(self):
        journal, _ = self.prm("run", "program.yaml", "--events", "events.csv", "--journal")
        for sizes in ((5,), (1, 4), (2, 2, 1), (1, 1, 1, 1, 1), (0, 5, 0)):
            with self.subTest(sizes=sizes):
                together = COLUMNS + "\n"
                for name in self.parts(*sizes):
                    out, _ = self.run_state("--events", name, "--journal")
                    together += out.split("\n", 1)[1]
                self.assertEqual(together, journal)
                self.assertEqual(self.run_state("--quiet")[0], LEDGER)
                for name in ("a.state", "a.state.previous"):
                    if os.path.exists(os.path.join(self.folder, name)):
                        os.remove(os.path.join(self.folder, name))

    def test_summary_and_status_are_of_this_run(self):
        bad = self.write("bad.csv", EVENTS + "x1,deal.won,2026-06-05,,,,,,1\n")
        _, errors = self.run_state("--events", bad, status=1)
        self.assertIn("events 6: accepted 5, duplicate 0, ignored 0, rejected 1", errors)
        out, errors = self.run_state("--events", "events.csv")
        self.assertEqual(out, LEDGER)
        self.assertIn("events 5: accepted 0, duplicate 5, ignored 0, rejected 0", errors)

    def test_the_clock_alone(self):
        self.run_state("--events", "events.csv", "--clock", "2026-06-03")
        out, _ = self.run_state("--clock", "2026-06-10", "--quiet")
        self.assertEqual(out, LEDGER)
        _, errors = self.run_state("--clock", "2026-06-09", status=1)
        self.assertIn("the clock never goes back", errors)

    def test_another_program(self):
        self.run_state("--events", "events.csv")
        before = self.read("a.state")
        self.write("other.yaml", PROGRAM.replace("10%", "11%"))
        out, errors = self.run_state("--events", "events.csv", program="other.yaml", status=1)
        self.assertEqual(out, "")
        self.assertIn("another program", errors)
        self.assertIn("upgrade", errors)
        self.assertEqual(self.read("a.state"), before)

    def test_damage(self):
        one, two = self.parts(3, 2)
        self.run_state("--events", one)
        self.run_state("--events", two)
        with open(os.path.join(self.folder, "a.state"), "r+b") as file:
            file.truncate(200)
        out, errors = self.run_state("--events", two)
        self.assertEqual(out, LEDGER)
        self.assertIn("a.state: the state is damaged", errors)
        self.assertIn("the generation before it was taken", errors)
        for name in ("a.state", "a.state.previous"):
            self.write(name, "nonsense")
        out, errors = self.run_state("--events", two, status=1)
        self.assertIn("no state of prm", errors)
        self.assertEqual(self.read("a.state"), b"nonsense")

    def test_output_that_is_not_read(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PRM, "run", "program.yaml", "--events", "events.csv", "--state", "a.state"],
                                  cwd=self.folder, stdout=full, stderr=subprocess.PIPE, timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "a.state")))

    def test_nowhere_to_save(self):
        self.write("file", "")
        _, errors = self.prm("run", "program.yaml", "--events", "events.csv", "--state", "file/a", status=1)
        self.assertIn("file/a", errors)

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def test_killed(self):
        """Killed at any moment, a run is repeated until it ends; then all is there once. PRM_TOOL_KILLS says how often."""
        rows = "".join("k%d,deal.won,2026-06-05,p%d,,,,,%d\n" % (i, i % 50, i) for i in range(3000))
        self.write("many.csv", EVENTS.split("\n", 1)[0] + "\n" + rows)
        expected, _ = self.prm("run", "program.yaml", "--events", "events.csv", "--events", "many.csv", "--quiet")
        self.run_state("--events", "events.csv")
        words = [PRM, "run", "program.yaml", "--events", "many.csv", "--state", "a.state", "--quiet"]
        began = time.monotonic()
        subprocess.run(words[:5] + ["--state", "b.state", "--quiet"], cwd=self.folder, stdout=subprocess.DEVNULL,
                       timeout=120)
        whole = time.monotonic() - began
        for turn in range(int(os.environ.get("PRM_TOOL_KILLS", "40"))):
            running = subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL)
            time.sleep(whole * (turn % 20) / 16)
            running.kill()
            running.wait()
            out, errors = self.prm("run", "program.yaml", "--state", "a.state", "--quiet")
            self.assertIn(out, (LEDGER, expected))
            self.assertEqual(errors, "")
        self.assertEqual(self.prm(*words[1:])[0], expected)


class Mapping(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.folder, "maps"))
        self.write("maps/map.yaml", MAPPING)
        self.write("maps/teams.csv", "agent,manager\nkim,acme\n")

    def mapped(self, content, status=1, name="rows.csv"):
        return self.prm("run", "program.yaml", "--map", "maps/map.yaml", "--events", self.write(name, content),
                        status=status)

    def test_rows(self):
        out, errors = self.mapped("no,stage,closed,agent,value\n1,Won,3/6/2026,kim,1000\n2,Lost,,kim,\n", status=0)
        self.assertEqual([r["at"] for r in csv.DictReader(io.StringIO(out))], ["2026-06-03T00:00:00+09:00"])
        self.assertEqual(errors.splitlines()[0],
                         "rows 2: mapped 1, without an event 1, not mapped 0; events made 1")

    def test_rows_that_cannot_be_mapped(self):
        _, errors = self.mapped("no,stage,closed,agent,value\n"
                                "1,Won,3/6/2026,lee,1\n"
                                "2,Won,2026-06-03,kim,1\n"
                                ",Won,3/6/2026,kim,1\n"
                                "4,Won,3/6/2026,kim,1\n")
        self.assertEqual(errors.splitlines()[:4], [
            "rows.csv:2: the table 'manager' has no 'lee'",
            "rows.csv:3: the time '2026-06-03': '/' is missing",
            "rows.csv:4: column 'no', of which the id is made, is empty",
            "rows 4: mapped 1, without an event 0, not mapped 3; events made 1"])

    def test_missing_column(self):
        _, errors = self.mapped("no,stage,clsed,agent,value\n1,Won,3/6/2026,kim,1\n")
        self.assertIn("rows.csv:1: the header has no column 'closed' (maps/map.yaml, line 9); "
                      "did you mean 'clsed'?", errors)

    def test_objects(self):
        self.write("maps/map.yaml", MAPPING.replace("{no}", "{deal.no}").replace("{value}", "{deal.value}"))
        out, errors = self.mapped('{"deal":{"no":1,"value":10.50},"stage":"Won","closed":"03/06/2026","agent":"kim"}\n'
                                  '{"stage":"Lost"}\n', name="rows.ndjson", status=0)
        self.assertEqual([r["amount"] for r in csv.DictReader(io.StringIO(out))], ["1.05"])
        self.assertIn("rows 2: mapped 1, without an event 1, not mapped 0; events made 1", errors)
        _, errors = self.mapped('{"stage":"Lost"}\n', name="rows.ndjson", status=0)
        self.assertIn("warning: no object of rows.ndjson has 'closed'", errors)

    def test_broken_mapping(self):
        self.write("maps/map.yaml", MAPPING.replace("when:", "wen:").replace("{no}", "{no"))
        _, errors = self.mapped("x\n")
        self.assertIn("maps/map.yaml:7:5: error: unknown key 'wen'; did you mean 'when'?", errors)
        self.assertIn("maps/map.yaml:8:9: error: '{' without '}'", errors)


class Progress(Case):
    def progress(self, *words):
        out, _ = self.prm("progress", "program.yaml", "--events", "events.csv", "--quiet", *words)
        self.assertEqual(out.splitlines()[0],
                         "rule,partner,rep,customer,product,value,target,remaining,share,tier,start,end,left,state")
        return [(r["rule"], r["rep"], r["value"], r["target"], r["remaining"], r["state"])
                for r in csv.DictReader(io.StringIO(out))]

    def test_all(self):
        self.assertEqual(self.progress(), [
            ("two-leads", "kato", "1", "2", "1", "open"),
            ("two-leads", "sato", "2", "2", "0", "reached"),
            ("faster", "", "3", "3", "0", "reached")])

    def test_choice(self):
        self.assertEqual(len(self.progress("--rule", "faster")), 1)
        self.assertEqual(len(self.progress("--partner", "acme")), 3)
        self.assertEqual(len(self.progress("--limit", "1")), 2)

    def test_pending(self):
        self.write("events.csv", EVENTS + "".join(
            "p%d,lead.registered,2026-06-05,p%d,r%d,,,,\n" % (i, i % 2, i % 3) for i in range(3)))
        rows = self.progress("--pending")
        self.assertTrue(all(row[5] == "open" for row in rows))
        self.assertEqual([(r[0], r[4]) for r in rows if r[0] == "faster"], [("faster", "1"), ("faster", "2")])

    def test_sort(self):
        self.write("events.csv", EVENTS + "".join(
            "p%d,lead.registered,2026-06-05,p%d,r%d,,,,\n" % (i, i % 2, i % 3) for i in range(3)))
        rows = self.progress("--sort", "closest")
        self.assertEqual([row[0] for row in rows], ["faster"] + ["two-leads"] * 4 + ["faster"])
        self.assertEqual(len(self.progress("--sort", "time", "--limit", "2")), 2)
        self.prm("progress", "program.yaml", "--events", "events.csv", "--sort", "name", status=2)

    def test_details(self):
        out, _ = self.prm("progress", "program.yaml", "--events", "events.csv", "--quiet", "--pending",
                          "--details", "--lang", "ja")
        self.assertIn("リード登録の件数: 2 のうち 1。あと 1", out)


class Explain(Case):
    def explain(self, *words, status=0, **more):
        out, errors = self.prm("explain", "program.yaml", "--events", "events.csv", "--quiet", *words,
                               status=status, **more)
        return out if status == 0 else errors

    def test_commission(self):
        out = self.explain("commission!w1", "--lang", "en")
        for line in ("acme: 150.00 USD, cash", "10%  base rate", "+5%  faster, from 2026-06-02 18:00 to 2026-07-02",
                     "Amount: 1,000 USD x 15% = 150.00 USD"):
            self.assertIn(line, out)

    def test_japanese(self):
        self.assertIn("基本料率", self.explain("commission!w1", "--lang", "ja"))
        self.assertIn("lang is en or ja", self.explain("commission!w1", "--lang", "fr", status=2))

    def test_reward_names_its_events(self):
        out = self.explain("two-leads:acme:sato", "--lang", "en")
        self.assertIn("leads registered: 2; asked for: at least 2", out)
        self.assertRegex(out, r"l1  leads registered  acme/sato\n.*l2  leads registered")
        self.assertNotIn("l3", out)

    def test_what_is_missing(self):
        for words in (("two-leads:acme:kato",), ("--rule", "two-leads", "--partner", "acme", "--rep", "kato")):
            out = self.explain(*words, "--lang", "en")
            self.assertIn("acme/kato: nothing was granted", out)
            self.assertIn("leads registered: 1 of 2; 1 more needed", out)

    def test_what_was_taken_back(self):
        self.write("events.csv", EVENTS + "c1,deal.cancelled,2026-06-10,acme,,,d1,,\n")
        out = self.explain("commission!w1", "--journal", "--lang", "en")
        self.assertIn("w1 (deals won, 2026-06-03) no longer counts: c1 took it back", out)
        self.assertRegex(out, r"granted 150.00 USD\n.*took 150.00 USD back")

    def test_data(self):
        rows = list(csv.DictReader(io.StringIO(self.explain("two-leads:acme:sato", "--format", "csv"))))
        self.assertEqual([(r["depth"], r["fact"]) for r in rows],
                         [("0", "outcome"), ("1", "recipient"), ("1", "event"), ("1", "condition"),
                          ("2", "event"), ("2", "event"), ("1", "amount")])
        self.assertEqual((rows[3]["is"], rows[3]["value"], rows[3]["target"]), ("at_least", "2", "2"))
        lines = self.explain("faster:acme", "--format", "ndjson").splitlines()
        self.assertEqual(json.loads(lines[0])["rate"], "+5%")

    def test_misuse(self):
        self.assertIn("an ID of the ledger is missing", self.explain(status=2))
        self.assertIn("does not go with an ID", self.explain("commission!w1", "--rule", "faster", status=2))
        self.assertIn("names no rule, partner or event", self.explain("commission!nothing", status=1))
        self.assertIn("no event has named that partner",
                      self.explain("--rule", "faster", "--partner", "nobody", status=1))


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
