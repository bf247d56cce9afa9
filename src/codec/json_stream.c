/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json_stream.h"

#include "base/limits.h"
#include "base/strbuf.h"

#define BLOCK_BYTES ((size_t)128 << 10)
#define KEPT_BYTES  ((size_t)1 << 20) /* of room kept from one value to the next */
#define MAX_ENTERED 16 /* maps and lists a reader goes into; a constant of our own readers */

struct level {
	bool is_map;
	bool begun; /* a member was given: a comma or the end must follow */
};

struct json_stream {
	struct stream *in;
	struct level levels[MAX_ENTERED];
	size_t depth;
	bool at_value; /* of a member that was given and not yet read */
	bool broken;
	size_t line;
	struct strbuf key, value;
	size_t at, n; /* of block */
	bool at_end;
	struct err io; /* what `in` said */
	char block[BLOCK_BYTES];
};

int json_stream_open(struct stream *in, struct json_stream **ret, struct err *err)
{
	struct json_stream *s = malloc(sizeof *s);

	if (!s)
		return err_nomem(err);
	s->in = in;
	s->depth = 0;
	s->at_value = true;
	s->broken = s->at_end = false;
	s->line = 1;
	s->at = s->n = 0;
	s->io.code = ERR_OK;
	s->key = (struct strbuf)STRBUF_INIT(LIMIT_FIELD_BYTES);
	s->value = (struct strbuf)STRBUF_INIT(LIMIT_JSON_BYTES);
	*ret = s;
	return 0;
}

void json_stream_free(struct json_stream *s)
{
	if (!s)
		return;
	strbuf_done(&s->key);
	strbuf_done(&s->value);
	free(s);
}

void json_stream_freep(struct json_stream **s)
{
	json_stream_free(*s);
	*s = NULL;
}

bool json_stream_is_broken(const struct json_stream *s)
{
	return s->broken;
}

size_t json_stream_line(const struct json_stream *s)
{
	return s->line;
}

static bool fill(struct json_stream *s)
{
	ssize_t n;

	if (s->at < s->n)
		return true;
	if (s->at_end)
		return false;
	n = stream_read(s->in, s->block, sizeof s->block, &s->io);
	if (n <= 0) {
		s->at_end = true;
		if (n < 0 && s->io.code == ERR_OK)
			(void)err_set(&s->io, (enum err_code) - n, "the input gave out");
		return false;
	}
	s->at = 0;
	s->n = (size_t)n;
	return true;
}

static int broken(struct json_stream *s, const char *what, struct err *err)
{
	s->broken = true;
	if (s->io.code == ERR_OK)
		return err_set(err, ERR_FORMAT, "line %zu: %s", s->line, what);
	if (err)
		*err = s->io;
	return err_wrap(err, -(int)s->io.code, "line %zu", s->line);
}

/* The next byte that is no white space, still unread; -1 at the end. */
static int peek(struct json_stream *s)
{
	while (fill(s)) {
		char c = s->block[s->at];

		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return (unsigned char)c;
		s->line += c == '\n';
		s->at++;
	}
	return -1;
}

/* The search for the end of one value, which may begin in one block and end in another. */
struct extent {
	size_t depth;
	size_t deepest;
	bool in_string, escaped, in_word;
	bool done;
};

static bool ends_word(char c)
{
	return c == ',' || c == ']' || c == '}' || char_is_space(c);
}

/* Takes bytes inside a string; the position behind them. */
static size_t pass_string(struct json_stream *s, struct extent *x, size_t i)
{
	for (; i < s->n; i++) {
		char c = s->block[i];

		if (x->escaped) {
			x->escaped = false;
		} else if (c == '\\') {
			x->escaped = true;
		} else if (c == '"') {
			x->in_string = false;
			x->done = x->depth == 0;
			return i + 1;
		}
		s->line += c == '\n';
	}
	return i;
}

/* Looks through the block; the position behind what belongs to the value. */
static size_t pass_value(struct json_stream *s, struct extent *x)
{
	size_t i = s->at;

	while (i < s->n && !x->done) {
		char c = s->block[i];

		if (x->in_string) {
			i = pass_string(s, x, i);
			continue;
		}
		if (x->in_word && ends_word(c)) {
			x->done = true;
			break;
		}
		i++;
		if (c == '"') {
			x->in_string = true;
		} else if (c == '{' || c == '[') {
			x->depth++;
			x->deepest = x->depth > x->deepest ? x->depth : x->deepest;
		} else if (c == '}' || c == ']') {
			x->depth -= x->depth > 0;
			x->done = x->depth == 0;
		} else if (c == '\n') {
			s->line++;
		} else if (x->depth == 0) {
			x->in_word = true;
		}
	}
	return i;
}

/* Moves behind the value; keeps its bytes unless there are too many of them. */
static int pass(struct json_stream *s, bool keep, struct extent *x, struct err *err)
{
	if (s->value.cap > KEPT_BYTES)
		strbuf_done(&s->value);
	strbuf_reset(&s->value);
	*x = (struct extent){0};
	if (peek(s) < 0)
		return broken(s, "ends where a value is expected", err);
	if (strchr(",:]}", s->block[s->at]))
		return broken(s, "expected a value", err);
	while (!x->done && fill(s)) {
		size_t to = pass_value(s, x);

		if (keep && x->deepest <= LIMIT_JSON_DEPTH)
			strbuf_add_bytes(&s->value, s->block + s->at, to - s->at);
		s->at = to;
	}
	if (s->io.code != ERR_OK || (!x->done && !x->in_word))
		return broken(s, "ends inside a value", err);
	s->at_value = false;
	return 0;
}

enum json_kind json_stream_kind(struct json_stream *s)
{
	int c = s->broken ? -1 : peek(s);

	if (c < 0)
		return JSON_KIND_ABSENT;
	switch (c) {
	case '{':
		return JSON_KIND_MAP;
	case '[':
		return JSON_KIND_LIST;
	case '"':
		return JSON_KIND_TEXT;
	case 't':
	case 'f':
		return JSON_KIND_BOOL;
	case 'n':
		return JSON_KIND_NULL;
	default:
		return JSON_KIND_INT;
	}
}

static int refuse_broken(const struct json_stream *s, struct err *err)
{
	return s->broken ? err_set(err, ERR_FORMAT, "line %zu: broken before", s->line) : 0;
}

int json_stream_enter(struct json_stream *s, struct err *err)
{
	int c, r = refuse_broken(s, err);

	if (r < 0)
		return r;
	c = peek(s);
	if (!s->at_value || (c != '{' && c != '['))
		return broken(s,
			      c < 0 ? "ends where a map or list is expected"
				    : "expected a map or list",
			      err);
	if (s->depth == MAX_ENTERED) {
		s->broken = true;
		return err_set(err, ERR_LIMIT, "line %zu: more than %d maps and lists entered",
			       s->line, MAX_ENTERED);
	}
	s->at++;
	s->levels[s->depth++] = (struct level){.is_map = c == '{'};
	s->at_value = false;
	return 0;
}

/* Takes the string that begins here, quotes included, into key. */
static int pass_key(struct json_stream *s, struct err *err)
{
	struct extent x = {0};

	strbuf_reset(&s->key);
	if (peek(s) != '"')
		return broken(s, "expected a key in quotes", err);
	while (!x.done && fill(s)) {
		size_t to = pass_value(s, &x);

		strbuf_add_bytes(&s->key, s->block + s->at, to - s->at);
		s->at = to;
	}
	if (!x.done)
		return broken(s, "ends inside a key", err);
	if (strbuf_check(&s->key, NULL) < 0)
		return broken(s, "a key longer than field_bytes", err);
	return 0;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\\' || s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

/* The key without its quotes; one with escapes goes through the parser, which knows them all. */
static int decode_key(struct json_stream *s, struct str *ret, struct err *err)
{
	struct str raw = strbuf_str(&s->key);
	CLEANUP(json_freep) struct json *doc = NULL;

	*ret = str_sub(raw, 1, raw.n - 2);
	if (is_plain(*ret))
		return 0;
	if (json_parse(raw, &doc, NULL) < 0)
		return broken(s, "a key that is no string", err);
	strbuf_reset(&s->key);
	strbuf_add(&s->key, json_str(doc));
	if (strbuf_check(&s->key, NULL) < 0)
		return broken(s, "out of memory for a key", err);
	*ret = strbuf_str(&s->key);
	return 0;
}

/* 1: a member follows, 0: the map or list has ended. */
static int next_member(struct json_stream *s, struct level *level, struct err *err)
{
	int c = peek(s);

	if (c < 0)
		return broken(s, level->is_map ? "ends inside a map" : "ends inside a list", err);
	if (c == (level->is_map ? '}' : ']')) {
		s->at++;
		s->depth--;
		return 0;
	}
	if (!level->begun) {
		level->begun = true;
		return 1;
	}
	if (c != ',')
		return broken(s, "expected a comma or the end of the map or list", err);
	s->at++;
	return 1;
}

int json_stream_next(struct json_stream *s, struct str *ret_key, struct err *err)
{
	int r = refuse_broken(s, err);
	struct level *level;
	struct extent x;

	if (r < 0)
		return r;
	if (s->at_value) {
		r = pass(s, false, &x, err);
		if (r < 0)
			return r;
	}
	if (s->depth == 0)
		return broken(s, "nothing was entered", err);
	level = &s->levels[s->depth - 1];
	*ret_key = STR_NULL;
	r = next_member(s, level, err);
	if (r <= 0)
		return r;
	s->at_value = true;
	if (!level->is_map)
		return 1;
	r = pass_key(s, err);
	if (r < 0)
		return r;
	if (peek(s) != ':')
		return broken(s, "expected a colon behind a key", err);
	s->at++;
	r = decode_key(s, ret_key, err);
	return r < 0 ? r : 1;
}

int json_stream_value(struct json_stream *s, struct json **ret, struct err *err)
{
	int r = refuse_broken(s, err);
	struct extent x;
	size_t line;

	if (r < 0)
		return r;
	if (!s->at_value)
		return broken(s, "no value is here", err);
	(void)peek(s); /* so that the line is that of the value; its absence is found by pass */
	line = s->line;
	r = pass(s, true, &x, err);
	if (r < 0)
		return r;
	if (x.deepest > LIMIT_JSON_DEPTH)
		return err_set(err, ERR_LIMIT, "line %zu: nested deeper than json_depth (%d)", line,
			       (int)LIMIT_JSON_DEPTH);
	r = strbuf_check(&s->value, NULL);
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "line %zu: a value of more than json_bytes (%d)",
			       line, (int)LIMIT_JSON_BYTES);
	if (r < 0)
		return err_nomem(err);
	r = json_parse(strbuf_str(&s->value), ret, err);
	return r < 0 ? err_wrap(err, r, "value at line %zu", line) : 0;
}

int json_stream_end(struct json_stream *s, struct err *err)
{
	int r = refuse_broken(s, err);
	struct extent x;

	if (r == 0 && s->at_value)
		r = pass(s, false, &x, err);
	if (r < 0)
		return r;
	if (s->depth)
		return broken(s, "ends inside a map or list", err);
	if (peek(s) >= 0)
		return broken(s, "more behind the end", err);
	return s->io.code == ERR_OK ? 0 : broken(s, "", err);
}
