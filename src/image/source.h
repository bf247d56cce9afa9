/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an image comes from: opens a target, says what the image is, streams its layers.
 *
 *     r = source_archive(&request, ARCHIVE_ANY, &src, err);
 *     src->layers[i].digest ...                      what the manifest promises
 *     source_open_layer(src, i, &stream, err);       any thread, several at a time
 *     source_close(src);
 *
 * A stream (stdin, a packed archive, what an engine exports) passes only once, and may say last
 * which of its members are the layers of the image. Such a source has next_blob, and knows nothing
 * about the image until that has given 0:
 *
 *     while ((r = src->next_blob(src, &blob, &stream, err)) > 0)
 *             the k-th blob, k from 1: read it, learn from it what a layer can tell, close it
 *     src->layers[i].passed                          k, or 0: use source_open_layer after all
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
	size_t passed; /* of a stream: as which blob it came by, from 1; 0: it can be opened */
	void *member;  /* the source's own */
};

/* A member of a stream that may be a layer. */
struct source_blob {
	struct str promised; /* the digest that its name holds; empty: none */
	struct str identity; /* as source_layer.identity */
	uint64_t size;	     /* bytes of the only blob, for a bar; 0: not known, or more may come */
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
	/* NULL: no stream. 1 and a blob, its stream the caller's to close before the next; 0 at the
	 * end. */
	int (*next_blob)(struct source *src, struct source_blob *ret, struct stream **ret_stream,
			 struct err *err);
	void (*cancel)(struct source *src); /* ends reads under way, any thread; NULL: they end */
	void (*done)(struct source *src); /* releases what is not in the arena, and nothing else */
	void *data;			  /* the source's own */
	struct archive_index *members;	  /* of an image archive; else NULL */
	struct str engine_id; /* the digest an engine calls the image by; empty: no engine */
};

struct source_request {
	const char *location; /* path or reference, without the transport */
	const char *choice;   /* tag, ref name or digest to choose by; NULL: the only one */
	const char *platform; /* "linux/arm64/v8"; NULL: this machine's */
};

/* What an archive is taken for. */
enum archive_form {
	ARCHIVE_ANY, /* what its first members make it: an image or a root file system */
	ARCHIVE_DOCKER,
	ARCHIVE_OCI,
	ARCHIVE_ROOTFS, /* any tar: an image of one layer and no config */
};

/*
 * An archive in a file, packed or not, or in the stream that location "-" (stdin) or a pipe gives.
 * A plain image archive in a file is read by offset, any number of layers at a time.
 */
int source_archive(const struct source_request *q, enum archive_form form, struct source **ret,
		   struct err *err);

/* The same over a stream; owns it from here on, on error too. */
int source_stream(struct stream *in, const struct source_request *q, enum archive_form form,
		  struct source **ret, struct err *err);

/* An OCI layout in a directory. */
int source_oci(const struct source_request *q, struct source **ret, struct err *err);

/* An image that an engine exports. Takes over the place, as source_registry does. */
struct image_place;
int source_engine(struct image_place *place, const struct source_request *q, struct source **ret,
		  struct err *err);

/*
 * An image in a registry. Takes over the place, also when it fails: image/locate.h finds it.
 * request: only the platform is asked for.
 */
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
