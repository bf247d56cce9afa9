/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A password, token or key: wiped when released, never formatted, compared in constant time.
 *
 *     CLEANUP(secret_done) struct secret password = {0};
 *     secret_set(&password, value);
 *     secret_str(&password)              only where it goes on the wire
 *
 * Ownership: the secret owns its bytes. Errors: secret_set gives false without memory.
 */
#pragma once

#include "base/cleanup.h"
#include "base/str.h"

struct secret {
	char *p; /* NUL-terminated behind n; NULL: none */
	size_t n;
};

static inline void secret_done(struct secret *s)
{
	if (s->p)
		explicit_bzero(s->p, s->n);
	free(s->p);
	*s = (struct secret){NULL, 0};
}

static inline bool secret_set(struct secret *s, struct str value)
{
	char *copy = str_dup(value);

	if (!copy)
		return false;
	secret_done(s);
	*s = (struct secret){copy, value.n};
	return true;
}

static inline bool secret_is_set(const struct secret *s)
{
	return s->n > 0;
}

static inline struct str secret_str(const struct secret *s)
{
	return str_make(s->p, s->n);
}

/* Takes time by length only. */
static inline bool secret_is(const struct secret *s, struct str other)
{
	unsigned char difference = 0;

	if (s->n != other.n)
		return false;
	for (size_t i = 0; i < s->n; i++)
		difference |= (unsigned char)(s->p[i] ^ other.p[i]);
	return difference == 0;
}
