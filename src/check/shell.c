/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shell.h"

#include "check/shell_parser.h"
#include "check/shell_program.h"

int parser_fail(struct parser *p, enum err_code code, const char *limit, int value)
{
	struct parse *parse = p->parse;

	if (parse->r == 0)
		parse->r = code == ERR_NOMEM
				   ? err_nomem(parse->err)
				   : err_set(parse->err, code, "shell: offset %zu: %s (%d)",
					     text_map_origin(p->map, p->at), limit, value);
	p->at = p->text.n;
	return parse->r;
}

void *parser_node(struct parser *p, size_t size)
{
	void *node;

	if (p->parse->r < 0) {
		p->at = p->text.n; /* a copy of the parser has failed */
		return NULL;
	}
	if (++p->parse->nodes > LIMIT_SHELL_NODES) {
		parser_fail(p, ERR_LIMIT, "more than shell_nodes", LIMIT_SHELL_NODES);
		return NULL;
	}
	node = arena_alloc(p->parse->arena, size);
	if (!node)
		parser_fail(p, ERR_NOMEM, NULL, 0);
	return node;
}

bool parser_enter(struct parser *p)
{
	if (p->parse->depth >= LIMIT_SHELL_DEPTH) {
		parser_fail(p, ERR_LIMIT, "nested deeper than shell_depth", LIMIT_SHELL_DEPTH);
		return false;
	}
	p->parse->depth++;
	return true;
}

void parser_leave(struct parser *p)
{
	p->parse->depth--;
}

bool parser_copies(struct parser *p, size_t n)
{
	if (n <= LIMIT_SHELL_TEXT_BYTES - p->parse->copied) {
		p->parse->copied += n;
		return true;
	}
	parser_fail(p, ERR_LIMIT, "more than shell_text_bytes", LIMIT_SHELL_TEXT_BYTES);
	return false;
}

struct shell_span parser_span(const struct parser *p, size_t at, size_t end)
{
	size_t origin = text_map_origin(p->map, at);

	if (end <= at)
		return (struct shell_span){origin, origin};
	return (struct shell_span){origin, text_map_origin(p->map, end - 1) + 1};
}

void parser_problem(struct parser *p, size_t at, size_t end, const char *fmt, ...)
{
	struct shell *script = p->parse->script;
	struct shell_problem *problem;
	char message[200];
	va_list ap;

	if (p->parse->r < 0)
		return;
	if (script->n_problems >= LIMIT_SHELL_PROBLEMS) {
		script->more_problems++;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof message, fmt, ap); /* a long word is cut */
	va_end(ap);
	problem = parser_node(p, sizeof *problem);
	if (!problem)
		return;
	problem->span = parser_span(p, at, end);
	problem->message = arena_str(p->parse->arena, str_of(message));
	*p->parse->problem_tail = problem;
	p->parse->problem_tail = (struct shell_problem **)&problem->next;
	script->n_problems++;
}

struct parser parser_part(const struct parser *p, size_t at, size_t end)
{
	struct parser part = *p;

	part.text = str_sub(p->text, 0, end);
	part.at = at;
	part.closers = 0;
	part.heredocs = NULL;
	part.heredoc_tail = NULL;
	return part;
}

struct parser parser_inside(const struct parser *p, struct str text, const struct text_map *map)
{
	return (struct parser){.parse = p->parse, .text = text, .map = map};
}

static struct str shebang_of(struct str text)
{
	struct str line = STR_NULL;

	if (!str_pull_prefix(&text, STR("#!")) || !str_pull_line(&text, &line))
		return STR_NULL;
	return str_trim(line);
}

static void say_nul(struct parser *p)
{
	size_t at = str_find_char(p->text, '\0');

	if (at < p->text.n)
		parser_problem(p, at, at + 1, "a NUL byte");
}

int shell_parse_counted(const struct shell_input *in, struct arena *a, size_t *nodes,
			const struct shell **ret, struct err *err)
{
	struct parse parse = {.arena = a, .nodes = *nodes, .err = err};
	struct parser p = {.parse = &parse, .text = in->text, .map = in->map};
	struct shell *script;

	if (in->text.n > LIMIT_SHELL_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes of shell: more than shell_bytes (%d)",
			       in->text.n, LIMIT_SHELL_BYTES);
	script = arena_alloc(a, sizeof *script);
	if (!script)
		return err_nomem(err);
	script->text = in->text;
	script->shebang = shebang_of(in->text);
	parse.script = script;
	parse.problem_tail = (struct shell_problem **)&script->problems;
	say_nul(&p);
	script->body = parse_list(&p);
	read_heredocs(&p);
	*nodes = parse.nodes;
	if (parse.r < 0)
		return parse.r;
	*ret = script;
	return 0;
}

int shell_parse(const struct shell_input *in, struct arena *a, const struct shell **ret,
		struct err *err)
{
	size_t nodes = 0;

	return shell_parse_counted(in, a, &nodes, ret, err);
}

bool shell_dialect_find(struct str program, enum shell_dialect *ret)
{
	static const struct {
		const char *name;
		enum shell_dialect dialect;
	} shells[] = {
		{"sh", SHELL_SH},     {"bash", SHELL_BASH}, {"rbash", SHELL_BASH},
		{"dash", SHELL_DASH}, {"ash", SHELL_DASH},  {"ksh", SHELL_KSH},
		{"ksh93", SHELL_KSH}, {"mksh", SHELL_KSH},  {"zsh", SHELL_BASH},
	};
	struct str name = str_skip(program, str_rfind_char(program, '/') < program.n
						    ? str_rfind_char(program, '/') + 1
						    : 0);

	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
		if (str_is(name, shells[i].name)) {
			*ret = shells[i].dialect;
			return true;
		}
	return false;
}
