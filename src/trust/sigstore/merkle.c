/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/sigstore/merkle.h"

#include "base/cleanup.h"

static int hash_parts(char kind, struct str left, struct str right, struct digest_value *ret,
		      struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	digest_update(&d, str_make(&kind, 1));
	digest_update(&d, left);
	digest_update(&d, right);
	digest_final(&d, ret);
	return 0;
}

int merkle_leaf(struct str entry, struct digest_value *ret, struct err *err)
{
	return hash_parts(0, entry, STR_NULL, ret, err);
}

/* One step up: `node` becomes the hash over itself and the sibling. */
static int climb(struct digest_value *node, struct str sibling, bool sibling_is_left,
		 struct err *err)
{
	struct digest_value below = *node;
	struct str own = str_make(below.bytes, MERKLE_HASH_BYTES);

	return hash_parts(1, sibling_is_left ? sibling : own, sibling_is_left ? own : sibling, node,
			  err);
}

static int check_shape(const struct merkle_proof *p, struct err *err)
{
	if (p->index >= p->size)
		return err_set(err, ERR_DENIED,
			       "the proof is for entry %llu of a log with %llu entries",
			       (unsigned long long)p->index, (unsigned long long)p->size);
	if (p->n_hashes > MERKLE_HASHES_MAX || p->root.n != MERKLE_HASH_BYTES)
		return err_set(err, ERR_DENIED, "the inclusion proof is malformed");
	for (size_t i = 0; i < p->n_hashes; i++)
		if (p->hashes[i].n != MERKLE_HASH_BYTES)
			return err_set(err, ERR_DENIED, "the inclusion proof is malformed");
	return 0;
}

/* fn and sn are the names that RFC 9162 gives to the index of the node and of the last one. */
int merkle_verify(const struct merkle_proof *proof, const struct digest_value *leaf,
		  struct err *err)
{
	uint64_t fn = proof->index, sn = proof->size - 1;
	struct digest_value node = *leaf;
	int r = check_shape(proof, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < proof->n_hashes; i++) {
		bool left = (fn & 1) || fn == sn;

		if (sn == 0)
			return err_set(err, ERR_DENIED, "the inclusion proof is too long");
		r = climb(&node, proof->hashes[i], left, err);
		if (r < 0)
			return r;
		while (left && !(fn & 1) && fn != 0) {
			fn >>= 1;
			sn >>= 1;
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0 || !str_eq(str_make(node.bytes, MERKLE_HASH_BYTES), proof->root))
		return err_set(err, ERR_DENIED,
			       "the entry is not in the log: the inclusion proof "
			       "does not lead to the root");
	return 0;
}
