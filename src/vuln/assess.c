/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/assess.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "vuln/ecosystem.h"
#include "vuln/match.h"
#include "vuln/risk.h"
#include "vuln/vendor.h"

#define EVIDENCE_MAX 12

/* What was done with the packages of one shard. */
struct group {
	struct str shard; /* empty: the release is not known */
	bool is_missing;
	uint64_t n_packages;
	uint64_t n_undecided;
	struct err undecided; /* of the first */
};

struct assessment {
	struct db *db;
	struct report *report;
	struct arena temp; /* of one package, then emptied */
	struct vec groups; /* struct group */
	uint64_t n_foreign;
	struct str foreign; /* vendor of the first */
};

static bool is_distro_package(const struct package *p)
{
	static const char *const types[] = {"deb", "rpm", "apk", "alpm"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(p->type, types[i]))
			return true;
	return false;
}

static struct group *group_of(struct assessment *as, struct str shard)
{
	struct group *g;

	for (size_t i = 0; i < as->groups.n; i++) {
		g = vec_at(&as->groups, i);
		if (str_eq(g->shard, shard))
			return g;
	}
	g = vec_push(&as->groups);
	if (g)
		g->shard = shard;
	return g;
}

/* Release first, then the release it is built from. 1 with a shard, 0 with the name it wants. */
static int shard_of_distro(struct assessment *as, struct str *ret_name, struct shard **ret,
			   struct err *err)
{
	const struct distro *d = &as->report->distro;
	int r = 0;

	*ret_name = d->release.n ? d->release : d->base_release;
	if (d->release.n)
		r = db_shard(as->db, d->release, ret, err);
	if (r != 0 || d->base_release.n == 0)
		return r;
	r = db_shard(as->db, d->base_release, ret, err);
	if (r > 0)
		*ret_name = d->base_release;
	return r;
}

static int shard_of(struct assessment *as, const struct package *p, struct str *ret_name,
		    struct shard **ret, struct err *err)
{
	const char *name;

	if (is_distro_package(p))
		return shard_of_distro(as, ret_name, ret, err);
	name = ecosystem_of_purl_type(p->type);
	*ret_name = str_of(name ? name : "");
	return name ? db_shard(as->db, *ret_name, ret, err) : 0;
}

/* Debian policy, deb-version(7): "+bN" counts rebuilds of a binary from the same source. */
static struct str without_binnmu(struct str version)
{
	size_t n = version.n;

	while (n && char_is_digit(version.p[n - 1]))
		n--;
	if (n < version.n && n >= 2 && version.p[n - 1] == 'b' && version.p[n - 2] == '+')
		version.n = n - 2;
	return version;
}

static struct match_query query_of(const struct report_package *rp, struct str_list channels)
{
	const struct package *p = &rp->p;
	struct match_query q = {
		.name = p->source_name.n ? p->source_name : p->name,
		.version = p->source_version.n ? p->source_version : p->version,
		.binary = p->name,
		.binary_version = p->version,
		.arch = p->arch,
		.module = p->modularity,
		.channels = channels,
	};

	if (str_is(p->type, "deb") && p->source_version.n == 0)
		q.version = without_binnmu(q.version);
	return q;
}

/* Evidence is built step by step; a failed step shows as an empty string at the end. */
struct steps {
	struct arena *arena;
	struct str *p;
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void step(struct steps *s, const char *fmt, ...)
{
	char text[ERR_MSG_MAX * 2];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0 || s->n == EVIDENCE_MAX)
		return;
	if ((size_t)n >= sizeof text)
		n = sizeof text - 1; /* evidence may be cut: it explains, it does not decide */
	s->p[s->n++] = arena_str(s->arena, str_make(text, (size_t)n));
}

static void step_range(struct steps *s, const struct match_hit *h)
{
	bool from_start = h->introduced.n == 0 || str_is(h->introduced, "0");
	struct str from = from_start ? STR("the first version") : h->introduced;

	if (h->fixed.n)
		step(s, "range=from %.*s, fixed in %.*s", STR_FMT(from), STR_FMT(h->fixed));
	else if (h->last_affected.n)
		step(s, "range=from %.*s up to %.*s", STR_FMT(from), STR_FMT(h->last_affected));
	else
		step(s, "range=from %.*s, no fix known", STR_FMT(from));
}

static void step_compared(struct steps *s, const struct match_hit *h, const struct match_query *q,
			  struct shard *shard)
{
	struct str v = h->by_binary ? q->binary_version : q->version;
	const char *scheme = ecosystem_scheme(shard_name(shard));

	if (h->fixed.n)
		step(s, "compared=%.*s < %.*s (%s)", STR_FMT(v), STR_FMT(h->fixed), scheme);
	else if (h->last_affected.n)
		step(s, "compared=%.*s <= %.*s (%s)", STR_FMT(v), STR_FMT(h->last_affected),
		     scheme);
	else
		step(s, "compared=%.*s is in the range (%s)", STR_FMT(v), scheme);
}

struct found {
	struct shard *shard;
	const struct report_package *package;
	const struct match_query *query;
	const struct match_hit *hit;
	struct shard_advisory advisory;
};

static int set_evidence(struct assessment *as, const struct found *x, struct finding *f,
			struct err *err)
{
	struct arena *a = &as->report->arena;
	const struct shard_feed *feed = shard_feed(x->shard, x->advisory.feed);
	const struct package *p = &x->package->p;
	struct steps s = {a, arena_array(a, EVIDENCE_MAX, sizeof *s.p), 0};

	if (!s.p)
		return err_nomem(err);
	step(&s, "package=%.*s %.*s in %.*s", STR_FMT(p->name), STR_FMT(p->version),
	     STR_FMT(x->package->db_path));
	if (!x->hit->by_binary && p->source_name.n)
		step(&s, "source=%.*s %.*s", STR_FMT(x->query->name), STR_FMT(x->query->version));
	step(&s, "shard=%.*s", STR_FMT(shard_name(x->shard)));
	if (feed)
		step(&s, "feed=%.*s%s%.*s", STR_FMT(feed->id), feed->date.n ? " of " : "",
		     STR_FMT(feed->date));
	step(&s, "record=%.*s", STR_FMT(x->advisory.id));
	step_range(&s, x->hit);
	step_compared(&s, x->hit, x->query, x->shard);
	if (x->hit->note.n)
		step(&s, "note=%.*s", STR_FMT(x->hit->note));
	if (x->hit->channel.n)
		step(&s, "channel=%.*s", STR_FMT(x->hit->channel));
	for (size_t i = 0; i < x->hit->symbols.n && i < 3; i++)
		step(&s, "symbol=%.*s", STR_FMT(x->hit->symbols.p[i]));
	step(&s, "decision=%s", finding_status_name(f->status));
	f->evidence = (struct str_list){s.p, s.n};
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i].p)
			return err_nomem(err);
	return 0;
}

static int set_subject(struct assessment *as, const struct found *x, struct finding *f,
		       struct err *err)
{
	const struct report_package *rp = x->package;
	struct finding_location *at = arena_alloc(&as->report->arena, sizeof *at);

	if (!at)
		return err_nomem(err);
	*at = (struct finding_location){.layer = rp->layer, .path = rp->db_path};
	f->locations = at;
	f->n_locations = 1;
	f->subject = (struct finding_subject){
		.kind = SUBJECT_PACKAGE,
		.name = rp->p.name,
		.version = rp->p.version,
		.purl = rp->purl,
		.path = rp->db_path,
		.layer = rp->layer,
		.namespace = rp->p.namespace,
		.arch = rp->p.arch,
	};
	if (rp->p.source_name.n) {
		f->subject.source_name = x->query->name;
		f->subject.source_version = x->query->version;
	}
	return 0;
}

static int set_fix(struct assessment *as, const struct found *x, struct finding *f, struct err *err)
{
	const struct match_hit *h = x->hit;
	struct str name = h->by_binary ? x->query->binary : x->query->name;

	if (h->fixed.n == 0)
		return 0;
	f->fix_version = arena_str(&as->report->arena, h->fixed);
	f->fix_action = h->channel.n
				? arena_strf(&as->report->arena, "upgrade %.*s to %.*s (from %.*s)",
					     STR_FMT(name), STR_FMT(h->fixed), STR_FMT(h->channel))
				: arena_strf(&as->report->arena, "upgrade %.*s to %.*s",
					     STR_FMT(name), STR_FMT(h->fixed));
	return f->fix_version.p && f->fix_action.p ? 0 : err_nomem(err);
}

/* Other ids of the vulnerability, and the record's own where it is not one of them. */
static int set_names(struct assessment *as, const struct found *x, struct finding *f,
		     struct err *err)
{
	struct arena *a = &as->report->arena;
	struct str_list others;
	struct str *p;
	int r;

	f->rule = arena_str(a, x->hit->vulnerability);
	if (!f->rule.p)
		return err_nomem(err);
	r = shard_aliases(x->shard, x->hit->vulnerability, a, &others, err);
	if (r < 0)
		return r;
	f->aliases = others;
	for (size_t i = 0; i < others.n; i++)
		if (str_eq(others.p[i], x->advisory.id))
			return 0;
	if (str_eq(f->rule, x->advisory.id))
		return 0;
	p = arena_array(a, others.n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	if (others.n)
		memcpy(p, others.p, others.n * sizeof *p);
	p[others.n] = x->advisory.id;
	f->aliases = (struct str_list){p, others.n + 1};
	return 0;
}

static int set_text(struct assessment *as, const struct found *x, const struct enrichment *e,
		    struct finding *f, struct err *err)
{
	struct arena *a = &as->report->arena;
	struct shard_text text;
	int r = shard_text(x->shard, x->hit->advisory, a, &text, err);

	if (r < 0)
		return r;
	f->references = text.references;
	f->title = text.summary;
	if (f->title.n == 0 && e)
		f->title = e->summary;
	if (f->title.n == 0)
		f->title = arena_strf(a, "%.*s in %.*s", STR_FMT(f->rule), STR_FMT(x->query->name));
	return f->title.p ? 0 : err_nomem(err);
}

/* Looked up by the CVE, which is the canonical id where there is one. */
static int enrich(struct assessment *as, const struct finding *f, struct enrichment *ret,
		  struct err *err)
{
	int r = db_enrichment(as->db, f->rule, &as->report->arena, ret, err);

	for (size_t i = 0; r == 0 && i < f->aliases.n; i++)
		if (str_has_prefix(f->aliases.p[i], STR("CVE-")))
			r = db_enrichment(as->db, f->aliases.p[i], &as->report->arena, ret, err);
	return r;
}

/* RustSec's notices about a package are no vulnerabilities; MAL- records are malware. */
static enum finding_kind kind_of(enum advisory_kind kind)
{
	switch (kind) {
	case ADVISORY_MALWARE:
		return FINDING_MALWARE;
	case ADVISORY_UNMAINTAINED:
	case ADVISORY_UNSOUND:
	case ADVISORY_NOTICE:
		return FINDING_MISCONFIGURATION;
	case ADVISORY_VULNERABILITY:
		break;
	}
	return FINDING_VULNERABILITY;
}

static int add_finding(struct assessment *as, struct found *x, struct err *err)
{
	struct arena *a = &as->report->arena;
	struct finding f = {
		.kind = kind_of(x->hit->kind), .status = x->hit->status, .confidence = 1};
	struct str vendor;
	struct enrichment e;
	int r = shard_advisory(x->shard, x->hit->advisory, a, &x->advisory, err);
	bool known;

	if (r >= 0)
		r = set_names(as, x, &f, err);
	if (r >= 0)
		r = enrich(as, &f, &e, err);
	known = r > 0;
	if (r >= 0)
		r = set_subject(as, x, &f, err);
	if (r >= 0)
		r = set_fix(as, x, &f, err);
	if (r >= 0)
		r = set_text(as, x, known ? &e : NULL, &f, err);
	if (r >= 0)
		r = set_evidence(as, x, &f, err);
	if (r < 0)
		return r;
	vendor = x->hit->severity == SEVERITY_UNKNOWN ? STR_NULL : x->advisory.severity_source;
	if (risk_assess(&f, x->hit->severity, vendor, &x->advisory, known ? &e : NULL, a) < 0)
		return err_nomem(err);
	const struct index_feed *epss = index_feed_find(db_index(as->db), STR("epss"));
	f.epss_date = epss ? epss->date : STR_NULL;
	return report_add_finding(as->report, &f, err);
}

static int assess_package(struct assessment *as, const struct report_package *rp, struct err *err)
{
	struct match_query q = query_of(rp, (struct str_list){0});
	struct match_result result;
	struct shard *shard = NULL;
	struct group *g;
	struct str name;
	int r = shard_of(as, &rp->p, &name, &shard, err);

	if (r < 0)
		return r;
	g = group_of(as, name);
	if (!g)
		return err_nomem(err);
	g->n_packages++;
	g->is_missing = r == 0;
	if (r == 0)
		return 0;
	r = match_package(shard, &q, &as->temp, &result, err);
	for (size_t i = 0; r >= 0 && i < result.n; i++) {
		struct found x = {.shard = shard,
				  .package = rp,
				  .query = &q,
				  .hit = &result.hits[i],
				  .advisory = {.id = STR_NULL}};

		r = add_finding(as, &x, err);
	}
	if (r >= 0 && result.n_undecided && g->n_undecided++ == 0)
		g->undecided = result.error;
	arena_reset(&as->temp);
	return r;
}

static int assess_packages(struct assessment *as, struct err *err)
{
	for (size_t i = 0; i < as->report->packages.n; i++) {
		const struct report_package *rp = vec_at(&as->report->packages, i);
		int r;

		if (vendor_is_foreign(&as->report->distro, &rp->p)) {
			if (as->n_foreign++ == 0)
				as->foreign = rp->p.vendor;
			continue;
		}
		r = assess_package(as, rp, err);
		if (r < 0)
			return err_wrap(err, r, "match %.*s", STR_FMT(rp->p.name));
	}
	return 0;
}

/* The day that support ended, when that was before the database's newest data. */
static struct str ended_support(const struct assessment *as, struct str shard)
{
	const struct distro *d = &as->report->distro;
	struct str built = db_index(as->db)->built;

	if (!str_eq(shard, d->release) || d->eol.n != 10 || built.n < 10)
		return STR_NULL;
	return str_cmp(d->eol, str_sub(built, 0, 10)) < 0 ? d->eol : STR_NULL;
}

static int cover_group(struct assessment *as, const struct group *g)
{
	struct arena *a = &as->report->arena;
	struct str ended = ended_support(as, g->shard);
	struct str what, reason = STR_NULL, remedy = STR_NULL;
	enum coverage_state state = COVERAGE_ASSESSED;

	what = g->shard.n ? arena_strf(a, "vulnerabilities (%.*s)", STR_FMT(g->shard))
			  : STR("vulnerabilities (release not known)");
	if (g->shard.n == 0) {
		state = COVERAGE_NOT_ASSESSED;
		reason = STR("advisories are filed by distribution and release, and this one is "
			     "not known, or there are none for its kind of package");
	} else if (g->is_missing) {
		state = COVERAGE_NOT_ASSESSED;
		reason = arena_strf(a, "the database has nothing on %.*s", STR_FMT(g->shard));
		remedy = STR("plimsoll db update, or db build with a feed of it");
	} else if (g->n_undecided) {
		state = COVERAGE_PARTIAL;
		reason = arena_strf(a, "%llu packages with versions that have no order: %s",
				    (unsigned long long)g->n_undecided, g->undecided.msg);
	} else if (ended.n) {
		state = COVERAGE_PARTIAL;
		reason = arena_strf(a,
				    "security support of %.*s ended on %.*s: what was found later "
				    "may be in no advisory",
				    STR_FMT(g->shard), STR_FMT(ended));
		remedy = STR("move to a release that is supported");
	}
	return report_add_coverage(as->report, what, state, reason, remedy, g->n_packages);
}

static int cover_foreign(struct assessment *as)
{
	struct str reason;

	if (as->n_foreign == 0)
		return 0;
	reason = arena_strf(&as->report->arena,
			    "made by another vendor than the distribution (%.*s), whose advisories "
			    "do not speak of them",
			    STR_FMT(as->foreign));
	return report_add_coverage(as->report, STR("vulnerabilities (packages of other vendors)"),
				   COVERAGE_NOT_ASSESSED, reason, STR_NULL, as->n_foreign);
}

static int cover(struct assessment *as, struct err *err)
{
	int r = cover_foreign(as);

	for (size_t i = 0; r == 0 && i < as->groups.n; i++)
		r = cover_group(as, vec_at(&as->groups, i));
	return r < 0 ? err_nomem(err) : 0;
}

int assess_vulnerabilities(struct db *db, const struct err *why, struct report *report,
			   struct err *err)
{
	struct assessment as = {
		.db = db, .report = report, .groups = VEC_INIT(struct group, LIMIT_LAYERS)};
	int r;

	if (!db) {
		r = report_add_coverage(report, STR("vulnerabilities"), COVERAGE_NOT_ASSESSED,
					str_of(why->msg),
					STR("plimsoll db update, or "
					    "db build --feeds DIR"),
					report->packages.n);
		return r < 0 ? err_nomem(err) : 0;
	}
	arena_init(&as.temp, LIMIT_ARENA_BYTES);
	r = assess_packages(&as, err);
	if (r == 0)
		r = cover(&as, err);
	arena_done(&as.temp);
	vec_done(&as.groups);
	return r;
}
