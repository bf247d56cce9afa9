/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about scanned images. An image is no file that lint could be given: plimsoll scan judges
 * it (check/image_check.h). What is here are the examples of its rules, made-up images:
 *
 *     {config: {User: app, Env: [A=b], ExposedPorts: [22/tcp], Volumes: [/data], Labels: {a: b},
 *               Healthcheck: [CMD, true]},
 *      name: registry.example.com/app:1.2, eol: 2024-01-01,
 *      history: [RUN apt-get update, {by: ENV A=b, layer: false}],
 *      files: [{path: usr/bin/su, mode: 4755, size: 3, package: util-linux}],
 *      waste: [{what: apt-lists, path: var/lib/apt/lists, bytes: 40000000, layer: 1}],
 *      etc/passwd: TEXT, etc/shadow: TEXT, etc/group: TEXT, parameters: ...}
 *
 * Without a config it is a root file system; each step of the history makes a layer unless it says
 * otherwise. The mark of a file is what path_mark.def gives its path.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/image_check.h"
#include "check/language.h"
#include "codec/yaml.h"
#include "inventory/accounts.h"
#include "inventory/path_mark.h"

/* ---- a report of what an example says ---- */

static struct str_list strings(const struct yaml_node *list, struct arena *a)
{
	size_t n = yaml_len(list);
	struct str *p = arena_array(a, n + 1, sizeof *p);

	for (size_t i = 0; p && i < n; i++)
		p[i] = yaml_str(yaml_at(list, i));
	return (struct str_list){p, p ? n : 0};
}

static struct str_list pairs(const struct yaml_node *map, struct arena *a)
{
	size_t n = yaml_len(map);
	struct str *p = arena_array(a, n + 1, sizeof *p);
	const struct yaml_node *key, *value;

	for (size_t i = 0; p && yaml_entry(map, i, &key, &value); i++)
		p[i] = arena_strf(a, "%.*s=%.*s", STR_FMT(yaml_str(key)), STR_FMT(yaml_str(value)));
	return (struct str_list){p, p ? n : 0};
}

static void put_config(const struct yaml_node *config, struct report *r)
{
	struct report_image *image = &r->image;

	r->has_image = config != NULL;
	image->user = yaml_get_str(config, "User");
	image->created = yaml_get_str(config, "Created");
	image->env = strings(yaml_get(config, "Env"), &r->arena);
	image->exposed_ports = strings(yaml_get(config, "ExposedPorts"), &r->arena);
	image->volumes = strings(yaml_get(config, "Volumes"), &r->arena);
	image->entrypoint = strings(yaml_get(config, "Entrypoint"), &r->arena);
	image->cmd = strings(yaml_get(config, "Cmd"), &r->arena);
	image->labels = pairs(yaml_get(config, "Labels"), &r->arena);
	image->healthcheck = yaml_str(yaml_at(yaml_get(config, "Healthcheck"), 0));
}

static bool add_layer(struct report *r, struct str created_by, uint64_t files)
{
	struct report_layer *l = vec_push(&r->layers);

	if (l)
		*l = (struct report_layer){
			.assessed = true, .created_by = created_by, .n_files = files};
	return l != NULL;
}

static int put_history(const struct yaml_node *list, struct report *r)
{
	for (size_t i = 0; i < yaml_len(list); i++) {
		const struct yaml_node *step = yaml_at(list, i);
		struct report_history *h = vec_push(&r->image.history);
		uint64_t files = 0;

		if (!h)
			return -ERR_NOMEM;
		(void)str_parse_u64(yaml_get_str(step, "files"), &files); /* none are said: 0 */
		h->created_by = yaml_kind_of(step) == YAML_SCALAR ? yaml_str(step)
								  : yaml_get_str(step, "by");
		h->empty_layer = str_is(yaml_get_str(step, "layer"), "false");
		h->layer = r->layers.n;
		if (!h->empty_layer && !add_layer(r, h->created_by, files))
			return -ERR_NOMEM;
	}
	return r->layers.n || add_layer(r, STR_NULL, 0) ? 0 : -ERR_NOMEM;
}

static struct str mark_of(struct str path, bool is_directory)
{
	for (const struct path_mark *m = path_marks; m->mark; m++)
		if (m->is_directory == is_directory && path_match(str_of(m->pattern), path))
			return str_of(m->mark);
	return STR_NULL;
}

static uint32_t octal(struct str s)
{
	uint32_t mode = 0;

	for (size_t i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '7'; i++)
		mode = mode * 8 + (uint32_t)(s.p[i] - '0');
	return mode;
}

static uint64_t get_number(const struct yaml_node *map, const char *key, uint64_t otherwise)
{
	uint64_t n;

	return str_parse_u64(yaml_get_str(map, key), &n) ? n : otherwise;
}

static int put_files(const struct yaml_node *list, struct report *r)
{
	for (size_t i = 0; i < yaml_len(list); i++) {
		const struct yaml_node *from = yaml_at(list, i);
		struct report_file *f = vec_push(&r->files);
		struct str path = yaml_get_str(from, "path");
		bool is_directory = str_has_suffix(path, STR("/"));

		if (!f)
			return -ERR_NOMEM;
		f->path = str_sub(path, 0, path.n - is_directory);
		f->type = is_directory ? STR("directory") : STR("file");
		f->mark = mark_of(f->path, is_directory);
		f->mode = octal(yaml_get_str(from, "mode"));
		f->uid = get_number(from, "uid", 0);
		f->gid = get_number(from, "gid", 0);
		f->size = get_number(from, "size", 1);
		f->n_files = is_directory ? get_number(from, "files", 1) : 0;
		f->capabilities = strings(yaml_get(from, "capabilities"), &r->arena);
		f->package = yaml_get_str(from, "package");
		f->anomalies = strings(yaml_get(from, "anomalies"), &r->arena);
		if (!f->mark.n && f->mode & 0111 && !is_directory)
			f->mark = str_of(path_mark_of_program(f->path));
		if (str_is(f->mark, "system") && (f->package.n || !yaml_get(from, "package")))
			f->mark = STR_NULL; /* as scan/marked_files.c has it */
		f->visible = !str_is(yaml_get_str(from, "visible"), "false");
	}
	return 0;
}

static int put_wastes(const struct yaml_node *list, struct report *r)
{
	for (size_t i = 0; i < yaml_len(list); i++) {
		const struct yaml_node *from = yaml_at(list, i);
		struct report_waste *w = vec_push(&r->wastes);

		if (!w)
			return -ERR_NOMEM;
		w->what = yaml_get_str(from, "what");
		w->bytes = get_number(from, "bytes", 1);
		w->n_files = get_number(from, "files", 1);
		w->n_places = get_number(from, "places", 1);
		w->places[0] = (struct report_path_bytes){yaml_get_str(from, "path"), w->bytes, 1};
		w->n_listed = 1;
		w->layer = (size_t)get_number(from, "layer", 0);
		w->hidden_by = (size_t)get_number(from, "hidden_by", w->layer);
		w->packages = strings(yaml_get(from, "packages"), &r->arena);
	}
	return 0;
}

/* A package that lists files, where any of the example's files is said to be a package's. */
static int put_package(struct report *r)
{
	static const struct str path[] = {STR("usr/bin/true")};
	struct report_package *p;
	bool lists = false;

	for (size_t i = 0; i < r->files.n; i++)
		lists |= ((const struct report_file *)vec_at(&r->files, i))->package.n > 0;
	p = lists ? vec_push(&r->packages) : NULL;
	if (p)
		p->p.files = (struct str_list){path, 1};
	return lists && !p ? -ERR_NOMEM : 0;
}

static bool get_file(void *context, struct str path, struct str *ret)
{
	const struct yaml_node *text = yaml_find(context, path);

	*ret = yaml_str(text);
	return text != NULL;
}

static void pass_over(void *context, struct str path, const struct err *what)
{
	(void)context; /* examples may show broken lines */
	(void)path;
	(void)what;
}

static int make_report(const struct yaml_node *what, struct report *r, struct err *err)
{
	const struct distro_files files = {(void *)(uintptr_t)what, get_file, pass_over};

	put_config(yaml_get(what, "config"), r);
	r->image.name = yaml_get_str(what, "name");
	r->distro.eol = yaml_get_str(what, "eol");
	r->distro.eol_extended = yaml_get_str(what, "eol_extended");
	r->distro.id = r->distro.eol.n ? STR("example") : STR_NULL;
	if (put_history(yaml_get(what, "history"), r) < 0 ||
	    put_files(yaml_get(what, "files"), r) < 0 || put_package(r) < 0 ||
	    put_wastes(yaml_get(what, "waste"), r) < 0)
		return err_nomem(err);
	return accounts_read(&files, &r->arena, &r->accounts, err);
}

static int check_example(const struct yaml_node *what, struct judge *j, struct err *err)
{
	CLEANUP(report_freep) struct report *report = report_new();
	int r = report ? make_report(what, report, err) : err_nomem(err);

	return r < 0 ? r : image_judge(report, judge_report(j)->time, j, err);
}

/* ---- the language ---- */

static unsigned score(const struct source_file *f)
{
	(void)f; /* never a file */
	return 0;
}

static int check(const struct source_file *f, struct judge *j, struct err *err)
{
	(void)j; /* nothing is judged */
	return err_set(err, ERR_UNSUPPORTED,
		       "%.*s: rules about images take no text; an example is a map",
		       STR_FMT(f->path));
}

const struct language language_image = {
	.id = "image",
	.title = "image",
	.example_name = "image",
	.scopes = image_scopes,
	.n_scopes = IMAGE_SCOPES,
	.score = score,
	.check = check,
	.check_example = check_example,
};
