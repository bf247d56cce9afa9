/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules say of one text, with everything an editor may ask about it: places in bytes, the
 * edits of fixes, the text that all fixes together make.
 *
 *     r = assessment_write(set, &source, host, &sb, &fixable, err);     in the process that checks
 *     r = assessment_read(line, &assessment, err);                      in the server
 *
 * Between the two it is a line of JSON, written as soon as the findings are known, and a second one
 * with the edits of all fixes, when there are any.
 *
 * Findings are sorted by place; suppressed ones are only counted.
 * Ownership: an assessment owns all it shows. Errors: those of lint_file; ERR_FORMAT for a line
 * that is none of ours. Limits: lsp_findings, the rest is counted.
 */
#pragma once

#include "base/arena.h"
#include "check/lint.h"

struct lsp_host;

struct assessed_finding {
	struct str rule;    /* its id */
	struct str code;    /* by which it is shown and suppressed: the id, or SC2086 */
	struct str title;   /* of the rule, in general */
	struct str message; /* what is wrong here */
	struct str remedy;
	struct str_list references, codes; /* pages; the same rule in other tools */
	enum severity severity;
	uint32_t start, end; /* bytes */
	bool is_file;	     /* about the file as a whole */
	/* The thing that was judged, where the finding points elsewhere; empty name: none. */
	struct str about;
	uint32_t about_start, about_end;
	struct str fix_title;
	const struct edit *edits; /* of its fix */
	size_t n_edits;		  /* 0: it has none */
};

/* What was broken or not assessed. */
struct assessed_problem {
	struct str message;
	uint32_t start, end; /* bytes */
};

struct assessment {
	struct arena arena;
	const struct assessed_finding *findings;
	size_t n_findings;
	const struct assessed_problem *problems;
	size_t n_problems;
	struct str_list notes; /* what else was not assessed: "shell of RUN: ..." */
	uint64_t n_unlisted;   /* findings beyond lsp_findings */
	bool has_language;     /* false: there are no rules for such a document */
	const struct edit *fix_all;
	size_t n_fix_all;
	bool is_whole; /* fix_all is known */
};

void assessment_free(struct assessment *a);
void assessment_freep(struct assessment **a);

/* f->language NULL: nothing is assessed. */
int assessment_write(struct rule_set *set, const struct source_file *f, const struct lsp_host *host,
		     struct strbuf *out, bool *ret_fixable, struct err *err);
/* The second line, with what makes `fixed` of the text. */
int assessment_write_fixes(struct str text, struct str fixed, struct strbuf *out, struct err *err);
/* The line of a check that failed. */
void assessment_write_failure(const struct err *why, struct strbuf *out);

int assessment_read(struct str line, struct assessment **ret, struct err *err);
int assessment_read_fixes(struct assessment *a, struct str line, struct err *err);

/* Of a text that could not be checked: nothing is known but why. */
int assessment_of_failure(const struct err *why, struct str text, struct assessment **ret,
			  struct err *err);
