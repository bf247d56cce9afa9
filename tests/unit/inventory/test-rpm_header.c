/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/recording_sink.h"
#include "tests/unit/inventory/rpm_builder.h"

#define BUILDER(name) CLEANUP(rpm_builder_done) struct rpm_builder name = RPM_BUILDER_INIT

/* What one blob gives. */
static int add(struct recording *rec, struct str blob, struct err *err)
{
	CLEANUP(rpm_records_done) struct rpm_records recs = RPM_RECORDS_INIT(&rec->sink);
	CLEANUP(freep) char *copy = malloc(blob.n ? blob.n : 1);

	assert_non_null(copy);
	if (blob.n)
		memcpy(copy, blob.p, blob.n);
	return rpm_records_add(&recs, str_make(copy, blob.n), "hnum 1", err);
}

#define RECORDING(name)                                                                            \
	CLEANUP(recording_done) struct recording name;                                             \
	recording_init(&name)

TEST(fields_and_attributes_are_taken_over)
{
	static const uint64_t size = 5000000000;
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_text(&b, RPMTAG_NAME, "bash");
	rpm_builder_text(&b, RPMTAG_VERSION, "5.1");
	rpm_builder_text(&b, RPMTAG_RELEASE, "6.el9");
	rpm_builder_u32(&b, RPMTAG_EPOCH, 2);
	rpm_builder_text(&b, RPMTAG_ARCH, "x86_64");
	rpm_builder_text(&b, RPMTAG_VENDOR, "Example");
	rpm_builder_text(&b, RPMTAG_LICENSE, "GPLv3+");
	rpm_builder_text(&b, RPMTAG_SOURCERPM, "bash-doc-5.1-6.el9.src.rpm");
	rpm_builder_text(&b, RPMTAG_MODULARITYLABEL, "m:1:2:3");
	rpm_builder_numbers(&b, RPMTAG_LONGSIZE, RPM_INT64, &size, 1);
	rpm_builder_add(&b, RPMTAG_SIGMD5, RPM_BIN, 16, STR("0123456789abcdef"));
	rpm_builder_add(&b, RPMTAG_RSAHEADER, RPM_BIN, 3, STR("sig"));
	rpm_builder_region(&b);
	rpm_builder_u32(&b, RPMTAG_INSTALLTIME, 1700000000);
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	const struct package *p = recording_package(&rec, 0);
	assert_str(p->type, "rpm");
	assert_str(p->name, "bash");
	assert_str(p->version, "2:5.1-6.el9");
	assert_str(p->arch, "x86_64");
	assert_str(p->vendor, "Example");
	assert_str(p->source_name, "bash-doc");
	assert_str(p->source_version, "5.1-6.el9");
	assert_str(p->modularity, "m:1:2:3");
	assert_str(recording_join(&rec, p->licenses), "GPLv3+");
	assert_str(recording_join(&rec, p->attributes),
		   "installtime=1700000000,sigmd5=30313233343536373839616263646566,"
		   "signed=rsa-header,size=5000000000,sourcerpm=bash-doc-5.1-6.el9.src.rpm");
}

TEST(epoch_zero_is_told_from_none)
{
	for (uint32_t has = 0; has <= 1; has++) {
		BUILDER(b);
		RECORDING(rec);

		rpm_builder_nevra(&b, "x");
		if (has)
			rpm_builder_u32(&b, RPMTAG_EPOCH, 0);
		assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
		const struct package *p = recording_package(&rec, 0);
		assert_str(p->version, "1.0-2");
		assert_str(recording_join(&rec, p->attributes), has ? "epoch=0" : "");
	}
}

TEST(none_as_text_counts_as_absent)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_text(&b, RPMTAG_NAME, "gpg-pubkey");
	rpm_builder_text(&b, RPMTAG_VERSION, "1964c5fc");
	rpm_builder_text(&b, RPMTAG_RELEASE, "58e63918");
	rpm_builder_text(&b, RPMTAG_ARCH, "(none)");
	rpm_builder_text(&b, RPMTAG_VENDOR, "(none)");
	rpm_builder_text(&b, RPMTAG_SOURCERPM, "(none)");
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	const struct package *p = recording_package(&rec, 0);
	assert_str(p->arch, "");
	assert_str(p->vendor, "");
	assert_str(p->source_name, "");
	assert_int_equal(p->attributes.n, 0);
}

TEST(entries_behind_the_region_replace_those_in_it)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_nevra(&b, "old");
	rpm_builder_region(&b);
	rpm_builder_text(&b, RPMTAG_NAME, "new");
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_str(recording_package(&rec, 0)->name, "new");
}

TEST(a_region_without_trailer_is_the_whole_header)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_raw(&b, RPMTAG_HEADERIMAGE, RPM_BIN, 0, 16);
	rpm_builder_nevra(&b, "package-of-rpm-3");
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	assert_str(recording_package(&rec, 0)->name, "package-of-rpm-3");
}

TEST(translated_text_gives_its_first_string)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_nevra(&b, "x");
	rpm_builder_add(&b, RPMTAG_LICENSE, RPM_I18N, 2, STR("MIT\0Lizenz MIT\0"));
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_str(recording_join(&rec, recording_package(&rec, 0)->licenses), "MIT");
}

static const struct {
	const char *in, *name, *version;
} source_rows[] = {
	{"bash-5.1.8-6.el9.src.rpm", "bash", "5.1.8-6.el9"},
	{"java-11-openjdk-11.0.2-1.src.rpm", "java-11-openjdk", "11.0.2-1"},
	{"cuda-12-0.nosrc.rpm", "cuda", "12-0"},
	{"bash-5.1.8-6.el9.x86_64.rpm", NULL, NULL},
	{"bash-5.1.src.rpm", NULL, NULL},
	{"-1-2.src.rpm", NULL, NULL},
	{"a--2.src.rpm", NULL, NULL},
	{".src.rpm", NULL, NULL},
	{"", NULL, NULL},
};

TEST(source_rpm_names_are_split_from_the_right)
{
	for (size_t i = 0; i < ARRAY_LEN(source_rows); i++) {
		struct str name = STR_NULL, version = STR_NULL;
		bool ok = rpm_source_split(str_of(source_rows[i].in), &name, &version);

		assert_int_equal(ok, source_rows[i].name != NULL);
		assert_str(name, ok ? source_rows[i].name : "");
		assert_str(version, ok ? source_rows[i].version : "");
	}
}

static void build_files(struct rpm_builder *b, const uint64_t *dirs)
{
	static const uint64_t states[] = {0, 1, 2, 3, 4, 0},
			      modes[] = {0100755, 0100644, 0100644, 0100644, 0100644, 040755};

	rpm_builder_nevra(b, "x");
	rpm_builder_array(b, RPMTAG_BASENAMES, "sh,replaced,docs,net,colour,dir,");
	rpm_builder_array(b, RPMTAG_DIRNAMES, "/usr/bin/,//usr/./share//doc/,/,");
	rpm_builder_numbers(b, RPMTAG_DIRINDEXES, RPM_INT32, dirs, 6);
	rpm_builder_numbers(b, RPMTAG_FILESTATES, RPM_INT8, states, 6);
	rpm_builder_numbers(b, RPMTAG_FILEMODES, RPM_INT16, modes, 6);
}

TEST(files_are_those_that_lie_in_the_image)
{
	static const uint64_t dirs[] = {0, 0, 0, 1, 1, 2};
	BUILDER(b);
	RECORDING(rec);

	build_files(&b, dirs);
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_int_equal(rec.problems.n, 0);
	assert_str(recording_join(&rec, recording_package(&rec, 0)->files),
		   "usr/bin/sh,usr/share/doc/net");
}

TEST(a_bad_file_list_is_a_problem_and_the_package_stays)
{
	static const uint64_t dirs[] = {0, 0, 0, 7, 1, 2};
	BUILDER(b);
	RECORDING(rec);

	build_files(&b, dirs);
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_string_equal(recording_problem(&rec, 0),
			    "hnum 1: x: file list: file 3 of 6: directory 7 of 3");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->files), "usr/bin/sh");
}

TEST(odd_names_are_cleaned)
{
	static const uint64_t dirs[] = {0, 0, 1, 1};
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_nevra(&b, "x");
	rpm_builder_array(&b, RPMTAG_BASENAMES, "../etc/passwd,.,,a,");
	rpm_builder_array(&b, RPMTAG_DIRNAMES, "/a/b/,/,");
	rpm_builder_numbers(&b, RPMTAG_DIRINDEXES, RPM_INT32, dirs, 4);
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_str(recording_join(&rec, recording_package(&rec, 0)->files), "a/etc/passwd,a/b,a");
}

TEST(old_file_names_are_whole_paths)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_nevra(&b, "x");
	rpm_builder_array(&b, RPMTAG_OLDFILENAMES, "/bin/sh,/etc//rc,/,");
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_str(recording_join(&rec, recording_package(&rec, 0)->files), "bin/sh,etc/rc");
}

/* A million files in one directory with a very long name: the list is cut, not the memory. */
TEST(long_directories_cannot_fill_the_memory)
{
	enum { DIR_BYTES = 60000, FILES = 20000 };
	CLEANUP(freep) char *dir = malloc(DIR_BYTES);
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT(1 << 20);
	BUILDER(b);
	RECORDING(rec);

	memset(dir, 'a', DIR_BYTES);
	dir[0] = '/';
	dir[DIR_BYTES - 2] = '/';
	dir[DIR_BYTES - 1] = '\0';
	for (size_t i = 0; i < FILES; i++)
		strbuf_add(&names, str_make("f", 2));
	rpm_builder_nevra(&b, "x");
	rpm_builder_add(&b, RPMTAG_BASENAMES, RPM_ARRAY, FILES, strbuf_str(&names));
	rpm_builder_add(&b, RPMTAG_DIRNAMES, RPM_ARRAY, 1, str_make(dir, DIR_BYTES));
	rpm_builder_raw(&b, RPMTAG_DIRINDEXES, RPM_INT32, (uint32_t)b.store.n, FILES);
	for (size_t i = 0; i < FILES; i++)
		add_be(&b.store, 0, 4);
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_has(recording_problem(&rec, 0), "rpm_path_bytes");
	assert_true(recording_package(&rec, 0)->files.n > 4000);
}

TEST(a_bad_field_is_a_problem_and_the_package_stays)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_nevra(&b, "x");
	rpm_builder_u32(&b, RPMTAG_LICENSE, 7);
	rpm_builder_raw(&b, RPMTAG_VENDOR, RPM_STRING, 5000, 1);
	rpm_builder_raw(&b, RPMTAG_SIZE, RPM_INT32, 0, 5000);
	rpm_builder_add(&b, RPMTAG_SOURCERPM, RPM_STRING, 1, STR("no end"));
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_string_equal(recording_problem(&rec, 0),
			    "hnum 1: x: tag 1011 at offset 5000 of a store of 25 bytes");
	assert_string_equal(recording_problem(&rec, 1), "hnum 1: x: tag 1044: text without an end");
	assert_string_equal(recording_problem(&rec, 2),
			    "hnum 1: x: tag 1014: type 4 where text belongs");
	assert_string_equal(recording_problem(&rec, 3),
			    "hnum 1: x: tag 1009: 5000 numbers in 25 bytes");
	assert_str(recording_package(&rec, 0)->version, "1.0-2");
}

TEST(a_missing_release_is_a_problem_and_the_package_stays)
{
	BUILDER(b);
	RECORDING(rec);

	rpm_builder_text(&b, RPMTAG_NAME, "x");
	rpm_builder_text(&b, RPMTAG_VERSION, "1.0");
	assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), 0);
	assert_string_equal(recording_problem(&rec, 0), "hnum 1: x: no release");
	assert_str(recording_package(&rec, 0)->version, "1.0");
}

static void expect_problem(struct str blob, const char *part)
{
	RECORDING(rec);

	assert_int_equal(add(&rec, blob, NULL), 0);
	assert_int_equal(rec.packages.n, 0);
	assert_has(recording_problem(&rec, 0), "hnum 1: ");
	assert_has(recording_problem(&rec, 0), part);
}

TEST(a_header_without_structure_or_name_is_a_problem)
{
	BUILDER(nameless);
	BUILDER(b);
	struct str blob;

	rpm_builder_text(&nameless, RPMTAG_VERSION, "1");
	expect_problem(rpm_builder_blob(&nameless), "names no package");
	rpm_builder_nevra(&b, "x");
	rpm_builder_region(&b);
	blob = rpm_builder_blob(&b);
	expect_problem(STR_NULL, "header of 0 bytes");
	expect_problem(str_sub(blob, 0, 7), "header of 7 bytes");
	expect_problem(str_sub(blob, 0, blob.n - 1), "claims 5 entries");
	expect_problem(STR("\xff\xff\xff\xff\xff\xff\xff\xff"), "claims 4294967295 entries");
	expect_problem(STR("\0\0\0\0\0\0\0\0"), "claims 0 entries");
	b.blob.p[8 + 11] = 99; /* the region's offset */
	expect_problem(blob, "region trailer");
	b.blob.p[8 + 11] = (char)(b.store.n - 16);
	b.blob.p[b.blob.n - 5] ^= (char)0x80; /* the trailer's negated size */
	expect_problem(blob, "region of ");
}

TEST(any_flipped_byte_is_survived)
{
	static const uint64_t dirs[] = {0, 0, 0, 1, 1, 2};
	BUILDER(b);
	struct str blob;

	build_files(&b, dirs);
	rpm_builder_u32(&b, RPMTAG_EPOCH, 1);
	rpm_builder_region(&b);
	rpm_builder_u32(&b, RPMTAG_INSTALLTIME, 1);
	blob = rpm_builder_blob(&b);
	for (size_t i = 0; i < blob.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			RECORDING(rec);

			b.blob.p[i] ^= (char)(1 << bit);
			assert_int_equal(add(&rec, blob, NULL), 0);
			assert_true(rec.packages.n + rec.problems.n > 0);
			b.blob.p[i] ^= (char)(1 << bit);
		}
}

TEST(what_the_sink_refuses_comes_back)
{
	BUILDER(b);

	rpm_builder_nevra(&b, "x");
	rpm_builder_u32(&b, RPMTAG_LICENSE, 7);
	for (size_t n = 1; n <= 3; n++) {
		RECORDING(rec);

		rec.fail_after = n;
		assert_int_equal(add(&rec, rpm_builder_blob(&b), NULL), n < 3 ? -ERR_LIMIT : 0);
	}
}

TEST(no_memory_is_an_error)
{
	BUILDER(b);
	int r = -1;

	rpm_builder_nevra(&b, "x");
	rpm_builder_text(&b, RPMTAG_LICENSE, "MIT");
	rpm_builder_u32(&b, RPMTAG_SIZE, 7);
	for (size_t n = 1; r != 0; n++) {
		struct err err = {0};
		RECORDING(rec);

		assert_true(n < 10);
		arena_fail_after(&rec.scratch, n);
		r = add(&rec, rpm_builder_blob(&b), &err);
		assert_true(r == 0 || (r == -ERR_NOMEM && err.code == ERR_NOMEM));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(fields_and_attributes_are_taken_over),
		RUN(epoch_zero_is_told_from_none),
		RUN(none_as_text_counts_as_absent),
		RUN(entries_behind_the_region_replace_those_in_it),
		RUN(a_region_without_trailer_is_the_whole_header),
		RUN(translated_text_gives_its_first_string),
		RUN(source_rpm_names_are_split_from_the_right),
		RUN(files_are_those_that_lie_in_the_image),
		RUN(a_bad_file_list_is_a_problem_and_the_package_stays),
		RUN(odd_names_are_cleaned),
		RUN(old_file_names_are_whole_paths),
		RUN(long_directories_cannot_fill_the_memory),
		RUN(a_bad_field_is_a_problem_and_the_package_stays),
		RUN(a_missing_release_is_a_problem_and_the_package_stays),
		RUN(a_header_without_structure_or_name_is_a_problem),
		RUN(any_flipped_byte_is_survived),
		RUN(what_the_sink_refuses_comes_back),
		RUN(no_memory_is_an_error),
	};
	return RUN_ALL(tests);
}
