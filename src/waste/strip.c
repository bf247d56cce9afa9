/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/strip.h"

#include <elf.h>
#include <stdlib.h>

#include "base/cursor.h"

struct header {
	bool is_64, is_big;
	uint16_t type, entry_bytes, n, names;
	uint64_t table;
};

struct section {
	uint32_t name, type, link;
	uint64_t flags, at, bytes;
};

static uint64_t get(struct cursor *c, const struct header *h, size_t n)
{
	return cursor_uint_(c, n, h->is_big);
}

/* A word is as long as the class says. */
static uint64_t get_word(struct cursor *c, const struct header *h)
{
	return get(c, h, h->is_64 ? 8 : 4);
}

static bool read_header(const struct strip *s, struct header *h)
{
	struct cursor c = cursor_make(str_make(s->head, sizeof s->head));

	if (s->seen < sizeof s->head || memcmp(s->head, ELFMAG, SELFMAG) != 0)
		return false;
	h->is_64 = s->head[EI_CLASS] == ELFCLASS64;
	h->is_big = s->head[EI_DATA] == ELFDATA2MSB;
	cursor_seek(&c, 16);
	h->type = (uint16_t)get(&c, h, 2);
	cursor_seek(&c, h->is_64 ? 40 : 32);
	h->table = get_word(&c, h);
	cursor_seek(&c, h->is_64 ? 58 : 46);
	h->entry_bytes = (uint16_t)get(&c, h, 2);
	h->n = (uint16_t)get(&c, h, 2);
	h->names = (uint16_t)get(&c, h, 2);
	return !c.failed;
}

static void plan_window(struct strip *s)
{
	struct header h;
	uint64_t table_bytes, end;

	if (!read_header(s, &h) || (h.type != ET_EXEC && h.type != ET_DYN))
		return;
	table_bytes = (uint64_t)h.entry_bytes * h.n;
	if (h.entry_bytes < (h.is_64 ? 64 : 40) || table_bytes == 0 || table_bytes > STRIP_TABLE ||
	    h.table < STRIP_HEAD || __builtin_add_overflow(h.table, table_bytes, &end))
		return;
	s->from = h.table > STRIP_WINDOW + STRIP_HEAD ? h.table - STRIP_WINDOW : STRIP_HEAD;
	s->to = end;
	s->window = calloc(1, (size_t)(s->to - s->from)); /* without memory nothing is counted */
}

void strip_begin(struct strip *s)
{
	free(s->window);
	*s = (struct strip){0};
}

void strip_done(struct strip *s)
{
	free(s->window);
	s->window = NULL;
}

/* What of the piece, which stands at `at`, belongs to [from, to) goes to `into`. */
static void copy_part(char *into, uint64_t from, uint64_t to, struct str piece, uint64_t at)
{
	uint64_t first = at > from ? at : from;
	uint64_t last = at + piece.n < to ? at + piece.n : to;

	if (first < last)
		memcpy(into + (first - from), piece.p + (first - at), (size_t)(last - first));
}

void strip_data(struct strip *s, struct str piece)
{
	uint64_t before = s->seen;

	s->seen += piece.n;
	if (before < STRIP_HEAD) {
		copy_part(s->head, 0, STRIP_HEAD, piece, before);
		if (s->seen >= STRIP_HEAD)
			plan_window(s);
	}
	if (s->window)
		copy_part(s->window, s->from, s->to, piece, before);
}

static bool read_section(const struct strip *s, const struct header *h, uint32_t i,
			 struct section *ret)
{
	struct cursor c = cursor_make(str_make(s->window, (size_t)(s->to - s->from)));

	if (i >= h->n)
		return false;
	cursor_seek(&c, (size_t)(h->table - s->from) + (size_t)i * h->entry_bytes);
	ret->name = (uint32_t)get(&c, h, 4);
	ret->type = (uint32_t)get(&c, h, 4);
	ret->flags = get_word(&c, h);
	(void)get_word(&c, h); /* the address */
	ret->at = get_word(&c, h);
	ret->bytes = get_word(&c, h);
	ret->link = (uint32_t)get(&c, h, 4);
	return !c.failed;
}

/* Empty when the names are not in the window. */
static struct str name_of(const struct strip *s, const struct section *names,
			  const struct section *x)
{
	struct str all = str_make(s->window, (size_t)(s->to - s->from));

	if (names->at < s->from || names->at >= s->to || x->name >= names->bytes)
		return STR_NULL;
	all = str_skip(all, (size_t)(names->at - s->from));
	all = str_skip(str_sub(all, 0, (size_t)names->bytes), x->name);
	return str_sub(all, 0, str_find_char(all, '\0'));
}

static bool is_debug(struct str name)
{
	return str_has_prefix(name, STR(".debug_")) || str_has_prefix(name, STR(".zdebug_")) ||
	       str_has_prefix(name, STR(".stab"));
}

/* More than the file has is a lie of its table. */
static void count(struct strip *s, const struct section *x)
{
	if (x->bytes <= s->seen - s->bytes)
		s->bytes += x->bytes;
}

static void count_sections(struct strip *s, const struct header *h)
{
	struct section names = {0}, x, strings;

	(void)read_section(s, h, h->names, &names); /* without names: symbols alone */
	for (uint32_t i = 0; i < h->n && read_section(s, h, i, &x); i++) {
		if (x.flags & SHF_ALLOC || x.type == SHT_NOBITS)
			continue;
		if (x.type == SHT_SYMTAB) {
			count(s, &x);
			if (x.link != h->names && read_section(s, h, x.link, &strings) &&
			    strings.type == SHT_STRTAB && !(strings.flags & SHF_ALLOC))
				count(s, &strings);
		} else if (is_debug(name_of(s, &names, &x))) {
			count(s, &x);
		}
	}
}

void strip_end(struct strip *s)
{
	struct header h;

	if (!read_header(s, &h))
		return;
	s->is_core = h.type == ET_CORE;
	if (s->window && s->seen >= s->to)
		count_sections(s, &h);
}
