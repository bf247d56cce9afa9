/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paths a package owns, cleaned as struct package wants them.
 *
 *     CLEANUP(file_list_done) struct file_list files = FILE_LIST_INIT(sink);
 *     r = file_list_add(&files, STR("/usr/bin/x"), err);
 *     p.files = file_list_get(&files);
 *     file_list_reset(&files);                            the next package
 *
 * Ownership: the list owns its array until file_list_done; a path that is clean already is
 * borrowed from the caller, others are made in the sink's scratch arena.
 * Errors: a path that cannot be one (NUL, longer or deeper than path_bytes, path_depth) is reported
 * to the sink as a problem and left out; ERR_LIMIT (package_files) and ERR_NOMEM come back.
 */
#pragma once

#include "base/cleanup.h"
#include "base/vec.h"
#include "inventory/pkgdb.h"

struct file_list {
	struct vec paths; /* struct str */
	struct pkg_sink *sink;
};

#define FILE_LIST_INIT(sink_)                                                                      \
	{                                                                                          \
		.paths = VEC_INIT(struct str, LIMIT_PACKAGE_FILES), .sink = (sink_)                \
	}

void file_list_done(struct file_list *list);
void file_list_reset(struct file_list *list);

/* An absolute or relative path; the root itself is left out. */
int file_list_add(struct file_list *list, struct str path, struct err *err);

/*
 * A directory in the form file_list_add_in is quick with: cleaned, borrowed or from the arena. One
 * that cannot be cleaned is a problem, and the root takes its place.
 */
int file_list_clean_dir(struct file_list *list, struct str dir, struct str *ret, struct err *err);

/* dir/name; dir may be empty. */
int file_list_add_in(struct file_list *list, struct str dir, struct str name, struct err *err);

/*
 * Takes away each path that is the parent directory of another one in the list: what is left are
 * files, links, and directories that the package ships empty.
 */
int file_list_drop_parents(struct file_list *list, struct err *err);

struct str_list file_list_get(const struct file_list *list);
