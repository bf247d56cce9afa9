#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Configures a build folder with meson, silently when all is well; a second call does nothing unless
# the folder was configured without the tests and now they are asked for (-Dtests=enabled).
#
#     tools/configure.sh BUILD [meson setup option...]
set -uo pipefail
cd "$(dirname "$0")/.."

build=$1 again=
shift
if [ -f "$build/build.ninja" ]; then
	[[ " $* " == *" -Dtests=enabled "* ]] || exit 0
	! grep -q '^build tests/' "$build/build.ninja" || exit 0
	again=--reconfigure
fi
# What is linked with one maker's sanitizers is compiled by that maker.
case ${CC:-} in
*clang*) export CXX=${CXX:-${CC/clang/clang++}} ;;
*gcc*) export CXX=${CXX:-${CC/gcc/g++}} ;;
esac
echo "configure: meson setup $again $build $*"
mkdir -p "$build"
if ! meson setup $again "$build" "$@" >"$build/configure.log" 2>&1 </dev/null; then
	tail -20 "$build/configure.log" >&2
	exit 1
fi
