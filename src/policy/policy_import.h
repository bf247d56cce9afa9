/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies made from the settings of other tools, as far as there is a plain equivalent.
 *
 *     const struct policy_source *s = policy_source_of(STR("trivy.yaml"), bytes);
 *     policy_draft_init(&draft, str_of(s->id));
 *     r = s->read(&draft, STR("trivy.yaml"), bytes, err);       for each file
 *     r = policy_import_end(s, &draft, err);
 *     r = policy_draft_write(&draft, &sb, err);
 *
 * What has no equivalent is listed in draft.left. A condition that is left out never widens an
 * exception: then the exception is left out as a whole.
 *
 * To add a tool: src/policy/import_<id>.c, a line in policy_source_list.def (sorted) and in
 * src/meson.build. Errors: ERR_FORMAT, ERR_USAGE with file and line, ERR_LIMIT, ERR_NOMEM.
 */
#pragma once

#include "policy/policy_draft.h"

struct policy_source {
	const char *id;	   /* "trivy" */
	const char *files; /* for people: "trivy.yaml, .trivyignore, .trivyignore.yaml" */
	/* By name, else by a look at the content. */
	bool (*knows)(struct str name, struct str bytes);
	int (*read)(struct policy_draft *d, struct str name, struct str bytes, struct err *err);
	/* Command-line flags of the tool; NULL: none are understood. */
	int (*read_flags)(struct policy_draft *d, struct str flags, struct err *err);
	/* What is missing once all files are read: a rule for the exceptions. NULL: nothing. */
	void (*end)(struct policy_draft *d);
};

extern const struct policy_source *const policy_sources[]; /* sorted by id, NULL-ended */

const struct policy_source *policy_source_find(struct str id);
const struct policy_source *policy_source_of(struct str name, struct str bytes); /* NULL: none */

int policy_import_end(const struct policy_source *s, struct policy_draft *d, struct err *err);

/* Ignore rules of Trivy, Grype and our own as exceptions (ignore.h reads them). */
int import_ignores(struct policy_draft *d, struct str name, struct str bytes, struct err *err);

/* The words of other tools, in any case; false: it is none. */
bool import_severity(struct str word, enum severity *ret);
const char *import_level(enum severity s); /* the constant of the expressions: "HIGH" */
