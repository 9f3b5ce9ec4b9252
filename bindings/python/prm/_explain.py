"""Explanations: why something was granted, or why not, as facts."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Dict, List, Optional

from . import _abi
from ._errors import Error, take_text
from ._library import lib
from ._program import Program
from ._records import Times, decimal_of, plain_decimal

__all__ = ["Fact", "read_facts"]

_TEXTS = ("name", "text", "id", "event", "type", "partner", "rep", "customer", "product")
_HAS_VALUE, _HAS_TARGET, _HAS_AMOUNT, _HAS_RATE, _HAS_MONEY = 1, 2, 4, 8, 16


@dataclass(frozen=True)
class Fact:
    """A part of an explanation: a detail of the nearest fact before it whose depth is smaller. prm.h says at
    ``PRM_FACT_...`` what the fields of each kind are; those that do not apply are None. ``str()`` indents it."""

    __slots__ = (
        "amount", "at", "code", "customer", "depth", "event", "from_", "holds", "id", "kind", "name", "number",
        "partner", "product", "rate", "rep", "target", "text", "type", "until", "value",
    )  # fmt: skip

    kind: str  #: "outcome", "condition", "event", ...
    depth: int  #: 0 for the first one
    holds: bool
    code: int
    number: int
    name: Optional[str]
    text: Optional[str]
    id: Optional[str]
    event: Optional[str]
    type: Optional[str]
    partner: Optional[str]
    rep: Optional[str]
    customer: Optional[str]
    product: Optional[str]
    value: Optional[Decimal]
    target: Optional[Decimal]
    amount: Optional[Decimal]
    rate: Optional[Decimal]
    at: Optional[datetime]
    from_: Optional[datetime]
    until: Optional[datetime]

    def __str__(self) -> str:
        said = ["%s%s%s" % ("  " * self.depth, self.kind, "" if self.holds else " (no)")]
        for name in self.__slots__:
            value = getattr(self, name)
            if name not in ("kind", "depth", "holds", "code", "number") and value is not None:
                said.append("%s=%s" % (name.rstrip("_"), value.isoformat() if isinstance(value, datetime) else value))
        return " ".join(said)


def read_facts(explanation: Any, program: Program) -> List[Fact]:
    """All facts of an explanation, which stays the caller's."""
    time, facts = Times(program.tzinfo), []
    for index in range(lib.prm_explanation_count(explanation)):
        raw = _abi.CFact(size=ctypes.sizeof(_abi.CFact))
        if lib.prm_explanation_get(explanation, index, raw) != _abi.OK:
            raise Error("there is no fact %d" % index)
        texts: Dict[str, Any] = {name: take_text(getattr(raw, name)) or None for name in _TEXTS}
        digits = program.minor_digits if raw.has & _HAS_MONEY else 0
        facts.append(
            Fact(
                kind=lib.prm_fact_name(raw.kind).decode(),
                depth=raw.depth,
                holds=bool(raw.holds),
                code=raw.code,
                number=raw.number,
                value=plain_decimal((raw.value.high << 64) + raw.value.low) if raw.has & _HAS_VALUE else None,
                target=plain_decimal((raw.target.high << 64) + raw.target.low) if raw.has & _HAS_TARGET else None,
                amount=decimal_of(raw.amount, digits) if raw.has & _HAS_AMOUNT else None,
                rate=plain_decimal(raw.rate) if raw.has & _HAS_RATE else None,
                at=time(raw.at),
                from_=time(getattr(raw, "from")),
                until=time(raw.until),
                **texts,
            )
        )
    return facts
