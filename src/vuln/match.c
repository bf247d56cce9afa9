/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "package/version.h"
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
	enum verdict verdict;
	bool denied; /* the publisher says: not affected */
	struct match_hit hit;
};

struct matching {
	struct shard *shard;
	const struct match_query *q;
	struct arena *arena;
	struct match_result *result;
	enum version_scheme scheme;
	struct vec affecting; /* struct claim */
	struct vec opposing;  /* struct claim */
};

static int compare(struct matching *m, struct str a, struct str b, int *ret, struct err *err)
{
	return version_compare(m->scheme, a, b, ret, err);
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

static int judge_intervals(struct matching *m, const struct shard_row *row, struct str v,
			   struct judged *ret, struct err *err)
{
	struct packed_list intervals = row->intervals;
	struct advisory_interval in;

	while (shard_interval_next(&intervals, &in)) {
		enum verdict verdict;
		int r = judge_interval(m, v, &in, &verdict, err);

		if (r < 0)
			return r;
		if (verdict == INSIDE || (verdict == REPAIRED && ret->verdict == OUTSIDE))
			*ret = (struct judged){verdict, in};
		if (verdict == INSIDE)
			return 0;
	}
	return 0;
}

static int judge_versions(struct matching *m, const struct shard_row *row, struct str v,
			  struct judged *ret, struct err *err)
{
	struct packed_list versions = row->versions;
	struct str listed;

	while (ret->verdict != INSIDE && packed_next(&versions, &listed)) {
		int order = 0;

		if (!str_eq(listed, v)) {
			int r = compare(m, v, listed, &order, err);

			if (r < 0)
				return r;
		}
		if (order == 0)
			*ret = (struct judged){INSIDE, {listed, STR_NULL, listed}};
	}
	return 0;
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
static void judge(struct matching *m, const struct shard_row *row, struct str v, struct judged *ret)
{
	struct err err = {0};
	int r;

	*ret = (struct judged){.verdict = OUTSIDE};
	if (row->intervals.n == 0 && row->versions.n == 0 && row->constraint.n == 0) {
		ret->verdict = INSIDE;
		return;
	}
	r = judge_intervals(m, row, v, ret, &err);
	if (r == 0)
		r = judge_versions(m, row, v, ret, &err);
	if (r == 0)
		r = judge_constraint(m, row, v, ret, &err);
	if (r == 0)
		return;
	ret->verdict = UNDECIDED;
	if (m->result->n_undecided++ == 0)
		m->result->error = err;
}

static bool counts_for_module(const struct shard_row *row, struct str module)
{
	struct str rest = module, name, stream;

	if (row->module.n == 0 || module.n == 0)
		return row->module.n == module.n;
	if (!str_pull_until(&rest, ':', &name) || !str_pull_until(&rest, ':', &stream))
		return false;
	return str_eq(row->module, str_make(name.p, name.n + 1 + stream.n));
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

static bool holds(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) < s.n;
}

/* The channel that a build's version names; NULL: none. */
static const char *channel_of_version(struct str v)
{
	static const char *const marks[][2] = {
		{"esm", "esm"}, {"fips", "fips"}, {"ksplice", "ksplice"}};

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (holds(v, marks[i][0]) || (i == 1 && holds(v, "Fips")))
			return marks[i][1];
	return NULL;
}

/* Streams of Red Hat that a system must have been subscribed to. */
static bool is_extended_stream(struct str channel)
{
	static const char *const streams[] = {"eus", "aus", "tus", "e4s", "els"};

	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		if (str_has_prefix(channel, STR("rhel_")) && holds(channel, streams[i]))
			return true;
	return false;
}

static bool is_listed(struct str_list list, struct str s)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(list.p[i], s))
			return true;
	return false;
}

/* Paid or opt-in: what it fixes is still open for who does not have it. */
static bool is_offer(struct str channel)
{
	return str_has_prefix(channel, STR("esm"));
}

static bool counts_for_channel(const struct shard_row *row, const struct match_query *q,
			       struct str version)
{
	const char *own = channel_of_version(version);

	if (row->channel.n == 0)
		return !own || str_is(str_of(own), "esm");
	if (own && str_has_prefix(row->channel, str_of(own)))
		return true;
	if (is_offer(row->channel))
		return !own || str_is(str_of(own), "esm");
	if (str_has_prefix(row->channel, STR("fips")) || str_is(row->channel, "ksplice") ||
	    str_is(row->channel, "realtime"))
		return false;
	return !is_extended_stream(row->channel) || is_listed(q->channels, row->channel);
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
static int make_claim(struct matching *m, const struct shard_row *row, const struct judged *j,
		      struct vec *into)
{
	struct claim *c = vec_push(into);
	struct match_hit *h;
	bool ok;

	if (!c)
		return -ERR_NOMEM;
	*c = (struct claim){
		.advisory = row->advisory,
		.verdict = j->verdict,
		.denied = row->status == STATUS_NOT_AFFECTED,
		.hit = {.advisory = row->advisory,
			.kind = row->kind,
			.status = row->status,
			.severity = row->severity,
			.by_binary = row->by_binary,
			.introduced = j->in.introduced,
			.fixed = j->in.fixed,
			.last_affected = j->in.last_affected,
			.channel = row->channel,
			.note = row->note},
	};
	h = &c->hit;
	ok = copy(m->arena, &h->introduced) == 0 && copy(m->arena, &h->fixed) == 0 &&
	     copy(m->arena, &h->last_affected) == 0 && copy(m->arena, &h->channel) == 0 &&
	     copy(m->arena, &h->note) == 0 && packed_list_copy(row->symbols, m->arena, &h->symbols);
	return ok ? 0 : -ERR_NOMEM;
}

static int consider(struct matching *m, const struct shard_row *row, struct str version,
		    const struct judged *j)
{
	if (!counts_for_module(row, m->q->module) || !counts_for_arch(row, m->q->arch) ||
	    !counts_for_channel(row, m->q, version))
		return 0;
	m->result->n_rows++;
	if (j->verdict == INSIDE)
		return make_claim(m, row, j,
				  row->status == STATUS_NOT_AFFECTED ? &m->opposing
								     : &m->affecting);
	/* above the end of a statement that all before is safe, nothing is said */
	if (j->verdict == REPAIRED && row->status != STATUS_NOT_AFFECTED)
		return make_claim(m, row, j, &m->opposing);
	return 0;
}

static int consider_rows(struct matching *m, struct str name, struct str version, bool by_binary,
			 struct err *err)
{
	struct judged j = {0};
	struct str judged_ranges = STR_NULL;
	struct shard_rows rows;
	struct shard_row row;
	int r = shard_find(m->shard, name, &rows, err);

	if (r <= 0)
		return r;
	while ((r = shard_next(&rows, &row, err)) > 0) {
		if (row.by_binary != by_binary)
			continue;
		/* rows of equal ranges stand together and decide alike */
		if (!judged_ranges.p || !str_eq(row.ranges, judged_ranges))
			judge(m, &row, version, &j);
		judged_ranges = row.ranges;
		if (consider(m, &row, version, &j) < 0)
			return err_nomem(err);
	}
	return r;
}

static bool opposes(const struct claim *against, const struct match_hit *hit)
{
	bool endless = hit->fixed.n == 0 && hit->last_affected.n == 0;

	if (against->denied)
		return true;
	return endless || (is_offer(hit->channel) && against->hit.channel.n == 0);
}

/* Highest fix wins; what a row says beyond it is kept from the one that says more. */
static int merge(struct matching *m, struct match_hit *into, const struct match_hit *other,
		 struct err *err)
{
	struct match_hit winner = *into, loser = *other;
	int order = 0, r = 0;

	if (into->fixed.n && other->fixed.n)
		r = compare(m, other->fixed, into->fixed, &order, err);
	else
		order = (other->fixed.n > 0) - (into->fixed.n > 0);
	/* a fix for everybody is better than one in a channel */
	if (into->fixed.n && other->fixed.n && is_offer(into->channel) != is_offer(other->channel))
		order = is_offer(into->channel) ? 1 : -1;
	if (r == 0 && order > 0) {
		winner = *other;
		loser = *into;
	}
	if (winner.severity == SEVERITY_UNKNOWN)
		winner.severity = loser.severity;
	if (winner.status == STATUS_AFFECTED && winner.fixed.n == 0)
		winner.status = loser.status;
	if (winner.note.n == 0)
		winner.note = loser.note;
	*into = winner;
	return r;
}

/* The hits so far, and where each vulnerability's is. */
struct hits {
	struct vec list; /* struct match_hit; without a vulnerability: dropped */
	struct map at;	 /* vulnerability -> number, from 1 */
};

static struct match_hit *find_hit(const struct hits *hits, struct str vulnerability)
{
	uintptr_t number = (uintptr_t)map_get(&hits->at, vulnerability);
	struct match_hit *h = number ? vec_at(&hits->list, number - 1) : NULL;

	return h && h->vulnerability.n ? h : NULL;
}

static int new_hit(struct hits *hits, struct str vulnerability, const struct match_hit *hit)
{
	struct match_hit *h = vec_push(&hits->list);

	if (!h)
		return -ERR_NOMEM;
	*h = *hit;
	h->vulnerability = vulnerability;
	return map_put(&hits->at, vulnerability, (void *)(uintptr_t)hits->list.n);
}

static int names_of(struct matching *m, uint32_t advisory, struct str_list *ret, struct err *err)
{
	struct shard_advisory a;
	int r = shard_advisory(m->shard, advisory, m->arena, &a, err);

	*ret = r < 0 ? (struct str_list){0} : a.vulnerabilities;
	return r;
}

static int add_hits(struct matching *m, const struct claim *c, struct hits *hits, struct err *err)
{
	struct str_list names;
	int r = names_of(m, c->advisory, &names, err);

	for (size_t i = 0; i < names.n && r >= 0; i++) {
		struct match_hit *h = find_hit(hits, names.p[i]);

		if (h)
			r = merge(m, h, &c->hit, err);
		else if (new_hit(hits, names.p[i], &c->hit) < 0)
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
		struct match_hit *h = find_hit(hits, names.p[i]);

		if (h && opposes(against, h))
			h->vulnerability = STR_NULL;
	}
	return r;
}

static int by_vulnerability(const void *va, const void *vb)
{
	const struct match_hit *a = va, *b = vb;

	return str_cmp(a->vulnerability, b->vulnerability);
}

/* Those that were not dropped, sorted, into the arena. */
static int give_back(struct matching *m, struct vec *list, struct err *err)
{
	struct match_hit *to = arena_array(m->arena, list->n, sizeof *to);

	if (!to)
		return err_nomem(err);
	vec_sort(list, by_vulnerability);
	m->result->hits = to;
	for (size_t i = 0; i < list->n; i++) {
		const struct match_hit *h = vec_at(list, i);

		if (h->vulnerability.n)
			to[m->result->n++] = *h;
	}
	return 0;
}

static int settle(struct matching *m, struct err *err)
{
	struct hits hits = {.list = VEC_INIT(struct match_hit, LIMIT_FINDINGS)};
	int r = 0;

	map_init(&hits.at, LIMIT_FINDINGS);
	for (size_t i = 0; i < m->affecting.n && r >= 0; i++)
		r = add_hits(m, vec_at(&m->affecting, i), &hits, err);
	for (size_t i = 0; i < m->opposing.n && r >= 0; i++)
		r = drop_opposed(m, vec_at(&m->opposing, i), &hits, err);
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
	struct str binary = q->binary.n ? q->binary : q->name;
	struct str binary_version = q->binary_version.n ? q->binary_version : q->version;
	const char *scheme = ecosystem_scheme(shard_name(shard));
	int r;

	*ret = (struct match_result){0};
	if (!scheme || !version_scheme_find(str_of(scheme), &m.scheme))
		return err_set(err, ERR_UNSUPPORTED, "%.*s: no order of versions is known for it",
			       STR_FMT(shard_name(shard)));
	r = consider_rows(&m, q->name, q->version, false, err);
	if (r >= 0)
		r = consider_rows(&m, binary, binary_version, true, err);
	if (r >= 0 && m.affecting.n)
		r = settle(&m, err);
	vec_done(&m.affecting);
	vec_done(&m.opposing);
	return r < 0 ? r : 0;
}
