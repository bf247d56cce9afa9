/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_command.h"

static struct scan_options opt = {.format = "cyclonedx-json"};

static int run(int argc, const char *const *argv)
{
	return scan_command(&opt, "sbom", argc, argv);
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "which kind of SBOM (cyclonedx-json)",
		     "cyclonedx-json cyclonedx-xml spdx-json spdx purl json", .project = true),
	OPTION_STR("output", 'o', &opt.output, "FILE", "write there instead of to stdout"),
	OPTION_FLAG("require-complete", 0, &opt.require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	SCAN_TARGET_OPTIONS(opt),
	OPTION_END,
};

const struct command command_sbom = {
	.name = "sbom",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "write the software bill of materials of an image",
	.details = "The same inputs give the same bytes. Times come from SOURCE_DATE_EPOCH or from "
		   "the image, never from the clock.",
	.options = options,
	.run = run,
};
