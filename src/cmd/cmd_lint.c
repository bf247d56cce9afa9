/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "check/lint.h"
#include "cmd/command.h"
#include "cmd/lint_beside.h"
#include "cmd/lint_files.h"
#include "cmd/lint_trust.h"
#include "cmd/registry_options.h"
#include "cmd/report_output.h"
#include "cmd/rewrite.h"
#include "cmd/rule_files.h"

static struct {
	const char *format, *output, *fail_on, *stdin_name, *fix;
	struct option_list rules;
	const char *policy;
	bool require_complete, no_color, pin, verify_images;
	uint64_t jobs;
	REGISTRY_OPTION_MEMBERS;
} opt = {.format = "lint"};

static int lint_all(struct lint *lint, struct lint_fixing *fixing, struct report *report, int argc,
		    const char *const *argv, struct err *err)
{
	CLEANUP(lint_list_done) struct lint_list list;
	const struct lint_trust_options trust = {.policy = opt.policy,
						 .verify = opt.verify_images,
						 .registry = REGISTRY_OPTIONS_GIVEN(opt)};
	int r = 0;

	lint_list_init(&list, lint);
	for (int i = 0; r == 0 && i < argc; i++)
		r = strcmp(argv[i], "-") == 0 ? lint_list_stdin(&list, opt.stdin_name, err)
					      : lint_list_path(&list, argv[i], err);
	if (r == 0)
		r = lint_list_check(&list, fixing, (unsigned)opt.jobs, err);
	if (r == 0)
		r = lint_trust(&list, &trust, report, err);
	if (r == 0)
		r = lint_look_beside(lint, argc, argv, err);
	return r < 0 ? r : lint_finish(lint, err);
}

static int check_words(int argc, const char *const *argv, struct err *err)
{
	if (argc == 0)
		return err_set(err, ERR_USAGE,
			       "lint: needs a FILE, a folder, or - for standard "
			       "input; see plimsoll lint --help");
	if (opt.pin && !opt.fix)
		return err_set(err, ERR_USAGE,
			       "lint: --pin is a kind of --fix: lint --fix --pin; plimsoll pin "
			       "does it alone");
	if (!opt.fix || strcmp(opt.fix, "diff") == 0)
		return 0;
	if (strcmp(opt.fix, "write") != 0)
		return err_set(err, ERR_USAGE, "lint: --fix takes diff or write, not \"%s\"",
			       opt.fix);
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "-") == 0)
			return err_set(err, ERR_USAGE,
				       "lint: --fix=write cannot rewrite standard input; --fix "
				       "shows what it would change");
	return 0;
}

/* By which program, and of what: one FILE, or as many as were named with spaces between. */
static int name_report(struct report *report, int argc, const char *const *argv, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	for (int i = 0; i < argc; i++)
		strbuf_addf(&sb, "%s%s", i ? " " : "", argv[i]);
	report->tool_version = STR(PLIMSOLL_VERSION);
	report->target.transport = STR("files");
	report->target.given = arena_str(&report->arena, strbuf_str(&sb));
	return report->target.given.p ? strbuf_check(&sb, err) : err_nomem(err);
}

/* SOURCE_DATE_EPOCH, else now: suppressions end by it. */
static int read_time(struct report *report, struct err *err)
{
	report->time = (int64_t)time(NULL);
	return command_epoch(&report->has_time, &report->time, err);
}

static int open_fixer(struct rule_set *set, const struct report *report, struct lint_fixer **ret,
		      struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(opt);
	int r = opt.fix ? lint_fixer_new(set, report, ret, err) : 0;

	return r < 0 || !opt.pin ? r : lint_fixer_pin(*ret, set, &registry, err);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(lint_freep) struct lint *lint = NULL;
	CLEANUP(report_output_done)
	struct report_output out = {
		.path = opt.output, .format_id = opt.format, .no_color = opt.no_color};
	struct err err = {0};
	struct lint_fixing fixing = {.write = opt.fix && strcmp(opt.fix, "write") == 0,
				     .diff = STRBUF_INIT(LIMIT_OUTPUT_BYTES)};
	bool only_diff = opt.fix && !fixing.write;
	int r = report ? check_words(argc, argv, &err) : err_nomem(&err);

	if (r == 0)
		r = report_output_open(&out, "lint", opt.fail_on, &err);
	if (r == 0)
		r = name_report(report, argc, argv, &err);
	if (r == 0)
		r = read_time(report, &err);
	if (r == 0)
		r = rule_files_load(&opt.rules, &set, &err);
	if (r == 0)
		r = lint_new(set, report, &lint, &err);
	if (r == 0)
		r = open_fixer(set, report, &fixing.fixer, &err);
	if (r == 0)
		r = lint_all(lint, &fixing, report, argc, argv, &err);
	if (r == 0)
		r = only_diff ? rewrite_print_diff(&out, strbuf_str(&fixing.diff), &err)
			      : report_output_write(&out, report, &err);
	lint_fixer_free(fixing.fixer);
	strbuf_done(&fixing.diff);
	if (r < 0)
		return command_error(&err);
	/* Who asks for signatures does not take their absence for a yes. */
	return report_output_status(&out, report, opt.require_complete || opt.verify_images);
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "how to print it (lint)",
		     "lint json html sarif markdown junit checkstyle codeclimate gitlab github",
		     .project = true),
	OPTION_STR("output", 'o', &opt.output, "FILE", "write there instead of to stdout"),
	OPTION_LIST("rules", 0, &opt.rules, "PATH", "a pack, or a folder of packs, besides ours"),
	OPTION_WORDS("fail-on", 0, &opt.fail_on, "SEVERITY",
		     "exit status 1 for a finding at or above it",
		     "critical high medium low negligible unknown", .project = true),
	OPTION_WORDS("fix", 0, &opt.fix, "HOW",
		     "show what rules would rewrite as a diff instead of the report, or do it",
		     "diff write", .implied = "diff"),
	OPTION_STR("policy", 0, &opt.policy, "POLICY",
		   "hold the images that files name against its part trust"),
	OPTION_FLAG("verify-images", 0, &opt.verify_images,
		    "with --policy: ask their registries who has signed them; implies "
		    "--require-complete"),
	OPTION_FLAG("pin", 0, &opt.pin,
		    "with --fix: digests too, asked of registries, for rules about them"),
	REGISTRY_OPTIONS(opt),
	OPTION_STR("stdin-name", 0, &opt.stdin_name, "NAME",
		   "what - is (by its content; Dockerfile)"),
	OPTION_UINT("jobs", 'j', &opt.jobs, "N", "files checked at the same time (one a processor)",
		    .project = true),
	OPTION_FLAG("require-complete", 0, &opt.require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	OPTION_FLAG("no-color", 0, &opt.no_color, "no colour, also on a terminal", .project = true),
	OPTION_END,
};

const struct command command_lint = {
	.name = "lint",
	.arguments = "FILE...",
	.summary = "check Dockerfiles, Compose and Kubernetes files",
	.details = "A folder is searched for files that there are rules for, hidden ones but "
		   ".devcontainer and node_modules left out; - is standard input.\n"
		   "Rules are switched, graded and set up below rules: in .plimsoll.yaml; comments "
		   "switch them off in one place (# plimsoll ignore=ID), also in the forms of "
		   "hadolint, BuildKit, Trivy and Checkov.\n"
		   "Exit status: 0 when all was done, whatever was found; 1 for a finding at or "
		   "above --fail-on; 2 for an error; 3 with --require-complete when something was "
		   "not assessed. Without --fail-on findings do not change it.\n"
		   "  plimsoll lint Dockerfile\n"
		   "  plimsoll lint --fail-on medium --format sarif .\n"
		   "  plimsoll lint --fix . | git apply",
	.options = options,
	.run = run,
};
