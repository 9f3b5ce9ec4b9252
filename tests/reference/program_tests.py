#!/usr/bin/env python3
"""Runs program tests (`NAME.test.yaml`, LANGUAGE section 11) over the reference
evaluator.

    python3 program_tests.py PATH...        # files, or folders with all below them

Evaluated are `ledger`, `contains`, `totals`, `rates`, `ranks`, `journey` and `rejected`.
What this evaluator has no answer to (`progress`, `journal`, `errors`, events
through a mapping) is counted as skipped and named, never passed over. A key
that the test language does not have is an error. Exit status: 0 when nothing
failed, 1 when a test failed or could not be read.
"""
import os
import sys
from collections import Counter
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import facts  # noqa: E402
from calendars import DAY_MS, Duration, add_months, date_text  # noqa: E402
from expressions import parse_number  # noqa: E402
from journeys import stands  # noqa: E402
from ledger import Commission, additions, ledger_of, rates_for  # noqa: E402
from prm_reference import COLUMNS, row_of  # noqa: E402
from program import (Program, ProgramError, Record, compose, is_list, mapping,  # noqa: E402
                     scalar, sequence, texts)
from walk import Walk  # noqa: E402

TEST_KEYS = ("program", "events", "clock", "expect", "arrival", "todo")
EXPECT_KEYS = ("ledger", "contains", "totals", "rates", "ranks", "progress", "journey", "journal", "rejected",
               "errors")
NOT_EVALUATED = ("progress", "journal", "errors")
TIME_COLUMNS = ("at", "from", "until", "payable")
LAST_ID = "\x7f" * 128  # sorts after every other id of its instant


class Unanswered(Exception):
    """Something that the reference cannot tell."""


# -- events -----------------------------------------------------------------------

def local_instant(calendar, local):
    """The instant at a local time: the first of two, or the end of the gap."""
    low, high = local - 2 * DAY_MS, local + 2 * DAY_MS
    fits = [local - offset for offset in (calendar.zone.offset(low), calendar.zone.offset(high))
            if local - offset + calendar.zone.offset(local - offset) == local]
    return min(fits) if fits else calendar._change_between(low, high)


def stepped(program, text, every, count):
    """A time, `count` steps later: by local days, or exactly."""
    calendar = program.calendar
    if every.exact:
        return calendar.write_time(calendar.read_time(text) + count * every.milliseconds())

    def later(day):
        if every.unit in ("d", "w"):
            return day + count * every.number * (7 if every.unit == "w" else 1)
        return add_months(day, count * every.number * (12 if every.unit == "y" else 1))
    if "T" not in text.upper():
        return date_text(later(calendar.read_date(text)))
    instant = calendar.read_time(text)
    day, time_of_day = divmod(instant + calendar.zone.offset(instant), DAY_MS)
    return calendar.write_time(local_instant(calendar, later(day) * DAY_MS + time_of_day))


def listed_events(program, node, first_place):
    for place, item in enumerate(sequence(node), start=first_place):
        fields = {key: scalar(value) for key, value in mapping(item).items()}
        if "at" not in fields or "type" not in fields or "time" in fields:
            raise ProgramError("an event has `at` and `type`", item)
        if ("repeat" in fields) != ("every" in fields):
            raise ProgramError("`repeat` and `every` stand together", item)
        known = program.types.get(fields["type"])
        for name in fields:
            if known and name not in known.fields and name not in ("id", "type", "at", "repeat", "every"):
                print("note: line %d: %s has no field %s" % (item.start_mark.line + 1, fields["type"], name))
        at, id_ = fields.pop("at"), fields.pop("id", "e%d" % place)
        if "repeat" not in fields:
            yield {**fields, "id": id_, "time": at}
            continue
        times, every = int(fields.pop("repeat")), Duration(fields.pop("every"))
        for count in range(times):
            yield {**fields, "id": "%s-%d" % (id_, count + 1), "time": stepped(program, at, every, count)}


def read_events(program, node, folder, first_place):
    if node is None:
        return []
    if is_list(node):
        return list(listed_events(program, node, first_place))
    source = mapping(node, "file", "map")
    if "map" in source:
        raise Unanswered("events through a mapping")
    path = os.path.join(folder, scalar(source["file"]))
    with open(path, encoding="utf-8", newline="") as file:
        body = file.read()
    return list(facts.read_csv(body) if path.endswith(".csv") else facts.read_ndjson(body))


def rejected_ids(program, raws, accepted):
    """The events that are malformed, or differ from the first one of their id."""
    first = {event.id: event.content() for event in accepted}
    found = []
    for raw in raws:
        try:
            event = facts.read_event(program, raw)
        except facts.Rejected:
            found.append(raw.get("id", ""))
            continue
        if event is not None and first[event.id] != event.content():
            found.append(event.id)
    return found


# -- the answer ---------------------------------------------------------------------

class Answer:
    """What the reference says about a program, its events and a clock."""

    def __init__(self, program_text, raws_of, clock):
        self.program = Program(program_text)
        self.text = program_text
        self.raws = raws_of(self.program)
        self.accepted, _ = facts.accept(self.program, self.raws)
        calendar = self.program.calendar
        self.clock = calendar.read_time(clock) if clock else max((e.time for e in self.accepted), default=0)
        self.rejected = rejected_ids(self.program, self.raws, self.accepted)
        self.outcomes, self.walk = self.evaluated(self.clock)
        self.rows = [row_of(self.program, outcome) for outcome in self.outcomes]
        for row, outcome in zip(self.rows, self.outcomes):
            row["notice"] = outcome.text or ""

    def evaluated(self, until, seen_until=None):
        """The ledger and the walk with the events up to one instant; voids
        and reductions as known at another, later one."""
        events, _ = facts.accept(self.program, self.raws)
        known = [event for event in events if event.time <= (until if seen_until is None else seen_until)]
        events = [event for event in facts.standing(self.program, known) if event.time <= until]
        walk = Walk(self.program, events, until)
        walk.run()
        return ledger_of(walk), walk

    def at_instant(self, text):
        """The walk as it stood after all that happened at that instant."""
        instant = self.program.calendar.read_time(text)
        if instant > self.clock:
            raise ProgramError("asked after the clock: %s" % text)
        return instant, self.evaluated(instant, self.clock)[1]

    def rank(self, partner, at):
        if not self.program.ranks:
            raise ProgramError("the program has no ranks")
        _, walk = self.at_instant(at)
        return self.program.ranks.levels[walk.level(partner)].name

    def rate(self, names, at):
        """The rate that a commission event with these names would have then."""
        rules = self.program.commission
        if rules is None:
            raise ProgramError("the program has no commission")
        instant, walk = self.at_instant(at)
        event = facts.Event(LAST_ID, rules.types[0], instant, dict(names), set())
        walk.take_links(event)
        walk.take_picture(event)
        rates = [outcome for outcome in self.outcomes if outcome.kind == "rate"]
        in_force = list(rates_for(rates, event, self.walk))
        if rules.brackets and not any(not rate.added for rate in in_force):
            raise Unanswered("rates with brackets")
        commission = Commission(walk, rates)
        chosen = self.chosen(in_force, event)
        return commission.held(chosen + additions(in_force))

    def chosen(self, in_force, event):
        rules, product = self.program.commission, event.fields.get("product")
        sets = [rate for rate in in_force if not rate.added]
        if sets:
            return max(sets, key=lambda rate: (rate.start, rate.fired_position, rate.stage,
                                               rate.ordinal, rate.action)).rate
        level = self.program.ranks.levels[event.level] if self.program.ranks else Record(by_product={})
        if product in level.by_product:
            return level.by_product[product]
        if level.rate is not None:
            return level.rate
        return rules.by_product.get(product, rules.base or Fraction(0))

    # -- comparing by what values say --------------------------------------------

    def same(self, column, expected, came):
        if expected == "" or came == "":
            return expected == came
        if column in TIME_COLUMNS:
            return self.program.calendar.read_time(expected) == self.program.calendar.read_time(came)
        if column == "amount":
            return parse_number(expected) == parse_number(came)
        if column == "rate":
            return (expected[0] in "+-") == (came[0] in "+-") and parse_number(expected) == parse_number(came)
        return expected == came

    def expected_row(self, node):
        """The columns that a row names; `cash: 5000` is a kind and an amount."""
        row = {}
        for name, value in mapping(node, *COLUMNS, "notice", *self.program.rewards).items():
            if name in self.program.rewards:
                row.update(kind=name, amount=scalar(value))
            elif name == "notice":
                row.update(kind="notice", notice=scalar(value))
            else:
                row[name] = scalar(value)
        return row

    def fits(self, wanted, row):
        return all(self.same(column, value, row[column]) for column, value in wanted.items())


def paired(answer, wanted):
    """Each wanted row with a row of the ledger of its own, as many as can be:
    the indexes of the rows taken, by the index of who wants them."""
    owner = {}

    def take(place, seen):
        for index, row in enumerate(answer.rows):
            if index in seen or not answer.fits(wanted[place], row):
                continue
            seen.add(index)
            if index not in owner or take(owner[index], seen):
                owner[index] = place
                return True
        return False
    for place in range(len(wanted)):
        take(place, set())
    return {place: index for index, place in owner.items()}


def shown(row):
    return "{%s}" % ", ".join("%s: %s" % (name, value) for name, value in row.items()
                              if value != "" and name != "op")


# -- expectations -------------------------------------------------------------------

def check_rows(answer, part, node):
    nodes = sequence(node)
    wanted = [answer.expected_row(item) for item in nodes]
    taken = paired(answer, wanted)
    for place, row in enumerate(wanted):
        if place not in taken:
            yield "%s, line %d: missing %s" % (part, nodes[place].start_mark.line + 1, shown(row))
    if part == "ledger" or len(taken) < len(wanted):
        label = "unexpected" if part == "ledger" else "came"
        for index, row in enumerate(answer.rows):
            if index not in taken.values():
                yield "%s: %s %s" % (part, label, shown(row))


def check_totals(answer, node):
    for item in sequence(node):
        named = {name: scalar(value) for name, value in
                 mapping(item, "partner", "rep", *answer.program.rewards).items()}
        recipient = "/".join(named.pop(name) for name in ("partner", "rep") if name in named)
        for kind, expected in named.items():
            came = sum((parse_number(row["amount"]) for row in answer.rows
                        if row["recipient"] == recipient and row["kind"] == kind), Fraction(0))
            if came != parse_number(expected):
                yield "totals, line %d: %s %s is %s, not %s" % (
                    item.start_mark.line + 1, recipient, kind, came, expected)


def check_rates(answer, node):
    for item in sequence(node):
        named = {name: scalar(value) for name, value in
                 mapping(item, "partner", "rep", "customer", "product", "at", "rate").items()}
        at, expected = named.pop("at"), named.pop("rate")
        came = answer.rate(named, at)
        if came != parse_number(expected):
            yield "rates, line %d: %s at %s is %s%%, not %s" % (
                item.start_mark.line + 1, "/".join(named.values()), at, came * 100, expected)


def check_ranks(answer, node):
    for item in sequence(node):
        named = {name: scalar(value) for name, value in mapping(item, "partner", "at", "rank").items()}
        came = answer.rank(named["partner"], named["at"])
        if came != named["rank"]:
            yield "ranks, line %d: %s at %s is %s, not %s" % (
                item.start_mark.line + 1, named["partner"], named["at"], came, named["rank"])


def check_journey(answer, node):
    calendar = answer.program.calendar
    found = {key: dict(zip(("stage", "since", "last"), stand))
             for key, stand in stands(answer.program, answer.walk).items()}
    for item in sequence(node):
        named = {name: scalar(value) for name, value in
                 mapping(item, "partner", "rep", "stage", "since", "last").items()}
        wanted = {name: (text if name == "stage" else calendar.read_time(text)) if text else None
                  for name, text in named.items() if name in ("stage", "since", "last")}
        fits = [key for key, stand in found.items() if key == (named["partner"], named.get("rep", key[1]))
                and all(stand[name] == value for name, value in wanted.items())]
        if not fits:
            yield "journey, line %d: missing %s" % (item.start_mark.line + 1, shown(named))


CHECKS = {
    "ledger": lambda answer, node: check_rows(answer, "ledger", node),
    "contains": lambda answer, node: check_rows(answer, "contains", node),
    "totals": check_totals, "rates": check_rates, "ranks": check_ranks, "journey": check_journey,
}


# -- a test, a file -----------------------------------------------------------------

class Tally:
    def __init__(self):
        self.passed = self.failed = self.unevaluated = 0
        self.skipped = Counter()


def differences(program_path, test, given, folder, skipped):
    """What does not come as expected, a line each."""
    expect = mapping(test["expect"])
    for part in NOT_EVALUATED:
        if part in expect:
            skipped[part] += 1
    if "errors" in expect:
        return

    def raws_of(program):
        raws = read_events(program, given, folder, 1)
        places = len(given.value) if given is not None and is_list(given) else 0
        return raws + read_events(program, test.get("events"), folder, places + 1)
    with open(program_path, encoding="utf-8") as file:
        program_text = file.read()
    answer = Answer(program_text, raws_of, scalar(test["clock"]) if "clock" in test else None)
    wanted = sorted(texts(expect["rejected"])) if "rejected" in expect else []
    if sorted(answer.rejected) != wanted:
        yield "rejected: %s, not %s" % (sorted(answer.rejected), wanted)
    for part, check in CHECKS.items():
        if part in expect:
            try:
                yield from check(answer, expect[part])
            except Unanswered as reason:
                skipped[str(reason)] += 1


def run_test(path, name, test, given, program_node, tally):
    folder = os.path.dirname(path)
    program_node = test.get("program", program_node)
    expect = mapping(test["expect"])
    for program in texts(program_node):
        try:
            found = list(differences(os.path.join(folder, program), test, given, folder, tally.skipped))
        except Unanswered as reason:
            tally.skipped[str(reason)] += 1
            tally.unevaluated += 1
            continue
        except (ProgramError, ValueError, OSError) as error:
            found = ["cannot be evaluated: %s" % error]
        label = "%s: %s" % (path, name) + (" [%s]" % program if is_list(program_node) else "")
        if "todo" in test:
            print("%s  %s (todo: %s)" % ("todo  " if found else "PASSES", label, scalar(test["todo"])))
            continue
        if found:
            tally.failed += 1
            print("FAILED  %s" % label)
            print("".join("        %s\n" % line for line in found), end="")
        elif any(part in CHECKS or part == "rejected" for part in expect):
            tally.passed += 1
        else:
            tally.unevaluated += 1


def run_file(path, tally):
    with open(path, encoding="utf-8") as file:
        top = mapping(compose(file.read()), "program", "given", "tests")
    for name, node in mapping(top["tests"]).items():
        try:
            run_test(path, name, read_test(node, top), top.get("given"), top.get("program"), tally)
        except ProgramError as error:
            tally.failed += 1
            print("FAILED  %s: %s\n        %s" % (path, name, error))


def read_test(node, top):
    test = mapping(node, *TEST_KEYS)
    if "expect" not in test or not ("program" in test or "program" in top):
        raise ProgramError("`expect` and a program are needed", node)
    if "arrival" in test and scalar(test["arrival"]) != "as written":
        raise ProgramError("arrival: as written is expected", test["arrival"])
    if not mapping(test["expect"], *EXPECT_KEYS):
        raise ProgramError("nothing is expected", test["expect"])
    return test


def test_files(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(".test.yaml"))


def main(paths):
    tally = Tally()
    files = list(test_files(paths))
    for path in files:
        try:
            run_file(path, tally)
        except (ProgramError, OSError) as error:
            tally.failed += 1
            print("FAILED  %s: %s" % (path, error))
    for reason, count in sorted(tally.skipped.items()):
        print("skipped %s: %d" % (reason, count))
    if tally.unevaluated:
        print("not evaluated at all: %d tests" % tally.unevaluated)
    parts = sum(tally.skipped.values())
    print("%d passed, %d failed, %d skipped parts" % (tally.passed, tally.failed, parts))
    return 0 if files and not tally.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
