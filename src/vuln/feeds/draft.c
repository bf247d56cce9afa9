/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/draft.h"

#include <stdarg.h>

#include "base/limits.h"
#include "vuln/package_key.h"

#define LOOK_BACK 64 /* entries searched for the same text: repeats stand close together */

void draft_init(struct draft *d, const char *feed, const struct feed_sink *sink)
{
	*d = (struct draft){
		.sink = sink,
		.feed = feed,
		.packages = VEC_INIT(struct advisory_affected, LIMIT_ADVISORY_AFFECTED),
		.intervals = VEC_INIT(struct advisory_interval, LIMIT_ADVISORY_ITEMS),
	};
	arena_init(&d->arena, LIMIT_ADVISORY_BYTES);
}

void draft_done(struct draft *d)
{
	arena_done(&d->arena);
	vec_done(&d->packages);
	vec_done(&d->intervals);
}

void draft_begin(struct draft *d, struct str where)
{
	arena_reset(&d->arena);
	vec_cut(&d->packages, 0);
	vec_cut(&d->intervals, 0);
	d->a = (struct advisory){.feed = str_of(d->feed)};
	d->aliases = d->upstream = d->cvss = d->cwes = d->references = (struct draft_list){0};
	d->versions = d->arches = d->symbols = (struct draft_list){0};
	d->n_items = 0;
	d->failed = false;
	d->why = (struct err){0};
	d->where = where;
}

void draft_fail(struct draft *d, enum err_code code, const char *fmt, ...)
{
	char text[sizeof d->why.msg];
	va_list args;

	if (d->failed)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args); /* cut is fine */
	va_end(args);
	d->failed = true;
	(void)err_set(&d->why, code, "%s", text);
}

static void fail_full(struct draft *d)
{
	if (d->arena.used + (d->arena.limit >> 2) > d->arena.limit)
		draft_fail(d, ERR_LIMIT, "one record takes more than advisory_bytes (%d)",
			   (int)LIMIT_ADVISORY_BYTES);
	else
		draft_fail(d, ERR_NOMEM, "out of memory");
}

struct str draft_keep(struct draft *d, struct str s)
{
	struct str copy = arena_str(&d->arena, s);

	if (!copy.p)
		fail_full(d);
	return copy;
}

struct str draft_keepf(struct draft *d, const char *fmt, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof text) {
		draft_fail(d, ERR_LIMIT, "a name of more than %zu bytes", sizeof text - 1);
		return STR_NULL;
	}
	return draft_keep(d, str_make(text, (size_t)n));
}

static bool stands_there(const struct draft_list *l, struct str s)
{
	for (size_t i = l->n; i > 0 && i + LOOK_BACK > l->n; i--)
		if (str_eq(l->p[i - 1], s))
			return true;
	return false;
}

static bool list_grow(struct draft *d, struct draft_list *l)
{
	size_t cap = l->cap ? l->cap * 2 : 8;
	struct str *p;

	if (l->n < l->cap)
		return true;
	p = arena_array(&d->arena, cap, sizeof *p);
	if (!p) {
		fail_full(d);
		return false;
	}
	if (l->n)
		memcpy(p, l->p, l->n * sizeof *p);
	l->p = p;
	l->cap = cap;
	return true;
}

static bool is_list_of_ids(const struct draft *d, const struct draft_list *l)
{
	return l == &d->aliases || l == &d->upstream;
}

void draft_add(struct draft *d, struct draft_list *l, struct str s)
{
	if (d->failed || s.n == 0 || stands_there(l, s))
		return;
	if (is_list_of_ids(d, l) && l->n == LIMIT_ADVISORY_IDS)
		draft_fail(d, ERR_LIMIT, "more ids than advisory_ids (%d)",
			   (int)LIMIT_ADVISORY_IDS);
	else if (++d->n_items > LIMIT_ADVISORY_ITEMS)
		draft_fail(d, ERR_LIMIT, "longer lists than advisory_items (%d)",
			   (int)LIMIT_ADVISORY_ITEMS);
	else if (list_grow(d, l))
		l->p[l->n++] = s;
}

void draft_add_json(struct draft *d, struct draft_list *l, const struct json *list)
{
	if (json_kind_of(list) != JSON_KIND_LIST)
		return;
	for (size_t i = 0; i < json_len(list) && !d->failed; i++)
		draft_add(d, l, json_str(json_at(list, i)));
}

static struct str_list list_of(const struct draft_list *l)
{
	return (struct str_list){l->p, l->n};
}

/* Gives the package added last its lists. */
static void finish_package(struct draft *d)
{
	struct advisory_affected *p = vec_at(&d->packages, d->packages.n - 1);
	struct advisory_interval *intervals = NULL;

	if (!p || d->failed)
		return;
	if (d->intervals.n) {
		intervals = arena_array(&d->arena, d->intervals.n, sizeof *intervals);
		if (!intervals) {
			fail_full(d);
			return;
		}
		memcpy(intervals, d->intervals.p, d->intervals.n * sizeof *intervals);
	}
	p->intervals = intervals;
	p->n_intervals = d->intervals.n;
	p->versions = list_of(&d->versions);
	p->arches = list_of(&d->arches);
	p->symbols = list_of(&d->symbols);
}

static struct advisory_affected *push_package(struct draft *d)
{
	struct advisory_affected *p = d->failed ? NULL : vec_push(&d->packages);

	if (!p && d->packages.n == LIMIT_ADVISORY_AFFECTED)
		draft_fail(d, ERR_LIMIT, "more packages than advisory_affected (%d)",
			   (int)LIMIT_ADVISORY_AFFECTED);
	else if (!p)
		draft_fail(d, ERR_NOMEM, "out of memory");
	return p;
}

struct advisory_affected *draft_package(struct draft *d, struct str shard, struct str name)
{
	struct advisory_affected *p;
	struct str key;

	finish_package(d);
	vec_cut(&d->intervals, 0);
	d->versions = d->arches = d->symbols = (struct draft_list){0};
	if (!d->failed && name.n == 0)
		draft_fail(d, ERR_FORMAT, "a package without a name");
	p = push_package(d);
	if (!p)
		return NULL;
	key = package_key(shard, name, &d->arena);
	if (!key.p) {
		fail_full(d);
		return NULL;
	}
	p->shard = shard;
	p->name = key;
	return p;
}

struct advisory_affected *draft_package_again(struct draft *d)
{
	struct advisory_affected *p, last;

	finish_package(d);
	if (d->failed || d->packages.n == 0)
		return NULL;
	last = *(struct advisory_affected *)vec_at(&d->packages, d->packages.n - 1);
	p = push_package(d);
	if (p)
		*p = last;
	return p;
}

void draft_interval(struct draft *d, struct str introduced, struct str fixed,
		    struct str last_affected)
{
	struct advisory_interval *i = d->failed ? NULL : vec_push(&d->intervals);

	if (i)
		*i = (struct advisory_interval){introduced, fixed, last_affected};
	else if (d->intervals.n == LIMIT_ADVISORY_ITEMS)
		draft_fail(d, ERR_LIMIT, "more ranges than advisory_items (%d)",
			   (int)LIMIT_ADVISORY_ITEMS);
	else
		draft_fail(d, ERR_NOMEM, "out of memory");
}

int draft_end(struct draft *d, struct err *err)
{
	finish_package(d);
	if (d->failed) {
		d->sink->problem(d->sink->context, d->where, &d->why);
		return 0;
	}
	d->a.aliases = list_of(&d->aliases);
	d->a.upstream = list_of(&d->upstream);
	d->a.cvss = list_of(&d->cvss);
	d->a.cwes = list_of(&d->cwes);
	d->a.references = list_of(&d->references);
	d->a.affected = d->packages.p;
	d->a.n_affected = d->packages.n;
	return d->sink->advisory(d->sink->context, &d->a, err);
}

struct str draft_date(struct str s)
{
	for (size_t i = 0; i < 10; i++)
		if (i >= s.n || (i == 4 || i == 7 ? s.p[i] != '-' : !char_is_digit(s.p[i])))
			return STR_NULL;
	return str_has_prefix(s, STR("0001-")) ? STR_NULL : s;
}

enum severity draft_score(struct str number)
{
	struct str whole = number, rest = STR_NULL;
	uint64_t value, tenths = 0;

	(void)str_cut(number, '.', &whole, &rest); /* absent: the whole number */
	if (!str_parse_u64(whole, &value) || value > 10 ||
	    (rest.n && !str_parse_u64(str_sub(rest, 0, 1), &tenths)))
		return SEVERITY_UNKNOWN;
	value = value * 10 + tenths;
	if (value >= 90)
		return SEVERITY_CRITICAL;
	if (value >= 70)
		return SEVERITY_HIGH;
	return value >= 40 ? SEVERITY_MEDIUM : value ? SEVERITY_LOW : SEVERITY_UNKNOWN;
}

/* Not in the middle of a character. */
static struct str cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	s.n = max;
	while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

void draft_summary(struct draft *d, struct str text)
{
	bool plain = true;
	char *p;

	text = str_trim(cut(str_trim(text), LIMIT_ADVISORY_SUMMARY));
	for (size_t i = 0; i < text.n; i++)
		plain = plain && (unsigned char)text.p[i] >= 0x20 && text.p[i] != 0x7f;
	d->a.summary = text;
	if (plain)
		return;
	p = arena_alloc(&d->arena, text.n);
	if (!p) {
		fail_full(d);
		return;
	}
	for (size_t i = 0; i < text.n; i++)
		p[i] = (unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ? ' ' : text.p[i];
	d->a.summary = str_make(p, text.n);
}

#define SENTENCE_MIN 40 /* bytes: "e.g. " and "1. " end no sentence */

void draft_summary_of_details(struct draft *d, struct str text)
{
	struct str s = cut(str_trim(text), LIMIT_ADVISORY_SUMMARY);

	for (size_t i = 0; i + 1 < s.n; i++) {
		bool sentence = i >= SENTENCE_MIN && s.p[i] == '.' && char_is_space(s.p[i + 1]);

		if (sentence || (s.p[i] == '\n' && s.p[i + 1] == '\n')) {
			s.n = i + sentence;
			break;
		}
	}
	draft_summary(d, s);
}

int draft_enter(struct json_stream *s, enum json_kind kind, const char *name, struct err *err)
{
	if (json_stream_kind(s) != kind)
		return err_set(err, ERR_FORMAT, "line %zu: %s is no %s", json_stream_line(s), name,
			       kind == JSON_KIND_LIST ? "list" : "map");
	return json_stream_enter(s, err);
}

void draft_problem(const struct feed_sink *sink, struct str where, enum err_code code,
		   const char *fmt, ...)
{
	struct err why = {0};
	char text[sizeof why.msg];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args); /* cut is fine */
	va_end(args);
	(void)err_set(&why, code, "%s", text);
	sink->problem(sink->context, where, &why);
}
