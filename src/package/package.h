/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The package model: one installed package as its package database records it.
 *
 * Parsers fill a struct package on their stack, its slices borrowing from the input or an arena,
 * and hand it to their sink (inventory/pkgdb.h), which copies. In a finished report all slices
 * live in the report's arena.
 */
#pragma once

#include "base/str.h"

struct package {
	struct str type; /* purl type: "deb", "rpm", "apk", "alpm", ... */
	/*
	 * purl namespace where the database itself knows it ("homebrew" has none, "dev-lang" for
	 * portage); empty for deb, rpm, apk, alpm: the report fills in the distribution's id.
	 */
	struct str namespace;
	struct str name;
	/* As the database writes it; rpm as [epoch:]version-release (no epoch when absent or 0). */
	struct str version;
	struct str arch;	   /* as the database writes it; empty: none or "(none)" */
	struct str source_name;	   /* empty: the same as name, or unknown */
	struct str source_version; /* the same form as version; empty: the same as version */
	struct str_list licenses;  /* as written, one expression an entry */
	struct str vendor;     /* rpm VENDOR, dpkg Maintainer, ...: tells third-party packages */
	struct str modularity; /* rpm MODULARITYLABEL "nodejs:18:80200:abc"; empty: none */
	struct str_list files; /* installed paths, cleaned (base/path.h), in database order */
	/*
	 * Everything else worth keeping, "key=value" each, keys sorted: dpkg essential, snap
	 * channel, nix hash, portage slot, rpm installtime, ... Shown under "evidence" in the
	 * report.
	 */
	struct str_list attributes;
};

/* The scheme names of design.md: which pkgdb (id) read it is kept beside it, not in here. */
