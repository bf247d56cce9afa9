/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders an editor has open, each with the rules that `plimsoll lint` would have there.
 *
 *     workspace_init(&ws, host);
 *     r = workspace_add(&ws, path, err);  workspace_remove(&ws, path);
 *     r = workspace_rules(&ws, document_path, &set, why, err);
 *
 * A document is of the innermost folder it lies in, any other of the first. Rules are read when
 * they are first needed, and again when .plimsoll.yaml has changed on disk or workspace_forget was
 * called. Settings that cannot be read do not end the work: *ret_why then says it, once for each
 * change, and the rules are those without settings.
 *
 * Ownership: sets live until the next call. Errors: ERR_LIMIT (lsp_folders), ERR_NOMEM; those of
 * packs.
 */
#pragma once

#include <sys/stat.h>

#include "base/vec.h"
#include "lsp/host.h"

struct workspace {
	const struct lsp_host *host;
	struct vec folders;	/* struct workspace_folder * */
	struct strbuf settings; /* of the editor, as YAML; empty: none */
};

void workspace_init(struct workspace *ws, const struct lsp_host *host);
void workspace_done(struct workspace *ws);

int workspace_add(struct workspace *ws, struct str path, struct err *err);
void workspace_remove(struct workspace *ws, struct str path);

/* Reads all rules again when they are needed. */
void workspace_forget(struct workspace *ws);

/* path: NULL for what is no file. ret_why: .code is ERR_OK when there is nothing to tell. */
int workspace_rules(struct workspace *ws, const char *path, struct rule_set **ret,
		    struct err *ret_why, struct err *err);

/* Those that were read last; NULL: none are. */
const struct rule_set *workspace_has_rules(const struct workspace *ws, const char *path);
