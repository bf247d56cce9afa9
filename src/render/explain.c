/* SPDX-License-Identifier: Apache-2.0 */
#include "render/explain.h"

#include "base/cleanup.h"
#include "render/finding_json.h"
#include "render/instruction.h"
#include "render/text.h"
#include "vuln/why_not.h"

#define LABEL_COLUMNS  12
#define LINE_MAX_BYTES 65536
#define PART_MAX       4096

/* A label and wrapped text behind it. */
static void put_line(struct canvas *c, const char *label, struct str text)
{
	if (text.n == 0)
		return;
	text_pad(c->out, 2);
	canvas_left(c, TONE_DIM, str_of(label), LABEL_COLUMNS);
	text_pad(c->out, 1);
	text_wrap(c->out, str_sub(text, 0, LINE_MAX_BYTES), 3 + LABEL_COLUMNS, c->width,
		  c->unicode);
}

static void put_words(struct canvas *c, const char *label, struct str_list words)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	for (size_t i = 0; i < words.n && sb.n < LINE_MAX_BYTES / 2; i++) {
		strbuf_adds(&sb, i ? ", " : "");
		strbuf_add(&sb, str_sub(words.p[i], 0, PART_MAX));
	}
	put_line(c, label, strbuf_str(&sb));
}

static void put_heading(struct canvas *c, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf note = STRBUF_INIT(LINE_MAX_BYTES);
	size_t used = canvas_say(c, TONE_HEADING, f->rule, c->width);

	strbuf_addf(&note, "  %s", severity_name(f->severity));
	strbuf_adds(&note, f->known_exploited ? ", exploited" : "");
	strbuf_adds(&note, f->suppressed_by.n ? ", suppressed" : "");
	if (used < c->width)
		(void)canvas_say(c, f->severity >= SEVERITY_HIGH ? TONE_BAD : TONE_WARN,
				 strbuf_str(&note), c->width - used);
	canvas_end_line(c);
	text_pad(c->out, 2);
	text_wrap(c->out, f->title, 2, c->width, c->unicode);
}

static const struct report_layer *layer_of(const struct report *r, struct str diff_id,
					   size_t *ret_number)
{
	for (size_t i = 0; i < r->layers.n && diff_id.n; i++) {
		const struct report_layer *l = vec_at(&r->layers, i);

		if (str_eq(l->diff_id, diff_id)) {
			*ret_number = i + 1;
			return l;
		}
	}
	return NULL;
}

/* The file, the layer, and the instruction of the history that made the layer. */
static void put_place(struct canvas *c, const struct report *r, const struct finding_location *at)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	size_t number;
	const struct report_layer *l = layer_of(r, at->layer, &number);

	strbuf_add(&sb, str_sub(at->path, 0, PART_MAX));
	if (at->line)
		strbuf_addf(&sb, ":%llu", (unsigned long long)at->line);
	put_line(c, "file", strbuf_str(&sb));
	if (!l)
		return;
	strbuf_reset(&sb);
	strbuf_addf(&sb, "%zu of %zu, %.*s", number, r->layers.n, STR_FMT(l->diff_id));
	put_line(c, "layer", strbuf_str(&sb));
	strbuf_reset(&sb);
	instruction_add(&sb, str_sub(l->created_by, 0, LINE_MAX_BYTES / 2));
	put_line(c, "made by", strbuf_str(&sb));
}

/* "key=value" each; some keys say for a person what they are. */
static void put_evidence(struct canvas *c, struct str_list steps)
{
	for (size_t i = 0; i < steps.n; i++) {
		struct str key = steps.p[i], value = STR_NULL;
		char label[32];

		(void)str_cut(steps.p[i], '=', &key, &value);
		(void)snprintf(label, sizeof label, "%.*s", STR_FMT(str_sub(key, 0, 24)));
		put_line(c, label, value);
	}
}

static void put_severity(struct canvas *c, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	strbuf_adds(&sb, severity_name(f->severity));
	if (f->severity_source.n)
		strbuf_addf(&sb, ", says %.*s", STR_FMT(str_sub(f->severity_source, 0, PART_MAX)));
	put_line(c, "severity", strbuf_str(&sb));
	for (size_t i = 0; i < f->n_cvss; i++) {
		const struct finding_cvss *v = &f->cvss[i];
		int tenths = (int)(v->score * 10 + 0.5);

		strbuf_reset(&sb);
		if (v->score >= 0)
			strbuf_addf(&sb, "%d.%d  ", tenths / 10, tenths % 10);
		strbuf_addf(&sb, "%.*s", STR_FMT(str_sub(v->vector, 0, PART_MAX)));
		strbuf_addf(&sb, " (%.*s, %.*s)", STR_FMT(v->version), STR_FMT(v->source));
		put_line(c, "CVSS", strbuf_str(&sb));
	}
}

static void put_likelihood(struct canvas *c, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	if (f->has_epss) {
		strbuf_addf(&sb, "%.2f %% in 30 days, above %.1f %% of all (%.*s)", f->epss * 100,
			    f->epss_percentile * 100, STR_FMT(f->epss_date));
		put_line(c, "EPSS", strbuf_str(&sb));
		strbuf_reset(&sb);
	}
	if (f->known_exploited) {
		strbuf_adds(&sb, "yes, in CISA's catalog");
		if (f->exploited_since.n)
			strbuf_addf(&sb, " since %.*s", STR_FMT(f->exploited_since));
		put_line(c, "exploited", strbuf_str(&sb));
		strbuf_reset(&sb);
	}
	if (f->risk >= 0) {
		strbuf_addf(&sb, "%.1f of 100", f->risk);
		put_line(c, "risk", strbuf_str(&sb));
	}
}

static void put_suppression(struct canvas *c, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	if (f->suppressed_by.n == 0)
		return;
	strbuf_addf(&sb, "by %.*s", STR_FMT(str_sub(f->suppressed_by, 0, PART_MAX)));
	if (f->suppressed_until.n)
		strbuf_addf(&sb, " until %.*s", STR_FMT(f->suppressed_until));
	if (f->suppressed_reason.n)
		strbuf_addf(&sb, ": %.*s", STR_FMT(str_sub(f->suppressed_reason, 0, PART_MAX)));
	put_line(c, "suppressed", strbuf_str(&sb));
}

void explain_finding(struct canvas *c, const struct report *r, const struct finding *f)
{
	put_heading(c, f);
	put_line(c, "purl", f->subject.purl);
	for (size_t i = 0; i < f->n_locations; i++)
		put_place(c, r, &f->locations[i]);
	put_evidence(c, f->evidence);
	put_severity(c, f);
	put_likelihood(c, f);
	put_line(c, "fix", f->fix_action.n ? f->fix_action : STR("none is known"));
	put_suppression(c, f);
	put_words(c, "also called", f->aliases);
	for (size_t i = 0; i < f->references.n; i++)
		put_line(c, i ? "" : "references", f->references.p[i]);
	put_line(c, "finding", f->id);
}

/* ---- absence ---- */

static void put_reason(struct canvas *c, const struct reason *why)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);
	bool bad = why->kind == REASON_NOT_ASSESSED || why->kind == REASON_AFFECTED ||
		   why->kind == REASON_UNDECIDED;

	text_pad(c->out, 2);
	if (why->shard.n) {
		strbuf_addf(&sb, "%.*s: ", STR_FMT(str_sub(why->shard, 0, PART_MAX)));
		strbuf_adds(&sb, why->kind == REASON_NOT_ASSESSED ? "NOT ASSESSED"
								  : reason_kind_name(why->kind));
	} else {
		strbuf_adds(&sb, "NOT ASSESSED");
	}
	(void)canvas_say(c, bad ? TONE_BAD : TONE_HEADING, strbuf_str(&sb), c->width - 2);
	canvas_end_line(c);
	put_line(c, "package", why->package);
	put_line(c, why->package.n ? "compared" : "reason", why->text);
	put_line(c, "record", why->record);
	put_line(c, "feed", why->feed);
}

static bool any_not_assessed(const struct vec *reasons)
{
	for (size_t i = 0; i < reasons->n; i++) {
		const struct reason *why = vec_at(reasons, i);

		if (why->kind <= REASON_UNDECIDED)
			return true;
	}
	return false;
}

void explain_absence(struct canvas *c, const struct report *r, struct str id,
		     const struct vec *reasons)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX_BYTES);

	strbuf_add(&sb, str_sub(id, 0, PART_MAX));
	strbuf_adds(&sb, " is not among the findings of ");
	strbuf_add(&sb, str_sub(r->image.name.n ? r->image.name : r->target.given, 0, PART_MAX));
	canvas_start(c, TONE_HEADING);
	text_wrap(c->out, strbuf_str(&sb), 0, c->width, c->unicode);
	canvas_end(c, TONE_HEADING);
	for (size_t i = 0; i < reasons->n; i++)
		put_reason(c, vec_at(reasons, i));
	if (any_not_assessed(reasons))
		return;
	text_wrap(c->out, STR("Every part of the database that speaks of this image was asked."), 0,
		  c->width, c->unicode);
}

/* ---- for programs ---- */

static void put_reasons(struct json_writer *w, const struct vec *reasons)
{
	json_key(w, "reasons");
	json_open_list(w);
	for (size_t i = 0; i < reasons->n; i++) {
		const struct reason *why = vec_at(reasons, i);

		json_open_map(w);
		json_put_text(w, "kind", reason_kind_name(why->kind));
		json_put_opt(w, "shard", why->shard);
		json_put_opt(w, "package", why->package);
		json_put_opt(w, "record", why->record);
		json_put_opt(w, "feed", why->feed);
		json_put_str(w, "text", why->text);
		json_close_map(w);
	}
	json_close_list(w);
}

void explain_json(struct json_writer *w, const struct report *r, struct str id,
		  const size_t *findings, size_t n, const struct vec *reasons)
{
	json_open_map(w);
	json_put_text(w, "schema", "plimsoll.explanation/1");
	json_put_str(w, "id", id);
	json_put_str(w, "target", r->target.given);
	json_key(w, "findings");
	json_open_list(w);
	for (size_t i = 0; i < n; i++)
		put_finding(w, vec_at(&r->findings, findings[i]));
	json_close_list(w);
	put_reasons(w, reasons);
	json_close_map(w);
	strbuf_addc(w->out, '\n');
}
