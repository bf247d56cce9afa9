/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of secrets of one run, compiled into one automaton.
 *
 *     CLEANUP(secret_set_freep) struct secret_set *set = NULL;
 *     r = secret_set_new(&set, err);
 *     r = secret_set_add_pack(set, bytes, STR("mine.yaml"), err);      each pack
 *     r = secret_set_compile(set, err);                   half a second; or what that gave before:
 *     secret_set_load(set, saved)
 *     CLEANUP(secret_scanner_freep) struct secret_scanner *s = NULL;   one a thread
 *     r = secret_scanner_new(set, &s, err);
 *     r = secret_scan(s, text, SECRET_TEXT, &hits, err);
 *
 * Two passes: Vectorscan goes over all bytes once and says where a name or a pattern ends; only
 * there RE2, the reader of assignments and the checks look closely. Time is linear: what hostile
 * bytes could cost the second pass is limited (secret_tries) and told.
 *
 * Ownership: the set owns its rules; hits belong to the scanner and are valid until its next scan,
 * their values borrow from the text. Threads: a compiled set is shared, a scanner is one thread's.
 * Errors: ERR_FORMAT with file and line of a rule; ERR_LIMIT (secret_rules); ERR_NOMEM.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "secret/secret_pair.h"
#include "secret/secret_rule.h"

struct secret_set;
struct secret_scanner;

int secret_set_new(struct secret_set **ret, struct err *err);
void secret_set_free(struct secret_set *set);
void secret_set_freep(struct secret_set **set);

int secret_set_add_pack(struct secret_set *set, struct str bytes, struct str file, struct err *err);
int secret_set_compile(struct secret_set *set, struct err *err);

/*
 * What compile made, to be kept in a cache of this machine and build. Load gives false, and the set
 * is as it was, for bytes that are damaged, of other packs or another processor.
 */
int secret_set_save(const struct secret_set *set, struct strbuf *out, struct err *err);
bool secret_set_load(struct secret_set *set, struct str saved);
uint64_t secret_set_hash(const struct secret_set *set); /* of the packs */

/* In the order of the packs; NULL behind the last. */
const struct secret_rule *secret_set_at(const struct secret_set *set, size_t i);

enum secret_bytes { SECRET_TEXT, SECRET_BINARY };

struct secret_hit {
	const struct secret_rule *rule;
	struct str value; /* never to be shown: see secret_redact */
	struct str key;	  /* of the assignment; may be empty */
	size_t at;	  /* offset of the value in the text */
	double confidence;
	bool is_bare; /* judged by context, and written without quotes */
};

struct secret_hits {
	const struct secret_hit *p; /* by offset; they do not overlap */
	size_t n;
	bool is_cut; /* a limit was reached: there may be more */
};

int secret_scanner_new(const struct secret_set *set, struct secret_scanner **ret, struct err *err);
void secret_scanner_free(struct secret_scanner *s);
void secret_scanner_freep(struct secret_scanner **s);

/* At most secret_block_bytes of text. Errors: ERR_NOMEM, ERR_LIMIT. */
int secret_scan(struct secret_scanner *s, struct str text, enum secret_bytes kind,
		struct secret_hits *ret, struct err *err);
