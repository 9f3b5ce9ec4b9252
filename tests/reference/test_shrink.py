#!/usr/bin/env python3
"""The shrinker, with artificial defects: an evaluator that forgets a part of the language, against the reference.

    python3 test_shrink.py [--tool build/tools/prm]     # with the tool, what is kept must pass as a program test
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts  # noqa: E402
import program_tests  # noqa: E402
from case import Case  # noqa: E402
from differential import settled  # noqa: E402
from generate import make  # noqa: E402
from prm_reference import evaluate, to_csv  # noqa: E402
from shrink import keep_scenario, smaller  # noqa: E402

TOOL = None


class WithoutMax(Case):
    """An evaluator that knows no `max`."""

    def found(self):
        program = re.sub(r"(?m)^    max: .*\n", "", self.program)
        return to_csv(evaluate(program, list(facts.read_ndjson("\n".join(self.lines))), self.clock))


class WithoutSettling(Case):
    """One that never settles."""

    def reference(self):
        return self.told_reference()

    def found(self):
        return self.changed(lines=[line for line in self.lines if not line.startswith("settle ")]).told_reference()


def failing(kind, prepare, wants):
    """The first generated case that shows the defect."""
    for seed in range(1, 200):
        generator = make(seed, wants)
        case = kind(generator.program(), [], None)
        case = prepare(case.changed(lines=generator.events().splitlines(), clock=generator.clock))
        if case.difference():
            return case
    raise AssertionError("no case shows it")


class Shrinking(unittest.TestCase):
    def test_a_defect_of_a_rule(self):
        case = failing(WithoutMax, lambda case: case, {0: {"max", "each"}, 1: {"reach"}, 2: {"close"}})
        small = smaller(case, Case.difference)
        self.assertTrue(small.difference())
        self.assertEqual(len(small.rules()), 1)
        self.assertIn("\n    max: ", small.program)
        self.assertLessEqual(len(small.lines), 4)
        self.assertLess(len(small.program), len(case.program) / 2)
        for line in small.lines:
            self.assertTrue(small.without_lines(small.lines.index(line), 1).difference() is None, line)
        self.kept(small)

    def kept(self, case):
        with tempfile.TemporaryDirectory() as folder:
            program, test = keep_scenario(case, folder, "kept", "a rule without its cap")
            tally = program_tests.Tally()
            program_tests.run_file(test, tally)
            self.assertEqual((tally.passed, tally.failed), (1, 0))
            if TOOL:
                done = subprocess.run([TOOL, "test", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      check=False)
                self.assertEqual(done.returncode, 0, done.stdout.decode())
            # and it does catch the defect
            with open(program, encoding="utf-8") as file:
                text = file.read()
            with open(program, "w", encoding="utf-8") as file:
                file.write(re.sub(r"(?m)^    max: .*\n", "", text))
            tally = program_tests.Tally()
            program_tests.run_file(test, tally)
            self.assertEqual((tally.passed, tally.failed), (0, 1))

    def test_a_defect_of_a_history(self):
        case = failing(WithoutSettling, settled, None)
        small = smaller(case, Case.difference)
        self.assertTrue(small.difference())
        self.assertLessEqual(len(small.lines), 5)
        self.assertEqual(sum(line.startswith("settle ") for line in small.lines), 1)
        with tempfile.TemporaryDirectory() as folder:
            paths = keep_scenario(small, folder, "kept", "nothing is ever settled")
            self.assertTrue(all(os.path.exists(path) for path in paths))


if __name__ == "__main__":
    if "--tool" in sys.argv:
        place = sys.argv.index("--tool")
        TOOL = os.path.abspath(sys.argv[place + 1])
        del sys.argv[place:place + 2]
    unittest.main()
