/* SPDX-License-Identifier: Apache-2.0 */
#include <zlib.h>

#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_kernel_module;

#define PATH "lib/modules/6.1.0/kernel/drivers/keel.ko"

static void put(char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(v >> 8 * i);
}

/* A 64-bit little-endian ELF file that has nothing but a .modinfo section. */
static struct str make(char file[512], const void *modinfo, size_t n)
{
	static const char names[] = "\0.shstrtab\0.modinfo";
	const struct {
		uint32_t name;
		uint64_t offset, size;
	} sections[] = {{0, 0, 0}, {1, 256, sizeof names}, {11, 300, n}};

	memset(file, 0, 512);
	memcpy(file, "\177ELF\2\1\1", 7);
	put(file + 40, 64, 8);
	put(file + 58, 64, 2);
	put(file + 60, 3, 2);
	put(file + 62, 1, 2);
	for (size_t i = 1; i < 3; i++) {
		char *row = file + 64 + 64 * i;

		put(row, sections[i].name, 4);
		put(row + 4, 1, 4);
		put(row + 24, sections[i].offset, 8);
		put(row + 32, sections[i].size, 8);
	}
	memcpy(file + 256, names, sizeof names);
	memcpy(file + 300, modinfo, n);
	return str_make(file, 512);
}

#define MODULE(file, text) make(file, text, sizeof(text))

static void check(struct str bytes, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
	struct recording rec;
	struct err err = {0};

	recording_init(&rec);
	if (recording_parse(&rec, &pkgdb_kernel_module, PATH, bytes, &err) < 0)
		fail_msg("%s", err.msg);
	table_render(&rec, &rec.packages, "", &got);
	assert_str(strbuf_str(&got), want);
	recording_done(&rec);
}

TEST(modinfo_names_the_module)
{
	char file[512];

	check(MODULE(file, "license=GPL\0version=0.4\0\0alias=x\0name=keel_mod"),
	      "generic/keel_mod@0.4 lic=GPL");
	check(MODULE(file, "name=keel_mod"), "generic/keel_mod@");
	check(MODULE(file, "license=GPL"), "generic/keel@ lic=GPL");
}

TEST(vermagic_is_kept)
{
	struct recording rec;
	char file[512];

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_kernel_module, PATH,
					 MODULE(file, "vermagic=6.1.0 SMP \0name=a\0srcversion=F0"),
					 NULL),
			 0);
	assert_str(recording_join(&rec, recording_package(&rec, 0)->attributes),
		   "kind=kernel-module,srcversion=F0,vermagic=6.1.0 SMP");
	recording_done(&rec);
}

TEST(packed_modules_are_unpacked)
{
	char file[512], packed[1024];
	struct str plain = MODULE(file, "name=keel_mod");
	z_stream z = {.next_in = (unsigned char *)file, .avail_in = (unsigned)plain.n};

	z.next_out = (unsigned char *)packed;
	z.avail_out = sizeof packed;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	check(str_make(packed, z.total_out), "generic/keel_mod@");
	table_check_error(&pkgdb_kernel_module, PATH, str_make(packed, z.total_out / 2), ERR_FORMAT,
			  "");
	assert_int_equal(deflateEnd(&z), Z_OK);
}

TEST(what_unpacks_to_many_times_its_size_is_refused)
{
	static char file[1 << 20], packed[8192];
	z_stream z = {.next_in = (unsigned char *)file, .avail_in = sizeof file};

	(void)MODULE(file, "name=keel_mod");
	z.next_out = (unsigned char *)packed;
	z.avail_out = sizeof packed;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	table_check_error(&pkgdb_kernel_module, PATH, str_make(packed, z.total_out), ERR_LIMIT,
			  "packed_ratio");
	assert_int_equal(deflateEnd(&z), Z_OK);
}

TEST(a_bad_file_says_what_is_wrong)
{
	struct recording rec;
	char file[512];

	table_check_error(&pkgdb_kernel_module, PATH, STR("#!/bin/sh"), ERR_FORMAT,
			  "not an ELF file");
	(void)MODULE(file, "name=a");
	file[256 + 11] = 'x';
	table_check_error(&pkgdb_kernel_module, PATH, str_make(file, sizeof file), ERR_NOT_FOUND,
			  "no section .modinfo");
	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_kernel_module, PATH,
					 MODULE(file, "name=a\0nonsense"), NULL),
			 0);
	assert_has(recording_problem(&rec, 0), ".modinfo: \"nonsense\" is no key=value");
	assert_int_equal(rec.packages.n, 1);
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(modinfo_names_the_module),
		RUN(vermagic_is_kept),
		RUN(packed_modules_are_unpacked),
		RUN(what_unpacks_to_many_times_its_size_is_refused),
		RUN(a_bad_file_says_what_is_wrong),
	};
	return RUN_ALL(tests);
}
