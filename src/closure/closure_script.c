/* SPDX-License-Identifier: Apache-2.0 */
/* What scripts, settings and command lines name. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "closure/closure_internal.h"

#define ARGUMENT_DEPTH 4
#define BYTES_PER_STEP 16 /* of a command line that is read */

static struct str dir_of(const struct need *by)
{
	return by ? path_dir(by->place->path) : STR_NULL;
}

/* ---- commands ---- */

static struct place *in_path(struct closure *c, struct str name)
{
	struct str dirs = c->path, dir;

	while (str_pull_until(&dirs, ':', &dir)) {
		struct place *p = place_below(c, dir.n ? dir : c->workdir, name);

		if (place_is_file(p) && place_is_executable(c, p))
			return p;
	}
	return NULL;
}

static struct place *find_command(struct closure *c, struct str command)
{
	if (str_find_char(command, '/') == command.n)
		return in_path(c, command);
	return command.p[0] == '/' ? place_find(c, command) : place_below(c, c->workdir, command);
}

void follow_command(struct closure *c, const struct need *by, struct str command, bool is_sure)
{
	struct str name;
	struct place *p;

	if (!closure_expand(c, command, &name) || name.n == 0) {
		gap(c, by,
		    arena_strf(&c->temp, "runs %.*s, which only the environment tells",
			       STR_FMT(command)),
		    0.9);
		return;
	}
	p = find_command(c, name);
	if (!place_is_file(p)) {
		if (!by)
			gap(c, NULL,
			    arena_strf(&c->temp, "%.*s: no such program in the image",
				       STR_FMT(name)),
			    0.5);
		return;
	}
	name = arena_strf(&c->temp, "runs %.*s", STR_FMT(name));
	if (is_sure)
		need(c, p, by, name);
	else
		assume(c, p, by, name);
	python_meet(c, by, p, place_end(p));
}

/* The program of a command line's words, as that of a script. */
static void follow_text(struct closure *c, struct str text, struct need *by)
{
	struct program_draft d;
	struct program p;

	program_draft_init(&d);
	if (program_shell_links(text, &d) < 0)
		c->no_memory = true;
	d.program.kind = PROGRAM_SHELL;
	if (program_read(arena_str(&c->temp, program_draft_bytes(&d)), &p))
		follow_script(c, by, &p);
	program_draft_done(&d);
}

void follow_command_line(struct closure *c, struct str text, struct str why)
{
	(void)why;
	follow_text(c, text, NULL);
}

/* exec "$@": the rest of the entrypoint and the command, unless docker run says otherwise. */
static void follow_arguments(struct closure *c, struct need *by)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PROGRAM_TEXT_BYTES);
	struct str_list words = c->arguments;

	/* A script may say so often; and its arguments may: sh -c 'exec "$@"'. */
	if (by && by == c->arguments_by)
		return;
	c->arguments_by = by;
	if (!by || words.n == 0) {
		gap(c, by, STR("runs its arguments, and there are none to follow"), 0.8);
		return;
	}
	gap(c, by, STR("runs its arguments: followed as the configuration has them"), 0.9);
	while (words.n && words.p[0].n && words.p[0].p[0] == '-') /* options of its own */
		words = (struct str_list){words.p + 1, words.n - 1};
	/* tini -- script x y: the words behind the script itself */
	for (size_t i = 0; i + 1 < words.n && i < ARGUMENT_DEPTH; i++)
		if (place_end(find_command(c, words.p[i])) == by->place) {
			words = (struct str_list){words.p + i + 1, words.n - i - 1};
			break;
		}
	for (size_t i = 0; i < words.n; i++) {
		strbuf_adds(&sb, i ? " '" : "'");
		for (size_t k = 0; k < words.p[i].n; k++)
			if (words.p[i].p[k] != '\'')
				strbuf_addc(&sb, words.p[i].p[k]);
		strbuf_addc(&sb, '\'');
	}
	if (!closure_spend(c, sb.n / BYTES_PER_STEP))
		return;
	if (str_find_char(words.n ? words.p[0] : STR_NULL, '\'') == (words.n ? words.p[0].n : 0))
		follow_text(c, strbuf_str(&sb), by);
}

/* ---- files ---- */

/* Folders that are everybody's: that one is named says nothing of what is in it. */
static bool is_shared_folder(struct str path)
{
	static const char *const shared[] = {"bin",
					     "boot",
					     "dev",
					     "etc",
					     "home",
					     "lib",
					     "lib32",
					     "lib64",
					     "libx32",
					     "media",
					     "mnt",
					     "opt",
					     "proc",
					     "root",
					     "run",
					     "sbin",
					     "srv",
					     "sys",
					     "tmp",
					     "usr",
					     "var",
					     "usr/bin",
					     "usr/lib",
					     "usr/lib32",
					     "usr/lib64",
					     "usr/libexec",
					     "usr/local",
					     "usr/local/bin",
					     "usr/local/lib",
					     "usr/local/sbin",
					     "usr/local/share",
					     "usr/local/etc",
					     "usr/sbin",
					     "usr/share",
					     "usr/include",
					     "usr/src",
					     "usr/local/lib64",
					     "usr/share/locale",
					     "usr/share/man",
					     "usr/share/doc",
					     "usr/share/info",
					     "usr/share/zoneinfo",
					     "usr/lib/locale",
					     "usr/share/i18n",
					     "usr/share/misc",
					     "var/cache",
					     "var/lib",
					     "var/log",
					     "var/run",
					     "var/spool",
					     "var/tmp",
					     "usr/share/icons",
					     "usr/share/fonts",
					     "usr/share/mime",
					     "usr/share/locale-langpack",
					     "usr/lib/debug",
					     "var/mail",
					     "usr/share/X11",
					     "usr/share/themes",
					     "usr/share/applications",
					     "lib/modules",
					     "usr/lib/modules",
					     "usr/games",
					     "usr/share/gcc",
					     "usr/share/terminfo",
					     "etc/init.d",
					     "etc/cron.d",
					     "etc/default",
					     "etc/skel",
					     "usr/share/perl5",
					     "etc/profile.d",
					     "etc/alternatives",
					     "app",
					     "lib/security",
					     "usr/lib/security"};

	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		if (str_is(path, shared[i]))
			return true;
	if (str_has_prefix(path, STR("usr/share/man/")) ||
	    str_has_prefix(path, STR("usr/share/doc/")) ||
	    str_has_prefix(path, STR("usr/share/locale/")))
		return true;
	/* usr/lib/x86_64-linux-gnu */
	return str_find(path_base(path), STR("-linux-")) < path_base(path).n ||
	       str_has_suffix(path, STR("/python3")) || str_has_suffix(path, STR("/perl")) ||
	       str_has_suffix(path, STR("/gconv"));
}

/* For shells of people and logins: they name much that a service does not need. */
static bool is_for_people(struct str path)
{
	static const char *const files[] = {
		"etc/passwd",	 "etc/shells",	     "etc/bash.bashrc", "etc/profile",
		"etc/group",	 "etc/shadow",	     "etc/gshadow",	"etc/inputrc",
		"etc/zsh/zshrc", "etc/skel/.bashrc", "root/.bashrc",	"root/.profile",
		"etc/crontab",	 "etc/passwd-",	     "etc/bashrc",	"etc/login.defs"};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (str_is(path, files[i]))
			return true;
	return false;
}

#define FOLDER_FILES_MAX 512

static size_t count_below(struct closure *c, struct place *dir, size_t most, unsigned depth)
{
	struct str_list names = place_names(c, dir);
	size_t n = 0;

	for (size_t i = 0; i < names.n && n <= most && depth < 16; i++) {
		struct place *p = place_below(c, place_end(dir)->path, names.p[i]);

		if (place_is_dir(p) && p == place_end(p))
			n += count_below(c, p, most - n, depth + 1);
		else
			n++;
	}
	return n;
}

#define SUBFOLDER_FILES_MAX 64

/* What lies in the folder itself and in small ones of it, where all below would be too much. */
static void assume_own(struct closure *c, const struct need *by, struct place *dir)
{
	struct str_list names = place_names(c, dir);

	for (size_t i = 0; i < names.n && names.n <= FOLDER_FILES_MAX; i++) {
		struct place *p = place_below(c, place_end(dir)->path, names.p[i]);

		if (!place_is_dir(p))
			assume(c, p, by, STR("in a folder that its data names"));
		else if (p == place_end(p) &&
			 count_below(c, p, SUBFOLDER_FILES_MAX, 0) <= SUBFOLDER_FILES_MAX)
			assume_tree(c, p, by, STR("in a folder that its data names"), NULL);
	}
}

static void follow_folder(struct closure *c, const struct need *by, struct place *dir)
{
	struct str path = place_end(dir)->path;

	if (path.n == 0 || is_shared_folder(path) || str_find_char(path, '/') == path.n)
		return;
	if (place_end(dir)->is_seen || (by && by->is_assumed)) /* an assumption breeds no folders */
		return;
	place_end(dir)->is_seen = true;
	if (count_below(c, dir, FOLDER_FILES_MAX, 0) > FOLDER_FILES_MAX) {
		assume_own(c, by, dir);
		if (by)
			gap(c, by,
			    arena_strf(&c->temp,
				       "names the folder %.*s, which is large: "
				       "what it reads there is not known",
				       STR_FMT(path)),
			    0.97);
		return;
	}
	assume_tree(c, dir, by, STR("in a folder that its data names"), NULL);
}

/* /etc/nginx/conf.d/\*.conf: the last component is a pattern. */
static void follow_pattern(struct closure *c, const struct need *by, struct str path)
{
	struct str dir = path_dir(path), pattern = path_base(path);
	struct place *place = place_find(c, dir);
	struct str_list names;

	if (!place_is_dir(place) || str_find_char(dir, '*') < dir.n)
		return;
	names = place_names(c, place);
	for (size_t i = 0; i < names.n; i++)
		if (path_match(pattern, names.p[i]))
			assume(c, place_below(c, place_end(place)->path, names.p[i]), by,
			       STR("named in its data"));
}

void follow_path(struct closure *c, const struct need *by, struct str path)
{
	struct place *p;

	if (!closure_expand(c, path, &path) || path.n < 2 || str_find_char(path, '%') < path.n)
		return;
	if (str_find_char(path, '*') < path.n || str_find_char(path, '?') < path.n) {
		follow_pattern(c, by, path);
		return;
	}
	p = path.p[0] == '/' ? place_find(c, path) : place_below(c, c->workdir, path);
	if (!p && path.p[0] != '/' && by)
		p = place_below(c, dir_of(by), path);
	if (!p || (by && place_end(p) == by->place))
		return;
	if (place_is_dir(p))
		follow_folder(c, by, p);
	else
		assume(c, p, by, STR("named in its data"));
}

static void follow_source(struct closure *c, const struct need *by, struct str file)
{
	struct str path;
	struct place *p;

	if (!closure_expand(c, file, &path)) {
		gap(c, by,
		    arena_strf(&c->temp, "reads %.*s, which only the environment tells",
			       STR_FMT(file)),
		    0.95);
		return;
	}
	p = find_command(c, path);
	if (!p && by)
		p = place_below(c, dir_of(by), path);
	if (by && is_for_people(p ? place_end(p)->path : STR_NULL))
		return;
	need(c, p, by, arena_strf(&c->temp, "reads %.*s", STR_FMT(path)));
}

/* What an interpreter is given to run: a file, or with node a folder or a name without ".js". */
static void follow_given(struct closure *c, const struct need *by, struct str file)
{
	struct str path;
	struct place *p;

	if (!closure_expand(c, file, &path)) {
		gap(c, by,
		    arena_strf(&c->temp, "runs %.*s, which only the environment tells",
			       STR_FMT(file)),
		    0.8);
		return;
	}
	p = path.p[0] == '/' ? place_find(c, path) : place_below(c, c->workdir, path);
	if (!place_is_file(p))
		p = node_script(c, path.p[0] == '/' ? path : join(c, c->workdir, path));
	if (!place_is_file(p) && str_find_char(path, '*') < path.n) {
		follow_pattern(c, by, path.p[0] == '/' ? path : join(c, c->workdir, path));
		return;
	}
	if (place_is_file(p))
		need(c, p, by, arena_strf(&c->temp, "runs %.*s", STR_FMT(path)));
	else if (!by)
		gap(c, by,
		    arena_strf(&c->temp, "runs %.*s: no such file in the image", STR_FMT(path)),
		    0.7);
}

static void follow_interpreter(struct closure *c, const struct need *by, struct str path)
{
	struct place *p = place_find(c, path);

	need(c, p, by, arena_strf(&c->temp, "interpreter %.*s", STR_FMT(path)));
	if (p)
		python_meet(c, by, p, place_end(p));
}

/* Whether settings only name what they could mean: a command in them may never run. */
static bool is_sure_kind(const struct program *p)
{
	return p->kind != PROGRAM_CONFIG;
}

static void follow_link(struct closure *c, struct need *by, const struct program *p,
			const struct program_link *l)
{
	struct place *file;

	switch (l->kind) {
	case LINK_INTERPRETER:
		follow_interpreter(c, by, l->text);
		break;
	case LINK_COMMAND:
		follow_command(c, by, l->text, is_sure_kind(p));
		break;
	case LINK_ARGUMENTS:
		follow_arguments(c, by);
		break;
	case LINK_SOURCE:
		follow_source(c, by, l->text);
		break;
	case LINK_SCRIPT:
		follow_given(c, by, l->text);
		break;
	case LINK_PATH:
		follow_path(c, by, l->text);
		break;
	case LINK_UNKNOWN:
		gap(c, by, l->text, 0.9);
		break;
	case LINK_PYTHON_RUN:
	case LINK_PYTHON_MAY:
		python_run(c, by, l->text, l->kind == LINK_PYTHON_RUN);
		break;
	case LINK_PYTHON:
		python_run(c, by, l->text, false);
		break;
	case LINK_NODE:
		node_require(c, by, c->workdir, l->text);
		break;
	case LINK_NPM_RUN:
		npm_run(c, by, l->text);
		break;
	case LINK_RUBY:
	case LINK_RUBY_HERE:
		file = place_below(c, dir_of(by), l->text);
		need(c,
		     file ? file
			  : place_below(c, dir_of(by),
					arena_strf(&c->temp, "%.*s.rb", STR_FMT(l->text))),
		     by, STR("required"));
		break;
	case LINK_JAR:
		need(c, place_below(c, dir_of(by), l->text), by, STR("class path of its jar"));
		break;
	case LINK_LIBRARY:
		if (by)
			need_library(c, by, NULL, l->text, false);
		break;
	case LINK_SONAME:
	case LINK_NEEDED:
	case LINK_RPATH:
	case LINK_RUNPATH:
	case LINK_SETTING:
		break;
	case LINK_PERL:
		perl_module(c, by, l->text);
		break;
	}
}

void follow_script(struct closure *c, struct need *n, struct program *p)
{
	struct program_link l;

	if (n && is_for_people(n->place->path))
		return;
	while (program_next(p, &l))
		follow_link(c, n, p, &l);
}
