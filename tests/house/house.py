#!/usr/bin/env python3
"""Keeps the house in order: what docs/architecture.md says about floors, names,
calls and exports, as checks on the sources and on the built library.

    house.py sources ROOT                  the source tree
    house.py binaries ROOT SHARED STATIC   libprm.so and the static library of the same objects
    house.py self-test                     each check finds the sin it is there for
"""

import collections
import os
import re
import subprocess
import sys

# Floor -> the floors that it may include besides its own.
FLOORS = {
    "base": (),
    "catalog": ("base",),
    "program": ("base", "catalog"),
    "lang": ("base", "catalog"),
    "compile": ("base", "catalog", "program", "lang"),
    "engine": ("base", "catalog", "program"),
    "state": ("base", "catalog", "program", "engine"),
    "api": ("base", "catalog", "program", "lang", "compile", "engine", "state"),
}

# Headers of other projects -> the floors that may include them.
FOREIGN = {"yaml.h": ("lang",), "xxhash.h": ("base",)}

LIBC_HEADERS = {
    "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h",
    "stdint.h", "stdio.h", "stdlib.h", "string.h",
}

TOOL_HEADERS = LIBC_HEADERS | {
    "ctype.h", "dirent.h", "fcntl.h", "locale.h", "math.h", "signal.h", "sys/ioctl.h", "sys/mman.h",
    "sys/random.h", "sys/stat.h", "sys/time.h", "sys/types.h", "termios.h", "time.h", "unistd.h",
    "prm/prm.h", "yaml.h",
}

# The one file that writes any, and what it may use for that.
FILE_ROOM = "lib/api/api_file.c"
FILE_HEADERS = {"fcntl.h", "unistd.h"}
FILE_CALLS = {"open", "write", "fsync", "close", "rename", "link", "unlink", "mkstemp", "fdatasync", "ftruncate"}

# Calls that a good guest does not make, and why.
BANNED_CALLS = {}
for _why, _names in {
    "binary floating point, and the locale": "strtod strtof strtold atof",
    "no error, or undefined overflow": "atoi atol atoll",
    "the stack is not ours to fill": "alloca",
    "the locale is the host's": "setlocale localeconv newlocale uselocale nl_langinfo strcoll strxfrm toupper"
                                " tolower isalpha isdigit isspace isalnum isupper islower isprint ispunct",
    "the environment is the host's": "getenv secure_getenv setenv unsetenv putenv",
    "a library prints nothing": "printf fprintf vprintf vfprintf dprintf vdprintf puts fputs putchar putc"
                                " fputc fwrite perror psignal syslog",
    "no bound": "sprintf vsprintf gets strcpy strcat stpcpy scanf fscanf sscanf vsscanf",
    "a library never ends its host": "exit _exit _Exit quick_exit abort assert raise kill atexit",
    "no wall clock": "time clock clock_gettime gettimeofday timespec_get localtime localtime_r gmtime gmtime_r"
                     " mktime timegm strftime strptime tzset difftime ctime asctime",
    "nothing runs beside us": "system popen fork execv execl execve execvp pthread_create thrd_create signal"
                              " sigaction setjmp longjmp",
    "not the same twice": "rand srand random srandom rand_r drand48 getrandom arc4random",
    "hidden static state": "strtok strerror tmpnam getopt",
    "it allocates behind our back": "strdup strndup asprintf vasprintf getline qsort",
}.items():
    for _name in _names.split():
        BANNED_CALLS[_name] = _why

# Memory comes from the host's allocator; only its default is malloc.
ALLOCATION_CALLS = {"malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "reallocarray"}
ALLOCATION_FILES = {"lib/base/alloc.c"}

BANNED_WORDS = {
    "long": "its size depends on the platform: use int64_t or size_t",
    "float": "no binary floating point",
    "double": "no binary floating point",
    "wchar_t": "texts are UTF-8",
}

# What libprm.so may ask of others.
ALLOWED_IMPORTS = re.compile(
    r"^(yaml_\w+|XXH\w+"
    r"|mem(cpy|move|set|cmp|chr|rchr)|bcmp|str(len|nlen|cmp|ncmp|chr|rchr|str|spn|cspn|pbrk)|bsearch"
    r"|malloc|realloc|free"
    r"|v?snprintf|fopen(64)?|fread|fclose|fseek|ferror|feof|__errno_location"
    r"|open(64)?|write|fsync|close|rename|link|unlink"
    r"|__(v?snprintf|memcpy|memmove|memset|fread)_chk"
    r"|__stack_chk_fail|__cxa_finalize|__gmon_start__|_ITM_\w+|__tls_get_addr)$")

WRITABLE_SECTION = re.compile(r"^(\*COM\*|\.(bss|data|tbss|tdata|ctors|dtors|init_array|fini_array)(\.(?!rel\.ro)\S*)?)$")

LIBRARY_LINES = 700

Finding = collections.namedtuple("Finding", "path line text")


# ---- Reading C -----------------------------------------------------------------

_TOKEN = re.compile(r"""
      (?P<comment> /\*.*?(?:\*/|\Z) | //(?:\\\n|[^\n])* )
    | (?P<literal> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    """, re.S | re.X)


def blank(text):
    """The text's line ends alone, so that what follows keeps its line number."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return _TOKEN.sub(lambda m: blank(m.group()) if m.group("comment") else m.group(), text)


def code_only(text):
    """Neither comments nor the insides of literals; includes keep their names."""
    def replace(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if match.group("comment") or not re.match(r"\s*#\s*include\b", text[start:match.start()]):
            return blank(match.group())
        return match.group()
    return _TOKEN.sub(replace, text)


class Source:
    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8") as file:
            self.text = file.read()
        self.code = code_only(self.text)
        self.floor = path.split("/")[1] if path.startswith("lib/") and path.count("/") > 1 else None

    def line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def find(self, pattern, text=None):
        for match in re.finditer(pattern, self.code if text is None else text, re.M):
            yield self.line(match.start()), match

    def includes(self):
        """(line, name, is_quoted) of each include."""
        for line, match in self.find(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]'):
            yield line, match.group(2), match.group(1) == '"'


def sources(root, *folders, suffixes=(".c", ".h")):
    found = []
    for folder in folders:
        for directory, names, files in os.walk(os.path.join(root, folder)):
            names.sort()
            for name in sorted(files):
                if name.endswith(suffixes):
                    found.append(Source(root, os.path.relpath(os.path.join(directory, name), root)))
    return found


def resolve(source, name, known):
    """The path in this repository that `#include "name"` means, or None."""
    for candidate in (os.path.normpath(os.path.join(os.path.dirname(source.path), name)),
                      "lib/" + name, "include/" + name):
        if candidate in known:
            return candidate
    return None


# ---- Checks on the sources -------------------------------------------------------

def check_floors(root):
    library = sources(root, "lib")
    known = {s.path for s in library} | {s.path for s in sources(root, "include")}
    for source in library:
        if source.floor not in FLOORS:
            yield Finding(source.path, 1, "is on no floor of the house")
            continue
        for line, name, quoted in source.includes():
            target = resolve(source, name, known)
            if target is None:
                if name in FOREIGN:
                    if source.floor not in FOREIGN[name]:
                        yield Finding(source.path, line, "%s is for lib/%s alone" % (name, FOREIGN[name][0]))
                elif quoted:
                    yield Finding(source.path, line, "includes %s, which is not there" % name)
                elif name not in LIBC_HEADERS and not (source.path == FILE_ROOM and name in FILE_HEADERS):
                    yield Finding(source.path, line, "includes %s, which is no header of the C library that we use" % name)
            elif target.startswith("lib/"):
                floor = target.split("/")[1]
                if floor != source.floor and floor not in FLOORS[source.floor]:
                    yield Finding(source.path, line, "floor %s must not include %s" % (source.floor, target))
                if target.endswith(".c"):
                    yield Finding(source.path, line, "includes a .c file")


def check_cycles(root):
    every = sources(root, "lib", "include", "tools")
    known = {s.path: s for s in every}
    edges = {s.path: [(line, t) for line, name, _ in s.includes()
                      for t in [resolve(s, name, known)] if t] for s in every}
    state = {}
    for start in edges:
        if start in state:
            continue
        path, stack = [start], [iter(edges[start])]
        state[start] = "open"
        while stack:
            line, target = next(stack[-1], (0, None))
            if target is None:
                stack.pop()
                state[path.pop()] = "done"
            elif state.get(target) == "open":
                ring = path[path.index(target):] + [target]
                yield Finding(path[-1], line, "include cycle: " + " -> ".join(ring))
            elif target not in state:
                state[target] = "open"
                path.append(target)
                stack.append(iter(edges[target]))


def check_unique_names(root):
    seen = {}
    for source in sources(root, "lib"):
        name = os.path.basename(source.path)
        if name in seen:
            yield Finding(source.path, 1, "has the file name of %s" % seen[name])
        seen[name] = source.path


def may_format(source):
    """Texts for people are made on few floors; the engine has one room for them."""
    return source.floor in ("base", "program", "lang", "compile", "api") or str(source.path) == "lib/engine/answer.c"


def check_calls(root):
    for source in sources(root, "lib"):
        for line, match in source.find(r"(?<![\w.])(?<!->)(\w+)\s*\("):
            name = match.group(1)
            if name in BANNED_CALLS:
                yield Finding(source.path, line, "%s(): %s" % (name, BANNED_CALLS[name]))
            if name in ALLOCATION_CALLS and source.path not in ALLOCATION_FILES:
                yield Finding(source.path, line, "%s(): memory comes from base/alloc" % name)
            if name in FILE_CALLS and source.path != FILE_ROOM:
                yield Finding(source.path, line, "%s(): files are written in %s alone" % (name, FILE_ROOM))
            if name in ("snprintf", "vsnprintf") and not may_format(source):
                yield Finding(source.path, line, "%s(): nothing is formatted on floor %s" % (name, source.floor))


def check_words(root):
    for source in sources(root, "lib"):
        for line, match in source.find(r"\b(%s)\b" % "|".join(BANNED_WORDS)):
            yield Finding(source.path, line, "%s: %s" % (match.group(), BANNED_WORDS[match.group()]))
        for line, match in source.find(r"\b(constructor|destructor|__thread|_Thread_local|thread_local)\b"):
            yield Finding(source.path, line, "%s: no state and no code outside of calls" % match.group())
        formats = without_comments(source.text)
        for line, match in source.find(r'%[-+#0]*[\d*]*(?:\.[\d*]*)?(?:l|L|[aefgAEFG](?![\w]))', formats):
            start = formats.rfind("\n", 0, match.start()) + 1
            if formats.count('"', start, match.start()) % 2:
                yield Finding(source.path, line, "format %s: no long, no floating point" % match.group())


def check_shape(root):
    for source in sources(root, "lib", "tools"):
        own = source.path[:-2] + ".h"
        owned = source.path.endswith(".c") and os.path.exists(os.path.join(root, own))
        if not owned and not re.match(r"(#include .*\n|\s*\n)*/\*", source.text):
            yield Finding(source.path, 1, "neither it nor a header of its own begins with a comment on what it owns")
        if owned:
            first = next(source.includes(), (1, "nothing", False))
            if os.path.basename(first[1]) != os.path.basename(own):
                yield Finding(source.path, first[0], "includes %s before its own header" % first[1])


def check_size(root):
    for source in sources(root, "lib"):
        lines = source.text.count("\n")
        if lines > LIBRARY_LINES:
            yield Finding(source.path, lines, "has %d lines, more than %d: is it still one idea?" % (lines, LIBRARY_LINES))


def check_marks(root):
    """Unfinished work; this file must name the marks, so it is left out."""
    suffixes = (".c", ".h", ".py", ".sh", ".yaml", ".md", ".build")
    for source in sources(root, "lib", "include", "tools", "bench", "bindings", "tests", suffixes=suffixes):
        if source.path == "tests/house/house.py":
            continue
        for line, match in source.find(r"\b(TODO|FIXME|XXX|HACK)\b", source.text):
            yield Finding(source.path, line, "%s: finish it" % match.group())


def check_rooms(root):
    """Every test beside the others runs: its room's meson.build names it, and tests/meson.build the room."""
    def names_in(path):
        if not os.path.exists(os.path.join(root, path)):
            return set()
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return set(re.findall(r"'([\w./-]+)'", file.read()))
    entered = names_in("tests/meson.build")
    for test in sources(root, "tests", suffixes=(".c", ".py")):
        folder, name = os.path.split(test.path)
        if not name.startswith("test_"):
            continue
        if name not in names_in(folder + "/meson.build"):
            yield Finding(test.path, 1, "does not run: %s/meson.build does not name it" % folder)
        if os.path.basename(folder) not in entered:
            yield Finding(test.path, 1, "does not run: tests/meson.build does not enter its room")


def check_tools(root):
    tools = sources(root, "tools")
    known = {s.path for s in tools}
    for source in tools:
        for line, name, quoted in source.includes():
            beside = os.path.normpath(os.path.join("tools", name)) in known or resolve(source, name, known)
            if quoted and not beside and name != "prm/prm.h":
                yield Finding(source.path, line, "includes %s: a tool uses the public header only" % name)
            elif not quoted and name not in TOOL_HEADERS and not name.startswith(("json-c/", "yajl/")):
                yield Finding(source.path, line, "includes <%s>, which is neither public nor a known library's" % name)


def public_functions(root):
    """name -> (line, documented) of each function in prm.h. A comment documents
    the declarations right below it, up to the next empty line."""
    path = "include/prm/prm.h"
    if not os.path.exists(os.path.join(root, path)):
        return {}
    source = Source(root, path)
    code = source.code.splitlines()
    text = source.text.splitlines()
    found = {}
    documented = False
    for number, line in enumerate(code):
        if not text[number].strip():
            documented = False
        elif not line.strip():
            documented = True
        elif line.startswith("PRM_API"):
            declaration = " ".join(code[number:number + 8]).split(";")[0]
            name = re.search(r"(\w+)\s*\(", declaration)
            if name:
                found[name.group(1)] = (number + 1, documented or "/*" in text[number])
        elif re.match(r"(typedef|struct|enum|#)", line):
            documented = False
    return found


def check_documented(root):
    for name, (line, documented) in public_functions(root).items():
        if not re.match(r"prm_[a-z]", name):
            yield Finding("include/prm/prm.h", line, "%s is public but not named prm_noun_verb" % name)
        if not documented:
            yield Finding("include/prm/prm.h", line, "%s has no comment" % name)


SOURCE_CHECKS = (check_floors, check_cycles, check_unique_names, check_calls, check_words, check_shape,
                 check_size, check_marks, check_rooms, check_tools, check_documented)


# ---- Checks on the binaries ------------------------------------------------------

def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


def dynamic_symbols(library, option):
    """Names in the dynamic table, without versions."""
    names = set()
    for line in run("nm", "-D", option, library).splitlines():
        fields = line.split()
        if fields and fields[-2 if len(fields) > 1 else 0] != "A":
            names.add(fields[-1].split("@")[0])
    return names


def check_exports(root, library):
    exported = dynamic_symbols(library, "--defined-only")
    declared = set(public_functions(root))
    for name in sorted(exported - declared):
        yield Finding(library, 0, "exports %s, which prm.h does not declare" % name)
    for name in sorted(declared - exported):
        yield Finding(library, 0, "does not export %s, which prm.h declares" % name)


def check_imports(root, library):
    for name in sorted(dynamic_symbols(library, "--undefined-only")):
        if not ALLOWED_IMPORTS.match(name):
            yield Finding(library, 0, "asks for %s" % name)


def check_static_data(root, archive):
    member = archive
    for line in run("objdump", "-t", archive).splitlines():
        heading = re.match(r"(\S+):\s+file format", line)
        if heading:
            member = heading.group(1)
        row = re.match(r"[0-9a-f]+ (.{7}) (\S+)\t([0-9a-f]+) (.*)", line)
        if row and WRITABLE_SECTION.match(row.group(2)) and int(row.group(3), 16) > 0 and "d" not in row.group(1):
            yield Finding(member, 0, "%s is writable static data (%s)" % (row.group(4).split()[-1], row.group(2)))


def calls(library):
    """function -> the functions that it calls directly, as the machine code says
    (a call through a pointer is not seen); parts that the compiler split off
    belong to their function."""
    graph = collections.defaultdict(set)
    function = None
    for line in run("objdump", "-d", "--no-show-raw-insn", library).splitlines():
        heading = re.match(r"[0-9a-f]+ <([^>]+)>:$", line)
        if heading:
            function = re.split(r"[.@]", heading.group(1))[0]
            continue
        call = re.search(r"\t(?:callq?|bl)\s+[0-9a-f]+ <([^>+]+)>", line)
        jump = re.search(r"\t(?:jmpq?|b)\s+[0-9a-f]+ <([^>+]+)>", line)
        if call:
            graph[function].add(re.split(r"[.@]", call.group(1))[0])
        elif jump and re.split(r"[.@]", jump.group(1))[0] != function:
            graph[function].add(re.split(r"[.@]", jump.group(1))[0])
    return graph


def check_recursion(root, library):
    """No recursion: what stands in a program or an event cannot exhaust the host's stack."""
    graph = calls(library)
    state = {}
    for start in sorted(graph):
        if start in state:
            continue
        path, stack = [start], [iter(sorted(graph[start]))]
        state[start] = "open"
        while stack:
            target = next(stack[-1], None)
            if target is None:
                stack.pop()
                state[path.pop()] = "done"
            elif state.get(target) == "open":
                yield Finding(library, 0, "recursion: " + " -> ".join(path[path.index(target):] + [target]))
            elif target not in state and target in graph:
                state[target] = "open"
                path.append(target)
                stack.append(iter(sorted(graph[target])))


def binary_findings(root, library, archive):
    return [*check_exports(root, library), *check_imports(root, library), *check_recursion(root, library),
            *check_static_data(root, archive)]


# ---- Command line ------------------------------------------------------------------

def report(findings, checks):
    for finding in findings:
        place = "%s:%d" % (finding.path, finding.line) if finding.line else finding.path
        print("%s: %s" % (place, finding.text))
    print("house: %d checks, %d findings" % (checks, len(findings)))
    return 1 if findings else 0


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "sources":
        if not sources(arguments[1], "lib"):
            sys.exit("house: no sources under %s" % os.path.join(arguments[1], "lib"))
        findings = [f for check in SOURCE_CHECKS for f in check(arguments[1])]
        return report(findings, len(SOURCE_CHECKS))
    if len(arguments) == 4 and arguments[0] == "binaries":
        return report(binary_findings(*arguments[1:]), 4)
    if arguments in (["self-test"], ["--self-test"]):
        import house_selftest
        return house_selftest.main()
    sys.stderr.write(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
