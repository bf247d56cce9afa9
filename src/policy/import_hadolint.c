/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hadolint: .hadolint.yaml, as settings of rules for .plimsoll.yaml (docs/formats/rules.md), since
 * it is about build files and not about images.
 *
 *     ignored: [DL3008]                    DL3008: off
 *     override: {error: [DL3015]}          DL3015: high; warning medium, info low, style negligible
 *     trustedRegistries: [docker.io]       DL3026: {parameters: {registries: [...]}}
 *     label-schema: {author: text}         DL3049: {parameters: {labels: [...]}}
 *     failure-threshold: warning           lint: {fail-on: medium}
 *
 * https://github.com/hadolint/hadolint#configure
 */
#include "base/cleanup.h"
#include "check/rule_set.h"
#include "codec/yaml.h"
#include "policy/policy_import.h"

struct hadolint {
	struct policy_draft *d;
	struct str file;
	struct rule_set *rules; /* ours: which codes there are */
	struct strbuf lines;	/* below rules: */
	const struct yaml_node *ignored, *override;
	const char *set[16]; /* codes that have parameters */
	size_t n_set;
};

static const struct {
	const char *theirs, *ours;
} levels[] = {{"error", "high"}, {"warning", "medium"}, {"info", "low"}, {"style", "negligible"}};

static bool is_known(struct hadolint *h, const struct yaml_node *code)
{
	/* what ShellCheck says has one rule for all its codes */
	if (rule_set_find(h->rules, yaml_str(code)))
		return true;
	policy_draft_leave(
		h->d, h->file, yaml_line(code),
		policy_draft_text(h->d, "%.*s", STR_FMT(yaml_str(code))).p,
		str_has_prefix(yaml_str(code), STR("SC"))
			? "single codes of ShellCheck are switched off by comments, or all "
			  "with shell-lint: off"
			: "no rule has this code");
	return false;
}

static bool is_listed(const struct yaml_node *list, struct str code)
{
	for (size_t i = 0; i < yaml_len(list); i++)
		if (str_eq(yaml_str(yaml_at(list, i)), code))
			return true;
	return false;
}

/* With its parameters it is told already: a code stands once in the settings. */
static bool is_set(const struct hadolint *h, struct str code)
{
	for (size_t i = 0; i < h->n_set; i++)
		if (str_is(code, h->set[i]))
			return true;
	return false;
}

static void switch_off(struct hadolint *h)
{
	for (size_t i = 0; i < yaml_len(h->ignored); i++)
		if (is_known(h, yaml_at(h->ignored, i)))
			strbuf_addf(&h->lines, "  %.*s: off\n",
				    STR_FMT(yaml_str(yaml_at(h->ignored, i))));
}

static void grade(struct hadolint *h)
{
	for (size_t k = 0; k < ARRAY_LEN(levels); k++) {
		const struct yaml_node *list = yaml_get(h->override, levels[k].theirs);

		for (size_t i = 0; i < yaml_len(list); i++) {
			struct str code = yaml_str(yaml_at(list, i));

			if (!is_listed(h->ignored, code) && !is_set(h, code) &&
			    is_known(h, yaml_at(list, i)))
				strbuf_addf(&h->lines, "  %.*s: %s\n", STR_FMT(code),
					    levels[k].ours);
		}
	}
}

/* The front of a rule with parameters; false: it is ignored. */
static bool open_rule(struct hadolint *h, const char *code, const char *name)
{
	if (is_listed(h->ignored, str_of(code)) || h->n_set == ARRAY_LEN(h->set))
		return false;
	h->set[h->n_set++] = code;
	strbuf_addf(&h->lines, "  %s: {", code);
	for (size_t k = 0; k < ARRAY_LEN(levels); k++)
		if (is_listed(yaml_get(h->override, levels[k].theirs), str_of(code)))
			strbuf_addf(&h->lines, "severity: %s, ", levels[k].ours);
	strbuf_addf(&h->lines, "parameters: {%s: [", name);
	return true;
}

/* The texts of a list, or the keys of a map; of a map only those with that value, if one is given.
 */
static void parameter(struct hadolint *h, const char *code, const char *name,
		      const struct yaml_node *v, const char *only)
{
	const struct yaml_node *key, *value = NULL;
	bool any = false;

	for (size_t i = 0; i < yaml_len(v); i++) {
		struct str word = yaml_str(yaml_at(v, i));

		if (yaml_entry(v, i, &key, &value))
			word = yaml_str(key);
		if (only && !str_is(yaml_str(value), only))
			continue;
		if (!any && !open_rule(h, code, name))
			return;
		strbuf_addf(&h->lines, "%s%.*s", any ? ", " : "",
			    STR_FMT(policy_draft_literal(h->d, word)));
		any = true;
	}
	strbuf_adds(&h->lines, any ? "]}}\n" : "");
}

/* hadolint's types of labels are rules of ours, each with the names of its labels. */
static void labels(struct hadolint *h, const struct yaml_node *root)
{
	static const struct {
		const char *type, *code;
	} types[] = {{"url", "DL3052"},	 {"rfc3339", "DL3053"}, {"spdx", "DL3054"},
		     {"hash", "DL3055"}, {"semver", "DL3056"},	{"email", "DL3058"}};
	const struct yaml_node *schema = yaml_get(root, "label-schema");

	parameter(h, "DL3049", "labels", schema, NULL);
	if (str_is(yaml_get_str(root, "strict-labels"), "true"))
		parameter(h, "DL3050", "labels", schema, NULL);
	for (size_t t = 0; t < ARRAY_LEN(types); t++)
		parameter(h, types[t].code, "labels", schema, types[t].type);
}

static void threshold(struct hadolint *h, const struct yaml_node *root)
{
	struct str word = yaml_get_str(root, "failure-threshold");
	const char *level = "negligible"; /* hadolint fails on everything by default */

	if (str_is(yaml_get_str(root, "no-fail"), "true") || str_is(word, "none") ||
	    str_is(word, "ignore"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (str_is(word, levels[i].theirs))
			level = levels[i].ours;
	policy_draft_set(h->d, "lint:");
	policy_draft_set(h->d, "  fail-on: %s", level);
}

static const char *const known[] = {"ignored",	    "override",	     "trustedRegistries",
				    "label-schema", "strict-labels", "failure-threshold",
				    "no-fail"};

static void leave_keys(struct hadolint *h, const struct yaml_node *root)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(root, i, &key, &value); i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			found |= str_is(yaml_str(key), known[k]);
		if (!found)
			policy_draft_leave(
				h->d, h->file, yaml_line(key),
				policy_draft_text(h->d, "%.*s", STR_FMT(yaml_str(key))).p,
				"there is no equivalent");
	}
}

static int convert(struct hadolint *h, const struct yaml_node *root, struct err *err)
{
	struct str all, line;
	int r = rule_set_new(&h->rules, err);

	if (r == 0)
		r = rule_set_add_shipped(h->rules, err);
	if (r < 0)
		return r;
	h->ignored = yaml_get(root, "ignored");
	h->override = yaml_get(root, "override");
	parameter(h, "DL3026", "registries", yaml_get(root, "trustedRegistries"), NULL);
	labels(h, root);
	switch_off(h);
	grade(h);
	threshold(h, root);
	leave_keys(h, root);
	all = strbuf_str(&h->lines);
	if (all.n)
		policy_draft_set(h->d, "rules:");
	while (str_pull_line(&all, &line))
		policy_draft_set(h->d, "%.*s", STR_FMT(line));
	return strbuf_check(&h->lines, err);
}

static int read(struct policy_draft *d, struct str name, struct str bytes, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct hadolint h = {
		.d = d, .file = arena_str(&d->arena, name), .lines = STRBUF_INIT(1u << 22)};
	int r = yaml_parse(bytes, &file, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(name));
	r = convert(&h, yaml_document(file, 0), err);
	rule_set_free(h.rules);
	strbuf_done(&h.lines);
	return r;
}

static bool knows(struct str name, struct str bytes)
{
	(void)bytes; /* the names are fixed */
	return str_find(name, STR("hadolint")) < name.n;
}

const struct policy_source policy_source_hadolint = {
	.id = "hadolint", .files = ".hadolint.yaml", .knows = knows, .read = read};
