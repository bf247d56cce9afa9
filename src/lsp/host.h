/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the language server is given by the command that starts it: rules, files, the time.
 */
#pragma once

#include "check/lint.h"

struct lsp_host {
	void *context;
	/*
	 * The rules of a folder: ours, those of --rules, its .plimsoll.yaml, then the settings of
	 * the editor, which are the text of such a file. folder NULL: without a file of settings.
	 */
	int (*rules)(void *context, const char *folder, struct str settings, struct rule_set **ret,
		     struct err *err);
	/* Lets it ask for the files beside it. */
	void (*open_beside)(void *context, struct source_file *f);
	/* The file was read: what is missing in it may stand in others beside it. */
	int (*look_beside)(void *context, struct lint *lint, const struct source_file *f,
			   struct err *err);
	/* The text with all fixes. */
	int (*fix)(void *context, struct rule_set *set, const struct source_file *f,
		   struct strbuf *out, struct err *err);
	int64_t (*now)(void *context); /* unix seconds, by which suppressions end */
};
