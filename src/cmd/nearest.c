/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/nearest.h"

#define NEAR	 4 /* edits; what is further away is another word */
#define WORD_MAX 31

/* The cost of turning a into b. */
static size_t edit_distance(struct str a, struct str b)
{
	size_t row[WORD_MAX + 2];

	if (a.n > WORD_MAX || b.n > WORD_MAX)
		return WORD_MAX + 1;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = diagonal + (a.p[i - 1] != b.p[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.n];
}

struct nearest nearest_to(struct str word)
{
	return (struct nearest){.word = word, .edits = NEAR};
}

void nearest_offer(struct nearest *near, const char *name)
{
	size_t d = edit_distance(near->word, str_of(name));

	if (d < near->edits && d * 2 <= near->word.n) {
		near->edits = d;
		near->name = name;
	}
}
