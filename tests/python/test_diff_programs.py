"""prm.diff: what it adds up is what the command line adds up, whose amounts are worked out by hand."""

import csv
import io
import os
import subprocess
from decimal import Decimal

import prm
import pytest

A = """\
prm: 1
program: a
currency: USD
timezone: Asia/Tokyo
commission: {on: deal.won, of: amount, base: 10%}
rules:
  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 50}}
  stars: {for: partner, when: {count: lead.registered, at_least: 1}, then: {points: 7}}
"""

B = """\
prm: 1
program: b
currency: USD
timezone: Asia/Tokyo
commission: {on: deal.won, of: amount, base: 10%}
rules:
  faster: {for: partner, when: {count: lead.registered, at_least: 3}, then: {rate: +5%, from: now}}
  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 60}}
  first-win: {for: partner, per: month, when: {count: deal.won, at_least: 1}, then: {cash: 100}}
"""

EVENTS = """\
id,type,time,partner,rep,deal,amount
l1,lead.registered,2026-06-01,acme,sato,,
l2,lead.registered,2026-06-02,acme,sato,,
l3,lead.registered,2026-06-03,acme,kato,,
w1,deal.won,2026-06-30T23:30:00+09:00,acme,sato,d1,1000
w2,deal.won,2026-07-02,acme,sato,d2,500
w3,deal.won,2026-07-03,globex,,d3,10.55
r1,deal.refunded,2026-07-04,acme,,d1,200
c1,deal.cancelled,2026-07-05,acme,,d2,
"""

PROGRAMS = [prm.Program.compile(text) for text in (A, B)]


def events():
    return ({name: value or None for name, value in row.items()} for row in csv.DictReader(io.StringIO(EVENTS)))


@pytest.fixture
def found():
    return prm.diff(*PROGRAMS, events())


def by_tool(folder, level):
    for name, text in (("a.yaml", A), ("b.yaml", B), ("events.csv", EVENTS)):
        (folder / name).write_text(text, encoding="utf-8")
    words = [os.environ["PRM_TOOL"], "diff", "a.yaml", "b.yaml", "--events", "events.csv", "--by", level]
    done = subprocess.run([*words, "--format", "csv"], cwd=folder, capture_output=True, text=True, check=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.mark.parametrize("level", ["total", "rule", "month", "partner"])
def test_as_the_command_line(found, tmp_path, level):
    lines = found.by(*([] if level == "total" else [level]))
    expected = by_tool(tmp_path, level)
    assert len(lines) == len(expected) > 1
    for line, row in zip(lines, expected):
        for name in ("rule", "month", "partner", "kind", "a", "b", "outcomes_a", "outcomes_b", "added", "removed"):
            value = getattr(line, name)
            assert ("" if value is None else str(value)) in (row[name], row[name].replace(".00", "")), name
        assert (line.changed, line.why) == (int(row["changed"]), row["why"])
        assert line.change is None or line.change == Decimal(row["change"])


def test_per_rule_partner_and_month(found):
    lines = found.by("rule", "partner", "month")
    told = [(line.rule, line.partner, line.month, line.change) for line in lines if line.rule == "commission"]
    assert told == [
        ("commission", "acme", "2026-06", Decimal("40.00")),
        ("commission", "globex", "2026-07", 0),
    ]
    assert next(line.why for line in lines if line.rule == "commission") == "1 of another amount or date; from faster"
    pandas = pytest.importorskip("pandas")
    frame = lines.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame["change"].dropna().sum() == Decimal("243.00")
    assert pytest.importorskip("pyarrow").table(lines)["why"].to_pylist() == lines.column("why")


def test_outcomes(found):
    states = {outcome.id: outcome.state for outcome in found.outcomes()}
    assert states["commission!w1"] is prm.Change.CHANGED and states["two-leads:acme:sato"] is prm.Change.CHANGED
    assert states["stars:acme"] is prm.Change.REMOVED and "commission!w3" not in states
    assert [id for id, state in states.items() if state is prm.Change.ADDED] == [
        "faster:acme",
        "first-win:acme@2026-06-01",
        "first-win:globex@2026-07-01",
    ]
    one = next(outcome for outcome in found.outcomes() if outcome.id == "commission!w1")
    assert (one.a.amount, one.b.amount) == (Decimal("80.00"), Decimal("120.00"))
    assert repr(found) == "<prm.Diff: a pays 131.05, b pays 381.05>"


def test_both_stand_at_one_clock():
    programs = [prm.Program.compile(A.replace("deal.won", type)) for type in ("deal.won", "invoice.paid")]
    early = prm.diff(*programs, events(), clock="2026-06-02").by()
    assert [(line.kind, line.a, line.b) for line in early] == [("gift_card", 50, 50), ("points", 7, 7)]
    late = prm.diff(*programs, events()).by()
    assert [(line.kind, line.change) for line in late if line.change] == [("cash", Decimal("-81.05"))]


def test_events_as_columns(found):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.StringIO(EVENTS), dtype="string")
    assert prm.diff(*PROGRAMS, frame).by("rule") == found.by("rule")
    pyarrow = pytest.importorskip("pyarrow")
    assert prm.diff(*PROGRAMS, pyarrow.Table.from_pandas(frame)).by("partner") == found.by("partner")


def test_what_is_refused(found):
    euro = prm.Program.compile(A.replace("USD", "EUR"))
    with pytest.raises(prm.StateError, match="different currencies: USD and EUR"):
        prm.diff(PROGRAMS[0], euro, events())
    for levels in (("week",), ("rule", "rule")):
        with pytest.raises(ValueError, match="at most once"):
            found.by(*levels)
    assert prm.diff(*PROGRAMS, [{**next(events()), "partner": None}]).answers[1].rejected
