/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes one file that is named by the digest of its bytes: blobs/sha256/<hex>.
 *
 *     CLEANUP(blob_writer_done) struct blob_writer w = BLOB_WRITER_INIT;
 *     r = blob_writer_open(&w, dir_fd, err);
 *     r = blob_writer_add(&w, bytes, err);                  as often as needed
 *     r = blob_writer_commit(&w, digest, err);              "sha256:<hex>"; w.size has the bytes
 *
 * Until the commit the file has a name of its own, which blob_writer_done takes away again.
 * Ownership: dir_fd stays the caller's. Errors: ERR_IO with the kernel's reason (a full disk).
 */
#pragma once

#include "base/cleanup.h"
#include "base/stream.h"
#include "crypto/digest.h"

struct blob_writer {
	int dir_fd, fd;
	char temp[32];
	struct digest hash;
	uint64_t size; /* bytes */
};

#define BLOB_WRITER_INIT                                                                           \
	{                                                                                          \
		.dir_fd = -1, .fd = -1                                                             \
	}

int blob_writer_open(struct blob_writer *w, int dir_fd, struct err *err);
int blob_writer_add(struct blob_writer *w, struct str bytes, struct err *err);
/* All that the stream still gives. */
int blob_writer_add_stream(struct blob_writer *w, struct stream *in, struct err *err);
int blob_writer_commit(struct blob_writer *w, char digest[DIGEST_TEXT_MAX], struct err *err);
void blob_writer_done(struct blob_writer *w);

/* The bytes at once. */
int blob_write(int dir_fd, struct str bytes, char digest[DIGEST_TEXT_MAX], struct err *err);

/* Opens blobs' file of a digest ("sha256:<hex>") for reading: the descriptor or a negative code. */
int blob_open(int dir_fd, struct str digest, struct err *err);
