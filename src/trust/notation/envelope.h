/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signature envelopes of the Notary Project, JWS or COSE, read into one form.
 *
 *     CLEANUP(notation_envelope_done) struct notation_envelope e = {0};
 *     r = notation_envelope_parse(NOTATION_JWS, bytes, &arena, &e, err);
 *     r = notation_envelope_verify(&e, err);        the signature by the first certificate
 *
 * What is read is complete and consistent: content type, algorithm and signing scheme are there
 * and known, times are those of the scheme, what has to be critical is, and a critical attribute
 * that is not known is an error, unless the envelope names a plugin, whose it may be: such an
 * envelope only the plugin can verify. Nothing is believed yet.
 *
 * Ownership: texts live in the arena, certificates and the rest in the envelope. Threads: one.
 * Errors: ERR_FORMAT (what is wrong), ERR_UNSUPPORTED (a critical attribute, a scheme, an
 * algorithm), ERR_DENIED (the signature does not hold, a weak key), ERR_LIMIT, ERR_NOMEM.
 * Format: Notary Project specifications, signature-specification.md, signature-envelope-jws.md,
 * signature-envelope-cose.md, signing-scheme.md.
 */
#pragma once

#include "crypto/certificate.h"
#include "trust/cose.h"
#include "trust/jws.h"

#define NOTATION_MEDIA_JWS	    "application/jose+json"
#define NOTATION_MEDIA_COSE	    "application/cose"
#define NOTATION_MEDIA_PAYLOAD	    "application/vnd.cncf.notary.payload.v1+json"
#define NOTATION_MEDIA_SIGNATURE    "application/vnd.cncf.notary.signature"
#define NOTATION_THUMBPRINTS	    "io.cncf.notary.x509chain.thumbprint#S256"
#define NOTATION_ENVELOPE_BYTES_MAX 4194304

/* Attributes of an envelope, in both forms. */
#define NOTATION_SCHEME		     "io.cncf.notary.signingScheme"
#define NOTATION_SIGNING_TIME	     "io.cncf.notary.signingTime"
#define NOTATION_AUTHENTIC_TIME	     "io.cncf.notary.authenticSigningTime"
#define NOTATION_EXPIRY_TIME	     "io.cncf.notary.expiry"
#define NOTATION_PLUGIN		     "io.cncf.notary.verificationPlugin"
#define NOTATION_PLUGIN_VERSION	     "io.cncf.notary.verificationPluginMinVersion"
#define NOTATION_TIMESTAMP_ATTRIBUTE "io.cncf.notary.timestampSignature"
#define NOTATION_AGENT		     "io.cncf.notary.signingAgent"

enum notation_form { NOTATION_JWS, NOTATION_COSE };

enum notation_scheme { NOTATION_SCHEME_X509, NOTATION_SCHEME_AUTHORITY };

struct notation_envelope {
	enum notation_form form;
	enum notation_scheme scheme;
	struct jws jws;		/* of NOTATION_JWS */
	struct cose_sign1 cose; /* of NOTATION_COSE */
	struct str payload;	/* JSON; believe it when the signature holds */
	struct str signature;	/* what a time stamp is of */
	enum signature_scheme algorithm;
	struct certificate_list chain; /* the signer's first, then up to the root */
	int64_t signing_time;	       /* Unix seconds; the signer's word, or the authority's */
	int64_t expiry;		       /* Unix seconds; 0: never */
	struct str plugin;	       /* that has to verify it, too; empty: none */
	struct str plugin_version;
	struct str timestamp; /* a token of RFC 3161; empty: none */
	struct str agent;     /* what wrote it, for people; empty: not said */
};

/* "application/jose+json", "application/cose"; ERR_UNSUPPORTED. */
int notation_form_of(struct str media_type, enum notation_form *ret, struct err *err);

int notation_envelope_parse(enum notation_form form, struct str bytes, struct arena *arena,
			    struct notation_envelope *ret, struct err *err);
void notation_envelope_done(struct notation_envelope *e);

/* The signature with the key of the first certificate, by the algorithm that the key must have. */
int notation_envelope_verify(const struct notation_envelope *e, struct err *err);

/*
 * By key type and size alone: PS256 for RSA 2048, PS384 for 3072, PS512 for 4096, ES256 and so on
 * by curve. SIGNATURE_NONE: a key that the specification does not know.
 */
enum signature_scheme notation_algorithm(const struct public_key *key);
const char *notation_jws_alg(enum signature_scheme algorithm);		/* "PS256" */
int64_t notation_cose_alg(enum signature_scheme algorithm);		/* -37 */
enum digest_algorithm notation_digest(enum signature_scheme algorithm); /* of blobs, too */
