/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/image_use.h"
#include "check/kubernetes_facts.h"
#include "check/kubernetes_unrendered.h"
#include "check/source_set.h"
#include "check/yaml_comments.h"

enum { SCOPE_OBJECT, SCOPE_POD, SCOPE_CONTAINER, SCOPE_PROBLEM };

static const struct scope scopes[] = {
	[SCOPE_OBJECT] = {"kubernetes.object",
			  "each object of a manifest, also of a List",
			  kubernetes_classes,
			  {{"object", "Object", "the object"},
			   {"set", "Set", "all that is checked with it"}}},
	[SCOPE_POD] = {"kubernetes.pod",
		       "each pod: a Pod itself, or the template in a workload of any kind",
		       kubernetes_classes,
		       {{"pod", "Pod", "the pod"},
			{"object", "Object", "its object"},
			{"set", "Set", "all that is checked with it"}}},
	[SCOPE_CONTAINER] = {"kubernetes.container",
			     "each container of each pod, init and ephemeral ones too",
			     kubernetes_classes,
			     {{"container", "Container", "the container"},
			      {"pod", "Pod", "its pod"},
			      {"object", "Object", "its object"},
			      {"set", "Set", "all that is checked with it"}}},
	[SCOPE_PROBLEM] = {"kubernetes.problem",
			   "each place where an object is not as the API wants it",
			   kubernetes_classes,
			   {{"problem", "Problem", "what is wrong"},
			    {"object", "Object", "the object"},
			    {"set", "Set", "all that is checked with it"}}},
};

extern const struct language language_kubernetes;

/* A file of the set. */
struct part {
	struct source_part base; /* the first: a part is one of these */
	struct arena arena;
	struct yaml_file *file; /* NULL: it could not be read */
	struct err broken;	/* why */
	struct kubernetes_objects objects;
	struct source_lines lines;
	struct suppressions suppressions;
	struct value set; /* of all parts, once they are joined */
	bool unselected;  /* the first part tells it */
	/* It is no manifest yet: why, and what to do. The first of a folder tells it for all. */
	enum unrendered { IS_MANIFEST, IS_TEMPLATE, IS_PATCH } unrendered;
	struct str what, reason, remedy;
};

struct walk {
	const struct part *part;
	struct judge *judge;
	const struct object_fact *object; /* that is being judged */
	struct err *err;
};

/* ---- places ---- */

static struct judge_place node_place(const struct yaml_node *node)
{
	struct yaml_place p = yaml_place(node);

	return (struct judge_place){.line = p.line,
				    .column = p.column,
				    .end_line = p.end_line,
				    .end_column = p.end_column};
}

static bool place_of(void *context, struct value fact, struct judge_place *ret)
{
	const struct yaml_node *node = kubernetes_fact_node(fact);

	(void)context;
	if (node)
		*ret = node_place(node);
	return node != NULL;
}

static struct str line_of(void *context, uint64_t line)
{
	const struct walk *w = context;

	return source_line(&w->part->lines, line);
}

/* ---- what annotations switch off ---- */

static bool rule_has(const struct rule *rule, struct str name, const char *prefix)
{
	if (str_eq_nocase(rule->id, name))
		return true;
	for (size_t i = 0; i < rule->codes.n; i++) {
		struct str code = rule->codes.p[i];

		if (str_pull_prefix(&code, str_of(prefix)) && str_eq_nocase(code, name))
			return true;
	}
	return false;
}

/* checkov.io/skip1: CKV_K8S_14=why */
static bool checkov_skips(struct str key, struct str value, const struct rule *rule,
			  struct judge_suppression *ret)
{
	struct str name, reason;

	if (!str_has_prefix(key, STR("checkov.io/skip")) &&
	    !str_has_prefix(key, STR("bridgecrew.io/skip")))
		return false;
	if (!str_cut(value, '=', &name, &reason)) {
		name = value;
		reason = STR_NULL;
	}
	*ret = (struct judge_suppression){.by = STR("checkov"), .reason = str_trim(reason)};
	return rule_has(rule, str_trim(name), "");
}

/* ignore-check.kube-linter.io/latest-tag: why */
static bool kube_linter_skips(struct str key, struct str value, const struct rule *rule,
			      struct judge_suppression *ret)
{
	*ret = (struct judge_suppression){.by = STR("kube-linter"), .reason = value};
	if (str_is(key, "kube-linter.io/ignore-all"))
		return true;
	return str_pull_prefix(&key, STR("ignore-check.kube-linter.io/")) &&
	       rule_has(rule, key, "kube-linter:");
}

/* polaris.fairwinds.com/hostNetworkSet-exempt: "true" */
static bool polaris_skips(struct str key, struct str value, const struct rule *rule,
			  struct judge_suppression *ret)
{
	*ret = (struct judge_suppression){.by = STR("polaris")};
	if (!str_pull_prefix(&key, STR("polaris.fairwinds.com/")) ||
	    !str_eq_nocase(value, STR("true")))
		return false;
	if (str_is(key, "exempt"))
		return true;
	return str_has_suffix(key, STR("-exempt")) &&
	       rule_has(rule, str_sub(key, 0, key.n - strlen("-exempt")), "polaris:");
}

static struct judge_suppression annotation_skips(const struct yaml_node *meta,
						 const struct rule *rule)
{
	const struct yaml_node *annotations = yaml_get(meta, "annotations"), *key, *value;
	struct judge_suppression s;

	for (size_t i = 0; yaml_entry(annotations, i, &key, &value); i++)
		if (checkov_skips(yaml_str(key), yaml_str(value), rule, &s) ||
		    kube_linter_skips(yaml_str(key), yaml_str(value), rule, &s) ||
		    polaris_skips(yaml_str(key), yaml_str(value), rule, &s))
			return s;
	return (struct judge_suppression){0};
}

/* Of the object, and of the template in it. */
static struct judge_suppression suppression_of(void *context, const struct rule *rule,
					       const struct judge_place *place)
{
	const struct walk *w = context;
	struct judge_suppression s = suppressions_find(&w->part->suppressions, rule, place->line,
						       judge_report(w->judge)->time);
	const struct yaml_node *node = w->object->object.data;

	if (!s.by.n)
		s = annotation_skips(yaml_get(node, "metadata"), rule);
	if (!s.by.n)
		s = annotation_skips(
			yaml_get(yaml_get(yaml_get(node, "spec"), "template"), "metadata"), rule);
	return s;
}

/* ---- judging ---- */

static int judge_at(struct walk *w, unsigned scope, const struct value *facts,
		    const struct yaml_node *node, struct str container)
{
	const struct object_fact *o = w->object;
	struct judge_place place = node_place(node);
	char name[ERR_MSG_MAX], document[24];
	struct judge_subject subject = {
		.kind = SUBJECT_OBJECT,
		.container = container,
		.path = w->part->base.path,
		.place = place,
		.excerpt = source_line(&w->part->lines, place.line),
	};

	(void)snprintf(name, sizeof name, "%.*s%s%.*s%s%.*s", STR_FMT(value_str(o->kind)),
		       o->namespace.n ? " " : "", STR_FMT(value_str(o->namespace)),
		       o->namespace.n ? "/" : " ", STR_FMT(value_str(o->name)));
	(void)snprintf(document, sizeof document, "%lld", (long long)o->document.i);
	subject.name = str_of(name);
	subject.document = str_of(document);
	return judge_subject(w->judge, &scopes[scope], facts, &subject, w->err);
}

static int judge_pod(struct walk *w)
{
	const struct pod_fact *pod = (const void *)w->object->pod.object;
	struct value object = value_object(&w->object->object), set = w->part->set;
	const struct value facts[] = {w->object->pod, object, set};
	int r = judge_at(w, SCOPE_POD, facts,
			 pod->object.data ? pod->object.data : w->object->object.data, STR_NULL);

	for (uint32_t i = 0; r == 0 && i < pod->containers.n; i++) {
		const struct container_fact *c = (const void *)pod->containers.items[i].object;
		const struct value of[] = {pod->containers.items[i], facts[0], object, set};

		r = judge_at(w, SCOPE_CONTAINER, of, c->object.data, value_str(c->name));
	}
	return r;
}

static int judge_problems(struct walk *w)
{
	const struct value list = w->object->problems;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list.n; i++) {
		const struct value facts[] = {list.items[i], value_object(&w->object->object),
					      w->part->set};

		r = judge_at(w, SCOPE_PROBLEM, facts, list.items[i].object->data, STR_NULL);
	}
	return r;
}

static int walk(struct walk *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->part->objects.n; i++) {
		const struct value facts[] = {value_object(&w->part->objects.p[i]->object),
					      w->part->set};

		w->object = w->part->objects.p[i];
		r = judge_at(w, SCOPE_OBJECT, facts, w->object->object.data, STR_NULL);
		if (r == 0)
			r = judge_problems(w);
		if (r == 0 && w->object->pod.kind == VALUE_OBJECT)
			r = judge_pod(w);
	}
	return r;
}

/* ---- the set ---- */

static void part_free(struct source_part *part)
{
	struct part *p = (struct part *)part;

	if (!p)
		return;
	yaml_file_free(p->file);
	suppressions_done(&p->suppressions);
	arena_done(&p->arena);
	free(p);
}

/* What is broken is told when the part is judged. */
static int read_yaml(struct part *p, struct str bytes, struct err *err)
{
	int r = yaml_parse(bytes, &p->file, &p->broken);

	if (r < 0 && r != -ERR_FORMAT)
		return err_set(err, p->broken.code, "%s", p->broken.msg);
	if (is_helm_template(bytes, r == 0))
		p->unrendered = IS_TEMPLATE;
	if (r < 0 || p->unrendered)
		return 0;
	r = kubernetes_objects_make(p->file, p->base.path, &p->arena, &p->objects, err);
	if (r == 0)
		r = source_lines_make(bytes, &p->arena, &p->lines, err);
	return r < 0 ? r : yaml_comments_read(&p->lines, &p->suppressions, err);
}

static int read_part(const struct source_file *f, struct source_part **ret, struct err *err)
{
	struct part *p = calloc(1, sizeof *p);
	struct str bytes;
	int r;

	if (!p)
		return err_nomem(err);
	arena_init(&p->arena, LIMIT_ARENA_BYTES);
	suppressions_init(&p->suppressions);
	p->base.path = arena_str(&p->arena, f->path);
	bytes = arena_str(&p->arena, f->bytes);
	r = p->base.path.p && bytes.p ? read_yaml(p, bytes, err) : err_nomem(err);
	if (r < 0) {
		part_free(&p->base);
		return r;
	}
	p->base.n_bytes = p->arena.used + yaml_file_size(p->file);
	*ret = &p->base;
	return 0;
}

static struct part *part_at(struct source_part *const *parts, size_t i)
{
	return (struct part *)parts[i];
}

/* ---- what is no manifest yet ---- */

/* How many there are of one origin, told by the first of them. */
struct unrendered_group {
	struct part *first;
	size_t n;
};

static int add_to_group(struct map *groups, struct arena *a, struct str origin, struct part *p)
{
	struct unrendered_group *g = map_get(groups, origin);

	if (!g) {
		g = arena_alloc(a, sizeof *g);
		if (!g || !origin.p || map_put(groups, origin, g) < 0)
			return -ERR_NOMEM;
		g->first = p;
	}
	g->n++;
	return 0;
}

static void tell_group(struct arena *a, struct str origin, const struct unrendered_group *g)
{
	struct part *p = g->first;
	bool of_helm = p->unrendered == IS_TEMPLATE;
	struct str folder = of_helm ? origin : path_dir(origin);

	p->what =
		arena_strf(a, "%s %.*s", of_helm ? "Helm chart" : "kustomization", STR_FMT(origin));
	p->reason = arena_strf(a, "%zu %s of it %s no manifest before it is rendered", g->n,
			       of_helm ? (g->n == 1 ? "template" : "templates")
				       : (g->n == 1 ? "patch" : "patches"),
			       g->n == 1 ? "is" : "are");
	p->remedy = arena_strf(a, "render it: %s %.*s | plimsoll lint -",
			       of_helm ? "helm template" : "kubectl kustomize",
			       STR_FMT(folder.n ? folder : STR(".")));
}

static int mark_patches(struct part *kustomization, const struct map *paths, struct map *groups,
			struct arena *a, struct err *err)
{
	const struct yaml_node *root = yaml_document(kustomization->file, 0);
	struct str_list names = {0};
	int r = kustomize_patches(root, kustomization->base.path, a, &names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct part *p = map_get(paths, names.p[i]);

		if (!p || p->unrendered || p == kustomization)
			continue;
		p->unrendered = IS_PATCH;
		r = add_to_group(groups, a, kustomization->base.path, p);
	}
	return r;
}

static int find_unrendered(struct source_part *const *parts, size_t n, struct arena *a,
			   struct map *paths, struct map *groups, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct part *p = part_at(parts, i);

		r = map_put(paths, source_path_plain(p->base.path, a), p);
		if (r == 0 && p->unrendered == IS_TEMPLATE)
			r = add_to_group(groups, a, helm_chart_of(p->base.path), p);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct part *p = part_at(parts, i);

		if (p->file && !p->unrendered &&
		    is_kustomization(yaml_document(p->file, 0), p->base.path))
			r = mark_patches(p, paths, groups, a, err);
	}
	return r;
}

static int mark_unrendered(struct source_part *const *parts, size_t n, struct arena *a,
			   struct err *err)
{
	struct map paths, groups;
	struct str origin;
	size_t at = 0;
	void *group;
	int r;

	map_init(&paths, SIZE_MAX);
	map_init(&groups, SIZE_MAX);
	r = find_unrendered(parts, n, a, &paths, &groups, err);
	while (r == 0 && map_next(&groups, &at, &origin, &group))
		tell_group(a, origin, group);
	map_done(&paths);
	map_done(&groups);
	return r < 0 ? err_nomem(err) : 0;
}

/* ---- joining ---- */

/* What stands in a file that was not read is not known: nothing can be said to be missing. */
static int join_parts(struct source_part *const *parts, size_t n_parts, bool complete,
		      struct arena *arena, struct err *err)
{
	struct kubernetes_facts *facts = arena_alloc(arena, sizeof *facts);
	struct object_fact **objects;
	size_t n = 0, at = 0;
	int r = facts ? mark_unrendered(parts, n_parts, arena, err) : err_nomem(err);

	for (size_t i = 0; i < n_parts; i++)
		n += part_at(parts, i)->objects.n;
	objects = arena_array(arena, n + 1, sizeof *objects);
	if (r < 0 || !objects)
		return r < 0 ? r : err_nomem(err);
	for (size_t i = 0; i < n_parts; i++) {
		const struct part *p = part_at(parts, i);

		for (size_t k = 0; !p->unrendered && k < p->objects.n; k++)
			objects[at++] = p->objects.p[k];
		complete = complete && p->file && p->unrendered != IS_TEMPLATE;
	}
	r = kubernetes_set_make(objects, at, complete, arena, facts, err);
	for (size_t i = 0; i < n_parts; i++)
		part_at(parts, i)->set = value_object(&facts->set.object);
	if (n_parts)
		part_at(parts, 0)->unselected = facts->unselected;
	return r;
}

/* ---- judging parts ---- */

static int tell_unrendered(const struct part *p, struct judge *j, struct err *err)
{
	if (!p->what.n)
		return 0; /* another one tells it */
	return report_add_coverage(judge_report(j), p->what, COVERAGE_NOT_ASSESSED, p->reason,
				   p->remedy, 0) < 0
		       ? err_nomem(err)
		       : 0;
}

static int tell_unselected(struct judge *j, struct err *err)
{
	return report_add_coverage(judge_report(j), STR("Kubernetes selectors"),
				   COVERAGE_NOT_ASSESSED,
				   STR("more than kubernetes_selections would have to be compared"),
				   STR_NULL, 0) < 0
		       ? err_nomem(err)
		       : 0;
}

static int judge_part(const struct source_part *part, struct judge *judge, struct err *err)
{
	const struct part *p = (const struct part *)part;
	struct walk w = {.part = p, .judge = judge, .err = err};
	const struct judge_hooks hooks = {
		.context = &w, .place = place_of, .line = line_of, .suppression = suppression_of};
	int r = p->unselected ? tell_unselected(judge, err) : 0;

	if (r == 0 && p->unrendered)
		return tell_unrendered(p, judge, err);
	if (r == 0 && !p->file)
		return judge_refuse(judge, p->base.path, "kubernetes", &p->broken, err);
	if (r == 0)
		r = suppressions_check(&p->suppressions, judge, p->base.path, err);
	judge_set_hooks(judge, &hooks);
	if (r == 0)
		r = walk(&w);
	judge_set_hooks(judge, &(struct judge_hooks){0});
	return r < 0 ? r : 1;
}

static const struct language_set set = {
	.read = read_part, .join = join_parts, .judge = judge_part, .free = part_free};

/* Who asks for one file alone, and could ask for those beside it, has not seen them all. */
static int check(const struct source_file *source, struct judge *judge, struct err *err)
{
	return source_set_check(&language_kubernetes, source, !source->read_beside, judge, err);
}

/* {text: ..., parameters: ...} */
static int check_example(const struct yaml_node *what, struct judge *j, struct err *err)
{
	struct source_file f = {.path = STR("manifest.yaml"), .bytes = yaml_get_str(what, "text")};

	return check(&f, j, err);
}

/* ---- which files ---- */

static bool is_key(struct str line, const char *key)
{
	(void)str_pull_prefix(&line, STR("- ")); /* may be a list of objects */
	return str_pull_prefix(&line, str_of(key)) && line.n && line.p[0] == ':';
}

static bool has_suffix_of_yaml(struct str suffix)
{
	return str_eq_nocase(suffix, STR("yaml")) || str_eq_nocase(suffix, STR("yml"));
}

/* apiVersion and kind, at the left as in YAML, or quoted as in JSON. */
static unsigned score(const struct source_file *f)
{
	struct str base = path_base(f->path), bytes = f->bytes, line, before, suffix;
	bool version = false, kind = false;

	if (!str_rcut(base, '.', &before, &suffix))
		suffix = STR_NULL;
	if (has_suffix_of_yaml(suffix) && str_is(before, "kustomization"))
		return 60;
	if (str_eq_nocase(suffix, STR("json")))
		return str_find(bytes, STR("\"apiVersion\"")) < bytes.n &&
				       str_find(bytes, STR("\"kind\"")) < bytes.n
			       ? 60
			       : 0;
	if (suffix.n && !has_suffix_of_yaml(suffix))
		return 0;
	while (str_pull_line(&bytes, &line) && !(version && kind)) {
		version |= is_key(line, "apiVersion") || is_key(line, "\"apiVersion\"");
		kind |= is_key(line, "kind") || is_key(line, "\"kind\"");
	}
	return version && kind ? 60 : 0;
}

const struct language language_kubernetes = {
	.id = "kubernetes",
	.title = "Kubernetes",
	.example_name = "manifest.yaml",
	.scopes = scopes,
	.n_scopes = sizeof scopes / sizeof scopes[0],
	.score = score,
	.check = check,
	.check_example = check_example,
	.set = &set,
	.images = image_uses_kubernetes,
};
