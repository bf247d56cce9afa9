/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/build_tool.h"

#include "base/cleanup.h"
#include "base/limits.h"

static const struct str tools[] = {
#define BUILD_TOOL(name) STR(name),
#include "waste/build_tool.def"
#undef BUILD_TOOL
};

/* "gcc-12" is gcc, "golang-1.19-go" stays. */
static struct str without_version(struct str name)
{
	size_t n = name.n;

	while (n > 0 && (char_is_digit(name.p[n - 1]) || name.p[n - 1] == '.'))
		n--;
	return n > 1 && n < name.n && name.p[n - 1] == '-' ? str_sub(name, 0, n - 1) : name;
}

struct str build_tool_kind(struct str package)
{
	static const struct str ends[] = {STR("-dev"), STR("-devel"), STR("-headers")};
	struct str name = without_version(package);

	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		if (str_eq(tools[i], name))
			return STR("build-tools");
	if (str_has_prefix(name, STR("golang-")))
		return STR("build-tools"); /* golang-1.19-go, golang-1.19-src, golang-bin */
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_has_suffix(package, ends[i]))
			return STR("development-packages");
	return STR_NULL;
}

static int own(struct build_tools *b, struct str path, const struct report_package *p)
{
	b->lengths[path.n % BUILD_TOOL_LENGTHS] = true;
	return map_get(&b->owners, path) ? 0 : map_put(&b->owners, path, (void *)(uintptr_t)p);
}

static int add_package(struct build_tools *b, const struct report_package *p)
{
	int r = 0;

	for (size_t i = 0; i < p->p.files.n && r == 0; i++) {
		struct str path = p->p.files.p[i], other = path;

		if (!str_pull_prefix(&other, STR("usr/")))
			other = arena_strf(&b->arena, "usr/%.*s", STR_FMT(path));
		r = other.p ? own(b, path, p) : -ERR_NOMEM;
		if (r == 0)
			r = own(b, other, p);
	}
	return r;
}

int build_tools_init(struct build_tools *b, const struct report *report, struct err *err)
{
	int r = 0;

	*b = (struct build_tools){0};
	arena_init(&b->arena, LIMIT_ARENA_BYTES);
	map_init(&b->owners, (size_t)LIMIT_PACKAGE_FILES * 4);
	for (size_t i = 0; i < report->packages.n && r == 0; i++) {
		const struct report_package *p = vec_at(&report->packages, i);

		if (build_tool_kind(p->p.name).p)
			r = add_package(b, p);
	}
	return r < 0 ? err_nomem(err) : 0;
}

void build_tools_done(struct build_tools *b)
{
	map_done(&b->owners);
	arena_done(&b->arena);
}

const struct report_package *build_tool_owner(const struct build_tools *b, struct str path)
{
	return b->owners.n && b->lengths[path.n % BUILD_TOOL_LENGTHS] ? map_get(&b->owners, path)
								      : NULL;
}
