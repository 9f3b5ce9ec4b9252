"""Engines: one program over one set of events."""

from __future__ import annotations

import ctypes
import secrets
import threading
import weakref
from array import array
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Type, Union

from . import _abi
from ._columns import Columns
from ._errors import EventError, StateError, Status, raise_for, rendered, take_text
from ._events import Batch, each_event
from ._library import lib
from ._program import Program
from ._records import (
    EXACT,
    Answer,
    Answers,
    Counts,
    Progress,
    Row,
    Table,
    Times,
    Total,
    plain_decimal,
    read_progress,
    read_rows,
)

__all__ = ["Engine"]

Time = Union[datetime, date, str, int]


class Engine:
    """Evaluates a program over events. The ledger is a function of program, accepted events and clock alone.

    >>> import prm
    >>> program = prm.Program.compile('''
    ... prm: 1
    ... program: example
    ... currency: JPY
    ... commission: {on: deal.won, of: amount, base: 15%}
    ... ''')
    >>> engine = prm.Engine(program)
    >>> engine.ingest({"id": "d-1", "type": "deal.won", "time": "2026-06-10", "partner": "acme", "amount": 1000000})
    <prm.Answers: 1 accepted>
    >>> [(row.partner, row.kind, row.amount) for row in engine.ledger()]
    [('acme', 'cash', Decimal('150000'))]

    It belongs to one thread at a time: calls from several take turns. It is freed by ``close()``, at the end of a
    ``with`` block, or when nothing refers to it; it keeps its program.
    """

    def __init__(self, program: Program, *, clock_follows: bool = True, seed: Optional[int] = None) -> None:
        """``clock_follows``: the clock is the latest accepted event's time; else only :meth:`advance` moves it, and
        events after it wait. ``seed`` guards hash tables against made-up texts; it changes no result."""
        handle, error = ctypes.c_void_p(), _abi.CError()
        options = _abi.EngineOptions(
            size=ctypes.sizeof(_abi.EngineOptions),
            clock_follows=int(clock_follows),
            hash_seed=secrets.randbits(64) if seed is None else seed,
        )
        if lib.prm_engine_new(program._handle, options, handle, error) != _abi.OK or handle.value is None:
            raise_for(error)
        self._program = program
        self._lock = threading.RLock()
        self._finalizer = weakref.finalize(self, lib.prm_engine_free, handle.value)
        self._open_handle: Optional[int] = handle.value

    # ---- Its life ----

    @property
    def program(self) -> Program:
        """The program that it evaluates."""
        return self._program

    def close(self) -> None:
        """Frees it; any further call is a :class:`StateError`. Closing twice is fine."""
        with self._lock:
            self._open_handle = None
            self._finalizer()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    @property
    def _handle(self) -> int:
        if self._open_handle is None:
            raise StateError("the engine is closed")
        return self._open_handle

    def _call(self, function: Callable[..., int], *arguments: Any) -> None:
        error = _abi.CError()
        if function(self._handle, *arguments, error) != _abi.OK:
            raise_for(error)

    # ---- Events ----

    def ingest(self, events: Any) -> Answers:
        """Takes one event or an iterable of them, in one batch: dicts or dataclasses with ``id``, ``type``, ``time``
        and the fields of the type. ``None`` is a missing field.

        A time is an aware datetime, a date or RFC 3339; money an int (whole units), a Decimal or a text. Each event
        gets an answer; one that is rejected is no exception. :class:`EventError` (with the index) is for what is no
        event at all, such as one without a time or with an amount in binary floating point; nothing was taken then.
        """
        batch = Batch(self._program, each_event(events))
        answers = (_abi.CAnswer * batch.count)()
        with self._lock:
            self._call(lib.prm_engine_ingest, batch.events, batch.count, ctypes.sizeof(_abi.Event), answers)
            reasons = {
                index: rendered(lib.prm_engine_answer_text, self._handle, batch.event_at(index), answers[index])
                for index in _explained(answers)
            }
        return Answers(answers, reasons)

    def ingest_columns(self, arrays: Any = None, /, *, naive: str = "local", **more: Any) -> Answers:
        """Takes a row per event from arrays of equal length: numpy arrays, pandas columns (also categorical, string,
        datetime64 and Arrow-backed), Arrow arrays, sequences, or one value for all rows. ``arrays`` may be a mapping
        or a pandas frame; the columns are ``id``, ``type``, ``time`` and the fields' names.

        Nothing is made per event. All rows are one batch, taken as a whole or not at all. A missing value (None, NaN,
        NaT, NA) is a missing field. Times without a zone are local in the program's zone, as dates are, or UTC with
        ``naive="utc"``.

        >>> import prm
        >>> engine = prm.Engine(prm.Program.compile(
        ...     "prm: 1\\nprogram: p\\ncurrency: USD\\ncommission: {on: deal.won, of: amount, base: 10%}\\n"))
        >>> engine.ingest_columns(id=["a", "b"], type="deal.won", time=["2026-06-01", "2026-06-02"],
        ...                       partner=["acme", "beta"], amount=["10.50", "99"])
        <prm.Answers: 2 accepted>
        >>> [str(row.amount) for row in engine.ledger()]
        ['1.05', '9.90']
        """
        columns: Dict[str, Any] = {}
        if arrays is not None:
            columns.update(arrays.items() if isinstance(arrays, Mapping) else {n: arrays[n] for n in arrays.columns})
        columns.update(more)
        return self._take_columns(Columns.from_arrays(columns, _is_local(naive)))

    def ingest_arrow(self, data: Any, *, naive: str = "local") -> Answers:
        """The same for anything that hands out Arrow data by ``__arrow_c_stream__`` or ``__arrow_c_array__``: tables
        and record batches of pyarrow, polars, DuckDB, pandas... The values are read where they lie."""
        return self._take_columns(Columns.from_arrow(data, _is_local(naive)))

    def _take_columns(self, columns: Columns) -> Answers:
        answers = (_abi.CAnswer * columns.rows)()
        row, error = ctypes.c_uint64(), _abi.CError()
        with columns, self._lock:
            status = lib.prm_engine_ingest_columns(
                self._handle,
                columns.array,
                columns.count,
                ctypes.sizeof(_abi.Column),
                len(columns.batches),
                answers,
                row,
                error,
            )
            if status != _abi.OK:
                columns.explain(error, row.value)
            reasons = {}
            for index in _explained(answers):
                batch, at = columns.place(index)
                reasons[index] = rendered(
                    lib.prm_engine_column_answer_text,
                    self._handle,
                    ctypes.pointer(columns.array[batch * columns.count]),
                    columns.count,
                    at,
                    answers[index],
                )
        return Answers(answers, reasons)

    def void(self, id: str, *, time: Optional[Time] = None, partner: Optional[str] = None) -> Answer:
        """Says that the event with that id never happened: sends an ``event.voided`` with the id ``void:ID``, at
        ``time`` (the clock, unless given). What came of the event is reversed; should the event not be there yet, the
        void waits for it."""
        with self._lock:
            at = self._program.milliseconds(time) if time is not None else lib.prm_engine_clock(self._handle)
            event = {"id": "void:" + id, "type": "event.voided", "event": id, "partner": partner}
            event["time"] = Times(self._program.tzinfo)(at)  # type: ignore[assignment]
            return self.ingest(event)[0]

    # ---- The clock ----

    @property
    def clock(self) -> datetime:
        """How far time has passed, in the program's zone."""
        with self._lock:
            now = Times(self._program.tzinfo)(lib.prm_engine_clock(self._handle))
        if now is None:
            raise StateError("the clock stands beyond the year 9999")
        return now

    def advance(self, time: Time) -> None:
        """Moves the clock: events that waited take effect. :class:`StateError` when it would go back."""
        ms = self._program.milliseconds(time)
        with self._lock:
            self._call(lib.prm_engine_advance, ms)

    def settle(self, time: Time) -> None:
        """Closes the time before ``time``, say once a month has been paid out: what was posted about it stays, and
        news about it is answered too late. :class:`StateError` when it lies after the clock."""
        ms = self._program.milliseconds(time)
        with self._lock:
            self._call(lib.prm_engine_settle, ms)

    @property
    def settled(self) -> Optional[datetime]:
        """The instant before which all is settled; None when nothing is."""
        with self._lock:
            return Times(self._program.tzinfo)(lib.prm_engine_settled(self._handle))

    # ---- What came of it ----

    @contextmanager
    def _rows(self, function: Callable[..., int], *arguments: Any) -> Iterator[int]:
        rows = ctypes.c_void_p()
        with self._lock:
            self._call(function, *arguments, rows)
            try:
                yield rows.value or 0
            finally:
                lib.prm_rows_free(rows)

    def _table(self, record: Any, rows: List[Any]) -> Table[Any]:
        return Table(record, rows, self._program.tzinfo, self._program.timezone)

    def ledger(self) -> Table[Row]:
        """What stands at the clock, in ledger order."""
        with self._rows(lib.prm_engine_ledger) as rows:
            return self._table(Row, list(read_rows(rows, self._program.minor_digits, self._program.tzinfo)))

    def journal(self, first: int = 1) -> Table[Row]:
        """What was posted, from posting number ``first`` on, in posting order."""
        with self._rows(lib.prm_engine_journal, first) as rows:
            return self._table(Row, list(read_rows(rows, self._program.minor_digits, self._program.tzinfo)))

    def release_journal(self, last: int) -> None:
        """Frees the memory of postings up to number ``last``, once they are kept elsewhere."""
        with self._lock:
            self._call(lib.prm_engine_journal_release, last)

    def totals(self, *, by_rule: bool = False) -> Table[Total]:
        """The ledger added up per recipient and kind: partners first, then reps; per rule too, if asked so."""
        sums: Dict[Tuple[bool, str, str, str, str], List[Any]] = {}
        for row in self.ledger():
            if row.amount is None:
                continue
            rep = row.recipient_rep or ""
            key = (rep != "", row.recipient_partner or "", rep, row.rule if by_rule else "", row.kind)
            total = sums.setdefault(key, [Decimal(0) * row.amount, Decimal(0) * row.amount, 0])
            part = 0 if row.rule in ("commission", "override") else 1
            total[part] = EXACT.add(total[part], row.amount)
            total[2] += 1
        rows = [
            Total(partner, rep or None, rule or None, kind, EXACT.add(paid, rewards), paid, rewards, outcomes)
            for (_, partner, rep, rule, kind), (paid, rewards, outcomes) in sorted(
                sums.items(), key=lambda item: tuple(str(part).encode() for part in item[0])
            )
        ]
        return self._table(Total, rows)

    # ---- Questions ----

    def _at(self, time: Optional[Time]) -> int:
        clock: int = lib.prm_engine_clock(self._handle)
        return clock if time is None else self._program.milliseconds(time)

    def rate(
        self,
        partner: str,
        *,
        rep: Optional[str] = None,
        customer: Optional[str] = None,
        product: Optional[str] = None,
        at: Optional[Time] = None,
    ) -> Decimal:
        """The commission rate that a sale would get at a time (the clock, unless given): ``Decimal('0.15')``."""
        out = ctypes.c_int64()
        with self._lock, _texts(partner, rep, customer, product) as texts:
            self._call(lib.prm_engine_rate, *texts, self._at(at), out)
        return plain_decimal(out.value)

    def rank(self, partner: str, *, at: Optional[Time] = None) -> str:
        """The rank of a partner at a time (the clock, unless given)."""
        out = _abi.Text()
        with self._lock, _texts(partner) as texts:
            self._call(lib.prm_engine_rank, *texts, self._at(at), out)
            return take_text(out)

    def progress(self, rule: Optional[str] = None, partner: Optional[str] = None) -> Table[Progress]:
        """How far each subject is with each rule, or with one, or those of one partner."""
        index = _abi.NONE if rule is None else self._program.rule_index(rule)
        with _texts(partner) as texts, self._rows(lib.prm_engine_progress, index, *texts) as rows:
            return self._table(Progress, list(read_progress(rows, self._program.tzinfo)))

    def counts(self) -> Counts:
        """The figures of all that was handed in, and of what it holds."""
        raw = _abi.CCounts(size=ctypes.sizeof(_abi.CCounts))
        with self._lock:
            if lib.prm_engine_counts(self._handle, raw) != _abi.OK:
                raise StateError("the counts cannot be had", Status.ARGUMENT)
        return Counts(*(getattr(raw, name) for name, *_ in _abi.CCounts._fields_[2:]))

    def __repr__(self) -> str:
        if self._open_handle is None:
            return "<prm.Engine, closed>"
        return "<prm.Engine of %s at %s>" % (self._program.name, self.clock.isoformat())


def _is_local(naive: str) -> bool:
    if naive not in ("local", "utc"):
        raise EventError('naive is "local" or "utc", not %r' % (naive,))
    return naive == "local"


def _explained(answers: Any) -> Iterable[int]:
    """Indexes of the answers that have a reason: rejected, too late."""
    if not len(answers):
        return ()
    taken = array("I", bytes(answers))[::4]
    return [index for index, one in enumerate(taken) if one >= 4] if 4 in taken or 5 in taken else ()


@contextmanager
def _texts(*texts: Optional[str]) -> Iterator[List[Any]]:
    """Texts as prm_text, for as long as the block runs; None is an empty one."""
    buffers = [ctypes.create_string_buffer((text or "").encode("utf-8", "surrogatepass")) for text in texts]
    yield [_abi.Text(ctypes.addressof(buffer), len(buffer) - 1) for buffer in buffers]
