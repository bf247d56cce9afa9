/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/hover.h"

#include "base/limits.h"
#include "check/dockerfile.h"
#include "lsp/diagnostics.h"
#include "render/markdown_text.h"

#define FINDINGS_MAX 10 /* shown over one place */
#define TEXT_BYTES   1048576

static const char *const helps[] = {
#define HELP(keyword, text) [INSTRUCTION_##keyword] = (text),
#include "lsp/instruction_help.def"
#undef HELP
};

struct hovering {
	const struct session *session;
	const struct document *document;
	struct strbuf text;
	bool markdown;
	size_t at;	   /* byte that is asked about */
	size_t start, end; /* of the narrowest thing that is shown */
};

static void narrow(struct hovering *h, size_t start, size_t end)
{
	if (h->text.n == 0 || end - start < h->end - h->start) {
		h->start = start;
		h->end = end;
	}
}

/* ---- text, or Markdown ---- */

static void add_text(struct hovering *h, struct str s)
{
	if (h->markdown)
		markdown_add(&h->text, s);
	else
		strbuf_add(&h->text, s);
}

static void add_title(struct hovering *h, struct str s)
{
	if (h->text.n)
		strbuf_adds(&h->text, h->markdown ? "\n\n---\n\n" : "\n\n");
	strbuf_adds(&h->text, h->markdown ? "**" : "");
	add_text(h, s);
	strbuf_adds(&h->text, h->markdown ? "**" : "");
}

static void add_paragraph(struct hovering *h, struct str s)
{
	if (!s.n)
		return;
	strbuf_adds(&h->text, h->markdown ? "\n\n" : "\n");
	add_text(h, s);
}

static void add_code(struct hovering *h, struct str s)
{
	if (h->markdown)
		markdown_add_code(&h->text, s);
	else
		strbuf_add(&h->text, s);
}

static void add_names(struct hovering *h, struct str code, enum severity severity)
{
	strbuf_adds(&h->text, h->markdown ? "  \n" : "\n");
	add_code(h, code);
	strbuf_addf(&h->text, ", %s", severity_name(severity));
}

static void add_pages(struct hovering *h, struct str_list references)
{
	for (size_t i = 0; i < references.n; i++) {
		strbuf_adds(&h->text, i == 0 && h->markdown ? "\n\n" : h->markdown ? "  \n" : "\n");
		if (h->markdown)
			markdown_add_link(&h->text, references.p[i]);
		else
			strbuf_add(&h->text, references.p[i]);
	}
}

static void add_codes(struct hovering *h, struct str_list codes)
{
	if (codes.n == 0)
		return;
	strbuf_adds(&h->text, h->markdown ? "\n\n" : "\n");
	strbuf_adds(&h->text, "In other tools: ");
	for (size_t i = 0; i < codes.n; i++) {
		strbuf_adds(&h->text, i ? ", " : "");
		add_code(h, codes.p[i]);
	}
}

/* ---- what there is to show ---- */

static void add_finding(struct hovering *h, const struct assessed_finding *f)
{
	narrow(h, f->start, f->end);
	add_title(h, f->title);
	add_names(h, f->code, f->severity);
	add_paragraph(h, f->message);
	add_paragraph(h, f->remedy);
	add_pages(h, f->references);
	add_codes(h, f->codes);
}

static void add_findings(struct hovering *h, const struct assessment *a)
{
	size_t n = 0;

	for (size_t i = 0; a && i < a->n_findings && n < FINDINGS_MAX; i++) {
		const struct assessed_finding *f = &a->findings[i];

		if (h->at < f->start || h->at > f->end)
			continue;
		add_finding(h, f);
		n++;
	}
}

static void add_instruction(struct hovering *h, const struct instruction *in)
{
	const struct dockerfile_span span = in->name.span;
	const char *name = instruction_name(in->keyword);
	char page[128];
	struct str pages[1];
	int n = snprintf(page, sizeof page, "https://docs.docker.com/reference/dockerfile/#%s",
			 name);

	if (h->at < span.at || h->at > span.end || !helps[in->keyword] || n < 0)
		return;
	for (char *p = page; *p; p++) /* the name of a place in it is in small letters */
		*p = char_lower(*p);
	pages[0] = str_of(page);
	narrow(h, span.at, span.end);
	add_title(h, str_of(name));
	add_paragraph(h, str_of(helps[in->keyword]));
	add_pages(h, (struct str_list){pages, 1});
}

static int add_instructions(struct hovering *h, struct str text, struct err *err)
{
	const struct dockerfile *df;
	struct arena a;
	int r;

	arena_init(&a, LIMIT_ARENA_BYTES);
	r = dockerfile_parse(text, &a, &df, err);
	for (size_t i = 0; r == 0 && i < df->n_instructions; i++) {
		add_instruction(h, &df->instructions[i]);
		if (df->instructions[i].trigger)
			add_instruction(h, df->instructions[i].trigger);
	}
	arena_done(&a);
	return r;
}

static bool is_name(char c)
{
	return char_is_alnum(c) || c == '-' || c == '_';
}

/* A rule that a comment names: # plimsoll ignore=apt-recommends,DL3059 */
static void add_named_rule(struct hovering *h, struct str text)
{
	const struct rule_set *set = workspace_has_rules(&h->session->workspace, h->document->path);
	struct str before = str_sub(text, 0, h->at);
	size_t newline = str_rfind_char(before, '\n'), start = h->at, end = h->at;
	struct str line = newline < before.n ? str_skip(before, newline + 1) : before;
	const struct rule *rule;

	if (!set || str_find_char(line, '#') == line.n)
		return;
	while (start > 0 && is_name(text.p[start - 1]))
		start--;
	while (end < text.n && is_name(text.p[end]))
		end++;
	rule = end > start ? rule_set_find(set, str_sub(text, start, end - start)) : NULL;
	if (!rule)
		return;
	narrow(h, start, end);
	add_title(h, rule->title);
	add_names(h, rule->id, rule->severity);
	add_pages(h, rule->references);
	add_codes(h, rule->codes);
}

static void write(struct json_writer *w, struct hovering *h, struct diagnostics_writing *dw)
{
	json_open_map(w);
	json_key(w, "contents");
	json_open_map(w);
	json_put_text(w, "kind", h->markdown ? "markdown" : "plaintext");
	json_put_str(w, "value", strbuf_str(&h->text));
	json_close_map(w);
	diagnostics_write_range(dw, "range", h->start, h->end);
	json_close_map(w);
}

int hover_write(struct json_writer *w, const struct session *s, const struct document *d,
		struct position position, struct err *err)
{
	CLEANUP(diagnostics_writing_done) struct diagnostics_writing dw;
	struct source_file f = document_source(d);
	struct hovering h = {.session = s,
			     .document = d,
			     .text = STRBUF_INIT(TEXT_BYTES),
			     .markdown = s->can.takes_markdown};
	int r = diagnostics_writing_init(&dw, w, s, d, err);

	if (r < 0)
		return r;
	h.at = position_offset(f.bytes, s->encoding, position);
	add_findings(&h, d->found);
	if (f.language && strcmp(f.language->id, "dockerfile") == 0)
		r = add_instructions(&h, f.bytes, err);
	if (f.language)
		add_named_rule(&h, f.bytes);
	if (r == 0 && h.text.n)
		write(w, &h, &dw);
	else if (r == 0)
		json_add_null(w);
	strbuf_done(&h.text);
	return r;
}
