/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_pack.h"

#include "base/limits.h"
#include "base/nearest.h"
#include "secret/secret_value.h"

struct reading {
	struct arena *arena;
	struct str file, pack;
	struct err *err;
};

struct key {
	const char *name;
	int (*take)(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v);
	bool required;
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct reading *rd, size_t line,
							const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	return err_set(rd->err, ERR_FORMAT, "%.*s:%zu: %s", STR_FMT(rd->file), line, text);
}

static int take_str(struct reading *rd, const struct yaml_node *v, struct str *ret)
{
	if (yaml_kind_of(v) != YAML_SCALAR || str_is_empty(str_trim(yaml_str(v))))
		return refuse(rd, yaml_line(v), "a text is expected here");
	*ret = yaml_str(v);
	return 0;
}

static int take_list(struct reading *rd, const struct yaml_node *v, struct str_list *ret)
{
	size_t n = yaml_len(v);
	struct str *p = arena_array(rd->arena, n, sizeof *p);
	int r = 0;

	if (yaml_kind_of(v) != YAML_LIST)
		return refuse(rd, yaml_line(v), "a list is expected here, like [a, b]");
	if (n > 0 && !p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n && r == 0; i++)
		r = take_str(rd, yaml_at(v, i), &p[i]);
	*ret = (struct str_list){p, n};
	return r;
}

static int take_number(struct reading *rd, const struct yaml_node *v, double max, double *ret)
{
	struct str text = yaml_str(v);
	char buf[16] = "";
	char *end;

	if (text.n == 0 || text.n >= sizeof buf)
		return refuse(rd, yaml_line(v), "a number is expected here");
	memcpy(buf, text.p, text.n);
	*ret = strtod(buf, &end);
	if (*end || !(*ret >= 0 && *ret <= max))
		return refuse(rd, yaml_line(v), "a number from 0 to %g is expected here", max);
	return 0;
}

static int take_id(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->id);
}

static int take_title(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->title);
}

static int take_provider(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->provider);
}

static int take_severity(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	struct err why = {0};

	if (severity_parse(yaml_str(v), &rule->severity, &why) < 0)
		return refuse(rd, yaml_line(v), "%s", why.msg);
	return 0;
}

static int take_pattern(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->pattern);
}

static int take_names(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->names);
}

static int take_keywords(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->keywords);
}

static int take_codes(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->codes);
}

static int take_references(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->references);
}

static int take_public(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->public_values);
}

static int take_rotate(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->rotate);
}

static int take_entropy(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_number(rd, v, 8, &rule->entropy);
}

static int take_confidence(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_number(rd, v, 1, &rule->confidence);
}

static int take_check_list(struct reading *rd, const struct yaml_node *v, uint32_t *ret)
{
	struct str_list names = {0};
	int r = take_list(rd, v, &names);

	for (size_t i = 0; i < names.n && r == 0; i++) {
		struct nearest near = nearest_to(names.p[i]);
		enum secret_check_kind kind = secret_check_find(names.p[i]);

		*ret |= 1u << kind;
		if (kind < SECRET_N_CHECKS)
			continue;
		for (unsigned k = 0; k < SECRET_N_CHECKS; k++)
			nearest_offer(&near, str_of(secret_check_name(k)));
		r = refuse(rd, yaml_line(yaml_at(v, i)), "there is no check \"%.*s\"%s%.*s%s",
			   STR_FMT(names.p[i]), near.name.n ? "; did you mean \"" : "",
			   STR_FMT(near.name), near.name.n ? "\"?" : "");
	}
	return r;
}

static int take_file(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	struct nearest near = nearest_to(yaml_str(v));

	rule->file_kind = secret_file_kind_find(yaml_str(v));
	if (rule->file_kind < SECRET_N_FILE_KINDS)
		return 0;
	for (unsigned k = 0; k < SECRET_N_FILE_KINDS; k++)
		nearest_offer(&near, str_of(secret_file_kind_name((enum secret_file_kind)k)));
	return refuse(rd, yaml_line(v), "nothing in files is called \"%.*s\"%s%.*s%s",
		      STR_FMT(yaml_str(v)), near.name.n ? "; did you mean \"" : "",
		      STR_FMT(near.name), near.name.n ? "\"?" : "");
}

static int take_checks(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_check_list(rd, v, &rule->checks);
}

static int take_proofs(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	return take_check_list(rd, v, &rule->proofs);
}

static int take_context(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	if (str_is(yaml_str(v), "password"))
		rule->context = CONTEXT_PASSWORD;
	else if (str_is(yaml_str(v), "token"))
		rule->context = CONTEXT_TOKEN;
	else
		return refuse(rd, yaml_line(v), "context is password or token");
	return 0;
}

static int take_spread(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	rule->is_spread = str_is(yaml_str(v), "kubernetes-secret");
	return rule->is_spread ? 0 : refuse(rd, yaml_line(v), "spread is kubernetes-secret");
}

static int take_binary(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	rule->in_binary = str_is(yaml_str(v), "on");
	return rule->in_binary || str_is(yaml_str(v), "off")
		       ? 0
		       : refuse(rd, yaml_line(v), "binary is on or off");
}

static int take_bounded(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	rule->is_bounded = str_is(yaml_str(v), "on");
	return rule->is_bounded || str_is(yaml_str(v), "off")
		       ? 0
		       : refuse(rd, yaml_line(v), "bounded is on or off");
}

static int take_placeholders(struct reading *rd, struct secret_rule *rule,
			     const struct yaml_node *v)
{
	rule->takes_placeholders = str_is(yaml_str(v), "allowed");
	return rule->takes_placeholders || str_is(yaml_str(v), "refused")
		       ? 0
		       : refuse(rd, yaml_line(v), "placeholders are allowed or refused");
}

static int take_examples(struct reading *rd, struct secret_rule *rule, const struct yaml_node *v)
{
	size_t n = (yaml_get(v, "true") != NULL) + (yaml_get(v, "false") != NULL);

	if (yaml_kind_of(v) != YAML_MAP || yaml_len(v) != n)
		return refuse(rd, yaml_line(v), "examples is a map with true and false");
	rule->examples = v;
	return 0;
}

static const struct key keys[] = {
	{"id", take_id, true},
	{"title", take_title, true},
	{"provider", take_provider, false},
	{"severity", take_severity, true},
	{"pattern", take_pattern, false},
	{"file", take_file, false},
	{"names", take_names, false},
	{"keywords", take_keywords, false},
	{"checks", take_checks, false},
	{"proofs", take_proofs, false},
	{"entropy", take_entropy, false},
	{"confidence", take_confidence, false},
	{"public", take_public, false},
	{"spread", take_spread, false},
	{"binary", take_binary, false},
	{"bounded", take_bounded, false},
	{"placeholders", take_placeholders, false},
	{"context", take_context, false},
	{"codes", take_codes, false},
	{"references", take_references, false},
	{"rotate", take_rotate, false},
	{"examples", take_examples, false},
};
#define N_KEYS (sizeof keys / sizeof keys[0])

static int unknown_key(struct reading *rd, const struct yaml_node *key)
{
	struct nearest near = nearest_to(yaml_str(key));

	for (size_t i = 0; i < N_KEYS; i++)
		nearest_offer(&near, str_of(keys[i].name));
	return refuse(rd, yaml_line(key), "a rule of secrets has no \"%.*s\"%s%.*s%s",
		      STR_FMT(yaml_str(key)), near.name.n ? "; did you mean \"" : "",
		      STR_FMT(near.name), near.name.n ? "\"?" : "");
}

static int take_keys(struct reading *rd, struct secret_rule *rule, const struct yaml_node *node)
{
	const struct yaml_node *key, *value;
	unsigned seen = 0;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		unsigned k = 0;
		int r;

		while (k < N_KEYS && !str_is(yaml_str(key), keys[k].name))
			k++;
		r = k < N_KEYS ? keys[k].take(rd, rule, value) : unknown_key(rd, key);
		if (r < 0)
			return r;
		seen |= 1u << k;
	}
	for (unsigned i = 0; i < N_KEYS; i++)
		if (keys[i].required && !(seen & 1u << i))
			return refuse(rd, rule->line, "rule %.*s has no %s", STR_FMT(rule->id),
				      keys[i].name);
	if ((rule->pattern.n > 0) == (rule->file_kind < SECRET_N_FILE_KINDS))
		return refuse(rd, rule->line, "rule %.*s needs a pattern or a file, not both",
			      STR_FMT(rule->id));
	return 0;
}

static int read_rule(struct reading *rd, const struct yaml_node *node, struct vec *rules)
{
	struct secret_rule *rule = vec_push(rules);
	int r;

	if (!rule)
		return err_set(rd->err, ERR_LIMIT, "%.*s: more than secret_rules (%d)",
			       STR_FMT(rd->file), (int)LIMIT_SECRET_RULES);
	if (yaml_kind_of(node) != YAML_MAP)
		return refuse(rd, yaml_line(node), "a rule is a map: id, title, severity, ...");
	*rule = (struct secret_rule){.file = rd->file,
				     .pack = rd->pack,
				     .line = yaml_line(node),
				     .confidence = 0.9,
				     .file_kind = SECRET_N_FILE_KINDS,
				     .is_bounded = true,
				     .in_binary = yaml_get(node, "names") == NULL};
	r = take_keys(rd, rule, node);
	for (size_t i = 0; r == 0 && i + 1 < rules->n; i++) {
		const struct secret_rule *other = vec_at(rules, i);

		if (str_eq(other->id, rule->id))
			r = refuse(rd, rule->line, "rule %.*s is there already, in %.*s:%zu",
				   STR_FMT(rule->id), STR_FMT(other->file), other->line);
	}
	return r;
}

int secret_pack_read(const struct yaml_node *document, struct str file, struct arena *arena,
		     struct vec *rules, struct err *err)
{
	const struct yaml_node *list = yaml_get(document, "rules");
	struct reading rd = {.arena = arena,
			     .file = file,
			     .pack = yaml_get_str(document, "secrets"),
			     .err = err};
	int r = 0;

	if (str_is_empty(rd.pack) || yaml_kind_of(list) != YAML_LIST)
		return refuse(&rd, 1, "a pack of secrets begins with `secrets: NAME` and `rules:`");
	for (size_t i = 0; i < yaml_len(list) && r == 0; i++)
		r = read_rule(&rd, yaml_at(list, i), rules);
	return r;
}
