/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpacks gzip, zstd, xz and bzip2 as a stream over a stream, told apart by their first bytes.
 *
 *     enum compression kind = compression_of(first_bytes);
 *     r = decompress_open(in, kind, &plain, err);      owns `in` from here on, also on error
 *     n = stream_read(plain, buf, sizeof buf, err);
 *
 * Formats: gzip RFC 1952 (several members, zero padding behind the last), zstd RFC 8878 (several
 * and skippable frames, windows up to zstd_window_log), xz 1.1.0 (several streams, padding), bzip2
 * 1.0 (several streams). lz4 is recognised, and refused with ERR_UNSUPPORTED. Errors: ERR_FORMAT
 * (broken, cut short, trailing garbage; with the offset in the packed bytes), ERR_LIMIT
 * (layer_bytes, inflate_ratio), and those of `in`. Memory: about 200 KiB, plus the window of zstd,
 * the dictionary of xz or 4 MiB for bzip2. Behind it: ISA-L, libzstd, liblzma, libbz2.
 */
#pragma once

#include "base/str.h"
#include "base/stream.h"

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_GZIP,
	COMPRESSION_ZSTD,
	COMPRESSION_XZ,
	COMPRESSION_BZIP2,
	COMPRESSION_LZ4,
};

#define COMPRESSION_MAGIC_BYTES 6

/* By magic bytes; COMPRESSION_NONE for everything else. */
enum compression compression_of(struct str first_bytes);
const char *compression_name(enum compression c); /* "gzip", "none", ... */

int decompress_open(struct stream *in, enum compression kind, struct stream **ret, struct err *err);

/*
 * The same with at most so many bytes of memory for a window or dictionary: ERR_LIMIT where the
 * packed bytes ask for more. decompress_memory is what they ask for, as far as their first bytes
 * (some 64) tell; bzip2 and gzip do not ask.
 */
int decompress_open_within(struct stream *in, enum compression kind, size_t memory_bytes,
			   struct stream **ret, struct err *err);
size_t decompress_memory(enum compression kind, struct str first_bytes);
