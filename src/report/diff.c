/* SPDX-License-Identifier: Apache-2.0 */
#include "report/diff.h"

#include "base/cleanup.h"
#include "base/limits.h"

const char *diff_change_name(enum diff_change c)
{
	static const char *const names[] = {"added", "removed", "changed", "kept"};

	return names[c];
}

/* ---- keys ---- */

/* One thing of one report, under the name that it has in both. */
struct keyed {
	struct str key;
	struct str version;
	const void *what;
};

/* Parts are told apart by a byte that none of them holds. */
static struct str join(struct arena *a, const struct str *parts, size_t n)
{
	size_t total = 0, at = 0;
	char *p;

	for (size_t i = 0; i < n; i++)
		total += parts[i].n + 1;
	p = arena_alloc(a, total);
	for (size_t i = 0; p && i < n; i++) {
		if (parts[i].n)
			memcpy(p + at, parts[i].p, parts[i].n);
		at += parts[i].n + 1; /* the arena gives zeros */
	}
	return str_make(p, p ? total : 0);
}

/* "pkg:deb/..": the type of a subject that was read from JSON, which has no field for it. */
static struct str type_of_purl(struct str purl)
{
	if (!str_pull_prefix(&purl, STR("pkg:")))
		return STR_NULL;
	return str_sub(purl, 0, str_find_char(purl, '/'));
}

static struct str package_key(struct arena *a, struct str type, struct str namespace,
			      struct str name, struct str arch)
{
	const struct str parts[] = {type, name, namespace, arch};

	return join(a, parts, ARRAY_LEN(parts));
}

static struct str finding_key(struct arena *a, const struct finding *f)
{
	const struct finding_subject *s = &f->subject;
	bool is_package = s->kind == SUBJECT_PACKAGE;
	const struct str parts[] = {
		str_of(finding_kind_name(f->kind)),
		f->rule,
		str_of(subject_kind_name(s->kind)),
		type_of_purl(s->purl),
		s->name,
		s->namespace,
		s->arch,
		is_package ? STR_NULL : s->path,
	};

	return join(a, parts, ARRAY_LEN(parts));
}

static int compare_keyed(const void *va, const void *vb)
{
	const struct keyed *a = va, *b = vb;
	int order = str_cmp(a->key, b->key);

	return order ? order : str_cmp(a->version, b->version);
}

static int add_keyed(struct vec *v, struct str key, struct str version, const void *what,
		     struct err *err)
{
	struct keyed *k = key.p ? vec_push(v) : NULL;

	if (!k)
		return err_nomem(err);
	*k = (struct keyed){key, version, what};
	return 0;
}

static int key_packages(struct diff *d, const struct report *r, struct vec *ret, struct err *err)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->packages.n; i++) {
		const struct report_package *rp = vec_at(&r->packages, i);
		const struct package *p = &rp->p;

		e = add_keyed(ret, package_key(&d->arena, p->type, p->namespace, p->name, p->arch),
			      p->version, rp, err);
	}
	vec_sort(ret, compare_keyed);
	return e;
}

/*
 * Several findings of one key, in two copies of a package, are one here: the first that counts. One
 * copy that is accepted says nothing of the other.
 */
static void join_copies(struct vec *findings)
{
	struct keyed *all = findings->p;
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *f = all[i].what, *kept = n ? all[n - 1].what : NULL;

		if (!kept || !str_eq(all[n - 1].key, all[i].key))
			all[n++] = all[i];
		else if (kept->suppressed_by.n && f->suppressed_by.n == 0)
			all[n - 1] = all[i];
	}
	vec_cut(findings, n);
}

static int key_findings(struct diff *d, const struct report *r, struct vec *ret, struct err *err)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		e = add_keyed(ret, finding_key(&d->arena, f), f->subject.version, f, err);
	}
	vec_sort(ret, compare_keyed);
	join_copies(ret);
	return e;
}

/* ---- packages ---- */

static int add_package(struct diff *d, const struct keyed *before, const struct keyed *after,
		       struct err *err)
{
	struct diff_package *p = vec_push(&d->packages);

	if (!p)
		return err_nomem(err);
	p->before = before ? before->what : NULL;
	p->after = after ? after->what : NULL;
	p->change = !before				      ? DIFF_ADDED
		    : !after				      ? DIFF_REMOVED
		    : str_eq(before->version, after->version) ? DIFF_KEPT
							      : DIFF_CHANGED;
	d->n_packages[p->change]++;
	return 0;
}

/* How many entries from `at` have its key. */
static size_t run_length(const struct vec *v, size_t at)
{
	const struct keyed *first = vec_at(v, at);
	size_t n = 1;

	while (at + n < v->n && str_eq(((struct keyed *)vec_at(v, at + n))->key, first->key))
		n++;
	return n;
}

/* Takes the versions that both have, which stand in order, and leaves the others at the front. */
static int keep_common(struct diff *d, struct keyed *a, size_t *n_a, struct keyed *b, size_t *n_b,
		       struct err *err)
{
	size_t i = 0, j = 0, left_a = 0, left_b = 0;

	while (i < *n_a || j < *n_b) {
		int order = i == *n_a ? 1 : j == *n_b ? -1 : str_cmp(a[i].version, b[j].version);

		if (order < 0)
			a[left_a++] = a[i++];
		else if (order > 0)
			b[left_b++] = b[j++];
		else if (add_package(d, &a[i++], &b[j++], err) < 0)
			return -ERR_NOMEM;
	}
	*n_a = left_a;
	*n_b = left_b;
	return 0;
}

static int pair_run(struct diff *d, struct keyed *a, size_t n_a, struct keyed *b, size_t n_b,
		    struct err *err)
{
	int r = keep_common(d, a, &n_a, b, &n_b, err);

	for (size_t i = 0; r == 0 && (i < n_a || i < n_b); i++)
		r = add_package(d, i < n_a ? &a[i] : NULL, i < n_b ? &b[i] : NULL, err);
	return r;
}

static int pair_packages(struct diff *d, struct vec *before, struct vec *after, struct err *err)
{
	size_t i = 0, j = 0;
	int r = 0;

	while (r == 0 && (i < before->n || j < after->n)) {
		struct keyed *a = vec_at(before, i), *b = vec_at(after, j);
		int order = !a ? 1 : !b ? -1 : str_cmp(a->key, b->key);
		size_t n_a = order <= 0 ? run_length(before, i) : 0;
		size_t n_b = order >= 0 ? run_length(after, j) : 0;

		r = pair_run(d, a, n_a, b, n_b, err);
		i += n_a;
		j += n_b;
	}
	return r;
}

/* ---- findings ---- */

/* A rule took it off the first report's list, and nothing takes it off the second's. */
static bool is_open_again(const struct finding *before, const struct finding *after)
{
	return before && after && before->suppressed_by.n && !after->suppressed_by.n;
}

static bool is_changed(const struct finding *a, const struct finding *b)
{
	return a->severity != b->severity || a->status != b->status ||
	       !str_eq(a->fix_version, b->fix_version);
}

/* The version that the package of a finding has in the second report; sorted by key. */
static struct str version_now(struct diff *d, const struct finding *f, const struct vec *packages)
{
	const struct finding_subject *s = &f->subject;
	struct str key =
		package_key(&d->arena, type_of_purl(s->purl), s->namespace, s->name, s->arch);
	size_t low = 0, high = packages->n;
	const struct keyed *k;

	while (low < high) {
		size_t middle = (low + high) / 2;

		k = vec_at(packages, middle);
		if (str_cmp(k->key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	k = vec_at(packages, low);
	return k && str_eq(k->key, key) ? ((const struct report_package *)k->what)->p.version
					: STR_NULL;
}

static int add_finding(struct diff *d, const struct keyed *before, const struct keyed *after,
		       const struct vec *packages, struct err *err)
{
	struct diff_finding *f = vec_push(&d->findings);

	if (!f)
		return err_nomem(err);
	f->before = before ? before->what : NULL;
	f->after = after ? after->what : NULL;
	f->change = !before || is_open_again(f->before, f->after) ? DIFF_ADDED
		    : !after					  ? DIFF_REMOVED
		    : is_changed(f->before, f->after)		  ? DIFF_CHANGED
								  : DIFF_KEPT;
	if (f->change == DIFF_REMOVED && f->before->subject.kind == SUBJECT_PACKAGE)
		f->now = version_now(d, f->before, packages);
	d->n_findings[f->change]++;
	return 0;
}

static int pair_findings(struct diff *d, const struct vec *before, const struct vec *after,
			 const struct vec *packages, struct err *err)
{
	size_t i = 0, j = 0;
	int r = 0;

	while (r == 0 && (i < before->n || j < after->n)) {
		const struct keyed *a = vec_at(before, i), *b = vec_at(after, j);
		int order = !a ? 1 : !b ? -1 : str_cmp(a->key, b->key);

		r = add_finding(d, order <= 0 ? a : NULL, order >= 0 ? b : NULL, packages, err);
		i += order <= 0;
		j += order >= 0;
	}
	return r;
}

/* ---- order ---- */

static const struct finding *either(const struct diff_finding *f)
{
	return f->after ? f->after : f->before;
}

static int compare_findings(const void *va, const void *vb)
{
	const struct diff_finding *x = va, *y = vb;
	const struct finding *a = either(x), *b = either(y);
	int order;

	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	order = str_cmp(a->rule, b->rule);
	if (order == 0)
		order = str_cmp(a->subject.name, b->subject.name);
	if (order == 0)
		order = str_cmp(a->subject.arch, b->subject.arch);
	return order ? order : str_cmp(a->id, b->id);
}

static int compare_packages(const void *va, const void *vb)
{
	const struct diff_package *x = va, *y = vb;
	const struct report_package *a = x->after ? x->after : x->before;
	const struct report_package *b = y->after ? y->after : y->before;
	int order;

	if (x->change != y->change)
		return x->change < y->change ? -1 : 1;
	order = str_cmp(a->p.type, b->p.type);
	if (order == 0)
		order = str_cmp(a->p.name, b->p.name);
	if (order == 0)
		order = str_cmp(a->purl, b->purl);
	return order ? order : str_cmp(a->db_path, b->db_path);
}

/* ---- the whole ---- */

static int add_gaps(struct diff *d, const struct report *r, bool is_after, struct err *err)
{
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);
		struct diff_gap *gap;

		if (c->state == COVERAGE_ASSESSED)
			continue;
		gap = vec_push(&d->gaps);
		if (!gap)
			return err_nomem(err);
		*gap = (struct diff_gap){is_after, c};
	}
	return 0;
}

static int make(struct diff *d, struct vec keyed[4], struct err *err)
{
	int r = key_packages(d, d->before, &keyed[0], err);

	if (r == 0)
		r = key_packages(d, d->after, &keyed[1], err);
	if (r == 0)
		r = key_findings(d, d->before, &keyed[2], err);
	if (r == 0)
		r = key_findings(d, d->after, &keyed[3], err);
	if (r == 0) /* before packages are paired, which leaves them in another order */
		r = pair_findings(d, &keyed[2], &keyed[3], &keyed[1], err);
	if (r == 0)
		r = pair_packages(d, &keyed[0], &keyed[1], err);
	if (r == 0)
		r = add_gaps(d, d->before, false, err);
	return r < 0 ? r : add_gaps(d, d->after, true, err);
}

int diff_make(const struct report *before, const struct report *after, struct diff *ret,
	      struct err *err)
{
	struct vec keyed[4];
	int r;

	*ret = (struct diff){.before = before, .after = after};
	ret->packages = (struct vec)VEC_INIT(struct diff_package, (size_t)LIMIT_PACKAGES * 2);
	ret->findings = (struct vec)VEC_INIT(struct diff_finding, (size_t)LIMIT_FINDINGS * 2);
	ret->gaps = (struct vec)VEC_INIT(struct diff_gap, LIMIT_FINDINGS);
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(keyed); i++)
		keyed[i] = (struct vec)VEC_INIT(struct keyed, LIMIT_FINDINGS);
	r = make(ret, keyed, err);
	for (size_t i = 0; i < ARRAY_LEN(keyed); i++)
		vec_done(&keyed[i]);
	vec_sort(&ret->packages, compare_packages);
	vec_sort(&ret->findings, compare_findings);
	if (r < 0)
		diff_done(ret);
	return r;
}

void diff_done(struct diff *d)
{
	vec_done(&d->packages);
	vec_done(&d->findings);
	vec_done(&d->gaps);
	arena_done(&d->arena);
}

bool diff_has_new(const struct diff *d, enum severity threshold)
{
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct diff_finding *f = vec_at(&d->findings, i);

		if (f->change == DIFF_ADDED && f->after->suppressed_by.n == 0 &&
		    f->after->severity >= threshold)
			return true;
	}
	return false;
}

bool diff_is_complete(const struct diff *d)
{
	return d->gaps.n == 0;
}
