/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for a person at a terminal: what the image is, what it is made of, how it would run,
 * and what was not looked at. Fits the width, says everything without colour and without Unicode.
 *
 * Colours mean: bold a heading, dim what is secondary, yellow worth a look, red not known or bad,
 * green good. All text from the image goes through text.h, which keeps escape sequences out.
 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "render/canvas.h"
#include "render/findings_table.h"
#include "render/instruction.h"
#include "render/needs_table.h"
#include "render/render.h"
#include "render/rules_table.h"
#include "render/size_table.h"
#include "render/tally.h"
#include "render/text.h"
#include "render/verdict_table.h"

#define DEFAULT_WIDTH	80
#define MIN_WIDTH	40
#define PROBLEMS_SHOWN	5
#define NEEDS_SHOWN	8
#define ID_COLUMNS	12
#define SIZE_COLUMNS	8
#define BAR_COLUMNS	10
#define COUNT_COLUMNS	8
#define LABEL_COLUMNS	14
#define FIELD_MAX	65536 /* bytes of one joined field; more is cut by the width anyway */
#define PART_MAX	4096  /* bytes of one part of it */
#define WIDE_ENOUGH_BAR 100   /* narrower terminals keep the room for instructions, ... */
#define WIDE_ENOUGH_IDS 56    /* ... and then lose the layer ids */

struct table {
	const struct report *report;
	struct canvas c;
};

/* ---- the header line ---- */

/* Ended for certain: before the day the date was taken, or before the time of the report. */
static bool is_end_of_life(const struct report *r)
{
	const struct distro *d = &r->distro;
	char now[CLOCK_TEXT_MAX];

	if (str_is_empty(d->eol))
		return false;
	if (d->eol_as_of.n && str_cmp(d->eol, d->eol_as_of) < 0)
		return true;
	return r->has_time && clock_format(r->time, now) &&
	       str_cmp(d->eol, str_sub(str_of(now), 0, d->eol.n)) < 0;
}

static void add_distro(struct strbuf *sb, const struct report *r)
{
	const struct distro *d = &r->distro;

	if (str_is_empty(d->id)) {
		strbuf_adds(sb, "no known distribution");
		return;
	}
	if (d->pretty_name.n) {
		strbuf_add(sb, str_sub(d->pretty_name, 0, PART_MAX));
	} else {
		strbuf_add(sb, str_sub(d->name.n ? d->name : d->id, 0, PART_MAX));
		strbuf_adds(sb, d->version_id.n ? " " : "");
		strbuf_add(sb, str_sub(d->version_id, 0, PART_MAX));
	}
	if (str_is_empty(d->eol))
		return;
	strbuf_adds(sb, is_end_of_life(r) ? ", end of life since " : ", supported until ");
	strbuf_add(sb, str_sub(d->eol, 0, PART_MAX));
}

static void add_platform(struct strbuf *sb, const struct report_image *image)
{
	const struct str parts[] = {image->os, image->architecture, image->variant};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (i > 0 && parts[i].n && sb->n)
			strbuf_addc(sb, '/');
		strbuf_add(sb, str_sub(parts[i], 0, PART_MAX));
	}
}

/* It has versions of files instead of layers. */
static bool is_history(const struct report *r)
{
	return str_is(r->target.transport, "git");
}

/* A scan for what is in files says nothing of packages, not even that there are none. */
static bool asks_for_packages(const struct report *r)
{
	if (r->packages.n || r->distro.id.n)
		return true;
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (str_is(c->what, "distribution") ||
		    str_find(c->what, STR("packages")) < c->what.n)
			return true;
	}
	return r->coverage.n == 0;
}

/* Pieces of the header with separators; a piece that does not fit starts a new line. */
struct header {
	struct table *t;
	size_t used;
};

static void header_add(struct header *h, enum tone tone, struct str piece)
{
	struct table *t = h->t;
	size_t width = text_width(piece, t->c.unicode);

	if (piece.n == 0)
		return;
	if (h->used > 0 && h->used + 3 + width > t->c.width) {
		canvas_end_line(&t->c);
		text_pad(t->c.out, 2);
		h->used = 2;
	} else if (h->used > 0) {
		h->used +=
			canvas_say(&t->c, TONE_DIM, t->c.unicode ? STR(" \u00b7 ") : STR(" - "), 3);
	}
	h->used += canvas_say(&t->c, tone, piece, t->c.width - h->used);
}

static void put_header(struct table *t)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(FIELD_MAX);
	const struct report *r = t->report;
	struct header h = {.t = t};
	char size[TEXT_BYTES_MAX];
	enum tone tone = TONE_PLAIN;

	header_add(&h, TONE_HEADING, r->image.name.n ? r->image.name : r->target.given);
	if (is_end_of_life(r))
		tone = TONE_BAD;
	else if (str_is_empty(r->distro.id))
		tone = TONE_DIM;
	if (asks_for_packages(r))
		add_distro(&sb, r);
	else
		strbuf_addf(&sb, "%llu %s", (unsigned long long)r->n_files,
			    is_history(r) ? "versions of files and messages" : "files");
	header_add(&h, tone, strbuf_str(&sb));
	strbuf_reset(&sb);
	add_platform(&sb, &r->image);
	header_add(&h, TONE_PLAIN, strbuf_str(&sb));
	header_add(&h, TONE_PLAIN, text_bytes(r->file_bytes, size));
	header_add(&h, TONE_DIM, r->target.found_by);
	canvas_end_line(&t->c);
}

/* ---- layers ---- */

static struct str short_digest(struct str digest)
{
	struct str algorithm, hex;

	if (str_cut(digest, ':', &algorithm, &hex))
		return str_sub(hex, 0, ID_COLUMNS);
	return str_sub(digest, 0, ID_COLUMNS);
}

struct layer_columns {
	bool ids, bars;
	bool instructions;  /* a layer has one */
	size_t number;	    /* columns of the layer number */
	size_t instruction; /* what is left */
	uint64_t total_bytes;
};

static struct layer_columns plan_layers(const struct table *t)
{
	struct layer_columns c = {.ids = t->c.width >= WIDE_ENOUGH_IDS,
				  .bars = t->c.width >= WIDE_ENOUGH_BAR && t->report->layers.n > 1,
				  .number = 2};
	size_t used;

	for (size_t n = t->report->layers.n; n >= 100; n /= 10)
		c.number++;
	used = 2 + c.number + 2 + SIZE_COLUMNS + 2 + COUNT_COLUMNS + 2;
	used += (c.ids ? ID_COLUMNS + 2 : 0) + (c.bars ? BAR_COLUMNS + 2 : 0);
	c.instruction = t->c.width > used ? t->c.width - used : 0;
	for (size_t i = 0; i < t->report->layers.n; i++) {
		const struct report_layer *l = vec_at(&t->report->layers, i);

		c.total_bytes += l->file_bytes; /* may wrap on hostile sizes: only a picture */
		c.instructions |= l->created_by.n > 0;
	}
	return c;
}

static void put_layer_titles(struct table *t, const struct layer_columns *c)
{
	text_pad(t->c.out, 2);
	canvas_right(&t->c, TONE_DIM, STR("#"), c->number);
	text_pad(t->c.out, 2);
	if (c->ids) {
		canvas_left(&t->c, TONE_DIM, STR("diff id"), ID_COLUMNS);
		text_pad(t->c.out, 2);
	}
	canvas_right(&t->c, TONE_DIM, STR("size"), SIZE_COLUMNS);
	text_pad(t->c.out, 2);
	if (c->bars) {
		canvas_left(&t->c, TONE_DIM, STR("share"), BAR_COLUMNS);
		text_pad(t->c.out, 2);
	}
	canvas_right(&t->c, TONE_DIM, STR("packages"), COUNT_COLUMNS);
	text_pad(t->c.out, 2);
	if (c->instructions)
		(void)canvas_say(&t->c, TONE_DIM, STR("made by"),
				 c->instruction); /* last on the line */
	canvas_end_line(&t->c);
}

/* Of a layer that breaks off only a part is known. */
static struct str layer_size(const struct report_layer *l, char buffer[static TEXT_BYTES_MAX])
{
	if (l->assessed)
		return text_bytes(l->file_bytes, buffer);
	return l->n_entries ? STR("in part") : STR("not read");
}

static void put_layer(struct table *t, const struct layer_columns *c, size_t i)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(FIELD_MAX);
	const struct report_layer *l = vec_at(&t->report->layers, i);
	char number[TEXT_COUNT_MAX], size[TEXT_BYTES_MAX];
	enum tone tone = l->assessed ? TONE_PLAIN : TONE_BAD;

	text_pad(t->c.out, 2);
	canvas_right(&t->c, TONE_DIM, text_count(i + 1, number), c->number);
	text_pad(t->c.out, 2);
	if (c->ids) {
		canvas_left(&t->c, l->diff_id.n ? TONE_PLAIN : TONE_DIM,
			    l->diff_id.n ? short_digest(l->diff_id) : STR("-"), ID_COLUMNS);
		text_pad(t->c.out, 2);
	}
	canvas_right(&t->c, tone, layer_size(l, size), SIZE_COLUMNS);
	text_pad(t->c.out, 2);
	if (c->bars) {
		canvas_bar(&t->c, l->assessed ? l->file_bytes : 0, c->total_bytes, BAR_COLUMNS);
		text_pad(t->c.out, 2);
	}
	canvas_right(&t->c, l->n_packages ? TONE_PLAIN : TONE_DIM,
		     l->n_packages ? text_count(l->n_packages, number) : STR("-"), COUNT_COLUMNS);
	text_pad(t->c.out, 2);
	instruction_add(&sb, str_sub(l->created_by, 0, FIELD_MAX / 2));
	(void)canvas_say(&t->c, TONE_PLAIN, strbuf_str(&sb), c->instruction); /* last on the line */
	canvas_end_line(&t->c);
}

static void put_layers(struct table *t)
{
	const struct report *r = t->report;
	struct layer_columns c = plan_layers(t);
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(FIELD_MAX);
	char text[TEXT_COUNT_MAX];

	if (r->layers.n == 0)
		return;
	strbuf_add(&note, text_count(r->layers.n, text));
	if (r->n_files) {
		strbuf_adds(&note, "; ");
		strbuf_add(&note, text_count(r->n_files, text));
		strbuf_adds(&note, r->n_files == 1 ? " file in the finished tree"
						   : " files in the finished tree");
	}
	canvas_heading(&t->c, "LAYERS", strbuf_str(&note));
	put_layer_titles(t, &c);
	for (size_t i = 0; i < r->layers.n; i++)
		put_layer(t, &c, i);
}

/* ---- packages ---- */

static void put_packages(struct table *t, const struct vec *rows)
{
	char text[TEXT_COUNT_MAX];

	canvas_heading(&t->c, "PACKAGES",
		       t->report->packages.n ? text_count(t->report->packages.n, text)
					     : STR("none found"));
	for (size_t i = 0; i < rows->n; i++) {
		const struct tally_row *row = vec_at(rows, i);
		size_t used = 2 + 10 + 9 + 2 + 14 + 2;

		text_pad(t->c.out, 2);
		canvas_left(&t->c, TONE_PLAIN, row->type, 10);
		canvas_right(&t->c, TONE_PLAIN, text_count(row->n_packages, text), 9);
		text_pad(t->c.out, 2);
		canvas_left(&t->c, TONE_DIM, row->db, 14);
		text_pad(t->c.out, 2);
		if (t->c.width > used)
			(void)canvas_say(&t->c, TONE_DIM, row->path,
					 t->c.width - used); /* last on the line */
		canvas_end_line(&t->c);
	}
}

/* ---- how it would run ---- */

static void label(struct table *t, const char *name)
{
	text_pad(t->c.out, 2);
	canvas_left(&t->c, TONE_DIM, str_of(name), LABEL_COLUMNS);
}

static void put_field(struct table *t, const char *name, enum tone tone, struct str value)
{
	if (str_is_empty(value)) {
		value = STR("none");
		tone = TONE_DIM;
	}
	label(t, name);
	(void)canvas_say(&t->c, tone, value, t->c.width - LABEL_COLUMNS - 2); /* last on the line */
	canvas_end_line(&t->c);
}

/* A word of a command as a shell would need it to be written. */
static void add_word(struct strbuf *sb, struct str word)
{
	const struct str special = STR("'\"$&;|<>()*?`\\");
	bool quote = word.n == 0;

	for (size_t i = 0; i < word.n && !quote; i++)
		quote = char_is_space(word.p[i]) || str_find_char(special, word.p[i]) < special.n;
	if (quote)
		strbuf_addc(sb, '\'');
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '\'')
			strbuf_adds(sb, "'\\''"); /* out of the quotes, a quote, in again */
		else
			strbuf_addc(sb, word.p[i]);
	if (quote)
		strbuf_addc(sb, '\'');
}

static void put_words(struct table *t, const char *name, struct str_list words)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(FIELD_MAX);

	for (size_t i = 0; i < words.n && sb.n < FIELD_MAX / 2; i++) {
		if (i > 0)
			strbuf_addc(&sb, ' ');
		add_word(&sb, str_sub(words.p[i], 0, FIELD_MAX / 4));
	}
	put_field(t, name, TONE_PLAIN, strbuf_str(&sb));
}

/* "", "root", "0", each also with a group behind a colon. */
static bool is_root(struct str user)
{
	struct str name = user, group;

	(void)str_cut(user, ':', &name, &group); /* without a group the user stays whole */
	return str_is_empty(name) || str_is(name, "root") || str_is(name, "0");
}

static void put_config(struct table *t)
{
	const struct report_image *image = &t->report->image;
	enum tone tone = is_root(image->user) ? TONE_WARN : TONE_PLAIN;

	if (!t->report->has_image)
		return;
	canvas_heading(&t->c, "RUNS AS", STR_NULL);
	put_field(t, "user", tone,
		  str_is_empty(image->user) ? STR("root (the image sets no user)") : image->user);
	put_words(t, "entrypoint", image->entrypoint);
	put_words(t, "command", image->cmd);
	put_words(t, "ports", image->exposed_ports);
	put_field(t, "healthcheck", TONE_PLAIN, image->healthcheck);
}

/* ---- what was not looked at ---- */

static void put_gap(struct table *t, const struct coverage *c)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(FIELD_MAX);
	bool partial = c->state == COVERAGE_PARTIAL;
	size_t used = 4;

	text_shorten(&what, str_sub(c->what, 0, FIELD_MAX));

	text_pad(t->c.out, 2);
	(void)canvas_say(&t->c, partial ? TONE_WARN : TONE_BAD, partial ? STR("~ ") : STR("! "), 2);
	used += canvas_say(&t->c, TONE_PLAIN, strbuf_str(&what), t->c.width - used);
	if (partial && used + 17 <= t->c.width)
		(void)canvas_say(&t->c, TONE_WARN, STR("  only partially"), 16); /* it fits */
	canvas_end_line(&t->c);
	if (c->reason.n) {
		text_pad(t->c.out, 4);
		text_wrap(t->c.out, str_sub(c->reason, 0, FIELD_MAX), 4, t->c.width, t->c.unicode);
	}
	if (c->remedy.n) {
		text_pad(t->c.out, 4);
		(void)canvas_say(&t->c, TONE_GOOD, t->c.unicode ? STR("\u2192 ") : STR("> "),
				 2); /* it fits */
		text_wrap(t->c.out, str_sub(c->remedy, 0, FIELD_MAX), 6, t->c.width, t->c.unicode);
	}
}

static size_t count_gaps(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		n += c->state != COVERAGE_ASSESSED;
	}
	return n;
}

static void put_gaps(struct table *t)
{
	const struct vec *coverage = &t->report->coverage;
	char text[TEXT_COUNT_MAX];
	size_t n = count_gaps(t->report);

	if (n == 0)
		return;
	canvas_heading(&t->c, "NOT ASSESSED", text_count(n, text));
	for (size_t i = 0; i < coverage->n; i++) {
		const struct coverage *c = vec_at(coverage, i);

		if (c->state != COVERAGE_ASSESSED)
			put_gap(t, c);
	}
}

static void put_problem(struct table *t, const struct problem *p)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(FIELD_MAX);
	struct str place = p->path;

	if (str_is_empty(place) && p->layer.n) {
		strbuf_adds(&sb, "layer ");
		text_shorten(&sb, str_sub(p->layer, 0, PART_MAX));
		place = strbuf_str(&sb);
	}
	text_pad(t->c.out, 2);
	(void)canvas_say(&t->c, TONE_WARN, STR("! "), 2); /* it fits */
	if (place.n) {
		size_t used = 4 + canvas_say(&t->c, TONE_PLAIN, place, t->c.width - 4);

		if (used + 3 + p->parser.n <= t->c.width) {
			text_pad(t->c.out, 1);
			(void)canvas_say(&t->c, TONE_DIM, p->parser, t->c.width - used - 1);
		}
		canvas_end_line(&t->c);
		text_pad(t->c.out, 4);
	}
	text_wrap(t->c.out, p->message, 4, t->c.width, t->c.unicode);
}

static void put_problems(struct table *t)
{
	const struct report *r = t->report;
	uint64_t n = r->problems.n + r->n_problems_unlisted;
	char text[TEXT_COUNT_MAX];

	if (n == 0)
		return;
	canvas_heading(&t->c, "PROBLEMS", text_count(n, text));
	for (size_t i = 0; i < r->problems.n && i < PROBLEMS_SHOWN; i++)
		put_problem(t, vec_at(&r->problems, i));
	if (n > PROBLEMS_SHOWN) {
		text_pad(t->c.out, 4);
		canvas_start(&t->c, TONE_DIM);
		strbuf_adds(t->c.out, "and ");
		strbuf_add(t->c.out, text_count(n - PROBLEMS_SHOWN, text));
		strbuf_adds(t->c.out, " more; --format json lists them");
		canvas_end(&t->c, TONE_DIM);
		canvas_end_line(&t->c);
	}
}

/* Nothing where all are on, as it should be. */
static void put_protections(struct table *t)
{
	const struct report_sandbox *s = &t->report->sandbox;

	if (s->missing.n == 0)
		return;
	canvas_heading(&t->c, "PROTECTIONS", STR("not all on"));
	text_pad(t->c.out, 2);
	text_wrap(t->c.out, str_sub(s->missing, 0, FIELD_MAX), 2, t->c.width, t->c.unicode);
}

/* ---- the closing line ---- */

static void add_plural(struct strbuf *sb, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_COUNT_MAX];

	strbuf_add(sb, text_count(n, text));
	strbuf_addc(sb, ' ');
	strbuf_adds(sb, n == 1 ? one : many);
}

static enum tone tone_of_closing(const struct plan *plan, bool complete)
{
	if (plan->n_by_severity[SEVERITY_CRITICAL] || plan->n_by_severity[SEVERITY_HIGH] ||
	    plan->n_exploited)
		return TONE_BAD;
	return complete && plan->n_removed + plan->n_left == 0 ? TONE_GOOD : TONE_WARN;
}

static void put_closing(struct table *t, const struct plan *plan)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(FIELD_MAX);
	const struct report *r = t->report;
	bool complete = report_is_complete(r);
	uint64_t n_problems = r->problems.n + r->n_problems_unlisted;

	strbuf_addc(t->c.out, '\n');
	if (complete) {
		strbuf_adds(&sb, "Complete: every part was assessed; ");
	} else if (r->coverage.n == 0) {
		strbuf_adds(&sb, "Nothing was assessed; ");
	} else {
		strbuf_adds(&sb, "Incomplete: ");
		add_plural(&sb, count_gaps(r), "part was not fully assessed; ",
			   "parts were not fully assessed; ");
	}
	add_plural(&sb, r->packages.n, "package", "packages");
	if (n_problems) {
		strbuf_adds(&sb, ", ");
		add_plural(&sb, n_problems, "problem", "problems");
	}
	if (findings_were_sought(r)) {
		strbuf_adds(&sb, ", ");
		findings_add_counts(&sb, plan);
	}
	strbuf_addc(&sb, '.');
	canvas_start(&t->c, tone_of_closing(plan, complete));
	text_wrap(t->c.out, strbuf_str(&sb), 0, t->c.width, t->c.unicode);
	if (t->c.color && t->c.out->error == ERR_OK)
		t->c.out->n--; /* the colour ends on its own line */
	canvas_end(&t->c, TONE_WARN);
	if (t->c.color)
		strbuf_addc(t->c.out, '\n');
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct table t = {.report = report,
			  .c = {.out = out,
				.width = options->width ? options->width : DEFAULT_WIDTH,
				.color = options->color,
				.unicode = options->unicode}};
	static const struct needs_look needs = {.rows = NEEDS_SHOWN};
	struct vec rows;
	struct plan plan;
	int r = tally_packages(report, &rows, err);

	if (r < 0)
		return r;
	r = plan_make(report, &plan, err);
	if (r < 0) {
		vec_done(&rows);
		return r;
	}
	if (t.c.width < MIN_WIDTH)
		t.c.width = MIN_WIDTH;
	put_header(&t);
	if (!is_history(report))
		put_layers(&t);
	if (asks_for_packages(report))
		put_packages(&t, &rows);
	put_config(&t);
	needs_put(&t.c, report, &needs);
	put_findings(&t.c, report, &plan);
	put_wastes(&t.c, report);
	put_surface_table(&t.c, report);
	put_budgets(&t.c, report);
	put_rule_notes(&t.c, report);
	put_gaps(&t);
	put_problems(&t);
	put_protections(&t);
	verdict_put(&t.c, report);
	put_closing(&t, &plan);
	plan_done(&plan);
	vec_done(&rows);
	return strbuf_check(out, err);
}

const struct renderer renderer_table = {
	.id = "table",
	.title = "a summary for a person at a terminal",
	.media_type = "text/plain; charset=utf-8",
	.render = render,
};
