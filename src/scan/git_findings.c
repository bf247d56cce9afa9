/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_findings.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/map.h"

/* One secret at one path, in all versions of it. */
struct group {
	size_t oldest;		  /* into the report's findings */
	struct git_origin origin; /* of the oldest */
	bool is_reachable, in_head;
	uint64_t n;
};

struct grouping {
	const struct git_history *h;
	struct report *report;
	struct map groups; /* path and fingerprint -> struct group */
	struct arena arena;
};

static bool is_of_history(const struct finding *f, struct str *ret_commit, struct str *ret_path)
{
	return f->kind == FINDING_SECRET && f->n_locations &&
	       str_cut(f->locations[0].path, ':', ret_commit, ret_path);
}

static int add(struct grouping *g, size_t i)
{
	const struct finding *f = vec_at(&g->report->findings, i);
	struct str commit, path, key;
	struct git_origin origin;
	struct group *group;
	bool found;

	if (!is_of_history(f, &commit, &path))
		return 0;
	key = arena_strf(&g->arena, "%.*s\x1f%.*s\x1f%.*s", STR_FMT(f->rule),
			 STR_FMT(f->fingerprint), STR_FMT(path));
	group = key.p ? map_get(&g->groups, key) : NULL;
	found = git_history_origin(g->h, commit, path, &origin);
	if (!group) {
		group = arena_alloc(&g->arena, sizeof *group);
		if (!group || map_put(&g->groups, key, group) < 0)
			return -ERR_NOMEM;
		*group = (struct group){.n = 0};
	}
	group->n++;
	group->in_head |= origin.in_head;
	if (group->n == 1 ||
	    (found && (!group->is_reachable || origin.number < group->origin.number))) {
		group->oldest = i;
		group->origin = origin;
		group->is_reachable |= found;
	}
	return 0;
}

#define STEPS_MAX 16

struct steps {
	struct str p[STEPS_MAX];
	size_t n;
};

static void step(struct steps *s, struct arena *a, const char *name, const char *value)
{
	if (s->n < STEPS_MAX)
		s->p[s->n++] = arena_strf(a, "%s=%s", name, value);
}

static void tell_origin(struct steps *s, struct arena *a, const struct group *g)
{
	char time[CLOCK_TEXT_MAX], number[24];

	if (g->is_reachable) {
		step(s, a, "commit", g->origin.commit);
		step(s, a, "author", g->origin.author);
		if (clock_format(g->origin.time, time))
			step(s, a, "date", time);
	}
	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)g->n);
	step(s, a, "versions", number);
	step(s, a, "visible",
	     g->origin.is_message ? "in the message, to all who have the history"
	     : g->in_head	  ? "in the commit that is checked out"
	     : g->is_reachable
		     ? "not in the commit that is checked out, still readable in the history"
		     : "no branch or tag reaches it, still readable in the repository");
}

/* What shows where takes the place of what an image's finding says of it. */
static int describe(struct report *report, const struct group *g)
{
	struct finding *f = vec_at(&report->findings, g->oldest);
	struct arena *a = &report->arena;
	struct steps s = {.n = 0};
	struct str *kept;

	for (size_t i = 0; i < f->evidence.n; i++)
		if (str_has_prefix(f->evidence.p[i], STR("visible=")))
			tell_origin(&s, a, g);
		else if (s.n < STEPS_MAX)
			s.p[s.n++] = f->evidence.p[i];
	kept = arena_array(a, s.n, sizeof *kept);
	if (!kept || a->failed)
		return -ERR_NOMEM;
	memcpy(kept, s.p, s.n * sizeof *kept);
	f->evidence = (struct str_list){kept, s.n};
	if (!g->in_head && !g->origin.is_message)
		f->title = arena_strf(a, "%.*s, in the history only", STR_FMT(f->title));
	return 0;
}

/* Keeps the oldest of each group, and what is of none, in their order. */
static int keep_oldest(const struct grouping *g, struct err *err)
{
	struct vec *findings = &g->report->findings;
	CLEANUP(freep) bool *keep = calloc(findings->n + 1, sizeof *keep);
	struct str key, commit, path;
	size_t at = 0, n = 0;
	void *group;

	if (!keep)
		return err_nomem(err);
	while (map_next(&g->groups, &at, &key, &group))
		keep[((const struct group *)group)->oldest] = true;
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *f = vec_at(findings, i);

		if (keep[i] || !is_of_history(f, &commit, &path))
			*(struct finding *)vec_at(findings, n++) = *f;
	}
	vec_cut(findings, n);
	return 0;
}

static int describe_all(const struct grouping *g, struct err *err)
{
	struct str key;
	void *group;
	size_t at = 0;
	int r = 0;

	while (r == 0 && map_next(&g->groups, &at, &key, &group))
		r = describe(g->report, group);
	return r < 0 ? err_nomem(err) : keep_oldest(g, err);
}

int git_findings(const struct git_history *h, struct report *report, struct err *err)
{
	struct grouping g = {.h = h, .report = report};
	int r = 0;

	map_init(&g.groups, LIMIT_FINDINGS);
	arena_init(&g.arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < report->findings.n && r == 0; i++)
		r = add(&g, i);
	r = r < 0 ? err_nomem(err) : describe_all(&g, err);
	map_done(&g.groups);
	arena_done(&g.arena);
	return r;
}
