"""Who counts what: subjects, windows, measures and conditions, each computed
from scratch over the events so far (LANGUAGE sections 3, 4, 5)."""
from collections import defaultdict, namedtuple
from fractions import Fraction

import near
from expressions import ExpressionError, evaluate, holds, to_decimal

COMPARE = {"at_least": lambda a, b: a >= b, "more_than": lambda a, b: a > b,
           "at_most": lambda a, b: a <= b, "less_than": lambda a, b: a < b}

# A subject lies within one partner. `link` is "referrer" or "parent" when it
# counts what the partners below it do.
Subject = namedtuple("Subject", "partner keys values link")

# One asking of a rule: the instant, the event asked at (None at a clock
# point), and the instant whose calendar windows are meant (at a close: the
# last one inside the window that closes).
Asking = namedtuple("Asking", "now event window_instant")


def at_event(event):
    return Asking(event.time, event, event.time)


def at_close(instant):
    return Asking(instant, None, instant - 1)


def at_clock(instant):
    return Asking(instant, None, instant)


class PartnerState:
    def __init__(self):
        self.attributes = {}
        self.links = {}
        self.left = False
        self.roster = set()
        self.level = 0          # rank, as an index into the program's levels
        self.failures = 0       # failed reviews in a row
        self.spell_levels = {}  # rank actions of `while` rules now in force


class RepState:
    def __init__(self):
        self.attributes = {}
        self.left = False


class Ground:
    """The state on the time line, and every question about it that needs no
    rule to fire: `done` are the events so far, in order."""

    def __init__(self, program):
        self.program = program
        self.calendar = program.calendar
        self.partners = defaultdict(PartnerState)
        self.reps = defaultdict(RepState)  # by (partner, rep)
        self.lives = {}                    # (partner,) or (partner, rep) -> [[start, end or None]]
        self.handed_up = {}                # (link, partner) -> the instant of the first event handed up to it
        self.done = []
        self.subjects = {}                 # what `existing` found, for how many events
        self.judged_roster = None          # the roster that coverage asks instead of the present one
        self.coming = []                   # partner.* and rep.* events of this instant that are still to be counted

    # -- state -----------------------------------------------------------------

    def apply_lifecycle(self, event):
        """partner.* and rep.* events change attributes, links and rosters."""
        event.roster_changed = False
        owner, _, verb = event.type.partition(".")
        if event.type not in ("partner.joined", "partner.updated", "partner.left",
                              "rep.joined", "rep.updated", "rep.left"):
            return
        partner = self.partners[event.partner]
        state = partner if owner == "partner" else self.reps[event.partner, event.fields["rep"]]
        key = (event.partner,) if owner == "partner" else (event.partner, event.fields["rep"])
        self.note_change(event, state, partner)
        self.begin_life(key, event.time)
        if verb in ("joined", "updated"):
            for name in self.program.attributes[owner]:
                change(state.attributes, name, event)
        if owner == "partner" and verb in ("joined", "updated"):
            change(partner.links, "referrer", event)
            change(partner.links, "parent", event)
        if verb == "joined":
            state.left = False
            if self.lives[key][-1][1] is not None:
                self.lives[key].append([event.time, None])
        elif verb == "left":
            state.left = True
            if self.lives[key][-1][1] is None:
                self.lives[key][-1][1] = event.time
        if owner == "rep" and verb in ("joined", "left"):
            before = set(partner.roster)
            (partner.roster.add if verb == "joined" else partner.roster.discard)(event.fields["rep"])
            event.roster_changed = partner.roster != before
            if partner.roster < before:
                near.note("roster shrinks")

    def note_change(self, event, state, partner):
        if event.type == "partner.left":
            near.note("partner left")
        elif event.type == "partner.joined" and state.left:
            near.note("partner joined again")
        for name, value in event.fields.items():
            if name in state.attributes and state.attributes[name] != value:
                near.note("attribute changed")
            if name in ("referrer", "parent") and partner.links.get(name) != value and any(
                    other.partner == event.partner and not other.type.startswith("partner.") for other in self.done):
                near.note("late link")
        for name in event.cleared:
            if name in state.attributes:
                near.note("attribute cleared")
            if name in partner.links:
                near.note("link cleared")

    def begin_life(self, key, instant):
        self.lives.setdefault(key, [[instant, None]])

    def link(self, partner, kind):
        """The referrer or parent now; oneself is none."""
        other = self.partners[partner].links.get(kind)
        return None if other == partner else other

    def level(self, partner):
        state = self.partners[partner]
        return max([state.level, *state.spell_levels.values()])

    def names(self, event, partner, rep):
        """What an expression can name: the event's fields, the partner's and
        the rep's attributes, as they are now."""
        names = dict(event.fields) if event else {}
        for name, value in self.partners[partner].attributes.items():
            names["partner." + name] = value
        if rep is not None:
            for name, value in self.reps[partner, rep].attributes.items():
                names["rep." + name] = value
        if self.program.ranks:
            names["partner.rank"] = self.program.ranks.levels[self.level(partner)].name
        return names

    def subject_names(self, subject, event):
        """Attributes are the subject's; the rep is its own, else the event's."""
        if "rep" in subject.keys:
            rep = subject.values[subject.keys.index("rep")]
        else:
            rep = event.fields.get("rep") if event and event.partner == subject.partner else None
        return self.names(event, subject.partner, rep)

    def take_links(self, event):
        event.links = {kind: self.link(event.partner, kind) for kind in ("referrer", "parent")}

    def take_picture(self, event):
        """Everything that holds as of the event, for filters asked later; its links are taken."""
        for kind, above in event.links.items():
            if above is not None:
                self.handed_up.setdefault((kind, above), event.time)
        event.parents = []  # (parent, has it left), then its parent, as far up as overrides go
        above = event.partner
        for _ in (self.program.commission.override or []) if self.program.commission else []:
            above = self.link(above, "parent") if above is not None else None
            event.parents.append((above, above is not None and self.partners[above].left))
        event.names = self.names(event, event.partner, event.fields.get("rep"))
        event.pictures = {partner: (self.names(None, partner, None), set(self.partners[partner].roster))
                          for partner in (event.partner, *event.links.values()) if partner is not None}
        event.level = self.level(event.partner)
        event.partner_left = self.partners[event.partner].left

    # -- subjects ----------------------------------------------------------------

    def subject_of(self, event, rule):
        """The rule's subject that the event belongs to, or None."""
        if rule.link:
            return Subject(event.links[rule.link], (), (), rule.link) if event.links[rule.link] else None
        if not all(key in event.fields for key in rule.keys):
            return None
        return Subject(event.partner, tuple(rule.keys), tuple(event.fields[key] for key in rule.keys), None)

    @staticmethod
    def belongs(event, subject, keys=None):
        """`keys` picks a coarser subject: only those of its keys."""
        if subject.link:
            return event.links[subject.link] == subject.partner
        return event.partner == subject.partner and all(
            event.fields.get(key) == value for key, value in zip(subject.keys, subject.values)
            if keys is None or key in keys)

    def existing(self, rule, partner=None):
        """All subjects of the rule (within one partner) that exist so far."""
        key = (tuple(rule.keys), rule.link, partner)
        known = self.subjects.get(key)
        if known is None or known[0] != (len(self.done), len(self.coming)):
            # Those of the events before are known: what was counted is never taken back.
            place, found = known[0][0] if known else 0, set(known[1]) if known else set()
            for event in self.done[place:] + self.coming:
                found.update(self._subjects(rule, partner, event))
            found = known[1] if known and len(found) == len(known[1]) else in_order(found)
            known = self.subjects[key] = ((len(self.done), len(self.coming)), found)
        return known[1]

    def _subjects(self, rule, partner, event):
        if event.type == "event.voided" or partner not in (None, event.partner) and not rule.link:
            return []
        subjects = [self.subject_of(event, rule)]
        if rule.link:
            subjects.append(Subject(event.partner, (), (), rule.link))
        return [subject for subject in subjects if subject and partner in (None, subject.partner)]

    def ended(self, subject):
        """A partner and a rep end at their `left`."""
        if self.partners[subject.partner].left:
            return True
        return "rep" in subject.keys and \
            self.reps[subject.partner, subject.values[subject.keys.index("rep")]].left

    def lived_in(self, subject, start, end):
        """Does the life of this partner or rep overlap [start, end)? Up a link, an event from below begins it too."""
        lives = self.lives.get((subject.partner, *subject.values), [])
        handed = self.handed_up.get((subject.link, subject.partner))
        if handed is not None:
            lives = [[min(handed, lives[0][0]), lives[0][1]], *lives[1:]] if lives else [[handed, None]]
        return any(born < end and (died is None or died > start) for born, died in lives)

    # -- windows -------------------------------------------------------------------

    def anchor(self, type_, subject):
        """The subject's first event of the type, by those of its keys that the type has."""
        fields = self.program.types[type_].fields
        for event in self.done:
            if event.type == type_ and event.partner == subject.partner and all(
                    event.fields.get(key) == value for key, value in zip(subject.keys, subject.values)
                    if key in fields):
                return event
        return None

    def in_window(self, window, subject, event, asking):
        """Does the window that is meant at the asking hold the event?"""
        if window is None:
            return True
        if window.per:
            span = self.calendar.window(window.per, asking.window_instant)
            if event.time == span.start or event.time >= span.end - 1:
                near.edge("month" if window.per == "month" else "window", event.time,
                          event.time if event.time == span.start else span.end)
            if not span.holds(event.time):
                return False
        if window.within and not window.anchor:
            end = self.calendar.end_of(window.within, event.time)
            near.edge("rolling", asking.now, end)
            if not asking.now < end:
                return False
        if window.anchor:
            first = self.anchor(window.anchor, subject)
            if first is None or event.order < first.order:
                return False
            end = self.calendar.end_of(window.within, first.time)
            near.edge("anchored", event.time, end)
            if not event.time < end:
                return False
        if window.after:
            first = self.anchor(window.after, subject)
            if first is None or event.order <= first.order:
                return False
        return True

    # -- measures --------------------------------------------------------------------

    def counted(self, rule, measure, subject, asking):
        """The events that the measure counts at this asking, in order."""
        if measure.kind == "value":
            return [event for name in self.named_in(measure.expression)
                    for event in self.counted(rule, self.program.measures[name], subject, asking)]
        if measure.kind == "streak":
            inner = changed(measure.inner.measure, window=NO_WINDOW, keys=measure.keys)
            return [event for event in self.counted(rule, inner, subject, asking)
                    if measure.where is None or holds(measure.where, event.names)]
        field = "rep" if measure.kind in ("coverage", "covered") else measure.field
        window = measure.window or rule.window
        anchored = self.coarser(subject, measure.keys)
        return [event for event in self.done
                if event.type in measure.types
                and self.belongs(event, subject, measure.keys)
                and (field is None or field in event.fields)
                and (rule.active is None or rule.active.start <= event.time < rule.active.end)
                and self.in_window(window, anchored, event, asking)
                and (rule.where is None or holds(rule.where, event.names))
                and (measure.where is None or holds(measure.where, event.names))]

    @staticmethod
    def coarser(subject, keys):
        if keys is None:
            return subject
        kept = [(key, value) for key, value in zip(subject.keys, subject.values) if key in keys]
        return subject._replace(keys=tuple(key for key, _ in kept), values=tuple(value for _, value in kept))

    def named_in(self, tree):
        """The named measures in an expression tree."""
        if tree[0] == "name":
            return [tree[1]] if tree[1] in self.program.measures else []
        return [name for part in tree[1:] if isinstance(part, tuple) for name in self.named_in(part)]

    def value(self, rule, measure, subject, asking):
        """The measure's number as an exact Fraction, or None for no value."""
        if measure.kind == "value":
            return self.arithmetic(rule, measure, subject, asking)
        if measure.kind == "streak":
            return self.streak(rule, measure, subject, asking)
        events = self.counted(rule, measure, subject, asking)
        if measure.kind == "count":
            return Fraction(len(events))
        if measure.kind in ("coverage", "covered"):
            roster = self.partners[subject.partner].roster if self.judged_roster is None else self.judged_roster
            covered = Fraction(len(roster & {event.fields["rep"] for event in events}))
            if measure.kind == "covered":
                return covered
            return covered / len(roster) if roster else None
        values = [event.fields[measure.field] for event in events]
        if measure.kind == "sum":
            return sum(values, Fraction(0))
        if measure.kind == "distinct":
            return Fraction(len(set(values)))
        if not values:
            return None
        if measure.kind == "average":
            return sum(values, Fraction(0)) / len(values)
        return min(values) if measure.kind == "minimum" else max(values)

    def arithmetic(self, rule, measure, subject, asking):
        names = self.subject_names(subject, asking.event)
        try:
            for name in self.named_in(measure.expression):
                value = self.value(rule, self.program.measures[name], subject, asking)
                if value is not None:
                    names[name] = to_decimal(value)
            return evaluate(measure.expression, names)
        except ExpressionError:
            return None

    def streak(self, rule, measure, subject, asking):
        """Consecutive windows up to the present one that reached the inner
        threshold; the present one breaks nothing until it closes."""
        inner = measure.inner
        events = self.counted(rule, measure, subject, asking)
        if not events:
            return Fraction(0)
        run = 0
        owner = self.coarser(subject, measure.keys)
        by_window = defaultdict(list)
        for event in events:
            by_window[self.calendar.window(measure.per, event.time).start].append(event)
        for window in self.calendar.windows(measure.per, events[0].time, asking.window_instant):
            inside = by_window.get(window.start, [])
            reached = any(self.reaches(inner, inside[:count], owner, asking) for count in range(1, len(inside) + 1))
            present = window.holds(asking.window_instant) and asking.now < window.end
            run = run + 1 if reached else run if present else 0
        return Fraction(run)

    def reaches(self, inner, events, subject, asking):
        """Judged as of the last of the events: its roster, its attributes."""
        whole = changed(inner.measure, window=NO_WINDOW, where=None, keys=None)
        names, roster = events[-1].pictures[subject.partner]
        kept = self.done, self.judged_roster
        self.done, self.judged_roster = events, roster
        try:
            value = self.value(PLAIN_RULE, whole, subject, asking)
        finally:
            self.done, self.judged_roster = kept
        threshold = inner.threshold
        if isinstance(threshold, str):
            threshold = {**events[-1].names, **names}.get(threshold) if not subject.link else names.get(threshold)
        return value is not None and threshold is not None and COMPARE[inner.comparison](value, threshold)

    # -- conditions --------------------------------------------------------------------

    def threshold(self, threshold, subject, asking):
        """A number, or an attribute as it is now (None when missing)."""
        if isinstance(threshold, str):
            return self.subject_names(subject, asking.event).get(threshold)
        return threshold

    def note_threshold(self, measure, value, threshold):
        if value is None or threshold is None:
            return
        money = measure.kind not in ("count", "distinct", "covered", "streak")
        unit = Fraction(1, 10 ** self.program.minor_digits) if money else 1
        if value == threshold:
            near.note("threshold met exactly")
        elif value == threshold - unit:
            near.note("threshold missed by one")
        elif value == threshold + unit:
            near.note("threshold passed by one")

    def condition(self, rule, condition, subject, asking):
        if condition.kind == "all":
            return all(self.condition(rule, part, subject, asking) for part in condition.parts)
        if condition.kind == "any":
            return any(self.condition(rule, part, subject, asking) for part in condition.parts)
        if condition.kind == "not":
            return not self.condition(rule, condition.parts[0], subject, asking)
        if condition.kind == "is":
            return holds(condition.expression, self.subject_names(subject, asking.event))
        value = self.value(rule, condition.measure, subject, asking)
        threshold = self.threshold(condition.threshold, subject, asking)
        self.note_threshold(condition.measure, value, threshold)
        return value is not None and threshold is not None and COMPARE[condition.comparison](value, threshold)


class _Plain:
    """A rule without window, filter or campaign; a window that holds everything."""

    def __getattr__(self, name):
        return None


PLAIN_RULE = _Plain()
NO_WINDOW = _Plain()


def changed(record, **changes):
    """A copy of a record with some properties changed."""
    copy = type(record)(**record.__dict__)
    copy.__dict__.update(changes)
    return copy


def change(target, name, event):
    """A missing field keeps what was, an empty text clears it."""
    if name in event.fields:
        target[name] = event.fields[name]
    elif name in event.cleared:
        target.pop(name, None)


def text_bytes(text):
    return (text or "").encode()


def subject_sort_key(subject):
    keyed = dict(zip(subject.keys, subject.values))
    return ([text_bytes(subject.partner)] + [text_bytes(keyed.get(key)) for key in ("rep", "customer", "product")]
            + [text_bytes(value) for value in subject.values])


def in_order(subjects):
    return sorted(subjects, key=subject_sort_key)
