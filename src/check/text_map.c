/* SPDX-License-Identifier: Apache-2.0 */
#include "check/text_map.h"

static bool has_room(struct text_map *m)
{
	size_t cap = m->cap ? m->cap * 2 : 4;
	struct text_piece *pieces;

	if (m->n < m->cap)
		return true;
	pieces = arena_array(m->arena, cap, sizeof *pieces);
	if (!pieces)
		return false;
	if (m->n)
		memcpy(pieces, m->pieces, m->n * sizeof *pieces);
	m->pieces = pieces;
	m->cap = cap;
	return true;
}

void text_map_add(struct text_map *m, size_t at, size_t origin)
{
	if (text_map_origin(m, at) == origin || !has_room(m))
		return;
	/* Nothing of the text lies in a piece that another one starts upon. */
	if (m->n && m->pieces[m->n - 1].at == at)
		m->n--;
	m->pieces[m->n++] = (struct text_piece){at, origin};
}

size_t text_map_origin(const struct text_map *m, size_t at)
{
	size_t low = 0, high = m ? m->n : 0;

	/* The last piece that starts at or before it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->pieces[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? m->pieces[low - 1].origin + (at - m->pieces[low - 1].at) : at;
}
