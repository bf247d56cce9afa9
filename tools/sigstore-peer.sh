#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Sigstore project's library for Node.js, with its CA and logs in miniature, which
# tests/cli/test_sigstore_npm.py has bundles made by, with npm, into BUILD/sigstore-peer. Without node,
# npm or a network nothing is done, and the test skips itself.
#
#     tools/sigstore-peer.sh BUILD
set -uo pipefail
into=$(realpath -m "$1")/sigstore-peer
cd "$(dirname "$0")/.."
command -v node >/dev/null && command -v npm >/dev/null || exit 0
mkdir -p "$into" && cp tests/sigstore/package.json tests/sigstore/package-lock.json tests/sigstore/*.mjs "$into" || exit 1
cmp -s "$into/package-lock.json" "$into/node_modules/.installed" && exit 0
if npm --prefix "$into" ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=20000 \
	>"$into/npm.log" 2>&1 </dev/null; then
	cp "$into/package-lock.json" "$into/node_modules/.installed"
else
	echo "sigstore-peer: npm could not install @sigstore/sign ($into/npm.log)"
fi
