/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What inventory/pkgdb.h and package/package.h promise about a record, checked: for the tests'
 * sink and for the fuzzers'.
 */
#pragma once

#include "base/str.h"
#include "package/package.h"

static inline bool path_is_cleaned(struct str path)
{
	struct str rest = path, part;

	if (path.n == 0 || path.p[path.n - 1] == '/')
		return false;
	while (str_pull_until(&rest, '/', &part))
		if (part.n == 0 || str_is(part, ".") || str_is(part, "..") ||
		    memchr(part.p, '\0', part.n))
			return false;
	return true;
}

/* What is wrong with the record, or NULL. */
static inline const char *package_defect(const struct package *p)
{
	struct str last = STR_NULL, key, value;

	if (p->name.n == 0)
		return "no name";
	if (p->type.n == 0)
		return "no type";
	for (size_t i = 0; i < p->licenses.n; i++)
		if (p->licenses.p[i].n == 0)
			return "an empty licence";
	for (size_t i = 0; i < p->files.n; i++)
		if (!path_is_cleaned(p->files.p[i]))
			return "a path that is not cleaned";
	for (size_t i = 0; i < p->attributes.n; i++) {
		if (!str_cut(p->attributes.p[i], '=', &key, &value) || key.n == 0)
			return "an attribute that is no key=value";
		if (i > 0 && str_cmp(last, key) >= 0)
			return "attributes out of order";
		last = key;
	}
	return NULL;
}
