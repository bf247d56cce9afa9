/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(a_url_has_parts)
{
	static const struct expression rows[] = {
		{"url('/path').getScheme()", "\"\""},
		{"url('HTTPS://example.com/').getScheme()", "\"https\""},
		{"url('https://example.com:80/').getHost()", "\"example.com:80\""},
		{"url('https://example.com/').getHost()", "\"example.com\""},
		{"url('https://user:pass@example.com:80/').getHost()", "\"example.com:80\""},
		{"url('https://[::1]:80/').getHost()", "\"[::1]:80\""},
		{"url('/path').getHost()", "\"\""},
		{"url('//host/path').getHost()", "\"host\""},
		{"url('///path').getHost()", "\"\""},
		{"url('https://example.com:80/').getHostname()", "\"example.com\""},
		{"url('https://[::1]:80/').getHostname()", "\"::1\""},
		{"url('https://[::1]/').getHostname()", "\"::1\""},
		{"url('https://ex%41mple.com/').getHostname()", "\"exAmple.com\""},
		{"url('https://example.com:80/').getPort()", "\"80\""},
		{"url('https://[::1]:80/').getPort()", "\"80\""},
		{"url('https://example.com/').getPort()", "\"\""},
		{"url('https://example.com/path').getEscapedPath()", "\"/path\""},
		{"url('https://example.com/path with spaces/').getEscapedPath()",
		 "\"/path%20with%20spaces/\""},
		{"url('https://example.com/a%2fb').getEscapedPath()", "\"/a%2fb\""},
		{"url('https://example.com/a%2fb c\xc3\xa9').getEscapedPath()",
		 "\"/a/b%20c%C3%A9\""},
		{"url('https://example.com').getEscapedPath()", "\"\""},
		{"url('https://example.com/a?b/c#d/e').getEscapedPath()", "\"/a\""},
		{"url('mailto:a@example.com').getHost()", "\"\""},
		{"url('/a') == url('/a')", "true"},
		{"type(url('/a'))", "kubernetes.URL"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(a_query_is_a_map_of_lists)
{
	static const struct expression rows[] = {
		{"url('https://example.com/path?k1=a&k2=b&k2=c').getQuery()",
		 "{\"k1\": [\"a\"], \"k2\": [\"b\", \"c\"]}"},
		{"url('https://example.com/path?key with spaces=value+with%20spaces').getQuery()",
		 "{\"key with spaces\": [\"value with spaces\"]}"},
		{"url('https://example.com/path?').getQuery()", "{}"},
		{"url('https://example.com/path').getQuery()", "{}"},
		{"url('/p?a&b=&=c&&d=e=f#x').getQuery()",
		 "{\"a\": [\"\"], \"b\": [\"\"], \"\": [\"c\"], \"d\": [\"e=f\"]}"},
		{"url('/p?a;b=1&c=%zz&d=1').getQuery()", "{\"d\": [\"1\"]}"},
		{"url('/p?a=%ff').getQuery()", "error: the unescaped part of the URL is not UTF-8"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(what_is_no_url_says_why)
{
	static const struct expression rows[] = {
		{"isURL('https://user:pass@example.com:80/path?query=val#fragment')", "true"},
		{"isURL('/absolute-path')", "true"},
		{"isURL('https://a:b:c/')", "false"},
		{"isURL('../relative-path')", "false"},
		{"isURL('')", "false"},
		{"isURL('https://[::1')", "false"},
		{"isURL('https://[::1]x/')", "false"},
		{"isURL('https://a b/')", "false"},
		{"isURL('https://a/%zz')", "false"},
		{"isURL('/%4')", "false"},
		{"isURL('1http://a/')", "false"},
		{"url('a/b')", "error: URL \"a/b\": expected an absolute URL or an absolute path"},
		{"url(':foo')", "error: URL \":foo\": the scheme before the colon is missing"},
		{"url('https://a:x/')", "error: URL \"https://a:x/\": the port is no number"},
		{"url('/\\u0001')", "error: URL"},
		{"url('https://u\\\"@a/')", "error: URL \"https://u\"@a/\": the user part"},
		{"url(1)", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_url_has_parts),
		RUN(a_query_is_a_map_of_lists),
		RUN(what_is_no_url_says_why),
	};

	return RUN_ALL(tests);
}
