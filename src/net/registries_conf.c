/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     unqualified-search-registries = ["example.com"]
 *     [[registry]]
 *     prefix = "docker.io/team"          # or "*.example.com"; location when absent
 *     location = "example.com/team"      # what the prefix is replaced by
 *     insecure = false
 *     blocked = false
 *     [[registry.mirror]]
 *     location = "mirror.example.com"
 *     pull-from-mirror = "digest-only"
 *     [aliases]
 *     "alpine" = "docker.io/library/alpine"
 */
#include "net/registries_conf.h"

#include <dirent.h>
#include <errno.h>

#include "base/fd.h"
#include "base/limits.h"
#include "codec/toml.h"

enum { CONF_ARENA_BYTES = 64 * 1024 * 1024 };

struct mirror {
	struct str location;
	enum registry_security security;
	enum registry_pull pull;
};

struct entry {
	struct str prefix, location;
	enum registry_security security;
	bool blocked;
	struct mirror *mirrors;
	size_t n_mirrors;
};

struct alias {
	struct str name, target;
};

struct registries_conf {
	struct arena arena;
	struct vec entries; /* struct entry */
	struct vec search;  /* struct str */
	struct vec aliases; /* struct alias */
};

/* --- one table --- */

static int bad(const char *name, const struct toml *at, const char *what, struct err *err)
{
	return err_set(err, ERR_FORMAT, "%s: line %zu: %s", name, at->line, what);
}

static enum registry_security security_of(const struct toml *table)
{
	bool insecure;

	if (!toml_get_bool(table, "insecure", &insecure))
		return REGISTRY_SECURITY_AUTO;
	return insecure ? REGISTRY_SECURITY_NONE : REGISTRY_SECURITY_STRICT;
}

static int read_pull(const char *name, const struct toml *table, enum registry_pull *ret,
		     struct err *err)
{
	static const char *const words[] = {[REGISTRY_PULL_ALL] = "all",
					    [REGISTRY_PULL_DIGEST] = "digest-only",
					    [REGISTRY_PULL_TAG] = "tag-only"};
	const struct toml *v = toml_get(table, "pull-from-mirror");

	if (!v)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(toml_str(v), words[i])) {
			*ret = (enum registry_pull)i;
			return 0;
		}
	return bad(name, v, "pull-from-mirror is none of all, digest-only, tag-only", err);
}

static struct str without_end_slash(struct str s)
{
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

static int read_mirrors(struct registries_conf *c, const char *name, const struct toml *table,
			struct entry *e, struct err *err)
{
	const struct toml *list = toml_get(table, "mirror");
	bool digest_only = false;
	size_t n = 0;

	(void)toml_get_bool(table, "mirror-by-digest-only", &digest_only); /* absent: false */
	for (const struct toml *m = toml_first(list); m; m = toml_next(m))
		n++;
	if (n > LIMIT_MIRRORS)
		return err_set(err, ERR_LIMIT, "%s: line %zu: more than mirrors (%d)", name,
			       table->line, LIMIT_MIRRORS);
	e->mirrors = arena_array(&c->arena, n ? n : 1, sizeof *e->mirrors);
	if (!e->mirrors)
		return err_nomem(err);
	for (const struct toml *m = toml_first(list); m; m = toml_next(m)) {
		struct mirror *mirror = &e->mirrors[e->n_mirrors++];
		int r;

		mirror->location = without_end_slash(toml_get_str(m, "location"));
		mirror->security = security_of(m);
		mirror->pull = digest_only ? REGISTRY_PULL_DIGEST : REGISTRY_PULL_ALL;
		if (mirror->location.n == 0)
			return bad(name, m, "a mirror without a location", err);
		r = read_pull(name, m, &mirror->pull, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static struct entry *entry_for(struct registries_conf *c, struct str prefix)
{
	for (size_t i = 0; i < c->entries.n; i++) {
		struct entry *e = vec_at(&c->entries, i);

		if (str_eq(e->prefix, prefix))
			return e;
	}
	return vec_push(&c->entries);
}

static int read_registry(struct registries_conf *c, const char *name, const struct toml *table,
			 struct err *err)
{
	struct entry e = {
		.prefix = without_end_slash(toml_get_str(table, "prefix")),
		.location = without_end_slash(toml_get_str(table, "location")),
		.security = security_of(table),
	};
	struct entry *slot;
	int r;

	(void)toml_get_bool(table, "blocked", &e.blocked); /* absent: false */
	if (e.prefix.n == 0)
		e.prefix = e.location;
	if (e.prefix.n == 0)
		return bad(name, table, "a registry with neither prefix nor location", err);
	if (e.location.n == 0 && !str_has_prefix(e.prefix, STR("*.")))
		e.location = e.prefix;
	r = read_mirrors(c, name, table, &e, err);
	if (r < 0)
		return r;
	slot = entry_for(c, e.prefix);
	if (!slot)
		return err_set(err, ERR_LIMIT, "%s: more than registries (%d)", name,
			       LIMIT_REGISTRIES);
	*slot = e;
	return 0;
}

static int read_search(struct registries_conf *c, const char *name, const struct toml *root,
		       struct err *err)
{
	const struct toml *list = toml_get(root, "unqualified-search-registries");

	if (!list)
		return 0;
	if (list->kind != TOML_KIND_ARRAY)
		return bad(name, list, "unqualified-search-registries is no list", err);
	vec_cut(&c->search, 0);
	for (const struct toml *v = toml_first(list); v; v = toml_next(v)) {
		struct str *s = toml_str(v).n ? vec_push(&c->search) : NULL;

		if (!s)
			return bad(name, v, "not the name of a registry, or too many", err);
		*s = without_end_slash(toml_str(v));
	}
	return 0;
}

static int read_aliases(struct registries_conf *c, const char *name, const struct toml *root,
			struct err *err)
{
	const struct toml *table = toml_get(root, "aliases");

	for (const struct toml *v = toml_first(table); v; v = toml_next(v)) {
		struct alias *a = vec_push(&c->aliases);

		if (!a)
			return bad(name, v, "too many aliases", err);
		*a = (struct alias){v->key, toml_str(v)};
	}
	return 0;
}

int registries_conf_parse(struct registries_conf *c, const char *name, struct str bytes,
			  struct err *err)
{
	struct str copy = arena_str(&c->arena, bytes); /* the tree borrows from it */
	const struct toml *root;
	int r;

	if (!copy.p)
		return err_nomem(err);
	r = toml_parse(copy, &c->arena, &root, err);
	if (r < 0)
		return err_wrap(err, r, "%s", name);
	if (toml_get(root, "registries"))
		return err_set(err, ERR_UNSUPPORTED,
			       "%s: this is version 1 of the format: write [[registry]] tables",
			       name);
	r = read_search(c, name, root, err);
	for (const struct toml *t = toml_first(toml_get(root, "registry")); t && r == 0;
	     t = toml_next(t))
		r = read_registry(c, name, t, err);
	return r < 0 ? r : read_aliases(c, name, root, err);
}

/* --- the files --- */

static int add_file(struct registries_conf *c, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_TOML_BYTES);
	int r = file_read(path, &text, err);

	return r < 0 ? r : registries_conf_parse(c, path, strbuf_str(&text), err);
}

/* 1 when the file is there. */
static int add_optional(struct registries_conf *c, const char *base, const char *rest,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct err error = {0};
	int r;

	strbuf_addf(&path, "%s%s", base, rest);
	r = strbuf_check(&path, err);
	if (r < 0)
		return r;
	r = add_file(c, strbuf_cstr(&path), &error);
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r < 0 && err)
		*err = error;
	return r < 0 ? r : 1;
}

static int only_conf(const struct dirent *d)
{
	return str_has_suffix(str_of(d->d_name), STR(".conf"));
}

static int add_folder(struct registries_conf *c, const char *base, const char *rest,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf dir = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct dirent **names = NULL;
	int n, r;

	strbuf_addf(&dir, "%s%s", base, rest);
	r = strbuf_check(&dir, err);
	if (r < 0)
		return r;
	n = scandir(strbuf_cstr(&dir), &names, only_conf, alphasort);
	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_errno(err, errno, "%s", strbuf_cstr(&dir));
	strbuf_addc(&dir, '/');
	for (int i = 0; i < n; i++) {
		if (r >= 0)
			r = add_optional(c, strbuf_cstr(&dir), names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return r < 0 ? r : 0;
}

static int add_usual(struct registries_conf *c, struct err *err)
{
	const char *file = getenv("CONTAINERS_REGISTRIES_CONF"), *home = getenv("HOME");
	int r = 0;

	if (file && *file)
		r = add_file(c, file, err);
	else {
		if (home)
			r = add_optional(c, home, "/.config/containers/registries.conf", err);
		if (r == 0)
			r = add_optional(c, "/etc/containers", "/registries.conf", err);
	}
	if (r >= 0)
		r = add_folder(c, "/etc/containers", "/registries.conf.d", err);
	if (r >= 0 && home)
		r = add_folder(c, home, "/.config/containers/registries.conf.d", err);
	return r < 0 ? r : 0;
}

struct registries_conf *registries_conf_new(void)
{
	struct registries_conf *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	arena_init(&c->arena, CONF_ARENA_BYTES);
	c->entries = (struct vec)VEC_INIT(struct entry, LIMIT_REGISTRIES);
	c->search = (struct vec)VEC_INIT(struct str, LIMIT_REGISTRIES);
	c->aliases = (struct vec)VEC_INIT(struct alias, LIMIT_REGISTRIES);
	return c;
}

int registries_conf_read(const char *file, struct registries_conf **ret, struct err *err)
{
	struct registries_conf *c = registries_conf_new();
	int r;

	if (!c)
		return err_nomem(err);
	r = file ? add_file(c, file, err) : add_usual(c, err);
	if (r < 0) {
		registries_conf_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

void registries_conf_free(struct registries_conf *c)
{
	if (!c)
		return;
	vec_done(&c->entries);
	vec_done(&c->search);
	vec_done(&c->aliases);
	arena_done(&c->arena);
	free(c);
}

void registries_conf_freep(struct registries_conf **c)
{
	registries_conf_free(*c);
	*c = NULL;
}

/* --- asking --- */

/* How much of the name the prefix covers; 0: it does not match. */
static size_t match(struct str prefix, struct str name)
{
	struct str host, rest;

	if (str_has_prefix(prefix, STR("*."))) {
		if (!str_cut(name, '/', &host, &rest))
			host = name;
		prefix = str_skip(prefix, 1);
		return host.n > prefix.n && str_has_suffix(host, prefix) ? host.n : 0;
	}
	if (!str_has_prefix(name, prefix))
		return 0;
	return name.n == prefix.n || name.p[prefix.n] == '/' || name.p[prefix.n] == ':' ? prefix.n
											: 0;
}

static const struct entry *best_entry(const struct registries_conf *c, struct str name)
{
	const struct entry *best = NULL;

	for (size_t i = 0; i < c->entries.n; i++) {
		const struct entry *e = vec_at(&c->entries, i);

		if (match(e->prefix, name) && (!best || e->prefix.n > best->prefix.n))
			best = e;
	}
	return best;
}

static int add_place(struct vec *places, struct arena *a, struct str location, struct str rest,
		     struct registry_place place, struct err *err)
{
	struct str full = arena_strf(a, "%.*s%.*s", STR_FMT(location), STR_FMT(rest));
	struct registry_place *p;

	if (!full.p)
		return err_nomem(err);
	if (!str_cut(full, '/', &place.domain, &place.path))
		return err_set(err, ERR_FORMAT,
			       "registries.conf makes \"%.*s\" of it: no repository",
			       STR_FMT(full));
	p = vec_push(places);
	if (!p)
		return err_set(err, ERR_LIMIT, "more than mirrors (%d)", LIMIT_MIRRORS);
	*p = place;
	return 0;
}

int registries_conf_resolve(const struct registries_conf *c, struct str domain, struct str path,
			    struct arena *a, struct vec *places, struct err *err)
{
	struct str name = arena_strf(a, "%.*s/%.*s", STR_FMT(domain), STR_FMT(path));
	struct registry_place own = {0};
	const struct entry *e;
	struct str rest;
	int r = 0;

	if (!name.p)
		return err_nomem(err);
	e = best_entry(c, name);
	if (!e)
		return add_place(places, a, name, STR_NULL, own, err);
	if (e->blocked)
		return err_set(err, ERR_DENIED, "registries.conf blocks %.*s", STR_FMT(e->prefix));
	rest = str_skip(name, match(e->prefix, name));
	for (size_t i = 0; i < e->n_mirrors && r == 0; i++) {
		const struct mirror *m = &e->mirrors[i];
		struct registry_place place = {
			.security = m->security, .pull = m->pull, .is_mirror = true};

		r = add_place(places, a, m->location, rest, place, err);
	}
	if (r < 0)
		return r;
	own.security = e->security;
	return e->location.n ? add_place(places, a, e->location, rest, own, err)
			     : add_place(places, a, name, STR_NULL, own, err);
}

static int add_name(struct vec *names, struct str name, struct err *err)
{
	struct str *s = name.p ? vec_push(names) : NULL;

	if (!s)
		return err_nomem(err);
	*s = name;
	return 0;
}

int registries_conf_search(const struct registries_conf *c, struct str name, struct arena *a,
			   struct vec *names, struct err *err)
{
	int r = 0;

	for (size_t i = c->aliases.n; i > 0; i--) { /* the last file wins */
		const struct alias *alias = vec_at(&c->aliases, i - 1);

		if (str_eq(alias->name, name) && alias->target.n)
			return add_name(names, arena_str(a, alias->target), err);
	}
	for (size_t i = 0; i < c->search.n && r == 0; i++) {
		const struct str *registry = vec_at(&c->search, i);

		r = add_name(names, arena_strf(a, "%.*s/%.*s", STR_FMT(*registry), STR_FMT(name)),
			     err);
	}
	return r;
}
