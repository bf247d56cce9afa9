/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruby-advisory-db: gems/<gem>/CVE-2023-50725.yml, rubies/<engine>/CVE-2020-10933.yml.
 *
 *     gem: resque                                  or engine: ruby
 *     cve: 2023-50725
 *     ghsa: gc3j-vvwf-4rp8
 *     title: .. date: 2023-12-18  cvss_v3: 6.3  url: https://..
 *     patched_versions: ["~> 1.9.7", ">= 2.2.1"]
 *     unaffected_versions: ["< 1.3"]
 *
 * Every version is affected that no requirement of the two lists holds. Each requirement is one
 * stretch of versions, so what is between the stretches are the intervals; where an interval cannot
 * say it (safe up to and with a version) they are a constraint. "~> 1.2.3" ends before the
 * pre-releases of 1.3, which it does not hold.
 * Format: https://github.com/rubysec/ruby-advisory-db#schema
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/path.h"
#include "package/version.h"
#include "vuln/feeds/shape.h"
#include "vuln/feeds/yaml_json.h"

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"gem", SHAPE_TEXT},
	{"engine", SHAPE_TEXT},
	{"cve", SHAPE_TEXT},
	{"ghsa", SHAPE_TEXT},
	{"osvdb", SHAPE_TEXT},
	{"title", SHAPE_TEXT},
	{"date", SHAPE_TEXT},
	{"url", SHAPE_TEXT},
	{"platform", SHAPE_TEXT},
	{"cvss_v4", SHAPE_TEXT},
	{"cvss_v3", SHAPE_TEXT},
	{"cvss_v2", SHAPE_TEXT},
	{"patched_versions", SHAPE_LIST},
	{"patched_versions[]", SHAPE_TEXT},
	{"unaffected_versions", SHAPE_LIST},
	{"unaffected_versions[]", SHAPE_TEXT},
};

/* A stretch of safe versions. */
struct stretch {
	struct str low, high;	   /* empty: open */
	bool above_low, with_high; /* low itself is not in it; high is */
};

static bool claims(struct str path)
{
	return feed_path_is(path, "gems/*/*.yml") || feed_path_is(path, "rubies/*/*.yml");
}

static int compare(struct str a, struct str b, struct draft *d)
{
	enum version_scheme scheme;
	struct err why = {0};
	int order = 0;

	if (!version_scheme_find(STR("rubygems"), &scheme) ||
	    version_compare(scheme, a, b, &order, &why) < 0)
		draft_fail(d, ERR_FORMAT, "%s", why.msg);
	return order;
}

static void raise_low(struct stretch *s, struct str version, bool above, struct draft *d)
{
	int order = s->low.n ? compare(version, s->low, d) : 1;

	if (order > 0 || (order == 0 && above)) {
		s->low = version;
		s->above_low = above;
	}
}

static void lower_high(struct stretch *s, struct str version, bool with, struct draft *d)
{
	int order = s->high.n ? compare(version, s->high, d) : -1;

	if (order < 0 || (order == 0 && !with)) {
		s->high = version;
		s->with_high = with;
	}
}

/* "1.2.3" to "1.3.a", "1.2.0.rc1" to "1.3.a": what "~>" stops before. */
static struct str next_of(struct str version, struct draft *d)
{
	struct str rest = version, part, head = STR_NULL, last = STR_NULL;
	uint64_t number;

	/* The numbers in front of a pre-release, without the last of them. */
	while (str_pull_until(&rest, '.', &part) && part.n && char_is_digit(part.p[0]) &&
	       str_parse_u64(part, &number)) {
		head = last.n ? str_sub(version, 0, (size_t)(part.p - version.p) - 1) : head;
		last = part;
	}
	if (head.n == 0)
		head = last;
	if (!str_rcut(head, '.', &part, &last)) {
		part = STR_NULL;
		last = head;
	}
	if (!str_parse_u64(last, &number) || number == UINT64_MAX) {
		draft_fail(d, ERR_FORMAT, "\"~> %.*s\" is no requirement", STR_FMT(version));
		return version;
	}
	return draft_keepf(d, "%.*s%s%llu.a", STR_FMT(part), part.n ? "." : "",
			   (unsigned long long)number + 1);
}

static void add_condition(struct str text, struct stretch *s, struct draft *d)
{
	static const char *const operators[] = {">=", "<=", "~>", "!=", ">", "<", "="};
	struct str version = str_trim(text);
	size_t i = 0;

	while (i < ARRAY_LEN(operators) && !str_pull_prefix(&version, str_of(operators[i])))
		i++;
	version = str_trim(version);
	if (version.n == 0 || i == 3 || !char_is_digit(version.p[0])) {
		draft_fail(d, ERR_FORMAT, "\"%.*s\" is no requirement that is known",
			   STR_FMT(text));
		return;
	}
	if (i == 0 || i == 2 || i >= 6)
		raise_low(s, version, false, d);
	if (i == 4)
		raise_low(s, version, true, d);
	if (i == 1 || i >= 6)
		lower_high(s, version, true, d);
	if (i == 2 || i == 5)
		lower_high(s, i == 2 ? next_of(version, d) : version, false, d);
}

static void add_requirements(const struct json *list, struct vec *stretches, struct draft *d)
{
	for (size_t i = 0; i < json_len(list) && !d->failed; i++) {
		struct str text = json_str(json_at(list, i)), condition;
		struct stretch *s = vec_push(stretches);

		if (!s) {
			draft_fail(d, ERR_LIMIT, "more requirements than %zu", stretches->max);
			return;
		}
		if (str_trim(text).n == 0)
			draft_fail(d, ERR_FORMAT, "an empty requirement");
		while (!d->failed && str_pull_until(&text, ',', &condition))
			add_condition(condition, s, d);
	}
}

struct order {
	struct draft *d;
};

static int by_low(const void *pa, const void *pb, void *context)
{
	const struct stretch *a = pa, *b = pb;
	int order;

	if (a->low.n == 0 || b->low.n == 0)
		return (a->low.n > 0) - (b->low.n > 0);
	order = compare(a->low, b->low, ((struct order *)context)->d);
	return order ? order : (int)a->above_low - (int)b->above_low;
}

/* What is affected between two stretches; `from` is of the one below, empty: the first version. */
struct gap {
	struct str from;
	bool above_from;
	bool open; /* nothing is affected from here on: a stretch without an end was seen */
};

static void add_gap(struct draft *d, const struct gap *g, struct str to, bool with_to,
		    struct strbuf *constraint)
{
	if (!g->above_from) {
		draft_interval(d, g->from, with_to ? STR_NULL : to, with_to ? to : STR_NULL);
		return;
	}
	strbuf_addf(constraint, "%s> %.*s", constraint->n ? " || " : "", STR_FMT(g->from));
	if (to.n)
		strbuf_addf(constraint, ", %s %.*s", with_to ? "<=" : "<", STR_FMT(to));
}

/* Whether a stretch begins behind the end of what was safe so far. */
static bool leaves_gap(const struct gap *g, const struct stretch *s, struct draft *d)
{
	int order;

	if (g->open || s->low.n == 0)
		return false;
	if (g->from.n == 0)
		return true;
	order = compare(s->low, g->from, d);
	return order > 0 || (order == 0 && s->above_low && !g->above_from);
}

static void extend(struct gap *g, const struct stretch *s, struct draft *d)
{
	int order;

	if (s->high.n == 0) {
		g->open = true;
		return;
	}
	order = g->from.n ? compare(s->high, g->from, d) : 1;
	if (order > 0 || (order == 0 && s->with_high)) {
		g->from = s->high;
		g->above_from = s->with_high;
	}
}

static void add_gaps(struct vec *stretches, struct advisory_affected *p, struct draft *d)
{
	CLEANUP(strbuf_done) struct strbuf constraint = STRBUF_INIT(65536);
	struct order order = {d};
	struct gap g = {0};

	if (stretches->n > 1)
		qsort_r(stretches->p, stretches->n, sizeof(struct stretch), by_low, &order);
	for (size_t i = 0; i < stretches->n && !d->failed; i++) {
		const struct stretch *s = vec_at(stretches, i);

		if (leaves_gap(&g, s, d))
			add_gap(d, &g, s->low, s->above_low, &constraint);
		extend(&g, s, d);
	}
	if (!g.open)
		add_gap(d, &g, STR_NULL, false, &constraint);
	if (strbuf_check(&constraint, NULL) < 0)
		draft_fail(d, ERR_LIMIT, "requirements of more than 65536 bytes");
	p->constraint = draft_keep(d, strbuf_str(&constraint));
}

static void read_ids(const struct json *doc, struct str file, struct draft *d)
{
	struct str cve = json_get_str(doc, "cve"), ghsa = json_get_str(doc, "ghsa");
	struct str osvdb = json_get_str(doc, "osvdb");

	if (cve.n)
		d->a.id = draft_keepf(d, "CVE-%.*s", STR_FMT(cve));
	if (ghsa.n)
		ghsa = draft_keepf(d, "GHSA-%.*s", STR_FMT(ghsa));
	if (osvdb.n)
		osvdb = draft_keepf(d, "OSVDB-%.*s", STR_FMT(osvdb));
	for (size_t i = 0; i < 2; i++) {
		struct str id = i ? osvdb : ghsa;

		if (d->a.id.n)
			draft_add(d, &d->aliases, id);
		else
			d->a.id = id;
	}
	if (d->a.id.n == 0)
		d->a.id = str_sub(file, 0, file.n - 4); /* claims has seen ".yml" */
}

static void read_severity(const struct json *doc, struct draft *d)
{
	static const char *const scores[] = {"cvss_v4", "cvss_v3", "cvss_v2"};

	for (size_t i = 0; i < ARRAY_LEN(scores) && d->a.severity == SEVERITY_UNKNOWN; i++)
		d->a.severity = draft_score(json_get_str(doc, scores[i]));
	d->a.severity_source = STR("Ruby Advisory Database");
}

static void read_advisory(const struct json *doc, struct str file, struct draft *d)
{
	struct vec stretches = VEC_INIT(struct stretch, 4096);
	struct str gem = json_get_str(doc, "gem"), engine = json_get_str(doc, "engine");
	struct advisory_affected *p;

	draft_shape(d, doc, shape, ARRAY_LEN(shape));
	read_ids(doc, file, d);
	read_severity(doc, d);
	draft_summary(d, json_get_str(doc, "title"));
	d->a.published = draft_date(json_get_str(doc, "date"));
	draft_add(d, &d->references, json_get_str(doc, "url"));
	p = draft_package(d, gem.n ? STR("gem") : STR("ruby"), gem.n ? gem : engine);
	add_requirements(json_get(doc, "patched_versions"), &stretches, d);
	add_requirements(json_get(doc, "unaffected_versions"), &stretches, d);
	if (p && !d->failed) {
		p->note = json_get_str(doc, "platform");
		add_gaps(&stretches, p, d);
	}
	vec_done(&stretches);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	CLEANUP(draft_done) struct draft d;
	int r;

	draft_init(&d, "rubysec", sink);
	r = yaml_read_json(file, &doc, err);
	if (r < 0)
		return r;
	draft_begin(&d, path_base(file->path));
	read_advisory(doc, path_base(file->path), &d);
	return draft_end(&d, err);
}

const struct feed feed_rubysec = {
	.id = "rubysec",
	.title = "Ruby Advisory Database",
	.licence = "public domain (submissions)",
	.url = "https://github.com/rubysec/ruby-advisory-db",
	.claims = claims,
	.read = read,
};
