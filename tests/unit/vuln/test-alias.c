/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "tests/unit/test.h"
#include "vuln/alias.h"

static void join(struct alias *a, const char *one, const char *other)
{
	assert_int_equal(alias_join(a, str_of(one), str_of(other), NULL), 0);
}

static void assert_canonical(const struct alias *a, const char *id, const char *want)
{
	assert_str(alias_canonical(a, str_of(id)), want);
}

TEST(aliases_are_joined_transitively)
{
	struct alias a;

	alias_init(&a);
	join(&a, "GHSA-aaaa", "PYSEC-1");
	join(&a, "CVE-2023-2", "GO-3");
	join(&a, "PYSEC-1", "CVE-2023-1");
	assert_int_equal(alias_add(&a, STR("OSV-9"), NULL), 0);
	assert_int_equal(alias_close(&a, NULL), 0);
	assert_canonical(&a, "GHSA-aaaa", "CVE-2023-1");
	assert_canonical(&a, "PYSEC-1", "CVE-2023-1");
	assert_canonical(&a, "GO-3", "CVE-2023-2");
	assert_canonical(&a, "OSV-9", "OSV-9");
	assert_canonical(&a, "never-seen", "never-seen");
	alias_done(&a);
}

TEST(the_canonical_id_is_a_cve_then_a_ghsa_then_the_first)
{
	static const struct {
		const char *ids[4];
		const char *want;
	} rows[] = {
		{{"A-1", "GHSA-z", "PYSEC-9", "CVE-2024-10"}, "CVE-2024-10"},
		{{"GHSA-b", "A-1", "GHSA-a", "Z-1"}, "GHSA-a"},
		{{"RUSTSEC-2", "RUSTSEC-1", "Z", "Y"}, "RUSTSEC-1"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct alias a;

		alias_init(&a);
		for (size_t k = 1; k < 4; k++)
			join(&a, rows[i].ids[k - 1], rows[i].ids[k]);
		assert_int_equal(alias_close(&a, NULL), 0);
		for (size_t k = 0; k < 4; k++)
			assert_canonical(&a, rows[i].ids[k], rows[i].want);
		alias_done(&a);
	}
}

/* The others of a group in order, as "a b c ". */
static void assert_others(const struct alias *a, const char *id, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1000);
	struct str other;

	for (size_t at = 0; alias_next(a, str_of(id), &at, &other);)
		strbuf_addf(&sb, "%.*s ", STR_FMT(other));
	assert_str(strbuf_str(&sb), want);
}

TEST(a_group_lists_its_other_ids_whatever_the_order_of_joins)
{
	static const char *const ids[] = {"CVE-1", "GHSA-1", "GO-1", "PYSEC-1"};

	for (size_t first = 0; first < 4; first++) {
		struct alias a;

		alias_init(&a);
		for (size_t k = 0; k < 4; k++)
			join(&a, ids[(first + k) % 4], ids[first]);
		join(&a, "CVE-2", "CVE-2");
		assert_int_equal(alias_close(&a, NULL), 0);
		assert_others(&a, "PYSEC-1", "GHSA-1 GO-1 PYSEC-1 ");
		assert_others(&a, "CVE-2", "");
		assert_others(&a, "unknown", "");
		alias_done(&a);
	}
}

TEST(two_cves_stay_two_whatever_joins_them)
{
	static const char *const joins[][2] = {
		{"CVE-2018-3620", "XSA-273"}, {"CVE-2018-3646", "XSA-273"},
		{"GHSA-a", "CVE-2018-3620"},  {"GHSA-b", "CVE-2018-3646"},
		{"GHSA-a", "GHSA-b"},	      {"GO-1", "GHSA-b"},
	};

	for (size_t first = 0; first < ARRAY_LEN(joins); first++) {
		struct alias a;

		alias_init(&a);
		for (size_t k = 0; k < ARRAY_LEN(joins); k++) {
			size_t i = (first + k) % ARRAY_LEN(joins);

			join(&a, joins[i][k % 2], joins[i][!(k % 2)]);
		}
		assert_int_equal(alias_close(&a, NULL), 0);
		assert_canonical(&a, "CVE-2018-3620", "CVE-2018-3620");
		assert_canonical(&a, "CVE-2018-3646", "CVE-2018-3646");
		assert_canonical(&a, "GHSA-b", "CVE-2018-3646");
		assert_canonical(&a, "XSA-273", "XSA-273");
		assert_canonical(&a, "GO-1", "GO-1");
		assert_others(&a, "CVE-2018-3620", "GHSA-a ");
		assert_others(&a, "CVE-2018-3646", "GHSA-b ");
		alias_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(aliases_are_joined_transitively),
		RUN(the_canonical_id_is_a_cve_then_a_ghsa_then_the_first),
		RUN(a_group_lists_its_other_ids_whatever_the_order_of_joins),
		RUN(two_cves_stay_two_whatever_joins_them),
	};

	return RUN_ALL(tests);
}
