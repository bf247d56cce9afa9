/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/metadata.h"

#include "base/clock.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json_writer.h"
#include "trust/canonical_json.h"
#include "trust/dct/name.h"

static const char *const role_names[] = {
	[DCT_ROOT] = "root",
	[DCT_TARGETS] = "targets",
	[DCT_SNAPSHOT] = "snapshot",
	[DCT_TIMESTAMP] = "timestamp",
};

/* --- lists --- */

bool dct_list_has(const struct str_list *list, struct str text)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], text))
			return true;
	return false;
}

int dct_list_add(struct str_list *list, struct str text, struct arena *a, struct err *err)
{
	struct str *longer;

	if (dct_list_has(list, text))
		return 0;
	if (list->n >= LIMIT_TRUST_ROLES)
		return err_set(err, ERR_LIMIT, "more keys or paths of a role than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	longer = arena_array(a, list->n + 1, sizeof *longer);
	if (!longer)
		return err_nomem(err);
	if (list->n)
		memcpy(longer, list->p, list->n * sizeof *longer);
	longer[list->n] = arena_str(a, text);
	*list = (struct str_list){longer, list->n + 1};
	return arena_check(a, err);
}

int dct_list_drop(struct str_list *list, struct str text, struct arena *a, struct err *err)
{
	struct str *shorter = arena_array(a, list->n + 1, sizeof *shorter);
	size_t n = 0;

	if (!shorter)
		return err_nomem(err);
	for (size_t i = 0; i < list->n; i++)
		if (!str_eq(list->p[i], text))
			shorter[n++] = list->p[i];
	*list = (struct str_list){shorter, n};
	return 0;
}

static int read_list(const struct json *list, const char *what, struct arena *a,
		     struct str_list *ret, struct err *err)
{
	size_t n = json_len(list);
	struct str *p;

	if (n > LIMIT_TRUST_ROLES)
		return err_set(err, ERR_LIMIT, "%s: more than trust_roles (%d)", what,
			       LIMIT_TRUST_ROLES);
	p = arena_array(a, n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (json_kind_of(json_at(list, i)) != JSON_KIND_TEXT)
			return err_set(err, ERR_FORMAT, "%s: a text is expected", what);
		p[i] = arena_str(a, json_str(json_at(list, i)));
	}
	*ret = (struct str_list){p, n};
	return arena_check(a, err);
}

/* --- keys --- */

void dct_key_write(const struct dct_key *key, struct json_writer *w)
{
	json_open_map(w);
	json_put_str(w, "keytype", key->type);
	json_key(w, "keyval");
	json_open_map(w);
	json_key(w, "private");
	json_add_null(w);
	json_put_str(w, "public", key->public);
	json_close_map(w);
	json_close_map(w);
}

static struct str hex_of(struct arena *a, const struct digest_value *v)
{
	char text[DIGEST_TEXT_MAX];

	return arena_str(a, str_skip(digest_format(v, text), sizeof "sha256:" - 1));
}

int dct_key_name(struct dct_key *key, struct arena *a, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct digest_value digest;
	struct json_writer w;
	int r;

	/* written in the order of canonical JSON; type and base64 hold nothing to escape */
	json_writer_init(&w, &text, JSON_COMPACT);
	dct_key_write(key, &w);
	r = strbuf_check(&text, err);
	if (r == 0)
		r = digest_of(strbuf_str(&text), &digest, err);
	if (r < 0)
		return r;
	key->id = hex_of(a, &digest);
	return arena_check(a, err);
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && (!s.p[i] || !strchr("+/=-_", s.p[i])))
			return false;
	return s.n > 0;
}

int dct_key_read(const struct json *value, struct arena *a, struct dct_key *ret, struct err *err)
{
	struct str type = json_get_str(value, "keytype");
	struct str public = json_get_str(json_get(value, "keyval"), "public");

	if (!is_plain(type) || !is_plain(public))
		return err_set(err, ERR_FORMAT, "a key without keytype or keyval.public");
	*ret = (struct dct_key){.type = arena_str(a, type), .public = arena_str(a, public)};
	return dct_key_name(ret, a, err);
}

const struct dct_key *dct_key_find(const struct vec *keys, struct str id)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct dct_key *key = vec_at(keys, i);

		if (str_eq(key->id, id))
			return key;
	}
	return NULL;
}

int dct_key_add(struct vec *keys, const struct dct_key *key, struct err *err)
{
	struct dct_key *last;

	if (dct_key_find(keys, key->id))
		return 0;
	last = vec_push(keys);
	if (!last)
		return err_set(err, ERR_LIMIT, "more keys than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	*last = *key;
	return 0;
}

static int read_keys(const struct json *map, struct arena *a, struct vec *keys, struct err *err)
{
	const struct json *value;
	struct dct_key key;
	void *iter = NULL;
	struct str id;
	int r = 0;

	while (r == 0 && json_each(map, &iter, &id, &value)) {
		r = dct_key_read(value, a, &key, err);
		if (r == 0 && !str_eq(key.id, id))
			r = err_set(err, ERR_FORMAT, "the key %.*s is not the one it is called",
				    STR_FMT(id));
		if (r == 0)
			r = dct_key_add(keys, &key, err);
	}
	return r;
}

static void write_keys(struct json_writer *w, const struct vec *keys)
{
	json_key(w, "keys");
	json_open_map(w);
	for (size_t i = 0; i < keys->n; i++) {
		const struct dct_key *key = vec_at(keys, i);

		json_key_str(w, key->id);
		dct_key_write(key, w);
	}
	json_close_map(w);
}

/* --- roles --- */

static int read_role(const struct json *value, struct str name, struct arena *a,
		     struct dct_role *ret, struct err *err)
{
	struct dct_role role = {.name = arena_str(a, name)};
	int r = read_list(json_get(value, "keyids"), "keyids", a, &role.key_ids, err);

	if (r == 0)
		r = read_list(json_get(value, "paths"), "paths", a, &role.paths, err);
	if (r == 0 && (!json_get_int(value, "threshold", &role.threshold) || role.threshold < 1))
		r = err_set(err, ERR_FORMAT, "role %.*s: threshold is no positive number",
			    STR_FMT(name));
	if (r == 0)
		*ret = role;
	return r;
}

static void write_list(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < list->n; i++)
		json_add_str(w, list->p[i]);
	json_close_list(w);
}

static void write_base_role(struct json_writer *w, const struct dct_role *role)
{
	json_key_str(w, role->name);
	json_open_map(w);
	write_list(w, "keyids", &role->key_ids);
	json_put_uint(w, "threshold", (uint64_t)role->threshold);
	json_close_map(w);
}

static void write_delegation(struct json_writer *w, const struct dct_role *role)
{
	json_open_map(w);
	write_list(w, "keyids", &role->key_ids);
	json_put_str(w, "name", role->name);
	write_list(w, "paths", &role->paths);
	json_put_uint(w, "threshold", (uint64_t)role->threshold);
	json_close_map(w);
}

/* --- the body of any role --- */

static int read_version(const struct json *body, const char *type, int64_t *ret, struct err *err)
{
	if (!str_is(json_get_str(body, "_type"), type))
		return err_set(err, ERR_FORMAT, "_type is not \"%s\"", type);
	if (!json_get_int(body, "version", ret) || *ret < 0)
		return err_set(err, ERR_FORMAT, "version is no number");
	return 0;
}

static int open_body(struct json_writer *w, struct strbuf *out, const char *type, int64_t version,
		     int64_t expires, struct err *err)
{
	char when[CLOCK_TEXT_MAX];

	if (!clock_format(expires, when))
		return err_set(err, ERR_USAGE, "metadata cannot expire at such a time");
	json_writer_init(w, out, JSON_COMPACT);
	json_open_map(w);
	json_put_text(w, "_type", type);
	json_put_text(w, "expires", when);
	json_key(w, "version");
	json_add_int(w, version);
	return 0;
}

static bool has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20)
			return true;
	return false;
}

/* Canonical JSON keeps control bytes as they are, which is no JSON. */
static int close_body(struct json_writer *w, struct strbuf *plain, struct strbuf *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf canonical = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	int r;

	json_close_map(w);
	r = strbuf_check(plain, err);
	if (r == 0)
		r = json_parse(strbuf_str(plain), &doc, err);
	if (r == 0)
		r = canonical_json_write(doc, &canonical, err);
	if (r < 0)
		return r;
	strbuf_add(ret, strbuf_str(has_control(strbuf_str(&canonical)) ? plain : &canonical));
	return strbuf_check(ret, err);
}

/* --- root --- */

void dct_root_init(struct dct_root *root)
{
	*root = (struct dct_root){.keys = VEC_INIT(struct dct_key, LIMIT_TRUST_ROLES)};
	for (size_t i = 0; i < ARRAY_LEN(role_names); i++)
		root->roles[i] = (struct dct_role){.name = str_of(role_names[i]), .threshold = 1};
}

void dct_root_done(struct dct_root *root)
{
	vec_done(&root->keys);
}

int dct_root_read(const struct json *body, struct arena *a, struct dct_root *ret, struct err *err)
{
	const struct json *roles = json_get(body, "roles");
	int r;

	dct_root_init(ret);
	ret->consistent = json_get_true(body, "consistent_snapshot");
	r = read_version(body, "Root", &ret->version, err);
	if (r == 0)
		r = read_keys(json_get(body, "keys"), a, &ret->keys, err);
	for (size_t i = 0; i < ARRAY_LEN(role_names) && r == 0; i++)
		r = read_role(json_get(roles, role_names[i]), str_of(role_names[i]), a,
			      &ret->roles[i], err);
	ret->before = ret->roles[DCT_ROOT];
	if (r < 0)
		dct_root_done(ret);
	return r;
}

int dct_root_write(const struct dct_root *root, int64_t expires, struct strbuf *ret,
		   struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct json_writer w;
	int r = open_body(&w, &plain, "Root", root->version, expires, err);

	if (r < 0)
		return r;
	json_put_bool(&w, "consistent_snapshot", root->consistent);
	write_keys(&w, &root->keys);
	json_key(&w, "roles");
	json_open_map(&w);
	for (size_t i = 0; i < ARRAY_LEN(role_names); i++)
		write_base_role(&w, &root->roles[i]);
	json_close_map(&w);
	return close_body(&w, &plain, ret, err);
}

/* --- targets, and what a snapshot knows of files: the same shape --- */

/* A value of any depth, as the reader allowed it. */
static void copy_value(struct json_writer *w, const struct json *v)
{
	const struct json *member;
	void *iter = NULL;
	int64_t number;
	double real;
	struct str key;

	switch (json_kind_of(v)) {
	case JSON_KIND_MAP:
		json_open_map(w);
		while (json_each(v, &iter, &key, &member)) {
			json_key_str(w, key);
			copy_value(w, member);
		}
		json_close_map(w);
		break;
	case JSON_KIND_LIST:
		json_open_list(w);
		for (size_t i = 0; i < json_len(v); i++)
			copy_value(w, json_at(v, i));
		json_close_list(w);
		break;
	case JSON_KIND_TEXT:
		json_add_str(w, json_str(v));
		break;
	case JSON_KIND_INT:
		json_add_int(w, json_int(v, &number) ? number : 0);
		break;
	case JSON_KIND_BOOL:
		json_add_bool(w, json_truth(v));
		break;
	case JSON_KIND_REAL: /* canonical JSON knows none: such metadata was never verified */
		(void)json_number(v, &real);
		json_add_int(w, (int64_t)real);
		break;
	case JSON_KIND_NULL:
	case JSON_KIND_ABSENT:
		json_add_null(w);
		break;
	}
}

static int keep_custom(const struct json *v, struct arena *a, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct json_writer w;
	int r;

	if (json_kind_of(v) == JSON_KIND_ABSENT || json_kind_of(v) == JSON_KIND_NULL)
		return 0;
	json_writer_init(&w, &text, JSON_COMPACT);
	copy_value(&w, v);
	r = strbuf_check(&text, err);
	if (r == 0)
		*ret = arena_str(a, strbuf_str(&text));
	return r < 0 ? r : arena_check(a, err);
}

static int read_hashes(const struct json *map, struct arena *a, struct dct_target *t,
		       struct err *err)
{
	const struct json *value;
	void *iter = NULL;
	struct str name;

	while (json_each(map, &iter, &name, &value)) {
		if (t->n_hashes == DCT_HASHES_MAX || !is_plain(name) || !is_plain(json_str(value)))
			return err_set(err, ERR_FORMAT, "%.*s: no or too many hashes",
				       STR_FMT(t->name));
		t->hashes[t->n_hashes++] =
			(struct dct_hash){arena_str(a, name), arena_str(a, json_str(value))};
	}
	return t->n_hashes ? 0 : err_set(err, ERR_FORMAT, "%.*s: no hashes", STR_FMT(t->name));
}

int dct_target_read(const struct json *value, struct str name, struct arena *a,
		    struct dct_target *ret, struct err *err)
{
	int r;

	*ret = (struct dct_target){.name = arena_str(a, name)};
	if (!json_get_int(value, "length", &ret->length) || ret->length < 0)
		return err_set(err, ERR_FORMAT, "%.*s: length is no number", STR_FMT(name));
	r = read_hashes(json_get(value, "hashes"), a, ret, err);
	return r < 0 ? r : keep_custom(json_get(value, "custom"), a, &ret->custom, err);
}

static int read_files(const struct json *map, struct arena *a, struct vec *ret, struct err *err)
{
	const struct json *value;
	void *iter = NULL;
	struct str name;
	int r = 0;

	while (r == 0 && json_each(map, &iter, &name, &value)) {
		struct dct_target *t = vec_push(ret);

		r = t ? dct_target_read(value, name, a, t, err)
		      : err_set(err, ERR_LIMIT, "more targets than trust_targets (%d)",
				LIMIT_TRUST_TARGETS);
	}
	return r < 0 ? r : arena_check(a, err);
}

void dct_target_write(const struct dct_target *t, struct json_writer *w)
{
	json_open_map(w);
	json_key(w, "hashes");
	json_open_map(w);
	for (size_t k = 0; k < t->n_hashes; k++) {
		json_key_str(w, t->hashes[k].algorithm);
		json_add_str(w, t->hashes[k].value);
	}
	json_close_map(w);
	json_key(w, "length");
	json_add_int(w, t->length);
	if (t->custom.n) {
		json_key(w, "custom");
		json_add_raw(w, t->custom);
	}
	json_close_map(w);
}

static void write_files(struct json_writer *w, const char *key, const struct vec *files)
{
	json_key(w, key);
	json_open_map(w);
	for (size_t i = 0; i < files->n; i++) {
		const struct dct_target *t = vec_at(files, i);

		json_key_str(w, t->name);
		dct_target_write(t, w);
	}
	json_close_map(w);
}

void dct_targets_init(struct dct_targets *t, struct str role)
{
	*t = (struct dct_targets){
		.role = role,
		.targets = VEC_INIT(struct dct_target, LIMIT_TRUST_TARGETS),
		.keys = VEC_INIT(struct dct_key, LIMIT_TRUST_ROLES),
		.delegations = VEC_INIT(struct dct_role, LIMIT_TRUST_ROLES),
	};
}

void dct_targets_done(struct dct_targets *t)
{
	vec_done(&t->targets);
	vec_done(&t->keys);
	vec_done(&t->delegations);
}

static int read_delegations(const struct json *d, struct arena *a, struct dct_targets *t,
			    struct err *err)
{
	const struct json *roles = json_get(d, "roles");
	int r = read_keys(json_get(d, "keys"), a, &t->keys, err);

	for (size_t i = 0; i < json_len(roles) && r == 0; i++) {
		const struct json *value = json_at(roles, i);
		struct dct_role *role = vec_push(&t->delegations);

		if (!role)
			return err_set(err, ERR_LIMIT, "more delegations than trust_roles (%d)",
				       LIMIT_TRUST_ROLES);
		r = read_role(value, json_get_str(value, "name"), a, role, err);
		if (r == 0 && (!dct_role_is_delegation(role->name) ||
			       !str_eq(dct_role_parent(role->name), t->role)))
			r = err_set(err, ERR_FORMAT, "%.*s cannot delegate to \"%.*s\"",
				    STR_FMT(t->role), STR_FMT(role->name));
	}
	return r;
}

int dct_targets_read(const struct json *body, struct str role, struct arena *a,
		     struct dct_targets *ret, struct err *err)
{
	int r;

	dct_targets_init(ret, arena_str(a, role));
	r = read_version(body, "Targets", &ret->version, err);
	if (r == 0)
		r = read_files(json_get(body, "targets"), a, &ret->targets, err);
	if (r == 0)
		r = read_delegations(json_get(body, "delegations"), a, ret, err);
	if (r < 0)
		dct_targets_done(ret);
	return r;
}

int dct_targets_write(const struct dct_targets *t, int64_t expires, struct strbuf *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct json_writer w;
	int r = open_body(&w, &plain, "Targets", t->version, expires, err);

	if (r < 0)
		return r;
	json_key(&w, "delegations");
	json_open_map(&w);
	write_keys(&w, &t->keys);
	json_key(&w, "roles");
	json_open_list(&w);
	for (size_t i = 0; i < t->delegations.n; i++)
		write_delegation(&w, vec_at(&t->delegations, i));
	json_close_list(&w);
	json_close_map(&w);
	write_files(&w, "targets", &t->targets);
	return close_body(&w, &plain, ret, err);
}

static struct dct_target *find_file(const struct vec *files, struct str name)
{
	for (size_t i = 0; i < files->n; i++) {
		struct dct_target *t = vec_at(files, i);

		if (str_eq(t->name, name))
			return t;
	}
	return NULL;
}

static int put_file(struct vec *files, const struct dct_target *target, struct err *err)
{
	struct dct_target *t = find_file(files, target->name);

	if (!t)
		t = vec_push(files);
	if (!t)
		return err_set(err, ERR_LIMIT, "more targets than trust_targets (%d)",
			       LIMIT_TRUST_TARGETS);
	*t = *target;
	return 0;
}

static bool drop_file(struct vec *files, struct str name)
{
	struct dct_target *t = find_file(files, name);
	const struct dct_target *last;

	if (!t)
		return false;
	last = vec_at(files, files->n - 1);
	*t = *last;
	vec_cut(files, files->n - 1);
	return true;
}

struct dct_target *dct_targets_find(const struct dct_targets *t, struct str name)
{
	return find_file(&t->targets, name);
}

int dct_targets_put(struct dct_targets *t, const struct dct_target *target, struct err *err)
{
	t->changed = true;
	return put_file(&t->targets, target, err);
}

bool dct_targets_drop(struct dct_targets *t, struct str name)
{
	bool was = drop_file(&t->targets, name);

	t->changed |= was;
	return was;
}

struct dct_role *dct_targets_delegation(const struct dct_targets *t, struct str role)
{
	for (size_t i = 0; i < t->delegations.n; i++) {
		struct dct_role *d = vec_at(&t->delegations, i);

		if (str_eq(d->name, role))
			return d;
	}
	return NULL;
}

static bool is_used(const struct dct_targets *t, struct str id)
{
	for (size_t i = 0; i < t->delegations.n; i++) {
		const struct dct_role *d = vec_at(&t->delegations, i);

		if (dct_list_has(&d->key_ids, id))
			return true;
	}
	return false;
}

void dct_targets_sweep_keys(struct dct_targets *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->keys.n; i++) {
		struct dct_key key = *(struct dct_key *)vec_at(&t->keys, i);

		if (is_used(t, key.id))
			*(struct dct_key *)vec_at(&t->keys, n++) = key;
	}
	vec_cut(&t->keys, n);
}

/* --- snapshot --- */

void dct_snapshot_init(struct dct_snapshot *s)
{
	*s = (struct dct_snapshot){.meta = VEC_INIT(struct dct_target, LIMIT_TRUST_ROLES)};
}

void dct_snapshot_done(struct dct_snapshot *s)
{
	vec_done(&s->meta);
}

int dct_snapshot_read(const struct json *body, struct arena *a, struct dct_snapshot *ret,
		      struct err *err)
{
	int r;

	dct_snapshot_init(ret);
	r = read_version(body, "Snapshot", &ret->version, err);
	if (r == 0)
		r = read_files(json_get(body, "meta"), a, &ret->meta, err);
	if (r < 0)
		dct_snapshot_done(ret);
	return r;
}

int dct_snapshot_write(const struct dct_snapshot *s, int64_t expires, struct strbuf *ret,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct json_writer w;
	int r = open_body(&w, &plain, "Snapshot", s->version, expires, err);

	if (r < 0)
		return r;
	write_files(&w, "meta", &s->meta);
	return close_body(&w, &plain, ret, err);
}

int dct_target_set_digest(struct dct_target *t, const struct digest_value *v, struct arena *a,
			  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * DIGEST_BYTES_MAX);
	bool is_256 = v->algorithm == DIGEST_SHA256;
	int r = base64_encode(str_make(v->bytes, is_256 ? 32 : 64), BASE64_STANDARD, &text, err);

	if (r == 0 && t->n_hashes == DCT_HASHES_MAX)
		r = err_set(err, ERR_LIMIT, "too many hashes of one target");
	if (r < 0)
		return r;
	t->hashes[t->n_hashes++] = (struct dct_hash){str_of(is_256 ? "sha256" : "sha512"),
						     arena_str(a, strbuf_str(&text))};
	return arena_check(a, err);
}

static int add_hash(struct dct_target *t, enum digest_algorithm algorithm, struct str file,
		    struct arena *a, struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value v;
	int r = digest_init(&d, algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, file);
	digest_final(&d, &v);
	return dct_target_set_digest(t, &v, a, err);
}

int dct_snapshot_put(struct dct_snapshot *s, struct str role, struct str file, struct arena *a,
		     struct err *err)
{
	struct dct_target t = {.name = arena_str(a, role), .length = (int64_t)file.n};
	int r = add_hash(&t, DIGEST_SHA256, file, a, err);

	if (r == 0)
		r = add_hash(&t, DIGEST_SHA512, file, a, err);
	return r < 0 ? r : put_file(&s->meta, &t, err);
}

void dct_snapshot_drop(struct dct_snapshot *s, struct str role)
{
	(void)drop_file(&s->meta, role); /* fine when it was not there */
}

/* --- what a target is --- */

static const struct dct_hash *find_hash(const struct dct_target *t, const char *algorithm)
{
	for (size_t i = 0; i < t->n_hashes; i++)
		if (str_is(t->hashes[i].algorithm, algorithm))
			return &t->hashes[i];
	return NULL;
}

int dct_target_digest(const struct dct_target *target, char ret[DIGEST_TEXT_MAX], struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(DIGEST_BYTES_MAX);
	const struct dct_hash *hash = find_hash(target, "sha256");
	struct digest_value v = {.algorithm = DIGEST_SHA256};
	size_t n = 32;

	if (!hash) {
		hash = find_hash(target, "sha512");
		v.algorithm = DIGEST_SHA512;
		n = 64;
	}
	if (!hash || base64_decode(hash->value, BASE64_STANDARD, &bytes, NULL) < 0 || bytes.n != n)
		return err_set(err, ERR_FORMAT, "%.*s: no SHA-256 or SHA-512 that is one",
			       STR_FMT(target->name));
	memcpy(v.bytes, bytes.p, n);
	(void)digest_format(&v, ret); /* the text is in ret */
	return 0;
}
