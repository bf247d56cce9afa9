/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/why_not.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "package/version.h"
#include "vuln/assess.h"
#include "vuln/ecosystem.h"
#include "vuln/match.h"
#include "vuln/vendor.h"

#define REASONS_MAX 4096
#define NAMES_SHOWN 5

/* A package of the report, as its shard is asked of it. */
struct asked {
	const struct report_package *package;
	struct match_query query;
	bool hit; /* the matcher calls it affected by what is asked about */
};

/* One shard that packages are asked of. */
struct place {
	struct str name;
	struct shard *shard; /* NULL: the database has none */
	struct vec asked;    /* struct asked */
};

struct inquiry {
	struct db *db;
	struct report *report;
	struct str id;
	struct arena *arena;
	struct vec *reasons;
	struct vec places; /* struct place */
	/* of the place that is looked at */
	struct place *place;
	struct shard_numbers records;
	struct str canonical;
	enum version_scheme scheme;
	bool without_epoch; /* of the row and the package that are looked at */
	struct vec missing; /* struct str: names that are not installed */
	bool answered;
};

const char *reason_kind_name(enum reason_kind k)
{
	static const char *const names[] = {
		[REASON_NOT_ASSESSED] = "not assessed",
		[REASON_AFFECTED] = "affected",
		[REASON_UNDECIDED] = "undecided",
		[REASON_OTHER_BUILD] = "other build",
		[REASON_OUTWEIGHED] = "outweighed",
		[REASON_NOT_AFFECTED] = "not affected",
		[REASON_FIXED] = "fixed",
		[REASON_OUTSIDE] = "outside the range",
		[REASON_NOT_INSTALLED] = "not installed",
		[REASON_WITHDRAWN] = "withdrawn",
		[REASON_ELSEWHERE] = "known elsewhere",
		[REASON_UNKNOWN] = "unknown",
	};

	return names[k];
}

static struct reason *add(struct inquiry *q, enum reason_kind kind, struct str shard)
{
	struct reason *r = vec_push(q->reasons);

	if (r)
		*r = (struct reason){.kind = kind, .shard = shard};
	return r;
}

/* text.p NULL: the arena was full. */
static int say(struct inquiry *q, enum reason_kind kind, struct str shard, struct str text,
	       struct err *err)
{
	struct reason *r = add(q, kind, shard);

	if (!r)
		return q->reasons->n == q->reasons->max ? 0 : err_nomem(err); /* enough is said */
	r->text = text;
	return text.p ? 0 : err_nomem(err);
}

/* ---- which shards are asked of what ---- */

static struct place *place_of(struct inquiry *q, struct str name, struct shard *shard)
{
	struct place *p;

	for (size_t i = 0; i < q->places.n; i++) {
		p = vec_at(&q->places, i);
		if (str_eq(p->name, name))
			return p;
	}
	p = vec_push(&q->places);
	if (p)
		*p = (struct place){name, shard, VEC_INIT(struct asked, LIMIT_PACKAGES)};
	return p;
}

static int say_foreign(struct inquiry *q, size_t n, struct str vendor, struct err *err)
{
	struct str text = arena_strf(q->arena,
				     "%zu made by another vendor than the distribution (%.*s), "
				     "whose advisories do not speak of them",
				     n, STR_FMT(vendor));

	return n ? say(q, REASON_NOT_ASSESSED, STR("packages of other vendors"), text, err) : 0;
}

static int place_packages(struct inquiry *q, struct err *err)
{
	size_t n_foreign = 0;
	struct str vendor = STR_NULL;

	for (size_t i = 0; i < q->report->packages.n; i++) {
		const struct report_package *rp = vec_at(&q->report->packages, i);
		struct match_query query;
		struct shard *shard = NULL;
		struct place *place;
		struct asked *asked;
		struct str name;
		int r;

		if (vendor_is_foreign(&q->report->distro, &rp->p)) {
			vendor = n_foreign++ ? vendor : rp->p.vendor;
			continue;
		}
		r = assess_question(q->db, q->report, rp, &name, &shard, &query, err);

		if (r < 0)
			return r;
		place = place_of(q, name, shard);
		asked = place ? vec_push(&place->asked) : NULL;
		if (!asked)
			return err_nomem(err);
		*asked = (struct asked){rp, query, false};
	}
	return say_foreign(q, n_foreign, vendor, err);
}

/* ---- one row against one package ---- */

static struct str version_of(const struct asked *a, const struct shard_row *row)
{
	return row->by_binary && a->query.binary_version.n ? a->query.binary_version
							   : a->query.version;
}

static int compare(const struct inquiry *q, struct str a, struct str b, int *ret, struct err *why)
{
	return match_compare(q->scheme, q->without_epoch, a, b, ret, why);
}

/* What an interval says of the version; kind OTHER_BUILD: it is inside. */
static enum reason_kind judge(struct inquiry *q, const struct advisory_interval *in, struct str v,
			      struct str *ret_text, struct err *why)
{
	const char *scheme = ecosystem_scheme(q->place->name);
	int order = 0;

	if (in->introduced.n && !str_is(in->introduced, "0")) {
		if (compare(q, v, in->introduced, &order, why) < 0)
			return REASON_UNDECIDED;
		if (order < 0) {
			*ret_text =
				arena_strf(q->arena, "%.*s < %.*s, the first affected version (%s)",
					   STR_FMT(v), STR_FMT(in->introduced), scheme);
			return REASON_OUTSIDE;
		}
	}
	if (in->fixed.n) {
		if (compare(q, v, in->fixed, &order, why) < 0)
			return REASON_UNDECIDED;
		*ret_text =
			arena_strf(q->arena, "%.*s %s %.*s, the version with the fix (%s)",
				   STR_FMT(v), order < 0 ? "<" : ">=", STR_FMT(in->fixed), scheme);
		return order < 0 ? REASON_OTHER_BUILD : REASON_FIXED;
	}
	if (in->last_affected.n) {
		if (compare(q, v, in->last_affected, &order, why) < 0)
			return REASON_UNDECIDED;
		*ret_text = arena_strf(q->arena, "%.*s %s %.*s, the last affected version (%s)",
				       STR_FMT(v),
				       order > 0 ? ">" : "<=", STR_FMT(in->last_affected), scheme);
		return order > 0 ? REASON_OUTSIDE : REASON_OTHER_BUILD;
	}
	*ret_text = arena_strf(q->arena, "%.*s is in the range, which has no end", STR_FMT(v));
	return REASON_OTHER_BUILD;
}

/* One by one, as the matcher compares them. */
static enum reason_kind judge_versions(struct inquiry *q, const struct shard_row *row, struct str v,
				       struct str *ret_text, struct err *why)
{
	struct packed_list versions = row->versions;
	struct str listed;
	bool undecided = false;

	while (packed_next(&versions, &listed)) {
		int order = 0, r = 0;

		if (!str_eq(listed, v))
			r = compare(q, v, listed, &order, why);
		undecided |= r < 0;
		if (r == 0 && order == 0) {
			*ret_text = arena_strf(q->arena, "%.*s is listed as affected", STR_FMT(v));
			return REASON_OTHER_BUILD;
		}
	}
	if (undecided)
		return REASON_UNDECIDED;
	*ret_text = arena_strf(q->arena, "%.*s is none of the %zu versions listed as affected",
			       STR_FMT(v), row->versions.n);
	return REASON_OUTSIDE;
}

static enum reason_kind judge_constraint(struct inquiry *q, const struct shard_row *row,
					 struct str v, struct str *ret_text, struct err *why)
{
	struct str shown = str_sub(row->constraint, 0, 256);
	struct version_range range;
	bool inside = false;

	if (version_range_parse(q->scheme, row->constraint, q->arena, &range, why) < 0 ||
	    version_range_match(&range, v, &inside, why) < 0)
		return REASON_UNDECIDED;
	*ret_text = arena_strf(q->arena, "%.*s is %s \"%.*s\" (%s)", STR_FMT(v),
			       inside ? "inside" : "outside", STR_FMT(shown),
			       ecosystem_scheme(q->place->name));
	return inside ? REASON_OTHER_BUILD : REASON_OUTSIDE;
}

/* Lists and constraints, where no interval holds: any of them makes it affected. */
static enum reason_kind judge_others(struct inquiry *q, const struct shard_row *row, struct str v,
				     enum reason_kind kind, struct str *ret_text, struct err *why)
{
	struct str text = STR_NULL;
	enum reason_kind one = REASON_OUTSIDE;
	bool undecided;

	if (row->versions.n)
		one = judge_versions(q, row, v, &text, why);
	undecided = one == REASON_UNDECIDED;
	if (one != REASON_OTHER_BUILD && row->constraint.n)
		one = judge_constraint(q, row, v, &text, why);
	if (one == REASON_UNDECIDED || (one == REASON_OUTSIDE && undecided)) {
		text = arena_str(q->arena, str_of(why->msg));
		one = REASON_UNDECIDED;
	}
	/* That it is fixed says more than that it is in no list. */
	if (one == REASON_OUTSIDE && row->intervals.n)
		return kind;
	*ret_text = text;
	return one;
}

/* The interval that speaks loudest: inside, then fixed, then the last one; then the rest. */
static enum reason_kind judge_intervals(struct inquiry *q, const struct shard_row *row,
					struct str v, struct str *ret_text, struct err *why,
					bool *ret_undecided)
{
	struct packed_list intervals = row->intervals;
	struct advisory_interval in;
	enum reason_kind kind = REASON_OUTSIDE;

	while (kind != REASON_OTHER_BUILD && shard_interval_next(&intervals, &in)) {
		struct str text = *ret_text;
		enum reason_kind one = judge(q, &in, v, &text, why);

		if (one == REASON_UNDECIDED) {
			*ret_undecided = true;
		} else if (one <= kind || kind == REASON_OUTSIDE) {
			*ret_text = text;
			kind = one;
		}
	}
	return kind;
}

/* What cannot be ordered is passed over, as by the matcher: another part may decide. */
static enum reason_kind judge_row(struct inquiry *q, const struct shard_row *row, struct str v,
				  struct str *ret_text)
{
	struct err why = {0}, other = {0};
	bool undecided = false;
	enum reason_kind kind;

	*ret_text = STR("all versions are meant");
	if (!row->intervals.n && !row->versions.n && !row->constraint.n)
		return REASON_OTHER_BUILD;
	kind = judge_intervals(q, row, v, ret_text, &why, &undecided);
	if (kind != REASON_OTHER_BUILD && (row->versions.n || row->constraint.n))
		kind = judge_others(q, row, v, kind, ret_text, &other);
	if (!undecided || kind == REASON_OTHER_BUILD)
		return kind;
	*ret_text = arena_str(q->arena, str_of(why.msg));
	return REASON_UNDECIDED;
}

/* What else the row asks for, behind the text. */
static struct str with_conditions(struct inquiry *q, const struct shard_row *row, struct str text)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);
	struct packed_list arches = row->arches;
	struct str arch;

	strbuf_add(&sb, str_sub(text, 0, 4096));
	if (row->module.n)
		strbuf_addf(&sb, "; for the module %.*s", STR_FMT(row->module));
	if (row->channel.n)
		strbuf_addf(&sb, "; for %.*s", STR_FMT(row->channel));
	for (bool first = true; packed_next(&arches, &arch); first = false)
		strbuf_addf(&sb, "%s%.*s", first ? "; for " : ", ", STR_FMT(arch));
	if (row->note.n)
		strbuf_addf(&sb, "; note: %.*s", STR_FMT(str_sub(row->note, 0, 4096)));
	return arena_str(q->arena, strbuf_str(&sb));
}

static int name_record(struct inquiry *q, const struct shard_row *row, struct reason *to,
		       struct err *err)
{
	const struct shard_feed *feed = shard_feed(q->place->shard, row->feed);
	struct shard_advisory a;
	int r = shard_advisory(q->place->shard, row->advisory, q->arena, &a, err);

	if (r < 0)
		return r;
	to->record = a.id;
	if (feed)
		to->feed = arena_strf(q->arena, "%.*s%s%.*s", STR_FMT(feed->id),
				      feed->date.n ? " of " : "", STR_FMT(feed->date));
	return 0;
}

static int answer(struct inquiry *q, const struct asked *a, const struct shard_row *row,
		  struct err *err)
{
	struct str text = STR_NULL;
	enum reason_kind kind;
	struct reason *to;

	q->without_epoch = a->query.is_epoch_unknown && !row->by_binary;
	kind = judge_row(q, row, version_of(a, row), &text);
	if (row->status == STATUS_NOT_AFFECTED)
		text = arena_strf(q->arena, "the publisher says: not affected; %.*s",
				  STR_FMT(text));
	if (row->status == STATUS_NOT_AFFECTED)
		kind = kind == REASON_OTHER_BUILD ? REASON_NOT_AFFECTED : REASON_OUTSIDE;
	else if (kind == REASON_OTHER_BUILD && a->hit)
		kind = REASON_AFFECTED;
	else if (kind == REASON_OTHER_BUILD && !row->module.n && !row->channel.n && !row->arches.n)
		kind = REASON_OUTWEIGHED;
	if (kind == REASON_OUTWEIGHED)
		text = arena_strf(q->arena,
				  "%.*s; another record of the same CVE decides in this release",
				  STR_FMT(text));
	to = add(q, kind, q->place->name);
	if (!to)
		return 0; /* enough is said */
	q->answered = true;
	to->package = arena_strf(q->arena, "%.*s %.*s", STR_FMT(a->package->p.name),
				 STR_FMT(a->package->p.version));
	to->text = with_conditions(q, row, text);
	return to->text.p ? name_record(q, row, to, err) : err_nomem(err);
}

/* ---- one shard ---- */

static bool is_wanted(const struct inquiry *q, uint32_t advisory)
{
	for (size_t i = 0; i < q->records.n; i++)
		if (q->records.p[i] == advisory)
			return true;
	return false;
}

static int look_at_row(struct inquiry *q, struct str name, const struct shard_row *row,
		       bool *ret_installed, struct err *err)
{
	for (size_t i = 0; i < q->place->asked.n; i++) {
		const struct asked *a = vec_at(&q->place->asked, i);
		struct str own =
			row->by_binary && a->query.binary.n ? a->query.binary : a->query.name;
		int r;

		if (!str_eq(own, name))
			continue;
		*ret_installed = true;
		r = answer(q, a, row, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Matching looks up rows itself, so it is done before any are held. */
static int match_asked(struct inquiry *q, struct str name, struct err *err)
{
	for (size_t i = 0; i < q->place->asked.n; i++) {
		struct asked *a = vec_at(&q->place->asked, i);
		struct match_result result;
		int r;

		if (!str_eq(a->query.name, name) && !str_eq(a->query.binary, name))
			continue;
		r = match_package(q->place->shard, &a->query, q->arena, &result, err);
		if (r < 0)
			return r;
		for (size_t k = 0; k < result.n; k++)
			a->hit |= str_eq(result.hits[k].vulnerability, q->canonical);
	}
	return 0;
}

static int look_at_rows(struct inquiry *q, struct str name, struct err *err)
{
	struct shard_rows rows;
	struct shard_row row;
	bool wanted = false, installed = false;
	int r = shard_find(q->place->shard, name, &rows, err);

	if (r <= 0)
		return r;
	while (r >= 0 && (r = shard_next(&rows, &row, err)) > 0) {
		if (!is_wanted(q, row.advisory))
			continue;
		wanted = true;
		r = look_at_row(q, name, &row, &installed, err);
		if (r < 0)
			return r;
	}
	if (r == 0 && wanted && !installed) {
		struct str *slot = vec_push(&q->missing);

		if (slot)
			*slot = name;
	}
	return r < 0 ? r : 0;
}

static int look_at_package(struct inquiry *q, struct str name, struct err *err)
{
	int r = match_asked(q, name, err);

	return r < 0 ? r : look_at_rows(q, name, err);
}

/* The names that records of the vulnerability are about. */
struct names {
	struct inquiry *q;
	struct vec list; /* struct str */
};

static int note_name(void *ctx, struct str name, struct shard_rows rows, struct err *err)
{
	struct names *names = ctx;
	struct shard_row row;
	int r;

	while ((r = shard_next(&rows, &row, err)) > 0) {
		struct str *slot;

		if (!is_wanted(names->q, row.advisory))
			continue;
		slot = vec_push(&names->list);
		if (slot)
			*slot = arena_str(names->q->arena, name);
		return !slot || slot->p ? 0 : err_nomem(err);
	}
	return r;
}

static int say_missing(struct inquiry *q, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);

	if (q->missing.n == 0 || q->answered)
		return 0;
	strbuf_adds(&sb, "it is about ");
	for (size_t i = 0; i < q->missing.n && i < NAMES_SHOWN; i++) {
		const struct str *name = vec_at(&q->missing, i);

		strbuf_adds(&sb, i ? ", " : "");
		strbuf_add(&sb, str_sub(*name, 0, 1024));
	}
	if (q->missing.n > NAMES_SHOWN)
		strbuf_addf(&sb, " and %zu more", q->missing.n - NAMES_SHOWN);
	strbuf_adds(&sb, q->missing.n == 1 ? ", which is not installed"
					   : ", none of which is installed");
	return say(q, REASON_NOT_INSTALLED, q->place->name, arena_str(q->arena, strbuf_str(&sb)),
		   err);
}

static int look_at_records(struct inquiry *q, struct err *err)
{
	struct names names = {.q = q, .list = VEC_INIT(struct str, LIMIT_PACKAGES)};
	int r = shard_each_package(q->place->shard, note_name, &names, err);

	q->missing = (struct vec)VEC_INIT(struct str, LIMIT_PACKAGES);
	q->answered = false;
	for (size_t i = 0; i < names.list.n && r >= 0; i++)
		r = look_at_package(q, *(struct str *)vec_at(&names.list, i), err);
	if (r >= 0)
		r = say_missing(q, err);
	vec_done(&names.list);
	vec_done(&q->missing);
	return r < 0 ? r : 0;
}

static int look_in(struct inquiry *q, struct place *place, struct err *err)
{
	const char *scheme = ecosystem_scheme(place->name);
	int r;

	if (place->name.n == 0)
		return say(q, REASON_NOT_ASSESSED, STR("release not known"),
			   arena_strf(q->arena,
				      "advisories are filed by distribution and release; "
				      "%zu packages belong to none that is known",
				      place->asked.n),
			   err);
	if (!place->shard)
		return say(q, REASON_NOT_ASSESSED, place->name,
			   arena_strf(q->arena, "the database has nothing on %.*s",
				      STR_FMT(place->name)),
			   err);
	q->place = place;
	r = shard_find_id(place->shard, q->id, q->arena, &q->canonical, &q->records, err);
	if (r < 0)
		return r;
	if (r > 0 && scheme && version_scheme_find(str_of(scheme), &q->scheme)) {
		return look_at_records(q, err);
	}
	if (shard_is_withdrawn(place->shard, q->id))
		return say(q, REASON_WITHDRAWN, place->name,
			   STR("its publisher has taken the record back"), err);
	return say(q, REASON_UNKNOWN, place->name, STR("no record of this release speaks of it"),
		   err);
}

/* ---- the rest of the database ---- */

static bool is_asked(const struct inquiry *q, struct str shard)
{
	for (size_t i = 0; i < q->places.n; i++)
		if (str_eq(((const struct place *)vec_at(&q->places, i))->name, shard))
			return true;
	return false;
}

/* 1: a record of the shard speaks of it. */
static int is_known_in(struct inquiry *q, struct str name, struct err *err)
{
	struct shard_numbers records;
	struct shard *shard;
	struct str canonical;
	int r;

	if (is_asked(q, name) || str_is(name, "enrichment"))
		return 0;
	r = db_shard(q->db, name, &shard, err);
	return r > 0 ? shard_find_id(shard, q->id, q->arena, &canonical, &records, err) : r;
}

static bool is_unknown_so_far(const struct inquiry *q)
{
	for (size_t i = 0; i < q->reasons->n; i++)
		if (((const struct reason *)vec_at(q->reasons, i))->kind != REASON_UNKNOWN)
			return false;
	return true;
}

/* So that a mistyped id is not taken for a good sign. */
static int say_unknown(struct inquiry *q, struct err *err)
{
	return say(q, REASON_UNKNOWN, STR("other ecosystems"),
		   STR("no advisory in the database speaks of it: is the id right, and the "
		       "database new enough?"),
		   err);
}

static int look_elsewhere(struct inquiry *q, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);
	const struct index *index = db_index(q->db);

	for (size_t i = 0; i < index->n_shards && sb.n < 32768; i++) {
		struct str name = index->shards[i].name;
		int r = is_known_in(q, name, err);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		strbuf_adds(&sb, sb.n ? ", " : "it is known in ");
		strbuf_add(&sb, str_sub(name, 0, 128));
	}
	if (sb.n == 0)
		return is_unknown_so_far(q) ? say_unknown(q, err) : 0;
	strbuf_adds(&sb, "; nothing in the image is asked there");
	return say(q, REASON_ELSEWHERE, STR("other ecosystems"),
		   arena_str(q->arena, strbuf_str(&sb)), err);
}

static int compare_reasons(const void *va, const void *vb)
{
	const struct reason *a = va, *b = vb;
	int order = (int)a->kind - (int)b->kind;

	if (order == 0)
		order = str_cmp(a->shard, b->shard);
	if (order == 0)
		order = str_cmp(a->package, b->package);
	if (order == 0)
		order = str_cmp(a->record, b->record);
	return order ? order : str_cmp(a->text, b->text);
}

static int look_at_nvd(struct inquiry *q, struct err *err)
{
	struct enrichment e;
	int r = db_enrichment(q->db, q->id, q->arena, &e, err);

	return r <= 0 || !e.rejected
		       ? r
		       : say(q, REASON_WITHDRAWN, STR("NVD"),
			     STR("the id was rejected: it names no vulnerability"), err);
}

static int look_everywhere(struct inquiry *q, struct err *err)
{
	int r = place_packages(q, err);

	for (size_t i = 0; i < q->places.n && r >= 0; i++)
		r = look_in(q, vec_at(&q->places, i), err);
	if (r >= 0)
		r = look_elsewhere(q, err);
	return r < 0 ? r : look_at_nvd(q, err);
}

int why_not(struct db *db, const struct err *missing, struct report *report, struct str id,
	    struct arena *arena, struct vec *ret, struct err *err)
{
	struct inquiry q = {.db = db,
			    .report = report,
			    .id = id,
			    .arena = arena,
			    .reasons = ret,
			    .places = VEC_INIT(struct place, LIMIT_PROBLEMS)};
	int r;

	*ret = (struct vec)VEC_INIT(struct reason, REASONS_MAX);
	if (!db)
		return say(&q, REASON_NOT_ASSESSED, STR_NULL,
			   arena_str(arena, str_of(missing->msg)), err);
	r = look_everywhere(&q, err);
	for (size_t i = 0; i < q.places.n; i++)
		vec_done(&((struct place *)vec_at(&q.places, i))->asked);
	vec_done(&q.places);
	vec_sort(ret, compare_reasons);
	return r < 0 ? r : 0;
}
