/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of package managers: one descriptor each in tool_<id>.c, listed in tool_list.def.
 *
 *     const struct tool *tool = tool_find(root, STR("deb"));       NULL: the image has none
 *     r = tool->fix(&run, err);
 *
 * A tool upgrades the packages of the plan with the image's own program in the image's root, from
 * the image's own signed repositories, through a jail (jail.h). What it reads and caches belongs in
 * work_dir/scratch, which is /run/plimsoll for programs and /scratch for us; what cannot be put
 * elsewhere is named in `leavings` and left out of the layer.
 *
 * To add one: that file, a line in tool_list.def, a row in docs/patch.md.
 */
#pragma once

#include "base/cleanup.h"
#include "patch/fix_plan.h"
#include "patch/jail.h"
#include "patch/root.h"

/* How repositories are reached, as the user says it. */
struct tool_options {
	struct str_list mirrors; /* "FROM=TO": a URL's beginning and what stands for it */
	struct str_list hosts;	 /* allowed besides those of the repositories */
	const char *sources;	 /* NULL, or the name below /scratch of a list to use instead */
};

struct tool_run {
	struct jail_inside *in;
	struct root *root;
	const struct fix_plan *plan;
	const struct tool_options *options;
	struct arena *arena;
};

struct tool {
	const char *id;	     /* "apt" */
	const char *type;    /* purl type of its packages */
	const char *program; /* in the root: a tool is there when this is */
	int (*fix)(struct tool_run *t, struct err *err);
	const char *const *leavings; /* path_match patterns, NULL-ended */
};

extern const struct tool *const tools[]; /* NULL-ended, best first */

const struct tool *tool_find(struct root *root, struct str type);

/* ---- for tools ---- */

/* Runs a program; a status other than 0 is ERR_IO with what it said last. log may be NULL. */
int tool_exec(struct tool_run *t, bool network, const char *const *argv, struct strbuf *log,
	      struct err *err);

/*
 * Copies a file of the image to /scratch/<to>, with the mirrors put in, and remembers its hosts.
 * ERR_DENIED for a source of packages that says itself that its signatures do not count.
 */
struct tool_hosts {
	const char *list[64];
	size_t n;
};
int tool_copy_source(struct tool_run *t, struct str path, const char *to, struct tool_hosts *hosts,
		     struct err *err);
/* The list that the user gave instead. */
int tool_copy_given(struct tool_run *t, const char *to, struct tool_hosts *hosts, struct err *err);
/* The network of these hosts and of those that the user allows. ERR_NOT_FOUND: there is none. */
int tool_network(struct tool_run *t, struct tool_hosts *hosts, struct err *err);

int tool_write(const char *path, struct str text, struct err *err);
int tool_make_folder(const char *path, struct err *err);

/* argv of a program and the packages of the plan behind it; `format` has two %.*s: name, version.
 */
const char **tool_arguments(struct tool_run *t, const char *const *first, size_t n_first,
			    struct str (*write)(struct arena *a, const struct fix_package *p));

/* ERR_DENIED when a list of repositories says that signatures do not count. */
int tool_check_sources(struct str text, const char *name, struct err *err);

/* Texts: URLs' hosts; the mirrors put in. */
int tool_find_hosts(struct str text, struct tool_hosts *hosts, struct arena *a, struct err *err);
int tool_put_mirrors(struct str text, struct str_list mirrors, struct strbuf *out, struct err *err);
