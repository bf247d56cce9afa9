/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/change.h"

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json_writer.h"
#include "trust/dct/name.h"

static const char *const actions[] = {
	[DCT_CREATE] = "create",
	[DCT_UPDATE] = "update",
	[DCT_DELETE] = "delete",
};

static const char *const types[] = {
	[DCT_CHANGE_TARGET] = "target",
	[DCT_CHANGE_DELEGATION] = "delegation",
	[DCT_CHANGE_ROLE] = "role",
	[DCT_CHANGE_WITNESS] = "witness",
};

static int find_word(const char *const *words, size_t n, struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(word, words[i]))
			return (int)i;
	return -1;
}

/* --- reading --- */

static int read_keys(const struct json *list, struct arena *a, struct dct_key_list *ret,
		     struct err *err)
{
	size_t n = json_len(list);
	struct dct_key *keys;
	int r = 0;

	if (n > LIMIT_TRUST_ROLES)
		return err_set(err, ERR_LIMIT, "more keys than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	keys = arena_array(a, n + 1, sizeof *keys);
	if (!keys)
		return err_nomem(err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = dct_key_read(json_at(list, i), a, &keys[i], err);
	*ret = (struct dct_key_list){keys, n};
	return r;
}

static int read_texts(const struct json *list, struct arena *a, struct str_list *ret,
		      struct err *err)
{
	int r = 0;

	*ret = (struct str_list){NULL, 0};
	for (size_t i = 0; i < json_len(list) && r == 0; i++)
		r = dct_list_add(ret, json_str(json_at(list, i)), a, err);
	return r;
}

static int read_delegation(const struct json *data, struct arena *a, struct dct_change *c,
			   struct err *err)
{
	int r = read_keys(json_get(data, "add_keys"), a, &c->keys, err);

	if (r == 0)
		r = read_texts(json_get(data, "remove_keys"), a, &c->remove_keys, err);
	if (r == 0)
		r = read_texts(json_get(data, "add_paths"), a, &c->add_paths, err);
	if (r == 0)
		r = read_texts(json_get(data, "remove_paths"), a, &c->remove_paths, err);
	c->clear_paths = json_get_true(data, "clear_paths");
	if (!json_get_int(data, "threshold", &c->threshold) || c->threshold < 1)
		c->threshold = 1;
	return r;
}

static int read_data(const struct json *data, struct arena *a, struct dct_change *c,
		     struct err *err)
{
	switch (c->type) {
	case DCT_CHANGE_TARGET:
		if (c->action == DCT_DELETE)
			return 0;
		return dct_target_read(data, c->path, a, &c->target, err);
	case DCT_CHANGE_DELEGATION:
		return read_delegation(data, a, c, err);
	case DCT_CHANGE_ROLE:
		c->path = arena_str(a, json_get_str(data, "role"));
		if (!dct_role_is_base(c->path))
			return err_set(err, ERR_FORMAT, "keys of an unknown role");
		return read_keys(json_get(data, "keys"), a, &c->keys, err);
	case DCT_CHANGE_WITNESS:
		return 0;
	}
	return -ERR_BUG;
}

/* No data, or null: nothing to say beyond the action. */
static int unpack_data(struct str text, struct arena *a, struct dct_change *c, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TRUST_CHANGE_BYTES);
	CLEANUP(json_freep) struct json *data = NULL;
	int r = base64_decode(text, BASE64_STANDARD, &bytes, err);

	if (r == 0 && bytes.n)
		r = json_parse(strbuf_str(&bytes), &data, err);
	return r < 0 ? r : read_data(data, a, c, err);
}

static bool fits(const struct dct_change *c)
{
	if (c->type == DCT_CHANGE_ROLE)
		return str_is(c->role, "root") && c->action == DCT_CREATE;
	if (c->type == DCT_CHANGE_DELEGATION)
		return dct_role_is_delegation(c->role);
	return dct_role_is_targets(c->role) && (c->type != DCT_CHANGE_TARGET || c->path.n);
}

static int read_change(const struct json *doc, struct arena *a, struct dct_change *ret,
		       struct err *err)
{
	int action = find_word(actions, ARRAY_LEN(actions), json_get_str(doc, "action"));
	int type = find_word(types, ARRAY_LEN(types), json_get_str(doc, "type"));

	if (action < 0 || type < 0)
		return err_set(err, ERR_FORMAT, "an unknown action or type");
	*ret = (struct dct_change){
		.action = (enum dct_action)action,
		.type = (enum dct_change_type)type,
		.role = arena_str(a, json_get_str(doc, "role")),
		.path = arena_str(a, json_get_str(doc, "path")),
	};
	if (!fits(ret))
		return err_set(err, ERR_FORMAT, "the role \"%.*s\" cannot be changed that way",
			       STR_FMT(ret->role));
	return unpack_data(json_get_str(doc, "data"), a, ret, err);
}

int dct_change_read(struct str bytes, struct arena *a, struct dct_change *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(bytes, &doc, err);

	if (r == 0)
		r = read_change(doc, a, ret, err);
	return r < 0 ? err_wrap(err, r, "change to publish") : arena_check(a, err);
}

/* --- writing --- */

static void put_keys(struct json_writer *w, const char *name, const struct dct_key_list *keys)
{
	json_key(w, name);
	json_open_list(w);
	for (size_t i = 0; i < keys->n; i++)
		dct_key_write(&keys->p[i], w);
	json_close_list(w);
}

static void put_texts(struct json_writer *w, const char *name, const struct str_list *list)
{
	if (list->n == 0)
		return;
	json_key(w, name);
	json_open_list(w);
	for (size_t i = 0; i < list->n; i++)
		json_add_str(w, list->p[i]);
	json_close_list(w);
}

static void put_delegation(struct json_writer *w, const struct dct_change *c)
{
	json_open_map(w);
	if (c->threshold)
		json_put_uint(w, "threshold", (uint64_t)c->threshold);
	if (c->keys.n)
		put_keys(w, "add_keys", &c->keys);
	put_texts(w, "remove_keys", &c->remove_keys);
	put_texts(w, "add_paths", &c->add_paths);
	put_texts(w, "remove_paths", &c->remove_paths);
	if (c->clear_paths)
		json_put_bool(w, "clear_paths", true);
	json_close_map(w);
}

static void put_data(const struct dct_change *c, struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	switch (c->type) {
	case DCT_CHANGE_TARGET:
		if (c->action != DCT_DELETE)
			dct_target_write(&c->target, &w);
		break;
	case DCT_CHANGE_DELEGATION:
		put_delegation(&w, c);
		break;
	case DCT_CHANGE_ROLE:
		json_open_map(&w);
		put_keys(&w, "keys", &c->keys);
		json_put_str(&w, "role", c->path);
		json_close_map(&w);
		break;
	case DCT_CHANGE_WITNESS:
		break;
	}
}

int dct_change_write(const struct dct_change *c, struct strbuf *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf data = STRBUF_INIT(LIMIT_TRUST_CHANGE_BYTES);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_TRUST_CHANGE_BYTES);
	struct json_writer w;
	int r;

	put_data(c, &data);
	r = strbuf_check(&data, err);
	if (r == 0)
		r = base64_encode(strbuf_str(&data), BASE64_STANDARD, &text, err);
	if (r < 0)
		return r;
	json_writer_init(&w, ret, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "action", actions[c->action]);
	json_put_str(&w, "role", c->role);
	json_put_text(&w, "type", types[c->type]);
	json_put_str(&w, "path", c->path);
	json_put_str(&w, "data", strbuf_str(&text));
	json_close_map(&w);
	return strbuf_check(ret, err);
}

/* --- for people --- */

static struct str target_text(const struct dct_change *c, struct arena *a)
{
	char digest[DIGEST_TEXT_MAX];

	if (c->action == DCT_DELETE)
		return arena_strf(a, "remove %.*s from %.*s", STR_FMT(c->path), STR_FMT(c->role));
	if (dct_target_digest(&c->target, digest, NULL) < 0)
		digest[0] = '\0';
	return arena_strf(a, "add %.*s to %.*s (%s)", STR_FMT(c->path), STR_FMT(c->role), digest);
}

struct str dct_change_text(const struct dct_change *c, struct arena *a)
{
	static const char *const verbs[] = {"add", "change", "remove"};

	switch (c->type) {
	case DCT_CHANGE_TARGET:
		return target_text(c, a);
	case DCT_CHANGE_DELEGATION:
		return arena_strf(a, "%s the delegation %.*s", verbs[c->action], STR_FMT(c->role));
	case DCT_CHANGE_ROLE:
		return arena_strf(a, "replace the keys of %.*s", STR_FMT(c->path));
	case DCT_CHANGE_WITNESS:
		return arena_strf(a, "sign %.*s again", STR_FMT(c->role));
	}
	return STR_NULL;
}
