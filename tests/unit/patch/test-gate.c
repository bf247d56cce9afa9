/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/gate.h"
#include "tests/unit/test.h"

static const struct {
	const char *head;
	bool ok, is_tunnel;
	const char *host, *path;
	unsigned port;
} requests[] = {
	{"GET http://a.example.com/x/y?z HTTP/1.1\r\nA: b\r\n\r\n", true, false, "a.example.com",
	 "/x/y?z", 80},
	{"HEAD http://a.example.com:8080 HTTP/1.0\r\n\r\n", true, false, "a.example.com", "/",
	 8080},
	{"CONNECT a.example.com:443 HTTP/1.1\r\n\r\n", true, true, "a.example.com", "", 443},
	{"CONNECT [::1]:443 HTTP/1.1\r\n\r\n", true, true, "[::1]", "", 443},
	{"POST http://a.example.com/ HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET /etc/passwd HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET file:///etc/passwd HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET http://good.example.com@bad.example.com/ HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET http://a.example.com:0/ HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET http://a.example.com:99999/ HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET http:///x HTTP/1.1\r\n\r\n", false, false, "", "", 0},
	{"GET http://a.example.com/ SPDY/3\r\n\r\n", false, false, "", "", 0},
	{"\r\n\r\n", false, false, "", "", 0},
};

TEST(gate_understands_requests_of_a_proxy_and_no_others)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct gate_request q;

		assert_int_equal(gate_parse(str_of(requests[i].head), &q), requests[i].ok);
		if (!requests[i].ok)
			continue;
		assert_int_equal(q.is_tunnel, requests[i].is_tunnel);
		assert_true(str_is(q.host, requests[i].host));
		assert_true(str_is(q.path, requests[i].path));
		assert_int_equal(q.port, requests[i].port);
	}
}

TEST(gate_lets_through_to_known_hosts_only)
{
	static const char *const hosts[] = {"a.example.com", "b.example.com:8080"};
	static const char *const any[] = {"*"};
	static const struct {
		const char *host;
		unsigned port;
		bool ok;
	} rows[] = {
		{"a.example.com", 80, true},	{"A.Example.com", 443, true},
		{"a.example.com", 22, false},	{"b.example.com", 8080, true},
		{"b.example.com", 80, false},	{"xa.example.com", 80, false},
		{"a.example.com.x", 80, false}, {"127.0.0.1", 80, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(gate_allows(hosts, 2, str_of(rows[i].host), rows[i].port),
				 rows[i].ok);
	assert_true(gate_allows(any, 1, STR("x.example.com"), 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(gate_understands_requests_of_a_proxy_and_no_others),
		RUN(gate_lets_through_to_known_hosts_only),
	};
	return RUN_ALL(tests);
}
