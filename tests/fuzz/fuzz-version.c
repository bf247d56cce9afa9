/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses the scheme; three lines behind it are versions. What can be ordered must
 * be ordered the other way round too, and be equal to itself; what is valid can be ordered.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "package/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_one(enum version_scheme scheme, struct str v)
{
	struct err err = {0};
	int order = 7;
	int r = version_compare(scheme, v, v, &order, &err);

	assert(r == 0 ? order == 0 : err.msg[0]);
	if (version_check(scheme, v, &err) == 0)
		assert(r == 0);
	else
		assert(err.msg[0]);
}

static void check_pair(enum version_scheme scheme, struct str a, struct str b)
{
	int order = 7, back = 7;
	int r = version_compare(scheme, a, b, &order, NULL);

	assert(version_compare(scheme, b, a, &back, NULL) == r);
	if (r == 0)
		assert(order >= -1 && order <= 1 && order == -back);
}

/* vercmp leaves a release out of the comparison that only one has; fuzzy is a guess. */
static void check_triple(enum version_scheme scheme, const struct str *v)
{
	int ab, bc, ac;

	if (scheme == VERSION_ALPM || scheme == VERSION_FUZZY ||
	    version_compare(scheme, v[0], v[1], &ab, NULL) < 0 ||
	    version_compare(scheme, v[1], v[2], &bc, NULL) < 0)
		return;
	assert(version_compare(scheme, v[0], v[2], &ac, NULL) == 0);
	if (ab <= 0 && bc <= 0)
		assert(ac <= 0 && (ac < 0 || (ab == 0 && bc == 0)));
	if (ab >= 0 && bc >= 0)
		assert(ac >= 0 && (ac > 0 || (ab == 0 && bc == 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size), v[3] = {0};
	enum version_scheme scheme;

	if (size == 0)
		return 0;
	scheme = (enum version_scheme)(data[0] % VERSION_SCHEMES);
	in = str_skip(in, 1);
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		(void)str_pull_until(&in, '\n', &v[i]); /* too few lines: empty versions */
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		check_one(scheme, v[i]);
	check_pair(scheme, v[0], v[1]);
	check_triple(scheme, v);
	return 0;
}
