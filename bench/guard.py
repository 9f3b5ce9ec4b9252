#!/usr/bin/env python3
"""The guard of the fast path: instructions of libprm per event, counted by callgrind, against the
figure that is committed for this compiler.

    bench/guard.py BENCH PROGRAM COMPILER FIGURES [--accept]

Two runs that differ by 20,000 events are subtracted, so that opening an engine cancels out. Only what
is executed in libprm counts: memcpy and malloc differ between machines, and callgrind counts a block
copy by its bytes. So the count is the same on every run, and differs between compilers only.

Fails above the figure by more than 3%. With --accept it writes what it has counted as the figure
instead: commit that, and say why the rise is worth it. Without a figure for the compiler, or without
valgrind, there is nothing to compare (status 77: the test is skipped).
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FEW, MANY = 10_000, 30_000
TOLERANCE = 1.03
SKIPPED = 77


def own_instructions(profile):
    """The sum of the costs that a profile has for functions of libprm itself, without calls."""
    names, inside, is_call, total = {}, False, False, 0
    for line in profile.read_text(errors="replace").splitlines():
        if name := re.match(r"(c?ob)=\((\d+)\)(?: (.*))?$", line):
            key, number, text = name.groups()
            names.setdefault(number, text)
            if key == "ob":
                inside = "libprm" in names[number]
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[-+*]?\d* \d+$", line):
            total += 0 if is_call or not inside else int(line.split()[1])
            is_call = False
    return total


def count(bench, program, events):
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=prm_engine_ingest",
                        f"--callgrind-out-file={profile}", bench, program, "--instructions", str(events)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return own_instructions(profile)


def read_figures(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict((name, int(figure)) for name, figure in (line.rsplit(" ", 1) for line in lines))


def accept(path, compiler, counted):
    head = [line for line in path.read_text().splitlines() if line.startswith("#")]
    figures = read_figures(path) | {compiler: counted}
    path.write_text("\n".join(head + [f"{name} {figures[name]}" for name in sorted(figures)]) + "\n")


def main():
    bench, program, compiler, path = sys.argv[1:5]
    path = Path(path)
    if not shutil.which("valgrind"):
        print("valgrind is not there")
        return SKIPPED
    counted = round((count(bench, program, MANY) - count(bench, program, FEW)) / (MANY - FEW))
    print(f"{counted} instructions of libprm per event, built by {compiler}")
    if "--accept" in sys.argv[5:]:
        accept(path, compiler, counted)
        return 0
    figure = read_figures(path).get(compiler)
    if figure is None:
        print(f"no figure for {compiler} in {path.name}")
        return SKIPPED
    print(f"committed: {figure}, at most {int(figure * TOLERANCE)}")
    return 0 if counted <= figure * TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
