"""hypothesis strategies: events that a program can take.

    from hypothesis import given
    import prm, prm.testing

    program = prm.Program.load("program.yaml")

    @given(prm.testing.events(program))
    def test_nobody_gets_more_than_a_million(events):
        with prm.Engine(program) as engine:
            engine.ingest(events)
            assert all(total.amount <= 1_000_000 for total in engine.totals())

Few partners, reps, customers and deals are drawn from, so that events meet: thresholds are reached, deals are
refunded, and what was registered is voided. Needs hypothesis.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List, Optional, Sequence

from hypothesis import strategies as st

from ._program import Program

__all__ = ["events"]

Event = Dict[str, Any]

def _value(program: Program, name: str, kind: str) -> st.SearchStrategy[Any]:
    texts = ["%s-%d" % (name, number) for number in (1, 2, 3)]
    if kind == "money":
        units = st.integers(0, 2_000_000)
        digits = program.minor_digits
        return units if not digits else units.map(lambda minor: Decimal(minor).scaleb(-digits))
    by_kind: Dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(0, 20),
        "decimal": st.integers(0, 1000).map(lambda tenths: Decimal(tenths).scaleb(-1)),
        "percent": st.integers(0, 100).map(lambda percent: "%d%%" % percent),
        "boolean": st.booleans(),
        "time": st.integers(0, 400).map(lambda days: datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(days=days)),
    }
    return by_kind.get(kind, st.sampled_from(texts))


@st.composite
def events(
    draw: st.DrawFn,
    program: Program,
    *,
    types: Optional[Sequence[str]] = None,
    min_size: int = 0,
    max_size: int = 40,
    start: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc),
    days: int = 400,
) -> List[Event]:
    """A list of events with ids of their own, in any order of time, all of which the program accepts.

    ``types`` keeps to some event types; times lie in ``days`` days from ``start``, often at the first instant of a day.
    """
    chosen = sorted(program.types) if types is None else list(types)
    made: List[Event] = []
    for number in range(draw(st.integers(min_size, max_size))):
        kind = draw(st.sampled_from(chosen))
        moment = timedelta(
            days=draw(st.integers(0, days - 1)), milliseconds=draw(st.sampled_from((0, 1, 43_200_000, 86_399_999)))
        )
        event: Event = {"id": "e%d" % number, "type": kind, "time": start + moment}
        for field in program.types[kind]:
            name = field.name
            if not field.required and draw(st.integers(0, 2)) == 0:
                continue
            if name == "event":
                event[name] = "e%d" % draw(st.integers(0, max_size))
            elif name in ("referrer", "parent"):
                event[name] = draw(_value(program, "partner", "text"))
            else:
                event[name] = draw(_value(program, name, field.type))
        made.append(event)
    return made
