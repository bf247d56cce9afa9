/* SPDX-License-Identifier: Apache-2.0 */
#include "check/licence_expression.h"

#include "package/spdx_id.h"

/* A parenthesis, or what stands between blanks and parentheses. */
static bool pull_token(struct str *rest, struct str *ret)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	if (!rest->n)
		return false;
	while (n < rest->n && !char_is_space(rest->p[n]) && rest->p[n] != '(' && rest->p[n] != ')')
		n++;
	if (n == 0)
		n = 1;
	*ret = str_sub(*rest, 0, n);
	*rest = str_skip(*rest, n);
	return true;
}

static bool is_operator(struct str s, const char *upper, const char *lower)
{
	return str_is(s, upper) || str_is(s, lower);
}

static bool is_licence(struct str s)
{
	struct str before, after;

	if (spdx_license_find(s))
		return true;
	if (str_has_prefix(s, STR("DocumentRef-")) && str_cut(s, ':', &before, &after))
		s = after;
	if (str_pull_prefix(&s, STR("LicenseRef-")))
		return s.n > 0;
	return str_has_suffix(s, STR("+")) && spdx_license_find(str_sub(s, 0, s.n - 1));
}

bool licence_expression_is_valid(struct str text)
{
	enum { OPERAND, EXCEPTION, OPERATOR, CLOSED } want = OPERAND; /* or what is behind it */
	size_t depth = 0;
	struct str token;

	while (pull_token(&text, &token)) {
		bool operand = want == OPERAND, join = want == OPERATOR || want == CLOSED;

		if (operand && str_is(token, "(")) {
			depth++;
		} else if (operand && is_licence(token)) {
			want = OPERATOR;
		} else if (want == EXCEPTION && spdx_exception_find(token)) {
			want = CLOSED;
		} else if (join && str_is(token, ")") && depth > 0) {
			depth--;
			want = CLOSED;
		} else if (join &&
			   (is_operator(token, "AND", "and") || is_operator(token, "OR", "or"))) {
			want = OPERAND;
		} else if (want == OPERATOR && is_operator(token, "WITH", "with")) {
			want = EXCEPTION;
		} else {
			return false;
		}
	}
	return (want == OPERATOR || want == CLOSED) && depth == 0;
}
