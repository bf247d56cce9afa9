/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/sort.h"

/* Merges two sorted runs of positions, [0, half) and [half, n); ties keep their order. */
static void merge(struct call *c, const struct value *keys, const uint32_t *in, uint32_t *out,
		  uint32_t half, uint32_t n)
{
	uint32_t a = 0, b = half;
	int order;

	for (uint32_t i = 0; i < n; i++) {
		bool first = b == n;

		if (!first && a < half)
			first = !value_compare(c, keys[in[a]], keys[in[b]], &order) || order <= 0;
		out[i] = in[first ? a++ : b++];
	}
}

/* Bottom-up merge sort; returns which of the two arrays holds the result. */
static const uint32_t *sort_positions(struct call *c, const struct value *keys, uint32_t *p,
				      uint32_t *spare, uint32_t n)
{
	for (uint32_t half = 1; half < n; half *= 2) {
		uint32_t *sorted = spare;

		for (uint32_t at = 0; at < n; at += half * 2) {
			uint32_t rest = n - at;

			merge(c, keys, p + at, spare + at, rest < half ? rest : half,
			      rest < half * 2 ? rest : half * 2);
		}
		spare = p;
		p = sorted;
	}
	return p;
}

/* Each key is asked against the first one: order is then defined among all. */
static bool are_ordered(struct call *c, const struct value *keys, uint32_t n, uint32_t *ret_bad)
{
	int order;

	for (uint32_t i = 0; i < n; i++)
		if (!value_compare(c, keys[0], keys[i], &order)) {
			*ret_bad = i;
			return false;
		}
	return true;
}

static uint32_t log2_of(uint32_t n)
{
	return 32 - (uint32_t)__builtin_clz(n | 1);
}

struct value value_sort_by(struct call *c, const char *name, const struct value *keys,
			   const struct value *items, uint32_t n)
{
	struct value *sorted = call_values(c, n);
	uint32_t *p = call_alloc(c, (size_t)n * sizeof(*p));
	uint32_t *spare = call_alloc(c, (size_t)n * sizeof(*spare));
	const uint32_t *order;
	uint32_t bad;

	if (!sorted || !p || !spare || !call_spend(c, (uint64_t)n * log2_of(n)))
		return call_exhausted(c);
	if (!are_ordered(c, keys, n, &bad))
		return call_error(c, "%s: %s and %s have no order", name,
				  value_kind_name((enum value_kind)keys[0].kind),
				  value_kind_name((enum value_kind)keys[bad].kind));
	for (uint32_t i = 0; i < n; i++)
		p[i] = i;
	order = sort_positions(c, keys, p, spare, n);
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = items[order[i]];
	return value_list(sorted, n);
}
