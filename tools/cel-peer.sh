#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the implementation of CEL that our expressions are compared with (tests/cel), with npm,
# into BUILD/cel-peer. Without node, npm or a network nothing is done, and the test skips itself.
#
#     tools/cel-peer.sh BUILD
set -uo pipefail
into=$(realpath -m "$1")/cel-peer
cd "$(dirname "$0")/.."
command -v node >/dev/null && command -v npm >/dev/null || exit 0
mkdir -p "$into" && cp tests/cel/package.json tests/cel/package-lock.json tests/cel/peer.mjs "$into" || exit 1
cmp -s "$into/package-lock.json" "$into/node_modules/.installed" && exit 0
if npm --prefix "$into" ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=20000 \
	>"$into/npm.log" 2>&1 </dev/null; then
	cp "$into/package-lock.json" "$into/node_modules/.installed"
else
	echo "cel-peer: npm could not install @bufbuild/cel ($into/npm.log)"
fi
