/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/compose_facts.h"
#include "check/image_use.h"
#include "check/language.h"
#include "check/yaml_comments.h"

enum { SCOPE_FILE, SCOPE_SERVICE };

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
};

struct walk {
	const struct source_file *source;
	struct judge *judge;
	struct arena arena;
	struct compose_file_fact file;
	struct source_lines lines;
	struct suppressions suppressions;
	struct err *err;
};

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
	const struct yaml_node *node = compose_fact_node(fact);

	(void)context; /* the node knows */
	if (node)
		*ret = node_place(node);
	return node != NULL;
}

static struct str line_of(void *context, uint64_t line)
{
	const struct walk *w = context;

	return source_line(&w->lines, line);
}

static struct judge_suppression suppression_of(void *context, const struct rule *rule,
					       const struct judge_place *place)
{
	const struct walk *w = context;

	return suppressions_find(&w->suppressions, rule, place->line, judge_report(w->judge)->time);
}

static int judge_at(struct walk *w, unsigned scope, const struct value *facts,
		    const struct yaml_node *node, struct str service)
{
	struct judge_place place = node_place(node);
	char name[ERR_MSG_MAX];
	struct judge_subject subject = {
		.kind = service.n ? SUBJECT_OBJECT : SUBJECT_FILE,
		.name = STR("file"),
		.container = service,
		.path = w->source->path,
		.place = place,
		.excerpt = source_line(&w->lines, place.line),
	};

	if (service.n) {
		(void)snprintf(name, sizeof name, "service %.*s", STR_FMT(service));
		subject.name = str_of(name);
	}
	return judge_subject(w->judge, &scopes[scope], facts, &subject, w->err);
}

static int walk(struct walk *w, const struct yaml_node *root)
{
	const struct value file = value_object(&w->file.object);
	int r = compose_facts_make(root, &w->arena, &w->file, w->err);

	if (r == 0)
		r = judge_at(w, SCOPE_FILE, &file, root, STR_NULL);
	for (uint32_t i = 0; r == 0 && i < w->file.services.n; i++) {
		const struct compose_service_fact *s =
			(const void *)w->file.services.items[i].object;
		const struct value facts[] = {w->file.services.items[i], file};

		r = judge_at(w, SCOPE_SERVICE, facts, s->object.data, value_str(s->name));
	}
	return r;
}

static int check_yaml(struct walk *w, const struct yaml_file *file)
{
	int r = source_lines_make(w->source->bytes, &w->arena, &w->lines, w->err);

	if (r == 0)
		r = yaml_comments_read(&w->lines, &w->suppressions, w->err);
	for (size_t i = 0; r == 0 && i < yaml_n_documents(file); i++)
		r = walk(w, yaml_document(file, i));
	return r;
}

static int check(const struct source_file *source, struct judge *judge, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct walk w = {.source = source, .judge = judge, .err = err};
	const struct judge_hooks hooks = {
		.context = &w, .place = place_of, .line = line_of, .suppression = suppression_of};
	struct err why = {0};
	int r = yaml_parse(source->bytes, &file, &why);

	if (r == -ERR_FORMAT)
		return judge_refuse(judge, source->path, "compose", &why, err);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	arena_init(&w.arena, LIMIT_ARENA_BYTES);
	suppressions_init(&w.suppressions);
	judge_set_hooks(judge, &hooks);
	r = check_yaml(&w, file);
	judge_set_hooks(judge, &(struct judge_hooks){0});
	suppressions_done(&w.suppressions);
	arena_done(&w.arena);
	return r;
}

/* {text: ..., parameters: ...} */
static int check_example(const struct yaml_node *what, struct judge *j, struct err *err)
{
	struct source_file f = {.path = STR("compose.yaml"), .bytes = yaml_get_str(what, "text")};

	return check(&f, j, err);
}

/* compose.yaml, docker-compose.prod.yml; else services at the left, and no Kubernetes object. */
static unsigned score(const struct source_file *f)
{
	struct str base = path_base(f->path), bytes = f->bytes, line;
	bool services = false, image = false;

	if (!str_has_suffix(base, STR(".yaml")) && !str_has_suffix(base, STR(".yml")))
		return 0;
	if (str_has_prefix(base, STR("compose.")) || str_has_prefix(base, STR("docker-compose")) ||
	    str_has_prefix(base, STR("podman-compose")))
		return 100;
	while (str_pull_line(&bytes, &line)) {
		if (str_has_prefix(line, STR("apiVersion:")))
			return 0;
		services |= str_has_prefix(line, STR("services:"));
		line = str_trim(line);
		image |= str_has_prefix(line, STR("image:")) || str_has_prefix(line, STR("build:"));
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
	.images = image_uses_compose,
};
