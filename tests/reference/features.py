"""What a generated case can have, which two of these can meet at all, and what was reached.

A feature belongs to a rule, to the commission, to the ranks, to the program as a whole, or to the events. The
generator notes it under the part that has it; a feature of the events is noted by the reference evaluator when it
has an effect (near.py). A pair is REACHED by a case in which each of the two stands in a part that has produced a
row of the ledger, and, when both belong to rules, in one and the same rule. (A feature of program or events
needs a row of any part.) A pair is POSSIBLE unless the table EXCLUDED, with ONE_OF and NEEDS, rules it out.
"""
import itertools

PERS = ["per " + name for name in ("day", "week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_half",
                                   "fiscal_year")]
LENGTHS = ["length d", "length w", "length mo", "length y", "length exact"]
SUBJECTS = ["for partner", "for rep", "for customer", "for product", "for a text field", "for a list", "for referrer",
            "for parent"]
FORMS = ["reach", "every", "tiers", "each", "close", "while", "contest"]
WINDOWS = ["window per", "window rolling", "window anchored", "window after", "window per anchored"]
MEASURES = ["measure " + name for name in ("count", "sum", "average", "minimum", "maximum", "distinct", "coverage",
                                           "covered", "streak", "value")]
THRESHOLDS = ["at_least", "more_than", "at_most", "less_than", "attribute threshold"]
TREES = ["all", "any", "not", "is"]
OF_MEASURES = ["measure where", "measure window", "coarser for", "coarser streak", "streak where", "count of a list"]
NARROWING = ["rule where", "eligible", "active", "time compared"]
OF_EACH = ["each of a list", "each with when"]
LIMITS = ["limit", "limit for", "limit per", "exclusive"]
MONEY_LIMITS = ["max", "budget"]
ENDS = ["else", "else rate", "remind"]
RATES = ["rate added", "rate set", "rate product", "from next", "from now", "from period", "from next_period", "lasts",
         "lasts period", "until", "group"]
REWARDS = ["reward cash", "reward gift_card", "reward points", "reward declared", "hold", "action rounding",
           "value in then"]
RECIPIENTS = ["to rep", "to partner", "to referrer", "to parent", "to parent.parent"]
OF_WHILE = ["rank by while", "rate by while", "while always"]
OF_RULES = (SUBJECTS + FORMS + WINDOWS + PERS + LENGTHS + MEASURES + THRESHOLDS + TREES + OF_MEASURES + NARROWING
            + OF_EACH + LIMITS + MONEY_LIMITS + ENDS + RATES + REWARDS + RECIPIENTS + OF_WHILE
            + ["pick highest", "rank action", "notice"])

OF_COMMISSION = ["commission", "brackets", "brackets for", "brackets per", "by_product", "rate min", "rate max",
                 "commission where", "override", "commission within", "commission for"]
KEEPS = ["keep 0", "keep 1", "keep 2"]
OF_RANKS = ["ranks", "promote now", "rank rate", "rank by_product"] + KEEPS
ZONES = ["zone UTC", "zone offset", "zone steady", "zone with changes"]
CURRENCIES = ["currency of 0 digits", "currency of 2 digits", "currency of 3 digits"]
ROUNDINGS = ["rounding down", "rounding up", "rounding half_up", "rounding half_even"]
OF_PROGRAM = ZONES + CURRENCIES + ROUNDINGS + ["month_closes", "fiscal year", "week"]
OF_EVENTS = ["voided", "void before its event", "void chain", "cancelled", "void of a type", "voids within", "refunded",
             "reduction of a type", "reduction voided", "partner left", "partner joined again", "late link",
             "link cleared", "attribute changed", "attribute cleared", "roster shrinks", "conflict", "duplicate",
             "undeclared field", "late event", "events of one instant", "clock before events"]
OF_CASES = OF_COMMISSION + OF_RANKS + OF_PROGRAM + OF_EVENTS
FEATURES = OF_RULES + OF_CASES
PART = dict([(name, "rule") for name in OF_RULES] + [(name, "case") for name in OF_CASES])

# Must each be reached, but stand for a pair, so not paired again.
COMBINED = ["streak of " + name[8:] for name in MEASURES[:8]] + ["contest by " + name[8:] for name in MEASURES]

# Of these a rule, or a program, has one.
ONE_OF = [
    (SUBJECTS, "a rule has one subject"),
    (FORMS, "a rule has one form"),
    (KEEPS, "ranks have one `keep`"),
    (ZONES, "a program has one time zone"),
    (CURRENCIES, "a program has one currency"),
    (ROUNDINGS, "a program has one rounding"),
]
BUT = {("every", "close"), ("tiers", "close")}  # `at: close` stands beside these

# What cannot be without what.
NEEDS = {
    "each of a list": ["each"], "each with when": ["each"], "pick highest": ["tiers", "close"],
    "rank by while": ["while"], "rate by while": ["while"], "while always": ["while"], "else rate": ["else"],
    "coarser streak": ["measure streak"], "streak where": ["measure streak"],
}

CONDITION = TREES
EXCLUDED = [
    (["contest"], ENDS + LIMITS + RATES + CONDITION + ["rank action"],
     "a contest is decided by place: it has no condition, end or limit of its own, and gives rewards and notices"),
    (["while"], ENDS + MONEY_LIMITS + REWARDS + RECIPIENTS + ["rank action", "notice"],
     "`while` holds rates and ranks, as long as its condition does"),
    (["each"], ENDS, "a rule with `each` fires at events, and at nothing else"),
    (["each"], ["close", "pick highest"], "a rule with `each` fires at events, and at nothing else"),
    (["every", "tiers"], CONDITION, "these take one measure, no other condition"),
    (["while always"], MEASURES + THRESHOLDS + CONDITION + OF_MEASURES, "always is no condition"),
    (["rank action", "rank by while"],
     ["for rep", "for customer", "for product", "for a text field", "for a list"], "partners have ranks"),
    (["rate product"], ["for product"], "such a rate is for the subject's product already"),
    (["coarser for", "coarser streak"], ["for partner", "for referrer", "for parent"],
     "nothing is coarser than a partner"),
    (["pick highest"], ["every"], "tiers are picked"),
]


def _excluded():
    found = {}

    def exclude(one, other, reason):
        if one != other:
            found[frozenset((one, other))] = reason
    for names, reason in ONE_OF:
        for one, other in itertools.combinations(names, 2):
            if (one, other) not in BUT:
                exclude(one, other, reason)
    for ones, others, reason in EXCLUDED:
        for one, other in itertools.product(ones, others):
            exclude(one, other, reason)
    more = True
    while more:  # what needs something cannot meet what that cannot meet
        more = False
        for one, needed in NEEDS.items():
            for need, other in itertools.product(needed, OF_RULES):
                reason = found.get(frozenset((need, other)))
                if reason and other != one and frozenset((one, other)) not in found:
                    exclude(one, other, reason)
                    more = True
    return found


IMPOSSIBLE = _excluded()
PAIRS = [pair for pair in itertools.combinations(FEATURES, 2) if frozenset(pair) not in IMPOSSIBLE]


def pair_of(one, other):
    return (one, other) if FEATURES.index(one) < FEATURES.index(other) else (other, one)


ORDER = {name: place for place, name in enumerate(FEATURES)}


class Tally:
    """What cases reached: features (with how often), pairs, and how close the events came."""

    def __init__(self):
        self.features, self.pairs, self.near = {}, set(), {}

    def add(self, parts, rows, near):
        """`parts`: features by rule name, "commission", "ranks", "" (program); `rows`: the ledger; `near`: what the
        events had an effect on, and came close to, with how often."""
        by_rule, ids = set(), {}
        for row in rows:
            by_rule.add(row["rule"])
            ids.setdefault(row["rule"], set()).add(row["id"].partition("/")[0].rpartition("+")[2])
        case = set()
        if rows:
            case |= {name for name in near if name in ORDER} | parts.get("", set())
        produced = []
        for name, used in parts.items():
            if name in by_rule or (name == "commission" and "override" in by_rule):
                used = self.with_rows_of_their_own(used, ids.get(name, ()))
                produced.append(used)
                if name in ("commission", "ranks"):
                    case |= used
        for name in set().union(case, *produced):
            self.features[name] = self.features.get(name, 0) + 1
        case = sorted((name for name in case if name in ORDER), key=ORDER.get)
        self.pairs.update(itertools.combinations(case, 2))
        for used in produced:
            used = sorted((name for name in used if name in ORDER), key=ORDER.get)
            self.pairs.update(itertools.combinations(used, 2))
            self.pairs.update((one, other) if ORDER[one] < ORDER[other] else (other, one)
                              for one in used for other in case if one != other)
        for name, count in near.items():
            self.near[name] = self.near.get(name, 0) + count

    @staticmethod
    def with_rows_of_their_own(used, suffixes):
        gone = set()
        if "else" not in suffixes:
            gone |= {"else", "else rate"}
        if "remind" not in suffixes:
            gone.add("remind")
        return used - gone

    def merge(self, other):
        for mine, theirs in ((self.features, other.features), (self.near, other.near)):
            for name, count in theirs.items():
                mine[name] = mine.get(name, 0) + count
        self.pairs |= other.pairs

    def missing_features(self):
        return [name for name in FEATURES + COMBINED if name not in self.features]

    def missing_pairs(self):
        return [pair for pair in PAIRS if pair not in self.pairs]

    def share(self):
        return 1 - len(self.missing_pairs()) / len(PAIRS)
