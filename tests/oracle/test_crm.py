#!/usr/bin/env python3
"""The main job: `prm run` on the CRM export against crm.py, row by row.

    test_crm.py PRM
"""

import csv
import io
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CRM = ROOT / "rules" / "crm-export"
PRM = str(Path(sys.argv.pop()).resolve())


def read(command):
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def run(*options):
    return read([PRM, "run", CRM / "program.yaml", "--map", CRM / "mapping.yaml", "--events",
                 CRM / "sales_pipeline.csv", "--format", "csv", *options])


class MainJob(unittest.TestCase):
    def test_every_row_of_the_ledger(self):
        expected = read([sys.executable, HERE / "crm.py", "--ledger"])
        columns = expected[0].keys()
        rows = sorted(({key: row[key] for key in columns} for row in run()), key=lambda row: row["id"])
        self.assertEqual(len(rows), len(expected))
        for row, wanted in zip(rows, sorted(expected, key=lambda row: row["id"])):
            self.assertEqual(row, wanted)

    def test_totals_as_kept_beside(self):
        with open(HERE / "expected-totals.csv", newline="", encoding="utf-8") as file:
            kept = [row for row in csv.DictReader(file) if row["partner"]]
        totals = [{key: row[key] for key in kept[0]} for row in run("--totals")]
        self.assertEqual(sorted(totals, key=str), sorted(kept, key=str))

    def test_the_journal_nets_to_the_ledger(self):
        net = {}
        for row in run("--journal"):
            content = tuple(row[key] for key in ("id", "recipient", "kind", "amount", "rate", "from", "until"))
            net[content] = net.get(content, 0) + (1 if row["op"] == "grant" else -1)
        ledger = [tuple(row[key] for key in ("id", "recipient", "kind", "amount", "rate", "from", "until"))
                  for row in run()]
        self.assertEqual(sorted(key for key, count in net.items() if count), sorted(ledger))
        self.assertEqual(set(net.values()) - {0, 1}, set())


if __name__ == "__main__":
    unittest.main()
