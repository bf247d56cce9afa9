/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the report page (html.c puts them together): each appends one section that can be
 * read without any script. html/page.js then makes the findings and packages sortable and adds the
 * map of the layers; what it needs is the JSON at the end of the page.
 *
 * Class names and ids of these sections are what html/page.css and html/page.js go by.
 */
#pragma once

#include "render/html_text.h"
#include "report/plan.h"

struct page {
	struct strbuf *out;
	const struct report *report;
	const struct plan *plan;
};

/* A file of html/ inside the program; tools/embed.py makes the table. */
struct html_part {
	const char *name; /* "page.css" */
	const char *bytes;
	size_t n;
};
extern const struct html_part html_parts[]; /* sorted by name; NULL name ends */

/* html_summary.c: may it be loaded, why not, what helps most; findings by kind and severity. */
void page_put_headline(const struct page *p);
void page_put_picture(const struct page *p);

/* html_findings.c */
void page_put_actions(const struct page *p);
void page_put_findings(const struct page *p);

/* html_sections.c */
void page_put_verdict(const struct page *p);
void page_put_layers(const struct page *p);
void page_put_packages(const struct page *p);
void page_put_gaps(const struct page *p);
void page_put_suppressed(const struct page *p);
void page_put_image(const struct page *p);

/* What the page is about, for titles: the image's name, or what was given. */
struct str page_subject(const struct report *r);

/* Parts of the coverage that were not, or not fully, assessed. */
uint64_t page_count_gaps(const struct report *r);

/* The layer's number from 1; 0: none of the report has that diff id. */
size_t page_layer_number(const struct report *r, struct str diff_id);
