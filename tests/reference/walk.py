"""The walk along the time line: which rule fires when, and what its actions
say (LANGUAGE sections 5, 6, 8). Everybody's events are walked together; what
lies within one partner does not notice.

The walk leaves `outcomes` (rows, still without budgets and without the ends
that later rates give earlier ones) and the events with their pictures, from
which the ledger computes commissions.
"""
from fractions import Fraction
from itertools import groupby

import near
from calendars import date_text
from expressions import LIMIT, ExpressionError, evaluate, holds, round_fraction, to_decimal
from measures import Ground, Subject, at_clock, at_close, at_event, in_order
from program import Record, measures_of

MULTIPLES = 10000  # of `every` that one asking fires at the most; those beyond count as passed
RANKS_STAGE = -1


def encode(name):
    """A name inside an identity."""
    return "".join("%%%02X" % byte if byte <= 0x20 or byte == 0x7F or chr(byte) in "%:@!#~^+/\","
                   else bytes([byte]).decode("latin-1") for byte in name.encode()).encode("latin-1").decode()


def note_tie(number):
    if number.denominator == 2:
        near.note("rounding tie")


def position(asking, after):
    """A place on the time line, finer than the instant: clock points come
    before events; `after` tells this side of the event or that."""
    if asking.event is None:
        return (asking.now, 0)
    return (asking.now, 1, asking.event.order, 1 if after else 0)


class Walk(Ground):
    def __init__(self, program, events, clock, settled=None):
        super().__init__(program)
        self.settled = settled if settled and settled.instant is not None else None
        self.events = events
        self.clock = clock
        self.outcomes = []
        self.fired = set()    # (rule name, subject, occasion, detail)
        self.grants = []      # (rule name, limit's subject, instant), for `limit`
        self.exclusives = {}  # (name, partner, point) -> rule
        self.spells = {}      # (rule name, subject) -> Record(start, outcomes)
        self.stages = {}      # subject -> {place of a stage: when it was reached}
        self.instants = {}    # rule index or "ranks" -> when the clock alone may ask it

    def run(self):
        at = {time: list(group) for time, group in groupby(self.events, key=lambda event: event.time)}
        if len(at) < len(self.events):
            near.note("events of one instant")
        clock = self.clock_instants()
        for instant in sorted(set(at) | clock):
            if instant in clock:
                self.walk_clock(instant)
            self.walk_events(at.get(instant, []))

    def walk_events(self, events):
        for event in events:
            if event.partner is not None and event.type != "event.voided":
                self.begin_life((event.partner,), event.time)
                if "rep" in event.fields:
                    self.begin_life((event.partner, event.fields["rep"]), event.time)
            self.apply_lifecycle(event)
        events = [event for event in events if event.partner is not None]
        for event in events:
            self.take_links(event)
        self.coming = [event for event in events if event.type.startswith(("partner.", "rep."))]
        for event in events:
            self.coming = [other for other in self.coming if other is not event]
            self.take_picture(event)
            self.done.append(event)
            self.review_at_event(event)
            for rule in self.program.rules:
                self.ask_at_event(rule, event)
            for place, stage in enumerate(self.program.stages):
                self.ask_stage(place, stage, event)

    # -- clock points ------------------------------------------------------------

    def clock_instants(self):
        """Every instant up to the clock at which time alone may matter: a
        generous superset, computed from the events alone."""
        if not self.events:
            return set()
        first = self.events[0].time
        if self.program.ranks:
            self.instants["ranks"] = {
                window.end for window in self.calendar.windows(self.program.ranks.per, first, self.clock)}
        for rule in self.program.rules:
            if not (rule.at_close or rule.else_ or rule.remind or rule.contest or rule.while_):
                continue
            found = self.instants[rule.index] = {rule.active.start, rule.active.end} if rule.active else set()
            for window in self.windows_of(rule):
                found |= self.window_instants(rule, window, first)
        return {instant for found in self.instants.values() for instant in found if first <= instant <= self.clock}

    def windows_of(self, rule):
        conditions = [c for c in (rule.when, rule.while_) if c]
        measures = [m for c in conditions for m in measures_of(c)]
        measures += list(self.program.measures.values())
        windows = [rule.window] + [m.window for m in measures]
        windows += [Record(per=m.per) for m in measures if m.kind == "streak"]
        return [window for window in windows if window]

    def window_instants(self, rule, window, first):
        found = set()
        if window.per:
            for span in self.calendar.windows(window.per, first, self.clock):
                found |= {span.start, span.end}
        if window.within:
            found |= {self.calendar.end_of(window.within, event.time) for event in self.events
                      if window.anchor in (None, event.type)}
        if rule.remind:
            found |= {self.calendar.before(rule.remind.before, end) for end in set(found)}
        return found

    def walk_clock(self, instant):
        self.review_at_clock(instant)
        for rule in self.program.rules:
            if rule.while_:  # what happens to others, such as a new rank, may end or begin a spell
                for subject in self.existing(rule):
                    self.ask_while(rule, subject, at_clock(instant))
            elif not rule.contest and instant in self.instants.get(rule.index, ()):
                spans = {subject: (start, end) for subject, start, end in self.closing_spans(rule, instant)}
                for subject in self.existing(rule):
                    if subject in spans:
                        self.close_at(rule, subject, *spans[subject], instant)
                    self.remind_at(rule, subject, instant)
        for rule in self.program.rules:
            if rule.contest and instant in self.instants[rule.index]:
                self.contest_at(rule, instant)

    def closing_spans(self, rule, instant):
        """(subject, start, end) of the occasions that end at the instant."""
        window = rule.window
        if window is None or not (window.per or window.anchor):
            return
        span = self.calendar.window(window.per, instant - 1) if window.per else None
        if span and span.end != instant:
            return
        for subject in self.existing(rule):
            start, end = (span.start, span.end) if span else (None, None)
            if window.anchor:
                first = self.anchor(window.anchor, subject)
                if first is None:
                    continue
                limit = self.calendar.end_of(window.within, first.time)
                if span is None and limit != instant:
                    continue
                start = max(first.time, start) if span else first.time
                if span and not start < min(limit, end):
                    continue
                end = end or limit
            yield subject, start, end

    def is_asked_at_close(self, rule, subject, start, end, asking):
        """Partners and reps for every window that overlaps their life; other
        subjects only where an event was counted (where there is an anchor, it
        is enough that the anchor is there for `else`)."""
        if rule.active and not (rule.active.start < end and start < rule.active.end):
            return False
        if self.partners[subject.partner].left:
            return False
        if subject.keys in ((), ("rep",)):
            return self.lived_in(subject, start, end)
        if rule.else_ and rule.window.anchor and not rule.at_close:
            return True
        return any(self.counted(rule, measure, subject, asking) for measure in measures_of(rule.when))

    def close_at(self, rule, subject, start, end, instant):
        asking = at_close(instant)
        if not (rule.at_close or rule.else_) or not self.is_asked_at_close(rule, subject, start, end, asking):
            return
        if rule.at_close:
            self.ask(rule, subject, asking)
        occasion = self.occasion(rule, asking)
        if rule.else_ and not self.has_fired(rule, subject, occasion) and self.eligible(rule, subject, asking):
            self.fire(rule, subject, asking, occasion, rule.else_, suffix="+else", chain="else")

    def remind_at(self, rule, subject, instant):
        """At a clock point; a reminder due before its occasion begins comes
        with it: see `ask_at_event` for anchors."""
        if not rule.remind or rule.window is None:
            return
        if rule.window.per:
            span = self.calendar.window(rule.window.per, instant)
            if max(self.calendar.before(rule.remind.before, span.end), span.start) == instant:
                self.remind(rule, subject, at_clock(instant))
        elif rule.window.anchor:
            first = self.anchor(rule.window.anchor, subject)
            if first and first.time < instant == self.reminder_instant(rule, first):
                self.remind(rule, subject, at_clock(instant))

    def reminder_instant(self, rule, first):
        end = self.calendar.end_of(rule.window.within, first.time)
        return self.calendar.before(rule.remind.before, end)

    def remind(self, rule, subject, asking):
        occasion = self.occasion(rule, asking)
        if rule.active and not rule.active.start <= asking.now < rule.active.end:
            return
        if not self.ended(subject) and not self.has_fired(rule, subject, occasion) \
                and self.eligible(rule, subject, asking):
            self.fire(rule, subject, asking, occasion, rule.remind.actions, suffix="+remind", chain="remind")

    def contest_at(self, rule, instant):
        span = self.calendar.window(rule.window.per, instant - 1)
        if span.end != instant or (rule.active and not (rule.active.start < span.end and span.start < rule.active.end)):
            return
        asking = at_close(instant)
        entries = []
        for subject, _, _ in self.closing_spans(rule, instant):
            if not self.partners[subject.partner].left and self.eligible(rule, subject, asking) \
                    and self.counted(rule, rule.contest.by, subject, asking):
                value = self.value(rule, rule.contest.by, subject, asking)
                if rule.contest.by.kind == "streak" and value == 0:
                    continue  # no window of the row, and so no event in one
                if value is not None:
                    entries.append((subject, value))
        if len({value for _, value in entries}) < len(entries):
            near.note("tie in a contest")
        for subject, value in entries:
            place = sum(other > value for _, other in entries)
            if place < len(rule.contest.places):
                self.fire(rule, subject, asking, self.occasion(rule, asking), rule.contest.places[place],
                          value=value, ordinal=place + 1, suffix="^%d" % (place + 1), chain=place)

    # -- events --------------------------------------------------------------------

    def ask_at_event(self, rule, event):
        asking = at_event(event)
        if rule.while_:
            partners = {event.partner, event.links[rule.link]} if rule.link else {event.partner}
            for subject in [s for p in partners - {None} for s in self.existing(rule, p)]:
                self.ask_while(rule, subject, asking)
            return
        if rule.contest or (rule.active and not rule.active.start <= event.time < rule.active.end):
            return
        if rule.each:
            self.ask_each(rule, event, asking)
        elif not rule.at_close:
            for subject in self.asked_by(rule, event, asking):
                self.ask(rule, subject, asking)
        self.remind_at_anchor(rule, event, asking)

    def ask_stage(self, place, stage, event):
        """Once in the life of a rep, and without any outcome."""
        asking = at_event(event)
        for subject in self.asked_by(stage, event, asking):
            reached = self.stages.setdefault((subject.partner, *subject.values), {})
            if place not in reached and not self.ended(subject) \
                    and self.condition(stage, stage.when, subject, asking):
                reached[place] = event.time

    def remind_at_anchor(self, rule, event, asking):
        if not (rule.remind and rule.window and rule.window.anchor == event.type) or rule.window.per:
            return
        for subject in self.existing(rule, event.partner):
            if self.anchor(event.type, subject) is event and self.reminder_instant(rule, event) <= event.time:
                self.remind(rule, subject, asking)

    def asked_by(self, rule, event, asking):
        """The subjects of which one of the rule's measures counts the event,
        or whose coverage it changes through the roster."""
        asked = set()
        for measure in self.plain_measures(rule.when):
            coverage = measure.kind in ("coverage", "covered")
            coarser = measure.keys is not None and set(measure.keys) != set(rule.keys)
            if coarser or (coverage and event.roster_changed):
                candidates = self.existing(rule, event.partner)
            else:
                candidates = [self.subject_of(event, rule)]
            for subject in candidates:
                if subject is None:
                    continue
                if event.type not in self.types_of(measure) and not event.roster_changed:
                    continue
                owner = self.coarser(subject, measure.keys)
                if coverage and event.roster_changed and \
                        self.in_window(measure.window or rule.window, owner, event, asking):
                    asked.add(subject)
                elif any(event is other for other in self.counted(rule, measure, subject, asking)):
                    asked.add(subject)
        return in_order(asked)

    def types_of(self, measure):
        if measure.kind == "value":
            return [type_ for name in self.named_in(measure.expression)
                    for type_ in self.types_of(self.program.measures[name])]
        return measure.inner.measure.types if measure.kind == "streak" else measure.types

    def plain_measures(self, condition):
        """The measures of a condition, named ones included."""
        found = []
        for measure in measures_of(condition):
            found.append(measure)
            if measure.kind == "value":
                found += [self.program.measures[name] for name in self.named_in(measure.expression)]
        return found

    def ask_each(self, rule, event, asking):
        subject = self.subject_of(event, rule)
        if event.type not in rule.each or subject is None or self.ended(subject):
            return
        if rule.where is not None and not holds(rule.where, event.names):
            return
        if not self.in_window(rule.window, subject, event, asking):
            return
        if rule.when and not self.condition(rule, rule.when, subject, asking):
            return
        if self.eligible(rule, subject, asking):
            self.fire(rule, subject, asking, None, rule.then, value=self.single_value(rule, subject, asking))

    # -- asking ------------------------------------------------------------------------

    def occasion(self, rule, asking):
        """The calendar window of the rule, else (None) the subject's life."""
        if rule.window and rule.window.per:
            return self.calendar.window(rule.window.per, asking.window_instant)
        return None

    @staticmethod
    def occasion_key(occasion):
        return occasion.start if occasion else None

    def has_fired(self, rule, subject, occasion):
        return any(entry[:3] == (rule.name, subject, self.occasion_key(occasion)) for entry in self.fired)

    def eligible(self, rule, subject, asking):
        return rule.eligible is None or holds(rule.eligible, self.subject_names(subject, asking.event))

    def single_value(self, rule, subject, asking):
        """`value` in `then`, for a rule with a single measure."""
        measures = measures_of(rule.when) if rule.when else []
        return self.value(rule, measures[0], subject, asking) if len(measures) == 1 else None

    def ask(self, rule, subject, asking):
        """Reaching, `every` and `tiers`, at an event or at a close."""
        if self.ended(subject) if asking.event else self.partners[subject.partner].left:
            return
        if rule.tiers:
            self.ask_tiers(rule, subject, asking)
        elif rule.when.comparison == "every":
            self.ask_every(rule, subject, asking)
        elif self.condition(rule, rule.when, subject, asking):
            self.fire_once(rule, subject, asking, rule.then)

    def fire_once(self, rule, subject, asking, actions, detail=None, **more):
        """Fires unless this occasion (and tier, multiple) has, or is not eligible."""
        occasion = self.occasion(rule, asking)
        entry = (rule.name, subject, self.occasion_key(occasion), detail)
        if entry in self.fired or not self.eligible(rule, subject, asking):
            return
        self.fired.add(entry)
        self.fire(rule, subject, asking, occasion, actions, value=self.single_value(rule, subject, asking), **more)

    def ask_every(self, rule, subject, asking):
        value = self.value(rule, rule.when.measure, subject, asking)
        step = self.threshold(rule.when.threshold, subject, asking)
        if value is None or step is None or step <= 0:
            return
        key = self.occasion_key(self.occasion(rule, asking))
        fresh = [multiple for multiple in range(1, int(value // step) + 1)
                 if (rule.name, subject, key, multiple) not in self.fired]
        for multiple in fresh[:MULTIPLES]:
            self.fire_once(rule, subject, asking, rule.then, detail=multiple, ordinal=multiple,
                           suffix="#%d" % multiple, chain=("every", multiple))
        if fresh and (rule.name, subject, key, fresh[0]) in self.fired:
            self.fired |= {(rule.name, subject, key, multiple) for multiple in fresh[MULTIPLES:]}

    def ask_tiers(self, rule, subject, asking):
        value = self.value(rule, rule.when.measure, subject, asking)
        reached = []
        for index, tier in enumerate(rule.tiers):
            threshold = self.threshold(tier.threshold, subject, asking)
            self.note_threshold(rule.when.measure, value, threshold)
            if value is not None and threshold is not None and value >= threshold:
                reached.append(index)
        if rule.pick_highest:
            reached = reached[-1:]
        for index in reached:
            self.fire_once(rule, subject, asking, rule.tiers[index].then, detail=index, ordinal=index + 1,
                           suffix="~%d" % (index + 1), chain=("tier", index))

    # -- while ---------------------------------------------------------------------------

    def ask_while(self, rule, subject, asking):
        """Begins and ends spells. A spell also ends with its calendar window."""
        holding = (not self.ended(subject)
                   and (rule.active is None or rule.active.start <= asking.now < rule.active.end)
                   and self.now_in_window(rule, subject, asking)
                   and self.eligible(rule, subject, asking)
                   and self.condition(rule, rule.while_, subject, asking))
        key = (rule.name, subject)
        spell = self.spells.get(key)
        occasion = self.occasion(rule, asking)
        if spell and (not holding or (occasion and occasion.start > spell.start)):
            self.end_spell(rule, subject, spell, asking)
            spell = None
        if holding and spell is None:
            spell = self.spells[key] = Record(start=asking.now)
            suffix = "@" + self.calendar.write_time(asking.now)
            spell.outcomes = self.fire(rule, subject, asking, None, rule.then, suffix=suffix, chain=None)
            for outcome in spell.outcomes:
                if outcome.kind == "rank":
                    self.partners[subject.partner].spell_levels[rule.name] = self.level_index(outcome.rank)

    def now_in_window(self, rule, subject, asking):
        """Is it inside, once the event of the asking is counted? So `after` holds from its anchor on."""
        window = rule.window
        if window and window.anchor:
            first = self.anchor(window.anchor, subject)
            if first is None or not asking.now < self.calendar.end_of(window.within, first.time):
                return False
        if window and window.after:
            if self.anchor(window.after, subject) is None:
                return False
        return True

    def end_spell(self, rule, subject, spell, asking):
        del self.spells[rule.name, subject]
        self.partners[subject.partner].spell_levels.pop(rule.name, None)
        for outcome in spell.outcomes:
            end = position(asking, True)
            if outcome.end_position is None or end < outcome.end_position:
                outcome.end_position, outcome.until = end, asking.now
            if outcome.kind == "rank" and outcome.until == outcome.at:
                self.outcomes = [other for other in self.outcomes if other is not outcome]

    # -- ranks ----------------------------------------------------------------------------

    def level_index(self, name):
        return [level.name for level in self.program.ranks.levels].index(name)

    def reached_level(self, partner, asking):
        ranks = self.program.ranks
        rule = Record(name="ranks", keys=[], window=Record(per=ranks.per))
        subject = Subject(partner, (), (), None)
        return max(index for index, level in enumerate(ranks.levels)
                   if level.when is None or self.condition(rule, level.when, subject, asking))

    def review_at_event(self, event):
        """`promote: now`: as soon as a higher level is reached."""
        ranks = self.program.ranks
        if not ranks or not ranks.promote_now or event.partner_left:
            return
        asking = at_event(event)
        reached = self.reached_level(event.partner, asking)
        if reached > self.partners[event.partner].level:
            self.set_rank(event.partner, reached, asking, "~%d" % (reached + 1))

    def review_at_clock(self, instant):
        ranks = self.program.ranks
        if not ranks or instant not in self.instants["ranks"]:
            return
        asking = at_close(instant)
        for partner in sorted({event.partner for event in self.done}, key=str.encode):
            state = self.partners[partner]
            if state.left:
                continue
            reached = self.reached_level(partner, asking)
            if reached >= state.level:
                state.failures = 0
                if reached > state.level:
                    self.set_rank(partner, reached, asking, "")
                continue
            state.failures += 1
            if state.failures > ranks.keep:
                state.failures = 0
                self.set_rank(partner, state.level - 1, asking, "")

    def set_rank(self, partner, level, asking, suffix):
        self.partners[partner].level = level
        window = self.calendar.window(self.program.ranks.per, asking.window_instant)
        identity = "ranks:%s@%s%s" % (encode(partner), date_text(window.first_day), suffix)
        times = sum(record.rule == "ranks" and record.id.partition("/")[0] == identity for record in self.outcomes)
        if times:
            identity += "/%d" % (times + 1)
        self.outcomes.append(Record(
            rule="ranks", stage=RANKS_STAGE, kind="rank", rank=self.program.ranks.levels[level].name,
            partner=partner, recipient=(partner, None), at=asking.now, event=asking.event, id=identity,
            ordinal=level, action=0, others=()))

    # -- firing ---------------------------------------------------------------------------

    def fire(self, rule, subject, asking, occasion, actions, value=None, ordinal=0, suffix="", chain=None):
        """The actions' outcomes, after limit and exclusive."""
        point = asking.event.id if asking.event else asking.now
        limited = self.limit_key(rule, subject, asking)
        if limited is not None and self.grants.count(limited) >= rule.limit.times:
            return []
        if rule.exclusive:
            owner = self.exclusives.setdefault((rule.exclusive, subject.partner, point), rule.name)
            if owner != rule.name:
                return []
        base = self.identity(rule, subject, asking, occasion) + suffix
        outcomes = []
        for index, action in enumerate(actions):
            outcome = self.act(rule, subject, asking, action, value)
            if outcome is None:
                continue
            outcome.id = base + ("/%d" % (index + 1) if index else "")
            outcome.ordinal, outcome.action, outcome.stage = ordinal, index, rule.index
            outcome.occasion = self.occasion_key(occasion)
            outcome.chain = (rule.name, subject, chain, index)
            if outcome.kind == "rate" and self.settled and not self.stop_at_settled(outcome):
                continue
            outcomes.append(outcome)
        if outcomes and limited is not None:
            self.grants.append(limited)
        self.outcomes += outcomes
        return outcomes

    def stop_at_settled(self, rate):
        """Reaching back stops at the settled instant, but for what had reached back when it was settled. Is anything
        of the rate left?"""
        start = self.settled.starts.get(rate.id)
        if start is not None:
            near.note_settling("rate kept from before settling")
        else:
            start = max(rate.start, self.settled.instant)
        if start != rate.start:
            near.note_settling("rate stopped at the settled instant")
            rate.start, rate.start_position = start, (start, 0)
        return rate.until is None or rate.until > rate.start

    def limit_key(self, rule, subject, asking):
        if not rule.limit:
            return None
        keyed = dict(zip(subject.keys, subject.values))
        keys = subject.keys if rule.limit.keys is None else rule.limit.keys
        event_fields = asking.event.fields if asking.event else {}
        values = tuple(keyed.get(key, event_fields.get(key)) for key in keys)
        window = self.calendar.window(rule.limit.per, asking.now).start if rule.limit.per else None
        return (rule.name, subject.partner, values, window)

    def identity(self, rule, subject, asking, occasion):
        if rule.each:
            return "%s!%s" % (encode(rule.name), encode(asking.event.id))
        text = ":".join(encode(part) for part in (rule.name, subject.partner, *subject.values))
        return text + ("@" + date_text(occasion.first_day) if occasion else "")

    def act(self, rule, subject, asking, action, value):
        """One action's outcome, or None."""
        source = asking.event.fields if rule.each else dict(zip(subject.keys, subject.values))
        outcome = Record(rule=rule.name, kind=action.kind, partner=subject.partner, at=asking.now,
                         event=asking.event, others=subject.values,
                         rep=source.get("rep"), customer=source.get("customer"), product=source.get("product"))
        outcome.recipient = self.recipient(action.to, subject, asking.event)
        if action.kind == "rate":
            return self.act_rate(rule, subject, asking, action, outcome)
        if action.kind == "rank":
            outcome.rank = action.text
            if not rule.while_:
                self.partners[subject.partner].level = self.level_index(action.text)
            return outcome
        if action.kind == "notice":
            outcome.text = action.text
            return outcome
        if outcome.recipient is None:
            return None
        outcome.amount = self.reward(rule, subject, asking, action, value)
        if outcome.amount is None:
            return None
        outcome.money = self.program.rewards[action.kind] == "money"
        if action.hold:
            outcome.payable = self.calendar.end_of(action.hold, asking.now)
        return outcome

    def reward(self, rule, subject, asking, action, value):
        """The amount in minor units (or whole points), or None."""
        names = self.subject_names(subject, asking.event)
        money = self.program.rewards[action.kind] == "money"
        scale = 10 ** self.program.minor_digits if money else 1
        try:
            if value is not None:
                names["value"] = to_decimal(value)
            number = evaluate(action.expression, names)
            if not isinstance(number, Fraction):
                return None
        except ExpressionError:
            return None
        amount = round_fraction(number * scale, action.rounding)
        note_tie(number * scale)
        if rule.max is not None and money:
            if amount == round_fraction(rule.max * scale, "down"):
                near.note("cap met exactly")
            amount = min(amount, round_fraction(rule.max * scale, "down"))
        return amount if 0 < amount < LIMIT else None

    def recipient(self, to, subject, event):
        """(partner, rep or None); None where there is none or it has left."""
        partner, rep = subject.partner, None
        if to in (None, "rep"):
            if "rep" in subject.keys:
                rep = subject.values[subject.keys.index("rep")]
            elif to == "rep":
                rep = event.fields.get("rep") if event else None
                partner = event.partner if event else partner
                if rep is None:
                    return None
        elif to != "partner":
            for kind in to.split("."):
                partner = self.link(partner, kind) if partner else None
        if partner is None or self.partners[partner].left:
            return None
        if rep is not None and self.reps[partner, rep].left:
            return None
        return (partner, rep)

    def act_rate(self, rule, subject, asking, action, outcome):
        per = rule.window.per if rule.window and rule.window.per else "month"
        outcome.rate, outcome.added = action.rate, action.added
        outcome.fired_position = position(asking, True)
        outcome.subject, outcome.rate_product, outcome.group = subject, action.product, action.group
        if action.start in ("next", "now"):
            outcome.start = asking.now
            outcome.start_position = position(asking, action.start == "next")
        else:
            window = self.calendar.window(per, asking.window_instant)
            outcome.start = window.start if action.start == "period" else window.end
            outcome.start_position = (outcome.start, 0)
        ends = [action.until] if action.until is not None else []
        if action.lasts == "period":
            ends.append(self.calendar.window(per, outcome.start).end)
        elif action.lasts:
            ends.append(self.calendar.end_of(action.lasts, outcome.start))
        outcome.until = min(ends) if ends else None
        outcome.end_position = (outcome.until, 0) if ends else None
        if outcome.start < asking.now:
            near.note("retroactive rate")
        outcome.every = bool(rule.when and rule.when.comparison == "every")
        outcome.recipient = (subject.partner, dict(zip(subject.keys, subject.values)).get("rep"))
        return outcome if outcome.until is None or outcome.until > outcome.start else None
