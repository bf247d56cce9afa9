/* SPDX-License-Identifier: Apache-2.0 */
#include "report/needs.h"

#include "base/limits.h"
#include "base/map.h"
#include "report/report.h"

struct needs_saving needs_saving(const struct report_needs *n)
{
	struct needs_saving s = {0};

	for (size_t i = 0; i < n->packages.n; i++) {
		const struct needs_part *p = vec_at(&n->packages, i);

		if (p->is_needed)
			continue;
		if (!s.first || p->bytes > s.first->bytes)
			s.first = p;
		s.n++;
		s.n_essential += p->is_essential;
		s.bytes += p->bytes;
		s.n_findings += p->n_findings;
		s.n_grave += p->n_grave;
	}
	return s;
}

static struct str part_key(const struct needs_part *p)
{
	return p->purl.n ? p->purl : p->name;
}

/* The longest folder that the path lies in. */
static struct needs_part *folder_of(const struct map *parts, struct str path)
{
	struct needs_part *p = NULL;

	while (!p && path.n) {
		size_t slash = str_rfind_char(path, '/');

		path = str_sub(path, 0, slash < path.n ? slash : 0);
		p = path.n ? map_get(parts, path) : NULL;
	}
	return p;
}

static void weigh_one(const struct map *parts, const struct finding *f)
{
	struct needs_part *p = NULL;

	if (f->suppressed_by.n)
		return;
	if (f->subject.purl.n)
		p = map_get(parts, f->subject.purl);
	if (!p && f->subject.path.n)
		p = folder_of(parts, f->subject.path);
	if (!p)
		return;
	p->n_findings++;
	p->n_grave += f->severity >= SEVERITY_HIGH;
}

int needs_weigh(struct report *r, struct err *err)
{
	struct vec *const lists[] = {&r->needs.packages, &r->needs.folders};
	struct map parts;
	int e = 0;

	if (r->needs.state != NEEDS_FOUND)
		return 0;
	map_init(&parts, (size_t)LIMIT_PACKAGES * 2);
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; e == 0 && i < lists[l]->n; i++) {
			struct needs_part *p = vec_at(lists[l], i);

			p->n_findings = p->n_grave = 0;
			e = map_put(&parts, part_key(p), p);
		}
	for (size_t i = 0; e == 0 && i < r->findings.n; i++)
		weigh_one(&parts, vec_at(&r->findings, i));
	map_done(&parts);
	return e < 0 ? err_nomem(err) : 0;
}

void needs_done(struct report_needs *n)
{
	vec_done(&n->files);
	vec_done(&n->packages);
	vec_done(&n->folders);
	vec_done(&n->gaps);
	vec_done(&n->bases);
}
