/* SPDX-License-Identifier: Apache-2.0 */
#include "check/command_fact.h"

#include "base/cleanup.h"
#include "base/limits.h"

#define GET_package_fact(name, type, help) FACT_GETTER(package_fact, name)
#define ROW_package_fact(name, type, help) FACT_ROW(package_fact, name, type)
#define GET_command_fact(name, type, help) FACT_GETTER(command_fact, name)
#define ROW_command_fact(name, type, help) FACT_ROW(command_fact, name, type)

PACKAGE_FIELDS(GET_package_fact)
static const struct object_field package_fields[] = {PACKAGE_FIELDS(ROW_package_fact)};
static const struct type package_type = {.kind = TYPE_ABSTRACT, .name = STR("Package")};
const struct object_class command_package_class = {.name = "Package",
						   .type = &package_type,
						   .fields = package_fields,
						   .n_fields = ARRAY_LEN(package_fields)};

COMMAND_FIELDS(GET_command_fact)
static const struct object_field command_fields[] = {COMMAND_FIELDS(ROW_command_fact)};
static const struct type command_type = {.kind = TYPE_ABSTRACT, .name = STR("Command")};
const struct object_class command_class = {.name = "Command",
					   .type = &command_type,
					   .fields = command_fields,
					   .n_fields = ARRAY_LEN(command_fields)};

struct making {
	struct arena *arena;
	const struct command_source *source;
};

static struct value str_or_empty(struct str s)
{
	return value_string(s.p ? s : STR(""));
}

static struct value offset(size_t at)
{
	return value_int((int64_t)at);
}

static struct str operator_text(enum shell_operator o)
{
	switch (o) {
	case SHELL_NOTHING:
		return STR("");
	case SHELL_SEMICOLON:
		return STR(";");
	case SHELL_NEWLINE:
		return STR("newline");
	case SHELL_BACKGROUND:
		return STR("&");
	case SHELL_AND:
		return STR("&&");
	case SHELL_OR:
		return STR("||");
	case SHELL_PIPE:
		return STR("|");
	}
	return STR("");
}

static struct str within_text(enum shell_within w)
{
	switch (w) {
	case SHELL_WITHIN_NOTHING:
		return STR("");
	case SHELL_WITHIN_SUBSTITUTION:
		return STR("substitution");
	case SHELL_WITHIN_PROCESS:
		return STR("process");
	case SHELL_WITHIN_WRAPPER:
		return STR("wrapper");
	case SHELL_WITHIN_SCRIPT:
		return STR("script");
	}
	return STR("");
}

static struct str action_text(enum shell_action a)
{
	switch (a) {
	case SHELL_ACTION_OTHER:
		return STR("other");
	case SHELL_ACTION_INSTALL:
		return STR("install");
	case SHELL_ACTION_REFRESH:
		return STR("refresh");
	case SHELL_ACTION_UPGRADE:
		return STR("upgrade");
	case SHELL_ACTION_REMOVE:
		return STR("remove");
	case SHELL_ACTION_CLEAN:
		return STR("clean");
	}
	return STR("");
}

static struct str dialect_text(enum shell_dialect d)
{
	switch (d) {
	case SHELL_SH:
		return STR("sh");
	case SHELL_BASH:
		return STR("bash");
	case SHELL_DASH:
		return STR("dash");
	case SHELL_KSH:
		return STR("ksh");
	}
	return STR("");
}

static struct str package_kind_text(enum shell_package_kind k)
{
	switch (k) {
	case SHELL_PACKAGE_NAME:
		return STR("name");
	case SHELL_PACKAGE_FILE:
		return STR("file");
	case SHELL_PACKAGE_URL:
		return STR("url");
	case SHELL_PACKAGE_GIT:
		return STR("git");
	}
	return STR("");
}

static struct value package_value(const struct making *m, const struct shell_package *p)
{
	struct package_fact *f = arena_alloc(m->arena, sizeof *f);

	if (!f)
		return value_absent();
	*f = (struct package_fact){
		.object.class = &command_package_class,
		.name = str_or_empty(p->name),
		.version = str_or_empty(p->version),
		.relation = str_or_empty(p->relation),
		.kind = value_string(package_kind_text(p->kind)),
		.literal = value_bool(p->literal),
		.text = str_or_empty(p->word->text),
		.start = offset(p->word->span.at),
		.end = offset(p->word->span.end),
	};
	return value_object(&f->object);
}

static struct value words_value(const struct making *m, const struct shell_call *c,
				bool *ret_literal)
{
	struct fact_list l = fact_list_make(m->arena, c->n_words);
	const struct shell_word *w = c->words;

	*ret_literal = true;
	for (size_t i = 0; i < c->n_words && w; i++, w = w->next) {
		*ret_literal &= shell_word_is_literal(w);
		if (i > 0)
			fact_list_add(&l, value_string(w->text));
	}
	return fact_list_value(&l);
}

static struct value operands_value(const struct making *m, const struct shell_call *c)
{
	struct fact_list l = fact_list_make(m->arena, c->n_operands);

	for (size_t i = 0; i < c->n_operands; i++)
		fact_list_add(&l, value_string(c->operands[i]->text));
	return fact_list_value(&l);
}

static void put_flags(const struct making *m, const struct shell_call *c, struct command_fact *f)
{
	struct fact_map map = fact_map_make(m->arena, c->n_flags);
	struct fact_list words = fact_list_make(m->arena, c->n_flags);

	for (size_t i = 0; i < c->n_flags; i++) {
		fact_map_put(&map, c->flags[i].name, str_or_empty(c->flags[i].value));
		fact_list_add(&words, value_string(c->flags[i].word->text));
	}
	f->flags = fact_map_value(&map);
	f->flag_words = fact_list_value(&words);
}

static struct value packages_value(const struct making *m, const struct shell_call *c)
{
	struct fact_list l = fact_list_make(m->arena, c->n_packages);

	for (size_t i = 0; i < c->n_packages; i++)
		fact_list_add(&l, package_value(m, &c->packages[i]));
	return fact_list_value(&l);
}

static struct value bindings_get(struct call *c, const struct object *o, struct value key)
{
	const struct shell_binding *b = o->data;

	(void)c; /* nothing is made */
	while (b && (key.kind != VALUE_STRING || !str_eq(b->name, value_str(key))))
		b = b->older;
	return b ? str_or_empty(b->value) : value_absent();
}

static struct value bindings_key(struct call *c, const struct object *o, uint32_t i)
{
	const struct shell_binding *b = o->data;

	(void)c; /* nothing is made */
	while (b && i-- > 0)
		b = b->older;
	return b ? value_string(b->name) : value_absent();
}

static const struct object_class bindings_class = {
	.name = "variables", .get = bindings_get, .key = bindings_key};

static struct value bindings_value(const struct making *m, const struct shell_binding *b)
{
	struct object *o = arena_alloc(m->arena, sizeof *o);
	uint32_t n = 0;

	if (!o)
		return value_absent();
	*o = (struct object){&bindings_class, b};
	for (; b && n < 1000; b = b->older)
		n++;
	return value_foreign_map(o, n);
}

static void put_redirects(const struct making *m, const struct shell_call *c,
			  struct command_fact *f)
{
	struct fact_list writes, reads, here;
	size_t n = 0;

	for (const struct shell_redirect *r = c->redirects; r; r = r->next)
		n++;
	writes = fact_list_make(m->arena, n);
	reads = fact_list_make(m->arena, n);
	here = fact_list_make(m->arena, n);
	for (const struct shell_redirect *r = c->redirects; r; r = r->next) {
		if (r->heredoc)
			fact_list_add(&here, value_string(r->heredoc->text));
		else if (str_is(r->operator, "<<<") && r->target)
			fact_list_add(&here, value_string(r->target->text));
		else if (str_find_char(r->operator, '>') < r->operator.n && r->target)
			fact_list_add(&writes, value_string(r->target->text));
		else if (r->target)
			fact_list_add(&reads, value_string(r->target->text));
	}
	f->writes = fact_list_value(&writes);
	f->reads = fact_list_value(&reads);
	f->here_strings = fact_list_value(&here);
}

/* Behind the subcommand when there is one, else behind the program. */
static size_t subcommand_end(const struct shell_call *c)
{
	const struct shell_word *w = c->words, *last = w;

	for (size_t i = 0; i < c->n_words && w; i++, w = w->next)
		if (i > 0 && c->subcommand.n && str_eq(w->text, c->subcommand))
			return w->span.end;
	return last ? last->span.end : c->span.end;
}

/* Behind the line end and the lines of comments that follow it; at, when none is continued here. */
static size_t skip_continuation(struct str s, size_t at, char escape)
{
	size_t end = at + 1;

	if (s.p[at] != escape)
		return at;
	while (end < s.n && (s.p[end] == ' ' || s.p[end] == '\t' || s.p[end] == '\r'))
		end++;
	if (end >= s.n || s.p[end] != '\n')
		return at;
	for (struct str rest = str_skip(s, ++end), line; str_pull_line(&rest, &line);) {
		struct str text = str_trim(line);

		if (text.n && text.p[0] != '#')
			break;
		end = s.n - rest.n;
	}
	return end;
}

/* What stands on continued lines, on one: a single blank where there were some. */
static struct str joined(const struct making *m, struct str s)
{
	char escape = m->source->escape ? m->source->escape : '\\';
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(s.n + 1);
	bool blank = false;

	for (size_t i = 0, from = 0; i <= s.n;) {
		size_t end = i < s.n ? skip_continuation(s, i, escape) : s.n + 1;
		struct str piece = str_sub(s, from, i - from), text = str_trim(piece);

		if (end == i) {
			i++;
			continue;
		}
		blank |= piece.n && char_is_space(piece.p[0]);
		if (text.n && sb.n && blank)
			strbuf_addc(&sb, ' ');
		strbuf_add(&sb, text);
		blank = (blank && !text.n) || (piece.n && char_is_space(piece.p[piece.n - 1]));
		i = from = end;
	}
	return arena_str(m->arena, strbuf_str(&sb));
}

static struct str words_text(const struct making *m, const struct shell_call *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_ARENA_BYTES);
	const struct shell_word *w = c->words;

	for (size_t i = 0; i < c->n_words && w; i++, w = w->next) {
		strbuf_adds(&sb, i ? " " : "");
		strbuf_add(&sb, w->text);
	}
	return arena_str(m->arena, strbuf_str(&sb));
}

/* Of ["sudo", "sh", "-c", "ls"] it is sudo and sh, but not ls. */
static bool is_exec(const struct making *m, const struct shell_call *c)
{
	while (c && c->within == SHELL_WITHIN_WRAPPER)
		c = c->outer;
	return m->source->exec && c && c->within == SHELL_WITHIN_NOTHING;
}

static struct str call_text(const struct making *m, const struct shell_call *c)
{
	struct shell_span span = c->span;
	struct str s;

	if (is_exec(m, c))
		return words_text(m, c);
	s = str_sub(m->source->text, span.at, span.end > span.at ? span.end - span.at : 0);
	return str_find_char(s, '\n') < s.n ? joined(m, s) : s;
}

static int64_t line_of(const struct making *m, size_t at)
{
	return m->source->line ? (int64_t)m->source->line(m->source->context, at) : 0;
}

static struct value command_value(const struct making *m, const struct shell_call *c,
				  enum shell_dialect dialect)
{
	struct command_fact *f = arena_alloc(m->arena, sizeof *f);
	const struct shell_call *source = c->source;
	bool literal;

	if (!f)
		return value_absent();
	*f = (struct command_fact){
		.object.class = &command_class,
		.name = str_or_empty(c->name),
		.path = str_or_empty(c->path),
		.subcommand = str_or_empty(c->subcommand),
		.args = words_value(m, c, &literal),
		.operands = operands_value(m, c),
		.manager = str_or_empty(c->manager),
		.action = value_string(c->manager.n ? action_text(c->action) : STR("")),
		.packages = packages_value(m, c),
		.env = bindings_value(m, c->bindings),
		.before = value_string(operator_text(c->before)),
		.after = value_string(operator_text(c->after)),
		.index = value_int((int64_t)c->index),
		.first = value_bool(c->index == 0),
		.pipe_length = value_int(c->pipeline ? (int64_t)c->pipeline->n_commands : 1),
		.pipe_index = value_int((int64_t)c->stage),
		.source = str_or_empty(source ? source->name : STR_NULL),
		.pipefail = value_bool(c->settings & SHELL_PIPEFAIL),
		.errexit = value_bool(c->settings & SHELL_ERREXIT),
		.conditional = value_bool(c->conditional),
		.tested = value_bool(c->tested),
		.subshells = value_int(c->subshells),
		.within = value_string(within_text(c->within)),
		.outer = str_or_empty(c->outer ? c->outer->name : STR_NULL),
		.workdir = str_or_empty(c->workdir),
		.after_cd = value_bool(c->cd != NULL),
		.dialect = value_string(dialect_text(dialect)),
		.text = str_or_empty(call_text(m, c)),
		.exec = value_bool(is_exec(m, c)),
		.line = value_int(line_of(m, c->span.at)),
		.start = offset(c->span.at),
		.end = offset(c->span.end),
		.subcommand_end = offset(subcommand_end(c)),
	};
	f->literal = value_bool(literal);
	put_flags(m, c, f);
	put_redirects(m, c, f);
	return value_object(&f->object);
}

struct value command_facts(const struct shell_run *run, enum shell_dialect dialect,
			   const struct command_source *source, struct arena *a)
{
	const struct making m = {a, source};
	struct fact_list l = fact_list_make(a, run->n_calls);

	for (const struct shell_call *c = run->calls; c; c = c->next)
		fact_list_add(&l, command_value(&m, c, dialect));
	return fact_list_value(&l);
}
