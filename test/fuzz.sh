#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time each (default 60s), or
# those alone whose name is given: test/fuzz.sh 60s FuzzStep. FUZZ_PARALLEL is how
# many workers search (default: one a processor). What they learn is forgotten
# afterwards; an input that fails is written to testdata/fuzz, to be kept as a test.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
time=${1:-60s} only=${2:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

found=0
while read -r file; do
	while read -r target; do
		[ -z "$only" ] || [ "$target" = "$only" ] || continue
		found=1
		echo "== $(dirname "$file") $target"
		go test -c -fuzz "^$target\$" -o "$scratch/fuzz.test" "./$(dirname "$file")" </dev/null
		cd "$(dirname "$file")"
		"$scratch/fuzz.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$time" -test.fuzzminimizetime 20x \
			-test.fuzzcachedir "$scratch/cache" -test.parallel "${FUZZ_PARALLEL:-$(nproc)}" </dev/null
		cd "$root"
	done < <(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file")
done < <(grep -rl --include='*_test.go' '^func Fuzz' internal | sort)
[ "$found" = 1 ] || { echo "no fuzz target ${only:-in internal}" >&2; exit 1; }
