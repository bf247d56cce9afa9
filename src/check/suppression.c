/* SPDX-License-Identifier: Apache-2.0 */
#include "check/suppression.h"

#include "base/clock.h"
#include "base/limits.h"

#define DAY_SECONDS 86400

/* One name of one comment. */
struct suppression {
	struct str name; /* empty: all rules */
	struct str tool, reason, until;
	uint64_t first, last; /* lines; 0, 0: the file */
	bool is_own;	      /* our form: it names rules of ours */
};

void suppressions_init(struct suppressions *s)
{
	s->list = (struct vec)VEC_INIT(struct suppression, LIMIT_SUPPRESSIONS);
}

void suppressions_done(struct suppressions *s)
{
	vec_done(&s->list);
}

static int add(struct suppressions *s, const struct suppression *what, struct err *err)
{
	struct suppression *p = vec_push(&s->list);

	if (!p)
		return err_set(err, ERR_LIMIT, "more than suppressions (%d)",
			       (int)LIMIT_SUPPRESSIONS);
	*p = *what;
	return 0;
}

/* "A, B,C": each is one of `like`. */
static int add_names(struct suppressions *s, struct str names, const struct suppression *like,
		     struct err *err)
{
	struct suppression one = *like;
	int r = 0;

	for (struct str name; r == 0 && names.n;) {
		if (!str_pull_until(&names, ',', &name)) {
			name = names;
			names = STR_NULL;
		}
		one.name = str_trim(name);
		if (one.name.n)
			r = add(s, &one, err);
	}
	return r;
}

/* ---- the forms ---- */

/* "ignore=a,b until=2026-12-31 reason: why" */
static int add_own(struct suppressions *s, struct str text, struct suppression *like,
		   struct err *err)
{
	bool file = str_pull_prefix(&text, STR("ignore-file="));
	struct str names, word;

	like->is_own = true;
	if (!file && !str_pull_prefix(&text, STR("ignore=")))
		return 0;
	if (file)
		like->first = like->last = 0;
	if (!str_pull_word(&text, &names))
		return 0;
	for (text = str_trim(text); text.n; text = str_trim(text)) {
		if (str_pull_prefix(&text, STR("reason:"))) {
			like->reason = str_trim(text);
			break;
		}
		if (!str_pull_word(&text, &word))
			break;
		if (str_pull_prefix(&word, STR("until=")))
			like->until = word;
		else if (str_pull_prefix(&word, STR("reason=")))
			like->reason = word;
	}
	return add_names(s, names, like, err);
}

static int add_hadolint(struct suppressions *s, struct str text, struct suppression *like,
			struct err *err)
{
	text = str_trim(text);
	if (str_pull_prefix(&text, STR("global"))) {
		like->first = like->last = 0;
		text = str_trim(text);
	}
	if (!str_pull_prefix(&text, STR("ignore")))
		return 0;
	text = str_trim(text);
	return str_pull_prefix(&text, STR("=")) ? add_names(s, text, like, err) : 0;
}

/* "DS-0002:exp:2026-12-31 and more"; AVD-DS-0002 and DS002 are old names of DS-0002. */
static int add_trivy(struct suppressions *s, struct str text, struct suppression *like,
		     struct err *err)
{
	struct str word, name, rest;

	if (!str_pull_word(&text, &word))
		return 0;
	if (!str_cut(word, ':', &name, &rest)) {
		name = word;
		rest = STR_NULL;
	}
	if (str_pull_prefix(&rest, STR("exp:")))
		like->until = rest;
	(void)str_pull_prefix(&name, STR("AVD-")); /* may be there */
	like->name = str_is(name, "*") ? STR_NULL : name;
	return add(s, like, err);
}

static int add_checkov(struct suppressions *s, struct str text, struct suppression *like,
		       struct err *err)
{
	struct str name, reason;

	like->first = like->last = 0;
	if (!str_cut(text, ':', &name, &reason)) {
		name = text;
		reason = STR_NULL;
	}
	like->reason = str_trim(reason);
	return add_names(s, name, like, err);
}

static int add_kics(struct suppressions *s, struct str text, struct suppression *like,
		    struct err *err)
{
	text = str_trim(text);
	if (str_is(text, "ignore-line") || str_is(text, "ignore-block"))
		return add(s, like, err);
	like->first = like->last = 0;
	return str_pull_prefix(&text, STR("disable=")) ? add_names(s, text, like, err) : 0;
}

static const struct {
	const char *prefix;
	const char *tool;
	int (*add)(struct suppressions *s, struct str text, struct suppression *like,
		   struct err *err);
} forms[] = {
	{"plimsoll ", "plimsoll", add_own},	   {"hadolint ", "hadolint", add_hadolint},
	{"trivy:ignore:", "trivy", add_trivy},	   {"tfsec:ignore:", "trivy", add_trivy},
	{"checkov:skip=", "checkov", add_checkov}, {"bridgecrew:skip=", "checkov", add_checkov},
	{"kics-scan ", "kics", add_kics},
};

int suppressions_add(struct suppressions *s, struct str text, uint64_t first, uint64_t last,
		     struct err *err)
{
	text = str_trim(text);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct suppression like = {
			.tool = str_of(forms[i].tool), .first = first, .last = last};
		struct str rest = text;

		if (str_pull_prefix(&rest, str_of(forms[i].prefix)))
			return forms[i].add(s, str_trim(rest), &like, err);
	}
	return 0;
}

int suppressions_add_check(struct suppressions *s, struct str value, struct err *err)
{
	const struct suppression like = {.tool = STR("BuildKit")};
	struct str part, names;
	int r = 0;

	while (r == 0 && value.n) {
		if (!str_pull_until(&value, ';', &part)) {
			part = value;
			value = STR_NULL;
		}
		names = str_trim(part);
		if (!str_pull_prefix(&names, STR("skip=")))
			continue;
		r = str_eq_nocase(names, STR("all")) ? add(s, &like, err)
						     : add_names(s, names, &like, err);
	}
	return r;
}

/* ---- asking ---- */

/* Trivy's DS002 was DS-0002 before: letters, then the number. */
static bool is_code(struct str code, struct str name)
{
	struct str letters, digits, number = STR_NULL;
	uint64_t a, b;
	size_t n = 0;

	if (str_eq_nocase(code, name))
		return true;
	while (n < name.n && char_is_alpha(name.p[n]))
		n++;
	number = str_skip(name, n);
	return str_cut(code, '-', &letters, &digits) && n > 0 &&
	       str_eq_nocase(letters, str_sub(name, 0, n)) && str_parse_u64(digits, &a) &&
	       str_parse_u64(number, &b) && a == b;
}

static bool names_rule(const struct suppression *p, const struct rule *rule, struct str code)
{
	bool is = !p->name.n || (rule && str_eq_nocase(rule->id, p->name)) ||
		  (code.n && is_code(code, p->name));

	for (size_t i = 0; rule && !is && i < rule->codes.n; i++)
		is = is_code(rule->codes.p[i], p->name);
	return is;
}

static bool parse_day(struct str day, int64_t *ret)
{
	char stamp[CLOCK_TEXT_MAX];

	if (day.n != 10)
		return false;
	(void)snprintf(stamp, sizeof stamp, "%.*sT00:00:00Z", STR_FMT(day)); /* fits */
	return clock_parse(str_of(stamp), ret);
}

/* Through its last day; a date that cannot be read has passed. */
static bool holds(const struct suppression *p, int64_t now)
{
	int64_t end;

	return !p->until.n || (parse_day(p->until, &end) && now < end + DAY_SECONDS);
}

static struct judge_suppression find(const struct suppressions *s, const struct rule *rule,
				     struct str code, uint64_t line, int64_t now)
{
	for (size_t i = 0; i < s->list.n; i++) {
		const struct suppression *p = vec_at(&s->list, i);

		if ((p->first == 0 || (line >= p->first && line <= p->last)) &&
		    names_rule(p, rule, code) && holds(p, now))
			return (struct judge_suppression){
				.by = p->tool, .reason = p->reason, .until = p->until};
	}
	return (struct judge_suppression){0};
}

struct judge_suppression suppressions_find(const struct suppressions *s, const struct rule *rule,
					   uint64_t line, int64_t now)
{
	return find(s, rule, STR_NULL, line, now);
}

struct judge_suppression suppressions_find_code(const struct suppressions *s, struct str code,
						uint64_t line, int64_t now)
{
	return find(s, NULL, code, line, now);
}

/* ---- what cannot be meant ---- */

/* SC2086, which no rule has among its codes: shell-lint takes it from ShellCheck. */
static bool is_shell_code(struct str name)
{
	uint64_t number;

	return str_pull_prefix(&name, STR("SC")) && str_parse_u64(name, &number);
}

static bool is_wrong(const struct suppression *p, const struct rule_set *set, struct err *ret)
{
	struct str name = str_sub(p->name, 0, 100), nearest;
	int64_t day;

	if (p->until.n && !parse_day(p->until, &day)) {
		(void)err_set(ret, ERR_FORMAT,
			      "ignore=%.*s: until=%.*s is no day, such as 2026-12-31: it is not "
			      "ignored",
			      STR_FMT(name), STR_FMT(str_sub(p->until, 0, 100)));
		return true;
	}
	if (rule_set_find(set, p->name) || is_shell_code(p->name))
		return false;
	nearest = rule_set_nearest(set, p->name);
	(void)err_set(ret, ERR_FORMAT, "ignore=%.*s: there is no such rule%s%.*s%s", STR_FMT(name),
		      nearest.n ? "; did you mean \"" : "", STR_FMT(nearest),
		      nearest.n ? "\"?" : "");
	return true;
}

int suppressions_check(const struct suppressions *s, struct judge *j, struct str path,
		       struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < s->list.n && n < LIMIT_FILE_PROBLEMS; i++) {
		const struct suppression *p = vec_at(&s->list, i);
		struct err what = {0};

		if (!p->is_own || !is_wrong(p, judge_rules(j), &what))
			continue;
		n++;
		if (p->first)
			(void)err_wrap(&what, -(int)what.code, "line %llu",
				       (unsigned long long)p->first);
		if (report_add_problem(judge_report(j), path, STR_NULL, STR("comment"), &what) < 0)
			return err_nomem(err);
	}
	return 0;
}
