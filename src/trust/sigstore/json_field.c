/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/json_field.h"

#include "base/clock.h"
#include "codec/base64.h"

const struct json *json_field(const struct json *map, const char *name)
{
	const struct json *v = json_get(map, name);

	return json_kind_of(v) == JSON_KIND_NULL ? NULL : v;
}

static bool is_one_of(struct str key, const char *const *names)
{
	for (; *names; names++)
		if (str_is(key, *names))
			return true;
	return false;
}

int json_field_only(const struct json *map, const char *const *names, const char *what,
		    struct err *err)
{
	const struct json *value;
	void *iter = NULL;
	struct str key;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "%s is no JSON object", what);
	while (json_each(map, &iter, &key, &value))
		if (!is_one_of(key, names))
			return err_set(err, ERR_FORMAT, "%s has a field \"%.*s\" that is not known",
				       what, STR_FMT(str_sub(key, 0, 60)));
	return 0;
}

int json_field_map(const struct json *map, const char *name, bool needed, const struct json **ret,
		   struct err *err)
{
	const struct json *v = json_field(map, name);

	if (v ? json_kind_of(v) != JSON_KIND_MAP : needed)
		return err_set(err, ERR_FORMAT, "\"%s\" is %s", name,
			       v ? "no JSON object" : "missing");
	*ret = v;
	return 0;
}

int json_field_list(const struct json *map, const char *name, size_t max, const struct json **ret,
		    struct err *err)
{
	const struct json *v = json_field(map, name);

	if (v && json_kind_of(v) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "\"%s\" is no list", name);
	if (json_len(v) > max)
		return err_set(err, ERR_LIMIT, "\"%s\" has %zu entries; at most %zu are taken",
			       name, json_len(v), max);
	*ret = v;
	return 0;
}

int json_field_text(const struct json *map, const char *name, bool needed, struct str *ret,
		    struct err *err)
{
	const struct json *v = json_field(map, name);

	if (v ? json_kind_of(v) != JSON_KIND_TEXT : needed)
		return err_set(err, ERR_FORMAT, "\"%s\" is %s", name, v ? "no text" : "missing");
	*ret = json_str(v);
	return 0;
}

static bool parse_int(const struct json *v, int64_t *ret)
{
	struct str text = json_str(v);
	bool negative;
	uint64_t n;

	if (json_kind_of(v) != JSON_KIND_TEXT)
		return json_int(v, ret);
	negative = str_pull_prefix(&text, STR("-"));
	if (!str_parse_u64(text, &n) || n > INT64_MAX)
		return false;
	*ret = negative ? -(int64_t)n : (int64_t)n;
	return true;
}

int json_field_int(const struct json *map, const char *name, int64_t *ret, struct err *err)
{
	const struct json *v = json_field(map, name);
	int64_t n = 0;

	if (v && (!parse_int(v, &n) || n < 0))
		return err_set(err, ERR_FORMAT, "\"%s\" is no number from 0 up", name);
	*ret = n;
	return 0;
}

int base64_bytes(struct str text, const char *name, size_t min, size_t max, struct arena *arena,
		 struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(max);
	int r = text.n % 4 ? -ERR_FORMAT : base64_decode(text, BASE64_STANDARD, &sb, err);

	if (r == -ERR_FORMAT)
		return err_set(err, ERR_FORMAT, "\"%s\" is no base64", name);
	if (r < 0)
		return err_wrap(err, r, "\"%s\"", name);
	if (sb.n < min)
		return err_set(err, ERR_FORMAT, "\"%s\" is %s", name,
			       sb.n ? "too short" : "missing");
	*ret = arena_str(arena, strbuf_str(&sb));
	return arena_check(arena, err);
}

int json_bytes(const struct json *v, const char *name, size_t min, size_t max, struct arena *arena,
	       struct str *ret, struct err *err)
{
	if (v && json_kind_of(v) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "\"%s\" is no text in base64", name);
	return base64_bytes(json_str(v), name, min, max, arena, ret, err);
}

int json_field_bytes(const struct json *map, const char *name, size_t min, size_t max,
		     struct arena *arena, struct str *ret, struct err *err)
{
	return json_bytes(json_field(map, name), name, min, max, arena, ret, err);
}

int json_field_time(const struct json *map, const char *name, int64_t absent, int64_t *ret,
		    struct err *err)
{
	const struct json *v = json_field(map, name);

	*ret = absent;
	if (v && !clock_parse(json_str(v), ret))
		return err_set(err, ERR_FORMAT, "\"%s\" is no time", name);
	return 0;
}
