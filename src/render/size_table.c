/* SPDX-License-Identifier: Apache-2.0 */
#include "render/size_table.h"

#include "base/cleanup.h"
#include "render/text.h"

#define WASTES_SHOWN   8
#define BAR_COLUMNS    10
#define LABEL_COLUMNS  18
#define LINE_MAX_BYTES 65536
#define PART_MAX       4096

/* ---- waste ---- */

static bool is_told(const struct finding *f)
{
	return f->kind == FINDING_WASTE && !f->suppressed_by.n && f->saved_bytes;
}

static uint64_t sum_of(const struct report *r, size_t *ret_n)
{
	uint64_t sum = 0;

	*ret_n = 0;
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (!is_told(f))
			continue;
		(*ret_n)++;
		sum += f->saved_bytes; /* may wrap on hostile sizes: only a picture */
	}
	return sum;
}

static void put_efficiency(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	const struct report_efficiency *e = &r->efficiency;
	char hidden[TEXT_BYTES_MAX], all[TEXT_BYTES_MAX], wasted[TEXT_BYTES_MAX];

	if (!e->is_known || r->layers.n < 2)
		return;
	strbuf_addf(&sb, "%s of the layers' %s do not show in the finished image",
		    text_bytes(e->hidden_bytes, hidden).p, text_bytes(e->layer_bytes, all).p);
	strbuf_addf(&sb, " (dive: efficiency %.2f %%, %s wasted", e->efficiency * 100,
		    text_bytes(e->wasted_bytes, wasted).p);
	if (e->user_wasted >= 0)
		strbuf_addf(&sb, ", %.2f %% of what the first layer did not bring",
			    e->user_wasted * 100);
	strbuf_adds(&sb, ")");
	text_pad(c->out, 2);
	canvas_start(c, TONE_DIM);
	text_wrap(c->out, strbuf_str(&sb), 2, c->width, c->unicode);
	canvas_end(c, TONE_DIM);
}

static void put_waste(struct canvas *c, const struct finding *f, uint64_t most)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	text_pad(c->out, 2);
	canvas_bar(c, f->saved_bytes, most, BAR_COLUMNS);
	text_pad(c->out, 2);
	text_wrap(c->out, str_sub(f->title, 0, PART_MAX), BAR_COLUMNS + 4, c->width, c->unicode);
	strbuf_add(&sb, str_sub(f->rule, 0, PART_MAX));
	strbuf_adds(&sb, ": ");
	strbuf_add(&sb, str_sub(f->fix_action, 0, PART_MAX));
	text_pad(c->out, BAR_COLUMNS + 4);
	canvas_start(c, TONE_DIM);
	text_wrap(c->out, strbuf_str(&sb), BAR_COLUMNS + 4, c->width, c->unicode);
	canvas_end(c, TONE_DIM);
}

/* "and 5 more, 1.2 MB" */
static void put_rest(struct canvas *c, size_t n, uint64_t bytes)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	char size[TEXT_BYTES_MAX];

	if (n == 0)
		return;
	strbuf_addf(&sb, "and %zu more, %s; --format json lists them", n,
		    text_bytes(bytes, size).p);
	text_pad(c->out, BAR_COLUMNS + 4);
	(void)canvas_say(c, TONE_DIM, strbuf_str(&sb), c->width - BAR_COLUMNS - 4); /* last */
	canvas_end_line(c);
}

/* The index of the next finding of waste with most bytes that has not been shown; SIZE_MAX. */
static size_t next_waste(const struct report *r, const bool *shown)
{
	const struct finding *best = NULL;
	size_t at = SIZE_MAX;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = vec_at(&r->findings, i);

		if (!is_told(f) || shown[i] || (best && f->saved_bytes <= best->saved_bytes))
			continue;
		best = f;
		at = i;
	}
	return at;
}

static void put_largest(struct canvas *c, const struct report *r, uint64_t sum, size_t n)
{
	CLEANUP(freep) bool *shown = calloc(r->findings.n + 1, sizeof *shown);
	uint64_t most = 0, told = 0;

	for (size_t k = 0; shown && k < WASTES_SHOWN && k < n; k++) {
		size_t i = next_waste(r, shown);
		const struct finding *f = vec_at(&r->findings, i);

		if (!f)
			break;
		shown[i] = true;
		most = most ? most : f->saved_bytes;
		told += f->saved_bytes;
		put_waste(c, f, most);
	}
	put_rest(c, n > WASTES_SHOWN ? n - WASTES_SHOWN : 0, sum - told);
}

void put_wastes(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);
	char size[TEXT_BYTES_MAX], whole[TEXT_BYTES_MAX];
	size_t n;
	uint64_t sum = sum_of(r, &n);

	if (n == 0 && !(r->efficiency.is_known && r->layers.n > 1))
		return;
	if (n)
		strbuf_addf(&note, "%s of %s could be saved", text_bytes(sum, size).p,
			    text_bytes(r->efficiency.layer_bytes, whole).p);
	else
		strbuf_adds(&note, "nothing worth a word");
	canvas_heading(c, "WASTE", strbuf_str(&note));
	put_efficiency(c, r);
	put_largest(c, r, sum, n);
}

/* ---- attack surface ---- */

static void add_names(char *text, struct str_list names)
{
	struct strbuf sb = STRBUF_INIT(SURFACE_TEXT - 8);

	for (size_t i = 0; i < names.n && sb.n < SURFACE_TEXT / 2; i++) {
		strbuf_adds(&sb, i ? " " : "");
		strbuf_add(&sb, str_sub(names.p[i], 0, SURFACE_TEXT / 4));
	}
	(void)snprintf(text, SURFACE_TEXT, "%.*s",
		       STR_FMT(sb.n ? strbuf_str(&sb) : STR("none"))); /* fits */
	strbuf_done(&sb);
}

static void add_list(struct surface_row *row, const char *name, struct str_list names)
{
	row->name = name;
	row->weight = names.n;
	add_names(row->text, names);
}

void surface_rows(const struct report *r, struct surface_row ret[SURFACE_ROWS])
{
	const struct report_surface *s = &r->surface;
	char size[TEXT_BYTES_MAX], n[TEXT_COUNT_MAX], packages[TEXT_COUNT_MAX];

	ret[0] = (struct surface_row){.name = "size", .weight = r->file_bytes};
	(void)snprintf(ret[0].text, SURFACE_TEXT, "%s, %.*s", text_bytes(r->file_bytes, size).p,
		       STR_FMT(size_class_name(r->file_bytes)));
	ret[1] = (struct surface_row){.name = "programs", .weight = s->n_executables};
	(void)snprintf(ret[1].text, SURFACE_TEXT, "%.*s executables, %.*s packages",
		       STR_FMT(text_count(s->n_executables, n)),
		       STR_FMT(text_count(r->packages.n, packages)));
	ret[2] = (struct surface_row){.name = "privileged",
				      .weight = s->n_setuid + s->n_setgid + s->n_capabilities +
						s->n_world_writable};
	(void)snprintf(ret[2].text, SURFACE_TEXT,
		       "%llu setuid, %llu setgid, %llu with capabilities, %llu writable by all",
		       (unsigned long long)s->n_setuid, (unsigned long long)s->n_setgid,
		       (unsigned long long)s->n_capabilities,
		       (unsigned long long)s->n_world_writable);
	add_list(&ret[3], "shells", s->shells);
	add_list(&ret[4], "package managers", s->package_managers);
	add_list(&ret[5], "compilers", s->compilers);
	add_list(&ret[6], "interpreters", s->interpreters);
	add_list(&ret[7], "network tools", s->network_tools);
	add_list(&ret[8], "ports", r->image.exposed_ports);
	add_list(&ret[9], "logins", s->logins);
}

void put_surface_table(struct canvas *c, const struct report *r)
{
	CLEANUP(freep) struct surface_row *rows = calloc(SURFACE_ROWS, sizeof *rows);

	if (!r->surface.is_known || !rows)
		return;
	surface_rows(r, rows);
	canvas_heading(c, "ATTACK SURFACE", STR_NULL);
	for (size_t i = 0; i < SURFACE_ROWS; i++) {
		text_pad(c->out, 2);
		canvas_left(c, TONE_DIM, str_of(rows[i].name), LABEL_COLUMNS);
		text_wrap(c->out, str_of(rows[i].text), LABEL_COLUMNS + 2, c->width, c->unicode);
	}
}

/* ---- budgets ---- */

static enum tone tone_of(enum budget_state s)
{
	switch (s) {
	case BUDGET_PASS:
		return TONE_GOOD;
	case BUDGET_FAIL:
		return TONE_BAD;
	case BUDGET_SKIP:
		return TONE_DIM;
	case BUDGET_UNKNOWN:
		return TONE_WARN;
	}
	return TONE_PLAIN;
}

static void put_budget(struct canvas *c, const struct report_budget *b)
{
	static const char *const words[] = {"PASS", "FAIL", "SKIP", "UNKNOWN"};
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	text_pad(c->out, 2);
	canvas_left(c, tone_of(b->state), str_of(words[b->state]), 9);
	strbuf_add(&sb, str_sub(b->name, 0, PART_MAX));
	strbuf_adds(&sb, ": ");
	strbuf_add(&sb, str_sub(b->actual, 0, PART_MAX));
	strbuf_adds(&sb, b->state == BUDGET_SKIP ? ", " : ", limit ");
	strbuf_add(&sb, str_sub(b->limit, 0, PART_MAX));
	if (b->source.n) {
		strbuf_adds(&sb, " (");
		strbuf_add(&sb, str_sub(b->source, 0, PART_MAX));
		strbuf_adds(&sb, ")");
	}
	text_wrap(c->out, strbuf_str(&sb), 11, c->width, c->unicode);
}

void put_budgets(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);
	size_t failed = 0;

	if (r->budgets.n == 0)
		return;
	for (size_t i = 0; i < r->budgets.n; i++)
		failed += ((const struct report_budget *)vec_at(&r->budgets, i))->state ==
			  BUDGET_FAIL;
	strbuf_addf(&note, "%zu of %zu failed", failed, r->budgets.n);
	canvas_heading(c, "BUDGET", strbuf_str(&note));
	for (size_t i = 0; i < r->budgets.n; i++)
		put_budget(c, vec_at(&r->budgets, i));
}
