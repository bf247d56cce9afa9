/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the strings of the outermost dictionary of an Apple property list.
 *
 *     r = plist_each(bytes, entry, ctx, err);       entry(ctx, key, value, err) for each
 *
 * Values of other kinds (numbers, lists, dictionaries) are passed over. Both forms are read: XML
 * (encoding included) and binary "bplist00"; the old brace form and JSON are not.
 *
 * Ownership: key and value are borrowed until the callback returns; both are UTF-8.
 * Errors: ERR_FORMAT with line or offset; those of xml_parse; what the callback returns.
 * Format: XML: the PLIST 1.0 DTD; binary: CFBinaryPList.c of Apple's CoreFoundation.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

typedef int plist_entry_fn(void *ctx, struct str key, struct str value, struct err *err);

int plist_each(struct str bytes, plist_entry_fn *entry, void *ctx, struct err *err);
