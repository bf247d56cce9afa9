/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/secret_image.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "scan/secret_findings.h"

#define WORTH	    0.3 /* what is less sure is neither told nor taken out */
#define VALUE_SHORT 4	/* shorter ones stand in other words too */
#define NO_STEP	    SIZE_MAX
/* Of the shortest values all that is left of them. */
#define SCRUBBED_MAX                                                                               \
	((size_t)LIMIT_JSON_BYTES * sizeof(((struct secret_find *)0)->redacted) / VALUE_SHORT)
#define PLACES_TOLD 8

/* One text of the image. */
struct place {
	struct str text;
	struct str name; /* "ENV API_KEY", "history 3 RUN" */
	size_t step;	 /* of the history; NO_STEP: of the configuration */
};

struct config_find {
	struct secret_find find;
	struct place place;
	struct str value; /* of the place's text */
};

struct search {
	const struct secret_watching *watching;
	struct report *report;
	struct secret_reader *reader;
	struct vec finds; /* struct config_find */
	uint64_t n_texts;
	bool is_cut;
	struct err *err;
};

/* ---- looking ---- */

static int look(struct search *s, const struct place *place)
{
	struct secret_finds finds = {0};
	int r = secret_read_text(s->reader, STR("config"), place->text, &finds, s->err);

	s->n_texts++;
	s->is_cut |= finds.is_cut;
	for (size_t i = 0; i < finds.n && r == 0; i++) {
		struct config_find *f;

		if (finds.p[i].confidence < WORTH)
			continue;
		f = vec_push(&s->finds);
		if (!f) {
			s->is_cut = true;
			return 0;
		}
		*f = (struct config_find){
			finds.p[i], *place,
			str_sub(place->text, (size_t)finds.p[i].offset, (size_t)finds.p[i].length)};
	}
	return r;
}

/* "ENV API_KEY" of "API_KEY=..." */
static int look_at_pairs(struct search *s, const char *what, struct str_list list)
{
	struct arena *a = &s->report->arena;
	int r = 0;

	for (size_t i = 0; i < list.n && r == 0; i++) {
		struct str key = list.p[i], value = STR_NULL;
		struct place place = {.text = list.p[i], .step = NO_STEP};

		/* In quotes it is a value whatever stands in it. */
		if (str_cut(list.p[i], '=', &key, &value) && str_find_char(value, '"') == value.n)
			place.text = arena_strf(a, "%.*s=\"%.*s\"", STR_FMT(key), STR_FMT(value));
		place.name = arena_strf(a, "%s %.*s", what, STR_FMT(key));
		r = place.name.p && place.text.p ? look(s, &place) : err_nomem(s->err);
	}
	return r;
}

static int look_at_text(struct search *s, const char *what, struct str text)
{
	return text.n ? look(s, &(struct place){text, str_of(what), NO_STEP}) : 0;
}

static int look_at_command(struct search *s, const char *what, struct str_list list)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);

	for (size_t i = 0; i < list.n; i++) {
		strbuf_adds(&sb, i ? " " : "");
		strbuf_add(&sb, list.p[i]);
	}
	if (strbuf_check(&sb, s->err) < 0)
		return strbuf_check(&sb, s->err);
	/* The finds outlive the buffer: they need it where the report is. */
	return look_at_text(s, what, arena_str(&s->report->arena, strbuf_str(&sb)));
}

/* RUN, COPY, ENV; of classic builders the word behind "#(nop)", RUN where there is none. */
static struct str keyword_of(struct str text)
{
	size_t nop = str_find(text, STR("#(nop)"));
	struct str word = STR_NULL;

	if (nop < text.n)
		text = str_skip(text, nop + 6);
	else if (str_has_prefix(text, STR("/")) || str_has_prefix(text, STR("|")))
		return STR("RUN");
	(void)str_pull_word(&text, &word); /* none: empty */
	return str_sub(word, 0, 16);
}

static int look_at_history(struct search *s)
{
	const struct vec *history = &s->report->image.history;
	struct arena *a = &s->report->arena;
	int r = 0;

	for (size_t i = 0; i < history->n && r == 0; i++) {
		const struct report_history *h = vec_at(history, i);
		struct place place = {.text = h->created_by, .step = i};

		place.name = arena_strf(a, "history %zu %.*s", i + 1,
					STR_FMT(keyword_of(h->created_by)));
		if (!place.name.p)
			return err_nomem(s->err);
		r = h->created_by.n ? look(s, &place) : 0;
		place.text = h->comment;
		if (r == 0 && h->comment.n)
			r = look(s, &place);
	}
	return r;
}

static int look_at_all(struct search *s)
{
	const struct report_image *image = &s->report->image;
	int r = look_at_history(s);

	if (r == 0)
		r = look_at_pairs(s, "ENV", image->env);
	if (r == 0)
		r = look_at_pairs(s, "LABEL", image->labels);
	if (r == 0)
		r = look_at_pairs(s, "annotation", image->annotations);
	if (r == 0)
		r = look_at_command(s, "ENTRYPOINT", image->entrypoint);
	if (r == 0)
		r = look_at_command(s, "CMD", image->cmd);
	if (r == 0)
		r = look_at_text(s, "HEALTHCHECK", image->healthcheck);
	for (size_t i = 0; i < image->on_build.n && r == 0; i++)
		r = look_at_text(s, "ONBUILD", image->on_build.p[i]);
	return r < 0 ? r : look_at_text(s, "author", image->author);
}

/* ---- findings ---- */

static bool is_same(const struct config_find *a, const struct config_find *b)
{
	return strcmp(a->find.same, b->find.same) == 0;
}

static bool is_first(const struct search *s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_same(vec_at(&s->finds, k), vec_at(&s->finds, i)))
			return false;
	return true;
}

/* Where else it stands. */
static struct str other_places(const struct search *s, size_t i)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	const struct config_find *first = vec_at(&s->finds, i);
	size_t n = 0;

	for (size_t k = i + 1; k < s->finds.n; k++) {
		const struct config_find *f = vec_at(&s->finds, k);

		if (!is_same(first, f) || str_eq(first->place.name, f->place.name))
			continue;
		if (n++ < PLACES_TOLD)
			strbuf_addf(&sb, "%s%.*s", sb.n ? ", " : "", STR_FMT(f->place.name));
	}
	if (n > PLACES_TOLD)
		strbuf_addf(&sb, " and %zu more", n - PLACES_TOLD);
	return arena_str(&s->report->arena, strbuf_str(&sb));
}

static struct str_list evidence_of(const struct search *s, size_t i)
{
	const struct config_find *f = vec_at(&s->finds, i);
	struct arena *a = &s->report->arena;
	struct str others = other_places(s, i);
	struct str *p = arena_array(a, 5, sizeof *p);
	size_t n = 0;

	if (!p)
		return (struct str_list){0};
	p[n++] = arena_strf(a, "secret=%s", f->find.redacted);
	if (f->find.key[0])
		p[n++] = arena_strf(a, "key=%s", f->find.key);
	if (others.n)
		p[n++] = arena_strf(a, "also=%.*s", STR_FMT(others));
	p[n++] = arena_strf(a, "confidence=%.2f", f->find.confidence);
	p[n++] = arena_strf(a, "fingerprint=%s", f->find.fingerprint);
	return (struct str_list){p, n};
}

static struct str layer_of(const struct report *report, size_t step)
{
	const struct report_history *h =
		step == NO_STEP ? NULL : vec_at(&report->image.history, step);
	const struct report_layer *l =
		h && !h->empty_layer ? vec_at(&report->layers, h->layer) : NULL;

	return l ? l->diff_id : STR_NULL;
}

static int add_finding(struct search *s, size_t i)
{
	const struct config_find *from = vec_at(&s->finds, i);
	const struct secret_rule *rule = from->find.rule;
	struct arena *a = &s->report->arena;
	struct finding f = {0};

	secret_finding_fill(&f, s->report, rule, arena_strf(a, "%s", from->find.fingerprint),
			    from->find.confidence);
	f.subject = (struct finding_subject){
		.kind = from->place.step == NO_STEP ? SUBJECT_IMAGE : SUBJECT_INSTRUCTION,
		.name = from->place.name,
		.layer = layer_of(s->report, from->place.step)};
	f.title = arena_strf(a, "%.*s in %.*s, for all to read", STR_FMT(rule->title),
			     STR_FMT(from->place.name));
	f.evidence = evidence_of(s, i);
	if (!f.title.p || !f.fingerprint.p || !f.evidence.p || !f.rule.p)
		return err_nomem(s->err);
	return report_add_finding(s->report, &f, s->err);
}

static int add_findings(struct search *s)
{
	int r = 0;

	for (size_t i = 0; i < s->finds.n && r == 0; i++) {
		const struct config_find *f = vec_at(&s->finds, i);

		if (f->find.confidence >= s->watching->least && is_first(s, i))
			r = add_finding(s, i);
	}
	return r;
}

/* ---- taking the values out ---- */

/* The values by their bytes, each with the longest other one that it begins with. */
struct scrubber {
	const struct search *s;
	const struct config_find **sorted;
	size_t *shorter; /* 1 + its index; 0: none */
	size_t n;
	bool begins[256];
};

static int compare_values(const void *va, const void *vb)
{
	const struct config_find *const *a = va, *const *b = vb;

	return str_cmp((*a)->value, (*b)->value);
}

static int scrubber_init(struct scrubber *c, const struct search *s)
{
	struct arena *a = &s->report->arena;

	*c = (struct scrubber){.s = s,
			       .sorted = arena_array(a, s->finds.n + 1, sizeof *c->sorted),
			       .shorter = arena_array(a, s->finds.n + 1, sizeof *c->shorter)};
	if (!c->sorted || !c->shorter)
		return err_nomem(s->err);
	for (size_t i = 0; i < s->finds.n; i++) {
		const struct config_find *f = vec_at(&s->finds, i);

		if (f->value.n < VALUE_SHORT)
			continue;
		c->sorted[c->n++] = f;
		c->begins[(unsigned char)f->value.p[0]] = true;
	}
	qsort(c->sorted, c->n, sizeof(*c->sorted), compare_values);
	for (size_t i = 0; i < c->n; i++) {
		size_t at = i;

		while (at && !str_has_prefix(c->sorted[i]->value, c->sorted[at - 1]->value))
			at = c->shorter[at - 1];
		c->shorter[i] = at;
	}
	return 0;
}

/* The longest value that the text begins with: that of the last in order, or one it begins with. */
static const struct config_find *value_at(const struct scrubber *c, struct str text)
{
	size_t low = 0, high = c->n;

	if (!c->begins[(unsigned char)text.p[0]])
		return NULL;
	while (low < high) { /* behind the last that is not greater */
		size_t middle = low + (high - low) / 2;

		if (str_cmp(c->sorted[middle]->value, text) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low && !str_has_prefix(text, c->sorted[low - 1]->value))
		low = c->shorter[low - 1];
	return low ? c->sorted[low - 1] : NULL;
}

/* Appends the text with every value replaced; false: there is none in it. */
static bool scrub(const struct scrubber *c, struct str text, struct strbuf *out)
{
	bool any = false;

	for (size_t at = 0; at < text.n;) {
		const struct config_find *f = value_at(c, str_skip(text, at));

		if (f)
			strbuf_adds(out, f->find.redacted);
		else
			strbuf_addc(out, text.p[at]);
		any |= f != NULL;
		at += f ? f->value.n : 1;
	}
	return any;
}

static int scrub_text(const struct scrubber *c, struct str *text)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(SCRUBBED_MAX);

	if (!scrub(c, *text, &sb))
		return 0;
	*text = arena_str(&c->s->report->arena, strbuf_str(&sb));
	return sb.error == ERR_OK && text->p ? 0 : err_nomem(c->s->err);
}

static int scrub_list(const struct scrubber *c, struct str_list *list)
{
	struct str *p = arena_array(&c->s->report->arena, list->n, sizeof *p);
	int r = 0;

	if (list->n == 0)
		return 0;
	if (!p)
		return err_nomem(c->s->err);
	memcpy(p, list->p, list->n * sizeof *p);
	for (size_t i = 0; i < list->n && r == 0; i++)
		r = scrub_text(c, &p[i]);
	list->p = p;
	return r;
}

static int scrub_history(const struct scrubber *c)
{
	int r = 0;

	for (size_t i = 0; i < c->s->report->image.history.n && r == 0; i++) {
		struct report_history *h = vec_at(&c->s->report->image.history, i);

		r = scrub_text(c, &h->created_by);
		if (r == 0)
			r = scrub_text(c, &h->comment);
	}
	for (size_t i = 0; i < c->s->report->layers.n && r == 0; i++) {
		struct report_layer *l = vec_at(&c->s->report->layers, i);

		r = scrub_text(c, &l->created_by);
	}
	return r;
}

static int scrub_all(const struct search *s)
{
	struct report_image *image = &s->report->image;
	struct scrubber scrubber, *c = &scrubber;
	struct str_list *const lists[] = {&image->env, &image->labels,	 &image->entrypoint,
					  &image->cmd, &image->on_build, &image->annotations};
	int r = scrubber_init(c, s);

	if (r == 0)
		r = scrub_history(c);
	for (size_t i = 0; i < ARRAY_LEN(lists) && r == 0; i++)
		r = scrub_list(c, lists[i]);
	if (r == 0)
		r = scrub_text(c, &image->healthcheck);
	return r < 0 ? r : scrub_text(c, &image->author);
}

/* ---- together ---- */

static int cover(const struct search *s)
{
	struct err what = {0};

	if (!s->is_cut)
		return 0;
	err_set(&what, ERR_LIMIT,
		"more that may be secrets than secret_finds allows: the rest is "
		"neither told nor redacted");
	if (report_add_problem(s->report, STR_NULL, STR_NULL, STR("secrets"), &what) < 0 ||
	    report_add_coverage(s->report, STR("secrets in the configuration"), COVERAGE_PARTIAL,
				STR("there are too many"), STR("see the problems below"),
				s->n_texts) < 0)
		return err_nomem(s->err);
	return 0;
}

int secret_image(const struct secret_watching *watching, struct report *report, struct err *err)
{
	struct search s = {.watching = watching,
			   .report = report,
			   .finds = VEC_INIT(struct config_find, LIMIT_SECRET_FINDS),
			   .err = err};
	int r;

	if (!watching || !report->has_image)
		return 0;
	r = secret_reader_new(watching->set, watching->key, &s.reader, err);
	if (r == 0)
		secret_reader_verify(s.reader, watching->verifier);
	if (r == 0)
		r = look_at_all(&s);
	if (r == 0)
		r = add_findings(&s);
	if (r == 0 && s.finds.n)
		r = scrub_all(&s);
	if (r == 0)
		r = cover(&s);
	secret_reader_free(s.reader);
	vec_done(&s.finds);
	return r;
}

/* ---- findings by name ---- */

/* Of a finding in a part the file around it. */
static struct str file_of(struct str path)
{
	return str_sub(path, 0, str_find(path, STR("!/")));
}

/* "ENV API_KEY", also of "history 3 ENV API_KEY" and "history 3 RUN API_KEY": the last word. */
static struct str variable_of(struct str name)
{
	struct str before, last;

	return str_rcut(name, ' ', &before, &last) ? last : name;
}

static bool is_by_name(const struct finding *f)
{
	static const char *const rules[] = {"image-secret-file", "image-secret-deleted",
					    "image-secret-in-env", "image-secret-in-history"};

	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (str_is(f->rule, rules[i]))
			return true;
	return false;
}

/* What stands for a secret behind a '=': "ghp_******** (40 characters)", or a word. */
static struct str masked_word(struct str text)
{
	const struct str end = STR(" characters)");
	size_t word = str_find_char(text, ' ');
	struct str rest = str_skip(text, word);

	if (str_has_prefix(rest, STR(" (")))
		word += str_find(rest, end) + end.n;
	return str_sub(text, 0, word);
}

/* What the variable is set to by the step, its secrets masked: "history 3 RUN TOKEN". */
static struct str value_in_step(const struct report *report, struct str name)
{
	struct str variable = variable_of(name), number, text;
	uint64_t step;
	size_t at;

	if (!str_pull_prefix(&name, STR("history ")) || !str_pull_word(&name, &number) ||
	    !str_parse_u64(number, &step) || step < 1 || step > report->image.history.n)
		return STR_NULL;
	text = ((const struct report_history *)vec_at(&report->image.history, (size_t)step - 1))
		       ->created_by;
	while ((at = str_find(text, variable)) < text.n) {
		bool begins = at == 0 || text.p[at - 1] == ' ';

		text = str_skip(text, at + variable.n);
		if (begins && str_pull_prefix(&text, STR("=")))
			return text;
	}
	return STR_NULL;
}

/* What a variable of the image is set to: "ENV API_KEY". */
static struct str value_in_env(const struct report *report, struct str name)
{
	struct str key, value;

	if (!str_pull_prefix(&name, STR("ENV ")))
		return STR_NULL;
	for (size_t i = 0; i < report->image.env.n; i++)
		if (str_cut(report->image.env.p[i], '=', &key, &value) && str_eq(key, name))
			return value;
	return STR_NULL;
}

/* By its name: the values are out by now, what stands for them tells which secret it was. */
static struct str masked_value(const struct report *report, struct str name)
{
	struct str value = value_in_step(report, name);

	if (!value.n)
		value = value_in_env(report, name);
	(void)str_pull_prefix(&value, STR("\"")); /* there may be none */
	return masked_word(value);
}

/*
 * What the other findings of secrets are of: "layer path" of files; "key", name and what stands for
 * the value, of the rest.
 */
static int note_told(struct map *told, struct arena *a, const struct finding *f)
{
	struct str key = variable_of(f->subject.name);
	int r = 0;

	if (f->subject.path.n) {
		key = arena_strf(a, "%.*s %.*s", STR_FMT(f->subject.layer),
				 STR_FMT(file_of(f->subject.path)));
		return key.p ? map_put(told, key, a) : -ERR_NOMEM;
	}
	for (size_t i = 0; i < f->evidence.n && r == 0; i++) {
		struct str step = f->evidence.p[i];

		if ((str_pull_prefix(&step, STR("key=")) ||
		     str_pull_prefix(&step, STR("secret="))) &&
		    step.n)
			r = map_put(told, step, a);
	}
	return r < 0 || key.n == 0 ? r : map_put(told, key, a);
}

static int note_all_told(struct map *files, struct map *variables, struct report *report)
{
	int r = 0;

	for (size_t i = 0; i < report->findings.n && r == 0; i++) {
		const struct finding *f = vec_at(&report->findings, i);

		if (f->kind == FINDING_SECRET && !is_by_name(f))
			r = note_told(f->subject.path.n ? files : variables, &report->arena, f);
	}
	return r;
}

static bool is_told(const struct map *files, const struct map *variables, struct report *report,
		    const struct finding *by_name)
{
	struct str name = by_name->subject.name, masked, file;

	if (by_name->subject.path.n == 0) {
		masked = masked_value(report, name);
		return map_get(variables, variable_of(name)) ||
		       (masked.n && map_get(variables, masked));
	}
	file = arena_strf(&report->arena, "%.*s %.*s", STR_FMT(by_name->subject.layer),
			  STR_FMT(by_name->subject.path));
	return file.p && map_get(files, file);
}

/* The value of a variable that a finding by name is about, wherever the report has it. */
static void take_out(struct search *s, const struct finding *by_name)
{
	const struct report_image *image = &s->report->image;
	struct str variable = variable_of(by_name->subject.name);
	struct config_find *f;

	for (size_t i = 0; i < image->env.n; i++) {
		struct str key, value;

		if (!str_cut(image->env.p[i], '=', &key, &value) || !str_eq(key, variable) ||
		    value.n < VALUE_SHORT)
			continue;
		f = vec_push(&s->finds);
		if (!f)
			return;
		*f = (struct config_find){.find = {.redacted = "********"}, .value = value};
	}
}

int secret_image_join(const struct secret_watching *watching, struct report *report,
		      struct err *err)
{
	struct search s = {.report = report,
			   .finds = VEC_INIT(struct config_find, LIMIT_SECRET_FINDS),
			   .err = err};
	struct map files, variables;
	size_t n = 0;
	int r;

	if (!watching)
		return 0;
	map_init(&files, LIMIT_FINDINGS);
	map_init(&variables, (size_t)LIMIT_FINDINGS * 8);
	r = note_all_told(&files, &variables, report);
	for (size_t i = 0; i < report->findings.n && r == 0; i++) {
		struct finding *f = vec_at(&report->findings, i);

		if (is_by_name(f) && is_told(&files, &variables, report, f))
			continue;
		if (is_by_name(f) && f->subject.path.n == 0)
			take_out(&s, f);
		*(struct finding *)vec_at(&report->findings, n++) = *f;
	}
	map_done(&files);
	map_done(&variables);
	if (r < 0)
		return err_nomem(err);
	vec_cut(&report->findings, n);
	if (s.finds.n)
		r = scrub_all(&s);
	vec_done(&s.finds);
	return r;
}
