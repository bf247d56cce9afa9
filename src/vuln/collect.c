/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/collect.h"

#include "base/limits.h"
#include "base/map.h"
#include "vuln/ecosystem.h"
#include "vuln/shard_write.h"

#define SCRATCH_BYTES	 ((size_t)64 << 20)
#define SHARDS_MAX	 65536
#define CLOCK_TEXT_BYTES 40 /* RFC 3339 with nanoseconds and an offset */
#define RECORDS_MAX	 (16u << 20)

/* A part of the scratch buffer, which moves while it grows. */
struct span {
	size_t at, n;
};

int collector_init(struct collector *c, size_t file, struct collect_budget *budget, struct err *err)
{
	*c = (struct collector){
		.budget = budget,
		.file = file,
		.records = VEC_INIT(struct record, RECORDS_MAX),
		.enrichments = VEC_INIT(struct record_enrichment, RECORDS_MAX),
		.facts = VEC_INIT(struct record_fact, RECORDS_MAX),
		.problems = VEC_INIT(struct record_problem, LIMIT_PROBLEMS),
		.scratch = STRBUF_INIT(SCRATCH_BYTES),
	};
	arena_init(&c->arena, (size_t)LIMIT_ARENA_BYTES * 4);
	c->shards = malloc(sizeof *c->shards);
	if (!c->shards)
		return err_nomem(err);
	map_init(c->shards, SHARDS_MAX);
	return 0;
}

void collector_done(struct collector *c)
{
	if (c->shards)
		map_done(c->shards);
	free(c->shards);
	vec_done(&c->records);
	vec_done(&c->enrichments);
	vec_done(&c->facts);
	vec_done(&c->problems);
	strbuf_done(&c->scratch);
	arena_done(&c->arena);
}

/* ---- the budget ---- */

static size_t bytes_of(const struct collector *c)
{
	const struct vec *vecs[] = {&c->records, &c->enrichments, &c->facts, &c->problems};
	size_t n = c->arena.used;

	for (size_t i = 0; i < ARRAY_LEN(vecs); i++)
		n += vecs[i]->cap * vecs[i]->elem_size;
	return n;
}

/* After anything was kept: what this collector has grown by. */
static int spend(struct collector *c, struct err *err)
{
	size_t now = bytes_of(c);

	if (!c->budget)
		return 0;
	atomic_fetch_add(&c->budget->used, now - c->counted); /* it never shrinks */
	c->counted = now;
	if (!collect_budget_is_spent(c->budget))
		return 0;
	return err_set(err, ERR_LIMIT,
		       "the records of all feeds take more than %llu bytes "
		       "(db_build_bytes)",
		       (unsigned long long)c->budget->limit);
}

void collector_problem(struct collector *c, struct str path, struct str where,
		       const struct err *why)
{
	struct record_problem *p = NULL;

	c->n_problems++;
	if (!c->budget || !collect_budget_is_spent(c->budget))
		p = vec_push(&c->problems);
	if (!p)
		return; /* counted; the list is full */
	p->path = arena_str(&c->arena, path);
	p->where = arena_str(&c->arena, where);
	p->message = arena_str(&c->arena, str_of(why->msg));
	(void)spend(c, NULL); /* the next record tells */
}

/* ---- checks ---- */

static int check_field(struct str s, const char *what, bool required, struct err *err)
{
	if (required && s.n == 0)
		return err_set(err, ERR_FORMAT, "no %s", what);
	if (s.n > LIMIT_ADVISORY_FIELD)
		return err_set(err, ERR_LIMIT, "%s of %zu bytes (advisory_field: %d)", what, s.n,
			       LIMIT_ADVISORY_FIELD);
	if (s.n && memchr(s.p, '\0', s.n))
		return err_set(err, ERR_FORMAT, "%s holds a NUL byte", what);
	return 0;
}

static int check_list(struct str_list l, const char *what, size_t max, struct err *err)
{
	int r = 0;

	if (l.n > max)
		return err_set(err, ERR_LIMIT, "%zu entries of %s, more than %zu", l.n, what, max);
	for (size_t i = 0; i < l.n && r == 0; i++)
		r = check_field(l.p[i], what, true, err);
	return r;
}

/* No scheme orders a longer one: it would be in the database and match nothing. */
static int check_version(struct str version, bool required, struct err *err)
{
	if (version.n > LIMIT_VERSION_BYTES)
		return err_set(err, ERR_LIMIT, "a version of %zu bytes (version_bytes: %d)",
			       version.n, LIMIT_VERSION_BYTES);
	return check_field(version, "version", required, err);
}

static int check_versions(const struct advisory_affected *a, struct err *err)
{
	int r = 0;

	if (a->versions.n > LIMIT_ADVISORY_VERSIONS)
		return err_set(err, ERR_LIMIT, "%zu versions, more than %d (advisory_versions)",
			       a->versions.n, LIMIT_ADVISORY_VERSIONS);
	for (size_t i = 0; i < a->versions.n && r == 0; i++)
		r = check_version(a->versions.p[i], true, err);
	if (r == 0 && a->n_intervals > LIMIT_ADVISORY_VERSIONS)
		r = err_set(err, ERR_LIMIT, "%zu intervals, more than %d (advisory_versions)",
			    a->n_intervals, LIMIT_ADVISORY_VERSIONS);
	for (size_t i = 0; r == 0 && i < a->n_intervals; i++) {
		r = check_version(a->intervals[i].introduced, false, err);
		if (r == 0)
			r = check_version(a->intervals[i].fixed, false, err);
		if (r == 0)
			r = check_version(a->intervals[i].last_affected, false, err);
	}
	return r;
}

static int check_affected(const struct advisory_affected *a, struct err *err)
{
	int r;

	if (!ecosystem_is_shard(a->shard))
		return err_set(err, ERR_FORMAT, "\"%.*s\" names no shard",
			       a->shard.n > 80 ? 80 : STR_FMT(a->shard));
	r = check_field(a->name, "package name", true, err);
	if (r == 0)
		r = check_versions(a, err);
	if (r == 0)
		r = check_field(a->constraint, "constraint", false, err);
	if (r == 0)
		r = check_field(a->channel, "channel", false, err);
	if (r == 0)
		r = check_field(a->module, "module", false, err);
	if (r == 0)
		r = check_list(a->arches, "architectures", LIMIT_ADVISORY_IDS, err);
	if (r == 0)
		r = check_list(a->symbols, "symbols", LIMIT_ADVISORY_AFFECTED, err);
	return r;
}

/* Releases that nobody has heard of make a shard each: a record must not make them by thousands. */
static int check_shards(const struct advisory *a, struct err *err)
{
	struct str seen[LIMIT_ADVISORY_SHARDS];
	size_t n = 0, k = 0;

	for (size_t i = 0; i < a->n_affected; i++) {
		struct str shard = a->affected[i].shard;

		if (k < n && str_eq(seen[k], shard))
			continue; /* as the one before */
		for (k = 0; k < n && !str_eq(seen[k], shard); k++)
			;
		if (k == LIMIT_ADVISORY_SHARDS)
			return err_set(err, ERR_LIMIT, "more than %d shards (advisory_shards)",
				       LIMIT_ADVISORY_SHARDS);
		if (k == n)
			seen[n++] = shard;
	}
	return 0;
}

static int check_advisory(const struct advisory *a, struct err *err)
{
	int r = check_field(a->id, "id", true, err);

	if (r == 0)
		r = check_list(a->aliases, "aliases", LIMIT_ADVISORY_IDS, err);
	if (r == 0)
		r = check_list(a->upstream, "upstream", LIMIT_ADVISORY_IDS, err);
	if (r == 0)
		r = check_list(a->cvss, "cvss", LIMIT_ADVISORY_IDS, err);
	if (r == 0)
		r = check_list(a->cwes, "cwes", LIMIT_ADVISORY_IDS, err);
	if (r == 0 && a->n_affected > LIMIT_ADVISORY_AFFECTED)
		r = err_set(err, ERR_LIMIT, "%zu packages, more than %d (advisory_affected)",
			    a->n_affected, LIMIT_ADVISORY_AFFECTED);
	for (size_t i = 0; r == 0 && i < a->n_affected; i++) {
		r = check_affected(&a->affected[i], err);
		if (r < 0)
			return err_wrap(err, r, "affected[%zu]", i);
	}
	return r < 0 ? r : check_shards(a, err);
}

/* ---- packing ---- */

static struct span add_text(struct strbuf *sb, struct str s)
{
	struct span span = {sb->n, s.n};

	strbuf_add(sb, s);
	return span;
}

static struct span add_list(struct strbuf *sb, struct str_list l)
{
	struct span span = {.at = sb->n};

	packed_add_list(sb, l);
	span.n = sb->n - span.at;
	return span;
}

static size_t part_size(struct str s)
{
	return s.n ? packed_uint_size(s.n) + s.n : 0;
}

static void add_part(struct strbuf *sb, struct str s)
{
	if (s.n)
		packed_add_str(sb, s);
}

static size_t intervals_size(const struct advisory_affected *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_intervals; i++)
		n += 1 + part_size(a->intervals[i].introduced) + part_size(a->intervals[i].fixed) +
		     part_size(a->intervals[i].last_affected);
	return n;
}

static void add_intervals(struct strbuf *sb, const struct advisory_affected *a)
{
	packed_add_uint(sb, a->n_intervals);
	packed_add_uint(sb, intervals_size(a));
	for (size_t i = 0; i < a->n_intervals; i++) {
		const struct advisory_interval *in = &a->intervals[i];

		strbuf_addc(sb, (char)((in->introduced.n ? 1 : 0) | (in->fixed.n ? 2 : 0) |
				       (in->last_affected.n ? 4 : 0)));
		add_part(sb, in->introduced);
		add_part(sb, in->fixed);
		add_part(sb, in->last_affected);
	}
}

/* The row without what its advisory adds: optional parts' bits, ranges, optional parts. */
static struct span add_body(struct strbuf *sb, struct strbuf *ranges,
			    const struct advisory_affected *a)
{
	struct span span = {.at = sb->n};

	strbuf_reset(ranges);
	add_intervals(ranges, a);
	packed_add_list(ranges, a->versions);
	packed_add_str(ranges, a->constraint);
	strbuf_addc(sb, (char)((a->channel.n ? ROW_CHANNEL : 0) | (a->module.n ? ROW_MODULE : 0) |
			       (a->arches.n ? ROW_ARCHES : 0) | (a->note.n ? ROW_NOTE : 0) |
			       (a->symbols.n ? ROW_SYMBOLS : 0)));
	packed_add_str(sb, strbuf_str(ranges));
	add_part(sb, a->channel);
	add_part(sb, a->module);
	if (a->arches.n)
		packed_add_list(sb, a->arches);
	add_part(sb, str_sub(a->note, 0, LIMIT_ADVISORY_SUMMARY));
	if (a->symbols.n)
		packed_add_list(sb, a->symbols);
	span.n = sb->n - span.at;
	return span;
}

/* The shard's name, kept once for each file. */
static struct str keep_shard(struct collector *c, struct str shard)
{
	struct str *kept = map_get(c->shards, shard);

	if (kept)
		return *kept;
	kept = arena_alloc(&c->arena, sizeof *kept);
	if (!kept)
		return STR_NULL;
	*kept = arena_str(&c->arena, shard);
	if (!kept->p || map_put(c->shards, *kept, kept) < 0)
		return STR_NULL;
	return *kept;
}

/* ---- the sink ---- */

struct row_spans {
	struct span name, body;
};

static struct str at(struct str base, struct span s)
{
	return str_sub(base, s.at, s.n);
}

static struct record *new_record(struct collector *c, const struct advisory *a)
{
	const struct feed *feed = feed_find(a->feed);
	struct record *record = vec_push(&c->records);

	if (!record)
		return NULL;
	record->file = c->file;
	record->order = c->records.n;
	record->feed = c->feed;
	for (size_t i = 0; feed && feeds[i]; i++)
		if (feeds[i] == feed)
			record->feed = i;
	record->kind = a->kind;
	record->severity = a->severity;
	record->withdrawn = a->withdrawn;
	record->n_rows = a->n_affected;
	record->rows = arena_array(&c->arena, a->n_affected, sizeof *record->rows);
	return record->rows || a->n_affected == 0 ? record : NULL;
}

static bool set_rows(struct collector *c, struct record *record, const struct advisory *a,
		     const struct row_spans *spans, struct str base)
{
	for (size_t i = 0; i < a->n_affected; i++) {
		record->rows[i] = (struct record_row){
			.shard = keep_shard(c, a->affected[i].shard),
			.name = at(base, spans[i].name),
			.body = at(base, spans[i].body),
			.status = a->affected[i].status,
			.severity = a->affected[i].severity,
			.by_binary = a->affected[i].by_binary,
		};
		if (!record->rows[i].shard.p)
			return false;
	}
	return true;
}

/* Everything of the record in one piece of memory: small allocations would double it. */
static int keep_record(struct collector *c, const struct advisory *a, struct row_spans *spans,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf ranges = STRBUF_INIT(SCRATCH_BYTES);
	struct strbuf *sb = &c->scratch;
	struct record *record;
	struct str base;

	strbuf_reset(sb);
	struct span id = add_text(sb, a->id), published = add_text(sb, a->published),
		    modified = add_text(sb, a->modified), source = add_text(sb, a->severity_source),
		    summary = add_text(sb, str_sub(a->summary, 0, LIMIT_ADVISORY_SUMMARY)),
		    aliases = add_list(sb, a->aliases), upstream = add_list(sb, a->upstream),
		    cvss = add_list(sb, a->cvss), cwes = add_list(sb, a->cwes),
		    references = add_list(sb, a->references);

	for (size_t i = 0; i < a->n_affected; i++) {
		spans[i].name = add_text(sb, a->affected[i].name);
		spans[i].body = add_body(sb, &ranges, &a->affected[i]);
	}
	if (strbuf_check(sb, err) < 0 || strbuf_check(&ranges, err) < 0)
		return sb->error == ERR_NOMEM ? -ERR_NOMEM : -ERR_LIMIT;
	base = arena_str(&c->arena, strbuf_str(sb));
	record = base.p ? new_record(c, a) : NULL;
	if (!record || !set_rows(c, record, a, spans, base))
		return err_nomem(err);
	record->id = at(base, id);
	record->published = at(base, published);
	record->modified = at(base, modified);
	record->severity_source = at(base, source);
	record->summary = at(base, summary);
	record->aliases = at(base, aliases);
	record->upstream = at(base, upstream);
	record->cvss = at(base, cvss);
	record->cwes = at(base, cwes);
	record->references = at(base, references);
	return 0;
}

/* Without what no scan reads: control bytes of a summary, references without end. */
static struct advisory tidied(const struct advisory *a)
{
	struct advisory t = *a;

	if (t.references.n > LIMIT_ADVISORY_REFERENCES)
		t.references.n = LIMIT_ADVISORY_REFERENCES;
	if (str_has_prefix(t.published, STR("0001-")))
		t.published = STR_NULL;
	if (str_has_prefix(t.modified, STR("0001-")))
		t.modified = STR_NULL;
	t.published.n = t.published.n > CLOCK_TEXT_BYTES ? 0 : t.published.n;
	t.modified.n = t.modified.n > CLOCK_TEXT_BYTES ? 0 : t.modified.n;
	return t;
}

static int on_advisory(void *context, const struct advisory *a, struct err *err)
{
	struct collector *c = context;
	CLEANUP(freep) struct row_spans *spans = NULL;
	struct advisory tidy = tidied(a);
	struct err why = {0};
	int r = check_advisory(&tidy, &why);

	if (r == 0) {
		spans = calloc(tidy.n_affected ? tidy.n_affected : 1, sizeof *spans);
		r = spans ? keep_record(c, &tidy, spans, &why) : err_nomem(&why);
	}
	if (r == -ERR_NOMEM) {
		if (err)
			*err = why;
		return r;
	}
	if (r < 0)
		collector_problem(c, c->path, str_sub(a->id, 0, 200), &why);
	return spend(c, err);
}

static int on_enrichment(void *context, const struct enrichment *e, struct err *err)
{
	struct collector *c = context;
	struct record_enrichment *kept;
	struct err why = {0};
	uint64_t key;

	if (!enrichment_key(e->cve, &key)) {
		(void)err_set(&why, ERR_FORMAT, "not an id of the form CVE-YEAR-NUMBER");
		collector_problem(c, c->path, str_sub(e->cve, 0, 80), &why);
		return 0;
	}
	strbuf_reset(&c->scratch);
	enrichment_pack(&c->scratch, e);
	kept = vec_push(&c->enrichments);
	if (!kept || strbuf_check(&c->scratch, NULL) < 0)
		return err_nomem(err);
	kept->cve = key;
	kept->feed = c->feed;
	kept->file = c->file;
	kept->order = c->enrichments.n;
	kept->date = shard_date(e->date);
	kept->packed = arena_str(&c->arena, strbuf_str(&c->scratch));
	return kept->packed.p ? spend(c, err) : err_nomem(err);
}

static int on_fact(void *context, struct str key, struct str value, struct err *err)
{
	struct collector *c = context;
	struct record_fact *fact;
	struct err why = {0};

	if (check_field(key, "fact", true, &why) < 0 ||
	    check_field(value, "fact", false, &why) < 0) {
		collector_problem(c, c->path, str_sub(key, 0, 80), &why);
		return 0;
	}
	fact = vec_push(&c->facts);
	if (!fact)
		return err_nomem(err);
	fact->feed = c->feed;
	fact->key = arena_str(&c->arena, key);
	fact->value = arena_str(&c->arena, value);
	return fact->key.p && fact->value.p ? spend(c, err) : err_nomem(err);
}

static void on_problem(void *context, struct str where, const struct err *why)
{
	struct collector *c = context;

	collector_problem(c, c->path, where, why);
}

struct feed_sink collector_sink(struct collector *c, struct str path, const struct feed *feed)
{
	c->path = path;
	c->feed = 0;
	for (size_t i = 0; feeds[i]; i++)
		if (feeds[i] == feed)
			c->feed = i;
	return (struct feed_sink){c, on_advisory, on_enrichment, on_fact, on_problem};
}
