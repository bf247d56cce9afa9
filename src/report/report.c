/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "base/cleanup.h"
#include "base/limits.h"

const char *coverage_state_name(enum coverage_state s)
{
	switch (s) {
	case COVERAGE_ASSESSED:
		return "assessed";
	case COVERAGE_PARTIAL:
		return "partial";
	case COVERAGE_NOT_ASSESSED:
		return "not-assessed";
	}
	return "not-assessed";
}

const char *report_rule_state_name(enum report_rule_state s)
{
	static const char *const names[] = {
		[RULE_USED] = "used", [RULE_UNUSED] = "unused", [RULE_EXPIRED] = "expired"};

	return names[s];
}

struct report *report_new(void)
{
	struct report *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	arena_init(&r->arena, LIMIT_ARENA_BYTES);
	r->image.history = (struct vec)VEC_INIT(struct report_history, LIMIT_LAYERS * 4);
	r->layers = (struct vec)VEC_INIT(struct report_layer, LIMIT_LAYERS);
	r->packages = (struct vec)VEC_INIT(struct report_package, LIMIT_PACKAGES);
	r->files = (struct vec)VEC_INIT(struct report_file, LIMIT_MARKED_FILES);
	r->accounts = (struct vec)VEC_INIT(struct report_account, LIMIT_ACCOUNTS);
	r->coverage = (struct vec)VEC_INIT(struct coverage, LIMIT_PROBLEMS);
	r->findings = (struct vec)VEC_INIT(struct finding, LIMIT_FINDINGS);
	r->rules = (struct vec)VEC_INIT(struct report_rule, LIMIT_IGNORE_RULES);
	r->wastes = (struct vec)VEC_INIT(struct report_waste, LIMIT_WASTE_ITEMS);
	r->budgets = (struct vec)VEC_INIT(struct report_budget, BUDGETS_MAX);
	r->problems = (struct vec)VEC_INIT(struct problem, LIMIT_PROBLEMS);
	return r;
}

static void free_one(struct report *r)
{
	vec_done(&r->image.history);
	vec_done(&r->layers);
	vec_done(&r->packages);
	vec_done(&r->files);
	vec_done(&r->accounts);
	vec_done(&r->coverage);
	vec_done(&r->findings);
	vec_done(&r->rules);
	vec_done(&r->problems);
	vec_done(&r->wastes);
	vec_done(&r->budgets);
	needs_done(&r->needs);
	arena_done(&r->arena);
	if (r->release_attached)
		r->release_attached(r->attached);
	free(r);
}

void report_free(struct report *r)
{
	struct report *next;

	for (; r; r = next) {
		next = r->adopted;
		free_one(r);
	}
}

void report_freep(struct report **r)
{
	report_free(*r);
	*r = NULL;
}

int report_add_problem(struct report *r, struct str path, struct str layer, struct str parser,
		       const struct err *what)
{
	struct problem *p = vec_push(&r->problems);

	if (!p) {
		r->n_problems_unlisted++;
		return 0;
	}
	p->path = arena_str(&r->arena, path);
	p->layer = arena_str(&r->arena, layer);
	p->parser = arena_str(&r->arena, parser);
	p->message = arena_str(&r->arena, str_of(what->msg));
	p->code = what->code;
	return p->message.p ? 0 : -ERR_NOMEM;
}

int report_add_coverage(struct report *r, struct str what, enum coverage_state state,
			struct str reason, struct str remedy, uint64_t count)
{
	struct coverage *c = vec_push(&r->coverage);

	if (!c)
		return -ERR_NOMEM;
	c->what = arena_str(&r->arena, what);
	c->state = state;
	c->reason = arena_str(&r->arena, reason);
	c->remedy = arena_str(&r->arena, remedy);
	c->count = count;
	return c->remedy.p ? 0 : -ERR_NOMEM;
}

static bool has_coverage(const struct report *r, struct str what)
{
	for (size_t i = 0; i < r->coverage.n; i++)
		if (str_eq(((const struct coverage *)vec_at(&r->coverage, i))->what, what))
			return true;
	return false;
}

int report_add_coverage_once(struct report *r, struct str what, enum coverage_state state,
			     struct str reason, struct str remedy)
{
	int e = has_coverage(r, what) ? 1 : report_add_coverage(r, what, state, reason, remedy, 0);

	if (e == 0)
		((struct coverage *)vec_at(&r->coverage, r->coverage.n - 1))->once = true;
	return e < 0 ? e : 0;
}

/* ---- what others have found ---- */

struct report_mark report_mark(const struct report *r)
{
	return (struct report_mark){r->findings.n, r->problems.n, r->coverage.n,
				    r->n_problems_unlisted};
}

static bool append(struct vec *to, const struct vec *from, size_t i)
{
	void *slot = vec_push(to);

	if (slot)
		memcpy(slot, vec_at(from, i), from->elem_size);
	return slot != NULL;
}

int report_take(struct report *r, const struct report *from, const struct report_mark *before,
		const struct report_mark *after, struct err *err)
{
	for (size_t i = before->n_problems; i < after->n_problems; i++)
		r->n_problems_unlisted += !append(&r->problems, &from->problems, i);
	r->n_problems_unlisted += after->n_problems_unlisted - before->n_problems_unlisted;
	for (size_t i = before->n_coverage; i < after->n_coverage; i++) {
		const struct coverage *c = vec_at(&from->coverage, i);

		if (c->once && has_coverage(r, c->what))
			continue;
		if (!append(&r->coverage, &from->coverage, i))
			return err_nomem(err);
	}
	for (size_t i = before->n_findings; i < after->n_findings; i++)
		if (!append(&r->findings, &from->findings, i))
			return err_set(err, ERR_LIMIT, "more than %llu findings",
				       (unsigned long long)LIMIT_FINDINGS);
	return 0;
}

void report_adopt(struct report *r, struct report *worker)
{
	struct report *last = worker;

	while (last->adopted)
		last = last->adopted;
	last->adopted = r->adopted;
	r->adopted = worker;
}

static int first_nonzero(const int *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (order[i])
			return order[i];
	return 0;
}

static int compare_packages(const void *va, const void *vb)
{
	const struct report_package *a = va, *b = vb;
	int order[] = {str_cmp(a->purl, b->purl), str_cmp(a->db_path, b->db_path),
		       str_cmp(a->p.name, b->p.name), str_cmp(a->p.version, b->p.version)};

	return first_nonzero(order, ARRAY_LEN(order));
}

static int compare_files(const void *va, const void *vb)
{
	const struct report_file *a = va, *b = vb;
	int by_path = str_cmp(a->path, b->path);

	return by_path ? by_path
		       : (a->layer_index > b->layer_index) - (a->layer_index < b->layer_index);
}

static int compare_problems(const void *va, const void *vb)
{
	const struct problem *a = va, *b = vb;
	int order[] = {str_cmp(a->layer, b->layer), str_cmp(a->path, b->path),
		       str_cmp(a->parser, b->parser), str_cmp(a->message, b->message)};

	return first_nonzero(order, ARRAY_LEN(order));
}

static int compare_coverage(const void *va, const void *vb)
{
	const struct coverage *a = va, *b = vb;
	int order[] = {str_cmp(a->what, b->what), str_cmp(a->reason, b->reason)};

	return first_nonzero(order, ARRAY_LEN(order));
}

static int compare_sizes(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_wastes(const void *va, const void *vb)
{
	const struct report_waste *a = va, *b = vb;
	int order[] = {compare_sizes(b->bytes, a->bytes), str_cmp(a->what, b->what),
		       compare_sizes(a->layer, b->layer),
		       compare_sizes(a->hidden_by, b->hidden_by)};

	return first_nonzero(order, ARRAY_LEN(order));
}

static int compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

static int compare_lines(const struct finding *a, const struct finding *b)
{
	const struct finding_location none = {0};
	const struct finding_location *x = a->n_locations ? a->locations : &none;
	const struct finding_location *y = b->n_locations ? b->locations : &none;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

static int compare_findings(const void *va, const void *vb)
{
	const struct finding *a = va, *b = vb;
	int order[] = {(a->suppressed_by.n > 0) - (b->suppressed_by.n > 0),
		       (int)b->severity - (int)a->severity,
		       compare_numbers(b->risk, a->risk),
		       compare_sizes(b->saved_bytes, a->saved_bytes),
		       str_cmp(a->rule, b->rule),
		       str_cmp(a->subject.purl, b->subject.purl),
		       str_cmp(a->subject.path, b->subject.path),
		       compare_lines(a, b),
		       str_cmp(a->id, b->id)};

	return first_nonzero(order, ARRAY_LEN(order));
}

static int compare_ids(const void *va, const void *vb)
{
	const struct finding *a = va, *b = vb;
	int order = str_cmp(a->id, b->id);

	return order ? order : compare_lines(a, b);
}

/* In the order of their lines, so that a new line elsewhere renames none of them. */
static void number_equal_ids(struct report *r)
{
	struct str last = STR_NULL;
	uint64_t times = 0;

	vec_sort(&r->findings, compare_ids);
	for (size_t i = 0; i < r->findings.n; i++) {
		struct finding *f = vec_at(&r->findings, i);

		times = str_eq(f->id, last) ? times + 1 : 1;
		last = f->id;
		if (times > 1 && f->kind != FINDING_VULNERABILITY)
			finding_number_id(r, f, times);
	}
}

void report_finish(struct report *r)
{
	number_equal_ids(r);
	vec_sort(&r->packages, compare_packages);
	vec_sort(&r->files, compare_files);
	vec_sort(&r->findings, compare_findings);
	vec_sort(&r->problems, compare_problems);
	vec_sort(&r->coverage, compare_coverage);
	vec_sort(&r->wastes, compare_wastes);
}

bool report_is_complete(const struct report *r)
{
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (c->state != COVERAGE_ASSESSED)
			return false;
	}
	return r->coverage.n > 0;
}
