/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/tally.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"

struct waste_key {
	const char *what; /* static, so its address names it */
	size_t layer, hidden_by;
};

/* The text is kept and used again, so that memory is bounded by the places listed. */
struct place {
	struct strbuf path;
	uint64_t bytes, n_files;
};

struct waste_sum {
	struct waste_key key;
	struct report_waste sum;
	struct place places[WASTE_PLACES]; /* most bytes first */
	size_t n_places;
	struct vec packages; /* struct str */
};

void waste_tally_init(struct waste_tally *t)
{
	*t = (struct waste_tally){.items = VEC_INIT(struct waste_sum *, LIMIT_WASTE_ITEMS)};
	map_init(&t->by_key, LIMIT_WASTE_ITEMS);
}

void waste_tally_done(struct waste_tally *t)
{
	for (size_t i = 0; i < t->items.n; i++) {
		struct waste_sum *s = *(struct waste_sum **)vec_at(&t->items, i);

		for (size_t k = 0; k < WASTE_PLACES; k++)
			strbuf_done(&s->places[k].path);
		vec_done(&s->packages);
		free(s);
	}
	vec_done(&t->items);
	map_done(&t->by_key);
}

/* *ret is NULL beyond the limit. */
static int find_sum(struct waste_tally *t, struct str what, size_t layer, size_t hidden_by,
		    struct waste_sum **ret, struct err *err)
{
	const struct waste_key key = {what.p, layer, hidden_by};
	struct waste_sum *s = map_get(&t->by_key, str_make(&key, sizeof key)), **slot;

	*ret = s;
	if (s)
		return 0;
	if (t->items.n == LIMIT_WASTE_ITEMS) {
		t->n_unlisted++;
		return 0;
	}
	s = calloc(1, sizeof *s);
	slot = s ? vec_push(&t->items) : NULL;
	if (!slot) {
		free(s);
		return err_nomem(err);
	}
	*slot = s;
	s->key = key;
	s->sum = (struct report_waste){.what = what, .layer = layer, .hidden_by = hidden_by};
	s->packages = (struct vec)VEC_INIT(struct str, LIMIT_PACKAGES);
	for (size_t i = 0; i < WASTE_PLACES; i++)
		s->places[i].path = (struct strbuf)STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	*ret = s;
	return map_put(&t->by_key, str_make(&s->key, sizeof s->key), s) < 0 ? err_nomem(err) : 0;
}

/* Of equal ones those that came first. */
static int put_place(struct waste_sum *s, struct str path, uint64_t bytes, uint64_t n_files,
		     struct err *err)
{
	size_t at = s->n_places;
	struct place last;

	while (at > 0 && s->places[at - 1].bytes < bytes)
		at--;
	if (at == WASTE_PLACES)
		return 0;
	if (s->n_places < WASTE_PLACES)
		s->n_places++;
	last = s->places[s->n_places - 1];
	for (size_t i = s->n_places - 1; i > at; i--)
		s->places[i] = s->places[i - 1];
	strbuf_reset(&last.path);
	strbuf_add(&last.path, path);
	last.bytes = bytes;
	last.n_files = n_files;
	s->places[at] = last;
	return strbuf_check(&s->places[at].path, err);
}

int waste_tally_add(struct waste_tally *t, struct str what, size_t layer, size_t hidden_by,
		    struct str path, uint64_t bytes, uint64_t n_files, struct err *err)
{
	struct waste_sum *s;
	int r = find_sum(t, what, layer, hidden_by, &s, err);

	if (r < 0 || !s)
		return r;
	if (__builtin_add_overflow(s->sum.bytes, bytes, &s->sum.bytes))
		s->sum.bytes = UINT64_MAX; /* sizes are as declared */
	s->sum.n_files += n_files;
	s->sum.n_places++;
	return put_place(s, path, bytes, n_files, err);
}

int waste_tally_package(struct waste_tally *t, struct str what, size_t layer, struct str name,
			struct err *err)
{
	struct waste_sum *s;
	int r = find_sum(t, what, layer, layer, &s, err);
	struct str *slot = r == 0 && s ? vec_push(&s->packages) : NULL;

	if (slot)
		*slot = name;
	return r;
}

static int compare_names(const void *va, const void *vb)
{
	const struct str *a = va, *b = vb;

	return str_cmp(*a, *b);
}

static int put_sum(struct waste_sum *s, struct report *report, struct err *err)
{
	struct report_waste *w = vec_push(&report->wastes);
	struct str *names;

	if (!w)
		return err_nomem(err);
	*w = s->sum;
	for (size_t i = 0; i < s->n_places; i++)
		w->places[i] = (struct report_path_bytes){
			arena_str(&report->arena, strbuf_str(&s->places[i].path)),
			s->places[i].bytes, s->places[i].n_files};
	w->n_listed = s->n_places;
	names = arena_array(&report->arena, s->packages.n + 1, sizeof *names);
	if (!names)
		return err_nomem(err);
	vec_sort(&s->packages, compare_names);
	for (size_t i = 0; i < s->packages.n; i++)
		names[i] = *(struct str *)vec_at(&s->packages, i);
	w->packages = (struct str_list){names, s->packages.n};
	return arena_check(&report->arena, err);
}

int waste_tally_finish(struct waste_tally *t, struct report *report, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < t->items.n && r == 0; i++)
		if ((*(struct waste_sum **)vec_at(&t->items, i))->sum.bytes)
			r = put_sum(*(struct waste_sum **)vec_at(&t->items, i), report, err);
	return r;
}
