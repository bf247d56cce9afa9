/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long something holds: the last day on which it does, a time, or "never" in words, since an
 * end that was forgotten is the one that is regretted.
 */
#pragma once

#include "codec/yaml_keys.h"

struct until {
	struct str text; /* as written */
	bool has_end;
	int64_t end; /* Unix seconds: the first at which it does not hold any more */
};

/* "2026-12-31", a time of RFC 3339, or "never". */
int until_take(struct yaml_reading *rd, const struct yaml_node *v, struct until *ret);

static inline bool until_is_past(const struct until *u, int64_t now)
{
	return u->has_end && now >= u->end;
}
