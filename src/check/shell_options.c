/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a call split into flags, subcommand and operands. */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"
#include "check/shell_program.h"

/* A word of one dash that is longer is no cluster of options. */
#define CLUSTER_MAX 64

struct reading {
	struct shell_call *c;
	const struct shell_program *program; /* NULL: not known */
	const struct shell_program *sub;     /* of its subcommand; NULL: no row */
	struct arena *arena;
	const struct shell_word *next;
	size_t left; /* words from `next` on */
	struct vec flags;
	struct vec operands;
	bool ended;  /* -- has been */
	bool failed; /* no memory, or too many */
};

static void reading_done(struct reading *rd)
{
	vec_done(&rd->flags);
	vec_done(&rd->operands);
}

static const struct shell_word *take_word(struct reading *rd)
{
	const struct shell_word *w = rd->next;

	if (rd->left == 0)
		return NULL;
	rd->left--;
	rd->next = w->next;
	return w;
}

static enum option_style style_of(const struct reading *rd)
{
	return rd->program ? rd->program->style : STYLE_GNU;
}

static struct shell_flag *add_flag(struct reading *rd, const struct shell_word *w, struct str name)
{
	struct shell_flag *flag = vec_push(&rd->flags);

	if (!flag) {
		rd->failed = true;
		return NULL;
	}
	flag->name = name;
	flag->word = w;
	flag->literal = true;
	return flag;
}

static void set_value(struct shell_flag *flag, struct str value, const struct shell_word *w)
{
	if (!flag || !w)
		return;
	flag->value = value;
	flag->has_value = true;
	flag->value_word = w;
	flag->literal = shell_word_is_literal(w);
}

static void take_value(struct reading *rd, struct shell_flag *flag)
{
	const struct shell_word *w = take_word(rd);

	if (w)
		set_value(flag, w->text, w);
}

static bool find_option(const struct reading *rd, struct str name, unsigned dashes,
			struct str *ret_name, enum takes_value *ret_takes)
{
	bool words = style_of(rd) == STYLE_WORDS;

	return (rd->sub && rd->sub->options &&
		shell_option_find(rd->sub->options, name, dashes, words, ret_name, ret_takes)) ||
	       (rd->program &&
		shell_option_find(rd->program->options, name, dashes, words, ret_name, ret_takes));
}

/* --name, --name=value, -name of those that have it; false: it has no row. */
static bool read_long(struct reading *rd, const struct shell_word *w, struct str text,
		      unsigned dashes)
{
	enum takes_value takes = VALUE_NEVER;
	struct str name = text, value = STR_NULL;
	bool attached = str_cut(text, '=', &name, &value), known;
	struct shell_flag *flag;

	known = find_option(rd, name, dashes, &name, &takes);
	if (!known && dashes == 1)
		return false;
	flag = add_flag(rd, w, name);
	if (attached)
		set_value(flag, value, w);
	else if (takes == VALUE_ALWAYS)
		take_value(rd, flag);
	return true;
}

/* One letter of a cluster; `rest` is behind it. True: the rest is its value. */
static bool read_letter(struct reading *rd, const struct shell_word *w, struct str letter,
			struct str rest, bool values_follow)
{
	enum takes_value takes = VALUE_NEVER;
	struct str name = letter;
	struct shell_flag *flag;

	(void)find_option(rd, letter, 1, &name, &takes); /* else by the letter itself */
	flag = add_flag(rd, w, name);
	if (takes == VALUE_ALWAYS && (values_follow || !rest.n)) {
		take_value(rd, flag);
		return false;
	}
	if (rest.n && rest.p[0] == '=')
		rest = str_skip(rest, 1);
	else if (takes == VALUE_NEVER || !rest.n)
		return false;
	set_value(flag, rest, w);
	return true;
}

static void read_cluster(struct reading *rd, const struct shell_word *w, struct str letters,
			 bool values_follow)
{
	for (size_t i = 0; i < letters.n && !rd->failed; i++)
		if (read_letter(rd, w, str_sub(letters, i, 1), str_skip(letters, i + 1),
				values_follow))
			return;
}

static void read_option(struct reading *rd, const struct shell_word *w)
{
	struct str text = w->text;

	if (str_pull_prefix(&text, STR("--"))) {
		(void)read_long(rd, w, text, 2); /* with two dashes it always is one */
		return;
	}
	text = str_skip(text, 1);
	if (read_long(rd, w, text, 1))
		return;
	if (!rd->program || style_of(rd) == STYLE_WORDS || text.n > CLUSTER_MAX)
		(void)add_flag(rd, w, text);
	else
		read_cluster(rd, w, text, false);
}

/* chmod -x, chmod -rw: a mode. */
static bool is_mode(const struct reading *rd, struct str text)
{
	return rd->program && rd->program->modes && text.n > 1 && strchr("rwxXstugoa", text.p[1]);
}

static bool is_option(const struct reading *rd, const struct shell_word *w)
{
	struct str text = w->text;

	if (rd->ended || text.n < 2)
		return false;
	if (text.p[0] == '+')
		return rd->program && rd->program->wraps == WRAPS_SHELL;
	return text.p[0] == '-' && !is_mode(rd, text);
}

/* +e, +o pipefail of a shell. */
static void read_plus(struct reading *rd, const struct shell_word *w)
{
	struct shell_flag *flag = add_flag(rd, w, w->text);

	if (str_has_suffix(w->text, STR("o")))
		take_value(rd, flag);
}

/* --- subcommands --- */

static bool wants_subcommand(const struct reading *rd)
{
	if (!rd->program || !rd->program->subcommands)
		return false;
	return !rd->c->subcommand.n ||
	       (rd->sub && rd->sub->subcommands &&
		str_find_char(rd->c->subcommand, ' ') == rd->c->subcommand.n);
}

static void set_subcommand(struct reading *rd, const struct shell_word *w)
{
	struct str name;

	/* cargo +nightly install */
	if (!rd->c->subcommand.n && w->text.n && w->text.p[0] == '+')
		return;
	if (!rd->c->subcommand.n) {
		rd->c->subcommand = shell_subcommand_find(rd->program->subcommands, w->text);
		rd->sub = shell_program_sub(rd->program, rd->c->subcommand);
		return;
	}
	name = shell_subcommand_find(rd->sub->subcommands, w->text);
	rd->c->subcommand = arena_strf(rd->arena, "%.*s %.*s", STR_FMT(rd->c->subcommand),
				       STR_FMT(str_sub(name, 0, 100)));
	rd->failed = rd->failed || !rd->c->subcommand.p;
}

/* --- all words --- */

static void add_operand(struct reading *rd, const struct shell_word *w)
{
	const struct shell_word **slot = vec_push(&rd->operands);

	if (slot)
		*slot = w;
	else
		rd->failed = true;
}

static bool stops(const struct reading *rd)
{
	return rd->program && (rd->program->stops || (rd->sub && rd->sub->stops));
}

/* The words from `w` on belong to nobody else unless they are a command. */
static void add_rest(struct reading *rd, const struct shell_word *w)
{
	bool is_command = rd->program->wraps == WRAPS_COMMAND;

	for (; w && !rd->failed && !is_command; w = take_word(rd))
		add_operand(rd, w);
}

/* find -exec a b ;: what it runs is read by itself. */
static bool skips_exec(struct reading *rd, const struct shell_word *w)
{
	if (!rd->program || rd->program->wraps != WRAPS_FIND ||
	    !(str_is(w->text, "-exec") || str_is(w->text, "-execdir") || str_is(w->text, "-ok") ||
	      str_is(w->text, "-okdir")))
		return false;
	(void)add_flag(rd, w, str_skip(w->text, 1));
	do
		w = take_word(rd);
	while (w && !str_is(w->text, ";") && !str_is(w->text, "+"));
	return true;
}

/* python -m module: its options are no longer Python's. */
static bool ends_at_module(const struct reading *rd)
{
	const struct shell_flag *last = rd->flags.n ? vec_at(&rd->flags, rd->flags.n - 1) : NULL;

	return last && rd->program && rd->program->wraps == WRAPS_MODULE && last->has_value &&
	       (str_is(last->name, "m") || str_is(last->name, "c"));
}

/* Returns the first word that is left alone. */
static const struct shell_word *read_words(struct reading *rd)
{
	const struct shell_word *w;

	while (!rd->failed && (w = take_word(rd)) != NULL) {
		if (!rd->ended && str_is(w->text, "--")) {
			if (rd->program && rd->program->foreign_rest)
				return w;
			rd->ended = true;
		} else if (skips_exec(rd, w)) {
			continue;
		} else if (is_option(rd, w)) {
			if (w->text.p[0] == '+')
				read_plus(rd, w);
			else
				read_option(rd, w);
			if (ends_at_module(rd))
				return rd->left ? rd->next : NULL;
		} else if (wants_subcommand(rd)) {
			set_subcommand(rd, w);
		} else if (stops(rd)) {
			const struct shell_word *rest = w;

			add_rest(rd, w);
			return rest;
		} else {
			add_operand(rd, w);
		}
	}
	return NULL;
}

/* tar xzf a.tgz: a cluster without its dash, whose values come behind it. */
static void read_old_cluster(struct reading *rd)
{
	const struct shell_word *w = rd->left ? rd->next : NULL;

	if (!w || style_of(rd) != STYLE_TAR || !w->text.n || w->text.p[0] == '-' ||
	    w->text.n > CLUSTER_MAX)
		return;
	(void)take_word(rd);
	read_cluster(rd, w, w->text, true);
}

static int keep(struct reading *rd, struct err *err)
{
	struct shell_call *c = rd->c;
	size_t flags = rd->flags.n * sizeof *c->flags,
	       operands = rd->operands.n * sizeof *c->operands;
	void *p;

	if (rd->flags.n >= rd->flags.max || rd->operands.n >= rd->operands.max)
		return err_set(err, ERR_LIMIT,
			       "shell: a command with more than shell_nodes (%d) options",
			       LIMIT_SHELL_NODES);
	if (rd->failed)
		return err_nomem(err);
	p = flags ? arena_alloc(rd->arena, flags) : NULL;
	if (flags && !p)
		return err_nomem(err);
	if (flags)
		c->flags = memcpy(p, rd->flags.p, flags);
	c->n_flags = rd->flags.n;
	p = operands ? arena_alloc(rd->arena, operands) : NULL;
	if (operands && !p)
		return err_nomem(err);
	if (operands)
		c->operands = memcpy(p, rd->operands.p, operands);
	c->n_operands = rd->operands.n;
	return 0;
}

int shell_call_read(struct shell_call *c, const struct shell_program *program, struct arena *a,
		    const struct shell_word **ret_rest, struct err *err)
{
	CLEANUP(reading_done)
	struct reading rd = {
		.c = c,
		.program = program,
		.arena = a,
		.next = c->words->next,
		.left = c->n_words - 1,
		.flags = VEC_INIT(struct shell_flag, LIMIT_SHELL_NODES),
		.operands = VEC_INIT(const struct shell_word *, LIMIT_SHELL_NODES),
	};

	read_old_cluster(&rd);
	*ret_rest = read_words(&rd);
	return keep(&rd, err);
}

bool shell_call_is(const struct shell_call *c, const char *name, const char *subcommand)
{
	return str_is(c->name, name) && (!subcommand || str_is(c->subcommand, subcommand));
}

const struct shell_flag *shell_call_flag(const struct shell_call *c, const char *name)
{
	for (size_t i = c->n_flags; i > 0; i--)
		if (str_is(c->flags[i - 1].name, name))
			return &c->flags[i - 1];
	return NULL;
}

size_t shell_call_count(const struct shell_call *c, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_flags; i++)
		n += str_is(c->flags[i].name, name);
	return n;
}
