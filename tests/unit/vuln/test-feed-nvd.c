/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/vuln/feed_dump.h"

static const char path[] = "nvd/nvdcve-2.0-2021.json";

#define FEED(cve) "{'timestamp':'2025-06-25T03:01:03.1','vulnerabilities':[{'cve':{" cve "}}]}"
#define DATE	  "fact date=2025-06-25T03:01:03.1\n"

TEST(vectors_weaknesses_and_rejection_are_read)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{FEED("'id':'CVE-2021-3002','lastModified':'2024-11-21T06:20:43','metrics':{"
		      "'cvssMetricV2':[{'type':'Primary','cvssData':{'vectorString':'AV:N'}}],"
		      "'cvssMetricV31':[{'type':'Secondary','cvssData':{'vectorString':'CVSS:3.1/"
		      "B'}},"
		      "{'type':'Primary','cvssData':{'vectorString':'CVSS:3.1/A'}}]},"
		      "'weaknesses':[{'description':[{'value':'CWE-79'},{'value':'NVD-CWE-Other'}]}"
		      "]"),
		 DATE "CVE-2021-3002 date=2024-11-21T06:20:43 ~CVSS:3.1/A ~AV:N ~CVSS:3.1/B "
		      "CWE-79\n"},
		{FEED("'id':'CVE-2021-1','vulnStatus':'Rejected'"), DATE "CVE-2021-1 rejected\n"},
		{"{'vulnerabilities':[]}", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_json("nvd", path, rows[i].text, rows[i].want, "");
}

TEST(a_bad_entry_is_a_problem)
{
	check_json("nvd", path, "{'vulnerabilities':[7,{'cve':{'id':'CVE-1-1'}}]}", "CVE-1-1\n",
		   ": an entry without \"cve\": {\"id\": \"CVE-..\"}\n");
	check_json("nvd", path, "{'vulnerabilities':[{'a':1,'a':1},{'cve':{'id':'CVE-1-1'}}]}",
		   "CVE-1-1\n",
		   "vulnerabilities: value at line 1: line 1, column 10: duplicate object key near "
		   "'\"a\"'\n");
	check_error("nvd", path, "{}", "no list \"vulnerabilities\"");
	check_error("nvd", path, "{\"vulnerabilities\":[{", "line 1: ends inside a value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(vectors_weaknesses_and_rejection_are_read),
		RUN(a_bad_entry_is_a_problem),
	};

	return RUN_ALL(tests);
}
