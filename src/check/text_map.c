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

/* How many pieces start at or before it. */
static size_t pieces_until(const struct text_map *m, size_t at)
{
	size_t low = 0, high = m ? m->n : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->pieces[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t text_map_origin(const struct text_map *m, size_t at)
{
	size_t n = pieces_until(m, at);

	return n ? m->pieces[n - 1].origin + (at - m->pieces[n - 1].at) : at;
}

void text_map_copy(struct text_map *m, size_t at, const struct text_map *other, size_t from,
		   size_t n)
{
	text_map_add(m, at, text_map_origin(other, from));
	for (size_t i = pieces_until(other, from); other && i < other->n; i++) {
		const struct text_piece *piece = &other->pieces[i];

		if (piece->at - from >= n)
			return;
		text_map_add(m, at + (piece->at - from), piece->origin);
	}
}
