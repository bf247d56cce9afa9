/* SPDX-License-Identifier: Apache-2.0 */
#include "render/tally.h"

#include "report/plan.h"

/* Readers are few and fixed, so a search per package is short; more rows than this is a bug. */
#define MAX_ROWS 4096

static struct tally_row *find_row(struct vec *rows, const struct report_package *p)
{
	struct tally_row *row;

	for (size_t i = rows->n; i-- > 0;) {
		row = vec_at(rows, i);
		if (str_eq(row->type, p->p.type) && str_eq(row->db, p->db))
			return row;
	}
	row = vec_push(rows);
	if (row)
		*row = (struct tally_row){.type = p->p.type, .db = p->db};
	return row;
}

static int compare_rows(const void *va, const void *vb)
{
	const struct tally_row *a = va, *b = vb;
	int order = str_cmp(a->type, b->type);

	return order ? order : str_cmp(a->db, b->db);
}

int tally_packages(const struct report *report, struct vec *ret_rows, struct err *err)
{
	struct vec rows = VEC_INIT(struct tally_row, MAX_ROWS);

	for (size_t i = 0; i < report->packages.n; i++) {
		const struct report_package *p = vec_at(&report->packages, i);
		struct tally_row *row = find_row(&rows, p);

		if (!row) {
			vec_done(&rows);
			return err_nomem(err);
		}
		if (row->n_packages++ == 0)
			row->path = p->db_path;
	}
	vec_sort(&rows, compare_rows);
	*ret_rows = rows;
	return 0;
}

struct finding_counts finding_counts_of(const struct report *report)
{
	struct finding_counts n = {0};

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);

		if (f->suppressed_by.n) {
			n.suppressed++;
			continue;
		}
		n.by_severity[f->severity]++;
		n.by_status[f->status]++;
		n.exploited += f->known_exploited;
		n.fixable += f->fix_version.n > 0;
	}
	return n;
}

struct suppressed_counts tally_suppressed(const struct report *report)
{
	struct suppressed_counts n = {0};
	struct finding_tally t;
	int r = 0;

	finding_tally_init(&t);
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);

		if (f->suppressed_by.n == 0)
			continue;
		if (str_is(f->suppressed_reason, FINDING_IN_BASELINE)) {
			n.in_baseline++;
			continue;
		}
		n.by_rules++;
		if (r == 0)
			r = finding_tally_add(&t, f);
	}
	if (r == 0)
		n.by_rules = t.n; /* else no memory: each by itself */
	finding_tally_done(&t);
	return n;
}
