/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/place_text.h"
#include "cmd/registry_options.h"
#include "cmd/report_output.h"
#include "trust/attach.h"

static struct {
	const char *sbom, *file, *type;
	struct option_list annotations;
	bool quiet;
	REGISTRY_OPTION_MEMBERS;
} opt;

/* What is attached: bytes of a file, and what they are. */
struct attaching {
	struct arena arena;
	struct strbuf bytes;
	struct attach_request request;
};

/* ---- the request ---- */

static int take_annotations(struct attaching *a, struct err *err)
{
	struct artifact_annotation *p = arena_array(&a->arena, opt.annotations.n + 1, sizeof *p);

	if (!p)
		return err_nomem(err);
	for (size_t i = 0; i < opt.annotations.n; i++)
		if (!str_cut(str_of(opt.annotations.p[i]), '=', &p[i].key, &p[i].value) ||
		    !p[i].key.n)
			return err_set(err, ERR_USAGE, "--annotation %.100s: expected KEY=VALUE",
				       opt.annotations.p[i]);
	a->request.annotations = (struct artifact_annotations){p, opt.annotations.n};
	return 0;
}

static int take_time(struct attaching *a, struct err *err)
{
	char text[CLOCK_TEXT_MAX];
	int64_t epoch = 0;
	bool has_epoch = false;
	int r = command_epoch(&has_epoch, &epoch, err);

	if (r < 0)
		return r;
	if (clock_format(has_epoch ? epoch : (int64_t)time(NULL), text))
		a->request.created = arena_str(&a->arena, str_of(text));
	return arena_check(&a->arena, err);
}

static int take_sbom(struct attaching *a, struct err *err)
{
	int r;

	if (!opt.sbom)
		return err_set(err, ERR_USAGE, "attach sbom: needs --sbom FILE");
	r = file_read(opt.sbom, &a->bytes, err);
	if (r < 0)
		return r;
	a->request.media_type =
		opt.type ? str_of(opt.type) : attach_sbom_type(strbuf_str(&a->bytes));
	if (!a->request.media_type.n)
		return err_set(err, ERR_USAGE,
			       "%.200s: is no SBOM in SPDX or CycloneDX that is known here; --type "
			       "says what it is",
			       opt.sbom);
	return 0;
}

static int take_file(struct attaching *a, struct err *err)
{
	const char *name;

	if (!opt.file || !opt.type)
		return err_set(err, ERR_USAGE, "attach file: needs --file FILE and --type TYPE");
	name = strrchr(opt.file, '/');
	a->request.title = str_of(name ? name + 1 : opt.file);
	a->request.media_type = str_of(opt.type);
	return file_read(opt.file, &a->bytes, err);
}

static int take(struct attaching *a, const char *what, struct err *err)
{
	int r;

	if (strcmp(what, "sbom") == 0)
		r = take_sbom(a, err);
	else if (strcmp(what, "file") == 0)
		r = take_file(a, err);
	else
		r = err_set(err, ERR_USAGE, "attach %.60s: expected sbom or file", what);
	a->request.bytes = strbuf_str(&a->bytes);
	if (r == 0)
		r = take_annotations(a, err);
	return r < 0 ? r : take_time(a, err);
}

/* ---- the command ---- */

static int attach_to(const struct attaching *a, const char *target, struct strbuf *ret_name,
		     struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(opt);
	CLEANUP(artifact_place_done) struct artifact_place place = ARTIFACT_PLACE_INIT;
	char digest[DIGEST_TEXT_MAX];
	int r = artifact_place_open(target, &registry, &place, err);

	if (r < 0)
		return r;
	if (!place.store)
		return err_set(err, ERR_UNSUPPORTED, "%.160s: %.*s", target,
			       STR_FMT(place.why_bare));
	r = attach_bytes(place.store, &place.manifest, &a->request, digest, err);
	if (r < 0)
		return r;
	place_text(place.store, str_of(digest), ret_name);
	strbuf_addc(ret_name, '\n');
	if (!opt.quiet)
		(void)fprintf(stderr, "attached to %s\n", place.manifest.digest);
	return strbuf_check(ret_name, err);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct attaching a = {.bytes = STRBUF_INIT(LIMIT_ATTACH_BYTES)};
	struct err err = {0};
	int r;

	arena_init(&a.arena, LIMIT_HTTP_BODY_BYTES);
	if (argc != 2)
		r = err_set(&err, ERR_USAGE,
			    "attach: needs sbom or file, and a TARGET; see plimsoll attach --help");
	else
		r = take(&a, argv[0], &err);
	if (r == 0)
		r = attach_to(&a, argv[1], &name, &err);
	strbuf_done(&a.bytes);
	arena_done(&a.arena);
	return r < 0 ? command_error(&err) : command_print(strbuf_str(&name));
}

static const struct option_spec options[] = {
	OPTION_STR("sbom", 0, &opt.sbom, "FILE", "the SBOM: SPDX or CycloneDX"),
	OPTION_STR("file", 0, &opt.file, "FILE", "any file"),
	OPTION_STR("type", 0, &opt.type, "TYPE",
		   "media type of the file (of an SBOM: told by its content)"),
	OPTION_LIST("annotation", 'a', &opt.annotations, "KEY=VALUE", "of the manifest"),
	REGISTRY_OPTIONS(opt),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "nothing on stderr"),
	OPTION_END,
};

const struct command command_attach = {
	.name = "attach",
	.arguments = "sbom|file TARGET",
	.group = COMMAND_IMAGE,
	.summary = "attach an SBOM or a file to an image",
	.details =
		"Writes the file beside the image that TARGET names, in a registry or in "
		"oci:DIR[:TAG], as an artifact of its media type that refers to the image (OCI "
		"1.1). Where the registry keeps no list of such, it is entered in the index at "
		"the tag sha256-... .\n"
		"The image stays as it is. What is attached is not signed: sign its digest, which "
		"goes to stdout, or attach an attestation.\n"
		"With SOURCE_DATE_EPOCH the same file gives the same digest.\n"
		" plimsoll sbom app:1.2 --format spdx-json --output app.spdx.json\n"
		" plimsoll attach sbom registry.example.com/app:1.2 --sbom app.spdx.json\n"
		" plimsoll attach file example.com/app:1.2 --file LICENSE --type text/plain",
	.options = options,
	.run = run,
};
