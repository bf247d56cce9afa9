/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "waste/budget.h"

static struct report *make_report(uint64_t bytes, double efficiency, double user_wasted)
{
	struct report *r = report_new();
	struct report_layer *l = vec_push(&r->layers);

	l->assessed = true;
	r->file_bytes = bytes;
	r->efficiency = (struct report_efficiency){.is_known = true,
						   .efficiency = efficiency,
						   .wasted_bytes = 32025,
						   .user_wasted = user_wasted};
	return r;
}

/* "pass highestUserWastedPercent 0.1; ..." of all rows. */
static void assert_budgets(const char *dive, struct report *r, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	CLEANUP(budget_done) struct budget b;

	budget_init(&b);
	assert_int_equal(budget_read_dive(&b, str_of(dive), STR(".dive-ci"), NULL), 0);
	assert_int_equal(budget_judge(&b, r, NULL), 0);
	for (size_t i = 0; i < r->budgets.n; i++) {
		const struct report_budget *row = vec_at(&r->budgets, i);

		strbuf_addf(&sb, "%s%s %.*s %.*s", i ? "; " : "", budget_state_name(row->state),
			    STR_FMT(row->name), STR_FMT(row->limit));
	}
	assert_str(strbuf_str(&sb), want);
}

TEST(thresholds_are_those_of_dive)
{
	static const struct {
		const char *dive, *want;
	} rows[] = {
		{"rules: {}\n", "fail highestUserWastedPercent 0.1; "
				"skip highestWastedBytes disabled; pass lowestEfficiency 0.9"},
		{"rules:\n  lowestEfficiency: 0.99\n  highestWastedBytes: 20kB\n"
		 "  highestUserWastedPercent: disabled\n",
		 "skip highestUserWastedPercent disabled; fail highestWastedBytes 20kB; "
		 "fail lowestEfficiency 0.99"},
		{"rules:\n  lowest-efficiency: '0.95'\n  highest-wasted-bytes: 32025\n"
		 "  highest-user-wasted-percent: 0.5\n",
		 "pass highestUserWastedPercent 0.5; pass highestWastedBytes 32025; "
		 "pass lowestEfficiency 0.95"},
		{"rules:\n  lowestEfficiency: off\n",
		 "fail highestUserWastedPercent 0.1; skip highestWastedBytes disabled; "
		 "skip lowestEfficiency off"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = make_report(1000, 0.9844, 0.4835);

		assert_budgets(rows[i].dive, r, rows[i].want);
	}
}

TEST(a_mistake_in_the_file_says_where)
{
	static const struct {
		const char *dive, *message;
	} rows[] = {
		{"rules:\n  lowestEficiency: 0.9\n",
		 ".dive-ci: line 2: no rule \"lowestEficiency\""},
		{"rules:\n  lowestEfficiency: 1.5\n", "expected a number from 0 to 1, or disabled"},
		{"rules:\n  lowestEfficiency: nan\n", "expected a number from 0 to 1, or disabled"},
		{"rules:\n  highestWastedBytes: 3 cows\n",
		 "expected a number of bytes, or disabled"},
		{"rules: [1]\n", ".dive-ci: line 1: rules is no map"},
		{"rules: {\n", ".dive-ci"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(budget_done) struct budget b;
		struct err err = {0};

		budget_init(&b);
		assert_true(budget_read_dive(&b, str_of(rows[i].dive), STR(".dive-ci"), &err) < 0);
		assert_has(err.msg, rows[i].message);
	}
}

static enum budget_state state_of_size(const char *limit, bool assessed, size_t *ret_findings)
{
	CLEANUP(report_freep) struct report *r = make_report(1000000, 1, -1);
	CLEANUP(budget_done) struct budget b;

	budget_init(&b);
	((struct report_layer *)vec_at(&r->layers, 0))->assessed = assessed;
	assert_int_equal(budget_set_max_size(&b, str_of(limit), NULL), 0);
	assert_int_equal(budget_judge(&b, r, NULL), 0);
	*ret_findings = r->findings.n;
	return ((const struct report_budget *)vec_at(&r->budgets, 0))->state;
}

TEST(a_size_is_over_its_limit_only_above_it)
{
	size_t n;

	assert_int_equal(state_of_size("1MB", true, &n), BUDGET_PASS);
	assert_int_equal(n, 0);
	assert_int_equal(state_of_size("999999", true, &n), BUDGET_FAIL);
	assert_int_equal(n, 1);
}

TEST(what_was_not_read_may_be_too_much)
{
	size_t n;

	assert_int_equal(state_of_size("1MB", false, &n), BUDGET_UNKNOWN);
	assert_int_equal(state_of_size("1kB", false, &n), BUDGET_FAIL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(thresholds_are_those_of_dive),
		RUN(a_mistake_in_the_file_says_where),
		RUN(a_size_is_over_its_limit_only_above_it),
		RUN(what_was_not_read_may_be_too_much),
	};

	return RUN_ALL(tests);
}
