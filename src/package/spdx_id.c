/* SPDX-License-Identifier: Apache-2.0 */
#include "package/spdx_id.h"

#include "base/cleanup.h"

/* Both lists are sorted by their small letters. */
static const char *const licenses[] = {
#define SPDX_LICENSE(id) id,
#include "package/spdx_licenses.def"
#undef SPDX_LICENSE
};

static const char *const exceptions[] = {
#define SPDX_EXCEPTION(id) id,
#include "package/spdx_exceptions.def"
#undef SPDX_EXCEPTION
};

static int compare_nocase(struct str a, struct str b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		int d = (unsigned char)char_lower(a.p[i]) - (unsigned char)char_lower(b.p[i]);

		if (d)
			return d;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static const char *find(const char *const *list, size_t n, struct str id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare_nocase(id, str_of(list[middle]));

		if (order == 0)
			return list[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *spdx_license_find(struct str id)
{
	return find(licenses, ARRAY_LEN(licenses), id);
}

const char *spdx_exception_find(struct str id)
{
	return find(exceptions, ARRAY_LEN(exceptions), id);
}
