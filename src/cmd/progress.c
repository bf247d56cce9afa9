/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include <pthread.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "cmd/terminal.h"

#define FIRST_SHOWN_MS 1000
#define STEP_MS	       200
#define BAR_COLUMNS    30

struct progress_line {
	struct scan_progress *progress;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended_changed;
	bool ended;
	size_t width; /* columns */
	uint64_t start_ms;
};

static void add_bar(struct strbuf *sb, uint64_t done, uint64_t total)
{
	size_t full =
		done >= total ? BAR_COLUMNS : (size_t)((double)done / (double)total * BAR_COLUMNS);

	strbuf_addc(sb, '[');
	for (size_t i = 0; i < BAR_COLUMNS; i++)
		strbuf_addc(sb, i < full ? '=' : ' ');
	strbuf_adds(sb, "] ");
}

void progress_text(struct strbuf *sb, uint64_t done, uint64_t total, uint64_t elapsed_ms,
		   size_t width)
{
	double rate =
		elapsed_ms ? (double)done / (double)elapsed_ms * 1000 : 0; /* bytes a second */
	size_t start = sb->n;

	if (total)
		add_bar(sb, done, total);
	strbuf_addf(sb, "%.1f", (double)done / 1e6);
	if (total)
		strbuf_addf(sb, "/%.1f", (double)total / 1e6);
	strbuf_addf(sb, " MB, %.0f MB/s", rate / 1e6);
	if (total > done && rate > 0)
		strbuf_addf(sb, ", %.0f s left", (double)(total - done) / rate);
	if (sb->n - start > width)
		sb->n = start + width;
}

static void show(struct progress_line *line, uint64_t now_ms)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(512);

	strbuf_adds(&sb, "\r");
	progress_text(&sb, atomic_load(&line->progress->done_bytes),
		      atomic_load(&line->progress->total_bytes), now_ms - line->start_ms,
		      line->width - 1);
	strbuf_adds(&sb, "\033[K");
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* only decoration */
}

static void *line_main(void *context)
{
	struct progress_line *line = context;
	bool shown = false;

	pthread_mutex_lock(&line->lock);
	while (!line->ended) {
		struct timespec until;
		uint64_t now = clock_monotonic_ms();

		if (now - line->start_ms >= FIRST_SHOWN_MS) {
			show(line, now);
			shown = true;
		}
		(void)clock_gettime(CLOCK_REALTIME, &until); /* cannot fail on Linux */
		until.tv_nsec += STEP_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		(void)pthread_cond_timedwait(&line->ended_changed, &line->lock, &until);
	}
	pthread_mutex_unlock(&line->lock);
	if (shown)
		(void)fd_write_all(STDERR_FILENO, STR("\r\033[K"), NULL); /* only decoration */
	return NULL;
}

struct progress_line *progress_start(struct scan_progress *progress, bool quiet)
{
	struct terminal t = terminal_look(STDERR_FILENO);
	struct progress_line *line = quiet || !t.is_terminal ? NULL : calloc(1, sizeof *line);

	if (!line)
		return NULL;
	line->progress = progress;
	line->width = t.width > 20 ? t.width : 20;
	line->start_ms = clock_monotonic_ms();
	(void)pthread_mutex_init(&line->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&line->ended_changed, NULL);
	if (pthread_create(&line->thread, NULL, line_main, line) != 0) {
		free(line);
		return NULL;
	}
	return line;
}

void progress_stop(struct progress_line *line)
{
	if (!line)
		return;
	pthread_mutex_lock(&line->lock);
	line->ended = true;
	pthread_cond_signal(&line->ended_changed);
	pthread_mutex_unlock(&line->lock);
	(void)pthread_join(line->thread, NULL); /* joinable, ours */
	(void)pthread_cond_destroy(&line->ended_changed);
	(void)pthread_mutex_destroy(&line->lock);
	free(line);
}
