/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/registry_options.h"
#include "cmd/terminal.h"
#include "render/attachment_tree.h"

static struct {
	const char *format;
	bool no_color;
	REGISTRY_OPTION_MEMBERS;
} opt = {.format = "table"};

static int print(struct str name, const struct attachment_tree *tree, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct terminal t = terminal_look(STDOUT_FILENO);
	struct canvas c = {
		.out = &out,
		.width = t.width,
		.color = t.color && !opt.no_color,
		.unicode = t.unicode,
	};
	int r;

	if (strcmp(opt.format, "json") == 0)
		attachment_tree_json(&out, name, tree);
	else
		attachment_tree_table(&c, name, tree);
	r = strbuf_check(&out, err);
	if (r < 0)
		return r;
	r = command_print(strbuf_str(&out));
	return r == EXIT_DONE && tree->n_problems ? EXIT_INCOMPLETE : r;
}

static int show(const char *target, struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(opt);
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	CLEANUP(attachment_tree_done) struct attachment_tree tree = {0};
	int r = artifact_place_open(target, &registry, &place, err);

	if (r < 0)
		return r;
	if (!place.store)
		return err_set(err, ERR_UNSUPPORTED, "%.160s (%s): %.*s", target,
			       place.manifest.digest, STR_FMT(place.why_bare));
	r = attachment_tree_read(place.store, str_of(place.manifest.digest), &tree, err);
	return r < 0 ? r : print(place.name, &tree, err);
}

static int run(int argc, const char *const *argv)
{
	struct err err = {0};
	int r;

	if (argc != 1)
		r = err_set(&err, ERR_USAGE, "tree: needs one TARGET; see plimsoll tree --help");
	else if (strcmp(opt.format, "table") != 0 && strcmp(opt.format, "json") != 0)
		r = err_set(&err, ERR_USAGE, "--format %s: expected table or json", opt.format);
	else
		r = show(argv[0], &err);
	return r < 0 ? command_error(&err) : r;
}

static const struct option_spec options[] = {
	OPTION_WORDS("format", 'f', &opt.format, "FORMAT", "table, json", "table json",
		     .project = true),
	REGISTRY_OPTIONS(opt),
	OPTION_FLAG("no-color", 0, &opt.no_color, "no colour, also on a terminal", .project = true),
	OPTION_END,
};

const struct command command_tree = {
	.name = "tree",
	.arguments = "TARGET",
	.group = COMMAND_IMAGE,
	.summary = "show all that is attached to an image",
	.details =
		"Shows the platforms of an image and everything that is attached to it, to one of "
		"them, or to something attached: signatures and attestations of cosign, Sigstore "
		"and the Notary Project, SBOMs, other artifacts. TARGET is an image in a registry, "
		"or oci:DIR[:TAG].\n"
		"Asked are the registry's list of referrers, the index at the tag sha256-..., and "
		"cosign's tags .sig, .att and .sbom. Of what is listed the manifest is opened: it "
		"must say itself that it is about the image.\n"
		"No signature is verified here: what is shown is what whoever may write to the "
		"repository says. plimsoll verify tells whether it holds.\n"
		"Exit status: 0 done; 2 an error; 3 something is listed and cannot be used: it is "
		"shown with the reason.\n"
		" plimsoll tree registry.example.com/app:1.2\n"
		" plimsoll tree oci:app --format json",
	.options = options,
	.run = run,
};
