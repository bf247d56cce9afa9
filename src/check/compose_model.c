/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compose_model.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/compose_merge.h"
#include "check/compose_variables.h"
#include "check/yaml_comments.h"

struct reading {
	struct compose_model *m;
	const struct source_file *file;
	struct map by_name; /* cleaned name in the folder -> struct compose_source, read already */
	struct map variables_by_name; /* of env_file -> struct yaml_node, a map */
	struct map failed;	      /* the name of one that could not be had -> struct err */
	size_t n_bytes;		      /* that were read */
	struct err *err;
};

/* A project that is being put together. */
struct putting {
	struct reading *r;
	struct compose_project *project;
	struct str folder;    /* of its first file, cleaned: "" or "a/b" */
	struct map variables; /* of its .env: name -> struct env_line */
	struct compose_merging merging;
};

void compose_model_init(struct compose_model *m)
{
	*m = (struct compose_model){
		.sources = VEC_INIT(struct compose_source *, LIMIT_COMPOSE_FILES),
		.projects = VEC_INIT(struct compose_project *, LIMIT_COMPOSE_FILES),
		.notes = VEC_INIT(struct compose_note, LIMIT_COMPOSE_NOTES)};
	arena_init(&m->arena, LIMIT_ARENA_BYTES);
}

void compose_model_done(struct compose_model *m)
{
	for (size_t i = 0; i < m->sources.n; i++) {
		struct compose_source *s = *(struct compose_source **)vec_at(&m->sources, i);

		yaml_file_free(s->yaml);
		suppressions_done(&s->suppressions);
	}
	for (size_t i = 0; i < m->projects.n; i++)
		map_done(&(*(struct compose_project **)vec_at(&m->projects, i))->partial);
	vec_done(&m->sources);
	vec_done(&m->projects);
	vec_done(&m->notes);
	arena_done(&m->arena);
}

const struct compose_source *compose_model_source(const struct compose_model *m, uint16_t n)
{
	struct compose_source *const *slot = vec_at(&m->sources, n);

	return slot ? *slot : NULL;
}

bool compose_model_has(const struct compose_model *m, struct str path)
{
	const struct compose_source *s;

	for (uint16_t i = 0; (s = compose_model_source(m, i)) != NULL; i++)
		if (str_eq(s->path, path))
			return true;
	return false;
}

/* ---- notes ---- */

/* More of them than fit are no news. */
static void note(struct reading *r, struct str what, const struct err *why)
{
	struct compose_note *n = vec_push(&r->m->notes);

	if (n)
		*n = (struct compose_note){.what = arena_str(&r->m->arena, what),
					   .reason = arena_str(&r->m->arena, str_of(why->msg))};
}

static int note_service(struct putting *p, struct str service, const char *what, struct str name,
			const struct err *why)
{
	struct str text =
		arena_strf(&p->r->m->arena, "service %.*s of %.*s: %s %.*s", STR_FMT(service),
			   STR_FMT(compose_model_source(p->r->m, p->project->source)->path), what,
			   STR_FMT(name));

	note(p->r, text, why);
	return map_put(&p->project->partial, service, p->project) < 0 ? err_nomem(p->r->err) : 0;
}

/* ---- files ---- */

static bool is_remote(struct str name)
{
	return str_find(name, STR("://")) < name.n || str_has_prefix(name, STR("git@")) ||
	       str_has_prefix(name, STR("github.com/"));
}

/* folder/name without dots; refused when it leaves the folder of the first file. */
static int name_below(struct reading *r, struct str folder, struct str name, struct str *ret,
		      struct err *why)
{
	CLEANUP(strbuf_done) struct strbuf joined = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf clean = STRBUF_INIT(LIMIT_PATH_BYTES);
	bool escaped = false;
	int e;

	if (is_remote(name))
		return err_set(why, ERR_DENIED, "remote: nothing is fetched");
	if (str_find_char(name, '$') < name.n)
		return err_set(why, ERR_NOT_FOUND, "its name has a variable");
	strbuf_add(&joined, folder);
	strbuf_addc(&joined, '/');
	strbuf_add(&joined, name);
	e = path_clean(strbuf_str(&joined), &clean, &escaped, why);
	if (e < 0)
		return e;
	if (escaped || str_has_prefix(name, STR("/")))
		return err_set(why, ERR_DENIED, "outside of the folder");
	*ret = arena_str(&r->m->arena, strbuf_str(&clean));
	return ret->p ? 0 : err_nomem(why);
}

static int read_bytes(struct reading *r, struct str name, struct str *ret, struct err *why)
{
	int e;

	if (!r->file->read_beside)
		return err_set(why, ERR_NOT_FOUND, "nothing beside it can be read");
	if (r->n_bytes >= LIMIT_COMPOSE_BYTES)
		return err_set(why, ERR_LIMIT, "more than compose_bytes (%d) were read before it",
			       (int)LIMIT_COMPOSE_BYTES);
	e = r->file->read_beside(r->file, name, &r->m->arena, ret, why);
	r->n_bytes += e == 0 ? ret->n : 0;
	return e;
}

static struct str shown_path(struct reading *r, struct str name)
{
	struct str dir = path_dir(r->file->path);

	if (!dir.n)
		return str_has_prefix(r->file->path, STR("/"))
			       ? arena_strf(&r->m->arena, "/%.*s", STR_FMT(name))
			       : name;
	return arena_strf(&r->m->arena, "%.*s/%.*s", STR_FMT(dir), STR_FMT(name));
}

static struct compose_source *new_source(struct reading *r, struct str path, struct str bytes,
					 struct err *why)
{
	struct compose_source *s = arena_alloc(&r->m->arena, sizeof *s), **slot;

	if (!s || !path.p) {
		(void)err_nomem(why);
		return NULL;
	}
	slot = vec_push(&r->m->sources);
	if (!slot) {
		(void)err_set(why, ERR_LIMIT, "more than compose_files (%d)",
			      (int)LIMIT_COMPOSE_FILES);
		return NULL;
	}
	*slot = s;
	s->path = path;
	suppressions_init(&s->suppressions);
	return source_lines_make(bytes, &r->m->arena, &s->lines, why) < 0 ? NULL : s;
}

/* Documents of one file are laid over each other, as files are. */
static const struct yaml_node *documents(struct putting *p, const struct yaml_file *yaml)
{
	const struct yaml_node *root = yaml_document(yaml, 0);

	for (size_t i = 1; i < yaml_n_documents(yaml); i++)
		root = compose_merge(&p->merging, root, yaml_document(yaml, i));
	return root;
}

static int read_source(struct putting *p, struct str path, struct str bytes,
		       struct compose_source **ret, struct err *why)
{
	struct compose_model *m = p->r->m;
	uint16_t number = (uint16_t)m->sources.n;
	struct compose_source *s = new_source(p->r, path, bytes, why);
	int r = s ? yaml_parse_source(bytes, number, &s->yaml, why) : -(int)why->code;

	if (r == 0)
		r = yaml_comments_read(&s->lines, &s->suppressions, why);
	if (r == 0)
		r = compose_interpolate(documents(p, s->yaml), &p->variables, &m->arena, &s->root,
					why);
	if (r == 0 && p->merging.too_many)
		r = err_set(why, ERR_LIMIT, "more than yaml_nodes (%d), merged",
			    (int)LIMIT_YAML_NODES);
	if (r == 0)
		*ret = s;
	return r;
}

/* However many services want it, it is read once. */
static int keep_failure(struct reading *r, struct str name, const struct err *why)
{
	struct err *kept = arena_alloc(&r->m->arena, sizeof *kept);

	if (!kept || map_put(&r->failed, name, kept) < 0)
		return err_nomem(r->err);
	*kept = *why;
	return -(int)why->code;
}

/* One beside the first; read once. */
static int open_source(struct putting *p, struct str name, struct compose_source **ret,
		       struct err *why)
{
	const struct err *failed = map_get(&p->r->failed, name);
	struct str bytes;
	int r;

	*ret = map_get(&p->r->by_name, name);
	if (*ret)
		return 0;
	if (failed)
		return err_set(why, failed->code, "%s", failed->msg);
	r = read_bytes(p->r, name, &bytes, why);
	if (r == 0)
		r = read_source(p, shown_path(p->r, name), bytes, ret, why);
	if (r == 0 && map_put(&p->r->by_name, name, *ret) < 0)
		r = err_nomem(why);
	return r < 0 ? keep_failure(p->r, name, why) : 0;
}

/* ---- .env ---- */

static int read_env(struct putting *p)
{
	struct str name, bytes;
	struct env_lines lines;
	struct err ignored = {0}; /* most projects have none */
	int r = name_below(p->r, p->folder, STR(".env"), &name, &ignored);

	if (r == 0)
		r = read_bytes(p->r, name, &bytes, &ignored);
	if (r < 0)
		return r == -ERR_NOMEM ? err_nomem(p->r->err) : 0;
	r = env_lines_parse(bytes, &p->r->m->arena, &lines, p->r->err);
	for (size_t i = 0; r == 0 && i < lines.n; i++)
		if (map_put(&p->variables, lines.p[i].name, (void *)(uintptr_t)&lines.p[i]) < 0)
			r = err_nomem(p->r->err);
	return r;
}

/* ---- env_file ---- */

/* Its lines as a map, each standing where it does. */
static const struct yaml_node *read_variables(struct putting *p, struct str name, struct err *why)
{
	struct arena *a = &p->r->m->arena;
	uint16_t number = (uint16_t)p->r->m->sources.n;
	struct str bytes;
	struct env_lines lines;
	const struct yaml_node **items;

	if (read_bytes(p->r, name, &bytes, why) < 0 ||
	    !new_source(p->r, shown_path(p->r, name), bytes, why) ||
	    env_lines_parse(bytes, a, &lines, why) < 0)
		return NULL;
	items = arena_array(a, 2 * lines.n + 1, sizeof *items);
	for (size_t i = 0; items && i < lines.n; i++) {
		const struct yaml_place place = {.line = lines.p[i].line,
						 .column = 1,
						 .end_line = lines.p[i].line,
						 .end_column = 1};

		items[2 * i] = yaml_make_text(a, lines.p[i].name, place, number);
		items[2 * i + 1] = yaml_make_text(a, lines.p[i].value, place, number);
	}
	if (!items || a->failed) {
		(void)err_nomem(why);
		return NULL;
	}
	return yaml_make(a, YAML_MAP, items, 2 * lines.n, items[0]);
}

/* Read once. */
static const struct yaml_node *variables_of(struct putting *p, struct str name, struct err *why)
{
	const struct yaml_node *node = map_get(&p->r->variables_by_name, name);

	if (node)
		return node;
	node = read_variables(p, name, why);
	if (node && map_put(&p->r->variables_by_name, name, (void *)(uintptr_t)node) < 0) {
		(void)err_nomem(why);
		return NULL;
	}
	return node;
}

static struct str env_file_name(const struct yaml_node *entry)
{
	return yaml_kind_of(entry) == YAML_MAP ? yaml_get_str(entry, "path") : yaml_str(entry);
}

/* A file of variables is often not there where a project is checked: that is no news. */
static int add_env_file(struct putting *p, struct str service, const struct yaml_node *entry,
			const struct yaml_node **variables)
{
	struct str file = env_file_name(entry), name;
	const struct yaml_node *more = NULL;
	struct err why = {0};

	if (!file.n)
		return 0;
	if (name_below(p->r, p->folder, file, &name, &why) == 0)
		more = variables_of(p, name, &why);
	if (!more)
		return why.code == ERR_NOT_FOUND ? 0
						 : note_service(p, service, "env_file", file, &why);
	*variables = *variables ? compose_merge_service(&p->merging, *variables, more) : more;
	return 0;
}

/* {key: node} */
static const struct yaml_node *one_entry(struct putting *p, const char *key,
					 const struct yaml_node *node)
{
	struct arena *a = &p->r->m->arena;
	const struct yaml_node **items = arena_array(a, 2, sizeof *items);

	if (!items)
		return NULL;
	items[0] = yaml_make_scalar(a, str_of(key), node);
	items[1] = node;
	return items[0] ? yaml_make(a, YAML_MAP, items, 2, node) : NULL;
}

/* What the files set is environment below that of the service itself. */
static int add_env_files(struct putting *p, struct str name, const struct yaml_node *root,
			 const struct yaml_node **service)
{
	const struct yaml_node *files = yaml_get(*service, "env_file"), *variables = NULL, *below;
	size_t n = yaml_kind_of(files) == YAML_LIST ? yaml_len(files) : files != NULL;
	int r = 0;

	(void)root; /* the service itself names them */
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_env_file(p, name,
				 yaml_kind_of(files) == YAML_LIST ? yaml_at(files, i) : files,
				 &variables);
	if (r < 0 || !variables)
		return r;
	below = one_entry(p, "environment", variables);
	if (!below)
		return err_nomem(p->r->err);
	*service = compose_merge_service(&p->merging, below, *service);
	return 0;
}

/* ---- extends ---- */

static int find_extended(struct putting *p, const struct yaml_node *extends,
			 const struct yaml_node *root, const struct yaml_node **ret_root,
			 const struct yaml_node **ret, struct err *why)
{
	struct str name = yaml_kind_of(extends) == YAML_SCALAR ? yaml_str(extends)
							       : yaml_get_str(extends, "service");
	struct str file = yaml_get_str(extends, "file"), below;
	struct compose_source *s;
	int r;

	*ret_root = root;
	if (file.n) {
		r = name_below(p->r, p->folder, file, &below, why);
		if (r == 0)
			r = open_source(p, below, &s, why);
		if (r < 0)
			return r;
		*ret_root = s->root;
	}
	*ret = yaml_find(yaml_get(*ret_root, "services"), name);
	return *ret ? 0 : err_set(why, ERR_NOT_FOUND, "no service %.*s there", STR_FMT(name));
}

static struct str name_of_extended(const struct yaml_node *extends)
{
	struct str file = yaml_get_str(extends, "file");

	if (file.n)
		return file;
	return yaml_kind_of(extends) == YAML_SCALAR ? yaml_str(extends)
						    : yaml_get_str(extends, "service");
}

/* The service with what it extends below it; what could not be found is told. */
static int resolve(struct putting *p, struct str name, const struct yaml_node *root,
		   const struct yaml_node **service)
{
	const struct yaml_node *chain[LIMIT_COMPOSE_DEPTH] = {*service}, *node = *service;
	struct err why = {0};
	size_t n = 0;
	int r = 0;

	while (node && n < LIMIT_COMPOSE_DEPTH) {
		const struct yaml_node *extends = yaml_get(node, "extends");

		chain[n++] = node;
		node = NULL;
		if (!extends)
			break;
		if (n == LIMIT_COMPOSE_DEPTH)
			(void)err_set(&why, ERR_LIMIT,
				      "it extends itself, or more than compose_depth (%d)",
				      (int)LIMIT_COMPOSE_DEPTH);
		else
			(void)find_extended(p, extends, root, &root, &node, &why); /* why tells */
		if (why.code)
			r = note_service(p, name, "extends", name_of_extended(extends), &why);
	}
	*service = chain[n - 1];
	while (r == 0 && --n > 0)
		*service = compose_merge_service(&p->merging, *service, chain[n - 1]);
	return r;
}

/* The root with other services; nothing of it is merged. */
static int put_services(struct putting *p, const struct yaml_node *services,
			const struct yaml_node **root)
{
	struct arena *a = &p->r->m->arena;
	const struct yaml_node **items = arena_array(a, 2 * yaml_len(*root) + 1, sizeof *items);
	const struct yaml_node *key, *value;
	size_t n = 0;

	if (!items || !services)
		return err_nomem(p->r->err);
	for (size_t i = 0; yaml_entry(*root, i, &key, &value); i++) {
		items[n++] = key;
		items[n++] = str_is(yaml_str(key), "services") ? services : value;
	}
	*root = yaml_make(a, YAML_MAP, items, n, *root);
	return *root ? 0 : err_nomem(p->r->err);
}

/* Each service of a root, made other. */
typedef int (*make_other)(struct putting *p, struct str name, const struct yaml_node *root,
			  const struct yaml_node **service);

static int each_service(struct putting *p, make_other make, const struct yaml_node **root)
{
	struct arena *a = &p->r->m->arena;
	const struct yaml_node *services = yaml_get(*root, "services"), *key, *value;
	const struct yaml_node **items = arena_array(a, 2 * yaml_len(services) + 1, sizeof *items);
	bool changed = false;
	size_t n = 0;
	int r = items ? 0 : err_nomem(p->r->err);

	for (size_t i = 0; r == 0 && yaml_entry(services, i, &key, &value); i++) {
		const struct yaml_node *service = value;

		if (yaml_kind_of(value) == YAML_MAP)
			r = make(p, yaml_str(key), *root, &service);
		changed |= service != value;
		items[n++] = key;
		items[n++] = service;
	}
	if (r < 0 || !changed)
		return r;
	return put_services(p, yaml_make(a, YAML_MAP, items, n, services), root);
}

/* ---- files beside it ---- */

static const char *const base_names[] = {"compose.yaml", "compose.yml", "docker-compose.yml",
					 "docker-compose.yaml", NULL};
static const char *const override_names[] = {"compose.override.yml", "compose.override.yaml",
					     "docker-compose.override.yml",
					     "docker-compose.override.yaml", NULL};

static bool is_listed(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_is(name, *names))
			return true;
	return false;
}

/* The first of the names that is there. 1: found. */
static int open_first(struct putting *p, const char *const *names, struct compose_source **ret,
		      struct str *ret_name)
{
	for (; *names; names++) {
		struct err why = {0};
		int r = open_source(p, str_of(*names), ret, &why);

		*ret_name = str_of(*names);
		if (r == 0)
			return 1;
		if (r != -ERR_NOT_FOUND) {
			note(p->r, shown_path(p->r, *ret_name), &why);
			return 0;
		}
	}
	return 0;
}

/* A service of it says neither what it runs nor what it builds, but the base knows the service. */
static bool is_piece_of(const struct yaml_node *root, const struct yaml_node *base)
{
	const struct yaml_node *services = yaml_get(root, "services"),
			       *others = yaml_get(base, "services"), *key, *value;

	for (size_t i = 0; yaml_entry(services, i, &key, &value); i++)
		if (!yaml_get(value, "image") && !yaml_get(value, "build") &&
		    !yaml_get(value, "extends") && yaml_find(others, yaml_str(key)))
			return true;
	return false;
}

static int lay_over_base(struct putting *p, const struct yaml_node **root)
{
	struct compose_source *base = NULL;
	const struct yaml_node *below;
	struct str name;
	int r;

	if (open_first(p, base_names, &base, &name) == 0 || !is_piece_of(*root, base->root))
		return 0;
	p->r->m->is_overlay = true;
	p->r->m->base = base->path;
	below = base->root;
	r = each_service(p, resolve, &below);
	p->merging.stands_as_base = true;
	*root = compose_merge(&p->merging, below, *root);
	p->merging.stands_as_base = false;
	return r;
}

/* Of the first file, by its name. */
static int take_in_beside(struct putting *p, const struct yaml_node **root)
{
	struct str base = path_base(p->r->file->path), name;
	struct compose_source *other = NULL;
	const struct yaml_node *over;
	int r;

	if (!p->r->file->read_beside)
		return 0;
	if (!is_listed(base, base_names))
		return str_has_prefix(base, STR("compose.")) ||
				       str_has_prefix(base, STR("docker-compose."))
			       ? lay_over_base(p, root)
			       : 0;
	if (!open_first(p, override_names, &other, &name))
		return 0;
	over = other->root;
	r = each_service(p, resolve, &over);
	*root = compose_merge(&p->merging, *root, over);
	return r;
}

/* ---- projects ---- */

static int add_project(struct reading *r, struct str path, struct str name, struct str bytes,
		       unsigned depth, struct err *why);

static int include_one(struct putting *p, struct str file, unsigned depth)
{
	struct err why = {0};
	struct str name, bytes;
	int r = depth == 0 ? err_set(&why, ERR_LIMIT, "deeper than compose_depth (%d)",
				     (int)LIMIT_COMPOSE_DEPTH)
			   : name_below(p->r, p->folder, file, &name, &why);

	if (r == 0 && map_get(&p->r->by_name, name))
		return 0; /* it is there already */
	if (r == 0)
		r = read_bytes(p->r, name, &bytes, &why);
	if (r == 0)
		r = add_project(p->r, shown_path(p->r, name), name, bytes, depth - 1, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(p->r->err);
	if (r < 0)
		note(p->r, arena_strf(&p->r->m->arena, "include %.*s", STR_FMT(file)), &why);
	return 0;
}

/* Of several files for one project each is looked at by itself. */
static int include_all(struct putting *p, const struct yaml_node *list, unsigned depth)
{
	int r = 0;

	for (size_t i = 0; r == 0 && yaml_kind_of(list) == YAML_LIST && i < yaml_len(list); i++) {
		const struct yaml_node *entry = yaml_at(list, i),
				       *path = yaml_kind_of(entry) == YAML_MAP
						       ? yaml_get(entry, "path")
						       : entry;

		if (yaml_kind_of(path) == YAML_SCALAR)
			r = include_one(p, yaml_str(path), depth);
		for (size_t k = 0; r == 0 && yaml_kind_of(path) == YAML_LIST && k < yaml_len(path);
		     k++)
			r = include_one(p, yaml_str(yaml_at(path, k)), depth);
	}
	return r;
}

static int put_together(struct putting *p, struct compose_source *first, bool is_first,
			unsigned depth, struct err *why)
{
	const struct yaml_node *root = first->root;
	int r = each_service(p, resolve, &root);

	if (r == 0 && is_first)
		r = take_in_beside(p, &root);
	if (r == 0)
		r = each_service(p, add_env_files, &root);
	if (r == 0 && p->merging.too_many)
		r = err_set(why, ERR_LIMIT, "more than yaml_nodes (%d), merged",
			    (int)LIMIT_YAML_NODES);
	p->project->root = root;
	return r < 0 ? r : include_all(p, yaml_get(root, "include"), depth);
}

static int add_project(struct reading *r, struct str path, struct str name, struct str bytes,
		       unsigned depth, struct err *why)
{
	struct arena *a = &r->m->arena;
	struct compose_project *project = arena_alloc(a, sizeof *project), **slot;
	struct putting p = {.r = r, .project = project, .merging = {.arena = a}};
	struct compose_source *s = NULL;
	bool is_first = r->m->projects.n == 0;
	int e;

	if (!project)
		return err_nomem(why);
	p.folder = path_dir(name);
	project->source = (uint16_t)r->m->sources.n;
	map_init(&project->partial, SIZE_MAX);
	map_init(&p.variables, SIZE_MAX);
	e = read_env(&p);
	if (e == 0)
		e = read_source(&p, path, bytes, &s, why);
	if (e == 0 && map_put(&r->by_name, name, s) < 0)
		e = err_nomem(why);
	slot = e == 0 ? vec_push(&r->m->projects) : NULL;
	if (slot)
		*slot = project;
	if (e == 0)
		e = slot ? put_together(&p, s, is_first, depth, why) : err_nomem(why);
	map_done(&p.variables);
	return e;
}

int compose_model_read(struct compose_model *m, const struct source_file *f, struct err *err)
{
	struct reading r = {.m = m, .file = f, .err = err};
	struct str path = arena_str(&m->arena, f->path), bytes = arena_str(&m->arena, f->bytes);
	int e;

	if (!path.p || !bytes.p)
		return err_nomem(err);
	map_init(&r.by_name, SIZE_MAX);
	map_init(&r.variables_by_name, SIZE_MAX);
	map_init(&r.failed, SIZE_MAX);
	e = add_project(&r, path, path_base(path), bytes, LIMIT_COMPOSE_DEPTH, err);
	map_done(&r.by_name);
	map_done(&r.variables_by_name);
	map_done(&r.failed);
	return e < 0 ? e : arena_check(&m->arena, err);
}
