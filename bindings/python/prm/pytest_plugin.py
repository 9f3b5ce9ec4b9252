"""pytest and ``*.test.yaml``: each test of such a file is a test of pytest.

When a file is collected, the command ``prm test`` runs all of its tests, once; what it finds are the failures of the
single tests here. ``pytest --prm-coverage`` adds which rules no test of the collected files fires; ``-p no:prm`` turns
all of this off.
"""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pytest

from ._tool import find_tool

__all__ = ["ProgramTest", "ProgramTestFile", "ProgramTestFailure"]

_COVERED: pytest.StashKey[List[Path]] = pytest.StashKey()


class ProgramTestFailure(Exception):
    """What a test expected and did not get."""


def run_tool(*arguments: str, cwd: Optional[Path] = None) -> Tuple[int, str, str]:
    """Exit status, standard output and standard error of the tool."""
    done = subprocess.run([find_tool(), *arguments], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


class ProgramTestFile(pytest.File):
    """A file ``*.test.yaml``."""

    def collect(self) -> Iterator[ProgramTest]:
        """Runs the file and gives an item per test."""
        covered: List[Path] = self.config.stash.setdefault(_COVERED, [])
        covered.append(self.path)
        for name, case in self._run():
            yield ProgramTest.from_parent(self, name=name, case=case)

    def _run(self) -> List[Tuple[str, ElementTree.Element]]:
        status, out, errors = run_tool("test", self.path.name, "--format", "junit", cwd=self.path.parent)
        try:
            cases = list(ElementTree.fromstring(out).iter("testcase"))
        except ElementTree.ParseError:
            cases = []
        if status not in (0, 1) or not cases:
            raise self.CollectError("prm test says (exit status %d):\n%s%s" % (status, out, errors))
        seen: Dict[str, int] = {}
        named = []
        for case in cases:
            name = case.get("name", "")
            seen[name] = seen.get(name, 0) + 1
            named.append((name if seen[name] == 1 else "%s (%d)" % (name, seen[name]), case))
        return named


class ProgramTest(pytest.Item):
    """One test of such a file."""

    def __init__(self, *, case: ElementTree.Element, **more: Any) -> None:
        super().__init__(**more)
        self._case = case
        skipped = case.find("skipped")
        if skipped is not None:
            self.add_marker(pytest.mark.xfail(reason=skipped.get("message", "to do"), run=True))

    def runtest(self) -> None:
        """Raises what the tool found."""
        for kind in ("failure", "error", "skipped"):
            found = self._case.find(kind)
            if found is not None:
                raise ProgramTestFailure((found.text or found.get("message") or "").rstrip("\n"))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The differences alone: no traceback helps here."""
        if isinstance(excinfo.value, ProgramTestFailure):
            return "%s: %s\n%s" % (self.path.name, self.name, excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> Tuple[Path, Optional[int], str]:
        """The test by its file and name."""
        return self.path, None, self.name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --prm-coverage."""
    group = parser.getgroup("prm", "tests of incentive programs (*.test.yaml)")
    group.addoption("--prm-coverage", action="store_true", help="list the rules that no test fires")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Optional[ProgramTestFile]:
    """Takes files called NAME.test.yaml."""
    if file_path.name.endswith(".test.yaml"):
        collected: ProgramTestFile = ProgramTestFile.from_parent(parent, path=file_path)
        return collected
    return None


def uncovered(paths: List[Path]) -> List[str]:
    """What the tool says of rules that no test of these files fires."""
    _, out, errors = run_tool("test", *(str(path) for path in paths))
    return [line[len("note: ") :] for line in (out + errors).splitlines() if line.startswith("note: ")]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Says which rules were not fired, if asked so."""
    covered: List[Path] = config.stash.setdefault(_COVERED, [])
    paths = sorted(set(covered))
    if not config.getoption("--prm-coverage") or not paths:
        return
    notes = uncovered(paths)
    terminalreporter.section("prm: rules that no test fires")
    for note in notes or ["every rule is fired by some test"]:
        terminalreporter.line(note)
