/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include "base/limits.h"
#include "net/http_transfer.h"

int http_new(const struct http_options *options, struct http **ret, struct err *err)
{
	const struct curl_api *curl = curl_api_get(err);
	struct http *h;

	if (!curl)
		return -ERR_UNSUPPORTED;
	h = calloc(1, sizeof *h);
	if (!h)
		return err_nomem(err);
	h->curl = curl;
	h->options = *options;
	(void)pthread_mutex_init(&h->lock, NULL); /* cannot fail with default attributes */
	(void)pthread_cond_init(&h->wake, NULL);
	*ret = h;
	return 0;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	http_conn_free_all(h);
	(void)pthread_cond_destroy(&h->wake); /* nobody waits any more */
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

void http_freep(struct http **h)
{
	http_free(*h);
	*h = NULL;
}

void http_cancel(struct http *h)
{
	h->canceled = true;
	http_conn_wake_all(h);
}

void http_response_done(struct http_response *a)
{
	if (a->body.p)
		explicit_bzero(a->body.p, a->body.n); /* it may have been a token */
	strbuf_done(&a->headers);
	strbuf_done(&a->body);
	strbuf_done(&a->url);
}

struct str http_response_header(const struct http_response *a, const char *name)
{
	struct str value = STR_NULL;

	return http_header_find(strbuf_str(&a->headers), name, 0, &value) ? value : STR_NULL;
}

static int append_body(void *ctx, struct str bytes, struct err *err)
{
	struct strbuf *body = ctx;

	strbuf_add(body, bytes);
	if (body->error == ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "an answer larger than http_body_bytes (%d)",
			       LIMIT_HTTP_BODY_BYTES);
	return strbuf_check(body, err);
}

static int empty_body(void *ctx)
{
	strbuf_reset(ctx);
	return 0;
}

int http_fetch(struct http *h, const struct http_request *request, struct http_response *ret,
	       struct err *err)
{
	struct http_transfer t = {
		.http = h,
		.request = request,
		.response = ret,
		.sink = append_body,
		.restart = empty_body,
		.ctx = &ret->body,
	};
	int r;

	strbuf_reset(&ret->body);
	r = http_transfer_run(&t, err);
	http_transfer_done(&t);
	return r;
}

static const struct {
	unsigned status;
	enum err_code code;
	const char *meaning;
} meanings[] = {
	{400, ERR_IO, "400: the server calls the request malformed"},
	{401, ERR_DENIED, "401: not logged in"},
	{403, ERR_DENIED, "403: access is not allowed"},
	{404, ERR_NOT_FOUND, "404: not found"},
	{407, ERR_DENIED, "407: the proxy asks for a password"},
	{416, ERR_IO, "416: the server does not have the rest of the file"},
	{429, ERR_IO, "429: too many requests"},
	{500, ERR_IO, "500: the server has an internal error"},
	{502, ERR_IO, "502: a gateway before the server is broken"},
	{503, ERR_IO, "503: the server is not available"},
	{504, ERR_IO, "504: a gateway before the server got no answer"},
};

int http_explain(const char *what, const struct http_response *answer, struct err *err)
{
	struct str field = http_response_header(answer, "Retry-After");
	enum err_code code = ERR_IO;
	const char *meaning = NULL;
	char number[64], tries[64] = "", later[64] = "";
	uint64_t seconds;

	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (meanings[i].status == answer->status) {
			meaning = meanings[i].meaning;
			code = meanings[i].code;
		}
	if (!meaning)
		(void)snprintf(number, sizeof number, "the server answered %u", answer->status);
	if (answer->n_tries > 1)
		(void)snprintf(tries, sizeof tries, " (after %u tries)", answer->n_tries);
	if (field.n && http_retry_after_parse(field, (int64_t)time(NULL), &seconds))
		(void)snprintf(later, sizeof later, "; it asks to wait %llu seconds",
			       (unsigned long long)seconds);
	return err_set(err, code, "%s: %s%s%s", what, meaning ? meaning : number, later, tries);
}
