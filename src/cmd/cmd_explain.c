/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/progress.h"
#include "cmd/report_file.h"
#include "cmd/report_output.h"
#include "cmd/scan_command.h"
#include "cmd/secret_files.h"
#include "cmd/terminal.h"
#include "render/explain.h"
#include "scan/scan.h"
#include "scan/secret_image.h"
#include "vuln/assess.h"
#include "vuln/why_not.h"

static struct scan_options opt = {.format = "text",
				  .vulnerabilities = true,
				  .configuration = true,
				  .secrets = true,
				  .waste = true};

/* ---- where the report comes from ---- */

/* As plimsoll scan would report it: what is suppressed says by which rule. */
static int judge(const struct scan_request *q, struct db *db, const struct err *no_db,
		 const struct ignore *rules, struct report *report, struct err *err)
{
	int r = assess_vulnerabilities(db, no_db, report, err);

	if (r == 0)
		r = ignore_apply(rules, q->has_time ? q->time : (int64_t)time(NULL), report, err);
	if (r == 0)
		report_finish(report);
	return r;
}

static int scan(const char *target, struct db *db, const struct err *no_db,
		const struct ignore *rules, struct report **ret, struct err *err)
{
	CLEANUP(rule_set_freep) struct rule_set *image_rules = NULL;
	CLEANUP(secret_files_done) struct secret_files secrets = {0};
	struct scan_watch watches[WATCHES_MAX];
	struct scan_progress progress = {0};
	struct scan_request q = scan_request_of(&opt, target);
	struct progress_line *line;
	int r = command_epoch(&q.has_time, &q.time, err);

	if (r == 0)
		r = scan_load_rules(&opt, &image_rules, err);
	if (r == 0)
		r = scan_open_secrets(&opt, &secrets, watches, &q, err);
	if (r < 0)
		return r;
	line = progress_start(&progress, opt.quiet);
	r = scan_run(&q, &progress, ret, err);
	progress_stop(line);
	if (r == 0)
		r = secret_image(q.secrets, *ret, err);
	if (r == 0)
		r = scan_judge_image(&opt, image_rules, *ret,
				     q.has_time ? q.time : (int64_t)time(NULL), err);
	if (r == 0)
		r = secret_image_join(q.secrets, *ret, err);
	return r < 0 ? r : judge(&q, db, no_db, rules, *ret, err);
}

/* ---- what is asked ---- */

static bool is_called(const struct finding *f, struct str id)
{
	bool is = str_eq_nocase(f->rule, id) || str_eq(f->id, id);

	for (size_t i = 0; i < f->aliases.n && !is; i++)
		is = str_eq_nocase(f->aliases.p[i], id);
	for (size_t i = 0; i < f->codes.n && !is; i++)
		is = str_eq_nocase(f->codes.p[i], id);
	for (size_t i = 0; i < f->evidence.n && !is; i++) {
		struct str step = f->evidence.p[i];

		is = str_pull_prefix(&step, STR("record=")) && str_eq_nocase(step, id);
	}
	return is;
}

/* Indices, malloc'd. */
static int find(const struct report *r, struct str id, size_t **ret, size_t *ret_n, struct err *err)
{
	size_t *p = calloc(r->findings.n + 1, sizeof *p), n = 0;

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < r->findings.n; i++)
		if (is_called(vec_at(&r->findings, i), id))
			p[n++] = i;
	*ret = p;
	*ret_n = n;
	return 0;
}

static int print(const struct report *r, struct str id, const size_t *findings, size_t n,
		 const struct vec *reasons, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct terminal t = terminal_look(STDOUT_FILENO);
	struct canvas c = {.out = &out,
			   .width = t.is_terminal && t.width >= 40 ? t.width : 80,
			   .color = t.color && !opt.no_color,
			   .unicode = t.unicode};
	struct json_writer w;
	bool json = str_is(str_of(opt.format), "json");
	int e;

	json_writer_init(&w, &out, JSON_INDENT);
	if (json)
		explain_json(&w, r, id, findings, n, reasons);
	for (size_t i = 0; i < n && !json; i++) {
		strbuf_adds(&out, i ? "\n" : "");
		explain_finding(&c, r, vec_at(&r->findings, findings[i]));
	}
	if (n == 0 && !json)
		explain_absence(&c, r, id, reasons);
	e = strbuf_check(&out, err);
	return e < 0 ? e : report_output_print(&(struct report_output){0}, strbuf_str(&out), err);
}

static int explain(struct db *db, const struct err *no_db, struct report *r, struct str id,
		   struct err *err)
{
	CLEANUP(freep) size_t *findings = NULL;
	struct vec reasons = VEC_INIT(struct reason, 1);
	struct arena arena;
	size_t n = 0;
	int e = find(r, id, &findings, &n, err);

	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (e == 0 && n == 0)
		e = why_not(db, no_db, r, id, &arena, &reasons, err);
	if (e == 0)
		e = print(r, id, findings, n, &reasons, err);
	vec_done(&reasons);
	arena_done(&arena);
	return e;
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(report_freep) struct report *report = NULL;
	CLEANUP(db_closep) struct db *db = NULL;
	CLEANUP(ignore_done) struct ignore rules;
	const struct db_options options = {.dir = opt.db};
	struct err err = {0}, no_db = {0};
	int r = 0;

	if (argc != 2)
		r = err_set(&err, ERR_USAGE,
			    "explain: needs an ID and a TARGET; see plimsoll explain --help");
	if (r == 0 && !str_is(str_of(opt.format), "text") && !str_is(str_of(opt.format), "json"))
		r = err_set(&err, ERR_USAGE, "explain: no format \"%s\"; there are text and json",
			    opt.format);
	ignore_init(&rules);
	if (r == 0)
		r = scan_read_ignore_files(&opt, &rules, &err);
	if (r == 0 && db_open(&options, &db, &no_db) < 0 &&
	    (opt.db || no_db.code != ERR_NOT_FOUND)) {
		err = no_db;
		r = -(int)err.code;
	}
	if (r == 0)
		r = report_file_read(argv[1], &report, &err);
	if (r == 0)
		r = scan(argv[1], db, &no_db, &rules, &report, &err);
	if (r >= 0)
		r = explain(db, &no_db, report, str_of(argv[0]), &err);
	return r < 0 ? command_error(&err) : EXIT_DONE;
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "how to print it (text)", "text json"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	SCAN_SECRET_OPTIONS(opt),
	SCAN_IGNORE_OPTIONS(opt),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_explain = {
	.name = "explain",
	.arguments = "ID TARGET",
	.group = COMMAND_IMAGE,
	.summary = "say why something is found in an image, or why it is not",
	.details =
		"ID is a CVE, any other name of a vulnerability (GHSA, DSA, USN, RHSA, ...), a "
		"rule, or the id of a finding. TARGET is what plimsoll scan takes, or a report "
		"that it "
		"printed with --format json.\n"
		"For a finding: the package, its file and layer, the instruction that made the "
		"layer, the advisory and its feed with the date, the range, the versions that were "
		"compared, who says how grave it is, and the fix. For what is not found: which "
		"records speak of it, and what each says of the packages of this image. What could "
		"not be judged is NOT ASSESSED; it never counts as safe. Ignore files apply as in "
		"scan, and a finding that one suppresses says by which rule; findings of a report "
		"are as they stand in it.\n"
		"  plimsoll explain CVE-2023-0286 docker://debian:12",
	.options = options,
	.run = run,
};
