/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "browse/layer_text.h"
#include "cmd/browse_terminal.h"
#include "cmd/scan_command.h"
#include "cmd/terminal.h"
#include "scan/scan.h"

#include <unistd.h>

static struct scan_options opt = {
	.format = "table", .vulnerabilities = true, .configuration = true};
static uint64_t layer;
static bool files = true, changes, plain;

/* Chosen by --layer; SIZE_MAX: all. */
static int choose_layer(const struct report *r, size_t *ret, struct err *err)
{
	if (r->layers.n == 0)
		return err_set(err, ERR_USAGE, "layers: %.*s has none", STR_FMT(r->target.given));
	if (layer > r->layers.n)
		return err_set(err, ERR_USAGE, "layers: --layer is at most %zu here", r->layers.n);
	*ret = layer ? (size_t)layer - 1 : SIZE_MAX;
	return 0;
}

static int print(const struct browse_data *data, size_t chosen, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct terminal t = terminal_look(STDOUT_FILENO);
	struct canvas c = {.out = &out,
			   .width = t.width,
			   .color = t.color && !opt.no_color,
			   .unicode = t.unicode};
	const struct layer_text_options how = {
		.layer = chosen, .files = files, .only_changes = changes};
	int r = layer_text_put(&c, data, &how, err);

	return r < 0 ? r : command_print(strbuf_str(&out));
}

static int browse(const struct browse_data *data, size_t chosen, struct err *err)
{
	struct terminal t = terminal_look(STDOUT_FILENO);
	const struct browser_options how = {.layer = chosen == SIZE_MAX ? 0 : chosen,
					    .color = t.color && !opt.no_color,
					    .unicode = t.unicode};
	CLEANUP(browser_freep) struct browser *b = NULL;
	int r = browser_new(data, &how, &b, err);

	return r < 0 ? r : browse_terminal(b, err);
}

static int show(const struct report *report, struct err *err)
{
	size_t n = report->layers.n, chosen = SIZE_MAX;
	CLEANUP(freep) const struct tree **trees = calloc(n + 1, sizeof *trees);
	CLEANUP(merge_done) struct merge merge = {0};
	CLEANUP(file_marks_done) struct file_marks marks = {0};
	const struct browse_data data = {report, &merge, &marks};
	int r = choose_layer(report, &chosen, err);

	if (!trees)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		trees[i] = scan_tree(report, i);
	if (r == 0)
		r = merge_init(&merge, trees, n, err);
	if (r == 0)
		r = file_marks_make(report, &merge, &marks, err);
	if (r < 0)
		return r;
	if (!plain && !changes && files && browse_terminal_fits())
		return browse(&data, chosen, err);
	return print(&data, chosen, err);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(report_freep) struct report *report = NULL;
	struct err err = {0};
	int r;

	if (argc != 1) {
		err_set(&err, ERR_USAGE, "layers: needs one TARGET; see plimsoll layers --help");
		return command_error(&err);
	}
	r = scan_report(&opt, "layers", argv[0], &report, &err);
	if (r == 0)
		r = show(report, &err);
	return r < 0 ? command_error(&err) : r;
}

static const struct option_spec options[] = {
	OPTION_UINT("layer", 'l', &layer, "N", "only this layer, or the one to begin with"),
	OPTION_FLAG("changes", 0, &changes,
		    "list only files that change or remove one of a layer below"),
	OPTION_FLAG("files", 0, &files,
		    "list the files of each layer; --no-files: the layers alone"),
	OPTION_FLAG("plain", 0, &plain, "the list also on a terminal, where they can be browsed"),
	OPTION_STR("scanners", 0, &opt.scanners, "S,..", "what to look for, as plimsoll scan"),
	OPTION_LIST("rules", 0, &opt.rules, "PATH", "a pack, or a folder of packs, besides ours"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	SCAN_IGNORE_OPTIONS(opt),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_layers = {
	.name = "layers",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "show what each layer does to files, and the findings at each",
	.details =
		"TARGET is what plimsoll scan takes. On a terminal the layers can be browsed: on "
		"the "
		"left "
		"the layers with size and instruction, on the right the tree of the chosen one, or "
		"of "
		"all up to it; the keys stand at the bottom, ? lists them.\n"
		"Anywhere else it is a list: each layer with its size and instruction, then every "
		"file "
		"that it adds (A), changes (M) or removes (D), with its size and the findings at "
		"it. "
		"A "
		"directory that is removed stands for all that was in it.\n"
		" plimsoll layers shop.tar --layer 3\n"
		" plimsoll layers shop.tar --changes | grep finding",
	.options = options,
	.run = run,
};
