/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/second_look.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "scan/analysis.h"

struct search {
	const struct merge *m;
	const struct path_index *index;
	struct view view;
	struct second_look *s;
	struct map seen;  /* wanted paths */
	struct map links; /* looked at: an archive may name a link any number of times */
};

static bool is_content(const struct want *w)
{
	return w->kind == WANT_KEPT ||
	       (w->kind == WANT_PKGDB && !(w->pkgdb->flags & PKGDB_NAMED_BY_PATH));
}

/* Whether a reader that wants the file under its other name has read it under its own. */
static bool was_read(const struct search *q, const struct want *wants, size_t n,
		     const struct view_hit *file, struct str stored)
{
	CLEANUP(strbuf_done) struct strbuf real = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct want own[WANTS_MAX];
	size_t n_own = path_index_match(q->index, stored, false, own);
	struct view_hit shown;

	tree_path(q->view.trees[file->layer], file->node, &real);
	/* a hard link can name what does not show any more */
	if (!view_find(&q->view, strbuf_str(&real), VIEW_NO_FOLLOW, &shown) ||
	    shown.layer != file->layer || shown.node != file->node)
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_own; k++)
			if (is_content(&wants[i]) && own[k].kind == wants[i].kind &&
			    own[k].pkgdb == wants[i].pkgdb)
				return true;
	return false;
}

static bool has_content(const struct want *wants, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_content(&wants[i]))
			return true;
	return false;
}

static int add_file(struct search *q, struct str path, const struct view_hit *file,
		    struct str stored, size_t changed)
{
	struct second_look *s = q->s;
	struct linked_file *f;

	if (map_get(&q->seen, path))
		return 0;
	if (s->files.n >= LIMIT_LINKED_FILES) {
		s->n_left_out++;
		return 0;
	}
	f = vec_push(&s->files);
	if (!f)
		return -ERR_NOMEM;
	*f = (struct linked_file){.layer = file->layer, .changed = changed};
	f->path = arena_str(&s->arena, path);
	f->stored = arena_str(&s->arena, stored);
	return f->path.p && f->stored.p ? map_put(&q->seen, f->path, s) : -ERR_NOMEM;
}

/* always: also where the file was read under this or another name. */
static int consider(struct search *q, struct str path, bool always, size_t changed)
{
	CLEANUP(strbuf_done) struct strbuf stored = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct want wants[WANTS_MAX];
	size_t n = path_index_match(q->index, path, false, wants);
	struct view_hit file;

	if (!has_content(wants, n) || !view_file(&q->view, path, &file))
		return 0;
	merge_stored(q->m, file.layer, file.node, &stored);
	if (stored.error)
		return -ERR_NOMEM;
	if (!always && was_read(q, wants, n, &file, strbuf_str(&stored)))
		return 0;
	return add_file(q, path, &file, strbuf_str(&stored),
			changed > file.layer ? changed : file.layer);
}

/* The files of one pattern below a directory, each by the path it has through the link. */
struct glob {
	struct search *q;
	struct str pattern;
	struct strbuf *path; /* of the directory being listed */
};

/* Symlinks to directories are not followed: what they lead to has a walk of its own, or no end. */
static int glob_name(void *context, struct str name, const struct view_hit *hit)
{
	struct glob *g = context;
	size_t n = g->path->n;
	int r = 0;

	strbuf_addf(g->path, "/%.*s", STR_FMT(name));
	if (g->path->error)
		return -ERR_NOMEM;
	if (tree_node(g->q->view.trees[hit->layer], hit->node)->type == NODE_DIR)
		r = view_list(&g->q->view, strbuf_str(g->path), glob_name, g);
	else if (path_match(g->pattern, strbuf_str(g->path)))
		r = consider(g->q, strbuf_str(g->path), false, 0);
	g->path->n = n;
	return r;
}

static struct str literal_part(struct str pattern)
{
	size_t star = str_find_char(pattern, '*'), mark = str_find_char(pattern, '?');

	return str_sub(pattern, 0, star < mark ? star : mark);
}

static int look_for_pattern(struct search *q, struct str pattern)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct str literal = literal_part(pattern);
	struct glob g = {q, pattern, &path};

	if (literal.n == pattern.n)
		return consider(q, pattern, false, 0);
	strbuf_add(&path, path_dir(literal));
	return view_list(&q->view, strbuf_str(&path), glob_name, &g);
}

/* Whether the reader looks below the link's target as well: then it has seen what is there. */
static bool is_read_there(const struct search *q, struct str pattern, const struct want *want,
			  struct str link, struct str real)
{
	CLEANUP(strbuf_done) struct strbuf other = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct want w;
	struct str text;

	strbuf_addf(&other, "%.*s%s%.*s", STR_FMT(real), real.n ? "" : "/",
		    STR_FMT(str_skip(pattern, link.n)));
	for (size_t i = 0; path_index_pattern(q->index, i, &text, &w); i++)
		if (w.kind == want->kind && w.pkgdb == want->pkgdb &&
		    str_eq(text, strbuf_str(&other)))
			return true;
	return false;
}

/* A symlink where a directory above wanted files could be. */
static int look_below(struct search *q, struct str link)
{
	CLEANUP(strbuf_done) struct strbuf real = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct view_hit dir;
	struct str text;
	struct want want;
	int r = 0;

	if (!view_find(&q->view, link, VIEW_FOLLOW, &dir) ||
	    tree_node(q->view.trees[dir.layer], dir.node)->type != NODE_DIR)
		return 0;
	tree_path(q->view.trees[dir.layer], dir.node, &real);
	for (size_t i = 0; r == 0 && path_index_pattern(q->index, i, &text, &want); i++) {
		struct str rest = text;

		if (is_content(&want) && str_pull_prefix(&rest, link) &&
		    str_has_prefix(rest, STR("/")) &&
		    !(want.kind == WANT_PKGDB && (want.pkgdb->flags & PKGDB_DIRECTORY)) &&
		    !is_read_there(q, text, &want, link, strbuf_str(&real)))
			r = look_for_pattern(q, text);
	}
	return r;
}

static int look_at_links(struct search *q, size_t layer, const struct layer_record *record)
{
	struct str items = record->items;
	struct record_item item;
	int r = 0;

	while (r == 0 && record_next_of(&items, &q->s->arena, RECORD_LINK, &item)) {
		struct str path = merge_path(q->m, layer, item.path, &q->s->arena);
		struct view_hit hit;

		if (!path.p)
			return -ERR_NOMEM;
		if (map_get(&q->links, path))
			continue;
		if (map_put(&q->links, path, q) < 0)
			return -ERR_NOMEM;
		if (!view_find(&q->view, path, VIEW_NO_FOLLOW, &hit) || hit.layer != layer)
			continue;
		r = consider(q, path, false, 0);
		if (r == 0 && path_index_is_way(q->index, path))
			r = look_below(q, path);
	}
	return r;
}

/* Entries that a symlink below moved to a wanted place. */
static int look_at_moves(struct search *q, size_t layer)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	CLEANUP(strbuf_done) struct strbuf stored = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	const struct tree *t = q->view.trees[layer];
	int r = 0;

	for (uint32_t i = 1; r == 0 && i < t->n_nodes; i++) {
		struct view_hit hit;

		if (t->nodes[i].type != NODE_FILE || !tree_is_alive(t, i))
			continue;
		strbuf_reset(&path);
		strbuf_reset(&stored);
		tree_path(t, i, &path);
		merge_stored(q->m, layer, i, &stored);
		if (!str_eq(strbuf_str(&path), strbuf_str(&stored)) &&
		    view_find(&q->view, strbuf_str(&path), VIEW_NO_FOLLOW, &hit) &&
		    hit.layer == layer)
			r = consider(q, strbuf_str(&path), false, 0);
	}
	return r;
}

/* A log that a layer wrote beside the database of another: they are read together. */
static int look_at_logs(struct search *q)
{
	struct want want;
	struct str log;
	int r = 0;

	for (size_t i = 0; r == 0 && path_index_pattern(q->index, i, &log, &want); i++) {
		struct str db = log;
		struct view_hit a, b;

		if (!str_has_suffix(log, STR("-wal")) || literal_part(log).n != log.n)
			continue;
		db.n -= STR("-wal").n;
		if (!view_file(&q->view, log, &a) || !view_file(&q->view, db, &b) ||
		    a.layer == b.layer || tree_node(q->view.trees[a.layer], a.node)->size == 0)
			continue;
		r = consider(q, log, true, a.layer);
		if (r == 0)
			r = consider(q, db, true, a.layer);
	}
	return r;
}

static int compare_files(const void *va, const void *vb)
{
	const struct linked_file *a = va, *b = vb;

	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	return str_cmp(a->path, b->path);
}

int second_look_find(const struct merge *m, const struct layer_record *const *records,
		     const struct path_index *index, struct second_look *ret, struct err *err)
{
	struct search q = {.m = m, .index = index, .view = merge_view(m), .s = ret};
	int r = 0;

	*ret = (struct second_look){.files = VEC_INIT(struct linked_file, LIMIT_LINKED_FILES)};
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	map_init(&ret->by_path, LIMIT_LINKED_FILES);
	map_init(&q.seen, LIMIT_LINKED_FILES);
	map_init(&q.links, LIMIT_LAYER_ENTRIES);
	for (size_t i = 0; i < m->n && r == 0; i++) {
		if (!records[i])
			continue;
		r = look_at_links(&q, i, records[i]);
		if (r == 0 && merge_has_moves(m, i))
			r = look_at_moves(&q, i);
	}
	if (r == 0 && m->n > 1)
		r = look_at_logs(&q);
	map_done(&q.seen);
	map_done(&q.links);
	vec_sort(&ret->files, compare_files);
	for (size_t i = 0; i < ret->files.n && r == 0; i++) {
		struct linked_file *f = vec_at(&ret->files, i);

		r = map_put(&ret->by_path, f->path, f);
	}
	return r < 0 ? err_nomem(err) : 0;
}

void second_look_done(struct second_look *s)
{
	vec_done(&s->files);
	map_done(&s->by_path);
	arena_done(&s->arena);
	*s = (struct second_look){0};
}

const struct linked_file *second_look_at(const struct second_look *s, struct str path)
{
	return s ? map_get(&s->by_path, path) : NULL;
}

/* The index of the layer's files from `first` on; *ret_end is behind the last. */
static int index_of_layer(const struct second_look *s, size_t first, size_t *ret_end,
			  struct path_index **ret, struct err *err)
{
	const struct linked_file *f = vec_at(&s->files, first);
	CLEANUP(freep) struct str *paths = calloc(s->files.n - first, sizeof *paths);
	struct map seen;
	size_t n = 0, end = first, layer = f->layer;
	int r = 0;

	if (!paths)
		return err_nomem(err);
	map_init(&seen, LIMIT_LINKED_FILES);
	for (; r == 0 && (f = vec_at(&s->files, end)) && f->layer == layer; end++) {
		if (map_get(&seen, f->stored))
			continue;
		paths[n++] = f->stored;
		r = map_put(&seen, f->stored, paths);
	}
	map_done(&seen);
	*ret_end = end;
	return r < 0 ? err_nomem(err) : path_index_of_files(paths, n, ret, err);
}

/* What the second pass kept, by the path in the archive; its problems go on to the record. */
static int collect(struct str bytes, struct arena *arena, struct map *kept, struct analysis *a,
		   struct err *err)
{
	struct layer_record record;
	struct record_item item;
	int r = layer_record_read(bytes, &record, err);

	while (r == 0 && record_next(&record.items, arena, &item)) {
		struct str *content = arena_alloc(arena, sizeof *content);

		if (item.kind == RECORD_PROBLEM && str_is(item.parser, "link"))
			analysis_problem(a, "link", item.path, &item.error);
		if (item.kind != RECORD_KEPT)
			continue;
		if (!content || map_put(kept, item.path, content) < 0)
			return err_nomem(err);
		*content = item.bytes;
	}
	return r;
}

static int feed(struct linked_file *f, const struct map *kept, struct analysis *a, struct err *err)
{
	const struct str *content = map_get(kept, f->stored);
	struct tree_entry e = {
		.path = f->path, .type = NODE_FILE, .size = content ? content->n : 0};
	struct capture *capture;
	int r;

	if (!content)
		return 0; /* over a limit: told */
	f->is_read = true;
	r = analysis_entry(a, &e, &capture, err);
	if (r == 0 && capture)
		(void)analysis_capture_data(capture, *content, 0); /* it is all there is */
	return r;
}

static int read_layer(struct second_look *s, size_t first, size_t end, struct str bytes,
		      struct analysis *a, struct err *err)
{
	struct arena arena;
	struct map kept;
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	map_init(&kept, LIMIT_LINKED_FILES);
	r = collect(bytes, &arena, &kept, a, err);
	for (size_t i = first; i < end && r == 0; i++)
		r = feed(vec_at(&s->files, i), &kept, a, err);
	map_done(&kept);
	arena_done(&arena);
	return r;
}

static int look_at_layer(struct second_look *s, size_t first, size_t *ret_end, second_look_fn *read,
			 void *context, struct analysis *a, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_RECORD_BYTES);
	const struct linked_file *f = vec_at(&s->files, first);
	struct path_index *index = NULL;
	struct err why = {0};
	int r = index_of_layer(s, first, ret_end, &index, err);

	if (r < 0)
		return r;
	r = read(context, f->layer, index, &bytes, &why);
	if (r == 0)
		r = read_layer(s, first, *ret_end, strbuf_str(&bytes), a, &why);
	path_index_free(index);
	if (r == -ERR_UNSUPPORTED) {
		s->refused = why;
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

int second_look_read(struct second_look *s, const struct path_index *index, second_look_fn *read,
		     void *context, struct strbuf *ret_record, struct err *err)
{
	struct layer_facts facts = {.is_complete = 1};
	struct analysis *a = NULL;
	int r = analysis_new(&(struct scan_plan){.index = index}, ret_record, &a, err);

	for (size_t i = 0; r == 0 && i < s->files.n;)
		r = look_at_layer(s, i, &i, read, context, a, err);
	if (r == 0)
		r = analysis_finish(a, &facts, err);
	analysis_free(a);
	return r;
}
