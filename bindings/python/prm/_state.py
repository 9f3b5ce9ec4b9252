"""Partners as values, and rows that come back from a host."""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, Iterable, List, Optional, Union

from . import _abi
from ._arrow import address_of
from ._errors import Error, EventError, raise_for, rendered
from ._events import Batch, each_event
from ._library import lib
from ._program import Program, Time
from ._records import Answers, Op, Row, Times, explained
from ._table import Table, table_of_rows

__all__ = ["Applied", "Item", "Net", "apply", "apply_all", "options_of"]

_TEXTS = (
    "rule", "kind", "partner", "rep", "customer", "product", "recipient_partner", "recipient_rep", "rank", "text",
    "event", "id",
)  # fmt: skip
_INT64 = range(-(2**63), 2**63)


def options_of(clock_follows: bool, seed: Optional[int]) -> Any:
    """Options of a new engine."""
    return _abi.EngineOptions(
        size=ctypes.sizeof(_abi.EngineOptions),
        clock_follows=int(clock_follows),
        hash_seed=secrets.randbits(64) if seed is None else seed,
    )


# ---- Partners as values -----------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """What :func:`apply_all` evaluates by itself: one partner, or several."""

    events: Any = ()  #: as for :meth:`Engine.ingest`
    state: bytes = b""  #: what came of the last call, or of :meth:`Engine.snapshot`; empty before the first
    clock: Optional[Time] = None  #: how far time has passed; None: as state and events have it


@dataclass(frozen=True)
class Applied:
    """What came of an item."""

    __slots__ = ("answers", "clock", "postings", "state")

    state: bytes  #: to be kept, in one transaction with what the postings do
    answers: Answers  #: one per event
    postings: Table[Row]  #: numbered on
    clock: Optional[datetime]


def apply(
    program: Program, events: Any, state: bytes = b"", *, clock: Optional[Time] = None, clock_follows: bool = True
) -> Applied:
    """Program + state + events -> new state + postings. Nothing is kept: for hosts that have a partner's state in a row
    of their database. A program that looks across partners is refused (:class:`StateError`).

    >>> import prm
    >>> program = prm.Program.compile(
    ...     "prm: 1\\nprogram: p\\ncurrency: JPY\\ncommission: {on: deal.won, of: amount, base: 10%}\\n")
    >>> deal = {"id": "a", "type": "deal.won", "time": "2026-06-01", "partner": "acme", "amount": 1000}
    >>> first = prm.apply(program, deal)
    >>> [(row.sequence, row.id, row.amount) for row in first.postings]
    [(1, 'commission!a', Decimal('100'))]
    >>> void = {"id": "b", "type": "event.voided", "time": "2026-06-02", "event": "a"}
    >>> [(row.sequence, row.op.name) for row in prm.apply(program, void, first.state).postings]
    [(2, 'REVERSE')]
    """
    return apply_all(program, [Item(events, state, clock)], clock_follows=clock_follows)[0]


def apply_all(program: Program, items: Iterable[Item], *, clock_follows: bool = True) -> List[Applied]:
    """:func:`apply` for each item by itself, in one call. When one fails all do, and the error says which."""
    batches: List[Batch] = []
    states: List[bytes] = []
    given = list(items)
    raw = (_abi.ApplyItem * len(given))()
    for place, item in enumerate(given):
        batches.append(_batch(program, item, place, len(given) > 1))
        states.append(bytes(item.state))
        raw[place] = _abi.ApplyItem(
            address_of(states[-1]),
            len(states[-1]),
            batches[-1].events,
            batches[-1].count,
            _abi.NO_TIME if item.clock is None else program.milliseconds(item.clock),
        )
    out, error = ctypes.c_void_p(), _abi.CError()
    sizes = (ctypes.sizeof(_abi.ApplyItem), ctypes.sizeof(_abi.Event))
    options = options_of(clock_follows, None)
    if lib.prm_apply(program._handle, options, raw, len(given), *sizes, out, error) != _abi.OK:
        raise_for(error)
    try:
        return [_applied(program, out, place, batch) for place, batch in enumerate(batches)]
    finally:
        lib.prm_applied_free(out)


def _batch(program: Program, item: Item, place: int, several: bool) -> Batch:
    try:
        return Batch(program, each_event(item.events))
    except EventError as error:
        if not several:
            raise
        failed = EventError("item %d: %s" % (place, error))
        failed.index = error.index
        raise failed from None


def _applied(program: Program, out: Any, place: int, batch: Batch) -> Applied:
    raw = _abi.AppliedItem(size=ctypes.sizeof(_abi.AppliedItem))
    if lib.prm_applied_get(out, place, raw) != _abi.OK:
        raise Error("there is no item %d" % place)
    state = ctypes.string_at(raw.state, raw.state_size)
    answers = (_abi.CAnswer * raw.answer_count)()
    ctypes.memmove(answers, raw.answers, ctypes.sizeof(answers))
    return Applied(
        state,
        Answers(answers, _reasons(program, state, batch, answers)),
        table_of_rows(Row, raw.rows, program),
        Times(program.tzinfo)(raw.clock),
    )


def _reasons(program: Program, state: bytes, batch: Batch, answers: Any) -> Dict[int, str]:
    """Index -> why, of events that were not taken; it takes an engine to put them into words."""
    indexes = explained(answers)
    if not indexes:
        return {}
    engine, error = ctypes.c_void_p(), _abi.CError()
    if lib.prm_engine_load(program._handle, None, state, len(state), engine, error) != _abi.OK:
        raise_for(error)
    try:
        return {
            index: rendered(lib.prm_engine_answer_text, engine, batch.event_at(index), answers[index])
            for index in indexes
        }
    finally:
        lib.prm_engine_free(engine)


# ---- Rows that come back ------------------------------------------------------------------


class Net:
    """Rows of a host as the library's structs. Keep it until the call that reads it has returned."""

    def __init__(self, rows: Iterable[Union[Row, Mapping[str, Any]]], program: Program) -> None:
        self._program = program
        self._keep: List[bytes] = []
        made: List[Any] = []
        for index, row in enumerate(rows):
            try:
                made.append(self._row(_columns_of(row)))
            except (ValueError, TypeError, InvalidOperation, EventError) as error:
                raise Error("row %d: %s" % (index, error)) from None
        self.count = len(made)
        self.array = (_abi.CRow * self.count)(*made)

    def _row(self, row: Mapping[str, Any]) -> Any:
        out = _abi.CRow(size=ctypes.sizeof(_abi.CRow), op=Op.GRANT)
        for name in _TEXTS:
            value = _given(row, name)
            if value is not None:
                if not isinstance(value, str):
                    raise ValueError("its %s is %r: give a text" % (name, value))
                self._keep.append(value.encode("utf-8", "surrogatepass"))
                setattr(out, name, _abi.Text(address_of(self._keep[-1]), len(self._keep[-1])))
        amount, rate = _given(row, "amount"), _given(row, "rate")
        out.money = int(bool(row.get("money")))
        out.rate_added = int(bool(row.get("rate_added")))
        out.has_amount, out.has_rate = int(amount is not None), int(rate is not None)
        out.amount = _units("amount", amount, self._program.minor_digits if out.money else 0)
        out.rate = _units("rate", rate, 12)
        for name in ("at", "from", "until", "payable"):
            time = _given(row, name)
            setattr(out, name, _abi.NO_TIME if time is None else self._program.milliseconds(time))
        return out


def _columns_of(row: Any) -> Mapping[str, Any]:
    if isinstance(row, Row):
        return {field.name.rstrip("_"): getattr(row, field.name) for field in fields(Row)}
    if isinstance(row, Mapping):
        return row
    raise TypeError("%r is no row: give a prm.Row or a dict of its columns" % (row,))


def _given(row: Mapping[str, Any], name: str) -> Any:
    """A column's value, None where it is missing: also as pandas has it."""
    value = row.get(name)
    if type(value).__name__ in ("NaTType", "NAType") or (isinstance(value, float) and value != value):
        return None
    return value


def _units(name: str, value: Any, digits: int) -> int:
    """A number as an integer of its smallest unit."""
    if value is None:
        return 0
    if isinstance(value, float):
        raise ValueError("its %s is %r, a binary float: give an int, a decimal.Decimal or a text" % (name, value))
    sign, figures, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int) or exponent > 60:
        raise ValueError("its %s is %s, which is no number here" % (name, value))
    units, shift = int("".join(map(str, figures))), exponent + digits
    if shift < 0 and units % 10**-shift:
        raise ValueError("its %s is %s, finer than its smallest unit" % (name, value))
    units = units * int(10**shift) if shift >= 0 else units // int(10**-shift)
    units = -units if sign else units
    if units not in _INT64:
        raise ValueError("its %s is %s, beyond all limits" % (name, value))
    return units
