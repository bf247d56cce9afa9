/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is different between two reports, for a terminal, for programs and for a page.
 *
 *     const struct diff_renderer *format = diff_renderer_find(STR("json"));      NULL: none
 *     r = format->render(&diff, &options, &out, err);
 *
 * Formats: "table" (fits options.width), "json" (docs/diff.schema.json), "markdown".
 * Threads: no state. Errors: those of the buffer.
 */
#pragma once

#include "render/render.h"
#include "report/diff.h"

struct diff_renderer {
	const char *id;
	int (*render)(const struct diff *d, const struct render_options *options,
		      struct strbuf *out, struct err *err);
};

const struct diff_renderer *diff_renderer_find(struct str id);
