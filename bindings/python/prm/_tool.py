"""The command ``prm``: which file it is, and ``python -m prm`` to run it."""

from __future__ import annotations

import os
import shutil
from typing import List

__all__ = ["find_tool"]


def find_tool() -> str:
    """The tool's path: what ``PRM_TOOL`` names and nothing else then; beside the package, as a wheel brings it; else
    on the PATH. FileNotFoundError tells what was tried."""
    named = os.environ.get("PRM_TOOL")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "prm")
    tried: List[str] = [named] if named else [beside]
    for path in tried:
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    if not named:
        found = shutil.which("prm")
        if found:
            return found
        tried.append("prm on the PATH")
    raise FileNotFoundError("the command prm was not found; tried " + ", ".join(tried))
