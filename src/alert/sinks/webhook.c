/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document as a POST, signed so that its receiver knows that it is ours and not an old one:
 *
 *     X-Plimsoll-Timestamp: 1763838000
 *     X-Plimsoll-Delivery: 0123abcd...          the alert's id: the same when it is sent again
 *     X-Plimsoll-Signature: sha256=HEX          HMAC-SHA256(secret, timestamp + "." + body)
 *
 * The secret is a file's content without the line end; it is read for each alert, so that it can be
 * changed at any time. 2xx: taken. 4xx: refused for good, but for 408, 425 and 429. All else, and
 * no answer, is tried again. Redirects are not followed: what is signed is for one address.
 */
#include "alert/sink.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/secret.h"
#include "crypto/hmac.h"
#include "net/http.h"

#define SECRET_MIN	16
#define HEADER_BYTES	256
#define CONNECT_SECONDS 5

/* As it is written, it can be no other address than the one that curl reads. */
static bool is_private(struct str url)
{
	static const struct str safe[] = {STR("https://"), STR("http://127.0.0.1:"),
					  STR("http://localhost:"), STR("http://[::1]:")};

	for (size_t i = 0; i < ARRAY_LEN(safe); i++)
		if (str_has_prefix(url, safe[i]))
			return true;
	return false;
}

static int check(struct str url, struct arena *arena, struct str *ret, struct err *err)
{
	struct str rest = str_skip(url, str_find(url, STR("://")) + 3);
	struct str host = str_sub(rest, 0, str_find_char(rest, '/'));

	if (!is_private(url))
		return err_set(err, ERR_USAGE,
			       "an address is https://HOST/..., or http://localhost:PORT/...");
	if (host.n == 0 || str_find_char(host, '@') < host.n || str_find_char(url, '#') < url.n ||
	    str_find_char(host, '\\') < host.n)
		return err_set(err, ERR_USAGE, "an address has a host, no password and no '#'");
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] >= 0x7f)
			return err_set(err, ERR_USAGE, "an address is of ASCII, without spaces");
	*ret = arena_str(arena, url);
	return arena_check(arena, err);
}

/* Both lines of a signed request; nothing without a secret. */
static int sign(const struct sink *sink, struct str body, int64_t now, struct strbuf *time,
		struct strbuf *signature, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf file = STRBUF_INIT(LIMIT_ALERT_SECRET_BYTES);
	CLEANUP(secret_done) struct secret secret = {0};
	CLEANUP(freep) char *path = str_dup(sink->secret_file);
	unsigned char mac[HMAC_BYTES];
	char stamp[24];
	int r = path ? file_read(path, &file, err) : err_nomem(err);

	if (r == 0 && !secret_set(&secret, str_trim(strbuf_str(&file))))
		r = err_nomem(err);
	if (file.p)
		explicit_bzero(file.p, file.n);
	if (r < 0)
		return r;
	if (secret.n < SECRET_MIN)
		return err_set(err, ERR_FORMAT, "%s: a secret has %d bytes or more", path,
			       SECRET_MIN);
	(void)snprintf(stamp, sizeof stamp, "%lld", (long long)now); /* fits */
	r = hmac_sha256(secret_str(&secret), (struct str[]){str_of(stamp), STR("."), body}, 3, mac,
			err);
	if (r < 0)
		return r;
	strbuf_addf(time, "X-Plimsoll-Timestamp: %s", stamp);
	strbuf_adds(signature, "X-Plimsoll-Signature: sha256=");
	for (size_t i = 0; i < sizeof mac; i++)
		strbuf_addf(signature, "%02x", mac[i]);
	return 0;
}

static int make_client(struct sink_context *c, struct err *err)
{
	const struct http_options options = {
		.connect_seconds = CONNECT_SECONDS,
		.stall_seconds = c->seconds ? c->seconds : LIMIT_ALERT_SEND_SECONDS,
	};

	return c->http ? 0 : http_new(&options, &c->http, err);
}

static bool is_taken(unsigned status)
{
	return status >= 200 && status < 300;
}

static int judge(const struct sink *sink, const struct http_response *answer,
		 struct sink_context *c, struct err *err)
{
	struct str after = http_response_header(answer, "Retry-After");
	unsigned status = answer->status;
	bool is_final =
		status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;

	if (is_taken(status))
		return 0;
	if (!is_final && after.n)
		(void)http_retry_after_parse(after, c->now, &c->retry_after); /* or it stays 0 */
	return err_set(err, is_final ? ERR_DENIED : ERR_IO, "%.*s answered %u%s",
		       STR_FMT(str_skip(sink->shown, strlen("webhook:"))), status,
		       status >= 300 && status < 400 ? ", and redirects are not followed" : "");
}

static int post(const struct sink *sink, const struct alert *alert, struct str body,
		struct sink_context *c, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf time = STRBUF_INIT(HEADER_BYTES);
	CLEANUP(strbuf_done) struct strbuf signature = STRBUF_INIT(HEADER_BYTES);
	CLEANUP(strbuf_done) struct strbuf id = STRBUF_INIT(HEADER_BYTES);
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(freep) char *url = str_dup(sink->address);
	struct str headers[4] = {STR("Content-Type: application/json")};
	struct http_request rq = {.method = HTTP_POST,
				  .url = url,
				  .what = sink->type->id,
				  .form = body,
				  .headers = {headers, 2},
				  .size_bytes = HTTP_SIZE_UNKNOWN,
				  .no_redirects = true,
				  .once = true};
	int r = url ? make_client(c, err) : err_nomem(err);

	strbuf_addf(&id, "X-Plimsoll-Delivery: %.*s", STR_FMT(alert->id));
	headers[1] = strbuf_str(&id);
	if (r == 0 && sink->secret_file.n) {
		r = sign(sink, body, c->now, &time, &signature, err);
		headers[2] = strbuf_str(&time);
		headers[3] = strbuf_str(&signature);
		rq.headers.n = 4;
	}
	if (r < 0)
		return r;
	r = http_fetch(c->http, &rq, &answer, err);
	if (r == 0 || is_taken(answer.status)) /* also when the rest of the answer was cut */
		r = judge(sink, &answer, c, err);
	else if (r == -ERR_DENIED) /* a certificate can be mended, and then it is taken */
		r = -ERR_IO;
	return r;
}

static int send_document(const struct sink *sink, const struct alert *alert, struct sink_context *c,
			 struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf body = STRBUF_INIT(LIMIT_ALERT_BYTES);
	int r = alert_write(alert, JSON_COMPACT, &body, err);

	return r < 0 ? r : post(sink, alert, strbuf_str(&body), c, err);
}

const struct sink_type sink_type_webhook = {
	.id = "webhook",
	.title = "a POST of the JSON document, signed with --alert-secret",
	.form = "webhook:URL",
	.check = check,
	.has_address = true,
	.has_secret = true,
	.send = send_document,
};
