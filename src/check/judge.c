/* SPDX-License-Identifier: Apache-2.0 */
#include "check/judge.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/bench.h"

#define FIX_EDITS_MAX 64 /* of one finding */
#define TEXT_MAX      65536
#define SOURCE_MAX    8192 /* of a line that a finding shows; nobody reads a longer one */

/* The rules of a scope, and which of them may speak of the subject at hand. */
struct seat {
	const struct bench *bench;
	uint64_t *selected;
};

/* Lines that hold a secret, as a rule with `source: hidden` says. */
struct hidden {
	struct str path;
	uint64_t first, last;
};

struct judge {
	struct benches *benches;
	struct report *report;
	struct judge_hooks hooks;
	struct vec seats;   /* struct seat, of the scopes met so far */
	struct vec fixes;   /* struct judge_fix */
	struct vec origins; /* struct judge_origin */
	struct vec hidden;  /* struct hidden */
	uint64_t n_broken, n_refused;
	uint64_t spent_before; /* units, of the files before this one */
	bool is_exhausted;     /* rule_cost is spent for this file, and that is told */
	struct evaluation evaluation;
	struct arena arena; /* of the seats */
	struct arena file;  /* of the file at hand */
};

/* Takes over the reference. */
static int new_judge(struct benches *benches, struct report *report, struct judge **ret,
		     struct err *err)
{
	struct judge *j = calloc(1, sizeof *j);

	if (!j) {
		benches_unref(benches);
		return err_nomem(err);
	}
	j->benches = benches;
	j->report = report;
	j->seats = (struct vec)VEC_INIT(struct seat, LIMIT_RULES);
	j->fixes = (struct vec)VEC_INIT(struct judge_fix, LIMIT_FINDINGS);
	j->origins = (struct vec)VEC_INIT(struct judge_origin, LIMIT_FINDINGS);
	j->hidden = (struct vec)VEC_INIT(struct hidden, LIMIT_FINDINGS);
	arena_init(&j->arena, LIMIT_ARENA_BYTES);
	arena_init(&j->file, LIMIT_ARENA_BYTES);
	evaluation_init(&j->evaluation);
	*ret = j;
	return 0;
}

int judge_new(struct rule_set *set, struct report *report, struct judge **ret, struct err *err)
{
	struct benches *benches;
	int r = benches_new(set, &benches, err);

	return r < 0 ? r : new_judge(benches, report, ret, err);
}

int judge_new_beside(const struct judge *first, struct report *report, struct judge **ret,
		     struct err *err)
{
	return new_judge(benches_ref(first->benches), report, ret, err);
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	benches_unref(j->benches);
	vec_done(&j->seats);
	vec_done(&j->fixes);
	vec_done(&j->origins);
	vec_done(&j->hidden);
	evaluation_done(&j->evaluation);
	arena_done(&j->arena);
	arena_done(&j->file);
	free(j);
}

void judge_freep(struct judge **j)
{
	judge_free(*j);
	*j = NULL;
}

void judge_set_hooks(struct judge *j, const struct judge_hooks *hooks)
{
	j->hooks = *hooks;
	j->spent_before = j->evaluation.spent;
	j->is_exhausted = false;
}

void judge_forget_fixes(struct judge *j)
{
	vec_cut(&j->fixes, 0);
	vec_cut(&j->origins, 0);
}

void judge_choose(struct judge *j, const struct judge_choice *choice)
{
	benches_choose(j->benches, choice);
}

struct arena *judge_file_arena(struct judge *j)
{
	return &j->file;
}

void judge_defer_texts(struct judge *j)
{
	benches_defer_texts(j->benches);
}

struct report *judge_report(struct judge *j)
{
	return j->report;
}

const struct rule_set *judge_rules(const struct judge *j)
{
	return benches_rules(j->benches);
}

uint64_t judge_n_broken(const struct judge *j)
{
	return j->n_broken;
}

uint64_t judge_n_refused(const struct judge *j)
{
	return j->n_refused;
}

int judge_refuse(struct judge *j, struct str path, const char *parser, const struct err *why,
		 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(LIMIT_PATH_BYTES + 16);

	strbuf_adds(&what, "file ");
	strbuf_add(&what, path);
	j->n_refused++;
	if (report_add_problem(j->report, path, STR_NULL, str_of(parser), why) < 0 ||
	    report_add_coverage(j->report, strbuf_str(&what), COVERAGE_NOT_ASSESSED,
				STR("it cannot be read"), STR_NULL, 0) < 0)
		return err_nomem(err);
	return 0;
}

const struct judge_fix *judge_fixes(const struct judge *j, size_t *ret_n)
{
	*ret_n = j->fixes.n;
	return j->fixes.p;
}

const struct judge_origin *judge_origins(const struct judge *j, size_t *ret_n)
{
	*ret_n = j->origins.n;
	return j->origins.p;
}

/* ---- the rules of a scope ---- */

static int find_seat(struct judge *j, const struct scope *scope, struct seat **ret, struct err *err)
{
	const struct bench *bench;
	struct seat *seat;
	int r;

	for (size_t i = 0; i < j->seats.n; i++) {
		*ret = vec_at(&j->seats, i);
		if ((*ret)->bench->scope == scope)
			return 0;
	}
	r = benches_find(j->benches, scope, &bench, err);
	if (r < 0)
		return r;
	seat = vec_push(&j->seats);
	if (!seat)
		return err_nomem(err);
	seat->bench = bench;
	seat->selected = arena_array(&j->arena, bench->index.n_words + 1, sizeof *seat->selected);
	*ret = seat;
	return arena_check(&j->arena, err);
}

/* ---- one finding ---- */

struct trial {
	struct judge *j;
	struct rule_program *program;
	const struct bench *bench; /* of it */
	const struct value *facts;
	size_t n_facts;
	const struct judge_subject *subject;
	struct err *err;
};

/* The report's arena outlives the pack and the file. */
static struct str keep(const struct trial *t, struct str s)
{
	return s.n ? arena_str(&t->j->report->arena, s) : STR_NULL;
}

static struct str_list keep_list(const struct trial *t, struct str_list from, struct str one_more)
{
	size_t n = from.n + (one_more.n > 0);
	struct str *p = arena_array(&t->j->report->arena, n ? n : 1, sizeof *p);

	for (size_t i = 0; p && i < n; i++)
		p[i] = keep(t, i < from.n ? from.p[i] : one_more);
	return p ? (struct str_list){p, n} : (struct str_list){0};
}

static int problem(const struct trial *t, const char *part, struct value error)
{
	char parser[128];
	struct err what = {0};

	(void)snprintf(parser, sizeof parser, "rule %.*s",
		       STR_FMT(t->program->rule->id)); /* fits */
	(void)err_set(&what, ERR_FORMAT, "line %llu: %s could not be judged: %.*s",
		      (unsigned long long)t->subject->place.line, part,
		      STR_FMT(error.kind == VALUE_ERROR ? error.error->message
							: STR("of another type than expected")));
	return report_add_problem(t->j->report, t->subject->path, t->subject->layer, str_of(parser),
				  &what)
		       ? err_nomem(t->err)
		       : 0;
}

/* The finding counts all the same: what is wrong there is its text. */
static int expand(const struct trial *t, const char *part, const struct template *from,
		  struct str *ret)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	int r = 0;

	if (!template_expand(from, &t->j->evaluation, t->facts, t->n_facts, &sb))
		r = problem(t, part, value_absent());
	*ret = arena_str(&t->j->report->arena, strbuf_str(&sb));
	return ret->p ? r : err_nomem(t->err);
}

static struct value eval(const struct trial *t, const struct program *p)
{
	return program_eval(p, &t->j->evaluation, t->facts, t->n_facts);
}

/* To look into a value that an evaluation gave; its memory is that of the evaluation. */
static struct call call_of(const struct trial *t)
{
	return (struct call){.scratch = &t->j->evaluation.scratch, .budget = LIMIT_EXPR_COST};
}

static struct judge_place place_of(const struct trial *t)
{
	struct judge_place place = t->subject->place, other;
	const struct judge_hooks *h = &t->j->hooks;

	if (t->program->at && h->place && h->place(h->context, eval(t, t->program->at), &other))
		place = other;
	return place;
}

static int put_paths(const struct trial *t, struct finding *f)
{
	const struct judge_subject *s = t->subject;
	struct finding_location *at = arena_array(&t->j->report->arena, s->paths.n, sizeof *at);

	if (!at)
		return err_nomem(t->err);
	for (size_t i = 0; i < s->paths.n; i++)
		at[i] = (struct finding_location){.layer = keep(t, s->layer),
						  .path = keep(t, s->paths.p[i])};
	f->locations = at;
	f->n_locations = s->paths.n;
	return 0;
}

static int put_location(const struct trial *t, const struct judge_place *place, struct finding *f)
{
	struct finding_location *at = arena_alloc(&t->j->report->arena, sizeof *at);

	if (!at)
		return err_nomem(t->err);
	*at = (struct finding_location){
		.layer = keep(t, t->subject->layer),

		.path = keep(t, place->path.n ? place->path : t->subject->path),
		.line = place->line,
		.column = place->column,
		.end_line = place->end_line,
		.end_column = place->end_column};
	f->locations = at;
	f->n_locations = 1;
	return 0;
}

static struct str excerpt(const struct trial *t, const struct judge_place *place)
{
	const struct judge_hooks *h = &t->j->hooks;

	if (place->path.n)
		return place->excerpt;
	return h->line && place->line != t->subject->place.line ? h->line(h->context, place->line)
								: t->subject->excerpt;
}

static int put_evidence(const struct trial *t, const struct judge_place *place, struct finding *f)
{
	struct str source = excerpt(t, place);
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct str *p = arena_array(&t->j->report->arena, 4, sizeof *p);
	size_t n = 0;

	if (!p)
		return err_nomem(t->err);
	strbuf_addf(&sb, "rule=%.*s", STR_FMT(t->program->rule->title));
	p[n++] = keep(t, strbuf_str(&sb));
	if (t->subject->container.n) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "container=%.*s", STR_FMT(t->subject->container));
		p[n++] = keep(t, strbuf_str(&sb));
	}
	if (t->subject->document.n) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "document=%.*s", STR_FMT(t->subject->document));
		p[n++] = keep(t, strbuf_str(&sb));
	}
	if (source.n && source.n <= SOURCE_MAX && !t->program->rule->hides_source) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "source=%.*s", STR_FMT(source));
		p[n++] = keep(t, strbuf_str(&sb));
	}
	f->evidence = (struct str_list){p, n};
	return 0;
}

/* ---- secrets ---- */

/* Where the finding points: of a service or a container with many lines, the one with the secret.
 */
static int hide(const struct trial *t, const struct finding *f)
{
	struct hidden *h = vec_push(&t->j->hidden);

	if (!h)
		return err_nomem(t->err);
	*h = (struct hidden){f->locations->path, f->locations->line, f->locations->end_line};
	return 0;
}

static int compare_hidden(const void *a, const void *b)
{
	const struct hidden *x = a, *y = b;
	int c = str_cmp(x->path, y->path);

	return c ? c : (x->first > y->first) - (x->first < y->first);
}

/* Things do not overlap, so the last that begins at or before the line decides. */
static bool is_hidden(const struct judge *j, const struct finding_location *at)
{
	const struct hidden key = {at->path, at->line, at->line};
	size_t low = 0, high = j->hidden.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_hidden(vec_at(&j->hidden, middle), &key) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0) {
		const struct hidden *h = vec_at(&j->hidden, low - 1);

		return str_eq(h->path, at->path) && at->line <= h->last;
	}
	return false;
}

/* The general title says what is wrong without quoting the line. */
static void redact(struct finding *f)
{
	struct str *p = (struct str *)f->evidence.p;
	size_t n = 0;

	for (size_t i = 0; i < f->evidence.n; i++) {
		struct str text = p[i];

		if (str_has_prefix(text, STR("source=")))
			continue;
		if (str_pull_prefix(&text, STR("rule=")))
			f->title = text;
		p[n++] = p[i];
	}
	f->evidence.n = n;
}

void judge_redact(struct judge *j)
{
	vec_sort(&j->hidden, compare_hidden);
	for (size_t i = 0; i < j->report->findings.n; i++) {
		struct finding *f = vec_at(&j->report->findings, i);
		bool quotes = false;

		for (size_t k = 0; k < f->evidence.n; k++)
			quotes |= str_has_prefix(f->evidence.p[k], STR("source="));
		if (quotes && f->n_locations && is_hidden(j, &f->locations[0]))
			redact(f);
	}
}

/* ---- the fix ---- */

static bool take_offset(struct call *c, struct value edit, const char *key, uint32_t *ret)
{
	struct value v = value_get(c, edit, value_string(str_of(key)));

	*ret = v.kind == VALUE_INT && v.i >= 0 && v.i <= UINT32_MAX ? (uint32_t)v.i : 0;
	return v.kind == VALUE_INT && v.i >= 0 && v.i <= UINT32_MAX;
}

static bool take_edit(const struct trial *t, struct value v, struct edit *ret)
{
	struct call call = call_of(t), *c = &call;
	struct value text;

	if (v.kind != VALUE_MAP || !take_offset(c, v, "start", &ret->start) ||
	    !take_offset(c, v, "end", &ret->end))
		return false;
	text = value_get(c, v, value_string(STR("text")));
	if (text.kind != VALUE_STRING)
		return false;
	ret->text = keep(t, value_str(text));
	return ret->start <= ret->end;
}

/* [{"start": 1, "end": 1, "text": " -y"}, ...]; an empty list: this one is not fixed. */
static int put_fix(const struct trial *t)
{
	struct value list = eval(t, t->program->fix);
	struct call c = call_of(t);
	struct judge_fix *fix;
	struct edit *edits;

	if (list.kind != VALUE_LIST || list.n > FIX_EDITS_MAX)
		return problem(t, "its fix", list);
	if (list.n == 0)
		return 0;
	edits = arena_array(&t->j->report->arena, list.n, sizeof *edits);
	if (!edits)
		return err_nomem(t->err);
	for (uint32_t i = 0; i < list.n; i++)
		if (!take_edit(t, value_at(&c, list, i), &edits[i]))
			return problem(t, "its fix", list);
	fix = vec_push(&t->j->fixes);
	if (!fix)
		return err_nomem(t->err);
	*fix = (struct judge_fix){.finding = t->j->report->findings.n - 1,
				  .title = t->program->rule->fix_title.n
						   ? t->program->rule->fix_title
						   : t->program->rule->title,
				  .edits = edits,
				  .n_edits = list.n};
	return 0;
}

static int put_origin(const struct trial *t, const struct finding *f)
{
	struct judge_origin *origin = vec_push(&t->j->origins);

	if (!origin)
		return err_nomem(t->err);
	*origin = (struct judge_origin){.finding = t->j->report->findings.n - 1,
					.place = t->subject->place,
					.name = f->subject.name};
	return 0;
}

static int speak(const struct trial *t)
{
	const struct rule *rule = t->program->rule;
	const struct judge_hooks *h = &t->j->hooks;
	struct judge_place place = place_of(t);
	struct finding f = {.kind = t->subject->is_waste ? FINDING_WASTE : FINDING_MISCONFIGURATION,
			    .saved_bytes = t->subject->saved_bytes,
			    .severity = rule->graded || t->subject->severity == SEVERITY_UNKNOWN
						? rule->severity
						: t->subject->severity,
			    .status = STATUS_AFFECTED,
			    .risk = -1,
			    .confidence = 1};
	int r;

	if (h->wants && !h->wants(h->context, &place))
		return 0;
	r = benches_compile_texts(t->j->benches, t->bench, t->program, t->err);
	if (r == 0)
		r = t->subject->paths.n ? put_paths(t, &f) : put_location(t, &place, &f);
	if (r == 0)
		r = put_evidence(t, &place, &f);
	if (r == 0)
		r = expand(t, "its message", &t->program->message, &f.title);
	if (r == 0)
		r = expand(t, "its remedy", &t->program->remedy, &f.fix_action);
	if (r < 0)
		return r;
	f.rule = keep(t, rule->id);
	f.severity_source = STR("rule");
	f.subject.kind = t->subject->kind;
	f.subject.name = keep(t, t->subject->name);
	f.subject.path = keep(t, t->subject->path);
	f.subject.layer = keep(t, t->subject->layer);
	f.references = keep_list(t, rule->references, STR_NULL);
	f.codes = keep_list(t, rule->codes, t->subject->code);
	if (h->suppression) {
		struct judge_suppression s = h->suppression(h->context, rule, &place);

		f.suppressed_by = keep(t, s.by);
		f.suppressed_reason = keep(t, s.reason);
		f.suppressed_until = keep(t, s.until);
	}
	r = report_add_finding(t->j->report, &f, t->err);
	if (r == 0 && t->subject->place.line && place.line != t->subject->place.line)
		r = put_origin(t, &f);
	if (r == 0 && rule->hides_source)
		r = hide(t, &f);
	if (r == 0 && t->program->fix && !f.suppressed_by.n)
		r = put_fix(t);
	return r;
}

int judge_asks(struct judge *j, const struct scope *scope, bool *ret, struct err *err)
{
	struct seat *seat = NULL;
	int r = find_seat(j, scope, &seat, err);

	*ret = r == 0 && seat->bench->n > 0;
	return r;
}

/* Rules that look at all of a file for each of its things take long for a very large one. */
static int exhaust(const struct trial *t)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT(LIMIT_PATH_BYTES + 16);
	struct err why = {0};

	t->j->is_exhausted = true;
	strbuf_adds(&what, "file ");
	strbuf_add(&what, t->subject->path);
	(void)err_set(&why, ERR_LIMIT,
		      "line %llu: rules ask for more work than rule_cost (%d): from here on they "
		      "are not asked; divide the file",
		      (unsigned long long)t->subject->place.line, LIMIT_RULE_COST);
	if (report_add_problem(t->j->report, t->subject->path, t->subject->layer, STR("rules"),
			       &why) < 0 ||
	    report_add_coverage(t->j->report, strbuf_str(&what), COVERAGE_PARTIAL,
				STR("too much work for rules"), STR_NULL, 0) < 0)
		return err_nomem(t->err);
	return 0;
}

static bool is_spent(const struct judge *j)
{
	return j->evaluation.spent - j->spent_before > LIMIT_RULE_COST;
}

static int judge_by(struct trial *t, struct rule_program *program)
{
	struct value v;

	t->program = program;
	v = eval(t, program->when);
	if (value_is_true(v) || benches_choice(t->j->benches)->always)
		return speak(t);
	return v.kind != VALUE_BOOL ? problem(t, "the rule", v) : 0;
}

int judge_subject(struct judge *j, const struct scope *scope, const struct value *facts,
		  const struct judge_subject *subject, struct err *err)
{
	struct trial t = {.j = j,
			  .facts = facts,
			  .n_facts = scope_n_variables(scope),
			  .subject = subject,
			  .err = err};
	const struct judge_choice *choice = benches_choice(j->benches);
	const struct bench *b;
	struct seat *seat = NULL;
	int r = find_seat(j, scope, &seat, err);

	if (r < 0)
		return r;
	t.bench = b = seat->bench;
	j->n_broken += b->is_problem;
	if (b->n == 0 || j->is_exhausted)
		return 0;
	if (is_spent(j))
		return exhaust(&t);
	if (choice->always || choice->ask_all)
		rule_index_select_all(&b->index, seat->selected);
	else
		rule_index_select(&b->index, &j->evaluation, facts, seat->selected);
	for (size_t i = rule_index_next(&b->index, seat->selected, 0); r == 0 && i < b->n;
	     i = rule_index_next(&b->index, seat->selected, i + 1)) {
		r = judge_by(&t, &b->programs[i]);
		if (r == 0 && i + 1 < b->n && is_spent(j))
			return exhaust(&t);
	}
	return r;
}

int judge_take(struct judge *j, const struct judge *other, struct err *err)
{
	for (size_t i = 0; i < other->hidden.n; i++) {
		struct hidden *h = vec_push(&j->hidden);

		if (!h)
			return err_nomem(err);
		*h = *(const struct hidden *)vec_at(&other->hidden, i);
	}
	j->n_broken += other->n_broken;
	j->n_refused += other->n_refused;
	return 0;
}
