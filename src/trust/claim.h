/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one signature proves, once every check of its format has held: who says what of which
 * digest, since when, and by what means it is known.
 *
 *     struct claim claim = {0};
 *     r = bundle_verify(..., &trail, &claim, err);      filled only when r == 0
 *
 * A claim is no verdict: whether this signer may speak for this image is for the trust policy.
 *
 * Ownership: all slices live in the arena of the verification. Threads: a plain value.
 */
#pragma once

#include "base/str.h"

enum claim_format {
	CLAIM_COSIGN,	/* "simple signing" payload at the tag .sig */
	CLAIM_BUNDLE,	/* Sigstore bundle with a message signature */
	CLAIM_DSSE,	/* an attestation, in a bundle or at the tag .att */
	CLAIM_DCT,	/* Docker Content Trust (Notary v1) */
	CLAIM_NOTATION, /* Notary Project */
	CLAIM_GPG,	/* GPG simple signing */
	CLAIM_BLOB,	/* a bare signature over a file */
};

/* How a time is known; the first two can be believed. */
enum claim_clock { CLAIM_CLOCK_NONE, CLAIM_CLOCK_TIMESTAMP, CLAIM_CLOCK_LOG, CLAIM_CLOCK_SIGNER };

/* A fact about the signer or its build: an extension of a Fulcio certificate. */
struct claim_fact {
	const char *name; /* "source-repository-uri", a literal: a key in JSON and for policies */
	struct str value;
};

#define CLAIM_FACTS_MAX 32

struct claim {
	enum claim_format format;
	struct str digest; /* "sha256:..": of the image's manifest, or of the file */
	/* One of these three is set, by what the signature was believed. */
	struct str key_digest; /* "sha256:..": of the public key in DER */
	struct str identity;   /* of a Fulcio certificate: an e-mail address or URI */
	struct str subject;    /* of any other certificate: "CN=..,O=..", or of an OpenPGP key */
	struct str issuer; /* of the identity: "https://accounts.example.com"; or the CA's name */
	struct str fingerprint; /* of certificate or OpenPGP key: hex */
	struct str algorithm;	/* "ecdsa-sha256" */
	int64_t time;		/* Unix seconds; 0: not known */
	enum claim_clock clock;
	int64_t expires;  /* Unix seconds; 0: never */
	struct str name;  /* the image by the signer's word: a reference, a GUN and tag; or empty */
	struct str roles; /* of DCT: "targets/releases" */
	bool logged;	  /* in a transparency log, which was proved */
	int64_t log_index;	 /* of that entry */
	struct str payload_type; /* of DSSE */
	struct str payload;	 /* of DSSE: the statement; of cosign: the payload */
	struct str predicate_type;
	struct claim_fact facts[CLAIM_FACTS_MAX];
	size_t n_facts;
};
