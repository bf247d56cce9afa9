/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an image comes from: opens a target, says what the image is, streams its layers.
 *
 *     r = source_open(&request, &src, err);
 *     src->layers[i].digest ...                      what the manifest promises
 *     source_open_layer(src, i, &stream, err);       any thread, several at a time
 *     source_close(src);
 *
 * A source only reads and parses; digests of manifests and configs are verified here, those of
 * layers by the caller, who hashes what it reads. Each kind of source is one file in sources/.
 *
 * Ownership: all slices live in src->arena. Errors: ERR_NOT_FOUND, ERR_FORMAT, ERR_DENIED (a digest
 * does not match: both are named), ERR_UNSUPPORTED, ERR_USAGE (which tags or platforms there are).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/stream.h"

struct source_layer {
	struct str digest;     /* of the blob, "sha256:.."; empty: not promised */
	struct str diff_id;    /* of the tar inside; empty: not promised */
	struct str media_type; /* empty: not said */
	uint64_t size;	       /* bytes of the blob; 0: not said */
	struct str not_read;   /* why it cannot be read (foreign, encrypted); empty: it can */
	/* Names the very bytes without hashing them: "dev:ino:size:mtime:ctime:offset"; empty:
	 * none. */
	struct str identity;
	void *member; /* the source's own */
};

struct source {
	struct arena arena;
	const char *transport;	    /* "docker-archive", "oci", ... */
	struct str location;	    /* file, directory or reference */
	struct str found_by;	    /* which engine or registry (and mirror) had it; else empty */
	struct str name;	    /* tag or reference chosen; may be empty */
	struct str manifest_digest; /* empty: the format has none */
	struct str config_digest;
	struct str media_type;	     /* of the manifest */
	struct str config;	     /* JSON of the image config; empty: a bare root file system */
	struct str_list annotations; /* of the manifest, "key=value", sorted */
	struct source_layer *layers; /* bottom-up */
	size_t n_layers;
	/*
	 * Opening a layer connects to somewhere: call it from a thread that may. Reading and
	 * closing the stream needs no such right.
	 */
	bool needs_network;
	int (*open_layer)(struct source *src, size_t i, struct stream **ret, struct err *err);
	void (*cancel)(struct source *src); /* ends reads under way, any thread; NULL: they end */
	void (*done)(struct source *src); /* releases what is not in the arena, and nothing else */
	void *data;			  /* the source's own */
};

struct source_request {
	const char *location; /* path or reference, without the transport */
	const char *choice;   /* tag, ref name or digest to choose by; NULL: the only one */
	const char *platform; /* "linux/arm64/v8"; NULL: this machine's */
};

/* The kinds; each allocates *ret with source_new and gives it back complete. */
int source_docker_archive(const struct source_request *q, struct source **ret, struct err *err);
int source_oci(const struct source_request *q, struct source **ret,
	       struct err *err); /* dir or archive */
int source_tarball(const struct source_request *q, struct source **ret,
		   struct err *err); /* rootfs tar */

/*
 * An image in a registry. Takes over the place, also when it fails: image/locate.h finds it.
 * request: only the platform is asked for.
 */
struct image_place;
int source_registry(struct image_place *place, const struct source_request *q, struct source **ret,
		    struct err *err);

struct source *source_new(const char *transport, const char *location);
void source_close(struct source *src);
void source_closep(struct source **src);

static inline void source_cancel(struct source *src)
{
	if (src->cancel)
		src->cancel(src);
}

static inline int source_open_layer(struct source *src, size_t i, struct stream **ret,
				    struct err *err)
{
	return src->open_layer(src, i, ret, err);
}
