/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scan, sbom, explain and diff share: the options that say how a target is reached and read,
 * and the run of one scan that prints its report in one format.
 */
#pragma once

#include "check/rule_set.h"
#include "cmd/alert_options.h"
#include "cmd/malware_files.h"
#include "cmd/passphrase.h"
#include "cmd/registry_options.h"
#include "policy/ignore.h"

struct scan_options {
	const char *format; /* a renderer's id */
	const char *output; /* a file; NULL: stdout */
	const char *platform;
	uint64_t jobs;
	REGISTRY_OPTION_MEMBERS;
	bool vulnerabilities;		/* match packages with the database and list findings */
	bool configuration;		/* judge the image by the rules about images */
	bool secrets;			/* look for secrets in files and configuration */
	bool malware;			/* look for malware in all files */
	struct malware_options known;	/* what is known of it; any of them asks for it */
	bool waste;			/* measure what is wasted, and what can be attacked */
	bool budgets;			/* heed --max-size, and .dive-ci, also of the folder */
	const char *max_size, *dive_ci; /* "100MB"; a file; NULL: none */
	const char *scanners;		/* "vuln,config": which of them; NULL: all as set */
	struct option_list rules;	/* packs besides ours */
	bool verify_secrets;		/* send them to their providers */
	struct option_list verify_endpoints;
	struct option_list secret_rules; /* packs of secrets besides ours */
	const char *fingerprint_key;	 /* a file; NULL: the key of this user */
	const char *secret_confidence;	 /* "0.5"; NULL: that */
	const char *baseline;		 /* secrets that are known; NULL: none */
	const char *db, *fail_on;	 /* NULL: the default place; no threshold */
	const char *severity;		 /* "critical,high"; NULL: all */
	bool fixable, known_exploited;	 /* show only these */
	struct option_list ignore_files; /* empty: those of the working directory */
	bool no_ignore;			 /* not even these */
	const char *policy;    /* a file or a shipped policy's name; NULL: nobody judges */
	bool needs;	       /* what its commands need, and what nothing needs */
	const char *needs_run; /* a command line instead of the configuration's; NULL: that */
	struct option_list needs_keep;	 /* paths that are needed besides */
	struct option_list compare_base; /* reports of other bases; any asks for needs */
	const char *sbom_key;		 /* whose attested SBOM to take; NULL: nobody's */
	uint64_t sbom_days;		 /* how old it may be */
	const char *given;	   /* what the target is called in the report; NULL: as it is */
	const char *packages_from; /* where they come from, for the coverage; NULL: not told */
	const char *attest;	   /* the key to sign the result with; NULL: it is not signed */
	PASSPHRASE_OPTION_MEMBERS;
	struct alert_options alerts; /* whom to tell when the policy denies */
	int alert_fd;		     /* where such an alert is written; 0: nowhere */
	bool takes_reports;	     /* the target may be a report that was printed before */
	bool files, require_complete, no_cache, no_sandbox, quiet, no_color;
};

/* Rows of every option table of a command that scans: how a target is reached and read. */
#define SCAN_TARGET_OPTIONS(opt)                                                                   \
	OPTION_STR("platform", 0, &(opt).platform, "OS/ARCH",                                      \
		   "which image of an index (this machine's)", .project = true),                   \
		OPTION_UINT("jobs", 'j', &(opt).jobs, "N",                                         \
			    "layers read at the same time (one a processor)", .project = true),    \
		OPTION_FLAG("no-cache", 0, &(opt).no_cache,                                        \
			    "neither read nor write the layer cache", .project = true),            \
		OPTION_FLAG("no-sandbox", 0, &(opt).no_sandbox,                                    \
			    "keep network and writing open while reading"),                        \
		REGISTRY_OPTIONS(opt),                                                             \
		OPTION_FLAG("quiet", 'q', &(opt).quiet, "no progress on stderr", .project = true), \
		OPTION_FLAG("no-color", 0, &(opt).no_color, "no colour, also on a terminal",       \
			    .project = true)

/* What is to be scanned and how, as the options say. */
struct scan_request scan_request_of(const struct scan_options *opt, const char *target);

/* The rows of those that look for secrets. */
#define SCAN_SECRET_OPTIONS(opt)                                                                   \
	OPTION_LIST("secret-rules", 0, &(opt).secret_rules, "PATH",                                \
		    "a pack of rules of secrets, or a folder of packs, besides ours"),             \
		OPTION_STR("secret-confidence", 0, &(opt).secret_confidence, "N",                  \
			   "show secrets that are at least so sure, 0 to 1 (0.5)",                 \
			   .project = true),                                                       \
		OPTION_STR("baseline", 0, &(opt).baseline, "FILE",                                 \
			   "a JSON report, or fingerprints: secrets in it are known"),             \
		OPTION_STR("fingerprint-key", 0, &(opt).fingerprint_key, "FILE",                   \
			   "the key of secrets' fingerprints, to share them with others"),         \
		OPTION_FLAG("verify-secrets", 0, &(opt).verify_secrets,                            \
			    "ask the providers of found secrets whether they still work"),         \
		OPTION_LIST("verify-endpoints", 0, &(opt).verify_endpoints, "FILE",                \
			    "where they are asked, before those of ours")

/* The rows of those that ignore files apply to. */
#define SCAN_IGNORE_OPTIONS(opt)                                                                   \
	OPTION_LIST("ignore-file", 0, &(opt).ignore_files, "FILE",                                 \
		    "rules that suppress findings, instead of .plimsollignore and its kin"),       \
		OPTION_FLAG("no-ignore", 0, &(opt).no_ignore, "read no ignore file")

/* The rules about images; NULL in *ret where they are not asked. */
int scan_load_rules(const struct scan_options *opt, struct rule_set **ret, struct err *err);
/* What they say of it; now: unix seconds. Nothing of an SBOM. */
int scan_judge_image(const struct scan_options *opt, struct rule_set *rules, struct report *report,
		     int64_t now, struct err *err);

/*
 * Opens what a scan that looks for secrets needs, and asks the request for it; nothing where they
 * are not asked. files and watches have to stay where they are as long as the request.
 */
struct scan_watch;
struct secret_files;
int scan_open_secrets(const struct scan_options *opt, struct secret_files *files,
		      struct scan_watch *watches, struct scan_request *q, struct err *err);

/* Those that are named, else those of the working directory; a mistake in them is told at once. */
int scan_read_ignore_files(const struct scan_options *opt, struct ignore *rules, struct err *err);

/* The same scan for a command that shows its report in its own way; the caller frees it. */
int scan_report(const struct scan_options *opt, const char *command, const char *target,
		struct report **ret, struct err *err);

/* Returns an exit status; prints errors itself. */
int scan_command(const struct scan_options *opt, const char *command, int argc,
		 const char *const *argv);
