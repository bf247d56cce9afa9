/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DSSE, the envelope of attestations: a payload with its type, and signatures over both.
 *
 *     struct dsse envelope = {0};
 *     r = dsse_parse(json_bytes, &arena, &envelope, err);
 *     r = dsse_verify(&envelope, key, public_key_scheme(key), err);
 *
 * Key ids are hints: they are shown, never believed. Unknown members are passed over, as the
 * specification says; they are not signed, and nothing here uses them.
 *
 * Ownership: slices live in the arena. Threads: no state.
 * Errors: ERR_FORMAT (no envelope), ERR_DENIED (no signature holds), ERR_LIMIT, ERR_NOMEM.
 * Format: DSSE v1.0.2, github.com/secure-systems-lab/dsse envelope.md and protocol.md. Base64 is of
 * the standard alphabet or the URL-safe one.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "crypto/public_key.h"

#define DSSE_IN_TOTO	    "application/vnd.in-toto+json"

#define DSSE_SIGNATURES_MAX 16

struct dsse_signature {
	struct str keyid; /* a hint; may be empty */
	struct str sig;	  /* raw */
};

struct dsse {
	struct str payload_type, payload; /* decoded */
	struct dsse_signature signatures[DSSE_SIGNATURES_MAX];
	size_t n_signatures; /* at least 1 */
};

int dsse_parse(struct str bytes, struct arena *arena, struct dsse *ret, struct err *err);
int dsse_of_json(const struct json *map, struct arena *arena, struct dsse *ret, struct err *err);

/* Pre-authentication encoding: the bytes that are signed. */
int dsse_pae(struct str payload_type, struct str payload, struct strbuf *out, struct err *err);

/* 0: at least one of the signatures is by the key. */
int dsse_verify(const struct dsse *envelope, const struct public_key *key,
		enum signature_scheme scheme, struct err *err);

/* Compact JSON with one signature, as cosign writes it; keyid may be empty. */
int dsse_write(struct str payload_type, struct str payload, struct str keyid, struct str sig,
	       struct strbuf *out, struct err *err);
