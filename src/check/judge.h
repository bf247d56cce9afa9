/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judges one thing after the other by all rules of its scope; what is wrong becomes findings.
 *
 *     struct judge *j;
 *     r = judge_new(set, report, &j, err);              rules compile when their scope first comes
 *     struct value facts[] = {value_object(&instruction.object), value_object(&stage.object), ...};
 *     struct judge_subject subject = {.kind = SUBJECT_INSTRUCTION, .path = ..., .place = ...};
 *     r = judge_subject(j, &scope_instruction, facts, &subject, err);
 *     judge_free(j);
 *
 * The rules of one file together do bounded work (rule_cost): what is behind that is a problem in
 * the report, and the file counts as assessed in part.
 *
 * An expression that fails (a field that is not there, a limit) is a problem in the report that
 * names rule and place: the rule did not speak, and nobody may think that it was satisfied.
 *
 * Suppressions (`# plimsoll ignore=...` and those of other tools) are asked for through the hooks,
 * which the language sets for each file; a suppressed finding stays in the report, marked.
 *
 * Ownership: borrows set and report. Threads: one at a time; one judge a thread, which may share
 * the compiled rules (judge_new_beside).
 * Errors: ERR_FORMAT with file, line and caret when a rule does not compile; ERR_NOMEM; ERR_LIMIT
 * (findings).
 */
#pragma once

#include "check/edit.h"
#include "check/rule_set.h"
#include "check/scope.h"
#include "report/report.h"

/* Where a thing stands in its file. */
struct judge_place {
	uint32_t start, end; /* bytes, [start, end) */
	uint64_t line, column, end_line,
		end_column; /* from 1; columns in code points; 0: unknown */
	/* Of another file than the subject's: its path, and the line there; else empty. */
	struct str path, excerpt;
};

/* What a rule would change in the text to be satisfied; the texts live as long as the judge's file.
 */
struct judge_fix {
	size_t finding; /* index into the report's findings, before it is finished */
	struct str title;
	const struct edit *edits;
	size_t n_edits;
};

/* Which thing was judged, when the finding points elsewhere (a rule's `at`). */
struct judge_origin {
	size_t finding; /* as in judge_fix */
	struct judge_place place;
	struct str name; /* of the subject; the report's */
};

struct judge_subject {
	enum subject_kind kind;
	struct str name;       /* "RUN", "Deployment web", "service db" */
	struct str container;  /* of a pod; else empty */
	struct str document;   /* of a file of several: its number; else empty */
	struct str path;       /* the file */
	struct str layer;      /* diff id, for files of an image */
	struct str_list paths; /* several files instead of `path`, which is the first; else empty */
	bool is_waste;	       /* the finding is of kind waste, */
	uint64_t saved_bytes;  /* and this is what its fix saves */
	struct judge_place place;
	struct str excerpt; /* the line of the source; empty: not to be shown */
	/* Of a thing that another tool has found: its code there, its severity; else unset. */
	struct str code;
	enum severity severity;
};

struct judge;

/* What a suppression said; by.n == 0: nothing. */
struct judge_suppression {
	struct str by, reason, until;
};

struct judge_hooks {
	void *context;
	/* Place of another fact (a rule's `at`); false: it has none. */
	bool (*place)(void *context, struct value fact, struct judge_place *ret);
	/* A line of the file, for the excerpt of another place; NULL: the subject's. */
	struct str (*line)(void *context, uint64_t line);
	struct judge_suppression (*suppression)(void *context, const struct rule *rule,
						const struct judge_place *place);
	/* Whether what stands there is told at all; NULL: all is. */
	bool (*wants)(void *context, const struct judge_place *place);
};

int judge_new(struct rule_set *set, struct report *report, struct judge **ret, struct err *err);
/*
 * One that judges by the same rules on another thread; what it writes is taken over at the end:
 * findings by who owns the reports, the rest by judge_take. The reports live as long as the first.
 */
int judge_new_beside(const struct judge *first, struct report *report, struct judge **ret,
		     struct err *err);
int judge_take(struct judge *j, const struct judge *other, struct err *err);
void judge_free(struct judge *j);
void judge_freep(struct judge **j);

/* For the file that comes next, whose work for rules (rule_cost) begins here; copied. */
void judge_set_hooks(struct judge *j, const struct judge_hooks *hooks);

int judge_subject(struct judge *j, const struct scope *scope, const struct value *facts,
		  const struct judge_subject *subject, struct err *err);

/* Whether any rule of that scope would be asked: what is dear to find may be left out if not. */
int judge_asks(struct judge *j, const struct scope *scope, bool *ret, struct err *err);

/*
 * Messages compile when their rule first speaks and not with it, which is most of the work: for a
 * judge of one image. A broken one is told then. Before the first subject.
 */
void judge_defer_texts(struct judge *j);

/* Which rules speak; before the first subject. */
struct judge_choice {
	struct str_list only; /* ids, whatever their default; empty: all that are on */
	struct str except;    /* an id; for tests of rules */
	bool ask_all; /* also rules that cannot speak; for tests: nothing else comes of it */
	bool always;  /* every subject breaks every rule: does a rule see anything at all? */
};
void judge_choose(struct judge *j, const struct judge_choice *choice);

struct report *judge_report(struct judge *j);
const struct rule_set *judge_rules(const struct judge *j);

/* Memory for the file at hand; who fills it resets it. */
struct arena *judge_file_arena(struct judge *j);

/* What was wrong with the files themselves so far, whatever rules say of it: subjects of the scopes
 * LANGUAGE.problem. */
uint64_t judge_n_broken(const struct judge *j);

/*
 * A file that cannot be read is told as a problem, and is NOT ASSESSED. `parser` is the language.
 * Errors: ERR_NOMEM.
 */
int judge_refuse(struct judge *j, struct str path, const char *parser, const struct err *why,
		 struct err *err);
/* How many were refused so far. */
uint64_t judge_n_refused(const struct judge *j);

/*
 * Once all files are judged: what other rules say of lines that hold a secret no longer quotes
 * them.
 */
void judge_redact(struct judge *j);

/* The fixes, and the origins, since judge_forget_fixes, in the order of their findings. */
const struct judge_fix *judge_fixes(const struct judge *j, size_t *ret_n);
const struct judge_origin *judge_origins(const struct judge *j, size_t *ret_n);
void judge_forget_fixes(struct judge *j);
