/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/signed_identity.h"

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "trust/json_members.h"

/* ---- reading ---- */

static const struct identity_row {
	const char *type;
	enum signed_identity_kind kind;
	const char *members[4]; /* NULL-ended */
} rows[] = {
	{"matchRepoDigestOrExact", MATCH_REPO_DIGEST_OR_EXACT, {"type"}},
	{"matchExact", MATCH_EXACT, {"type"}},
	{"matchRepository", MATCH_REPOSITORY, {"type"}},
	{"exactReference", EXACT_REFERENCE, {"type", "dockerReference"}},
	{"exactRepository", EXACT_REPOSITORY, {"type", "dockerRepository"}},
	{"remapIdentity", REMAP_IDENTITY, {"type", "prefix", "signedPrefix"}},
};

static const struct identity_row *find_row(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_is(type, rows[i].type))
			return &rows[i];
	return NULL;
}

static int parse_name(const struct json *map, const char *what, const char *key, struct arena *a,
		      struct image_name *ret, struct err *err)
{
	struct err why = {0};
	struct str text;
	int r = json_members_text(map, what, key, false, &text, err);

	if (r < 0)
		return r;
	r = image_name_parse(text, a, ret, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	return r < 0 ? err_set(err, ERR_FORMAT, "%s: %s: %s", what, key, why.msg) : 0;
}

/*
 * A registry, or a part of a name below one: no tag, no digest, nothing that is left out. A word
 * alone is a registry here, as localhost is.
 */
static int parse_prefix(const struct json *map, const char *what, const char *key, struct arena *a,
			struct str *ret, struct err *err)
{
	struct image_name name;
	struct str text, full;
	int r = json_members_text(map, what, key, false, &text, err);

	if (r < 0)
		return r;
	full = str_find_char(text, '/') < text.n ? text : arena_strf(a, "%.*s/x", STR_FMT(text));
	r = image_name_parse(full, a, &name, NULL);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	*ret = arena_str(a, text);
	if (!ret->p)
		return err_nomem(err);
	if (r < 0 || !image_name_is_bare(&name) ||
	    (str_find_char(text, '/') < text.n && !str_eq(name.name, text)))
		return err_set(err, ERR_FORMAT,
			       "%s: %s: \"%.*s\" is neither a registry nor a full name below one",
			       what, key, STR_FMT(text));
	return 0;
}

static int parse_row(const struct identity_row *row, const struct json *map, const char *what,
		     struct arena *a, struct signed_identity *ret, struct err *err)
{
	int r = json_members_check(map, what, row->members, NULL, err);

	ret->kind = row->kind;
	if (r == 0 && row->kind == EXACT_REFERENCE)
		r = parse_name(map, what, "dockerReference", a, &ret->name, err);
	if (r == 0 && row->kind == EXACT_REPOSITORY)
		r = parse_name(map, what, "dockerRepository", a, &ret->name, err);
	if (r == 0 && row->kind == REMAP_IDENTITY)
		r = parse_prefix(map, what, "prefix", a, &ret->prefix, err);
	if (r == 0 && row->kind == REMAP_IDENTITY)
		r = parse_prefix(map, what, "signedPrefix", a, &ret->signed_prefix, err);
	if (r == 0 && row->kind == EXACT_REFERENCE && image_name_is_bare(&ret->name))
		r = err_set(err, ERR_FORMAT, "%s: dockerReference: has neither tag nor digest",
			    what);
	return r;
}

int signed_identity_parse(const struct json *value, const char *what, struct arena *a,
			  struct signed_identity *ret, struct err *err)
{
	struct signed_identity identity = {0};
	const struct identity_row *row;
	struct str type;
	int r;

	if (json_kind_of(value) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "%s: is no object", what);
	r = json_members_text(value, what, "type", false, &type, err);
	if (r < 0)
		return r;
	row = find_row(type);
	if (!row)
		return err_set(err, ERR_FORMAT, "%s: type \"%.*s\" is not known", what,
			       STR_FMT(type));
	r = parse_row(row, value, what, a, &identity, err);
	if (r < 0)
		return r;
	*ret = identity;
	return 0;
}

/* ---- matching ---- */

static void format_name(const struct image_name *n, struct strbuf *sb)
{
	strbuf_add(sb, n->name);
	if (n->tag.n)
		strbuf_addf(sb, ":%.*s", STR_FMT(n->tag));
	if (n->digest.n)
		strbuf_addf(sb, "@%.*s", STR_FMT(n->digest));
}

static int refuse(const struct image_name *want, bool any_version, struct str signed_name,
		  struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

	format_name(want, &sb);
	return err_set(err, ERR_DENIED, "is signed for \"%.*s\"; %s%s is expected",
		       STR_FMT(signed_name), any_version ? "any version of " : "",
		       strbuf_cstr(&sb));
}

static int match_exact(const struct image_name *want, const struct image_name *got,
		       struct str signed_name, struct err *err)
{
	if (!image_name_is_bare(want) && !image_name_is_bare(got) && image_name_same(want, got))
		return 0;
	return refuse(want, false, signed_name, err);
}

static int match_repository(const struct image_name *want, const struct image_name *got,
			    struct str signed_name, struct err *err)
{
	struct image_name repository = {.name = want->name};

	return str_eq(want->name, got->name) ? 0 : refuse(&repository, true, signed_name, err);
}

/* By its tag, which a digest beside it does not replace; by digest alone any tag does. */
static int match_digest_or_exact(const struct image_name *want, const struct image_name *got,
				 struct str signed_name, struct err *err)
{
	struct image_name tagged = {.name = want->name, .tag = want->tag};

	if (image_name_is_bare(got))
		return refuse(want, false, signed_name, err);
	return want->tag.n ? match_exact(&tagged, got, signed_name, err)
			   : match_repository(want, got, signed_name, err);
}

static int remap(const struct signed_identity *rule, const struct image_name *from, struct arena *a,
		 struct image_name *ret, struct err *err)
{
	struct str rest = from->name;

	*ret = *from;
	if (!str_pull_prefix(&rest, rule->prefix) || (rest.n && rest.p[0] != '/'))
		return 0;
	ret->name = arena_strf(a, "%.*s%.*s", STR_FMT(rule->signed_prefix), STR_FMT(rest));
	return ret->name.p ? 0 : err_nomem(err);
}

static int match_image(const struct signed_identity *rule, const struct image_name *image,
		       const struct image_name *got, struct str signed_name, struct arena *a,
		       struct err *err)
{
	struct image_name want;
	int r;

	switch (rule->kind) {
	case MATCH_EXACT:
		want = *image;
		if (want.tag.n)
			want.digest = STR_NULL;
		return match_exact(&want, got, signed_name, err);
	case MATCH_REPO_DIGEST_OR_EXACT:
		return match_digest_or_exact(image, got, signed_name, err);
	case MATCH_REPOSITORY:
		return match_repository(image, got, signed_name, err);
	case REMAP_IDENTITY:
		r = remap(rule, image, a, &want, err);
		return r < 0 ? r : match_digest_or_exact(&want, got, signed_name, err);
	case EXACT_REFERENCE:
		return match_exact(&rule->name, got, signed_name, err);
	case EXACT_REPOSITORY:
		return match_repository(&rule->name, got, signed_name, err);
	}
	return err_set(err, ERR_BUG, "signedIdentity %d", (int)rule->kind);
}

static bool needs_name(enum signed_identity_kind kind)
{
	return kind != EXACT_REFERENCE && kind != EXACT_REPOSITORY;
}

int signed_identity_match(const struct signed_identity *rule, const struct image_identity *image,
			  struct str signed_name, struct arena *a, struct err *err)
{
	struct image_name got;
	struct err why = {0};
	int r = image_name_parse(signed_name, a, &got, &why);

	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		return err_set(err, ERR_DENIED, "is signed for \"%.*s\", which names no image: %s",
			       STR_FMT(signed_name), why.msg);
	if (needs_name(rule->kind) && image->name.name.n == 0)
		return err_set(err, ERR_DENIED,
			       "cannot be told to be signed: an image of %.*s: has no name to "
			       "compare; the policy needs exactReference or exactRepository",
			       STR_FMT(image->transport));
	return match_image(rule, &image->name, &got, signed_name, a, err);
}
