#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the tests of a build folder and then says what was skipped, and how many passed and failed.
#
#     tools/run-tests.sh BUILD [meson test option...]
set -uo pipefail

build=$1
shift
rm -f "$build"/meson-logs/testlog.json "$build"/tests/junit-*.xml
meson test -C "$build" --no-rebuild --print-errorlogs "$@" </dev/null
status=$?
python3 "$(dirname "$0")/test-report.py" "$build" || status=1
exit $status
