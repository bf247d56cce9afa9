/* SPDX-License-Identifier: Apache-2.0 */
#include "package/purl_type.h"

#include "base/cleanup.h"
#include "base/unicode.h"

static const char hex_digits_and_dashes[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/* A copy with every byte mapped; STR_NULL without memory. */
static struct str map_bytes(struct str s, char (*map)(char c), struct arena *a)
{
	struct str copy = arena_str(a, s);
	char *p = (char *)copy.p; /* ours until it is handed out */

	for (size_t i = 0; p && i < s.n; i++)
		p[i] = map(p[i]);
	return copy;
}

static int replace(struct str *s, char (*map)(char c), struct arena *a, struct err *err)
{
	struct str mapped;

	for (size_t i = 0; i < s->n; i++) {
		if (map(s->p[i]) == s->p[i])
			continue;
		mapped = map_bytes(*s, map, a);
		if (!mapped.p)
			return err_nomem(err);
		*s = mapped;
		return 0;
	}
	return 0;
}

static int fold(struct str *s, struct arena *a, struct err *err)
{
	struct str lower = unicode_lower(*s, a);

	if (s->n && !lower.p)
		return err_nomem(err);
	*s = lower;
	return 0;
}

/* The author's CPAN id is written in upper case. */
static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static int normalize_cpan(struct purl *p, struct arena *a, struct err *err)
{
	return replace(&p->namespace, upper, a, err);
}

static int check_cpan(const struct purl *p, struct err *err)
{
	if (str_find(p->name, STR("::")) == p->name.n)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "name \"%.*s\": type \"cpan\" names distributions (URI-PackageURL), not "
		       "modules with \"::\"",
		       STR_FMT(str_sub(p->name, 0, 80)));
}

/* Words of a Haskell package name are joined by dashes, their case is kept. */
static char kebab(char c)
{
	return c == '_' || c == ' ' ? '-' : c;
}

static int normalize_hackage(struct purl *p, struct arena *a, struct err *err)
{
	return replace(&p->name, kebab, a, err);
}

/* host[:port] of a URL, with or without its scheme. */
static struct str url_host(struct str url)
{
	size_t scheme = str_find(url, STR("://"));
	struct str host;

	if (scheme < url.n)
		url = str_skip(url, scheme + 3);
	host = str_sub(url, 0, str_find_char(url, '/'));
	return host;
}

/* Models on Databricks have no case, those on Azure ML do; the server is in repository_url. */
static int normalize_mlflow(struct purl *p, struct arena *a, struct err *err)
{
	struct str host = url_host(purl_qualifier_value(p, "repository_url"));
	int r = fold(&host, a, err);

	if (r < 0 || str_find(host, STR("databricks")) == host.n)
		return r;
	return fold(&p->name, a, err);
}

static char dash_for_underscore(char c)
{
	return c == '_' ? '-' : c;
}

static int normalize_pypi(struct purl *p, struct arena *a, struct err *err)
{
	return replace(&p->name, dash_for_underscore, a, err);
}

/* One '_' for each character that is none of a-z, 0-9 and '_' (Dart's identifiers). */
static int normalize_pub(struct purl *p, struct arena *a, struct err *err)
{
	struct str copy = arena_str(a, p->name);
	char *to = (char *)copy.p; /* ours until it is handed out */
	size_t n = 0;

	if (!to)
		return err_nomem(err);
	for (size_t i = 0; i < p->name.n; i++) {
		char c = p->name.p[i];

		if (((unsigned char)c & 0xc0) == 0x80)
			continue; /* inside a character that has had its '_' */
		to[n++] = char_is_alnum(c) ? c : '_';
	}
	p->name = str_make(to, n);
	return 0;
}

static bool is_guid(struct str s)
{
	if (s.n != sizeof hex_digits_and_dashes - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (hex_digits_and_dashes[i] == '-' ? s.p[i] != '-' : char_hex(s.p[i]) < 0)
			return false;
	return true;
}

/* A tag_id that is a GUID is written in lower case; any other keeps its case. */
static int normalize_swid(struct purl *p, struct arena *a, struct err *err)
{
	struct purl_qualifier *copy;

	if (!is_guid(purl_qualifier_value(p, "tag_id")))
		return 0;
	copy = arena_array(a, p->n_qualifiers, sizeof *copy);
	if (!copy)
		return err_nomem(err);
	memcpy(copy, p->qualifiers, p->n_qualifiers * sizeof *copy);
	p->qualifiers = copy;
	for (size_t i = 0; i < p->n_qualifiers; i++)
		if (str_is(copy[i].key, "tag_id"))
			return fold(&copy[i].value, a, err);
	return 0;
}

static int check_swid(const struct purl *p, struct err *err)
{
	struct str version = purl_qualifier_value(p, "tag_version"), rest = p->namespace, segment;
	uint64_t number;
	size_t n = 0;

	while (str_pull_until(&rest, '/', &segment))
		n++;
	if (n > 2)
		return err_set(err, ERR_UNSUPPORTED,
			       "namespace of %zu segments: type \"swid\" has at most two, the "
			       "softwareCreator's name and regid",
			       n);
	if (version.n && !str_parse_u64(version, &number))
		return err_set(
			err, ERR_UNSUPPORTED,
			"qualifier \"tag_version\": \"%.*s\" is no integer, as type \"swid\" "
			"needs it",
			STR_FMT(str_sub(version, 0, 40)));
	return 0;
}

/* One to four numbers joined by dots. */
static bool is_chrome_version(struct str s)
{
	struct str part;
	size_t n = 0;

	if (str_has_suffix(s, STR(".")))
		return false;
	while (str_pull_until(&s, '.', &part)) {
		if (part.n == 0 || ++n > 4)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!char_is_digit(part.p[i]))
				return false;
	}
	return true;
}

static int check_chrome(const struct purl *p, struct err *err)
{
	bool letters = p->name.n == 32;

	for (size_t i = 0; i < p->name.n; i++)
		letters = letters && p->name.p[i] >= 'a' && p->name.p[i] <= 'p';
	if (!letters)
		return err_set(err, ERR_UNSUPPORTED,
			       "name \"%.*s\": type \"chrome-extension\" needs the extension's id, "
			       "32 letters from a to p",
			       STR_FMT(str_sub(p->name, 0, 80)));
	if (p->version.n && !is_chrome_version(p->version))
		return err_set(err, ERR_UNSUPPORTED,
			       "version \"%.*s\": type \"chrome-extension\" needs one to four "
			       "numbers joined by dots",
			       STR_FMT(str_sub(p->version, 0, 80)));
	return 0;
}

static int check_cocoapods(const struct purl *p, struct err *err)
{
	bool bad = p->name.p[0] == '.';

	for (size_t i = 0; i < p->name.n; i++)
		bad = bad || p->name.p[i] == '+' || char_is_space(p->name.p[i]);
	if (!bad)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "name \"%.*s\": a pod's name (type \"cocoapods\") has no white space and no "
		       "\"+\", and does not begin with a dot",
		       STR_FMT(str_sub(p->name, 0, 80)));
}

/*
 * A Conan reference ends in @user/channel: there is no channel without a user. Before the user
 * became a qualifier it was the namespace, and such URLs are still about.
 */
static int check_conan(const struct purl *p, struct err *err)
{
	if (purl_qualifier_value(p, "channel").n == 0 || purl_qualifier_value(p, "user").n ||
	    p->namespace.n)
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "qualifier \"channel\": type \"conan\" needs the user it belongs to, as "
		       "qualifier \"user\" or as namespace");
}

static int check_yocto(const struct purl *p, struct err *err)
{
	static const struct str schemes[] = {STR("https://"), STR("http://"), STR("ssh://"),
					     STR("git://")};
	struct str url = purl_qualifier_value(p, "repository_url");

	if (url.n == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (str_has_prefix(url, schemes[i]))
			return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "qualifier \"repository_url\": type \"yocto\" needs a URL with https, http, "
		       "ssh or git");
}

#define NAMESPACE PURL_FOLD_NAMESPACE
#define NAME	  PURL_FOLD_NAME
#define VERSION	  PURL_FOLD_VERSION
#define SUBPATH	  PURL_FOLD_SUBPATH
#define PATH	  PURL_NAME_IS_PATH
const struct purl_type purl_types[] = {
#define PURL_TYPE(id, namespace, fold, means, qualifier, normalize, check)                         \
	{id, PURL_##namespace, fold, means, qualifier, normalize, check},
#include "package/purl_types.def"
#undef PURL_TYPE
};

const size_t n_purl_types = ARRAY_LEN(purl_types);

const struct purl_type *purl_type_find(struct str id)
{
	size_t low = 0, high = n_purl_types;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = str_cmp(id, str_of(purl_types[mid].id));

		if (order == 0)
			return &purl_types[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* "host/owner/project": the first segment stays the namespace, the rest goes before the name. */
static int move_path_to_name(struct purl *p, struct arena *a, struct err *err)
{
	struct str first, rest;
	char *joined;
	size_t n;

	if (!str_cut(p->namespace, '/', &first, &rest))
		return 0;
	n = rest.n + 1 + p->name.n; /* both lie in one address space: no overflow */
	joined = arena_alloc(a, n);
	if (!joined)
		return err_nomem(err);
	memcpy(joined, rest.p, rest.n);
	joined[rest.n] = '/';
	memcpy(joined + rest.n + 1, p->name.p, p->name.n);
	p->namespace = first;
	p->name = str_make(joined, n);
	return 0;
}

int purl_type_normalize(const struct purl_type *t, struct purl *p, struct arena *a, struct err *err)
{
	int r = 0;

	if (!t)
		return 0;
	if (t->fold & PURL_FOLD_NAMESPACE)
		r = fold(&p->namespace, a, err);
	if (r == 0 && t->fold & PURL_FOLD_NAME)
		r = fold(&p->name, a, err);
	if (r == 0 && t->fold & PURL_FOLD_VERSION)
		r = fold(&p->version, a, err);
	if (r == 0 && t->fold & PURL_FOLD_SUBPATH)
		r = fold(&p->subpath, a, err);
	if (r == 0 && t->fold & PURL_NAME_IS_PATH)
		r = move_path_to_name(p, a, err);
	if (r == 0 && t->normalize)
		r = t->normalize(p, a, err);
	return r;
}

static int check_namespace(const struct purl_type *t, const struct purl *p, struct err *err)
{
	switch (t->namespace) {
	case PURL_OPTIONAL:
		break;
	case PURL_REQUIRED:
		if (p->namespace.n == 0)
			return err_set(err, ERR_UNSUPPORTED, "type \"%s\" needs a namespace (%s)",
				       t->id, t->namespace_means);
		break;
	case PURL_PROHIBITED:
		if (p->namespace.n)
			return err_set(err, ERR_UNSUPPORTED,
				       "namespace \"%.*s\": type \"%s\" has none",
				       STR_FMT(str_sub(p->namespace, 0, 80)), t->id);
		break;
	}
	return 0;
}

int purl_type_check(const struct purl_type *t, const struct purl *p, struct err *err)
{
	int r;

	if (!t)
		return 0;
	r = check_namespace(t, p, err);
	if (r < 0)
		return r;
	if (t->required_qualifier && purl_qualifier_value(p, t->required_qualifier).n == 0)
		return err_set(err, ERR_UNSUPPORTED, "type \"%s\" needs the qualifier \"%s\"",
			       t->id, t->required_qualifier);
	return t->check ? t->check(p, err) : 0;
}
