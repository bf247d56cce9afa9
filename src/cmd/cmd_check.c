/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_command.h"

static struct scan_options opt = {.format = "verdict",
				  .vulnerabilities = true,
				  .configuration = true,
				  .waste = true,
				  .alerts = ALERT_DEFAULTS,
				  .takes_reports = true};

static int run(int argc, const char *const *argv)
{
	struct err err = {0};

	if (opt.policy)
		return scan_command(&opt, "check", argc, argv);
	err_set(&err, ERR_USAGE,
		"check: needs --policy FILE, or the name of one of ours; plimsoll policy list "
		"shows them");
	return command_error(&err);
}

static const struct option_spec options[] = {
	OPTION_STR("policy", 'p', &opt.policy, "POLICY",
		   "a file, or the name of a policy that ships with the program"),
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "how to print it (verdict)",
		     "verdict table json html markdown junit sarif", .project = true),
	OPTION_STR("output", 'o', &opt.output, "FILE", "write there instead of to stdout"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	ALERT_OPTIONS(opt.alerts),
	SCAN_IGNORE_OPTIONS(opt),
	OPTION_FLAG("require-complete", 0, &opt.require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_check = {
	.name = "check",
	.arguments = "TARGET --policy POLICY",
	.group = COMMAND_IMAGE,
	.summary = "say by a policy whether an image may go on: allow, warn or deny",
	.details =
		"TARGET is what plimsoll scan takes, an SBOM, or a report that scan printed with "
		"--format json, which is judged as it stands.\n"
		"A policy is YAML: rules that deny, warn or require, expressions over the report, "
		"with exceptions that have an owner, a reason and an end. Every rule is asked; the "
		"worst decides; each that spoke is printed with what it spoke about. A rule that "
		"depends on what was not assessed is unknown, and unknown is deny unless the "
		"policy "
		"says otherwise.\n"
		"A policy with the part trust also asks who has signed the image, in its registry; "
		"what cannot be told is unknown too.\n"
		"The exit status is 1 for deny, 0 for warn and allow.\n"
		"--alert SINK tells somebody at once when it is deny: stderr, file:PATH, syslog, "
		"webhook:URL, mailto:ADDRESS; plimsoll alert --help has more.\n"
		"plimsoll policy list names the policies that ship with the program; plimsoll "
		"policy facts says what rules can ask.\n"
		"  plimsoll check --policy baseline registry.example.com/app:1.4\n"
		"  plimsoll check --policy team.yaml report.json",
	.options = options,
	.run = run,
};
