/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     file header     OFFSET 32  64   SIZE 32  64   DESCRIPTION
 *     e_ident             0   0        16  16       7f "ELF", class, byte order, ...
 *     e_shoff            32  40         4   8       offset of the section table
 *     e_shentsize        46  58         2   2       size of a row
 *     e_shnum            48  60         2   2       rows; 0: in sh_size of row 0
 *     e_shstrndx         50  62         2   2       row of the names; 0xffff: in sh_link of row 0
 *
 *     section row     OFFSET 32  64   SIZE 32  64
 *     sh_name             0   0         4   4       offset of the name among the names
 *     sh_type             4   4         4   4       8: takes no bytes of the file
 *     sh_flags            8   8         4   8       0x800: compressed
 *     sh_offset          16  24         4   8
 *     sh_size            20  32         4   8
 *     sh_link            24  40         4   4
 */
#include "codec/elf.h"

#include "base/cursor.h"

enum {
	ELFCLASS32 = 1,
	ELFCLASS64 = 2,
	ELFDATA2LSB = 1,
	ELFDATA2MSB = 2,
	SHN_XINDEX = 0xffff,
	SHT_NOBITS = 8,
	SHF_COMPRESSED = 0x800,
	SECTIONS_MAX = 1 << 20,
};

struct elf {
	struct str bytes;
	bool is_64, big_endian;
	uint64_t table;	 /* offset of the section table */
	size_t row_size; /* bytes */
	size_t n_rows;
};

struct section {
	uint32_t name, type, link;
	uint64_t flags, offset, size;
};

static uint64_t read_uint(const struct elf *elf, struct cursor *c, size_t n)
{
	return cursor_uint_(c, n, elf->big_endian);
}

/* 4 bytes in a 32-bit file, 8 in a 64-bit one. */
static uint64_t read_word(const struct elf *elf, struct cursor *c)
{
	return read_uint(elf, c, elf->is_64 ? 8 : 4);
}

static bool section_at(const struct elf *elf, size_t i, struct section *ret)
{
	uint64_t at, skip;
	struct cursor c;

	if (__builtin_mul_overflow((uint64_t)i, (uint64_t)elf->row_size, &skip) ||
	    __builtin_add_overflow(elf->table, skip, &at) || at > elf->bytes.n)
		return false;
	c = cursor_make(elf->bytes);
	cursor_seek(&c, (size_t)at);
	ret->name = (uint32_t)read_uint(elf, &c, 4);
	ret->type = (uint32_t)read_uint(elf, &c, 4);
	ret->flags = read_word(elf, &c);
	(void)read_word(elf, &c); /* sh_addr */
	ret->offset = read_word(elf, &c);
	ret->size = read_word(elf, &c);
	ret->link = (uint32_t)read_uint(elf, &c, 4);
	return !c.failed;
}

static bool section_bytes(const struct elf *elf, const struct section *s, struct str *ret)
{
	if (s->type == SHT_NOBITS || s->offset > elf->bytes.n || s->size > elf->bytes.n - s->offset)
		return false;
	*ret = str_sub(elf->bytes, (size_t)s->offset, (size_t)s->size);
	return true;
}

static int open_elf(struct str bytes, struct elf *ret, size_t *ret_names, struct err *err)
{
	struct cursor c = cursor_make(bytes);
	struct str ident = cursor_take(&c, 16);
	struct elf elf = {.bytes = bytes};
	struct section first;

	if (c.failed || !str_has_prefix(ident, STR("\177ELF")) || ident.p[4] < ELFCLASS32 ||
	    ident.p[4] > ELFCLASS64 || ident.p[5] < ELFDATA2LSB || ident.p[5] > ELFDATA2MSB)
		return err_set(err, ERR_FORMAT, "not an ELF file");
	elf.is_64 = ident.p[4] == ELFCLASS64;
	elf.big_endian = ident.p[5] == ELFDATA2MSB;
	cursor_seek(&c, elf.is_64 ? 40 : 32);
	elf.table = read_word(&elf, &c);
	cursor_seek(&c, elf.is_64 ? 58 : 46);
	elf.row_size = (size_t)read_uint(&elf, &c, 2);
	elf.n_rows = (size_t)read_uint(&elf, &c, 2);
	*ret_names = (size_t)read_uint(&elf, &c, 2);
	if (c.failed)
		return err_set(err, ERR_FORMAT, "offset %zu: ELF header cut short", c.at);
	if (elf.table == 0)
		return err_set(err, ERR_NOT_FOUND, "no sections");
	if (elf.row_size < (elf.is_64 ? 64 : 40) || !section_at(&elf, 0, &first))
		return err_set(err, ERR_FORMAT, "offset %llu: section table is not in the file",
			       (unsigned long long)elf.table);
	if (elf.n_rows == 0)
		elf.n_rows = first.size > SECTIONS_MAX ? SECTIONS_MAX : (size_t)first.size;
	if (*ret_names == SHN_XINDEX)
		*ret_names = first.link;
	*ret = elf;
	return 0;
}

/* Whether the NUL-ended text at `at` is the name. */
static bool is_named(struct str names, uint32_t at, const char *name)
{
	struct str rest = str_skip(names, at), want = str_of(name);

	return str_has_prefix(rest, want) && want.n < rest.n && rest.p[want.n] == '\0';
}

int elf_section(struct str bytes, const char *name, struct str *ret, struct err *err)
{
	struct section s;
	struct str names;
	struct elf elf;
	size_t names_at = 0;
	int r = open_elf(bytes, &elf, &names_at, err);

	if (r < 0)
		return r;
	if (!section_at(&elf, names_at, &s) || !section_bytes(&elf, &s, &names))
		return err_set(err, ERR_FORMAT, "section names are not in the file");
	for (size_t i = 1; i < elf.n_rows; i++) {
		if (!section_at(&elf, i, &s))
			return err_set(err, ERR_FORMAT, "section %zu is not in the file", i);
		if (!is_named(names, s.name, name))
			continue;
		if (s.flags & SHF_COMPRESSED)
			return err_set(err, ERR_UNSUPPORTED, "section %s is compressed", name);
		if (!section_bytes(&elf, &s, ret))
			return err_set(err, ERR_FORMAT, "section %s is not in the file", name);
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "no section %s", name);
}
