#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the program, and the man pages and completions that it prints itself.
#
#     tools/install.sh PROGRAM DIR        DIR is $DESTDIR$PREFIX
set -euo pipefail

program=$1 dir=$2 work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" docs man >"$work/plimsoll.1"
for name in $("$program" docs commands); do
	"$program" docs man "$name" >"$work/plimsoll-$name.1"
done
for shell in bash zsh fish; do
	"$program" docs $shell >"$work/$shell"
done
install -D -m 755 "$program" "$dir/bin/plimsoll"
install -d "$dir/share/man/man1"
install -m 644 "$work"/*.1 "$dir/share/man/man1/"
install -D -m 644 "$work/bash" "$dir/share/bash-completion/completions/plimsoll"
install -D -m 644 "$work/zsh" "$dir/share/zsh/site-functions/_plimsoll"
install -D -m 644 "$work/fish" "$dir/share/fish/vendor_completions.d/plimsoll.fish"
