"""What an installed wheel does, with no other package at hand.

installed.py SOURCE_ROOT
"""

import doctest
import subprocess
import sys
from pathlib import Path

import prm
import prm._engine
import prm._errors
import prm._program
import prm._state
import prm._table
from prm import library_version

ROOT = Path(sys.argv[1])
HERE = Path(prm.__file__).parent


def check(holds, what):
    if not holds:
        sys.exit("installed: " + what)


check(ROOT not in HERE.parents, "the package is the source tree's")
check(Path(prm.LIBRARY_PATH).parent == HERE, "the library is not the wheel's: " + prm.LIBRARY_PATH)
for module in (prm, prm._diff, prm._engine, prm._errors, prm._program, prm._state, prm._table):
    check(doctest.testmod(module).failed == 0, "the examples of %s fail" % module.__name__)
check((HERE / "py.typed").exists(), "py.typed is missing")

folder = ROOT / "rules" / "crm-export"
arguments = [
    "run",
    folder / "program.yaml",
    "--map",
    folder / "mapping.yaml",
    "--events",
    folder / "sales_pipeline.csv",
]
command = Path(sys.executable).parent / "prm"
for start in ([command], [sys.executable, "-m", "prm"]):
    done = subprocess.run([*start, *arguments, "--totals", "--format", "csv", "--quiet"], stdout=subprocess.PIPE)
    check(done.returncode == 0 and done.stdout.count(b"\n") > 5, "the command prm fails")
print("prm", library_version(), "works where it is installed")
