#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target of a libFuzzer build for some seconds, from the inputs in tests/fixtures/fuzz,
# as many at a time as there are processors.
#
#     tools/fuzz.sh BUILD SECONDS
#
# What it finds grows in BUILD/corpus/<name>; words it should know are in tests/fuzz/fuzz-<name>.dict.
# An input that breaks a target is left in BUILD/crashes and belongs, made small, into
# tests/fixtures/fuzz/<name>. Last line: "fuzz: N passed, N failed".
set -uo pipefail

build=$(realpath "$1") seconds=$2
tests=$(realpath "$(dirname "$0")/../tests")
mkdir -p "$build/crashes"

# One target: "ok NAME: ..." or "FAILED NAME" with the end of what it said.
fuzz() {
	local source=$1 name corpus log words=()
	name=$(basename "$source" .c)
	corpus=$build/corpus/${name#fuzz-}
	log=$build/$name.log
	mkdir -p "$corpus"
	[ ! -f "${source%.c}.dict" ] || words=(-dict="${source%.c}.dict")
	if "$build/tests/$name" -max_total_time="$seconds" "${words[@]}" -timeout=20 -rss_limit_mb=1500 \
		-artifact_prefix="$build/crashes/$name-" "$corpus" \
		"$tests/fixtures/fuzz/${name#fuzz-}" >"$log" 2>&1 </dev/null; then
		echo "ok $name: $(grep -ao 'Done [0-9]* runs' "$log" | tail -1)"
	else
		printf 'FAILED %s:\n%s\n' "$name" "$(tail -40 "$log")"
	fi
}
export -f fuzz
export build seconds tests

printf '%s\0' "$tests"/fuzz/fuzz-*.c |
	xargs -0 -P "$(nproc)" -I{} bash -c 'fuzz "$1"' _ {} | tee "$build/fuzz.out"
passed=$(grep -ac '^ok fuzz-' "$build/fuzz.out")
failed=$(($(ls "$tests"/fuzz/fuzz-*.c | wc -l) - passed))
echo "fuzz: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
