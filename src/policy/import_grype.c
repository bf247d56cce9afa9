/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grype: .grype.yaml.
 *
 *     fail-on-severity: high          deny from there on; without it: warn of all
 *     only-fixed: true                only what has a fix
 *     ignore: [{vulnerability: CVE-2018-1, package: {name: curl}}]        exceptions
 *
 * https://oss.anchore.com/docs/reference/grype/configuration/
 */
#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/path.h"
#include "codec/yaml.h"
#include "policy/policy_import.h"

static bool is_true(const struct yaml_node *root, const char *key)
{
	return str_is(yaml_get_str(root, key), "true");
}

static const char *const known[] = {"fail-on-severity", "only-fixed",	 "only-notfixed",
				    "ignore",		"ignore-states", "ignore-wontfix"};

/* Also those of older versions. */
static const char *const running[] = {
	"add-cpes-if-none",
	"alerts",
	"by-cve",
	"cache",
	"check-for-app-update",
	"config",
	"db",
	"default-image-pull-source",
	"dev",
	"distro",
	"exp",
	"experimental",
	"external-sources",
	"file",
	"fix-channel",
	"log",
	"match",
	"match-upstream-kernel-headers",
	"name",
	"output",
	"output-template-file",
	"platform",
	"pretty",
	"profile",
	"quiet",
	"registry",
	"scope",
	"search",
	"show-suppressed",
	"sort-by",
	"timestamp",
	"verbosity",
	"vex-add",
	"vex-documents",
	"vex-autodiscover",
};

static bool is_among(struct str key, const char *const *p, size_t n, struct nearest *near)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is(key, p[i]))
			return true;
		nearest_offer(near, str_of(p[i]));
	}
	return false;
}

static const char *why_left(struct policy_draft *d, struct str key, struct nearest *near)
{
	if (str_is(key, "exclude"))
		return "a scan reads all of the image";
	if (is_among(key, running, ARRAY_LEN(running), near))
		return "it is about how Grype runs, matches and prints";
	if (near->name.n == 0)
		return "Grype is not known to have it";
	return policy_draft_text(d, "Grype is not known to have it; did you mean \"%.*s\"?",
				 STR_FMT(near->name))
		.p;
}

static void leave_keys(struct policy_draft *d, struct str file, const struct yaml_node *root)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(root, i, &key, &value); i++) {
		struct str name = yaml_str(key);
		struct nearest near = nearest_to(name);

		if (!is_among(name, known, ARRAY_LEN(known), &near))
			policy_draft_leave(d, file, yaml_line(key),
					   policy_draft_text(d, "%.*s", STR_FMT(name)).p,
					   why_left(d, name, &near));
	}
}

/* "fixed,not-fixed": findings in these states are left out there. */
static struct str states(struct policy_draft *d, struct str file, const struct yaml_node *v)
{
	struct str rest = yaml_str(v), word, all = STR_NULL;

	while (str_pull_until(&rest, ',', &word)) {
		const char *one = NULL;

		word = str_trim(word);
		if (str_is(word, "fixed"))
			one = "!vulnerability.fixable";
		else if (str_is(word, "wont-fix"))
			one = "!(vulnerability.status in [\"will_not_fix\", \"end_of_life\"])";
		else if (str_is(word, "not-fixed") || str_is(word, "unknown"))
			one = "(vulnerability.fixable || vulnerability.status in "
			      "[\"will_not_fix\", \"end_of_life\"])";
		if (one)
			all = policy_draft_text(d, "%.*s%s%s", STR_FMT(all), all.n ? " && " : "",
						one);
		else if (word.n)
			policy_draft_leave(d, file, yaml_line(v), "ignore-states",
					   "such a state is none");
	}
	return all;
}

static struct str match_of(struct policy_draft *d, struct str file, const struct yaml_node *root)
{
	const struct yaml_node *v = yaml_get(root, "ignore-states");
	struct str match = states(d, file, v ? v : yaml_get(root, "ignore-wontfix"));
	const char *and = match.n ? " && " : "";

	if (is_true(root, "only-fixed"))
		match = policy_draft_text(d, "%.*s%svulnerability.fixable", STR_FMT(match), and);
	else if (is_true(root, "only-notfixed"))
		match = policy_draft_text(d, "%.*s%s!vulnerability.fixable", STR_FMT(match), and);
	return match;
}

static void add_rule(struct policy_draft *d, struct str file, const struct yaml_node *root)
{
	struct str fail_on = yaml_get_str(root, "fail-on-severity");
	struct draft_rule *rule = policy_draft_add_rule(d, "vulnerabilities", "vulnerability",
							fail_on.n ? "deny" : "warn");
	enum severity s;

	rule->match = match_of(d, file, root);
	rule->condition = STR("true");
	rule->message = STR("{vulnerability.rule} in {vulnerability.package} "
			    "{vulnerability.version} is {vulnerability.severity}");
	if (import_severity(fail_on, &s))
		rule->condition =
			policy_draft_text(d, "vulnerability.level >= %s", import_level(s));
	else if (fail_on.n)
		policy_draft_leave(d, file, yaml_line(yaml_get(root, "fail-on-severity")),
				   "fail-on-severity", "it is no severity: the rule takes all");
}

static int read(struct policy_draft *d, struct str name, struct str bytes, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct str own = arena_str(&d->arena, name);
	const struct yaml_node *root;
	int r = yaml_parse(bytes, &file, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(name));
	root = yaml_document(file, 0);
	add_rule(d, own, root);
	leave_keys(d, own, root);
	return yaml_len(yaml_get(root, "ignore")) ? import_ignores(d, name, bytes, err) : 0;
}

static bool knows(struct str name, struct str bytes)
{
	(void)bytes; /* the names are fixed */
	return str_find(name, STR("grype")) < name.n;
}

const struct policy_source policy_source_grype = {
	.id = "grype", .files = ".grype.yaml", .knows = knows, .read = read};
