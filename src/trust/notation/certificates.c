/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/certificates.h"

#include "base/cleanup.h"
#include "base/clock.h"

#define BASIC_CONSTRAINTS "2.5.29.19"
#define NAME_CONSTRAINTS  "2.5.29.30"
#define USE_SERVER	  "1.3.6.1.5.5.7.3.1"
#define USE_CLIENT	  "1.3.6.1.5.5.7.3.2"

static int deny(const struct certificate *cert, struct err *err, const char *what)
{
	return err_set(err, ERR_DENIED, "the certificate \"%.*s\" %s",
		       STR_FMT(certificate_subject(cert)), what);
}

static int check_usage(const struct certificate *cert, enum notation_use use, unsigned needed,
		       unsigned forbidden, struct err *err)
{
	unsigned bits = 0;
	bool critical = false;

	if (!certificate_key_usage(cert, &bits, &critical))
		return deny(cert, err, "has no key usage");
	if (use == NOTATION_USE_CODE && !critical)
		return deny(cert, err, "has a key usage that is not critical");
	if ((bits & needed) != needed)
		return deny(cert, err,
			    needed == CERTIFICATE_KEY_CERT_SIGN
				    ? "may not sign certificates (key usage)"
				    : "may not sign (key usage digitalSignature)");
	if (bits & forbidden)
		return deny(cert, err, "has a key usage beyond signing");
	return 0;
}

static int check_ca(const struct certificate *cert, enum notation_use use, size_t n_below,
		    struct err *err)
{
	struct str value;
	bool critical = false;
	long most = certificate_path_length(cert);

	if (!certificate_extension(cert, BASIC_CONSTRAINTS, &value, &critical) || !critical)
		return deny(cert, err, "has no critical basic constraints");
	if (!certificate_is_ca(cert))
		return deny(cert, err, "is not one of a CA (basic constraints)");
	if (most >= 0 && n_below > (size_t)most)
		return deny(cert, err, "has more CAs below it than its path length allows");
	return check_usage(cert, use, CERTIFICATE_KEY_CERT_SIGN, 0, err);
}

/* Everything that is not signing; the last two are encipherOnly and decipherOnly. */
#define FORBIDDEN                                                                                  \
	(CERTIFICATE_KEY_ENCIPHERMENT | CERTIFICATE_DATA_ENCIPHERMENT |                            \
	 CERTIFICATE_KEY_AGREEMENT | CERTIFICATE_KEY_CERT_SIGN | CERTIFICATE_CRL_SIGN | 0x01 |     \
	 0x8000)

static int check_purposes(const struct certificate *cert, enum notation_use use, struct err *err)
{
	static const char *const forbidden[] = {CERTIFICATE_USE_ANY, USE_SERVER, USE_CLIENT,
						CERTIFICATE_USE_EMAIL, CERTIFICATE_USE_TIMESTAMP};
	bool critical = false;

	if (use == NOTATION_USE_TIMESTAMP) {
		if (certificate_use_count(cert, &critical) != 1 || !critical ||
		    !certificate_has_use(cert, CERTIFICATE_USE_TIMESTAMP))
			return deny(cert, err, "is not for time stamps alone");
		return 0;
	}
	if (certificate_use_count(cert, &critical) == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		if (certificate_has_use(cert, forbidden[i]))
			return deny(cert, err, "has an extended key usage besides code signing");
	return 0;
}

static int check_leaf(const struct certificate *cert, enum notation_use use, struct err *err)
{
	int r;

	if (certificate_is_ca(cert))
		return deny(cert, err, "is one of a CA, and signed no certificate");
	r = check_usage(cert, use, CERTIFICATE_DIGITAL_SIGNATURE, FORBIDDEN, err);
	return r < 0 ? r : check_purposes(cert, use, err);
}

static int check_links(const struct certificate_list *chain, struct err *err)
{
	int r;

	for (size_t i = 0; i + 1 < chain->n; i++) {
		if (certificate_same(chain->p[i], chain->p[i + 1]) ||
		    certificate_is_self_signed(chain->p[i]))
			return deny(chain->p[i], err, "is signed by itself, but not the last");
		if ((r = certificate_signed_by(chain->p[i], chain->p[i + 1], err)) < 0)
			return r;
	}
	if (!certificate_is_self_signed(chain->p[chain->n - 1]))
		return deny(chain->p[chain->n - 1], err,
			    "is the last of the chain, but not signed by itself");
	return 0;
}

int notation_chain_valid_at(const struct certificate_list *chain, int64_t earliest, int64_t latest,
			    struct err *err)
{
	for (size_t i = 0; i < chain->n; i++) {
		const struct certificate *cert = chain->p[i];
		int64_t from = certificate_not_before(cert), until = certificate_not_after(cert);
		char a[CLOCK_TEXT_MAX] = "?", b[CLOCK_TEXT_MAX] = "?";

		if (earliest >= from && latest <= until)
			continue;
		(void)clock_format(from, a); /* a time beyond the year 9999 stays "?" */
		(void)clock_format(until, b);
		return err_set(err, ERR_DENIED,
			       "the certificate \"%.*s\" is valid from %s to %s only",
			       STR_FMT(certificate_subject(cert)), a, b);
	}
	return 0;
}

/*
 * What OpenSSL cannot check: it takes a signer for signed by itself that has the name of its CA,
 * and wants of one that is that it may sign certificates.
 */
static int check_path_by_hand(const struct certificate_list *chain, int64_t at, struct err *err)
{
	struct str value;
	bool critical;

	for (size_t i = 0; i < chain->n; i++) {
		if (i + 1 < chain->n && certificate_is_weakly_signed(chain->p[i]))
			return deny(chain->p[i], err, "is signed by a weak digest");
		if (certificate_extension(chain->p[i], NAME_CONSTRAINTS, &value, &critical))
			return deny(chain->p[i], err,
				    "has name constraints, and the signer the name of its CA");
	}
	return notation_chain_valid_at(chain, at, at, err);
}

static int check_path(const struct certificate_list *chain, int64_t at, struct err *err)
{
	const struct certificate_wants wants = {
		.at = at,
		.anchors = chain->p + chain->n - 1,
		.n_anchors = 1,
		.intermediates = chain->p,
		.n_intermediates = chain->n - 1,
	};
	struct certificate_chain path;

	if (str_eq(certificate_subject(chain->p[0]), certificate_issuer(chain->p[0])))
		return check_path_by_hand(chain, at, err);
	return certificate_chain(chain->p[0], &wants, &path, err);
}

int notation_chain_check(const struct certificate_list *chain, enum notation_use use, int64_t at,
			 struct err *err)
{
	int r;

	if (chain->n == 0)
		return err_set(err, ERR_DENIED, "no certificates");
	if ((r = check_links(chain, err)) < 0 || (r = check_leaf(chain->p[0], use, err)) < 0)
		return r;
	for (size_t i = 1; i < chain->n; i++)
		if ((r = check_ca(chain->p[i], use, i - 1, err)) < 0)
			return r;
	return check_path(chain, at, err);
}
