"""Random programs of the whole language, and what they want events to be like.

A feature (features.py) is noted under the rule, `commission`, `ranks`, or the program itself, as "", that has it.
"""
import json

from calendars import DAY_MS, PERS, Calendar, date_text
from features import MEASURES, NEEDS
from generate import Generator, flow
from program import RECIPIENTS, ROUNDINGS

SUBJECTS = ([["partner"]] * 8 + [["rep"]] * 5 + [["customer"]] * 3 + [["product"]] * 2
            + [["deal"], ["rep", "product"], ["customer", "product"], ["product", "rep"], ["rep", "customer"],
               ["lead"], ["region"], ["order"]])
LOWER = ["at_least"] * 4 + ["more_than"]
COMPARISONS = LOWER + ["at_most", "less_than"]
NUMBERS = ("money", "integer", "decimal", "percent")
NARROWING = ("measure where", "rule where", "eligible", "commission where", "streak where", "active", "measure window",
             "attribute threshold", "limit", "exclusive")
AMOUNTS = ["amount"] * 3 + ["quantity", "score", "ratio", "weight"]
ANCHORS = ["partner.joined"] * 3 + ["deal.won", "meeting.held", "lead.registered", "rep.joined", "partner.updated",
                                    "portal.login", "course.completed"]


RATE_WANTS = ["rate", "rate added", "rate set", "rate product", "from next", "from now", "from period",
              "from next_period", "lasts", "lasts period", "until", "group", "else rate", "rate by while"]
REWARD_WANTS = ["reward cash", "reward gift_card", "reward points", "reward declared", "hold", "action rounding",
                "value in then", "max", "budget"] + ["to " + to for to in RECIPIENTS]
CONDITION_WANTS = MEASURES + COMPARISONS + ["all", "any", "not", "is", "attribute threshold", "measure where",
                                            "measure window", "coarser for", "coarser streak", "streak where",
                                            "count of a list", "value in then"]
UNBOUNDED = ["not", "is", "at_most", "less_than"]
NOT_OF_CONTESTS = RATE_WANTS + ["limit", "limit for", "limit per", "exclusive", "rank action", "attribute threshold"]
NOT_OF_WHILE = REWARD_WANTS + ["notice", "rank action"]
RANKED = {"ranks", "promote now", "keep 0", "keep 1", "keep 2", "rank rate", "rank by_product", "rank action",
          "rank by while"}
EARNING = set(RATE_WANTS) | {"commission", "brackets", "brackets for", "brackets per", "by_product", "rate min",
                             "rate max", "commission where", "override", "commission within", "commission for"}
IMPLIED = dict(NEEDS, **{"limit for": ["limit"], "limit per": ["limit"], "lasts period": ["lasts"]})


def with_needs(wants):
    found = set(wants)
    for name in wants:
        found.update(IMPLIED.get(name, ()))
    return found


def subject_feature(subject):
    if len(subject) > 1:
        return "for a list"
    return "for " + (subject[0] if subject[0] in ("partner", "rep", "customer", "product") else "a text field")


def reward_feature(kind):
    return "reward " + ("declared" if kind in ("travel_credit", "stars") else kind)


def measures_in(condition):
    """How many measures a condition has."""
    if "not" in condition:
        return measures_in(condition["not"])
    for name in ("all", "any"):
        if name in condition:
            return sum(measures_in(part) for part in condition[name])
    return 0 if "is" in condition else 1


class WholeGenerator(Generator):
    def maybe(self, probability, feature=None):
        if feature in NARROWING and (self.plain or self.wanted):
            probability /= 5
        return super().maybe(probability, feature)

    def setting(self):
        self.plain = False
        self.plain = self.maybe(0.5)  # rules with little that keeps them from firing
        super().setting()
        self.features = {}
        self.attributes = {
            "partner": {"segment": "text", "target": "integer", "quota": "money", "vip": "boolean",
                        "share": "percent", "factor": "decimal", "since": "time"},
            "rep": {"level": "integer", "certified": "boolean", "team": "text", "goal": "decimal"}}
        self.texts.update(region=["east", "west"], order=["o1", "o2", "o3"])
        for name, words in self.texts.items():
            if words and name != "product":  # few subjects, so that much comes together in one
                self.texts[name] = words[:self.random.randint(1, len(words))]
        self.table["deal.won"]["region"] = ("text", False)
        self.custom = {"deal.won": {"region?": "text"}}
        self.declare("quiz.passed", {"partner": "text", "rep": "text", "score": "integer", "ratio?": "percent",
                                     "late?": "boolean", "due?": "time", "weight?": "decimal"})
        self.declare("order.placed", {"partner": "text", "order": "text", "rep?": "text", "customer?": "text",
                                      "product?": "text", "amount": "money"})
        self.undoing = []
        self.undo("order.returned", "order", {"voids": "order.placed by order"}, within=0.5)
        self.undo("order.credited", "order", {"reduces": "order.placed by order"}, amount=True)
        self.undo("return.undone", "order", {"voids": "order.returned by order"}, within=0.3)
        self.undo("credit.undone", "order", {"voids": "order.credited by order"})
        self.undo("meeting.dropped", "lead", {"voids": "meeting.held by lead"}, within=0.5)
        self.undo("cancel.undone", "deal", {"voids": "deal.cancelled by deal"}, within=0.3)
        self.undo("refund.undone", "deal", {"voids": "deal.refunded by deal"})

    def declare(self, type_, fields):
        self.custom[type_] = fields
        self.table[type_] = {name.rstrip("?"): (kind, not name.endswith("?")) for name, kind in fields.items()}
        self.activities.append(type_)

    def undo(self, type_, field, what, within=0.0, amount=False):
        """Declares a type that voids or reduces, in some of the programs."""
        target = list(what.values())[0].split()[0]
        if not self.maybe(0.5) or target not in self.table:
            return
        fields = {"partner": "text", field: "text"}
        if amount:
            fields["amount"] = "money"
        declared = dict(fields, **what)
        if self.maybe(within, "voids within"):
            declared["within"] = self.length()
        self.declare(type_, fields)
        self.activities.remove(type_)
        self.custom[type_] = declared
        self.undoing.append(type_)

    # -- the program -----------------------------------------------------------------

    def part(self, name, make, number=None):
        """The features noted meanwhile are those of the named part."""
        outer, self.used, program_wants = self.used, set(), self.wanted
        if isinstance(number, int):
            self.wanted = with_needs(self.wants.get(number, ()))
        result = make()
        self.features[name] = self.used
        self.used, self.wanted = outer, program_wants
        return result

    def program(self):
        top = {"prm": "1", "program": "generated", "currency": self.currency}
        if self.zone != "UTC" or self.maybe(0.5):
            top["timezone"] = self.zone
        for name, default in (("fiscal_year", "january"), ("week", "monday"), ("month_closes", 31)):
            if getattr(self, name) != default:
                top[name] = getattr(self, name)
        rounding = self.choose(ROUNDINGS, "rounding {}".format)
        self.used.add("rounding " + rounding)
        if rounding != "down" or self.maybe(0.5):
            top["rounding"] = rounding
        top["events"] = self.custom
        top["attributes"] = self.attributes
        self.rewards = ["cash", "cash", "gift_card", "points"]
        self.kinds = {"cash": "money", "gift_card": "money", "points": "points"}
        everywhere = set().union(*self.wants.values())
        if self.maybe(0.4) or "reward declared" in everywhere:
            top["rewards"] = {"travel_credit": "money", "stars": "points"}
            self.rewards += ["travel_credit", "stars"]
            self.kinds.update(top["rewards"])
        self.has_ranks = self.maybe(0.4) or bool(everywhere & RANKED)
        self.named = self.named_measures("measure value" in everywhere)
        if self.named:
            top["measures"] = self.named
        self.has_commission = self.maybe(0.8) or bool(everywhere & EARNING)
        if self.has_commission:
            top["commission"] = self.part("commission", self.commission)
        if self.has_ranks:
            top["ranks"] = self.part("ranks", self.ranks)
        rules = {}
        many = max(number for number in self.wants) + 1 if self.wants else self.random.randint(2, 6)
        for number in range(max(1, many)):
            name = "r%d" % (number + 1) if self.maybe(0.9) else self.pick(["a rule/%d", "規則%d", "x:%d@#"]) % number
            rules[name] = self.part(name, self.rule, number)
        self.features[""] = self.used
        lines = ["%s: %s" % (key, flow(value)) for key, value in top.items()] + ["rules:"]
        for name, rule in rules.items():
            lines.append("  %s:" % flow(name))
            lines += ["    %s: %s" % (key, flow(value)) for key, value in rule.items()]
        return "\n".join(lines) + "\n"

    def partner_scope(self):
        scope = super().partner_scope()
        return scope + [("partner.rank", "text")] if self.has_ranks else scope

    def words(self, name):
        if name == "partner.rank":
            return ["bronze", "silver", "gold"]
        if name == "rep.team":
            return ["gold", "silver", "x"]
        return super().words(name)

    def condition(self, scope, depth):
        times = [name for name, kind in scope if kind == "time"]
        if times and self.maybe(0.1, "time compared"):
            return self.pick(["%s < %s", "%s != %s", "has(%s) && has(%s)", "%s >= %s"]) % (
                self.pick(times), self.pick(times))
        return super().condition([(name, kind) for name, kind in scope if kind != "time"], depth)

    def number(self, name, kind):
        if kind == "percent":
            return self.pick(["50%", "0.9", "100%", "33.3%"])
        return super().number(name, kind)

    def named_measures(self, needed):
        """A few plain ones that a `value` can put together."""
        if not self.maybe(0.5) and not needed:
            return {}
        named = {"won": {"count": "deal.won"}, "lost": {"count": "deal.lost"},
                 "amount_won": {"sum": "amount", "of": "deal.won"}, "met": {"count": "meeting.held"}}
        if self.maybe(0.3):
            named["big"] = {"count": "deal.won", "where": "amount > %s" % self.pick(self.amounts)}
        if self.maybe(0.3):
            named["mean"] = {"average": "amount", "of": "deal.won"}
        if self.maybe(0.2):
            named["recent"] = {"count": "deal.won", "within": self.length()}
        self.types.update(["deal.won", "deal.lost", "meeting.held"])
        return named

    def values(self):
        """(expression, thresholds)."""
        found = [("won / (won + lost)", ["30%", "50%", "0.333333333333", "100%"]), ("won + lost", [1, 2, 3]),
                 ("amount_won / won", [self.pick(self.amounts)]), ("won - lost", [1, 2]),
                 ("met / partner.target", [1, "0.5", "33%"]), ("won * 2 + met", [3, 4, 5]),
                 ("amount_won * partner.factor", [self.total()])]
        if "big" in self.named:
            found.append(("big / won", ["50%", "100%"]))
        if "mean" in self.named:
            found.append(("mean - 10", [self.pick(self.amounts)]))
        if "recent" in self.named:
            found.append(("recent * 1", [1, 2]))
        return found

    def commission(self):
        self.used.add("commission")
        on = self.pick([["deal.won"], ["deal.won"], ["invoice.paid"], ["deal.won", "deal.upsold"], ["order.placed"]])
        self.types.update(on)
        self.earning = on
        commission = {"on": on if len(on) > 1 or self.maybe(0.2) else on[0],
                      "of": self.pick(["amount"] * 4 + ["amount * 50%", "amount - 10", "max(amount, 100)"])}
        brackets = self.maybe(0.35, "brackets")
        if brackets:
            rates = [{"from": 0, "rate": self.pick(["5%", "0%", "10%"])}]
            starts = self.ascending(self.total(), self.total(), self.pick(self.amounts))[:self.pick([1, 2, 3])]
            rates += [{"from": start, "rate": rate} for start, rate in zip(starts, ["12.5%", "7%", "20%"])]
            commission["brackets"] = {"rates": rates}
            if self.maybe(0.6, "brackets for"):
                commission["brackets"]["for"] = self.pick(["partner", "rep", "customer", "product"])
            if self.maybe(0.6, "brackets per"):
                commission["brackets"]["per"] = self.per()
        else:
            commission["base"] = self.pick(["0%", "5%", "10%", "15%", "7.125%"])
        if self.maybe(0.3, "by_product"):
            commission["by_product"] = {"crm": self.pick(["3%", "10%"]), "ma": self.pick(["20%", "0%"])}
        if self.maybe(0.3, "rate min"):
            commission["min"] = self.pick(["1%", "5%", "10%"])
        if self.maybe(0.3, "rate max"):
            commission["max"] = self.pick(["15%", "25%", "40%"])
        if self.maybe(0.2, "commission where"):
            commission["where"] = self.condition(self.event_scope(on), 2)
        if self.maybe(0.4, "override"):
            commission["override"] = self.pick([["2%", "1%"], ["2%"], ["1%", "2.5%", "3%"]])
        if self.maybe(0.3, "commission within"):
            if self.maybe(0.7, "commission for"):
                commission["for"] = self.pick(["customer", "rep", "partner", "product"])
            anchor = self.pick(["deal.won", "partner.joined", on[0]])
            self.types.add(anchor)
            commission["within"] = self.length() + " of " + anchor
        return commission

    @staticmethod
    def ascending(*numbers):
        return sorted({float(number): number for number in numbers if float(number) > 0}.values(), key=float)

    def may_rate(self, keys):
        """Do events that earn commission belong to such a subject?"""
        return self.has_commission and any(all(key in self.fields_of(type_) for key in keys) for type_ in self.earning)

    def ranks(self):
        self.used.add("ranks")
        ranks = {"per": self.per()}
        if self.maybe(0.5, "promote now"):
            ranks["promote"] = "now"
        if self.maybe(0.5) or self.any_wanted("keep 0", "keep 1", "keep 2"):
            ranks["keep"] = self.choose([0, 1, 2], "keep {}".format)
            self.used.add("keep %d" % ranks["keep"])
        levels = {"bronze": {}}
        for name in ["silver", "gold"][:self.pick([1, 2, 2])]:
            when = self.pick([{"count": "deal.won", "at_least": self.pick([1, 2])},
                              {"sum": "amount", "of": "deal.won", "at_least": self.total()},
                              {"all": [{"count": "deal.won", "at_least": 1}, {"count": "meeting.held", "at_least": 1}]},
                              {"count": "meeting.held", "at_least": 1},
                              {"coverage": "meeting.held", "at_least": "50%"}])
            levels[name] = {"when": when}
            if self.maybe(0.7, "rank rate"):
                levels[name]["rate"] = self.pick(["15%", "20%", "6%"])
            if self.maybe(0.3, "rank by_product"):
                levels[name]["by_product"] = {"ma": "22%"}
        self.levels = list(levels)
        self.types.update(["deal.won", "meeting.held"])
        ranks["levels"] = levels
        return ranks

    # -- windows and measures ------------------------------------------------------------

    def window(self, forms=("none", "none", "per", "per", "per", "rolling", "anchored", "anchored", "after",
                            "per anchored"), keys=()):
        form = self.choose(forms, "window {}".format)
        if form != "none":
            self.used.add("window " + form)
        window = {}
        if "per" in form:
            window["per"] = self.per()
        if form == "rolling":
            window["within"] = self.length()
        anchors = ANCHORS + ([type_ for type_ in self.activities if all(k in self.fields_of(type_) for k in keys)]
                             if keys else [])
        if "anchored" in form:
            anchor = self.pick(anchors)
            self.types.add(anchor)
            window["within"] = "%s of %s" % (self.length(), anchor)
        if form == "after":
            window["after"] = self.pick(anchors)
            self.types.add(window["after"])
        return window

    def needs_own_window(self, window, keys, coarser):
        """The rule's window begins with an event of its own subject, which a coarser measure cannot take over."""
        anchor = window.get("after") or window.get("within", "").partition(" of ")[2]
        return bool(anchor) and any(key in self.fields_of(anchor) for key in keys if key not in coarser)

    def measure_of(self, keys, window, link=None, lower=True, plain=False, bare=False):
        """(measure with a threshold, its types, its kind of number); `plain` is neither streak nor value, `bare`
        without a window and subject of its own, as inside of streaks."""
        forms = ["count", "count", "count", "sum", "sum", "distinct", "average", "minimum", "maximum"]
        if set(self.types_for(keys, "rep")) - {"order.placed"}:
            forms += ["coverage", "covered"] if keys else ["coverage", "coverage", "covered"]
        if not plain:
            forms += ["streak", "streak"] + (["value", "value"] if self.named and "order" not in keys else [])
        if {"deal", "region", "order", "lead"} & set(keys) and "value" in forms:
            forms = [form for form in forms if form != "value"]
        if not any(self.types_for(keys, name) for name in AMOUNTS):
            forms = [form for form in forms if form not in ("sum", "average", "minimum", "maximum")]
        form = self.choose(forms, "measure {}".format)
        of_streaks = self.any_wanted("coarser streak", "streak where")
        if "streak" in forms and of_streaks and self.is_missing("measure streak"):
            form = "streak"
        self.used.add("measure " + form)
        if form == "value":
            expression, thresholds = self.pick(self.values())
            self.types.update(["deal.won", "deal.lost", "meeting.held"])
            return self.thresholded({"value": expression}, self.pick(thresholds), lower), ["deal.won"], "value"
        if form == "streak":
            inner, types, kind = self.measure_of(keys, {}, link, True, True, True)
            self.used.add("streak of " + self.kind_of(inner))
            measure = {"streak": inner, "per": self.pick(["day", "week", "month", "month", self.per()])}
            self.pers.add(measure["per"])
            if "where" not in inner and self.maybe(0.2, "streak where"):
                measure["where"] = self.condition(self.event_scope(types), 1)
            if keys and not link and "rep." not in flow(inner) and self.maybe(0.15, "coarser streak"):
                measure["for"] = "partner"
            return self.thresholded(measure, self.pick([1, 2, 2, 3]), lower), types, "integer"
        measure, types, threshold, kind = self.plain_measure(form, keys)
        if self.maybe(0.2, "measure where"):
            measure["where"] = self.condition(self.event_scope(types), 1)
        if bare:
            return self.thresholded(measure, threshold, lower), types, kind
        if self.maybe(0.15) or self.is_missing("measure window") or any(
                self.is_missing("window " + name) for name in ("rolling", "after", "anchored", "per anchored", "per")):
            own = self.window(keys=keys)
            measure.update(own)
            if own:
                self.used.add("measure window")
        if keys and self.maybe(0.2, "coarser for"):
            measure["for"] = self.pick([["partner"]] + [[key] for key in keys if len(keys) > 1])
            measure["for"] = measure["for"][0]
            if not any(key in measure for key in ("per", "within", "after")) and \
                    self.needs_own_window(window, keys, [measure["for"]]):
                measure.update(self.window(["per", "rolling"]))
        return self.thresholded(measure, threshold, lower), types, kind

    def unthresholded(self, measure):
        """Without the threshold of its own, which `every`, tiers and contests do without; the rule has no other yet."""
        for name in COMPARISONS:
            measure.pop(name, None)
        self.used -= {*COMPARISONS, "attribute threshold"}
        inner = measure.get("streak", {})
        self.used.update(name for name in COMPARISONS if name in inner)
        if any(str(inner.get(name)).startswith(("partner.", "rep.")) for name in COMPARISONS):
            self.used.add("attribute threshold")

    @staticmethod
    def kind_of(measure):
        return next(name for name in ("count", "sum", "average", "minimum", "maximum", "distinct", "coverage",
                                      "covered", "streak", "value") if name in measure)

    def thresholded(self, measure, threshold, lower):
        comparison = self.choose(LOWER if lower else COMPARISONS)
        if str(threshold) in ("100%", "1") and "coverage" in measure and comparison == "more_than":
            comparison = "at_least"
        self.used.add(comparison)
        measure[comparison] = threshold
        return measure

    def plain_measure(self, form, keys):
        """(measure, types, threshold, kind of its number)."""
        kind = "integer"
        if form == "count":
            types = [self.pick(self.types_for(keys))]
            if self.maybe(0.25, "count of a list"):
                types = sorted(set(types + [self.pick(self.types_for(keys))]))
            measure = {"count": types[0] if len(types) == 1 else types}
            threshold = self.pick([1, 1, 2, 2, 3, 4])
            if self.maybe(0.15, "attribute threshold"):
                threshold = self.pick(["partner.target"] + (["rep.level"] * 3 if "rep" in keys else []))
        elif form in ("coverage", "covered"):
            options = [type_ for type_ in self.types_for(keys, "rep") if type_ != "order.placed"]
            types = [self.pick((["course.completed", "quiz.passed"] if not keys else []) + options)]
            measure, kind = {form: types[0]}, "decimal"
            threshold = self.pick(["100%", "100%", "50%", "66.6%", "0.5", "1"]) if form == "coverage" else \
                self.pick([1, 2, 2, 3])
            if self.maybe(0.1, "attribute threshold"):
                threshold = "partner.share" if form == "coverage" else "partner.target"
        elif form == "distinct":
            names = [name for name in ("product", "customer", "deal", "lead", "rep", "order", "score", "amount")
                     if name not in keys and self.types_for(keys, name)]
            field = self.pick(names)
            types = [self.pick(self.types_for(keys, field))]
            measure, threshold = {"distinct": field, "of": types[0]}, self.pick([1, 1, 2, 2, 3])
        else:
            field = self.pick([name for name in AMOUNTS if self.types_for(keys, name)])
            options = self.types_for(keys, field)
            if field == "amount" and "deal.won" in options:
                options = options + ["deal.won"] * 3
            types = [self.pick(options)]
            measure, kind = {form: field, "of": types[0]}, self.fields_of(types[0])[field][0]
            if field == "amount":
                threshold = self.total() if form == "sum" else self.pick(self.amounts)
                if self.maybe(0.15, "attribute threshold"):
                    threshold = "partner.quota"
            else:
                threshold = {"quantity": self.pick([1, 2, 3]), "ratio": self.pick(["50%", "0.9"]),
                             "weight": self.pick(["0.5", "2.25"]), "score": self.pick([1, 2, 75])}[field]
                if field == "score" and types[0] == "course.completed":
                    threshold = self.pick(["75", "80.25", "77.625"])
                if field in ("weight", "ratio") and self.maybe(0.2, "attribute threshold"):
                    threshold = "partner.factor" if field == "weight" else "partner.share"
        self.types.update(types)
        return measure, types, threshold, kind

    # -- conditions ------------------------------------------------------------------------

    def own_scope(self, keys):
        """What the subject has, whatever the event."""
        scope = self.partner_scope()
        if "rep" in keys:
            scope = scope + [("rep." + name, kind) for name, kind in self.attributes["rep"].items()]
        return scope

    def tree(self, keys, window, link, depth, lower):
        """(condition, event types). With `lower` it is bounded from below."""
        single = ["measure"] * (12 if self.plain else 4)
        form = self.choose(single + ["all", "all", "any", "not"] if depth else single)
        several = sum(self.is_missing(name) for name in MEASURES) > 1 + self.is_missing("measure streak")
        if depth and form == "measure" and (several or (lower and any(self.is_missing(name) for name in UNBOUNDED))):
            form = "all"
        if form == "not" and lower:
            form = "all"
        if form == "measure":
            if not lower and self.maybe(0.15, "is"):
                return {"is": self.condition(self.own_scope(keys), 1)}, []
            measure, types, _ = self.measure_of(keys, window, link, lower)
            return measure, types
        self.used.add(form)
        if form == "not":
            part, types = self.tree(keys, window, link, depth - 1, False)
            return {"not": part}, types
        first, types = self.tree(keys, window, link, depth - 1, lower)
        parts = [first]
        for _ in range(self.pick([1, 1, 2])):
            part, more = self.tree(keys, window, link, depth - 1, lower and form == "any")
            parts.append(part)
            types = types + more
        self.random.shuffle(parts)
        return {form: parts}, types

    # -- rules ----------------------------------------------------------------------------

    def rule(self):
        links = ["referrer", "parent"]
        linked = self.any_wanted("for referrer", "for parent") or (
            self.maybe(0.15) and not any(name.startswith("for ") for name in self.wanted))
        link = self.choose(links, "for {}".format) if linked else None
        subject = self.choose(self.subjects(), subject_feature) if not link else ["partner"]
        keys = [key for key in subject if key != "partner"]
        rule = {}
        if link:
            rule["for"] = link
        elif subject != ["partner"] or self.maybe(0.3):
            rule["for"] = subject[0] if len(subject) == 1 else subject
        self.used.add("for " + link if link else subject_feature(subject))
        options = ["reach"] * 5 + ["every", "tiers", "tiers", "each", "each", "close", "close", "close"]
        if self.may_rate(keys):
            options += ["while", "while"]
        elif self.has_ranks and not keys and not link:
            options += ["while"]
        options += ["contest"]
        form = self.form(options)
        self.used.add(form)
        if form == "contest":
            rule.update(self.window(["per", "per", "per anchored"], keys))
        elif form == "close" or (self.any_wanted("close", "else", "remind") and form != "each"):
            ends = ["per", "per", "anchored", "per anchored"]
            if self.any_wanted("else", "remind") and (keys not in ([], ["rep"])):
                ends = ["anchored", "per anchored"]
            rule.update(self.window(ends, keys))
        elif form == "while":
            rule.update(self.window(["none", "none", "per", "anchored", "per anchored", "after", "rolling"], keys))
        else:
            rule.update(self.window(keys=keys))
        return getattr(self, "rule_" + form)(rule, keys, link)

    def subjects(self):
        """Those that leave what is wanted possible."""
        if self.any_wanted(*RATE_WANTS):
            found = [subject for subject in SUBJECTS if self.may_rate([key for key in subject if key != "partner"])]
            if self.any_wanted("rank action", "rank by while"):
                return [subject for subject in found if subject == ["partner"]] or found
            if self.is_missing("rate product"):
                return [subject for subject in found if "product" not in subject]
            return found
        if self.any_wanted("rank action", "rank by while"):
            return [["partner"]]
        if self.any_wanted("coarser for", "coarser streak"):
            return [subject for subject in SUBJECTS if subject != ["partner"]]
        if self.any_wanted("else", "remind") and not any(name.startswith("for ") for name in self.wanted):
            return [["partner"], ["rep"]]
        return SUBJECTS

    def form(self, options):
        """A form that leaves what is wanted possible."""
        wanted = [form for form in options if form in self.wanted]
        if "close" in wanted and len(set(wanted)) > 1:
            wanted = [form for form in wanted if form != "close"]
        if wanted:
            return self.pick(wanted)
        barred = set()
        if self.any_wanted("else", "remind"):
            barred |= {"contest", "while", "each"}
        if self.any_wanted(*NOT_OF_CONTESTS):
            barred.add("contest")
        if self.any_wanted(*NOT_OF_WHILE):
            barred.add("while")
        if self.any_wanted("all", "any", "not", "is", "at_least", "more_than", "at_most", "less_than"):
            barred |= {"every", "tiers", "contest"}
        if sum(name in self.wanted for name in MEASURES) > 1:
            barred |= {"every", "tiers", "contest"}
        if any(name in self.wanted for name in MEASURES + ["measure where", "coarser for", "measure window"]):
            barred.add("each")
        return self.pick([form for form in options if form not in barred] or options)

    def finish(self, rule, keys, link, types, actions=True, value=False, at_event=True):
        """Filter, eligibility, actions and limits, which most forms share."""
        form_each = "each" in rule
        if types and self.maybe(0.15, "rule where"):
            rule["where"] = self.condition(self.event_scope(self.all_types(rule, types)), 1)
        if self.maybe(0.15, "eligible"):
            rule["eligible"] = self.condition(self.own_scope(keys), 1)
        if actions:
            rule["then"] = self.then(rule, keys, link, types if at_event else [], value)
        if self.maybe(0.15, "active"):
            first = self.calendar.local_day(self.start)
            rule["active"] = {"from": date_text(first + self.random.randint(0, 20)),
                              "until": date_text(first + self.random.randint(21, 120))}
            if self.maybe(0.3):
                del rule["active"][self.pick(["from", "until"])]
        text = flow(rule.get("then", "")) + flow(rule.get("tiers", "")) + flow(rule.get("contest", ""))
        money = any("{%s:" % kind in text for kind, type_ in self.kinds.items() if type_ == "money")
        if money and self.maybe(0.12, "max"):
            rule["max"] = self.total()
        if money and self.maybe(0.15, "budget"):
            rule["budget"] = self.total()
        if "contest" not in rule:
            self.limits(rule, keys, link, types, form_each)
        return rule

    def limits(self, rule, keys, link, types, form_each):
        """`exclusive` and `limit`."""
        if self.maybe(0.12, "exclusive"):
            rule["exclusive"] = self.pick(["x", "x", "y"])
        if self.maybe(0.2, "limit"):
            rule["limit"] = {"times": self.random.randint(1, 2)}
            if not link and self.maybe(0.7, "limit for") or self.is_missing("limit for"):
                self.used.add("limit for")
                fields = [name for name in ("customer", "product", "rep", "deal")
                          if types and all(name in self.fields_of(type_) for type_ in types)] if form_each else []
                rule["limit"]["for"] = self.pick(["partner"] * 2 + keys * 2 + fields)
            if self.maybe(0.6, "limit per"):
                rule["limit"]["per"] = self.per()

    def all_types(self, rule, types):
        """Every type that the rule's filter will see."""
        text = flow(rule)
        found = {type_ for type_ in self.table if type_ in text} | set(types)
        if "value:" in text:
            found |= {"deal.won", "deal.lost", "meeting.held"}
        anchor = rule.get("after") or rule.get("within", "").partition(" of ")[2]
        return sorted(type_ for type_ in found if type_ in self.activities or type_ != anchor)

    def then(self, rule, keys, link, types, value, forbid_rate=False):
        scope = self.event_scope(types) if types else self.partner_scope()
        scope = [(name, kind) for name, kind in scope if kind in NUMBERS or kind == "boolean"]
        if link:
            scope = [(name, kind) for name, kind in scope if not name.startswith("rep.")]
        has_rep = "rep" in keys or (bool(types) and not link
                                    and all("rep" in self.fields_of(type_) for type_ in types))
        many = self.pick([1, 1, 1, 2, 3] if not self.wanted else [2, 3])
        actions = [self.action(rule, keys, scope, value, has_rep, link, forbid_rate) for _ in range(many)]
        return actions[0] if len(actions) == 1 else actions

    def action(self, rule, keys, scope, has_value, has_rep, link=None, forbid_rate=False):
        rates = self.may_rate(keys) and not forbid_rate
        options = ["reward"] * 8 + ["notice"]
        options += ["rate"] * 5 if rates else []
        options += ["rank action"] if self.has_ranks and not keys and not forbid_rate else []
        wanted = [form for form in options if self.is_missing(form)]
        if rates and any(self.is_missing(name) for name in RATE_WANTS):
            wanted.append("rate")
        if any(self.is_missing(name) for name in REWARD_WANTS):
            wanted += ["reward"]
        form = self.pick(wanted or options)
        if form == "rate":
            return self.rate(rule, keys)
        self.used |= {form} if form != "reward" else set()
        if form == "rank action":
            return {"rank": self.pick(self.levels)}
        if form == "notice":
            return {"notice": self.pick(["follow up", "お知らせ", "a, b"])}
        kinds = self.rewards
        if any(self.is_missing(name) for name in ("max", "budget")):
            kinds = [kind for kind in kinds if self.kinds[kind] == "money"]
        kind = self.choose(kinds, reward_feature)
        self.used.add(reward_feature(kind))
        action = {kind: self.reward(scope, has_value)}
        recipients = [to for to in RECIPIENTS if to != "rep" or has_rep]
        if self.maybe(0.45) or any(self.is_missing("to " + to) for to in recipients):
            action["to"] = self.choose(recipients, "to {}".format)
            self.used.add("to " + action["to"])
        if self.maybe(0.15, "hold"):
            action["hold"] = self.length()
        if self.maybe(0.2, "action rounding"):
            action["rounding"] = self.pick(ROUNDINGS)
        return action

    def reward(self, scope, has_value):
        if has_value:
            self.used.add("value in then")
            return self.amount(scope, True)
        return self.amount(scope, False).replace("12.345", "777")

    def rule_reach(self, rule, keys, link):
        rule["when"], types = self.tree(keys, rule, link, 2, True)
        single = not {"all", "any", "not"} & set(rule["when"])
        only = measures_in(rule["when"]) == 1
        plain = single and self.kind_of(rule["when"]) not in ("value", "streak", "coverage", "covered") \
            and "for" not in rule["when"]
        self.finish(rule, keys, link, types, value=only, at_event=plain)
        return self.ends(rule, keys, link)

    def ends(self, rule, keys, link):
        """`else` and `remind`, where an occasion ends."""
        anchored = " of " in rule.get("within", "")
        if not anchored and ("per" not in rule or keys not in ([], ["rep"])):
            return rule
        if self.maybe(0.3, "else"):
            rule["else"] = self.pick([{"notice": "too late"}, {"cash": 7}, [{"notice": "no"}, {"points": 3}]])
            if self.may_rate(keys) and self.maybe(0.2, "else rate"):
                rule["else"] = {"rate": "-1%", "lasts": "30d"}
        if self.maybe(0.3, "remind"):
            rule["remind"] = {"before": self.pick(["1d", "7d", "12h", "40d", "1mo"]), "notice": "hurry"}
        return rule

    def rule_every(self, rule, keys, link):
        measure, types, kind = self.measure_of(keys, rule, link, True, self.maybe(0.7) and not self.any_wanted(
            "measure streak", "measure value"))
        self.unthresholded(measure)
        name = self.kind_of(measure)
        if name == "sum" and measure["sum"] == "amount":
            measure["every"] = self.total()
        else:
            measure["every"] = {"decimal": "0.5", "percent": "0.5", "money": self.pick(self.amounts)}.get(
                kind, self.pick([1, 2, 3]))
        if name in ("covered", "streak", "value"):
            of_money = any(word in measure.get("value", "") for word in ("amount", "mean"))
            measure["every"] = self.total() if of_money else self.pick([1, 2])  # else thousands of multiples
        rule["when"] = measure
        closes = ("per" in rule or " of " in rule.get("within", "")) and self.maybe(0.15, "close")
        if closes:
            rule["at"] = "close"
        self.finish(rule, keys, link, types, value=True, at_event=name not in (
            "coverage", "covered", "value", "streak") and not closes and "for" not in measure)
        return self.ends(rule, keys, link)

    def rule_tiers(self, rule, keys, link):
        measure, types, kind = self.measure_of(keys, rule, link, True, self.maybe(0.7) and not self.any_wanted(
            "measure streak", "measure value"))
        self.unthresholded(measure)
        name = self.kind_of(measure)
        if name == "coverage":
            steps = ["50%", "66.6%", "100%"]
        elif kind == "money":
            steps = self.ascending(self.total(), self.pick(self.amounts), self.total())
        elif name == "value":
            steps = ["0.5", 1, 2]
        else:
            steps = [1, 2, 4]
        if name in ("count", "sum") and self.maybe(0.1, "attribute threshold"):
            steps = steps[:1] + ["partner.quota" if kind == "money" else "partner.target"]
        closes = ("per" in rule or " of " in rule.get("within", "")) and self.maybe(0.4, "close")
        at_event = name not in ("coverage", "covered", "value", "streak") and not closes and "for" not in measure
        rule["when"] = measure
        rule["tiers"] = [{"at_least": step, "then": self.then(rule, keys, link, types if at_event else [], True)}
                         for step in steps]
        if closes:
            rule["at"] = "close"
            if self.maybe(0.6, "pick highest"):
                rule["pick"] = "highest"
        self.finish(rule, keys, link, types, actions=False)
        return self.ends(rule, keys, link)

    def rule_each(self, rule, keys, link):
        types = [self.pick(["deal.won"] * 3 * ("deal.won" in self.types_for(keys)) + self.types_for(keys))]
        if self.maybe(0.2, "each of a list"):
            types = sorted(set(types + [self.pick(self.types_for(keys))]))
        rule["each"] = types if len(types) > 1 else types[0]
        self.types.update(types)
        single = False
        if self.maybe(0.5, "each with when") or self.any_wanted(*CONDITION_WANTS):
            self.used.add("each with when")
            rule["when"], _ = self.tree(keys, rule, link, 1, False)
            single = measures_in(rule["when"]) == 1
        return self.finish(rule, keys, link, types, value=single)

    def rule_close(self, rule, keys, link):
        rule["when"], types = self.tree(keys, rule, link, 2, False)
        rule["at"] = "close"
        self.finish(rule, keys, link, types, value=measures_in(rule["when"]) == 1, at_event=False)
        return self.ends(rule, keys, link)

    def rule_while(self, rule, keys, link):
        types = []
        always = not self.any_wanted(*CONDITION_WANTS) and self.maybe(0.25)
        if always or self.is_missing("while always"):
            self.used.add("while always")
            rule["while"] = "always"
        else:
            rule["while"], types = self.tree(keys, rule, link, 2, False)
        # A rank that holds while the rank is another flips at every asking: no program to compare by.
        by_itself = "partner.rank" in str(rule["while"])
        if by_itself and not self.may_rate(keys):
            rule["while"], types, by_itself = "always", [], False
            self.used = self.used - set(CONDITION_WANTS) | {"while always"}
        ranked = self.has_ranks and not keys and not by_itself and (
            self.is_missing("rank by while") or not self.may_rate(keys)
            or (self.maybe(0.4) and not self.any_wanted("rate by while", *RATE_WANTS)))
        actions = []
        if ranked:
            actions.append({"rank": self.pick(self.levels)})
            self.used.add("rank by while")
        if self.may_rate(keys) and (not ranked or self.any_wanted("rate by while", *RATE_WANTS)):
            actions += [self.rate(rule, keys) for _ in range(2 if self.wanted else 1)]
            self.used.add("rate by while")
        rule["then"] = actions[0] if len(actions) == 1 else actions
        if not ranked and self.maybe(0.2, "eligible"):
            rule["eligible"] = self.condition(self.own_scope(keys), 1)
        if types and self.maybe(0.1, "rule where"):
            rule["where"] = self.condition(self.event_scope(self.all_types(rule, types)), 1)
        if self.maybe(0.2, "active"):
            first = self.calendar.local_day(self.start)
            rule["active"] = {"from": date_text(first + self.random.randint(0, 20)),
                              "until": date_text(first + self.random.randint(21, 120))}
        self.limits(rule, keys, link, types, False)
        return rule

    def rule_contest(self, rule, keys, link):
        measure, types, _ = self.measure_of(keys, rule, link, True, self.maybe(0.6) and not self.any_wanted(
            "measure streak", "measure value"))
        self.unthresholded(measure)
        self.used.add("contest by " + self.kind_of(measure))
        places = [self.then(rule, keys, link, [], True, forbid_rate=True) for _ in range(self.pick([1, 2, 3]))]
        rule["contest"] = {"by": measure, "places": places}
        return self.finish(rule, keys, link, types, actions=False, at_event=False)

    # -- events ------------------------------------------------------------------------

    def many(self):
        return self.random.randint(15, 70)

    def events(self):
        self.series_left = self.random.randint(0, 6)
        text = super().events()
        for _ in range(self.pick([0, 0, 1, 3])):
            text += self.conflict()
        if self.maybe(0.5):
            last = max(self.times)
            shift = self.pick([0, 1, DAY_MS, 40 * DAY_MS, 100 * DAY_MS, -10 * DAY_MS])
            edges = [self.calendar.window(self.pick(PERS), last).end + self.pick([-1, 0, 0, 1]), last + shift]
            self.clock = Calendar("UTC").write_time(max(self.pick(edges), 86400000))
        return text

    def conflict(self):
        """Another content under a known id, after it."""
        fields = json.loads(self.pick(self.lines))
        fields["time"] = Calendar("UTC").write_time(self.time())
        return json.dumps(fields, ensure_ascii=False) + "\n"

    def attribute_fields(self, owner):
        fields = {}
        for name, kind in self.attributes[owner].items():
            if self.maybe(0.8):
                value = {"percent": ["#0.5", "50%", "100%", "#1"], "decimal": ["#0.5", "#2.25", "#1.5"]}.get(kind)
                fields[name] = self.pick(value) if value else {
                    "text": lambda name=name: self.pick(self.words(owner + "." + name)),
                    "integer": lambda: "#%d" % self.random.randint(1, 3),
                    "money": lambda: "#" + self.pick(self.amounts), "boolean": lambda: self.maybe(0.5),
                    "time": lambda: Calendar("UTC").write_time(self.time())}[kind]()
        return fields

    def any_event(self):
        if self.series_left and self.maybe(0.1):
            self.series_left -= 1
            self.series()
        elif self.undoing and self.maybe(0.06):
            type_ = self.pick(self.undoing)
            self.fill(self.pick(self.partners), type_, self.time())
        else:
            super().any_event()

    def series(self):
        """One type in window after window, for streaks and multiples."""
        types = sorted(type_ for type_ in self.types if type_ in self.activities)
        if not types or not self.pers:
            return
        partner, type_, per = self.pick(self.partners), self.pick(types), self.pick(sorted(self.pers))
        at = self.time()
        fixed = {}
        for _ in range(self.random.randint(2, 6)):
            fixed = self.fill(partner, type_, self.note(at), fixed)
            window = self.calendar.window(per, at)
            at = window.end + self.pick([0, 0, 0, 1, -1, DAY_MS // 2])

    def activity(self, partner, type_):
        if self.maybe(0.01):
            self.add(type_, {"rep": "nobody"}, self.time())
        else:
            self.fill(partner, type_, self.time())

    def fill(self, partner, type_, instant, fixed=None):
        """Adds an event with most of its fields; `fixed` holds the texts of an earlier one."""
        fields = {}
        for name, (kind, required) in self.fields_of(type_).items():
            if name == "partner":
                fields[name] = partner
            elif fixed and name in fixed and self.maybe(0.8):
                fields[name] = fixed[name]
            elif required or self.maybe(0.8):
                fields[name] = self.field_value(type_, name, kind)
        self.add(type_, fields, instant)
        return {name: fields[name] for name, (kind, _) in self.fields_of(type_).items()
                if kind == "text" and name in fields}

    def field_value(self, type_, name, kind):
        if kind == "text":
            return self.pick(self.texts[name])
        if kind == "money":
            amount = self.pick(self.amounts)
            return "#" + ("-" + amount if self.maybe(0.02) else amount)
        if kind == "boolean":
            return self.maybe(0.5)
        if kind == "time":
            return Calendar("UTC").write_time(self.time())
        if kind == "percent":
            return self.pick(["#0.5", "90%", "33.3%", "#1"])
        if kind == "integer":
            return "#%d" % (self.random.randint(0, 4) if type_ != "quiz.passed" else self.pick([1, 2, 75]))
        return "#" + self.pick(["0.5", "75", "80.25", "2.25", "-1"])
