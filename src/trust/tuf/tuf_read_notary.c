/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of Notary v1, which is TUF of 2015:
 *
 *     {"signatures": [{"keyid": "ab..", "method": "ecdsa", "sig": "<Base64 of r and s>"}],
 *      "signed": {"_type": "Snapshot", "version": 7, "expires": "2030-01-01T00:00:00.5+01:00",
 *                 "meta": {"targets": {"length": 900, "hashes": {"sha256": "<Base64>"}}}}}
 *
 * Empty lists and objects may be null: Go writes them so.
 */
#include "base/limits.h"
#include "codec/base64.h"
#include "trust/canonical_json.h"
#include "trust/tuf/tuf_read.h"

#define KEY_BYTES_MAX 65536 /* a certificate with its chain as PEM, in Base64 */

static bool decode(struct str text, size_t n, unsigned char *ret)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(DIGEST_BYTES_MAX);

	if (base64_decode(text, BASE64_STANDARD, &raw, NULL) < 0 || raw.n != n)
		return false;
	memcpy(ret, raw.p, n);
	return true;
}

static bool is_nothing(const struct json *v)
{
	return json_kind_of(v) == JSON_KIND_ABSENT || json_kind_of(v) == JSON_KIND_NULL;
}

static void add_text(struct strbuf *out, struct str s)
{
	strbuf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, s.p[i]);
	}
	strbuf_addc(out, '"');
}

/* The id of a key is the hash of these members alone, "private" included. */
static int read_digest(struct tuf_metadata *m, struct str keytype, struct str public,
		       struct tuf_key *key, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(3 * KEY_BYTES_MAX);
	char hex[DIGEST_TEXT_MAX];
	struct digest_value v;
	int r;

	strbuf_adds(&text, "{\"keytype\":");
	add_text(&text, keytype);
	strbuf_adds(&text, ",\"keyval\":{\"private\":null,\"public\":");
	add_text(&text, public);
	strbuf_adds(&text, "}}");
	r = strbuf_check(&text, err);
	if (r == 0)
		r = digest_of(strbuf_str(&text), &v, err);
	if (r == 0)
		key->digest = arena_str(&m->arena, str_skip(digest_format(&v, hex), 7));
	return r;
}

static int read_key(struct tuf_metadata *m, const struct json *from, struct tuf_key *key,
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf raw = STRBUF_INIT(KEY_BYTES_MAX);
	struct str keytype = json_get_str(from, "keytype");
	struct str public = json_get_str(json_get(from, "keyval"), "public");
	int r;

	if (keytype.n == 0 || public.n == 0)
		return err_set(err, ERR_FORMAT, "it lacks keytype or keyval");
	r = base64_decode(public, BASE64_STANDARD, &raw, err);
	if (r < 0)
		return err_wrap(err, r, "keyval");
	key->keytype = arena_str(&m->arena, keytype);
	key->public = arena_str(&m->arena, strbuf_str(&raw));
	return read_digest(m, keytype, public, key, err);
}

static int read_root(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	int r = tuf_read_keys(m, json_get(members, "keys"), read_key, err);

	if (r == 0)
		r = tuf_read_roles(m, json_get(members, "roles"), err);
	m->consistent_snapshot = json_get_true(members, "consistent_snapshot");
	return r;
}

static int read_file(struct tuf_metadata *m, const struct json *from, struct tuf_file *f,
		     struct err *err)
{
	if (is_nothing(json_get(from, "length")) || is_nothing(json_get(from, "hashes")))
		return err_set(err, ERR_FORMAT, "it lacks length or hashes");
	return tuf_read_sums(m, from, decode, f, err);
}

static int read_files(struct tuf_metadata *m, const struct json *map, const char *what,
		      struct err *err)
{
	if (!is_nothing(map) && json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "%s is no object", what);
	return tuf_read_files(m, map, STR(""), read_file, err);
}

static int read_meta(struct tuf_metadata *m, const struct json *members, const char *must,
		     struct err *err)
{
	int r = read_files(m, json_get(members, "meta"), "meta", err);

	if (r == 0 && !tuf_metadata_file(m, str_of(must)))
		return err_set(err, ERR_FORMAT, "meta does not name %s", must);
	return r;
}

static int read_delegation(struct tuf_metadata *m, const struct json *from,
			   struct tuf_delegation *d, struct err *err)
{
	if (!str_has_prefix(d->name, STR("targets/")))
		return err_set(err, ERR_FORMAT, "its name does not begin with targets/");
	return tuf_read_texts(m, json_get(from, "paths"), "paths", &d->paths, err);
}

static int read_delegations(struct tuf_metadata *m, const struct json *from, struct err *err)
{
	const struct json *keys = json_get(from, "keys"), *roles = json_get(from, "roles");
	int r = 0;

	if (is_nothing(from))
		return 0;
	if (json_kind_of(from) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "delegations is no object");
	if (!is_nothing(keys))
		r = tuf_read_keys(m, keys, read_key, err);
	if (r == 0 && !is_nothing(roles))
		r = tuf_read_delegations(m, roles, read_delegation, err);
	return r < 0 ? err_wrap(err, r, "delegations") : 0;
}

static int read_targets(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	int r = read_files(m, json_get(members, "targets"), "targets", err);

	return r == 0 ? read_delegations(m, json_get(members, "delegations"), err) : r;
}

int tuf_read_notary(struct tuf_metadata *m, const struct json *members, struct err *err)
{
	int r;

	switch (m->type) {
	case TUF_ROOT:
		return read_root(m, members, err);
	case TUF_TIMESTAMP:
		return read_meta(m, members, "snapshot", err);
	case TUF_SNAPSHOT:
		r = read_meta(m, members, "targets", err);
		if (r == 0 && !tuf_metadata_file(m, STR("root")))
			return err_set(err, ERR_FORMAT, "meta does not name root");
		return r;
	case TUF_TARGETS:
		return read_targets(m, members, err);
	}
	return err_set(err, ERR_BUG, "no reader for the type");
}
