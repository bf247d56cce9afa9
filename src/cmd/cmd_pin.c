/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/map.h"
#include "check/pin.h"
#include "cmd/command.h"
#include "cmd/pin_tell.h"
#include "cmd/registry_options.h"
#include "cmd/rewrite.h"

static struct {
	const char *output, *stdin_name;
	bool update, write, check, syntax;
	REGISTRY_OPTION_MEMBERS;
} opt = {.stdin_name = "Dockerfile"};

struct pin_file {
	const char *path; /* as named; "-": standard input */
	struct strbuf bytes;
	struct source_file source;
	struct pins pins;
	bool is_read;
};

struct run {
	struct arena arena;
	struct pin_lookup *lookup;
	struct pin_file *files;
	size_t n_files;
	struct strbuf out; /* the difference, or what --check found */
	bool failed;	   /* something was told that kept an image or file from being looked at */
	bool found;	   /* --check: something is not pinned, or not to what it should be */
};

/* ---- telling ---- */

static struct str shown_name(const struct pin_file *f)
{
	return f->source.path.p ? f->source.path : str_of(f->path);
}

/* What it is about stands in the message. */
static void tell_failure(struct run *run, const struct err *why)
{
	pin_tell_line(str_of(why->msg));
	run->failed = true;
}

static void tell_written(const struct pin_file *f, size_t n)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);

	strbuf_addf(&sb, "%.*s: %zu %s pinned", STR_FMT(shown_name(f)), n,
		    n == 1 ? "image" : "images");
	pin_tell_line(strbuf_str(&sb));
}

/* ---- reading ---- */

static int read_bytes(struct pin_file *f, struct err *err)
{
	struct stat st;
	int r;

	if (strcmp(f->path, "-") == 0) {
		r = fd_read_all(STDIN_FILENO, &f->bytes, err);
		return r < 0 ? err_wrap(err, r, "standard input") : 0;
	}
	if (stat(f->path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(err, ERR_USAGE, "%s: is a folder: name the files in it", f->path);
	return file_read(f->path, &f->bytes, err); /* which names the file */
}

static int read_file(struct run *run, struct pin_file *f, struct err *err)
{
	/* An image without a digest needs no registry to be found. */
	const struct pin_options options = {
		.update = opt.update, .frontends = opt.syntax, .only_refresh = opt.check};
	int r = read_bytes(f, err);

	if (r < 0)
		return r;
	f->source = (struct source_file){
		.path = str_of(strcmp(f->path, "-") == 0 ? opt.stdin_name : f->path),
		.bytes = strbuf_str(&f->bytes),
	};
	r = pins_plan(&f->source, &options, run->lookup, &run->arena, &f->pins, err);
	f->is_read = r == 0;
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(shown_name(f))) : 0;
}

/* What is wrong with one file does not keep the others from being read. */
static int read_files(struct run *run, struct err *err)
{
	for (size_t i = 0; i < run->n_files; i++) {
		struct pin_file *f = &run->files[i];
		struct err why = {0};
		int r = read_file(run, f, &why);

		if (r == -ERR_NOMEM)
			return err_nomem(err);
		if (r < 0)
			tell_failure(run, &why);
	}
	return 0;
}

/* ---- answering ---- */

static void check_pin(struct run *run, const struct pin_file *f, const struct pin *pin)
{
	const char *what = NULL;

	if (pin->state == PIN_RENEWED)
		what = " is not what its tag is now";
	else if (!pin->has_digest && pin->state != PIN_UNKNOWN) /* whatever a registry said */
		what = " is not pinned";
	if (!what)
		return;
	pin_name(&run->out, shown_name(f), pin);
	strbuf_addf(&run->out, "%s\n", what);
	run->found = true;
}

static int show_or_write(struct run *run, const struct pin_file *f, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf after = STRBUF_INIT(2 * LIMIT_YAML_BYTES);
	size_t n;
	int r = pins_apply(&f->pins, &after, &n, err);

	if (r < 0)
		return err_wrap(err, r, "%.*s", STR_FMT(shown_name(f)));
	if (n == 0)
		return 0;
	if (!opt.write)
		return edits_diff(f->source.bytes, strbuf_str(&after), f->source.path, &run->out,
				  err);
	r = rewrite_file(f->path, f->source.bytes, strbuf_str(&after), err);
	if (r == 0)
		tell_written(f, n);
	return r;
}

static int answer_file(struct run *run, struct pin_file *f, struct err *err)
{
	struct err why = {0};
	int r = pins_settle(&f->pins, run->lookup, &run->arena, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < f->pins.n; i++) {
		run->failed |= pin_tell(shown_name(f), &f->pins.p[i]);
		if (opt.check)
			check_pin(run, f, &f->pins.p[i]);
	}
	r = opt.check ? 0 : show_or_write(run, f, &why);
	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		tell_failure(run, &why);
	return strbuf_check(&run->out, err);
}

static int pin_all(struct run *run, struct err *err)
{
	const struct pin_lookup_options options = {.registry = REGISTRY_OPTIONS_GIVEN(opt)};
	int r = pin_lookup_new(&options, &run->lookup, err);

	if (r == 0)
		r = read_files(run, err);
	if (r == 0)
		r = pin_lookup_run(run->lookup, err);
	for (size_t i = 0; r == 0 && i < run->n_files; i++)
		if (run->files[i].is_read)
			r = answer_file(run, &run->files[i], err);
	return r;
}

/* ---- the command ---- */

static int check_words(int argc, const char *const *argv, struct err *err)
{
	if (argc == 0)
		return err_set(err, ERR_USAGE,
			       "pin: needs a FILE, or - for standard input; see plimsoll pin "
			       "--help");
	if (opt.check && opt.write)
		return err_set(err, ERR_USAGE,
			       "pin: --check writes nothing; leave it or --write out");
	for (int i = 0; i < argc; i++)
		if (opt.write && strcmp(argv[i], "-") == 0)
			return err_set(err, ERR_USAGE,
				       "pin: --write cannot rewrite standard input; without it "
				       "the difference is shown");
	return 0;
}

/* A file that is named twice is one. */
static int take_words(struct run *run, int argc, const char *const *argv, struct err *err)
{
	struct map seen;
	int r = 0;

	run->files = calloc((unsigned)argc + 1, sizeof *run->files);
	if (!run->files)
		return err_nomem(err);
	map_init(&seen, (size_t)argc);
	for (int i = 0; r == 0 && i < argc; i++) {
		if (map_get(&seen, str_of(argv[i])))
			continue;
		run->files[run->n_files++] =
			(struct pin_file){.path = argv[i], .bytes = STRBUF_INIT(LIMIT_YAML_BYTES)};
		r = map_put(&seen, str_of(argv[i]), run) < 0 ? err_nomem(err) : 0;
	}
	map_done(&seen);
	return r;
}

static void run_done(struct run *run)
{
	for (size_t i = 0; i < run->n_files; i++)
		strbuf_done(&run->files[i].bytes);
	free(run->files);
	pin_lookup_free(run->lookup);
	strbuf_done(&run->out);
	arena_done(&run->arena);
}

static int run(int argc, const char *const *argv)
{
	CLEANUP(run_done) struct run run = {.out = STRBUF_INIT(LIMIT_OUTPUT_BYTES)};
	CLEANUP(report_output_done) struct report_output out = {.path = opt.output};
	struct err err = {0};
	int r;

	arena_init(&run.arena, LIMIT_ARENA_BYTES);
	r = check_words(argc, argv, &err);
	if (r == 0)
		r = take_words(&run, argc, argv, &err);
	if (r == 0)
		r = report_output_create(&out, &err);
	if (r == 0)
		r = pin_all(&run, &err);
	if (r == 0)
		r = rewrite_print_diff(&out, strbuf_str(&run.out), &err);
	if (r < 0)
		return command_error(&err);
	if (run.failed)
		return EXIT_ERROR;
	return run.found ? EXIT_FINDINGS : EXIT_DONE;
}

static const struct option_spec options[] = {
	OPTION_FLAG("write", 'w', &opt.write,
		    "rewrite the files instead of showing the difference"),
	OPTION_FLAG("update", 'u', &opt.update,
		    "ask again for images that are pinned, and renew what their tags are now"),
	OPTION_FLAG("check", 0, &opt.check,
		    "list what is not pinned (with --update: or not up to date), exit status 1"),
	OPTION_FLAG("syntax", 0, &opt.syntax, "pin # syntax= of Dockerfiles too"),
	OPTION_STR("output", 'o', &opt.output, "FILE", "write there instead of to stdout"),
	OPTION_STR("stdin-name", 0, &opt.stdin_name, "NAME", "what - is (Dockerfile)"),
	REGISTRY_OPTIONS(opt),
	OPTION_END,
};

const struct command command_pin = {
	.name = "pin",
	.arguments = "FILE...",
	.summary = "pin images to digests in Dockerfiles, Compose and Kubernetes files",
	.details = "alpine:3.20 becomes alpine:3.20@sha256:..., the digest that the registry gives "
		   "for the tag now: of the index, so that it holds for every platform. All other "
		   "bytes stay as they are. The difference is shown; --write makes it.\n"
		   "FROM, COPY --from and RUN --mount=from= are pinned, also by the default of an "
		   "ARG that is nothing else; image: in Compose services that are not built and in "
		   "Kubernetes containers of any kind. What cannot be pinned is told with the "
		   "reason.\n"
		   "--check asks no registry, unless with --update.\n"
		   "  plimsoll pin Dockerfile | git apply\n"
		   "  plimsoll pin --write --update Dockerfile deploy/*.yaml\n"
		   "  plimsoll pin --check compose.yaml",
	.options = options,
	.run = run,
};
