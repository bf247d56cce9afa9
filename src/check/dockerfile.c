/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile.h"

#include "base/cleanup.h"

static const char *const names[] = {
	[INSTRUCTION_UNKNOWN] = "",	   [INSTRUCTION_ADD] = "ADD",
	[INSTRUCTION_ARG] = "ARG",	   [INSTRUCTION_CMD] = "CMD",
	[INSTRUCTION_COPY] = "COPY",	   [INSTRUCTION_ENTRYPOINT] = "ENTRYPOINT",
	[INSTRUCTION_ENV] = "ENV",	   [INSTRUCTION_EXPOSE] = "EXPOSE",
	[INSTRUCTION_FROM] = "FROM",	   [INSTRUCTION_HEALTHCHECK] = "HEALTHCHECK",
	[INSTRUCTION_LABEL] = "LABEL",	   [INSTRUCTION_MAINTAINER] = "MAINTAINER",
	[INSTRUCTION_ONBUILD] = "ONBUILD", [INSTRUCTION_RUN] = "RUN",
	[INSTRUCTION_SHELL] = "SHELL",	   [INSTRUCTION_STOPSIGNAL] = "STOPSIGNAL",
	[INSTRUCTION_USER] = "USER",	   [INSTRUCTION_VOLUME] = "VOLUME",
	[INSTRUCTION_WORKDIR] = "WORKDIR",
};

const char *instruction_name(enum instruction_keyword keyword)
{
	return names[keyword];
}

enum instruction_keyword instruction_find(struct str name)
{
	for (size_t i = INSTRUCTION_ADD; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, str_of(names[i])))
			return (enum instruction_keyword)i;
	return INSTRUCTION_UNKNOWN;
}

const struct dockerfile_flag *instruction_flag(const struct instruction *in, const char *name)
{
	for (size_t i = in->n_flags; i-- > 0;)
		if (str_is(in->flags[i].name, name))
			return &in->flags[i];
	return NULL;
}

struct dockerfile_span instruction_span(const struct instruction *in, struct str part)
{
	size_t at = part.p ? (size_t)(part.p - in->text.p) : 0;
	size_t from = text_map_origin(&in->map, at);
	size_t end = part.n ? text_map_origin(&in->map, at + part.n - 1) + 1 : from;

	return (struct dockerfile_span){(uint32_t)from, (uint32_t)end};
}

struct text_map instruction_map(const struct instruction *in, struct str part, struct arena *a)
{
	size_t at = part.p ? (size_t)(part.p - in->text.p) : 0;
	struct text_map m = text_map_make(a);

	text_map_add(&m, 0, text_map_origin(&in->map, at));
	for (size_t i = 0; i < in->map.n; i++) {
		const struct text_piece *piece = &in->map.pieces[i];

		if (piece->at > at && piece->at < at + part.n)
			text_map_add(&m, piece->at - at, piece->origin);
	}
	return m;
}

struct str dockerfile_heredoc_text(const struct dockerfile_heredoc *h, struct arena *a)
{
	struct str s = h->body.text;
	size_t n = 0;
	char *p;

	if (!h->chomp || str_find_char(s, '\t') == s.n)
		return s;
	p = arena_alloc(a, s.n);
	if (!p)
		return STR_NULL;
	for (size_t i = 0; i < s.n; i++) {
		bool at_start = i == 0 || s.p[i - 1] == '\n';

		while (at_start && i < s.n && s.p[i] == '\t')
			i++;
		if (i < s.n)
			p[n++] = s.p[i];
	}
	return str_make(p, n);
}

struct dockerfile_place dockerfile_place(const struct dockerfile *df, uint32_t at)
{
	size_t low = 0, high = df->n_lines;

	/* The last line that starts at or before `at`. */
	while (high - low > 1) {
		size_t mid = (low + high) / 2;

		if (df->lines[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return (struct dockerfile_place){
		.line = (uint32_t)low + 1,
		.column = df->n_lines ? at - df->lines[low] + 1 : at + 1,
	};
}

const struct dockerfile_heredoc *instruction_heredoc(const struct instruction *in,
						     const struct dockerfile_word *word)
{
	for (size_t i = 0; i < in->n_heredocs; i++)
		if (in->heredocs[i].word.span.at == word->span.at)
			return &in->heredocs[i];
	return NULL;
}
