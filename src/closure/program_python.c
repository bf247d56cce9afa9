/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Python file imports and runs, told by its words: statements are found, not executed, so an
 * import under "if" or "try" counts like any other.
 *
 *     import a.b as x, c               LINK_PYTHON a.b, c
 *     from .a import (b, c)            LINK_PYTHON .a; LINK_PYTHON_MAY .a.b, .a.c
 *     importlib.import_module("a.b")   LINK_PYTHON a.b
 *     __import__(name)                 LINK_UNKNOWN
 *     subprocess.run(["git", "log"])   LINK_COMMAND git
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "closure/program.h"
#include "closure/program_call.h"

#define UNKNOWNS_MAX 16 /* told of one file: lines are counted for each */

static bool is_module_char(char c)
{
	return char_is_alnum(c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

static void skip_blanks(struct str *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = str_skip(*s, 1);
}

static struct str pull_module(struct str *s)
{
	size_t n = 0;
	struct str module;

	skip_blanks(s);
	while (n < s->n && is_module_char(s->p[n]))
		n++;
	module = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	skip_blanks(s);
	return module;
}

/* a.b as x, c */
static void follow_import(struct str rest, struct program_draft *d)
{
	do {
		struct str module = pull_module(&rest);

		program_draft_add(d, LINK_PYTHON, module);
		if (str_pull_prefix(&rest, STR("as ")))
			(void)pull_module(&rest); /* its name here */
	} while (str_pull_prefix(&rest, STR(",")));
}

static bool is_end(struct str s)
{
	return s.n == 0 || s.p[0] == '#' || s.p[0] == ';';
}

/* To the next name: blanks, commas, and ends of lines that end nothing. */
static void skip_between(struct str *rest, bool open)
{
	bool goes_on = open;

	while (rest->n && (strchr(" \t,\\\r", rest->p[0]) || (rest->p[0] == '\n' && goes_on))) {
		goes_on = open || rest->p[0] == '\\' || (goes_on && rest->p[0] == '\r');
		*rest = str_skip(*rest, 1);
	}
}

/* Behind "from X import": names, also in brackets over several lines. */
static void follow_names(struct str module, struct str *rest, struct program_draft *d)
{
	bool dots = module.n && module.p[module.n - 1] == '.';
	bool open = str_pull_prefix(rest, STR("("));

	for (;;) {
		struct str name;

		skip_between(rest, open);
		if (open && rest->n && rest->p[0] == '#') {
			*rest = str_skip(*rest, str_find_char(*rest, '\n'));
			continue;
		}
		name = pull_module(rest);
		if (name.n == 0)
			return;
		program_draft_add(d, LINK_PYTHON_MAY,
				  arena_strf(&d->arena, "%.*s%s%.*s", STR_FMT(module),
					     dots ? "" : ".", STR_FMT(name)));
		if (str_pull_prefix(rest, STR("as ")))
			(void)pull_module(rest); /* its name here */
	}
}

/* One statement that begins here; *rest is behind it or where it was. */
static void follow_statement(struct str *rest, struct program_draft *d)
{
	struct str s = *rest;

	if (str_pull_prefix(&s, STR("import ")) || str_pull_prefix(&s, STR("import\t"))) {
		follow_import(str_sub(s, 0, str_find_char(s, '\n')), d);
	} else if (str_pull_prefix(&s, STR("from "))) {
		struct str module = pull_module(&s);

		if (module.n == 0 || !str_pull_prefix(&s, STR("import")) || is_end(s))
			return;
		program_draft_add(d, LINK_PYTHON, module);
		skip_blanks(&s);
		follow_names(module, &s, d);
		*rest = s;
	}
}

/* import_module("x"), __import__("x"): the name, or that it is computed. */
static void follow_dynamic(struct str text, const char *function, struct program_draft *d)
{
	struct str name = str_of(function);
	size_t n = 0;

	for (size_t at = 0;;) {
		struct str argument;
		size_t found = str_find(str_skip(text, at), name);

		if (found == text.n - at)
			return;
		at += found + name.n;
		if (at > text.n)
			return;
		if (found && at > name.n && is_module_char(text.p[at - name.n - 1]) &&
		    text.p[at - name.n - 1] != '.')
			continue;
		switch (program_call_argument(str_skip(text, at), &argument)) {
		case CALL_LITERAL:
			program_draft_add(d, LINK_PYTHON, argument);
			break;
		case CALL_COMPUTED:
			if (!program_is_definition(text, at - name.n) && n++ < UNKNOWNS_MAX)
				program_draft_unknown(d,
						      "line %zu: imports a module whose name is "
						      "computed",
						      program_line_of(text, at));
			break;
		case CALL_NONE:
			break;
		}
	}
}

void program_python_links(struct str text, struct program_draft *d)
{
	static const char *const runs[] = {"run",	 "call",
					   "check_call", "check_output",
					   "Popen",	 "system",
					   "popen",	 "which",
					   "execv",	 "execvp",
					   "execlp",	 "execl",
					   "execvpe",	 "create_subprocess_exec",
					   NULL};
	struct str rest = text;

	while (rest.n) {
		size_t end;

		skip_blanks(&rest);
		if (str_pull_prefix(&rest, STR(">>>")))
			skip_blanks(&rest); /* an example in a text: harmless */
		follow_statement(&rest, d);
		end = str_find_char(rest, '\n');
		/* import a; import b */
		for (struct str line = str_sub(rest, 0, end), after;
		     str_cut(line, ';', &line, &after); line = after) {
			struct str statement = str_sub(after, 0, str_find_char(after, ';'));

			skip_blanks(&statement);
			if (str_has_prefix(statement, STR("import ")))
				follow_statement(&statement, d);
		}
		rest = str_skip(rest, end + 1);
	}
	follow_dynamic(text, "import_module", d);
	follow_dynamic(text, "__import__", d);
	program_command_calls(text, runs, d);
	program_quoted_paths(text, d);
}
