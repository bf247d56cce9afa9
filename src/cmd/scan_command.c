/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_command.h"

#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "check/image_check.h"
#include "cmd/base_files.h"
#include "cmd/progress.h"
#include "cmd/report_file.h"
#include "cmd/report_output.h"
#include "cmd/rule_files.h"
#include "cmd/scan_alerts.h"
#include "cmd/scan_trust.h"
#include "cmd/secret_files.h"
#include "image/manifest.h"
#include "policy/baseline.h"
#include "policy/filter.h"
#include "policy/ignore.h"
#include "policy/policy_judge.h"
#include "report/base_advice.h"
#include "scan/malware_watch.h"
#include "scan/needs.h"
#include "scan/program_watch.h"
#include "scan/scan.h"
#include "scan/waste_watch.h"
#include "scan/secret_image.h"
#include "scan/secret_verdict.h"
#include "vuln/assess.h"
#include "waste/budget.h"

#define DAY_SECONDS 86400
#define OLD_DAYS    14
#define DIVE_FILE   ".dive-ci"

struct scanner {
	const char *name;
	size_t flag; /* offset in struct scan_options */
};

static const struct scanner scanners[] = {
	{"vuln", offsetof(struct scan_options, vulnerabilities)},
	{"config", offsetof(struct scan_options, configuration)},
	{"secret", offsetof(struct scan_options, secrets)},
	{"malware", offsetof(struct scan_options, malware)},
	{"waste", offsetof(struct scan_options, waste)},
};

static int no_scanner(struct str word, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT(256);

	for (size_t i = 0; i < ARRAY_LEN(scanners); i++)
		strbuf_addf(&names, "%s%s",
			    i == 0			   ? ""
			    : i == ARRAY_LEN(scanners) - 1 ? " and "
							   : ", ",
			    scanners[i].name);
	return err_set(err, ERR_USAGE, "--scanners: no scanner \"%.*s\"; there are %.*s",
		       STR_FMT(word), STR_FMT(strbuf_str(&names)));
}

/* "vuln,config": those that are named and no others. */
static int parse_scanners(struct scan_options *opt, struct err *err)
{
	struct str words = str_of(opt->scanners), word;

	if (!opt->scanners) { /* what is said of secrets asks for them */
		opt->secrets |= opt->secret_rules.n || opt->baseline || opt->secret_confidence ||
				opt->fingerprint_key || opt->verify_secrets;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(scanners); i++)
		*(bool *)((char *)opt + scanners[i].flag) = false;
	while (str_pull_until(&words, ',', &word)) {
		size_t i = 0;

		word = str_trim(word);
		while (i < ARRAY_LEN(scanners) && !str_is(word, scanners[i].name))
			i++;
		if (i == ARRAY_LEN(scanners))
			return no_scanner(word, err);
		*(bool *)((char *)opt + scanners[i].flag) = true;
	}
	return 0;
}

/* A history has files in versions, not packages that are installed: what is in files is looked at.
 */
static int check_history(struct scan_options *opt, const char *target, struct err *err)
{
	bool asked = opt->scanners && (opt->vulnerabilities || opt->configuration || opt->waste);

	if (!str_has_prefix(str_of(target), STR("git:")))
		return 0;
	opt->vulnerabilities = opt->configuration = opt->waste = false;
	opt->secrets |= !opt->scanners;
	return asked ? err_set(err, ERR_USAGE,
			       "a git history is looked at for secrets and malware; scan the "
			       "working "
			       "tree, %s, for the rest",
			       target + 4)
		     : 0;
}

int scan_load_rules(const struct scan_options *opt, struct rule_set **ret, struct err *err)
{
	return opt->configuration || opt->waste ? rule_files_load_image(&opt->rules, ret, err) : 0;
}

int scan_judge_image(const struct scan_options *opt, struct rule_set *rules, struct report *report,
		     int64_t now, struct err *err)
{
	unsigned what = (opt->configuration ? IMAGE_CHECK_CONFIGURATION : 0) |
			(opt->waste ? IMAGE_CHECK_WASTE : 0);

	if (!rules || str_is(report->target.transport, "sbom"))
		return 0;
	return image_check(rules, report, what, now, err);
}

int scan_open_secrets(const struct scan_options *opt, struct secret_files *files,
		      struct scan_watch *watches, struct scan_request *q, struct err *err)
{
	const struct secret_files_options options = {.rules = &opt->secret_rules,
						     .key = opt->fingerprint_key,
						     .verify = opt->verify_secrets,
						     .endpoints = &opt->verify_endpoints,
						     .confidence = opt->secret_confidence};
	int r;

	if (opt->verify_secrets && !opt->secrets)
		return err_set(err, ERR_USAGE, "--verify-secrets needs --scanners with secret");
	if (!opt->secrets)
		return 0;
	q->no_cache |= opt->verify_secrets; /* which holds no values */
	r = secret_files_open(&options, files, err);
	if (r == 0)
		r = secret_files_watch(files, &watches[q->n_watches], err);
	if (r == 0) {
		q->watches = watches;
		q->n_watches++;
		q->secrets = &files->watching;
	}
	return r;
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
	if (r == 0 && opt->baseline)
		r = baseline_read(rules, opt->baseline, err);
	if (opt->ignore_files.n || opt->no_ignore ||
	    !(opt->vulnerabilities || opt->configuration || opt->secrets))
		return r;
	for (size_t i = 0; ignore_default_files[i] && r == 0; i++)
		if (access(ignore_default_files[i], F_OK) == 0)
			r = ignore_read(rules, ignore_default_files[i], err);
	return r;
}

/* The policy sees what a filter then hides: a filter is about what is shown. */
static int judge(const struct policy *policy, const struct policy_trust *trust,
		 const struct filter *filter, int64_t now, struct report *report, struct err *err)
{
	int r = 0;

	report_finish(report);
	if (policy)
		r = policy_judge(policy, now, trust, report, err);
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
				     .no_sandbox = opt->no_sandbox,
				     .wants_waste = opt->waste};
}

/* What stands open while a target is scanned, and what is asked of its report. */
struct scan_parts {
	struct scan_request request;
	struct report_output out;
	struct ignore ignores;
	struct filter filter;
	struct policy *policy;
	struct scan_trust trust; /* of a policy with that part */
	struct rule_set *rules;	 /* NULL: the configuration is not judged */
	struct db *db;
	struct err no_db;
	struct secret_files secrets;
	struct scan_watch watches[WATCHES_MAX]; /* those of file content */
	struct budget budget;
	struct malware *malware; /* NULL: nobody looks for it */
	struct err no_clamd;
	struct needs_request needs;
	struct str keep[OPTION_LIST_MAX];
	struct vec bases; /* struct report *: what --compare-base names */
};

static void parts_done(struct scan_parts *p)
{
	report_output_done(&p->out);
	ignore_done(&p->ignores);
	policy_free(p->policy);
	scan_trust_done(&p->trust);
	rule_set_free(p->rules);
	db_closep(&p->db);
	secret_files_done(&p->secrets);
	malware_free(p->malware);
	budget_done(&p->budget);
	base_files_done(&p->bases);
}

/* Looking into all files takes its time: it is done when asked for, by name or by what is known. */
static int open_malware(struct scan_parts *p, const struct scan_options *opt, struct err *err)
{
	struct malware_options known = opt->known;
	int r;

	if (!opt->malware && !known.hashes.n && !known.rules.n && !known.clamd)
		return 0;
	known.no_cache = opt->no_cache;
	r = malware_files_load(&known, &p->malware, &p->no_clamd, err);
	if (r == 0)
		p->watches[p->request.n_watches++] =
			(struct scan_watch){&malware_watch, p->malware, malware_recipe(p->malware)};
	return r;
}

/* Its socket is there, so somebody relies on it. */
static int cover_clamd(const struct scan_parts *p, struct report *report, struct err *err)
{
	struct str why = arena_str(&report->arena, str_of(p->no_clamd.msg));
	struct report_sandbox *sandbox = &report->sandbox;

	if (p->malware && malware_has(p->malware, MALWARE_CLAMD) && sandbox->scope.n)
		sandbox->scope = arena_strf(
			&report->arena, "%.*s; one that only connects to clamd keeps the network",
			STR_FMT(sandbox->scope));
	if (p->no_clamd.code == ERR_OK)
		return 0;
	if (!why.p || report_add_coverage(report, STR("malware (clamav)"), COVERAGE_NOT_ASSESSED,
					  why, STR("start clamd"), 0) < 0)
		return err_nomem(err);
	return 0;
}

/*
 * Trees tell nearly all for nothing. What the content of files tells costs a hash of the large
 * ones, so waste has to be asked for by name.
 */
static void open_waste(struct scan_parts *p, const struct scan_options *opt)
{
	p->request.wants_waste = opt->waste;
	if (opt->waste && opt->scanners)
		p->watches[p->request.n_watches++] = (struct scan_watch){.type = &waste_watch};
}

static void open_needs(struct scan_parts *p, const struct scan_options *opt)
{
	if (!opt->needs && !opt->compare_base.n)
		return;
	p->watches[p->request.n_watches++] = (struct scan_watch){.type = &program_watch};
	for (size_t i = 0; i < opt->needs_keep.n; i++)
		p->keep[i] = str_of(opt->needs_keep.p[i]);
	p->needs = (struct needs_request){.run = str_of(opt->needs_run),
					  .keep = {p->keep, opt->needs_keep.n}};
	p->request.needs = &p->needs;
}

/* All that can be wrong is told before anything is read; ends by SOURCE_DATE_EPOCH if given. */
static int parts_open(struct scan_parts *p, const struct scan_options *opt, const char *command,
		      struct err *err)
{
	struct platform platform; /* only whether it can be understood */
	int r = report_output_parse(&p->out, command, opt->fail_on, err);

	if (r == 0)
		r = command_epoch(&p->request.has_time, &p->request.time, err);
	if (r == 0)
		r = platform_parse(opt->platform, &platform, err);
	if (r == 0 && opt->severity)
		r = filter_parse_severities(&p->filter, str_of(opt->severity), err);
	if (r == 0 && opt->policy)
		r = policy_find(opt->policy, &p->policy, err);
	if (r == 0)
		r = scan_read_ignore_files(opt, &p->ignores, err);
	if (r == 0)
		r = scan_load_rules(opt, &p->rules, err);
	if (r == 0 && open_database(opt, &p->db, &p->no_db) < 0 &&
	    (opt->db || p->no_db.code != ERR_NOT_FOUND)) {
		*err = p->no_db;
		r = -(int)err->code;
	}
	p->request.watches = p->watches;
	if (r == 0)
		r = scan_open_secrets(opt, &p->secrets, p->watches, &p->request, err);
	if (r == 0)
		r = open_malware(p, opt, err);
	if (r == 0)
		r = base_files_read(&opt->compare_base, &p->bases, err);
	if (r == 0)
		open_needs(p, opt);
	open_waste(p, opt);
	return r == 0 ? report_output_create(&p->out, err) : r;
}

static int64_t now_of(const struct scan_parts *p)
{
	return p->request.has_time ? p->request.time : (int64_t)time(NULL);
}

static int scan(struct scan_parts *p, const struct scan_options *opt, struct report **ret,
		struct err *err)
{
	struct scan_progress progress = {0};
	struct progress_line *line = progress_start(&progress, opt->quiet);
	int r = scan_run(&p->request, &progress, ret, err);

	progress_stop(line);
	if (r == 0)
		r = cover_clamd(p, *ret, err);
	if (r == 0 && p->db && !opt->quiet)
		tell_age(p->db, now_of(p));
	if (r == 0)
		r = secret_image(p->request.secrets, *ret, err);
	if (r == 0)
		r = scan_judge_image(opt, p->rules, *ret, now_of(p), err);
	if (r == 0)
		r = secret_image_join(p->request.secrets, *ret, err);
	if (r == 0)
		r = secret_verdict(p->request.secrets, *ret, err);
	if (r == 0)
		r = assess(opt, p->db, &p->no_db, *ret, err);
	if (r == 0)
		r = ignore_apply(&p->ignores, now_of(p), *ret, err);
	if (r == 0)
		r = needs_weigh(*ret, err);
	return r == 0 && p->bases.n ? base_advice(*ret, &p->bases, err) : r;
}

int scan_report(const struct scan_options *given, const char *command, const char *target,
		struct report **ret, struct err *err)
{
	struct scan_options chosen = *given;
	CLEANUP(parts_done)
	struct scan_parts p = {.request = scan_request_of(&chosen, target),
			       .out = {.format_id = chosen.format}};
	int r = parse_scanners(&chosen, err);

	ignore_init(&p.ignores);
	if (r == 0)
		r = parts_open(&p, &chosen, command, err);
	if (r == 0)
		r = scan(&p, &chosen, ret, err);
	return r == 0 ? judge(NULL, NULL, &p.filter, now_of(&p), *ret, err) : r;
}

/* A file that is named must be there; that of the folder holds for what measures waste. */
static int open_budgets(struct scan_parts *p, const struct scan_options *opt, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_YAML_BYTES);
	const char *file = opt->dive_ci ? opt->dive_ci : DIVE_FILE;
	int r = 0;

	if (!opt->budgets)
		return 0;
	if (opt->dive_ci && !opt->waste)
		return err_set(err, ERR_USAGE, "--dive-ci needs the scanner waste");
	if (opt->max_size)
		r = budget_set_max_size(&p->budget, str_of(opt->max_size), err);
	if (r < 0)
		return err_wrap(err, r, "--max-size");
	if (!opt->waste || (!opt->dive_ci && access(file, F_OK) < 0))
		return 0;
	r = file_read(file, &sb, err);
	return r < 0 ? r : budget_read_dive(&p->budget, strbuf_str(&sb), str_of(file), err);
}

static int ask_trust(struct scan_parts *p, const struct scan_options *opt, const char *target,
		     struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(*opt);

	return scan_trust_ask(&p->trust, p->policy, opt->given ? opt->given : target, &registry,
			      now_of(p), err);
}

/* Packages that somebody else has listed are told as theirs. */
static int tell_origin(const struct scan_options *opt, struct report *report, struct err *err)
{
	if (opt->given)
		report->target.given = arena_str(&report->arena, str_of(opt->given));
	if (!opt->packages_from)
		return 0;
	return report_add_coverage(report, STR("packages (attested SBOM)"), COVERAGE_ASSESSED,
				   str_of(opt->packages_from), STR_NULL, 0) < 0
		       ? err_nomem(err)
		       : 0;
}

int scan_command(const struct scan_options *given, const char *command, int argc,
		 const char *const *argv)
{
	struct scan_options chosen = *given, *const opt = &chosen;
	CLEANUP(report_freep) struct report *report = NULL;
	CLEANUP(parts_done)
	struct scan_parts p = {
		.request = scan_request_of(opt, argc > 0 ? argv[0] : NULL),
		.out = {.path = opt->output,
			.format_id = opt->format,
			.no_color = opt->no_color,
			.files = opt->files},
		.filter = {.fixable = opt->fixable, .known_exploited = opt->known_exploited}};
	struct err err = {0};
	int r;

	if (opt->alerts.sinks.n)
		return scan_with_alerts(given, command, argc, argv);
	ignore_init(&p.ignores);
	budget_init(&p.budget);
	if (argc != 1) {
		err_set(&err, ERR_USAGE, "%s: needs one TARGET; see plimsoll %s --help", command,
			command);
		return command_error(&err);
	}
	r = parse_scanners(opt, &err);
	if (r == 0)
		r = check_history(opt, argv[0], &err);
	p.request.only_content = !opt->vulnerabilities && !opt->configuration && !opt->waste;
	if (r == 0)
		r = open_budgets(&p, opt, &err);
	if (r == 0)
		r = parts_open(&p, opt, command, &err);
	if (r == 0 && p.policy && trust_policy_is_set(&p.policy->trust))
		r = ask_trust(&p, opt, argv[0], &err);
	if (r == 0 && opt->takes_reports)
		r = report_file_read(argv[0], &report, &err); /* 1: it is one */
	if (r == 0)
		r = scan(&p, opt, &report, &err);
	if (r >= 0)
		r = tell_origin(opt, report, &err);
	if (r >= 0 && opt->budgets)
		r = budget_judge(&p.budget, report, &err);
	if (r >= 0)
		scan_trust_join(&p.trust, report);
	if (r >= 0)
		r = judge(p.policy, &p.trust.told, &p.filter, now_of(&p), report, &err);
	if (r == 0 && opt->alert_fd)
		r = scan_alert_write(opt->alert_fd, report, &err);
	if (r == 0)
		r = report_output_write(&p.out, report, &err);
	if (r < 0)
		return command_error(&err);
	if (opt->budgets && budget_is_broken(report))
		return EXIT_FINDINGS;
	return report_output_status(&p.out, report, opt->require_complete);
}
