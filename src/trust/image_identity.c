/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/image_identity.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "image/reference.h"

/* A name has at most 255 bytes, each of which may be a border; a path at most 4096. */
#define SCOPES_MAX 8192

int image_name_parse(struct str text, struct arena *a, struct image_name *ret, struct err *err)
{
	struct str written = text, digest;
	struct reference ref;
	size_t slash, colon;
	int r = reference_parse(text, a, &ref, err);

	if (r < 0)
		return r;
	(void)str_cut(text, '@', &written, &digest); /* without one it is all of it */
	slash = str_rfind_char(written, '/');
	colon = str_rfind_char(written, ':');
	*ret = (struct image_name){
		.name = arena_strf(a, "%.*s/%.*s", STR_FMT(ref.domain), STR_FMT(ref.path)),
		.digest = ref.digest,
	};
	if (colon < written.n && (slash == written.n || colon > slash))
		ret->tag = ref.tag;
	return ret->name.p ? 0 : err_nomem(err);
}

bool image_name_same(const struct image_name *a, const struct image_name *b)
{
	return str_eq(a->name, b->name) && str_eq(a->tag, b->tag) && str_eq(a->digest, b->digest);
}

int image_identity_parse(struct str text, struct arena *a, struct image_identity *ret,
			 struct err *err)
{
	struct image_identity id = {.transport = STR("docker")};
	int r = image_name_parse(text, a, &id.name, err);

	if (r < 0)
		return r;
	if (image_name_is_bare(&id.name))
		id.name.tag = STR("latest");
	*ret = id;
	return 0;
}

/* ---- scopes ---- */

/* A scope that is left out would let a wider one decide: so all of them, or an error. */
struct scopes {
	struct vec list; /* of struct str */
	bool failed;
};

static void add(struct scopes *scopes, struct str s)
{
	struct str *slot = s.p ? vec_push(&scopes->list) : NULL;

	if (slot)
		*slot = s;
	else
		scopes->failed = true;
}

/* s, and what is left of it before each of its slashes. */
static void add_parents(struct scopes *scopes, struct str s)
{
	struct str last;

	while (s.n) {
		add(scopes, s);
		if (!str_rcut(s, '/', &s, &last))
			return;
	}
}

static void add_wildcards(struct scopes *scopes, struct str domain, struct arena *a)
{
	struct str label;

	while (str_cut(domain, '.', &label, &domain))
		add(scopes, arena_strf(a, "*.%.*s", STR_FMT(domain)));
}

static void add_docker(struct scopes *scopes, const struct image_name *n, struct arena *a)
{
	struct str domain, path;

	if (n->tag.n)
		add(scopes, arena_strf(a, "%.*s:%.*s", STR_FMT(n->name), STR_FMT(n->tag)));
	else
		add(scopes, arena_strf(a, "%.*s@%.*s", STR_FMT(n->name), STR_FMT(n->digest)));
	add_parents(scopes, n->name);
	if (str_cut(n->name, '/', &domain, &path))
		add_wildcards(scopes, domain, a);
}

int image_identity_scopes(const struct image_identity *id, struct arena *a, struct str_list *ret,
			  struct err *err)
{
	struct scopes scopes = {.list = VEC_INIT(struct str, SCOPES_MAX)};
	struct str *copy;

	if (id->name.name.n)
		add_docker(&scopes, &id->name, a);
	if (id->path.n && id->choice.n)
		add(&scopes, arena_strf(a, "%.*s:%.*s", STR_FMT(id->path), STR_FMT(id->choice)));
	add_parents(&scopes, id->path);
	copy = arena_array(a, scopes.list.n + 1, sizeof *copy);
	if (copy && scopes.list.n)
		memcpy(copy, scopes.list.p, scopes.list.n * sizeof *copy);
	*ret = (struct str_list){copy, scopes.list.n};
	vec_done(&scopes.list);
	return copy && !scopes.failed ? 0 : err_nomem(err);
}
