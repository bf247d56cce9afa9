/* SPDX-License-Identifier: Apache-2.0 */
/* URLs are cut by libcurl alone: the part that is checked and the part that is used never differ.
 */
#include "net/http_conn.h"

#include "base/limits.h"

static int bad_url(const char *url, struct err *err)
{
	return err_set(err, ERR_FORMAT, "\"%.*s\" is no http or https address",
		       STR_FMT(str_sub(http_url_shown(str_of(url)), 0, 200)));
}

/* Takes one part out of the URL; false when it has none. */
static bool get_part(struct http *h, CURLU *u, CURLUPart part, unsigned flags, struct strbuf *ret)
{
	char *text = NULL;

	if (h->curl->url_get(u, part, &text, flags) != CURLUE_OK)
		return false;
	strbuf_adds(ret, text);
	h->curl->free(text);
	return true;
}

static bool is_http(struct http *h, CURLU *u)
{
	CLEANUP(strbuf_done) struct strbuf scheme = STRBUF_INIT(16);

	return get_part(h, u, CURLUPART_SCHEME, 0, &scheme) &&
	       (str_is(strbuf_str(&scheme), "http") || str_is(strbuf_str(&scheme), "https"));
}

int http_url_join(struct http *h, const char *base, struct str location, struct strbuf *ret,
		  struct err *err)
{
	CLEANUP(freep) char *text = str_dup(location);
	CURLU *u = h->curl->url();
	bool ok;

	ok = u && text && str_find_char(location, '\0') == location.n &&
	     h->curl->url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
	     h->curl->url_set(u, CURLUPART_URL, text, CURLU_URLENCODE) == CURLUE_OK &&
	     is_http(h, u) && h->curl->url_set(u, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
	     h->curl->url_set(u, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
	     h->curl->url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
	     get_part(h, u, CURLUPART_URL, 0, ret);
	h->curl->url_cleanup(u);
	return ok ? strbuf_check(ret, err) : bad_url(text ? text : "", err);
}

int http_url_origin(struct http *h, const char *url, struct strbuf *ret, struct err *err)
{
	CURLU *u = h->curl->url();
	bool ok;

	ok = u && h->curl->url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && is_http(h, u) &&
	     get_part(h, u, CURLUPART_SCHEME, 0, ret);
	strbuf_adds(ret, "://");
	ok = ok && get_part(h, u, CURLUPART_HOST, 0, ret);
	strbuf_addc(ret, ':');
	ok = ok && get_part(h, u, CURLUPART_PORT, CURLU_DEFAULT_PORT, ret);
	h->curl->url_cleanup(u);
	return ok ? strbuf_check(ret, err) : bad_url(url, err);
}

int http_url_host(struct http *h, const char *url, struct strbuf *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf port = STRBUF_INIT(16);
	CURLU *u = h->curl->url();
	bool ok;

	ok = u && h->curl->url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && is_http(h, u) &&
	     get_part(h, u, CURLUPART_HOST, 0, ret);
	if (ok && get_part(h, u, CURLUPART_PORT, 0, &port))
		strbuf_addf(ret, ":%s", strbuf_cstr(&port));
	h->curl->url_cleanup(u);
	return ok ? strbuf_check(ret, err) : bad_url(url, err);
}
