/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/rpm_tool.h"

struct copying {
	struct tool_run *t;
	struct tool_hosts hosts;
	const char *folder;
	struct err *err;
};

static int copy_repository(void *context, struct str name)
{
	struct copying *c = context;
	struct str path, to;

	if (!str_has_suffix(name, STR(".repo")))
		return 0;
	path = arena_strf(c->t->arena, "%s/%.*s", c->folder, STR_FMT(name));
	to = arena_strf(c->t->arena, "/scratch/repos/%.*s", STR_FMT(name));
	return path.p && to.p ? tool_copy_source(c->t, path, to.p, &c->hosts, c->err)
			      : err_nomem(c->err);
}

int rpm_tool_open(struct tool_run *t, const char *folder, struct err *err)
{
	struct copying c = {.t = t, .folder = folder, .err = err};
	int r = tool_make_folder("/scratch/repos", err);

	if (r == 0)
		r = tool_make_folder("/scratch/cache", err);
	if (r == 0)
		r = t->options->sources
			    ? tool_copy_given(t, "/scratch/repos/given.repo", &c.hosts, err)
			    : root_list(t->root, str_of(folder), copy_repository, &c);
	return r == 0 ? tool_network(t, &c.hosts, err) : r;
}

static struct str name_with_arch(struct arena *a, const struct fix_package *p)
{
	return p->arch.n ? arena_strf(a, "%.*s.%.*s", STR_FMT(p->name), STR_FMT(p->arch))
			 : arena_str(a, p->name);
}

static struct str name_of(struct arena *a, const struct fix_package *p)
{
	return arena_str(a, p->name);
}

int rpm_tool_run(struct tool_run *t, const char *const *command, size_t n, struct err *err)
{
	bool is_zypper = str_has_suffix(str_of(command[0]), STR("zypper"));
	const char **argv = tool_arguments(t, command, n, is_zypper ? name_of : name_with_arch);

	return argv ? tool_exec(t, true, argv, NULL, err) : err_nomem(err);
}

const char *const rpm_tool_leavings[] = {"var/cache/dnf/**",
					 "var/cache/yum/**",
					 "var/cache/libdnf5/**",
					 "var/cache/zypp/**",
					 "var/lib/dnf/history*",
					 "var/log/**",
					 "var/lib/rpm/.rpm.lock",
					 "var/lib/rpm/__db*",
					 "usr/lib/sysimage/rpm/.rpm.lock",
					 "var/cache/ldconfig/**",
					 NULL};
