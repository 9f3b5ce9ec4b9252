"""A program file read into plain objects (LANGUAGE sections 1 to 8).

PyYAML only composes nodes; every scalar is typed here by the place it stands
in. Programs are expected to be valid: errors raise ProgramError with a line,
but this is an oracle for meanings, not for diagnostics.
"""
import functools
import re

import yaml

from calendars import MONTHS, PERS, WEEKDAYS, Calendar, Duration
from expressions import ExpressionSyntax, parse, parse_number

MINOR_DIGITS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
MINOR_DIGITS.update(dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3), CLF=4, UYW=4)
FIELD_TYPES = ("text", "integer", "decimal", "money", "percent", "boolean", "time")
ROUNDINGS = ("down", "up", "half_up", "half_even")
MEASURES = ("count", "sum", "average", "minimum", "maximum", "distinct", "coverage", "covered", "streak", "value")
THRESHOLDS = ("at_least", "more_than", "at_most", "less_than", "every")
RECIPIENTS = ("rep", "partner", "referrer", "parent", "parent.parent")

PRODUCT_LINE = "partner rep? customer? deal? product? amount?:money"
VOCABULARY = {
    "partner.joined": "partner referrer? parent?",
    "partner.updated": "partner referrer? parent?",
    "partner.left": "partner",
    "partner.referred": "partner candidate?",
    "rep.joined": "partner rep",
    "rep.updated": "partner rep",
    "rep.left": "partner rep",
    "course.completed": "partner rep course score?:decimal",
    "lead.registered": "partner rep? customer? lead? product?",
    "meeting.held": "partner rep? customer? lead? product?",
    "deal.won": PRODUCT_LINE + " quantity?:integer",
    "deal.lost": PRODUCT_LINE + " quantity?:integer",
    "deal.cancelled": "partner deal",
    "deal.refunded": "partner deal amount:money",
    "deal.upsold": PRODUCT_LINE,
    "invoice.paid": PRODUCT_LINE,
    "portal.login": "partner rep?",
    "document.downloaded": "partner rep? document?",
    "seminar.attended": "partner rep?",
    "event.voided": "event partner?",
}


class ProgramError(Exception):
    def __init__(self, message, node=None):
        mark = getattr(node, "start_mark", None)
        super().__init__("line %d: %s" % (mark.line + 1, message) if mark else message)


class EventType:
    """Fields by name as (type, required); what it voids or reduces, if anything."""

    def __init__(self, name):
        self.name = name
        self.fields = {}
        self.voids = None    # (type, field, Duration or None)
        self.reduces = None  # (type, field, Duration or None)


class Record:
    """A bag of named properties, absent ones being None."""

    def __init__(self, **properties):
        self.__dict__.update(properties)

    def __getattr__(self, name):
        return None


# -- nodes ------------------------------------------------------------------------

class PlainLoader(yaml.BaseLoader):
    """Composes nodes as they stand, without anchors, aliases and tags."""

    def compose_node(self, parent, index):
        event = self.peek_event()
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise ProgramError("anchors, aliases and tags are refused", event)
        return super().compose_node(parent, index)


@functools.lru_cache(maxsize=16)  # a case is evaluated several times; nothing changes the nodes
def compose(text):
    # PyYAML ends a plain scalar at `?` inside `{}`; YAML 1.2, and the language, do not.
    text = re.sub(r"(?<=[{,\s])(\w+\?)(?=:\s)", r'"\1"', text)
    return yaml.compose(text, Loader=PlainLoader)


def mapping(node, *allowed):
    """An ordered dict of key -> node; with `allowed`, no other keys."""
    if not isinstance(node, yaml.MappingNode):
        raise ProgramError("a mapping is expected", node)
    result = {}
    for key, value in node.value:
        name = scalar(key)
        if name in result:
            raise ProgramError("%s is given twice" % name, key)
        if allowed and name not in allowed:
            raise ProgramError("unknown key %s" % name, key)
        result[name] = value
    return result


def sequence(node):
    if not isinstance(node, yaml.SequenceNode):
        raise ProgramError("a list is expected", node)
    return node.value


def is_list(node):
    return isinstance(node, yaml.SequenceNode)


def scalar(node):
    if not isinstance(node, yaml.ScalarNode):
        raise ProgramError("a text is expected", node)
    return node.value


def texts(node):
    """One text or a list of them."""
    return [scalar(item) for item in node.value] if is_list(node) else [scalar(node)]


def choice(node, allowed):
    if scalar(node) not in allowed:
        raise ProgramError("%s is none of %s" % (node.value, ", ".join(allowed)), node)
    return node.value


def number(node):
    try:
        return parse_number(scalar(node))
    except ValueError as error:
        raise ProgramError(str(error), node)


def duration(node):
    try:
        return Duration(scalar(node))
    except ValueError as error:
        raise ProgramError(str(error), node)


def expression(node):
    try:
        return parse(scalar(node))
    except ExpressionSyntax as error:
        raise ProgramError("%s in %r" % (error, node.value), node)


# -- the program --------------------------------------------------------------------

class Program:
    TOP = ("prm", "program", "title", "currency", "timezone", "fiscal_year", "week", "month_closes", "rounding",
           "commission", "rules", "events", "attributes", "rewards", "measures", "ranks", "journey")

    def __init__(self, text):
        top = mapping(compose(text), *self.TOP)
        if "prm" not in top or scalar(top["prm"]) != "1" or "program" not in top or "currency" not in top:
            raise ProgramError("prm: 1, program and currency are needed")

        def setting(name, default, allowed):
            return choice(top[name], allowed) if name in top else default
        self.name = scalar(top["program"])
        self.currency = scalar(top["currency"])
        self.minor_digits = MINOR_DIGITS.get(self.currency, 2)
        self.rounding = setting("rounding", "down", ROUNDINGS)
        self.calendar = Calendar(
            scalar(top["timezone"]) if "timezone" in top else "UTC",
            int(scalar(top["month_closes"])) if "month_closes" in top else 31,
            setting("fiscal_year", "january", MONTHS), setting("week", "monday", WEEKDAYS))
        self.rewards = {"cash": "money", "gift_card": "money", "points": "points"}
        if "rewards" in top:
            self.rewards.update((name, choice(node, ("money", "points")))
                                for name, node in mapping(top["rewards"]).items())
        self.read_types(top)
        self.measures = {}
        if "measures" in top:
            self.measures = {name: self.read_measure(mapping(node), node)
                             for name, node in mapping(top["measures"]).items()}
        self.ranks = self.read_ranks(top["ranks"]) if "ranks" in top else None
        self.commission = self.read_commission(top["commission"]) if "commission" in top else None
        self.rules = []
        for name, node in mapping(top["rules"]).items() if "rules" in top else []:
            self.rules.append(self.read_rule(name, len(self.rules), node))
        self.stages = []
        for name, node in mapping(top["journey"]).items() if "journey" in top else []:
            stage = mapping(node, "title", "when")
            self.stages.append(Record(name=name, keys=["rep"], when=self.read_condition(stage["when"])))

    # -- event types ----------------------------------------------------------

    def read_types(self, top):
        self.types = {}
        for name, line in VOCABULARY.items():
            kind = self.types[name] = EventType(name)
            for word in line.split():
                field, _, type_ = word.partition(":")
                kind.fields[field.rstrip("?")] = (type_ or "text", not field.endswith("?"))
        self.types["deal.cancelled"].voids = ("deal.won", "deal", None)
        self.types["deal.refunded"].reduces = ("deal.won", "deal", None)
        for name, node in mapping(top["events"]).items() if "events" in top else []:
            self.read_type(self.types.setdefault(name, EventType(name)), node)
        self.attributes = {"partner": {}, "rep": {}}
        for owner, node in mapping(top["attributes"], "partner", "rep").items() if "attributes" in top else []:
            for name, type_ in mapping(node).items():
                self.attributes[owner][name] = choice(type_, FIELD_TYPES)
                for verb in ("joined", "updated"):
                    self.types["%s.%s" % (owner, verb)].fields[name] = (type_.value, False)

    def read_type(self, kind, node):
        properties = mapping(node)
        length = duration(properties.pop("within")) if "within" in properties else None
        for name, value in properties.items():
            if name in ("voids", "reduces"):
                match = re.fullmatch(r"(\S+) by (\S+)", scalar(value))
                if not match:
                    raise ProgramError("TYPE by FIELD is expected", value)
                setattr(kind, name, (match[1], match[2], length))
            else:
                kind.fields[name.rstrip("?")] = (choice(value, FIELD_TYPES), not name.endswith("?"))

    def known_types(self, node):
        for name in texts(node):
            if name not in self.types:
                raise ProgramError("unknown event type %s" % name, node)
        return texts(node)

    # -- windows and subjects ---------------------------------------------------

    WINDOW_KEYS = ("per", "within", "after")

    def read_window(self, properties):
        """None when no window is named, so that a measure can inherit its rule's."""
        if not any(key in properties for key in self.WINDOW_KEYS):
            return None
        window = Record()
        if "per" in properties:
            window.per = choice(properties["per"], PERS)
        if "within" in properties:
            node = properties["within"]
            length, _, anchor = scalar(node).partition(" of ")
            try:
                window.within = Duration(length.strip())
            except ValueError as error:
                raise ProgramError(str(error), node)
            if anchor:
                window.anchor = anchor.strip()
                if window.anchor not in self.types:
                    raise ProgramError("unknown event type %s" % anchor, node)
        if "after" in properties:
            window.after = self.known_types(properties["after"])[0]
        return window

    @staticmethod
    def read_for(node):
        """(key fields within the partner, "referrer"/"parent" or None)."""
        names = texts(node) if node is not None else ["partner"]
        if names in (["referrer"], ["parent"]):
            return [], names[0]
        return [name for name in names if name != "partner"], None

    # -- measures and conditions ---------------------------------------------------

    MEASURE_KEYS = MEASURES + ("of", "where", "for") + WINDOW_KEYS

    def read_measure(self, properties, node):
        kinds = [name for name in MEASURES if name in properties]
        if len(kinds) != 1:
            raise ProgramError("one measure is expected", node)
        kind = kinds[0]
        measure = Record(kind=kind, keys=None, window=self.read_window(properties))
        subject = properties[kind]
        if kind in ("count", "coverage", "covered"):
            measure.types = self.known_types(subject)
        elif kind == "streak":
            measure.inner = self.read_condition(subject)
            measure.per = measure.window.per if measure.window else None
            measure.window = None
        elif kind == "value":
            measure.expression = expression(subject)
        else:
            measure.field = scalar(subject)
            if "of" not in properties:
                raise ProgramError("of is missing", node)
            measure.types = self.known_types(properties["of"])
        if "where" in properties:
            measure.where = expression(properties["where"])
        if "for" in properties:
            measure.keys = self.read_for(properties["for"])[0]
        return measure

    def read_threshold(self, node):
        """A Fraction, or the name of an attribute."""
        return scalar(node) if re.fullmatch(r"(partner|rep)\.\w+", scalar(node)) else number(node)

    def read_condition(self, node):
        properties = mapping(node)
        for name in ("all", "any"):
            if name in properties and len(properties) == 1:
                return Record(kind=name, parts=[self.read_condition(part) for part in sequence(properties[name])])
        if "not" in properties and len(properties) == 1:
            return Record(kind="not", parts=[self.read_condition(properties["not"])])
        if "is" in properties and len(properties) == 1:
            return Record(kind="is", expression=expression(properties["is"]), parts=[])
        mapping(node, *(self.MEASURE_KEYS + THRESHOLDS))
        comparisons = [name for name in THRESHOLDS if name in properties]
        if len(comparisons) > 1:
            raise ProgramError("one threshold is expected", node)
        comparison = comparisons[0] if comparisons else None
        return Record(kind="measure", measure=self.read_measure(properties, node), comparison=comparison, parts=[],
                      threshold=self.read_threshold(properties[comparison]) if comparison else None)

    # -- actions -------------------------------------------------------------------

    ACTION_KEYS = ("rate", "rank", "notice", "product", "from", "lasts", "until", "group", "to", "hold", "rounding")

    def read_actions(self, node):
        return [self.read_action(item) for item in (node.value if is_list(node) else [node])]

    def read_action(self, node):
        properties = mapping(node, *(self.ACTION_KEYS + tuple(self.rewards)))
        kinds = [name for name in ("rate", "rank", "notice", *self.rewards) if name in properties]
        if len(kinds) != 1:
            raise ProgramError("exactly one of rate, rank, notice or a reward is expected", node)
        kind = kinds[0]
        action = Record(kind=kind, start="next")
        if kind == "rate":
            action.added = scalar(properties["rate"])[:1] in ("+", "-")
            action.rate = number(properties["rate"])
        elif kind in ("rank", "notice"):
            action.text = scalar(properties[kind])
        else:
            action.expression = expression(properties[kind])
            action.rounding = self.rounding
        if "from" in properties:
            action.start = choice(properties["from"], ("next", "now", "period", "next_period"))
        if "lasts" in properties:
            action.lasts = "period" if scalar(properties["lasts"]) == "period" else duration(properties["lasts"])
        if "until" in properties:
            action.until = self.calendar.day_start(self.calendar.read_date(scalar(properties["until"])) + 1)
        if "to" in properties:
            action.to = choice(properties["to"], RECIPIENTS)
        if "hold" in properties:
            action.hold = duration(properties["hold"])
        if "rounding" in properties:
            action.rounding = choice(properties["rounding"], ROUNDINGS)
        for name in ("product", "group"):
            if name in properties:
                setattr(action, name, scalar(properties[name]))
        return action

    # -- rules -----------------------------------------------------------------------

    RULE_KEYS = ("title", "for", "when", "where", "then", "each", "eligible", "else", "remind", "at", "while",
                 "active", "tiers", "pick", "limit", "max", "budget", "exclusive", "contest") + WINDOW_KEYS

    def read_rule(self, name, index, node):
        properties = mapping(node, *self.RULE_KEYS)
        rule = Record(name=name, index=index, window=self.read_window(properties))
        rule.keys, rule.link = self.read_for(properties.get("for"))
        rule.at_close = "at" in properties and choice(properties["at"], ("close",)) == "close"
        rule.pick_highest = "pick" in properties and choice(properties["pick"], ("highest",)) == "highest"
        for key in ("where", "eligible"):
            if key in properties:
                setattr(rule, key, expression(properties[key]))
        if "each" in properties:
            rule.each = self.known_types(properties["each"])
        if "when" in properties:
            rule.when = self.read_condition(properties["when"])
        if "while" in properties:
            always = isinstance(properties["while"], yaml.ScalarNode) and properties["while"].value == "always"
            rule.while_ = Record(kind="all", parts=[]) if always else self.read_condition(properties["while"])
        rule.then = self.read_actions(properties["then"]) if "then" in properties else []
        rule.else_ = self.read_actions(properties["else"]) if "else" in properties else []
        if "tiers" in properties:
            rule.tiers = [Record(threshold=self.read_threshold(tier["at_least"]), then=self.read_actions(tier["then"]))
                          for tier in (mapping(item, "at_least", "then") for item in sequence(properties["tiers"]))]
        self.read_extras(rule, properties)
        if "then" not in properties and not rule.tiers and not rule.contest:
            raise ProgramError("then is missing", node)
        return rule

    def read_extras(self, rule, properties):
        """active, remind, limits and contests."""
        if "active" in properties:
            days = {key: self.calendar.read_date(scalar(value))
                    for key, value in mapping(properties["active"], "from", "until").items()}
            rule.active = Record(
                start=self.calendar.day_start(days["from"]) if "from" in days else -(10 ** 18),
                end=self.calendar.day_start(days["until"] + 1) if "until" in days else 10 ** 18)
        if "remind" in properties:
            remind = mapping(properties["remind"], "before", "notice")
            rule.remind = Record(before=duration(remind["before"]),
                                 actions=[Record(kind="notice", text=scalar(remind["notice"]))])
        if "limit" in properties:
            limit = mapping(properties["limit"], "times", "for", "per")
            rule.limit = Record(times=int(number(limit["times"])),
                                keys=self.read_for(limit["for"])[0] if "for" in limit else None,
                                per=choice(limit["per"], PERS) if "per" in limit else None)
        for key in ("max", "budget"):
            if key in properties:
                setattr(rule, key, number(properties[key]))
        if "exclusive" in properties:
            rule.exclusive = scalar(properties["exclusive"])
        if "contest" in properties:
            contest = mapping(properties["contest"], "by", "places")
            rule.contest = Record(by=self.read_measure(mapping(contest["by"], *self.MEASURE_KEYS), contest["by"]),
                                  places=[self.read_actions(place) for place in sequence(contest["places"])])

    # -- commission and ranks -----------------------------------------------------------

    def read_commission(self, node):
        properties = mapping(node, "on", "of", "where", "base", "by_product", "min", "max", "for", "within",
                             "brackets", "override")
        commission = Record(types=self.known_types(properties["on"]), of=expression(properties["of"]),
                            window=self.read_window({k: v for k, v in properties.items() if k == "within"}))
        commission.keys, _ = self.read_for(properties.get("for"))
        if "where" in properties:
            commission.where = expression(properties["where"])
        for key in ("base", "min", "max"):
            if key in properties:
                setattr(commission, key, number(properties[key]))
        commission.by_product = self.read_rates(properties.get("by_product"))
        if "brackets" in properties:
            brackets = mapping(properties["brackets"], "for", "per", "rates")
            rates = [mapping(item, "from", "rate") for item in sequence(brackets["rates"])]
            commission.brackets = Record(
                keys=self.read_for(brackets.get("for"))[0],
                per=choice(brackets["per"], PERS) if "per" in brackets else None,
                rates=[(number(item["from"]), number(item["rate"])) for item in rates])
        if "override" in properties:
            override = properties["override"]
            commission.override = [number(item) for item in (override.value if is_list(override) else [override])]
        return commission

    @staticmethod
    def read_rates(node):
        return {name: number(value) for name, value in mapping(node).items()} if node is not None else {}

    def read_ranks(self, node):
        properties = mapping(node, "per", "promote", "keep", "levels")
        ranks = Record(per=choice(properties["per"], PERS), keep=0, levels=[])
        ranks.promote_now = "promote" in properties and choice(properties["promote"], ("now", "close")) == "now"
        if "keep" in properties:
            ranks.keep = int(number(properties["keep"]))
        for name, item in mapping(properties["levels"]).items():
            level = mapping(item, "when", "rate", "by_product")
            ranks.levels.append(Record(
                name=name, when=self.read_condition(level["when"]) if "when" in level else None,
                rate=number(level["rate"]) if "rate" in level else None,
                by_product=self.read_rates(level.get("by_product"))))
        return ranks


def measures_of(condition):
    """Every measure in a condition, in reading order."""
    found = [condition.measure] if condition.kind == "measure" else []
    for part in condition.parts:
        found += measures_of(part)
    return found
