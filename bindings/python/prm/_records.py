"""What comes out of an engine: typed records, and tables of them."""

from __future__ import annotations

import ctypes
import enum
import functools
import struct
from array import array
from collections import Counter
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from typing import Any, Callable, Dict, Generic, Iterator, List, Optional, Sequence, Tuple, TypeVar, Union, overload

from . import _abi
from ._library import lib

__all__ = ["Answer", "Answers", "Counts", "Op", "Progress", "Row", "State", "Table", "Taken", "Total"]

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
EXACT = Context(prec=80)  #: sums without rounding, whatever the caller's context
_LAST_MS = 253402300799999


class Taken(enum.IntEnum):
    """How an event was taken."""

    ACCEPTED = 1
    DUPLICATE = 2  #: same id, same content: no effect
    IGNORED = 3  #: a type that the program does not know
    REJECTED = 4  #: malformed, or the same id with other content
    TOO_LATE = 5  #: new, but about time that is settled


class Op(enum.IntEnum):
    """What a posting does."""

    GRANT = 1
    REVERSE = 2


class State(enum.IntEnum):
    """How far a subject is with a rule."""

    OPEN = 1
    REACHED = 2
    MISSED = 3
    WAITING = 4
    NOT_ELIGIBLE = 5
    INACTIVE = 6


@dataclass(frozen=True)
class Answer:
    """The answer to one event. ``reason`` says, for people, why it was rejected or too late."""

    __slots__ = ("diagnostic", "dropped", "reason", "taken")

    taken: Taken
    diagnostic: int  #: 0, or the stable number of why it was rejected or too late
    dropped: int  #: how many fields the program does not declare
    reason: Optional[str]

    def __bool__(self) -> bool:
        """True for what is known to the engine now: accepted, or a duplicate."""
        return self.taken in (Taken.ACCEPTED, Taken.DUPLICATE)


class Answers(Sequence[Answer]):
    """The answers to a batch, one per event in its order. Made into records only when looked at."""

    def __init__(self, raw: Any, reasons: Dict[int, str]) -> None:
        self._raw = raw
        self._reasons = reasons

    def __len__(self) -> int:
        return len(self._raw)

    @overload
    def __getitem__(self, index: int) -> Answer: ...
    @overload
    def __getitem__(self, index: slice) -> List[Answer]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[Answer, List[Answer]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = index + len(self) if index < 0 else index
        if not 0 <= at < len(self):
            raise IndexError("answer %d of %d" % (index, len(self)))
        one = self._raw[at]
        return Answer(Taken(one.answer), one.diagnostic, one.dropped, self._reasons.get(at))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other))

    __hash__ = None  # type: ignore[assignment]

    @property
    def rejected(self) -> Dict[int, str]:
        """Index -> reason, of the events that were rejected."""
        return {index: why for index, why in self._reasons.items() if self._raw[index].answer == Taken.REJECTED}

    def counts(self) -> Dict[Taken, int]:
        """How many were taken how."""
        taken = Counter(array("I", bytes(self._raw))[::4])
        return {Taken(number): count for number, count in sorted(taken.items())}

    def __repr__(self) -> str:
        return "<prm.Answers: %s>" % (
            ", ".join("%d %s" % (n, taken.name.lower()) for taken, n in self.counts().items()) or "none"
        )


@dataclass(frozen=True)
class Row:
    """A line of the ledger or journal. What does not apply is None."""

    __slots__ = (
        "amount", "at", "customer", "event", "from_", "id", "kind", "op", "partner", "payable", "product",
        "rank", "rate", "rate_added", "recipient_partner", "recipient_rep", "rep", "rule", "sequence", "text", "until",
    )  # fmt: skip

    sequence: int  #: the posting's number, from 1; 0 in the ledger
    op: Op
    rule: str  #: "commission" and "override" for commissions
    kind: str  #: "cash", "gift_card", ..., "rate", "rank", "notice"
    partner: str
    rep: Optional[str]
    customer: Optional[str]
    product: Optional[str]
    recipient_partner: Optional[str]
    recipient_rep: Optional[str]
    amount: Optional[Decimal]  #: money with the currency's digits, or a number of things
    rate: Optional[Decimal]  #: 0.05 is 5%
    rate_added: bool  #: the rate is added; else it is set
    rank: Optional[str]
    text: Optional[str]  #: what a notice tells
    at: datetime
    from_: Optional[datetime]
    until: Optional[datetime]  #: exclusive
    payable: Optional[datetime]
    event: Optional[str]
    id: str  #: the outcome's identity


@dataclass(frozen=True)
class Total:
    """What a recipient gets of one kind (and by one rule, if asked so)."""

    __slots__ = ("amount", "commission", "kind", "outcomes", "partner", "rep", "rewards", "rule")

    partner: str
    rep: Optional[str]
    rule: Optional[str]
    kind: str
    amount: Decimal
    commission: Decimal
    rewards: Decimal
    outcomes: int


@dataclass(frozen=True)
class Progress:
    """How far a subject is with a rule. ``value`` and ``target`` are None where a rule asks for more than one thing."""

    __slots__ = ("customer", "end", "partner", "product", "rep", "rule", "start", "state", "target", "value")

    rule: str
    partner: str
    rep: Optional[str]
    customer: Optional[str]
    product: Optional[str]
    value: Optional[Decimal]
    target: Optional[Decimal]
    state: State
    start: Optional[datetime]
    end: Optional[datetime]  #: exclusive

    @property
    def remaining(self) -> Optional[Decimal]:
        """What is missing to the target, at least 0."""
        if self.value is None or self.target is None:
            return None
        return max(EXACT.subtract(self.target, self.value), Decimal(0))


@dataclass(frozen=True)
class Counts:
    """What an engine has seen and holds; prm.h says what each figure is."""

    __slots__ = (
        "accepted", "bytes", "dropped_fields", "duplicate", "event_bytes", "events", "ignored", "outcomes",
        "partners", "postings", "rejected", "subject_bytes", "subjects", "too_late", "unmatched", "waiting",
    )  # fmt: skip

    events: int
    accepted: int
    duplicate: int
    ignored: int
    rejected: int
    too_late: int
    dropped_fields: int
    unmatched: int
    waiting: int
    partners: int
    subjects: int
    outcomes: int
    postings: int
    bytes: int
    event_bytes: int
    subject_bytes: int


def to_plain(value: Any) -> Any:
    """As tables of others hold it: enums by name."""
    return value.name.lower() if isinstance(value, enum.Enum) else value


class Table(Generic[T]):
    """Records in order, by index, slice and iteration; pandas and Arrow can have them, where these are installed.

    It is no :class:`collections.abc.Sequence`, since polars takes those apart record by record, rather than as Arrow.
    """

    def __init__(self, record: Callable[..., T], rows: Sequence[T], zone: tzinfo, zone_name: str) -> None:
        self._record: Any = record
        self._rows = rows
        self._zone = zone
        self._zone_name = zone_name

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[T, Sequence[T]]:
        return self._rows[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Table, Sequence)):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<prm.Table of %d %s>" % (len(self), self._record.__name__)

    @property
    def columns(self) -> Tuple[str, ...]:
        """The columns' names, in their order."""
        return tuple(field.name.rstrip("_") for field in fields(self._record))

    def column(self, name: str) -> List[Any]:
        """One column as a list."""
        attribute = name + "_" if name == "from" else name
        return [to_plain(getattr(row, attribute)) for row in self._rows]

    def to_dicts(self) -> List[Dict[str, Any]]:
        """A dict per record, by the columns' names."""
        names = [(name, name + "_" if name == "from" else name) for name in self.columns]
        return [{name: to_plain(getattr(row, attribute)) for name, attribute in names} for row in self._rows]

    def to_pandas(self) -> Any:
        """A pandas frame: texts, Decimals, and times in the program's zone."""
        import pandas

        frame = pandas.DataFrame({name: pandas.Series(self.column(name), dtype=object) for name in self.columns})
        for name in self.columns:
            kind = self._kinds()[name]
            if kind == "time":
                frame[name] = pandas.to_datetime(frame[name], utc=True).dt.tz_convert(self._zone)
            elif kind in ("int", "bool"):
                frame[name] = frame[name].astype("int64" if kind == "int" else "bool")
        return frame

    def to_arrow(self) -> Any:
        """A pyarrow Table; amounts and rates are decimal128(38, 12)."""
        import pyarrow

        types = {
            "time": pyarrow.timestamp("ms", self._zone_name),
            "int": pyarrow.int64(),
            "bool": pyarrow.bool_(),
            "decimal": pyarrow.decimal128(38, 12),
            "text": pyarrow.string(),
        }
        kinds = self._kinds()
        return pyarrow.table({name: pyarrow.array(self.column(name), type=types[kinds[name]]) for name in self.columns})

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """What polars, DuckDB and others read tables by; pyarrow makes it."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _kinds(self) -> Dict[str, str]:
        """Column -> "time", "int", "bool", "decimal" or "text"; the annotations say it."""
        kinds = {}
        for field in fields(self._record):
            note = str(field.type)
            kind = next(
                (k for n, k in (("datetime", "time"), ("Decimal", "decimal"), ("bool", "bool")) if n in note), ""
            )
            kinds[field.name.rstrip("_")] = kind or ("int" if note == "int" else "text")
        return kinds


# ---- From the library's structs ------------------------------------------------


@functools.lru_cache(maxsize=4096)
def decimal_of(units: int, digits: int) -> Decimal:
    """units / 10^digits, exactly and whatever the context."""
    return Decimal("%dE-%d" % (units, digits)) if digits else Decimal(units)


@functools.lru_cache(maxsize=4096)
def plain_decimal(e12: int) -> Decimal:
    """e12 / 10^12 without zeros at the end."""
    digits = 12
    while digits and e12 % 10 == 0:
        e12 //= 10
        digits -= 1
    return decimal_of(e12, digits)


class Times:
    """Milliseconds as aware datetimes of one zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def __call__(self, ms: int) -> Optional[datetime]:
        """None for no time, and for what lies after the year 9999: there is no end then."""
        if ms == _abi.NO_TIME or ms > _LAST_MS:
            return None
        utc = EPOCH + timedelta(milliseconds=ms)
        try:
            return utc.astimezone(self._zone)
        except OverflowError:
            return utc


class _Strings:
    """The texts of one iteration: those that stay where they are are decoded once."""

    def __init__(self) -> None:
        self._known: Dict[Tuple[int, int], str] = {}

    def __call__(self, data: Optional[int], size: int) -> Optional[str]:
        if not size:
            return None
        key = (data or 0, size)
        text = self._known.get(key)
        if text is None:
            text = self._known[key] = ctypes.string_at(data or 0, size).decode("utf-8")
        return text


_ROW = struct.Struct("@IIQ" + "PN" * 12 + "qqqqqqIIII")


def read_rows(handle: Any, digits: int, zone: tzinfo) -> Iterator[Row]:
    """The rows of an iterator, which stays the caller's."""
    raw = _abi.CRow(size=ctypes.sizeof(_abi.CRow))
    strings, times = _Strings(), Times(zone)
    ops = (None, Op.GRANT, Op.REVERSE)
    pointer = ctypes.byref(raw)
    following = lib.prm_rows_next
    while following(handle, pointer) > 0:
        r = _ROW.unpack_from(raw)
        texts = [strings(r[i], r[i + 1]) for i in range(3, 25, 2)]
        amount, rate, at, start, until, payable, has_amount, has_rate, added, money = r[27:]
        yield Row(
            r[2],
            ops[r[1]],  # type: ignore[arg-type]
            texts[0] or "",
            texts[1] or "",
            texts[2] or "",
            texts[3],
            texts[4],
            texts[5],
            texts[6],
            texts[7],
            decimal_of(amount, digits if money else 0) if has_amount else None,
            plain_decimal(rate) if has_rate else None,
            bool(added),
            texts[8],
            texts[9],
            times(at) or EPOCH,
            times(start),
            times(until),
            times(payable),
            texts[10],
            ctypes.string_at(r[25] or 0, r[26]).decode("utf-8"),
        )


def read_progress(handle: Any, zone: tzinfo) -> Iterator[Progress]:
    """The lines of progress of an iterator, which stays the caller's."""
    raw = _abi.CProgress(size=ctypes.sizeof(_abi.CProgress))
    strings, times = _Strings(), Times(zone)

    def number(value: Any) -> Optional[Decimal]:
        return plain_decimal((value.high << 64) + value.low) if raw.has_value else None

    def text(value: Any) -> Optional[str]:
        return strings(value.data, value.size)

    while lib.prm_rows_next_progress(handle, raw) > 0:
        yield Progress(
            text(raw.rule_name) or "",
            text(raw.partner) or "",
            text(raw.rep),
            text(raw.customer),
            text(raw.product),
            number(raw.value),
            number(raw.target),
            State(raw.state),
            times(raw.start),
            times(raw.end),
        )
