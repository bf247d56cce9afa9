/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CBOR: a strict reader into a tree, and the pieces of a deterministic writer.
 *
 *     const struct cbor *doc;
 *     r = cbor_parse(bytes, &arena, &doc, err);
 *     const struct cbor *alg = cbor_get_int(doc, 1);
 *
 *     cbor_add_array(&sb, 2); cbor_add_text(&sb, STR("Signature1")); cbor_add_bytes(&sb, payload);
 *
 * Read is one item and nothing behind it. Refused are indefinite lengths, a key that stands twice
 * in a map, text that is not UTF-8, reserved values: what two readers could take for two things.
 * Heads that are longer than they need to be are taken, as RFC 9052 lets writers of COSE do.
 * The writer makes the shortest heads; the order of a map's keys is the caller's.
 *
 * Ownership: values live in the arena and point into the bytes. Threads: no state.
 * Errors: ERR_FORMAT with the offset, ERR_LIMIT, ERR_NOMEM. Limits: CBOR_DEPTH_MAX, CBOR_ITEMS_MAX.
 * Format: RFC 8949. Not libcbor: Debian has no archive of it, it takes doubled keys, and what it
 * reads of this format is a screenful of code.
 *
 *     HEAD   3 bits major type, 5 bits n: 0-23 the value; 24, 25, 26, 27: in the next 1, 2, 4, 8
 * bytes MAJOR  0 unsigned  1 negative (-1 - n)  2 bytes  3 text  4 array  5 map  6 tag 7 simple: 20
 * false, 21 true, 22 null, 23 undefined; 25, 26, 27 floating point
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"

#define CBOR_DEPTH_MAX 16
#define CBOR_ITEMS_MAX 16384

enum cbor_kind {
	CBOR_UINT,
	CBOR_NEGINT,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_TAG,
	CBOR_BOOL,
	CBOR_NULL,
	CBOR_UNDEFINED,
	CBOR_SIMPLE,
	CBOR_FLOAT,
};

struct cbor {
	enum cbor_kind kind;
	uint64_t number;  /* of an unsigned one; -1 - number of a negative one; of a tag; a bool */
	double real;	  /* of floating point */
	struct str bytes; /* of bytes and text */
	struct str raw;	  /* the item as it stands, with all in it */
	struct cbor *items; /* of an array; keys and values in turn; what is tagged */
	size_t n;	    /* items: twice the entries of a map */
};

int cbor_parse(struct str bytes, struct arena *arena, const struct cbor **ret, struct err *err);

/* NULL, or of another kind: NULL or false. */
const struct cbor *cbor_get_int(const struct cbor *map, int64_t key);
const struct cbor *cbor_get_text(const struct cbor *map, struct str key);
bool cbor_int(const struct cbor *v, int64_t *ret);
bool cbor_same_key(const struct cbor *a, const struct cbor *b); /* integers and texts */

void cbor_add_int(struct strbuf *sb, int64_t v);
void cbor_add_bytes(struct strbuf *sb, struct str bytes);
void cbor_add_text(struct strbuf *sb, struct str text);
void cbor_add_array(struct strbuf *sb, size_t n); /* n items follow */
void cbor_add_map(struct strbuf *sb, size_t n);	  /* n keys and values follow */
void cbor_add_tag(struct strbuf *sb, uint64_t tag);
void cbor_add_null(struct strbuf *sb);
