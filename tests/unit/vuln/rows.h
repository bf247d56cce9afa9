/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shard from a few lines of text, for the tests of matching.
 *
 *     struct rows_shard s;
 *     rows_shard_open(&s, "debian-12", "DSA-1 ^CVE-1 openssl [,3.0.11-1)\n"
 *                                      "CVE-2 feed:debian-tracker openssl [,) will_not_fix\n");
 *     ... s.shard ...
 *     rows_shard_close(&s);
 *
 * A line: ID, then in any order =ALIAS, ^UPSTREAM, feed:ID, kind:KIND, the package's name, and of
 * it [INTRODUCED,FIXED) or [INTRODUCED,LAST], v=VERSION, ?CONSTRAINT ('_' is a space), a status,
 * !SEVERITY, #CHANNEL, %MODULE, @ARCH, 'NOTE (to the end of the line), ~VECTOR, binary. A line
 * that begins with white space is another package of the same record.
 */
#pragma once

#include <unistd.h>

#include "tests/unit/test.h"
#include "vuln/shard.h"
#include "vuln/shard_write.h"

#define ROWS_MAX 64

struct rows_shard {
	struct collector c;
	struct alias aliases;
	struct shard *shard;
	char dir[64], path[128];
};

/* One record while its lines are read. */
struct rows_record {
	struct advisory a;
	struct str feed;
	struct advisory_affected packages[8];
	struct advisory_interval intervals[8][4];
	struct str aliases[8], upstream[8], cvss[4], versions[8][8], arches[8][4];
};

static inline void rows_add(struct str_list *list, struct str *room, struct str s)
{
	room[list->n++] = s;
	list->p = room;
}

static inline bool rows_status(struct str word, enum finding_status *ret)
{
	for (int s = STATUS_AFFECTED; s <= STATUS_NOT_AFFECTED; s++)
		if (str_is(word, finding_status_name((enum finding_status)s))) {
			*ret = (enum finding_status)s;
			return true;
		}
	return false;
}

static inline void rows_interval(struct rows_record *r, size_t k, struct str word)
{
	struct advisory_affected *p = &r->packages[k];
	struct advisory_interval *in = &r->intervals[k][p->n_intervals++];
	bool closed = word.p[word.n - 1] == ']';
	struct str end;

	assert_true(str_cut(str_sub(word, 1, word.n - 2), ',', &in->introduced, &end));
	*(closed ? &in->last_affected : &in->fixed) = end;
	p->intervals = r->intervals[k];
}

static inline void rows_kind(struct rows_record *r, struct str word)
{
	for (int k = ADVISORY_VULNERABILITY; k <= ADVISORY_NOTICE; k++)
		if (str_is(word, advisory_kind_name((enum advisory_kind)k)))
			r->a.kind = (enum advisory_kind)k;
}

static inline void rows_word(struct rows_record *r, struct str word)
{
	size_t k = r->a.n_affected;
	struct advisory_affected *p = &r->packages[k];
	struct str rest = str_skip(word, 1);

	if (rows_status(word, &p->status))
		return;
	if (str_is(word, "binary"))
		p->by_binary = true;
	else if (str_pull_prefix(&word, STR("feed:")))
		r->feed = word;
	else if (str_pull_prefix(&word, STR("kind:")))
		rows_kind(r, word);
	else if (str_pull_prefix(&word, STR("v=")))
		rows_add(&p->versions, r->versions[k], word);
	else if (word.p[0] == '=')
		rows_add(&r->a.aliases, r->aliases, rest);
	else if (word.p[0] == '^')
		rows_add(&r->a.upstream, r->upstream, rest);
	else if (word.p[0] == '~')
		rows_add(&r->a.cvss, r->cvss, rest);
	else if (word.p[0] == '@')
		rows_add(&p->arches, r->arches[k], rest);
	else if (word.p[0] == '[')
		rows_interval(r, k, word);
	else if (word.p[0] == '?')
		p->constraint = rest;
	else if (word.p[0] == '#')
		p->channel = rest;
	else if (word.p[0] == '%')
		p->module = rest;
	else if (word.p[0] == '!')
		assert_int_equal(severity_parse(rest, &p->severity, NULL), 0);
	else
		p->name = word;
}

static inline void rows_line(struct rows_record *r, const char *shard, struct str line)
{
	struct str word;

	r->packages[r->a.n_affected].shard = str_of(shard);
	while (str_pull_word(&line, &word)) {
		if (word.p[0] == '\'') {
			r->packages[r->a.n_affected].note = str_skip(word, 1);
			continue;
		}
		rows_word(r, word);
	}
	r->a.n_affected++;
}

static inline void rows_flush(struct rows_shard *s, struct rows_record *r)
{
	const struct feed *feed = feed_find(r->feed.n ? r->feed : STR("osv"));
	struct feed_sink sink;

	assert_non_null(feed);
	if (r->a.id.n == 0)
		return;
	sink = collector_sink(&s->c, STR("file"), feed);
	r->a.affected = r->packages;
	r->a.severity_source = STR("publisher");
	assert_int_equal(sink.advisory(sink.context, &r->a, NULL), 0);
	memset(r, 0, sizeof *r);
}

static inline void rows_join(struct rows_shard *s, struct str id, struct str packed)
{
	struct cursor c = cursor_make(packed);
	struct packed_list l = packed_list(&c);
	struct str alias;

	while (packed_next(&l, &alias))
		assert_int_equal(alias_join(&s->aliases, id, alias, NULL), 0);
}

static inline void rows_write(struct rows_shard *s, const char *name)
{
	struct shard_entry rows[ROWS_MAX];
	int64_t dates[SHARD_FEEDS_MAX] = {0};
	struct shard_counts counts;
	struct err err = {0};
	size_t n = 0;

	for (size_t i = 0; i < s->c.records.n; i++) {
		struct record *r = vec_at(&s->c.records, i);

		r->number = i;
		assert_int_equal(alias_add(&s->aliases, r->id, NULL), 0);
		rows_join(s, r->id, r->aliases);
		for (size_t k = 0; k < r->n_rows; k++) {
			assert_true(n < ROWS_MAX);
			rows[n++] = (struct shard_entry){.record = r, .row = &r->rows[k]};
		}
	}
	assert_int_equal(alias_close(&s->aliases, NULL), 0);
	struct shard_source source = {.name = str_of(name),
				      .rows = rows,
				      .n_rows = n,
				      .aliases = &s->aliases,
				      .feed_dates = dates,
				      .now = 1800000000};

	if (shard_write(s->path, &source, &counts, &err) < 0)
		fail_msg("%s: %s", name, err.msg);
	if (shard_open(s->path, name, &s->shard, &err) < 0)
		fail_msg("%s: %s", name, err.msg);
}

static inline void rows_shard_open(struct rows_shard *s, const char *name, const char *text)
{
	struct str in = str_of(text), line;
	struct rows_record r = {.feed = STR_NULL};

	memset(s, 0, sizeof *s);
	alias_init(&s->aliases);
	assert_int_equal(collector_init(&s->c, 0, NULL, NULL), 0);
	(void)snprintf(s->dir, sizeof s->dir, "/tmp/plimsoll-rows-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	(void)snprintf(s->path, sizeof s->path, "%s/s.db", s->dir);
	while (str_pull_line(&in, &line)) {
		if (!char_is_space(line.p[0])) {
			rows_flush(s, &r);
			assert_true(str_pull_word(&line, &r.a.id));
		}
		rows_line(&r, name, line);
	}
	rows_flush(s, &r);
	if (s->c.problems.n)
		fail_msg("%.*s",
			 STR_FMT(((struct record_problem *)vec_at(&s->c.problems, 0))->message));
	rows_write(s, name);
}

static inline void rows_shard_close(struct rows_shard *s)
{
	shard_close(s->shard);
	collector_done(&s->c);
	alias_done(&s->aliases);
	(void)unlink(s->path);
	(void)rmdir(s->dir);
}
