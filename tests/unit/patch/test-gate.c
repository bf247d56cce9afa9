/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/gate.h"

#include <netdb.h>

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
	{"GET http://a.example.com/ HTTP/1.1\n\nGET http://b.example.com/ HTTP/1.1\r\n\r\n", false,
	 false, "", "", 0},
	{"CONNECT a.example.com:443 HTTP/1.1\n\r\nA: b\r\n\r\n", false, true, "", "", 0},
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
	static const char *const hosts[] = {"a.example.com", "b.example.com:8080", "*",
					    "+c.example.com", "c.example.com"};
	static const char *const any[] = {"+*"};
	static const struct {
		const char *host;
		unsigned port;
		enum gate_right right;
	} rows[] = {
		{"a.example.com", 80, GATE_NOT_LOCAL}, {"A.Example.com", 443, GATE_NOT_LOCAL},
		{"a.example.com", 22, GATE_REFUSED},   {"b.example.com", 8080, GATE_NOT_LOCAL},
		{"b.example.com", 80, GATE_REFUSED},   {"xa.example.com", 80, GATE_REFUSED},
		{"a.example.com.x", 80, GATE_REFUSED}, {"127.0.0.1", 80, GATE_REFUSED},
		{"c.example.com", 80, GATE_ANYWHERE},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
			gate_right_of(hosts, ARRAY_LEN(hosts), str_of(rows[i].host), rows[i].port),
			rows[i].right);
	assert_int_equal(gate_right_of(any, 1, STR("x.example.com"), 1), GATE_ANYWHERE);
}

TEST(gate_knows_what_is_local)
{
	static const struct {
		const char *address;
		bool is_local;
	} rows[] = {
		{"127.0.0.1", true},	{"127.9.9.9", true},
		{"0.0.0.0", true},	{"169.254.169.254", true},
		{"192.0.2.1", false},	{"10.0.0.1", false},
		{"::1", true},		{"::", true},
		{"fe80::1", true},	{"::ffff:127.0.0.1", true},
		{"2001:db8::1", false}, {"::ffff:192.0.2.1", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST};
		struct addrinfo *found = NULL;

		assert_int_equal(getaddrinfo(rows[i].address, NULL, &hints, &found), 0);
		assert_int_equal(gate_is_local(found->ai_addr), rows[i].is_local);
		freeaddrinfo(found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(gate_understands_requests_of_a_proxy_and_no_others),
		RUN(gate_lets_through_to_known_hosts_only),
		RUN(gate_knows_what_is_local),
	};
	return RUN_ALL(tests);
}
