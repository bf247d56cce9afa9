/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_dump.h"

#include "base/unicode.h"

/* Whether a code point beyond ASCII shows as itself. */
static bool is_printable(uint32_t c)
{
	if (c < 0xa1 || c == 0xad || unicode_is_space(c) || c == 0xfeff)
		return false;
	return !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && !(c >= 0xe000 && c <= 0xf8ff) &&
	       !(c >= 0xfff9 && c <= 0xfffb) && c < 0xe0000;
}

static void dump_ascii(struct strbuf *out, char c)
{
	static const char letters[] = "abtnvfr"; /* of the codes 7 to 13 */

	if (c == '"' || c == '\\')
		strbuf_addc(out, '\\');
	if (c >= 7 && c <= 13)
		strbuf_addf(out, "\\%c", letters[c - 7]);
	else if (c < ' ' || c == 0x7f)
		strbuf_addf(out, "\\x%02x", (unsigned)c);
	else
		strbuf_addc(out, c);
}

static void dump_text(struct strbuf *out, struct str s)
{
	size_t n;

	strbuf_addc(out, '"');
	for (size_t at = 0; at < s.n; at += n) {
		uint32_t c = unicode_next(str_skip(s, at), &n);

		if (c < 0x80)
			dump_ascii(out, (char)c);
		else if (c == UNICODE_REPLACEMENT && n == 1)
			strbuf_addf(out, "\\x%02x", (unsigned)(unsigned char)s.p[at]);
		else if (is_printable(c))
			strbuf_add(out, str_sub(s, at, n));
		else
			strbuf_addf(out, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
	strbuf_addc(out, '"');
}

static void dump_word(struct strbuf *out, struct str s)
{
	strbuf_addc(out, ' ');
	dump_text(out, s);
}

static void dump_flags(const struct instruction *in, struct strbuf *out)
{
	for (size_t i = 0; i < in->n_flags; i++) {
		strbuf_adds(out, i ? " " : " [");
		dump_text(out, in->flags[i].word.text);
	}
	strbuf_adds(out, in->n_flags ? "]" : "");
}

static void dump_pairs(const struct instruction *in, struct strbuf *out)
{
	for (size_t i = 0; i < in->n_pairs; i++) {
		dump_word(out, in->pairs[i].key.text);
		dump_word(out, in->pairs[i].value.text);
		dump_word(out, in->legacy ? STR("") : STR("="));
	}
}

static void dump(const struct instruction *in, struct strbuf *out)
{
	bool pairs = in->keyword == INSTRUCTION_ENV || in->keyword == INSTRUCTION_LABEL;

	strbuf_addc(out, '(');
	for (size_t i = 0; i < in->name.text.n; i++)
		strbuf_addc(out, char_lower(in->name.text.p[i]));
	dump_flags(in, out);
	if (pairs)
		dump_pairs(in, out);
	for (size_t i = 0; !pairs && i < in->n_args; i++)
		dump_word(out, in->args[i].text);
	if (in->keyword == INSTRUCTION_UNKNOWN)
		dump_word(out, STR(""));
	if (in->trigger) {
		strbuf_addc(out, ' ');
		dump(in->trigger, out); /* at most two deep (dockerfile_cut.c) */
	}
	strbuf_addc(out, ')');
}

void dockerfile_dump(const struct dockerfile *df, struct strbuf *out)
{
	for (size_t i = 0; i < df->n_instructions; i++) {
		dump(&df->instructions[i], out);
		strbuf_addc(out, '\n');
	}
}
