/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/path.h"
#include "codec/json.h"
#include "codec/xml.h"
#include "crypto/digest.h"
#include "vuln/source.h"

#define LIST_BYTES 65536
#define READ_BYTES ((size_t)64 << 10)
#define ARCH	   "x86_64"

/* What repomd.xml says of the updateinfo. */
struct metadata {
	char href[512]; /* "repodata/updateinfo.xml.gz"; empty: there is none */
	char digest[DIGEST_TEXT_MAX];
	bool inside; /* <data type="updateinfo"> */
};

static int on_start(void *ctx, struct str path, const struct xml_element *e, struct err *err)
{
	struct metadata *m = ctx;
	struct str href = xml_attribute(e, "href");

	if (str_is(path, "repomd/data"))
		m->inside = str_is(xml_attribute(e, "type"), "updateinfo");
	if (!m->inside || !str_is(path, "repomd/data/location"))
		return 0;
	if (!download_path_is_plain(href) || href.n >= sizeof m->href)
		return err_set(err, ERR_FORMAT, "\"%.*s\" is no place in the repository",
			       STR_FMT(str_sub(href, 0, 100)));
	(void)snprintf(m->href, sizeof m->href, "%.*s", STR_FMT(href)); /* fits */
	return 0;
}

static int on_end(void *ctx, struct str path, struct str text, struct err *err)
{
	struct metadata *m = ctx;

	(void)err;
	if (m->inside && str_is(path, "repomd/data/checksum") && text.n == 64)
		(void)snprintf(m->digest, sizeof m->digest, "sha256:%.*s",
			       STR_FMT(text)); /* fits */
	return 0;
}

/* The repository whose folder in the mirror is `dir`. */
static int read_metadata(struct download *d, struct str repomd, struct metadata *m, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_XML_BYTES);
	CLEANUP(fd_closep) int fd = download_open(d, repomd);
	int r = fd < 0 ? err_set(err, ERR_IO, "it is gone") : fd_read_all(fd, &sb, err);

	*m = (struct metadata){0};
	if (r == 0)
		r = xml_parse(strbuf_str(&sb), &(struct xml_handler){m, on_start, on_end}, err);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(repomd)) : 0;
}

static int digest_file(struct download *d, struct str path, struct digest_value *ret,
		       struct err *err)
{
	CLEANUP(digest_done) struct digest digest = {0};
	CLEANUP(freep) char *block = malloc(READ_BYTES);
	CLEANUP(fd_closep) int fd = download_open(d, path);
	ssize_t n = block ? digest_init(&digest, DIGEST_SHA256, err) : err_nomem(err);

	if (n == 0 && fd < 0)
		n = err_set(err, ERR_IO, "%.*s: it is gone", STR_FMT(path));
	if (n < 0)
		return (int)n;
	while ((n = fd_read_full(fd, block, READ_BYTES, err)) > 0)
		digest_update(&digest, str_make(block, (size_t)n));
	digest_final(&digest, ret);
	return (int)n;
}

/* Another file than the repository means, half written there for example, must not stay. */
static int verify(struct download *d, struct str path, const char *digest, struct err *err)
{
	struct digest_value want, got;
	char text[DIGEST_TEXT_MAX];
	int r;

	if (!digest[0] || digest_parse(str_of(digest), &want, NULL) < 0)
		return 0; /* an older kind of digest: TLS has to do */
	r = digest_file(d, path, &got, err);
	if (r < 0 || digest_eq(&want, &got))
		return r;
	download_remove(d, path);
	return err_set(err, ERR_DENIED, "%.*s: has digest %.*s, its repomd.xml says %s",
		       STR_FMT(path), STR_FMT(digest_format(&got, text)), digest);
}

/* Puts the file in the place of the one that the list led to before. */
static int replace(struct download *d, struct str list, struct str file, struct err *err)
{
	struct str old = mirror_state_get(&d->state, list).newest;

	if (str_eq(old, file))
		return 0;
	if (old.n)
		download_remove(d, old);
	return mirror_state_set_newest(&d->state, list, file, err);
}

static int fetch_updates(const struct source *s, struct download *d, struct str dir,
			 struct str repomd, const struct metadata *m, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	int r, r2;

	strbuf_addf(&path, "%.*s/%s", STR_FMT(dir), m->href);
	r = strbuf_check(&path, err);
	if (r == 0)
		r = source_get(s, d, strbuf_str(&path), 0, err);
	if (r >= 0) {
		r2 = verify(d, strbuf_str(&path), m->digest, err);
		r = r2 < 0 ? r2 : r;
	}
	if (r < 0)
		return r == -ERR_NOT_FOUND ? err_set(err, ERR_IO,
						     "%.*s: named by repomd.xml, but "
						     "is not served",
						     STR_FMT(strbuf_str(&path)))
					   : r;
	r2 = replace(d, repomd, strbuf_str(&path), err);
	return r2 < 0 ? r2 : r;
}

/* `dir` of the mirror is the repository. */
static int fetch_repository(const struct source *s, struct download *d, struct str dir,
			    bool may_lack, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf repomd = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	struct metadata m;
	int r, got = 0;

	strbuf_addf(&repomd, "%.*s/repodata/repomd.xml", STR_FMT(dir));
	r = strbuf_check(&repomd, err);
	if (r == 0)
		r = got = source_get(s, d, strbuf_str(&repomd), 0, err);
	if (r >= 0)
		r = read_metadata(d, strbuf_str(&repomd), &m, err);
	if (r < 0)
		return r;
	if (!m.href[0])
		return may_lack ? got
				: err_set(err, ERR_FORMAT, "%.*s: names no updateinfo",
					  STR_FMT(strbuf_str(&repomd)));
	r = fetch_updates(s, d, dir, strbuf_str(&repomd), &m, err);
	return r < 0 ? r : got || r;
}

int source_repository(const struct source *s, struct download *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf dir = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	int r = source_path(s, "", &dir, err);

	return r < 0 ? r : fetch_repository(s, d, strbuf_str(&dir), false, err);
}

/* ---- Amazon Linux: a list says where the repository is today ---- */

/* The part of an address behind the publisher's root, or behind that of the mirror it comes from.
 */
static bool behind_root(const struct source *s, const struct download *d, struct str line,
			struct str *ret)
{
	CLEANUP(strbuf_done) struct strbuf own = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	struct str rest = str_trim(line);

	while (rest.n && rest.p[rest.n - 1] == '/')
		rest.n--;
	if (d->options.from && download_url(d->options.from, str_of(s->root), &own, NULL) < 0)
		return false;
	if (!str_pull_prefix(&rest, str_of(s->url)) &&
	    !(own.n && str_pull_prefix(&rest, strbuf_str(&own))))
		return false;
	*ret = rest;
	return str_pull_prefix(ret, STR("/"));
}

/* ".../2/core/2.0/$basearch/221a4af0": the folder of the mirror that it is. */
static int read_mirror_list(const struct source *s, struct download *d, struct str list,
			    struct strbuf *dir, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIST_BYTES);
	CLEANUP(fd_closep) int fd = download_open(d, list);
	struct str rest, line, place;
	size_t at;

	if (fd < 0 || fd_read_all(fd, &sb, NULL) < 0)
		return err_set(err, ERR_FORMAT, "%.*s: no list of mirrors", STR_FMT(list));
	rest = strbuf_str(&sb);
	while (str_pull_line(&rest, &line)) {
		if (!behind_root(s, d, line, &place))
			continue;
		at = str_find(place, STR("$basearch"));
		strbuf_addf(dir, "%s/%.*s", s->root, STR_FMT(str_sub(place, 0, at)));
		if (at < place.n)
			strbuf_addf(dir, ARCH "%.*s", STR_FMT(str_skip(place, at + 9)));
		if (strbuf_check(dir, NULL) == 0 && download_path_is_plain(strbuf_str(dir)))
			return 0;
		return err_set(err, ERR_FORMAT, "%.*s: \"%.*s\" is no place below %s",
			       STR_FMT(list), STR_FMT(str_sub(line, 0, 100)), s->url);
	}
	return err_set(err, ERR_FORMAT, "%.*s: no address below %s", STR_FMT(list), s->url);
}

/* The repository has moved: what lies in the old place is what the new one has, but older. */
static int drop_moved(struct download *d, struct str list, struct str dir, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf repomd = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	struct str old = mirror_state_get(&d->state, list).newest, file;

	if (str_eq(old, dir))
		return 0;
	strbuf_addf(&repomd, "%.*s/repodata/repomd.xml", STR_FMT(old));
	if (old.n && strbuf_check(&repomd, NULL) == 0) {
		file = mirror_state_get(&d->state, strbuf_str(&repomd)).newest;
		if (file.n)
			download_remove(d, file);
		download_remove(d, strbuf_str(&repomd));
	}
	return mirror_state_set_newest(&d->state, list, dir, err);
}

/* `rest` of the mirror's root holds a mirror.list. */
static int fetch_listed(const struct source *s, struct download *d, const char *rest, bool may_lack,
			struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf list = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	CLEANUP(strbuf_done) struct strbuf dir = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	int r, r2, got = 0;

	strbuf_addf(&list, "%s/%s/mirror.list", s->root, rest);
	r = strbuf_check(&list, err);
	if (r == 0)
		r = got = source_get(s, d, strbuf_str(&list), 0, err);
	if (r >= 0)
		r = read_mirror_list(s, d, strbuf_str(&list), &dir, err);
	if (r == 0)
		r = fetch_repository(s, d, strbuf_str(&dir), may_lack, err);
	if (r < 0)
		return r;
	r2 = drop_moved(d, strbuf_str(&list), strbuf_str(&dir), err);
	return r2 < 0 ? r2 : got || r;
}

int source_mirror_list(const struct source *s, struct download *d, struct err *err)
{
	return fetch_listed(s, d, s->rest, false, err);
}

/* ---- the extras of Amazon Linux 2: a catalog of such lists ---- */

static int read_catalog(struct download *d, struct str path, struct json **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(fd_closep) int fd = download_open(d, path);
	int r = fd < 0 ? err_set(err, ERR_IO, "it is gone") : fd_read_all(fd, &sb, err);

	if (r == 0)
		r = json_parse(strbuf_str(&sb), ret, err);
	if (r == 0 && json_kind_of(json_get(*ret, "topics")) != JSON_KIND_LIST)
		r = err_set(err, ERR_FORMAT, "no list \"topics\"");
	if (r == 0 && json_len(json_get(*ret, "topics")) > LIMIT_FEED_REPOSITORIES)
		r = err_set(err, ERR_LIMIT, "more topics than feed_repositories (%d)",
			    LIMIT_FEED_REPOSITORIES);
	return r < 0 ? err_wrap(err, r, "%.*s", STR_FMT(path)) : 0;
}

static int fetch_topic(const struct source *s, struct download *d, struct str dir,
		       const struct json *topic, struct err *err)
{
	struct str name = json_get_str(topic, "n");
	char rest[512];

	if (name.n > 100 || !download_path_is_plain(name) || str_find_char(name, '/') < name.n)
		return err_set(err, ERR_FORMAT, "topic \"%.*s\" is no name of a repository",
			       STR_FMT(str_sub(name, 0, 100)));
	(void)snprintf(rest, sizeof rest, "%.*s/extras/%.*s/latest/" ARCH, STR_FMT(dir),
		       STR_FMT(name)); /* fits */
	return fetch_listed(s, d, rest, true, err);
}

int source_extras(const struct source *s, struct download *d, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf path = STRBUF_INIT(DOWNLOAD_PATH_MAX);
	CLEANUP(json_freep) struct json *catalog = NULL;
	struct str dir = path_dir(str_of(s->rest));
	const struct json *topics;
	struct err first = {0};
	int r = source_path(s, "", &path, err), any = 0;

	if (r == 0)
		r = any = source_get(s, d, strbuf_str(&path), 0, err);
	if (r >= 0)
		r = read_catalog(d, strbuf_str(&path), &catalog, err);
	if (r < 0)
		return r;
	topics = json_get(catalog, "topics");
	for (size_t i = 0; i < json_len(topics); i++) {
		struct err why = {0};

		r = fetch_topic(s, d, dir, json_at(topics, i), &why);
		any = any || r > 0;
		if (r == -ERR_NOT_FOUND) /* of another architecture alone */
			log_debug("update: %s", why.msg);
		else if (r < 0 && first.code == ERR_OK)
			first = why;
	}
	if (first.code == ERR_OK)
		return any;
	if (err)
		*err = first;
	return -(int)first.code;
}
