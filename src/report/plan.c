/* SPDX-License-Identifier: Apache-2.0 */
#include "report/plan.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "package/version.h"

/* An action while its findings are gathered. */
struct draft {
	struct action action;
	struct map rules;    /* vulnerabilities seen */
	struct map packages; /* purls seen */
	struct vec findings; /* size_t */
};

struct planning {
	const struct report *report;
	struct plan *plan;
	struct map by_key;     /* package, version -> struct draft */
	struct map package_of; /* purl -> struct report_package */
	struct vec drafts;     /* struct draft * */
	struct map left_of;    /* vulnerability, package, version -> number in left, from 1 */
	struct map left_seen;  /* the same with the purl */
	struct vec left;       /* struct leftover */
};

static struct str package_name(const struct finding *f)
{
	return f->subject.source_name.n ? f->subject.source_name : f->subject.name;
}

static struct str package_version(const struct finding *f)
{
	return f->subject.source_version.n ? f->subject.source_version : f->subject.version;
}

/* The type of a package URL: "deb" of "pkg:deb/debian/openssl@1". */
static struct str purl_type(struct str purl)
{
	struct str type = STR_NULL;

	(void)str_pull_prefix(&purl, STR("pkg:"));
	(void)str_pull_until(&purl, '/', &type);
	return type;
}

/* The same for all findings that count as one. */
static struct str counted_as(struct arena *a, const struct finding *f)
{
	if (f->subject.kind != SUBJECT_PACKAGE)
		return f->id;
	return arena_strf(a, "%.*s\x1f%.*s\x1f%.*s\x1f%.*s", STR_FMT(f->rule),
			  STR_FMT(purl_type(f->subject.purl)), STR_FMT(package_name(f)),
			  STR_FMT(package_version(f)));
}

static struct draft *draft_of(struct planning *p, const struct finding *f)
{
	struct str type = purl_type(f->subject.purl);
	struct str key = arena_strf(&p->plan->arena, "%.*s\x1f%.*s\x1f%.*s", STR_FMT(type),
				    STR_FMT(package_name(f)), STR_FMT(package_version(f)));
	struct draft *d = key.p ? map_get(&p->by_key, key) : NULL, **slot;

	if (d || !key.p)
		return d;
	d = arena_alloc(&p->plan->arena, sizeof *d);
	slot = vec_push(&p->drafts);
	if (!d || !slot)
		return NULL;
	d->action = (struct action){.package = package_name(f),
				    .type = type,
				    .from = package_version(f),
				    .to = f->fix_version};
	d->findings = (struct vec)VEC_INIT(size_t, LIMIT_FINDINGS);
	map_init(&d->rules, LIMIT_FINDINGS);
	map_init(&d->packages, LIMIT_PACKAGES);
	*slot = d;
	return map_put(&p->by_key, key, d) < 0 ? NULL : d;
}

/* The higher of two versions; where they have no order the first stays. */
static struct str higher(struct str type, struct str a, struct str b)
{
	enum version_scheme scheme;
	int order;

	if (!version_scheme_find(type, &scheme) || version_compare(scheme, a, b, &order, NULL) < 0)
		return a;
	return order < 0 ? b : a;
}

static struct str channel_of(const struct finding *f)
{
	struct str found = STR_NULL;

	for (size_t i = 0; i < f->evidence.n; i++) {
		struct str step = f->evidence.p[i];

		if (str_pull_prefix(&step, STR("subscription=")))
			found = step;
	}
	return found;
}

/* 1 when it was not in the set, 0 when it was, or an error. */
static int add_once(struct map *set, struct str key)
{
	if (map_get(set, key))
		return 0;
	return map_put(set, key, set) < 0 ? -ERR_NOMEM : 1;
}

/* Each vulnerability once, whatever the number of packages. */
static void count(struct plan *plan, const struct finding *f)
{
	plan->n_by_severity[f->severity]++;
	plan->n_exploited += f->known_exploited;
}

static int add_to_draft(struct planning *p, struct draft *d, const struct finding *f, size_t i)
{
	struct action *a = &d->action;
	const struct report_package *rp = map_get(&p->package_of, f->subject.purl);
	size_t *slot = vec_push(&d->findings);
	int r = add_once(&d->packages, f->subject.purl);

	if (!slot || r < 0)
		return -ERR_NOMEM;
	*slot = i;
	a->n_packages += (uint64_t)r;
	if (rp && rp->layer_changed_index > a->layer)
		a->layer = rp->layer_changed_index;
	if (str_eq(higher(a->type, a->to, f->fix_version), f->fix_version)) {
		a->to = f->fix_version;
		a->channel = channel_of(f);
	}
	r = add_once(&d->rules, f->rule);
	if (r <= 0)
		return r;
	count(p->plan, f);
	p->plan->n_removed++;
	a->n_findings++;
	a->n_exploited += f->known_exploited;
	a->risk += f->risk > 0 ? f->risk : 0;
	if (f->severity > a->worst)
		a->worst = f->severity;
	return 0;
}

/* Once a vulnerability, source package and version; each of the others by itself. */
static int add_to_left(struct planning *p, const struct finding *f, size_t i)
{
	bool is_package = f->subject.kind == SUBJECT_PACKAGE;
	struct arena *a = &p->plan->arena;
	struct str key = counted_as(a, f);
	struct str seen = arena_strf(a, "%.*s\x1f%.*s", STR_FMT(key), STR_FMT(f->subject.purl));
	uintptr_t number = key.p ? (uintptr_t)map_get(&p->left_of, key) : 0;
	struct leftover *l;
	int r = seen.p && key.p ? add_once(&p->left_seen, seen) : -ERR_NOMEM;

	if (r < 0)
		return r;
	if (number) {
		l = vec_at(&p->left, number - 1);
		l->n_packages += is_package && r > 0;
		return 0;
	}
	l = vec_push(&p->left);
	if (!l)
		return -ERR_NOMEM;
	*l = (struct leftover){.finding = i, .n_packages = is_package};
	count(p->plan, f);
	return map_put(&p->left_of, key, (void *)(uintptr_t)p->left.n);
}

static int gather(struct planning *p)
{
	int r = 0;

	for (size_t i = 0; i < p->report->findings.n && r >= 0; i++) {
		const struct finding *f = vec_at(&p->report->findings, i);
		struct draft *d;

		if (f->suppressed_by.n)
			continue;
		if (f->subject.kind != SUBJECT_PACKAGE || f->fix_version.n == 0) {
			r = add_to_left(p, f, i);
			continue;
		}
		d = draft_of(p, f);
		r = d ? add_to_draft(p, d, f, i) : -ERR_NOMEM;
	}
	return r;
}

static int index_packages(struct planning *p)
{
	for (size_t i = 0; i < p->report->packages.n; i++) {
		struct report_package *rp = vec_at(&p->report->packages, i);

		if (rp->purl.n && map_put(&p->package_of, rp->purl, rp) < 0)
			return -ERR_NOMEM;
	}
	return 0;
}

static int most_risk_first(const void *va, const void *vb)
{
	const struct action *a = va, *b = vb;
	int by_risk = (a->risk < b->risk) - (a->risk > b->risk);
	int by_name = str_cmp(a->package, b->package);

	if (by_risk)
		return by_risk;
	return by_name ? by_name : str_cmp(a->from, b->from);
}

static int give_back(struct planning *p)
{
	struct plan *plan = p->plan;

	plan->actions = arena_array(&plan->arena, p->drafts.n + 1, sizeof *plan->actions);
	for (size_t i = 0; plan->actions && i < p->drafts.n; i++) {
		struct draft *d = *(struct draft **)vec_at(&p->drafts, i);
		size_t *list = arena_array(&plan->arena, d->findings.n, sizeof *list);

		if (!list)
			return -ERR_NOMEM;
		memcpy(list, d->findings.p, d->findings.n * sizeof *list);
		d->action.findings = list;
		d->action.n = d->findings.n;
		plan->actions[plan->n++] = d->action;
	}
	plan->left = arena_array(&plan->arena, p->left.n + 1, sizeof *plan->left);
	if (!plan->actions || !plan->left)
		return -ERR_NOMEM;
	plan->n_left = p->left.n;
	if (p->left.n)
		memcpy(plan->left, p->left.p, p->left.n * sizeof *plan->left);
	qsort(plan->actions, plan->n, sizeof *plan->actions, most_risk_first);
	return 0;
}

int plan_make(const struct report *r, struct plan *ret, struct err *err)
{
	struct planning p = {.report = r,
			     .plan = ret,
			     .drafts = VEC_INIT(struct draft *, LIMIT_FINDINGS),
			     .left = VEC_INIT(struct leftover, LIMIT_FINDINGS)};
	int e;

	*ret = (struct plan){0};
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	map_init(&p.by_key, LIMIT_FINDINGS);
	map_init(&p.package_of, LIMIT_PACKAGES);
	map_init(&p.left_of, LIMIT_FINDINGS);
	map_init(&p.left_seen, LIMIT_FINDINGS);
	e = index_packages(&p);
	if (e >= 0)
		e = gather(&p);
	if (e >= 0)
		e = give_back(&p);
	for (size_t i = 0; i < p.drafts.n; i++) {
		struct draft *d = *(struct draft **)vec_at(&p.drafts, i);

		map_done(&d->rules);
		map_done(&d->packages);
		vec_done(&d->findings);
	}
	vec_done(&p.drafts);
	vec_done(&p.left);
	map_done(&p.left_of);
	map_done(&p.left_seen);
	map_done(&p.by_key);
	map_done(&p.package_of);
	if (e >= 0)
		return 0;
	plan_done(ret);
	return err_nomem(err);
}

void plan_done(struct plan *p)
{
	arena_done(&p->arena);
	*p = (struct plan){0};
}

/* ---- counting alone ---- */

void finding_tally_init(struct finding_tally *t)
{
	arena_init(&t->arena, LIMIT_ARENA_BYTES);
	map_init(&t->seen, LIMIT_FINDINGS);
	t->n = 0;
}

int finding_tally_add(struct finding_tally *t, const struct finding *f)
{
	struct str key = counted_as(&t->arena, f);
	int r = key.p ? add_once(&t->seen, key) : -ERR_NOMEM;

	if (r > 0)
		t->n++;
	return r < 0 ? r : 0;
}

void finding_tally_done(struct finding_tally *t)
{
	map_done(&t->seen);
	arena_done(&t->arena);
}
