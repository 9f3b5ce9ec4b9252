"""Engines: one program over one set of events."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Type, Union

from . import _abi
from ._columns import Columns
from ._errors import EventError, StateError, Status, raise_for, rendered, take_text
from ._events import Batch, each_event
from ._explain import Fact, read_facts
from ._library import lib
from ._program import Program, Time
from ._records import (
    Answer,
    Answers,
    Counts,
    Progress,
    Row,
    Stand,
    State,
    Times,
    Total,
    explained,
    plain_decimal,
)
from ._state import Net, options_of
from ._table import Table, table_of_rows

__all__ = ["Engine"]


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
        if lib.prm_engine_new(program._handle, options_of(clock_follows, seed), handle, error) != _abi.OK:
            raise_for(error)
        self._own(program, handle.value)

    def _own(self, program: Program, handle: Optional[int]) -> None:
        self._program = program
        self._lock = threading.RLock()
        self._finalizer = weakref.finalize(self, lib.prm_engine_free, handle)
        self._open_handle = handle
        self.recovered: Optional[str] = None  #: after :meth:`load`: why the file before the last one was used

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
                for index in explained(answers)
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
            for index in explained(answers):
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

    def _rows(self, record: Any, function: Callable[..., int], *arguments: Any) -> Table[Any]:
        rows = ctypes.c_void_p()
        with self._lock:
            self._call(function, *arguments, rows)
            try:
                return table_of_rows(record, rows, self._program)
            finally:
                lib.prm_rows_free(rows)

    def ledger(self) -> Table[Row]:
        """What stands at the clock, in ledger order."""
        return self._rows(Row, lib.prm_engine_ledger)

    def journal(self, first: int = 1) -> Table[Row]:
        """What was posted, from posting number ``first`` on, in posting order."""
        return self._rows(Row, lib.prm_engine_journal, first)

    def release_journal(self, last: int) -> None:
        """Frees the memory of postings up to number ``last``, once they are kept elsewhere."""
        with self._lock:
            self._call(lib.prm_engine_journal_release, last)

    def totals(self, *, by_rule: bool = False) -> Table[Total]:
        """The ledger added up per recipient and kind: partners first, then reps; per rule too, if asked so."""
        return self._rows(Total, lib.prm_engine_totals, int(by_rule))

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
        with _texts(partner) as texts:
            return self._rows(Progress, lib.prm_engine_progress, index, *texts)

    def pending(
        self,
        rule: Optional[str] = None,
        partner: Optional[str] = None,
        *,
        by: str = "closest",
        states: Iterable[State] = (State.OPEN,),
        limit: Optional[int] = None,
    ) -> Table[Progress]:
        """Who has not got there yet: the progress of subjects in some states, those that are closest to their target
        first, or with ``by="time"`` those that have the least time left; the first ``limit`` of these.

        >>> import prm
        >>> engine = prm.Engine(prm.Program.compile('''
        ... prm: 1
        ... program: p
        ... currency: JPY
        ... rules: {four-leads: {for: rep, when: {count: lead.registered, at_least: 4}, then: {gift_card: 5000}}}
        ... '''))
        >>> engine.ingest({"id": str(number), "type": "lead.registered", "time": "2026-06-01",
        ...                "partner": "acme", "rep": rep} for number, rep in enumerate(["sato", "kato", "kato"]))
        <prm.Answers: 3 accepted>
        >>> [(one.rep, one.remaining, one.share) for one in engine.pending()]
        [('kato', Decimal('2'), Decimal('0.5')), ('sato', Decimal('3'), Decimal('0.25'))]
        """
        orders = {"names": _abi.ORDER_NAMES, "closest": _abi.ORDER_CLOSEST, "time": _abi.ORDER_TIME}
        if by not in orders:
            raise ValueError('by is "closest", "time" or "names", not %r' % (by,))
        wanted = sum(1 << state for state in set(map(State, states)))
        if not wanted or (limit is not None and limit < 1):
            raise ValueError("no state is asked for" if not wanted else "limit is %r" % (limit,))
        options = _abi.PendingOptions(
            size=ctypes.sizeof(_abi.PendingOptions),
            rule=_abi.NONE if rule is None else self._program.rule_index(rule),
            states=wanted,
            order=orders[by],
            limit=limit or 0,
        )
        with _texts(partner) as texts:
            options.partner = texts[0]
            return self._rows(Progress, lib.prm_engine_pending, options)

    def journey(self, partner: Optional[str] = None) -> Table[Stand]:
        """Who stands where on the program's journey: every partner that has not left, followed by its reps.

        >>> import prm
        >>> engine = prm.Engine(prm.Program.compile('''
        ... prm: 1
        ... program: p
        ... currency: JPY
        ... journey:
        ...   lead: {when: {count: lead.registered, at_least: 1}}
        ...   won: {when: {count: deal.won, at_least: 1}}
        ... '''))
        >>> engine.ingest([
        ...     {"id": "1", "type": "lead.registered", "time": "2026-06-01", "partner": "acme", "rep": "sato"},
        ...     {"id": "2", "type": "deal.won", "time": "2026-06-02", "partner": "acme", "rep": "kato"}])
        <prm.Answers: 2 accepted>
        >>> [(one.rep, one.stage) for one in engine.journey("acme")]
        [(None, 'won'), ('kato', 'won'), ('sato', 'lead')]
        """
        with _texts(partner) as texts:
            return self._rows(Stand, lib.prm_engine_journey, *texts)

    def _explanation(self, function: Callable[..., int], *arguments: Any) -> List[Fact]:
        explanation = ctypes.c_void_p()
        with self._lock:
            self._call(function, *arguments, explanation)
            try:
                return read_facts(explanation, self._program)
            finally:
                lib.prm_explanation_free(explanation)

    def explain(self, id: str) -> List[Fact]:
        """Why the ledger has the row of that identity (its column ``id``), or why not: facts to be read from top to
        bottom. :class:`StateError` for an id that names no rule, partner or event known here.

        >>> import prm
        >>> engine = prm.Engine(prm.Program.compile(
        ...     "prm: 1\\nprogram: p\\ncurrency: JPY\\ncommission: {on: deal.won, of: amount, base: 10%}\\n"))
        >>> engine.ingest({"id": "a", "type": "deal.won", "time": "2026-06-01", "partner": "acme", "amount": 1000})
        <prm.Answers: 1 accepted>
        >>> first = engine.explain("commission!a")[0]
        >>> first.kind, first.name, first.event, first.amount
        ('outcome', 'commission', 'a', Decimal('100'))
        """
        with _texts(id) as texts:
            return self._explanation(lib.prm_engine_explain, *texts)

    def explain_missing(
        self,
        rule: str,
        partner: str,
        *,
        rep: Optional[str] = None,
        customer: Optional[str] = None,
        product: Optional[str] = None,
        at: Optional[Time] = None,
    ) -> List[Fact]:
        """Why a rule has granted nothing to a partner, in the occasion at a time (the clock, unless given): where it
        stands and what is missing. Of several subjects the one nearest to the target is explained."""
        when = _abi.NO_TIME if at is None else self._program.milliseconds(at)
        index = self._program.rule_index(rule)
        with _texts(partner, rep, customer, product) as texts:
            return self._explanation(lib.prm_engine_explain_missing, index, *texts, when)

    def counts(self) -> Counts:
        """The figures of all that was handed in, and of what it holds."""
        raw = _abi.CCounts(size=ctypes.sizeof(_abi.CCounts))
        with self._lock:
            if lib.prm_engine_counts(self._handle, raw) != _abi.OK:
                raise StateError("the counts cannot be had", Status.ARGUMENT)
        return Counts(*(getattr(raw, name) for name, *_ in _abi.CCounts._fields_[2:]))

    # ---- Its state ----

    def snapshot(self) -> bytes:
        """The whole engine as bytes, for :meth:`restore`: events, clock, counts, and the postings that are not
        released. Equal states have equal bytes, however they came about.

        >>> import prm
        >>> program = prm.Program.compile(
        ...     "prm: 1\\nprogram: p\\ncurrency: JPY\\ncommission: {on: deal.won, of: amount, base: 10%}\\n")
        >>> engine = prm.Engine(program)
        >>> deal = {"id": "a", "type": "deal.won", "time": "2026-06-01", "partner": "acme", "amount": 1000}
        >>> engine.ingest(deal)
        <prm.Answers: 1 accepted>
        >>> again = prm.Engine.restore(program, engine.snapshot())
        >>> again.ledger() == engine.ledger(), again.ingest(deal)[0].taken.name
        (True, 'DUPLICATE')
        """
        size = ctypes.c_size_t()
        with self._lock:
            self._call(lib.prm_engine_save, None, 0, size)
            buffer = ctypes.create_string_buffer(size.value)
            self._call(lib.prm_engine_save, buffer, size.value, size)
        return buffer.raw

    @classmethod
    def restore(cls, program: Program, state: bytes, *, seed: Optional[int] = None) -> Engine:
        """An engine that goes on as the one of :meth:`snapshot` would have, numbers of postings too.

        :class:`StateError` when the bytes are damaged, or those of another program: restore with the old program, then
        :meth:`upgrade`.
        """
        data = bytes(state)
        handle, error = ctypes.c_void_p(), _abi.CError()
        if lib.prm_engine_load(program._handle, options_of(True, seed), data, len(data), handle, error) != _abi.OK:
            raise_for(error)
        engine = cls.__new__(cls)
        engine._own(program, handle.value)
        return engine

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the state to a file, so that a crash at any moment leaves the old state there or the new one. What
        was there before stays as ``PATH.previous``."""
        with self._lock:
            self._call(lib.prm_file_save, os.fsencode(path))

    @classmethod
    def load(cls, program: Program, path: Union[str, os.PathLike[str]], *, seed: Optional[int] = None) -> Engine:
        """The engine of a file that :meth:`save` wrote. Where that is missing or damaged it is ``PATH.previous``:
        then ``recovered`` says why. :class:`StateError` when neither will do."""
        handle, previous, error = ctypes.c_void_p(), ctypes.c_int32(), _abi.CError()
        where = os.fsencode(path)
        if lib.prm_file_load(program._handle, options_of(True, seed), where, handle, previous, error) != _abi.OK:
            raise_for(error)
        engine = cls.__new__(cls)
        engine._own(program, handle.value)
        if previous.value:
            engine.recovered = error.message.decode("utf-8", "replace")
        return engine

    def reconcile(self, net: Iterable[Union[Row, Mapping[str, Any]]]) -> Table[Row]:
        """What leads from the rows that stand for a host to the ledger: first reversals, then grants. ``net`` has those
        rows, as records or as dicts of their columns, each identity at most once; ``op`` and ``sequence`` are not
        looked at. Use it after a lost acknowledgement, or when either side was restored from a backup: the rows of the
        answer are to be acted on in place of the journal's.

        >>> import prm
        >>> engine = prm.Engine(prm.Program.compile(
        ...     "prm: 1\\nprogram: p\\ncurrency: JPY\\ncommission: {on: deal.won, of: amount, base: 10%}\\n"))
        >>> engine.ingest({"id": "a", "type": "deal.won", "time": "2026-06-01", "partner": "acme", "amount": 1000})
        <prm.Answers: 1 accepted>
        >>> kept = engine.ledger().to_dicts()
        >>> engine.void("a").taken.name, [(row.op.name, row.id) for row in engine.reconcile(kept)]
        ('ACCEPTED', [('REVERSE', 'commission!a')])
        """
        with self._lock:
            rows = Net(net, self._program)
            return self._rows(Row, lib.prm_engine_reconcile, rows.array, rows.count, ctypes.sizeof(_abi.CRow))

    def upgrade(self, program: Program, *, dry_run: bool = False) -> Table[Row]:
        """Goes on with another program: evaluates all events under it, and gives what leads from the old ledger to the
        new one. With ``dry_run`` that is all, and nothing changes; otherwise these rows are the last postings of the
        journal.

        Events of types that the new program does not know are dropped. :class:`EventError` when it does not take
        another one; the engine is then as it was.
        """
        with self._lock:
            rows = ctypes.c_void_p()
            self._call(lib.prm_engine_upgrade, program._handle, int(dry_run), rows)
            try:
                if not dry_run:
                    self._program = program
                return table_of_rows(Row, rows, program)
            finally:
                lib.prm_rows_free(rows)

    def __repr__(self) -> str:
        if self._open_handle is None:
            return "<prm.Engine, closed>"
        return "<prm.Engine of %s at %s>" % (self._program.name, self.clock.isoformat())


def _is_local(naive: str) -> bool:
    if naive not in ("local", "utc"):
        raise EventError('naive is "local" or "utc", not %r' % (naive,))
    return naive == "local"


@contextmanager
def _texts(*texts: Optional[str]) -> Iterator[List[Any]]:
    """Texts as prm_text, for as long as the block runs; None is an empty one."""
    buffers = [ctypes.create_string_buffer((text or "").encode("utf-8", "surrogatepass")) for text in texts]
    yield [_abi.Text(ctypes.addressof(buffer), len(buffer) - 1) for buffer in buffers]
