"""What comes out of an engine: typed records."""

from __future__ import annotations

import enum
import functools
from array import array
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from typing import Any, Dict, List, Optional, Sequence, Union, overload

from . import _abi

__all__ = ["Answer", "Answers", "Counts", "Op", "Progress", "Row", "Stand", "State", "Taken", "Total"]

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


def explained(answers: Any) -> List[int]:
    """Indexes of the raw answers that have a reason: rejected, too late."""
    if not len(answers):
        return []
    taken = array("I", bytes(answers))[::4]
    return [index for index, one in enumerate(taken) if one >= 4] if 4 in taken or 5 in taken else []


@dataclass(frozen=True)
class Row:
    """A line of the ledger or journal. What does not apply is None."""

    __slots__ = (
        "amount", "at", "customer", "event", "from_", "id", "kind", "money", "op", "partner", "payable", "product",
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
    money: bool  #: the amount is money
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

    __slots__ = ("amount", "commission", "kind", "money", "outcomes", "partner", "rep", "rewards", "rule")

    partner: str
    rep: Optional[str]
    rule: Optional[str]
    kind: str
    amount: Decimal
    money: bool  #: the amounts are money
    commission: Decimal
    rewards: Decimal
    outcomes: int


@dataclass(frozen=True)
class Progress:
    """How far a subject is with a rule.

    ``value`` and ``target`` are None where a rule asks for more than one thing; a contest has no ``target``. A rule
    with tiers is told by the next one.
    """

    __slots__ = (
        "customer", "end", "left", "partner", "product", "remaining", "rep", "rule", "share", "start", "state",
        "target", "tier", "tiers", "value",
    )  # fmt: skip

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
    left: Optional[timedelta]  #: from the clock to ``end``, at least 0
    share: Optional[Decimal]  #: of the target, from 0 to 1
    remaining: Optional[Decimal]  #: what is missing to the target, at least 0
    tier: Optional[int]  #: the next one, from 1
    tiers: Optional[int]  #: how many there are


@dataclass(frozen=True)
class Stand:
    """Where a rep stands on the journey, or a partner as a whole: where the furthest of its reps does."""

    __slots__ = ("last", "partner", "rep", "since", "stage")

    partner: str
    rep: Optional[str]  #: None: the partner as a whole
    stage: Optional[str]  #: the last one reached, in the order of the file
    since: Optional[datetime]  #: when it was reached; of a partner: by the first rep
    last: Optional[datetime]  #: the latest activity


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


# ---- From the library's numbers ---------------------------------------------------


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
