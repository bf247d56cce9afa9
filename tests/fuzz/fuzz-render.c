/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of an image on its way into the output formats: the input is licence field, package name,
 * instruction and message of a report, which is then rendered in every format.
 *
 * Whatever it holds, the result is UTF-8; a terminal gets no control byte but the line break, and
 * no line is wider than asked; a licence becomes a list of allowed characters.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "render/license.h"
#include "render/render.h"
#include "render/text.h"

#define OUTPUT_MAX 16777216
#define WIDTH	   60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_license(struct str in)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(OUTPUT_MAX);
	enum license_kind kind = license_convert(in, &sb, NULL);

	assert((kind == LICENSE_NONE) == (sb.n == 0));
	for (size_t i = 0; i < sb.n; i++)
		assert(char_is_alnum(sb.p[i]) || memchr("-.+ ()", sb.p[i], 6));
}

static void check_terminal(struct str text)
{
	struct str line;

	for (size_t i = 0; i < text.n; i++)
		assert((unsigned char)text.p[i] >= 0x20 || text.p[i] == '\n');
	while (str_pull_line(&text, &line))
		assert(text_width(line, true) <= WIDTH);
}

static void fill(struct report *r, struct str in)
{
	struct report_package *p = vec_push(&r->packages);
	struct report_layer *l = vec_push(&r->layers);
	struct err what = {.code = ERR_FORMAT};

	assert(p && l);
	r->has_image = true;
	r->image.name = r->image.user = r->image.manifest_digest = in;
	r->distro.id = r->distro.pretty_name = r->distro.eol = in;
	p->p = (struct package){.type = in, .name = in, .version = in, .vendor = in};
	p->p.licenses = (struct str_list){&r->image.name, 1};
	p->purl = p->db = p->db_path = p->layer = in;
	l->diff_id = l->created_by = in;
	l->assessed = true;
	snprintf(what.msg, sizeof what.msg, "%.*s", STR_FMT(in));
	(void)report_add_problem(r, in, in, in, &what); /* its absence is found out below */
	(void)report_add_coverage(r, in, COVERAGE_PARTIAL, in, in, 1); /* the same */
	report_finish(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(report_freep) struct report *report = report_new();
	struct str in = str_make(data, size < 4096 ? size : 4096);
	const struct render_options options = {.width = WIDTH, .unicode = true};

	if (!report)
		return 0;
	check_license(in);
	fill(report, in);
	for (size_t i = 0; renderers[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		assert(renderers[i]->render(report, &options, &out, NULL) == 0);
		if (strcmp(renderers[i]->id, "purl") != 0)
			assert(str_is_utf8(strbuf_str(&out)));
		if (strcmp(renderers[i]->id, "table") == 0)
			check_terminal(strbuf_str(&out));
	}
	return 0;
}
