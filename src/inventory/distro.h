/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says which distribution an image is, from small files of its merged tree.
 *
 *     distro_paths                          what to keep while layers are read, KEPT_FILE_BYTES
 * each struct distro_files files = {ctx, get, problem}; r = distro_read(&files, arena,
 * &report->distro, err);
 *
 * Order of evidence: os-release (etc, then usr/lib), else the files that distributions had before
 * it, the most specific first; a file of the family may add to that (debian_version its point
 * release, apk's repositories the edge branch). Nothing found is no error: all fields stay empty.
 *
 * Keys: `release` is what advisories and end-of-life dates are filed under: the distribution's key
 * and as much of its version as its advisories tell apart ("debian-12", "debian-sid",
 * "ubuntu-22.04", "alpine-3.18", "alpine-edge", "rhel-9", "centos-stream-9", "oraclelinux-8",
 * "amazonlinux-1" for 2010.11 to 2018.03, "sles-15.3", "opensuse-leap-15.5", "fedora-35", "wolfi").
 * distro_family.def lists them. It stays empty when the version is not known: then nothing may be
 * matched and the caller says so.
 * `base_release` is the release whose packages a derivative takes over with their versions. A
 * consumer asks for advisories of `release` first; when it has none, advisories of base_release
 * hold for those packages whose vendor or version is the base's, and are a hint for the others.
 * `id_like` alone names relatives without a release and is for display and for choosing a version
 * scheme, never for matching.
 *
 * Ownership: everything in *ret lives in the arena; `get` lends its bytes until distro_read
 * returns. Errors: ERR_NOMEM only. What is broken inside a file goes to `problem`, and reading goes
 * on. Format: os-release(5); the older files have no specification.
 */
#pragma once

#include "report/report.h"

struct distro_files {
	void *ctx;
	/* A regular file of the merged tree by its cleaned path, links followed; false: none. */
	bool (*get)(void *ctx, struct str path, struct str *ret_bytes);
	void (*problem)(void *ctx, struct str path, const struct err *what);
};

/* Paths (path_match patterns) to keep for distro_read, NULL-ended. */
extern const char *const distro_paths[];

int distro_read(const struct distro_files *files, struct arena *arena, struct distro *ret,
		struct err *err);
