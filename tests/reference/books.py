"""What a host has told so far, call by call, and what was settled (LANGUAGE sections 2 and 10).

The ledger is still computed from scratch whenever it is asked for. Settling writes down what holds then about the
time before: which events stand and with which amounts, what they earned, and where rates began that had reached
back. From then on that is what an evaluation uses for this time.
"""
import copy
from fractions import Fraction

import facts
import near
from ledger import ledger_of
from walk import Walk

NOTHING = Fraction(0)


class Settled:
    """What is closed for good: all that lies before `instant`."""

    def __init__(self):
        self.instant = None
        self.events = {}   # id -> (does it stand, its fields as reduced)
        self.taken = {}    # id of a reduction -> what it took of settled events
        self.starts = {}   # id of a rate -> its start, where that lies before
        self.earned = {}   # id of an event -> its rows of commission and override


class Books:
    def __init__(self, program, follows):
        self.program = program
        self.follows = follows
        self.clock = 0
        self.accepted = {}
        self.settled = Settled()

    # -- calls -------------------------------------------------------------------

    def give(self, raw):
        """Takes one event; gives its answer."""
        try:
            event = facts.read_event(self.program, raw)
        except facts.Rejected:
            return "rejected"
        if event is None:
            return "ignored"
        known = self.accepted.get(event.id)
        if known is not None:
            return "duplicate" if known.content() == event.content() else "rejected"
        if self.is_too_late(event):
            return "too late"
        self.accepted[event.id] = event
        if self.follows:
            self.clock = max(self.clock, event.time)
        return "accepted"

    def advance(self, instant):
        self.clock = max(self.clock, instant)

    def settle(self, instant):
        settled = self.settled
        if settled.instant is not None and instant <= settled.instant:
            return
        standing, made, outcomes = self.evaluate()
        stand = {event.id: event for event in standing}
        for event in self.accepted.values():
            if event.time < instant and event.id not in settled.events:
                settled.events[event.id] = (event.id in stand, stand.get(event.id, event).fields)
                for reduction, amount in made.get(event.id, {}).items():
                    settled.taken[reduction] = settled.taken.get(reduction, NOTHING) + amount
        for outcome in outcomes:
            if outcome.kind == "rate" and outcome.start < instant:
                settled.starts[outcome.id] = outcome.start
        settled.earned = {event.id: [] for event in standing if event.time < instant}
        for outcome in outcomes:
            if outcome.rule in ("commission", "override") and outcome.at < instant:
                settled.earned[outcome.event.id].append(outcome)
        settled.instant = instant

    # -- answers -----------------------------------------------------------------

    def is_too_late(self, event):
        """News about time that is settled: the event's own, or that of all that it works on."""
        instant = self.settled.instant
        if instant is None:
            return False
        if event.time < instant:
            near.note_settling("event too late")
            return True
        type_ = self.program.types[event.type]
        if event.type == "event.voided":
            about = [other for other in self.accepted.values() if other.id == event.fields["event"]]
        else:
            about = [other for other in self.accepted.values()
                     for rule in (type_.voids, type_.reduces)
                     if rule and facts.matches(self.program, event, other, rule)]
        if not about or any(other.time >= instant for other in about):
            return False
        near.note_settling("news of settled events too late")
        return True

    def evaluate(self):
        """(the events that stand, what each reduction took of which, the ledger)."""
        events = [copy.copy(event) for event in self.accepted.values() if event.time <= self.clock]
        standing, made = facts.standing_of(self.program, events, self.settled)
        walk = Walk(self.program, standing, self.clock, self.settled)
        walk.run()
        return standing, made, ledger_of(walk)

    def ledger(self):
        return self.evaluate()[2]
