/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/fragments.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"

struct fragment {
	struct package p;
	struct fragment *same_arch; /* the one before, of the same type, name and arch */
	struct fragment *same_name; /* the one before, of the same type and name */
};

enum { N_LISTS = 3 };

static struct str_list *list_of(struct package *p, int i)
{
	struct str_list *const lists[N_LISTS] = {&p->files, &p->licenses, &p->attributes};

	return lists[i];
}

void fragments_init(struct fragments *f, struct arena *temp, struct arena *kept)
{
	*f = (struct fragments){.temp = temp, .kept = kept};
	map_init(&f->by_arch, LIMIT_LAYER_ENTRIES);
	map_init(&f->by_name, LIMIT_LAYER_ENTRIES);
	map_init(&f->merged, LIMIT_LAYER_ENTRIES);
}

void fragments_done(struct fragments *f)
{
	map_done(&f->by_arch);
	map_done(&f->by_name);
	map_done(&f->merged);
}

static struct str name_key(struct fragments *f, const struct package *p)
{
	return arena_strf(f->temp, "%.*s\x1f%.*s", STR_FMT(p->type), STR_FMT(p->name));
}

static struct str arch_key(struct fragments *f, const struct package *p, struct str arch)
{
	return arena_strf(f->temp, "%.*s\x1f%.*s\x1f%.*s", STR_FMT(p->type), STR_FMT(p->name),
			  STR_FMT(arch));
}

int fragments_add(struct fragments *f, const struct package *p)
{
	struct fragment *new = arena_alloc(f->temp, sizeof *new);
	struct str name = name_key(f, p), arch = arch_key(f, p, p->arch);
	int r;

	if (!new || !name.p || !arch.p)
		return -ERR_NOMEM;
	new->p = *p;
	new->same_arch = map_get(&f->by_arch, arch);
	new->same_name = map_get(&f->by_name, name);
	r = map_put(&f->by_arch, arch, new);
	return r < 0 ? r : map_put(&f->by_name, name, new);
}

static int push(struct vec *found, struct fragment *fragment)
{
	struct fragment **slot = vec_push(found);

	if (!slot)
		return -ERR_NOMEM;
	*slot = fragment;
	return 0;
}

/* The fragments that belong to a package of p's type, name and architecture. */
static int collect(struct fragments *f, const struct package *p, struct vec *found)
{
	struct str name = name_key(f, p), own = arch_key(f, p, p->arch);
	struct str any = arch_key(f, p, STR_NULL);
	int r = 0;

	if (!name.p || !own.p || !any.p)
		return -ERR_NOMEM;
	if (p->arch.n == 0) {
		for (struct fragment *i = map_get(&f->by_name, name); i && r == 0; i = i->same_name)
			r = push(found, i);
		return r;
	}
	for (struct fragment *i = map_get(&f->by_arch, own); i && r == 0; i = i->same_arch)
		r = push(found, i);
	for (struct fragment *i = map_get(&f->by_arch, any); i && r == 0; i = i->same_arch)
		r = push(found, i);
	return r;
}

static int is_full(struct fragments *f, struct err *err)
{
	f->joined = LIMIT_PACKAGE_FILES; /* so that nothing more is tried */
	return err_set(err, ERR_LIMIT, "lists of packages hold more than package_files (%d)",
		       (int)LIMIT_PACKAGE_FILES);
}

/* Room for a joined list of n entries, within package_files for the whole image. */
static int make_list(struct fragments *f, size_t n, struct str **ret, struct err *err)
{
	if (n > LIMIT_PACKAGE_FILES - f->joined)
		return is_full(f, err);
	f->joined += n;
	*ret = arena_array(f->kept, n, sizeof **ret);
	return *ret ? 0 : err_nomem(err);
}

static struct str *append(struct str *to, struct str_list list)
{
	if (list.n)
		memcpy(to, list.p, list.n * sizeof *to);
	return to + list.n;
}

static int merge_list(struct fragments *f, const struct vec *found, int list, struct str_list *ret,
		      struct err *err)
{
	struct str_list last = {0};
	size_t n = 0;
	struct str *p, *to;
	int r;

	for (size_t i = 0; i < found->n; i++) {
		struct str_list l = *list_of(&(*(struct fragment **)vec_at(found, i))->p, list);

		n += l.n;
		last = l.n ? l : last;
	}
	if (n == last.n) { /* one has it all: shared */
		*ret = last;
		return 0;
	}
	r = make_list(f, n, &p, err);
	if (r < 0)
		return r;
	to = p;
	for (size_t i = 0; i < found->n; i++)
		to = append(to, *list_of(&(*(struct fragment **)vec_at(found, i))->p, list));
	*ret = (struct str_list){p, n};
	return 0;
}

static int merge(struct fragments *f, const struct package *p, struct package *ret, struct err *err)
{
	CLEANUP(vec_done) struct vec found = VEC_INIT(struct fragment *, LIMIT_LAYER_ENTRIES);
	int r = 0;

	if (f->joined == LIMIT_PACKAGE_FILES)
		return is_full(f, err);
	if (collect(f, p, &found) < 0)
		return err_nomem(err);
	for (int i = 0; i < N_LISTS && r == 0; i++)
		r = merge_list(f, &found, i, list_of(ret, i), err);
	for (size_t i = 0; i < found.n; i++) {
		const struct package *part = &(*(struct fragment **)vec_at(&found, i))->p;

		if (ret->source_name.n == 0)
			ret->source_name = part->source_name;
		if (ret->vendor.n == 0)
			ret->vendor = part->vendor;
	}
	return r;
}

static int merged_of(struct fragments *f, const struct package *p, struct package **ret,
		     struct err *err)
{
	struct str key = arch_key(f, p, p->arch);
	int r;

	*ret = key.p ? map_get(&f->merged, key) : NULL;
	if (*ret)
		return 0;
	*ret = arena_alloc(f->temp, sizeof **ret);
	if (!key.p || !*ret)
		return err_nomem(err);
	r = merge(f, p, *ret, err);
	if (r == 0 && map_put(&f->merged, key, *ret) < 0)
		r = err_nomem(err);
	return r;
}

static int join_list(struct fragments *f, struct str_list *into, struct str_list more,
		     struct err *err)
{
	struct str *p;
	int r;

	if (more.n == 0)
		return 0;
	if (into->n == 0) {
		*into = more;
		return 0;
	}
	r = make_list(f, into->n + more.n, &p, err);
	if (r < 0)
		return r;
	(void)append(append(p, *into), more); /* where it ends is known */
	*into = (struct str_list){p, into->n + more.n};
	return 0;
}

int fragments_join_one(struct fragments *f, struct package *p, const struct package *more,
		       struct err *err)
{
	struct package part = *more;
	int r = 0;

	for (int i = 0; i < N_LISTS && r == 0; i++)
		r = join_list(f, list_of(p, i), *list_of(&part, i), err);
	if (p->source_name.n == 0)
		p->source_name = more->source_name;
	if (p->vendor.n == 0)
		p->vendor = more->vendor;
	return r;
}

int fragments_join(struct fragments *f, struct package *p, struct err *err)
{
	struct package *all;
	int r = merged_of(f, p, &all, err);

	return r < 0 ? r : fragments_join_one(f, p, all, err);
}
