/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/assessment.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/unicode.h"
#include "check/source_lines.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "lsp/host.h"

#define TEXT_MAX 4096 /* bytes of one text; more is cut */

void assessment_free(struct assessment *a)
{
	if (!a)
		return;
	arena_done(&a->arena);
	free(a);
}

void assessment_freep(struct assessment **a)
{
	assessment_free(*a);
	*a = NULL;
}

/* ---- from the report ---- */

struct gathering {
	const struct rule_set *set;
	struct lint *lint;
	const struct report *report;
	struct source_lines lines;
	struct arena arena;
	struct vec found; /* struct assessed_finding */
	uint64_t n_unlisted;
	const struct judge_fix *fixes; /* the next ones */
	const struct judge_origin *origins;
	size_t n_fixes, n_origins;
};

static struct str cut(struct str s)
{
	size_t n = s.n < TEXT_MAX ? s.n : TEXT_MAX;

	while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(s, 0, n);
}

static uint32_t line_end(const struct gathering *g, uint64_t line)
{
	return (uint32_t)source_offset(&g->lines, line, UINT64_MAX);
}

static void put_place(const struct gathering *g, const struct finding *f,
		      struct assessed_finding *ret)
{
	const struct finding_location *at = f->n_locations ? &f->locations[0] : NULL;

	if (!at || at->line == 0) {
		ret->is_file = true;
		ret->end = line_end(g, 1);
		return;
	}
	ret->is_file = f->subject.kind == SUBJECT_FILE && at->line == 1;
	ret->start = (uint32_t)source_offset(&g->lines, at->line, at->column);
	ret->end = at->end_line ? (uint32_t)source_offset(&g->lines, at->end_line, at->end_column)
				: line_end(g, at->line);
	if (ret->end <= ret->start) /* an empty mark is not seen */
		ret->end = line_end(g, at->line);
}

/* A page that ends with a slash has one for each code behind it. */
static struct str_list references_of(struct gathering *g, const struct finding *f, struct str code)
{
	struct str *p = arena_array(&g->arena, f->references.n ? f->references.n : 1, sizeof *p);

	for (size_t i = 0; p && i < f->references.n; i++) {
		p[i] = f->references.p[i];
		if (code.n && str_has_suffix(p[i], STR("/")))
			p[i] = arena_strf(&g->arena, "%.*s%.*s", STR_FMT(p[i]), STR_FMT(code));
	}
	return (struct str_list){p, p ? f->references.n : 0};
}

static void put_rule(struct gathering *g, const struct finding *f, struct assessed_finding *ret)
{
	const struct rule *rule = rule_set_find(g->set, f->rule);
	bool has_own_code = rule && f->codes.n > rule->codes.n;
	struct str own = has_own_code ? f->codes.p[f->codes.n - 1] : STR_NULL;

	ret->rule = f->rule;
	ret->code = has_own_code ? own : f->rule;
	ret->title = rule ? rule->title : f->rule;
	ret->references = references_of(g, f, own);
}

static void put_fix(struct gathering *g, size_t finding, struct assessed_finding *ret)
{
	while (g->n_fixes && g->fixes->finding < finding) {
		g->fixes++;
		g->n_fixes--;
	}
	if (!g->n_fixes || g->fixes->finding != finding)
		return;
	ret->fix_title = g->fixes->title;
	ret->edits = g->fixes->edits;
	ret->n_edits = g->fixes->n_edits;
}

static void put_origin(struct gathering *g, size_t finding, struct assessed_finding *ret)
{
	const struct judge_place *at;

	while (g->n_origins && g->origins->finding < finding) {
		g->origins++;
		g->n_origins--;
	}
	if (!g->n_origins || g->origins->finding != finding)
		return;
	at = &g->origins->place;
	ret->about = g->origins->name;
	ret->about_start = (uint32_t)source_offset(&g->lines, at->line, at->column);
	ret->about_end = line_end(g, at->line);
}

static int compare(const void *a, const void *b)
{
	const struct assessed_finding *x = a, *y = b;
	int c;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	c = str_cmp(x->code, y->code);
	return c ? c : str_cmp(x->message, y->message);
}

static int gather(struct gathering *g, struct err *err)
{
	g->fixes = judge_fixes(lint_judge(g->lint), &g->n_fixes);
	g->origins = judge_origins(lint_judge(g->lint), &g->n_origins);
	for (size_t i = 0; i < g->report->findings.n; i++) {
		const struct finding *f = vec_at(&g->report->findings, i);
		struct assessed_finding *p;

		if (f->suppressed_by.n)
			continue;
		p = vec_push(&g->found);
		if (!p)
			return err_nomem(err);
		put_rule(g, f, p);
		put_place(g, f, p);
		put_fix(g, i, p);
		put_origin(g, i, p);
		p->message = f->title;
		p->remedy = f->fix_action;
		p->severity = f->severity;
		p->codes = f->codes;
	}
	vec_sort(&g->found, compare);
	if (g->found.n > LIMIT_LSP_FINDINGS) {
		g->n_unlisted = g->found.n - LIMIT_LSP_FINDINGS;
		vec_cut(&g->found, LIMIT_LSP_FINDINGS);
	}
	return arena_check(&g->arena, err);
}

/* ---- as a line ---- */

static void write_list(struct json_writer *w, const char *key, struct str_list list)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < list.n; i++)
		json_add_str(w, cut(list.p[i]));
	json_close_list(w);
}

static void write_edits(struct json_writer *w, const char *key, const struct edit *p, size_t n)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < n; i++) {
		json_open_map(w);
		json_put_uint(w, "start", p[i].start);
		json_put_uint(w, "end", p[i].end);
		json_put_str(w, "text", p[i].text);
		json_close_map(w);
	}
	json_close_list(w);
}

static void write_finding(struct json_writer *w, const struct assessed_finding *f)
{
	json_open_map(w);
	json_put_str(w, "rule", f->rule);
	json_put_str(w, "code", f->code);
	json_put_str(w, "title", cut(f->title));
	json_put_str(w, "message", cut(f->message));
	json_put_str(w, "remedy", cut(f->remedy));
	json_put_text(w, "severity", severity_name(f->severity));
	write_list(w, "references", f->references);
	write_list(w, "codes", f->codes);
	json_put_uint(w, "start", f->start);
	json_put_uint(w, "end", f->end);
	json_put_bool(w, "is_file", f->is_file);
	if (f->about.n) {
		json_put_str(w, "about", cut(f->about));
		json_put_uint(w, "about_start", f->about_start);
		json_put_uint(w, "about_end", f->about_end);
	}
	if (f->n_edits) {
		json_put_str(w, "fix_title", cut(f->fix_title));
		write_edits(w, "edits", f->edits, f->n_edits);
	}
	json_close_map(w);
}

/* "line 3, column 5: ..." */
static size_t place_in(const struct source_lines *lines, struct str message, size_t *ret_end)
{
	uint64_t line = 1, column = 1;
	struct str word;

	if (str_pull_prefix(&message, STR("line "))) {
		size_t n = 0;

		while (n < message.n && char_is_digit(message.p[n]))
			n++;
		word = str_sub(message, 0, n);
		message = str_skip(message, n);
		if (!str_parse_u64(word, &line) || line == 0)
			line = 1;
		if (str_pull_prefix(&message, STR(", column "))) {
			n = 0;
			while (n < message.n && char_is_digit(message.p[n]))
				n++;
			if (!str_parse_u64(str_sub(message, 0, n), &column))
				column = 1;
		}
	}
	*ret_end = source_offset(lines, line, UINT64_MAX);
	return source_offset(lines, line, column);
}

static void write_problem(struct json_writer *w, const struct gathering *g, struct str parser,
			  struct str message)
{
	char text[2 * ERR_MSG_MAX];
	size_t end, start = place_in(&g->lines, message, &end);
	bool is_rule = str_has_prefix(parser, STR("rule "));

	(void)snprintf(text, sizeof text, "%.*s%s%.*s", is_rule ? (int)parser.n : 0,
		       parser.p ? parser.p : "", is_rule ? ": " : "", STR_FMT(cut(message)));
	json_open_map(w);
	json_put_str(w, "message", str_of(text));
	json_put_uint(w, "start", start);
	json_put_uint(w, "end", end);
	json_close_map(w);
}

static void write_problems(struct json_writer *w, const struct gathering *g)
{
	const struct report *r = g->report;

	json_key(w, "problems");
	json_open_list(w);
	for (size_t i = 0; i < r->problems.n && i < LIMIT_FILE_PROBLEMS; i++) {
		const struct problem *p = vec_at(&r->problems, i);

		write_problem(w, g, p->parser, p->message);
	}
	for (size_t i = 0; r->problems.n == 0 && i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);

		if (str_has_prefix(c->what, STR("file ")))
			write_problem(w, g, STR_NULL, c->reason);
	}
	json_close_list(w);
}

static void write_notes(struct json_writer *w, const struct report *r)
{
	json_key(w, "notes");
	json_open_list(w);
	for (size_t i = 0; i < r->coverage.n; i++) {
		const struct coverage *c = vec_at(&r->coverage, i);
		char text[2 * ERR_MSG_MAX];

		if (c->state == COVERAGE_ASSESSED || str_has_prefix(c->what, STR("file ")))
			continue;
		(void)snprintf(text, sizeof text, "%.*s: not assessed: %.*s%s%.*s",
			       STR_FMT(str_sub(c->what, 0, 200)),
			       STR_FMT(str_sub(c->reason, 0, 400)), c->remedy.n ? "; " : "",
			       STR_FMT(str_sub(c->remedy, 0, 400)));
		json_add_text(w, text);
	}
	json_close_list(w);
}

static void write_all(const struct gathering *g, bool has_language, bool fixable,
		      struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_bool(&w, "has_language", has_language);
	json_put_bool(&w, "is_whole", !fixable);
	json_put_uint(&w, "n_unlisted", g->n_unlisted);
	json_key(&w, "findings");
	json_open_list(&w);
	for (size_t i = 0; i < g->found.n; i++)
		write_finding(&w, vec_at(&g->found, i));
	json_close_list(&w);
	write_problems(&w, g);
	write_notes(&w, g->report);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}

static int look(struct gathering *g, struct rule_set *set, struct report *report,
		const struct lsp_host *host, const struct source_file *f, struct err *err)
{
	int r = lint_new(set, report, &g->lint, err);

	if (r == 0)
		r = lint_file(g->lint, f, err);
	if (r == 0 && f->read_beside) /* it is a file */
		r = host->look_beside(host->context, g->lint, f, err);
	if (r == 0)
		r = lint_judge_sets(g->lint, err);
	if (r == 0)
		r = source_lines_make(f->bytes, &g->arena, &g->lines, err);
	if (r == 0) {
		judge_redact(lint_judge(g->lint));
		r = gather(g, err);
	}
	return r;
}

int assessment_write(struct rule_set *set, const struct source_file *f, const struct lsp_host *host,
		     struct strbuf *out, bool *ret_fixable, struct err *err)
{
	CLEANUP(report_freep) struct report *report = report_new();
	struct gathering g = {
		.set = set,
		.report = report,
		.found = VEC_INIT(struct assessed_finding, LIMIT_FINDINGS),
	};
	int r = 0;

	if (!report)
		return err_nomem(err);
	report->has_time = true;
	report->time = host->now(host->context);
	arena_init(&g.arena, LIMIT_ARENA_BYTES);
	if (f->language)
		r = look(&g, set, report, host, f, err);
	*ret_fixable = false;
	for (size_t i = 0; i < g.found.n; i++)
		*ret_fixable |= ((const struct assessed_finding *)vec_at(&g.found, i))->n_edits > 0;
	if (r == 0) {
		write_all(&g, f->language != NULL, *ret_fixable, out);
		r = strbuf_check(out, err);
	}
	lint_free(g.lint);
	vec_done(&g.found);
	arena_done(&g.arena);
	return r;
}

int assessment_write_fixes(struct str text, struct str fixed, struct strbuf *out, struct err *err)
{
	CLEANUP(edits_done) struct edits edits;
	struct json_writer w;
	int r;

	edits_init(&edits);
	r = edits_find(text, fixed, &edits, err);
	if (r < 0)
		return r;
	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	write_edits(&w, "fix_all", edits.list.p, edits.list.n);
	json_close_map(&w);
	strbuf_addc(out, '\n');
	return strbuf_check(out, err);
}

void assessment_write_failure(const struct err *why, struct strbuf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "failure", why->msg);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}

/* ---- back from it ---- */

static struct str keep(struct assessment *a, struct str s)
{
	return arena_str(&a->arena, s);
}

static uint32_t read_offset(const struct json *map, const char *key)
{
	int64_t n;

	return json_get_int(map, key, &n) && n >= 0 && n <= UINT32_MAX ? (uint32_t)n : 0;
}

static struct str_list read_list(struct assessment *a, const struct json *list)
{
	size_t n = json_len(list);
	struct str *p = arena_array(&a->arena, n ? n : 1, sizeof *p);

	for (size_t i = 0; p && i < n; i++)
		p[i] = keep(a, json_str(json_at(list, i)));
	return (struct str_list){p, p ? n : 0};
}

static const struct edit *read_edits(struct assessment *a, const struct json *list, size_t *ret_n)
{
	size_t n = json_len(list);
	struct edit *p = arena_array(&a->arena, n ? n : 1, sizeof *p);

	for (size_t i = 0; p && i < n; i++) {
		const struct json *v = json_at(list, i);

		p[i] = (struct edit){.start = read_offset(v, "start"),
				     .end = read_offset(v, "end"),
				     .text = keep(a, json_get_str(v, "text"))};
	}
	*ret_n = p ? n : 0;
	return p;
}

static void read_finding(struct assessment *a, const struct json *v, struct assessed_finding *ret)
{
	ret->rule = keep(a, json_get_str(v, "rule"));
	ret->code = keep(a, json_get_str(v, "code"));
	ret->title = keep(a, json_get_str(v, "title"));
	ret->message = keep(a, json_get_str(v, "message"));
	ret->remedy = keep(a, json_get_str(v, "remedy"));
	(void)severity_parse(json_get_str(v, "severity"), &ret->severity, NULL); /* else unknown */
	ret->references = read_list(a, json_get(v, "references"));
	ret->codes = read_list(a, json_get(v, "codes"));
	ret->start = read_offset(v, "start");
	ret->end = read_offset(v, "end");
	ret->is_file = json_get_true(v, "is_file");
	ret->about = keep(a, json_get_str(v, "about"));
	ret->about_start = read_offset(v, "about_start");
	ret->about_end = read_offset(v, "about_end");
	ret->fix_title = keep(a, json_get_str(v, "fix_title"));
	ret->edits = read_edits(a, json_get(v, "edits"), &ret->n_edits);
}

static void read_findings(struct assessment *a, const struct json *list)
{
	size_t n = json_len(list);
	struct assessed_finding *p = arena_array(&a->arena, n ? n : 1, sizeof *p);

	for (size_t i = 0; p && i < n; i++)
		read_finding(a, json_at(list, i), &p[i]);
	a->findings = p;
	a->n_findings = p ? n : 0;
}

static void read_problems(struct assessment *a, const struct json *list)
{
	size_t n = json_len(list);
	struct assessed_problem *p = arena_array(&a->arena, n ? n : 1, sizeof *p);

	for (size_t i = 0; p && i < n; i++) {
		const struct json *v = json_at(list, i);

		p[i] = (struct assessed_problem){.message = keep(a, json_get_str(v, "message")),
						 .start = read_offset(v, "start"),
						 .end = read_offset(v, "end")};
	}
	a->problems = p;
	a->n_problems = p ? n : 0;
}

static void read_all(struct assessment *a, const struct json *doc)
{
	int64_t n = 0;

	a->has_language = json_get_true(doc, "has_language");
	a->is_whole = json_get_true(doc, "is_whole");
	if (json_get_int(doc, "n_unlisted", &n) && n > 0)
		a->n_unlisted = (uint64_t)n;
	read_findings(a, json_get(doc, "findings"));
	read_problems(a, json_get(doc, "problems"));
	a->notes = read_list(a, json_get(doc, "notes"));
}

int assessment_read(struct str line, struct assessment **ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(assessment_freep) struct assessment *a = calloc(1, sizeof *a);
	int r = a ? json_parse(line, &doc, err) : err_nomem(err);

	if (r < 0)
		return err_wrap(err, r, "the answer of a check");
	arena_init(&a->arena, LIMIT_ARENA_BYTES);
	if (json_get(doc, "failure"))
		return err_set(err, ERR_IO, "%.*s", STR_FMT(json_get_str(doc, "failure")));
	if (json_kind_of(json_get(doc, "findings")) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT, "the answer of a check has no findings");
	read_all(a, doc);
	r = arena_check(&a->arena, err);
	if (r == 0)
		*ret = TAKE(a);
	return r;
}

int assessment_read_fixes(struct assessment *a, struct str line, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	int r = json_parse(line, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "the answer of a check");
	a->fix_all = read_edits(a, json_get(doc, "fix_all"), &a->n_fix_all);
	return arena_check(&a->arena, err);
}

int assessment_of_failure(const struct err *why, struct str text, struct assessment **ret,
			  struct err *err)
{
	CLEANUP(assessment_freep) struct assessment *a = calloc(1, sizeof *a);
	struct assessed_problem *p;

	if (!a)
		return err_nomem(err);
	arena_init(&a->arena, LIMIT_ARENA_BYTES);
	p = arena_alloc(&a->arena, sizeof *p);
	if (!p)
		return err_nomem(err);
	*p = (struct assessed_problem){.message = arena_str(&a->arena, str_of(why->msg)),
				       .end = (uint32_t)str_find_char(text, '\n')};
	a->problems = p;
	a->n_problems = 1;
	a->has_language = a->is_whole = true;
	*ret = TAKE(a);
	return 0;
}
