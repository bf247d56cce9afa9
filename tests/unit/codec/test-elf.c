/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/elf.h"
#include "tests/unit/test.h"

/* A file of one class and byte order with a section ".modinfo" that holds "name=x\0". */
struct file {
	unsigned char p[400];
	bool is_64, big_endian;
};

static void put(struct file *f, size_t at, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		f->p[at + i] = (unsigned char)(v >> 8 * (f->big_endian ? n - 1 - i : i));
}

static void put_section(struct file *f, size_t i, uint32_t name, uint64_t flags, uint64_t offset,
			uint64_t size)
{
	size_t word = f->is_64 ? 8 : 4, at = 100 + i * (f->is_64 ? 64 : 40);

	put(f, at, name, 4);
	put(f, at + 4, 1, 4);
	put(f, at + 8, flags, word);
	put(f, at + 8 + 2 * word, offset, word);
	put(f, at + 8 + 3 * word, size, word);
}

static struct file make(bool is_64, bool big_endian)
{
	struct file f = {.is_64 = is_64, .big_endian = big_endian};

	memcpy(f.p, "\177ELF", 4);
	f.p[4] = is_64 ? 2 : 1;
	f.p[5] = big_endian ? 2 : 1;
	put(&f, is_64 ? 40 : 32, 100, is_64 ? 8 : 4);
	put(&f, is_64 ? 58 : 46, is_64 ? 64 : 40, 2);
	put(&f, is_64 ? 60 : 48, 3, 2);
	put(&f, is_64 ? 62 : 50, 1, 2);
	memcpy(f.p + 300, "\0.shstrtab\0.modinfo", 20);
	memcpy(f.p + 330, "name=x", 7);
	put_section(&f, 1, 1, 0, 300, 20);
	put_section(&f, 2, 11, 0, 330, 7);
	return f;
}

static struct str all(const struct file *f)
{
	return str_make(f->p, sizeof f->p);
}

TEST(a_section_is_found_in_each_class_and_byte_order)
{
	for (int i = 0; i < 4; i++) {
		struct file f = make(i & 1, i & 2);
		struct str got;

		assert_int_equal(elf_section(all(&f), ".modinfo", &got, NULL), 0);
		assert_memory_equal(got.p, "name=x", 7);
		assert_int_equal(got.n, 7);
	}
}

TEST(counts_that_do_not_fit_are_in_section_0)
{
	struct file f = make(true, false);
	struct str got;

	put(&f, 60, 0, 2);
	put(&f, 62, 0xffff, 2);
	put(&f, 100 + 32, 3, 8);
	put(&f, 100 + 40, 1, 4);
	assert_int_equal(elf_section(all(&f), ".modinfo", &got, NULL), 0);
	assert_int_equal(got.n, 7);
}

TEST(what_is_wrong_is_said)
{
	struct file f = make(true, false);
	struct err err = {0};
	struct str got;

	assert_int_equal(elf_section(STR("#!"), ".x", &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "not an ELF file");
	assert_int_equal(elf_section(str_sub(all(&f), 0, 50), ".x", &got, &err), -ERR_FORMAT);
	assert_has(err.msg, "ELF header cut short");
	assert_int_equal(elf_section(all(&f), ".mod", &got, &err), -ERR_NOT_FOUND);
	assert_string_equal(err.msg, "no section .mod");
	put_section(&f, 2, 11, 0x800, 330, 7);
	assert_int_equal(elf_section(all(&f), ".modinfo", &got, &err), -ERR_UNSUPPORTED);
	assert_string_equal(err.msg, "section .modinfo is compressed");
	put_section(&f, 2, 11, 0, 330, UINT64_MAX);
	assert_int_equal(elf_section(all(&f), ".modinfo", &got, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "section .modinfo is not in the file");
	put(&f, 40, UINT64_MAX - 10, 8);
	assert_int_equal(elf_section(all(&f), ".modinfo", &got, &err), -ERR_FORMAT);
	assert_has(err.msg, "section table is not in the file");
	put(&f, 40, 0, 8);
	assert_int_equal(elf_section(all(&f), ".modinfo", &got, &err), -ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_section_is_found_in_each_class_and_byte_order),
		RUN(counts_that_do_not_fit_are_in_section_0),
		RUN(what_is_wrong_is_said),
	};
	return RUN_ALL(tests);
}
