/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical JSON, the form in which TUF metadata is signed and keys are named.
 *
 *     r = canonical_json_write(json_get(doc, "signed"), &bytes, err);
 *
 * Members sorted by the bytes of their names, no white space, integers only; strings escape only
 * the backslash and the quote: line ends and other control bytes stand raw, text stays UTF-8.
 *
 * Format: the OLPC wiki's Canonical JSON (URL in TUF's specification, section 4.2), which TUF and
 * Notary v1 both use. Threads: no state.
 * Errors: ERR_FORMAT (a number that is no integer), those of the buffer (ERR_LIMIT, ERR_NOMEM).
 */
#pragma once

#include "base/strbuf.h"
#include "codec/json.h"

int canonical_json_write(const struct json *value, struct strbuf *out, struct err *err);
