/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "crypto/certificate_x509.h"

#define FULCIO_OTHER_NAME "1.3.6.1.4.1.57264.1.7"
#define SECURITY_LEVEL	  2 /* 112 bits: RSA 2048, no SHA-1 */

struct certificate {
	X509 *x509;
	struct public_key *key;
	struct str der; /* malloc'd, as all below */
	struct str subject, issuer, serial;
	int64_t not_before, not_after;
	EXTENDED_KEY_USAGE *uses; /* NULL: no extension */
	struct certificate_name *names;
	GENERAL_NAMES *alternative; /* what the names are slices of */
	size_t n_names;
};

static void bio_freep(BIO **b)
{
	(void)BIO_free(*b); /* memory only */
}

static void store_freep(X509_STORE **s)
{
	X509_STORE_free(*s);
}

static void store_ctx_freep(X509_STORE_CTX **c)
{
	X509_STORE_CTX_free(*c);
}

static void x509_stack_freep(STACK_OF(X509) * *s)
{
	sk_X509_free(*s);
}

static void object_freep(ASN1_OBJECT **o)
{
	ASN1_OBJECT_free(*o);
}

static void time_freep(ASN1_TIME **t)
{
	ASN1_TIME_free(*t);
}

static void bn_freep(BIGNUM **b)
{
	BN_free(*b);
}

static void openssl_freep(void *p)
{
	OPENSSL_free(*(void **)p);
}

void certificate_free(struct certificate *cert)
{
	if (!cert)
		return;
	X509_free(cert->x509);
	public_key_free(cert->key);
	EXTENDED_KEY_USAGE_free(cert->uses);
	GENERAL_NAMES_free(cert->alternative);
	free((char *)cert->der.p);
	free((char *)cert->subject.p);
	free((char *)cert->issuer.p);
	free((char *)cert->serial.p);
	free(cert->names);
	free(cert);
}

void certificate_freep(struct certificate **cert)
{
	certificate_free(*cert);
	*cert = NULL;
}

X509 *certificate_x509(const struct certificate *cert)
{
	return cert->x509;
}

static int keep(struct str s, struct str *ret, struct err *err)
{
	char *copy = str_dup(s);

	if (!copy)
		return err_nomem(err);
	*ret = str_make(copy, s.n);
	return 0;
}

/* RFC 4514 text; letters beyond ASCII stay UTF-8. */
static int keep_name(X509_NAME *name, struct str *ret, struct err *err)
{
	const unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	if (!bio || X509_NAME_print_ex(bio, name, 0, flags) < 0)
		return err_set(err, ERR_FORMAT, "a name in the certificate cannot be read");
	n = BIO_get_mem_data(bio, &text);
	return keep(str_make(text, n > 0 ? (size_t)n : 0), ret, err);
}

static int keep_serial(struct certificate *cert, struct err *err)
{
	CLEANUP(bn_freep) BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert->x509), NULL);
	CLEANUP(openssl_freep) char *hex = bn ? BN_bn2hex(bn) : NULL;

	if (!hex)
		return err_nomem(err);
	for (char *p = hex; *p; p++)
		*p = char_lower(*p);
	return keep(str_of(hex), &cert->serial, err);
}

static int keep_time(const ASN1_TIME *time, int64_t *ret, struct err *err)
{
	CLEANUP(time_freep) ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days = 0, seconds = 0;

	if (!epoch)
		return err_nomem(err);
	if (ASN1_TIME_diff(&days, &seconds, epoch, time) != 1)
		return err_set(err, ERR_FORMAT, "a time of the certificate cannot be read");
	*ret = (int64_t)days * 86400 + seconds;
	return 0;
}

static int keep_key(struct certificate *cert, struct err *err)
{
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &der), r;

	if (n <= 0)
		return err_set(err, ERR_FORMAT, "the key of the certificate cannot be read");
	r = public_key_parse(str_make(der, (size_t)n), &cert->key, err);
	return r < 0 ? err_wrap(err, r, "the certificate") : 0;
}

/* RFC 5280 4.2: no extension twice; that also keeps us from taking another one than OpenSSL. */
static int check_extensions(const X509 *x509, struct err *err)
{
	int n = X509_get_ext_count(x509);

	if (n > CERTIFICATE_EXTENSIONS_MAX)
		return err_set(err, ERR_LIMIT, "a certificate with %d extensions; %d are taken", n,
			       CERTIFICATE_EXTENSIONS_MAX);
	for (int i = 0; i < n; i++) {
		const ASN1_OBJECT *oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));

		if (X509_get_ext_by_OBJ(x509, oid, i) >= 0)
			return err_set(err, ERR_FORMAT, "an extension of the certificate is twice");
	}
	return 0;
}

static struct str string_of(const ASN1_STRING *s)
{
	return str_make(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static bool is_oid(const ASN1_OBJECT *object, const char *oid)
{
	char text[128];
	int n = OBJ_obj2txt(text, sizeof text, object, 1);

	return n > 0 && (size_t)n < sizeof text && strcmp(text, oid) == 0;
}

static struct certificate_name other_name(const OTHERNAME *other)
{
	const ASN1_TYPE *value = other->value;

	if (is_oid(other->type_id, FULCIO_OTHER_NAME) && value->type == V_ASN1_UTF8STRING)
		return (struct certificate_name){CERTIFICATE_NAME_FULCIO,
						 string_of(value->value.utf8string)};
	return (struct certificate_name){CERTIFICATE_NAME_OTHER, STR_NULL};
}

static struct certificate_name name_of(const GENERAL_NAME *general)
{
	int kind = 0;
	const void *value = GENERAL_NAME_get0_value(general, &kind);

	switch (kind) {
	case GEN_URI:
		return (struct certificate_name){CERTIFICATE_NAME_URI, string_of(value)};
	case GEN_EMAIL:
		return (struct certificate_name){CERTIFICATE_NAME_EMAIL, string_of(value)};
	case GEN_DNS:
		return (struct certificate_name){CERTIFICATE_NAME_DNS, string_of(value)};
	case GEN_OTHERNAME:
		return other_name(value);
	default:
		return (struct certificate_name){CERTIFICATE_NAME_OTHER, STR_NULL};
	}
}

/* A NUL or a broken letter inside of a name is there to deceive. */
static int check_name(struct certificate_name name, struct err *err)
{
	if (str_find_char(name.value, '\0') < name.value.n || !str_is_utf8(name.value))
		return err_set(err, ERR_FORMAT,
			       "an alternative name of the certificate is no text");
	return 0;
}

static int keep_names(struct certificate *cert, struct err *err)
{
	int critical = -1, n, r;

	cert->alternative = X509_get_ext_d2i(cert->x509, NID_subject_alt_name, &critical, NULL);
	if (!cert->alternative)
		return critical == -1 ? 0
				      : err_set(err, ERR_FORMAT,
						"the alternative names of the certificate cannot "
						"be read");
	n = sk_GENERAL_NAME_num(cert->alternative);
	if (n > CERTIFICATE_NAMES_MAX)
		return err_set(err, ERR_LIMIT, "a certificate with %d names; %d are taken", n,
			       CERTIFICATE_NAMES_MAX);
	cert->names = calloc((size_t)n + 1, sizeof *cert->names);
	if (!cert->names)
		return err_nomem(err);
	for (int i = 0; i < n; i++) {
		cert->names[i] = name_of(sk_GENERAL_NAME_value(cert->alternative, i));
		if ((r = check_name(cert->names[i], err)) < 0)
			return r;
	}
	cert->n_names = (size_t)n;
	return 0;
}

static int keep_uses(struct certificate *cert, struct err *err)
{
	int critical = -1;

	cert->uses = X509_get_ext_d2i(cert->x509, NID_ext_key_usage, &critical, NULL);
	if (!cert->uses && critical != -1)
		return err_set(err, ERR_FORMAT,
			       "the extended key usage of the certificate cannot be read");
	return 0;
}

static int learn(struct certificate *cert, struct err *err)
{
	X509 *x = cert->x509;
	int r;

	if ((r = check_extensions(x, err)) < 0)
		return r;
	/* Decodes the extensions now: later, threads share the object. */
	if (X509_check_purpose(x, -1, 0) != 1 || X509_get_extension_flags(x) & EXFLAG_INVALID)
		return err_set(err, ERR_FORMAT, "an extension of the certificate is malformed");
	if ((r = keep_key(cert, err)) < 0 ||
	    (r = keep_name(X509_get_subject_name(x), &cert->subject, err)) < 0 ||
	    (r = keep_name(X509_get_issuer_name(x), &cert->issuer, err)) < 0 ||
	    (r = keep_serial(cert, err)) < 0 ||
	    (r = keep_time(X509_get0_notBefore(x), &cert->not_before, err)) < 0 ||
	    (r = keep_time(X509_get0_notAfter(x), &cert->not_after, err)) < 0 ||
	    (r = keep_names(cert, err)) < 0)
		return r;
	return keep_uses(cert, err);
}

/* OpenSSL reads some BER; nothing that signs images writes it. */
static bool is_der_of(X509 *x509, struct str der)
{
	CLEANUP(openssl_freep) unsigned char *again = NULL;
	int n = i2d_X509(x509, &again);

	return n > 0 && str_eq(str_make(again, (size_t)n), der);
}

static int parse_der(struct str der, struct certificate **ret, struct err *err)
{
	CLEANUP(certificate_freep) struct certificate *cert = calloc(1, sizeof *cert);
	const unsigned char *p = (const unsigned char *)der.p;
	int r;

	if (!cert)
		return err_nomem(err);
	if (der.n == 0 || der.n > CERTIFICATE_BYTES_MAX)
		return err_set(err, der.n ? ERR_LIMIT : ERR_FORMAT,
			       "no certificate has %zu bytes; at most %d are taken", der.n,
			       CERTIFICATE_BYTES_MAX);
	cert->x509 = d2i_X509(NULL, &p, (long)der.n);
	if (!cert->x509 || !is_der_of(cert->x509, der)) {
		ERR_clear_error();
		return err_set(err, ERR_FORMAT, "not a certificate in PEM or DER");
	}
	if ((r = keep(der, &cert->der, err)) < 0)
		return r;
	r = learn(cert, err);
	ERR_clear_error();
	if (r < 0)
		return r;
	*ret = TAKE(cert);
	return 0;
}

/* The next PEM block; *ret_der stays NULL behind the last. Freed by OPENSSL_free. */
static int next_block(BIO *bio, unsigned char **ret_der, long *ret_n, struct err *err)
{
	CLEANUP(openssl_freep) char *name = NULL;
	CLEANUP(openssl_freep) char *header = NULL;
	CLEANUP(openssl_freep) unsigned char *der = NULL;
	long n = 0;
	unsigned long code;

	if (PEM_read_bio(bio, &name, &header, &der, &n) != 1) {
		code = ERR_peek_last_error();
		ERR_clear_error();
		if (ERR_GET_REASON(code) == PEM_R_NO_START_LINE)
			return 0;
		return err_set(err, ERR_FORMAT, "the PEM text is broken");
	}
	if (strcmp(name, PEM_STRING_X509) != 0)
		return err_set(err, ERR_FORMAT, "a PEM block \"%.40s\" instead of a certificate",
			       name);
	*ret_der = TAKE(der);
	*ret_n = n;
	return 0;
}

int certificate_list_add(struct certificate_list *list, struct str der, struct err *err)
{
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	struct certificate **p;
	int r = parse_der(der, &cert, err);

	if (r < 0)
		return r;
	p = reallocarray(list->p, list->n + 1, sizeof(struct certificate *));
	if (!p)
		return err_nomem(err);
	list->p = p;
	list->p[list->n++] = TAKE(cert);
	return 0;
}

void certificate_list_done(struct certificate_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		certificate_free(list->p[i]);
	free(list->p);
	*list = (struct certificate_list){0};
}

static bool is_pem(struct str bytes)
{
	return str_find(bytes, STR("-----BEGIN ")) < bytes.n;
}

static int add_blocks(struct str pem, size_t max, struct certificate_list *list, struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = NULL;
	int r;

	if (pem.n > max * 2 * CERTIFICATE_BYTES_MAX || pem.n > INT32_MAX)
		return err_set(err, ERR_LIMIT, "certificates of %zu bytes", pem.n);
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (!bio)
		return err_nomem(err);
	for (;;) {
		CLEANUP(openssl_freep) unsigned char *der = NULL;
		long n = 0;

		if ((r = next_block(bio, &der, &n, err)) < 0)
			return r;
		if (!der)
			return 0;
		if (list->n == max)
			return err_set(err, ERR_LIMIT, "more than %zu certificates", max);
		if ((r = certificate_list_add(list, str_make(der, (size_t)n), err)) < 0)
			return err_wrap(err, r, "certificate %zu", list->n + 1);
	}
}

int certificate_list_parse(struct str pem, size_t max, struct certificate_list *ret,
			   struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	int r = is_pem(pem) ? add_blocks(pem, max, &list, err)
			    : certificate_list_add(&list, pem, err);

	if (r < 0)
		return r;
	*ret = list;
	list = (struct certificate_list){0};
	return 0;
}

int certificate_parse(struct str bytes, struct certificate **ret, struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	int r;

	if (!is_pem(bytes))
		return parse_der(bytes, ret, err);
	if ((r = add_blocks(bytes, CERTIFICATE_CHAIN_MAX, &list, err)) < 0)
		return r;
	if (list.n != 1)
		return err_set(err, ERR_FORMAT, "%zu certificates where one is wanted", list.n);
	*ret = TAKE(list.p[0]);
	return 0;
}

struct str certificate_der(const struct certificate *cert)
{
	return cert->der;
}

int certificate_format(const struct certificate *cert, struct strbuf *pem, struct err *err)
{
	CLEANUP(bio_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n;

	if (!bio || PEM_write_bio_X509(bio, cert->x509) != 1)
		return err_nomem(err);
	n = BIO_get_mem_data(bio, &text);
	strbuf_add_bytes(pem, text, n > 0 ? (size_t)n : 0);
	return strbuf_check(pem, err);
}

bool certificate_same(const struct certificate *a, const struct certificate *b)
{
	return str_eq(a->der, b->der);
}

int certificate_digest(const struct certificate *cert, enum digest_algorithm algorithm,
		       struct digest_value *ret, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	int r = digest_init(&d, algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, cert->der);
	digest_final(&d, ret);
	return 0;
}

const struct public_key *certificate_key(const struct certificate *cert)
{
	return cert->key;
}

struct str certificate_subject(const struct certificate *cert)
{
	return cert->subject;
}

struct str certificate_issuer(const struct certificate *cert)
{
	return cert->issuer;
}

struct str certificate_serial(const struct certificate *cert)
{
	return cert->serial;
}

int64_t certificate_not_before(const struct certificate *cert)
{
	return cert->not_before;
}

int64_t certificate_not_after(const struct certificate *cert)
{
	return cert->not_after;
}

bool certificate_is_valid_at(const struct certificate *cert, int64_t at)
{
	return cert->not_before <= at && at <= cert->not_after;
}

bool certificate_is_ca(const struct certificate *cert)
{
	uint32_t flags = X509_get_extension_flags(cert->x509);

	return flags & EXFLAG_BCONS && flags & EXFLAG_CA;
}

long certificate_path_length(const struct certificate *cert)
{
	return X509_get_pathlen(cert->x509);
}

bool certificate_key_usage(const struct certificate *cert, unsigned *ret_bits, bool *ret_critical)
{
	if (!(X509_get_extension_flags(cert->x509) & EXFLAG_KUSAGE))
		return false;
	*ret_bits = X509_get_key_usage(cert->x509) & 0xff;
	if (ret_critical)
		*ret_critical = X509_EXTENSION_get_critical(X509_get_ext(
			cert->x509, X509_get_ext_by_NID(cert->x509, NID_key_usage, -1)));
	return true;
}

bool certificate_has_use(const struct certificate *cert, const char *use)
{
	for (int i = 0; cert->uses && i < sk_ASN1_OBJECT_num(cert->uses); i++)
		if (is_oid(sk_ASN1_OBJECT_value(cert->uses, i), use))
			return true;
	return false;
}

size_t certificate_use_count(const struct certificate *cert, bool *ret_critical)
{
	struct str value;

	*ret_critical = false;
	if (!cert->uses || !certificate_extension(cert, "2.5.29.37", &value, ret_critical))
		return 0;
	return (size_t)sk_ASN1_OBJECT_num(cert->uses);
}

bool certificate_extension(const struct certificate *cert, const char *oid, struct str *ret,
			   bool *ret_critical)
{
	CLEANUP(object_freep) ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int i = object ? X509_get_ext_by_OBJ(cert->x509, object, -1) : -1;
	X509_EXTENSION *extension = i >= 0 ? X509_get_ext(cert->x509, i) : NULL;

	if (!extension)
		return false;
	*ret = string_of(X509_EXTENSION_get_data(extension));
	if (ret_critical)
		*ret_critical = X509_EXTENSION_get_critical(extension);
	return true;
}

size_t certificate_name_count(const struct certificate *cert)
{
	return cert->n_names;
}

struct certificate_name certificate_name_at(const struct certificate *cert, size_t i)
{
	return cert->names[i];
}

/* Short names as RFC 4514 and people write them. */
static struct str type_of(const ASN1_OBJECT *object, struct arena *arena)
{
	int nid = OBJ_obj2nid(object);
	char text[128];

	if (nid != NID_undef)
		return arena_str(arena, str_of(OBJ_nid2sn(nid)));
	if (OBJ_obj2txt(text, sizeof text, object, 1) <= 0)
		return STR_NULL;
	return arena_str(arena, str_of(text));
}

static int part_of(X509_NAME_ENTRY *entry, struct arena *arena, struct certificate_attribute *part,
		   struct err *err)
{
	CLEANUP(openssl_freep) unsigned char *text = NULL;
	int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));

	if (n < 0)
		return err_set(err, ERR_FORMAT, "a name in the certificate is no text");
	part->type = type_of(X509_NAME_ENTRY_get_object(entry), arena);
	part->value = arena_str(arena, str_make(text, (size_t)n));
	return arena_check(arena, err);
}

int certificate_subject_parts(const struct certificate *cert, struct arena *arena,
			      struct certificate_attribute **ret, size_t *ret_n, struct err *err)
{
	X509_NAME *name = X509_get_subject_name(cert->x509);
	int n = X509_NAME_entry_count(name), r;
	struct certificate_attribute *parts = arena_array(arena, (size_t)n + 1, sizeof *parts);

	if (!parts)
		return err_nomem(err);
	for (int i = 0; i < n; i++)
		if ((r = part_of(X509_NAME_get_entry(name, i), arena, &parts[i], err)) < 0)
			return r;
	*ret = parts;
	*ret_n = (size_t)n;
	return 0;
}

int certificate_signed_by(const struct certificate *cert, const struct certificate *issuer,
			  struct err *err)
{
	int holds = X509_NAME_cmp(X509_get_issuer_name(cert->x509),
				  X509_get_subject_name(issuer->x509)) == 0 &&
		    X509_verify(cert->x509, X509_get0_pubkey(issuer->x509)) == 1;

	ERR_clear_error();
	return holds ? 0
		     : err_set(err, ERR_DENIED,
			       "the certificate \"%.*s\" is not signed by \"%.*s\"",
			       STR_FMT(cert->subject), STR_FMT(issuer->subject));
}

bool certificate_is_self_signed(const struct certificate *cert)
{
	return certificate_signed_by(cert, cert, NULL) == 0;
}

bool certificate_is_weakly_signed(const struct certificate *cert)
{
	int digest = NID_undef, bits = 0;

	return X509_get_signature_info(cert->x509, &digest, NULL, &bits, NULL) != 1 || bits < 112;
}

static int stack_of(struct certificate *const *certs, size_t n, STACK_OF(X509) * *ret)
{
	*ret = sk_X509_new_null();
	if (!*ret)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (sk_X509_push(*ret, certs[i]->x509) <= 0)
			return -1;
	return 0;
}

static X509_STORE *store_of(const struct certificate_wants *wants)
{
	CLEANUP(store_freep) X509_STORE *store = X509_STORE_new();

	for (size_t i = 0; store && i < wants->n_anchors; i++)
		if (X509_STORE_add_cert(store, wants->anchors[i]->x509) != 1)
			return NULL;
	return TAKE(store);
}

static void set_param(X509_STORE_CTX *ctx, const struct certificate_wants *wants)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	/* Whatever is given as an anchor ends the chain, whether it signed itself or not. */
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_time(param, (time_t)wants->at);
	X509_VERIFY_PARAM_set_depth(param, CERTIFICATE_CHAIN_MAX - 2);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
}

/* The given object behind one that OpenSSL put into the chain. */
static const struct certificate *given(const X509 *x509, const struct certificate *leaf,
				       const struct certificate_wants *wants)
{
	if (leaf->x509 == x509)
		return leaf;
	for (size_t i = 0; i < wants->n_anchors; i++)
		if (wants->anchors[i]->x509 == x509)
			return wants->anchors[i];
	for (size_t i = 0; i < wants->n_intermediates; i++)
		if (wants->intermediates[i]->x509 == x509)
			return wants->intermediates[i];
	return NULL;
}

static int keep_chain(X509_STORE_CTX *ctx, const struct certificate *leaf,
		      const struct certificate_wants *wants, struct certificate_chain *ret,
		      struct err *err)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int n = sk_X509_num(chain);

	if (n <= 0 || n > CERTIFICATE_CHAIN_MAX)
		return err_set(err, ERR_LIMIT, "a chain of %d certificates", n);
	*ret = (struct certificate_chain){.n = (size_t)n};
	for (int i = 0; i < n; i++) {
		ret->at[i] = given(sk_X509_value(chain, i), leaf, wants);
		if (!ret->at[i])
			return err_set(err, ERR_BUG, "a certificate of the chain was not given");
	}
	return 0;
}

/* What OpenSSL leaves open: version 1 CAs, and the extended key usage of every link. */
static int check_links(const struct certificate_chain *chain, const char *use, struct err *err)
{
	bool critical;

	for (size_t i = 0; i < chain->n; i++) {
		const struct certificate *cert = chain->at[i];

		if (i > 0 && !certificate_is_ca(cert))
			return err_set(err, ERR_DENIED,
				       "\"%.*s\" issued a certificate but is no CA",
				       STR_FMT(cert->subject));
		if (!use || certificate_has_use(cert, use))
			continue;
		if (i > 0 && (certificate_use_count(cert, &critical) == 0 ||
			      certificate_has_use(cert, CERTIFICATE_USE_ANY)))
			continue;
		return err_set(err, ERR_DENIED,
			       "the certificate \"%.*s\" is not for this use (extended key usage "
			       "%s)",
			       STR_FMT(cert->subject), use);
	}
	return 0;
}

static int refuse_chain(X509_STORE_CTX *ctx, const struct certificate *leaf,
			const struct certificate_wants *wants, struct err *err)
{
	int code = X509_STORE_CTX_get_error(ctx);
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	const struct certificate *cert = at ? given(at, leaf, wants) : NULL;

	ERR_clear_error();
	if (code == X509_V_ERR_OUT_OF_MEM)
		return err_nomem(err);
	if (!cert)
		cert = leaf;
	return err_set(err, ERR_DENIED, "the certificate \"%.*s\": %s",
		       STR_FMT(cert->subject.n ? cert->subject : cert->serial),
		       X509_verify_cert_error_string(code));
}

int certificate_chain(const struct certificate *leaf, const struct certificate_wants *wants,
		      struct certificate_chain *ret, struct err *err)
{
	CLEANUP(store_freep) X509_STORE *store = store_of(wants);
	CLEANUP(store_ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	CLEANUP(x509_stack_freep) STACK_OF(X509) *untrusted = NULL;
	struct certificate_chain chain = {0};
	int r;

	if (wants->n_anchors == 0)
		return err_set(err, ERR_DENIED, "no certificate is given that is trusted");
	if (wants->n_intermediates > CERTIFICATE_CHAIN_MAX)
		return err_set(err, ERR_LIMIT, "%zu certificates came along; %d are taken",
			       wants->n_intermediates, CERTIFICATE_CHAIN_MAX);
	if (!store || !ctx ||
	    stack_of(wants->intermediates, wants->n_intermediates, &untrusted) < 0 ||
	    X509_STORE_CTX_init(ctx, store, leaf->x509, untrusted) != 1)
		return err_nomem(err);
	set_param(ctx, wants);
	if (X509_verify_cert(ctx) != 1)
		return refuse_chain(ctx, leaf, wants, err);
	if ((r = keep_chain(ctx, leaf, wants, &chain, err)) < 0 ||
	    (r = check_links(&chain, wants->use, err)) < 0)
		return r;
	*ret = chain;
	return 0;
}
