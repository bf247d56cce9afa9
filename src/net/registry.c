/* SPDX-License-Identifier: Apache-2.0 */
#include "net/registry.h"

#include "base/log.h"
#include "codec/json.h"
#include "net/registry_internal.h"

#define TYPE_OCI_INDEX	     "application/vnd.oci.image.index.v1+json"
#define TYPE_OCI_MANIFEST    "application/vnd.oci.image.manifest.v1+json"
#define TYPE_DOCKER_LIST     "application/vnd.docker.distribution.manifest.list.v2+json"
#define TYPE_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define TYPE_DOCKER_SCHEMA1  "application/vnd.docker.distribution.manifest.v1"

static const char accepted[] =
	TYPE_OCI_INDEX ", " TYPE_OCI_MANIFEST ", " TYPE_DOCKER_LIST ", " TYPE_DOCKER_MANIFEST;

void registry_manifest_done(struct registry_manifest *m)
{
	strbuf_done(&m->bytes);
}

/* --- opening --- */

static bool is_loopback(struct str host)
{
	struct str name = host, port;

	if (str_has_prefix(host, STR("[::1]")))
		return true;
	(void)str_rcut(host, ':', &name, &port); /* no port: the host alone */
	if (str_eq_nocase(name, STR("localhost")))
		return true;
	if (!str_has_prefix(name, STR("127.")))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!char_is_digit(name.p[i]) && name.p[i] != '.')
			return false; /* 127.example.com is somewhere else */
	return true;
}

static void endpoint_init(struct endpoint *e, const struct registry_place *place,
			  enum registry_security asked)
{
	enum registry_security security = asked == REGISTRY_SECURITY_AUTO ? place->security : asked;

	*e = (struct endpoint){.place = *place, .host = place->domain};
	if (str_is(place->domain, "docker.io"))
		e->host = STR("registry-1.docker.io");
	e->allow_plain = security == REGISTRY_SECURITY_NONE ||
			 (security == REGISTRY_SECURITY_AUTO && is_loopback(e->host));
	e->scheme = e->allow_plain ? SCHEME_UNKNOWN : SCHEME_HTTPS;
}

static int find_endpoints(struct registry *reg, struct err *err)
{
	struct registries_conf *conf;
	struct vec places = VEC_INIT(struct registry_place, LIMIT_MIRRORS + 1);
	int r = registries_conf_read(reg->options.registries_conf, &conf, err);

	if (r < 0)
		return r;
	r = registries_conf_resolve(conf, reg->name.domain, reg->name.path, &reg->arena, &places,
				    err);
	for (size_t i = 0; i < places.n && r == 0; i++)
		endpoint_init(&reg->endpoints[reg->n_endpoints++], vec_at(&places, i),
			      reg->options.security);
	vec_done(&places);
	registries_conf_free(conf);
	reg->used = reg->n_endpoints;
	return r;
}

static const char *copy_option(struct registry *reg, const char *text)
{
	return text ? arena_str(&reg->arena, str_of(text)).p : NULL;
}

static int open_parts(struct registry *reg, const struct registry_name *name,
		      const struct registry_options *options, struct err *err)
{
	struct http_options http = {
		.connect_seconds = options->connect_seconds,
		.stall_seconds = options->stall_seconds,
		.backoff_ms = options->backoff_ms,
	};
	int r;

	reg->name.domain = arena_str(&reg->arena, name->domain);
	reg->name.path = arena_str(&reg->arena, name->path);
	reg->options = *options;
	reg->options.auth_file = copy_option(reg, options->auth_file);
	reg->options.registries_conf = copy_option(reg, options->registries_conf);
	http.ca_file = copy_option(reg, options->ca_file);
	http.certs_dir = copy_option(reg, options->certs_dir);
	if (!reg->name.domain.p || !reg->name.path.p ||
	    (options->auth_file && !reg->options.auth_file) ||
	    (options->registries_conf && !reg->options.registries_conf) ||
	    (options->ca_file && !http.ca_file) || (options->certs_dir && !http.certs_dir))
		return err_nomem(err);
	r = find_endpoints(reg, err);
	return r < 0 ? r : http_new(&http, &reg->http, err);
}

int registry_open(const struct registry_name *name, const struct registry_options *options,
		  struct registry **ret, struct err *err)
{
	struct registry *reg = calloc(1, sizeof *reg);
	int r;

	if (!reg)
		return err_nomem(err);
	arena_init(&reg->arena, LIMIT_HTTP_BODY_BYTES);
	(void)pthread_mutex_init(&reg->lock, NULL); /* cannot fail with default attributes */
	r = open_parts(reg, name, options, err);
	if (r < 0) {
		registry_free(reg);
		return r;
	}
	*ret = reg;
	return 0;
}

void registry_free(struct registry *reg)
{
	if (!reg)
		return;
	for (size_t i = 0; i < reg->n_endpoints; i++)
		auth_free(reg->endpoints[i].auth);
	http_free(reg->http);
	arena_done(&reg->arena);
	(void)pthread_mutex_destroy(&reg->lock); /* no stream is left */
	free(reg);
}

void registry_freep(struct registry **reg)
{
	registry_free(*reg);
	*reg = NULL;
}

void registry_cancel(struct registry *reg)
{
	http_cancel(reg->http);
}

/* --- what a refusal means to the user --- */

/* "DENIED": the first code of the registry's own words; its free text may hold anything. */
static struct str error_code(const struct json *doc)
{
	struct str code = json_get_str(json_at(json_get(doc, "errors"), 0), "code");

	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] != '_' && !(code.p[i] >= 'A' && code.p[i] <= 'Z'))
			return STR_NULL;
	return code.n <= 40 ? code : STR_NULL;
}

static int explain_status(const struct endpoint *e, const char *what, const char *code,
			  const struct http_response *answer, struct err *err)
{
	struct str host = e->place.domain;
	const char *login = e->auth ? auth_source(e->auth) : "anonymous";

	switch (answer->status) {
	case 401:
		return err_set(err, ERR_DENIED,
			       "%s: 401%s: %.*s wants a login (now: %s): use docker login, podman "
			       "login or skopeo login %.*s",
			       what, code, STR_FMT(host), login, STR_FMT(host));
	case 403:
		return err_set(err, ERR_DENIED,
			       "%s: 403%s: %.*s does not let you read it (login: %s)", what, code,
			       STR_FMT(host), login);
	case 404:
		return err_set(err, ERR_NOT_FOUND,
			       "%s: 404%s: not found at %.*s, or you may not read it: check the "
			       "name, or use docker login %.*s (login: %s)",
			       what, code, STR_FMT(host), STR_FMT(host), login);
	default:
		return http_explain(what, answer, err);
	}
}

int registry_explain(void *ctx, const char *what, const struct http_response *answer,
		     struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	char code[64] = "";

	if (json_parse(strbuf_str(&answer->body), &doc, NULL) == 0 && error_code(doc).n)
		(void)snprintf(code, sizeof code, " %.*s", STR_FMT(error_code(doc)));
	if (answer->status != 429)
		return explain_status(ctx, what, code, answer, err);
	(void)http_explain(what, answer, err);
	return err ? err_set(err, ERR_IO,
			     "%.350s: the registry limits how often one may pull: log in, or wait",
			     err->msg)
		   : -ERR_IO;
}

/* --- requests --- */

const char *registry_scheme(const struct endpoint *e)
{
	return e->scheme == SCHEME_HTTP ? "http" : "https";
}

/* Where http is allowed: https if anything answers it there, else http. */
static int find_scheme(struct registry *reg, struct endpoint *e, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	char url[512];
	struct http_request rq = {
		.url = url, .once = true, .insecure = true, .size_bytes = HTTP_SIZE_UNKNOWN};
	int r;

	(void)snprintf(url, sizeof url, "https://%.*s/v2/", STR_FMT(e->host));
	r = http_fetch(reg->http, &rq, &answer, err);
	if (r == 0) {
		e->scheme = SCHEME_HTTPS;
		return 0;
	}
	switch (answer.failure) {
	case HTTP_FAILURE_CONNECT:
	case HTTP_FAILURE_TLS:
	case HTTP_FAILURE_CUT:
		e->scheme = SCHEME_HTTP;
		return 0;
	case HTTP_FAILURE_NONE:
	case HTTP_FAILURE_RESOLVE:
	case HTTP_FAILURE_TRUST:
	case HTTP_FAILURE_OTHER:
		return r;
	}
	return r;
}

/* Finds out how the endpoint is reached; once. */
static int prepare_locked(struct registry *reg, struct endpoint *e, struct err *err)
{
	struct auth_options auth = {
		.http = reg->http,
		.registry = e->place.domain,
		.repository = e->place.path,
		.auth_file = reg->options.auth_file,
		.allow_plain = e->allow_plain,
		.insecure = e->allow_plain,
	};
	int r = e->scheme == SCHEME_UNKNOWN ? find_scheme(reg, e, err) : 0;

	if (r < 0 || e->auth)
		return r;
	auth.is_plain = e->scheme == SCHEME_HTTP;
	return auth_new(&auth, &e->auth, err);
}

int registry_prepare(struct registry *reg, struct endpoint *e, struct err *err)
{
	int r;

	pthread_mutex_lock(&reg->lock);
	r = prepare_locked(reg, e, err);
	pthread_mutex_unlock(&reg->lock);
	return r;
}

struct http_request registry_request(struct endpoint *e, const char *url, const char *what)
{
	return (struct http_request){
		.url = url,
		.what = what,
		.authorizer = auth_authorizer(e->auth),
		.size_bytes = HTTP_SIZE_UNKNOWN,
		.insecure = e->allow_plain,
		.explain = registry_explain,
		.explain_ctx = e,
	};
}

/* --- manifests --- */

static int hash(struct str bytes, enum digest_algorithm algorithm, struct digest_value *ret,
		struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	int r = digest_init(&d, algorithm, err);

	if (r < 0)
		return r;
	digest_update(&d, bytes);
	digest_final(&d, ret);
	return 0;
}

int registry_check_digest(struct str bytes, struct str want_text, const char *whose,
			  struct err *err)
{
	struct digest_value want, got;
	char text[DIGEST_TEXT_MAX];
	int r = digest_parse(want_text, &want, err);

	if (r == 0)
		r = hash(bytes, want.algorithm, &got, err);
	if (r < 0 || digest_eq(&want, &got))
		return r;
	return err_set(err, ERR_DENIED, "the manifest has digest %.*s, but %s %.*s",
		       STR_FMT(digest_format(&got, text)), whose, STR_FMT(want_text));
}

static struct str content_type(const struct http_response *answer)
{
	struct str type = http_response_header(answer, "Content-Type"), rest;

	(void)str_cut(type, ';', &type, &rest); /* no parameters: all of it */
	return str_trim(type);
}

/* The old Docker Hub form, and what says neither type nor version. */
static int refuse_schema1(const struct json *doc, struct str type, struct err *err)
{
	int64_t version;

	if (!str_has_prefix(type, STR(TYPE_DOCKER_SCHEMA1)) &&
	    (!json_get_int(doc, "schemaVersion", &version) || version != 1))
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "a manifest of Docker image schema 1, retired in 2017: push the image again "
		       "with a newer client");
}

static struct str guess_type(const struct json *doc)
{
	if (json_get(doc, "manifests"))
		return STR(TYPE_OCI_INDEX);
	return json_get(doc, "layers") || json_get(doc, "config") ? STR(TYPE_OCI_MANIFEST)
								  : STR_NULL;
}

static bool is_known_type(struct str type)
{
	return str_is(type, TYPE_OCI_INDEX) || str_is(type, TYPE_OCI_MANIFEST) ||
	       str_is(type, TYPE_DOCKER_LIST) || str_is(type, TYPE_DOCKER_MANIFEST);
}

/* The type is what the document, its header and its content agree on (CVE-2021-41190). */
static int find_type(const struct http_response *answer, struct registry_manifest *m,
		     struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct str header = content_type(answer), own, type;
	int r = json_parse(strbuf_str(&m->bytes), &doc, err);

	if (r < 0)
		return err_wrap(err, r, "manifest");
	own = json_get_str(doc, "mediaType");
	r = refuse_schema1(doc, own.n ? own : header, err);
	if (r < 0)
		return r;
	type = own.n ? own : is_known_type(header) ? header : guess_type(doc);
	if (own.n && is_known_type(header) && !str_eq(own, header))
		return err_set(err, ERR_FORMAT,
			       "the manifest says it is %.*s, the registry says %.*s",
			       STR_FMT(str_sub(own, 0, 120)), STR_FMT(header));
	if (json_get(doc, "manifests") && json_get(doc, "layers"))
		return err_set(err, ERR_FORMAT, "the manifest is an index and an image at once");
	if (!is_known_type(type))
		return err_set(err, ERR_UNSUPPORTED, "\"%.*s\" is no image manifest",
			       STR_FMT(str_sub(type.n ? type : header, 0, 120)));
	(void)snprintf(m->media_type, sizeof m->media_type, "%.*s", STR_FMT(type));
	return 0;
}

static int verify(struct str version, const struct http_response *answer,
		  struct registry_manifest *m, struct err *err)
{
	struct str bytes = strbuf_str(&m->bytes);
	struct str named = http_response_header(answer, "Docker-Content-Digest");
	bool by_digest = str_find_char(version, ':') < version.n;
	struct digest_value value, wanted = {.algorithm = DIGEST_SHA256};
	int r = 0;

	if (by_digest)
		r = registry_check_digest(bytes, version, "it was asked for as", err);
	if (r == 0 && named.n)
		r = registry_check_digest(bytes, named, "the registry names", err);
	if (r == 0 && by_digest)
		r = digest_parse(version, &wanted, err);
	if (r == 0)
		r = hash(bytes, wanted.algorithm, &value, err);
	if (r < 0)
		return r;
	(void)digest_format(&value, m->digest);
	return find_type(answer, m, err);
}

static int manifest_from(struct registry *reg, struct endpoint *e, struct str version,
			 const char *what, struct registry_manifest *ret, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct http_request rq;
	int r = registry_prepare(reg, e, err);

	if (r < 0)
		return r;
	strbuf_addf(&url, "%s://%.*s/v2/%.*s/manifests/%.*s", registry_scheme(e), STR_FMT(e->host),
		    STR_FMT(e->place.path), STR_FMT(version));
	rq = registry_request(e, strbuf_cstr(&url), what);
	rq.accept = accepted;
	r = strbuf_check(&url, err);
	if (r == 0)
		r = http_fetch(reg->http, &rq, &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 200)
		return registry_explain(e, what, &answer, err);
	strbuf_reset(&ret->bytes);
	strbuf_add(&ret->bytes, strbuf_str(&answer.body));
	r = strbuf_check(&ret->bytes, err);
	if (r == 0)
		r = verify(version, &answer, ret, err);
	return r < 0 ? err_wrap(err, r, "%s", what) : 0;
}

static bool serves(const struct endpoint *e, bool by_digest)
{
	switch (e->place.pull) {
	case REGISTRY_PULL_ALL:
		return true;
	case REGISTRY_PULL_DIGEST:
		return by_digest;
	case REGISTRY_PULL_TAG:
		return !by_digest;
	}
	return true;
}

static void describe(const struct registry *reg, const struct endpoint *e, struct str version,
		     char *ret, size_t n)
{
	char sign = str_find_char(version, ':') < version.n ? '@' : ':';

	if (e->place.is_mirror)
		(void)snprintf(ret, n, "%.*s/%.*s%c%.*s (mirror of %.*s)", STR_FMT(e->place.domain),
			       STR_FMT(e->place.path), sign, STR_FMT(version),
			       STR_FMT(reg->name.domain));
	else
		(void)snprintf(ret, n, "%.*s/%.*s%c%.*s", STR_FMT(e->place.domain),
			       STR_FMT(e->place.path), sign, STR_FMT(version));
}

int registry_manifest(struct registry *reg, struct str version, struct registry_manifest *ret,
		      struct err *err)
{
	bool by_digest = str_find_char(version, ':') < version.n;
	int r = -ERR_NOT_FOUND;

	for (size_t i = 0; i < reg->n_endpoints; i++) {
		struct endpoint *e = &reg->endpoints[i];
		struct err error = {0};
		char what[700];

		if (!serves(e, by_digest))
			continue;
		describe(reg, e, version, what, sizeof what);
		strbuf_reset(&ret->bytes);
		r = manifest_from(reg, e, version, what, ret, &error);
		if (r == 0) {
			pthread_mutex_lock(&reg->lock);
			reg->used = i;
			pthread_mutex_unlock(&reg->lock);
			return 0;
		}
		if (err)
			*err = error;
		/* wrong bytes are a reason to stop, not to ask elsewhere */
		if (r == -ERR_CANCELED || (r == -ERR_DENIED && ret->bytes.n))
			return r;
		log_debug("registry: %s", error.msg);
	}
	return r;
}

/* --- blobs --- */

static int add_alternative(struct registry *reg, struct endpoint *e, struct str digest,
			   uint64_t size_bytes, struct arena *a, struct http_request *ret,
			   struct err *err)
{
	struct str url, what;
	int r = registry_prepare(reg, e, err);

	if (r < 0)
		return r;
	url = arena_strf(a, "%s://%.*s/v2/%.*s/blobs/%.*s", registry_scheme(e), STR_FMT(e->host),
			 STR_FMT(e->place.path), STR_FMT(digest));
	what = arena_strf(a, "%.*s/%.*s: blob %.*s", STR_FMT(e->place.domain),
			  STR_FMT(e->place.path), STR_FMT(digest));
	if (!url.p || !what.p)
		return err_nomem(err);
	*ret = registry_request(e, url.p, what.p);
	ret->size_bytes = size_bytes;
	return 0;
}

static int open_blob(struct registry *reg, struct str digest, uint64_t size_bytes, size_t first,
		     struct arena *a, struct stream **ret, struct err *err)
{
	struct http_request *alternatives =
		arena_array(a, reg->n_endpoints + 1, sizeof *alternatives);
	size_t n = 0;
	int r = 0;

	if (!alternatives)
		return err_nomem(err);
	for (size_t k = 0; k < reg->n_endpoints; k++) {
		size_t i = k == 0 ? first : k <= first ? k - 1 : k;
		struct endpoint *e = &reg->endpoints[i];

		if (k > 0 && !serves(e, true))
			continue;
		r = add_alternative(reg, e, digest, size_bytes, a, &alternatives[n],
				    k == 0 ? err : NULL);
		if (r < 0 && k == 0)
			return r;
		n += r == 0; /* a spare one that does not answer is no loss */
	}
	return http_stream_open(reg->http, alternatives, n, ret, err);
}

int registry_blob(struct registry *reg, struct str digest, uint64_t size_bytes, struct stream **ret,
		  struct err *err)
{
	struct digest_value value;
	struct arena arena;
	size_t first;
	int r = digest_parse(digest, &value, err); /* nothing else goes into the address */

	if (r < 0)
		return r;
	pthread_mutex_lock(&reg->lock);
	first = reg->used < reg->n_endpoints ? reg->used : reg->n_endpoints - 1;
	pthread_mutex_unlock(&reg->lock);
	arena_init(&arena, LIMIT_HTTP_BODY_BYTES);
	r = open_blob(reg, digest, size_bytes, first, &arena, ret, err);
	arena_done(&arena);
	return r;
}

struct str registry_used(const struct registry *reg)
{
	const struct registry_place *p;

	if (reg->used >= reg->n_endpoints)
		return STR_NULL;
	p = &reg->endpoints[reg->used].place;
	/* both are parts of one "domain/path" text */
	return str_make(p->domain.p, p->domain.n + 1 + p->path.n);
}
