/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is inside a file: its bytes, the members of archives in it, the texts that its format packs
 * away. Whoever looks for something in content watches the parts go by, each from front to back.
 *
 *     content_new(&ops, context, &c, err);
 *     content_read(c, STR("app/x.tar.gz"), size, file, err);      each file
 *         begin  app/x.tar.gz                  as stored
 *         data   ...
 *           begin  app/x.tar.gz!/etc/env       a member; its parts stand within those around it
 *           data   ...
 *           end
 *         data   ...
 *         end
 *     content_free(c);
 *
 * The path of a part inside another is written behind "!/": a member by its name, one packed file
 * without its suffix (a.gz!/a), a git blob by its id, texts as "constants", "values" or "text". An
 * archive in a packed file (a.tar.gz) is no part of its own.
 *
 * Formats, each in formats/ with its file (content_format_list.def): gzip, xz, bzip2, zstd; zip and
 * what is one (jar, whl, apk, docx), by its directory and then what that does not name; tar; ar
 * (deb), cpio, rpm; git objects and packs (blobs); Python bytecode and Java classes (constants);
 * SQLite (values); UTF-16 and UTF-32. Others that pack files, and what is encrypted, are told.
 *
 * Limits, over one file: content_depth, content_members, content_bytes (unpacked in all),
 * content_ratio and content_free_bytes, content_problems; over all files of one object:
 * content_all_ratio. Memory: content_memory_bytes at most, of that content_buffer_bytes for a
 * format that cannot be read front to back, and 64 KiB a level. What is beyond them, broken or
 * encrypted is told as a problem: it was NOT ASSESSED, nothing is silent.
 *
 * Ownership: paths and pieces are valid during the call. Threads: one object a thread.
 * Errors: ERR_NOMEM, what the file's stream says, what the watcher returns. A broken container is
 * none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/stream.h"
#include "base/str.h"

enum content_form {
	CONTENT_PLAIN,	/* bytes that mean themselves: text, programs, data */
	CONTENT_PACKED, /* as stored, but what it holds comes as parts of its own */
	CONTENT_TEXT,	/* UTF-8 that was made from a format: constants, values, UTF-16 */
};

struct content_part {
	struct str path; /* "app/x.jar!/META-INF/a.txt" */
	enum content_form form;
	unsigned depth;	       /* 0: the file itself */
	uint64_t size;	       /* as declared; UINT64_MAX: unknown */
	const char *container; /* what packs this part: "zip", "git pack"; NULL at depth 0 */
	struct str head;       /* its first bytes, up to CONTENT_HEAD_BYTES; all of a shorter one */
};

#define CONTENT_HEAD_BYTES 4096

struct content_ops {
	/*
	 * A part begins. *ret_cookie is given to its data and end; NULL: its data is not wanted
	 * (parts inside it still come).
	 */
	int (*begin)(void *context, const struct content_part *part, void **ret_cookie,
		     struct err *err);
	int (*data)(void *context, void *cookie, struct str piece, struct err *err);
	/* is_whole: all of it came. Called for each begun part that has a cookie, also on errors.
	 */
	int (*end)(void *context, void *cookie, bool is_whole, struct err *err);
	/* Something in the part of that path could not be looked into. */
	int (*problem)(void *context, struct str path, const struct err *what, struct err *err);
};

struct content;

int content_new(const struct content_ops *ops, void *context, struct content **ret,
		struct err *err);
void content_free(struct content *c);

/* Reads the file to its end. size: as declared. The stream stays the caller's. */
int content_read(struct content *c, struct str path, uint64_t size, struct stream *file,
		 struct err *err);
