/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/regex.h"

#include "base/limits.h"
#include "expr/regex_re2.h"

/* struct regex has no members of its own: it is RE2's pattern under our name. */
static struct re2_pattern *re2_of(const struct regex *re)
{
	return (struct re2_pattern *)re;
}

/* RE2 reads \C as one byte, also in the middle of a character. */
static bool has_byte_class(struct str pattern)
{
	bool quoted = false;

	for (size_t i = 0; i + 1 < pattern.n; i++) {
		if (pattern.p[i] != '\\')
			continue;
		i++;
		if (pattern.p[i] == 'C' && !quoted)
			return true;
		if (pattern.p[i] == 'Q' || pattern.p[i] == 'E')
			quoted = pattern.p[i] == 'Q';
	}
	return false;
}

static int refuse(struct str pattern, const char *why, struct err *err)
{
	if (strncmp(why, "pattern too large", 17) == 0)
		return err_set(err, ERR_LIMIT,
			       "regular expression needs more memory than the limit "
			       "regex_memory_bytes (%d)",
			       LIMIT_REGEX_MEMORY_BYTES);
	return err_set(err, ERR_FORMAT, "regular expression \"%.*s\": %s",
		       STR_FMT(str_sub(pattern, 0, 80)), why);
}

int regex_new(struct str pattern, struct regex **ret, struct err *err)
{
	struct re2_pattern *made;
	char why[160];

	if (pattern.n > LIMIT_REGEX_PATTERN_BYTES)
		return err_set(err, ERR_LIMIT,
			       "regular expression of %zu bytes is over the limit "
			       "regex_pattern_bytes (%d)",
			       pattern.n, LIMIT_REGEX_PATTERN_BYTES);
	if (has_byte_class(pattern))
		return refuse(pattern, "\\C is not supported: it would cut characters", err);
	switch (re2_compile(pattern.p ? pattern.p : "", pattern.n, LIMIT_REGEX_MEMORY_BYTES, &made,
			    why, sizeof why)) {
	case RE2_YES:
		*ret = (struct regex *)made;
		return 0;
	case RE2_NO:
	case RE2_BAD_PATTERN:
		return refuse(pattern, why, err);
	case RE2_NO_MEMORY:
		break;
	}
	return err_nomem(err);
}

void regex_free(struct regex *re)
{
	re2_free(re2_of(re));
}

size_t regex_n_groups(const struct regex *re)
{
	return (size_t)re2_n_groups(re2_of(re));
}

size_t regex_n_instructions(const struct regex *re)
{
	return (size_t)re2_n_instructions(re2_of(re));
}

int regex_match(const struct regex *re, struct str text, struct err *err)
{
	enum re2_result r = re2_search(re2_of(re), text.p, text.n, 0, NULL, 0);

	return r == RE2_NO_MEMORY ? err_nomem(err) : r == RE2_YES;
}

int regex_find(const struct regex *re, struct str text, size_t from, struct str *ret_groups,
	       size_t n_groups, struct err *err)
{
	/* What took part is never NULL, not even the empty piece of an empty text. */
	const char *base = text.p ? text.p : "";
	struct re2_span spans[REGEX_GROUPS];
	enum re2_result r;

	if (from > text.n)
		return 0;
	if (n_groups > REGEX_GROUPS)
		n_groups = REGEX_GROUPS;
	r = re2_search(re2_of(re), base, text.n, from, spans, (int)n_groups);
	if (r == RE2_NO_MEMORY)
		return err_nomem(err);
	if (r != RE2_YES)
		return 0;
	for (size_t i = 0; i < n_groups; i++)
		ret_groups[i] =
			spans[i].at < 0 ? STR_NULL : str_make(base + spans[i].at, spans[i].n);
	return 1;
}

size_t regex_next(struct str text, struct str match)
{
	size_t at = text.p ? (size_t)(match.p - text.p) + match.n : 0;

	if (match.n)
		return at;
	at++;
	while (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}
