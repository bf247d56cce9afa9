/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_read.h"

#include "base/limits.h"
#include "base/map.h"
#include "trust/canonical_json.h"

#define CUSTOM_BYTES_MAX ((size_t)1 << 20)

int tuf_read_texts(struct tuf_metadata *m, const struct json *list, const char *what,
		   struct str_list *ret, struct err *err)
{
	enum json_kind kind = json_kind_of(list);
	size_t n = json_len(list);
	struct str *texts;

	if (kind == JSON_KIND_ABSENT || kind == JSON_KIND_NULL)
		return 0;
	if (kind != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "%s is no list", what);
	texts = arena_array(&m->arena, n + 1, sizeof *texts);
	if (!texts)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (json_kind_of(json_at(list, i)) != JSON_KIND_TEXT)
			return err_set(err, ERR_FORMAT, "%s holds what is no text", what);
		texts[i] = arena_str(&m->arena, json_str(json_at(list, i)));
	}
	*ret = (struct str_list){texts, n};
	return 0;
}

/* ---- keys and roles ---- */

static int key_order(const void *a, const void *b)
{
	return str_cmp(((const struct tuf_key *)a)->id, ((const struct tuf_key *)b)->id);
}

int tuf_read_keys(struct tuf_metadata *m, const struct json *map, tuf_key_reader *read,
		  struct err *err)
{
	size_t n = json_len(map), i = 0;
	const struct json *value;
	struct tuf_key *keys;
	void *iter = NULL;
	struct str id;
	int r;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "keys is no object");
	if (n > LIMIT_TUF_KEYS)
		return err_set(err, ERR_LIMIT, "%zu keys: more than tuf_keys (%d)", n,
			       LIMIT_TUF_KEYS);
	keys = arena_array(&m->arena, n + 1, sizeof *keys);
	if (!keys)
		return err_nomem(err);
	for (; i < n && json_each(map, &iter, &id, &value); i++) {
		keys[i].id = arena_str(&m->arena, id);
		r = read(m, value, &keys[i], err);
		if (r < 0)
			return err_wrap(err, r, "key %.*s", STR_FMT(str_sub(id, 0, 12)));
	}
	qsort(keys, i, sizeof *keys, key_order);
	m->keys = keys;
	m->n_keys = i;
	return 0;
}

int tuf_read_signers(struct tuf_metadata *m, const struct json *role, struct tuf_signers *ret,
		     struct err *err)
{
	int64_t threshold;
	int r = tuf_read_texts(m, json_get(role, "keyids"), "keyids", &ret->keyids, err);

	if (r < 0)
		return r;
	if (ret->keyids.n > LIMIT_TUF_KEYS)
		return err_set(err, ERR_LIMIT, "%zu keyids: more than tuf_keys (%d)", ret->keyids.n,
			       LIMIT_TUF_KEYS);
	if (!json_get_int(role, "threshold", &threshold) || threshold < 1)
		return err_set(err, ERR_FORMAT, "threshold is no number from 1");
	ret->threshold = (uint64_t)threshold;
	return 0;
}

int tuf_read_roles(struct tuf_metadata *m, const struct json *roles, struct err *err)
{
	if (json_kind_of(roles) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "roles is no object");
	for (int i = 0; i < TUF_TYPES; i++) {
		const char *name = tuf_type_name((enum tuf_type)i);
		int r = tuf_read_signers(m, json_get(roles, name), &m->roles[i], err);

		if (r < 0)
			return err_wrap(err, r, "role %s", name);
	}
	return 0;
}

/* ---- files ---- */

static int file_order(const void *a, const void *b)
{
	return str_cmp(((const struct tuf_file *)a)->name, ((const struct tuf_file *)b)->name);
}

int tuf_read_files(struct tuf_metadata *m, const struct json *map, struct str suffix,
		   tuf_file_reader *read, struct err *err)
{
	size_t n = json_len(map), i = 0;
	const struct json *value;
	struct tuf_file *files;
	void *iter = NULL;
	struct str name;
	int r;

	files = arena_array(&m->arena, n + 1, sizeof *files);
	if (!files)
		return err_nomem(err);
	for (; i < n && json_each(map, &iter, &name, &value); i++) {
		if (!str_has_suffix(name, suffix))
			return err_set(err, ERR_FORMAT, "meta names a file without %s: \"%.*s\"",
				       suffix.p, STR_FMT(str_sub(name, 0, 80)));
		files[i].name = arena_str(&m->arena, str_sub(name, 0, name.n - suffix.n));
		r = read(m, value, &files[i], err);
		if (r < 0)
			return err_wrap(err, r, "%.*s", STR_FMT(str_sub(name, 0, 80)));
	}
	qsort(files, i, sizeof *files, file_order);
	m->files = files;
	m->n_files = i;
	return 0;
}

static bool known_algorithm(struct str name, enum digest_algorithm *ret, size_t *ret_bytes)
{
	static const struct {
		const char *name;
		enum digest_algorithm algorithm;
		size_t bytes;
	} known[TUF_HASHES_MAX] = {{"sha256", DIGEST_SHA256, 32},
				   {"sha384", DIGEST_SHA384, 48},
				   {"sha512", DIGEST_SHA512, 64}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(name, known[i].name)) {
			*ret = known[i].algorithm;
			*ret_bytes = known[i].bytes;
			return true;
		}
	return false;
}

static int read_hash(struct str name, const struct json *value, tuf_hash_decoder *decode,
		     struct tuf_file *f, struct err *err)
{
	struct digest_value hash = {0};
	size_t n;

	f->has_hash = true;
	if (!known_algorithm(name, &hash.algorithm, &n))
		return 0;
	if (!decode(json_str(value), n, hash.bytes))
		return err_set(err, ERR_FORMAT, "hashes: %.*s is none", STR_FMT(name));
	/* sha256 stands first: it names the file where one hash does. */
	if (hash.algorithm == DIGEST_SHA256 && f->n_hashes > 0)
		f->hashes[f->n_hashes] = f->hashes[0];
	f->hashes[hash.algorithm == DIGEST_SHA256 ? 0 : f->n_hashes] = hash;
	f->n_hashes++;
	return 0;
}

static int read_custom(struct tuf_metadata *m, const struct json *custom, struct tuf_file *f,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(CUSTOM_BYTES_MAX);
	int r;

	if (!custom)
		return 0;
	r = canonical_json_write(custom, &text, err);
	if (r == 0)
		f->custom = arena_str(&m->arena, strbuf_str(&text));
	return r < 0 ? err_wrap(err, r, "custom") : 0;
}

int tuf_read_sums(struct tuf_metadata *m, const struct json *from, tuf_hash_decoder *decode,
		  struct tuf_file *f, struct err *err)
{
	const struct json *length = json_get(from, "length"), *hashes = json_get(from, "hashes");
	const struct json *value;
	void *iter = NULL;
	struct str name;
	int64_t n = 0;
	int r = 0;

	if (length && (!json_int(length, &n) || n < 0))
		return err_set(err, ERR_FORMAT, "length is no number from 0");
	f->has_length = length != NULL;
	f->length = (uint64_t)n;
	if (hashes && (json_kind_of(hashes) != JSON_KIND_MAP || json_len(hashes) == 0))
		return err_set(err, ERR_FORMAT, "hashes is no object with a hash");
	while (r == 0 && json_each(hashes, &iter, &name, &value))
		r = read_hash(name, value, decode, f, err);
	return r < 0 ? r : read_custom(m, json_get(from, "custom"), f, err);
}

/* ---- delegations ---- */

static bool is_top_level(struct str name)
{
	for (int i = 0; i < TUF_TYPES; i++)
		if (str_is(name, tuf_type_name((enum tuf_type)i)))
			return true;
	return false;
}

static int read_delegation(struct tuf_metadata *m, const struct json *from,
			   tuf_delegation_reader *read, struct tuf_delegation *d, struct map *seen,
			   struct err *err)
{
	int r;

	d->name = arena_str(&m->arena, json_get_str(from, "name"));
	if (d->name.n == 0 || is_top_level(d->name))
		return err_set(err, ERR_FORMAT, "\"%.*s\" is no name for a delegated role",
			       STR_FMT(d->name));
	if (map_get(seen, d->name))
		return err_set(err, ERR_FORMAT, "role %.*s stands twice", STR_FMT(d->name));
	r = map_put(seen, d->name, d);
	if (r < 0)
		return err_nomem(err);
	r = tuf_read_signers(m, from, &d->signers, err);
	if (r == 0)
		r = read(m, from, d, err);
	return r < 0 ? err_wrap(err, r, "role %.*s", STR_FMT(str_sub(d->name, 0, 80))) : 0;
}

static int read_all(struct tuf_metadata *m, const struct json *list, tuf_delegation_reader *read,
		    struct tuf_delegation *all, size_t n, struct err *err)
{
	CLEANUP(map_done) struct map seen;
	int r = 0;

	map_init(&seen, LIMIT_TUF_DELEGATIONS);
	for (size_t i = 0; i < n && r == 0; i++)
		r = read_delegation(m, json_at(list, i), read, &all[i], &seen, err);
	return r;
}

int tuf_read_delegations(struct tuf_metadata *m, const struct json *list,
			 tuf_delegation_reader *read, struct err *err)
{
	size_t n = json_len(list);
	struct tuf_delegation *all;
	int r;

	if (json_kind_of(list) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "delegations: roles is no list");
	if (n > LIMIT_TUF_DELEGATIONS)
		return err_set(err, ERR_LIMIT, "%zu delegations: more than tuf_delegations (%d)", n,
			       LIMIT_TUF_DELEGATIONS);
	all = arena_array(&m->arena, n + 1, sizeof *all);
	if (!all)
		return err_nomem(err);
	r = read_all(m, list, read, all, n, err);
	m->delegations = all;
	m->n_delegations = n;
	return r;
}
