/* SPDX-License-Identifier: Apache-2.0 */
#include "closure/program_call.h"

#define LITERAL_MAX 1024
#define LOOK_BACK   256 /* bytes of a line in front of a name */

static void skip_space(struct str *s)
{
	while (s->n && char_is_space(s->p[0]))
		*s = str_skip(*s, 1);
}

bool program_quoted(struct str s, struct str *ret)
{
	struct str in;
	size_t end = 0;

	if (s.n < 2 || (s.p[0] != '"' && s.p[0] != '\'' && s.p[0] != '`'))
		return false;
	in = str_sub(s, 1, LITERAL_MAX);
	while (end < in.n && in.p[end] != s.p[0] && in.p[end] != '\n' && in.p[end] != '\\')
		end++;
	if (end == in.n || in.p[end] != s.p[0])
		return false;
	*ret = str_sub(in, 0, end);
	return s.p[0] != '`' || str_find(*ret, STR("${")) == ret->n;
}

enum call_result program_call_argument(struct str behind, struct str *ret)
{
	struct str s = behind, rest;

	skip_space(&s);
	if (!str_pull_prefix(&s, STR("(")))
		return CALL_NONE;
	skip_space(&s);
	if (str_pull_prefix(&s, STR("[")))
		skip_space(&s);
	if (str_has_prefix(s, STR(")")) || s.n == 0)
		return CALL_NONE;
	if (!program_quoted(s, ret))
		return CALL_COMPUTED;
	rest = str_skip(s, ret->n + 2);
	skip_space(&rest);
	return rest.n == 0 || (rest.p[0] != '+' && rest.p[0] != '%' && rest.p[0] != '.')
		       ? CALL_LITERAL
		       : CALL_COMPUTED;
}

static struct str line_before(struct str text, size_t at)
{
	size_t from = at > LOOK_BACK ? at - LOOK_BACK : 0;
	struct str before = str_sub(text, from, at - from);
	size_t newline = str_rfind_char(before, '\n');

	return newline < before.n ? str_skip(before, newline + 1) : before;
}

bool program_is_definition(struct str text, size_t at)
{
	struct str line = str_trim(line_before(text, at));

	return str_has_suffix(line, STR("def")) || str_has_suffix(line, STR("function")) ||
	       str_has_prefix(line, STR("#")) || str_has_prefix(line, STR("//")) ||
	       str_has_prefix(line, STR("*"));
}

size_t program_line_of(struct str text, size_t at)
{
	struct str before = str_sub(text, 0, at), line;
	size_t n = 0;

	while (str_pull_line(&before, &line))
		n++;
	return n ? n : 1;
}

static bool is_name_char(char c)
{
	return char_is_alnum(c) || c == '_' || c == '$';
}

/* The name that ends in front of `end`. */
static struct str name_before(struct str text, size_t end)
{
	size_t at = end;

	while (at && is_name_char(text.p[at - 1]))
		at--;
	return str_sub(text, at, end - at);
}

static bool is_listed(struct str name, const char *const *names)
{
	while (*names && !str_is(name, *names))
		names++;
	return *names != NULL;
}

void program_command_calls(struct str text, const char *const *functions, struct program_draft *d)
{
	const char *open;

	for (size_t at = 0; at < text.n && (open = memchr(text.p + at, '(', text.n - at));) {
		size_t here = (size_t)(open - text.p);
		struct str argument, word;

		at = here + 1;
		if (!is_listed(name_before(text, here), functions) ||
		    program_call_argument(str_skip(text, here), &argument) != CALL_LITERAL)
			continue;
		if (str_pull_word(&argument, &word) && word.n < 256 &&
		    (char_is_alnum(word.p[0]) || word.p[0] == '/'))
			program_draft_add(d, LINK_COMMAND, word);
	}
}

static bool is_plain_path(struct str s)
{
	if (s.n < 4 || s.p[0] != '/' || s.p[1] == '/')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !strchr("/._+-@%~,*", s.p[i]))
			return false;
	return true;
}

void program_quoted_paths(struct str text, struct program_draft *d)
{
	const char *slash;

	for (size_t at = 1; at < text.n && (slash = memchr(text.p + at, '/', text.n - at));) {
		size_t here = (size_t)(slash - text.p);
		struct str path;

		at = here + 1;
		if (text.p[here - 1] != '"' && text.p[here - 1] != '\'')
			continue;
		if (program_quoted(str_skip(text, here - 1), &path) && is_plain_path(path)) {
			program_draft_add(d, LINK_PATH, path);
			at = here + path.n;
		}
	}
}
