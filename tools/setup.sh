#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing for a piece of work, after saying which and why.
#
#     tools/setup.sh GROUP...     groups: build test engines lint
#
# When nothing is missing it prints nothing and does not touch apt. PLIMSOLL_SETUP=check only says
# what is missing (exit status 1); the group engines is a wish: when it cannot be had, tests that
# need it are skipped, by name.
set -euo pipefail

build="gcc make meson ninja-build pkg-config git ca-certificates
	libarchive-dev libisal-dev libzstd-dev liblzma-dev libbz2-dev libssl-dev libcurl4-openssl-dev libcurl4
	libjansson-dev libyaml-dev libexpat1-dev libsqlite3-dev libseccomp-dev zlib1g-dev"
test="python3 libcmocka-dev python3-pytest python3-jsonschema python3-yaml python3-cryptography
	curl openssl xz-utils"
engines="docker-registry podman"
lint="clang clang-format clang-tidy cppcheck libclang-rt-14-dev python3"

reason() {
	case $1 in
	build) echo "the compiler, meson, and the libraries Plimsoll is linked with" ;;
	test) echo "the test frameworks, and what the tests check documents with" ;;
	engines) echo "real registries and engines for the tests of tests/net" ;;
	lint) echo "formatter, static analysers, sanitizers and libFuzzer" ;;
	*) echo "setup.sh: no group $1; say build, test, engines or lint" >&2; return 1 ;;
	esac
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "setup.sh: this needs root, and there is no sudo; as root, run: $*" >&2
		return 1
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null
}

updated=no
install_group() {
	local group=$1 missing=() package why
	why=$(reason "$group") || return 1
	for package in ${!group}; do
		installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	echo "setup: $group needs ${missing[*]} ($why)"
	[ "${PLIMSOLL_SETUP:-install}" != check ] || return 1
	if [ $updated = no ]; then
		apt update || return 1
		updated=yes
	fi
	apt install --no-install-recommends "${missing[@]}"
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "setup: not a Debian system; these are needed under your system's names:" $build >&2
	exit 0
fi
status=0
for group in "$@"; do
	if [ "$group" = engines ]; then
		# In a subshell without -e: a missing engine only skips tests.
		install_group engines || echo "setup: going on without; the tests that need them are skipped"
	else
		install_group "$group" || status=1
	fi
done
exit $status
