/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compose_variables.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"

#define WORD_DEPTH_MAX 16   /* ${a:-${b:-...}} */
#define BRACES_MAX     4096 /* bytes between them; longer ones stay as they are */

/* ---- .env ---- */

static bool is_name_char(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && char_is_digit(c));
}

static size_t name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_name_char(s.p[n], n == 0))
		n++;
	return n;
}

/* A value without its quotes and without a comment behind it. */
static struct str unquote(struct str s)
{
	size_t end;

	s = str_trim(s);
	if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
		end = str_find_char(str_skip(s, 1), s.p[0]);
		return str_sub(s, 1, end);
	}
	for (end = 0; end < s.n; end++)
		if (s.p[end] == '#' && (end == 0 || char_is_space(s.p[end - 1])))
			break;
	return str_trim(str_sub(s, 0, end));
}

static bool parse_line(struct str text, struct env_line *ret)
{
	struct str name, value;

	text = str_trim(text);
	if (str_pull_prefix(&text, STR("export ")))
		text = str_trim(text);
	if (!str_cut(text, '=', &name, &value))
		return false;
	name = str_trim(name);
	if (!name.n || name_length(name) != name.n)
		return false;
	ret->name = name;
	ret->value = unquote(value);
	return true;
}

int env_lines_parse(struct str bytes, struct arena *a, struct env_lines *ret, struct err *err)
{
	struct str rest = bytes, line;
	struct env_line *p;
	size_t n = 0, i = 0;

	while (str_pull_line(&rest, &line))
		n++;
	p = arena_array(a, n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	*ret = (struct env_lines){.p = p};
	for (rest = bytes; str_pull_line(&rest, &line);) {
		p[ret->n].line = (uint32_t)++i;
		ret->n += parse_line(line, &p[ret->n]);
	}
	return 0;
}

/* ---- ${...} ---- */

/* In which part of a file a node is. */
enum where { AT_ROOT, AT_SERVICES, AT_SERVICE, AT_BUILD, AT_LITERALS, ELSEWHERE };

struct interpolation {
	const struct map *variables;
	struct arena *arena;
	size_t n_nodes; /* looked at */
	size_t n_bytes; /* made */
	struct err *err;
	int error;
};

static bool add_words(const struct interpolation *x, struct str text, bool literal, unsigned depth,
		      struct strbuf *out);

/* Length of the braces' inside; false when they do not end soon: what was looked through for it. */
static bool find_end(struct str s, size_t *ret)
{
	size_t open = 1, n = s.n < BRACES_MAX ? s.n : BRACES_MAX;

	for (size_t i = 0; i < n; i++) {
		if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{')
			open++;
		else if (s.p[i] == '}' && --open == 0) {
			*ret = i;
			return true;
		}
	}
	*ret = n;
	return false;
}

/* inside: NAME, NAME:-word, ... False: it stays as it is written. */
static bool add_braces(const struct interpolation *x, struct str inside, bool literal,
		       unsigned depth, struct strbuf *out)
{
	size_t n = name_length(inside);
	struct str name = str_sub(inside, 0, n), rest = str_skip(inside, n);
	const struct env_line *known = literal ? NULL : map_get(x->variables, name);
	bool or_empty = str_pull_prefix(&rest, STR(":"));
	bool is_set = known && !(or_empty && known->value.n == 0);

	if (n == 0 || (rest.n == 0 && or_empty))
		return false;
	if (rest.n && rest.p[0] == '+')
		return known && (!is_set || add_words(x, str_skip(rest, 1), literal, depth, out));
	if (is_set) {
		strbuf_add(out, known->value);
		return true;
	}
	if (rest.n && rest.p[0] == '-')
		return add_words(x, str_skip(rest, 1), literal, depth, out);
	return false;
}

/* What begins with a dollar sign; how many bytes of it were taken. */
static size_t add_variable(const struct interpolation *x, struct str s, bool literal,
			   unsigned depth, struct strbuf *out)
{
	struct str rest = str_skip(s, 1);
	size_t n;

	if (str_pull_prefix(&rest, STR("$"))) {
		strbuf_addc(out, '$');
		return 2;
	}
	if (str_pull_prefix(&rest, STR("{"))) {
		if (depth == 0)
			n = 2;
		else if (!find_end(rest, &n))
			n += 2; /* once: looked through again at each $ it would be quadratic */
		else if (add_braces(x, str_sub(rest, 0, n), literal, depth - 1, out))
			return n + 3;
		else
			n += 3;
	} else {
		const struct env_line *known;

		n = name_length(rest);
		known = literal ? NULL : map_get(x->variables, str_sub(rest, 0, n));
		if (known && n) {
			strbuf_add(out, known->value);
			return n + 1;
		}
		n++;
	}
	strbuf_add(out, str_sub(s, 0, n));
	return n;
}

static bool add_words(const struct interpolation *x, struct str text, bool literal, unsigned depth,
		      struct strbuf *out)
{
	while (text.n && !out->error) {
		size_t n = str_find_char(text, '$');

		strbuf_add(out, str_sub(text, 0, n));
		text = str_skip(text, n);
		if (text.n)
			text = str_skip(text, add_variable(x, text, literal, depth, out));
	}
	return true;
}

static const struct yaml_node *fail(struct interpolation *x, int error)
{
	x->error = error;
	return NULL;
}

static const struct yaml_node *of_scalar(struct interpolation *x, const struct yaml_node *node,
					 bool literal)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_YAML_BYTES - x->n_bytes);
	struct str text = yaml_str(node);

	if (str_find_char(text, '$') == text.n)
		return node;
	(void)add_words(x, text, literal, WORD_DEPTH_MAX, &sb);
	if (sb.error)
		return fail(x, err_set(x->err, ERR_LIMIT,
				       "line %zu: variables make more than yaml_bytes (%d)",
				       yaml_line(node), (int)LIMIT_YAML_BYTES));
	x->n_bytes += sb.n;
	if (str_eq(strbuf_str(&sb), text))
		return node;
	text = arena_str(x->arena, strbuf_str(&sb));
	return text.p ? yaml_make_scalar(x->arena, text, node) : fail(x, err_nomem(x->err));
}

static enum where below(enum where where, struct str key)
{
	switch (where) {
	case AT_ROOT:
		return str_is(key, "services") ? AT_SERVICES : ELSEWHERE;
	case AT_SERVICES:
		return AT_SERVICE;
	case AT_SERVICE:
		if (str_is(key, "environment"))
			return AT_LITERALS;
		return str_is(key, "build") ? AT_BUILD : ELSEWHERE;
	case AT_BUILD:
		return str_is(key, "args") ? AT_LITERALS : ELSEWHERE;
	case AT_LITERALS:
	case ELSEWHERE:
		break;
	}
	return where;
}

/* Its depth is that of the YAML: yaml_depth. */
static const struct yaml_node *of_node(struct interpolation *x, const struct yaml_node *node,
				       enum where where)
{
	enum yaml_kind kind = yaml_kind_of(node);
	size_t n = yaml_len(node), n_items = kind == YAML_MAP ? 2 * n : n;
	const struct yaml_node **items, *key = NULL, *value;
	bool changed = false;

	if (++x->n_nodes > LIMIT_YAML_NODES)
		return fail(x, err_set(x->err, ERR_LIMIT,
				       "line %zu: more than yaml_nodes (%d), aliases counted",
				       yaml_line(node), (int)LIMIT_YAML_NODES));
	if (kind == YAML_SCALAR)
		return of_scalar(x, node, where == AT_LITERALS);
	items = arena_array(x->arena, n_items + 1, sizeof *items);
	if (!items)
		return fail(x, err_nomem(x->err));
	for (size_t i = 0; i < n && !x->error; i++) {
		const struct yaml_node **slot = &items[kind == YAML_MAP ? 2 * i + 1 : i];

		if (kind == YAML_MAP && yaml_entry(node, i, &key, &value))
			items[2 * i] = key;
		else
			value = yaml_at(node, i);
		*slot = of_node(x, value, key ? below(where, yaml_str(key)) : where);
		changed |= *slot != value;
	}
	if (x->error)
		return NULL;
	return changed ? yaml_make(x->arena, kind, items, n_items, node) : node;
}

int compose_interpolate(const struct yaml_node *root, const struct map *variables, struct arena *a,
			const struct yaml_node **ret, struct err *err)
{
	struct interpolation x = {.variables = variables, .arena = a, .err = err};
	const struct yaml_node *node = root ? of_node(&x, root, AT_ROOT) : NULL;

	if (x.error)
		return x.error;
	*ret = node;
	return arena_check(a, err);
}
