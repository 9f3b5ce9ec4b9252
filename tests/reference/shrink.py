"""A failing case made small, and kept as a scenario.

`smaller` leaves out rules, parts of the program, keys of rules, events and fields as long as the case fails in the
same way. `keep_scenario` writes what is left as a program with its test, with the ledger of the reference evaluator,
ready for tests/scenarios; a history, which no program test can tell, is kept as its files.
"""
import json
import os
import re

import facts
from calendars import Calendar
from case import CALLS
from prm_reference import COLUMNS, evaluate
from program import Program
from program_tests import rejected_ids

PARTS = ("commission", "ranks", "measures", "rewards", "rounding", "fiscal_year", "week", "month_closes", "attributes",
         "events", "timezone")


def smaller(case, failure):
    """The case with less of everything; `failure` tells what is wrong with a case, or None."""
    kind = kind_of(failure(case))

    def fails(attempt):
        try:
            return kind_of(failure(attempt)) == kind
        except Exception:  # the reference takes programs to be valid; what it cannot read is no smaller case
            return False
    while True:
        before = (case.program, case.lines)
        for shrink in (fewer_rules, fewer_lines, fewer_parts, fewer_keys, fewer_fields):
            case = shrink(case, fails)
        if (case.program, case.lines) == before:
            return case


def kind_of(found):
    """Differences of another kind, such as a program that is refused, are other failures."""
    if not found:
        return None
    refused = re.search(r"(?m)^\+?exit[^$]*?error (\d+)", found)
    if refused:
        return "refused by " + refused[1]
    return "refused" if "+exit" in found or found.startswith("exit") else "differs"


def fewer_rules(case, fails):
    for name in case.rules():
        attempt = case.without_rule(name)
        if attempt.rules() and fails(attempt):
            case = attempt
    return case


def fewer_parts(case, fails):
    for name in PARTS:
        attempt = case.without_part(name)
        if attempt.program != case.program and fails(attempt):
            case = attempt
    return case


def fewer_keys(case, fails):
    """Lines of rules, which are one key each."""
    for line in re.findall(r"(?m)^    \S.*\n", case.program):
        attempt = case.changed(program=case.program.replace(line, "", 1))
        if fails(attempt):
            case = attempt
    return case


def fewer_lines(case, fails):
    count = max(1, len(case.lines) // 2)
    while True:
        start = 0
        while start < len(case.lines):
            attempt = case.without_lines(start, count)
            if fails(attempt):
                case = attempt
            else:
                start += count
        if count == 1:
            return case
        count //= 2


def fewer_fields(case, fails):
    for place, line in enumerate(case.lines):
        if line.startswith(CALLS):
            continue
        for name in list(json.loads(line)):
            fields = json.loads(case.lines[place], parse_int=facts.JsonNumber, parse_float=facts.JsonNumber)
            del fields[name]
            attempt = case.changed(lines=case.lines[:place] + [json.dumps(fields, ensure_ascii=False)]
                                   + case.lines[place + 1:])
            if fails(attempt):
                case = attempt
    return case


# -- what is kept ---------------------------------------------------------------------------

def keep_scenario(case, folder, name, why):
    """Writes NAME.yaml and NAME.test.yaml; gives their paths. A history becomes a folder NAME."""
    os.makedirs(folder, exist_ok=True)
    if case.is_history:
        return case.save(os.path.join(folder, name))
    paths = [os.path.join(folder, name + suffix) for suffix in (".yaml", ".test.yaml")]
    for path, text in zip(paths, (case.program, test_of(case, name, why))):
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return paths


def test_of(case, name, why):
    raws = list(facts.read_ndjson("\n".join(case.lines)))
    rows = evaluate(case.program, raws, case.clock)
    program = Program(case.program)
    rejected = rejected_ids(program, raws, facts.accept(program, raws)[0])
    lines = ["program: %s.yaml" % name, "tests:", "  %s:" % flow(why), "    events:"]
    for raw in raws:
        raw = dict(raw)
        time = raw.pop("time")
        at = Calendar("UTC").write_time(program.calendar.read_time(time))
        lines.append("      - " + flow({"at": at, **raw}))
    if case.clock:
        lines.append("    clock: %s" % flow(case.clock))
    lines.append("    expect:")
    if rejected:
        lines.append("      rejected: %s" % flow(rejected))
    lines.append("      ledger:" + ("" if rows else " []"))
    for row in rows:
        lines.append("        - " + flow({key: row[key] for key in COLUMNS if row[key] and key != "op"}))
    return "\n".join(lines) + "\n"


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join("%s: %s" % (flow(key), flow(item)) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.%+:@!^~/-]*", text) and not text.endswith(":") \
        else json.dumps(text, ensure_ascii=False)
