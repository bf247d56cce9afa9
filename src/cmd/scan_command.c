/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_command.h"

#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/progress.h"
#include "cmd/report_output.h"
#include "image/manifest.h"
#include "policy/filter.h"
#include "policy/ignore.h"
#include "scan/scan.h"
#include "vuln/assess.h"

#define DAY_SECONDS 86400
#define OLD_DAYS    14

/* Opened before the scan, whose sandbox closes the file system for writing. */
static int open_database(const struct scan_options *opt, struct db **ret, struct err *why)
{
	const struct db_options options = {.dir = opt->db};

	if (!opt->vulnerabilities)
		return 0;
	return db_open(&options, ret, why);
}

/* Its newest data says how old a database is; what was found since is in none of its answers. */
static void tell_age(const struct db *db, int64_t now)
{
	struct str built = db_index(db)->built;
	char line[128];
	int64_t seconds;

	if (!clock_parse(built, &seconds) || (now - seconds) / DAY_SECONDS <= OLD_DAYS)
		return;
	(void)snprintf(line, sizeof line,
		       "plimsoll: the vulnerability database is of %.10s, %lld days old; plimsoll "
		       "db update renews it\n",
		       built.p, (long long)((now - seconds) / DAY_SECONDS));
	(void)fd_write_all(STDERR_FILENO, str_of(line), NULL); /* nowhere else to tell */
}

/* A database that is not there leaves vulnerabilities unassessed; one that is named must be. */
static int assess(const struct scan_options *opt, struct db *db, const struct err *why,
		  struct report *report, struct err *err)
{
	int r;

	if (!opt->vulnerabilities)
		return 0;
	r = assess_vulnerabilities(db, why, report, err);
	report_finish(report);
	return r;
}

int scan_read_ignore_files(const struct scan_options *opt, struct ignore *rules, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < opt->ignore_files.n && r == 0; i++)
		r = ignore_read(rules, opt->ignore_files.p[i], err);
	if (opt->ignore_files.n || opt->no_ignore || !opt->vulnerabilities)
		return r;
	for (size_t i = 0; ignore_default_files[i] && r == 0; i++)
		if (access(ignore_default_files[i], F_OK) == 0)
			r = ignore_read(rules, ignore_default_files[i], err);
	return r;
}

/* Rules end by SOURCE_DATE_EPOCH where it is given, so that a run can be repeated. */
static int judge(const struct ignore *rules, const struct filter *filter, bool has_now, int64_t now,
		 struct report *report, struct err *err)
{
	int r = ignore_apply(rules, has_now ? now : (int64_t)time(NULL), report, err);

	if (r == 0)
		r = filter_apply(filter, report, err);
	report_finish(report);
	return r;
}

struct scan_request scan_request_of(const struct scan_options *opt, const char *target)
{
	return (struct scan_request){.target = target,
				     .platform = opt->platform,
				     .registry = REGISTRY_OPTIONS_GIVEN(*opt),
				     .jobs = opt->jobs,
				     .no_cache = opt->no_cache,
				     .no_sandbox = opt->no_sandbox};
}

int scan_command(const struct scan_options *opt, const char *command, int argc,
		 const char *const *argv)
{
	CLEANUP(report_freep) struct report *report = NULL;
	CLEANUP(report_output_done)
	struct report_output out = {.path = opt->output,
				    .format_id = opt->format,
				    .no_color = opt->no_color,
				    .files = opt->files};
	struct scan_request q = scan_request_of(opt, argc > 0 ? argv[0] : NULL);
	struct scan_progress progress = {0};
	CLEANUP(db_closep) struct db *db = NULL;
	CLEANUP(ignore_done) struct ignore rules;
	struct filter filter = {.fixable = opt->fixable, .known_exploited = opt->known_exploited};
	struct platform platform; /* only whether it can be understood */
	struct err err = {0}, no_db = {0};
	int r;

	ignore_init(&rules);
	if (argc != 1) {
		err_set(&err, ERR_USAGE, "%s: needs one TARGET; see plimsoll %s --help", command,
			command);
		return command_error(&err);
	}
	r = report_output_parse(&out, command, opt->fail_on, &err);
	if (r == 0)
		r = command_epoch(&q.has_time, &q.time, &err);
	if (r == 0)
		r = platform_parse(opt->platform, &platform, &err);
	if (r == 0 && opt->severity)
		r = filter_parse_severities(&filter, str_of(opt->severity), &err);
	if (r == 0)
		r = scan_read_ignore_files(opt, &rules, &err);
	if (r == 0 && open_database(opt, &db, &no_db) < 0 &&
	    (opt->db || no_db.code != ERR_NOT_FOUND)) {
		err = no_db;
		r = -(int)err.code;
	}
	if (r == 0)
		r = report_output_create(&out, &err);
	if (r == 0) {
		struct progress_line *line = progress_start(&progress, opt->quiet);

		r = scan_run(&q, &progress, &report, &err);
		progress_stop(line);
	}
	if (r == 0 && db && !opt->quiet)
		tell_age(db, q.has_time ? q.time : (int64_t)time(NULL));
	if (r == 0)
		r = assess(opt, db, &no_db, report, &err);
	if (r == 0)
		r = judge(&rules, &filter, q.has_time, q.time, report, &err);
	if (r == 0)
		r = report_output_write(&out, report, &err);
	if (r < 0)
		return command_error(&err);
	return report_output_status(&out, report, opt->require_complete);
}
