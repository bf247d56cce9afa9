/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile_mount.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"

/* What a key means, and the types of mounts that may have it; 0: all. */
struct mount_key {
	const char *written, *key;
	unsigned types;
	enum {
		VALUE_TEXT,
		VALUE_TRUTH,
		VALUE_OCTAL,
		VALUE_NUMBER,
		VALUE_SIZE,
		VALUE_SHARING
	} value;
	bool may_be_alone;
};

/* There are not twenty different ones. */
#define MAX_OPTIONS 1000

#define TYPE(t)	    (1u << MOUNT_##t)
#define OWNED	    (TYPE(CACHE) | TYPE(SECRET) | TYPE(SSH))
static const struct mount_key keys[] = {
	{"type", "type", 0, VALUE_TEXT, false},
	{"from", "from", 0, VALUE_TEXT, false},
	{"source", "source", 0, VALUE_TEXT, false},
	{"src", "source", 0, VALUE_TEXT, false},
	{"target", "target", 0, VALUE_TEXT, false},
	{"dst", "target", 0, VALUE_TEXT, false},
	{"destination", "target", 0, VALUE_TEXT, false},
	{"readonly", "readonly", 0, VALUE_TRUTH, true},
	{"ro", "readonly", 0, VALUE_TRUTH, true},
	{"readwrite", "readwrite", 0, VALUE_TRUTH, true},
	{"rw", "readwrite", 0, VALUE_TRUTH, true},
	{"required", "required", TYPE(SECRET) | TYPE(SSH), VALUE_TRUTH, true},
	{"size", "size", TYPE(TMPFS), VALUE_SIZE, false},
	{"id", "id", 0, VALUE_TEXT, false},
	{"sharing", "sharing", TYPE(CACHE), VALUE_SHARING, false},
	{"mode", "mode", OWNED, VALUE_OCTAL, false},
	{"uid", "uid", OWNED, VALUE_NUMBER, false},
	{"gid", "gid", OWNED, VALUE_NUMBER, false},
	{"env", "env", 0, VALUE_TEXT, false},
};

static const struct {
	const char *name;
	enum dockerfile_mount_type type;
} types[] = {
	{"bind", MOUNT_BIND},	  {"cache", MOUNT_CACHE}, {"tmpfs", MOUNT_TMPFS},
	{"secret", MOUNT_SECRET}, {"ssh", MOUNT_SSH},
};

static const struct mount_key *find_key(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_is(key, keys[i].written) || str_is(key, keys[i].key))
			return &keys[i];
	return NULL;
}

static struct str lower(struct str s, struct arena *a)
{
	struct str copy = arena_str(a, s);
	char *p = (char *)copy.p;

	for (size_t i = 0; p && i < copy.n; i++)
		p[i] = char_lower(p[i]);
	return copy;
}

/*
 * The next field of `value` from *at on: bytes [*at, *ret_end), what they say in *ret. A field in
 * double quotes may hold commas, and quotes doubled.
 */
static int next_field(struct str value, size_t at, size_t *ret_end, struct str *ret,
		      struct arena *a, struct err *err)
{
	struct str rest = str_skip(value, at);
	size_t n = 0, kept = 0;
	char *p;

	if (rest.n == 0 || rest.p[0] != '"') {
		n = str_find_char(rest, ',');
		*ret = str_sub(rest, 0, n);
		*ret_end = at + n;
		if (str_find_char(*ret, '"') < n)
			return err_set(err, ERR_FORMAT,
				       "--mount: a quote in the middle of a field");
		return 0;
	}
	p = arena_alloc(a, rest.n);
	if (!p)
		return err_nomem(err);
	for (n = 1; n < rest.n; n++) {
		if (rest.p[n] == '"' && (n + 1 == rest.n || rest.p[n + 1] != '"'))
			break;
		n += rest.p[n] == '"';
		p[kept++] = rest.p[n];
	}
	*ret = str_make(p, kept);
	*ret_end = at + n + 1;
	if (n >= rest.n || (n + 1 < rest.n && rest.p[n + 1] != ','))
		return err_set(err, ERR_FORMAT, "--mount: a quoted field does not end at a comma");
	return 0;
}

/* Bytes of the flag's value as a range of the file: exact unless quotes or escapes were removed. */
static struct dockerfile_span part_span(const struct dockerfile_flag *f, size_t at, size_t end)
{
	struct dockerfile_span all = f->value_span;

	if (all.end - all.at != f->value.n)
		return all;
	return (struct dockerfile_span){all.at + (uint32_t)at, all.at + (uint32_t)end};
}

static int add_option(const struct dockerfile_flag *f, size_t at, size_t end, struct str field,
		      struct vec *options, struct arena *a, struct err *err)
{
	struct dockerfile_option *o = vec_push(options);
	struct str key = field, value = STR_NULL;
	const struct mount_key *known;

	if (!o && options->n == options->max)
		return err_set(err, ERR_FORMAT, "--mount: more than %zu options", options->max);
	if (!o)
		return err_nomem(err);
	o->span = part_span(f, at, end);
	if (str_cut(field, '=', &key, &value)) {
		o->value.text = value.p ? value : STR("");
		o->value.span = part_span(f, end - value.n, end);
	}
	o->key = lower(key, a);
	known = find_key(o->key);
	if (known)
		o->key = str_of(known->key);
	return arena_check(a, err);
}

const struct dockerfile_option *mount_option(const struct dockerfile_mount *m, const char *key)
{
	for (size_t i = m->n; i-- > 0;)
		if (str_is(m->options[i].key, key))
			return &m->options[i];
	return NULL;
}

static enum dockerfile_mount_type find_type(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq_nocase(name, str_of(types[i].name)))
			return types[i].type;
	return MOUNT_UNKNOWN;
}

int mount_parse(const struct dockerfile_flag *flag, struct arena *a, struct dockerfile_mount *ret,
		struct err *err)
{
	struct vec options = VEC_INIT(struct dockerfile_option, MAX_OPTIONS);
	struct dockerfile_option *p;
	const struct dockerfile_option *type;
	size_t at = 0, end = 0;
	struct str field;
	int r = 0;

	*ret = (struct dockerfile_mount){.word = {flag->value, flag->value_span}};
	while (r == 0 && at <= flag->value.n && flag->value.n) {
		r = next_field(flag->value, at, &end, &field, a, err);
		if (r == 0)
			r = add_option(flag, at, end, field, &options, a, err);
		at = end + 1;
	}
	p = arena_array(a, options.n, sizeof *p);
	if (p && options.n)
		memcpy(p, options.p, options.n * sizeof *p);
	ret->options = p;
	ret->n = p ? options.n : 0;
	vec_done(&options);
	type = mount_option(ret, "type");
	if (type)
		ret->type = find_type(type->value.text);
	return r < 0 ? r : arena_check(a, err);
}

static bool is_truth(struct str s)
{
	static const char *const words[] = {"1", "t", "T", "TRUE",  "true",  "True",
					    "0", "f", "F", "FALSE", "false", "False"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(s, words[i]))
			return true;
	return false;
}

static bool is_number(struct str s, char largest)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > largest)
			return false;
	return s.n > 0;
}

/* 64, 1.5g, 10 MiB */
static bool is_size(struct str s)
{
	size_t n = 0;
	struct str unit;

	while (n < s.n && (char_is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	unit = str_trim(str_skip(s, n));
	if (n == 0 || !char_is_digit(s.p[0]))
		return false;
	if (unit.n && strchr("kmgtpKMGTP", unit.p[0]))
		unit = str_skip(unit, 1);
	return unit.n == 0 || str_eq_nocase(unit, STR("b")) || str_eq_nocase(unit, STR("ib"));
}

static bool is_fitting(const struct mount_key *k, struct str value)
{
	switch (k->value) {
	case VALUE_TRUTH:
		return is_truth(value);
	case VALUE_OCTAL:
		return is_number(value, '7');
	case VALUE_NUMBER:
		return is_number(value, '9');
	case VALUE_SIZE:
		return is_size(value);
	case VALUE_SHARING:
		return str_eq_nocase(value, STR("shared")) ||
		       str_eq_nocase(value, STR("private")) || str_eq_nocase(value, STR("locked"));
	case VALUE_TEXT:
		break;
	}
	return true;
}

static bool has_variable(struct str s)
{
	return str_find_char(s, '$') < s.n;
}

static int check_option(const struct dockerfile_mount *m, const struct dockerfile_option *o,
			struct err *err)
{
	const struct mount_key *k = find_key(o->key);
	struct str value = o->value.text, key = str_sub(o->key, 0, 80);

	if (!k && value.p)
		return err_set(err, ERR_FORMAT, "--mount has no option %.*s", STR_FMT(key));
	if (!value.p && (!k || !k->may_be_alone))
		return err_set(err, ERR_FORMAT, "--mount: %.*s needs a value", STR_FMT(key));
	if (k->types && m->type != MOUNT_UNKNOWN && !(k->types >> m->type & 1))
		return err_set(err, ERR_FORMAT, "--mount: %.*s is not for this type of mount",
			       STR_FMT(key));
	if (!value.p || has_variable(value))
		return 0;
	if (str_is(o->key, "type") && find_type(value) == MOUNT_UNKNOWN)
		return err_set(err, ERR_FORMAT, "--mount: there is no type %.*s",
			       STR_FMT(str_sub(value, 0, 80)));
	if (!is_fitting(k, value))
		return err_set(err, ERR_FORMAT, "--mount: \"%.*s\" is no value of %.*s",
			       STR_FMT(str_sub(value, 0, 80)), STR_FMT(key));
	return 0;
}

static bool has_text(const struct dockerfile_mount *m, const char *key)
{
	const struct dockerfile_option *o = mount_option(m, key);

	return o && o->value.text.n;
}

static int check_secret(const struct dockerfile_mount *m, struct err *err)
{
	if (has_text(m, "from"))
		return err_set(err, ERR_FORMAT, "--mount: a secret comes from no stage");
	if (!has_text(m, "source") && !has_text(m, "target") && !has_text(m, "id"))
		return err_set(err, ERR_FORMAT, "--mount: a secret needs an id, source or target");
	if (has_text(m, "source") && has_text(m, "id"))
		return err_set(err, ERR_FORMAT,
			       "--mount: a secret has an id or a source, not both");
	return 0;
}

int mount_check(const struct dockerfile_mount *m, struct dockerfile_span *ret_span, struct err *err)
{
	int r;

	*ret_span = m->word.span;
	if (m->n == 0)
		return err_set(err, ERR_FORMAT, "--mount: nothing is said of the mount");
	for (size_t i = 0; i < m->n; i++) {
		r = check_option(m, &m->options[i], err);
		if (r < 0) {
			*ret_span = m->options[i].span;
			return r;
		}
	}
	*ret_span = m->word.span;
	return m->type == MOUNT_SECRET ? check_secret(m, err) : 0;
}
