/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules of Python, by the rules of its import system: the interpreter's own library and
 * site-packages by its version, PYTHONPATH, a virtual environment (pyvenv.cfg), .pth files, the
 * script's folder; packages, modules, extensions and their compiled copies.
 */
#include "base/cleanup.h"
#include "base/path.h"
#include "closure/closure_internal.h"

#define PTH_DEPTH 4

static void add_dir(struct closure *c, struct python *py, struct str dir)
{
	struct place *p = dir.n ? place_find(c, dir) : NULL;

	if (!place_is_dir(p) || py->n == sizeof py->dirs / sizeof *py->dirs)
		return;
	for (size_t i = 0; i < py->n; i++)
		if (str_eq(py->dirs[i], dir))
			return;
	py->dirs[py->n++] = arena_str(&c->temp, dir);
}

static void python_module(struct closure *c, const struct need *by, struct str module,
			  bool is_sure);

/* What .pth files add: folders, and modules that each start imports. */
static void read_pth(struct closure *c, struct python *py, const struct need *by, struct str dir)
{
	struct place *place = place_find(c, dir);
	struct str_list names = place ? place_names(c, place) : (struct str_list){0};

	for (size_t i = 0; i < names.n; i++) {
		struct place *p = place_below(c, place_end(place)->path, names.p[i]);
		struct program_link l;
		struct program pth;
		struct str key, value;

		if (!str_has_suffix(names.p[i], STR(".pth")) ||
		    !place_program(c, place_end(p), &pth))
			continue;
		need(c, p, by, STR("Python reads it at its start"));
		while (program_next(&pth, &l)) {
			if (l.kind == LINK_SETTING && str_cut(l.text, '\x1f', &key, &value))
				add_dir(c, py, value.p[0] == '/' ? value : join(c, dir, value));
			else if (l.kind == LINK_PYTHON)
				python_module(c, by, l.text, true);
		}
	}
}

static void add_prefix(struct closure *c, struct python *py, const struct need *by,
		       struct str prefix)
{
	static const char *const forms[] = {"lib/python%.*s",
					    "lib64/python%.*s",
					    "lib/python%.*s/lib-dynload",
					    "lib64/python%.*s/lib-dynload",
					    "lib/python%.*s/site-packages",
					    "lib64/python%.*s/site-packages",
					    "lib/python%.*s/dist-packages",
					    "local/lib/python%.*s/dist-packages",
					    "local/lib/python%.*s/site-packages"};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		struct str before, after, form = str_of(forms[i]), dir;

		if (!str_cut(form, '%', &before, &after))
			continue;
		after = str_skip(after, 3); /* ".*s" */
		dir = arena_strf(&c->temp, "%.*s/%.*s%.*s%.*s", STR_FMT(prefix), STR_FMT(before),
				 STR_FMT(py->version), STR_FMT(after));
		add_dir(c, py, dir);
		if (str_find(dir, STR("-packages")) < dir.n)
			read_pth(c, py, by, dir);
	}
	add_dir(c, py, arena_strf(&c->temp, "%.*s/lib/python3/dist-packages", STR_FMT(prefix)));
	read_pth(c, py, by,
		 arena_strf(&c->temp, "%.*s/lib/python3/dist-packages", STR_FMT(prefix)));
}

/* "python3.11", "libpython3.11.so.1.0" -> "3.11" */
static struct str version_of(struct str name)
{
	size_t at = str_find(name, STR("python"));
	struct str rest = str_skip(name, at + 6);
	size_t n = 0;

	if (at == name.n)
		return STR_NULL;
	while (n < rest.n && (char_is_digit(rest.p[n]) ||
			      (n + 1 < rest.n && rest.p[n] == '.' && char_is_digit(rest.p[n + 1]) &&
			       str_find_char(str_sub(rest, 0, n), '.') == n)))
		n++;
	return str_sub(rest, 0, n);
}

static const char *const startup[] = {"site",
				      "os",
				      "encodings",
				      "codecs",
				      "io",
				      "abc",
				      "stat",
				      "posixpath",
				      "genericpath",
				      "_collections_abc",
				      "_sitebuiltins",
				      "sitecustomize",
				      "usercustomize",
				      "warnings",
				      "linecache",
				      "tokenize",
				      "traceback",
				      "importlib",
				      "importlib.machinery",
				      "importlib.util",
				      "zipimport",
				      "_weakrefset",
				      "collections",
				      "keyword",
				      "operator",
				      "reprlib",
				      "apport_python_hook"};

void python_meet(struct closure *c, const struct need *by, const struct place *as,
		 const struct place *interpreter)
{
	struct str version = version_of(path_base(interpreter->path));
	struct str bin = path_dir(as->path), prefix, path, dir;
	struct place *venv = place_below(c, path_dir(bin), STR("pyvenv.cfg"));
	struct python *py = NULL;
	bool is_new = false;

	if (str_find_char(version, '.') == version.n)
		return;
	for (size_t i = 0; i < c->n_pythons && !py; i++)
		if (str_eq(c->pythons[i].version, version))
			py = &c->pythons[i];
	if (!py) {
		if (c->n_pythons == sizeof c->pythons / sizeof *c->pythons)
			return;
		is_new = true;
		py = &c->pythons[c->n_pythons++];
		*py = (struct python){.version = version};
		py->tag = arena_strf(&c->temp, "cpython-%.*s%.*s",
				     STR_FMT(str_sub(version, 0, str_find_char(version, '.'))),
				     STR_FMT(str_skip(version, str_find_char(version, '.') + 1)));
		path = closure_env(c, "PYTHONPATH");
		while (str_pull_until(&path, ':', &dir))
			add_dir(c, py, dir.n ? dir : c->workdir);
		add_dir(c, py, c->workdir);
	}
	prefix = path_dir(path_dir(interpreter->path));
	if (venv) {
		need(c, venv, by, STR("Python reads it at its start"));
		add_prefix(c, py, by, path_dir(bin));
	}
	if (closure_env(c, "VIRTUAL_ENV").n)
		add_prefix(c, py, by, closure_env(c, "VIRTUAL_ENV"));
	if (!is_new)
		return;
	add_prefix(c, py, by, prefix);
	add_prefix(c, py, by, STR("usr"));
	add_prefix(c, py, by, STR("usr/local"));
	for (size_t i = 0; i < sizeof startup / sizeof *startup; i++)
		python_module(c, by, str_of(startup[i]), true);
}

/* ---- modules ---- */

/* The compiled copy, which is read instead of the source. */
static void need_compiled(struct closure *c, const struct need *by, struct str path, bool is_sure)
{
	struct str base = path_base(path), why = STR("compiled copy of a module");

	if (!str_has_suffix(base, STR(".py")))
		return;
	base.n -= 3;
	for (size_t i = 0; i < c->n_pythons; i++) {
		struct place *p =
			place_find(c, arena_strf(&c->temp, "%.*s/__pycache__/%.*s.%.*s.pyc",
						 STR_FMT(path_dir(path)), STR_FMT(base),
						 STR_FMT(c->pythons[i].tag)));

		if (is_sure)
			need(c, p, by, why);
		else
			assume(c, p, by, why);
	}
}

static void need_module(struct closure *c, const struct need *by, struct place *p, struct str name,
			bool is_sure)
{
	struct str why = arena_strf(&c->temp, "module %.*s", STR_FMT(name));

	if (!p->is_needed || !place_end(p)->need || !place_end(p)->need->is_assumed == !is_sure)
		need_compiled(c, by, p->path, is_sure);
	if (is_sure)
		need(c, p, by, why);
	else
		assume(c, p, by, why);
}

/* name.py, name.so in its forms, below dir. */
static struct place *find_file(struct closure *c, struct str dir, struct str name)
{
	static const char *const triplets[] = {"x86_64-linux-gnu", "x86_64-linux-musl",
					       "aarch64-linux-gnu", "aarch64-linux-musl"};
	struct str path = join(c, dir, name);
	struct place *p = place_find(c, arena_strf(&c->temp, "%.*s.py", STR_FMT(path)));

	if (!p)
		p = place_find(c, arena_strf(&c->temp, "%.*s.abi3.so", STR_FMT(path)));
	if (!p)
		p = place_find(c, arena_strf(&c->temp, "%.*s.so", STR_FMT(path)));
	if (!p)
		p = place_find(c, arena_strf(&c->temp, "%.*s.pyc", STR_FMT(path)));
	for (size_t i = 0; i < c->n_pythons && !p; i++)
		for (size_t t = 0; t < 4 && !p; t++)
			p = place_find(c, arena_strf(&c->temp, "%.*s.%.*s-%s.so", STR_FMT(path),
						     STR_FMT(c->pythons[i].tag), triplets[t]));
	return place_is_file(p) ? p : NULL;
}

/*
 * a.b.c below dir, each package's __init__ on the way. A folder without one is a package too, but
 * only if nothing else has its name: by itself it is not found. *ret_dir: the package's folder when
 * it is one.
 */
static bool find_below(struct closure *c, const struct need *by, struct str dir, struct str module,
		       bool is_sure, struct str *ret_dir)
{
	struct str rest = module, name;
	bool found = false;

	*ret_dir = STR_NULL;
	while (str_pull_until(&rest, '.', &name)) {
		struct place *folder, *p = NULL;

		if (!place_has_prefix(c, place_find(c, dir.n ? dir : STR("/")), name))
			return found;
		folder = place_below(c, dir, name);
		if (place_is_dir(folder))
			p = find_file(c, folder->path, STR("__init__"));
		if (!p) {
			struct place *file = find_file(c, dir, name);

			if (file) {
				need_module(c, by, file, module, is_sure);
				return true;
			}
		}
		if (!place_is_dir(folder))
			return found;
		if (p)
			need_module(c, by, p, module, is_sure);
		found |= p != NULL;
		dir = folder->path;
		*ret_dir = dir;
	}
	return found;
}

static void in_dirs(struct closure *c, const struct need *by, struct str own, struct str module,
		    bool is_sure, struct str *ret_dir)
{
	if (own.n && find_below(c, by, own, module, is_sure, ret_dir))
		return;
	for (size_t i = 0; i < c->n_pythons; i++)
		for (size_t d = 0; d < c->pythons[i].n; d++)
			if (find_below(c, by, c->pythons[i].dirs[d], module, is_sure, ret_dir))
				return;
}

/* Most modules are imported a hundred times: once is enough. Before that interpreter, none. */
static void import_module(struct closure *c, const struct need *by, struct str own,
			  struct str module, bool is_sure)
{
	struct str key = arena_strf(&c->temp, "%.*s\x1f%.*s\x1f%d%zu", STR_FMT(own),
				    STR_FMT(module), is_sure && !c->is_assuming, c->n_pythons);
	struct str dir;

	if (!key.p || map_get(&c->imports, key))
		return;
	if (map_put(&c->imports, key, c) < 0)
		c->no_memory = true;
	in_dirs(c, by, own, module, is_sure, &dir);
}

static void python_module(struct closure *c, const struct need *by, struct str module, bool is_sure)
{
	import_module(c, by, STR_NULL, module, is_sure);
}

/* python -m package runs package/__main__.py. */
void python_run(struct closure *c, const struct need *by, struct str module, bool is_sure)
{
	struct str dir = STR_NULL;

	in_dirs(c, by, STR_NULL, module, is_sure, &dir);
	if (dir.n)
		need(c, find_file(c, dir, STR("__main__")), by, STR("python -m"));
	if (is_sure) {
		python_module(c, by, STR("runpy"), true);
		python_module(c, by, STR("pkgutil"), true);
	}
}

/* "..a.b" from usr/lib/x/pkg/sub/mod.py: below usr/lib/x/pkg. */
static void follow_relative(struct closure *c, const struct need *n, struct str module,
			    bool is_sure)
{
	struct str dir = path_dir(n->place->path), unused;

	module = str_skip(module, 1);
	while (str_pull_prefix(&module, STR(".")))
		dir = path_dir(dir);
	if (module.n)
		(void)find_below(c, n, dir, module, is_sure, &unused); /* or it is no module */
}

static bool is_own_library(const struct closure *c, struct str path)
{
	for (size_t i = 0; i < c->n_pythons; i++) {
		struct str form = arena_strf((struct arena *)&c->temp, "/python%.*s/",
					     STR_FMT(c->pythons[i].version));

		if (str_find(path, form) < path.n && str_find(path, STR("-packages/")) == path.n)
			return true;
	}
	return false;
}

/* The outermost package that the file lies in; empty: it is a module of its own. */
static struct str package_of(struct closure *c, struct str path)
{
	struct str dir = path_dir(path), outer = STR_NULL;

	while (dir.n && find_file(c, dir, STR("__init__"))) {
		outer = dir;
		dir = path_dir(dir);
	}
	return outer;
}

static void follow_dynamic(struct closure *c, struct need *n, struct str what, bool is_own)
{
	struct str package = package_of(c, n->place->path);

	if (package.n)
		assume_tree(c, place_find(c, package), n,
			    STR("its package imports modules by computed names"), NULL);
	if (!is_own)
		gap(c, n, what, 0.9);
}

/* Modules of Python's own that read more than they import. */
static void follow_known(struct closure *c, const struct need *n)
{
	struct str path = n->place->path, dir = path_dir(path);
	struct str_list names;

	if (str_has_suffix(path, STR("/zoneinfo/__init__.py")) ||
	    str_has_suffix(path, STR("/pytz/__init__.py")))
		assume_tree(c, place_find(c, STR("usr/share/zoneinfo")), n,
			    STR("Python's time zones"), NULL);
	if (!str_has_suffix(path, STR("/sysconfig.py")) &&
	    !str_has_suffix(path, STR("/sysconfig/__init__.py")))
		return;
	names = place_names(c, place_find(c, dir));
	for (size_t i = 0; i < names.n; i++)
		if (str_has_prefix(names.p[i], STR("_sysconfigdata"))) {
			struct place *p = place_below(c, dir, names.p[i]);

			assume(c, p, n, STR("sysconfig imports it by a computed name"));
			if (p)
				need_compiled(c, n, p->path, false);
		}
}

void follow_python(struct closure *c, struct need *n, struct program *p)
{
	struct str path = n->place->path, own = path_dir(path);
	bool is_own = is_own_library(c, path), is_dynamic = false;
	struct program_link l;

	/* The folder of a script is searched, that of a package's module is not. */
	if (is_own || find_file(c, own, STR("__init__")))
		own = STR_NULL;
	need_compiled(c, n, path, !n->is_assumed);
	follow_known(c, n);
	while (program_next(p, &l)) {
		bool is_sure = l.kind == LINK_PYTHON;
		struct place *file;

		switch (l.kind) {
		case LINK_PYTHON:
		case LINK_PYTHON_MAY:
			if (l.text.p[0] == '.')
				follow_relative(c, n, l.text, is_sure);
			else
				import_module(c, n, own, l.text, is_sure);
			break;
		case LINK_UNKNOWN:
			if (!is_dynamic)
				follow_dynamic(c, n, l.text, is_own);
			is_dynamic = true;
			break;
		case LINK_INTERPRETER:
			file = place_find(c, l.text);
			need(c, file, n, arena_strf(&c->temp, "interpreter %.*s", STR_FMT(l.text)));
			if (file)
				python_meet(c, n, file, place_end(file));
			break;
		case LINK_COMMAND: /* what Python's own library can run, it mostly does not */
			if (!is_own && !n->is_assumed) /* an assumption breeds no commands */
				follow_command(c, n, l.text,
					       str_find_char(l.text, '/') == l.text.n &&
						       str_has_prefix(l.text, STR("python")));
			break;
		case LINK_PATH:
			if (!is_own)
				follow_path(c, n, l.text);
			break;
		default:
			break;
		}
	}
}
