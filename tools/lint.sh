#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What reads the source without running it: the layer rule, clang-format, the syntax of scripts,
# whether docs/rules is up to date, cppcheck, clang-tidy (.clang-tidy), and a build without warnings
# by gcc and by clang.
#
#     tools/lint.sh [WORK]        WORK holds what clang builds (build-lint)
#
# Each fails. Last line: "lint: N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
work=${1:-build-lint}

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
# the cleanup attribute (base/cleanup.h) and takes what it frees for lost. The C++ files are left out.
no_cppcheck_errors() {
	cppcheck --quiet --std=c17 --language=c --enable=portability --inline-suppr --error-exitcode=1 \
		--suppress=memleak --suppress=resourceLeak -j 2 -I src -D__linux__ -DPLIMSOLL_VERSION='""' \
		-i src/expr/regex_re2.cc -i src/malware/tlsh_hash.cc src
}

format_holds() {
	local files
	files=$(git ls-files 'src/*.[ch]' 'src/*.cc' 'tests/*.[ch]' | xargs clang-format -n 2>&1 |
		sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning.*/\1/p' | sort | uniq -c)
	[ -n "$files" ] || return 0
	echo "format: clang-format would change these (places, file); \`make format\` does it:"
	echo "$files"
	return 1
}

# The release build has -Werror too, so that each compiler's warnings are seen at -O2 and above,
# where they know most. Prints what the compiler said when it says something.
builds_with() {
	local compiler=$1 dir=$work/$1
	CC=$compiler tools/configure.sh "$dir" --buildtype=release -Dtests=enabled || return 1
	ninja -C "$dir" --quiet >"$dir/log" 2>&1 && ! grep -q 'warning:' "$dir/log" && return 0
	cat "$dir/log"
	return 1
}

no_tidy_findings() {
	git ls-files 'src/*.c' | xargs -P "$(nproc)" -n 6 clang-tidy --quiet -p "$work/clang" \
		>"$work/tidy.log" 2>/dev/null && return 0
	grep -E '(warning|error):' "$work/tidy.log" | sort -u
	return 1
}

mkdir -p "$work"
rule layers tools/lint-layers.py
rule format format_holds
rule scripts scripts_parse
rule rules-docs tools/rules-docs.py --check
rule cppcheck no_cppcheck_errors
rule gcc builds_with gcc
rule clang builds_with clang
rule clang-tidy no_tidy_findings
echo "lint: $passed passed, $failed failed"
[ $failed = 0 ]
