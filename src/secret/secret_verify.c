/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_verify.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/secret.h"
#include "base/shipped.h"
#include "base/vec.h"
#include "codec/base64.h"
#include "codec/yaml.h"
#include "net/http.h"

#define STATUSES_MAX   8
#define ANSWER_SECONDS 10
#define ENDPOINTS_MAX  1024

struct endpoint {
	struct str url, live_text;
	struct str_list headers;
	enum http_method method;
	unsigned live[STATUSES_MAX], dead[STATUSES_MAX]; /* 0 ends */
};

struct question {
	char *fingerprint;
	const struct endpoint *endpoint;
	struct secret value;
	struct secret_answer answer;
};

struct secret_verifier {
	struct arena arena;
	struct vec files;      /* struct yaml_file *, which endpoints point into */
	struct map endpoints;  /* rule id -> struct endpoint */
	struct vec questions;  /* struct question */
	struct map by_finding; /* fingerprint -> 1 + index */
	struct http *http;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum { VERIFIER_WAITS, VERIFIER_ASKS, VERIFIER_IS_DONE, VERIFIER_STOPS } state;
	bool is_started;
	bool is_full; /* more credentials than may be asked about */
};

/* ---- endpoints ---- */

struct reading {
	struct secret_verifier *v;
	const char *file;
	struct err *err;
};

static int refuse(const struct reading *rd, const struct yaml_node *at, const char *what)
{
	return err_set(rd->err, ERR_FORMAT, "%s:%zu: %s", rd->file, yaml_line(at), what);
}

static int take_statuses(const struct reading *rd, const struct yaml_node *list,
			 unsigned ret[STATUSES_MAX])
{
	uint64_t status;

	if (yaml_kind_of(list) != YAML_LIST || yaml_len(list) >= STATUSES_MAX)
		return refuse(rd, list, "live and dead are lists of statuses, like [200, 403]");
	for (size_t i = 0; i < yaml_len(list); i++) {
		if (!str_parse_u64(yaml_str(yaml_at(list, i)), &status) || status < 100 ||
		    status > 599)
			return refuse(rd, yaml_at(list, i), "a status from 100 to 599 is expected");
		ret[i] = (unsigned)status;
	}
	return 0;
}

static struct str host_of(struct str url)
{
	struct str rest = str_skip(url, str_find(url, STR("://")) + 3);
	size_t end = 0;

	while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
		end++;
	return str_sub(rest, 0, end);
}

/* A credential goes over the wire encrypted, or not over it at all. Before an @ is no host. */
static bool is_private(struct str url)
{
	static const struct str private[] = {STR("https://"), STR("http://127.0.0.1:"),
					     STR("http://localhost:"), STR("http://[::1]:")};

	for (size_t i = 0; i < ARRAY_LEN(private); i++)
		if (str_has_prefix(url, private[i]))
			return str_find_char(host_of(url), '@') == host_of(url).n;
	return false;
}

static int take_headers(const struct reading *rd, const struct yaml_node *list,
			struct str_list *ret)
{
	size_t n = yaml_len(list);
	struct str *headers = arena_array(&rd->v->arena, n, sizeof *headers);

	if (list && yaml_kind_of(list) != YAML_LIST)
		return refuse(rd, list, "headers is a list of texts, like ['Name: ${secret}']");
	if (n && !headers)
		return err_nomem(rd->err);
	for (size_t i = 0; i < n; i++) {
		headers[i] = yaml_str(yaml_at(list, i));
		if (str_find_char(headers[i], ':') == headers[i].n)
			return refuse(rd, yaml_at(list, i), "a header is \"Name: value\"");
	}
	*ret = (struct str_list){headers, n};
	return 0;
}

static int check_keys(const struct reading *rd, const struct yaml_node *node)
{
	static const char *const known[] = {"rules",	 "url",	 "method", "headers",
					    "live_text", "live", "dead"};
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(node, i, &key, &value); i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(known) && !str_is(yaml_str(key), known[k]))
			k++;
		if (k == ARRAY_LEN(known))
			return refuse(
				rd, key,
				"an endpoint has rules, url, method, headers, live, live_text "
				"and dead");
	}
	return 0;
}

/* The first file that names a rule says where it is asked. */
static int put_rules(const struct reading *rd, const struct yaml_node *rules, struct endpoint *e)
{
	int r = 0;

	if (yaml_kind_of(rules) != YAML_LIST || yaml_len(rules) == 0)
		return refuse(rd, rules, "rules is a list of ids of rules about secrets");
	for (size_t i = 0; i < yaml_len(rules) && r == 0; i++) {
		struct str id = yaml_str(yaml_at(rules, i));

		if (!map_get(&rd->v->endpoints, id))
			r = map_put(&rd->v->endpoints, id, e);
	}
	return r < 0 ? err_set(rd->err, ERR_LIMIT, "%s: too many endpoints", rd->file) : 0;
}

static int take_endpoint(const struct reading *rd, const struct yaml_node *node)
{
	struct endpoint *e = arena_alloc(&rd->v->arena, sizeof *e);
	struct str method = yaml_get_str(node, "method");
	int r;

	if (!e)
		return err_nomem(rd->err);
	*e = (struct endpoint){.url = yaml_get_str(node, "url"),
			       .live_text = yaml_get_str(node, "live_text"),
			       .method = str_is(method, "POST") ? HTTP_POST : HTTP_GET};
	if (yaml_kind_of(node) != YAML_MAP)
		return refuse(rd, node, "an endpoint is a map: rules, url, live, dead");
	if (method.n && !str_is(method, "GET") && !str_is(method, "POST"))
		return refuse(rd, yaml_get(node, "method"), "method is GET or POST");
	if (!is_private(e->url))
		return refuse(rd, yaml_get(node, "url") ? yaml_get(node, "url") : node,
			      "url begins with https://, or with http:// on this machine");
	r = check_keys(rd, node);
	if (r == 0)
		r = take_headers(rd, yaml_get(node, "headers"), &e->headers);
	if (r == 0)
		r = take_statuses(rd, yaml_get(node, "live"), e->live);
	if (r == 0)
		r = take_statuses(rd, yaml_get(node, "dead"), e->dead);
	return r == 0 ? put_rules(rd, yaml_get(node, "rules"), e) : r;
}

static int take_file(struct secret_verifier *v, const char *name, struct str bytes, struct err *err)
{
	const struct reading rd = {v, name, err};
	struct yaml_file **slot = vec_push(&v->files);
	const struct yaml_node *list;
	int r;

	if (!slot)
		return err_set(err, ERR_LIMIT, "%s: too many files of endpoints", name);
	r = yaml_parse(bytes, slot, err);
	if (r < 0)
		return err_wrap(err, r, "%s", name);
	list = yaml_get(yaml_document(*slot, 0), "verify");
	if (yaml_kind_of(list) != YAML_LIST)
		return refuse(&rd, yaml_document(*slot, 0), "endpoints begin with `verify:`");
	for (size_t i = 0; i < yaml_len(list) && r == 0; i++)
		r = take_endpoint(&rd, yaml_at(list, i));
	return r;
}

static int take_files(struct secret_verifier *v, const char *const *files, size_t n,
		      struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_YAML_BYTES);

		r = file_read(files[i], &bytes, err);
		if (r == 0)
			r = take_file(v, files[i], strbuf_str(&bytes), err);
	}
	for (const struct shipped_file *f = shipped_files; f->name && r == 0; f++)
		if (str_has_prefix(str_of(f->name), STR("verify/")))
			r = take_file(v, f->name, str_make(f->bytes, f->n), err);
	return r;
}

/* ---- asking ---- */

static int add_basic(struct str user, struct str password, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf pair = STRBUF_INIT(LIMIT_CREDENTIAL_BYTES);
	int r;

	strbuf_add(&pair, user);
	strbuf_addc(&pair, ':');
	strbuf_add(&pair, password);
	r = pair.error ? -ERR_LIMIT : base64_encode(strbuf_str(&pair), BASE64_STANDARD, out, NULL);
	if (pair.p)
		explicit_bzero(pair.p, pair.n);
	return r;
}

/* The text with the value in its places; the caller wipes it. */
static int fill_in(struct str text, struct str value, struct strbuf *out)
{
	int r = 0;

	while (text.n && r == 0) {
		if (str_pull_prefix(&text, STR("${secret}"))) {
			strbuf_add(out, value);
		} else if (str_pull_prefix(&text, STR("${basic}"))) {
			r = add_basic(value, STR_NULL, out);
		} else if (str_pull_prefix(&text, STR("${basic-api}"))) {
			r = add_basic(STR("api"), value, out);
		} else {
			strbuf_addc(out, text.p[0]);
			text = str_skip(text, 1);
		}
	}
	return r < 0 || out->error ? -ERR_LIMIT : 0;
}

static bool has_status(const unsigned *list, unsigned status)
{
	while (*list && *list != status)
		list++;
	return *list != 0;
}

static enum secret_liveness judge(const struct endpoint *e, const struct http_response *a)
{
	struct str body = strbuf_str(&a->body);

	if (has_status(e->live, a->status) &&
	    (e->live_text.n == 0 || str_find(body, e->live_text) < body.n))
		return LIVENESS_LIVE;
	return has_status(e->dead, a->status) ? LIVENESS_DEAD : LIVENESS_UNKNOWN;
}

/* Both hold the value: wiped as soon as they were used. */
struct filled {
	struct strbuf url;
	struct strbuf header[STATUSES_MAX];
	struct str line[STATUSES_MAX];
	size_t n;
};

static void filled_done(struct filled *f)
{
	for (size_t i = 0; i <= f->n; i++) {
		struct strbuf *sb = i < f->n ? &f->header[i] : &f->url;

		if (sb->p)
			explicit_bzero(sb->p, sb->cap);
		strbuf_done(sb);
	}
}

static int fill(const struct question *q, struct filled *f)
{
	const struct str_list headers = q->endpoint->headers;
	int r = headers.n <= STATUSES_MAX ? 0 : -ERR_LIMIT;

	f->url = (struct strbuf)STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	if (r == 0)
		r = fill_in(q->endpoint->url, secret_str(&q->value), &f->url);
	while (f->n < headers.n && r == 0) {
		struct strbuf *line = &f->header[f->n];

		*line = (struct strbuf)STRBUF_INIT(LIMIT_CREDENTIAL_BYTES);
		r = fill_in(headers.p[f->n], secret_str(&q->value), line);
		f->line[f->n++] = strbuf_str(line);
	}
	return r;
}

static void ask(struct http *http, struct question *q)
{
	CLEANUP(filled_done) struct filled f = {0};
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct secret_answer *a = &q->answer;
	struct http_request rq = {.method = q->endpoint->method,
				  .what = a->host,
				  .stall_seconds = ANSWER_SECONDS,
				  .size_bytes = HTTP_SIZE_UNKNOWN,
				  .no_redirects = true,
				  .once = true};
	struct err err = {0};

	a->liveness = LIVENESS_UNKNOWN;
	(void)snprintf(a->host, sizeof a->host, "%.*s", STR_FMT(host_of(q->endpoint->url)));
	if (fill(q, &f) < 0) {
		(void)snprintf(a->why, sizeof a->why, "it is too long to be sent");
		return;
	}
	rq.url = strbuf_cstr(&f.url);
	rq.headers = (struct str_list){f.line, f.n};
	if (http_fetch(http, &rq, &answer, &err) < 0) {
		(void)snprintf(a->why, sizeof a->why, "%.*s", (int)sizeof a->why - 1, err.msg);
	} else {
		a->liveness = judge(q->endpoint, &answer);
		(void)snprintf(a->why, sizeof a->why, "it answered %u", answer.status);
	}
	if (answer.url.p)
		explicit_bzero(answer.url.p, answer.url.cap);
}

static void *verifier_main(void *context)
{
	struct secret_verifier *v = context;

	(void)pthread_mutex_lock(&v->lock); /* ours, never destroyed before */
	while (v->state == VERIFIER_WAITS)
		(void)pthread_cond_wait(&v->changed, &v->lock);
	for (size_t i = 0; v->state == VERIFIER_ASKS && i < v->questions.n; i++) {
		struct question *q = vec_at(&v->questions, i);

		(void)pthread_mutex_unlock(&v->lock); /* nobody adds while it asks */
		ask(v->http, q);
		(void)pthread_mutex_lock(&v->lock);
	}
	if (v->state == VERIFIER_ASKS)
		v->state = VERIFIER_IS_DONE;
	(void)pthread_cond_broadcast(&v->changed);
	(void)pthread_mutex_unlock(&v->lock);
	return NULL;
}

/* ---- */

int secret_verifier_start(const char *const *files, size_t n, struct secret_verifier **ret,
			  struct err *err)
{
	struct secret_verifier *v = calloc(1, sizeof *v);
	int r, e;

	if (!v)
		return err_nomem(err);
	arena_init(&v->arena, LIMIT_ARENA_BYTES);
	v->files = (struct vec)VEC_INIT(struct yaml_file *, ENDPOINTS_MAX);
	v->questions = (struct vec)VEC_INIT(struct question, LIMIT_SECRET_VERIFICATIONS);
	map_init(&v->endpoints, ENDPOINTS_MAX);
	map_init(&v->by_finding, LIMIT_SECRET_VERIFICATIONS);
	(void)pthread_mutex_init(&v->lock, NULL);   /* default attributes: cannot fail on Linux */
	(void)pthread_cond_init(&v->changed, NULL); /* as above */
	r = take_files(v, files, n, err);
	if (r == 0)
		r = http_new(&(struct http_options){0}, &v->http, err);
	if (r == 0) {
		e = pthread_create(&v->thread, NULL, verifier_main, v);
		r = e ? err_errno(err, e, "start a thread") : 0;
		v->is_started = e == 0;
	}
	if (r < 0) {
		secret_verifier_stop(v);
		return r;
	}
	*ret = v;
	return 0;
}

static void change(struct secret_verifier *v, int state)
{
	(void)pthread_mutex_lock(&v->lock);
	v->state = state;
	(void)pthread_cond_broadcast(&v->changed);
	(void)pthread_mutex_unlock(&v->lock);
}

void secret_verifier_stop(struct secret_verifier *v)
{
	if (!v)
		return;
	if (v->is_started) {
		change(v, VERIFIER_STOPS);
		http_cancel(v->http);
		(void)pthread_join(v->thread, NULL); /* joinable, ours */
	}
	http_free(v->http);
	for (size_t i = 0; i < v->questions.n; i++) {
		struct question *q = vec_at(&v->questions, i);

		secret_done(&q->value);
		free(q->fingerprint);
	}
	for (size_t i = 0; i < v->files.n; i++)
		yaml_file_free(*(struct yaml_file **)vec_at(&v->files, i));
	vec_done(&v->files);
	vec_done(&v->questions);
	map_done(&v->endpoints);
	map_done(&v->by_finding);
	arena_done(&v->arena);
	(void)pthread_mutex_destroy(&v->lock);
	(void)pthread_cond_destroy(&v->changed);
	free(v);
}

static void add(struct secret_verifier *v, const struct endpoint *e, struct str fingerprint,
		struct str value)
{
	struct question *q;

	if (map_get(&v->by_finding, fingerprint))
		return;
	q = vec_push(&v->questions);
	if (!q) {
		v->is_full = true;
		return;
	}
	q->endpoint = e;
	q->fingerprint = str_dup(fingerprint);
	if (!q->fingerprint || !secret_set(&q->value, value) ||
	    map_put(&v->by_finding, str_of(q->fingerprint), (void *)v->questions.n) < 0) {
		secret_done(&q->value);
		free(q->fingerprint);
		vec_cut(&v->questions, v->questions.n - 1);
	}
}

void secret_verifier_add(struct secret_verifier *v, struct str rule, struct str fingerprint,
			 struct str value)
{
	const struct endpoint *e = map_get(&v->endpoints, rule);

	if (!e)
		return;
	(void)pthread_mutex_lock(&v->lock);
	if (v->state == VERIFIER_WAITS)
		add(v, e, fingerprint, value);
	(void)pthread_mutex_unlock(&v->lock);
}

void secret_verifier_ask(struct secret_verifier *v)
{
	change(v, VERIFIER_ASKS);
	(void)pthread_mutex_lock(&v->lock);
	while (v->state == VERIFIER_ASKS)
		(void)pthread_cond_wait(&v->changed, &v->lock);
	(void)pthread_mutex_unlock(&v->lock);
}

struct secret_answer secret_verifier_answer(const struct secret_verifier *v, struct str fingerprint)
{
	size_t i = (size_t)map_get(&v->by_finding, fingerprint);
	const struct question *q = vec_at(&v->questions, i - 1);

	return i && q ? q->answer : (struct secret_answer){0};
}

bool secret_verifier_is_full(const struct secret_verifier *v)
{
	return v->is_full;
}
