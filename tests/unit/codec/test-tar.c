/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/fd.h"
#include "codec/tar.h"
#include "tests/unit/image/tar_builder.h"

static int give_once(void *context, struct str *ret, struct err *err)
{
	struct str *left = context;

	(void)err;
	*ret = *left;
	*left = STR_NULL;
	return ret->n > 0;
}

TEST(a_header_is_told_by_its_checksum)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	unsigned magic_sum = 'u' + 's' + 't' + 'a' + 'r' + '0' + '0', sum;
	struct str head;

	tar_add_file(&sb, "a", STR("x"));
	head = strbuf_str(&sb);
	assert_true(tar_is_header(head));
	assert_false(tar_is_header(str_sub(head, 0, TAR_HEADER_BYTES - 1)));
	memset(sb.p + 257, 0, 8); /* as tar of Unix version 7 wrote it: no magic */
	assert_false(tar_is_header(head));
	sum = (unsigned)strtoul(sb.p + 148, NULL, 8) - magic_sum;
	(void)snprintf(sb.p + 148, 8, "%06o", sum);
	assert_true(tar_is_header(head));
}

TEST(bytes_that_are_no_header_are_refused)
{
	char zeros[TAR_HEADER_BYTES] = {0}, words[TAR_HEADER_BYTES];

	memset(words, 'a', sizeof words);
	assert_false(tar_is_header(str_make(zeros, sizeof zeros)));
	assert_false(tar_is_header(str_make(words, sizeof words)));
	assert_false(tar_is_header(STR_NULL));
}

TEST(a_break_names_the_entry_it_is_in)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	struct tar_entry e;
	struct tar *tar = NULL;
	struct str piece, left;
	struct err err = {0};
	uint64_t at;
	int r;

	tar_add_file(&sb, "a", STR("x"));
	tar_add_file(&sb, "b", STR("yz"));
	left = str_sub(strbuf_str(&sb), 0, 3 * TAR_BLOCK + 1);
	assert_int_equal(tar_open(give_once, &left, &tar, NULL), 0);
	assert_int_equal(tar_next(tar, &e, &err), 1);
	assert_int_equal(tar_next(tar, &e, &err), 1);
	while ((r = tar_data(tar, &piece, &at, &err)) > 0)
		;
	assert_int_equal(r, -ERR_FORMAT);
	assert_has(err.msg, "entry 2: ");
	tar_close(tar);
}

/* Entries of an archive of tests/fixtures/fuzz/layer, told to check(). */
static void read_fixture(const char *name,
			 void (*check)(struct tar *tar, const struct tar_entry *e))
{
	const char *base = getenv("PLIMSOLL_FIXTURES");
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(1 << 20);
	char path[4096];
	struct tar *tar = NULL;
	struct tar_entry e;
	struct str left;
	struct err err = {0};
	int r;

	(void)snprintf(path, sizeof path, "%s/fuzz/layer/%s", base ? base : "tests/fixtures", name);
	if (file_read(path, &bytes, &err) < 0)
		fail_msg("%s", err.msg);
	left = strbuf_str(&bytes);
	assert_int_equal(tar_open(give_once, &left, &tar, NULL), 0);
	while ((r = tar_next(tar, &e, &err)) > 0) {
		assert_null(e.warning);
		check(tar, &e);
	}
	assert_int_equal(r, 0);
	tar_close(tar);
}

/* A file of 200,000 bytes, of which a few stand behind 64 KiB of nothing. */
static void check_sparse(struct tar *tar, const struct tar_entry *e)
{
	struct str piece;
	uint64_t at, first = UINT64_MAX, n = 0;

	assert_str(e->path, "var/lib/dpkg/status");
	assert_int_equal(e->size, 200000);
	assert_false(tar_data_at(tar, &at));
	while (tar_data(tar, &piece, &at, NULL) > 0) {
		if (piece.n && first == UINT64_MAX)
			first = at;
		n += piece.n;
	}
	assert_int_equal(first, 65536);
	assert_true(n > 0 && n < 10000);
}

TEST(sparse_files_have_their_size_and_their_bytes_at_the_right_place)
{
	read_fixture("sparse-gnu.tar", check_sparse);
	read_fixture("sparse-posix.tar", check_sparse);
}

static void check_long(struct tar *tar, const struct tar_entry *e)
{
	static unsigned n_long; /* of the process */

	(void)tar;
	n_long += e->path.n > 100;
	if (str_is(e->path, "app/node_modules/left-pad/package.json"))
		assert_int_equal(n_long, 1);
}

TEST(gnu_long_names_are_whole)
{
	read_fixture("long-names.tar", check_long);
}

static const struct {
	const char *records;
	const char *path, *warns, *says; /* of the entry; of the error */
} headers[] = {
	{"12 path=b/c\n", "b/c", NULL, NULL},
	{"99 path=b/c\n", "a", "pax", NULL},
	{"11 size=-5\n", NULL, NULL, "negative"},
	{"29 size=99999999999999999999\n", NULL, NULL, "overflow"},
};

TEST(pax_headers_replace_warn_or_refuse)
{
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 16);
		struct tar *tar = NULL;
		struct tar_entry e;
		struct str left;
		struct err err = {0};
		int r;

		tar_add(&sb, "pax", 'x', NULL, str_of(headers[i].records));
		tar_add_file(&sb, "a", STR(""));
		tar_end(&sb);
		left = strbuf_str(&sb);
		r = tar_open(give_once, &left, &tar, &err);
		if (r == 0)
			r = tar_next(tar, &e, &err);
		if (headers[i].says) {
			assert_int_equal(r, -ERR_FORMAT);
			assert_has(err.msg, headers[i].says);
		} else {
			assert_int_equal(r, 1);
			assert_str(e.path, headers[i].path);
			assert_int_equal(!e.warning, !headers[i].warns);
			if (headers[i].warns)
				assert_has(e.warning, headers[i].warns);
		}
		tar_close(tar);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_header_is_told_by_its_checksum),
		RUN(bytes_that_are_no_header_are_refused),
		RUN(sparse_files_have_their_size_and_their_bytes_at_the_right_place),
		RUN(gnu_long_names_are_whole),
		RUN(pax_headers_replace_warn_or_refuse),
		RUN(a_break_names_the_entry_it_is_in),
	};

	return RUN_ALL(tests);
}
