"""Random cases of the whole language: everything that generate.py leaves out.

A feature is noted under the rule (or `commission`, `override`, `ranks`, or the
program itself, as "") that has it, so that a differential run can tell which
features, and which pairs of them in one rule, have produced a row.
"""
import json

from calendars import DAY_MS, PERS, Calendar, date_text
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


class WholeGenerator(Generator):
    def maybe(self, probability, feature=None):
        return super().maybe(probability / 5 if self.plain and feature in NARROWING else probability, feature)

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
        self.used.add("%s a %s" % (list(what)[0], "chain" if target in self.undoing or target in (
            "deal.cancelled", "deal.refunded") else "type"))

    # -- the program -----------------------------------------------------------------

    def part(self, name, make):
        """The features noted meanwhile are those of the named part."""
        outer, self.used = self.used, set()
        result = make()
        self.features[name] = self.used
        self.used = outer
        return result

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
        top["events"] = self.custom
        top["attributes"] = self.attributes
        self.rewards = ["cash", "cash", "gift_card", "points"]
        self.kinds = {"cash": "money", "gift_card": "money", "points": "points"}
        if self.maybe(0.4):
            top["rewards"] = {"travel_credit": "money", "stars": "points"}
            self.rewards += ["travel_credit", "stars"]
            self.kinds.update(top["rewards"])
        self.has_ranks = self.maybe(0.4)
        self.named = self.named_measures()
        if self.named:
            top["measures"] = self.named
        self.has_commission = self.maybe(0.8)
        if self.has_commission:
            top["commission"] = self.part("commission", self.commission)
            self.features["override"] = self.features["commission"]
        if self.has_ranks:
            top["ranks"] = self.part("ranks", self.ranks)
        rules = {}
        for number in range(self.random.randint(2, 6)):
            name = "r%d" % (number + 1) if self.maybe(0.9) else self.pick(["a rule/%d", "規則%d", "x:%d@#"]) % number
            rules[name] = self.part(name, self.rule)
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

    def named_measures(self):
        """A few plain ones that a `value` can put together."""
        if not self.maybe(0.5):
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
        if self.maybe(0.5):
            ranks["keep"] = self.pick([0, 1, 2])
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
        form = self.pick(forms)
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

    def measure_of(self, keys, window, link=None, lower=True, plain=False):
        """(measure with a threshold, its types, its kind of number); `plain` for the inside of streaks, for
        contests, every and tiers."""
        forms = ["count", "count", "count", "sum", "sum", "distinct", "average", "minimum", "maximum"]
        if not keys and not link:
            forms += ["coverage", "coverage", "covered"]
        elif keys == ["product"]:
            forms += ["coverage"]
        if not plain:
            forms += ["streak", "streak"] + (["value", "value"] if self.named and "order" not in keys else [])
        if {"deal", "region", "order", "lead"} & set(keys) and "value" in forms:
            forms = [form for form in forms if form != "value"]
        if not any(self.types_for(keys, name) for name in AMOUNTS):
            forms = [form for form in forms if form not in ("sum", "average", "minimum", "maximum")]
        form = self.pick(forms)
        self.used.add("measure " + form)
        if form == "value":
            expression, thresholds = self.pick(self.values())
            self.types.update(["deal.won", "deal.lost", "meeting.held"])
            return self.thresholded({"value": expression}, self.pick(thresholds), lower), ["deal.won"], "value"
        if form == "streak":
            inner, types, kind = self.measure_of(keys, {}, link, True, True)
            for name in ("within", "after", "per", "for"):
                inner.pop(name, None)
            self.used.add("streak of " + self.kind_of(inner))
            measure = {"streak": inner, "per": self.pick(["day", "week", "month", "month", self.per()])}
            self.pers.add(measure["per"])
            if "where" not in inner and self.maybe(0.2, "streak where"):
                measure["where"] = self.condition(self.event_scope(types), 1)
            if keys and "rep." not in flow(inner) and self.maybe(0.15, "coarser streak"):
                measure["for"] = "partner"
            return self.thresholded(measure, self.pick([1, 2, 2, 3]), lower), types, "integer"
        measure, types, threshold, kind = self.plain_measure(form, keys)
        if self.maybe(0.2, "measure where"):
            measure["where"] = self.condition(self.event_scope(types), 1)
        if self.maybe(0.15):
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

    @staticmethod
    def kind_of(measure):
        return next(name for name in ("count", "sum", "average", "minimum", "maximum", "distinct", "coverage",
                                      "covered", "streak", "value") if name in measure)

    def thresholded(self, measure, threshold, lower):
        comparison = self.pick(LOWER if lower else COMPARISONS)
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

    def is_(self, keys):
        scope = self.partner_scope()
        if "rep" in keys:
            scope = scope + [("rep." + name, kind) for name, kind in self.attributes["rep"].items()]
        self.used.add("is")
        return {"is": self.condition(scope, 1)}

    def tree(self, keys, window, link, depth, lower):
        """(condition, event types). With `lower` it is bounded from below."""
        single = ["measure"] * (12 if self.plain else 4)
        form = self.pick(single + ["all", "all", "any", "not"] if depth else single)
        if form == "not" and lower:
            form = "all"
        if form == "measure":
            if not lower and self.maybe(0.15):
                return self.is_(keys), []
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
        link = self.pick(["referrer", "parent"]) if self.maybe(0.15) else None
        subject = self.pick(SUBJECTS) if not link else ["partner"]
        keys = [key for key in subject if key != "partner"]
        rule = {}
        if link:
            rule["for"] = link
        elif subject != ["partner"] or self.maybe(0.3):
            rule["for"] = subject[0] if len(subject) == 1 else subject
        self.used.add("for " + (link or "+".join(subject)))
        options = ["reach"] * 5 + ["every", "tiers", "tiers", "each", "each", "close", "close", "close"]
        if self.may_rate(keys):
            options += ["while", "while"]
        elif self.has_ranks and not keys and not link:
            options += ["while"]
        if not {"lead", "deal"} & set(keys):
            options += ["contest"]
        form = self.pick(options)
        self.used.add(form)
        if form == "contest":
            rule["per"] = self.per()
        elif form == "close":
            rule.update(self.window(["per", "per", "anchored", "per anchored"], keys))
        elif form == "while":
            rule.update(self.window(["none", "none", "per", "anchored", "per anchored", "after"], keys))
        else:
            rule.update(self.window(keys=keys))
        return getattr(self, "rule_" + form)(rule, keys, link)

    def finish(self, rule, keys, link, types, actions=True, value=False, at_event=True):
        """Filter, eligibility, actions and limits, which most forms share."""
        form_each = "each" in rule
        if types and self.maybe(0.15, "rule where"):
            rule["where"] = self.condition(self.event_scope(self.all_types(rule, types)), 1)
        if self.maybe(0.15, "eligible"):
            rule["eligible"] = self.is_(keys)["is"]
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
        if "contest" not in rule and self.maybe(0.12, "exclusive"):
            rule["exclusive"] = self.pick(["x", "x", "y"])
        if "contest" not in rule and self.maybe(0.2, "limit"):
            rule["limit"] = {"times": self.random.randint(1, 2)}
            if not link and self.maybe(0.7, "limit for"):
                fields = [name for name in ("customer", "product", "rep", "deal")
                          if types and all(name in self.fields_of(type_) for type_ in types)] if form_each else []
                rule["limit"]["for"] = self.pick(["partner"] * 2 + keys * 2 + fields)
            if self.maybe(0.6, "limit per"):
                rule["limit"]["per"] = self.per()
        return rule

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
        actions = [self.action(rule, keys, scope, value, has_rep, link, forbid_rate)
                   for _ in range(self.pick([1, 1, 1, 2, 3]))]
        return actions[0] if len(actions) == 1 else actions

    def action(self, rule, keys, scope, has_value, has_rep, link=None, forbid_rate=False):
        rates = self.may_rate(keys) and not forbid_rate
        form = self.random.random()
        if rates and form < 0.35:
            self.used.add("rate")
            return self.rate(rule, keys)
        if self.has_ranks and not keys and not forbid_rate and form < 0.45:
            self.used.add("rank action")
            return {"rank": self.pick(self.levels)}
        if form > 0.9:
            self.used.add("notice")
            return {"notice": self.pick(["follow up", "お知らせ", "a, b"])}
        kind = self.pick(self.rewards)
        self.used.add("reward " + ("declared" if kind in ("travel_credit", "stars") else kind))
        action = {kind: self.reward(scope, has_value)}
        if self.maybe(0.45):
            action["to"] = self.pick([to for to in RECIPIENTS if to != "rep" or has_rep])
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
        plain = single and self.kind_of(rule["when"]) not in ("value", "streak", "coverage", "covered") \
            and "for" not in rule["when"]
        self.finish(rule, keys, link, types, value=single, at_event=plain)
        return self.ends(rule, keys, link)

    def ends(self, rule, keys, link):
        """`else` and `remind`, where an occasion ends."""
        anchored = " of " in rule.get("within", "")
        if not anchored and ("per" not in rule or keys not in ([], ["rep"]) or link):
            return rule
        if self.maybe(0.3, "else"):
            rule["else"] = self.pick([{"notice": "too late"}, {"cash": 7}, [{"notice": "no"}, {"points": 3}]])
            if self.may_rate(keys) and self.maybe(0.2):
                rule["else"] = {"rate": "-1%", "lasts": "30d"}
                self.used.add("else rate")
        if self.maybe(0.3, "remind"):
            rule["remind"] = {"before": self.pick(["1d", "7d", "12h", "40d", "1mo"]), "notice": "hurry"}
        return rule

    def rule_every(self, rule, keys, link):
        measure, types, kind = self.measure_of(keys, rule, link, True, True)
        for name in COMPARISONS:
            measure.pop(name, None)
        name = self.kind_of(measure)
        if name == "sum" and measure["sum"] == "amount":
            measure["every"] = self.total()
        else:
            measure["every"] = {"decimal": "0.5", "percent": "0.5", "money": self.pick(self.amounts)}.get(
                kind, self.pick([1, 2, 3]))
        if name == "covered":
            measure["every"] = self.pick([1, 2])
        rule["when"] = measure
        self.finish(rule, keys, link, types, value=True, at_event=name not in ("coverage", "covered")
                    and "for" not in measure)
        return self.ends(rule, keys, link)

    def rule_tiers(self, rule, keys, link):
        measure, types, kind = self.measure_of(keys, rule, link, True, self.maybe(0.7))
        for name in COMPARISONS:
            measure.pop(name, None)
        name = self.kind_of(measure)
        if name == "coverage":
            steps = ["50%", "66.6%", "100%"]
        elif kind == "money":
            steps = self.ascending(self.total(), self.pick(self.amounts), self.total())
        elif name == "value":
            steps = ["0.5", 1, 2]
        else:
            steps = [1, 2, 4]
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
        if self.maybe(0.5, "each with when"):
            rule["when"], _ = self.tree(keys, rule, link, 1, False)
            single = not {"all", "any", "not", "is"} & set(rule["when"])
        return self.finish(rule, keys, link, types, value=single)

    def rule_close(self, rule, keys, link):
        rule["when"], types = self.tree(keys, rule, link, 2, False)
        rule["at"] = "close"
        single = not {"all", "any", "not", "is"} & set(rule["when"])
        self.finish(rule, keys, link, types, value=single, at_event=False)
        return self.ends(rule, keys, link)

    def rule_while(self, rule, keys, link):
        types = []
        if self.maybe(0.25, "while always"):
            rule["while"] = "always"
        else:
            rule["while"], types = self.tree(keys, rule, link, 2, False)
        # A rank that holds while the rank is another flips at every asking: no program to compare by.
        by_itself = "partner.rank" in str(rule["while"])
        if self.has_ranks and not keys and not link and not by_itself \
                and (self.maybe(0.4) or not self.may_rate(keys)):
            rule["then"] = {"rank": self.pick(self.levels)}
            self.used.add("rank by while")
        else:
            rule["then"] = self.rate(rule, keys)
            rule["then"].pop("until", None)
            self.used.add("rate by while")
        if "rank" not in rule["then"] and self.maybe(0.2, "eligible"):
            rule["eligible"] = self.is_(keys)["is"]
        if types and self.maybe(0.1, "rule where"):
            rule["where"] = self.condition(self.event_scope(self.all_types(rule, types)), 1)
        if self.maybe(0.2, "active"):
            first = self.calendar.local_day(self.start)
            rule["active"] = {"from": date_text(first + self.random.randint(0, 20)),
                              "until": date_text(first + self.random.randint(21, 120))}
        return rule

    def rule_contest(self, rule, keys, link):
        measure, types, _ = self.measure_of(keys, rule, link, True, True)
        for name in COMPARISONS:
            measure.pop(name, None)
        for name in ("for", "per", "within", "after"):
            measure.pop(name, None)
        self.used.add("contest by " + self.kind_of(measure))
        places = [self.then(rule, keys, link, [], True, forbid_rate=True) for _ in range(self.pick([1, 2, 3]))]
        rule["contest"] = {"by": measure, "places": places}
        return self.finish(rule, keys, link, types, actions=False, at_event=False)

    # -- events ------------------------------------------------------------------------

    def many(self):
        return self.random.randint(20, 110)

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
        self.used.add("conflict")
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

    def add(self, type_, fields, instant):
        if type_ in ("rep.left", "partner.left", "partner.updated"):
            self.used.add(type_)
        if type_ == "partner.updated" and {"referrer", "parent"} & set(fields):
            self.used.add("late link")
        return super().add(type_, fields, instant)

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
        self.used.add("series")

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
