/* SPDX-License-Identifier: Apache-2.0 */
#include "render/places.h"

const struct finding_location *place_of(const struct finding *f)
{
	static const struct finding_location none;

	return f->n_locations ? &f->locations[0] : &none;
}

bool place_is_inside(const struct finding *f)
{
	struct str path = place_of(f)->path;

	return f->subject.path.n && str_pull_prefix(&path, f->subject.path) &&
	       str_has_prefix(path, STR("!/"));
}

struct str place_relative(struct str path)
{
	while (path.n > 2 && str_pull_prefix(&path, STR("./")))
		;
	return path;
}

struct str place_path(const struct finding *f)
{
	struct str path = place_of(f)->path;

	if (path.n == 0)
		path = f->subject.path;
	return path.n ? place_relative(path) : STR("image");
}

size_t place_layer_number(const struct report *r, struct str diff_id)
{
	for (size_t i = 0; i < r->layers.n && diff_id.n; i++) {
		const struct report_layer *l = vec_at(&r->layers, i);

		if (str_eq(l->diff_id, diff_id))
			return i + 1;
	}
	return 0;
}

struct str place_evidence(const struct finding *f, struct str key)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		struct str step = f->evidence.p[i];

		if (str_pull_prefix(&step, key))
			return step;
	}
	return STR_NULL;
}

uint64_t place_last_column(const struct finding_location *at)
{
	if (!at->column || at->end_line != at->line || at->end_column == 0)
		return 0;
	return at->end_column > at->column ? at->end_column - 1 : at->column;
}

static int by_place(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a,
			     *y = *(const struct finding *const *)b;
	const struct finding_location *p = place_of(x), *q = place_of(y);
	int c = str_cmp(place_path(x), place_path(y));

	if (c == 0)
		c = (p->line > q->line) - (p->line < q->line);
	if (c == 0)
		c = (p->column > q->column) - (p->column < q->column);
	if (c == 0)
		c = str_cmp(x->rule, y->rule);
	return c ? c : str_cmp(x->id, y->id);
}

int places_gather(const struct report *r, struct vec *ret, struct err *err)
{
	*ret = (struct vec)VEC_INIT(const struct finding *, SIZE_MAX);
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i), **slot;

		if (f->suppressed_by.n)
			continue;
		slot = vec_push(ret);
		if (!slot) {
			vec_done(ret);
			return err_nomem(err);
		}
		*slot = f;
	}
	vec_sort(ret, by_place);
	return 0;
}

const struct finding *places_at(const struct vec *list, size_t i)
{
	return *(const struct finding *const *)vec_at(list, i);
}

void place_add_message(struct strbuf *sb, const struct finding *f)
{
	if (f->subject.kind == SUBJECT_PACKAGE) {
		strbuf_add(sb, str_sub(f->subject.name, 0, PLACE_PART_MAX));
		strbuf_addc(sb, ' ');
		strbuf_add(sb, str_sub(f->subject.version, 0, PLACE_PART_MAX));
		strbuf_adds(sb, ": ");
	}
	strbuf_add(sb, str_sub(f->title, 0, PLACE_PART_MAX));
	if (f->fix_action.n) {
		strbuf_adds(sb, str_has_suffix(f->title, STR(".")) ? " Fix: " : ". Fix: ");
		strbuf_add(sb, str_sub(f->fix_action, 0, PLACE_PART_MAX));
	}
}

bool report_is_of_files(const struct report *r)
{
	return !r->has_image && (r->target.given.n == 0 || str_is(r->target.transport, "files"));
}

void gap_add_message(struct strbuf *sb, const struct coverage *c)
{
	strbuf_adds(sb,
		    c->state == COVERAGE_PARTIAL ? "assessed only partially: " : "NOT ASSESSED: ");
	strbuf_add(sb, str_sub(c->what, 0, PLACE_PART_MAX));
	strbuf_adds(sb, c->reason.n ? ": " : "");
	strbuf_add(sb, str_sub(c->reason, 0, PLACE_PART_MAX));
	strbuf_adds(sb, c->remedy.n ? "; " : "");
	strbuf_add(sb, str_sub(c->remedy, 0, PLACE_PART_MAX));
}

struct str gap_path(const struct coverage *c)
{
	struct str path = c->what;

	if (!str_pull_prefix(&path, STR("file ")) || !path.n)
		return STR("image");
	return place_relative(path);
}
