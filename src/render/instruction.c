/* SPDX-License-Identifier: Apache-2.0 */
#include "render/instruction.h"

/* Digits of a longer run of hex digits that stay: enough to tell files apart. */
#define HEX_KEPT 8
#define HEX_RUN	 32

/* "|2 A=1 B=2 /bin/sh -c make": the build arguments before the shell. */
static void drop_build_args(struct str *s)
{
	size_t at = str_find(*s, STR("/bin/sh -c "));

	if (str_has_prefix(*s, STR("|")) && at < s->n)
		*s = str_skip(*s, at);
}

static void add_word(struct strbuf *out, struct str word)
{
	for (size_t i = 0; i < word.n;) {
		size_t n = 0;

		while (i + n < word.n && char_hex(word.p[i + n]) >= 0)
			n++;
		strbuf_add(out, str_sub(word, i, n >= HEX_RUN ? HEX_KEPT : n));
		i += n;
		if (i < word.n && n == 0)
			strbuf_addc(out, word.p[i++]);
	}
}

void instruction_add(struct strbuf *out, struct str created_by)
{
	struct str s = str_trim(created_by), word;
	bool run = str_pull_prefix(&s, STR("RUN "));
	bool first = true;

	if (str_has_suffix(s, STR("# buildkit")))
		s = str_trim(str_sub(s, 0, s.n - strlen("# buildkit")));
	drop_build_args(&s);
	if (str_pull_prefix(&s, STR("/bin/sh -c "))) {
		s = str_trim(s);
		run = !str_pull_prefix(&s, STR("#(nop)"));
	}
	if (run)
		strbuf_adds(out, "RUN ");
	for (; str_pull_word(&s, &word); first = false) {
		if (!first)
			strbuf_addc(out, ' ');
		add_word(out, word);
	}
}
