/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over the trees of a script and of the scripts in it, which makes one call of each simple
 * command and of each command that another one runs.
 */
#include "check/shell_command.h"

#include "base/limits.h"
#include "base/path.h"
#include "check/shell_state.h"

/* What is around a command. Passed down by value. */
struct surroundings {
	const struct shell_input *in; /* the script it is of */
	enum shell_within within;
	const struct shell_call *outer;
	const struct shell_call *source;
	enum shell_operator before, after;
	const struct shell_pipeline *pipeline;
	size_t stage;
	unsigned subshells;
	bool conditional;
	bool tested;
	struct str function;
};

struct walk {
	struct shell_run *run;
	const struct shell_call **tail;
	const struct shell_call *last;
	const struct shell_problem **problem_tail;
	struct arena *arena;
	struct shell_bindings bindings;
	struct shell_state state;
	size_t nodes;  /* of all scripts */
	size_t nested; /* bytes of scripts in the script */
	unsigned depth;
	struct err *err;
};

static int walk_list(struct walk *w, const struct shell_list *list, struct surroundings around);
static int run_wrapped(struct walk *w, struct shell_call *c, const struct shell_program *program,
		       const struct shell_word *rest, const struct surroundings *around);

static int enter(struct walk *w)
{
	if (w->depth >= LIMIT_SHELL_DEPTH)
		return err_set(w->err, ERR_LIMIT, "shell: nested deeper than shell_depth (%d)",
			       LIMIT_SHELL_DEPTH);
	w->depth++;
	return 0;
}

/* --- substitutions --- */

static int walk_parts(struct walk *w, const struct shell_part *parts,
		      const struct surroundings *around, const struct shell_call *outer)
{
	int r = 0;

	for (; parts && r == 0; parts = parts->next) {
		struct surroundings inside = *around;
		struct shell_state state = w->state;

		r = walk_parts(w, parts->inner, around, outer);
		if (r < 0 || !parts->body)
			continue;
		inside.within = parts->kind == SHELL_PROCESS ? SHELL_WITHIN_PROCESS
							     : SHELL_WITHIN_SUBSTITUTION;
		inside.outer = outer;
		inside.source = NULL;
		inside.subshells++;
		r = enter(w);
		if (r == 0)
			r = walk_list(w, parts->body, inside);
		w->depth--;
		w->state = state;
	}
	return r;
}

static int walk_words(struct walk *w, const struct shell_word *words,
		      const struct surroundings *around, const struct shell_call *outer)
{
	int r = 0;

	for (; words && r == 0; words = words->next)
		r = walk_parts(w, words->parts, around, outer);
	return r;
}

static int walk_redirects(struct walk *w, const struct shell_redirect *redirects,
			  const struct surroundings *around, const struct shell_call *outer)
{
	int r = 0;

	for (; redirects && r == 0; redirects = redirects->next) {
		if (redirects->target)
			r = walk_parts(w, redirects->target->parts, around, outer);
		if (r == 0 && redirects->heredoc)
			r = walk_parts(w, redirects->heredoc->parts, around, outer);
	}
	return r;
}

static int walk_assignments(struct walk *w, const struct shell_assignment *a,
			    const struct surroundings *around, const struct shell_call *outer)
{
	int r = 0;

	for (; a && r == 0; a = a->next)
		r = walk_words(w, a->array ? a->elements : a->value, around, outer);
	return r;
}

/* --- calls --- */

static struct shell_call *new_call(struct walk *w, const struct shell_command *command,
				   const struct surroundings *around)
{
	struct shell_call *c = arena_alloc(w->arena, sizeof *c);

	if (!c) {
		err_nomem(w->err);
		return NULL;
	}
	c->command = command;
	c->span = command->span;
	c->within = around->within;
	c->outer = around->outer;
	c->source = around->source;
	c->before = around->before;
	c->after = around->after;
	c->pipeline = around->pipeline;
	c->stage = around->stage;
	c->subshells = around->subshells;
	c->conditional = around->conditional;
	c->tested = around->tested;
	c->function = around->function;
	return c;
}

static void append(struct walk *w, struct shell_call *c)
{
	c->index = w->run->n_calls++;
	c->settings = w->state.settings;
	c->cd = w->state.cd;
	c->workdir = w->state.workdir;
	c->bindings = w->state.bindings;
	*w->tail = c;
	w->tail = &c->next;
	w->last = c;
}

/* A name with an expansion in it is none; "./x" is x. */
static void set_name(struct shell_call *c)
{
	c->path = c->words->text;
	if (shell_word_is_literal(c->words))
		c->name = path_base(c->path);
}

/* The call is in the list before what it runs itself. */
static int add_call(struct walk *w, struct shell_call *c, const struct surroundings *around)
{
	const struct shell_program *program = NULL;
	const struct shell_word *rest = NULL;
	int r = 0;

	if (c->words) {
		set_name(c);
		program = shell_program_find(c->name, &c->name);
		r = shell_call_read(c, program, w->arena, &rest, w->err);
		if (r == 0 && program)
			r = shell_call_find_packages(c, program, w->arena, w->err);
	}
	if (r < 0)
		return r;
	append(w, c);
	return program ? run_wrapped(w, c, program, rest, around) : 0;
}

/* --- scripts in a script --- */

static void add_problems(struct walk *w, const struct shell *script)
{
	if (!script->problems || w->run->n_problems >= LIMIT_SHELL_PROBLEMS)
		return;
	*w->problem_tail = script->problems;
	for (const struct shell_problem *p = script->problems; p; p = p->next) {
		w->problem_tail = (const struct shell_problem **)(uintptr_t)&p->next;
		w->run->n_problems++;
	}
}

static int walk_script(struct walk *w, const struct shell_input *in, const struct shell_call *outer,
		       const struct surroundings *around)
{
	struct surroundings inside = *around;
	const struct shell *script = NULL;
	int r;

	if (in->text.n > LIMIT_SHELL_TEXT_BYTES - w->nested)
		return err_set(w->err, ERR_LIMIT, "shell: more than shell_text_bytes (%d)",
			       LIMIT_SHELL_TEXT_BYTES);
	w->nested += in->text.n;
	r = enter(w);
	if (r == 0)
		r = shell_parse_counted(in, w->arena, &w->nodes, &script, w->err);
	if (r < 0)
		return r;
	add_problems(w, script);
	inside.in = in;
	inside.within = SHELL_WITHIN_SCRIPT;
	inside.outer = outer;
	r = walk_list(w, script->body, inside);
	w->depth--;
	return r;
}

/* Flags of su and env say nothing about the shell they start. */
static unsigned settings_of_shell(const struct shell_call *c)
{
	enum shell_dialect dialect;

	return shell_dialect_find(c->name, &dialect) ? shell_settings_of(c->flags, c->n_flags) : 0;
}

/* `keeps`: the script runs in this shell, as that of eval does. */
static int run_script(struct walk *w, const struct shell_call *c, const struct shell_word *first,
		      size_t n, bool keeps, const struct surroundings *around)
{
	struct shell_input *in = arena_alloc(w->arena, sizeof *in);
	struct shell_state state = w->state;
	int r;

	if (!in)
		return err_nomem(w->err);
	if (!keeps)
		w->state.settings = settings_of_shell(c);
	r = shell_script_text(first, n, around->in, w->arena, in, w->err);
	if (r == 0)
		r = walk_script(w, in, c, around);
	if (!keeps)
		w->state = state;
	return r;
}

/* --- commands that others run --- */

static size_t words_left(const struct shell_call *c, const struct shell_word *from)
{
	const struct shell_word *word = c->words;
	size_t n = c->n_words;

	for (; n && word != from; word = word->next)
		n--;
	return n;
}

static struct shell_span span_of_words(const struct shell_word *words, size_t n)
{
	struct shell_span span = words->span;

	for (; n; n--, words = words->next)
		span.end = words->span.end;
	return span;
}

/* The words from `first` on are a command that c runs. */
static int run_words(struct walk *w, const struct shell_call *outer, const struct shell_word *first,
		     size_t n, const struct surroundings *around)
{
	struct surroundings inside = *around;
	struct shell_call *c;
	int r;

	if (n == 0)
		return 0;
	inside.within = SHELL_WITHIN_WRAPPER;
	inside.outer = outer;
	r = enter(w);
	if (r < 0)
		return r;
	c = new_call(w, outer->command, &inside);
	if (!c)
		return -ERR_NOMEM;
	c->words = first;
	c->n_words = n;
	c->span = span_of_words(first, n);
	r = add_call(w, c, &inside);
	w->depth--;
	return r;
}

/* VAR=value and what is skipped in front of the command. */
static int run_command(struct walk *w, const struct shell_call *c,
		       const struct shell_program *program, const struct shell_word *rest,
		       const struct surroundings *around)
{
	struct shell_state state = w->state;
	size_t n = rest ? words_left(c, rest) : 0;
	unsigned skips = program->skips;
	int r = 0;

	for (; n && r == 0; n--, rest = rest->next) {
		if (program->assigns && shell_word_is_assignment(rest))
			r = shell_state_assign_word(&w->state, rest, true, &w->bindings, w->err);
		else if (skips)
			skips--;
		else
			break;
	}
	if (r == 0 && program->script && n > 1 && str_is(rest->text, "-c"))
		r = run_script(w, c, rest->next, 1, false, around); /* flock FILE -c SCRIPT */
	else if (r == 0)
		r = run_words(w, c, rest, n, around);
	w->state = state;
	return r;
}

static bool is_find_exec(struct str text)
{
	return str_is(text, "-exec") || str_is(text, "-execdir") || str_is(text, "-ok") ||
	       str_is(text, "-okdir");
}

static int run_find(struct walk *w, const struct shell_call *c, const struct surroundings *around)
{
	const struct shell_word *word = c->words, *first = NULL;
	size_t n = 0;
	int r = 0;

	for (size_t left = c->n_words; left && r == 0; left--, word = word->next) {
		if (!first) {
			first = is_find_exec(word->text) ? word->next : NULL;
			n = 0;
		} else if (str_is(word->text, ";") || str_is(word->text, "+")) {
			r = run_words(w, c, first, n, around);
			first = NULL;
		} else {
			n++;
		}
	}
	return r == 0 && first ? run_words(w, c, first, n, around) : r;
}

/* bash <<EOF, sh <<< "..."; a shell without a script of its own reads what it is given. */
static int run_input(struct walk *w, const struct shell_call *c, const struct surroundings *around)
{
	struct shell_state state = w->state;
	struct shell_input *in;
	int r = 0;

	for (const struct shell_redirect *d = c->command->redirects; d && r == 0; d = d->next) {
		const struct shell_word *text = str_is(d->operator, "<<<") ? d->target : d->heredoc;
		const struct shell_input *of = d->document ? d->document : around->in;

		if (!text)
			continue;
		in = arena_alloc(w->arena, sizeof *in);
		if (!in)
			return err_nomem(w->err);
		w->state.settings = settings_of_shell(c);
		r = shell_script_parts(text->parts, of, w->arena, in, w->err);
		if (r == 0)
			r = walk_script(w, in, c, around);
	}
	w->state = state;
	return r;
}

static int run_shell(struct walk *w, const struct shell_call *c, const struct shell_word *rest,
		     const struct surroundings *around)
{
	if (shell_call_flag(c, "c"))
		return rest ? run_script(w, c, rest, 1, false, around) : 0;
	if (rest && !shell_call_flag(c, "s"))
		return 0; /* a file */
	return run_input(w, c, around);
}

static int run_module(struct walk *w, const struct shell_call *c, const struct surroundings *around)
{
	const struct shell_flag *module = shell_call_flag(c, "m");

	if (!module || !module->value_word || module->value_word == module->word)
		return 0;
	return run_words(w, c, module->value_word, words_left(c, module->value_word), around);
}

static bool has_any_flag(const struct shell_call *c, const char *names)
{
	for (size_t i = 0; names && i < c->n_flags; i++)
		if (shell_list_has(names, c->flags[i].name))
			return true;
	return false;
}

static int run_by_kind(struct walk *w, const struct shell_call *c,
		       const struct shell_program *program, const struct shell_word *rest,
		       const struct surroundings *around)
{
	switch (program->wraps) {
	case WRAPS_NOTHING:
		return 0;
	case WRAPS_COMMAND_OF_USER:
		if (!shell_call_flag(c, "user"))
			return 0;
		return run_command(w, c, program, rest, around);
	case WRAPS_COMMAND:
		return run_command(w, c, program, rest, around);
	case WRAPS_SHELL:
		return run_shell(w, c, rest, around);
	case WRAPS_EVAL:
		return rest ? run_script(w, c, rest, words_left(c, rest), true, around) : 0;
	case WRAPS_TRAP:
		return rest ? run_script(w, c, rest, 1, true, around) : 0;
	case WRAPS_MODULE:
		return run_module(w, c, around);
	case WRAPS_FIND:
		return run_find(w, c, around);
	}
	return 0;
}

static int run_wrapped(struct walk *w, struct shell_call *c, const struct shell_program *program,
		       const struct shell_word *rest, const struct surroundings *around)
{
	const struct shell_flag *script =
		program->script ? shell_call_flag(c, program->script) : NULL;

	if (has_any_flag(c, program->unless))
		return 0;
	if (script && script->value_word && script->value_word != script->word)
		return run_script(w, c, script->value_word, 1, false, around);
	return run_by_kind(w, c, program, rest, around);
}

/* --- the tree --- */

/* Variables in front of a command are for it alone; without a command they stay. */
static int assign_all(struct walk *w, const struct shell_command *command)
{
	int r = 0;

	for (const struct shell_assignment *a = command->assignments; a && r == 0; a = a->next)
		r = shell_state_assign(&w->state, a, command->words != NULL, &w->bindings, w->err);
	return r;
}

static size_t count_words(const struct shell_word *words)
{
	size_t n = 0;

	for (; words; words = words->next)
		n++;
	return n;
}

static int walk_simple(struct walk *w, const struct shell_command *command,
		       const struct surroundings *around)
{
	struct shell_call *c = new_call(w, command, around);
	const struct shell_binding *bindings;
	int r;

	if (!c)
		return -ERR_NOMEM;
	c->words = command->words;
	c->n_words = count_words(command->words);
	c->assignments = command->assignments;
	c->redirects = command->redirects;
	r = walk_assignments(w, command->assignments, around, c);
	if (r == 0)
		r = walk_words(w, command->words, around, c);
	if (r == 0)
		r = walk_redirects(w, command->redirects, around, c);
	bindings = w->state.bindings;
	if (r == 0)
		r = assign_all(w, command);
	if (r == 0)
		r = add_call(w, c, around);
	if (command->words)
		w->state.bindings = bindings;
	return r < 0 || !c->words ? r : shell_state_apply(&w->state, c, &w->bindings, w->err);
}

static int walk_branches(struct walk *w, const struct shell_command *command,
			 const struct surroundings *around)
{
	bool always = command->kind == SHELL_SUBSHELL || command->kind == SHELL_GROUP ||
		      command->kind == SHELL_COPROC;
	int r = 0;

	for (const struct shell_branch *b = command->branches; b && r == 0; b = b->next) {
		struct surroundings inside = *around;

		r = walk_words(w, b->patterns, around, NULL);
		if (r == 0 && b->condition) {
			inside.tested = true;
			inside.conditional |= b != command->branches;
			r = walk_list(w, b->condition, inside);
		}
		inside = *around;
		inside.conditional |= !always;
		if (command->kind == SHELL_FUNCTION)
			inside.function = command->name;
		if (r == 0 && b->body)
			r = walk_list(w, b->body, inside);
	}
	return r;
}

static int walk_compound(struct walk *w, const struct shell_command *command,
			 struct surroundings around)
{
	bool own_state = command->kind == SHELL_SUBSHELL || command->kind == SHELL_COPROC ||
			 command->kind == SHELL_FUNCTION;
	struct shell_state state = w->state;
	int r;

	r = walk_words(w, command->words, &around, NULL);
	if (r == 0)
		r = walk_parts(w, command->parts, &around, NULL);
	if (r == 0)
		r = walk_redirects(w, command->redirects, &around, NULL);
	around.subshells += command->kind == SHELL_SUBSHELL || command->kind == SHELL_COPROC;
	if (r == 0)
		r = walk_branches(w, command, &around);
	if (own_state)
		w->state = state;
	return r;
}

static int walk_command(struct walk *w, const struct shell_command *command,
			const struct surroundings *around)
{
	int r;

	if (command->kind == SHELL_SIMPLE)
		return walk_simple(w, command, around);
	r = enter(w);
	if (r < 0)
		return r;
	r = walk_compound(w, command, *around);
	w->depth--;
	return r;
}

static int walk_pipeline(struct walk *w, const struct shell_pipeline *pipeline,
			 struct surroundings around)
{
	enum shell_operator before = around.before, after = around.after;
	bool pipe = pipeline->n_commands > 1;
	int r = 0;

	around.pipeline = pipeline;
	around.stage = 0;
	around.subshells += pipe;
	around.tested |= pipeline->negated;
	for (const struct shell_command *c = pipeline->commands; c && r == 0; c = c->next) {
		const struct shell_call *last = w->last;
		struct shell_state state = w->state;

		around.before = around.stage ? SHELL_PIPE : before;
		around.after = c->next ? SHELL_PIPE : after;
		r = walk_command(w, c, &around);
		around.stage++;
		around.source = w->last != last ? w->last : NULL;
		if (pipe)
			w->state = state;
	}
	return r;
}

static int walk_and_or(struct walk *w, const struct shell_and_or *a, struct surroundings around)
{
	bool conditional = around.conditional, tested = around.tested;
	struct shell_state state = w->state;
	int r = 0;

	for (const struct shell_pipeline *p = a->pipelines; p && r == 0; p = p->next) {
		if (p != a->pipelines)
			around.before = p->before;
		around.after = p->next ? p->next->before : a->after;
		around.conditional = conditional || p->before == SHELL_OR;
		around.tested = tested || p->next;
		r = walk_pipeline(w, p, around);
	}
	if (a->after == SHELL_BACKGROUND)
		w->state = state;
	return r;
}

static int walk_list(struct walk *w, const struct shell_list *list, struct surroundings around)
{
	int r = 0;

	around.before = SHELL_NOTHING;
	for (const struct shell_and_or *a = list->first; a && r == 0; a = a->next) {
		r = walk_and_or(w, a, around);
		around.before = a->after;
	}
	return r;
}

int shell_run_parse(const struct shell_input *in, const struct shell_start *start, struct arena *a,
		    struct shell_run *ret, struct err *err)
{
	struct walk w = {.run = ret, .arena = a, .err = err};
	struct surroundings around = {.in = in};
	int r;

	*ret = (struct shell_run){0};
	w.tail = &ret->calls;
	w.problem_tail = &ret->problems;
	w.bindings.arena = a;
	w.state.settings = start->settings;
	w.state.workdir = start->workdir;
	r = shell_parse_counted(in, a, &w.nodes, &ret->script, err);
	return r < 0 ? r : walk_list(&w, ret->script->body, around);
}

/* --- the shell that reads it --- */

bool shell_start_from(const struct str *words, size_t n, struct shell_start *ret)
{
	struct shell_start start = {0};
	size_t i = 0;

	/* "#!/usr/bin/env -S bash -e" */
	if (n > 1 && str_is(path_base(words[0]), "env"))
		for (i = 1; i + 1 < n && str_has_prefix(words[i], STR("-")); i++)
			;
	if (i >= n || !shell_dialect_find(words[i], &start.dialect))
		return false;
	for (i++; i < n; i++) {
		struct str next = i + 1 < n ? words[i + 1] : STR_NULL;
		bool uses_next;

		if (!shell_settings_word(words[i], next, &start.settings, &uses_next))
			break;
		i += uses_next;
	}
	start.workdir = ret->workdir;
	*ret = start;
	return true;
}
