/* SPDX-License-Identifier: Apache-2.0 */
#include "render/findings_table.h"
#include "render/text.h"
#include "tests/unit/test.h"

#define LONG "a-package-with-a-name-that-is-longer-than-any-terminal-of-eighty-columns-is-wide"

struct row {
	const char *rule, *package, *version, *source, *fix;
	enum severity severity;
	double risk;
	bool exploited;
	enum finding_status status;
	const char *suppressed, *subscription;
};

static void add(struct report *r, const struct row *row)
{
	struct finding f = {.kind = FINDING_VULNERABILITY,
			    .rule = str_of(row->rule),
			    .severity = row->severity,
			    .status = row->status,
			    .risk = row->risk,
			    .known_exploited = row->exploited,
			    .fix_version = str_of(row->fix),
			    .suppressed_by = str_of(row->suppressed)};
	struct str *step = arena_alloc(&r->arena, sizeof *step);

	f.subject = (struct finding_subject){.kind = SUBJECT_PACKAGE,
					     .name = str_of(row->package),
					     .version = str_of(row->version),
					     .source_name = str_of(row->source)};
	f.subject.purl = arena_strf(&r->arena, "pkg:deb/debian/%s@%s", row->package, row->version);
	if (row->subscription) {
		*step = arena_strf(&r->arena, "subscription=%s", row->subscription);
		f.evidence = (struct str_list){step, 1};
	}
	assert_int_equal(report_add_finding(r, &f, NULL), 0);
}

/* What is printed for the rows; `counts` at the end. */
static void print(const struct row *rows, size_t n, size_t width, bool unicode, struct strbuf *sb)
{
	struct report *r = report_new();
	struct canvas c = {.out = sb, .width = width, .unicode = unicode};
	struct plan plan;

	for (size_t i = 0; i < n; i++)
		add(r, &rows[i]);
	report_finish(r);
	assert_int_equal(plan_make(r, &plan, NULL), 0);
	put_findings(&c, r, &plan);
	findings_add_counts(sb, &plan);
	plan_done(&plan);
	report_free(r);
}

static void check(const struct row *rows, size_t n, size_t width, bool unicode, const char *want)
{
	struct strbuf sb = STRBUF_INIT(1 << 20);

	print(rows, n, width, unicode, &sb);
	assert_string_equal(strbuf_cstr(&sb), want);
	strbuf_done(&sb);
}

static const struct row usual[] = {
	{"CVE-2023-0286", "libssl3", "3.0.1-1", "openssl", "3.0.8-1", SEVERITY_HIGH, 60, true,
	 STATUS_AFFECTED, NULL, NULL},
	{"CVE-2023-0286", "openssl", "3.0.1-1", "openssl", "3.0.8-1", SEVERITY_HIGH, 60, true,
	 STATUS_AFFECTED, NULL, NULL},
	{"CVE-2023-0001", "libssl3", "3.0.1-1", "openssl", "3.0.9-1", SEVERITY_MEDIUM, 30, false,
	 STATUS_AFFECTED, NULL, NULL},
	{"CVE-2023-0002", "libssl3", "3.0.1-1", "openssl", "3.0.7-1", SEVERITY_LOW, 10, false,
	 STATUS_AFFECTED, NULL, NULL},
	{"CVE-2023-0003", "libssl3", "3.0.1-1", "openssl", "3.0.7-1", SEVERITY_LOW, 10, false,
	 STATUS_AFFECTED, NULL, NULL},
	{"CVE-2023-9999", "tar", "1.34", NULL, "1.35+esm1", SEVERITY_LOW, 5, false, STATUS_AFFECTED,
	 NULL, "esm-apps"},
	{"CVE-2019-1010022", "libc6", "2.36-9", "glibc", NULL, SEVERITY_CRITICAL, 50, true,
	 STATUS_WILL_NOT_FIX, NULL, NULL},
	{"CVE-2019-1010022", "libc-bin", "2.36-9", "glibc", NULL, SEVERITY_CRITICAL, 50, true,
	 STATUS_WILL_NOT_FIX, NULL, NULL},
	{"CVE-2018-20796", "libc6", "2.36-9", "glibc", NULL, SEVERITY_UNKNOWN, 5, false,
	 STATUS_AFFECTED, NULL, NULL},
	{"CVE-2000-0001", "tar", "1.34", NULL, NULL, SEVERITY_HIGH, 9, false, STATUS_AFFECTED,
	 "a rule", NULL},
};

TEST(what_to_do_first_then_what_remains)
{
	check(usual, ARRAY_LEN(usual), 80, true,
	      "\nFIX FIRST  2 actions remove 5 findings\n"
	      "   1  upgrade openssl 3.0.1-1 \u2192 3.0.9-1  4 findings in 2 packages, 1 "
	      "exploited\n"
	      "      CVE-2023-0286 high exploited, CVE-2023-0001 medium, CVE-2023-0002 low, and\n"
	      "      1 more\n"
	      "   2  upgrade tar 1.34 \u2192 1.35+esm1 from esm-apps  1 finding\n"
	      "      CVE-2023-9999 low\n"
	      "\nREMAINS  2 findings without a fix\n"
	      "  critical    CVE-2019-1010022 glibc 2.36-9  2 packages  will not fix  exploited\n"
	      "  unknown     CVE-2018-20796 libc6 2.36-9\n"
	      "\n1 finding is suppressed by a rule\n"
	      "7 findings (1 critical, 1 high, 1 medium, 3 low, 1 unknown; 2 exploited)");
}

TEST(a_narrow_terminal_without_unicode)
{
	check(usual, 1, 40, false,
	      "\nFIX FIRST  1 action removes 1 finding\n"
	      "   1  upgrade openssl 3.0.1-1 -> 3.0.8-1\n"
	      "      1 finding, 1 exploited\n"
	      "      CVE-2023-0286 high exploited\n"
	      "1 finding (1 high; 1 exploited)");
}

TEST(no_findings_are_no_headings)
{
	check(NULL, 0, 80, true, "no findings");
}

TEST(every_line_fits_whatever_the_names)
{
	static const struct row rows[] = {
		{"CVE-2023-0286", LONG, "3.0.1-1", LONG LONG, "3.0.8-1", SEVERITY_HIGH, 60, true,
		 STATUS_AFFECTED, NULL, LONG},
		{"CVE-2023-0287", LONG, "3.0.1-1", LONG LONG, NULL, SEVERITY_NEGLIGIBLE, 60, true,
		 STATUS_UNDER_INVESTIGATION, NULL, NULL},
		{LONG, "tar", "1\x1b[31m2\n3", NULL, NULL, SEVERITY_NEGLIGIBLE, 60, true,
		 STATUS_UNDER_INVESTIGATION, NULL, NULL},
	};

	for (size_t width = 40; width <= 100; width += 4) {
		struct strbuf sb = STRBUF_INIT(1 << 20);
		struct str text, line;

		print(rows, ARRAY_LEN(rows), width, true, &sb);
		text = strbuf_str(&sb);
		assert_true(str_find_char(text, '\x1b') == text.n);
		while (str_pull_line(&text, &line) &&
		       text.n) /* the last line is not wrapped here */
			if (text_width(line, true) > width)
				fail_msg("%zu columns: %.*s", width, STR_FMT(line));
		strbuf_done(&sb);
	}
}

TEST(long_lists_end_with_how_many_more)
{
	struct row rows[30];
	struct strbuf sb = STRBUF_INIT(1 << 20);
	static char names[30][16];

	for (size_t i = 0; i < 30; i++) {
		(void)snprintf(names[i], sizeof names[i], "CVE-2024-%04zu", i);
		rows[i] = (struct row){.rule = names[i],
				       .package = i < 15 ? names[i] + 4 : "tar",
				       .version = "1",
				       .fix = i < 15 ? "2" : NULL,
				       .severity = SEVERITY_LOW};
	}
	print(rows, 30, 80, true, &sb);
	assert_has(strbuf_cstr(&sb), "      and 5 more actions; --format json lists them\n");
	assert_has(strbuf_cstr(&sb), "      and 5 more; --format json lists them\n");
	strbuf_done(&sb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(what_to_do_first_then_what_remains), RUN(a_narrow_terminal_without_unicode),
		RUN(no_findings_are_no_headings),	 RUN(every_line_fits_whatever_the_names),
		RUN(long_lists_end_with_how_many_more),
	};

	return RUN_ALL(tests);
}
