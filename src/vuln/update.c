/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/update.h"

#include "base/limits.h"
#include "base/pool.h"
#include "vuln/source.h"

#define OSV_BASE "https://osv-vulnerabilities.storage.googleapis.com"

static const struct source sources[] = {
#define SOURCE(path, url)	     {path, url, NULL, source_file},
#define OSV(directory)		     {"osv", OSV_BASE, directory, source_osv},
#define VEX(root, url)		     {root, url, "", source_vex},
#define REPOSITORY(root, url, rest)  {root, url, rest, source_repository},
#define MIRROR_LIST(root, url, rest) {root, url, rest, source_mirror_list},
#define EXTRAS(root, url, rest)	     {root, url, rest, source_extras},
#include "vuln/source_list.def"
#undef SOURCE
#undef OSV
#undef VEX
#undef REPOSITORY
#undef MIRROR_LIST
#undef EXTRAS
};

/* How it went with one source. */
struct outcome {
	int r;
	struct err why;
};

struct update {
	struct download download;
	struct outcome outcomes[ARRAY_LEN(sources)];
};

/* "https://cdn.example.com/x": "cdn.example.com", with its port. */
static struct str host_of_url(struct str url)
{
	size_t at = str_find(url, STR("://"));
	struct str rest = at < url.n ? str_skip(url, at + 3) : url;

	return str_sub(rest, 0, str_find_char(rest, '/'));
}

static struct str host_of(void *ctx, size_t i)
{
	const struct update *u = ctx;
	const char *from = u->download.options.from;

	return host_of_url(str_of(from ? from : sources[i].url));
}

static void run_source(void *ctx, size_t i)
{
	struct update *u = ctx;
	struct outcome *o = &u->outcomes[i];

	o->r = sources[i].fetch(&sources[i], &u->download, &o->why);
}

static int account(struct update_report *report, const struct source *s, const struct outcome *o,
		   struct err *err)
{
	struct update_problem *p;

	if (o->r >= 0) {
		report->n_fetched += o->r > 0;
		report->n_unchanged += o->r == 0;
		return 0;
	}
	p = vec_push(&report->problems);
	if (o->r == -ERR_NOMEM || !p)
		return err_nomem(err);
	p->absent = o->r == -ERR_NOT_FOUND;
	p->path = arena_strf(&report->arena, "%s%s%s", s->root, s->rest && s->rest[0] ? "/" : "",
			     s->rest ? s->rest : "");
	p->message = arena_str(&report->arena, str_of(o->why.msg));
	report->n_absent += p->absent;
	report->n_failed += !p->absent;
	return arena_check(&report->arena, err);
}

static int run(struct update *u, struct update_report *report, struct err *err)
{
	struct pool pool = {
		.n = ARRAY_LEN(sources),
		.group = host_of,
		.run = run_source,
		.ctx = u,
		.n_threads = LIMIT_FEED_DOWNLOADS,
		.per_group = LIMIT_FEED_HOST_DOWNLOADS,
	};
	int r = pool_run(&pool, err);

	for (size_t i = 0; i < ARRAY_LEN(sources) && r == 0; i++)
		r = account(report, &sources[i], &u->outcomes[i], err);
	report->n_records = atomic_load(&u->download.n_records);
	if (r == 0 && report->n_failed == 0)
		download_sweep(&u->download);
	return r;
}

/* Said once, before each feed says it. */
static int check_from(const char *from, struct err *err)
{
	struct str url = str_of(from ? from : "https://");

	if (str_pull_prefix(&url, STR("http://")) || str_pull_prefix(&url, STR("https://")))
		return 0;
	return err_set(err, ERR_USAGE,
		       "--from \"%s\" is no http or https address; feeds that are on this machine "
		       "are read by plimsoll db build --feeds DIR",
		       from);
}

static int judge(const struct update_options *options, const struct update_report *report,
		 struct err *err)
{
	const struct update_problem *first = NULL;

	for (size_t i = 0; i < report->problems.n && (!first || first->absent); i++)
		first = vec_at(&report->problems, i);
	if (report->n_failed && report->n_fetched + report->n_unchanged == 0)
		return err_set(
			err, ERR_IO,
			"no feed could be fetched, first: %.*s; the database is as it was: is "
			"there a network? https_proxy, --ca-file and --from URL say how to "
			"reach feeds, db build --feeds DIR reads a copy of them",
			STR_FMT(str_sub(first->message, 0, 240)));
	if (report->n_failed && !options->partial)
		return err_set(
			err, ERR_IO,
			"%zu feed%s could not be fetched, first: %.*s; the database is as it "
			"was (--partial goes on without)",
			report->n_failed, report->n_failed == 1 ? "" : "s",
			STR_FMT(str_sub(first->message, 0, 300)));
	if (report->n_fetched + report->n_unchanged == 0)
		return err_set(err, ERR_NOT_FOUND, "no feed is served at %s",
			       options->from ? options->from : "any of the addresses");
	return 0;
}

int update_run(const struct update_options *options, struct update_report *ret, struct err *err)
{
	const struct download_options download = {
		.mirror = options->mirror,
		.from = options->from,
		.ca_file = options->ca_file,
		.done_bytes = options->done_bytes,
		.total_bytes = options->total_bytes,
	};
	struct update *u = calloc(1, sizeof *u);
	int r;

	*ret = (struct update_report){.problems =
					      VEC_INIT(struct update_problem, ARRAY_LEN(sources))};
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	if (!u)
		return err_nomem(err);
	r = check_from(options->from, err);
	if (r == 0)
		r = download_init(&u->download, &download, err);
	if (r == 0)
		r = run(u, ret, err);
	if (r == 0)
		r = judge(options, ret, err);
	download_done(&u->download);
	free(u);
	return r;
}

int update_discard(const char *mirror, struct str path, struct err *err)
{
	struct download d;
	int r = download_init(&d, &(struct download_options){.mirror = mirror}, err);

	if (r == 0)
		download_remove(&d, path);
	download_done(&d);
	return r;
}

void update_report_done(struct update_report *report)
{
	vec_done(&report->problems);
	arena_done(&report->arena);
}
