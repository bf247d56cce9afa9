/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of Sigstore's messages, which are protobuf messages written as JSON.
 *
 *     r = json_field_bytes(map, "rawBytes", 1, MAX, &arena, &der, err);
 *     r = json_field_int(map, "logIndex", &index, err);
 *
 * A message may leave out a field with the default value (0, no bytes), or write null. Bytes are
 * standard base64, 64-bit numbers decimal text or numbers. Names that a message does not have are
 * refused with json_field_only, so that nothing is passed over that might matter.
 *
 * Ownership: results live in the arena or the document. Threads: no state.
 * Errors: ERR_FORMAT naming the field, ERR_LIMIT, ERR_NOMEM.
 * Format: ProtoJSON; client-spec.md section 5 of Sigstore's architecture documents.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "codec/json.h"

/* The value, NULL when it is absent or null. */
const struct json *json_field(const struct json *map, const char *name);

/* Every member is one of the names (NULL-ended). what: "the bundle". */
int json_field_only(const struct json *map, const char *const *names, const char *what,
		    struct err *err);

/* An object; *ret is NULL when it is absent, which is an error if `needed`. */
int json_field_map(const struct json *map, const char *name, bool needed, const struct json **ret,
		   struct err *err);
int json_field_list(const struct json *map, const char *name, size_t max, const struct json **ret,
		    struct err *err); /* NULL: absent, as good as empty */
int json_field_text(const struct json *map, const char *name, bool needed, struct str *ret,
		    struct err *err);
int json_field_int(const struct json *map, const char *name, int64_t *ret, struct err *err);

/* Decoded base64 of min to max bytes; absent counts as 0 bytes. */
int json_field_bytes(const struct json *map, const char *name, size_t min, size_t max,
		     struct arena *arena, struct str *ret, struct err *err);
int json_bytes(const struct json *v, const char *name, size_t min, size_t max, struct arena *arena,
	       struct str *ret, struct err *err); /* of a value */
int base64_bytes(struct str text, const char *name, size_t min, size_t max, struct arena *arena,
		 struct str *ret, struct err *err);
int json_field_time(const struct json *map, const char *name, int64_t absent, int64_t *ret,
		    struct err *err);
