/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/elf_program.h"

#include "base/cursor.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

static struct elf_reader *reader;

static int start(void **state)
{
	(void)state;
	return elf_reader_new(&reader, NULL);
}

static int stop(void **state)
{
	(void)state;
	elf_reader_free(reader);
	return 0;
}

/* In pieces of that many bytes; 0: at once. */
static const struct elf_program *read_elf(struct str bytes, size_t piece)
{
	elf_reader_begin(reader);
	while (bytes.n) {
		struct str part = str_sub(bytes, 0, piece ? piece : bytes.n);

		elf_reader_data(reader, part);
		bytes = str_skip(bytes, part.n);
	}
	return elf_reader_end(reader) ? elf_reader_program(reader) : NULL;
}

static void put(struct strbuf *sb, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		strbuf_addc(sb, (char)(v >> (8 * i)));
}

static void pad(struct strbuf *sb, size_t to)
{
	while (sb->n < to)
		strbuf_addc(sb, '\0');
}

static void put_segment(struct strbuf *sb, uint32_t type, uint32_t flags, uint64_t at, uint64_t n)
{
	const uint64_t words[] = {at, at, at, n, n, 8};

	put(sb, 4, type);
	put(sb, 4, flags);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		put(sb, 8, words[i]);
}

#define STRINGS_AT 0x200
#define DYNAMIC_AT 0x400
#define END_AT	   0x600

/* A small 64-bit program: its strings, then its dynamic section; addresses are offsets. */
static void make_elf(struct strbuf *sb, uint32_t load_flags, uint32_t stack_flags)
{
	static const char strings[] = "\0xlibone.so.1\0$ORIGIN/../lib\0/etc/app.conf\0libtwo.so\0"
				      "getaddrinfo\0/usr/lib/app/plugins\0not a/path\0";
	const uint64_t dynamic[] = {1, 2, 29, 14, 5, STRINGS_AT, 0, 0};

	strbuf_add(sb, STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0"));
	put(sb, 2, 3);	/* DYN */
	put(sb, 2, 62); /* x86-64 */
	put(sb, 4, 1);
	put(sb, 8, 0x100);
	put(sb, 8, 64);
	put(sb, 8, 0);
	put(sb, 4, 0);
	put(sb, 2, 64);
	put(sb, 2, 56);
	put(sb, 2, 4);
	put(sb, 6, 0);
	put_segment(sb, 1, load_flags, 0, END_AT);
	put_segment(sb, 2, 6, DYNAMIC_AT, sizeof dynamic);
	put_segment(sb, 3, 4, 0x1f0, 11);
	put_segment(sb, 0x6474e551, stack_flags, 0, 0);
	pad(sb, 0x1f0);
	strbuf_add(sb, STR("/lib/ld.so\0"));
	pad(sb, STRINGS_AT);
	strbuf_add_bytes(sb, strings, sizeof strings);
	pad(sb, DYNAMIC_AT);
	for (size_t i = 0; i < ARRAY_LEN(dynamic); i++)
		put(sb, 8, dynamic[i]);
	pad(sb, END_AT);
}

TEST(names_are_found_whatever_the_pieces)
{
	static const size_t pieces[] = {0, 1, 7, 512, 4096};
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

	(void)state;
	make_elf(&sb, 5, 6);
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		const struct elf_program *p = read_elf(strbuf_str(&sb), pieces[i]);

		assert_non_null(p);
		assert_str(p->interpreter, "/lib/ld.so");
		assert_str(p->runpath, "$ORIGIN/../lib");
		assert_int_equal(p->needed.n, 1);
		assert_str(p->needed.p[0], "libone.so.1"); /* the end of another string */
		assert_int_equal(p->libraries.n, 2);
		assert_str(p->libraries.p[0], "libtwo.so");
		assert_int_equal(p->paths.n, 3);
		assert_str(p->paths.p[0], "/etc/app.conf");
		assert_str(p->paths.p[2], "/usr/lib/app/plugins");
		assert_int_equal(p->uses, ELF_USE_HOSTS);
		assert_int_equal(p->machine, 62);
		assert_true(p->flags & ELF_PIE);
		assert_false(elf_is_static(p));
	}
}

TEST(what_is_odd_is_flagged)
{
	static const struct {
		uint32_t load, stack;
		unsigned want;
	} rows[] = {
		{5, 6, 0},
		{7, 6, ELF_RWX},
		{5, 7, ELF_EXEC_STACK},
		{4, 6, ELF_ENTRY_ODD},
	};
	const unsigned mask = ELF_RWX | ELF_EXEC_STACK | ELF_NO_STACK | ELF_ENTRY_ODD | ELF_BROKEN |
			      ELF_PARTIAL | ELF_UPX;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
		const struct elf_program *p;

		make_elf(&sb, rows[i].load, rows[i].stack);
		p = read_elf(strbuf_str(&sb), 0);
		assert_non_null(p);
		assert_int_equal(p->flags & mask, rows[i].want);
		assert_true(p->flags & ELF_NO_SECTIONS);
	}
}

TEST(the_mark_of_a_packer_is_seen_at_the_end_too)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(65536);

	(void)state;
	make_elf(&sb, 5, 6);
	pad(&sb, 20000);
	strbuf_add(&sb, STR("UPX!\r\n"));
	assert_true(read_elf(strbuf_str(&sb), 1000)->flags & ELF_UPX);
}

TEST(a_cut_program_is_broken_and_no_program_is_none)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

	(void)state;
	make_elf(&sb, 5, 6);
	for (size_t n = 0; n < sb.n; n++) {
		const struct elf_program *p = read_elf(str_sub(strbuf_str(&sb), 0, n), 0);

		assert_true(n >= 16 ? p != NULL : p == NULL);
		if (p && n < DYNAMIC_AT)
			assert_true(p->flags & ELF_BROKEN);
	}
	assert_null(read_elf(STR("#!/bin/sh\n"), 0));
}

TEST(more_names_than_fit_are_told)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4 << 20);
	const struct elf_program *p;

	(void)state;
	make_elf(&sb, 5, 6);
	for (unsigned i = 0; i < 100000; i++) {
		strbuf_addf(&sb, "/usr/share/file/%u", i);
		strbuf_addc(&sb, '\0');
	}
	p = read_elf(strbuf_str(&sb), 65536);
	assert_true(p->flags & ELF_PARTIAL);
	assert_str(p->needed.p[0], "libone.so.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_are_found_whatever_the_pieces),
		RUN(what_is_odd_is_flagged),
		RUN(the_mark_of_a_packer_is_seen_at_the_end_too),
		RUN(a_cut_program_is_broken_and_no_program_is_none),
		RUN(more_names_than_fit_are_told),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
