/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a feed reader hands over, as text: one line a record and one line a package.
 *
 *     struct feed_dump dump;
 *     read_feed("osv", "osv/npm/all.zip/GHSA-1.json", text, &dump)      return value of the reader
 *     assert_str(strbuf_str(&dump.out), "GHSA-1 =CVE-2024-1 !high@GitHub\n npm/x [1,2)\n");
 *
 *     ID withdrawn KIND =ALIAS ^UPSTREAM !SEVERITY@SOURCE ~VECTOR CWE <PUBLISHED >MODIFIED
 * "SUMMARY" SHARD/NAME [INTRODUCED,FIXED) [INTRODUCED,LAST] =VERSION ?CONSTRAINT STATUS !SEVERITY
 *          #CHANNEL %MODULE @ARCH .SYMBOL 'NOTE' binary
 * Only what is set; dates and summaries when `verbose` is.
 */
#pragma once

#include "base/memory_stream.h"
#include "tests/unit/test.h"
#include "vuln/feed.h"

struct feed_dump {
	struct strbuf out, problems;
	size_t n_advisories, n_packages, n_enrichments, n_problems;
	bool verbose;
};

static inline void dump_list(struct strbuf *sb, const char *mark, struct str_list l)
{
	for (size_t i = 0; i < l.n; i++)
		strbuf_addf(sb, " %s%.*s", mark, STR_FMT(l.p[i]));
}

static inline void dump_opt(struct strbuf *sb, const char *mark, struct str s)
{
	if (s.n)
		strbuf_addf(sb, " %s%.*s", mark, STR_FMT(s));
}

static inline void dump_package(struct strbuf *sb, const struct advisory_affected *p)
{
	strbuf_addf(sb, " %.*s/%.*s", STR_FMT(p->shard), STR_FMT(p->name));
	for (size_t i = 0; i < p->n_intervals; i++) {
		struct advisory_interval v = p->intervals[i];

		strbuf_addf(sb, " [%.*s,%.*s%.*s%c", STR_FMT(v.introduced), STR_FMT(v.fixed),
			    STR_FMT(v.last_affected), v.last_affected.n ? ']' : ')');
	}
	dump_list(sb, "=", p->versions);
	dump_opt(sb, "?", p->constraint);
	if (p->status != STATUS_AFFECTED)
		dump_opt(sb, "", str_of(finding_status_name(p->status)));
	if (p->severity != SEVERITY_UNKNOWN)
		dump_opt(sb, "!", str_of(severity_name(p->severity)));
	dump_opt(sb, "#", p->channel);
	dump_opt(sb, "%", p->module);
	dump_list(sb, "@", p->arches);
	dump_list(sb, ".", p->symbols);
	if (p->note.n)
		strbuf_addf(sb, " '%.*s'", STR_FMT(p->note));
	strbuf_adds(sb, p->by_binary ? " binary\n" : "\n");
}

static inline int dump_advisory(void *context, const struct advisory *a, struct err *err)
{
	struct feed_dump *d = context;
	struct strbuf *sb = &d->out;

	d->n_advisories++;
	d->n_packages += a->n_affected;
	strbuf_add(sb, a->id);
	strbuf_adds(sb, a->withdrawn ? " withdrawn" : "");
	if (a->kind != ADVISORY_VULNERABILITY)
		dump_opt(sb, "", str_of(advisory_kind_name(a->kind)));
	dump_list(sb, "=", a->aliases);
	dump_list(sb, "^", a->upstream);
	if (a->severity != SEVERITY_UNKNOWN)
		strbuf_addf(sb, " !%s@%.*s", severity_name(a->severity),
			    STR_FMT(a->severity_source));
	dump_list(sb, "~", a->cvss);
	dump_list(sb, "", a->cwes);
	if (d->verbose) {
		dump_opt(sb, "<", a->published);
		dump_opt(sb, ">", a->modified);
		strbuf_addf(sb, " \"%.*s\"", STR_FMT(a->summary));
	}
	strbuf_addc(sb, '\n');
	for (size_t i = 0; i < a->n_affected; i++)
		dump_package(sb, &a->affected[i]);
	(void)err;
	return 0;
}

static inline int dump_enrichment(void *context, const struct enrichment *e, struct err *err)
{
	struct feed_dump *d = context;
	struct strbuf *sb = &d->out;

	(void)err;
	d->n_enrichments++;
	strbuf_add(sb, e->cve);
	dump_opt(sb, "date=", e->date);
	dump_opt(sb, "exploited=", e->exploited_since);
	dump_opt(sb, "due=", e->exploited_due);
	strbuf_adds(sb, e->ransomware ? " ransomware" : "");
	if (e->has_epss)
		strbuf_addf(sb, " epss=%g/%g", e->epss, e->epss_percentile);
	dump_list(sb, "~", e->cvss);
	dump_list(sb, "", e->cwes);
	strbuf_adds(sb, e->rejected ? " rejected" : "");
	if (d->verbose)
		strbuf_addf(sb, " <%.*s \"%.*s\"", STR_FMT(e->published), STR_FMT(e->summary));
	strbuf_addc(sb, '\n');
	return 0;
}

static inline int dump_fact(void *context, struct str key, struct str value, struct err *err)
{
	struct feed_dump *d = context;

	(void)err;
	strbuf_addf(&d->out, "fact %.*s=%.*s\n", STR_FMT(key), STR_FMT(value));
	return 0;
}

static inline void dump_problem(void *context, struct str where, const struct err *why)
{
	struct feed_dump *d = context;

	d->n_problems++;
	strbuf_addf(&d->problems, "%.*s: %s\n", STR_FMT(where), why->msg);
}

static inline void feed_dump_init(struct feed_dump *d)
{
	*d = (struct feed_dump){
		.out = STRBUF_INIT((size_t)1 << 30),
		.problems = STRBUF_INIT((size_t)1 << 30),
	};
}

static inline void feed_dump_done(struct feed_dump *d)
{
	strbuf_done(&d->out);
	strbuf_done(&d->problems);
}

static inline struct feed_sink feed_dump_sink(struct feed_dump *d)
{
	return (struct feed_sink){d, dump_advisory, dump_enrichment, dump_fact, dump_problem};
}

/* The feed must claim the path, and no other feed may come first. */
static inline int read_feed(const char *id, const char *path, struct str text, struct feed_dump *d,
			    struct err *err)
{
	struct memory_stream in = memory_stream_make(text);
	struct feed_file file = {str_of(path), &in.stream, text.n};
	struct feed_sink sink = feed_dump_sink(d);
	const struct feed *feed = feed_for(str_of(path));

	if (!feed || strcmp(feed->id, id) != 0)
		fail_msg("%s is claimed by %s", path, feed ? feed->id : "no feed");
	return feed->read(&file, &sink, err);
}

/* One row of a table: text in, what comes out, and the problems on the way. */
static inline void check_feed(const char *id, const char *path, const char *text, const char *out,
			      const char *problems)
{
	struct err err = {0};
	struct feed_dump d;

	feed_dump_init(&d);
	if (read_feed(id, path, str_of(text), &d, &err) < 0)
		fail_msg("%s: %s", path, err.msg);
	assert_string_equal(strbuf_cstr(&d.out), out);
	assert_string_equal(strbuf_cstr(&d.problems), problems);
	feed_dump_done(&d);
}

/* The same for JSON that is written with ' in place of ", which it then must not hold itself. */
static inline void check_json(const char *id, const char *path, const char *text, const char *out,
			      const char *problems)
{
	char *copy = str_dup(str_of(text));

	assert_non_null(copy);
	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	check_feed(id, path, copy, out, problems);
	free(copy);
}

/* The file as a whole cannot be read. */
static inline void check_error(const char *id, const char *path, const char *text, const char *part)
{
	struct err err = {0};
	struct feed_dump d;

	feed_dump_init(&d);
	if (read_feed(id, path, str_of(text), &d, &err) >= 0)
		fail_msg("%s: no error, want \"%s\"", text, part);
	assert_has(err.msg, part);
	feed_dump_done(&d);
}
