/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/build.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "base/pool.h"
#include "vuln/alias.h"
#include "vuln/collect.h"
#include "vuln/mirror.h"
#include "vuln/publish.h"
#include "vuln/shard_write.h"

#define RECORDS_MAX (64u << 20)
#define FACTS_MAX   (1u << 20)

/* ---- what is being built ---- */

struct file_job {
	struct collector collector;
	size_t n_unused, n_used; /* members, or the file itself */
	struct err error;	 /* of the whole file */
	bool failed;
};

struct shard_job {
	struct str name;
	struct vec rows;      /* struct shard_entry */
	struct vec withdrawn; /* const struct record * */
	struct shard_counts counts;
	struct index_shard entry;
	struct err error;
	int r;
};

struct builder {
	const struct build_options *options;
	struct build_report *report;
	struct mirror mirror;
	struct file_job *files;
	uint32_t *order;    /* of files, the largest first */
	struct vec records; /* struct record *, sorted; heads only once joined */
	struct alias aliases;
	struct map shard_index; /* name -> struct shard_job * */
	struct vec shards;	/* struct shard_job * */
	struct vec enrichments; /* struct enrichment_entry, sorted */
	struct vec facts;	/* struct fact_entry, sorted */
	int64_t feed_dates[SHARD_FEEDS_MAX];
	uint64_t feed_records[SHARD_FEEDS_MAX];
	struct publication publication;
	struct collect_budget budget;
	unsigned n_threads;
};

/* ---- reading ---- */

static bool wants(void *ctx, struct str path)
{
	(void)ctx;
	return feed_for(path) != NULL;
}

static int read_file(void *ctx, const struct feed_file *file, struct err *err)
{
	struct file_job *job = ctx;
	const struct feed *feed = feed_for(file->path);
	struct feed_sink sink = collector_sink(&job->collector, file->path, feed);

	job->n_used++;
	return feed->read(file, &sink, err);
}

static void on_problem(void *ctx, struct str path, const struct err *why)
{
	struct file_job *job = ctx;

	collector_problem(&job->collector, path, STR_NULL, why);
}

static void on_unused(void *ctx, struct str path)
{
	struct file_job *job = ctx;

	(void)path;
	job->n_unused++;
}

static void run_file(void *ctx, size_t i)
{
	struct builder *b = ctx;
	size_t file = b->order[i];
	struct file_job *job = &b->files[file];
	struct mirror_visitor visitor = {job, wants, read_file, on_problem, on_unused};

	if (collector_init(&job->collector, file, &b->budget, &job->error) < 0 ||
	    mirror_read(&b->mirror, file, &visitor, &job->error) < 0)
		job->failed = true;
	strbuf_done(&job->collector.scratch); /* the largest record's; not needed any more */
}

static int largest_first(const void *va, const void *vb, void *ctx)
{
	const struct builder *b = ctx;
	uint32_t one = *(const uint32_t *)va, other = *(const uint32_t *)vb;
	uint64_t a = mirror_file(&b->mirror, one)->size, c = mirror_file(&b->mirror, other)->size;

	if (a != c)
		return a < c ? 1 : -1;
	return one < other ? -1 : one > other;
}

static int read_mirror(struct builder *b, struct err *err)
{
	struct pool pool = {.run = run_file, .ctx = b, .n_threads = b->n_threads};
	int r = mirror_open(&b->mirror, b->options->feeds, err);

	if (r < 0)
		return r;
	pool.n = b->mirror.files.n;
	b->files = calloc(pool.n ? pool.n : 1, sizeof *b->files);
	b->order = calloc(pool.n ? pool.n : 1, sizeof *b->order);
	if (!b->files || !b->order)
		return err_nomem(err);
	for (size_t i = 0; i < pool.n; i++)
		b->order[i] = (uint32_t)i;
	qsort_r(b->order, pool.n, sizeof *b->order, largest_first, b);
	if (b->options->total_bytes)
		atomic_store(b->options->total_bytes, b->mirror.bytes);
	b->mirror.progress = b->options->done_bytes;
	return pool_run(&pool, err);
}

/* ---- telling ---- */

static struct str keep(struct builder *b, struct str s)
{
	return arena_str(&b->report->arena, s);
}

static void add_problem(struct builder *b, struct str path, struct str where, struct str message,
			bool whole_file)
{
	struct build_problem *p = vec_push(&b->report->problems);

	b->report->n_problems++;
	if (!p)
		return; /* counted */
	*p = (struct build_problem){keep(b, path), keep(b, where), keep(b, message), whole_file};
}

static void report_file(struct builder *b, size_t i)
{
	struct file_job *job = &b->files[i];
	struct str path = mirror_file(&b->mirror, i)->path;
	const struct vec *problems = &job->collector.problems;
	struct build_unused *unused;

	if (job->failed)
		add_problem(b, path, STR_NULL, str_of(job->error.msg), true);
	for (size_t k = 0; k < problems->n; k++) {
		const struct record_problem *p = vec_at(problems, k);

		add_problem(b, p->path, p->where, p->message, false);
	}
	b->report->n_problems += job->collector.n_problems - problems->n;
	b->report->n_files_used += job->n_used > 0;
	if (job->n_unused == 0)
		return;
	unused = vec_push(&b->report->unused);
	if (unused)
		*unused = (struct build_unused){
			keep(b, path), job->n_used || job->n_unused > 1 ? job->n_unused : 0};
}

static int report_files(struct builder *b, struct err *err)
{
	const struct file_job *bad = NULL;
	size_t n_bad = 0, n_used = 0, at = 0;

	b->report->n_files = b->mirror.files.n;
	for (size_t i = 0; i < b->mirror.files.n; i++) {
		report_file(b, i);
		n_used += b->files[i].n_used;
		if (b->files[i].failed && n_bad++ == 0) {
			bad = &b->files[i];
			at = i;
		}
	}
	/* Which files had room depends on the threads: then there is no part to go on with. */
	if (collect_budget_is_spent(&b->budget))
		return err_set(err, ERR_LIMIT,
			       "the records of all feeds take more than %llu bytes "
			       "(db_build_bytes)",
			       (unsigned long long)b->budget.limit);
	if (bad && !b->options->partial)
		return err_set(err, bad->error.code,
			       "%zu file%s cannot be read, first %.*s: %.300s; --partial builds "
			       "without",
			       n_bad, n_bad == 1 ? "" : "s",
			       STR_FMT(mirror_file(&b->mirror, at)->path), bad->error.msg);
	if (n_used == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "%s: no file in it is a feed, of %zu; they are known by their "
			       "names, as osv/Debian/all.zip or alpine/secdb/v3.20/main.json, and "
			       "plimsoll db update downloads them so",
			       b->options->feeds, b->mirror.files.n);
	return 0;
}

/* ---- joining ---- */

static int newest_first(const struct record *a, const struct record *b)
{
	int64_t one = shard_date(a->modified), other = shard_date(b->modified);

	return (one < other) - (one > other);
}

static int by_identity(const void *va, const void *vb)
{
	const struct record *a = *(struct record *const *)va, *b = *(struct record *const *)vb;
	int r = str_cmp(a->id, b->id);

	if (r == 0)
		r = (a->feed > b->feed) - (a->feed < b->feed);
	if (r == 0)
		r = newest_first(a, b);
	if (r == 0)
		r = (a->file > b->file) - (a->file < b->file);
	return r ? r : (a->order > b->order) - (a->order < b->order);
}

static int gather_records(struct builder *b, struct err *err)
{
	for (size_t i = 0; i < b->mirror.files.n; i++) {
		const struct vec *records = &b->files[i].collector.records;

		for (size_t k = 0; k < records->n; k++) {
			struct record **p = vec_push(&b->records);

			if (!p)
				return err_nomem(err);
			*p = vec_at(records, k);
		}
	}
	vec_sort(&b->records, by_identity);
	return 0;
}

/* Leaves one head for each feed and id, the others of the same time behind it. */
static void join_records(struct builder *b)
{
	struct record **p = b->records.p, *head = NULL, *tail = NULL;
	size_t n = 0;

	for (size_t i = 0; i < b->records.n; i++) {
		struct record *r = p[i];

		if (!head || head->feed != r->feed || !str_eq(head->id, r->id)) {
			head = tail = r;
			r->number = n;
			p[n++] = r;
			b->report->n_records++;
		} else if (newest_first(head, r) == 0) {
			head->withdrawn |= r->withdrawn;
			tail = tail->same = r;
		} else {
			b->report->n_replaced++;
		}
	}
	vec_cut(&b->records, n);
}

static int join_ids(struct builder *b, const struct record *r, struct err *err)
{
	struct cursor aliases = cursor_make(r->aliases), upstream = cursor_make(r->upstream);
	struct packed_list l = packed_list(&aliases);
	int e = alias_add(&b->aliases, r->id, err);
	struct str id;

	while (e == 0 && packed_next(&l, &id))
		e = alias_join(&b->aliases, r->id, id, err);
	l = packed_list(&upstream);
	while (e == 0 && packed_next(&l, &id))
		e = alias_add(&b->aliases, id, err);
	return e;
}

static int join_aliases(struct builder *b, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < b->records.n && r == 0; i++) {
		const struct record *record = *(struct record **)vec_at(&b->records, i);

		b->report->n_withdrawn += record->withdrawn;
		for (; record && !record->withdrawn && r == 0; record = record->same)
			r = join_ids(b, record, err);
	}
	return r < 0 ? r : alias_close(&b->aliases, err);
}

/* ---- shards ---- */

static struct shard_job *shard_of(struct builder *b, struct str name)
{
	struct shard_job *job = map_get(&b->shard_index, name), **slot;

	if (job)
		return job;
	job = calloc(1, sizeof *job);
	slot = job ? vec_push(&b->shards) : NULL;
	if (!slot || map_put(&b->shard_index, name, job) < 0) {
		if (slot)
			vec_cut(&b->shards, b->shards.n - 1);
		free(job);
		return NULL;
	}
	*slot = job;
	job->name = name;
	job->rows = (struct vec)VEC_INIT(struct shard_entry, RECORDS_MAX);
	job->withdrawn = (struct vec)VEC_INIT(const struct record *, RECORDS_MAX);
	return job;
}

/* Why shard_of gave none. */
static int no_shard(const struct builder *b, struct str record, struct err *err)
{
	if (b->shards.n < LIMIT_DB_SHARDS)
		return err_nomem(err);
	return err_set(err, ERR_LIMIT, "%.*s: more than %d shards in all (db_shards)",
		       STR_FMT(str_sub(record, 0, 80)), LIMIT_DB_SHARDS);
}

static int add_row(struct builder *b, const struct record *head, const struct record_row *row,
		   struct err *err)
{
	struct shard_job *job = shard_of(b, row->shard);
	const struct record **withdrawn;
	struct shard_entry *entry;

	if (!job)
		return no_shard(b, head->id, err);
	if (head->withdrawn) {
		withdrawn = vec_at(&job->withdrawn, job->withdrawn.n - 1);
		if (withdrawn && *withdrawn == head)
			return 0;
		withdrawn = vec_push(&job->withdrawn);
		if (withdrawn)
			*withdrawn = head;
		return withdrawn ? 0 : err_nomem(err);
	}
	entry = vec_push(&job->rows);
	if (entry)
		*entry = (struct shard_entry){.record = head, .row = row};
	return entry ? 0 : err_nomem(err);
}

static int divide_rows(struct builder *b, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < b->records.n && r == 0; i++) {
		const struct record *head = *(struct record **)vec_at(&b->records, i);

		for (const struct record *p = head; p && r == 0; p = p->same)
			for (size_t k = 0; k < p->n_rows && r == 0; k++)
				r = add_row(b, head, &p->rows[k], err);
	}
	return r;
}

static int write_shard(struct builder *b, struct shard_job *job)
{
	CLEANUP(freep) char *path = publish_path(&b->publication, job->name);
	struct shard_source source = {
		.name = job->name,
		.rows = job->rows.p,
		.n_rows = job->rows.n,
		.withdrawn = job->withdrawn.p,
		.n_withdrawn = job->withdrawn.n,
		.aliases = &b->aliases,
		.feed_dates = b->feed_dates,
		.now = b->options->now,
	};
	int r = path ? shard_write(path, &source, &job->counts, &job->error)
		     : err_nomem(&job->error);

	vec_done(&job->rows);
	return r;
}

static void run_shard(void *ctx, size_t i)
{
	struct builder *b = ctx;
	struct shard_job *job = *(struct shard_job **)vec_at(&b->shards, i);

	job->r = write_shard(b, job);
}

static int most_rows_first(const void *va, const void *vb)
{
	const struct shard_job *a = *(struct shard_job *const *)va,
			       *b = *(struct shard_job *const *)vb;

	if (a->rows.n != b->rows.n)
		return a->rows.n < b->rows.n ? 1 : -1;
	return str_cmp(a->name, b->name);
}

static int by_name(const void *va, const void *vb)
{
	const struct shard_job *a = *(struct shard_job *const *)va,
			       *b = *(struct shard_job *const *)vb;

	return str_cmp(a->name, b->name);
}

static int write_shards(struct builder *b, struct err *err)
{
	const struct pool pool = {
		.n = b->shards.n, .run = run_shard, .ctx = b, .n_threads = b->n_threads};
	int r;

	vec_sort(&b->shards, most_rows_first);
	r = pool_run(&pool, err);
	if (r < 0)
		return r;
	vec_sort(&b->shards, by_name);
	for (size_t i = 0; i < b->shards.n; i++) {
		struct shard_job *job = *(struct shard_job **)vec_at(&b->shards, i);

		if (job->r < 0) {
			if (err)
				*err = job->error;
			return err_wrap(err, job->r, "shard %.*s", STR_FMT(job->name));
		}
	}
	return 0;
}

/* ---- enrichment ---- */

static int by_cve(const void *va, const void *vb)
{
	const struct record_enrichment *a = *(struct record_enrichment *const *)va,
				       *b = *(struct record_enrichment *const *)vb;
	int r;

	if (a->cve != b->cve)
		return a->cve < b->cve ? -1 : 1;
	if (a->feed != b->feed)
		return a->feed < b->feed ? -1 : 1;
	r = (a->date < b->date) - (a->date > b->date); /* the newest first */
	if (r == 0)
		r = (a->file > b->file) - (a->file < b->file);
	return r ? r : (a->order > b->order) - (a->order < b->order);
}

/* Adds what one feed says; what an earlier one said stays. */
static void merge(struct enrichment *into, const struct enrichment *e)
{
	if (e->known_exploited && !into->known_exploited) {
		into->known_exploited = true;
		into->exploited_since = e->exploited_since;
		into->exploited_due = e->exploited_due;
		into->ransomware = e->ransomware;
	}
	if (e->has_epss && !into->has_epss) {
		into->has_epss = true;
		into->epss = e->epss;
		into->epss_percentile = e->epss_percentile;
	}
	if (e->cvss.n && !into->cvss.n)
		into->cvss = e->cvss;
	if (e->cwes.n && !into->cwes.n)
		into->cwes = e->cwes;
	if (e->summary.n && !into->summary.n)
		into->summary = e->summary;
	if (e->published.n && !into->published.n)
		into->published = e->published;
	into->rejected |= e->rejected;
}

/* One CVE: of each feed its newest word. */
static int merge_cve(struct builder *b, struct record_enrichment *const *p, size_t n,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct enrichment_entry *entry = vec_push(&b->enrichments);
	struct enrichment all = {0};
	struct arena arena;
	bool ok = entry != NULL;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < n && ok; i++) {
		struct enrichment e = {0};

		if (i && p[i]->feed == p[i - 1]->feed)
			continue;
		b->feed_records[p[i]->feed]++;
		ok = enrichment_unpack(p[i]->packed, &arena, &e);
		merge(&all, &e);
	}
	enrichment_pack(&sb, &all);
	if (ok) {
		entry->cve = p[0]->cve;
		entry->packed = keep(b, strbuf_str(&sb));
		ok = entry->packed.p && strbuf_check(&sb, NULL) == 0;
	}
	arena_done(&arena);
	return ok ? 0 : err_nomem(err);
}

static int merge_all(struct builder *b, struct vec *all, struct err *err)
{
	struct record_enrichment **p;
	size_t start = 0;
	int r = 0;

	vec_sort(all, by_cve);
	p = all->p;
	for (size_t i = 1; i <= all->n && r == 0; i++) {
		if (i < all->n && p[i]->cve == p[start]->cve)
			continue;
		r = merge_cve(b, p + start, i - start, err);
		start = i;
	}
	return r;
}

static int write_enrichment(struct builder *b, struct err *err)
{
	struct vec all = VEC_INIT(struct record_enrichment *, RECORDS_MAX);
	struct shard_job *job;
	int r = 0;

	for (size_t i = 0; i < b->mirror.files.n && r == 0; i++) {
		const struct vec *some = &b->files[i].collector.enrichments;

		for (size_t k = 0; k < some->n && r == 0; k++) {
			struct record_enrichment **p = vec_push(&all);

			if (p)
				*p = vec_at(some, k);
			else
				r = err_nomem(err);
		}
	}
	if (r == 0)
		r = merge_all(b, &all, err);
	vec_done(&all);
	if (r < 0 || (b->enrichments.n == 0 && b->facts.n == 0))
		return r;
	job = shard_of(b, STR("enrichment"));
	CLEANUP(freep) char *path = publish_path(&b->publication, STR("enrichment"));

	if (!job || !path)
		return path ? no_shard(b, STR("enrichment"), err) : err_nomem(err);
	if (job->rows.n || job->withdrawn.n)
		return err_set(err, ERR_FORMAT, "a feed has packages in a shard \"enrichment\"");
	job->counts.n_advisories = b->enrichments.n;
	for (size_t i = 0; i < SHARD_FEEDS_MAX; i++) {
		job->counts.feeds[i].n_records = b->feed_records[i];
		job->counts.feeds[i].date = b->feed_dates[i];
	}
	vec_sort(&b->shards, by_name);
	return shard_write_enrichment(path, b->enrichments.p, b->enrichments.n, b->facts.p,
				      b->facts.n, err);
}

/* ---- dates and facts ---- */

static void note_date(struct builder *b, size_t feed, struct str text)
{
	int64_t date = shard_date(text);

	if (feed < SHARD_FEEDS_MAX && date > b->feed_dates[feed] && date <= b->options->now)
		b->feed_dates[feed] = date;
}

static int by_fact(const void *va, const void *vb)
{
	const struct fact_entry *a = va, *b = vb;
	int r = str_cmp(a->feed, b->feed);

	if (r == 0)
		r = str_cmp(a->key, b->key);
	return r ? r : str_cmp(b->value, a->value); /* the greatest first */
}

static int add_fact(struct builder *b, const struct record_fact *fact, struct err *err)
{
	struct fact_entry *p;

	if (str_is(fact->key, "date")) {
		note_date(b, fact->feed, fact->value);
		return 0;
	}
	p = vec_push(&b->facts);
	if (!p)
		return err_set(err, ERR_LIMIT, "more than %u facts of feeds", FACTS_MAX);
	*p = (struct fact_entry){str_of(feeds[fact->feed]->id), fact->key, fact->value};
	return 0;
}

static int gather_facts(struct builder *b, struct err *err)
{
	struct fact_entry *p;
	size_t n = 0;

	for (size_t i = 0; i < b->mirror.files.n; i++) {
		const struct vec *some = &b->files[i].collector.facts;

		for (size_t k = 0; k < some->n; k++) {
			int r = add_fact(b, vec_at(some, k), err);

			if (r < 0)
				return r;
		}
	}
	vec_sort(&b->facts, by_fact);
	p = b->facts.p;
	for (size_t i = 0; i < b->facts.n; i++)
		if (n == 0 || !str_eq(p[n - 1].feed, p[i].feed) || !str_eq(p[n - 1].key, p[i].key))
			p[n++] = p[i];
	vec_cut(&b->facts, n);
	return 0;
}

static void gather_dates(struct builder *b)
{
	for (size_t i = 0; i < b->records.n; i++) {
		const struct record *r = *(struct record **)vec_at(&b->records, i);

		note_date(b, r->feed, r->modified);
		if (r->feed < SHARD_FEEDS_MAX)
			b->feed_records[r->feed]++;
	}
}

/* ---- the index ---- */

static struct str date_text(struct builder *b, int64_t date)
{
	char text[CLOCK_TEXT_MAX];

	return date && clock_format(date, text) ? keep(b, str_of(text)) : keep(b, STR(""));
}

/* One entry for each feed that gave records. */
static int fill_feeds(struct builder *b, const uint64_t *n_records, const int64_t *dates,
		      bool with_words, struct index_feed **ret, size_t *ret_n)
{
	struct index_feed *list = arena_array(&b->report->arena, SHARD_FEEDS_MAX, sizeof *list);
	size_t n = 0;

	if (!list)
		return -ERR_NOMEM;
	for (size_t i = 0; i < SHARD_FEEDS_MAX && feeds[i]; i++) {
		if (n_records[i] == 0)
			continue;
		list[n] = (struct index_feed){.id = str_of(feeds[i]->id),
					      .date = date_text(b, dates[i]),
					      .n_records = n_records[i]};
		if (with_words) {
			list[n].title = str_of(feeds[i]->title);
			list[n].licence = str_of(feeds[i]->licence);
			list[n].url = str_of(feeds[i]->url);
		}
		n++;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

static int fill_shard(struct builder *b, const struct shard_job *job, struct index_shard *entry,
		      struct err *err)
{
	uint64_t n_records[SHARD_FEEDS_MAX];
	int64_t dates[SHARD_FEEDS_MAX];

	for (size_t i = 0; i < SHARD_FEEDS_MAX; i++) {
		n_records[i] = job->counts.feeds[i].n_records;
		dates[i] = job->counts.feeds[i].date;
	}
	*entry = (struct index_shard){
		.name = keep(b, job->name),
		.n_packages = job->counts.n_packages,
		.n_advisories = job->counts.n_advisories,
		.n_rows = job->counts.n_rows,
		.n_withdrawn = job->counts.n_withdrawn,
	};
	if (!entry->name.p ||
	    fill_feeds(b, n_records, dates, false, &entry->feeds, &entry->n_feeds) < 0)
		return err_nomem(err);
	return publish_shard(&b->publication, entry, &b->report->arena, err);
}

static int fill_index(struct builder *b, struct err *err)
{
	struct index *index = &b->report->index;
	int64_t built = b->options->built;
	int r = 0;

	for (size_t i = 0; i < SHARD_FEEDS_MAX && !b->options->built; i++)
		if (b->feed_dates[i] > built)
			built = b->feed_dates[i];
	index->built = date_text(b, built ? built : 1);
	if (fill_feeds(b, b->feed_records, b->feed_dates, true, &index->feeds, &index->n_feeds) < 0)
		return err_nomem(err);
	index->shards = arena_array(&b->report->arena, b->shards.n, sizeof *index->shards);
	if (!index->shards && b->shards.n)
		return err_nomem(err);
	for (size_t i = 0; i < b->shards.n && r == 0; i++)
		r = fill_shard(b, *(struct shard_job **)vec_at(&b->shards, i), &index->shards[i],
			       err);
	index->n_shards = b->shards.n;
	for (size_t i = 0; i < index->n_shards; i++)
		b->report->n_bytes += index->shards[i].size;
	return r;
}

/* ---- the build ---- */

static int run(struct builder *b, struct err *err)
{
	int r = read_mirror(b, err);

	if (r == 0)
		r = report_files(b, err);
	if (r == 0)
		r = gather_records(b, err);
	if (r < 0)
		return r;
	join_records(b);
	gather_dates(b);
	r = gather_facts(b, err);
	if (r == 0)
		r = join_aliases(b, err);
	if (r == 0)
		r = divide_rows(b, err);
	if (r == 0)
		r = write_shards(b, err);
	if (r == 0)
		r = write_enrichment(b, err);
	if (r == 0)
		r = fill_index(b, err);
	if (r == 0)
		r = publish_index(&b->publication, &b->report->index, &b->report->unchanged, err);
	b->report->damaged = b->publication.damaged;
	return r;
}

static void builder_done(struct builder *b)
{
	for (size_t i = 0; i < b->mirror.files.n && b->files; i++)
		collector_done(&b->files[i].collector);
	for (size_t i = 0; i < b->shards.n; i++) {
		struct shard_job *job = *(struct shard_job **)vec_at(&b->shards, i);

		vec_done(&job->rows);
		vec_done(&job->withdrawn);
		free(job);
	}
	vec_done(&b->shards);
	vec_done(&b->records);
	vec_done(&b->enrichments);
	vec_done(&b->facts);
	map_done(&b->shard_index);
	alias_done(&b->aliases);
	free(b->files);
	free(b->order);
	mirror_done(&b->mirror);
	publish_end(&b->publication);
	free(b);
}

int build_run(const struct build_options *options, struct build_report *ret, struct err *err)
{
	struct builder *b = calloc(1, sizeof *b);
	int r;

	*ret = (struct build_report){
		.problems = VEC_INIT(struct build_problem, LIMIT_PROBLEMS),
		.unused = VEC_INIT(struct build_unused, LIMIT_FEED_FILES),
	};
	arena_init(&ret->arena, LIMIT_ARENA_BYTES);
	if (!b)
		return err_nomem(err);
	b->options = options;
	b->report = ret;
	b->mirror.fd = b->mirror.lock_fd = -1;
	b->budget.limit = options->max_bytes ? options->max_bytes : LIMIT_DB_BUILD_BYTES;
	b->n_threads = options->n_threads ? options->n_threads : pool_processors();
	b->records = (struct vec)VEC_INIT(struct record *, RECORDS_MAX);
	b->shards = (struct vec)VEC_INIT(struct shard_job *, LIMIT_DB_SHARDS);
	b->enrichments = (struct vec)VEC_INIT(struct enrichment_entry, RECORDS_MAX);
	b->facts = (struct vec)VEC_INIT(struct fact_entry, FACTS_MAX);
	map_init(&b->shard_index, LIMIT_DB_SHARDS);
	alias_init(&b->aliases);
	r = publish_begin(&b->publication, options->out, err);
	if (r == 0)
		r = run(b, err);
	builder_done(b);
	return r;
}

void build_report_done(struct build_report *report)
{
	vec_done(&report->problems);
	vec_done(&report->unused);
	arena_done(&report->arena);
}
