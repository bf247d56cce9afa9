/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_heredoc.h"

#include "base/limits.h"
#include "check/dockerfile_expand.h"

/* Takes digits, "<<", perhaps "-" and blanks off the front; false when it does not start so. */
static bool pull_operator(struct str *word, struct line_heredoc *h)
{
	uint64_t fd = 0;
	size_t n = 0;

	while (n < word->n && char_is_digit(word->p[n]))
		n++;
	(void)str_parse_u64(str_sub(*word, 0, n), &fd); /* none is 0, too large a one too */
	h->fd = fd > UINT32_MAX ? 0 : (uint32_t)fd;
	*word = str_skip(*word, n);
	if (!str_pull_prefix(word, STR("<<")))
		return false;
	h->chomp = str_pull_prefix(word, STR("-"));
	while (word->n && char_is_space(word->p[0]) && word->p[0] != '\v')
		*word = str_skip(*word, 1);
	return word->n > 0 && str_find_char(*word, '<') == word->n;
}

static size_t count_quotes(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\'' || s.p[i] == '"';
	return n;
}

static int read_marker(struct str word, unsigned flags, struct arena *a, struct expand_words *ret,
		       struct err *err)
{
	struct expand x = {.escape = '\\', .flags = EXPAND_KEEP_UNSET | flags, .arena = a};

	return dockerfile_expand_words(&x, word, ret, err);
}

int heredoc_parse(struct str word, struct arena *a, struct line_heredoc *ret, struct err *err)
{
	struct expand_words plain, raw;
	struct line_heredoc h = {0};
	int r;

	if (!pull_operator(&word, &h))
		return 0;
	r = read_marker(word, 0, a, &plain, err);
	if (r < 0)
		return r;
	if (plain.n != 1)
		return 0;
	r = read_marker(word, EXPAND_RAW_QUOTES, a, &raw, err);
	if (r < 0)
		return r;
	h.name = plain.p[0].text;
	/* Quoted in part is quoted: the lines are taken as they are. */
	h.expand = raw.n == 1 && count_quotes(raw.p[0].text) == count_quotes(h.name);
	*ret = h;
	return 1;
}

int heredoc_find(struct str line, struct vec *ret, struct arena *a, struct err *err)
{
	struct expand x = {
		.escape = '\\',
		.flags = EXPAND_RAW_QUOTES | EXPAND_RAW_ESCAPES | EXPAND_KEEP_UNSET,
		.arena = a,
	};
	struct expand_words words;
	struct line_heredoc h, *kept;
	int r;

	if (str_find(line, STR("<<")) == line.n)
		return 0;
	r = dockerfile_expand_words(&x, line, &words, NULL);
	if (r < 0)
		return r == -ERR_FORMAT || r == -ERR_LIMIT ? 0 : err_nomem(err);
	for (size_t i = 0; i < words.n; i++) {
		r = heredoc_parse(words.p[i].text, a, &h, err);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		kept = vec_push(ret);
		if (!kept)
			return err_set(err, ERR_LIMIT,
				       "more heredocs than dockerfile_heredocs (%zu)", ret->max);
		*kept = h;
		kept->at = words.p[i].at;
		kept->end = words.p[i].end;
	}
	return 0;
}
