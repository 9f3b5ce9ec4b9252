#!/usr/bin/env python3
"""Random programs and events for differential tests.

    python3 generate.py --seed N --out DIR

writes DIR/program.yaml, DIR/events.ndjson and DIR/features.json (the features
of each part of the program). The same seed gives the same files. Programs are
valid by construction; events gather where mistakes hide: at window edges, at
equal instants, at thresholds, at exact rounding ties.
"""
import argparse
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from calendars import DAY_MS, MONTHS, PERS, WEEKDAYS, Calendar, Duration, date_text, day_number  # noqa: E402
from program import MINOR_DIGITS, VOCABULARY  # noqa: E402

ZONES = ["Asia/Tokyo", "UTC", "America/New_York", "Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe",
         "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu", "+09:00", "-03:30"]
LENGTHS = ["1d", "3d", "30d", "30d", "1w", "2w", "1mo", "3mo", "3mo", "1y", "1y", "36h", "90m", "45s"]
RATES = ["5%", "2.5%", "10%", "12.5%", "0.5%", "20%", "33%", "15%", "3%", "7.125%"]
CURRENCIES = ["JPY", "JPY", "USD", "KWD"]
TEXT_FIELDS = {"rep": ["sato", "ito", "ueda"], "customer": ["c1", "c2", "C3"], "product": ["crm", "ma", "erp"],
               "deal": ["d1", "d2", "d3", "D 4"], "lead": ["l1", "l2", "l3"], "course": ["basics", "expert"],
               "document": ["guide", "price"], "candidate": ["new co"], "event": []}
LINKED = ("referrer", "parent")


def vocabulary():
    """The built-in types: type -> {field: (type, required)}."""
    table = {}
    for type_, line in VOCABULARY.items():
        table[type_] = {}
        for word in line.split():
            name, _, kind = word.partition(":")
            table[type_][name.rstrip("?")] = (kind or "text", not name.endswith("?"))
    return table


ACTIVITY = [type_ for type_ in VOCABULARY
            if not re.match(r"(partner\.(joined|updated|left)|rep\.|event\.|deal\.(cancelled|refunded))", type_)]


def length_feature(length):
    unit = Duration(length).unit
    return "length exact" if unit in "hms" else "length " + unit


def zone_feature(zone):
    if zone == "UTC":
        return "zone UTC"
    if zone[0] in "+-":
        return "zone offset"
    return "zone steady" if zone in ("Asia/Tokyo", "Asia/Kathmandu") else "zone with changes"


def currency_feature(currency):
    return "currency of %d digits" % MINOR_DIGITS.get(currency, 2)


# -- YAML ---------------------------------------------------------------------------------

PLAIN = re.compile(r"[A-Za-z0-9(+-][A-Za-z0-9_.+%()*/<>=\"'&|!-]*( [A-Za-z0-9_.+%()*/<>=\"'&|!-]+)*")


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join("%s: %s" % (flow(key), flow(item)) for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    text = str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


# -- programs -------------------------------------------------------------------------------

class Generator:
    """What programs and events are made of; whole.py makes the programs.

    `wants` names features (features.py) that the case is to have: some of each rule, by its number, and under -1
    of the program. What is wanted and not there yet is taken wherever there is a choice; all else is left to chance."""

    def __init__(self, seed, wants=None):
        self.random = random.Random(seed)
        self.wants = wants or {}
        self.wanted = self.wants.get(-1, frozenset())
        self.used = set()
        self.table = vocabulary()
        self.activities = list(ACTIVITY)
        self.texts = {name: list(words) for name, words in TEXT_FIELDS.items()}
        self.lengths, self.pers, self.types = set(), set(), set()
        self.clock = None
        self.setting()

    def fields_of(self, type_):
        return self.table[type_]

    def maybe(self, probability, feature=None):
        happens = self.random.random() < probability or self.is_missing(feature)
        if happens and feature:
            self.used.add(feature)
        return happens

    def is_missing(self, feature):
        return feature in self.wanted and feature not in self.used

    def any_wanted(self, *features):
        return any(feature in self.wanted for feature in features)

    def pick(self, items):
        return self.random.choice(list(items))

    def choose(self, items, name=str):
        """One of the items; one whose feature is wanted and missing, if there is any."""
        return self.pick([item for item in items if self.is_missing(name(item))] or items)

    def setting(self):
        self.currency = self.choose(CURRENCIES, currency_feature)
        self.digits = MINOR_DIGITS.get(self.currency, 2)
        self.zone = self.choose(ZONES, zone_feature)
        self.month_closes = self.pick([20, 15, 28, 30, 1]) if self.maybe(0.6, "month_closes") else 31
        self.fiscal_year = self.pick(MONTHS[1:]) if self.maybe(0.4, "fiscal year") else "january"
        self.week = self.pick(WEEKDAYS[1:]) if self.maybe(0.4, "week") else "monday"
        self.calendar = Calendar(self.zone, self.month_closes, self.fiscal_year, self.week)
        self.start = self.calendar.day_start(day_number(
            self.pick([2024, 2025, 2026]), self.random.randint(1, 12), self.random.randint(1, 28)))
        if self.zone == "Pacific/Apia" and self.maybe(0.5):
            self.start = self.calendar.day_start(day_number(2011, 12, 15))
        if self.zone == "America/St_Johns":
            self.start = self.calendar.day_start(day_number(2010, 10, self.random.randint(20, 31)))
        self.attributes = {
            "partner": {"segment": "text", "target": "integer", "quota": "money", "vip": "boolean"},
            "rep": {"level": "integer", "certified": "boolean"}}
        self.amounts = [self.money(self.pick([10, 50, 100, 999, 1000, 3333, 12345])) for _ in range(4)]
        self.used |= {currency_feature(self.currency), zone_feature(self.zone)}

    def money(self, whole):
        """A money text, with a fraction where the currency has one."""
        if self.digits == 0 or self.maybe(0.4):
            return str(whole)
        return "%d.%0*d" % (whole, self.digits, self.pick([5, 10, 25, 50, 99]) % 10 ** self.digits)

    def length(self):
        length = self.choose(LENGTHS, length_feature)
        self.lengths.add(length)
        self.used.add(length_feature(length))
        return length

    # -- scopes and expressions --------------------------------------------------

    def event_scope(self, types):
        """(name, type) of what expressions about these event types can name."""
        common = None
        for type_ in types:
            fields = {name: kind for name, (kind, _) in self.fields_of(type_).items() if name not in ("partner", "rep")}
            common = fields if common is None else {n: k for n, k in common.items() if n in fields}
        scope = sorted(common.items()) if common else []
        if all("rep" in self.fields_of(type_) for type_ in types):
            scope += [("rep." + name, kind) for name, kind in self.attributes["rep"].items()]
        return scope + self.partner_scope()

    def partner_scope(self):
        return [("partner." + name, kind) for name, kind in self.attributes["partner"].items()]

    def words(self, name):
        if name == "partner.segment":
            return ["gold", "silver", "bronze"]
        return self.texts.get(name) or ["x", "y"]

    def quoted(self, text):
        return self.pick(['"%s"', "'%s'"]) % text

    def condition(self, scope, depth):
        """A boolean expression over the scope."""
        if depth and self.maybe(0.35):
            left, right = self.condition(scope, depth - 1), self.condition(scope, depth - 1)
            return self.pick(["%s && %s", "%s || %s", "(%s) && (%s)", "!(%s) || %s"]) % (left, right)
        name, kind = self.pick(scope)
        if kind == "text":
            word = self.pick(self.words(name))
            return self.pick([
                "%s == %s || has(%s)" % (name, self.quoted(word), name),
                "!(%s == %s)" % (name, self.quoted(word)),
                "%s == %s" % (name, self.quoted(word)), "%s != %s" % (name, self.quoted(word)),
                "%s in [%s, %s]" % (name, self.quoted(word), self.quoted("other")),
                "%s.startsWith(%s)" % (name, self.quoted(word[:1])), "has(%s)" % name,
                "size(%s) > 2" % name, "%s < %s" % (name, self.quoted(word)),
                "has(%s) && %s.contains(%s)" % (name, name, self.quoted(word[-1:]))])
        if kind == "boolean":
            return self.pick([name, "!" + name, "has(%s)" % name, "%s == true" % name])
        number = self.number(name, kind)
        return self.pick(["%s >= %s", "%s > %s", "%s < %s", "%s <= %s", "%s != %s", "%s * 2 > %s",
                          "%s %% 3 == 1 || %s < 2"]) % ((name, number))

    def number(self, name, kind):
        if kind == "money":
            return self.pick(self.amounts)
        return str(self.random.randint(1, 3)) if kind == "integer" else self.pick(["0.5", "75", "80%"])

    def amount(self, scope, has_value):
        """A number expression for a reward."""
        numbers = [name for name, kind in scope if kind in ("money", "integer", "decimal")]
        if has_value:
            numbers += ["value", "value"]
        if not numbers or self.maybe(0.35):
            return self.pick(["5000", "100", "0.5", "1", "12.345", "0"])
        name = self.pick(numbers)
        choices = ["%s", "%s * 10%%", "%s * 2.5%%", "%s / 3", "%s * 0.125", "max(%s, 100)", "min(%s * 3, 500)",
                   "%s > 100 ? 10 : %s / 8", "(%s + 1) * 0.5", "%s - 2", "has(partner.target) ? partner.target : %s",
                   "%s / (%s - 1)", "-%s", "100 * %s %% 7", "%s * 1.5 + 0.005"]
        return self.pick(choices).replace("%s", name).replace("%%", "%")

    # -- rules ----------------------------------------------------------------------

    def per(self):
        per = self.choose(PERS + ["month", "day", "quarter"], "per {}".format)
        self.pers.add(per)
        self.used.add("per " + per)
        return per

    def types_for(self, keys, field=None):
        return [type_ for type_ in self.activities
                if all(key in self.fields_of(type_) for key in keys)
                and (field is None or field in self.fields_of(type_))]

    def total(self):
        """A threshold that some of the amounts in use add up to, or nearly."""
        units = sum(int(round(float(self.pick(self.amounts)) * 10 ** self.digits))
                    for _ in range(self.pick([1, 1, 2, 2, 3])))
        units += self.pick([0, 0, 0, 1, -1])
        text = str(units).rjust(self.digits + 1, "0")
        return text[:len(text) - self.digits] + ("." + text[-self.digits:] if self.digits else "")

    def rate(self, rule, keys):
        added = not self.is_missing("rate set") and (self.maybe(0.65) or self.any_wanted("rate added", "group"))
        self.used.add("rate added" if added else "rate set")
        action = {"rate": (self.pick(["+", "+", "-"]) if added else "") + self.pick(RATES)}
        if "product" not in keys and self.maybe(0.25, "rate product"):
            action["product"] = self.pick(self.texts["product"])
        starts = ["next", "now", "next_period"] + ["period"] * (2 if "per" in rule else 1)
        if self.maybe(0.6) or any(self.is_missing("from " + start) for start in starts):
            action["from"] = self.choose(starts, "from {}".format)
            self.used.add("from " + action["from"])
        if not self.is_missing("until") and (self.maybe(0.3, "lasts") or self.is_missing("lasts period")):
            self.used.add("lasts")
            action["lasts"] = "period" if self.maybe(0.5 if "per" in rule else 0.1, "lasts period") else self.length()
        elif self.maybe(0.2, "until"):
            action["until"] = date_text(self.calendar.local_day(self.start) + self.random.randint(0, 120))
        if added and self.maybe(0.3, "group"):
            action["group"] = self.pick(["g", "h"])
        return action

    # -- events ------------------------------------------------------------------------

    def events(self):
        many = [1, 1, 2, 2, 3, 4] if not self.any_wanted("crossing") else [2, 3, 4]
        self.partners = self.random.sample(["acme", "beta", "c", "日本 商事", "p/5"], self.pick(many))
        self.span = self.pick([3, 20, 40, 40, 90, 90, 300]) * DAY_MS
        self.times, self.ids, self.lines = [], set(), []
        for partner in self.partners:
            if self.maybe(0.9):
                self.joined(partner)
            for rep in self.texts["rep"]:
                if self.maybe(0.6):
                    self.add("rep.joined", {"partner": partner, "rep": rep, **self.attribute_fields("rep")},
                             self.early())
        target = self.many()
        while len(self.lines) < target:
            self.any_event()
        for _ in range(self.random.randint(0, 4)):
            self.void()
        copies = [self.pick(self.lines) for _ in range(self.random.randint(0, 3))]
        lines = self.lines + copies
        self.random.shuffle(lines)
        return "".join(line + "\n" for line in lines)

    def early(self):
        if self.maybe(0.4):
            return self.time()
        return self.note(self.start + self.random.randint(0, 3) * DAY_MS // 2)

    def note(self, instant):
        self.times.append(instant)
        return instant

    def time(self):
        """Random, equal to another, or at an edge that another event makes."""
        form = self.random.random()
        if not self.times or form < 0.3:
            return self.note(self.start + self.random.randrange(self.span) // 1000 * 1000
                             + self.pick([0, 0, 0, 1, 999]))
        other = self.pick(self.times)
        if form < 0.5:
            return other
        if form < 0.6:
            return self.note(max(0, other + self.pick([-1, 1, 1000, 3600000])))
        shift = self.pick([-1, 0, 0, 1])
        if form < 0.8 and self.lengths:
            return self.note(self.calendar.end_of(Duration(self.pick(sorted(self.lengths))), other) + shift)
        if self.pers:
            window = self.calendar.window(self.pick(sorted(self.pers)), other)
            return self.note(self.pick([window.start, window.end]) + shift)
        return self.note(self.calendar.day_start(self.calendar.local_day(other) + 1) + shift)

    def id_(self):
        while True:
            number = self.random.randint(1, 400)
            text = self.pick(["e%d", "e%d", "e%d", "E%d", "%d", "id-%d", "x %d", "é%d", "a,%d", "q\"%d"]) % number
            if text not in self.ids:
                self.ids.add(text)
                return text

    def add(self, type_, fields, instant):
        """`fields` values are texts; numbers are marked by a leading '#'."""
        parts = {"id": self.id_(), "type": type_}
        items = ["%s: %s" % (json.dumps(key), json.dumps(value, ensure_ascii=self.maybe(0.2)))
                 for key, value in parts.items()]
        items.append('"time": %s' % self.time_text(instant))
        for key, value in fields.items():
            items.append("%s: %s" % (json.dumps(key), self.value_text(value)))
        if self.maybe(0.03, "undeclared field"):
            items.append('"colour": "red"')
        self.lines.append("{" + ", ".join(items) + "}")
        return parts["id"]

    def value_text(self, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if value.startswith("#"):
            return value[1:] if self.maybe(0.6) else json.dumps(value[1:])
        return json.dumps(value, ensure_ascii=False)

    def time_text(self, instant):
        form = self.random.random()
        if instant % 1000 == 0 and form < 0.15:
            return str(instant // 1000)
        if form < 0.6:
            offset = self.calendar.zone.offset(instant)
            if offset % 60000 == 0:
                return json.dumps(self.calendar.write_time(instant))
        return json.dumps(Calendar("UTC").write_time(instant))

    def links(self, partner, clear):
        fields = {}
        for link in LINKED:
            if self.maybe(0.45):
                others = [name for name in self.partners if name != partner] + ["zed"]
                fields[link] = partner if self.maybe(0.05) else self.pick(others)
            elif clear and self.maybe(0.15, "cleared link"):
                fields[link] = ""
        return fields

    def joined(self, partner):
        self.add("partner.joined", {"partner": partner, **self.links(partner, False),
                                    **self.attribute_fields("partner")}, self.early())

    def any_event(self):
        partner = self.pick(self.partners)
        form = self.random.random()
        if form < 0.05:
            fields = {"partner": partner, **self.links(partner, True), **self.attribute_fields("partner")}
            if self.maybe(0.2, "cleared attribute"):
                fields[self.pick(self.attributes["partner"])] = ""
            self.add("partner.updated", fields, self.time())
        elif form < 0.07:
            when = self.time()
            self.add("partner.left", {"partner": partner}, when)
            if self.maybe(0.6, "rejoined"):
                again = self.pick([when, when + 1, when + DAY_MS, self.time()])
                self.add("partner.joined", {"partner": partner, **self.attribute_fields("partner")},
                         self.note(again))
        elif form < 0.15:
            rep = self.pick(self.texts["rep"])
            type_ = self.pick(["rep.left", "rep.left", "rep.joined", "rep.updated"])
            fields = self.attribute_fields("rep") if type_ != "rep.left" else {}
            if type_ == "rep.updated" and self.maybe(0.2):
                fields["level"] = ""
            self.add(type_, {"partner": partner, "rep": rep, **fields}, self.time())
        elif form < 0.18:
            self.add("deal.cancelled", {"partner": partner, "deal": self.pick(self.texts["deal"])}, self.time())
        elif form < 0.21:
            self.add("deal.refunded", {"partner": partner, "deal": self.pick(self.texts["deal"]),
                                       "amount": "#" + self.pick(self.amounts)}, self.time())
        elif form < 0.22:
            self.add("weather.changed", {"partner": partner}, self.time())
        else:
            usual = sorted(type_ for type_ in self.types if type_ in self.activities)
            self.activity(partner, self.pick(usual if usual and self.maybe(0.93) else self.activities))

    def void(self):
        target = self.pick(sorted(self.ids)) if self.maybe(0.9) else "nothing"
        fields = {"event": target}
        self.add("event.voided", fields, self.time())


def make(seed, wants=None):
    """The generator of a seed's case."""
    from whole import WholeGenerator
    return WholeGenerator(seed, wants)


def main():
    arguments = argparse.ArgumentParser(description="A random program with events.")
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--out", required=True)
    options = arguments.parse_args()
    generator = make(options.seed)
    program = generator.program()
    events = generator.events()
    features = {name: sorted(used) for name, used in generator.features.items()}
    os.makedirs(options.out, exist_ok=True)
    for name, text in (("program.yaml", program), ("events.ndjson", events),
                       ("features.json", json.dumps(features, ensure_ascii=False, indent=1) + "\n")):
        with open(os.path.join(options.out, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


if __name__ == "__main__":
    main()
