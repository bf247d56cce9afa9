/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/compose_facts.h"
#include "check/compose_schema.h"
#include "check/image_use.h"
#include "check/source_set.h"

enum { SCOPE_FILE, SCOPE_SERVICE, SCOPE_PROBLEM };

static const struct scope scopes[] = {
	[SCOPE_FILE] = {"compose",
			"a Compose file as a whole",
			compose_classes,
			{{"file", "Compose", "the file"}}},
	[SCOPE_SERVICE] = {"compose.service",
			   "each service of a Compose file",
			   compose_classes,
			   {{"service", "Service", "the service"},
			    {"file", "Compose", "its file"}}},
	[SCOPE_PROBLEM] = {"compose.problem",
			   "each place where a Compose file is not as the specification wants it",
			   compose_classes,
			   {{"problem", "Problem", "what is wrong"},
			    {"file", "Compose", "its file"}}},
};

extern const struct language language_compose;

/* A file of the set, with all that belongs to it. */
struct part {
	struct source_part base; /* the first: a part is one of these */
	struct compose_model model;
	struct compose_file_fact *facts; /* of each project */
	bool *elsewhere;	/* each project: it is a part of the set itself, and judged there */
	struct value *problems; /* of each source: what the specification does not know */
	struct value *undeclared; /* of each project: names that nothing declares */
	bool *foreign;	   /* each source: it is a part of the set itself, and looked at there */
	bool is_piece;	   /* another part extends or includes it: names may be declared there */
	struct err broken; /* why it could not be read */
};

struct walk {
	const struct part *part;
	struct judge *judge;
	const struct compose_project *project; /* that is being judged */
	struct err *err;
};

static const struct compose_project *project_at(const struct part *p, size_t i)
{
	return *(struct compose_project *const *)vec_at(&p->model.projects, i);
}

static bool has_own_name(struct str base)
{
	return str_has_prefix(base, STR("compose.")) ||
	       str_has_prefix(base, STR("docker-compose")) ||
	       str_has_prefix(base, STR("podman-compose"));
}

/* compose.yaml, docker-compose.yml: what Compose reads when it is told no name. */
static bool is_default_name(struct str base)
{
	return (str_pull_prefix(&base, STR("compose.")) ||
		str_pull_prefix(&base, STR("docker-compose."))) &&
	       (str_is(base, "yaml") || str_is(base, "yml"));
}

/* ---- places ---- */

static const struct compose_source *own_source(const struct walk *w)
{
	return compose_model_source(&w->part->model, w->project->source);
}

static struct judge_place node_place(const struct walk *w, const struct yaml_node *node)
{
	const struct compose_source *s = compose_model_source(&w->part->model, yaml_source(node));
	struct yaml_place p = yaml_place(node);
	struct judge_place place = {.line = p.line,
				    .column = p.column,
				    .end_line = p.end_line,
				    .end_column = p.end_column};

	if (s && s != own_source(w)) {
		place.path = s->path;
		place.excerpt = source_line(&s->lines, p.line);
	}
	return place;
}

static bool place_of(void *context, struct value fact, struct judge_place *ret)
{
	const struct yaml_node *node = compose_fact_node(fact);

	if (node)
		*ret = node_place(context, node);
	return node != NULL;
}

static struct str line_of(void *context, uint64_t line)
{
	return source_line(&own_source(context)->lines, line);
}

static const struct compose_source *source_of(const struct walk *w, struct str path)
{
	const struct compose_source *s;

	for (uint16_t i = 0; path.n && (s = compose_model_source(&w->part->model, i)) != NULL; i++)
		if (str_eq(s->path, path))
			return s;
	return own_source(w);
}

/* By a comment where it stands. */
static struct judge_suppression suppression_of(void *context, const struct rule *rule,
					       const struct judge_place *place)
{
	const struct walk *w = context;

	return suppressions_find(&source_of(w, place->path)->suppressions, rule, place->line,
				 judge_report(w->judge)->time);
}

/* What is laid over another file is judged with it, but for itself alone. */
static bool wants(void *context, const struct judge_place *place)
{
	const struct walk *w = context;

	return !w->part->model.is_overlay || place->path.n == 0;
}

/* ---- judging ---- */

static int judge_at(struct walk *w, unsigned scope, const struct value *facts,
		    const struct yaml_node *node, struct str service)
{
	struct judge_place place = node_place(w, node);
	char name[ERR_MSG_MAX];
	struct judge_subject subject = {
		.kind = service.n ? SUBJECT_OBJECT : SUBJECT_FILE,
		.name = STR("file"),
		.container = service,
		.path = own_source(w)->path,
		.place = place,
		.excerpt = source_line(&own_source(w)->lines, place.line),
	};

	if (service.n) {
		(void)snprintf(name, sizeof name, "service %.*s", STR_FMT(service));
		subject.name = str_of(name);
	}
	return judge_subject(w->judge, &scopes[scope], facts, &subject, w->err);
}

static int judge_project(struct walk *w, const struct compose_file_fact *file)
{
	const struct value of_file = value_object(&file->object);
	int r = judge_at(w, SCOPE_FILE, &of_file, w->project->root, STR_NULL);

	for (uint32_t i = 0; r == 0 && i < file->services.n; i++) {
		const struct compose_service_fact *s = (const void *)file->services.items[i].object;
		const struct value facts[] = {file->services.items[i], of_file};

		r = judge_at(w, SCOPE_SERVICE, facts, s->object.data, value_str(s->name));
	}
	return r;
}

static int judge_problems(struct walk *w, struct value list, const struct compose_file_fact *file)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list.n; i++) {
		const struct value facts[] = {list.items[i], value_object(&file->object)};

		r = judge_at(w, SCOPE_PROBLEM, facts, list.items[i].object->data, STR_NULL);
	}
	return r;
}

/* Each file for itself: what is merged and extended would be told of each that takes it in. */
static int judge_sources(struct walk *w)
{
	const struct part *p = w->part;
	int r = 0;

	for (uint16_t i = 0; r == 0 && compose_model_source(&p->model, i); i++) {
		size_t of = 0;

		for (size_t k = 0; k < p->model.projects.n; k++)
			if (project_at(p, k)->source == i)
				of = k;
		w->project = project_at(p, of);
		if (!p->foreign[i])
			r = judge_problems(w, p->problems[i], &p->facts[of]);
	}
	return r;
}

static int tell_notes(const struct part *p, struct judge *j, struct err *err)
{
	for (size_t i = 0; i < p->model.notes.n; i++) {
		const struct compose_note *n = vec_at(&p->model.notes, i);

		if (report_add_coverage(judge_report(j), n->what, COVERAGE_PARTIAL, n->reason,
					STR_NULL, 0) < 0)
			return err_nomem(err);
	}
	return 0;
}

static int judge_part(const struct source_part *part, struct judge *judge, struct err *err)
{
	const struct part *p = (const struct part *)part;
	struct walk w = {.part = p, .judge = judge, .err = err};
	const struct judge_hooks hooks = {.context = &w,
					  .place = place_of,
					  .line = line_of,
					  .suppression = suppression_of,
					  .wants = wants};
	int r;

	if (p->broken.code)
		return judge_refuse(judge, p->base.path, "compose", &p->broken, err);
	r = tell_notes(p, judge, err);
	if (r == 0)
		r = suppressions_check(&compose_model_source(&p->model, 0)->suppressions, judge,
				       p->base.path, err);
	judge_set_hooks(judge, &hooks);
	for (size_t i = 0; r == 0 && i < p->model.projects.n; i++) {
		w.project = project_at(p, i);
		if (!p->elsewhere[i])
			r = judge_project(&w, &p->facts[i]);
		if (r == 0 && !p->elsewhere[0] && !p->is_piece)
			r = judge_problems(&w, p->undeclared[i], &p->facts[i]);
	}
	if (r == 0)
		r = judge_sources(&w);
	judge_set_hooks(judge, &(struct judge_hooks){0});
	return r < 0 ? r : 1;
}

/* ---- the set ---- */

static void part_free(struct source_part *part)
{
	struct part *p = (struct part *)part;

	if (!p)
		return;
	compose_model_done(&p->model);
	free(p);
}

/* A file of that name, or that content, may be of another program. */
static bool is_surely_compose(struct str path, const struct yaml_node *root)
{
	const struct yaml_node *key, *value;

	if (yaml_kind_of(root) != YAML_MAP)
		return false;
	for (size_t i = 0; has_own_name(path_base(path)) && yaml_entry(root, i, &key, &value); i++)
		if (compose_names_are_in(yaml_str(key)))
			return true;
	for (size_t i = 0; yaml_entry(yaml_get(root, "services"), i, &key, &value); i++)
		if (yaml_get(value, "image") || yaml_get(value, "build"))
			return true;
	return false;
}

static int find_undeclared(struct part *p, struct compose_names *names, struct err *err)
{
	struct arena *a = &p->model.arena;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->model.projects.n; i++)
		r = compose_names_add(names, project_at(p, i)->root, err);
	for (size_t i = 0; r == 0 && i < p->model.projects.n; i++)
		r = compose_references_check(project_at(p, i)->root, names, a, &p->undeclared[i],
					     err);
	return r;
}

/*
 * Names are asked where all files are known: not of one of another name than Compose looks for
 * (docker compose -f a -f b), unless it was laid over its base, nor when some could not be read.
 */
static int find_problems(struct part *p, struct str path, struct err *err)
{
	size_t n = p->model.sources.n;
	struct arena *a = &p->model.arena;
	struct compose_names names;
	int r = 0;

	p->problems = arena_array(a, n + 1, sizeof *p->problems);
	p->undeclared = arena_array(a, p->model.projects.n + 1, sizeof *p->undeclared);
	p->foreign = arena_array(a, n + 1, sizeof *p->foreign);
	if (!p->problems || !p->undeclared || !p->foreign)
		return err_nomem(err);
	if (!is_surely_compose(path, compose_model_source(&p->model, 0)->root))
		return 0;
	for (uint16_t i = 0; r == 0 && i < n; i++)
		r = compose_schema_check(compose_model_source(&p->model, i)->root, a,
					 &p->problems[i], err);
	if (r < 0 || p->model.notes.n || !(p->model.is_overlay || is_default_name(path_base(path))))
		return r;
	compose_names_init(&names);
	r = find_undeclared(p, &names, err);
	compose_names_done(&names);
	return r;
}

static int make_facts(struct part *p, struct err *err)
{
	struct arena *a = &p->model.arena;
	size_t n = p->model.projects.n;
	int r = 0;

	p->facts = arena_array(a, n + 1, sizeof *p->facts);
	p->elsewhere = arena_array(a, n + 1, sizeof *p->elsewhere);
	if (!p->facts || !p->elsewhere)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = compose_facts_make(project_at(p, i), a, &p->facts[i], err);
	return r;
}

static size_t memory_of(const struct part *p)
{
	size_t n = p->model.arena.used;
	const struct compose_source *s;

	for (uint16_t i = 0; (s = compose_model_source(&p->model, i)) != NULL; i++)
		n += yaml_file_size(s->yaml);
	return n;
}

static int read_part(const struct source_file *f, struct source_part **ret, struct err *err)
{
	struct part *p = calloc(1, sizeof *p);
	int r;

	if (!p)
		return err_nomem(err);
	compose_model_init(&p->model);
	r = compose_model_read(&p->model, f, &p->broken);
	if (r == 0) {
		r = make_facts(p, err);
		if (r == 0)
			r = find_problems(p, f->path, err);
	} else if (r != -ERR_FORMAT) {
		(void)err_set(err, p->broken.code, "%s", p->broken.msg);
	}
	if (r < 0 && r != -ERR_FORMAT) {
		part_free(&p->base);
		return r;
	}
	p->base.path = arena_str(&p->model.arena, f->path);
	p->base.n_bytes = memory_of(p);
	*ret = &p->base;
	return p->base.path.p ? 0 : err_nomem(err);
}

/* The base that takes an overlay in by itself, if it is in the set; else NULL. */
static struct part *taker_of(const struct part *p, const struct map *paths, struct arena *arena)
{
	struct str name = path_base(p->base.path);
	struct part *base;

	if (!p->model.is_overlay || str_find(name, STR(".override.")) >= name.n)
		return NULL;
	base = map_get(paths, source_path_plain(p->model.base, arena));
	return base && !base->broken.code && compose_model_has(&base->model, p->base.path) ? base
											   : NULL;
}

/* An overlay that its base takes in by itself is judged there, an included file for itself. */
static int settle(struct part *p, const struct map *paths, struct arena *arena)
{
	const struct compose_source *s;
	struct part *other;

	if (p->broken.code)
		return 0;
	for (size_t i = 0; i < p->model.projects.n; i++) {
		s = compose_model_source(&p->model, project_at(p, i)->source);
		p->elsewhere[i] =
			i == 0 ? taker_of(p, paths, arena) != NULL
			       : map_get(paths, source_path_plain(s->path, arena)) != NULL;
	}
	for (uint16_t i = 0; (s = compose_model_source(&p->model, i)) != NULL; i++) {
		other = map_get(paths, source_path_plain(s->path, arena));
		p->foreign[i] =
			i == 0 ? p->elsewhere[0] : other && taker_of(other, paths, arena) != p;
		if (other && other != p && !p->model.is_overlay)
			other->is_piece = true;
	}
	return 0;
}

static int join_parts(struct source_part *const *parts, size_t n, bool complete,
		      struct arena *arena, struct err *err)
{
	struct map paths;
	int r = 0;

	(void)complete; /* nothing is said of what is missing */
	map_init(&paths, SIZE_MAX);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (map_put(&paths, source_path_plain(parts[i]->path, arena), parts[i]) < 0)
			r = err_nomem(err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = settle((struct part *)parts[i], &paths, arena);
	map_done(&paths);
	return r < 0 ? r : arena_check(arena, err);
}

static const struct language_set set = {
	.read = read_part, .join = join_parts, .judge = judge_part, .free = part_free};

static int check(const struct source_file *source, struct judge *judge, struct err *err)
{
	return source_set_check(&language_compose, source, true, judge, err);
}

/* The files beside an example: names and texts. */
static int read_example(const struct source_file *f, struct str name, struct arena *arena,
			struct str *ret, struct err *err)
{
	const struct yaml_node *file = yaml_find(f->context, name);

	(void)arena; /* the text lives in the pack */
	if (!file)
		return err_set(err, ERR_NOT_FOUND, "%.*s", STR_FMT(name));
	*ret = yaml_str(file);
	return 0;
}

/* {text: ..., files: {NAME: TEXT}, parameters: ...} */
static int check_example(const struct yaml_node *what, struct judge *j, struct err *err)
{
	struct source_file f = {.path = STR("compose.yaml"),
				.bytes = yaml_get_str(what, "text"),
				.read_beside = read_example,
				.is_example = true,
				.context = (void *)(uintptr_t)yaml_get(what, "files")};

	return check(&f, j, err);
}

/* {image: x, build: y}: behind the brace or a comma. */
static bool has_flow_key(struct str line, struct str key)
{
	struct str before;

	for (size_t at; (at = str_find(line, key)) < line.n; line = str_skip(line, at + key.n)) {
		before = str_trim(str_sub(line, 0, at));
		if (before.n && (before.p[before.n - 1] == '{' || before.p[before.n - 1] == ','))
			return true;
	}
	return false;
}

static bool has_key(struct str line, struct str key)
{
	return str_has_prefix(line, key) || has_flow_key(line, key);
}

/* compose.yaml, docker-compose.prod.yml; else services at the left, and no Kubernetes object. */
static unsigned score(const struct source_file *f)
{
	struct str base = path_base(f->path), bytes = f->bytes, line;
	bool services = false, image = false;

	if (!str_has_suffix(base, STR(".yaml")) && !str_has_suffix(base, STR(".yml")))
		return 0;
	if (has_own_name(base))
		return 100;
	while (str_pull_line(&bytes, &line)) {
		if (str_has_prefix(line, STR("apiVersion:")))
			return 0;
		services |= str_has_prefix(line, STR("services:"));
		line = str_trim(line);
		image |= has_key(line, STR("image:")) || has_key(line, STR("build:"));
	}
	return services && image ? 55 : 0;
}

const struct language language_compose = {
	.id = "compose",
	.title = "Compose",
	.example_name = "compose.yaml",
	.scopes = scopes,
	.n_scopes = sizeof scopes / sizeof scopes[0],
	.score = score,
	.check = check,
	.check_example = check_example,
	.set = &set,
	.images = image_uses_compose,
};
