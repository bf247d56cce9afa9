/* SPDX-License-Identifier: Apache-2.0 */
#include "check/language.h"

#define LANGUAGE(id) extern const struct language language_##id;
#include "check/language_list.def"
#undef LANGUAGE

const struct language *const languages[] = {
#define LANGUAGE(id) &language_##id,
#include "check/language_list.def"
#undef LANGUAGE
	NULL,
};

const struct language *language_find(struct str id)
{
	for (size_t i = 0; languages[i]; i++)
		if (str_is(id, languages[i]->id))
			return languages[i];
	return NULL;
}

const struct language *language_of(const struct source_file *f)
{
	const struct language *best = NULL;
	unsigned most = 0;

	if (f->language)
		return f->language;
	for (size_t i = 0; languages[i] && most < LANGUAGE_SURELY; i++) {
		unsigned score = languages[i]->score(f);

		if (score > most) {
			most = score;
			best = languages[i];
		}
	}
	return best;
}

const struct scope *scope_at(size_t n)
{
	for (size_t i = 0; languages[i]; i++) {
		if (n < languages[i]->n_scopes)
			return &languages[i]->scopes[n];
		n -= languages[i]->n_scopes;
	}
	return NULL;
}

const struct scope *scope_find(struct str name)
{
	const struct scope *s;

	for (size_t i = 0; (s = scope_at(i)) != NULL; i++)
		if (str_is(name, s->name))
			return s;
	return NULL;
}
