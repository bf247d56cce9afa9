/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker's trust directory: the files that `docker` and `notary` keep in ~/.docker/trust.
 *
 *     struct trust_dir dir = {.path = "/home/me/.docker/trust"};
 *     r = trust_dir_role(&dir, gun, STR("root"), 1 << 20, &bytes, err);      -ERR_NOT_FOUND: none
 *     r = trust_dir_keys(&dir, &arena, &keys, err);
 *
 *     private/<key id>.key                                 key_file.h
 *     private/root_keys/<key id>_root.key                  as notary 0.1 wrote them
 *     private/tuf_keys/<gun>/<key id>_<role>.key
 *     tuf/<gun>/metadata/<role>.json                       what was seen and verified last
 *     tuf/<gun>/changelist/<time>_<id>.change              what is not yet published
 *
 * Keys are written as the newest layout has them. Files are 0600, folders 0700; a file is there
 * whole or not at all.
 *
 * Ownership: names in the arena. Threads: a plain value; two processes can write the same
 * repository, the last one wins as with Docker's.
 * Errors: ERR_NOT_FOUND, ERR_IO, ERR_LIMIT (trust_keys, trust_changes).
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"

struct trust_dir {
	const char *path;
};

/* --trust-dir, $DOCKER_CONFIG/trust, ~/.docker/trust; false: no home directory. */
bool trust_dir_usual(struct strbuf *ret);

int trust_dir_role(const struct trust_dir *dir, struct str gun, struct str role, struct strbuf *ret,
		   struct err *err);
int trust_dir_put_role(const struct trust_dir *dir, struct str gun, struct str role,
		       struct str bytes, struct err *err);
/* Fine when it is not there. */
int trust_dir_drop_role(const struct trust_dir *dir, struct str gun, struct str role,
			struct err *err);

struct trust_key_entry {
	struct str path; /* below the trust directory */
	struct str id;	 /* by the name of the file: a hint */
	struct str role; /* by the name of the file, in the layout of 0.1; empty: not said */
	struct str gun;	 /* by the folder, in the layouts of 0.1 and 0.3; empty: not said */
};

struct trust_key_list {
	struct trust_key_entry *p;
	size_t n;
};

/* All key files, sorted by path. No directory: none. */
int trust_dir_keys(const struct trust_dir *dir, struct arena *a, struct trust_key_list *ret,
		   struct err *err);
int trust_dir_key(const struct trust_dir *dir, const struct trust_key_entry *entry,
		  struct strbuf *ret, struct err *err);
/* ERR_USAGE when there is one already. */
int trust_dir_put_key(const struct trust_dir *dir, struct str id, struct str pem, struct err *err);

struct trust_change_entry {
	struct str name;  /* of the file */
	struct str bytes; /* change.h */
};

struct trust_change_list {
	struct trust_change_entry *p;
	size_t n;
};

/* In the order in which they were made. */
int trust_dir_changes(const struct trust_dir *dir, struct str gun, struct arena *a,
		      struct trust_change_list *ret, struct err *err);
/* time_ns: since 1970; it orders them. */
int trust_dir_put_change(const struct trust_dir *dir, struct str gun, uint64_t time_ns,
			 struct str bytes, struct err *err);
/* Those of the list, not what was added since. */
int trust_dir_drop_changes(const struct trust_dir *dir, struct str gun,
			   const struct trust_change_list *list, struct err *err);
