/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/until.h"

#include <stdio.h>

#include "base/clock.h"

#define DAY_BYTES   10 /* of "2026-12-31" */
#define DAY_SECONDS 86400

int until_take(struct yaml_reading *rd, const struct yaml_node *v, struct until *ret)
{
	struct str text = yaml_str(v);
	char midnight[CLOCK_TEXT_MAX];

	ret->text = text;
	if (str_is(text, "never"))
		return 0;
	ret->has_end = true;
	if (text.n != DAY_BYTES && clock_parse(text, &ret->end))
		return 0;
	(void)snprintf(midnight, sizeof midnight, "%.*sT00:00:00Z",
		       STR_FMT(text)); /* fits, or is cut */
	if (text.n != DAY_BYTES || !clock_parse(str_of(midnight), &ret->end))
		return yaml_refuse(rd, v, "until is a day, 2026-12-31, or never");
	ret->end += DAY_SECONDS;
	return 0;
}
