/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dpkg of an image that has no apt: apt-get of this machine has fetched and verified the packages
 * (patch/apt_download.h) into scratch/archives; they are installed without any network.
 */
#include <dirent.h>
#include <errno.h>

#include "base/vec.h"
#include "patch/tool.h"

#define PACKAGES_MAX 4096

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files that were fetched, as the image sees them. */
static int list_archives(struct tool_run *t, struct vec *argv, struct err *err)
{
	DIR *d = opendir("/scratch/archives");
	const struct dirent *e;
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : err_errno(err, errno, "open archives");
	while (r == 0 && (e = readdir(d)) != NULL) {
		const char **slot;

		if (!str_has_suffix(str_of(e->d_name), STR(".deb")))
			continue;
		slot = vec_push(argv);
		if (slot)
			*slot = arena_strf(t->arena, "/run/plimsoll/archives/%s", e->d_name).p;
		if (!slot || !*slot)
			r = err_nomem(err);
	}
	(void)closedir(d); /* only read from */
	return r;
}

static int fix(struct tool_run *t, struct err *err)
{
	static const char *const first[] = {"/usr/bin/dpkg", "--force-confdef", "--force-confold",
					    "--log=/run/plimsoll/dpkg.log", "--install"};
	CLEANUP(vec_done) struct vec argv = VEC_INIT(const char *, PACKAGES_MAX);
	CLEANUP(vec_done) struct vec files = VEC_INIT(const char *, PACKAGES_MAX);
	int r = list_archives(t, &files, err);

	if (r < 0 || files.n == 0)
		return r;
	vec_sort(&files, by_text);
	for (size_t i = 0; i < ARRAY_LEN(first) + files.n + 1; i++) {
		const char **slot = vec_push(&argv);

		if (!slot)
			return err_nomem(err);
		if (i < ARRAY_LEN(first))
			*slot = first[i];
		else if (i - ARRAY_LEN(first) < files.n)
			*slot = *(const char **)vec_at(&files, i - ARRAY_LEN(first));
	}
	return tool_exec(t, false, argv.p, NULL, err);
}

static const char *const leavings[] = {"var/log/**",
				       "var/lib/dpkg/*-old",
				       "var/lib/dpkg/lock*",
				       "var/lib/dpkg/triggers/Lock",
				       "var/cache/debconf/*-old",
				       "var/cache/ldconfig/**",
				       NULL};

const struct tool tool_dpkg = {
	.id = "dpkg", .type = "deb", .program = "/usr/bin/dpkg", .fix = fix, .leavings = leavings};
