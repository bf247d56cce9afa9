/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/image_job.h"
#include "cmd/patch_tell.h"
#include "cmd/report_output.h"
#include "patch/apt_download.h"
#include "patch/image_change.h"
#include "patch/work_dir.h"
#include "policy/filter.h"

static struct scan_options opt = {.format = "json", .vulnerabilities = true, .quiet = true};
static const char *output, *sources, *keyring;
static struct option_list only, mirrors, hosts;
static bool dry_run, quiet, no_color;

struct patching {
	const char *target;
	struct layout_output to;
	struct fix_filter filter;
	struct tool_options tools;
	struct root_write_options time;
	struct arena arena;
};

/* ---- the steps, each in the folder of the job ---- */

/* What the user gave, to where the jail sees it. */
static int copy_sources(int dir_fd, struct patching *p, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_JSON_BYTES);
	bool is_deb822;
	int r;

	if (!sources)
		return 0;
	r = file_read(sources, &text, err);
	if (r < 0)
		return r;
	is_deb822 = str_find(strbuf_str(&text), STR("Types:")) < text.n;
	p->tools.sources = is_deb822 ? "/scratch/given.sources" : "/scratch/given.list";
	return file_write_atomic(dir_fd, p->tools.sources + 1, strbuf_str(&text), err);
}

static int make_image(const char *dir, int dir_fd, struct patching *p, struct layout *layout,
		      const struct report *before, const struct fix_plan *plan,
		      struct made_layer *made, struct err *err)
{
	const struct apt_download_options options = {sources, keyring, p->tools.mirrors};
	bool is_needed = apt_download_is_needed(before, plan);
	size_t n = 0;
	int r = is_needed ? apt_download(dir, plan, &options, &n, err)
			  : copy_sources(dir_fd, p, err);

	if (r == 0 && (n > 0 || !is_needed))
		r = make_patch_layer(dir, layout, plan, &p->tools, &p->time, made, err);
	return r;
}

/* ---- the job ---- */

static int finish(const char *dir, struct patching *p, struct layout *layout,
		  const struct made_layer *made, const struct report *before,
		  const struct fix_plan *plan, bool *told, struct err *err)
{
	CLEANUP(report_freep) struct report *after = NULL;
	struct image_change change = {.layout = layout,
				      .made = made,
				      .n_kept = layout->n_layers,
				      .created = p->time.has_latest ? p->time.latest
								    : (int64_t)time(NULL),
				      .created_by = STR("plimsoll patch"),
				      .base_name = str_of(p->target)};
	CLEANUP(diff_done) struct diff diff = {0};
	struct layout_image image;
	int r = image_change_write(&change, "after", &image, err);

	if (r == 0)
		r = image_job_scan(&opt, "patch", dir, "after", &after, told, err);
	if (r == 0)
		r = diff_make(before, after, &diff, err);
	if (r < 0)
		return r;
	change.created_by = image_change_text(&diff, &layout->arena);
	r = image_change_write(&change, "after", &image, err);
	if (r == 0)
		r = patch_tell_result(&diff, plan, made, no_color, err);
	if (r == 0 && diff.n_findings[DIFF_REMOVED] == 0)
		return EXIT_FINDINGS;
	if (r == 0)
		r = layout_publish(layout, &image, &p->to, err);
	return r == 0 ? patch_tell_written(output, &image, err) : r;
}

static int patch(const char *dir, struct patching *p, bool *told, struct err *err)
{
	CLEANUP(fd_closep) int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(layout_done) struct layout layout = LAYOUT_INIT;
	CLEANUP(report_freep) struct report *before = NULL;
	CLEANUP(fix_plan_done) struct fix_plan plan = {0};
	struct made_layer made = {0};
	int r = image_job_take(p->target, &opt, dir_fd, &layout, err);

	if (r == 0)
		r = image_job_scan(&opt, "patch", dir, "before", &before, told, err);
	if (r == 0)
		r = fix_plan_make(before, &p->filter, &plan, err);
	if (r < 0)
		return r;
	if (dry_run || plan.packages.n == 0) {
		r = patch_tell_plan(before, &plan, no_color, err);
		return r < 0 ? r : plan.packages.n ? EXIT_DONE : EXIT_FINDINGS;
	}
	if (!quiet)
		image_job_say("making the image's root and upgrading its packages");
	r = make_image(dir, dir_fd, p, &layout, before, &plan, &made, err);
	if (r < 0)
		return r;
	if (!made.has_layer) {
		r = patch_tell_unchanged(before, &plan, no_color, err);
		return r < 0 ? r : EXIT_FINDINGS;
	}
	return finish(dir, p, &layout, &made, before, &plan, told, err);
}

static int job(const char *dir, void *context)
{
	struct err err = {0};
	bool told = false;
	int r = patch(dir, context, &told, &err);

	if (told)
		return EXIT_ERROR;
	return r < 0 ? command_error(&err) : r;
}

/* ---- the command ---- */

static struct str_list words_of(const struct option_list *list, struct arena *a)
{
	struct str *p = arena_array(a, list->n + 1, sizeof *p);

	for (size_t i = 0; p && i < list->n; i++)
		p[i] = str_of(list->p[i]);
	return (struct str_list){p, p ? list->n : 0};
}

static int read_only(struct patching *p, struct err *err)
{
	struct str *words = arena_array(&p->arena, OPTION_LIST_MAX * 16, sizeof *words);
	struct str text, word;
	size_t n = 0;

	if (!words)
		return err_nomem(err);
	for (size_t i = 0; i < only.n; i++)
		for (text = str_of(only.p[i]); str_pull_until(&text, ',', &word);) {
			if (n == OPTION_LIST_MAX * 16)
				return err_set(err, ERR_LIMIT, "--only: more than %d names",
					       OPTION_LIST_MAX * 16);
			words[n++] = str_trim(word);
		}
	p->filter.only = (struct str_list){words, n};
	return 0;
}

static int read_options(struct patching *p, struct err *err)
{
	struct filter filter = {0};
	int r = 0;

	if (!dry_run && !output)
		return err_set(err, ERR_USAGE,
			       "patch: --output says where the patched image goes; --dry-run needs "
			       "none");
	if (output)
		r = layout_output_parse(output, &p->arena, &p->to, err);
	if (r == 0)
		r = command_epoch(&p->time.has_latest, &p->time.latest, err);
	if (r == 0 && opt.severity)
		r = filter_parse_severities(&filter, str_of(opt.severity), err);
	p->filter.severities = filter.severities;
	opt.severity = NULL; /* the scans see all */
	p->tools.mirrors = words_of(&mirrors, &p->arena);
	p->tools.hosts = words_of(&hosts, &p->arena);
	for (size_t i = 0; i < p->tools.mirrors.n && r == 0; i++)
		if (str_find_char(p->tools.mirrors.p[i], '=') == p->tools.mirrors.p[i].n)
			r = err_set(err, ERR_USAGE, "--package-mirror %s: expected FROM=TO",
				    mirrors.p[i]);
	return r == 0 ? read_only(p, err) : r;
}

static int run(int argc, const char *const *argv)
{
	struct patching p = {0};
	struct err err = {0};
	int r, status = EXIT_ERROR;

	if (argc != 1) {
		err_set(&err, ERR_USAGE, "patch: needs one TARGET; see plimsoll patch --help");
		return command_error(&err);
	}
	arena_init(&p.arena, LIMIT_ARENA_BYTES);
	p.target = argv[0];
	r = read_options(&p, &err);
	if (r == 0)
		r = work_dir_run(job, &p, &status, &err);
	arena_done(&p.arena);
	return r < 0 ? command_error(&err) : status;
}

static const struct option_spec options[] = {
	OPTION_STR("output", 'o', &output, "IMAGE",
		   "where to: oci:DIR[:TAG], docker-archive:FILE[:NAME:TAG]"),
	OPTION_FLAG("dry-run", 'n', &dry_run, "say what would be upgraded, change nothing"),
	OPTION_LIST("only", 0, &only, "CVE,..", "take away these findings only"),
	OPTION_STR("severity", 0, &opt.severity, "S,..",
		   "take away findings of these severities only"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	OPTION_STR("sources", 0, &sources, "FILE", "repositories to use instead of the image's"),
	OPTION_LIST("package-mirror", 0, &mirrors, "FROM=TO",
		    "URLs of repositories that begin with FROM begin with TO instead"),
	OPTION_LIST("package-host", 0, &hosts, "HOST[:PORT]",
		    "let the package manager reach this host too; * is any"),
	OPTION_STR("keyring", 0, &keyring, "FILE",
		   "keys that sign the packages of an image without apt (this machine's)"),
	SCAN_IGNORE_OPTIONS(opt),
	OPTION_STR("platform", 0, &opt.platform, "OS/ARCH",
		   "which image of an index (this machine's)"),
	OPTION_FLAG("no-cache", 0, &opt.no_cache, "neither read nor write the layer cache"),
	REGISTRY_OPTIONS(opt),
	OPTION_FLAG("quiet", 'q', &quiet, "no progress on stderr"),
	OPTION_FLAG("no-color", 0, &no_color, "no colour, also on a terminal"),
	OPTION_END,
};

const struct command command_patch = {
	.name = "patch",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "add a layer with the fixed packages of its distribution",
	.details =
		"Scans TARGET, has the image's own package manager (apt, apk, dnf, microdnf, yum, "
		"zypper) upgrade the packages whose findings have a fix, and writes the image with "
		"what changed as one more layer. All other layers are the same bytes. The result "
		"is "
		"scanned again: what went, what is left and why.\n"
		"The package manager runs in namespaces of its own, from the image's own signed "
		"repositories, and reaches no other host than theirs; installation scripts of "
		"apt's "
		"packages reach none. docs/patch.md says more, also about users other than root.\n"
		"An image without apt gets packages that this machine's apt-get fetched and "
		"verified: dpkg installs them, and where there is none (distroless) they are "
		"unpacked and recorded, and their scripts are not run.\n"
		"Exit status: 0 patched, or with --dry-run something would be; 1 no finding could "
		"be taken away, and nothing was written; 2 an error.\n"
		" plimsoll patch docker://registry.example.com/app -o oci:patched\n"
		" plimsoll patch app.tar --severity critical -o docker-archive:fixed.tar",
	.options = options,
	.run = run,
};
