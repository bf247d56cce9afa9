/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 certificates: reading one, what it says, and its chain to anchors that are given.
 *
 *     CLEANUP(certificate_freep) struct certificate *leaf = NULL;
 *     r = certificate_parse(der_or_pem, &leaf, err);
 *     r = certificate_chain(leaf, &(struct certificate_wants){.at = time, .anchors = roots,
 *                           .n_anchors = n, .use = CERTIFICATE_USE_CODE}, &chain, err);
 *     r = certificate_scts_verify(leaf, chain.at[1], logs, n_logs, &n_held, err);
 *
 * A chain holds at one time that is given ("hybrid model": every certificate is valid then, its
 * last second not counted); no clock is read, and there is no store of the system. Checked are
 * signatures (no SHA-1, no weak keys), validity, CA bits, path lengths, key usage, name
 * constraints, unknown critical extensions, and, when wanted, extended key usage (of the leaf, and
 * of each CA that has it).
 *
 * Ownership: a certificate owns itself, slices of it live as long; a chain borrows. Threads:
 * read-only sharing is fine.
 * Errors: ERR_FORMAT (no certificate), ERR_DENIED (the chain does not hold, too weak a key),
 * ERR_UNSUPPORTED (a kind of key that is not known here), ERR_LIMIT, ERR_NOMEM.
 * Format: RFC 5280; PEM RFC 7468; names RFC 4514; SCT RFC 6962. Behind it: OpenSSL 3.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "crypto/public_key.h"

#define CERTIFICATE_BYTES_MAX	   65536 /* DER of one */
#define CERTIFICATE_CHAIN_MAX	   10	 /* certificates in a chain, or given with a leaf */
#define CERTIFICATE_EXTENSIONS_MAX 64
#define CERTIFICATE_SCTS_MAX	   32
#define CERTIFICATE_NAMES_MAX	   1024 /* of a subject alternative name */

#define CERTIFICATE_USE_CODE	   "1.3.6.1.5.5.7.3.3" /* code signing */
#define CERTIFICATE_USE_EMAIL	   "1.3.6.1.5.5.7.3.4"
#define CERTIFICATE_USE_TIMESTAMP  "1.3.6.1.5.5.7.3.8"
#define CERTIFICATE_USE_OCSP	   "1.3.6.1.5.5.7.3.9"
#define CERTIFICATE_USE_ANY	   "2.5.29.37.0"

struct certificate;

/* One, DER or PEM (text around a PEM block is fine, a second block is not). */
int certificate_parse(struct str bytes, struct certificate **ret, struct err *err);
void certificate_free(struct certificate *cert);
void certificate_freep(struct certificate **cert);

/* Several, in the order they came. */
struct certificate_list {
	struct certificate **p;
	size_t n;
};
int certificate_list_parse(struct str pem, size_t max, struct certificate_list *ret,
			   struct err *err); /* all PEM blocks of a text; or one in DER */
int certificate_list_add(struct certificate_list *list, struct str der, struct err *err);
void certificate_list_done(struct certificate_list *list);

struct str certificate_der(const struct certificate *cert);
int certificate_format(const struct certificate *cert, struct strbuf *pem, struct err *err);
bool certificate_same(const struct certificate *a, const struct certificate *b);
int certificate_digest(const struct certificate *cert, enum digest_algorithm algorithm,
		       struct digest_value *ret, struct err *err); /* of the DER: fingerprint */

const struct public_key *certificate_key(const struct certificate *cert);
struct str certificate_subject(const struct certificate *cert); /* "CN=a,O=b"; may be empty */
struct str certificate_issuer(const struct certificate *cert);
struct str certificate_serial(const struct certificate *cert);	/* hex, lower case */
int64_t certificate_not_before(const struct certificate *cert); /* Unix seconds, inclusive */
int64_t certificate_not_after(const struct certificate *cert);
bool certificate_is_valid_at(const struct certificate *cert, int64_t at);

/* Basic constraints: CA, and how many CAs may follow below (-1: any number). */
bool certificate_is_ca(const struct certificate *cert);
long certificate_path_length(const struct certificate *cert);
bool certificate_is_self_signed(const struct certificate *cert); /* and the signature holds */

/* Key usage, bits as in RFC 5280 4.2.1.3; false without the extension. */
enum certificate_key_usage {
	CERTIFICATE_DIGITAL_SIGNATURE = 0x80,
	CERTIFICATE_CONTENT_COMMITMENT = 0x40,
	CERTIFICATE_KEY_ENCIPHERMENT = 0x20,
	CERTIFICATE_DATA_ENCIPHERMENT = 0x10,
	CERTIFICATE_KEY_AGREEMENT = 0x08,
	CERTIFICATE_KEY_CERT_SIGN = 0x04,
	CERTIFICATE_CRL_SIGN = 0x02,
};
bool certificate_key_usage(const struct certificate *cert, unsigned *ret_bits, bool *ret_critical);

/* Extended key usage by OID: whether it is there, and how many there are (0: no extension). */
bool certificate_has_use(const struct certificate *cert, const char *use);
size_t certificate_use_count(const struct certificate *cert, bool *ret_critical);

/* The value (inside of the OCTET STRING) of an extension, by its dotted OID; false: not there. */
bool certificate_extension(const struct certificate *cert, const char *oid, struct str *ret,
			   bool *ret_critical);

enum certificate_name_kind {
	CERTIFICATE_NAME_URI,
	CERTIFICATE_NAME_EMAIL,
	CERTIFICATE_NAME_DNS,
	CERTIFICATE_NAME_FULCIO, /* otherName 1.3.6.1.4.1.57264.1.7: a user name */
	CERTIFICATE_NAME_OTHER,	 /* any other kind, without a value */
};
struct certificate_name {
	enum certificate_name_kind kind;
	struct str value;
};
/* Subject alternative names; with a NUL inside of a value the certificate was refused. */
size_t certificate_name_count(const struct certificate *cert);
struct certificate_name certificate_name_at(const struct certificate *cert, size_t i);

/* The subject's attributes in the order of the certificate: {"CN", "a"}, UTF-8, in the arena. */
struct certificate_attribute {
	struct str type; /* short name as in RFC 4514, or the dotted OID */
	struct str value;
};
int certificate_subject_parts(const struct certificate *cert, struct arena *arena,
			      struct certificate_attribute **ret, size_t *ret_n, struct err *err);

/* Whether the key of `issuer` signed `cert`, and the names fit; nothing else. */
int certificate_signed_by(const struct certificate *cert, const struct certificate *issuer,
			  struct err *err);

/* Whether it is signed by a digest that can be forged: MD5, SHA-1, or one that is not known. */
bool certificate_is_weakly_signed(const struct certificate *cert);

struct certificate_wants {
	int64_t at; /* Unix seconds */
	struct certificate *const *anchors;
	size_t n_anchors; /* roots, or any certificate that is trusted as the end of a chain */
	struct certificate *const *intermediates;
	size_t n_intermediates;
	const char *use; /* CERTIFICATE_USE_..; NULL: any */
};

struct certificate_chain {
	const struct certificate *at[CERTIFICATE_CHAIN_MAX]; /* leaf first, anchor last */
	size_t n;
};

int certificate_chain(const struct certificate *leaf, const struct certificate_wants *wants,
		      struct certificate_chain *ret, struct err *err);

/* A log of certificates (RFC 6962), by its key. */
struct certificate_log {
	const struct public_key *key;
	unsigned char id[32];
	int64_t from, until; /* Unix seconds, both ends inclusive: when its word counts */
};

/*
 * Counts the embedded SCTs that hold: of one of the logs (by id), dated within the log's time,
 * over the precertificate (the certificate without the SCTs) and the issuer's key. Those of
 * unknown logs are passed over. ERR_DENIED: none holds, or the list is malformed.
 */
int certificate_scts_verify(const struct certificate *cert, const struct certificate *issuer,
			    const struct certificate_log *logs, size_t n_logs, size_t *ret_held,
			    struct err *err);
