/* SPDX-License-Identifier: Apache-2.0 */
#include "check/shell_state.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"

/* --- variables --- */

static int bind(struct shell_state *s, struct str name, struct str value, bool literal,
		bool exported, struct shell_bindings *b, struct err *err)
{
	struct shell_binding *binding;

	if (b->n >= LIMIT_SHELL_BINDINGS)
		return err_set(err, ERR_LIMIT, "shell: more than shell_bindings (%d)",
			       LIMIT_SHELL_BINDINGS);
	binding = arena_alloc(b->arena, sizeof *binding);
	if (!binding)
		return err_nomem(err);
	b->n++;
	*binding = (struct shell_binding){s->bindings, name, value, literal, exported};
	s->bindings = binding;
	return 0;
}

int shell_state_assign(struct shell_state *s, const struct shell_assignment *a, bool exported,
		       struct shell_bindings *b, struct err *err)
{
	bool literal = !a->array && !a->append && (!a->value || shell_word_is_literal(a->value));

	return bind(s, a->name, a->value ? a->value->text : STR_NULL, literal, exported, b, err);
}

bool shell_word_is_assignment(const struct shell_word *w)
{
	size_t n = 0;

	if (w->text.n && char_is_digit(w->text.p[0]))
		return false;
	while (n < w->text.n && (char_is_alnum(w->text.p[n]) || w->text.p[n] == '_'))
		n++;
	return n > 0 && n < w->text.n && w->text.p[n] == '=';
}

int shell_state_assign_word(struct shell_state *s, const struct shell_word *w, bool exported,
			    struct shell_bindings *b, struct err *err)
{
	struct str name, value;

	if (!shell_word_is_assignment(w) || !str_cut(w->text, '=', &name, &value))
		return 0;
	return bind(s, name, value, shell_word_is_literal(w), exported, b, err);
}

const struct shell_binding *shell_call_env(const struct shell_call *c, struct str name)
{
	for (const struct shell_binding *b = c->bindings; b; b = b->older)
		if (str_eq(b->name, name))
			return b;
	return NULL;
}

static int apply_export(struct shell_state *s, const struct shell_call *c, struct shell_bindings *b,
			struct err *err)
{
	bool exported = str_is(c->name, "export") || shell_call_flag(c, "x");
	int r = 0;

	for (size_t i = 0; i < c->n_operands && r == 0; i++)
		r = shell_state_assign_word(s, c->operands[i], exported, b, err);
	return r;
}

/* --- set --- */

static unsigned setting_of(struct str name)
{
	static const struct {
		const char *letter, *name;
		enum shell_setting setting;
	} settings[] = {
		{"e", "errexit", SHELL_ERREXIT},
		{"u", "nounset", SHELL_NOUNSET},
		{"x", "xtrace", SHELL_XTRACE},
		{"", "pipefail", SHELL_PIPEFAIL},
	};

	for (size_t i = 0; name.n && i < sizeof settings / sizeof settings[0]; i++)
		if (str_is(name, settings[i].letter) || str_is(name, settings[i].name))
			return settings[i].setting;
	return 0;
}

static unsigned change(unsigned settings, struct str name, bool on)
{
	return on ? settings | setting_of(name) : settings & ~setting_of(name);
}

/* "euo" of -euo or +euo; what o names follows. */
static unsigned change_letters(unsigned settings, struct str letters, bool on)
{
	for (size_t i = 0; i < letters.n; i++)
		settings = change(settings, str_sub(letters, i, 1), on);
	return settings;
}

unsigned shell_settings_of(const struct shell_flag *flags, size_t n)
{
	unsigned settings = 0;

	for (size_t i = 0; i < n; i++) {
		struct str name = flags[i].name;

		if (str_is(name, "o") || str_is(name, "+o"))
			settings = change(settings, flags[i].value, str_is(name, "o"));
		else if (str_pull_prefix(&name, STR("+")))
			settings = change_letters(settings, name, false);
		else if (name.n == 1)
			settings = change_letters(settings, name, true);
	}
	return settings;
}

bool shell_settings_word(struct str word, struct str next, unsigned *settings, bool *ret_uses_next)
{
	bool on = str_has_prefix(word, STR("-"));

	*ret_uses_next = false;
	if (word.n < 2 || (!on && word.p[0] != '+') || str_is(word, "--"))
		return false;
	if (str_has_prefix(word, STR("--")))
		return true;
	*settings = change_letters(*settings, str_skip(word, 1), on);
	*ret_uses_next = word.p[word.n - 1] == 'o';
	if (*ret_uses_next)
		*settings = change(*settings, next, on);
	return true;
}

/* set has no row: `+` turns off, and what -o names stands behind its cluster. */
static void apply_set(struct shell_state *s, const struct shell_call *c)
{
	const struct shell_word *w = c->words->next;
	bool uses_next;

	for (size_t i = 1; i < c->n_words; i++, w = w->next) {
		struct str next = i + 1 < c->n_words ? w->next->text : STR_NULL;

		if (!shell_settings_word(w->text, next, &s->settings, &uses_next))
			return;
		if (uses_next && next.p) {
			w = w->next;
			i++;
		}
	}
}

/* --- cd --- */

/* An absolute path without . and .., or nothing. */
static struct str clean(struct str workdir, struct str to, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf cleaned = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (!str_has_prefix(to, STR("/"))) {
		if (!workdir.n)
			return STR_NULL;
		strbuf_add(&joined, workdir);
		strbuf_addc(&joined, '/');
	}
	strbuf_add(&joined, to);
	strbuf_addc(&cleaned, '/');
	if (strbuf_check(&joined, NULL) < 0 ||
	    path_clean(strbuf_str(&joined), &cleaned, NULL, NULL) < 0)
		return STR_NULL;
	return arena_str(a, strbuf_str(&cleaned));
}

static int apply_cd(struct shell_state *s, const struct shell_call *c, struct arena *a,
		    struct err *err)
{
	const struct shell_word *to = c->n_operands == 1 ? c->operands[0] : NULL;
	bool known = to && shell_word_is_literal(to) && !str_is(to->text, "-") &&
		     !(to->flags & (SHELL_WORD_TILDE | SHELL_WORD_GLOB | SHELL_WORD_BRACES));

	s->cd = c;
	s->workdir = known && !str_is(c->name, "popd") ? clean(s->workdir, to->text, a) : STR_NULL;
	return arena_check(a, err);
}

int shell_state_apply(struct shell_state *s, const struct shell_call *c, struct shell_bindings *b,
		      struct err *err)
{
	static const char *const declarers[] = {"export", "declare", "typeset", "readonly",
						"local"};

	if (str_is(c->name, "set"))
		apply_set(s, c);
	if (str_is(c->name, "cd") || str_is(c->name, "pushd") || str_is(c->name, "popd"))
		return apply_cd(s, c, b->arena, err);
	for (size_t i = 0; i < sizeof declarers / sizeof declarers[0]; i++)
		if (str_is(c->name, declarers[i]))
			return apply_export(s, c, b, err);
	return 0;
}
