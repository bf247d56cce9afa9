/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/memory_stream.h"
#include "image/sources/archive.h"
#include "tests/unit/image/tar_builder.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Entries: "/" at the end makes a directory, "path -> target" a symlink, "path=content" a file. */
static void add_entry(struct strbuf *sb, const char *text)
{
	CLEANUP(freep) char *path = str_dup(str_of(text));
	struct str name, rest;

	if (str_has_suffix(str_of(text), STR("/")))
		return tar_add(sb, text, '5', NULL, STR_NULL);
	if (str_cut(str_of(text), '>', &name, &rest)) {
		path[name.n - 2] = '\0';
		return tar_add(sb, path, '2', rest.p + 1, STR_NULL);
	}
	if (str_cut(str_of(text), '=', &name, &rest)) {
		path[name.n] = '\0';
		return tar_add_file(sb, path, rest);
	}
	tar_add_file(sb, text, STR("x"));
}

static int kind_of(struct str bytes, size_t head_bytes, enum archive_form *ret, struct err *err)
{
	struct memory_stream in = memory_stream_make(bytes);
	struct head_stream *head = NULL;
	int r;

	in.most = 700;
	assert_int_equal(head_stream_new(&in.stream, head_bytes, &head, NULL), 0);
	r = archive_kind(head, ret, err);
	stream_close(head_stream_stream(head));
	return r;
}

static const struct {
	const char *entries[5];
	enum archive_form want;
} rows[] = {
	{{"manifest.json"}, ARCHIVE_ANY},
	{{"./manifest.json"}, ARCHIVE_ANY},
	{{"oci-layout"}, ARCHIVE_ANY},
	{{"index.json"}, ARCHIVE_ANY},
	{{"repositories"}, ARCHIVE_ANY},
	{{"blobs/"}, ARCHIVE_ANY},
	{{"blobs/sha256/" HEX}, ARCHIVE_ANY},
	{{HEX "/"}, ARCHIVE_ANY},
	{{HEX ".json"}, ARCHIVE_ANY},
	{{HEX ".tar"}, ARCHIVE_ANY},
	{{HEX ".tar.gz"}, ARCHIVE_ANY},
	{{"sha256:" HEX}, ARCHIVE_ANY},
	{{"0/layer.tar"}, ARCHIVE_ANY},
	{{"0/", "0/layer.tar"}, ARCHIVE_ANY},
	{{"./", "README", HEX "/json"}, ARCHIVE_ANY},
	{{"one.bin=\x1f\x8b\x08 packed"}, ARCHIVE_ANY},
	{{"config.json={}", "two.bin=\x28\xb5\x2f\xfd packed"}, ARCHIVE_ANY},
	{{"etc/os-release"}, ARCHIVE_ROOTFS},
	{{"./", "bin -> usr/bin", "manifest.json"}, ARCHIVE_ROOTFS},
	{{"usr/", "usr/bin/"}, ARCHIVE_ROOTFS},
	{{"app", "LICENSE"}, ARCHIVE_ROOTFS},
	{{HEX "0/"}, ARCHIVE_ROOTFS},
	{{"deadbeef.tar", "a/b"}, ARCHIVE_ROOTFS},
	{{"boot/initrd=\x1f\x8b\x08 packed"}, ARCHIVE_ROOTFS},
	{{NULL}, ARCHIVE_ROOTFS},
};

TEST(first_members_tell_an_image_from_a_root_file_system)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
		enum archive_form got = ARCHIVE_OCI;

		for (size_t k = 0; k < ARRAY_LEN(rows[i].entries) && rows[i].entries[k]; k++)
			add_entry(&sb, rows[i].entries[k]);
		tar_end(&sb);
		assert_int_equal(kind_of(strbuf_str(&sb), ARCHIVE_HEAD_BYTES, &got, NULL), 0);
		if (got != rows[i].want)
			fail_msg("row %zu (%s): got %d", i, rows[i].entries[0], (int)got);
	}
}

TEST(what_lies_beyond_the_head_does_not_decide)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	static char big[20000];
	enum archive_form got = ARCHIVE_OCI;

	tar_add_file(&sb, "README", str_make(big, sizeof big));
	tar_add_file(&sb, "manifest.json", STR("[]"));
	tar_end(&sb);
	assert_int_equal(kind_of(strbuf_str(&sb), 8192, &got, NULL), 0);
	assert_int_equal(got, ARCHIVE_ROOTFS);
	assert_int_equal(kind_of(strbuf_str(&sb), ARCHIVE_HEAD_BYTES, &got, NULL), 0);
	assert_int_equal(got, ARCHIVE_ANY);
}

TEST(a_break_behind_the_first_member_is_left_to_the_reader)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	enum archive_form got = ARCHIVE_OCI;

	tar_add_file(&sb, "README", STR("x"));
	strbuf_adds(&sb, "rubbish");
	assert_int_equal(kind_of(strbuf_str(&sb), ARCHIVE_HEAD_BYTES, &got, NULL), 0);
	assert_int_equal(got, ARCHIVE_ROOTFS);
}

TEST(what_is_no_archive_says_so)
{
	static const struct {
		const char *bytes;
		int want;
		const char *says;
	} bad[] = {
		{"", -ERR_FORMAT, "empty: no archive came"},
		{"words, and no tar", -ERR_FORMAT, "no archive: "},
		{"\x1f\x8b\x08 broken", -ERR_FORMAT, "no archive: gzip: "},
		{"\x04\x22\x4d\x18 lz4", -ERR_UNSUPPORTED, "lz4 compression is not read"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		enum archive_form got;
		struct err err = {0};

		assert_int_equal(kind_of(str_of(bad[i].bytes), ARCHIVE_HEAD_BYTES, &got, &err),
				 bad[i].want);
		assert_has(err.msg, bad[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(first_members_tell_an_image_from_a_root_file_system),
		RUN(what_lies_beyond_the_head_does_not_decide),
		RUN(a_break_behind_the_first_member_is_left_to_the_reader),
		RUN(what_is_no_archive_says_so),
	};

	return RUN_ALL(tests);
}
