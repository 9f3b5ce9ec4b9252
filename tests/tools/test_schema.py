#!/usr/bin/env python3
"""The JSON Schemas that editors use: sound, the same beside the samples as from
the tool, and of one mind with it: they take what it takes, and refuse broken
programs and tests that it refuses too.

    test_schema.py PRM [unittest arguments]     PRM is the path of the tool
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import yaml

PRM = ""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = ("program", "test")
LINE = "# yaml-language-server: $schema="


# ---- YAML as editors read it ---------------------------------------------------

class Core(yaml.CSafeLoader):
    """YAML 1.2's core schema, where `on` is a text and a date is one too; keys are always texts."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def core(tag, pattern, first):
    Core.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(pattern), list(first))


core("null", r"^(?:~|null|Null|NULL|)$", "~nN")
Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])
core("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
core("int", r"^[-+]?[0-9]+$", "-+0123456789")
core("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789")
Core.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node))
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def load(text):
    return yaml.load(text, Loader=Core)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run(*words):
    done = subprocess.run([PRM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout.decode()


def relative(path):
    return os.path.relpath(path, ROOT)


# ---- Files ----------------------------------------------------------------------

def files(*folders):
    found = []
    for folder in folders:
        found += sorted(glob.glob(os.path.join(ROOT, folder, "**", "*.yaml"), recursive=True))
    return found


def test_files(*folders):
    return [path for path in files(*folders) if path.endswith(".test.yaml")]


def program_files(*folders):
    """All others with a version of the language; mappings have none."""
    return [path for path in files(*folders)
            if not path.endswith(".test.yaml") and re.search(r"^prm:", read(path), re.M)]


# ---- What is broken -------------------------------------------------------------

PROGRAM = """\
prm: 1
program: broken
currency: JPY
timezone: Asia/Tokyo
fiscal_year: april
week: monday
month_closes: 20
rounding: half_up
events:
  quiz.passed: {partner: text, rep: text, score: integer}
  quiz.taken_back: {partner: text, rep: text, voids: quiz.passed by rep, within: 90d}
attributes:
  partner: {segment: text, target: integer}
rewards: {stars: points}
measures:
  won: {count: deal.won}
commission:
  on: [deal.won, invoice.paid]
  of: amount
  by_product: {books: 10%}
  min: 1%
  within: 1y of deal.won
  brackets:
    for: partner
    rates: [{from: 0, rate: 10%}, {from: 1000000, rate: 15%}]
  override: [2%, 1%]
ranks:
  per: quarter
  promote: now
  levels:
    bronze: {}
    silver: {when: {sum: amount, of: deal.won, at_least: 1000000}, rate: 15%, by_product: {ma: 20%}}
rules:
  reached:
    title: a rule
    for: [rep, product]
    per: month
    when: {all: [{count: lead.registered, at_least: 10}, {not: {is: partner.segment == "x"}}]}
    then: {cash: 5000, to: rep, rounding: up, hold: 30d}
    limit: {times: 3, per: year}
    max: 10000
    active: {from: 2026-04-01, until: 2026-06-30}
  each:
    each: deal.won
    then: [{stars: 1}, {notice: well done}]
  while:
    while: always
    then: {rate: +5%}
  timed:
    per: month
    when: {value: won, at_least: 3}
    then: {rate: 20%, from: next, lasts: period}
    remind: {before: 7d, notice: soon}
    else: {notice: nothing}
  tiers:
    per: half
    at: close
    pick: highest
    when: {streak: {count: meeting.held, at_least: 3}, per: month}
    tiers: [{at_least: 2, then: {cash: 1}}, {at_least: 3, then: [{cash: 2}]}]
  contest:
    for: rep
    per: fiscal_quarter
    contest: {by: {sum: amount, of: deal.won}, places: [[{cash: 3}, {notice: first}], {cash: 1}]}
"""

# Each is the program above with one text replaced.
BROKEN_PROGRAMS = {
    "an unknown key": ("title: a rule", "tittle: a rule"),
    "an unknown key of the program": ("week: monday", "weeks: monday"),
    "an unknown key of commission": ("  of: amount\n", "  of: amount\n  bas: 10%\n"),
    "an unknown key of a condition": ("{count: meeting.held, at_least: 3}", "{count: meeting.held, atleast: 3}"),
    "an unknown key of a level": ("rate: 15%, by_product", "rates: 15%, by_product"),
    "an unknown key of a limit": ("per: year}", "par: year}"),
    "an unknown owner of attributes": ("  partner: {segment: text,", "  partners: {segment: text,"),
    "no version": ("prm: 1\n", ""),
    "another version": ("prm: 1\n", "prm: 2\n"),
    "no name": ("program: broken\n", ""),
    "a name without a value": ("program: broken\n", "program:\n"),
    "no currency": ("currency: JPY\n", ""),
    "no event type for the commission": ("  on: [deal.won, invoice.paid]\n", ""),
    "no windows for ranks": ("  per: quarter\n  promote", "  promote"),
    "no times in a limit": ("{times: 3, per: year}", "{per: year}"),
    "no rate in a bracket": ("{from: 0, rate: 10%}", "{from: 0}"),
    "no threshold in a tier": ("{at_least: 2, then: {cash: 1}}", "{then: {cash: 1}}"),
    "no time in a reminder": ("{before: 7d, notice: soon}", "{notice: soon}"),
    "no places": (", places: [[{cash: 3}, {notice: first}], {cash: 1}]}", "}"),
    "nothing that triggers": ("    each: deal.won\n", ""),
    "nothing that happens": ("    then: {rate: +5%}\n", ""),
    "nothing measured": ("{value: won, at_least: 3}", "{at_least: 3}"),
    "a misspelt window": ("per: month\n    when: {all", "per: monthly\n    when: {all"),
    "a misspelt month": ("fiscal_year: april", "fiscal_year: apr"),
    "a misspelt day": ("week: monday", "week: mon"),
    "a misspelt rounding": ("rounding: half_up", "rounding: half-up"),
    "a misspelt rounding of an action": ("rounding: up", "rounding: upwards"),
    "a misspelt recipient": ("to: rep", "to: reps"),
    "a misspelt beginning": ("from: next,", "from: tomorrow,"),
    "a misspelt promotion": ("promote: now", "promote: soon"),
    "a misspelt at": ("at: close", "at: end"),
    "a misspelt pick": ("pick: highest", "pick: best"),
    "a misspelt while": ("while: always", "while: forever"),
    "a misspelt type of field": ("score: integer", "score: number"),
    "a misspelt type of attribute": ("{segment: text,", "{segment: string,"),
    "a misspelt type of reward": ("{stars: points}", "{stars: stars}"),
    "a bad name of a field": ("score: integer", "test-score: integer"),
    "a bad name of a measure": ("  won: {count", "  won-deals: {count"),
    "a list where a mapping belongs": ("when: {all: [{count: lead.registered, at_least: 10}, {not: {is: "
                                       "partner.segment == \"x\"}}]}",
                                       "when: [{count: lead.registered, at_least: 10}]"),
    "a mapping where a list belongs": ("tiers: [{at_least: 2, then: {cash: 1}}, {at_least: 3, then: [{cash: 2}]}]",
                                       "tiers: {at_least: 2, then: {cash: 1}}"),
    "a value where a mapping belongs": ("limit: {times: 3, per: year}", "limit: 3"),
    "a list where a value belongs": ("week: monday", "week: [monday]"),
    "a mapping where a value belongs": ("title: a rule", "title: {ja: a rule}"),
    "a mapping where a rate belongs": ("then: {rate: +5%}", "then: {rate: {add: 5%}}"),
    "a mapping where a reward belongs": ("{stars: 1}", "{stars: {count: 1}}"),
    "a rule that is a list": ("  while:\n    while: always\n    then: {rate: +5%}\n",
                              "  while: [{while: always}, {then: {rate: +5%}}]\n"),
    "rules that are a list": ("rules:\n", "rules: []\nrule:\n"),
    "an empty list": ("each: deal.won", "each: []"),
    "a key without a value": ("hold: 30d", "hold: "),
    "an option of rates at a reward": ("{cash: 5000, to: rep,", "{cash: 5000, group: x, to: rep,"),
    "an option of rewards at a rate": ("{rate: +5%}", "{rate: +5%, hold: 30d}"),
    "an option at a notice": ("{notice: well done}", "{notice: well done, hold: 30d}"),
    "a rate and a notice in one action": ("{rate: +5%}", "{rate: +5%, notice: well done}"),
    "a reward and a notice in one action": ("{stars: 1}", "{stars: 1, notice: well done}"),
    "an action without what it does": ("{stars: 1}", "{to: partner}"),
    "an action without keys": ("{stars: 1}", "{}"),
    "a rate that is none": ("{rate: +5%}", "{rate: five percent}"),
    "a rate with a space": ("{rate: +5%}", "{rate: 5 %}"),
    "a rate of a product that is none": ("{books: 10%}", "{books: ten}"),
    "a rate of a level that is none": ("rate: 15%, by_product", "rate: 15%%, by_product"),
    "a least rate that is none": ("min: 1%", "min: low"),
    "a rate of those above that is none": ("override: [2%, 1%]", "override: [2%, half]"),
    "a bracket that is no number": ("{from: 1000000, rate: 15%}", "{from: 1M, rate: 15%}"),
    "a threshold that is none": ("{count: lead.registered, at_least: 10}", "{count: lead.registered, at_least: ten}"),
    "a threshold of a tier that is none": ("{at_least: 2, then", "{at_least: 2 deals, then"),
    "money that is none": ("max: 10000", "max: 10,000"),
    "a whole number that is none": ("times: 3", "times: thrice"),
    "a day of the month that is none": ("month_closes: 20", "month_closes: 20th"),
    "a duration without a unit": ("hold: 30d", "hold: 30"),
    "a duration in words": ("{before: 7d,", "{before: 7 days,"),
    "a duration of nothing": ("{before: 7d,", "{before: 0d,"),
    "a time to last that is none": ("lasts: period", "lasts: forever"),
    "a window that is none": ("within: 1y of deal.won", "within: first year"),
    "a window without a type": ("within: 1y of deal.won", "within: 1y of"),
    "a window of what is voided that is none": ("within: 90d}", "within: 90d of quiz.passed}"),
    "a date that is none": ("{from: 2026-04-01,", "{from: April 1,"),
    "a date with a time": ("{from: 2026-04-01,", "{from: 2026-04-01T00:00:00Z,"),
    "a month that is none": ("until: 2026-06-30}", "until: 2026-13-30}"),
    "a link without its field": ("voids: quiz.passed by rep", "voids: quiz.passed"),
}

# Likewise, but right, though they look less common.
RIGHT_PROGRAMS = {
    "rates without a percent sign": ("override: [2%, 1%]", "override: [0.02, 1e-2]"),
    "a list of one rate": ("override: [2%, 1%]", "override: 2%"),
    "a rate in quotes": ("{rate: +5%}", "{rate: '-5.5%'}"),
    "a threshold that is an attribute": ("{value: won, at_least: 3}", "{value: won, at_least: partner.target}"),
    "a threshold with an exponent": ("{value: won, at_least: 3}", "{value: won, at_least: 3E0}"),
    "a whole number with a sign": ("times: 3", "times: +3"),
    "an exact duration": ("hold: 30d", "hold: 0720h"),
    "months": ("{before: 7d,", "{before: 1mo,"),
    "more spaces": ("within: 1y of deal.won", "within: 1y  of   deal.won"),
    "a link in quotes": ("voids: quiz.passed by rep", "voids: 'quiz.passed by rep'"),
    "a reward that is an expression": ("{stars: 1}", "{stars: amount / 1000, to: partner, rounding: up}"),
}

TEST = """\
program: program.yaml
given:
  - {at: 2026-06-01, type: partner.joined, partner: acme}
tests:
  all sections:
    events:
      - {id: x, at: 2026-06-02, type: deal.won, partner: acme, rep: sato, amount: 1000}
      - {at: 2026-06-03, type: seminar.attended, partner: acme, repeat: 2, every: 1d}
    clock: 2026-06-30
    arrival: as written
    todo: the base of what is broken, which no engine answers
    expect:
      ledger: []
      contains: [{rule: reached, cash: 5}]
      journal: [{op: grant, rule: reached, stars: 5}]
      totals: [{partner: acme, rep: sato, cash: 5}]
      rates: [{partner: acme, at: 2026-06-04, rate: 20%}]
      ranks: [{partner: acme, at: 2026-06-04, rank: bronze}]
      progress: [{rule: reached, partner: acme, value: 1, state: open}]
      rejected: [x]
  from a file:
    program: [program.yaml]
    events: {file: leads.csv}
    todo: there is no such file
    expect: {ledger: []}
  errors:
    program: bad.yaml
    todo: there is no such file
    expect: {errors: [{line: 7, column: 3, number: 204, says: lead.registered}]}
"""

BROKEN_TESTS = {
    "an unknown key": ("given:", "givn:"),
    "an unknown key of a test": ("clock: 2026-06-30", "clok: 2026-06-30"),
    "an unknown section": ("contains:", "contain:"),
    "an unknown key of a rate": ("rate: 20%}", "rat: 20%}"),
    "an unknown key of progress": ("value: 1", "vlaue: 1"),
    "an unknown key of an error": ("says:", "say:"),
    "an unknown key of a source": ("{file: leads.csv}", "{fiel: leads.csv}"),
    "no tests": (TEST[TEST.index("tests:"):], ""),
    "tests that are a list": (TEST[TEST.index("tests:"):], "tests: [{expect: {ledger: []}}]\n"),
    "no expectation": ("    expect: {ledger: []}\n", ""),
    "an empty expectation": ("expect: {ledger: []}", "expect: {}"),
    "an event without a time": ("{at: 2026-06-01, type", "{type"),
    "an event without a type": ("type: partner.joined, ", ""),
    "an event with `time`": ("{at: 2026-06-01,", "{at: 2026-06-01, time: 2026-06-01,"),
    "an event that is a text": ("  - {at: 2026-06-01, type: partner.joined, partner: acme}", "  - partner.joined"),
    "a list as a field": ("partner: acme, rep: sato, amount", "partner: acme, rep: [sato], amount"),
    "a number that is none": ("repeat: 2", "repeat: twice"),
    "a line that is none": ("line: 7", "line: 0"),
    "a row without its recipient": ("totals: [{partner: acme, rep: sato", "totals: [{rep: sato"),
    "a rank without a time": ("at: 2026-06-04, rank", "rank"),
    "a row that names nothing": ("contains: [{rule: reached, cash: 5}]", "contains: [{}]"),
    "a section that names nothing": ("contains: [{rule: reached, cash: 5}]", "contains: []"),
    "a mapping where rows belong": ("contains: [{rule: reached, cash: 5}]", "contains: {rule: reached}"),
    "a time that is none": ("{at: 2026-06-01, type", "{at: June 1, type"),
    "a time without its offset": ("{id: x, at: 2026-06-02,", "{id: x, at: '2026-06-02T10:00:00',"),
    "a clock that is none": ("clock: 2026-06-30", "clock: 2026-06-32"),
    "a step that is none": ("every: 1d", "every: daily"),
    "a step without a unit": ("every: 1d", "every: 1"),
    "a rate that is none": ("rate: 20%}", "rate: a fifth}"),
    "an amount that is none": ("contains: [{rule: reached, cash: 5}]", "contains: [{rule: reached, cash: much}]"),
    "a total that is none": ("rep: sato, cash: 5}]", "rep: sato, cash: 5 yen}]"),
    "a value that is none": ("value: 1", "value: one"),
    "another arrival": ("arrival: as written", "arrival: shuffled"),
    "a misspelt state": ("state: open", "state: opened"),
    "a misspelt op": ("op: grant", "op: granted"),
}

# What `prm test` finds only when the test runs, which those above do not get to.
FOUND_LATER = {
    "a misspelt state": ("progress: [{rule: each, state: opened}]", "'opened' in 'state' is none of "),
    "a misspelt op": ("journal: [{op: granted}]", "'granted' in 'op' is none of "),
    "a time that is none": ("ledger: [{at: June 1}]", "'June 1' in 'at' is no time"),
    "a time without its offset": ("ranks: [{partner: acme, at: 2026-06-02T10:00:00, rank: bronze}]", ""),
    "a clock that is none": ("ledger: []\n    clock: 2026-06-32", "clock: "),
    "a rate that is none": ("rates: [{partner: acme, at: 2026-06-02, rate: a fifth}]", "the rate is the whole one"),
    "an amount that is none": ("contains: [{cash: much}]", "'much' in 'cash' is no amount"),
    "a total that is none": ("totals: [{partner: acme, cash: 5 yen}]", "'5 yen' in 'cash' is no amount"),
    "a value that is none": ("progress: [{rule: each, value: one}]", "'one' in 'value' is no number"),
}


# ---- Tests ----------------------------------------------------------------------

class Case(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.schemas, cls.validators = {}, {}
        for kind in KINDS:
            cls.schemas[kind] = json.loads(subprocess.check_output([PRM, "schema", kind]).decode())
            cls.validators[kind] = jsonschema.Draft7Validator(cls.schemas[kind])

    def taken(self, kind, text):
        return self.validators[kind].is_valid(load(text))

    def expect_taken(self, kind, text):
        found = ["/".join(map(str, error.absolute_path)) + ": " + error.message[:300]
                 for error in self.validators[kind].iter_errors(load(text))]
        self.assertEqual(found, [])

    def in_folder(self, name, text):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        path = os.path.join(holder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def broken(self, text, replaced, by):
        self.assertEqual(text.count(replaced), 1, replaced)
        return text.replace(replaced, by)


class Schemas(Case):
    def test_draft(self):
        for kind, schema in self.schemas.items():
            with self.subTest(kind=kind):
                self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")
                jsonschema.Draft7Validator.check_schema(schema)

    def test_copies(self):
        for kind, schema in self.schemas.items():
            with self.subTest(kind=kind):
                self.assertEqual(json.loads(read(os.path.join(ROOT, "rules", kind + ".schema.json"))), schema,
                                 "rules/%s.schema.json is old: run ./dev schemas" % kind)

    def test_references(self):
        """Each leads somewhere, and each definition is used."""
        for kind, schema in self.schemas.items():
            used = re.findall(r'"#/definitions/(\w+)"', json.dumps(schema))
            with self.subTest(kind=kind):
                self.assertEqual(set(used), set(schema["definitions"]))

    def test_keys_explain_themselves(self):
        for kind, schema in self.schemas.items():
            for place, definition in schema["definitions"].items():
                for key, value in definition.get("properties", {}).items():
                    with self.subTest(kind=kind, place=place, key=key):
                        self.assertGreater(len(value["description"]), 5)

    def test_completions(self):
        """What an editor offers where one types."""
        def offered(place, key):
            return re.findall(r'"enum": (\[.*?\])', json.dumps(self.schemas["program"]["definitions"][place]
                                                                ["properties"][key]))
        self.assertIn('["next", "now", "period", "next_period"]', offered("action", "from"))
        self.assertIn('["partner", "rep", "customer", "product", "referrer", "parent"]', offered("rule", "for"))
        self.assertIn('["period"]', offered("action", "lasts"))
        types = self.schemas["program"]["definitions"]["type_name"]["anyOf"][0]["enum"]
        self.assertIn("deal.won", types)
        self.assertEqual(len(types), 20)
        states = self.schemas["test"]["definitions"]["expect"]["properties"]["progress"]
        self.assertIn('"enum": ["open", "reached", "missed", "waiting", "not_eligible", "inactive"]',
                      json.dumps(states))

    def test_misuse(self):
        self.assertEqual(run("schema", "rules")[0], 2)
        self.assertEqual(run("schema")[0], 2)
        self.assertEqual(run("schema", "program", "test")[0], 2)


class Taken(Case):
    """All programs and tests of the repository, but for those that are to be wrong."""

    def test_programs(self):
        paths = [path for path in program_files("rules", "tests/scenarios", "tests/property")
                 if "/errors/" not in path]
        self.assertGreater(len(paths), 40)
        for path in paths:
            with self.subTest(path=relative(path)):
                self.expect_taken("program", read(path))

    def test_tests(self):
        paths = test_files("rules", "tests/scenarios")
        self.assertGreater(len(paths), 40)
        for path in paths:
            with self.subTest(path=relative(path)):
                self.expect_taken("test", read(path))

    def test_less_common_forms(self):
        for what, (replaced, by) in RIGHT_PROGRAMS.items():
            text = self.broken(PROGRAM, replaced, by)
            with self.subTest(program=what):
                self.expect_taken("program", text)
                status, said = run("check", self.in_folder("program.yaml", text))
                self.assertEqual(status, 0, said)

    def test_samples_name_their_schema(self):
        for kind, paths in (("program", program_files("rules")), ("test", test_files("rules"))):
            for path in paths:
                with self.subTest(path=relative(path)):
                    first = read(path).split("\n", 1)[0]
                    self.assertTrue(first.startswith(LINE), first)
                    schema = os.path.join(os.path.dirname(path), first[len(LINE):])
                    self.assertEqual(os.path.normpath(schema),
                                     os.path.join(ROOT, "rules", kind + ".schema.json"))


class Refused(Case):
    def test_programs(self):
        self.expect_taken("program", PROGRAM)
        status, said = run("check", self.in_folder("program.yaml", PROGRAM))
        self.assertEqual(status, 0, said)
        for what, (replaced, by) in BROKEN_PROGRAMS.items():
            text = self.broken(PROGRAM, replaced, by)
            with self.subTest(program=what):
                self.assertFalse(self.taken("program", text), "the schema takes it")
                status, said = run("check", self.in_folder("program.yaml", text))
                self.assertEqual(status, 1, said)
                self.assertRegex(said, r": error( \d+)?: ")

    def test_tests(self):
        self.expect_taken("test", TEST)
        status, said = run("test", self.in_folder("broken.test.yaml", TEST))
        self.assertEqual((status, ": error: " in said), (0, False), said)
        for what, (replaced, by) in BROKEN_TESTS.items():
            text = self.broken(TEST, replaced, by)
            with self.subTest(tests=what):
                self.assertFalse(self.taken("test", text), "the schema takes it")
                if what in FOUND_LATER:
                    continue
                status, said = run("test", self.in_folder("broken.test.yaml", text))
                self.assertEqual(status, 1, said)
                self.assertRegex(said, r": error( \d+)?: ")

    def test_found_later(self):
        """Of a program that is there, the tool refuses these too."""
        for what, (row, message) in FOUND_LATER.items():
            path = self.in_folder("program.yaml", PROGRAM)
            with open(path[:-len(".yaml")] + ".test.yaml", "w", encoding="utf-8") as file:
                file.write("program: program.yaml\ntests:\n  t:\n    events:\n"
                           "      - {at: 2026-06-02, type: deal.won, partner: acme, amount: 1000}\n"
                           "    expect:\n      " + row + "\n")
            status, said = run("test", path[:-len(".yaml")] + ".test.yaml")
            with self.subTest(tests=what):
                self.assertEqual(status, 1, said)
                self.assertRegex(said, ":[78]:[0-9]+: error: " + re.escape(message))


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
