/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An update under way; for tuf_update.c (the four top-level roles) and tuf_search.c (targets and
 * whom they delegate to) alone.
 */
#pragma once

#include "base/vec.h"
#include "trust/tuf/tuf_update.h"

/* Metadata of a delegated role that is loaded; what it delegates to is checked when it is used. */
struct tuf_loaded {
	struct str name;
	struct tuf_metadata *m;
};

struct tuf_update {
	struct tuf_update_options o;
	struct tuf_metadata *trusted[TUF_TYPES];
	struct vec loaded; /* struct tuf_loaded */
	struct arena arena;
	const char *check; /* that failed last: an id of the trail */
};

/* The failure is one of this check; returns -ERR_DENIED. */
int tuf_state_refuse(struct tuf_update *u, struct err *err, const char *check, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for a function that failed with r: what it refuses is of this check. */
int tuf_state_fail(struct tuf_update *u, int r, struct err *err, const char *check,
		   struct str role);

/* From the source; the limit is the smaller of max and tuf_metadata_bytes. */
int tuf_state_fetch(struct tuf_update *u, struct str role, struct str name, uint64_t max,
		    struct strbuf *out, struct err *err);

/* As this type; what: the role, for messages. */
int tuf_state_parse(struct tuf_update *u, enum tuf_type type, struct str role, struct str bytes,
		    struct tuf_metadata **ret, struct err *err);

/*
 * The store's copy, if it is there, can be read and is signed by these; *ret stays NULL otherwise,
 * which is no error.
 */
int tuf_state_load(struct tuf_update *u, enum tuf_type type, struct str role,
		   const struct tuf_metadata *of, const struct tuf_signers *signers,
		   struct tuf_metadata **ret, struct err *err);
int tuf_state_save(struct tuf_update *u, struct str role, const struct tuf_metadata *m,
		   struct err *err);

int tuf_state_check_expiry(struct tuf_update *u, struct str role, const struct tuf_metadata *m,
			   struct err *err);

/* "3.targets.json", "targets.json", "targets.<sha256>.json". */
int tuf_state_name(const struct tuf_update *u, struct str role, const struct tuf_file *f,
		   struct strbuf *out, struct err *err);

/* A targets role that `of` delegates to; owned by u. */
int tuf_state_targets(struct tuf_update *u, struct str role, const struct tuf_metadata *of,
		      const struct tuf_signers *signers, const struct tuf_metadata **ret,
		      struct err *err);

/* Tells the trail how a public function ended. */
int tuf_state_end(struct tuf_update *u, int r, struct err *err);
