"""Programs and engines: events in, records out, and what is refused."""

import decimal
import gc
import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Optional

import prm
import pytest
from conftest import TEXT

TOKYO = timezone(timedelta(hours=9))


def deal(number, amount=100, partner="acme", **more):
    return {
        "id": "d-%d" % number,
        "type": "deal.won",
        "time": date(2026, 6, number),
        "partner": partner,
        "amount": amount,
        **more,
    }


def paid(engine):
    return [(row.event, row.amount) for row in engine.ledger() if row.rule == "commission"]


# ---- Programs ----


def test_a_program_tells_about_itself(program):
    assert (program.name, program.title, program.currency, program.minor_digits) == ("example", None, "USD", 2)
    assert [rule.name for rule in program.rules] == ["two-leads", "faster", "agencies"]
    assert program.rules[0].has_then and not program.rules[0].has_else
    assert program.hash == prm.Program.compile(TEXT).hash
    assert "type #0" in program.dump()


def test_all_diagnostics_of_a_program():
    text = "prm: 1\nprogram: p\ncurrency: JPY\nrules:\n  a: {each: deal.wonn, then: {cash: 1}}\n  b: {whne: 1}\n"
    with pytest.raises(prm.ProgramError) as caught:
        prm.Program.compile(text, name="wrong.yaml")
    first, *others = caught.value.diagnostics
    assert (first.file, first.line, first.column, first.code) == ("wrong.yaml", 5, 13, 301)
    assert "deal.won" in first.hint and first.severity is prm.Severity.ERROR and others
    assert "wrong.yaml:5:13: error 301" in str(caught.value) and "^~~" in str(caught.value)
    assert isinstance(caught.value, prm.Error)


def test_warnings_do_not_fail():
    text = "prm: 1\nprogram: p\ncurrency: JPY\nmeasures: {unused: {count: deal.won}}\n"
    (warning,) = prm.Program.compile(text).warnings
    assert (warning.severity, warning.code, warning.line) == (prm.Severity.WARNING, 543, 4)


def test_files(root, tmp_path):
    assert prm.Program.load(root / "rules" / "saas-partner" / "program.yaml").currency == "JPY"
    with pytest.raises(FileNotFoundError):
        prm.Program.load(tmp_path / "none.yaml")
    with pytest.raises(prm.ProgramError):
        prm.Program.compile("prm: 1\nprogram: p\ncurrency: JPY\ntimezone: Asia/Tokyo\n", zoneinfo=str(tmp_path))


# ---- Events ----


@dataclass
class Won:
    id: str
    type: str
    time: datetime
    partner: str
    amount: Decimal
    rep: Optional[str] = None


def test_dicts_dataclasses_and_iterables(engine):
    at = datetime(2026, 6, 4, 9, tzinfo=TOKYO)
    assert engine.ingest(deal(1))[0].taken is prm.Taken.ACCEPTED
    assert len(engine.ingest(deal(number) for number in (2, 3))) == 2
    assert engine.ingest(Won("w", "deal.won", at, "acme", Decimal("10.50")))[0]
    assert engine.ingest([]) == []
    assert paid(engine)[-1] == ("w", Decimal("1.57"))
    assert engine.clock == at


@pytest.mark.parametrize("amount", [1234, Decimal("1234.00"), "1234", "1234.00", Decimal("1.234E+3")])
def test_money(engine, amount):
    engine.ingest(deal(1, amount))
    assert paid(engine) == [("d-1", Decimal("123.40"))]


@pytest.mark.parametrize(
    "time",
    [
        "2026-06-01",
        date(2026, 6, 1),
        "2026-05-31T15:00:00Z",
        datetime(2026, 6, 1, tzinfo=TOKYO),
        datetime(2026, 5, 31, 15, tzinfo=timezone.utc),
        1780239600,
    ],
)
def test_times(engine, time):
    engine.ingest({**deal(1), "time": time})
    assert engine.clock == datetime(2026, 6, 1, tzinfo=TOKYO)
    assert engine.clock.utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({**deal(2), "amount": 1.5}, "binary float"),
        ({**deal(2), "time": 1.5}, "no time"),
        ({**deal(2), "time": None}, "no time"),
        ({**deal(2), "time": "soon"}, "soon"),
        ({**deal(2), "time": datetime(2026, 6, 1)}, "no time zone"),
        ({**deal(2), "type": 5}, "type is 5"),
        ({**deal(2), "amount": Decimal("NaN")}, "no number"),
        ({**deal(2), "amount": object()}, "no field's value"),
        ({**deal(2), 5: 1}, "field is called 5"),
        ("text", "no event"),
    ],
)
def test_what_is_no_event_changes_nothing(engine, event, says):
    with pytest.raises(prm.EventError, match=says) as caught:
        engine.ingest([deal(1), event])
    assert caught.value.index == 1 and str(caught.value).startswith("event 1: ")
    assert engine.counts().events == 0


def test_answers(engine):
    answers = engine.ingest(
        [
            deal(1),
            deal(1),
            deal(1, 5),
            deal(2, "many"),
            {**deal(3), "type": "x.y"},
            deal(4, colour="red"),
            deal(5, None),
        ]
    )
    assert [answer.taken.name for answer in answers] == [
        "ACCEPTED", "DUPLICATE", "REJECTED", "REJECTED", "IGNORED", "ACCEPTED", "ACCEPTED",
    ]  # fmt: skip
    assert set(answers.rejected) == {2, 3} and '"many"' in answers[3].reason and answers[3].diagnostic
    assert answers[5].dropped == 1 and answers[-1].reason is None
    assert answers.counts()[prm.Taken.REJECTED] == 2 and "2 rejected" in repr(answers)
    assert len(answers[1:3]) == 2
    with pytest.raises(IndexError):
        answers[7]


def test_numbers_beyond_64_bits_are_answered(engine):
    assert engine.ingest(deal(1, 10**30))[0].taken is prm.Taken.REJECTED


def test_attributes_are_cleared_by_an_empty_text(engine):
    joined = {"id": "j", "type": "partner.joined", "time": "2026-06-01", "partner": "acme", "segment": "agency"}
    engine.ingest(
        [
            joined,
            deal(2),
            {**joined, "id": "k", "type": "partner.updated", "time": "2026-06-03", "segment": ""},
            deal(4),
        ]
    )
    assert [row.event for row in engine.ledger() if row.rule == "agencies"] == ["d-2"]


# ---- Records ----


def test_records(engine):
    engine.ingest([deal(number, Decimal("10.55"), rep="sato") for number in (1, 2, 3)])
    row = engine.journal()[0]
    assert (row.sequence, row.op, row.rule, row.kind, row.partner, row.rep) == (
        1,
        prm.Op.GRANT,
        "commission",
        "cash",
        "acme",
        "sato",
    )
    assert (row.amount, str(row.amount), row.recipient_partner, row.recipient_rep) == (
        Decimal("1.05"),
        "1.05",
        "acme",
        None,
    )
    assert row.id == "commission!d-1" and row.at == datetime(2026, 6, 1, tzinfo=TOKYO)
    rate = next(row for row in engine.ledger() if row.kind == "rate")
    assert (rate.rate, rate.rate_added, rate.amount, rate.from_) == (
        Decimal("0.05"),
        True,
        None,
        datetime(2026, 6, 3, tzinfo=TOKYO),
    )
    assert len(engine.journal(2)) == len(engine.journal()) - 1
    engine.release_journal(2)
    assert engine.journal()[0].sequence == 3


def test_totals_whatever_the_context(engine):
    engine.ingest([deal(1, "99999999999.99"), deal(2, "0.99")])
    with decimal.localcontext() as context:
        context.prec = 3
        total = engine.totals()[0]
    assert total.amount == Decimal("10000000000.08") and total.outcomes == 2
    assert [t.rule for t in engine.totals(by_rule=True)] == ["commission"]


def test_voids(engine):
    engine.ingest([deal(1), deal(2)])
    assert engine.void("d-1").taken is prm.Taken.ACCEPTED
    assert paid(engine) == [("d-2", Decimal("10.00"))]
    assert engine.journal()[-1].op is prm.Op.REVERSE
    assert engine.void("d-9", time="2026-06-20").taken is prm.Taken.ACCEPTED
    assert engine.counts().unmatched == 1


def test_questions(engine):
    engine.ingest([deal(number) for number in (1, 2, 3)])
    assert engine.rate("acme") == Decimal("0.15") and engine.rate("acme", at="2026-06-01", rep="sato") == Decimal("0.1")
    assert engine.rate("nobody") == Decimal("0.1")
    assert engine.rank("acme") == "bronze"
    engine.advance("2026-07-02")
    assert engine.rank("acme") == "silver"
    with pytest.raises(prm.StateError):
        engine.rate("acme", at="2027-01-01")
    with pytest.raises(prm.StateError):
        engine.advance("2026-06-01")
    done = engine.progress("faster", "acme")[0]
    assert (done.value, done.target, done.state, done.remaining) == (3, 3, prm.State.REACHED, 0)
    with pytest.raises(prm.StateError, match="no rule"):
        engine.progress("fastre")


def test_pending(engine):
    engine.ingest([deal(number, partner="beta") for number in (1, 2)] + [deal(3), deal(4, partner="done")])
    engine.ingest([deal(number, partner="done") for number in (5, 6)])
    closest = engine.pending("faster")
    assert [(line.partner, line.remaining) for line in closest] == [("beta", 1), ("acme", 2)]
    assert str(closest[0].share) == "0.666666666667" and closest[0].left is None and closest[0].tier is None
    assert [line.partner for line in engine.pending("faster", limit=1)] == ["beta"]
    assert [line.partner for line in engine.pending("faster", states=[prm.State.REACHED])] == ["done"]
    assert [line.partner for line in engine.pending("faster", by="names", states=prm.State)] == ["acme", "beta", "done"]
    assert [line.rule for line in engine.pending(partner="acme")] == ["faster"]
    for wrong in ({"by": "size"}, {"limit": 0}, {"states": []}):
        with pytest.raises(ValueError, match=r"by is|limit is|no state"):
            engine.pending(**wrong)


def test_journey(engine):
    with pytest.raises(prm.StateError, match="no journey"):
        engine.journey()
    program = prm.Program.compile(
        "prm: 1\nprogram: p\ncurrency: JPY\njourney:\n"
        "  lead: {title: 初めてのリード, when: {count: lead.registered, at_least: 1}}\n"
        "  won: {when: {count: deal.won, at_least: 1}}\n"
    )
    assert program.stages == (prm.Stage("lead", "初めてのリード", 5), prm.Stage("won", None, 6)) and not program.rules
    engine = prm.Engine(program)
    engine.ingest([deal(1, rep="sato"), {**deal(2), "type": "lead.registered", "rep": "kato"}])
    engine.ingest({**deal(3), "id": "j", "type": "rep.joined", "rep": "abe"})
    at = {number: datetime(2026, 6, number, tzinfo=timezone.utc) for number in (1, 2)}
    assert list(engine.journey()) == [
        prm.Stand("acme", None, "won", at[1], at[2]),
        prm.Stand("acme", "abe", None, None, None),
        prm.Stand("acme", "kato", "lead", at[2], at[2]),
        prm.Stand("acme", "sato", "won", at[1], at[1]),
    ]
    with pytest.raises(prm.StateError, match="no event has named"):
        engine.journey("nobody")
    pandas = pytest.importorskip("pandas")
    frame = engine.journey().to_pandas()
    assert frame["stage"].tolist() == ["won", None, "lead", "won"] and pandas.isna(frame["since"][1])
    pyarrow = pytest.importorskip("pyarrow")
    pyarrow.table(engine.journey()).validate(full=True)


def test_time_left_and_tiers():
    engine = prm.Engine(
        prm.Program.compile(
            "prm: 1\nprogram: p\ncurrency: JPY\nrules:\n"
            "  long: {per: month, when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n"
            "  steps: {per: day, when: {count: deal.won}, tiers: [{at_least: 1, then: {cash: 1}}, "
            "{at_least: 2, then: {cash: 2}}]}\n"
        )
    )
    engine.ingest([deal(1), {**deal(2), "time": "2026-06-30T18:00:00Z"}])
    late, soon = engine.pending(by="time")
    assert (soon.rule, soon.left, soon.tier, soon.tiers) == ("long", timedelta(hours=6), None, None)
    assert (late.rule, late.left, late.tier, late.tiers) == ("steps", timedelta(hours=6), 2, 2)
    assert (late.share, late.remaining) == (Decimal("0.5"), 1)


def test_progress_of_a_contest_has_no_target():
    program = prm.Program.compile(
        "prm: 1\nprogram: c\ncurrency: JPY\nrules:\n  most:\n    per: month\n"
        "    contest: {by: {count: deal.won}, places: [{cash: 1}]}\n"
    )
    engine = prm.Engine(program)
    engine.ingest([{"id": "d", "type": "deal.won", "time": "2026-06-01", "partner": "acme"}])
    line = engine.progress("most")[0]
    assert (line.value, line.target, line.remaining, line.share) == (1, None, None, None)


def test_explanations(engine):
    engine.ingest([deal(number, "10.50", rep="sato") for number in (1, 2, 3)])
    engine.ingest({**deal(4), "id": "l-1", "type": "lead.registered", "rep": "sato", "amount": None})
    for row in engine.ledger():
        first, *details = engine.explain(row.id)
        assert (first.kind, first.depth, first.id, first.amount, first.rate) == ("outcome", 0, row.id, row.amount, row.rate)
        assert first.at == row.at and details and all(fact.depth > 0 for fact in details)
    first, *details = engine.explain_missing("two-leads", "acme", rep="sato")
    assert (first.kind, first.value, first.target) == ("missing", 1, 2)
    assert "l-1" in {fact.event for fact in details} and "condition" in "\n".join(map(str, details))
    for call in (
        lambda: engine.explain("nothing"),
        lambda: engine.explain_missing("none", "acme"),
        lambda: engine.explain_missing("two-leads", "nobody"),
        lambda: engine.explain_missing("two-leads", "acme", at="2030-01-01"),
    ):
        with pytest.raises(prm.StateError):
            call()


def test_waiting_events(program):
    with prm.Engine(program, clock_follows=False) as engine:
        engine.ingest(deal(1))
        assert not engine.ledger() and engine.counts().waiting == 1
        engine.advance(date(2026, 6, 1))
        assert len(engine.ledger()) == 1


def test_settled_time(engine):
    assert engine.settled is None
    engine.ingest([deal(1), deal(20)])
    engine.settle("2026-06-15")
    assert engine.settled == datetime(2026, 6, 15, tzinfo=TOKYO)
    late, void = engine.ingest([deal(2), {"id": "v", "type": "event.voided", "time": "2026-06-20", "event": "d-1"}])
    assert late.taken is void.taken is prm.Taken.TOO_LATE and late.reason and void.diagnostic == 615
    columns = engine.ingest_columns(id=["w"], type="event.voided", time="2026-06-20", colour=["red"], event=["d-1"])
    assert columns[0].reason == void.reason and not columns.rejected
    assert [row.event for row in engine.ledger()] == ["d-1", "d-20"]
    with pytest.raises(prm.StateError):
        engine.settle("2026-07-01")


def test_frames(engine):
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    engine.ingest([deal(number) for number in (1, 2, 3)])
    frame, table = engine.ledger().to_pandas(), engine.ledger().to_arrow()
    assert list(frame.columns) == table.column_names == list(engine.ledger().columns)
    assert str(frame["at"].dt.tz) == "Asia/Tokyo" and frame["amount"].iloc[0] == Decimal("10.00")
    assert table["op"].to_pylist()[0] == "grant" and table["amount"].to_pylist()[0] == Decimal("10.00")
    assert pyarrow.table(engine.journal()).num_rows == len(engine.journal())
    assert isinstance(engine.progress().to_pandas(), pandas.DataFrame)
    empty = prm.Engine(engine.program)
    assert empty.ledger().to_arrow().num_rows == 0 and len(empty.ledger().to_pandas()) == 0


# ---- Lives ----


def test_a_closed_engine(program):
    engine = prm.Engine(program)
    rows = engine.ledger()
    with engine:
        engine.ingest(deal(1))
    engine.close()
    assert list(rows) == [] and repr(engine) == "<prm.Engine, closed>"
    for call in (engine.ledger, engine.counts, lambda: engine.ingest(deal(1)), lambda: engine.clock):
        with pytest.raises(prm.StateError, match="closed"):
            call()


def test_an_engine_keeps_its_program():
    engine = prm.Engine(prm.Program.compile(TEXT))
    gc.collect()
    engine.ingest(deal(1))
    assert engine.program.name == "example" and len(engine.ledger()) == 1


def test_threads_take_turns(program):
    engine = prm.Engine(program)

    def work(start):
        for number in range(start, start + 200):
            engine.ingest({**deal(1), "id": "t-%d" % number})

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 200, 400)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.counts().accepted == 600
