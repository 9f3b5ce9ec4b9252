#!/usr/bin/env bash
# Instructions per event, counted by callgrind inside prm_engine_ingest: two runs that
# differ by 40,000 events, so that opening an engine and the partners' joining cancel out.
#
#   bench/instructions.sh BENCH PROGRAM [--json]
set -euo pipefail
bench=$1 program=$2

count() {
    valgrind --tool=callgrind --toggle-collect=prm_engine_ingest --callgrind-out-file=/dev/null \
        "$bench" "$program" --instructions "$1" 2>&1 | sed -n 's/.*Collected : //p'
}

few=$(count 20000)
many=$(count 60000)
each=$(((many - few) / 40000))
if [ "${3:-}" = --json ]; then
    printf '{"name": "six rules, 1000 partners, batches of 1024", "value": %d, "unit": "instructions/event"}\n' "$each"
else
    echo "instructions per event, six rules, 1000 partners, batches of 1024: $each"
fi
