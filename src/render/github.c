/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as workflow commands: annotations of the files in a GitHub Actions job.
 *
 * One command a finding that is not suppressed, the gravest first, because GitHub shows only ten of
 * each kind a step. Columns are told only where a finding is on one line, as GitHub asks.
 *
 * Every line is a command of ours: what comes from a file is shown harmlessly (text.h), so none can
 * start another one, and '%', ':' and ',' are escaped.
 *
 * Format: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 * (setting a notice, warning, error message); the escapes are those of @actions/core.
 */
#include "base/cleanup.h"
#include "render/places.h"
#include "render/render.h"
#include "render/text.h"

#define MESSAGE_MAX 65536
#define SAFE_MAX    (4 * MESSAGE_MAX) /* with each byte written as \xHH */

static const char *command_of(enum severity s)
{
	if (s >= SEVERITY_HIGH)
		return "error";
	return s == SEVERITY_MEDIUM || s == SEVERITY_UNKNOWN ? "warning" : "notice";
}

/* A property's value, or the message, which may hold ':' and ','. */
static void add_escaped(struct strbuf *out, struct str s, bool property)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(SAFE_MAX);
	struct str safe;

	(void)text_add(&sb, str_sub(s, 0, MESSAGE_MAX), SIZE_MAX, true); /* width: no matter */
	safe = strbuf_str(&sb);
	for (size_t i = 0; i < safe.n; i++) {
		char c = safe.p[i];

		if (c == '%' || (property && (c == ':' || c == ',')))
			strbuf_addf(out, "%%%02X", (unsigned char)c);
		else
			strbuf_addc(out, c);
	}
}

static void add_number(struct strbuf *out, const char *key, uint64_t n)
{
	if (n)
		strbuf_addf(out, ",%s=%llu", key, (unsigned long long)n);
}

static void put_annotation(struct strbuf *out, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);
	const struct finding_location *at = place_of(f);
	bool one_line = at->end_line <= at->line;

	strbuf_addf(out, "::%s file=", command_of(f->severity));
	add_escaped(out, place_path(f), true);
	add_number(out, "line", at->line ? at->line : 1);
	if (at->line) {
		add_number(out, "endLine", at->end_line >= at->line ? at->end_line : 0);
		add_number(out, "col", one_line ? at->column : 0);
		add_number(out, "endColumn", place_last_column(at));
	}
	strbuf_adds(out, ",title=");
	add_escaped(out, str_sub(f->rule, 0, PLACE_PART_MAX), true);
	strbuf_adds(out, "::");
	place_add_message(&sb, f);
	add_escaped(out, strbuf_str(&sb), false);
	strbuf_addc(out, '\n');
}

static void put_gap(struct strbuf *out, const struct coverage *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(MESSAGE_MAX);
	struct str path = gap_path(c);

	strbuf_adds(out, "::warning ");
	if (!str_is(path, "image")) {
		strbuf_adds(out, "file=");
		add_escaped(out, path, true);
		strbuf_addc(out, ',');
	}
	strbuf_adds(out, "title=not assessed::");
	gap_add_message(&sb, c);
	add_escaped(out, strbuf_str(&sb), false);
	strbuf_addc(out, '\n');
}

static void put_grade(struct strbuf *out, const struct vec *list, const char *command)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct finding *f = places_at(list, i);

		if (strcmp(command_of(f->severity), command) == 0)
			put_annotation(out, f);
	}
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	static const char *const commands[] = {"error", "warning", "notice"};
	struct vec list;
	int r = places_gather(report, &list, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < report->coverage.n; i++) {
		const struct coverage *c = vec_at(&report->coverage, i);

		if (c->state != COVERAGE_ASSESSED)
			put_gap(out, c);
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		put_grade(out, &list, commands[i]);
	vec_done(&list);
	return strbuf_check(out, err);
}

const struct renderer renderer_github = {
	.id = "github",
	.title = "annotations of files in a GitHub Actions job",
	.media_type = "text/plain; charset=utf-8",
	.render = render,
};
