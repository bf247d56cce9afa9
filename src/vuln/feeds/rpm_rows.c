/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feeds/rpm_rows.h"

#include "base/limits.h"
#include "base/map.h"

void rpm_rows_done(struct rpm_rows *rows)
{
	vec_done(&rows->rows);
}

void rpm_rows_add(struct rpm_rows *rows, const struct rpm_row *row, struct draft *d)
{
	struct rpm_row *place = d->failed ? NULL : vec_push(&rows->rows);

	if (place)
		*place = *row;
	else if (rows->rows.n == LIMIT_ADVISORY_ITEMS)
		draft_fail(d, ERR_LIMIT, "more packages than advisory_items (%d)",
			   (int)LIMIT_ADVISORY_ITEMS);
	else
		draft_fail(d, ERR_NOMEM, "out of memory");
}

static bool is_source(const struct rpm_row *row)
{
	return str_is(row->arch, "src");
}

static int compare(const struct rpm_row *a, const struct rpm_row *b)
{
	const struct str fields[][2] = {
		{a->shard, b->shard},		{a->channel, b->channel}, {a->name, b->name},
		{a->module, b->module},		{a->version, b->version}, {a->note, b->note},
		{a->constraint, b->constraint},
	};
	int c = 0;

	for (size_t i = 0; i < ARRAY_LEN(fields) && c == 0; i++)
		c = str_cmp(fields[i][0], fields[i][1]);
	c = c ? c : (int)a->fixed - (int)b->fixed;
	c = c ? c : (int)is_source(a) - (int)is_source(b);
	c = c ? c : (int)a->severity - (int)b->severity;
	return c ? c : (int)a->status - (int)b->status;
}

static int compare_with_arch(const void *pa, const void *pb)
{
	const struct rpm_row *a = pa, *b = pb;
	int c = compare(a, b);

	return c ? c : str_cmp(a->arch, b->arch);
}

static struct str group_of(const struct rpm_row *row, struct draft *d)
{
	return draft_keepf(d, "%.*s %.*s %.*s", STR_FMT(row->shard), STR_FMT(row->channel),
			   STR_FMT(row->module));
}

static void find_sources(const struct rpm_rows *rows, struct map *groups, struct draft *d)
{
	for (size_t i = 0; i < rows->rows.n && !d->failed; i++) {
		const struct rpm_row *row = vec_at(&rows->rows, i);

		if (row->fixed && is_source(row) && map_put(groups, group_of(row, d), d) < 0)
			draft_fail(d, ERR_NOMEM, "out of memory");
	}
}

static bool is_any_arch(struct str arch)
{
	return arch.n == 0 || str_is(arch, "noarch") || str_is(arch, "src");
}

static void add_arches(struct str arches, struct draft *d)
{
	struct str one;

	while (arches.n && str_pull_until(&arches, '|', &one))
		draft_add(d, &d->arches, one);
}

static void start_package(const struct rpm_row *row, struct draft *d)
{
	struct advisory_affected *p = draft_package(d, row->shard, row->name);

	if (!p)
		return;
	p->channel = row->channel;
	p->module = row->module;
	p->status = row->status;
	p->severity = row->severity;
	p->note = row->note;
	p->by_binary = !is_source(row);
	if (row->constraint.n)
		p->constraint = row->constraint;
	else if (row->fixed)
		draft_interval(d, STR_NULL, row->version, STR_NULL);
	else if (row->status != STATUS_NOT_AFFECTED)
		draft_interval(d, STR_NULL, STR_NULL, row->version);
}

void rpm_rows_end(struct rpm_rows *rows, struct draft *d)
{
	const struct rpm_row *last = NULL;
	struct map groups;

	map_init(&groups, LIMIT_ADVISORY_ITEMS);
	find_sources(rows, &groups, d);
	vec_sort(&rows->rows, compare_with_arch);
	for (size_t i = 0; i < rows->rows.n && !d->failed; i++) {
		const struct rpm_row *row = vec_at(&rows->rows, i);

		if (row->fixed && !is_source(row) && groups.n && map_get(&groups, group_of(row, d)))
			continue;
		if (!last || compare(last, row) != 0)
			start_package(row, d);
		if (!is_any_arch(row->arch))
			add_arches(row->arch, d);
		last = row;
	}
	map_done(&groups);
	vec_cut(&rows->rows, 0);
}

struct str rpm_evr(struct draft *d, struct str epoch, struct str version, struct str release)
{
	if (epoch.n == 0 || str_is(epoch, "0"))
		return draft_keepf(d, "%.*s-%.*s", STR_FMT(version), STR_FMT(release));
	return draft_keepf(d, "%.*s:%.*s-%.*s", STR_FMT(epoch), STR_FMT(version), STR_FMT(release));
}
