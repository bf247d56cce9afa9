/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast secrets are looked for: secret_bench CORPUS [--print]
 *
 * CORPUS is one file of text (concatenate what you like; the bar is for js, ts and json). All
 * rules that ship go over it in blocks as a scan does, once to warm up and ROUNDS times; the median
 * in time of the processor is printed, so that a busy machine does not show. Slower than BAR_MBS:
 * exit status 1. --print tells rule, offset and sureness of each hit, never its value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "base/shipped.h"
#include "secret/secret_set.h"

#define ROUNDS	   5
#define BAR_MBS	   300
#define BLOCK	   ((size_t)1 << 20)
#define CORPUS_MAX ((size_t)1 << 30)
#define SURE	   0.5

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int add_packs(struct secret_set *set, struct err *err)
{
	for (const struct shipped_file *f = shipped_files; f->name; f++)
		if (str_has_prefix(str_of(f->name), STR("secrets/")) &&
		    secret_set_add_pack(set, str_make(f->bytes, f->n), str_of(f->name), err) < 0)
			return -1;
	return secret_set_compile(set, err);
}

static size_t go_over(struct secret_scanner *s, struct str text, bool print)
{
	size_t n = 0;

	for (size_t at = 0; at < text.n; at += BLOCK) {
		struct secret_hits hits = {0};

		if (secret_scan(s, str_sub(text, at, BLOCK), SECRET_TEXT, &hits, NULL) < 0)
			continue;
		for (size_t i = 0; i < hits.n; i++) {
			n += hits.p[i].confidence >= SURE;
			if (print)
				printf("%.*s\t%zu\t%zu\t%.2f\n", STR_FMT(hits.p[i].rule->id),
				       at + hits.p[i].at, hits.p[i].value.n, hits.p[i].confidence);
		}
	}
	return n;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static int measure(struct secret_scanner *s, struct str text)
{
	double took[ROUNDS];
	size_t n = go_over(s, text, false);
	double speed;

	for (size_t i = 0; i < ROUNDS; i++) {
		double from = now_s();

		(void)go_over(s, text, false);
		took[i] = now_s() - from;
	}
	qsort(took, ROUNDS, sizeof took[0], compare);
	speed = (double)text.n / took[ROUNDS / 2] / 1e6;
	printf("secrets: %.1f MB, %.0f MB/s a core (bar %d), %zu hits of %.1f or surer: %s\n",
	       (double)text.n / 1e6, speed, BAR_MBS, n, SURE, speed >= BAR_MBS ? "ok" : "MISSED");
	return speed >= BAR_MBS ? 0 : 1;
}

int main(int argc, char **argv)
{
	CLEANUP(secret_set_freep) struct secret_set *set = NULL;
	CLEANUP(secret_scanner_freep) struct secret_scanner *s = NULL;
	CLEANUP(strbuf_done) struct strbuf corpus = STRBUF_INIT(CORPUS_MAX);
	struct err err = {0};
	double from = now_s();

	if (argc < 2 || file_read(argv[1], &corpus, &err) < 0 || secret_set_new(&set, &err) < 0 ||
	    add_packs(set, &err) < 0 || secret_scanner_new(set, &s, &err) < 0) {
		fprintf(stderr, "secret_bench CORPUS [--print]: %s\n", err.msg);
		return 2;
	}
	fprintf(stderr, "packs read and compiled in %.0f ms\n", (now_s() - from) * 1e3);
	if (argc > 2)
		return (void)go_over(s, strbuf_str(&corpus), true), 0;
	return measure(s, strbuf_str(&corpus));
}
