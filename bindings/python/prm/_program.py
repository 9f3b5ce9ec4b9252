"""Programs: compiled once, shared by any number of engines and threads."""

from __future__ import annotations

import ctypes
import json
import os
import re
import weakref
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Dict, List, Optional, Tuple, Union
from zoneinfo import ZoneInfo

from . import _abi
from ._errors import (
    Diagnostic,
    EventError,
    ProgramError,
    StateError,
    Status,
    raise_for,
    read_diagnostics,
    rendered,
    take_text,
)
from ._library import lib
from ._records import EPOCH

__all__ = ["Field", "Program", "Rule", "Stage", "Time", "schema"]

#: An aware datetime, a date (its first instant in the program's zone), RFC 3339 or a date as text, Unix seconds.
Time = Union[datetime, date, str, int]

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Rule:
    """A rule of a program. ``tiers`` counts tiers, or places of a contest."""

    __slots__ = ("has_else", "has_remind", "has_then", "line", "name", "tiers", "title")

    name: str
    title: Optional[str]
    line: int
    tiers: int
    has_then: bool
    has_else: bool
    has_remind: bool


@dataclass(frozen=True)
class Stage:
    """A stage of a program's journey."""

    __slots__ = ("line", "name", "title")

    name: str
    title: Optional[str]
    line: int


@dataclass(frozen=True)
class Field:
    """A field that events of a type have."""

    __slots__ = ("name", "required", "type")

    name: str
    type: str  #: "text", "boolean", "integer", "money", "time", "decimal" or "percent"
    required: bool


def _zone_of(name: str) -> tzinfo:
    offset = re.fullmatch(r"([+-])(\d\d):(\d\d)", name)
    if offset:
        minutes = int(offset.group(2)) * 60 + int(offset.group(3))
        return timezone(timedelta(minutes=-minutes if offset.group(1) == "-" else minutes))
    return timezone.utc if name == "UTC" else ZoneInfo(name)


class Program:
    """A compiled program. It never changes; threads may share it.

    >>> import prm
    >>> program = prm.Program.compile('''
    ... prm: 1
    ... program: example
    ... currency: JPY
    ... timezone: Asia/Tokyo
    ... commission: {on: deal.won, of: amount, base: 15%}
    ... ''')
    >>> program.name, program.currency, program.timezone, program.rules
    ('example', 'JPY', 'Asia/Tokyo', ())
    >>> [field.name for field in program.types["deal.cancelled"] if field.required]
    ['partner', 'deal']
    """

    def __init__(self, handle: int, warnings: Tuple[Diagnostic, ...]) -> None:
        """Use :meth:`load` or :meth:`compile`."""
        self._handle = handle
        self._finalizer = weakref.finalize(self, lib.prm_program_unref, handle)
        self.warnings = warnings  #: what the compiler would have looked at again
        self.name = take_text(lib.prm_program_name(handle))
        self.title: Optional[str] = take_text(lib.prm_program_title(handle)) or None
        self.currency = take_text(lib.prm_program_currency(handle))
        self.timezone = take_text(lib.prm_program_timezone(handle))
        self.tzinfo: tzinfo = _zone_of(self.timezone)
        self.minor_digits: int = lib.prm_program_minor_digits(handle)
        self.hash: int = lib.prm_program_hash(handle)
        self.rules: Tuple[Rule, ...] = tuple(self._rule(i) for i in range(lib.prm_program_rule_count(handle)))
        #: the stages of its journey, in their order
        self.stages: Tuple[Stage, ...] = tuple(self._stage(i) for i in range(lib.prm_program_stage_count(handle)))
        #: the event types that it knows, and their fields
        self.types: Dict[str, Tuple[Field, ...]] = dict(map(self._type, range(lib.prm_program_type_count(handle))))
        self._dates: Dict[str, int] = {}
        self._types: Dict[str, int] = {}
        self._fields: Dict[str, int] = {}

    @classmethod
    def compile(cls, text: Union[str, bytes], *, name: str = "program", zoneinfo: Optional[str] = None) -> Program:
        """Compiles a program's text; ``name`` is what diagnostics call it, ``zoneinfo`` a folder of TZif files.

        Raises :class:`ProgramError` with all diagnostics.
        """
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
        return cls._made(lib.prm_program_compile, (data, len(data)), name, zoneinfo)

    @classmethod
    def load(cls, path: Union[str, os.PathLike[str]], *, zoneinfo: Optional[str] = None) -> Program:
        """The same for a file. A file that cannot be read is an :class:`OSError` as from ``open``."""
        with open(path, "rb"):
            pass
        return cls._made(lib.prm_program_load, (os.fsencode(path),), None, zoneinfo)

    @classmethod
    def _made(cls, make: Any, source: Tuple[Any, ...], name: Optional[str], zoneinfo: Optional[str]) -> Program:
        handle, found, error = ctypes.c_void_p(), ctypes.c_void_p(), _abi.CError()
        options = _abi.CompileOptions(
            size=ctypes.sizeof(_abi.CompileOptions),
            file_name=None if name is None else name.encode("utf-8"),
            zoneinfo_directory=None if zoneinfo is None else os.fsencode(zoneinfo),
        )
        status = make(*source, options, handle, found, error)
        try:
            diagnostics = read_diagnostics(found)
        finally:
            lib.prm_diagnostics_free(found)
        if status == _abi.E_MEMORY:
            raise_for(error)
        if status != _abi.OK or handle.value is None:
            raise ProgramError(error.message.decode("utf-8", "replace"), diagnostics, Status(status))
        return cls(handle.value, diagnostics)

    def _rule(self, index: int) -> Rule:
        raw = _abi.CRule(size=ctypes.sizeof(_abi.CRule))
        if lib.prm_program_rule(self._handle, index, raw) != _abi.OK:
            raise StateError("the program has no rule %d" % index, Status.NOT_FOUND)
        return Rule(
            take_text(raw.name),
            take_text(raw.title) or None,
            raw.line,
            raw.tiers,
            bool(raw.outcomes & 1),
            bool(raw.outcomes & 2),
            bool(raw.outcomes & 4),
        )

    def _stage(self, index: int) -> Stage:
        raw = _abi.CStage(size=ctypes.sizeof(_abi.CStage))
        if lib.prm_program_stage(self._handle, index, raw) != _abi.OK:
            raise StateError("the program has no stage %d" % index, Status.NOT_FOUND)
        return Stage(take_text(raw.name), take_text(raw.title) or None, raw.line)

    def _type(self, index: int) -> Tuple[str, Tuple[Field, ...]]:
        raw, field = _abi.CType(), _abi.CTypeField()
        raw.size, field.size = ctypes.sizeof(raw), ctypes.sizeof(field)
        fields: List[Field] = []
        if lib.prm_program_type_get(self._handle, index, raw) != _abi.OK:
            raise StateError("the program has no type %d" % index, Status.NOT_FOUND)
        for place in range(raw.fields):
            if lib.prm_program_type_field(self._handle, index, place, field) != _abi.OK:
                raise StateError("type %d has no field %d" % (index, place), Status.NOT_FOUND)
            fields.append(Field(take_text(field.name), take_text(field.type), bool(field.required)))
        return take_text(raw.name), tuple(fields)

    def rule_index(self, name: str) -> int:
        """The place of a rule in the file; StateError when there is none of that name."""
        for index, rule in enumerate(self.rules):
            if rule.name == name:
                return index
        raise StateError("the program has no rule %r" % name, Status.NOT_FOUND)

    def type_handle(self, name: str) -> int:
        """The handle of an event type, or PRM_NONE."""
        handle = self._types.get(name)
        if handle is None:
            data = name.encode("utf-8", "surrogatepass")
            handle = lib.prm_program_type(self._handle, data, len(data))
            if handle != _abi.NONE:
                self._types[name] = handle
        return handle

    def field_handle(self, name: str) -> int:
        """The handle of a field's name, or PRM_NONE."""
        handle = self._fields.get(name)
        if handle is None:
            data = name.encode("utf-8", "surrogatepass")
            handle = lib.prm_program_field(self._handle, data, len(data))
            if handle != _abi.NONE:
                self._fields[name] = handle
        return handle

    def milliseconds(self, time: Time) -> int:
        """A time as ms UTC: an aware datetime, a date (its first instant in the program's zone), RFC 3339 or a
        date as text, or an integer of Unix seconds.

        >>> import prm
        >>> program = prm.Program.compile("prm: 1\\nprogram: p\\ncurrency: JPY\\ntimezone: Asia/Tokyo\\n")
        >>> program.milliseconds("2026-06-01") == program.milliseconds("2026-05-31T15:00:00Z")
        True
        """
        if isinstance(time, datetime):
            if time.tzinfo is None or time.utcoffset() is None:
                raise EventError("the datetime %s has no time zone: which instant is it?" % time.isoformat())
            return (time - EPOCH) // _MILLISECOND
        if isinstance(time, date):
            time = time.isoformat()
            known = self._dates.get(time)
            if known is None:
                known = self._dates[time] = self._read_time(time)
            return known
        if isinstance(time, str):
            return self._read_time(time)
        if isinstance(time, int) and not isinstance(time, bool):
            return time * 1000
        raise EventError("%r is no time: give an aware datetime, a date, or RFC 3339" % (time,))

    def _read_time(self, text: str) -> int:
        data = text.encode("utf-8", "surrogatepass")
        out, error = ctypes.c_int64(), _abi.CError()
        if lib.prm_program_read_time(self._handle, data, len(data), out, error) != _abi.OK:
            raise_for(error)
        return out.value

    def format_money(self, amount: Decimal) -> str:
        """Money as the command line prints it.

        >>> import prm
        >>> from decimal import Decimal
        >>> prm.Program.compile("prm: 1\\nprogram: p\\ncurrency: USD\\n").format_money(Decimal("1234.5"))
        '1234.50'
        """
        minor = amount.scaleb(self.minor_digits)
        if minor != minor.to_integral_value():
            raise EventError("%s is finer than the currency's smallest unit" % amount)
        return rendered_short(lib.prm_program_write_money, self._handle, int(minor))

    def dump(self) -> str:
        """The compiled program in a readable form."""
        return rendered(lib.prm_program_dump, self._handle)

    def __repr__(self) -> str:
        return "<prm.Program %s, %d rules, %s>" % (self.name, len(self.rules), self.currency)


def rendered_short(function: Any, *arguments: Any) -> str:
    """What one of the functions writes for which 64 bytes always suffice."""
    buffer = ctypes.create_string_buffer(64)
    function(*arguments, buffer, 64)
    return buffer.value.decode()


def schema() -> Dict[str, Any]:
    """The JSON Schema of programs, by which editors complete and check.

    >>> import prm
    >>> "rules" in str(prm.schema())
    True
    """
    loaded: Dict[str, Any] = json.loads(rendered(lib.prm_schema, 0))
    return loaded
