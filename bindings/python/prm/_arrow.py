"""The Arrow C data interface: what others hand out, as addresses that the library reads, and streams for others.

https://arrow.apache.org/docs/format/CDataInterface.html
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from typing import Any, Dict, List, Tuple

from . import _abi
from ._errors import EventError

__all__ = ["ArrowArrayStream", "Chunks", "address_of", "capsule_of", "describe", "release_stream"]


class ArrowSchema(Structure):
    pass


class ArrowArray(Structure):
    pass


class ArrowArrayStream(Structure):
    pass


_RELEASE_ARRAY = CFUNCTYPE(None, POINTER(ArrowArray))
_RELEASE_SCHEMA = CFUNCTYPE(None, POINTER(ArrowSchema))

ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_void_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", _RELEASE_SCHEMA),
    ("private_data", c_void_p),
]
ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", _RELEASE_ARRAY),
    ("private_data", c_void_p),
]
ArrowArrayStream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowSchema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowArray))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(ArrowArrayStream))),
    ("release", CFUNCTYPE(None, POINTER(ArrowArrayStream))),
    ("private_data", c_void_p),
]

_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype = c_void_p
_capsule_pointer.argtypes = [ctypes.py_object, c_char_p]


def _inside(capsule: Any, name: bytes, struct: Any) -> Any:
    return ctypes.cast(_capsule_pointer(capsule, name), POINTER(struct)).contents


def address_of(data: bytes) -> Any:
    """Where bytes lie, which the caller keeps; NULL for none."""
    return ctypes.cast(c_char_p(data), c_void_p) if data else None


def release_stream(stream: Any) -> None:
    """Hands a stream back, unless that is done."""
    if stream.release:
        stream.release(stream)


_STREAM = b"arrow_array_stream"
_exported: Dict[int, Any] = {}  # address -> the stream there, as long as its capsule lives
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, c_void_p, c_char_p, c_void_p)(("PyCapsule_New", ctypes.pythonapi))
# A capsule that is going must not be made an object again: it is an address here.
_dying_pointer = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_char_p)(("PyCapsule_GetPointer", ctypes.pythonapi))


def _let_go(
    capsule: int, exported: Dict[int, Any] = _exported, pointer: Any = _dying_pointer, name: bytes = _STREAM
) -> None:
    stream = exported.pop(pointer(capsule, name), None)
    if stream is not None and stream.release:  # the consumer has not moved it away
        stream.release(stream)


_capsule_is_going = CFUNCTYPE(None, c_void_p)(_let_go)
# Capsules may go later than this module does, at the interpreter's end.
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_capsule_is_going))


def capsule_of(stream: Any) -> Any:
    """The stream in a capsule, as ``__arrow_c_stream__`` gives it; it belongs to the capsule from now on."""
    address = ctypes.addressof(stream)
    _exported[address] = stream
    return _new_capsule(address, _STREAM, ctypes.cast(_capsule_is_going, c_void_p))


class Chunks:
    """A schema and the arrays of it, until :meth:`close`. Capsules release what is theirs."""

    def __init__(self) -> None:
        self._capsules: Tuple[Any, ...] = ()
        self._own_schema = False
        self.schema: Any = None
        self.arrays: List[Any] = []
        self._owned = 0

    @classmethod
    def of(cls, data: Any) -> Chunks:
        """Those of anything that hands out Arrow data."""
        chunks = cls()
        if hasattr(data, "__arrow_c_array__"):
            chunks._capsules = tuple(data.__arrow_c_array__())
            chunks.schema = _inside(chunks._capsules[0], b"arrow_schema", ArrowSchema)
            chunks.arrays = [_inside(chunks._capsules[1], b"arrow_array", ArrowArray)]
        elif hasattr(data, "__arrow_c_stream__"):
            chunks._capsules = (data.__arrow_c_stream__(),)
            chunks._read(_inside(chunks._capsules[0], _STREAM, ArrowArrayStream))
        else:
            raise EventError(
                "%s has neither __arrow_c_stream__ nor __arrow_c_array__; ingest_columns takes arrays"
                % type(data).__name__
            )
        return chunks

    @classmethod
    def of_stream(cls, stream: Any) -> Chunks:
        """All of a stream, which is handed back."""
        chunks = cls()
        try:
            chunks._read(stream)
        finally:
            release_stream(stream)
        return chunks

    def _read(self, stream: Any) -> None:
        self.schema = ArrowSchema()
        self._check(stream, stream.get_schema(stream, self.schema))
        self._own_schema = True
        while True:
            array = ArrowArray()
            self._check(stream, stream.get_next(stream, array))
            if not array.release:
                return
            self.arrays.append(array)
            self._owned += 1

    def _check(self, stream: Any, status: int) -> None:
        if status:
            said = stream.get_last_error(stream)
            self.close()
            raise EventError("the Arrow stream failed: %s" % (said.decode("utf-8", "replace") if said else status))

    def close(self) -> None:
        """Hands everything back. Closing twice is fine."""
        for array in self.arrays[: self._owned]:
            if array.release:
                array.release(array)
        if self._own_schema and self.schema.release:
            self.schema.release(self.schema)
        self.arrays, self._owned, self._own_schema, self._capsules = [], 0, False, ()


_INTEGERS = {
    "c": _abi.LAYOUT_INT8,
    "s": _abi.LAYOUT_INT16,
    "i": _abi.LAYOUT_INT32,
    "l": _abi.LAYOUT_INT64,
    "C": _abi.LAYOUT_UINT8,
    "S": _abi.LAYOUT_UINT16,
    "I": _abi.LAYOUT_UINT32,
    "L": _abi.LAYOUT_UINT64,
}
_TEXTS = {"u": _abi.LAYOUT_TEXT32, "U": _abi.LAYOUT_TEXT64, "vu": _abi.LAYOUT_VIEW}
_TICKS = {
    "s": _abi.TICK_SECOND,
    "m": _abi.TICK_MILLISECOND,
    "u": _abi.TICK_MICROSECOND,
    "n": _abi.TICK_NANOSECOND,
}


def _set_format(column: Any, name: str, form: str, local: bool) -> None:
    """Layout and kind by Arrow's format text."""
    column.kind = _abi.VALUE_INTEGER
    if form in _INTEGERS:
        column.layout = _INTEGERS[form]
    elif form in _TEXTS:
        column.layout = _TEXTS[form]
    elif form == "n":
        column.layout = _abi.LAYOUT_NONE
    elif form == "b":
        column.layout, column.kind = _abi.LAYOUT_BITS, _abi.VALUE_BOOLEAN
    elif form[:2] == "d:" and form.split(",")[2:] in ([], ["128"]) and 0 <= int(form.split(",")[1]) <= 38:
        column.layout, column.scale = _abi.LAYOUT_DECIMAL, int(form.split(",")[1])
    elif form == "tdD":
        column.layout, column.kind, column.tick = _abi.LAYOUT_INT32, _abi.VALUE_TIME, _abi.TICK_DAY
    elif form == "tdm":
        column.layout, column.kind, column.local = _abi.LAYOUT_INT64, _abi.VALUE_TIME, 1
    elif form[:2] == "ts" and form[2:3] in _TICKS:
        column.layout, column.kind, column.tick = _abi.LAYOUT_INT64, _abi.VALUE_TIME, _TICKS[form[2]]
        column.local = int(local and not form.partition(":")[2])
    elif form in ("e", "f", "g"):
        raise EventError(
            "column %s is binary floating point, which cannot hold most decimal fractions: "
            "cast it to decimal128, to an integer, or to text" % name
        )
    else:
        raise EventError("column %s has Arrow's format %r, which no field is read from: cast it" % (name, form))


def describe(
    column: Any, name: str, schema: Any, array: Any, first: int, rows: int, local: bool, keep: List[Any]
) -> None:
    """Fills a ``prm_column`` with an array: rows ``first`` to ``first + rows`` of what the array's offset begins."""
    form = schema.format.decode()
    column.rows = rows
    column.first = array.offset + first
    if array.null_count == array.length and array.length and not schema.dictionary:
        form = "n"
    _set_format(column, name, form, local)
    if column.layout == _abi.LAYOUT_NONE:
        return
    buffers = array.buffers
    column.valid = buffers[0] if array.null_count else None
    column.values = buffers[1]
    if column.layout in (_abi.LAYOUT_TEXT32, _abi.LAYOUT_TEXT64):
        column.bytes = buffers[2]
    elif column.layout == _abi.LAYOUT_VIEW:
        column.bytes = ctypes.cast(buffers, c_void_p).value + 2 * ctypes.sizeof(c_void_p)  # type: ignore[operator]
    if schema.dictionary:
        entries = _abi.Column()
        keep.append(entries)
        inner = array.dictionary.contents
        describe(entries, name, schema.dictionary.contents, inner, 0, inner.length, local, keep)
        column.dictionary = ctypes.pointer(entries)
