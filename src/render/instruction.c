/* SPDX-License-Identifier: Apache-2.0 */
#include "render/instruction.h"

#include "render/text.h"

/* "|2 A=1 B=2 /bin/sh -c make": the build arguments before the shell. */
static void drop_build_args(struct str *s)
{
	size_t at = str_find(*s, STR("/bin/sh -c "));

	if (str_has_prefix(*s, STR("|")) && at < s->n)
		*s = str_skip(*s, at);
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
	while (str_pull_word(&s, &word)) {
		if (str_is(word, "\\")) /* a line was continued here */
			continue;
		if (!first)
			strbuf_addc(out, ' ');
		text_shorten(out, word);
		first = false;
	}
}
