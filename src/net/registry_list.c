/* SPDX-License-Identifier: Apache-2.0 */
#include "net/registry_list.h"

#include "base/log.h"
#include "net/http_conn.h"
#include "net/registry_internal.h"

#define TYPE_INDEX "application/vnd.oci.image.index.v1+json"

/* A list that is being read, page by page. */
struct listing {
	struct registry *reg;
	struct endpoint *e;
	const char *what;
	const char *accept; /* also the type that an answer must have; NULL: any */
	struct strbuf url;
	bool unknown; /* the registry has no such list */
	registry_page_fn *page;
	void *ctx;
};

/* ---- the next page ---- */

/* <...>; rel="next" in one of the Link fields; false: this was the last. */
static bool find_next(const struct http_response *answer, struct str *ret)
{
	struct str field, link, rest, target;

	for (size_t i = 0; http_header_find(strbuf_str(&answer->headers), "Link", i, &field); i++)
		while (str_cut(field, '<', &link, &rest) && str_cut(rest, '>', &target, &rest)) {
			struct str parameters = str_sub(rest, 0, str_find_char(rest, '<'));

			field = rest;
			if (str_find(parameters, STR("rel=\"next\"")) < parameters.n ||
			    str_find(parameters, STR("rel=next")) < parameters.n) {
				*ret = target;
				return true;
			}
		}
	return false;
}

/* Logins of a registry are for its own address only. */
static int check_origin(struct listing *l, const char *next, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf own = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf other = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r = http_url_origin(l->reg->http, strbuf_cstr(&l->url), &own, err);

	if (r == 0)
		r = http_url_origin(l->reg->http, next, &other, err);
	if (r == 0 && !str_eq(strbuf_str(&own), strbuf_str(&other)))
		return err_set(err, ERR_FORMAT, "its next page is at another server: %.*s",
			       STR_FMT(str_sub(strbuf_str(&other), 0, 200)));
	return r;
}

static int go_to(struct listing *l, struct str target, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r = http_url_join(l->reg->http, strbuf_cstr(&l->url), target, &next, err);

	if (r == 0)
		r = check_origin(l, strbuf_cstr(&next), err);
	if (r < 0)
		return r;
	strbuf_reset(&l->url);
	strbuf_add(&l->url, strbuf_str(&next));
	return strbuf_check(&l->url, err);
}

/* ---- one page ---- */

static bool means_unknown(const struct http_response *answer)
{
	switch (answer->status) {
	case 400:
	case 404:
	case 405:
	case 406:
	case 501:
		return true;
	default:
		return false;
	}
}

static bool has_type(const struct http_response *answer, const char *type)
{
	struct str have = http_response_header(answer, "Content-Type"), rest;

	(void)str_cut(have, ';', &have, &rest); /* no parameters: all of it */
	return str_eq_nocase(str_trim(have), str_of(type));
}

/* 1: there is another page, 0: the end. */
static int read_page(struct listing *l, bool first, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq = registry_request(l->e, strbuf_cstr(&l->url), l->what);
	struct str target;
	int r;

	rq.accept = l->accept;
	r = http_fetch(l->reg->http, &rq, &answer, err);
	if (r < 0)
		return r;
	if (first && l->accept && means_unknown(&answer)) {
		l->unknown = true;
		return 0;
	}
	if (answer.status != 200)
		return registry_explain(l->e, l->what, &answer, err);
	if (l->accept && !has_type(&answer, l->accept)) {
		l->unknown = true; /* a page for people, or that of a proxy */
		return first ? 0 : err_set(err, ERR_FORMAT, "%s: a page is no index", l->what);
	}
	r = l->page(l->ctx, strbuf_str(&answer.body), err);
	if (r < 0)
		return err_wrap(err, r, "%s", l->what);
	if (!find_next(&answer, &target))
		return 0;
	r = go_to(l, target, err);
	return r < 0 ? err_wrap(err, r, "%s", l->what) : 1;
}

static int read_pages(struct listing *l, struct err *err)
{
	for (size_t i = 0; i < LIMIT_LIST_PAGES; i++) {
		int r = read_page(l, i == 0, err);

		if (r <= 0)
			return r;
	}
	return err_set(err, ERR_LIMIT, "%s: more than list_pages (%d) pages", l->what,
		       LIMIT_LIST_PAGES);
}

/* rest: what follows the repository, "/tags/list". */
static int list(struct listing *l, const char *rest, struct err *err)
{
	char what[700];
	int r = registry_prepare(l->reg, l->e, err);

	if (r < 0)
		return r;
	(void)snprintf(what, sizeof what, "%.*s/%.*s: %s", STR_FMT(l->e->place.domain),
		       STR_FMT(l->e->place.path), l->accept ? "referrers" : "tags");
	l->what = what;
	strbuf_reset(&l->url);
	strbuf_addf(&l->url, "%s://%.*s/v2/%.*s%s", registry_scheme(l->e), STR_FMT(l->e->host),
		    STR_FMT(l->e->place.path), rest);
	r = strbuf_check(&l->url, err);
	return r < 0 ? r : read_pages(l, err);
}

/* ---- what is listed ---- */

/* "/referrers/sha256:..?artifactType=..", with what has a meaning in addresses escaped. */
static int add_question(struct strbuf *sb, struct str digest, struct str artifact_type,
			struct err *err)
{
	strbuf_addf(sb, "/referrers/%.*s", STR_FMT(digest));
	if (artifact_type.n)
		strbuf_adds(sb, "?artifactType=");
	for (size_t i = 0; i < artifact_type.n; i++) {
		char c = artifact_type.p[i];

		if (char_is_alnum(c) || c == '.' || c == '-' || c == '_')
			strbuf_addc(sb, c);
		else
			strbuf_addf(sb, "%%%02X", (unsigned char)c);
	}
	return strbuf_check(sb, err);
}

int registry_referrers(struct registry *reg, struct str digest, struct str artifact_type,
		       bool *ret_known, registry_page_fn *page, void *ctx, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf rest = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct digest_value value;
	int r = digest_parse(digest, &value, err); /* nothing else goes into the address */

	if (r == 0)
		r = add_question(&rest, digest, artifact_type, err);
	if (r < 0)
		return r;
	*ret_known = false;
	for (size_t i = 0; i < reg->n_endpoints && !*ret_known; i++) {
		struct listing l = {.reg = reg,
				    .e = &reg->endpoints[i],
				    .accept = TYPE_INDEX,
				    .url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES),
				    .page = page,
				    .ctx = ctx};
		struct err error = {0};

		if (l.e->place.pull == REGISTRY_PULL_TAG)
			continue;
		r = list(&l, strbuf_cstr(&rest), &error);
		strbuf_done(&l.url);
		*ret_known = r == 0 && !l.unknown;
		if (r == 0)
			continue;
		if (!l.e->place.is_mirror || r == -ERR_CANCELED || r == -ERR_LIMIT) {
			if (err)
				*err = error;
			return r;
		}
		log_debug("registry: %s", error.msg); /* the registry itself may know better */
	}
	return 0;
}

int registry_tags(struct registry *reg, registry_page_fn *page, void *ctx, struct err *err)
{
	struct listing l = {.reg = reg,
			    .e = &reg->endpoints[reg->n_endpoints - 1], /* behind its mirrors */
			    .url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES),
			    .page = page,
			    .ctx = ctx};
	int r = list(&l, "/tags/list", err);

	strbuf_done(&l.url);
	return r;
}
