/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of distro_read share: distro.c reads os-release and drives, distro_legacy.c reads
 * the older files, distro_release.c makes the keys. Nobody else includes this.
 */
#pragma once

#include "inventory/distro.h"

struct distro_draft {
	const struct distro_files *files;
	struct arena *arena;
	struct distro d;	    /* slices borrow from the files until distro_read copies them */
	struct str version;	    /* os-release VERSION: "22.03 (LTS-SP1)" */
	struct str ubuntu_codename; /* UBUNTU_CODENAME, of derivatives too */
	struct str debian_codename; /* DEBIAN_CODENAME, of derivatives */
	const char *branch;	    /* "sid", "edge": in the key instead of a version; NULL: none */
	bool out_of_memory;	    /* some field is empty for want of memory */
};

/* Lower-cased copy. */
struct str distro_lower(struct distro_draft *draft, struct str s);

/* Passes on what an arena gave and remembers when it gave nothing. */
static inline struct str distro_made(struct distro_draft *draft, struct str s)
{
	draft->out_of_memory |= !s.p;
	return s;
}

static inline bool distro_get(const struct distro_draft *draft, const char *path, struct str *ret)
{
	return draft->files->get(draft->files->ctx, str_of(path), ret);
}

/* distro_legacy.c: fills the draft from the first older file that says something. */
void distro_read_legacy(struct distro_draft *draft);
/* "12.5" or "trixie/sid". */
void distro_read_debian_version(struct distro_draft *draft, struct str bytes);

/* distro_release.c: fills release, base_release, codename and the dates. */
void distro_set_release(struct distro_draft *draft);
