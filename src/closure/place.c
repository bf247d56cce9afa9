/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/vec.h"
#include "closure/closure_internal.h"

#define DEPTH_MAX      512 /* lookups within each other: directories above, links */
#define LINKS_MAX      40  /* of one path, as Linux has it */
#define NAMES_PER_STEP 8

int places_init(struct closure *c, struct err *err)
{
	size_t n = c->in->merge->n;

	map_init(&c->places, LIMIT_LAYER_ENTRIES);
	map_init(&c->imports, LIMIT_LAYER_ENTRIES);
	c->marks = calloc(n + 1, sizeof *c->marks);
	if (!c->marks)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		const struct tree *t = c->view.trees[i];

		c->marks[i] = calloc(t ? t->n_nodes / 8 + 1 : 1, 1);
		if (!c->marks[i])
			return err_nomem(err);
	}
	return 0;
}

void places_done(struct closure *c)
{
	for (size_t i = 0; c->marks && i < c->in->merge->n; i++)
		free(c->marks[i]);
	free(c->marks);
	map_done(&c->places);
	map_done(&c->imports);
}

bool closure_spend(struct closure *c, uint64_t n_steps)
{
	c->n_steps += n_steps;
	c->is_exhausted |= c->n_steps > c->max_steps;
	return !c->is_exhausted;
}

/* It leads where `to` does, by a link or through a folder that is one; false: too many links. */
static bool lead_to(struct place *p, struct place *to, unsigned n_links)
{
	n_links += to ? to->n_links : 0;
	p->next = n_links <= LINKS_MAX ? to : NULL;
	p->exists = p->next != NULL;
	p->n_links = p->exists ? (uint8_t)n_links : 0;
	if (p->exists)
		p->type = to->type;
	return p->exists;
}

static const struct tree_node *node_at(const struct closure *c, const struct view_hit *hit)
{
	return tree_node(c->view.trees[hit->layer], hit->node);
}

static struct place *find_cleaned(struct closure *c, struct str path);

/* Where a link's target leads, from the directory it stands in. */
static void follow_link(struct closure *c, struct place *p)
{
	struct str target = tree_link(c->view.trees[p->hit.layer], p->hit.node);
	struct place *to = target.n && target.p[0] == '/'
				   ? place_find(c, target)
				   : place_below(c, path_dir(p->path), target);

	(void)lead_to(p, to, 1); /* or it leads nowhere */
}

static void look_at(struct closure *c, struct place *p)
{
	if (!view_find(&c->view, p->path, VIEW_NO_FOLLOW, &p->hit))
		return;
	p->exists = true;
	p->file = p->hit;
	p->type = node_at(c, &p->hit)->type;
	if (p->type == NODE_SYMLINK)
		follow_link(c, p);
	else if (p->type == NODE_HARDLINK) {
		p->exists = view_file(&c->view, p->path, &p->file);
		p->type = NODE_FILE;
	}
}

static struct place *new_place(struct closure *c, struct str path)
{
	struct place *p = arena_alloc(&c->temp, sizeof *p);

	if (!p || !(p->path = arena_str(&c->temp, path)).p || map_put(&c->places, p->path, p) < 0) {
		c->no_memory = true;
		return NULL;
	}
	return p;
}

/* The directory is found first; when it is reached through links, the place is another one. */
static void resolve(struct closure *c, struct place *p)
{
	struct place *dir, *real;

	if (p->path.n == 0) {
		look_at(c, p);
		return;
	}
	dir = find_cleaned(c, path_dir(p->path));
	if (!dir || !place_is_dir(dir))
		return;
	p->dir = dir;
	real = place_end(dir);
	if (real == dir) {
		look_at(c, p);
		return;
	}
	if (lead_to(p, place_below(c, real->path, path_base(p->path)), dir->n_links))
		p->hit = p->next->hit;
}

static struct place *find_cleaned(struct closure *c, struct str path)
{
	struct place *p = map_get(&c->places, path);

	if (p)
		return p->exists && !p->is_open ? p : NULL;
	if (c->depth >= DEPTH_MAX)
		return NULL;
	p = new_place(c, path);
	if (!p)
		return NULL;
	c->depth++;
	p->is_open = true;
	resolve(c, p);
	p->is_open = false;
	c->depth--;
	return p->exists ? p : NULL;
}

struct place *place_find(struct closure *c, struct str path)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (path.n == 0 || !closure_spend(c, 1) || path_clean(path, &sb, NULL, NULL) < 0)
		return NULL;
	return find_cleaned(c, strbuf_str(&sb));
}

struct place *place_below(struct closure *c, struct str dir, struct str path)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (path.n == 0)
		return NULL;
	strbuf_add(&sb, dir);
	strbuf_addc(&sb, '/');
	strbuf_add(&sb, path);
	return sb.error ? NULL : place_find(c, strbuf_str(&sb));
}

struct place *place_end(struct place *p)
{
	while (p && p->next)
		p = (struct place *)p->next; /* ours: const is for those who only look */
	return p;
}

bool place_is_file(const struct place *p)
{
	return p && p->exists && p->type == NODE_FILE;
}

bool place_is_dir(const struct place *p)
{
	return p && p->exists && p->type == NODE_DIR;
}

bool place_is_executable(const struct closure *c, const struct place *p)
{
	const struct place *end = place_end((struct place *)p);

	return place_is_file(end) && node_at(c, &end->file)->mode & 0111;
}

uint64_t place_size(const struct closure *c, const struct place *p)
{
	return place_is_file(p) ? node_at(c, &p->file)->size : 0;
}

struct list_context {
	struct closure *c;
	struct vec names; /* struct str */
};

static int add_name(void *context, struct str name, const struct view_hit *hit)
{
	struct list_context *l = context;
	struct str *slot = vec_push(&l->names);

	(void)hit;
	if (slot)
		*slot = name;
	return slot ? 0 : -1;
}

static struct str_list list_names(struct closure *c, struct place *dir)
{
	struct list_context l = {c, VEC_INIT(struct str, LIMIT_LAYER_ENTRIES)};
	struct str *names;

	dir = place_end(dir);
	if (!place_is_dir(dir))
		return (struct str_list){0};
	if (dir->is_listed)
		return dir->names;
	dir->is_listed = true;
	(void)view_list(&c->view, dir->path, add_name, &l); /* what there is of it */
	names = arena_array(&c->temp, l.names.n + 1, sizeof *names);
	if (names) {
		if (l.names.n)
			memcpy(names, l.names.p, l.names.n * sizeof *names);
		dir->names = (struct str_list){names, l.names.n};
	} else {
		c->no_memory = true;
	}
	vec_done(&l.names);
	return dir->names;
}

struct str_list place_names(struct closure *c, struct place *dir)
{
	struct str_list names = list_names(c, dir);

	return closure_spend(c, names.n / NAMES_PER_STEP + 1) ? names : (struct str_list){0};
}

bool place_has_prefix(struct closure *c, struct place *dir, struct str prefix)
{
	struct str_list names = list_names(c, dir);
	size_t low = 0, high = names.n;

	while (low < high) { /* the first that is not less */
		size_t middle = low + (high - low) / 2;

		if (str_cmp(names.p[middle], prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names.n && str_has_prefix(names.p[low], prefix);
}

bool place_program(const struct closure *c, const struct place *p, struct program *ret)
{
	const struct closure_layer *layer;
	size_t low = 0, high;
	uint32_t node;

	if (!place_is_file(p))
		return false;
	layer = &c->in->layers[p->file.layer];
	node = merge_origin(c->in->merge, p->file.layer, p->file.node);
	high = layer->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (layer->programs[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low < layer->n && layer->programs[low].node == node &&
	       program_read(layer->programs[low].bytes, ret);
}
