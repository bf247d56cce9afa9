/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rule_pack.h"

#include "base/limits.h"
#include "base/nearest.h"
#include "check/language.h"
#include "codec/yaml.h"

struct reading {
	struct rule_set *set;
	struct str file; /* the arena's */
	struct str pack;
	struct err *err;
};

/* A key of a rule; `seen` has a bit for each that was given. */
struct key {
	const char *name;
	int (*take)(struct reading *rd, struct rule *rule, const struct yaml_node *v);
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

/* ---- values ---- */

static int take_str(struct reading *rd, const struct yaml_node *v, struct str *ret)
{
	if (yaml_kind_of(v) != YAML_SCALAR || str_is_empty(str_trim(yaml_str(v))))
		return refuse(rd, yaml_line(v), "a text is expected here");
	*ret = str_trim(yaml_str(v));
	return 0;
}

static int take_text(struct reading *rd, const struct yaml_node *v, struct rule_text *ret)
{
	ret->line = yaml_line(v);
	return take_str(rd, v, &ret->text);
}

static int take_list(struct reading *rd, const struct yaml_node *v, struct str_list *ret)
{
	size_t n = yaml_len(v);
	struct str *p = arena_array(&rd->set->arena, n, sizeof *p);
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

/* ---- the keys ---- */

/* Ids are words for the command line: a-z, 0-9, dashes. */
static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_digit(s.p[i]) && s.p[i] != '-' && !(s.p[i] >= 'a' && s.p[i] <= 'z'))
			return false;
	return s.n > 0 && s.n <= RULE_ID_MAX;
}

static int take_id(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	int r = take_str(rd, v, &rule->id);

	if (r == 0 && !is_id(rule->id))
		r = refuse(rd, yaml_line(v),
			   "id \"%.*s\": small letters, digits and dashes, at most %d of them",
			   STR_FMT(rule->id), RULE_ID_MAX);
	return r;
}

static int take_title(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->title);
}

static int take_severity(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	struct err why = {0};

	if (severity_parse(yaml_str(v), &rule->severity, &why) < 0)
		return refuse(rd, yaml_line(v), "%s", why.msg);
	return 0;
}

bool rule_parse_switch(struct str word, bool *ret)
{
	*ret = str_is(word, "on") || str_is(word, "true");
	return *ret || str_is(word, "off") || str_is(word, "false");
}

static int take_default(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return rule_parse_switch(yaml_str(v), &rule->enabled)
		       ? 0
		       : refuse(rd, yaml_line(v), "default is on or off");
}

static int take_source(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	rule->hides_source = str_is(yaml_str(v), "hidden");
	return rule->hides_source || str_is(yaml_str(v), "shown")
		       ? 0
		       : refuse(rd, yaml_line(v), "source is shown or hidden");
}

static int take_category(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->category);
}

static int take_tags(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	struct str_list names = {0};
	int r = take_list(rd, v, &names);

	for (size_t i = 0; r == 0 && i < names.n; i++)
		if (str_is(names.p[i], "deprecated"))
			rule->tags |= RULE_DEPRECATED;
		else if (str_is(names.p[i], "unnecessary"))
			rule->tags |= RULE_UNNECESSARY;
		else
			r = refuse(rd, yaml_line(yaml_at(v, i)),
				   "tags are deprecated and unnecessary, not \"%.*s\"",
				   STR_FMT(names.p[i]));
	return r;
}

static int take_scope(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	struct nearest near = nearest_to(yaml_str(v));
	int r = take_str(rd, v, &rule->applies_to);

	if (r < 0 || scope_find(rule->applies_to))
		return r;
	for (size_t i = 0; scope_at(i); i++)
		nearest_offer(&near, str_of(scope_at(i)->name));
	return refuse(rd, yaml_line(v), "there is no scope \"%.*s\"%s%.*s%s",
		      STR_FMT(rule->applies_to), near.name.n ? "; did you mean \"" : "",
		      STR_FMT(near.name), near.name.n ? "\"?" : "");
}

static int take_when(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->when);
}

static int take_message(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->message);
}

static int take_remedy(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->remedy);
}

static int take_at(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->at);
}

static int take_fix(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->fix);
}

static int take_fix_title(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_str(rd, v, &rule->fix_title);
}

static int take_fix_first(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return rule_parse_switch(yaml_str(v), &rule->fixes_first)
		       ? 0
		       : refuse(rd, yaml_line(v), "fix_first is true or false");
}

static int take_pin(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return rule_parse_switch(yaml_str(v), &rule->pins)
		       ? 0
		       : refuse(rd, yaml_line(v), "pin is true or false");
}

static int take_references(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->references);
}

static int take_codes(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->codes);
}

static int take_parameters(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	if (yaml_kind_of(v) != YAML_MAP)
		return refuse(rd, yaml_line(v), "parameters is a map: names and their defaults");
	rule->parameters = v;
	return 0;
}

static int add_examples(struct reading *rd, struct rule *rule, const struct yaml_node *list,
			bool fails, struct rule_example *p)
{
	if (list && yaml_kind_of(list) != YAML_LIST)
		return refuse(rd, yaml_line(list), "examples are lists of texts or maps");
	for (size_t i = 0; i < yaml_len(list); i++) {
		const struct yaml_node *what = yaml_at(list, i);

		p[rule->n_examples++] = (struct rule_example){
			.fails = fails, .what = what, .line = yaml_line(what)};
	}
	return 0;
}

static int take_examples(struct reading *rd, struct rule *rule, const struct yaml_node *v)
{
	const struct yaml_node *fail = yaml_get(v, "fail"), *pass = yaml_get(v, "pass");
	size_t n = yaml_len(fail) + yaml_len(pass);
	struct rule_example *p;
	int r;

	if (yaml_kind_of(v) != YAML_MAP || yaml_len(v) != (size_t)(fail != NULL) + (pass != NULL))
		return refuse(rd, yaml_line(v), "examples is a map with pass and fail");
	if (n > LIMIT_RULE_EXAMPLES)
		return refuse(rd, yaml_line(v), "more than rule_examples (%d)",
			      (int)LIMIT_RULE_EXAMPLES);
	p = arena_array(&rd->set->arena, n, sizeof *p);
	if (n > 0 && !p)
		return err_nomem(rd->err);
	rule->examples = p;
	r = add_examples(rd, rule, fail, true, p);
	return r < 0 ? r : add_examples(rd, rule, pass, false, p);
}

static const struct key keys[] = {
	{"id", take_id, true},
	{"title", take_title, true},
	{"severity", take_severity, true},
	{"default", take_default, false},
	{"source", take_source, false},
	{"category", take_category, false},
	{"tags", take_tags, false},
	{"applies_to", take_scope, true},
	{"when", take_when, true},
	{"message", take_message, true},
	{"remedy", take_remedy, true},
	{"at", take_at, false},
	{"fix", take_fix, false},
	{"fix_title", take_fix_title, false},
	{"fix_first", take_fix_first, false},
	{"pin", take_pin, false},
	{"references", take_references, false},
	{"codes", take_codes, false},
	{"parameters", take_parameters, false},
	{"examples", take_examples, false},
};
#define N_KEYS (sizeof keys / sizeof keys[0])

/* ---- a rule, a pack ---- */

static const struct key *find_key(struct str name, unsigned *ret_bit)
{
	for (unsigned i = 0; i < N_KEYS; i++)
		if (str_is(name, keys[i].name)) {
			*ret_bit = i;
			return &keys[i];
		}
	return NULL;
}

static int unknown_key(struct reading *rd, const struct yaml_node *key)
{
	struct nearest near = nearest_to(yaml_str(key));

	for (size_t i = 0; i < N_KEYS; i++)
		nearest_offer(&near, str_of(keys[i].name));
	if (near.name.n)
		return refuse(rd, yaml_line(key), "a rule has no \"%.*s\"; did you mean \"%.*s\"?",
			      STR_FMT(yaml_str(key)), STR_FMT(near.name));
	return refuse(rd, yaml_line(key), "a rule has no \"%.*s\"", STR_FMT(yaml_str(key)));
}

static int take_keys(struct reading *rd, struct rule *rule, const struct yaml_node *node)
{
	const struct yaml_node *key, *value;
	unsigned seen = 0, bit = 0;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		const struct key *k = find_key(yaml_str(key), &bit);
		int r = k ? k->take(rd, rule, value) : unknown_key(rd, key);

		if (r < 0)
			return r;
		seen |= 1u << bit;
	}
	for (unsigned i = 0; i < N_KEYS; i++)
		if (keys[i].required && !(seen & 1u << i))
			return refuse(rd, rule->line, "rule %.*s has no %s", STR_FMT(rule->id),
				      keys[i].name);
	return 0;
}

static int add_rule(struct reading *rd, const struct yaml_node *node)
{
	struct rule *rule = arena_alloc(&rd->set->arena, sizeof *rule), **slot;
	const struct rule *other;
	int r;

	if (yaml_kind_of(node) != YAML_MAP)
		return refuse(rd, yaml_line(node), "a rule is a map: id, title, severity, ...");
	if (!rule)
		return err_nomem(rd->err);
	*rule = (struct rule){
		.file = rd->file, .pack = rd->pack, .line = yaml_line(node), .enabled = true};
	r = take_keys(rd, rule, node);
	if (r < 0)
		return r;
	other = map_get(&rd->set->by_id, rule->id);
	if (other)
		return refuse(rd, rule->line, "rule %.*s is there already, in %.*s:%zu",
			      STR_FMT(rule->id), STR_FMT(other->file), other->line);
	slot = vec_push(&rd->set->rules);
	if (!slot)
		return err_set(rd->err, ERR_LIMIT, "%.*s: more than rules (%d)", STR_FMT(rd->file),
			       (int)LIMIT_RULES);
	*slot = rule;
	return map_put(&rd->set->by_id, rule->id, rule) < 0 ? err_nomem(rd->err) : 0;
}

int rule_pack_add(struct rule_set *set, const struct yaml_node *root, struct str file,
		  struct err *err)
{
	struct reading rd = {
		.set = set, .file = file, .pack = yaml_get_str(root, "pack"), .err = err};
	const struct yaml_node *rules = yaml_get(root, "rules"), *key, *value;
	int r = 0;

	if (yaml_kind_of(root) != YAML_MAP || yaml_kind_of(rules) != YAML_LIST || !rd.pack.n)
		return refuse(&rd, yaml_line(root),
			      "a pack of rules is a map with pack: NAME and rules: LIST");
	for (size_t i = 0; yaml_entry(root, i, &key, &value); i++)
		if (!str_is(yaml_str(key), "pack") && !str_is(yaml_str(key), "title") &&
		    !str_is(yaml_str(key), "rules"))
			return refuse(&rd, yaml_line(key),
				      "a pack has no \"%.*s\"; there are pack, title and rules",
				      STR_FMT(yaml_str(key)));
	for (size_t i = 0; i < yaml_len(rules) && r == 0; i++)
		r = add_rule(&rd, yaml_at(rules, i));
	return r;
}
