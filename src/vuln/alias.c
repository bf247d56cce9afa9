/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/alias.h"

#include "base/cleanup.h"

#define NONE	  UINT32_MAX
#define JOINS_MAX (64u << 20)

struct join {
	uint32_t one, other;
};

void alias_init(struct alias *a)
{
	*a = (struct alias){
		.ids = VEC_INIT(struct str, ALIAS_MAX),
		.parents = VEC_INIT(uint32_t, ALIAS_MAX),
		.joins = VEC_INIT(struct join, JOINS_MAX),
	};
	map_init(&a->index, ALIAS_MAX);
}

void alias_done(struct alias *a)
{
	map_done(&a->index);
	vec_done(&a->ids);
	vec_done(&a->parents);
	vec_done(&a->joins);
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

	if (number >= 0)
		return number;
	if (a->ids.n == ALIAS_MAX)
		return err_set(err, ERR_LIMIT, "more than %u ids", ALIAS_MAX);
	kept = vec_push(&a->ids);
	parent = vec_push(&a->parents);
	if (!kept || !parent)
		return err_nomem(err);
	*kept = id;
	*parent = (uint32_t)(a->parents.n - 1);
	if (map_put(&a->index, id, (void *)(uintptr_t)a->ids.n) < 0)
		return err_nomem(err);
	return (int64_t)*parent;
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
	struct join *join;

	if (j < 0)
		return (int)j;
	if (i == j)
		return 0;
	if (a->joins.n == JOINS_MAX)
		return err_set(err, ERR_LIMIT, "more than %u aliases", JOINS_MAX);
	join = vec_push(&a->joins);
	if (!join)
		return err_nomem(err);
	*join = (struct join){(uint32_t)i, (uint32_t)j};
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

static bool is_cve(const struct alias *a, uint32_t i)
{
	return class_of(*(const struct str *)vec_at(&a->ids, i)) == 0;
}

static void join_all(struct alias *a)
{
	uint32_t *parents = a->parents.p;

	for (size_t i = 0; i < a->joins.n; i++) {
		const struct join *join = vec_at(&a->joins, i);
		uint32_t x = root_of(a, join->one), y = root_of(a, join->other);

		parents[x > y ? x : y] = x > y ? y : x;
	}
}

/* An id's CVE among those it is joined with directly; several are none. */
static void note_cve(const struct alias *a, uint32_t *cves, bool *has_several, uint32_t id,
		     uint32_t cve)
{
	if (!is_cve(a, cve) || is_cve(a, id))
		return;
	has_several[id] |= cves[id] != NONE && cves[id] != cve;
	cves[id] = cve;
}

/*
 * An XSA or a GHSA of two CVEs does not make them one. In a group of several CVEs each stands for
 * itself, with the ids that are joined with it and no other CVE.
 */
static int split_groups(struct alias *a, struct err *err)
{
	size_t n = a->ids.n;
	CLEANUP(freep) uint32_t *cves = malloc((n ? n : 1) * sizeof *cves);
	CLEANUP(freep) uint32_t *n_cves = calloc(n ? n : 1, sizeof *n_cves); /* of a root */
	CLEANUP(freep) bool *has_several = calloc(n ? n : 1, sizeof *has_several);
	uint32_t *parents = a->parents.p;

	if (!cves || !n_cves || !has_several)
		return err_nomem(err);
	for (uint32_t i = 0; i < n; i++) {
		parents[i] = root_of(a, i);
		n_cves[parents[i]] += is_cve(a, i);
		cves[i] = NONE;
	}
	for (size_t i = 0; i < a->joins.n; i++) {
		const struct join *join = vec_at(&a->joins, i);

		note_cve(a, cves, has_several, join->one, join->other);
		note_cve(a, cves, has_several, join->other, join->one);
	}
	for (uint32_t i = 0; i < n; i++)
		if (n_cves[parents[i]] > 1)
			parents[i] = cves[i] != NONE && !has_several[i] ? cves[i] : i;
	return 0;
}

int alias_close(struct alias *a, struct err *err)
{
	size_t n = a->ids.n, start = 0;
	int r;

	join_all(a);
	r = split_groups(a, err);
	if (r < 0)
		return r;
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
