#!/usr/bin/env python3
"""Compares the reference evaluator with prm over generated cases, and makes a failing case small.

    python3 differential.py --tool build/tools/prm --library build/libprm.so.0 --seeds 1-2000

Each seed gives a program and events (generate.py, whole.py); director.py says what they are to have. Both sides
evaluate them to CSV, which must be equal byte for byte. Then, some on each of so many cases: the journal adds up to
the ledger (--journal N: every N-th), the case with time settled in between (--settle N, and wherever a rate reaches
back), a property of metamorphic.py (--property N, one after the other). These two need --library. A failure is made
small (shrink.py) and written to --keep DIR, as a scenario where it can be one. What was reached is told at the end;
--hold makes it a failure when a feature, a close call of near.py, or more than 5% of the possible pairs (features.py)
were not.
Exit status: 0 all is well, 1 not.
"""
import argparse
import json
import multiprocessing
import multiprocessing.connection
import os
import random
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts  # noqa: E402
import journeys  # noqa: E402
import near  # noqa: E402
from case import Case  # noqa: E402
from director import STREAMS, Director  # noqa: E402
from features import FEATURES, IMPOSSIBLE, PAIRS, Tally  # noqa: E402
from generate import make  # noqa: E402
from metamorphic import PROPERTIES, broken  # noqa: E402
from prm_reference import evaluate, to_csv  # noqa: E402
from shrink import keep_scenario, smaller  # noqa: E402

NEEDED_SHARE = 0.95


class Stream:
    """The cases of one stream of seeds, each tried in all the ways that the options ask for."""

    def __init__(self, number, options, tell):
        self.options = options
        self.tell = tell
        self.director = Director(number)
        first, _, last = options.seeds.partition("-")
        self.seeds = [seed for seed in range(int(first), int(last or first) + 1) if seed % STREAMS == number]
        self.counts = {"cases": 0, "rows": 0, "journals": 0, "histories": 0, "journeys": 0}
        self.counts.update(dict.fromkeys(PROPERTIES, 0))
        self.failures = 0

    def run(self):
        for seed in self.seeds:
            self.tell("at", seed)
            self.case(seed)
            if self.failures >= self.options.stop:
                break
        for name, count in near.settling.items():
            self.director.tally.near[name] = count
        self.tell("done", (self.counts, self.failures, self.director.tally))

    def case(self, seed):
        """Generated, compared and tallied."""
        generator = make(seed, self.director.wants())
        program = generator.program()
        lines = generator.events().splitlines()
        case = Case(program, lines, generator.clock, self.options.tool, self.options.shared)
        number = self.counts["cases"]
        self.counts["cases"] += 1
        try:
            rows = evaluate(program, list(facts.read_ndjson("\n".join(lines))), generator.clock)
            self.director.tally.add(generator.features, rows, near.seen)
            self.counts["rows"] += len(rows)
            if case.tested() != to_csv(rows):
                self.failed(seed, case, Case.difference)
                return
            for way, failure in self.ways(number, case):
                found = failure(case)
                if found != "":  # where a property does not apply
                    self.counts[way] += 1
                if found:
                    self.failed(seed, case, failure)
                    return
        except Exception:  # of the reference or the generator: as good as a difference
            self.failures += 1
            self.tell("failure", (seed, case, traceback.format_exc()))

    def ways(self, number, case):
        options = self.options
        if options.journal and number % options.journal == 0:
            yield "journals", Case.unfaithful_journal
        if not options.shared:
            return
        reaches_back = "from: period" in case.program  # which settling stops
        if options.settle and (number % options.settle == 0 or reaches_back):
            yield "histories", lambda case: settled(case).difference()
        if options.journey and number % options.journey == 0:
            yield "journeys", journeys.differs
        if options.property and number % options.property == 0:
            name = list(PROPERTIES)[number // options.property % len(PROPERTIES)]
            yield name, lambda case: broken(case.shared, case, name)

    def failed(self, seed, case, failure):
        self.failures += 1
        found = failure(case)
        try:
            case = smaller(case, failure)
            found = failure(case) or found
        except Exception:
            found += "\n" + traceback.format_exc()
        self.tell("failure", (seed, case, found))


def settled(case):
    """Always the same history of a case, however small that becomes."""
    return case if case.is_history else case.with_settling(random.Random(len(case.program)))


def run_stream(number, options, pipe):
    near.settling.clear()
    Stream(number, options, lambda what, data: pipe.send((what, data))).run()


# -- what comes of it -----------------------------------------------------------------------

class Report:
    def __init__(self, options):
        self.options = options
        self.tally = Tally()
        self.counts, self.failures, self.seen = {}, 0, 0
        self.begun = time.time()

    def take(self, what, data):
        if what == "at":
            self.seen += 1
            if self.seen % 500 == 0:
                print("%d cases, %d failures, %.0f s" % (self.seen, self.failures, time.time() - self.begun),
                      file=sys.stderr, flush=True)
        elif what == "failure":
            self.failure(*data)
        else:
            counts, _, tally = data
            for name, count in counts.items():
                self.counts[name] = self.counts.get(name, 0) + count
            self.tally.merge(tally)

    def failure(self, seed, case, found):
        self.failures += 1
        print("seed %d:\n%s%s\nclock %s\n%s" % (seed, case.program, "\n".join(case.lines), case.clock, found),
              flush=True)
        if self.options.keep:
            folder = os.path.join(self.options.keep, "seed-%d" % seed)
            case.save(folder)
            with open(os.path.join(folder, "difference"), "w", encoding="utf-8") as file:
                file.write(found + "\n")
            try:
                keep_scenario(case, folder, "kept", "what prm and the reference told apart, seed %d" % seed)
            except Exception:  # a program that the reference cannot read
                traceback.print_exc()

    def show(self):
        """What was reached; True when it is enough."""
        tally = self.tally
        print("features, and in how many cases:")
        print("\n".join("  %-28s %6d" % (name, tally.features[name]) for name in sorted(tally.features)))
        print("how close events came, and how often:")
        close = near.CLOSE + (near.SETTLING if self.options.shared and self.options.settle else [])
        print("\n".join("  %-38s %6d" % (name, tally.near.get(name, 0)) for name in close))
        missing, far = tally.missing_features(), [name for name in close if not tally.near.get(name)]
        wrong = sorted(" + ".join(pair) for pair in tally.pairs if frozenset(pair) in IMPOSSIBLE)
        pairs = tally.missing_pairs()
        if self.options.missing:
            print("pairs not reached:\n" + "\n".join("  %s + %s" % pair for pair in pairs))
        print("not reached: %s" % (", ".join(missing + far) or "nothing"))
        print("ruled out, but reached: %s" % (", ".join(wrong) or "nothing"))
        print("%d features; %d of %d possible pairs, %.1f%%" % (
            len(FEATURES) - len([name for name in missing if name in FEATURES]), len(PAIRS) - len(pairs), len(PAIRS),
            100 * tally.share()))
        return not missing and not far and not wrong and tally.share() >= NEEDED_SHARE


def again(options):
    """The cases that were kept in these folders."""
    different = 0
    for folder in options.again:
        with open(os.path.join(folder, "program.yaml"), encoding="utf-8") as file:
            program = file.read()
        with open(os.path.join(folder, "events.ndjson"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        clock = None
        if os.path.exists(os.path.join(folder, "clock")):
            with open(os.path.join(folder, "clock"), encoding="utf-8") as file:
                clock = file.read().strip()
        found = Case(program, lines, clock, options.tool, options.shared).difference()
        print("%s: %s" % (folder, "differs\n" + found if found else "equal"))
        different += found is not None
    return 1 if different else 0


def run(options):
    report, running = Report(options), {}
    waiting = list(range(STREAMS))
    while waiting or running:
        while waiting and len(running) < options.processes:
            number = waiting.pop(0)
            mine, theirs = multiprocessing.Pipe(duplex=False)
            process = multiprocessing.Process(target=run_stream, args=(number, options, theirs))
            process.start()
            theirs.close()
            running[mine] = [process, None]
        for pipe in multiprocessing.connection.wait(list(running)):
            try:
                what, data = pipe.recv()
            except EOFError:  # it went without a word: the library took it along
                process, seed = running.pop(pipe)
                process.join()
                report.failures += 1
                print("seed %s: ended with %s" % (seed, process.exitcode), flush=True)
                continue
            running[pipe][1] = data if what == "at" else running[pipe][1]
            report.take(what, data)
            if what == "done":
                running.pop(pipe)[0].join()
    return report


def main():
    arguments = argparse.ArgumentParser(description="prm against the reference evaluator.")
    arguments.add_argument("--tool", required=True)
    arguments.add_argument("--library", dest="shared", help="libprm as a shared library")
    arguments.add_argument("--seeds", default="1-100", help="FIRST-LAST")
    arguments.add_argument("--journal", type=int, default=0, help="of every N-th case the tool's journal as well")
    arguments.add_argument("--settle", type=int, default=0, help="every N-th case with time settled in between")
    arguments.add_argument("--journey", type=int, default=0, help="every N-th case with a journey of its conditions")
    arguments.add_argument("--property", type=int, default=0, help="of every N-th case a property of the library")
    arguments.add_argument("--processes", type=int, default=STREAMS)
    arguments.add_argument("--keep", help="folder for failing cases")
    arguments.add_argument("--stop", type=int, default=5, help="end a stream after that many failures")
    arguments.add_argument("--hold", action="store_true", help="fail when too little was reached")
    arguments.add_argument("--missing", action="store_true", help="list the pairs that were not reached")
    arguments.add_argument("--again", nargs="+", metavar="FOLDER", help="only the cases that --keep wrote there")
    options = arguments.parse_args()
    if options.again:
        return again(options)
    report = run(options)
    enough = report.show()
    print(json.dumps({**report.counts, "failures": report.failures, "seconds": round(time.time() - report.begun)}))
    return 1 if report.failures or (options.hold and not enough) else 0


if __name__ == "__main__":
    sys.exit(main())
