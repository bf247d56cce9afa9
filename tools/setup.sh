#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing for a piece of work, after saying which and why.
#
#     tools/setup.sh GROUP...     groups: build test engines lint bench matching
#
# When nothing is missing it prints nothing and does not touch apt. PLIMSOLL_SETUP=check only says
# what is missing (exit status 1); the group engines is a wish: when it cannot be had, tests that
# need it are skipped, by name. Services that come with a package are neither started nor enabled.
set -euo pipefail

build="gcc g++ make meson ninja-build pkg-config git ca-certificates
	libarchive-dev libisal-dev libxxhash-dev libzstd-dev liblzma-dev libbz2-dev libssl-dev libcurl4-openssl-dev libcurl4
	libjansson-dev libre2-dev libvectorscan-dev libgit2-dev libyara-dev libmagic-dev libtlsh-dev libyaml-dev libexpat1-dev libsqlite3-dev libseccomp-dev libcrypt-dev zlib1g-dev libsodium-dev libp11-kit-dev"
test="python3 libcmocka-dev python3-pytest python3-html5lib python3-pexpect python3-pyte python3-jsonschema python3-yaml python3-cryptography
	curl openssl xz-utils zstd zsh fish neovim shellcheck"
engines="docker-registry skopeo podman gnupg docker.io containerd chromium clamav clamav-daemon
	faketime notary softhsm2 opensc swtpm swtpm-tools tpm2-openssl tpm2-tools"
lint="clang clang-format clang-tidy cppcheck libclang-rt-dev python3"
bench="python3 mmdebstrap umoci skopeo isal openssl npm strace"
matching="python3 rpm libdpkg-perl zstd xz-utils"

reason() {
	case $1 in
	build) echo "the compiler, meson, and the libraries Plimsoll is linked with" ;;
	test) echo "the test frameworks, and what the tests check documents with" ;;
	engines) echo "real registries, engines and a ClamAV for the tests, and a browser for the report page" ;;
	lint) echo "formatter, static analysers, sanitizers and libFuzzer" ;;
	bench) echo "what the images of the benchmark are built with" ;;
	matching) echo "the tools that order versions beside us" ;;
	*) echo "setup.sh: no group $1; say build, test, engines, lint, bench or matching" >&2; return 1 ;;
	esac
}

# Some may be there from elsewhere, under another package's name.
installed() {
	case $1 in
	docker.io) ! command -v dockerd >/dev/null || return 0 ;;
	containerd | docker-registry | podman | npm | chromium) ! command -v "$1" >/dev/null || return 0 ;;
	esac
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c1-2)" = ii ]
}

can_be_root() {
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

# sudo asks on the terminal, so what it runs may write to a file.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# What apt-get says is shown when it fails. Another apt may be at work on a machine that just booted.
apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		-o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1 && return 0
	tail -15 "$log" >&2
	return 1
}

# A source of packages that does not answer need not be the one that has them: that shows later.
update_once() {
	[ $updated = no ] || return 0
	updated=yes
	apt update -o APT::Update::Error-Mode=any 2>/dev/null ||
		unreached=$(sed -n 's/^[WE]: *//p' "$log" | head -1)
}

# Debian asks this file before it starts a service; a file that is there decides by itself.
no_services() {
	[ ! -e /usr/sbin/policy-rc.d ] || return 0
	printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
	as_root chmod 755 /usr/sbin/policy-rc.d
	policy=yes
}

disable_units() {
	local units
	command -v systemctl >/dev/null || return 0
	units=$(dpkg-query -L "$@" | sed -n 's,.*/system/\([^/@]*\.\(service\|socket\|timer\)\)$,\1,p')
	# Some cannot be enabled in the first place.
	[ -z "$units" ] || as_root systemctl disable $units >"$log" 2>&1 || true
}

finish() {
	rm -f "$log"
	[ $policy = no ] || as_root rm -f /usr/sbin/policy-rc.d
}

log=$(mktemp)
policy=no updated=no unreached=
trap finish EXIT

install_group() {
	local group=$1 missing=() package why
	why=$(reason "$group") || return 1
	for package in ${!group}; do
		installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	echo "setup: $group needs ${missing[*]} ($why)"
	[ "${PLIMSOLL_SETUP:-install}" != check ] || return 1
	if ! can_be_root; then
		echo "setup: that needs root, and there is no sudo; as root, run this and try again:" >&2
		echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
		return 1
	fi
	echo "setup: installing them with apt-get, which can take some minutes"
	update_once
	[ "$group" != engines ] || no_services
	if ! apt install --no-install-recommends --no-remove "${missing[@]}"; then
		echo "setup: apt-get could not install what $group needs${unreached:+; is there a network?}" >&2
		[ -z "$unreached" ] || echo "setup: before that, apt-get update said: $unreached" >&2
		return 1
	fi
	[ "$group" != engines ] || disable_units "${missing[@]}"
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
