/* SPDX-License-Identifier: Apache-2.0 */
#include "render/secrets_table.h"

#include "base/cleanup.h"
#include "render/places.h"
#include "render/text.h"

#define SHOWN	       10 /* each by itself; above it rules with their numbers */
#define RULES_SHOWN    20
#define INDENT	       14
#define LINE_MAX_BYTES 65536
#define PART_MAX       4096

static const struct finding *secret_at(const struct report *r, const struct plan *plan, size_t i)
{
	const struct finding *f = vec_at(&r->findings, plan->left[i].finding);

	return f->kind == FINDING_SECRET ? f : NULL;
}

/* "layer 3, srv/app/.env:2, ghp_******** (40 characters)" */
static void add_place(struct strbuf *sb, const struct report *r, const struct finding *f)
{
	struct str place = f->subject.path.n ? f->subject.path : f->subject.name;
	size_t layer = place_layer_number(r, f->subject.layer);

	if (layer)
		strbuf_addf(sb, "layer %zu, ", layer);
	strbuf_add(sb, str_sub(place, 0, PART_MAX));
	if (f->n_locations && f->locations[0].line)
		strbuf_addf(sb, ":%llu", (unsigned long long)f->locations[0].line);
	strbuf_adds(sb, ", ");
	strbuf_add(sb, str_sub(place_evidence(f, STR("secret=")), 0, PART_MAX));
}

static void put_dim(struct canvas *c, struct str text)
{
	text_pad(c->out, INDENT);
	canvas_start(c, TONE_DIM);
	text_wrap(c->out, text, INDENT, c->width, c->unicode);
	canvas_end(c, TONE_DIM);
}

static void put_title(struct canvas *c, const struct finding *f)
{
	enum tone tone = f->severity >= SEVERITY_HIGH ? TONE_BAD : TONE_WARN;

	text_pad(c->out, 2);
	canvas_left(c, tone, str_of(severity_name(f->severity)), INDENT - 2);
	text_wrap(c->out, str_sub(f->title, 0, PART_MAX), INDENT, c->width, c->unicode);
}

static void put_secret(struct canvas *c, const struct report *r, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	put_title(c, f);
	add_place(&sb, r, f);
	text_pad(c->out, INDENT);
	text_wrap(c->out, strbuf_str(&sb), INDENT, c->width, c->unicode);
}

/* Those of one rule stand together: the way out is told behind the last that is shown. */
static bool ends_rule(const struct report *r, const struct plan *plan, size_t i)
{
	const struct finding *f = secret_at(r, plan, i);

	for (i++; i < plan->n_left; i++) {
		const struct finding *next = secret_at(r, plan, i);

		if (next)
			return next->severity != f->severity || !str_eq(next->rule, f->rule);
	}
	return true;
}

/* "12 in 9 files, first at layer 3, srv/app/.env:2, ghp_******** (40 characters)" */
static void put_rule(struct canvas *c, const struct report *r, const struct finding *first,
		     size_t n, size_t n_places)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	char text[TEXT_COUNT_MAX];

	if (n == 1) {
		put_secret(c, r, first);
	} else {
		put_title(c, first);
		strbuf_addf(&sb, "%.*s in ", STR_FMT(text_count(n, text)));
		strbuf_addf(&sb, "%.*s %s, first at ", STR_FMT(text_count(n_places, text)),
			    n_places == 1 ? "place" : "places");
		add_place(&sb, r, first);
		text_pad(c->out, INDENT);
		text_wrap(c->out, strbuf_str(&sb), INDENT, c->width, c->unicode);
	}
	put_dim(c, str_sub(first->fix_action, 0, PART_MAX));
}

static struct str subject_of(const struct finding *f)
{
	return f->subject.path.n ? f->subject.path : f->subject.name;
}

/* Those of one rule stand together, those of one file too: the number of secrets told. */
static size_t put_by_rule(struct canvas *c, const struct report *r, const struct plan *plan)
{
	const struct finding *first = NULL, *last = NULL;
	size_t n = 0, n_places = 0, told = 0, rules = 0;

	for (size_t i = 0; i < plan->n_left && rules < RULES_SHOWN; i++) {
		const struct finding *f = secret_at(r, plan, i);

		if (!f)
			continue;
		if (!first)
			first = f;
		n++;
		n_places += !last || !str_eq(subject_of(last), subject_of(f));
		last = f;
		if (!ends_rule(r, plan, i))
			continue;
		put_rule(c, r, first, n, n_places);
		told += n;
		rules++;
		first = last = NULL;
		n = n_places = 0;
	}
	return told;
}

static void put_each(struct canvas *c, const struct report *r, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_left; i++) {
		const struct finding *f = secret_at(r, plan, i);

		if (!f)
			continue;
		put_secret(c, r, f);
		if (ends_rule(r, plan, i))
			put_dim(c, str_sub(f->fix_action, 0, PART_MAX));
	}
}

void put_secrets(struct canvas *c, const struct report *r, const struct plan *plan)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);
	char text[TEXT_COUNT_MAX];
	size_t n = 0, told;

	for (size_t i = 0; i < plan->n_left; i++)
		n += secret_at(r, plan, i) != NULL;
	if (n == 0)
		return;
	strbuf_addf(&note, "%.*s %s", STR_FMT(text_count(n, text)),
		    n == 1 ? "finding" : "findings");
	canvas_heading(c, "SECRETS", strbuf_str(&note));
	if (n <= SHOWN) {
		put_each(c, r, plan);
		return;
	}
	told = put_by_rule(c, r, plan);
	strbuf_reset(&note);
	if (n > told)
		strbuf_addf(&note, "and %.*s more of other rules; --format json lists them",
			    STR_FMT(text_count(n - told, text)));
	else
		strbuf_adds(&note, "--format json lists each place");
	put_dim(c, strbuf_str(&note));
}
