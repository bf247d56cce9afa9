/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/root_update.h"

#include <limits.h>

#include "base/clock.h"
#include "base/limits.h"
#include "trust/sigstore/trusted_root.h"

/* The steps that held belong to the caller's trail; of a failure, what an expiry is, differs. */
static int end(const struct root_update_options *o, const struct trail *inner, int r,
	       struct err *err)
{
	struct trail *t = o->trail;
	char why[ERR_MSG_MAX], remedy[ERR_MSG_MAX];

	for (size_t i = 0; i < inner->n_steps; i++)
		trail_pass(t, inner->steps[i].check, "%.*s", STR_FMT(inner->steps[i].what));
	if (r >= 0)
		return r;
	if (!inner->failed)
		return trail_take(t, err, r, "target", "ask who runs the mirror", NULL);
	(void)snprintf(why, sizeof why, "the root of trust: %.*s", STR_FMT(inner->why));
	(void)snprintf(remedy, sizeof remedy, "%.*s", STR_FMT(inner->remedy));
	if (strcmp(inner->failed, "expiry") == 0)
		return trail_unsure(t, err, ERR_IO, "expiry",
				    o->metadata
					    ? remedy
					    : "plimsoll trust root update brings newer metadata; "
					      "if there is no network, a copy of the folder from "
					      "a machine that has one does too",
				    "%s", why);
	if (inner->unsure)
		return trail_unsure(t, err, (enum err_code) - r, inner->failed, remedy, "%s", why);
	return trail_refuse(t, err, inner->failed, remedy, "%s", why);
}

static void add_role(struct root_update *ret, struct str name, const struct tuf_metadata *m)
{
	if (ret->n_roles == 0 || m->expires < ret->expires)
		ret->expires = m->expires;
	ret->roles[ret->n_roles++] = (struct root_update_role){name, m->version, m->expires};
}

static void list_roles(const struct tuf_update *u, const struct tuf_target *t, struct arena *arena,
		       struct root_update *ret)
{
	for (int i = 0; i < TUF_TYPES; i++) {
		const struct tuf_metadata *m = tuf_update_trusted(u, (enum tuf_type)i);

		if (m)
			add_role(ret, str_of(tuf_type_name((enum tuf_type)i)), m);
	}
	if (t->metadata && !str_is(t->role, "targets"))
		add_role(ret, arena_str(arena, t->role), t->metadata);
}

/* The copy that is kept, if it is the file that was signed for. */
static int load_kept(const struct root_update_options *o, const struct tuf_file *f,
		     struct strbuf *bytes, bool *ret_good, struct err *err)
{
	struct err why = {0};
	int r = o->kept->load(o->kept->ctx, STR(ROOT_UPDATE_TARGET), bytes, &why);

	*ret_good = r == 0 && tuf_file_check(f, strbuf_str(bytes), NULL) == 0;
	return r == 0 || r == -ERR_NOT_FOUND ? 0 : err_set(err, why.code, "%s", why.msg);
}

static int fetch(const struct root_update_options *o, const struct tuf_update *u,
		 const struct tuf_file *f, struct strbuf *bytes, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf address = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r = tuf_update_address(u, f, &address, err);

	strbuf_reset(bytes);
	if (r == 0)
		r = o->targets->fetch(o->targets->ctx, strbuf_cstr(&address), f->length, bytes,
				      err);
	if (r == 0)
		r = tuf_file_check(f, strbuf_str(bytes), err);
	return r < 0 ? err_wrap(err, r, ROOT_UPDATE_TARGET) : 0;
}

/* One that cannot be read by this version is not put in the place of one that can. */
static int check_readable(struct str bytes, struct err *err)
{
	CLEANUP(trusted_root_freep) struct trusted_root *root = NULL;
	int r = trusted_root_parse(bytes, &root, err);

	return r < 0 ? err_wrap(err, r, ROOT_UPDATE_TARGET) : 0;
}

static int take_target(const struct root_update_options *o, const struct tuf_update *u,
		       const struct tuf_file *f, struct arena *arena, struct root_update *ret,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	bool is_kept = false;
	int r = load_kept(o, f, &bytes, &is_kept, err);

	if (r == 0 && !is_kept && !o->targets)
		r = err_set(err, ERR_NOT_FOUND,
			    "the %s that is kept is not the one the metadata names",
			    ROOT_UPDATE_TARGET);
	if (r == 0 && !is_kept) {
		r = fetch(o, u, f, &bytes, err);
		if (r == 0)
			r = check_readable(strbuf_str(&bytes), err);
		if (r == 0)
			r = o->kept->save(o->kept->ctx, STR(ROOT_UPDATE_TARGET), strbuf_str(&bytes),
					  err);
	}
	if (r < 0)
		return r;
	ret->fetched = !is_kept;
	ret->bytes = arena_str(arena, strbuf_str(&bytes));
	return arena_check(arena, err);
}

static int update(const struct root_update_options *o, struct trail *inner, struct arena *arena,
		  struct root_update *ret, struct err *err)
{
	CLEANUP(tuf_update_freep) struct tuf_update *u = NULL;
	const struct tuf_update_options how = {.dialect = TUF_MODERN,
					       .source = o->metadata,
					       .store = o->store,
					       .now = o->now,
					       .trail = inner};
	struct tuf_target target = {0};
	int r = tuf_update_new(&how, &u, err);

	if (r == 0)
		r = tuf_update_refresh(u, err);
	if (r == 0)
		r = tuf_update_find(u, STR(ROOT_UPDATE_TARGET), &target, err);
	if (u)
		list_roles(u, &target, arena, ret);
	return r == 0 ? take_target(o, u, target.file, arena, ret, err) : r;
}

int root_update(const struct root_update_options *o, struct arena *arena, struct root_update *ret,
		struct err *err)
{
	struct trail inner = {.arena = o->trail->arena};
	struct root_update got = {0};
	struct err why = {0};
	int r = update(o, &inner, arena, &got, &why);

	r = end(o, &inner, r, &why);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	*ret = got;
	return 0;
}

int root_update_look(const struct root_update_options *o, struct arena *arena,
		     struct root_update *ret, struct err *err)
{
	struct root_update_options offline = *o;

	offline.metadata = offline.targets = NULL;
	offline.now = INT64_MIN; /* nothing has expired then */
	return root_update(&offline, arena, ret, err);
}
