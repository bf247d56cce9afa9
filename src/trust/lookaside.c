/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/lookaside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/vec.h"
#include "crypto/digest.h"
#include "net/http.h"

/* ---- addresses ---- */

/* "%20" and the like, as a file:// address may have them; a NUL ends no path. */
static int unescape(struct str s, struct arena *a, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? char_hex(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? char_hex(s.p[i + 2]) : -1;

		if (s.p[i] != '%') {
			strbuf_addc(&sb, s.p[i]);
			continue;
		}
		if (high < 0 || low < 0 || high + low == 0)
			return err_set(err, ERR_FORMAT, "%.*s: a '%%' without a byte behind it",
				       STR_FMT(s));
		strbuf_addc(&sb, (char)(high << 4 | low));
		i += 2;
	}
	*ret = arena_str(a, strbuf_str(&sb));
	return strbuf_check(&sb, err) < 0 || !ret->p ? err_nomem(err) : 0;
}

/* "<base>/<repository>@sha256=<hex>"; of file:// the path alone. */
static int place_of(const struct lookaside *l, struct str digest, struct arena *a, struct str *ret,
		    struct err *err)
{
	struct digest_value value;
	struct str base = l->base, algorithm, hex;
	int r = digest_parse(digest, &value, err);

	if (r == 0 && str_pull_prefix(&base, STR("file://")))
		r = unescape(base, a, &base, err);
	if (r < 0)
		return r;
	(void)str_cut(digest, ':', &algorithm, &hex); /* digest_parse has seen it */
	*ret = arena_strf(a, "%.*s/%.*s@%.*s=%.*s", STR_FMT(base), STR_FMT(l->repository),
			  STR_FMT(algorithm), STR_FMT(hex));
	return ret->p ? 0 : err_nomem(err);
}

static bool is_file(const struct lookaside *l)
{
	return str_has_prefix(l->base, STR("file://"));
}

/* ---- one ---- */

/* 1 and its bytes, 0 when it is not there. */
typedef int fetch_fn(struct http *http, struct str where, struct strbuf *sb, struct err *err);

static int fetch_file(struct http *http, struct str where, struct strbuf *sb, struct err *err)
{
	struct err why = {0};
	int r = file_read(where.p, sb, &why);

	(void)http; /* none is needed */
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "%.*s: more than %d bytes (limit signature_bytes)",
			       STR_FMT(where), LIMIT_SIGNATURE_BYTES);
	if (r < 0 && err)
		*err = why;
	return r < 0 ? r : 1;
}

static int fetch_http(struct http *http, struct str where, struct strbuf *sb, struct err *err)
{
	CLEANUP(http_response_done) struct http_response answer = HTTP_RESPONSE_INIT;
	struct http_request rq = {.url = where.p, .size_bytes = HTTP_SIZE_UNKNOWN};
	int r;

	if (!http)
		return err_set(err, ERR_UNSUPPORTED, "%.*s: the network is not to be used",
			       STR_FMT(where));
	answer.body.max = LIMIT_SIGNATURE_BYTES;
	r = http_fetch(http, &rq, &answer, err);
	if (r < 0)
		return r;
	if (answer.status == 404)
		return 0;
	if (answer.status != 200)
		return err_set(err, ERR_IO, "%.*s: answered with status %u", STR_FMT(where),
			       answer.status);
	strbuf_add(sb, strbuf_str(&answer.body));
	r = strbuf_check(sb, err);
	return r < 0 ? r : 1;
}

/* ---- all ---- */

struct reading {
	struct arena *a;
	struct vec list; /* struct image_signature */
	struct str note;
};

static int take(struct reading *rd, struct str bytes, size_t number, struct err *err)
{
	struct str where = arena_strf(rd->a, "signature-%zu", number);
	struct image_signature s, *slot;
	struct err why = {0};
	int r = where.p ? image_signature_parse(arena_str(rd->a, bytes), where, rd->a, &s, &why)
			: -ERR_NOMEM;

	if (r == -ERR_NOMEM)
		return err_nomem(err);
	if (r < 0) {
		rd->note = arena_strf(rd->a, "%.*s%s%.*s: %s", STR_FMT(rd->note),
				      rd->note.n ? "; " : "", STR_FMT(where), why.msg);
		return rd->note.p ? 0 : err_nomem(err);
	}
	slot = vec_push(&rd->list);
	if (!slot)
		return err_nomem(err);
	*slot = s;
	return 0;
}

static int read_all(struct reading *rd, fetch_fn *fetch, struct http *http, struct str place,
		    struct err *err)
{
	for (size_t i = 1;; i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SIGNATURE_BYTES);
		struct str where = arena_strf(rd->a, "%.*s/signature-%zu", STR_FMT(place), i);
		int r = where.p ? fetch(http, where, &sb, err) : err_nomem(err);

		if (r <= 0)
			return r;
		if (i > LIMIT_LOOKASIDE_SIGNATURES)
			return err_set(err, ERR_LIMIT,
				       "%.*s: has more than %d signatures (limit "
				       "lookaside_signatures)",
				       STR_FMT(place), LIMIT_LOOKASIDE_SIGNATURES);
		r = take(rd, strbuf_str(&sb), i, err);
		if (r < 0)
			return r;
	}
}

static int read_place(fetch_fn *fetch, struct http *http, struct str place, struct arena *a,
		      struct containers_signatures *ret, struct err *err)
{
	struct reading rd = {.a = a,
			     .list = VEC_INIT(struct image_signature, LIMIT_LOOKASIDE_SIGNATURES)};
	struct image_signature *copy;
	int r = read_all(&rd, fetch, http, place, err);

	copy = r == 0 ? arena_array(a, rd.list.n + 1, sizeof *copy) : NULL;
	if (copy && rd.list.n)
		memcpy(copy, rd.list.p, rd.list.n * sizeof *copy);
	if (copy)
		*ret = (struct containers_signatures){copy, rd.list.n, place, rd.note};
	vec_done(&rd.list);
	return r < 0 ? r : copy ? 0 : err_nomem(err);
}

int lookaside_read(const struct lookaside *l, struct str digest, struct arena *a,
		   struct containers_signatures *ret, struct err *err)
{
	struct str place;
	int r = place_of(l, digest, a, &place, err);

	if (r < 0)
		return r;
	return read_place(is_file(l) ? fetch_file : fetch_http, l->http, place, a, ret, err);
}

int lookaside_read_dir(struct str dir, struct arena *a, struct containers_signatures *ret,
		       struct err *err)
{
	return read_place(fetch_file, NULL, dir, a, ret, err);
}

/* ---- writing ---- */

/* Open to readers, as skopeo makes them: what is signed is for others. */
static int make_dirs(struct str dir, struct arena *a, struct err *err)
{
	for (size_t i = 1; i <= dir.n; i++) {
		struct str part;

		if (i < dir.n && dir.p[i] != '/')
			continue;
		part = arena_str(a, str_sub(dir, 0, i));
		if (!part.p)
			return err_nomem(err);
		if (mkdir(part.p, 0755) < 0 && errno != EEXIST)
			return err_errno(err, errno, "%s", part.p);
	}
	return 0;
}

/* Others read what is signed: mode 0644, less the umask. Never over a file that is there. */
static int create(struct str dir, size_t number, struct str bytes, struct arena *a,
		  struct str *ret_path, struct err *err)
{
	struct str path = arena_strf(a, "%.*s/signature-%zu", STR_FMT(dir), number);
	CLEANUP(fd_closep) int fd = -1;
	int r;

	if (!path.p)
		return err_nomem(err);
	fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return 1;
	if (fd < 0)
		return err_errno(err, errno, "%s", path.p);
	r = fd_write_all(fd, bytes, err);
	if (r < 0) {
		(void)unlink(path.p); /* half a signature is none */
		return err_wrap(err, r, "%s", path.p);
	}
	*ret_path = path;
	return 0;
}

int lookaside_add(const struct lookaside *l, struct str digest, struct str bytes, struct arena *a,
		  struct str *ret_path, struct err *err)
{
	struct str dir;
	int r;

	if (!is_file(l))
		return err_set(err, ERR_UNSUPPORTED,
			       "%.*s: signatures are written to file:// alone; set "
			       "lookaside-staging in registries.d",
			       STR_FMT(l->base));
	r = place_of(l, digest, a, &dir, err);
	if (r == 0)
		r = make_dirs(dir, a, err);
	if (r < 0)
		return r;
	for (size_t i = 1; i <= LIMIT_LOOKASIDE_SIGNATURES; i++) {
		r = create(dir, i, bytes, a, ret_path, err);
		if (r <= 0)
			return r;
	}
	return err_set(err, ERR_LIMIT, "%.*s: has %d signatures (limit lookaside_signatures)",
		       STR_FMT(dir), LIMIT_LOOKASIDE_SIGNATURES);
}
