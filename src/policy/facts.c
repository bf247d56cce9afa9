/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/facts.h"

#include "base/clock.h"
#include "base/limits.h"
#include "check/yaml_place_fact.h"
#include "expr/builder.h"
#include "policy/facts_class.h"

/* ---- values ---- */

/* As the JSON report writes it: a byte that is not UTF-8 is \xHH. */
static struct value escaped(struct call *c, struct str s)
{
	struct builder b = {.call = c};
	char hex[5];

	for (size_t i = 0, n; i < s.n; i += n) {
		for (n = 1; n < 4 && i + n <= s.n && !str_is_utf8(str_sub(s, i, n)); n++)
			;
		if (i + n <= s.n && str_is_utf8(str_sub(s, i, n))) {
			builder_add(&b, str_sub(s, i, n));
			continue;
		}
		(void)snprintf(hex, sizeof hex, "\\x%02x", (unsigned char)s.p[i]);
		builder_add(&b, str_of(hex));
		n = 1;
	}
	return builder_value(&b);
}

struct value fact_text(struct call *c, struct str s)
{
	if (!call_spend_bytes(c, s.n))
		return call_exhausted(c);
	if (s.n == 0)
		return value_string(STR(""));
	return str_is_utf8(s) ? value_string(s) : escaped(c, s);
}

struct value fact_text_or_absent(struct call *c, struct str s)
{
	return s.n ? fact_text(c, s) : value_absent();
}

static struct value texts_at(struct call *c, const struct object *o, uint32_t i)
{
	return fact_text(c, ((const struct str *)o->data)[i]);
}

static const struct object_class texts_class = {.name = "list of texts", .at = texts_at};

struct value fact_texts(struct call *c, struct str_list list)
{
	struct object *o = call_alloc(c, sizeof *o);

	if (!o)
		return call_exhausted(c);
	*o = (struct object){&texts_class, list.p};
	return value_foreign_list(o, (uint32_t)list.n);
}

/* "2026-01-02T03:04:05Z", or a day. */
struct value fact_time(struct str text)
{
	char whole[CLOCK_TEXT_MAX];
	int64_t seconds;

	if (text.n == 10) {
		(void)snprintf(whole, sizeof whole, "%.*sT00:00:00Z", STR_FMT(text));
		text = str_of(whole);
	}
	return clock_parse(text, &seconds) ? value_timestamp(seconds, 0) : value_absent();
}

struct value fact_number(uint64_t n)
{
	return value_int(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

struct value fact_object(struct call *c, struct facts *f, const struct object_class *class,
			 const void *data, size_t index)
{
	struct fact *x = call_alloc(c, sizeof *x);

	if (!x)
		return call_exhausted(c);
	*x = (struct fact){.object = {class, data}, .facts = f, .index = index};
	return value_object(&x->object);
}

struct value fact_list_of(struct call *c, const struct object *o, const struct object_class *list,
			  const void *data, size_t n)
{
	struct value v = fact_object(c, fact_of(o)->facts, list, data, 0);

	return value_is_error(v) ? v : value_foreign_list(v.object, (uint32_t)n);
}

struct value fact_need(struct call *c, struct facts *f, enum area area, bool has_some)
{
	const struct gap *g = &f->gaps.of[area];
	bool nothing = g->state == COVERAGE_NOT_ASSESSED && !has_some;

	if (g->state == COVERAGE_ASSESSED)
		return value_absent();
	f->asked |= 1u << area;
	if (!nothing && !f->is_strict)
		return value_absent();
	return call_error(c, "%.*s", STR_FMT(g->why.n ? g->why.p[0] : str_of(area_name(area))));
}

/* ---- lists of the report ---- */

#define NO_COVERAGE "coverage: the report does not say what was looked at"

static struct value findings_at(struct call *c, const struct object *o, uint32_t i)
{
	const struct finding_list *list = o->data;

	return fact_object(c, fact_of(o)->facts, &finding_class, list->p[i], i);
}

static const struct object_class findings_class = {.name = "list of findings", .at = findings_at};

static struct value findings_value(struct call *c, const struct object *o, enum area area,
				   const struct finding_list *list)
{
	struct value missing = fact_need(c, fact_of(o)->facts, area, list->n > 0);

	return value_is_error(missing) ? missing
				       : fact_list_of(c, o, &findings_class, list, list->n);
}

static struct value of_kind(struct call *c, const struct object *o, enum finding_kind kind,
			    enum area area)
{
	return findings_value(c, o, area, &fact_of(o)->facts->of_kind[kind]);
}

static struct value report_vulnerabilities(struct call *c, const struct object *o)
{
	return of_kind(c, o, FINDING_VULNERABILITY, AREA_VULNERABILITIES);
}

static struct value report_secrets(struct call *c, const struct object *o)
{
	return of_kind(c, o, FINDING_SECRET, AREA_SECRETS);
}

static struct value report_malware(struct call *c, const struct object *o)
{
	return of_kind(c, o, FINDING_MALWARE, AREA_MALWARE);
}

static struct value report_misconfigurations(struct call *c, const struct object *o)
{
	return of_kind(c, o, FINDING_MISCONFIGURATION, AREA_MISCONFIGURATIONS);
}

static struct value report_waste(struct call *c, const struct object *o)
{
	return of_kind(c, o, FINDING_WASTE, AREA_WASTE);
}

/* Who asks for all of them wants to know of all kinds. */
static const enum area finding_areas[] = {AREA_VULNERABILITIES, AREA_SECRETS, AREA_MALWARE,
					  AREA_MISCONFIGURATIONS};

static struct value report_findings(struct call *c, const struct object *o)
{
	struct facts *f = fact_of(o)->facts;

	for (size_t i = 0; i < ARRAY_LEN(finding_areas); i++) {
		struct value missing = fact_need(c, f, finding_areas[i], f->findings.n > 0);

		if (value_is_error(missing))
			return missing;
	}
	return fact_list_of(c, o, &findings_class, &f->findings, f->findings.n);
}

static struct value report_suppressed(struct call *c, const struct object *o)
{
	const struct finding_list *list = &fact_of(o)->facts->suppressed;

	return fact_list_of(c, o, &findings_class, list, list->n);
}

/* Elements of a vec; the class of the list says what they are. */
#define VEC_LIST(S, title)                                                                         \
	static struct value S##_list_at(struct call *c, const struct object *o, uint32_t i)        \
	{                                                                                          \
		return fact_object(c, fact_of(o)->facts, &S##_class, vec_at(o->data, i), i);       \
	}                                                                                          \
	static const struct object_class S##_list_class = {.name = (title), .at = S##_list_at}

VEC_LIST(package, "list of packages");
VEC_LIST(layer, "list of layers");
VEC_LIST(coverage, "list of coverage");
VEC_LIST(problem, "list of problems");

static struct value report_packages(struct call *c, const struct object *o)
{
	struct facts *f = fact_of(o)->facts;
	const struct vec *list = &f->report->packages;
	struct value missing = fact_need(c, f, AREA_PACKAGES, list->n > 0);

	return value_is_error(missing) ? missing
				       : fact_list_of(c, o, &package_list_class, list, list->n);
}

static struct value report_layers(struct call *c, const struct object *o)
{
	struct facts *f = fact_of(o)->facts;
	const struct vec *list = &f->report->layers;
	struct value missing = fact_need(c, f, AREA_LAYERS, list->n > 0);

	return value_is_error(missing) ? missing
				       : fact_list_of(c, o, &layer_list_class, list, list->n);
}

static struct value report_coverage(struct call *c, const struct object *o)
{
	const struct vec *list = &fact_of(o)->facts->report->coverage;

	if (list->n == 0)
		return call_error(c, NO_COVERAGE);
	return fact_list_of(c, o, &coverage_list_class, list, list->n);
}

static struct value report_problems(struct call *c, const struct object *o)
{
	const struct report *r = fact_of(o)->facts->report;

	if (r->n_problems_unlisted)
		return call_error(c, "problems: only in part, %llu more were not listed",
				  (unsigned long long)r->n_problems_unlisted);
	return fact_list_of(c, o, &problem_list_class, &r->problems, r->problems.n);
}

static struct value report_signatures(struct call *c, const struct object *o)
{
	struct value missing = fact_need(c, fact_of(o)->facts, AREA_SIGNATURES, false);

	return value_is_error(missing) ? missing : value_list(NULL, 0);
}

static struct value report_sboms(struct call *c, const struct object *o)
{
	struct value missing = fact_need(c, fact_of(o)->facts, AREA_SBOMS, false);

	return value_is_error(missing) ? missing : value_list(NULL, 0);
}

static struct value report_size(struct call *c, const struct object *o)
{
	struct value missing = fact_need(c, fact_of(o)->facts, AREA_LAYERS, true);

	if (str_is(fact_of(o)->facts->report->target.transport, "sbom"))
		return call_error(c, "size: NOT ASSESSED, an SBOM does not tell it");
	return value_is_error(missing) ? missing
				       : fact_number(fact_of(o)->facts->report->file_bytes);
}

static struct value report_n_files(struct call *c, const struct object *o)
{
	struct value missing = fact_need(c, fact_of(o)->facts, AREA_LAYERS, true);

	if (str_is(fact_of(o)->facts->report->target.transport, "sbom"))
		return call_error(c, "n_files: NOT ASSESSED, an SBOM does not tell it");
	return value_is_error(missing) ? missing : fact_number(fact_of(o)->facts->report->n_files);
}

GET_VALUE(report, report, complete, value_bool(report_is_complete(x)))
GET_TEXT(report, report, tool_version, x->tool_version)

#define REPORT_ROW(name, type, help) {#name, type, report_##name},
FACTS_CLASS(report_class, "Report", REPORT_FIELDS(REPORT_ROW));

/* ---- target, distribution, coverage, problems ---- */

static bool is_sbom(const struct report *r)
{
	return str_is(r->target.transport, "sbom");
}

GET_TEXT(target, report, given, x->target.given)
GET_TEXT(target, report, transport, x->target.transport)
GET_TEXT(target, report, location, x->target.location)
GET_VALUE(target, report, is_image, value_bool(x->has_image && !is_sbom(x)))
GET_VALUE(target, report, is_sbom, value_bool(is_sbom(x)))

#define TARGET_ROW(name, type, help) {#name, type, target_##name},
FACTS_CLASS(target_class, "Target", TARGET_FIELDS(TARGET_ROW));

/* An error where no distribution is known: "" is no release that one could forbid. */
static struct value distro_field(struct call *c, const struct object *o, struct str text)
{
	struct value missing = fact_need(c, fact_of(o)->facts, AREA_DISTRIBUTION,
					 fact_of(o)->facts->report->distro.id.n > 0);

	return value_is_error(missing) ? missing : fact_text(c, text);
}

#define DISTRO_TEXT(field, text)                                                                   \
	static struct value distro_##field(struct call *c, const struct object *o)                 \
	{                                                                                          \
		const struct distro *x = &fact_of(o)->facts->report->distro;                       \
                                                                                                   \
		return distro_field(c, o, (text));                                                 \
	}

DISTRO_TEXT(id, x->id)
DISTRO_TEXT(version, x->version_id)
DISTRO_TEXT(release, x->release)
DISTRO_TEXT(name, x->pretty_name.n ? x->pretty_name : x->name)

static struct value distro_end_of_life(struct call *c, const struct object *o)
{
	struct value missing = distro_field(c, o, STR(""));

	return value_is_error(missing) ? missing : fact_time(fact_of(o)->facts->report->distro.eol);
}

static struct value distro_is_supported(struct call *c, const struct object *o)
{
	struct value end = distro_end_of_life(c, o);

	if (end.kind != VALUE_TIMESTAMP)
		return end;
	return value_bool(fact_of(o)->facts->now < end.i + 86400); /* that day is its last */
}

#define DISTRO_ROW(name, type, help) {#name, type, distro_##name},
FACTS_CLASS(distro_class, "Distro", DISTRO_FIELDS(DISTRO_ROW));

GET_TEXT(coverage, coverage, what, x->what)
GET_TEXT(coverage, coverage, state, str_of(coverage_state_name(x->state)))
GET_TEXT(coverage, coverage, reason, x->reason)
GET_VALUE(coverage, coverage, count, fact_number(x->count))

#define COVERAGE_ROW(name, type, help) {#name, type, coverage_##name},
FACTS_CLASS(coverage_class, "Coverage", COVERAGE_FIELDS(COVERAGE_ROW));

GET_TEXT(problem, problem, path, x->path)
GET_TEXT(problem, problem, layer, x->layer)
GET_TEXT(problem, problem, parser, x->parser)
GET_TEXT(problem, problem, code, str_of(err_code_name(x->code)))
GET_TEXT(problem, problem, message, x->message)

#define PROBLEM_ROW(name, type, help) {#name, type, problem_##name},
FACTS_CLASS(problem_class, "Problem", PROBLEM_FIELDS(PROBLEM_ROW));

/* ---- what rules can be about ---- */

#define BIT(area) (1u << (area))
#define ALL_FINDINGS                                                                               \
	(BIT(AREA_VULNERABILITIES) | BIT(AREA_SECRETS) | BIT(AREA_MALWARE) |                       \
	 BIT(AREA_MISCONFIGURATIONS))

const struct each eaches[] = {
	{"report", NULL, NULL, 0, "once for the whole"},
	{"vulnerability", "vulnerability", &finding_class, BIT(AREA_VULNERABILITIES),
	 "each of them"},
	{"secret", "secret", &finding_class, BIT(AREA_SECRETS), "each of them"},
	{"malware", "malware", &finding_class, BIT(AREA_MALWARE), "each of them"},
	{"misconfiguration", "misconfiguration", &finding_class, BIT(AREA_MISCONFIGURATIONS),
	 "each of them"},
	{"waste", "waste", &finding_class, BIT(AREA_WASTE), "each of them"},
	{"finding", "finding", &finding_class, ALL_FINDINGS, "each, of whatever kind"},
	{"package", "pkg", &package_class, BIT(AREA_PACKAGES), "each that is installed"},
	{"layer", "layer", &layer_class, BIT(AREA_LAYERS), "each, bottom-up"},
	{"coverage", "coverage", &coverage_class, 0,
	 "each part that was, or should have been, looked at"},
	{"problem", "problem", &problem_class, 0, "each broken or refused part of the input"},
	{NULL, NULL, NULL, 0, NULL},
};

static const struct finding_list *findings_of(const struct facts *f, const struct each *each)
{
	if (each->areas == ALL_FINDINGS)
		return &f->findings;
	for (enum finding_kind k = 0; k <= FINDING_RUNTIME; k++)
		if (str_is(str_of(finding_kind_name(k)), each->name))
			return &f->of_kind[k];
	return &f->findings;
}

static const struct vec *vec_of(const struct facts *f, const struct each *each)
{
	if (each->class == &package_class)
		return &f->report->packages;
	if (each->class == &layer_class)
		return &f->report->layers;
	return each->class == &coverage_class ? &f->report->coverage : &f->report->problems;
}

size_t each_count(const struct facts *f, const struct each *each)
{
	if (!each->class)
		return 1;
	return each->class == &finding_class ? findings_of(f, each)->n : vec_of(f, each)->n;
}

struct str each_missing(const struct facts *f, const struct each *each)
{
	if (each->class == &coverage_class && f->report->coverage.n == 0)
		return STR(NO_COVERAGE);
	if (each->class == &problem_class && f->report->n_problems_unlisted)
		return STR("problems: only in part, there were more than are listed");
	return STR_NULL;
}

struct fact each_at(struct facts *f, const struct each *each, size_t i)
{
	struct fact x = {.facts = f, .index = i};

	if (!each->class)
		return f->root;
	x.object.class = each->class;
	x.object.data = each->class == &finding_class ? (const void *)findings_of(f, each)->p[i]
						      : vec_at(vec_of(f, each), i);
	return x;
}

struct str each_finding(const struct each *each, const struct fact *x)
{
	return each->class == &finding_class ? ((const struct finding *)x->object.data)->id
					     : STR_NULL;
}

static struct str finding_words(const struct finding *f, struct arena *a)
{
	const struct finding_subject *s = &f->subject;
	struct str name = s->name.n ? s->name : s->path;

	if (s->version.n)
		return arena_strf(a, "%.*s %.*s %.*s", STR_FMT(f->rule), STR_FMT(name),
				  STR_FMT(s->version));
	return arena_strf(a, "%.*s %.*s", STR_FMT(f->rule), STR_FMT(name));
}

struct str each_words(const struct each *each, const struct fact *x, struct arena *a)
{
	const void *data = x->object.data;

	if (!each->class)
		return STR_NULL;
	if (each->class == &finding_class)
		return finding_words(data, a);
	if (each->class == &package_class)
		return ((const struct report_package *)data)->purl;
	if (each->class == &layer_class)
		return arena_strf(a, "layer %zu", x->index + 1);
	if (each->class == &coverage_class)
		return ((const struct coverage *)data)->what;
	return ((const struct problem *)data)->path;
}

/* ---- the names of expressions ---- */

const struct facts_variable facts_variables[] = {
	{"report", "Report", "everything that was found"},
	{"target", "Target", "what was scanned"},
	{"image", "Image", "its name and configuration"},
	{"distro", "Distro", "the distribution in it"},
	{"now", "timestamp", "SOURCE_DATE_EPOCH, else the clock"},
	{NULL, NULL, NULL},
};

const struct object_class *const facts_classes[] = {
	&report_class,	 &target_class,	 &image_class, &reference_class, &port_class,
	&history_class,	 &distro_class,	 &layer_class, &package_class,	 &finding_class,
	&coverage_class, &problem_class, NULL,
};

static int add_levels(struct env *env, struct err *err)
{
	static const struct {
		struct str name;
		enum severity level;
	} levels[] = {
		{STR("UNKNOWN"), SEVERITY_UNKNOWN}, {STR("NEGLIGIBLE"), SEVERITY_NEGLIGIBLE},
		{STR("LOW"), SEVERITY_LOW},	    {STR("MEDIUM"), SEVERITY_MEDIUM},
		{STR("HIGH"), SEVERITY_HIGH},	    {STR("CRITICAL"), SEVERITY_CRITICAL},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(levels) && r == 0; i++)
		r = env_add_constant(env, levels[i].name, &type_int,
				     value_int((int64_t)levels[i].level), err);
	return r;
}

static int add_variable(struct env *env, const char *name, const char *type_name, struct err *err)
{
	const struct type *type;
	int r = type_parse(str_of(type_name), &env->arena, &type, err);

	return r < 0 ? r : env_add_variable(env, str_of(name), type, NULL, err);
}

static int fill_env(struct env *env, const struct each *each, const struct yaml_node *params,
		    struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && facts_classes[i]; i++)
		r = env_add_class(env, facts_classes[i], err);
	for (size_t i = 0; r == 0 && facts_functions[i].name; i++)
		r = env_add_function(env, &facts_functions[i], err);
	if (r == 0)
		r = add_levels(env, err);
	for (size_t i = 0; r == 0 && facts_variables[i].name; i++)
		r = add_variable(env, facts_variables[i].name, facts_variables[i].type, err);
	if (r == 0 && each->class)
		r = add_variable(env, each->variable, each->class->name, err);
	if (r == 0)
		r = env_add_constant(env, STR("params"), &type_dyn,
				     yaml_map_or_empty(params, &env->arena), err);
	return r;
}

int facts_env_new(const struct each *each, const struct yaml_node *params, struct env **ret,
		  struct err *err)
{
	CLEANUP(env_freep) struct env *env = NULL;
	int r = env_new(&env, err);

	if (r == 0)
		r = fill_env(env, each, params, err);
	if (r == 0)
		*ret = TAKE(env);
	return r;
}

void facts_fill(const struct facts *f, struct value values[FACTS_VARIABLES_MAX], size_t *ret_n)
{
	values[0] = value_object(&f->root.object);
	values[1] = value_object(&f->target.object);
	values[2] = value_object(&f->image.object);
	values[3] = value_object(&f->distro.object);
	values[4] = value_timestamp(f->now, 0);
	*ret_n = 5;
}

/* ---- making ---- */

static struct finding_list *list_of(struct facts *f, const struct finding *x)
{
	return x->suppressed_by.n ? &f->suppressed : &f->of_kind[x->kind];
}

static int make_list(struct facts *f, struct finding_list *list)
{
	list->p = arena_array(&f->arena, list->n + 1, sizeof *list->p);
	list->n = 0;
	return list->p ? 0 : -ERR_NOMEM;
}

/* Counted first: there may be a million. */
static int split_findings(struct facts *f, struct err *err)
{
	const struct vec *all = &f->report->findings;
	int r;

	for (size_t i = 0; i < all->n; i++)
		list_of(f, vec_at(all, i))->n++;
	f->findings.n = all->n - f->suppressed.n;
	r = make_list(f, &f->findings) + make_list(f, &f->suppressed);
	for (size_t k = 0; k <= FINDING_RUNTIME; k++)
		r += make_list(f, &f->of_kind[k]);
	if (r < 0)
		return err_nomem(err);
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *x = vec_at(all, i);
		struct finding_list *list = list_of(f, x);

		list->p[list->n++] = x;
		if (x->suppressed_by.n == 0)
			f->findings.p[f->findings.n++] = x;
	}
	return 0;
}

int facts_init(struct facts *f, const struct report *r, int64_t now, struct err *err)
{
	int e;

	*f = (struct facts){.report = r, .now = now};
	arena_init(&f->arena, LIMIT_ARENA_BYTES);
	f->root = (struct fact){.object = {&report_class, r}, .facts = f};
	f->target = (struct fact){.object = {&target_class, r}, .facts = f};
	f->image = (struct fact){.object = {&image_class, &r->image}, .facts = f};
	f->distro = (struct fact){.object = {&distro_class, &r->distro}, .facts = f};
	e = gaps_find(r, &f->arena, &f->gaps, err);
	return e < 0 ? e : split_findings(f, err);
}

void facts_done(struct facts *f)
{
	arena_done(&f->arena);
}
