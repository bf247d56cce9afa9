/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/package_key.h"

#include "base/cleanup.h"

static const char *const folded[] = {"bitnami", "composer", "github-actions",
				     "nuget",	"pypi",	    "swift"};

static bool is_folded(struct str shard)
{
	for (size_t i = 0; i < ARRAY_LEN(folded); i++)
		if (str_is(shard, folded[i]))
			return true;
	return false;
}

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

/* PEP 503: a run of separators is one '-'. In place; the new length. */
static size_t join_separators(char *p, size_t n)
{
	size_t to = 0;
	bool before = false;

	for (size_t i = 0; i < n; i++) {
		bool now = is_separator(p[i]);

		if (!now || !before)
			p[to++] = now ? '-' : p[i];
		before = now;
	}
	return to;
}

static bool is_own_key(struct str name, bool is_pypi)
{
	for (size_t i = 0; i < name.n; i++)
		if (char_lower(name.p[i]) != name.p[i] || (is_pypi && is_separator(name.p[i])))
			return false;
	return true;
}

struct str package_key(struct str shard, struct str name, struct arena *a)
{
	bool is_pypi = str_is(shard, "pypi");
	char *p;

	if (str_is(shard, "swift")) {
		(void)str_pull_prefix(&name, STR("https://")); /* absent: the same without */
		if (str_has_suffix(name, STR(".git")))
			name.n -= 4;
	}
	if (!is_folded(shard) || is_own_key(name, is_pypi))
		return name;
	p = arena_alloc(a, name.n);
	if (!p)
		return STR_NULL;
	for (size_t i = 0; i < name.n; i++)
		p[i] = char_lower(name.p[i]);
	return str_make(p, is_pypi ? join_separators(p, name.n) : name.n);
}
