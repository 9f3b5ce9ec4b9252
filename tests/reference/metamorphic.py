"""Properties of the library that need no second evaluator: what arrives in another way, or is kept, moved,
undone and done again, ends in the same ledger, and the journal always adds up to it.

Each property takes a Setting (a case in the library) and gives what is wrong, or None; "" where it does not apply.
"""
import json
import random

from host import EVENT, ID, Failure, Host, clock_of, net_of_journal, net_of_ledger
from program import Program
from walk import encode


class Setting:
    """A case, its ledger by one call, and chance of its own."""

    def __init__(self, library, case):
        self.case = case
        self.shared = library
        self.host = Host(library, case.program, case.lines)
        self.clock = clock_of(case.clock)
        self.random = random.Random(len(case.lines) * 1000 + len(case.program))
        self.all = list(range(self.host.count))
        engine = self.started()
        self.answers = engine.ingest(self.all)
        self.ledger = engine.ledger()
        self.now = engine.clock()
        self.engine = engine

    def started(self, seed=1):
        """An engine whose clock stands where the case's does, or follows."""
        engine = self.host.engine(self.clock is None, seed)
        if self.clock is not None:
            engine.advance(self.clock)
        return engine

    def shuffled(self, places):
        """In another order; events with one id stay in order among themselves, since the first counts."""
        order = list(places)
        self.random.shuffle(order)
        by_id = {}
        for place, index in enumerate(order):
            by_id.setdefault(self.host.raws[index].get("id"), []).append(place)
        result = list(order)
        for found in by_id.values():
            for place, index in zip(found, sorted(order[place] for place in found)):
                result[place] = index
        return result

    def split(self, order):
        """Cut into batches at random."""
        batches = []
        while order:
            size = self.random.choice([1, 1, 2, 3, 5, 8, 30])
            batches.append(order[:size])
            order = order[size:]
        return batches

    def wrong(self, engine, ledger=None):
        """How the engine's ledger differs from the one wanted, or its journal from its ledger."""
        found = engine.ledger()
        wanted = self.ledger if ledger is None else ledger
        if found != wanted:
            return unlike("ledger", wanted, found)
        return unfaithful(engine, found)


def unlike(what, wanted, found):
    missing = [row for row in wanted if row not in found]
    extra = [row for row in found if row not in wanted]
    return "%s: missing %s, extra %s%s" % (what, missing[:5], extra[:5], "" if missing or extra else ", another order")


def unfaithful(engine, ledger):
    wanted, found = net_of_ledger(ledger), net_of_journal(engine.journal())
    if wanted != found:
        return "journal: missing %s, extra %s" % (
            list((wanted - found).items())[:5], list((found - wanted).items())[:5])
    return None


# -- the properties ------------------------------------------------------------------------

def permutation(setting):
    engine = setting.started(seed=7)
    engine.ingest(setting.shuffled(setting.all))
    return setting.wrong(engine)


def batches(setting):
    engine = setting.started()
    for batch in setting.split(setting.shuffled(setting.all)):
        engine.ingest(batch)
    return setting.wrong(engine)


def duplicates(setting):
    """Some events again, later on: each is answered as a duplicate and changes nothing."""
    order = setting.shuffled(setting.all)
    engine = setting.started()
    firsts = {}
    for batch in setting.split(order):
        answers = engine.ingest(batch)
        for index, answer in zip(batch, answers):
            if answer == "accepted":
                firsts[index] = True
        again = [index for index in firsts if setting.random.random() < 0.2]
        for index, answer in zip(again, engine.ingest(again)):
            if answer != "duplicate":
                return "event %d again is %s" % (index, answer)
    return setting.wrong(engine)


def saving(setting):
    """Saved and loaded after every event; the bytes of what was loaded are those that were saved."""
    engine = setting.started()
    for index in setting.shuffled(setting.all):
        engine.ingest([index])
        engine, state = engine.loaded()
        if engine.save() != state:
            return "the state after event %d changes when it is loaded and saved" % index
    return setting.wrong(engine)


def sharding(setting):
    """Partners spread over 1, 2, 3 and 7 engines, those that are linked together."""
    program = Program(setting.case.program)
    if any(rule.contest or rule.budget is not None for rule in program.rules):
        return ""
    groups = {}

    def root(name):
        while groups.setdefault(name, name) != name:
            name = groups[name]
        return name
    raws = setting.host.raws
    for raw in raws:
        for link in ("referrer", "parent"):
            if raw.get("partner") and raw.get(link):
                groups[root(raw["partner"])] = root(raw[link])
    roots = sorted({root(raw.get("partner", "")) for raw in raws})
    if len(roots) < 2:
        return ""
    for count in (1, 2, 3, 7):
        engines = [setting.started(seed=number) for number in range(count)]
        for batch in setting.split(setting.shuffled(setting.all)):
            for number, engine in enumerate(engines):
                # A void names no partner: whoever has its event takes it.
                engine.ingest([index for index in batch if raws[index].get("type") == "event.voided"
                               or roots.index(root(raws[index].get("partner", ""))) % count == number])
        ledger = []
        for engine in engines:
            engine.advance(max(setting.now, engine.clock()))
            found = engine.ledger()
            ledger += found
            if unfaithful(engine, found):
                return unfaithful(engine, found)
        if sorted(ledger) != sorted(setting.ledger):
            return unlike("%d shards" % count, setting.ledger, ledger)
    return None


def voiding(setting):
    """Events voided and sent again under another id are as if they had never been voided."""
    lines, names, times = [], {}, {}
    named = {raw.get("event") for raw in setting.host.raws}
    ids = [raw.get("id") for raw in setting.host.raws]
    for time in setting.host.times:
        times[time] = times.get(time, 0) + 1
    for index, (line, raw) in enumerate(zip(setting.case.lines, setting.host.raws)):
        lines.append(line)
        # Another id is another place among the events of its instant, so only those alone in theirs.
        alone = times[setting.host.times[index]] == 1 and ids.count(raw.get("id")) == 1
        if not alone or raw["id"] in named or raw["type"] == "event.voided" or setting.answers[index] != "accepted" \
                or len(names) >= 8 or setting.random.random() < 0.4:
            continue
        again = json.loads(line, parse_int=str, parse_float=str)
        other = "again-%d" % index
        names[other] = raw["id"]
        lines.append(json.dumps({"id": "void-%d" % index, "type": "event.voided", "time": again["time"],
                                 "event": raw["id"]}))
        lines.append(json.dumps(dict(again, id=other)))
    if not names:
        return ""
    host = Host(setting.shared, setting.case.program, lines)
    other = Setting.__new__(Setting)
    other.__dict__.update(setting.__dict__, host=host)
    engine = other.started()
    for batch in other.split(other.shuffled(range(host.count))):
        engine.ingest(batch)
    found = engine.ledger()
    if unfaithful(engine, found):
        return unfaithful(engine, found)

    def renamed(row):
        row = list(row)
        if row[EVENT] in names:
            row[ID] = row[ID].replace("!" + encode(row[EVENT]), "!" + encode(names[row[EVENT]]))
            row[EVENT] = names[row[EVENT]]
        return tuple(row)
    found = [renamed(row) for row in found]
    return None if found == setting.ledger else unlike("ledger", setting.ledger, found)


def advancing(setting):
    """The clock in many steps, or before and between the events, as in one."""
    host = setting.host
    steps = sorted(setting.random.choice(host.times) + setting.random.choice([-1, 0, 1, 86400000])
                   for _ in range(12)) + [setting.now]
    steps = [step for step in steps if step <= setting.now]
    late = host.engine(False)
    late.ingest(setting.shuffled(setting.all))
    for step in steps:
        late.advance(step)
    found = setting.wrong(late)
    if found:
        return "all events first: " + found
    live = host.engine(False)
    order = setting.shuffled(setting.all)
    for step in steps:
        cut = setting.random.randint(0, len(order))
        live.ingest(order[:cut])
        order = order[cut:]
        live.advance(step)
    live.ingest(order)
    return setting.wrong(live)


def upgrading(setting):
    """To a program without one of the rules and back; and what a dry run tells is what is then posted."""
    rules = setting.case.rules()
    others = [name for name in rules if len(rules) > 1]
    if not others:
        return ""
    text = setting.case.without_rule(setting.random.choice(others)).program
    host = Host(setting.shared, text, setting.case.lines)
    fresh = host.engine(setting.clock is None)
    if setting.clock is not None:
        fresh.advance(setting.clock)
    fresh.ingest(setting.all)
    wanted = fresh.ledger()
    engine = setting.started()
    engine.ingest(setting.shuffled(setting.all))
    for program, ledger in ((host.program, wanted), (setting.host.program, setting.ledger)):
        before = engine.ledger()
        tried = engine.upgrade(program, dry=True)
        if engine.ledger() != before:
            return "a dry run changes the ledger"
        if engine.upgrade(program) != tried:
            return "a dry run tells other postings than are made"
        found = setting.wrong(engine, ledger)
        if found:
            return found
    engine.ingest(setting.all)  # it still knows them all, and which program it has
    return setting.wrong(engine)


PROPERTIES = {"permutation": permutation, "batches": batches, "duplicates": duplicates, "saving": saving,
              "sharding": sharding, "voiding": voiding, "advancing": advancing, "upgrading": upgrading}


def broken(library, case, name):
    """What is wrong with one property of a case, None when it holds, "" where it does not apply."""
    try:
        return PROPERTIES[name](Setting(library, case))
    except Failure as failure:
        return str(failure)
