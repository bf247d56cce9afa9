/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/collection.h"

#include "base/limits.h"
#include "trust/dct/name.h"
#include "trust/dct/sign.h"

void dct_collection_init(struct dct_collection *c, struct str gun, struct arena *arena)
{
	*c = (struct dct_collection){
		.gun = gun,
		.arena = arena,
		.targets = VEC_INIT(struct dct_targets, LIMIT_TRUST_ROLES),
	};
	dct_root_init(&c->root);
	dct_snapshot_init(&c->snapshot);
}

void dct_collection_done(struct dct_collection *c)
{
	dct_root_done(&c->root);
	dct_snapshot_done(&c->snapshot);
	for (size_t i = 0; i < c->targets.n; i++)
		dct_targets_done(vec_at(&c->targets, i));
	vec_done(&c->targets);
}

struct dct_targets *dct_collection_role(const struct dct_collection *c, struct str role)
{
	for (size_t i = 0; i < c->targets.n; i++) {
		struct dct_targets *t = vec_at(&c->targets, i);

		if (str_eq(t->role, role))
			return t;
	}
	return NULL;
}

/* --- loading --- */

static int load_targets(struct dct_collection *c, struct str role, const struct json *body,
			struct err *err)
{
	struct dct_targets *t = vec_push(&c->targets);
	int r;

	if (!t)
		return err_set(err, ERR_LIMIT, "more roles than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	r = dct_targets_read(body, role, c->arena, t, err);
	if (r < 0)
		vec_cut(&c->targets, c->targets.n - 1);
	return r;
}

static int load_bytes(struct dct_collection *c, struct str role, struct str bytes, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *body;
	int r = json_parse(bytes, &doc, err);

	body = json_get(doc, "signed");
	if (r == 0 && str_is(role, "root")) {
		dct_root_done(&c->root);
		r = dct_root_read(body, c->arena, &c->root, err);
	} else if (r == 0 && str_is(role, "snapshot")) {
		dct_snapshot_done(&c->snapshot);
		r = dct_snapshot_read(body, c->arena, &c->snapshot, err);
		c->has_snapshot = r == 0;
	} else if (r == 0) {
		r = load_targets(c, role, body, err);
	}
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(role)) : 0;
}

/* Delegations that nobody signed yet, or not well enough, are simply not there. */
static int load_delegations(struct dct_collection *c, struct dct_view *view, size_t at,
			    struct err *err)
{
	const struct dct_targets *above = vec_at(&c->targets, at);
	size_t n = above->delegations.n;

	for (size_t i = 0; i < n; i++) {
		const struct dct_role *d;
		const struct tuf_metadata *m;
		int r;

		above = vec_at(&c->targets, at); /* it moves when the list grows */
		d = vec_at(&above->delegations, i);
		r = dct_view_role(view, d->name, &m, err);
		if (r == -ERR_NOT_FOUND || (r < 0 && dct_view_is_skipped(view, r)))
			continue;
		if (r == 0)
			r = load_bytes(c, d->name, m->bytes, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int dct_collection_load(struct dct_collection *c, struct dct_view *view, struct err *err)
{
	int r = load_bytes(c, STR("root"), dct_view_base(view, TUF_ROOT)->bytes, err);

	c->published = true;
	if (r == 0)
		r = load_bytes(c, STR("snapshot"), dct_view_base(view, TUF_SNAPSHOT)->bytes, err);
	if (r == 0)
		r = load_bytes(c, STR("targets"), dct_view_base(view, TUF_TARGETS)->bytes, err);
	for (size_t i = 0; i < c->targets.n && r == 0; i++)
		r = load_delegations(c, view, i, err);
	return r;
}

int dct_collection_load_dir(struct dct_collection *c, const struct trust_dir *dir, struct err *err)
{
	static const struct str roles[] = {{"root", 4}, {"targets", 7}, {"snapshot", 8}};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(roles) && r == 0; i++) {
		CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);

		r = trust_dir_role(dir, c->gun, roles[i], &bytes, err);
		if (r == 0)
			r = load_bytes(c, roles[i], strbuf_str(&bytes), err);
		else if (r == -ERR_NOT_FOUND && str_is(roles[i], "snapshot"))
			r = 0; /* the server's */
	}
	return r;
}

/* --- changes --- */

/* The metadata of a role that may be changed; a delegation that was never signed begins empty. */
static int need_role(struct dct_collection *c, struct str role, struct dct_targets **ret,
		     struct err *err)
{
	struct str above = dct_role_is_delegation(role) ? dct_role_parent(role) : STR_NULL;
	const struct dct_targets *parent = dct_collection_role(c, above);

	*ret = dct_collection_role(c, role);
	if (*ret)
		return 0;
	if (!parent || !dct_targets_delegation(parent, role))
		return err_set(err, ERR_NOT_FOUND, "%.*s: there is no such role in %.*s",
			       STR_FMT(role), STR_FMT(c->gun));
	*ret = vec_push(&c->targets);
	if (!*ret)
		return err_set(err, ERR_LIMIT, "more roles than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	dct_targets_init(*ret, arena_str(c->arena, role));
	return arena_check(c->arena, err);
}

bool dct_collection_may_hold(const struct dct_collection *c, struct str role, struct str tag)
{
	while (dct_role_is_delegation(role)) {
		const struct dct_targets *parent = dct_collection_role(c, dct_role_parent(role));
		const struct dct_role *d = parent ? dct_targets_delegation(parent, role) : NULL;
		bool fits = false;

		for (size_t i = 0; d && i < d->paths.n; i++)
			fits |= str_has_prefix(tag, d->paths.p[i]);
		if (!fits)
			return false;
		role = dct_role_parent(role);
	}
	return true;
}

static int apply_target(struct dct_collection *c, const struct dct_change *change, struct err *err)
{
	struct dct_targets *t;
	int r = need_role(c, change->role, &t, err);

	if (r < 0)
		return r;
	if (change->action == DCT_DELETE) {
		(void)dct_targets_drop(t, change->path); /* another publisher may have, too */
		return 0;
	}
	if (!dct_collection_may_hold(c, change->role, change->path))
		return err_set(err, ERR_DENIED, "%.*s may not hold the tag %.*s: its paths say so",
			       STR_FMT(change->role), STR_FMT(change->path));
	return dct_targets_put(t, &change->target, err);
}

static void drop_role(struct dct_collection *c, struct str role)
{
	for (size_t i = 0; i < c->targets.n; i++) {
		struct dct_targets *t = vec_at(&c->targets, i);

		if (!str_eq(t->role, role))
			continue;
		dct_targets_done(t);
		if (i + 1 < c->targets.n)
			*t = *(struct dct_targets *)vec_at(&c->targets, c->targets.n - 1);
		vec_cut(&c->targets, c->targets.n - 1);
		break;
	}
	dct_snapshot_drop(&c->snapshot, role);
}

static void delete_delegation(struct dct_collection *c, struct dct_targets *parent, struct str role)
{
	size_t n = 0;

	for (size_t i = 0; i < parent->delegations.n; i++) {
		struct dct_role d = *(struct dct_role *)vec_at(&parent->delegations, i);

		if (!str_eq(d.name, role))
			*(struct dct_role *)vec_at(&parent->delegations, n++) = d;
	}
	if (n < parent->delegations.n)
		parent->changed = true;
	vec_cut(&parent->delegations, n);
	dct_targets_sweep_keys(parent);
	drop_role(c, role); /* last: it moves the parent */
}

/* Keys are named by themselves there, by their certificates in metadata. */
static int drop_key(struct dct_collection *c, struct dct_targets *parent, struct dct_role *d,
		    struct str plain_id, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < parent->keys.n && r == 0; i++) {
		const struct dct_key *key = vec_at(&parent->keys, i);
		struct dct_key plain;

		r = dct_key_plain(key, c->arena, &plain, err);
		if (r == 0 && (str_eq(plain.id, plain_id) || str_eq(key->id, plain_id)))
			r = dct_list_drop(&d->key_ids, key->id, c->arena, err);
	}
	return r;
}

static int edit_delegation(struct dct_collection *c, struct dct_targets *parent, struct dct_role *d,
			   const struct dct_change *change, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < change->remove_keys.n && r == 0; i++)
		r = drop_key(c, parent, d, change->remove_keys.p[i], err);
	for (size_t i = 0; i < change->keys.n && r == 0; i++) {
		r = dct_key_add(&parent->keys, &change->keys.p[i], err);
		if (r == 0)
			r = dct_list_add(&d->key_ids, change->keys.p[i].id, c->arena, err);
	}
	if (change->clear_paths)
		d->paths = (struct str_list){NULL, 0};
	for (size_t i = 0; i < change->remove_paths.n && r == 0; i++)
		r = dct_list_drop(&d->paths, change->remove_paths.p[i], c->arena, err);
	for (size_t i = 0; i < change->add_paths.n && r == 0; i++)
		r = dct_list_add(&d->paths, change->add_paths.p[i], c->arena, err);
	return r;
}

static struct dct_role *new_delegation(struct dct_targets *parent, const struct dct_change *change)
{
	struct dct_role *d = vec_push(&parent->delegations);

	if (d)
		*d = (struct dct_role){.name = change->role, .threshold = change->threshold};
	return d;
}

static int apply_delegation(struct dct_collection *c, const struct dct_change *change,
			    struct err *err)
{
	struct dct_targets *parent;
	struct dct_role *d;
	int r = need_role(c, dct_role_parent(change->role), &parent, err);

	if (r < 0)
		return r;
	d = dct_targets_delegation(parent, change->role);
	if (change->action == DCT_DELETE) {
		delete_delegation(c, parent, change->role);
		return 0;
	}
	if (!d && change->action == DCT_UPDATE)
		return err_set(err, ERR_NOT_FOUND, "there is no delegation %.*s",
			       STR_FMT(change->role));
	if (!d)
		d = new_delegation(parent, change);
	if (!d)
		return err_set(err, ERR_LIMIT, "more delegations than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	r = edit_delegation(c, parent, d, change, err);
	if (r == 0 && d->key_ids.n < (size_t)d->threshold)
		r = err_set(err, ERR_USAGE,
			    "%.*s would have %zu keys, and needs signatures by %lld: add keys, or "
			    "remove the delegation",
			    STR_FMT(d->name), d->key_ids.n, (long long)d->threshold);
	parent->changed = true;
	dct_targets_sweep_keys(parent);
	return r;
}

static bool is_used(const struct dct_root *root, struct str id)
{
	for (size_t i = 0; i < ARRAY_LEN(root->roles); i++)
		if (dct_list_has(&root->roles[i].key_ids, id))
			return true;
	return dct_list_has(&root->before.key_ids, id);
}

static void sweep_root_keys(struct dct_root *root)
{
	size_t n = 0;

	for (size_t i = 0; i < root->keys.n; i++) {
		struct dct_key key = *(struct dct_key *)vec_at(&root->keys, i);

		if (is_used(root, key.id))
			*(struct dct_key *)vec_at(&root->keys, n++) = key;
	}
	vec_cut(&root->keys, n);
}

static int apply_keys(struct dct_collection *c, const struct dct_change *change, struct err *err)
{
	struct dct_targets *targets = dct_collection_role(c, STR("targets"));
	struct dct_role *role = NULL;
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(c->root.roles); i++)
		if (str_eq(c->root.roles[i].name, change->path))
			role = &c->root.roles[i];
	if (!role || change->keys.n < (size_t)role->threshold)
		return err_set(err, ERR_USAGE, "%.*s needs more keys than %zu",
			       STR_FMT(change->path), change->keys.n);
	role->key_ids = (struct str_list){NULL, 0};
	for (size_t i = 0; i < change->keys.n && r == 0; i++) {
		r = dct_key_add(&c->root.keys, &change->keys.p[i], err);
		if (r == 0)
			r = dct_list_add(&role->key_ids, change->keys.p[i].id, c->arena, err);
	}
	c->root.changed = true;
	sweep_root_keys(&c->root);
	if (targets && str_is(change->path, "targets"))
		targets->changed = true;
	return r;
}

static int apply_witness(struct dct_collection *c, const struct dct_change *change, struct err *err)
{
	struct dct_targets *t;
	int r = need_role(c, change->role, &t, err);

	if (r == 0)
		t->changed = true;
	return r;
}

int dct_collection_apply(struct dct_collection *c, const struct dct_change *change, struct err *err)
{
	switch (change->type) {
	case DCT_CHANGE_TARGET:
		return apply_target(c, change, err);
	case DCT_CHANGE_DELEGATION:
		return apply_delegation(c, change, err);
	case DCT_CHANGE_ROLE:
		return apply_keys(c, change, err);
	case DCT_CHANGE_WITNESS:
		return apply_witness(c, change, err);
	}
	return -ERR_BUG;
}

/* --- signing --- */

struct signers {
	struct dct_signer p[LIMIT_TRUST_ROLES];
	size_t n;
};

static bool has_signer(const struct signers *s, struct str id)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->p[i].id, id))
			return true;
	return false;
}

/* Adds those keys of the role that are here; *ret_n: how many of the role's. */
static int find_signers(const struct dct_role *role, const struct vec *keys,
			struct dct_keyring *ring, struct signers *s, size_t *ret_n, struct err *err)
{
	*ret_n = 0;
	for (size_t i = 0; i < role->key_ids.n; i++) {
		const struct dct_key *public = dct_key_find(keys, role->key_ids.p[i]);
		const struct secret_key *key = NULL;
		int r = public ? dct_keyring_find(ring, public, &key, err) : 0;

		if (r < 0)
			return r;
		*ret_n += key != NULL;
		if (!key || has_signer(s, public->id))
			continue;
		if (s->n == LIMIT_TRUST_ROLES)
			return err_set(err, ERR_LIMIT, "more signers than trust_roles (%d)",
				       LIMIT_TRUST_ROLES);
		s->p[s->n++] = (struct dct_signer){public->id, key};
	}
	return 0;
}

static int need_signers(const struct dct_role *role, const struct vec *keys,
			struct dct_keyring *ring, struct signers *s, struct err *err)
{
	size_t n;
	int r = find_signers(role, keys, ring, s, &n, err);

	if (r < 0 || n >= (size_t)role->threshold)
		return r;
	return err_set(
		err, ERR_DENIED,
		"%.*s: %zu of the %lld keys needed to sign it are in %s/private; the first "
		"that may sign is %.*s",
		STR_FMT(role->name), n, (long long)role->threshold, ring->dir.path,
		STR_FMT(role->key_ids.n ? str_sub(role->key_ids.p[0], 0, 16) : STR("nobody's")));
}

static int add_file(struct dct_collection *c, struct str role, struct str body,
		    const struct signers *s, struct dct_files *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_JSON_BYTES);
	int r = dct_sign(body, s->p, s->n, &file, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(role));
	if (ret->n == LIMIT_TRUST_ROLES)
		return err_set(err, ERR_LIMIT, "more roles than trust_roles (%d)",
			       LIMIT_TRUST_ROLES);
	ret->p[ret->n++] = (struct notary_file){role, arena_str(c->arena, strbuf_str(&file))};
	return arena_check(c->arena, err);
}

static void next_version(const struct dct_collection *c, int64_t *version)
{
	*version = c->published || *version == 0 ? *version + 1 : *version;
}

static int sign_root(struct dct_collection *c, struct dct_keyring *ring, int64_t now,
		     struct dct_files *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(freep) struct signers *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return err_nomem(err);
	next_version(c, &c->root.version);
	r = need_signers(&c->root.roles[DCT_ROOT], &c->root.keys, ring, s, err);
	if (r == 0 && c->published)
		r = need_signers(&c->root.before, &c->root.keys, ring, s, err);
	if (r == 0)
		r = dct_root_write(&c->root, now + DCT_ROOT_SECONDS, &body, err);
	return r < 0 ? r : add_file(c, STR("root"), strbuf_str(&body), s, ret, err);
}

/* Who signs a role of targets, and with which keys. */
static int signers_of(const struct dct_collection *c, struct str role, const struct dct_role **ret,
		      const struct vec **ret_keys, struct err *err)
{
	const struct dct_targets *parent;

	*ret = &c->root.roles[DCT_TARGETS];
	*ret_keys = &c->root.keys;
	if (!dct_role_is_delegation(role))
		return 0;
	parent = dct_collection_role(c, dct_role_parent(role));
	*ret = parent ? dct_targets_delegation(parent, role) : NULL;
	*ret_keys = parent ? &parent->keys : NULL;
	return *ret ? 0 : err_set(err, ERR_NOT_FOUND, "nobody delegates to %.*s", STR_FMT(role));
}

static int sign_targets(struct dct_collection *c, struct dct_targets *t, struct dct_keyring *ring,
			int64_t now, struct dct_files *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(freep) struct signers *s = calloc(1, sizeof *s);
	const struct dct_role *role;
	const struct vec *keys;
	int r;

	if (!s)
		return err_nomem(err);
	next_version(c, &t->version);
	r = signers_of(c, t->role, &role, &keys, err);
	if (r == 0)
		r = need_signers(role, keys, ring, s, err);
	if (r == 0)
		r = dct_targets_write(t, now + DCT_TARGETS_SECONDS, &body, err);
	return r < 0 ? r : add_file(c, t->role, strbuf_str(&body), s, ret, err);
}

static int sign_snapshot(struct dct_collection *c, struct dct_keyring *ring, int64_t now,
			 struct dct_files *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(freep) struct signers *s = calloc(1, sizeof *s);
	const struct dct_role *role = &c->root.roles[DCT_SNAPSHOT];
	size_t n;
	int r = s ? find_signers(role, &c->root.keys, ring, s, &n, err) : err_nomem(err);

	if (r < 0 || n < (size_t)role->threshold)
		return r; /* the server's */
	for (size_t i = 0; i < ret->n && r == 0; i++)
		r = dct_snapshot_put(&c->snapshot, ret->p[i].role, ret->p[i].bytes, c->arena, err);
	next_version(c, &c->snapshot.version);
	if (r == 0)
		r = dct_snapshot_write(&c->snapshot, now + DCT_TARGETS_SECONDS, &body, err);
	return r < 0 ? r : add_file(c, STR("snapshot"), strbuf_str(&body), s, ret, err);
}

int dct_collection_sign(struct dct_collection *c, struct dct_keyring *ring, int64_t now,
			struct dct_files *ret, struct err *err)
{
	int r = 0;

	ret->n = 0;
	if (c->root.changed || !c->published)
		r = sign_root(c, ring, now, ret, err);
	for (size_t i = 0; i < c->targets.n && r == 0; i++) {
		struct dct_targets *t = vec_at(&c->targets, i);

		if (t->changed || (!c->published && str_is(t->role, "targets")))
			r = sign_targets(c, t, ring, now, ret, err);
	}
	return r == 0 && ret->n ? sign_snapshot(c, ring, now, ret, err) : r;
}

static int has_keys(const struct dct_role *role, const struct vec *keys, struct dct_keyring *ring,
		    bool *ret, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < role->key_ids.n; i++) {
		const struct dct_key *public = dct_key_find(keys, role->key_ids.p[i]);
		bool here = false;
		int r = public ? dct_keyring_has(ring, public, &here, err) : 0;

		if (r < 0)
			return r;
		n += here;
	}
	*ret = n >= (size_t)role->threshold;
	return 0;
}

int dct_collection_renew(struct dct_collection *c, struct dct_keyring *ring, struct err *err)
{
	bool here;
	int r = has_keys(&c->root.roles[DCT_ROOT], &c->root.keys, ring, &here, err);

	if (r == 0)
		c->root.changed |= here;
	for (size_t i = 0; i < c->targets.n && r == 0; i++) {
		struct dct_targets *t = vec_at(&c->targets, i);
		const struct dct_role *role;
		const struct vec *keys;

		r = signers_of(c, t->role, &role, &keys, err);
		if (r == 0)
			r = has_keys(role, keys, ring, &here, err);
		if (r == 0)
			t->changed |= here;
	}
	return r;
}
