/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Anchore: a policy bundle, JSON of version 1_0 (policies, whitelists) or 2 (rule_sets,
 * allowlists).
 *
 *     {"version": "2", "name": "Default", "rule_sets": [{"id": "a", "rules": [
 *       {"gate": "vulnerabilities", "trigger": "package", "action": "STOP",
 *        "params": [{"name": "severity_comparison", "value": ">="},
 *                   {"name": "severity", "value": "high"}]}]}],
 *      "allowlists": [{"id": "b", "items": [
 *       {"gate": "vulnerabilities", "trigger_id": "CVE-2018-1+curl"}]}]}
 *
 * STOP denies, WARN warns, GO is none. Gates and their parameters:
 * https://docs.anchore.com/current/docs/compliance_management/policy_gates/ . A parameter that
 * narrows a rule and has no equivalent makes the rule stricter here, which is listed.
 */
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "codec/json.h"
#include "policy/facts.h"
#include "policy/policy_import.h"

struct anchore {
	struct policy_draft *d;
	struct str file;
	const struct json *params;
	const char *gate, *trigger, *kind;
	unsigned used; /* bits of params */
};

static void leave(struct anchore *an, const char *what, const char *why)
{
	policy_draft_leave(
		an->d, an->file, 0,
		policy_draft_text(an->d, "%s %s%s%s", an->gate, an->trigger, *what ? " " : "", what)
			.p,
		why);
}

/* Empty when there is none. */
static struct str param(struct anchore *an, const char *name)
{
	for (size_t i = 0; i < json_len(an->params); i++)
		if (str_is(json_get_str(json_at(an->params, i), "name"), name)) {
			an->used |= i < 32 ? 1u << i : 0;
			return str_trim(json_get_str(json_at(an->params, i), "value"));
		}
	return STR_NULL;
}

static void leave_params(struct anchore *an)
{
	for (size_t i = 0; i < json_len(an->params); i++) {
		struct str name = json_get_str(json_at(an->params, i), "name");

		if ((i >= 32 || !(an->used & 1u << i)) &&
		    json_get_str(json_at(an->params, i), "value").n)
			leave(an, policy_draft_text(an->d, "%.*s", STR_FMT(name)).p,
			      "there is no equivalent: the rule is stricter without it");
	}
}

static struct draft_rule *add(struct anchore *an, const char *id, const char *each)
{
	return policy_draft_add_rule(an->d, id, each, an->kind);
}

/* "a, b" as ["a", "b"]; with numbers: [80, 443]. */
static struct str list_of(struct anchore *an, struct str words, bool numbers)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1u << 20);
	struct str word;
	uint64_t n;

	strbuf_adds(&sb, "[");
	while (str_pull_until(&words, ',', &word)) {
		word = str_trim(word);
		if (!word.n || (numbers && !str_parse_u64(word, &n)))
			continue;
		strbuf_adds(&sb, sb.n > 1 ? ", " : "");
		strbuf_add(&sb, numbers ? word : policy_draft_literal(an->d, word));
	}
	strbuf_adds(&sb, "]");
	return arena_str(&an->d->arena, strbuf_str(&sb));
}

static const char *comparison(struct str word, const char *otherwise)
{
	static const char *const all[] = {"!=", "<=", ">=", "<", ">"};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (str_is(word, all[i]))
			return all[i];
	return str_is(word, "=") ? "==" : otherwise;
}

static bool is_denylist(struct str type)
{
	return str_is(type, "blacklist") || str_is(type, "denylist");
}

/* ---- vulnerabilities ---- */

static struct str vulnerability_condition(struct anchore *an)
{
	const char *how = comparison(param(an, "severity_comparison"), ">");
	struct str word = param(an, "severity"), score = param(an, "cvss_v3_base_score"), text;
	const char *than = comparison(param(an, "cvss_v3_base_score_comparison"), ">=");
	enum severity s = SEVERITY_UNKNOWN;

	(void)import_severity(word, &s); /* left out: unknown, as there */
	text = policy_draft_text(an->d, "vulnerability.level %s %s", how, import_level(s));
	if (score.n && score.p[0] >= '0' && score.p[0] <= '9')
		text = policy_draft_text(an->d,
					 "%.*s && has(vulnerability.cvss) && vulnerability.cvss %s "
					 "double(%.*s)",
					 STR_FMT(text), than,
					 STR_FMT(policy_draft_literal(an->d, score)));
	return text;
}

static struct str vulnerability_match(struct anchore *an)
{
	struct str type = param(an, "package_type"), fix = param(an, "fix_available");
	struct str exclude = param(an, "package_path_exclude"), match = STR("true");
	static const char os[] = "vulnerability.purl.matches(\"^pkg:(deb|rpm|apk|alpm|ebuild)/\")";

	if (str_is(type, "os") || str_is(type, "non-os"))
		match = policy_draft_text(an->d, "%.*s && %s%s", STR_FMT(match),
					  str_is(type, "os") ? "" : "!", os);
	if (fix.n)
		match = policy_draft_text(an->d, "%.*s && %svulnerability.fixable", STR_FMT(match),
					  str_is(fix, "true") ? "" : "!");
	if (!str_is(param(an, "vendor_only"), "false"))
		match = policy_draft_text(an->d, "%.*s && vulnerability.status != \"will_not_fix\"",
					  STR_FMT(match));
	if (exclude.n)
		match = policy_draft_text(
			an->d, "%.*s && !vulnerability.paths.exists(p, (\"/\" + p).matches(%.*s))",
			STR_FMT(match),
			STR_FMT(policy_draft_literal(
				an->d, policy_draft_text(an->d, "^(?:%.*s)", STR_FMT(exclude)))));
	if (!str_pull_prefix(&match, STR("true && ")))
		match = STR_NULL; /* all of them */
	return match;
}

static const struct str vulnerability_message =
	STR("{vulnerability.rule} in {vulnerability.package} {vulnerability.version} is "
	    "{vulnerability.severity}");

static void vulnerable_package(struct anchore *an)
{
	struct draft_rule *rule = add(an, "vulnerabilities", "vulnerability");

	rule->match = vulnerability_match(an);
	rule->condition = vulnerability_condition(an);
	rule->message = vulnerability_message;
}

static void listed_vulnerability(struct anchore *an)
{
	struct str ids = list_of(an, param(an, "vulnerability_ids"), false);
	struct draft_rule *rule = add(an, "named-vulnerabilities", "vulnerability");

	if (!str_is(param(an, "vendor_only"), "false"))
		rule->match = STR("vulnerability.status != \"will_not_fix\"");
	rule->condition = policy_draft_text(an->d, "%.*s.exists(v, vulnerability.is_called(v))",
					    STR_FMT(ids));
	rule->message = vulnerability_message;
}

static void exploited(struct anchore *an)
{
	struct draft_rule *rule = add(an, "exploited", "vulnerability");

	rule->condition = STR("vulnerability.known_exploited");
	rule->message = vulnerability_message;
}

static void no_data(struct anchore *an)
{
	struct draft_rule *rule = add(an, "vulnerabilities-assessed", "");

	rule->condition = STR("report.vulnerabilities.size() < 0");
	rule->message = STR("never: a rule on what was not assessed is unknown");
}

/* ---- the image ---- */

static void effective_user(struct anchore *an)
{
	struct str users = list_of(an, param(an, "users"), false), type = param(an, "type");
	struct draft_rule *rule = add(an, "user", "");

	rule->condition = policy_draft_text(
		an->d, "%s((image.user == \"\" ? \"root\" : image.user.split(\":\")[0]) in %.*s)",
		is_denylist(type) ? "" : "!", STR_FMT(users));
	rule->message = STR("runs as \"{image.user}\"");
}

static void exposed_ports(struct anchore *an)
{
	struct str ports = list_of(an, param(an, "ports"), true), type = param(an, "type");
	struct draft_rule *rule = add(an, "ports", "");

	rule->condition = policy_draft_text(an->d, "image.ports.exists(p, %s(p.number in %.*s))",
					    is_denylist(type) ? "" : "!", STR_FMT(ports));
	rule->message = STR("exposes {image.ports.map(p, p.text)}");
}

/* What an instruction leaves in the configuration; of the others the history tells. */
static const struct {
	const char *name, *condition;
} instructions[] = {
	{"HEALTHCHECK", "image.has_healthcheck"},
	{"USER", "image.user != \"\""},
	{"EXPOSE", "image.ports.size() > 0"},
	{"ENTRYPOINT", "image.entrypoint.size() > 0"},
	{"CMD", "image.cmd.size() > 0"},
	{"VOLUME", "image.volumes.size() > 0"},
	{"LABEL", "image.labels.size() > 0"},
	{"WORKDIR", "image.working_dir != \"\""},
	{"STOPSIGNAL", "image.stop_signal != \"\""},
	{"ADD", "image.history.exists(h, h.instruction == \"ADD\")"},
	{"COPY", "image.history.exists(h, h.instruction == \"COPY\")"},
	{"RUN", "image.history.exists(h, h.instruction == \"RUN\")"},
};

static void instruction(struct anchore *an)
{
	struct str name = param(an, "instruction"), check = param(an, "check");
	bool absent = str_is(check, "not_exists");
	struct draft_rule *rule;

	(void)param(an, "actual_dockerfile_only"); /* there is none here */
	for (size_t i = 0; i < ARRAY_LEN(instructions); i++) {
		if (!str_eq_nocase(name, str_of(instructions[i].name)) ||
		    (!absent && !str_is(check, "exists")))
			continue;
		rule = add(an, "instruction", "");
		rule->condition = policy_draft_text(an->d, "%s%s%s", absent ? "!(" : "",
						    instructions[i].condition, absent ? ")" : "");
		rule->message = policy_draft_text(an->d, "%s is %s", instructions[i].name,
						  absent ? "missing" : "used");
		return;
	}
	leave(an, policy_draft_text(an->d, "%.*s %.*s", STR_FMT(name), STR_FMT(check)).p,
	      "there is no equivalent");
	an->params = NULL;
}

static const struct {
	const char *name, *field;
	bool is_number;
} attributes[] = {
	{"size", "report.size", true},
	{"architecture", "image.architecture", false},
	{"os_type", "image.os", false},
	{"distro", "distro.id", false},
	{"distro_version", "distro.version", false},
	{"layer_count", "report.layers.size()", true},
};

static struct str attribute_check(struct anchore *an, size_t i, struct str check, struct str value)
{
	const char *field = attributes[i].field, *how = comparison(check, NULL);
	uint64_t n;

	if (how && attributes[i].is_number)
		return str_parse_u64(value, &n) ? policy_draft_text(an->d, "%s %s %llu", field, how,
								    (unsigned long long)n)
						: STR_NULL;
	if (how)
		return policy_draft_text(an->d, "%s %s %.*s", field, how,
					 STR_FMT(policy_draft_literal(an->d, value)));
	if ((str_is(check, "like") || str_is(check, "not_like")) && !attributes[i].is_number)
		return policy_draft_text(
			an->d, "%s%s.matches(%.*s)", check.p[0] == 'n' ? "!" : "", field,
			STR_FMT(policy_draft_literal(
				an->d, policy_draft_text(an->d, "^(?:%.*s)", STR_FMT(value)))));
	return STR_NULL;
}

static void attribute(struct anchore *an)
{
	struct str name = param(an, "attribute"), check = param(an, "check"), text = STR_NULL;
	struct str value = param(an, "value");

	name = name.n ? name : param(an, "attributes");
	value = value.n ? value : param(an, "check_value");
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (str_is(name, attributes[i].name))
			text = attribute_check(an, i, check, value);
	if (text.n) {
		struct draft_rule *rule = add(an, "attribute", "");

		rule->condition = text;
		rule->message = policy_draft_text(an->d, "%.*s %.*s %.*s", STR_FMT(name),
						  STR_FMT(check), STR_FMT(value));
		/* a brace would be an expression */
		if (str_find_char(value, '{') < value.n || str_find_char(value, '}') < value.n)
			rule->message = STR("an attribute of the image is not allowed");
		return;
	}
	leave(an, policy_draft_text(an->d, "%.*s %.*s", STR_FMT(name), STR_FMT(check)).p,
	      "there is no equivalent");
	an->params = NULL;
}

static void denied_distro(struct anchore *an)
{
	struct str name = policy_draft_literal(an->d, param(an, "distro")),
		   check = param(an, "check");
	struct str version = param(an, "version");
	struct draft_rule *rule = add(an, "distribution", "");

	rule->condition = policy_draft_text(an->d, "distro.id == %.*s", STR_FMT(name));
	rule->message = STR("{distro.name} is not allowed");
	if (version.n && (!check.n || str_is(check, "=")))
		rule->condition = policy_draft_text(an->d, "%.*s && distro.version == %.*s",
						    STR_FMT(rule->condition),
						    STR_FMT(policy_draft_literal(an->d, version)));
	else if (version.n)
		leave(an, "version", "only = is carried over: all versions are meant");
}

/* ---- packages ---- */

static void denied_package(struct anchore *an)
{
	struct str name = policy_draft_literal(an->d, param(an, "name")),
		   version = param(an, "version");
	struct draft_rule *rule = add(an, "package", "package");

	rule->condition = policy_draft_text(an->d, "pkg.name == %.*s", STR_FMT(name));
	rule->message = STR("{pkg.name} {pkg.version} is installed");
	if (version.n)
		rule->condition = policy_draft_text(an->d, "%.*s && pkg.version == %.*s",
						    STR_FMT(rule->condition),
						    STR_FMT(policy_draft_literal(an->d, version)));
}

static void required_package(struct anchore *an)
{
	struct str name = policy_draft_literal(an->d, param(an, "name")),
		   version = param(an, "version");
	bool minimum = str_is(param(an, "version_match_type"), "minimum");
	struct draft_rule *rule = add(an, "required-package", "");
	struct str how = STR("");

	if (version.n && minimum)
		how = policy_draft_text(an->d, " && p.in_range(\">= \" + %.*s)",
					STR_FMT(policy_draft_literal(an->d, version)));
	else if (version.n)
		how = policy_draft_text(an->d, " && p.version == %.*s",
					STR_FMT(policy_draft_literal(an->d, version)));
	rule->condition = policy_draft_text(an->d, "!report.packages.exists(p, p.name == %.*s%.*s)",
					    STR_FMT(name), STR_FMT(how));
	rule->message = STR("a package is missing that has to be there");
}

static void licenses(struct anchore *an, const char *how)
{
	struct str list = list_of(an, param(an, "licenses"), false);
	struct draft_rule *rule = add(an, "licenses", "package");

	rule->condition = policy_draft_text(an->d, "pkg.licenses.exists(l, %.*s.exists(x, %s))",
					    STR_FMT(list), how);
	rule->message = STR("{pkg.name} {pkg.version} is under {pkg.licenses}");
}

static void exact_license(struct anchore *an)
{
	licenses(an, "l == x");
}

static void partial_license(struct anchore *an)
{
	licenses(an, "l.contains(x)");
}

static void secret(struct anchore *an)
{
	struct draft_rule *rule = add(an, "secrets", "secret");

	rule->condition = STR("true");
	rule->message = STR("{secret.title}");
}

static void malware(struct anchore *an)
{
	struct draft_rule *rule = add(an, "malware", "malware");

	rule->condition = STR("true");
	rule->message = STR("{malware.title}");
}

static void always(struct anchore *an)
{
	struct draft_rule *rule = add(an, "always", "");

	rule->condition = STR("true");
	rule->message = STR("the policy always says so");
}

/* ---- gates ---- */

static const struct gate {
	const char *gate, *trigger;
	void (*take)(struct anchore *an);
} gates[] = {
	{"vulnerabilities", "package", vulnerable_package},
	{"vulnerabilities", "blacklist", listed_vulnerability},
	{"vulnerabilities", "denylist", listed_vulnerability},
	{"vulnerabilities", "kev_list", exploited},
	{"vulnerabilities", "vulnerability_data_unavailable", no_data},
	{"dockerfile", "effective_user", effective_user},
	{"dockerfile", "exposed_ports", exposed_ports},
	{"dockerfile", "instruction", instruction},
	{"metadata", "attribute", attribute},
	{"metadatacheck", "attributecheck", attribute},
	{"distro", "deny", denied_distro},
	{"packages", "blacklist", denied_package},
	{"packages", "denylist", denied_package},
	{"packages", "required_package", required_package},
	{"licenses", "blacklist_exact_match", exact_license},
	{"licenses", "denylist_exact_match", exact_license},
	{"licenses", "blacklist_partial_match", partial_license},
	{"licenses", "denylist_partial_match", partial_license},
	{"secret_scans", "content_regex_checks", secret},
	{"malware", "scans", malware},
	{"always", "always", always},
};

static void take_rule(struct anchore *an, const struct json *rule)
{
	struct str gate = json_get_str(rule, "gate"), trigger = json_get_str(rule, "trigger");
	struct str action = json_get_str(rule, "action");

	an->gate = policy_draft_text(an->d, "%.*s", STR_FMT(gate)).p;
	an->trigger = policy_draft_text(an->d, "%.*s", STR_FMT(trigger)).p;
	an->kind = str_eq_nocase(action, STR("STOP")) ? "deny" : "warn";
	an->params = json_get(rule, "params");
	an->used = 0;
	if (!an->gate || !an->trigger)
		return; /* the arena remembers */
	if (str_eq_nocase(action, STR("GO"))) {
		leave(an, "", "GO decides nothing");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(gates); i++)
		if (str_eq_nocase(gate, str_of(gates[i].gate)) &&
		    str_eq_nocase(trigger, str_of(gates[i].trigger))) {
			gates[i].take(an);
			leave_params(an);
			return;
		}
	leave(an, "", "there is no equivalent");
}

/* ---- the bundle ---- */

/* Without an end, or with one that can be read: 1767225600 must not become never. */
static bool has_clear_end(const struct json *item)
{
	const struct json *v = json_get(item, "expires_on");

	if (json_kind_of(v) == JSON_KIND_TEXT && json_str(v).n)
		return fact_time(json_str(v)).kind == VALUE_TIMESTAMP;
	return json_kind_of(v) <= JSON_KIND_NULL || json_kind_of(v) == JSON_KIND_TEXT;
}

/* "CVE-2018-1+curl", each side may be "*". */
static void take_item(struct anchore *an, const struct json *item)
{
	struct str id = json_get_str(item, "trigger_id"), cve = id, package = STR_NULL;
	struct draft_exception x = {.kinds = 1u << FINDING_VULNERABILITY};

	if (!str_is(json_get_str(item, "gate"), "vulnerabilities") || !id.n) {
		policy_draft_leave(an->d, an->file, 0,
				   policy_draft_text(an->d, "allowlist item %.*s", STR_FMT(id)).p,
				   "only vulnerabilities are carried over");
		return;
	}
	(void)str_cut(id, '+', &cve, &package); /* without one it is of all packages */
	x.match = STR("true");
	if (cve.n && !str_is(cve, "*"))
		x.match = policy_draft_text(an->d, "$.is_called(%.*s)",
					    STR_FMT(policy_draft_literal(an->d, cve)));
	if (package.n && !str_is(package, "*"))
		x.match = policy_draft_text(an->d, "%.*s && $.package == %.*s", STR_FMT(x.match),
					    STR_FMT(policy_draft_literal(an->d, package)));
	x.owner = policy_draft_text(an->d, "not named in %.*s", STR_FMT(an->file));
	x.reason = arena_str(&an->d->arena, json_get_str(item, "description"));
	if (!x.reason.n)
		x.reason = policy_draft_text(an->d, "not given in %.*s", STR_FMT(an->file));
	x.until = arena_str(&an->d->arena, json_get_str(item, "expires_on"));
	if (!has_clear_end(item))
		policy_draft_leave(an->d, an->file, 0,
				   policy_draft_text(an->d, "allowlist item %.*s", STR_FMT(id)).p,
				   "its expires_on is no time");
	else if (str_is(x.match, "true"))
		policy_draft_leave(an->d, an->file, 0, "allowlist item *+*",
				   "it would except everything");
	else
		policy_draft_add_exception(an->d, &x);
}

static const struct json *either(const struct json *doc, const char *a, const char *b)
{
	const struct json *v = json_get(doc, a);

	return v ? v : json_get(doc, b);
}

static void leave_images(struct anchore *an, const struct json *doc, const char *a, const char *b,
			 const char *why)
{
	if (json_len(either(doc, a, b)))
		policy_draft_leave(an->d, an->file, 0, a, why);
}

static int read(struct policy_draft *d, struct str name, struct str bytes, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct anchore an = {.d = d, .file = arena_str(&d->arena, name)};
	const struct json *sets, *lists;
	int r = json_parse(bytes, &doc, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(name));
	sets = either(doc, "rule_sets", "policies");
	lists = either(doc, "allowlists", "whitelists");
	if (json_kind_of(sets) != JSON_KIND_LIST)
		return err_set(err, ERR_FORMAT,
			       "%.*s: no rule_sets and no policies: no bundle of "
			       "Anchore",
			       STR_FMT(name));
	for (size_t i = 0; i < json_len(sets); i++) {
		const struct json *rules = json_get(json_at(sets, i), "rules");

		for (size_t k = 0; k < json_len(rules); k++)
			take_rule(&an, json_at(rules, k));
	}
	for (size_t i = 0; i < json_len(lists); i++) {
		const struct json *items = json_get(json_at(lists, i), "items");

		for (size_t k = 0; k < json_len(items); k++)
			take_item(&an, json_at(items, k));
	}
	leave_images(&an, doc, "mappings", "mappings",
		     "all rule sets and allowlists are put into one policy");
	leave_images(&an, doc, "allowlisted_images", "whitelisted_images",
		     "no image passes without being asked");
	leave_images(&an, doc, "denylisted_images", "blacklisted_images",
		     "add a rule: deny: image.digest == ...");
	return 0;
}

static bool knows(struct str name, struct str bytes)
{
	struct str head = str_sub(bytes, 0, 1u << 20);

	(void)name; /* any */
	return str_has_prefix(str_trim(head), STR("{")) &&
	       (str_find(head, STR("\"rule_sets\"")) < head.n ||
		str_find(head, STR("\"policies\"")) < head.n);
}

const struct policy_source policy_source_anchore = {
	.id = "anchore", .files = "a policy bundle in JSON", .knows = knows, .read = read};
