#!/usr/bin/env python3
"""How fast the Python binding hands events in, beside the same events as C arrays.

    PRM_LIBRARY=build/libprm.so.0 PYTHONPATH=bindings/python python3 bench/python.py [EVENTS [PARTNERS]]

The workload has the shape of bench/workload.c: partners with 3 reps and 10 customers each, some far more active than
the rest; 35% leads, 40% meetings, 20% won deals, 5% courses, in order of time. Partners and reps join untimed. Each row
of the table feeds all events to an engine of its own in calls of 16384 events; figures are medians of three runs in
processor time, made in turns, so that a noisy moment of the machine meets all. Needs pyarrow; numpy and pandas rows
where these are installed.
"""

import ctypes
import random
import statistics
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import prm
import pyarrow
from prm import _abi
from prm._events import Batch
from prm._library import lib

CALL = 16384
RUNS = 3
START = datetime(2026, 6, 1, tzinfo=timezone.utc)
YEAR = timedelta(days=365)
PROGRAM = Path(__file__).resolve().parent.parent / "rules" / "saas-partner" / "program.yaml"


def opening(partners):
    for partner in range(partners):
        joined = {"id": "j-%07d" % partner, "type": "partner.joined", "time": START, "partner": "p-%07d" % partner}
        yield joined if partner == 0 else {**joined, "referrer": "p-%07d" % random.randrange(partner)}
        for rep in range(3):
            yield {
                "id": "r-%07d" % (partner * 3 + rep),
                "type": "rep.joined",
                "time": START,
                "partner": "p-%07d" % partner,
                "rep": "r-%07d" % (partner * 3 + rep),
            }


def activity(partners, count):
    for number in range(count):
        partner, what = random.randrange(random.randrange(partners) + 1), random.randrange(100)
        event = {
            "id": "e-%07d" % number,
            "type": "course.completed"
            if what < 5
            else "lead.registered"
            if what < 40
            else "meeting.held"
            if what < 80
            else "deal.won",
            "time": START + YEAR * number / count,
            "partner": "p-%07d" % partner,
            "rep": "r-%07d" % (partner * 3 + random.randrange(3)),
        }
        if what < 5:
            event["course"] = random.choice(("basics", "advanced"))
        else:
            event["customer"] = "c-%07d" % (partner * 10 + random.randrange(10))
        if what >= 80:
            event.update(
                deal="d-%07d" % number, product="x-%07d" % random.randrange(8), amount=10000 + random.randrange(1000000)
            )
        yield event


def arrow_table(events, encoded):
    names = ("id", "type", "time", "partner", "rep", "course", "customer", "deal", "product", "amount")
    table = {}
    for name in names:
        values = pyarrow.array([event.get(name) for event in events])
        table[name] = values.dictionary_encode() if name in encoded else values
    return pyarrow.table(table)


class Bench:
    def __init__(self, count, partners):
        random.seed(20261121)
        self.program = prm.Program.load(PROGRAM)
        self.opening = list(opening(partners))
        self.events = list(activity(partners, count))
        self.parts = [self.events[at : at + CALL] for at in range(0, count, CALL)]

    def timed(self, parts, feed):
        """Seconds of processor time that feeding took; and what came of it, to be compared."""
        with prm.Engine(self.program, seed=7) as engine:
            engine.ingest(self.opening)
            start = time.process_time()
            for part in parts:
                feed(engine, part)
            took = time.process_time() - start
            counts = engine.counts()
            if counts.accepted != len(self.opening) + len(self.events):
                sys.exit("bench: not every event was accepted")
            return took, counts.outcomes

    def ways(self):
        """Name -> the parts as prepared before, and how one is fed."""
        batches = [Batch(self.program, part) for part in self.parts]
        dictionary = ("type", "partner", "rep", "course", "customer", "product")
        plain, encoded = arrow_table(self.events, ()), arrow_table(self.events, dictionary)
        yield "C arrays, texts", batches, feed_c
        yield (
            "columns, Arrow with dictionaries",
            [slices(encoded, at) for at in range(len(self.parts))],
            prm.Engine.ingest_arrow,
        )
        yield "columns, Arrow texts", [slices(plain, at) for at in range(len(self.parts))], prm.Engine.ingest_arrow
        try:
            frame = encoded.to_pandas()
        except ImportError:
            pass
        else:
            frame["amount"] = frame["amount"].astype("Int64")
            frames = [frame.iloc[at * CALL : (at + 1) * CALL] for at in range(len(self.parts))]
            yield "columns, pandas with categories", frames, prm.Engine.ingest_columns
        yield "dicts", self.parts, prm.Engine.ingest

    def run(self):
        ways = list(self.ways())
        took = {name: [] for name, _, _ in ways}
        rows = set()
        for _ in range(RUNS):
            for name, parts, feed in ways:
                seconds, outcomes = self.timed(parts, feed)
                took[name].append(seconds)
                rows.add(outcomes)
        if len(rows) != 1:
            sys.exit("bench: not every way grants the same")
        per_event = {name: statistics.median(all_runs) / len(self.events) * 1e9 for name, all_runs in took.items()}
        print("%-34s %10s %12s %10s %9s" % ("%d events" % len(self.events), "ns/event", "events/s", "of C", "of dicts"))
        for name, ns in per_event.items():
            of_c, of_dicts = per_event["C arrays, texts"] / ns, per_event["dicts"] / ns
            print("%-34s %10.0f %12.0f %9.0f%% %8.1fx" % (name, ns, 1e9 / ns, of_c * 100, of_dicts))


def slices(table, at):
    return table.slice(at * CALL, CALL).combine_chunks()


def feed_c(engine, batch):
    error = _abi.CError()
    size = ctypes.sizeof(_abi.Event)
    if lib.prm_engine_ingest(engine._handle, batch.events, batch.count, size, None, error) != _abi.OK:
        sys.exit("bench: %s" % error.message.decode())


if __name__ == "__main__":
    Bench(int(sys.argv[1]) if len(sys.argv) > 1 else 200000, int(sys.argv[2]) if len(sys.argv) > 2 else 10000).run()
