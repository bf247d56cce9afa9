/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a source that passes only once, before it has said which of its members are layers.
 *
 *     struct vec passed = VEC_INIT(struct passed_layer, LIMIT_STREAM_BLOBS);
 *     r = stream_scan(src, index, cache, &progress, &passed, err);
 *     vec_at(&passed, src->layers[i].passed - 1)
 *     passed_layers_done(&passed);
 *
 * Every blob is analysed, one after the other; those that turn out to be no layer of the image are
 * released. A blob whose name promises a digest that the cache knows is only hashed.
 * Ownership: the records borrow from the blobs' bytes. Errors: those of the source and of
 * layer_scan; ERR_LIMIT (stream_blobs, stream_record_bytes). A blob that is not what its name
 * promises is an error only when the image needs it.
 */
#pragma once

#include "base/vec.h"
#include "image/source.h"
#include "scan/cache.h"
#include "scan/layer_record.h"
#include "scan/layer_scan.h"

struct passed_layer {
	struct strbuf bytes; /* the record, when it was made now */
	struct str cached;   /* the record, when it came from the cache */
	struct layer_record record;
	struct err error; /* why it is not what its name promises; code ERR_OK: it is */
};

int stream_scan(struct source *src, const struct scan_plan *plan, struct cache *cache,
		struct scan_progress *progress, struct vec *passed, struct err *err);
void passed_layers_done(struct vec *passed);
