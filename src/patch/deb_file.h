/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a Debian package: an ar archive of debian-binary, control.tar.*, data.tar.*.
 *
 *     r = deb_file_read(fd, &deb, err);            deb.control, md5sums, conffiles
 *     r = deb_file_open_data(fd, &deb, &tar, err);
 *     deb_file_done(&deb);
 *
 *   OFFSET SIZE  of an ar member's header, behind "!<arch>\n"
 *        0   16  name, padded with blanks, "/" behind it at will
 *       16   32  time, owner, group, mode
 *       48   10  size, decimal; data is padded to an even offset
 *       58    2  "`\n"
 *
 * Ownership: the caller keeps fd. Errors: ERR_FORMAT with what is wrong, ERR_LIMIT, those of tar.
 * Format: deb(5).
 */
#pragma once

#include "base/strbuf.h"
#include "base/stream.h"

struct deb_member {
	uint64_t at, size; /* bytes */
};

struct deb_file {
	struct deb_member data;
	struct strbuf control, md5sums, conffiles;
};

int deb_file_read(int fd, struct deb_file *ret, struct err *err);
int deb_file_open_data(int fd, const struct deb_file *deb, struct stream **ret, struct err *err);
void deb_file_done(struct deb_file *deb);

/* The value of a field of its control file; empty: it has none. */
struct str deb_file_field(const struct deb_file *deb, const char *name);
