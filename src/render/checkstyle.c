/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as Checkstyle XML, which review tools and CI servers turn into annotations.
 *
 * One <file> for each file with its <error>s by line; a finding that is suppressed is none, as in
 * Checkstyle itself. What was not assessed is an error too, of the source
 * "plimsoll.not-assessed": a document without errors must mean that all was looked at.
 *
 * Format: what Checkstyle's XMLLogger writes (https://checkstyle.org/config.html, "XML");
 * severities are error, warning and info. A column is left out when it is not known; there are no
 * ends.
 */
#include "base/cleanup.h"
#include "codec/xml_writer.h"
#include "render/places.h"
#include "render/render.h"

#define MESSAGE_MAX 65536

static const char *severity_of(enum severity s)
{
	if (s >= SEVERITY_HIGH)
		return "error";
	return s == SEVERITY_MEDIUM || s == SEVERITY_UNKNOWN ? "warning" : "info";
}

static void attr_count(struct xml_writer *w, const char *name, uint64_t n)
{
	char text[24];
	int used = snprintf(text, sizeof text, "%llu", (unsigned long long)n); /* fits */

	xml_attr(w, name, str_make(text, (size_t)used));
}

static void put_error(struct xml_writer *w, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);
	const struct finding_location *at = place_of(f);

	xml_open(w, "error");
	attr_count(w, "line", at->line ? at->line : 1);
	if (at->line && at->column)
		attr_count(w, "column", at->column);
	xml_attr(w, "severity", str_of(severity_of(f->severity)));
	place_add_message(&sb, f);
	xml_attr(w, "message", strbuf_str(&sb));
	strbuf_reset(&sb);
	strbuf_adds(&sb, "plimsoll.");
	strbuf_add(&sb, str_sub(f->rule, 0, PLACE_PART_MAX));
	xml_attr(w, "source", strbuf_str(&sb));
	xml_close(w);
}

static void put_gap(struct xml_writer *w, const struct coverage *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);

	gap_add_message(&sb, c);
	xml_open(w, "file");
	xml_attr(w, "name", gap_path(c));
	xml_open(w, "error");
	xml_attr(w, "line", STR("1"));
	xml_attr(w, "severity", STR("warning"));
	xml_attr(w, "message", strbuf_str(&sb));
	xml_attr(w, "source", STR("plimsoll.not-assessed"));
	xml_close(w);
	xml_close(w);
}

static void put_files(struct xml_writer *w, const struct vec *list)
{
	for (size_t i = 0; i < list->n;) {
		struct str path = place_path(places_at(list, i));

		xml_open(w, "file");
		xml_attr(w, "name", path);
		for (; i < list->n && str_eq(place_path(places_at(list, i)), path); i++)
			put_error(w, places_at(list, i));
		xml_close(w);
	}
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct vec list;
	struct xml_writer w;

	if (places_gather(report, &list, err) < 0)
		return -ERR_NOMEM;
	xml_writer_init(&w, out);
	xml_open(&w, "checkstyle");
	xml_attr(&w, "version", STR("8.0"));
	put_files(&w, &list);
	for (size_t i = 0; i < report->coverage.n; i++) {
		const struct coverage *c = vec_at(&report->coverage, i);

		if (c->state != COVERAGE_ASSESSED)
			put_gap(&w, c);
	}
	xml_close(&w);
	vec_done(&list);
	return strbuf_check(out, err);
}

const struct renderer renderer_checkstyle = {
	.id = "checkstyle",
	.title = "Checkstyle XML for review tools and CI servers",
	.media_type = "application/xml",
	.render = render,
};
