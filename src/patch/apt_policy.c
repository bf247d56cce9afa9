/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/apt_policy.h"

#include "package/version.h"

struct str apt_name(struct arena *a, const struct fix_package *p)
{
	if (!p->arch.n || str_is(p->arch, "all"))
		return arena_str(a, p->name);
	return arena_strf(a, "%.*s:%.*s", STR_FMT(p->name), STR_FMT(p->arch));
}

static bool is_candidate(const struct fix_package *p, struct str candidate)
{
	int order = 0;

	return !str_is(candidate, "(none)") && candidate.n &&
	       version_compare(VERSION_DEBIAN, candidate, p->from, &order, NULL) == 0 && order > 0;
}

int apt_candidates(struct str said, const struct fix_plan *plan, struct arena *a, const char **argv,
		   size_t *n, struct err *err)
{
	const struct vec *packages = &plan->packages;
	struct str line, name = STR_NULL;

	while (str_pull_line(&said, &line)) {
		struct str candidate = str_trim(line);

		if (line.n && !char_is_space(line.p[0]))
			name = str_sub(line, 0, line.n - 1); /* "curl:" */
		if (!str_pull_prefix(&candidate, STR("Candidate: ")))
			continue;
		for (size_t i = 0; i < packages->n; i++) {
			const struct fix_package *p = vec_at(packages, i);
			struct str full = apt_name(a, p);

			if ((!str_eq(name, p->name) && !str_eq(name, full)) ||
			    !is_candidate(p, candidate))
				continue;
			argv[*n] = arena_strf(a, "%.*s=%.*s", STR_FMT(full), STR_FMT(candidate)).p;
			if (!argv[(*n)++])
				return err_nomem(err);
			break;
		}
	}
	return 0;
}
