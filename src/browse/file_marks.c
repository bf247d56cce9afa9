/* SPDX-License-Identifier: Apache-2.0 */
#include "browse/file_marks.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"

/* What is known of one package that has findings. */
struct package_mark {
	uint32_t n;
	enum severity worst;
	struct str db_path; /* empty: of no package of the report */
	struct str_list files;
};

struct gathering {
	const struct report *report;
	struct view view;
	struct file_marks *marks;
	struct map packages; /* purl -> struct package_mark * */
	struct strbuf path;
};

static size_t layer_of(const struct report *r, struct str diff_id)
{
	for (size_t i = 0; diff_id.n && i < r->layers.n; i++) {
		const struct report_layer *l = vec_at(&r->layers, i);

		if (str_eq(l->diff_id, diff_id))
			return i;
	}
	return SIZE_MAX;
}

static int add_mark(struct gathering *g, struct str path, size_t layer, uint32_t n,
		    enum severity worst)
{
	struct file_mark *m = vec_push(&g->marks->list);

	if (!m)
		return -ERR_NOMEM;
	*m = (struct file_mark){arena_str(&g->marks->arena, path), layer, n, worst};
	return m->path.p ? 0 : -ERR_NOMEM;
}

/* A package may list a path that runs through a symlink: lib/x where lib leads to usr/lib. */
static int add_listed(struct gathering *g, struct str path, const struct package_mark *p)
{
	struct view_hit hit;

	if (!view_find(&g->view, path, VIEW_NO_FOLLOW, &hit))
		return 0; /* listed, and not in the image */
	if (tree_node(g->view.trees[hit.layer], hit.node)->type == NODE_DIR)
		return 0;
	strbuf_reset(&g->path);
	tree_path(g->view.trees[hit.layer], hit.node, &g->path);
	return add_mark(g, strbuf_str(&g->path), SIZE_MAX, p->n, p->worst);
}

static int add_package(struct gathering *g, const struct package_mark *p)
{
	int r = 0;

	if (p->files.n == 0)
		return p->db_path.n ? add_mark(g, p->db_path, SIZE_MAX, p->n, p->worst) : 0;
	for (size_t i = 0; i < p->files.n && r == 0; i++)
		r = add_listed(g, p->files.p[i], p);
	return r;
}

static int count_package(struct gathering *g, const struct finding *f)
{
	struct package_mark *p = map_get(&g->packages, f->subject.purl);

	if (!p) {
		p = arena_alloc(&g->marks->arena, sizeof *p);
		if (!p || map_put(&g->packages, f->subject.purl, p) < 0)
			return -ERR_NOMEM;
	}
	p->n++;
	if (f->severity > p->worst)
		p->worst = f->severity;
	return 0;
}

static bool is_file(const struct gathering *g, struct str path, size_t layer)
{
	struct view v = g->view;
	struct view_hit hit;

	if (layer < v.n)
		v.n = layer + 1; /* layers above may have deleted it */
	return view_find(&v, path, VIEW_NO_FOLLOW, &hit) &&
	       tree_node(v.trees[hit.layer], hit.node)->type != NODE_DIR;
}

/* Of a file in an archive ("a.zip!/b") the archive, which is what the layer has. */
static struct str file_of(const struct gathering *g, struct str place, size_t layer)
{
	for (size_t i = 1; i + 1 < place.n; i++)
		if (place.p[i] == '!' && place.p[i + 1] == '/' &&
		    is_file(g, str_sub(place, 0, i), layer))
			return str_sub(place, 0, i);
	return place;
}

static int add_place(struct gathering *g, struct str path, struct str diff_id, enum severity s)
{
	size_t layer = layer_of(g->report, diff_id);

	return add_mark(g, file_of(g, path, layer), layer, 1, s);
}

static int add_places(struct gathering *g, const struct finding *f)
{
	int r = 0;

	if (f->n_locations == 0 && f->subject.path.n)
		r = add_place(g, f->subject.path, f->subject.layer, f->severity);
	for (size_t i = 0; i < f->n_locations && r == 0; i++)
		if (f->locations[i].path.n)
			r = add_place(g, f->locations[i].path, f->locations[i].layer, f->severity);
	return r;
}

static int gather(struct gathering *g)
{
	const struct report *r = g->report;
	struct str purl;
	size_t at = 0;
	void *mark;
	int result = 0;

	for (size_t i = 0; i < r->findings.n && result == 0; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (f->suppressed_by.n)
			continue;
		result = f->subject.kind == SUBJECT_PACKAGE && f->subject.purl.n
				 ? count_package(g, f)
				 : add_places(g, f);
	}
	for (size_t i = 0; i < r->packages.n; i++) {
		const struct report_package *p = vec_at(&r->packages, i);
		struct package_mark *known = map_get(&g->packages, p->purl);

		if (!known)
			continue;
		known->files = p->p.files;
		known->db_path = p->db_path;
	}
	while (result == 0 && map_next(&g->packages, &at, &purl, &mark))
		result = add_package(g, mark);
	return result;
}

int file_marks_make(const struct report *r, const struct merge *merge, struct file_marks *ret,
		    struct err *err)
{
	struct file_marks marks = {.list = VEC_INIT(struct file_mark, LIMIT_PACKAGE_FILES)};
	struct gathering g = {.report = r,
			      .view = merge_view(merge),
			      .marks = &marks,
			      .path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 2)};
	int result;

	arena_init(&marks.arena, LIMIT_ARENA_BYTES);
	map_init(&g.packages, LIMIT_PACKAGES);
	result = gather(&g);
	map_done(&g.packages);
	strbuf_done(&g.path);
	if (result < 0) {
		file_marks_done(&marks);
		return err_nomem(err);
	}
	*ret = marks;
	return 0;
}

void file_marks_done(struct file_marks *m)
{
	vec_done(&m->list);
	arena_done(&m->arena);
	*m = (struct file_marks){0};
}

void file_marks_apply(const struct file_marks *m, struct change_tree *t)
{
	for (size_t i = 0; i < m->list.n; i++) {
		const struct file_mark *mark = vec_at(&m->list, i);

		change_tree_mark(t, mark->path, mark->layer, mark->n, mark->worst);
	}
	change_tree_sum(t);
}
