/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages of Node, by its module rules: relative names with and without extension, folders with
 * package.json or index, node_modules of each folder above, "exports" with every condition.
 */
#include "base/path.h"
#include "closure/closure_internal.h"

#define BYTES_PER_STEP 64 /* of a package.json's settings that are gone through */

static const char *const extensions[] = {"", ".js", ".json", ".node", ".mjs", ".cjs", ".ts"};

static bool is_builtin(struct str name)
{
	static const char *const builtins[] = {"assert",
					       "async_hooks",
					       "buffer",
					       "child_process",
					       "cluster",
					       "console",
					       "constants",
					       "crypto",
					       "dgram",
					       "diagnostics_channel",
					       "dns",
					       "domain",
					       "events",
					       "fs",
					       "http",
					       "http2",
					       "https",
					       "inspector",
					       "module",
					       "net",
					       "os",
					       "path",
					       "perf_hooks",
					       "process",
					       "punycode",
					       "querystring",
					       "readline",
					       "repl",
					       "stream",
					       "string_decoder",
					       "sys",
					       "timers",
					       "tls",
					       "trace_events",
					       "tty",
					       "url",
					       "util",
					       "v8",
					       "vm",
					       "wasi",
					       "worker_threads",
					       "zlib"};

	if (str_has_prefix(name, STR("node:")))
		return true;
	name = str_sub(name, 0, str_find_char(name, '/'));
	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		if (str_is(name, builtins[i]))
			return true;
	return false;
}

/* As it is written, else with the extension that Node or a bundler would add. */
static struct place *with_extension(struct closure *c, struct str path)
{
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		struct place *p =
			place_find(c, arena_strf(&c->temp, "%.*s%s", STR_FMT(path), extensions[i]));

		if (place_is_file(p))
			return p;
	}
	return NULL;
}

static struct place *index_of(struct closure *c, struct str dir)
{
	return with_extension(c, join(c, dir, STR("index")));
}

/* The value of a setting of package.json: "main". */
static struct str setting(struct closure *c, struct program p, const char *name)
{
	struct program_link l;
	struct str key, value;

	if (!closure_spend(c, p.links.n / BYTES_PER_STEP))
		return STR_NULL;
	while (program_next(&p, &l))
		if (l.kind == LINK_SETTING && str_cut(l.text, '\x1f', &key, &value) &&
		    str_is(key, name))
			return value;
	return STR_NULL;
}

static struct place *manifest_of(struct closure *c, struct str dir, struct program *ret)
{
	struct place *p = place_below(c, dir, STR("package.json"));

	return p && place_program(c, place_end(p), ret) && ret->kind == PROGRAM_NPM ? p : NULL;
}

static struct place *main_of(struct closure *c, struct str dir)
{
	struct program manifest;
	struct place *p = NULL;
	struct str name;

	if (manifest_of(c, dir, &manifest)) {
		name = setting(c, manifest, "main");
		if (name.n) {
			p = with_extension(c, join(c, dir, name));
			if (!p)
				p = index_of(c, join(c, dir, name));
		}
	}
	return p ? p : index_of(c, dir);
}

struct place *node_script(struct closure *c, struct str path)
{
	struct place *p = with_extension(c, path);

	if (p)
		return p;
	p = place_find(c, path);
	return place_is_dir(p) ? main_of(c, place_end(p)->path) : NULL;
}

static void need_file(struct closure *c, const struct need *by, struct place *p, struct str name)
{
	need(c, p, by, arena_strf(&c->temp, "require %.*s", STR_FMT(name)));
}

/* A pattern with a star and "./x/y": *ret is what the star stands for. */
static bool matches(struct str pattern, struct str subpath, struct str *ret)
{
	struct str before, after;

	*ret = STR_NULL;
	if (!str_cut(pattern, '*', &before, &after))
		return str_eq(pattern, subpath);
	if (!str_has_prefix(subpath, before) || !str_has_suffix(subpath, after) ||
	    subpath.n < before.n + after.n)
		return false;
	*ret = str_sub(subpath, before.n, subpath.n - before.n - after.n);
	return true;
}

/* Every target that "exports" (or "imports") has for the subpath. False: it has none. */
static bool follow_targets(struct closure *c, const struct need *by, struct program manifest,
			   const char *key, struct str dir, struct str subpath)
{
	struct program_link l;
	bool found = false;

	if (!closure_spend(c, manifest.links.n / BYTES_PER_STEP))
		return false;
	while (program_next(&manifest, &l)) {
		struct str name, rest, pattern, target, star, before, after;
		struct place *p;

		if (l.kind != LINK_SETTING || !str_cut(l.text, '\x1f', &name, &rest) ||
		    !str_is(name, key) || !str_cut(rest, '\x1f', &pattern, &target) ||
		    !matches(pattern, subpath, &star))
			continue;
		if (star.n && str_cut(target, '*', &before, &after))
			target = arena_strf(&c->temp, "%.*s%.*s%.*s", STR_FMT(before),
					    STR_FMT(star), STR_FMT(after));
		p = place_below(c, dir, target);
		found |= place_is_file(p);
		need_file(c, by, p, subpath);
	}
	return found;
}

/* A package in this node_modules; name may have a subpath. */
static bool in_modules(struct closure *c, const struct need *by, struct str modules,
		       struct str name)
{
	size_t slash = str_find_char(name, '/');
	struct str package, sub, dir;
	struct program manifest;
	struct place *p, *json;

	if (name.p[0] == '@' && slash < name.n) {
		size_t second = str_find_char(str_skip(name, slash + 1), '/');

		slash = second < name.n - slash - 1 ? slash + 1 + second : name.n;
	}
	package = str_sub(name, 0, slash);
	sub = str_skip(name, slash); /* "/x" or empty */
	p = place_below(c, modules, package);
	if (!place_is_dir(p)) {
		p = with_extension(c, join(c, modules, name));
		need_file(c, by, p, name);
		return p != NULL;
	}
	dir = p->path;
	json = manifest_of(c, dir, &manifest);
	if (!json)
		json = place_below(c, dir, STR("package.json"));
	need(c, json, by, arena_strf(&c->temp, "package %.*s", STR_FMT(package)));
	if (json && manifest_of(c, dir, &manifest) &&
	    follow_targets(c, by, manifest, "export", dir,
			   arena_strf(&c->temp, ".%.*s", STR_FMT(sub))))
		return true;
	p = sub.n ? node_script(c, join(c, dir, str_skip(sub, 1))) : main_of(c, dir);
	need_file(c, by, p, name);
	return p != NULL;
}

static bool is_relative(struct str name)
{
	return str_has_prefix(name, STR("./")) || str_has_prefix(name, STR("../")) ||
	       str_is(name, ".") || str_is(name, "..") || name.p[0] == '/';
}

/* "#x": of the nearest package.json. */
static void follow_import(struct closure *c, const struct need *by, struct str dir, struct str name)
{
	struct program manifest;

	for (;; dir = path_dir(dir)) {
		if (manifest_of(c, dir, &manifest)) {
			(void)follow_targets(c, by, manifest, "import", dir, name); /* or none */
			return;
		}
		if (dir.n == 0)
			return;
	}
}

void node_require(struct closure *c, const struct need *by, struct str dir, struct str name)
{
	struct str path, one;

	if (name.n == 0 || is_builtin(name))
		return;
	if (is_relative(name)) {
		need_file(c, by, node_script(c, name.p[0] == '/' ? name : join(c, dir, name)),
			  name);
		return;
	}
	if (name.p[0] == '#') {
		follow_import(c, by, dir, name);
		return;
	}
	for (struct str at = dir;; at = path_dir(at)) {
		if (!str_is(path_base(at), "node_modules") &&
		    in_modules(c, by, join(c, at, STR("node_modules")), name))
			return;
		if (at.n == 0 || str_is(at, "/"))
			break;
	}
	path = closure_env(c, "NODE_PATH");
	while (str_pull_until(&path, ':', &one))
		if (one.n && in_modules(c, by, one, name))
			return;
}

/* The folder of the package that the file is of: the nearest with a package.json. */
static struct place *package_of(struct closure *c, struct str path)
{
	for (struct str dir = path_dir(path);; dir = path_dir(dir)) {
		if (place_below(c, dir, STR("package.json")))
			return place_find(c, dir);
		if (dir.n == 0)
			return NULL;
	}
}

static void follow_dynamic(struct closure *c, struct need *n, struct str what)
{
	struct place *package = package_of(c, n->place->path);

	if (place_is_dir(package))
		assume_tree(c, package, n, STR("its package loads modules by computed names"),
			    "node_modules");
	gap(c, n, what, 0.97);
}

void follow_node(struct closure *c, struct need *n, struct program *p)
{
	struct place *package = package_of(c, n->place->path);
	bool is_dynamic = false;
	struct program_link l;

	if (package)
		need(c, place_below(c, package->path, STR("package.json")), n,
		     STR("Node reads it for the kind of its modules"));
	while (program_next(p, &l)) {
		switch (l.kind) {
		case LINK_NODE:
			node_require(c, n, path_dir(n->place->path), l.text);
			break;
		case LINK_UNKNOWN:
			if (!is_dynamic)
				follow_dynamic(c, n, l.text);
			is_dynamic = true;
			break;
		case LINK_INTERPRETER:
			need(c, place_find(c, l.text), n,
			     arena_strf(&c->temp, "interpreter %.*s", STR_FMT(l.text)));
			break;
		case LINK_COMMAND:
			if (!n->is_assumed) /* an assumption breeds no commands */
				follow_command(c, n, l.text, false);
			break;
		case LINK_PATH:
			follow_path(c, n, l.text);
			break;
		default:
			break;
		}
	}
}

/* ---- npm run ---- */

/* A script may run itself, or another one that does. */
static bool is_first_run(struct closure *c, struct str name)
{
	struct str key = arena_strf(&c->temp, "npm\x1f%.*s", STR_FMT(name));

	if (!key.p || map_get(&c->imports, key))
		return false;
	if (map_put(&c->imports, key, c) < 0)
		c->no_memory = true;
	return true;
}

void npm_run(struct closure *c, const struct need *by, struct str name)
{
	struct str key, rest, script, link, old_path = c->path;
	struct program manifest;
	struct place *json = manifest_of(c, c->workdir, &manifest);
	struct program_link l;
	bool found = false;

	if (!is_first_run(c, name))
		return;
	if (!json) {
		gap(c, by,
		    arena_strf(&c->temp, "npm runs %.*s, and there is no package.json",
			       STR_FMT(name)),
		    0.7);
		return;
	}
	need(c, json, by, STR("npm reads it"));
	c->path = arena_strf(&c->temp, "%.*s/node_modules/.bin:%.*s", STR_FMT(c->workdir),
			     STR_FMT(c->path));
	follow_command(c, by, STR("/bin/sh"), true);
	while (program_next(&manifest, &l)) {
		struct program one = {.kind = PROGRAM_SHELL};
		struct program_draft d;

		if (l.kind != LINK_SETTING || !str_cut(l.text, '\x1f', &key, &rest) ||
		    !str_is(key, "script") || !str_cut(rest, '\x1f', &script, &link) ||
		    !str_eq(script, name) || link.n == 0)
			continue;
		found = true;
		program_draft_init(&d);
		program_draft_add(&d, (enum link_kind)(link.p[0] - 'A'), str_skip(link, 1));
		if (program_read(arena_str(&c->temp, program_draft_bytes(&d)), &one))
			follow_script(c, (struct need *)by, &one); /* looked at only */
		program_draft_done(&d);
	}
	if (!found)
		node_require(c, by, c->workdir, STR("./server.js")); /* what npm start then runs */
	c->path = old_path;
}
