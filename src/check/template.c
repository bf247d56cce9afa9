/* SPDX-License-Identifier: Apache-2.0 */
#include "check/template.h"

#include "base/limits.h"
#include "check/rule_program.h"
#include "expr/number.h"

#define PARTS_MAX 32

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
		r = expression_compile(env, str_sub(rest, 0, end), a, NULL, &part->program, err);
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
		for (uint32_t i = 0; depth < 4 && i < v.n; i++) {
			strbuf_adds(out, i ? ", " : "");
			add_value(c, value_at(c, v, i), depth + 1, out);
		}
		return;
	case VALUE_OBJECT:
		if (v.object->class->print)
			strbuf_add(out, v.object->class->print(c, v.object));
		else
			strbuf_adds(out, v.object->class->name);
		return;
	case VALUE_OPTIONAL:
		if (v.optional)
			add_value(c, *v.optional, depth + 1, out);
		return;
	case VALUE_MAP:
		strbuf_addf(out, "%u entries", v.n);
		return;
	case VALUE_ABSENT:
	case VALUE_ERROR:
	case VALUE_BYTES:
	case VALUE_TYPE:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
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
