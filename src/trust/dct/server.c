/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/dct/server.h"

#include <errno.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/json.h"
#include "net/auth.h"
#include "trust/dct/name.h"

struct notary_server {
	struct http *http;
	struct auth *auth;
	char *url;
	char *gun;
	char *ca_file; /* NULL: none but the usual */
	bool insecure;
};

/* --- life --- */

static struct str domain_of(struct str gun)
{
	return str_sub(gun, 0, str_find_char(gun, '/'));
}

/* $DOCKER_CONFIG/tls/<host>/ca.crt: Docker's place for the certificates of Notary servers. */
static char *find_ca(struct str url)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(LIMIT_PATH_BYTES);
	const char *config = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
	struct str host = url;

	(void)str_pull_prefix(&host, STR("https://")); /* or http, which needs none */
	host = str_sub(host, 0, str_find_char(host, '/'));
	if (config && *config)
		strbuf_addf(&path, "%s/tls/%.*s/ca.crt", config, STR_FMT(host));
	else if (home && *home)
		strbuf_addf(&path, "%s/.docker/tls/%.*s/ca.crt", home, STR_FMT(host));
	if (path.n == 0 || strbuf_check(&path, NULL) < 0 || access(path.p, R_OK) < 0)
		return NULL;
	return str_dup(strbuf_str(&path));
}

static int choose_url(const struct notary_server_options *o, char **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct str domain = domain_of(o->gun);

	if (o->url)
		strbuf_adds(&url, o->url);
	else if (str_is(domain, "docker.io"))
		strbuf_adds(&url, "https://notary.docker.io");
	else
		strbuf_addf(&url, "https://%.*s", STR_FMT(domain));
	while (url.n && url.p[url.n - 1] == '/')
		url.n--;
	if (!str_has_prefix(strbuf_str(&url), STR("https://")) &&
	    !(o->insecure && str_has_prefix(strbuf_str(&url), STR("http://"))))
		return err_set(err, ERR_USAGE, "%s: a trust server's address starts with https://",
			       o->url ? o->url : "");
	*ret = str_dup(strbuf_str(&url));
	return *ret ? strbuf_check(&url, err) : err_nomem(err);
}

static int make_auth(struct notary_server *s, const struct notary_server_options *o,
		     struct err *err)
{
	bool plain = str_has_prefix(str_of(s->url), STR("http://"));

	return auth_new(&(struct auth_options){.http = s->http,
					       .registry = domain_of(o->gun),
					       .repository = o->gun,
					       .auth_file = o->auth_file,
					       .allow_plain = o->insecure,
					       .is_plain = plain,
					       .insecure = o->insecure},
			&s->auth, err);
}

int notary_server_new(const struct notary_server_options *o, struct notary_server **ret,
		      struct err *err)
{
	CLEANUP(notary_server_freep) struct notary_server *s = NULL;
	int r = dct_gun_check(o->gun, err);

	if (r < 0)
		return r;
	s = calloc(1, sizeof *s);
	if (!s)
		return err_nomem(err);
	s->insecure = o->insecure;
	s->gun = str_dup(o->gun);
	r = s->gun ? choose_url(o, &s->url, err) : err_nomem(err);
	if (r < 0)
		return r;
	s->ca_file = o->ca_file ? str_dup(str_of(o->ca_file)) : find_ca(str_of(s->url));
	r = http_new(&(struct http_options){.ca_file = s->ca_file}, &s->http, err);
	if (r == 0)
		r = make_auth(s, o, err);
	if (r == 0)
		*ret = TAKE(s);
	return r;
}

void notary_server_free(struct notary_server *s)
{
	if (!s)
		return;
	auth_free(s->auth);
	http_free(s->http);
	free(s->url);
	free(s->gun);
	free(s->ca_file);
	free(s);
}

void notary_server_freep(struct notary_server **s)
{
	notary_server_free(*s);
	*s = NULL;
}

struct str notary_server_url(const struct notary_server *s)
{
	return str_of(s->url);
}

/* --- asking --- */

static void add_url(struct strbuf *sb, const struct notary_server *s, struct str name)
{
	strbuf_addf(sb, "%s/v2/%s/_trust/tuf/%.*s", s->url, s->gun, STR_FMT(name));
}

static int ask(struct notary_server *s, struct http_request *rq, struct str name,
	       struct http_response *answer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r;

	add_url(&url, s, name);
	r = strbuf_check(&url, err);
	if (r < 0)
		return r;
	rq->url = strbuf_cstr(&url);
	rq->size_bytes = HTTP_SIZE_UNKNOWN;
	rq->insecure = s->insecure;
	rq->authorizer = auth_authorizer(s->auth);
	r = http_fetch(s->http, rq, answer, err);
	return r < 0 ? err_wrap(err, r, "trust server %s", s->url) : 0;
}

/* One line of text: control bytes are the server's, and stay out of messages. */
static void add_line(struct strbuf *sb, struct str s)
{
	if (s.n > 300)
		s.n = 300;
	for (size_t i = 0; i < s.n; i++)
		strbuf_addc(sb, (unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]);
}

static bool is_conflict(struct str code)
{
	return str_is(code, "VERSION");
}

/* "detail" is a text, or {"Error":{"Msg":..},"Name":..} of a validation. */
static void add_detail(struct strbuf *sb, const struct json *detail)
{
	struct str text = json_str(detail);

	if (text.n == 0)
		text = json_get_str(json_get(detail, "Error"), "Msg");
	if (text.n == 0)
		text = json_get_str(json_get(detail, "error"), "Msg");
	if (text.n) {
		strbuf_adds(sb, ": ");
		add_line(sb, text);
	}
}

void notary_server_refusal(struct str body, struct strbuf *ret, bool *ret_conflict)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	const struct json *first;

	*ret_conflict = false;
	if (json_parse(body, &doc, NULL) < 0)
		return;
	first = json_at(json_get(doc, "errors"), 0);
	*ret_conflict = is_conflict(json_get_str(first, "code"));
	add_line(ret, json_get_str(first, "message"));
	add_detail(ret, json_get(first, "detail"));
}

static int refuse(struct notary_server *s, const char *what, const struct http_response *answer,
		  bool *ret_conflict, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf why = STRBUF_INIT(1024);
	int r;

	notary_server_refusal(strbuf_str(&answer->body), &why, ret_conflict);
	if (why.n && answer->status == 400)
		return err_set(err, ERR_DENIED, "trust server %s: %s: refused: %s", s->url, what,
			       strbuf_cstr(&why));
	r = http_explain(what, answer, err);
	return err_wrap(err, r, "trust server %s", s->url);
}

int notary_server_get(struct notary_server *s, struct str name, uint64_t max, struct strbuf *ret,
		      struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(freep) char *what = str_dup(name);
	struct http_request rq = {.what = what};
	bool conflict;
	int r;

	if (!what)
		return err_nomem(err);
	if (max < answer.body.max)
		answer.body.max = (size_t)max;
	r = ask(s, &rq, name, &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 200)
		return refuse(s, what, &answer, &conflict, err);
	strbuf_add(ret, strbuf_str(&answer.body));
	return strbuf_check(ret, err);
}

int notary_server_key(struct notary_server *s, const char *role, bool rotate, struct strbuf *ret,
		      struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(DCT_ROLE_MAX);
	struct http_request rq = {.method = rotate ? HTTP_POST : HTTP_GET, .once = rotate};
	bool conflict;
	int r;

	strbuf_addf(&name, "%s.key", role);
	rq.what = strbuf_cstr(&name);
	answer.body.max = LIMIT_TRUST_KEY_BYTES;
	r = ask(s, &rq, strbuf_str(&name), &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 200)
		return refuse(s, rq.what, &answer, &conflict, err);
	strbuf_add(ret, strbuf_str(&answer.body));
	return strbuf_check(ret, err);
}

/* --- publishing --- */

#define BOUNDARY_MAX 64

static int make_boundary(char ret[BOUNDARY_MAX], struct err *err)
{
	unsigned char random[16];
	size_t n = 0;

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return err_errno(err, errno, "getrandom");
	n += (size_t)snprintf(ret, BOUNDARY_MAX, "plimsoll");
	for (size_t i = 0; i < sizeof random; i++)
		n += (size_t)snprintf(ret + n, BOUNDARY_MAX - n, "%02x", random[i]);
	return 0;
}

static void add_parts(struct strbuf *sb, const struct notary_file *files, size_t n,
		      const char *boundary)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(sb,
			    "--%s\r\nContent-Disposition: form-data; name=\"files\"; "
			    "filename=\"%.*s\"\r\nContent-Type: application/octet-stream\r\n\r\n",
			    boundary, STR_FMT(files[i].role));
		strbuf_add(sb, files[i].bytes);
		strbuf_adds(sb, "\r\n");
	}
	strbuf_addf(sb, "--%s--\r\n", boundary);
}

int notary_server_publish(struct notary_server *s, const struct notary_file *files, size_t n,
			  bool *ret_conflict, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_JSON_BYTES);
	char boundary[BOUNDARY_MAX], type[BOUNDARY_MAX + 64];
	struct http_request rq = {.method = HTTP_POST, .what = "publish", .once = true};
	struct str header;
	int r = make_boundary(boundary, err);

	*ret_conflict = false;
	if (r < 0)
		return r;
	add_parts(&body, files, n, boundary);
	(void)snprintf(type, sizeof type, "Content-Type: multipart/form-data; boundary=%s",
		       boundary);
	header = str_of(type);
	rq.headers = (struct str_list){&header, 1};
	rq.form = strbuf_str(&body);
	r = strbuf_check(&body, err);
	if (r == 0)
		r = ask(s, &rq, STR_NULL, &answer, err);
	if (r == 0 && answer.status != 200)
		r = refuse(s, "publish", &answer, ret_conflict, err);
	return r;
}
