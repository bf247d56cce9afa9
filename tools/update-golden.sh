#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rewrites the golden files of the output formats from what the build prints now. Review the diff.
# Usage: tools/update-golden.sh [BUILD-DIRECTORY]
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
for test in render findings verdict; do
	ninja -C "$build" "tests/test-render-$test"
	PLIMSOLL_UPDATE_GOLDEN=1 PLIMSOLL_FIXTURES="$PWD/tests/fixtures" "$build/tests/test-render-$test"
done
git --no-pager diff --stat -- tests/fixtures/render
