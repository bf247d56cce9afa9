/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as one page: everything that was found, for people, in one file that needs no other.
 *
 * The page holds its style, its script and the report as JSON. It asks nothing of any network: the
 * content security policy in it allows the one style and the one script by their hashes and
 * nothing else, so that a name of the image that became markup against all escaping would still
 * do nothing. Trusted types are required and none is made: the script builds the document of nodes
 * and texts alone.
 *
 * Without a script, and in print, the page is a document that can be read from its top to its end.
 */
#include "base/clock.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "render/html_page.h"
#include "render/render.h"
#include "render/report_json.h"

#include "base/cleanup.h"
#include "base/limits.h"

static const char favicon[] =
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E%3Cg "
	"fill='none' stroke='%231f5f8b' stroke-width='6'%3E%3Ccircle cx='32' cy='32' "
	"r='24'/%3E%3Cpath d='M2 32h60'/%3E%3C/g%3E%3C/svg%3E";

static struct str part_find(const char *name)
{
	for (const struct html_part *part = html_parts; part->name; part++)
		if (strcmp(part->name, name) == 0)
			return str_make(part->bytes, part->n);
	return STR_NULL;
}

static int add_hash(struct strbuf *out, const char *directive, struct str bytes, struct err *err)
{
	struct digest_value v;
	int r = digest_of(bytes, &v, err);

	strbuf_addf(out, "; %s 'sha256-", directive);
	if (r == 0)
		r = base64_encode(str_make(v.bytes, 32), BASE64_STANDARD, out, err);
	strbuf_addc(out, '\'');
	return r;
}

static int put_policy(struct strbuf *out, struct str style, struct str script, struct err *err)
{
	int r;

	strbuf_adds(out,
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'");
	r = add_hash(out, "style-src", style, err);
	if (r == 0)
		r = add_hash(out, "script-src", script, err);
	strbuf_adds(out, "; img-src data:; base-uri 'none'; form-action 'none'; "
			 "require-trusted-types-for 'script'; trusted-types 'none'\">\n");
	return r;
}

static int put_head(const struct page *p, struct str style, struct str script, struct err *err)
{
	struct strbuf *out = p->out;
	int r;

	strbuf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	r = put_policy(out, style, script, err);
	strbuf_adds(out,
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta name=\"generator\" content=\"plimsoll ");
	html_add(out, p->report->tool_version);
	strbuf_addf(out, "\">\n<link rel=\"icon\" href=\"%s\">\n<title>", favicon);
	html_add(out, page_subject(p->report));
	strbuf_adds(out, " – Plimsoll</title>\n<style>");
	strbuf_add(out, style);
	strbuf_adds(out, "</style>\n</head>\n");
	return r;
}

static void put_nav(const struct page *p)
{
	const struct report *r = p->report;
	const struct {
		const char *id, *title;
		bool there;
	} links[] = {
		{"first", "Fix first", p->plan->n > 0},
		{"findings", "Findings", true},
		{"policy", "Policy", r->verdict.n_reasons > 0},
		{"layers", "Layers", r->layers.n > 0},
		{"packages", "Packages", r->packages.n > 0},
		{"gaps", "Not assessed", true},
		{"suppressed", "Suppressed", r->rules.n > 0},
		{"image", "Image", true},
	};

	strbuf_adds(p->out, "<nav aria-label=\"Sections\"><ul>\n");
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (links[i].there)
			strbuf_addf(p->out, "<li><a href=\"#%s\">%s</a></li>\n", links[i].id,
				    links[i].title);
	strbuf_adds(p->out, "</ul></nav>\n");
}

static void put_top(const struct page *p)
{
	strbuf_adds(p->out,
		    "<a class=\"skip\" href=\"#findings\">To the findings</a>\n"
		    "<header>\n<p class=\"brand\">Plimsoll</p>\n<p class=\"subject\"><bdi>");
	html_add(p->out, page_subject(p->report));
	strbuf_adds(p->out, "</bdi></p>\n</header>\n");
	put_nav(p);
}

static void put_foot(const struct page *p)
{
	char text[CLOCK_TEXT_MAX];

	strbuf_adds(p->out, "<footer>\n<p>Made by Plimsoll ");
	html_add(p->out, p->report->tool_version);
	if (p->report->has_time && clock_format(p->report->time, text))
		strbuf_addf(p->out, " · <time datetime=\"%s\">%s</time>", text, text);
	strbuf_adds(p->out, " · this page asks nothing of any network</p>\n</footer>\n");
}

static void put_sections(const struct page *p)
{
	put_top(p);
	strbuf_adds(p->out, "<main>\n");
	page_put_headline(p);
	page_put_picture(p);
	page_put_actions(p);
	page_put_findings(p);
	page_put_verdict(p);
	page_put_layers(p);
	page_put_packages(p);
	page_put_gaps(p);
	page_put_suppressed(p);
	page_put_image(p);
	strbuf_adds(p->out, "</main>\n");
	put_foot(p);
}

static int put_data(const struct page *p, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	int r = report_json(p->report, &(struct render_options){0}, JSON_COMPACT, &json, err);

	if (r < 0)
		return r;
	strbuf_adds(p->out, "<script type=\"application/json\" id=\"report\">");
	html_add_json(p->out, strbuf_str(&json));
	strbuf_adds(p->out, "</script>\n");
	return 0;
}

static int put_page(const struct page *p, struct err *err)
{
	struct str style = part_find("page.css"), script = part_find("page.js");
	int r = put_head(p, style, script, err);

	if (r < 0)
		return r;
	strbuf_adds(p->out, "<body>\n");
	put_sections(p);
	r = put_data(p, err);
	strbuf_adds(p->out, "<script>");
	strbuf_add(p->out, script);
	strbuf_adds(p->out, "</script>\n</body>\n</html>\n");
	return r < 0 ? r : strbuf_check(p->out, err);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct plan plan;
	int r = plan_make(report, &plan, err);

	(void)options; /* nothing of a terminal concerns a page */
	if (r < 0)
		return r;
	r = put_page(&(struct page){.out = out, .report = report, .plan = &plan}, err);
	plan_done(&plan);
	return r;
}

const struct renderer renderer_html = {
	.id = "html",
	.title = "a page with everything, in one file that needs no other",
	.media_type = "text/html; charset=utf-8",
	.render = render,
};
