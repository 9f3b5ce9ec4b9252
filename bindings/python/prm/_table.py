"""Tables: what leaves an engine, as columns by the Arrow C stream interface and as records.

The library writes the columns once. Consumers of Arrow share them, and whatever asks for records or lists reads
them from there; no object is made per row before.
"""

from __future__ import annotations

import ctypes
import enum
import weakref
from array import array
from dataclasses import fields
from datetime import datetime, timedelta, tzinfo
from typing import Any, Callable, Dict, Generic, Iterator, List, Optional, Sequence, Tuple, TypeVar, Union, overload

from . import _abi
from ._arrow import ArrowArrayStream, Chunks, capsule_of, release_stream
from ._errors import raise_for
from ._library import lib
from ._program import Program
from ._records import Op, State, Times, decimal_of, plain_decimal

__all__ = ["Table", "table_of_records", "table_of_rows"]

T = TypeVar("T")
_ENUMS: Dict[str, Any] = {"op": Op, "state": State}
_NOTES = {"datetime": "time", "timedelta": "span", "Decimal": "decimal", "bool": "bool", "Optional[int]": "number"}
_MASK = 2**64 - 1


def _plain(value: Any) -> Any:
    """As tables of others hold it: enums by name."""
    return value.name.lower() if isinstance(value, enum.Enum) else value


class Table(Generic[T]):
    """Records in order, by index, slice and iteration; pandas, polars, pyarrow and DuckDB can have them as columns.

    It stands for itself: the engine may change or be closed. It is no :class:`collections.abc.Sequence`, since
    polars takes those apart record by record, rather than as Arrow.

    >>> import prm
    >>> engine = prm.Engine(prm.Program.compile(
    ...     "prm: 1\\nprogram: p\\ncurrency: USD\\ncommission: {on: deal.won, of: amount, base: 10%}\\n"))
    >>> engine.ingest({"id": "a", "type": "deal.won", "time": "2026-06-01", "partner": "acme", "amount": 99})
    <prm.Answers: 1 accepted>
    >>> ledger = engine.ledger()
    >>> ledger, ledger[0].amount, ledger.column("partner")
    (<prm.Table of 1 Row>, Decimal('9.90'), ['acme'])
    """

    def __init__(self, record: Callable[..., T], source: Union[_Columns, _Records], program: Program) -> None:
        """Engines make them."""
        self._record: Any = record
        self._source = source
        self._program = program
        self._made: Optional[Sequence[T]] = None

    @property
    def _rows(self) -> Sequence[T]:
        if self._made is None:
            self._made = self._source.records(self._record)
        return self._made

    def __len__(self) -> int:
        return len(self._source)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[T, Sequence[T]]:
        return self._rows[index]

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Table, Sequence)):
            return NotImplemented
        return len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<prm.Table of %d %s>" % (len(self), self._record.__name__)

    @property
    def columns(self) -> Tuple[str, ...]:
        """The columns' names, in their order."""
        return tuple(field.name.rstrip("_") for field in fields(self._record))

    def column(self, name: str) -> List[Any]:
        """One column as a list; enums by their name."""
        if name not in self.columns:
            raise KeyError("no column %r; there are %s" % (name, ", ".join(self.columns)))
        return self._source.column(name)

    def to_dicts(self) -> List[Dict[str, Any]]:
        """A dict per record, by the columns' names."""
        names = self.columns
        return [dict(zip(names, row)) for row in zip(*map(self.column, names))]

    def to_pandas(self) -> Any:
        """A pandas frame: texts, Decimals, and times in the program's zone."""
        import pandas

        frame = {}
        for name, kind in _kinds(self._record).items():
            if kind == "time":
                times = pandas.Series(self._source.instants(name)).dt.tz_localize("UTC")
                frame[name] = times.dt.tz_convert(self._program.tzinfo)
            else:
                dtypes = {"int": "int64", "bool": "bool", "number": "Int64", "span": "timedelta64[ms]"}
                dtype = dtypes.get(kind, "object")
                frame[name] = pandas.Series(self.column(name), dtype=dtype)
        return pandas.DataFrame(frame)

    def to_arrow(self) -> Any:
        """A pyarrow Table, which shares the columns."""
        return self._source.to_arrow(self._record, self._program)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """What polars, DuckDB, pyarrow and others read tables by; it needs none of them."""
        return self._source.capsule(self._record, self._program)


def _kinds(record: Any) -> Dict[str, str]:
    """Column -> "int", "text" or a word of _NOTES ("number" is an int or None); the annotations say it."""
    kinds = {}
    for field in fields(record):
        note = str(field.type)
        kind = next((kind for name, kind in _NOTES.items() if name in note), "")
        kinds[field.name.rstrip("_")] = kind or ("int" if note == "int" else "text")
    return kinds


# ---- Columns that the library has made -----------------------------------------------


def _words(address: int, count: int, code: str) -> Any:
    """Integers that lie at an address."""
    out = array(code)
    out.frombytes(ctypes.string_at(address, count * out.itemsize))
    return out


def _span(ms: int) -> timedelta:
    return timedelta(milliseconds=ms)


def _bits(address: Optional[int], count: int) -> Optional[List[bool]]:
    """A bitmap, the lowest bit first; None for none."""
    if not address:
        return None
    data = ctypes.string_at(address, (count + 7) // 8)
    return [bool(byte >> place & 1) for byte in data for place in range(8)][:count]


class _Columns:
    """Arrow arrays of the library, read as Python's values when asked."""

    def __init__(self, rows: Any, program: Program) -> None:
        stream, error = ArrowArrayStream(), _abi.CError()
        if lib.prm_rows_stream(rows, program._handle, ctypes.addressof(stream), error) != _abi.OK:
            raise_for(error)
        self._stream = stream
        self._finalizer = weakref.finalize(self, release_stream, stream)
        self._chunks = Chunks.of_stream(self._share())
        self._closer = weakref.finalize(self, self._chunks.close)
        self._zone: tzinfo = program.tzinfo
        self._digits = program.minor_digits
        schema = self._chunks.schema
        self._places = {schema.children[i].contents.name.decode(): i for i in range(schema.n_children)}
        self._formats = [schema.children[i].contents.format.decode() for i in range(schema.n_children)]

    def _share(self) -> Any:
        """One more stream over the same columns."""
        stream, error = ArrowArrayStream(), _abi.CError()
        here, there = ctypes.addressof(self._stream), ctypes.addressof(stream)
        if lib.prm_stream_share(here, there, error) != _abi.OK:
            raise_for(error)
        return stream

    def capsule(self, record: Any, program: Program) -> Any:
        """A stream for a consumer."""
        return capsule_of(self._share())

    def to_arrow(self, record: Any, program: Program) -> Any:
        """pyarrow reads the stream."""
        import pyarrow

        return pyarrow.RecordBatchReader.from_stream(_Stream(self._share())).read_all()

    def __len__(self) -> int:
        return sum(one.length for one in self._chunks.arrays)

    def column(self, name: str) -> List[Any]:
        """The values of one column; texts, not enums."""
        if name in ("amount", "commission", "rewards") and "money" in self._places:
            digits, whole = self._digits, 10**self._digits
            return [
                None if units is None else decimal_of(units, digits) if money else decimal_of(units // whole, 0)
                for units, money in zip(self._units(name), self.column("money"))
            ]
        place = self._places[name]
        form = self._formats[place]
        if form.startswith("d:"):
            return [None if units is None else plain_decimal(units) for units in self._units(name)]
        values: List[Any] = []
        for one in self._chunks.arrays:
            array_of_column, count = one.children[place].contents, one.length
            if form == "u":
                values += self._texts(array_of_column, count)
            elif form == "b":
                values += _bits(array_of_column.buffers[1], count) or ()
            elif form in ("l", "tDm"):
                values += self._numbers(array_of_column, count, _span if form == "tDm" else int)
            else:
                values += self._times(array_of_column, count)
        return values

    def _texts(self, column: Any, count: int) -> List[Optional[str]]:
        ends = _words(column.buffers[1], count + 1, "i")
        data = ctypes.string_at(column.buffers[2], ends[-1])
        spans = zip(ends, ends[1:])
        if data.isascii():
            text = data.decode("ascii")
            return [text[start:end] or None for start, end in spans]
        return [data[start:end].decode("utf-8") or None for start, end in spans]

    def _numbers(self, column: Any, count: int, made: Callable[[int], Any]) -> List[Any]:
        words = _words(column.buffers[1], count, "q")
        return [made(word) if present else None for word, present in zip(words, self._present(column, count))]

    def _present(self, column: Any, count: int) -> Sequence[bool]:
        return _bits(column.buffers[0], count) or (True,) * count

    def _times(self, column: Any, count: int) -> List[Optional[datetime]]:
        made: Dict[int, Optional[datetime]] = {}
        time = Times(self._zone)
        values: List[Optional[datetime]] = []
        for ms, present in zip(_words(column.buffers[1], count, "q"), self._present(column, count)):
            if present and ms not in made:
                made[ms] = time(ms)
            values.append(made[ms] if present else None)
        return values

    def _units(self, name: str) -> List[Optional[int]]:
        """Decimals as integers of their smallest unit."""
        values: List[Optional[int]] = []
        for one in self._chunks.arrays:
            column, count = one.children[self._places[name]].contents, one.length
            words = _words(column.buffers[1], 2 * count, "q")
            values += [
                (high << 64) + (low & _MASK) if present else None
                for low, high, present in zip(words[::2], words[1::2], self._present(column, count))
            ]
        return values

    def instants(self, name: str) -> Any:
        """A column of times for pandas: numpy, UTC, without a zone."""
        import numpy

        place = self._places[name]
        parts: List[Any] = [numpy.empty(0, dtype="M8[ms]")]
        for one in self._chunks.arrays:
            column, count = one.children[place].contents, one.length
            times = numpy.frombuffer(_words(column.buffers[1], count, "q"), dtype="M8[ms]").copy()
            if column.null_count:
                times[~numpy.array(self._present(column, count))] = "NaT"
            parts.append(times)
        return numpy.concatenate(parts)

    def records(self, record: Any) -> List[Any]:
        """Every row as a record."""
        columns = []
        for field in fields(record):
            values = self.column(field.name.rstrip("_"))
            names = _ENUMS.get(field.name)
            columns.append([names[value.upper()] for value in values] if names else values)
        return list(map(record, *columns))


class _Stream:
    """A stream for one consumer that asks by its attribute."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return capsule_of(self._stream)


# ---- Records that were made here -------------------------------------------------------


class _Records:
    """Records as a source of columns; for few."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def records(self, record: Any) -> Sequence[Any]:
        """They are there."""
        return self._rows

    def column(self, name: str) -> List[Any]:
        """One column, read from the records."""
        return [_plain(getattr(row, name)) for row in self._rows]

    def instants(self, name: str) -> Any:
        """No such record has a time."""
        raise KeyError(name)

    def to_arrow(self, record: Any, program: Program) -> Any:
        """By pyarrow, from lists."""
        import pyarrow

        types = {
            "int": pyarrow.int64(),
            "decimal": pyarrow.decimal128(38, program.minor_digits),
            "text": pyarrow.string(),
        }
        return pyarrow.table(
            {name: pyarrow.array(self.column(name), type=types[kind]) for name, kind in _kinds(record).items()}
        )

    def capsule(self, record: Any, program: Program) -> Any:
        """By pyarrow."""
        return self.to_arrow(record, program).__arrow_c_stream__()


def table_of_rows(record: Any, rows: Any, program: Program) -> Table[Any]:
    """All rows that are left of a ``prm_rows``, which stays the caller's."""
    return Table(record, _Columns(rows, program), program)


def table_of_records(record: Any, rows: Sequence[Any], program: Program) -> Table[Any]:
    """Records that were made here."""
    return Table(record, _Records(rows), program)
