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
#include "render/canvas.h"
#include "render/findings_table.h"
#include "render/render.h"
#include "render/text.h"
#include "report/plan.h"

#define INDENT	  9
#define PART_MAX  4096
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

static const struct finding_location *place_of(const struct finding *f)
{
	static const struct finding_location none;

	return f->n_locations ? &f->locations[0] : &none;
}

static void put_text(struct canvas *c, enum tone tone, struct str text)
{
	text_pad(c->out, INDENT);
	canvas_start(c, tone);
	text_wrap(c->out, str_sub(text, 0, LINES_MAX), INDENT, c->width, c->unicode);
	canvas_end(c, tone);
}

/* The line cut to what fits, from a little before the place on; tabs are spaces. */
static void put_source(struct canvas *c, const struct finding *f, struct str line)
{
	const struct finding_location *at = place_of(f);
	size_t room = c->width > INDENT + 12 ? c->width - INDENT - 2 : 10;
	size_t from = at->column > room / 2 ? at->column - room / 2 : 0;
	size_t column = at->column ? at->column - 1 : 0, end = at->end_column;
	struct str shown = str_sub(str_skip(line, from), 0, PART_MAX);
	size_t used;

	if (!line.n)
		return;
	if (at->end_line != at->line || end <= column)
		end = line.n + 1;
	text_pad(c->out, INDENT);
	canvas_say(c, TONE_DIM, STR("| "), 2);
	used = canvas_say(c, TONE_PLAIN, shown, room);
	canvas_end_line(c);
	if (!at->column || column < from)
		return;
	text_pad(c->out, INDENT);
	canvas_say(c, TONE_DIM, STR("| "), 2);
	text_pad(c->out, column - from);
	canvas_start(c, tone_of(f->severity));
	for (size_t i = column - from; i < used && i + from + 1 < end; i++)
		strbuf_addc(c->out, '^');
	canvas_end(c, tone_of(f->severity));
	canvas_end_line(c);
}

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

	(void)snprintf(place, sizeof place, "%llu:%llu", (unsigned long long)at->line,
		       (unsigned long long)at->column); /* fits */
	text_pad(c->out, 2);
	used = canvas_say(c, TONE_DIM, str_of(place), 20);
	text_pad(c->out, used + 2 < INDENT ? INDENT - used - 2 : 1);
	canvas_say(c, tone_of(f->severity), str_of(severity_name(f->severity)), 12);
	canvas_say(c, TONE_PLAIN, STR("  "), 2);
	canvas_say(c, TONE_HEADING, f->rule, 64);
	put_codes(c, f);
	canvas_end_line(c);
	put_text(c, TONE_PLAIN, f->title);
	put_source(c, f, evidence(f, "source"));
	put_text(c, TONE_DIM, f->fix_action);
}

static int by_place(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a,
			     *y = *(const struct finding *const *)b;
	const struct finding_location *p = place_of(x), *q = place_of(y);
	int c = str_cmp(p->path, q->path);

	if (c == 0)
		c = (p->line > q->line) - (p->line < q->line);
	if (c == 0)
		c = (p->column > q->column) - (p->column < q->column);
	return c ? c : str_cmp(x->rule, y->rule);
}

/* Those that are not suppressed, by file and place. */
static int gather(const struct report *r, struct vec *list, uint64_t *ret_suppressed)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i), **slot;

		if (f->suppressed_by.n) {
			++*ret_suppressed;
			continue;
		}
		slot = vec_push(list);
		if (!slot)
			return -ERR_NOMEM;
		*slot = f;
	}
	vec_sort(list, by_place);
	return 0;
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
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *v = vec_at(&r->coverage, i);

		if (v->state == COVERAGE_ASSESSED)
			continue;
		strbuf_reset(&sb);
		strbuf_add(&sb, str_sub(v->what, 0, PART_MAX));
		strbuf_adds(&sb, ": NOT ASSESSED: ");
		strbuf_add(&sb, str_sub(v->reason, 0, PART_MAX));
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
	uint64_t n_files = count_files(r);

	findings_add_counts(&sb, plan);
	strbuf_addf(&sb, " in %zu of %llu file%s", n_files_with, (unsigned long long)n_files,
		    n_files == 1 ? "" : "s");
	if (n_suppressed)
		strbuf_addf(&sb, "; %llu suppressed", (unsigned long long)n_suppressed);
	strbuf_addc(c->out, '\n');
	canvas_start(c, n_files_with ? TONE_HEADING : TONE_GOOD);
	text_wrap(c->out, strbuf_str(&sb), 0, c->width, c->unicode);
	canvas_end(c, n_files_with ? TONE_HEADING : TONE_GOOD);
}

static int render(const struct report *r, const struct render_options *o, struct strbuf *out,
		  struct err *err)
{
	struct canvas c = {.out = out,
			   .width = o->width ? o->width : 80,
			   .color = o->color,
			   .unicode = o->unicode};
	struct vec list = VEC_INIT(const struct finding *, SIZE_MAX);
	uint64_t n_suppressed = 0;
	struct str path = STR_NULL;
	struct plan plan = {0};
	size_t n_files = 0;

	if (gather(r, &list, &n_suppressed) < 0) {
		vec_done(&list);
		return err_nomem(err);
	}
	for (size_t i = 0; i < list.n; i++) {
		const struct finding *f = *(const struct finding *const *)vec_at(&list, i);

		if (!n_files || !str_eq(place_of(f)->path, path)) {
			path = place_of(f)->path;
			strbuf_adds(out, n_files++ ? "\n" : "");
			canvas_say(&c, TONE_HEADING, path, c.width);
			canvas_end_line(&c);
		}
		put_finding(&c, f);
		plan.n_left++;
		plan.n_by_severity[f->severity]++;
	}
	vec_done(&list);
	put_problems(&c, r);
	put_verdict(&c, r, &plan, n_files, n_suppressed);
	return strbuf_check(out, err);
}

const struct renderer renderer_lint = {
	.id = "lint",
	.title = "findings in files with the line of the source, for a terminal",
	.media_type = "text/plain",
	.render = render,
};
