/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "tests/unit/test.h"
#include "vuln/collect.h"

static struct advisory_affected package(struct str version)
{
	struct str *versions = calloc(1, sizeof *versions);

	assert_non_null(versions);
	*versions = version;
	return (struct advisory_affected){
		.shard = STR("npm"), .name = STR("x"), .versions = {versions, 1}};
}

/* Hands over a record with one package of one version; the return value of the sink. */
static int give(struct feed_sink *sink, struct str version, struct err *err)
{
	struct advisory_affected affected = package(version);
	struct advisory a = {
		.feed = STR("osv"), .id = STR("GHSA-1"), .affected = &affected, .n_affected = 1};
	int r = sink->advisory(sink->context, &a, err);

	free((void *)affected.versions.p);
	return r;
}

TEST(all_collectors_together_have_one_budget)
{
	struct collect_budget budget = {.limit = 100000};
	struct collector one, other;
	struct err err = {0};
	int r = 0, n = 0;

	assert_int_equal(collector_init(&one, 0, &budget, NULL), 0);
	assert_int_equal(collector_init(&other, 1, &budget, NULL), 0);
	struct feed_sink first = collector_sink(&one, STR("a.json"), feed_find(STR("osv")));
	struct feed_sink second = collector_sink(&other, STR("b.json"), feed_find(STR("osv")));

	while (r == 0 && n < 10000) {
		r = give(&first, STR("1.0"), &err);
		n++;
	}
	assert_int_equal(r, -ERR_LIMIT);
	assert_true(n > 100 && n < 1000);
	assert_string_equal(err.msg, "the records of all feeds take more than 100000 bytes "
				     "(db_build_bytes)");
	assert_int_equal(give(&second, STR("1.0"), NULL), -ERR_LIMIT);
	collector_problem(&other, STR("b.json"), STR("x"), &err);
	assert_int_equal(other.n_problems, 1);
	assert_int_equal(other.problems.n, 0); /* counted, but not kept */
	collector_done(&one);
	collector_done(&other);
}

TEST(a_version_that_nothing_can_order_is_a_problem)
{
	CLEANUP(strbuf_done) struct strbuf version = STRBUF_INIT(1 << 20);
	struct collector c;

	for (int i = 0; i <= LIMIT_VERSION_BYTES; i++)
		strbuf_addc(&version, '1');
	assert_int_equal(collector_init(&c, 0, NULL, NULL), 0);
	struct feed_sink sink = collector_sink(&c, STR("a.json"), feed_find(STR("osv")));

	assert_int_equal(give(&sink, strbuf_str(&version), NULL), 0);
	assert_int_equal(give(&sink, str_skip(strbuf_str(&version), 1), NULL), 0);
	assert_int_equal(c.records.n, 1);
	assert_int_equal(c.problems.n, 1);
	const struct record_problem *p = vec_at(&c.problems, 0);

	assert_str(p->where, "GHSA-1");
	assert_str(p->message, "affected[0]: a version of 1025 bytes (version_bytes: 1024)");
	collector_done(&c);
}

/* Dates as NVD writes them, without saying where. */
TEST(every_record_of_a_large_file_keeps_its_date)
{
	enum { N = 70000 };
	struct collector c;

	assert_int_equal(collector_init(&c, 0, NULL, NULL), 0);
	struct feed_sink sink = collector_sink(&c, STR("nvd.json"), feed_find(STR("nvd")));

	for (int i = 0; i < N; i++) {
		char date[32];
		struct enrichment e = {.cve = STR("CVE-2026-0001"), .date = str_of(date)};

		(void)snprintf(date, sizeof date, "2026-01-%02dT%02d:%02d:%02d.003", 1 + i / 86400,
			       i / 3600 % 24, i / 60 % 60, i % 60);
		assert_int_equal(sink.enrichment(sink.context, &e, NULL), 0);
	}
	const struct record_enrichment *last = vec_at(&c.enrichments, N - 1);

	assert_int_equal(last->date, 1767225600 + N - 1);
	collector_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(all_collectors_together_have_one_budget),
		RUN(a_version_that_nothing_can_order_is_a_problem),
		RUN(every_record_of_a_large_file_keeps_its_date),
	};

	return RUN_ALL(tests);
}
