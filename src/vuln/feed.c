/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/feed.h"

#include "base/limits.h"
#include "base/path.h"

#define PATTERN_MAX 256
#define READ_BYTES  ((size_t)16 << 10)

#define FEED(name)  extern const struct feed feed_##name;
#include "vuln/feeds/feed_list.def"
#undef FEED

const struct feed *const feeds[] = {
#define FEED(name) &feed_##name,
#include "vuln/feeds/feed_list.def"
#undef FEED
	NULL,
};

const struct feed *feed_find(struct str id)
{
	for (size_t i = 0; feeds[i]; i++)
		if (str_is(id, feeds[i]->id))
			return feeds[i];
	return NULL;
}

/* Folders in which projects keep samples, edited and broken ones among them. */
static bool is_test_material(struct str path)
{
	struct str part;

	while (str_pull_until(&path, '/', &part))
		if (str_is(part, "testdata") || str_is(part, "test-fixtures") ||
		    str_is(part, "format-samples"))
			return true;
	return false;
}

const struct feed *feed_for(struct str path)
{
	if (is_test_material(path))
		return NULL;
	for (size_t i = 0; feeds[i]; i++)
		if (feeds[i]->claims(path))
			return feeds[i];
	return NULL;
}

bool feed_path_is(struct str path, const char *pattern)
{
	char anywhere[PATTERN_MAX];
	int n = snprintf(anywhere, sizeof anywhere, "**/%s", pattern);

	return n > 0 && (size_t)n < sizeof anywhere && path_match(str_of(anywhere), path);
}

int feed_read_all(const struct feed_file *file, struct strbuf *sb, struct err *err)
{
	char chunk[READ_BYTES];
	ssize_t n = stream_read(file->stream, chunk, sizeof chunk, err);

	while (n > 0) {
		strbuf_add_bytes(sb, chunk, (size_t)n);
		if (strbuf_check(sb, NULL) == -ERR_LIMIT)
			return err_set(err, ERR_LIMIT, "larger than %zu bytes (%s)", sb->max,
				       sb->max == LIMIT_JSON_BYTES ? "json_bytes"
								   : "feed_document_bytes");
		if (strbuf_check(sb, err) < 0)
			return -ERR_NOMEM;
		n = stream_read(file->stream, chunk, sizeof chunk, err);
	}
	return (int)n;
}

int feed_read_json(const struct feed_file *file, struct json **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	int r = feed_read_all(file, &sb, err);

	return r < 0 ? r : json_parse(strbuf_str(&sb), ret, err);
}
