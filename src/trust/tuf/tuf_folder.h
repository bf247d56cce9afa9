/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of trusted metadata, as a store of tuf_update.h: one file a role, "root.json",
 * "team%2Fa.json", the bytes as they were served.
 *
 *     CLEANUP(tuf_folder_done) struct tuf_folder f = TUF_FOLDER_INIT;
 *     r = tuf_folder_open(&f, path, err);              made if it is not there, mode 0700
 *     options.store = &f.store;
 *
 * Each file is whole at any time, also after a power cut: it is written beside, synced, renamed.
 * Role names are percent-encoded, so that none leaves the folder; a name that gets too long for a
 * file is the hash of the role.
 *
 * Ownership: the folder keeps a descriptor until tuf_folder_done; f must not move meanwhile.
 * Threads: two processes may use one folder; each sees whole files. Errors: those of base/fd.h.
 */
#pragma once

#include "trust/tuf/tuf_update.h"

struct tuf_folder {
	int fd;
	const char *suffix; /* of files; ".json", or "" for targets */
	struct tuf_store store;
};

#define TUF_FOLDER_INIT                                                                            \
	{                                                                                          \
		.fd = -1, .suffix = ".json"                                                        \
	}

int tuf_folder_open(struct tuf_folder *f, const char *path, struct err *err);
void tuf_folder_done(struct tuf_folder *f);

#define TUF_FOLDER_NAME_MAX 256

/* What a role, or target, is called in a folder: NUL-terminated, without a '/'. */
int tuf_folder_name(struct str role, const char *suffix, char ret[TUF_FOLDER_NAME_MAX],
		    struct err *err);
