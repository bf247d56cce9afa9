/* SPDX-License-Identifier: Apache-2.0 */
/* What is found does not depend on how a text is cut into pieces and blocks. */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "secret/secret_stream.h"

#define TOKEN "tok_8f3k29dq7x"
#define PACK                                                                                       \
	"secrets: t\nrules:\n"                                                                     \
	"  - {id: a, title: A, severity: high, pattern: 'tok_[0-9a-z]{10}'}\n"                     \
	"  - {id: b, title: B, severity: high, pattern: 'bin_[0-9a-z]{10}', binary: on}\n"         \
	"  - {id: p, title: P, severity: high, names: [password], pattern: '.{6,40}', "            \
	"context: password}\n"

struct fixture {
	struct secret_set *set;
	struct fingerprint_key key;
	struct secret_reader *reader;
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){0};
	assert_int_equal(secret_set_new(&f->set, NULL), 0);
	assert_int_equal(secret_set_add_pack(f->set, STR(PACK), STR("t"), NULL), 0);
	assert_int_equal(secret_set_compile(f->set, NULL), 0);
	assert_true(secret_set(&f->key.bytes, STR("0123456789abcdef")));
	assert_int_equal(secret_reader_new(f->set, &f->key, &f->reader, NULL), 0);
}

static void end(struct fixture *f)
{
	secret_reader_free(f->reader);
	fingerprint_key_done(&f->key);
	secret_set_free(f->set);
}

static struct secret_finds read_in(struct fixture *f, struct str text, size_t step,
				   enum content_form form, bool is_size_known)
{
	const struct content_part part = {.form = form,
					  .size = is_size_known ? text.n : UINT64_MAX};
	struct secret_stream *s;
	struct secret_finds finds;

	assert_int_equal(secret_stream_begin(f->reader, &part, &s, NULL), 0);
	for (size_t at = 0; at < text.n; at += step)
		assert_int_equal(secret_stream_data(s, str_sub(text, at, step), NULL), 0);
	assert_int_equal(secret_stream_end(s, &finds, NULL), 0);
	return finds;
}

TEST(a_find_says_where_and_nothing_of_the_value)
{
	static const char text[] = "one\ntwo " TOKEN " x\nthree " TOKEN "\n";
	struct fixture f;
	struct secret_finds finds;

	begin(&f);
	finds = read_in(&f, STR(text), sizeof text, CONTENT_PLAIN, true);
	assert_int_equal(finds.n, 1);
	assert_int_equal(finds.p[0].line, 2);
	assert_int_equal(finds.p[0].column, 5);
	assert_int_equal(finds.p[0].offset, 8);
	assert_int_equal(finds.p[0].n_places, 2);
	assert_string_equal(finds.p[0].redacted, "********");
	assert_int_equal(strlen(finds.p[0].fingerprint), 16);
	end(&f);
}

/* Each place round the borders of blocks, in pieces of several sizes. */
TEST(borders_of_blocks_hide_nothing_and_double_nothing)
{
	const size_t n = 2 * SECRET_BLOCK + 100;
	const size_t borders[] = {SECRET_BLOCK - 2 * SECRET_OVERLAP, SECRET_BLOCK - SECRET_OVERLAP,
				  SECRET_BLOCK, n - SECRET_BLOCK / 2};
	const size_t steps[] = {64 << 10, SECRET_BLOCK + 1, n};
	CLEANUP(freep) char *text = malloc(n);
	struct fixture f;

	assert_non_null(text);
	begin(&f);
	for (size_t b = 0; b < ARRAY_LEN(borders); b++)
		for (int shift = -16; shift <= 2; shift += 3) {
			size_t at = borders[b] + (size_t)shift;
			struct secret_finds finds;

			memset(text, '\n', n);
			memcpy(text + at, TOKEN, strlen(TOKEN));
			finds = read_in(&f, str_make(text, n), steps[b % ARRAY_LEN(steps)],
					CONTENT_PLAIN, b % 2);
			assert_int_equal(finds.n, 1);
			assert_int_equal(finds.p[0].offset, at);
			assert_int_equal(finds.p[0].line, at + 1);
			assert_int_equal(finds.p[0].n_places, 1);
		}
	end(&f);
}

TEST(binary_data_is_asked_for_what_says_itself_what_it_is)
{
	char text[] = "password=h7Fq2mZp0x\n" TOKEN "\n\1\2\3\4\5\6\1\2\3\4\5\6";
	struct fixture f;

	begin(&f);
	assert_int_equal(read_in(&f, STR(text), sizeof text, CONTENT_PLAIN, true).n, 1);
	text[32] = text[33] = '\0';
	assert_int_equal(
		read_in(&f, STR("password=h7Fq2mZp0x\n" TOKEN "\n"), 7, CONTENT_PLAIN, false).n, 2);
	assert_int_equal(
		read_in(&f, STR("password=h7Fq2mZp0x\n" TOKEN "\n"), 7, CONTENT_PACKED, false).n,
		1);
	end(&f);
}

TEST(a_key_is_told_unless_it_holds_a_secret)
{
	struct fixture f;
	struct secret_finds finds;

	begin(&f);
	finds = read_in(&f, STR("db.password = h7Fq2mZp0x\n"), 9, CONTENT_PLAIN, false);
	assert_int_equal(finds.n, 1);
	assert_string_equal(finds.p[0].key, "db.password");
	finds = read_in(&f, STR(TOKEN ".password = h7Fq2mZp0x\n"), 99, CONTENT_PLAIN, false);
	assert_int_equal(finds.n, 2);
	assert_string_equal(finds.p[0].key, "");
	assert_string_equal(finds.p[1].key, "");
	end(&f);
}

TEST(more_secrets_than_the_limit_are_told_as_cut)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SECRET_BLOCK);
	struct fixture f;
	struct secret_finds finds;

	begin(&f);
	for (int i = 0; i < LIMIT_SECRET_FINDS + 5; i++)
		strbuf_addf(&text, "tok_8f3k%06d\n", i * 7919 % 999983);
	finds = read_in(&f, strbuf_str(&text), text.n, CONTENT_PLAIN, true);
	assert_true(finds.is_cut);
	assert_int_equal(finds.n, LIMIT_SECRET_FINDS);
	end(&f);
}

TEST(parts_within_parts_have_streams_of_their_own)
{
	const struct content_part outer = {
		.path = STR("a.tar"), .form = CONTENT_PACKED, .size = UINT64_MAX};
	struct secret_stream *a, *b;
	struct secret_finds finds;
	struct fixture f;

	begin(&f);
	assert_int_equal(secret_stream_begin(f.reader, &outer, &a, NULL), 0);
	assert_int_equal(secret_stream_data(a, STR("tok_8f3"), NULL), 0);
	assert_int_equal(secret_stream_begin(f.reader, &outer, &b, NULL), 0);
	assert_int_equal(secret_stream_data(b, STR("tok_1a2b3c4d5e"), NULL), 0);
	assert_int_equal(secret_stream_data(a, STR("k29dq7x"), NULL), 0);
	assert_int_equal(secret_stream_end(b, &finds, NULL), 0);
	assert_int_equal(finds.n, 1);
	assert_int_equal(secret_stream_end(a, &finds, NULL), 0);
	assert_int_equal(finds.n, 1);
	end(&f);
}

TEST(one_line_of_ten_megabytes_is_read_to_its_end)
{
	enum { N = 10 << 20 };
	static const size_t at[] = {0, N / 3, N / 2 - 7, N - sizeof TOKEN};
	char *text = malloc(N);
	struct fixture f;
	struct secret_finds finds;

	assert_non_null(text);
	for (size_t i = 0; i < N; i++)
		text[i] = "lorem ipsum;"[i % 12];
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		memcpy(text + at[i], " " TOKEN, sizeof TOKEN);
		text[at[i] + sizeof TOKEN - 1] = "abcd"[i]; /* each another value */
		if (at[i] + sizeof TOKEN < N)
			text[at[i] + sizeof TOKEN] = ' ';
	}
	begin(&f);
	finds = read_in(&f, str_make(text, N), 65536, CONTENT_PLAIN, true);
	assert_int_equal(finds.n, ARRAY_LEN(at));
	for (size_t i = 0; i < finds.n; i++) {
		assert_int_equal(finds.p[i].line, 1);
		assert_int_equal(finds.p[i].offset, at[i] + 1);
	}
	free(text);
	end(&f);
}

TEST(a_secret_between_noise_is_found_and_noise_is_none)
{
	enum { N = 4 << 20, AT = N / 2 };
	char *noise = malloc(N);
	uint64_t z = 1;
	struct fixture f;
	struct secret_finds finds;

	assert_non_null(noise);
	for (size_t i = 0; i < N; i++) {
		z = z * 6364136223846793005u + 1442695040888963407u;
		noise[i] = (char)(z >> 56);
	}
	begin(&f);
	finds = read_in(&f, str_make(noise, N), 4096, CONTENT_PLAIN, true);
	assert_int_equal(finds.n, 0);
	memcpy(noise + AT, " bin_8f3k29dq7x ", 16);
	finds = read_in(&f, str_make(noise, N), 4096, CONTENT_PLAIN, true);
	assert_int_equal(finds.n, 1);
	assert_int_equal(finds.p[0].offset, AT + 1);
	free(noise);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_find_says_where_and_nothing_of_the_value),
		RUN(borders_of_blocks_hide_nothing_and_double_nothing),
		RUN(binary_data_is_asked_for_what_says_itself_what_it_is),
		RUN(a_key_is_told_unless_it_holds_a_secret),
		RUN(more_secrets_than_the_limit_are_told_as_cut),
		RUN(parts_within_parts_have_streams_of_their_own),
		RUN(one_line_of_ten_megabytes_is_read_to_its_end),
		RUN(a_secret_between_noise_is_found_and_noise_is_none),
	};

	return RUN_ALL(tests);
}
