/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in UTF-16 and UTF-32, with a byte order mark or, UTF-16, without; as UTF-8. Without a mark
 * it must be mostly ASCII, which is what is looked for in such text.
 */
#include "base/unicode.h"
#include "content/format.h"

#define JUDGED_UNITS 1024
#define LEAST_BYTES  8
#define OUT_BYTES    4096

enum utf { UTF_NONE, UTF_16LE, UTF_16BE, UTF_32LE, UTF_32BE };

static const struct {
	const char *name;
	unsigned n; /* bytes of a unit */
	bool is_big;
} forms[] = {
	[UTF_16LE] = {"UTF-16LE", 2, false},
	[UTF_16BE] = {"UTF-16BE", 2, true},
	[UTF_32LE] = {"UTF-32LE", 4, false},
	[UTF_32BE] = {"UTF-32BE", 4, true},
};

static uint32_t unit_of(enum utf form, const char *p)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < forms[form].n; i++)
		v = v << 8 | (unsigned char)p[forms[form].is_big ? i : forms[form].n - 1 - i];
	return v;
}

static bool is_plain(uint32_t c)
{
	return (c >= ' ' && c <= '~') || c == '\t' || c == '\n' || c == '\r';
}

/* What text has no reason to have. A surrogate is judged alone: they come in any order. */
static bool is_odd(uint32_t c)
{
	return (c < ' ' && !is_plain(c) && c != '\f' && c != 0x1b) || (c >= 0x7f && c < 0xa0) ||
	       (c & 0xfffe) == 0xfffe || c > 0x10ffff;
}

/* Whether the bytes read as text, at least so many of a hundred being ASCII, at most so many odd.
 */
static bool reads_as(enum utf form, struct str head, unsigned least_plain, unsigned most_odd)
{
	size_t n = head.n / forms[form].n, plain = 0, odd = 0;

	n = n < JUDGED_UNITS ? n : JUDGED_UNITS;
	for (size_t i = 0; i < n; i++) {
		uint32_t c = unit_of(form, head.p + i * forms[form].n);

		plain += is_plain(c);
		odd += is_odd(c);
	}
	return n > 0 && plain * 100 >= n * least_plain && odd * 100 <= n * most_odd;
}

static enum utf form_of(struct str head)
{
	static const struct {
		enum utf form;
		struct str mark;
	} marks[] = {
		{UTF_32LE, {"\xff\xfe\0\0", 4}},
		{UTF_32BE, {"\0\0\xfe\xff", 4}},
		{UTF_16LE, {"\xff\xfe", 2}},
		{UTF_16BE, {"\xfe\xff", 2}},
	};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (str_has_prefix(head, marks[i].mark))
			return reads_as(marks[i].form, str_skip(head, marks[i].mark.n), 0, 2)
				       ? marks[i].form
				       : UTF_NONE;
	/* most files have no NUL here, and are done with */
	if (head.n < LEAST_BYTES || !memchr(head.p, '\0', LEAST_BYTES))
		return UTF_NONE;
	if (reads_as(UTF_16LE, head, 70, 0))
		return UTF_16LE;
	return reads_as(UTF_16BE, head, 70, 0) ? UTF_16BE : UTF_NONE;
}

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return form_of(head) != UTF_NONE;
}

struct converter {
	struct text_part text;
	enum utf form;
	char unit[4];
	unsigned n_unit; /* bytes of the next unit that came */
	uint32_t high;	 /* the first of two surrogates; 0: none waits */
	char out[OUT_BYTES];
	size_t n_out;
};

static int put(struct converter *c, uint32_t v)
{
	int r = 0;

	if (c->n_out + 4 > sizeof c->out) {
		r = text_part_add(&c->text, str_make(c->out, c->n_out));
		c->n_out = 0;
	}
	if (v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		v = UNICODE_REPLACEMENT;
	c->n_out += unicode_encode(v, c->out + c->n_out);
	return r;
}

static int add_unit(struct converter *c, uint32_t v)
{
	uint32_t high = c->high;

	c->high = 0;
	if (v >= 0xd800 && v < 0xdc00) {
		c->high = v;
		return high ? put(c, UNICODE_REPLACEMENT) : 0;
	}
	if (high && v >= 0xdc00 && v < 0xe000)
		return put(c, 0x10000 + ((high - 0xd800) << 10) + (v - 0xdc00));
	if (v == 0xfeff) /* the mark */
		return 0;
	return put(c, v);
}

static int convert(struct converter *c, struct str bytes)
{
	int r = 0;

	for (size_t i = 0; i < bytes.n && r == 0; i++) {
		c->unit[c->n_unit++] = bytes.p[i];
		if (c->n_unit < forms[c->form].n)
			continue;
		c->n_unit = 0;
		r = add_unit(c, unit_of(c->form, c->unit));
	}
	return r;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct converter c = {.form = form_of(str_sub(s->ahead, 0, CONTENT_HEAD_BYTES))};
	int r = text_part_open(&c.text, s, STR("text"), forms[c.form].name), more = 1, closed;

	(void)whole;
	while (r == 0 && (more = source_fill(s)) > 0) {
		r = convert(&c, s->ahead);
		s->ahead = str_skip(s->ahead, s->ahead.n);
	}
	if (r == 0)
		r = text_part_add(&c.text, str_make(c.out, c.n_out));
	closed = text_part_close(&c.text, r == 0 && more == 0);
	if (r == 0 && closed == 0 && more == 0 && (c.n_unit || c.high))
		return err_set(err, ERR_FORMAT, "%s: ends within a character", forms[c.form].name);
	return r < 0 ? r : closed < 0 ? closed : more;
}

const struct content_format content_format_utf_text = {
	.id = "UTF text",
	.is = is,
	.read = read,
};
