/* SPDX-License-Identifier: Apache-2.0 */
/* The packages that an install command names, each manager's way of saying a version. */
#include "base/limits.h"
#include "check/shell_program.h"

/* --- words with expansions --- */

static struct str part_text(const struct shell_part *part)
{
	return part->kind == SHELL_TEXT ? part->text : part->source;
}

/*
 * The first byte from `from` on that is one of `chars`, not looking into expansions: the = in
 * ${V:-a=b} separates nothing. The length of the text when there is none.
 */
static size_t find_any(const struct shell_word *w, size_t from, const char *chars)
{
	size_t at = 0;

	for (const struct shell_part *part = w->parts; part; part = part->next) {
		struct str text = part_text(part);

		for (size_t i = 0; part->kind == SHELL_TEXT && i < text.n; i++)
			if (at + i >= from && text.p[i] && strchr(chars, text.p[i]))
				return at + i;
		at += text.n;
	}
	return w->text.n;
}

/* Cuts the name off at a run of some characters: "a>=1" is a, >=, 1. */
static void cut(struct shell_package *p, size_t at, const char *chars)
{
	struct str text = p->word->text;
	size_t end = at;

	if (at >= text.n)
		return;
	while (end < text.n && text.p[end] && strchr(chars, text.p[end]))
		end++;
	p->name = str_sub(text, 0, at);
	p->relation = str_sub(text, at, end - at);
	p->version = str_skip(text, end);
}

static void cut_at(struct shell_package *p, const char *chars)
{
	cut(p, find_any(p->word, 1, chars), chars);
}

/* --- what is no name --- */

static bool has_any_suffix(struct str s, const char *suffixes)
{
	struct str rest = str_of(suffixes), suffix;

	while (str_pull_word(&rest, &suffix))
		if (str_has_suffix(s, suffix))
			return true;
	return false;
}

static bool is_file(struct str s, const char *suffixes)
{
	return str_is(s, ".") || str_is(s, "..") || str_has_prefix(s, STR("./")) ||
	       str_has_prefix(s, STR("../")) || str_has_prefix(s, STR("/")) ||
	       str_has_prefix(s, STR("~/")) || str_has_prefix(s, STR("file:")) ||
	       has_any_suffix(s, suffixes);
}

static bool is_git(struct str s)
{
	static const char *const prefixes[] = {
		"git+", "git:",	   "git@",    "ssh://",	    "hg+",  "svn+",
		"bzr+", "github:", "gitlab:", "bitbucket:", "gist:"};

	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (str_has_prefix(s, str_of(prefixes[i])))
			return true;
	return false;
}

static bool is_url(struct str s)
{
	return str_find(s, STR("://")) < s.n;
}

/* Of "scheme://user@host/path@ref": the last @ behind the host's slash. npm says #ref. */
static void cut_reference(struct shell_package *p, char mark)
{
	struct str text = p->word->text, before = text, after = STR_NULL;
	size_t host = str_find(text, STR("://")), slash;

	host = host < text.n ? host + 3 : 0;
	slash = host + str_find_char(str_skip(text, host), '/');
	if (mark == '@') {
		size_t hash = find_any(p->word, 0, "#");
		size_t at = str_rfind_char(str_sub(text, 0, hash), '@');

		if (at >= hash || at < slash)
			return;
		p->name = str_sub(text, 0, at);
		p->relation = STR("@");
		p->version = str_sub(text, at + 1, hash - at - 1);
	} else if (str_cut(text, '#', &before, &after)) {
		p->name = before;
		p->relation = STR("#");
		p->version = after;
	}
}

/* --- distributions --- */

static void read_apt(struct shell_package *p)
{
	if (is_file(p->name, ".deb"))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, "=/");
}

/* name=1 name~1 name~=1 name>1 name@tag; .name is a virtual one. */
static void read_apk(struct shell_package *p)
{
	if (str_has_suffix(p->name, STR(".apk"))) {
		p->kind = SHELL_PACKAGE_FILE;
		return;
	}
	cut_at(p, "=~<>");
	(void)str_cut(p->name, '@', &p->name, &(struct str){0}); /* the tag of a repository */
}

static size_t rfind_dash(struct str s)
{
	return str_rfind_char(s, '-');
}

static bool starts_version(struct str s, size_t dash)
{
	return dash > 0 && dash + 1 < s.n && (char_is_digit(s.p[dash + 1]) || s.p[dash + 1] == '$');
}

/* name-version, name-version-release.arch: at the last dash in front of a digit, or at that before.
 */
static void read_rpm(struct shell_package *p)
{
	struct str text = p->word->text;
	size_t last = rfind_dash(text), before;

	if (is_file(text, ".rpm")) {
		p->kind = SHELL_PACKAGE_FILE;
		return;
	}
	if (text.n && text.p[0] == '@')
		return; /* a group */
	cut_at(p, "=<>");
	if (p->relation.n || last >= text.n || !starts_version(text, last))
		return;
	before = rfind_dash(str_sub(text, 0, last));
	if (before < last && starts_version(text, before))
		last = before;
	cut(p, last, "-");
}

static void read_module(struct shell_package *p)
{
	read_rpm(p);
	if (!p->relation.n)
		cut_at(p, ":");
}

static void read_zypper(struct shell_package *p)
{
	if (is_file(p->name, ".rpm"))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, "=<>");
}

static void read_pacman(struct shell_package *p)
{
	if (is_file(p->name, ".pkg.tar.zst .pkg.tar.xz"))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, "=<>");
}

/* --- languages --- */

static void read_pip(struct shell_package *p)
{
	struct str text = p->name, name, url;

	if (str_cut(text, '@', &name, &url) && is_url(url) && !is_url(name)) {
		p->name = str_trim(name);
		p->kind = is_git(str_trim(url)) ? SHELL_PACKAGE_GIT : SHELL_PACKAGE_URL;
		if (p->kind == SHELL_PACKAGE_GIT)
			cut_reference(p, '@');
	} else if (is_git(text)) {
		p->kind = SHELL_PACKAGE_GIT;
		cut_reference(p, '@');
	} else if (is_url(text)) {
		p->kind = SHELL_PACKAGE_URL;
	} else if (is_file(text, ".whl .tar.gz .zip .tar.bz2 .tgz")) {
		p->kind = SHELL_PACKAGE_FILE;
	} else {
		cut_at(p, "=<>!~");
		(void)str_cut(p->version, ';', &p->version, &(struct str){0}); /* a marker */
		p->name = str_trim(p->name);
		p->version = str_trim(p->version);
	}
}

/* owner/repository: a short form of GitHub's, unless it is a scope. */
static bool is_short_git(struct str s)
{
	return s.n && s.p[0] != '@' && str_find_char(s, '/') < s.n;
}

static bool is_npm_git(struct str s)
{
	return is_git(s) || (is_url(s) && has_any_suffix(s, ".git"));
}

static void read_npm(struct shell_package *p)
{
	struct str text = p->name;
	bool is_local = is_file(text, ".tgz .tar.gz .tar") && !is_url(text);
	size_t at;

	if (is_npm_git(text) || (!is_url(text) && !is_local && is_short_git(text))) {
		p->kind = SHELL_PACKAGE_GIT;
		cut_reference(p, '#');
		return;
	}
	if (is_url(text) || is_local) {
		p->kind = is_local ? SHELL_PACKAGE_FILE : SHELL_PACKAGE_URL;
		return;
	}
	at = find_any(p->word, 1, "@");
	if (at < text.n) {
		p->name = str_sub(text, 0, at);
		p->relation = STR("@");
		p->version = str_skip(text, at + 1);
	}
}

static void read_gem(struct shell_package *p)
{
	if (is_file(p->name, ".gem"))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, ":");
}

static void read_go(struct shell_package *p)
{
	if (is_file(p->name, ".go") || str_has_prefix(p->name, STR("...")))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, "@");
}

static void read_at(struct shell_package *p)
{
	if (is_file(p->name, ""))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, "@");
}

static void read_conda(struct shell_package *p)
{
	if (is_url(p->name))
		p->kind = SHELL_PACKAGE_URL;
	else if (is_file(p->name, ".tar.bz2 .conda"))
		p->kind = SHELL_PACKAGE_FILE;
	else
		cut_at(p, "=<>!~");
}

static void read_composer(struct shell_package *p)
{
	cut_at(p, ":=");
}

/* --- calls --- */

static void (*reader_of(const struct shell_call *c,
			enum package_syntax syntax))(struct shell_package *p)
{
	switch (syntax) {
	case PACKAGES_NONE:
		return NULL;
	case PACKAGES_APT:
		return read_apt;
	case PACKAGES_APK:
		return read_apk;
	case PACKAGES_RPM:
		return str_has_prefix(c->subcommand, STR("module ")) ? read_module : read_rpm;
	case PACKAGES_ZYPPER:
		return read_zypper;
	case PACKAGES_PACMAN:
		return read_pacman;
	case PACKAGES_PIP:
		return read_pip;
	case PACKAGES_NPM:
		return read_npm;
	case PACKAGES_GEM:
		return read_gem;
	case PACKAGES_GO:
		return read_go;
	case PACKAGES_CARGO:
		return read_at;
	case PACKAGES_CONDA:
		return read_conda;
	case PACKAGES_COMPOSER:
		return read_composer;
	}
	return NULL;
}

/* -v 1.2 of gem and cargo is for all that are named; --git and --path of cargo say where from. */
static void apply_flags(const struct shell_call *c, enum package_syntax syntax,
			struct shell_package *p)
{
	static const char *const references[] = {"rev", "tag", "branch"};
	const struct shell_flag *version = shell_call_flag(c, "version");

	if (syntax != PACKAGES_GEM && syntax != PACKAGES_CARGO)
		return;
	if (version && !p->relation.n) {
		p->relation = STR("=");
		p->version = version->value;
	}
	if (syntax == PACKAGES_CARGO && shell_call_flag(c, "path"))
		p->kind = SHELL_PACKAGE_FILE;
	if (syntax != PACKAGES_CARGO || !shell_call_flag(c, "git"))
		return;
	p->kind = SHELL_PACKAGE_GIT;
	for (size_t i = 0; i < sizeof references / sizeof references[0] && !p->relation.n; i++) {
		const struct shell_flag *reference = shell_call_flag(c, references[i]);

		if (reference) {
			p->relation = str_of(references[i]);
			p->version = reference->value;
		}
	}
}

static enum shell_action pacman_action(const struct shell_call *c)
{
	bool asks = shell_call_flag(c, "search") || shell_call_flag(c, "info") ||
		    shell_call_flag(c, "list") || shell_call_flag(c, "groups");

	if (shell_call_flag(c, "remove"))
		return SHELL_ACTION_REMOVE;
	if (shell_call_flag(c, "upgrade"))
		return SHELL_ACTION_INSTALL; /* -U file */
	if (!shell_call_flag(c, "sync") || asks)
		return SHELL_ACTION_OTHER;
	if (shell_call_flag(c, "clean"))
		return SHELL_ACTION_CLEAN;
	if (c->n_operands)
		return SHELL_ACTION_INSTALL;
	if (shell_call_flag(c, "sysupgrade"))
		return SHELL_ACTION_UPGRADE;
	return shell_call_flag(c, "refresh") ? SHELL_ACTION_REFRESH : SHELL_ACTION_OTHER;
}

static enum shell_action action_of(const struct shell_call *c, const struct shell_program *program)
{
	if (program->syntax == PACKAGES_PACMAN)
		return pacman_action(c);
	if (shell_list_has(program->install, c->subcommand))
		return SHELL_ACTION_INSTALL;
	if (shell_list_has(program->refresh, c->subcommand))
		return SHELL_ACTION_REFRESH;
	if (shell_list_has(program->upgrade, c->subcommand))
		return SHELL_ACTION_UPGRADE;
	if (shell_list_has(program->remove, c->subcommand))
		return SHELL_ACTION_REMOVE;
	return shell_list_has(program->clean, c->subcommand) ? SHELL_ACTION_CLEAN
							     : SHELL_ACTION_OTHER;
}

/* go run PACKAGE ARGUMENTS...; a group of dnf is no package. */
static size_t count_packages(const struct shell_call *c, enum package_syntax syntax)
{
	if (syntax == PACKAGES_RPM && str_has_prefix(c->subcommand, STR("group")))
		return 0;
	if (syntax == PACKAGES_GO && str_is(c->subcommand, "run") && c->n_operands)
		return 1;
	return c->n_operands;
}

int shell_call_find_packages(struct shell_call *c, const struct shell_program *program,
			     struct arena *a, struct err *err)
{
	void (*reader)(struct shell_package * p) = reader_of(c, program->syntax);
	struct shell_package *packages;
	size_t n;

	c->manager = str_of(program->manager);
	c->action = action_of(c, program);
	n = c->action == SHELL_ACTION_INSTALL && reader ? count_packages(c, program->syntax) : 0;
	if (n == 0)
		return 0;
	packages = arena_array(a, n, sizeof *packages);
	if (!packages)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		packages[i].word = c->operands[i];
		packages[i].name = c->operands[i]->text;
		packages[i].literal = shell_word_is_literal(c->operands[i]);
		reader(&packages[i]);
		apply_flags(c, program->syntax, &packages[i]);
	}
	c->packages = packages;
	c->n_packages = n;
	return 0;
}
