/* SPDX-License-Identifier: Apache-2.0 */
#include "render/text.h"

#include "base/byte_size.h"

#define HEX_RUN	 32 /* digits that make a digest */
#define HEX_KEPT 12 /* enough to tell one from another */

struct range {
	uint32_t first, last;
};

/* Two columns: East Asian Width W and F of Unicode 15, neighbouring blocks joined. */
static const struct range wide[] = {
	{0x1100, 0x115f},   {0x231a, 0x231b},	{0x2329, 0x232a},   {0x23e9, 0x23ec},
	{0x23f0, 0x23f0},   {0x23f3, 0x23f3},	{0x25fd, 0x25fe},   {0x2614, 0x2615},
	{0x2648, 0x2653},   {0x267f, 0x267f},	{0x2693, 0x2693},   {0x26a1, 0x26a1},
	{0x26aa, 0x26ab},   {0x26bd, 0x26be},	{0x26c4, 0x26c5},   {0x26ce, 0x26ce},
	{0x26d4, 0x26d4},   {0x26ea, 0x26ea},	{0x26f2, 0x26f3},   {0x26f5, 0x26f5},
	{0x26fa, 0x26fa},   {0x26fd, 0x26fd},	{0x2705, 0x2705},   {0x270a, 0x270b},
	{0x2728, 0x2728},   {0x274c, 0x274c},	{0x274e, 0x274e},   {0x2753, 0x2755},
	{0x2757, 0x2757},   {0x2795, 0x2797},	{0x27b0, 0x27b0},   {0x27bf, 0x27bf},
	{0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},	{0x2b55, 0x2b55},   {0x2e80, 0x303e},
	{0x3041, 0x4dbf},   {0x4e00, 0xa4cf},	{0xa960, 0xa97c},   {0xac00, 0xd7a3},
	{0xf900, 0xfaff},   {0xfe10, 0xfe19},	{0xfe30, 0xfe6f},   {0xff01, 0xff60},
	{0xffe0, 0xffe6},   {0x16fe0, 0x18aff}, {0x18b00, 0x18d08}, {0x1aff0, 0x1b2fb},
	{0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a},
	{0x1f200, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7f0}, {0x1f90c, 0x1faff},
	{0x20000, 0x3fffd},
};

/* No column: the blocks of combining marks. Single marks elsewhere count one, which is safe. */
static const struct range combining[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x1ab0, 0x1ace},
	{0x1dc0, 0x1dff}, {0x20d0, 0x20f0}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

/* Never shown as they are: controls, format characters (directions, joiners, tags), private use. */
static const struct range harmful[] = {
	{0x0000, 0x001f},   {0x007f, 0x009f},	 {0x00ad, 0x00ad},   {0x0600, 0x0605},
	{0x061c, 0x061c},   {0x06dd, 0x06dd},	 {0x070f, 0x070f},   {0x0890, 0x0891},
	{0x08e2, 0x08e2},   {0x115f, 0x1160},	 {0x17b4, 0x17b5},   {0x180b, 0x180f},
	{0x200b, 0x200f},   {0x2028, 0x202e},	 {0x2060, 0x206f},   {0x3164, 0x3164},
	{0xe000, 0xf8ff},   {0xfeff, 0xfeff},	 {0xffa0, 0xffa0},   {0xfff0, 0xfffb},
	{0x110bd, 0x110bd}, {0x110cd, 0x110cd},	 {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

#define RANGES_HAVE(table, c) ranges_have(table, sizeof(table) / sizeof(table)[0], c)

static bool ranges_have(const struct range *p, size_t n, uint32_t c)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > p[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && c >= p[low].first;
}

/* One character of the input: its bytes, and how it is shown. */
struct glyph {
	struct str bytes;
	size_t columns;
	bool escaped; /* each byte as \xHH */
};

static uint32_t code_point(struct str s)
{
	static const unsigned char lead_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = (unsigned char)s.p[0] & lead_mask[s.n];

	for (size_t i = 1; i < s.n; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
	return c;
}

/* The UTF-8 sequence at the start of s; empty when there is none. */
static struct str first_sequence(struct str s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (str_is_utf8(str_sub(s, 0, n)))
			return str_sub(s, 0, n);
	return STR_NULL;
}

static bool pull_glyph(struct str *s, bool unicode, struct glyph *ret)
{
	struct str sequence;
	uint32_t c;

	if (s->n == 0)
		return false;
	if (s->p[0] >= 0x20 && s->p[0] < 0x7f) { /* nearly all of them: no search */
		*ret = (struct glyph){.bytes = str_sub(*s, 0, 1), .columns = 1};
		*s = str_skip(*s, 1);
		return true;
	}
	sequence = first_sequence(*s);
	if (sequence.n == 0) {
		*ret = (struct glyph){.bytes = str_sub(*s, 0, 1), .columns = 4, .escaped = true};
	} else {
		c = code_point(sequence);
		*ret = (struct glyph){.bytes = sequence, .columns = 1};
		if (RANGES_HAVE(harmful, c) || (c >= 0x80 && !unicode)) {
			ret->escaped = true;
			ret->columns = 4 * sequence.n;
		} else if (RANGES_HAVE(combining, c)) {
			ret->columns = 0;
		} else if (RANGES_HAVE(wide, c)) {
			ret->columns = 2;
		}
	}
	*s = str_skip(*s, ret->bytes.n);
	return true;
}

static void add_glyph(struct strbuf *out, const struct glyph *g)
{
	if (!g->escaped) {
		strbuf_add(out, g->bytes);
		return;
	}
	for (size_t i = 0; i < g->bytes.n; i++)
		strbuf_addf(out, "\\x%02x", (unsigned char)g->bytes.p[i]);
}

/* The bytes at the start that are a column each and shown as they are: nearly all of them. */
static size_t plain_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f)
		n++;
	return n;
}

size_t text_width(struct str s, bool unicode)
{
	struct glyph g;
	size_t columns = plain_length(s);

	s = str_skip(s, columns);
	while (pull_glyph(&s, unicode, &g))
		columns += g.columns;
	return columns;
}

/* Whether s fits; stops counting behind the limit, so that a huge field costs little. */
static bool fits(struct str s, size_t max_columns, bool unicode)
{
	struct glyph g;
	size_t columns = plain_length(str_sub(s, 0, max_columns < s.n ? max_columns + 1 : s.n));

	s = str_skip(s, columns);
	if (columns > max_columns)
		return false;
	while (pull_glyph(&s, unicode, &g)) {
		columns += g.columns;
		if (columns > max_columns)
			return false;
	}
	return true;
}

size_t text_add(struct strbuf *out, struct str s, size_t max_columns, bool unicode)
{
	struct str ellipsis = unicode ? STR("\u2026") : STR("...");
	size_t dots = unicode ? 1 : 3, columns = 0, room = max_columns;
	bool cut = !fits(s, max_columns, unicode);
	struct glyph g;

	if (!cut && plain_length(s) == s.n) {
		strbuf_add(out, s);
		return s.n;
	}
	if (cut && max_columns < dots)
		return 0;
	if (cut)
		room -= dots;
	while (pull_glyph(&s, unicode, &g) && columns + g.columns <= room) {
		add_glyph(out, &g);
		columns += g.columns;
	}
	if (!cut)
		return columns;
	strbuf_add(out, ellipsis);
	return columns + dots;
}

void text_pad(struct strbuf *out, size_t columns)
{
	static const char blanks[] = "                                ";

	for (; columns >= sizeof blanks - 1; columns -= sizeof blanks - 1)
		strbuf_add(out, STR(blanks));
	strbuf_add(out, str_sub(STR(blanks), 0, columns));
}

static void new_line(struct strbuf *out, size_t indent)
{
	strbuf_addc(out, '\n');
	text_pad(out, indent);
}

void text_wrap(struct strbuf *out, struct str s, size_t indent, size_t width, bool unicode)
{
	size_t room = width > indent + 8 ? width - indent : 8;
	size_t used = 0;
	struct str word;

	while (str_pull_word(&s, &word)) {
		struct glyph g;
		bool whole = fits(word, room, unicode);
		size_t columns = whole ? text_width(word, unicode) : 0;

		if (used > 0 && (!whole || used + 1 + columns > room)) {
			new_line(out, indent);
			used = 0;
		}
		if (used > 0) {
			strbuf_addc(out, ' ');
			used++;
		}
		if (whole && columns == word.n && plain_length(word) == word.n) {
			strbuf_add(out, word);
			used += columns;
			continue;
		}
		while (pull_glyph(&word, unicode, &g)) {
			if (used + g.columns > room && used > 0) {
				new_line(out, indent);
				used = 0;
			}
			add_glyph(out, &g);
			used += g.columns;
		}
	}
	strbuf_addc(out, '\n');
}

void text_shorten(struct strbuf *out, struct str s)
{
	while (s.n) {
		size_t n = 0;

		while (n < s.n && char_hex(s.p[n]) >= 0)
			n++;
		strbuf_add(out, str_sub(s, 0, n >= HEX_RUN ? HEX_KEPT : n ? n : 1));
		s = str_skip(s, n ? n : 1);
	}
}

struct str text_bytes(uint64_t bytes, char buf[TEXT_BYTES_MAX])
{
	return byte_size_text(bytes, buf);
}

struct str text_count(uint64_t n, char buf[TEXT_COUNT_MAX])
{
	size_t at = TEXT_COUNT_MAX;

	for (size_t digits = 0; digits == 0 || n > 0; digits++, n /= 10) {
		if (digits > 0 && digits % 3 == 0)
			buf[--at] = ',';
		buf[--at] = (char)('0' + n % 10);
	}
	return str_make(buf + at, TEXT_COUNT_MAX - at);
}
