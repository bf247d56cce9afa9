/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/actions.h"

#include "base/limits.h"
#include "lsp/diagnostics.h"
#include "lsp/suppress.h"

#define QUICK_FIX "quickfix"
#define FIX_ALL	  "source.fixAll.plimsoll"
#define TITLE_MAX 1024

struct offering {
	struct diagnostics_writing dw;
	struct suppress suppress;
	size_t from, to;     /* bytes that are asked about */
	const size_t *lines; /* of each finding: where a comment for it would stand */
};

/* "source" asks for "source.fixAll.plimsoll" too. */
static bool asks_for(struct str only, struct str kind)
{
	struct str rest = kind;

	return str_pull_prefix(&rest, only) &&
	       (!only.n || !rest.n || str_has_prefix(rest, STR(".")));
}

unsigned actions_wanted(const struct json *only)
{
	unsigned wanted = 0;

	if (json_kind_of(only) != JSON_KIND_LIST)
		return ACTION_QUICK_FIX | ACTION_FIX_ALL;
	for (size_t i = 0; i < json_len(only); i++) {
		struct str kind = json_str(json_at(only, i));

		if (asks_for(kind, STR(QUICK_FIX)))
			wanted |= ACTION_QUICK_FIX;
		if (asks_for(kind, STR(FIX_ALL)))
			wanted |= ACTION_FIX_ALL;
	}
	return wanted;
}

static void write_edits(struct offering *o, const struct edit *edits, size_t n)
{
	struct json_writer *w = o->dw.w;

	json_open_list(w);
	for (size_t i = 0; i < n; i++) {
		json_open_map(w);
		diagnostics_write_range(&o->dw, "range", edits[i].start, edits[i].end);
		json_put_str(w, "newText", edits[i].text);
		json_close_map(w);
	}
	json_close_list(w);
}

static void write_edit(struct offering *o, const struct edit *edits, size_t n)
{
	const struct document *d = o->dw.document;
	struct json_writer *w = o->dw.w;

	json_key(w, "edit");
	json_open_map(w);
	if (!o->dw.session->can.takes_versions) {
		json_key(w, "changes");
		json_open_map(w);
		json_key(w, d->uri);
		write_edits(o, edits, n);
		json_close_map(w);
		json_close_map(w);
		return;
	}
	json_key(w, "documentChanges");
	json_open_list(w);
	json_open_map(w);
	json_key(w, "textDocument");
	json_open_map(w);
	json_put_text(w, "uri", d->uri);
	json_key(w, "version");
	json_add_int(w, d->version);
	json_close_map(w);
	json_key(w, "edits");
	write_edits(o, edits, n);
	json_close_map(w);
	json_close_list(w);
	json_close_map(w);
}

static void write_quick_fix(struct offering *o, const struct assessed_finding *f, struct str title,
			    const struct edit *edits, size_t n, bool is_preferred)
{
	struct json_writer *w = o->dw.w;

	json_open_map(w);
	json_put_str(w, "title", title);
	json_put_text(w, "kind", QUICK_FIX);
	json_key(w, "diagnostics");
	json_open_list(w);
	diagnostics_write(&o->dw, f);
	json_close_list(w);
	if (is_preferred)
		json_put_bool(w, "isPreferred", true);
	write_edit(o, edits, n);
	json_close_map(w);
}

/* What a rule calls its fix; one that does not says what to do in its remedy. */
static void write_fix(struct offering *o, const struct assessed_finding *f)
{
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT(8 * TITLE_MAX);
	struct str what = str_eq(f->fix_title, f->title) && f->remedy.n ? f->remedy : f->fix_title;

	what = str_sub(what, 0, str_find(what, STR(". "))); /* its first sentence */
	if (str_has_suffix(what, STR(".")))
		what.n--;
	strbuf_addf(&title, "%.*s (%.*s)", STR_FMT(str_sub(what, 0, TITLE_MAX)), STR_FMT(f->code));
	write_quick_fix(o, f, strbuf_str(&title), f->edits, f->n_edits, true);
}

static void write_suppressions(struct offering *o, const struct assessed_finding *f)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT(TITLE_MAX);
	struct edit edit;

	if (suppress_here(&o->suppress, f, &text, &edit)) {
		strbuf_addf(&title, "Ignore %.*s here", STR_FMT(f->code));
		write_quick_fix(o, f, strbuf_str(&title), &edit, 1, false);
	}
	if (suppress_file(&o->suppress, f, &text, &edit)) {
		strbuf_reset(&title);
		strbuf_addf(&title, "Ignore %.*s in this file", STR_FMT(f->code));
		write_quick_fix(o, f, strbuf_str(&title), &edit, 1, false);
	}
}

static bool is_asked(const struct offering *o, const struct assessed_finding *f)
{
	return f->start <= o->to && f->end >= o->from;
}

/* Whether a comment for it was offered with an earlier one: the same rule, the same instruction. */
static bool is_offered(const struct offering *o, const struct assessment *a, size_t i)
{
	const struct assessed_finding *f = &a->findings[i];

	for (size_t k = 0; k < i; k++)
		if (o->lines[k] == o->lines[i] && is_asked(o, &a->findings[k]) &&
		    str_eq(a->findings[k].code, f->code))
			return true;
	return false;
}

/* Once for each finding: a file may be one line of megabytes. */
static const size_t *find_lines(struct offering *o, const struct assessment *a)
{
	size_t *lines = arena_array(&o->suppress.arena, a->n_findings + 1, sizeof *lines);

	for (size_t i = 0; lines && i < a->n_findings; i++)
		if (is_asked(o, &a->findings[i]))
			lines[i] = suppress_line(&o->suppress, &a->findings[i]);
	return lines;
}

static void write_quick_fixes(struct offering *o, const struct assessment *a)
{
	for (size_t i = 0; i < a->n_findings; i++)
		if (is_asked(o, &a->findings[i]) && a->findings[i].n_edits)
			write_fix(o, &a->findings[i]);
	o->lines = o->suppress.has_comments ? find_lines(o, a) : NULL;
	for (size_t i = 0; o->lines && i < a->n_findings; i++)
		if (is_asked(o, &a->findings[i]) && !is_offered(o, a, i))
			write_suppressions(o, &a->findings[i]);
}

static void write_fix_all(struct offering *o, const struct assessment *a)
{
	struct json_writer *w = o->dw.w;

	if (a->n_fix_all == 0)
		return;
	json_open_map(w);
	json_put_text(w, "title", "Fix all that the rules of Plimsoll can fix");
	json_put_text(w, "kind", FIX_ALL);
	write_edit(o, a->fix_all, a->n_fix_all);
	json_close_map(w);
}

static void offer(struct offering *o, const struct waiting *asked, const struct assessment *a)
{
	struct str text = o->dw.map.text;

	o->from = position_offset(text, o->dw.session->encoding, asked->range.start);
	o->to = position_offset(text, o->dw.session->encoding, asked->range.end);
	if (asked->wanted & ACTION_QUICK_FIX)
		write_quick_fixes(o, a);
	if (asked->wanted & ACTION_FIX_ALL)
		write_fix_all(o, a);
}

int actions_write(struct json_writer *w, const struct session *s, const struct waiting *asked,
		  const struct document *d, struct err *err)
{
	struct source_file f = document_source(d);
	struct offering o = {0};
	int r = diagnostics_writing_init(&o.dw, w, s, d, err);

	if (r == 0)
		r = suppress_init(&o.suppress, &f, err);
	if (r == 0) {
		json_open_list(w);
		if (d->found && s->can.takes_actions)
			offer(&o, asked, d->found);
		json_close_list(w);
		r = arena_check(&o.suppress.arena, err);
	}
	suppress_done(&o.suppress);
	diagnostics_writing_done(&o.dw);
	return r;
}
