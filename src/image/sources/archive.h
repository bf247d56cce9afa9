/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sources that read archives share: telling their kind, and filling in an image from the
 * members of an archive, be it a file that is read by offset or a stream that has passed.
 */
#pragma once

#include "base/head_stream.h"
#include "image/source.h"
#include "image/sources/archive_index.h"

/*
 * ARCHIVE_ANY for an image archive (its members tell which), ARCHIVE_ROOTFS for any other tar:
 * by the names of its first members. Looks at the head only; packed or not.
 * Errors: ERR_FORMAT (no tar at all), ERR_UNSUPPORTED (its compression), those of the stream.
 */
#define ARCHIVE_HEAD_BYTES ((size_t)1 << 20)
int archive_kind(struct head_stream *head, enum archive_form *ret, struct err *err);

/* A stream and, for its identity, the file that it reads; -1: none. Owns in, not fd. */
int archive_stream_new(struct stream *in, int fd, const struct source_request *q,
		       enum archive_form form, struct source **ret, struct err *err);

/* The whole file as one layer; owns fd. */
int tarball_new(int fd, uint64_t size, const struct source_request *q, struct source **ret,
		struct err *err);

/* Completes src from src->members; the messages of all errors begin with the location. */
int archive_fill(struct source *src, const struct source_request *q, enum archive_form form,
		 struct err *err);

int docker_archive_fill(struct source *src, const struct source_request *q, struct err *err);
int oci_fill(struct source *src, const struct source_request *q, struct err *err);

/* Makes the member the place where the layer's bytes are. */
void archive_use_layer(struct source *src, struct source_layer *layer,
		       const struct archive_member *m);

/* Whether what an engine exported is the image that it was asked for. */
int engine_check_id(const struct source *src, struct err *err);
