#!/usr/bin/env python3
"""Random programs and events for differential tests.

    python3 generate.py --seed N --out DIR [--whole]

writes DIR/program.yaml, DIR/events.ndjson and DIR/features.json (the language
features that this case uses, so that the generator itself can be measured).
The same seed gives the same files. Programs are valid by construction; events
gather where mistakes hide: at window edges, at equal instants, at thresholds,
at exact rounding ties. With --whole, programs go beyond the first subset of
the language (see README.md).
"""
import argparse
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from calendars import DAY_MS, MONTHS, PERS, WEEKDAYS, Calendar, Duration, date_text, day_number  # noqa: E402
from program import MINOR_DIGITS, RECIPIENTS, ROUNDINGS, VOCABULARY  # noqa: E402

ZONES = ["Asia/Tokyo", "UTC", "America/New_York", "Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe",
         "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu", "+09:00", "-03:30"]
LENGTHS = ["1d", "3d", "30d", "30d", "1w", "2w", "1mo", "3mo", "3mo", "1y", "1y", "36h", "90m", "45s"]
RATES = ["5%", "2.5%", "10%", "12.5%", "0.5%", "20%", "33%", "15%", "3%", "7.125%"]
CURRENCIES = ["JPY", "JPY", "USD", "KWD"]
TEXT_FIELDS = {"rep": ["sato", "ito", "ueda"], "customer": ["c1", "c2", "C3"], "product": ["crm", "ma", "erp"],
               "deal": ["d1", "d2", "d3", "D 4"], "lead": ["l1", "l2", "l3"], "course": ["basics", "expert"],
               "document": ["guide", "price"], "candidate": ["new co"], "event": []}
SUBJECTS = [["partner"]] * 6 + [["rep"]] * 4 + [["customer"]] * 3 + [["product"]] * 2 + [
    ["deal"], ["rep", "product"], ["customer", "product"], ["product", "rep"], ["rep", "customer"]]
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
    """Cases of the first subset of the language; whole.py has the others."""

    def __init__(self, seed):
        self.random = random.Random(seed)
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
        happens = self.random.random() < probability
        if happens and feature:
            self.used.add(feature)
        return happens

    def pick(self, items):
        return self.random.choice(list(items))

    def setting(self):
        self.currency = self.pick(CURRENCIES)
        self.digits = MINOR_DIGITS.get(self.currency, 2)
        self.zone = self.pick(ZONES)
        self.month_closes = self.pick([31, 31, 31, 20, 15, 28, 30, 1])
        self.fiscal_year = self.pick(MONTHS) if self.maybe(0.4) else "january"
        self.week = self.pick(WEEKDAYS) if self.maybe(0.4) else "monday"
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
        self.deal_extra = self.maybe(0.3)
        self.used |= {"currency " + self.currency, "zone " + self.zone, "month_closes %d" % self.month_closes}

    def money(self, whole):
        """A money text, with a fraction where the currency has one."""
        if self.digits == 0 or self.maybe(0.4):
            return str(whole)
        return "%d.%0*d" % (whole, self.digits, self.pick([5, 10, 25, 50, 99]) % 10 ** self.digits)

    def length(self):
        length = self.pick(LENGTHS)
        self.lengths.add(length)
        self.used.add("length " + Duration(length).unit)
        return length

    def program(self):
        top = {"prm": "1", "program": "generated", "currency": self.currency}
        if self.zone != "UTC" or self.maybe(0.5):
            top["timezone"] = self.zone
        for name, default in (("fiscal_year", "january"), ("week", "monday"), ("month_closes", 31)):
            if getattr(self, name) != default:
                top[name] = getattr(self, name)
        if self.maybe(0.5):
            top["rounding"] = self.pick(ROUNDINGS)
            self.used.add("rounding " + top["rounding"])
        top["attributes"] = self.attributes
        self.rewards = ["cash", "cash", "gift_card", "points"]
        if self.maybe(0.4, "rewards"):
            top["rewards"] = {"travel_credit": "money", "stars": "points"}
            self.rewards += ["travel_credit", "stars"]
        self.has_commission = self.maybe(0.85, "commission")
        if self.has_commission:
            top["commission"] = self.commission()
        rules = {}
        for number in range(self.random.randint(2, 6)):
            name = "r%d" % (number + 1) if self.maybe(0.9) else self.pick(["a rule/%d", "規則%d", "x:%d@#"]) % number
            rules[name] = self.rule()
        lines = ["%s: %s" % (key, flow(value)) for key, value in top.items()] + ["rules:"]
        for name, rule in rules.items():
            lines.append("  %s:" % flow(name))
            lines += ["    %s: %s" % (key, flow(value)) for key, value in rule.items()]
        return "\n".join(lines) + "\n"

    def commission(self):
        on = self.pick([["deal.won"], ["deal.won"], ["invoice.paid"], ["deal.won", "deal.upsold"]])
        self.types.update(on)
        self.commission_types = on
        commission = {"on": on if len(on) > 1 or self.maybe(0.2) else on[0],
                      "of": self.pick(["amount"] * 4 + ["amount * 50%", "amount - 10", "max(amount, 100)"])}
        if self.maybe(0.9, "base"):
            commission["base"] = self.pick(RATES)
        else:
            commission["base"] = "0%"
        if self.maybe(0.3, "by_product"):
            commission["by_product"] = {"crm": self.pick(RATES), "ma": self.pick(RATES)}
        if self.maybe(0.4, "min"):
            commission["min"] = self.pick(["1%", "5%", "10%"])
        if self.maybe(0.4, "max"):
            commission["max"] = self.pick(["15%", "25%", "40%"])
        if self.maybe(0.2, "commission where"):
            commission["where"] = self.condition(self.event_scope(on), 2)
        return commission

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
        per = self.pick(PERS + ["month", "day", "quarter"])
        self.pers.add(per)
        self.used.add("per " + per)
        return per

    def window(self):
        """The window keys of a rule or a measure."""
        form = self.pick(["none"] * 2 + ["per"] * 3 + ["rolling", "anchored", "anchored", "after", "per anchored"])
        self.used.add("window " + form)
        anchors = ["partner.joined", "partner.joined", "deal.won", "meeting.held", "lead.registered", "rep.joined",
                   "partner.updated"]
        window = {}
        if "per" in form:
            window["per"] = self.per()
        if form == "rolling":
            window["within"] = self.length()
        if "anchored" in form:
            anchor = self.pick(anchors)
            self.types.add(anchor)
            window["within"] = "%s of %s" % (self.length(), anchor)
        if form == "after":
            window["after"] = self.pick(anchors)
            self.types.add(window["after"])
        return window

    def types_for(self, keys, field=None):
        return [type_ for type_ in self.activities
                if all(key in self.fields_of(type_) for key in keys)
                and (field is None or field in self.fields_of(type_))]

    def measure(self, keys):
        """A measure with its threshold, and the types it counts."""
        forms = ["count", "count", "sum", "distinct"] + (["coverage"] * 2 if not keys else [])
        form = self.pick(forms)
        self.used.add("measure " + form)
        if form == "count":
            types = self.random.sample(self.types_for(keys), 1)
            if self.maybe(0.25, "count of a list"):
                types = sorted(set(types + self.random.sample(self.types_for(keys), 1)))
            measure = {"count": types[0] if len(types) == 1 else types}
            threshold = self.pick([1, 1, 2, 2, 3, 4])
        elif form == "sum":
            field = self.pick(["amount", "amount", "quantity"])
            types = [self.pick(["deal.won", "deal.won", "deal.won"] + self.types_for(keys, field))]
            if field not in self.fields_of(types[0]):
                field = "amount"
            measure = {"sum": field, "of": types[0]}
            threshold = self.total() if field == "amount" else self.random.randint(1, 8)
        elif form == "distinct":
            field = self.pick([name for name in ("product", "customer", "deal", "lead", "rep") if name not in keys])
            options = self.types_for(keys, field)
            if not options:
                field, options = "amount", ["deal.won"]
            types = [self.pick(options)]
            measure = {"distinct": field, "of": types[0]}
            threshold = self.pick([1, 1, 2, 2, 3])
        else:
            types = [self.pick(["course.completed", "course.completed", "meeting.held", "seminar.attended"])]
            measure = {"coverage": types[0]}
            threshold = self.pick(["100%", "100%", "50%", "66.6%", "0.5", "1"])
        if form in ("count", "distinct") and self.maybe(0.15, "attribute threshold"):
            threshold = "partner.target"
        if form == "sum" and self.maybe(0.15, "attribute threshold"):
            threshold = "partner.quota"
        if self.maybe(0.2, "measure where"):
            measure["where"] = self.condition(self.event_scope(types), 1)
        if self.maybe(0.15, "measure window"):
            measure.update(self.window())
        measure["at_least"] = threshold
        self.types.update(types)
        return measure, types

    def total(self):
        """A threshold that some of the amounts in use add up to, or nearly."""
        units = sum(int(round(float(self.pick(self.amounts)) * 10 ** self.digits))
                    for _ in range(self.pick([1, 1, 2, 2, 3])))
        units += self.pick([0, 0, 0, 1, -1])
        text = str(units).rjust(self.digits + 1, "0")
        return text[:len(text) - self.digits] + ("." + text[-self.digits:] if self.digits else "")

    def rule(self):
        subject = self.pick(SUBJECTS)
        keys = [key for key in subject if key != "partner"]
        rule = {}
        if subject != ["partner"] or self.maybe(0.3):
            rule["for"] = subject[0] if len(subject) == 1 else subject
        self.used.add("for " + "+".join(subject))
        rule.update(self.window())
        each = self.maybe(0.3, "each")
        if each:
            types = [self.pick(["deal.won"] * 3 + self.types_for(keys))]
            rule["each"] = types[0]
            self.types.update(types)
            has_value = False
            if self.maybe(0.35, "each with when"):
                rule["when"], _ = self.measure(keys)
                has_value = True
        else:
            rule["when"], types = self.measure(keys)
            has_value = True
        if self.maybe(0.15, "rule where"):
            counted = types
            if "when" in rule and each:
                counted = types + self.types_in(rule["when"])
            rule["where"] = self.condition(self.event_scope(counted), 1)
        if self.maybe(0.15, "eligible"):
            scope = self.partner_scope()
            if "rep" in keys:
                scope += [("rep." + name, kind) for name, kind in self.attributes["rep"].items()]
            rule["eligible"] = self.condition(scope, 1)
        coverage = "coverage" in rule.get("when", {})
        scope = self.partner_scope() if coverage and not each else self.event_scope(types)
        has_rep = all("rep" in self.fields_of(type_) for type_ in types) and not (coverage and not each)
        actions = [self.action(rule, keys, scope, has_value, has_rep or "rep" in keys)
                   for _ in range(self.pick([1, 1, 1, 2, 3]))]
        rule["then"] = actions[0] if len(actions) == 1 else actions
        return rule

    @staticmethod
    def types_in(when):
        for key in ("count", "of", "coverage"):
            if key in when:
                return when[key] if isinstance(when[key], list) else [when[key]]
        return []

    def action(self, rule, keys, scope, has_value, has_rep):
        if self.has_commission and self.maybe(0.4, "rate"):
            return self.rate(rule, keys)
        kind = self.pick(self.rewards)
        self.used.add("reward " + ("declared" if kind in ("travel_credit", "stars") else kind))
        action = {kind: self.amount(scope, has_value)}
        if self.maybe(0.45):
            action["to"] = self.pick([to for to in RECIPIENTS if to != "rep" or has_rep])
            self.used.add("to " + action["to"])
        if self.maybe(0.2, "hold"):
            action["hold"] = self.length()
        if self.maybe(0.2, "action rounding"):
            action["rounding"] = self.pick(ROUNDINGS)
        return action

    def rate(self, rule, keys):
        added = self.maybe(0.65)
        self.used.add("rate added" if added else "rate set")
        action = {"rate": (self.pick(["+", "+", "-"]) if added else "") + self.pick(RATES)}
        if "product" not in keys and self.maybe(0.25, "rate product"):
            action["product"] = self.pick(self.texts["product"])
        starts = ["next", "now", "next_period"] + (["period"] * 2 if "per" in rule else [])
        if self.maybe(0.6):
            action["from"] = self.pick(starts)
            self.used.add("from " + action["from"])
        if self.maybe(0.3, "lasts"):
            action["lasts"] = "period" if "per" in rule and self.maybe(0.5, "lasts period") else self.length()
        elif self.maybe(0.2, "until"):
            action["until"] = date_text(self.calendar.local_day(self.start) + self.random.randint(0, 120))
        if added and self.maybe(0.3, "group"):
            action["group"] = self.pick(["g", "h"])
        return action

    # -- events ------------------------------------------------------------------------

    def events(self):
        self.partners = self.random.sample(["acme", "beta", "c", "日本 商事", "p/5"], self.pick([1, 1, 2, 2, 3, 4]))
        self.span = self.pick([3, 40, 40, 120, 400]) * DAY_MS
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

    def many(self):
        return self.random.randint(12, 72)

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

    def attribute_fields(self, owner):
        fields = {}
        for name, kind in self.attributes[owner].items():
            if self.maybe(0.75):
                fields[name] = {"text": lambda: self.pick(self.words("partner.segment")),
                                "integer": lambda: "#%d" % self.random.randint(1, 3),
                                "money": lambda: "#" + self.pick(self.amounts),
                                "boolean": lambda: self.maybe(0.5)}[kind]()
        return fields

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
            self.used.add("cancelled")
        elif form < 0.21:
            self.add("deal.refunded", {"partner": partner, "deal": self.pick(self.texts["deal"]),
                                       "amount": "#" + self.pick(self.amounts)}, self.time())
            self.used.add("refunded")
        elif form < 0.22:
            self.add("weather.changed", {"partner": partner}, self.time())
        else:
            usual = sorted(type_ for type_ in self.types if type_ in self.activities)
            self.activity(partner, self.pick(usual if usual and self.maybe(0.93) else self.activities))

    def activity(self, partner, type_):
        fields = {}
        for name, (kind, required) in self.fields_of(type_).items():
            if name == "partner":
                fields[name] = partner
            elif required or self.maybe(0.8):
                if kind == "text":
                    fields[name] = self.pick(self.texts[name])
                elif kind == "money":
                    amount = self.pick(self.amounts)
                    fields[name] = "#" + ("-" + amount if self.maybe(0.03, "negative amount") else amount)
                elif kind == "integer":
                    fields[name] = "#%d" % self.random.randint(0, 4)
                else:
                    fields[name] = "#" + self.pick(["0.5", "75", "80.25", "100"])
        if self.maybe(0.01, "rejected"):
            del fields["partner"]
        self.add(type_, fields, self.time())

    def void(self):
        self.used.add("voided")
        target = self.pick(sorted(self.ids)) if self.maybe(0.9) else "nothing"
        fields = {"event": target}
        self.add("event.voided", fields, self.time())


def make(seed, whole):
    """The generator of a seed's case."""
    if whole:
        from whole import WholeGenerator
        return WholeGenerator(seed)
    return Generator(seed)


def main():
    arguments = argparse.ArgumentParser(description="A random program with events.")
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--out", required=True)
    arguments.add_argument("--whole", action="store_true", help="beyond the first subset of the language")
    options = arguments.parse_args()
    generator = make(options.seed, options.whole)
    program = generator.program()
    events = generator.events()
    os.makedirs(options.out, exist_ok=True)
    for name, text in (("program.yaml", program), ("events.ndjson", events),
                       ("features.json", json.dumps(sorted(generator.used), ensure_ascii=False, indent=1) + "\n")):
        with open(os.path.join(options.out, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


if __name__ == "__main__":
    main()
