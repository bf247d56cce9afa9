/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/image_job.h"
#include "cmd/report_output.h"
#include "cmd/secret_advice.h"
#include "patch/image_change.h"
#include "patch/work_dir.h"
#include "render/text.h"

static struct scan_options opt = {.format = "json", .secrets = true, .quiet = true};
static const char *output, *from;
static struct option_list removed, unset_env, unset_labels;
static bool advise, drop_history, dry_run, quiet, no_color;

struct squashing {
	const char *target;
	struct layout_output to;
	struct str_list removed;
	struct config_cut cut;
	struct root_write_options time;
	struct arena arena;
};

/* ---- from which layer on ---- */

/* By its number from 1, or by the beginning of a digest, of the blob or of what is inside. */
static int find_layer(const struct layout *l, struct str word, size_t *ret, struct err *err)
{
	uint64_t number;

	if (str_parse_u64(word, &number) && number >= 1 && number <= l->n_layers) {
		*ret = (size_t)number - 1;
		return 0;
	}
	(void)str_pull_prefix(&word, STR("sha256:"));
	for (size_t i = 0; i < l->n_layers && word.n >= 6; i++)
		if (str_has_prefix(str_skip(l->layers[i].digest, 7), word) ||
		    str_has_prefix(str_skip(l->layers[i].diff_id, 7), word)) {
			*ret = i;
			return 0;
		}
	return err_set(err, ERR_USAGE,
		       "--from %s: the image has layers 1 to %zu; a digest needs six digits", from,
		       l->n_layers);
}

static int choose_layer(const struct layout *l, const struct report *before, size_t *ret,
			struct err *err)
{
	*ret = 0;
	if (!from)
		return 0;
	if (strcmp(from, "secret") != 0)
		return find_layer(l, str_of(from), ret, err);
	*ret = secret_advice_lowest(before);
	return *ret < l->n_layers ? 0
				  : err_set(err, ERR_NOT_FOUND,
					    "--from secret: no layer has a secret in its files");
}

/* ---- the job ---- */

static void say(struct strbuf *out, const char *text)
{
	const struct report_output to = {.no_color = no_color};
	const struct render_options look = report_output_look(&to);

	text_wrap(out, str_of(text), 0, look.width, look.unicode);
}

static void tell_what_stays(struct strbuf *out, const struct report *after)
{
	say(out, dry_run ? "these would stay, with what takes them away:"
			 : "these stay, with what takes them away:");
	secret_advice_list(out, after, no_color);
}

static int tell(const struct layout *l, size_t n_kept, const struct made_layer *made,
		const struct report *before, const struct report *after,
		const struct layout_image *image, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	uint64_t n_before = secret_advice_count(before), n_after = secret_advice_count(after);
	uint64_t bytes = 0;
	int r;

	for (size_t i = n_kept; i < l->n_layers; i++)
		bytes += l->layers[i].size;
	strbuf_addf(&out, "layers %zu to %zu %s: %llu bytes packed were %llu\n", n_kept + 1,
		    l->n_layers, dry_run ? "would be one" : "are one now",
		    (unsigned long long)(made->has_layer ? made->file.size : 0),
		    (unsigned long long)bytes);
	strbuf_addf(&out, "secrets before: %llu, after: %llu\n", (unsigned long long)n_before,
		    (unsigned long long)n_after);
	if (dry_run)
		strbuf_adds(&out, "nothing is written\n");
	else
		strbuf_addf(&out, "written to %s\nmanifest %.*s\n", output, STR_FMT(image->digest));
	if (n_before > n_after)
		say(&out, "what is gone from the new image is still in the old one: rotate it; "
			  "--advise says how");
	if (n_after)
		tell_what_stays(&out, after);
	r = strbuf_check(&out, err);
	return r < 0 ? r : fd_write_all(STDOUT_FILENO, strbuf_str(&out), err);
}

static int write_image(struct squashing *s, struct layout *l, size_t n_kept,
		       const struct made_layer *made, struct layout_image *ret, struct err *err)
{
	struct image_change change = {
		.layout = l,
		.made = made,
		.n_kept = n_kept,
		.created = s->time.has_latest ? s->time.latest : (int64_t)time(NULL),
		.created_by = arena_strf(&l->arena, "plimsoll squash: layers %zu to %zu",
					 n_kept + 1, l->n_layers),
		.base_name = str_of(s->target),
		.cut = s->cut};

	return change.created_by.p ? image_change_write(&change, "after", ret, err)
				   : err_nomem(err);
}

static int squash(const char *dir, struct squashing *s, bool *told, struct err *err)
{
	CLEANUP(fd_closep) int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(layout_done) struct layout layout = LAYOUT_INIT;
	CLEANUP(report_freep) struct report *before = NULL;
	CLEANUP(report_freep) struct report *after = NULL;
	struct made_layer made = {0};
	struct layout_image image;
	size_t n_kept = 0;
	int r = image_job_take(s->target, &opt, dir_fd, &layout, err);

	if (r == 0)
		r = image_job_scan(&opt, "squash", dir, "before", &before, told, err);
	if (r == 0 && advise)
		r = secret_advice_tell(before, no_color, err);
	if (r < 0 || (!output && !dry_run))
		return r < 0 ? r : secret_advice_count(before) ? EXIT_FINDINGS : EXIT_DONE;
	r = choose_layer(&layout, before, &n_kept, err);
	if (r == 0)
		r = config_check_cut(layout.config, &s->cut, err);
	if (r == 0 && !quiet)
		image_job_say("making the image's root and merging its layers");
	if (r == 0)
		r = make_squash_layer(dir, &layout, n_kept, s->removed, &s->time, &made, err);
	if (r == 0)
		r = write_image(s, &layout, n_kept, &made, &image, err);
	if (r == 0)
		r = image_job_scan(&opt, "squash", dir, "after", &after, told, err);
	if (r == 0 && !dry_run)
		r = layout_publish(&layout, &image, &s->to, err);
	if (r == 0)
		r = tell(&layout, n_kept, &made, before, after, &image, err);
	return r < 0 ? r : secret_advice_count(after) ? EXIT_FINDINGS : EXIT_DONE;
}

static int job(const char *dir, void *context)
{
	struct err err = {0};
	bool told = false;
	int r = squash(dir, context, &told, &err);

	if (told)
		return EXIT_ERROR;
	return r < 0 ? command_error(&err) : r;
}

/* ---- the command ---- */

static int read_list(struct arena *a, const struct option_list *from_list, struct str_list *ret,
		     struct err *err)
{
	struct str *p = arena_array(a, from_list->n + 1, sizeof *p);

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < from_list->n; i++)
		p[i] = str_of(from_list->p[i]);
	*ret = (struct str_list){p, from_list->n};
	return 0;
}

static int check_options(struct err *err)
{
	bool changes = from || removed.n || unset_env.n || unset_labels.n || drop_history;

	if (!output && !advise && !dry_run)
		return err_set(err, ERR_USAGE,
			       "squash: --output says where the new image goes; --advise and "
			       "--dry-run need none");
	if (!output && !dry_run && changes)
		return err_set(err, ERR_USAGE,
			       "squash: --from, --remove, --unset-env, --unset-label and "
			       "--drop-history need --output or --dry-run");
	return 0;
}

static int read_options(struct squashing *s, struct err *err)
{
	int r = check_options(err);

	if (r == 0)
		r = read_list(&s->arena, &removed, &s->removed, err);
	if (r == 0)
		r = read_list(&s->arena, &unset_env, &s->cut.env, err);
	if (r == 0)
		r = read_list(&s->arena, &unset_labels, &s->cut.labels, err);
	s->cut.history = drop_history;
	if (r == 0 && output)
		r = layout_output_parse(output, &s->arena, &s->to, err);
	return r == 0 ? command_epoch(&s->time.has_latest, &s->time.latest, err) : r;
}

static int run(int argc, const char *const *argv)
{
	struct squashing s = {0};
	struct err err = {0};
	int r, status = EXIT_ERROR;

	if (argc != 1) {
		err_set(&err, ERR_USAGE, "squash: needs one TARGET; see plimsoll squash --help");
		return command_error(&err);
	}
	arena_init(&s.arena, LIMIT_ARENA_BYTES);
	s.target = argv[0];
	r = read_options(&s, &err);
	if (r == 0)
		r = work_dir_run(job, &s, &status, &err);
	arena_done(&s.arena);
	return r < 0 ? command_error(&err) : status;
}

static const struct option_spec options[] = {
	OPTION_STR("output", 'o', &output, "IMAGE",
		   "where to: oci:DIR[:TAG], docker-archive:FILE[:NAME:TAG]"),
	OPTION_STR("from", 0, &from, "LAYER",
		   "the lowest layer to merge: a number from 1, a digest, or secret: the first "
		   "with a secret (all layers)"),
	OPTION_LIST("remove", 0, &removed, "PATH", "leave this path out of the new image"),
	OPTION_LIST("unset-env", 0, &unset_env, "NAME", "leave this variable out of the new image"),
	OPTION_LIST("unset-label", 0, &unset_labels, "NAME",
		    "leave this label out of the new image"),
	OPTION_FLAG("drop-history", 0, &drop_history,
		    "say nothing of the build's steps: one entry for each layer"),
	OPTION_FLAG("dry-run", 'n', &dry_run, "say what would come of it, write nothing"),
	OPTION_FLAG("advise", 0, &advise,
		    "say of each secret which layers to rebuild, what to write instead, how to "
		    "rotate it"),
	SCAN_IGNORE_OPTIONS(opt),
	OPTION_STR("platform", 0, &opt.platform, "OS/ARCH",
		   "which image of an index (this machine's)"),
	OPTION_FLAG("no-cache", 0, &opt.no_cache, "neither read nor write the layer cache"),
	REGISTRY_OPTIONS(opt),
	OPTION_FLAG("quiet", 'q', &quiet, "no progress on stderr"),
	OPTION_FLAG("no-color", 0, &no_color, "no colour, also on a terminal"),
	OPTION_END,
};

const struct command command_squash = {
	.name = "squash",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "merge layers, so that what a later one deleted is gone",
	.details =
		"Writes TARGET with its layers from --from upward merged into one, which holds the "
		"final tree only: files that a later layer deleted or replaced are in it no more. "
		"The layers below keep their bytes. Config and history stay, and say what was "
		"done, unless --unset-env, --unset-label and --drop-history take them away.\n"
		"What still shows in the finished image stays, unless --remove names it; the "
		"secrets among it are listed.\n"
		"--advise tells how to get secrets out at their root: a secret in a layer must be "
		"treated as leaked, whatever is done to the image afterwards.\n"
		"Exit status: 0 done; 1 secrets are still in the new image (with --dry-run: would "
		"be; with --advise alone: "
		"in "
		"TARGET); 2 an error.\n"
		" plimsoll squash --advise registry.example.com/app\n"
		" plimsoll squash app.tar --from secret --remove root/.npmrc -o oci:clean",
	.options = options,
	.run = run,
};
