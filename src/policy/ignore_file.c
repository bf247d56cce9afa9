/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ignore files in each of their forms, turned into rules.
 *
 *     - id: CVE-2023-0286            .plimsollignore       CVE-2018-14618         .trivyignore
 *       purl: pkg:deb/debian/open*                         CVE-2019-1 exp:2026-12-31
 *       until: 2026-12-31
 *       reason: not reachable        ignore:               .grype.yaml
 *                                      - vulnerability: CVE-2008-4318
 *     vulnerabilities:                   fix-state: not-fixed
 *       - id: CVE-2022-40897             package: {name: libcurl, type: deb}
 *         expired_at: 2026-12-31     .trivyignore.yaml
 */
#include "policy/ignore.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "codec/yaml.h"
#include "policy/ignore_rule.h"

#define DAY_SECONDS 86400
#define REGEX_MAX   256 /* bytes; nor any repetition count: those make glibc use up memory */

struct reading {
	struct ignore *ig;
	struct str file; /* the arena's */
	struct err *err;
};

/* One key of one form; `value` is a scalar unless the key takes a list too. */
struct key {
	const char *name;
	int (*set)(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *value);
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct reading *rd, size_t line,
							const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap); /* a long one is cut */
	va_end(ap);
	return err_set(rd->err, ERR_USAGE, "%.*s:%zu: %s", STR_FMT(rd->file), line, text);
}

static int new_rule(struct reading *rd, size_t line, struct ignore_rule **ret)
{
	struct ignore_rule *rule = vec_push(&rd->ig->rules);

	if (!rule)
		return err_set(rd->err, ERR_LIMIT, "%.*s:%zu: more than ignore_rules (%d)",
			       STR_FMT(rd->file), line, (int)LIMIT_IGNORE_RULES);
	rule->file = rd->file;
	rule->line = line;
	*ret = rule;
	return 0;
}

/* ---- values ---- */

static int copy(struct reading *rd, struct str s, struct str *ret)
{
	*ret = arena_str(&rd->ig->arena, s);
	return ret->p ? 0 : err_nomem(rd->err);
}

static int take_text(struct reading *rd, const struct yaml_node *v, struct str *ret)
{
	if (yaml_kind_of(v) != YAML_SCALAR)
		return refuse(rd, yaml_line(v), "one word or line is expected here");
	return copy(rd, str_trim(yaml_str(v)), ret);
}

/* A scalar, or a list of them; never empty, since nothing would be meant by it. */
static int take_list(struct reading *rd, const struct yaml_node *v, struct str_list *ret)
{
	bool single = yaml_kind_of(v) == YAML_SCALAR;
	size_t n = single ? 1 : yaml_len(v);
	struct str *p;

	if (yaml_kind_of(v) == YAML_MAP || n == 0)
		return refuse(rd, yaml_line(v), "a word or a list of words is expected here");
	p = arena_array(&rd->ig->arena, n, sizeof *p);
	if (!p)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *item = single ? v : yaml_at(v, i);
		int r = take_text(rd, item, &p[i]);

		if (r < 0)
			return r;
		if (p[i].n == 0)
			return refuse(rd, yaml_line(item), "an empty value matches nothing");
	}
	*ret = (struct str_list){p, n};
	return 0;
}

/* "2026-12-31", "2026-12-31T12:00:00Z". */
static int parse_end(struct str text, bool *ret_is_day, int64_t *ret)
{
	char stamp[CLOCK_TEXT_MAX];

	*ret_is_day = text.n == 10;
	if (!*ret_is_day)
		return clock_parse(text, ret) ? 0 : -ERR_USAGE;
	(void)snprintf(stamp, sizeof stamp, "%.*sT00:00:00Z", STR_FMT(text)); /* fits */
	return clock_parse(str_of(stamp), ret) ? 0 : -ERR_USAGE;
}

/* through: the day itself still counts. */
static int set_end_text(struct reading *rd, struct ignore_rule *rule, struct str text, size_t line,
			bool through)
{
	bool is_day;

	if (parse_end(text, &is_day, &rule->end) < 0)
		return refuse(rd, line, "\"%.*s\" is no date like 2026-12-31", STR_FMT(text));
	if (is_day && through)
		rule->end += DAY_SECONDS;
	rule->has_end = true;
	return copy(rd, text, &rule->until);
}

/* ---- our own keys ---- */

static int set_ids(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->ids);
}

static int set_purls(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	int r = take_list(rd, v, &rule->purls);

	for (size_t i = 0; i < rule->purls.n && r == 0; i++)
		if (!str_has_prefix(rule->purls.p[i], STR("pkg:")))
			r = refuse(rd, yaml_line(v), "\"%.*s\" is no package URL: it starts pkg:",
				   STR_FMT(rule->purls.p[i]));
	return r;
}

static int set_packages(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->packages);
}

static int set_versions(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->versions);
}

static int set_types(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return take_list(rd, v, &rule->types);
}

/* Paths of an image have no slash in front. */
static int set_paths(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	int r = take_list(rd, v, &rule->paths);

	for (size_t i = 0; i < rule->paths.n && r == 0; i++) {
		struct str *p = (struct str *)&rule->paths.p[i];

		while (str_pull_prefix(p, STR("/")) || str_pull_prefix(p, STR("./")))
			;
		if (p->n == 0)
			r = refuse(rd, yaml_line(v), "the root directory is no path of a finding");
	}
	return r;
}

static int set_layers(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	int r = take_list(rd, v, &rule->layers);
	uint64_t number;

	for (size_t i = 0; i < rule->layers.n && r == 0; i++) {
		struct str s = rule->layers.p[i];

		(void)str_pull_prefix(&s, STR("sha256:"));
		if (s.n < 6 && (!str_parse_u64(s, &number) || number == 0))
			r = refuse(rd, yaml_line(v),
				   "layer \"%.*s\": a number from 1, or at least six digits of a "
				   "diff id",
				   STR_FMT(s));
	}
	return r;
}

static int set_fingerprints(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	int r = take_list(rd, v, &rule->fingerprints);

	for (size_t i = 0; i < rule->fingerprints.n && r == 0; i++) {
		uint64_t value;

		if (rule->fingerprints.p[i].n != 16 ||
		    !str_parse_hex_u64(rule->fingerprints.p[i], &value))
			r = refuse(rd, yaml_line(v),
				   "\"%.*s\" is no fingerprint: 16 hexadecimal digits",
				   STR_FMT(rule->fingerprints.p[i]));
	}
	return r;
}

static int set_severities(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	struct str_list words;
	int r = take_list(rd, v, &words);

	for (size_t i = 0; r == 0 && i < words.n; i++) {
		enum severity s;
		struct err why = {0};

		if (severity_parse(words.p[i], &s, &why) < 0)
			r = refuse(rd, yaml_line(v), "%s", why.msg);
		else
			rule->severities |= 1u << s;
	}
	return r;
}

static bool status_of(struct str word, unsigned *ret)
{
	for (unsigned i = 0; i <= STATUS_NOT_AFFECTED; i++)
		if (str_is(word, finding_status_name((enum finding_status)i))) {
			*ret = i;
			return true;
		}
	return false;
}

static int set_statuses(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	struct str_list words;
	unsigned status = 0;
	int r = take_list(rd, v, &words);

	for (size_t i = 0; r == 0 && i < words.n; i++) {
		if (!status_of(words.p[i], &status))
			r = refuse(rd, yaml_line(v),
				   "\"%.*s\" is no status: affected, fixed, will_not_fix, "
				   "fix_deferred, end_of_life, under_investigation or not_affected",
				   STR_FMT(words.p[i]));
		rule->statuses |= 1u << status;
	}
	return r;
}

static int set_fix(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	if (str_is(yaml_str(v), "available"))
		rule->fix = IGNORE_FIX_AVAILABLE;
	else if (str_is(yaml_str(v), "none"))
		rule->fix = IGNORE_FIX_NONE;
	else
		return refuse(rd, yaml_line(v), "fix is \"available\" or \"none\", not \"%.*s\"",
			      STR_FMT(yaml_str(v)));
	return 0;
}

static int set_until(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return set_end_text(rd, rule, str_trim(yaml_str(v)), yaml_line(v), true);
}

static int set_owner(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->owner);
}

static int set_reason(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return take_text(rd, v, &rule->reason);
}

static const struct key plimsoll_keys[] = {
	{"id", set_ids},
	{"purl", set_purls},
	{"package", set_packages},
	{"version", set_versions},
	{"type", set_types},
	{"path", set_paths},
	{"layer", set_layers},
	{"severity", set_severities},
	{"status", set_statuses},
	{"fix", set_fix},
	{"until", set_until},
	{"owner", set_owner},
	{"reason", set_reason},
	{"fingerprint", set_fingerprints},
	{NULL, NULL},
};

/* ---- Trivy's keys ---- */

/* Trivy's rule ends when its day begins. */
static int set_expired_at(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return set_end_text(rd, rule, str_trim(yaml_str(v)), yaml_line(v), false);
}

static const struct key trivy_keys[] = {
	{"id", set_ids},	   {"paths", set_paths},
	{"purls", set_purls},	   {"expired_at", set_expired_at},
	{"statement", set_reason}, {NULL, NULL},
};

static const struct {
	const char *name;
	unsigned kinds; /* 0: nothing that Plimsoll finds */
} trivy_sections[] = {
	/* notices about a package (RustSec) and malicious ones are no kinds of their own there */
	{"vulnerabilities",
	 1u << FINDING_VULNERABILITY | 1u << FINDING_MALWARE | 1u << FINDING_MISCONFIGURATION},
	{"misconfigurations", 1u << FINDING_MISCONFIGURATION},
	{"secrets", 1u << FINDING_SECRET},
	{"licenses", 0},
};

/* ---- Grype's keys ---- */

static int set_fix_state(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	const unsigned never = 1u << STATUS_WILL_NOT_FIX | 1u << STATUS_END_OF_LIFE;
	const unsigned all = (1u << (STATUS_NOT_AFFECTED + 1)) - 1;
	struct str word = yaml_str(v);

	if (str_is(word, "fixed")) {
		rule->fix = IGNORE_FIX_AVAILABLE;
	} else if (str_is(word, "wont-fix")) {
		rule->statuses = never;
	} else if (str_is(word, "not-fixed") || str_is(word, "unknown")) {
		rule->fix = IGNORE_FIX_NONE;
		rule->statuses = all & ~never;
	} else {
		return refuse(rd, yaml_line(v),
			      "fix-state is fixed, not-fixed, wont-fix or unknown, not \"%.*s\"",
			      STR_FMT(word));
	}
	return 0;
}

static int set_one(struct reading *rd, struct str value, struct str_list *ret)
{
	struct str *p = arena_alloc(&rd->ig->arena, sizeof *p);

	if (!p)
		return err_nomem(rd->err);
	*ret = (struct str_list){p, 1};
	return copy(rd, value, p);
}

static const char *const languages[][2] = {
	{"python", "pypi"},	{"javascript", "npm"}, {"java", "maven"},   {"ruby", "gem"},
	{"go", "golang"},	{"php", "composer"},   {"dotnet", "nuget"}, {"rust", "cargo"},
	{"dart", "pub"},	{"swift", "swift"},    {"elixir", "hex"},   {"erlang", "hex"},
	{"haskell", "hackage"}, {"R", "cran"},	       {"r", "cran"},	    {"c++", "conan"},
	{"lua", "luarocks"},
};

static struct str type_of_language(struct str language)
{
	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		if (str_is(language, languages[i][0]))
			return str_of(languages[i][1]);
	return language;
}

static int set_language(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	return set_one(rd, type_of_language(yaml_str(v)), &rule->types);
}

/* Syft's package types that package URLs call otherwise. */
static int set_type(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	static const char *const types[][2] = {
		{"python", "pypi"},
		{"go-module", "golang"},
		{"java-archive", "maven"},
		{"jenkins-plugin", "maven"},
		{"rust-crate", "cargo"},
		{"php-composer", "composer"},
		{"dotnet", "nuget"},
		{"dart-pub", "pub"},
		{"pod", "cocoapods"},
		{"portage", "ebuild"},
		{"github-action", "githubactions"},
		{"github-action-workflow", "githubactions"},
		{"R-package", "cran"},
		{"lua-rocks", "luarocks"},
	};
	struct str type = yaml_str(v);

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(type, types[i][0]))
			return set_one(rd, str_of(types[i][1]), &rule->types);
	return set_one(rd, type, &rule->types);
}

/* "debian:distro:debian:12", "github:language:python", "nvd:cpe". */
static int set_namespace(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	struct str rest = yaml_str(v), publisher, kind = STR_NULL, id = STR_NULL,
		   version = STR_NULL;
	struct str shard;

	(void)str_pull_until(&rest, ':', &publisher);
	(void)str_pull_until(&rest, ':', &kind);
	(void)str_pull_until(&rest, ':', &id);
	(void)str_pull_until(&rest, ':', &version);
	if (str_is(kind, "language") && id.n)
		return set_one(rd, type_of_language(id), &rule->types);
	if (str_is(kind, "cpe")) {
		rule->never = true; /* there are no matches by CPE */
		return 0;
	}
	if (!str_is(kind, "distro") || id.n == 0)
		return refuse(rd, yaml_line(v), "\"%.*s\" is no namespace of Grype",
			      STR_FMT(yaml_str(v)));
	id = str_is(id, "redhat") ? STR("rhel") : id;
	version = str_is(version, "rolling") ? STR_NULL : version;
	shard = arena_strf(&rd->ig->arena, "%.*s%s%.*s", STR_FMT(id), version.n ? "-" : "",
			   STR_FMT(version));
	return shard.p ? set_one(rd, shard, &rule->shards) : err_nomem(rd->err);
}

static int set_match_type(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	struct str word = yaml_str(v);

	if (str_is(word, "cpe-match")) {
		rule->never = true;
		return 0;
	}
	if (str_is(word, "exact-direct-match") || str_is(word, "exact-indirect-match"))
		return refuse(rd, yaml_line(v), "match-type %.*s: not told apart here",
			      STR_FMT(word));
	return refuse(rd, yaml_line(v), "\"%.*s\" is no match-type", STR_FMT(word));
}

/* Such a rule takes off what a VEX document, given beside it, says; by itself nothing. */
static int set_vex_status(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	unsigned status;

	if (!status_of(yaml_str(v), &status))
		return refuse(rd, yaml_line(v), "\"%.*s\" is no status of VEX",
			      STR_FMT(yaml_str(v)));
	rule->never = true;
	return 0;
}

static int set_vex_justification(struct reading *rd, struct ignore_rule *rule,
				 const struct yaml_node *v)
{
	struct str text;

	rule->never = true;
	return take_text(rd, v, &text);
}

/* Aliases are always looked at, so only a false changes anything; it would narrow the rule. */
static int set_include_aliases(struct reading *rd, struct ignore_rule *rule,
			       const struct yaml_node *v)
{
	(void)rule;
	if (str_is(yaml_str(v), "true") || str_is(yaml_str(v), "false"))
		return 0;
	return refuse(rd, yaml_line(v), "include-aliases is true or false");
}

static bool is_literal(struct str s)
{
	const struct str others = STR("+-_/:@~.");

	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && str_find_char(others, s.p[i]) == others.n)
			return false;
	return true;
}

/* "gtk+3.0" is a name, and means itself. */
static void add_pattern(struct strbuf *sb, struct str s)
{
	bool plain = is_literal(s);

	for (size_t i = 0; i < s.n; i++) {
		if (plain && (s.p[i] == '+' || s.p[i] == '.'))
			strbuf_addc(sb, '\\');
		strbuf_addc(sb, s.p[i]);
	}
}

/* Grype takes names as regular expressions of the whole name. */
static int take_regex(struct reading *rd, const struct yaml_node *v, regex_t **ret)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * REGEX_MAX + 8);
	struct str s = yaml_str(v);
	regex_t *regex;
	bool refused = str_find_char(s, '{') < s.n || str_find_char(s, '\0') < s.n;

	for (size_t i = 0; i + 1 < s.n; i++) /* references back take exponential time */
		refused |= s.p[i] == '\\' && char_is_alnum(s.p[i + 1]);
	strbuf_adds(&sb, "^(");
	add_pattern(&sb, str_sub(s, 0, REGEX_MAX));
	strbuf_adds(&sb, ")$");
	if (refused || s.n == 0 || s.n > REGEX_MAX || strbuf_check(&sb, NULL) < 0)
		return refuse(rd, yaml_line(v), "\"%.*s\" is no name that is understood here",
			      STR_FMT(str_sub(s, 0, REGEX_MAX)));
	regex = malloc(sizeof *regex);
	if (!regex)
		return err_nomem(rd->err);
	if (regcomp(regex, strbuf_cstr(&sb), REG_EXTENDED | REG_NOSUB) != 0) {
		free(regex);
		return refuse(rd, yaml_line(v), "\"%.*s\" is no regular expression", STR_FMT(s));
	}
	*ret = regex;
	return 0;
}

static int set_package_name(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *v)
{
	int r;

	if (is_literal(yaml_str(v)) && yaml_str(v).n)
		return set_one(rd, yaml_str(v), &rule->packages);
	r = take_regex(rd, v, &rule->name);
	return r < 0 ? r : copy(rd, yaml_str(v), &rule->name_text);
}

static int set_upstream_name(struct reading *rd, struct ignore_rule *rule,
			     const struct yaml_node *v)
{
	int r = take_regex(rd, v, &rule->upstream);

	return r < 0 ? r : copy(rd, yaml_str(v), &rule->upstream_text);
}

static const struct key grype_package_keys[] = {
	{"name", set_package_name},
	{"version", set_versions},
	{"type", set_type},
	{"location", set_paths},
	{"language", set_language},
	{"upstream-name", set_upstream_name},
	{NULL, NULL},
};

static int read_keys(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *map,
		     const struct key *keys);

static int set_grype_package(struct reading *rd, struct ignore_rule *rule,
			     const struct yaml_node *v)
{
	if (yaml_kind_of(v) != YAML_MAP)
		return refuse(rd, yaml_line(v), "package is a map: name, version, type, location");
	return read_keys(rd, rule, v, grype_package_keys);
}

static const struct key grype_keys[] = {
	{"vulnerability", set_ids},	{"include-aliases", set_include_aliases},
	{"reason", set_reason},		{"namespace", set_namespace},
	{"fix-state", set_fix_state},	{"package", set_grype_package},
	{"vex-status", set_vex_status}, {"vex-justification", set_vex_justification},
	{"match-type", set_match_type}, {NULL, NULL},
};

/* ---- rules ---- */

static int refuse_key(const struct reading *rd, const struct key *keys,
		      const struct yaml_node *name)
{
	CLEANUP(strbuf_done) struct strbuf known = STRBUF_INIT(ERR_MSG_MAX);

	for (const struct key *k = keys; k->name; k++)
		strbuf_addf(&known, "%s%s", known.n ? ", " : "", k->name);
	return refuse(rd, yaml_line(name), "no condition is called \"%.*s\"; there are %s",
		      STR_FMT(str_sub(yaml_str(name), 0, 100)), strbuf_cstr(&known));
}

static int read_key(struct reading *rd, struct ignore_rule *rule, const struct key *keys,
		    const struct yaml_node *name, const struct yaml_node *value)
{
	for (const struct key *k = keys; k->name; k++)
		if (str_is(yaml_str(name), k->name))
			return k->set(rd, rule, value);
	return refuse_key(rd, keys, name);
}

static int read_keys(struct reading *rd, struct ignore_rule *rule, const struct yaml_node *map,
		     const struct key *keys)
{
	const struct yaml_node *name, *value;
	int r = 0;

	for (size_t i = 0; r == 0 && yaml_entry(map, i, &name, &value); i++)
		r = read_key(rd, rule, keys, name, value);
	return r;
}

static int read_rule(struct reading *rd, const struct yaml_node *item, const struct key *keys,
		     unsigned kinds)
{
	struct ignore_rule *rule = NULL;
	int r = new_rule(rd, yaml_line(item), &rule);

	if (r < 0)
		return r;
	if (yaml_kind_of(item) == YAML_SCALAR) { /* "- CVE-2023-0286" */
		r = take_list(rd, item, &rule->ids);
	} else if (yaml_kind_of(item) != YAML_MAP) {
		r = refuse(rd, yaml_line(item), "a rule is a map");
	} else {
		r = read_keys(rd, rule, item, keys);
	}
	if (r < 0)
		return r;
	ignore_rule_describe(rule, &rd->ig->arena);
	if (!rule->text.p)
		return err_nomem(rd->err);
	if (rule->text.n == 0 && !rule->name && !rule->upstream && !rule->never)
		return refuse(rd, rule->line, "a rule without a condition would ignore everything");
	rule->kinds = kinds;
	return 0;
}

static int read_rules(struct reading *rd, const struct yaml_node *list, const struct key *keys,
		      unsigned kinds)
{
	int r = 0;

	if (yaml_kind_of(list) == YAML_SCALAR && yaml_str(list).n == 0)
		return 0; /* "ignore:" with nothing behind it */
	if (yaml_kind_of(list) != YAML_LIST)
		return refuse(rd, yaml_line(list), "a list of rules is expected here");
	for (size_t i = 0; i < yaml_len(list) && r == 0; i++)
		r = read_rule(rd, yaml_at(list, i), keys, kinds);
	return r;
}

static int read_trivy(struct reading *rd, const struct yaml_node *doc)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(trivy_sections) && r == 0; i++) {
		const struct yaml_node *list = yaml_get(doc, trivy_sections[i].name);
		size_t first = rd->ig->rules.n;

		if (list)
			r = read_rules(rd, list, trivy_keys, trivy_sections[i].kinds);
		for (size_t k = first; k < rd->ig->rules.n; k++) {
			struct ignore_rule *rule = vec_at(&rd->ig->rules, k);

			rule->never |= trivy_sections[i].kinds == 0;
			if (r == 0 && rule->ids.n == 0)
				r = refuse(rd, rule->line,
					   "a rule of Trivy's without \"id\" matches nothing");
		}
	}
	return r;
}

static bool is_trivy(const struct yaml_node *doc)
{
	for (size_t i = 0; i < ARRAY_LEN(trivy_sections); i++)
		if (yaml_get(doc, trivy_sections[i].name))
			return true;
	return false;
}

/* ---- an id a line ---- */

static int read_plain_line(struct reading *rd, struct str line, size_t number)
{
	struct str word, words, id;
	struct ignore_rule *rule = NULL;
	int r;

	line = str_sub(line, 0, str_find_char(line, '#'));
	if (!str_pull_word(&line, &id))
		return 0;
	r = new_rule(rd, number, &rule);
	if (r == 0)
		r = set_one(rd, id, &rule->ids);
	words = str_trim(line);
	while (r == 0 && str_pull_word(&line, &word)) {
		if (str_pull_prefix(&word, STR("exp:")))
			r = set_end_text(rd, rule, word, number, false);
		else if (str_has_prefix(word, STR("CVE-")) || str_has_prefix(word, STR("GHSA-")))
			r = refuse(rd, number, "\"%.*s\": an id a line",
				   STR_FMT(str_sub(word, 0, 100)));
		else if (str_has_prefix(word, STR("exp")))
			r = refuse(rd, number, "\"%.*s\": an end is written exp:2026-12-31",
				   STR_FMT(str_sub(word, 0, 100)));
		else
			r = copy(rd, words, &rule->reason); /* Trivy passes over it */
	}
	if (r < 0)
		return r;
	ignore_rule_describe(rule, &rd->ig->arena);
	return rule->text.p ? 0 : err_nomem(rd->err);
}

static int read_plain(struct reading *rd, struct str bytes)
{
	struct str line;
	int r = 0;

	if (!str_is_utf8(bytes))
		return refuse(rd, 1, "not UTF-8");
	for (size_t number = 1; r == 0 && str_pull_line(&bytes, &line); number++)
		r = read_plain_line(rd, line, number);
	return r;
}

/* ---- the file ---- */

static int read_document(struct reading *rd, struct str bytes, const struct yaml_node *doc)
{
	const struct yaml_node *rules = yaml_get(doc, "rules");

	switch (yaml_kind_of(doc)) {
	case YAML_ABSENT:
		return 0;
	case YAML_SCALAR:
		return read_plain(rd, bytes);
	case YAML_LIST:
		return read_rules(rd, doc, plimsoll_keys, 0);
	case YAML_MAP:
		break;
	}
	if (is_trivy(doc))
		return read_trivy(rd, doc);
	if (yaml_get(doc, "ignore"))
		return read_rules(rd, yaml_get(doc, "ignore"), grype_keys, 0);
	if (rules && yaml_len(doc) == 1)
		return read_rules(rd, rules, plimsoll_keys, 0);
	if (str_find(path_base(rd->file), STR("grype")) < path_base(rd->file).n)
		return 0; /* its configuration, without any rule */
	return refuse(rd, yaml_line(doc), "a list of rules is expected");
}

/* "line 3, column 4: text" of the YAML reader, with the file in front. */
static int wrap_yaml(struct reading *rd, int r, const struct err *why)
{
	struct str rest = str_of(why->msg), number;
	size_t digits = 0;

	if (!str_pull_prefix(&rest, STR("line ")))
		return err_set(rd->err, why->code, "%.*s: %s", STR_FMT(rd->file), why->msg);
	while (digits < rest.n && char_is_digit(rest.p[digits]))
		digits++;
	number = str_sub(rest, 0, digits);
	rest = str_skip(rest, digits);
	(void)str_pull_prefix(&rest, STR(":"));
	(void)str_pull_prefix(&rest, STR(","));
	(void)err_set(rd->err, r == -ERR_FORMAT ? ERR_USAGE : why->code, "%.*s:%.*s: %.*s",
		      STR_FMT(rd->file), STR_FMT(number), STR_FMT(str_trim(rest)));
	return r == -ERR_FORMAT ? -ERR_USAGE : r;
}

/* What a "---" with nothing behind it leaves. */
static bool is_empty(const struct yaml_node *doc)
{
	return yaml_kind_of(doc) == YAML_ABSENT ||
	       (yaml_kind_of(doc) == YAML_SCALAR && yaml_str(doc).n == 0);
}

int ignore_parse(struct ignore *ig, struct str name, struct str bytes, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct reading rd = {.ig = ig, .file = arena_str(&ig->arena, name), .err = err};
	struct err why = {0};
	int r;

	if (!rd.file.p)
		return err_nomem(err);
	if (str_is(path_base(name), ".trivyignore"))
		return read_plain(&rd, bytes);
	r = yaml_parse(bytes, &file, &why);
	if (r < 0)
		return wrap_yaml(&rd, r, &why);
	for (size_t i = 1; i < yaml_n_documents(file); i++)
		if (!is_empty(yaml_document(file, i)))
			return refuse(&rd, yaml_line(yaml_document(file, i)),
				      "a second document: all rules stand in one");
	return read_document(&rd, bytes, yaml_document(file, 0));
}

int ignore_read(struct ignore *ig, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_IGNORE_BYTES);
	int r = file_read(path, &sb, err);

	return r < 0 ? r : ignore_parse(ig, str_of(path), strbuf_str(&sb), err);
}
