/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/merkle.h"

#include "base/strbuf.h"
#include "tests/unit/test.h"

#define LEAVES_MAX 33

static struct digest_value leaves[LEAVES_MAX];

static struct str bytes_of(const struct digest_value *d)
{
	return str_make(d->bytes, MERKLE_HASH_BYTES);
}

static int make_leaves(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEAVES_MAX; i++)
		assert_int_equal(merkle_leaf(str_make("0123456789abcdefghijklmnopqrstuvwxyz", i),
					     &leaves[i], NULL),
				 0);
	return 0;
}

/* As RFC 6962 section 2.1 defines it, by halves: another way than the one under test. */
static struct digest_value root_of(size_t from, size_t n)
{
	struct strbuf sb = STRBUF_INIT(128);
	struct digest_value left, right, d;
	size_t k = 1;

	if (n == 1)
		return leaves[from];
	while (k * 2 < n)
		k *= 2;
	left = root_of(from, k);
	right = root_of(from + k, n - k);
	strbuf_addc(&sb, 1);
	strbuf_add(&sb, bytes_of(&left));
	strbuf_add(&sb, bytes_of(&right));
	assert_int_equal(digest_of(strbuf_str(&sb), &d, NULL), 0);
	strbuf_done(&sb);
	return d;
}

static size_t path_of(size_t index, size_t from, size_t n, struct digest_value *path)
{
	size_t k = 1, at;

	if (n == 1)
		return 0;
	while (k * 2 < n)
		k *= 2;
	if (index < k) {
		at = path_of(index, from, k, path);
		path[at] = root_of(from + k, n - k);
	} else {
		at = path_of(index - k, from + k, n - k, path);
		path[at] = root_of(from, k);
	}
	return at + 1;
}

static int verify(size_t index, size_t size, const struct digest_value *path, size_t n,
		  const struct digest_value *leaf, const struct digest_value *root)
{
	struct str hashes[MERKLE_HASHES_MAX];
	struct merkle_proof proof = {index, size, hashes, n, bytes_of(root)};

	for (size_t i = 0; i < n; i++)
		hashes[i] = bytes_of(&path[i]);
	return merkle_verify(&proof, leaf, NULL);
}

TEST(every_leaf_of_every_tree_has_its_proof)
{
	for (size_t size = 1; size <= LEAVES_MAX; size++)
		for (size_t i = 0; i < size; i++) {
			struct digest_value path[MERKLE_HASHES_MAX], root = root_of(0, size);
			size_t n = path_of(i, 0, size, path);

			assert_int_equal(verify(i, size, path, n, &leaves[i], &root), 0);
			/* Of another place, another leaf, another size. */
			if (size > 1)
				assert_int_equal(
					verify(i, size, path, n, &leaves[(i + 1) % size], &root),
					-ERR_DENIED);
			if (size > 1)
				assert_int_equal(
					verify((i + 1) % size, size, path, n, &leaves[i], &root),
					-ERR_DENIED);
			if (n > 0)
				assert_int_equal(verify(i, size, path, n - 1, &leaves[i], &root),
						 -ERR_DENIED);
			path[n] = leaves[0];
			assert_int_equal(verify(i, size, path, n + 1, &leaves[i], &root),
					 -ERR_DENIED);
		}
}

TEST(a_known_leaf_has_its_known_hash)
{
	/* SHA-256 of one zero byte: the leaf of the empty entry (RFC 6962 test vectors). */
	static const unsigned char empty[] = {0x6e, 0x34, 0x0b, 0x9c, 0xff, 0xb3, 0x7a, 0x98,
					      0x9c, 0xa5, 0x44, 0xe6, 0xbb, 0x78, 0x0a, 0x2c,
					      0x78, 0x90, 0x1d, 0x3f, 0xb3, 0x37, 0x38, 0x76,
					      0x85, 0x11, 0xa3, 0x06, 0x17, 0xaf, 0xa0, 0x1d};

	assert_memory_equal(leaves[0].bytes, empty, sizeof empty);
}

TEST(malformed_proofs_are_told)
{
	struct str shorter = str_make("x", 1);
	const struct {
		struct merkle_proof proof;
		const char *why;
	} rows[] = {
		{{0, 0, NULL, 0, bytes_of(&leaves[0])}, "a log with 0 entries"},
		{{5, 3, NULL, 0, bytes_of(&leaves[0])}, "entry 5 of a log with 3"},
		{{0, 2, &shorter, 1, bytes_of(&leaves[0])}, "is malformed"},
		{{0, 1, NULL, 0, shorter}, "is malformed"},
		{{0, 2, NULL, MERKLE_HASHES_MAX + 1, bytes_of(&leaves[0])}, "is malformed"},
		{{UINT64_MAX - 1, UINT64_MAX, NULL, 0, bytes_of(&leaves[0])}, "does not lead"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};

		assert_int_equal(merkle_verify(&rows[i].proof, &leaves[0], &err), -ERR_DENIED);
		assert_has(err.msg, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(every_leaf_of_every_tree_has_its_proof),
		RUN(a_known_leaf_has_its_known_hash),
		RUN(malformed_proofs_are_told),
	};

	return cmocka_run_group_tests(tests, make_leaves, NULL);
}
