/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/dct_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cmd/dct_pins.h"
#include "render/text.h"
#include "trust/dct/name.h"

#define LINE_BYTES_MAX 4096

/* --- passphrases --- */

static const char *from_environment(struct str role)
{
	static const struct {
		const char *role, *docker, *notary;
	} names[] = {
		{"root", "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "NOTARY_ROOT_PASSPHRASE"},
		{"targets", "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
		 "NOTARY_TARGETS_PASSPHRASE"},
		{"snapshot", "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
		 "NOTARY_SNAPSHOT_PASSPHRASE"},
		{NULL, "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
		 "NOTARY_DELEGATION_PASSPHRASE"},
	};
	size_t i = 0;

	while (names[i].role && !str_is(role, names[i].role))
		i++;
	return getenv(names[i].docker)	 ? names[i].docker
	       : getenv(names[i].notary) ? names[i].notary
					 : NULL;
}

static int ask(void *ctx, struct str role, const char *what, bool is_new, struct secret *ret,
	       struct err *err)
{
	const struct dct_session *s = ctx;
	struct passphrase_source how = PASSPHRASE_GIVEN(*s->opt, "Docker Content Trust");

	how.is_new = is_new;
	if (str_is(role, "root") && s->opt->root_passphrase_file)
		how = (struct passphrase_source){.file = s->opt->root_passphrase_file};
	else if (!how.file && !how.fd && !how.env)
		how.env = from_environment(role);
	return passphrase_ask(&how, what, ret, err);
}

/* --- life --- */

static int take_dir(struct dct_session *s, struct err *err)
{
	s->dir = (struct strbuf)STRBUF_INIT(LIMIT_PATH_BYTES);
	if (s->opt->trust_dir)
		strbuf_adds(&s->dir, s->opt->trust_dir);
	else if (!trust_dir_usual(&s->dir))
		return err_set(err, ERR_USAGE,
			       "there is no home directory: give --trust-dir, Docker's trust "
			       "directory");
	return strbuf_check(&s->dir, err);
}

static const char *server_url(const struct trust_options *opt)
{
	const char *docker = getenv("DOCKER_CONTENT_TRUST_SERVER");

	if (opt->server)
		return opt->server;
	return docker && *docker ? docker : NULL;
}

static int connect_server(struct dct_session *s, struct err *err)
{
	return notary_server_new(
		&(struct notary_server_options){
			.url = server_url(s->opt),
			.gun = s->place.gun,
			.ca_file = s->opt->tls_ca,
			.auth_file = s->opt->auth_file,
			.insecure = s->opt->insecure_registry,
		},
		&s->place.server, err);
}

int dct_session_open(struct dct_session *s, const struct trust_options *opt, int64_t now,
		     const char *gun, enum dct_network network, struct err *err)
{
	int r;

	*s = (struct dct_session){.opt = opt};
	arena_init(&s->arena, LIMIT_TRUST_ARENA_BYTES);
	s->trail.arena = &s->arena;
	s->place.gun = str_of(gun);
	r = dct_gun_check(s->place.gun, err);
	if (r == 0)
		r = take_dir(s, err);
	if (r == 0)
		r = dct_pins_read(&opt->root_certs, &opt->root_cas, opt->tofu, &s->arena, &s->pins,
				  err);
	s->place.dir.path = strbuf_cstr(&s->dir);
	s->ring =
		(struct dct_keyring){.dir = s->place.dir, .arena = &s->arena, .ask = ask, .ctx = s};
	if (r == 0 && network == DCT_ONLINE)
		r = connect_server(s, err);
	s->publisher = (struct dct_publisher){
		.place = &s->place,
		.ring = &s->ring,
		.pins = &s->pins,
		.now = now,
		.arena = &s->arena,
		.trail = &s->trail,
	};
	return r;
}

int dct_session_end(struct dct_session *s, int r, const struct err *err)
{
	int status = trust_end(&s->trail, r, err);

	dct_keyring_done(&s->ring);
	notary_server_free(s->place.server);
	dct_pins_done(&s->pins);
	strbuf_done(&s->dir);
	arena_done(&s->arena);
	return status;
}

/* --- looking --- */

int dct_session_view(struct dct_session *s, struct dct_view **ret, struct err *err)
{
	struct tuf_store *store = arena_alloc(&s->arena, sizeof *store);
	struct tuf_source *source = arena_alloc(&s->arena, sizeof *source);
	int r;

	if (!store || !source)
		return err_nomem(err);
	*store = dct_place_store(&s->place);
	*source = dct_place_source(&s->place);
	r = dct_view_open(
		&(struct dct_view_options){
			.gun = s->place.gun,
			.pins = &s->pins,
			.now = s->publisher.now,
			.trail = &s->trail,
			.source = s->place.server ? source : NULL,
			.store = store,
		},
		ret, err);
	for (size_t i = 0; r == 0 && i < dct_view_warnings(*ret)->n; i++)
		dct_session_say(s, "%.*s", STR_FMT(dct_view_warnings(*ret)->p[i]));
	return r;
}

void dct_session_say(const struct dct_session *s, const char *fmt, ...)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(2 * LINE_BYTES_MAX);
	char line[LINE_BYTES_MAX];
	va_list args;

	if (s->opt->quiet)
		return;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof line, fmt, args); /* a cut line is fine */
	va_end(args);
	strbuf_adds(&sb, "plimsoll: ");
	(void)text_add(&sb, str_of(line), SIZE_MAX, true);
	strbuf_addc(&sb, '\n');
	(void)fd_write_all(STDERR_FILENO, strbuf_str(&sb), NULL); /* nowhere else to tell */
}

struct str dct_session_role(struct dct_session *s, const char *word)
{
	struct str role = str_of(word);

	if (dct_role_is_base(role) || str_has_prefix(role, STR("targets/")))
		return role;
	return arena_strf(&s->arena, "targets/%s", word);
}
