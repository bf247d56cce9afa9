/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of both dialects share; for tuf_metadata.c and tuf_read_<dialect>.c alone.
 *
 * Slices go into m->arena, whose failures are found once, at the end.
 */
#pragma once

#include "trust/tuf/tuf_metadata.h"

/* The members of "signed" that are of this type, behind _type, version and expires. */
int tuf_read_modern(struct tuf_metadata *m, const struct json *members, struct err *err);
int tuf_read_notary(struct tuf_metadata *m, const struct json *members, struct err *err);

/* Fills the key, all but its id. */
typedef int tuf_key_reader(struct tuf_metadata *m, const struct json *from, struct tuf_key *ret,
			   struct err *err);
int tuf_read_keys(struct tuf_metadata *m, const struct json *map, tuf_key_reader *read,
		  struct err *err);

/* "keyids" and "threshold" of a role. */
int tuf_read_signers(struct tuf_metadata *m, const struct json *role, struct tuf_signers *ret,
		     struct err *err);

/* The four roles of a root. */
int tuf_read_roles(struct tuf_metadata *m, const struct json *roles, struct err *err);

/* A member of a map of files; the name is without what only the dialect adds. */
typedef int tuf_file_reader(struct tuf_metadata *m, const struct json *from, struct tuf_file *f,
			    struct err *err);
int tuf_read_files(struct tuf_metadata *m, const struct json *map, struct str suffix,
		   tuf_file_reader *read, struct err *err);

/* "length" and "hashes" and "custom"; text to bytes is the dialect's. */
typedef bool tuf_hash_decoder(struct str text, size_t n, unsigned char *ret);
int tuf_read_sums(struct tuf_metadata *m, const struct json *from, tuf_hash_decoder *decode,
		  struct tuf_file *f, struct err *err);

/* A list of texts; absent and null are empty. */
int tuf_read_texts(struct tuf_metadata *m, const struct json *list, const char *what,
		   struct str_list *ret, struct err *err);

typedef int tuf_delegation_reader(struct tuf_metadata *m, const struct json *from,
				  struct tuf_delegation *d, struct err *err);
int tuf_read_delegations(struct tuf_metadata *m, const struct json *list,
			 tuf_delegation_reader *read, struct err *err);
