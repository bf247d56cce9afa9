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
#include "base/nearest.h"
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

#define NO_EQUIVALENT "there is no equivalent"
#define RUNNING	      "it is about how Trivy runs and prints, not about what is allowed"

/* Where each key goes, of the top (section "") and of the sections that are read; a why that is
 * NULL: into a rule. Also keys of older versions. */
static const struct trivy_key {
	const char *section, *key, *why;
} keys[] = {
	{"", "severity", NULL},
	{"", "exit-code", NULL},
	{"", "exit-on-eol", NULL},
	{"", "vulnerability", NULL},
	{"", "pkg", NULL},
	{"", "scan", NULL},
	{"", "license", NULL},
	{"", "ignorefile", "name the file to plimsoll policy import"},
	{"", "ignore-policy", "a policy in Rego is not translated"},
	{"", "cache", RUNNING},
	{"", "cache-dir", RUNNING},
	{"", "clean", RUNNING},
	{"", "cloud", RUNNING},
	{"", "compliance", RUNNING},
	{"", "db", RUNNING},
	{"", "debug", RUNNING},
	{"", "dependency-tree", RUNNING},
	{"", "format", RUNNING},
	{"", "generate-default-config", RUNNING},
	{"", "image", RUNNING},
	{"", "include-dev-deps", RUNNING},
	{"", "insecure", RUNNING},
	{"", "kubernetes", RUNNING},
	{"", "list-all-pkgs", RUNNING},
	{"", "misconfiguration", RUNNING},
	{"", "module", RUNNING},
	{"", "no-progress", RUNNING},
	{"", "output", RUNNING},
	{"", "output-plugin-arg", RUNNING},
	{"", "quiet", RUNNING},
	{"", "registry", RUNNING},
	{"", "rego", RUNNING},
	{"", "report", RUNNING},
	{"", "repository", RUNNING},
	{"", "reset", RUNNING},
	{"", "secret", RUNNING},
	{"", "server", RUNNING},
	{"", "show-suppressed", RUNNING},
	{"", "table-mode", RUNNING},
	{"", "template", RUNNING},
	{"", "timeout", RUNNING},
	{"", "version", RUNNING},
	{"scan", "scanners", NULL},
	{"scan", "compliance", NO_EQUIVALENT},
	{"scan", "detection-priority", NO_EQUIVALENT},
	{"scan", "disable-telemetry", NO_EQUIVALENT},
	{"scan", "distro", NO_EQUIVALENT},
	{"scan", "file-patterns", NO_EQUIVALENT},
	{"scan", "offline", NO_EQUIVALENT},
	{"scan", "offline-scan", NO_EQUIVALENT},
	{"scan", "parallel", NO_EQUIVALENT},
	{"scan", "rekor-url", NO_EQUIVALENT},
	{"scan", "sbom-sources", NO_EQUIVALENT},
	{"scan", "security-checks", NO_EQUIVALENT},
	{"scan", "show-suppressed", NO_EQUIVALENT},
	{"scan", "skip-dirs", NO_EQUIVALENT},
	{"scan", "skip-files", NO_EQUIVALENT},
	{"scan", "skip-version-check", NO_EQUIVALENT},
	{"scan", "slow", NO_EQUIVALENT},
	{"vulnerability", "ignore-unfixed", NULL},
	{"vulnerability", "ignore-status", NULL},
	{"vulnerability", "skip-vex-repo-update", NO_EQUIVALENT},
	{"vulnerability", "type", NO_EQUIVALENT},
	{"vulnerability", "vex", NO_EQUIVALENT},
	{"license", "forbidden", NULL},
	{"license", "restricted", NULL},
	{"license", "classifier-confidence-level", NO_EQUIVALENT},
	{"license", "confidenceLevel", NO_EQUIVALENT},
	{"license", "full", NO_EQUIVALENT},
	{"license", "ignored", NO_EQUIVALENT},
	{"license", "notice", NO_EQUIVALENT},
	{"license", "permissive", NO_EQUIVALENT},
	{"license", "reciprocal", NO_EQUIVALENT},
	{"license", "unencumbered", NO_EQUIVALENT},
	{"pkg", "include-dev-deps", NO_EQUIVALENT},
	{"pkg", "relationships", NO_EQUIVALENT},
	{"pkg", "types", NO_EQUIVALENT},
};

/* Its row; else NULL and a near one of the section, or the same key of another section. */
static const struct trivy_key *find_key(const char *section, struct str key, struct nearest *near,
					const struct trivy_key **ret_other)
{
	*near = nearest_to(key);
	*ret_other = NULL;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		bool here = str_is(str_of(keys[i].section), section);

		if (here && str_is(key, keys[i].key))
			return &keys[i];
		if (here)
			nearest_offer(near, str_of(keys[i].key));
		else if (str_is(key, keys[i].key))
			*ret_other = &keys[i];
	}
	return NULL;
}

static const char *why_unknown(struct trivy *t, const struct trivy_key *other,
			       const struct nearest *near)
{
	const char *known = "Trivy is not known to have it";

	if (other)
		return policy_draft_text(t->d, "%s; did you mean \"%s%s%s\"?", known,
					 other->section, *other->section ? "." : "", other->key)
			.p;
	if (near->name.n)
		return policy_draft_text(t->d, "%s; did you mean \"%.*s\"?", known,
					 STR_FMT(near->name))
			.p;
	return known;
}

static void leave_keys(struct trivy *t, const struct yaml_node *map, const char *section)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(map, i, &key, &value); i++) {
		const struct trivy_key *other, *row;
		struct nearest near;
		struct str what;

		row = find_key(section, yaml_str(key), &near, &other);
		if (row && !row->why)
			continue;
		what = policy_draft_text(t->d, "%s%s%.*s", section, *section ? "." : "",
					 STR_FMT(yaml_str(key)));
		policy_draft_leave(t->d, t->file, yaml_line(key), what.p,
				   row ? row->why : why_unknown(t, other, &near));
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

static struct draft_rule *add_kind(struct trivy *t, const char *id, const char *each)
{
	struct draft_rule *rule = policy_draft_add_rule(t->d, id, each, t->kind);

	rule->condition = severity_condition(t, each);
	rule->message = policy_draft_text(t->d, "{%s.title}", each);
	return rule;
}

/* Undecided it would deny every image, also where Trivy finds nothing. */
static void add_secrets(struct trivy *t)
{
	add_kind(t, "secrets", "secret")->unknown = "warn";
	policy_draft_leave(t->d, t->file, 0, "secret scanner",
			   "where nothing has looked for secrets the rule cannot be decided and "
			   "warns; remove its \"unknown\" to deny then");
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
		add_secrets(t);
	else if (str_is(name, "misconfig") || str_is(name, "config"))
		(void)add_kind(t, "misconfigurations", "misconfiguration"); /* as it is */
	else if (str_is(name, "license"))
		add_licenses(t, root);
	else
		policy_draft_leave(t->d, t->file, 0,
				   policy_draft_text(t->d, "scanner %.*s", STR_FMT(name)).p,
				   NO_EQUIVALENT);
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
	static const char *const sections[] = {"scan", "vulnerability", "license", "pkg"};
	struct str code = yaml_get_str(root, "exit-code");
	struct trivy t = {.d = d, .file = arena_str(&d->arena, name)};

	t.kind = !code.n || str_is(code, "0") ? "warn" : "deny";
	take_severities(&t, yaml_get(root, "severity"));
	add_scanners(&t, root);
	add_end_of_life(&t, root);
	leave_keys(&t, root, "");
	for (size_t i = 0; i < ARRAY_LEN(sections); i++)
		leave_keys(&t, yaml_get(root, sections[i]), sections[i]);
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
