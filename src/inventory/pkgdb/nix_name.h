/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the name of a nix store path apart: HASH-NAME-VERSION[-OUTPUT].
 *
 *     32 characters of hash, "-", then as Nix itself cuts a derivation's name: the version begins
 *     behind the first dash that no letter follows ("glibc-2.39-52": glibc, 2.39-52). nixpkgs
 *     writes unreleased ones NAME-unstable-DATE; there "unstable-DATE" is the version. An output
 *     other than "out" is a suffix of the version; only the usual names of outputs are taken for
 *     one.
 */
#pragma once

#include "base/str.h"

struct nix_name {
	struct str hash, name, version, output;
};

/* False for what is no package: no hash, or no version (sources, wrappers, generated files). */
bool nix_name_parse(struct str store_name, struct nix_name *ret);
