/* SPDX-License-Identifier: Apache-2.0 */
#include "report/base_advice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "package/version.h"

/* What is compared with every candidate: the part of the image that a base brings. */
struct present {
	struct report *report;
	const struct report *base; /* NULL: not known */
	size_t n_layers;	   /* of it */
	struct map packages;	   /* purl -> struct report_package */
	bool has_findings;
};

/* One candidate, while it is judged. */
struct judged {
	const struct present *present;
	const struct report *candidate;
	struct base_candidate *ret;
	struct map packages;	     /* "type/name" -> struct report_package */
	struct vec missing, perhaps; /* struct str */
	struct map lacking;	     /* purl -> struct needs_part: of both of them */
	uint64_t lacking_bytes;
	struct str not_there;		      /* a needed package of any layer that it lacks */
	const struct report_package *foreign; /* the same of a language */
};

const char *base_fit_name(enum base_fit f)
{
	static const char *const names[] = {
		[BASE_FITS] = "fits",
		[BASE_UNKNOWN] = "unknown",
		[BASE_DOES_NOT_FIT] = "does-not-fit",
	};

	return names[f];
}

int64_t base_findings_less(const struct base_candidate *b)
{
	int64_t n = 0;

	for (size_t i = 0; i < BASE_SEVERITIES; i++)
		n += b->findings_less[i];
	return n;
}

/* ---- what reports hold ---- */

static bool is_of_system(const struct package *p)
{
	return str_is(p->type, "deb") || str_is(p->type, "apk") || str_is(p->type, "rpm") ||
	       str_is(p->type, "alpm");
}

static const struct report_layer *layer_at(const struct report *r, size_t i)
{
	return vec_at(&r->layers, i);
}

static bool is_row_of(struct str what, struct str release)
{
	return release.n && str_pull_prefix(&what, STR("vulnerabilities (")) &&
	       str_pull_prefix(&what, release) && str_is(what, ")");
}

/*
 * That its distribution was looked at. With `all`, nothing else may be left out either: what a
 * candidate hides would be praised as gone.
 */
static bool knows_findings(const struct report *r, bool all)
{
	bool knows = false;

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (!str_has_prefix(c->what, STR("vulnerabilities")))
			continue;
		if (c->state != COVERAGE_NOT_ASSESSED)
			knows |= is_row_of(c->what, r->distro.release) ||
				 is_row_of(c->what, r->distro.base_release);
		else if (all)
			return false;
	}
	return knows && r->n_hidden == 0; /* of a filtered report some are not there */
}

static bool knows_bytes(const struct report *r)
{
	for (size_t i = 0; i < r->layers.n; i++)
		if (!layer_at(r, i)->assessed)
			return false;
	return r->file_bytes > 0;
}

static bool counts(const struct finding *f)
{
	return f->kind == FINDING_VULNERABILITY && f->suppressed_by.n == 0;
}

static bool has_layer(const struct report *r, struct str diff_id)
{
	for (size_t i = 0; i < r->layers.n; i++)
		if (str_eq(layer_at(r, i)->diff_id, diff_id))
			return true;
	return false;
}

static bool is_below(const struct report *base, const struct report *image)
{
	if (base->layers.n == 0 || base->layers.n > image->layers.n)
		return false;
	for (size_t i = 0; i < base->layers.n; i++) {
		struct str diff_id = layer_at(base, i)->diff_id;

		if (diff_id.n == 0 || !str_eq(diff_id, layer_at(image, i)->diff_id))
			return false;
	}
	return true;
}

static bool is_of_base(const struct present *p, const struct report_package *rp)
{
	return p->base ? rp->layer_index < p->n_layers : is_of_system(&rp->p);
}

/* The package that holds the C library; "" for one of another family. */
static const struct report_package *libc_of(const struct map *packages, struct str *ret_family)
{
	static const struct {
		struct str key, family;
	} known[] = {{STR("deb/libc6"), STR("glibc")}, {STR("rpm/glibc"), STR("glibc")},
		     {STR("apk/glibc"), STR("glibc")}, {STR("alpm/glibc"), STR("glibc")},
		     {STR("deb/musl"), STR("musl")},   {STR("apk/musl"), STR("musl")}};

	*ret_family = STR_NULL;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		const struct report_package *p = map_get(packages, known[i].key);

		if (!p)
			continue;
		*ret_family = known[i].family;
		return p;
	}
	return NULL;
}

static bool can_install(const struct map *packages)
{
	static const struct str tools[] = {
		STR("deb/apt"),	   STR("apk/apk-tools"), STR("rpm/dnf"),
		STR("rpm/dnf5"),   STR("rpm/microdnf"),	 STR("rpm/yum"),
		STR("rpm/zypper"), STR("rpm/tdnf"),	 STR("alpm/pacman")};

	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		if (map_get(packages, tools[i]))
			return true;
	return false;
}

static struct str key_of(struct arena *a, const struct package *p)
{
	return arena_strf(a, "%.*s/%.*s", STR_FMT(p->type), STR_FMT(p->name));
}

static int list_packages(const struct report *r, struct arena *a, struct map *ret)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->packages.n; i++) {
		struct report_package *rp = vec_at(&r->packages, i);
		struct str key = key_of(a, &rp->p);

		e = key.p ? map_put(ret, key, rp) : -ERR_NOMEM;
	}
	return e;
}

/* ---- what it lacks ---- */

static int lack(struct judged *j, struct needs_part *part, const struct report_package *rp)
{
	struct str *name;

	if (!part->is_assumed && !j->not_there.n && is_of_system(&rp->p))
		j->not_there = part->name;
	if (!is_of_base(j->present, rp))
		return 0;
	if (!part->is_assumed && !is_of_system(&rp->p))
		j->foreign = rp;
	name = vec_push(part->is_assumed ? &j->perhaps : &j->missing);
	if (!name)
		return -ERR_NOMEM;
	*name = part->name;
	j->lacking_bytes += part->bytes;
	return map_put(&j->lacking, part->purl, part);
}

static int find_missing(struct judged *j, struct arena *a)
{
	const struct vec *parts = &j->present->report->needs.packages;
	int r = 0;

	for (size_t i = 0; r == 0 && i < parts->n; i++) {
		struct needs_part *part = vec_at(parts, i);
		const struct report_package *rp = map_get(&j->present->packages, part->purl);
		struct str key;

		if (!part->is_needed || !rp)
			continue;
		key = key_of(a, &rp->p);
		if (!key.p)
			return -ERR_NOMEM;
		if (!map_get(&j->packages, key))
			r = lack(j, part, rp);
	}
	return r;
}

/*
 * What is built or copied into a base stands in no list of packages; a layer that both have brings
 * the same. NULL: there is none of it.
 */
static const struct needs_file *first_unowned(const struct judged *j, const bool *shared,
					      uint64_t *ret_n)
{
	const struct vec *files = &j->present->report->needs.files;
	const struct needs_file *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < files->n; i++) {
		const struct needs_file *f = vec_at(files, i);

		if (f->package.n || f->is_assumed || f->is_link ||
		    f->layer >= j->present->n_layers || shared[f->layer])
			continue;
		if (!first)
			first = f;
		++*ret_n;
	}
	return first;
}

/* ---- the judgement: each is asked in turn until one says why not ---- */

static void refuse(struct judged *j, enum base_fit fit, struct str reason)
{
	j->ret->fit = fit;
	j->ret->reason = reason;
}

static bool is_unlike(struct str a, struct str b)
{
	return a.n && b.n && !str_eq(a, b);
}

static void judge_kind(struct judged *j)
{
	struct report *image = j->present->report;
	const struct report *c = j->candidate;

	if (image->needs.state != NEEDS_FOUND)
		refuse(j, BASE_UNKNOWN, STR("what the commands need is not known"));
	else if (is_unlike(image->image.architecture, c->image.architecture))
		refuse(j, BASE_DOES_NOT_FIT,
		       arena_strf(&image->arena, "it is for %.*s", STR_FMT(c->image.architecture)));
	else if (c->packages.n == 0)
		refuse(j, BASE_UNKNOWN, STR("its report has no packages"));
}

/* An older C library lacks symbols that a newer one promised. */
static bool is_older(const struct report_package *a, const struct report_package *b)
{
	enum version_scheme scheme;
	int order = 0;

	return str_eq(a->p.type, b->p.type) && version_scheme_find(a->p.type, &scheme) &&
	       version_compare(scheme, a->p.version, b->p.version, &order, NULL) == 0 && order < 0;
}

static int judge_libc(struct judged *j)
{
	CLEANUP(map_done) struct map needed = {0};
	struct arena *arena = &j->present->report->arena;
	const struct vec *parts = &j->present->report->needs.packages;
	const struct report_package *wanted, *has;
	struct str family, own;
	int r = 0;

	map_init(&needed, LIMIT_PACKAGES);
	for (size_t i = 0; r == 0 && i < parts->n; i++) {
		const struct needs_part *part = vec_at(parts, i);
		struct report_package *rp = map_get(&j->present->packages, part->purl);
		struct str key = rp ? key_of(arena, &rp->p) : STR_NULL;

		if (part->is_needed && rp)
			r = key.p ? map_put(&needed, key, rp) : -ERR_NOMEM;
	}
	wanted = libc_of(&needed, &family);
	has = libc_of(&j->packages, &own);
	if (r < 0 || !wanted)
		return r;
	if (!has)
		refuse(j, BASE_DOES_NOT_FIT,
		       arena_strf(arena, "it has no C library; %.*s is needed", STR_FMT(family)));
	else if (!str_eq(own, family))
		refuse(j, BASE_DOES_NOT_FIT,
		       arena_strf(arena, "its C library is %.*s, the programs need %.*s",
				  STR_FMT(own), STR_FMT(family)));
	else if (j->ret->is_other_release && is_older(has, wanted))
		refuse(j, BASE_DOES_NOT_FIT,
		       arena_strf(arena, "its %.*s %.*s is older than the image's %.*s",
				  STR_FMT(has->p.name), STR_FMT(has->p.version),
				  STR_FMT(wanted->p.version)));
	return 0;
}

static void judge_missing(struct judged *j)
{
	struct arena *a = &j->present->report->arena;

	if (j->foreign)
		refuse(j, BASE_DOES_NOT_FIT,
		       arena_strf(a, "it has no %.*s (%.*s), which the present base brings",
				  STR_FMT(j->foreign->p.name), STR_FMT(j->foreign->p.type)));
	else if (j->not_there.n && !can_install(&j->packages))
		refuse(j, BASE_DOES_NOT_FIT,
		       arena_strf(a, "it has no %.*s, and no package manager to install it",
				  STR_FMT(j->not_there)));
	else if (j->not_there.n && j->ret->is_other_release)
		refuse(j, BASE_UNKNOWN,
		       arena_strf(a, "it has no %.*s, and whether its release has one is not known",
				  STR_FMT(j->not_there)));
}

static int judge_files(struct judged *j)
{
	CLEANUP(freep) bool *shared = calloc(j->present->n_layers + 1, sizeof *shared);
	struct arena *a = &j->present->report->arena;
	const struct needs_file *first;
	char more[64];
	uint64_t n;

	if (!shared)
		return -ERR_NOMEM;
	for (size_t i = 0; i < j->present->n_layers; i++)
		shared[i] = has_layer(j->candidate, layer_at(j->present->report, i)->diff_id);
	first = first_unowned(j, shared, &n);
	if (!first)
		return 0;
	(void)snprintf(more, sizeof more, " and %llu more", (unsigned long long)(n - 1));
	refuse(j, BASE_UNKNOWN,
	       arena_strf(a,
			  "no package of the present base owns %.*s%s, so whether it has %s is "
			  "not known",
			  STR_FMT(first->path), n > 1 ? more : "", n > 1 ? "them" : "it"));
	return 0;
}

static int judge(struct judged *j)
{
	int r = 0;

	judge_kind(j);
	if (j->ret->fit == BASE_FITS)
		r = judge_libc(j);
	if (j->ret->fit == BASE_FITS)
		judge_missing(j);
	if (j->ret->fit == BASE_FITS)
		r = judge_files(j);
	return r;
}

/* ---- what it saves ---- */

static void count_findings(const struct report *r, uint64_t *counts_by_severity)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		counts_by_severity[f->severity] += counts(f);
	}
}

/* Those of the base's packages go, but for packages that are installed again. */
static void less_findings(struct judged *j)
{
	const struct present *p = j->present;
	struct base_candidate *ret = j->ret;

	ret->has_findings_less = ret->has_findings && p->has_findings;
	for (size_t i = 0; ret->has_findings_less && i < p->report->findings.n; i++) {
		const struct finding *f = vec_at(&p->report->findings, i);
		const struct report_package *rp = map_get(&p->packages, f->subject.purl);

		ret->findings_less[f->severity] += counts(f) && rp && is_of_base(p, rp) &&
						   !map_get(&j->lacking, f->subject.purl);
	}
	for (size_t i = 0; ret->has_findings_less && i < BASE_SEVERITIES; i++)
		ret->findings_less[i] -= (int64_t)ret->findings[i];
}

static bool base_bytes(const struct present *p, uint64_t *ret)
{
	const struct vec *parts = &p->report->needs.packages;

	*ret = 0;
	if (p->base) {
		*ret = p->base->file_bytes;
		return knows_bytes(p->base);
	}
	for (size_t i = 0; i < parts->n; i++) {
		const struct needs_part *part = vec_at(parts, i);
		const struct report_package *rp = map_get(&p->packages, part->purl);

		if (rp && is_of_base(p, rp))
			*ret += part->bytes;
	}
	return *ret > 0; /* 0: the packages name no files */
}

static void less_bytes(struct judged *j)
{
	uint64_t before = 0, after = 0;

	j->ret->has_bytes_less = j->ret->has_bytes && base_bytes(j->present, &before) &&
				 !__builtin_add_overflow(j->ret->bytes, j->lacking_bytes, &after) &&
				 !__builtin_sub_overflow(before, after, &j->ret->bytes_less);
}

/* ---- all candidates ---- */

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Of the image's own report, so they stay. */
static int take_names(struct arena *a, struct vec *names, struct str_list *ret)
{
	struct str *p = arena_array(a, names->n + 1, sizeof *p);

	if (!p)
		return -ERR_NOMEM;
	vec_sort(names, compare_names);
	for (size_t i = 0; i < names->n; i++)
		p[i] = *(const struct str *)vec_at(names, i);
	*ret = (struct str_list){p, names->n};
	return 0;
}

static int describe(struct judged *j)
{
	const struct report *c = j->candidate;
	struct base_candidate *ret = j->ret;
	struct report *image = j->present->report;

	ret->name = arena_str(&image->arena, c->image.name.n ? c->image.name : c->target.given);
	ret->release = arena_str(&image->arena, c->distro.release);
	ret->is_present = c == j->present->base;
	ret->is_other_release =
		c->distro.release.n == 0 || !str_eq(c->distro.release, image->distro.release);
	ret->has_bytes = knows_bytes(c);
	ret->bytes = c->file_bytes;
	ret->has_findings = knows_findings(c, true);
	if (ret->has_findings)
		count_findings(c, ret->findings);
	return ret->name.p ? 0 : -ERR_NOMEM;
}

static int weigh(struct judged *j)
{
	struct arena temp;
	int r = describe(j);

	if (r < 0 || j->ret->is_present)
		return r;
	arena_init(&temp, LIMIT_ARENA_BYTES);
	r = list_packages(j->candidate, &temp, &j->packages);
	if (r == 0)
		r = find_missing(j, &temp);
	if (r == 0)
		r = judge(j);
	arena_done(&temp);
	if (r == 0)
		r = take_names(&j->present->report->arena, &j->missing, &j->ret->missing);
	if (r == 0)
		r = take_names(&j->present->report->arena, &j->perhaps, &j->ret->perhaps);
	if (r == 0 && j->ret->fit == BASE_FITS) {
		less_bytes(j);
		less_findings(j);
	}
	return r;
}

static int weigh_one(const struct present *p, const struct report *candidate,
		     struct base_candidate *ret)
{
	struct judged j = {.present = p,
			   .candidate = candidate,
			   .ret = ret,
			   .missing = VEC_INIT(struct str, LIMIT_PACKAGES),
			   .perhaps = VEC_INIT(struct str, LIMIT_PACKAGES)};
	int r;

	map_init(&j.packages, LIMIT_PACKAGES);
	map_init(&j.lacking, LIMIT_PACKAGES);
	r = weigh(&j);
	map_done(&j.packages);
	vec_done(&j.missing);
	vec_done(&j.perhaps);
	map_done(&j.lacking);
	return r;
}

/* Those that fit first, then what is saved: bytes, then findings. */
static int compare_candidates(const void *va, const void *vb)
{
	const struct base_candidate *a = va, *b = vb;
	int64_t fa = base_findings_less(a), fb = base_findings_less(b);

	if (a->is_present != b->is_present)
		return a->is_present - b->is_present;
	if (a->fit != b->fit)
		return a->fit < b->fit ? -1 : 1;
	if (a->has_bytes_less != b->has_bytes_less)
		return a->has_bytes_less ? -1 : 1;
	if (a->bytes_less != b->bytes_less)
		return a->bytes_less > b->bytes_less ? -1 : 1;
	if (fa != fb)
		return fa > fb ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static int find_present(struct present *p, const struct vec *candidates)
{
	struct report *report = p->report;
	int r = 0;

	p->has_findings = knows_findings(report, false);
	for (size_t i = 0; i < candidates->n; i++) {
		const struct report *c = *(struct report *const *)vec_at(candidates, i);

		if (is_below(c, report) && c->layers.n > p->n_layers) {
			p->base = c;
			p->n_layers = c->layers.n;
		}
	}
	for (size_t i = 0; r == 0 && i < report->packages.n; i++) {
		struct report_package *rp = vec_at(&report->packages, i);

		r = map_put(&p->packages, rp->purl, rp);
	}
	return r;
}

int base_advice(struct report *report, const struct vec *candidates, struct err *err)
{
	struct present p = {.report = report};
	struct vec *bases = &report->needs.bases;
	int r;

	*bases = (struct vec)VEC_INIT(struct base_candidate, candidates->n + 1);
	map_init(&p.packages, LIMIT_PACKAGES);
	r = find_present(&p, candidates);
	for (size_t i = 0; r == 0 && i < candidates->n; i++) {
		struct base_candidate *b = vec_push(bases);

		r = b ? weigh_one(&p, *(struct report *const *)vec_at(candidates, i), b)
		      : -ERR_NOMEM;
	}
	vec_sort(bases, compare_candidates);
	map_done(&p.packages);
	return r < 0 ? err_nomem(err) : arena_check(&report->arena, err);
}
