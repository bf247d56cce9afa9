/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64, read strictly: right padding, no white space, no bits behind the end.
 *
 * Errors: ERR_FORMAT with the offset; those of the buffer. Format: RFC 4648 sections 4 and 5.
 */
#pragma once

#include "base/strbuf.h"

enum base64_alphabet { BASE64_STANDARD, BASE64_URL }; /* '+' '/' with padding; '-' '_' without */

int base64_encode(struct str in, enum base64_alphabet alphabet, struct strbuf *out,
		  struct err *err);
/* Padding may be left out in both alphabets, as JOSE and many registries do. */
int base64_decode(struct str in, enum base64_alphabet alphabet, struct strbuf *out,
		  struct err *err);
