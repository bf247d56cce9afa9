/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/shard_write.h"

#include "base/clock.h"
#include "codec/sqlite_file.h"
#include "codec/zstd_dict.h"
#include "vuln/shard.h"

#define BLOB_BYTES	 ((size_t)256 << 20)
#define DICTIONARY_BYTES ((size_t)48 << 10)
#define DICTIONARY_TEXTS 32 /* of fewer there is nothing to learn */
#define ZSTD_LEVEL	 12
#define IDS_MAX		 (64u << 20)

/* These numbers are written into shards: a new one goes to the end, with a new SHARD_FORMAT. */
_Static_assert(STATUS_AFFECTED == 0 && STATUS_NOT_AFFECTED == 6, "status on disk");
_Static_assert(SEVERITY_UNKNOWN == 0 && SEVERITY_CRITICAL == 5, "severity on disk");
_Static_assert(ADVISORY_VULNERABILITY == 0 && ADVISORY_NOTICE == 4, "kind on disk");

/* One id of one advisory, to be sorted. */
struct id_use {
	struct str id;
	uint32_t advisory;
	bool is_record; /* the record's own id, which names no vulnerability */
};

struct writer {
	const struct shard_source *source;
	struct shard_counts *counts;
	struct sqlite_file *db;
	uint32_t feed_numbers[SHARD_FEEDS_MAX]; /* in this shard */
	struct vec ids;				/* struct id_use */
	struct strbuf blob, text;
};

int64_t shard_date(struct str text)
{
	char full[CLOCK_TEXT_MAX + 16];
	int64_t seconds;

	/* A day, or a time that does not say where it is read: NVD's are of UTC. */
	if (!clock_parse(text, &seconds)) {
		(void)snprintf(full, sizeof full, "%.*s%s",
			       STR_FMT(str_sub(text, 0, CLOCK_TEXT_MAX)),
			       text.n == 10 ? "T00:00:00Z" : "Z"); /* fits */
		if (!clock_parse(str_of(full), &seconds))
			return 0;
	}
	return seconds > 0 ? seconds : 0;
}

/* ---- order ---- */

static int by_record(const void *va, const void *vb)
{
	const struct shard_entry *a = va, *b = vb;

	return (a->record->number > b->record->number) - (a->record->number < b->record->number);
}

static int by_package(const void *va, const void *vb)
{
	const struct shard_entry *a = va, *b = vb;
	int r = str_cmp(a->row->name, b->row->name);

	if (r == 0) /* the first byte is flags; ranges lie behind it */
		r = str_cmp(str_skip(a->row->body, 1), str_skip(b->row->body, 1));
	if (r == 0)
		r = (a->advisory > b->advisory) - (a->advisory < b->advisory);
	if (r == 0)
		r = str_cmp(a->row->body, b->row->body);
	if (r == 0)
		r = (int)a->row->status - (int)b->row->status;
	if (r == 0)
		r = (int)a->row->severity - (int)b->row->severity;
	return r ? r : (int)a->row->by_binary - (int)b->row->by_binary;
}

static int by_id(const void *va, const void *vb)
{
	const struct id_use *a = va, *b = vb;
	int r = str_cmp(a->id, b->id);

	if (r == 0)
		r = (int)a->is_record - (int)b->is_record;
	return r ? r : (a->advisory > b->advisory) - (a->advisory < b->advisory);
}

static int by_text(const void *va, const void *vb)
{
	return str_cmp(*(const struct str *)va, *(const struct str *)vb);
}

/* ---- advisories ---- */

static void count_record(struct writer *w, const struct record *record)
{
	int64_t date = shard_date(record->modified);
	size_t feed = record->feed;

	w->counts->n_advisories++;
	w->counts->feeds[feed].n_records++;
	if (date <= w->source->now && date > w->counts->feeds[feed].date)
		w->counts->feeds[feed].date = date;
}

/* Numbers the advisories from 1, in the order of the records. */
static void number_advisories(struct writer *w)
{
	const struct shard_source *s = w->source;
	const struct record *last = NULL;
	uint32_t n = 0;

	if (s->n_rows) /* of a shard that only has withdrawn records, there are none */
		qsort(s->rows, s->n_rows, sizeof *s->rows, by_record);
	for (size_t i = 0; i < s->n_rows; i++) {
		if (s->rows[i].record != last) {
			last = s->rows[i].record;
			n++;
			count_record(w, last);
		}
		s->rows[i].advisory = n;
	}
}

/* The canonical ids of a list; those that are no CVEs too unless `cves_only`. */
static int add_canonical(const struct writer *w, struct str packed, bool cves_only, struct vec *ret)
{
	struct cursor c = cursor_make(packed);
	struct packed_list l = packed_list(&c);
	struct str id, *p;

	while (packed_next(&l, &id)) {
		if (cves_only && !str_has_prefix(id, STR("CVE-")))
			continue;
		p = vec_push(ret);
		if (!p)
			return -ERR_NOMEM;
		*p = alias_canonical(w->source->aliases, id);
	}
	return 0;
}

/* What a record is about, itself: by one id, or by each of the CVEs it is another name of. */
static int add_own(const struct writer *w, const struct record *head, struct vec *ret)
{
	bool is_cve = str_has_prefix(head->id, STR("CVE-"));
	struct str *p;
	int r = 0;

	for (const struct record *record = head; record && !is_cve && r == 0; record = record->same)
		r = add_canonical(w, record->aliases, true, ret);
	if (r < 0 || ret->n)
		return r;
	p = vec_push(ret);
	if (!p)
		return -ERR_NOMEM;
	*p = alias_canonical(w->source->aliases, head->id);
	return 0;
}

/* The ids that a match is a finding of, each canonical and once; vec of struct str. */
static int vulnerabilities_of(const struct writer *w, const struct record *head, struct vec *ret)
{
	struct str *p;
	size_t n = 0;
	int r = 0;

	for (const struct record *record = head; record && r == 0; record = record->same)
		r = add_canonical(w, record->upstream, false, ret);
	if (r == 0 && ret->n == 0)
		r = add_own(w, head, ret);
	if (r < 0)
		return r;
	vec_sort(ret, by_text);
	p = ret->p;
	for (size_t i = 0; i < ret->n; i++)
		if (n == 0 || !str_eq(p[n - 1], p[i]))
			p[n++] = p[i];
	vec_cut(ret, n);
	return 0;
}

static int note_ids(struct writer *w, const struct record *record, uint32_t advisory,
		    const struct vec *vulnerabilities)
{
	struct id_use *use;

	for (size_t i = 0; i <= vulnerabilities->n; i++) {
		use = vec_push(&w->ids);
		if (!use)
			return -ERR_NOMEM;
		use->is_record = i == vulnerabilities->n;
		use->id = use->is_record ? record->id
					 : *(const struct str *)vec_at(vulnerabilities, i);
		use->advisory = advisory;
	}
	return 0;
}

static void pack_date(struct strbuf *sb, struct str text)
{
	packed_add_uint(sb, (uint64_t)shard_date(text));
}

static int pack_head(struct writer *w, const struct record *record, uint32_t advisory)
{
	struct vec ids = VEC_INIT(struct str, IDS_MAX);
	struct strbuf *sb = &w->blob;
	int r = vulnerabilities_of(w, record, &ids);

	strbuf_reset(sb);
	packed_add_uint(sb, w->feed_numbers[record->feed]);
	packed_add_uint(sb, record->kind);
	packed_add_uint(sb, record->severity);
	packed_add_str(sb, record->severity_source);
	pack_date(sb, record->published);
	pack_date(sb, record->modified);
	packed_add_list(sb, (struct str_list){ids.p, ids.n});
	strbuf_add(sb, record->cvss);
	strbuf_add(sb, record->cwes);
	if (r == 0)
		r = note_ids(w, record, advisory, &ids);
	vec_done(&ids);
	return r;
}

static void pack_text(struct strbuf *sb, const struct record *record)
{
	strbuf_reset(sb);
	packed_add_str(sb, record->summary);
	strbuf_add(sb, record->references);
}

/* Texts from all over the shard, so that each finds its like in there. */
static void make_dictionary(struct writer *w, struct strbuf *dictionary)
{
	const struct shard_source *s = w->source;
	size_t want = DICTIONARY_BYTES / 512, n = (size_t)w->counts->n_advisories;
	size_t step = n / want + 1;

	if (n < DICTIONARY_TEXTS)
		return;
	for (size_t i = 0; i < s->n_rows; i++) {
		if ((i && s->rows[i].advisory == s->rows[i - 1].advisory) ||
		    s->rows[i].advisory % step)
			continue;
		pack_text(&w->text, s->rows[i].record);
		if (dictionary->n + w->text.n > DICTIONARY_BYTES)
			break;
		strbuf_add(dictionary, strbuf_str(&w->text));
	}
}

static int write_advisory(struct writer *w, const struct shard_entry *entry,
			  struct sqlite_statement *insert, struct zstd_dict *packer,
			  struct strbuf *packed, struct err *err)
{
	int r = pack_head(w, entry->record, entry->advisory);

	if (r < 0)
		return err_nomem(err);
	pack_text(&w->text, entry->record);
	strbuf_reset(packed);
	r = zstd_dict_pack(packer, strbuf_str(&w->text), packed, err);
	if (r < 0 || strbuf_check(&w->blob, err) < 0)
		return r < 0 ? r : -ERR_LIMIT;
	sqlite_bind_int(insert, 1, entry->advisory);
	sqlite_bind_str(insert, 2, entry->record->id);
	sqlite_bind_blob(insert, 3, strbuf_str(&w->blob));
	sqlite_bind_blob(insert, 4, strbuf_str(packed));
	return sqlite_step(insert, err);
}

static int write_meta(struct sqlite_file *db, const char *key, struct str value, struct err *err)
{
	struct sqlite_statement *insert;
	int r = sqlite_file_prepare(db, "INSERT INTO meta VALUES(?1, ?2)", &insert, err);

	if (r < 0)
		return r;
	sqlite_bind_str(insert, 1, str_of(key));
	sqlite_bind_blob(insert, 2, value);
	return sqlite_step(insert, err);
}

static int write_advisories(struct writer *w, struct err *err)
{
	const struct shard_source *s = w->source;
	CLEANUP(strbuf_done) struct strbuf dictionary = STRBUF_INIT(DICTIONARY_BYTES);
	CLEANUP(strbuf_done) struct strbuf packed = STRBUF_INIT(BLOB_BYTES);
	CLEANUP(zstd_dict_freep) struct zstd_dict *packer = NULL;
	struct sqlite_statement *insert = NULL;
	int r;

	make_dictionary(w, &dictionary);
	r = zstd_dict_new_packer(strbuf_str(&dictionary), ZSTD_LEVEL, &packer, err);
	if (r == 0)
		r = sqlite_file_prepare(w->db, "INSERT INTO advisory VALUES(?1, ?2, ?3, ?4)",
					&insert, err);
	for (size_t i = 0; r == 0 && i < s->n_rows; i++)
		if (i == 0 || s->rows[i].advisory != s->rows[i - 1].advisory)
			r = write_advisory(w, &s->rows[i], insert, packer, &packed, err);
	return r < 0 ? r : write_meta(w->db, "dictionary", strbuf_str(&dictionary), err);
}

/* ---- packages ---- */

static bool same_row(const struct shard_entry *a, const struct shard_entry *b)
{
	return by_package(a, b) == 0;
}

static void pack_row(struct writer *w, const struct shard_entry *e)
{
	enum severity severity = e->row->severity ? e->row->severity : e->record->severity;
	struct strbuf *sb = &w->blob;

	packed_add_uint(sb, e->advisory);
	packed_add_uint(sb, w->feed_numbers[e->record->feed]);
	strbuf_addc(sb, (char)(e->row->status | e->record->kind << 3 | e->row->by_binary << 6));
	strbuf_addc(sb, (char)severity);
	strbuf_add(sb, e->row->body);
	w->counts->n_rows++;
}

static int write_package(struct writer *w, const struct shard_entry *rows, size_t n,
			 struct sqlite_statement *insert, struct err *err)
{
	strbuf_reset(&w->blob);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !same_row(&rows[i - 1], &rows[i]))
			pack_row(w, &rows[i]);
	if (strbuf_check(&w->blob, err) < 0)
		return -ERR_LIMIT;
	w->counts->n_packages++;
	sqlite_bind_str(insert, 1, rows->row->name);
	sqlite_bind_blob(insert, 2, strbuf_str(&w->blob));
	return sqlite_step(insert, err);
}

static int write_packages(struct writer *w, struct err *err)
{
	const struct shard_source *s = w->source;
	struct sqlite_statement *insert;
	size_t start = 0;
	int r = sqlite_file_prepare(w->db, "INSERT INTO package VALUES(?1, ?2)", &insert, err);

	if (s->n_rows)
		qsort(s->rows, s->n_rows, sizeof *s->rows, by_package);
	for (size_t i = 1; r == 0 && i <= s->n_rows; i++) {
		if (i < s->n_rows && str_eq(s->rows[i].row->name, s->rows[start].row->name))
			continue;
		r = write_package(w, s->rows + start, i - start, insert, err);
		start = i;
	}
	return r;
}

/* ---- ids ---- */

struct alias_use {
	struct str id, canonical;
};

static int by_alias(const void *va, const void *vb)
{
	const struct alias_use *a = va, *b = vb;

	return str_cmp(a->id, b->id);
}

static int insert_id(struct sqlite_statement *insert, struct str id, struct str canonical,
		     struct str aliases, struct str advisories, struct err *err)
{
	sqlite_bind_str(insert, 1, id);
	sqlite_bind_str(insert, 2, canonical);
	sqlite_bind_blob(insert, 3, aliases);
	sqlite_bind_blob(insert, 4, advisories);
	return sqlite_step(insert, err);
}

/* Uses of one id, which is canonical or a record's own: its advisories and its other names. */
static int write_id(struct writer *w, const struct id_use *uses, size_t n, struct vec *aliases,
		    struct sqlite_statement *insert, struct err *err)
{
	struct vec others = VEC_INIT(struct str, IDS_MAX);
	bool is_vulnerability = !uses[0].is_record;
	uint32_t last = 0;
	struct str id;
	int r = 0;

	strbuf_reset(&w->blob);
	strbuf_reset(&w->text);
	for (size_t i = 0; i < n; i++) {
		if (uses[i].advisory != last)
			packed_add_uint(&w->blob, uses[i].advisory);
		last = uses[i].advisory;
	}
	for (size_t at = 0;
	     is_vulnerability && r == 0 && alias_next(w->source->aliases, uses->id, &at, &id);) {
		struct alias_use *alias = vec_push(aliases);
		struct str *other = vec_push(&others);

		if (!alias || !other) {
			r = err_nomem(err);
			break;
		}
		*alias = (struct alias_use){id, uses->id};
		*other = id;
	}
	packed_add_list(&w->text, (struct str_list){others.p, others.n});
	vec_done(&others);
	if (r < 0 || strbuf_check(&w->blob, err) < 0 || strbuf_check(&w->text, err) < 0)
		return -ERR_NOMEM;
	return insert_id(insert, uses->id, is_vulnerability ? uses->id : STR_NULL,
			 strbuf_str(&w->text), strbuf_str(&w->blob), err);
}

/* Other names lead to the canonical one; one that is a record's id too has its row already. */
static int write_aliases(struct writer *w, struct vec *aliases, struct err *err)
{
	struct sqlite_statement *insert;
	int r = sqlite_file_prepare(w->db,
				    "INSERT INTO identifier VALUES(?1, ?2, ?3, ?4)"
				    " ON CONFLICT(id) DO UPDATE SET canonical = ?2",
				    &insert, err);

	vec_sort(aliases, by_alias);
	for (size_t i = 0; r == 0 && i < aliases->n; i++) {
		const struct alias_use *a = vec_at(aliases, i);

		r = insert_id(insert, a->id, a->canonical, STR_NULL, STR_NULL, err);
	}
	return r;
}

static int write_ids(struct writer *w, struct err *err)
{
	struct vec aliases = VEC_INIT(struct alias_use, IDS_MAX);
	struct sqlite_statement *insert;
	size_t start = 0;
	int r = sqlite_file_prepare(w->db, "INSERT INTO identifier VALUES(?1, ?2, ?3, ?4)", &insert,
				    err);

	vec_sort(&w->ids, by_id);
	for (size_t i = 1; r == 0 && i <= w->ids.n; i++) {
		const struct id_use *uses = vec_at(&w->ids, start), *use = vec_at(&w->ids, i);

		if (use && str_eq(use->id, uses->id))
			continue;
		r = write_id(w, uses, i - start, &aliases, insert, err);
		start = i;
	}
	if (r == 0)
		r = write_aliases(w, &aliases, err);
	vec_done(&aliases);
	return r;
}

static int by_record_id(const void *va, const void *vb)
{
	const struct record *const *a = va, *const *b = vb;

	return str_cmp((*a)->id, (*b)->id);
}

static int write_withdrawn(struct writer *w, struct err *err)
{
	const struct shard_source *s = w->source;
	struct sqlite_statement *insert;
	int r = sqlite_file_prepare(w->db, "INSERT OR IGNORE INTO withdrawn VALUES(?1)", &insert,
				    err);

	if (s->n_withdrawn)
		qsort(s->withdrawn, s->n_withdrawn, sizeof *s->withdrawn, by_record_id);
	for (size_t i = 0; r == 0 && i < s->n_withdrawn; i++) {
		if (i && str_eq(s->withdrawn[i]->id, s->withdrawn[i - 1]->id))
			continue;
		w->counts->n_withdrawn++;
		sqlite_bind_str(insert, 1, s->withdrawn[i]->id);
		r = sqlite_step(insert, err);
	}
	return r;
}

/* ---- the shard ---- */

static void number_feeds(struct writer *w)
{
	uint32_t n = 0;

	for (size_t i = 0; i < SHARD_FEEDS_MAX && feeds[i]; i++)
		if (w->counts->feeds[i].n_records)
			w->feed_numbers[i] = n++;
}

static int write_feeds(struct writer *w, struct err *err)
{
	struct sqlite_statement *insert;
	int r = sqlite_file_prepare(w->db, "INSERT INTO feed VALUES(?1, ?2, ?3, ?4)", &insert, err);

	for (size_t i = 0; r == 0 && feeds[i] && i < SHARD_FEEDS_MAX; i++) {
		char date[CLOCK_TEXT_MAX] = "";

		if (w->counts->feeds[i].n_records == 0)
			continue;
		if (w->counts->feeds[i].date == 0)
			w->counts->feeds[i].date = w->source->feed_dates[i];
		if (w->counts->feeds[i].date)
			(void)clock_format(w->counts->feeds[i].date, date);
		sqlite_bind_int(insert, 1, w->feed_numbers[i]);
		sqlite_bind_str(insert, 2, str_of(feeds[i]->id));
		sqlite_bind_str(insert, 3, str_of(date));
		sqlite_bind_int(insert, 4, (int64_t)w->counts->feeds[i].n_records);
		r = sqlite_step(insert, err);
	}
	return r;
}

static int write_format(struct sqlite_file *db, struct str name, struct err *err)
{
	char format[16];
	int r;

	(void)snprintf(format, sizeof format, "%d", SHARD_FORMAT); /* fits */
	r = write_meta(db, "format", str_of(format), err);
	return r < 0 ? r : write_meta(db, "name", name, err);
}

int shard_write(const char *path, const struct shard_source *source, struct shard_counts *counts,
		struct err *err)
{
	struct writer w = {
		.source = source,
		.counts = counts,
		.ids = VEC_INIT(struct id_use, IDS_MAX),
		.blob = STRBUF_INIT(BLOB_BYTES),
		.text = STRBUF_INIT(BLOB_BYTES),
	};
	int r = sqlite_file_create(path, shard_schema, &w.db, err);

	if (r == 0)
		r = write_format(w.db, source->name, err);
	if (r == 0) {
		number_advisories(&w);
		number_feeds(&w);
		r = write_feeds(&w, err);
	}
	if (r == 0)
		r = write_advisories(&w, err);
	if (r == 0)
		r = write_packages(&w, err);
	if (r == 0)
		r = write_ids(&w, err);
	if (r == 0)
		r = write_withdrawn(&w, err);
	if (r == 0)
		r = sqlite_file_finish(w.db, err);
	sqlite_file_close(w.db);
	vec_done(&w.ids);
	strbuf_done(&w.blob);
	strbuf_done(&w.text);
	return r;
}

static int write_facts(struct sqlite_file *db, const struct fact_entry *facts, size_t n,
		       struct err *err)
{
	struct sqlite_statement *insert;
	int r = sqlite_file_prepare(db, "INSERT INTO fact VALUES(?1, ?2, ?3)", &insert, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		sqlite_bind_str(insert, 1, facts[i].feed);
		sqlite_bind_str(insert, 2, facts[i].key);
		sqlite_bind_str(insert, 3, facts[i].value);
		r = sqlite_step(insert, err);
	}
	return r;
}

int shard_write_enrichment(const char *path, const struct enrichment_entry *entries, size_t n,
			   const struct fact_entry *facts, size_t n_facts, struct err *err)
{
	CLEANUP(sqlite_file_closep) struct sqlite_file *db = NULL;
	struct sqlite_statement *insert = NULL;
	int r = sqlite_file_create(path, enrichment_schema, &db, err);

	if (r == 0)
		r = write_format(db, STR("enrichment"), err);
	if (r == 0)
		r = sqlite_file_prepare(db, "INSERT INTO enrichment VALUES(?1, ?2)", &insert, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		sqlite_bind_int(insert, 1, (int64_t)entries[i].cve);
		sqlite_bind_blob(insert, 2, entries[i].packed);
		r = sqlite_step(insert, err);
	}
	if (r == 0)
		r = write_facts(db, facts, n_facts, err);
	return r < 0 ? r : sqlite_file_finish(db, err);
}
