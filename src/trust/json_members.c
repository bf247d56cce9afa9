/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/json_members.h"

static bool is_in(struct str key, const char *const *names)
{
	for (size_t i = 0; names && names[i]; i++)
		if (str_is(key, names[i]))
			return true;
	return false;
}

int json_members_check(const struct json *map, const char *what, const char *const *must,
		       const char *const *may, struct err *err)
{
	const struct json *value;
	void *iter = NULL;
	struct str key;

	if (json_kind_of(map) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "%s: is no object", what);
	while (json_each(map, &iter, &key, &value))
		if (!is_in(key, must) && !is_in(key, may))
			return err_set(err, ERR_FORMAT, "%s: \"%.*s\" is not known here", what,
				       STR_FMT(key));
	for (size_t i = 0; must && must[i]; i++)
		if (json_kind_of(json_get(map, must[i])) == JSON_KIND_ABSENT)
			return err_set(err, ERR_FORMAT, "%s: \"%s\" is missing", what, must[i]);
	return 0;
}

int json_members_text(const struct json *map, const char *what, const char *key, bool may_be_empty,
		      struct str *ret, struct err *err)
{
	const struct json *value = json_get(map, key);

	if (json_kind_of(value) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "%s: \"%s\" is no string", what, key);
	if (json_str(value).n == 0 && !may_be_empty)
		return err_set(err, ERR_FORMAT, "%s: \"%s\" is empty", what, key);
	*ret = json_str(value);
	return 0;
}
