"""Events: reading them, each answered on its own, and applying voids and
reductions to the accepted ones (LANGUAGE section 2)."""
import csv
import io
import json
import re
from fractions import Fraction

import near
from expressions import LIMIT

ANSWERS = ("accepted", "duplicate", "ignored", "rejected")


class Event:
    """An accepted event. `fields` has only what is there and not empty;
    `cleared` names the attributes and links that an empty text clears.
    The walk adds what was so as of the event: partner_attributes,
    rep_attributes, links, rank."""

    def __init__(self, id_, type_, time, fields, cleared):
        self.id = id_
        self.type = type_
        self.time = time
        self.fields = fields
        self.cleared = cleared
        self.arrival = 0
        self.partner = fields.get("partner")
        # By time, then lifecycle, then id: shorter first, then bytewise.
        lifecycle = 0 if type_.startswith("partner.") else 1 if type_.startswith("rep.") else 2
        id_bytes = id_.encode()
        self.order = (time, lifecycle, len(id_bytes), id_bytes)

    def content(self):
        return (self.type, self.time, self.fields, self.cleared)


class Rejected(Exception):
    pass


# -- reading ------------------------------------------------------------------------

class JsonNumber(str):
    """A number in JSON, kept as its text."""


def read_ndjson(text):
    """Flat objects, or CloudEvents with their fields in `data`."""
    for line in text.splitlines():
        if not line.strip():
            continue
        item = json.loads(line, parse_int=JsonNumber, parse_float=JsonNumber)
        if "specversion" in item:
            item = {**(item.get("data") or {}), **{key: item[key] for key in ("id", "type", "time") if key in item}}
        yield {key: value for key, value in item.items() if value is not None}


def read_csv(text):
    """A header row with the names; an empty cell is a missing field."""
    for row in csv.DictReader(io.StringIO(text, newline="")):
        yield {key: value for key, value in row.items() if key and value}


def whole_number(text, digits):
    """A decimal text with at most `digits` fractional digits, as a Fraction."""
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text):
        raise Rejected("not a number: %r" % text)
    number = Fraction(text)
    if (number * 10 ** digits).denominator != 1:
        raise Rejected("finer than %d digits: %r" % (digits, text))
    return number


def read_value(program, kind, value):
    if isinstance(value, bool):
        if kind != "boolean":
            raise Rejected("a %s is expected" % kind)
        return value
    if not isinstance(value, str):
        raise Rejected("a flat value is expected")
    if kind == "text":
        if len(value.encode()) > 4096:
            raise Rejected("too long")
        return str(value)
    if kind == "boolean":
        if value not in ("true", "false"):
            raise Rejected("not a boolean: %r" % value)
        return value == "true"
    if kind == "time":
        try:
            return program.calendar.read_time(value)
        except ValueError as error:
            raise Rejected(str(error))
    if kind == "percent" and value.endswith("%"):
        number = whole_number(value[:-1], 10) / 100
    else:
        number = whole_number(value, {"integer": 0, "money": program.minor_digits}.get(kind, 12))
    limit = LIMIT / 10 ** program.minor_digits if kind == "money" else LIMIT
    if abs(number) >= limit:
        raise Rejected("too large: %r" % value)
    return number


def read_event(program, raw):
    """An Event; None for an unknown type; Rejected with the reason."""
    type_ = program.types.get(raw.get("type"))
    if type_ is None:
        return None
    id_ = raw.get("id")
    if not isinstance(id_, str) or not 1 <= len(id_.encode()) <= 128:
        raise Rejected("no usable id")
    try:
        time = program.calendar.read_time(str(raw.get("time", "")))
    except ValueError as error:
        raise Rejected(str(error))
    clearable = set()
    if type_.name in ("partner.joined", "partner.updated"):
        clearable = {"referrer", "parent", *program.attributes["partner"]}
    elif type_.name in ("rep.joined", "rep.updated"):
        clearable = set(program.attributes["rep"])
    fields, cleared = {}, set()
    for name, (kind, required) in type_.fields.items():
        if raw.get(name, "") != "":
            fields[name] = read_value(program, kind, raw[name])
        elif required:
            raise Rejected("%s is missing" % name)
        elif name in raw and name in clearable:
            cleared.add(name)
    return Event(str(id_), type_.name, time, fields, cleared)


def accept(program, raws):
    """The accepted events by id, and how each of all was answered."""
    accepted = {}
    latest = {}
    counts = dict.fromkeys(ANSWERS, 0)
    for raw in raws:
        try:
            event = read_event(program, raw)
            if event is None:
                counts["ignored"] += 1
            elif event.id not in accepted:
                event.arrival = len(accepted)
                accepted[event.id] = event
                counts["accepted"] += 1
                if event.time < latest.get(event.partner, 0):
                    near.note("late event")
                latest[event.partner] = max(event.time, latest.get(event.partner, 0))
                if not raw.keys() <= program.types[event.type].fields.keys() | {"id", "type", "time"}:
                    near.note("undeclared field")
            elif accepted[event.id].content() == event.content():
                counts["duplicate"] += 1
                near.note("duplicate")
            else:
                near.note("conflict")
                raise Rejected("another event has this id")
        except Rejected:
            counts["rejected"] += 1
    return list(accepted.values()), counts


# -- voids and reductions -----------------------------------------------------------

def matches(program, later, earlier, rule):
    """Does `later` (a void or reduction) concern `earlier`?"""
    type_, field, within = rule
    return (earlier.type == type_ and earlier.partner == later.partner
            and field in later.fields and earlier.fields.get(field) == later.fields[field]
            and earlier.time <= later.time
            and (within is None or later.time < program.calendar.end_of(within, earlier.time)))


def note_voids(program, events, voided_ids):
    voids = {event.fields["event"]: event for event in events if event.type == "event.voided"}
    for event in events:
        found = [voids[event.id]] if event.id in voided_ids and event.type != "event.voided" else []
        if found:
            near.note("voided")
        for other in events:
            rule = program.types[other.type].voids
            if rule and matches(program, other, event, rule):
                found.append(other)
                near.note("cancelled" if other.type == "deal.cancelled" else "void of a type")
                if rule[2]:
                    near.note("voids within")
        for other in found:
            if other.arrival < event.arrival:
                near.note("void before its event")
            if program.types[event.type].voids:
                near.note("void chain")
            if program.types[event.type].reduces:
                near.note("reduction voided")


def standing(program, events):
    """The events that count, sorted, with reduced amounts."""
    return standing_of(program, events, None)[0]


def standing_of(program, events, settled):
    """The same, and what reductions took: event id -> reduction id -> amount. An event that is voided counts as if
    it had never happened, and so voids nothing itself. What is settled (books.py) stays as it was."""
    kept = settled.events if settled else {}
    voided_ids = {event.fields["event"] for event in events if event.type == "event.voided"}

    def stands(event):
        if event.type == "event.voided":
            return True
        if event.id in kept:
            return kept[event.id][0]
        if event.id in voided_ids:
            return False
        return not any(matches(program, other, event, program.types[other.type].voids) and stands(other)
                       for other in events if program.types[other.type].voids)

    note_voids(program, events, voided_ids)
    left = sorted((event for event in events if stands(event)), key=lambda event: event.order)
    made = {}
    for event in left:
        if event.id in kept:
            event.fields = kept[event.id][1]
    for reduction in left:
        rule = program.types[reduction.type].reduces
        if not rule:
            continue
        amount = reduction.fields["amount"]
        if settled and reduction.id in settled.taken:
            amount -= settled.taken[reduction.id]
            near.note_settling("reduction that took of settled events")
        for event in left:  # the earliest match with something left first
            if event.id not in kept and matches(program, reduction, event, rule):
                taken = max(Fraction(0), min(amount, event.fields.get("amount", Fraction(0))))
                if taken:
                    event.fields = {**event.fields, "amount": event.fields["amount"] - taken}
                    amount -= taken
                    made.setdefault(event.id, {})[reduction.id] = taken
                    near.note("refunded" if reduction.type == "deal.refunded" else "reduction of a type")
    return left, made
