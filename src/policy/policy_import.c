/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_import.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/path.h"
#include "policy/ignore.h"
#include "policy/ignore_rule.h"

#define POLICY_SOURCE(id) extern const struct policy_source policy_source_##id;
#include "policy/policy_source_list.def"
#undef POLICY_SOURCE

const struct policy_source *const policy_sources[] = {
#define POLICY_SOURCE(id) &policy_source_##id,
#include "policy/policy_source_list.def"
#undef POLICY_SOURCE
	NULL,
};

const struct policy_source *policy_source_find(struct str id)
{
	for (size_t i = 0; policy_sources[i]; i++)
		if (str_is(id, policy_sources[i]->id))
			return policy_sources[i];
	return NULL;
}

const struct policy_source *policy_source_of(struct str name, struct str bytes)
{
	for (size_t i = 0; policy_sources[i]; i++)
		if (policy_sources[i]->knows(path_base(name), bytes))
			return policy_sources[i];
	return NULL;
}

int policy_import_end(const struct policy_source *s, struct policy_draft *d, struct err *err)
{
	if (s->end)
		s->end(d);
	return arena_check(&d->arena, err);
}

bool import_severity(struct str word, enum severity *ret)
{
	for (enum severity s = SEVERITY_UNKNOWN; s <= SEVERITY_CRITICAL; s++)
		if (str_eq_nocase(word, str_of(severity_name(s)))) {
			*ret = s;
			return true;
		}
	return false;
}

const char *import_level(enum severity s)
{
	static const char *const names[] = {
		[SEVERITY_UNKNOWN] = "UNKNOWN", [SEVERITY_NEGLIGIBLE] = "NEGLIGIBLE",
		[SEVERITY_LOW] = "LOW",		[SEVERITY_MEDIUM] = "MEDIUM",
		[SEVERITY_HIGH] = "HIGH",	[SEVERITY_CRITICAL] = "CRITICAL"};

	return names[s];
}

/* ---- ignore rules ---- */

/* Conditions that all hold, with $ for the finding. */
struct conditions {
	struct policy_draft *d;
	struct strbuf sb;
};

static void both(struct conditions *c, struct str condition)
{
	if (c->sb.n)
		strbuf_adds(&c->sb, " && ");
	strbuf_add(&c->sb, condition);
}

static bool has_wildcard(struct str s)
{
	return str_find_char(s, '*') < s.n || str_find_char(s, '?') < s.n;
}

/* "($.a == x || $.a.matches(y))": any of a list in any of the fields. */
static void any_of(struct conditions *c, struct str_list list, const char *const *fields)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(c->sb.max);

	if (list.n == 0)
		return;
	for (size_t i = 0; i < list.n; i++)
		for (size_t k = 0; fields[k]; k++) {
			bool wild = has_wildcard(list.p[i]);
			struct str x = wild ? policy_draft_glob(c->d, list.p[i])
					    : policy_draft_literal(c->d, list.p[i]);

			strbuf_adds(&sb, sb.n ? " || " : "(");
			strbuf_addf(&sb, wild ? "$.%s.matches(%.*s)" : "$.%s == %.*s", fields[k],
				    STR_FMT(x));
		}
	strbuf_addc(&sb, ')');
	both(c, strbuf_str(&sb));
}

static void any_call(struct conditions *c, struct str_list list, const char *before,
		     const char *after)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(c->sb.max);

	if (list.n == 0)
		return;
	for (size_t i = 0; i < list.n; i++) {
		strbuf_adds(&sb, i ? " || " : "(");
		strbuf_adds(&sb, before);
		strbuf_add(&sb, policy_draft_literal(c->d, list.p[i]));
		strbuf_adds(&sb, after);
	}
	strbuf_addc(&sb, ')');
	both(c, strbuf_str(&sb));
}

static void any_purl(struct conditions *c, struct str_list list)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(c->sb.max);

	if (list.n == 0)
		return;
	for (size_t i = 0; i < list.n; i++) {
		struct str x = policy_draft_glob(c->d, list.p[i]);
		/* a version and qualifiers may be left out: $" becomes ([@?#].*)?$" */
		struct str open = str_sub(x, 0, x.n >= 2 ? x.n - 2 : 0);

		strbuf_addf(&sb, "%s$.purl.matches(%.*s([@?#].*)?$\")", i ? " || " : "(",
			    STR_FMT(open));
	}
	strbuf_addc(&sb, ')');
	both(c, strbuf_str(&sb));
}

static void one_of_bits(struct conditions *c, const char *field, unsigned bits, unsigned last,
			const char *(*name)(unsigned))
{
	struct str words[16];
	size_t n = 0;

	for (unsigned i = 0; i <= last && n < ARRAY_LEN(words); i++)
		if (bits & 1u << i)
			words[n++] = str_of(name(i));
	if (n)
		both(c, policy_draft_text(c->d, "$.%s in %.*s", field,
					  STR_FMT(policy_draft_literals(c->d, words, n))));
}

static const char *severity_word(unsigned i)
{
	return severity_name((enum severity)i);
}

static const char *status_word(unsigned i)
{
	return finding_status_name((enum finding_status)i);
}

static void pattern(struct conditions *c, const char *field, struct str text)
{
	if (text.n)
		both(c, policy_draft_text(c->d, "$.%s.matches(%.*s)", field,
					  STR_FMT(policy_draft_literal(
						  c->d, policy_draft_text(c->d, "^(?:%.*s)$",
									  STR_FMT(text))))));
}

static void describe(struct conditions *c, const struct ignore_rule *rule)
{
	static const char *const names[] = {"package", "source", NULL};
	static const char *const version[] = {"version", NULL};

	any_call(c, rule->ids, "$.is_called(", ")");
	any_of(c, rule->packages, names);
	any_of(c, rule->versions, version);
	any_purl(c, rule->purls);
	any_call(c, rule->paths, "$.paths.exists(p, p.glob(", "))");
	any_call(c, rule->types, "$.purl.startsWith(\"pkg:\" + ", " + \"/\")");
	one_of_bits(c, "severity", rule->severities, SEVERITY_CRITICAL, severity_word);
	one_of_bits(c, "status", rule->statuses, STATUS_NOT_AFFECTED, status_word);
	pattern(c, "package", rule->name_text);
	pattern(c, "source", rule->upstream_text);
	if (rule->fix == IGNORE_FIX_AVAILABLE)
		both(c, STR("$.fixable"));
	if (rule->fix == IGNORE_FIX_NONE)
		both(c, STR("!$.fixable"));
}

static void add_rule(struct policy_draft *d, const struct ignore_rule *rule)
{
	struct conditions c = {.d = d, .sb = STRBUF_INIT(1u << 20)};
	struct draft_exception x = {.kinds = rule->kinds};
	char end[CLOCK_TEXT_MAX];

	if (rule->never || rule->layers.n || rule->shards.n) {
		policy_draft_leave(
			d, rule->file, rule->line, "the rule",
			rule->never ? "it matches nothing here"
				    : "exceptions know neither layers nor advisories' sources");
		return;
	}
	describe(&c, rule);
	x.match = arena_str(&d->arena, strbuf_str(&c.sb));
	x.owner = rule->owner.n ? arena_str(&d->arena, rule->owner)
				: policy_draft_text(d, "not named in %.*s", STR_FMT(rule->file));
	x.reason = rule->reason.n ? arena_str(&d->arena, rule->reason)
				  : policy_draft_text(d, "not given in %.*s:%zu",
						      STR_FMT(rule->file), rule->line);
	if (rule->has_end && clock_format(rule->end, end))
		x.until = arena_str(&d->arena, str_of(end));
	if (c.sb.error || x.match.n == 0)
		policy_draft_leave(d, rule->file, rule->line, "the rule",
				   "its conditions are too long");
	else
		policy_draft_add_exception(d, &x);
	strbuf_done(&c.sb);
}

int import_ignores(struct policy_draft *d, struct str name, struct str bytes, struct err *err)
{
	CLEANUP(ignore_done) struct ignore ig;
	int r;

	ignore_init(&ig);
	r = ignore_parse(&ig, name, bytes, err);
	for (size_t i = 0; i < ig.rules.n && r == 0; i++)
		add_rule(d, vec_at(&ig.rules, i));
	return r;
}
