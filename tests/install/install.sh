#!/usr/bin/env bash
# Installs the build into a folder of its own and uses it as a host would:
# through pkg-config, from C and from C++, and from the command line as the
# documentation says.
#
#     install.sh SOURCE_ROOT BUILD_ROOT
set -euo pipefail
source=$1 build=$2
here=$source/tests/install

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
step() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }

step "meson install"
DESTDIR=$work/root meson install -C "$build" --no-rebuild --quiet

pc=$(find "$work/root" -name prm.pc)
[ -n "$pc" ] || fail "no prm.pc was installed"
[ -z "$(find "$work/root" -name '*.a')" ] || fail "the static library is for tests and not to be installed"
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$work/root
libdir=$(dirname "$(find "$work/root" -name libprm.so.0)")
bindir=$(dirname "$(find "$work/root" -path '*/bin/prm')")
[ -x "$bindir/prm" ] || fail "the tool was not installed"
headers=$(cd "$work/root" && find . -name '*.h')
[ "$(basename "$headers")" = prm.h ] || fail "installed headers: $headers"

step "the schemas for editors"
for kind in program test; do
    schema=$(find "$work/root" -path "*/share/prm/$kind.schema.json")
    [ -s "$schema" ] || fail "$kind.schema.json was not installed"
    LD_LIBRARY_PATH=$libdir "$bindir/prm" schema $kind | cmp - "$schema" || fail "$schema is not what prm schema prints"
done

step "the man page, and what shells complete by"
while read -r kind path; do
    installed=$(find "$work/root" -path "*/share/$path")
    [ -s "$installed" ] || fail "share/$path was not installed"
    LD_LIBRARY_PATH=$libdir "$bindir/prm" manual "$kind" | cmp - "$installed" || fail "$installed is not what prm manual prints"
done <<'LIST'
man man/man1/prm.1
bash bash-completion/completions/prm
zsh zsh/site-functions/_prm
fish fish/vendor_completions.d/prm.fish
LIST

flags=(-O1 -Wall -Wextra -Werror -pedantic)
read -ra cflags <<<"$(pkg-config --cflags prm)"
read -ra libs <<<"$(pkg-config --libs prm)"
case " ${libs[*]} " in *yaml* | *xxhash*) fail "a host should not link prm's own dependencies: ${libs[*]}" ;; esac

# build LANGUAGE SOURCE PROGRAM
build() {
    local -a compiler
    case $1 in
    c) compiler=(cc -std=c11) ;;
    c++) compiler=(c++ -std=c++17 -x c++) ;;
    esac
    "${compiler[@]}" "${flags[@]}" "${cflags[@]}" -c "$2" -o "$3.o"
    cc "$3.o" "${libs[@]}" -o "$3"
}

# The dynamic loader finds the library by name alone, as it would once installed.
run() { LD_LIBRARY_PATH=$libdir "$@"; }

host=$source/bindings/c/host.c
[ "$(wc -l <"$host")" -le 120 ] || fail "the example host has grown beyond 120 lines"
for language in c c++; do
    step "the example host in $language"
    build $language "$host" "$work/host-$language"
    run "$work/host-$language" >"$work/all" || fail "the host in $language failed"
    sed 's/: rejected, ..*/: rejected, REASON/' "$work/all" >"$work/out"
    diff -u "$here/expected.txt" "$work/out"
    if run "$work/host-$language" "$here/broken.yaml" >"$work/out" 2>"$work/errors"; then
        fail "a broken program was taken"
    fi
    grep -q 'lead\.registered' "$work/errors" && grep -q '\^' "$work/errors" || {
        cat "$work/errors" >&2
        fail "the diagnostics do not say what was meant"
    }
done

step "the C program in README.md"
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$source/README.md" >"$work/readme.c"
[ -s "$work/readme.c" ] || fail "README.md has no C program"
build c "$work/readme.c" "$work/readme"
(cd "$source" && run "$work/readme") >"$work/out" || fail "the program in README.md failed"
[ -s "$work/out" ] || fail "the program in README.md prints nothing"

# Every line of a ```sh block that begins with prm is run as it stands, from the
# source's root, with the installed tool.
commands=0
for page in "$source"/README.md "$source"/docs/*.md; do
    [ -f "$page" ] || continue
    while IFS= read -r command; do
        commands=$((commands + 1))
        step "${page#"$source"/}: $command"
        (cd "$source" && PATH=$bindir:$PATH run bash -c "$command" </dev/null >"$work/out" 2>"$work/errors") || {
            cat "$work/errors" >&2
            fail "failed: $command"
        }
    done < <(awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 }
        on { line = line $0; if (sub(/\\$/, "", line)) next; if (line ~ /^(build\/tools\/)?prm /) { sub(/^build\/tools\//, "", line); print line } line = "" }' "$page")
done
[ "$commands" -gt 0 ] || fail "the documentation shows no command"
echo "install: all well, $commands documented commands run"
