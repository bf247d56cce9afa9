/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/trust_policy.h"

#include "base/limits.h"
#include "base/nearest.h"
#include "base/path.h"
#include "check/rule_program.h"
#include "expr/env.h"

#define SHOWN_BYTES 64
#define USUAL_PORT  443
#define DOCKER_HUB  "docker.io"

/* The key functions are given its first member. */
struct trust_reading {
	struct yaml_reading yaml;
	struct trust_policy *policy;
};

static struct trust_policy *policy_of(struct yaml_reading *rd)
{
	return ((struct trust_reading *)(void *)rd)->policy;
}

static int too_many(struct yaml_reading *rd)
{
	return err_set(rd->err, ERR_LIMIT, "%.*s: more than trust_rows (%d)", STR_FMT(rd->file),
		       (int)LIMIT_TRUST_ROWS);
}

/* "90d", "36h", "2w". */
static int take_age(struct yaml_reading *rd, const struct yaml_node *v, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'h', 3600}, {'d', 86400}, {'w', 7 * 86400}, {'y', 365 * 86400}};
	struct str text = yaml_str(v);
	uint64_t n;

	for (size_t i = 0; text.n > 1 && i < ARRAY_LEN(units); i++)
		if (text.p[text.n - 1] == units[i].unit &&
		    str_parse_u64(str_sub(text, 0, text.n - 1), &n) && n > 0 && n < 100000) {
			*ret = (int64_t)n * units[i].seconds;
			return 0;
		}
	return yaml_refuse(rd, v, "an age is a number of h, d, w or y, like 90d");
}

/* ---- signers ---- */

static int set_kind(struct yaml_reading *rd, struct trust_signer *s, enum trust_signer_kind kind,
		    const struct yaml_node *v)
{
	if (s->has_kind && s->kind != kind)
		return yaml_refuse(rd, v,
				   "a signer is one of key, identity, dct, notation and gpg");
	s->kind = kind;
	s->has_kind = true;
	return 0;
}

static int take_kind(struct yaml_reading *rd, struct trust_signer *s, enum trust_signer_kind kind,
		     const struct yaml_node *v, struct str *text)
{
	int r = set_kind(rd, s, kind, v);

	return r < 0 ? r : yaml_take_text(rd, v, text);
}

static int signer_key(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return take_kind(rd, s, TRUST_SIGNER_KEY, v, &((struct trust_signer *)s)->file);
}

static int signer_identity(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return take_kind(rd, s, TRUST_SIGNER_IDENTITY, v, &((struct trust_signer *)s)->identity);
}

static int signer_identity_pattern(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return take_kind(rd, s, TRUST_SIGNER_IDENTITY, v,
			 &((struct trust_signer *)s)->identity_pattern);
}

static int signer_issuer(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_signer *)s)->issuer);
}

static int signer_issuer_pattern(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_signer *)s)->issuer_pattern);
}

static int signer_dct(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return take_kind(rd, s, TRUST_SIGNER_DCT, v, &((struct trust_signer *)s)->root);
}

static int signer_notation(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return take_kind(rd, s, TRUST_SIGNER_NOTATION, v, &((struct trust_signer *)s)->file);
}

static int signer_subject(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_signer *)s)->subject);
}

static int signer_gpg(struct yaml_reading *rd, void *s, const struct yaml_node *v)
{
	return take_kind(rd, s, TRUST_SIGNER_GPG, v, &((struct trust_signer *)s)->file);
}

static const struct yaml_key signer_keys[] = {
	{"key", false, signer_key},
	{"identity", false, signer_identity},
	{"identity-pattern", false, signer_identity_pattern},
	{"issuer", false, signer_issuer},
	{"issuer-pattern", false, signer_issuer_pattern},
	{"dct", false, signer_dct},
	{"notation", false, signer_notation},
	{"subject", false, signer_subject},
	{"gpg", false, signer_gpg},
	{NULL, false, NULL},
};

/* An identity without its issuer can be had from anybody's identity provider. */
static int check_signer(struct yaml_reading *rd, const struct trust_signer *s,
			const struct yaml_node *v)
{
	bool has_issuer = s->issuer.n || s->issuer_pattern.n;

	if (!s->has_kind)
		return yaml_refuse(rd, v,
				   "signer %.*s has none of key, identity, dct, notation "
				   "and gpg",
				   STR_FMT(s->name));
	if (s->kind != TRUST_SIGNER_IDENTITY)
		return has_issuer ? yaml_refuse(rd, v, "only an identity has an issuer") : 0;
	if (!has_issuer)
		return yaml_refuse(rd, v, "signer %.*s needs the issuer that knows the identity",
				   STR_FMT(s->name));
	if ((s->identity.n && s->identity_pattern.n) || (s->issuer.n && s->issuer_pattern.n))
		return yaml_refuse(rd, v, "signer %.*s: say the text or a pattern, not both",
				   STR_FMT(s->name));
	return 0;
}

static int take_signers(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_policy *p = into;
	const struct yaml_node *name, *map;
	int r = 0;

	if (yaml_kind_of(v) != YAML_MAP)
		return yaml_refuse(rd, v, "signers is a map of names, like release: {key: FILE}");
	for (size_t i = 0; r == 0 && yaml_entry(v, i, &name, &map); i++) {
		struct trust_signer *s = vec_push(&p->signers);

		if (!s)
			return too_many(rd);
		s->line = yaml_line(name);
		r = yaml_take_text(rd, name, &s->name);
		if (r == 0)
			r = yaml_take_keys(rd, signer_keys, "a signer", map, s);
		if (r == 0)
			r = check_signer(rd, s, map);
	}
	return r;
}

const struct trust_signer *trust_policy_signer(const struct trust_policy *p, struct str name)
{
	for (size_t i = 0; i < p->signers.n; i++) {
		const struct trust_signer *s = vec_at(&p->signers, i);

		if (str_eq(s->name, name))
			return s;
	}
	return NULL;
}

/* ---- attestations ---- */

static int attestation_type(struct yaml_reading *rd, void *a, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_attestation *)a)->type);
}

static int attestation_signed_by(struct yaml_reading *rd, void *a, const struct yaml_node *v)
{
	return yaml_take_texts(rd, v, &((struct trust_attestation *)a)->signed_by);
}

static int attestation_max_age(struct yaml_reading *rd, void *a, const struct yaml_node *v)
{
	return take_age(rd, v, &((struct trust_attestation *)a)->max_age);
}

static int make_env(struct trust_policy *p, struct err *err)
{
	static const struct {
		const char *name;
		const struct type *type;
	} variables[TRUST_VARIABLES_MAX] = {
		[TRUST_VARIABLE_PREDICATE] = {"predicate", &type_dyn},
		[TRUST_VARIABLE_STATEMENT] = {"statement", &type_dyn},
		[TRUST_VARIABLE_CLAIM] = {"claim", &type_dyn},
		[TRUST_VARIABLE_NOW] = {"now", &type_timestamp},
	};
	int r;

	if (p->env)
		return 0;
	r = env_new(&p->env, err);
	for (size_t i = 0; r == 0 && i < TRUST_VARIABLES_MAX; i++) /* slots in this order */
		r = env_add_variable(p->env, str_of(variables[i].name), variables[i].type, NULL,
				     err);
	return r;
}

static int attestation_require(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_attestation *a = into;
	struct trust_policy *p = policy_of(rd);
	int r = yaml_take_text(rd, v, &a->require.text);

	a->require.line = yaml_line(v);
	if (r == 0)
		r = make_env(p, rd->err);
	if (r < 0)
		return r;
	r = expression_compile(p->env, a->require.text, rd->arena, &type_bool, &a->require_program,
			       rd->err);
	return r < 0 ? err_wrap(rd->err, r, "%.*s:%zu: require", STR_FMT(rd->file), yaml_line(v))
		     : 0;
}

static const struct yaml_key attestation_keys[] = {
	{"type", true, attestation_type},
	{"signed-by", false, attestation_signed_by},
	{"require", false, attestation_require},
	{"max-age", false, attestation_max_age},
	{NULL, false, NULL},
};

/* ---- images ---- */

static int set_answer(struct yaml_reading *rd, struct trust_rule *rule, enum trust_answer answer,
		      const struct yaml_node *v)
{
	if (rule->has_answer)
		return yaml_refuse(rd, v, "an image has one of signed-by, allow and refuse");
	rule->answer = answer;
	rule->has_answer = true;
	return 0;
}

/* Without the port that is meant anyway. */
static struct str bare_host(struct str domain)
{
	struct str host, port;
	uint64_t number;

	if (!str_rcut(domain, ':', &host, &port) || !str_parse_u64(port, &number))
		return domain;
	return number == USUAL_PORT ? host : domain;
}

/* Hosts that are docker.io under another name. */
static bool is_docker_hub(struct str host)
{
	return str_is(host, "index.docker.io") || str_is(host, "registry-1.docker.io");
}

/* "debian" means docker.io/library/debian to a client; here it would match nothing, silently. */
static int rule_match(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_rule *rule = into;
	struct str first, rest;
	int r = yaml_take_text(rd, v, &rule->match);

	if (r < 0 || str_is(rule->match, "**"))
		return r;
	if (!str_cut(rule->match, '/', &first, &rest) ||
	    (str_find_char(first, '.') == first.n && str_find_char(first, ':') == first.n &&
	     !str_is(first, "localhost")))
		return yaml_refuse(rd, v,
				   "\"%.*s\": write the registry too, as in "
				   "docker.io/library/debian",
				   STR_FMT(str_sub(rule->match, 0, SHOWN_BYTES)));
	if (is_docker_hub(first) || !str_eq(bare_host(first), first))
		return yaml_refuse(rd, v, "\"%.*s\": write %s",
				   STR_FMT(str_sub(rule->match, 0, SHOWN_BYTES)),
				   is_docker_hub(first) ? "docker.io/..., which it means"
							: "it without the port 443");
	for (size_t i = 0; i < rule->match.n; i++) /* names are compared in lower case */
		if (char_lower(rule->match.p[i]) != rule->match.p[i])
			return yaml_refuse(rd, v, "\"%.*s\": write it in lower case",
					   STR_FMT(str_sub(rule->match, 0, SHOWN_BYTES)));
	if (str_find_char(rest, ':') < rest.n || str_find_char(rest, '@') < rest.n)
		return yaml_refuse(rd, v, "\"%.*s\": a pattern has no tag and no digest",
				   STR_FMT(str_sub(rule->match, 0, SHOWN_BYTES)));
	return 0;
}

static int rule_signed_by(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_rule *rule = into;
	int r = set_answer(rd, rule, TRUST_SIGNED, v);

	return r < 0 ? r : yaml_take_texts(rd, v, &rule->signed_by);
}

static int rule_allow(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_rule *rule = into;
	int r = set_answer(rd, rule, TRUST_ALLOWED, v);

	return r < 0 ? r : yaml_take_text(rd, v, &rule->reason);
}

static int rule_refuse(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_rule *rule = into;
	int r = set_answer(rd, rule, TRUST_REFUSED, v);

	return r < 0 ? r : yaml_take_text(rd, v, &rule->reason);
}

static int rule_need(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_rule *rule = into;

	if (str_is(yaml_str(v), "all")) {
		rule->need = UINT64_MAX;
		return 0;
	}
	if (!str_parse_u64(yaml_str(v), &rule->need) || rule->need == 0)
		return yaml_refuse(rd, v, "need is a number from 1, or all");
	return 0;
}

static int rule_max_age(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	return take_age(rd, v, &((struct trust_rule *)into)->max_age);
}

static int rule_by_digest(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	return yaml_take_bool(rd, v, &((struct trust_rule *)into)->by_digest);
}

static int rule_attestations(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_rule *rule = into;
	size_t n = yaml_len(v);
	int r = 0;

	if (yaml_kind_of(v) != YAML_LIST || n == 0)
		return yaml_refuse(rd, v,
				   "attestations is a list of maps: type, signed-by, require");
	if (n > LIMIT_TRUST_ROWS)
		return too_many(rd);
	rule->attestations = arena_array(rd->arena, n, sizeof *rule->attestations);
	if (!rule->attestations)
		return err_nomem(rd->err);
	rule->n_attestations = n;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = yaml_take_keys(rd, attestation_keys, "an attestation", yaml_at(v, i),
				   &rule->attestations[i]);
	return r;
}

static const struct yaml_key rule_keys[] = {
	{"match", true, rule_match},
	{"signed-by", false, rule_signed_by},
	{"need", false, rule_need},
	{"max-age", false, rule_max_age},
	{"by-digest", false, rule_by_digest},
	{"attestations", false, rule_attestations},
	{"allow", false, rule_allow},
	{"refuse", false, rule_refuse},
	{NULL, false, NULL},
};

static int check_rule(struct yaml_reading *rd, struct trust_rule *rule, const struct yaml_node *v)
{
	if (!rule->has_answer && rule->n_attestations == 0)
		return yaml_refuse(rd, v, "%.*s has none of signed-by, allow and refuse",
				   STR_FMT(rule->match));
	if (rule->answer == TRUST_REFUSED && rule->n_attestations > 0)
		return yaml_refuse(rd, v, "%.*s: what is refused needs no attestations",
				   STR_FMT(rule->match));
	if (rule->need == UINT64_MAX)
		rule->need = rule->signed_by.n;
	if (rule->need > rule->signed_by.n)
		return yaml_refuse(rd, v, "%.*s needs %llu signers, and names %zu",
				   STR_FMT(rule->match), (unsigned long long)rule->need,
				   rule->signed_by.n);
	if (rule->need == 0 && rule->signed_by.n > 0)
		rule->need = 1;
	return 0;
}

static int take_images(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_policy *p = into;
	int r = 0;

	if (yaml_kind_of(v) != YAML_LIST || yaml_len(v) == 0)
		return yaml_refuse(rd, v, "images is a list of maps: match, signed-by, ...");
	for (size_t i = 0; r == 0 && i < yaml_len(v); i++) {
		struct trust_rule *rule = vec_push(&p->rules);

		if (!rule)
			return too_many(rd);
		rule->line = yaml_line(yaml_at(v, i));
		r = yaml_take_keys(rd, rule_keys, "an image", yaml_at(v, i), rule);
		if (r == 0)
			r = check_rule(rd, rule, yaml_at(v, i));
	}
	return r;
}

/* ---- exceptions ---- */

static int exception_digest(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct err why = {0};

	if (digest_parse(yaml_str(v), &((struct trust_exception *)into)->digest, &why) < 0)
		return yaml_refuse(rd, v, "%s", why.msg);
	return 0;
}

static int exception_owner(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_exception *)into)->owner);
}

static int exception_reason(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_exception *)into)->reason);
}

static int exception_until(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	return until_take(rd, v, &((struct trust_exception *)into)->until);
}

static const struct yaml_key exception_keys[] = {
	{"digest", true, exception_digest},
	{"owner", true, exception_owner},
	{"reason", true, exception_reason},
	{"until", true, exception_until},
	{NULL, false, NULL},
};

static int take_exceptions(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_policy *p = into;
	int r = 0;

	if (yaml_kind_of(v) != YAML_LIST)
		return yaml_refuse(rd, v,
				   "exceptions is a list of maps: digest, owner, reason, until");
	for (size_t i = 0; r == 0 && i < yaml_len(v); i++) {
		struct trust_exception *x = vec_push(&p->exceptions);

		r = x ? yaml_take_keys(rd, exception_keys, "an exception", yaml_at(v, i), x)
		      : too_many(rd);
	}
	return r;
}

/* ---- the whole ---- */

static int take_trusted_root(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	return yaml_take_text(rd, v, &((struct trust_policy *)into)->trusted_root);
}

static const struct yaml_key trust_keys[] = {
	{"signers", false, take_signers},
	{"images", true, take_images},
	{"exceptions", false, take_exceptions},
	{"trusted-root", false, take_trusted_root},
	{NULL, false, NULL},
};

static int check_names(struct yaml_reading *rd, const struct trust_policy *p, size_t line,
		       const struct str_list *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct nearest near = nearest_to(names->p[i]);

		if (trust_policy_signer(p, names->p[i]))
			continue;
		for (size_t k = 0; k < p->signers.n; k++)
			nearest_offer(&near, ((struct trust_signer *)vec_at(&p->signers, k))->name);
		return err_set(rd->err, ERR_FORMAT, "%.*s:%zu: there is no signer \"%.*s\"%s%.*s%s",
			       STR_FMT(rd->file), line,
			       STR_FMT(str_sub(names->p[i], 0, SHOWN_BYTES)),
			       near.name.n ? "; did you mean \"" : "", STR_FMT(near.name),
			       near.name.n ? "\"?" : "");
	}
	return 0;
}

/* One signer twice in a list would count twice. */
static int check_once(struct yaml_reading *rd, size_t line, const struct str_list *names)
{
	for (size_t i = 0; i < names->n; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(names->p[i], names->p[k]))
				return err_set(rd->err, ERR_FORMAT,
					       "%.*s:%zu: signer %.*s is named twice",
					       STR_FMT(rd->file), line, STR_FMT(names->p[i]));
	return 0;
}

static int check_signers_of(struct yaml_reading *rd, const struct trust_policy *p,
			    const struct trust_rule *rule)
{
	int r = check_names(rd, p, rule->line, &rule->signed_by);

	if (r == 0)
		r = check_once(rd, rule->line, &rule->signed_by);
	for (size_t i = 0; r == 0 && i < rule->n_attestations; i++) {
		const struct trust_attestation *a = &rule->attestations[i];

		if (a->signed_by.n == 0 && rule->signed_by.n == 0)
			return err_set(rd->err, ERR_FORMAT,
				       "%.*s:%zu: nobody is named who signs the attestation %.*s",
				       STR_FMT(rd->file), rule->line, STR_FMT(a->type));
		r = check_names(rd, p, rule->line, &a->signed_by);
	}
	return r;
}

static int check_all(struct yaml_reading *rd, const struct trust_policy *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->rules.n; i++) {
		const struct trust_rule *rule = vec_at(&p->rules, i);

		for (size_t k = 0; k < i; k++)
			if (str_eq(rule->match, ((struct trust_rule *)vec_at(&p->rules, k))->match))
				return err_set(rd->err, ERR_FORMAT,
					       "%.*s:%zu: %.*s is there already", STR_FMT(rd->file),
					       rule->line, STR_FMT(rule->match));
		r = check_signers_of(rd, p, rule);
	}
	return r;
}

int trust_policy_take(struct yaml_reading *rd, void *into, const struct yaml_node *v)
{
	struct trust_reading trd = {.yaml = *rd, .policy = into};
	struct trust_policy *p = into;
	int r;

	*p = (struct trust_policy){
		.file = rd->file,
		.signers = VEC_INIT(struct trust_signer, LIMIT_TRUST_ROWS),
		.rules = VEC_INIT(struct trust_rule, LIMIT_TRUST_ROWS),
		.exceptions = VEC_INIT(struct trust_exception, LIMIT_TRUST_ROWS),
	};
	r = yaml_take_keys(&trd.yaml, trust_keys, "trust", v, p);
	return r < 0 ? r : check_all(&trd.yaml, p);
}

void trust_policy_done(struct trust_policy *p)
{
	for (size_t i = 0; i < p->rules.n; i++) {
		struct trust_rule *rule = vec_at(&p->rules, i);

		for (size_t k = 0; k < rule->n_attestations; k++)
			program_free(rule->attestations[k].require_program);
	}
	vec_done(&p->signers);
	vec_done(&p->rules);
	vec_done(&p->exceptions);
	env_free(p->env);
	p->env = NULL;
}

/* ---- who decides ---- */

static size_t plain_length(struct str pattern)
{
	size_t star = str_find_char(pattern, '*'), mark = str_find_char(pattern, '?');

	return star < mark ? star : mark;
}

/* 0: the name itself; 1: any one part; 2: any number of parts. */
static int wideness(struct str pattern)
{
	if (str_find(pattern, STR("**")) < pattern.n)
		return 2;
	return plain_length(pattern) < pattern.n;
}

static bool is_closer(const struct trust_rule *a, const struct trust_rule *b)
{
	size_t x = plain_length(a->match), y = plain_length(b->match);
	int wide_a = wideness(a->match), wide_b = wideness(b->match);

	if (x != y)
		return x > y;
	return wide_a != wide_b ? wide_a < wide_b : a->match.n > b->match.n;
}

/* In the one way in which patterns are written: who names it otherwise means the same registry. */
static void add_name(struct strbuf *name, const struct reference *image)
{
	struct str host = bare_host(image->domain);

	for (size_t i = 0; i < host.n; i++) /* host names have no case */
		strbuf_addc(name, char_lower(host.p[i]));
	if (is_docker_hub(strbuf_str(name))) {
		strbuf_reset(name);
		strbuf_adds(name, DOCKER_HUB);
	}
	if (str_is(strbuf_str(name), DOCKER_HUB) &&
	    str_find_char(image->path, '/') == image->path.n)
		strbuf_adds(name, "/library");
	strbuf_addc(name, '/');
	strbuf_add(name, image->path);
}

const struct trust_rule *trust_policy_rule(const struct trust_policy *p,
					   const struct reference *image)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	const struct trust_rule *best = NULL;

	add_name(&name, image);
	if (strbuf_check(&name, NULL) < 0)
		return NULL; /* refused: no pattern is this long */
	for (size_t i = 0; i < p->rules.n; i++) {
		const struct trust_rule *rule = vec_at(&p->rules, i);

		if (path_match(rule->match, strbuf_str(&name)) && (!best || is_closer(rule, best)))
			best = rule;
	}
	return best;
}

const struct trust_exception *trust_policy_exception(const struct trust_policy *p,
						     const struct digest_value *digest, int64_t now,
						     const struct trust_exception **ret_expired)
{
	for (size_t i = 0; i < p->exceptions.n; i++) {
		const struct trust_exception *x = vec_at(&p->exceptions, i);

		if (!digest_eq(&x->digest, digest))
			continue;
		if (!until_is_past(&x->until, now))
			return x;
		if (ret_expired)
			*ret_expired = x;
	}
	return NULL;
}
