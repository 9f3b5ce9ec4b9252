"""Columns: every kind of array makes the events that dicts make."""

import datetime as dt
from decimal import Decimal

import prm
import pytest

numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

IDS = ["a", "b", "c", "d"]
TIMES = ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04"]
PARTNERS = ["acme", "beta", "acme", "日本"]
AMOUNTS = [100, 200, 300, 400]
BASE = {"id": IDS, "type": "deal.won", "time": TIMES, "partner": PARTNERS, "amount": AMOUNTS}
UTC_NIGHTS = [dt.datetime(2026, 5, 31, 15, tzinfo=dt.timezone.utc) + dt.timedelta(days=day) for day in range(4)]


def rows(program):
    with prm.Engine(program) as engine:
        engine.ingest(
            [{name: column if name == "type" else column[i] for name, column in BASE.items()} for i in range(4)]
        )
        return list(engine.ledger())


def same(program, **columns):
    with prm.Engine(program) as engine:
        answers = engine.ingest_columns({**BASE, **columns})
        assert answers.counts() == {prm.Taken.ACCEPTED: 4}, answers.rejected
        assert list(engine.ledger()) == rows(program)


@pytest.mark.parametrize("kind", ["i2", "i4", "i8", "u2", "u4", "u8", ">i4", "O", "U", "S"])
def test_numpy_amounts(program, kind):
    same(program, amount=numpy.array(AMOUNTS).astype(kind))
    same(program, amount=numpy.repeat(numpy.array(AMOUNTS).astype(kind), 2)[::2])


@pytest.mark.parametrize("kind", ["U", "O"])
def test_numpy_texts(program, kind):
    same(program, partner=numpy.array(PARTNERS, dtype=kind), id=numpy.array(IDS), type=numpy.array(["deal.won"] * 4))


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns"])
def test_numpy_times_are_local(program, unit):
    same(program, time=numpy.array(TIMES, dtype="M8[%s]" % unit))


def test_utc_if_asked(program):
    with prm.Engine(program) as engine:
        engine.ingest_columns({**BASE, "time": numpy.array(TIMES, dtype="M8[s]")}, naive="utc")
        assert engine.clock == dt.datetime(2026, 6, 4, tzinfo=dt.timezone.utc)
        with pytest.raises(prm.EventError):
            engine.ingest_columns(BASE, naive="Tokyo")


@pytest.mark.parametrize("kind", ["Int64", "Int16", "UInt32", "string", "object", "category"])
def test_pandas_amounts(program, kind):
    same(program, amount=pandas.Series(AMOUNTS).astype(kind))


@pytest.mark.parametrize("kind", ["string", "object", "category", "string[pyarrow]"])
def test_pandas_texts(program, kind):
    same(program, partner=pandas.Series(PARTNERS, dtype=kind), id=pandas.Series(IDS, dtype=kind))
    same(program, partner=pandas.Series(PARTNERS, dtype=kind).array)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_pandas_times(program, unit):
    naive = pandas.Series(pandas.to_datetime(TIMES)).astype("datetime64[%s]" % unit)
    same(program, time=naive)
    same(program, time=naive.dt.tz_localize("Asia/Tokyo"))
    same(program, time=pandas.Series(pandas.to_datetime(UTC_NIGHTS)))
    same(program, time=pandas.DatetimeIndex(UTC_NIGHTS))


def test_sequences_and_decimals(program):
    same(program, amount=[Decimal("100.00"), 200, "300", Decimal("4E2")], time=UTC_NIGHTS, partner=tuple(PARTNERS))
    same(program, time=[dt.date.fromisoformat(text) for text in TIMES])


def arrow(**columns):
    made = {**BASE, "type": ["deal.won"] * 4, **columns}
    return pyarrow.table(made)


@pytest.mark.parametrize(
    "amount",
    [
        pyarrow.array(AMOUNTS, pyarrow.int32()),
        pyarrow.array([Decimal(a) for a in AMOUNTS], pyarrow.decimal128(12, 3)),
        pyarrow.array([Decimal(a) for a in AMOUNTS], pyarrow.decimal128(38, 0)),
        pyarrow.array(["100", "200", "300", "400"], pyarrow.large_string()),
        pyarrow.array(["100", "200", "300", "400.00000000000"]).dictionary_encode(),
    ],
)
def test_arrow_amounts(program, amount):
    with prm.Engine(program) as engine:
        engine.ingest_arrow(arrow(amount=amount))
        assert list(engine.ledger()) == rows(program)
    same(program, amount=amount)


@pytest.mark.parametrize(
    "time",
    [
        pyarrow.array([dt.date.fromisoformat(text) for text in TIMES], pyarrow.date32()),
        pyarrow.array([dt.date.fromisoformat(text) for text in TIMES], pyarrow.date64()),
        pyarrow.array(UTC_NIGHTS, pyarrow.timestamp("us", "UTC")),
        pyarrow.array([dt.datetime.fromisoformat(text) for text in TIMES], pyarrow.timestamp("ns")),
        pyarrow.array(TIMES),
    ],
)
def test_arrow_times(program, time):
    same(program, time=time)


def test_arrow_tables_chunks_slices_and_views(program):
    table = arrow(partner=pyarrow.array(PARTNERS).dictionary_encode())
    half = pyarrow.concat_tables(
        [table.slice(0, 1), arrow(partner=pyarrow.array(PARTNERS)).slice(1).cast(table.schema)]
    )
    views = arrow(partner=pyarrow.array(PARTNERS, pyarrow.string_view()), id=pyarrow.array(IDS, pyarrow.string_view()))
    frames = [table, half, table.to_batches()[0], views]
    if hasattr(pandas.DataFrame, "__arrow_c_stream__"):
        frames.append(table.to_pandas())
    for data in frames:
        with prm.Engine(program) as engine:
            assert len(engine.ingest_arrow(data)) == 4
            assert list(engine.ledger()) == rows(program)


def test_other_libraries(program):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({**BASE, "partner": polars.Series(PARTNERS, dtype=polars.Categorical)})
    for take in (prm.Engine.ingest_arrow, prm.Engine.ingest_columns):
        with prm.Engine(program) as engine:
            assert len(take(engine, frame)) == 4
            assert list(engine.ledger()) == rows(program)
            assert polars.DataFrame(engine.ledger()).height == len(engine.ledger())


def test_decimals_of_duckdb(program):
    duckdb = pytest.importorskip("duckdb")
    with prm.Engine(program) as engine:
        sql = "select 'd'||i as id, 'deal.won' as type, date '2026-06-01' as time, 'p' as partner, 5.25 as amount"
        engine.ingest_arrow(duckdb.sql(sql + " from range(5000) t(i)"))
        assert engine.counts().accepted == 5000 and engine.ledger()[0].amount == Decimal("0.52")


def test_missing_values_are_missing_fields(program):
    for rep in (
        [None, "sato", float("nan"), None],
        numpy.array([None, "sato", None, None], dtype=object),
        pandas.Series([None, "sato", None, None], dtype="string"),
        pandas.Series([None, "sato", None, None], dtype="category"),
        pyarrow.array([None, "sato", None, None]),
        pyarrow.array([None, "sato", None, None]).dictionary_encode(),
    ):
        with prm.Engine(program) as engine:
            engine.ingest_columns({**BASE, "rep": rep})
            assert [row.rep for row in engine.ledger() if row.rule == "commission"] == [None, "sato", None, None]
    same(program, rep=numpy.full(4, numpy.nan))
    same(program, rep=pyarrow.nulls(4))
    same(program, rep=None)
    masked = numpy.ma.masked_array([100, 7, 300, 400], mask=[False, True, False, False])
    with prm.Engine(program) as engine:
        engine.ingest_columns({**BASE, "amount": masked})
        assert [row.event for row in engine.ledger() if row.rule == "commission"] == ["a", "c", "d"]


@pytest.mark.parametrize(
    ("columns", "says", "index"),
    [
        ({"amount": numpy.array([1, 2.5, 3, 4])}, "binary float", 0),
        ({"amount": [1, 2.5, 3, 4]}, "binary float", 1),
        ({"amount": pandas.Series([None, 2.5, 3, 4])}, "Int64", 1),
        ({"amount": pyarrow.array([1.5] * 4)}, "floating point", None),
        ({"time": ["2026-06-01", "2026-06-02", "soon", "2026-06-04"]}, '"soon" is no time', 2),
        ({"time": numpy.array(["2026-06-01", "NaT", "NaT", "2026-06-04"], dtype="M8[D]")}, "missing", 1),
        ({"partner": ["acme"]}, "1 rows", None),
        ({"partner": numpy.zeros((4, 2))}, "dimensions", None),
        ({"partner": pyarrow.array([b"x"] * 4)}, "format", None),
        ({"amount": numpy.array([1j] * 4)}, "complex", None),
    ],
)
def test_what_is_refused_changes_nothing(engine, columns, says, index):
    with pytest.raises(prm.EventError, match=says) as caught:
        engine.ingest_columns({**BASE, **columns})
    assert caught.value.index == index
    assert engine.counts().events == 0


def test_a_later_chunk_that_fails_undoes_the_earlier(engine):
    first, second = arrow(), arrow(id=list("efgh"), time=[*TIMES[:2], None, TIMES[3]])
    with pytest.raises(prm.EventError, match="missing") as caught:
        engine.ingest_arrow(pyarrow.concat_tables([first, second]))
    assert caught.value.index == 6 and engine.counts().events == 0


def test_reasons_name_the_column(engine):
    answers = engine.ingest_columns(
        {**BASE, "amount": ["100", "many", "300", "1.001"], "partner": ["a", "b", None, "c"]}
    )
    assert [answer.taken.name for answer in answers] == ["ACCEPTED", "REJECTED", "REJECTED", "REJECTED"]
    assert '"amount" has "many"' in answers.rejected[1] and "partner" in answers.rejected[2]
    table = arrow(id=list("ijkl"), amount=["1", "2", "x", "4"])
    assert list(engine.ingest_arrow(table).rejected) == [2]


def test_what_has_no_columns(engine):
    with pytest.raises(prm.EventError, match="no column time"):
        engine.ingest_columns(id=["a"], type="deal.won")
    with pytest.raises(prm.EventError, match="how many rows"):
        engine.ingest_columns(id="a", type="deal.won", time="2026-06-01")
    with pytest.raises(prm.EventError, match="__arrow_c_stream__"):
        engine.ingest_arrow([1])
    with pytest.raises(prm.EventError, match="no table"):
        engine.ingest_arrow(pyarrow.array([1]))
    assert len(engine.ingest_columns(id=[], type=[], time=[])) == 0
