/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of output formats: each turns a finished report into bytes.
 *
 *     const struct renderer *format = renderer_find(STR("json"));        NULL: no such format
 *     CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
 *     r = format->render(report, &(struct render_options){.width = 80}, &out, err);
 *
 * A format never computes findings and never reads a clock, a locale or a terminal: the same report
 * and options give the same bytes. What needs a decision of the caller is in render_options.
 *
 * To add a format: write <id>.c ('-' in the id is '_' in the file name) that ends in a
 * `const struct renderer renderer_<id>`, add RENDERER(<id>) to renderer_list.def in sorted order,
 * add tests/fixtures/render/<id>/. The build, --format and its completion pick it up from there.
 *
 * Ownership: the report and the options are borrowed for the call; the caller owns `out`.
 * Threads: a format has no state. Errors: those of the buffer (ERR_LIMIT, ERR_NOMEM).
 */
#pragma once

#include "base/strbuf.h"
#include "report/report.h"

struct render_options {
	size_t width; /* columns of the terminal; 0: 80. Only "table" looks at it */
	bool color;   /* escape sequences for colour; only "table" */
	bool unicode; /* the terminal shows UTF-8; otherwise ASCII only; only "table" */
	bool files;   /* list the files of each package; only "json" */
};

struct renderer {
	const char *id;		/* stable, the value of --format: "spdx-json" */
	const char *title;	/* one line, for --help and the docs */
	const char *media_type; /* for HTTP answers and attestations */
	int (*render)(const struct report *report, const struct render_options *options,
		      struct strbuf *out, struct err *err);
};

/* All formats, sorted by id, NULL-ended. */
extern const struct renderer *const renderers[];
const struct renderer *renderer_find(struct str id);
