#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What reads the source without running it. The layer rule, the format of scripts and cppcheck's
# errors fail; files that clang-format would write differently are listed, which does not fail, as
# its versions differ. Last line: "lint: N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0 failed=0

rule() {
	local name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED $name"
	fi
}

scripts_parse() {
	local script status=0
	for script in .ci/run tools/*.sh; do
		bash -n "$script" || status=1
	done
	for script in tools/*.py tests/*/*.py; do
		python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$script" || status=1
	done
	return $status
}

# Errors and portability; the compilers do the rest. Leaks are left to ASan: cppcheck does not know
# the cleanup attribute (base/cleanup.h) and takes what it frees for lost.
no_cppcheck_errors() {
	cppcheck --quiet --std=c17 --language=c --enable=portability --inline-suppr --error-exitcode=1 \
		--suppress=memleak --suppress=resourceLeak -j 2 -I src -D__linux__ -DPLIMSOLL_VERSION='""' src
}

list_format() {
	local files
	files=$(git ls-files 'src/*.[ch]' 'tests/*.[ch]' | xargs clang-format -n 2>&1 |
		sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning.*/\1/p' | sort | uniq -c)
	[ -n "$files" ] || return 0
	echo "format: clang-format would change these (places, file); \`make format\` does it:"
	echo "$files"
}

rule layers tools/lint-layers.py
rule scripts scripts_parse
rule cppcheck no_cppcheck_errors
list_format
echo "lint: $passed passed, $failed failed"
[ $failed = 0 ]
