"""Finding and opening libprm.

In this order: the file that the environment's ``PRM_LIBRARY`` names, and nothing
else then; the file that a wheel brings, beside this module; the soname, by the
rules of the system's loader. ``ctypes.util.find_library`` is never asked: it runs
compilers and guesses.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any, Iterator, List, Tuple

from . import _abi

__all__ = ["LIBRARY_PATH", "lib"]


def _candidates() -> Iterator[Tuple[str, str]]:
    """(what to open, why it is tried), the most wanted first."""
    named = os.environ.get("PRM_LIBRARY")
    if named:
        yield named, "PRM_LIBRARY"
        return
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), _abi.SONAME)
    yield beside, "beside the package"
    yield _abi.SONAME, "the system's loader"


def _declare(library: ctypes.CDLL) -> None:
    """Gives each function its types; AttributeError when the library has none of that name."""
    for name, (restype, argtypes) in _abi.FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = restype
        function.argtypes = argtypes


def _mismatch(library: ctypes.CDLL) -> str:
    """What is wrong with the library, or nothing."""
    try:
        _declare(library)
    except AttributeError as error:
        return "it is no libprm of this version: " + str(error)
    version = library.prm_version().decode()
    if tuple(int(part) for part in version.split(".")[:2]) != _abi.VERSION:
        return "its version is %s; this package needs %d.%d" % ((version,) + _abi.VERSION)
    for name, size in _abi.sizes().items():
        if library.prm_struct_size(name.encode()) != size:
            return "its %s has %d bytes, and here it has %d" % (
                name,
                library.prm_struct_size(name.encode()),
                size,
            )
    return ""


def _open() -> Tuple[Any, str]:
    tried: List[str] = []
    for path, why in _candidates():
        try:
            library = ctypes.CDLL(path)
        except OSError as error:
            tried.append("  %s (%s): %s" % (path, why, error))
            continue
        wrong = _mismatch(library)
        if not wrong:
            return library, path
        tried.append("  %s (%s): %s" % (path, why, wrong))
    raise ImportError("prm: no libprm could be used. Tried:\n" + "\n".join(tried))


lib, LIBRARY_PATH = _open()
