/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/content/diary.h"

#include <stdio.h>
#include <zlib.h>

#include "base/fd.h"
#include "base/limits.h"

static void load(const char *name, struct strbuf *sb)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/fuzz/%s", getenv("PLIMSOLL_FIXTURES"), name);
	sb->max = 1 << 20;
	assert_int_equal(file_read(path, sb, NULL), 0);
}

/* What is in each fixture, however its bytes come. */
TEST(formats_show_what_is_inside)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{"content/tar.gz", "[f #[f!/etc/env KEY=one][f!/b/c two]]"},
		{"content/members.gz", "[f #[f!/f first second]]"},
		{"content/text.bz2", "[f #[f!/f in bzip2]]"},
		{"content/text.xz", "[f #[f!/f in xz]]"},
		{"content/text.zst", "[f #[f!/f in zstd]]"},
		{"content/zip", "[f #[f!/a/b.txt alpha alpha alpha alpha alpha ][f!/c gamma]]"},
		{"content/zip64.zip", "[f #[f!/big sixty-four]]"},
		{"content/stream.zip", "[f #[f!/a alpha alpha alpha alpha alpha ][f!/b beta]]"},
		{"content/methods.zip", "[f #[f!/a alpha alpha alpha alpha alpha ]]"},
		{"content/nested.zip", "[f #[f!/x.tar.gz #[f!/x.tar.gz!/deep down]]]"},
		{"content/app.pyz", "[f #[f!/__main__.py print(1)]]"},
		{"content/hidden.zip", "[f #[f!/shown seen][f!/hidden not listed]]"},
		{"content/lzma.zip", "[f #!f!/a: zip: packed by method 14, which is not read!]"},
		{"content/encrypted.zip", "[f #!f!/locked: zip: encrypted![f!/open free]]"},
		{"content/crc.zip", "[f #[f!/bad bhecksum!f!/bad: zip: data does not match its "
				    "checksum!...]"},
		{"content/nodir.zip", "[f #!f: zip: no end record; not a zip archive, or cut "
				      "short![f!/shown seen][f!/hidden not listed]]"},
		{"content/more.tar", "[f #[f!/a b][f!/rest #[f!/rest!/behind c]]]"},
		{"content/ar", "[f #[f!/a_very_long_name_of_a_member.o long][f!/short odd]"
			       "[f!/bsd data]]"},
		{"content/deb", "[f #[f!/debian-binary 2.0\n]"
				"[f!/data.tar.xz #[f!/data.tar.xz!/usr/a installed]]]"},
		{"content/cpio", "[f #[f!/d/a hello]]"},
		{"content/two.cpio", "[f #[f!/d/a hello][f!/rest #[f!/rest!/d/a hello]]]"},
		{"content/rpm", "[f #[f!/payload #[f!/payload!/d/a hello]]]"},
		{"content/utf16le", "[f #[f!/text PASSWORD=one\nNAME=\u00e4 two three\n]]"},
		{"content/utf16be", "[f #[f!/text PASSWORD=one\n]]"},
		{"content/utf16be-mark", "[f #[f!/text K=\u00e4\U0001f600\n]]"},
		{"content/utf32le-mark", "[f #[f!/text K=\u00e4\n]]"},
		{"content/blob", "[f #[f!/blob git loose]]"},
		{"content/commit", "[f #]"},
		{"content/trailing.gz", "[f #[f!/f abc!f!/f: gzip: near offset 30: cut short!...]"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t most = 0; most < 9; most += 4) {
			CLEANUP(strbuf_done) struct strbuf sb = {0};
			struct diary d = {0};

			load(rows[i].name, &sb);
			assert_int_equal(diary_read(&d, "f", strbuf_str(&sb), most, NULL), 0);
			assert_str(strbuf_str(&d.text), rows[i].want);
			strbuf_done(&d.text);
		}
}

static void assert_inside(const char *fixture, const char *const *wanted)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	struct diary d = {0};

	load(fixture, &sb);
	assert_int_equal(diary_read(&d, "f", strbuf_str(&sb), 0, NULL), 0);
	assert_int_equal(d.n_problems, 0);
	for (; *wanted; wanted++)
		assert_has(strbuf_cstr(&d.text), *wanted);
	strbuf_done(&d.text);
}

TEST(constants_of_python_come_a_line_each)
{
	static const char *const files[] = {"pyc/2.7", "pyc/3.6", "pyc/3.8", "pyc/3.11",
					    "pyc/3.13"};
	static const char *const wanted[] = {"[f #[f!/constants Module text.\n", "\nof-python\n",
					     "in a tuple\nbytes\xef\xbf\xbd\n",	 "frozen\n",
					     "in a function\nwith two lines\n",	 NULL};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		assert_inside(files[i], wanted);
}

TEST(constants_of_java_come_a_line_each_and_with_their_names)
{
	static const char *const wanted[] = {"[f #[f!/constants ", "\ninner\n",
					     "\nAPI_KEY = \"of-a-class\"\n", NULL};

	assert_inside("content/class", wanted);
}

TEST(values_of_a_database_come_with_table_and_column)
{
	static const char *const wanted[] = {"[f #[f!/values ",
					     "o\"dd 't.a\"b=two\nlines\no\"dd 't.n=\xef\xbf\xbd"
					     "1\n",
					     NULL};

	assert_inside("content/sqlite", wanted);
}

TEST(blobs_of_a_pack_come_by_their_ids)
{
	static const char *const wanted[] = {
		"[f!/87b42fa8ec3400a12c914f19d41a2406bbdc2c7d PASSWORD=one\n]",
		"[f!/688343278db9ce79d534e3d5fdf85689a1ccb822 PASSWORD=two\n]",
		"[f!/1eedec9b046485d63142a5aef19bd47cc770f44f PASSWORD=three\n]",
		"[f!/38487461e9abad9cb2fab54d13632c9cb84b70ac PASSWORD=four\n]",
		NULL,
	};

	assert_inside("git_pack/chains", wanted);
}

TEST(what_does_not_fit_into_memory_is_read_front_to_back)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{"content/zip", "[f #[f!/a/b.txt alpha alpha alpha alpha alpha ][f!/c gamma]]"},
		{"content/stream.zip", "[f #[f!/a alpha alpha alpha alpha alpha ][f!/b beta]]"},
		{"content/methods.zip", "[f #[f!/a alpha alpha alpha alpha alpha ]]"},
		{"content/zip64.zip", "[f #[f!/big sixty-four]]"},
		{"content/hidden.zip", "[f #[f!/shown seen][f!/hidden not listed]]"},
		{"content/app.pyz", "[f #[f!/__main__.py print(1)]]"},
		{"content/encrypted.zip", "[f #!f!/locked: zip: encrypted![f!/open free]]"},
		{"content/crc.zip", "[f #[f!/bad bhecksum!f!/bad: zip: data does not match its "
				    "checksum!...]"},
		{"git_pack/chains",
		 "[f #[f!/87b42fa8ec3400a12c914f19d41a2406bbdc2c7d PASSWORD=one\n]"
		 "[f!/688343278db9ce79d534e3d5fdf85689a1ccb822 PASSWORD=two\n]"
		 "[f!/1eedec9b046485d63142a5aef19bd47cc770f44f PASSWORD=three\n]"
		 "!f: git pack: 1 of 5 objects differ from some that are not kept "
		 "(content_buffer_bytes)!]"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t most = 0; most < 9; most += 4) {
			CLEANUP(strbuf_done) struct strbuf sb = {0};
			struct diary d = {.is_large = true};

			load(rows[i].name, &sb);
			assert_int_equal(diary_read(&d, "f", strbuf_str(&sb), most, NULL), 0);
			assert_str(strbuf_str(&d.text), rows[i].want);
			strbuf_done(&d.text);
		}
}

TEST(what_has_to_be_in_memory_and_is_too_large_goes_by_as_it_is)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	struct diary d = {.is_large = true};

	load("pyc/3.11", &sb);
	assert_int_equal(diary_read(&d, "f", strbuf_str(&sb), 0, NULL), 0);
	assert_int_equal(d.n_bytes, sb.n);
	strbuf_reset(&d.text);
	d.is_quiet = true;
	assert_int_equal(diary_read(&d, "f", strbuf_str(&sb), 0, NULL), 0);
	assert_str(strbuf_str(&d.text), "[f !f: Python bytecode: larger than is taken into memory "
					"(content_buffer_bytes), read as it is!]");
	strbuf_done(&d.text);
}

TEST(what_is_not_looked_into_is_told)
{
	struct diary d = {0};

	assert_int_equal(diary_read(&d, "f", STR("7z\xbc\xaf\x27\x1c rest"), 0, NULL), 0);
	assert_str(strbuf_str(&d.text), "[f #!f: 7z is not looked into!]");
	strbuf_done(&d.text);
}

TEST(what_a_pack_lacks_is_told)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{"git_pack/thin",
		 "git pack: 1 objects are differences to others that are not in it"},
		{"git_pack/wrong", "git pack: 2 objects do not fit together"},
		{"git_pack/short", "git pack: object at offset "},
		{"content/overlap.zip", "!f: zip: members overlap, as in a bomb!"},
		{"content/deep.gz", "more than 12 containers in each other (content_depth)"},
		{"content/cut.gz", "gzip: near offset 15: cut short"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = {0};
		struct diary d = {0};

		load(rows[i].name, &sb);
		assert_int_equal(diary_read(&d, "f", strbuf_str(&sb), 0, NULL), 0);
		assert_has(strbuf_cstr(&d.text), rows[i].want);
		assert_int_equal(d.n_problems, 1);
		strbuf_done(&d.text);
	}
}

TEST(a_loose_object_is_called_by_its_id)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	struct diary d = {0};

	load("content/blob", &sb);
	(void)diary_read(&d, ".git/objects/87/b42fa8ec3400a12c914f19d41a2406bbdc2c7d",
			 strbuf_str(&sb), 0, NULL);
	assert_has(strbuf_cstr(&d.text), "!/87b42fa8ec3400a12c914f19d41a2406bbdc2c7d git loose]");
	strbuf_done(&d.text);
}

TEST(a_packed_file_loses_its_suffix_inside)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	struct diary d = {0};

	load("content/text.xz", &sb);
	(void)diary_read(&d, "a/b.txt.xz", strbuf_str(&sb), 0, NULL);
	assert_str(strbuf_str(&d.text), "[a/b.txt.xz #[a/b.txt.xz!/b.txt in xz]]");
	strbuf_done(&d.text);
}

TEST(what_is_no_container_goes_by_as_it_is)
{
	static const struct str rows[] = {
		{"", 0},
		{"x", 1},
		{"BZh9 is no bzip2", 16},
		{"PK\3", 3},
		{"\x1f\x8b\x08", 3},
		{"x\x9c not zlib", 11},
		{"\xff\xfe", 2},
		{"\0\0\0\0\0\0\0\0", 8},
		{"\x7f"
		 "ELF\0\0\0\0\0\0\0\0",
		 12},
		{"\xca\xfe\xba\xbe\0\0\0\2", 8},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf want = STRBUF_INIT(100);
		struct diary d = {0};

		strbuf_adds(&want, "[f ");
		strbuf_add(&want, rows[i]);
		strbuf_addc(&want, ']');
		assert_int_equal(diary_read(&d, "f", rows[i], 1, NULL), 0);
		assert_true(str_eq(strbuf_str(&d.text), strbuf_str(&want)));
		strbuf_done(&d.text);
	}
}

/* Archives without an end may end behind any member; of a class only the
 * beginning is read, of a database what its first page says is there. */
static bool may_end_early(const char *name)
{
	static const char *const those[] = {"deb", "cpio", "rpm", "class", "sqlite"};

	for (size_t i = 0; i < ARRAY_LEN(those); i++)
		if (strstr(name, those[i]))
			return true;
	return false;
}

/* Cut anywhere: the file itself is whole, nothing crashes, what is lost is told. */
TEST(cut_containers_are_told_wherever_they_are_cut)
{
	static const char *const files[] = {
		"content/tar.gz",     "content/zip",	"content/stream.zip",
		"content/nested.zip", "content/deb",	"content/rpm",
		"content/class",      "content/sqlite", "content/cpio",
		"git_pack/chains",    "pyc/2.7",	"pyc/3.13"};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = {0};

		load(files[i], &sb);
		for (size_t n = 0; n < sb.n; n++) {
			struct diary d = {0};
			struct str text;

			assert_int_equal(diary_read(&d, "f", str_make(sb.p, n), 0, NULL), 0);
			text = strbuf_str(&d.text);
			assert_true(str_has_suffix(text, STR("]")));
			if (str_has_prefix(text, STR("[f #")) && n + 20 < sb.n &&
			    d.n_problems == 0 && !may_end_early(files[i]))
				fail_msg("%s cut at %zu: %.*s", files[i], n, STR_FMT(text));
			strbuf_done(&d.text);
		}
	}
}

/* zeros, packed by zlib's gzip */
static void pack_zeros(struct strbuf *sb, size_t n)
{
	static const char zeros[1 << 16];
	z_stream z = {0};

	sb->max = (size_t)64 << 20;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	for (size_t done = 0; done <= n; done += sizeof zeros) {
		bool is_last = done + sizeof zeros > n;

		z.next_in = (Bytef *)zeros;
		z.avail_in = is_last ? 0 : sizeof zeros;
		do {
			z.next_out = (Bytef *)strbuf_reserve(sb, 4096);
			z.avail_out = 4096;
			(void)deflate(&z, is_last ? Z_FINISH : Z_NO_FLUSH);
			strbuf_commit(sb, 4096 - z.avail_out);
		} while (z.avail_out == 0);
	}
	(void)deflateEnd(&z);
}

TEST(a_bomb_ends_at_the_ratio)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	struct diary d = {.is_quiet = true};

	pack_zeros(&sb, (size_t)300 << 20);
	assert_int_equal(diary_read(&d, "f.gz", strbuf_str(&sb), 0, NULL), 0);
	assert_has(strbuf_cstr(&d.text) + 14,
		   "unpacks to more than 300 times its size (content_ratio)");
	assert_int_equal(d.n_problems, 1);
	assert_in_range(d.n_bytes, LIMIT_CONTENT_FREE_BYTES,
			(uint64_t)sb.n * LIMIT_CONTENT_RATIO + (1 << 20));
	strbuf_done(&d.text);
}

TEST(what_the_watcher_says_stops_everything)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	int n = 1;

	load("content/nested.zip", &sb);
	for (;; n++) {
		struct diary d = {.fails_at = n};
		struct err err = {0};
		int r = diary_read(&d, "f", strbuf_str(&sb), 0, &err);

		strbuf_done(&d.text);
		if (d.fails_at > 0) /* it was never called so often */
			break;
		assert_int_equal(r, -ERR_CANCELED);
		assert_string_equal(err.msg, "the watcher has had enough");
	}
	assert_in_range(n, 9, 20);
}

struct breaking_stream {
	struct stream stream;
	struct str left;
};

static ssize_t read_breaking(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct breaking_stream *b = (struct breaking_stream *)s;
	struct str piece = str_sub(b->left, 0, n);

	if (piece.n == 0)
		return err_set(err, ERR_IO, "the disk is gone");
	memcpy(buf, piece.p, piece.n);
	b->left = str_skip(b->left, piece.n);
	return (ssize_t)piece.n;
}

TEST(what_the_stream_says_is_returned_and_its_parts_end)
{
	CLEANUP(strbuf_done) struct strbuf sb = {0};
	struct breaking_stream b = {.stream = {.read = read_breaking}};
	struct diary d = {.text = STRBUF_INIT(4096)};
	struct content *c = NULL;
	struct err err = {0};

	load("content/tar.gz", &sb);
	b.left = str_make(sb.p, sb.n - 10);
	assert_int_equal(content_new(&diary_ops, &d, &c, NULL), 0);
	assert_int_equal(content_read(c, STR("f"), sb.n, &b.stream, &err), -ERR_IO);
	assert_string_equal(err.msg, "the disk is gone");
	assert_true(str_has_suffix(strbuf_str(&d.text), STR("...")));
	assert_int_equal(d.n_problems, 0);
	assert_int_equal(d.n_open, 0);
	content_free(c);
	strbuf_done(&d.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(formats_show_what_is_inside),
		RUN(constants_of_python_come_a_line_each),
		RUN(constants_of_java_come_a_line_each_and_with_their_names),
		RUN(values_of_a_database_come_with_table_and_column),
		RUN(blobs_of_a_pack_come_by_their_ids),
		RUN(what_does_not_fit_into_memory_is_read_front_to_back),
		RUN(what_has_to_be_in_memory_and_is_too_large_goes_by_as_it_is),
		RUN(what_is_not_looked_into_is_told),
		RUN(what_a_pack_lacks_is_told),
		RUN(a_loose_object_is_called_by_its_id),
		RUN(a_packed_file_loses_its_suffix_inside),
		RUN(what_is_no_container_goes_by_as_it_is),
		RUN(cut_containers_are_told_wherever_they_are_cut),
		RUN(a_bomb_ends_at_the_ratio),
		RUN(what_the_watcher_says_stops_everything),
		RUN(what_the_stream_says_is_returned_and_its_parts_end),
	};

	return RUN_ALL(tests);
}
