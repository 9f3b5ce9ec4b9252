#!/usr/bin/env python3
"""Compares the reference evaluator with the command-line tool over generated
cases, and makes a failing case small.

    python3 differential.py --tool build/tools/prm --seeds 1-200 [--whole] [--journal 5] [--keep DIR]

Each seed gives a program and events (generate.py, whole.py); both evaluate them
to CSV, which must be equal byte for byte. With --journal N, every N-th seed's
journal must also add up to the ledger, with its events as written and
shuffled. A difference is made smaller by leaving out events and rules as long
as it stays, written to DIR/seed-N, and shown. With --whole, the features that
produced rows are tallied, and so are their pairs in one rule.
Exit status: 0 all equal, 1 differences.
"""
import argparse
import csv
import difflib
import io
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts  # noqa: E402
from generate import make  # noqa: E402
from prm_reference import evaluate, to_csv  # noqa: E402

# What the postings about one outcome are told apart by; the instant and the causes may change without a posting.
NET = ("id", "rule", "kind", "partner", "recipient", "amount", "rate", "rank", "from", "until", "payable")


class Case:
    def __init__(self, tool, program, lines, clock):
        self.tool = tool
        self.program = program
        self.lines = lines
        self.clock = clock

    def reference(self):
        return to_csv(evaluate(self.program, list(facts.read_ndjson("\n".join(self.lines))), self.clock))

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        paths = [os.path.join(folder, name) for name in ("program.yaml", "events.ndjson")]
        for path, text in zip(paths, (self.program, "".join(line + "\n" for line in self.lines))):
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        if self.clock:
            with open(os.path.join(folder, "clock"), "w", encoding="utf-8") as file:
                file.write(self.clock + "\n")
        return paths

    def tested(self, *options):
        """The tool's CSV; its messages where it gave none."""
        with tempfile.TemporaryDirectory() as folder:
            program, events = self.save(folder)
            command = [self.tool, "run", program, "--events", events, "--format", "csv", *options]
            try:
                done = subprocess.run(command + (["--clock", self.clock] if self.clock else []),
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
            except subprocess.TimeoutExpired:
                return "exit: none within a minute"
        text = done.stdout.decode("utf-8", "replace")
        return text if text else "exit %d\n%s" % (done.returncode, done.stderr.decode("utf-8", "replace"))

    def differs(self):
        return self.reference() != self.tested()

    def unfaithful_journal(self):
        """What tells that a journal does not add up to the ledger, or None."""
        wanted = net(self.tested())
        for name, lines in (("as written", self.lines), ("shuffled", self.shuffled())):
            case = Case(self.tool, self.program, lines, self.clock)
            came = net(case.tested("--journal"))
            if came != wanted:
                return "journal, %s:\nmissing %s\nextra %s" % (
                    name, sorted((wanted - came).items()), sorted((came - wanted).items()))
        return None

    def shuffled(self):
        """The lines in another order; those with one id stay in order among themselves, since the first counts."""
        order = list(range(len(self.lines)))
        random.Random(len(order)).shuffle(order)
        places = {}
        for place, index in enumerate(order):
            places.setdefault(json.loads(self.lines[index]).get("id"), []).append(place)
        lines = list(self.lines)
        for found in places.values():
            for place, index in zip(found, sorted(order[place] for place in found)):
                lines[place] = self.lines[index]
        return lines

    def without_lines(self, start, count):
        return Case(self.tool, self.program, self.lines[:start] + self.lines[start + count:], self.clock)

    def without_rule(self, name):
        pattern = r"(?m)^  %s:\n(    .*\n)+" % re.escape(name)
        return Case(self.tool, re.sub(pattern, "", self.program), self.lines, self.clock)

    def without_part(self, name):
        return Case(self.tool, re.sub(r"(?m)^%s: .*\n" % name, "", self.program), self.lines, self.clock)

    def rules(self):
        return re.findall(r"(?m)^  (\S.*):$", self.program)


def net(text):
    """The postings of a journal that are not undone, or the rows of a ledger, each with how often it stands."""
    total = Counter()
    for row in csv.DictReader(io.StringIO(text, newline="")):
        total[tuple(row.get(name) or "" for name in NET)] += 1 if row.get("op") == "grant" else -1
    return Counter({row: count for row, count in total.items() if count})


def smaller(case, fails):
    """The same kind of difference with fewer rules and events."""
    crashed = case.tested().startswith("exit")

    def stays(attempt):
        try:
            return attempt.tested().startswith("exit") == crashed and fails(attempt)
        except Exception:  # the reference takes programs to be valid; what it cannot read is no smaller case
            return False
    for name in case.rules():
        attempt = case.without_rule(name)
        if attempt.rules() and stays(attempt):
            case = attempt
    for name in ("commission", "ranks", "measures", "rewards", "rounding"):
        attempt = case.without_part(name)
        if attempt.program != case.program and stays(attempt):
            case = attempt
    count = max(1, len(case.lines) // 2)
    while True:
        start = 0
        while start < len(case.lines):
            attempt = case.without_lines(start, count)
            if stays(attempt):
                case = attempt
            else:
                start += count
        if count == 1:
            return case
        count //= 2


class Tally:
    """How often a feature, or two in one rule, stood in a program, and how often with a row."""

    def __init__(self):
        self.stood, self.reached = Counter(), Counter()

    def add(self, features, text):
        names = Counter(row["rule"] for row in csv.DictReader(io.StringIO(text, newline="")))
        for rule, used in features.items():
            items = sorted(used) + list(itertools.combinations(sorted(used), 2)) if rule else sorted(used)
            self.stood.update(items)
            if names[rule] or (not rule and names):
                self.reached.update(items)

    def show(self):
        singles = sorted(item for item in self.stood if isinstance(item, str))
        print("features, with a row / in all:")
        print("\n".join("  %-28s %5d / %d" % (item, self.reached[item], self.stood[item]) for item in singles))
        pairs = [item for item in self.stood if not isinstance(item, str)]
        missed = sorted(pair for pair in pairs if not self.reached[pair])
        print("pairs in one rule: %d stood, %d with a row; without a row:" % (len(pairs), len(pairs) - len(missed)))
        print("\n".join("  %s + %s (%d)" % (*pair, self.stood[pair]) for pair in missed))


def report(seed, case, found, keep):
    print("seed %d:\n%s%s" % (seed, case.program, "\n".join(case.lines)))
    print("clock %s\n%s" % (case.clock, found), flush=True)
    if keep:
        folder = os.path.join(keep, "seed-%d" % seed)
        case.save(folder)
        with open(os.path.join(folder, "difference"), "w", encoding="utf-8") as file:
            file.write(found + "\n")


def difference(case):
    return "\n".join(difflib.unified_diff(case.reference().splitlines(), case.tested().splitlines(),
                                          "reference", "tool", n=1, lineterm=""))


def main():
    arguments = argparse.ArgumentParser(description="The tool against the reference evaluator.")
    arguments.add_argument("--tool", required=True)
    arguments.add_argument("--seeds", default="1-100", help="FIRST-LAST")
    arguments.add_argument("--whole", action="store_true", help="beyond the first subset of the language")
    arguments.add_argument("--journal", type=int, default=0, help="of every N-th seed, the journal as well")
    arguments.add_argument("--keep", help="folder for failing cases")
    arguments.add_argument("--stop", type=int, default=5, help="stop after that many differences")
    options = arguments.parse_args()
    first, _, last = options.seeds.partition("-")
    failures, rows, seeds, tally, used = 0, 0, 0, Tally(), set()
    for seed in range(int(first), int(last or first) + 1):
        seeds += 1
        if seeds % 100 == 0:
            print("%d seeds, %d differences, %d equal rows" % (seeds, failures, rows), file=sys.stderr, flush=True)
        generator = make(seed, options.whole)
        program = generator.program()
        lines = generator.events().splitlines()
        case = Case(options.tool, program, lines, generator.clock)
        used |= generator.used
        wanted, found = case.reference(), None
        if wanted != case.tested():
            case = smaller(case, Case.differs)
            found = difference(case)
        elif options.journal and seed % options.journal == 0 and case.unfaithful_journal():
            case = smaller(case, Case.unfaithful_journal)
            found = case.unfaithful_journal()
        else:
            rows += wanted.count("\n") - 1
            tally.add(getattr(generator, "features", {}), wanted)
            continue
        failures += 1
        report(seed, case, found, options.keep)
        if failures == options.stop:
            break
    if options.whole:
        tally.show()
        used = [item for item in tally.reached if isinstance(item, str)]
    print(json.dumps({"seeds": seeds, "differences": failures, "equal rows": rows, "features": len(used)}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
