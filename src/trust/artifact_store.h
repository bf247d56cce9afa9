/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One repository of artifacts, to be read and written: in a registry, or in an OCI layout.
 *
 *     CLEANUP(artifact_place_done) struct artifact_place p = ARTIFACT_PLACE_INIT;
 *     r = artifact_place_open(target, &registry_options, &p, err);     its tag is resolved ONCE
 *     p.manifest.digest, .bytes, .media_type                           of what was resolved
 *     r = artifact_store_manifest(p.store, version, &m, err);          -ERR_NOT_FOUND: none
 *     r = artifact_store_read_blob(p.store, &layer, &sb, err);         whole, verified; sb's
 * maximum r = attachment_find(p.store, ...)                                trust/attachment.h
 *
 * Everything read has the digest by which it was asked for, or there is an error; a blob has its
 * size too. What a tag names is what its store says at that moment: ask for it once, and go on by
 * digest.
 *
 * A target is a reference (also docker://REFERENCE), always in its registry, or oci:DIR[:TAG], also
 * one that `cosign save` wrote. docker-archive:FILE and what lies in a local engine can be
 * resolved, but have nothing attached: their place has no store, and `why_bare` says so.
 *
 * Writing: blobs first, then the manifest that names them. What is there already is not sent again.
 * Manifests with a subject are entered in the subject's fallback index where the store keeps no
 * list of referrers itself. In a layout index.json is replaced at once, by a rename.
 *
 * Ownership: a place owns all in it. Close streams before artifact_store_free. Threads: one at a
 * time; artifact_store_cancel from any.
 * Errors: ERR_NOT_FOUND (and nothing else is that), ERR_DENIED (a login, another digest than asked
 * for), ERR_FORMAT, ERR_LIMIT (referrers, list_pages, the maximum of a buffer), ERR_IO,
 * ERR_UNSUPPORTED.
 * Format: OCI distribution-spec 1.1, image-spec 1.1 image-layout.md; cosign's layouts mark entries
 * of index.json by the annotation `kind`.
 */
#pragma once

#include <stdatomic.h>

#include "base/stream.h"
#include "image/reference.h"
#include "net/registry.h"
#include "trust/artifact_manifest.h"

struct artifact_store_ops;

/* Embedded by each kind of store as its first member. */
struct artifact_store {
	const struct artifact_store_ops *ops;
	const char *transport; /* "docker", "oci" */
	struct str location;   /* "example.com/team/app", "DIR"; of the store */
};

/* A list of descriptors; lives in the arena it was asked for with. */
struct artifact_list {
	const struct artifact *p;
	size_t n;
};

/* Bytes that are to be written; opened again when they must be sent again. */
struct artifact_bytes {
	int (*open)(void *ctx, struct stream **ret, struct err *err);
	void *ctx;
};

struct artifact_store_ops {
	int (*manifest)(struct artifact_store *s, struct str version, struct registry_manifest *ret,
			struct err *err);
	/* Not verified; the face does that. */
	int (*open_blob)(struct artifact_store *s, const struct artifact *d, struct stream **ret,
			 struct err *err);
	/* *ret_known false: it has no such list, look at the fallback tag. type: as below. */
	int (*referrers)(struct artifact_store *s, struct str digest, struct str type,
			 struct arena *a, struct artifact_list *ret, bool *ret_known,
			 struct err *err);
	int (*tags)(struct artifact_store *s, struct arena *a, struct str_list *ret,
		    struct err *err);
	int (*has_blob)(struct artifact_store *s, struct str digest, bool *ret, struct err *err);
	/*
	 * bytes: verified by their stream. from: a store that may have it and be near; NULL: none.
	 */
	int (*put_blob)(struct artifact_store *s, const struct artifact *d,
			const struct artifact_bytes *bytes, struct artifact_store *from,
			struct err *err);
	/*
	 * tag: empty for none. alone: nothing else names it, so the store must; *ret_listed: the
	 * store lists it as a referrer by itself.
	 */
	int (*put_manifest)(struct artifact_store *s, const struct artifact *d, struct str bytes,
			    struct str tag, bool alone, bool *ret_listed, struct err *err);
	void (*cancel)(struct artifact_store *s);
	void (*free)(struct artifact_store *s);
};

/* ---- opening ---- */

struct artifact_place {
	struct arena arena;
	struct artifact_store *store; /* NULL: nothing can be attached there, see why_bare */
	struct registry_manifest manifest;
	struct str name;     /* as written in full: "example.com/team/app:1", "oci:dir:1" */
	struct str tag;	     /* that was resolved; empty: it was given by its digest */
	struct str why_bare; /* "a docker-archive has no place for ..."; empty: it has one */
};

#define ARTIFACT_PLACE_INIT                                                                        \
	{                                                                                          \
		.manifest = REGISTRY_MANIFEST_INIT                                                 \
	}

/*
 * Opens the target and resolves it. A bare place has the digest of the image, where its form has
 * one, else that of its config, and no manifest bytes.
 */
int artifact_place_open(const char *target, const struct registry_options *options,
			struct artifact_place *ret, struct err *err);

/*
 * Opens the target to write there: nothing is resolved, a layout that is not there is made.
 * ret->tag is the tag to write; empty: a digest was given, or none.
 */
int artifact_place_create(const char *target, const struct registry_options *options,
			  struct artifact_place *ret, struct err *err);
void artifact_place_done(struct artifact_place *p);

/* The kinds of stores. A registry is taken over, on error too. create: make what is missing. */
int artifact_store_registry(struct registry *registry, const struct registry_name *name,
			    struct artifact_store **ret, struct err *err);
int artifact_store_layout(const char *dir, bool create, struct artifact_store **ret,
			  struct err *err);
void artifact_store_free(struct artifact_store *s);
void artifact_store_cancel(struct artifact_store *s);

/* ---- reading ---- */

/* version: a tag or a digest; in a layout a tag may be a whole reference. */
bool artifact_version_is_digest(struct str version);
int artifact_store_manifest(struct artifact_store *s, struct str version,
			    struct registry_manifest *ret, struct err *err);

/* The whole blob, appended to sb, whose maximum is the limit. */
int artifact_store_read_blob(struct artifact_store *s, const struct artifact *d, struct strbuf *sb,
			     struct err *err);

/* As a stream, which fails at its end if the bytes are others than promised. */
int artifact_store_open_blob(struct artifact_store *s, const struct artifact *d,
			     struct stream **ret, struct err *err);

/*
 * What the store lists as referring to that digest; *ret_known false: it keeps no such list. What
 * is listed is nothing but a claim: trust/attachment.h opens each and looks. type: an artifact type
 * that is enough; others may be listed all the same. Empty: all.
 */
int artifact_store_referrers(struct artifact_store *s, struct str digest, struct str type,
			     struct arena *a, struct artifact_list *ret, bool *ret_known,
			     struct err *err);

int artifact_store_tags(struct artifact_store *s, struct arena *a, struct str_list *ret,
			struct err *err);

/* ---- writing ---- */

/* Sends the blob unless it is there. */
int artifact_store_put_blob(struct artifact_store *s, const struct artifact *d,
			    const struct artifact_bytes *bytes, struct err *err);

/* The same, of bytes in memory; sets d->digest (in the arena) and d->size. */
int artifact_store_put_bytes(struct artifact_store *s, struct str bytes, struct arena *a,
			     struct artifact *d, struct err *err);

/*
 * The same, of a blob that `from` has. *ret_there: it was there before; read: grows by the bytes
 * that are read of it, also twice when they must be sent again.
 */
int artifact_store_copy_blob(struct artifact_store *s, struct artifact_store *from,
			     const struct artifact *d, atomic_ullong *read, bool *ret_there,
			     struct err *err);

struct artifact_put {
	struct str bytes; /* the manifest as it is */
	struct str media_type;
	struct str tag;	   /* empty: by its digest only */
	struct str digest; /* that it must have; empty: its sha256 */
	bool root;	   /* it stands by itself: a layout names it also without a tag */
};

/*
 * Enters the manifest in the fallback index of its subject where the store does not list it by
 * itself.
 */
int artifact_store_put_manifest(struct artifact_store *s, const struct artifact_put *put,
				char ret_digest[DIGEST_TEXT_MAX], struct err *err);

/*
 * "sha256-<hex>" and suffix: the tag under which things about a digest stand; at most 64 digits, as
 * the specification wants it. Empty when it is no digest.
 */
#define ARTIFACT_TAG_MAX (DIGEST_TEXT_MAX + 8)
struct str artifact_digest_tag(struct str digest, const char *suffix, char buf[ARTIFACT_TAG_MAX]);
