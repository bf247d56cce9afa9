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

static void add_finding(struct report *r, struct str in)
{
	struct finding_location *at = arena_alloc(&r->arena, sizeof *at);
	struct finding_cvss *cvss = arena_alloc(&r->arena, sizeof *cvss);
	struct finding f = {.rule = in,
			    .title = in,
			    .severity_source = in,
			    .fix_action = in,
			    .exploited_since = in,
			    .suppressed_reason = in,
			    .risk = 1};

	assert(at && cvss);
	*at = (struct finding_location){.layer = in, .path = in};
	*cvss = (struct finding_cvss){.vector = in, .source = in, .version = in, .score = 5};
	f.subject = (struct finding_subject){.name = in, .version = in, .purl = in, .path = in};
	f.locations = at;
	f.cvss = cvss;
	f.n_locations = f.n_cvss = 1;
	f.evidence = f.references = f.aliases = (struct str_list){&at->path, 1};
	(void)report_add_finding(r, &f, NULL); /* its absence is found out by no check */
	f.fix_version = in;
	f.known_exploited = true;
	(void)report_add_finding(r, &f, NULL);
	f.suppressed_by = in;
	(void)report_add_finding(r, &f, NULL);
}

static void fill(struct report *r, struct str in)
{
	struct report_package *p = vec_push(&r->packages);
	struct report_layer *l = vec_push(&r->layers);
	struct report_rule *rule = vec_push(&r->rules);
	struct err what = {.code = ERR_FORMAT};

	assert(p && l && rule);
	r->has_image = true;
	r->image.name = r->image.user = r->image.manifest_digest = in;
	r->distro.id = r->distro.pretty_name = r->distro.eol = in;
	p->p = (struct package){.type = in, .name = in, .version = in, .vendor = in};
	p->p.licenses = (struct str_list){&r->image.name, 1};
	p->purl = p->db = p->db_path = p->layer = in;
	l->diff_id = l->created_by = in;
	l->assessed = true;
	*rule = (struct report_rule){.file = in, .rule = in, .until = in, .state = RULE_EXPIRED};
	r->n_hidden = 1;
	r->hidden_by = in;
	add_finding(r, in);
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
