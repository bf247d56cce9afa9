/* SPDX-License-Identifier: Apache-2.0 */
#include "check/ignore_file.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"

/* ---- matching one component ---- */

/* [a-z], [^a-z], behind the bracket; false: it is not closed. */
static bool match_class(struct str *pattern, char c, bool *ret)
{
	bool negative = str_pull_prefix(pattern, STR("^")), found = false;
	size_t n = 0;

	for (; n < pattern->n && (pattern->p[n] != ']' || n == 0); n++) {
		char low = pattern->p[n], high;

		if (low == '\\' && n + 1 < pattern->n)
			low = pattern->p[++n];
		high = low;
		if (n + 2 < pattern->n && pattern->p[n + 1] == '-' && pattern->p[n + 2] != ']') {
			n += 2;
			high = pattern->p[n];
		}
		found |= (unsigned char)c >= (unsigned char)low &&
			 (unsigned char)c <= (unsigned char)high;
	}
	if (n == pattern->n)
		return false;
	*pattern = str_skip(*pattern, n + 1);
	*ret = found != negative;
	return true;
}

/* The front of both, when it is no star; false: it does not match. */
static bool match_one(struct str *pattern, struct str *name)
{
	char p = pattern->p[0], c;
	bool found;

	if (!name->n)
		return false;
	c = name->p[0];
	*pattern = str_skip(*pattern, 1);
	*name = str_skip(*name, 1);
	if (p == '?')
		return true;
	if (p == '[')
		return match_class(pattern, c, &found) && found;
	if (p == '\\' && pattern->n) {
		p = pattern->p[0];
		*pattern = str_skip(*pattern, 1);
	}
	return p == c;
}

/* The last star takes one character more whenever the rest does not match: no recursion. */
static bool match_name(struct str pattern, struct str name)
{
	struct str star = STR_NULL, at = STR_NULL;

	while (name.n || pattern.n) {
		if (pattern.n && pattern.p[0] == '*') {
			pattern = star = str_skip(pattern, 1);
			at = name;
			continue;
		}
		if (pattern.n && match_one(&pattern, &name))
			continue;
		if (!star.p || !at.n)
			return false;
		name = at = str_skip(at, 1);
		pattern = star;
	}
	return true;
}

/* ---- matching a path ---- */

static struct str front(struct str path, struct str *ret_rest)
{
	size_t n = str_find_char(path, '/');

	*ret_rest = str_skip(path, n < path.n ? n + 1 : path.n);
	return str_sub(path, 0, n);
}

/* The pattern matches the path, or a folder that it is in. Again the last ** is widened. */
static bool match_path(struct str pattern, struct str path)
{
	struct str star = STR_NULL, at = STR_NULL, rest_p, rest_n;

	for (;;) {
		struct str p = front(pattern, &rest_p);

		if (!p.n)
			return true;
		if (str_is(p, "**")) {
			pattern = star = rest_p;
			at = path;
			if (!rest_p.n)
				return path.n > 0;
			continue;
		}
		if (path.n && match_name(p, front(path, &rest_n))) {
			pattern = rest_p;
			path = rest_n;
			continue;
		}
		if (!star.p || !at.n)
			return false;
		(void)front(at, &rest_n);
		path = at = rest_n;
		pattern = star;
	}
}

bool ignore_file_excludes(const struct ignore_file *ignore, struct str path)
{
	for (size_t i = ignore->n; path.n && i-- > 0;)
		if (match_path(ignore->patterns[i].text, path))
			return !ignore->patterns[i].lets_in;
	return false;
}

/* Could the pattern match something below the folder? It has its front, or a wildcard there. */
static bool may_reach_below(struct str pattern, struct str folder)
{
	while (folder.n && pattern.n) {
		struct str p = front(pattern, &pattern), name = front(folder, &folder);

		if (str_is(p, "**"))
			return true;
		if (!match_name(p, name))
			return false;
	}
	return true;
}

bool ignore_file_excludes_all(const struct ignore_file *ignore, struct str path)
{
	if (!ignore_file_excludes(ignore, path))
		return false;
	for (size_t i = ignore->n; ignore->lets_in && i-- > 0;)
		if (ignore->patterns[i].lets_in && may_reach_below(ignore->patterns[i].text, path))
			return false;
	return true;
}

/* ---- reading ---- */

static int add_line(struct str line, struct arena *a, struct ignore_pattern *p, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	*p = (struct ignore_pattern){.lets_in = str_pull_prefix(&line, STR("!"))};
	if (path_clean(str_trim(line), &sb, NULL, NULL) < 0)
		return 0; /* too long, or a NUL: it matches nothing */
	p->text = arena_str(a, strbuf_str(&sb));
	return p->text.p || !strbuf_str(&sb).n ? 0 : err_nomem(err);
}

int ignore_file_parse(struct str text, struct arena *a, struct ignore_file *ret, struct err *err)
{
	struct ignore_pattern *p;
	struct str rest = text, line;
	size_t n = 0;
	int r = 0;

	(void)str_pull_prefix(&text, STR("\xef\xbb\xbf")); /* a mark at the front is no pattern */
	while (str_pull_line(&rest, &line))
		n++;
	if (n > LIMIT_IGNORE_PATTERNS)
		return err_set(err, ERR_LIMIT, "more lines than ignore_patterns (%d)",
			       (int)LIMIT_IGNORE_PATTERNS);
	p = arena_array(a, n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	*ret = (struct ignore_file){.patterns = p};
	while (r == 0 && str_pull_line(&text, &line)) {
		if (str_has_prefix(line, STR("#")) || !str_trim(line).n)
			continue;
		r = add_line(str_trim(line), a, &p[ret->n], err);
		ret->lets_in |= p[ret->n].lets_in;
		ret->n += p[ret->n].text.n > 0;
	}
	return r;
}
