#!/usr/bin/env python3
"""The documentation, run: every example, command, output, link and key that it shows.

    test_docs.py PRM [unittest arguments]     PRM is the path of the tool

Pages are README.md, docs/**/*.md and rules/**/*.md. What a block is, its first line says:

    ```yaml                a whole program (`prm:`), its tests (`tests:`), a mapping (`mapping:`) or assumptions (`assume:`)
    ```yaml fragment       keys of a program; what is missing of the head is added behind them
    ```yaml wrong          the same, but it must be refused, with what the next block shows
    ```yaml as NAME        a whole program, in a file of that name
    ```csv NAME            a file of events
    ```yaml from PATH      lines that stand in that file just so; `# ...` stands for lines left out
    ```                    what the block before it prints
    ```text                a picture, such as a grammar
    ```c                   a program that tests/install builds and runs
    ```sh, or indented     commands, and what they print

Tests run against the program above them. In the cookbook, *words* are names of tests.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

PRM = ""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

HEAD = {"prm": "1", "program": "example", "currency": "JPY", "timezone": "Asia/Tokyo"}
COMMISSION = "commission: {on: deal.won, of: amount, base: 15%}\n"
COMMANDS = ("prm", "./dev", "cc", "meson", "apt-get", "git", "python3")  # only prm's are run


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Block:
    def __init__(self, line, info, lines):
        self.line = line  # of its text, from 1
        self.info = info  # what stands behind the fence; None of an indented block
        self.text = "".join(line + "\n" for line in lines)

    def keys(self):
        return re.findall(r"^(\w+):", self.text, re.M)


def blocks_of(text):
    """The fenced and the indented blocks of a page, in order, and its prose."""
    blocks, prose, held, start, fence = [], [], [], 0, None
    for number, line in enumerate(text.split("\n") + [""], 1):
        if fence is not None:
            if line == "```":
                blocks.append(Block(start, fence, held))
                fence, held = None, []
            else:
                held.append(line)
        elif line.startswith("```"):
            fence, held, start = line[3:].strip(), [], number + 1
        elif line.startswith("    ") and (held or not prose or prose[-1] == ""):
            start = start if held else number
            held.append(line[4:])
        else:
            if held:
                blocks.append(Block(start, None, held))
                held = []
            prose.append(line)
    if fence is not None:
        raise ValueError("a block has no end")
    return blocks, "\n".join(prose)


def whole(fragment):
    """The program that a fragment stands for; what is added stands behind it, so that lines stay."""
    keys = re.findall(r"^(\w+):", fragment, re.M)
    text = fragment + "".join("%s: %s\n" % item for item in HEAD.items() if item[0] not in keys)
    if "rate:" in fragment and "commission" not in keys:
        text += COMMISSION
    return text


def commands_of(text):
    """The commands of a block, continued lines as one, without comments."""
    joined = text.replace("\\\n", " ")
    return [re.sub(r"\s+# .*", "", line).strip() for line in joined.splitlines() if line.strip()]


def dev_help():
    """What ./dev says of itself, which does not say that it says it."""
    return subprocess.check_output([os.path.join(ROOT, "dev"), "help"]).decode() + "./dev help \n"


def names_a_command(text):
    words = text.split()
    return bool(words) and words[0] in COMMANDS


class Page:
    def __init__(self, path):
        self.path = path
        self.text = read(path)
        self.blocks, self.prose = blocks_of(self.text)

    def where(self, block):
        return "%s:%d" % (self.path, block.line)

    def __str__(self):
        return self.path


def pages():
    patterns = ("README.md", "docs/*.md", "docs/*/*.md", "rules/*.md", "rules/*/*.md")
    found = [path for pattern in patterns for path in sorted(glob.glob(os.path.join(ROOT, pattern)))]
    return [Page(os.path.relpath(path, ROOT)) for path in found]


def is_elided(block, lines):
    """Whether the block's lines stand in the file, one run of them after the other, equally indented."""
    runs = [run.strip("\n").split("\n") for run in re.split(r"^ *# \.\.\.\n", block, flags=re.M)]
    at = 0
    for run in [run for run in runs if run != [""]]:
        wanted = textwrap.dedent("\n".join(run)).split("\n")
        while at + len(run) <= len(lines):
            if textwrap.dedent("\n".join(lines[at:at + len(run)])).split("\n") == wanted:
                break
            at += 1
        else:
            return False
        at += len(run)
    return True


class Run(unittest.TestCase):
    """Runs a page's blocks in order, in a folder where the repository's files are at hand."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        os.makedirs(os.path.join(self.folder, "bin"))
        os.symlink(PRM, os.path.join(self.folder, "bin", "prm"))
        for name in ("rules", "docs", "dev"):
            os.symlink(os.path.join(ROOT, name), os.path.join(self.folder, name))
        self.environment = dict(os.environ, NO_COLOR="1",
                                PATH=os.path.join(self.folder, "bin") + os.pathsep + os.environ["PATH"])

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_command(self, command):
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=120)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def expect(self, command, status=0):
        got, out, errors = self.run_command(command)
        self.assertEqual(got, status, "%s\n%s%s" % (command, out, errors))
        return out + errors

    # ---- Blocks ----

    def check(self, text):
        """The program, without an error and without a warning."""
        self.write("program.yaml", text)
        output = self.expect("prm check program.yaml")
        self.assertNotIn("warning", output)
        return output

    def run_yaml(self, block, kind):
        if kind == "fragment":
            return self.check(whole(block.text))
        if kind == "wrong":
            self.write("program.yaml", whole(block.text))
            output = self.expect("prm check program.yaml", 1)
            return output[:output.rindex("\n", 0, -1) + 1]  # without the count of errors
        if kind.startswith("as "):
            self.write(kind[3:], block.text)
            return self.expect("prm check " + kind[3:])
        if kind.startswith("from "):
            lines = read(kind[5:]).split("\n")
            self.assertTrue(is_elided(block.text, lines), "these lines do not stand in " + kind[5:])
            return None
        self.assertEqual(kind, "", "no such kind of example")
        if "prm" in block.keys():
            return self.check(block.text)
        if "mapping" in block.keys():
            return self.run_mapping(block.text)
        if "assume" in block.keys():
            return self.run_assumptions(block.text)
        self.assertIn("tests", block.keys(), "neither a program nor its tests nor a mapping: a fragment?")
        return None

    def run_tests(self, text, fails):
        self.write("program.test.yaml", text)
        return self.expect("prm test program.test.yaml", 1 if fails else 0)

    def run_mapping(self, text):
        """Every column that the mapping reads is there, in one row."""
        columns = {"product"} | set(re.findall(r"(?<!\{)\{(\w+)\}", text))
        columns |= set(re.findall(r"[{ ](\w+): (?:present|\[)", text))
        tables = re.findall(r"file: ([\w.]+), key: (\w+), value: (\w+)", text)
        for file, key, value in tables:
            self.write(file, "%s,%s\nx,y\n" % (key, value))
        self.write("mapping.yaml", text)
        self.write("rows.csv", ",".join(sorted(columns)) + "\n")
        self.write("program.yaml", whole(COMMISSION))
        return self.expect("prm run program.yaml --map mapping.yaml --events rows.csv")

    def run_assumptions(self, text):
        self.write("assume.yaml", text)
        self.write("none.csv", "id,type,time\n")
        self.write("busier.yaml", whole(COMMISSION))
        return self.expect("prm diff busier.yaml busier.yaml --events none.csv --assume assume.yaml")

    def run_commands(self, block):
        output = ""
        for command in commands_of(block.text):
            words = command.split()
            if words[0] == "prm":
                output += self.expect(command)
            elif words[0] == "./dev":
                self.assertIn("./dev %s " % words[1], dev_help(), command)
            else:
                self.assertIsNotNone(shutil.which(words[0]), command)
        return output

    # ---- Data ----

    def run_data(self, block, said):
        """Events that are taken, columns as they are, or what a command above it prints."""
        first = block.text.split("\n", 1)[0]
        if first.startswith(("id,type,time", "{")):
            name = "events.csv" if first.startswith("id") else "events.ndjson"
            self.write(name, block.text)
            self.write("program.yaml", whole(COMMISSION.replace("JPY", "USD")).replace("JPY", "USD"))
            self.assertIn("rejected 0, too late 0\nunreadable 0,",
                          self.expect("prm run program.yaml --events " + name))
            return
        if first.startswith("op,"):
            self.write("none.csv", "id,type,time\n")
            self.write("program.yaml", whole(COMMISSION))
            output = self.expect("prm run program.yaml --events none.csv --quiet --format csv")
            self.assertEqual(block.text, output)
            return
        for line in block.text.splitlines():
            self.assertIn(line + "\n", said)

    # ---- Pages ----

    def step(self, page, at, said):
        """Runs one block; what it printed, or None."""
        block = page.blocks[at]
        following = page.blocks[at + 1] if at + 1 < len(page.blocks) else None
        shown = following.text if following is not None and following.info == "" else None
        words = (block.info or "").split(" ", 1) + [""]
        if words[0] == "yaml":
            output = self.run_yaml(block, words[1])
            if output is None and not words[1]:
                output = self.run_tests(block.text, shown is not None and "FAILED" in shown)
            if words[1] == "wrong":
                self.assertIsNotNone(shown, "what is wrong is shown")
            if shown is not None:
                self.assertEqual(output, shown)
            return output
        if words[0] == "sh" or (block.info is None and names_a_command(block.text)):
            return self.run_commands(block)
        if block.info is None:
            self.run_data(block, said)
        elif words[0] == "csv":
            self.write(words[1], block.text)
        elif block.info == "":
            printed = at > 0 and (page.blocks[at - 1].info or "").startswith("yaml")
            self.assertTrue(printed or page.path in PICTURES, "nothing says what this block is")
        elif block.info not in ("text", "c"):
            self.fail("no such kind of block: " + block.info)
        return None

    def test_blocks(self):
        for page in pages():
            said = ""
            for at, block in enumerate(page.blocks):
                with self.subTest(place=page.where(block)):
                    said += self.step(page, at, said) or ""


# Pages whose bare blocks are pictures: the grammar of identities.
PICTURES = ("docs/architecture.md",)


class Words(unittest.TestCase):
    """What the prose names is there."""

    def test_links(self):
        for page in pages():
            base = os.path.dirname(page.path)
            for target in re.findall(r"\]\(([^)\s]+)\)", page.prose):
                with self.subTest(page=str(page), link=target):
                    if "://" in target:
                        continue
                    path, _, anchor = target.partition("#")
                    path = os.path.normpath(os.path.join(base, path)) if path else page.path
                    self.assertTrue(os.path.exists(os.path.join(ROOT, path)), "no such file")
                    if anchor:
                        self.assertIn(anchor, headings(read(path)))

    def test_files(self):
        """Paths in backquotes, from the repository's root."""
        for page in pages():
            for path in re.findall(r"`((?:docs|rules|lib|tools|tests|include|bindings|bench)/[\w./-]*)`",
                                   page.prose):
                with self.subTest(page=str(page), path=path):
                    if not re.search(r"[A-Z]{4}", path):
                        self.assertTrue(os.path.exists(os.path.join(ROOT, path)), "no such file")

    def test_verbs(self):
        """Commands in backquotes."""
        known = set(re.findall(r"^  prm ([a-z]+) ", subprocess.check_output([PRM, "help"]).decode(), re.M))
        for page in pages():
            for tool, verb in re.findall(r"`(prm|\./dev) ([a-z]+)\b", page.prose):
                with self.subTest(page=str(page), verb=verb):
                    if tool == "prm":
                        self.assertIn(verb, known)
                    else:
                        self.assertIn("./dev %s " % verb, dev_help())

    def test_options(self):
        """Every option of the tool stands in docs/cli.md or docs/testing-programs.md, and no other does."""
        text = read("docs", "cli.md") + read("docs", "testing-programs.md")
        known = {"--version"}
        for verb in re.findall(r"^  prm ([a-z]+) ", subprocess.check_output([PRM, "help"]).decode(), re.M):
            if verb != "help":
                out = subprocess.check_output([PRM, "help", verb]).decode()
                known |= set(re.findall(r"^  (--[a-z-]+)", out, re.M))
        shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
        self.assertEqual(shown - known, set())
        self.assertEqual(known - shown - {"--help"}, set())


def headings(text):
    """The anchors that a page offers, as GitHub names them."""
    found = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found]


class Language(unittest.TestCase):
    """docs/language.md leaves out no key, no event type, no field and no function."""

    def setUp(self):
        self.text = read("docs", "language.md")

    def sources(self, folder, pattern):
        found = set()
        for name in sorted(os.listdir(os.path.join(ROOT, "lib", folder))):
            if name.endswith(".c"):
                found |= set(re.findall(pattern, read("lib", folder, name)))
        self.assertTrue(found)
        return found

    def test_keys(self):
        """In backquotes, not in an example alone."""
        named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", blocks_of(self.text)[1]))))
        self.assertEqual(self.sources("compile", r'\{"(\w+)", PRM_SCHEMA_') - named, set())

    def test_every_key(self):
        """A row for each key of each place, in the order of the compiler's tables, with its meaning and
        example from there; required as it says; and a type, a default and known numbers of findings."""
        schema = json.loads(subprocess.check_output([PRM, "schema", "program"]).decode())["definitions"]
        places = [definition for definition in schema.values() if "properties" in definition]
        section = re.search(r"^## Every key$(.*?)^## ", self.text, re.M | re.S).group(1)
        tables = [re.findall(r"^\| `(.*?)` \| (.*) \| (.*) \| (.*) \| `(.*)` \| (.*) \|$", part, re.M)
                  for part in section.split("\n### ")[1:]]
        known = set(re.findall(r"^\| (\d{3}) \|", read("docs", "diagnostics.md"), re.M))
        self.assertEqual([len(table) for table in tables], [len(place["properties"]) for place in places])
        for place, table in zip(places, tables):
            for (name, value), row in zip(place["properties"].items(), table):
                with self.subTest(key=name, meaning=row[3]):
                    self.assertEqual((row[0], "%s. Example: `%s`" % (row[3], row[4])), (name, value["description"]))
                    self.assertEqual(row[2] == "required", name in place.get("required", []))
                    self.assertTrue(row[1].strip())
                    self.assertEqual(set(re.findall(r"\d+", row[5])) - known, set())
                    self.assertRegex(row[5], r"^\d{3}((,| to) \d{3})*$")

    def test_events(self):
        rows = dict(re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (.*?) \|", self.text, re.M))
        builtins = re.findall(r'\{"([a-z]+\.[a-z]+)",\s+PRM_VOCAB_\w+,\s+\S+,\s+\S+,\s+\{(.*?)\}\}',
                              read("lib", "lang", "vocabulary.c"), re.S)
        self.assertEqual(set(rows), {name for name, _ in builtins})
        for name, fields in builtins:
            written = re.sub(r"[`*]", "", rows[name]).replace(" and attributes", "")
            shown = {":".join(reversed(field.split())) if field[0] in "bdimpt" and " " in field else field
                     for field in re.split(r", ", written)}
            with self.subTest(type=name):
                self.assertEqual(shown, set(re.findall(r'"(.*?)"', fields)))

    def test_functions(self):
        for name in self.sources("catalog", r'\.name = "(\w+)"'):
            with self.subTest(name=name):
                self.assertIn(name, self.text)

    def test_numbers(self):
        """Every finding is named where one meets it: "(501)", "(102 to 106, 109)", "is 212"."""
        known = set(re.findall(r"^\| (\d{3}) \|", read("docs", "diagnostics.md"), re.M))
        prose = blocks_of(self.text)[1]
        named = set(re.findall(r"(?<=[(\s])([1-69]\d\d)(?=[,;):.\s])", prose))
        for first, last in re.findall(r"(\d{3})\s+to\s+(\d{3})", prose):
            named |= {str(number) for number in range(int(first), int(last) + 1)}
        self.assertEqual(known - named, set())


class Cookbook(unittest.TestCase):
    """docs/cookbook.md goes through every campaign, and the tests that it names are there."""

    def setUp(self):
        parts = re.split(r"^## (?=\d\d )", read("docs", "cookbook.md"), flags=re.M)
        self.campaigns = {part[:2]: part for part in parts[1:]}

    def test_campaigns(self):
        folders = [name for name in sorted(os.listdir(os.path.join(ROOT, "rules"))) if name[:2].isdigit()]
        self.assertEqual([name[:2] for name in folders], list(self.campaigns))
        for folder in folders:
            with self.subTest(folder=folder):
                self.assertIn("    prm test rules/%s\n" % folder, self.campaigns[folder[:2]])
                self.assertRegex(self.campaigns[folder[:2]], r"```yaml from rules/%s/" % folder)

    def test_names_of_tests(self):
        for number, text in self.campaigns.items():
            names = set()
            for path in glob.glob(os.path.join(ROOT, "rules", number + "-*", "*.test.yaml")):
                names |= set(re.findall(r"^  (\S.*):$", read(path), re.M))
            cited = re.findall(r"(?<![\w*])\*([^*\n]+(?:\n[^*\n]+)?)\*(?![\w*])", blocks_of(text)[1])
            self.assertTrue(cited, number)
            for name in cited:
                with self.subTest(campaign=number, name=name):
                    self.assertIn(" ".join(name.split()), names)


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
