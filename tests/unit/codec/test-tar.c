/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_header_is_told_by_its_checksum),
		RUN(bytes_that_are_no_header_are_refused),
		RUN(a_break_names_the_entry_it_is_in),
	};

	return RUN_ALL(tests);
}
