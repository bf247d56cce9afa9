#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target of a libFuzzer build for some seconds, from the inputs in tests/fixtures/fuzz.
#
#     tools/fuzz.sh BUILD SECONDS
#
# What it finds grows in BUILD/corpus/<name>; words it should know are in tests/fuzz/fuzz-<name>.dict.
# An input that breaks a target is left in BUILD/crashes and belongs, made small, into
# tests/fixtures/fuzz/<name>. Last line: "fuzz: N passed, N failed".
set -uo pipefail

build=$(realpath "$1") seconds=$2
fixtures=$(dirname "$0")/../tests/fixtures/fuzz
passed=0 failed=0
mkdir -p "$build/crashes"
for source in "$(dirname "$0")"/../tests/fuzz/fuzz-*.c; do
	name=$(basename "$source" .c)
	corpus=$build/corpus/${name#fuzz-}
	mkdir -p "$corpus"
	log=$build/$name.log
	words=()
	[ ! -f "${source%.c}.dict" ] || words=(-dict="${source%.c}.dict")
	if "$build/tests/$name" -max_total_time="$seconds" "${words[@]}" -timeout=20 -rss_limit_mb=1500 \
		-artifact_prefix="$build/crashes/$name-" "$corpus" "$fixtures/${name#fuzz-}" \
		>"$log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		echo "ok $name: $(grep -ao 'Done [0-9]* runs' "$log" | tail -1)"
	else
		failed=$((failed + 1))
		echo "FAILED $name:"
		tail -40 "$log"
	fi
done
echo "fuzz: $passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
