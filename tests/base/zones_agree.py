#!/usr/bin/env python3
"""Holds every zone of the system against Python's zoneinfo, from 1968 to 9999.

    zones_agree.py ZONE_DUMP

The same files read twice: what the table says one second before and at each of its
transitions, and on a grid of days between them, must be what zoneinfo says. Exits
with 77 (skipped) where the system has no TZif files.
"""

import bisect
import datetime
import os
import subprocess
import sys
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FIRST = -63158400
LAST = 253402300799 - 86400 * 2
# Near the present every transition is looked at; then, the rules repeat.
DENSE_UNTIL = 2240611200
FAR_FROM = LAST - 5 * 366 * 86400
GRID = 11 * 86400 + 3607


def offset_by_python(zone, seconds):
    when = (EPOCH + datetime.timedelta(seconds=seconds)).astimezone(zone)
    return int(when.utcoffset().total_seconds())


def instants(ats):
    for at in ats:
        if FIRST < at < DENSE_UNTIL or FAR_FROM < at < LAST:
            yield at - 1
            yield at
    yield from range(FIRST, DENSE_UNTIL, GRID)
    yield from range(DENSE_UNTIL, LAST, GRID * 500)


def disagreement(zone, table):
    ats = [at for at, _ in table]
    for seconds in instants(ats):
        ours = table[bisect.bisect_right(ats, seconds) - 1][1]
        theirs = offset_by_python(zone, seconds)
        if ours != theirs:
            return "at %d: %d, zoneinfo says %d" % (seconds, ours, theirs)
    return None


def main(dump):
    directory = next((d for d in zoneinfo.TZPATH if os.path.isdir(d)), None)
    if directory is None:
        return 77
    names = sorted(n for n in zoneinfo.available_timezones() if n not in ("localtime", "posixrules"))
    names = [n for n in names if os.path.isfile(os.path.join(directory, n))]
    output = subprocess.run([dump, directory, *names], check=True, stdout=subprocess.PIPE,
                            universal_newlines=True).stdout
    tables = {}
    for line in output.splitlines():
        name, at, offset = line.split()
        if at == "failed":
            print("%s: status %s" % (name, offset))
            return 1
        tables.setdefault(name, []).append((int(at), int(offset)))
    failures = 0
    for name in names:
        with open(os.path.join(directory, name), "rb") as file:
            found = disagreement(zoneinfo.ZoneInfo.from_file(file), tables[name])
        if found:
            print("%s: %s" % (name, found))
            failures += 1
    print("%d zones, %d disagree" % (len(names), failures))
    return 1 if failures or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
