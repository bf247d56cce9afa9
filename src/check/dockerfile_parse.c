/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     # syntax=docker/dockerfile:1            directive: only at the top, one line each
 *     # installs the tools                    comment, of the instruction below
 *     RUN --mount=type=cache,target=/c \      keyword, flag, continuation
 *         # why                               a comment inside is no part of the line
 *         apt-get update                      white space in front of it is
 *     COPY <<EOF /etc/motd                    heredoc: the lines up to EOF
 *     hello
 *     EOF
 */
#include "check/dockerfile.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "check/dockerfile_cut.h"
#include "check/dockerfile_heredoc.h"
#include "check/dockerfile_usage.h"

/*
 * How many bytes may be searched in vain for the ends of heredocs, as multiples of the file. A file
 * with more unterminated heredocs than that is read on in a simpler way.
 */
#define VAIN_SEARCHES 2

struct source_line {
	size_t at, end; /* without the line end */
	size_t next;	/* where the next line starts */
	uint32_t number;
};

/* An instruction whose comments have no address yet. */
struct read_instruction {
	struct instruction in;
	size_t first_comment;
};

/* A problem and the instruction it is of, which has no address yet; NO_INSTRUCTION. */
struct found_problem {
	struct dockerfile_problem p;
	size_t instruction;
};
#define NO_INSTRUCTION SIZE_MAX

struct parser {
	struct arena *arena;
	struct dockerfile *df;
	struct str source;
	size_t at; /* the next line starts here */
	uint32_t number;
	size_t vain;	      /* bytes searched for ends of heredocs that were not there */
	bool directives_over; /* something else was there */
	bool shebang;	      /* the first line is "#!": directives below are not the parser's */
	size_t n_stages;
	size_t first_comment;  /* of those that belong to the next instruction */
	struct vec read;       /* struct read_instruction */
	struct vec comments;   /* struct dockerfile_comment */
	struct vec directives; /* struct dockerfile_directive */
	struct vec problems;   /* struct found_problem */
	size_t more_problems;
	/* Of the instruction at hand. */
	struct dockerfile_cutter cutter;
	struct strbuf joined;
	struct vec pieces;   /* struct text_piece */
	struct vec heredocs; /* struct line_heredoc */
};

static bool next_line(struct parser *p, struct source_line *ret)
{
	struct str rest = str_skip(p->source, p->at);
	const char *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
	size_t n = end ? (size_t)(end - rest.p) : rest.n;

	if (rest.n == 0)
		return false;
	*ret = (struct source_line){p->at, p->at + n, p->at + n + (end != NULL), ++p->number};
	while (ret->end > ret->at && p->source.p[ret->end - 1] == '\r')
		ret->end--;
	p->at = ret->next;
	return true;
}

static void go_back(struct parser *p, const struct source_line *to)
{
	p->at = to->at;
	p->number = to->number - 1;
}

static struct str line_text(const struct parser *p, const struct source_line *l)
{
	return str_sub(p->source, l->at, l->end - l->at);
}

static struct dockerfile_span span_make(size_t at, size_t end)
{
	return (struct dockerfile_span){(uint32_t)at, (uint32_t)end};
}

/* The message is the arena's already. */
static void add_problem(struct parser *p, size_t instruction, const struct dockerfile_problem *what)
{
	struct found_problem *f = vec_push(&p->problems);

	if (f)
		*f = (struct found_problem){*what, instruction};
	else
		p->more_problems++;
}

#define PROBLEM(parser, instruction, level_, line_, span_, ...)                                    \
	add_problem(parser, instruction,                                                           \
		    &(struct dockerfile_problem){                                                  \
			    .level = level_,                                                       \
			    .line = line_,                                                         \
			    .span = span_,                                                         \
			    .message = arena_strf((parser)->arena, __VA_ARGS__),                   \
		    })

/* An exact copy of a vec in the arena. */
static void *keep(struct parser *p, const struct vec *v)
{
	void *copy = arena_array(p->arena, v->n, v->elem_size);

	if (copy && v->n)
		memcpy(copy, v->p, v->n * v->elem_size);
	return copy;
}

/* A vec that took nothing more: its maximum, or no memory. */
static int full(const struct vec *v, const char *limit, struct err *err)
{
	if (v->n < v->max)
		return err_nomem(err);
	return err_set(err, ERR_LIMIT, "more than %s (%zu)", limit, v->max);
}

/* Directives and comments. */

static size_t name_end(struct str s)
{
	size_t n = 0;

	if (s.n == 0 || !char_is_alpha(s.p[0]))
		return 0;
	while (n < s.n && char_is_alnum(s.p[n]))
		n++;
	return n;
}

/* name = value, behind the '#'; the value is not empty. */
static bool split_directive(struct str s, struct str *ret_name, struct str *ret_value)
{
	size_t n;

	s = unicode_trim_left(s);
	n = name_end(s);
	*ret_name = str_sub(s, 0, n);
	s = str_trim(str_skip(s, n));
	if (n == 0 || !str_pull_prefix(&s, STR("=")))
		return false;
	*ret_value = str_trim(s);
	return ret_value->n > 0;
}

static struct str directive_name(struct str name)
{
	static const char *const names[] = {"syntax", "escape", "check"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return str_of(names[i]);
	return STR_NULL;
}

static bool has_directive(const struct parser *p, struct str name)
{
	for (size_t i = 0; i < p->directives.n; i++) {
		const struct dockerfile_directive *d = vec_at(&p->directives, i);

		if (str_eq(d->name, name))
			return true;
	}
	return false;
}

static void apply_escape(struct parser *p, struct str value, uint32_t line,
			 struct dockerfile_span span)
{
	if (str_is(value, "\\") || str_is(value, "`"))
		p->cutter.escape = value.p[0];
	else
		PROBLEM(p, NO_INSTRUCTION, DOCKERFILE_SYNTAX, line, span,
			"escape: \"%.*s\" is neither a backslash nor a backtick",
			STR_FMT(str_sub(value, 0, 80)));
}

/* Whether the comment `text` (from its '#') is a directive; then it is kept as one. */
static bool read_directive(struct parser *p, const struct source_line *l, struct str text)
{
	struct str written, value, name = STR_NULL;
	struct dockerfile_span span;
	struct dockerfile_directive *d;

	if (p->directives_over)
		return false;
	if (split_directive(str_skip(text, 1), &written, &value))
		name = directive_name(written);
	if (!name.p) {
		p->directives_over = true;
		return false;
	}
	span = span_make((size_t)(value.p - p->source.p),
			 (size_t)(value.p - p->source.p) + value.n);
	if (has_directive(p, name)) {
		PROBLEM(p, NO_INSTRUCTION, DOCKERFILE_SYNTAX, l->number, span,
			"the directive %.*s is given twice", STR_FMT(name));
		return true;
	}
	d = vec_push(&p->directives);
	if (d)
		*d = (struct dockerfile_directive){name, {value, span}, l->number};
	if (str_is(name, "escape") && !p->shebang)
		apply_escape(p, value, l->number, span);
	return true;
}

static int add_comment(struct parser *p, const struct source_line *l, struct str text, bool inside,
		       struct err *err)
{
	struct dockerfile_comment *c = vec_push(&p->comments);

	if (!c)
		return full(&p->comments, "dockerfile_comments", err);
	*c = (struct dockerfile_comment){
		.text = unicode_trim(str_skip(text, 1)),
		.span = span_make((size_t)(text.p - p->source.p), l->end),
		.line = l->number,
		.inside = inside,
	};
	return 0;
}

static int read_comment(struct parser *p, const struct source_line *l, struct str text,
			struct err *err)
{
	struct str body = unicode_trim(str_skip(text, 1));
	int r;

	/* The frontend looks for directives behind a shebang too, the parser does not. */
	if (l->number == 1 && str_has_prefix(text, STR("#!")))
		p->shebang = true;
	else if (read_directive(p, l, text))
		return 0;
	r = add_comment(p, l, text, false, err);
	if (r == 0 && body.n == 0)
		p->first_comment = p->comments.n;
	return r;
}

/* Lines that are joined into one. */

/* Cuts off a continuation: the escape character, unescaped, at the end or before blanks. */
static bool cut_continuation(const struct parser *p, struct str *s)
{
	size_t n = s->n;

	while (n && (s->p[n - 1] == ' ' || s->p[n - 1] == '\t'))
		n--;
	if (n == 0 || s->p[n - 1] != p->cutter.escape)
		return false;
	if (n > 1 && s->p[n - 2] == p->cutter.escape)
		return false;
	s->n = n - 1;
	return true;
}

static bool add_piece(struct parser *p, struct str part)
{
	struct text_piece *piece = vec_push(&p->pieces);

	if (piece)
		*piece = (struct text_piece){p->joined.n, (size_t)(part.p - p->source.p)};
	strbuf_add(&p->joined, part);
	return piece != NULL;
}

/* The lines behind the first one, up to one that does not go on. */
static int join_lines(struct parser *p, struct instruction *in, struct source_line *l,
		      struct err *err)
{
	bool goes_on = true;
	int r;

	while (goes_on && next_line(p, l)) {
		struct str part = line_text(p, l), trimmed = unicode_trim_left(part);

		in->last_line = l->number;
		if (trimmed.n == 0) {
			in->has_empty_continuation = true;
			continue;
		}
		if (trimmed.p[0] == '#') {
			r = add_comment(p, l, trimmed, true, err);
			if (r < 0)
				return r;
			continue;
		}
		goes_on = cut_continuation(p, &part);
		if (!add_piece(p, part))
			return full(&p->pieces, "dockerfile_words", err);
	}
	return 0;
}

/* Fills text and map of the instruction that starts with `first`. */
static int read_text(struct parser *p, struct instruction *in, struct source_line *l,
		     struct str first, bool goes_on, struct err *err)
{
	int r;

	strbuf_reset(&p->joined);
	vec_cut(&p->pieces, 0);
	if (!goes_on) {
		struct text_piece *piece = vec_push(&p->pieces);

		if (!piece)
			return err_nomem(err);
		*piece = (struct text_piece){0, (size_t)(first.p - p->source.p)};
		in->text = first;
	} else {
		if (!add_piece(p, first))
			return err_nomem(err);
		r = join_lines(p, in, l, err);
		if (r < 0)
			return r;
		in->text = arena_str(p->arena, strbuf_str(&p->joined));
	}
	in->map = text_map_make(p->arena);
	in->map.pieces = keep(p, &p->pieces);
	in->map.n = in->map.cap = p->pieces.n;
	if (p->joined.error)
		return strbuf_check(&p->joined, err);
	return arena_check(p->arena, err);
}

/* Heredocs. */

/* Whether a line starts as an instruction does, in capitals: where a lost heredoc may end. */
static bool starts_instruction(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] >= 'A' && line.p[n] <= 'Z')
		n++;
	return n >= 3 && n < line.n && (line.p[n] == ' ' || line.p[n] == '\t') &&
	       instruction_find(str_sub(line, 0, n)) != INSTRUCTION_UNKNOWN;
}

static bool is_marker(struct str line, const struct line_heredoc *h)
{
	if (h->chomp)
		while (line.n && line.p[0] == '\t')
			line = str_skip(line, 1);
	return str_eq(line, h->name);
}

/*
 * Reads on to the marker (*ret: its line) or, if asked, to a line that looks like an instruction.
 * 1: the marker, 0: it is not there.
 */
static int find_marker(struct parser *p, const struct line_heredoc *h, bool stop_at_instruction,
		       struct source_line *ret)
{
	while (next_line(p, ret)) {
		struct str text = line_text(p, ret);

		if (is_marker(text, h))
			return 1;
		if (stop_at_instruction && starts_instruction(text)) {
			go_back(p, ret);
			return 0;
		}
	}
	*ret = (struct source_line){p->at, p->at, p->at, p->number + 1};
	return 0;
}

static void read_body(struct parser *p, const struct line_heredoc *found,
		      struct dockerfile_heredoc *h)
{
	struct source_line start = {.at = p->at, .number = p->number + 1}, end;
	bool hopeless = p->vain > VAIN_SEARCHES * p->source.n;
	bool there = find_marker(p, found, hopeless, &end);

	if (!there && !hopeless) {
		p->vain += p->at - start.at;
		go_back(p, &start);
		there = find_marker(p, found, true, &end);
	}
	h->unterminated = !there;
	h->line = start.number;
	h->body.text = str_sub(p->source, start.at, end.at - start.at);
	if (!h->body.text.p)
		h->body.text = STR("");
	h->body.span = span_make(start.at, end.at);
}

static bool may_have_heredocs(const struct instruction *in)
{
	const struct instruction *e = instruction_effective(in);

	return !e->json && (e->keyword == INSTRUCTION_RUN || e->keyword == INSTRUCTION_COPY ||
			    e->keyword == INSTRUCTION_ADD);
}

/* Reads the bodies of those that p->heredocs lists; the index of one without an end, or n. */
static size_t keep_heredocs(struct parser *p, struct instruction *in)
{
	struct dockerfile_heredoc *list = arena_array(p->arena, p->heredocs.n, sizeof *list);
	size_t lost = p->heredocs.n;

	for (size_t i = 0; list && i < p->heredocs.n; i++) {
		const struct line_heredoc *found = vec_at(&p->heredocs, i);
		struct dockerfile_heredoc *h = &list[i];

		h->name = found->name;
		h->fd = found->fd;
		h->expand = found->expand;
		h->chomp = found->chomp;
		h->word =
			dockerfile_word_make(in, found->at, found->end,
					     str_sub(in->text, found->at, found->end - found->at));
		read_body(p, found, h);
		if (h->unterminated && lost == p->heredocs.n)
			lost = i;
	}
	in->heredocs = list;
	in->n_heredocs = list ? p->heredocs.n : 0;
	in->last_line = p->number;
	return lost;
}

static void refuse(struct instruction *in, struct dockerfile_span span, struct str message,
		   struct dockerfile_problem *problem)
{
	if (!in->broken)
		*problem = (struct dockerfile_problem){
			.level = DOCKERFILE_SYNTAX, .span = span, .message = message};
	in->broken = true;
}

static int read_heredocs(struct parser *p, struct instruction *in,
			 struct dockerfile_problem *problem, struct err *err)
{
	struct err what = {0};
	size_t lost;
	int r;

	vec_cut(&p->heredocs, 0);
	r = heredoc_find(in->text, &p->heredocs, p->arena, &what);
	if (r == -ERR_FORMAT) {
		refuse(in, in->name.span,
		       arena_strf(p->arena, "the end marker of a heredoc: %s", what.msg), problem);
		return 0;
	}
	if (r < 0)
		return err_set(err, what.code, "%s", what.msg);
	if (p->heredocs.n == 0)
		return 0;
	lost = keep_heredocs(p, in);
	if (lost < in->n_heredocs)
		refuse(in, in->heredocs[lost].word.span,
		       arena_strf(p->arena, "the heredoc has no end: a line \"%.*s\"",
				  STR_FMT(str_sub(in->heredocs[lost].name, 0, 80))),
		       problem);
	return 0;
}

/* The file. */

/* What stands in the lines of an instruction, and below them. */
static int read_parts(struct parser *p, struct instruction *in, size_t start, struct err *err)
{
	struct dockerfile_problem problem = {0};
	struct instruction *trigger;
	int r = dockerfile_cut(&p->cutter, in, &trigger, &problem, err);

	if (r == 0 && may_have_heredocs(in))
		r = read_heredocs(p, in, &problem, err);
	if (r < 0)
		return r;
	in->span = span_make(start, p->at);
	if (trigger) {
		trigger->span = in->span;
		trigger->last_line = in->last_line;
		trigger->heredocs = in->heredocs;
		trigger->n_heredocs = in->n_heredocs;
	}
	if (in->broken)
		add_problem(p, p->read.n - 1, &problem);
	return arena_check(p->arena, err);
}

static int read_instruction(struct parser *p, struct source_line *l, struct str first, bool goes_on,
			    struct err *err)
{
	struct read_instruction *read = vec_push(&p->read);
	size_t start = l->at;
	struct instruction *in;
	int r;

	if (!read)
		return full(&p->read, "dockerfile_instructions", err);
	in = &read->in;
	read->first_comment = p->first_comment;
	in->n_comments = p->comments.n - p->first_comment;
	in->stage = p->n_stages ? (uint32_t)p->n_stages - 1 : DOCKERFILE_GLOBAL;
	in->line = in->last_line = l->number;
	r = read_text(p, in, l, first, goes_on, err);
	if (r == 0)
		r = read_parts(p, in, start, err);
	if (in->keyword == INSTRUCTION_FROM)
		in->stage = (uint32_t)p->n_stages++;
	p->first_comment = p->comments.n;
	return r;
}

static int read_line(struct parser *p, struct source_line *l, struct err *err)
{
	struct str text = unicode_trim_left(line_text(p, l));
	bool goes_on;

	if (text.n && text.p[0] == '#')
		return read_comment(p, l, text, err);
	p->directives_over = true;
	if (text.n == 0)
		return 0;
	goes_on = cut_continuation(p, &text);
	return read_instruction(p, l, text, goes_on, err);
}

/* Where the lines start, and which are longer than BuildKit takes. */
static int index_lines(struct parser *p, struct err *err)
{
	struct source_line l;
	uint32_t *lines;
	size_t n = 1;

	for (size_t i = 0; i < p->source.n; i++)
		n += p->source.p[i] == '\n';
	lines = arena_array(p->arena, n, sizeof *lines);
	if (!lines)
		return err_nomem(err);
	for (n = 0; next_line(p, &l); n++) {
		size_t bytes = l.next - l.at - (l.next > l.at && p->source.p[l.next - 1] == '\n');

		lines[n] = (uint32_t)l.at;
		if (bytes > LIMIT_DOCKERFILE_LINE_BYTES)
			PROBLEM(p, NO_INSTRUCTION, DOCKERFILE_SYNTAX, l.number,
				span_make(l.at, l.end),
				"a line of %zu bytes; BuildKit takes %d at most", bytes,
				LIMIT_DOCKERFILE_LINE_BYTES);
	}
	p->at = 0;
	p->number = 0;
	p->df->lines = lines;
	p->df->n_lines = n;
	return 0;
}

static int read_file(struct parser *p, struct err *err)
{
	struct source_line l;
	int r = index_lines(p, err);

	if (r < 0)
		return r;
	p->df->has_bom = str_has_prefix(p->source, STR("\xef\xbb\xbf"));
	while (r == 0 && next_line(p, &l)) {
		if (l.number == 1 && p->df->has_bom)
			l.at += 3;
		r = read_line(p, &l, err);
	}
	return r;
}

static struct str lower_name(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, name.n);

	for (size_t i = 0; p && i < name.n; i++)
		p[i] = char_lower(name.p[i]);
	return str_make(p, name.n);
}

static void start_stage(struct parser *p, struct dockerfile_stage *s,
			const struct instruction *from)
{
	const struct dockerfile_flag *platform = instruction_flag(from, "platform");

	s->from = from;
	s->instructions = from + 1;
	if (from->n_args)
		s->image = from->args[0];
	if (from->n_args == 3 && str_eq_nocase(from->args[1].text, STR("as"))) {
		s->name = from->args[2];
		s->id = lower_name(p->arena, s->name.text);
	}
	if (platform)
		s->platform = (struct dockerfile_word){platform->value, platform->value_span};
}

static int keep_stages(struct parser *p, const struct instruction *list, struct err *err)
{
	struct dockerfile *df = p->df;
	struct dockerfile_stage *stages = arena_array(p->arena, p->n_stages, sizeof *stages);

	if (!stages)
		return err_nomem(err);
	for (size_t i = 0; i < df->n_instructions; i++) {
		if (list[i].stage == DOCKERFILE_GLOBAL)
			df->n_global++;
		else if (list[i].keyword == INSTRUCTION_FROM)
			start_stage(p, &stages[list[i].stage], &list[i]);
		else
			stages[list[i].stage].n++;
	}
	df->stages = stages;
	df->n_stages = p->n_stages;
	return arena_check(p->arena, err);
}

static void refuse_place(struct parser *p, size_t index, const struct instruction *in)
{
	if (p->problems.n == p->problems.max)
		p->more_problems++;
	else
		PROBLEM(p, index, DOCKERFILE_USAGE, 0, in->name.span,
			"%s: only ARG may stand before the first FROM",
			instruction_name(in->keyword));
}

/* What is refused of each instruction by itself, and of their order. */
static void check_instructions(struct parser *p, struct instruction *list)
{
	for (size_t i = 0; i < p->df->n_instructions; i++) {
		struct instruction *in = &list[i];
		struct dockerfile_problem found = {0};

		if (in->broken)
			continue;
		if (!instruction_is_valid(in, p->problems.n < p->problems.max ? p->arena : NULL,
					  &found)) {
			in->broken = found.level != DOCKERFILE_BUILD;
			add_problem(p, i, &found);
		} else if (in->stage == DOCKERFILE_GLOBAL && in->keyword != INSTRUCTION_ARG) {
			refuse_place(p, i, in);
		}
	}
	if (p->df->n_instructions == 0)
		PROBLEM(p, NO_INSTRUCTION, DOCKERFILE_SYNTAX, 0, span_make(0, 0),
			"there is no instruction in the file");
	else if (p->df->n_stages == 0)
		PROBLEM(p, NO_INSTRUCTION, DOCKERFILE_BUILD, 0, span_make(0, 0),
			"there is no FROM in the file");
}

static int keep_tree(struct parser *p, struct err *err)
{
	struct dockerfile *df = p->df;
	struct instruction *list = arena_array(p->arena, p->read.n, sizeof *list);
	int r;

	df->comments = keep(p, &p->comments);
	df->n_comments = p->comments.n;
	df->directives = keep(p, &p->directives);
	df->n_directives = p->directives.n;
	df->escape = p->cutter.escape;
	if (arena_check(p->arena, err) < 0)
		return -ERR_NOMEM;
	for (size_t i = 0; i < p->read.n; i++) {
		const struct read_instruction *read = vec_at(&p->read, i);

		list[i] = read->in;
		list[i].comments = df->comments + read->first_comment;
	}
	df->instructions = list;
	df->n_instructions = p->read.n;
	r = keep_stages(p, list, err);
	if (r == 0)
		check_instructions(p, list);
	return r;
}

static int by_place(const void *a, const void *b)
{
	const struct found_problem *x = a, *y = b;

	if (x->p.span.at != y->p.span.at)
		return x->p.span.at < y->p.span.at ? -1 : 1;
	return str_cmp(x->p.message, y->p.message);
}

static int keep_problems(struct parser *p, struct err *err)
{
	struct dockerfile *df = p->df;
	struct dockerfile_problem *list = arena_array(p->arena, p->problems.n, sizeof *list);

	if (arena_check(p->arena, err) < 0)
		return -ERR_NOMEM;
	vec_sort(&p->problems, by_place);
	for (size_t i = 0; i < p->problems.n; i++) {
		const struct found_problem *f = vec_at(&p->problems, i);

		list[i] = f->p;
		if (f->instruction == NO_INSTRUCTION)
			continue;
		list[i].instruction = &df->instructions[f->instruction];
		list[i].line = dockerfile_place(df, f->p.span.at).line;
	}
	df->problems = list;
	df->n_problems = p->problems.n;
	df->more_problems = p->more_problems;
	return 0;
}

static void parser_done(struct parser *p)
{
	vec_done(&p->read);
	vec_done(&p->comments);
	vec_done(&p->directives);
	vec_done(&p->problems);
	vec_done(&p->pieces);
	vec_done(&p->heredocs);
	strbuf_done(&p->joined);
	dockerfile_cutter_done(&p->cutter);
}

static int parse(struct parser *p, struct err *err)
{
	int r;

	p->df = arena_alloc(p->arena, sizeof *p->df);
	if (!p->df)
		return err_nomem(err);
	p->df->source = p->source;
	r = read_file(p, err);
	if (r == 0)
		r = keep_tree(p, err);
	return r < 0 ? r : keep_problems(p, err);
}

int dockerfile_parse(struct str bytes, struct arena *a, const struct dockerfile **ret,
		     struct err *err)
{
	CLEANUP(parser_done)
	struct parser p = {
		.arena = a,
		.source = bytes,
		.read = VEC_INIT(struct read_instruction, LIMIT_DOCKERFILE_INSTRUCTIONS),
		.comments = VEC_INIT(struct dockerfile_comment, LIMIT_DOCKERFILE_COMMENTS),
		.directives = VEC_INIT(struct dockerfile_directive, 3),
		.problems = VEC_INIT(struct found_problem, LIMIT_DOCKERFILE_PROBLEMS),
		.joined = STRBUF_INIT(LIMIT_DOCKERFILE_BYTES),
		.pieces = VEC_INIT(struct text_piece, LIMIT_DOCKERFILE_WORDS),
		.heredocs = VEC_INIT(struct line_heredoc, LIMIT_DOCKERFILE_HEREDOCS),
	};
	int r;

	if (bytes.n > LIMIT_DOCKERFILE_BYTES)
		return err_set(err, ERR_LIMIT, "larger than dockerfile_bytes (%d)",
			       LIMIT_DOCKERFILE_BYTES);
	dockerfile_cutter_init(&p.cutter, a);
	r = parse(&p, err);
	if (r == 0)
		*ret = p.df;
	return r;
}
