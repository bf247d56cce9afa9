/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From needed files to packages and folders: every file that shows is counted once, for the package
 * that owns it or, if none does, for its folder.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "closure/closure_internal.h"

#define WALK_DEPTH LIMIT_PATH_DEPTH

struct sum {
	struct closure *c;
	struct report_needs *needs;
	uint32_t **owner;   /* of each layer, for each node: 1 + the package's number */
	uint8_t **assumed;  /* a bit for each node: it is needed, and that is assumed */
	struct map folders; /* path -> number in needs->folders + 1 */
	struct strbuf path; /* of the walk */
	unsigned depth;
	bool no_memory;
};

/* ---- packages ---- */

static bool is_essential(const struct package *p)
{
	static const struct str core[] = {STR("busybox"), STR("musl"), STR("apk-tools"),
					  STR("alpine-baselayout"), STR("alpine-keys")};

	for (size_t i = 0; i < p->attributes.n; i++)
		if (str_is(p->attributes.p[i], "essential=yes") ||
		    str_is(p->attributes.p[i], "protected=yes"))
			return true;
	for (size_t i = 0; str_is(p->type, "apk") && i < sizeof core / sizeof *core; i++)
		if (str_eq(p->name, core[i]))
			return true;
	return false;
}

static void own(struct sum *s, size_t package, struct str path)
{
	struct place *p = place_find(s->c, path);
	uint32_t number = (uint32_t)package + 1;

	if (!p)
		return;
	if (place_is_dir(p) && !p->next)
		return;
	s->owner[p->hit.layer][p->hit.node] = number;
	p = place_end(p);
	if (place_is_file(p) && !s->owner[p->hit.layer][p->hit.node])
		s->owner[p->hit.layer][p->hit.node] = number;
}

static int list_packages(struct sum *s)
{
	const struct report *r = s->c->report;

	for (size_t i = 0; i < r->packages.n; i++) {
		const struct report_package *rp = vec_at(&r->packages, i);
		struct needs_part *part = vec_push(&s->needs->packages);

		if (!part)
			return -ERR_NOMEM;
		part->name = rp->p.name;
		part->version = rp->p.version;
		part->purl = rp->purl;
		part->is_essential = is_essential(&rp->p);
		part->is_assumed = true; /* until a sure file is seen */
		for (size_t f = 0; f < rp->p.files.n; f++)
			own(s, i, rp->p.files.p[f]);
	}
	return 0;
}

/* ---- folders ---- */

/* "srv/app/node_modules/express", ".../site-packages/django", else two folders down. */
static struct str folder_of(struct str path)
{
	static const struct str homes[] = {STR("/node_modules/"), STR("/site-packages/"),
					   STR("/dist-packages/")};
	size_t cut = 0;

	for (size_t i = 0; i < 3; i++)
		for (struct str rest = path; rest.n;) {
			size_t at = str_find(rest, homes[i]), from, end;

			if (at == rest.n)
				break;
			rest = str_skip(rest, at + homes[i].n);
			from = path.n - rest.n;
			end = from + str_find_char(rest, '/');
			if (path.p[from] == '@' && end < path.n)
				end += 1 + str_find_char(str_skip(path, end + 1), '/');
			if (end < path.n)
				cut = end;
		}
	if (cut)
		return str_sub(path, 0, cut);
	for (unsigned down = 0; down < 3; down++) {
		size_t slash = str_find_char(str_skip(path, cut ? cut + 1 : 0), '/');

		slash += cut ? cut + 1 : 0;
		if (slash >= path.n)
			break;
		cut = slash;
		if (down == 1 && !str_has_prefix(path, STR("usr/")))
			break;
	}
	return cut ? str_sub(path, 0, cut) : STR("/");
}

static struct needs_part *folder_part(struct sum *s, struct str path)
{
	struct str folder = folder_of(path);
	size_t number = (size_t)map_get(&s->folders, folder);
	struct needs_part *part;

	if (number)
		return vec_at(&s->needs->folders, number - 1);
	part = vec_push(&s->needs->folders);
	if (!part || !(part->name = arena_str(s->c->arena, folder)).p ||
	    map_put(&s->folders, part->name, (void *)s->needs->folders.n) < 0) {
		s->no_memory = true;
		return NULL;
	}
	part->is_assumed = true;
	return part;
}

/* ---- the walk over all that shows ---- */

static bool is_marked(uint8_t *const *marks, const struct view_hit *hit)
{
	return marks[hit->layer][hit->node / 8] >> hit->node % 8 & 1;
}

static void count_file(struct sum *s, const struct view_hit *hit, const struct tree_node *node)
{
	uint32_t owner = s->owner[hit->layer][hit->node];
	struct needs_part *part = owner ? vec_at(&s->needs->packages, owner - 1)
					: folder_part(s, strbuf_str(&s->path));
	uint64_t bytes = node->type == NODE_FILE ? node->size : 0;
	bool needed = is_marked(s->c->marks, hit);

	if (!part)
		return;
	part->n_files++;
	part->bytes += bytes;
	s->needs->n_files++;
	s->needs->bytes += bytes;
	if (!needed)
		return;
	part->is_needed = true;
	part->is_assumed &= is_marked(s->assumed, hit);
	part->n_needed_files++;
	part->needed_bytes += bytes;
	s->needs->n_needed_files++;
	s->needs->needed_bytes += bytes;
}

static int walk_name(void *context, struct str name, const struct view_hit *hit)
{
	struct sum *s = context;
	const struct tree_node *node = tree_node(s->c->view.trees[hit->layer], hit->node);
	size_t n = s->path.n;
	int r = 0;

	if (n)
		strbuf_addc(&s->path, '/');
	strbuf_add(&s->path, name);
	if (s->path.error)
		return -ERR_NOMEM;
	if (node->type != NODE_DIR) {
		count_file(s, hit, node);
	} else if (s->depth < WALK_DEPTH) {
		CLEANUP(freep) char *dir = str_dup(strbuf_str(&s->path));

		s->depth++;
		r = dir ? view_list(&s->c->view, str_of(dir), walk_name, s) : -ERR_NOMEM;
		s->depth--;
	}
	s->path.n = n;
	return s->no_memory ? -ERR_NOMEM : r;
}

/* ---- what is needed ---- */

static struct str package_name(const struct sum *s, const struct view_hit *hit)
{
	uint32_t owner = s->owner[hit->layer][hit->node];
	const struct needs_part *part = owner ? vec_at(&s->needs->packages, owner - 1) : NULL;

	return part ? part->name : STR_NULL;
}

static int add_file(struct sum *s, const struct place *p, const struct need *n)
{
	struct needs_file *f = vec_push(&s->needs->files);

	if (!f)
		return -ERR_NOMEM;
	f->path = arena_str(s->c->arena, p->path);
	f->package = package_name(s, &p->hit);
	f->by = n && n->by ? arena_str(s->c->arena, n->by->place->path) : STR_NULL;
	f->why = n ? n->why : STR("a link on the way");
	f->size = place_size(s->c, p);
	f->layer = p->hit.layer;
	f->is_assumed = n && n->is_assumed;
	f->is_link = !n;
	return f->path.p ? 0 : -ERR_NOMEM;
}

/* Those that are reached, and the links that lead there. */
static int list_files(struct sum *s)
{
	struct str path;
	size_t at = 0;
	void *value;
	int r = 0;

	while (r == 0 && map_next(&s->c->places, &at, &path, &value)) {
		struct place *p = value;
		const struct tree_node *node;

		if (!p->is_needed || !p->exists ||
		    (p->dir && place_end((struct place *)p->dir) != p->dir))
			continue; /* the last: a name of the same through a linked folder */
		node = tree_node(s->c->view.trees[p->hit.layer], p->hit.node);
		if (node->type == NODE_DIR)
			continue;
		r = add_file(s, p, p->next ? NULL : p->need);
	}
	return r;
}

static int compare_files(const void *a, const void *b)
{
	return str_cmp(((const struct needs_file *)a)->path, ((const struct needs_file *)b)->path);
}

/* Not needed first, then by what leaving it out would save. */
static int compare_parts(const void *va, const void *vb)
{
	const struct needs_part *a = va, *b = vb;

	if (a->is_needed != b->is_needed)
		return a->is_needed - b->is_needed;
	if (a->bytes - a->needed_bytes != b->bytes - b->needed_bytes)
		return a->bytes - a->needed_bytes < b->bytes - b->needed_bytes ? 1 : -1;
	return str_cmp(a->purl.n ? a->purl : a->name, b->purl.n ? b->purl : b->name);
}

static int compare_gaps(const void *va, const void *vb)
{
	const struct needs_gap *a = va, *b = vb;
	int by_path = str_cmp(a->path, b->path);

	return by_path ? by_path : str_cmp(a->what, b->what);
}

static void drop_equal_gaps(struct vec *gaps)
{
	size_t kept = 0;

	for (size_t i = 0; i < gaps->n; i++) {
		const struct needs_gap *g = vec_at(gaps, i);

		if (kept && compare_gaps(g, vec_at(gaps, kept - 1)) == 0)
			continue;
		*(struct needs_gap *)vec_at(gaps, kept++) = *g;
	}
	vec_cut(gaps, kept);
}

static void mark_assumed(struct sum *s)
{
	for (size_t i = 0; i < s->c->needs.n; i++) {
		const struct need *n = *(struct need **)vec_at(&s->c->needs, i);
		const struct view_hit *hit = &n->place->hit;

		if (n->is_assumed)
			s->assumed[hit->layer][hit->node / 8] |= (uint8_t)(1u << hit->node % 8);
	}
}

static int sum_up(struct sum *s)
{
	int r = list_packages(s);

	mark_assumed(s);
	if (r == 0)
		r = view_list(&s->c->view, STR_NULL, walk_name, s);
	if (r == 0)
		r = list_files(s);
	if (r == 0)
		for (size_t i = 0; i < s->c->gaps.n; i++) {
			struct needs_gap *g = vec_push(&s->needs->gaps);

			if (!g)
				return -ERR_NOMEM;
			*g = *(const struct needs_gap *)vec_at(&s->c->gaps, i);
		}
	vec_sort(&s->needs->files, compare_files);
	vec_sort(&s->needs->packages, compare_parts);
	vec_sort(&s->needs->folders, compare_parts);
	vec_sort(&s->needs->gaps, compare_gaps);
	drop_equal_gaps(&s->needs->gaps);
	s->needs->n_gaps_unlisted = s->c->n_gaps_unlisted;
	/* Never sure, as a program can name what no file does; many small gaps are not none. */
	s->needs->confidence = 0.95 * (0.4 + 0.6 * s->c->confidence);
	return s->no_memory ? -ERR_NOMEM : r;
}

static int sum_init(struct sum *s)
{
	size_t n = s->c->in->merge->n;

	*s->needs = (struct report_needs){
		.state = s->needs->state,
		.commands = s->needs->commands,
		.files = VEC_INIT(struct needs_file, LIMIT_LAYER_ENTRIES),
		.packages = VEC_INIT(struct needs_part, LIMIT_PACKAGES),
		.folders = VEC_INIT(struct needs_part, LIMIT_LAYER_ENTRIES),
		.gaps = VEC_INIT(struct needs_gap, LIMIT_NEEDS_GAPS),
	};
	map_init(&s->folders, LIMIT_LAYER_ENTRIES);
	s->owner = calloc(n + 1, sizeof *s->owner);
	s->assumed = calloc(n + 1, sizeof *s->assumed);
	for (size_t i = 0; s->owner && s->assumed && i < n; i++) {
		size_t nodes = s->c->view.trees[i]->n_nodes;

		s->owner[i] = calloc(nodes + 1, sizeof **s->owner);
		s->assumed[i] = calloc(nodes / 8 + 1, 1);
		if (!s->owner[i] || !s->assumed[i])
			return -ERR_NOMEM;
	}
	return s->owner && s->assumed ? 0 : -ERR_NOMEM;
}

static void sum_done(struct sum *s)
{
	for (size_t i = 0; i < s->c->in->merge->n; i++) {
		if (s->owner)
			free(s->owner[i]);
		if (s->assumed)
			free(s->assumed[i]);
	}
	free(s->owner);
	free(s->assumed);
	map_done(&s->folders);
	strbuf_done(&s->path);
}

int closure_sum(struct closure *c, struct err *err)
{
	struct sum s = {.c = c,
			.needs = &c->report->needs,
			.path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4)};
	int r = sum_init(&s);

	if (r == 0)
		r = sum_up(&s);
	sum_done(&s);
	return r < 0 ? err_nomem(err) : 0;
}
