/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

TEST(all_generations_of_the_file_are_read)
{
	static const struct {
		const char *path, *text, *want;
	} rows[] = {
		{"epss/epss_scores-2021-04-14.csv", "cve,epss\nCVE-2020-5902,0.65\n",
		 "CVE-2020-5902 date=2021-04-14 epss=0.65/0\nfact date=2021-04-14\n"},
		{"epss/epss_scores-2021-09-01.csv",
		 "cve,epss,percentile\nCVE-2020-5902,0.65,0.998\n",
		 "CVE-2020-5902 date=2021-09-01 epss=0.65/0.998\nfact date=2021-09-01\n"},
		{"epss/epss_scores-current.csv",
		 "#model_version:v2022.01.01,score_date:2022-02-04T00:00:00+0000\n"
		 "cve,epss,percentile\nCVE-1-1,1,1\nCVE-1-2,2.5e-05,0.1\n",
		 "CVE-1-1 date=2022-02-04 epss=1/1\nCVE-1-2 date=2022-02-04 epss=2.5e-05/0.1\n"
		 "fact date=2022-02-04\nfact model=v2022.01.01\n"},
		{"epss_scores-current.csv", "#model_version:v1\r\ncve,epss,percentile\r\n",
		 "fact model=v1\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_feed("epss", rows[i].path, rows[i].text, rows[i].want, "");
}

TEST(a_bad_row_is_a_problem)
{
	static const char *const rows[] = {"CVE-1-1,2,0.5",   "CVE-1-1,0.5",	"CVE-1-1,-1,0.5",
					   "CVE-1-1,0.5,x",   "x,0.1,0.1",	"CVE-1-1,,0.1",
					   "CVE-1-1,1e5,0.1", "CVE-1-1,0x1,0.1"};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[200];

		(void)snprintf(text, sizeof text, "cve,epss,percentile\n%s\nCVE-1-2,0,0\n",
			       rows[i]);
		check_feed("epss", "epss_scores-current.csv", text, "CVE-1-2 epss=0/0\n",
			   "line 2: expected a CVE, its score and percentile from 0 to 1\n");
	}
}

TEST(a_file_of_another_form_is_an_error)
{
	check_error("epss", "epss_scores-current.csv", "invalid,header\nCVE-1-1,0,0\n",
		    "line 1: expected \"cve,epss,percentile\"");
	check_error("epss", "epss_scores-current.csv", "", "no line \"cve,epss,percentile\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(all_generations_of_the_file_are_read),
		RUN(a_bad_row_is_a_problem),
		RUN(a_file_of_another_form_is_an_error),
	};

	return RUN_ALL(tests);
}
