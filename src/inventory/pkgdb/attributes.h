/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The "key=value" list of struct package, made in order.
 *
 *     struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
 *     attributes_add(&attrs, "essential", value);          an empty value adds nothing
 *     attributes_add(&attrs, "section", value);            keys in ascending order
 *     r = attributes_get(&attrs, &p.attributes, err);      one check after many adds
 *
 * Ownership: the texts live in the arena, the array in `attrs`: keep it until the sink has copied.
 * Errors: ERR_NOMEM; ERR_BUG for more than ATTRIBUTES_MAX or keys out of order.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "package/package.h"

#define ATTRIBUTES_MAX 24

struct attributes {
	struct arena *arena;
	struct str p[ATTRIBUTES_MAX];
	size_t n;
	const char *last_key;
	enum err_code error; /* the first failure */
};

#define ATTRIBUTES_INIT(arena_)                                                                    \
	{                                                                                          \
		.arena = (arena_)                                                                  \
	}

void attributes_add(struct attributes *attrs, const char *key, struct str value);
int attributes_get(const struct attributes *attrs, struct str_list *ret, struct err *err);
