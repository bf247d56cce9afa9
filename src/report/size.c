/* SPDX-License-Identifier: Apache-2.0 */
#include "report/size.h"

#define MB UINT64_C(1000000)

struct str size_class_name(uint64_t bytes)
{
	static const struct {
		uint64_t up_to;
		struct str name;
	} classes[] = {
		{10 * MB, STR("minimal")},
		{50 * MB, STR("small")},
		{200 * MB, STR("medium")},
		{1000 * MB, STR("large")},
	};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (bytes <= classes[i].up_to)
			return classes[i].name;
	return STR("huge");
}

const char *budget_state_name(enum budget_state s)
{
	static const char *const names[] = {[BUDGET_PASS] = "pass",
					    [BUDGET_FAIL] = "fail",
					    [BUDGET_SKIP] = "skip",
					    [BUDGET_UNKNOWN] = "unknown"};

	return names[s];
}
