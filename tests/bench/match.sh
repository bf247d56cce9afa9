#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures matching on a database of the feeds: tests/bench/match.sh BUILD FEEDS
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work"
"$1/src/plimsoll" db build --quiet --feeds "$2" --out "$work/db"
status=0
for shard in almalinux-9 debian-9 debian-12; do
	[ -z "$(ls "$work/db/shards/$shard"-* 2>/dev/null)" ] ||
		"$1/tests/match_bench" "$work/db" "$shard" || status=1
done
exit $status
