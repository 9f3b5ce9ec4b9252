"""Ledger, journal and progress as columns: to every tool for tables, without objects in between."""

import gc
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import prm
import pytest
from test_engine import deal

TOKYO = timezone(timedelta(hours=9))


@pytest.fixture
def busy(engine):
    engine.ingest([deal(number, Decimal("10.55"), rep="佐藤", customer="c-%d" % number) for number in (1, 2, 3)])
    engine.ingest({"id": "l-1", "type": "lead.registered", "time": "2026-06-04", "partner": "acme", "rep": "佐藤"})
    engine.ingest({"id": "l-2", "type": "lead.registered", "time": "2026-06-05", "partner": "acme", "rep": "佐藤"})
    engine.void("d-2")
    return engine


def plain(table):
    return [{**row, "rate": row["rate"] and row["rate"].normalize()} for row in table.to_dicts()]


def test_columns_are_records(busy):
    for table in (busy.ledger(), busy.journal(), busy.progress(), busy.totals()):
        assert len(table) > 1
        assert table.to_dicts() == [dict(zip(table.columns, row)) for row in zip(*map(table.column, table.columns))]
        for place, row in enumerate(table):
            for name in table.columns:
                value = getattr(row, "from_" if name == "from" else name)
                assert table.column(name)[place] == (value.name.lower() if hasattr(value, "name") else value)
    with pytest.raises(KeyError, match="there are sequence"):
        busy.ledger().column("colour")


def test_amounts_that_are_no_money():
    text = "prm: 1\nprogram: p\ncurrency: USD\nrewards: {stars: points}\nrules: {x: {each: deal.won, then: {stars: 3}}}\n"
    engine = prm.Engine(prm.Program.compile(text))
    engine.ingest(deal(1))
    row = engine.ledger()[0]
    assert (str(row.amount), row.money, row.kind) == ("3", False, "stars")
    assert str(engine.totals()[0].amount) == "3"
    pyarrow = pytest.importorskip("pyarrow")
    assert pyarrow.table(engine.ledger())["amount"].to_pylist() == [3]


def test_tables_stand_for_themselves(program):
    engine = prm.Engine(program)
    engine.ingest([deal(1), deal(2)])
    before, capsule = engine.ledger(), engine.ledger().__arrow_c_stream__()
    engine.ingest([deal(number) for number in range(3, 20)])
    engine.close()
    del engine
    gc.collect()
    assert [row.event for row in before] == ["d-1", "d-2"]
    assert type(capsule).__name__ == "PyCapsule"
    pyarrow = pytest.importorskip("pyarrow")
    assert pyarrow.table(before)["event"].to_pylist() == ["d-1", "d-2"]


def test_pyarrow(busy):
    pyarrow = pytest.importorskip("pyarrow")
    for rows in (busy.ledger(), busy.journal()):
        table = pyarrow.table(rows)
        table.validate(full=True)
        assert table.column_names == list(rows.columns) and table.num_rows == len(rows)
        assert table["id"].to_pylist() == rows.column("id")
        assert table["amount"].to_pylist() == rows.column("amount")
        assert table["at"].to_pylist() == rows.column("at")
        assert [rate and rate.normalize() for rate in table["rate"].to_pylist()] == [row["rate"] for row in plain(rows)]
        assert table.schema.field("amount").type == pyarrow.decimal128(38, 2)
        assert str(table.schema.field("at").type) == "timestamp[ms, tz=Asia/Tokyo]"
        assert rows.to_arrow() == table == pyarrow.table(rows)  # as often as one likes
    column = pyarrow.table(busy.ledger())["id"].chunk(0)
    gc.collect()
    assert column.to_pylist() == busy.ledger().column("id")
    for totals in (busy.totals(), busy.totals(by_rule=True)):
        table = pyarrow.table(totals)
        table.validate(full=True)
        assert table.column_names == list(totals.columns) and table.num_rows == len(totals)
        assert table["amount"].to_pylist() == totals.column("amount")
        assert table["rule"].to_pylist() == totals.column("rule")


def test_a_child_alone_keeps_its_columns(program):
    pyarrow = pytest.importorskip("pyarrow")
    engine = prm.Engine(program)
    engine.ingest([deal(number) for number in range(1, 20)])
    ids = pyarrow.RecordBatchReader.from_stream(engine.journal()).read_next_batch().column("id")
    del engine
    gc.collect()
    assert ids.to_pylist()[0] == "commission!d-1"


def test_polars(busy):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(busy.journal())
    assert frame.columns == list(busy.journal().columns) and frame.height == len(busy.journal())
    assert frame["recipient_rep"].to_list() == busy.journal().column("recipient_rep")
    paid = frame.filter(polars.col("op") == "grant")["amount"].sum()
    assert paid == sum(row.amount for row in busy.journal() if row.op is prm.Op.GRANT and row.amount is not None)
    assert frame["at"].to_list()[0] == datetime(2026, 6, 1, tzinfo=TOKYO)


def test_duckdb(busy):
    duckdb = pytest.importorskip("duckdb")
    ledger = busy.ledger()
    found = duckdb.sql("select recipient_rep, sum(amount) from ledger where amount is not null group by 1 order by 1")
    expected = {}
    for row in ledger:
        if row.amount is not None:
            expected[row.recipient_rep] = expected.get(row.recipient_rep, 0) + row.amount
    assert dict(found.fetchall()) == expected


def test_pandas(busy):
    pandas = pytest.importorskip("pandas")
    frame = busy.ledger().to_pandas()
    assert list(frame["amount"].dropna()) == [a for a in busy.ledger().column("amount") if a is not None]
    assert str(frame["at"].dt.tz) == "Asia/Tokyo" and frame["sequence"].dtype == "int64"
    assert frame["until"].isna().tolist() == [time is None for time in busy.ledger().column("until")]
    assert [time.to_pydatetime() for time in frame["at"]] == busy.ledger().column("at")
    assert isinstance(busy.progress().to_pandas(), pandas.DataFrame)
    assert busy.totals().to_pandas()["outcomes"].sum() == busy.totals()[0].outcomes + busy.totals()[1].outcomes


def test_progress_as_columns():
    text = (
        "prm: 1\nprogram: p\ncurrency: JPY\nrules:\n  a: {when: {count: deal.won, at_least: 4}, then: {cash: 1}}\n"
        "  b: {per: month, when: {count: deal.won}, tiers: [{at_least: 2, then: {cash: 1}}]}\n"
    )
    engine = prm.Engine(prm.Program.compile(text))
    engine.ingest(deal(1))
    lines = engine.progress()
    assert lines.column("left") == [None, timedelta(days=30)] and lines.column("tiers") == [None, 1]
    assert lines.column("share") == [Decimal("0.25"), Decimal("0.5")] and lines.column("remaining") == [3, 1]
    pandas = pytest.importorskip("pandas")
    frame = lines.to_pandas()
    assert pandas.isna(frame["left"][0]) and frame["left"][1] == pandas.Timedelta(days=30)
    assert str(frame["tier"].dtype) == "Int64" and frame["tier"].isna().tolist() == [True, False]
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(lines)
    table.validate(full=True)
    assert table.schema.field("left").type == pyarrow.duration("ms")
    assert table["left"].to_pylist() == lines.column("left") and table["tiers"].to_pylist() == [None, 1]


def test_what_is_not_taken_from_a_capsule_is_handed_back(busy):
    from prm import _arrow

    capsule = busy.ledger().__arrow_c_stream__()
    assert len(_arrow._exported) == 1
    del capsule
    gc.collect()
    assert not _arrow._exported


def test_no_pyarrow_is_needed():
    code = """
import sys
for name in ("pyarrow", "pandas", "numpy"):
    sys.modules[name] = None
import prm
program = prm.Program.compile("prm: 1\\nprogram: p\\ncurrency: JPY\\ncommission: {on: deal.won, of: amount, base: 10%}\\n")
engine = prm.Engine(program)
engine.ingest({"id": "a", "type": "deal.won", "time": "2026-06-01", "partner": "p", "amount": 1000})
other = prm.Engine(program)
assert type(engine.totals().__arrow_c_stream__()).__name__ == "PyCapsule"
capsule = engine.ledger().__arrow_c_stream__()
try:
    other.ingest_arrow(engine.ledger())
except prm.EventError as error:
    print(error)
print([row.amount for row in engine.ledger()])
# and the capsule goes at the interpreter's end
"""
    done = subprocess.run([sys.executable, "-c", code], env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "no column type" in done.stdout and "Decimal('100')" in done.stdout


def test_no_object_is_made_per_row(program):
    engine = prm.Engine(program)
    engine.ingest_columns(
        id=["d%d" % number for number in range(20000)],
        type="deal.won",
        time="2026-06-01",
        partner="acme",
        amount=[100] * 20000,
    )
    gc.collect()
    before = len(gc.get_objects())
    table = engine.ledger()
    capsule = table.__arrow_c_stream__()
    assert len(table) >= 20000 and len(gc.get_objects()) - before < 1000
    del capsule
