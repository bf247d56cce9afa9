/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes' URLs: url('https://example.com:80/').getPort().
 *
 * Specification: k8s.io/apiserver, pkg/cel/library/urls.go.
 */
#include "base/cleanup.h"
#include "expr/builder.h"
#include "expr/function.h"
#include "expr/map_value.h"
#include "expr/url.h"

struct url_object {
	struct object object;
	struct url url;
	struct str text; /* as it was written */
};

static const struct url *url_of(const struct object *o)
{
	return &((const struct url_object *)o)->url;
}

static struct str print(struct call *c, const struct object *o)
{
	return ((const struct url_object *)o)->text;
}

static bool equal(const struct object *a, const struct object *b)
{
	return str_eq(print(NULL, a), print(NULL, b));
}

static const struct type type_url = {.kind = TYPE_ABSTRACT, .name = {"kubernetes.URL", 14}};
static const struct object_class url_class = {
	.name = "kubernetes.URL", .type = &type_url, .equal = equal, .print = print};

static struct value of_string(struct call *c, const struct value *args)
{
	struct url_object *o = call_alloc(c, sizeof *o);
	struct err err = {0};

	if (!o || !call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	*o = (struct url_object){.object = {.class = &url_class}, .text = value_str(args[0])};
	if (url_parse(o->text, &o->url, &err) < 0)
		return call_error(c, "%s", err.msg);
	return value_object(&o->object);
}

static struct value is_url(struct call *c, const struct value *args)
{
	struct url u;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	return value_bool(url_parse(value_str(args[0]), &u, NULL) == 0);
}

/* Bytes behind %XX may be anything; strings are UTF-8. */
static struct value text_value(struct builder *b)
{
	if (!b->failed && !str_is_utf8(builder_str(b)))
		return call_error(b->call, "the unescaped part of the URL is not UTF-8");
	return builder_value(b);
}

static struct value scheme(struct call *c, const struct value *args)
{
	struct str s = url_of(args[0].object)->scheme;
	struct builder b = {.call = c};

	for (size_t i = 0; i < s.n; i++)
		builder_addc(&b, char_lower(s.p[i]));
	return builder_value(&b);
}

static struct value unescaped(struct call *c, struct str s, bool plus)
{
	struct builder b = {.call = c};

	while (s.n && !b.failed)
		builder_addc(&b, (char)url_pull_byte(&s, plus));
	return text_value(&b);
}

static struct value host(struct call *c, const struct value *args)
{
	return unescaped(c, url_of(args[0].object)->host, false);
}

static struct value hostname(struct call *c, const struct value *args)
{
	return unescaped(c, url_hostname(url_of(args[0].object)), false);
}

static struct value port(struct call *c, const struct value *args)
{
	return value_string(url_of(args[0].object)->port);
}

static struct value escaped_path(struct call *c, const struct value *args)
{
	static const char digits[] = "0123456789ABCDEF";
	struct str path = url_of(args[0].object)->path;
	struct builder b = {.call = c};

	if (url_path_is_escaped(path))
		return value_string(path);
	while (path.n && !b.failed) {
		int byte = url_pull_byte(&path, false);

		if (!url_path_needs_escape((char)byte)) {
			builder_addc(&b, (char)byte);
			continue;
		}
		builder_addc(&b, '%');
		builder_addc(&b, digits[byte >> 4]);
		builder_addc(&b, digits[byte & 15]);
	}
	return builder_value(&b);
}

/* ---- the query ---- */

/* The next KEY=VALUE; those with ';' or a broken escape are left out, as Go does. */
static bool pull_pair(struct str *query, struct str *ret_key, struct str *ret_value)
{
	struct str pair;

	while (str_pull_until(query, '&', &pair)) {
		if (!pair.n || str_find_char(pair, ';') < pair.n || !url_is_escaped(pair))
			continue;
		*ret_key = pair;
		*ret_value = STR_NULL;
		(void)str_cut(pair, '=', ret_key, ret_value); /* no '=': only a key */
		return true;
	}
	return false;
}

static uint32_t count_pairs(struct str query)
{
	struct str key, value;
	uint32_t n = 0;

	while (pull_pair(&query, &key, &value))
		n++;
	return n;
}

/* The entry of the key, a new one at the end when it is not there yet: n then grows. */
static struct map_entry *entry_of(struct call *c, struct map_entry *entries, uint32_t *n,
				  struct value key)
{
	for (uint32_t i = 0; i < *n; i++) {
		if (value_keys_equal(entries[i].key, key))
			return &entries[i];
		if (!call_spend(c, 1))
			return NULL;
	}
	entries[*n] = (struct map_entry){.key = key, .value = value_list(NULL, 0)};
	return &entries[(*n)++];
}

static bool append(struct call *c, struct map_entry *entry, struct value v)
{
	struct value *items = call_values(c, (size_t)entry->value.n + 1);

	if (!items)
		return false;
	if (entry->value.n)
		memcpy(items, entry->value.items, entry->value.n * sizeof *items);
	items[entry->value.n] = v;
	entry->value = value_list(items, entry->value.n + 1);
	return true;
}

static struct value query(struct call *c, const struct value *args)
{
	struct str rest = url_of(args[0].object)->query, key, value;
	struct map_entry *entries = call_alloc(c, count_pairs(rest) * sizeof *entries), *entry;
	uint32_t n = 0;

	if (!entries || !call_spend_bytes(c, rest.n * 2))
		return call_exhausted(c);
	while (pull_pair(&rest, &key, &value)) {
		struct value k = unescaped(c, key, true), v = unescaped(c, value, true);

		if (value_is_error(k) || value_is_error(v))
			return value_is_error(k) ? k : v;
		entry = entry_of(c, entries, &n, k);
		if (!entry || !append(c, entry, v))
			return call_exhausted(c);
	}
	return map_build(c, entries, n);
}

#define U "kubernetes.URL"

static const struct function_row rows[] = {
	{.name = "getEscapedPath", .signature = U ".() -> string", .fn = escaped_path},
	{.name = "getHost", .signature = U ".() -> string", .fn = host},
	{.name = "getHostname", .signature = U ".() -> string", .fn = hostname},
	{.name = "getPort", .signature = U ".() -> string", .fn = port},
	{.name = "getQuery", .signature = U ".() -> map(string, list(string))", .fn = query},
	{.name = "getScheme", .signature = U ".() -> string", .fn = scheme},
	{.name = "isURL", .signature = "(string) -> bool", .fn = is_url},
	{.name = "url", .signature = "(string) -> " U, .fn = of_string},
};

static const struct type *const types[] = {&type_url};

const struct library library_urls = {
	.name = "urls",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.types = types,
	.n_types = ARRAY_LEN(types),
};
