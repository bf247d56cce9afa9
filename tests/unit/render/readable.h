/* SPDX-License-Identifier: Apache-2.0 */
/* What golden files hold of a document. Include it behind tests/unit/test.h. */
#pragma once

#include "base/str.h"

/* Of a page what can be read without a script: its style, script and data stand elsewhere. */
static struct str readable(struct str bytes)
{
	size_t from = str_find(bytes, STR("<body>")), to;

	if (from == bytes.n || !str_has_prefix(bytes, STR("<!DOCTYPE html>")))
		return bytes;
	bytes = str_skip(bytes, from);
	to = str_find(bytes, STR("<script"));
	assert_true(to < bytes.n);
	return str_sub(bytes, 0, to);
}
