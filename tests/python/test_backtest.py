"""The example that compares two programs: it pays what the command line pays, and draws."""

import csv
import os
import subprocess
import sys

import pytest

pytest.importorskip("pandas")
pytest.importorskip("matplotlib")


def test_backtest(root, tmp_path):
    folder = root / "rules" / "crm-export"
    picture = tmp_path / "backtest.png"
    script = root / "bindings" / "python" / "examples" / "backtest.py"
    done = subprocess.run([sys.executable, script, "--out", picture], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes()[:4] == b"\x89PNG"
    tool = [os.environ.get("PRM_TOOL", "prm"), "run", folder / "program.yaml", "--map", folder / "mapping.yaml"]
    events = ["--events", folder / "sales_pipeline.csv", "--totals", "--format", "csv", "--quiet"]
    out = subprocess.run([*tool, *events], capture_output=True, text=True, check=True).stdout
    paid = {row["partner"]: row["amount"] for row in csv.DictReader(out.splitlines()) if not row["rep"]}
    for line in done.stdout.splitlines():
        for partner, amount in paid.items():
            if line.startswith(partner):
                assert line[len(partner) :].split()[0] == amount
    assert "gain" in done.stdout and sum(line.startswith(tuple(paid)) for line in done.stdout.splitlines()) >= 2
