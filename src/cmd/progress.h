/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The progress line on stderr: a bar, the rate and the time left, for anything over a second.
 *
 *     struct progress_line *line = progress_start(&progress, quiet);
 *     ... the work ...
 *     progress_stop(line);
 *
 * Shown on a terminal only; nothing is ever left of it on the screen. NULL is fine.
 */
#pragma once

#include "scan/layer_scan.h"

struct progress_line;

struct progress_line *progress_start(struct scan_progress *progress, bool quiet);
void progress_stop(struct progress_line *line);

/* The line's text for so many bytes done after elapsed_ms, at most `width` columns. */
void progress_text(struct strbuf *sb, uint64_t done, uint64_t total, uint64_t elapsed_ms,
		   size_t width);
