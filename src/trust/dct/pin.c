/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/pin.h"

#include "base/clock.h"
#include "base/limits.h"
#include "trust/tuf/tuf_verify.h"

#define EARLY_SECONDS 86400 /* a certificate may begin a day from now: clocks differ */

struct pick {
	struct dct_root_check *check;
	bool strict; /* the root to be trusted; otherwise the one before it */
	struct str *ids;
	size_t n;
	struct err why; /* the first key that does not count */
};

bool dct_name_fits(struct str common_name, struct str gun)
{
	size_t n = common_name.n;

	while (n > 0 && common_name.p[n - 1] == '*')
		n--;
	if (n == common_name.n)
		return n > 0 && str_eq(common_name, gun);
	return str_has_prefix(gun, str_sub(common_name, 0, n));
}

static int common_name_of(const struct certificate *cert, struct arena *a, struct str *ret,
			  struct err *err)
{
	struct certificate_attribute *parts;
	size_t n;
	int r = certificate_subject_parts(cert, a, &parts, &n, err);

	*ret = STR_NULL;
	for (size_t i = 0; i < n && r == 0; i++)
		if (str_is(parts[i].type, "CN"))
			*ret = parts[i].value;
	return r;
}

static int hex_digest(const struct certificate *cert, struct arena *a, struct str *ret,
		      struct err *err)
{
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r = certificate_digest(cert, DIGEST_SHA256, &digest, err);

	if (r == 0)
		*ret = arena_str(a, str_skip(digest_format(&digest, text), sizeof "sha256:" - 1));
	return r;
}

static int check_ca(const struct dct_root_check *c, const struct certificate_list *list,
		    struct err *err)
{
	const struct certificate_wants wants = {
		.at = c->now,
		.anchors = c->pins->cas.p,
		.n_anchors = c->pins->cas.n,
		.intermediates = list->p + 1,
		.n_intermediates = list->n - 1,
	};
	struct certificate_chain chain;

	return certificate_chain(list->p[0], &wants, &chain, err);
}

static bool is_pinned(const struct dct_pins *pins, struct str id, struct str sha256)
{
	for (size_t i = 0; i < pins->n_ids; i++)
		if (str_eq_nocase(pins->ids[i], id) || str_eq_nocase(pins->ids[i], sha256))
			return true;
	return false;
}

static int check_pin(struct dct_root_check *c, bool first, struct str id,
		     const struct certificate_list *list, struct err *err)
{
	struct str sha256;
	int r;

	if (c->pins->n_ids) {
		r = hex_digest(list->p[0], c->trail->arena, &sha256, err);
		if (r < 0 || is_pinned(c->pins, id, sha256))
			return r;
		return err_set(err, ERR_DENIED, "its certificate %.*s is not one that is pinned",
			       STR_FMT(str_sub(id, 0, 16)));
	}
	if (c->pins->cas.n) {
		r = check_ca(c, list, err);
		return r < 0 ? err_wrap(err, r, "by the CA that is pinned") : 0;
	}
	if (first && !c->pins->tofu)
		return err_set(
			err, ERR_DENIED,
			"its certificate %.*s was never seen, and nothing says to believe it",
			STR_FMT(str_sub(id, 0, 16)));
	return 0;
}

static int check_dates(const struct dct_root_check *c, const struct certificate *cert,
		       struct err *err)
{
	char when[CLOCK_TEXT_MAX] = "?";

	if (certificate_not_after(cert) < c->now) {
		(void)clock_format(certificate_not_after(cert), when); /* or "?" */
		return err_set(err, ERR_DENIED, "its certificate expired on %s", when);
	}
	if (certificate_not_before(cert) > c->now + EARLY_SECONDS) {
		(void)clock_format(certificate_not_before(cert), when); /* or "?" */
		return err_set(err, ERR_DENIED, "its certificate is not valid before %s", when);
	}
	return 0;
}

static int check_leaf(const struct dct_root_check *c, const struct certificate_list *list,
		      struct err *err)
{
	struct str name;
	int r;

	if (list->n == 0 || certificate_is_ca(list->p[0]))
		return err_set(err, ERR_DENIED, "its first certificate is that of a CA");
	for (size_t i = 1; i < list->n; i++)
		if (!certificate_is_ca(list->p[i]))
			return err_set(err, ERR_DENIED, "it holds two certificates of signers");
	r = common_name_of(list->p[0], c->trail->arena, &name, err);
	if (r < 0 || dct_name_fits(name, c->gun))
		return r;
	return err_set(err, ERR_DENIED, "its certificate is for \"%.*s\", not for %.*s",
		       STR_FMT(str_sub(name, 0, 100)), STR_FMT(c->gun));
}

static int note_leaf(struct pick *p, struct str id, const struct certificate *leaf, struct err *err)
{
	struct dct_root_check *c = p->check;
	struct arena *a = c->trail->arena;

	if (p->n == 0 || certificate_not_after(leaf) < c->expires)
		c->expires = certificate_not_after(leaf);
	if (p->n > 0)
		return 0;
	c->id = arena_str(a, id);
	c->subject = arena_str(a, certificate_subject(leaf));
	return hex_digest(leaf, a, &c->sha256, err);
}

static int try_key(struct pick *p, const struct tuf_key *key, bool first, struct err *err)
{
	CLEANUP(certificate_list_done) struct certificate_list list = {0};
	int r;

	if (!str_has_suffix(key->keytype, STR("-x509")))
		return err_set(err, ERR_DENIED, "it is no certificate");
	r = certificate_list_parse(key->public, CERTIFICATE_CHAIN_MAX, &list, err);
	if (r == 0)
		r = check_leaf(p->check, &list, err);
	if (r == 0 && p->strict)
		r = check_dates(p->check, list.p[0], err);
	if (r == 0 && p->strict)
		r = check_pin(p->check, first, key->id, &list, err);
	if (r == 0 && p->strict)
		r = note_leaf(p, key->id, list.p[0], err);
	return r;
}

/* The ids of the root keys that count. */
static int pick_keys(struct pick *p, const struct tuf_metadata *root, bool first, struct err *err)
{
	const struct str_list *ids = &root->roles[TUF_ROOT].keyids;

	p->ids = arena_array(p->check->trail->arena, ids->n + 1, sizeof *p->ids);
	if (!p->ids)
		return err_nomem(err);
	for (size_t i = 0; i < ids->n; i++) {
		const struct tuf_key *key = tuf_metadata_key(root, ids->p[i]);
		struct err why = {0};
		int r = key ? try_key(p, key, first, &why)
			    : err_set(&why, ERR_DENIED, "it does not hold the key");

		if (r == -ERR_NOMEM)
			return err_nomem(err);
		if (r == 0)
			p->ids[p->n++] = ids->p[i];
		else if (p->why.code == ERR_OK)
			p->why = why;
	}
	return arena_check(p->check->trail->arena, err);
}

static int check_signers(struct dct_root_check *c, const struct tuf_metadata *of,
			 const struct tuf_metadata *root, bool strict, bool first, struct err *err)
{
	struct pick p = {.check = c, .strict = strict};
	struct tuf_signers signers = {.threshold = of->roles[TUF_ROOT].threshold};
	int r = pick_keys(&p, of, first, err);

	if (r < 0)
		return r;
	if (p.n == 0)
		return err_set(err, ERR_DENIED, "the root of %.*s: %s", STR_FMT(c->gun),
			       p.why.code ? p.why.msg : "it names no key");
	signers.keyids = (struct str_list){p.ids, p.n};
	return tuf_verify(of, &signers, root, STR("root"), err);
}

static const char *by_what(const struct dct_root_check *c, bool first)
{
	if (c->pins->n_ids)
		return "which is pinned";
	if (c->pins->cas.n)
		return "by the CA that is pinned";
	return first ? "believed because it was the first that was seen" : "by the root before it";
}

int dct_check_root(void *ctx, const struct tuf_metadata *previous, const struct tuf_metadata *root,
		   struct err *err)
{
	struct dct_root_check *c = ctx;
	int r = 0;

	if (previous)
		r = check_signers(c, previous, root, false, false, err);
	if (r == 0)
		r = check_signers(c, root, root, true, !previous, err);
	if (r == 0)
		trail_pass(c->trail, "root", "version %lld, by the certificate %.*s, %s",
			   (long long)root->version, STR_FMT(str_sub(c->id, 0, 16)),
			   by_what(c, !previous));
	return r;
}
