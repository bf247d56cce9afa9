/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Compose file and those beside it, a form feed between them: what is put together of them is
 * judged by all rules, and points into one of them.
 */
#include "lint_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 8192, N_FILES = 5 };

static const char *const names[N_FILES] = {"compose.yaml", "compose.override.yaml", "c.yaml",
					   ".env", "web.env"};

struct files {
	struct str texts[N_FILES];
};

static int read_file(const struct source_file *f, struct str name, struct arena *arena,
		     struct str *ret, struct err *err)
{
	const struct files *files = f->context;

	(void)arena; /* the input lives longer */
	for (size_t i = 0; i < N_FILES; i++)
		if (str_is(name, names[i]) && files->texts[i].p) {
			*ret = files->texts[i];
			return 0;
		}
	return err_set(err, ERR_NOT_FOUND, "%.*s", STR_FMT(name));
}

static void look_at(const struct files *files, const struct finding *found)
{
	bool somewhere = false;

	for (size_t i = 0; i < N_FILES; i++)
		somewhere |= str_is(found->locations[0].path, names[i]) &&
			     found->locations[0].line <= lint_input_lines(files->texts[i]);
	lint_input_require(somewhere, "place", found->rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct files files = {0};
	struct source_file f = {.path = STR("compose.yaml"),
				.read_beside = read_file,
				.context = &files,
				.is_example = true};
	struct str rest = str_make(data, size);
	struct err err = {0};

	if (size > INPUT_MAX)
		return 0;
	for (size_t i = 0; i < N_FILES && rest.n; i++)
		if (!str_pull_until(&rest, '\f', &files.texts[i])) {
			files.texts[i] = rest;
			rest = STR_NULL;
		}
	f.bytes = files.texts[0];
	lint_input_start();
	if (lint_file_alone(lint_input, &f, &err) < 0)
		lint_input_require(err.code == ERR_NOMEM, "lint", str_of(err.msg));
	for (size_t i = 0; i < lint_input_report->findings.n; i++)
		look_at(&files, vec_at(&lint_input_report->findings, i));
	for (size_t i = 0; i < lint_input_report->problems.n; i++)
		lint_input_look_at_problem(vec_at(&lint_input_report->problems, i));
	return 0;
}
