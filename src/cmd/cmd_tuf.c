/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain client of TUF repositories: the words and exit statuses of tuf-conformance's CLIENT-CLI.
 */
#include <fcntl.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "trust/tuf/tuf_folder.h"
#include "trust/tuf/tuf_http.h"

enum { EXIT_DID_NOT = 1 };

static struct {
	const char *metadata_dir, *metadata_url, *target_base_url, *target_dir, *now, *ca_file;
	struct option_list target_names;
	bool verbose;
} opt;

struct client {
	struct arena arena;
	struct trail trail;
	struct tuf_folder folder;
	struct http *http;
	struct tuf_http metadata;
	struct tuf_source source;
	struct tuf_update *update;
};

static void client_done(struct client *c)
{
	tuf_update_free(c->update);
	http_free(c->http);
	tuf_folder_done(&c->folder);
	arena_done(&c->arena);
}

static int take_now(int64_t *ret, struct err *err)
{
	if (!opt.now)
		*ret = (int64_t)time(NULL);
	else if (!clock_parse(str_of(opt.now), ret))
		return err_set(err, ERR_USAGE, "--now %s: write a time as 2026-11-22T10:00:00Z",
			       opt.now);
	return 0;
}

static int client_init(struct client *c, struct err *err)
{
	struct tuf_update_options o = {.dialect = TUF_MODERN};
	int r = take_now(&o.now, err);

	arena_init(&c->arena, LIMIT_TUF_MEMORY);
	c->folder = (struct tuf_folder)TUF_FOLDER_INIT;
	c->trail = (struct trail){.arena = &c->arena};
	if (r == 0 && !opt.metadata_url)
		r = err_set(err, ERR_USAGE, "tuf: which repository? --metadata-url URL");
	if (r == 0)
		r = tuf_folder_open(&c->folder, opt.metadata_dir, err);
	if (r == 0)
		r = http_new(&(struct http_options){.ca_file = opt.ca_file}, &c->http, err);
	if (r < 0)
		return r;
	c->metadata = (struct tuf_http){.http = c->http, .base = opt.metadata_url};
	c->source = (struct tuf_source){&c->metadata, tuf_http_fetch};
	o.source = &c->source;
	o.store = &c->folder.store;
	o.trail = &c->trail;
	return tuf_update_new(&o, &c->update, err);
}

/* What is trusted from now on; no check but that it is a root at all. */
static int init(const char *path, struct err *err)
{
	CLEANUP(tuf_folder_done) struct tuf_folder folder = TUF_FOLDER_INIT;
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r = file_read(path, &bytes, err);

	if (r == 0) {
		r = tuf_metadata_parse(TUF_MODERN, strbuf_str(&bytes), &m, err);
		if (r == 0 && m->type != TUF_ROOT)
			r = err_set(err, ERR_FORMAT, "it is no root");
		if (r < 0)
			return err_wrap(err, r, "%s", path);
	}
	if (r == 0)
		r = tuf_folder_open(&folder, opt.metadata_dir, err);
	return r == 0 ? folder.store.save(&folder, STR("root"), strbuf_str(&bytes), err) : r;
}

static int download_one(struct client *c, int dir_fd, const char *name, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf address = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct tuf_http targets = {.http = c->http, .base = opt.target_base_url};
	char file_name[TUF_FOLDER_NAME_MAX];
	struct tuf_target target;
	int r = tuf_update_find(c->update, str_of(name), &target, err);

	if (r == 0)
		r = tuf_folder_name(str_of(name), "", file_name, err);
	if (r == 0)
		r = tuf_http_is_cached(target.file, dir_fd, file_name, err);
	if (r != 0)
		return r < 0 ? r : 0;
	r = tuf_update_address(c->update, target.file, &address, err);
	if (r < 0)
		return r;
	return tuf_http_download(&targets, strbuf_cstr(&address), target.file, dir_fd, file_name,
				 err);
}

static int download_all(struct client *c, struct err *err)
{
	CLEANUP(fd_closep) int dir_fd = -1;
	int r = dir_make_all(opt.target_dir, err);

	if (r < 0)
		return r;
	dir_fd = open(opt.target_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return err_errno(err, errno, "%s", opt.target_dir);
	for (size_t i = 0; i < opt.target_names.n && r == 0; i++)
		r = download_one(c, dir_fd, opt.target_names.p[i], err);
	return r;
}

static void tell(const struct client *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);

	for (size_t i = 0; i < c->trail.n_steps && opt.verbose; i++)
		strbuf_addf(&sb, "plimsoll: %s: %.*s\n", c->trail.steps[i].check,
			    STR_FMT(c->trail.steps[i].what));
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

static int update(bool download, struct err *err)
{
	CLEANUP(client_done) struct client c = {0};
	int r;

	if (download && (!opt.target_base_url || !opt.target_dir || opt.target_names.n == 0))
		return err_set(err, ERR_USAGE,
			       "tuf download needs --target-name, --target-base-url, --target-dir");
	r = client_init(&c, err);
	if (r == 0)
		r = tuf_update_refresh(c.update, err);
	if (r == 0 && download)
		r = download_all(&c, err);
	tell(&c);
	return r;
}

static int run(int argc, const char *const *argv)
{
	struct str what = str_of(argc > 0 ? argv[0] : "");
	struct err err = {0};
	int r;

	if (!opt.metadata_dir)
		r = err_set(&err, ERR_USAGE, "tuf: which trusted metadata? --metadata-dir DIR");
	else if (str_is(what, "init") && argc == 2)
		r = init(argv[1], &err);
	else if (str_is(what, "refresh") && argc == 1)
		r = update(false, &err);
	else if (str_is(what, "download") && argc == 1)
		r = update(true, &err);
	else
		r = err_set(&err, ERR_USAGE,
			    "tuf: init ROOT, refresh or download; see plimsoll tuf --help");
	if (r == 0)
		return EXIT_DONE;
	(void)command_error(&err);
	return r == -ERR_USAGE ? EXIT_ERROR : EXIT_DID_NOT;
}

static const struct option_spec options[] = {
	OPTION_STR("metadata-dir", 0, &opt.metadata_dir, "DIR", "where trusted metadata is kept"),
	OPTION_STR("metadata-url", 0, &opt.metadata_url, "URL",
		   "where the repository has its metadata"),
	OPTION_LIST("target-name", 0, &opt.target_names, "PATH",
		    "a target to download; several in order"),
	OPTION_STR("target-base-url", 0, &opt.target_base_url, "URL",
		   "where the repository has its targets"),
	OPTION_STR("target-dir", 0, &opt.target_dir, "DIR", "where downloads go"),
	OPTION_STR("tls-ca", 0, &opt.ca_file, "FILE",
		   "PEM certificates to trust beside the system's"),
	OPTION_STR("now", 0, &opt.now, "TIME",
		   "take this as the present (2026-11-22T10:00:00Z), for audits and tests"),
	OPTION_FLAG("verbose", 'v', &opt.verbose, "tell what was checked"),
	OPTION_END,
};

const struct command command_tuf = {
	.name = "tuf",
	.arguments = "init ROOT|refresh|download",
	.summary = "follow a repository of The Update Framework",
	.details =
		"A plain client of TUF 1.0, for repositories other than those that plimsoll knows "
		"by itself, for audits, and for the conformance suite of TUF. init keeps ROOT as "
		"what is trusted; refresh brings root, timestamp, snapshot and targets up to date; "
		"download does that, and then gets the named targets unless they are there "
		"already. A target is kept under its path with '/' written as %2F.\n"
		"Exit status: 0 all of it was done; 1 something did not hold or could not be had; "
		"what held before that is kept.\n"
		"  plimsoll tuf --metadata-dir md init root.json\n"
		"  plimsoll tuf --metadata-dir md --metadata-url https://example.com/md refresh",
	.options = options,
	.run = run,
	.group = COMMAND_HIDDEN,
};
