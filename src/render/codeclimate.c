/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as Code Climate issues: the Code Quality report of GitLab.
 *
 * One issue a finding that is not suppressed. Lines are always there, because that is all that some
 * readers know; positions where columns are known, both ends inclusive. Fingerprints hold no line:
 * an issue stays the same one when something is written above it. What was not assessed is an
 * issue too: an empty list must mean that all was looked at.
 *
 * Format: https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md (issues);
 * https://docs.gitlab.com/ci/testing/code_quality/ (what GitLab reads of it, as one list).
 */
#include "base/cleanup.h"
#include "codec/json_writer.h"
#include "render/fingerprint.h"
#include "render/places.h"
#include "render/render.h"

#define MESSAGE_MAX 65536

static const char *severity_of(enum severity s)
{
	static const char *const names[] = {
		[SEVERITY_UNKNOWN] = "minor", [SEVERITY_NEGLIGIBLE] = "info",
		[SEVERITY_LOW] = "minor",     [SEVERITY_MEDIUM] = "major",
		[SEVERITY_HIGH] = "critical", [SEVERITY_CRITICAL] = "blocker",
	};

	return names[s];
}

static void put_position(struct json_writer *w, const char *key, uint64_t line, uint64_t column)
{
	json_key(w, key);
	json_open_map(w);
	json_put_uint(w, "line", line);
	json_put_uint(w, "column", column);
	json_close_map(w);
}

static void put_location(struct json_writer *w, struct str path, const struct finding_location *at)
{
	uint64_t line = at->line ? at->line : 1;
	uint64_t end = at->end_line > line ? at->end_line : line;

	json_key(w, "location");
	json_open_map(w);
	json_put_str(w, "path", path);
	json_key(w, "lines");
	json_open_map(w);
	json_put_uint(w, "begin", line);
	json_put_uint(w, "end", end);
	json_close_map(w);
	if (at->line && at->column && at->end_column) {
		uint64_t last = end > line && at->end_column > 1 ? at->end_column - 1
								 : place_last_column(at);

		json_key(w, "positions");
		json_open_map(w);
		put_position(w, "begin", line, at->column);
		put_position(w, "end", end, last ? last : 1);
		json_close_map(w);
	}
	json_close_map(w);
}

static void open_issue(struct json_writer *w, struct str check, struct str description,
		       const char *severity, const char *fingerprint)
{
	json_open_map(w);
	json_put_text(w, "type", "issue");
	json_put_str(w, "check_name", check);
	json_put_str(w, "description", description);
	json_key(w, "categories");
	json_open_list(w);
	json_add_text(w, "Security");
	json_close_list(w);
	json_put_text(w, "severity", severity);
	json_put_text(w, "fingerprint", fingerprint);
}

static int put_issue(struct json_writer *w, struct fingerprints *prints, const struct finding *f,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);
	char print[FINGERPRINT_MAX];
	int r = fingerprint_make(prints, f, print, err);

	if (r < 0)
		return r;
	place_add_message(&sb, f);
	open_issue(w, f->rule, strbuf_str(&sb), severity_of(f->severity), print);
	put_location(w, place_path(f), place_of(f));
	json_close_map(w);
	return 0;
}

static int put_gap(struct json_writer *w, struct fingerprints *prints, const struct coverage *c,
		   struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);
	const struct finding as = {.kind = FINDING_COMPLIANCE,
				   .rule = STR("not-assessed"),
				   .subject = {.name = c->what}};
	const struct finding_location nowhere = {0};
	char print[FINGERPRINT_MAX];
	int r = fingerprint_make(prints, &as, print, err);

	if (r < 0)
		return r;
	gap_add_message(&sb, c);
	open_issue(w, as.rule, strbuf_str(&sb), "info", print);
	put_location(w, gap_path(c), &nowhere);
	json_close_map(w);
	return 0;
}

static int put_all(struct json_writer *w, const struct report *report, const struct vec *list,
		   struct err *err)
{
	struct fingerprints prints;
	int r = 0;

	fingerprints_init(&prints);
	for (size_t i = 0; i < list->n && r == 0; i++)
		r = put_issue(w, &prints, places_at(list, i), err);
	for (size_t i = 0; i < report->coverage.n && r == 0; i++) {
		const struct coverage *c = vec_at(&report->coverage, i);

		if (c->state != COVERAGE_ASSESSED)
			r = put_gap(w, &prints, c, err);
	}
	fingerprints_done(&prints);
	return r;
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct json_writer w;
	struct vec list;
	int r = places_gather(report, &list, err);

	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_INDENT);
	json_open_list(&w);
	r = put_all(&w, report, &list, err);
	json_close_list(&w);
	strbuf_addc(out, '\n');
	vec_done(&list);
	return r < 0 ? r : strbuf_check(out, err);
}

const struct renderer renderer_codeclimate = {
	.id = "codeclimate",
	.title = "Code Climate issues: the Code Quality report of GitLab",
	.media_type = "application/json",
	.render = render,
};
