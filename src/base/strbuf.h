/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer that is created with its maximum and remembers its first failure.
 *
 *     CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
 *     strbuf_add(&sb, s);
 *     strbuf_addf(&sb, "%zu", n);
 *     if (strbuf_check(&sb, err) < 0) ...           one check after many adds
 *
 * Ownership: the buffer owns its bytes until strbuf_done; strbuf_str borrows until the next add.
 * Errors: after the first failed add (ERR_LIMIT, ERR_NOMEM) later adds do nothing.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct strbuf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;	     /* bytes, the terminating NUL not counted */
	enum err_code error; /* the first failure, ERR_OK if none */
};

#define STRBUF_INIT(max_bytes)                                                                     \
	{                                                                                          \
		.max = (max_bytes)                                                                 \
	}

void strbuf_done(struct strbuf *sb);
void strbuf_reset(struct strbuf *sb); /* empties, keeps the memory */

void strbuf_add(struct strbuf *sb, struct str s);
void strbuf_add_bytes(struct strbuf *sb, const void *p, size_t n);
void strbuf_adds(struct strbuf *sb, const char *cstr);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Room for n more bytes at the end, or NULL; pass the count really used to strbuf_commit. */
char *strbuf_reserve(struct strbuf *sb, size_t n);
void strbuf_commit(struct strbuf *sb, size_t n);

/* 0, or the first failure. */
int strbuf_check(const struct strbuf *sb, struct err *err);

static inline struct str strbuf_str(const struct strbuf *sb)
{
	return (struct str){sb->p, sb->n};
}

/* NUL-terminated view; "" when empty. */
const char *strbuf_cstr(struct strbuf *sb);
