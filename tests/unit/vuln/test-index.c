/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/index.h"

#include "base/limits.h"
#include "tests/unit/test.h"

static struct index_feed feeds[] = {
	{.id = {"kev", 3}, .date = {"2026-01-01", 10}, .n_records = 7, .title = {"KEV", 3}},
};
static struct index_shard shards[] = {
	{.name = {"debian-12", 9},
	 .file = {"shards/debian-12-0123456789abcdef.db", 36},
	 .digest = {"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 71},
	 .size = 4096,
	 .n_packages = 1,
	 .feeds = feeds,
	 .n_feeds = 1},
};
static const struct index sample = {
	.version = 5,
	.built = {"2026-01-01T00:00:00Z", 20},
	.feeds = feeds,
	.n_feeds = 1,
	.shards = shards,
	.n_shards = 1,
};

struct world {
	struct ed25519_key key;
	struct strbuf bytes;
	struct arena arena;
};

static void set_up(struct world *w)
{
	*w = (struct world){.bytes = STRBUF_INIT(LIMIT_JSON_BYTES)};
	arena_init(&w->arena, 64 << 20);
	assert_int_equal(ed25519_generate(&w->key, NULL), 0);
	assert_int_equal(index_write(&sample, &w->key, &w->bytes, NULL), 0);
}

static void tear_down(struct world *w)
{
	strbuf_done(&w->bytes);
	arena_done(&w->arena);
	ed25519_key_done(&w->key);
}

static void assert_sample(const struct index *index)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
	CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(65536);

	index_write_payload(index, &got);
	index_write_payload(&sample, &want);
	assert_str(strbuf_str(&got), strbuf_cstr(&want));
}

TEST(an_index_is_read_as_it_was_written)
{
	struct world w;
	struct index index;
	struct ed25519_key said;

	set_up(&w);
	assert_int_equal(index_read(strbuf_str(&w.bytes), &w.key, &w.arena, &index, NULL), 0);
	assert_sample(&index);
	assert_int_equal(index_peek_key(strbuf_str(&w.bytes), &said, NULL), 0);
	assert_true(ed25519_same(&said, &w.key));
	assert_non_null(index_shard_find(&index, STR("debian-12")));
	assert_null(index_shard_find(&index, STR("debian-13")));
	assert_non_null(index_feed_find(&index, STR("kev")));
	tear_down(&w);
}

/* White space and the spelling of JSON may change; what is signed may not. */
TEST(a_change_of_any_byte_is_refused_or_harmless)
{
	struct world w;
	size_t n_harmless = 0;

	set_up(&w);
	for (size_t i = 0; i < w.bytes.n; i++) {
		static const char flips[] = {1, 2, 0x10, 0x20, (char)0x80};

		for (size_t k = 0; k < sizeof flips; k++) {
			struct index index;
			struct err err = {0};

			w.bytes.p[i] ^= flips[k];
			if (index_read(strbuf_str(&w.bytes), &w.key, &w.arena, &index, &err) == 0) {
				assert_sample(&index);
				n_harmless++;
			} else {
				assert_has(err.msg, "index: ");
			}
			w.bytes.p[i] ^= flips[k];
			arena_reset(&w.arena);
		}
	}
	assert_true(n_harmless < w.bytes.n / 4);
	tear_down(&w);
}

TEST(an_index_cut_short_is_refused)
{
	struct world w;
	struct index index;

	set_up(&w);
	for (size_t n = 0; n + 2 < w.bytes.n; n++) /* without its last brace, at least */
		assert_true(index_read(str_sub(strbuf_str(&w.bytes), 0, n), &w.key, &w.arena,
				       &index, NULL) < 0);
	tear_down(&w);
}

TEST(another_key_is_refused)
{
	struct world w;
	struct ed25519_key other = {0};
	struct index index;
	struct err err = {0};

	set_up(&w);
	assert_int_equal(ed25519_generate(&other, NULL), 0);
	assert_int_equal(index_read(strbuf_str(&w.bytes), &other, &w.arena, &index, &err),
			 -ERR_DENIED);
	assert_string_equal(err.msg, "index: signed with another key than is trusted");
	tear_down(&w);
}

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(a_payload_leads_nowhere_else)
{
	static const struct {
		const char *shard, *words;
	} rows[] = {
		{"\"name\":\"npm\",\"file\":\"../../etc/passwd\",\"digest\":\"" DIGEST "\"",
		 "bad name or file"},
		{"\"name\":\"npm\",\"file\":\"shards/../x\",\"digest\":\"" DIGEST "\"",
		 "bad name or file"},
		{"\"name\":\"npm\",\"file\":\"/shards/x\",\"digest\":\"" DIGEST "\"",
		 "bad name or file"},
		{"\"name\":\"n/m\",\"file\":\"shards/x\",\"digest\":\"" DIGEST "\"",
		 "bad name or file"},
		{"\"name\":\"npm\",\"file\":\"shards/x\",\"digest\":\"md5:00\"",
		 "without a sha256 digest"},
		{"\"name\":\"npm\",\"file\":\"shards/x\"", "without a sha256 digest"},
	};
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];
		struct index index;
		struct err err = {0};

		(void)snprintf(text, sizeof text,
			       "{\"format\":1,\"version\":1,\"built\":\"x\",\"shards\":[{%s}]}",
			       rows[i].shard);
		assert_int_equal(index_parse_payload(str_of(text), &arena, &index, &err),
				 -ERR_FORMAT);
		assert_has(err.msg, rows[i].words);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(an_index_is_read_as_it_was_written),
		RUN(a_change_of_any_byte_is_refused_or_harmless),
		RUN(an_index_cut_short_is_refused),
		RUN(another_key_is_refused),
		RUN(a_payload_leads_nowhere_else),
	};

	return RUN_ALL(tests);
}
