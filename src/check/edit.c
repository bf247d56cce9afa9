/* SPDX-License-Identifier: Apache-2.0 */
#include "check/edit.h"

#include "base/limits.h"

void edits_init(struct edits *edits)
{
	edits->list = (struct vec)VEC_INIT(struct edit, LIMIT_EDITS);
}

void edits_done(struct edits *edits)
{
	vec_done(&edits->list);
}

static const struct edit *at(const struct edits *edits, size_t i)
{
	return vec_at(&edits->list, i);
}

/* Where it belongs: behind those that begin before it or where it does. */
static size_t place(const struct edits *edits, uint32_t start)
{
	size_t low = 0, high = edits->list.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (at(edits, middle)->start <= start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_same(const struct edit *a, const struct edit *b)
{
	return a->start == b->start && a->end == b->end && str_eq(a->text, b->text);
}

static bool fits(const struct edits *edits, const struct edit *e, bool *ret_there)
{
	size_t i = place(edits, e->start);

	*ret_there = false;
	for (size_t k = i; k > 0 && at(edits, k - 1)->start == e->start; k--)
		*ret_there |= is_same(at(edits, k - 1), e);
	if (*ret_there)
		return true;
	if (i > 0 && (at(edits, i - 1)->end > e->start ||
		      (at(edits, i - 1)->start == e->start && at(edits, i - 1)->end != e->start)))
		return false;
	return i == edits->list.n || e->end <= at(edits, i)->start;
}

static int insert(struct edits *edits, const struct edit *e, struct err *err)
{
	size_t i = place(edits, e->start);
	struct edit *p = vec_push(&edits->list);

	if (!p)
		return err_set(err, ERR_LIMIT, "more than edits (%d)", (int)LIMIT_EDITS);
	p = edits->list.p;
	memmove(p + i + 1, p + i, (edits->list.n - 1 - i) * sizeof *p);
	p[i] = *e;
	return 0;
}

int edits_add(struct edits *edits, const struct edit *p, size_t n, bool *ret_taken, struct err *err)
{
	bool there;
	int r = 0;

	*ret_taken = true;
	for (size_t i = 0; i < n && *ret_taken; i++)
		*ret_taken = fits(edits, &p[i], &there);
	for (size_t i = 0; i < n && *ret_taken && r == 0; i++)
		if (fits(edits, &p[i], &there) && !there)
			r = insert(edits, &p[i], err);
	return r;
}

int edits_apply(const struct edits *edits, struct str text, struct strbuf *out, struct err *err)
{
	size_t done = 0;

	for (size_t i = 0; i < edits->list.n; i++) {
		const struct edit *e = at(edits, i);

		if (e->start < done || e->end < e->start || e->end > text.n)
			return err_set(err, ERR_BUG, "an edit of bytes %u to %u of %zu", e->start,
				       e->end, text.n);
		strbuf_add(out, str_sub(text, done, e->start - done));
		strbuf_add(out, e->text);
		done = e->end;
	}
	strbuf_add(out, str_skip(text, done));
	return strbuf_check(out, err);
}
