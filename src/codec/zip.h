/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a zip archive that lies in a file, by its central directory.
 *
 *     r = zip_open(fd, &z, err);
 *     while ((r = zip_next(z, &entry, err)) > 0)         1 a member, 0 the end
 *             n = zip_read(z, buf, sizeof buf, err);     optional; unread data is passed over
 *     zip_close(z);
 *
 * An archive without its central directory (cut short) is refused whole. Checksums are checked:
 * the read that ends a damaged member gives an error, and the members behind it can be read.
 * Formats: stored, deflate, and what else libarchive unpacks. Encrypted members say so and are not
 * read. Ownership: the descriptor is borrowed; an entry's path lives until the next zip_next.
 * Errors: ERR_FORMAT. Behind it: libarchive (tar.h too).
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct zip_entry {
	struct str path; /* as stored */
	uint64_t size;	 /* bytes unpacked, as the directory says; 0: it does not */
	bool is_file;
	bool encrypted;
};

struct zip;

int zip_open(int fd, struct zip **ret, struct err *err);
void zip_close(struct zip *z);
void zip_closep(struct zip **z);

int zip_next(struct zip *z, struct zip_entry *ret, struct err *err);
ssize_t zip_read(struct zip *z, void *buf, size_t n, struct err *err);
