/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libgit2, opened when the first repository is.
 *
 *     const struct git2_api *git2 = git2_api_get(err);       NULL: libgit2 is not installed
 *
 * It reads the repository alone: no configuration of the system or of the user, no hooks, no
 * network, whoever owns the files.
 * Ownership: the table lives until the process ends. Threads: safe. Errors: ERR_UNSUPPORTED with
 * the package that brings the library; git2_error gives that of the call that failed.
 */
#pragma once

#include <git2/commit.h>
#include <git2/config.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/odb.h>
#include <git2/refs.h>
#include <git2/repository.h>
#include <git2/revwalk.h>
#include <git2/tree.h>
#include <git2/version.h>

#include "base/err.h"

/* GIT2_FN(member): the function git_<member>. */
#define GIT2_FUNCTIONS                                                                             \
	GIT2_FN(libgit2_init)                                                                      \
	GIT2_FN(libgit2_opts)                                                                      \
	GIT2_FN(error_last)                                                                        \
	GIT2_FN(repository_open_ext)                                                               \
	GIT2_FN(repository_odb)                                                                    \
	GIT2_FN(repository_free)                                                                   \
	GIT2_FN(revwalk_new)                                                                       \
	GIT2_FN(revwalk_sorting)                                                                   \
	GIT2_FN(revwalk_push_glob)                                                                 \
	GIT2_FN(revwalk_push_head)                                                                 \
	GIT2_FN(revwalk_next)                                                                      \
	GIT2_FN(revwalk_free)                                                                      \
	GIT2_FN(reference_name_to_id)                                                              \
	GIT2_FN(commit_lookup)                                                                     \
	GIT2_FN(commit_lookup_prefix)                                                              \
	GIT2_FN(commit_id)                                                                         \
	GIT2_FN(commit_tree)                                                                       \
	GIT2_FN(commit_author)                                                                     \
	GIT2_FN(commit_message)                                                                    \
	GIT2_FN(commit_free)                                                                       \
	GIT2_FN(tree_lookup)                                                                       \
	GIT2_FN(tree_id)                                                                           \
	GIT2_FN(tree_entrycount)                                                                   \
	GIT2_FN(tree_entry_byindex)                                                                \
	GIT2_FN(tree_entry_bypath)                                                                 \
	GIT2_FN(tree_entry_free)                                                                   \
	GIT2_FN(tree_entry_id)                                                                     \
	GIT2_FN(tree_entry_name)                                                                   \
	GIT2_FN(tree_entry_type)                                                                   \
	GIT2_FN(tree_free)                                                                         \
	GIT2_FN(odb_read)                                                                          \
	GIT2_FN(odb_read_header)                                                                   \
	GIT2_FN(odb_foreach)                                                                       \
	GIT2_FN(odb_object_data)                                                                   \
	GIT2_FN(odb_object_size)                                                                   \
	GIT2_FN(odb_object_free)                                                                   \
	GIT2_FN(odb_free)                                                                          \
	GIT2_FN(oid_fromstrn)                                                                      \
	GIT2_FN(oid_tostr)

struct git2_api {
#define GIT2_FN(member) __typeof__(git_##member) *(member);
	GIT2_FUNCTIONS
#undef GIT2_FN
};

const struct git2_api *git2_api_get(struct err *err);

/* Of the call that just failed with `code`; returns -ERR_NOT_FOUND, -ERR_FORMAT, ... */
int git2_error(const struct git2_api *git2, int code, struct err *err, const char *what);
