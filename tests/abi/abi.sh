#!/usr/bin/env bash
# The binary interface of libprm.so against the last one that was kept: what a host that was compiled
# against an earlier prm.h relies on. README.md beside this says what to do when it has changed.
#
#     abi.sh check SOURCE_ROOT LIBRARY   LIBRARY with debug information
#     abi.sh keep SOURCE_ROOT LIBRARY
set -euo pipefail
what=$1 source=$2 library=$3
kept=$source/tests/abi/libprm.abi
options=(--drop-private-types --exported-interfaces-only)

case $what in
keep)
    abidw --headers-dir "$source/include" "${options[@]}" --no-corpus-path --no-comp-dir-path --no-show-locs \
        --no-elf-needed --type-id-style hash --out-file "$kept" "$library"
    exit
    ;;
check) ;;
*) exit 2 ;;
esac

# The sizes kept are those of this architecture.
[ "$(uname -m)" = x86_64 ] || exit 77
command -v abidiff >/dev/null || exit 77
status=0
abidiff --headers-dir2 "$source/include" "${options[@]}" "$kept" "$library" || status=$?
[ $((status & 3)) = 0 ] || { echo "abi: abidiff failed" >&2; exit 1; }
[ "$status" != 0 ] || exit 0
cat >&2 <<'TXT'
abi: the binary interface is not the one that was kept in tests/abi/libprm.abi.
If it was meant to change: ./dev abi keeps the new one. See tests/abi/README.md.
TXT
[ $((status & 8)) = 0 ] || echo "abi: hosts that are compiled already would break; soversion in meson.build has to go up" >&2
exit 1
