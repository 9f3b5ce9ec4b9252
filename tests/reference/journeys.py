"""Journeys: who stands where, by the reference, and the library against it over generated cases.

A generated program has no journey. It gets one of the conditions of its own rules, each as a stage where it can be
one; then both sides must say the same of everybody, and the ledger must be what it was.
"""
import ctypes

import yaml

import facts
from calendars import Calendar
from generate import flow
from host import Host
from program import Program, compose, mapping
from walk import Walk

ROSTER_TYPES = {"%s.%s" % (owner, verb) for owner in ("partner", "rep") for verb in ("joined", "updated", "left")}
MOST_STAGES = 6


def stands(program, walk):
    """(partner, rep or "") -> (stage, since, last) of all who have not left; None for what there is not."""
    last = {}
    for event in walk.done:
        if event.type == "event.voided":
            continue
        kind = program.types[event.type]
        does = event.type not in ROSTER_TYPES and not kind.voids and not kind.reduces
        for key in {(event.partner, ""), (event.partner, event.fields.get("rep") or "")}:
            if not walk.partners[event.partner].left and not (key[1] and walk.reps[key].left):
                last[key] = event.time if does else last.get(key)
    found = {}
    for key in last:
        own = [key] if key[1] else [other for other in last if other[0] == key[0] and other[1]]
        reached = [(place, -time) for other in own for place, time in walk.stages.get(other, {}).items()]
        place, time = max(reached, default=(None, None))
        found[key] = (None, None, last[key]) if place is None else (program.stages[place].name, -time, last[key])
    return found


def reference_of(text, case):
    program = Program(text)
    accepted, _ = facts.accept(program, facts.read_ndjson("\n".join(case.lines)))
    clock = Calendar("UTC").read_time(case.clock) if case.clock else max((e.time for e in accepted), default=0)
    walk = Walk(program, facts.standing(program, [event for event in accepted if event.time <= clock]), clock)
    walk.run()
    return stands(program, walk)


def text_of(text):
    return ctypes.string_at(text.data, text.size).decode() if text.size else ""


def library_of(host, case):
    """The same of the library, and its ledger."""
    engine = host.engine(case.clock is None)
    if case.clock is not None:
        engine.advance(Calendar("UTC").read_time(case.clock))
    engine.ingest(range(host.count))
    abi, lib, rows = host.abi, host.lib, ctypes.c_void_p()
    stage, line = abi.CStage(size=ctypes.sizeof(abi.CStage)), abi.CJourney(size=ctypes.sizeof(abi.CJourney))
    names = []
    for index in range(lib.prm_program_stage_count(host.program._handle)):
        lib.prm_program_stage(host.program._handle, index, stage)
        names.append(text_of(stage.name))
    engine.call(lib.prm_engine_journey, abi.Text(), rows)
    found = {}
    while lib.prm_rows_next_journey(rows, line) > 0:
        times = [None if time == abi.NO_TIME else time for time in (line.since, line.last)]
        found[text_of(line.partner), text_of(line.rep)] = (None if line.stage == abi.NONE else names[line.stage], *times)
    lib.prm_rows_free(rows)
    return found, engine.ledger()


def plain(node):
    """A node of YAML as the values that `flow` writes."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: plain(value) for key, value in node.value}
    return [plain(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def with_journey(host, text):
    """The program with a journey, as the library takes it; None when no condition can be a stage."""
    from prm import ProgramError
    top = mapping(compose(text))
    rules = mapping(top["rules"]).values() if "rules" in top else []
    found = None
    stages = []
    for rule in rules:
        properties = mapping(rule)
        if "when" not in properties or len(stages) == MOST_STAGES:
            continue
        more = stages + ["  stage-%d: {when: %s}\n" % (len(stages), flow(plain(properties["when"])))]
        wider = text + "journey:\n" + "".join(more)
        try:
            host.program_class.compile(wider)
        except ProgramError:  # an `every`, a measure of another subject, a window that is missing
            continue
        stages, found = more, wider
    return found


def differs(case):
    """What differs; None: nothing; "": there is no journey to be had."""
    host = Host(case.shared, case.program, case.lines)
    text = with_journey(host, case.program)
    if text is None:
        return ""
    wider = Host(case.shared, text, case.lines)
    found, ledger = library_of(wider, case)
    expected = reference_of(text, case)
    engine = host.engine(case.clock is None)
    if case.clock is not None:
        engine.advance(Calendar("UTC").read_time(case.clock))
    engine.ingest(range(host.count))
    if engine.ledger() != ledger:
        return text[len(case.program):] + "another ledger than without it"
    lines = ["%s/%s: expected %s, came %s" % (*key, expected.get(key), found.get(key))
             for key in sorted({*expected, *found}) if expected.get(key) != found.get(key)]
    return text[len(case.program):] + "\n".join(lines) if lines else None
