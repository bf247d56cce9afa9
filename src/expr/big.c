/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/big.h"

bool big_is_zero(const struct big *n)
{
	for (int i = 0; i < BIG_LIMBS; i++) {
		if (n->limbs[i])
			return false;
	}
	return true;
}

int big_cmp(const struct big *a, const struct big *b)
{
	for (int i = BIG_LIMBS - 1; i >= 0; i--) {
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	}
	return 0;
}

bool big_mul_add(struct big *n, uint32_t factor, uint32_t summand)
{
	struct big r;
	uint64_t carry = summand;

	for (int i = 0; i < BIG_LIMBS; i++) {
		carry += (uint64_t)n->limbs[i] * factor;
		r.limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		return false;
	*n = r;
	return true;
}

bool big_add(struct big *n, const struct big *other)
{
	struct big r;
	uint64_t carry = 0;

	for (int i = 0; i < BIG_LIMBS; i++) {
		carry += (uint64_t)n->limbs[i] + other->limbs[i];
		r.limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		return false;
	*n = r;
	return true;
}

void big_sub(struct big *n, const struct big *other)
{
	int64_t borrow = 0;

	for (int i = 0; i < BIG_LIMBS; i++) {
		int64_t d = (int64_t)n->limbs[i] - other->limbs[i] + borrow;

		n->limbs[i] = (uint32_t)d;
		borrow = d < 0 ? -1 : 0;
	}
}

uint32_t big_div(struct big *n, uint32_t divisor)
{
	uint64_t rest = 0;

	for (int i = BIG_LIMBS - 1; i >= 0; i--) {
		rest = rest << 32 | n->limbs[i];
		n->limbs[i] = (uint32_t)(rest / divisor);
		rest %= divisor;
	}
	return (uint32_t)rest;
}

bool big_to_u64(const struct big *n, uint64_t *ret)
{
	for (int i = 2; i < BIG_LIMBS; i++) {
		if (n->limbs[i])
			return false;
	}
	*ret = (uint64_t)n->limbs[1] << 32 | n->limbs[0];
	return true;
}

struct str big_print(const struct big *n, char ret[BIG_TEXT_MAX])
{
	struct big rest = *n;
	size_t at = BIG_TEXT_MAX;

	do
		ret[--at] = (char)('0' + big_div(&rest, 10));
	while (!big_is_zero(&rest));
	return str_make(ret + at, BIG_TEXT_MAX - at);
}
