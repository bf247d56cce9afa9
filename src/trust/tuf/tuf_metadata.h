/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of TUF metadata, read: root, timestamp, snapshot or targets, of either dialect.
 *
 *     CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
 *     r = tuf_metadata_parse(TUF_MODERN, bytes, &m, err);
 *     const struct tuf_file *f = tuf_metadata_file(m, STR("trusted_root.json"));
 *
 * What was read is believed by nobody yet: tuf_verify.h counts the signatures, tuf_update.h follows
 * the files from a trusted root. Members that are not known here are kept in what is signed
 * (section 4.1 of the specification) and mean nothing otherwise.
 *
 * The dialects differ in how bytes are written (hexadecimal or Base64), in the names of files and
 * roles in a snapshot ("targets.json" with a version, "targets" with hashes), in key types and in
 * where a scheme stands (with the key, with the signature). Both are one model here.
 *
 * Ownership: the metadata owns all slices in it, and a copy of its bytes. Threads: read-only
 * sharing is fine.
 * Errors: ERR_FORMAT names the member; ERR_LIMIT (tuf_metadata_bytes, tuf_keys, tuf_signatures,
 * tuf_delegations, json_depth); ERR_NOMEM. A member that stands twice is refused.
 * Format: TUF 1.0.34, sections 4.2 to 4.6, https://theupdateframework.github.io/specification/ and
 * TAP 15 (succinct roles); Notary v1: tuf/data of https://github.com/notaryproject/notary.
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"
#include "crypto/digest.h"

enum tuf_dialect { TUF_MODERN, TUF_NOTARY };

enum tuf_type { TUF_ROOT, TUF_TIMESTAMP, TUF_SNAPSHOT, TUF_TARGETS };
#define TUF_TYPES 4

const char *tuf_type_name(enum tuf_type type); /* "root": also the name of the top-level role */

/* A key as it is written; tuf_key.h makes a public key of it. */
struct tuf_key {
	struct str id;	    /* what the file calls it; a hint */
	struct str keytype; /* "ecdsa", "rsa-x509", ... as written, also when not known here */
	struct str scheme;  /* modern only: "ecdsa-sha2-nistp256" */
	struct str public; /* modern: as written (PEM, hexadecimal); Notary: what the Base64 held */
	struct str digest; /* hexadecimal SHA-256 of the key's canonical JSON: what its id must be
			      in Notary's dialect */
};

struct tuf_signature {
	struct str keyid;
	struct str method; /* Notary only: "rsapss" */
	struct str bytes;  /* empty: not readable, so it holds for nobody */
};

/* Who signs a role. */
struct tuf_signers {
	struct str_list keyids;
	uint64_t threshold; /* at least 1 */
};

#define TUF_HASHES_MAX 3 /* algorithms known here */

/* A file that a timestamp, snapshot or targets names. */
struct tuf_file {
	struct str name;	   /* a target's path; of metadata the role: "targets/releases" */
	int64_t version;	   /* of metadata in the modern dialect; 0 otherwise */
	uint64_t length;	   /* bytes */
	bool has_length, has_hash; /* a hash that may be of an unknown algorithm alone */
	struct digest_value hashes[TUF_HASHES_MAX];
	size_t n_hashes;
	struct str custom; /* canonical JSON of the member "custom"; empty: none */
};

struct tuf_delegation {
	struct str name; /* the role */
	struct tuf_signers signers;
	bool terminating;
	struct str_list paths;	       /* patterns; in Notary's dialect beginnings of paths */
	struct str_list hash_prefixes; /* hexadecimal, instead of paths */
};

/* TAP 15: 2^bit_length roles named "PREFIX-0f", each for its share of the hashes of paths. */
struct tuf_succinct {
	struct str name_prefix;
	unsigned bit_length; /* 1-32; 0: there is none */
	struct tuf_signers signers;
};

struct tuf_metadata {
	struct arena arena;
	enum tuf_dialect dialect;
	enum tuf_type type;
	struct str bytes;	 /* as they came */
	struct str signed_bytes; /* canonical JSON of the member "signed" */
	const struct tuf_signature *signatures;
	size_t n_signatures;
	int64_t version; /* at least 1; 0 is Notary's for a file that was never published */
	int64_t expires; /* Unix seconds */

	/* root; and targets, for its delegations */
	const struct tuf_key *keys; /* sorted by id */
	size_t n_keys;
	/* root */
	struct tuf_signers roles[TUF_TYPES];
	bool consistent_snapshot;
	/* timestamp, snapshot, targets */
	const struct tuf_file *files; /* sorted by name */
	size_t n_files;
	/* targets */
	const struct tuf_delegation *delegations; /* in the order of trust */
	size_t n_delegations;
	struct tuf_succinct succinct;
};

int tuf_metadata_parse(enum tuf_dialect dialect, struct str bytes, struct tuf_metadata **ret,
		       struct err *err);
void tuf_metadata_free(struct tuf_metadata *m);
void tuf_metadata_freep(struct tuf_metadata **m);

/* Borrowed, or NULL. */
const struct tuf_key *tuf_metadata_key(const struct tuf_metadata *m, struct str id);
const struct tuf_file *tuf_metadata_file(const struct tuf_metadata *m, struct str name);
const struct tuf_delegation *tuf_metadata_delegation(const struct tuf_metadata *m, struct str role);

/* Whether the bytes are those the file names: ERR_DENIED says which of length and hashes differs.
 */
int tuf_file_check(const struct tuf_file *f, struct str bytes, struct err *err);
