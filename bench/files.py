#!/usr/bin/env python3
"""How fast `prm run` goes from a file of events to the ledger as CSV.

    bench/files.py PRM BENCH PROGRAM [--json]

Writes the bench's workload as CSV and as NDJSON to a temporary folder, and runs the program over each three times;
prints the median, in processor time of the whole process, beside that of reading the same file and evaluating nothing
(a program without rules).
"""
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

EVENTS = 500_000
RUNS = 3


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(prm, program, events, folder):
    times = []
    for _ in range(RUNS):
        before = processor_time()
        with open(folder / "ledger.csv", "wb") as ledger:
            subprocess.run([prm, "run", program, "--events", events, "--format", "csv"], check=True, stdout=ledger,
                           stderr=subprocess.DEVNULL)
        times.append(processor_time() - before)
    return statistics.median(times)


def show(name, rate, as_json):
    if as_json:
        print(json.dumps({"name": name, "value": round(rate), "unit": "events/s"}))
    else:
        print("%-62s %12.2f M events/s" % (name, rate / 1e6))


def main():
    prm, bench, program = sys.argv[1:4]
    as_json = "--json" in sys.argv[4:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "empty.yaml"
        head = [line for line in Path(program).read_text().splitlines() if line.split(":")[0] in ("prm", "program",
                "currency", "timezone")]
        empty.write_text("\n".join(head) + "\nrules: {}\n")
        for form in ("csv", "ndjson"):
            events = folder / ("events." + form)
            with open(events, "wb") as file:
                subprocess.run([bench, program, "--write", form, str(EVENTS)], check=True, stdout=file)
            count = sum(1 for _ in open(events, "rb")) - (form == "csv")
            show("prm run, %s to a ledger" % form.upper(), count / seconds(prm, program, events, folder), as_json)
            show("  the same without rules", count / seconds(prm, empty, events, folder), as_json)


if __name__ == "__main__":
    main()
