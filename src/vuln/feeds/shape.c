/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/shape.h"

#define PATH_BYTES 256

/*
 * One row on its way through a record. The path to a wrong value is put together on the way back
 * from it: of what is right nothing is written down.
 */
struct walk {
	unsigned kinds;
	enum json_kind found; /* in place of kinds */
	char path[PATH_BYTES];
};

static const struct {
	enum json_kind kind;
	unsigned bit;
	const char *name;
} kinds[] = {
	{JSON_KIND_TEXT, SHAPE_TEXT, "a text"},
	{JSON_KIND_INT, SHAPE_NUMBER, "a number"},
	{JSON_KIND_REAL, SHAPE_NUMBER, "a number"},
	{JSON_KIND_BOOL, SHAPE_BOOL, "true or false"},
	{JSON_KIND_LIST, SHAPE_LIST, "a list"},
	{JSON_KIND_MAP, SHAPE_MAP, "a map"},
	{JSON_KIND_NULL, 0, "null"},
};

static unsigned bit_of(enum json_kind kind)
{
	static const unsigned bits[] = {
		[JSON_KIND_BOOL] = SHAPE_BOOL,	 [JSON_KIND_INT] = SHAPE_NUMBER,
		[JSON_KIND_REAL] = SHAPE_NUMBER, [JSON_KIND_TEXT] = SHAPE_TEXT,
		[JSON_KIND_LIST] = SHAPE_LIST,	 [JSON_KIND_MAP] = SHAPE_MAP,
	};

	return bits[kind];
}

static const char *name_of(enum json_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "nothing";
}

/* Of several kinds that may be, the first. */
static const char *name_of_bits(unsigned bits)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].bit & bits)
			return kinds[i].name;
	return "nothing";
}

/* In front of what is there; a path that is too long loses its end. */
static void add_in_front(struct walk *w, const char *part)
{
	char rest[PATH_BYTES];

	(void)snprintf(rest, sizeof rest, "%s", w->path); /* fits */
	(void)snprintf(w->path, sizeof w->path, "%s%s%.*s", part,
		       rest[0] && rest[0] != '[' ? "." : "", PATH_BYTES / 2,
		       rest); /* cut is fine */
}

static bool step(struct walk *w, const struct json *v, struct str rest);

static bool step_list(struct walk *w, const struct json *list, struct str rest)
{
	if (json_kind_of(list) != JSON_KIND_LIST)
		return true;
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *v = json_at(list, i);
		char part[32];

		if ((rest.n && json_kind_of(v) == JSON_KIND_NULL) || step(w, v, rest))
			continue;
		(void)snprintf(part, sizeof part, "[%zu]", i); /* fits */
		add_in_front(w, part);
		return false;
	}
	return true;
}

static bool step_member(struct walk *w, const struct json *v, struct str key, struct str rest)
{
	char part[65];

	if (!v || json_kind_of(v) == JSON_KIND_NULL || step(w, v, rest))
		return true;
	(void)snprintf(part, sizeof part, "%.*s", STR_FMT(key)); /* cut is fine */
	add_in_front(w, part);
	return false;
}

static bool step_all(struct walk *w, const struct json *map, struct str rest)
{
	const struct json *v;
	void *iter = NULL;
	struct str key;

	while (json_each(map, &iter, &key, &v))
		if (!step_member(w, v, key, rest))
			return false;
	return true;
}

/* False: a wrong type. Not deeper than the path of a row has parts. */
static bool step(struct walk *w, const struct json *v, struct str rest)
{
	char key[64];
	size_t n;

	(void)str_pull_prefix(&rest, STR(".")); /* absent at the start and before [] */
	if (rest.n == 0) {
		w->found = json_kind_of(v);
		return bit_of(w->found) & w->kinds;
	}
	if (str_pull_prefix(&rest, STR("[]")))
		return step_list(w, v, rest);
	if (str_pull_prefix(&rest, STR("*")))
		return step_all(w, v, rest);
	for (n = 0; n < rest.n && n < sizeof key - 1 && rest.p[n] != '.' && rest.p[n] != '['; n++)
		key[n] = rest.p[n];
	key[n] = '\0';
	return step_member(w, json_get(v, key), str_make(key, n), str_skip(rest, n));
}

static int check_field(const struct json *record, const struct shape_field *f, struct err *err)
{
	struct walk w = {.kinds = f->kinds};

	if (step(&w, record, str_of(f->path)))
		return 0;
	return err_set(err, ERR_FORMAT, "%s%s%s, not %s", w.path, w.path[0] ? ": " : "",
		       name_of(w.found), name_of_bits(w.kinds));
}

int shape_check(const struct json *record, const struct shape_field *fields, size_t n,
		struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = check_field(record, &fields[i], err);
	return r;
}

static void check_draft(struct draft *d, const char *within, const struct json *record,
			const struct shape_field *fields, size_t n)
{
	for (size_t i = 0; i < n && !d->failed; i++) {
		struct err why = {0};

		if (check_field(record, &fields[i], &why) == 0)
			continue;
		if (within[0])
			(void)err_wrap(&why, -ERR_FORMAT, "%s", within);
		if (fields[i].kinds & SHAPE_FREE)
			d->sink->problem(d->sink->context, d->where, &why);
		else
			draft_fail(d, why.code, "%s", why.msg);
	}
}

void draft_shape(struct draft *d, const struct json *record, const struct shape_field *fields,
		 size_t n)
{
	check_draft(d, "", record, fields, n);
}

void draft_shape_entry(struct draft *d, const char *name, size_t i, const struct json *entry,
		       const struct shape_field *fields, size_t n)
{
	char within[64];

	(void)snprintf(within, sizeof within, "%s[%zu]", name, i); /* cut is fine */
	check_draft(d, within, entry, fields, n);
}
