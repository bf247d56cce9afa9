/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/canonical_json.h"

#include <inttypes.h>

struct member {
	struct str name;
	const struct json *value;
};

static int by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static void write_text(struct str s, struct strbuf *out)
{
	strbuf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, s.p[i]);
	}
	strbuf_addc(out, '"');
}

/* The reader bounds how deep values stand in each other. */
static int write_value(const struct json *value, struct strbuf *out, struct err *err);

static int write_map(const struct json *map, struct strbuf *out, struct err *err)
{
	size_t n = json_len(map), i = 0;
	CLEANUP(freep) struct member *members = calloc(n ? n : 1, sizeof *members);
	void *iter = NULL;
	int r;

	if (!members)
		return err_nomem(err);
	while (i < n && json_each(map, &iter, &members[i].name, &members[i].value))
		i++;
	qsort(members, n, sizeof *members, by_name);
	strbuf_addc(out, '{');
	for (i = 0; i < n; i++) {
		if (i > 0)
			strbuf_addc(out, ',');
		write_text(members[i].name, out);
		strbuf_addc(out, ':');
		r = write_value(members[i].value, out, err);
		if (r < 0)
			return r;
	}
	strbuf_addc(out, '}');
	return 0;
}

static int write_list(const struct json *list, struct strbuf *out, struct err *err)
{
	int r;

	strbuf_addc(out, '[');
	for (size_t i = 0; i < json_len(list); i++) {
		if (i > 0)
			strbuf_addc(out, ',');
		r = write_value(json_at(list, i), out, err);
		if (r < 0)
			return r;
	}
	strbuf_addc(out, ']');
	return 0;
}

static int write_value(const struct json *value, struct strbuf *out, struct err *err)
{
	int64_t number;

	switch (json_kind_of(value)) {
	case JSON_KIND_MAP:
		return write_map(value, out, err);
	case JSON_KIND_LIST:
		return write_list(value, out, err);
	case JSON_KIND_TEXT:
		write_text(json_str(value), out);
		return 0;
	case JSON_KIND_INT:
		(void)json_int(value, &number); /* it is one */
		strbuf_addf(out, "%" PRId64, number);
		return 0;
	case JSON_KIND_BOOL:
		strbuf_adds(out, json_truth(value) ? "true" : "false");
		return 0;
	case JSON_KIND_NULL:
		strbuf_adds(out, "null");
		return 0;
	default:
		return err_set(err, ERR_FORMAT, "canonical JSON knows no fractions");
	}
}

int canonical_json_write(const struct json *value, struct strbuf *out, struct err *err)
{
	int r = write_value(value, out, err);

	return r < 0 ? r : strbuf_check(out, err);
}
