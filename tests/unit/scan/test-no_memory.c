/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation of an analysis, a record, a report and an image configuration fails once: each
 * time an error, no leak, no crash. libarchive is left out: it ends the process itself.
 */
#include "tests/unit/failing_malloc.h"

#include "base/limits.h"
#include "scan/analysis.h"
#include "scan/assemble.h"
#include "scan/image_facts.h"

struct file {
	const char *path;
	enum node_type type;
	const char *text; /* of a file; the target of a link */
};

static const struct file files[] = {
	{"etc/os-release", NODE_FILE, "ID=debian\nVERSION_ID=\"12\"\n"},
	{"var/lib/dpkg/status", NODE_FILE,
	 "Package: keel\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n\n"
	 "Package: mast\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2\n\n"},
	{"var/lib/dpkg/info/keel.list", NODE_FILE, "/.\n/usr\n/usr/bin\n/usr/bin/keel\n"},
	{"var/lib/dpkg/info/mast.list", NODE_HARDLINK, "var/lib/dpkg/info/keel.list"},
	{"usr/share/doc/mast/copyright", NODE_FILE, "License: MIT\n"},
	{"lib/apk", NODE_SYMLINK, "../usr/lib/apk"},
	{"srv/node_modules/left-pad/package.json", NODE_FILE, "{}"},
	{"etc/.wh.motd", NODE_FILE, ""},
};

static int add(struct analysis *a, const struct file *f, struct err *err)
{
	bool is_file = f->type == NODE_FILE;
	struct str text = str_of(f->text);
	struct tree_entry e = {.path = str_of(f->path),
			       .type = f->type,
			       .size = is_file ? text.n : 0,
			       .link = is_file ? STR_NULL : text};
	struct capture *capture;
	int r = analysis_entry(a, &e, &capture, err);

	if (r == 0 && capture)
		(void)analysis_capture_data(capture, text, 0); /* it is all there is */
	return r;
}

static int analyse(struct strbuf *bytes, struct err *err)
{
	struct layer_facts facts = {.is_complete = 1};
	struct path_index *index = NULL;
	struct analysis *a = NULL;
	int r = path_index_new(&index, err);

	if (r == 0)
		r = analysis_new(&(struct scan_plan){.index = index}, bytes, &a, err);
	for (size_t i = 0; i < ARRAY_LEN(files) && r == 0; i++)
		r = add(a, &files[i], err);
	if (r == 0)
		r = analysis_finish(a, &facts, err);
	analysis_free(a);
	path_index_free(index);
	return r;
}

struct result {
	size_t n_packages, n_problems, n_coverage, n_files;
};

/* Two layers of the same files, to a finished report. */
static int run(struct result *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(1 << 20);
	CLEANUP(report_freep) struct report *report = report_new();
	struct layer_record record;
	const struct layer_record *records[] = {&record, &record};
	int r = report ? analyse(&bytes, err) : err_nomem(err);

	if (r == 0)
		r = layer_record_read(strbuf_str(&bytes), &record, err);
	if (r == 0)
		r = assemble(records, 2, report, err);
	if (r < 0)
		return r;
	report_finish(report);
	*ret = (struct result){report->packages.n, report->problems.n, report->coverage.n, 0};
	for (size_t i = 0; i < report->packages.n; i++) {
		const struct report_package *p = vec_at(&report->packages, i);

		ret->n_files += p->p.files.n + p->p.licenses.n;
	}
	return 0;
}

TEST(a_scan_without_memory_says_so)
{
	struct result whole, got;
	struct err err = {0};
	bool came = true;
	size_t n;

	assert_int_equal(run(&whole, &err), 0);
	assert_int_equal(whole.n_packages, 2);
	assert_int_equal(whole.n_problems, 0);
	assert_true(whole.n_files > 2);
	for (n = 1; came && n < 20000; n++) {
		int r;

		err = (struct err){0};
		malloc_may_fail(n);
		r = run(&got, &err);
		came = malloc_works();
		if (r < 0)
			assert_true(err.code != ERR_OK && err.msg[0]);
		else if (got.n_problems == 0 && memcmp(&got, &whole, sizeof got) != 0)
			fail_msg("allocation %zu failed unnoticed", n);
	}
	assert_false(came);
	assert_true(n > 100);
}

static const char config[] =
	"{\"os\":\"linux\",\"architecture\":\"amd64\",\"created\":\"2024-01-02T03:04:05Z\","
	"\"config\":{\"User\":\"app\",\"Env\":[\"A=1\",\"B=2\"],\"Labels\":{\"k\":\"v\"},"
	"\"ExposedPorts\":{\"80/tcp\":{}},\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"]}},"
	"\"history\":[{\"created_by\":\"a rather long instruction that grows the buffer\"}]}";

TEST(image_facts_without_memory_say_so)
{
	struct source src = {.config = str_of(config), .name = STR("demo:1")};
	bool came = true;

	for (size_t n = 1; came && n < 20000; n++) {
		CLEANUP(report_freep) struct report *report = report_new();
		struct err err = {0};
		int r;

		assert_non_null(report);
		malloc_may_fail(n);
		r = image_facts(&src, report, &err);
		came = malloc_works();
		if (r < 0)
			assert_true(err.code != ERR_OK && err.msg[0]);
		else if (report->image.history.n != 1 || report->image.env.n != 2 ||
			 report->image.labels.n != 1 || report->image.user.n != 3 ||
			 report->image.healthcheck.n != 8 || report->image.exposed_ports.n != 1)
			fail_msg("allocation %zu failed unnoticed", n);
	}
	assert_false(came);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(a_scan_without_memory_says_so),
					   RUN(image_facts_without_memory_say_so)};

	return RUN_ALL(tests);
}
