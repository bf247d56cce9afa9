/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/image_facts.h"

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/limits.h"
#include "codec/json.h"

static int compare_str(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* A list of strings; other elements are left out. */
static struct str_list text_list(struct arena *a, const struct json *list)
{
	size_t n = json_kind_of(list) == JSON_KIND_LIST ? json_len(list) : 0, kept = 0;
	struct str *p = n ? arena_array(a, n, sizeof *p) : NULL;

	for (size_t i = 0; p && i < n; i++)
		if (json_kind_of(json_at(list, i)) == JSON_KIND_TEXT)
			p[kept++] = arena_str(a, json_str(json_at(list, i)));
	return (struct str_list){p, kept};
}

/* The keys of a map, or its "key=value", sorted. */
static struct str_list map_list(struct arena *a, const struct json *map, bool with_values)
{
	size_t n = json_kind_of(map) == JSON_KIND_MAP ? json_len(map) : 0, kept = 0;
	struct str *p = n ? arena_array(a, n, sizeof *p) : NULL;
	const struct json *value;
	void *iter = NULL;
	struct str key;

	while (p && kept < n && json_each(map, &iter, &key, &value))
		p[kept++] = with_values ? arena_strf(a, "%.*s=%.*s", STR_FMT(key),
						     STR_FMT(json_str(value)))
					: arena_str(a, key);
	if (kept > 1)
		qsort(p, kept, sizeof *p, compare_str);
	return (struct str_list){p, kept};
}

/* The texts of a list with blanks between. */
static struct str joined(struct arena *a, const struct json *list)
{
	size_t n = 0, at = 0;
	char *p;

	for (size_t i = 0; i < json_len(list); i++)
		n += json_str(json_at(list, i)).n + 1;
	p = arena_alloc(a, n);
	for (size_t i = 0; p && i < json_len(list); i++) {
		struct str text = json_str(json_at(list, i));

		if (i)
			p[at++] = ' ';
		if (text.n)
			memcpy(p + at, text.p, text.n);
		at += text.n;
	}
	return str_make(p, at);
}

static int too_much_history(struct report *report)
{
	struct err problem = {0};

	err_set(&problem, ERR_LIMIT, "history of more than %zu entries: the rest is left out",
		report->image.history.max);
	return report_add_problem(report, STR_NULL, STR_NULL, STR("image config"), &problem);
}

static int read_history(struct report *report, const struct json *history)
{
	struct arena *a = &report->arena;
	size_t layer = 0;

	for (size_t i = 0; json_kind_of(history) == JSON_KIND_LIST && i < json_len(history); i++) {
		const struct json *entry = json_at(history, i);
		struct report_history *h = vec_push(&report->image.history);
		struct report_layer *l;

		if (!h)
			return i == report->image.history.max ? too_much_history(report)
							      : -ERR_NOMEM;
		h->created_by = arena_str(a, json_get_str(entry, "created_by"));
		h->created = arena_str(a, json_get_str(entry, "created"));
		h->comment = arena_str(a, json_get_str(entry, "comment"));
		h->empty_layer = json_get_true(entry, "empty_layer");
		if (h->empty_layer)
			continue;
		h->layer = layer;
		l = vec_at(&report->layers, layer++);
		if (l) {
			l->created_by = h->created_by;
			l->created = h->created;
		}
	}
	return 0;
}

static int read_config(struct report *report, const struct json *doc)
{
	const struct json *config = json_get(doc, "config");
	struct report_image *image = &report->image;
	struct arena *a = &report->arena;

	image->os = arena_str(a, json_get_str(doc, "os"));
	image->architecture = arena_str(a, json_get_str(doc, "architecture"));
	image->variant = arena_str(a, json_get_str(doc, "variant"));
	image->created = arena_str(a, json_get_str(doc, "created"));
	image->author = arena_str(a, json_get_str(doc, "author"));
	image->user = arena_str(a, json_get_str(config, "User"));
	image->working_dir = arena_str(a, json_get_str(config, "WorkingDir"));
	image->stop_signal = arena_str(a, json_get_str(config, "StopSignal"));
	image->entrypoint = text_list(a, json_get(config, "Entrypoint"));
	image->cmd = text_list(a, json_get(config, "Cmd"));
	image->on_build = text_list(a, json_get(config, "OnBuild"));
	image->env = text_list(a, json_get(config, "Env"));
	image->exposed_ports = map_list(a, json_get(config, "ExposedPorts"), false);
	image->volumes = map_list(a, json_get(config, "Volumes"), false);
	image->labels = map_list(a, json_get(config, "Labels"), true);
	image->healthcheck = joined(a, json_get(json_get(config, "Healthcheck"), "Test"));
	if (!report->has_time)
		report->has_time = clock_parse(image->created, &report->time);
	return read_history(report, json_get(doc, "history"));
}

int image_facts(const struct source *src, struct report *report, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct report_image *image = &report->image;
	struct arena *a = &report->arena;
	struct str *annotations;
	int r;

	report->has_image = src->config.n > 0;
	image->name = arena_str(a, src->name);
	image->manifest_digest = arena_str(a, src->manifest_digest);
	image->config_digest = arena_str(a, src->config_digest);
	image->media_type = arena_str(a, src->media_type);
	annotations = arena_array(a, src->annotations.n, sizeof *annotations);
	for (size_t i = 0; annotations && i < src->annotations.n; i++)
		annotations[i] = arena_str(a, src->annotations.p[i]);
	image->annotations = (struct str_list){annotations, annotations ? src->annotations.n : 0};
	if (!report->has_image)
		return arena_check(a, err);
	r = json_parse(src->config, &doc, err);
	if (r < 0)
		return err_wrap(err, r, "image config");
	return read_config(report, doc) < 0 ? err_nomem(err) : arena_check(a, err);
}
