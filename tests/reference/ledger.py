"""From the walk to the ledger: rates that replace one another, commissions,
overrides, budgets, order (LANGUAGE sections 6, 7, 10)."""
from collections import defaultdict
from fractions import Fraction

import near
from expressions import LIMIT, ExpressionError, evaluate, holds, round_fraction
from measures import Subject, at_event, text_bytes
from program import Record
from walk import encode, note_tie

COMMISSION_STAGE = 10 ** 9
OVERRIDE_STAGE = COMMISSION_STAGE + 1


# -- rates ------------------------------------------------------------------------------

def settle_rates(outcomes):
    """A rate from a later occasion replaces the earlier one from its own start
    on; one whose end is not after its start is no outcome."""
    chains = defaultdict(list)
    for outcome in outcomes:
        if outcome.kind == "rate":
            chains[outcome.chain].append(outcome)
    gone = set()
    for chain in chains.values():
        following = None
        for outcome in reversed(chain):
            if following and not outcome.every:
                if outcome.until is None or following.start < outcome.until:
                    outcome.until = following.start
                    near.note("rate replaced")
                if outcome.end_position is None or following.start_position < outcome.end_position:
                    outcome.end_position = following.start_position
            if outcome.until is not None and outcome.until <= outcome.start:
                gone.add(id(outcome))
            else:
                following = outcome
    return [outcome for outcome in outcomes if id(outcome) not in gone]


def rates_for(rates, event, walk):
    """The rates in force for a commission event: at the rate before it."""
    place = (event.time, 1, event.order, 0)
    for rate in rates:
        subject = rate.subject
        own = Subject(subject.partner, subject.keys, subject.values, None)
        if walk.belongs(event, own) \
                and rate.rate_product in (None, event.fields.get("product")) \
                and rate.start_position <= place \
                and (rate.end_position is None or place < rate.end_position):
            yield rate


def additions(rates):
    """Of the additions of one group only the highest counts."""
    total, groups = Fraction(0), {}
    for rate in rates:
        if not rate.added:
            continue
        if rate.group is None:
            total += rate.rate
        else:
            groups[rate.group] = max(groups.get(rate.group, rate.rate), rate.rate)
    return total + sum(groups.values())


# -- commission ---------------------------------------------------------------------------

class Commission:
    def __init__(self, walk, rates):
        self.walk = walk
        self.program = walk.program
        self.rules = walk.program.commission
        self.rates = rates
        self.running = defaultdict(Fraction)

    def rows(self):
        for event in self.walk.done:
            base = self.base(event)
            settled = self.walk.settled
            if settled and event.time < settled.instant:
                if base is not None:
                    self.brackets_before(event, base)
                yield from settled.earned[event.id]
            elif base is not None:
                yield from self.rows_of(event, base)

    def base(self, event):
        """The amount that earns commission, or None."""
        rules = self.rules
        if event.type not in rules.types or event.partner_left:
            return None
        if rules.where is not None and not holds(rules.where, event.names):
            return None
        if rules.window:
            subject = self.walk.subject_of(event, Record(keys=rules.keys))
            if subject is None or not self.walk.in_window(rules.window, subject, event, at_event(event)):
                return None
        try:
            value = evaluate(rules.of, event.names)
        except ExpressionError:
            return None
        return value if isinstance(value, Fraction) else None

    def rows_of(self, event, base):
        amount = self.money(self.commission(event, base))
        if amount:
            yield self.row(event, "commission", COMMISSION_STAGE, 0, amount, (event.partner, None))
        for index, share in enumerate(self.rules.override or []):
            parent, left = event.parents[index]
            amount = self.money(base * share)
            if parent is not None and not left and amount:
                yield self.row(event, "override", OVERRIDE_STAGE, index + 1, amount, (parent, None))

    def commission(self, event, base):
        """The exact amount before rounding."""
        rules = self.rules
        rates = list(rates_for(self.rates, event, self.walk))
        added = additions(rates)
        product = event.fields.get("product")
        level = self.program.ranks.levels[event.level] if self.program.ranks else Record(by_product={})
        sets = [rate for rate in rates if not rate.added]
        running = self.brackets_before(event, base)
        if sets:
            chosen = max(sets, key=lambda rate: (rate.start, rate.fired_position, rate.stage,
                                                 rate.ordinal, rate.action)).rate
        elif product in level.by_product:
            chosen = level.by_product[product]
        elif level.rate is not None:
            chosen = level.rate
        elif product in rules.by_product:
            chosen = rules.by_product[product]
        elif rules.brackets:
            return self.up_to(running + base, added) - self.up_to(running, added)
        else:
            chosen = rules.base or Fraction(0)
        return base * self.held(chosen + added)

    def held(self, rate):
        """Within min and max."""
        if self.rules.max is not None:
            rate = min(rate, self.rules.max)
        return rate if self.rules.min is None else max(rate, self.rules.min)

    def brackets_before(self, event, base):
        """The running sum before this event, which then includes it."""
        brackets = self.rules.brackets
        if not brackets:
            return None
        window = self.walk.calendar.window(brackets.per, event.time).start if brackets.per else None
        key = (event.partner, window, *(event.fields.get(name) for name in brackets.keys))
        before = self.running[key]
        self.running[key] += base
        return before

    def up_to(self, total, added):
        """The commission on a running sum from zero: each slice at its own rate."""
        rates = self.rules.brackets.rates
        result = Fraction(0)
        for index, (start, rate) in enumerate(rates):
            end = rates[index + 1][0] if index + 1 < len(rates) else None
            low = start if index else min(start, total)
            high = total if end is None else min(total, end)
            if high > low:
                result += (high - low) * self.held(rate + added)
            if index == 0 and total < start:
                result -= (start - total) * self.held(rate + added)
        return result

    def money(self, exact):
        """Minor units; None where that is too much money."""
        note_tie(exact * 10 ** self.program.minor_digits)
        amount = round_fraction(exact * 10 ** self.program.minor_digits, self.program.rounding)
        return amount if abs(amount) < LIMIT else None

    @staticmethod
    def row(event, rule, stage, ordinal, amount, recipient):
        identity = "%s!%s" % (rule, encode(event.id)) + ("#%d" % ordinal if ordinal else "")
        return Record(rule=rule, stage=stage, kind="cash", money=True, amount=amount, partner=event.partner,
                      recipient=recipient, rep=event.fields.get("rep"), customer=event.fields.get("customer"),
                      product=event.fields.get("product"), at=event.time, event=event, id=identity,
                      ordinal=ordinal, action=0, others=())


# -- the whole -------------------------------------------------------------------------------

def ledger_order(outcome):
    return (outcome.at, 1 if outcome.event else 0, outcome.event.order if outcome.event else (), outcome.stage,
            text_bytes(outcome.partner), text_bytes(outcome.rep), text_bytes(outcome.customer),
            text_bytes(outcome.product), [text_bytes(value) for value in outcome.others or ()],
            outcome.occasion or 0, outcome.ordinal, outcome.action)


def use_budgets(program, outcomes):
    """The grant that crosses a budget is cut, later ones get none."""
    left = {rule.name: round_fraction(rule.budget * 10 ** program.minor_digits, "down")
            for rule in program.rules if rule.budget is not None}
    kept = []
    for outcome in outcomes:
        if outcome.stage >= 0 and outcome.money and outcome.rule in left and outcome.stage < COMMISSION_STAGE:
            if outcome.amount > left[outcome.rule] > 0:
                near.note("budget cut")
            outcome.amount = min(outcome.amount, left[outcome.rule])
            left[outcome.rule] -= outcome.amount
            if outcome.amount == 0:
                continue
        kept.append(outcome)
    return kept


def ledger_of(walk):
    outcomes = settle_rates(walk.outcomes)
    if walk.program.commission:
        rates = [outcome for outcome in outcomes if outcome.kind == "rate"]
        outcomes = outcomes + list(Commission(walk, rates).rows())
    return use_budgets(walk.program, sorted(outcomes, key=ledger_order))
