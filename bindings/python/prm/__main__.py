"""``python -m prm``: the command prm, with the same arguments and exit status."""

from __future__ import annotations

import os
import subprocess
import sys

from ._tool import find_tool


def main() -> int:
    """Runs the tool in place of this process where that is possible."""
    tool = find_tool()
    if os.name == "posix":
        os.execv(tool, [tool, *sys.argv[1:]])
    return subprocess.call([tool, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
