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
	OPTION_STR("platform", 0, &opt.platform, "OS/ARCH",
		   "which image of an index (this machine's)", .project = true),
	OPTION_UINT("jobs", 'j', &opt.jobs, "N", "layers read at the same time (one a processor)",
		    .project = true),
	OPTION_FLAG("require-complete", 0, &opt.require_complete,
		    "exit status 3 when anything was not assessed", .project = true),
	OPTION_FLAG("no-cache", 0, &opt.no_cache, "neither read nor write the layer cache",
		    .project = true),
	OPTION_FLAG("no-sandbox", 0, &opt.no_sandbox,
		    "keep network and writing open while reading"),
	SCAN_REGISTRY_OPTIONS(opt),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "no progress on stderr", .project = true),
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
