/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/marked_files.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "codec/elf_program.h"
#include "inventory/capability.h"

#define LENGTHS 256 /* of paths that packages may list, modulo */

struct marked_draft {
	struct report_file file;
	uint32_t node; /* of the layer's own tree */
};

/* Of a node of a layer's own tree, for the map of directories. */
struct node_key {
	uint32_t layer, node;
};

void marked_files_init(struct marked_files *m, const struct merge *merge,
		       const struct layer_record *const *records, struct report *report)
{
	*m = (struct marked_files){
		.merge = merge,
		.records = records,
		.report = report,
		.drafts = VEC_INIT(struct marked_draft, LIMIT_MARKED_FILES),
	};
	arena_init(&m->arena, LIMIT_ARENA_BYTES);
	map_init(&m->dirs, LIMIT_MARKED_FILES);
}

void marked_files_done(struct marked_files *m)
{
	vec_done(&m->drafts);
	map_done(&m->dirs);
	arena_done(&m->arena);
}

static struct str key_bytes(const struct node_key *key)
{
	return str_make((const char *)key, sizeof *key);
}

/* ---- one item ---- */

static bool is_directory(const struct report_file *f)
{
	return str_is(f->type, "directory");
}

static bool is_credential(const struct report_file *f)
{
	return str_is(f->mark, "credentials") || str_is(f->mark, "host-key");
}

/* Beyond its mode: setuid, capabilities. */
static bool is_privileged(const struct report_file *f)
{
	return !is_directory(f) && (f->mode & 06000 || f->capabilities.n);
}

/* Left over from a build or from work: all that lies below is too. */
static bool is_leftover(const struct report_file *f)
{
	return f->mark.n && !is_credential(f);
}

static struct str type_name(const struct tree_node *node)
{
	if (node->type == NODE_DIR)
		return STR("directory");
	return node->type == NODE_HARDLINK ? STR("hardlink") : STR("file");
}

/* A rule that finds nothing in the rest has not passed. */
static int tell(struct marked_files *m, struct str path, struct str layer, const struct err *what)
{
	int r = report_add_problem(m->report, path, layer, STR("files"), what);

	if (r == 0)
		r = report_add_coverage_once(m->report, STR("files that rules look at"),
					     COVERAGE_PARTIAL, STR("not all of them are known"),
					     STR("see the problems below"));
	return r < 0 ? r : 0;
}

static int tell_full(struct marked_files *m, const char *name)
{
	struct err limit = {0};

	if (m->is_full)
		return 0;
	m->is_full = true;
	err_set(&limit, ERR_LIMIT,
		"more files that rules look at than %s allows; the rest is left out", name);
	return tell(m, STR_NULL, STR_NULL, &limit);
}

static struct str path_of(struct marked_files *m, size_t layer, uint32_t node)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct str path;

	tree_path(&m->records[layer]->tree, node, &sb);
	if (sb.error)
		return STR_NULL;
	path = merge_path(m->merge, layer, strbuf_str(&sb), &m->arena);
	return arena_str(&m->report->arena, path);
}

static int put_capabilities(struct marked_files *m, struct report_file *f, struct str attribute)
{
	struct err what = {0};
	int r = attribute.n
			? capabilities_parse(attribute, &m->report->arena, &f->capabilities, &what)
			: 0;

	if (r == -ERR_FORMAT)
		r = tell(m, f->path, f->layer, &what);
	return r;
}

int marked_files_add(struct marked_files *m, size_t layer, const struct record_item *item)
{
	const struct tree *t = &m->records[layer]->tree;
	const struct report_layer *l = vec_at(&m->report->layers, layer);
	struct marked_draft *d;
	struct report_file *f;
	struct node_key *key;
	int r;

	if (item->node >= t->n_nodes || !tree_is_alive(t, item->node))
		return 0;
	if (m->path_bytes > LIMIT_MARKED_PATH_BYTES)
		return tell_full(m, "marked_path_bytes");
	d = vec_push(&m->drafts);
	if (!d)
		return m->drafts.n == m->drafts.max ? tell_full(m, "marked_files") : -ERR_NOMEM;
	d->node = item->node;
	f = &d->file;
	f->path = path_of(m, layer, item->node);
	m->path_bytes += f->path.n;
	f->type = type_name(tree_node(t, item->node));
	f->mark = item->mark;
	f->layer = l && m->report->has_image ? l->diff_id : STR_NULL;
	f->layer_index = layer;
	f->mode = tree_node(t, item->node)->mode;
	f->uid = item->uid;
	f->gid = item->gid;
	f->size = tree_node(t, item->node)->size;
	if (!f->path.p)
		return -ERR_NOMEM;
	r = put_capabilities(m, f, item->bytes);
	if (r < 0 || !is_directory(f) || !is_leftover(f))
		return r;
	key = arena_alloc(&m->arena, sizeof *key);
	if (!key)
		return -ERR_NOMEM;
	*key = (struct node_key){(uint32_t)layer, item->node};
	return map_put(&m->dirs, key_bytes(key), m);
}

/* ---- programs ---- */

#define ANOMALIES_MAX 5

static bool is_in_bin(struct str path)
{
	struct str dir = path_dir(path);

	return str_is(path_base(dir), "bin") || str_is(path_base(dir), "sbin");
}

/* Anybody could put a library there; nothing between two colons is the current directory. */
static bool is_open_place(struct str dir)
{
	static const struct str open[] = {STR("/tmp"), STR("/var/tmp"), STR("/dev/shm")};

	for (size_t i = 0; i < ARRAY_LEN(open); i++)
		if (str_eq(dir, open[i]) ||
		    (str_has_prefix(dir, open[i]) && dir.p[open[i].n] == '/'))
			return true;
	return !dir.n || (dir.p[0] != '/' && dir.p[0] != '$');
}

static bool has_open_place(struct str list)
{
	struct str dir;

	while (list.n && str_pull_until(&list, ':', &dir))
		if (is_open_place(dir))
			return true;
	return false;
}

/* Only where programs are run by name: others may be for other systems. */
static bool lacks_interpreter(struct marked_files *m, struct str program, struct str interpreter)
{
	const struct view v = merge_view(m->merge);
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct view_hit hit;

	if (!interpreter.n || !is_in_bin(program) || path_clean(interpreter, &path, NULL, NULL) < 0)
		return false;
	return !view_file(&v, strbuf_str(&path), &hit);
}

static size_t find_anomalies(struct marked_files *m, struct str path,
			     const struct record_item *item, struct str ret[ANOMALIES_MAX])
{
	uint64_t flags = item->n_parts;
	size_t n = 0;

	if (flags & ELF_EXEC_STACK)
		ret[n++] = STR("executable-stack");
	if (lacks_interpreter(m, path, item->parser))
		ret[n++] = STR("interpreter-missing");
	if (has_open_place(item->bytes))
		ret[n++] = STR("library-path-writable");
	if (flags & ELF_UPX)
		ret[n++] = STR("packed");
	if (flags & ELF_RWX)
		ret[n++] = STR("writable-code");
	return n;
}

int marked_files_add_elf(struct marked_files *m, size_t layer, const struct record_item *item)
{
	const struct tree *t = &m->records[layer]->tree;
	struct marked_draft *d = vec_at(&m->drafts, m->drafts.n ? m->drafts.n - 1 : 0);
	struct str found[ANOMALIES_MAX], path, *list;
	size_t n;
	int r = 0;

	if (item->node >= t->n_nodes || !tree_is_alive(t, item->node))
		return 0;
	path = path_of(m, layer, item->node);
	n = path.p ? find_anomalies(m, path, item, found) : 0;
	if (n == 0)
		return path.p ? 0 : -ERR_NOMEM;
	if (!d || d->node != item->node || d->file.layer_index != layer) {
		size_t before = m->drafts.n;
		struct record_item file = {.kind = RECORD_FILE, .node = item->node};

		r = marked_files_add(m, layer, &file);
		d = m->drafts.n > before ? vec_at(&m->drafts, before) : NULL;
	}
	list = r == 0 && d ? arena_array(&m->report->arena, n, sizeof *list) : NULL;
	if (!list)
		return r < 0 || !d ? r : -ERR_NOMEM;
	memcpy(list, found, n * sizeof *list);
	d->file.anomalies = (struct str_list){list, n};
	return 0;
}

/* ---- all together ---- */

/* Part of a directory that is listed itself. */
static bool is_covered(const struct marked_files *m, const struct marked_draft *d)
{
	const struct report_file *f = &d->file;
	const struct tree *t = &m->records[f->layer_index]->tree;
	struct node_key key = {(uint32_t)f->layer_index, d->node};

	if (is_credential(f) || is_privileged(f) || m->dirs.n == 0)
		return false;
	while (key.node != TREE_ROOT) {
		key.node = tree_node(t, key.node)->parent;
		if (map_get(&m->dirs, key_bytes(&key)))
			return true;
	}
	return false;
}

/* What the layer has below the directory; the tree's own limits bound the recursion. */
static void add_up(const struct tree *t, uint32_t dir, struct report_file *f)
{
	const struct tree_node *n = tree_node(t, dir);

	for (uint32_t i = 0; i < n->n; i++) {
		uint32_t child = t->order[n->first + i];
		const struct tree_node *c = tree_node(t, child);

		if (c->type == NODE_DIR)
			add_up(t, child, f);
		else if (c->type != NODE_WHITEOUT)
			f->n_files++;
		if (c->type == NODE_FILE)
			f->size += c->size;
	}
}

static bool shows(struct marked_files *m, const struct view *v, const struct marked_draft *d)
{
	const struct report_file *f = &d->file;
	struct view_hit hit;

	return view_find(v, f->path, VIEW_NO_FOLLOW, &hit) && hit.layer == f->layer_index &&
	       (is_directory(f) || merge_origin(m->merge, hit.layer, hit.node) == d->node);
}

static int compare_drafts(const void *va, const void *vb)
{
	const struct marked_draft *a = va, *b = vb;
	int by_path = str_cmp(a->file.path, b->file.path);

	return by_path ? by_path
		       : (a->file.layer_index > b->file.layer_index) -
				 (a->file.layer_index < b->file.layer_index);
}

/* *counted: the path whose totals there are now; several layers may have the same directory. */
static int measure(struct marked_files *m, const struct view *v, struct marked_draft *d,
		   struct view_totals *totals, struct str *counted)
{
	struct report_file *f = &d->file;

	if (!is_directory(f) || !f->mark.n) {
		f->visible = shows(m, v, d);
		return 0;
	}
	f->size = 0;
	add_up(&m->records[f->layer_index]->tree, d->node, f);
	if (!str_eq(*counted, f->path) && !view_count_below(v, f->path, totals))
		return -ERR_NOMEM;
	*counted = f->path;
	f->visible = f->n_files ? totals[f->layer_index].n_files > 0 : shows(m, v, d);
	return 0;
}

static int list_files(struct marked_files *m)
{
	CLEANUP(freep) struct view_totals *totals = calloc(m->merge->n + 1, sizeof *totals);
	const struct view v = merge_view(m->merge);
	struct str counted = STR_NULL;
	int r = totals ? 0 : -ERR_NOMEM;

	vec_sort(&m->drafts, compare_drafts);
	for (size_t i = 0; r == 0 && i < m->drafts.n; i++) {
		struct marked_draft *d = vec_at(&m->drafts, i);
		struct report_file *f;

		if (is_covered(m, d))
			continue;
		r = measure(m, &v, d, totals, &counted);
		f = r == 0 ? vec_push(&m->report->files) : NULL;
		if (!f)
			return -ERR_NOMEM;
		*f = d->file;
	}
	return r;
}

/* ---- owners ---- */

static bool is_program_of_system(const struct report_file *f)
{
	return str_is(f->mark, "system");
}

struct owners {
	struct map files; /* path -> struct report_file, of the privileged ones */
	bool lengths[LENGTHS];
};

static int want_owner(struct owners *o, struct str path, struct report_file *f)
{
	o->lengths[path.n % LENGTHS] = true;
	return map_get(&o->files, path) ? 0 : map_put(&o->files, path, f);
}

/* Databases of before usr-merge say bin/su of what is usr/bin/su, and newer ones the reverse. */
static int want_owners(struct marked_files *m, struct owners *o)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->report->files.n; i++) {
		struct report_file *f = vec_at(&m->report->files, i);
		struct str other = f->path;

		if (!f->visible || !(is_privileged(f) || is_program_of_system(f)))
			continue;
		if (!str_pull_prefix(&other, STR("usr/")))
			other = arena_strf(&m->arena, "usr/%.*s", STR_FMT(f->path));
		r = other.p ? want_owner(o, f->path, f) : -ERR_NOMEM;
		if (r == 0)
			r = want_owner(o, other, f);
	}
	return r;
}

static void take_owners(const struct owners *o, const struct package *p)
{
	for (size_t i = 0; i < p->files.n; i++) {
		struct str path = p->files.p[i];
		struct report_file *f;

		if (!o->lengths[path.n % LENGTHS])
			continue;
		f = map_get(&o->files, path);
		if (f)
			f->package = p->name;
	}
}

static int find_owners(struct marked_files *m)
{
	struct owners o = {0};
	int r;

	map_init(&o.files, (size_t)LIMIT_MARKED_FILES * 2);
	r = want_owners(m, &o);
	for (size_t i = 0; r == 0 && o.files.n && i < m->report->packages.n; i++) {
		const struct report_package *rp = vec_at(&m->report->packages, i);

		take_owners(&o, &rp->p);
	}
	map_done(&o.files);
	return r;
}

static bool packages_list_files(const struct report *r)
{
	for (size_t i = 0; i < r->packages.n; i++)
		if (((const struct report_package *)vec_at(&r->packages, i))->p.files.n)
			return true;
	return false;
}

/* A program of the system stands out only if nobody owns it. */
static void drop_owned(struct report *r)
{
	bool listed = packages_list_files(r);
	size_t n = 0;

	for (size_t i = 0; i < r->files.n; i++) {
		struct report_file f = *(struct report_file *)vec_at(&r->files, i);

		if (is_program_of_system(&f) && (!listed || !f.visible || f.package.n)) {
			f.mark = STR_NULL;
			if (!is_privileged(&f) && !(f.mode & 0002) && !f.anomalies.n)
				continue;
		}
		*(struct report_file *)vec_at(&r->files, n++) = f;
	}
	vec_cut(&r->files, n);
}

int marked_files_finish(struct marked_files *m, struct err *err)
{
	int r = list_files(m);

	if (r == 0)
		r = find_owners(m);
	if (r == 0)
		drop_owned(m->report);
	return r < 0 ? err_nomem(err) : arena_check(&m->arena, err);
}
