/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/lint_beside.h"
#include "cmd/lint_files.h"
#include "cmd/report_output.h"
#include "cmd/rule_files.h"
#include "lsp/server.h"

static struct {
	struct option_list rules;
	bool stdio;
} opt;

static int load_rules(void *context, const char *folder, struct str settings, struct rule_set **ret,
		      struct err *err)
{
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;
	int r = rule_files_load_in(folder, &opt.rules, &set, err);

	(void)context;
	if (r == 0 && settings.n)
		r = rule_set_add_settings(set, settings, STR("settings of the editor"), err);
	if (r == 0)
		*ret = TAKE(set);
	return r;
}

static void open_beside(void *context, struct source_file *f)
{
	(void)context;
	lint_open_beside(f);
}

static int look_beside(void *context, struct lint *lint, const struct source_file *f,
		       struct err *err)
{
	CLEANUP(freep) char *path = str_dup(f->path);
	const char *const paths[] = {path};

	(void)context;
	return path ? lint_look_beside(lint, 1, paths, err) : err_nomem(err);
}

/* SOURCE_DATE_EPOCH, else now, as for lint. */
static int64_t now(void *context)
{
	int64_t epoch = (int64_t)time(NULL);
	bool has_epoch;

	(void)context;
	(void)command_epoch(&has_epoch, &epoch, NULL); /* was checked at the start */
	return epoch;
}

/* ShellCheck is not asked: none of its codes has a fix, and each round would wait for it. */
static int fix(void *context, struct rule_set *set, const struct source_file *f, struct strbuf *out,
	       struct err *err)
{
	CLEANUP(lint_fixer_freep) struct lint_fixer *fixer = NULL;
	CLEANUP(report_freep) struct report *report = report_new();
	struct source_file alone = *f;
	size_t n;
	int r;

	if (!report)
		return err_nomem(err);
	alone.is_example = true;
	report->has_time = true;
	report->time = now(context);
	r = lint_fixer_new(set, report, &fixer, err);
	return r < 0 ? r : lint_fix(fixer, &alone, out, &n, err);
}

static int run(int argc, const char *const *argv)
{
	const struct lsp_host host = {.rules = load_rules,
				      .open_beside = open_beside,
				      .look_beside = look_beside,
				      .fix = fix,
				      .now = now};
	CLEANUP(rule_set_freep) struct rule_set *set = NULL;
	struct err err = {0};
	int64_t epoch;
	bool has_epoch;
	int r = 0;

	if (argc > 0)
		r = err_set(&err, ERR_USAGE, "lsp: takes no words, but \"%s\" is given", argv[0]);
	if (r == 0)
		r = command_epoch(&has_epoch, &epoch, &err);
	/* Packs that cannot be read are told here: later there are only messages. */
	if (r == 0)
		r = rule_files_load_in(NULL, &opt.rules, &set, &err);
	if (r == 0)
		r = lsp_serve(&host, STDIN_FILENO, STDOUT_FILENO, &err);
	return r < 0 ? command_error(&err) : r;
}

static const struct option_spec options[] = {
	OPTION_LIST("rules", 0, &opt.rules, "PATH", "a pack, or a folder of packs, besides ours"),
	OPTION_FLAG("stdio", 0, &opt.stdio, "talk through standard input and output, as always"),
	OPTION_END,
};

const struct command command_lsp = {
	.name = "lsp",
	.arguments = "",
	.summary = "check files while they are edited (a language server)",
	.details = "Speaks the Language Server Protocol 3.17 over standard input and output: what "
		   "lint finds in Dockerfiles, Compose and Kubernetes files as they are typed, the "
		   "fixes of rules, the meaning of rules and instructions. docs/editors.md has the "
		   "settings of some editors.\n"
		   "Rules are those of lint in each folder that the editor has open, with its "
		   ".plimsoll.yaml; ShellCheck is asked where it is installed.\n"
		   "  vim.lsp.start({cmd = {'plimsoll', 'lsp'}, root_dir = vim.fn.getcwd()})",
	.options = options,
	.run = run,
};
