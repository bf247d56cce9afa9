/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_value.h"

#include <math.h>
#include <zlib.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "secret/secret_key.h"

double secret_entropy(struct str value)
{
	uint32_t count[256] = {0};
	double bits = 0;

	for (size_t i = 0; i < value.n; i++)
		count[(unsigned char)value.p[i]]++;
	for (size_t c = 0; c < 256; c++)
		if (count[c])
			bits -= count[c] * log2((double)count[c] / (double)value.n);
	return value.n ? bits / (double)value.n : 0;
}

/* ---- placeholders ---- */

#define SAME_RUN	6 /* equal characters in a row that chance does not make */
#define BLANK_RUN	4 /* the same of x * . _ # ?, which people write to say "to be filled in" */
#define COUNT_RUN	8 /* 12345678, abcdefgh */
#define ORDERED_MIN	16 /* characters of which most follow their like: AABBBCCD, a table */
#define REPEATED	4  /* characters of a part that stands there three times */
#define PLACEHOLDER_MAX 512

/* Words that nobody's generator makes; small letters, nothing between words. */
static const char *const words[] = {
	"example",     "changeme",     "changeit",     "placeholder", "dummy",	      "redacted",
	"replaceme",   "replacewith",  "insertyour",   "yourtoken",   "yourkey",      "yourapi",
	"yoursecret",  "yourpassword", "youraccess",   "yourclient",  "yourpersonal", "tokenhere",
	"keyhere",     "secrethere",   "passwordhere", "mysecret",    "mypassword",   "mytoken",
	"notarealkey", "testtest",
};

static bool is_blank(char c)
{
	return memchr("xX*._#?", c, 7) != NULL;
}

/* 1234-1234-1234: what a generator would not make, and a hand does. */
static bool repeats(struct str v)
{
	struct str last = STR_NULL, part;
	size_t times = 1;

	while (v.n > 0) {
		size_t n = 0;

		while (n < v.n && v.p[n] != '-' && v.p[n] != '_')
			n++;
		part = str_sub(v, 0, n);
		v = str_skip(v, n + 1);
		times = part.n >= REPEATED && str_eq(part, last) ? times + 1 : 1;
		if (times >= 3)
			return true;
		last = part;
	}
	return false;
}

static bool has_run(struct str v)
{
	size_t same = 1, up = 1, ordered = 0;

	for (size_t i = 1; i < v.n; i++) {
		ordered += v.p[i] == v.p[i - 1] || v.p[i] == v.p[i - 1] + 1;
		same = v.p[i] == v.p[i - 1] ? same + 1 : 1;
		up = v.p[i] == v.p[i - 1] + 1 ? up + 1 : 1;
		if (v.p[i] == '0' && v.p[i - 1] == '9')
			up++;
		if ((same >= SAME_RUN && 4 * same >= v.n) ||
		    (same >= BLANK_RUN && is_blank(v.p[i])) || up >= COUNT_RUN)
			return true;
	}
	return v.n > 0 && (same == v.n || (v.n >= ORDERED_MIN && 3 * ordered > 2 * v.n));
}

static bool has_word(struct str v)
{
	char small[PLACEHOLDER_MAX];
	size_t n = 0;

	for (size_t i = 0; i < v.n && n < sizeof small; i++)
		if (char_is_alpha(v.p[i]))
			small[n++] = char_lower(v.p[i]);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_find(str_make(small, n), str_of(words[i])) < n)
			return true;
	return false;
}

/* ${TOKEN}, $(cat token), {{ token }}, <token>, %(token)s, [token], ... */
bool secret_is_reference(struct str v)
{
	static const char *const starts[] = {"${", "$(",  "{{", "<",  "%(",
					     "[",  "...", "%{", "@@", "#{"};

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (str_has_prefix(v, str_of(starts[i])))
			return true;
	if (v.n < 2 || v.p[0] != '$')
		return false;
	for (size_t i = 1; i < v.n; i++) /* $TOKEN, $1 */
		if (!char_is_alnum(v.p[i]) && v.p[i] != '_')
			return false;
	return true;
}

bool secret_is_placeholder(struct str value)
{
	return secret_is_reference(value) || has_run(value) || repeats(value) || has_word(value);
}

/* ---- checks ---- */

static bool is_base32(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
}

/*
 * AKIA and 16 base32 characters; the first 40 bits of those hold the account's number.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
static bool is_aws_key_id(struct str v)
{
	bool has_digit = false;

	if (v.n != 20)
		return false;
	for (size_t i = 4; i < v.n; i++) {
		if (!is_base32(v.p[i]))
			return false;
		has_digit |= char_is_digit(v.p[i]);
	}
	return has_digit || secret_entropy(v) >= 3.5;
}

static bool has_digit(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (char_is_digit(v.p[i]))
			return true;
	return false;
}

static bool is_mixed(struct str v)
{
	bool small = false, large = false;

	for (size_t i = 0; i < v.n; i++) {
		small |= v.p[i] >= 'a' && v.p[i] <= 'z';
		large |= v.p[i] >= 'A' && v.p[i] <= 'Z';
	}
	return (small && large) || ((small || large) && has_digit(v));
}

static size_t base62_value(char c)
{
	if (char_is_digit(c))
		return (size_t)(c - '0');
	return c >= 'A' && c <= 'Z' ? (size_t)(c - 'A') + 10 : (size_t)(c - 'a') + 36;
}

/*
 * ghp_ and 30 random characters and their CRC-32 in base 62, six characters.
 * Source:
 * https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
static bool is_github_token(struct str v)
{
	size_t at = str_rfind_char(v, '_') + 1;
	uint64_t told = 0;

	if (v.n < at + 7 || at > v.n)
		return false;
	for (size_t i = v.n - 6; i < v.n; i++) {
		if (!char_is_alnum(v.p[i]))
			return false;
		told = told * 62 + base62_value(v.p[i]);
	}
	return told == crc32(0, (const unsigned char *)v.p + at, (unsigned)(v.n - 6 - at));
}

static bool is_json_part(struct str part)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_SECRET_VALUE_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;

	while (part.n > 0 && part.p[part.n - 1] == '=')
		part.n--;
	return base64_decode(part, BASE64_URL, &text, NULL) == 0 &&
	       json_parse(strbuf_str(&text), &doc, NULL) == 0 && json_kind_of(doc) == JSON_KIND_MAP;
}

/* Format: RFC 7515 section 3.1, compact serialisation. */
static bool is_jwt(struct str v)
{
	struct str header, payload, rest;

	return str_cut(v, '.', &header, &rest) && str_cut(rest, '.', &payload, &rest) &&
	       is_json_part(header) && is_json_part(payload);
}

static bool is_luhn(struct str v)
{
	unsigned sum = 0, n = 0;

	for (size_t i = v.n; i-- > 0;) {
		unsigned d = (unsigned)(v.p[i] - '0');

		if (v.p[i] == ' ' || v.p[i] == '-')
			continue;
		if (!char_is_digit(v.p[i]))
			return false;
		d = n++ % 2 ? 2 * d : d;
		sum += d > 9 ? d - 9 : d;
	}
	return n > 0 && sum % 10 == 0;
}

static bool is_uuid(struct str v)
{
	if (v.n != 36)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? v.p[i] != '-' : char_hex(v.p[i]) < 0)
			return false;
	}
	return secret_entropy(v) >= 2.5;
}

static bool is_basic_auth(struct str v)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_SECRET_VALUE_BYTES);
	struct str user, password;

	if (base64_decode(v, BASE64_STANDARD, &text, NULL) < 0)
		return false;
	return str_is_utf8(strbuf_str(&text)) &&
	       str_cut(strbuf_str(&text), ':', &user, &password) && user.n + password.n > 4 &&
	       !secret_is_placeholder(password);
}

static bool is_clear_key(struct str v)
{
	return secret_key_of_pem(v) == SECRET_KEY_CLEAR;
}

static bool is_encrypted_key(struct str v)
{
	return secret_key_of_pem(v) == SECRET_KEY_ENCRYPTED;
}

static const struct {
	const char *name;
	bool (*holds)(struct str value);
	const char *what;
} checks_[] = {
#define CHECK(NAME, name, function, what) {name, function, what},
#include "secret/secret_check_list.def"
#undef CHECK
};

bool secret_passes(uint32_t checks, struct str value)
{
	for (unsigned i = 0; i < SECRET_N_CHECKS; i++)
		if (checks & 1u << i && !checks_[i].holds(value))
			return false;
	return true;
}

enum secret_check_kind secret_check_find(struct str name)
{
	unsigned i = 0;

	while (i < SECRET_N_CHECKS && !str_is(name, checks_[i].name))
		i++;
	return (enum secret_check_kind)i;
}

const char *secret_check_name(enum secret_check_kind kind)
{
	return kind < SECRET_N_CHECKS ? checks_[kind].name : NULL;
}

const char *secret_check_text(enum secret_check_kind kind)
{
	return kind < SECRET_N_CHECKS ? checks_[kind].what : NULL;
}
