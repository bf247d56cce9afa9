/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long matching takes: match_bench DB SHARD [RUNS]
 *
 * Makes reports of packages that the shard names, and of as many that it does not know where it
 * names too few, and prints the median of RUNS, in milliseconds of the processor (so that a busy
 * machine does not show; nothing here waits for the disk the second time), of
 *
 *     1,000 packages, current     the highest fix of each is installed: nearly nothing is found
 *     1,000 packages, half way    the middle one of its fixes
 *     1,000 packages, untouched   older than every fix
 *     1,000 reports               of 100 packages each, current, one database opened for all
 *
 * The first three open the database and the shard each time, as a scan does. What takes longer than
 * it may (10 ms, 2 s) is marked, and the exit status is 1; the half-way and untouched ones have no
 * bar: their time is that of writing thousands of findings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "package/version.h"
#include "vuln/assess.h"
#include "vuln/ecosystem.h"

#define N_PACKAGES     1000
#define N_REPORTS      1000
#define PER_REPORT     100
#define FIXES_MAX      65536
#define MATCH_MAX_MS   10.0
#define REMATCH_MAX_MS 2000.0

enum age { CURRENT, HALF_WAY, UNTOUCHED };

struct known {
	struct str name, versions[3]; /* by age */
	bool by_binary;
	struct str module;
};

struct bench {
	struct arena arena;
	struct vec known; /* struct known */
	enum version_scheme scheme;
	const char *dir;
	struct str shard;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_version(const void *va, const void *vb, void *ctx)
{
	const struct bench *b = ctx;
	int order = 0;

	(void)version_compare(b->scheme, *(const struct str *)va, *(const struct str *)vb, &order,
			      NULL); /* unordered ones stay where they are */
	return order;
}

static int collect(void *ctx, struct str name, struct shard_rows rows, struct err *err)
{
	struct bench *b = ctx;
	static struct str fixes[FIXES_MAX];
	struct known k = {.name = arena_str(&b->arena, name)}, *slot;
	struct shard_row row;
	size_t n = 0;

	while (shard_next(&rows, &row, err) > 0 && n < FIXES_MAX) {
		struct packed_list l = row.intervals;
		struct advisory_interval in;

		k.by_binary = row.by_binary;
		if (row.module.n == 0 && shard_interval_next(&l, &in) && in.fixed.n)
			fixes[n++] = arena_str(&b->arena, in.fixed);
	}
	if (n == 0)
		return 0;
	qsort_r(fixes, n, sizeof *fixes, by_version, b);
	k.versions[CURRENT] = fixes[n - 1];
	k.versions[HALF_WAY] = fixes[n / 2];
	k.versions[UNTOUCHED] = STR("0.0.1-0.1");
	slot = vec_push(&b->known);
	if (slot)
		*slot = k;
	return slot ? 0 : -ERR_NOMEM;
}

static void add_package(const struct bench *b, struct report *r, size_t i, size_t n, enum age age)
{
	struct report_package *rp = vec_push(&r->packages);
	const struct known *k = vec_at(&b->known, i * b->known.n / n);
	const char *scheme = ecosystem_scheme(b->shard);

	*rp = (struct report_package){.db_path = STR("db")};
	rp->p.type = str_is(str_of(scheme), "debian")	? STR("deb")
		     : str_is(str_of(scheme), "alpine") ? STR("apk")
							: STR("rpm");
	rp->p.name = i < b->known.n || b->known.n >= n ? k->name
						       : arena_strf(&r->arena, "absent-%zu", i);
	rp->p.version = k->versions[age];
	rp->purl = arena_strf(&r->arena, "pkg:%.*s/%.*s@%zu", STR_FMT(rp->p.type),
			      STR_FMT(rp->p.name), i);
}

static struct report *make_report(const struct bench *b, size_t n, enum age age)
{
	struct report *r = report_new();

	r->distro.release = b->shard;
	for (size_t i = 0; i < n; i++)
		add_package(b, r, i, n, age);
	return r;
}

static void must(int r, const struct err *err)
{
	if (r >= 0)
		return;
	fprintf(stderr, "match_bench: %s\n", err->msg);
	exit(2);
}

static int by_number(const void *va, const void *vb)
{
	const double *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

static bool print(const char *what, double *ms, size_t n, double max, size_t n_findings)
{
	bool late;

	qsort(ms, n, sizeof *ms, by_number);
	late = max > 0 && ms[n / 2] > max;
	printf("%-28s %9.2f ms  (best %.2f, %zu findings)%s\n", what, ms[n / 2], ms[0], n_findings,
	       late ? "  TOO SLOW" : "");
	return !late;
}

static bool match_once(const struct bench *b, enum age age, size_t runs, const char *what,
		       double max)
{
	const struct db_options options = {.dir = b->dir};
	double *ms = calloc(runs, sizeof *ms);
	size_t n_findings = 0;
	bool ok;

	for (size_t i = 0; ms && i < runs; i++) {
		struct report *r = make_report(b, N_PACKAGES, age);
		struct err err = {0};
		struct db *db = NULL;
		double start = now_ms();

		must(db_open(&options, &db, &err), &err);
		must(assess_vulnerabilities(db, NULL, r, &err), &err);
		db_close(db);
		ms[i] = now_ms() - start;
		n_findings = r->findings.n;
		report_free(r);
	}
	ok = ms && print(what, ms, runs, max, n_findings);
	free(ms);
	return ok;
}

static bool match_reports(const struct bench *b)
{
	const struct db_options options = {.dir = b->dir};
	struct err err = {0};
	struct db *db = NULL;
	size_t n_findings = 0;
	double ms = 0, start = now_ms();

	must(db_open(&options, &db, &err), &err);
	ms = now_ms() - start;
	for (size_t i = 0; i < N_REPORTS; i++) {
		struct report *r = make_report(b, PER_REPORT, CURRENT);

		start = now_ms();
		must(assess_vulnerabilities(db, NULL, r, &err), &err);
		ms += now_ms() - start;
		n_findings += r->findings.n;
		report_free(r);
	}
	db_close(db);
	return print("1,000 reports", &ms, 1, REMATCH_MAX_MS, n_findings);
}

static size_t str_number(const char *text)
{
	uint64_t n;

	return str_parse_u64(str_of(text), &n) ? (size_t)n : 0;
}

int main(int argc, char **argv)
{
	struct bench b = {.known = VEC_INIT(struct known, 1 << 20)};
	size_t runs = argc > 3 ? (size_t)str_number(argv[3]) : 15;
	struct db_options options = {0};
	struct shard *shard;
	struct err err = {0};
	struct db *db = NULL;
	bool ok;

	if (argc < 3 || runs == 0) {
		fputs("usage: match_bench DB SHARD [RUNS]\n", stderr);
		return 2;
	}
	b.dir = options.dir = argv[1];
	b.shard = str_of(argv[2]);
	arena_init(&b.arena, (size_t)1 << 30);
	must(db_open(&options, &db, &err), &err);
	must(db_shard(db, b.shard, &shard, &err) > 0 ? 0 : -ERR_NOT_FOUND, &err);
	if (!version_scheme_find(str_of(ecosystem_scheme(b.shard)), &b.scheme))
		return 2;
	must(shard_each_package(shard, collect, &b, &err), &err);
	printf("%s: %zu packages with fixes\n", argv[2], b.known.n);
	ok = match_once(&b, CURRENT, runs, "1,000 packages, current", MATCH_MAX_MS);
	ok &= match_once(&b, HALF_WAY, runs, "1,000 packages, half way", 0);
	ok &= match_once(&b, UNTOUCHED, runs, "1,000 packages, untouched", 0);
	ok &= match_reports(&b);
	db_close(db);
	vec_done(&b.known);
	arena_done(&b.arena);
	return ok ? 0 : 1;
}
