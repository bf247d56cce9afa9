/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that the object database of a git repository holds, each content once: with the commit that
 * first brought it, oldest first.
 *
 *     CLEANUP(git_history_closep) struct git_history *h = NULL;
 *     r = git_history_open("repository", &h, err);
 *     while ((r = git_history_next(h, &v, err)) > 0) ...           1 a version, 0 the end
 *
 * All refs count (branches, tags, remotes, the stash), then what none of them reaches: amended and
 * dropped commits leave their files behind until git collects its garbage. Messages of commits are
 * versions too. The working tree is not looked at: scan it as a directory.
 *
 * Ownership: a version is valid until the next call. Errors: ERR_NOT_FOUND, ERR_FORMAT (no
 * repository), ERR_UNSUPPORTED (libgit2 is missing), ERR_LIMIT (git_objects), ERR_NOMEM. An object
 * that cannot be read is a version with a problem.
 */
#pragma once

#include "base/str.h"
#include "base/err.h"

#define GIT_MESSAGE "(message)" /* the path of a commit's message */

struct git_version {
	struct str commit;  /* hex; empty: no ref reaches it */
	struct str path;    /* in the commit's tree; "(message)"; of what no ref reaches its id */
	struct str bytes;   /* all of it */
	struct err problem; /* ERR_OK: none; else there are no bytes */
};

struct git_history;

int git_history_open(const char *path, struct git_history **ret, struct err *err);
void git_history_close(struct git_history *h);
void git_history_closep(struct git_history **h);

int git_history_next(struct git_history *h, struct git_version *ret, struct err *err);

/* What is known of one version that was given before. */
struct git_origin {
	char commit[64];  /* whole hex */
	char author[256]; /* "Name <mail>", cut */
	int64_t time;	  /* unix seconds */
	uint64_t number;  /* smaller than those of the commits that came after it */
	bool is_message;  /* it is no file */
	bool in_head;	  /* the commit that is checked out still has that content */
};

/* commit: its first digits; false when there is none such. */
bool git_history_origin(const struct git_history *h, struct str commit, struct str path,
			struct git_origin *ret);
