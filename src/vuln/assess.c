/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/assess.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "vuln/channel.h"
#include "vuln/ecosystem.h"
#include "vuln/match.h"
#include "vuln/package_key.h"
#include "vuln/risk.h"
#include "vuln/vendor.h"

#define EVIDENCE_MAX	       16
#define CONFIDENCE_OF_BASE     0.8

#define CONFIDENCE_OF_REJECTED 0.5
#define CONFIDENCE_OF_DOUBTFUL 0.6

/* What was done with the packages of one shard. */
struct group {
	struct str shard; /* empty: the release is not known */
	bool is_missing;
	bool is_base; /* of what the distribution is built from */
	bool is_distro;
	uint64_t n_packages;
	uint64_t n_undecided;
	struct err undecided; /* of the first */
};

struct assessment {
	struct db *db;
	struct report *report;
	struct arena temp; /* of one package, then emptied */
	struct vec groups; /* struct group */
	uint64_t n_foreign, n_doubtful;
	struct str foreign, doubtful;  /* vendor of the first */
	struct str_list *repositories; /* of each layer, once asked for; .p is NULL before */
	struct map sources;	   /* of deb and apk: what a source has -> struct match_result */
	struct map known;	   /* shard, record, vulnerability -> struct known */
	struct arena source_arena; /* of what the maps hold */
	struct str epss_date;
};

static int find_epss_date(struct assessment *as, struct err *err)
{
	const struct index_feed *epss = index_feed_find(db_index(as->db), STR("epss"));

	as->epss_date = epss ? arena_str(&as->report->arena, epss->date) : STR_NULL;
	return epss && !as->epss_date.p ? err_nomem(err) : 0;
}

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

/* ---- what is asked ---- */

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

/*
 * Signed kernels have a source of their own, made from that of the kernel: Debian's
 * linux-signed-amd64 5.10.191+1 from linux 5.10.191-1, Ubuntu's linux-signed-aws from linux-aws.
 */
static int unsign_kernel(struct match_query *q, struct arena *a, struct err *err)
{
	struct str flavour = q->name, before, after;

	if (!str_pull_prefix(&flavour, STR("linux-signed")))
		return 0;
	if (!str_rcut(q->version, '+', &before, &after)) {
		q->name = arena_strf(a, "linux%.*s", STR_FMT(flavour));
	} else {
		q->name = STR("linux");
		q->version = arena_strf(a, "%.*s-%.*s", STR_FMT(before), STR_FMT(after));
	}
	return q->name.p && q->version.p ? 0 : err_nomem(err);
}

static struct str epoch_of(struct str version)
{
	struct str epoch, rest;

	return str_cut(version, ':', &epoch, &rest) ? epoch : STR_NULL;
}

/* An rpm names its source without an epoch, which is the binary's where the versions agree. */
static void set_rpm_source(struct match_query *q)
{
	struct str epoch = epoch_of(q->binary_version);
	struct str rest = epoch.n ? str_skip(q->binary_version, epoch.n + 1) : q->binary_version;

	if (str_eq(q->version, rest))
		q->version = q->binary_version;
	else
		q->is_epoch_unknown = epoch_of(q->version).n == 0;
}

/* How the languages' advisories write a name that has a namespace. */
static int set_name_of_language(struct match_query *q, const struct package *p, struct str shard,
				struct arena *a, struct err *err)
{
	static const char *const slash[] = {"npm", "golang", "composer", "githubactions", "swift"};
	const char *between = str_is(p->type, "maven") ? ":" : NULL;

	for (size_t i = 0; i < ARRAY_LEN(slash); i++)
		if (str_is(p->type, slash[i]))
			between = "/";
	if (between && p->namespace.n)
		q->name = arena_strf(a, "%.*s%s%.*s", STR_FMT(p->namespace), between,
				     STR_FMT(p->name));
	q->name = q->name.p ? package_key(shard, q->name, a) : q->name;
	q->binary = q->name;
	return q->name.p ? 0 : err_nomem(err);
}

/* Advisories of these name sources, never binary packages. */
static bool has_sources_alone(const struct package *p)
{
	return str_is(p->type, "deb") || str_is(p->type, "apk");
}

static int query_of(const struct report_package *rp, struct str shard, struct str_list repositories,
		    struct arena *a, struct match_query *ret, struct err *err)
{
	const struct package *p = &rp->p;

	*ret = (struct match_query){
		.name = p->source_name.n ? p->source_name : p->name,
		.version = p->source_version.n ? p->source_version : p->version,
		.binary = p->name,
		.binary_version = p->version,
		.arch = p->arch,
		.module = p->modularity,
		.repositories = repositories,
	};
	if (has_sources_alone(p))
		ret->binary = STR_NULL;
	if (str_is(p->type, "deb")) {
		if (p->source_version.n == 0)
			ret->version = without_binnmu(ret->version);
		return unsign_kernel(ret, a, err);
	}
	if (str_is(p->type, "rpm"))
		set_rpm_source(ret);
	return is_distro_package(p) ? 0 : set_name_of_language(ret, p, shard, a, err);
}

/* ---- the content sets of Red Hat images ---- */

static size_t count_words(struct str s)
{
	struct str word;
	size_t n = 0;

	while (str_pull_word(&s, &word))
		n++;
	return n;
}

/* CPEs of the layer's content sets; of a set that Red Hat does not list: none. */
static int find_repositories(struct assessment *as, const struct report_layer *l,
			     struct str_list *ret, struct err *err)
{
	struct arena *a = &as->report->arena;
	struct str *facts = arena_array(a, l->content_sets.n + 1, sizeof *facts), *p;
	size_t n = 0;

	if (!facts)
		return err_nomem(err);
	for (size_t i = 0; i < l->content_sets.n; i++) {
		struct str key = arena_strf(a, "repository:%.*s", STR_FMT(l->content_sets.p[i]));
		int r;

		if (!key.p)
			return err_nomem(err);
		facts[i] = STR_NULL;
		r = db_fact(as->db, STR("redhat-repositories"), key, a, &facts[i], err);
		if (r < 0)
			return r;
		n += count_words(facts[i]);
	}
	p = arena_array(a, n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	*ret = (struct str_list){p, n};
	for (size_t i = 0; i < l->content_sets.n; i++)
		while (str_pull_word(&facts[i], p))
			p++;
	return 0;
}

/* Of the layer that brought the present version of the package. */
static int repositories_of(struct assessment *as, const struct report_package *rp,
			   struct str_list *ret, struct err *err)
{
	const struct report_layer *l = vec_at(&as->report->layers, rp->layer_changed_index);
	struct str_list *known;

	*ret = (struct str_list){0};
	if (!l || l->content_sets.n == 0)
		return 0;
	if (!as->repositories) {
		as->repositories = arena_array(&as->report->arena, as->report->layers.n,
					       sizeof *as->repositories);
		if (!as->repositories)
			return err_nomem(err);
		memset(as->repositories, 0, as->report->layers.n * sizeof *as->repositories);
	}
	known = &as->repositories[rp->layer_changed_index];
	if (!known->p) {
		int r = find_repositories(as, l, known, err);

		if (r < 0)
			return r;
	}
	*ret = *known;
	return 0;
}

/* ---- findings ---- */

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

/* What the shard and the other feeds say of a vulnerability, whatever the package. */
struct known {
	struct shard_advisory advisory;
	struct str rule;
	struct str_list aliases;
	struct shard_text text;
	bool is_enriched;
	struct enrichment enrichment;
};

struct found {
	struct shard *shard;
	const struct report_package *package;
	const struct match_query *query;
	const struct match_hit *hit;
	const struct known *known;
	bool is_base; /* the shard is of the release that the distribution is built from */
};

static int set_evidence(struct assessment *as, const struct found *x, struct finding *f,
			struct err *err)
{
	struct arena *a = &as->report->arena;
	const struct shard_feed *feed = shard_feed(x->shard, x->known->advisory.feed);
	const struct package *p = &x->package->p;
	struct steps s = {a, arena_array(a, EVIDENCE_MAX, sizeof *s.p), 0};

	if (!s.p)
		return err_nomem(err);
	step(&s, "package=%.*s %.*s%s%.*s", STR_FMT(p->name), STR_FMT(p->version),
	     x->package->db_path.n ? " in " : "", STR_FMT(x->package->db_path));
	if (!x->hit->by_binary && p->source_name.n)
		step(&s, "source=%.*s %.*s", STR_FMT(x->query->name), STR_FMT(x->query->version));
	step(&s, "shard=%.*s", STR_FMT(shard_name(x->shard)));
	if (feed)
		step(&s, "feed=%.*s%s%.*s", STR_FMT(feed->id), feed->date.n ? " of " : "",
		     STR_FMT(feed->date));
	step(&s, "record=%.*s", STR_FMT(x->known->advisory.id));
	step_range(&s, x->hit);
	step_compared(&s, x->hit, x->query, x->shard);
	if (x->hit->note.n)
		step(&s, "note=%.*s", STR_FMT(x->hit->note));
	if (x->hit->channel.n)
		step(&s, "%s=%.*s", channel_is_offer(x->hit->channel) ? "subscription" : "channel",
		     STR_FMT(x->hit->channel));
	if (x->is_base)
		step(&s, "base=judged by what it is built from, which has no shard of its own");
	for (size_t i = 0; i < x->hit->symbols.n && i < 3; i++)
		step(&s, "symbol=%.*s", STR_FMT(x->hit->symbols.p[i]));
	if (vendor_is_doubtful(&as->report->distro, p))
		step(&s,
		     "vendor=%.*s may have made it, and the advisory be about the distribution's",
		     STR_FMT(str_sub(p->vendor.n ? p->vendor : STR("another"), 0, 256)));
	if (x->known->is_enriched && x->known->enrichment.rejected)
		step(&s, "rejected=NVD says that the id names no vulnerability after all; "
			 "the record has not been taken back");
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
	/* A fix of a binary with a version of its own is none of its source's. */
	if (rp->p.source_name.n && !(x->hit->by_binary && x->query->is_epoch_unknown)) {
		f->subject.source_name = x->query->name;
		f->subject.source_version = x->query->version;
	}
	return 0;
}

static int set_fix(struct assessment *as, const struct found *x, struct finding *f, struct err *err)
{
	const struct match_hit *h = x->hit;
	struct str name = h->by_binary ? x->query->binary : x->query->name;

	/* Another version of it may be honest, but who could put this one there can do it again. */
	if (h->kind == ADVISORY_MALWARE) {
		f->fix_action = arena_strf(&as->report->arena,
					   "remove %.*s, and renew all secrets that it could read",
					   STR_FMT(name));
		return f->fix_action.p ? 0 : err_nomem(err);
	}
	if (h->fixed.n == 0)
		return 0;
	f->fix_version = arena_str(&as->report->arena, h->fixed);
	f->fix_action = channel_is_offer(h->channel)
				? arena_strf(&as->report->arena, "upgrade %.*s to %.*s (from %.*s)",
					     STR_FMT(name), STR_FMT(h->fixed), STR_FMT(h->channel))
				: arena_strf(&as->report->arena, "upgrade %.*s to %.*s",
					     STR_FMT(name), STR_FMT(h->fixed));
	return f->fix_version.p && f->fix_action.p ? 0 : err_nomem(err);
}

/* ---- what is known of a vulnerability, asked once ---- */

static int by_text(const void *va, const void *vb)
{
	const struct str *a = va, *b = vb;

	return str_cmp(*a, *b);
}

/* Other ids of the vulnerability, and the record's own where it is not one of them; sorted. */
static int find_aliases(struct shard *shard, struct known *k, struct arena *a, struct err *err)
{
	struct str_list others;
	struct str own = k->advisory.id, *p;
	int r = shard_aliases(shard, k->rule, a, &others, err);
	bool is_other = !str_eq(k->rule, own);

	if (r < 0)
		return r;
	p = arena_array(a, others.n + 1, sizeof *p);
	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < others.n; i++) {
		p[i] = others.p[i];
		is_other = is_other && !str_eq(p[i], own);
	}
	p[others.n] = own;
	k->aliases = (struct str_list){p, others.n + is_other};
	qsort(p, k->aliases.n, sizeof *p, by_text);
	return 0;
}

/* Looked up by the CVE, which is the canonical id where there is one. */
static int enrich(struct assessment *as, struct known *k, struct err *err)
{
	struct arena *a = &as->report->arena;
	int r = db_enrichment(as->db, k->rule, a, &k->enrichment, err);

	for (size_t i = 0; r == 0 && i < k->aliases.n; i++)
		if (str_has_prefix(k->aliases.p[i], STR("CVE-")))
			r = db_enrichment(as->db, k->aliases.p[i], a, &k->enrichment, err);
	k->is_enriched = r > 0;
	return r;
}

static int make_known(struct assessment *as, const struct found *x, struct known *k,
		      struct err *err)
{
	struct arena *a = &as->report->arena;
	int r = shard_advisory(x->shard, x->hit->advisory, a, &k->advisory, err);

	k->rule = arena_str(a, x->hit->vulnerability);
	if (r >= 0 && !k->rule.p)
		r = err_nomem(err);
	if (r >= 0)
		r = find_aliases(x->shard, k, a, err);
	if (r >= 0)
		r = enrich(as, k, err);
	return r < 0 ? r : shard_text(x->shard, x->hit->advisory, a, &k->text, err);
}

/* Of one record and vulnerability, for all packages that have it. */
static int find_known(struct assessment *as, struct found *x, struct err *err)
{
	struct arena *a = &as->source_arena;
	struct str key = arena_strf(a, "%p %u %.*s", (void *)x->shard, (unsigned)x->hit->advisory,
				    STR_FMT(x->hit->vulnerability));
	struct known *k = key.p ? map_get(&as->known, key) : NULL;
	int r = 0;

	if (!k) {
		k = arena_alloc(a, sizeof *k);
		if (!key.p || !k)
			return err_nomem(err);
		*k = (struct known){.rule = STR_NULL};
		r = make_known(as, x, k, err);
		if (r >= 0 && map_put(&as->known, key, k) < 0)
			r = err_nomem(err);
	}
	x->known = k;
	return r;
}

static int set_text(struct assessment *as, const struct found *x, struct finding *f,
		    struct err *err)
{
	const struct known *k = x->known;

	f->rule = k->rule;
	f->aliases = k->aliases;
	f->references = k->text.references;
	f->title = k->text.summary.n ? k->text.summary : k->enrichment.summary;
	if (f->title.n == 0)
		f->title = arena_strf(&as->report->arena, "%.*s in %.*s", STR_FMT(f->rule),
				      STR_FMT(x->query->name));
	return f->title.p ? 0 : err_nomem(err);
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

/* What the publisher says, or what the kind of record does. */
static enum severity severity_of(const struct found *x, struct str *ret_source)
{
	*ret_source = x->known->advisory.severity_source;
	if (x->hit->severity != SEVERITY_UNKNOWN)
		return x->hit->severity;
	*ret_source = STR("kind of record");
	switch (x->hit->kind) {
	case ADVISORY_MALWARE:
		return SEVERITY_CRITICAL;
	case ADVISORY_UNSOUND:
		return SEVERITY_LOW;
	case ADVISORY_UNMAINTAINED:
	case ADVISORY_NOTICE:
		return SEVERITY_NEGLIGIBLE;
	case ADVISORY_VULNERABILITY:
		break;
	}
	*ret_source = STR_NULL;
	return SEVERITY_UNKNOWN;
}

static double confidence_of(const struct assessment *as, const struct found *x)
{
	double confidence = x->is_base ? CONFIDENCE_OF_BASE : 1;

	if (vendor_is_doubtful(&as->report->distro, &x->package->p))
		confidence *= CONFIDENCE_OF_DOUBTFUL;
	if (x->known->is_enriched && x->known->enrichment.rejected)
		confidence *= CONFIDENCE_OF_REJECTED;
	return confidence;
}

static int add_finding(struct assessment *as, struct found *x, struct err *err)
{
	struct finding f = {.kind = kind_of(x->hit->kind),
			    .status = x->hit->status,
			    .epss_date = as->epss_date};
	enum severity severity;
	struct str vendor;
	int r = find_known(as, x, err);

	if (r >= 0)
		f.confidence = confidence_of(as, x);
	if (r >= 0)
		r = set_text(as, x, &f, err);
	if (r >= 0)
		r = set_subject(as, x, &f, err);
	if (r >= 0)
		r = set_fix(as, x, &f, err);
	if (r >= 0)
		r = set_evidence(as, x, &f, err);
	if (r < 0)
		return r;
	severity = severity_of(x, &vendor);
	if (risk_assess(&f, severity, vendor, &x->known->advisory,
			x->known->is_enriched ? &x->known->enrichment : NULL,
			&as->report->arena) < 0)
		return err_nomem(err);
	return report_add_finding(as->report, &f, err);
}

/*
 * All packages of one source have the same answer where rows are of sources alone. It lives
 * as long as the assessment.
 */
static int match_source(struct assessment *as, struct shard *shard, const struct match_query *q,
			const struct match_result **ret, struct err *err)
{
	struct arena *a = &as->source_arena;
	struct str key = arena_strf(a, "%.*s\x1f%.*s\x1f%.*s", STR_FMT(q->name),
				    STR_FMT(q->version), STR_FMT(q->arch));
	struct match_result *result = key.p ? map_get(&as->sources, key) : NULL;
	int r;

	if (!result) {
		result = arena_alloc(a, sizeof *result);
		if (!key.p || !result)
			return err_nomem(err);
		r = match_package(shard, q, a, result, err);
		if (r == 0 && map_put(&as->sources, key, result) < 0)
			r = err_nomem(err);
		if (r < 0)
			return r;
	}
	*ret = result;
	return 0;
}

static int add_findings(struct assessment *as, struct found *x, const struct match_result *result,
			struct err *err)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < result->n; i++) {
		x->hit = &result->hits[i];
		r = add_finding(as, x, err);
	}
	return r;
}

static int match_one(struct assessment *as, struct found *x, struct group *g, struct err *err)
{
	const struct package *p = &x->package->p;
	const struct match_result *result;
	struct match_result own;
	int r;

	if (has_sources_alone(p)) {
		r = match_source(as, x->shard, x->query, &result, err);
	} else {
		result = &own;
		r = match_package(x->shard, x->query, &as->temp, &own, err);
	}
	if (r >= 0)
		r = add_findings(as, x, result, err);
	if (r >= 0 && result->n_undecided && g->n_undecided++ == 0)
		g->undecided = result->error;
	arena_reset(&as->temp);
	return r;
}

static int assess_package(struct assessment *as, const struct report_package *rp, struct err *err)
{
	struct found x = {.package = rp};
	struct str_list repositories = {0};
	struct match_query q;
	struct group *g;
	struct str name;
	int r = shard_of(as, &rp->p, &name, &x.shard, err);

	if (r < 0)
		return r;
	g = group_of(as, name);
	if (!g)
		return err_nomem(err);
	g->n_packages++;
	g->is_missing = r == 0;
	g->is_distro = is_distro_package(&rp->p);
	g->is_base = g->is_distro && r > 0 && !str_eq(name, as->report->distro.release);
	if (r == 0)
		return 0;
	r = repositories_of(as, rp, &repositories, err);
	if (r >= 0)
		r = query_of(rp, name, repositories, &as->report->arena, &q, err);
	x.query = &q;
	x.is_base = g->is_base;
	return r < 0 ? r : match_one(as, &x, g, err);
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
		if (vendor_is_doubtful(&as->report->distro, &rp->p) && as->n_doubtful++ == 0)
			as->doubtful = rp->p.name;
		r = assess_package(as, rp, err);
		if (r < 0)
			return err_wrap(err, r, "match %.*s", STR_FMT(rp->p.name));
	}
	return 0;
}

/* The day that support ended, when that was before the database's newest data. */
static struct str ended_support(const struct assessment *as)
{
	const struct distro *d = &as->report->distro;
	struct str built = db_index(as->db)->built;

	if (d->eol.n != 10 || built.n < 10)
		return STR_NULL;
	return str_cmp(d->eol, str_sub(built, 0, 10)) < 0 ? d->eol : STR_NULL;
}

static struct str name_of_distro(const struct assessment *as)
{
	const struct distro *d = &as->report->distro;

	return d->release.n ? d->release : d->id;
}

static int cover_group(struct assessment *as, const struct group *g)
{
	struct arena *a = &as->report->arena;
	struct str ended = g->is_distro ? ended_support(as) : STR_NULL;
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
		remedy = STR("plimsoll db update, or plimsoll db build with a feed of it");
	} else if (g->n_undecided) {
		state = COVERAGE_PARTIAL;
		reason = arena_strf(a, "%llu %s no order: %s", (unsigned long long)g->n_undecided,
				    g->n_undecided == 1 ? "package with a version that has"
							: "packages with versions that have",
				    g->undecided.msg);
	} else if (g->is_base) {
		state = COVERAGE_PARTIAL;
		reason = arena_strf(a,
				    "the database has nothing on %.*s: judged by the advisories of "
				    "%.*s, which it is built from; builds of its own may differ",
				    STR_FMT(name_of_distro(as)), STR_FMT(g->shard));
		remedy = STR("plimsoll db update, or plimsoll db build with a feed of it");
	} else if (ended.n) {
		state = COVERAGE_PARTIAL;
		reason = arena_strf(a,
				    "security support of %.*s ended on %.*s: what was found later "
				    "may be in no advisory",
				    STR_FMT(as->report->distro.release), STR_FMT(ended));
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

/* They were asked all the same: it may be the distribution's after all. */
static int cover_doubtful(struct assessment *as)
{
	struct str reason;

	if (as->n_doubtful == 0)
		return 0;
	reason = arena_strf(&as->report->arena,
			    "by version or maintainer not made by the distribution (first %.*s): "
			    "its advisories may not speak of them",
			    STR_FMT(as->doubtful));
	return report_add_coverage(as->report,
				   STR("vulnerabilities (packages perhaps of other vendors)"),
				   COVERAGE_PARTIAL, reason, STR_NULL, as->n_doubtful);
}

static int cover(struct assessment *as, struct err *err)
{
	int r = cover_foreign(as);

	if (r == 0)
		r = cover_doubtful(as);

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
					STR("plimsoll db update, or plimsoll db build --feeds DIR, "
					    "makes one"),
					report->packages.n);
		return r < 0 ? err_nomem(err) : 0;
	}
	arena_init(&as.temp, LIMIT_ARENA_BYTES);
	arena_init(&as.source_arena, LIMIT_ARENA_BYTES);
	map_init(&as.sources, LIMIT_PACKAGES);
	map_init(&as.known, LIMIT_FINDINGS);
	r = find_epss_date(&as, err);
	if (r == 0)
		r = assess_packages(&as, err);
	if (r == 0)
		r = cover(&as, err);
	map_done(&as.sources);
	map_done(&as.known);
	arena_done(&as.source_arena);
	arena_done(&as.temp);
	vec_done(&as.groups);
	return r;
}

int assess_question(struct db *db, struct report *report, const struct report_package *rp,
		    struct str *ret_name, struct shard **ret, struct match_query *ret_query,
		    struct err *err)
{
	struct assessment as = {.db = db, .report = report};
	struct str_list repositories = {0};
	int found = shard_of(&as, &rp->p, ret_name, ret, err);
	int r = found;

	if (r > 0)
		r = repositories_of(&as, rp, &repositories, err);
	if (found > 0 && r >= 0)
		r = query_of(rp, *ret_name, repositories, &report->arena, ret_query, err);
	return r < 0 ? r : found > 0;
}
