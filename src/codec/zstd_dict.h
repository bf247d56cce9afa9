/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs many small texts that resemble one another, each by itself, against one dictionary.
 *
 *     r = zstd_dict_new_packer(dictionary, level, &d, err);
 *     r = zstd_dict_pack(d, text, &sb, err);             appends one frame
 *     r = zstd_dict_new_unpacker(dictionary, &d, err);
 *     r = zstd_dict_unpack(d, frame, max_bytes, &sb, err);
 *     zstd_dict_free(d);
 *
 * The dictionary is any bytes that look like the texts; empty is fine. The same input gives the
 * same frames with the same release of zstd.
 * Ownership: the dictionary must outlive the object. Threads: one object, one thread.
 * Errors: ERR_FORMAT, ERR_LIMIT, ERR_NOMEM. Format: RFC 8878. Behind it: libzstd.
 */
#pragma once

#include "base/strbuf.h"

struct zstd_dict;

int zstd_dict_new_packer(struct str dictionary, int level, struct zstd_dict **ret, struct err *err);
int zstd_dict_new_unpacker(struct str dictionary, struct zstd_dict **ret, struct err *err);
void zstd_dict_free(struct zstd_dict *d);
void zstd_dict_freep(struct zstd_dict **d);

int zstd_dict_pack(struct zstd_dict *d, struct str text, struct strbuf *ret, struct err *err);
int zstd_dict_unpack(struct zstd_dict *d, struct str frame, size_t max_bytes, struct strbuf *ret,
		     struct err *err);
