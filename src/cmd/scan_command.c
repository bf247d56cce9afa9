/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_command.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/progress.h"
#include "cmd/terminal.h"
#include "image/manifest.h"
#include "policy/filter.h"
#include "policy/ignore.h"
#include "render/render.h"
#include "scan/scan.h"
#include "vuln/assess.h"

#define DAY_SECONDS 86400
#define OLD_DAYS    14

/* https://reproducible-builds.org/specs/source-date-epoch/ */
int scan_read_epoch(struct scan_request *q, struct err *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	if (!text || !*text)
		return 0;
	if (!str_parse_u64(str_of(text), &seconds) || seconds > INT64_MAX)
		return err_set(err, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: \"%s\"",
			       text);
	q->has_time = true;
	q->time = (int64_t)seconds;
	return 0;
}

bool scan_is_file(const char *output)
{
	return output && strcmp(output, "-") != 0;
}

int scan_open_output(const char *path, struct err *err)
{
	int fd = scan_is_file(path) ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666)
				    : STDOUT_FILENO;

	return fd < 0 ? err_errno(err, errno, "%s", path) : fd;
}

int scan_write_output(int fd, const char *output, struct str bytes, struct err *err)
{
	int r = fd_write_all(fd, bytes, err);

	if (r == 0 && scan_is_file(output) && ftruncate(fd, (off_t)bytes.n) < 0 && errno != EINVAL)
		r = err_errno(err, errno, "cut the output file");
	return r < 0 ? err_wrap(err, r, "%s", scan_is_file(output) ? output : "standard output")
		     : 0;
}

static int print_report(const struct scan_options *opt, const struct renderer *format,
			const struct report *report, int fd, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct terminal t = terminal_look(STDOUT_FILENO);
	struct render_options options = {
		.width = t.is_terminal && !scan_is_file(opt->output) ? t.width : 80,
		.color = t.color && !opt->no_color && !scan_is_file(opt->output),
		.unicode = t.unicode,
		.files = opt->files,
	};
	int r = format->render(report, &options, &out, err);

	return r < 0 ? r : scan_write_output(fd, opt->output, strbuf_str(&out), err);
}

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

/* Whether a finding that counts is at least as grave as --fail-on. */
static bool is_too_grave(const struct report *report, enum severity threshold)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);

		if (f->suppressed_by.n == 0 && f->severity >= threshold)
			return true;
	}
	return false;
}

static int exit_status(const struct scan_options *opt, const struct report *report,
		       enum severity threshold)
{
	if (opt->fail_on && is_too_grave(report, threshold))
		return EXIT_FINDINGS;
	return opt->require_complete && !report_is_complete(report) ? EXIT_INCOMPLETE : EXIT_DONE;
}

struct scan_request scan_request_of(const struct scan_options *opt, const char *target)
{
	return (struct scan_request){.target = target,
				     .platform = opt->platform,
				     .registry = {.security = opt->insecure_registry
								      ? REGISTRY_SECURITY_NONE
								      : REGISTRY_SECURITY_AUTO,
						  .ca_file = opt->tls_ca,
						  .registries_conf = opt->registries_conf,
						  .auth_file = opt->auth_file},
				     .jobs = opt->jobs,
				     .no_cache = opt->no_cache,
				     .no_sandbox = opt->no_sandbox};
}

int scan_command(const struct scan_options *opt, const char *command, int argc,
		 const char *const *argv)
{
	CLEANUP(report_freep) struct report *report = NULL;
	const struct renderer *format = renderer_find(str_of(opt->format));
	struct scan_request q = scan_request_of(opt, argc > 0 ? argv[0] : NULL);
	struct scan_progress progress = {0};
	CLEANUP(db_closep) struct db *db = NULL;
	CLEANUP(ignore_done) struct ignore rules;
	struct filter filter = {.fixable = opt->fixable, .known_exploited = opt->known_exploited};
	enum severity threshold = SEVERITY_UNKNOWN;
	struct platform platform; /* only whether it can be understood */
	struct err err = {0}, no_db = {0};
	int r, fd = -1;

	ignore_init(&rules);
	if (argc != 1) {
		err_set(&err, ERR_USAGE, "%s: needs one TARGET; see plimsoll %s --help", command,
			command);
		return command_error(&err);
	}
	if (!format) {
		err_set(&err, ERR_USAGE, "%s: no format \"%s\"; see plimsoll %s --help", command,
			opt->format, command);
		return command_error(&err);
	}
	r = scan_read_epoch(&q, &err);
	if (r == 0)
		r = platform_parse(opt->platform, &platform, &err);
	if (r == 0 && opt->fail_on)
		r = severity_parse(str_of(opt->fail_on), &threshold, &err);
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
		fd = r = scan_open_output(opt->output, &err);
	if (r >= 0) {
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
		r = print_report(opt, format, report, fd, &err);
	if (scan_is_file(opt->output))
		fd_closep(&fd);
	if (r < 0)
		return command_error(&err);
	return exit_status(opt, report, threshold);
}
