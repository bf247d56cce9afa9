/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sigstore bundles: a signature with all that is needed to verify it offline.
 *
 *     CLEANUP(bundle_done) struct bundle bundle = {0};
 *     r = bundle_parse(bytes, &arena, &bundle, err);
 *     r = bundle_verify(&bundle, ...);                      bundle_verify.h
 *
 * Strict: fields that are not known, two contents or none, several signatures in an envelope, wrong
 * base64, a chain in version 0.3, a root certificate in a chain, log entries without what their
 * version asks for: all refused.
 *
 * Ownership: slices live in the arena; bundle_done releases certificate and document. Threads: no
 * state.
 * Errors: ERR_FORMAT with what and where, ERR_LIMIT, ERR_UNSUPPORTED (a version that is not known,
 * a kind of key), ERR_NOMEM.
 * Format: Bundle of sigstore/protobuf-specs (protos/sigstore_bundle.proto) as ProtoJSON, versions
 * 0.1, 0.2 and 0.3 by both spellings of the media type.
 */
#pragma once

#include "crypto/certificate.h"
#include "trust/dsse.h"
#include "trust/sigstore/rekor.h"

#define BUNDLE_BYTES_MAX      16777216
#define BUNDLE_ENTRIES_MAX    32
#define BUNDLE_TIMESTAMPS_MAX 32

struct bundle {
	unsigned version;	  /* 1 to 3: 0.1 to 0.3; 0: made of legacy annotations */
	struct certificate *leaf; /* NULL: signed by a key that is known from elsewhere */
	struct str key_hint;	  /* of that key; only a hint */
	struct rekor_entry *entries;
	size_t n_entries;
	struct str *timestamps; /* RFC 3161 responses or tokens, DER */
	size_t n_timestamps;
	struct str timestamped; /* the bytes the timestamps are over: the signature */
	struct str signature;	/* raw */
	bool is_envelope;
	struct dsse envelope;	   /* if so */
	struct str envelope_bytes; /* if they are known: of a legacy attestation */
	bool has_digest;	   /* of a message; says what was signed, proves nothing */
	struct digest_value digest;
	struct json *doc;
};

int bundle_parse(struct str bytes, struct arena *arena, struct bundle *ret, struct err *err);
void bundle_done(struct bundle *b);

/* Whether a media type is a bundle's: for the manifests of images. */
bool bundle_is_media_type(struct str type);
