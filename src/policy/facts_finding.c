/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings, packages and layers of a report, and the functions that rules ask of them.
 */
#include "base/limits.h"
#include "base/path.h"
#include "package/version.h"
#include "policy/facts_class.h"

/* ---- findings ---- */

static struct str_list paths_of(struct call *c, const struct finding *f)
{
	struct str *p = call_alloc(c, (f->n_locations + 1) * sizeof *p);
	size_t n = 0;

	for (size_t i = 0; p && i < f->n_locations; i++)
		if (f->locations[i].path.n)
			p[n++] = f->locations[i].path;
	return (struct str_list){p, n};
}

static struct value best_cvss(const struct finding *f)
{
	double best = -1;

	for (size_t i = 0; i < f->n_cvss; i++)
		if (f->cvss[i].score > best)
			best = f->cvss[i].score;
	return best < 0 ? value_absent() : value_double(best);
}

/* "2025-11-30" or RFC 3339. */
GET_VALUE(finding, finding, exploited_since, fact_time(x->exploited_since))
GET_TEXT(finding, finding, id, x->id)
GET_TEXT(finding, finding, kind, str_of(finding_kind_name(x->kind)))
GET_TEXT(finding, finding, rule, x->rule)
GET_TEXT(finding, finding, title, x->title)
GET_TEXT(finding, finding, severity, str_of(severity_name(x->severity)))
GET_VALUE(finding, finding, level, value_int((int64_t)x->severity))
GET_TEXT(finding, finding, status, str_of(finding_status_name(x->status)))
GET_VALUE(finding, finding, fixable, value_bool(x->fix_version.n > 0))
GET_TEXT(finding, finding, fix_version, x->fix_version)
GET_VALUE(finding, finding, known_exploited, value_bool(x->known_exploited))
GET_VALUE(finding, finding, epss, x->has_epss ? value_double(x->epss) : value_absent())
GET_VALUE(finding, finding, cvss, best_cvss(x))
GET_VALUE(finding, finding, risk, x->risk < 0 ? value_absent() : value_double(x->risk))
GET_VALUE(finding, finding, confidence, value_double(x->confidence))
GET_VALUE(finding, finding, saved, fact_number(x->saved_bytes))
GET_TEXTS(finding, finding, aliases, x->aliases)
GET_TEXTS(finding, finding, codes, x->codes)
GET_TEXT(finding, finding, package, x->subject.name)
GET_TEXT(finding, finding, version, x->subject.version)
GET_TEXT(finding, finding, type, x->subject.type)
GET_TEXT(finding, finding, source,
	 x->subject.source_name.n ? x->subject.source_name : x->subject.name)
GET_TEXT(finding, finding, purl, x->subject.purl)
GET_TEXTS(finding, finding, paths, paths_of(c, x))
GET_TEXT(finding, finding, origin, str_of(finding_origin_name(x->origin)))
GET_TEXT(finding, finding, suppressed_by, x->suppressed_by)

#define FINDING_ROW(name, type, help) {#name, type, finding_##name},
FACTS_CLASS(finding_class, "Finding", FINDING_FIELDS(FINDING_ROW));

/* ---- packages ---- */

GET_TEXT(package, report_package, name, x->p.name)
GET_TEXT(package, report_package, version, x->p.version)
GET_TEXT(package, report_package, type, x->p.type)
GET_TEXT(package, report_package, namespace, x->p.namespace)
GET_TEXT(package, report_package, arch, x->p.arch)
GET_TEXT(package, report_package, purl, x->purl)
GET_TEXT(package, report_package, source, x->p.source_name.n ? x->p.source_name : x->p.name)
GET_TEXT(package, report_package, source_version,
	 x->p.source_version.n ? x->p.source_version : x->p.version)
GET_TEXTS(package, report_package, licenses, x->p.licenses)
GET_TEXT(package, report_package, vendor, x->p.vendor)
GET_VALUE(package, report_package, layer, fact_number(x->layer_index))
GET_TEXT(package, report_package, path, x->db_path)

#define PACKAGE_ROW(name, type, help) {#name, type, package_##name},
FACTS_CLASS(package_class, "Package", PACKAGE_FIELDS(PACKAGE_ROW));

/* ---- layers ---- */

static struct value layer_index(struct call *c, const struct object *o)
{
	(void)c; /* nothing is made */
	return fact_number(fact_of(o)->index);
}

GET_TEXT(layer, report_layer, digest, x->digest)
GET_TEXT(layer, report_layer, diff_id, x->diff_id)
GET_TEXT(layer, report_layer, media_type, x->media_type)
GET_TEXT(layer, report_layer, created_by, x->created_by)
GET_VALUE(layer, report_layer, created, fact_time(x->created))
GET_VALUE(layer, report_layer, blob_size, fact_number(x->blob_bytes))
GET_VALUE(layer, report_layer, size, fact_number(x->file_bytes))
GET_VALUE(layer, report_layer, n_entries, fact_number(x->n_entries))
GET_VALUE(layer, report_layer, n_packages, fact_number(x->n_packages))
GET_VALUE(layer, report_layer, assessed, value_bool(x->assessed))

#define LAYER_ROW(name, type, help) {#name, type, layer_##name},
FACTS_CLASS(layer_class, "Layer", LAYER_FIELDS(LAYER_ROW));

/* ---- functions ---- */

static bool list_has(struct call *c, struct str_list list, struct str name)
{
	for (size_t i = 0; i < list.n; i++)
		if (!call_spend_bytes(c, name.n + 16) || str_eq_nocase(list.p[i], name))
			return true; /* out of budget: the evaluation fails whatever this says */
	return false;
}

static struct value is_called(struct call *c, const struct value *args)
{
	const struct finding *f = args[0].object->data;
	struct str name = value_str(args[1]);

	if (args[0].object->class != &finding_class)
		return call_no_overload(c, "is_called", args, 2);
	return value_bool(str_eq_nocase(f->rule, name) || str_eq(f->id, name) ||
			  list_has(c, f->aliases, name) || list_has(c, f->codes, name));
}

static struct value in_range(struct call *c, const struct value *args)
{
	const struct report_package *p = args[0].object->data;
	struct version_range range;
	enum version_scheme scheme;
	struct arena arena;
	struct err err = {0};
	bool inside = false;
	int r;

	if (args[0].object->class != &package_class)
		return call_no_overload(c, "in_range", args, 2);
	if (!call_spend_bytes(c, (size_t)16 * args[1].n + p->p.version.n))
		return call_exhausted(c);
	if (!version_scheme_find(p->p.type, &scheme))
		return call_error(c, "versions of type \"%.*s\" have no known order",
				  STR_FMT(str_sub(p->p.type, 0, 64)));
	arena_init(&arena, LIMIT_VERSION_RANGE_BYTES * 64);
	r = version_range_parse(scheme, value_str(args[1]), &arena, &range, &err);
	if (r == 0)
		r = version_range_match(&range, p->p.version, &inside, &err);
	arena_done(&arena);
	return r < 0 ? call_error(c, "%s", err.msg) : value_bool(inside);
}

static struct value glob(struct call *c, const struct value *args)
{
	struct str text = value_str(args[0]), pattern = value_str(args[1]);
	uint64_t work;

	/* at worst the product of the lengths */
	if (__builtin_mul_overflow((uint64_t)text.n + 1, (uint64_t)pattern.n + 1, &work) ||
	    !call_spend(c, work / 16 + 1))
		return call_exhausted(c);
	return value_bool(path_match(pattern, text));
}

const struct function_row facts_functions[] = {
	{.name = "is_called", .signature = "Finding.(string) -> bool", .fn = is_called},
	{.name = "in_range", .signature = "Package.(string) -> bool", .fn = in_range},
	{.name = "glob", .signature = "string.(string) -> bool", .fn = glob},
	{.name = NULL},
};
