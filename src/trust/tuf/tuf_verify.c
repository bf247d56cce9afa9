/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_verify.h"

#include <inttypes.h>

#include "trust/tuf/tuf_key.h"

/* The different keys whose signatures hold. */
struct count {
	struct public_key **keys;
	size_t n;
	struct err why; /* the first signature that does not hold */
};

static void count_done(struct count *c)
{
	for (size_t i = 0; i < c->n; i++)
		public_key_free(c->keys[i]);
	free(c->keys);
}

static int id_order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int refuse_double_ids(const struct tuf_metadata *m, struct str what, struct err *err)
{
	CLEANUP(freep) struct str *ids = calloc(m->n_signatures + 1, sizeof *ids);

	if (!ids)
		return err_nomem(err);
	for (size_t i = 0; i < m->n_signatures; i++)
		ids[i] = m->signatures[i].keyid;
	qsort(ids, m->n_signatures, sizeof *ids, id_order);
	for (size_t i = 1; i < m->n_signatures; i++)
		if (str_eq(ids[i - 1], ids[i]))
			return err_set(err, ERR_DENIED,
				       "%.*s: two of its signatures name the same key %.*s",
				       STR_FMT(what), STR_FMT(str_sub(ids[i], 0, 12)));
	return 0;
}

static bool is_signer(const struct tuf_signers *signers, struct str id)
{
	for (size_t i = 0; i < signers->keyids.n; i++)
		if (str_eq(signers->keyids.p[i], id))
			return true;
	return false;
}

static bool is_counted(const struct count *c, const struct public_key *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (public_key_same(c->keys[i], key))
			return true;
	return false;
}

static int check_signature(const struct tuf_metadata *m, const struct tuf_key *written,
			   const struct tuf_signature *s, struct public_key **ret, struct err *err)
{
	enum signature_scheme scheme;
	int r = tuf_key_open(m->dialect, written, s->method, ret, &scheme, err);

	return r < 0 ? r : public_key_verify(*ret, scheme, m->signed_bytes, s->bytes, err);
}

static int count_signature(struct count *c, const struct tuf_metadata *m,
			   const struct tuf_key *written, const struct tuf_signature *s,
			   struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct err why = {0};
	int r;

	if (m->dialect == TUF_NOTARY && !str_eq(written->digest, written->id))
		return err_set(err, ERR_DENIED, "the key %.*s is called by a wrong id",
			       STR_FMT(str_sub(written->id, 0, 12)));
	r = check_signature(m, written, s, &key, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r == 0 && !is_counted(c, key))
		c->keys[c->n++] = TAKE(key);
	if (r < 0 && c->why.code == ERR_OK)
		err_set(&c->why, why.code, "; key %.*s: %.300s", STR_FMT(str_sub(s->keyid, 0, 12)),
			why.msg);
	return 0;
}

int tuf_verify(const struct tuf_metadata *of, const struct tuf_signers *signers,
	       const struct tuf_metadata *m, struct str what, struct err *err)
{
	CLEANUP(count_done) struct count c = {0};
	int r = m->dialect == TUF_MODERN ? refuse_double_ids(m, what, err) : 0;

	if (r < 0)
		return r;
	c.keys = calloc(m->n_signatures + 1, sizeof(struct public_key *));
	if (!c.keys)
		return err_nomem(err);
	for (size_t i = 0; i < m->n_signatures && c.n < signers->threshold; i++) {
		const struct tuf_signature *s = &m->signatures[i];
		const struct tuf_key *key = tuf_metadata_key(of, s->keyid);

		if (!key || !is_signer(signers, s->keyid))
			continue;
		r = count_signature(&c, m, key, s, err);
		if (r < 0)
			return err_wrap(err, r, "%.*s", STR_FMT(what));
	}
	if (c.n >= signers->threshold && c.n > 0)
		return 0;
	return err_set(err, ERR_DENIED, "%.*s: %zu of the %" PRIu64 " keys needed signed it%s",
		       STR_FMT(what), c.n, signers->threshold, c.why.msg);
}
