/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_test.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "base/path.h"
#include "check/yaml_facts.h"
#include "codec/json_writer.h"
#include "policy/policy_judge.h"
#include "report/report_read.h"

struct testing {
	struct policy_test *t;
	const char *path;
	struct policy *policy;
	int64_t now;
	struct err *err;
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct testing *ts, size_t line,
							const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	return err_set(ts->err, ERR_FORMAT, "%s:%zu: %s", ts->path, line, text);
}

/* ---- a report written as YAML ---- */

/* The depth is that of the YAML: yaml_depth. Aliases end at the buffer's maximum. */
static void add_json(struct json_writer *w, const struct yaml_node *v)
{
	const struct yaml_node *key, *value;
	struct yaml_fact fact;
	struct value x;

	if (w->out->error)
		return;
	if (yaml_kind_of(v) == YAML_MAP) {
		json_open_map(w);
		for (size_t i = 0; yaml_entry(v, i, &key, &value); i++) {
			json_key_str(w, yaml_str(key));
			add_json(w, value);
		}
		json_close_map(w);
		return;
	}
	if (yaml_kind_of(v) == YAML_LIST) {
		json_open_list(w);
		for (size_t i = 0; i < yaml_len(v); i++)
			add_json(w, yaml_at(v, i));
		json_close_list(w);
		return;
	}
	x = yaml_fact_init(&fact, v);
	if (x.kind == VALUE_BOOL)
		json_add_bool(w, x.b);
	else if (x.kind == VALUE_INT)
		json_add_int(w, x.i);
	else if (x.kind == VALUE_DOUBLE)
		json_add_raw(w, yaml_str(v));
	else if (x.kind == VALUE_NULL)
		json_add_null(w);
	else
		json_add_str(w, yaml_str(v));
}

static int report_of_map(const struct yaml_node *v, struct report **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	const struct yaml_node *key, *value;
	struct json_writer w;

	json_writer_init(&w, &sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "schema", "plimsoll.report/1");
	for (size_t i = 0; yaml_entry(v, i, &key, &value); i++)
		if (!str_is(yaml_str(key), "schema")) {
			json_key_str(&w, yaml_str(key));
			add_json(&w, value);
		}
	json_close_map(&w);
	if (strbuf_check(&sb, err) < 0)
		return -(int)sb.error;
	return report_read(strbuf_str(&sb), ret, err);
}

/* ---- files beside the test ---- */

static struct str beside(struct testing *ts, struct str name)
{
	struct str dir = path_dir(str_of(ts->path));

	if (dir.n == 0 || (name.n && name.p[0] == '/'))
		return arena_str(&ts->t->arena, name);
	return arena_strf(&ts->t->arena, "%.*s/%.*s", STR_FMT(dir), STR_FMT(name));
}

static int report_of_file(struct testing *ts, struct str name, struct report **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SBOM_BYTES);
	struct str path = beside(ts, name);
	int r;

	if (!path.p)
		return err_nomem(err);
	r = file_read(path.p, &sb, err); /* names itself */
	if (r < 0)
		return r;
	r = report_read(strbuf_str(&sb), ret, err);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(name)) : 0;
}

/* ---- one case ---- */

__attribute__((format(printf, 4, 5))) static void fail(struct testing *ts, struct str name,
						       size_t line, const char *fmt, ...)
{
	struct str *slot = vec_push(&ts->t->failures);
	char text[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	if (slot)
		*slot = arena_strf(&ts->t->arena, "%s:%zu: %.*s: %s", ts->path, line, STR_FMT(name),
				   text);
}

static const struct verdict_reason *reason_of(const struct verdict *v, struct str id)
{
	for (size_t i = 0; i < v->n_reasons; i++)
		if (str_eq(v->reasons[i].rule, id))
			return &v->reasons[i];
	return NULL;
}

static bool is_excepted(const struct verdict *v, struct str id)
{
	for (size_t i = 0; i < v->n_exceptions; i++)
		if (str_eq(v->exceptions[i].rule, id) && v->exceptions[i].state == EXCEPTION_USED)
			return true;
	return false;
}

static void count_rules(struct testing *ts, const struct verdict *v)
{
	for (size_t i = 0; i < ts->t->n_rules; i++) {
		struct policy_test_rule *rule = &ts->t->rules[i];
		const struct verdict_reason *reason = reason_of(v, rule->id);

		rule->n_silent += !reason;
		rule->n_spoke +=
			is_excepted(v, rule->id) || (reason && reason->outcome != OUTCOME_UNKNOWN);
	}
}

static bool has_rule(const struct testing *ts, struct str id, struct nearest *near)
{
	for (size_t i = 0; i < ts->t->n_rules; i++) {
		nearest_offer(near, ts->t->rules[i].id);
		if (str_eq(ts->t->rules[i].id, id))
			return true;
	}
	return false;
}

/* What a case says of single rules; false: one of them is otherwise. */
static int check_rules(struct testing *ts, struct str name, const struct yaml_node *rules,
		       const struct verdict *v, bool *ret_ok)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(rules, i, &key, &value); i++) {
		const struct verdict_reason *reason = reason_of(v, yaml_str(key));
		const char *is = rule_outcome_name(reason ? reason->outcome : OUTCOME_PASS);
		struct nearest near = nearest_to(yaml_str(key));

		if (!has_rule(ts, yaml_str(key), &near))
			return refuse(ts, yaml_line(key), "the policy has no rule \"%.*s\"%s%.*s%s",
				      STR_FMT(str_sub(yaml_str(key), 0, 64)),
				      near.name.n ? "; did you mean \"" : "", STR_FMT(near.name),
				      near.name.n ? "\"?" : "");
		if (str_is(yaml_str(value), is))
			continue;
		*ret_ok = false;
		fail(ts, name, yaml_line(key), "rule %.*s gives %s, not %.*s%s%.*s",
		     STR_FMT(yaml_str(key)), is, STR_FMT(str_sub(yaml_str(value), 0, 64)),
		     reason ? ": " : "", STR_FMT(reason ? reason->message : STR_NULL));
	}
	return 0;
}

static int check_verdict(struct testing *ts, struct str name, const struct yaml_node *node,
			 const struct verdict *v)
{
	struct str want = yaml_get_str(node, "verdict"), why = STR_NULL;
	bool ok = str_is(want, verdict_decision_name(v->decision));
	int r;

	for (size_t i = 0; i < v->n_reasons && !why.n; i++)
		if (v->reasons[i].effect == v->decision)
			why = v->reasons[i].rule;
	if (!ok)
		fail(ts, name, yaml_line(node), "the verdict is %s, not %.*s%s%.*s",
		     verdict_decision_name(v->decision), STR_FMT(str_sub(want, 0, 64)),
		     why.n ? ": rule " : "", STR_FMT(why));
	r = check_rules(ts, name, yaml_get(node, "rules"), v, &ok);
	ts->t->n_passed += r == 0 && ok;
	return r;
}

struct keys {
	const char *what, *listed;
	const char *names[5]; /* NULL-ended */
};

static const struct keys of_file = {
	"a test of a policy", "policy, now and cases", {"policy", "now", "cases"}};
static const struct keys of_case = {
	"a case", "name, report, verdict and rules", {"name", "report", "verdict", "rules"}};

static int check_keys(struct testing *ts, const struct keys *keys, const struct yaml_node *node)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		bool known = false;

		for (size_t k = 0; keys->names[k]; k++)
			known |= str_is(yaml_str(key), keys->names[k]);
		if (!known)
			return refuse(ts, yaml_line(key), "%s has no \"%.*s\"; there are %s",
				      keys->what, STR_FMT(str_sub(yaml_str(key), 0, 64)),
				      keys->listed);
	}
	return 0;
}

static int run_case(struct testing *ts, const struct yaml_node *node)
{
	CLEANUP(report_freep) struct report *report = NULL;
	const struct yaml_node *given = yaml_get(node, "report"), *rules = yaml_get(node, "rules");
	struct str name = yaml_get_str(node, "name"), want = yaml_get_str(node, "verdict");
	struct err why = {0};
	int r;

	if (yaml_kind_of(node) != YAML_MAP || !given)
		return refuse(ts, yaml_line(node), "a case is a map: name, report, verdict, rules");
	r = check_keys(ts, &of_case, node);
	if (r < 0)
		return r;
	if (rules && yaml_kind_of(rules) != YAML_MAP)
		return refuse(ts, yaml_line(rules), "rules of a case is a map: root: deny");
	if (!str_is(want, "allow") && !str_is(want, "warn") && !str_is(want, "deny"))
		return refuse(ts, yaml_line(node), "a case says verdict: allow, warn or deny");
	name = name.n ? name : STR("case");
	ts->t->n_cases++;
	r = yaml_kind_of(given) == YAML_MAP ? report_of_map(given, &report, &why)
					    : report_of_file(ts, yaml_str(given), &report, &why);
	if (r < 0) {
		fail(ts, name, yaml_line(given), "%s", why.msg);
		return r == -ERR_NOMEM ? err_nomem(ts->err) : 0;
	}
	r = policy_judge(ts->policy, ts->now, NULL, report, ts->err);
	if (r < 0)
		return r;
	count_rules(ts, &report->verdict);
	return check_verdict(ts, name, node, &report->verdict);
}

/* ---- the file ---- */

static int open_policy(struct testing *ts, const struct yaml_node *root)
{
	struct str name = yaml_get_str(root, "policy"), path;
	struct policy_test *t = ts->t;
	int r;

	if (!name.n)
		return refuse(ts, yaml_line(root), "a test of a policy says which: policy: FILE");
	/* The names of those that ship have neither a dot nor a slash. */
	path = str_find_char(name, '.') < name.n || str_find_char(name, '/') < name.n
		       ? beside(ts, name)
		       : arena_str(&t->arena, name);
	if (!path.p)
		return err_nomem(ts->err);
	r = policy_find(path.p, &ts->policy, ts->err);
	if (r < 0)
		return r;
	t->policy = arena_str(&t->arena, ts->policy->name);
	t->rules = arena_array(&t->arena, ts->policy->rules.n, sizeof *t->rules);
	if (!t->rules)
		return err_nomem(ts->err);
	t->n_rules = ts->policy->rules.n;
	for (size_t i = 0; i < t->n_rules; i++)
		t->rules[i].id = arena_str(
			&t->arena, ((const struct policy_rule *)vec_at(&ts->policy->rules, i))->id);
	return 0;
}

static int run_cases(struct testing *ts, const struct yaml_node *root)
{
	const struct yaml_node *cases = yaml_get(root, "cases");
	struct value now = fact_time(yaml_get_str(root, "now"));
	int r;

	r = check_keys(ts, &of_file, root);
	if (r < 0)
		return r;
	if (now.kind != VALUE_TIMESTAMP)
		return refuse(ts, yaml_line(root), "a test of a policy says now: 2026-01-01");
	ts->now = now.i;
	if (yaml_kind_of(cases) != YAML_LIST || yaml_len(cases) == 0)
		return refuse(ts, yaml_line(root), "cases is a list of maps");
	if (yaml_len(cases) > LIMIT_POLICY_CASES)
		return err_set(ts->err, ERR_LIMIT, "%s: more than policy_cases (%d)", ts->path,
			       (int)LIMIT_POLICY_CASES);
	r = open_policy(ts, root);
	for (size_t i = 0; i < yaml_len(cases) && r == 0; i++)
		r = run_case(ts, yaml_at(cases, i));
	return r == 0 ? arena_check(&ts->t->arena, ts->err) : r;
}

bool policy_test_is(struct str bytes)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;

	/* What is broken is told by who runs it. */
	return yaml_parse(bytes, &file, NULL) < 0 || yaml_get(yaml_document(file, 0), "cases");
}

int policy_test_run(const char *path, struct policy_test *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_POLICY_BYTES);
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct testing ts = {.t = ret, .path = path, .err = err};
	int r;

	*ret = (struct policy_test){.failures = VEC_INIT(struct str, LIMIT_POLICY_CASES * 4)};
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	r = file_read(path, &sb, err);
	if (r < 0)
		return r;
	r = yaml_parse(strbuf_str(&sb), &file, err);
	if (r < 0)
		return err_wrap(err, r, "%s", path);
	r = yaml_n_documents(file) > 1
		    ? refuse(&ts, yaml_line(yaml_document(file, 1)),
			     "a test of a policy is one document: put the other into a file")
		    : run_cases(&ts, yaml_document(file, 0));
	policy_free(ts.policy);
	return r;
}

void policy_test_done(struct policy_test *t)
{
	vec_done(&t->failures);
	arena_done(&t->arena);
}
