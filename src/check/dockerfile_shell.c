/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_shell.h"

#include "base/limits.h"
#include "check/shellcheck.h"

struct noting {
	const struct dockerfile_script *script;
	struct arena *arena;
	const struct shell_note **p;
	size_t n, cap;
	const char *by;
};

static const char *level_text(enum shellcheck_level level)
{
	switch (level) {
	case SHELLCHECK_ERROR:
		return "error";
	case SHELLCHECK_WARNING:
		return "warning";
	case SHELLCHECK_INFO:
		return "info";
	case SHELLCHECK_STYLE:
		return "style";
	}
	return "info";
}

/* A call inside another one shares its words, so the same may be met again. */
static bool is_there(const struct noting *g, struct str code, size_t at)
{
	for (size_t i = g->n; i > 0; i--) {
		const struct shell_note *n = g->p[i - 1];

		if (n->instruction != g->script->instruction)
			return false;
		if (n->fact.start.i == (int64_t)at && str_eq(value_str(n->fact.code), code))
			return true;
	}
	return false;
}

static bool make_room(struct noting *g)
{
	size_t cap = g->cap ? 2 * g->cap : 16;
	const struct shell_note **p;

	if (g->n < g->cap)
		return true;
	p = arena_array(g->arena, cap, sizeof *p);
	if (!p)
		return false;
	if (g->n)
		memcpy(p, g->p, g->n * sizeof *p);
	g->p = p;
	g->cap = cap;
	return true;
}

/* A full arena is seen by who gave it. */
static void note(struct noting *g, unsigned code, enum shellcheck_level level,
		 struct shell_span span, struct str message)
{
	char text[16];
	int n = snprintf(text, sizeof text, "SC%04u", code);
	struct str name = arena_str(g->arena, str_make(text, n > 0 ? (size_t)n : 0));
	struct shell_note *made;

	if (!name.p || is_there(g, name, span.at) || !make_room(g))
		return;
	made = arena_alloc(g->arena, sizeof *made);
	if (!made)
		return;
	*made = (struct shell_note){
		.fact = {.object.class = shell_note_class,
			 .code = value_string(name),
			 .level = value_string(str_of(level_text(level))),
			 .message = value_string(message),
			 .by = value_string(str_of(g->by)),
			 .start = value_int((int64_t)span.at),
			 .end = value_int((int64_t)(span.end > span.at ? span.end : span.at))},
		.instruction = g->script->instruction,
	};
	g->p[g->n++] = made;
}

/* ---- our own ---- */

static bool is_one_of(struct str s, const char *names)
{
	struct str rest = str_of(names), name;

	while (str_pull_word(&rest, &name))
		if (str_eq(s, name))
			return true;
	return false;
}

/* export X=$Y: no shell splits the value that a word of these sets, bash at least. */
static bool declares(const struct shell_call *c)
{
	return is_one_of(c->name, "export local readonly declare typeset");
}

static bool has_bare_brace(const struct shell_part *part)
{
	return part->kind == SHELL_TEXT && part->quote == SHELL_BARE &&
	       (str_find_char(part->text, '{') < part->text.n ||
		str_find_char(part->text, '}') < part->text.n);
}

/* $? $# $$ $! are numbers; $@ and $* are another matter. */
static bool may_split(const struct shell_part *part)
{
	return part->kind == SHELL_VARIABLE && part->quote == SHELL_BARE &&
	       !str_is(part->operator, "length") && !is_one_of(part->text, "? # $ ! - @ *");
}

static void note_part(struct noting *g, const struct shell_call *c, const struct shell_word *w,
		      const struct shell_part *part)
{
	bool sets = declares(c) && str_find_char(w->text, '=') < w->text.n;

	if (may_split(part) && !sets)
		note(g, 2086, SHELLCHECK_INFO, part->span,
		     STR("the value is split into words and matched with files: put it in double "
			 "quotes"));
	else if (part->kind == SHELL_SUBSTITUTION && part->quote == SHELL_BARE && !sets)
		note(g, 2046, SHELLCHECK_WARNING, part->span,
		     STR("the output is split into words: put $( ) in double quotes"));
	else if (part->kind == SHELL_SUBSTITUTION && sets)
		note(g, 2155, SHELLCHECK_WARNING, w->span,
		     STR("a failure of the command is not seen: set the variable first, then "
			 "declare it"));
	else if (has_bare_brace(part) && !(w->flags & SHELL_WORD_BRACES) && !str_is(w->text, "{}"))
		note(g, 1083, SHELLCHECK_WARNING, part->span,
		     STR("this brace stands for itself: put it in quotes"));
}

static void note_words(struct noting *g, const struct shell_call *c)
{
	const struct shell_word *w = c->words;

	for (size_t i = 0; w && i < c->n_words; i++, w = w->next)
		for (const struct shell_part *part = w->parts; i > 0 && part; part = part->next)
			note_part(g, c, w, part);
}

static bool has_escape(struct str s)
{
	return str_find(s, STR("\\n")) < s.n || str_find(s, STR("\\t")) < s.n;
}

static void note_echo(struct noting *g, const struct shell_call *c)
{
	if (!str_is(c->name, "echo") || shell_call_flag(c, "e"))
		return;
	for (size_t i = 0; i < c->n_operands; i++)
		if ((c->operands[i]->flags & SHELL_WORD_QUOTED) && has_escape(c->operands[i]->text))
			note(g, 2028, SHELLCHECK_INFO, c->operands[i]->span,
			     STR("not every echo makes a line end of \\n: use printf"));
}

static void note_cd(struct noting *g, const struct shell_call *c)
{
	if (is_one_of(c->name, "cd pushd popd") && !(c->settings & SHELL_ERREXIT) &&
	    (c->after == SHELL_SEMICOLON || c->after == SHELL_NEWLINE) && !c->tested)
		note(g, 2164, SHELLCHECK_WARNING, c->span,
		     STR("when this fails, the rest runs in another folder: join them with &&"));
}

static void note_source(struct noting *g, const struct shell_call *c)
{
	if (is_one_of(c->name, ". source") && c->n_operands)
		note(g, 1091, SHELLCHECK_INFO, c->operands[0]->span,
		     STR("what this file holds is not looked at"));
}

/* a && b || c: c runs too when b fails; where that is what c is for, nobody is told. */
static void note_and_or(struct noting *g, const struct shell_call *c)
{
	const struct shell_pipeline *then = c->pipeline ? c->pipeline->next : NULL;
	const struct shell_pipeline *other = then ? then->next : NULL;
	const struct shell_word *w = other && other->commands ? other->commands->words : NULL;

	if (c->stage == 0 && other && then->before == SHELL_AND && other->before == SHELL_OR && w &&
	    !is_one_of(w->text, "exit return true : false echo printf"))
		note(g, 2015, SHELLCHECK_INFO,
		     (struct shell_span){c->pipeline->span.at, other->span.end},
		     STR("this is no if-then-else: what is behind || runs too when what is behind "
			 "&& fails"));
}

static void note_script(struct noting *g, const struct dockerfile_script *script)
{
	g->script = script;
	for (const struct shell_call *c = script->run->calls; c; c = c->next) {
		if (c->within == SHELL_WITHIN_WRAPPER)
			continue;
		note_words(g, c);
		note_echo(g, c);
		note_cd(g, c);
		note_source(g, c);
		note_and_or(g, c);
	}
}

/* ---- ShellCheck's ---- */

/* As many of the first scripts as it is asked about: behind them we look ourselves. */
static size_t n_asked(const struct dockerfile_facts *facts)
{
	size_t left = LIMIT_SHELLCHECK_FILE_BYTES, n = 0;

	while (n < facts->n_scripts && facts->scripts[n].text.n <= left)
		left -= facts->scripts[n++].text.n;
	return n;
}

/* How many. */
static size_t hand_over(const struct dockerfile_facts *facts, struct shellcheck_script *ret)
{
	size_t n = n_asked(facts);

	for (size_t i = 0; i < n; i++)
		ret[i] = (struct shellcheck_script){
			.text = facts->scripts[i].text,
			.map = facts->scripts[i].map,
			.dialect = facts->scripts[i].dialect,
			.variables = facts->scripts[i].variables,
			.n_variables = facts->scripts[i].n_variables,
		};
	return n;
}

void dockerfile_shell_prepare(const struct dockerfile_facts *facts, size_t n,
			      struct shellcheck_cache *cache, struct arena *a)
{
	const struct shellcheck_options options = {
		.cache = cache, .seconds = LIMIT_SHELLCHECK_SECONDS * (unsigned)n};
	struct shellcheck_answer answer;
	struct shellcheck_script *scripts;
	size_t n_scripts = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		n_scripts += n_asked(&facts[i]);
	scripts = arena_array(a, n_scripts ? n_scripts : 1, sizeof *scripts);
	for (size_t i = 0; scripts && i < n; i++)
		at += hand_over(&facts[i], scripts + at);
	if (scripts && n_scripts) /* what could not be asked is asked again, and told then */
		(void)shellcheck_run(scripts, n_scripts, &options, a, &answer, NULL);
}

static void tell_too_much(struct shell_notes *notes, struct arena *a)
{
	notes->not_assessed = arena_strf(a, "more script than shellcheck_file_bytes (%d) in a file",
					 LIMIT_SHELLCHECK_FILE_BYTES);
	notes->too_much = true;
}

int dockerfile_shell_notes(const struct dockerfile_facts *facts, bool outside,
			   struct shellcheck_cache *cache, struct arena *a, struct shell_notes *ret,
			   struct err *err)
{
	struct shellcheck_script *scripts =
		arena_array(a, facts->n_scripts ? facts->n_scripts : 1, sizeof *scripts);
	const struct shellcheck_options options = {.cache = cache};
	struct shellcheck_answer answer = {.not_assessed = STR("no program is started")};
	struct noting g = {.arena = a, .by = "shellcheck"};
	size_t n = scripts ? hand_over(facts, scripts) : 0;
	int r = scripts ? 0 : err_nomem(err);

	if (r == 0 && outside && n)
		r = shellcheck_run(scripts, n, &options, a, &answer, err);
	else if (outside)
		answer.not_assessed = STR_NULL; /* all is too long */
	if (r < 0)
		return r;
	for (size_t i = 0; i < answer.n_notes; i++) {
		const struct shellcheck_note *said = &answer.notes[i];

		g.script = &facts->scripts[said->script];
		note(&g, said->code, said->level, said->span, said->message);
	}
	g.by = "plimsoll";
	for (size_t i = answer.n_assessed ? n : 0; i < facts->n_scripts; i++)
		note_script(&g, &facts->scripts[i]);
	*ret = (struct shell_notes){.p = g.p, .n = g.n};
	if (answer.n_assessed < facts->n_scripts)
		ret->not_assessed = answer.not_assessed;
	if (n < facts->n_scripts && !ret->not_assessed.n)
		tell_too_much(ret, a);
	return a->failed ? err_nomem(err) : 0;
}
