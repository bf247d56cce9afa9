/* SPDX-License-Identifier: Apache-2.0 */
#include "check/template.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/rule_program.h"
#include "expr/number.h"
#include "expr/time.h"

#define PARTS_MAX 32
#define DEPTH_MAX 4

/* What an object is told by, the first that it has. */
static const char *const telling[] = {"text", "name"};

/* The length of the expression at the start of s: to the brace that closes it, strings skipped. */
static size_t expression_end(struct str s)
{
	char quote = '\0';
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote) {
			i += c == '\\';
			quote = c == quote ? '\0' : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '}' && depth == 0) {
			return i;
		} else {
			depth += c == '{';
			depth -= c == '}';
		}
	}
	return s.n;
}

/* Up to the next expression; doubled braces are one. */
static int take_text(struct str *rest, struct arena *a, struct str *ret, struct err *err)
{
	char *p = arena_alloc(a, rest->n + 1);
	size_t n = 0;

	if (!p)
		return err_nomem(err);
	for (; rest->n; *rest = str_skip(*rest, 1)) {
		char c = rest->p[0];
		bool twice = rest->n > 1 && rest->p[1] == c;

		if (c == '}' && !twice)
			return err_set(err, ERR_FORMAT, "a } without a {; write }} for a brace");
		if (c == '{' && !twice)
			break;
		if (c == '{' || c == '}')
			*rest = str_skip(*rest, 1);
		p[n++] = c;
	}
	*ret = str_make(p, n);
	return 0;
}

/* ---- what has a text ---- */

static const struct object_field *telling_field(const struct object_class *class)
{
	for (size_t k = 0; k < ARRAY_LEN(telling); k++)
		for (size_t i = 0; i < class->n_fields; i++)
			if (str_is(str_of(telling[k]), class->fields[i].name))
				return &class->fields[i];
	return NULL;
}

/* The part of the type that no text can be made of; NULL: there is none, or it is not known yet. */
static const struct type *textless(const struct env *env, const struct type *t, unsigned depth)
{
	const struct object_class *class;
	const struct type *found = NULL;

	switch (t->kind) {
	case TYPE_BYTES:
		return t;
	case TYPE_LIST:
	case TYPE_MAP:
	case TYPE_OPTIONAL:
		for (unsigned i = 0; depth < DEPTH_MAX && i < t->n_params && !found; i++)
			found = textless(env, t->params[i], depth + 1);
		return found;
	case TYPE_ABSTRACT:
		class = env_class(env, t->name);
		return class && !class->print && !telling_field(class) ? t : NULL;
	default:
		return NULL;
	}
}

static int need_text(const struct env *env, struct str source, const struct program *program,
		     struct err *err)
{
	const struct type *t = textless(env, program_type(program), 0);
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX);

	if (!t)
		return 0;
	type_print(t, &sb);
	return err_set(err, ERR_FORMAT, "{%.*s}: %.*s has no text of its own; %s",
		       STR_FMT(str_sub(source, 0, 200)), STR_FMT(strbuf_str(&sb)),
		       t->kind == TYPE_BYTES ? "write string(...)" : "name a field of it");
}

static int compile_part(const struct env *env, struct str source, struct arena *a,
			struct program **ret, struct err *err)
{
	int r = expression_compile(env, source, a, NULL, ret, err);

	return r < 0 ? r : need_text(env, source, *ret, err);
}

int template_compile(const struct env *env, struct str text, struct arena *a, struct template *ret,
		     struct err *err)
{
	struct str rest = text;
	int r = 0;

	ret->n = 0;
	ret->parts = arena_array(a, PARTS_MAX, sizeof *ret->parts);
	if (!ret->parts)
		return err_nomem(err);
	while (r == 0 && rest.n) {
		struct template_part *part = &ret->parts[ret->n++];
		size_t end;

		r = take_text(&rest, a, &part->text, err);
		if (r < 0 || !rest.n)
			break;
		rest = str_skip(rest, 1);
		end = expression_end(rest);
		if (end == rest.n || ret->n == PARTS_MAX)
			return err_set(err, ERR_FORMAT, "%s",
				       end == rest.n ? "a { without its }; write {{ for a brace"
						     : "too many expressions in one text");
		r = compile_part(env, str_sub(rest, 0, end), a, &part->program, err);
		rest = str_skip(rest, end + 1);
	}
	return r;
}

void template_release(struct template *t)
{
	for (size_t i = 0; i < t->n; i++)
		program_free(t->parts[i].program);
	t->n = 0;
}

/* ---- texts of values ---- */

static void add_value(struct call *c, struct value v, unsigned depth, struct strbuf *out);

static void add_time(struct value v, struct strbuf *out)
{
	struct nanotime t = {v.i, v.n};
	char text[TIME_TEXT_MAX];
	size_t n = v.kind == VALUE_TIMESTAMP ? timestamp_print(t, text) : duration_print(t, text);

	strbuf_add(out, str_make(text, n));
}

static void add_object(struct call *c, const struct object *o, unsigned depth, struct strbuf *out)
{
	const struct object_field *field = telling_field(o->class);

	if (o->class->print)
		strbuf_add(out, o->class->print(c, o));
	else if (field && depth < DEPTH_MAX)
		add_value(c, field->get(c, o), depth + 1, out);
	else
		strbuf_adds(out, o->class->name);
}

/* What has no budget left ends: each key of a map of facts may be looked for from its start. */
static void add_map(struct call *c, struct value v, unsigned depth, struct strbuf *out)
{
	for (uint32_t i = 0; depth < DEPTH_MAX && i < v.n && call_spend(c, 1); i++) {
		struct value key = value_key_at(c, v, i);

		strbuf_adds(out, i ? ", " : "");
		add_value(c, key, depth + 1, out);
		strbuf_addc(out, '=');
		add_value(c, value_get(c, v, key), depth + 1, out);
	}
}

static void add_value(struct call *c, struct value v, unsigned depth, struct strbuf *out)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_STRING:
		strbuf_add(out, value_str(v));
		return;
	case VALUE_BOOL:
		strbuf_adds(out, v.b ? "true" : "false");
		return;
	case VALUE_INT:
		strbuf_addf(out, "%lld", (long long)v.i);
		return;
	case VALUE_UINT:
		strbuf_addf(out, "%llu", (unsigned long long)v.u);
		return;
	case VALUE_DOUBLE:
		double_print(v.d, DOUBLE_SHORT, out);
		return;
	case VALUE_NULL:
		strbuf_adds(out, "null");
		return;
	case VALUE_LIST:
		for (uint32_t i = 0; depth < DEPTH_MAX && i < v.n; i++) {
			strbuf_adds(out, i ? ", " : "");
			add_value(c, value_at(c, v, i), depth + 1, out);
		}
		return;
	case VALUE_OBJECT:
		add_object(c, v.object, depth, out);
		return;
	case VALUE_OPTIONAL:
		if (v.optional)
			add_value(c, *v.optional, depth + 1, out);
		return;
	case VALUE_MAP:
		add_map(c, v, depth, out);
		return;
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		add_time(v, out);
		return;
	case VALUE_TYPE:
		type_print(v.type, out);
		return;
	case VALUE_ABSENT:
	case VALUE_ERROR:
	case VALUE_BYTES:
		strbuf_adds(out, "(?)");
		return;
	}
}

bool template_expand(const struct template *t, struct evaluation *e, const struct value *facts,
		     size_t n_facts, struct strbuf *out)
{
	struct call c = {.scratch = &e->scratch, .budget = LIMIT_EXPR_COST};
	bool failed = false;

	for (size_t i = 0; i < t->n; i++) {
		strbuf_add(out, t->parts[i].text);
		if (t->parts[i].program) {
			struct value v = program_eval(t->parts[i].program, e, facts, n_facts);

			failed |= value_is_error(v);
			add_value(&c, v, 0, out);
		}
	}
	return !failed;
}
