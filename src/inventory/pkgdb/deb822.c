/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/pkgdb/deb822.h"

static bool is_blank(struct str line)
{
	return str_trim(line).n == 0;
}

static struct str trim_blanks(struct str s)
{
	while (s.n && char_is_space(s.p[s.n - 1]))
		s.n--;
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_skip(s, 1);
	return s;
}

static bool name_is_sound(struct str name)
{
	if (name.n == 0 || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 127)
			return false;
	return true;
}

/* How much of the text from `start` on belongs to the value: its own line and continuations. */
static struct str pull_value(struct deb822 *d, struct str start)
{
	struct str line;

	while (d->rest.n && (d->rest.p[0] == ' ' || d->rest.p[0] == '\t')) {
		struct str rest = d->rest;

		(void)str_pull_line(&rest, &line); /* there is a byte at least */
		if (is_blank(line))
			break;
		d->rest = rest;
		d->line++;
	}
	return str_sub(start, 0, start.n - d->rest.n);
}

static bool end_stanza(struct deb822 *d, struct deb822_item *ret)
{
	if (!d->in_stanza)
		return false;
	d->in_stanza = false;
	*ret = (struct deb822_item){.kind = DEB822_STANZA_END, .line = d->line};
	return true;
}

static void take_line(struct deb822 *d, struct str line, struct str from_line,
		      struct deb822_item *ret)
{
	size_t colon = str_find_char(line, ':');
	struct str name = str_trim(str_sub(line, 0, colon));

	*ret = (struct deb822_item){.kind = DEB822_BAD, .line = d->line - 1, .value = line};
	if (colon == line.n || char_is_space(line.p[0]) || !name_is_sound(name))
		return;
	d->in_stanza = true;
	ret->kind = DEB822_FIELD;
	ret->name = name;
	ret->value = trim_blanks(pull_value(d, str_skip(from_line, colon + 1)));
}

bool deb822_next(struct deb822 *d, struct deb822_item *ret)
{
	struct str from_line = d->rest, line;

	for (; str_pull_line(&d->rest, &line); from_line = d->rest) {
		d->line++;
		if (is_blank(line)) {
			if (end_stanza(d, ret))
				return true;
		} else if (line.p[0] != '#') {
			take_line(d, line, from_line, ret);
			return true;
		}
	}
	return end_stanza(d, ret);
}

struct str deb822_first_line(struct str value)
{
	return str_trim(str_sub(value, 0, str_find_char(value, '\n')));
}
