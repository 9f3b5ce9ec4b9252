"""The library as its hosts use it: engines over one program, called through the public C interface.

The Python binding lends its table of functions and its structs, and writes events as C arrays; rows are read
here, every column of them, as plain tuples that can be compared.
"""
import ctypes
import os
import sys
from collections import Counter

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, FOLDER)

import facts  # noqa: E402
from calendars import Calendar  # noqa: E402
from expressions import UNIT  # noqa: E402
from fractions import Fraction  # noqa: E402
from prm_reference import COLUMNS, fixed_text, rate_text  # noqa: E402

ANSWERS = {1: "accepted", 2: "duplicate", 3: "ignored", 4: "rejected", 5: "too late"}
TEXTS = ("rule", "kind", "partner", "rep", "customer", "product", "recipient_partner", "recipient_rep", "rank", "text",
         "event", "id")
NUMBERS = ("amount", "rate", "at", "from", "until", "payable", "has_amount", "has_rate", "rate_added", "money")
# What the postings about one outcome are told apart by; the instant and the causes may change without a posting.
NET = [(TEXTS + NUMBERS).index(name) for name in
       ("id", "rule", "kind", "partner", "recipient_partner", "recipient_rep", "amount", "rate", "rate_added", "rank",
        "text", "from", "until", "payable")]
EVENT, ID = TEXTS.index("event"), TEXTS.index("id")


class Failure(Exception):
    """A call that ought to succeed did not."""


def open_library(path):
    """Opens libprm at the path, once for the process; gives (functions, structs, Program, Batch)."""
    os.environ["PRM_LIBRARY"] = os.path.abspath(path)
    binding = os.path.join(FOLDER, "..", "..", "bindings", "python")
    if binding not in sys.path:
        sys.path.insert(0, binding)
    from prm import Program, _abi
    from prm._events import Batch
    from prm._library import lib
    return lib, _abi, Program, Batch


class Host:
    """A program, and a case's events in the order of their lines."""

    def __init__(self, library, program, lines):
        self.lib, self.abi, self.program_class, batch = open_library(library)
        self.text = program
        self.program = self.program_class.compile(program)
        self.raws = list(facts.read_ndjson("\n".join(lines)))
        self.count = len(self.raws)
        self.batch = batch(self.program, self.raws)
        self.times = [self.batch.events[index].time for index in range(self.count)]

    def taken(self, order):
        """The events at these places as a C array."""
        events = (self.abi.Event * max(1, len(order)))()
        for place, index in enumerate(order):
            events[place] = self.batch.events[index]
        return events

    def engine(self, follows, seed=1):
        handle, error = ctypes.c_void_p(), self.abi.CError()
        options = self.abi.EngineOptions(size=ctypes.sizeof(self.abi.EngineOptions), clock_follows=int(follows),
                                         hash_seed=seed)
        self.check(self.lib.prm_engine_new(self.program._handle, options, handle, error), error)
        return Engine(self, handle.value)

    def check(self, status, error):
        if status != self.abi.OK:
            raise Failure("status %d: %s" % (status, error.message.decode("utf-8", "replace")))


class Engine:
    def __init__(self, host, handle):
        self.host, self.lib, self.abi, self.handle = host, host.lib, host.abi, handle

    def __del__(self):
        self.lib.prm_engine_free(self.handle)

    def call(self, function, *arguments):
        error = self.abi.CError()
        self.host.check(function(self.handle, *arguments, error), error)

    def ingest(self, order):
        """Hands in the events at these places as one batch; gives the answers."""
        order = list(order)
        answers = (self.abi.CAnswer * max(1, len(order)))()
        self.call(self.lib.prm_engine_ingest, self.host.taken(order), len(order), ctypes.sizeof(self.abi.Event),
                  answers)
        return [ANSWERS[answers[place].answer] for place in range(len(order))]

    def advance(self, instant):
        self.call(self.lib.prm_engine_advance, instant)

    def settle(self, instant):
        self.call(self.lib.prm_engine_settle, instant)

    def clock(self):
        return self.lib.prm_engine_clock(self.handle)

    def rows(self, function, *arguments):
        """(op, row as a tuple) of each."""
        found = ctypes.c_void_p()
        self.call(function, *arguments, found)
        return self.read(found.value)

    def read(self, rows):
        row, result = self.abi.CRow(size=ctypes.sizeof(self.abi.CRow)), []
        try:
            while self.lib.prm_rows_next(rows, row) > 0:
                texts = [getattr(row, name) for name in TEXTS]
                result.append((row.op, tuple(
                    [ctypes.string_at(text.data, text.size).decode() if text.size else "" for text in texts]
                    + [getattr(row, name) for name in NUMBERS])))
        finally:
            self.lib.prm_rows_free(rows)
        return result

    def ledger(self):
        return [row for _, row in self.rows(self.lib.prm_engine_ledger)]

    def journal(self):
        return self.rows(self.lib.prm_engine_journal, 1)

    def save(self):
        size = ctypes.c_size_t()
        self.call(self.lib.prm_engine_save, None, 0, size)
        buffer = ctypes.create_string_buffer(size.value)
        self.call(self.lib.prm_engine_save, buffer, size.value, size)
        return buffer.raw

    def loaded(self):
        """(a new engine from this one's bytes, the bytes)."""
        handle, error, state = ctypes.c_void_p(), self.abi.CError(), self.save()
        options = self.abi.EngineOptions(size=ctypes.sizeof(self.abi.EngineOptions), hash_seed=len(state))
        self.host.check(self.lib.prm_engine_load(self.host.program._handle, options, state, len(state), handle, error),
                        error)
        return Engine(self.host, handle.value), state

    def upgrade(self, program, dry=False):
        """The postings that lead to the other program's ledger."""
        return self.rows(self.lib.prm_engine_upgrade, program._handle, int(dry))


def net_of_ledger(rows):
    return Counter(tuple(row[place] for place in NET) for row in rows)


def net_of_journal(postings):
    """The postings that are not undone, each with how often it stands."""
    total = Counter()
    for op, row in postings:
        total[tuple(row[place] for place in NET)] += 1 if op == 1 else -1
    return Counter({row: count for row, count in total.items() if count})


def as_texts(host, calendar, row):
    """A row as the tool prints it, by column; notices with their text."""
    cells = dict(zip(TEXTS + NUMBERS, row))
    texts = {name: cells[name] for name in COLUMNS if name in TEXTS}
    texts["op"] = "grant"
    texts["recipient"] = "/".join(part for part in (cells["recipient_partner"], cells["recipient_rep"]) if part)
    texts["amount"] = fixed_text(cells["amount"], host.program.minor_digits if cells["money"] else 0) \
        if cells["has_amount"] else ""
    texts["rate"] = rate_text(Fraction(cells["rate"], UNIT), cells["rate_added"]) if cells["has_rate"] else ""
    for name in ("at", "from", "until", "payable"):
        texts[name] = "" if cells[name] == host.abi.NO_TIME else calendar.write_time(cells[name])
    return texts


def clock_of(text):
    return None if text is None else Calendar("UTC").read_time(text)
