/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a transparency log (Rekor v1 and v2): reading one, and proving what it says.
 *
 *     r = rekor_entry_parse(json, &arena, &entry, err);
 *     r = rekor_verify(&entry, logs, n_logs, &arena, &proof, err);      the log's word
 *     r = rekor_match(&entry, &content, &arena, err);                   about this signature
 *
 * rekor_verify proves that a trusted log has the entry: by its promise (SET, Rekor v1 alone), which
 * also proves the time, and by its inclusion proof up to a signed checkpoint. What is there must
 * hold; one of them must be there, of Rekor v2 the proof.
 * rekor_match compares the entry's body with what is verified: signature, key or certificate byte
 * for byte, and the digest of what was signed.
 *
 * Ownership: slices live in the arena or in the JSON document. Threads: no state.
 * Errors: ERR_DENIED (it does not hold, does not match), ERR_FORMAT (no entry), ERR_NOT_FOUND (of
 * no trusted log: neither good nor bad), ERR_UNSUPPORTED (a kind of entry that is not known).
 * Format: TransparencyLogEntry of sigstore/protobuf-specs; kinds hashedrekord 0.0.1 and 0.0.2, dsse
 * 0.0.1 and 0.0.2, intoto 0.0.1 (with the envelope's bytes alone) and 0.0.2.
 */
#pragma once

#include "trust/sigstore/checkpoint.h"
#include "trust/sigstore/merkle.h"
#include "codec/json.h"

#define REKOR_BODY_BYTES_MAX 16777216

struct rekor_entry {
	struct str kind, version; /* empty: of a legacy annotation, then the body's are taken */
	struct str log_id;
	int64_t index;
	int64_t integrated_time; /* Unix seconds by the log's clock; 0: none */
	struct str promise;	 /* SET; empty: none */
	struct str body;	 /* JSON, as the log has it */
	bool has_proof;
	int64_t proof_index, tree_size;
	struct str root_hash;
	const struct str *hashes;
	size_t n_hashes;
	struct str checkpoint;
};

struct rekor_proof {
	const struct trusted_log *log;
	bool has_time;	  /* integrated_time is proved */
	bool is_included; /* the inclusion proof holds */
};

int rekor_entry_parse(const struct json *map, struct arena *arena, struct rekor_entry *ret,
		      struct err *err);

/* As cosign keeps one in the annotation dev.sigstore.cosign/bundle; borrows nothing of it. */
int rekor_annotation_parse(struct str annotation, struct arena *arena, struct rekor_entry *ret,
			   struct err *err);

int rekor_verify(const struct rekor_entry *entry, const struct trusted_log *logs, size_t n_logs,
		 struct arena *arena, struct rekor_proof *ret, struct err *err);

/* What an entry must be about. One of key and certificate is set. */
struct rekor_content {
	struct str signature;
	struct str certificate; /* DER */
	const struct public_key *key;
	const struct public_key *signer; /* of the certificate, or the key itself */
	bool is_envelope;
	struct str envelope; /* its bytes, if they are known: for intoto 0.0.1 */
	/* Of a DSSE envelope. */
	struct str payload_type, payload, pae;
	/* Of a message; returns -ERR_NOT_FOUND for a digest that cannot be known. */
	int (*digest)(const void *ctx, enum digest_algorithm algorithm, struct digest_value *ret,
		      struct err *err);
	const void *digest_ctx;
};

/* *ret_scheme: what the body says the signature is by; SIGNATURE_NONE: nothing. */
int rekor_match(const struct rekor_entry *entry, const struct rekor_content *content,
		struct arena *arena, enum signature_scheme *ret_scheme, struct err *err);
