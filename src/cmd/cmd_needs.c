/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_command.h"

static struct scan_options opt = {
	.format = "needs", .vulnerabilities = true, .configuration = true, .needs = true};

static int run(int argc, const char *const *argv)
{
	return scan_command(&opt, "needs", argc, argv);
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "how to print what is needed (needs)",
		     "needs json paths", .project = true),
	OPTION_STR("output", 'o', &opt.output, "FILE", "write there instead of to stdout"),
	OPTION_STR("run", 0, &opt.needs_run, "COMMAND",
		   "what it runs, instead of its entrypoint, command and health check"),
	OPTION_LIST("keep", 0, &opt.needs_keep, "PATH",
		    "a file or folder that is needed besides, and all that it needs"),
	OPTION_LIST("compare-base", 0, &opt.compare_base, "PATH",
		    "a JSON report of another base image, or a folder of them: what it would save"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	SCAN_IGNORE_OPTIONS(opt),
	OPTION_FLAG("require-complete", 0, &opt.require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_needs = {
	.name = "needs",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "say what the commands of an image need, and what nothing needs",
	.details =
		"TARGET is as of scan. Nothing is run: from the entrypoint, the command and the "
		"health check (or --run) each program is followed to what it names. Libraries by "
		"the rules of the dynamic linker, interpreters, what shell scripts run and read, "
		"modules of Python, Node and Perl, settings and plug-ins that programs name, and "
		"what the C library, PAM and TLS read without being told.\n"
		"All else is listed by package, with its size and the findings it carries. Too "
		"much is kept rather than too little, but a program can compute a name that no "
		"file has: what could not be followed is listed, lowers the confidence, and can "
		"be added with --keep. Try what remains before you ship it.\n"
		"A root file system names no command: give it one with --run.\n"
		"--format paths prints the files that are needed, a path a line, also links; an "
		"image of them alone can be made with tar --no-recursion -T. --format json is the "
		"report of scan with the part needs: each needed file with its reason.\n"
		"--compare-base PATH, a report that scan --format json printed of a base image, or "
		"a folder of such, asks whether the image could stand on it: the same C library, "
		"and each package of the present base that is needed, or a package manager and the "
		"same release to install it. Size and findings are compared with the present base "
		"if its report is among them, else with all packages of the operating system. What "
		"is to be installed counts as it is in the image, without what it pulls in. A "
		"number that a report does not hold (no database, a filter) is not known. Scan all "
		"with the same database.\n"
		" plimsoll scan -f json -o bases/slim.json registry.example.com/debian:12-slim\n"
		" plimsoll needs --compare-base bases registry.example.com/app:1.4\n"
		" plimsoll needs registry.example.com/app:1.4\n"
		" plimsoll needs --run 'python3 -m app' --keep /srv/plugins rootfs:tree",
	.options = options,
	.run = run,
};
