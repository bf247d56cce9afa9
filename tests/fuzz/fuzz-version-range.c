/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first byte chooses the scheme; the first line is a range, the next ones are versions. A range
 * is read or refused with a message, and asking it twice gives the same answer.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "package/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_match(const struct version_range *range, struct str version)
{
	struct err err = {0};
	bool first = false, second = false;
	int r = version_range_match(range, version, &first, &err);

	assert(r == 0 || err.msg[0]);
	assert(version_range_match(range, version, &second, NULL) == r);
	assert(first == second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size), text = STR_NULL, version;
	enum version_scheme scheme;
	struct version_range range;
	struct err err = {0};
	struct arena a;

	if (size == 0)
		return 0;
	scheme = (enum version_scheme)(data[0] % VERSION_SCHEMES);
	in = str_skip(in, 1);
	(void)str_pull_until(&in, '\n', &text); /* nothing: the empty range */
	arena_init(&a, (size_t)64 << 20);
	if (version_range_parse(scheme, text, &a, &range, &err) == 0) {
		assert(range.n_bounds > 0 || str_trim(text).n == 0);
		while (str_pull_until(&in, '\n', &version))
			check_match(&range, version);
	} else {
		assert(err.msg[0]);
	}
	arena_done(&a);
	return 0;
}
