"""Backtests: two programs over the same events, outcome by outcome and added up.

Each side of a pair of outcomes is counted on its own, since the same outcome may fall into another month or to another
recipient on the other side.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

from ._engine import Engine
from ._errors import StateError, Status
from ._events import each_event
from ._program import Program, Time
from ._records import EXACT, Answers, Row
from ._table import Table, table_of_records

__all__ = ["Change", "Diff", "DiffLine", "DiffOutcome", "diff"]

_LEVELS = ("rule", "partner", "month")
_COMPARED = (
    "kind", "recipient_partner", "recipient_rep", "rank", "text", "amount", "rate", "rate_added", "from_", "until",
    "payable",
)  # fmt: skip
_RULES_TOLD = 3


class Change(enum.IntEnum):
    """What becomes of an outcome of A under B."""

    SAME = 0
    CHANGED = 1  #: the same outcome, of another recipient, amount, rate or date
    ADDED = 2
    REMOVED = 3


@dataclass(frozen=True)
class DiffOutcome:
    """An outcome that is not the same on both sides: ``a`` and ``b`` are its rows there, None where it is not."""

    __slots__ = ("a", "b", "id", "state")

    id: str
    state: Change
    a: Optional[Row]
    b: Optional[Row]


@dataclass(frozen=True)
class DiffLine:
    """What all outcomes of one kind come to that agree in what was asked for. Those without an amount (rates, ranks,
    notices) are counted per rule alone."""

    __slots__ = (
        "a", "added", "b", "change", "changed", "kind", "month", "outcomes_a", "outcomes_b", "partner", "removed",
        "rule", "why",
    )  # fmt: skip

    rule: Optional[str]
    partner: Optional[str]  #: the recipient, or the recipient's partner
    month: Optional[str]  #: "2026-06", in the program's zone
    kind: str
    a: Optional[Decimal]
    b: Optional[Decimal]
    change: Optional[Decimal]
    outcomes_a: int
    outcomes_b: int
    added: int
    removed: int
    changed: int
    why: str


@dataclass(frozen=True)
class _Entry:
    """One side of a pair."""

    row: Row
    is_b: bool
    state: Change

    def key(self, levels: Sequence[str]) -> Tuple[str, ...]:
        values = {"rule": self.row.rule, "partner": self.row.recipient_partner or "", "month": _month(self.row.at)}
        return tuple(values[level] for level in levels)


def _month(time: datetime) -> str:
    return "%04d-%02d" % (time.year, time.month)


def _is_same(a: Row, b: Row) -> bool:
    return all(getattr(a, name) == getattr(b, name) for name in _COMPARED)


def _bytes(texts: Iterable[str]) -> List[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def _total(entries: Iterable[_Entry], b: bool) -> Decimal:
    total = Decimal(0)
    for entry in entries:
        if entry.is_b == b and entry.row.amount is not None:
            total = EXACT.add(total, entry.row.amount)
    return total


class Diff:
    """Two ledgers of the same events, of the programs ``a`` and ``b``; :func:`diff` makes it."""

    def __init__(
        self, a: Program, b: Program, rows: Tuple[Table[Row], Table[Row]], answers: Tuple[Answers, Answers]
    ) -> None:
        """Use :func:`diff`."""
        self.a = a
        self.b = b
        self.answers = answers  #: how each side took the events
        self.ledgers = rows  #: of either side
        left, right = ({row.id: row for row in table} for table in rows)
        self._pairs = [self._pair(id, left.get(id), right.get(id)) for id in sorted({*left, *right})]

    @staticmethod
    def _pair(id: str, a: Optional[Row], b: Optional[Row]) -> DiffOutcome:
        if a is None or b is None:
            return DiffOutcome(id, Change.ADDED if a is None else Change.REMOVED, a, b)
        return DiffOutcome(id, Change.SAME if _is_same(a, b) else Change.CHANGED, a, b)

    def outcomes(self) -> List[DiffOutcome]:
        """Each outcome that differs, in the order of time."""

        def order(pair: DiffOutcome) -> Tuple[datetime, bytes]:
            row = pair.b or pair.a
            assert row is not None
            return row.at, pair.id.encode("utf-8", "surrogatepass")

        return sorted((pair for pair in self._pairs if pair.state is not Change.SAME), key=order)

    def by(self, *levels: str) -> Table[DiffLine]:
        """What A pays, what B pays and why, per kind and ``"rule"``, ``"partner"``, ``"month"`` or several of these;
        without any, in all. Rules alone, and partners alone, come by what they gain: who gains first, who loses last.
        """
        unknown = set(levels) - set(_LEVELS)
        if unknown or len(set(levels)) < len(levels):
            raise ValueError("by() takes each of rule, partner and month at most once, not %r" % (levels,))
        groups: Dict[Tuple[str, ...], List[_Entry]] = {}
        for entry in self._entries():
            if entry.row.amount is not None or "rule" in levels:
                groups.setdefault((*entry.key(levels), entry.row.kind), []).append(entry)
        lines = [self._line(levels, key, groups) for key in sorted(groups, key=_bytes)]
        if levels in (("rule",), ("partner",)):
            lines.sort(key=lambda line: Decimal(0) if line.change is None else line.change, reverse=True)
            lines.sort(key=lambda line: line.change is None)
        return table_of_records(DiffLine, lines, self.a)

    def _entries(self) -> Iterable[_Entry]:
        for pair in self._pairs:
            for row in (pair.a, pair.b):
                if row is not None:
                    yield _Entry(row, row is pair.b, pair.state)

    def _line(
        self, levels: Sequence[str], key: Tuple[str, ...], groups: Mapping[Tuple[str, ...], List[_Entry]]
    ) -> DiffLine:
        entries = groups[key]
        named = dict(zip(levels, key))
        counted = entries[0].row.amount is not None
        a, b = _total(entries, False), _total(entries, True)
        line = DiffLine(
            rule=named.get("rule"),
            partner=named.get("partner"),
            month=named.get("month"),
            kind=key[-1],
            a=a if counted else None,
            b=b if counted else None,
            change=EXACT.subtract(b, a) if counted else None,
            outcomes_a=sum(not entry.is_b for entry in entries),
            outcomes_b=sum(entry.is_b for entry in entries),
            added=sum(entry.state is Change.ADDED for entry in entries),
            removed=sum(entry.state is Change.REMOVED for entry in entries),
            changed=sum(entry.state is Change.CHANGED and entry.is_b for entry in entries),
            why="",
        )
        why = _why_rules(entries)
        if "rule" in levels:
            why = _why_outcomes(line)
            if line.rule in ("commission", "override") and line.outcomes_a and line.outcomes_b and _differs(line):
                why += self._why_rates(line.partner)
        return replace(line, why=why)

    def _why_rates(self, partner: Optional[str]) -> str:
        """The rules whose rates and ranks differ, which is why commissions do."""
        rules = {
            entry.row.rule
            for entry in self._entries()
            if entry.row.kind in ("rate", "rank")
            and entry.state is not Change.SAME
            and partner in (None, entry.row.recipient_partner)
        }
        return "; from " + (", ".join(sorted(rules, key=lambda rule: _bytes([rule]))) or "its own terms")

    def __repr__(self) -> str:
        cost = [
            sum((row.amount for row in table if row.money and row.amount is not None), Decimal(0))
            for table in self.ledgers
        ]
        return "<prm.Diff: %s pays %s, %s pays %s>" % (self.a.name, cost[0], self.b.name, cost[1])


def _differs(line: DiffLine) -> bool:
    return line.added + line.removed + line.changed > 0


def _why_outcomes(line: DiffLine) -> str:
    parts = [] if line.outcomes_a else ["only in B"]
    parts += [] if line.outcomes_b else ["only in A"]
    other = "otherwise" if line.a is None else "of another amount or date"
    for count, what in ((line.added, "more"), (line.removed, "fewer"), (line.changed, other)):
        parts += ["%d %s" % (count, what)] if count else []
    return ", ".join(parts)


def _why_rules(entries: Iterable[_Entry]) -> str:
    """The rules that a line's change comes from, the largest shares first."""
    shares: Dict[str, Decimal] = {}
    for entry in sorted(entries, key=lambda entry: _bytes([entry.row.rule])):
        amount = entry.row.amount or Decimal(0)
        before = shares.get(entry.row.rule, Decimal(0))
        shares[entry.row.rule] = EXACT.add(before, amount) if entry.is_b else EXACT.subtract(before, amount)
    changes = sorted(((rule, share) for rule, share in shares.items() if share), key=lambda one: -abs(one[1]))
    told = ", ".join("%s %s" % (rule, format(share, "+f")) for rule, share in changes[:_RULES_TOLD])
    return told + (", and %d more rules" % (len(changes) - _RULES_TOLD) if len(changes) > _RULES_TOLD else "")


def _taker(events: Any) -> Callable[[Engine], Answers]:
    """How an engine takes them, as often as one likes."""
    if hasattr(events, "iloc"):
        return lambda engine: engine.ingest_columns(events)
    if hasattr(events, "__arrow_c_stream__") or hasattr(events, "__arrow_c_array__"):
        return lambda engine: engine.ingest_arrow(events)
    each = list(each_event(events))
    return lambda engine: engine.ingest(each)


def diff(a: Program, b: Program, events: Any, *, clock: Optional[Time] = None) -> Diff:
    """A backtest: what program ``b`` would have paid where ``a`` pays, and why. ``events`` are what
    :meth:`Engine.ingest` takes, a pandas frame, or a table that hands out Arrow data; both clocks stand at
    ``clock`` then, or at the latest event.

    >>> import prm
    >>> text = "prm: 1\\nprogram: %s\\ncurrency: JPY\\ncommission: {on: deal.won, of: amount, base: %s}\\n"
    >>> old, new = (prm.Program.compile(text % one) for one in (("old", "10%"), ("new", "12%")))
    >>> found = prm.diff(old, new, [
    ...     {"id": "d-1", "type": "deal.won", "time": "2026-06-01", "partner": "acme", "amount": 1000},
    ...     {"id": "d-2", "type": "deal.won", "time": "2026-07-01", "partner": "beta", "amount": 5000}])
    >>> found
    <prm.Diff: old pays 600, new pays 720>
    >>> for line in found.by("partner"):
    ...     print(line.partner, line.kind, line.a, line.b, line.change, "because of", line.why)
    beta cash 500 600 100 because of commission +100
    acme cash 100 120 20 because of commission +20
    >>> [(line.month, line.rule, line.why) for line in found.by("month", "rule")][0]
    ('2026-06', 'commission', '1 of another amount or date; from its own terms')
    """
    if a.currency != b.currency:
        said = "the programs pay in different currencies: %s and %s" % (a.currency, b.currency)
        raise StateError(said, Status.MISMATCH)
    take = _taker(events)
    follows = clock is None
    with Engine(a, clock_follows=follows) as left, Engine(b, clock_follows=follows) as right:
        answers = take(left), take(right)
        latest = max(left.clock, right.clock) if clock is None else clock
        left.advance(latest)
        right.advance(latest)
        return Diff(a, b, (left.ledger(), right.ledger()), answers)
