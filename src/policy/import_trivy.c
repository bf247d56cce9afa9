/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trivy: trivy.yaml, .trivyignore, .trivyignore.yaml.
 *
 *     severity: [HIGH, CRITICAL]       a rule asked of findings of these severities
 *     exit-code: 1                     deny; 0: warn
 *     vulnerability:                   ignore-unfixed: only what has a fix
 *       ignore-unfixed: true
 *     scan:
 *       scanners: [vuln, secret]       a rule for each
 *     exit-on-eol: 1                   the distribution must be supported
 *     license: {forbidden: [AGPL-3.0]}
 *
 * https://trivy.dev/latest/docs/references/configuration/config-file/ . Trivy has no severity
 * "negligible": what we call so is its LOW.
 */
#include "base/cleanup.h"
#include "base/path.h"
#include "codec/yaml.h"
#include "policy/policy_import.h"

struct trivy {
	struct policy_draft *d;
	struct str file;
	const char *kind;      /* of rules: deny or warn */
	struct str severities; /* a list of the expressions; empty: all */
	unsigned bits;	       /* of severities */
};

static bool is_true(const struct yaml_node *v)
{
	return str_is(yaml_str(v), "true");
}

/* Where each key of a configuration goes; NULL: into a rule. */
static const struct {
	const char *key, *why;
} keys[] = {
	{"severity", NULL},
	{"exit-code", NULL},
	{"exit-on-eol", NULL},
	{"vulnerability", NULL},
	{"pkg", NULL},
	{"scan", NULL},
	{"license", NULL},
	{"ignorefile", "name the file to plimsoll policy import"},
	{"ignore-policy", "a policy in Rego is not translated"},
};

static const char *const running =
	"it is about how Trivy runs and prints, not about what is allowed";

static void leave_keys(struct trivy *t, const struct yaml_node *map)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(map, i, &key, &value); i++) {
		const char *why = running;

		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			if (str_is(yaml_str(key), keys[k].key))
				why = keys[k].why;
		if (why)
			policy_draft_leave(
				t->d, t->file, yaml_line(key),
				policy_draft_text(t->d, "%.*s", STR_FMT(yaml_str(key))).p, why);
	}
}

static void leave_inside(struct trivy *t, const struct yaml_node *root, const char *section,
			 const char *const *known)
{
	const struct yaml_node *map = yaml_get(root, section), *key, *value;

	for (size_t i = 0; yaml_entry(map, i, &key, &value); i++) {
		bool found = false;

		for (size_t k = 0; known[k]; k++)
			found |= str_is(yaml_str(key), known[k]);
		if (!found)
			policy_draft_leave(
				t->d, t->file, yaml_line(key),
				policy_draft_text(t->d, "%s.%.*s", section, STR_FMT(yaml_str(key)))
					.p,
				"there is no equivalent");
	}
}

/* Either a list or words with commas. */
static size_t words_of(struct trivy *t, const struct yaml_node *v, struct str *p, size_t max)
{
	struct str rest = yaml_str(v), word;
	size_t n = 0;

	for (size_t i = 0; i < yaml_len(v) && n < max; i++)
		p[n++] = yaml_str(yaml_at(v, i));
	while (n < max && str_pull_until(&rest, ',', &word))
		if (str_trim(word).n)
			p[n++] = str_trim(word);
	for (size_t i = 0; i < n; i++)
		p[i] = arena_str(&t->d->arena, p[i]);
	return n;
}

static void take_severities(struct trivy *t, const struct yaml_node *v)
{
	struct str words[16], ours[16];
	size_t n = words_of(t, v, words, 8), k = 0;

	for (size_t i = 0; i < n; i++) {
		enum severity s;

		if (!import_severity(words[i], &s)) {
			policy_draft_leave(
				t->d, t->file, yaml_line(v), "severity",
				policy_draft_text(t->d, "\"%.*s\" is none", STR_FMT(words[i])).p);
			continue;
		}
		t->bits |= 1u << s;
		ours[k++] = str_of(severity_name(s));
		if (s == SEVERITY_LOW)
			ours[k++] = STR("negligible");
	}
	if (k && t->bits != (1u << SEVERITY_UNKNOWN | 1u << SEVERITY_LOW | 1u << SEVERITY_MEDIUM |
			     1u << SEVERITY_HIGH | 1u << SEVERITY_CRITICAL))
		t->severities = policy_draft_literals(t->d, ours, k);
}

static struct str severity_condition(struct trivy *t, const char *variable)
{
	return t->severities.n ? policy_draft_text(t->d, "%s.severity in %.*s", variable,
						   STR_FMT(t->severities))
			       : STR("true");
}

static struct str joined(struct trivy *t, struct str a, struct str b)
{
	if (!a.n || !b.n)
		return a.n ? a : b;
	return policy_draft_text(t->d, "%.*s && %.*s", STR_FMT(a), STR_FMT(b));
}

static struct str status_condition(struct trivy *t, const struct yaml_node *v)
{
	struct str words[16];
	size_t n = words_of(t, v, words, ARRAY_LEN(words));

	return n ? policy_draft_text(t->d, "!(vulnerability.status in %.*s)",
				     STR_FMT(policy_draft_literals(t->d, words, n)))
		 : STR_NULL;
}

static void add_vulnerabilities(struct trivy *t, const struct yaml_node *root)
{
	const struct yaml_node *v = yaml_get(root, "vulnerability");
	struct draft_rule *rule =
		policy_draft_add_rule(t->d, "vulnerabilities", "vulnerability", t->kind);

	if (is_true(yaml_get(v, "ignore-unfixed")))
		rule->match = STR("vulnerability.fixable");
	rule->match = joined(t, rule->match, status_condition(t, yaml_get(v, "ignore-status")));
	rule->condition = severity_condition(t, "vulnerability");
	rule->message = STR("{vulnerability.rule} in {vulnerability.package} "
			    "{vulnerability.version} is {vulnerability.severity}");
}

static void add_kind(struct trivy *t, const char *id, const char *each)
{
	struct draft_rule *rule = policy_draft_add_rule(t->d, id, each, t->kind);

	rule->condition = severity_condition(t, each);
	rule->message = policy_draft_text(t->d, "{%s.title}", each);
}

/* Trivy grades forbidden licences critical, restricted ones high. */
static void add_licenses(struct trivy *t, const struct yaml_node *root)
{
	static const struct {
		const char *key;
		enum severity severity;
	} rows[] = {{"forbidden", SEVERITY_CRITICAL}, {"restricted", SEVERITY_HIGH}};
	const struct yaml_node *license = yaml_get(root, "license");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct yaml_node *list = yaml_get(license, rows[i].key);
		struct str words[256];
		size_t n = words_of(t, list, words, ARRAY_LEN(words));
		struct draft_rule *rule;

		if (n == 0 || (t->bits && !(t->bits & 1u << rows[i].severity)))
			continue;
		rule = policy_draft_add_rule(t->d,
					     policy_draft_text(t->d, "licenses-%s", rows[i].key).p,
					     "package", t->kind);
		rule->condition = policy_draft_text(t->d, "pkg.licenses.exists(l, l in %.*s)",
						    STR_FMT(policy_draft_literals(t->d, words, n)));
		rule->message = STR("{pkg.name} {pkg.version} is under {pkg.licenses}");
		if (n == ARRAY_LEN(words))
			policy_draft_leave(t->d, t->file, yaml_line(list), "license",
					   "only the first 256 names");
	}
	if (!license)
		policy_draft_leave(
			t->d, t->file, 0, "license scanner",
			"Trivy's own classes of licences are not ours; name those you mean");
}

static void add_scanner(struct trivy *t, const struct yaml_node *root, struct str name)
{
	if (str_is(name, "vuln"))
		add_vulnerabilities(t, root);
	else if (str_is(name, "secret"))
		add_kind(t, "secrets", "secret");
	else if (str_is(name, "misconfig") || str_is(name, "config"))
		add_kind(t, "misconfigurations", "misconfiguration");
	else if (str_is(name, "license"))
		add_licenses(t, root);
	else
		policy_draft_leave(t->d, t->file, 0,
				   policy_draft_text(t->d, "scanner %.*s", STR_FMT(name)).p,
				   "there is no equivalent");
}

static void add_scanners(struct trivy *t, const struct yaml_node *root)
{
	const struct yaml_node *v = yaml_get(yaml_get(root, "scan"), "scanners");
	struct str words[16];
	size_t n = words_of(t, v, words, ARRAY_LEN(words));

	if (!v) { /* what `trivy image` looks for */
		add_scanner(t, root, STR("vuln"));
		add_scanner(t, root, STR("secret"));
	}
	for (size_t i = 0; i < n; i++)
		add_scanner(t, root, words[i]);
}

static void add_end_of_life(struct trivy *t, const struct yaml_node *root)
{
	struct str code = yaml_get_str(root, "exit-on-eol");
	struct draft_rule *rule;

	if (!code.n || str_is(code, "0"))
		return;
	rule = policy_draft_add_rule(t->d, "supported-distribution", "", "require");
	rule->condition = STR("distro.is_supported");
	rule->message = STR("support of {distro.name} has ended");
}

static int read_configuration(struct policy_draft *d, struct str name, const struct yaml_node *root)
{
	static const char *const of_scan[] = {"scanners", NULL};
	static const char *const of_vulnerability[] = {"ignore-unfixed", "ignore-status", NULL};
	static const char *const of_license[] = {"forbidden", "restricted", NULL};
	static const char *const of_pkg[] = {NULL};
	struct str code = yaml_get_str(root, "exit-code");
	struct trivy t = {.d = d, .file = arena_str(&d->arena, name)};

	t.kind = !code.n || str_is(code, "0") ? "warn" : "deny";
	take_severities(&t, yaml_get(root, "severity"));
	add_scanners(&t, root);
	add_end_of_life(&t, root);
	leave_keys(&t, root);
	leave_inside(&t, root, "scan", of_scan);
	leave_inside(&t, root, "vulnerability", of_vulnerability);
	leave_inside(&t, root, "license", of_license);
	leave_inside(&t, root, "pkg", of_pkg);
	return 0;
}

static bool is_ignore_file(struct str name, const struct yaml_node *root)
{
	return str_has_prefix(path_base(name), STR(".trivyignore")) ||
	       yaml_kind_of(root) != YAML_MAP || yaml_get(root, "vulnerabilities") ||
	       yaml_get(root, "misconfigurations") || yaml_get(root, "secrets") ||
	       yaml_get(root, "licenses");
}

static int read(struct policy_draft *d, struct str name, struct str bytes, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	int r;

	if (str_is(path_base(name), ".trivyignore"))
		return import_ignores(d, name, bytes, err);
	r = yaml_parse(bytes, &file, err);
	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(name));
	if (is_ignore_file(name, yaml_document(file, 0)))
		return import_ignores(d, name, bytes, err);
	return read_configuration(d, name, yaml_document(file, 0));
}

static bool knows(struct str name, struct str bytes)
{
	(void)bytes; /* the names are fixed */
	return str_has_prefix(name, STR("trivy")) || str_has_prefix(name, STR(".trivyignore"));
}

/* Exceptions alone: from everything else that is found. */
static void end(struct policy_draft *d)
{
	struct trivy t = {.d = d, .kind = "deny"};

	if (d->rules.n == 0)
		add_vulnerabilities(&t, NULL);
}

const struct policy_source policy_source_trivy = {
	.id = "trivy",
	.files = "trivy.yaml, .trivyignore, .trivyignore.yaml",
	.knows = knows,
	.read = read,
	.end = end,
};
