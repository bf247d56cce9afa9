/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/secret_advice.h"

#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "cmd/report_output.h"
#include "render/canvas.h"
#include "render/instruction.h"
#include "render/text.h"

#define INDENT 2
#define LABEL  12

static bool counts(const struct finding *f)
{
	return f->kind == FINDING_SECRET && f->suppressed_by.n == 0;
}

uint64_t secret_advice_count(const struct report *report)
{
	uint64_t n = 0;

	for (size_t i = 0; i < report->findings.n; i++)
		n += counts(vec_at(&report->findings, i));
	return n;
}

/* n of layers: in none, so in the configuration. */
static size_t layer_of(const struct report *report, const struct finding *f)
{
	for (size_t i = 0; f->n_locations && i < report->layers.n; i++) {
		const struct report_layer *l = vec_at(&report->layers, i);

		if (str_eq(l->diff_id, f->locations[0].layer))
			return i;
	}
	return report->layers.n;
}

size_t secret_advice_lowest(const struct report *report)
{
	size_t lowest = report->layers.n;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);
		size_t layer = counts(f) ? layer_of(report, f) : lowest;

		lowest = layer < lowest ? layer : lowest;
	}
	return lowest;
}

/* ---- groups: one rule at one place ---- */

/* "ENV API_KEY", "history 3 RUN", "root/token" */
static struct str place_of(const struct finding *f)
{
	return f->n_locations && f->locations[0].path.n ? f->locations[0].path : f->subject.name;
}

static struct str evidence_of(const struct finding *f, struct str name)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		struct str value = f->evidence.p[i];

		if (str_pull_prefix(&value, name))
			return value;
	}
	return STR_NULL;
}

static bool is_alike(const struct report *report, const struct finding *a, const struct finding *b)
{
	return counts(b) && str_eq(a->rule, b->rule) && str_eq(place_of(a), place_of(b)) &&
	       layer_of(report, a) == layer_of(report, b) &&
	       str_eq(evidence_of(a, STR("also=")), evidence_of(b, STR("also=")));
}

/* How many are alike; 0: it was told with an earlier one. */
static size_t group_of(const struct report *report, size_t at)
{
	const struct finding *f = vec_at(&report->findings, at);
	size_t n = 0;

	for (size_t i = 0; i < report->findings.n; i++) {
		if (!is_alike(report, f, vec_at(&report->findings, i)))
			continue;
		if (i < at)
			return 0;
		n++;
	}
	return n;
}

/* ---- one secret ---- */

static void say(struct canvas *c, const char *label, struct str text)
{
	text_pad(c->out, INDENT);
	canvas_left(c, TONE_DIM, str_of(label), LABEL);
	text_wrap(c->out, text, INDENT + LABEL, c->width, c->unicode);
}

static void say_layers(struct canvas *c, const struct report *report, size_t layer)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_FIELD_BYTES);
	CLEANUP(strbuf_done) struct strbuf instruction = STRBUF_INIT(LIMIT_FIELD_BYTES);
	const struct report_layer *l = vec_at(&report->layers, layer);
	size_t n = report->layers.n;

	if (layer + 1 == n)
		strbuf_addf(&text, "layer %zu, the topmost", n);
	else
		strbuf_addf(&text, "layers %zu to %zu: the first that holds it and all above it",
			    layer + 1, n);
	say(c, "rebuild", strbuf_str(&text));
	instruction_add(&instruction, l->created_by);
	if (instruction.n)
		say(c, "brought by", strbuf_str(&instruction));
}

static struct str instruction_word(const struct report *report, size_t layer)
{
	static _Thread_local char word[8];
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_FIELD_BYTES);
	const struct report_layer *l = vec_at(&report->layers, layer);
	struct str rest, first;

	instruction_add(&text, l->created_by);
	rest = strbuf_str(&text);
	if (!str_pull_word(&rest, &first) || first.n >= sizeof word)
		return STR_NULL;
	memcpy(word, first.p, first.n);
	return str_make(word, first.n);
}

/* Of one in the configuration or the history. */
static struct str instead_of(struct str place)
{
	static const char *const commands[] = {"ENTRYPOINT", "CMD", "HEALTHCHECK", "ONBUILD"};

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (str_is(place, commands[i]))
			return STR("the command reads it when it runs, from a file such as "
				   "/run/secrets/NAME or a variable that is given at run time");
	if (str_has_prefix(place, STR("annotation ")) || str_is(place, "author"))
		return STR("a text about the image has no secret in it");
	return STR("no ENV, ARG or LABEL has it, nor a RUN line: it is given at run time, or to "
		   "one step of the build by RUN --mount=type=secret,id=NAME,env=NAME");
}

/* What to write instead of the instruction that brought it. */
static void say_instead(struct canvas *c, const struct report *report, const struct finding *f,
			size_t layer)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct str path = f->n_locations ? f->locations[0].path : STR_NULL, word;

	if (!path.n) {
		say(c, "instead", instead_of(f->subject.name));
		return;
	}
	word = instruction_word(report, layer);
	if (str_is(word, "COPY") || str_is(word, "ADD"))
		strbuf_addf(&text, "leave it out of the build context (.dockerignore), and where a "
				   "step needs it: ");
	strbuf_addf(&text, "RUN --mount=type=secret,id=%.*s,target=/%.*s COMMAND",
		    STR_FMT(path_base(path)), STR_FMT(path));
	strbuf_adds(&text, "; build with --secret id=");
	strbuf_addf(&text, "%.*s,src=FILE", STR_FMT(path_base(path)));
	say(c, "instead", strbuf_str(&text));
}

/* Also of a step of the history that made one; n of layers: none is known. */
static size_t made_layer_of(const struct report *report, const struct finding *f)
{
	size_t layer = layer_of(report, f);

	for (size_t i = 0; layer == report->layers.n && f->subject.layer.n && i < layer; i++) {
		const struct report_layer *l = vec_at(&report->layers, i);

		if (str_eq(l->diff_id, f->subject.layer))
			return i;
	}
	return layer;
}

static void say_secret(struct canvas *c, const struct report *report, const struct finding *f,
		       size_t n)
{
	CLEANUP(strbuf_done) struct strbuf title = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct str also = evidence_of(f, STR("also="));
	size_t layer = made_layer_of(report, f);

	if (n > 1)
		strbuf_addf(&title, "%zu times: ", n);
	strbuf_add(&title, f->title);
	canvas_end_line(c);
	text_pad(c->out, INDENT);
	(void)canvas_say(c, TONE_HEADING, strbuf_str(&title), SIZE_MAX);
	canvas_end_line(c);
	if (also.n)
		say(c, "also in", also);
	if (f->n_locations && f->locations[0].path.n)
		say(c, "in", f->locations[0].path);
	if (layer < report->layers.n)
		say_layers(c, report, layer);
	say_instead(c, report, f, layer);
	if (f->fix_action.n)
		say(c, "rotate", f->fix_action);
}

int secret_advice_tell(const struct report *report, bool no_color, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct report_output to = {.no_color = no_color};
	const struct render_options look = report_output_look(&to);
	struct canvas c = {
		.out = &out, .width = look.width, .color = look.color, .unicode = look.unicode};
	uint64_t n = secret_advice_count(report);
	char buf[TEXT_COUNT_MAX];
	int r;

	canvas_heading(&c, "SECRETS", text_count(n, buf));
	if (n)
		say(&c, "note",
		    STR("A secret in a layer must be treated as leaked: whoever could pull the "
			"image has it. Rotate it first; a new image only keeps it from more."));
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);
		size_t alike = counts(f) ? group_of(report, i) : 0;

		if (alike)
			say_secret(&c, report, f, alike);
	}
	r = strbuf_check(&out, err);
	return r < 0 ? r : fd_write_all(STDOUT_FILENO, strbuf_str(&out), err);
}

/* ---- what is left ---- */

/* By the words before the name: "ENV API_KEY", "LABEL x", "history 3 RUN"; else it is a file. */
static void add_option(struct strbuf *out, struct str place, bool is_file)
{
	struct str name = place;

	if (is_file)
		strbuf_addf(out, "--remove %.*s",
			    STR_FMT(str_sub(place, 0, str_find(place, STR("!/")))));
	else if (str_pull_prefix(&name, STR("history ")))
		strbuf_adds(out, "--drop-history");
	else if (str_pull_prefix(&name, STR("ENV ")))
		strbuf_addf(out, "--unset-env %.*s", STR_FMT(name));
	else if (str_pull_prefix(&name, STR("LABEL ")))
		strbuf_addf(out, "--unset-label %.*s", STR_FMT(name));
	else
		strbuf_adds(out, "another build");
}

static void list_one(struct canvas *c, const struct finding *f, size_t n)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct str place = place_of(f), also = evidence_of(f, STR("also=")), title = f->title;
	size_t in = str_find(title, STR(" in "));

	strbuf_addf(&text, "%.*s: %.*s", STR_FMT(place), STR_FMT(str_sub(title, 0, in)));
	if (n > 1)
		strbuf_addf(&text, ", %zu of them", n);
	if (also.n)
		strbuf_addf(&text, "; also in %.*s", STR_FMT(also));
	strbuf_adds(&text, " (");
	add_option(&text, place, f->n_locations && f->locations[0].path.n);
	strbuf_adds(&text, ")");
	text_pad(c->out, INDENT);
	text_wrap(c->out, strbuf_str(&text), 2 * INDENT, c->width, c->unicode);
}

void secret_advice_list(struct strbuf *out, const struct report *report, bool no_color)
{
	const struct report_output to = {.no_color = no_color};
	const struct render_options look = report_output_look(&to);
	struct canvas c = {
		.out = out, .width = look.width, .color = look.color, .unicode = look.unicode};

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);
		size_t n = counts(f) ? group_of(report, i) : 0;

		if (n)
			list_one(&c, f, n);
	}
}
