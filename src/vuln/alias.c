/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/alias.h"

#include "base/cleanup.h"

void alias_init(struct alias *a)
{
	*a = (struct alias){
		.ids = VEC_INIT(struct str, ALIAS_MAX),
		.parents = VEC_INIT(uint32_t, ALIAS_MAX),
	};
	map_init(&a->index, ALIAS_MAX);
}

void alias_done(struct alias *a)
{
	map_done(&a->index);
	vec_done(&a->ids);
	vec_done(&a->parents);
	free(a->members);
	free(a->group_starts);
}

/* The number of an id, or -1. */
static int64_t find(const struct alias *a, struct str id)
{
	return (int64_t)(uintptr_t)map_get(&a->index, id) - 1;
}

static int64_t find_or_add(struct alias *a, struct str id, struct err *err)
{
	int64_t number = find(a, id);
	uint32_t *parent;
	struct str *kept;
	int r;

	if (number >= 0)
		return number;
	kept = vec_push(&a->ids);
	parent = vec_push(&a->parents);
	if (!kept || !parent)
		return err_nomem(err);
	*kept = id;
	*parent = (uint32_t)(a->parents.n - 1);
	r = map_put(&a->index, id, (void *)(uintptr_t)a->ids.n);
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "more than %u ids", ALIAS_MAX);
	return r < 0 ? err_nomem(err) : (int64_t)*parent;
}

int alias_add(struct alias *a, struct str id, struct err *err)
{
	int64_t r = find_or_add(a, id, err);

	return r < 0 ? (int)r : 0;
}

static uint32_t root_of(const struct alias *a, uint32_t i)
{
	uint32_t *parents = a->parents.p;

	while (parents[i] != i) {
		parents[i] = parents[parents[i]]; /* halves the path for the next one */
		i = parents[i];
	}
	return i;
}

int alias_join(struct alias *a, struct str one, struct str other, struct err *err)
{
	int64_t i = find_or_add(a, one, err), j = i < 0 ? i : find_or_add(a, other, err);
	uint32_t *parents = a->parents.p;

	if (j < 0)
		return (int)j;
	uint32_t x = root_of(a, (uint32_t)i), y = root_of(a, (uint32_t)j);

	parents[x > y ? x : y] = x > y ? y : x;
	return 0;
}

static int class_of(struct str id)
{
	if (str_has_prefix(id, STR("CVE-")))
		return 0;
	return str_has_prefix(id, STR("GHSA-")) ? 1 : 2;
}

static int by_group_and_rank(const void *va, const void *vb, void *context)
{
	const struct alias *a = context;
	uint32_t i = *(const uint32_t *)va, j = *(const uint32_t *)vb;
	uint32_t x = root_of(a, i), y = root_of(a, j);
	const struct str *one = vec_at(&a->ids, i), *other = vec_at(&a->ids, j);
	int rank = class_of(*one) - class_of(*other);

	if (x != y)
		return x < y ? -1 : 1;
	return rank ? rank : str_cmp(*one, *other);
}

int alias_close(struct alias *a, struct err *err)
{
	size_t n = a->ids.n, start = 0;

	a->members = calloc(n ? n : 1, sizeof *a->members);
	a->group_starts = calloc(n ? n : 1, sizeof *a->group_starts);
	if (!a->members || !a->group_starts)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		a->members[i] = (uint32_t)i;
	qsort_r(a->members, n, sizeof *a->members, by_group_and_rank, a);
	for (size_t i = 0; i < n; i++) {
		if (root_of(a, a->members[i]) != root_of(a, a->members[start]))
			start = i;
		a->group_starts[a->members[i]] = (uint32_t)start;
	}
	/* From here on root_of must not write: every id points to its root. */
	for (size_t i = 0; i < n; i++)
		((uint32_t *)a->parents.p)[i] = root_of(a, (uint32_t)i);
	return 0;
}

static struct str id_at(const struct alias *a, size_t member)
{
	return *(const struct str *)vec_at(&a->ids, a->members[member]);
}

struct str alias_canonical(const struct alias *a, struct str id)
{
	int64_t number = find(a, id);

	return number < 0 ? id : id_at(a, a->group_starts[number]);
}

bool alias_next(const struct alias *a, struct str id, size_t *at, struct str *ret)
{
	int64_t number = find(a, id);
	size_t member;

	if (number < 0)
		return false;
	member = (size_t)a->group_starts[number] + 1 + *at;
	if (member >= a->ids.n || a->group_starts[a->members[member]] != a->group_starts[number])
		return false;
	(*at)++;
	*ret = id_at(a, member);
	return true;
}
