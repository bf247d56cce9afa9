/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of TUF 1.0:
 *
 *     {"signatures": [{"keyid": "ab..", "sig": "<hexadecimal>"}],
 *      "signed": {"_type": "snapshot", "spec_version": "1.0.31", "version": 7,
 *                 "expires": "2030-01-01T00:00:00Z",
 *                 "meta": {"targets.json": {"version": 3, "length": 900,
 *                                           "hashes": {"sha256": "<hexadecimal>"}}}}}
 */
#include "base/limits.h"
#include "trust/tuf/tuf_read.h"

static bool decode(struct str text, size_t n, unsigned char *ret)
{
	if (text.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = char_hex(text.p[2 * i]), low = char_hex(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static int read_key(struct tuf_metadata *m, const struct json *from, struct tuf_key *key,
		    struct err *err)
{
	const struct json *value = json_get(from, "keyval");

	if (json_kind_of(json_get(from, "keytype")) != JSON_KIND_TEXT ||
	    json_kind_of(json_get(from, "scheme")) != JSON_KIND_TEXT ||
	    json_kind_of(value) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "it lacks keytype, scheme or keyval");
	key->keytype = arena_str(&m->arena, json_get_str(from, "keytype"));
	key->scheme = arena_str(&m->arena, json_get_str(from, "scheme"));
	key->public = arena_str(&m->arena, json_get_str(value, "public"));
	return 0;
}

static int id_order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Section 4.3: "keyids" are unique in a role. */
static int check_ids(const struct tuf_signers *s, struct err *err)
{
	CLEANUP(freep) struct str *ids = calloc(s->keyids.n + 1, sizeof *ids);

	if (!ids)
		return err_nomem(err);
	for (size_t i = 0; i < s->keyids.n; i++)
		ids[i] = s->keyids.p[i];
	qsort(ids, s->keyids.n, sizeof *ids, id_order);
	for (size_t i = 1; i < s->keyids.n; i++)
		if (str_eq(ids[i - 1], ids[i]))
			return err_set(err, ERR_FORMAT, "key id %.*s stands twice",
				       STR_FMT(str_sub(ids[i], 0, 12)));
	return 0;
}

static int read_root(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	const struct json *consistent = json_get(members, "consistent_snapshot");
	int r = tuf_read_keys(m, json_get(members, "keys"), read_key, err);

	if (r == 0)
		r = tuf_read_roles(m, json_get(members, "roles"), err);
	for (int i = 0; i < TUF_TYPES && r == 0; i++) {
		r = check_ids(&m->roles[i], err);
		if (r < 0)
			return err_wrap(err, r, "role %s", tuf_type_name((enum tuf_type)i));
	}
	if (r == 0 && consistent && json_kind_of(consistent) != JSON_KIND_BOOL)
		return err_set(err, ERR_FORMAT, "consistent_snapshot is neither true nor false");
	m->consistent_snapshot = json_truth(consistent);
	return r;
}

static int read_meta(struct tuf_metadata *m, const struct json *from, struct tuf_file *f,
		     struct err *err)
{
	if (!json_get_int(from, "version", &f->version) || f->version < 1)
		return err_set(err, ERR_FORMAT, "version is no number from 1");
	return tuf_read_sums(m, from, decode, f, err);
}

static int read_metas(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	const struct json *meta = json_get(members, "meta");

	if (json_kind_of(meta) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "meta is no object");
	return tuf_read_files(m, meta, STR(".json"), read_meta, err);
}

static int read_target(struct tuf_metadata *m, const struct json *from, struct tuf_file *f,
		       struct err *err)
{
	if (!json_get(from, "length") || !json_get(from, "hashes"))
		return err_set(err, ERR_FORMAT, "it lacks length or hashes");
	return tuf_read_sums(m, from, decode, f, err);
}

static int read_delegation(struct tuf_metadata *m, const struct json *from,
			   struct tuf_delegation *d, struct err *err)
{
	const struct json *paths = json_get(from, "paths");
	const struct json *prefixes = json_get(from, "path_hash_prefixes");
	const struct json *terminating = json_get(from, "terminating");
	int r;

	if (!paths == !prefixes)
		return err_set(err, ERR_FORMAT, "exactly one of paths and path_hash_prefixes");
	if (json_kind_of(paths ? paths : prefixes) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "its paths are no list");
	if (json_kind_of(terminating) != JSON_KIND_BOOL)
		return err_set(err, ERR_FORMAT, "terminating is neither true nor false");
	d->terminating = json_truth(terminating);
	r = check_ids(&d->signers, err);
	if (r == 0)
		r = tuf_read_texts(m, paths, "paths", &d->paths, err);
	if (r == 0)
		r = tuf_read_texts(m, prefixes, "path_hash_prefixes", &d->hash_prefixes, err);
	return r;
}

static int read_succinct(struct tuf_metadata *m, const struct json *from, struct err *err)
{
	struct tuf_succinct *s = &m->succinct;
	int64_t bits;
	int r;

	if (!json_get_int(from, "bit_length", &bits) || bits < 1 || bits > 32)
		return err_set(err, ERR_FORMAT, "succinct_roles: bit_length is not 1 to 32");
	if (json_get_str(from, "name_prefix").n == 0)
		return err_set(err, ERR_FORMAT, "succinct_roles: no name_prefix");
	s->name_prefix = arena_str(&m->arena, json_get_str(from, "name_prefix"));
	r = tuf_read_signers(m, from, &s->signers, err);
	if (r == 0)
		r = check_ids(&s->signers, err);
	if (r < 0)
		return err_wrap(err, r, "succinct_roles");
	s->bit_length = (unsigned)bits;
	return 0;
}

static int read_delegations(struct tuf_metadata *m, const struct json *from, struct err *err)
{
	const struct json *roles = json_get(from, "roles");
	const struct json *succinct = json_get(from, "succinct_roles");
	int r;

	if (json_kind_of(from) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "delegations is no object");
	if (!roles == !succinct)
		return err_set(err, ERR_FORMAT,
			       "delegations: exactly one of roles and succinct_roles");
	r = tuf_read_keys(m, json_get(from, "keys"), read_key, err);
	if (r == 0 && roles)
		r = tuf_read_delegations(m, roles, read_delegation, err);
	if (r == 0 && succinct)
		r = read_succinct(m, succinct, err);
	return r < 0 ? err_wrap(err, r, "delegations") : 0;
}

static int read_targets(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	const struct json *targets = json_get(members, "targets");
	const struct json *delegations = json_get(members, "delegations");
	int r;

	if (json_kind_of(targets) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "targets is no object");
	r = tuf_read_files(m, targets, STR(""), read_target, err);
	return r == 0 && delegations ? read_delegations(m, delegations, err) : r;
}

/* Section 4.3: what a client does not know is another first number. */
static int check_spec_version(struct str version, struct err *err)
{
	struct str major, rest;

	if (str_cut(version, '.', &major, &rest) && str_is(major, "1"))
		return 0;
	return err_set(err, ERR_UNSUPPORTED, "spec_version is not 1.x: \"%.*s\"",
		       STR_FMT(str_sub(version, 0, 40)));
}

int tuf_read_modern(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	int r = check_spec_version(json_get_str(members, "spec_version"), err);

	if (r < 0)
		return r;
	switch (m->type) {
	case TUF_ROOT:
		return read_root(m, members, err);
	case TUF_TIMESTAMP:
		r = read_metas(m, members, err);
		if (r == 0 && !tuf_metadata_file(m, STR("snapshot")))
			return err_set(err, ERR_FORMAT, "meta does not name snapshot.json");
		return r;
	case TUF_SNAPSHOT:
		return read_metas(m, members, err);
	case TUF_TARGETS:
		return read_targets(m, members, err);
	}
	return err_set(err, ERR_BUG, "no reader for the type");
}
