/* SPDX-License-Identifier: Apache-2.0 */
#include "render/needs_table.h"

#include "base/cleanup.h"
#include "render/bases.h"
#include "render/text.h"

#define LINE_MAX       65536
#define NAME_MAX_TXT   4096
#define SIZE_COLUMNS   9
#define NUMBER_COLUMNS 9
#define MARK_COLUMNS   12
#define GAPS_SHOWN     8

static void add_count(struct strbuf *sb, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_COUNT_MAX];

	strbuf_add(sb, text_count(n, text));
	strbuf_addc(sb, ' ');
	strbuf_adds(sb, n == 1 ? one : many);
}

/* No finding is no news where nobody looked. */
static bool is_assessed(const struct report *r)
{
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (str_has_prefix(c->what, STR("vulnerabilities")) &&
		    c->state != COVERAGE_NOT_ASSESSED)
			return true;
	}
	return false;
}

void needs_add_sentence(struct strbuf *sb, const struct report *r)
{
	struct needs_saving s = needs_saving(&r->needs);
	char size[TEXT_BYTES_MAX];

	if (r->packages.n == 0) {
		strbuf_adds(sb, "No packages are known.");
		return;
	}
	if (s.n == 0) {
		strbuf_adds(sb, "Of every package something is needed.");
		return;
	}
	strbuf_adds(sb, "Removing ");
	strbuf_add(sb, str_sub(s.first->name, 0, NAME_MAX_TXT));
	if (s.n > 1) {
		strbuf_adds(sb, " and ");
		add_count(sb, s.n - 1, "other package", "other packages");
	}
	strbuf_adds(sb, s.n > 1 ? " nothing needs: " : ", which nothing needs: ");
	strbuf_add(sb, text_bytes(s.bytes, size));
	if (s.n_findings || is_assessed(r)) {
		strbuf_adds(sb, " and ");
		add_count(sb, s.n_findings, "finding", "findings");
	}
	strbuf_adds(sb, " less.");
}

static void put_wrapped(struct canvas *c, struct strbuf *sb)
{
	text_wrap(c->out, strbuf_str(sb), 0, c->width, c->unicode);
	strbuf_reset(sb);
}

static void put_summary(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX);
	const struct report_needs *n = &r->needs;
	struct needs_saving s = needs_saving(n);
	char a[TEXT_COUNT_MAX], x[TEXT_BYTES_MAX], y[TEXT_BYTES_MAX];

	strbuf_adds(&sb, "It needs ");
	strbuf_add(&sb, text_count(n->n_needed_files, a));
	strbuf_adds(&sb, " of ");
	add_count(&sb, n->n_files, "file", "files");
	strbuf_adds(&sb, ", ");
	strbuf_add(&sb, text_bytes(n->needed_bytes, x));
	strbuf_adds(&sb, " of ");
	strbuf_add(&sb, text_bytes(n->bytes, y));
	strbuf_addf(&sb, "; confidence %.2f.", n->confidence);
	put_wrapped(c, &sb);
	canvas_start(c, TONE_HEADING);
	needs_add_sentence(&sb, r);
	text_wrap(c->out, strbuf_str(&sb), 0, c->width, c->unicode);
	canvas_end(c, TONE_HEADING);
	strbuf_reset(&sb);
	if (s.n_essential == 0)
		return;
	if (s.n == 1) {
		strbuf_adds(&sb, "It is");
	} else if (s.n_essential == s.n) {
		strbuf_adds(&sb, "All of them are");
	} else {
		strbuf_adds(&sb, "Of them ");
		strbuf_add(&sb, text_count(s.n_essential, a));
		strbuf_adds(&sb, s.n_essential == 1 ? " is" : " are");
	}
	strbuf_adds(&sb, " essential to the distribution, which does not take them away: build "
			 "from scratch or from a distroless base and copy what is needed "
			 "(plimsoll needs --format paths).");
	put_wrapped(c, &sb);
}

/* ---- lists ---- */

/* A narrow terminal loses the mark behind, then the number of files. */
static bool has_marks(const struct canvas *c)
{
	return c->width >= 70;
}

static bool has_files(const struct canvas *c)
{
	return c->width >= 55;
}

static size_t name_columns(const struct canvas *c)
{
	size_t others = 2 + SIZE_COLUMNS + NUMBER_COLUMNS + (has_files(c) ? NUMBER_COLUMNS : 0) +
			(has_marks(c) ? MARK_COLUMNS : 0);

	return c->width > others + 10 ? c->width - others : 10;
}

static void put_part(struct canvas *c, const struct needs_part *p)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX);
	char size[TEXT_BYTES_MAX], files[TEXT_COUNT_MAX], findings[TEXT_COUNT_MAX];
	uint64_t bytes = p->is_needed ? p->needed_bytes : p->bytes;

	strbuf_add(&sb, str_sub(p->name, 0, NAME_MAX_TXT));
	if (p->version.n) {
		strbuf_addc(&sb, ' ');
		strbuf_add(&sb, str_sub(p->version, 0, NAME_MAX_TXT));
	}
	text_pad(c->out, 2);
	canvas_left(c, TONE_PLAIN, strbuf_str(&sb), name_columns(c));
	canvas_right(c, TONE_PLAIN, text_bytes(bytes, size), SIZE_COLUMNS);
	if (has_files(c))
		canvas_right(c, TONE_DIM,
			     text_count(p->is_needed ? p->n_needed_files : p->n_files, files),
			     NUMBER_COLUMNS);
	canvas_right(c, p->n_grave ? TONE_BAD : TONE_DIM,
		     p->n_findings ? text_count(p->n_findings, findings) : STR("-"),
		     NUMBER_COLUMNS);
	if (has_marks(c) && p->is_essential)
		(void)canvas_say(c, TONE_DIM, STR("  essential"), MARK_COLUMNS); /* it fits */
	else if (has_marks(c) && p->is_needed && p->is_assumed)
		(void)canvas_say(c, TONE_DIM, STR("  assumed"), MARK_COLUMNS); /* it fits */
	canvas_end_line(c);
}

static void put_columns(struct canvas *c)
{
	text_pad(c->out, 2);
	canvas_left(c, TONE_DIM, STR("name"), name_columns(c));
	canvas_right(c, TONE_DIM, STR("size"), SIZE_COLUMNS);
	if (has_files(c))
		canvas_right(c, TONE_DIM, STR("files"), NUMBER_COLUMNS);
	canvas_right(c, TONE_DIM, STR("findings"), NUMBER_COLUMNS);
	canvas_end_line(c);
}

static size_t count_parts(const struct vec *parts, bool needed)
{
	size_t n = 0;

	for (size_t i = 0; i < parts->n; i++)
		n += ((const struct needs_part *)vec_at(parts, i))->is_needed == needed;
	return n;
}

static void put_parts(struct canvas *c, const char *title, const struct vec *parts, bool needed,
		      size_t rows)
{
	size_t n = count_parts(parts, needed), shown = 0;
	char text[TEXT_COUNT_MAX];

	if (n == 0)
		return;
	canvas_heading(c, title, text_count(n, text));
	put_columns(c);
	for (size_t i = 0; i < parts->n; i++) {
		const struct needs_part *p = vec_at(parts, i);

		if (p->is_needed != needed || (rows && shown == rows))
			continue;
		put_part(c, p);
		shown++;
	}
	if (shown == n)
		return;
	text_pad(c->out, 2);
	canvas_start(c, TONE_DIM);
	strbuf_adds(c->out, "and ");
	strbuf_add(c->out, text_count(n - shown, text));
	strbuf_adds(c->out, " more; --format json lists them");
	canvas_end(c, TONE_DIM);
	canvas_end_line(c);
}

static void put_gaps(struct canvas *c, const struct report_needs *n)
{
	uint64_t all = n->gaps.n + n->n_gaps_unlisted;
	char text[TEXT_COUNT_MAX];

	if (all == 0)
		return;
	canvas_heading(c, "COULD NOT BE FOLLOWED", text_count(all, text));
	for (size_t i = 0; i < n->gaps.n && i < GAPS_SHOWN; i++) {
		const struct needs_gap *g = vec_at(&n->gaps, i);

		text_pad(c->out, 2);
		(void)canvas_say(c, TONE_WARN, STR("! "), 2); /* it fits */
		(void)canvas_say(c, TONE_PLAIN, g->path.n ? g->path : STR("configuration"),
				 c->width - 4); /* cut where it is longer */
		canvas_end_line(c);
		text_pad(c->out, 4);
		text_wrap(c->out, str_sub(g->what, 0, NAME_MAX_TXT), 4, c->width, c->unicode);
	}
	if (all <= GAPS_SHOWN)
		return;
	text_pad(c->out, 4);
	canvas_start(c, TONE_DIM);
	strbuf_adds(c->out, "and ");
	strbuf_add(c->out, text_count(all - GAPS_SHOWN, text));
	strbuf_adds(c->out, " more; --format json lists them");
	canvas_end(c, TONE_DIM);
	canvas_end_line(c);
}

static void put_commands(struct canvas *c, const struct report_needs *n)
{
	for (size_t i = 0; i < n->commands.n; i++) {
		text_pad(c->out, 2);
		(void)canvas_say(c, TONE_PLAIN, str_sub(n->commands.p[i], 0, NAME_MAX_TXT),
				 c->width - 2); /* cut where it is longer */
		canvas_end_line(c);
	}
}

void needs_put(struct canvas *c, const struct report *r, const struct needs_look *look)
{
	const struct report_needs *n = &r->needs;

	if (n->state == NEEDS_NOT_ASKED)
		return;
	canvas_heading(c, "WHAT IT RUNS NEEDS", STR_NULL);
	put_commands(c, n);
	if (n->state == NEEDS_UNKNOWN) {
		strbuf_adds(c->out, "  NOT ASSESSED: ");
		text_wrap(c->out, n->reason, 2, c->width, c->unicode);
		bases_put(c, r);
		put_gaps(c, n);
		return;
	}
	put_summary(c, r);
	bases_put(c, r);
	put_parts(c, "NOTHING NEEDS", &n->packages, false, look->rows);
	put_parts(c, "NOTHING NEEDS, AND NO PACKAGE OWNS", &n->folders, false, look->rows);
	if (look->with_needed) {
		put_parts(c, "NEEDED", &n->packages, true, look->rows);
		put_parts(c, "NEEDED, AND NO PACKAGE OWNS", &n->folders, true, look->rows);
	}
	put_gaps(c, n);
}
