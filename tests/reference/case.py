"""One case for both sides: a program, what is handed in, line by line, and the clock.

A line is an event as JSON, or, in a history, a call between events: `advance TIME` or `settle TIME`. The tool knows
no settling, so histories go through the library.
"""
import csv
import difflib
import io
import json
import os
import random
import re
import subprocess
import tempfile
from collections import Counter

import facts
from books import Books
from calendars import Calendar
from host import Failure, Host, as_texts, net_of_journal, net_of_ledger
from prm_reference import evaluate, row_of, to_csv
from program import Program

# What the postings about one outcome are told apart by; the instant and the causes may change without a posting.
NET = ("id", "rule", "kind", "partner", "recipient", "amount", "rate", "rank", "from", "until", "payable")
CALLS = ("advance ", "settle ")


class Case:
    def __init__(self, program, lines, clock, tool=None, library=None):
        self.program = program
        self.lines = lines
        self.clock = clock
        self.tool = tool
        self.shared = library

    def changed(self, **changes):
        case = type(self)(self.program, self.lines, self.clock, self.tool, self.shared)
        case.__dict__.update(changes)
        return case

    # -- both sides --------------------------------------------------------------

    @property
    def is_history(self):
        return any(line.startswith(CALLS) for line in self.lines)

    def reference(self):
        if self.is_history:
            return self.told_reference()
        return to_csv(evaluate(self.program, list(facts.read_ndjson("\n".join(self.lines))), self.clock))

    def found(self):
        return self.told_library() if self.is_history else self.tested()

    def tested(self, *options):
        """The tool's CSV; its messages where it gave none."""
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
            program, events = self.save(folder)
            command = [self.tool, "run", program, "--events", events, "--format", "csv", *options]
            try:
                done = subprocess.run(command + (["--clock", self.clock] if self.clock else []),
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
            except subprocess.TimeoutExpired:
                return "exit: none within a minute"
        text = done.stdout.decode("utf-8", "replace")
        return text if text else "exit %d\n%s" % (done.returncode, done.stderr.decode("utf-8", "replace"))

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

    # -- histories ---------------------------------------------------------------

    def steps(self):
        """("give", lines) and (call, instant), in turn."""
        batch = []
        for line in self.lines:
            if not line.startswith(CALLS):
                batch.append(line)
                continue
            if batch:
                yield "give", batch
                batch = []
            call, _, time = line.partition(" ")
            yield call, Calendar("UTC").read_time(time)
        if batch:
            yield "give", batch

    def told_reference(self):
        """The answers, then the ledger after all calls. Nothing is settled that the clock has not passed."""
        program = Program(self.program)
        books, answers = Books(program, self.clock is None), []
        if self.clock is not None:
            books.advance(Calendar("UTC").read_time(self.clock))
        for call, what in self.steps():
            if call == "give":
                answers += [books.give(raw) for raw in facts.read_ndjson("\n".join(what))]
            elif call == "advance":
                books.advance(what)
            else:
                books.settle(min(what, books.clock))
        return ", ".join(answers) + "\n" + to_csv([row_of(program, outcome) for outcome in books.ledger()])

    def told_library(self):
        events = [line for line in self.lines if not line.startswith(CALLS)]
        host = Host(self.shared, self.program, events)
        engine, answers, place = host.engine(self.clock is None), [], 0
        try:
            if self.clock is not None:
                engine.advance(Calendar("UTC").read_time(self.clock))
            for call, what in self.steps():
                if call == "give":
                    answers += engine.ingest(range(place, place + len(what)))
                    place += len(what)
                elif call == "advance":
                    engine.advance(max(what, engine.clock()))
                else:
                    engine.settle(min(what, engine.clock()))
        except Failure as failure:
            return "exit: %s" % failure
        ledger = engine.ledger()
        if net_of_ledger(ledger) != net_of_journal(engine.journal()):
            return "exit: the journal does not add up to the ledger"
        calendar = Program(self.program).calendar
        return ", ".join(answers) + "\n" + to_csv([as_texts(host, calendar, row) for row in ledger])

    # -- what may be wrong: a text, or None --------------------------------------

    def difference(self):
        wanted, found = self.reference(), self.found()
        if wanted == found:
            return None
        return "\n".join(difflib.unified_diff(wanted.splitlines(), found.splitlines(), "reference", "prm", n=1,
                                              lineterm="")) or "line ends"

    def unfaithful_journal(self):
        """What tells that the tool's journal does not add up to its ledger."""
        wanted = net(self.tested())
        for name, lines in (("as written", self.lines), ("shuffled", self.shuffled())):
            came = net(self.changed(lines=lines).tested("--journal"))
            if came != wanted:
                return "journal, %s:\nmissing %s\nextra %s" % (
                    name, sorted((wanted - came).items()), sorted((came - wanted).items()))
        return None

    # -- other cases -------------------------------------------------------------

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

    def with_settling(self, chance):
        """A history: the events roughly as they happened, some far too late, with time settled now and then."""
        times = [facts_time(line) for line in self.lines]
        day = 86400000
        late = [time + chance.choice([0, 0, 0, 0, day, 5 * day, 40 * day, 200 * day]) for time in times]
        order = sorted(range(len(times)), key=lambda index: (late[index], index))
        firsts = {}  # of one id the first counts
        for place, index in enumerate(order):
            firsts.setdefault(json.loads(self.lines[index]).get("id"), []).append(place)
        lines = [self.lines[index] for index in order]
        for places in firsts.values():
            for place, index in zip(places, sorted(order[place] for place in places)):
                lines[place] = self.lines[index]
        for _ in range(chance.choice([1, 1, 2, 3])):
            place = chance.randrange(len(lines) + 1)
            earlier = [facts_time(line) for line in lines[:place] if not line.startswith(CALLS)] or times
            instant = chance.choice(sorted(earlier)[-1 - len(earlier) // 2:])
            calendar = Program(self.program).calendar
            instant = chance.choice([instant, instant + 1, calendar.window("month", instant).start, instant + day])
            lines.insert(place, "settle " + Calendar("UTC").write_time(max(0, instant)))
        clock = self.clock
        if clock is not None and chance.random() < 0.5:  # the clock gets there only later
            place = chance.randrange(len(lines) + 1)
            lines.insert(place, "advance " + clock)
            clock = Calendar("UTC").write_time(min(times))
        return self.changed(lines=lines, clock=clock)

    def without_lines(self, start, count):
        return self.changed(lines=self.lines[:start] + self.lines[start + count:])

    def without_rule(self, name):
        pattern = r"(?m)^  %s:\n(    .*\n)+" % re.escape(name)
        return self.changed(program=re.sub(pattern, "", self.program))

    def without_part(self, name):
        return self.changed(program=re.sub(r"(?m)^%s: .*\n" % name, "", self.program))

    def rules(self):
        return re.findall(r"(?m)^  (\S.*):$", self.program)


def facts_time(line):
    return Calendar("UTC").read_time(str(json.loads(line, parse_int=str)["time"]))


def net(text):
    """The postings of a journal that are not undone, or the rows of a ledger, each with how often it stands."""
    total = Counter()
    for row in csv.DictReader(io.StringIO(text, newline="")):
        total[tuple(row.get(name) or "" for name in NET)] += 1 if row.get("op") == "grant" else -1
    return Counter({row: count for row, count in total.items() if count})
