#!/usr/bin/env python3
"""Compares the reference evaluator with the command-line tool over generated
cases, and makes a failing case small.

    python3 differential.py --tool build/tools/prm --seeds 1-200 [--whole] [--keep DIR]

Each seed gives a program and events (generate.py); both evaluate them to CSV,
which must be equal byte for byte. A difference is made smaller by leaving out
events and rules as long as it stays, written to DIR/seed-N, and shown.
Exit status: 0 all equal, 1 differences.
"""
import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts  # noqa: E402
from generate import Generator  # noqa: E402
from prm_reference import evaluate, to_csv  # noqa: E402


class Case:
    def __init__(self, tool, program, lines):
        self.tool = tool
        self.program = program
        self.lines = lines

    def reference(self):
        return to_csv(evaluate(self.program, list(facts.read_ndjson("\n".join(self.lines)))))

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        paths = [os.path.join(folder, name) for name in ("program.yaml", "events.ndjson")]
        for path, text in zip(paths, (self.program, "".join(line + "\n" for line in self.lines))):
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
        return paths

    def tested(self):
        """The tool's CSV; its messages where it gave none."""
        with tempfile.TemporaryDirectory() as folder:
            program, events = self.save(folder)
            done = subprocess.run([self.tool, "run", program, "--events", events, "--format", "csv"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        text = done.stdout.decode("utf-8", "replace")
        return text if text else "exit %d\n%s" % (done.returncode, done.stderr.decode("utf-8", "replace"))

    def differs(self):
        return self.reference() != self.tested()

    def without_lines(self, start, count):
        return Case(self.tool, self.program, self.lines[:start] + self.lines[start + count:])

    def without_rule(self, name):
        pattern = r"(?m)^  %s:\n(    .*\n)+" % re.escape(name)
        return Case(self.tool, re.sub(pattern, "", self.program), self.lines)

    def rules(self):
        return re.findall(r"(?m)^  (\S.*):$", self.program)


def smaller(case):
    """The same kind of difference with fewer rules and events."""
    crashed = case.tested().startswith("exit")
    for name in case.rules():
        attempt = case.without_rule(name)
        if attempt.rules() and attempt.differs() and attempt.tested().startswith("exit") == crashed:
            case = attempt
    count = max(1, len(case.lines) // 2)
    while True:
        start = 0
        while start < len(case.lines):
            attempt = case.without_lines(start, count)
            if attempt.differs() and attempt.tested().startswith("exit") == crashed:
                case = attempt
            else:
                start += count
        if count == 1:
            return case
        count //= 2


def main():
    arguments = argparse.ArgumentParser(description="The tool against the reference evaluator.")
    arguments.add_argument("--tool", required=True)
    arguments.add_argument("--seeds", default="1-100", help="FIRST-LAST")
    arguments.add_argument("--whole", action="store_true", help="beyond the first subset of the language")
    arguments.add_argument("--keep", help="folder for failing cases")
    arguments.add_argument("--stop", type=int, default=5, help="stop after that many differences")
    options = arguments.parse_args()
    first, _, last = options.seeds.partition("-")
    failures, rows, features = 0, 0, set()
    for seed in range(int(first), int(last or first) + 1):
        generator = Generator(seed, options.whole)
        program = generator.program()
        case = Case(options.tool, program, generator.events().splitlines())
        features |= generator.used
        if not case.differs():
            rows += case.reference().count("\n") - 1
            continue
        failures += 1
        case = smaller(case)
        print("seed %d:\n%s%s" % (seed, case.program, "\n".join(case.lines)))
        print("\n".join(difflib.unified_diff(case.reference().splitlines(), case.tested().splitlines(),
                                             "reference", "tool", n=1, lineterm="")), flush=True)
        if options.keep:
            case.save(os.path.join(options.keep, "seed-%d" % seed))
        if failures == options.stop:
            break
    print(json.dumps({"differences": failures, "equal rows": rows, "features": len(features)}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
