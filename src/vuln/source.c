/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/source.h"

#include "base/limits.h"

int source_path(const struct source *s, const char *name, struct strbuf *ret, struct err *err)
{
	strbuf_reset(ret);
	strbuf_adds(ret, s->root);
	if (s->rest && s->rest[0])
		strbuf_addf(ret, "/%s", s->rest);
	if (name[0])
		strbuf_addf(ret, "/%s", name);
	return strbuf_check(ret, err);
}

int source_get(const struct source *s, struct download *d, struct str path, unsigned flags,
	       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf url = STRBUF_INIT(LIMIT_HTTP_URL_BYTES);
	int r = download_url(s->url, str_skip(path, strlen(s->root) + 1), &url, err);

	return r < 0 ? r : download_file(d, path, strbuf_cstr(&url), flags, err);
}

int source_file(const struct source *s, struct download *d, struct err *err)
{
	return download_file(d, str_of(s->root), s->url, 0, err);
}
