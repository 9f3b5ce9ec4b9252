"""The house's checks, each against the sin it is there for: a small clean tree
has no findings, and every sin added to it is found where it was put."""

import os
import subprocess
import sys
import tempfile

import house

HEADER = """/* the public header */
#ifndef PRM_PRM_H
#define PRM_PRM_H
#define PRM_API __attribute__((visibility("default")))
/* Adds one. */
PRM_API int prm_number_next(int number);
PRM_API int prm_number_again(int number); /* the same */
#endif
"""

CLEAN = {
    "include/prm/prm.h": HEADER,
    "lib/base/number.h": "/* number */\n#include <prm/prm.h>\nint prm__number_next(int number);\n",
    "lib/base/number.c": '/* number: time(now) and "exit(1)" in a comment are no sin */\n'
                         '#include "base/number.h"\n#include <stdio.h>\n#include <xxhash.h>\n'
                         "static const int step = 1;\nstatic const char *const names[] = {\"one\", \"two\"};\n"
                         "struct clock { int (*time)(int); };\n"
                         "static int ask(const struct clock *clock) { return clock->time(1); }\n"
                         "const char *prm__number_name(int at);\n"
                         "const char *prm__number_name(int at) { return ask(0) ? \"exit(1) 5% long\" : names[at]; }\n"
                         "int prm__number_next(int number) { return number + step; }\n",
    "lib/lang/reader.c": '/* reader */\n#include "base/number.h"\n#include <yaml.h>\n',
    "lib/api/api_number.c": '/* api */\n#include "base/number.h"\n'
                            "int prm_number_next(int number) { return prm__number_next(number); }\n"
                            "int prm_number_again(int number) { return number; }\n",
    "tools/main.c": '/* main */\n#include "table.h"\n#include <json-c/json.h>\n#include <prm/prm.h>\n#include <stdio.h>\n'
                    "int main(void) { printf(\"%ld\", 1L); return 0; }\n",
    "tools/table.h": "/* table */\n",
    "tests/meson.build": "foreach room : ['base']\n",
    "tests/base/meson.build": "unit_tests += files('test_number.c')\n",
    "tests/base/test_number.c": "/* number */\n",
}


def call(statement):
    return {"lib/base/sin.c": "/* sin */\nvoid prm__sin(void)\n{\n    %s;\n}\n" % statement}


def base(line):
    return {"lib/base/sin.c": "/* sin */\n%s\n" % line}


# check, files added or replaced, where it is found, a part of what is said
SINS = [
    (house.check_floors, base('#include "lang/reader.h"'), "lib/base/sin.c:2", "not there"),
    (house.check_floors, {"lib/base/sin.c": '/* */\n#include "lang/tree.h"\n', "lib/lang/tree.h": "/* */\n"},
     "lib/base/sin.c:2", "floor base must not include lib/lang/tree.h"),
    (house.check_floors, {"lib/engine/sin.c": '/* */\n#include "../lang/tree.h"\n', "lib/lang/tree.h": "/* */\n"},
     "lib/engine/sin.c:2", "floor engine must not include lib/lang/tree.h"),
    (house.check_floors, {"lib/compile/sin.c": '/* */\n#include "engine/fold.h"\n', "lib/engine/fold.h": "/* */\n"},
     "lib/compile/sin.c:2", "must not include lib/engine/fold.h"),
    (house.check_floors, {"lib/catalog/sin.c": '/* */\n#include "program/program.h"\n', "lib/program/program.h": "/* */\n"},
     "lib/catalog/sin.c:2", "must not include lib/program/program.h"),
    (house.check_floors, {"lib/cellar/sin.c": "/* */\n"}, "lib/cellar/sin.c:1", "on no floor"),
    (house.check_floors, {"lib/sin.c": "/* */\n"}, "lib/sin.c:1", "on no floor"),
    (house.check_floors, base("#include <yaml.h>"), "lib/base/sin.c:2", "for lib/lang alone"),
    (house.check_floors, {"lib/engine/sin.c": "/* */\n#include <xxhash.h>\n"}, "lib/engine/sin.c:2", "for lib/base alone"),
    (house.check_floors, base("#include <unistd.h>"), "lib/base/sin.c:2", "no header of the C library"),
    (house.check_floors, base("# include <json-c/json.h>"), "lib/base/sin.c:2", "no header of the C library"),
    (house.check_floors, base('#include "base/number.c"'), "lib/base/sin.c:2", "a .c file"),
    (house.check_cycles, {"lib/base/a.h": '/* */\n#include "base/b.h"\n', "lib/base/b.h": '/* */\n#include "a.h"\n'},
     "lib/base/b.h:2", "lib/base/a.h -> lib/base/b.h -> lib/base/a.h"),
    (house.check_cycles, {"lib/base/a.h": '/* */\n#include "a.h"\n'}, "lib/base/a.h:2", "include cycle"),
    (house.check_unique_names, {"lib/engine/number.c": "/* */\n"}, "lib/engine/number.c:1", "lib/base/number.c"),
    (house.check_words, base("unsigned long wide;"), "lib/base/sin.c:2", "long:"),
    (house.check_words, base("double rate;"), "lib/base/sin.c:2", "double:"),
    (house.check_words, base("__attribute__((constructor)) void prm__early(void);"), "lib/base/sin.c:2", "constructor"),
    (house.check_words, base("static _Thread_local int last;"), "lib/base/sin.c:2", "_Thread_local"),
    (house.check_words, base('static const char *const f = "%5.2f";'), "lib/base/sin.c:2", "%5.2f"),
    (house.check_words, base('static const char *const f = "a %lld";'), "lib/base/sin.c:2", "%l"),
    (house.check_shape, {"lib/base/sin.c": "int prm__bare;\n"}, "lib/base/sin.c:1", "begins with a comment"),
    (house.check_shape, {"lib/base/sin.h": "int prm__bare;\n"}, "lib/base/sin.h:1", "begins with a comment"),
    (house.check_shape, {"lib/base/sin.c": '/* */\n#include "base/number.h"\n#include "base/sin.h"\n', "lib/base/sin.h": "/* */\n"},
     "lib/base/sin.c:2", "before its own header"),
    (house.check_size, {"lib/base/sin.c": "/* */\n" * 701}, "lib/base/sin.c:701", "more than 700"),
    (house.check_marks, base("/* TO" "DO: later */"), "lib/base/sin.c:2", "finish it"),
    (house.check_marks, {"tests/base/test_sin.c": "/* */\n// FIX" "ME\n"}, "tests/base/test_sin.c:2", "finish it"),
    (house.check_rooms, {"tests/base/test_sin.c": "/* */\n"}, "tests/base/test_sin.c:1", "does not name it"),
    (house.check_rooms, {"tests/attic/test_number.c": "/* */\n", "tests/attic/meson.build": "files('test_number.c')\n"},
     "tests/attic/test_number.c:1", "does not enter its room"),
    (house.check_tools, {"tools/sin.c": '/* */\n#include "base/number.h"\n'}, "tools/sin.c:2", "public header only"),
    (house.check_tools, {"tools/sin.c": '/* */\n#include "../lib/base/number.h"\n'}, "tools/sin.c:2", "public header only"),
    (house.check_tools, {"tools/sin.c": "/* */\n#include <curses.h>\n"}, "tools/sin.c:2", "neither public nor"),
    (house.check_documented, {"include/prm/prm.h": HEADER.replace("/* Adds one. */\n", "\n")}, "include/prm/prm.h:6", "no comment"),
    (house.check_documented, {"include/prm/prm.h": HEADER.replace("(int number);\n", "(int number);\n\n", 1).replace(" /* the same */", "")},
     "include/prm/prm.h:8", "prm_number_again has no comment"),
    (house.check_documented, {"include/prm/prm.h": HEADER.replace("prm_number_next", "prm__number_next")},
     "include/prm/prm.h:6", "not named"),
] + [
    (house.check_calls, call("%s(0)" % name), "lib/base/sin.c:4", "%s():" % name)
    for name in sorted(house.BANNED_CALLS)
] + [
    (house.check_calls, call("void *p = %s(1)" % name), "lib/base/sin.c:4", "base/alloc")
    for name in sorted(house.ALLOCATION_CALLS)
] + [
    (house.check_floors, {"lib/state/sin.c": '/* */\n#include "api/guard.h"\n', "lib/api/guard.h": "/* */\n"},
     "lib/state/sin.c:2", "floor state must not include lib/api/guard.h"),
    (house.check_calls, {"lib/state/sin.c": "/* */\nint prm__f(void) { return unlink(0); }\n"},
     "lib/state/sin.c:2", "written in lib/api/api_file.c alone"),
    (house.check_calls, {"lib/engine/sin.c": "/* */\nint prm__f(void) { return snprintf(0, 0, \"\"); }\n"},
     "lib/engine/sin.c:2", "floor engine"),
]

# check, C added to the library, a part of what is said
BINARY_SINS = [
    (house.check_exports, "__attribute__((visibility(\"default\"))) int prm_number_secret(void);"
                          " int prm_number_secret(void) { return 1; }", "exports prm_number_secret"),
    (house.check_exports, "__attribute__((visibility(\"default\"))) int prm__inner(void);"
                          " int prm__inner(void) { return 1; }", "exports prm__inner"),
    (house.check_exports, "__attribute__((visibility(\"default\"))) int stray(void);"
                          " int stray(void) { return 1; }", "exports stray"),
    (house.check_imports, "extern int system(const char *); int prm__f(void); int prm__f(void) { return system(0); }", "asks for system"),
    (house.check_imports, "extern char **environ; char **prm__f(void); char **prm__f(void) { return environ; }", "asks for environ"),
    (house.check_recursion, "int prm__down(int n); int prm__down(int n) { return n ? prm__down(n - 1) + n : 0; }",
     "prm__down -> prm__down"),
    (house.check_recursion, "int prm__even(int n); static __attribute__((noinline)) int odd(int n) { return n ? prm__even(n - 1) + 1 : 0; }"
                            " int prm__even(int n) { return n ? odd(n - 1) + 2 : 0; }", "odd -> prm__even -> odd"),
    (house.check_recursion, "__attribute__((visibility(\"default\"))) int prm_down(int n); int prm_down(int n) { return n ? prm_down(n - 1) + n : 0; }",
     "prm_down -> prm_down"),
    (house.check_static_data, "static int last; int prm__f(void); int prm__f(void) { return ++last; }", "last is writable"),
    (house.check_static_data, "int prm__f(void); int prm__f(void) { static int last = 3; return ++last; }", "is writable"),
    (house.check_static_data, "char prm__buffer[64];", "prm__buffer is writable"),
    (house.check_static_data, "_Thread_local int prm__last;", "prm__last is writable"),
    (house.check_static_data, "static int x; int *const prm__table[] = {&x};", "x is writable"),
]


def write(root, files):
    for path, text in files.items():
        path = os.path.join(root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def found(findings, place, text):
    return any("%s:%d" % (f.path, f.line) == place and text in f.text for f in findings)


def try_source(check, files, place, text):
    with tempfile.TemporaryDirectory() as root:
        write(root, {**CLEAN, **files})
        findings = list(check(root))
        if found(findings, place, text):
            return None
        return "%s misses %r at %s; it found %s" % (check.__name__, text, place, findings)


def build(root, extra=""):
    """A shared library without an export map and an archive of its objects.
    Constant tables with pointers stand in a section that is written before
    main only, and are allowed."""
    source = os.path.join(root, "all.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(HEADER + "const char *const prm__names[] = {\"one\", \"two\"};\n"
                   "int prm_number_next(int number) { return number + 1; }\n"
                   "int prm_number_again(int number) { return number; }\n" + extra + "\n")
    compiler = os.environ.get("CC", "cc").split()
    with open(os.devnull, "w") as nowhere:
        subprocess.run([*compiler, "-w", "-fPIC", "-fvisibility=hidden", "-c", source, "-o", root + "/all.o"],
                       check=True, stderr=nowhere)
        subprocess.run([*compiler, "-shared", root + "/all.o", "-o", root + "/liball.so"], check=True)
    subprocess.run(["ar", "rcs", root + "/liball.a", root + "/all.o"], check=True)
    return root + "/liball.so", root + "/liball.a"


def try_binary(check, extra, text):
    with tempfile.TemporaryDirectory() as root:
        write(root, CLEAN)
        library, archive = build(root, extra)
        findings = list(check(root, archive if check is house.check_static_data else library))
        if any(text in f.text for f in findings):
            return None
        return "%s misses %r; it found %s" % (check.__name__, text, findings)


def try_clean():
    with tempfile.TemporaryDirectory() as root:
        write(root, CLEAN)
        for finding in [f for check in house.SOURCE_CHECKS for f in check(root)]:
            yield "the clean tree has a finding: %s" % (finding,)
        for finding in house.binary_findings(root, *build(root)):
            yield "the clean library has a finding: %s" % (finding,)
        write(root, {"include/prm/prm.h": HEADER.replace("#endif", "/* Gone. */\nPRM_API int prm_number_gone(void);\n#endif")})
        library, _ = build(root)
        if not any("does not export prm_number_gone" in f.text for f in house.check_exports(root, library)):
            yield "a declared function that is not exported goes unseen"


def main():
    failures = list(try_clean())
    failures += filter(None, (try_source(*sin) for sin in SINS))
    failures += filter(None, (try_binary(*sin) for sin in BINARY_SINS))
    for failure in failures:
        print(failure)
    print("house self-test: %d sins, %d failures" % (len(SINS) + len(BINARY_SINS), len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
