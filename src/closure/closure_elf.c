/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries, by the rules of ld.so(8): DT_RPATH of the file and of what loaded it (unless there is
 * DT_RUNPATH), LD_LIBRARY_PATH, DT_RUNPATH of the file, what ld.so.conf or musl's path file names,
 * the default folders. ld.so.cache holds the same as ld.so.conf; folders of hardware capabilities
 * are looked into besides.
 */
#include "base/cleanup.h"
#include "base/path.h"
#include "closure/closure_internal.h"

#define CONF_DEPTH  8
#define LOADERS_MAX 64 /* files in a row that loaded each other, whose DT_RPATH counts */
#define DIRS_MAX    256

struct lib_dirs {
	struct str dirs[DIRS_MAX];
	size_t n;
};

static void add_dir(struct closure *c, struct lib_dirs *l, struct str dir)
{
	if (dir.n && l->n < DIRS_MAX && place_is_dir(place_find(c, dir)))
		l->dirs[l->n++] = dir;
}

static void add_conf(struct closure *c, struct lib_dirs *l, struct place *conf, unsigned depth);

static void add_included(struct closure *c, struct lib_dirs *l, struct str pattern, unsigned depth)
{
	struct place *dir = place_find(c, path_dir(pattern));
	struct str_list names = dir ? place_names(c, dir) : (struct str_list){0};

	for (size_t i = 0; i < names.n; i++)
		if (path_match(path_base(pattern), names.p[i]))
			add_conf(c, l, place_below(c, place_end(dir)->path, names.p[i]), depth);
}

static void add_conf(struct closure *c, struct lib_dirs *l, struct place *conf, unsigned depth)
{
	struct program_link link;
	struct program p;
	struct str key, value;

	conf = place_end(conf);
	if (depth > CONF_DEPTH || !place_program(c, conf, &p) || conf->is_seen)
		return;
	conf->is_seen = true;
	while (program_next(&p, &link)) {
		if (link.kind == LINK_PATH)
			add_included(c, l,
				     link.text.p[0] == '/' ? link.text
							   : join(c, STR("etc"), link.text),
				     depth + 1);
		else if (str_cut(link.text, '\x1f', &key, &value))
			add_dir(c, l, value);
	}
}

static void add_musl(struct closure *c, struct lib_dirs *l)
{
	struct str_list names = place_names(c, place_find(c, STR("etc")));

	for (size_t i = 0; i < names.n; i++)
		if (str_has_prefix(names.p[i], STR("ld-musl-")) &&
		    str_has_suffix(names.p[i], STR(".path")))
			add_conf(c, l, place_below(c, STR("etc"), names.p[i]), 0);
}

/* usr/lib/x86_64-linux-gnu of Debian: built into its linker. */
static void add_triplets(struct closure *c, struct lib_dirs *l, struct str parent)
{
	struct str_list names = place_names(c, place_find(c, parent));

	for (size_t i = 0; i < names.n; i++)
		if (str_find(names.p[i], STR("-linux-")) < names.p[i].n)
			add_dir(c, l, join(c, parent, names.p[i]));
}

static struct str_list lib_dirs(struct closure *c)
{
	static const char *const defaults[] = {"lib64",		"usr/lib64", "lib",
					       "usr/local/lib", "usr/lib",   "usr/local/lib64",
					       "lib32",		"usr/lib32"};
	struct lib_dirs *l;

	if (c->has_lib_dirs)
		return c->lib_dirs;
	c->has_lib_dirs = true;
	l = arena_alloc(&c->temp, sizeof *l);
	if (!l)
		return c->lib_dirs;
	add_conf(c, l, place_find(c, STR("etc/ld.so.conf")), 0);
	add_musl(c, l);
	add_triplets(c, l, STR("lib"));
	add_triplets(c, l, STR("usr/lib"));
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		add_dir(c, l, str_of(defaults[i]));
	c->lib_dirs = (struct str_list){l->dirs, l->n};
	return c->lib_dirs;
}

/* ---- one library ---- */

static bool fits(const struct closure *c, const struct place *p, const struct program *elf)
{
	struct program other;

	if (!place_is_file(p))
		return false;
	if (!elf || !place_program(c, place_end((struct place *)p), &other) ||
	    other.kind != PROGRAM_ELF)
		return elf == NULL;
	return other.machine == elf->machine &&
	       (other.elf_flags & ELF_64) == (elf->elf_flags & ELF_64);
}

static struct place *in_dir(struct closure *c, struct str dir, struct str name,
			    const struct program *elf)
{
	struct place *p = place_below(c, dir, name);

	return fits(c, p, elf) ? p : NULL;
}

/* $ORIGIN, $LIB and $PLATFORM of a search path's entry. $LIB means two things: both are tried. */
static struct str expand_dir(struct closure *c, struct str dir, struct str origin, const char *lib)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(8192);

	while (dir.n) {
		if (dir.p[0] != '$') {
			strbuf_addc(&sb, dir.p[0]);
			dir = str_skip(dir, 1);
		} else if (str_pull_prefix(&dir, STR("$ORIGIN")) ||
			   str_pull_prefix(&dir, STR("${ORIGIN}"))) {
			strbuf_add(&sb, origin);
		} else if (str_pull_prefix(&dir, STR("$LIB")) ||
			   str_pull_prefix(&dir, STR("${LIB}"))) {
			strbuf_adds(&sb, lib);
		} else if (str_pull_prefix(&dir, STR("$PLATFORM")) ||
			   str_pull_prefix(&dir, STR("${PLATFORM}"))) {
			strbuf_adds(&sb, "x86_64");
		} else {
			strbuf_addc(&sb, '$');
			dir = str_skip(dir, 1);
		}
	}
	return arena_str(&c->temp, strbuf_str(&sb));
}

static struct place *in_search_path(struct closure *c, struct str path, struct str origin,
				    struct str name, const struct program *elf)
{
	static const char *const libs[] = {"lib", "lib64", "lib/x86_64-linux-gnu",
					   "lib/aarch64-linux-gnu"};
	struct str dir;

	while (str_pull_until(&path, ':', &dir))
		for (size_t i = 0; i < sizeof libs / sizeof *libs && dir.n; i++) {
			struct place *p = in_dir(c, expand_dir(c, dir, origin, libs[i]), name, elf);

			if (p)
				return p;
			if (str_find(dir, STR("LIB")) == dir.n)
				break;
		}
	return NULL;
}

struct paths {
	struct str rpath, runpath;
};

static struct paths paths_of(const struct closure *c, const struct place *place)
{
	struct paths found = {0};
	struct program_link l;
	struct program p;

	if (!place_program(c, place, &p) || p.kind != PROGRAM_ELF)
		return found;
	while (program_next(&p, &l) && l.kind != LINK_NEEDED) { /* they stand in front */
		if (l.kind == LINK_RPATH)
			found.rpath = l.text;
		if (l.kind == LINK_RUNPATH)
			found.runpath = l.text;
	}
	if (found.runpath.n)
		found.rpath = STR_NULL;
	return found;
}

static struct place *find_library(struct closure *c, const struct need *n,
				  const struct program *elf, struct str name)
{
	struct paths own = paths_of(c, n->place);
	struct place *p = NULL;
	size_t up = 0;
	struct str_list dirs;

	if (str_find_char(name, '/') < name.n && name.p[0] == '/')
		return place_find(c, name);
	for (const struct need *at = n; at && !p && !own.runpath.n && up < LOADERS_MAX;
	     at = at->by, up++)
		p = in_search_path(c, paths_of(c, at->place).rpath, path_dir(at->place->path), name,
				   elf);
	if (!p)
		p = in_search_path(c, c->ld_path, path_dir(n->place->path), name, elf);
	if (!p)
		p = in_search_path(c, own.runpath, path_dir(n->place->path), name, elf);
	dirs = lib_dirs(c);
	for (size_t i = 0; i < dirs.n && !p; i++)
		p = in_dir(c, dirs.p[i], name, elf);
	return p;
}

/* Beside it there may be builds for newer processors, which the linker prefers where it runs. */
static void assume_capabilities(struct closure *c, const struct need *n, const struct place *p,
				struct str name)
{
	struct str dir = path_dir(place_end((struct place *)p)->path);
	struct place *hwcaps = place_below(c, dir, STR("glibc-hwcaps"));
	struct str_list names;

	if (!place_is_dir(hwcaps))
		return;
	names = place_names(c, hwcaps);
	for (size_t i = 0; i < names.n; i++)
		assume(c, place_below(c, join(c, place_end(hwcaps)->path, names.p[i]), name), n,
		       STR("the same library for a newer processor"));
}

void need_library(struct closure *c, struct need *n, const struct program *elf, struct str name,
		  bool is_sure)
{
	struct place *p = find_library(c, n, elf, name);
	struct str why;

	if (!p) {
		if (is_sure)
			gap(c, n,
			    arena_strf(&c->temp, "library %.*s is not in the image", STR_FMT(name)),
			    0.95);
		return;
	}
	why = arena_strf(&c->temp, "%s %.*s", is_sure ? "library" : "library named in its data",
			 STR_FMT(name));
	if (is_sure)
		need(c, p, n, why);
	else
		assume(c, p, n, why);
	assume_capabilities(c, n, p, name);
}

/* ---- one file ---- */

static struct str soname_of(struct program p)
{
	struct program_link l;

	while (program_next(&p, &l))
		if (l.kind == LINK_SONAME)
			return l.text;
	return STR_NULL;
}

static bool is_libc(struct str soname, struct str path)
{
	struct str base = path_base(path);

	return str_has_prefix(soname, STR("libc.so.")) ||
	       str_has_prefix(soname, STR("libc.musl-")) || str_has_prefix(base, STR("ld-musl-")) ||
	       str_has_prefix(base, STR("ld-linux")) || str_has_prefix(soname, STR("ld-linux")) ||
	       str_has_prefix(soname, STR("libpthread.so")) ||
	       str_has_prefix(soname, STR("libnsl.so")) || str_has_prefix(soname, STR("ld64."));
}

/* Libraries whose own data names interpreters: their rules are elsewhere. */
static bool is_perl(struct str soname, struct str path)
{
	return str_has_prefix(soname, STR("libperl.so")) ||
	       str_has_prefix(path_base(path), STR("perl"));
}

static bool is_runtime_folder(struct str path)
{
	return str_find(path, STR("/perl")) < path.n || str_find(path, STR("/python")) < path.n;
}

/* "share/x" is meant below the prefix that the program is installed in. */
static void follow_rooted(struct closure *c, const struct need *n, struct str path)
{
	struct str prefix = path_dir(path_dir(n->place->path));

	if (path.p[0] == '/')
		follow_path(c, n, path);
	else if (str_has_prefix(path, STR("share/")) || str_has_prefix(path, STR("libexec/")))
		follow_path(c, n, join(c, join(c, STR_NULL, prefix), path));
	else
		follow_path(c, n, join(c, STR_NULL, path));
}

void follow_elf(struct closure *c, struct need *n, struct program *p)
{
	struct str soname = soname_of(*p);
	bool libc = is_libc(soname, n->place->path);
	struct program whole = *p;
	struct program_link l;

	if (is_perl(soname, n->place->path))
		perl_meet(c, n, *p);
	if (str_has_prefix(soname, STR("libpython")))
		python_meet(c, n, n->place, n->place);
	while (program_next(p, &l)) {
		switch (l.kind) {
		case LINK_NEEDED:
			need_library(c, n, &whole, l.text, true);
			break;
		case LINK_INTERPRETER:
			need(c, place_find(c, l.text), n,
			     arena_strf(&c->temp, "interpreter %.*s", STR_FMT(l.text)));
			break;
		case LINK_LIBRARY:
			if (libc ? str_is(l.text, "libgcc_s.so.1")
				 : (whole.uses & ELF_USE_DLOPEN) != 0)
				need_library(c, n, &whole, l.text, false);
			break;
		case LINK_PATH:
			if (!libc && !is_runtime_folder(l.text))
				follow_rooted(c, n, l.text);
			break;
		default:
			break;
		}
	}
	follow_uses(c, n, &whole, libc ? STR("libc") : soname);
}
