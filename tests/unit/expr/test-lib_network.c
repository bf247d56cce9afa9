/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/expr/expression.h"

TEST(addresses_are_read_and_written)
{
	static const struct expression rows[] = {
		{"ip('127.0.0.1')", "net.IP(127.0.0.1)"},
		{"string(ip('192.168.0.1'))", "\"192.168.0.1\""},
		{"string(ip('2001:DB8:0:0:0:0:0:68'))", "\"2001:db8::68\""},
		{"string(ip('::'))", "\"::\""},
		{"string(ip('1::'))", "\"1::\""},
		{"string(ip('0:0:1:0:0:0:1:0'))", "\"0:0:1::1:0\""},
		{"string(ip('1:0:0:2:0:0:0:3'))", "\"1:0:0:2::3\""},
		{"string(ip('1:0:0:2:0:0:3:4'))", "\"1::2:0:0:3:4\""},
		{"string(ip('1:0:2:3:4:5:6:7'))", "\"1:0:2:3:4:5:6:7\""},
		{"string(ip('1::2:3:4:5:6:7'))", "\"1:0:2:3:4:5:6:7\""},
		{"string(ip('::1.2.3.4'))", "\"::102:304\""},
		{"string(ip('64:ff9b::1.2.3.4'))", "\"64:ff9b::102:304\""},
		{"string(ip('1:2:3:4:5:6:7.8.9.10'))", "\"1:2:3:4:5:6:708:90a\""},
		{"ip('::1') == ip('0:0:0:0:0:0:0:1')", "true"},
		{"ip('0.0.0.0') == ip('::')", "false"},
		{"type(ip('::1'))", "net.IP"},
		{"ip.isCanonical('127.0.0.1')", "true"},
		{"ip.isCanonical('2001:db8::abcd')", "true"},
		{"ip.isCanonical('2001:DB8::ABCD')", "false"},
		{"ip.isCanonical('2001:db8::0:0:0:abcd')", "false"},
		{"ip.isCanonical('x')", "error: \"x\" is no IP address"},
		{"'%s'.format([ip('::1')])", "\"::1\""},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(what_is_no_address_is_told)
{
	static const char *const bad[] = {
		"",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.04",
		"1.2.3.",
		".1.2.3",
		"1.2.3.-4",
		"1.2.3.4 ",
		":",
		":::1",
		"1:::2",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"12345::",
		"::g",
		"1:2:3:4:5:6:7:",
		":1:2:3:4:5:6:7",
		"::1.2.3",
		"::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"1::2:3:4:5:6:7:8",
		"::ffff:1.2.3.4",
		"::ffff:102:304",
		"fe80::1%eth0",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		char source[96];
		struct expression row = {source, "false"};

		(void)snprintf(source, sizeof source, "isIP('%s')", bad[i]);
		assert_expressions(&row, 1);
	}
}

TEST(an_error_names_the_address)
{
	static const struct expression rows[] = {
		{"ip('192.168.0.1.0')", "error: \"192.168.0.1.0\" is no IP address: expected IPv4"},
		{"ip('fe80::1%eth0')", "error: IP address \"fe80::1%eth0\" with zone"},
		{"ip('::ffff:1.2.3.4')",
		 "error: IPv4-mapped IPv6 address \"::ffff:1.2.3.4\" is not allowed"},
		{"cidr('10.0.0.0')", "error: \"10.0.0.0\" is no CIDR: expected ADDRESS/BITS"},
		{"cidr('10.0.0.0/33')",
		 "error: CIDR \"10.0.0.0/33\": the prefix length is no number from 0 to 32"},
		{"cidr('::/129')", "error: CIDR \"::/129\": the prefix length is no number from 0"},
		{"cidr('10.0.0.0/08')", "error: CIDR"},
		{"cidr('10.0.0.0/')", "error: CIDR"},
		{"cidr('10.0.0.0/+8')", "error: CIDR"},
		{"cidr('10.0.0/8')", "error: CIDR: \"10.0.0\" is no IP address"},
		{"cidr('fe80::1%en0/24')", "error: CIDR: IP address \"fe80::1%en0\" with zone"},
		{"cidr('::ffff:1.2.3.4/24')", "error: CIDR: IPv4-mapped"},
		{"cidr('10.0.0.0/8').containsIP('x')", "error: \"x\" is no IP address"},
		{"cidr('10.0.0.0/8').containsCIDR('x')", "error: \"x\" is no CIDR"},
		{"isIP(cidr('10.0.0.0/8'))", "error: no such overload"},
		{"ip(1)", "error: no such overload"},
		{"cidr('10.0.0.0/8').family()", "error: no such overload"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(addresses_have_kinds)
{
	static const struct expression rows[] = {
		{"ip('127.0.0.1').family()", "4"},
		{"ip('::1').family()", "6"},
		{"ip('0.0.0.0').isUnspecified()", "true"},
		{"ip('::').isUnspecified()", "true"},
		{"ip('127.0.0.1').isUnspecified()", "false"},
		{"ip('127.255.0.1').isLoopback()", "true"},
		{"ip('::1').isLoopback()", "true"},
		{"ip('2001:db8::abcd').isLoopback()", "false"},
		{"ip('224.0.0.1').isLinkLocalMulticast()", "true"},
		{"ip('224.0.1.1').isLinkLocalMulticast()", "false"},
		{"ip('ff02::1').isLinkLocalMulticast()", "true"},
		{"ip('ff12::1').isLinkLocalMulticast()", "true"},
		{"ip('fd00::1').isLinkLocalMulticast()", "false"},
		{"ip('169.254.169.254').isLinkLocalUnicast()", "true"},
		{"ip('192.168.0.1').isLinkLocalUnicast()", "false"},
		{"ip('febf::1').isLinkLocalUnicast()", "true"},
		{"ip('fec0::1').isLinkLocalUnicast()", "false"},
		{"ip('192.168.0.1').isGlobalUnicast()", "true"},
		{"ip('255.255.255.255').isGlobalUnicast()", "false"},
		{"ip('0.0.0.0').isGlobalUnicast()", "false"},
		{"ip('239.1.1.1').isGlobalUnicast()", "false"},
		{"ip('2001:db8::abcd').isGlobalUnicast()", "true"},
		{"ip('ff00::1').isGlobalUnicast()", "false"},
		{"ip('fe80::1').isGlobalUnicast()", "false"},
		{"ip('::').isGlobalUnicast()", "false"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

TEST(prefixes_contain_addresses)
{
	static const struct expression rows[] = {
		{"isCIDR('192.168.0.0/16')", "true"},
		{"isCIDR('192.168.0.1/16')", "true"},
		{"isCIDR('192.168.0.0/33')", "false"},
		{"string(cidr('2001:DB8::/32'))", "\"2001:db8::/32\""},
		{"cidr('10.0.0.1/8')", "net.CIDR(10.0.0.1/8)"},
		{"cidr('192.168.0.0/24').containsIP(ip('192.168.0.1'))", "true"},
		{"cidr('192.168.0.0/24').containsIP('192.168.1.1')", "false"},
		{"cidr('0.0.0.0/0').containsIP('1.2.3.4')", "true"},
		{"cidr('0.0.0.0/0').containsIP('::')", "false"},
		{"cidr('10.0.0.1/9').containsIP('10.127.0.0')", "true"},
		{"cidr('10.0.0.1/9').containsIP('10.128.0.0')", "false"},
		{"cidr('2001:db8::/33').containsIP('2001:db8:7fff::1')", "true"},
		{"cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24'))", "true"},
		{"cidr('192.168.0.0/24').containsCIDR('192.168.0.0/23')", "false"},
		{"cidr('10.0.0.0/8').containsCIDR('10.0.0.0/8')", "true"},
		{"cidr('::/0').containsCIDR('10.0.0.0/8')", "false"},
		{"cidr('192.168.0.1/24').ip()", "net.IP(192.168.0.1)"},
		{"cidr('192.168.0.1/24').masked()", "net.CIDR(192.168.0.0/24)"},
		{"cidr('192.168.0.1/24').isMask()", "false"},
		{"cidr('192.168.0.0/24').isMask()", "true"},
		{"cidr('192.168.0.1/24') == cidr('192.168.0.1/24').masked()", "false"},
		{"cidr('192.168.0.0/24') == cidr('192.168.0.0/24').masked()", "true"},
		{"cidr('::1/128').prefixLength()", "128"},
		{"type(cidr('::/0')) == net.CIDR", "true"},
	};

	assert_expressions(rows, ARRAY_LEN(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(addresses_are_read_and_written), RUN(what_is_no_address_is_told),
		RUN(an_error_names_the_address),     RUN(addresses_have_kinds),
		RUN(prefixes_contain_addresses),
	};

	return RUN_ALL(tests);
}
