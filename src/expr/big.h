/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Natural numbers of up to 640 bits, 192 decimal digits; no memory of their own.
 *
 *     struct big n = {0};
 *     if (!big_mul_add(&n, 10, 7)) ...                  n * 10 + 7; false: too large, n unchanged
 *     rest = big_div(&n, 1000);
 */
#pragma once

#include "base/str.h"

#define BIG_LIMBS 20

struct big {
	uint32_t limbs[BIG_LIMBS]; /* the lowest first */
};

static inline struct big big_of(uint64_t u)
{
	return (struct big){.limbs = {(uint32_t)u, (uint32_t)(u >> 32)}};
}

bool big_is_zero(const struct big *n);
int big_cmp(const struct big *a, const struct big *b);

bool big_mul_add(struct big *n, uint32_t factor, uint32_t summand);
bool big_add(struct big *n, const struct big *other);
/* other is not greater. */
void big_sub(struct big *n, const struct big *other);
/* Returns the remainder. */
uint32_t big_div(struct big *n, uint32_t divisor);

/* False when it does not fit. */
bool big_to_u64(const struct big *n, uint64_t *ret);

/* Decimal digits, at the end of `ret`; their place in it. */
#define BIG_TEXT_MAX 200
struct str big_print(const struct big *n, char ret[BIG_TEXT_MAX]);
