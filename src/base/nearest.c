/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

#define NEAR	 4 /* edits; what is further away is another word */
#define WORD_MAX 31

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The cost of turning a into b; two neighbours that changed places are one mistake. */
static size_t edit_distance(struct str a, struct str b)
{
	size_t rows[3][WORD_MAX + 1];

	if (a.n > WORD_MAX || b.n > WORD_MAX)
		return WORD_MAX + 1;
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *above_that = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + (a.p[i - 1] != b.p[j - 1]));
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				row[j] = least(row[j], above_that[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

struct nearest nearest_to(struct str word)
{
	return (struct nearest){.word = word, .edits = NEAR};
}

void nearest_offer(struct nearest *near, struct str name)
{
	size_t d = edit_distance(near->word, name);

	if (d < near->edits && d * 2 <= near->word.n) {
		near->edits = d;
		near->name = name;
	}
}
