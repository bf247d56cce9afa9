/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include "base/limits.h"

static size_t count_components(struct str path)
{
	size_t n = path.n ? 1 : 0;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n;
}

static void drop_last(struct strbuf *sb, size_t start)
{
	struct str done = str_skip(strbuf_str(sb), start);
	struct str dir = path_dir(done);

	sb->n = start + dir.n;
	if (sb->p)
		sb->p[sb->n] = '\0';
}

int path_clean(struct str path, struct strbuf *sb, bool *ret_escaped, struct err *err)
{
	size_t start = sb->n;
	bool escaped = false;
	struct str part;

	if (path.n > LIMIT_PATH_BYTES)
		return err_set(err, ERR_LIMIT, "path of %zu bytes: more than path_bytes (%zu)",
			       path.n, (size_t)LIMIT_PATH_BYTES);
	if (str_find_char(path, '\0') != path.n)
		return err_set(err, ERR_FORMAT, "path holds a NUL byte");
	while (str_pull_until(&path, '/', &part)) {
		if (part.n == 0 || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			escaped |= sb->n == start;
			drop_last(sb, start);
			continue;
		}
		if (sb->n > start)
			strbuf_addc(sb, '/');
		strbuf_add(sb, part);
	}
	if (strbuf_check(sb, err) < 0)
		return -(int)sb->error;
	if (count_components(str_skip(strbuf_str(sb), start)) > LIMIT_PATH_DEPTH)
		return err_set(err, ERR_LIMIT, "path deeper than path_depth (%d)",
			       LIMIT_PATH_DEPTH);
	if (ret_escaped)
		*ret_escaped = escaped;
	return 0;
}

struct str path_base(struct str path)
{
	struct str dir, base;

	return str_rcut(path, '/', &dir, &base) ? base : path;
}

struct str path_dir(struct str path)
{
	struct str dir, base;

	return str_rcut(path, '/', &dir, &base) ? dir : str_sub(path, 0, 0);
}

/* Within one component: the classic two-pointer match with one restart per '*'. */
static bool match_component(struct str pat, struct str s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;

	while (i < s.n) {
		if (p < pat.n && pat.p[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < pat.n && (pat.p[p] == '?' || pat.p[p] == s.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < pat.n && pat.p[p] == '*')
		p++;
	return p == pat.n;
}

/* Keeps the last n components; false when there are fewer. */
static bool keep_last(struct str *path, size_t n)
{
	struct str before = *path, base;
	size_t kept = 0;

	for (; n > 0; n--) {
		if (before.n == 0)
			return false;
		base = path_base(before);
		before = path_dir(before);
		kept += base.n + (kept > 0);
	}
	*path = str_skip(*path, path->n - kept);
	return true;
}

bool path_match(struct str pattern, struct str path)
{
	struct str restart_pattern = STR_NULL, restart_path = STR_NULL;
	struct str pc, sc;
	bool can_restart = false;

	for (;;) {

		if (!str_pull_until(&pattern, '/', &pc)) {
			if (path.n == 0)
				return true;
		} else if (str_is(pc, "**")) {
			restart_pattern = pattern;
			restart_path = path;
			if (pattern.n == 0)
				return true;
			/* What stands behind the last "**" can only match at the end. */
			can_restart = str_find(pattern, STR("**")) < pattern.n;
			if (!can_restart && !keep_last(&path, count_components(pattern)))
				return false;
			continue;
		} else if (str_pull_until(&path, '/', &sc) && match_component(pc, sc)) {
			continue;
		}
		if (!can_restart || !str_pull_until(&restart_path, '/', &sc))
			return false;
		pattern = restart_pattern;
		path = restart_path;
	}
}
