/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing array of fixed-size elements with a maximum count.
 *
 *     struct vec v = VEC_INIT(struct layer, LIMIT_LAYERS);
 *     struct layer *l = vec_push(&v);             zeroed element, NULL at the maximum
 *     struct layer *first = vec_at(&v, 0);
 *     vec_done(&v);
 *
 * Ownership: the vec owns the elements; pointers into it live until the next vec_push.
 */
#pragma once

#include "base/str.h"

struct vec {
	void *p;
	size_t n;
	size_t cap;
	size_t elem_size; /* bytes */
	size_t max;	  /* elements */
};

#define VEC_INIT(type, max_elements)                                                               \
	{                                                                                          \
		.elem_size = sizeof(type), .max = (max_elements)                                   \
	}

void vec_done(struct vec *v);

/* A new zeroed element at the end; NULL at the maximum or without memory. */
void *vec_push(struct vec *v);

static inline void *vec_at(const struct vec *v, size_t i)
{
	return i < v->n ? (char *)v->p + i * v->elem_size : NULL;
}

/* Drops elements behind the first n. */
static inline void vec_cut(struct vec *v, size_t n)
{
	if (n < v->n)
		v->n = n;
}

void vec_sort(struct vec *v, int (*cmp)(const void *a, const void *b));
