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


@CALM
@given(st.data())
def test_snapshot_and_restore_is_uninterrupted(data):
    program = data.draw(st.sampled_from(PROGRAMS))
    events = data.draw(prm.testing.events(program, min_size=2))
    cuts = data.draw(st.lists(st.integers(0, len(events)), max_size=4).map(sorted))
    through, interrupted = prm.Engine(program), prm.Engine(program)
    for start, end in zip([0, *cuts], [*cuts, len(events)]):
        assert interrupted.ingest(events[start:end]) == through.ingest(events[start:end])
        if data.draw(st.booleans()):
            for engine in (through, interrupted):
                engine.release_journal(len(engine.journal()) // 2)
        interrupted = prm.Engine.restore(program, interrupted.snapshot())
        assert interrupted.snapshot() == through.snapshot()
        assert interrupted.ledger() == through.ledger() and interrupted.journal() == through.journal()
    assert interrupted.progress() == through.progress() and interrupted.counts().events == len(events)


def act(standing, postings):
    """What a host does with postings."""
    for row in postings:
        if row.op is prm.Op.GRANT:
            assert row.id not in standing
            standing[row.id] = row
        else:
            assert standing.pop(row.id).amount == row.amount


LOYAL = "rules:\n  loyal: {per: month, when: {count: deal.won, at_least: 2}, then: {cash: 5}}"
LOCAL = prm.Program.compile(TEXT.replace("rules:", LOYAL))


@CALM
@given(st.data())
def test_partners_as_values_are_an_engine(data):
    events = data.draw(prm.testing.events(LOCAL, types=["deal.won", "lead.registered", "partner.joined", "rep.left"]))
    engine, states, standing = prm.Engine(LOCAL), {}, {}
    for event in events:
        engine.ingest(event)
        done = prm.apply(LOCAL, event, states.get(event["partner"], b""))
        states[event["partner"]] = done.state
        act(standing, done.postings)
    now = engine.clock
    items = [prm.Item(state=state, clock=now) for state in states.values()]
    for done in prm.apply_all(LOCAL, items):  # the clock of each goes as far as the engine's
        act(standing, done.postings)
    assert not engine.reconcile(standing.values())


def test_types_of_a_program():
    types = PROGRAMS[0].types
    assert prm.Field("amount", "money", False) in types["deal.won"]
    assert prm.Field("segment", "text", False) in types["partner.joined"] and len(types) >= 20


@CALM
@given(prm.testing.events(PROGRAMS[0], types=["deal.won"], min_size=3, max_size=3))
def test_events_of_some_types(events):
    assert [event["type"] for event in events] == ["deal.won"] * 3 and len({event["id"] for event in events}) == 3
