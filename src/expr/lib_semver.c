/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes' semantic versions: semver('1.2.3').isLessThan(semver('v2', true)).
 *
 * Specification: k8s.io/apiserver, pkg/cel/library/semverlib.go.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/builder.h"
#include "expr/function.h"
#include "expr/strict_version.h"

struct semver_object {
	struct object object;
	struct strict_version version;
};

static const struct strict_version *semver_of(const struct object *o)
{
	return &((const struct semver_object *)o)->version;
}

static bool equal(const struct object *a, const struct object *b)
{
	return strict_version_cmp(semver_of(a), semver_of(b)) == 0;
}

static int compare(const struct object *a, const struct object *b)
{
	return strict_version_cmp(semver_of(a), semver_of(b));
}

static struct str print(struct call *c, const struct object *o)
{
	const struct strict_version *v = semver_of(o);
	struct builder b = {.call = c};
	char core[80];
	int n = snprintf(core, sizeof core, "%" PRIu64 ".%" PRIu64 ".%" PRIu64, v->major, v->minor,
			 v->patch);

	builder_add(&b, str_make(core, n > 0 ? (size_t)n : 0));
	builder_add(&b, v->pre.n ? STR("-") : STR_NULL);
	builder_add(&b, v->pre);
	builder_add(&b, v->build.n ? STR("+") : STR_NULL);
	builder_add(&b, v->build);
	return b.failed ? STR_NULL : builder_str(&b);
}

static const struct type type_semver = {.kind = TYPE_ABSTRACT, .name = {"kubernetes.Semver", 17}};
static const struct object_class semver_class = {.name = "kubernetes.Semver",
						 .type = &type_semver,
						 .equal = equal,
						 .compare = compare,
						 .print = print};

static struct value semver_value(struct call *c, const struct strict_version *v)
{
	struct semver_object *o = call_alloc(c, sizeof *o);

	if (!o)
		return call_exhausted(c);
	*o = (struct semver_object){.object = {.class = &semver_class}, .version = *v};
	return value_object(&o->object);
}

/* False: *ret_error says why. */
static bool read_version(struct call *c, struct str s, bool loose, struct strict_version *ret,
			 struct value *ret_error)
{
	char *room = loose ? call_bytes(c, STRICT_VERSION_ROOM(s.n)) : NULL;
	struct err err = {0};
	int r;

	if ((loose && !room) || !call_spend_bytes(c, s.n)) {
		*ret_error = call_exhausted(c);
		return false;
	}
	r = loose ? strict_version_parse_loose(s, room, ret, &err)
		  : strict_version_parse(s, ret, &err);
	if (r < 0)
		*ret_error = call_error(c, "%s", err.msg);
	return r == 0;
}

static struct value of_text(struct call *c, struct value text, bool loose)
{
	struct strict_version v;
	struct value error;

	if (!read_version(c, value_str(text), loose, &v, &error))
		return error;
	return semver_value(c, &v);
}

static struct value of_string(struct call *c, const struct value *args)
{
	return of_text(c, args[0], false);
}

static struct value of_string_loose(struct call *c, const struct value *args)
{
	return of_text(c, args[0], args[1].b);
}

static struct value is_text(struct call *c, struct value text, bool loose)
{
	struct strict_version v;
	struct value error;
	bool ok = read_version(c, value_str(text), loose, &v, &error);

	return c->out_of ? call_exhausted(c) : value_bool(ok);
}

static struct value is_semver(struct call *c, const struct value *args)
{
	return is_text(c, args[0], false);
}

static struct value is_semver_loose(struct call *c, const struct value *args)
{
	return is_text(c, args[0], args[1].b);
}

static struct value string_of(struct call *c, const struct value *args)
{
	struct str s = print(c, args[0].object);

	return s.p ? value_string(s) : call_exhausted(c);
}

static struct value number(struct call *c, uint64_t u)
{
	return u <= INT64_MAX ? value_int((int64_t)u)
			      : call_error(c, "range error: %" PRIu64 " does not fit int", u);
}

static struct value major(struct call *c, const struct value *args)
{
	return number(c, semver_of(args[0].object)->major);
}

static struct value minor(struct call *c, const struct value *args)
{
	return number(c, semver_of(args[0].object)->minor);
}

static struct value patch(struct call *c, const struct value *args)
{
	return number(c, semver_of(args[0].object)->patch);
}

static struct value compare_to(struct call *c, const struct value *args)
{
	return value_int(compare(args[0].object, args[1].object));
}

static struct value is_greater(struct call *c, const struct value *args)
{
	return value_bool(compare(args[0].object, args[1].object) > 0);
}

static struct value is_less(struct call *c, const struct value *args)
{
	return value_bool(compare(args[0].object, args[1].object) < 0);
}

#define S "kubernetes.Semver"

static const struct function_row rows[] = {
	{.name = "compareTo", .signature = S ".(" S ") -> int", .fn = compare_to},
	{.name = "isGreaterThan", .signature = S ".(" S ") -> bool", .fn = is_greater},
	{.name = "isLessThan", .signature = S ".(" S ") -> bool", .fn = is_less},
	{.name = "isSemver", .signature = "(string) -> bool", .fn = is_semver},
	{.name = "isSemver", .signature = "(string, bool) -> bool", .fn = is_semver_loose},
	{.name = "major", .signature = S ".() -> int", .fn = major},
	{.name = "minor", .signature = S ".() -> int", .fn = minor},
	{.name = "patch", .signature = S ".() -> int", .fn = patch},
	{.name = "semver", .signature = "(string) -> " S, .fn = of_string},
	{.name = "semver", .signature = "(string, bool) -> " S, .fn = of_string_loose},
	{.name = "string", .signature = "(" S ") -> string", .fn = string_of},
};

static const struct type *const types[] = {&type_semver};

const struct library library_semver = {
	.name = "semver",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.types = types,
	.n_types = ARRAY_LEN(types),
};
