#!/usr/bin/env python3
"""The reference evaluator: the ledger of a program, from scratch.

    python3 prm_reference.py PROGRAM.yaml --events FILE.(ndjson|csv) [--clock T]

prints the ledger as CSV. It is slow and plain on purpose: an oracle that says
what LANGUAGE.md means. See README.md in this folder.
"""
import argparse
import os
import sys
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts  # noqa: E402
import near  # noqa: E402
from ledger import ledger_of  # noqa: E402
from program import Program  # noqa: E402
from walk import Walk  # noqa: E402

COLUMNS = ("op,rule,kind,partner,rep,customer,product,recipient,amount,rate,rank,at,from,until,payable,event,id"
           .split(","))


def evaluate(program_text, events, clock=None):
    """The ledger as a list of dicts of texts, one per row, with COLUMNS as keys.

    `events` are dicts of texts (and booleans) as they come from JSON or CSV;
    `clock` is a time as text, or None for the latest accepted event's."""
    rows, _ = evaluate_counted(program_text, events, clock)
    return rows


def evaluate_counted(program_text, events, clock=None):
    """The same with how the events were answered, by answer."""
    program = Program(program_text)
    near.seen.clear()
    accepted, counts = facts.accept(program, [as_read(event) for event in events])
    if clock is not None:
        limit = program.calendar.read_time(str(clock))
        if any(event.time > limit for event in accepted):
            near.note("clock before events")
    else:
        limit = max((event.time for event in accepted), default=0)
    standing = facts.standing(program, [event for event in accepted if event.time <= limit])
    walk = Walk(program, standing, limit)
    walk.run()
    return [row_of(program, outcome) for outcome in ledger_of(walk)], counts


def as_read(event):
    """Python numbers as the texts that a file would have."""
    return {key: value if isinstance(value, (str, bool)) else str(value)
            for key, value in event.items() if value is not None}


# -- rows as texts ------------------------------------------------------------------------

def decimal_text(number):
    """A Fraction that is a finite decimal, without trailing zeros."""
    digits = 0
    while (number * 10 ** digits).denominator != 1:
        digits += 1
    return fixed_text(int(number * 10 ** digits), digits)


def fixed_text(units, digits):
    text = str(abs(units)).rjust(digits + 1, "0")
    if digits:
        text = text[:-digits] + "." + text[-digits:]
    return ("-" if units < 0 else "") + text


def rate_text(rate, added):
    return ("+" if added and rate >= 0 else "") + decimal_text(rate * 100) + "%"


def row_of(program, outcome):
    def time_text(instant):
        return program.calendar.write_time(instant) if instant is not None else ""
    row = dict.fromkeys(COLUMNS, "")
    row.update(op="grant", rule=outcome.rule, kind=outcome.kind, partner=outcome.partner, rep=outcome.rep or "",
               customer=outcome.customer or "", product=outcome.product or "", rank=outcome.rank or "",
               at=time_text(outcome.at), until=time_text(outcome.until), payable=time_text(outcome.payable),
               event=outcome.event.id if outcome.event else "", id=outcome.id)
    row["from"] = time_text(outcome.start)
    if outcome.recipient:
        row["recipient"] = "/".join(part for part in outcome.recipient if part is not None)
    if isinstance(outcome.rate, Fraction):
        row["rate"] = rate_text(outcome.rate, outcome.added)
    if outcome.amount is not None:
        row["amount"] = fixed_text(outcome.amount, program.minor_digits if outcome.money else 0)
    return row


def cell(text):
    """RFC 4180: quotes only where needed."""
    if any(letter in text for letter in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def to_csv(rows):
    lines = [COLUMNS] + [[row[name] for name in COLUMNS] for row in rows]
    return "".join(",".join(cell(text) for text in line) + "\n" for line in lines)


def main():
    arguments = argparse.ArgumentParser(description="The ledger of a program, by the reference evaluator.")
    arguments.add_argument("program")
    arguments.add_argument("--events", required=True, help="NDJSON, or CSV when the name ends in .csv")
    arguments.add_argument("--clock", help="how far time has passed; default: the latest event's time")
    options = arguments.parse_args()
    with open(options.program, encoding="utf-8") as file:
        text = file.read()
    with open(options.events, encoding="utf-8", newline="") as file:
        body = file.read()
    events = list(facts.read_csv(body) if options.events.endswith(".csv") else facts.read_ndjson(body))
    rows, counts = evaluate_counted(text, events, options.clock)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(to_csv(rows))
    print(", ".join("%d %s" % (count, answer) for answer, count in counts.items()), file=sys.stderr)
    return 1 if counts["rejected"] else 0


if __name__ == "__main__":
    sys.exit(main())
