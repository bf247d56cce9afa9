/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a zip archive that lies in a file or in memory, by its central directory.
 *
 *     r = zip_open(fd, &z, err);
 *     while ((r = zip_next(z, &entry, err)) > 0)         1 a member, 0 the end
 *             n = zip_read(z, buf, sizeof buf, err);     optional; 0 at the member's end
 *     zip_close(z);
 *
 * An archive without its central directory (cut short) is refused whole. Sizes and checksums are
 * checked: the read that ends a damaged member gives an error, and the members behind it can be
 * read all the same.
 * Formats: APPNOTE.TXT 6.3.10, stored and deflate, ZIP64. Other methods, encryption and archives in
 * several parts are told and not read.
 * Ownership: the descriptor is borrowed; an entry's path lives until the next zip_next.
 * Errors: ERR_FORMAT with the member's name or offset, ERR_UNSUPPORTED, ERR_LIMIT (zip_directory).
 * Memory: the central directory and 64 KiB. Behind it: ISA-L.
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct zip_entry {
	struct str path; /* as stored */
	uint64_t size;	 /* bytes unpacked */
	uint64_t packed; /* bytes in the archive */
	bool is_file;	 /* no directory */
	bool encrypted;
	unsigned method;    /* 0 stored, 8 deflate, ... */
	uint64_t header_at; /* offset of its local header */
};

struct zip;

int zip_open(int fd, struct zip **ret, struct err *err);
int zip_open_bytes(struct str archive, struct zip **ret, struct err *err); /* borrowed */
void zip_close(struct zip *z);
void zip_closep(struct zip **z);

int zip_next(struct zip *z, struct zip_entry *ret, struct err *err);
ssize_t zip_read(struct zip *z, void *buf, size_t n, struct err *err);

/* Where the packed bytes of the member at hand are, zip_entry's `packed` of them. */
int zip_data_at(struct zip *z, uint64_t *ret, struct err *err);
