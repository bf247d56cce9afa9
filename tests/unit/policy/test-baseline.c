/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "policy/baseline.h"

#define A "0123456789abcdef"
#define B "fedcba9876543210"

/* Which of two secrets, A and B, a baseline of these bytes takes off: bits. */
static unsigned suppressed_by(const char *bytes)
{
	struct report *r = report_new();
	struct ignore ig;
	unsigned bits = 0;

	assert_non_null(r);
	ignore_init(&ig);
	assert_int_equal(baseline_parse(&ig, STR("known"), str_of(bytes), NULL), 0);
	for (int i = 0; i < 2; i++) {
		const struct finding f = {.kind = FINDING_SECRET,
					  .rule = STR("r"),
					  .fingerprint = i ? STR(B) : STR(A),
					  .title = i ? STR("b") : STR("a")};

		assert_int_equal(report_add_finding(r, &f, NULL), 0);
	}
	assert_int_equal(ignore_apply(&ig, 0, r, NULL), 0);
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (!f->suppressed_by.n)
			continue;
		assert_str(f->suppressed_by, "known");
		bits |= str_is(f->fingerprint, A) ? 1 : 2;
	}
	ignore_done(&ig);
	report_free(r);
	return bits;
}

TEST(a_report_and_lists_name_what_is_known)
{
	static const struct {
		const char *bytes;
		unsigned bits;
	} rows[] = {
		{"{\"findings\": [{\"fingerprint\": \"" A "\"}, {\"rule\": \"CVE-1\"}]}", 1},
		{"[\"" B "\"]", 2},
		{"# known\n" A "  # of the tests\n\n" B "\n", 3},
		{"", 0},
		{"{\"findings\": []}", 0},
		{"0000000000000000\n", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(suppressed_by(rows[i].bytes), rows[i].bits);
}

TEST(what_is_none_is_told_with_its_line)
{
	static const struct {
		const char *bytes, *message;
	} rows[] = {
		{A "\nxyz\n", "known:2: a fingerprint is 16 hexadecimal digits"},
		{"[1]", "known:1: a fingerprint"},
		{"{\"findings\": {}}", "known: neither a report nor a list"},
		{"[", "known: "},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct ignore ig;

		ignore_init(&ig);
		assert_true(baseline_parse(&ig, STR("known"), str_of(rows[i].bytes), &err) < 0);
		assert_has(err.msg, rows[i].message);
		ignore_done(&ig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_report_and_lists_name_what_is_known),
		RUN(what_is_none_is_told_with_its_line),
	};

	return RUN_ALL(tests);
}
