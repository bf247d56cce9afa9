/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ignore_rule.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"

#define TEXT_MAX   4096
#define SHOWN_MAX  3	/* values of one condition told in words */
#define NAME_BYTES 1024 /* bytes of a name that a regular expression is asked of */

bool ignore_glob(struct str pattern, struct str s)
{
	size_t p = 0, i = 0, star = SIZE_MAX, from = 0;

	while (i < s.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = i;
		} else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == s.p[i])) {
			p++;
			i++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* ---- one condition each ---- */

static bool has(struct str_list list, struct str s)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_eq_nocase(list.p[i], s))
			return true;
	return false;
}

static bool id_is_listed(const struct ignore_rule *rule, const struct finding *f)
{
	if (rule->ids.n == 0 || has(rule->ids, f->rule) || has(rule->ids, f->id))
		return true;
	for (size_t i = 0; i < f->aliases.n; i++)
		if (has(rule->ids, f->aliases.p[i]))
			return true;
	for (size_t i = 0; i < f->codes.n; i++)
		if (has(rule->ids, f->codes.p[i]))
			return true;
	return false;
}

static bool any_glob(struct str_list patterns, struct str a, struct str b)
{
	for (size_t i = 0; i < patterns.n; i++)
		if (ignore_glob(patterns.p[i], a) || (b.n && ignore_glob(patterns.p[i], b)))
			return true;
	return patterns.n == 0;
}

/* The '%' forms of a package URL as the bytes they stand for. */
static void decode(struct strbuf *sb, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? char_hex(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? char_hex(s.p[i + 2]) : -1;

		if (s.p[i] == '%' && high >= 0 && low >= 0) {
			strbuf_addc(sb, (char)(high * 16 + low));
			i += 2;
		} else {
			strbuf_addc(sb, s.p[i]);
		}
	}
}

static struct str without(struct str s, char c)
{
	return str_sub(s, 0, str_find_char(s, c));
}

/* Where the version starts: the last '@' of the part before the qualifiers; an npm scope has %40.
 */
static struct str without_version(struct str purl)
{
	struct str plain = without(purl, '?'), before, after;

	if (str_rcut(plain, '@', &before, &after) && str_find_char(after, '/') == after.n)
		return before;
	return plain;
}

static bool purl_matches(struct str pattern, struct str purl)
{
	CLEANUP(strbuf_done) struct strbuf p = STRBUF_INIT(LIMIT_PURL_BYTES);
	CLEANUP(strbuf_done) struct strbuf s = STRBUF_INIT(LIMIT_PURL_BYTES);
	struct str part = purl;

	if (str_find_char(pattern, '?') == pattern.n)
		part = without(purl, '?');
	if (str_eq(without_version(pattern), pattern) && !str_has_suffix(pattern, STR("*")))
		part = without_version(purl);
	decode(&p, pattern);
	decode(&s, part);
	return !p.error && !s.error && ignore_glob(strbuf_str(&p), strbuf_str(&s));
}

static bool purl_is_listed(const struct ignore_rule *rule, const struct finding *f)
{
	for (size_t i = 0; i < rule->purls.n && f->subject.purl.n; i++)
		if (purl_matches(rule->purls.p[i], f->subject.purl))
			return true;
	return rule->purls.n == 0;
}

static bool path_is_listed(const struct ignore_rule *rule, const struct finding *f)
{
	for (size_t i = 0; i < rule->paths.n; i++) {
		if (f->subject.path.n && path_match(rule->paths.p[i], f->subject.path))
			return true;
		for (size_t k = 0; k < f->n_locations; k++)
			if (f->locations[k].path.n &&
			    path_match(rule->paths.p[i], f->locations[k].path))
				return true;
	}
	return rule->paths.n == 0;
}

static bool is_layer(struct str wanted, const struct report *r, struct str layer)
{
	struct str hex = layer;
	uint64_t number;

	if (layer.n == 0)
		return false;
	if (wanted.n < 6 && str_parse_u64(wanted, &number)) {
		const struct report_layer *l = number ? vec_at(&r->layers, number - 1) : NULL;

		return l && str_eq(l->diff_id, layer);
	}
	(void)str_pull_prefix(&hex, STR("sha256:"));
	return str_has_prefix(layer, wanted) || str_has_prefix(hex, wanted);
}

/* Every place must be in such a layer: the same thing elsewhere is not meant. */
static bool layer_is_listed(const struct ignore_rule *rule, const struct report *r,
			    const struct finding *f)
{
	if (rule->layers.n == 0)
		return true;
	for (size_t k = 0; k < f->n_locations; k++) {
		bool found = false;

		for (size_t i = 0; i < rule->layers.n && !found; i++)
			found = is_layer(rule->layers.p[i], r, f->locations[k].layer);
		if (!found)
			return false;
	}
	return f->n_locations > 0;
}

static struct str purl_type(const struct finding *f)
{
	struct str rest = f->subject.purl, type = STR_NULL;

	if (str_pull_prefix(&rest, STR("pkg:")))
		(void)str_pull_until(&rest, '/', &type);
	return type;
}

static bool shard_is_listed(const struct ignore_rule *rule, const struct finding *f)
{
	for (size_t i = 0; rule->shards.n && i < f->evidence.n; i++) {
		struct str step = f->evidence.p[i];

		if (str_pull_prefix(&step, STR("shard=")))
			return has(rule->shards, step);
	}
	return rule->shards.n == 0;
}

static bool is_in(unsigned bits, unsigned value)
{
	return bits == 0 || (bits & 1u << value);
}

static bool fix_is(enum ignore_fix fix, const struct finding *f)
{
	return fix == IGNORE_FIX_ANY || (fix == IGNORE_FIX_AVAILABLE) == (f->fix_version.n > 0);
}

static bool regex_holds(const regex_t *regex, struct str s)
{
	char text[NAME_BYTES];

	if (!regex)
		return true;
	if (s.n >= sizeof text || str_find_char(s, '\0') < s.n)
		return false;
	(void)snprintf(text, sizeof text, "%.*s", STR_FMT(s)); /* fits */
	return regexec(regex, text, 0, NULL, 0) == 0;
}

bool ignore_rule_matches(const struct ignore_rule *rule, const struct report *r,
			 const struct finding *f)
{
	const struct finding_subject *s = &f->subject;

	return !rule->never && id_is_listed(rule, f) && is_in(rule->severities, f->severity) &&
	       is_in(rule->statuses, f->status) && is_in(rule->kinds, f->kind) &&
	       fix_is(rule->fix, f) && any_glob(rule->packages, s->name, s->source_name) &&
	       any_glob(rule->versions, s->version, STR_NULL) &&
	       (rule->types.n == 0 || has(rule->types, purl_type(f))) && purl_is_listed(rule, f) &&
	       (rule->fingerprints.n == 0 || has(rule->fingerprints, f->fingerprint)) &&
	       path_is_listed(rule, f) && layer_is_listed(rule, r, f) && shard_is_listed(rule, f) &&
	       regex_holds(rule->name, s->name) && regex_holds(rule->upstream, s->source_name);
}

/* ---- in words ---- */

static void add_condition(struct strbuf *sb, const char *what, struct str value)
{
	strbuf_adds(sb, sb->n ? ", " : "");
	strbuf_adds(sb, what);
	strbuf_addc(sb, ' ');
	strbuf_add(sb, str_sub(value, 0, 200));
}

static void add_list(struct strbuf *sb, const char *what, struct str_list list)
{
	for (size_t i = 0; i < list.n && i < SHOWN_MAX; i++) {
		if (i == 0)
			add_condition(sb, what, list.p[i]);
		else
			strbuf_addf(sb, " or %.*s", STR_FMT(str_sub(list.p[i], 0, 200)));
	}
	if (list.n > SHOWN_MAX)
		strbuf_addf(sb, " or %zu more", list.n - SHOWN_MAX);
}

static void add_bits(struct strbuf *sb, const char *what, unsigned bits, unsigned last,
		     const char *(*name)(unsigned))
{
	bool first = true;

	for (unsigned i = 0; i <= last; i++) {
		if (!(bits & 1u << i))
			continue;
		if (first)
			add_condition(sb, what, str_of(name(i)));
		else
			strbuf_addf(sb, " or %s", name(i));
		first = false;
	}
}

static const char *name_of_severity(unsigned i)
{
	return severity_name((enum severity)i);
}

static const char *name_of_status(unsigned i)
{
	return finding_status_name((enum finding_status)i);
}

static const char *name_of_kind(unsigned i)
{
	return finding_kind_name((enum finding_kind)i);
}

void ignore_rule_describe(struct ignore_rule *rule, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);

	add_list(&sb, "id", rule->ids);
	add_bits(&sb, "kind", rule->kinds, FINDING_RUNTIME, name_of_kind);
	add_list(&sb, "package", rule->packages);
	add_list(&sb, "version", rule->versions);
	add_list(&sb, "type", rule->types);
	add_list(&sb, "purl", rule->purls);
	add_list(&sb, "path", rule->paths);
	add_list(&sb, "layer", rule->layers);
	add_list(&sb, "fingerprint", rule->fingerprints);
	add_list(&sb, "advisories", rule->shards);
	add_bits(&sb, "severity", rule->severities, SEVERITY_CRITICAL, name_of_severity);
	add_bits(&sb, "status", rule->statuses, STATUS_NOT_AFFECTED, name_of_status);
	if (rule->fix != IGNORE_FIX_ANY)
		add_condition(&sb, "fix",
			      rule->fix == IGNORE_FIX_NONE ? STR("none") : STR("available"));
	rule->text = arena_str(a, strbuf_str(&sb));
}
