/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shell tree as one line, for tables of tests.
 *
 *     [a=1 echo 'x' >out]   a simple command: assignments, words, redirections
 *     a | b, a && b, a ; b  as in shell; `.` is the end of a line
 *     if{..}{..}            a compound: each branch, its patterns and condition in front
 *     x 'x' "x" \x $'x'     text by its quotes; ${n:-w} $(list) `<(list)` $((expression))
 */
#pragma once

#include "base/strbuf.h"
#include "check/shell.h"

static inline void dump_list(struct strbuf *out, const struct shell_list *list);
static inline void dump_parts(struct strbuf *out, const struct shell_part *parts);

static inline void dump_text(struct strbuf *out, const struct shell_part *part)
{
	static const char *const open[] = {"", "\\", "'", "\"", "$'"};
	static const char *const close[] = {"", "", "'", "\"", "'"};

	strbuf_adds(out, open[part->quote]);
	strbuf_add(out, part->text);
	strbuf_adds(out, close[part->quote]);
}

static inline void dump_part(struct strbuf *out, const struct shell_part *part)
{
	switch (part->kind) {
	case SHELL_TEXT:
		dump_text(out, part);
		return;
	case SHELL_VARIABLE:
		strbuf_addf(out, "${%.*s%.*s", STR_FMT(part->text), STR_FMT(part->operator));
		dump_parts(out, part->inner);
		strbuf_adds(out, "}");
		return;
	case SHELL_SUBSTITUTION:
	case SHELL_PROCESS:
		strbuf_adds(out, part->kind == SHELL_PROCESS ? "<(" : "$(");
		dump_list(out, part->body);
		strbuf_adds(out, ")");
		return;
	case SHELL_ARITHMETIC:
		strbuf_adds(out, "$((");
		dump_parts(out, part->inner);
		strbuf_adds(out, "))");
		return;
	}
}

static inline void dump_parts(struct strbuf *out, const struct shell_part *parts)
{
	for (; parts; parts = parts->next)
		dump_part(out, parts);
}

static inline void dump_words(struct strbuf *out, const struct shell_word *w, const char *between)
{
	for (; w; w = w->next) {
		dump_parts(out, w->parts);
		if (w->next)
			strbuf_adds(out, between);
	}
}

static inline void dump_space(struct strbuf *out)
{
	if (out->n && out->p[out->n - 1] != '[')
		strbuf_adds(out, " ");
}

static inline void dump_simple(struct strbuf *out, const struct shell_command *c)
{
	strbuf_adds(out, "[");
	for (const struct shell_assignment *a = c->assignments; a; a = a->next) {
		dump_space(out);
		strbuf_addf(out, "%.*s%s=", STR_FMT(a->name), a->append ? "+" : "");
		if (a->array)
			strbuf_adds(out, "(");
		dump_words(out, a->array ? a->elements : a->value, " ");
		if (a->array)
			strbuf_adds(out, ")");
	}
	if (c->words) {
		dump_space(out);
		dump_words(out, c->words, " ");
	}
	strbuf_adds(out, "]");
}

static inline void dump_redirects(struct strbuf *out, const struct shell_redirect *r)
{
	for (; r; r = r->next) {
		strbuf_addf(out, " %.*s%.*s", STR_FMT(r->fd), STR_FMT(r->operator));
		if (r->target)
			dump_parts(out, r->target->parts);
		if (r->heredoc) {
			strbuf_adds(out, "{");
			dump_parts(out, r->heredoc->parts);
			strbuf_adds(out, "}");
		}
	}
}

static inline void dump_command(struct strbuf *out, const struct shell_command *c)
{
	static const char *const kinds[] = {"simple",	"sub",	"group", "if",	   "while",
					    "until",	"for",	"for",	 "select", "case",
					    "function", "test", "arith", "coproc"};

	if (c->kind == SHELL_SIMPLE) {
		dump_simple(out, c);
		dump_redirects(out, c->redirects);
		return;
	}
	strbuf_adds(out, kinds[c->kind]);
	if (c->name.n)
		strbuf_addf(out, " %.*s", STR_FMT(c->name));
	if (c->words) {
		strbuf_adds(out, " ");
		dump_words(out, c->words, " ");
	}
	if (c->parts) {
		strbuf_adds(out, " ");
		dump_parts(out, c->parts);
	}
	for (const struct shell_branch *b = c->branches; b; b = b->next) {
		strbuf_adds(out, "{");
		dump_words(out, b->patterns, "|");
		if (b->patterns)
			strbuf_adds(out, ") ");
		if (b->condition) {
			dump_list(out, b->condition);
			strbuf_adds(out, "}{");
		}
		dump_list(out, b->body);
		strbuf_adds(out, "}");
	}
	dump_redirects(out, c->redirects);
}

static inline void dump_pipeline(struct strbuf *out, const struct shell_pipeline *p)
{
	if (p->before != SHELL_NOTHING)
		strbuf_adds(out, p->before == SHELL_AND ? " && " : " || ");
	if (p->negated)
		strbuf_adds(out, "! ");
	if (p->timed)
		strbuf_adds(out, "time ");
	for (const struct shell_command *c = p->commands; c; c = c->next) {
		dump_command(out, c);
		if (c->next)
			strbuf_adds(out, c->pipes_stderr ? " |& " : " | ");
	}
}

static inline void dump_list(struct strbuf *out, const struct shell_list *list)
{
	static const char *const after[] = {"", ";", ".", "&"};

	for (const struct shell_and_or *a = list->first; a; a = a->next) {
		for (const struct shell_pipeline *p = a->pipelines; p; p = p->next)
			dump_pipeline(out, p);
		strbuf_adds(out, after[a->after]);
		if (a->next)
			strbuf_adds(out, " ");
	}
}
