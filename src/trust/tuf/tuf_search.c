/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "trust/tuf/tuf_path.h"
#include "trust/tuf/tuf_state.h"

#define WAITING_MAX (2 * LIMIT_TUF_DELEGATIONS)

/* A role that is to be asked, and who says so. */
struct waiting {
	struct str role;
	const struct tuf_metadata *of;
	const struct tuf_signers *signers;
};

struct search {
	struct tuf_update *u;
	struct str path;
	struct vec waiting;   /* struct waiting; the next one last */
	struct vec delegated; /* struct waiting; those of one role, in its order */
	struct vec visited;   /* struct str */
};

static void search_done(struct search *s)
{
	vec_done(&s->waiting);
	vec_done(&s->delegated);
	vec_done(&s->visited);
}

static bool was_visited(const struct search *s, struct str role)
{
	for (size_t i = 0; i < s->visited.n; i++)
		if (str_eq(*(const struct str *)vec_at(&s->visited, i), role))
			return true;
	return false;
}

static int too_many(struct search *s, struct err *err)
{
	return tuf_state_refuse(s->u, err, "delegation",
				"more roles would have to be asked than tuf_visits (%d)",
				LIMIT_TUF_VISITS);
}

static int add_delegated(struct search *s, struct str role, const struct tuf_metadata *of,
			 const struct tuf_signers *signers, struct err *err)
{
	struct waiting *w = vec_push(&s->delegated);

	if (!w)
		return too_many(s, err);
	*w = (struct waiting){role, of, signers};
	return 0;
}

/* Those for the path; *ret_ends: nobody else is asked behind them. */
static int list_delegated(struct search *s, const struct tuf_metadata *m, bool *ret_ends,
			  struct err *err)
{
	struct str bin;
	int r = 0;

	*ret_ends = false;
	for (size_t i = 0; i < m->n_delegations && r >= 0 && !*ret_ends; i++) {
		const struct tuf_delegation *d = &m->delegations[i];

		r = tuf_delegation_has(m->dialect, d, s->path, err);
		if (r == 1) {
			*ret_ends = d->terminating;
			r = add_delegated(s, d->name, m, &d->signers, err);
		}
	}
	if (r < 0 || m->succinct.bit_length == 0)
		return r;
	r = tuf_succinct_role(&m->succinct, s->path, &s->u->arena, &bin, err);
	*ret_ends = true;
	return r < 0 ? r : add_delegated(s, bin, m, &m->succinct.signers, err);
}

static int push_delegated(struct search *s, const struct tuf_metadata *m, struct err *err)
{
	bool ends;
	int r;

	vec_cut(&s->delegated, 0);
	r = list_delegated(s, m, &ends, err);
	if (r < 0)
		return r;
	if (ends)
		vec_cut(&s->waiting, 0);
	for (size_t i = s->delegated.n; i > 0; i--) {
		struct waiting *w = vec_push(&s->waiting);

		if (!w)
			return too_many(s, err);
		*w = *(const struct waiting *)vec_at(&s->delegated, i - 1);
	}
	return 0;
}

static int visit(struct search *s, const struct waiting *w, struct tuf_target *ret, struct err *err)
{
	const struct tuf_metadata *m = NULL;
	struct str *seen = vec_push(&s->visited);
	int r;

	if (!seen)
		return too_many(s, err);
	*seen = w->role;
	if (w->of)
		r = tuf_state_targets(s->u, w->role, w->of, w->signers, &m, err);
	else
		r = (m = s->u->trusted[TUF_TARGETS]) ? 0 : -ERR_BUG;
	/* One that was delegated and is not listed ends the search: it may have had the target. */
	if (r == -ERR_NOT_FOUND)
		return tuf_state_fail(s->u, -ERR_DENIED, err, s->u->check, STR_NULL);
	if (r < 0)
		return r;
	*ret = (struct tuf_target){tuf_metadata_file(m, s->path), w->role, m};
	return ret->file ? 0 : push_delegated(s, m, err);
}

static int search(struct search *s, struct tuf_target *ret, struct err *err)
{
	struct waiting *first = vec_push(&s->waiting);
	int r = 0;

	if (!first)
		return err_nomem(err);
	*first = (struct waiting){STR("targets"), NULL, NULL};
	ret->file = NULL;
	while (r == 0 && !ret->file && s->waiting.n > 0) {
		struct waiting w = *(const struct waiting *)vec_at(&s->waiting, s->waiting.n - 1);

		vec_cut(&s->waiting, s->waiting.n - 1);
		if (!was_visited(s, w.role))
			r = visit(s, &w, ret, err);
	}
	return r;
}

int tuf_update_find(struct tuf_update *u, struct str path, struct tuf_target *ret, struct err *err)
{
	CLEANUP(search_done)
	struct search s = {.u = u,
			   .path = path,
			   .waiting = VEC_INIT(struct waiting, WAITING_MAX),
			   .delegated = VEC_INIT(struct waiting, LIMIT_TUF_DELEGATIONS + 1),
			   .visited = VEC_INIT(struct str, LIMIT_TUF_VISITS)};
	struct tuf_target found = {0};
	int r;

	if (!u->trusted[TUF_TARGETS])
		return err_set(err, ERR_BUG, "a target is looked for before a refresh");
	r = search(&s, &found, err);
	if (r < 0)
		return tuf_state_end(u, r, err);
	if (!found.file)
		return err_set(err, ERR_NOT_FOUND, "no role names the target %.*s",
			       STR_FMT(str_sub(path, 0, 200)));
	*ret = found;
	return 0;
}

static const struct tuf_metadata *find_delegator(const struct tuf_update *u, struct str name)
{
	if (str_is(name, "targets"))
		return u->trusted[TUF_TARGETS];
	for (size_t i = 0; i < u->loaded.n; i++) {
		const struct tuf_loaded *l = vec_at(&u->loaded, i);

		if (str_eq(l->name, name))
			return l->m;
	}
	return NULL;
}

int tuf_update_role(struct tuf_update *u, struct str delegator, struct str role,
		    const struct tuf_metadata **ret, struct err *err)
{
	const struct tuf_metadata *of = find_delegator(u, delegator);
	const struct tuf_signers *signers = NULL;
	const struct tuf_delegation *d;

	if (!of)
		return err_set(err, ERR_BUG,
			       "a role is loaded before the one that delegates to it");
	d = tuf_metadata_delegation(of, role);
	if (d)
		signers = &d->signers;
	else if (tuf_succinct_has(&of->succinct, role))
		signers = &of->succinct.signers;
	if (!signers)
		return err_set(err, ERR_NOT_FOUND, "%.*s does not delegate to %.*s",
			       STR_FMT(str_sub(delegator, 0, 80)), STR_FMT(str_sub(role, 0, 80)));
	return tuf_state_targets(u, role, of, signers, ret, err);
}

/* ---- addresses ---- */

static bool is_dots(struct str part)
{
	size_t dots = 0;

	while (part.n > 0) {
		if (!str_pull_prefix(&part, STR(".")) && !str_pull_prefix(&part, STR("%2e")) &&
		    !str_pull_prefix(&part, STR("%2E")))
			return false;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static bool leaves(struct str path)
{
	struct str part;

	while (str_pull_until(&path, '/', &part))
		if (is_dots(part))
			return true;
	return false;
}

/* A target's path is part of an address already (section 4.5); what cannot stand in one is
 * encoded. */
static void add_path(struct str path, struct strbuf *out)
{
	static const char kept[] = "-._~/!$&'()*+,;=:@";

	for (size_t i = 0; i < path.n; i++) {
		struct str c = str_sub(path, i, 1), digits = str_sub(path, i + 1, 2);
		bool is_code = c.p[0] == '%' && digits.n == 2 && char_hex(digits.p[0]) >= 0 &&
			       char_hex(digits.p[1]) >= 0;

		if (is_code || char_is_alnum(c.p[0]) ||
		    str_find_char(str_of(kept), c.p[0]) < sizeof kept - 1)
			strbuf_add(out, c);
		else
			strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)c.p[0]);
	}
}

int tuf_update_address(const struct tuf_update *u, const struct tuf_file *target,
		       struct strbuf *out, struct err *err)
{
	struct str dir = STR_NULL, base = target->name, algorithm, hex;
	char text[DIGEST_TEXT_MAX];

	if (target->name.n == 0 || leaves(target->name))
		return err_set(err, ERR_DENIED, "the target \"%.*s\" lies outside of its folder",
			       STR_FMT(str_sub(target->name, 0, 200)));
	if (str_rcut(target->name, '/', &dir, &base)) {
		add_path(dir, out);
		strbuf_addc(out, '/');
	}
	if (u->trusted[TUF_ROOT]->consistent_snapshot) {
		if (target->n_hashes == 0)
			return err_set(
				err, ERR_DENIED,
				"none of the hashes of \"%.*s\" is of an algorithm known here",
				STR_FMT(str_sub(target->name, 0, 200)));
		if (str_cut(digest_format(&target->hashes[0], text), ':', &algorithm, &hex))
			strbuf_addf(out, "%.*s.", STR_FMT(hex));
	}
	add_path(base, out);
	return strbuf_check(out, err);
}
