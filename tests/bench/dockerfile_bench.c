/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long reading Dockerfiles takes: dockerfile_bench [FILE...]
 *
 * Prints the best of five rounds, in milliseconds of the processor (so that a busy machine does not
 * show), of
 *
 *     1,000 files of 100 lines    as they are written
 *     10 MB of the same           one file, stage upon stage
 *
 * or of each FILE instead. What takes longer than it may (100 ms, 300 ms) is marked, and the exit
 * status is 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "check/dockerfile.h"

#define ROUNDS	   5
#define N_FILES	   1000
#define FILES_MS   100.0
#define LARGE_MS   300.0
#define LARGE_SIZE ((size_t)10 << 20)

static const char *const stage[] = {
	"FROM docker.example.com/team/base:1.2.3 AS build\n",
	"ARG VERSION=1.0 DEBUG\n",
	"# installs what the build needs\n",
	"RUN --mount=type=cache,target=/var/cache/apt apt-get update && \\\n",
	"    apt-get install -y --no-install-recommends \\\n",
	"        ca-certificates \\\n",
	"        # for the tests\n",
	"        curl=7.88.1-10 \\\n",
	"    && rm -rf /var/lib/apt/lists/*\n",
	"\n",
	"ENV PATH=/opt/bin:$PATH LANG=\"C.UTF-8\"\n",
	"WORKDIR /src\n",
	"COPY --chown=1000:1000 go.mod go.sum ./\n",
	"RUN <<EOF\n",
	"set -e\n",
	"go mod download\n",
	"EOF\n",
	"HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1\n",
	"EXPOSE 8080/tcp\n",
	"ENTRYPOINT [\"/usr/bin/app\", \"--serve\"]\n",
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool parse_once(struct str bytes, struct arena *a, size_t *ret_instructions)
{
	const struct dockerfile *df;
	struct err err = {0};

	if (dockerfile_parse(bytes, a, &df, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		return false;
	}
	*ret_instructions = df->n_instructions;
	return true;
}

/* `times` over, a new arena for each. */
static bool measure(const char *what, struct str bytes, size_t times, double bar_ms)
{
	double best = 1e9;
	size_t n = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ms(), took;

		for (size_t i = 0; i < times; i++) {
			struct arena a;

			arena_init(&a, LIMIT_ARENA_BYTES);
			(void)parse_once(bytes, &a, &n); /* says why it failed */
			arena_done(&a);
		}
		took = now_ms() - start;
		best = took < best ? took : best;
	}
	printf("%-28s %9zu bytes %7zu instructions %8.1f ms%s\n", what, bytes.n, n, best,
	       bar_ms > 0 && best > bar_ms ? "  TOO LONG" : "");
	return bar_ms <= 0 || best <= bar_ms;
}

/* Stages one after another, `lines` of them or up to `size` bytes. */
static void write_file(struct strbuf *sb, size_t lines, size_t size)
{
	for (size_t i = 0; i < lines; i++) {
		const char *line = stage[i % ARRAY_LEN(stage)];

		if (sb->n + strlen(line) > size)
			break;
		strbuf_adds(sb, line);
	}
}

static bool measure_files(int n, char **paths)
{
	for (int i = 0; i < n; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LARGE_SIZE);
		struct err err = {0};

		if (file_read(paths[i], &sb, &err) < 0) {
			fprintf(stderr, "%s\n", err.msg);
			return false;
		}
		(void)measure(paths[i], strbuf_str(&sb), 1, 0); /* has no bar */
	}
	return true;
}

int main(int argc, char **argv)
{
	CLEANUP(strbuf_done) struct strbuf small = STRBUF_INIT(LARGE_SIZE);
	CLEANUP(strbuf_done) struct strbuf large = STRBUF_INIT(LARGE_SIZE);
	bool fine;

	if (argc > 1)
		return measure_files(argc - 1, argv + 1) ? 0 : 1;
	write_file(&small, 100, LARGE_SIZE);
	write_file(&large, SIZE_MAX, LARGE_SIZE);
	fine = measure("1,000 files of 100 lines", strbuf_str(&small), N_FILES, FILES_MS);
	fine &= measure("10 MB", strbuf_str(&large), 1, LARGE_MS);
	return fine ? 0 : 1;
}
