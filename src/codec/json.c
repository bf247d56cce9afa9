/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json.h"

#include <jansson.h>
#include <pthread.h>

#include "base/limits.h"

/* A struct json is a json_t under another name, so that jansson stays in this file. */
static const json_t *real(const struct json *v)
{
	return (const json_t *)v;
}

static const struct json *ours(const json_t *v)
{
	return (const struct json *)v;
}

/*
 * jansson loses the rest of a long string, and says nothing, when its buffer cannot grow; so the
 * failure is remembered here, for the thread that parses.
 */
static _Thread_local bool lost_bytes;
static pthread_once_t allocator_once = PTHREAD_ONCE_INIT;

static void *remembering_malloc(size_t n)
{
	void *p = malloc(n);

	lost_bytes |= !p;
	return p;
}

static void set_allocator(void)
{
	json_set_alloc_funcs(remembering_malloc, free);
}

/* jansson has a fixed depth limit of 2048; ours is lower and checked before it recurses. */
static int check_depth(struct str s, struct err *err)
{
	size_t depth = 0, line = 1;
	bool in_string = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		line += c == '\n';
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > LIMIT_JSON_DEPTH)
				return err_set(err, ERR_LIMIT,
					       "line %zu: nested deeper than json_depth (%d)", line,
					       (int)LIMIT_JSON_DEPTH);
		} else if ((c == '}' || c == ']') && depth) {
			depth--;
		}
	}
	return 0;
}

int json_parse(struct str bytes, struct json **ret, struct err *err)
{
	json_error_t where;
	json_t *doc;
	int r;

	if (bytes.n > LIMIT_JSON_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes of JSON: more than json_bytes (%d)",
			       bytes.n, (int)LIMIT_JSON_BYTES);
	r = check_depth(bytes, err);
	if (r < 0)
		return r;
	(void)pthread_once(&allocator_once, set_allocator); /* cannot fail with a valid routine */
	lost_bytes = false;
	doc = json_loadb(bytes.p ? bytes.p : "", bytes.n,
			 JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &where);
	if (lost_bytes) {
		json_decref(doc);
		return err_nomem(err);
	}
	if (!doc)
		return err_set(err, ERR_FORMAT, "line %d, column %d: %s", where.line, where.column,
			       where.text);
	*ret = (struct json *)doc;
	return 0;
}

void json_free(struct json *doc)
{
	json_decref((json_t *)doc);
}

void json_freep(struct json **doc)
{
	json_free(*doc);
	*doc = NULL;
}

enum json_kind json_kind_of(const struct json *v)
{
	if (!v)
		return JSON_KIND_ABSENT;
	switch (json_typeof(real(v))) {
	case JSON_OBJECT:
		return JSON_KIND_MAP;
	case JSON_ARRAY:
		return JSON_KIND_LIST;
	case JSON_STRING:
		return JSON_KIND_TEXT;
	case JSON_INTEGER:
		return JSON_KIND_INT;
	case JSON_REAL:
		return JSON_KIND_REAL;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_KIND_BOOL;
	case JSON_NULL:
		return JSON_KIND_NULL;
	}
	return JSON_KIND_ABSENT;
}

const struct json *json_get(const struct json *map, const char *key)
{
	return ours(json_object_get(real(map), key));
}

struct str json_str(const struct json *v)
{
	const json_t *s = real(v);

	return json_is_string(s) ? str_make(json_string_value(s), json_string_length(s)) : STR_NULL;
}

struct str json_get_str(const struct json *map, const char *key)
{
	return json_str(json_get(map, key));
}

bool json_int(const struct json *v, int64_t *ret)
{
	if (!json_is_integer(real(v)))
		return false;
	*ret = json_integer_value(real(v));
	return true;
}

bool json_number(const struct json *v, double *ret)
{
	if (!json_is_number(real(v)))
		return false;
	*ret = json_number_value(real(v));
	return true;
}

bool json_get_int(const struct json *map, const char *key, int64_t *ret)
{
	return json_int(json_get(map, key), ret);
}

bool json_truth(const struct json *v)
{
	return json_is_true(real(v));
}

bool json_get_true(const struct json *map, const char *key)
{
	return json_is_true(real(json_get(map, key)));
}

size_t json_len(const struct json *list)
{
	const json_t *v = real(list);

	return json_is_object(v) ? json_object_size(v) : json_array_size(v);
}

const struct json *json_at(const struct json *list, size_t i)
{
	return ours(json_array_get(real(list), i));
}

bool json_each(const struct json *map, void **iter, struct str *ret_key,
	       const struct json **ret_value)
{
	json_t *object = (json_t *)map; /* jansson iterates over non-const objects only */

	*iter = *iter ? json_object_iter_next(object, *iter) : json_object_iter(object);
	if (!*iter)
		return false;
	*ret_key = str_make(json_object_iter_key(*iter), json_object_iter_key_len(*iter));
	*ret_value = ours(json_object_iter_value(*iter));
	return true;
}
