"""From Python's events to the library's: dicts, dataclasses and other mappings.

The texts of a batch go into one buffer, and the structs are written as plain
integers; no ctypes object is made per event.
"""

from __future__ import annotations

import ctypes
import dataclasses
import operator
from array import array
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Dict, Iterable, List, Tuple, Type, Union

from . import _abi
from ._errors import EventError
from ._program import Program

__all__ = ["Batch", "each_event"]

_MASK = 2**64 - 1
_INTEGER = range(-(2**63), 2**63)
_TEXT_KIND = _abi.VALUE_TEXT << 32


def each_event(events: Any) -> Iterable[Any]:
    """One event, or an iterable of them, as an iterable."""
    if isinstance(events, Mapping) or (dataclasses.is_dataclass(events) and not isinstance(events, type)):
        return (events,)
    if isinstance(events, (str, bytes)):
        raise EventError("a text is no event: give dicts or dataclasses with id, type, time and fields")
    return events  # type: ignore[no-any-return]


def refused_float(name: str, value: Any) -> str:
    """Why a binary float is not taken."""
    return (
        "%s is %r, a binary float, which cannot hold most decimal fractions (0.1 is not a tenth): "
        "give an int, a decimal.Decimal or a text" % (name, value)
    )


class Batch:
    """Events as C arrays. Keep it until the call that reads it has returned."""

    def __init__(self, program: Program, events: Iterable[Any]) -> None:
        self._program = program
        self._parts: List[bytes] = []
        self._end = 0  # bytes in the parts
        self._places: Dict[Union[str, bytes], int] = {}  # of names, which repeat
        self._names: Dict[Type[Any], Tuple[str, ...]] = {}
        self._fields: List[int] = []  # six words a field
        self._events: List[int] = []  # seven words an event
        for index, event in enumerate(events):
            try:
                self._add(self._items(event))
            except EventError as error:
                raise EventError(str(error), index) from None
        self.count = len(self._events) // 7
        self._link()

    def _items(self, event: Any) -> Iterable[Tuple[str, Any]]:
        if isinstance(event, Mapping):
            return event.items()
        kind = type(event)
        names = self._names.get(kind)
        if names is None:
            if not dataclasses.is_dataclass(event) or isinstance(event, type):
                raise EventError("%r is no event: give a dict or a dataclass" % (event,))
            names = self._names[kind] = tuple(field.name for field in dataclasses.fields(event))
        return [(name, getattr(event, name)) for name in names]

    def _add(self, items: Iterable[Tuple[str, Any]]) -> None:
        identity: Any = None
        kind: Any = None
        time: Any = None
        fields = self._fields
        start = len(fields)
        for name, value in items:
            if value is None:
                continue
            if name == "id":
                identity = value
            elif name == "type":
                kind = value
            elif name == "time":
                time = value
            else:
                self._add_field(name, value)
        if time is None:
            del fields[start:]
            raise EventError("it has no time")
        if not isinstance(identity, str):
            identity = self._whole_text("id", identity)
        kind_place, kind_size, handle = 0, 0, _abi.NONE
        if kind is not None:
            if not isinstance(kind, str):
                raise EventError("its type is %r: give a text" % (kind,))
            handle = self._program.type_handle(kind)
            kind_place, kind_size = self._name(kind)
        identity = identity.encode("utf-8", "surrogatepass")
        self._events += (
            handle | (len(fields) - start) // 6 << 32,
            kind_place,
            kind_size,
            self._text(identity),
            len(identity),
            self._milliseconds(time) & _MASK,
            start // 6,
        )

    def _whole_text(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        try:
            return str(operator.index(value))
        except TypeError:
            raise EventError("its %s is %r: give a text" % (name, value)) from None

    def _milliseconds(self, time: Any) -> int:
        ms = self._program.milliseconds(time)
        return ms if ms in _INTEGER else _abi.NO_TIME

    def _text(self, data: bytes) -> int:
        """Where the text will lie, from the start of the buffer."""
        place = self._end
        self._parts.append(data)
        self._end += len(data)
        return place

    def _name(self, name: str) -> Tuple[int, int]:
        data = name.encode("utf-8", "surrogatepass")
        place = self._places.get(data)
        if place is None:
            place = self._places[data] = self._text(data)
        return place, len(data)

    def _add_field(self, name: str, value: Any) -> None:
        if not isinstance(name, str):
            raise EventError("a field is called %r: give a text" % (name,))
        handle = self._program.field_handle(name)
        place, size = (0, 0) if handle != _abi.NONE else self._name(name)
        kind, text, number = _TEXT_KIND, b"", 0
        if isinstance(value, str):
            text = value.encode("utf-8", "surrogatepass")
        else:
            form, said = self._value(name, value)
            if isinstance(said, bytes):
                text = said
            else:
                kind, number = form << 32, said & _MASK
        at = self._text(text) if text else 0
        self._fields += (handle | kind, place, size, at, len(text), number)

    def _value(self, name: str, value: Any) -> Tuple[int, Union[int, bytes]]:
        """A value that is no str, as its kind and number, or as text."""
        if isinstance(value, bool):
            return _abi.VALUE_BOOLEAN, int(value)
        if isinstance(value, float):
            raise EventError(refused_float(name, value))
        if isinstance(value, Decimal):
            return _abi.VALUE_TEXT, decimal_text(name, value).encode()
        if isinstance(value, datetime):
            return _abi.VALUE_TIME, self._milliseconds(value)
        if isinstance(value, date):
            return _abi.VALUE_TEXT, value.isoformat().encode()
        if type(value).__name__ in ("bool_", "bool"):  # numpy's
            return _abi.VALUE_BOOLEAN, int(bool(value))
        try:
            number = operator.index(value)
        except TypeError:
            raise EventError(
                "%s is %r, of type %s, which is no field's value" % (name, value, type(value).__name__)
            ) from None
        if number in _INTEGER:
            return _abi.VALUE_INTEGER, number
        return _abi.VALUE_TEXT, str(number).encode()

    def _link(self) -> None:
        """Places in the buffer become addresses."""
        self._buffer = ctypes.create_string_buffer(b"".join(self._parts), self._end + 1)
        base = ctypes.addressof(self._buffer)
        words = array("Q", self._fields)
        for column in (1, 3):
            words[column::6] = array("Q", [place + base for place in words[column::6]])
        self._field_words = words
        fields_at = words.buffer_info()[0]
        events = self._events
        out = array("Q", events)
        for column in (1, 3):
            out[column::7] = array("Q", [place + base for place in events[column::7]])
        out[6::7] = array("Q", [fields_at + place * 48 for place in events[6::7]])
        self._event_words = out
        self.events = ctypes.cast(out.buffer_info()[0], ctypes.POINTER(_abi.Event))
        self._parts = []
        self._fields = []
        self._events = []

    def event_at(self, index: int) -> Any:
        """A pointer to one event."""
        return ctypes.pointer(self.events[index])


def decimal_text(name: str, value: Decimal) -> str:
    """A Decimal in plain digits, without the zeros that it may end in."""
    if not value.is_finite():
        raise EventError("%s is %s, which is no number" % (name, value))
    if value.adjusted() > 60 or value.adjusted() < -60:
        raise EventError("%s is %s, beyond all limits" % (name, value))
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
