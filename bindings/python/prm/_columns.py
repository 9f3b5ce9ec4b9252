"""Columns of events for the library: what numpy, pandas and Arrow hold, by address.

numpy and pandas are never imported here; their arrays are known by what they are.
"""

from __future__ import annotations

import ctypes
import re
import sys
from array import array
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from types import TracebackType
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Type

from . import _abi
from ._arrow import Chunks, describe
from ._errors import EventError, raise_for
from ._events import decimal_text, refused_float

__all__ = ["Columns"]

_ROLES = {"id": _abi.COLUMN_ID, "type": _abi.COLUMN_TYPE, "time": _abi.COLUMN_TIME}
_NUMPY_INTEGERS = {
    ("i", 1): _abi.LAYOUT_INT8,
    ("i", 2): _abi.LAYOUT_INT16,
    ("i", 4): _abi.LAYOUT_INT32,
    ("i", 8): _abi.LAYOUT_INT64,
    ("u", 1): _abi.LAYOUT_UINT8,
    ("u", 2): _abi.LAYOUT_UINT16,
    ("u", 4): _abi.LAYOUT_UINT32,
    ("u", 8): _abi.LAYOUT_UINT64,
}
_NUMPY_TICKS = {
    "D": _abi.TICK_DAY,
    "s": _abi.TICK_SECOND,
    "ms": _abi.TICK_MILLISECOND,
    "us": _abi.TICK_MICROSECOND,
    "ns": _abi.TICK_NANOSECOND,
}
_NUMPY_COARSER = {"Y": "D", "M": "D", "W": "D", "h": "s", "m": "s"}


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, bool, int, float, Decimal, date))


def _is_missing(value: Any) -> bool:
    """None, NaN, and pandas' NaT and NA."""
    if value is None or type(value).__name__ in ("NaTType", "NAType"):
        return True
    return isinstance(value, float) and value != value


def _as_text(name: str, value: Any, local: bool) -> str:
    """A Python value as the text that fields are read from."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        raise EventError(refused_float(name, value))
    if isinstance(value, Decimal):
        return decimal_text(name, value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EventError("%s is %s, without a time zone: which instant is it?" % (name, value.isoformat()))
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return str(value.__index__())
    except AttributeError:
        raise EventError(
            "%s is %r, of type %s, which is no field's value" % (name, value, type(value).__name__)
        ) from None


class Columns:
    """Columns as the library takes them, with all that must stay alive meanwhile."""

    def __init__(self, local: bool) -> None:
        self._local = local
        self._keep: List[Any] = []
        self._close: List[Callable[[], None]] = []
        self.batches: List[int] = []  # rows of each
        self.rows = 0
        self.count = 0
        self.array: Any = None

    def __enter__(self) -> Columns:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        for close in self._close:
            close()

    def place(self, index: int) -> Tuple[int, int]:
        """The batch and the row in it of a row counted over all."""
        for batch, rows in enumerate(self.batches):
            if index < rows:
                return batch, index
            index -= rows
        raise IndexError(index)

    def explain(self, error: Any, row: int) -> None:
        """Raises what the library found wrong, with the row's index."""
        message = error.message.decode("utf-8", "replace")
        if row < self.rows:
            raise EventError(re.sub(r"^row \d+: ", "", message), row)
        raise_for(error)

    # ---- From arrays ----

    @classmethod
    def from_arrays(cls, arrays: Dict[str, Any], local: bool) -> Columns:
        """One batch of arrays of equal length, and of single values for all rows."""
        columns = cls(local)
        try:
            lengths = {name: len(value) for name, value in arrays.items() if not _is_scalar(value)}
            if not lengths:
                raise EventError("no column tells how many rows there are")
            name, rows = next(iter(lengths.items()))
            for other, length in lengths.items():
                if length != rows:
                    raise EventError("column %s has %d rows, and %s has %d" % (other, length, name, rows))
            columns._open(list(arrays), [rows])
            for place, (name, value) in enumerate(arrays.items()):
                columns._fill(columns.array[place], name, value, rows)
        except BaseException:
            columns.__exit__(None, None, None)
            raise
        return columns

    def _open(self, names: List[str], batches: List[int]) -> None:
        for needed in _ROLES:
            if needed not in names:
                raise EventError("there is no column %s; there are %s" % (needed, ", ".join(names) or "none"))
        self.batches = batches
        self.rows = sum(batches)
        self.count = len(names)
        self.array = (_abi.Column * (self.count * len(batches)))()
        for place in range(len(self.array)):
            column, name = self.array[place], names[place % self.count]
            column.role = _ROLES.get(name, _abi.COLUMN_FIELD)
            if column.role == _abi.COLUMN_FIELD:
                data = str(name).encode("utf-8", "surrogatepass")
                column.name, column.name_size = data, len(data)

    def _fill(self, column: Any, name: str, value: Any, rows: int) -> None:
        column.rows = rows
        if _is_scalar(value):
            self._constant(column, name, value, rows)
        elif hasattr(value, "cat") and hasattr(value.cat, "codes"):
            self._categorical(column, name, value.cat.codes.to_numpy(), value.cat.categories)
        elif hasattr(value, "codes") and hasattr(value, "categories"):
            self._categorical(column, name, value.codes, value.categories)
        elif self._is_pandas(value):
            self._pandas(column, name, value)
        elif hasattr(value, "__arrow_c_array__") or hasattr(value, "__arrow_c_stream__"):
            self._arrow(column, name, value)
        elif hasattr(value, "__array_interface__") and "numpy" in sys.modules:
            self._numpy(column, name, sys.modules["numpy"].asanyarray(value))
        else:
            self._objects(column, name, list(value))

    def _constant(self, column: Any, name: str, value: Any, rows: int) -> None:
        if _is_missing(value):
            column.layout = _abi.LAYOUT_NONE
            return
        entries = _abi.Column(rows=1)
        self._objects(entries, name, [value])
        zeros = ctypes.create_string_buffer(rows + 1)
        column.layout, column.values = _abi.LAYOUT_INT8, ctypes.addressof(zeros)
        column.dictionary = ctypes.pointer(entries)
        self._keep += (entries, zeros)

    def _objects(self, column: Any, name: str, values: Sequence[Any]) -> None:
        """Python objects: as texts."""
        try:
            joined = "".join(values)
            sizes: Any = map(len, values)
            data = joined.encode("utf-8", "surrogatepass")
            if len(data) != len(joined):
                sizes = [len(value.encode("utf-8", "surrogatepass")) for value in values]
        except TypeError:
            texts = self._encoded(name, values)
            column.valid = self._bits([text is not None for text in texts])
            sizes = [len(text or b"") for text in texts]
            data = b"".join(text or b"" for text in texts)
        offsets = array("q", accumulate(sizes, initial=0))
        buffer = ctypes.create_string_buffer(data, len(data) + 1)
        column.layout = _abi.LAYOUT_TEXT64
        column.values, column.bytes = offsets.buffer_info()[0], ctypes.addressof(buffer)
        self._keep += (offsets, buffer)

    def _encoded(self, name: str, values: Sequence[Any]) -> List[Optional[bytes]]:
        texts: List[Optional[bytes]] = []
        for index, value in enumerate(values):
            try:
                text = None if _is_missing(value) else _as_text(name, value, self._local)
            except EventError as error:
                raise EventError(str(error), index) from None
            texts.append(None if text is None else text.encode("utf-8", "surrogatepass"))
        return texts

    def _bits(self, present: Sequence[bool]) -> int:
        """The address of a bitmap, the lowest bit first."""
        bits = bytearray((len(present) + 7) // 8 + 1)
        for index, one in enumerate(present):
            if one:
                bits[index >> 3] |= 1 << (index & 7)
        buffer = (ctypes.c_char * len(bits)).from_buffer(bits)
        self._keep.append(buffer)
        return ctypes.addressof(buffer)

    # ---- numpy and pandas ----

    def _address(self, values: Any) -> int:
        self._keep.append(values)
        return int(values.__array_interface__["data"][0])

    def _numpy_bits(self, present: Any) -> Optional[int]:
        return None if present.all() else self._address(sys.modules["numpy"].packbits(present, bitorder="little"))

    def _numpy(self, column: Any, name: str, values: Any, utc: bool = False) -> None:
        numpy = sys.modules["numpy"]
        if values.ndim != 1:
            raise EventError("column %s has %d dimensions" % (name, values.ndim))
        mask = getattr(values, "mask", None)
        present = None if mask is None else ~numpy.ma.getmaskarray(values)
        values = numpy.asarray(values)
        values = numpy.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
        kind, size = values.dtype.kind, values.dtype.itemsize
        if kind in "iub" and column.role in (_abi.COLUMN_ID, _abi.COLUMN_TYPE):
            values, kind = values.astype(object), "O"
        if kind == "O" or (kind == "U" and not self._is_ascii(values)):
            self._objects(column, name, values.tolist())
        elif kind == "U":
            self._padded(column, values.astype("S"))
        elif kind == "S":
            self._padded(column, values)
        elif kind == "M":
            self._times(column, values, utc)
        elif kind == "b":
            column.layout, column.kind, column.values = _abi.LAYOUT_UINT8, _abi.VALUE_BOOLEAN, self._address(values)
        elif (kind, size) in _NUMPY_INTEGERS:
            column.layout, column.kind = _NUMPY_INTEGERS[kind, size], _abi.VALUE_INTEGER
            column.values = self._address(values)
        elif kind == "f" and numpy.isnan(values).all():
            column.layout = _abi.LAYOUT_NONE
        elif kind == "f":
            row = int(numpy.flatnonzero(~numpy.isnan(values))[0])
            raise EventError(
                refused_float("column " + name, values[row].item()) + ' (pandas: dtype "Int64" or "string")', row
            )
        else:
            raise EventError("column %s has dtype %s, which no field is read from" % (name, values.dtype))
        if present is not None:
            column.valid = self._numpy_bits(present)

    def _is_ascii(self, values: Any) -> bool:
        numpy = sys.modules["numpy"]
        return values.size == 0 or values.dtype.itemsize == 0 or int(values.view(numpy.uint32).max()) < 128

    def _padded(self, column: Any, values: Any) -> None:
        column.layout, column.width = _abi.LAYOUT_PADDED, values.dtype.itemsize
        column.values = self._address(values)

    def _times(self, column: Any, values: Any, utc: bool) -> None:
        numpy = sys.modules["numpy"]
        unit, count = numpy.datetime_data(values.dtype)
        if unit not in _NUMPY_TICKS or count != 1:
            unit = _NUMPY_COARSER.get(unit, unit if unit in _NUMPY_TICKS else "ns")
            values = values.astype("M8[%s]" % unit)
        column.layout, column.kind, column.tick = _abi.LAYOUT_INT64, _abi.VALUE_TIME, _NUMPY_TICKS[unit]
        column.local = int(self._local and not utc)
        column.values = self._address(values)

    def _is_pandas(self, value: Any) -> bool:
        return hasattr(value, "to_numpy") and hasattr(value, "isna") and hasattr(value, "dtype")

    def _pandas(self, column: Any, name: str, value: Any) -> None:
        """A Series, an Index or an array of pandas, but no categorical one."""
        values = getattr(value, "array", value)
        dtype = values.dtype
        if getattr(dtype, "tz", None) is not None:
            self._numpy(column, name, values.tz_convert("UTC").tz_localize(None).to_numpy(), utc=True)
        elif hasattr(values, "__arrow_array__") and (
            hasattr(dtype, "pyarrow_dtype") or getattr(dtype, "storage", "") == "pyarrow"
        ):
            self._arrow(column, name, values.__arrow_array__())
        elif getattr(dtype, "kind", "O") in "iub" and not hasattr(dtype, "byteorder"):
            present = ~values.isna()
            self._numpy(column, name, values.to_numpy(dtype=dtype.numpy_dtype, na_value=0))
            column.valid = self._numpy_bits(present)
        elif getattr(dtype, "kind", "O") == "f" and not hasattr(dtype, "byteorder"):
            self._numpy(column, name, values.to_numpy(dtype=dtype.numpy_dtype, na_value=float("nan")))
        else:
            self._numpy(column, name, values.to_numpy())

    def _categorical(self, column: Any, name: str, codes: Any, categories: Any) -> None:
        entries = _abi.Column(role=column.role)
        self._fill(entries, name, categories, len(categories))
        numpy = sys.modules["numpy"]
        codes = numpy.ascontiguousarray(codes)
        column.layout, column.values = _NUMPY_INTEGERS[codes.dtype.kind, codes.dtype.itemsize], self._address(codes)
        column.valid = self._numpy_bits(codes >= 0)
        column.dictionary = ctypes.pointer(entries)
        self._keep.append(entries)

    # ---- Arrow ----

    def _arrow(self, column: Any, name: str, value: Any) -> None:
        """One Arrow array, or a chunked one made whole."""
        for whole in ("combine_chunks", "rechunk"):
            if hasattr(value, whole):
                value = getattr(value, whole)()
        chunks = Chunks.of(value)
        self._close.append(chunks.close)
        if len(chunks.arrays) != 1:
            if not chunks.arrays or not any(one.length for one in chunks.arrays):
                column.layout = _abi.LAYOUT_NONE
                return
            raise EventError(
                "column %s comes in %d chunks: combine them, or use ingest_arrow" % (name, len(chunks.arrays))
            )
        one = chunks.arrays[0]
        describe(column, name, chunks.schema, one, 0, one.length, self._local, self._keep)

    @classmethod
    def from_arrow(cls, data: Any, local: bool) -> Columns:
        """Record batches, or a struct array, whose children are the columns."""
        columns = cls(local)
        chunks = Chunks.of(data)
        columns._close.append(chunks.close)
        try:
            schema = chunks.schema
            if schema.format != b"+s":
                raise EventError("the Arrow data is no table: its format is %r" % schema.format.decode())
            children = [schema.children[i].contents for i in range(schema.n_children)]
            names = [child.name.decode() for child in children]
            columns._open(names, [one.length for one in chunks.arrays])
            for batch, one in enumerate(chunks.arrays):
                for place, (name, child) in enumerate(zip(names, children)):
                    column = columns.array[batch * len(names) + place]
                    inner = one.children[place].contents
                    describe(column, name, child, inner, one.offset, one.length, local, columns._keep)
        except BaseException:
            columns.__exit__(None, None, None)
            raise
        return columns
