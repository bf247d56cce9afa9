/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apk of the image. Packages and index are verified with the keys in its /etc/apk/keys. Scripts of
 * packages run while the gate is open: apk has no way to fetch first that leaves `world` alone.
 */
#include "base/limits.h"
#include "patch/tool.h"

#define APK "/sbin/apk"

static const char *const common[] = {APK,
				     "--no-progress",
				     "--repositories-file",
				     "/run/plimsoll/repositories",
				     "--cache-dir",
				     "/run/plimsoll/cache",
				     "--wait",
				     "60"};

static struct str name_of(struct arena *a, const struct fix_package *p)
{
	return arena_str(a, p->name);
}

static int run(struct tool_run *t, const char *const *words, size_t n_words, bool with_packages,
	       struct err *err)
{
	const char *first[ARRAY_LEN(common) + 4];
	const char **argv;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		first[n++] = common[i];
	for (size_t i = 0; i < n_words; i++)
		first[n++] = words[i];
	argv = tool_arguments(t, first, n, name_of);
	if (!argv)
		return err_nomem(err);
	if (!with_packages)
		argv[n] = NULL;
	return tool_exec(t, true, argv, NULL, err);
}

static int fix(struct tool_run *t, struct err *err)
{
	static const char *const update[] = {"update"}, *const upgrade[] = {"fix", "--upgrade"};
	struct tool_hosts hosts = {0};
	int r = tool_make_folder("/scratch/cache", err);

	if (r == 0)
		r = t->options->sources ? tool_copy_given(t, "/scratch/repositories", &hosts, err)
					: tool_copy_source(t, STR("etc/apk/repositories"),
							   "/scratch/repositories", &hosts, err);
	if (r == 0)
		r = tool_network(t, &hosts, err);
	if (r == 0)
		r = run(t, update, ARRAY_LEN(update), false, err);
	return r == 0 ? run(t, upgrade, ARRAY_LEN(upgrade), true, err) : r;
}

static const char *const leavings[] = {"var/cache/apk/**", "var/log/**", "lib/apk/db/lock",
				       "usr/lib/apk/db/lock", NULL};

const struct tool tool_apk = {
	.id = "apk", .type = "apk", .program = APK, .fix = fix, .leavings = leavings};
