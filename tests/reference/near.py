"""How close the events of a case come to where mistakes hide: noted by the evaluator while it evaluates.

It changes no result. `seen` is emptied by whoever wants to know about one evaluation.
"""
from collections import Counter

seen = Counter()
settling = Counter()  # over all histories

# What a run must have met, besides the features of the events.
CLOSE = ["threshold met exactly", "threshold missed by one", "threshold passed by one", "window edge met",
         "window edge missed by 1 ms", "rolling edge met", "rolling edge missed by 1 ms", "anchored edge met",
         "anchored edge missed by 1 ms", "month edge met", "month edge missed by 1 ms", "rounding tie",
         "tie in a contest", "cap met exactly", "budget cut", "rate replaced", "retroactive rate"]


# What the histories of a run must have met.
SETTLING = ["event too late", "news of settled events too late", "rate stopped at the settled instant",
            "rate kept from before settling", "reduction that took of settled events"]


def note_settling(name):
    settling[name] += 1


def note(name):
    seen[name] += 1


def edge(name, instant, end):
    """An event at a half open window's end, or in the millisecond before."""
    if instant == end:
        seen[name + " edge met"] += 1
    elif instant == end - 1:
        seen[name + " edge missed by 1 ms"] += 1
