/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a shell script runs and reads.
 *
 *     exec gosu app python3 -m app "$@"      LINK_COMMAND gosu, python3; LINK_PYTHON_RUN app
 *     . /etc/app/env.sh                      LINK_SOURCE
 *     exec "$@"                              LINK_ARGUMENTS
 *     $cmd --now                             LINK_UNKNOWN
 *
 * An argument becomes a link only when it is a path, or what an interpreter is given to run: the
 * rest could be anything, also a secret.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "check/shell_command.h"
#include "closure/program.h"

struct shell_walk {
	struct program_draft *d;
	struct map functions; /* names that the script defines */
};

static bool is_word(struct str s, const char *const *words)
{
	while (*words && !str_is(s, *words))
		words++;
	return *words != NULL;
}

static bool is_builtin(struct str name)
{
	static const char *const builtins[] = {
		":",	  ".",	     "[",	  "[[",	      "alias",	  "bg",	     "bind",
		"break",  "builtin", "cd",	  "command",  "continue", "declare", "dirs",
		"disown", "echo",    "eval",	  "exec",     "exit",	  "export",  "false",
		"fc",	  "fg",	     "getopts",	  "hash",     "help",	  "history", "jobs",
		"kill",	  "let",     "local",	  "mapfile",  "popd",	  "printf",  "pushd",
		"pwd",	  "read",    "readarray", "readonly", "return",	  "set",     "shift",
		"shopt",  "source",  "suspend",	  "test",     "times",	  "trap",    "true",
		"type",	  "typeset", "ulimit",	  "umask",    "unalias",  "unset",   "wait",
		"caller", "compgen", "complete",  "enable",   "logout",	  "compopt", NULL};

	return is_word(name, builtins);
}

/* ---- words ---- */

/* $x, ${x}, ${x:-y} as "${x}", "${x:-y}"; false: what it stands for cannot be said. */
static bool add_variable(const struct shell_part *part, const struct shell_call *c,
			 struct strbuf *sb)
{
	const struct shell_binding *bound = shell_call_env(c, part->text);
	bool has_default = str_is(part->operator, ":-") || str_is(part->operator, "-") ||
			   str_is(part->operator, ":=") || str_is(part->operator, "=");

	if (part->text.n == 0 || (!char_is_alpha(part->text.p[0]) && part->text.p[0] != '_') ||
	    (part->operator.n && !has_default))
		return false;
	if (bound && bound->literal && part->operator.n == 0) {
		strbuf_add(sb, bound->value);
		return true;
	}
	strbuf_addf(sb, "${%.*s", STR_FMT(part->text));
	if (has_default) {
		strbuf_adds(sb, ":-");
		for (const struct shell_part *p = part->inner; p; p = p->next) {
			if (p->kind != SHELL_TEXT)
				return false;
			strbuf_add(sb, p->text);
		}
	}
	strbuf_addc(sb, '}');
	return true;
}

/* The word as a link has it; empty when only running the script tells. */
static struct str word_text(struct shell_walk *w, const struct shell_word *word,
			    const struct shell_call *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(8192);

	if (shell_word_is_literal(word))
		return word->text;
	for (const struct shell_part *p = word->parts; p; p = p->next) {
		if (p->kind == SHELL_TEXT)
			strbuf_add(&sb, p->text);
		else if (p->kind != SHELL_VARIABLE || !add_variable(p, c, &sb))
			return STR_NULL;
	}
	return sb.error ? STR_NULL : arena_str(&w->d->arena, strbuf_str(&sb));
}

static bool is_all_arguments(const struct shell_word *word)
{
	const struct shell_part *p = word->parts;

	while (p && p->kind == SHELL_TEXT && p->text.n == 0)
		p = p->next;
	return p && p->kind == SHELL_VARIABLE && (str_is(p->text, "@") || str_is(p->text, "*")) &&
	       p->operator.n == 0;
}

static bool is_path(struct str s)
{
	if (s.n < 2 || s.n > 1024 ||
	    (s.p[0] != '/' && !str_has_prefix(s, STR("./")) && !str_has_prefix(s, STR("../")) &&
	     !str_has_prefix(s, STR("${"))))
		return false;
	if (str_find_char(s, '/') == s.n || str_find(s, STR("://")) < s.n)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !strchr("/._+-@%~,*?${}:", s.p[i]))
			return false;
	return true;
}

/* Relative to where the script has gone, if that is known. */
static struct str in_workdir(struct shell_walk *w, const struct shell_call *c, struct str path)
{
	if (c->workdir.n == 0 || path.n == 0 || path.p[0] == '/' || path.p[0] == '$' ||
	    str_find_char(path, '/') == path.n)
		return path;
	return arena_strf(&w->d->arena, "%.*s/%.*s", STR_FMT(c->workdir), STR_FMT(path));
}

/* ---- what interpreters are given ---- */

static void follow_classpath(struct shell_walk *w, struct str value)
{
	struct str piece;

	while (str_pull_until(&value, ':', &piece))
		if (is_path(piece) || str_has_suffix(piece, STR(".jar")))
			program_draft_add(w->d, LINK_SCRIPT, piece);
}

static void follow_java(struct shell_walk *w, const struct shell_call *c)
{
	const struct shell_word *word = c->words ? c->words->next : NULL;

	for (size_t i = 1; word && i < c->n_words; i++, word = word->next) {
		struct str text = word_text(w, word, c);
		const struct shell_word *next = i + 1 < c->n_words ? word->next : NULL;

		if (!next)
			return;
		if (str_is(text, "-jar")) {
			program_draft_add(w->d, LINK_SCRIPT,
					  in_workdir(w, c, word_text(w, next, c)));
			return;
		}
		if (str_is(text, "-cp") || str_is(text, "-classpath") ||
		    str_is(text, "--class-path"))
			follow_classpath(w, word_text(w, next, c));
	}
}

/* Options of interpreters that take the next word, and what that word then is. */
static enum link_kind option_kind(struct str program, struct str option, bool *ret_takes)
{
	static const char *const taking[] = {
		"-W", "-X", "-I", "-C", "-F",	  "-d",	     "-c",	     "-e",	"-E",
		"-M", "-O", "-o", "-p", "--eval", "--print", "--conditions", "--title", NULL};

	*ret_takes = true;
	if (str_has_prefix(program, STR("python")) && str_is(option, "-m"))
		return LINK_PYTHON_RUN;
	if (str_is(program, "node") && (str_is(option, "-r") || str_is(option, "--require") ||
					str_is(option, "--import") || str_is(option, "--loader")))
		return LINK_NODE;
	*ret_takes = is_word(option, taking);
	if (str_is(program, "perl") || str_is(program, "ruby"))
		*ret_takes = str_is(option, "-e") || str_is(option, "-E") || str_is(option, "-I");
	if (str_has_prefix(program, STR("python")))
		*ret_takes = str_is(option, "-c") || str_is(option, "-W") || str_is(option, "-X");
	return LINK_UNKNOWN;
}

/* Code on the command line: python -c, node -e. Returns whether there is no script then. */
static bool follow_code(struct shell_walk *w, struct str program, struct str option,
			struct str code)
{
	if (str_is(option, "-c") && str_has_prefix(program, STR("python")))
		program_python_links(code, w->d);
	else if (str_is(program, "node") && (str_is(option, "-e") || str_is(option, "-p") ||
					     str_is(option, "--eval") || str_is(option, "--print")))
		program_node_links(code, w->d);
	else if (str_is(program, "perl") && (str_is(option, "-e") || str_is(option, "-E")))
		program_perl_links(code, w->d);
	else if (str_is(program, "ruby") && str_is(option, "-e"))
		program_ruby_links(code, w->d);
	else
		return false;
	return true;
}

/* python3 -u app.py, node -r x server.js, perl -w script: the first that is no option is run. */
static void follow_interpreter(struct shell_walk *w, const struct shell_call *c, struct str program)
{
	const struct shell_word *word = c->words ? c->words->next : NULL;

	for (size_t i = 1; word && i < c->n_words; i++, word = word->next) {
		const struct shell_word *next = i + 1 < c->n_words ? word->next : NULL;
		struct str text = word_text(w, word, c);
		enum link_kind kind;
		bool takes;

		if (text.n == 0) {
			program_draft_unknown(w->d, "%.*s runs a script that is computed",
					      STR_FMT(program));
			return;
		}
		if (text.p[0] != '-') {
			program_draft_add(w->d, LINK_SCRIPT, in_workdir(w, c, text));
			return;
		}
		if (str_is(program, "perl") && text.n > 2 &&
		    (text.p[1] == 'M' || text.p[1] == 'm')) {
			text = str_skip(text, 2);
			program_draft_add(w->d, LINK_PERL,
					  str_sub(text, 0, str_find_char(text, '=')));
			continue;
		}
		kind = option_kind(program, text, &takes);
		if (!takes)
			continue;
		if (next && kind != LINK_UNKNOWN)
			program_draft_add(w->d, kind, word_text(w, next, c));
		if (kind == LINK_PYTHON_RUN ||
		    (next && follow_code(w, program, text, word_text(w, next, c))))
			return;
		if (!next)
			return;
		word = next;
		i++;
	}
}

/* npm run x, yarn x, npx x. */
static void follow_npm(struct shell_walk *w, const struct shell_call *c, struct str program)
{
	const struct shell_word *word = c->words ? c->words->next : NULL;
	struct str text = STR_NULL;

	for (size_t i = 1; word && i < c->n_words; i++, word = word->next) {
		text = word_text(w, word, c);
		if (text.n && text.p[0] != '-' && !str_is(text, "run") &&
		    !str_is(text, "run-script") && !str_is(text, "exec"))
			break;
		text = STR_NULL;
	}
	if (text.n == 0)
		program_draft_unknown(w->d, "%.*s runs what is computed", STR_FMT(program));
	else if (str_is(program, "npx"))
		program_draft_add(w->d, LINK_COMMAND, text);
	else
		program_draft_add(w->d, LINK_NPM_RUN, text);
}

/* A folder that is made, emptied, entered or given away is not read for it. */
static bool reads_no_paths(const struct shell_call *c)
{
	static const char *const programs[] = {"mkdir", "rm",	 "rmdir",   "chown", "chmod",
					       "chgrp", "touch", "ls",	    "tee",   "du",
					       "df",	"mount", "install", NULL};

	return is_word(c->name, programs) || is_builtin(c->name);
}

static void follow_arguments(struct shell_walk *w, const struct shell_call *c)
{
	static const char *const npms[] = {"npm", "yarn", "pnpm", "npx", NULL};
	static const char *const interpreters[] = {
		"node", "nodejs", "perl", "ruby", "php",   "sh",   "bash",    "dash",
		"ash",	"ksh",	  "zsh",  "bun",  "rbash", "mksh", "busybox", NULL};
	struct str name = path_base(c->path);

	if (str_is(name, "java")) {
		follow_java(w, c);
	} else if (is_word(name, npms)) {
		follow_npm(w, c, name);
	} else if (str_has_prefix(name, STR("python")) || str_has_prefix(name, STR("pypy"))) {
		follow_interpreter(w, c, STR("python"));
	} else if (is_word(c->name, interpreters)) {
		if (!shell_call_flag(c, "c"))
			follow_interpreter(w, c, str_is(name, "nodejs") ? STR("node") : c->name);
	} else if (!reads_no_paths(c)) {
		const struct shell_word *word = c->words ? c->words->next : NULL;

		for (size_t i = 1; word && i < c->n_words; i++, word = word->next) {
			struct str text = word_text(w, word, c), key, value;

			if (text.n && text.p[0] == '-' && str_cut(text, '=', &key, &value))
				text = value;
			if (is_path(text))
				program_draft_add(w->d, LINK_PATH, in_workdir(w, c, text));
			else if (i == 1 || text.n < 128) /* gunicorn app.wsgi:app */
				if (str_find_char(text, ':') < text.n && text.n < 128 &&
				    char_is_alpha(text.p[0]) &&
				    str_find_char(text, '/') == text.n &&
				    str_find_char(text, '=') == text.n)
					program_draft_add(
						w->d, LINK_PYTHON_MAY,
						str_sub(text, 0, str_find_char(text, ':')));
		}
	}
}

/* ---- commands ---- */

static void follow_source(struct shell_walk *w, const struct shell_call *c)
{
	struct str file = c->n_words > 1 ? word_text(w, c->words->next, c) : STR_NULL;

	if (file.n)
		program_draft_add(w->d, LINK_SOURCE, in_workdir(w, c, file));
	else
		program_draft_unknown(w->d, "reads a script whose name is computed");
}

static void follow_redirects(struct shell_walk *w, const struct shell_call *c)
{
	for (const struct shell_redirect *r = c->redirects; r; r = r->next)
		if (str_is(r->operator, "<") && r->target && is_path(word_text(w, r->target, c)))
			program_draft_add(w->d, LINK_PATH,
					  in_workdir(w, c, word_text(w, r->target, c)));
}

static void follow_call(struct shell_walk *w, const struct shell_call *c)
{
	struct str command;

	if (c->outer && str_has_prefix(path_base(c->outer->path), STR("python")) &&
	    c->within == SHELL_WITHIN_WRAPPER)
		return; /* a module: its interpreter tells it */
	follow_redirects(w, c);
	if (!c->words)
		return;
	if (is_all_arguments(c->words)) {
		program_draft_add(w->d, LINK_ARGUMENTS, STR_NULL);
		return;
	}
	command = word_text(w, c->words, c);
	if (command.n == 0) {
		program_draft_unknown(w->d, "runs a command that is computed: %.*s",
				      STR_FMT(str_sub(c->words->text, 0, 80)));
		return;
	}
	if (str_is(command, ".") || str_is(command, "source")) {
		follow_source(w, c);
		return;
	}
	if (map_get(&w->functions, command))
		return;
	if (!is_builtin(command))
		program_draft_add(w->d, LINK_COMMAND, in_workdir(w, c, command));
	follow_arguments(w, c);
}

static int follow_calls(struct shell_walk *w, const struct shell_run *run)
{
	int r = 0;

	for (const struct shell_call *c = run->calls; r == 0 && c; c = c->next)
		if (c->function.n)
			r = map_put(&w->functions, c->function, w);
	for (const struct shell_call *c = run->calls; r == 0 && c; c = c->next)
		follow_call(w, c);
	return r;
}

int program_shell_links(struct str text, struct program_draft *d)
{
	const struct shell_start start = {.dialect = SHELL_BASH};
	const struct shell_input in = {.text = text};
	struct shell_walk w = {.d = d};
	struct shell_run run;
	struct err err = {0};
	int r = shell_run_parse(&in, &start, &d->arena, &run, &err);

	if (r < 0) {
		program_draft_unknown(d, "is no shell that can be read: %s", err.msg);
		return r == -ERR_NOMEM && !d->arena.full ? r : 0;
	}
	map_init(&w.functions, LIMIT_SHELL_NODES);
	r = follow_calls(&w, &run);
	map_done(&w.functions);
	return r == -ERR_LIMIT ? 0 : r;
}
