/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <elf.h>

#include "waste/strip.h"

/* A program of 64 bits: header, 4 KiB of code, debug information, symbols, names, sections. */
struct sample {
	Elf64_Ehdr head;
	char code[4096], debug[1000], symbols[480], strings[200], names[64];
	Elf64_Shdr sections[6];
};

static Elf64_Shdr section(uint32_t name, uint32_t type, uint64_t flags, size_t at, size_t n)
{
	return (Elf64_Shdr){
		.sh_name = name, .sh_type = type, .sh_flags = flags, .sh_offset = at, .sh_size = n};
}

static struct sample make_sample(uint16_t type)
{
	struct sample s = {.head = {.e_type = type,
				    .e_shoff = offsetof(struct sample, sections),
				    .e_shentsize = sizeof(Elf64_Shdr),
				    .e_shnum = 6,
				    .e_shstrndx = 5}};
	static const char names[] = "\0.text\0.debug_info\0.symtab\0.strtab\0.shstrtab";

	memcpy(s.head.e_ident, ELFMAG, SELFMAG);
	s.head.e_ident[EI_CLASS] = ELFCLASS64;
	s.head.e_ident[EI_DATA] = ELFDATA2LSB;
	memcpy(s.names, names, sizeof names);
	s.sections[1] = section(1, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR,
				offsetof(struct sample, code), sizeof s.code);
	s.sections[2] = section(7, SHT_PROGBITS, 0, offsetof(struct sample, debug), sizeof s.debug);
	s.sections[3] =
		section(19, SHT_SYMTAB, 0, offsetof(struct sample, symbols), sizeof s.symbols);
	s.sections[3].sh_link = 4;
	s.sections[4] =
		section(27, SHT_STRTAB, 0, offsetof(struct sample, strings), sizeof s.strings);
	s.sections[5] = section(35, SHT_STRTAB, 0, offsetof(struct sample, names), sizeof s.names);
	return s;
}

/* In pieces of that many bytes. */
static uint64_t strippable(const struct sample *s, size_t n, size_t piece, bool *ret_is_core)
{
	struct str all = str_make(s, n);
	struct strip strip = {0};

	strip_begin(&strip);
	for (size_t i = 0; i < n; i += piece)
		strip_data(&strip, str_sub(all, i, piece));
	strip_end(&strip);
	strip_done(&strip);
	if (ret_is_core)
		*ret_is_core = strip.is_core;
	return strip.bytes;
}

TEST(symbols_strings_and_debug_information_are_counted_whatever_the_pieces)
{
	struct sample s = make_sample(ET_DYN);

	for (size_t piece = 1; piece < sizeof s; piece = piece * 3 + 1)
		assert_int_equal(strippable(&s, sizeof s, piece, NULL), 1000 + 480 + 200);
}

TEST(an_object_file_keeps_its_symbols)
{
	struct sample s = make_sample(ET_REL);

	assert_int_equal(strippable(&s, sizeof s, 4096, NULL), 0);
}

TEST(a_core_file_is_told)
{
	struct sample s = make_sample(ET_CORE);
	bool is_core = false;

	(void)strippable(&s, sizeof s, 4096, &is_core);
	assert_true(is_core);
}

TEST(sections_that_lie_are_not_counted_beyond_the_file)
{
	struct sample s = make_sample(ET_EXEC);

	s.sections[2].sh_size = UINT64_MAX;
	s.sections[3].sh_link = 77;
	assert_int_equal(strippable(&s, sizeof s, 100, NULL), 480);
	s.head.e_shoff = UINT64_MAX - 8;
	assert_int_equal(strippable(&s, sizeof s, 100, NULL), 0);
}

TEST(a_file_that_ends_before_its_sections_has_nothing)
{
	struct sample s = make_sample(ET_EXEC);

	assert_int_equal(strippable(&s, sizeof s - 1, 100, NULL), 0);
	assert_int_equal(strippable(&s, 20, 7, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(symbols_strings_and_debug_information_are_counted_whatever_the_pieces),
		RUN(an_object_file_keeps_its_symbols),
		RUN(a_core_file_is_told),
		RUN(sections_that_lie_are_not_counted_beyond_the_file),
		RUN(a_file_that_ends_before_its_sections_has_nothing),
	};

	return RUN_ALL(tests);
}
