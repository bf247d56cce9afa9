/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/plain_json.h"

#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "expr/map_value.h"
#include "expr/number.h"
#include "expr/time.h"

static struct value list_from_json(struct call *c, const struct json *list)
{
	size_t n = json_len(list);
	struct value *items = call_values(c, n);

	if (!items)
		return call_exhausted(c);
	for (size_t i = 0; i < n; i++) {
		items[i] = value_from_json(c, json_at(list, i));
		if (value_is_error(items[i]))
			return items[i];
	}
	return value_list(items, (uint32_t)n);
}

static struct value map_from_json(struct call *c, const struct json *map)
{
	size_t n = json_len(map);
	struct map_entry *entries = call_alloc(c, n * sizeof(*entries));
	const struct json *v;
	void *iter = NULL;
	struct str key;

	if (!entries)
		return call_exhausted(c);
	for (size_t i = 0; i < n && json_each(map, &iter, &key, &v); i++) {
		entries[i].key = value_string(key);
		entries[i].value = value_from_json(c, v);
		if (value_is_error(entries[i].value))
			return entries[i].value;
	}
	return map_build(c, entries, (uint32_t)n);
}

struct value value_from_json(struct call *c, const struct json *doc)
{
	int64_t i;
	double d;

	switch (json_kind_of(doc)) {
	case JSON_KIND_ABSENT:
	case JSON_KIND_NULL:
		return value_null();
	case JSON_KIND_BOOL:
		return value_bool(json_truth(doc));
	case JSON_KIND_INT:
		return json_int(doc, &i) ? value_int(i) : value_null();
	case JSON_KIND_REAL:
		return json_number(doc, &d) ? value_double(d) : value_null();
	case JSON_KIND_TEXT:
		return value_string(json_str(doc));
	case JSON_KIND_LIST:
		return list_from_json(c, doc);
	case JSON_KIND_MAP:
		return map_from_json(c, doc);
	}
	return value_null();
}

static void add_time(struct value v, struct strbuf *out)
{
	struct nanotime t = {v.i, v.n};
	char text[TIME_TEXT_MAX];
	size_t n = v.kind == VALUE_TIMESTAMP ? timestamp_print(t, text) : duration_print(t, text);

	strbuf_add_bytes(out, text, n);
}

void value_add_text(struct call *c, struct value v, struct strbuf *out)
{
	struct str text;

	switch ((enum value_kind)v.kind) {
	case VALUE_ABSENT:
	case VALUE_NULL:
		strbuf_adds(out, "null");
		break;
	case VALUE_ERROR:
		strbuf_add(out, v.error->message);
		break;
	case VALUE_BOOL:
		strbuf_adds(out, v.b ? "true" : "false");
		break;
	case VALUE_INT:
		strbuf_addf(out, "%" PRId64, v.i);
		break;
	case VALUE_UINT:
		strbuf_addf(out, "%" PRIu64, v.u);
		break;
	case VALUE_DOUBLE:
		double_print(v.d, DOUBLE_KEPT, out);
		break;
	case VALUE_STRING:
		strbuf_add(out, value_str(v));
		break;
	case VALUE_BYTES:
		(void)base64_encode(value_str(v), BASE64_STANDARD, out, NULL); /* kept by out */
		break;
	case VALUE_TYPE:
		strbuf_add(out, v.type->name);
		break;
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		add_time(v, out);
		break;
	case VALUE_OBJECT:
		text = v.object->class->print ? v.object->class->print(c, v.object)
					      : str_of(v.object->class->name);
		strbuf_add(out, text);
		break;
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_OPTIONAL:
		strbuf_adds(out, value_kind_name((enum value_kind)v.kind));
		break;
	}
}

#define TEXT_BYTES ((size_t)LIMIT_EXPR_SCRATCH * 2)

static void write_text(struct call *c, struct value v, struct json_writer *w)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_BYTES);

	value_add_text(c, v, &sb);
	json_add_str(w, strbuf_str(&sb));
}

static void write_number(struct call *c, struct value v, struct json_writer *w)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(ERR_MSG_MAX);

	value_add_text(c, v, &sb);
	json_add_raw(w, strbuf_str(&sb));
}

static void write_list(struct call *c, struct value list, struct json_writer *w)
{
	json_open_list(w);
	for (uint32_t i = 0; i < list.n; i++)
		value_to_json(c, value_at(c, list, i), w);
	json_close_list(w);
}

static void write_map(struct call *c, struct value map, struct json_writer *w)
{
	json_open_map(w);
	for (uint32_t i = 0; i < map.n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_BYTES);
		struct value key = value_key_at(c, map, i);

		value_add_text(c, key, &sb);
		json_key_str(w, strbuf_str(&sb));
		value_to_json(c, value_get(c, map, key), w);
	}
	json_close_map(w);
}

static void write_object(struct call *c, const struct object *o, struct json_writer *w)
{
	json_open_map(w);
	for (size_t i = 0; i < o->class->n_fields; i++) {
		struct value v = o->class->fields[i].get(c, o);

		if (v.kind == VALUE_ABSENT)
			continue;
		json_key(w, o->class->fields[i].name);
		value_to_json(c, v, w);
	}
	json_close_map(w);
}

void value_to_json(struct call *c, struct value v, struct json_writer *w)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_ABSENT:
	case VALUE_NULL:
		json_add_null(w);
		break;
	case VALUE_BOOL:
		json_add_bool(w, v.b);
		break;
	case VALUE_INT:
		json_add_int(w, v.i);
		break;
	case VALUE_UINT:
		json_add_uint(w, v.u);
		break;
	case VALUE_DOUBLE:
		if (isfinite(v.d))
			write_number(c, v, w);
		else
			write_text(c, v, w);
		break;
	case VALUE_LIST:
		write_list(c, v, w);
		break;
	case VALUE_MAP:
		write_map(c, v, w);
		break;
	case VALUE_OPTIONAL:
		value_to_json(c, v.optional ? *v.optional : value_null(), w);
		break;
	case VALUE_OBJECT:
		if (!v.object->class->print && v.object->class->n_fields) {
			write_object(c, v.object, w);
			break;
		}
		write_text(c, v, w);
		break;
	case VALUE_ERROR:
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_TYPE:
	case VALUE_TIMESTAMP:
	case VALUE_DURATION:
		write_text(c, v, w);
		break;
	}
}
