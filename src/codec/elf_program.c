/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     file header     OFFSET 32  64   SIZE 32  64   DESCRIPTION
 *     e_ident             0   0        16  16       7f "ELF", class, byte order, ...
 *     e_type             16  16         2   2
 *     e_machine          18  18         2   2
 *     e_entry            24  24         4   8       address it starts at
 *     e_phoff            28  32         4   8       offset of the program headers
 *     e_shoff            32  40         4   8       offset of the section table
 *     e_phentsize        42  54         2   2
 *     e_phnum            44  56         2   2
 *     e_shentsize        46  58         2   2
 *     e_shnum            48  60         2   2
 *
 *     program header  OFFSET 32  64   SIZE 32  64
 *     p_type              0   0         4   4
 *     p_flags            24   4         4   4
 *     p_offset            4   8         4   8
 *     p_vaddr             8  16         4   8
 *     p_filesz           16  32         4   8
 *     p_memsz            20  40         4   8
 */
#include "codec/elf_program.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "base/vec.h"

enum {
	HEAD_BYTES = 4096, /* the header and the program headers lie in it, or the file is odd */
	TAIL_BYTES = 64,
	NAME_MIN = 4,
	NAME_MAX_BYTES = 4095, /* PATH_MAX */
	SEGMENTS_MAX = 256,

	ET_REL = 1,
	ET_EXEC = 2,
	ET_DYN = 3,
	ET_CORE = 4,
	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,
	PT_GNU_STACK = 0x6474e551,
	PF_X = 1,
	PF_W = 2,
	DT_NEEDED = 1,
	DT_STRTAB = 5,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_RUNPATH = 29,
	DT_FLAGS_1 = 0x6ffffffb,
	DF_1_PIE = 0x08000000,
	SHT_SYMTAB = 2,
};

struct segment {
	uint32_t type, flags;
	uint64_t offset, address, file_bytes, memory_bytes;
};

/* A run of the file that is kept when it comes by. */
struct kept_range {
	uint64_t at;
	size_t n;
	struct strbuf bytes;
};

/* A string that looks like a name. */
struct found_name {
	uint64_t at;	 /* offset in the file */
	uint32_t text_n; /* bytes */
	uint32_t text;	 /* offset in `text` */
};

struct elf_reader {
	struct arena arena;
	struct elf_program program;
	uint64_t at;	      /* bytes seen */
	struct strbuf head;   /* the first HEAD_BYTES */
	struct strbuf string; /* the run without NUL that was cut by the end of a piece */
	bool string_long;     /* it cannot be a name any more */
	char tail[TAIL_BYTES];
	bool head_read, is_elf;
	uint64_t entry;
	struct segment segments[SEGMENTS_MAX];
	size_t n_segments;
	struct kept_range dynamic, sections, interpreter;
	size_t section_bytes;
	struct vec names; /* struct found_name, by offset */
	struct strbuf text;
};

int elf_reader_new(struct elf_reader **ret, struct err *err)
{
	struct elf_reader *e = calloc(1, sizeof *e);

	if (!e)
		return err_nomem(err);
	arena_init(&e->arena, (size_t)LIMIT_ELF_NAMES_BYTES * 8);
	e->head = (struct strbuf)STRBUF_INIT(HEAD_BYTES);
	e->string = (struct strbuf)STRBUF_INIT(NAME_MAX_BYTES);
	e->dynamic.bytes = (struct strbuf)STRBUF_INIT(LIMIT_ELF_TABLE_BYTES);
	e->sections.bytes = (struct strbuf)STRBUF_INIT(LIMIT_ELF_TABLE_BYTES);
	e->interpreter.bytes = (struct strbuf)STRBUF_INIT(NAME_MAX_BYTES + 1);
	e->names = (struct vec)VEC_INIT(struct found_name, LIMIT_ELF_NAMES_BYTES / NAME_MIN);
	e->text = (struct strbuf)STRBUF_INIT(LIMIT_ELF_NAMES_BYTES);
	*ret = e;
	return 0;
}

void elf_reader_free(struct elf_reader *e)
{
	if (!e)
		return;
	arena_done(&e->arena);
	strbuf_done(&e->head);
	strbuf_done(&e->string);
	strbuf_done(&e->dynamic.bytes);
	strbuf_done(&e->sections.bytes);
	strbuf_done(&e->interpreter.bytes);
	strbuf_done(&e->text);
	vec_done(&e->names);
	free(e);
}

void elf_reader_begin(struct elf_reader *e)
{
	arena_reset(&e->arena);
	e->program = (struct elf_program){0};
	e->at = 0;
	strbuf_reset(&e->head);
	strbuf_reset(&e->string);
	strbuf_reset(&e->dynamic.bytes);
	strbuf_reset(&e->sections.bytes);
	strbuf_reset(&e->interpreter.bytes);
	strbuf_reset(&e->text);
	vec_cut(&e->names, 0);
	e->dynamic.n = e->sections.n = e->interpreter.n = 0;
	e->string_long = e->head_read = e->is_elf = false;
	e->n_segments = 0;
	memset(e->tail, 0, sizeof e->tail);
}

/* ---- the header ---- */

static uint64_t read_uint(const struct elf_reader *e, struct cursor *c, size_t n)
{
	return cursor_uint_(c, n, e->program.flags & ELF_BIG_ENDIAN);
}

/* 4 bytes in a 32-bit file, 8 in a 64-bit one. */
static uint64_t read_word(const struct elf_reader *e, struct cursor *c)
{
	return read_uint(e, c, e->program.flags & ELF_64 ? 8 : 4);
}

static void read_segment(const struct elf_reader *e, struct cursor *c, struct segment *s)
{
	s->type = (uint32_t)read_uint(e, c, 4);
	if (e->program.flags & ELF_64)
		s->flags = (uint32_t)read_uint(e, c, 4);
	s->offset = read_word(e, c);
	s->address = read_word(e, c);
	(void)read_word(e, c); /* p_paddr */
	s->file_bytes = read_word(e, c);
	s->memory_bytes = read_word(e, c);
	if (!(e->program.flags & ELF_64))
		s->flags = (uint32_t)read_uint(e, c, 4);
}

static void keep(struct elf_reader *e, struct kept_range *range, uint64_t at, uint64_t n)
{
	if (n > LIMIT_ELF_TABLE_BYTES) {
		n = LIMIT_ELF_TABLE_BYTES;
		e->program.flags |= ELF_PARTIAL;
	}
	range->at = at;
	range->n = (size_t)n;
}

static void see_segment(struct elf_reader *e, const struct segment *s, bool *has_stack)
{
	if (s->type == PT_LOAD && s->flags & PF_W && s->flags & PF_X)
		e->program.flags |= ELF_RWX;
	if (s->type == PT_GNU_STACK) {
		*has_stack = true;
		if (s->flags & PF_X)
			e->program.flags |= ELF_EXEC_STACK;
	}
	if (s->type == PT_DYNAMIC) {
		e->program.flags |= ELF_DYNAMIC;
		keep(e, &e->dynamic, s->offset, s->file_bytes);
	}
	if (s->type == PT_INTERP) { /* of libc.so.6 it stands far behind */
		e->interpreter.at = s->offset;
		e->interpreter.n =
			s->file_bytes <= NAME_MAX_BYTES ? (size_t)s->file_bytes : NAME_MAX_BYTES;
	}
}

static void read_segments(struct elf_reader *e, uint64_t table, size_t row, size_t n)
{
	struct cursor c = cursor_make(strbuf_str(&e->head));
	bool has_stack = false;

	if (n > SEGMENTS_MAX) {
		n = SEGMENTS_MAX;
		e->program.flags |= ELF_PARTIAL;
	}
	for (size_t i = 0; i < n; i++) {
		struct segment *s = &e->segments[i];

		cursor_seek(&c, table > HEAD_BYTES ? SIZE_MAX : (size_t)table + i * row);
		*s = (struct segment){0};
		read_segment(e, &c, s);
		if (c.failed) {
			e->program.flags |= ELF_BROKEN;
			return;
		}
		e->n_segments++;
		see_segment(e, s, &has_stack);
	}
	if (n && !has_stack)
		e->program.flags |= ELF_NO_STACK;
}

static enum elf_type type_of(uint64_t type)
{
	switch (type) {
	case ET_REL:
		return ELF_TYPE_OBJECT;
	case ET_EXEC:
		return ELF_TYPE_EXEC;
	case ET_DYN:
		return ELF_TYPE_DYN;
	case ET_CORE:
		return ELF_TYPE_CORE;
	}
	return ELF_TYPE_OTHER;
}

static void see_marks(struct elf_reader *e, struct str head)
{
	if (str_find(head, STR("UPX!")) < head.n)
		e->program.flags |= ELF_UPX;
	/* The note of the Go linker: its name, four bytes with the NUL. */
	if (str_find(head, STR("\x04\0\0\0Go\0\0")) < head.n ||
	    str_find(head, STR("Go\0\0")) < head.n)
		e->program.flags |= ELF_GO;
}

static void read_head(struct elf_reader *e)
{
	struct str head = strbuf_str(&e->head);
	struct cursor c = cursor_make(head);
	struct str ident = cursor_take(&c, 16);
	struct elf_program *p = &e->program;
	uint64_t table, sections;
	size_t row, n, section_row, n_sections;

	e->head_read = true;
	if (c.failed || !str_has_prefix(ident, STR("\177ELF")) || ident.p[4] < 1 ||
	    ident.p[4] > 2 || ident.p[5] < 1 || ident.p[5] > 2)
		return;
	e->is_elf = true;
	p->flags |= (ident.p[4] == 2 ? ELF_64 : 0) | (ident.p[5] == 2 ? ELF_BIG_ENDIAN : 0);
	p->type = type_of(read_uint(e, &c, 2));
	p->machine = (uint16_t)read_uint(e, &c, 2);
	(void)read_uint(e, &c, 4); /* e_version */
	e->entry = read_word(e, &c);
	table = read_word(e, &c);
	sections = read_word(e, &c);
	(void)read_uint(e, &c, 4); /* e_flags */
	(void)read_uint(e, &c, 2); /* e_ehsize */
	row = (size_t)read_uint(e, &c, 2);
	n = (size_t)read_uint(e, &c, 2);
	section_row = (size_t)read_uint(e, &c, 2);
	n_sections = (size_t)read_uint(e, &c, 2);
	if (c.failed || (n && row < (p->flags & ELF_64 ? 56 : 32)))
		p->flags |= ELF_BROKEN;
	else
		read_segments(e, table, row, n);
	if (sections == 0 || n_sections == 0)
		p->flags |= ELF_NO_SECTIONS;
	else
		keep(e, &e->sections, sections, (uint64_t)section_row * n_sections);
	e->section_bytes = section_row;
	see_marks(e, head);
}

/* ---- strings ---- */

static bool is_name_char(char c)
{
	return char_is_alnum(c) || (c && strchr("/._+-@:$~,={}%*#", c));
}

/* libfoo.so, libfoo.so.1.2, foo.so */
static bool is_library(struct str s)
{
	size_t at = str_find(s, STR(".so"));
	struct str rest = str_skip(s, at + 3);

	if (at == 0 || at == s.n || (rest.n && rest.p[0] != '.'))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != '.' && !char_is_digit(rest.p[i]))
			return false;
	return true;
}

static const struct {
	const char *name;
	unsigned use;
} uses[] = {
	{"dlopen", ELF_USE_DLOPEN},	   {"getaddrinfo", ELF_USE_HOSTS},
	{"gethostbyname", ELF_USE_HOSTS},  {"gethostbyname_r", ELF_USE_HOSTS},
	{"gethostbyname2", ELF_USE_HOSTS}, {"getservbyname", ELF_USE_HOSTS},
	{"getpwnam", ELF_USE_USERS},	   {"getpwnam_r", ELF_USE_USERS},
	{"getpwuid", ELF_USE_USERS},	   {"getpwuid_r", ELF_USE_USERS},
	{"getpwent", ELF_USE_USERS},	   {"getgrnam", ELF_USE_USERS},
	{"getgrgid", ELF_USE_USERS},	   {"getgrgid_r", ELF_USE_USERS},
	{"getgrnam_r", ELF_USE_USERS},	   {"initgroups", ELF_USE_USERS},
	{"getgrouplist", ELF_USE_USERS},   {"setlocale", ELF_USE_LOCALE},
	{"newlocale", ELF_USE_LOCALE},	   {"iconv_open", ELF_USE_ICONV},
	{"localtime", ELF_USE_TIME},	   {"localtime_r", ELF_USE_TIME},
	{"tzset", ELF_USE_TIME},	   {"mktime", ELF_USE_TIME},
	{"pam_start", ELF_USE_PAM},	   {"execve", ELF_USE_EXEC},
	{"execv", ELF_USE_EXEC},	   {"execvp", ELF_USE_EXEC},
	{"execlp", ELF_USE_EXEC},	   {"execl", ELF_USE_EXEC},
	{"posix_spawn", ELF_USE_EXEC},	   {"posix_spawnp", ELF_USE_EXEC},
	{"system", ELF_USE_SHELL},	   {"popen", ELF_USE_SHELL},
	{"wordexp", ELF_USE_SHELL},
};

static void see_use(struct elf_reader *e, struct str s)
{
	if (s.n < 5 || s.n > 15 || !char_is_alpha(s.p[0]))
		return;
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (s.p[0] == uses[i].name[0] && str_is(s, uses[i].name))
			e->program.uses |= uses[i].use;
}

/* "etc/apk/world": programs that open below a folder of their choice leave the slash out. */
static bool is_rooted(struct str s)
{
	static const struct str roots[] = {STR("etc/"), STR("lib/"),   STR("usr/"),    STR("var/"),
					   STR("opt/"), STR("share/"), STR("libexec/")};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		if (str_has_prefix(s, roots[i]))
			return true;
	return false;
}

static bool looks_like_name(struct str s)
{
	bool is_path = s.p[0] == '/' || s.p[0] == '$' || is_rooted(s);

	if (!is_path && !memmem(s.p, s.n, ".so", 3))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_name_char(s.p[i]))
			return false;
	return true;
}

static void add_name(struct elf_reader *e, struct str s, uint64_t at)
{
	size_t text = e->text.n;
	struct found_name *f;

	if (s.n < NAME_MIN || s.n > NAME_MAX_BYTES)
		return;
	see_use(e, s);
	if (!looks_like_name(s))
		return;
	f = s.n <= e->text.max - e->text.n ? vec_push(&e->names) : NULL;
	if (!f) {
		e->program.flags |= ELF_PARTIAL;
		return;
	}
	*f = (struct found_name){.at = at, .text = (uint32_t)text, .text_n = (uint32_t)s.n};
	strbuf_add(&e->text, s);
	if (e->text.error) {
		vec_cut(&e->names, e->names.n - 1);
		e->program.flags |= ELF_PARTIAL;
	}
}

/* The run that a piece ended in goes on, or ends: at NUL of it. */
static struct str continue_string(struct elf_reader *e, struct str piece)
{
	size_t end = str_find_char(piece, '\0');
	bool fits = !e->string_long && end <= e->string.max - e->string.n;

	if (fits)
		strbuf_add(&e->string, str_sub(piece, 0, end));
	e->string_long = !fits;
	if (end == piece.n)
		return STR_NULL;
	if (fits)
		add_name(e, strbuf_str(&e->string), e->at + end - e->string.n);
	strbuf_reset(&e->string);
	e->string_long = false;
	return str_skip(piece, end + 1);
}

static void see_strings(struct elf_reader *e, struct str piece)
{
	struct str rest = continue_string(e, piece);

	while (rest.n) {
		const char *end = memchr(rest.p, '\0', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		if (!end) {
			e->string_long = n > e->string.max;
			strbuf_add(&e->string, str_sub(rest, 0, e->string_long ? 0 : n));
			return;
		}
		if (n >= NAME_MIN)
			add_name(e, str_sub(rest, 0, n), e->at + (uint64_t)(rest.p - piece.p));
		rest = str_skip(rest, n + 1);
	}
}

/* ---- the bytes ---- */

static void keep_range(struct kept_range *range, uint64_t at, struct str piece)
{
	uint64_t want = range->at + range->bytes.n; /* the next byte of it */

	if (range->bytes.n == range->n || want < at || want - at >= piece.n)
		return;
	strbuf_add(&range->bytes, str_sub(piece, (size_t)(want - at), range->n - range->bytes.n));
}

static void keep_tail(struct elf_reader *e, struct str piece)
{
	size_t n = piece.n < TAIL_BYTES ? piece.n : TAIL_BYTES;

	memmove(e->tail, e->tail + n, TAIL_BYTES - n);
	memcpy(e->tail + TAIL_BYTES - n, piece.p + piece.n - n, n);
}

static void take(struct elf_reader *e, struct str piece)
{
	keep_range(&e->dynamic, e->at, piece);
	keep_range(&e->sections, e->at, piece);
	keep_range(&e->interpreter, e->at, piece);
	see_strings(e, piece);
	keep_tail(e, piece);
	e->at += piece.n;
}

static void open_head(struct elf_reader *e)
{
	read_head(e);
	if (e->is_elf)
		take(e, strbuf_str(&e->head));
}

void elf_reader_data(struct elf_reader *e, struct str piece)
{
	if (!e->head_read) {
		struct str first = str_sub(piece, 0, HEAD_BYTES - e->head.n);

		strbuf_add(&e->head, first);
		piece = str_skip(piece, first.n);
		if (e->head.n < HEAD_BYTES)
			return;
		open_head(e);
	}
	if (e->is_elf && piece.n)
		take(e, piece);
}

/* ---- all of it ---- */

/* The offset in the file of an address in memory; UINT64_MAX: in no segment. */
static uint64_t file_offset(const struct elf_reader *e, uint64_t address)
{
	for (size_t i = 0; i < e->n_segments; i++) {
		const struct segment *s = &e->segments[i];

		if (s->type == PT_LOAD && address >= s->address &&
		    address - s->address < s->file_bytes && s->offset <= UINT64_MAX - s->file_bytes)
			return s->offset + (address - s->address);
	}
	return UINT64_MAX;
}

/* The string at that offset; linkers let one string end inside another. */
static struct str name_at(const struct elf_reader *e, uint64_t at)
{
	size_t low = 0, high = e->names.n;
	const struct found_name *f;

	while (low < high) { /* the first that begins behind `at` */
		size_t middle = low + (high - low) / 2;

		f = vec_at(&e->names, middle);
		if (f->at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	f = low ? vec_at(&e->names, low - 1) : NULL;
	if (!f || at - f->at >= f->text_n)
		return STR_NULL;
	return str_skip(str_sub(strbuf_str(&e->text), f->text, f->text_n), at - f->at);
}

static bool next_dynamic(const struct elf_reader *e, struct cursor *c, uint64_t *tag,
			 uint64_t *value)
{
	*tag = read_word(e, c);
	*value = read_word(e, c);
	return !c->failed && *tag != 0;
}

static void put_dynamic(struct elf_reader *e, uint64_t tag, struct str name, struct str *needed,
			size_t *n)
{
	switch (tag) {
	case DT_NEEDED:
		needed[(*n)++] = name;
		break;
	case DT_SONAME:
		e->program.soname = name;
		break;
	case DT_RPATH:
		e->program.rpath = name;
		break;
	case DT_RUNPATH:
		e->program.runpath = name;
		break;
	}
}

static void read_names(struct elf_reader *e, uint64_t strings, struct str *needed)
{
	struct cursor c = cursor_make(strbuf_str(&e->dynamic.bytes));
	uint64_t tag, value, base = file_offset(e, strings);
	size_t n = 0;

	while (next_dynamic(e, &c, &tag, &value)) {
		uint64_t at;
		struct str name;

		if (tag != DT_NEEDED && tag != DT_SONAME && tag != DT_RPATH && tag != DT_RUNPATH)
			continue;
		if (__builtin_add_overflow(base, value, &at))
			at = UINT64_MAX;
		name = base == UINT64_MAX ? STR_NULL : name_at(e, at);
		if (name.n)
			put_dynamic(e, tag, name, needed, &n);
		else if (tag == DT_NEEDED)
			e->program.flags |= ELF_PARTIAL;
	}
	e->program.needed = (struct str_list){needed, n};
}

static void read_dynamic(struct elf_reader *e)
{
	struct cursor c = cursor_make(strbuf_str(&e->dynamic.bytes));
	uint64_t tag, value, strings = UINT64_MAX;
	size_t n_needed = 0;
	struct str *needed;

	while (next_dynamic(e, &c, &tag, &value)) {
		n_needed += tag == DT_NEEDED;
		if (tag == DT_STRTAB)
			strings = value;
		if (tag == DT_FLAGS_1 && value & DF_1_PIE)
			e->program.flags |= ELF_PIE;
	}
	if (e->program.type == ELF_TYPE_DYN && e->program.interpreter.n)
		e->program.flags |= ELF_PIE; /* libc.so.6 is both; that does no harm */
	if (e->dynamic.bytes.n < e->dynamic.n)
		e->program.flags |= ELF_BROKEN;
	needed = arena_array(&e->arena, n_needed + 1, sizeof *needed);
	if (needed)
		read_names(e, strings, needed);
	else
		e->program.flags |= ELF_PARTIAL;
}

static void read_interpreter(struct elf_reader *e)
{
	struct str text = strbuf_str(&e->interpreter.bytes);

	if (e->interpreter.n == 0)
		return;
	text = str_sub(text, 0, str_find_char(text, '\0'));
	e->program.interpreter = text;
	if (text.n == 0)
		e->program.flags |= ELF_BROKEN;
}

static void read_sections(struct elf_reader *e)
{
	struct str table = strbuf_str(&e->sections.bytes);

	if (e->program.flags & ELF_NO_SECTIONS) {
		e->program.flags |= ELF_STRIPPED;
		return;
	}
	if (table.n < e->sections.n)
		e->program.flags |= ELF_BROKEN;
	for (size_t at = 0; e->section_bytes >= 8 && at < table.n; at += e->section_bytes) {
		struct cursor c = cursor_make(str_skip(table, at + 4));

		if (read_uint(e, &c, 4) == SHT_SYMTAB)
			return;
	}
	e->program.flags |= ELF_STRIPPED;
}

static void check_entry(struct elf_reader *e)
{
	bool is_program = e->program.type == ELF_TYPE_EXEC || e->program.interpreter.n;

	if (!is_program || e->entry == 0 || e->program.flags & ELF_BROKEN)
		return;
	for (size_t i = 0; i < e->n_segments; i++) {
		const struct segment *s = &e->segments[i];

		if (s->type == PT_LOAD && s->flags & PF_X && e->entry >= s->address &&
		    e->entry - s->address < s->memory_bytes)
			return;
	}
	e->program.flags |= ELF_ENTRY_ODD;
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Those that `wanted` says, sorted, once each. */
static struct str_list list_names(struct elf_reader *e, bool libraries)
{
	struct str *list = arena_array(&e->arena, e->names.n + 1, sizeof *list);
	size_t n = 0, kept = 0;

	for (size_t i = 0; list && i < e->names.n; i++) {
		const struct found_name *f = vec_at(&e->names, i);
		struct str s = str_sub(strbuf_str(&e->text), f->text, f->text_n);

		if (libraries ? is_library(s) && str_find_char(s, '/') == s.n
			      : s.p[0] == '/' || is_rooted(s))
			list[n++] = s;
	}
	if (!list) {
		e->program.flags |= ELF_PARTIAL;
		return (struct str_list){0};
	}
	qsort(list, n, sizeof *list, compare_names);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !str_eq(list[kept - 1], list[i]))
			list[kept++] = list[i];
	return (struct str_list){list, kept};
}

bool elf_reader_end(struct elf_reader *e)
{
	if (!e->head_read)
		open_head(e);
	if (!e->is_elf)
		return false;
	read_interpreter(e);
	if (e->program.flags & ELF_DYNAMIC)
		read_dynamic(e);
	read_sections(e);
	check_entry(e);
	if (str_find(str_make(e->tail, TAIL_BYTES), STR("UPX!")) < TAIL_BYTES)
		e->program.flags |= ELF_UPX;
	e->program.libraries = list_names(e, true);
	e->program.paths = list_names(e, false);
	return true;
}

const struct elf_program *elf_reader_program(const struct elf_reader *e)
{
	return &e->program;
}

bool elf_is_static(const struct elf_program *p)
{
	return (p->type == ELF_TYPE_EXEC || p->flags & ELF_PIE) && p->interpreter.n == 0 &&
	       p->needed.n == 0;
}
