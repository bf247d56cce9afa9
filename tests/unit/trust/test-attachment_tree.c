/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attachment_tree.h"

#include "base/limits.h"
#include "tests/unit/test.h"

/* {"predicateType":"x"} */
#define PAYLOAD "eyJwcmVkaWNhdGVUeXBlIjoieCJ9"

TEST(the_predicate_is_found_in_each_form)
{
	static const struct {
		const char *bytes, *predicate; /* NULL: none */
	} rows[] = {
		{"{\"payload\":\"" PAYLOAD "\"}", "x"},
		{"{\"dsseEnvelope\":{\"payload\":\"" PAYLOAD "\"}}", "x"},
		{"{\"predicateType\":\"y\"}", "y"},
		{"{\"messageSignature\":{}}", ""},
		{"{\"payload\":\"!\"}", NULL},
		{"{\"payload\":\"bm90IGpzb24=\"}", NULL},
		{"{\"payload\":7}", ""},
		{"no json", NULL},
		{"", NULL},
	};
	struct arena arena;

	arena_init(&arena, LIMIT_FIELD_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(attestation_predicate(str_of(rows[i].bytes), &arena),
			   rows[i].predicate ? rows[i].predicate : "");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(the_predicate_is_found_in_each_form)};

	return RUN_ALL(tests);
}
