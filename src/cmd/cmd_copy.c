/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/byte_size.h"
#include "base/limits.h"
#include "cmd/place_text.h"
#include "cmd/progress.h"
#include "cmd/registry_options.h"
#include "trust/copy.h"

static struct {
	const char *platform;
	bool no_attachments, quiet;
	REGISTRY_OPTION_MEMBERS;
} opt;

/* A copy that was made, but not of all that is listed. */
static void tell_refused(void *ctx, const struct attachment_refused *refused)
{
	struct err line = {0};

	(void)ctx; /* it goes to stderr */
	(void)err_set(&line, ERR_FORMAT, "not copied: %.*s: %.*s",
		      STR_FMT(str_sub(refused->entry.digest, 0, 140)), STR_FMT(refused->why));
	(void)command_error(&line);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void tell_sum(const struct copy_result *done)
{
	char size[BYTE_SIZE_MAX];

	if (opt.quiet)
		return;
	(void)byte_size_text(done->sent_bytes, size);
	(void)fprintf(stderr, "copied %zu manifest%s and %zu blob%s (%s; %zu were there)",
		      done->n_manifests, plural(done->n_manifests), done->n_blobs - done->n_there,
		      plural(done->n_blobs - done->n_there), size, done->n_there);
	if (!opt.no_attachments)
		(void)fprintf(stderr, ", %zu attached", done->n_attachments);
	(void)fputc('\n', stderr);
}

static int copy_between(const struct artifact_place *from, const struct artifact_place *to,
			struct copy_result *done, struct err *err)
{
	struct scan_progress progress = {0};
	struct copy_options how = {
		.tag = to->tag.n ? to->tag : from->tag,
		.platform = opt.platform,
		.attachments = !opt.no_attachments,
		.done_bytes = &progress.done_bytes,
		.total_bytes = &progress.total_bytes,
		.refused = tell_refused,
	};
	struct progress_line *line = progress_start(&progress, opt.quiet);
	int r = copy_image(from->store, to->store, str_of(from->manifest.digest), &how, done, err);

	progress_stop(line);
	return r < 0 ? err_wrap(err, r, "copy %.*s", STR_FMT(str_sub(from->name, 0, 160))) : 0;
}

static int copy(const char *source, const char *target, struct copy_result *done,
		struct strbuf *ret_name, struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(opt);
	CLEANUP(artifact_place_done) struct artifact_place from = ARTIFACT_PLACE_INIT;
	CLEANUP(artifact_place_done) struct artifact_place to = ARTIFACT_PLACE_INIT;
	int r = artifact_place_open(source, &registry, &from, err);

	if (r < 0)
		return r;
	if (!from.store)
		return err_set(err, ERR_UNSUPPORTED, "%.160s: %.*s", source,
			       STR_FMT(from.why_bare));
	r = artifact_place_create(target, &registry, &to, err);
	if (r == 0)
		r = copy_between(&from, &to, done, err);
	if (r < 0)
		return r;
	place_text(to.store, str_of(done->digest), ret_name);
	strbuf_addc(ret_name, '\n');
	return strbuf_check(ret_name, err);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct copy_result done;
	struct err err = {0};
	int r, status;

	if (argc != 2) {
		err_set(&err, ERR_USAGE,
			"copy: needs a SOURCE and a TARGET; see plimsoll copy "
			"--help");
		return command_error(&err);
	}
	r = copy(argv[0], argv[1], &done, &name, &err);
	if (r < 0)
		return command_error(&err);
	tell_sum(&done);
	status = command_print(strbuf_str(&name));
	return status == EXIT_DONE && done.n_refused ? EXIT_INCOMPLETE : status;
}

static const struct option_spec options[] = {
	OPTION_STR("platform", 0, &opt.platform, "OS/ARCH",
		   "only that image of an index (all of them)"),
	OPTION_FLAG("no-attachments", 0, &opt.no_attachments,
		    "leave signatures, attestations and all else that is attached behind"),
	REGISTRY_OPTIONS(opt),
	OPTION_FLAG("quiet", 'q', &opt.quiet, "neither progress nor a sum on stderr"),
	OPTION_END,
};

const struct command command_copy = {
	.name = "copy",
	.arguments = "SOURCE TARGET",
	.group = COMMAND_IMAGE,
	.summary = "copy an image with all that is attached to it",
	.details =
		"Copies an image with all its platforms, and its signatures, attestations, SBOMs "
		"and "
		"whatever else refers to any of that, and to those in turn. SOURCE and TARGET are "
		"images in registries, or oci:DIR[:TAG]. Bytes stay as they are, and so do "
		"digests; "
		"each byte is verified on the way. The tag is set at last.\n"
		"Without a tag in TARGET the image gets that of SOURCE.\n"
		"What TARGET has already is not sent, so a copy that broke goes on where it "
		"stopped.\n"
		"The name of the copy, by its digest, goes to stdout. Exit status: 0 done; 2 an "
		"error; 3 something is listed as attached and cannot be used: it is told on "
		"stderr, all else is copied.\n"
		" plimsoll copy registry.example.com/app:1.2 mirror.example.com/team/app\n"
		" plimsoll copy registry.example.com/app:1.2 oci:app\n"
		" plimsoll copy oci:app registry.example.com/other/app:1.2",
	.options = options,
	.run = run,
};
