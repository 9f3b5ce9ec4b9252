"""The promise of the library, through the binding: what comes of events does not depend on how they are handed in."""

import prm
import prm.testing
import pytest
from conftest import ROOT, TEXT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pyarrow = pytest.importorskip("pyarrow")

CALM = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


PROGRAMS = [prm.Program.compile(TEXT), prm.Program.load(ROOT / "rules" / "saas-partner" / "program.yaml")]


def as_arrays(events):
    names = dict.fromkeys(name for event in events for name in event)
    return {name: [event.get(name) for event in events] for name in names}


@CALM
@given(st.data())
def test_batch_is_one_by_one_is_columns(data):
    program = data.draw(st.sampled_from(PROGRAMS))
    events = data.draw(prm.testing.events(program, min_size=1))
    batch, single, columns, encoded = (prm.Engine(program) for _ in range(4))
    answers = batch.ingest(events)
    assert answers.counts() == {prm.Taken.ACCEPTED: len(events)}
    assert [single.ingest(event)[0] for event in events] == answers
    assert columns.ingest_columns(as_arrays(events)) == answers
    table = {}
    for name, values in as_arrays(events).items():
        texts = [None if v is None else v.isoformat() if hasattr(v, "isoformat") else str(v) for v in values]
        table[name] = pyarrow.array(texts, pyarrow.string()).dictionary_encode()
    assert encoded.ingest_arrow(pyarrow.table(table)) == answers
    expected = batch.ledger()
    assert expected == single.ledger() == columns.ledger() == encoded.ledger()
    assert batch.totals() == single.totals() and batch.progress() == columns.progress() == encoded.progress()


@CALM
@given(st.data())
def test_the_journal_adds_up_to_the_ledger(data):
    program = data.draw(st.sampled_from(PROGRAMS))
    engine = prm.Engine(program)
    for event in data.draw(prm.testing.events(program)):
        engine.ingest(event)
    standing = {}
    for row in engine.journal():
        if row.op is prm.Op.GRANT:
            assert row.id not in standing
            standing[row.id] = row.amount
        else:
            assert standing.pop(row.id) == row.amount
    assert standing == {row.id: row.amount for row in engine.ledger()}


def test_types_of_a_program():
    types = prm.testing.event_types(PROGRAMS[0])
    assert ("amount", "money", False) in types["deal.won"] and ("segment", "text", False) in types["partner.joined"]
    assert len(types) >= 20
