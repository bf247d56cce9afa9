/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

void vec_done(struct vec *v)
{
	free(v->p);
	v->p = NULL;
	v->n = v->cap = 0;
}

void *vec_push(struct vec *v)
{
	void *elem;

	if (v->n >= v->max)
		return NULL;
	if (v->n == v->cap) {
		size_t cap = v->cap ? v->cap + v->cap / 2 + 1 : 8;
		void *p = reallocarray(v->p, cap, v->elem_size);

		if (!p)
			return NULL;
		v->p = p;
		v->cap = cap;
	}
	elem = (char *)v->p + v->n++ * v->elem_size;
	memset(elem, 0, v->elem_size);
	return elem;
}

void vec_sort(struct vec *v, int (*cmp)(const void *a, const void *b))
{
	if (v->n > 1)
		qsort(v->p, v->n, v->elem_size, cmp);
}
