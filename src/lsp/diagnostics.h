/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found in a document, as the diagnostics of an editor.
 *
 *     r = diagnostics_publish(s, d, err);              told without being asked
 *     diagnostics_write_report(&w, s, d, previous);    the answer to textDocument/diagnostic
 *     diagnostics_write(&w, writing, finding);         one, for an action that is about it
 *
 * A finding of several lines is marked in its first line only; requests are about all of it. The
 * code is the rule's id, or ShellCheck's code; what could not be assessed has the code
 * not-assessed. Severities: critical and high are errors, medium warnings, low information, others
 * hints.
 */
#pragma once

#include "lsp/assessment.h"
#include "lsp/session.h"

int diagnostics_publish(struct session *s, const struct document *d, struct err *err);

/* Those of a document that is closed: none. */
int diagnostics_clear(struct session *s, const struct document *d, struct err *err);

/* previous: the serial of what the editor has. */
int diagnostics_write_report(struct json_writer *w, const struct session *s,
			     const struct document *d, uint64_t previous, struct err *err);

/* What writing diagnostics of one document needs. */
struct diagnostics_writing {
	struct json_writer *w;
	const struct session *session;
	const struct document *document;
	const struct rule_set *set; /* NULL: no tags */
	struct position_map map;
};

int diagnostics_writing_init(struct diagnostics_writing *dw, struct json_writer *w,
			     const struct session *s, const struct document *d, struct err *err);
void diagnostics_writing_done(struct diagnostics_writing *dw);

void diagnostics_write(struct diagnostics_writing *dw, const struct assessed_finding *f);
void diagnostics_write_range(struct diagnostics_writing *dw, const char *key, size_t start,
			     size_t end);
