"""Types and style of the package, and the examples in its documentation."""

import subprocess
import sys

import pytest


def run(root, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=root / "bindings" / "python", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy(root, tmp_path):
    pytest.importorskip("mypy")
    run(root, "mypy", "--strict", "--cache-dir", str(tmp_path), "prm")


def test_ruff(root):
    pytest.importorskip("ruff")
    run(root, "ruff", "check", "--no-cache", "prm", "wheelmaker.py")


def test_help_is_an_introduction():
    import pydoc

    import prm

    text = pydoc.render_doc(prm, renderer=pydoc.plaintext)
    for word in ("Program.compile", "engine.ingest", "ledger", "ingest_arrow", "EventError"):
        assert word in text
