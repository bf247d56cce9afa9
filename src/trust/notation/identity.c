/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/notation/identity.h"

#include "base/cleanup.h"

#define PREFIX "x509.subject:"

static int bad(struct err *err, struct str text, const char *what)
{
	return err_set(err, ERR_FORMAT, "the identity \"%.*s\": %s", STR_FMT(text), what);
}

/* One byte behind a backslash: itself, or two hex digits. */
static bool unescape(struct str value, size_t *i, char *ret)
{
	int high, low;

	if (++*i >= value.n)
		return false;
	high = char_hex(value.p[*i]);
	low = *i + 1 < value.n ? char_hex(value.p[*i + 1]) : -1;
	if (high >= 0 && low >= 0) {
		*ret = (char)(high << 4 | low);
		++*i;
		return true;
	}
	*ret = value.p[*i];
	return memchr(" \"#+,;<=>\\", *ret, 10) != NULL;
}

static int read_value(struct str raw, struct str text, struct arena *arena, struct str *ret,
		      struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(raw.n + 1);

	if (raw.n == 0)
		return bad(err, text, "an attribute without a value");
	if (raw.p[0] == '#')
		return bad(err, text, "a value in hexadecimal");
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];

		if (c == '\\' ? !unescape(raw, &i, &c) : memchr("\"+;<>", c, 5) != NULL)
			return bad(
				err, text,
				c == '+' ? "several attributes in one part (\"+\")"
					 : "a character that is not escaped as RFC 4514 wants it");
		strbuf_addc(&sb, c);
	}
	*ret = arena_str(arena, strbuf_str(&sb));
	return arena_check(arena, err);
}

/* Up to a comma that no backslash stands before; without white space that is not escaped. */
static bool pull_part(struct str *rest, struct str *ret)
{
	size_t i = 0;

	if (!rest->p)
		return false;
	while (i < rest->n && rest->p[i] != ',')
		i += rest->p[i] == '\\' && i + 1 < rest->n ? 2 : 1;
	*ret = str_sub(*rest, 0, i);
	*rest = i < rest->n ? str_skip(*rest, i + 1) : STR_NULL;
	return true;
}

/* Trailing white space, but not what a backslash keeps. */
static struct str trim(struct str s)
{
	while (s.n && char_is_space(s.p[0]))
		s = str_skip(s, 1);
	while (s.n && char_is_space(s.p[s.n - 1]) && !(s.n > 1 && s.p[s.n - 2] == '\\'))
		s.n--;
	return s;
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '-')
			return false;
	return s.n > 0;
}

static const struct certificate_attribute *find(const struct certificate_attribute *parts, size_t n,
						struct str type)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(parts[i].type, type))
			return &parts[i];
	return NULL;
}

static int add_part(struct str part, struct arena *arena, struct notation_identity *id,
		    struct err *err)
{
	struct str type, value;

	if (!str_cut(part, '=', &type, &value) || !is_name(trim(type)))
		return bad(err, id->text, "a part that is not ATTRIBUTE=VALUE");
	type = trim(type);
	if (str_eq_nocase(type, STR("S")))
		type = STR("ST");
	if (find(id->parts, id->n, type))
		return bad(err, id->text, "an attribute stands twice");
	if (id->n == NOTATION_IDENTITY_PARTS_MAX)
		return err_set(err, ERR_LIMIT, "an identity of more than %d attributes",
			       NOTATION_IDENTITY_PARTS_MAX);
	id->parts[id->n].type = arena_str(arena, type);
	return read_value(trim(value), id->text, arena, &id->parts[id->n++].value, err);
}

static int parse_parts(struct str rest, struct arena *arena, struct notation_identity *id,
		       struct err *err)
{
	struct str part;
	int r;

	while (pull_part(&rest, &part))
		if ((r = add_part(part, arena, id, err)) < 0)
			return r;
	return arena_check(arena, err);
}

int notation_subject_parse(struct str text, struct arena *arena, struct notation_identity *ret,
			   struct err *err)
{
	struct notation_identity id = {.text = arena_str(arena, text)};
	int r = parse_parts(text, arena, &id, err);

	if (r == 0 && id.n == 0)
		return bad(err, text, "no attribute");
	if (r == 0)
		*ret = id;
	return r;
}

int notation_identity_parse(struct str text, struct arena *arena, struct notation_identity *ret,
			    struct err *err)
{
	static const char *const needed[] = {"C", "ST", "O"};
	struct notation_identity id = {.text = arena_str(arena, text)};
	struct str rest = text;
	int r;

	if (!str_pull_prefix(&rest, STR(PREFIX)))
		return bad(err, text,
			   "it does not start with \"" PREFIX "\", which is all that is known");
	if ((r = parse_parts(rest, arena, &id, err)) < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!find(id.parts, id.n, str_of(needed[i])))
			return bad(err, text, "C, ST and O are needed");
	*ret = id;
	return 0;
}

bool notation_identity_within(const struct notation_identity *a, const struct notation_identity *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct certificate_attribute *same = find(b->parts, b->n, a->parts[i].type);

		if (!same || !str_eq(same->value, a->parts[i].value))
			return false;
	}
	return true;
}

bool notation_identity_matches(const struct notation_identity *identity,
			       const struct certificate_attribute *subject, size_t n)
{
	for (size_t i = 0; i < identity->n; i++) {
		const struct certificate_attribute *want = &identity->parts[i];
		const struct certificate_attribute *got = find(subject, n, want->type);
		size_t behind = got ? (size_t)(got - subject) + 1 : n;

		if (!got || !str_eq(got->value, want->value) ||
		    find(subject + behind, n - behind, want->type))
			return false;
	}
	return identity->n > 0;
}
