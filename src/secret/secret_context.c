/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_context.h"

#include <math.h>

#include "secret/secret_value.h"

/*
 * Words of a key that name something about a secret when they stand behind it: a PASSWORD_FILE is a
 * file, an EMAIL_HOST_PASSWORD is a password. Sorted by kind of thing.
 */
static const char *const about[] = {
	"name",	    "type",	   "kind",	  "class",     "url",	       "uri",
	"path",	    "file",	   "dir",	  "folder",    "field",	       "label",
	"length",   "size",	   "count",	  "min",       "max",	       "limit",
	"policy",   "rule",	   "regex",	  "pattern",   "hint",	       "prompt",
	"title",    "text",	   "message",	  "error",     "input",	       "column",
	"param",    "parameter",   "header",	  "expiry",    "expires",      "expired",
	"ttl",	    "timeout",	   "enabled",	  "disabled",  "required",     "version",
	"host",	    "port",	   "ref",	  "format",    "method",       "endpoint",
	"help",	    "description", "placeholder", "confirm",   "confirmation", "reset",
	"change",   "update",	   "show",	  "hide",      "visible",      "strength",
	"check",    "verify",	   "valid",	  "validator", "public",       "prefix",
	"suffix",   "separator",   "index",	  "position",  "store",	       "manager",
	"provider", "service",	   "handler",	  "factory",   "list",	       "map",
	"set",	    "state",	   "status",	  "event",     "code",	       "issuer",
	"audience", "scope",	   "algorithm",	  "alg",       "last",	       "used",
	"updated",  "created",	   "at",	  "date",      "time",	       "age",
	"bucket",   "table",	   "schema",	  "template",  "icon",	       "color",
	"button",   "link",	   "id",	  "ids",       "uuid",	       "guid",
	"hash",	    "fingerprint", "thumbprint",  "digest",    "encryption",   "quality",
	"mode",	    "support",	   "generator",
};

/* What stands where a value will come, or says that there is none. */
static const char *const nothing[] = {
	"null",	    "nil",    "none",	  "true",    "false",	 "undefined", "string",
	"text",	    "number", "bool",	  "boolean", "int",	 "object",    "required",
	"optional", "hidden", "password", "passwd",  "secret",	 "token",     "default",
	"empty",    "unset",  "disabled", "enabled", "unknown",	 "anonymous", "value",
	"username", "user",   "admin",	  "root",    "this",	 "self",      "return",
	"const",    "let",    "var",	  "new",     "function", "sha1",      "sha256",
	"sha512",   "md5",    "oauth2",	  "base64",  "utf8",	 "utf-8",     "scram-sha-256",
	"bcrypt",   "argon2", "argon2id", "x509",    "pkcs8",	 "ed25519",   "rs256",
	"hs256",
};

/* The same wherever they stand; of values that somebody made up, to show that they are refused. */
static const char *const anywhere[] = {
	"public",  "confirm", "confirmation", "hint",  "prompt", "label",   "placeholder",
	"error",   "message", "title",	      "text",  "regex",	 "pattern", "last",
	"min",	   "max",     "show",	      "hide",  "non",	 "not",	    "no",
	"invalid", "fake",    "bad",	      "wrong", "mock",	 "dummy",   "example",
	"sample",  "stub",    "bogus",
};

static bool is_one_of(struct str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(word, str_of(list[i])))
			return true;
	return false;
}
#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof((list)[0]))

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* The next word of a key: snake_case, kebab-case, camelCase, HTTPHeader. */
static bool pull_word(struct str *key, struct str *ret)
{
	size_t n = 0;

	while (key->n > 0 && !char_is_alpha(key->p[0]))
		*key = str_skip(*key, 1);
	while (n < key->n && char_is_alpha(key->p[n]) &&
	       (n == 0 || !is_upper(key->p[n]) || is_upper(key->p[n - 1])))
		n++;
	*ret = str_sub(*key, 0, n);
	*key = str_skip(*key, n);
	return n > 0;
}

/* token_url is no token, an invalidToken no real one, password_encryption is none. */
static bool is_about(struct str key, struct str name)
{
	struct str behind = secret_key_behind(key, name), word;

	while (pull_word(&key, &word))
		if (IS_ONE_OF(word, anywhere))
			return true;
	while (pull_word(&behind, &word))
		if (IS_ONE_OF(word, about))
			return true;
	return false;
}

/* A passwordField is a field; PASSWORD_2 is one of several. */
static bool names_more(struct str key, struct str name)
{
	struct str behind = secret_key_behind(key, name), word;

	return pull_word(&behind, &word);
}

/* ---- how random ---- */

static const char pairs[26][27] = {
#include "secret/letter_pairs.def"
};

/* Bits by which pairs of letters are likelier in words than by chance; per byte of the value. */
static double wordiness(struct str v)
{
	int half_bits = 0;

	for (size_t i = 1; i < v.n; i++) {
		char a = char_lower(v.p[i - 1]), b = char_lower(v.p[i]);

		if (char_is_alpha(a) && char_is_alpha(b))
			half_bits += pairs[a - 'a'][b - 'a'] - 'h';
	}
	return v.n ? half_bits / 2.0 / (double)v.n : 0;
}

double secret_randomness(struct str value)
{
	double most = log2(fmin((double)value.n, 64));
	double entropy = most > 0 ? secret_entropy(value) / most : 0;

	return value.n < 4 ? 0 : entropy * fmax(0, fmin(1, 0.75 - 0.75 * wordiness(value)));
}

/* ---- values that are none ---- */

static bool is_identifier(struct str v)
{
	bool letters_only = true;

	for (size_t i = 0; i < v.n; i++) {
		if (!char_is_alpha(v.p[i]) && v.p[i] != '_' && v.p[i] != '.' && v.p[i] != '-' &&
		    v.p[i] != ':' && v.p[i] != '/')
			letters_only = false;
	}
	return letters_only;
}

/* Letters that no word is made of are a value, with quotes or without. */
#define RANDOM_NAME 0.6

/* A call, a member, an index, !not: code that gets the value from somewhere. */
static bool is_code(const struct secret_pair *p)
{
	static const char signs[] = "()[]{}<>|&";

	if (p->quote)
		return false;
	if (p->is_call || secret_is_placeholder(p->value) ||
	    (memchr("!?*^+-=", p->value.p[0], 7) && secret_randomness(p->value) < RANDOM_NAME))
		return true; /* inside of a password such signs are common */
	for (size_t i = 0; i < p->value.n; i++)
		if (memchr(signs, p->value.p[i], sizeof signs - 1))
			return true;
	return is_identifier(p->value) && secret_randomness(p->value) < RANDOM_NAME;
}

static bool is_sentence(struct str v)
{
	size_t spaces = 0;

	for (size_t i = 0; i < v.n; i++)
		spaces += v.p[i] == ' ';
	return spaces > 1;
}

static bool is_address(struct str v)
{
	return str_find(v, STR("://")) < v.n || str_has_prefix(v, STR("./")) ||
	       str_has_prefix(v, STR("#")) ||
	       (str_has_prefix(v, STR("/")) && secret_randomness(v) < RANDOM_NAME);
}

/* 0x and 20 bytes: the address of an account or a contract, which all may know. */
static bool is_chain_address(struct str v)
{
	if (v.n != 42 || !str_has_prefix(v, STR("0x")))
		return false;
	for (size_t i = 2; i < v.n; i++)
		if (char_hex(v.p[i]) < 0)
			return false;
	return true;
}

/* proxypass, dbpasswd, mysecret: it says what will stand there. */
static bool is_stand_in(struct str v)
{
	static const char *const ends[] = {"pass", "passwd", "password", "pwd", "secret", "token"};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (v.n >= strlen(ends[i]) &&
		    str_eq_nocase(str_skip(v, v.n - strlen(ends[i])), str_of(ends[i])))
			return is_identifier(v);
	return false;
}

/* password: "newPassword", PASSWORD = 'password-input' */
static bool repeats_name(struct str value, struct str name)
{
	return is_identifier(value) && secret_key_has(value, name, false);
}

/* Hexadecimal digits of both cases: machines write one. */
static bool is_uneven_hex(struct str v)
{
	bool small = false, large = false;

	for (size_t i = 0; i < v.n; i++) {
		if (char_hex(v.p[i]) < 0)
			return false;
		small |= v.p[i] >= 'a';
		large |= v.p[i] >= 'A' && v.p[i] <= 'F';
	}
	return small && large;
}

static bool is_nothing(const struct secret_pair *p, struct str name)
{
	return IS_ONE_OF(p->value, nothing) || repeats_name(p->value, name) || is_code(p) ||
	       is_sentence(p->value) || is_address(p->value) || is_chain_address(p->value) ||
	       secret_is_placeholder(p->value);
}

/* ---- how sure ---- */

#define CONTEXT_MOST	 0.85 /* below that of a rule that knows the form */
#define UUID_CONFIDENCE	 0.45 /* most are ids */
#define UUID_OF_KEY	 0.55 /* of api_key and client_secret; a token may well be an id */
#define OF_ANOTHER	 0.7  /* passwordField: what the key names last is something else */
#define OF_DIGEST	 0.6
#define DEFAULT_WORD	 0.3
#define NAMED_CONFIDENCE 0.45 /* a value that says what it is */

/* Small and large letters, digits, signs: three of them are what rules for passwords ask for. */
static bool is_varied(struct str v)
{
	bool has[4] = {false};

	for (size_t i = 0; i < v.n; i++)
		has[char_is_digit(v.p[i])	     ? 0
		    : v.p[i] >= 'a' && v.p[i] <= 'z' ? 1
		    : v.p[i] >= 'A' && v.p[i] <= 'Z' ? 2
						     : 3] = true;
	return v.n >= 8 && has[0] + has[1] + has[2] + has[3] >= 3;
}

#define WITH_DIGIT (1u << SECRET_CHECK_MIXED | 1u << SECRET_CHECK_DIGITS)

static double variety_bonus(struct str v)
{
	return is_varied(v) || secret_passes(WITH_DIGIT, v) ? 0.15 : 0;
}

static double password_confidence(const struct secret_pair *p)
{
	double random = secret_randomness(p->value);

	if (p->value.n < 6 || p->value.n > 64)
		return 0;
	return 0.35 + 0.5 * random + (p->quote ? 0.05 : 0) + (p->value.n >= 12 ? 0.05 : 0) +
	       variety_bonus(p->value);
}

static double token_confidence(const struct secret_pair *p, struct str name)
{
	double random = secret_randomness(p->value);

	if (p->value.n < 16 || p->value.n > 512 || random < 0.45)
		return 0;
	if (secret_passes(1u << SECRET_CHECK_UUID, p->value))
		return str_find_char(name, '_') < name.n ? UUID_OF_KEY : UUID_CONFIDENCE;
	if (is_uneven_hex(p->value))
		return UUID_CONFIDENCE;
	return 0.2 + 0.7 * random + (p->value.n >= 24 ? 0.1 : 0);
}

/* Sums of 32 to 128 hexadecimal digits. */
static bool is_hex_of_digest(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (char_hex(v.p[i]) < 0)
			return false;
	return v.n == 32 || v.n == 40 || v.n == 56 || v.n == 64 || v.n == 96 || v.n == 128;
}

/* Whether what stands before says what its numbers are. */
static bool speaks_of_digests(const struct secret_pair *p)
{
	static const char *const words[] = {"md5",  "sha1",	 "sha2",   "sha5",
					    "sha-", "hash",	 "digest", "etag",
					    "sum",  "integrity", "commit", "revision"};
	char small[SECRET_PAIR_BEFORE];
	size_t n = 0;

	while (n < p->before.n && n < sizeof small) {
		small[n] = char_lower(p->before.p[n]);
		n++;
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_find(str_make(small, n), str_of(words[i])) < n)
			return true;
	return false;
}

double secret_context_alone(struct str value, double most)
{
	if (IS_ONE_OF(value, nothing) || is_stand_in(value))
		return DEFAULT_WORD;
	return is_identifier(value) && secret_randomness(value) < 0.5 ? NAMED_CONFIDENCE : most;
}

double secret_context(enum secret_context_kind kind, const struct secret_pair *pair,
		      struct str name)
{
	double sure;

	if (is_nothing(pair, name))
		return 0;
	sure = kind == CONTEXT_PASSWORD ? password_confidence(pair) : token_confidence(pair, name);
	if (pair->operator_ == PAIR_SPACE && !is_varied(pair->value))
		sure *= OF_ANOTHER; /* --password PASSWORD, or prose */
	if (names_more(pair->key, name))
		sure *= OF_ANOTHER;
	if (is_hex_of_digest(pair->value) && speaks_of_digests(pair))
		sure *= OF_DIGEST;
	if (is_stand_in(pair->value) ||
	    secret_key_has(pair->value, name, true)) /* password: CleartextPassword1 */
		sure = fmin(sure, NAMED_CONFIDENCE);
	return fmin(sure, CONTEXT_MOST) * (is_about(pair->key, name) ? 0.35 : 1);
}
