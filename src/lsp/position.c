/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/position.h"

#define POSITION_STEP 1024 /* bytes */

const char *position_encoding_name(enum position_encoding e)
{
	return e == POSITION_UTF8 ? "utf-8" : "utf-16";
}

static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Units that a character has which starts with this byte; 0 for a byte inside of one. */
static unsigned units_of(char c, enum position_encoding encoding)
{
	if (encoding == POSITION_UTF8)
		return 1;
	if (is_inside(c))
		return 0;
	return (unsigned char)c >= 0xf0 ? 2 : 1;
}

/* The end of the line that starts at `from`, and where the next one starts; text.n: nowhere. */
static size_t line_end(struct str text, size_t from, size_t *ret_next)
{
	size_t at = from;

	while (at < text.n && text.p[at] != '\n' && text.p[at] != '\r')
		at++;
	*ret_next = at;
	if (at < text.n)
		*ret_next =
			at + 1 + (text.p[at] == '\r' && at + 1 < text.n && text.p[at + 1] == '\n');
	return at;
}

static bool add_number(struct vec *v, size_t n)
{
	uint32_t *p = vec_push(v);

	if (p)
		*p = (uint32_t)n;
	return p != NULL;
}

static bool find_lines(struct position_map *map)
{
	size_t at = 0, next;
	bool ok = add_number(&map->starts, 0);

	while (ok) {
		size_t end = line_end(map->text, at, &next);

		if (end == map->text.n)
			return true;
		ok = add_number(&map->starts, next);
		at = next;
	}
	return false;
}

static bool count_units(struct position_map *map)
{
	size_t units = 0;

	for (size_t i = 0; i < map->text.n; i++) {
		if (i % POSITION_STEP == 0 && !add_number(&map->counts, units))
			return false;
		units += units_of(map->text.p[i], map->encoding);
	}
	return true;
}

int position_map_make(struct str text, enum position_encoding encoding, struct position_map *ret,
		      struct err *err)
{
	struct position_map map = {
		.text = text,
		.encoding = encoding,
		.starts = VEC_INIT(uint32_t, UINT32_MAX),
		.counts = VEC_INIT(uint32_t, UINT32_MAX),
	};

	if (!find_lines(&map) || !count_units(&map)) {
		position_map_done(&map);
		return err_nomem(err);
	}
	*ret = map;
	return 0;
}

void position_map_done(struct position_map *map)
{
	vec_done(&map->starts);
	vec_done(&map->counts);
}

static size_t start_of(const struct position_map *map, size_t line)
{
	return *(const uint32_t *)vec_at(&map->starts, line);
}

/* Units of the text before the byte. */
static size_t units_before(const struct position_map *map, size_t byte)
{
	size_t step = byte / POSITION_STEP, units;
	const uint32_t *count = vec_at(&map->counts, step);

	if (!count && step > 0) /* the end, where it is a whole number of steps */
		count = vec_at(&map->counts, --step);
	units = count ? *count : 0;
	for (size_t i = step * POSITION_STEP; i < byte; i++)
		units += units_of(map->text.p[i], map->encoding);
	return units;
}

static size_t line_of(const struct position_map *map, size_t byte)
{
	size_t low = 0, high = map->starts.n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (start_of(map, middle) <= byte)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Not inside a character, nor between \r and \n. */
static size_t settle(struct str text, size_t byte)
{
	if (byte > text.n)
		byte = text.n;
	while (byte > 0 && byte < text.n && is_inside(text.p[byte]))
		byte--;
	if (byte > 0 && byte < text.n && text.p[byte] == '\n' && text.p[byte - 1] == '\r')
		byte--;
	return byte;
}

struct position position_of(const struct position_map *map, size_t byte)
{
	size_t line;

	byte = settle(map->text, byte);
	line = line_of(map, byte);
	return (struct position){
		.line = (uint32_t)line,
		.character = (uint32_t)(units_before(map, byte) -
					units_before(map, start_of(map, line))),
	};
}

void position_line(const struct position_map *map, uint32_t line, size_t *ret_start,
		   size_t *ret_end)
{
	*ret_start = line < map->starts.n ? start_of(map, line) : map->text.n;
	*ret_end = map->text.n;
	if (line + (size_t)1 >= map->starts.n)
		return;
	*ret_end = start_of(map, line + (size_t)1) - 1;
	if (*ret_end > *ret_start && map->text.p[*ret_end] == '\n' &&
	    map->text.p[*ret_end - 1] == '\r')
		--*ret_end;
}

size_t position_offset(struct str text, enum position_encoding encoding, struct position p)
{
	size_t at = 0, end, next, units = 0;

	for (uint32_t i = 0;; i++) {
		end = line_end(text, at, &next);
		if (i == p.line)
			break;
		if (end == text.n)
			return text.n;
		at = next;
	}
	while (at < end && units + units_of(text.p[at], encoding) <= p.character) {
		units += units_of(text.p[at], encoding);
		at++;
		while (encoding != POSITION_UTF8 && at < end && is_inside(text.p[at]))
			at++;
	}
	return settle(text, at);
}
