/* SPDX-License-Identifier: Apache-2.0 */
#include "base/byte_size.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

#define NUMBER_MAX 32 /* bytes */

struct unit {
	const char *name;
	double bytes;
};

static const struct unit units[] = {
	{"", 1},
	{"b", 1},
	{"k", 1e3},
	{"kb", 1e3},
	{"ki", 1024.0},
	{"kib", 1024.0},
	{"m", 1e6},
	{"mb", 1e6},
	{"mi", 1048576.0},
	{"mib", 1048576.0},
	{"g", 1e9},
	{"gb", 1e9},
	{"gi", 1073741824.0},
	{"gib", 1073741824.0},
	{"t", 1e12},
	{"tb", 1e12},
	{"ti", 1099511627776.0},
	{"tib", 1099511627776.0},
	{"p", 1e15},
	{"pb", 1e15},
	{"pi", 1125899906842624.0},
	{"pib", 1125899906842624.0},
	{"e", 1e18},
	{"eb", 1e18},
	{"ei", 1152921504606846976.0},
	{"eib", 1152921504606846976.0},
};

/* Digits, commas and one point; *s is what stands behind. */
static bool pull_number(struct str *s, double *ret)
{
	char digits[NUMBER_MAX + 1];
	size_t n = 0, points = 0, i = 0;

	for (; i < s->n && (char_is_digit(s->p[i]) || s->p[i] == '.' || s->p[i] == ','); i++) {
		if (s->p[i] == ',')
			continue;
		if (n == NUMBER_MAX)
			return false;
		points += s->p[i] == '.';
		digits[n++] = s->p[i];
	}
	digits[n] = '\0';
	if (n == points || points > 1)
		return false;
	*ret = strtod(digits, NULL); /* no locale is set: the point is one */
	*s = str_trim(str_skip(*s, i));
	return true;
}

int byte_size_parse(struct str text, uint64_t *ret, struct err *err)
{
	struct str rest = str_trim(text);
	double number;

	if (pull_number(&rest, &number))
		for (size_t i = 0; i < ARRAY_LEN(units); i++) {
			double bytes = number * units[i].bytes;

			if (!str_eq_nocase(rest, str_of(units[i].name)))
				continue;
			if (bytes >= 18446744073709551616.0)
				break;
			*ret = (uint64_t)bytes;
			return 0;
		}
	return err_set(err, ERR_USAGE, "\"%.*s\" is no number of bytes: 100MB, 1.5GiB",
		       STR_FMT(str_sub(text, 0, 64)));
}

struct str byte_size_text(uint64_t bytes, char buf[BYTE_SIZE_MAX])
{
	static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	size_t unit = 0;
	uint64_t scale = 1, whole, rest;
	int n;

	while (bytes / scale >= 1000) {
		scale *= 1000;
		unit++;
	}
	whole = bytes / scale;
	rest = (bytes % scale) / (scale >= 1000 ? scale / 1000 : 1); /* thousandths, cut */
	if (unit == 0 || whole >= 100)
		n = snprintf(buf, BYTE_SIZE_MAX, "%llu %s", (unsigned long long)whole, names[unit]);
	else if (whole >= 10)
		n = snprintf(buf, BYTE_SIZE_MAX, "%llu.%llu %s", (unsigned long long)whole,
			     (unsigned long long)rest / 100, names[unit]);
	else
		n = snprintf(buf, BYTE_SIZE_MAX, "%llu.%02llu %s", (unsigned long long)whole,
			     (unsigned long long)rest / 10, names[unit]);
	return str_make(buf, (size_t)n);
}
