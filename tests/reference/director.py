"""Chooses what the next case should have, so that few cases meet many pairs of features.

The first cases, and some of the later ones, are left to chance. From then on each is to have some of the pairs that
none has reached yet, those first that were tried least: one pair in each of its rules, or one of the two in a rule
and the other in the program.
What is wanted follows from the cases before alone, so the same stream gives the same cases everywhere.
"""
import random

from features import OF_COMMISSION, OF_EVENTS, OF_PROGRAM, OF_RANKS, ONE_OF, PAIRS, PART, Tally

STREAMS = 2  # of seeds, by remainder; each can run in a process of its own
BY_CHANCE = 60
RULES = 4
OF_WHOLE = set(OF_COMMISSION + OF_RANKS + OF_PROGRAM)


class Director:
    def __init__(self, stream):
        self.tally = Tally()
        self.cases = 0
        self.tries = {}
        self.pairs = [pair for pair in PAIRS if not set(pair) & set(OF_EVENTS)]
        random.Random(stream).shuffle(self.pairs)

    def wants(self):
        """{number of a rule: features}, and under -1 those of the program; None for a case by chance."""
        self.cases += 1
        if self.cases <= BY_CHANCE or self.cases % 8 == 0:
            return None
        rules, whole, chosen = {}, set(), []
        missing = [pair for pair in self.pairs if pair not in self.tally.pairs]
        for pair in sorted(missing, key=lambda pair: self.tries.get(pair, 0)):
            of_rules = {name for name in pair if PART[name] == "rule"}
            of_whole = set(pair) & OF_WHOLE
            if not compatible(whole | of_whole) or (of_whole - whole and len(whole) > 4):
                continue
            if of_rules:
                rules[len(rules)] = of_rules
            whole |= of_whole
            chosen.append(pair)
            if len(rules) == RULES or len(chosen) == 2 * RULES:
                break
        for pair in chosen:
            self.tries[pair] = self.tries.get(pair, 0) + 1
        if not chosen:
            return None
        for number in range(RULES - 1):
            rules.setdefault(number, set())
        return {-1: whole, **rules}


def compatible(names):
    return all(len(names & set(group)) <= 1 for group, _ in ONE_OF)
