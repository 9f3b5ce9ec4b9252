"""What can go wrong, and what is said about it."""

from __future__ import annotations

import ctypes
import enum
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Tuple

from . import _abi
from ._library import lib

__all__ = ["Diagnostic", "Error", "EventError", "ProgramError", "Severity", "StateError", "Status"]


class Status(enum.IntEnum):
    """Why a call of the library failed."""

    ARGUMENT = _abi.E_ARGUMENT
    MEMORY = _abi.E_MEMORY
    IO = _abi.E_IO
    PROGRAM = _abi.E_PROGRAM
    EVENT = _abi.E_EVENT
    CLOCK = _abi.E_CLOCK
    LIMIT = _abi.E_LIMIT
    NOT_FOUND = _abi.E_NOT_FOUND
    INTERNAL = _abi.E_INTERNAL
    STATE = _abi.E_STATE
    MISMATCH = _abi.E_MISMATCH
    UNSUPPORTED = _abi.E_UNSUPPORTED


class Severity(enum.IntEnum):
    """How bad a diagnostic is."""

    ERROR = 1
    WARNING = 2
    NOTE = 3


@dataclass(frozen=True)
class Diagnostic:
    """One thing that a compilation has to say. ``str()`` shows it with its line and a caret."""

    __slots__ = ("code", "column", "end_column", "file", "hint", "line", "message", "rendered", "severity", "source")

    severity: Severity
    code: int  #: stable; docs/diagnostics.md explains each
    file: str
    line: int  #: from 1
    column: int  #: from 1, in code points
    end_column: int
    message: str
    hint: Optional[str]
    source: str  #: the line of the program
    rendered: str

    def __str__(self) -> str:
        return self.rendered


class Error(Exception):
    """Anything that prm raises. Whatever raised it has changed nothing."""

    def __init__(self, message: str, status: Optional[Status] = None) -> None:
        super().__init__(message)
        self.status = status


class ProgramError(Error):
    """A program does not compile. ``diagnostics`` has everything that was found, warnings too.

    >>> import prm
    >>> try:
    ...     prm.Program.compile("prm: 1\\nprogram: p\\ncurrency: JPY\\nrulez: {}\\n", name="p.yaml")
    ... except prm.ProgramError as error:
    ...     print(error.diagnostics[0].line, error.diagnostics[0].code, error.diagnostics[0].hint)
    4 201 did you mean `rules`?
    """

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = (), status: Optional[Status] = None) -> None:
        self.diagnostics: Tuple[Diagnostic, ...] = tuple(diagnostics)
        errors = [d for d in self.diagnostics if d.severity is Severity.ERROR]
        if errors:
            message = "\n".join(d.rendered.rstrip("\n") for d in errors)
            if len(errors) > 1:
                message += "\n%d errors" % len(errors)
        super().__init__(message, status or Status.PROGRAM)


class EventError(Error):
    """An event, or a row of columns, that cannot even be handed to the engine; ``index`` tells which."""

    def __init__(self, message: str, index: Optional[int] = None, status: Optional[Status] = None) -> None:
        super().__init__(message if index is None else "event %d: %s" % (index, message), status or Status.EVENT)
        self.index = index


class StateError(Error):
    """The engine cannot do that now (its clock would go back, it is closed, memory ran out), or the bytes of a state
    are damaged (``status`` is ``Status.STATE``) or another program's (``Status.MISMATCH``).

    >>> import prm
    >>> program = prm.Program.compile("prm: 1\\nprogram: p\\ncurrency: JPY\\n")
    >>> try:
    ...     prm.Engine.restore(program, b"no state")
    ... except prm.StateError as error:
    ...     print(error.status.name)
    STATE
    """


def raise_for(error: Any, index: Optional[int] = None) -> None:
    """Raises what a filled ``prm_error`` says."""
    status = Status(error.status)
    message = error.message.decode("utf-8", "replace")
    if status is Status.EVENT:
        raise EventError(message, index, status)
    if status is Status.PROGRAM:
        raise ProgramError(message, (), status)
    if status is Status.ARGUMENT:
        raise Error(message, status)
    raise StateError(message, status)


def take_text(text: Any) -> str:
    """A ``prm_text`` as str."""
    return ctypes.string_at(text.data, text.size).decode("utf-8") if text.size else ""


def rendered(function: Any, *arguments: Any) -> str:
    """What one of the functions says that measure with no room and then write."""
    size = function(*arguments, None, 0)
    buffer = ctypes.create_string_buffer(size + 1)
    function(*arguments, buffer, size + 1)
    return buffer.value.decode("utf-8", "replace")


def read_diagnostics(handle: Any) -> Tuple[Diagnostic, ...]:
    """All of a list, which stays the caller's."""
    found = []
    for index in range(lib.prm_diagnostics_count(handle)):
        one = _abi.CDiagnostic(size=ctypes.sizeof(_abi.CDiagnostic))
        if lib.prm_diagnostics_get(handle, index, one) != _abi.OK:
            break
        found.append(
            Diagnostic(
                Severity(one.severity),
                one.number,
                take_text(one.file),
                one.line,
                one.column,
                one.end_column,
                take_text(one.message),
                take_text(one.hint) or None,
                take_text(one.source),
                rendered(lib.prm_diagnostics_render, handle, index),
            )
        )
    return tuple(found)
