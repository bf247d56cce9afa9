/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A string value while a function puts it together, in the scratch memory of its call.
 *
 *     struct builder b = {.call = c};
 *     builder_add(&b, STR("["));
 *     ...
 *     return builder_value(&b);            the string, or the error that stopped it
 *
 * What is added is paid for (call.h). After the first failure adds do nothing.
 */
#pragma once

#include "expr/call.h"

struct builder {
	struct call *call;
	char *p;
	size_t n, cap;
	bool failed; /* the call ran out of memory or budget */
};

void builder_add(struct builder *b, struct str s);
void builder_addc(struct builder *b, char c);
struct value builder_value(struct builder *b);

static inline struct str builder_str(const struct builder *b)
{
	return (struct str){b->p, b->n};
}
