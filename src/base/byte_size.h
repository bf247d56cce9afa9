/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of bytes as people write them: "100MB", "1.5 GiB", "20000".
 *
 * Units: B, kB, MB, GB, TB, PB, EB of 1000, KiB, MiB, ... of 1024, in any case, the B may be left
 * out; commas between digits are passed over. Errors: ERR_USAGE.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

int byte_size_parse(struct str text, uint64_t *ret, struct err *err);

#define BYTE_SIZE_MAX 24 /* bytes of a text */

/* "0 B", "999 B", "1.20 kB", "58.1 MB", "412 GB": powers of 1000, three digits. */
struct str byte_size_text(uint64_t bytes, char buf[BYTE_SIZE_MAX]);
