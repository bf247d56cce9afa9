/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/ip.h"

#define QUOTED_MAX 64 /* of a text in a message */

/* ---- reading ---- */

/* A decimal number without leading zeros. */
static bool parse_small(struct str s, uint64_t max, uint64_t *ret)
{
	if (s.n > 3 || (s.n > 1 && s.p[0] == '0'))
		return false;
	return str_parse_u64(s, ret) && *ret <= max;
}

static bool parse_v4(struct str s, uint8_t *ret)
{
	struct str part;
	uint64_t byte;

	for (int i = 0; i < 4; i++) {
		part = s;
		if (i < 3 && !str_cut(s, '.', &part, &s))
			return false;
		if (!parse_small(part, 255, &byte))
			return false;
		ret[i] = (uint8_t)byte;
	}
	return true;
}

/* One group of one to four hexadecimal digits. */
static bool pull_group(struct str *s, uint8_t *ret)
{
	unsigned v = 0;
	size_t n = 0;

	for (; n < s->n && char_hex(s->p[n]) >= 0; n++) {
		if (n == 4)
			return false;
		v = v << 4 | (unsigned)char_hex(s->p[n]);
	}
	ret[0] = (uint8_t)(v >> 8);
	ret[1] = (uint8_t)v;
	*s = str_skip(*s, n);
	return n > 0;
}

/* The bytes before and behind "::" are moved apart. */
static bool spread(uint8_t *bytes, size_t n, size_t gap)
{
	if (n == 16)
		return false; /* "::" stands for at least one group */
	memmove(bytes + gap + (16 - n), bytes + gap, n - gap);
	memset(bytes + gap, 0, 16 - n);
	return true;
}

static bool parse_v6(struct str s, uint8_t *bytes)
{
	size_t n = 0, gap = SIZE_MAX;

	if (str_pull_prefix(&s, STR("::")))
		gap = 0;
	while (s.n) {
		struct str rest = s;

		if (n == 16 || !pull_group(&rest, bytes + n))
			return false;
		if (rest.n && rest.p[0] == '.') {
			/* The last 32 bits, written as IPv4. */
			if (n > 12 || !parse_v4(s, bytes + n))
				return false;
			n += 4;
			break;
		}
		n += 2;
		s = rest;
		if (!s.n)
			break;
		if (str_pull_prefix(&s, STR("::"))) {
			if (gap != SIZE_MAX)
				return false;
			gap = n;
		} else if (!str_pull_prefix(&s, STR(":")) || !s.n) {
			return false;
		}
	}
	return gap == SIZE_MAX ? n == 16 : spread(bytes, n, gap);
}

static bool is_mapped(const struct ip *ip)
{
	static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	return ip->family == 6 && memcmp(ip->bytes, prefix, sizeof prefix) == 0;
}

static bool parse_address(struct str s, struct ip *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->family = str_find_char(s, ':') < s.n ? 6 : 4;
	return ret->family == 6 ? parse_v6(s, ret->bytes) : parse_v4(s, ret->bytes);
}

int ip_parse(struct str s, struct ip *ret, struct err *err)
{
	struct str quoted = str_sub(s, 0, QUOTED_MAX);
	struct ip ip;

	if (str_find_char(s, ':') < s.n && str_find_char(s, '%') < s.n)
		return err_set(err, ERR_FORMAT, "IP address \"%.*s\" with zone is not allowed",
			       STR_FMT(quoted));
	if (!parse_address(s, &ip))
		return err_set(err, ERR_FORMAT,
			       "\"%.*s\" is no IP address: expected IPv4 as 192.0.2.1 without "
			       "leading zeros, or IPv6",
			       STR_FMT(quoted));
	if (is_mapped(&ip))
		return err_set(err, ERR_FORMAT, "IPv4-mapped IPv6 address \"%.*s\" is not allowed",
			       STR_FMT(quoted));
	*ret = ip;
	return 0;
}

int cidr_parse(struct str s, struct cidr *ret, struct err *err)
{
	struct str address, bits;
	struct cidr net;
	uint64_t u;
	int r;

	if (!str_rcut(s, '/', &address, &bits))
		return err_set(err, ERR_FORMAT,
			       "\"%.*s\" is no CIDR: expected ADDRESS/BITS, as 10.0.0.0/8",
			       STR_FMT(str_sub(s, 0, QUOTED_MAX)));
	r = ip_parse(address, &net.ip, err);
	if (r < 0)
		return err_wrap(err, r, "CIDR");
	if (!parse_small(bits, net.ip.family == 4 ? 32 : 128, &u))
		return err_set(err, ERR_FORMAT,
			       "CIDR \"%.*s\": the prefix length is no number from 0 to %d",
			       STR_FMT(str_sub(s, 0, QUOTED_MAX)), net.ip.family == 4 ? 32 : 128);
	net.bits = (int)u;
	*ret = net;
	return 0;
}

/* ---- writing ---- */

static unsigned group_of(const struct ip *ip, int i)
{
	return (unsigned)ip->bytes[2 * i] << 8 | ip->bytes[2 * i + 1];
}

/* The first of the longest runs of at least two zero groups; *ret_n 0: none. */
static int longest_zeros(const struct ip *ip, int *ret_n)
{
	int best = 0, n = 0;

	*ret_n = 0;
	for (int i = 0; i < 8; i++) {
		n = group_of(ip, i) ? 0 : n + 1;
		if (n > 1 && n > *ret_n) {
			*ret_n = n;
			best = i + 1 - n;
		}
	}
	return best;
}

static size_t print_v6(const struct ip *ip, char *p)
{
	int n_zeros, zeros = longest_zeros(ip, &n_zeros);
	size_t n = 0;

	for (int i = 0; i < 8; i++) {
		if (n_zeros && i == zeros) {
			p[n++] = ':';
			p[n++] = ':';
			i += n_zeros - 1;
			continue;
		}
		if (n && p[n - 1] != ':')
			p[n++] = ':';
		n += (size_t)snprintf(p + n, IP_TEXT_MAX - n, "%x", group_of(ip, i));
	}
	return n;
}

size_t ip_print(const struct ip *ip, char ret[IP_TEXT_MAX])
{
	const uint8_t *b = ip->bytes;

	if (ip->family == 6)
		return print_v6(ip, ret);
	return (size_t)snprintf(ret, IP_TEXT_MAX, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
}

size_t cidr_print(const struct cidr *net, char ret[IP_TEXT_MAX])
{
	size_t n = ip_print(&net->ip, ret);

	return n + (size_t)snprintf(ret + n, IP_TEXT_MAX - n, "/%d", net->bits);
}

/* ---- asking ---- */

bool ip_eq(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static bool is_all(const struct ip *ip, uint8_t byte, uint8_t last)
{
	int n = ip->family == 4 ? 4 : 16;

	for (int i = 0; i < n - 1; i++) {
		if (ip->bytes[i] != byte)
			return false;
	}
	return ip->bytes[n - 1] == last;
}

bool ip_is_unspecified(const struct ip *ip)
{
	return is_all(ip, 0, 0);
}

bool ip_is_loopback(const struct ip *ip)
{
	return ip->family == 4 ? ip->bytes[0] == 127 : is_all(ip, 0, 1);
}

bool ip_is_multicast(const struct ip *ip)
{
	return ip->family == 4 ? (ip->bytes[0] & 0xf0) == 0xe0 : ip->bytes[0] == 0xff;
}

/* 224.0.0.0/24, ff02::/16 whatever its flags. */
bool ip_is_link_local_multicast(const struct ip *ip)
{
	if (ip->family == 4)
		return ip->bytes[0] == 224 && ip->bytes[1] == 0 && ip->bytes[2] == 0;
	return ip->bytes[0] == 0xff && (ip->bytes[1] & 0x0f) == 0x02;
}

bool ip_is_link_local_unicast(const struct ip *ip)
{
	if (ip->family == 4)
		return ip->bytes[0] == 169 && ip->bytes[1] == 254;
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

bool ip_is_global_unicast(const struct ip *ip)
{
	if (ip->family == 4 && is_all(ip, 255, 255))
		return false;
	return !ip_is_unspecified(ip) && !ip_is_loopback(ip) && !ip_is_multicast(ip) &&
	       !ip_is_link_local_unicast(ip);
}

static struct ip masked(const struct ip *ip, int bits)
{
	struct ip r = *ip;

	for (int i = 0; i < 16; i++) {
		int left = bits - 8 * i;

		if (left <= 0)
			r.bytes[i] = 0;
		else if (left < 8)
			r.bytes[i] &= (uint8_t)(0xff << (8 - left));
	}
	return r;
}

bool cidr_has_ip(const struct cidr *net, const struct ip *ip)
{
	struct ip a = masked(&net->ip, net->bits), b = masked(ip, net->bits);

	return ip_eq(&a, &b);
}

bool cidr_has_cidr(const struct cidr *net, const struct cidr *part)
{
	return net->bits <= part->bits && cidr_has_ip(net, &part->ip);
}

struct cidr cidr_masked(const struct cidr *net)
{
	return (struct cidr){.ip = masked(&net->ip, net->bits), .bits = net->bits};
}
