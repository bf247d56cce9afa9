/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/view.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "trust/dct/metadata.h"
#include "trust/dct/name.h"

struct dct_view {
	struct dct_view_options o;
	struct tuf_source source;
	struct dct_root_check check;
	struct tuf_update *update;
	struct str_list warnings;
};

/* --- expiry ahead of time --- */

static int warn(struct dct_view *v, struct str text, struct err *err)
{
	struct str_list *w = &v->warnings;

	return dct_list_add(w, text, v->o.trail->arena, err);
}

static int warn_of_expiry(struct dct_view *v, struct str what, int64_t expires, int64_t ahead,
			  struct err *err)
{
	char when[CLOCK_TEXT_MAX];

	if (expires - v->o.now > ahead || !clock_format(expires, when))
		return 0;
	return warn(v,
		    arena_strf(v->o.trail->arena, "%.*s expires on %s: have it signed again",
			       STR_FMT(what), when),
		    err);
}

static int warn_of_base(struct dct_view *v, struct err *err)
{
	static const enum tuf_type types[] = {TUF_ROOT, TUF_TARGETS, TUF_SNAPSHOT, TUF_TIMESTAMP};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(types) && r == 0; i++)
		r = warn_of_expiry(v, str_of(tuf_type_name(types[i])),
				   tuf_update_trusted(v->update, types[i])->expires,
				   types[i] == TUF_TIMESTAMP ? DCT_WARN_TIMESTAMP_SECONDS
							     : DCT_WARN_SECONDS,
				   err);
	if (r == 0 && v->check.expires)
		r = warn_of_expiry(v, STR("a certificate of the root"), v->check.expires,
				   DCT_WARN_SECONDS, err);
	return r;
}

/* --- opening --- */

/* A file that is not there is a refusal: who signs must have signed all of it. */
static int fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err)
{
	const struct dct_view *v = ctx;
	const struct tuf_source *source = v->o.source;
	int r = source->fetch(source->ctx, name, max, out, err);

	if (r != -ERR_NOT_FOUND)
		return r;
	if (strcmp(name, "root.json") == 0)
		return err_set(err, ERR_DENIED, "there is no trust data for %.*s: nobody signed it",
			       STR_FMT(v->o.gun));
	return err_set(err, ERR_DENIED, "the trust data of %.*s is incomplete: %.100s is missing",
		       STR_FMT(v->o.gun), name);
}

/* A root that the store had was pinned when it came; pins that are given hold for it as well. */
static int check_stored_root(struct dct_view *v, struct err *err)
{
	const struct tuf_metadata *root = tuf_update_trusted(v->update, TUF_ROOT);
	struct err why = {0};
	int r;

	if (!root || v->check.id.n)
		return 0;
	r = dct_check_root(&v->check, root, root, &why);
	if (r == 0)
		return 0;
	(void)trail_take(v->o.trail, &why, r, "root", /* fills why */
			 "compare the root's certificate with what the publisher says", NULL);
	return err_set(err, why.code, "%s", why.msg);
}

static int start(struct dct_view *v, struct err *err)
{
	const struct tuf_update_options o = {
		.dialect = TUF_NOTARY,
		.source = v->o.source ? &v->source : NULL,
		.store = v->o.store,
		.now = v->o.now,
		.trail = v->o.trail,
		.check_root = dct_check_root,
		.check_root_ctx = &v->check,
	};
	int r = tuf_update_new(&o, &v->update, err);

	if (r == 0)
		r = tuf_update_refresh(v->update, err);
	if (r == 0)
		r = check_stored_root(v, err);
	return r == 0 ? warn_of_base(v, err) : r;
}

int dct_view_open(const struct dct_view_options *o, struct dct_view **ret, struct err *err)
{
	CLEANUP(dct_view_freep) struct dct_view *v = NULL;
	int r = dct_gun_check(o->gun, err);

	if (r < 0)
		return r;
	v = calloc(1, sizeof *v);
	if (!v)
		return err_nomem(err);
	v->o = *o;
	v->source = (struct tuf_source){v, fetch};
	v->check = (struct dct_root_check){
		.gun = o->gun, .pins = o->pins, .now = o->now, .trail = o->trail};
	r = start(v, err);
	if (r == 0)
		*ret = TAKE(v);
	return r;
}

void dct_view_free(struct dct_view *v)
{
	if (!v)
		return;
	tuf_update_free(v->update);
	free(v);
}

void dct_view_freep(struct dct_view **v)
{
	dct_view_free(*v);
	*v = NULL;
}

const struct str_list *dct_view_warnings(const struct dct_view *v)
{
	return &v->warnings;
}

const struct dct_root_check *dct_view_root(const struct dct_view *v)
{
	return &v->check;
}

const struct tuf_metadata *dct_view_base(const struct dct_view *v, enum tuf_type type)
{
	return tuf_update_trusted(v->update, type);
}

/* --- roles --- */

/* From "targets" down to the role, each checked by the one above. */
int dct_view_role(struct dct_view *v, struct str role, const struct tuf_metadata **ret,
		  struct err *err)
{
	size_t at = sizeof "targets" - 1;
	struct str above = str_sub(role, 0, at);

	*ret = tuf_update_trusted(v->update, TUF_TARGETS);
	if (!dct_role_is_targets(role))
		return err_set(err, ERR_USAGE, "%.*s is no role that signs tags", STR_FMT(role));
	while (above.n < role.n) {
		size_t next = above.n + 1 + str_find_char(str_skip(role, above.n + 1), '/');
		struct str below = str_sub(role, 0, next);
		int r = tuf_update_role(v->update, above, below, ret, err);

		if (r < 0)
			return r;
		above = below;
	}
	return 0;
}

bool dct_view_is_skipped(const struct dct_view *v, int r)
{
	const char *check = tuf_update_check(v->update);

	return r == -ERR_DENIED && check &&
	       (strcmp(check, "expiry") == 0 || strcmp(check, "signature") == 0);
}

/* Loads the role, if it can say something. 1, 0: pass over, or an error. */
static int load_role(struct dct_view *v, struct str role, const struct tuf_metadata **ret,
		     struct err *err)
{
	struct err why = {0};
	int r = dct_view_role(v, role, ret, &why);

	if (r == 0)
		return 1;
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (dct_view_is_skipped(v, r))
		return warn(v,
			    arena_strf(v->o.trail->arena, "%.*s counts for nothing: %s",
				       STR_FMT(role), why.msg),
			    err);
	(void)trail_take(v->o.trail, &why, r, "delegation", /* fills why */
			 "have the publisher sign the collection again", NULL);
	return err_set(err, why.code, "%s", why.msg);
}

/* A role may only speak for the beginnings of names that it was given, on the whole way down. */
static bool may_hold(struct dct_view *v, struct str role, struct str tag)
{
	while (dct_role_is_delegation(role)) {
		struct str above = dct_role_parent(role);
		const struct tuf_metadata *of;
		const struct tuf_delegation *d;
		bool fits = false;

		if (dct_view_role(v, above, &of, NULL) < 0)
			return false;
		d = tuf_metadata_delegation(of, role);
		for (size_t i = 0; d && i < d->paths.n; i++)
			fits |= str_has_prefix(tag, d->paths.p[i]);
		if (!fits)
			return false;
		role = above;
	}
	return true;
}

/* --- the answer --- */

static int64_t first_expiry(const struct dct_view *v, const struct tuf_metadata *m)
{
	int64_t expires = m->expires;

	for (int i = 0; i < TUF_TYPES; i++) {
		const struct tuf_metadata *base = tuf_update_trusted(v->update, (enum tuf_type)i);

		if (base->expires < expires)
			expires = base->expires;
	}
	return expires;
}

static int fill_claim(const struct dct_view *v, struct str role, const struct tuf_metadata *m,
		      const struct tuf_file *f, struct claim *ret, struct err *err)
{
	struct arena *a = v->o.trail->arena;
	char text[DIGEST_TEXT_MAX];
	const struct digest_value *digest = NULL;

	for (size_t i = 0; i < f->n_hashes && !digest; i++)
		if (f->hashes[i].algorithm == DIGEST_SHA256)
			digest = &f->hashes[i];
	if (!digest && f->n_hashes)
		digest = &f->hashes[0];
	if (!digest)
		return trail_refuse(v->o.trail, err, "digest",
				    "have the publisher sign the tag again",
				    "%.*s has no digest that is known here", STR_FMT(f->name));
	*ret = (struct claim){
		.format = CLAIM_DCT,
		.digest = arena_str(a, digest_format(digest, text)),
		.subject = v->check.subject,
		.fingerprint = v->check.id,
		.algorithm = m->n_signatures ? arena_str(a, m->signatures[0].method) : STR_NULL,
		.expires = first_expiry(v, m),
		.name = arena_strf(a, "%.*s:%.*s", STR_FMT(v->o.gun), STR_FMT(f->name)),
		.roles = arena_str(a, role),
	};
	trail_pass(v->o.trail, "payload", "%.*s is %.*s by %.*s", STR_FMT(f->name),
		   STR_FMT(ret->digest), STR_FMT(role));
	return arena_check(a, err);
}

/* 1: the tag is there. */
static int find_in(struct dct_view *v, struct str role, struct str tag, struct claim *ret,
		   struct err *err)
{
	const struct tuf_metadata *m;
	const struct tuf_file *f;
	int r = load_role(v, role, &m, err);

	if (r <= 0)
		return r;
	f = tuf_metadata_file(m, tag);
	if (!f || !may_hold(v, role, tag))
		return 0;
	r = warn_of_expiry(v, role, m->expires, DCT_WARN_SECONDS, err);
	if (r == 0)
		r = fill_claim(v, role, m, f, ret, err);
	return r < 0 ? r : 1;
}

int dct_view_find(struct dct_view *v, struct str tag, struct claim *ret, struct err *err)
{
	static const struct str usual[] = {{DCT_RELEASES, sizeof DCT_RELEASES - 1},
					   {"targets", sizeof "targets" - 1}};
	static const struct str_list usual_list = {usual, ARRAY_LEN(usual)};
	const struct str_list *roles = v->o.roles ? v->o.roles : &usual_list;
	struct claim claim;

	for (size_t i = 0; i < roles->n; i++) {
		int r = find_in(v, roles->p[i], tag, &claim, err);

		if (r < 0)
			return r;
		if (r > 0) {
			*ret = claim;
			return 0;
		}
	}
	return trail_refuse(v->o.trail, err, "payload",
			    "ask the publisher to sign this tag, or take one that is signed",
			    "the tag %.*s of %.*s is not signed", STR_FMT(str_sub(tag, 0, 128)),
			    STR_FMT(v->o.gun));
}

/* --- a folder --- */

/* "targets/releases.<hex>.json" is "targets/releases.json" there. */
static struct str without_hash(struct str name)
{
	struct str stem = str_sub(name, 0, name.n - (sizeof ".json" - 1)), role, hash;

	if (!str_rcut(stem, '.', &role, &hash) || (hash.n != 64 && hash.n != 128))
		return stem;
	return role;
}

int dct_dir_fetch(void *ctx, const char *name, uint64_t max, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	size_t before = out->max;
	int r;

	strbuf_addf(&path, "%s/%.*s.json", (const char *)ctx, STR_FMT(without_hash(str_of(name))));
	r = strbuf_check(&path, err);
	if (max < out->max)
		out->max = (size_t)max;
	if (r == 0)
		r = file_read(path.p, out, err);
	out->max = before;
	return r;
}

static int load_nothing(void *ctx, struct str role, struct strbuf *out, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "%.*s: nothing is kept", STR_FMT(role));
}

static int save_nothing(void *ctx, struct str role, struct str bytes, struct err *err)
{
	return 0;
}

static int drop_nothing(void *ctx, struct str role, struct err *err)
{
	return 0;
}

int dct_verify_dir(const struct dct_dir_options *o, struct claim *ret,
		   struct str_list *ret_warnings, struct err *err)
{
	static const struct tuf_store nothing = {NULL, load_nothing, save_nothing, drop_nothing};
	static const struct dct_pins as_it_is = {.tofu = true};
	const struct tuf_source source = {(void *)(uintptr_t)o->dir, dct_dir_fetch};
	CLEANUP(dct_view_freep) struct dct_view *view = NULL;
	bool pinned = o->pins && (o->pins->n_ids || o->pins->cas.n);
	const struct dct_view_options options = {
		.gun = o->gun,
		.roles = o->roles,
		.pins = pinned ? o->pins : &as_it_is,
		.now = o->now,
		.trail = o->trail,
		.source = &source,
		.store = &nothing,
	};
	struct claim claim;
	int r = dct_view_open(&options, &view, err);

	if (r == 0)
		r = dct_view_find(view, o->tag, &claim, err);
	if (r == 0 && !pinned)
		r = warn(view,
			 arena_strf(o->trail->arena,
				    "the root is taken as the folder has it: to be sure of it, pin "
				    "its certificate %.*s",
				    STR_FMT(view->check.id)),
			 err);
	if (view && ret_warnings)
		*ret_warnings = view->warnings;
	if (r == 0)
		*ret = claim;
	return r;
}
