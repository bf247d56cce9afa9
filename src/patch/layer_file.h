/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs a layer while it is written: gzip, with the digests of what is inside and outside.
 *
 *     r = layer_file_open(&f, blobs_fd, err);
 *     r = root_write(root, &options, layer_file_sink, f, &stats, err);
 *     r = layer_file_commit(f, &layer, err);           its texts live in `layer`
 *     layer_file_free(f);
 *
 * The same bytes in give the same bytes out: no name and no time stands in the gzip header.
 * Errors: those of the disk. Behind it: zlib.
 */
#pragma once

#include "crypto/digest.h"

struct layer_file;

struct layer_file_result {
	char digest[DIGEST_TEXT_MAX], diff_id[DIGEST_TEXT_MAX];
	uint64_t size; /* bytes of the blob */
};

int layer_file_open(struct layer_file **ret, int blobs_fd, struct err *err);
int layer_file_sink(void *layer_file, struct str bytes, struct err *err);
int layer_file_commit(struct layer_file *f, struct layer_file_result *ret, struct err *err);
void layer_file_free(struct layer_file *f);
void layer_file_freep(struct layer_file **f);
