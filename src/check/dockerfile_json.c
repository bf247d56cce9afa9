/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_json.h"

#include "base/cleanup.h"
#include "base/unicode.h"
#include "check/dockerfile_words.h"

#define MAX_DEPTH 10000

/* What may come next. */
enum expected {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END, /* behind '[' */
	EXPECT_KEY,
	EXPECT_KEY_OR_END, /* behind '{' */
	EXPECT_COLON,
	EXPECT_COMMA_OR_END,
	EXPECT_NOTHING, /* behind the outermost value */
};

struct scanner {
	struct str s;
	size_t at;
	unsigned char maps[MAX_DEPTH / 8 + 1]; /* a bit a level: whether it is a map */
	size_t depth;
	enum expected expected;
	bool others; /* the outermost array has another element than a string */
};

static bool in_map(const struct scanner *sc)
{
	size_t i = sc->depth - 1;

	return sc->maps[i / 8] >> i % 8 & 1;
}

static char peek(const struct scanner *sc)
{
	return sc->at < sc->s.n ? sc->s.p[sc->at] : '\0';
}

static void skip_space(struct scanner *sc)
{
	while (peek(sc) == ' ' || peek(sc) == '\t' || peek(sc) == '\r' || peek(sc) == '\n')
		sc->at++;
}

static bool skip_hex4(struct scanner *sc)
{
	for (int i = 0; i < 4; i++, sc->at++)
		if (sc->at >= sc->s.n || char_hex(peek(sc)) < 0)
			return false;
	return true;
}

static bool skip_escape(struct scanner *sc)
{
	char c = peek(sc);

	if (c == '\0' || !strchr("\"\\/bfnrtu", c))
		return false;
	sc->at++;
	return c != 'u' || skip_hex4(sc);
}

/* From the opening quote to behind the closing one. */
static bool skip_string(struct scanner *sc)
{
	for (sc->at++; sc->at < sc->s.n;) {
		unsigned char c = (unsigned char)sc->s.p[sc->at++];

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !skip_escape(sc)))
			return false;
	}
	return false;
}

static bool skip_digits(struct scanner *sc)
{
	size_t from = sc->at;

	while (char_is_digit(peek(sc)))
		sc->at++;
	return sc->at > from;
}

static bool skip_number(struct scanner *sc)
{
	if (peek(sc) == '-')
		sc->at++;
	if (peek(sc) == '0')
		sc->at++;
	else if (!skip_digits(sc))
		return false;
	if (peek(sc) == '.') {
		sc->at++;
		if (!skip_digits(sc))
			return false;
	}
	if (peek(sc) == 'e' || peek(sc) == 'E') {
		sc->at++;
		if (peek(sc) == '+' || peek(sc) == '-')
			sc->at++;
		return skip_digits(sc);
	}
	return true;
}

static bool skip_scalar(struct scanner *sc)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_has_prefix(str_skip(sc->s, sc->at), str_of(words[i]))) {
			sc->at += strlen(words[i]);
			return true;
		}
	}
	return skip_number(sc);
}

static bool enter(struct scanner *sc, bool map)
{
	size_t i = sc->depth;

	if (sc->depth == MAX_DEPTH)
		return false;
	sc->maps[i / 8] = (unsigned char)((sc->maps[i / 8] & ~(1u << i % 8)) | map << i % 8);
	sc->depth++;
	sc->at++;
	sc->expected = map ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
	return true;
}

static void leave(struct scanner *sc)
{
	sc->at++;
	sc->depth--;
	sc->expected = sc->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

/* A value, or the start of one; strings of the outermost array go to `words`. */
static bool read_value(struct scanner *sc, struct vec *words)
{
	size_t from = sc->at;
	char c = peek(sc);

	if (c != '"' && sc->depth == 1)
		sc->others = true;
	if (c == '[' || c == '{')
		return enter(sc, c == '{');
	sc->expected = EXPECT_COMMA_OR_END;
	if (c != '"')
		return skip_scalar(sc);
	if (!skip_string(sc))
		return false;
	if (sc->depth == 1) {
		struct line_word *w = vec_push(words);

		if (!w)
			return false;
		*w = (struct line_word){.at = from, .end = sc->at};
	}
	return true;
}

static bool read_token(struct scanner *sc, struct vec *words)
{
	char c = peek(sc);

	switch (sc->expected) {
	case EXPECT_VALUE_OR_END:
		if (c == ']') {
			leave(sc);
			return true;
		}
		return read_value(sc, words);
	case EXPECT_VALUE:
		return read_value(sc, words);
	case EXPECT_KEY_OR_END:
		if (c == '}') {
			leave(sc);
			return true;
		}
		sc->expected = EXPECT_COLON;
		return c == '"' && skip_string(sc);
	case EXPECT_KEY:
		sc->expected = EXPECT_COLON;
		return c == '"' && skip_string(sc);
	case EXPECT_COLON:
		sc->at++;
		sc->expected = EXPECT_VALUE;
		return c == ':';
	case EXPECT_COMMA_OR_END:
		if (c == (in_map(sc) ? '}' : ']')) {
			leave(sc);
			return true;
		}
		sc->at++;
		sc->expected = in_map(sc) ? EXPECT_KEY : EXPECT_VALUE;
		return c == ',';
	case EXPECT_NOTHING:
		break;
	}
	return false;
}

static uint32_t hex4(struct str s)
{
	uint64_t v = 0;

	(void)str_parse_hex_u64(str_sub(s, 0, 4), &v); /* the scanner has seen four digits */
	return (uint32_t)v;
}

/* \uXXXX at *at (behind the backslash), perhaps a pair. */
static uint32_t read_point(struct str s, size_t *at)
{
	uint32_t c = hex4(str_skip(s, *at + 1)), low;

	*at += 5;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c < 0xdc00 && str_has_prefix(str_skip(s, *at), STR("\\u"))) {
		low = hex4(str_skip(s, *at + 2));
		if (low >= 0xdc00 && low <= 0xdfff) {
			*at += 6;
			return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return UNICODE_REPLACEMENT;
}

static char plain_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* The inside of a string; never longer than it is written. */
static struct str decode(struct str s, struct arena *a)
{
	size_t n = 0, at = 0;
	char *p;

	if (str_find_char(s, '\\') == s.n)
		return s;
	p = arena_alloc(a, s.n);
	if (!p)
		return STR_NULL;
	while (at < s.n) {
		if (s.p[at] != '\\') {
			p[n++] = s.p[at++];
		} else if (s.p[++at] == 'u') {
			n += unicode_encode(read_point(s, &at), p + n);
		} else {
			p[n++] = plain_escape(s.p[at++]);
		}
	}
	return str_make(p, n);
}

enum json_array json_array_read(struct str line, size_t at, struct vec *words, struct arena *a)
{
	struct scanner sc = {0};
	size_t first = words->n;
	struct str rest = unicode_trim_left(str_skip(line, at));

	if (rest.n == 0 || rest.p[0] != '[')
		return JSON_ARRAY_NONE;
	sc.s = line;
	sc.at = line.n - rest.n;
	(void)enter(&sc, false); /* the first level always fits */
	for (skip_space(&sc); sc.at < line.n; skip_space(&sc)) {
		if (!read_token(&sc, words)) {
			vec_cut(words, first);
			return JSON_ARRAY_NONE;
		}
	}
	if (sc.expected != EXPECT_NOTHING || sc.others) {
		vec_cut(words, first);
		return sc.expected == EXPECT_NOTHING ? JSON_ARRAY_OTHERS : JSON_ARRAY_NONE;
	}
	for (size_t i = first; i < words->n; i++) {
		struct line_word *w = vec_at(words, i);

		w->text = decode(str_sub(line, w->at + 1, w->end - w->at - 2), a);
	}
	return JSON_ARRAY_TEXTS;
}
