/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/osv_ranges.h"

#include <stdlib.h>

#include "base/limits.h"
#include "package/version.h"
#include "vuln/ecosystem.h"

#define COMPARISONS_MAX ((size_t)1 << 22) /* of one package's versions with its intervals */

enum event_kind { EVENT_FIXED, EVENT_INTRODUCED, EVENT_LAST_AFFECTED, EVENT_LIMIT };

static const struct {
	const char *key;
	enum event_kind kind;
} event_kinds[] = {
	{"introduced", EVENT_INTRODUCED},
	{"fixed", EVENT_FIXED},
	{"last_affected", EVENT_LAST_AFFECTED},
	{"limit", EVENT_LIMIT},
};

struct event {
	enum event_kind kind;
	struct str version; /* empty: before all versions */
	size_t at;
};

struct order {
	enum version_scheme scheme;
	bool known;  /* the scheme */
	bool failed; /* to order two versions */
};

static struct order order_of(struct str shard)
{
	const char *name = ecosystem_scheme(shard);
	struct order o = {0};

	o.known = name && version_scheme_find(str_of(name), &o.scheme);
	return o;
}

static int compare(struct order *o, struct str a, struct str b)
{
	int order = 0;

	if (a.n == 0 || b.n == 0)
		return (a.n > 0) - (b.n > 0);
	if (version_compare(o->scheme, a, b, &order, NULL) < 0)
		o->failed = true;
	return order;
}

static int by_version(const void *pa, const void *pb, void *context)
{
	const struct event *a = pa, *b = pb;
	int order = compare(context, a->version, b->version);

	if (order == 0)
		order = (a->kind > b->kind) - (a->kind < b->kind);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static int by_place(const void *pa, const void *pb)
{
	const struct event *a = pa, *b = pb;

	return (a->at > b->at) - (a->at < b->at);
}

/* Versions that no one can order stay as they are written. */
static void sort_events(struct vec *events, struct order *o)
{
	if (events->n < 2 || !o->known)
		return;
	o->failed = false;
	qsort_r(events->p, events->n, sizeof(struct event), by_version, o);
	if (o->failed)
		qsort(events->p, events->n, sizeof(struct event), by_place);
}

/* Two in one object are against the schema, but clear: each is an event. */
static bool read_event(const struct json *v, struct vec *events)
{
	bool any = false;
	struct event *e;

	for (size_t i = 0; i < ARRAY_LEN(event_kinds); i++) {
		struct str version = json_get_str(v, event_kinds[i].key);

		if (version.n == 0)
			continue;
		any = true;
		if (event_kinds[i].kind == EVENT_LIMIT && str_is(version, "*"))
			continue; /* no limit */
		if (event_kinds[i].kind == EVENT_INTRODUCED && str_is(version, "0"))
			version = STR_NULL;
		e = vec_push(events);
		if (!e)
			return false;
		*e = (struct event){event_kinds[i].kind, version, events->n};
	}
	return any;
}

/* An open end, with what is known of it beside the range. */
static void add_open(struct draft *d, struct str introduced, struct str bound)
{
	if (str_pull_prefix(&bound, STR("<=")))
		draft_interval(d, introduced, STR_NULL, str_trim(bound));
	else if (str_pull_prefix(&bound, STR("<")))
		draft_interval(d, introduced, str_trim(bound), STR_NULL);
	else
		draft_interval(d, introduced, STR_NULL, STR_NULL);
}

static void add_intervals(struct draft *d, const struct vec *events, struct str bound)
{
	struct str introduced = STR_NULL;
	bool open = false;

	for (size_t i = 0; i < events->n; i++) {
		const struct event *e = vec_at(events, i);

		if (e->kind == EVENT_INTRODUCED) {
			introduced = open ? introduced : e->version;
			open = true;
		} else if (open) {
			bool last = e->kind == EVENT_LAST_AFFECTED;

			draft_interval(d, introduced, last ? STR_NULL : e->version,
				       last ? e->version : STR_NULL);
			open = false;
		}
	}
	if (open)
		add_open(d, introduced, bound);
}

static bool has_introduced(const struct vec *events)
{
	for (size_t i = 0; i < events->n; i++)
		if (((const struct event *)vec_at(events, i))->kind == EVENT_INTRODUCED)
			return true;
	return false;
}

static void read_range(struct draft *d, struct order *o, const struct json *range, struct str bound)
{
	const struct json *list = json_get(range, "events");
	struct vec events = VEC_INIT(struct event, LIMIT_ADVISORY_ITEMS);

	if (json_kind_of(list) != JSON_KIND_LIST)
		draft_fail(d, ERR_FORMAT, "a range without a list \"events\"");
	for (size_t i = 0; i < json_len(list) && !d->failed; i++)
		if (!read_event(json_at(list, i), &events))
			draft_fail(d, ERR_FORMAT,
				   "events[%zu]: neither introduced, fixed, "
				   "last_affected nor limit with a version",
				   i);
	if (!d->failed && !has_introduced(&events))
		draft_fail(d, ERR_FORMAT, "a range without \"introduced\"");
	if (!d->failed) {
		sort_events(&events, o);
		add_intervals(d, &events, bound);
	}
	vec_done(&events);
}

static bool is_of_versions(const struct json *range)
{
	struct str type = json_get_str(range, "type");

	return str_is(type, "SEMVER") || str_is(type, "ECOSYSTEM");
}

void osv_ranges(struct draft *d, struct str shard, const struct json *ranges, struct str bound)
{
	struct order o = order_of(shard);

	for (size_t i = 0; i < json_len(ranges) && !d->failed; i++) {
		const struct json *range = json_at(ranges, i);

		if (is_of_versions(range))
			read_range(d, &o, range, bound);
		else if (!str_is(json_get_str(range, "type"), "GIT"))
			draft_fail(d, ERR_FORMAT,
				   "ranges[%zu]: type is not SEMVER, ECOSYSTEM or GIT", i);
	}
}

bool osv_has_ranges(const struct json *ranges)
{
	for (size_t i = 0; i < json_len(ranges); i++)
		if (is_of_versions(json_at(ranges, i)))
			return true;
	return false;
}

bool osv_affects_all(const struct json *ranges)
{
	const struct json *events = json_get(json_at(ranges, 0), "events");

	return json_len(ranges) == 1 && is_of_versions(json_at(ranges, 0)) &&
	       json_len(events) == 1 && str_is(json_get_str(json_at(events, 0), "introduced"), "0");
}

static bool is_inside(struct order *o, const struct advisory_interval *i, struct str version)
{
	if (i->introduced.n && compare(o, version, i->introduced) < 0)
		return false;
	if (i->fixed.n)
		return compare(o, version, i->fixed) < 0;
	return i->last_affected.n == 0 || compare(o, version, i->last_affected) <= 0;
}

static bool is_covered(struct order *o, const struct vec *intervals, struct str version)
{
	for (size_t i = 0; i < intervals->n; i++) {
		o->failed = false;
		if (is_inside(o, vec_at(intervals, i), version) && !o->failed)
			return true;
	}
	return false;
}

void osv_versions(struct draft *d, struct str shard, const struct json *versions)
{
	struct order o = order_of(shard);
	bool too_many = d->intervals.n && json_len(versions) > COMPARISONS_MAX / d->intervals.n;

	if (json_kind_of(versions) != JSON_KIND_LIST)
		return;
	for (size_t i = 0; i < json_len(versions) && !d->failed; i++) {
		struct str version = json_str(json_at(versions, i));

		if (too_many || !o.known || !is_covered(&o, &d->intervals, version))
			draft_add(d, &d->versions, version);
	}
}
