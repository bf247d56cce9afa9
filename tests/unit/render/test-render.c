/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every format against its golden file, tests/fixtures/render/<id>/expected.*, which
 * tools/update-golden.sh rewrites (it sets PLIMSOLL_UPDATE_GOLDEN).
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "render/render.h"
#include "tests/unit/render/readable.h"
#include "tests/unit/render/sample.h"

#define OUTPUT_MAX 1048576

static const struct {
	const char *id, *file;
	struct render_options options;
} golden[] = {
	{"checkstyle", "expected.xml", {0}},
	{"codeclimate", "expected.json", {0}},
	{"cyclonedx-json", "expected.json", {0}},
	{"cyclonedx-xml", "expected.xml", {0}},
	{"github", "expected.txt", {0}},
	{"gitlab", "expected.json", {0}},
	{"html", "expected.html", {0}},
	{"json", "expected.json", {0}},
	{"json", "expected.files.json", {.files = true}},
	{"junit", "expected.xml", {0}},
	{"lint", "expected.txt", {.unicode = true}},
	{"markdown", "expected.md", {0}},
	{"needs", "expected.txt", {.unicode = true}},
	{"needs", "expected.ascii.txt", {.width = 60}},
	{"paths", "expected.txt", {0}},
	{"purl", "expected.txt", {0}},
	{"sarif", "expected.json", {0}},
	{"spdx", "expected.txt", {0}},
	{"spdx-json", "expected.json", {0}},
	{"verdict", "expected.txt", {.width = 80, .unicode = true}},
	{"table", "expected.txt", {.unicode = true}},
	{"table", "expected.ascii.txt", {.width = 60}},
	{"table", "expected.wide.color.txt", {.width = 132, .color = true, .unicode = true}},
};

static void render_sample(const struct renderer *f, const struct render_options *o,
			  struct strbuf *out)
{
	CLEANUP(report_freep) struct report *report = sample_report();
	struct err err = {0};

	if (f->render(report, o, out, &err) < 0)
		fail_msg("%s: %s", f->id, err.msg);
}

static void check_golden(struct str got, const char *path)
{
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(OUTPUT_MAX);
	struct err err = {0};

	if (getenv("PLIMSOLL_UPDATE_GOLDEN")) {
		CLEANUP(fd_closep)
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

		assert_int_equal(fd_write_all(fd, got, NULL), 0);
		return;
	}
	if (file_read(path, &want, &err) < 0)
		fail_msg("%s", err.msg);
	if (!str_eq(got, strbuf_str(&want)))
		fail_msg("%s differs; got:\n%.*s", path, STR_FMT(got));
}

TEST(output_is_the_golden_file)
{
	for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		const struct renderer *f = renderer_find(str_of(golden[i].id));
		char path[4096];

		assert_non_null(f);
		render_sample(f, &golden[i].options, &out);
		snprintf(path, sizeof path, "%s/render/%s/%s", getenv("PLIMSOLL_FIXTURES"), f->id,
			 golden[i].file);
		check_golden(readable(strbuf_str(&out)), path);
	}
}

TEST(every_format_has_a_golden_file_and_all_its_fields)
{
	for (size_t i = 0; renderers[i]; i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(golden); k++)
			found |= strcmp(golden[k].id, renderers[i]->id) == 0;
		if (!found)
			fail_msg("no golden file for %s", renderers[i]->id);
		assert_true(renderers[i]->title && renderers[i]->media_type);
		assert_true(i == 0 || strcmp(renderers[i - 1]->id, renderers[i]->id) < 0);
	}
	assert_null(renderer_find(STR("no-such-format")));
}

TEST(output_is_the_same_from_run_to_run)
{
	for (size_t i = 0; renderers[i]; i++) {
		CLEANUP(strbuf_done) struct strbuf a = STRBUF_INIT(OUTPUT_MAX);
		CLEANUP(strbuf_done) struct strbuf b = STRBUF_INIT(OUTPUT_MAX);

		render_sample(renderers[i], &(struct render_options){0}, &a);
		render_sample(renderers[i], &(struct render_options){0}, &b);
		assert_true(str_eq(strbuf_str(&a), strbuf_str(&b)));
	}
}

TEST(a_full_buffer_is_an_error_not_a_short_document)
{
	for (size_t i = 0; renderers[i]; i++) {
		CLEANUP(report_freep) struct report *report = sample_report();
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(40);
		struct err err = {0};

		assert_int_equal(
			renderers[i]->render(report, &(struct render_options){0}, &out, &err),
			-ERR_LIMIT);
		assert_int_equal(err.code, ERR_LIMIT);
	}
}

TEST(an_empty_report_renders_in_every_format)
{
	for (size_t i = 0; renderers[i]; i++) {
		CLEANUP(report_freep) struct report *report = report_new();
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		assert_int_equal(
			renderers[i]->render(report, &(struct render_options){0}, &out, NULL), 0);
	}
}

TEST(a_report_without_coverage_is_never_called_complete)
{
	CLEANUP(report_freep) struct report *report = report_new();
	CLEANUP(strbuf_done) struct strbuf table = STRBUF_INIT(OUTPUT_MAX);
	CLEANUP(strbuf_done) struct strbuf bom = STRBUF_INIT(OUTPUT_MAX);
	const struct render_options options = {0};

	assert_int_equal(renderer_find(STR("table"))->render(report, &options, &table, NULL), 0);
	assert_has(strbuf_cstr(&table), "\nNothing was assessed; 0 packages.\n");
	assert_int_equal(renderer_find(STR("cyclonedx-json"))->render(report, &options, &bom, NULL),
			 0);
	assert_has(strbuf_cstr(&bom), "\"aggregate\": \"incomplete\"");
}

/* Whatever the name says, a terminal only ever sees our own colours. */
TEST(no_control_byte_of_the_image_reaches_the_terminal)
{
	static const struct str hostile = {"\x1b[2J\r\x9b\xc2\x9b\xe2\x80\xae\n", 11};
	CLEANUP(report_freep) struct report *report = sample_report();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
	struct report_package *p = vec_at(&report->packages, 0);
	struct coverage *c = vec_at(&report->coverage, 0);
	struct problem *problem = vec_at(&report->problems, 0);

	report->image.name = report->image.user = report->image.healthcheck = hostile;
	report->image.architecture = report->distro.pretty_name = report->distro.eol = hostile;
	report->image.cmd = (struct str_list){&hostile, 1};
	p->p.type = p->db = p->db_path = hostile;
	c->what = c->reason = c->remedy = hostile;
	problem->path = problem->message = problem->parser = hostile;
	assert_int_equal(
		renderer_find(STR("table"))
			->render(report, &(struct render_options){.unicode = true}, &out, NULL),
		0);
	for (size_t i = 0; i < out.n; i++)
		assert_true((unsigned char)out.p[i] >= 0x20 || out.p[i] == '\n');
	assert_int_equal(str_find(strbuf_str(&out), STR("\xc2\x9b")), out.n);
	assert_int_equal(str_find(strbuf_str(&out), STR("\xe2\x80\xae")), out.n);
	assert_true(str_is_utf8(strbuf_str(&out)));
	assert_true(str_find(strbuf_str(&out), STR("\\x1b[2J")) < out.n);
}

TEST(end_of_life_is_said_only_when_it_is_certain)
{
	static const struct {
		const char *eol, *as_of;
		bool has_time;
		const char *want;
	} rows[] = {
		{"2020-01-01", "2026-11-01", false, "end of life since 2020-01-01"},
		{"2026-01-01", "", true, "end of life since 2026-01-01"},
		{"2026-01-02", "", true, "supported until 2026-01-02"},
		{"2028-06-30", "2026-11-01", true, "supported until 2028-06-30"},
		{"2026-01-01", "", false, "supported until 2026-01-01"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *report = sample_report();
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);

		report->distro.eol = str_of(rows[i].eol);
		report->distro.eol_as_of = str_of(rows[i].as_of);
		report->has_time = rows[i].has_time; /* 2026-01-02 */
		assert_int_equal(renderer_find(STR("table"))
					 ->render(report, &(struct render_options){0}, &out, NULL),
				 0);
		assert_has(strbuf_cstr(&out), rows[i].want);
	}
}

TEST(root_is_a_warning_and_others_are_not)
{
	static const struct {
		const char *user;
		bool root;
	} rows[] = {{"", true},	       {"0", true},	   {"root", true},
		    {"0:0", true},     {"root:app", true}, {"app", false},
		    {"1000:0", false}, {"rooty", false},   {"00x", false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *report = sample_report();
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		struct str line, rest;

		report->image.user = str_of(rows[i].user);
		assert_int_equal(renderer_find(STR("table"))
					 ->render(report, &(struct render_options){.color = true},
						  &out, NULL),
				 0);
		rest = strbuf_str(&out);
		rest = str_skip(rest, str_find(rest, STR("user")));
		assert_true(str_pull_line(&rest, &line));
		if ((str_find(line, STR("\033[33m")) < line.n) != rows[i].root)
			fail_msg("user \"%s\"", rows[i].user);
	}
}

TEST(every_line_fits_the_width)
{
	for (size_t width = 40; width < 140; width += 3) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(OUTPUT_MAX);
		struct str rest, line;

		render_sample(renderer_find(STR("table")), &(struct render_options){.width = width},
			      &out);
		rest = strbuf_str(&out);
		while (str_pull_line(&rest, &line))
			if (line.n > width)
				fail_msg("width %zu: \"%.*s\"", width, STR_FMT(line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(output_is_the_golden_file),
		RUN(every_format_has_a_golden_file_and_all_its_fields),
		RUN(output_is_the_same_from_run_to_run),
		RUN(a_full_buffer_is_an_error_not_a_short_document),
		RUN(an_empty_report_renders_in_every_format),
		RUN(a_report_without_coverage_is_never_called_complete),
		RUN(no_control_byte_of_the_image_reaches_the_terminal),
		RUN(end_of_life_is_said_only_when_it_is_certain),
		RUN(root_is_a_warning_and_others_are_not),
		RUN(every_line_fits_the_width),
	};

	return RUN_ALL(tests);
}
