/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/report_output.h"
#include "cmd/scan_apart.h"
#include "render/diff.h"
#include "report/report_read.h"

static const char *format = "table", *fail_on_new, *output;
static bool require_complete;
static struct scan_options opt = {
	.format = "json", .vulnerabilities = true, .configuration = true, .waste = true};

/* ---- the two reports ---- */

/* A file with a report that was written before; false for anything else. */
static bool read_file_report(const char *path, struct strbuf *sb)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= LIMIT_SBOM_BYTES &&
	       file_read(path, sb, NULL) == 0 && report_is_json(strbuf_str(sb));
}

static int get_report(const char *target, struct report **ret, bool *ret_told, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SBOM_BYTES);
	int r;

	if (!read_file_report(target, &sb)) {
		strbuf_reset(&sb);
		r = scan_apart(&opt, "diff", target, &sb, ret_told, err);
		if (r < 0)
			return r;
	}
	r = report_read(strbuf_str(&sb), ret, err);
	if (r < 0)
		return err_wrap(err, r, "%s", target);
	(*ret)->target.given = arena_str(&(*ret)->arena, str_of(target));
	return arena_check(&(*ret)->arena, err);
}

/* ---- the command ---- */

static int print(const struct diff *d, const struct diff_renderer *renderer,
		 const struct report_output *to, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct render_options options = report_output_look(to);
	int r = renderer->render(d, &options, &out, err);

	return r < 0 ? r : report_output_print(to, strbuf_str(&out), err);
}

static int compare(const struct report *before, const struct report *after,
		   const struct diff_renderer *renderer, const struct report_output *to,
		   enum severity threshold, struct err *err)
{
	CLEANUP(diff_done) struct diff d = {0};
	int r = diff_make(before, after, &d, err);

	if (r == 0)
		r = print(&d, renderer, to, err);
	if (r < 0)
		return r;
	if (fail_on_new && diff_has_new(&d, threshold))
		return EXIT_FINDINGS;
	return require_complete && !diff_is_complete(&d) ? EXIT_INCOMPLETE : EXIT_DONE;
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(report_freep) struct report *before = NULL;
	CLEANUP(report_freep) struct report *after = NULL;
	const struct diff_renderer *renderer = diff_renderer_find(str_of(format));
	enum severity threshold = SEVERITY_UNKNOWN;
	struct err err = {0};
	bool told = false;
	CLEANUP(report_output_done)
	struct report_output out = {.path = output, .no_color = opt.no_color};
	int r = 0;

	if (argc != 2)
		r = err_set(&err, ERR_USAGE, "diff: needs two targets; see plimsoll diff --help");
	else if (!renderer)
		r = err_set(&err, ERR_USAGE, "diff: no format \"%s\"; see plimsoll diff --help",
			    format);
	else if (fail_on_new)
		r = severity_parse(str_of(fail_on_new), &threshold, &err);
	if (r == 0)
		r = report_output_create(&out, &err); /* a mistake is told at once */
	if (r == 0)
		r = get_report(argv[0], &before, &told, &err);
	if (r == 0)
		r = get_report(argv[1], &after, &told, &err);
	if (r == 0)
		r = compare(before, after, renderer, &out, threshold, &err);
	if (told)
		return EXIT_ERROR;
	return r < 0 ? command_error(&err) : r;
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &format, "FORMAT", "how to print the difference (table)",
		     "table json markdown", .project = true),
	OPTION_STR("output", 'o', &output, "FILE", "write to FILE, not to stdout"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	OPTION_WORDS("fail-on-new", 0, &fail_on_new, "SEVERITY",
		     "exit status 1 when a finding that is new is at least so grave",
		     "critical high medium low negligible unknown", .project = true),
	OPTION_FLAG("require-complete", 0, &require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_diff = {
	.name = "diff",
	.arguments = "A B",
	.group = COMMAND_IMAGE,
	.summary = "say what is new, gone and changed from one image to another",
	.details =
		"A and B are targets as of scan: images, root file systems, SBOMs; or reports that "
		"scan --format json wrote, whose findings are taken as they stand there.\n"
		"A finding is the same in both by its id and its package, whatever the version. "
		"With --fail-on-new high the exit status is 1 only for findings that A has not.\n"
		"What was not assessed on either side is listed: there, nothing new means "
		"nothing.\n"
		" plimsoll diff registry.example.com/app:1.4 registry.example.com/app:1.5\n"
		" plimsoll diff --fail-on-new high last-release.json build/image.tar",
	.options = options,
	.run = run,
};
