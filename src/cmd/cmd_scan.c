/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_attest.h"
#include "cmd/scan_attested.h"
#include "cmd/scan_command.h"

static struct scan_options opt = {.format = "table",
				  .vulnerabilities = true,
				  .configuration = true,
				  .waste = true,
				  .sbom_days = 30,
				  .alerts = ALERT_DEFAULTS,
				  .budgets = true};

static int run(int argc, const char *const *argv)
{
	if (opt.sbom_key && opt.attest) {
		struct err err = {0};

		(void)err_set(&err, ERR_USAGE,
			      "--attest signs what was found in the image, --use-attested-sbom "
			      "does not look there: say one");
		return command_error(&err);
	}
	if (opt.sbom_key)
		return scan_with_attested_sbom(&opt, argc, argv);
	return opt.attest ? scan_with_attestation(&opt, argc, argv)
			  : scan_command(&opt, "scan", argc, argv);
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "how to print the report (table)",
		     "table json html sarif markdown junit cyclonedx-json cyclonedx-xml spdx-json "
		     "spdx purl verdict gitlab github checkstyle codeclimate",
		     .project = true),
	OPTION_STR("output", 'o', &opt.output, "FILE", "write there instead of to stdout"),
	OPTION_FLAG("files", 0, &opt.files, "list the files of each package (json)",
		    .project = true),
	OPTION_STR("scanners", 0, &opt.scanners, "S,..",
		   "what to look for: vuln, config, secret, malware, waste (vuln,config,waste)",
		   .project = true),
	OPTION_LIST("malware-hashes", 0, &opt.known.hashes, "FILE",
		    "hashes of known malware: SHA-256, SHA-1, MD5, TLSH"),
	OPTION_LIST("malware-rules", 0, &opt.known.rules, "PATH",
		    "YARA rules, or a folder of them, besides ours"),
	OPTION_STR("clamd", 0, &opt.known.clamd, "ADDRESS",
		   "ClamAV's daemon: a socket or HOST:PORT (its usual socket)"),
	OPTION_LIST("rules", 0, &opt.rules, "PATH", "a pack, or a folder of packs, besides ours"),
	SCAN_SECRET_OPTIONS(opt),
	OPTION_FLAG("needs", 0, &opt.needs,
		    "tell also what its commands need, and what nothing needs; see plimsoll needs",
		    .project = true),
	OPTION_LIST("compare-base", 0, &opt.compare_base, "PATH",
		    "a JSON report of another base image, or a folder of them: what it would save"),
	OPTION_STR("db", 0, &opt.db, "DIR", "the vulnerability database; see plimsoll db --help"),
	OPTION_WORDS("fail-on", 0, &opt.fail_on, "SEVERITY",
		     "exit status 1 when a finding is at least so grave",
		     "critical high medium low negligible unknown", .project = true),
	OPTION_STR("max-size", 0, &opt.max_size, "SIZE",
		   "exit status 1 when the image is larger: 100MB", .project = true),
	OPTION_STR("dive-ci", 0, &opt.dive_ci, "FILE",
		   "thresholds of dive (.dive-ci of the folder); exit status 1 beyond one"),
	OPTION_STR("policy", 0, &opt.policy, "POLICY",
		   "judge the report by it, exit status 1 when it denies; see plimsoll check"),
	OPTION_STR("severity", 0, &opt.severity, "S,..", "show findings of these severities only",
		   .project = true),
	OPTION_FLAG("fixable", 0, &opt.fixable, "show findings that have a fix only",
		    .project = true),
	OPTION_FLAG("known-exploited", 0, &opt.known_exploited,
		    "show findings that are known to be exploited only", .project = true),
	ALERT_OPTIONS(opt.alerts),
	OPTION_STR("attest", 0, &opt.attest, "KEY",
		   "sign the result by this key, and attach it to the image; see plimsoll attest"),
	PASSPHRASE_OPTIONS(opt),
	OPTION_STR("use-attested-sbom", 0, &opt.sbom_key, "KEY",
		   "take the packages from an SBOM that is attested by this public key, if it is "
		   "fresh; no file is looked at then"),
	OPTION_UINT("attested-sbom-days", 0, &opt.sbom_days, "DAYS",
		    "how old such an SBOM may be (30)"),
	SCAN_IGNORE_OPTIONS(opt),
	OPTION_FLAG("require-complete", 0, &opt.require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_scan = {
	.name = "scan",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "say what is vulnerable in an image, and what was not looked at",
	.details =
		"TARGET is docker-archive:FILE[:TAG], oci:DIR[:REF], oci-archive:FILE[:REF], "
		"rootfs:DIR-or-TAR, or a path whose content tells which of them it is; "
		"docker://REF is an image in its registry, docker-daemon:REF or podman:REF one "
		"of a local engine.\n"
		"FILE may be packed (gzip, xz, zstd), a pipe, or - for stdin: docker save IMAGE | "
		"plimsoll scan -, or scan docker-archive:-:TAG for one image of several. Such a "
		"stream is read once and nothing of it is stored.\n"
		"JSON at a path, at sbom:FILE or from stdin is an SBOM: CycloneDX or SPDX, by any "
		"tool.\n"
		"A bare name that is no path is an image: it is looked for in the local engines, "
		"then in its registry, and the report says where it was found. Logins, mirrors and "
		"certificates are those of docker and podman. Layers are read as they arrive and "
		"never stored; those in the cache are not downloaded.\n"
		"Beside vulnerabilities a scan tells what is wrong with the image itself: its "
		"user, "
		"ports, variables, history, setuid files, credentials, accounts. plimsoll rules "
		"list "
		"shows these rules (image-...); they are switched and set up below rules: in "
		".plimsoll.yaml. --scanners vuln leaves them out, --scanners config asks for "
		"nothing "
		"else; --fail-on looks at what was asked for.\n"
		"--scanners malware looks at every file, within archives and deleted layers too: "
		"with "
		"our YARA rules and those of --malware-rules, the lists of --malware-hashes, and "
		"ClamAV "
		"where its daemon listens; any of these options asks for it.\n"
		"--scanners secret (with others: vuln,config,secret) looks for secrets in every "
		"file of every layer, within archives too, in the configuration and the history; "
		"also in any directory: plimsoll scan --scanners secret DIR. A finding tells "
		"layer, "
		"path, line, a redacted form and a fingerprint, never the value. --baseline "
		"suppresses those of a report that was printed before; it and the other options of "
		"secrets ask for them.\n"
		"What an image could do without (rules waste-..., image-...-left), and its attack "
		"surface, are told besides; --scanners waste, by name, also compares the content "
		"of files from 64 KiB on: copies, symbols in programs, core files. --max-size "
		"100MB, "
		"and the thresholds of dive in --dive-ci FILE or .dive-ci of the working "
		"directory, give exit status 1 and a row each; what was not fully read is unknown "
		"to them, not passed.\n"
		"--needs and --compare-base are told in plimsoll needs --help.\n"
		"Every digest that the image promises is verified. What could not be looked at is "
		"listed as NOT ASSESSED with the reason; it never counts as empty.\n"
		"--policy FILE, or the name of one of ours (plimsoll policy list), adds a verdict: "
		"allow, warn or deny, whatever is shown. --alert SINK tells somebody at once when "
		"it is deny: plimsoll alert --help.\n"
		"--severity, --fixable and --known-exploited choose what is shown; the number of "
		"the other findings is told, and --fail-on looks at what is shown. Findings that a "
		"rule of .plimsollignore, .trivyignore, .trivyignore.yaml or .grype.yaml in the "
		"working directory suppresses stay in the JSON report with the rule, and never "
		"decide; rules that are unused or expired are told.\n"
		".plimsollignore is YAML, a list of rules. A rule is an id, or a map of conditions "
		"that all hold: id, package, version, type, purl, path, layer, severity, status, "
		"fix, fingerprint; with until (its last day), owner and reason:\n"
		" - id: CVE-2023-0286\n"
		"   purl: pkg:deb/debian/openssl\n"
		"   until: 2026-12-31\n"
		"   reason: the service parses no certificates",
	.options = options,
	.run = run,
};
