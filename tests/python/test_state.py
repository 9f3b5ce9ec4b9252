"""States as bytes and files, partners as values, reconciling and upgrading."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import prm
import pytest
from conftest import TEXT
from test_engine import deal

MORE = TEXT.replace("base: 10%", "base: 20%")
LOCAL = "prm: 1\nprogram: local\ncurrency: USD\ncommission: {on: deal.won, of: amount, base: 10%}\n"


@pytest.fixture
def local():
    return prm.Program.compile(LOCAL)


def identities(rows):
    return [(row.op.name, row.id, row.amount) for row in rows]


# ---- Snapshots ----


def test_a_restored_engine_goes_on(program, engine):
    engine.ingest([deal(1), deal(2, "many"), deal(3, rep="sato")])
    engine.release_journal(1)
    again = prm.Engine.restore(program, engine.snapshot())
    assert again.snapshot() == engine.snapshot()
    assert again.counts().rejected == 1 and again.clock == engine.clock
    for one in (engine, again):
        one.ingest([deal(4), deal(1)])
    assert again.journal() == engine.journal() and again.journal()[0].sequence == 2
    assert again.ledger() == engine.ledger() and again.progress() == engine.progress()


def test_equal_states_have_equal_bytes(program):
    forth, back = prm.Engine(program, seed=1), prm.Engine(program, seed=2)
    events = [deal(number, rep="rep-%d" % number) for number in range(1, 9)]
    forth.ingest(events)
    back.ingest(reversed(events))
    for one in (forth, back):
        one.release_journal(100)
    assert forth.snapshot() == back.snapshot()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda state: b"", prm.Status.STATE),
        (lambda state: state[:-1], prm.Status.STATE),
        (lambda state: state[:60] + bytes([state[60] ^ 1]) + state[61:], prm.Status.STATE),
        (lambda state: state + b"\0", prm.Status.STATE),
    ],
)
def test_damaged_states(program, engine, change, status):
    engine.ingest(deal(1))
    with pytest.raises(prm.StateError) as caught:
        prm.Engine.restore(program, change(engine.snapshot()))
    assert caught.value.status is status


def test_a_state_of_another_program(engine):
    with pytest.raises(prm.StateError, match="program") as caught:
        prm.Engine.restore(prm.Program.compile(MORE), engine.snapshot())
    assert caught.value.status is prm.Status.MISMATCH


def test_files(program, engine, tmp_path):
    path = tmp_path / "état.prm"
    engine.ingest(deal(1))
    engine.save(path)
    engine.ingest(deal(2))
    engine.save(str(path))
    loaded = prm.Engine.load(program, path)
    assert loaded.snapshot() == engine.snapshot() and loaded.recovered is None
    path.write_bytes(path.read_bytes()[:-1])
    before = prm.Engine.load(program, path)
    assert before.counts().accepted == 1 and before.recovered
    with pytest.raises(prm.StateError) as caught:
        prm.Engine.load(program, tmp_path / "none")
    assert caught.value.status is prm.Status.NOT_FOUND
    with pytest.raises(prm.StateError) as caught:
        engine.save(tmp_path / "no folder" / "state")
    assert caught.value.status is prm.Status.IO


# ---- Partners as values ----


def test_apply_is_an_engine_that_forgets(local):
    engine, state = prm.Engine(local), b""
    for events in ([deal(1), deal(2, "99.99")], [deal(1)], [deal(3), deal(4, "many")]):
        done = prm.apply(local, events, state)
        assert done.answers == engine.ingest(events)
        assert done.postings == engine.journal() and done.clock == engine.clock
        state = done.state
        engine.release_journal(100)
        assert state == engine.snapshot()
    assert done.answers.rejected and '"many"' in done.answers[1].reason


def test_apply_for_many(local):
    items = [
        prm.Item(deal(1, partner="a")),
        prm.Item([deal(1, partner="b"), deal(2, partner="b")], clock="2026-07-01"),
        prm.Item(),
    ]
    first, second, third = prm.apply_all(local, items)
    assert [row.partner for row in first.postings] == ["a"] and len(second.postings) == 2 and not third.postings
    assert second.clock == datetime(2026, 7, 1, tzinfo=timezone.utc)
    with pytest.raises(prm.EventError, match="item 1: event 0: it has no time") as caught:
        prm.apply_all(local, [prm.Item(deal(1)), prm.Item({"id": "x"})])
    assert caught.value.index == 0
    with pytest.raises(prm.StateError, match="item 1"):
        prm.apply_all(local, [prm.Item(deal(1)), prm.Item(state=b"no")])
    assert prm.apply_all(local, []) == []


def test_apply_refuses_what_looks_across_partners(program):
    across = prm.Program.compile(LOCAL + "rules:\n  up: {for: referrer, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n")
    with pytest.raises(prm.StateError, match="up") as caught:
        prm.apply(across, deal(1))
    assert caught.value.status is prm.Status.UNSUPPORTED


# ---- Reconciling ----


def test_reconcile_leads_to_the_ledger(engine):
    engine.ingest([deal(number, rep="sato") for number in (1, 2, 3)])
    assert not engine.reconcile(engine.ledger())
    assert not engine.reconcile(engine.ledger().to_dicts())
    assert identities(engine.reconcile([])) == identities(engine.ledger())
    kept = engine.ledger().to_dicts()
    kept[0]["amount"] = "7.00"  # the host has another amount, one row too few, and one too many
    gone = kept.pop(1)
    kept.append({**gone, "id": "commission!elsewhere"})
    rows = engine.reconcile(kept)
    assert {(row.op.name, row.id) for row in rows} == {
        ("REVERSE", kept[0]["id"]),
        ("REVERSE", "commission!elsewhere"),
        ("GRANT", kept[0]["id"]),
        ("GRANT", gone["id"]),
    }
    assert [row.amount for row in rows if row.op is prm.Op.REVERSE and row.id == kept[0]["id"]] == [Decimal("7.00")]


def test_reconcile_takes_frames(engine):
    pytest.importorskip("pandas")
    engine.ingest([deal(number, rep="sato") for number in (1, 2, 3)])
    assert not engine.reconcile(engine.ledger().to_pandas().to_dict("records"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "x", "amount": 1.5}, "binary float"),
        ({"id": "x", "amount": "1.005", "money": True}, "finer"),
        ({"id": "x", "amount": "many"}, "row 0"),
        ({"id": "x", "amount": Decimal("NaN")}, "no number"),
        ({"id": "x", "amount": 10**30}, "beyond"),
        ({"id": "x", "at": "soon"}, "soon"),
        ({"id": 5}, "id is 5"),
        ({"kind": "cash"}, "id"),
        ("x", "no row"),
    ],
)
def test_rows_that_are_refused(engine, row, says):
    with pytest.raises(prm.Error, match=says):
        engine.reconcile([row])
    with pytest.raises(prm.Error, match="another row"):
        engine.reconcile([{"id": "x"}, {"id": "x"}])


# ---- Upgrading ----


def test_upgrade(program, engine):
    engine.ingest([deal(1), deal(2)])
    more = prm.Program.compile(MORE)
    before = engine.snapshot()
    differences = engine.upgrade(more, dry_run=True)
    assert identities(differences)[:2] == [
        ("REVERSE", "commission!d-1", Decimal("10.00")),
        ("REVERSE", "commission!d-2", Decimal("10.00")),
    ]
    assert engine.snapshot() == before and engine.program is program
    posted = engine.upgrade(more)
    assert identities(posted) == identities(differences) and engine.program is more
    assert identities(engine.journal())[-4:] == identities(posted)
    assert engine.rate("acme") == Decimal("0.2") and engine.ingest(deal(3))[0]
    assert prm.Engine.restore(more, engine.snapshot()).ledger() == engine.ledger()


def test_an_upgrade_that_fails_changes_nothing():
    text = LOCAL + "events: {note.sent: {partner: text, staff: KIND}}\nrules: {r: {each: note.sent, then: {cash: 1}}}\n"
    program = prm.Program.compile(text.replace("KIND", "integer"))
    engine = prm.Engine(program)
    engine.ingest({"id": "n-1", "type": "note.sent", "time": "2026-06-01", "partner": "a", "staff": 3})
    before = engine.snapshot()
    for dry_run in (True, False):
        with pytest.raises(prm.EventError, match="n-1"):
            engine.upgrade(prm.Program.compile(text.replace("KIND", "boolean")), dry_run=dry_run)
    with pytest.raises(prm.StateError, match="currency"):
        engine.upgrade(prm.Program.compile(text.replace("KIND", "integer").replace("USD", "JPY")))
    assert engine.snapshot() == before and engine.program is program


# ---- An exception never leaves the engine half changed ----


class Stop(Exception):
    pass


def interrupted():
    yield deal(8)
    raise Stop


def test_whatever_raises_changes_nothing(program, engine):
    engine.ingest([deal(1), deal(20, rep="sato")])
    engine.settle("2026-06-10")
    state = engine.snapshot()
    other = prm.Program.compile(MORE)
    columns = {"id": ["x", "y"], "type": "deal.won", "partner": "acme", "amount": [1, 2]}
    calls = [
        (Stop, lambda: engine.ingest(interrupted())),
        (prm.EventError, lambda: engine.ingest([deal(8), {**deal(9), "amount": 0.5}])),
        (prm.EventError, lambda: engine.ingest([deal(8), None])),
        (TypeError, lambda: engine.ingest(5)),
        (prm.EventError, lambda: engine.ingest_columns(columns, time=["2026-06-30", "soon"])),
        (prm.EventError, lambda: engine.ingest_columns(columns, time=["2026-06-30", 0.5])),
        (prm.StateError, lambda: engine.advance("2026-06-01")),
        (prm.EventError, lambda: engine.advance("soon")),
        (prm.StateError, lambda: engine.settle("2027-01-01")),
        (prm.EventError, lambda: engine.void("d-1", time="soon")),
        (prm.StateError, lambda: engine.rate("acme", at="2027-01-01")),
        (prm.StateError, lambda: engine.rank("acme", at="2027-01-01")),
        (prm.StateError, lambda: engine.progress("none")),
        (prm.Error, lambda: engine.reconcile([{"id": ""}])),
        (prm.StateError, lambda: engine.upgrade(other)),  # time is settled
        (prm.Error, lambda: engine.journal(0)),
    ]
    for error, call in calls:
        with pytest.raises(error):
            call()
        assert engine.snapshot() == state
    assert engine.ingest(deal(21, rep="sato"))[0].taken is prm.Taken.ACCEPTED
    assert engine.clock == datetime(2026, 6, 21, tzinfo=timezone(timedelta(hours=9)))
