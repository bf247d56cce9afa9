/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/publish.h"

#include "base/limits.h"
#include "trust/dct/name.h"

enum { TRIES_MAX = 3 };

/* --- the server's keys --- */

static int server_key(struct dct_publisher *p, const char *role, bool rotate, struct dct_key *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TRUST_KEY_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = notary_server_key(p->place->server, role, rotate, &bytes, err);

	if (r == 0)
		r = json_parse(strbuf_str(&bytes), &doc, err);
	if (r == 0)
		r = dct_key_read(doc, p->arena, ret, err);
	return r < 0 ? err_wrap(err, r, "the server's %s key", role) : 0;
}

static int add_key(struct dct_root *root, int role, const struct dct_key *key, struct arena *a,
		   struct err *err)
{
	int r = dct_key_add(&root->keys, key, err);

	return r < 0 ? r : dct_list_add(&root->roles[role].key_ids, key->id, a, err);
}

/* --- beginning --- */

static int root_key(struct dct_publisher *p, struct dct_key *ret, struct err *err)
{
	struct dct_key plain;
	bool found;
	int r = dct_keyring_root(p->ring, &plain, &found, err);

	if (r == 0 && !found)
		r = dct_keyring_make(p->ring, "root", STR_NULL, &plain, err);
	return r < 0 ? r : dct_keyring_certify(p->ring, &plain, p->place->gun, p->now, ret, err);
}

static int fill_root(struct dct_publisher *p, bool local_snapshot, struct dct_root *root,
		     struct err *err)
{
	struct dct_key key;
	int r = server_key(p, "timestamp", false, &key, err);

	if (r == 0)
		r = add_key(root, DCT_TIMESTAMP, &key, p->arena, err);
	if (r == 0 && !local_snapshot)
		r = server_key(p, "snapshot", false, &key, err);
	if (r == 0 && !local_snapshot)
		r = add_key(root, DCT_SNAPSHOT, &key, p->arena, err);
	if (r == 0)
		r = root_key(p, &key, err);
	if (r == 0)
		r = add_key(root, DCT_ROOT, &key, p->arena, err);
	if (r == 0)
		r = dct_keyring_make(p->ring, "targets", p->place->gun, &key, err);
	if (r == 0)
		r = add_key(root, DCT_TARGETS, &key, p->arena, err);
	if (r == 0 && local_snapshot)
		r = dct_keyring_make(p->ring, "snapshot", p->place->gun, &key, err);
	if (r == 0 && local_snapshot)
		r = add_key(root, DCT_SNAPSHOT, &key, p->arena, err);
	return r;
}

static int keep_files(struct dct_publisher *p, const struct dct_files *files, struct err *err)
{
	int r = 0;

	/* the root last: where it is, the rest is too */
	for (size_t i = files->n; i > 0 && r == 0; i--)
		r = trust_dir_put_role(&p->place->dir, p->place->gun, files->p[i - 1].role,
				       files->p[i - 1].bytes, err);
	return r;
}

static int begin(struct dct_publisher *p, struct dct_collection *c, bool local_snapshot,
		 struct err *err)
{
	CLEANUP(freep) struct dct_files *files = calloc(1, sizeof *files);
	struct dct_targets *t = vec_push(&c->targets);
	int r;

	if (!t || !files)
		return err_nomem(err);
	dct_targets_init(t, STR("targets"));
	r = fill_root(p, local_snapshot, &c->root, err);
	if (r == 0)
		r = dct_collection_sign(c, p->ring, p->now, files, err);
	return r < 0 ? r : keep_files(p, files, err);
}

static int is_there(struct dct_publisher *p, bool *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	int r = notary_server_get(p->place->server, STR("root.json"), LIMIT_JSON_BYTES, &bytes,
				  err);

	*ret = r == 0;
	return r == -ERR_NOT_FOUND ? 0 : r;
}

int dct_publisher_init(struct dct_publisher *p, bool local_snapshot, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct dct_collection c;
	bool there;
	int r = is_there(p, &there, err);

	if (r < 0)
		return r;
	if (there)
		return err_set(err, ERR_USAGE, "%.*s is there already, at %.*s",
			       STR_FMT(p->place->gun),
			       STR_FMT(notary_server_url(p->place->server)));
	if (trust_dir_role(&p->place->dir, p->place->gun, STR("root"), &bytes, NULL) == 0)
		return err_set(err, ERR_USAGE, "%.*s was begun already, and waits to be published",
			       STR_FMT(p->place->gun));
	dct_collection_init(&c, p->place->gun, p->arena);
	r = begin(p, &c, local_snapshot, err);
	dct_collection_done(&c);
	return r;
}

/* --- changes --- */

int dct_publisher_stage(struct dct_publisher *p, const struct dct_change *change, uint64_t time_ns,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TRUST_CHANGE_BYTES);
	int r = dct_change_write(change, &bytes, err);

	return r < 0 ? r
		     : trust_dir_put_change(&p->place->dir, p->place->gun, time_ns,
					    strbuf_str(&bytes), err);
}

static int new_key(struct dct_publisher *p, struct str role, bool server, struct dct_key *ret,
		   struct err *err)
{
	struct dct_key plain;
	int r;

	if (server)
		return server_key(p, str_is(role, "timestamp") ? "timestamp" : "snapshot", true,
				  ret, err);
	if (!str_is(role, "root"))
		return dct_keyring_make(p->ring, str_is(role, "targets") ? "targets" : "snapshot",
					p->place->gun, ret, err);
	r = dct_keyring_make(p->ring, "root", STR_NULL, &plain, err);
	return r < 0 ? r : dct_keyring_certify(p->ring, &plain, p->place->gun, p->now, ret, err);
}

int dct_publisher_rotate(struct dct_publisher *p, struct str role, bool server,
			 struct dct_change *ret, struct err *err)
{
	bool may_server = str_is(role, "timestamp") || str_is(role, "snapshot");
	struct dct_key *key = arena_alloc(p->arena, sizeof *key);
	int r;

	if (!key)
		return err_nomem(err);
	if (!dct_role_is_base(role))
		return err_set(err, ERR_USAGE,
			       "%.*s: only the keys of root, targets, snapshot and timestamp are "
			       "rotated; for a delegation, add the new key and remove the old one",
			       STR_FMT(role));
	if (server && !may_server)
		return err_set(err, ERR_USAGE, "the server cannot hold the %.*s key",
			       STR_FMT(role));
	if (!server && str_is(role, "timestamp"))
		return err_set(err, ERR_USAGE,
			       "the timestamp key is always the server's: add --server-managed");
	r = new_key(p, role, server, key, err);
	*ret = (struct dct_change){
		.action = DCT_CREATE,
		.type = DCT_CHANGE_ROLE,
		.role = STR("root"),
		.path = role,
		.keys = {key, 1},
	};
	return r;
}

/* --- publishing --- */

static int apply_all(struct dct_publisher *p, struct dct_collection *c,
		     const struct trust_change_list *list, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		struct dct_change change;

		r = dct_change_read(list->p[i].bytes, p->arena, &change, err);
		if (r == 0)
			r = dct_collection_apply(c, &change, err);
		if (r < 0)
			r = err_wrap(err, r, "%.*s", STR_FMT(list->p[i].name));
	}
	return r;
}

static int note_roles(struct dct_publisher *p, const struct dct_files *files,
		      struct dct_published *ret, struct err *err)
{
	int r = 0;

	ret->n_files = files->n;
	for (size_t i = 0; i < files->n && r == 0; i++)
		r = dct_list_add(&ret->roles, files->p[i].role, p->arena, err);
	return r;
}

static int load(struct dct_publisher *p, struct dct_collection *c, bool first, struct err *err)
{
	CLEANUP(dct_view_freep) struct dct_view *view = NULL;
	const struct tuf_store store = dct_place_store(p->place);
	const struct tuf_source source = dct_place_source(p->place);
	const struct dct_view_options options = {
		.gun = p->place->gun,
		.pins = p->pins,
		.now = p->now,
		.trail = p->trail,
		.source = &source,
		.store = &store,
	};
	int r;

	if (first) {
		r = dct_collection_load_dir(c, &p->place->dir, err);
		if (r == -ERR_NOT_FOUND)
			return err_set(err, ERR_NOT_FOUND,
				       "%.*s was never begun: plimsoll trust init does that",
				       STR_FMT(p->place->gun));
		return r;
	}
	r = dct_view_open(&options, &view, err);
	return r < 0 ? r : dct_collection_load(c, view, err);
}

static int send(struct dct_publisher *p, struct dct_collection *c, bool renew,
		const struct trust_change_list *list, struct dct_published *ret, bool *ret_conflict,
		struct err *err)
{
	CLEANUP(freep) struct dct_files *files = calloc(1, sizeof *files);
	int r;

	if (!files)
		return err_nomem(err);
	r = load(p, c, ret->first, err);
	if (r == 0)
		r = apply_all(p, c, list, err);
	if (r == 0 && renew)
		r = dct_collection_renew(c, p->ring, err);
	if (r == 0)
		r = dct_collection_sign(c, p->ring, p->now, files, err);
	if (r == 0)
		r = note_roles(p, files, ret, err);
	/*
	 * A first root is kept before it is sent: if the answer is lost, the server's is the one
	 * that is kept here. What follows is kept once it was taken.
	 */
	if (r == 0 && ret->first)
		r = keep_files(p, files, err);
	if (r == 0 && files->n)
		r = notary_server_publish(p->place->server, files->p, files->n, ret_conflict, err);
	return r == 0 && !ret->first ? keep_files(p, files, err) : r;
}

static int try_once(struct dct_publisher *p, bool renew, const struct trust_change_list *list,
		    struct dct_published *ret, bool *ret_conflict, struct err *err)
{
	struct dct_collection c;
	bool there;
	int r = is_there(p, &there, err);

	if (r < 0)
		return r;
	ret->first = !there;
	ret->roles = (struct str_list){NULL, 0};
	ret->n_tries++;
	dct_collection_init(&c, p->place->gun, p->arena);
	r = send(p, &c, renew, list, ret, ret_conflict, err);
	dct_collection_done(&c);
	return r;
}

int dct_publisher_publish(struct dct_publisher *p, bool renew, struct dct_published *ret,
			  struct err *err)
{
	struct dct_published done = {0};
	struct trust_change_list list;
	bool conflict = true;
	int r = trust_dir_changes(&p->place->dir, p->place->gun, p->arena, &list, err);

	if (r < 0)
		return r;
	done.n_changes = list.n;
	for (r = -ERR_DENIED; r < 0 && conflict && done.n_tries < TRIES_MAX;) {
		conflict = false;
		r = try_once(p, renew, &list, &done, &conflict, err);
	}
	if (r < 0)
		return r;
	*ret = done;
	return trust_dir_drop_changes(&p->place->dir, p->place->gun, &list, err);
}
