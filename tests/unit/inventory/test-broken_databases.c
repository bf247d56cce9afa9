/* SPDX-License-Identifier: Apache-2.0 */
/* Every byte of every small database changed, and every database cut: never a crash, or silence. */
#include "tests/unit/inventory/every_reader.h"

#define SMALL_BYTES 1024

static const unsigned char changes[] = {0xff, 0x01, 0x80, 0x20};

struct tally {
	size_t n_cases, n_parses, n_refused;
	bool seen[64]; /* of pkgdbs */
};

static void count(struct tally *t, const struct reader_case *c)
{
	size_t i = 0;

	while (pkgdbs[i] != c->db)
		i++;
	assert_true(i < ARRAY_LEN(t->seen));
	t->seen[i] = true;
	t->n_cases++;
}

static void parse(struct tally *t, const struct reader_case *c, struct str bytes)
{
	struct err err;

	t->n_parses++;
	t->n_refused += parse_case(c, bytes, &err) < 0;
}

/* A larger file has each byte changed once, in turns. */
static void flip(const struct reader_case *c, void *context)
{
	struct tally *t = context;
	struct str bytes = c->file.bytes;
	CLEANUP(freep) char *copy = malloc(bytes.n + 1);
	size_t turns = bytes.n <= SMALL_BYTES ? ARRAY_LEN(changes) : 1;

	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	count(t, c);
	for (size_t i = 0; i < bytes.n; i++)
		for (size_t k = 0; k < turns; k++) {
			copy[i] = (char)(bytes.p[i] ^ (char)changes[(i + k) % ARRAY_LEN(changes)]);
			parse(t, c, str_make(copy, bytes.n));
			copy[i] = bytes.p[i];
		}
}

TEST(each_byte_changed_is_an_error_or_a_record_that_keeps_its_promises)
{
	struct tally t = {0};

	for_each_reader_case(flip, &t);
	assert_true(t.n_parses > 50000 && t.n_refused > 1000);
	for (size_t i = 0; pkgdbs[i]; i++)
		if (!t.seen[i] && !(pkgdbs[i]->flags & PKGDB_DIRECTORY))
			fail_msg("%s: no fixture to break", pkgdbs[i]->id);
}

static void cut(const struct reader_case *c, void *context)
{
	struct tally *t = context;
	size_t step = c->file.bytes.n <= SMALL_BYTES ? 1 : 61;

	for (size_t n = 0; n < c->file.bytes.n; n += step) {
		CLEANUP(freep) char *copy = malloc(n ? n : 1); /* exact, so that overruns show */

		assert_non_null(copy);
		if (n)
			memcpy(copy, c->file.bytes.p, n);
		parse(t, c, str_make(copy, n));
	}
}

TEST(a_database_cut_anywhere_is_an_error_or_a_record_that_keeps_its_promises)
{
	struct tally t = {0};

	for_each_reader_case(cut, &t);
	assert_true(t.n_parses > 10000 && t.n_refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(each_byte_changed_is_an_error_or_a_record_that_keeps_its_promises),
		RUN(a_database_cut_anywhere_is_an_error_or_a_record_that_keeps_its_promises)};

	return RUN_ALL(tests);
}
