/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/tagged_json.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "expr/map_value.h"
#include "expr/number.h"
#include "expr/plain_json.h"
#include "expr/time.h"

typedef struct value read_function(struct call *c, const struct json *v, struct arena *a);

static struct value malformed(struct call *c, const char *expected)
{
	return call_error(c, "a tagged value: expected %s", expected);
}

static struct value read_null(struct call *c, const struct json *v, struct arena *a)
{
	return value_null();
}

static struct value read_bool(struct call *c, const struct json *v, struct arena *a)
{
	return json_kind_of(v) == JSON_KIND_BOOL ? value_bool(json_truth(v))
						 : malformed(c, "true or false");
}

static struct value read_uint(struct call *c, const struct json *v, struct arena *a)
{
	uint64_t u;

	return str_parse_u64(json_str(v), &u) ? value_uint(u) : malformed(c, "a uint as a string");
}

static struct value read_int(struct call *c, const struct json *v, struct arena *a)
{
	struct str digits = json_str(v);
	bool negative = str_pull_prefix(&digits, STR("-"));
	uint64_t u;

	if (!str_parse_u64(digits, &u) || u > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return malformed(c, "an int as a string");
	return value_int((int64_t)(negative ? 0 - u : u));
}

static struct value read_double(struct call *c, const struct json *v, struct arena *a)
{
	double d;

	return double_parse(json_str(v), &d) ? value_double(d)
					     : malformed(c, "a double as a string");
}

static struct value read_string(struct call *c, const struct json *v, struct arena *a)
{
	return json_kind_of(v) == JSON_KIND_TEXT ? value_string(json_str(v))
						 : malformed(c, "a string");
}

static struct value read_bytes(struct call *c, const struct json *v, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct value text;

	if (json_kind_of(v) != JSON_KIND_TEXT ||
	    base64_decode(json_str(v), BASE64_STANDARD, &sb, NULL) < 0)
		return malformed(c, "base64");
	text = call_string(c, strbuf_str(&sb));
	return value_is_error(text) ? text : value_bytes(value_str(text));
}

static struct value read_list(struct call *c, const struct json *v, struct arena *a)
{
	size_t n = json_len(v);
	struct value *items = call_values(c, n);

	if (!items)
		return call_exhausted(c);
	for (size_t i = 0; i < n; i++) {
		items[i] = value_from_tagged(c, json_at(v, i), a);
		if (value_is_error(items[i]))
			return items[i];
	}
	return value_list(items, (uint32_t)n);
}

static struct value read_map(struct call *c, const struct json *v, struct arena *a)
{
	size_t n = json_len(v);
	struct map_entry *entries = call_alloc(c, n * sizeof(*entries));

	if (!entries)
		return call_exhausted(c);
	for (size_t i = 0; i < n; i++) {
		const struct json *pair = json_at(v, i);

		if (json_len(pair) != 2)
			return malformed(c, "a pair of key and value");
		entries[i].key = value_from_tagged(c, json_at(pair, 0), a);
		entries[i].value = value_from_tagged(c, json_at(pair, 1), a);
		if (value_is_error(entries[i].key) || value_is_error(entries[i].value))
			return value_is_error(entries[i].key) ? entries[i].key : entries[i].value;
	}
	return map_build(c, entries, (uint32_t)n);
}

static struct value read_type(struct call *c, const struct json *v, struct arena *a)
{
	const struct type *t;

	return type_parse(json_str(v), a, &t, NULL) == 0 ? value_type(t)
							 : malformed(c, "the name of a type");
}

static struct value read_timestamp(struct call *c, const struct json *v, struct arena *a)
{
	struct nanotime t;

	return timestamp_parse(json_str(v), &t, NULL) == 0 ? value_timestamp(t.seconds, t.nanos)
							   : malformed(c, "a timestamp");
}

static struct value read_duration(struct call *c, const struct json *v, struct arena *a)
{
	struct nanotime d;

	return duration_parse(json_str(v), &d, NULL) == 0 ? value_duration(d.seconds, d.nanos)
							  : malformed(c, "a duration");
}

static const struct form {
	const char *tag;
	read_function *read;
} forms[] = {
	{"null", read_null},   {"bool", read_bool},	      {"int", read_int},
	{"uint", read_uint},   {"double", read_double},	      {"string", read_string},
	{"bytes", read_bytes}, {"list", read_list},	      {"map", read_map},
	{"type", read_type},   {"timestamp", read_timestamp}, {"duration", read_duration},
};

struct value value_from_tagged(struct call *c, const struct json *doc, struct arena *a)
{
	const struct json *v;
	void *iter = NULL;
	struct str tag;

	if (json_kind_of(doc) != JSON_KIND_MAP || json_len(doc) != 1 ||
	    !json_each(doc, &iter, &tag, &v))
		return malformed(c, "an object with one key, which is the kind");
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (str_is(tag, forms[i].tag))
			return forms[i].read(c, v, a);
	return malformed(c, "a known kind");
}

/* As the value's text, in quotes. */
static void write_text(struct call *c, struct value v, struct json_writer *w)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_EXPR_SCRATCH * 2);

	value_add_text(c, v, &sb);
	json_add_str(w, strbuf_str(&sb));
}

static void write_list(struct call *c, struct value list, struct json_writer *w)
{
	json_open_list(w);
	for (uint32_t i = 0; i < list.n; i++)
		value_to_tagged(c, value_at(c, list, i), w);
	json_close_list(w);
}

static void write_map(struct call *c, struct value map, struct json_writer *w)
{
	json_open_list(w);
	for (uint32_t i = 0; i < map.n; i++) {
		struct value key = value_key_at(c, map, i);

		json_open_list(w);
		value_to_tagged(c, key, w);
		value_to_tagged(c, value_get(c, map, key), w);
		json_close_list(w);
	}
	json_close_list(w);
}

static void write_object(struct call *c, struct value v, struct json_writer *w)
{
	json_open_map(w);
	json_key(w, "type");
	json_add_text(w, v.object->class->name);
	json_key(w, "text");
	write_text(c, v, w);
	json_close_map(w);
}

static const char *tag_of(struct value v)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_ABSENT:
	case VALUE_NULL:
		return "null";
	case VALUE_OPTIONAL:
		return "optional";
	case VALUE_ERROR:
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_UINT:
	case VALUE_DOUBLE:
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_TYPE:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
	case VALUE_OBJECT:
		break;
	}
	return value_kind_name((enum value_kind)v.kind);
}

/* The content behind the tag. */
static void write_content(struct call *c, struct value v, struct json_writer *w)
{
	bool none = v.kind == VALUE_OPTIONAL && !v.optional;

	if (none || v.kind == VALUE_NULL || v.kind == VALUE_ABSENT)
		json_add_null(w);
	else if (v.kind == VALUE_OPTIONAL)
		value_to_tagged(c, *v.optional, w);
	else if (v.kind == VALUE_BOOL)
		json_add_bool(w, v.b);
	else if (v.kind == VALUE_LIST)
		write_list(c, v, w);
	else if (v.kind == VALUE_MAP)
		write_map(c, v, w);
	else if (v.kind == VALUE_OBJECT)
		write_object(c, v, w);
	else
		write_text(c, v, w);
}

void value_to_tagged(struct call *c, struct value v, struct json_writer *w)
{
	json_open_map(w);
	json_key(w, tag_of(v));
	write_content(c, v, w);
	json_close_map(w);
}
