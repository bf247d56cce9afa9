/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the tree of a Dockerfile as BuildKit's own dumper does, an instruction a line:
 *
 *     (from "alpine" "AS" "base")
 *     (run ["--network=none"] "make")
 *     (onbuild (env "A" "b" "="))
 *
 * Strings are quoted as in Go. Errors: those of the buffer.
 */
#pragma once

#include "base/strbuf.h"
#include "check/dockerfile.h"

void dockerfile_dump(const struct dockerfile *df, struct strbuf *out);
