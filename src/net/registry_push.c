/* SPDX-License-Identifier: Apache-2.0 */
#include "net/registry_push.h"

#include "base/log.h"
#include "net/http_conn.h"
#include "net/http_transfer.h"
#include "net/registry_internal.h"

/* A registry may take long to put a large blob where it belongs, once it has all of it. */
enum { COMMIT_SECONDS = 180, PIECE_TRIES = 5 };

/* One upload: the session that a registry opened for it. */
struct session {
	struct registry *reg;
	struct endpoint *e;
	const struct registry_upload *upload;
	char what[700];
	struct strbuf url;  /* where the next request goes */
	bool at_home;	    /* that is at the registry, which may see our login */
	uint64_t min_piece; /* bytes that the registry wants at least; 0: any */
};

static struct endpoint *own_endpoint(struct registry *reg)
{
	return &reg->endpoints[reg->n_endpoints - 1]; /* behind its mirrors */
}

static int base_url(struct endpoint *e, struct strbuf *url, struct err *err)
{
	strbuf_reset(url);
	strbuf_addf(url, "%s://%.*s/v2/%.*s", registry_scheme(e), STR_FMT(e->host),
		    STR_FMT(e->place.path));
	return strbuf_check(url, err);
}

static int explain(struct endpoint *e, const char *what, const struct http_response *answer,
		   struct err *err)
{
	const char *login = e->auth ? auth_source(e->auth) : "anonymous";

	if (answer->status == 413)
		return err_set(err, ERR_LIMIT, "%s: 413: larger than %.*s takes", what,
			       STR_FMT(e->place.domain));
	if (answer->status != 403 && answer->status != 404)
		return registry_explain(e, what, answer, err);
	return err_set(err, ERR_DENIED,
		       "%s: %u: %.*s has no such repository, or does not let you write there "
		       "(login: %s)",
		       what, answer->status, STR_FMT(e->place.domain), login);
}

/* ---- what is there ---- */

int registry_has_blob(struct registry *reg, struct str digest, bool *ret, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct endpoint *e = own_endpoint(reg);
	struct http_request rq;
	struct digest_value value;
	char what[700];
	int r = digest_parse(digest, &value, err); /* nothing else goes into the address */

	if (r == 0)
		r = registry_prepare(reg, e, err);
	if (r == 0)
		r = base_url(e, &url, err);
	if (r < 0)
		return r;
	(void)snprintf(what, sizeof what, "%.*s/%.*s: blob %.*s", STR_FMT(e->place.domain),
		       STR_FMT(e->place.path), STR_FMT(digest));
	strbuf_addf(&url, "/blobs/%.*s", STR_FMT(digest));
	rq = registry_request(e, strbuf_cstr(&url), what);
	rq.method = HTTP_HEAD;
	r = http_fetch(reg->http, &rq, &answer, err);
	if (r < 0)
		return r;
	*ret = answer.status == 200;
	return *ret || answer.status == 404 ? 0 : explain(e, what, &answer, err);
}

/* ---- the session ---- */

/* Goes on where the registry says; never from https to http, and with a login only at home. */
static int follow(struct session *s, const struct http_response *answer, struct err *err)
{
	struct str location = http_response_header(answer, "Location");
	CLEANUP(strbuf_done) struct strbuf next = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf own = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf other = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf home = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r = base_url(s->e, &home, err);

	if (!location.n)
		return err_set(err, ERR_FORMAT, "%s: %u without a Location", s->what,
			       answer->status);
	if (r == 0)
		r = http_url_join(s->reg->http, strbuf_cstr(&s->url), location, &next, err);
	if (r == 0)
		r = http_url_origin(s->reg->http, strbuf_cstr(&next), &other, err);
	if (r == 0)
		r = http_url_origin(s->reg->http, strbuf_cstr(&home), &own, err);
	if (r < 0)
		return err_wrap(err, r, "%s", s->what);
	s->at_home = str_eq(strbuf_str(&own), strbuf_str(&other));
	if (!s->at_home && str_has_prefix(strbuf_str(&own), STR("https:")) &&
	    !str_has_prefix(strbuf_str(&other), STR("https:")))
		return err_set(err, ERR_DENIED, "%s: refused to send it unencrypted to %.*s",
			       s->what, STR_FMT(str_sub(strbuf_str(&other), 0, 200)));
	strbuf_reset(&s->url);
	strbuf_add(&s->url, strbuf_str(&next));
	return strbuf_check(&s->url, err);
}

static int exchange(struct session *s, struct http_request *rq, struct http_response *answer,
		    struct err *err)
{
	struct err error = {0};
	int r;

	if (!s->at_home)
		rq->authorizer = NULL;
	rq->stall_seconds = COMMIT_SECONDS;
	r = http_fetch(s->reg->http, rq, answer, &error);
	/* one that says no before it has heard all has answered */
	if (r < 0 && answer->failure == HTTP_FAILURE_CUT && answer->status >= 400)
		return 0;
	if (r < 0 && err)
		*err = error;
	return r;
}

/* 1: the registry has it by a mount, 0: a session is open. */
static int post(struct session *s, struct str mount_from, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq;
	int r = base_url(s->e, &s->url, err);

	if (r < 0)
		return r;
	strbuf_adds(&s->url, "/blobs/uploads/");
	if (mount_from.n) /* both are made of letters that need no escape, but for the slash */
		strbuf_addf(&s->url, "?mount=%.*s&from=%.*s", STR_FMT(s->upload->digest),
			    STR_FMT(mount_from));
	s->at_home = true;
	rq = registry_request(s->e, strbuf_cstr(&s->url), s->what);
	rq.method = HTTP_POST;
	r = strbuf_check(&s->url, err);
	if (r == 0)
		r = exchange(s, &rq, &answer, err);
	if (r < 0)
		return r;
	if (mount_from.n && answer.status == 201)
		return 1;
	if (answer.status != 202)
		return explain(s->e, s->what, &answer, err);
	if (!str_parse_u64(http_response_header(&answer, "OCI-Chunk-Min-Length"), &s->min_piece))
		s->min_piece = 0;
	return follow(s, &answer, err);
}

/* A registry that wants to know nothing of a mount may still take the bytes. */
static int start(struct session *s, struct err *err)
{
	struct err error = {0};
	int r;

	if (s->upload->mount_from.n) {
		r = post(s, s->upload->mount_from, &error);
		if (r >= 0)
			return r;
		log_debug("registry: mount: %s", error.msg);
	}
	return post(s, STR_NULL, err);
}

static int add_digest(struct session *s, struct err *err)
{
	struct str url = strbuf_str(&s->url);

	strbuf_addf(&s->url, "%cdigest=%.*s", str_find_char(url, '?') < url.n ? '&' : '?',
		    STR_FMT(s->upload->digest));
	return strbuf_check(&s->url, err);
}

static int check_kept(const struct session *s, const struct http_response *answer, struct err *err)
{
	struct str kept = http_response_header(answer, "Docker-Content-Digest");

	if (!kept.n || str_eq(kept, s->upload->digest))
		return 0;
	return err_set(err, ERR_DENIED, "%s: the registry says that it has %.*s", s->what,
		       STR_FMT(str_sub(kept, 0, 160)));
}

/* PUT: all the bytes, or none after pieces. *ret_status: of the answer; 0: none came. */
static int finish(struct session *s, const struct http_body *body, unsigned *ret_status,
		  struct err *err)
{
	static const struct str type = {"Content-Type: application/octet-stream", 38};
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq;
	int r = add_digest(s, err);

	*ret_status = 0;
	if (r < 0)
		return r;
	rq = registry_request(s->e, strbuf_cstr(&s->url), s->what);
	rq.method = HTTP_PUT;
	rq.headers = (struct str_list){&type, 1};
	rq.body = body;
	rq.once = true; /* the session has a part of it by then */
	r = exchange(s, &rq, &answer, err);
	*ret_status = answer.status;
	if (r < 0)
		return r;
	if (!http_status_is_ok(answer.status))
		return explain(s->e, s->what, &answer, err);
	return check_kept(s, &answer, err);
}

/* ---- in pieces ---- */

struct piece {
	struct strbuf bytes;
	uint64_t offset; /* of its first byte */
	size_t done;	 /* bytes of it that the registry has */
};

static int fill_piece(struct piece *p, struct stream *in, uint64_t left, struct err *err)
{
	size_t want = left < p->bytes.max ? (size_t)left : p->bytes.max;

	strbuf_reset(&p->bytes);
	p->done = 0;
	while (p->bytes.n < want) {
		char *room = strbuf_reserve(&p->bytes, want - p->bytes.n);
		ssize_t n = room ? stream_read(in, room, want - p->bytes.n, err) : 0;

		if (!room)
			return err_nomem(err);
		if (n < 0)
			return (int)n;
		if (n == 0)
			return err_set(err, ERR_FORMAT, "what is to be sent ends too early");
		strbuf_commit(&p->bytes, (size_t)n);
	}
	return 0;
}

/*
 * "0-1023": how much the registry has. "0-0" is what an empty session says, and one with a byte; of
 * a piece that was taken it is the byte. Without the field such a piece is taken whole.
 */
static int take_range(struct session *s, struct piece *p, const struct http_response *answer,
		      bool was_taken, struct err *err)
{
	struct str range = http_response_header(answer, "Range"), first, last;
	uint64_t end, sent = p->offset + p->bytes.n;

	if (was_taken && !range.n) {
		p->done = p->bytes.n;
		return 0;
	}
	(void)str_pull_prefix(&range, STR("bytes="));
	if (!str_cut(range, '-', &first, &last) || !str_is(first, "0") ||
	    !str_parse_u64(last, &end) || end == UINT64_MAX)
		return err_set(err, ERR_FORMAT, "%s: %u without a usable Range", s->what,
			       answer->status);
	end = end == 0 && !was_taken ? 0 : end + 1;
	if (end < p->offset || end > sent)
		return err_set(err, ERR_FORMAT, "%s: the registry has %llu bytes of it, not %llu",
			       s->what, (unsigned long long)end, (unsigned long long)sent);
	p->done = (size_t)(end - p->offset);
	return 0;
}

/* What came of a request that broke. */
static int ask_progress(struct session *s, struct piece *p, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq = registry_request(s->e, strbuf_cstr(&s->url), s->what);
	int r = exchange(s, &rq, &answer, err);

	if (r < 0)
		return r;
	if (!http_status_is_ok(answer.status))
		return explain(s->e, s->what, &answer, err);
	r = take_range(s, p, &answer, false, err);
	if (r == 0 && http_response_header(&answer, "Location").n)
		r = follow(s, &answer, err);
	return r;
}

/* 0: answered; *ret_again: it broke, or the registry has another part of it than we thought. */
static int patch(struct session *s, struct piece *p, bool *ret_again, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_body body = {.bytes = str_skip(strbuf_str(&p->bytes), p->done)};
	char range[80];
	struct str headers[2] = {STR("Content-Type: application/octet-stream")};
	struct http_request rq = registry_request(s->e, strbuf_cstr(&s->url), s->what);
	uint64_t first = p->offset + p->done;
	struct err error = {0};
	int r;

	(void)snprintf(range, sizeof range, "Content-Range: %llu-%llu", (unsigned long long)first,
		       (unsigned long long)(first + body.bytes.n - 1));
	headers[1] = str_of(range);
	rq.method = HTTP_PATCH;
	rq.headers = (struct str_list){headers, 2};
	rq.body = &body;
	rq.once = true;
	r = exchange(s, &rq, &answer, &error);
	*ret_again = (r < 0 && answer.failure == HTTP_FAILURE_CUT) ||
		     (r == 0 && (answer.status == 416 || answer.status >= 500));
	if (*ret_again)
		return 0;
	if (r < 0 && err)
		*err = error;
	if (r < 0)
		return r;
	if (answer.status != 202)
		return explain(s->e, s->what, &answer, err);
	r = take_range(s, p, &answer, true, err);
	return r < 0 ? r : follow(s, &answer, err);
}

static int send_piece(struct session *s, struct piece *p, struct err *err)
{
	for (unsigned i = 0; p->done < p->bytes.n; i++) {
		bool again;
		int r = i < PIECE_TRIES ? patch(s, p, &again, err)
					: err_set(err, ERR_IO, "%s: broke %u times", s->what, i);

		if (r == 0 && again)
			r = ask_progress(s, p, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int send_pieces(struct session *s, struct err *err)
{
	CLEANUP(stream_closep) struct stream *in = NULL;
	size_t size = s->min_piece > LIMIT_UPLOAD_PIECE_BYTES ? (size_t)s->min_piece
							      : LIMIT_UPLOAD_PIECE_BYTES;
	struct piece p = {.bytes = STRBUF_INIT(size)};
	char more;
	int r;

	if (s->min_piece > LIMIT_UPLOAD_PIECE_MOST)
		return err_set(err, ERR_LIMIT,
			       "%s: the registry wants pieces larger than upload_piece_most (%d)",
			       s->what, LIMIT_UPLOAD_PIECE_MOST);
	r = s->upload->open(s->upload->ctx, &in, err);
	while (r == 0 && p.offset < s->upload->size_bytes) {
		r = fill_piece(&p, in, s->upload->size_bytes - p.offset, err);
		/* the last piece goes only when the stream has nothing against all before */
		if (r == 0 && p.offset + p.bytes.n == s->upload->size_bytes &&
		    stream_read(in, &more, 1, err) != 0)
			r = err_set(err, ERR_DENIED, "%s: it is not what its digest says", s->what);
		if (r == 0)
			r = send_piece(s, &p, err);
		p.offset += p.bytes.n;
	}
	strbuf_done(&p.bytes);
	return r;
}

/* ---- a blob ---- */

static int push_whole(struct session *s, unsigned *ret_status, struct err *err)
{
	struct http_body body = {.open = s->upload->open,
				 .ctx = s->upload->ctx,
				 .size_bytes = s->upload->size_bytes};

	return finish(s, &body, ret_status, err);
}

static int push_in_pieces(struct session *s, struct err *err)
{
	unsigned status;
	int r = post(s, STR_NULL, err);

	if (r == 0)
		r = send_pieces(s, err);
	return r < 0 ? r : finish(s, NULL, &status, err);
}

/* What may go better in smaller parts: too large for a proxy, or broken on the way. */
static bool may_go_in_pieces(unsigned status)
{
	return status == 0 || status == 405 || status == 408 || status == 413 || status >= 500;
}

static int push_blob(struct session *s, struct err *err)
{
	struct err error = {0};
	unsigned status = 0;
	int r = start(s, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = push_whole(s, &status, &error);
	if (r == 0)
		return 0;
	if ((r == -ERR_IO || r == -ERR_LIMIT) && may_go_in_pieces(status)) {
		log_debug("registry: %s; now in pieces", error.msg);
		return push_in_pieces(s, err);
	}
	if (err)
		*err = error;
	return r;
}

int registry_push_blob(struct registry *reg, const struct registry_upload *upload, struct err *err)
{
	struct session s = {.reg = reg,
			    .e = own_endpoint(reg),
			    .upload = upload,
			    .url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES)};
	struct digest_value value;
	int r = digest_parse(upload->digest, &value, err);

	if (r == 0)
		r = registry_prepare(reg, s.e, err);
	(void)snprintf(s.what, sizeof s.what, "%.*s/%.*s: blob %.*s", STR_FMT(s.e->place.domain),
		       STR_FMT(s.e->place.path), STR_FMT(upload->digest));
	if (r == 0)
		r = push_blob(&s, err);
	strbuf_done(&s.url);
	return r;
}

/* ---- a manifest ---- */

static int put_manifest(struct registry *reg, struct endpoint *e, const struct http_request *base,
			struct str bytes, bool *ret_listed, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_body body = {.bytes = bytes};
	struct http_request rq = *base;
	struct str kept;
	int r;

	rq.method = HTTP_PUT;
	rq.body = &body;
	r = http_fetch(reg->http, &rq, &answer, err);
	if (r < 0)
		return r;
	if (!http_status_is_ok(answer.status))
		return explain(e, rq.what, &answer, err);
	*ret_listed = http_response_header(&answer, "OCI-Subject").n > 0;
	kept = http_response_header(&answer, "Docker-Content-Digest");
	return kept.n ? registry_check_digest(bytes, kept, "the registry says that it has", err)
		      : 0;
}

int registry_push_manifest(struct registry *reg, struct str version, struct str media_type,
			   struct str bytes, bool *ret_listed, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	CLEANUP(strbuf_done) struct strbuf type = STRBUF_INIT(LIMIT_HTTP_HEADER_BYTES);
	struct endpoint *e = own_endpoint(reg);
	struct http_request rq;
	struct str header;
	char what[700];
	int r = registry_prepare(reg, e, err);

	if (r == 0)
		r = base_url(e, &url, err);
	if (r < 0)
		return r;
	(void)snprintf(what, sizeof what, "%.*s/%.*s: manifest %.*s", STR_FMT(e->place.domain),
		       STR_FMT(e->place.path), STR_FMT(version));
	strbuf_addf(&url, "/manifests/%.*s", STR_FMT(version));
	strbuf_addf(&type, "Content-Type: %.*s", STR_FMT(media_type));
	r = strbuf_check(&url, err);
	if (r == 0)
		r = strbuf_check(&type, err);
	if (r < 0)
		return r;
	header = strbuf_str(&type);
	rq = registry_request(e, strbuf_cstr(&url), what);
	rq.headers = (struct str_list){&header, 1};
	return put_manifest(reg, e, &rq, bytes, ret_listed, err);
}
