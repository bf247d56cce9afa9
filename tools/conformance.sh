#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the outside test suites and prints the score of each. Misses do not fail: it is a measurement.
#
#     tools/conformance.sh PROGRAM SUITES WORK
#
# SUITES holds scanner.tar.xz and trust.tar.xz, each with or without a folder around its suites; they
# are unpacked below WORK. Images beside SUITES, in ../images, are used to check documents against
# the schemas. The misses themselves are in WORK/<suite>.log.
set -uo pipefail

program=$(realpath "$1") suites=$(realpath "$2") work=$3
tests=$(realpath "$(dirname "$0")/../tests/conformance")
mkdir -p "$work"

for archive in "$suites"/scanner.tar.xz "$suites"/trust.tar.xz; do
	into=$work/$(basename "$archive" .tar.xz)
	[ -f "$archive" ] || continue
	[ ! "$into" -nt "$archive" ] || continue
	rm -rf "$into"
	mkdir -p "$into"
	tar -xJf "$archive" -C "$into" --no-same-owner || exit 1
	touch "$into"
done

# The first folder of that name among the unpacked suites.
find_suite() {
	find "$work" -mindepth 2 -maxdepth 3 -type d -name "$1" | sort | head -1
}

run_suite() {
	local name=$1 dir=$2
	shift 2
	if [ -z "$dir" ] || [ ! -d "$dir" ]; then
		echo "$name: not among the suites"
		return
	fi
	python3 "$tests/$name.py" --plimsoll "$program" --suite "$dir" "$@" >"$work/$name.log" 2>&1 </dev/null
	grep -aE '^[a-z_-]+: [0-9]+ of [0-9]+' "$work/$name.log" | tail -1 |
		grep . || echo "$name: did not run to its end: $(tail -1 "$work/$name.log")"
}

run_suite purl "$(find_suite purl)"
run_suite parsers_os "$(find_suite parsers)"
run_suite rpmdb "$(find_suite rpmdb)"
run_suite oci_vectors "$(find_suite oci-vectors)"
schemas=$(find_suite schemas)
images=$suites/../images
[ -d "$images" ] && run_suite schemas "${schemas:+$(dirname "$schemas")}" --images "$(realpath "$images")"
exit 0
