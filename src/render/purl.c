/* SPDX-License-Identifier: Apache-2.0 */
/* One package URL a line, sorted, each once. */
#include "render/render.h"

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct str last = STR_NULL;

	for (size_t i = 0; i < report->packages.n; i++) {
		const struct report_package *p = vec_at(&report->packages, i);

		if (str_is_empty(p->purl) || str_eq(p->purl, last))
			continue;
		strbuf_add(out, p->purl);
		strbuf_addc(out, '\n');
		last = p->purl;
	}
	return strbuf_check(out, err);
}

const struct renderer renderer_purl = {
	.id = "purl",
	.title = "package URLs, one a line",
	.media_type = "text/plain; charset=utf-8",
	.render = render,
};
