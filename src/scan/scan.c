/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include <pthread.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/pool.h"
#include "crypto/digest_stream.h"
#include "inventory/sbom/bom.h"
#include "scan/assemble.h"
#include "scan/cache.h"
#include "scan/directory_scan.h"
#include "scan/git_findings.h"
#include "scan/git_scan.h"
#include "scan/image_facts.h"
#include "scan/needs.h"
#include "scan/opener.h"
#include "scan/sandbox.h"
#include "scan/second_look.h"
#include "scan/stream_scan.h"
#include "scan/target.h"

/* One layer's way through the scan; written by one worker, read after all have ended. */
struct layer_job {
	struct strbuf bytes; /* the record, when it was made now */
	struct str cached;   /* the record, when it came from the cache */
	struct layer_record record;
	bool is_read, from_cache;
	struct err error; /* why the whole scan fails */
};

/* All of them; attached to the report, whose slices point into the records. */
struct layer_jobs {
	struct vec passed; /* struct passed_layer: what jobs without bytes of their own point to */
	size_t n;
	struct layer_job job[];
};

struct scan {
	const struct scan_request *q;
	struct scan_progress *progress;
	struct path_index *index;
	struct scan_plan plan;
	struct cache *cache; /* NULL: none */
	struct source *source;
	struct opener *opener;		   /* NULL: no source */
	struct vec passing;		   /* struct passed_layer: of a source that passes once */
	const struct passed_layer *passed; /* the same, when all have passed; the report's */
	struct layer_job *jobs;
	size_t n;
	/* What is done with each layer now, by several threads. */
	int (*step)(struct scan *s, size_t i, struct layer_job *job, struct err *err);
	size_t *order; /* of the layers: the largest first, so that none is left over at the end */
	atomic_size_t next;    /* into order */
	const char *directory; /* NULL: a source */
};

static void free_jobs(void *p)
{
	struct layer_jobs *jobs = p;

	for (size_t i = 0; i <= jobs->n; i++) {
		strbuf_done(&jobs->job[i].bytes);
		cache_release(jobs->job[i].cached);
	}
	passed_layers_done(&jobs->passed);
	free(jobs);
}

const struct tree *scan_tree(const struct report *report, size_t layer)
{
	const struct layer_jobs *jobs = report->attached;

	if (report->release_attached != free_jobs || layer >= jobs->n || !jobs->job[layer].is_read)
		return NULL;
	return &jobs->job[layer].record.tree;
}

static int add_jobs(struct scan *s, size_t n, struct report *report, struct err *err)
{
	struct layer_jobs *jobs = calloc(1, sizeof *jobs + (n + 1) * sizeof jobs->job[0]);

	if (!jobs)
		return err_nomem(err);
	jobs->n = n;
	jobs->passed = s->passing;
	s->passed = jobs->passed.p;
	s->passing = (struct vec){0};
	for (size_t i = 0; i <= n; i++) /* the last is that of the second look */
		jobs->job[i].bytes = (struct strbuf)STRBUF_INIT(LIMIT_RECORD_BYTES);
	report->attached = jobs;
	report->release_attached = free_jobs;
	s->n = n;
	s->jobs = jobs->job;
	return 0;
}

static int check_digest(const char *what, struct str promised, const struct digest_value *got,
			struct err *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value want;
	int r;

	if (promised.n == 0)
		return 0;
	r = digest_parse(promised, &want, err);
	if (r < 0)
		return err_wrap(err, r, "%s", what);
	if (digest_eq(&want, got))
		return 0;
	if (want.algorithm != got->algorithm)
		return err_set(err, ERR_UNSUPPORTED, "%s %.*s: only sha256 is verified here", what,
			       STR_FMT(promised));
	return err_set(err, ERR_DENIED, "%s is %.*s, but its bytes are %.*s: damaged or replaced",
		       what, STR_FMT(promised), STR_FMT(digest_format(got, text)));
}

static int check_layer(const struct source_layer *layer, const struct layer_facts *facts,
		       struct err *err)
{
	int r = check_digest("digest", layer->digest, &facts->blob, err);

	if (r == 0 && layer->size && layer->size != facts->blob_bytes)
		r = err_set(err, ERR_DENIED, "size is %llu, but it has %llu bytes",
			    (unsigned long long)layer->size, (unsigned long long)facts->blob_bytes);
	/* Of a plain layer all bytes were hashed, also behind a break in its tar. */
	if (r == 0 && (facts->is_complete || facts->compression == COMPRESSION_NONE))
		r = check_digest("diff id", layer->diff_id, &facts->diff, err);
	return r;
}

/* What another try could know better is not kept. */
static bool is_for_cache(const struct layer_facts *f)
{
	return f->is_complete && !f->is_for_once;
}

/* What was learned when the layer passed; the record stays there. */
static int use_passed(const struct scan *s, const struct source_layer *layer, struct layer_job *job,
		      struct err *err)
{
	const struct passed_layer *p = &s->passed[layer->passed - 1];
	int r;

	if (p->error.code != ERR_OK) {
		*err = p->error;
		return -(int)p->error.code;
	}
	job->record = p->record;
	job->from_cache = p->cached.n > 0;
	r = check_layer(layer, &job->record.facts, err);
	if (r == 0 && !job->from_cache && is_for_cache(&p->record.facts))
		cache_store(s->cache, &p->record.facts.blob, layer->identity,
			    strbuf_str(&p->bytes));
	job->is_read = r == 0;
	return r;
}

/* A layer whose record is in the cache is not opened at all, much less downloaded. */
static int find_layer(struct scan *s, size_t i, struct layer_job *job, struct err *err)
{
	const struct source_layer *layer = &s->source->layers[i];
	int r;

	if (layer->passed)
		return use_passed(s, layer, job, err);
	job->from_cache = cache_find(s->cache, layer->digest, layer->identity, &job->cached) &&
			  layer_record_read(job->cached, &job->record, NULL) == 0;
	if (!job->from_cache) {
		atomic_fetch_add(&s->progress->total_bytes, layer->size);
		return 0;
	}
	r = check_layer(layer, &job->record.facts, err);
	job->is_read = r == 0;
	return r;
}

/* A layer's bytes; its digest is verified on the way, if it is not the sha256 that all get. */
static int open_layer(struct scan *s, size_t i, struct source_layer *promised, struct stream **ret,
		      struct err *err)
{
	int r = opener_open(s->opener, i, ret, err);

	if (r < 0 || promised->digest.n == 0 || str_has_prefix(promised->digest, STR("sha256:")))
		return r;
	r = digest_stream_new(*ret, promised->digest, ret, err);
	promised->digest = STR_NULL;
	return r;
}

static int read_layer(struct scan *s, size_t i, struct layer_job *job, struct err *err)
{
	struct source_layer promised = s->source->layers[i];
	struct stream *blob = NULL;
	int r;

	if (job->is_read)
		return 0;
	r = open_layer(s, i, &promised, &blob, err);
	if (r == 0)
		r = layer_scan(blob, &s->plan, s->progress, &job->bytes, err);
	if (r == 0)
		r = layer_record_read(strbuf_str(&job->bytes), &job->record, err);
	if (r == 0)
		r = check_layer(&promised, &job->record.facts, err);
	if (r == 0 && is_for_cache(&job->record.facts))
		cache_store(s->cache, &job->record.facts.blob, promised.identity,
			    strbuf_str(&job->bytes));
	job->is_read = r == 0;
	return r;
}

static void *worker_main(void *context)
{
	struct scan *s = context;

	for (;;) {
		size_t turn = atomic_fetch_add(&s->next, 1), i;
		struct layer_job *job;
		struct err err = {0};
		int r;

		if (turn >= s->n || atomic_load(&s->progress->canceled))
			return NULL;
		i = s->order[turn];
		job = &s->jobs[i];
		if (s->source->layers[i].not_read.n)
			continue;
		r = s->step(s, i, job, &err);
		if (r < 0) {
			(void)err_wrap(&err, r, "layer %zu", i + 1); /* the code is kept in err */
			job->error = err;
			atomic_store(&s->progress->canceled, true);
			source_cancel(s->source);
		}
	}
}

static int largest_first(const void *a, const void *b, void *context)
{
	const struct source_layer *layers = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	if (layers[x].size != layers[y].size)
		return layers[x].size < layers[y].size ? 1 : -1;
	return (x > y) - (x < y);
}

static int put_in_order(struct scan *s, struct err *err)
{
	s->order = calloc(s->n + 1, sizeof *s->order);
	if (!s->order)
		return err_nomem(err);
	for (size_t i = 0; i < s->n; i++)
		s->order[i] = i;
	qsort_r(s->order, s->n, sizeof *s->order, largest_first, s->source->layers);
	return 0;
}

static size_t worker_count(const struct scan *s)
{
	uint64_t jobs = s->q->jobs ? s->q->jobs : pool_processors();

	if (jobs > LIMIT_JOBS)
		jobs = LIMIT_JOBS;
	return jobs > s->n ? s->n : (size_t)jobs;
}

static int first_error(const struct scan *s, struct err *err)
{
	for (int canceled = 0; canceled < 2; canceled++)
		for (size_t i = 0; i < s->n; i++) {
			const struct err *e = &s->jobs[i].error;

			if (e->code != ERR_OK && (e->code == ERR_CANCELED) == canceled) {
				*err = *e;
				return -(int)e->code;
			}
		}
	return 0;
}

static int each_layer(struct scan *s,
		      int (*step)(struct scan *, size_t, struct layer_job *, struct err *),
		      struct err *err)
{
	pthread_t threads[LIMIT_JOBS];
	size_t n = worker_count(s), started = 0;

	s->step = step;
	atomic_store(&s->next, 0);
	while (started + 1 < n && pthread_create(&threads[started], NULL, worker_main, s) == 0)
		started++;
	(void)worker_main(s); /* this thread works too */
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL); /* joinable, ours */
	return first_error(s, err);
}

static bool all_read(const struct scan *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->jobs[i].is_read && !s->source->layers[i].not_read.n)
			return false;
	return true;
}

/* First all that is known, so that the progress counts only what is to come. */
static int read_layers(struct scan *s, struct err *err)
{
	int r = put_in_order(s, err);

	if (r == 0)
		r = each_layer(s, find_layer, err);
	return r < 0 || all_read(s) ? r : each_layer(s, read_layer, err);
}

/* A directory stands for a layer without bytes: it has no digests. */
static const struct source_layer in_place;

static int describe_layer(struct report *report, size_t i, const struct source_layer *layer,
			  const struct layer_job *job, struct err *err)
{
	const struct layer_facts *f = &job->record.facts;
	struct report_layer *l = vec_push(&report->layers);
	struct arena *a = &report->arena;
	char text[DIGEST_TEXT_MAX];
	struct str what = arena_strf(a, "layer %zu", i + 1);

	if (!l || !what.p)
		return err_nomem(err);
	l->digest = arena_str(a, layer->digest);
	l->diff_id = arena_str(a, layer->diff_id);
	l->media_type = arena_str(a, layer->media_type);
	l->blob_bytes = layer->size;
	if (!job->is_read)
		return report_add_coverage(report, what, COVERAGE_NOT_ASSESSED, layer->not_read,
					   STR_NULL, 0);
	if (l->digest.n == 0 && layer != &in_place)
		l->digest = arena_str(a, digest_format(&f->blob, text));
	if (l->diff_id.n == 0 && layer != &in_place)
		l->diff_id = arena_str(a, digest_format(&f->diff, text));
	l->blob_bytes = f->blob_bytes;
	l->tar_bytes = f->tar_bytes;
	l->file_bytes = f->stats.file_bytes;
	l->n_files = f->stats.n_files;
	l->n_entries = f->stats.n_entries;
	l->n_whiteouts = f->stats.n_whiteouts;
	l->assessed = f->is_complete;
	l->from_cache = job->from_cache;
	if (!f->is_complete)
		return report_add_coverage(
			report, what, COVERAGE_PARTIAL,
			STR("its archive is broken; what stood before the break was read"),
			STR("see the problems below"), 0);
	if (f->n_left_out)
		return report_add_coverage(report, what, COVERAGE_PARTIAL,
					   STR("some of its entries could not be taken or read"),
					   STR("see the problems below"), f->n_left_out);
	return 0;
}

/* The bytes must be those of the first reading: a file may have changed in between. */
static int check_again(const struct layer_record *first, struct str record, struct err *err)
{
	struct layer_record again;
	int r = layer_record_read(record, &again, err);

	if (r < 0 || digest_eq(&first->facts.blob, &again.facts.blob))
		return r;
	return err_set(err, ERR_DENIED, "changed while it was read");
}

static int read_again(void *context, size_t i, const struct path_index *index,
		      struct strbuf *ret_record, struct err *err)
{
	const struct scan_plan plan = {.index = index};
	struct scan *s = context;
	struct stream *blob = NULL;
	int r;

	if (!s->source)
		return directory_scan(s->directory, &plan, s->progress, ret_record, err);
	if (s->source->layers[i].passed)
		return err_set(err, ERR_UNSUPPORTED, "%.*s can be read only once",
			       STR_FMT(s->source->location));
	r = opener_open(s->opener, i, &blob, err);
	if (r == 0)
		r = layer_scan(blob, &plan, s->progress, ret_record, err);
	if (r == 0)
		r = check_again(&s->jobs[i].record, strbuf_str(ret_record), err);
	return r < 0 && r != -ERR_UNSUPPORTED ? err_wrap(err, r, "layer %zu", i + 1) : r;
}

/* Says of each file that only links lead to why it was not read. */
static int cover_links(struct report *report, const struct second_look *look, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < look->files.n && r == 0; i++) {
		const struct linked_file *f = vec_at(&look->files, i);
		struct str what = arena_strf(&report->arena, "linked file %.*s", STR_FMT(f->path));
		struct str why = arena_strf(&report->arena, "a link to %.*s in layer %zu%s%s",
					    STR_FMT(f->stored), f->layer + 1,
					    look->refused.code ? ": " : ", see the problems below",
					    look->refused.code ? look->refused.msg : "");

		if (!f->is_read)
			r = report_add_coverage(report, what, COVERAGE_NOT_ASSESSED, why,
						look->refused.code
							? STR("save the image to a file first")
							: STR_NULL,
						0);
	}
	if (r == 0 && look->n_left_out)
		r = report_add_coverage(report, STR("linked files"), COVERAGE_PARTIAL,
					STR("more than linked_files"), STR_NULL, look->n_left_out);
	return r < 0 ? err_nomem(err) : 0;
}

/* Reads what only links lead to, if there is any, and puts all together. */
static int look_and_assemble(struct scan *s, struct assemble_input *in, struct second_look *look,
			     struct report *report, struct err *err)
{
	struct layer_job *extra = &s->jobs[s->n];
	int r = second_look_find(in->merge, in->records, s->index, look, err);

	if (r == 0 && look->files.n) {
		r = second_look_read(look, s->index, read_again, s, &extra->bytes, err);
		if (r == 0)
			r = layer_record_read(strbuf_str(&extra->bytes), &extra->record, err);
		in->links = look;
		in->linked = &extra->record;
	}
	if (r == 0)
		r = cover_links(report, look, err);
	return r < 0 ? r : assemble_layers(in, report, err);
}

/* Behind links that were not followed, or led nowhere, there may be anything. */
static int cover_work(const struct merge *m, struct report *report, struct err *err)
{
	int r = 0;

	if (merge_is_tired(m))
		r = report_add_coverage(report, STR("links"), COVERAGE_PARTIAL,
					STR("following them takes more than link_work_bytes"),
					STR_NULL, 0);
	if (r == 0 && m->n_unmoved)
		r = report_add_coverage(
			report, STR("layers behind links"), COVERAGE_PARTIAL,
			STR("entries that a symlink below moves would be deeper than "
			    "path_depth or longer than path_bytes"),
			STR_NULL, m->n_unmoved);
	return r < 0 ? err_nomem(err) : 0;
}

static int put_together(struct scan *s, const struct layer_record **records,
			const struct tree **trees, struct report *report, struct err *err)
{
	struct merge merge = {0};
	struct second_look look = {0};
	struct assemble_input in = {.records = records,
				    .n = s->n,
				    .merge = &merge,
				    .secrets = s->q->secrets,
				    .only_content = s->q->only_content,
				    .wants_waste = s->q->wants_waste};
	int r = merge_init(&merge, trees, s->n, err);

	if (r == 0)
		r = look_and_assemble(s, &in, &look, report, err);
	if (r == 0)
		r = cover_work(&merge, report, err);
	if (r == 0 && s->q->needs)
		r = needs_find(&merge, records, s->q->needs, report, err);
	second_look_done(&look);
	merge_done(&merge);
	return r;
}

static int finish_report(struct scan *s, struct report *report, struct err *err)
{
	CLEANUP(freep) const struct layer_record **records = calloc(s->n + 1, sizeof *records);
	CLEANUP(freep) const struct tree **trees = calloc(s->n + 1, sizeof *trees);
	int r = 0;

	if (!records || !trees)
		return err_nomem(err);
	for (size_t i = 0; i < s->n && r == 0; i++) {
		r = describe_layer(report, i, s->source ? &s->source->layers[i] : &in_place,
				   &s->jobs[i], err);
		records[i] = s->jobs[i].is_read ? &s->jobs[i].record : NULL;
		trees[i] = records[i] ? &records[i]->tree : NULL;
	}
	if (r == 0 && s->source)
		r = image_facts(s->source, report, err);
	if (r == 0)
		r = put_together(s, records, trees, report, err);
	if (r == 0)
		report_finish(report);
	return r;
}

static int scan_source(struct scan *s, struct report *report, struct err *err)
{
	int r = 0;

	if (s->source->next_blob)
		r = stream_scan(s->source, &s->plan, s->cache, s->progress, &s->passing, err);
	if (r == 0)
		r = add_jobs(s, s->source->n_layers, report, err);
	return r < 0 ? r : read_layers(s, err);
}

static int scan_directory(struct scan *s, const char *path, struct report *report, struct err *err)
{
	int r = add_jobs(s, 1, report, err);

	s->directory = path;
	if (r == 0)
		r = directory_scan(path, &s->plan, s->progress, &s->jobs[0].bytes, err);
	if (r == 0)
		r = layer_record_read(strbuf_str(&s->jobs[0].bytes), &s->jobs[0].record, err);
	if (r == 0)
		s->jobs[0].is_read = true;
	return r;
}

static int scan_history(struct scan *s, struct git_history *h, struct report *report,
			struct err *err)
{
	int r = add_jobs(s, 1, report, err);

	if (r == 0)
		r = git_scan(h, &s->plan, s->progress, &s->jobs[0].bytes, err);
	if (r == 0)
		r = layer_record_read(strbuf_str(&s->jobs[0].bytes), &s->jobs[0].record, err);
	if (r == 0)
		s->jobs[0].is_read = true;
	return r;
}

/* The first thing that a record tells to be wrong; empty: nothing. */
static struct str first_problem(const struct layer_record *record, struct arena *arena)
{
	struct str items = record->items;
	struct record_item item;

	while (record_next(&items, arena, &item))
		if (item.kind == RECORD_PROBLEM)
			return arena_strf(arena, "%s", item.error.msg);
	return STR_NULL;
}

/* A bare root file system whose archive breaks before its first entry is no archive at all. */
static int check_is_archive(const struct scan *s, struct report *report, struct err *err)
{
	const struct source *src = s->source;
	const struct layer_record *record;

	if (!src || src->config.n || s->n != 1 || !s->jobs[0].is_read)
		return 0;
	record = &s->jobs[0].record;
	if (record->facts.is_complete || record->facts.stats.n_entries)
		return 0;
	return err_set(err, ERR_FORMAT, "%.*s: no tar archive, packed or not, begins here: %.*s",
		       STR_FMT(src->location), STR_FMT(first_problem(record, &report->arena)));
}

static int scan_target(struct scan *s, const struct target *t, struct report *report,
		       struct err *err)
{
	struct report_target *rt = &report->target;
	const struct source *src = t->source;
	const char *place = t->git ? t->git_location : t->directory;
	int r = src	 ? scan_source(s, report, err)
		: t->git ? scan_history(s, t->git, report, err)
			 : scan_directory(s, t->directory, report, err);

	if (r == 0)
		r = check_is_archive(s, report, err);
	if (r < 0)
		return r;
	rt->transport = arena_str(&report->arena, str_of(src	  ? src->transport
							 : t->git ? "git"
								  : "rootfs"));
	rt->location = arena_str(&report->arena, src ? src->location : str_of(place));
	if (src)
		rt->found_by = arena_str(&report->arena, src->found_by);
	r = finish_report(s, report, err);
	if (r == 0 && t->git) {
		r = git_findings(t->git, report, err);
		report_finish(report);
	}
	return r;
}

static int scan_sbom(const struct target *t, struct report *report, struct err *err)
{
	int r = bom_read(strbuf_str(&t->sbom), report, err);

	if (r < 0)
		return err_wrap(err, r, "%s", t->sbom_location);
	report->target.transport = STR("sbom");
	report->target.location = arena_str(&report->arena, str_of(t->sbom_location));
	report_finish(report);
	return arena_check(&report->arena, err);
}

static void enter_sandbox(const struct scan *s, struct report_sandbox *ret, struct arena *a)
{
	if (s->q->no_sandbox) {
		ret->missing = STR("switched off by --no-sandbox");
		return;
	}
	sandbox_enter(cache_fd(s->cache), ret, a);
	ret->scope = STR("all threads that read layers");
	if (s->source && s->source->found_by.n) /* a registry, or an engine's socket */
		ret->scope = STR("all threads that read layers; those that download them keep the "
				 "network");
}

int scan_run(const struct scan_request *q, struct scan_progress *progress, struct report **ret,
	     struct err *err)
{
	CLEANUP(report_freep) struct report *report = report_new();
	struct scan s = {.q = q,
			 .progress = progress,
			 .passing = VEC_INIT(struct passed_layer, LIMIT_STREAM_BLOBS)};
	struct target target = {0};
	int r;

	if (q->jobs > LIMIT_JOBS)
		return err_set(err, ERR_USAGE, "--jobs is at most %llu",
			       (unsigned long long)LIMIT_JOBS);
	if (!report)
		return err_nomem(err);
	report->tool_version = STR(PLIMSOLL_VERSION);
	report->target.given = arena_str(&report->arena, str_of(q->target));
	report->has_time = q->has_time;
	report->time = q->time;
	r = target_open(q->target, q->platform, &q->registry, &target, err);
	if (r == 0)
		r = path_index_new(&s.index, err);
	if (r == 0) {
		s.plan = (struct scan_plan){s.index, q->watches, q->n_watches};
		s.cache = q->no_cache ? NULL : cache_open(scan_plan_recipe(&s.plan));
		s.source = target.source;
		if (s.source)
			r = opener_start(s.source, &s.opener, err);
	}
	if (r == 0) {
		enter_sandbox(&s, &report->sandbox, &report->arena);
		r = target.sbom_location ? scan_sbom(&target, report, err)
					 : scan_target(&s, &target, report, err);
	}
	passed_layers_done(&s.passing);
	opener_stop(s.opener);
	cache_close(s.cache);
	path_index_free(s.index);
	free(s.order);
	target_done(&target);
	if (r == 0)
		*ret = TAKE(report);
	return r;
}
