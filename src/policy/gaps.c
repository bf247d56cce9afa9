/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/gaps.h"

#include "base/cleanup.h"
#include "check/language.h"

#define WHY_MAX 64 /* lines kept for one area; the rest is counted */

const char *area_name(enum area a)
{
	static const char *const names[] = {
#define AREA_NAME(NAME, name) name,
		AREAS(AREA_NAME)
#undef AREA_NAME
	};

	return names[a];
}

/* The names under which coverage is reported, by how they begin. */
static const struct prefix {
	const char *text;
	enum area area;
} prefixes[] = {
	{"layer", AREA_LAYERS},
	{"link", AREA_LAYERS},
	{"operating-system packages", AREA_PACKAGES},
	{"language packages", AREA_PACKAGES},
	{"packages", AREA_PACKAGES},
	{"components without a package URL", AREA_PACKAGES},
	{"vulnerabilities", AREA_VULNERABILITIES},
	{"distribution", AREA_DISTRIBUTION},
	{"secrets", AREA_SECRETS},
	{"malware", AREA_MALWARE},
	{"misconfigurations", AREA_MISCONFIGURATIONS},
	{"image configuration", AREA_MISCONFIGURATIONS},
	{"configuration", AREA_MISCONFIGURATIONS},
	{"history", AREA_MISCONFIGURATIONS},
	{"accounts", AREA_MISCONFIGURATIONS},
	{"file", AREA_MISCONFIGURATIONS},
	{"Kubernetes", AREA_MISCONFIGURATIONS},
	{"shell of RUN", AREA_MISCONFIGURATIONS},
	{"waste", AREA_WASTE},
	{"signatures", AREA_SIGNATURES},
	{"attached SBOMs", AREA_SBOMS},
};

/* What an area is made from: what is missing there is missing here. */
static const struct {
	enum area area, from;
} parts[] = {
	{AREA_PACKAGES, AREA_LAYERS},
	{AREA_DISTRIBUTION, AREA_LAYERS},
	{AREA_VULNERABILITIES, AREA_PACKAGES},
	{AREA_SECRETS, AREA_LAYERS},
	{AREA_MALWARE, AREA_LAYERS},
	{AREA_MISCONFIGURATIONS, AREA_LAYERS},
	{AREA_WASTE, AREA_LAYERS},
};

struct finder {
	const struct report *r;
	struct arena *a;
	struct gaps *gaps;
	struct str *lines[N_AREAS];
	size_t n[N_AREAS];
	uint64_t more[N_AREAS]; /* beyond WHY_MAX */
	bool seen[N_AREAS];	/* coverage speaks of it */
	bool assessed[N_AREAS]; /* of some of it it says so */
};

static bool find_area(struct str what, enum area *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (str_has_prefix(what, str_of(prefixes[i].text))) {
			*ret = prefixes[i].area;
			return true;
		}
	for (size_t i = 0; languages[i]; i++)
		if (str_is(what, languages[i]->title)) {
			*ret = AREA_MISCONFIGURATIONS;
			return true;
		}
	return false;
}

/* Without memory nothing is kept: the arena remembers. */
static void add_why(struct finder *f, enum area area, struct str line)
{
	if (f->n[area] == WHY_MAX) {
		f->more[area]++;
		return;
	}
	if (!f->lines[area])
		f->lines[area] = arena_array(f->a, WHY_MAX + 1, sizeof line);
	if (f->lines[area])
		f->lines[area][f->n[area]++] = line;
}

static struct str line_of(struct finder *f, const struct coverage *c)
{
	return arena_strf(f->a, "%.*s: %s%s%.*s", STR_FMT(c->what),
			  c->state == COVERAGE_PARTIAL ? "only in part" : "NOT ASSESSED",
			  c->reason.n ? ", " : "", STR_FMT(c->reason));
}

static void take(struct finder *f, const struct coverage *c)
{
	enum area area;

	if (!find_area(c->what, &area)) {
		if (c->state != COVERAGE_ASSESSED) /* it may be part of anything */
			add_why(f, AREA_LAYERS, line_of(f, c));
		return;
	}
	f->seen[area] = true;
	f->assessed[area] |= c->state != COVERAGE_NOT_ASSESSED;
	if (c->state == COVERAGE_ASSESSED)
		return;
	add_why(f, area, line_of(f, c));
}

/* A layer says itself that it was not read to its end; coverage mostly says it with the reason. */
static void take_layers(struct finder *f)
{
	for (size_t i = 0; i < f->r->layers.n && f->n[AREA_LAYERS] == 0; i++) {
		const struct report_layer *l = vec_at(&f->r->layers, i);

		if (!l->assessed)
			add_why(f, AREA_LAYERS,
				arena_strf(f->a, "layer %zu: NOT ASSESSED to its end", i + 1));
	}
}

/* Layers and the configuration stand in the report itself; of the rest only coverage can tell. */
static bool is_there(const struct finder *f, enum area area)
{
	const struct report *r = f->r;
	bool is_sbom = str_is(r->target.transport, "sbom");

	if (area == AREA_LAYERS)
		return f->r->coverage.n > 0;
	if (area == AREA_CONFIGURATION)
		return r->has_image && !is_sbom;
	return f->seen[area];
}

static struct str why_not_there(struct finder *f, enum area area)
{
	if (area == AREA_CONFIGURATION)
		return arena_strf(f->a, "%s: NOT ASSESSED, %s", area_name(area),
				  f->r->has_image ? "an SBOM does not tell it"
						  : "the target is no image");
	return arena_strf(f->a, "%s: NOT ASSESSED, nothing in this report has looked for them",
			  area_name(area));
}

static void judge(struct finder *f, enum area area)
{
	struct gap *g = &f->gaps->of[area];

	if (!is_there(f, area)) {
		g->state = COVERAGE_NOT_ASSESSED;
		add_why(f, area, why_not_there(f, area));
	} else if (f->n[area]) {
		g->state = f->assessed[area] || area == AREA_LAYERS ? COVERAGE_PARTIAL
								    : COVERAGE_NOT_ASSESSED;
	}
}

static bool is_found_by_looking(enum area area)
{
	return area == AREA_VULNERABILITIES || area == AREA_SECRETS || area == AREA_MALWARE ||
	       area == AREA_MISCONFIGURATIONS || area == AREA_WASTE;
}

/* Findings that a filter left out were found, but are not here to be judged. */
static void take_hidden(struct finder *f)
{
	for (enum area a = 0; a < N_AREAS && f->r->n_hidden; a++)
		if (is_found_by_looking(a) && f->seen[a])
			add_why(f, a,
				arena_strf(f->a,
					   "findings: only in part, %llu were left out by %.*s",
					   (unsigned long long)f->r->n_hidden,
					   STR_FMT(f->r->hidden_by)));
}

static void take_parts(struct finder *f)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct gap *g = &f->gaps->of[parts[i].area];
		const struct gap *from = &f->gaps->of[parts[i].from];

		if (from->state == COVERAGE_ASSESSED)
			continue;
		if (g->state == COVERAGE_ASSESSED)
			g->state = COVERAGE_PARTIAL;
		for (size_t k = 0; k < f->n[parts[i].from] && f->seen[parts[i].area]; k++)
			add_why(f, parts[i].area, f->lines[parts[i].from][k]);
	}
}

static void end(struct finder *f, enum area area)
{
	if (f->more[area] && f->lines[area])
		f->lines[area][f->n[area]++] =
			arena_strf(f->a, "and %llu more", (unsigned long long)f->more[area]);
	f->gaps->of[area].why = (struct str_list){f->lines[area], f->n[area]};
}

int gaps_find(const struct report *r, struct arena *a, struct gaps *ret, struct err *err)
{
	struct finder f = {.r = r, .a = a, .gaps = ret};

	*ret = (struct gaps){0};
	for (size_t i = 0; i < r->coverage.n; i++)
		take(&f, vec_at(&r->coverage, i));
	take_layers(&f);
	take_hidden(&f);
	for (enum area area = 0; area < N_AREAS; area++)
		judge(&f, area);
	take_parts(&f);
	for (enum area area = 0; area < N_AREAS; area++)
		end(&f, area);
	return arena_check(a, err);
}
