/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a package URL:
 *
 *     text --cut, decode--> parts --canonical()--> purl --purl_type_check--> purl --write--> text
 *
 * purl_parse walks the first half, purl_build the second, both through canonical(), so that what
 * one accepts and writes the other does too.
 */
#include "package/purl.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "package/purl_type.h"

/* As much of a component as a message quotes. */
static struct str quoted(struct str s)
{
	return str_sub(s, 0, 80);
}

/* part was cut from text, so the difference is an offset in it. */
static size_t offset_in(struct str text, struct str part)
{
	return part.p ? (size_t)(part.p - text.p) : text.n;
}

static struct str trim_slashes(struct str s)
{
	while (s.n && s.p[0] == '/')
		s = str_skip(s, 1);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* ---- canonical form ---- */

static bool is_dropped(struct str segment, bool drop_dots)
{
	return segment.n == 0 || (drop_dots && (str_is(segment, ".") || str_is(segment, "..")));
}

static bool path_is_clean(struct str path, bool drop_dots)
{
	struct str rest = path, segment;

	if (path.n && path.p[path.n - 1] == '/')
		return false;
	while (str_pull_until(&rest, '/', &segment))
		if (is_dropped(segment, drop_dots))
			return false;
	return true;
}

/* Without empty segments and, for a subpath, without "." and "..". */
static int clean_path(struct str *path, bool drop_dots, struct arena *a, struct err *err)
{
	struct str rest = *path, segment;
	size_t n = 0;
	char *to;

	if (path_is_clean(*path, drop_dots))
		return 0;
	to = arena_alloc(a, path->n);
	if (!to)
		return err_nomem(err);
	while (str_pull_until(&rest, '/', &segment)) {
		if (is_dropped(segment, drop_dots))
			continue;
		if (n)
			to[n++] = '/';
		memcpy(to + n, segment.p, segment.n);
		n += segment.n;
	}
	*path = str_make(to, n);
	return 0;
}

static int canonical_type(struct str *type, struct arena *a, struct err *err)
{
	bool folded = false;
	char *to;

	if (type->n == 0)
		return err_set(err, ERR_FORMAT, "no type: it stands first, as in \"pkg:deb/...\"");
	for (size_t i = 0; i < type->n; i++) {
		char c = type->p[i];

		if (!char_is_alpha(c) && (i == 0 || (!char_is_digit(c) && c != '.' && c != '-')))
			return err_set(err, ERR_FORMAT,
				       "type \"%.*s\": begins with a letter, then letters, digits, "
				       "\".\" and \"-\"",
				       STR_FMT(quoted(*type)));
		folded = folded || char_lower(c) != c;
	}
	if (!folded)
		return 0;
	to = arena_alloc(a, type->n);
	if (!to)
		return err_nomem(err);
	for (size_t i = 0; i < type->n; i++)
		to[i] = char_lower(type->p[i]);
	*type = str_make(to, type->n);
	return 0;
}

static bool is_key(struct str key)
{
	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];

		if (!char_is_alpha(c) &&
		    (i == 0 || (!char_is_digit(c) && c != '.' && c != '-' && c != '_')))
			return false;
	}
	return key.n > 0;
}

static bool qualifiers_are_canonical(const struct purl *p)
{
	for (size_t i = 0; i < p->n_qualifiers; i++) {
		const struct purl_qualifier *q = &p->qualifiers[i];

		if (!is_key(q->key) || q->value.n == 0)
			return false;
		for (size_t k = 0; k < q->key.n; k++)
			if (char_lower(q->key.p[k]) != q->key.p[k])
				return false;
		if (i && str_cmp(q[-1].key, q->key) >= 0)
			return false;
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct purl_qualifier *)a)->key,
		       ((const struct purl_qualifier *)b)->key);
}

static int canonical_key(struct str *key, struct arena *a, struct err *err)
{
	char *to;

	if (!is_key(*key))
		return err_set(err, ERR_FORMAT,
			       "qualifier \"%.*s\": a key begins with a letter, then letters, "
			       "digits, \".\", \"-\" and \"_\"",
			       STR_FMT(quoted(*key)));
	to = arena_alloc(a, key->n);
	if (!to)
		return err_nomem(err);
	for (size_t i = 0; i < key->n; i++)
		to[i] = char_lower(key->p[i]);
	*key = str_make(to, key->n);
	return 0;
}

/* Folds and sorts the keys, drops empty values, refuses a key given twice. */
static int canonical_qualifiers(struct purl *p, struct arena *a, struct err *err)
{
	struct purl_qualifier *list;
	size_t n = 0;
	int r;

	if (qualifiers_are_canonical(p))
		return 0;
	list = arena_array(a, p->n_qualifiers, sizeof *list);
	if (!list)
		return err_nomem(err);
	for (size_t i = 0; i < p->n_qualifiers; i++) {
		list[n] = p->qualifiers[i];
		r = canonical_key(&list[n].key, a, err);
		if (r < 0)
			return r;
		n += list[n].value.n > 0;
	}
	qsort(list, n, sizeof *list, by_key);
	for (size_t i = 1; i < n; i++)
		if (str_eq(list[i - 1].key, list[i].key))
			return err_set(err, ERR_FORMAT, "qualifier \"%.*s\": given twice",
				       STR_FMT(quoted(list[i].key)));
	p->qualifiers = list;
	p->n_qualifiers = n;
	return 0;
}

static int check_utf8(const char *what, struct str s, struct err *err)
{
	if (str_is_utf8(s))
		return 0;
	return err_set(err, ERR_FORMAT, "%s: not UTF-8", what);
}

static int check_all_utf8(const struct purl *p, struct err *err)
{
	int r = check_utf8("namespace", p->namespace, err);

	if (r == 0)
		r = check_utf8("name", p->name, err);
	if (r == 0)
		r = check_utf8("version", p->version, err);
	if (r == 0)
		r = check_utf8("subpath", p->subpath, err);
	for (size_t i = 0; r == 0 && i < p->n_qualifiers; i++)
		r = check_utf8("value of a qualifier", p->qualifiers[i].value, err);
	return r;
}

/* The rules of all types, then the spelling of this one. *ret_type may become NULL. */
static int canonical(struct purl *p, struct arena *a, const struct purl_type **ret_type,
		     struct err *err)
{
	int r = check_all_utf8(p, err);

	if (r == 0)
		r = canonical_type(&p->type, a, err);
	if (r == 0)
		r = clean_path(&p->namespace, false, a, err);
	if (r == 0)
		r = clean_path(&p->subpath, true, a, err);
	if (r == 0)
		r = canonical_qualifiers(p, a, err);
	if (r < 0)
		return r;
	p->name = trim_slashes(p->name);
	if (p->name.n == 0)
		return err_set(err, ERR_FORMAT, "no name: every package URL has one");
	*ret_type = purl_type_find(p->type);
	r = purl_type_normalize(*ret_type, p, a, err);
	if (r == 0 && *ret_type && (*ret_type)->fold & PURL_NAME_IS_PATH)
		r = clean_path(&p->name, false, a, err);
	return r;
}

static int check(const struct purl_type *t, const struct purl *p, struct err *err)
{
	if (p->version.n && purl_qualifier_value(p, "vers").n)
		return err_set(err, ERR_UNSUPPORTED,
			       "qualifier \"vers\": a range stands in place of a version, not "
			       "beside it");
	return purl_type_check(t, p, err);
}

struct str purl_qualifier_value(const struct purl *p, const char *key)
{
	for (size_t i = 0; i < p->n_qualifiers; i++)
		if (str_is(p->qualifiers[i].key, key))
			return p->qualifiers[i].value;
	return STR_NULL;
}

/* ---- text to parts ---- */

struct parser {
	struct str text; /* the whole URL, for offsets */
	struct arena *a;
	struct err *err;
};

/* The parts as they stand in the text, still encoded. */
struct parts {
	struct str type, namespace, name, version, qualifiers, subpath;
};

/* Percent-decodes. Slashes separate segments, so where they do an encoded one is refused. */
static int decode(const struct parser *in, const char *what, bool slash_may_hide, struct str *part)
{
	size_t at = str_find_char(*part, '%'), n = at;
	char *to;

	if (at == part->n)
		return 0;
	to = arena_alloc(in->a, part->n);
	if (!to)
		return err_nomem(in->err);
	memcpy(to, part->p, at);
	while (at < part->n) {
		char c = part->p[at++];

		if (c == '%') {
			int high = at < part->n ? char_hex(part->p[at]) : -1;
			int low = at + 1 < part->n ? char_hex(part->p[at + 1]) : -1;

			if (high < 0 || low < 0)
				return err_set(in->err, ERR_FORMAT,
					       "offset %zu: \"%%\" without two hexadecimal digits "
					       "in the %s",
					       offset_in(in->text, *part) + at - 1, what);
			c = (char)(high << 4 | low);
			if (c == '/' && !slash_may_hide)
				return err_set(in->err, ERR_FORMAT,
					       "offset %zu: an encoded \"/\" inside a segment of "
					       "the %s",
					       offset_in(in->text, *part) + at - 1, what);
			at += 2;
		}
		to[n++] = c;
	}
	*part = str_make(to, n);
	return 0;
}

static int check_controls(const struct parser *in)
{
	for (size_t i = 0; i < in->text.n; i++) {
		unsigned char c = (unsigned char)in->text.p[i];

		if (c < 0x20 || c == 0x7f)
			return err_set(in->err, ERR_FORMAT,
				       "offset %zu: control byte 0x%02x, must be percent-encoded",
				       i, c);
	}
	return 0;
}

static int check_single(const struct parser *in, struct str part, char separator)
{
	size_t at = str_find_char(part, separator);

	if (at == part.n)
		return 0;
	return err_set(in->err, ERR_FORMAT,
		       "offset %zu: a second \"%c\", must be percent-encoded as %%%02X",
		       offset_in(in->text, part) + at, separator, separator);
}

static int cut_scheme(const struct parser *in, struct str *ret_rest)
{
	if (!str_eq_nocase(str_sub(in->text, 0, 4), STR("pkg:")))
		return err_set(in->err, ERR_FORMAT, "offset 0: no \"pkg:\" at the start");
	*ret_rest = str_skip(in->text, 4);
	while (ret_rest->n && ret_rest->p[0] == '/')
		*ret_rest = str_skip(*ret_rest, 1);
	return 0;
}

/*
 * Where the "@" of the version stands, path.n when there is none: the last one, unless it opens the
 * scope of an npm package that has no version ("npm/@angular/core", which should be %40angular).
 */
static size_t find_version(struct str type, struct str path)
{
	size_t at = str_rfind_char(path, '@');
	struct str behind = str_skip(path, at);

	if (at < path.n && (at == 0 || path.p[at - 1] == '/') && str_eq_nocase(type, STR("npm")) &&
	    str_find_char(behind, '/') < behind.n)
		return path.n;
	return at;
}

/* "namespace/name@version" */
static int cut_path(const struct parser *in, struct str path, struct parts *parts)
{
	size_t at = find_version(parts->type, path);
	struct str name = str_sub(path, 0, at);

	parts->version = str_skip(path, at + 1);
	if (at == path.n)
		name = trim_slashes(name);
	if (name.n == 0 || name.p[name.n - 1] == '/')
		return err_set(in->err, ERR_FORMAT,
			       "offset %zu: no name: every package URL has one",
			       offset_in(in->text, path) + name.n);
	if (!str_rcut(name, '/', &parts->namespace, &parts->name))
		parts->name = name;
	return 0;
}

/* Cuts from the outside in: fragment, query, scheme, type, path. */
static int cut_parts(const struct parser *in, struct parts *ret)
{
	struct str rest, path;
	int r = cut_scheme(in, &rest);

	if (r < 0)
		return r;
	if (str_cut(rest, '#', &rest, &ret->subpath)) {
		r = check_single(in, ret->subpath, '#');
		if (r < 0)
			return r;
	}
	if (str_cut(rest, '?', &rest, &ret->qualifiers)) {
		r = check_single(in, ret->qualifiers, '?');
		if (r < 0)
			return r;
	}
	if (!str_cut(rest, '/', &ret->type, &path))
		return err_set(in->err, ERR_FORMAT,
			       "offset %zu: no \"/\" and name behind the type \"%.*s\"",
			       offset_in(in->text, rest) + rest.n, STR_FMT(quoted(rest)));
	return cut_path(in, path, ret);
}

/* "key=value&key=value"; the keys are judged later, with those of purl_build. */
static int parse_qualifiers(const struct parser *in, struct str text, struct purl *ret)
{
	struct purl_qualifier *list;
	struct str rest = text, pair;
	size_t room = 1;
	int r;

	if (text.n == 0)
		return 0;
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '&';
	list = arena_array(in->a, room, sizeof *list);
	if (!list)
		return err_nomem(in->err);
	ret->qualifiers = list;
	while (str_pull_until(&rest, '&', &pair)) {
		struct purl_qualifier *q = &list[ret->n_qualifiers];

		if (pair.n == 0)
			continue;
		if (!str_cut(pair, '=', &q->key, &q->value))
			return err_set(in->err, ERR_FORMAT,
				       "offset %zu: qualifier \"%.*s\" without \"=\"",
				       offset_in(in->text, pair), STR_FMT(quoted(pair)));
		r = decode(in, "value of a qualifier", true, &q->value);
		if (r < 0)
			return r;
		ret->n_qualifiers++;
	}
	return 0;
}

static int parse_parts(const struct parser *in, struct purl *ret)
{
	struct parts parts = {0};
	int r = check_controls(in);

	if (r == 0)
		r = cut_parts(in, &parts);
	if (r == 0)
		r = decode(in, "namespace", false, &parts.namespace);
	if (r == 0)
		r = decode(in, "name", true, &parts.name);
	if (r == 0)
		r = decode(in, "version", true, &parts.version);
	if (r == 0)
		r = decode(in, "subpath", false, &parts.subpath);
	ret->type = parts.type;
	ret->namespace = parts.namespace;
	ret->name = parts.name;
	ret->version = parts.version;
	ret->subpath = parts.subpath;
	return r == 0 ? parse_qualifiers(in, parts.qualifiers, ret) : r;
}

static int parse(struct str text, bool strict, struct arena *a, struct purl *ret, struct err *err)
{
	const struct parser in = {.text = text, .a = a, .err = err};
	const struct purl_type *type;
	struct purl p = {0};
	int r;

	if (text.n > LIMIT_PURL_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes: longer than purl_bytes (%d)", text.n,
			       (int)LIMIT_PURL_BYTES);
	r = parse_parts(&in, &p);
	if (r == 0)
		r = canonical(&p, a, &type, err);
	if (r == 0 && strict)
		r = check(type, &p, err);
	if (r == 0)
		*ret = p;
	return r;
}

int purl_parse(struct str text, struct arena *a, struct purl *ret, struct err *err)
{
	return parse(text, true, a, ret, err);
}

int purl_parse_loose(struct str text, struct arena *a, struct purl *ret, struct err *err)
{
	return parse(text, false, a, ret, err);
}

/* ---- parts to text ---- */

/* Letters, digits and ".-_~", and the colon, which is never encoded. */
static bool is_plain(char c)
{
	return char_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == ':';
}

static void encode(struct strbuf *sb, struct str s, bool keep_slashes)
{
	static const char digits[] = "0123456789ABCDEF";

	while (s.n) {
		size_t n = 0;

		while (n < s.n && (is_plain(s.p[n]) || (keep_slashes && s.p[n] == '/')))
			n++;
		strbuf_add(sb, str_sub(s, 0, n));
		s = str_skip(s, n);
		if (s.n) {
			unsigned char c = (unsigned char)s.p[0];
			const char triplet[] = {'%', digits[c >> 4], digits[c & 15]};

			strbuf_add_bytes(sb, triplet, sizeof triplet);
			s = str_skip(s, 1);
		}
	}
}

static void write_text(const struct purl *p, const struct purl_type *t, struct strbuf *sb)
{
	strbuf_adds(sb, "pkg:");
	strbuf_add(sb, p->type);
	strbuf_addc(sb, '/');
	if (p->namespace.n) {
		encode(sb, p->namespace, true);
		strbuf_addc(sb, '/');
	}
	encode(sb, p->name, t && t->fold & PURL_NAME_IS_PATH);
	if (p->version.n) {
		strbuf_addc(sb, '@');
		encode(sb, p->version, false);
	}
	for (size_t i = 0; i < p->n_qualifiers; i++) {
		strbuf_addc(sb, i ? '&' : '?');
		strbuf_add(sb, p->qualifiers[i].key);
		strbuf_addc(sb, '=');
		encode(sb, p->qualifiers[i].value, false);
	}
	if (p->subpath.n) {
		strbuf_addc(sb, '#');
		encode(sb, p->subpath, true);
	}
}

static int build(const struct purl *p, bool strict, struct strbuf *sb, struct err *err)
{
	CLEANUP(arena_done) struct arena a;
	const struct purl_type *type;
	struct purl made = *p;
	size_t before = sb->n;
	int r;

	arena_init(&a, LIMIT_ARENA_BYTES);
	r = canonical(&made, &a, &type, err);
	if (r == 0 && strict)
		r = check(type, &made, err);
	if (r < 0)
		return r;
	write_text(&made, type, sb);
	r = strbuf_check(sb, err);
	if (r == 0 && sb->n - before > LIMIT_PURL_BYTES)
		r = err_set(err, ERR_LIMIT, "%zu bytes: longer than purl_bytes (%d)",
			    sb->n - before, (int)LIMIT_PURL_BYTES);
	if (r < 0)
		sb->n = before;
	return r;
}

int purl_build(const struct purl *p, struct strbuf *sb, struct err *err)
{
	return build(p, true, sb, err);
}

int purl_build_loose(const struct purl *p, struct strbuf *sb, struct err *err)
{
	return build(p, false, sb, err);
}
