/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header blob of one installed rpm, as every rpm database stores it, and the package it means.
 *
 *     CLEANUP(rpm_records_done) struct rpm_records recs = RPM_RECORDS_INIT(sink);
 *     r = rpm_records_add(&recs, blob, "hnum 12", err);       once for each record
 *
 * rpm_records_add reads the blob and hands a package to the sink. What cannot be read is a problem
 * that begins with `where`: of the whole record when it has no sound structure or no name, of one
 * field otherwise, and then the package is added without that field.
 *
 * Ownership: blob is borrowed for the call. Threads: one rpm_records, one thread.
 * Errors: rpm_records_add fails only with what the sink returns, ERR_NOMEM, or ERR_LIMIT when the
 * database holds more records than `packages`.
 * Limits: package_files and rpm_path_bytes over all records of one database, field_bytes a field.
 *
 * Format (rpm's doc/manual/format_header, lib/header.c), all numbers big-endian, no magic in front:
 *
 *     OFFSET       SIZE     DESCRIPTION
 *     0            4        number of index entries, il
 *     4            4        bytes in the data store, dl
 *     8            16 * il  index entries: tag, type, offset into the store, count (4 bytes each)
 *     8 + 16 * il  dl       the store
 *
 * The first entry is usually a region tag (62, 63 or 61): its 16 bytes of data at the end of the
 * region hold the negated size of the region's index. Entries behind the region ("dribbles") were
 * added at installation and replace entries of the same tag inside it.
 */
#pragma once

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "inventory/pkgdb.h"

enum rpm_tag {
	RPMTAG_HEADERIMAGE = 61,
	RPMTAG_HEADERSIGNATURES = 62,
	RPMTAG_HEADERIMMUTABLE = 63,
	RPMTAG_SIGPGP = 259,
	RPMTAG_SIGMD5 = 261,
	RPMTAG_SIGGPG = 262,
	RPMTAG_DSAHEADER = 267,
	RPMTAG_RSAHEADER = 268,
	RPMTAG_OPENPGP = 278,
	RPMTAG_NAME = 1000,
	RPMTAG_VERSION = 1001,
	RPMTAG_RELEASE = 1002,
	RPMTAG_EPOCH = 1003,
	RPMTAG_INSTALLTIME = 1008,
	RPMTAG_SIZE = 1009,
	RPMTAG_VENDOR = 1011,
	RPMTAG_LICENSE = 1014,
	RPMTAG_ARCH = 1022,
	RPMTAG_OLDFILENAMES = 1027,
	RPMTAG_FILESTATES = 1029,
	RPMTAG_FILEMODES = 1030,
	RPMTAG_SOURCERPM = 1044,
	RPMTAG_DIRINDEXES = 1116,
	RPMTAG_BASENAMES = 1117,
	RPMTAG_DIRNAMES = 1118,
	RPMTAG_LONGSIZE = 5009,
	RPMTAG_MODULARITYLABEL = 5096,
};

struct rpm_header {
	struct str index; /* 16 bytes an entry */
	struct str store;
	size_t n_entries;
	size_t n_region; /* entries of the region; 0: there is none */
};

/* Errors: ERR_FORMAT, ERR_LIMIT. The header borrows from blob. */
int rpm_header_parse(struct str blob, struct rpm_header *ret, struct err *err);

/*
 * The first value of a tag. 1: found; 0: the header has no such tag; ERR_FORMAT: it has, but of
 * another type or outside of the store. Text is the first string of an array or translation table.
 */
int rpm_header_text(const struct rpm_header *h, enum rpm_tag tag, struct str *ret, struct err *err);
int rpm_header_number(const struct rpm_header *h, enum rpm_tag tag, uint64_t *ret, struct err *err);
int rpm_header_bytes(const struct rpm_header *h, enum rpm_tag tag, struct str *ret,
		     struct err *err);

/*
 * "bash-5.1.8-6.el9.src.rpm" into "bash" and "5.1.8-6.el9"; also .nosrc.rpm. False, and untouched,
 * for anything else.
 */
bool rpm_source_split(struct str sourcerpm, struct str *ret_name, struct str *ret_version);

/* STR_NULL for "(none)", which rpm prints for an absent tag and some tools store. */
static inline struct str rpm_none(struct str s)
{
	return str_is(s, "(none)") ? STR_NULL : s;
}

struct rpm_records {
	struct pkg_sink *sink;
	struct arena arena;  /* of the record at hand */
	struct strbuf paths; /* its paths, one after another */
	struct vec files;    /* struct str into paths */
	size_t n_records;    /* added so far */
	size_t n_files;	     /* listed so far */
	size_t path_bytes;   /* of them */
};

#define RPM_RECORDS_INIT(the_sink)                                                                 \
	{                                                                                          \
		.sink = (the_sink), .arena = {.limit = LIMIT_ARENA_BYTES},                         \
		.paths = STRBUF_INIT(LIMIT_RPM_PATH_BYTES),                                        \
		.files = VEC_INIT(struct str, LIMIT_PACKAGE_FILES),                                \
	}

void rpm_records_done(struct rpm_records *recs);
int rpm_records_add(struct rpm_records *recs, struct str blob, const char *where, struct err *err);
