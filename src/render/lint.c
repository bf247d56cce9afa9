/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules found in files, for people: the line, a mark below it, what to do.
 *
 *     Dockerfile
 *       3:1  medium  apt-recommends (DL3015)
 *            apt-get install without --no-install-recommends
 *            | RUN apt-get update && apt-get install curl
 *            |                       ^^^^^^^^^^^^^^^^^^^^
 *            Add --no-install-recommends, and name what is really needed.
 *
 *     2 findings (1 medium, 1 low) in 1 of 1 files; 1 suppressed
 */
#include "base/cleanup.h"
#include "base/unicode.h"
#include "render/canvas.h"
#include "render/findings_table.h"
#include "render/places.h"
#include "render/render.h"
#include "render/text.h"
#include "report/plan.h"

#define INDENT	  9
#define PART_MAX  4096
#define TAB	  4
#define LINES_MAX 65536

static enum tone tone_of(enum severity s)
{
	if (s >= SEVERITY_HIGH)
		return TONE_BAD;
	return s == SEVERITY_MEDIUM || s == SEVERITY_UNKNOWN ? TONE_WARN : TONE_DIM;
}

static struct str evidence(const struct finding *f, const char *key)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		struct str name, value;

		if (str_cut(f->evidence.p[i], '=', &name, &value) && str_is(name, key))
			return value;
	}
	return STR_NULL;
}

static void put_text(struct canvas *c, enum tone tone, struct str text)
{
	text_pad(c->out, INDENT);
	canvas_start(c, tone);
	text_wrap(c->out, str_sub(text, 0, LINES_MAX), INDENT, c->width, c->unicode);
	canvas_end(c, tone);
}

/* ---- the line of the source ---- */

/* The part of a line that is shown, in columns of the terminal from the start of the line. */
struct window {
	size_t from, to;
	size_t mark, mark_end; /* behind it; the same: no mark */
	bool cut_left, cut_right;
};

static struct str pull_character(struct str *line)
{
	struct str c;
	size_t n;

	(void)unicode_next(*line, &n); /* only its length */
	c = str_sub(*line, 0, n);
	*line = str_skip(*line, n);
	return c;
}

static size_t columns_of(const struct canvas *c, struct str character, size_t at)
{
	if (character.n == 1 && character.p[0] == '\t')
		return TAB - at % TAB;
	if (character.n == 1 && character.p[0] >= 0x20 && character.p[0] < 0x7f)
		return 1; /* nearly all of them */
	return text_width(character, c->unicode);
}

/* From a little before the place on, when the line does not fit. */
static struct window look(const struct canvas *c, const struct finding_location *at,
			  struct str line, size_t room)
{
	struct window w = {0};
	bool ends_here = at->end_line == at->line && at->end_column > at->column;
	size_t width = 0;

	for (uint64_t k = 1; line.n; k++) {
		struct str character = pull_character(&line);

		if (k == at->column)
			w.mark = width;
		width += columns_of(c, character, width);
		if (k == at->column || (k > at->column && (!ends_here || k < at->end_column)))
			w.mark_end = width;
	}
	if (at->column == 0)
		w.mark_end = w.mark = 0;
	if (w.mark_end > room && width > room)
		w.from = w.mark > room / 2 ? w.mark - room / 2 : 0;
	if (w.from && w.from + room > width)
		w.from = width - room;
	w.cut_left = w.from > 0;
	w.cut_right = width > w.from + room;
	w.to = w.from + room;
	return w;
}

static void put_line(struct canvas *c, const struct window *w, struct str line)
{
	struct str dots = c->unicode ? STR("…") : STR("...");
	size_t n_dots = c->unicode ? 1 : 3, at = 0, out = w->from + (w->cut_left ? n_dots : 0);
	size_t to = w->to - (w->cut_right ? n_dots : 0);

	strbuf_add(c->out, w->cut_left ? dots : STR_NULL);
	while (line.n) {
		struct str character = pull_character(&line);
		size_t columns = columns_of(c, character, at);

		if (at + columns > to)
			break;
		if (at >= out) {
			text_pad(c->out, at - out);
			out = at + columns;
			if (str_is(character, "\t"))
				text_pad(c->out, columns);
			else
				(void)text_add(c->out, character, columns, c->unicode);
		}
		at += columns;
	}
	if (w->cut_right)
		text_pad(c->out, to > out ? to - out : 0);
	strbuf_add(c->out, w->cut_right ? dots : STR_NULL);
	canvas_end_line(c);
}

static void put_source(struct canvas *c, const struct finding *f, struct str line)
{
	size_t room = c->width > INDENT + 12 ? c->width - INDENT - 2 : 10;
	struct window w;

	if (!line.n)
		return;
	w = look(c, place_of(f), line, room);
	text_pad(c->out, INDENT);
	canvas_say(c, TONE_DIM, STR("| "), 2);
	put_line(c, &w, line);
	if (w.mark_end <= w.mark)
		return;
	text_pad(c->out, INDENT);
	canvas_say(c, TONE_DIM, STR("| "), 2);
	text_pad(c->out, w.mark - w.from);
	canvas_start(c, tone_of(f->severity));
	for (size_t i = w.mark; i < w.mark_end && i < w.to; i++)
		strbuf_addc(c->out, '^');
	canvas_end(c, tone_of(f->severity));
	canvas_end_line(c);
}

/* ---- findings ---- */

static void put_codes(struct canvas *c, const struct finding *f)
{
	for (size_t i = 0; i < f->codes.n && i < 3; i++) {
		canvas_say(c, TONE_DIM, i ? STR(", ") : STR(" ("), 2);
		canvas_say(c, TONE_DIM, f->codes.p[i], 30);
	}
	if (f->codes.n)
		canvas_say(c, TONE_DIM, STR(")"), 1);
}

static void put_finding(struct canvas *c, const struct finding *f)
{
	const struct finding_location *at = place_of(f);
	char place[48];
	size_t used;

	(void)snprintf(place, sizeof place, at->column ? "%llu:%llu" : "%llu", /* fits */
		       (unsigned long long)at->line, (unsigned long long)at->column);
	text_pad(c->out, 2);
	used = canvas_say(c, TONE_DIM, at->line ? str_of(place) : STR("-"), 20);
	text_pad(c->out, used + 2 < INDENT ? INDENT - used - 2 : 1);
	canvas_say(c, tone_of(f->severity), str_of(severity_name(f->severity)), 12);
	canvas_say(c, TONE_PLAIN, STR("  "), 2);
	canvas_say(c, TONE_HEADING, f->rule, 64);
	put_codes(c, f);
	canvas_end_line(c);
	put_text(c, TONE_PLAIN, f->title);
	put_source(c, f, evidence(f, "source"));
	if (f->fix_action.n)
		put_text(c, TONE_DIM, f->fix_action);
}

static uint64_t count_suppressed(const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		n += ((const struct finding *)vec_at(&r->findings, i))->suppressed_by.n != 0;
	return n;
}

static uint64_t count_coverage(const struct report *r, enum coverage_state state)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->coverage.n; i++)
		n += ((const struct coverage *)vec_at(&r->coverage, i))->state == state;
	return n;
}

static void put_problems(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINES_MAX);

	for (size_t i = 0; i < r->problems.n; i++) {
		const struct problem *p = vec_at(&r->problems, i);

		strbuf_reset(&sb);
		strbuf_addf(&sb, "%.*s: %.*s: ", STR_FMT(p->path), STR_FMT(p->parser));
		strbuf_add(&sb, str_sub(p->message, 0, PART_MAX));
		put_text(c, TONE_WARN, strbuf_str(&sb));
	}
	if (r->n_problems_unlisted) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%llu more problems are not listed",
			    (unsigned long long)r->n_problems_unlisted);
		put_text(c, TONE_WARN, strbuf_str(&sb));
	}
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *v = vec_at(&r->coverage, i);

		if (v->state == COVERAGE_ASSESSED)
			continue;
		strbuf_reset(&sb);
		strbuf_add(&sb, str_sub(v->what, 0, PART_MAX));
		strbuf_adds(&sb, v->state == COVERAGE_PARTIAL ? ": assessed in part: "
							      : ": NOT ASSESSED: ");
		strbuf_add(&sb, str_sub(v->reason, 0, PART_MAX));
		strbuf_adds(&sb, v->remedy.n ? "; " : "");
		strbuf_add(&sb, str_sub(v->remedy, 0, PART_MAX));
		put_text(c, TONE_WARN, strbuf_str(&sb));
	}
}

static uint64_t count_files(const struct report *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->coverage.n; i++)
		n += ((const struct coverage *)vec_at(&r->coverage, i))->count;
	return n;
}

static void put_verdict(struct canvas *c, const struct report *r, const struct plan *plan,
			size_t n_files_with, uint64_t n_suppressed)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINES_MAX);
	uint64_t n_files = count_files(r), n_gaps = count_coverage(r, COVERAGE_NOT_ASSESSED);
	enum tone tone = n_gaps || r->problems.n ? TONE_WARN : TONE_GOOD;

	tone = n_files_with ? TONE_HEADING : tone;
	findings_add_counts(&sb, plan);
	strbuf_adds(&sb, " in ");
	if (n_files_with)
		strbuf_addf(&sb, "%zu of ", n_files_with);
	strbuf_addf(&sb, "%llu file%s", (unsigned long long)n_files, n_files == 1 ? "" : "s");
	if (n_suppressed)
		strbuf_addf(&sb, "; %llu suppressed", (unsigned long long)n_suppressed);
	if (n_gaps)
		strbuf_addf(&sb, "; %llu not assessed", (unsigned long long)n_gaps);
	strbuf_addc(c->out, '\n');
	canvas_start(c, tone);
	text_wrap(c->out, strbuf_str(&sb), 0, c->width, c->unicode);
	canvas_end(c, tone);
}

static int render(const struct report *r, const struct render_options *o, struct strbuf *out,
		  struct err *err)
{
	struct canvas c = {.out = out,
			   .width = o->width ? o->width : 80,
			   .color = o->color,
			   .unicode = o->unicode};
	struct str path = STR_NULL;
	struct plan plan = {0};
	size_t n_files = 0;
	struct vec list;
	int ret = places_gather(r, &list, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < list.n; i++) {
		const struct finding *f = places_at(&list, i);

		if (!n_files || !str_eq(place_path(f), path)) {
			path = place_path(f);
			strbuf_adds(out, n_files++ ? "\n" : "");
			canvas_say(&c, TONE_HEADING, path, c.width);
			canvas_end_line(&c);
		}
		put_finding(&c, f);
		plan.n_left++;
		plan.n_by_severity[f->severity]++;
	}
	vec_done(&list);
	if (n_files && (r->problems.n || count_coverage(r, COVERAGE_ASSESSED) < r->coverage.n))
		strbuf_addc(out, '\n');
	put_problems(&c, r);
	put_verdict(&c, r, &plan, n_files, count_suppressed(r));
	return strbuf_check(out, err);
}

const struct renderer renderer_lint = {
	.id = "lint",
	.title = "findings in files with the line of the source, for a terminal",
	.media_type = "text/plain",
	.render = render,
};
