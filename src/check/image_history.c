/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_history.h"

#include "base/path.h"
#include "check/dockerfile.h"

#define SHELL_WORDS_MAX 16

/* ---- NAME=value NAME=value ---- */

static bool begins_pair(struct str word)
{
	size_t at = str_find_char(word, '=');

	if (at == 0 || at == word.n)
		return false;
	for (size_t i = 0; i < at; i++)
		if (!char_is_alnum(word.p[i]) && !memchr("_.-", word.p[i], 3))
			return false;
	return word.p[0] != '-' && word.p[0] != '.';
}

static size_t count_words(struct str s)
{
	struct str word;
	size_t n = 0;

	while (str_pull_word(&s, &word))
		n++;
	return n;
}

/* From the front of one piece of a text to the end of a later one. */
static struct str up_to(struct str from, struct str last)
{
	return str_make(from.p, (size_t)(last.p + last.n - from.p));
}

static int cut_pairs(struct str text, struct arena *a, const struct history_pair **ret,
		     size_t *ret_n, struct err *err)
{
	struct history_pair *p = arena_array(a, count_words(text) + 1, sizeof *p);
	struct str word;
	size_t n = 0;

	if (!p)
		return err_nomem(err);
	while (str_pull_word(&text, &word)) {
		if (n > 0 && !begins_pair(word)) {
			p[n - 1].value = p[n - 1].value.n ? up_to(p[n - 1].value, word) : word;
			continue;
		}
		p[n] = (struct history_pair){.name = word};
		(void)str_cut(word, '=', &p[n].name, &p[n].value); /* ARG NAME has no = */
		n++;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

/* ---- the shell ---- */

static bool is_shell(struct str word)
{
	static const char *const names[] = {"sh", "bash", "ash", "dash", "ksh", "zsh"};
	struct str base = path_base(word);

	for (size_t i = 0; word.n && word.p[0] == '/' && i < sizeof names / sizeof names[0]; i++)
		if (str_is(base, names[i]))
			return true;
	return false;
}

/* "-c", "-ec", "-exuo pipefail -c": an option with c ends the shell's own words. */
static bool ends_shell(struct str word)
{
	return word.n > 1 && word.p[0] == '-' && word.p[1] != '-' &&
	       str_find_char(word, 'c') < word.n;
}

/* Takes "/bin/bash -o pipefail -c " off the front. */
static bool pull_shell(struct str *s, struct str words[SHELL_WORDS_MAX], size_t *ret_n)
{
	struct str rest = *s, word;
	size_t n = 0;

	while (n < SHELL_WORDS_MAX && str_pull_word(&rest, &word)) {
		if (n == 0 && !is_shell(word))
			return false;
		words[n++] = word;
		if (n > 1 && ends_shell(word)) {
			*s = str_trim(rest);
			*ret_n = n;
			return true;
		}
	}
	return false;
}

/* Takes "|2 A=1 B=2" off the front, up to the shell. */
static int pull_args(struct str *s, struct arena *a, struct history_line *ret, struct err *err)
{
	struct str rest = *s, word, args;

	if (!str_pull_prefix(&rest, STR("|")) || !str_pull_word(&rest, &word))
		return 0;
	rest = str_trim(rest);
	args = str_sub(rest, 0, 0);
	for (struct str at = rest; str_pull_word(&at, &word) && !is_shell(word);)
		args = up_to(args, word);
	*s = str_trim(str_skip(rest, args.n));
	return cut_pairs(args, a, &ret->args, &ret->n_args, err);
}

/* ---- the whole ---- */

static struct str in_capitals(struct str word, struct arena *a)
{
	char *p = arena_alloc(a, word.n + 1);

	for (size_t i = 0; p && i < word.n; i++)
		p[i] = word.p[i] >= 'a' && word.p[i] <= 'z' ? (char)(word.p[i] - 32) : word.p[i];
	return str_make(p, p ? word.n : 0);
}

static int set_instruction(struct str text, struct arena *a, struct history_line *ret,
			   struct err *err)
{
	struct str rest = text, word;

	ret->value = text;
	if (!str_pull_word(&rest, &word) || instruction_find(word) == INSTRUCTION_UNKNOWN)
		return 0;
	ret->keyword = in_capitals(word, a);
	if (!ret->keyword.p)
		return err_nomem(err);
	ret->value = str_trim(rest);
	if (!str_is(ret->keyword, "ENV") && !str_is(ret->keyword, "ARG") &&
	    !str_is(ret->keyword, "LABEL"))
		return 0;
	return cut_pairs(ret->value, a, &ret->pairs, &ret->n_pairs, err);
}

static struct str without_builder(struct str s)
{
	s = str_trim(s);
	return str_has_suffix(s, STR("# buildkit"))
		       ? str_trim(str_sub(s, 0, s.n - STR("# buildkit").n))
		       : s;
}

int history_line_parse(struct str created_by, struct arena *a, struct history_line *ret,
		       struct err *err)
{
	struct str s = without_builder(created_by), words[SHELL_WORDS_MAX], *shell;
	bool is_run = str_pull_prefix(&s, STR("RUN "));
	size_t n = 0;
	int r;

	*ret = (struct history_line){0};
	s = str_trim(s);
	r = pull_args(&s, a, ret, err);
	if (r < 0)
		return r;
	if (!pull_shell(&s, words, &n) && !is_run && ret->n_args == 0)
		return set_instruction(s, a, ret, err);
	if (str_pull_prefix(&s, STR("#(nop)")))
		return set_instruction(str_trim(s), a, ret, err);
	shell = arena_array(a, n + 1, sizeof *shell);
	if (!shell)
		return err_nomem(err);
	memcpy(shell, words, n * sizeof *words);
	ret->shell = shell;
	ret->n_shell = n;
	ret->keyword = STR("RUN");
	ret->value = s;
	return 0;
}
