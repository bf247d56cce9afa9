/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials.h"

#include <sys/stat.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/proc.h"
#include "codec/base64.h"
#include "codec/json.h"

/* The name under which Docker Hub's login is kept since its first days. */
#define HUB_KEY "https://index.docker.io/v1/"

struct lookup {
	struct str registry, repository;
	struct credentials *found;
};

void credentials_done(struct credentials *c)
{
	secret_done(&c->user);
	secret_done(&c->password);
	secret_done(&c->identity_token);
}

static void wipe(struct strbuf *sb)
{
	if (sb->p)
		explicit_bzero(sb->p, sb->cap);
	strbuf_done(sb);
}

static int set_secret(struct secret *s, struct str value, struct err *err)
{
	return value.n == 0 || secret_set(s, value) ? 0 : err_nomem(err);
}

static bool is_complete(const struct credentials *c)
{
	return secret_is_set(&c->identity_token) ||
	       (secret_is_set(&c->user) && secret_is_set(&c->password));
}

/* --- helpers --- */

static bool is_helper_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_alnum(name.p[i]) && !strchr("-_.", name.p[i]))
			return false;
	return name.n > 0 && name.n < 100;
}

/* What the helpers say when all is well but they have nothing. */
static bool says_not_found(struct str output)
{
	return str_find(output, STR("credentials not found")) < output.n;
}

static int read_helper_answer(const char *program, struct str output, struct lookup *l,
			      struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct str user, secret;
	int r;

	if (json_parse(output, &doc, NULL) < 0)
		return err_set(err, ERR_FORMAT, "%s: its answer is no JSON", program);
	user = json_get_str(doc, "Username");
	secret = json_get_str(doc, "Secret");
	if (str_is(user, "<token>"))
		return set_secret(&l->found->identity_token, secret, err);
	r = set_secret(&l->found->user, user, err);
	return r < 0 ? r : set_secret(&l->found->password, secret, err);
}

static int ask_helper(struct str name, const char *server, struct lookup *l, struct err *err)
{
	CLEANUP(wipe) struct strbuf output = STRBUF_INIT(LIMIT_CREDENTIAL_BYTES);
	char program[128];
	const char *argv[] = {program, "get", NULL};
	struct proc p = {
		.argv = argv,
		.input = str_of(server),
		.seconds = LIMIT_CREDENTIAL_SECONDS,
	};
	int status = 0, r;

	if (!is_helper_name(name))
		return err_set(err, ERR_FORMAT, "\"%.*s\" is no name of a credential helper",
			       STR_FMT(str_sub(name, 0, 100)));
	(void)snprintf(program, sizeof program, "docker-credential-%.*s", STR_FMT(name));
	r = proc_run(&p, &output, &status, err);
	if (r < 0)
		return r;
	if (status != 0 && says_not_found(strbuf_str(&output)))
		return 0;
	if (status != 0)
		return err_set(err, ERR_IO, "%s get for %s: exit status %d", program, server,
			       status);
	(void)snprintf(l->found->source, sizeof l->found->source, "%s", program);
	r = read_helper_answer(program, strbuf_str(&output), l, err);
	return r < 0 ? r : is_complete(l->found);
}

static int ask_helper_for(struct str name, struct lookup *l, struct err *err)
{
	char server[512];
	int r;

	(void)snprintf(server, sizeof server, "%.*s", STR_FMT(l->registry));
	if (str_is(l->registry, "docker.io")) {
		r = ask_helper(name, HUB_KEY, l, err);
		if (r != 0)
			return r;
	}
	return ask_helper(name, server, l, err);
}

/* --- one file --- */

/* "https://index.docker.io/v1/" is docker.io, "https://example.com/v2/" example.com. */
static struct str host_of_key(struct str key)
{
	struct str host, rest;

	if (!str_pull_prefix(&key, STR("https://")) && !str_pull_prefix(&key, STR("http://")))
		return str_find_char(key, '/') < key.n ? STR_NULL : key;
	if (str_cut(key, '/', &host, &rest))
		key = host;
	if (str_is(key, "index.docker.io") || str_is(key, "registry-1.docker.io"))
		return STR("docker.io");
	return key;
}

static const struct json *find_key(const struct json *auths, struct str want)
{
	const struct json *value;
	struct str key;
	void *at = NULL;

	while (json_each(auths, &at, &key, &value))
		if (str_eq(key, want))
			return value;
	return NULL;
}

/* host/team/app, host/team, host; then the keys that are old-style addresses. */
static const struct json *find_auth(const struct json *auths, const struct lookup *l)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(LIMIT_FIELD_BYTES);
	const struct json *value;
	struct str key, rest;
	void *at = NULL;

	strbuf_addf(&name, "%.*s/%.*s", STR_FMT(l->registry), STR_FMT(l->repository));
	rest = strbuf_str(&name);
	for (;;) {
		value = find_key(auths, rest);
		if (value)
			return value;
		if (str_find_char(rest, '/') == rest.n)
			break;
		rest = path_dir(rest);
	}
	while (json_each(auths, &at, &key, &value))
		if (str_eq(host_of_key(key), l->registry))
			return value;
	return NULL;
}

static int read_user_and_password(struct str encoded, struct lookup *l, struct err *err)
{
	CLEANUP(wipe) struct strbuf plain = STRBUF_INIT(LIMIT_CREDENTIAL_BYTES);
	struct str user, password;
	int r = base64_decode(encoded, BASE64_STANDARD, &plain, NULL);

	if (r < 0 || !str_cut(strbuf_str(&plain), ':', &user, &password))
		return err_set(err, ERR_FORMAT,
			       "the \"auth\" of %.*s is not base64 of user:password",
			       STR_FMT(l->registry));
	while (password.n && password.p[password.n - 1] == '\0')
		password.n--; /* some old clients padded with NUL */
	r = set_secret(&l->found->user, user, err);
	return r < 0 ? r : set_secret(&l->found->password, password, err);
}

static int read_auth(const struct json *entry, struct lookup *l, struct err *err)
{
	struct str encoded = json_get_str(entry, "auth");
	int r = set_secret(&l->found->identity_token, json_get_str(entry, "identitytoken"), err);

	if (r == 0)
		r = set_secret(&l->found->user, json_get_str(entry, "username"), err);
	if (r == 0)
		r = set_secret(&l->found->password, json_get_str(entry, "password"), err);
	if (r == 0 && encoded.n)
		r = read_user_and_password(encoded, l, err);
	return r < 0 ? r : is_complete(l->found);
}

static int search(const struct json *doc, const char *path, struct lookup *l, struct err *err)
{
	const struct json *auth = find_auth(json_get(doc, "auths"), l);
	const struct json *helper = find_key(json_get(doc, "credHelpers"), l->registry);
	struct str store = json_get_str(doc, "credsStore");
	int r = 0;

	if (!helper && str_is(l->registry, "docker.io"))
		helper = find_key(json_get(doc, "credHelpers"), STR(HUB_KEY));
	if (json_str(helper).n)
		return ask_helper_for(json_str(helper), l, err);
	(void)snprintf(l->found->source, sizeof l->found->source, "%s", path);
	if (auth)
		r = read_auth(auth, l, err);
	if (r == 0 && store.n)
		r = ask_helper_for(store, l, err);
	return r;
}

static int search_file(const char *path, bool must_exist, struct lookup *l, struct err *err)
{
	CLEANUP(wipe) struct strbuf text = STRBUF_INIT(LIMIT_AUTH_FILE_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct stat st;
	int r;

	if (stat(path, &st) < 0 && !must_exist)
		return 0; /* not there, or not ours to see: as with docker and podman, no login */
	r = file_read(path, &text, err);
	if (r < 0)
		return r;
	if (str_trim(strbuf_str(&text)).n == 0)
		return 0;
	r = json_parse(strbuf_str(&text), &doc, err);
	if (r == 0)
		r = search(doc, path, l, err);
	return r < 0 ? err_wrap(err, r, "credentials in %s", path) : r;
}

/* --- the list of files --- */

static int search_below(const char *base, const char *rest, struct lookup *l, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	int r;

	if (!base || !*base)
		return 0;
	strbuf_addf(&path, "%s%s", base, rest);
	r = strbuf_check(&path, err);
	return r < 0 ? r : search_file(strbuf_cstr(&path), false, l, err);
}

int credentials_find(const char *auth_file, struct str registry, struct str repository,
		     struct credentials *ret, struct err *err)
{
	struct lookup l = {registry, repository, ret};
	const char *docker = getenv("DOCKER_CONFIG"), *config = getenv("XDG_CONFIG_HOME");
	int r;

	if (!auth_file)
		auth_file = getenv("REGISTRY_AUTH_FILE");
	if (auth_file && *auth_file)
		return search_file(auth_file, true, &l, err);
	r = search_below(getenv("XDG_RUNTIME_DIR"), "/containers/auth.json", &l, err);
	if (r == 0 && config && *config)
		r = search_below(config, "/containers/auth.json", &l, err);
	else if (r == 0)
		r = search_below(getenv("HOME"), "/.config/containers/auth.json", &l, err);
	if (r == 0 && docker && *docker)
		r = search_below(docker, "/config.json", &l, err);
	else if (r == 0)
		r = search_below(getenv("HOME"), "/.docker/config.json", &l, err);
	return r;
}
