/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/nearest.h"
#include "check/rule_program.h"
#include "base/shipped.h"
#include "codec/yaml_keys.h"

#define POLICY_ID_MAX 64 /* bytes */
#define FOLDER	      "policies/"

/* The keys' functions are given its first member. */
struct reading {
	struct yaml_reading yaml;
	struct policy *policy;
	size_t n_exceptions; /* of all rules */
};

static struct reading *reading_of(struct yaml_reading *rd)
{
	return (struct reading *)(void *)rd;
}

const char *policy_kind_name(enum policy_kind k)
{
	static const char *const names[] = {
		[POLICY_DENY] = "deny", [POLICY_WARN] = "warn", [POLICY_REQUIRE] = "require"};

	return names[k];
}

static struct str shown(struct str s)
{
	return str_sub(s, 0, 64);
}

/* ---- values ---- */

static int take_text(struct yaml_reading *rd, const struct yaml_node *v, struct rule_text *ret)
{
	ret->line = yaml_line(v);
	return yaml_take_text(rd, v, &ret->text);
}

static int take_unknown(struct yaml_reading *rd, const struct yaml_node *v,
			enum verdict_decision *ret)
{
	for (enum verdict_decision d = VERDICT_ALLOW; d <= VERDICT_DENY; d++)
		if (str_is(yaml_str(v), verdict_decision_name(d))) {
			*ret = d;
			return 0;
		}
	return yaml_refuse(rd, v, "unknown is deny, warn or allow");
}

/* ---- exceptions ---- */

static int exception_match(struct yaml_reading *rd, void *x, const struct yaml_node *v)
{
	return take_text(rd, v, &((struct policy_exception *)x)->match);
}

static int exception_owner(struct yaml_reading *rd, void *x, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct policy_exception *)x)->owner);
}

static int exception_reason(struct yaml_reading *rd, void *x, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct policy_exception *)x)->reason);
}

static int exception_until(struct yaml_reading *rd, void *x, const struct yaml_node *v)
{
	return until_take(rd, v, &((struct policy_exception *)x)->until);
}

static const struct yaml_key exception_keys[] = {
	{"match", true, exception_match},
	{"owner", true, exception_owner},
	{"reason", true, exception_reason},
	{"until", true, exception_until},
	{NULL, false, NULL},
};

/* ---- rules ---- */

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')
			return false;
	return s.n > 0 && s.n <= POLICY_ID_MAX;
}

static int rule_id(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	struct str *id = &((struct policy_rule *)rule)->id;
	int r = yaml_take_text(rd, v, id);

	if (r == 0 && !is_id(*id))
		r = yaml_refuse(rd, v,
				"id \"%.*s\": letters, digits, dashes, dots, at most %d of them",
				STR_FMT(shown(*id)), POLICY_ID_MAX);
	return r;
}

static int rule_title(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct policy_rule *)rule)->title);
}

static int rule_each(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	struct nearest near = nearest_to(yaml_str(v));

	for (const struct each *e = eaches; e->name; e++) {
		nearest_offer(&near, str_of(e->name));
		if (str_is(yaml_str(v), e->name)) {
			((struct policy_rule *)rule)->each = e;
			return 0;
		}
	}
	return yaml_refuse(rd, v, "there is no \"%.*s\" to ask for each%s%.*s%s",
			   STR_FMT(shown(yaml_str(v))), near.name.n ? "; did you mean \"" : "",
			   STR_FMT(near.name), near.name.n ? "\"?" : "");
}

static int rule_match(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &((struct policy_rule *)rule)->match);
}

static int take_condition(struct yaml_reading *rd, struct policy_rule *rule, enum policy_kind kind,
			  const struct yaml_node *v)
{
	if (rule->condition.text.n)
		return yaml_refuse(rd, v, "a rule has one of deny, warn and require");
	rule->kind = kind;
	return take_text(rd, v, &rule->condition);
}

static int rule_deny(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return take_condition(rd, rule, POLICY_DENY, v);
}

static int rule_warn(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return take_condition(rd, rule, POLICY_WARN, v);
}

static int rule_require(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return take_condition(rd, rule, POLICY_REQUIRE, v);
}

static int rule_unknown(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return take_unknown(rd, v, &((struct policy_rule *)rule)->unknown);
}

static int rule_message(struct yaml_reading *rd, void *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &((struct policy_rule *)rule)->message);
}

static int rule_except(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct policy_rule *rule = into;
	size_t n = yaml_len(v);
	int r = 0;

	if (yaml_kind_of(v) != YAML_LIST)
		return yaml_refuse(rd, v, "except is a list of maps: match, owner, reason, until");
	reading_of(rd)->n_exceptions += n;
	if (reading_of(rd)->n_exceptions > LIMIT_POLICY_EXCEPTIONS)
		return err_set(rd->err, ERR_LIMIT, "%.*s: more than policy_exceptions (%d)",
			       STR_FMT(rd->file), (int)LIMIT_POLICY_EXCEPTIONS);
	rule->exceptions = arena_array(rd->arena, n ? n : 1, sizeof *rule->exceptions);
	if (!rule->exceptions)
		return err_nomem(rd->err);
	rule->n_exceptions = n;
	for (size_t i = 0; i < n && r == 0; i++) {
		rule->exceptions[i].line = yaml_line(yaml_at(v, i));
		r = yaml_take_keys(rd, exception_keys, "an exception", yaml_at(v, i),
				   &rule->exceptions[i]);
	}
	return r;
}

static const struct yaml_key rule_keys[] = {
	{"id", true, rule_id},
	{"title", false, rule_title},
	{"each", false, rule_each},
	{"match", false, rule_match},
	{"deny", false, rule_deny},
	{"warn", false, rule_warn},
	{"require", false, rule_require},
	{"message", true, rule_message},
	{"unknown", false, rule_unknown},
	{"except", false, rule_except},
	{NULL, false, NULL},
};

static const struct policy_rule *find_rule(const struct policy *p, struct str id, size_t before)
{
	for (size_t i = 0; i < before; i++) {
		const struct policy_rule *rule = vec_at(&p->rules, i);

		if (str_eq(rule->id, id))
			return rule;
	}
	return NULL;
}

static int take_rule(struct yaml_reading *rd, const struct yaml_node *v)
{
	const struct policy *p = reading_of(rd)->policy;
	struct policy_rule *rule = vec_push(&reading_of(rd)->policy->rules);
	const struct policy_rule *other;
	int r;

	if (!rule)
		return err_set(rd->err, ERR_LIMIT, "%.*s: more than policy_rules (%d)",
			       STR_FMT(rd->file), (int)LIMIT_POLICY_RULES);
	rule->line = yaml_line(v);
	rule->each = &eaches[0];
	r = yaml_take_keys(rd, rule_keys, "a rule", v, rule);
	if (r < 0)
		return r;
	if (!rule->condition.text.n)
		return yaml_refuse(rd, v, "rule %.*s has none of deny, warn and require",
				   STR_FMT(rule->id));
	other = find_rule(p, rule->id, p->rules.n - 1);
	return other ? yaml_refuse(rd, v, "rule %.*s is there already, in line %zu",
				   STR_FMT(rule->id), other->line)
		     : 0;
}

/* ---- the policy ---- */

static int policy_name(struct yaml_reading *rd, void *p, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct policy *)p)->name);
}

static int policy_title(struct yaml_reading *rd, void *p, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct policy *)p)->title);
}

static int policy_unknown(struct yaml_reading *rd, void *p, const struct yaml_node *v)
{
	return take_unknown(rd, v, &((struct policy *)p)->unknown);
}

static int policy_parameters(struct yaml_reading *rd, void *p, const struct yaml_node *v)
{
	if (yaml_kind_of(v) != YAML_MAP)
		return yaml_refuse(rd, v, "parameters is a map: names and their values");
	((struct policy *)p)->parameters = v;
	return 0;
}

static int policy_rules(struct yaml_reading *rd, void *p, const struct yaml_node *v)
{
	int r = 0;

	(void)p; /* it is the reading's */
	if (yaml_kind_of(v) != YAML_LIST)
		return yaml_refuse(rd, v, "rules is a list of maps: id, deny, message, ...");
	if (yaml_len(v) == 0)
		return yaml_refuse(rd, v, "a policy without rules would allow everything");
	for (size_t i = 0; i < yaml_len(v) && r == 0; i++)
		r = take_rule(rd, yaml_at(v, i));
	return r;
}

static int policy_trust(struct yaml_reading *rd, void *p, const struct yaml_node *v)
{
	struct policy *policy = p;
	int r = trust_policy_take(rd, &policy->trust, v);

	policy->trust.text = policy->text;
	return r;
}

static const struct yaml_key policy_keys[] = {
	{"policy", true, policy_name},
	{"title", false, policy_title},
	{"unknown", false, policy_unknown},
	{"parameters", false, policy_parameters},
	{"rules", false, policy_rules},
	{"trust", false, policy_trust},
	{NULL, false, NULL},
};

/* Undecided, a rule does at most what it could have done, unless it says more itself. */
static void settle_unknown(struct policy *p)
{
	for (size_t i = 0; i < p->rules.n; i++) {
		struct policy_rule *rule = vec_at(&p->rules, i);

		if (rule->unknown)
			continue;
		rule->unknown = p->unknown;
		if (rule->kind == POLICY_WARN && rule->unknown == VERDICT_DENY)
			rule->unknown = VERDICT_WARN;
	}
}

/* ---- expressions ---- */

static int in_rule(struct reading *rd, const struct policy_rule *rule, size_t line,
		   const char *part, int r)
{
	return err_wrap(rd->yaml.err, r, "%.*s:%zu: rule %.*s: %s", STR_FMT(rd->policy->file), line,
			STR_FMT(rule->id), part);
}

static int compile(struct reading *rd, const struct policy_rule *rule, const struct env *env,
		   const struct rule_text *text, const char *part, struct program **ret)
{
	int r;

	if (!text->text.n)
		return 0;
	r = expression_compile(env, text->text, &rd->policy->arena, &type_bool, ret, rd->yaml.err);
	return r < 0 ? in_rule(rd, rule, text->line, part, r) : 0;
}

static int compile_rule(struct reading *rd, struct policy_rule *rule, const struct env *env)
{
	int r = compile(rd, rule, env, &rule->match, "match", &rule->match_program);

	if (r == 0)
		r = compile(rd, rule, env, &rule->condition, policy_kind_name(rule->kind),
			    &rule->condition_program);
	for (size_t i = 0; i < rule->n_exceptions && r == 0; i++)
		r = compile(rd, rule, env, &rule->exceptions[i].match, "exception",
			    &rule->exceptions[i].match_program);
	if (r < 0)
		return r;
	r = template_compile(env, rule->message.text, &rd->policy->arena, &rule->message_template,
			     rd->yaml.err);
	return r < 0 ? in_rule(rd, rule, rule->message.line, "message", r) : 0;
}

static int compile_all(struct reading *rd)
{
	struct policy *p = rd->policy;
	size_t n = 0;
	int r = 0;

	while (eaches[n].name)
		n++;
	p->envs = arena_array(&p->arena, n, sizeof(struct env *));
	if (!p->envs)
		return err_nomem(rd->yaml.err);
	for (size_t i = 0; i < p->rules.n && r == 0; i++) {
		struct policy_rule *rule = vec_at(&p->rules, i);
		struct env **env = &p->envs[rule->each - eaches];

		if (!*env)
			r = facts_env_new(rule->each, p->parameters, env, rd->yaml.err);
		if (r == 0)
			r = compile_rule(rd, rule, *env);
	}
	return r;
}

/* ---- reading ---- */

static int read_policy(struct reading *rd)
{
	struct policy *p = rd->policy;
	struct err why = {0};
	int r = yaml_parse(p->text, &p->yaml, &why);

	if (r < 0)
		return yaml_refuse_parse(&rd->yaml, r, &why);
	if (yaml_n_documents(p->yaml) != 1)
		return yaml_refuse(&rd->yaml, yaml_document(p->yaml, 1),
				   "a policy is one document: policy: NAME and rules: LIST");
	r = yaml_take_keys(&rd->yaml, policy_keys, "a policy", yaml_document(p->yaml, 0), p);
	if (r < 0)
		return r;
	if (p->rules.n == 0 && !trust_policy_is_set(&p->trust))
		return yaml_refuse(&rd->yaml, yaml_document(p->yaml, 0),
				   "a policy has rules, or trust, or both");
	settle_unknown(p);
	return compile_all(rd);
}

int policy_parse(struct str bytes, struct str file, struct policy **ret, struct err *err)
{
	CLEANUP(policy_freep) struct policy *p = calloc(1, sizeof *p);
	struct reading rd = {.policy = p};
	int r;

	if (!p)
		return err_nomem(err);
	arena_init(&p->arena, LIMIT_ARENA_BYTES);
	p->rules = (struct vec)VEC_INIT(struct policy_rule, LIMIT_POLICY_RULES);
	p->unknown = VERDICT_DENY;
	p->file = arena_str(&p->arena, file);
	p->text = arena_str(&p->arena, bytes);
	if (arena_check(&p->arena, err) < 0)
		return -ERR_NOMEM;
	rd.yaml = (struct yaml_reading){.file = p->file, .arena = &p->arena, .err = err};
	if (bytes.n > LIMIT_POLICY_BYTES)
		return err_set(err, ERR_LIMIT, "%.*s: larger than policy_bytes (%d)", STR_FMT(file),
			       (int)LIMIT_POLICY_BYTES);
	r = read_policy(&rd);
	if (r == 0)
		*ret = TAKE(p);
	return r;
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->rules.n; i++) {
		struct policy_rule *rule = vec_at(&p->rules, i);

		program_free(rule->match_program);
		program_free(rule->condition_program);
		for (size_t k = 0; k < rule->n_exceptions; k++)
			program_free(rule->exceptions[k].match_program);
		template_release(&rule->message_template);
	}
	for (size_t i = 0; p->envs && eaches[i].name; i++)
		env_free(p->envs[i]);
	vec_done(&p->rules);
	trust_policy_done(&p->trust);
	yaml_file_free(p->yaml);
	arena_done(&p->arena);
	free(p);
}

void policy_freep(struct policy **p)
{
	policy_free(*p);
	*p = NULL;
}

/* ---- by name ---- */

bool policy_shipped(size_t i, struct str *ret_name, struct str *ret_bytes)
{
	for (const struct shipped_file *f = shipped_files; f->name; f++) {
		struct str name = str_of(f->name);

		if (!str_pull_prefix(&name, STR(FOLDER)) || i-- > 0)
			continue;
		*ret_name = str_sub(name, 0, str_rfind_char(name, '.'));
		*ret_bytes = str_make(f->bytes, f->n);
		return true;
	}
	return false;
}

static bool looks_like_file(struct str s)
{
	return str_find_char(s, '/') < s.n || str_has_suffix(s, STR(".yaml")) ||
	       str_has_suffix(s, STR(".yml")) || str_has_suffix(s, STR(".json"));
}

static int no_such_policy(struct str name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf known = STRBUF_INIT(ERR_MSG_MAX);
	struct nearest near = nearest_to(name);
	struct str shipped, bytes;

	for (size_t i = 0; policy_shipped(i, &shipped, &bytes); i++) {
		nearest_offer(&near, shipped);
		strbuf_addf(&known, "%s%.*s", i ? ", " : "", STR_FMT(shipped));
	}
	if (near.name.n)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no policy \"%.*s\"; did you mean \"%.*s\"?",
			       STR_FMT(shown(name)), STR_FMT(near.name));
	return err_set(err, ERR_NOT_FOUND,
		       "there is no policy \"%.*s\", neither as a file nor among %s",
		       STR_FMT(shown(name)), strbuf_cstr(&known));
}

int policy_find(const char *name_or_file, struct policy **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_POLICY_BYTES);
	struct str name = str_of(name_or_file), shipped, bytes;
	struct err why = {0};
	int r;

	for (size_t i = 0; !looks_like_file(name) && policy_shipped(i, &shipped, &bytes); i++)
		if (str_eq(name, shipped))
			return policy_parse(bytes, name, ret, err);
	r = file_read(name_or_file, &sb, &why);
	if (r == -ERR_NOT_FOUND && !looks_like_file(name))
		return no_such_policy(name, err);
	if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	return policy_parse(strbuf_str(&sb), name, ret, err);
}
