/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "package/version.h"
#include "vuln/channel.h"
#include "vuln/ecosystem.h"

/* What the ranges of a row say of a version. */
enum verdict {
	OUTSIDE,   /* before it began, or nothing said */
	INSIDE,	   /* affected */
	REPAIRED,  /* at or above a fix */
	UNDECIDED, /* a version that cannot be ordered */
};

struct judged {
	enum verdict verdict;
	struct advisory_interval in; /* the interval that decided */
};

/* A row that says the package is affected, or why it is not; slices are the arena's. */
struct claim {
	uint32_t advisory;
	uint16_t feed;
	bool is_denial; /* the publisher says: not affected; else it is repaired */
	bool is_own;	/* of the stream that the build is from */
	struct match_hit hit;
};

struct matching {
	struct shard *shard;
	const struct match_query *q;
	struct arena *arena;
	struct match_result *result;
	enum version_scheme scheme;
	bool is_distribution;
	bool without_epoch;   /* for the row at hand */
	struct vec affecting; /* struct claim */
	struct vec opposing;  /* struct claim */
};

/* "32:9.9.4-61.el7": "9.9.4-61.el7" */
static struct str skip_epoch(struct str evr)
{
	struct str epoch, rest;

	return str_cut(evr, ':', &epoch, &rest) ? rest : evr;
}

int match_compare(enum version_scheme scheme, bool without_epoch, struct str a, struct str b,
		  int *ret, struct err *err)
{
	if (without_epoch) {
		a = skip_epoch(a);
		b = skip_epoch(b);
	}
	return version_compare(scheme, a, b, ret, err);
}

static int compare(struct matching *m, struct str a, struct str b, int *ret, struct err *err)
{
	return match_compare(m->scheme, m->without_epoch, a, b, ret, err);
}

/* One interval: introduced <= v, and v < fixed or v <= last_affected. */
static int judge_interval(struct matching *m, struct str v, const struct advisory_interval *in,
			  enum verdict *ret, struct err *err)
{
	int order = 0, r = 0;

	*ret = OUTSIDE;
	if (in->introduced.n && !str_is(in->introduced, "0")) {
		r = compare(m, v, in->introduced, &order, err);
		if (r < 0 || order < 0)
			return r;
	}
	*ret = INSIDE;
	if (in->fixed.n) {
		r = compare(m, v, in->fixed, &order, err);
		if (order >= 0)
			*ret = REPAIRED;
	} else if (in->last_affected.n) {
		r = compare(m, v, in->last_affected, &order, err);
		if (order > 0)
			*ret = OUTSIDE;
	}
	return r;
}

/* What cannot be ordered is passed over: another interval may decide. */
static int judge_intervals(struct matching *m, const struct shard_row *row, struct str v,
			   struct judged *ret, struct err *err)
{
	struct packed_list intervals = row->intervals;
	struct advisory_interval in;
	int failed = 0;

	while (ret->verdict != INSIDE && shard_interval_next(&intervals, &in)) {
		enum verdict verdict;
		int r = judge_interval(m, v, &in, &verdict, failed ? NULL : err);

		if (r < 0)
			failed = r;
		else if (verdict == INSIDE || (verdict == REPAIRED && ret->verdict == OUTSIDE))
			*ret = (struct judged){verdict, in};
	}
	return failed;
}

/* One that is listed in the same letters needs no order, nor do the others it stands among. */
static int judge_versions(struct matching *m, const struct shard_row *row, struct str v,
			  struct judged *ret, struct err *err)
{
	struct packed_list versions = row->versions;
	struct str listed;
	int failed = 0;

	while (ret->verdict != INSIDE && packed_next(&versions, &listed)) {
		int order = 0, r = 0;

		if (!str_eq(listed, v))
			r = compare(m, v, listed, &order, failed ? NULL : err);
		if (r < 0)
			failed = r;
		else if (order == 0)
			*ret = (struct judged){INSIDE, {listed, STR_NULL, listed}};
	}
	return failed;
}

static int judge_constraint(struct matching *m, const struct shard_row *row, struct str v,
			    struct judged *ret, struct err *err)
{
	struct version_range range;
	bool inside = false;
	int r;

	if (row->constraint.n == 0 || ret->verdict == INSIDE)
		return 0;
	r = version_range_parse(m->scheme, row->constraint, m->arena, &range, err);
	if (r == 0)
		r = version_range_match(&range, v, &inside, err);
	if (inside)
		ret->verdict = INSIDE;
	return r;
}

/* A row without any range speaks of all versions. */
static void judge(struct matching *m, const struct shard_row *row, struct str v, struct judged *ret,
		  struct err *err)
{
	int failed, r;

	*ret = (struct judged){.verdict = OUTSIDE};
	if (row->intervals.n == 0 && row->versions.n == 0 && row->constraint.n == 0) {
		ret->verdict = INSIDE;
		return;
	}
	failed = judge_intervals(m, row, v, ret, err);
	r = judge_versions(m, row, v, ret, failed ? NULL : err);
	failed = failed ? failed : r;
	r = judge_constraint(m, row, v, ret, failed ? NULL : err);
	failed = failed ? failed : r;
	if (failed && ret->verdict != INSIDE)
		ret->verdict = UNDECIDED;
}

static bool counts_for_module(const struct shard_row *row, struct str module)
{
	struct str rest = module, name, stream;

	if (row->module.n == 0 || module.n == 0)
		return row->module.n == module.n;
	if (!str_pull_until(&rest, ':', &name) || !str_pull_until(&rest, ':', &stream))
		return false;
	rest = row->module;
	if (!str_pull_prefix(&rest, name) || !str_pull_prefix(&rest, STR(":")))
		return false;
	return str_is(rest, "*") || str_eq(rest, stream);
}

/* "noarch" and "all" run everywhere; "src" speaks of what is built from it. */
static bool is_any_arch(struct str arch)
{
	return arch.n == 0 || str_is(arch, "noarch") || str_is(arch, "all") || str_is(arch, "src");
}

static bool counts_for_arch(const struct shard_row *row, struct str arch)
{
	struct packed_list arches = row->arches;
	struct str one;
	bool any = arches.n == 0 || is_any_arch(arch);

	while (!any && packed_next(&arches, &one))
		any = is_any_arch(one) || str_eq(one, arch);
	return any;
}

static int copy(struct arena *a, struct str *s)
{
	if (s->n == 0) {
		*s = STR_NULL;
		return 0;
	}
	*s = arena_str(a, *s);
	return s->p ? 0 : -ERR_NOMEM;
}

/* Takes what is needed of a row before the next look-up overwrites it. */
static int make_hit(struct matching *m, const struct shard_row *row, const struct judged *j,
		    struct match_hit *h)
{
	bool ok;

	h->kind = row->kind;
	h->status = row->status;
	h->severity = row->severity;
	h->by_binary = row->by_binary;
	h->introduced = j->in.introduced;
	h->fixed = j->in.fixed;
	h->last_affected = j->in.last_affected;
	h->note = row->note;
	ok = copy(m->arena, &h->introduced) == 0 && copy(m->arena, &h->fixed) == 0 &&
	     copy(m->arena, &h->last_affected) == 0 && copy(m->arena, &h->note) == 0 &&
	     packed_list_copy(row->symbols, m->arena, &h->symbols);
	return ok ? 0 : -ERR_NOMEM;
}

/* An opposing row is told by nothing but its channel: there are thousands, and few are needed. */
static int make_claim(struct matching *m, const struct shard_row *row, const struct judged *j,
		      bool is_own, bool is_affecting)
{
	struct claim *c = vec_push(is_affecting ? &m->affecting : &m->opposing);

	if (!c)
		return -ERR_NOMEM;
	*c = (struct claim){
		.advisory = row->advisory,
		.feed = row->feed,
		.is_denial = row->status == STATUS_NOT_AFFECTED,
		.is_own = is_own,
		.hit = {.advisory = row->advisory, .channel = row->channel},
	};
	if (copy(m->arena, &c->hit.channel) < 0)
		return -ERR_NOMEM;
	return is_affecting ? make_hit(m, row, j, &c->hit) : 0;
}

static int consider(struct matching *m, const struct shard_row *row, enum channel_weight weight,
		    const struct judged *j)
{
	bool is_own = weight == CHANNEL_OWN || weight == CHANNEL_FIX_ONLY;
	bool is_denial = row->status == STATUS_NOT_AFFECTED;

	/* above the end of a statement that all before is safe, nothing is said */
	if (is_denial && j->verdict == REPAIRED)
		return 0;
	if (j->verdict == REPAIRED)
		return m->is_distribution ? make_claim(m, row, j, is_own, false) : 0;
	if (j->verdict != INSIDE || weight == CHANNEL_FIX_ONLY)
		return 0;
	return make_claim(m, row, j, is_own, !is_denial);
}

/* A version that rows are judged by, and the verdict of the last ones. */
struct asked {
	struct str version;
	struct str ranges; /* .p is NULL before the first */
	struct judged judged;
	bool without_epoch;
	enum channel_weight of_release; /* of rows without a channel: nearly all */
};

static enum channel_weight weigh_channel(const struct matching *m, struct str version,
					 struct str channel)
{
	const struct channel_build build = {.shard = shard_name(m->shard),
					    .name = m->q->name,
					    .version = version,
					    .repositories = m->q->repositories};

	return channel_weigh(&build, channel);
}

static enum channel_weight weigh(const struct matching *m, const struct shard_row *row,
				 const struct asked *a)
{
	if (!counts_for_module(row, m->q->module) || !counts_for_arch(row, m->q->arch))
		return CHANNEL_SILENT;
	return row->channel.n ? weigh_channel(m, a->version, row->channel) : a->of_release;
}

static int consider_row(struct matching *m, const struct shard_row *row, struct asked *a)
{
	enum channel_weight weight = weigh(m, row, a);
	struct err why = {0};

	if (weight == CHANNEL_SILENT)
		return 0;
	m->without_epoch = a->without_epoch;
	/* rows of equal ranges stand together and decide alike */
	if (!a->ranges.p || !str_eq(row->ranges, a->ranges))
		judge(m, row, a->version, &a->judged, &why);
	a->ranges = row->ranges;
	m->result->n_rows++;
	if (a->judged.verdict == UNDECIDED && m->result->n_undecided++ == 0)
		m->result->error = why;
	return consider(m, row, weight, &a->judged);
}

/* source, binary: NULL where rows of that kind are not asked. */
static int consider_rows(struct matching *m, struct str name, struct asked *source,
			 struct asked *binary, struct err *err)
{
	struct shard_rows rows;
	struct shard_row row;
	int r = shard_find(m->shard, name, &rows, err);

	if (r <= 0)
		return r;
	while ((r = shard_next(&rows, &row, err)) > 0) {
		struct asked *a = row.by_binary ? binary : source;

		if (a && consider_row(m, &row, a) < 0)
			return err_nomem(err);
	}
	return r;
}

static int consider_all(struct matching *m, struct err *err)
{
	const struct match_query *q = m->q;
	struct asked source = {.version = q->version,
			       .without_epoch = q->is_epoch_unknown,
			       .of_release = weigh_channel(m, q->version, STR_NULL)};
	struct asked binary = {.version = q->binary_version,
			       .of_release = weigh_channel(m, q->binary_version, STR_NULL)};
	int r;

	if (str_eq(q->name, q->binary))
		return consider_rows(m, q->name, &source, &binary, err);
	r = consider_rows(m, q->name, &source, NULL, err);
	if (r >= 0 && q->binary.n)
		r = consider_rows(m, q->binary, NULL, &binary, err);
	return r;
}

/* Affected whatever the version, with nothing that ends it. */
static bool is_whole(const struct match_hit *h)
{
	return h->introduced.n == 0 && h->fixed.n == 0 && h->last_affected.n == 0;
}

static bool opposes(const struct matching *m, const struct claim *against, const struct claim *c)
{
	if (against->is_own != c->is_own)
		return against->is_own;
	if (against->is_denial)
		return true;
	if (!m->is_distribution ||
	    (against->advisory == c->advisory && str_eq(against->hit.channel, c->hit.channel)))
		return false;
	return is_whole(&c->hit) ||
	       (channel_is_offer(c->hit.channel) && !channel_is_offer(against->hit.channel));
}

/* The word that tells more goes before; what is not known yet comes last. */
static int precision(enum finding_status s)
{
	switch (s) {
	case STATUS_END_OF_LIFE:
	case STATUS_WILL_NOT_FIX:
	case STATUS_FIX_DEFERRED:
		return 2;
	case STATUS_AFFECTED:
	case STATUS_FIXED:
	case STATUS_NOT_AFFECTED:
		return 1;
	case STATUS_UNDER_INVESTIGATION:
		break;
	}
	return 0;
}

/* Above 0: the other tells the fix, below: this one does. */
static int compare_fixes(struct matching *m, const struct match_hit *h,
			 const struct match_hit *other, int *ret, struct err *err)
{
	bool is_offer = channel_is_offer(h->channel);

	*ret = (other->fixed.n > 0) - (h->fixed.n > 0);
	if (h->fixed.n == 0 || other->fixed.n == 0)
		return 0;
	/* a fix for everybody is better than one in a channel */
	*ret = is_offer - channel_is_offer(other->channel);
	if (*ret)
		return 0;
	m->without_epoch = false; /* both are the feed's */
	return compare(m, other->fixed, h->fixed, ret, err);
}

/* Highest fix wins; what the other says beyond it is kept. */
static int merge(struct matching *m, struct claim *into, const struct claim *c, struct err *err)
{
	struct match_hit winner = into->hit, loser = c->hit;
	int order = 0, r = 0;

	if (into->is_own != c->is_own)
		order = c->is_own ? 1 : -1;
	else
		r = compare_fixes(m, &into->hit, &c->hit, &order, err);
	if (r < 0)
		return r;
	if (order > 0) {
		winner = c->hit;
		winner.vulnerability = into->hit.vulnerability;
		loser = into->hit;
		into->advisory = c->advisory;
		into->feed = c->feed;
	}
	into->is_own |= c->is_own;
	if (winner.severity == SEVERITY_UNKNOWN)
		winner.severity = loser.severity;
	if (winner.fixed.n == 0 && precision(loser.status) > precision(winner.status))
		winner.status = loser.status;
	if (winner.note.n == 0)
		winner.note = loser.note;
	into->hit = winner;
	return 0;
}

/* The hits so far, and where each vulnerability's is. */
struct hits {
	struct vec list; /* struct claim; without a vulnerability: dropped */
	struct map at;	 /* vulnerability -> number, from 1 */
};

static struct claim *find_hit(const struct hits *hits, struct str vulnerability)
{
	uintptr_t number = (uintptr_t)map_get(&hits->at, vulnerability);
	struct claim *c = number ? vec_at(&hits->list, number - 1) : NULL;

	return c && c->hit.vulnerability.n ? c : NULL;
}

static int new_hit(struct hits *hits, struct str vulnerability, const struct claim *claim)
{
	struct claim *c = vec_push(&hits->list);

	if (!c)
		return -ERR_NOMEM;
	*c = *claim;
	c->hit.vulnerability = vulnerability;
	return map_put(&hits->at, vulnerability, (void *)(uintptr_t)hits->list.n);
}

static int names_of(struct matching *m, uint32_t advisory, struct str_list *ret, struct err *err)
{
	struct shard_advisory a = {0};
	int r = shard_advisory(m->shard, advisory, m->arena, &a, err);

	*ret = a.vulnerabilities;
	return r;
}

static int add_hits(struct matching *m, const struct claim *c, struct hits *hits, struct err *err)
{
	struct str_list names;
	int r = names_of(m, c->advisory, &names, err);

	for (size_t i = 0; i < names.n && r >= 0; i++) {
		struct claim *hit = find_hit(hits, names.p[i]);

		if (hit)
			r = merge(m, hit, c, err);
		else if (new_hit(hits, names.p[i], c) < 0)
			r = err_nomem(err);
	}
	return r;
}

static int drop_opposed(struct matching *m, const struct claim *against, struct hits *hits,
			struct err *err)
{
	struct str_list names;
	int r = names_of(m, against->advisory, &names, err);

	for (size_t i = 0; i < names.n && r >= 0; i++) {
		struct claim *hit = find_hit(hits, names.p[i]);

		if (hit && opposes(m, against, hit))
			hit->hit.vulnerability = STR_NULL;
	}
	return r;
}

/*
 * Whether it is worth to look up what a claim is about: a kernel has thousands of fixes. Debian's
 * tracker says one thing of each vulnerability and package, so it does not contradict itself.
 */
static bool may_oppose(const struct matching *m, const struct claim *against,
		       const struct hits *hits)
{
	const struct shard_feed *feed = shard_feed(m->shard, against->feed);
	bool is_tracker = feed && str_is(feed->id, "debian-tracker");

	if (against->is_denial || against->is_own)
		return hits->list.n > 0;
	for (size_t i = 0; i < hits->list.n; i++) {
		const struct claim *c = vec_at(&hits->list, i);

		if ((!is_tracker || against->feed != c->feed) && opposes(m, against, c))
			return true;
	}
	return false;
}

static int by_vulnerability(const void *va, const void *vb)
{
	const struct claim *a = va, *b = vb;

	return str_cmp(a->hit.vulnerability, b->hit.vulnerability);
}

/* Those that were not dropped, sorted, into the arena. */
static int give_back(struct matching *m, struct vec *list, struct err *err)
{
	struct match_hit *to = arena_array(m->arena, list->n, sizeof *to);

	if (!to && list->n)
		return err_nomem(err);
	vec_sort(list, by_vulnerability);
	m->result->hits = to;
	for (size_t i = 0; i < list->n; i++) {
		const struct claim *c = vec_at(list, i);

		if (c->hit.vulnerability.n)
			to[m->result->n++] = c->hit;
	}
	return 0;
}

static int settle(struct matching *m, struct err *err)
{
	struct hits hits = {.list = VEC_INIT(struct claim, LIMIT_FINDINGS)};
	int r = 0;

	map_init(&hits.at, LIMIT_FINDINGS);
	for (size_t i = 0; i < m->affecting.n && r >= 0; i++)
		r = add_hits(m, vec_at(&m->affecting, i), &hits, err);
	for (size_t i = 0; i < m->opposing.n && r >= 0; i++) {
		const struct claim *against = vec_at(&m->opposing, i);

		if (may_oppose(m, against, &hits))
			r = drop_opposed(m, against, &hits, err);
	}
	if (r >= 0)
		r = give_back(m, &hits.list, err);
	vec_done(&hits.list);
	map_done(&hits.at);
	return r;
}

int match_package(struct shard *shard, const struct match_query *q, struct arena *arena,
		  struct match_result *ret, struct err *err)
{
	struct matching m = {
		.shard = shard,
		.q = q,
		.arena = arena,
		.result = ret,
		.affecting = VEC_INIT(struct claim, LIMIT_FINDINGS),
		.opposing = VEC_INIT(struct claim, LIMIT_FINDINGS),
	};
	const char *scheme = ecosystem_scheme(shard_name(shard));
	int r;

	*ret = (struct match_result){0};
	if (!scheme || !version_scheme_find(str_of(scheme), &m.scheme))
		return err_set(err, ERR_UNSUPPORTED, "%.*s: no order of versions is known for it",
			       STR_FMT(shard_name(shard)));
	m.is_distribution = ecosystem_is_distribution(shard_name(shard));
	r = consider_all(&m, err);
	if (r >= 0 && m.affecting.n)
		r = settle(&m, err);
	vec_done(&m.affecting);
	vec_done(&m.opposing);
	return r < 0 ? r : 0;
}
