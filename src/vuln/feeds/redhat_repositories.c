/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which products a repository of Red Hat's belongs to: content sets of an image to CPEs of VEX.
 *
 *     {"data": {"rhel-9-for-x86_64-appstream-rpms": {"cpes": ["cpe:/a:redhat:enterprise_linux:9",
 *         "cpe:/a:redhat:enterprise_linux:9::appstream"], "repo_relative_urls":
 * ["content/dist/.."]}}}
 *
 * Each becomes a fact "repository:NAME", its CPEs behind "cpe:/a:redhat:", divided by spaces.
 */
#include "base/limits.h"
#include "codec/json_stream.h"
#include "vuln/feeds/shape.h"

#define CPES_BYTES ((size_t)65536)

static const struct shape_field shape[] = {
	{"", SHAPE_MAP},
	{"cpes", SHAPE_LIST},
	{"cpes[]", SHAPE_TEXT},
};

static bool claims(struct str path)
{
	return feed_path_is(path, "repository-to-cpe.json");
}

static void add_cpes(const struct json *repository, struct strbuf *sb)
{
	const struct json *cpes = json_get(repository, "cpes");

	for (size_t i = 0; i < json_len(cpes); i++) {
		struct str cpe = json_str(json_at(cpes, i));

		if (!str_pull_prefix(&cpe, STR("cpe:/a:redhat:")) &&
		    !str_pull_prefix(&cpe, STR("cpe:/o:redhat:")))
			continue;
		if (sb->n)
			strbuf_addc(sb, ' ');
		strbuf_add(sb, cpe);
	}
}

static int read_repository(struct json_stream *s, struct str name, const struct feed_sink *sink,
			   struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf key = STRBUF_INIT(1024);
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT(CPES_BYTES);
	CLEANUP(json_freep) struct json *repository = NULL;
	struct err why = {0};
	int r;

	strbuf_addf(&key, "repository:%.*s", STR_FMT(name));
	r = json_stream_value(s, &repository, &why);
	if (r < 0 && json_stream_is_broken(s)) {
		if (err)
			*err = why;
		return r;
	}
	if (r == 0)
		r = shape_check(repository, shape, ARRAY_LEN(shape), &why);
	if (r == 0 && json_kind_of(json_get(repository, "cpes")) != JSON_KIND_LIST)
		r = err_set(&why, ERR_FORMAT, "no list \"cpes\"");
	add_cpes(repository, &value);
	if (r == 0 && (strbuf_check(&key, &why) < 0 || strbuf_check(&value, &why) < 0))
		r = -(int)why.code;
	if (r < 0) {
		sink->problem(sink->context, strbuf_str(&key), &why);
		return 0;
	}
	return sink->fact(sink->context, strbuf_str(&key), strbuf_str(&value), err);
}

static int read_data(struct json_stream *s, const struct feed_sink *sink, struct err *err)
{
	struct str name;
	int r = draft_enter(s, JSON_KIND_MAP, "\"data\"", err);

	while (r == 0 && (r = json_stream_next(s, &name, err)) > 0)
		r = read_repository(s, name, sink, err);
	return r;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(json_stream_freep) struct json_stream *s = NULL;
	bool seen = false;
	struct str key;
	int r = json_stream_open(file->stream, &s, err);

	if (r == 0)
		r = json_stream_enter(s, err);
	while (r == 0 && (r = json_stream_next(s, &key, err)) > 0) {
		seen = seen || str_is(key, "data");
		r = str_is(key, "data") ? read_data(s, sink, err) : 0;
	}
	if (r == 0)
		r = json_stream_end(s, err);
	return r == 0 && !seen ? err_set(err, ERR_FORMAT, "no map \"data\"") : r;
}

const struct feed feed_redhat_repositories = {
	.id = "redhat-repositories",
	.title = "Red Hat's repositories and their products",
	.licence = "CC-BY-4.0",
	.url = "https://security.access.redhat.com/data/meta/v1/repository-to-cpe.json",
	.claims = claims,
	.read = read,
};
