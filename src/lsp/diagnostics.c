/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/diagnostics.h"

#include "base/limits.h"
#include "render/markdown_text.h"

enum { LSP_ERROR = 1, LSP_WARNING = 2, LSP_INFORMATION = 3, LSP_HINT = 4 };
enum { LSP_UNNECESSARY = 1, LSP_DEPRECATED = 2 };

int diagnostics_writing_init(struct diagnostics_writing *dw, struct json_writer *w,
			     const struct session *s, const struct document *d, struct err *err)
{
	*dw = (struct diagnostics_writing){.w = w, .session = s, .document = d};
	dw->set = workspace_has_rules(&s->workspace, d->path);
	return position_map_make(strbuf_str(&d->text), s->encoding, &dw->map, err);
}

void diagnostics_writing_done(struct diagnostics_writing *dw)
{
	position_map_done(&dw->map);
}

static void write_position(struct json_writer *w, const char *key, struct position p)
{
	json_key(w, key);
	json_open_map(w);
	json_put_uint(w, "line", p.line);
	json_put_uint(w, "character", p.character);
	json_close_map(w);
}

void diagnostics_write_range(struct diagnostics_writing *dw, const char *key, size_t start,
			     size_t end)
{
	json_key(dw->w, key);
	json_open_map(dw->w);
	write_position(dw->w, "start", position_of(&dw->map, start));
	write_position(dw->w, "end", position_of(&dw->map, end));
	json_close_map(dw->w);
}

/* To the end of its first line at most. */
static void write_mark(struct diagnostics_writing *dw, const char *key, size_t start, size_t end)
{
	size_t line_start, line_end;

	position_line(&dw->map, position_of(&dw->map, start).line, &line_start, &line_end);
	if (end > line_end)
		end = line_end;
	while (end > start && char_is_space(dw->map.text.p[end - 1]))
		end--;
	diagnostics_write_range(dw, key, start, end);
}

static int level_of(enum severity s)
{
	switch (s) {
	case SEVERITY_CRITICAL:
	case SEVERITY_HIGH:
		return LSP_ERROR;
	case SEVERITY_MEDIUM:
		return LSP_WARNING;
	case SEVERITY_LOW:
		return LSP_INFORMATION;
	case SEVERITY_NEGLIGIBLE:
	case SEVERITY_UNKNOWN:
		break;
	}
	return LSP_HINT;
}

static void write_tags(struct diagnostics_writing *dw, const struct assessed_finding *f)
{
	const struct rule *rule = dw->set ? rule_set_find(dw->set, f->rule) : NULL;
	const struct abilities *can = &dw->session->can;
	bool unnecessary = rule && (rule->tags & RULE_UNNECESSARY) && can->takes_unnecessary;
	bool deprecated = rule && (rule->tags & RULE_DEPRECATED) && can->takes_deprecated;

	if (!unnecessary && !deprecated)
		return;
	json_key(dw->w, "tags");
	json_open_list(dw->w);
	if (unnecessary)
		json_add_uint(dw->w, LSP_UNNECESSARY);
	if (deprecated)
		json_add_uint(dw->w, LSP_DEPRECATED);
	json_close_list(dw->w);
}

static void write_related(struct diagnostics_writing *dw, const struct assessed_finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (!f->about.n || !dw->session->can.takes_related)
		return;
	strbuf_addf(&sb, "it is about this: %.*s", STR_FMT(f->about));
	json_key(dw->w, "relatedInformation");
	json_open_list(dw->w);
	json_open_map(dw->w);
	json_key(dw->w, "location");
	json_open_map(dw->w);
	json_put_text(dw->w, "uri", dw->document->uri);
	write_mark(dw, "range", f->about_start, f->about_end);
	json_close_map(dw->w);
	json_put_str(dw->w, "message", strbuf_str(&sb));
	json_close_map(dw->w);
	json_close_list(dw->w);
}

static void write_data(struct diagnostics_writing *dw, const struct assessed_finding *f)
{
	json_key(dw->w, "data");
	json_open_map(dw->w);
	json_put_str(dw->w, "rule", f->rule);
	json_put_text(dw->w, "severity", severity_name(f->severity));
	json_put_bool(dw->w, "fixable", f->n_edits > 0);
	json_key(dw->w, "codes");
	json_open_list(dw->w);
	for (size_t i = 0; i < f->codes.n; i++)
		json_add_str(dw->w, f->codes.p[i]);
	json_close_list(dw->w);
	json_close_map(dw->w);
}

static void write_page(struct json_writer *w, struct str_list references)
{
	for (size_t i = 0; i < references.n; i++) {
		if (!is_web_address(references.p[i]))
			continue;
		json_key(w, "codeDescription");
		json_open_map(w);
		json_put_str(w, "href", references.p[i]);
		json_close_map(w);
		return;
	}
}

static void write_message(struct json_writer *w, const struct assessed_finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	strbuf_add(&sb, f->message);
	if (f->remedy.n)
		strbuf_addf(&sb, "\n%.*s", STR_FMT(f->remedy));
	json_put_str(w, "message", strbuf_str(&sb));
}

void diagnostics_write(struct diagnostics_writing *dw, const struct assessed_finding *f)
{
	struct json_writer *w = dw->w;

	json_open_map(w);
	write_mark(dw, "range", f->start, f->end);
	json_put_uint(w, "severity", (uint64_t)level_of(f->severity));
	json_put_str(w, "code", f->code);
	write_page(w, f->references);
	json_put_text(w, "source", "plimsoll");
	write_message(w, f);
	write_tags(dw, f);
	write_related(dw, f);
	write_data(dw, f);
	json_close_map(w);
}

static void write_not_assessed(struct diagnostics_writing *dw, size_t start, size_t end,
			       const char *front, struct str why)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);
	struct json_writer *w = dw->w;

	strbuf_addf(&sb, "%s%.*s", front, STR_FMT(why));
	json_open_map(w);
	write_mark(dw, "range", start, end);
	json_put_uint(w, "severity", LSP_WARNING);
	json_put_text(w, "code", "not-assessed");
	json_put_text(w, "source", "plimsoll");
	json_put_str(w, "message", strbuf_str(&sb));
	json_close_map(w);
}

static void write_unlisted(struct diagnostics_writing *dw, uint64_t n)
{
	char text[128];

	(void)snprintf(text, sizeof text, "%llu more findings are not shown: lsp_findings (%d)",
		       (unsigned long long)n, (int)LIMIT_LSP_FINDINGS); /* fits */
	write_not_assessed(dw, 0, 0, "", str_of(text));
}

static void write_items(struct diagnostics_writing *dw)
{
	const struct document *d = dw->document;
	const struct assessment *a = d->found;

	json_open_list(dw->w);
	if (d->is_lost)
		write_not_assessed(dw, 0, d->text.n,
				   "not assessed until it is opened again: ", str_of(d->lost_why));
	for (size_t i = 0; a && i < a->n_findings; i++)
		diagnostics_write(dw, &a->findings[i]);
	for (size_t i = 0; a && i < a->n_problems; i++)
		write_not_assessed(dw, a->problems[i].start, a->problems[i].end,
				   "not assessed: ", a->problems[i].message);
	if (a && a->n_unlisted)
		write_unlisted(dw, a->n_unlisted);
	json_close_list(dw->w);
}

int diagnostics_publish(struct session *s, const struct document *d, struct err *err)
{
	CLEANUP(diagnostics_writing_done) struct diagnostics_writing dw;
	struct rpc_message m;
	int r = diagnostics_writing_init(&dw, &m.w, s, d, err);

	if (r < 0)
		return r;
	rpc_open_notification(&m, "textDocument/publishDiagnostics");
	json_open_map(&m.w);
	json_put_text(&m.w, "uri", d->uri);
	json_key(&m.w, "version");
	json_add_int(&m.w, d->version);
	json_key(&m.w, "diagnostics");
	write_items(&dw);
	json_close_map(&m.w);
	return rpc_close(&m, &s->out, err);
}

int diagnostics_clear(struct session *s, const struct document *d, struct err *err)
{
	struct rpc_message m;

	rpc_open_notification(&m, "textDocument/publishDiagnostics");
	json_open_map(&m.w);
	json_put_text(&m.w, "uri", d->uri);
	json_key(&m.w, "diagnostics");
	json_open_list(&m.w);
	json_close_list(&m.w);
	json_close_map(&m.w);
	return rpc_close(&m, &s->out, err);
}

int diagnostics_write_report(struct json_writer *w, const struct session *s,
			     const struct document *d, uint64_t previous, struct err *err)
{
	CLEANUP(diagnostics_writing_done) struct diagnostics_writing dw;
	bool is_known = previous && !d->is_lost && previous == d->serial;
	char serial[32];
	int r = diagnostics_writing_init(&dw, w, s, d, err);

	if (r < 0)
		return r;
	(void)snprintf(serial, sizeof serial, "%llu", (unsigned long long)d->serial); /* fits */
	json_open_map(w);
	json_put_text(w, "kind", is_known ? "unchanged" : "full");
	if (!d->is_lost)
		json_put_text(w, "resultId", serial);
	if (!is_known) {
		json_key(w, "items");
		write_items(&dw);
	}
	json_close_map(w);
	return 0;
}
