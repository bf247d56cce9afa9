/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses and prefixes (CIDR), read strictly.
 *
 *     struct ip ip;
 *     r = ip_parse(STR("2001:db8::68"), &ip, err);
 *     n = ip_print(&ip, text);                           canonical: RFC 5952
 *     struct cidr net;
 *     r = cidr_parse(STR("10.0.0.1/8"), &net, err);      bits behind the prefix are kept
 *     if (cidr_has_ip(&net, &ip)) ...
 *
 * Refused, as Kubernetes and Go's net/netip do: leading zeros in IPv4, zones (fe80::1%eth0), and
 * IPv4 addresses written as IPv6 (::ffff:1.2.3.4).
 * Errors: ERR_FORMAT, with the address.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct ip {
	uint8_t bytes[16]; /* the first 4 for IPv4, the rest 0 */
	int family;	   /* 4 or 6 */
};

struct cidr {
	struct ip ip;
	int bits; /* of the prefix: 0 to 32 or 128 */
};

int ip_parse(struct str s, struct ip *ret, struct err *err);
int cidr_parse(struct str s, struct cidr *ret, struct err *err);

/* The bytes written; no NUL. */
#define IP_TEXT_MAX 48
size_t ip_print(const struct ip *ip, char ret[IP_TEXT_MAX]);
size_t cidr_print(const struct cidr *net, char ret[IP_TEXT_MAX]);

bool ip_eq(const struct ip *a, const struct ip *b);
bool ip_is_unspecified(const struct ip *ip);
bool ip_is_loopback(const struct ip *ip);
bool ip_is_multicast(const struct ip *ip);
bool ip_is_link_local_multicast(const struct ip *ip);
bool ip_is_link_local_unicast(const struct ip *ip);
/* None of these, and not 255.255.255.255; private addresses are global in this sense. */
bool ip_is_global_unicast(const struct ip *ip);

bool cidr_has_ip(const struct cidr *net, const struct ip *ip);
/* The whole of `part`; also when both are the same. */
bool cidr_has_cidr(const struct cidr *net, const struct cidr *part);
/* With zeros behind the prefix. */
struct cidr cidr_masked(const struct cidr *net);
