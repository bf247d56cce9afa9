/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plimsoll trust root update|status|show: the root of trust of a Sigstore instance, in a folder:
 *
 *     sigstore/mirror              the address it comes from
 *     sigstore/initial_root.json   what --root brought
 *     sigstore/metadata/           root.json, timestamp.json, ... as TUF has proved them
 *     sigstore/targets/            trusted_root.json
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/trust.h"
#include "cmd/trust_root.h"
#include "cmd/verify.h"
#include "codec/json_writer.h"
#include "trust/sigstore/root_update.h"
#include "trust/sigstore/trusted_root.h"
#include "trust/tuf/tuf_folder.h"
#include "trust/tuf/tuf_http.h"

#define DAY_SECONDS	 86400
#define WARN_DAYS	 3 /* Sigstore's timestamps are good for a week */
#define MIRROR_BYTES_MAX 4096
#define MIRROR_FILE	 "mirror"
#define INITIAL_FILE	 "initial_root.json"

struct state {
	char *path;
	int fd;
	struct tuf_folder metadata, targets;
};

static void state_done(struct state *s)
{
	tuf_folder_done(&s->metadata);
	tuf_folder_done(&s->targets);
	fd_closep(&s->fd);
	free(s->path);
}

#define STATE_INIT                                                                                 \
	{                                                                                          \
		.fd = -1, .metadata = TUF_FOLDER_INIT, .targets = TUF_FOLDER_INIT                  \
	}

/* malloc'd; NULL: no place, or no memory. */
static char *state_path(const char *given)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (given)
		return str_dup(str_of(given));
	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll/sigstore", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.local/state/plimsoll/sigstore", home);
	return n < 0 ? NULL : path;
}

static int open_folder(const struct state *s, const char *name, struct tuf_folder *f,
		       struct err *err)
{
	char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", s->path, name) < 0)
		return err_nomem(err);
	r = tuf_folder_open(f, path, err);
	free(path);
	return r;
}

/* make: false for those who only read; then the folder has to be there. */
static int state_open(struct state *s, const char *given, bool make, struct err *err)
{
	int r = 0;

	s->targets.suffix = "";
	s->path = state_path(given);
	if (!s->path)
		return err_set(err, ERR_USAGE,
			       "trust root: no place for what is trusted; set HOME or --state");
	if (make)
		r = dir_make_all(s->path, err);
	if (r < 0)
		return r;
	s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0 || (!make && faccessat(s->fd, "metadata/root.json", F_OK, 0) < 0))
		return err_set(
			err, ERR_NOT_FOUND,
			"no root of trust is kept in %s; plimsoll trust root update --mirror "
			"URL --root FILE brings one",
			s->path);
	r = open_folder(s, "metadata", &s->metadata, err);
	return r == 0 ? open_folder(s, "targets", &s->targets, err) : r;
}

static int read_small(const struct state *s, const char *name, struct strbuf *out, struct err *err)
{
	CLEANUP(fd_closep) int fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return 0; /* then it is empty, which says the same */
	return fd_read_all(fd, out, err);
}

static struct root_update_options options_of(const struct state *s, int64_t now,
					     struct trail *trail)
{
	return (struct root_update_options){
		.store = &s->metadata.store, .kept = &s->targets.store, .now = now, .trail = trail};
}

int trust_root_read(const char *state, int64_t now, struct arena *arena, struct trail *trail,
		    struct str *ret, struct err *err)
{
	CLEANUP(state_done) struct state s = STATE_INIT;
	struct root_update got = {0};
	struct root_update_options o;
	int r = state_open(&s, state, false, err);

	if (r < 0)
		return trail_take(trail, err, r, "root", "", NULL);
	o = options_of(&s, now, trail);
	r = root_update(&o, arena, &got, err);
	if (r == 0)
		*ret = got.bytes;
	return r;
}

int trust_root_take(const char *given, int64_t now, struct arena *arena, struct str *ret,
		    struct err *err)
{
	struct trail trail = {.arena = arena};

	if (strcmp(given, "kept") != 0)
		return verify_read(arena, given, TRUSTED_ROOT_BYTES_MAX, ret, err);
	return trust_root_read(NULL, now, arena, &trail, ret, err);
}

/* ---- update ---- */

static int check_root_bytes(struct str bytes, struct err *err)
{
	CLEANUP(tuf_metadata_freep) struct tuf_metadata *m = NULL;
	int r = tuf_metadata_parse(TUF_MODERN, bytes, &m, err);

	if (r == 0 && m->type != TUF_ROOT)
		r = err_set(err, ERR_FORMAT, "it is a %s, not a root", tuf_type_name(m->type));
	return r;
}

/* The first time it is believed; later it must be the same, for whom it made believe has moved. */
static int take_root(const struct state *s, const char *path, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf given = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	CLEANUP(strbuf_done) struct strbuf kept = STRBUF_INIT(LIMIT_TUF_METADATA_BYTES);
	bool has_root = faccessat(s->metadata.fd, "root.json", F_OK, 0) == 0;
	int r = 0;

	if (!path && !has_root)
		return err_set(
			err, ERR_USAGE,
			"trust root update: nothing is trusted yet in %s; --root FILE is the "
			"root.json to begin with",
			s->path);
	if (!path)
		return 0;
	r = file_read(path, &given, err);
	if (r == 0)
		r = read_small(s, INITIAL_FILE, &kept, err);
	if (r < 0)
		return r;
	if (has_root && !str_eq(strbuf_str(&given), strbuf_str(&kept)))
		return err_set(err, ERR_USAGE,
			       "%s is not the root that %s began with; say another --state for "
			       "another instance",
			       path, s->path);
	if (has_root)
		return 0;
	r = check_root_bytes(strbuf_str(&given), err);
	if (r < 0)
		return err_wrap(err, r == -ERR_NOMEM ? r : -ERR_USAGE, "--root %s", path);
	r = file_write_durable(s->fd, INITIAL_FILE, strbuf_str(&given), err);
	return r == 0 ? s->metadata.store.save(s->metadata.store.ctx, STR("root"),
					       strbuf_str(&given), err)
		      : r;
}

static int take_mirror(const struct state *s, const char *given, struct strbuf *out,
		       struct err *err)
{
	int r = 0;

	if (given)
		strbuf_adds(out, given);
	else
		r = read_small(s, MIRROR_FILE, out, err);
	if (r == 0)
		r = strbuf_check(out, err);
	if (r == 0 && out->n == 0)
		r = err_set(err, ERR_USAGE, "trust root update: from where? --mirror URL");
	return r;
}

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static int tell_updated(const struct trust_options *opt, const struct root_update *got)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	char when[CLOCK_TEXT_MAX];

	if (opt->quiet)
		return TRUST_EXIT_DONE;
	strbuf_addf(&sb, "plimsoll: %s is %s, proved by %zu %s; good until %s\n",
		    ROOT_UPDATE_TARGET, got->fetched ? "new" : "the same as before", got->n_roles,
		    plural(got->n_roles, "role", "roles"),
		    clock_format(got->expires, when) ? when : "?");
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
	return TRUST_EXIT_DONE;
}

static int fetch_update(const struct trust_options *opt, const struct state *s, const char *mirror,
			const struct root_update_options *offline, struct root_update *got,
			struct err *err)
{
	CLEANUP(http_freep) struct http *http = NULL;
	CLEANUP(strbuf_done) struct strbuf targets = STRBUF_INIT(MIRROR_BYTES_MAX);
	struct tuf_http from_metadata, from_targets;
	struct tuf_source metadata_source, targets_source;
	struct root_update_options o = *offline;
	int r = http_new(&(struct http_options){.ca_file = opt->tls_ca}, &http, err);

	if (r < 0)
		return r;
	strbuf_adds(&targets, mirror);
	strbuf_adds(&targets, str_has_suffix(str_of(mirror), STR("/")) ? "targets" : "/targets");
	from_metadata = (struct tuf_http){.http = http, .base = mirror};
	from_targets = (struct tuf_http){.http = http, .base = strbuf_cstr(&targets)};
	metadata_source = (struct tuf_source){&from_metadata, tuf_http_fetch};
	targets_source = (struct tuf_source){&from_targets, tuf_http_fetch};
	r = strbuf_check(&targets, err);
	if (r < 0)
		return r;
	o.metadata = &metadata_source;
	o.targets = &targets_source;
	r = root_update(&o, o.trail->arena, got, err);
	return r == 0 ? file_write_durable(s->fd, MIRROR_FILE, str_of(mirror), err) : r;
}

static int update(const struct trust_options *opt, int64_t now, struct trail *trail)
{
	CLEANUP(state_done) struct state s = STATE_INIT;
	CLEANUP(strbuf_done) struct strbuf mirror = STRBUF_INIT(MIRROR_BYTES_MAX);
	struct root_update_options o;
	struct root_update got = {0};
	struct err err = {0};
	int r = state_open(&s, opt->state, true, &err);

	if (r == 0)
		r = take_mirror(&s, opt->mirror, &mirror, &err);
	if (r == 0)
		r = take_root(&s, opt->root, &err);
	if (r == 0) {
		o = options_of(&s, now, trail);
		r = fetch_update(opt, &s, strbuf_cstr(&mirror), &o, &got, &err);
	}
	return r < 0 ? trust_end(trail, r, &err) : tell_updated(opt, &got);
}

/* ---- status ---- */

static void add_json(struct strbuf *out, const struct root_update *got, struct str mirror,
		     bool expired)
{
	char when[CLOCK_TEXT_MAX];
	struct json_writer w;

	json_writer_init(&w, out, JSON_INDENT);
	json_open_map(&w);
	json_put_str(&w, "mirror", mirror);
	json_put_bool(&w, "expired", expired);
	json_key(&w, "roles");
	json_open_list(&w);
	for (size_t i = 0; i < got->n_roles; i++) {
		json_open_map(&w);
		json_put_str(&w, "name", got->roles[i].name);
		json_put_uint(&w, "version", (uint64_t)got->roles[i].version);
		json_put_text(&w, "expires", clock_format(got->roles[i].expires, when) ? when : "");
		json_close_map(&w);
	}
	json_close_list(&w);
	json_close_map(&w);
	strbuf_addc(out, '\n');
}

static void add_left(struct strbuf *out, int64_t expires, int64_t now)
{
	int64_t days = (expires > now ? expires - now : now - expires) / DAY_SECONDS;

	if (expires <= now)
		strbuf_addf(out, "expired %lld %s ago", (long long)days,
			    plural((size_t)days, "day", "days"));
	else if (days <= WARN_DAYS)
		strbuf_addf(out, "expires in %lld %s", (long long)days,
			    plural((size_t)days, "day", "days"));
}

static void add_table(struct strbuf *out, const struct root_update *got, struct str mirror,
		      int64_t now)
{
	strbuf_addf(out, "from %.*s\n\n%-16s%9s  %s\n", STR_FMT(mirror), "ROLE", "VERSION",
		    "GOOD UNTIL");
	for (size_t i = 0; i < got->n_roles; i++) {
		const struct root_update_role *role = &got->roles[i];
		char when[CLOCK_TEXT_MAX];

		strbuf_addf(out, "%-16.*s%9lld  %-22s", STR_FMT(role->name),
			    (long long)role->version,
			    clock_format(role->expires, when) ? when : "?");
		add_left(out, role->expires, now);
		while (out->n && out->p[out->n - 1] == ' ')
			out->n--;
		strbuf_addc(out, '\n');
	}
}

static int print_status(const struct trust_options *opt, int64_t now, const struct state *s,
			const struct root_update *got)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(65536);
	CLEANUP(strbuf_done) struct strbuf mirror = STRBUF_INIT(MIRROR_BYTES_MAX);
	bool expired = got->expires <= now;

	(void)read_small(s, MIRROR_FILE, &mirror, NULL); /* only shown */
	if (strcmp(opt->format, "json") == 0)
		add_json(&out, got, strbuf_str(&mirror), expired);
	else
		add_table(&out, got, strbuf_str(&mirror), now);
	if (!opt->quiet && command_print(strbuf_str(&out)) != EXIT_DONE)
		return TRUST_EXIT_UNSURE;
	return expired ? TRUST_EXIT_UNSURE : TRUST_EXIT_DONE;
}

static int status(const struct trust_options *opt, int64_t now, struct trail *trail)
{
	CLEANUP(state_done) struct state s = STATE_INIT;
	struct root_update_options o;
	struct root_update got = {0};
	struct err err = {0};
	int r = state_open(&s, opt->state, false, &err);

	if (r == 0) {
		o = options_of(&s, now, trail);
		r = root_update_look(&o, trail->arena, &got, &err);
	}
	return r < 0 ? trust_end(trail, r, &err) : print_status(opt, now, &s, &got);
}

static int show(const struct trust_options *opt, int64_t now, struct trail *trail)
{
	struct err err = {0};
	struct str bytes;
	int r = trust_root_read(opt->state, now, trail->arena, trail, &bytes, &err);

	if (r < 0)
		return trust_end(trail, r, &err);
	return command_print(bytes) == EXIT_DONE ? TRUST_EXIT_DONE : TRUST_EXIT_UNSURE;
}

static int run(const struct trust_options *opt, int64_t now, int argc, const char *const *argv)
{
	static const struct {
		const char *word;
		int (*run)(const struct trust_options *opt, int64_t now, struct trail *trail);
	} words[] = {{"update", update}, {"status", status}, {"show", show}};
	struct arena arena;
	struct trail trail = {.arena = &arena};
	struct err err = {0};
	int result = -1;

	arena_init(&arena, LIMIT_TUF_MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(words) && result < 0; i++)
		if (strcmp(argv[0], words[i].word) == 0)
			result = words[i].run(opt, now, &trail);
	arena_done(&arena);
	if (result >= 0)
		return result;
	err_set(&err, ERR_USAGE, "trust root: update, status or show, not \"%s\"", argv[0]);
	return command_error(&err);
}

const struct trust_action trust_root[] = {{"root", 1, 1, run}, {NULL, 0, 0, NULL}};
