/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"
#include "vuln/risk.h"

#define V31_CRITICAL "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" /* 9.8 */
#define V31_LOW	     "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N" /* 1.8 */
#define V40_MEDIUM   "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N"
#define V2_HIGH	     "AV:N/AC:L/Au:N/C:C/I:C/A:C" /* 10.0 */

struct row {
	enum severity vendor;
	const char *vector, *nvd; /* of the record and of NVD; NULL: none */
	double epss;		  /* below 0: none */
	bool exploited;
	enum severity want;
	const char *source;
	double risk; /* below 0: not looked at */
};

static struct finding assess(const struct row *row, struct arena *arena)
{
	struct str own = str_of(row->vector), other = str_of(row->nvd);
	struct shard_advisory advisory = {.id = STR("GHSA-1"), .severity_source = STR("GitHub")};
	struct enrichment e = {
		.known_exploited = row->exploited, .has_epss = row->epss >= 0, .epss = row->epss};
	struct finding f = {.kind = FINDING_VULNERABILITY};
	struct str vendor = row->vendor == SEVERITY_UNKNOWN ? STR_NULL : STR("GitHub");

	if (row->vector)
		advisory.cvss = (struct str_list){&own, 1};
	if (row->nvd)
		e.cvss = (struct str_list){&other, 1};
	assert_int_equal(risk_assess(&f, row->vendor, vendor, &advisory, &e, arena), 0);
	return f;
}

static void check_all(const struct row *rows, size_t n)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		struct finding f = assess(&rows[i], &arena);

		if (f.severity != rows[i].want || !str_is(f.severity_source, rows[i].source) ||
		    (rows[i].risk >= 0 && f.risk != rows[i].risk))
			fail_msg("row %zu: %s by \"%.*s\", risk %g", i, severity_name(f.severity),
				 STR_FMT(f.severity_source), f.risk);
	}
	arena_done(&arena);
}

TEST(the_publisher_s_word_goes_before_vectors_and_new_vectors_before_old)
{
	static const struct row rows[] = {
		{SEVERITY_LOW, V31_CRITICAL, NULL, -1, false, SEVERITY_LOW, "GitHub", -1},
		{SEVERITY_UNKNOWN, V31_CRITICAL, NULL, -1, false, SEVERITY_CRITICAL,
		 "GitHub CVSS 3.1", -1},
		{SEVERITY_UNKNOWN, NULL, V31_LOW, -1, false, SEVERITY_LOW, "NVD CVSS 3.1", -1},
		{SEVERITY_UNKNOWN, V31_CRITICAL, V31_LOW, -1, false, SEVERITY_CRITICAL,
		 "GitHub CVSS 3.1", -1},
		{SEVERITY_UNKNOWN, V31_CRITICAL, V40_MEDIUM, -1, false, SEVERITY_MEDIUM,
		 "NVD CVSS 4.0", -1},
		{SEVERITY_UNKNOWN, V2_HIGH, V31_LOW, -1, false, SEVERITY_LOW, "NVD CVSS 3.1", -1},
		{SEVERITY_UNKNOWN, V2_HIGH, NULL, -1, false, SEVERITY_HIGH, "GitHub CVSS 2.0", -1},
		{SEVERITY_UNKNOWN, "CVSS:3.1/nonsense", NULL, -1, false, SEVERITY_UNKNOWN, "", -1},
		{SEVERITY_UNKNOWN, NULL, NULL, -1, false, SEVERITY_UNKNOWN, "", -1},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(risk_is_impact_times_likelihood)
{
	static const struct row rows[] = {
		{SEVERITY_CRITICAL, V31_CRITICAL, NULL, -1, true, SEVERITY_CRITICAL, "GitHub", 98},
		{SEVERITY_CRITICAL, V31_CRITICAL, NULL, 1, false, SEVERITY_CRITICAL, "GitHub", 98},
		{SEVERITY_CRITICAL, V31_CRITICAL, NULL, 0, false, SEVERITY_CRITICAL, "GitHub",
		 29.4},
		{SEVERITY_CRITICAL, V31_CRITICAL, NULL, 0.125, false, SEVERITY_CRITICAL, "GitHub",
		 63.7},
		/* new: no EPSS yet */
		{SEVERITY_CRITICAL, V31_CRITICAL, NULL, -1, false, SEVERITY_CRITICAL, "GitHub", 49},
		{SEVERITY_HIGH, NULL, NULL, -1, false, SEVERITY_HIGH, "GitHub", 40},
		{SEVERITY_UNKNOWN, NULL, NULL, -1, false, SEVERITY_UNKNOWN, "", 25},
		{SEVERITY_NEGLIGIBLE, NULL, NULL, -1, true, SEVERITY_NEGLIGIBLE, "GitHub", 5},
		/* a probability that is none */
		{SEVERITY_HIGH, NULL, NULL, 7, false, SEVERITY_HIGH, "GitHub", 40},
	};

	check_all(rows, ARRAY_LEN(rows));
}

TEST(a_new_advisory_is_not_put_last_for_having_no_epss)
{
	static const struct row fresh = {SEVERITY_HIGH, NULL,	       NULL, -1,
					 false,		SEVERITY_HIGH, "",   -1};
	static const struct row usual = {SEVERITY_HIGH, NULL,	       NULL, 0.01,
					 false,		SEVERITY_HIGH, "",   -1};
	static const struct row likely = {SEVERITY_HIGH, NULL,		NULL, 0.5,
					  false,	 SEVERITY_HIGH, "",   -1};
	struct arena arena;

	arena_init(&arena, 1 << 20);
	assert_true(assess(&fresh, &arena).risk > assess(&usual, &arena).risk);
	assert_true(assess(&fresh, &arena).risk < assess(&likely, &arena).risk);
	arena_done(&arena);
}

TEST(malware_needs_no_exploit)
{
	const struct shard_advisory advisory = {.id = STR("MAL-2024-1")};
	struct finding f = {.kind = FINDING_MALWARE};
	struct arena arena;

	arena_init(&arena, 1 << 20);
	assert_int_equal(
		risk_assess(&f, SEVERITY_CRITICAL, STR("kind of record"), &advisory, NULL, &arena),
		0);
	assert_true(f.risk == 95);
	assert_false(f.has_epss);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_publisher_s_word_goes_before_vectors_and_new_vectors_before_old),
		RUN(risk_is_impact_times_likelihood),
		RUN(a_new_advisory_is_not_put_last_for_having_no_epss),
		RUN(malware_needs_no_exploit),
	};

	return RUN_ALL(tests);
}
