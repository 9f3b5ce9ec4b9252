#!/usr/bin/env python3
"""Changes the core of the library in small ways, and sees whether the tests notice.

    mutants.py [ROOM...] [--cap N] [--seed N] [--folder build-mutants] [--line FILE:LINE] [--fresh] [--list]

Each mutant of a file (mutations.py) is compiled into a copy of the library, against which the
tests are linked: the unit tests of its room, the scenarios, and cases of the differential test
whose ledgers the reference evaluator has worked out beforehand. The first that fails, crashes or
works too long kills it; the cheapest are asked first. Of each file a sample of at most --cap is taken, the
same for the same --seed (0 is no limit). A mutant whose object code is that of the file itself is
no mutant. Results are kept in the folder: one that was killed stays so while the file and the test
that killed it are the same, one that survived while all tests and all sources are.

Survivors that do the same as the file are listed in docs/testing.md. They are shown as explained,
and run again only with --fresh.
Exit status: 0 when of each room 95% of the others are killed, else 1.
"""
import argparse
import csv
import glob
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "reference")]

import mutations  # noqa: E402

# Room -> its files, and its unit tests.
ROOMS = {
    "decimal": (["base/decimal.c"], ["base/test_decimal"]),
    "caltime": (["base/caltime.c", "base/zonefile.c", "base/zonerule.c"],
                ["base/test_caltime", "base/test_zonefile", "base/test_timetext"]),
    "windows": (["catalog/window_*.c"], ["catalog/test_windows", "engine/test_measure"]),
    "fold": (["engine/fold.c"], ["engine/test_*"]),
    "diff": (["engine/diff.c"], ["engine/test_*"]),
    "rates": (["engine/rate.c", "engine/commission.c"], ["engine/test_*"]),
}
WANTED = 95  # percent

CFLAGS = ["-std=c11", "-O1", "-Werror", "-fPIC", "-fno-strict-aliasing", "-D_POSIX_C_SOURCE=200809L", "-Iinclude", "-Ilib"]
DIFFERENTIAL_SEEDS = range(1, 81)
JOURNAL_EVERY = 4  # of every so-many-th seed the journal as well
MEMORY = 2 << 30
WAITING = 60  # seconds that a second of work may take on a busy machine


def run(command, seconds, errors=subprocess.STDOUT):
    """(status, output) of a command that may use so many seconds of the processor."""
    def limited():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    with tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                                  timeout=WAITING * seconds, check=False, preexec_fn=limited,
                                  env=dict(os.environ, PRM_SOURCE_ROOT=ROOT))
            status = done.returncode
        except subprocess.TimeoutExpired:
            status = "no end"
        out.seek(0)
        return status, out.read(1 << 20).decode("utf-8", "replace")


def must(command, limit=600):
    status, output = run(command, limit)
    if status != 0:
        sys.exit("mutants: %s\n%s" % (" ".join(command), output))


def digest(*parts):
    total = hashlib.sha256()
    for part in parts:
        total.update(part if isinstance(part, bytes) else part.encode())
        total.update(b"\0")
    return total.hexdigest()


def content(*patterns):
    """A digest of all files that match, with their names."""
    parts = []
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    parts += [os.path.relpath(path, ROOT), file.read()]
    return digest(*parts)


# ---- Building ------------------------------------------------------------------

class Build:
    """Objects of the library, one shared library of them, and programs linked against that."""

    def __init__(self, folder):
        self.folder = folder
        self.shared = os.path.join(folder, "libmutant.so")
        self.tool = os.path.join(folder, "prm")
        self.headers = content("lib/**/*.h", "include/**/*.h", "tests/**/*.h", "tools/*.h")
        os.makedirs(os.path.join(folder, "objects"), exist_ok=True)
        self.sources = sorted(os.path.relpath(path, ROOT) for path in glob.glob(os.path.join(ROOT, "lib/*/*.c")))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def object(self, source):
        return self.path("objects", source.replace("/", "_")[:-2] + ".o")

    def is_new(self, target, command, *sources):
        """Whether `target` is still to be made; notes that it will have been."""
        note = target + ".made"
        wanted = digest(self.headers, " ".join(command), content(*sources))
        if os.path.exists(target) and os.path.exists(note):
            with open(note, encoding="utf-8") as file:
                if file.read() == wanted:
                    return False
        return lambda: open(note, "w", encoding="utf-8").write(wanted)

    def make(self, target, command, *sources):
        done = self.is_new(target, command, *sources)
        if done:
            must(command)
            done()

    def objects(self):
        wanted = {self.object(source) for source in self.sources}
        for path in glob.glob(self.path("objects", "lib_*.o")):
            if path not in wanted:
                os.unlink(path)
        for source in self.sources:
            target = self.object(source)
            self.make(target, ["gcc", *CFLAGS, "-c", source, "-o", target], source)

    def link(self, replaced=None, by=None):
        objects = [by if source == replaced else self.object(source) for source in self.sources]
        must(["gcc", "-shared", "-Wl,-soname,libmutant.so", *objects, "-lyaml", "-lxxhash", "-o", self.shared])

    def program(self, target, sources, *more):
        self.make(target, ["gcc", *CFLAGS, "-Itools", "-I.", "-D_DEFAULT_SOURCE", *sources, "-L" + self.folder,
                           "-lmutant", "-Wl,-rpath," + self.folder, *more, "-o", target], *sources)

    def tests(self, name):
        """The program of tests/`name`.c."""
        target = self.path(name.replace("/", "_"))
        sources = ["tests/%s.c" % name]
        self.program(target, sources, "-lcmocka", "-lpthread")
        return target

    def everything(self):
        self.objects()
        self.link()
        tools = sorted(glob.glob(os.path.join(ROOT, "tools", "*.c")))
        self.program(self.tool, [os.path.relpath(path, ROOT) for path in tools], "-lyaml", "-ljson-c", "-lyajl")


# ---- Suites --------------------------------------------------------------------

class Command:
    """A test that fails by its exit status."""

    def __init__(self, name, command, *sources):
        self.name, self.command = name, command
        self.key = content(*sources, "tests/base/*.h", "tests/engine/*.h")
        self.cost = 0.0

    def measure(self):
        """Must succeed without a mutant; notes how long it works."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        status, output = run(self.command, 600)
        if status != 0:
            sys.exit("mutants: %s fails without a mutant:\n%s" % (self.name, output[-3000:]))
        self.cost = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    def notices(self):
        status, _ = run(self.command, 2 + int(10 * self.cost))
        return self.name if status != 0 else None


class Differential:
    """Generated cases against ledgers that the reference evaluator has worked out."""
    name = "differential"

    def __init__(self, build):
        self.tool, self.folder = build.tool, build.path("cases")
        self.key = content("tests/reference/*.py")
        self.cases, self.cost = [], 0.0

    def measure(self):
        if self.cases:
            return
        from case import Case
        from generate import make
        os.makedirs(self.folder, exist_ok=True)
        for seed in DIFFERENTIAL_SEEDS:
            generator = make(seed)
            case = Case(generator.program(), generator.events().splitlines(), generator.clock)
            path = os.path.join(self.folder, "%s-%d.csv" % (self.key[:16], seed))
            if not os.path.exists(path):
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(case.reference())
            with open(path, encoding="utf-8", newline="") as file:
                case.wanted = file.read()
            folder = os.path.join(self.folder, str(seed))
            program, events = case.save(folder)
            case.command = [self.tool, "run", program, "--events", events, "--format", "csv", "--quiet"]
            case.command += ["--clock", case.clock] if case.clock else []
            shuffled = os.path.join(folder, "shuffled.ndjson")
            with open(shuffled, "w", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in case.shuffled()))
            case.other = [shuffled if part == events else part for part in case.command]
            self.cases.append((seed, case))
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        noticed = self.notices()
        self.cost = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        if noticed:
            sys.exit("mutants: without a mutant: %s" % noticed)

    def rows(self, command):
        status, output = run(command, 5, subprocess.DEVNULL)
        return output if status in (0, 1) else "status %s" % status

    def notices(self):
        from case import net
        for seed, case in self.cases:
            if self.rows(case.command) != case.wanted:
                return "differential seed %d" % seed
            if seed % JOURNAL_EVERY:
                continue
            for command in (case.command, case.other):
                try:
                    if net(self.rows(command + ["--journal"])) != net(case.wanted):
                        return "differential seed %d, journal" % seed
                except (csv.Error, KeyError, TypeError):
                    return "differential seed %d, journal" % seed
        return None


def suites(build, room, differential):
    """The cheapest first, since most notice most."""
    found = [differential]
    for pattern in ROOMS[room][1]:
        for path in sorted(glob.glob(os.path.join(ROOT, "tests", pattern + ".c"))):
            name = os.path.relpath(path, os.path.join(ROOT, "tests"))[:-2]
            found.append(Command(name, [build.tests(name)], "tests/%s.c" % name))
    for folder in ("tests/scenarios", "rules"):
        found.append(Command(folder, [build.tool, "test", folder], folder + "/**/*.yaml", "tools/*.c"))
    for suite in found:
        suite.measure()
    return sorted(found, key=lambda suite: suite.cost)


# ---- Mutants -------------------------------------------------------------------

class Results:
    """What is known of mutants, by digest; written after each."""

    def __init__(self, path, fresh):
        self.path, self.known = path, {}
        if os.path.exists(path) and not fresh:
            with open(path, encoding="utf-8") as file:
                self.known = json.load(file)

    def get(self, key):
        return self.known.get(key)

    def put(self, key, value):
        self.known[key] = value
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.known, file)
        os.replace(self.path + ".new", self.path)


def explained():
    """{(file, before, after)} of the rows of docs/testing.md: | `file` | `before` | `after` | why |."""
    found = set()
    path = os.path.join(ROOT, "docs", "testing.md")
    if not os.path.exists(path):
        return found
    with open(path, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip().replace("\\|", "|") for cell in line.replace("\\|", "\0").split("|")]
            cells = [cell.replace("\0", "|").strip("`") for cell in cells]
            if len(cells) == 6 and cells[1].endswith(".c"):
                found.add((cells[1], cells[2], cells[3]))
    return found


def sample(found, cap, seed, source):
    if not cap or len(found) <= cap:
        return found
    return sorted(random.Random("%d %s" % (seed, source)).sample(found, cap))


class File:
    def __init__(self, build, source):
        self.build, self.source = build, source
        with open(os.path.join(ROOT, source), encoding="utf-8") as file:
            self.text = file.read()
        self.code = self.assembly(self.text)

    def assembly(self, text):
        """What the compiler makes of the text; None where that is no program."""
        done = subprocess.run(["gcc", *CFLAGS, "-x", "c", "-", "-S", "-o", "-"], cwd=ROOT, input=text.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return done.stdout if done.returncode == 0 else None

    def compile(self, mutation):
        """The mutant's object file; None when it is no program, or the same one."""
        code = self.assembly(mutations.apply(self.text, mutation))
        if code is None or code == self.code:
            return None
        path = self.build.path("mutant.s")
        with open(path, "wb") as file:
            file.write(code)
        must(["gcc", "-c", path, "-o", self.build.path("mutant.o")])
        return self.build.path("mutant.o")

    def show(self, mutation):
        before, after = mutations.change(self.text, mutation)
        return "%s:%d\n    - %s\n    + %s" % (
            self.source, mutations.number_of(self.text, mutation.start), before, after)


def judge(file, mutation, asked):
    """{"by": the suite that noticed, "same" or None, "key": of that suite}."""
    target = file.compile(mutation)
    if target is None:
        return {"by": "same", "key": ""}
    file.build.link(file.source, target)
    for suite in asked:
        noticed = suite.notices()
        if noticed:
            return {"by": noticed, "key": suite.key}
    return {"by": None, "key": digest(*(suite.key for suite in asked))}


def still_holds(result, asked):
    if result is None:
        return False
    if result["by"] is None:
        return result["key"] == digest(*(suite.key for suite in asked))
    return result["by"] == "same" or result["key"] in [suite.key for suite in asked]


class Tally:
    def __init__(self):
        self.same, self.killed, self.survived, self.told = 0, 0, 0, 0

    def add(self, result, is_explained):
        self.same += result["by"] == "same"
        self.killed += result["by"] not in (None, "same")
        self.survived += result["by"] is None
        self.told += result["by"] is None and is_explained

    def of(self, others):
        for other in others:
            for name in vars(self):
                setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    def share(self):
        """Of those that are not the file in other words."""
        return 100.0 * self.killed / max(1, self.killed + self.survived - self.told)

    def line(self, name):
        return "%-28s %6d mutants %6d killed %6.1f%% %5d survived, %d of them explained" % (
            name, self.killed + self.survived, self.killed, self.share(), self.survived, self.told)


def files_of(room):
    for pattern in ROOMS[room][0]:
        for path in sorted(glob.glob(os.path.join(ROOT, "lib", pattern))):
            yield os.path.relpath(path, ROOT)


def wanted_of(file, options):
    found = sample(mutations.mutations_of(file.text), options.cap, options.seed, file.source)
    if options.line:
        place = "%s:" % file.source
        found = [one for one in mutations.mutations_of(file.text)
                 if options.line == place + str(mutations.number_of(file.text, one.start))]
    return found


def work_room(build, room, options, results, differential):
    asked, tallies, told = None, [], explained()
    for source in files_of(room):
        file, tally = File(build, source), Tally()
        for mutation in wanted_of(file, options):
            if options.list:
                print(file.show(mutation))
                continue
            if asked is None:
                asked = suites(build, room, differential)
            key = digest(source, file.text, str(mutation.start), mutation.text)
            result = results.get(key)
            is_explained = (source, *mutations.change(file.text, mutation)) in told
            if is_explained and not options.fresh:
                result = {"by": None}
            elif not still_holds(result, asked):
                result = judge(file, mutation, asked)
                results.put(key, result)
            tally.add(result, is_explained)
            if result["by"] is None:
                print("%s %s" % ("explained" if is_explained else "survived ", file.show(mutation)), flush=True)
            elif options.line:
                print("%s: %s" % (result["by"], file.show(mutation)), flush=True)
        build.link()
        print(tally.line(source), flush=True)
        tallies.append(tally)
    return Tally().of(tallies)


def work(options):
    build = Build(os.path.abspath(options.folder))
    build.everything()
    results = Results(build.path("results.json"), options.fresh)
    differential, rooms = Differential(build), {}
    try:
        for room in options.rooms or ROOMS:
            rooms[room] = work_room(build, room, options, results, differential)
    finally:
        build.link()
    if options.list:
        return 0
    print()
    for room, tally in rooms.items():
        print(tally.line(room))
    print(Tally().of(rooms.values()).line("all"))
    good = all(tally.share() >= WANTED for tally in rooms.values())
    return 0 if good else 1


def main():
    arguments = argparse.ArgumentParser(description="Mutants of the core, and which of them the tests notice.")
    arguments.add_argument("rooms", nargs="*", metavar="ROOM", help=" ".join(ROOMS))
    arguments.add_argument("--cap", type=int, default=100, help="mutants of a file at most; 0: all")
    arguments.add_argument("--seed", type=int, default=1, help="of the sample")
    arguments.add_argument("--folder", default=os.path.join(ROOT, "build-mutants"))
    arguments.add_argument("--line", help="FILE:LINE, its mutants alone")
    arguments.add_argument("--fresh", action="store_true", help="forget what is known")
    arguments.add_argument("--list", action="store_true", help="only show the mutants")
    options = arguments.parse_args()
    unknown = [room for room in options.rooms if room not in ROOMS]
    if unknown:
        arguments.error("no room %s; there are: %s" % (unknown[0], " ".join(ROOMS)))
    os.nice(19)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return work(options)


if __name__ == "__main__":
    sys.exit(main())
