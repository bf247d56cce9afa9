/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/name.h"

static bool is_dots(struct str part)
{
	return str_is(part, ".") || str_is(part, "..");
}

static bool is_gun_char(char c)
{
	return char_is_alnum(c) || (c && strchr("-._:", c));
}

static bool is_role_char(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z') || (c && strchr("-._", c));
}

static bool parts_are(struct str name, bool (*is_fine)(char c))
{
	struct str part;

	if (name.n == 0 || name.p[name.n - 1] == '/')
		return false;
	while (str_pull_until(&name, '/', &part)) {
		if (part.n == 0 || is_dots(part))
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!is_fine(part.p[i]))
				return false;
	}
	return true;
}

int dct_gun_check(struct str gun, struct err *err)
{
	if (gun.n > DCT_GUN_MAX)
		return err_set(err, ERR_USAGE, "a GUN of more than %d bytes", DCT_GUN_MAX);
	if (parts_are(gun, is_gun_char))
		return 0;
	return err_set(err, ERR_USAGE,
		       "\"%.*s\" is no GUN: write the repository in full, without a tag, such as "
		       "docker.io/library/alpine or example.com:5000/team/app",
		       STR_FMT(gun));
}

bool dct_role_is_base(struct str role)
{
	return str_is(role, "root") || str_is(role, "targets") || str_is(role, "snapshot") ||
	       str_is(role, "timestamp");
}

bool dct_role_is_delegation(struct str role)
{
	struct str rest = role;

	return role.n <= DCT_ROLE_MAX && str_pull_prefix(&rest, STR("targets/")) &&
	       parts_are(rest, is_role_char);
}

struct str dct_role_parent(struct str role)
{
	return str_sub(role, 0, str_rfind_char(role, '/'));
}
