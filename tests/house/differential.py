#!/usr/bin/env python3
"""The C engine against the reference evaluator, over generated programs.

    differential.py PRM [N [SEED]]

For each of N seeds, from SEED on: tests/reference/generate.py writes a program
and its events, tests/reference/prm_reference.py says what the ledger is, and the
tool must print the same bytes, with the events as written and once more with
their order of arrival shuffled. Every third case stops the clock at some event.
The first cases that differ are kept in the folder `differential` beside the
tool's, and shown.
"""

import collections
import difflib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(os.path.dirname(HERE), "reference")
SHOWN = 3


def command(*arguments):
    """(standard output, failure): rejected events end a run with status 1, which is no failure."""
    done = subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    failure = ""
    if done.returncode not in (0, 1) or not done.stdout:
        failure = "%s\nended with status %d\n%s" % (" ".join(arguments), done.returncode,
                                                    done.stderr.decode("utf-8", "replace"))
    return done.stdout, failure


def shuffled(lines, chance):
    """Another order of arrival; lines with one id keep theirs, since the first of them counts."""
    groups = collections.defaultdict(list)
    for line in lines:
        groups[json.loads(line).get("id")].append(line)
    turns = [identity for identity, group in groups.items() for _ in group]
    chance.shuffle(turns)
    return [groups[identity].pop(0) for identity in turns]


def difference(wanted, got, what):
    rows = difflib.unified_diff(wanted.decode("utf-8", "replace").splitlines(), got.decode("utf-8", "replace").splitlines(),
                                "reference", what, lineterm="", n=1)
    return "\n".join(itertools.islice(rows, 30))


def case(prm, seed, folder):
    """(failure or "", features) of one seed."""
    chance = random.Random(seed)
    made = subprocess.run([sys.executable, os.path.join(REFERENCE, "generate.py"), "--seed", str(seed), "--out", folder],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        return "generate.py failed\n" + made.stdout.decode("utf-8", "replace"), []
    program, events = os.path.join(folder, "program.yaml"), os.path.join(folder, "events.ndjson")
    with open(os.path.join(folder, "features.json"), encoding="utf-8") as file:
        features = json.load(file)
    with open(events, encoding="utf-8") as file:
        lines = file.readlines()
    clock = []
    if seed % 3 == 0 and lines:
        clock = ["--clock", str(json.loads(chance.choice(lines))["time"])]
    wanted, failure = command(sys.executable, os.path.join(REFERENCE, "prm_reference.py"), program, "--events", events, *clock)
    if failure:
        return failure, features
    other = os.path.join(folder, "shuffled.ndjson")
    with open(other, "w", encoding="utf-8") as file:
        file.writelines(shuffled(lines, chance))
    for path, what in ((events, "prm"), (other, "prm, events shuffled")):
        got, failure = command(prm, "run", program, "--events", path, *clock, "--ledger", "--format", "csv")
        if failure:
            return failure, features
        if got != wanted:
            return " ".join(clock) + "\n" + difference(wanted, got, what), features
    return "", features


def main(arguments):
    if not 1 <= len(arguments) <= 3:
        sys.stderr.write(__doc__)
        return 2
    prm = os.path.abspath(arguments[0])
    count = int(arguments[1]) if len(arguments) > 1 else 100
    first = int(arguments[2]) if len(arguments) > 2 else 1
    kept = os.path.join(os.path.dirname(os.path.dirname(prm)), "differential")
    seen, failures = collections.Counter(), 0
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            failure, features = case(prm, seed, folder)
            seen.update(features)
            if failure:
                failures += 1
                if failures <= SHOWN:
                    place = os.path.join(kept, str(seed))
                    shutil.rmtree(place, ignore_errors=True)
                    shutil.copytree(folder, place)
                    print("seed %d, kept in %s\n%s\n" % (seed, os.path.relpath(place), failure))
    print("differential: %d programs with %d language features, %d differ" % (count, len(seen), failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
