/* SPDX-License-Identifier: Apache-2.0 */
#include "net/daemon.h"

#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "codec/json.h"
#include "net/http.h"

enum { ADDRESS_MAX = 512, TITLE_MAX = 2 * ADDRESS_MAX + 32, PING_SECONDS = 10 };

struct daemon {
	enum daemon_kind kind;
	struct http *http;
	char title[TITLE_MAX];
	char socket[ADDRESS_MAX];				   /* path; "": TCP */
	char base[ADDRESS_MAX];					   /* "http://host:2375" */
	char ca[ADDRESS_MAX], cert[ADDRESS_MAX], key[ADDRESS_MAX]; /* paths; "": none */
};

const char *daemon_kind_name(enum daemon_kind kind)
{
	switch (kind) {
	case DAEMON_DOCKER:
		return "docker";
	case DAEMON_PODMAN:
		return "podman";
	}
	return "";
}

/* --- where it is --- */

static bool put(char *ret, size_t n, struct str a, const char *b)
{
	int length = snprintf(ret, n, "%.*s%s", STR_FMT(a), b);

	return length >= 0 && (size_t)length < n;
}

/* DOCKER_CERT_PATH or ~/.docker, as the docker client does it. */
static int use_tls(struct daemon *d, struct err *err)
{
	const char *dir = getenv("DOCKER_CERT_PATH"), *home = getenv("HOME");
	char usual[ADDRESS_MAX] = "";
	bool ok = put(usual, sizeof usual, str_of(home), "/.docker");
	struct str at = dir && *dir ? str_of(dir) : str_of(usual);

	ok = ok && put(d->ca, sizeof d->ca, at, "/ca.pem") &&
	     put(d->cert, sizeof d->cert, at, "/cert.pem") &&
	     put(d->key, sizeof d->key, at, "/key.pem");
	return ok ? 0 : err_set(err, ERR_LIMIT, "DOCKER_CERT_PATH is too long");
}

static int use_address(struct daemon *d, struct str address, struct err *err)
{
	const char *verify = d->kind == DAEMON_DOCKER ? getenv("DOCKER_TLS_VERIFY") : NULL;
	struct str rest = address;
	bool tls = verify && *verify;

	if (str_pull_prefix(&rest, STR("unix://")))
		return put(d->socket, sizeof d->socket, rest, "") &&
				       put(d->base, sizeof d->base, STR("http://engine"), "")
			       ? 0
			       : err_set(err, ERR_LIMIT, "the path of a socket is too long");
	if (str_pull_prefix(&rest, STR("https://")))
		tls = true;
	else if (!str_pull_prefix(&rest, STR("tcp://")) && !str_pull_prefix(&rest, STR("http://")))
		return err_set(err, ERR_UNSUPPORTED,
			       "\"%.*s\" is not understood: expected unix://, tcp:// or https://",
			       STR_FMT(str_sub(address, 0, 100)));
	while (rest.n && rest.p[rest.n - 1] == '/')
		rest.n--;
	if (rest.n > ADDRESS_MAX - 16)
		return err_set(err, ERR_LIMIT, "the address is too long");
	(void)snprintf(d->base, sizeof d->base, "%s://%.*s", tls ? "https" : "http", STR_FMT(rest));
	return tls ? use_tls(d, err) : 0;
}

/* ~/.docker/contexts/meta/<sha256 of the name>/meta.json holds Endpoints.docker.Host. */
static int read_context(const char *config_dir, struct str name, struct daemon *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_AUTH_FILE_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	char digest[DIGEST_TEXT_MAX];
	struct digest_value value;
	struct str host;
	int r = digest_of(name, &value, err);

	if (r < 0)
		return r;
	(void)digest_format(&value, digest);
	strbuf_addf(&path, "%s/contexts/meta/%s/meta.json", config_dir, strchr(digest, ':') + 1);
	r = strbuf_check(&path, err);
	if (r == 0)
		r = file_read(strbuf_cstr(&path), &text, err);
	if (r == 0)
		r = json_parse(strbuf_str(&text), &doc, err);
	if (r < 0)
		return err_wrap(err, r, "docker context \"%.*s\"", STR_FMT(str_sub(name, 0, 60)));
	host = json_get_str(json_get(json_get(doc, "Endpoints"), "docker"), "Host");
	return host.n ? use_address(d, host, err) : 0;
}

/* The context the user chose with `docker context use`; none leaves the address empty. */
static int use_context(struct daemon *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_AUTH_FILE_BYTES);
	CLEANUP(json_freep) struct json *doc = NULL;
	const char *config = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
	struct str name = str_of(getenv("DOCKER_CONTEXT"));
	CLEANUP(freep) char *dir = NULL;

	if (config && *config)
		strbuf_adds(&path, config);
	else
		strbuf_addf(&path, "%s/.docker", home ? home : "");
	dir = str_dup(strbuf_str(&path));
	strbuf_adds(&path, "/config.json");
	if (!dir || strbuf_check(&path, NULL) < 0)
		return err_nomem(err);
	if (name.n == 0 && file_read(strbuf_cstr(&path), &text, NULL) == 0 &&
	    json_parse(strbuf_str(&text), &doc, NULL) == 0) /* unreadable: no context chosen */
		name = json_get_str(doc, "currentContext");
	return name.n && !str_is(name, "default") ? read_context(dir, name, d, err) : 0;
}

/* The first socket that exists; 1 found. */
static bool use_socket(struct daemon *d, const char *base, const char *rest)
{
	if (!base || !put(d->socket, sizeof d->socket, str_of(base), rest) ||
	    access(d->socket, F_OK) < 0) {
		d->socket[0] = '\0';
		return false;
	}
	return put(d->base, sizeof d->base, STR("http://engine"), "");
}

static int find_docker(struct daemon *d, struct err *err)
{
	const char *host = getenv("DOCKER_HOST");
	int r;

	if (host && *host)
		return use_address(d, str_of(host), err);
	r = use_context(d, err);
	if (r < 0 || d->base[0])
		return r;
	if (use_socket(d, getenv("XDG_RUNTIME_DIR"), "/docker.sock") ||
	    use_socket(d, "/var/run", "/docker.sock"))
		return 0;
	return err_set(err, ERR_NOT_FOUND,
		       "no Docker engine: neither DOCKER_HOST nor "
		       "/var/run/docker.sock is there");
}

static int find_podman(struct daemon *d, struct err *err)
{
	const char *host = getenv("CONTAINER_HOST");

	if (host && *host)
		return use_address(d, str_of(host), err);
	if (use_socket(d, getenv("XDG_RUNTIME_DIR"), "/podman/podman.sock") ||
	    use_socket(d, "/run", "/podman/podman.sock"))
		return 0;
	return err_set(err, ERR_NOT_FOUND,
		       "no Podman socket: start one with: systemctl --user start podman.socket");
}

/* --- talking --- */

static struct http_request request_for(const struct daemon *d, const char *url, const char *what)
{
	return (struct http_request){
		.url = url,
		.what = what,
		.unix_socket = d->socket[0] ? d->socket : NULL,
		.ca_file = d->ca[0] ? d->ca : NULL,
		.cert_file = d->cert[0] ? d->cert : NULL,
		.key_file = d->key[0] ? d->key : NULL,
		.size_bytes = HTTP_SIZE_UNKNOWN,
		.once = true,
	};
}

static int check_socket(const struct daemon *d, struct err *err)
{
	if (!d->socket[0] || access(d->socket, R_OK | W_OK) == 0)
		return 0;
	if (errno == EACCES && d->kind == DAEMON_DOCKER)
		return err_set(err, ERR_DENIED,
			       "%s: you may not use it: root and the group docker may", d->title);
	return err_errno(err, errno, "%s", d->title);
}

static int ping(struct daemon *d, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	char url[ADDRESS_MAX + 16] = "";
	struct http_request rq = request_for(d, url, d->title);
	int r = check_socket(d, err);

	if (r < 0)
		return r;
	(void)snprintf(url, sizeof url, "%s/_ping", d->base);
	rq.stall_seconds = PING_SECONDS;
	r = http_fetch(d->http, &rq, &answer, err);
	if (r < 0 && answer.failure == HTTP_FAILURE_CONNECT)
		return err_set(err, ERR_NOT_FOUND, "%s: nothing answers there", d->title);
	if (r < 0)
		return r;
	return answer.status == 200 ? 0 : http_explain(d->title, &answer, err);
}

static int open_parts(struct daemon *d, struct err *err)
{
	struct http_options options = {0};
	int r = d->kind == DAEMON_DOCKER ? find_docker(d, err) : find_podman(d, err);

	if (r < 0)
		return r;
	(void)snprintf(d->title, sizeof d->title, "%s at %s%s", daemon_kind_name(d->kind),
		       d->socket[0] ? "unix://" : d->base, d->socket);
	r = http_new(&options, &d->http, err);
	return r < 0 ? r : ping(d, err);
}

int daemon_open(enum daemon_kind kind, struct daemon **ret, struct err *err)
{
	struct daemon *d = calloc(1, sizeof *d);
	int r;

	if (!d)
		return err_nomem(err);
	d->kind = kind;
	r = open_parts(d, err);
	if (r < 0) {
		daemon_free(d);
		return r;
	}
	*ret = d;
	return 0;
}

void daemon_free(struct daemon *d)
{
	if (!d)
		return;
	http_free(d->http);
	free(d);
}

void daemon_freep(struct daemon **d)
{
	daemon_free(*d);
	*d = NULL;
}

const char *daemon_title(const struct daemon *d)
{
	return d->title;
}

/* --- images --- */

/* Only what references and ids are made of goes into the address. */
static int image_url(const struct daemon *d, struct str name, const char *verb, struct strbuf *ret,
		     struct err *err)
{
	bool ok = name.n > 0 && name.n < ADDRESS_MAX && str_find(name, STR("..")) == name.n;

	for (size_t i = 0; i < name.n && ok; i++)
		ok = char_is_alnum(name.p[i]) || (name.p[i] && strchr("._:/@-[]", name.p[i]));
	if (!ok)
		return err_set(err, ERR_USAGE, "\"%.*s\" is no image name",
			       STR_FMT(str_sub(name, 0, 200)));
	strbuf_addf(ret, "%s/images/%.*s/%s", d->base, STR_FMT(name), verb);
	return strbuf_check(ret, err);
}

static int explain(void *ctx, const char *what, const struct http_response *answer, struct err *err)
{
	const struct daemon *d = ctx;

	if (answer->status == 404)
		return err_set(err, ERR_NOT_FOUND, "%s: %s does not have it", what, d->title);
	return http_explain(what, answer, err);
}

/* "name@sha256:.." of the first entry; wrong forms count as not known. */
static void read_repo_digest(const struct json *doc, struct daemon_image *ret)
{
	struct str entry = json_str(json_at(json_get(doc, "RepoDigests"), 0)), name, digest;
	struct digest_value value;

	ret->repo_digest[0] = '\0';
	if (str_cut(entry, '@', &name, &digest) && digest_parse(digest, &value, NULL) == 0)
		(void)digest_format(&value, ret->repo_digest);
}

static int read_id(struct str text, struct daemon_image *ret, struct err *err)
{
	struct digest_value value;
	char with_name[DIGEST_TEXT_MAX];
	int r;

	if (str_find_char(text, ':') == text.n) { /* Podman leaves the algorithm out */
		(void)snprintf(with_name, sizeof with_name, "sha256:%.*s", STR_FMT(text));
		text = str_of(with_name);
	}
	r = digest_parse(text, &value, err);
	if (r == 0)
		(void)digest_format(&value, ret->id);
	return r;
}

int daemon_image(struct daemon *d, struct str name, struct daemon_image *ret, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(2 * ADDRESS_MAX + 64);
	CLEANUP(json_freep) struct json *doc = NULL;
	char what[ADDRESS_MAX];
	struct http_request rq;
	int r = image_url(d, name, "json", &url, err);

	if (r < 0)
		return r;
	(void)snprintf(what, sizeof what, "%.*s", STR_FMT(name));
	rq = request_for(d, strbuf_cstr(&url), what);
	r = http_fetch(d->http, &rq, &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 200)
		return explain(d, what, &answer, err);
	r = json_parse(strbuf_str(&answer.body), &doc, err);
	if (r == 0)
		r = read_id(json_get_str(doc, "Id"), ret, err);
	if (r < 0)
		return err_wrap(err, r, "%s: answer of %s", what, d->title);
	read_repo_digest(doc, ret);
	return 0;
}

int daemon_export(struct daemon *d, struct str name, struct stream **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(2 * ADDRESS_MAX + 64);
	char what[ADDRESS_MAX];
	struct http_request rq;
	int r = image_url(d, name, "get", &url, err);

	if (r < 0)
		return r;
	(void)snprintf(what, sizeof what, "%.*s", STR_FMT(name));
	rq = request_for(d, strbuf_cstr(&url), what);
	rq.stall_seconds = LIMIT_DAEMON_STALL_SECONDS;
	rq.explain = explain;
	rq.explain_ctx = d;
	return http_stream_open(d->http, &rq, 1, ret, err);
}
