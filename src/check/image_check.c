/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_check.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "check/scanned_image.h"

enum {
	SCOPE_IMAGE,
	SCOPE_CONFIG,
	SCOPE_ENV,
	SCOPE_LABEL,
	SCOPE_PORT,
	SCOPE_VOLUME,
	SCOPE_HISTORY,
	SCOPE_COMMAND,
	SCOPE_ARGUMENT,
	SCOPE_FILE,
	SCOPE_ACCOUNT,
	SCOPE_WASTE,
};

#define IMAGE                                                                                      \
	{                                                                                          \
		"image", "ScannedImage", "the image"                                               \
	}
#define CONFIG                                                                                     \
	{                                                                                          \
		"config", "Config", "its configuration"                                            \
	}
#define ENTRY(help)                                                                                \
	{                                                                                          \
		"entry", "History", help                                                           \
	}

const struct scope image_scopes[IMAGE_SCOPES] = {
	[SCOPE_IMAGE] = {"image",
			 "a scanned image, or a root file system, as a whole",
			 scanned_image_classes,
			 {IMAGE}},
	[SCOPE_CONFIG] = {"image.config",
			  "the configuration of an image",
			  scanned_image_classes,
			  {CONFIG, IMAGE}},
	[SCOPE_ENV] = {"image.env",
		       "each variable that an image sets",
		       scanned_image_classes,
		       {{"variable", "Variable", "the variable"}, CONFIG, IMAGE}},
	[SCOPE_LABEL] = {"image.label",
			 "each label of an image",
			 scanned_image_classes,
			 {{"label", "Label", "the label"}, CONFIG, IMAGE}},
	[SCOPE_PORT] = {"image.port",
			"each port that an image exposes",
			scanned_image_classes,
			{{"port", "Port", "the port"}, CONFIG, IMAGE}},
	[SCOPE_VOLUME] = {"image.volume",
			  "each volume of an image",
			  scanned_image_classes,
			  {{"volume", "string", "its path"}, CONFIG, IMAGE}},
	[SCOPE_HISTORY] = {"image.history",
			   "each step of the build that the history of an image tells",
			   scanned_image_classes,
			   {ENTRY("the step"), CONFIG, IMAGE}},
	[SCOPE_COMMAND] =
		{"image.command",
		 "each command of each RUN in the history",
		 scanned_image_classes,
		 {{"command", "Command", "the command"}, ENTRY("its RUN"), CONFIG, IMAGE}},
	[SCOPE_ARGUMENT] = {"image.argument",
			    "each value of a build argument or a variable that only the history "
			    "tells",
			    scanned_image_classes,
			    {{"argument", "Argument", "its name and value"},
			     ENTRY("where it is told"),
			     CONFIG,
			     IMAGE}},
	[SCOPE_FILE] = {"image.file",
			"each file that stands out: setuid, with capabilities, left over, named "
			"like a secret, writable by all in a folder of the system",
			scanned_image_classes,
			{{"file", "File", "the file"}, IMAGE}},
	[SCOPE_ACCOUNT] = {"image.account",
			   "each user and group of /etc/passwd, /etc/shadow and /etc/group",
			   scanned_image_classes,
			   {{"account", "Account", "the user or group"}, IMAGE}},
	[SCOPE_WASTE] = {"image.waste",
			 "what a layer of an image could do without, by kind: files that a later "
			 "layer hides, caches, documents, build tools, copies",
			 scanned_image_classes,
			 {{"waste", "Waste", "what is wasted"}, IMAGE}},
};

struct walk {
	const struct report *report; /* of the image */
	struct judge *judge;
	struct scanned_image image;
	struct arena arena;
	struct err *err;
};

static struct value image_value(const struct walk *w)
{
	return value_object(&w->image.fact.object);
}

static struct value config_value(const struct walk *w)
{
	return w->image.fact.config;
}

/* "ENV PATH": names a thing of an image. */
static struct str named(struct walk *w, const char *what, struct str name)
{
	return arena_strf(&w->arena, "%s %.*s", what, STR_FMT(name));
}

static struct str layer_name(const struct walk *w, size_t i)
{
	const struct report_layer *l = vec_at(&w->report->layers, i);

	return l && w->report->has_image ? l->diff_id : STR_NULL;
}

static int judge_it(struct walk *w, unsigned scope, const struct value *facts, struct str name,
		    struct str excerpt)
{
	const struct judge_subject subject = {
		.kind = SUBJECT_IMAGE, .name = name, .excerpt = excerpt};

	return judge_subject(w->judge, &image_scopes[scope], facts, &subject, w->err);
}

/* ---- the configuration ---- */

static int judge_env(struct walk *w)
{
	const struct value list = w->image.config.env;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list.n; i++) {
		const struct image_variable_fact *v = (const void *)list.items[i].object;
		const struct value facts[] = {list.items[i], config_value(w), image_value(w)};

		r = judge_it(w, SCOPE_ENV, facts, named(w, "ENV", value_str(v->name)), STR_NULL);
	}
	return r;
}

static int judge_labels(struct walk *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->image.n_labels; i++) {
		const struct image_label_fact *l = &w->image.labels[i];
		const struct value facts[] = {value_object(&l->object), config_value(w),
					      image_value(w)};

		r = judge_it(w, SCOPE_LABEL, facts, named(w, "LABEL", value_str(l->key)), STR_NULL);
	}
	return r;
}

static int judge_ports(struct walk *w)
{
	const struct value list = w->image.config.ports;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list.n; i++) {
		const struct image_port_fact *p = (const void *)list.items[i].object;
		const struct value facts[] = {list.items[i], config_value(w), image_value(w)};

		r = judge_it(w, SCOPE_PORT, facts, named(w, "EXPOSE", value_str(p->text)),
			     STR_NULL);
	}
	return r;
}

static int judge_volumes(struct walk *w)
{
	const struct value list = w->image.config.volumes;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < list.n; i++) {
		const struct value facts[] = {list.items[i], config_value(w), image_value(w)};

		r = judge_it(w, SCOPE_VOLUME, facts, named(w, "VOLUME", value_str(list.items[i])),
			     STR_NULL);
	}
	return r;
}

static int judge_config(struct walk *w)
{
	const struct value facts[] = {config_value(w), image_value(w)};
	int r = judge_it(w, SCOPE_CONFIG, facts, STR("configuration"), STR_NULL);

	if (r == 0)
		r = judge_env(w);
	if (r == 0)
		r = judge_labels(w);
	if (r == 0)
		r = judge_ports(w);
	return r < 0 ? r : judge_volumes(w);
}

/* ---- the history ---- */

/* A variable's value, behind "=" or a blank, may be a secret: the keyword and the name do. */
static struct str shown(struct walk *w, const struct image_history_fact *e)
{
	struct str keyword = value_str(e->keyword), text = value_str(e->text);

	if (str_is(keyword, "ENV") || str_is(keyword, "ARG")) {
		struct str name = str_trim(str_skip(text, keyword.n)), word = STR_NULL;

		(void)str_pull_word(&name, &word); /* none: the keyword alone */
		return str_sub(text, 0, keyword.n + 1 + str_find_char(word, '='));
	}
	return str_sub(text, 0, LIMIT_DOCKERFILE_LINE_BYTES / 2);
}

static int judge_arguments(struct walk *w, const struct image_history_fact *e,
			   const struct judge_subject *subject)
{
	struct image_argument_fact argument;
	uint32_t at = 0;
	int r = 0;

	while (r == 0 && scanned_image_argument(&w->image, (size_t)e->index.i, &at, &argument)) {
		const struct value facts[] = {value_object(&argument.object),
					      value_object(&e->object), config_value(w),
					      image_value(w)};
		struct judge_subject its = *subject;

		its.name = arena_strf(&w->arena, "%.*s %.*s", STR_FMT(subject->name),
				      STR_FMT(value_str(argument.name)));
		r = judge_subject(w->judge, &image_scopes[SCOPE_ARGUMENT], facts, &its, w->err);
	}
	return r;
}

static int judge_entry(struct walk *w, const struct image_history_fact *e)
{
	const struct value facts[] = {value_object(&e->object), config_value(w), image_value(w)};
	struct judge_subject subject = {
		.kind = SUBJECT_INSTRUCTION,
		.name = arena_strf(&w->arena, "history %lld %.*s", (long long)e->index.i + 1,
				   STR_FMT(value_str(e->keyword))),
		.excerpt = shown(w, e),
	};
	int r;

	if (e->layer.i >= 0)
		subject.layer = layer_name(w, (size_t)e->layer.i);
	r = judge_subject(w->judge, &image_scopes[SCOPE_HISTORY], facts, &subject, w->err);
	for (uint32_t i = 0; r == 0 && i < e->commands.n; i++) {
		const struct value of_command[] = {e->commands.items[i], facts[0], facts[1],
						   facts[2]};

		r = judge_subject(w->judge, &image_scopes[SCOPE_COMMAND], of_command, &subject,
				  w->err);
	}
	return r < 0 ? r : judge_arguments(w, e, &subject);
}

/* Commands of a step that no rule was asked about. */
static int tell_unread(struct walk *w)
{
	struct report *r = judge_report(w->judge);

	if (w->image.n_unread == 0)
		return 0;
	if (report_add_problem(r, STR_NULL, STR_NULL, STR("history"), &w->image.unread) < 0 ||
	    report_add_coverage(r, STR("history"), COVERAGE_PARTIAL,
				STR("the shell of a step is more than can be read"), STR_NULL,
				w->image.n_unread) < 0)
		return err_nomem(w->err);
	return 0;
}

static int judge_history(struct walk *w)
{
	int r = tell_unread(w);

	for (size_t i = 0; r == 0 && i < w->report->image.history.n; i++)
		r = judge_entry(w, &w->image.history[i]);
	return r;
}

/* ---- files and accounts ---- */

static int judge_files(struct walk *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->report->files.n; i++) {
		const struct report_file *from = vec_at(&w->report->files, i);
		const struct value facts[] = {value_object(&w->image.files[i].object),
					      image_value(w)};
		const struct judge_subject subject = {
			.kind = SUBJECT_FILE,
			.name = path_base(from->path),
			.path = from->path,
			.layer = layer_name(w, from->layer_index),
		};

		r = judge_subject(w->judge, &image_scopes[SCOPE_FILE], facts, &subject, w->err);
	}
	return r;
}

static int judge_accounts(struct walk *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->report->accounts.n; i++) {
		const struct report_account *from = vec_at(&w->report->accounts, i);
		const struct value facts[] = {value_object(&w->image.accounts[i].object),
					      image_value(w)};
		const struct judge_subject subject = {
			.kind = SUBJECT_FILE,
			.name = named(w, from->is_group ? "group" : "user", from->name),
			.path = from->path,
			.place = {.line = from->line, .end_line = from->line},
		};

		r = judge_subject(w->judge, &image_scopes[SCOPE_ACCOUNT], facts, &subject, w->err);
	}
	return r;
}

/* ---- waste ---- */

static struct str_list paths_of(struct walk *w, const struct report_waste *from)
{
	struct str *p = arena_array(&w->arena, from->n_listed + 1, sizeof *p);

	for (size_t i = 0; p && i < from->n_listed; i++)
		p[i] = from->places[i].path;
	return (struct str_list){p, p ? from->n_listed : 0};
}

static int judge_wastes(struct walk *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->report->wastes.n; i++) {
		const struct report_waste *from = vec_at(&w->report->wastes, i);
		const struct value facts[] = {value_object(&w->image.wastes[i].object),
					      image_value(w)};
		const struct judge_subject subject = {
			.kind = SUBJECT_FILE,
			.name = from->what,
			.path = from->n_listed ? from->places[0].path : STR_NULL,
			.paths = paths_of(w, from),
			.layer = layer_name(w, from->layer),
			.is_waste = true,
			.saved_bytes = from->bytes,
		};

		r = judge_subject(w->judge, &image_scopes[SCOPE_WASTE], facts, &subject, w->err);
	}
	return r;
}

/* ---- all of it ---- */

static int judge_configuration(struct walk *w)
{
	const struct value image = image_value(w);
	int r = judge_it(w, SCOPE_IMAGE, &image, STR("image"), STR_NULL);

	if (r == 0 && w->report->has_image)
		r = judge_config(w);
	if (r == 0 && w->report->has_image)
		r = judge_history(w);
	if (r == 0)
		r = judge_files(w);
	return r < 0 ? r : judge_accounts(w);
}

static int walk(struct walk *w, unsigned what, int64_t now)
{
	int r = scanned_image_make(w->report, now, &w->arena, &w->image, w->err);

	if (r == 0 && what & IMAGE_CHECK_CONFIGURATION)
		r = judge_configuration(w);
	if (r == 0 && what & IMAGE_CHECK_WASTE)
		r = judge_wastes(w);
	return r < 0 ? r : arena_check(&w->arena, w->err);
}

static int judge_image(const struct report *image, unsigned what, int64_t now, struct judge *j,
		       struct err *err)
{
	struct walk w = {.report = image, .judge = j, .err = err};
	int r;

	arena_init(&w.arena, LIMIT_ARENA_BYTES);
	judge_set_hooks(j, &(struct judge_hooks){0});
	r = walk(&w, what, now);
	arena_done(&w.arena);
	return r;
}

int image_judge(const struct report *image, int64_t now, struct judge *j, struct err *err)
{
	return judge_image(image, IMAGE_CHECK_CONFIGURATION | IMAGE_CHECK_WASTE, now, j, err);
}

int image_check(struct rule_set *set, struct report *report, unsigned what, int64_t now,
		struct err *err)
{
	CLEANUP(judge_freep) struct judge *j = NULL;
	struct str name = report->has_image ? STR("image configuration") : STR("configuration");
	int r = judge_new(set, report, &j, err);

	if (r == 0)
		judge_defer_texts(j);
	if (r == 0)
		r = judge_image(report, what, now, j, err);
	if (r == 0 && what & IMAGE_CHECK_CONFIGURATION &&
	    report_add_coverage(report, name, COVERAGE_ASSESSED, STR_NULL, STR_NULL, 0))
		r = err_nomem(err);
	return r;
}
