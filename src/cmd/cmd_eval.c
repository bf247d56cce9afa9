/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/eval_case.h"
#include "cmd/line_answers.h"
#include "codec/json_writer.h"
#include "expr/expr.h"
#include "expr/plain_json.h"

static struct {
	const char *input;
	bool jsonl, functions;
} opt;

/* What the expression may ask, from --input. */
struct facts {
	struct json *doc;
	struct scratch scratch;
	struct call call;
	struct arena arena;
	struct value *values; /* by slot */
};

static bool is_identifier(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alpha(s.p[i]) && s.p[i] != '_' && !(i && char_is_digit(s.p[i])))
			return false;
	return s.n > 0;
}

static int read_input(struct facts *facts, struct value *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	bool is_stdin = strcmp(opt.input, "-") == 0;
	int r = is_stdin ? fd_read_all(0, &sb, err) : file_read(opt.input, &sb, err);

	if (r < 0 && !is_stdin)
		return r; /* says which file */
	if (r == 0)
		r = json_parse(strbuf_str(&sb), &facts->doc, err);
	if (r < 0)
		return err_wrap(err, r, "%s", is_stdin ? "stdin" : opt.input);
	*ret = value_from_json(&facts->call, facts->doc);
	if (value_is_error(*ret))
		return err_set(err, ERR_LIMIT, "%s: %.*s", opt.input, STR_FMT(ret->error->message));
	return 0;
}

/* The whole is `input`; members whose names can be written are variables, too. */
static int declare(struct env *env, struct value input, struct facts *facts, struct err *err)
{
	int r = env_add_variable(env, STR("input"), &type_dyn, NULL, err);

	for (uint32_t i = 0; r == 0 && input.kind == VALUE_MAP && i < input.n; i++) {
		struct str name = value_str(value_key_at(&facts->call, input, i));

		if (is_identifier(name) && !str_is(name, "input"))
			r = env_add_variable(env, name, &type_dyn, NULL, err);
	}
	if (r < 0)
		return r;
	facts->values = arena_array(&facts->arena, env->n_slots, sizeof(*facts->values));
	if (!facts->values)
		return err_nomem(err);
	facts->values[0] = input;
	for (uint32_t i = 0, slot = 1; input.kind == VALUE_MAP && i < input.n; i++) {
		struct value key = value_key_at(&facts->call, input, i);

		if (is_identifier(value_str(key)) && !str_is(value_str(key), "input"))
			facts->values[slot++] = value_get(&facts->call, input, key);
	}
	return 0;
}

static int print_value(struct facts *facts, struct value v)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct json_writer w;
	struct err err = {0};

	json_writer_init(&w, &sb, JSON_INDENT);
	value_to_json(&facts->call, v, &w);
	strbuf_addc(&sb, '\n');
	return strbuf_check(&sb, &err) < 0 ? command_error(&err) : command_print(strbuf_str(&sb));
}

/* The problems with their lines of the source, on stderr. */
static int print_problems(struct strbuf *explained, const struct err *err)
{
	struct err failure = {0};

	if (explained->n == 0)
		return command_error(err);
	return fd_write_all(2, strbuf_str(explained), &failure) < 0 ? command_error(&failure)
								    : EXIT_ERROR;
}

static int evaluate(struct env *env, struct facts *facts, struct str source)
{
	CLEANUP(strbuf_done) struct strbuf explained = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	CLEANUP(program_freep) struct program *program = NULL;
	CLEANUP(evaluation_done) struct evaluation e = {.n_locals = 0};
	struct err err = {0};
	struct value v;

	if (expr_compile(env, source, &program, &explained, &err) < 0)
		return print_problems(&explained, &err);
	evaluation_init(&e);
	v = program_eval(program, &e, facts->values, env->n_slots);
	if (!value_is_error(v))
		return print_value(facts, v);
	expr_explain(v, source, &explained);
	return print_problems(&explained, &err);
}

static int run_expression(struct str source)
{
	CLEANUP(env_freep) struct env *env = NULL;
	struct facts facts = {.doc = NULL};
	struct value input = value_null();
	struct err err = {0};
	int r, status;

	scratch_init(&facts.scratch, LIMIT_EXPR_SCRATCH * 4);
	arena_init(&facts.arena, LIMIT_ARENA_BYTES);
	facts.call = (struct call){.scratch = &facts.scratch, .budget = UINT64_MAX};
	r = env_new(&env, &err);
	if (r == 0 && opt.input)
		r = read_input(&facts, &input, &err);
	if (r == 0 && opt.input)
		r = declare(env, input, &facts, &err);
	status = r < 0 ? command_error(&err) : evaluate(env, &facts, source);
	json_free(facts.doc);
	arena_done(&facts.arena);
	scratch_done(&facts.scratch);
	return status;
}

/* Operators and functions, by library, as its table says them. */
static int list_functions(void)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)1 << 20);
	struct err err = {0};

	for (size_t i = 0; libraries[i]; i++)
		for (size_t j = 0; j < libraries[i]->n_rows; j++)
			strbuf_addf(&sb, "%s\t%s\t%s\n", libraries[i]->name,
				    libraries[i]->rows[j].name, libraries[i]->rows[j].signature);
	return strbuf_check(&sb, &err) < 0 ? command_error(&err) : command_print(strbuf_str(&sb));
}

static int answer_case(void *context, struct str line, struct strbuf *out, struct err *err)
{
	return eval_case_answer(line, out, err);
}

static void put_error(struct strbuf *out, const struct err *what)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "error", what->msg);
	json_close_map(&w);
}

static int run(int argc, const char *const *argv)
{
	const struct line_answers answers = {
		.answer = answer_case,
		.put_error = put_error,
		.max_line = LIMIT_JSON_BYTES,
		.max_answer = LIMIT_OUTPUT_BYTES,
		.limit = "json_bytes",
	};
	struct err err = {0};

	if (opt.functions && argc == 0)
		return list_functions();
	if (opt.jsonl && !opt.input)
		return line_answers_run(&answers, argc, argv);
	if (opt.jsonl)
		err_set(&err, ERR_USAGE,
			"eval: --jsonl reads its bindings from each line, so there is no --input");
	else if (argc != 1)
		err_set(&err, ERR_USAGE, "eval: expected one expression, got %d", argc);
	else
		return run_expression(str_of(argv[0]));
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_STR("input", 'i', &opt.input, "FILE",
		   "JSON that the expression may ask; - is stdin"),
	OPTION_FLAG("jsonl", 0, &opt.jsonl, "answer cases, a JSON object a line of stdin"),
	OPTION_FLAG("functions", 0, &opt.functions,
		    "list library, name and signature of all functions"),
	OPTION_END,
};

const struct command command_eval = {
	.name = "eval",
	.arguments = "EXPRESSION",
	.summary = "try an expression of the rules' language (CEL)",
	.details =
		"Prints the result as JSON. What is wrong with the expression is shown at its "
		"place.\n"
		"The members of the --input object are variables, the whole of it is `input`.\n"
		"The language is the Common Expression Language with the libraries strings, math, "
		"lists, sets, encoders, bindings, optional values, two-variable macros, regex, "
		"network addresses, quantities and versions as in Kubernetes.\n"
		"With --jsonl each line is an object with expr and, as wanted, bindings, type_env, "
		"container, disable_check and check_only; the answer is a line with value, "
		"typed_result or error.\n"
		"  plimsoll eval '[1, 2, 3].map(n, n * n)'\n"
		"  plimsoll eval --input report.json 'size(findings)'",
	.options = options,
	.run = run,
};
