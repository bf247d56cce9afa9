/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extension library `encoders`: base64 with padding; it may be missing when decoding.
 *
 * Specification: cel-go's ext/README.md, "Encoders".
 */
#include "base/cleanup.h"
#include "codec/base64.h"
#include "expr/function.h"

static struct value bytes_copy(struct call *c, struct str s)
{
	struct value v = call_string(c, s);

	return value_is_error(v) ? v : value_bytes(value_str(v));
}

static struct value decode(struct call *c, const struct value *args)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(args[0].n);
	struct err err = {0};

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (base64_decode(value_str(args[0]), BASE64_STANDARD, &sb, &err) < 0)
		return call_error(c, "base64.decode: %s", err.msg);
	return bytes_copy(c, strbuf_str(&sb));
}

static struct value encode(struct call *c, const struct value *args)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)args[0].n / 3 * 4 + 4);
	struct err err = {0};

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (base64_encode(value_str(args[0]), BASE64_STANDARD, &sb, &err) < 0)
		return call_error(c, "base64.encode: %s", err.msg);
	return call_string(c, strbuf_str(&sb));
}

static const struct function_row rows[] = {
	{.name = "base64.decode", .signature = "(string) -> bytes", .fn = decode},
	{.name = "base64.encode", .signature = "(bytes) -> string", .fn = encode},
};

const struct library library_encoders = {
	.name = "encoders", .rows = rows, .n_rows = ARRAY_LEN(rows)};
