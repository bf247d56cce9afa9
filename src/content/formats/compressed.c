/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One packed file: gzip, bzip2, xz, zstd. An archive in it is looked into as if it were not packed;
 * anything else is a part that is called like the file without its last suffix.
 */
#include "base/cleanup.h"
#include "base/path.h"
#include "codec/decompress.h"
#include "content/format.h"

#define GZIP_DEFLATE   8
#define GZIP_FLAGS     0x1f
#define BZIP2_BLOCK_AT 4
#define BZIP2_BLOCK    STR("1AY&SY")
#define BZIP2_END      STR("\x17\x72\x45\x38\x50\x90")
#define BZIP2_BYTES    ((size_t)4 << 20)
#define XZ_OWN_BYTES   ((size_t)128 << 10)
#define ZSTD_OWN_BYTES ((size_t)512 << 10)

/* A magic of two or three bytes is also the beginning of other things. */
static bool is_likely(enum compression kind, struct str head)
{
	struct str block = str_skip(head, BZIP2_BLOCK_AT);

	if (kind == COMPRESSION_GZIP)
		return head.n > 3 && head.p[2] == GZIP_DEFLATE && !(head.p[3] & ~GZIP_FLAGS);
	if (kind == COMPRESSION_BZIP2)
		return str_has_prefix(block, BZIP2_BLOCK) || str_has_prefix(block, BZIP2_END);
	return kind != COMPRESSION_NONE && kind != COMPRESSION_LZ4;
}

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return is_likely(compression_of(head), head);
}

/* "a/b.txt.gz" has "b.txt" inside, "a.tgz" has "a.tar". */
static struct str inner_name(struct str path, struct strbuf *sb)
{
	static const char *const suffixes[] = {".gz", ".xz", ".bz2", ".zst", ".lz4", ".z", ".Z"};
	struct str name = path_base(path);

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (str_has_suffix(name, str_of(suffixes[i])) && name.n > strlen(suffixes[i]))
			name.n -= strlen(suffixes[i]);
	strbuf_add(sb, name);
	return strbuf_str(sb);
}

/* Windows and dictionaries as far as the first bytes tell; a later one may not be larger. */
static int take_memory(struct source *s, enum compression kind, size_t *ret, struct err *err)
{
	size_t n = decompress_memory(kind, s->ahead);
	int r;

	if (kind == COMPRESSION_BZIP2)
		n = BZIP2_BYTES;
	if (kind == COMPRESSION_ZSTD)
		n += ZSTD_OWN_BYTES;
	if (kind == COMPRESSION_XZ)
		n += XZ_OWN_BYTES;
	r = source_take_memory(s, n, err);
	*ret = kind == COMPRESSION_ZSTD ? n - ZSTD_OWN_BYTES : n;
	return r < 0 ? err_wrap(err, r, "%s", compression_name(kind)) : 0;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT(2 * SOURCE_BYTES);
	CLEANUP(stream_closep) struct stream *plain = NULL;
	enum compression kind = compression_of(s->ahead);
	struct member m = {
		.container = compression_name(kind), .size = UINT64_MAX, .may_merge = true};
	size_t memory = 0;
	int r = take_memory(s, kind, &memory, err);

	(void)whole;
	if (r == 0)
		r = decompress_open_within(&s->stream, kind, memory ? memory : 1, &plain, err);
	if (r < 0)
		return r;
	m.name = inner_name(source_name(s), &name);
	m.in = plain;
	r = strbuf_check(&name, err);
	return r < 0 ? r : source_walk(s, &m);
}

const struct content_format content_format_compressed = {
	.id = "compressed",
	.is = is,
	.read = read,
};
