/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule is data: what is wrong, how that is seen, why it matters, what to do. A pack is a YAML
 * file of rules; docs/formats/rules.md is its manual, docs/rules.schema.json helps editors.
 *
 *     pack: dockerfile
 *     rules:
 *       - id: workdir-not-absolute
 *         title: WORKDIR is relative
 *         severity: medium
 *         applies_to: dockerfile.instruction
 *         when: instruction.keyword == "WORKDIR" && !instruction.value.startsWith("/")
 *         message: 'WORKDIR {instruction.value} depends on what the base image set'
 *         remedy: Write the whole path, from / on.
 *         references: [https://docs.docker.com/reference/dockerfile/#workdir]
 *         codes: [DL3000, DS-0009]
 *         examples:
 *           fail: ["FROM a\nWORKDIR app\n"]
 *           pass: ["FROM a\nWORKDIR /app\n"]
 *
 * Optional: source (hidden: the line holds a secret and is not shown), default (on, off),
 * parameters (a map; the expression reads params.NAME), at (an expression whose fact the finding
 * points at, instead of the one judged), fix (an expression that gives a list of edits, see
 * edit.h), fix_title, category, tags (how an editor may draw it: deprecated, unnecessary).
 *
 * `message` and `remedy` are templates: {EXPRESSION} is replaced by its value, {{ is a brace.
 *
 * Ownership: a rule lives in the arena of its set (rule_set.h) and borrows from the pack's text,
 * which lives there too. Threads: read-only once the set is compiled.
 */
#pragma once

#include "base/str.h"
#include "report/finding.h"

struct yaml_node;

/* A piece of a pack with the line on which it stands. */
struct rule_text {
	struct str text;
	size_t line;
};

struct rule_example {
	bool fails;		      /* the rule must speak; else it must be silent */
	const struct yaml_node *what; /* a text, or a map of what the language takes */
	size_t line;
};

/* What an editor may strike through or fade. */
enum rule_tag { RULE_DEPRECATED = 1 << 0, RULE_UNNECESSARY = 1 << 1 };

struct rule {
	struct str id;
	struct str title;
	struct str pack;
	struct str file; /* the pack's, for messages */
	size_t line;
	enum severity severity;
	bool enabled;
	bool chosen;	     /* by the user's settings, on or off */
	bool fixes_first;    /* where several rules would fix a file, others wait for the result */
	bool pins;	     /* a digest behind the images it points at satisfies it */
	bool graded;	     /* the severity is the user's: it holds for all findings */
	bool hides_source;   /* the line holds a secret: a report must not repeat it */
	unsigned tags;	     /* enum rule_tag */
	struct str category; /* "isolation"; may be empty */
	struct str applies_to; /* a scope: "dockerfile.instruction" (scope.h) */
	struct rule_text when, message, remedy, at, fix;
	struct str fix_title;
	struct str_list references, codes;
	const struct yaml_node *parameters; /* a map, or NULL */
	const struct yaml_node *overrides;  /* of the user's settings; a map, or NULL */
	const struct rule_example *examples;
	size_t n_examples;
	struct rule_program *program; /* compiled when its scope is first judged; NULL before */
};
