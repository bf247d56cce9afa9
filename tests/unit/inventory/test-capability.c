/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "inventory/capability.h"

static const struct {
	struct str xattr;
	const char *want; /* joined by blanks */
} rows[] = {
	{STR("\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
	 "cap_net_raw "},
	{STR("\x00\x00\x00\x02\xc0\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00"),
	 "cap_bpf cap_setgid cap_setuid "},
	{STR("\x00\x00\x00\x03\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x00\x00\x00\x00"
	     "\xe8\x03\x00\x00"),
	 "cap_63 cap_chown "},
	{STR("\x00\x00\x00\x01\x00\x00\x20\x00\x00\x00\x00\x00"), "cap_sys_admin "},
	{STR("\x00\x00\x00\x02\x00\x00\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
	 ""}, /* inheritable alone */
};

TEST(what_a_program_may_is_named)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str_list list;
		char text[256] = "";

		assert_int_equal(capabilities_parse(rows[i].xattr, &arena, &list, NULL), 0);
		for (size_t k = 0; k < list.n; k++) {
			size_t n = strlen(text);

			(void)snprintf(text + n, sizeof text - n, "%.*s ", STR_FMT(list.p[k]));
		}
		assert_string_equal(text, rows[i].want);
	}
	arena_done(&arena);
}

TEST(another_form_says_what_is_wrong)
{
	struct str_list list;
	struct arena arena;
	struct err err;

	arena_init(&arena, 1 << 20);
	assert_int_equal(capabilities_parse(STR("\x01"), &arena, &list, &err), -ERR_FORMAT);
	assert_int_equal(
		capabilities_parse(STR("\x00\x00\x00\x07\x00\x00\x00\x00"), &arena, &list, &err),
		-ERR_FORMAT);
	assert_string_equal(err.msg, "file capabilities of an unknown form (8 bytes)");
	assert_int_equal(
		capabilities_parse(STR("\x01\x00\x00\x02\x00\x20\x00\x00"), &arena, &list, &err),
		-ERR_FORMAT);
	assert_string_equal(err.msg, "file capabilities of 8 bytes instead of 20");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_a_program_may_is_named),
		RUN(another_form_says_what_is_wrong),
	};

	return RUN_ALL(tests);
}
