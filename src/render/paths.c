/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paths that the image's commands need, a line each, for tar -T: from the root, without a slash
 * in front. A path with a line break in it is left out, as no line can hold it.
 */
#include "render/render.h"

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	(void)options;
	for (size_t i = 0; i < report->needs.files.n; i++) {
		const struct needs_file *f = vec_at(&report->needs.files, i);

		if (str_find_char(f->path, '\n') < f->path.n)
			continue;
		strbuf_add(out, f->path);
		strbuf_addc(out, '\n');
	}
	/* None: a full buffer must still be told. */
	if (report->needs.files.n == 0)
		strbuf_adds(out, "");
	return strbuf_check(out, err);
}

const struct renderer renderer_paths = {
	.id = "paths",
	.title = "the files that the image's commands need, a path a line",
	.media_type = "text/plain",
	.render = render,
};
