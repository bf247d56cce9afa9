/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/tuf/tuf_path.h"

#include <inttypes.h>

/* Length of the character in front, as UTF-8 has it; 1 for what is none. */
static size_t char_length(struct str s)
{
	size_t n = 1;

	while (n < s.n && n < 4 && (s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/*
 * No star reaches over a '/', so what stands before one is settled, and only the last star has to
 * be taken back.
 */
bool tuf_pattern_matches(struct str pattern, struct str path)
{
	struct str behind_star = STR_NULL, from = STR_NULL;
	bool has_star = false;

	while (path.n > 0 || pattern.n > 0) {
		char c = pattern.n ? pattern.p[0] : '\0';

		if (pattern.n && c == '*') {
			pattern = behind_star = str_skip(pattern, 1);
			from = path;
			has_star = true;
		} else if (pattern.n && c == '?' && path.n && path.p[0] != '/') {
			pattern = str_skip(pattern, 1);
			path = str_skip(path, char_length(path));
		} else if (pattern.n && c != '?' && path.n && path.p[0] == c) {
			pattern = str_skip(pattern, 1);
			path = str_skip(path, 1);
		} else if (has_star && from.n && from.p[0] != '/') {
			pattern = behind_star;
			path = from = str_skip(from, 1);
		} else {
			return false;
		}
	}
	return true;
}

static int path_hash(struct str path, char hex[DIGEST_TEXT_MAX], struct str *ret,
		     struct digest_value *v, struct err *err)
{
	int r = digest_of(path, v, err);

	if (r == 0)
		*ret = str_skip(digest_format(v, hex), 7);
	return r;
}

int tuf_delegation_has(enum tuf_dialect dialect, const struct tuf_delegation *d, struct str path,
		       struct err *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;
	struct str hex = STR_NULL;
	int r;

	for (size_t i = 0; i < d->paths.n; i++)
		if (dialect == TUF_NOTARY ? str_has_prefix(path, d->paths.p[i])
					  : tuf_pattern_matches(d->paths.p[i], path))
			return 1;
	if (d->hash_prefixes.n == 0)
		return 0;
	r = path_hash(path, text, &hex, &v, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < d->hash_prefixes.n; i++)
		if (str_has_prefix(hex, d->hash_prefixes.p[i]))
			return 1;
	return 0;
}

static int digits_of(const struct tuf_succinct *s)
{
	return (int)(s->bit_length + 3) / 4;
}

int tuf_succinct_role(const struct tuf_succinct *s, struct str path, struct arena *a,
		      struct str *ret, struct err *err)
{
	struct digest_value v;
	uint32_t first = 0;
	int r = digest_of(path, &v, err);

	if (r < 0)
		return r;
	for (int i = 0; i < 4; i++)
		first = first << 8 | v.bytes[i];
	*ret = arena_strf(a, "%.*s-%0*" PRIx32, STR_FMT(s->name_prefix), digits_of(s),
			  first >> (32 - s->bit_length));
	return arena_check(a, err);
}

bool tuf_succinct_has(const struct tuf_succinct *s, struct str role)
{
	uint64_t number;

	if (s->bit_length == 0 || !str_pull_prefix(&role, s->name_prefix) ||
	    !str_pull_prefix(&role, STR("-")) || role.n != (size_t)digits_of(s))
		return false;
	for (size_t i = 0; i < role.n; i++)
		if (role.p[i] >= 'A' && role.p[i] <= 'F')
			return false;
	return str_parse_hex_u64(role, &number) && number >> s->bit_length == 0;
}

void tuf_quote(struct str name, bool keep_slash, struct strbuf *out)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (char_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
		    (c == '/' && keep_slash))
			strbuf_addc(out, c);
		else
			strbuf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
	}
}
