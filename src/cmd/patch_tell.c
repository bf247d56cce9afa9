/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/patch_tell.h"

#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cmd/report_output.h"
#include "render/canvas.h"
#include "render/tally.h"
#include "render/text.h"

#define SEVERITY_COLUMNS 12
#define NAME_COLUMNS	 24
#define NUMBER_COLUMNS	 9
#define INDENT		 2

static struct canvas canvas_of(struct strbuf *out, bool no_color)
{
	const struct report_output to = {.no_color = no_color};
	const struct render_options look = report_output_look(&to);

	return (struct canvas){
		.out = out, .width = look.width, .color = look.color, .unicode = look.unicode};
}

static int print(struct strbuf *out, struct err *err)
{
	int r = strbuf_check(out, err);

	return r < 0 ? r : fd_write_all(STDOUT_FILENO, strbuf_str(out), err);
}

static enum tone tone_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? TONE_BAD : s == SEVERITY_MEDIUM ? TONE_WARN : TONE_PLAIN;
}

static void say_text(struct canvas *c, const char *text)
{
	(void)canvas_say(c, TONE_PLAIN, str_of(text), SIZE_MAX); /* width: wrapped by nobody */
}

/* "CVE-2026-1, CVE-2026-2", wrapped. */
static void say_rules(struct canvas *c, const struct fix_package *p)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LIMIT_FIELD_BYTES);

	for (size_t i = 0; i < p->findings.n; i++) {
		const struct finding *f = *(const struct finding **)vec_at(&p->findings, i);

		strbuf_addf(&line, "%s%.*s (%s)", i ? ", " : "", STR_FMT(f->rule),
			    severity_name(f->severity));
	}
	text_pad(c->out, 2 * INDENT);
	text_wrap(c->out, strbuf_str(&line), 2 * INDENT, c->width, c->unicode);
}

static void say_package(struct canvas *c, const struct fix_package *p)
{
	text_pad(c->out, INDENT);
	(void)canvas_say(c, TONE_HEADING, p->name, SIZE_MAX);
	say_text(c, " ");
	(void)canvas_say(c, TONE_PLAIN, p->from, SIZE_MAX);
	say_text(c, " -> ");
	(void)canvas_say(c, TONE_GOOD, p->to, SIZE_MAX);
	canvas_end_line(c);
	say_rules(c, p);
}

static void say_left(struct canvas *c, const struct finding *f, const char *reason)
{
	text_pad(c->out, INDENT);
	canvas_left(c, tone_of(f->severity), str_of(severity_name(f->severity)), SEVERITY_COLUMNS);
	canvas_left(c, TONE_PLAIN, f->rule, NAME_COLUMNS);
	canvas_left(c, TONE_PLAIN, f->subject.name, NAME_COLUMNS);
	(void)canvas_say(c, TONE_DIM, str_of(reason), SIZE_MAX);
	canvas_end_line(c);
}

static struct str number(uint64_t n, char buf[TEXT_COUNT_MAX])
{
	return text_count(n, buf);
}

static void say_plan(struct canvas *c, const struct fix_plan *plan)
{
	char buf[TEXT_COUNT_MAX];

	canvas_heading(c, "TO UPGRADE", number(plan->packages.n, buf));
	for (size_t i = 0; i < plan->packages.n; i++)
		say_package(c, vec_at(&plan->packages, i));
	if (plan->packages.n == 0) {
		say_text(c, "  nothing: no finding has a fix that a newer package brings");
		canvas_end_line(c);
	}
	if (plan->left.n)
		canvas_heading(c, "LEFT AS IT IS", number(plan->left.n, buf));
	for (size_t i = 0; i < plan->left.n; i++) {
		const struct fix_left *l = vec_at(&plan->left, i);

		say_left(c, l->finding, l->reason);
	}
}

int patch_tell_plan(const struct report *before, const struct fix_plan *plan, bool no_color,
		    struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct canvas c = canvas_of(&out, no_color);

	(void)before;
	say_plan(&c, plan);
	return print(&out, err);
}

int patch_tell_unchanged(const struct report *before, const struct fix_plan *plan, bool no_color,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct canvas c = canvas_of(&out, no_color);

	(void)before;
	say_plan(&c, plan);
	canvas_end_line(&c);
	say_text(&c, "The repositories have no newer version of any of them: nothing was written.");
	canvas_end_line(&c);
	return print(&out, err);
}

/* ---- the result ---- */

static void say_counts(struct canvas *c, const struct diff *d)
{
	struct finding_counts before = finding_counts_of(d->before),
			      after = finding_counts_of(d->after);
	char buf[TEXT_COUNT_MAX];

	text_pad(c->out, INDENT);
	canvas_left(c, TONE_DIM, STR("severity"), SEVERITY_COLUMNS);
	canvas_right(c, TONE_DIM, STR("before"), NUMBER_COLUMNS);
	canvas_right(c, TONE_DIM, STR("after"), NUMBER_COLUMNS);
	canvas_end_line(c);
	for (int s = SEVERITY_CRITICAL; s >= SEVERITY_UNKNOWN; s--) {
		if (before.by_severity[s] + after.by_severity[s] == 0)
			continue;
		text_pad(c->out, INDENT);
		canvas_left(c, tone_of((enum severity)s), str_of(severity_name((enum severity)s)),
			    SEVERITY_COLUMNS);
		canvas_right(c, TONE_PLAIN, number(before.by_severity[s], buf), NUMBER_COLUMNS);
		canvas_right(c, TONE_PLAIN, number(after.by_severity[s], buf), NUMBER_COLUMNS);
		canvas_end_line(c);
	}
}

static void say_upgrades(struct canvas *c, const struct diff *d)
{
	char buf[TEXT_COUNT_MAX];

	canvas_heading(c, "PACKAGES",
		       number(d->n_packages[DIFF_CHANGED] + d->n_packages[DIFF_ADDED] +
				      d->n_packages[DIFF_REMOVED],
			      buf));
	for (size_t i = 0; i < d->packages.n; i++) {
		const struct diff_package *p = vec_at(&d->packages, i);

		if (p->change == DIFF_KEPT)
			continue;
		text_pad(c->out, INDENT);
		(void)canvas_say(c, TONE_PLAIN, (p->after ? p->after : p->before)->p.name,
				 SIZE_MAX);
		say_text(c, " ");
		(void)canvas_say(c, TONE_PLAIN, p->before ? p->before->p.version : STR("(new)"),
				 SIZE_MAX);
		say_text(c, " -> ");
		(void)canvas_say(c, TONE_GOOD, p->after ? p->after->p.version : STR("(removed)"),
				 SIZE_MAX);
		canvas_end_line(c);
	}
}

static void say_findings(struct canvas *c, const struct diff *d, enum diff_change change,
			 const char *title)
{
	char buf[TEXT_COUNT_MAX];

	if (d->n_findings[change] == 0)
		return;
	canvas_heading(c, title, number(d->n_findings[change], buf));
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct diff_finding *f = vec_at(&d->findings, i);

		if (f->change == change)
			say_left(c, f->before ? f->before : f->after, "");
	}
}

/* Why the plan left it, if it did. */
static const char *reason_in(const struct fix_plan *plan, const struct finding *f)
{
	for (size_t i = 0; i < plan->left.n; i++) {
		const struct fix_left *l = vec_at(&plan->left, i);

		if (l->finding == f)
			return l->reason;
	}
	return NULL;
}

static const char *reason_of(const struct fix_plan *plan, const struct diff_finding *f)
{
	const char *reason = fix_left_reason(f->after);

	if (!reason)
		reason = reason_in(plan, f->before);
	return reason ? reason : "the repositories have no version with the fix";
}

static void say_all_left(struct canvas *c, const struct diff *d, const struct fix_plan *plan)
{
	uint64_t n = d->n_findings[DIFF_KEPT] + d->n_findings[DIFF_CHANGED];
	char buf[TEXT_COUNT_MAX];

	if (n == 0)
		return;
	canvas_heading(c, "LEFT", number(n, buf));
	for (size_t i = 0; i < d->findings.n; i++) {
		const struct diff_finding *f = vec_at(&d->findings, i);

		if ((f->change == DIFF_KEPT || f->change == DIFF_CHANGED) &&
		    f->after->suppressed_by.n == 0)
			say_left(c, f->after, reason_of(plan, f));
	}
}

static void say_layer(struct canvas *c, const struct made_layer *made)
{
	char size[TEXT_BYTES_MAX], text[256];
	const char *how =
		strcmp(made->tool, "unpacked") == 0
			? "packages unpacked and recorded directly; their scripts were not run"
			: made->tool;

	(void)snprintf(text, sizeof text, "  %.*s packed, %llu entries, %llu removed; by %s",
		       STR_FMT(text_bytes(made->file.size, size)),
		       (unsigned long long)made->stats.n_entries,
		       (unsigned long long)made->stats.n_whiteouts, how);
	canvas_heading(c, "NEW LAYER", STR_NULL);
	say_text(c, text);
	canvas_end_line(c);
	if (made->has_owners)
		return;
	say_text(c, "  made with one user id: files that are new in it belong to root");
	canvas_end_line(c);
}

int patch_tell_result(const struct diff *d, const struct fix_plan *plan,
		      const struct made_layer *made, bool no_color, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct canvas c = canvas_of(&out, no_color);

	canvas_heading(&c, "FINDINGS", STR_NULL);
	say_counts(&c, d);
	say_upgrades(&c, d);
	say_findings(&c, d, DIFF_REMOVED, "GONE");
	say_findings(&c, d, DIFF_ADDED, "NEW");
	say_all_left(&c, d, plan);
	say_layer(&c, made);
	return print(&out, err);
}

int patch_tell_written(const char *output, const struct layout_image *image, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_addf(&out,
		    "\nwritten to %s\nmanifest %.*s\nwhat signed the old image does not sign this "
		    "one\n",
		    output, STR_FMT(image->digest));
	return print(&out, err);
}
