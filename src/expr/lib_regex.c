/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions: matches() of the language, the extension library `regex`, find and findAll
 * as Kubernetes has them.
 *
 * Specification: langdef.md; cel-go's ext/README.md, "Regex"; k8s.io/apiserver,
 * pkg/cel/library/regex.go. A constant pattern is compiled with the program; one from the facts is
 * paid for at each call, whether it had to be compiled or was still there (regex_cache.h).
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "expr/builder.h"
#include "expr/function.h"
#include "expr/regex_cache.h"

/*
 * Of budget, for compiling a pattern: for each, for each instruction, and for one that was given up
 * because it needs too much memory, which takes a tenth of a second.
 */
#define COMPILE_UNITS	  100
#define INSTRUCTION_UNITS 16
#define GIVEN_UP_UNITS	  1000000

/* ---- patterns ---- */

static void *prepare_pattern(const struct value *args, size_t n, struct err *ret_problem)
{
	struct regex *re = NULL;

	if (n >= 2 && args[1].kind == VALUE_STRING)
		(void)regex_new(value_str(args[1]), &re, ret_problem); /* re stays NULL */
	return re;
}

static void release_pattern(void *re)
{
	regex_free(re);
}

/* The pattern of a call: args[1], prepared, kept, or compiled for this once. */
struct pattern {
	const struct regex *re;
	struct regex *own; /* NULL when it is not for this once */
};

static void pattern_done(struct pattern *p)
{
	regex_free(p->own);
}

static struct value from_err(struct call *c, const struct err *err)
{
	return call_error(c, "%s", err->msg);
}

static int make_pattern(struct pattern *p, struct call *c, struct str pattern, struct err *err)
{
	int r;

	if (c->regexes)
		return regex_cache_get(c->regexes, pattern, &p->re, err);
	r = regex_new(pattern, &p->own, err);
	p->re = p->own;
	return r;
}

/* False: *ret_error says why. */
static bool pattern_init(struct pattern *p, struct call *c, struct str pattern,
			 struct value *ret_error)
{
	struct err err = {0};

	p->re = c->prepared;
	if (p->re)
		return true;
	if (!call_spend(c, COMPILE_UNITS)) {
		*ret_error = call_exhausted(c);
		return false;
	}
	if (make_pattern(p, c, pattern, &err) < 0) {
		bool paid = err.code != ERR_LIMIT || call_spend(c, GIVEN_UP_UNITS);

		*ret_error = paid ? from_err(c, &err) : call_exhausted(c);
		return false;
	}
	if (!call_spend(c, regex_n_instructions(p->re) * INSTRUCTION_UNITS)) {
		*ret_error = call_exhausted(c);
		return false;
	}
	return true;
}

/*
 * A search reads each byte at most a few times, for each of the states a large pattern can be in
 * when the memory for its table of states is used up.
 */
static bool pay_search(struct call *c, const struct regex *re, size_t n)
{
	return call_spend(c, (n / 16 + 1) * (regex_n_instructions(re) / 32 + 1));
}

static struct value matches(struct call *c, const struct value *args)
{
	CLEANUP(pattern_done) struct pattern p = {NULL, NULL};
	struct err err = {0};
	struct value error;
	int r;

	if (!pattern_init(&p, c, value_str(args[1]), &error))
		return error;
	if (!pay_search(c, p.re, args[0].n))
		return call_exhausted(c);
	r = regex_match(p.re, value_str(args[0]), &err);
	return r < 0 ? from_err(c, &err) : value_bool(r > 0);
}

/* ---- one match after the other ---- */

struct search {
	struct call *call;
	const struct regex *re;
	struct str text;
	size_t from; /* where the next search begins */
	size_t end;  /* of the last match, SIZE_MAX before the first */
	struct str groups[REGEX_GROUPS];
	size_t n_groups;    /* how many of them are wanted, the whole match counts */
	struct value error; /* VALUE_ABSENT unless the search broke */
};

static size_t start_of(const struct search *s)
{
	return s->text.p ? (size_t)(s->groups[0].p - s->text.p) : 0;
}

/* The next match into groups, false at the end. An empty one right behind another is none. */
static bool search_next(struct search *s)
{
	struct err err = {0};
	int r;

	for (;;) {
		if (s->from > s->text.n)
			return false;
		if (!pay_search(s->call, s->re, s->text.n - s->from)) {
			s->error = call_exhausted(s->call);
			return false;
		}
		r = regex_find(s->re, s->text, s->from, s->groups, s->n_groups, &err);
		if (r < 0)
			s->error = from_err(s->call, &err);
		if (r <= 0)
			return false;
		s->from = regex_next(s->text, s->groups[0]);
		if (s->groups[0].n || start_of(s) != s->end)
			break;
	}
	s->end = start_of(s) + s->groups[0].n;
	return true;
}

static struct search search_of(struct call *c, const struct regex *re, struct str text,
			       size_t n_groups)
{
	return (struct search){
		.call = c, .re = re, .text = text, .end = SIZE_MAX, .n_groups = n_groups};
}

/* ---- extract ---- */

/* Which group is extracted: the only one, or the whole match. False: there are several. */
static bool wanted_group(struct call *c, const struct regex *re, struct value pattern, size_t *ret,
			 struct value *ret_error)
{
	*ret = regex_n_groups(re);
	if (*ret <= 1)
		return true;
	*ret_error = call_error(c,
				"regular expression \"%.*s\" has more than one capturing group: "
				"(?:...) groups without capturing",
				STR_FMT(str_sub(value_str(pattern), 0, 80)));
	return false;
}

static struct value extract(struct call *c, const struct value *args)
{
	CLEANUP(pattern_done) struct pattern p = {NULL, NULL};
	struct search s;
	struct value error;
	size_t group;

	if (!pattern_init(&p, c, value_str(args[1]), &error) ||
	    !wanted_group(c, p.re, args[1], &group, &error))
		return error;
	s = search_of(c, p.re, value_str(args[0]), group + 1);
	if (!search_next(&s))
		return value_is_error(s.error) ? s.error : value_optional(NULL);
	/* A group that took no part in the match. */
	if (group && !s.groups[group].n)
		return value_optional(NULL);
	return call_optional(c, value_string(s.groups[group]));
}

/* Pushes onto a list in scratch memory that grows by doubling. */
static bool push(struct call *c, struct value **items, uint32_t *n, uint32_t *cap, struct value v)
{
	if (*n == *cap) {
		uint32_t more = *cap ? *cap * 2 : 8;
		struct value *grown = more > *cap ? call_values(c, more) : NULL;

		if (!grown)
			return false;
		if (*n)
			memcpy(grown, *items, *n * sizeof **items);
		*items = grown;
		*cap = more;
	}
	(*items)[(*n)++] = v;
	return true;
}

/* All matches, at most `limit` unless that is negative; of a group those that are not empty. */
static struct value all_matches(struct call *c, const struct regex *re, struct str text,
				size_t group, int64_t limit)
{
	struct search s = search_of(c, re, text, group + 1);
	struct value *items = NULL;
	uint32_t n = 0, cap = 0;

	while ((limit < 0 || n < limit) && search_next(&s)) {
		if (group && !s.groups[group].n)
			continue;
		if (!push(c, &items, &n, &cap, value_string(s.groups[group])))
			return call_exhausted(c);
	}
	return value_is_error(s.error) ? s.error : value_list(items, n);
}

static struct value extract_all(struct call *c, const struct value *args)
{
	CLEANUP(pattern_done) struct pattern p = {NULL, NULL};
	struct value error;
	size_t group;

	if (!pattern_init(&p, c, value_str(args[1]), &error) ||
	    !wanted_group(c, p.re, args[1], &group, &error))
		return error;
	return all_matches(c, p.re, value_str(args[0]), group, -1);
}

static struct value find(struct call *c, const struct value *args)
{
	CLEANUP(pattern_done) struct pattern p = {NULL, NULL};
	struct search s;
	struct value error;

	if (!pattern_init(&p, c, value_str(args[1]), &error))
		return error;
	s = search_of(c, p.re, value_str(args[0]), 1);
	if (!search_next(&s))
		return value_is_error(s.error) ? s.error : value_string(STR(""));
	return value_string(s.groups[0]);
}

static struct value find_limit(struct call *c, const struct value *args, int64_t limit)
{
	CLEANUP(pattern_done) struct pattern p = {NULL, NULL};
	struct value error;

	if (!pattern_init(&p, c, value_str(args[1]), &error))
		return error;
	return all_matches(c, p.re, value_str(args[0]), 0, limit);
}

static struct value find_all(struct call *c, const struct value *args)
{
	return find_limit(c, args, -1);
}

static struct value find_all_n(struct call *c, const struct value *args)
{
	return find_limit(c, args, args[2].i);
}

/* ---- replace ---- */

/* "\\" and "\0" to "\9" are all that may follow a backslash. */
static bool is_replacement(struct call *c, struct str text, size_t n_groups,
			   struct value *ret_error)
{
	for (size_t i = 0; i < text.n; i++) {
		char next = i + 1 < text.n ? text.p[i + 1] : '\0';

		if (text.p[i] != '\\')
			continue;
		i++;
		if (next != '\\' && !char_is_digit(next)) {
			*ret_error = call_error(c,
						"replacement \"%.*s\": \\ must be followed by a "
						"digit or another \\",
						STR_FMT(str_sub(text, 0, 80)));
			return false;
		}
		if (next != '\\' && (size_t)(next - '0') > n_groups) {
			*ret_error = call_error(c,
						"replacement \"%.*s\": there is no group %c, the "
						"regular expression has %zu",
						STR_FMT(str_sub(text, 0, 80)), next, n_groups);
			return false;
		}
	}
	return true;
}

static void add_replacement(struct builder *b, struct str text, const struct str *groups)
{
	struct str literal;

	while (str_cut(text, '\\', &literal, &text)) {
		builder_add(b, literal);
		if (text.p[0] == '\\')
			builder_addc(b, '\\');
		else
			builder_add(b, groups[text.p[0] - '0']);
		text = str_skip(text, 1);
	}
	builder_add(b, text);
}

static struct value replace_matches(struct call *c, const struct regex *re,
				    const struct value *args, int64_t limit)
{
	struct str text = value_str(args[0]);
	struct search s = search_of(c, re, text, REGEX_GROUPS);
	struct builder b = {.call = c};
	size_t done = 0;

	if (regex_n_groups(re) + 1 < s.n_groups)
		s.n_groups = regex_n_groups(re) + 1;
	for (int64_t i = 0; (limit < 0 || i < limit) && !b.failed && search_next(&s); i++) {
		builder_add(&b, str_sub(text, done, start_of(&s) - done));
		add_replacement(&b, value_str(args[2]), s.groups);
		done = s.end;
	}
	if (value_is_error(s.error))
		return s.error;
	builder_add(&b, str_skip(text, done));
	return builder_value(&b);
}

static struct value replace_limit(struct call *c, const struct value *args, int64_t limit)
{
	CLEANUP(pattern_done) struct pattern p = {NULL, NULL};
	struct value error;

	if (!pattern_init(&p, c, value_str(args[1]), &error) ||
	    !is_replacement(c, value_str(args[2]), regex_n_groups(p.re), &error))
		return error;
	return replace_matches(c, p.re, args, limit);
}

static struct value replace(struct call *c, const struct value *args)
{
	return replace_limit(c, args, -1);
}

static struct value replace_n(struct call *c, const struct value *args)
{
	return replace_limit(c, args, args[3].i);
}

#define PATTERN_ROW(function, type, code)                                                          \
	{                                                                                          \
		.name = (function), .signature = (type), .fn = (code), .prepare = prepare_pattern, \
		.release = release_pattern                                                         \
	}

static const struct function_row rows[] = {
	PATTERN_ROW("find", "string.(string) -> string", find),
	PATTERN_ROW("findAll", "string.(string) -> list(string)", find_all),
	PATTERN_ROW("findAll", "string.(string, int) -> list(string)", find_all_n),
	PATTERN_ROW("matches", "(string, string) -> bool", matches),
	PATTERN_ROW("matches", "string.(string) -> bool", matches),
	PATTERN_ROW("regex.extract", "(string, string) -> optional_type(string)", extract),
	PATTERN_ROW("regex.extractAll", "(string, string) -> list(string)", extract_all),
	PATTERN_ROW("regex.replace", "(string, string, string) -> string", replace),
	PATTERN_ROW("regex.replace", "(string, string, string, int) -> string", replace_n),
};

const struct library library_regex = {.name = "regex", .rows = rows, .n_rows = ARRAY_LEN(rows)};
