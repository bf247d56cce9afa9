/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/yaml_keys.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/nearest.h"

#define SHOWN_BYTES 64 /* of a foreign word in a message */

int yaml_refuse(const struct yaml_reading *rd, const struct yaml_node *at, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	return err_set(rd->err, ERR_FORMAT, "%.*s:%zu: %s", STR_FMT(rd->file), yaml_line(at), text);
}

static int unknown_key(struct yaml_reading *rd, const struct yaml_key *keys, const char *what,
		       const struct yaml_node *key)
{
	struct str name = str_sub(yaml_str(key), 0, SHOWN_BYTES);
	struct nearest near = nearest_to(yaml_str(key));

	for (const struct yaml_key *k = keys; k->name; k++)
		nearest_offer(&near, str_of(k->name));
	return yaml_refuse(rd, key, "%s has no \"%.*s\"%s%.*s%s", what, STR_FMT(name),
			   near.name.n ? "; did you mean \"" : "", STR_FMT(near.name),
			   near.name.n ? "\"?" : "");
}

int yaml_take_keys(struct yaml_reading *rd, const struct yaml_key *keys, const char *what,
		   const struct yaml_node *map, void *into)
{
	const struct yaml_node *key, *value;
	uint64_t seen = 0;
	size_t k;

	if (yaml_kind_of(map) != YAML_MAP)
		return yaml_refuse(rd, map, "%s is a map", what);
	for (size_t i = 0; yaml_entry(map, i, &key, &value); i++) {
		int r;

		for (k = 0; keys[k].name && !str_is(yaml_str(key), keys[k].name);)
			k++;
		assert(k < YAML_KEYS_MAX);
		if (!keys[k].name)
			return unknown_key(rd, keys, what, key);
		r = keys[k].take(rd, into, value);
		if (r < 0)
			return r;
		seen |= 1ULL << k;
	}
	for (k = 0; keys[k].name; k++)
		if (keys[k].required && !(seen & 1ULL << k))
			return yaml_refuse(rd, map, "%s has no %s", what, keys[k].name);
	return 0;
}

int yaml_take_text(struct yaml_reading *rd, const struct yaml_node *v, struct str *ret)
{
	if (yaml_kind_of(v) != YAML_SCALAR || str_is_empty(str_trim(yaml_str(v))))
		return yaml_refuse(rd, v, "a text is expected here");
	*ret = str_trim(yaml_str(v));
	return 0;
}

int yaml_take_texts(struct yaml_reading *rd, const struct yaml_node *v, struct str_list *ret)
{
	bool is_list = yaml_kind_of(v) == YAML_LIST;
	size_t n = is_list ? yaml_len(v) : 1;
	struct str *p = arena_array(rd->arena, n ? n : 1, sizeof *p);
	int r = 0;

	if (!p)
		return err_nomem(rd->err);
	if (n == 0)
		return yaml_refuse(rd, v, "a list with nothing in it");
	for (size_t i = 0; i < n && r == 0; i++)
		r = yaml_take_text(rd, is_list ? yaml_at(v, i) : v, &p[i]);
	*ret = (struct str_list){p, n};
	return r;
}

int yaml_take_bool(struct yaml_reading *rd, const struct yaml_node *v, bool *ret)
{
	bool is_true = str_is(yaml_str(v), "true");

	if (!yaml_is_plain(v) || (!is_true && !str_is(yaml_str(v), "false")))
		return yaml_refuse(rd, v, "true or false is expected here");
	*ret = is_true;
	return 0;
}

int yaml_take_u64(struct yaml_reading *rd, const struct yaml_node *v, uint64_t *ret)
{
	if (!str_parse_u64(yaml_str(v), ret))
		return yaml_refuse(rd, v, "a whole number is expected here");
	return 0;
}

int yaml_refuse_parse(const struct yaml_reading *rd, int r, const struct err *why)
{
	struct str rest = str_of(why->msg), number;

	if (!str_pull_prefix(&rest, STR("line ")) || !str_cut(rest, ',', &number, &rest))
		return err_set(rd->err, why->code, "%.*s: %s", STR_FMT(rd->file), why->msg);
	(void)err_set(rd->err, why->code, "%.*s:%.*s: %.*s", STR_FMT(rd->file), STR_FMT(number),
		      STR_FMT(str_trim(rest)));
	return r;
}
