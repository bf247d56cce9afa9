/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/sbom/form.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "codec/json.h"
#include "package/spdx_id.h"

#define SHOWN_MAX 80 /* bytes of a value in a message */

static int wrong(struct err *err, const char *what, struct str value)
{
	return err_set(err, ERR_FORMAT, "expected %s, not \"%.*s\"", what,
		       STR_FMT(str_sub(value, 0, SHOWN_MAX)));
}

/* ---- strings ---- */

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return s.n > 0;
}

static bool is_hash(struct str s)
{
	return is_hex(s) && (s.n == 32 || s.n == 40 || s.n == 64 || s.n == 96 || s.n == 128);
}

/* 'x': a hex digit, '9': a digit, 'a': a small letter, 'A': a capital one, else itself. */
static bool has_shape(struct str s, const char *shape)
{
	size_t i = 0;

	for (; i < s.n && shape[i]; i++) {
		char c = s.p[i];
		bool good = shape[i] == 'x'   ? char_hex(c) >= 0
			    : shape[i] == '9' ? char_is_digit(c)
			    : shape[i] == 'a' ? c >= 'a' && c <= 'z'
			    : shape[i] == 'A' ? c >= 'A' && c <= 'Z'
					      : c == shape[i];

		if (!good)
			return false;
	}
	return i == s.n && !shape[i];
}

static bool is_uuid(struct str s)
{
	return str_pull_prefix(&s, STR("urn:uuid:")) &&
	       has_shape(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

static bool is_locale(struct str s)
{
	return has_shape(s, "aa") || has_shape(s, "aa-AA");
}

static bool is_country(struct str s)
{
	return has_shape(s, "AA");
}

static bool is_time(struct str s)
{
	int64_t unused;

	return clock_parse(s, &unused);
}

static bool is_date(struct str s)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%.*sT00:00:00Z", STR_FMT(str_sub(s, 0, 11)));

	return has_shape(s, "9999-99-99") && is_time(str_make(text, (size_t)n));
}

static bool is_media_type(struct str s)
{
	struct str type, subtype;
	static const struct str marks = {"-+.", 3};

	if (!str_cut(s, '/', &type, &subtype) || type.n == 0 || subtype.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != type.n && !char_is_alnum(s.p[i]) &&
		    str_find_char(marks, s.p[i]) == marks.n)
			return false;
	return true;
}

static bool is_mail(struct str s)
{
	size_t at = str_rfind_char(s, '@');

	return at > 0 && at + 1 < s.n;
}

static bool is_cre(struct str s)
{
	struct str first, second;
	uint64_t n;

	return str_pull_prefix(&s, STR("CRE:")) && str_cut(s, '-', &first, &second) &&
	       str_parse_u64(first, &n) && str_parse_u64(second, &n);
}

static bool is_name(struct str s)
{
	return s.n > 0;
}

static bool is_any_text(struct str s)
{
	(void)s; /* every string is one */
	return true;
}

/* Also what only looks like a reference: tools copy it from their packages as it is. */
static bool is_uri(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && !char_is_space(s.p[i]))
			return false;
	return true;
}

/* CycloneDX names exceptions among the identifiers. */
static bool is_spdx_id(struct str s)
{
	return spdx_license_find(s) || spdx_exception_find(s);
}

static const struct text_form {
	const char *name, *what;
	bool (*is)(struct str s);
} text_forms[] = {
	{"country", "a country's two letters", is_country},
	{"cre", "\"CRE:number-number\"", is_cre},
	{"date", "a date", is_date},
	{"hash", "a hash in hex", is_hash},
	{"locale", "a language (\"en\" or \"en-US\")", is_locale},
	{"mail", "a mail address", is_mail},
	{"media-type", "\"type/subtype\"", is_media_type},
	{"name", "a string that is not empty", is_name},
	{"spdx-id", "an identifier of the SPDX licence list", is_spdx_id},
	{"text", "a string", is_any_text},
	{"time", "an RFC 3339 time", is_time},
	{"uri", "a URI", is_uri},
	{"uuid", "\"urn:uuid:\" and a UUID", is_uuid},
};

static const struct text_form *text_form_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(text_forms); i++)
		if (str_is(name, text_forms[i].name))
			return &text_forms[i];
	return NULL;
}

static int check_text(const struct text_form *f, const struct json *v, struct err *err)
{
	struct str s = json_str(v);

	if (json_kind_of(v) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "expected %s", f->what);
	return f->is(s) ? 0 : wrong(err, f->what, s);
}

/* ---- other scalars ---- */

static bool is_zero_to_one(const struct json *v)
{
	int64_t n;

	/* A real number is let pass: none that is out of range does harm. */
	return json_kind_of(v) == JSON_KIND_REAL || (json_int(v, &n) && (n == 0 || n == 1));
}

static int check_scalar(struct str type, const struct json *v, struct err *err)
{
	enum json_kind kind = json_kind_of(v);
	int64_t n = 0;

	if (str_is(type, "any"))
		return 0;
	if (str_is(type, "bool"))
		return kind == JSON_KIND_BOOL ? 0
					      : err_set(err, ERR_FORMAT, "expected true or false");
	if (str_is(type, "map"))
		return kind == JSON_KIND_MAP ? 0 : err_set(err, ERR_FORMAT, "expected an object");
	if (str_is(type, "number"))
		return kind == JSON_KIND_INT || kind == JSON_KIND_REAL
			       ? 0
			       : err_set(err, ERR_FORMAT, "expected a number");
	if (str_is(type, "fraction"))
		return is_zero_to_one(v)
			       ? 0
			       : err_set(err, ERR_FORMAT, "expected a number from 0 to 1");
	if (!json_int(v, &n) || (str_is(type, "positive") && n < 1))
		return err_set(err, ERR_FORMAT, "expected a whole number%s",
			       str_is(type, "positive") ? " from 1" : "");
	return 0;
}

static int check_enum(const struct form_check *c, struct str name, const struct json *v,
		      struct err *err)
{
	struct str s = json_str(v), value;

	if (json_kind_of(v) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "expected a string");
	for (size_t i = 0; i < c->form->n_enums; i++) {
		const struct form_enum *e = &c->form->enums[i];
		struct str values = str_of(e->values);

		if (!str_is(name, e->name) || c->version < e->first || c->version > e->last)
			continue;
		while (str_pull_until(&values, '|', &value))
			if (str_eq(value, s))
				return 0;
	}
	return err_set(err, ERR_FORMAT, "no such value: \"%.*s\"",
		       STR_FMT(str_sub(s, 0, SHOWN_MAX)));
}

/* ---- objects ---- */

static const struct form_key *first_row(const struct form *f, const char *object)
{
	size_t low = 0, high = f->n_keys;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(f->keys[middle].object, object) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &f->keys[low];
}

static bool is_row_of(const struct form *f, const struct form_key *k, const char *object)
{
	return k < f->keys + f->n_keys && strcmp(k->object, object) == 0;
}

static bool holds(const struct form_check *c, unsigned first, unsigned last)
{
	return c->version >= first && c->version <= last;
}

const struct form_key *form_find(const struct form_check *c, const char *object, struct str key)
{
	const struct form_key *k = first_row(c->form, object);

	for (; is_row_of(c->form, k, object); k++)
		if (str_is(key, k->key) && holds(c, k->first, k->last))
			return k;
	return NULL;
}

const struct form_key *form_next(const struct form_check *c, const char *object,
				 const struct form_key *last)
{
	const struct form_key *k = last ? last + 1 : first_row(c->form, object);

	while (is_row_of(c->form, k, object) && !holds(c, k->first, k->last))
		k++;
	return is_row_of(c->form, k, object) ? k : NULL;
}

static bool is_there(const struct json *v, struct str key)
{
	char name[64];
	enum json_kind kind;

	if (snprintf(name, sizeof name, "%.*s", STR_FMT(key)) >= (int)sizeof name)
		return false;
	kind = json_kind_of(json_get(v, name));
	return kind != JSON_KIND_ABSENT && kind != JSON_KIND_NULL;
}

static bool are_there(const struct json *v, struct str keys)
{
	struct str key;

	while (str_pull_until(&keys, '+', &key))
		if (!is_there(v, key))
			return false;
	return true;
}

static int check_choice(const struct form_choice *choice, const struct json *v, struct err *err)
{
	struct str keys = str_of(choice->keys), key;
	size_t n = 0;

	while (str_pull_word(&keys, &key))
		n += are_there(v, key);
	if (n == 0)
		return err_set(err, ERR_FORMAT, "one of these is missing: %s", choice->keys);
	if (n > 1 && choice->rule == FORM_ONE)
		return err_set(err, ERR_FORMAT, "only one of these may be there: %s", choice->keys);
	return 0;
}

static bool is_named(const struct form_check *c, const char *object)
{
	const char *const *named = c->refs ? c->form->named : NULL;

	while (named && *named && strcmp(*named, object) != 0)
		named++;
	return named && *named;
}

static int add_ref(struct form_check *c, const char *object, const struct json *v, struct err *err)
{
	struct str ref = json_get_str(v, "bom-ref");
	int r;

	if (ref.n == 0 || !is_named(c, object))
		return 0;
	if (map_get(c->refs, ref))
		return err_set(err, ERR_FORMAT, "bom-ref: \"%.*s\" stands in the document twice",
			       STR_FMT(str_sub(ref, 0, SHOWN_MAX)));
	ref = arena_str(c->arena, ref);
	if (!ref.p)
		return err_nomem(err);
	r = map_put(c->refs, ref, c->refs);
	return r < 0 ? err_set(err, (enum err_code) - r, "too many bom-refs") : 0;
}

static int check_key(struct form_check *c, const struct form_key *k, const struct json *v,
		     struct err *err)
{
	const struct json *value = json_get(v, k->key);
	enum json_kind kind = json_kind_of(value);
	int r;

	if (kind == JSON_KIND_ABSENT || (kind == JSON_KIND_NULL && !k->required))
		return k->required ? err_set(err, ERR_FORMAT, "%s is missing", k->key) : 0;
	r = form_check_type(c, str_of(k->type), value, err);
	return r < 0 ? err_wrap(err, r, "%s", k->key) : 0;
}

int form_check(struct form_check *c, const char *object, const struct json *v, struct err *err)
{
	const struct form *f = c->form;
	int r = json_kind_of(v) == JSON_KIND_MAP ? 0
						 : err_set(err, ERR_FORMAT, "expected an object");

	for (const struct form_key *k = NULL; r == 0 && (k = form_next(c, object, k));)
		r = check_key(c, k, v, err);
	for (size_t i = 0; r == 0 && i < f->n_choices; i++)
		if (strcmp(f->choices[i].object, object) == 0 &&
		    holds(c, f->choices[i].first, f->choices[i].last))
			r = check_choice(&f->choices[i], v, err);
	if (r == 0 && f->check)
		r = f->check(object, c->version, v, err);
	/* Last: what fails here may be tried as something else. */
	return r == 0 ? add_ref(c, object, v, err) : r;
}

/* ---- types ---- */

static int check_list(struct form_check *c, struct str type, const struct json *v, struct err *err)
{
	bool may_be_empty = !str_has_suffix(type, STR("+"));
	struct str inner = str_sub(type, 1, type.n - (may_be_empty ? 2 : 3));

	if (json_kind_of(v) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "expected a list");
	if (json_len(v) == 0 && !may_be_empty)
		return err_set(err, ERR_FORMAT, "expected at least one entry");
	for (size_t i = 0; i < json_len(v); i++) {
		int r = form_check_type(c, inner, json_at(v, i), err);

		if (r < 0)
			return err_wrap(err, r, "entry %zu", i + 1);
	}
	return 0;
}

static int check_one(struct form_check *c, struct str type, const struct json *v, struct err *err)
{
	const struct text_form *text = text_form_find(type);
	const struct form_key *k;
	char name[96];

	if (text)
		return check_text(text, v, err);
	if (str_has_prefix(type, STR("[")))
		return check_list(c, type, v, err);
	if (str_has_prefix(type, STR("#")))
		return check_enum(c, str_skip(type, 1), v, err);
	if (!str_has_prefix(type, STR("@")))
		return check_scalar(type, v, err);
	(void)snprintf(name, sizeof name, "%.*s", STR_FMT(str_skip(type, 1))); /* ours: it fits */
	k = first_row(c->form, name);
	return form_check(c, is_row_of(c->form, k, name) ? k->object : "", v, err);
}

/* Takes up to the next '|' that is in no brackets. */
static bool pull_alternative(struct str *types, struct str *ret)
{
	size_t depth = 0, i = 0;

	if (types->n == 0)
		return false;
	for (; i < types->n && (depth || types->p[i] != '|'); i++)
		depth += types->p[i] == '[' ? 1 : types->p[i] == ']' ? (size_t)-1 : 0;
	*ret = str_sub(*types, 0, i);
	*types = str_skip(*types, i + 1);
	return true;
}

int form_check_type(struct form_check *c, struct str type, const struct json *v, struct err *err)
{
	struct err first = {0}, other;
	struct str one;
	int r = 0;

	while (pull_alternative(&type, &one)) {
		other = (struct err){0};
		r = check_one(c, one, v, first.code ? &other : &first);
		if (r == 0 || r == -ERR_NOMEM)
			return r == 0 ? 0 : err_nomem(err);
	}
	if (err)
		*err = first;
	return -(int)first.code;
}
